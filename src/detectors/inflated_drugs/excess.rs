//! The lines that carry what is beyond a plausible dose.

use super::doses::{self, DrugUse, last_cover};
use super::leads::Parameters;
use crate::facts::{Posted, StayItem};
use crate::model::{Fen, Quantity, Region};
use crate::rule::Context;

/// What is beyond the plausible dose on one line.
pub struct Beyond {
    /// The line.
    pub line: u32,
    /// Units in excess.
    pub units: Quantity,
    /// Their money.
    pub amount: Fen,
}

/// The excess of one use above `limit` units a day, latest lines of a day first.
pub fn beyond(
    context: &Context<'_>,
    posted: &Posted<'_>,
    fact: &StayItem,
    of: &DrugUse,
    limit: f64,
    parameters: &Parameters,
) -> Vec<Beyond> {
    let (region, fees, lines) = (context.region, &context.region.fees, context.facts.lines(fact));
    if let Some(days) = of.total_days {
        return excess(region, lines, limit * f64::from(days));
    }
    let stay = &region.stays[of.stay as usize];
    let on_the_spot = doses::is_given_on_the_spot(region, fact.item);
    if let Some(days) = doses::supply_cover(fact, stay, on_the_spot, parameters.supply()) {
        return excess(region, lines, limit * f64::from(days));
    }
    let day = |l: u32| fees.day(l as usize);
    let days: Vec<&[u32]> = lines.chunk_by(|&a, &b| day(a) == day(b)).collect();
    if let Some(postings) = doses::postings(region, context.facts, posted, fact, stay, on_the_spot, parameters.supply())
    {
        let of_posting =
            |(own, posting): (&&[u32], doses::Posting)| excess(region, own, limit * f64::from(posting.days));
        return days.iter().zip(postings).flat_map(of_posting).collect();
    }
    let gap = |a: &[u32], b: &[u32]| day(a[0]).zip(day(b[0])).map_or(1, |(a, b)| (b.0 - a.0).max(1));
    let mut all = Vec::new();
    for (at, own) in days.iter().enumerate() {
        let before = if at > 0 { gap(days[at - 1], own) } else { 1 };
        let after = match days.get(at + 1) {
            Some(next) => gap(own, next),
            None => last_cover(fact, stay, on_the_spot, parameters.supply()),
        };
        all.extend(excess(region, own, limit * f64::from(before.max(after))));
    }
    all
}

fn excess(region: &Region, lines: &[u32], allowed: f64) -> Vec<Beyond> {
    let quantity = |l: u32| region.fees.quantity(l as usize).0;
    let sum: i64 = lines.iter().map(|&l| quantity(l)).sum();
    let mut left = sum - (allowed * Quantity::ONE.0 as f64).round() as i64;
    let mut all = Vec::new();
    for &line in lines.iter().rev().filter(|&&l| quantity(l) > 0) {
        if left <= 0 {
            break;
        }
        let over = left.min(quantity(line));
        let amount = region.fees.claimed(line as usize).share(over, quantity(line)).max(Fen(0));
        all.push(Beyond { line, units: Quantity(over), amount });
        left -= over;
    }
    all
}
