//! `late-uploads`: hospitals whose data reach the bureau, or are settled, far later after the fact than their peers'.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Datelike;
use serde::Deserialize;
use serde_json::json;

use super::shares::{Count, Funnel, JudgedShare, judge};
use crate::finding::Finding;
use crate::model::{Day, HospitalId, RowRef, Setting, Table};
use crate::rule::coverage::compared_with;
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::{percent, quantile};

pub(super) const DETECTOR: Detector =
    Detector { id: "late-uploads", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    min_late_days: f64,
    late_factor: f64,
    usual_quantile: f64,
    min_records: u64,
    min_peers: usize,
    min_spread: f64,
    min_share: f64,
    min_ratio: f64,
    max_q: f64,
    rows_listed: usize,
}

/// A record and the days it took.
#[derive(Clone, Copy)]
struct Delay {
    days: i32,
    at: Place,
}

#[derive(Clone, Copy)]
enum Place {
    Stay(u32),
    Visit(u32),
}

type Delays = BTreeMap<HospitalId, Vec<Delay>>;

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let mut findings = Vec::new();
    let (mut compared, mut enough, mut all) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (kind, delays) in [("upload", uploads(context)), ("stays", settlements(context)), ("visits", visits(context))] {
        let bound = bound(&delays, &parameters);
        let count = |(hospital, all): (&HospitalId, &Vec<Delay>)| Count {
            hospital: *hospital,
            hits: all.iter().filter(|d| f64::from(d.days) > bound).count() as u64,
            of: all.len() as u64,
        };
        let funnel = Funnel {
            min_of: parameters.min_records,
            min_peers: parameters.min_peers,
            min_spread: parameters.min_spread,
        };
        let counts: Vec<Count> = delays.iter().map(count).collect();
        let late = |j: &JudgedShare| {
            let stands_out = j.share() >= parameters.min_ratio * j.expected && j.q <= parameters.max_q;
            stands_out && j.share() >= parameters.min_share
        };
        all.extend(counts.iter().map(|c| c.hospital));
        enough.extend(counts.iter().filter(|c| c.of >= funnel.min_of).map(|c| c.hospital));
        let judged = judge(&counts, funnel);
        compared.extend(judged.iter().map(|j| j.count.hospital));
        for judged in judged.iter().filter(|j| late(j)) {
            findings.push(finding(context, kind, judged, &delays[&judged.count.hospital], bound, &parameters));
        }
    }
    Ok(compared_with(&compared, &enough, &all).with(findings))
}

/// Days beyond which a record is late: a multiple of what nearly all records of the middle hospital keep.
fn bound(delays: &Delays, parameters: &Parameters) -> f64 {
    let usual = |all: &Vec<Delay>| {
        let mut days: Vec<f64> = all.iter().map(|d| f64::from(d.days)).collect();
        quantile(&mut days, parameters.usual_quantile)
    };
    let large = delays.values().filter(|all| all.len() as u64 >= parameters.min_records);
    let mut each: Vec<f64> = large.filter_map(usual).collect();
    parameters.min_late_days.max(parameters.late_factor * quantile(&mut each, 0.5).unwrap_or(0.0))
}

fn year(day: Day) -> i32 {
    day.date().year()
}

/// From discharge to upload. Stays that go on are not late, and those over the turn of a year are settled by their own rules.
fn uploads(context: &Context<'_>) -> Delays {
    let mut all = Delays::new();
    for (i, stay) in context.region.stays.iter().enumerate() {
        let Some((left, uploaded)) = stay.discharged.zip(stay.uploaded) else { continue };
        if year(stay.admitted.day) == year(uploaded.day) {
            let delay = Delay { days: (uploaded.day.0 - left.day.0).max(0), at: Place::Stay(i as u32) };
            all.entry(stay.hospital).or_default().push(delay);
        }
    }
    all
}

/// From discharge to settlement.
fn settlements(context: &Context<'_>) -> Delays {
    let mut all = Delays::new();
    for (i, stay) in context.region.stays.iter().enumerate() {
        let Some((left, settled)) = stay.discharged.zip(stay.settled) else { continue };
        if year(stay.admitted.day) == year(settled.day) {
            let delay = Delay { days: (settled.day.0 - left.day.0).max(0), at: Place::Stay(i as u32) };
            all.entry(stay.hospital).or_default().push(delay);
        }
    }
    all
}

/// From the last charge of an outpatient visit to its settlement, where both are known.
fn visits(context: &Context<'_>) -> Delays {
    let (region, mut all) = (context.region, Delays::new());
    if !region.has_column(Table::Visits, "setl_time") {
        return all;
    }
    for (i, visit) in region.visits.iter().enumerate().filter(|(_, v)| v.setting != Setting::Pharmacy) {
        // The lines of a record are in order of time; those without a date come first.
        let last = region.fees.of(visit.record).last().and_then(|line| region.fees.time(line));
        let Some(last) = last.filter(|l| year(l.day) == year(visit.time.day)) else { continue };
        let delay = Delay { days: (visit.time.day.0 - last.day.0).max(0), at: Place::Visit(i as u32) };
        all.entry(visit.hospital).or_default().push(delay);
    }
    all
}

fn finding(
    context: &Context<'_>,
    kind: &str,
    judged: &JudgedShare,
    delays: &[Delay],
    bound: f64,
    parameters: &Parameters,
) -> Finding {
    let region = context.region;
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(judged.count.hospital).to_string(),
        group_id: Some(kind.to_string()),
        observed: Some(judged.share()),
        expected: Some(judged.expected),
        threshold: Some(bound),
        p_value: Some(judged.p),
        q_value: Some(judged.q),
        confidence: 0.6 * (1.0 - judged.q),
        ..Finding::default()
    };
    let mut rows: Vec<RowRef> = Vec::new();
    let late: Vec<&Delay> = delays.iter().filter(|d| f64::from(d.days) > bound).collect();
    for delay in &late {
        let (record, own, total, ids, day) = match delay.at {
            Place::Stay(i) => {
                let stay = &region.stays[i as usize];
                (stay.record, &stay.rows, stay.total, &mut finding.stay_ids, stay.last_day())
            }
            Place::Visit(i) => {
                let visit = &region.visits[i as usize];
                (visit.record, &visit.rows, visit.total, &mut finding.visit_ids, visit.time.day)
            }
        };
        ids.push(region.names.records.get(record).to_string());
        rows.extend(own);
        finding.total_amount += total;
        finding.period_start = Some(finding.period_start.map_or(day, |d| d.min(day)));
        finding.period_end = finding.period_end.max(Some(day));
    }
    rows.sort_unstable();
    finding.add_rows(&region.files, rows.into_iter().take(parameters.rows_listed));
    let mut days: Vec<f64> = delays.iter().map(|d| f64::from(d.days)).collect();
    let percent = |share: f64| json!(percent(share, 1));
    let evidence = &mut finding.evidence;
    evidence.insert("kind".into(), kind.into());
    evidence.insert("late".into(), late.len().into());
    evidence.insert("records".into(), delays.len().into());
    evidence.insert("share_percent".into(), percent(judged.share()));
    evidence.insert("peers_percent".into(), percent(judged.expected));
    evidence.insert("peers".into(), judged.peers.into());
    evidence.insert("bound_days".into(), json!(bound));
    evidence.insert("median_days".into(), json!(quantile(&mut days, 0.5).unwrap_or(0.0)));
    evidence.insert("longest_days".into(), late.iter().map(|d| d.days).max().unwrap_or(0).into());
    finding
}
