//! Items of one record by day or prescription: what was charged together.

use std::collections::BTreeMap;

use super::windows::{day_of, prescription};
use crate::facts::StayItem;
use crate::model::{Day, Fen, ItemId, Quantity};
use crate::rule::Context;

/// What counts as together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Together {
    Day,
    Prescription,
    Record,
}

/// An item's lines among those that were charged together.
#[derive(Default)]
pub struct Lines {
    pub quantity: Quantity,
    pub amount: Fen,
    pub claimed: Fen,
    pub lines: Vec<(u32, Fen)>,
}

/// What was charged together, by item. The day is that of the first line; of the record, where no line has one.
pub struct Party {
    pub day: Option<Day>,
    pub items: BTreeMap<ItemId, Lines>,
}

/// The lines of facts of one record, put together; items that net to nothing are left out.
pub fn parties(context: &Context<'_>, facts: &[&StayItem], together: Together) -> Vec<Party> {
    let region = context.region;
    let fees = &region.fees;
    let Some(record) = facts.first().map(|f| &region.records[f.record.index()]) else { return Vec::new() };
    let of_record = region.begins(record);
    let mut parties: BTreeMap<i64, Party> = BTreeMap::new();
    for fact in facts {
        for line in context.facts.lines(fact).iter().map(|line| *line as usize) {
            let day = day_of(region, line);
            let key = match together {
                Together::Record => Some(0),
                Together::Prescription => prescription(region, line),
                Together::Day => day.map(|day| i64::from(day.0)),
            };
            // What is on no day is with nothing.
            let Some(key) = key else { continue };
            let party = parties.entry(key).or_insert(Party { day: day.or(of_record), items: BTreeMap::new() });
            let own = party.items.entry(fact.item).or_default();
            own.quantity += fees.quantity(line);
            own.amount += fees.amount(line);
            own.claimed += fees.claimed(line);
            own.lines.push((line as u32, fees.claimed(line)));
        }
    }
    let mut all: Vec<Party> = parties.into_values().collect();
    all.iter_mut().for_each(|party| party.items.retain(|_, own| own.quantity > Quantity(0)));
    all.retain(|party| !party.items.is_empty());
    all
}
