//! `split-stays`: one illness billed as several stays, with hardly a day between them.
//!
//! Per hospital, the returns within a few days of discharge are held against two expectations: the hospital's own returns of
//! later weeks, times what such returns go with at other hospitals, and its discharges, times the other hospitals' rate. The
//! larger one counts. Whether the rest is beyond what hospitals differ by anyway is a funnel ([`crate::stats::funnel`]) over
//! several windows, with false discoveries controlled over hospitals; the returns of a hospital that stands out are listed with
//! the probability that each is one of the surplus.

mod judge;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use serde::Deserialize;
use serde_json::{Value, json};

use self::judge::{Early, Returns, judge};
use super::illness::Illnesses;
use super::returns::{Discharge, Excuse, Next, Plan, discharges};
use super::series::Series;
use crate::finding::{Finding, Subject};
use crate::model::{Day, HospitalId, ItemId, Region};
use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::subjects::{diagnosis, list, stay_finding};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::rounded;

pub(super) const DETECTOR: Detector =
    Detector { id: "split-stays", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    windows: Vec<i32>,
    reference_from: i32,
    reference_to: i32,
    early_factor: f64,
    own_spread: f64,
    min_peers: usize,
    max_q: f64,
    min_ratio: f64,
    min_excess: f64,
    min_probability: f64,
    series_codes: Vec<String>,
    series_words: Vec<String>,
    regular_times: usize,
    regular_spread: f64,
    session_times: usize,
    long_nights: i32,
}

/// Returns of one hospital by gap, and the same illness apart from another of its chapter: those that nothing excuses, else those
/// that one thing does.
fn houses(
    region: &Region,
    illnesses: &Illnesses<'_>,
    all: &[Discharge],
    excuse: Option<Excuse>,
    to: i32,
) -> BTreeMap<HospitalId, Returns> {
    let mut out: BTreeMap<HospitalId, Returns> = BTreeMap::new();
    for discharge in all {
        let house = out
            .entry(region.stays[discharge.stay as usize].hospital)
            .or_insert_with(|| Returns { discharges: 0.0, gaps: vec![[0.0; 2]; to as usize + 1] });
        house.discharges += if discharge.is_transfer() && excuse != Some(Excuse::Transfer) { 0.0 } else { 1.0 };
        if let Some(next) = joint(discharge, excuse).filter(|n| n.gap <= to) {
            house.gaps[next.gap as usize][kind(region, illnesses, discharge.stay, next.stay)] += 1.0;
        }
    }
    out
}

/// The return after a discharge, where just this excuses it, or nothing.
fn joint(discharge: &Discharge, excuse: Option<Excuse>) -> Option<Next> {
    match excuse {
        None => discharge.next,
        Some(excuse) => discharge.excused.filter(|(e, _)| *e == excuse).map(|(_, next)| next),
    }
}

/// The excuse of a return and the return, if there is one.
fn followed(discharge: &Discharge) -> Option<(Option<Excuse>, Next)> {
    let excused = discharge.excused.map(|(excuse, next)| (Some(excuse), next));
    discharge.next.map(|next| (None, next)).or(excused)
}

/// Days before the end of one stay, and after the beginning of the next, on which what goes on in both is seen; and most days
/// between them.
const COURSE: i32 = 2;
/// Share of what was done at the end of one stay, each item by how rare it is, that goes on in the next where the course is one.
const GOES_ON: f64 = 0.5;

/// Whether what was done at the end of one stay went on in the next: most of its items, each with the logarithm of how rare it is
/// among the records of the export, so that what everybody has says nothing.
fn goes_on(context: &Context<'_>, first: u32, second: u32) -> bool {
    let (region, index) = (context.region, context.index);
    let [first, second] = [first, second].map(|i| &region.stays[i as usize]);
    let (last, begun) = (Day(first.last_day().0 - COURSE), Day(second.admitted.day.0 + COURSE));
    let next: FxHashSet<ItemId> = index
        .facts_on(second.record)
        .iter()
        .filter(|fact| fact.span.is_some_and(|(from, _)| from <= begun))
        .map(|fact| fact.item)
        .collect();
    let records = context.facts.stay_totals.len().max(1) as f64;
    let (mut shared, mut all) = (0.0, 0.0);
    for fact in index.facts_on(first.record).iter().filter(|fact| fact.span.is_some_and(|(_, to)| to >= last)) {
        let weight = (records / index.count_of(fact.item).max(1) as f64).ln().max(0.0);
        all += weight;
        shared += if next.contains(&fact.item) { weight } else { 0.0 };
    }
    all > 0.0 && shared >= GOES_ON * all
}

