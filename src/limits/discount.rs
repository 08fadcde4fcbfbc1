//! The second and later of several different operations through one incision, charged at the full price.
//!
//! The full price of an operation is what the hospital charges where it is the only one of its group on the day, the median;
//! for a hospital that never does, the median of the others. An operation whose full price is not known is not judged.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::breaches::{Breach, Hit, Limit, What, Wide, asked};
use super::days::{Lines, Party, Together, parties};
use super::points::Scope;
use crate::facts::StayItem;
use crate::model::{Fen, HospitalId, ItemId, Quantity, RecordId};
use crate::rule::{RuleError, parameters};

pub struct Discount;

#[derive(Deserialize)]
pub struct Parameters {
    /// The share of the full price that is paid for second and later operations.
    discount_percent: i64,
    /// The share of the full price from which it was not discounted.
    full_percent: i64,
}

impl Limit for Discount {
    const NAMES: &'static [&'static str] = &["discount_group"];
    const WIDE: Wide = Wide::Habit;
    /// Name of the group of operations that are done through one incision.
    type Bound = String;

    fn read(_: &str, value: &str) -> Option<String> {
        (!value.is_empty()).then(|| value.to_string())
    }

    fn hits<'a>(scope: &'a Scope<'a, String>) -> Result<Vec<Hit<'a>>, RuleError> {
        let parameters: Parameters = parameters(scope.context.card)?;
        let sessions = sessions(scope);
        let prices = Prices::of(&sessions);
        let mut hits = Vec::new();
        for session in sessions.iter().filter(|s| s.items.len() > 1) {
            hits.extend(in_session(scope, session, &prices, &parameters));
        }
        Ok(hits)
    }
}

/// The operations of one group on one day of a record, with the point of each.
struct Session {
    record: RecordId,
    hospital: HospitalId,
    items: BTreeMap<ItemId, (u32, Lines)>,
}

fn sessions<'a>(scope: &'a Scope<'a, String>) -> Vec<Session> {
    let context = scope.context;
    let mut all = Vec::new();
    let mut records: BTreeMap<RecordId, Vec<&StayItem>> = BTreeMap::new();
    for item in scope.items() {
        let done = context.index.facts_of(item).filter(|f| f.quantity.0 > 0);
        done.for_each(|f| records.entry(f.record).or_default().push(f));
    }
    for (record, own) in records {
        let hospital = context.region.records[record.index()].hospital;
        for Party { day, items } in parties(context, &own, Together::Day) {
            let mut groups: BTreeMap<&str, BTreeMap<ItemId, (u32, Lines)>> = BTreeMap::new();
            for (item, lines) in items {
                let held = |at: &u32| day.is_none_or(|d| scope.points[*at as usize].holds(d));
                let Some(at) = scope.of(item, hospital).find(held) else { continue };
                groups.entry(&scope.points[at as usize].bound).or_default().insert(item, (at, lines));
            }
            all.extend(groups.into_values().map(|items| Session { record, hospital, items }));
        }
    }
    all
}

/// Full prices, in 1/10,000 fen a unit so that no quantity is lost.
struct Prices {
    of_hospital: FxHashMap<(HospitalId, ItemId), i64>,
    of_all: FxHashMap<ItemId, i64>,
}

impl Prices {
    fn of(sessions: &[Session]) -> Self {
        let mut own: BTreeMap<(HospitalId, ItemId), Vec<i64>> = BTreeMap::new();
        for session in sessions.iter().filter(|s| s.items.len() == 1) {
            for (item, (_, lines)) in &session.items {
                own.entry((session.hospital, *item)).or_default().push(unit(lines.amount, lines.quantity));
            }
        }
        let mut all: BTreeMap<ItemId, Vec<i64>> = BTreeMap::new();
        let of_hospital: FxHashMap<_, _> = own.into_iter().map(|(place, prices)| (place, median(prices))).collect();
        let mut places: Vec<_> = of_hospital.iter().collect();
        places.sort_unstable();
        places.into_iter().for_each(|((_, item), price)| all.entry(*item).or_default().push(*price));
        Self { of_hospital, of_all: all.into_iter().map(|(item, prices)| (item, median(prices))).collect() }
    }

    fn full(&self, hospital: HospitalId, item: ItemId) -> Option<i64> {
        self.of_hospital.get(&(hospital, item)).or_else(|| self.of_all.get(&item)).copied()
    }
}

fn unit(amount: Fen, quantity: Quantity) -> i64 {
    (i128::from(amount.0) * 100_000_000 / i128::from(quantity.0.max(1))) as i64
}

fn median(mut all: Vec<i64>) -> i64 {
    all.sort_unstable();
    all[(all.len() - 1) / 2]
}

/// All operations but the dearest that were charged in full.
fn in_session<'a>(
    scope: &'a Scope<'a, String>,
    session: &Session,
    prices: &Prices,
    parameters: &Parameters,
) -> Vec<Hit<'a>> {
    let region = scope.context.region;
    let dearest = session.items.iter().max_by_key(|(item, (_, own))| (own.amount, std::cmp::Reverse(**item)));
    let Some(first) = dearest.map(|d| *d.0) else { return Vec::new() };
    let mut hits = Vec::new();
    for (item, (at, own)) in session.items.iter().filter(|(item, _)| **item != first) {
        let Some(full) = prices.full(session.hospital, *item) else { continue };
        // A discount may be taken off the price or off the quantity, so money is compared with that of whole operations.
        let operations = Quantity((own.quantity.0 + 9_999) / 10_000 * 10_000);
        let due = Fen((i128::from(full) * i128::from(operations.0) / 100_000_000) as i64);
        if due <= Fen(0) || own.amount < due.share(parameters.full_percent, 100) {
            continue;
        }
        let too_much = |fen: Fen| fen - fen.share(parameters.discount_percent, 100);
        let lines: Vec<(u32, Fen)> = own.lines.iter().map(|&(line, fen)| (line, too_much(fen))).collect();
        let percent = (own.amount.0 * 100 + due.0 / 2) / due.0;
        hits.push(Hit {
            record: session.record,
            what: What::Item(*item),
            row: scope.points[*at as usize].row,
            breach: Breach {
                limit: region.item_name(first).to_string(),
                found: percent.to_string(),
                observed: Some(percent as f64),
                threshold: Some(parameters.discount_percent as f64),
                confidence: 0.7,
                ..Breach::default()
            },
            lines,
            with: Vec::new(),
        });
    }
    hits.retain(|hit| asked(&hit.lines));
    hits
}
