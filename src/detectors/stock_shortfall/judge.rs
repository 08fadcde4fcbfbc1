//! Which items are short by more than their books are out anyway.

use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF, Normal};

use super::Parameters;
use super::books::Balance;
use crate::model::HospitalId;
use crate::stats::{benjamini_hochberg, quantile};

/// An item that is short.
pub(super) struct Short<'a> {
    pub balance: &'a Balance,
    /// One standard deviation of the balance, in claimed units.
    pub noise: f64,
    pub p: f64,
    pub q: f64,
    pub confidence: f64,
}

/// 1.4826 makes the median absolute deviation a standard deviation under the normal law.
fn deviation(values: &[f64], middle: f64) -> f64 {
    1.4826 * quantile(&mut values.iter().map(|v| (v - middle).abs()).collect::<Vec<f64>>(), 0.5).unwrap_or(0.0)
}

/// Tests every balance. The null is that books and claims agree but for noise: the noise of an item is that of its own
/// intervals between stock-takes, around a steady share of the claims, so that a steady shortfall does not hide in it; of an item with few
/// intervals it is that of the institution's other items. Where all of them agree to the unit, the test is exact.
pub(super) fn short<'a>(balances: &'a [Balance], parameters: &Parameters) -> Vec<Short<'a>> {
    let mut relative: BTreeMap<HospitalId, Vec<f64>> = BTreeMap::new();
    for balance in balances.iter().filter(|b| b.claimed > 0.0) {
        relative.entry(balance.hospital).or_default().push((balance.claimed - balance.supplied) / balance.claimed);
    }
    let normal = Normal::standard();
    let tested = |balance: &Balance| {
        let noise = noise(balance, &relative, parameters);
        (noise, normal.sf((balance.claimed - balance.supplied) / noise))
    };
    let tests: Vec<(f64, f64)> = balances.iter().map(tested).collect();
    let p: Vec<f64> = tests.iter().map(|t| t.1).collect();
    let q = benjamini_hochberg(&p, p.len());
    let mut out = Vec::new();
    for ((balance, (noise, p)), q) in balances.iter().zip(tests).zip(q) {
        let missing = balance.claimed - balance.supplied;
        let share = missing / balance.claimed.max(f64::MIN_POSITIVE);
        let amount = balance.claimed_amount.yuan() * share;
        if q <= parameters.max_q && share >= parameters.min_short_share && amount >= parameters.min_amount {
            let known = if balance.opening_known && balance.closing_known { 0.9 } else { 0.6 };
            let converted = if balance.factor > 1.0 { 0.8 } else { 1.0 };
            out.push(Short { balance, noise, p, q, confidence: known * converted * (1.0 - q) });
        }
    }
    out
}

/// How many times the variance of one interval that of their sum is: as many as there are intervals where they are independent,
/// fewer where what one lacks the next has too much, as with late entries; never fewer than one. Newey & West, Econometrica 55
/// (1987) 703, with one lag.
fn growth(values: &[f64], middle: f64) -> f64 {
    let n = values.len() as f64;
    let square: f64 = values.iter().map(|v| (v - middle).powi(2)).sum();
    let next: f64 = values.windows(2).map(|w| (w[0] - middle) * (w[1] - middle)).sum();
    let follows = if square > 0.0 { (next / square).clamp(-0.5, 0.5) } else { 0.0 };
    (n * (1.0 + 2.0 * follows * (n - 1.0) / n)).max(1.0)
}

/// A standard deviation of claimed less supplied over the whole window.
fn noise(balance: &Balance, relative: &BTreeMap<HospitalId, Vec<f64>>, parameters: &Parameters) -> f64 {
    // A shortfall, or goods sold for cash, in a steady proportion to the claims is no noise.
    let mut shares: Vec<f64> =
        balance.intervals.iter().filter(|i| i.claimed > 0.0).map(|i| i.missing() / i.claimed).collect();
    let steady = quantile(&mut shares, 0.5).unwrap_or(0.0);
    let own: Vec<f64> = balance.intervals.iter().map(|i| i.missing() - steady * i.claimed).collect();
    let floor = parameters.unit_floor.max(0.0);
    if own.len() >= parameters.min_intervals {
        let middle = quantile(&mut own.clone(), 0.5).unwrap_or(0.0);
        return floor + deviation(&own, middle) * growth(&own, middle).sqrt();
    }
    // An item that is sold for cash as well has more supply than claims: only its own side of zero is noise.
    let share = match relative.get(&balance.hospital) {
        Some(all) if all.len() >= parameters.min_items => {
            let over: Vec<f64> = all.iter().map(|r| r.max(0.0)).collect();
            deviation(&over, 0.0)
        }
        _ => parameters.usual_noise,
    };
    floor + share * balance.claimed
}
