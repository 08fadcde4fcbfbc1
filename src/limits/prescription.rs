//! Tests of a whole prescription of slices: made up of slices that are not paid for alone, too many slices, too heavy.
//!
//! Where the export has no prescription numbers, all slices of a record on a day are taken for one prescription.

use std::collections::BTreeMap;

use super::breaches::{Breach, Hit, Limit, What, Wide, asked};
use super::days::{Lines, Party, Together, parties};
use super::points::Scope;
use super::postings::PointLine;
use super::windows::{from_the_last, number, prescription};
use crate::facts::StayItem;
use crate::model::{FeeClass, Fen, ItemId, RecordId};
use crate::rule::RuleError;

pub struct PrescriptionLimit;

/// What a prescription must not be.
pub enum Test {
    /// Made up of the points' slices only.
    Alone,
    /// Of more different slices.
    Slices(f64),
    /// Heavier: slices are billed in grams.
    Weight(f64),
}

impl Limit for PrescriptionLimit {
    const NAMES: &'static [&'static str] = &["not_payable_alone", "max_slices", "max_slice_weight"];
    const WIDE: Wide = Wide::Habit;
    type Bound = Test;

    fn read(limit: &str, value: &str) -> Option<Test> {
        let most = || value.trim().parse().ok().filter(|most: &f64| most.is_finite() && *most > 0.0);
        match limit {
            "not_payable_alone" => (value == "yes").then_some(Test::Alone),
            "max_slices" => most().map(Test::Slices),
            _ => most().map(Test::Weight),
        }
    }

    fn hits<'a>(scope: &'a Scope<'a, Test>) -> Result<Vec<Hit<'a>>, RuleError> {
        let region = scope.context.region;
        let is_slice = |f: &&StayItem| {
            f.quantity.0 > 0
                && (scope.items_contain(f.item)
                    || may_be_slice(region.fees.class(f.first_line as usize), region.names.items.get(f.item)))
        };
        let mut hits = Vec::new();
        for own in scope.context.facts.stay_items.chunk_by(|a, b| a.record == b.record) {
            if !own.iter().any(|f| scope.items_contain(f.item)) {
                continue;
            }
            let slices: Vec<&StayItem> = own.iter().filter(is_slice).collect();
            let lines = || slices.iter().flat_map(|fact| scope.context.facts.lines(fact));
            let all_told = lines().all(|line| prescription(region, *line as usize).is_some());
            for party in parties(scope.context, &slices, Together::Prescription) {
                hits.extend(of_party(scope, own[0].record, &party, all_told));
            }
        }
        Ok(hits)
    }
}

/// Whether an item is a slice, or may be one as far as an export without fee classes tells: national codes of western and patent
/// drugs begin with X and Z, of consumables with C, of services with 0.
fn may_be_slice(class: FeeClass, code: &str) -> bool {
    match class {
        FeeClass::HerbalSlice => true,
        FeeClass::Unknown => !(code.len() >= 15 && code.starts_with(['X', 'Z', 'C', '0'])),
        _ => false,
    }
}

/// The first test that a prescription fails. Where some slices of the record are on nobody knows which prescription, none is
/// said to be alone.
fn of_party<'a>(scope: &'a Scope<'a, Test>, record: RecordId, party: &Party, all_told: bool) -> Option<Hit<'a>> {
    let hospital = scope.context.region.records[record.index()].hospital;
    let held = |at: &u32| party.day.is_none_or(|day| scope.points[*at as usize].holds(day));
    let mut own: BTreeMap<u32, Vec<(ItemId, &Lines)>> = BTreeMap::new();
    let mut alone: Vec<u32> = Vec::new();
    for (item, lines) in &party.items {
        let points: Vec<u32> = scope.of(*item, hospital).filter(held).collect();
        alone.extend(points.iter().find(|at| matches!(scope.points[**at as usize].bound, Test::Alone)));
        points.into_iter().for_each(|at| own.entry(at).or_default().push((*item, lines)));
    }
    if all_told && alone.len() == party.items.len() {
        let all = party.items.iter().map(|(item, lines)| (*item, lines)).collect();
        return hit(scope, record, alone[0], all, 0.0, 1.0);
    }
    own.into_iter().find_map(|(at, items)| {
        let sum = match scope.points[at as usize].bound {
            Test::Alone => return None,
            Test::Slices(_) => items.len() as f64,
            Test::Weight(_) => items.iter().map(|(_, own)| own.quantity.units()).sum(),
        };
        let most = match scope.points[at as usize].bound {
            Test::Slices(most) | Test::Weight(most) => most,
            Test::Alone => return None,
        };
        if sum > most { hit(scope, record, at, items, most, sum) } else { None }
    })
}

/// What was claimed for a prescription beyond the most: claimed × (sum − most) / sum.
fn hit<'a>(
    scope: &'a Scope<'a, Test>,
    record: RecordId,
    at: u32,
    items: Vec<(ItemId, &Lines)>,
    most: f64,
    sum: f64,
) -> Option<Hit<'a>> {
    let claimed: Fen = items.iter().map(|(_, own)| own.claimed).sum();
    let money = claimed.share(((sum - most) * 10_000.0).round() as i64, (sum * 10_000.0).round() as i64);
    let used: Vec<PointLine> = items
        .iter()
        .flat_map(|(item, own)| own.lines.iter().map(move |&(line, claimed)| (*item, own.quantity, line, claimed)))
        .map(|(item, quantity, line, claimed)| PointLine {
            day: None,
            about: None,
            line,
            record,
            item,
            quantity,
            claimed,
        })
        .collect();
    let lines: Vec<(u32, Fen)> = from_the_last(&used, money).into_iter().map(|(u, fen)| (u.line, fen)).collect();
    let alone = most == 0.0;
    asked(&lines).then(|| Hit {
        record,
        what: What::Item(items[0].0),
        row: scope.points[at as usize].row,
        breach: Breach {
            limit: if alone { "alone".into() } else { number(most) },
            found: if alone { items.len().to_string() } else { number(sum) },
            observed: Some(if alone { items.len() as f64 } else { sum }),
            threshold: (!alone).then_some(most),
            ..Breach::default()
        },
        lines,
        with: Vec::new(),
    })
}
