//! What a diagnosis goes with: items far more frequent in its stays than in others.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::{Parameters, Supported};
use crate::model::icd::Category;
use crate::model::{HospitalId, ItemId, RecordId, Region};
use crate::rule::Context;
use crate::stats::quantile;

/// The stays of a region by diagnosis.
pub(super) struct Charged<'a> {
    context: &'a Context<'a>,
    /// By diagnosis (three characters): stays with charge lines, with their hospital and items.
    stays: BTreeMap<Category, Vec<Row>>,
    /// Every stay with charge lines.
    every: Vec<Row>,
    /// The items of the stays, one after the other, each the first of its name: every maker of a drug has a code of his own, and a
    /// hospital buys from one.
    items: Vec<ItemId>,
    /// By item: stays with it.
    with_item: Vec<u32>,
}

/// A stay of a diagnosis: its record, hospital, and range of [`Charged::items`].
type Row = (RecordId, HospitalId, u32, u32);

/// A diagnosis that can be tested.
pub(super) struct Learnt {
    pub code: Category,
    pub name: String,
    /// The hospital it was learnt without, where one has a large part of the stays.
    pub of: Option<HospitalId>,
    /// Hospitals that are tested on what was learnt without them.
    pub dominant: BTreeSet<HospitalId>,
    /// What it goes with, the most telling first.
    pub items: Vec<ItemId>,
    pub stays: Supported,
}

/// The category of a code of ICD-10; `None` for factors that call for no service of their own (Z) and for what is no such code.
fn category(code: &str) -> Option<Category> {
    Category::of(code).filter(|c| c.is_icd10() && !c.as_str().starts_with('Z'))
}

impl<'a> Charged<'a> {
    pub fn new(context: &'a Context<'a>) -> Self {
        let (region, items) = (context.region, &context.facts.stay_items);
        let mut own = Self {
            context,
            stays: BTreeMap::new(),
            every: Vec::new(),
            items: Vec::with_capacity(items.len()),
            with_item: vec![0; region.names.items.len()],
        };
        let categories: Vec<Option<Category>> = region.names.diagnoses.iter().map(|(_, c)| category(c)).collect();
        let same_name = same_name(region);
        let mut named: Vec<ItemId> = Vec::new();
        for of_record in items.chunk_by(|a, b| a.record == b.record) {
            let Some(stay) = region.stay_of(of_record[0].record) else { continue };
            named.clear();
            named.extend(of_record.iter().map(|i| same_name[i.item.index()]));
            named.sort_unstable();
            named.dedup();
            let start = own.items.len() as u32;
            own.items.extend(&named);
            let row = (stay.record, stay.hospital, start, own.items.len() as u32);
            own.every.push(row);
            named.iter().for_each(|i| own.with_item[i.index()] += 1);
            let codes = std::iter::once(stay.diagnosis).chain(region.diagnoses_of(stay.record).iter().map(|d| d.code));
            let codes: BTreeSet<Category> = codes.filter_map(|d| categories[d.some()?.index()]).collect();
            for code in codes {
                own.stays.entry(code).or_default().push(row);
            }
        }
        own
    }

    /// The categories, in order.
    pub fn diagnoses(&self) -> Vec<Category> {
        self.stays.keys().copied().collect()
    }

    /// What a diagnosis goes with: learnt over all hospitals, and for each that has a large part of its stays without that one.
    pub fn learn(&self, code: Category, parameters: &Parameters) -> Vec<Learnt> {
        let rows = &self.stays[&code];
        let mut by_hospital: BTreeMap<HospitalId, usize> = BTreeMap::new();
        rows.iter().for_each(|r| *by_hospital.entry(r.1).or_default() += 1);
        let enough = by_hospital.values().filter(|n| **n as u64 >= parameters.min_stays).count();
        if enough <= parameters.min_peers {
            return Vec::new();
        }
        let large = |n: usize| n as f64 >= parameters.dominant_share * rows.len() as f64;
        let dominant: BTreeSet<HospitalId> = by_hospital.iter().filter(|h| large(*h.1)).map(|h| *h.0).collect();
        let each = std::iter::once(None).chain(dominant.iter().copied().map(Some));
        each.filter_map(|of| self.without(code, of, &dominant, parameters)).collect()
    }

    fn without(
        &self,
        code: Category,
        of: Option<HospitalId>,
        dominant: &BTreeSet<HospitalId>,
        parameters: &Parameters,
    ) -> Option<Learnt> {
        let rows = &self.stays[&code];
        let (items, chance) = self.items(rows, of, parameters);
        if items.is_empty() || chance > parameters.chance_share {
            return None;
        }
        let telling: BTreeSet<ItemId> = items.iter().copied().collect();
        let mut stays = Supported::new();
        for row in rows {
            let supported = self.items_of(row).any(|i| telling.contains(&i));
            stays.entry(row.1).or_default().push((row.0, supported));
        }
        let share = |s: &Vec<(RecordId, bool)>| s.iter().filter(|s| s.1).count() as f64 / s.len() as f64;
        let large = stays.iter().filter(|(h, s)| Some(**h) != of && s.len() as u64 >= parameters.min_stays);
        // The middle hospital, so that those who write what is not there do not hide it.
        let middle = quantile(&mut large.map(|(_, s)| share(s)).collect::<Vec<f64>>(), 0.5)?;
        if middle < parameters.supported_share {
            return None;
        }
        let name = name(self.context.region, code);
        Some(Learnt { code, name, of, dominant: dominant.clone(), items, stays })
    }

