//! The judgement of every stay of a cohort.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::calibrate::{CLASSES, Scored, p_values, q_values};
use super::cohort::{Chart, Cohort};
use super::null::{Measured, Null, fit};

/// Parameters of both rules, as the cards document them.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    pub false_discovery_rate: f64,
    pub min_empty_days: i64,
    pub min_excess_days: f64,
    pub min_empty_share: f64,
    pub visit_rate: f64,
    pub supply_days: f64,
    pub max_unusual_share: f64,
    pub institution_share: f64,
    pub institution_records: usize,
    pub institution_q: f64,
}

/// The two shapes of empty days.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// In the midst of the stay, or all of it.
    Hanging,
    /// From the last activity to the discharge.
    Padded,
}

/// A stay with more empty days than is natural.
pub struct Verdict {
    pub chart: usize,
    pub shape: Shape,
    pub p: f64,
    pub q: f64,
}

/// What came of judging a region.
pub struct JudgedCohort {
    pub null: Null,
    pub verdicts: Vec<Verdict>,
    /// Stays tested.
    pub tests: usize,
    /// Charts of hospitals whose way of posting does not show what was done on which day.
    pub unjudged: Vec<usize>,
    /// Hospitals that the others were compared with.
    pub peers: usize,
}

/// Judges every stay.
pub fn judge(cohort: &mut Cohort, parameters: &Parameters) -> JudgedCohort {
    let null = fit(cohort, parameters.visit_rate);
    let hospitals = cohort.hospitals.len();
    let odd = odd_wards(cohort, &null, parameters.max_unusual_share);
    let (tested, unjudged): (Vec<usize>, Vec<usize>) = (0..cohort.charts.len())
        .partition(|&i| !odd.contains(&ward(cohort, &cohort.charts[i])) && null.measured[i].days > 0);
    let scored: Vec<Scored> = tested
        .iter()
        .map(|&i| {
            let m = &null.measured[i];
            // Two looks at the stay, calibrated as one.
            let score = m.score.max(m.run_score);
            Scored { hospital: cohort.charts[i].hospital, class: class(m), score, natural: m.natural }
        })
        .collect();
    let (p, out) = p_values(&scored, hospitals);
    let of: Vec<u32> = tested.iter().map(|&i| cohort.charts[i].hospital).collect();
    let q = q_values(&p, &of, hospitals);
    let verdicts = (tested.iter().zip(p.iter().zip(&q)))
        .filter(|(_, (_, q))| **q <= parameters.false_discovery_rate)
        .filter(|(i, _)| is_large(&null.measured[**i], parameters))
        .map(|(&chart, (&p, &q))| Verdict { chart, shape: shape(&null.measured[chart]), p, q })
        .collect();
    let judged: BTreeSet<u32> = of.iter().copied().filter(|h| !out[*h as usize]).collect();
    let peers = judged.len().saturating_sub(1);
    JudgedCohort { verdicts, tests: tested.len(), unjudged, peers, null }
}

/// A hospital's stays of one chapter of diagnoses.
fn ward(cohort: &Cohort, chart: &Chart) -> (u32, u32) {
    (chart.hospital, cohort.path(chart.leaf).get(1).copied().unwrap_or(0))
}

/// Wards where more stays than this share differ from what is natural, and all wards of such hospitals: they post what is
/// done in another way.
fn odd_wards(cohort: &Cohort, null: &Null, most: f64) -> BTreeSet<(u32, u32)> {
    /// Stays that are taken to be natural before any is seen.
    const PRIOR: f64 = 4.0;
    let mut sums: BTreeMap<(u32, u32), [f64; 2]> = BTreeMap::new();
    for (chart, m) in cohort.charts.iter().zip(&null.measured) {
        let [unusual, stays] = sums.entry(ward(cohort, chart)).or_default();
        *unusual += 1.0 - m.natural;
        *stays += 1.0;
    }
    let odd = |hospital: u32, unusual: f64, stays: f64| {
        null.houses[hospital as usize].unusual > most || unusual / (stays + PRIOR) > most
    };
    sums.into_iter().filter(|((h, _), [unusual, stays])| odd(*h, *unusual, *stays)).map(|(ward, _)| ward).collect()
}

/// Busy, quieter and quiet kinds of stays.
pub fn class(m: &Measured) -> usize {
    let share = m.expected / m.days.max(1) as f64;
    [0.12, 0.35].iter().filter(|bound| share > **bound).count().min(CLASSES - 1)
}

/// Whether the effect is worth an auditor's time, however certain it is.
fn is_large(m: &Measured, parameters: &Parameters) -> bool {
    let empty = m.empty as f64;
    let excess = empty - m.expected;
    // Seen elsewhere on an empty day, one day is enough.
    m.empty as i64 >= parameters.min_empty_days
        && (excess >= parameters.min_excess_days || (m.away > 0 && excess >= 0.5 * parameters.min_excess_days))
        && empty >= parameters.min_empty_share * m.days as f64
}

/// Where care went on as usual until it ended for good, the stay is padded.
pub fn shape(m: &Measured) -> Shape {
    let before = m.days - m.run;
    let natural = m.expected * before as f64 / m.days.max(1) as f64;
    if m.run >= 2 && before > 0 && ((m.empty - m.run) as f64) <= natural + 1.0 { Shape::Padded } else { Shape::Hanging }
}
