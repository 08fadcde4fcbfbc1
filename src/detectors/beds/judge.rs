//! The judgement of every stay of a world.

use serde::Deserialize;

use super::calibrate::{CLASSES, Scored, p_values, q_values};
use super::null::{House, Measured, Null, fit};
use super::world::World;

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
pub struct Judged {
    pub null: Null,
    pub verdicts: Vec<Verdict>,
    /// Stays tested.
    pub tests: usize,
    /// Stays of hospitals whose way of posting does not show what was done on which day.
    pub unjudged: usize,
    /// Hospitals that the others were compared with.
    pub peers: usize,
}

/// Judges every stay.
pub fn judge(world: &mut World, parameters: &Parameters) -> Judged {
    let null = fit(world, parameters.visit_rate);
    let hospitals = world.hospitals.len();
    let can = |h: &House| h.unusual <= parameters.max_unusual_share;
    let tested: Vec<usize> = (0..world.charts.len())
        .filter(|&i| can(&null.houses[world.charts[i].hospital as usize]) && null.measured[i].days > 0)
        .collect();
    let scored = |score: fn(&Measured) -> f64| -> Vec<Scored> {
        let one = |&i: &usize| {
            let m = &null.measured[i];
            let hospital = world.charts[i].hospital;
            Scored { hospital, class: class(m), score: score(m), natural: m.natural }
        };
        tested.iter().map(one).collect()
    };
    let (counts, out) = p_values(&scored(|m| m.score), hospitals);
    let (runs, _) = p_values(&scored(|m| m.run_score), hospitals);
    // Two looks at each stay.
    let p: Vec<f64> = counts.iter().zip(&runs).map(|(a, b)| (2.0 * a.min(*b)).min(1.0)).collect();
    let of: Vec<u32> = tested.iter().map(|&i| world.charts[i].hospital).collect();
    let q = q_values(&p, &of, hospitals);
    let verdicts = (tested.iter().zip(p.iter().zip(&q)))
        .filter(|(_, (_, q))| **q <= parameters.false_discovery_rate)
        .filter(|(i, _)| is_large(&null.measured[**i], parameters))
        .map(|(&chart, (&p, &q))| Verdict { chart, shape: shape(&null.measured[chart]), p, q })
        .collect();
    let judgeable = null.houses.iter().filter(|h| can(h)).count();
    let peers = (judgeable - out.iter().filter(|o| **o).count()).saturating_sub(1);
    Judged { verdicts, tests: tested.len(), unjudged: world.charts.len() - tested.len(), peers, null }
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