/// 0 for two stays of one illness, 1 for others.
fn kind(region: &Region, illnesses: &Illnesses<'_>, a: u32, b: u32) -> usize {
    usize::from(!illnesses.agree(&region.stays[a as usize], &region.stays[b as usize]))
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let region = context.region;
    let widest = parameters.windows.iter().copied().max().unwrap_or(0);
    if parameters.windows.iter().any(|w| *w < 0)
        || widest >= parameters.reference_from
        || parameters.reference_from > parameters.reference_to
    {
        return Err(RuleError::Parameter("windows < reference_from <= reference_to".into()));
    }
    let plan = Plan {
        series: Series::new(region, &parameters.series_codes, &parameters.series_words),
        illnesses: Illnesses::new(region),
        regular_times: parameters.regular_times,
        regular_spread: parameters.regular_spread,
        session_times: parameters.session_times,
        long_nights: parameters.long_nights,
    };
    let mut all = discharges(region, &plan, widest);
    // Another illness is one, unless the treatment shows that it is the same.
    for discharge in &mut all {
        let another = discharge.excused.filter(|(excuse, _)| *excuse == Excuse::OtherIllness);
        if another.is_some_and(|(_, n)| n.gap > COURSE || !goes_on(context, discharge.stay, n.stay)) {
            discharge.excused = None;
        }
    }
    let judgements = judgements(region, &plan.illnesses, &all, &parameters);
    let findings = chains(region, &plan.illnesses, &all, &judgements, &parameters)
        .into_iter()
        .map(|chain| finding(region, &chain, &judgements))
        .collect();
    let counts = context.index.counts();
    Ok(Coverage::of(Unit::Stays, all.iter().filter(|d| !d.is_transfer()).count())
        .not(Why::NoPerson, Unit::Stays, counts.nobodys_stays)
        .not(Why::NoDischarge, Unit::Stays, counts.open_stays)
        .with(findings))
}

/// The returns that one thing excuses, or nothing, by hospital, and the hospitals that stand out among them.
struct Judgements {
    houses: BTreeMap<HospitalId, Returns>,
    judged: BTreeMap<HospitalId, Early>,
}

/// The hospitals that stand out by returns that nothing excuses, and by those of each excuse: it holds as far as the others
/// have as much of it. False discoveries are controlled over hospitals, and over hospitals and excuses.
fn judgements(
    region: &Region,
    illnesses: &Illnesses<'_>,
    all: &[Discharge],
    parameters: &Parameters,
) -> BTreeMap<Option<Excuse>, Judgements> {
    let of = |excuse| houses(region, illnesses, all, excuse, parameters.reference_to);
    let plain = of(None);
    let [judged] = judge(region, [&plain], true, parameters);
    let excused = Excuse::ALL.map(|excuse| of(Some(excuse)));
    // With nobody to be compared with an excuse cannot be tested, and holds.
    let by_excuse = judge(region, excused.each_ref(), false, parameters);
    let excused = Excuse::ALL.into_iter().zip(excused).zip(by_excuse);
    std::iter::once((None, Judgements { houses: plain, judged }))
        .chain(excused.map(|((excuse, houses), judged)| (Some(excuse), Judgements { houses, judged })))
        .collect()
}

/// A return that is probably one of the surplus.
#[derive(Clone, Copy, Debug)]
struct Joint {
    first: u32,
    second: u32,
    gap: i32,
    probability: f64,
    excuse: Option<Excuse>,
}

