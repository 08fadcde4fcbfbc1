//! Components charged one by one although an item for all of them exists.

use std::collections::BTreeMap;

use super::breaches::{Breach, Hit, Limit, What, Wide, asked};
use super::days::{Lines, Together, parties};
use super::points::{Point, Scope, items_of};
use super::postings::PointLine;
use super::windows::{by_point, from_the_last};
use crate::facts::StayItem;
use crate::model::{Fen, ItemId, RecordId};
use crate::rule::RuleError;
use crate::rulebook::national_code;

pub struct ComponentsLimit;

/// The item for all of them: its code, and its price where the table says one.
pub struct Whole {
    code: String,
    price: Option<Fen>,
}

impl Limit for ComponentsLimit {
    const NAMES: &'static [&'static str] = &["components_same_day", "components_same_stay"];
    const WIDE: Wide = Wide::Habit;
    type Bound = Whole;

    /// `code`, or `code=yuan`. The point's codes are all the components.
    fn read(_: &str, value: &str) -> Option<Whole> {
        let (code, price) = match value.split_once('=') {
            None => (value, None),
            Some((code, yuan)) => {
                let yuan: f64 = yuan.trim().parse().ok().filter(|y: &f64| y.is_finite() && *y >= 0.0)?;
                (code, Some(Fen((yuan * 100.0).round() as i64)))
            }
        };
        (!code.trim().is_empty()).then(|| Whole { code: code.trim().to_string(), price })
    }

    fn hits<'a>(scope: &'a Scope<'a, Whole>) -> Result<Vec<Hit<'a>>, RuleError> {
        let mut hits = Vec::new();
        for (at, facts) in by_point(scope) {
            let mut records: BTreeMap<RecordId, Vec<&StayItem>> = BTreeMap::new();
            facts.into_iter().filter(|f| f.quantity.0 > 0).for_each(|f| records.entry(f.record).or_default().push(f));
            let point = &scope.points[at as usize];
            let needed = point.row.codes().split_ascii_whitespace().count();
            for (record, own) in records.into_iter().filter(|(_, own)| own.len() >= needed.max(2)) {
                hits.extend(on_record(scope, point, record, &own));
            }
        }
        Ok(hits)
    }
}

/// The money of all components beyond the price of the whole; without a price, beyond the dearest of them.
fn on_record<'a>(
    scope: &'a Scope<'a, Whole>,
    point: &'a Point<'a, Whole>,
    record: RecordId,
    own: &[&StayItem],
) -> Option<Hit<'a>> {
    let context = scope.context;
    let together = if point.row.limit().ends_with("stay") { Together::Record } else { Together::Day };
    let codes: Vec<&str> = point.row.codes().split_ascii_whitespace().collect();
    let sets: Vec<Vec<ItemId>> = codes.iter().map(|code| items_of(context.index, code)).collect();
    let (mut lines, mut times): (Vec<(u32, Fen)>, f64) = (Vec::new(), 0.0);
    let mut dearest: Option<(Fen, ItemId)> = None;
    for party in parties(context, own, together) {
        let there = |set: &Vec<ItemId>| set.iter().any(|item| party.items.contains_key(item));
        if !sets.iter().all(there) || party.day.is_some_and(|day| !point.holds(day)) {
            continue;
        }
        times += 1.0;
        let most = party.items.iter().map(|(item, own)| (own.claimed, *item)).max();
        dearest = dearest.max(most);
        lines.extend(excess(&party.items, point.bound.price));
    }
    let (_, item) = dearest?;
    let name = items_of(context.index, point.row.value().split('=').next().unwrap_or_default());
    let whole = name.first().map_or(national_code(&point.bound.code), |&item| context.region.item_name(item));
    asked(&lines).then(|| Hit {
        record,
        what: What::Item(item),
        row: point.row,
        breach: Breach {
            limit: whole.into(),
            found: times.to_string(),
            observed: Some(times),
            confidence: 0.8,
            ..Breach::default()
        },
        lines,
        with: Vec::new(),
    })
}

/// All lines of a set with the money that is too much.
fn excess(items: &BTreeMap<ItemId, Lines>, price: Option<Fen>) -> Vec<(u32, Fen)> {
    let all: Fen = items.values().map(|own| own.claimed).sum();
    let dearest = items.values().map(|own| own.claimed).max().unwrap_or(Fen(0));
    // The dearest component's lines come first, so that the others carry the money.
    let mut order: Vec<(&ItemId, &Lines)> = items.iter().collect();
    order.sort_by_key(|(item, own)| (std::cmp::Reverse(own.claimed), **item));
    let used = |(item, own): &(&ItemId, &Lines)| -> Vec<PointLine> {
        let of = |&(line, claimed): &(u32, Fen)| PointLine {
            day: None,
            about: None,
            line,
            record: RecordId(0),
            item: **item,
            quantity: own.quantity,
            claimed,
        };
        own.lines.iter().map(of).collect()
    };
    let used: Vec<PointLine> = order.iter().flat_map(used).collect();
    let part: BTreeMap<u32, Fen> =
        from_the_last(&used, all - price.unwrap_or(dearest)).into_iter().map(|(u, fen)| (u.line, fen)).collect();
    used.iter().map(|u| (u.line, part.get(&u.line).copied().unwrap_or(Fen(0)))).collect()
}
