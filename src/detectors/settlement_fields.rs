//! `settlement-fields`: settlement lists of stays that contradict themselves or lack what a list must have.

mod checks;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::tallies::{Bounds, Tallies, Verdict, judge};
use crate::finding::Finding;
use crate::model::{Fen, HospitalId, RecordId, Region, RowRef};
use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::subjects::list;
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::percent;
use checks::{CHECKS, Case, nature};

pub(super) const DETECTOR: Detector =
    Detector { id: "settlement-fields", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    sum_tolerance_yuan: f64,
    line_tolerance_yuan: f64,
    oldest_years: i32,
    rows_listed: usize,
    identity_share: f64,
    wide_share: f64,
    convention_share: f64,
    min_stays: u64,
    min_ratio: f64,
    max_q: f64,
}

/// A stay with the error.
struct Bad {
    stay: u32,
    /// What the stay has, in words of the record.
    seen: String,
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let tallies = tally(context, &parameters);
    let bounds = Bounds {
        identity_share: parameters.identity_share,
        wide_share: parameters.wide_share,
        convention_share: parameters.convention_share,
        min_records: parameters.min_stays,
        min_ratio: parameters.min_ratio,
        max_q: parameters.max_q,
    };
    let findings = judge(&tallies, nature, bounds).iter().map(|v| finding(context.region, v, &parameters)).collect();
    let homeless = context.index.counts().homeless_stays;
    Ok(Coverage::of(Unit::Stays, context.region.stays.len() - homeless)
        .not(Why::NoHospital, Unit::Stays, homeless)
        .with(findings))
}

/// Makes every check that the columns of the export allow on every stay.
fn tally(context: &Context<'_>, parameters: &Parameters) -> Tallies<Bad> {
    let region = context.region;
    let billed: BTreeMap<RecordId, (Fen, u32)> =
        context.facts.stay_totals.iter().map(|t| (t.record, (t.amount(), t.lines))).collect();
    let mut tallies: Tallies<Bad> = Tallies::new();
    for check in CHECKS.iter().filter(|c| (c.possible)(region)) {
        let by_hospital = tallies.entry(check.kind).or_default();
        for (index, stay) in region.stays.iter().enumerate().filter(|(_, s)| s.hospital != HospitalId::NONE) {
            let case = Case { region, stay, billed: billed.get(&stay.record).copied(), parameters };
            // A stay that the check does not apply to is not counted as checked.
            let Some(fault) = (check.look)(&case) else { continue };
            let tally = by_hospital.entry(stay.hospital).or_default();
            tally.checked += 1;
            tally.bad.extend(fault.map(|seen| Bad { stay: index as u32, seen }));
        }
    }
    tallies
}

fn finding(region: &Region, verdict: &Verdict<'_, Bad>, parameters: &Parameters) -> Finding {
    let bad = &verdict.tally.bad;
    let stays = || bad.iter().map(|b| &region.stays[b.stay as usize]);
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(verdict.hospital).to_string(),
        group_id: Some(verdict.kind.to_string()),
        stay_ids: stays().map(|s| region.names.records.get(s.record).to_string()).collect(),
        patient_ids: stays().map(|s| region.names.persons.get(s.person).to_string()).collect(),
        period_start: stays().map(|s| s.admitted.day).min(),
        period_end: stays().map(crate::model::Stay::last_day).max(),
        total_amount: stays().map(|s| s.total).sum(),
        result: Some(verdict.result),
        confidence: verdict.confidence,
        observed: Some(verdict.share),
        expected: verdict.peers,
        p_value: verdict.p,
        q_value: verdict.q,
        ..Finding::default()
    };
    let mut rows: Vec<RowRef> = stays().flat_map(|s| s.rows.iter().copied()).collect();
    rows.sort_unstable();
    finding.add_rows(&region.files, rows.into_iter().take(parameters.rows_listed));
    let percent = |share: f64| json!(percent(share, 3));
    let evidence = &mut finding.evidence;
    evidence.insert("kind".into(), verdict.kind.into());
    evidence.insert("stays_with_error".into(), bad.len().into());
    evidence.insert("stays_of_hospital".into(), verdict.tally.checked.into());
    evidence.insert("share_percent".into(), percent(verdict.share));
    evidence.insert("compared".into(), Value::from(if verdict.peers.is_some() { "yes" } else { "no" }));
    evidence.insert("peers_percent".into(), verdict.peers.map_or(Value::Null, percent));
    evidence.insert("wide".into(), Value::from(if verdict.wide { "yes" } else { "no" }));
    let seen = bad.iter().filter(|b| !b.seen.is_empty()).take(20);
    let record = |b: &Bad| region.names.records.get(region.stays[b.stay as usize].record).to_string();
    evidence.insert("examples".into(), list(seen.map(|b| format!("{}: {}", record(b), b.seen))));
    finding
}