/// The listed returns, those of one person joined end to end.
fn chains(
    region: &Region,
    illnesses: &Illnesses<'_>,
    all: &[Discharge],
    judgements: &BTreeMap<Option<Excuse>, Judgements>,
    parameters: &Parameters,
) -> Vec<Vec<Joint>> {
    let mut out: Vec<Vec<Joint>> = Vec::new();
    for discharge in all {
        let Some((excuse, next)) = followed(discharge) else { continue };
        let hospital = region.stays[discharge.stay as usize].hospital;
        let Some(judged) = judgements[&excuse].judged.get(&hospital).filter(|j| next.gap <= j.window) else { continue };
        let probability = judged.probability(next.gap, kind(region, illnesses, discharge.stay, next.stay));
        if probability < parameters.min_probability {
            continue;
        }
        let joint = Joint { first: discharge.stay, second: next.stay, gap: next.gap, probability, excuse };
        match out.last_mut().filter(|chain| chain.last().is_some_and(|last| last.second == joint.first)) {
            Some(chain) => chain.push(joint),
            None => out.push(vec![joint]),
        }
    }
    out
}

fn finding(region: &Region, chain: &[Joint], judgements: &BTreeMap<Option<Excuse>, Judgements>) -> Finding {
    let Joint { first, excuse, .. } = chain[0];
    let hospital = region.stays[first as usize].hospital;
    let (judged, house) = (&judgements[&excuse].judged[&hospital], &judgements[&excuse].houses[&hospital]);
    let mut finding = stay_finding(region, first as usize);
    finding.add_rows(&region.files, region.stays[first as usize].rows.iter().copied());
    for joint in chain {
        let stay = &region.stays[joint.second as usize];
        finding.stay_ids.push(region.names.records.get(stay.record).to_string());
        finding.period_end = finding.period_end.max(Some(stay.last_day()));
        finding.total_amount += stay.total;
        finding.add_risk(Subject::Stay(joint.second), region.at_stake(stay));
        finding.add_rows(&region.files, stay.rows.iter().copied());
    }
    let surest = chain.iter().map(|j| j.probability).fold(0.0, f64::max);
    finding.confidence = surest;
    finding.observed = Some(judged.observed);
    finding.expected = Some(judged.expected);
    finding.p_value = Some(judged.p);
    finding.q_value = Some(judged.q);
    let ids = std::iter::once(first).chain(chain.iter().map(|j| j.second));
    let dates = ids.map(|i| {
        let stay = &region.stays[i as usize];
        format!("{} – {}", stay.admitted.day, stay.last_day())
    });
    let stay = &region.stays[first as usize];
    let evidence = &mut finding.evidence;
    evidence.insert("split_into".into(), (chain.len() + 1).into());
    evidence.insert("gap_days".into(), chain.iter().map(|j| j.gap).max().into());
    evidence.insert("dates".into(), list(dates));
    evidence.insert("diagnosis".into(), diagnosis(region, stay).into());
    evidence.insert("next_diagnosis".into(), diagnosis(region, &region.stays[chain[0].second as usize]).into());
    evidence.insert("excuse".into(), excuse.map_or("none", Excuse::name).into());
    evidence.insert("window_days".into(), judged.window.into());
    evidence.insert("returns".into(), judged.observed.into());
    evidence.insert("expected_returns".into(), rounded(judged.expected, 1).into());
    evidence.insert("ratio".into(), rounded(judged.observed / judged.expected, 1).into());
    evidence.insert("discharges".into(), house.discharges.into());
    evidence.insert("peer_hospitals".into(), judged.peers.into());
    evidence.insert("by_gap".into(), by_gap(judged));
    finding
}

/// Returns of the hospital by days between, with what was expected of each.
fn by_gap(judged: &Early) -> Value {
    let row = |(gap, (seen, expected)): (usize, &(f64, f64))| json!({"gap": gap, "seen": seen, "expected": rounded(*expected, 1)});
    Value::Array(judged.by_gap.iter().enumerate().map(row).collect())
}
