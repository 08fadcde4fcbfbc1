//! The unit that an item is billed in: one hospital counts boxes and another tablets, one bottles of 500 ml and another five of 100.

use std::collections::BTreeMap;

use super::{Facts, StayItem};
use crate::model::{HospitalId, ItemId, Region};
use crate::stats::quantile;

/// A price per unit within this factor of the usual one is of the usual unit, dearer or cheaper.
const SAME: f64 = 1.67;

/// What a unit of each item costs at the median of the hospitals.
pub struct Units {
    price: Vec<f64>,
}

impl Units {
    /// Learns the prices.
    pub fn new(region: &Region, facts: &Facts) -> Self {
        let mut sums: BTreeMap<(ItemId, HospitalId), (f64, f64)> = BTreeMap::new();
        for item in facts.stay_items.iter().filter(|i| i.quantity.0 > 0 && i.amount.0 > 0) {
            let sum = sums.entry((item.item, region.records[item.record.index()].hospital)).or_default();
            *sum = (sum.0 + item.amount.0 as f64, sum.1 + item.quantity.units());
        }
        let mut price = vec![0.0; region.names.items.len()];
        let paid: Vec<(ItemId, f64)> =
            sums.into_iter().map(|((item, _), (amount, units))| (item, amount / units)).collect();
        for of_item in paid.chunk_by(|a, b| a.0 == b.0) {
            let mut all: Vec<f64> = of_item.iter().map(|(_, paid)| *paid).collect();
            price[of_item[0].0.index()] = quantile(&mut all, 0.5).unwrap_or(0.0);
        }
        Self { price }
    }

    /// How many of the usual units are one of those billed.
    pub fn of(&self, fact: &StayItem) -> f64 {
        self.factor(fact.item, fact.amount.0 as f64 / fact.quantity.units())
    }

    /// The same for a price in fen.
    pub fn factor(&self, item: ItemId, price: f64) -> f64 {
        let ratio = price / self.price[item.index()];
        if ratio.is_finite() && ratio > 0.0 && !(1.0 / SAME..SAME).contains(&ratio) { ratio } else { 1.0 }
    }
}
