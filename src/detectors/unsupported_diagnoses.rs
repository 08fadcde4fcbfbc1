//! `unsupported-diagnoses`: diagnoses of stays that nothing in their charge lines goes with, where it does at other hospitals.

mod learn;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::shares::{Count, Funnel, JudgedShare, judge};
use crate::finding::{Finding, Subject};
use crate::model::{Fen, HospitalId, RecordId};
use crate::rule::coverage::{Unit, Why, charged_stays, compared_with};
use crate::rule::subjects::list;
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::{benjamini_hochberg, percent, rounded};
use learn::{Charged, Learnt};

pub(super) const DETECTOR: Detector =
    Detector { id: "unsupported-diagnoses", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    min_lift: f64,
    min_item_share: f64,
    item_hospitals: usize,
    dominant_share: f64,
    own_item_share: f64,
    supported_share: f64,
    chance_share: f64,
    min_stays: u64,
    min_peers: usize,
    min_spread: f64,
    min_unsupported: u64,
    min_ratio: f64,
    max_q: f64,
    rows_listed: usize,
}

/// A hospital's stays with one diagnosis that nothing goes with.
struct Excess<'a> {
    learnt: &'a Learnt,
    judged: JudgedShare,
    bare: Vec<RecordId>,
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let charged = Charged::new(context);
    let learnt: Vec<Vec<Learnt>> = charged.diagnoses().into_par_iter().map(|d| charged.learn(d, &parameters)).collect();
    let learnt: Vec<Learnt> = learnt.into_iter().flatten().collect();
    let mut found: Vec<Excess<'_>> = learnt.iter().flat_map(|l| excesses(l, &parameters)).collect();
    // One family of tests: every hospital and diagnosis with enough stays.
    let p: Vec<f64> = found.iter().map(|e| e.judged.p).collect();
    let q = benjamini_hochberg(&p, p.len());
    found.iter_mut().zip(q).for_each(|(e, q)| e.judged.q = q);
    let stands_out = |e: &&Excess<'_>| {
        let judged = &e.judged;
        judged.q <= parameters.max_q
            && judged.count.hits >= parameters.min_unsupported
            && judged.share() >= parameters.min_ratio * judged.expected
    };
    let own =
        |e: &&Excess<'_>| !charged.is_billed_otherwise(e.learnt.code, e.judged.count.hospital, &e.bare, &parameters);
    let findings = found.iter().filter(stands_out).filter(own).map(|e| finding(context, e, &parameters)).collect();
    let compared: BTreeSet<HospitalId> = found.iter().map(|e| e.judged.count.hospital).collect();
    let all: BTreeSet<HospitalId> = context.region.stays.iter().map(|s| s.hospital).collect();
    let coverage = compared_with(&compared, &all, &all).not(
        Why::NoDiagnosis,
        Unit::Stays,
        context.index.counts().undiagnosed_stays,
    );
    Ok(coverage.and(charged_stays(context)).with(findings))
}

/// Every hospital with enough stays of a diagnosis, against the others.
fn excesses<'a>(learnt: &'a Learnt, parameters: &Parameters) -> Vec<Excess<'a>> {
    let funnel =
        Funnel { min_of: parameters.min_stays, min_peers: parameters.min_peers, min_spread: parameters.min_spread };
    let count = |(hospital, stays): (&HospitalId, &Vec<(RecordId, bool)>)| Count {
        hospital: *hospital,
        hits: stays.iter().filter(|s| !s.1).count() as u64,
        of: stays.len() as u64,
    };
    let counts: Vec<Count> = learnt.stays.iter().map(count).collect();
    let bare = |hospital: &HospitalId| {
        let own = learnt.stays.get(hospital).into_iter().flatten();
        own.filter(|s| !s.1).map(|s| s.0).collect()
    };
    let judged = judge(&counts, funnel).into_iter().filter(|j| learnt.of.is_none_or(|h| h == j.count.hospital));
    let tested = judged.filter(|j| learnt.of.is_some() || !learnt.dominant.contains(&j.count.hospital));
    tested.map(|judged| Excess { learnt, judged, bare: bare(&judged.count.hospital) }).collect()
}

fn finding(context: &Context<'_>, excess: &Excess<'_>, parameters: &Parameters) -> Finding {
    let (region, judged) = (context.region, &excess.judged);
    let stays: Vec<u32> = excess.bare.iter().filter_map(|r| region.records[r.index()].stay).collect();
    let of = |i: &u32| &region.stays[*i as usize];
    let expected = judged.expected * judged.count.of as f64;
    // Of the bare stays the share beyond the peers' is likely to be untrue: a mixture of two kinds of stay.
    let untrue = (1.0 - expected / judged.count.hits.max(1) as f64).clamp(0.0, 1.0);
    let code = excess.learnt.code;
    let code = code.as_str();
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(judged.count.hospital).to_string(),
        group_id: Some(code.to_string()),
        stay_ids: excess.bare.iter().map(|r| region.names.records.get(*r).to_string()).collect(),
        patient_ids: stays.iter().map(|i| region.names.persons.get(of(i).person).to_string()).collect(),
        period_start: stays.iter().map(|i| of(i).admitted.day).min(),
        period_end: stays.iter().map(|i| of(i).last_day()).max(),
        total_amount: stays.iter().map(|i| of(i).total).sum(),
        confidence: untrue * (1.0 - judged.q),
        observed: Some(judged.count.hits as f64),
        expected: Some(expected),
        p_value: Some(judged.p),
        q_value: Some(judged.q),
        ..Finding::default()
    };
    let is_main = |i: &u32| region.names.diagnoses.get(of(i).diagnosis).starts_with(code);
    for i in stays.iter().filter(|i| is_main(i)) {
        finding.add_risk(Subject::Stay(*i), Fen((region.at_stake(of(i)).0 as f64 * untrue).round() as i64));
    }
    let mut rows: Vec<_> = stays.iter().flat_map(|i| of(i).rows.iter().copied()).collect();
    rows.sort_unstable();
    finding.add_rows(&region.files, rows.into_iter().take(parameters.rows_listed));
    let percent = |share: f64| json!(percent(share, 1));
    let evidence = &mut finding.evidence;
    evidence.insert("diagnosis".into(), code.into());
    evidence.insert("diagnosis_name".into(), excess.learnt.name.as_str().into());
    evidence.insert("unsupported".into(), judged.count.hits.into());
    evidence.insert("stays_with_diagnosis".into(), judged.count.of.into());
    evidence.insert("expected_stays".into(), json!(rounded(expected, 1)));
    evidence.insert("share_percent".into(), percent(judged.share()));
    evidence.insert("peers_percent".into(), percent(judged.expected));
    evidence.insert("peers".into(), judged.peers.into());
    evidence.insert("main".into(), stays.iter().filter(|i| is_main(i)).count().into());
    evidence.insert("untrue_percent".into(), percent(untrue));
    let items = excess.learnt.items.iter().take(20);
    evidence.insert("usual_items".into(), list(items.map(|item| region.item_name(*item))));
    finding
}

/// Stays with a diagnosis, by hospital, and whether anything of it was billed.
type Supported = BTreeMap<HospitalId, Vec<(RecordId, bool)>>;
