//! How probable it is of each bill just over a standing mark that it was steered there.

use std::collections::BTreeMap;

use super::bills::HospitalBills;
use super::windows::Test;
use crate::model::PersonId;
use crate::stats::bunching::count;

/// A bill just over the mark.
#[derive(Clone, Copy, Debug)]
pub struct Steered {
    /// Position in the house's bills.
    pub bill: usize,
    /// Probability that it was steered.
    pub probability: f64,
}

/// The bills over a mark.
#[derive(Clone, Debug)]
pub struct Over {
    /// The bills, by amount.
    pub bills: Vec<Steered>,
    /// How far the excess reaches, as logarithm of amount over mark.
    pub reach: f64,
    /// How many bills the counterfactual puts there.
    pub expected: f64,
}

/// A bin of the histogram around the mark.
#[derive(Clone, Copy, Debug)]
pub struct Bin {
    /// Lower bound, as logarithm of amount over mark.
    pub from: f64,
    /// Upper bound.
    pub to: f64,
    /// Bills.
    pub observed: usize,
    /// What the counterfactual puts there.
    pub expected: f64,
}

/// The bounds of the cells in which the excess is measured.
const CELLS: [f64; 9] = [0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08];

/// The bills over a mark as far as the excess reaches.
///
/// The excess of each cell, observed less expected, over the observed count is the share of its bills that were steered; the
/// probabilities add up to the excess. `house` is without the groups of the test. A patient who comes back at the mark is likelier steered than one seen there once.
pub fn steered(test: &Test, house: &HospitalBills) -> Over {
    let at = house.side.at(test.mark);
    let usual = test.windows[test.best()].usual;
    let cells: Vec<Bin> = CELLS
        .windows(2)
        .map(|c| Bin {
            from: c[0],
            to: c[1],
            observed: count(&house.logs, at + c[0], at + c[1]),
            expected: test.fit.expected(c[0], c[1]).mean * usual,
        })
        .collect();
    let reach = reach(&cells, test.windows[test.best()].width);
    let cells = &cells[..reach];
    let start = house.logs.partition_point(|x| *x < at);
    let total: usize = cells.iter().map(|c| c.observed).sum();
    let bills = &house.bills[start..start + total];
    let mut times: BTreeMap<u32, usize> = BTreeMap::new();
    bills.iter().for_each(|b| *times.entry(b.person).or_default() += 1);
    let mut odds = Vec::with_capacity(total);
    for cell in cells {
        let share = (1.0 - cell.expected / cell.observed.max(1) as f64).clamp(0.02, 0.995);
        odds.extend(std::iter::repeat_n(share / (1.0 - share), cell.observed));
    }
    for (odd, bill) in odds.iter_mut().zip(bills) {
        *odd *= if times[&bill.person] > 1 && bill.person != PersonId::NONE.0 { 2.0 } else { 1.0 };
    }
    let expected: f64 = cells.iter().map(|c| c.expected).sum();
    let excess = (total as f64 - expected).max(0.0);
    let factor = scale(&odds, excess);
    let probability = |odd: f64| odd * factor / (1.0 + odd * factor);
    let bills = (start..).zip(&odds).map(|(bill, odd)| Steered { bill, probability: probability(*odd) }).collect();
    Over { bills, reach: cells.last().map_or(0.0, |c| c.to), expected }
}

/// How many cells the excess fills: those of the window that showed it, and on as long as more than chance lies in the next.
fn reach(cells: &[Bin], width: f64) -> usize {
    let mut reach = cells.iter().take_while(|c| c.from < width - 1e-9).count();
    while let Some(next) = cells.get(reach) {
        if (next.observed as f64) < next.expected + 0.7 * next.expected.sqrt() {
            break;
        }
        reach += 1;
    }
    reach
}

/// The factor on the odds that makes the probabilities add up to `sum`, by bisection.
fn scale(odds: &[f64], sum: f64) -> f64 {
    let (mut low, mut high) = (1e-6_f64, 1e6_f64);
    for _ in 0..80 {
        let middle = (low * high).sqrt();
        let reached: f64 = odds.iter().map(|o| o * middle / (1.0 + o * middle)).sum();
        *(if reached < sum { &mut low } else { &mut high }) = middle;
    }
    (low * high).sqrt()
}

/// The histogram around a mark, in bins of 2 %, with its counterfactual.
pub fn histogram(test: &Test, house: &HospitalBills) -> Vec<Bin> {
    let at = house.side.at(test.mark);
    (-6..=7)
        .map(|i| {
            let (from, to) = (f64::from(i) * 0.02, f64::from(i + 1) * 0.02);
            let inside: f64 = (0..4).map(|j| test.fit.density(from + (f64::from(j) + 0.5) * 0.005) / 2.0).sum();
            Bin { from, to, observed: count(&house.logs, at + from, at + to), expected: inside }
        })
        .collect()
}
