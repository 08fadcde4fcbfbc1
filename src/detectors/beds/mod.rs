//! What `bed-hanging` and `padded-stays` share: which stays have more empty days than their kind can have, and in what shape.
//!
//! Both rules make the same judgement of every stay, so that a stay is a lead of one of them at most: of `padded-stays` where
//! the activity is as it should be until it ends for good, of `bed-hanging` otherwise.

mod calibrate;
mod chart;
mod evidence;
mod judge;
mod null;
mod rates;
#[cfg(test)]
mod tests;
mod world;

pub use judge::Shape;
use judge::{Parameters, judge};

use crate::rule::coverage::{Coverage, Unit, Why, dated_stays};
use crate::rule::{Context, Judgement, RuleError, parameters};

/// The findings of one of the two rules.
pub fn run(context: &Context<'_>, shape: Shape) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let mut world = chart::build(context.region, context.facts, parameters.supply_days);
    let judged = judge(&mut world, &parameters);
    let elsewhere = chart::Elsewhere::new(context.region);
    let mut leads = vec![0; world.hospitals.len()];
    judged.verdicts.iter().for_each(|v| leads[world.charts[v.chart].hospital as usize] += 1);
    let scene = evidence::Scene { context, world: &world, judged: &judged, elsewhere: &elsewhere, leads };
    let findings = judged.verdicts.iter().filter(|v| v.shape == shape).map(|v| scene.finding(v)).collect();
    let coverage = Coverage { judged: judged.tests, ..dated_stays(context) };
    Ok(coverage.not(Why::Posting, Unit::Stays, judged.unjudged).with(findings))
}

/// Refuses parameters that are not understood.
pub fn check(card: &crate::rulebook::Card) -> Result<(), RuleError> {
    parameters::<Parameters>(card).map(drop)
}
