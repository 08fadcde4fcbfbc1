//! Items that come with another: a drug or consumable without the service that it is used in, on the same day or in the same
//! record.

use std::collections::BTreeSet;

use super::breaches::{Breach, Hit, Limit, What, asked};
use super::points::{Point, Scope, items_of};
use super::windows::uses;
use crate::facts::StayItem;
use crate::model::{Day, Fen, ItemId};
use crate::rule::RuleError;

pub struct Requires;

/// What must be there as well.
pub struct Required {
    same_day: bool,
}

impl Limit for Requires {
    const NAMES: &'static [&'static str] = &["requires_same_day", "requires_same_stay"];
    const OF_RECORD: bool = true;
    type Bound = Required;

    /// Codes of the items of which one must be there.
    fn read(limit: &str, value: &str) -> Option<Required> {
        (!value.is_empty()).then_some(Required { same_day: limit.ends_with("day") })
    }

    fn hits<'a>(scope: &'a Scope<'a, Required>) -> Result<Vec<Hit<'a>>, RuleError> {
        let context = scope.context;
        let partners: Vec<Vec<ItemId>> =
            scope.points.iter().map(|point| items_of(context.index, point.row.value())).collect();
        let mut hits = Vec::new();
        for item in scope.items() {
            for fact in context.index.facts_of(item).filter(|f| f.quantity.0 > 0) {
                let hospital = context.region.records[fact.record.index()].hospital;
                let own = context.index.facts_on(fact.record);
                hits.extend(scope.of(item, hospital).find_map(|at| {
                    // Several points of an item are alternatives of the same requirement only within one point.
                    alone(scope, &scope.points[at as usize], &partners[at as usize], fact, own)
                }));
            }
        }
        Ok(hits)
    }
}

/// The lines of an item that are without any of its partners. Where the record has a partner without a date, none are.
fn alone<'a>(
    scope: &'a Scope<'a, Required>,
    point: &'a Point<'a, Required>,
    partners: &[ItemId],
    fact: &StayItem,
    own: &[StayItem],
) -> Option<Hit<'a>> {
    let region = scope.context.region;
    let with = || own.iter().filter(|f| f.quantity.0 > 0 && partners.binary_search(&f.item).is_ok());
    let mut days: BTreeSet<Day> = BTreeSet::new();
    for used in uses(scope.context, with()) {
        days.insert(used.day.filter(|_| point.bound.same_day)?);
    }
    let without = |day: Option<Day>| day.map_or(days.is_empty(), |day| point.holds(day) && !days.contains(&day));
    let lines: Vec<(u32, Fen)> =
        uses(scope.context, std::iter::once(fact)).filter(|u| without(u.day)).map(|u| (u.line, u.claimed)).collect();
    let needed = partners.first().map(|&item| region.item_name(item).to_string());
    asked(&lines).then(|| Hit {
        record: fact.record,
        what: What::Item(fact.item),
        row: point.row,
        breach: Breach {
            limit: needed.unwrap_or_else(|| point.row.value().to_string()),
            found: lines.len().to_string(),
            observed: Some(lines.len() as f64),
            confidence: 0.6,
            ..Breach::default()
        },
        lines,
        with: Vec::new(),
    })
}
