//! `readmission-rate`: how often people come back unplanned within a month, hospital by hospital. A statistic, no verdict.
//!
//! Expected are the returns that discharges of the same chapter of diagnosis and age have at the other hospitals (indirect
//! standardisation); the funnel with over-dispersion ([`crate::stats::funnel`]) says which hospitals lie beyond the rest.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::illness::Illnesses;
use super::peers::{Standing, count_standings, groups};
use super::returns::{Discharge, Plan, discharges};
use super::series::Series;
use crate::finding::Finding;
use crate::model::{Fen, HospitalId, Region, Stay};
use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::subjects::list;
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::{benjamini_hochberg, percent, rounded};

pub(super) const DETECTOR: Detector =
    Detector { id: "readmission-rate", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    window: i32,
    series_gap: i32,
    min_discharges: f64,
    min_peers: usize,
    limit: f64,
    min_ratio: f64,
    series_codes: Vec<String>,
    series_words: Vec<String>,
    regular_times: usize,
    regular_spread: f64,
    session_times: usize,
    long_nights: i32,
}

/// Returns and discharges.
type Tally = [f64; 2];
/// Chapter of diagnosis and age band.
type Patients = (Option<u8>, u8);

/// First years of the age bands.
const AGES: [i32; 4] = [6, 18, 45, 65];

/// A hospital's figures.
struct HospitalFigures {
    tally: Tally,
    expected: f64,
    standing: Option<Standing>,
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let region = context.region;
    let plan = Plan {
        series: Series::new(region, &parameters.series_codes, &parameters.series_words),
        illnesses: Illnesses::new(region),
        regular_times: parameters.regular_times,
        regular_spread: parameters.regular_spread,
        session_times: parameters.session_times,
        long_nights: parameters.long_nights,
    };
    // A return has been seen only where the export goes on for as long.
    let last = region.stays.iter().map(|s| s.admitted.day.0).max().unwrap_or(0) - parameters.window;
    let mut all = discharges(region, &plan, parameters.series_gap);
    all.retain(|d| !d.is_transfer());
    let seen = all.len();
    all.retain(|d| region.stays[d.stay as usize].last_day().0 <= last);
    let houses = houses(region, &all, &parameters);
    let p: Vec<f64> = houses.values().map(|h| h.standing.map_or(1.0, |s| s.p)).collect();
    let q = benjamini_hochberg(&p, p.len());
    let listed = houses.iter().zip(q).filter_map(|((id, house), q)| {
        let standing = house.standing?;
        let usual = house.expected * standing.prediction.mean.max(0.0).powi(2);
        let beyond = standing.p <= parameters.limit
            && house.tally[1] >= parameters.min_discharges
            && house.tally[0] >= parameters.min_ratio * usual;
        beyond.then(|| finding(region, *id, house, (&standing, q), &all, &parameters))
    });
    let findings = listed.collect();
    let compared = houses.values().filter(|h| h.standing.is_some()).count();
    Ok(Coverage::of(Unit::Hospitals, compared)
        .not(Why::FewPeers, Unit::Hospitals, houses.len() - compared)
        .not(Why::TooLate, Unit::Stays, seen - all.len())
        .not(Why::NoPerson, Unit::Stays, context.index.counts().nobodys_stays)
        .with(findings))
}

fn returns(discharge: &Discharge, window: i32) -> bool {
    discharge.next.is_some_and(|n| n.gap <= window)
}

fn kind(region: &Region, stay: &Stay) -> Patients {
    let born = region.birth(stay.person, Some(stay));
    let age = born.map_or(-1, |(_, last)| (stay.admitted.day.0 - last.0) / 365);
    (region.chapter(stay.diagnosis), AGES.iter().filter(|from| age >= **from).count() as u8)
}

