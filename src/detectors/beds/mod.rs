//! What `bed-hanging` and `padded-stays` share: which stays have more empty days than their kind can have, and in what shape.
//!
//! Both rules make the same judgement of every stay, so that a stay is a lead of one of them at most: of `padded-stays` where
//! the activity is as it should be until it ends for good, of `bed-hanging` otherwise.

mod calibrate;
mod chart;
mod cohort;
mod evidence;
mod judge;
mod null;
mod rates;
#[cfg(test)]
mod tests;
mod wards;

use std::collections::BTreeSet;

pub use judge::Shape;
use judge::{Parameters, judge};

use crate::facts::Posted;
use crate::finding::Finding;
use crate::model::{FeeClass, HospitalId};
use crate::rule::coverage::{Coverage, Unit, Why, dated_stays};
use crate::rule::{Context, Judgement, RuleError, parameters};

/// The findings of one of the two rules.
pub fn run(context: &Context<'_>, shape: Shape) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let mut cohort = chart::build(context.region, context.facts, parameters.supply_days);
    let mut judged = judge(&mut cohort, &parameters);
    let wards = wards::judge(context.region, context.facts, &cohort, &parameters);
    // What is listed with its institution is no lead of its own.
    let listed: BTreeSet<usize> = wards.empty.iter().flat_map(|ward| ward.charts.iter().copied()).collect();
    let in_lumps = in_lumps(context, &cohort);
    let in_lumps = |chart: usize| in_lumps[cohort.charts[chart].hospital as usize];
    judged.verdicts.retain(|v| !in_lumps(v.chart) && !listed.contains(&v.chart));
    let unknown: BTreeSet<usize> = judged.unjudged.iter().copied().collect();
    let lumps = (0..cohort.charts.len()).filter(|chart| in_lumps(*chart) || unknown.contains(chart));
    let left = lumps.filter(|chart| !listed.contains(chart));
    let (alone, posting): (Vec<usize>, Vec<usize>) = left.partition(|chart| wards.alone.contains(chart));
    let elsewhere = chart::Elsewhere::new(context.region);
    let mut leads = vec![0; cohort.hospitals.len()];
    judged.verdicts.iter().for_each(|v| leads[cohort.charts[v.chart].hospital as usize] += 1);
    let scene = evidence::Scene { context, cohort: &cohort, judged: &judged, elsewhere: &elsewhere, leads };
    let mut findings: Vec<Finding> =
        judged.verdicts.iter().filter(|v| v.shape == shape).map(|v| scene.finding(v)).collect();
    if shape == Shape::Hanging {
        let of_hospital = wards.empty.chunk_by(|a, b| a.hospital == b.hospital);
        findings.extend(of_hospital.map(|own| scene.institution(own, wards.tests)));
    }
    let coverage = Coverage { judged: cohort.charts.len() - alone.len() - posting.len(), ..dated_stays(context) };
    let coverage = coverage.not(Why::Posting, Unit::Stays, posting.len());
    Ok(coverage.not(Why::FewPeers, Unit::Stays, alone.len()).with(findings))
}

/// By hospital of the cohort, whether it posts treatments and drugs in lumps: their days say nothing of a single stay, and only its
/// wards are judged, by how much is on the bill.
fn in_lumps(context: &Context<'_>, cohort: &cohort::Cohort) -> Vec<bool> {
    let posted = Posted::new(context.region, &context.facts.posting);
    let both = |hospital: &HospitalId| {
        [FeeClass::Treatment, FeeClass::WesternDrug].iter().all(|class| posted.in_lumps(*hospital, *class))
    };
    cohort.hospitals.iter().map(both).collect()
}

/// Refuses parameters that are not understood.
pub fn check(card: &crate::rulebook::Card) -> Result<(), RuleError> {
    parameters::<Parameters>(card).map(drop)
}
