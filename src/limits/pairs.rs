//! Pairs of items that must not be charged together: the shared work of `included` and `interaction`.
//!
//! A table may have millions of pairs. Each record's items are marked, and for each of its items that is in a pair the
//! partners are looked up among the marks: the cost is that of the record's own pairs, whatever the size of the table.

use std::collections::BTreeMap;

use super::breaches::{Breach, Hit, What, asked};
use super::days::{Together, parties};
use super::points::{Applied, Force, Row, items_of};
use crate::facts::StayItem;
use crate::model::{Fen, ItemId};
use crate::rule::index::Meant;
use crate::rule::{Context, RuleError};

/// An item, its partner, and the point that says so.
type Pair = (ItemId, ItemId, u32);

/// The pairs of a region: those of which both items occur in it.
pub struct Pairs<'a> {
    context: &'a Context<'a>,
    rows: Vec<(Row<'a>, Force)>,
    /// Sorted.
    pairs: Vec<Pair>,
    /// Where the pairs of each item begin, by [`ItemId`], with one entry more.
    starts: Vec<u32>,
}

/// What a breach of one pair on one record amounts to.
struct Broken {
    partner: ItemId,
    times: f64,
    lines: Vec<(u32, Fen)>,
}

impl<'a> Pairs<'a> {
    /// Reads the points of the kinds of limit: each code of `codes` is in a pair with each of `value`.
    ///
    /// # Errors
    /// A date is not understood.
    pub fn new(names: &'static [&'static str], context: &'a Context<'a>) -> Result<Self, RuleError> {
        let rows = Applied::new(names, false, context)?.rows;
        let mut pairs: Vec<Pair> = Vec::new();
        let mut meant: Vec<Meant> = Vec::new();
        for (at, (row, _)) in rows.iter().enumerate() {
            meant.clear();
            context.index.items(row.codes(), &mut meant);
            if meant.is_empty() {
                continue;
            }
            let partners = items_of(context.index, row.value());
            for (item, _) in &meant {
                pairs.extend(partners.iter().filter(|p| *p != item).map(|p| (*item, *p, at as u32)));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0; context.region.names.items.len() + 1];
        pairs.iter().for_each(|p| starts[p.0.index() + 1] += 1);
        (1..starts.len()).for_each(|i| starts[i] += starts[i - 1]);
        Ok(Self { context, rows, pairs, starts })
    }

    fn of(&self, item: ItemId) -> &[Pair] {
        &self.pairs[self.starts[item.index()] as usize..self.starts[item.index() + 1] as usize]
    }

    /// Every breach: a record, an item and its partner charged together. `together` says by the kind of limit what counts
    /// as that.
    pub fn hits(&self, together: impl Fn(&str) -> Together, confidence: f64) -> Vec<Hit<'a>> {
        let facts = &self.context.facts.stay_items;
        let mut marks = vec![u32::MAX; self.context.region.names.items.len()];
        let mut hits = Vec::new();
        for own in facts.chunk_by(|a, b| a.record == b.record) {
            let record = own[0].record.index() as u32;
            own.iter().filter(|f| f.quantity.0 > 0).for_each(|f| marks[f.item.index()] = record);
            for fact in own.iter().filter(|f| f.quantity.0 > 0) {
                let here: Vec<&Pair> = self.of(fact.item).iter().filter(|p| marks[p.1.index()] == record).collect();
                if !here.is_empty() {
                    hits.extend(self.on_record(own, fact, &here, &together, confidence));
                }
            }
        }
        hits
    }

    /// The breaches of an item on a record: each day or prescription counts for the first pair that is broken in it.
    fn on_record(
        &self,
        own: &[StayItem],
        fact: &StayItem,
        pairs: &[&Pair],
        together: &impl Fn(&str) -> Together,
        confidence: f64,
    ) -> Vec<Hit<'a>> {
        let partners = |f: &&StayItem| f.item == fact.item || pairs.iter().any(|p| p.1 == f.item);
        let facts: Vec<&StayItem> = own.iter().filter(partners).collect();
        let mut broken: BTreeMap<u32, Broken> = BTreeMap::new();
        let mut done = std::collections::BTreeSet::new();
        for kind in [Together::Day, Together::Prescription, Together::Record] {
            let pairs: Vec<&&Pair> =
                pairs.iter().filter(|p| together(self.rows[p.2 as usize].0.limit()) == kind).collect();
            if pairs.is_empty() {
                continue;
            }
            for party in parties(self.context, &facts, kind) {
                let Some(charged) = party.items.get(&fact.item) else { continue };
                let holds = |p: &&&&Pair| party.day.is_none_or(|day| self.rows[p.2 as usize].1.holds(day));
                let Some(pair) = pairs.iter().filter(holds).find(|p| party.items.contains_key(&p.1)) else { continue };
                if !done.insert(charged.lines[0].0) {
                    continue;
                }
                let all = broken.entry(pair.2).or_insert(Broken { partner: pair.1, times: 0.0, lines: Vec::new() });
                all.times += 1.0;
                all.lines.extend(&charged.lines);
                all.lines.extend(party.items[&pair.1].lines.iter().map(|l| (l.0, Fen(0))));
            }
        }
        let hit = |(row, broken): (u32, Broken)| self.hit(fact, row, broken, confidence);
        broken.into_iter().filter_map(hit).collect()
    }

    fn hit(&self, fact: &StayItem, row: u32, broken: Broken, confidence: f64) -> Option<Hit<'a>> {
        let region = self.context.region;
        asked(&broken.lines).then(|| Hit {
            record: fact.record,
            what: What::Item(fact.item),
            row: self.rows[row as usize].0,
            breach: Breach {
                limit: format!("{} {}", region.names.items.get(broken.partner), region.item_name(broken.partner)),
                found: broken.times.to_string(),
                observed: Some(broken.times),
                confidence,
                ..Breach::default()
            },
            lines: broken.lines,
            with: Vec::new(),
        })
    }
}