    fn items_of(&self, row: &Row) -> impl Iterator<Item = ItemId> + '_ {
        self.items[row.2 as usize..row.3 as usize].iter().copied()
    }

    /// Whether a hospital bills a diagnosis under an item of its own, such as a package: most of the stays without the usual
    /// items have one that its other stays lack, and that no other hospital uses for anything else.
    pub fn is_billed_otherwise(
        &self,
        code: Category,
        hospital: HospitalId,
        bare: &[RecordId],
        parameters: &Parameters,
    ) -> bool {
        let rows = &self.stays[&code];
        let is_bare = |r: &&Row| r.1 == hospital && bare.binary_search(&r.0).is_ok();
        let mut seen: FxHashMap<ItemId, [u32; 3]> = FxHashMap::default();
        let needed = parameters.own_item_share * bare.len() as f64;
        for item in rows.iter().filter(is_bare).flat_map(|r| self.items_of(r)) {
            seen.entry(item).or_default()[0] += 1;
        }
        seen.retain(|_, n| f64::from(n[0]) >= needed);
        let mut others = 0u32;
        // Both lists are in order of records.
        for row in self.every.iter().filter(|r| rows.binary_search_by_key(&r.0, |d| d.0).is_err()) {
            others += u32::from(row.1 == hospital);
            for item in self.items_of(row) {
                if let Some(n) = seen.get_mut(&item) {
                    n[if row.1 == hospital { 1 } else { 2 }] += 1;
                }
            }
        }
        let others = f64::from(others.max(1));
        seen.values().any(|[with, own, elsewhere]| {
            let share = f64::from(*with) / bare.len().max(1) as f64;
            let base = (f64::from(*own) / others).max(0.5 / others);
            share >= parameters.min_lift * base && u64::from(*elsewhere) < parameters.min_stays
        })
    }

    /// The items of a diagnosis, by the lift of their share over that of all other stays; and the chance that a stay without
    /// the diagnosis has one of them, as if items came independently: an upper bound, for they come together.
    fn items(&self, rows: &[Row], of: Option<HospitalId>, parameters: &Parameters) -> (Vec<ItemId>, f64) {
        let mut seen: FxHashMap<ItemId, (u32, BTreeSet<HospitalId>)> = FxHashMap::default();
        let mut stays = 0u32;
        for row in rows.iter().filter(|r| Some(r.1) != of) {
            stays += 1;
            for item in self.items_of(row) {
                let known = seen.entry(item).or_default();
                known.0 += 1;
                // Beyond the few that are asked for, hospitals need not be told apart.
                if known.1.len() < parameters.item_hospitals {
                    known.1.insert(row.1);
                }
            }
        }
        let elsewhere = (self.every.len() - rows.len()).max(1) as f64;
        let mut telling: Vec<(f64, f64, ItemId)> = Vec::new();
        for (item, (with, hospitals)) in &seen {
            let share = f64::from(*with) / f64::from(stays.max(1));
            let base = f64::from(self.with_item[item.index()].saturating_sub(*with)) / elsewhere;
            let lift = share / base.max(0.5 / elsewhere);
            if hospitals.len() >= parameters.item_hospitals
                && share >= parameters.min_item_share
                && lift >= parameters.min_lift
            {
                telling.push((lift, base, *item));
            }
        }
        telling.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
        // The most telling first, up to the chance that a stay has one of them for another reason.
        let (mut none, mut items) = (1.0, Vec::new());
        for (_, base, item) in telling {
            if 1.0 - none * (1.0 - base) > parameters.chance_share {
                break;
            }
            none *= 1.0 - base;
            items.push(item);
        }
        (items, 1.0 - none)
    }
}

/// For each item the first of its name; an item without a name stands for itself.
fn same_name(region: &Region) -> Vec<ItemId> {
    let mut first: FxHashMap<&str, ItemId> = FxHashMap::default();
    let of = |item: ItemId| match region.item_name(item) {
        "" => item,
        name => *first.entry(name).or_insert(item),
    };
    region.names.items.iter().map(|(item, _)| item).map(of).collect()
}

/// The name of the first code of a category that has one.
fn name(region: &Region, code: Category) -> String {
    let names = region.names.diagnoses.iter().filter(|(_, c)| Category::of(c) == Some(code));
    let mut texts = names.map(|(id, _)| region.names.texts.get(region.names.diagnosis_names[id.index()]));
    texts.find(|t| !t.is_empty()).unwrap_or_default().to_string()
}