fn houses(region: &Region, all: &[Discharge], parameters: &Parameters) -> BTreeMap<HospitalId, HospitalFigures> {
    let mut cells: BTreeMap<(HospitalId, Patients), Tally> = BTreeMap::new();
    let mut kinds: BTreeMap<Patients, Tally> = BTreeMap::new();
    let mut whole = Tally::default();
    for discharge in all {
        let stay = &region.stays[discharge.stay as usize];
        let back = f64::from(u8::from(returns(discharge, parameters.window)));
        let kind = kind(region, stay);
        for tally in [cells.entry((stay.hospital, kind)).or_default(), kinds.entry(kind).or_default(), &mut whole] {
            tally[0] += back;
            tally[1] += 1.0;
        }
    }
    let base = (whole[0] + 0.5) / (whole[1] + 1.0);
    let mut houses: BTreeMap<HospitalId, HospitalFigures> = BTreeMap::new();
    for ((hospital, kind), own) in &cells {
        let others = [kinds[kind][0] - own[0], kinds[kind][1] - own[1]];
        // Kinds that hardly any other hospital has are drawn to the region's rate.
        let rate = (others[0] + 20.0 * base) / (others[1] + 20.0);
        let house = houses.entry(*hospital).or_insert(HospitalFigures {
            tally: Tally::default(),
            expected: 0.0,
            standing: None,
        });
        house.tally[0] += own[0];
        house.tally[1] += own[1];
        house.expected += rate * own[1];
    }
    let ids: Vec<HospitalId> = houses.keys().copied().collect();
    let counts: Vec<(f64, f64)> = houses.values().map(|h| (h.tally[0], h.expected)).collect();
    let standings = count_standings(&counts, &groups(region, &ids, parameters.min_peers));
    houses.values_mut().zip(standings).for_each(|(house, standing)| house.standing = standing);
    houses
}

fn finding(
    region: &Region,
    hospital: HospitalId,
    house: &HospitalFigures,
    (standing, q): (&Standing, f64),
    all: &[Discharge],
    parameters: &Parameters,
) -> Finding {
    let percent = |x: f64| percent(x / house.tally[1], 1);
    let usual = house.expected * standing.prediction.mean.max(0.0).powi(2);
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(hospital).to_string(),
        observed: Some(percent(house.tally[0])),
        expected: Some(percent(usual)),
        p_value: Some(standing.p),
        q_value: Some(q),
        confidence: 1.0 - standing.p,
        ..Finding::default()
    };
    let mut gaps = [0u32; 4];
    for discharge in all.iter().filter(|d| region.stays[d.stay as usize].hospital == hospital) {
        let first = &region.stays[discharge.stay as usize];
        finding.period_start = [finding.period_start, Some(first.last_day())].into_iter().flatten().min();
        finding.period_end = finding.period_end.max(Some(first.last_day()));
        let Some(next) = discharge.next.filter(|n| n.gap <= parameters.window) else { continue };
        let second = &region.stays[next.stay as usize];
        gaps[[2, 7, 15].iter().filter(|g| next.gap > **g).count()] += 1;
        finding.patient_ids.push(region.names.persons.get(second.person).to_string());
        finding.stay_ids.push(region.names.records.get(second.record).to_string());
        finding.total_amount += second.total.max(Fen(0));
        finding.add_rows(&region.files, second.rows.iter().copied());
    }
    let evidence = &mut finding.evidence;
    evidence.insert("discharges".into(), house.tally[1].into());
    evidence.insert("returns".into(), house.tally[0].into());
    evidence.insert("rate".into(), percent(house.tally[0]).into());
    evidence.insert("expected_rate".into(), percent(usual).into());
    evidence.insert("ratio".into(), rounded(house.tally[0] / usual, 2).into());
    evidence.insert("rank".into(), standing.rank.into());
    evidence.insert("peer_hospitals".into(), standing.peers.into());
    evidence.insert("window_days".into(), parameters.window.into());
    evidence.insert("by_gap".into(), list(gaps.iter().map(u32::to_string)));
    finding
}
