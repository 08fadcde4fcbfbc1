//! The bills of each hospital, with those taken out that a price explains: package prices and heaps on one amount.

use std::collections::{BTreeMap, BTreeSet};

use crate::stats::poisson_tail;

/// No diagnosis and no department is known.
pub const NO_LABEL: u32 = u32::MAX;

/// One inpatient bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bill {
    /// Total fee in fen, above zero.
    pub fen: i64,
    /// Index of the stay.
    pub stay: u32,
    /// The patient.
    pub person: u32,
    /// What the stay was for: diagnosis, else department; or [`NO_LABEL`].
    pub label: u32,
    /// Nights.
    pub nights: i32,
}

impl Bill {
    /// Natural logarithm of the total in yuan.
    pub fn log(&self) -> f64 {
        (self.fen as f64 / 100.0).ln()
    }
}

/// Bills that have something in common besides the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// One kind of care, by label.
    Kind(u32),
    /// One number of nights.
    Length(i32),
}

impl Group {
    /// The kind of care of a bill, if known.
    pub fn kind(bill: &Bill) -> Option<Self> {
        (bill.label != NO_LABEL).then_some(Self::Kind(bill.label))
    }

    /// The length of stay of a bill.
    pub fn length(bill: &Bill) -> Option<Self> {
        Some(Self::Length(bill.nights))
    }

    /// Whether a bill belongs to the group.
    pub fn holds(self, bill: &Bill) -> bool {
        match self {
            Self::Kind(label) => bill.label == label,
            Self::Length(nights) => bill.nights == nights,
        }
    }
}

/// The bills of a hospital.
#[derive(Clone, Debug, Default)]
pub struct House {
    /// The hospital.
    pub hospital: u32,
    /// Bills that no price explains, by amount.
    pub bills: Vec<Bill>,
    /// Logarithms of their amounts, ascending.
    pub logs: Vec<f64>,
    /// The step in fen to which the hospital's amounts are rounded.
    pub step: i64,
    /// Bills taken out because many have the very same amount.
    pub heaped: usize,
    /// Bills taken out because their kind of care costs nearly always the same.
    pub packaged: usize,
}

impl House {
    /// The house without some groups of bills.
    pub fn without(&self, groups: &[Group]) -> Self {
        let left = |b: &&Bill| !groups.iter().any(|g| g.holds(b));
        let bills: Vec<Bill> = self.bills.iter().filter(left).copied().collect();
        let logs = bills.iter().map(Bill::log).collect();
        Self { bills, logs, ..*self }
    }
}

/// What makes a price.
#[derive(Clone, Copy, Debug)]
pub struct Prices {
    /// A kind of care whose middle four fifths lie within this log range has a package price.
    pub width: f64,
    /// Fewest stays of a kind of care from which its range is judged.
    pub stays: usize,
    /// An amount is a heap when so many equal bills have at most this probability in its neighbourhood.
    pub heap: f64,
}

/// Sorts bills by hospital and takes out what prices explain.
pub fn houses(all: Vec<(u32, Bill)>, prices: &Prices) -> Vec<House> {
    let mut by_hospital: BTreeMap<u32, Vec<Bill>> = BTreeMap::new();
    for (hospital, bill) in all {
        by_hospital.entry(hospital).or_default().push(bill);
    }
    let widths: Vec<BTreeMap<u32, f64>> = by_hospital.values().map(|bills| widths(bills, prices.stays)).collect();
    let mut peers: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for (label, width) in widths.iter().flatten() {
        peers.entry(*label).or_default().push(*width);
    }
    // Whether hospitals have a price for a kind of care, where enough of them show it.
    let common: BTreeMap<u32, bool> = peers
        .into_iter()
        .filter(|(_, all)| all.len() >= 3)
        .map(|(label, mut all)| {
            all.sort_by(f64::total_cmp);
            (label, all[all.len() / 2] < prices.width)
        })
        .collect();
    let houses = by_hospital.into_iter().zip(&widths);
    houses
        .map(|((hospital, bills), widths)| {
            // A price of this hospital alone, where others' bills are as wide as any, must not begin at a round number: that is
            // how bills are steered.
            let narrow = |label: &u32| widths.get(label).is_some_and(|w| *w < prices.width);
            let labels: BTreeSet<u32> = widths.keys().copied().filter(|l| narrow(l)).collect();
            let own: BTreeSet<u32> =
                labels.into_iter().filter(|l| common.get(l) != Some(&false) || !begins_at_mark(&bills, *l)).collect();
            let package = |b: &Bill| own.contains(&b.label) || common.get(&b.label) == Some(&true);
            house(hospital, bills, package, prices)
        })
        .collect()
}

/// By kind of care with enough stays, the log range of the middle four fifths of its amounts.
fn widths(bills: &[Bill], fewest: usize) -> BTreeMap<u32, f64> {
    let mut logs: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for bill in bills.iter().filter(|b| b.label != NO_LABEL) {
        logs.entry(bill.label).or_default().push(bill.log());
    }
    logs.retain(|_, all| all.len() >= fewest);
    logs.into_iter()
        .map(|(label, mut all)| {
            all.sort_by(f64::total_cmp);
            let at = |share: f64| all[((all.len() - 1) as f64 * share).round() as usize];
            (label, at(0.9) - at(0.1))
        })
        .collect()
}

/// Whether the bills of a kind of care begin at a round number and are as dense there as anywhere: nearly none lies below it, and
/// the lowest tenth of those above is much nearer to it than their middle.
fn begins_at_mark(bills: &[Bill], label: u32) -> bool {
    let mut amounts: Vec<f64> = bills.iter().filter(|b| b.label == label).map(|b| b.fen as f64 / 100.0).collect();
    amounts.sort_by(f64::total_cmp);
    let at = |share: f64| amounts[((amounts.len() - 1) as f64 * share).round() as usize];
    let (low, middle) = (at(0.1), at(0.5));
    let round = if low < 10_000.0 { 500.0 } else { 1_000.0 };
    let mark = (low / round).floor() * round;
    let span = middle - mark;
    let below = amounts.iter().filter(|a| (mark - span..mark).contains(*a)).count();
    mark > 0.0 && low - mark <= 0.35 * span && below * 20 <= amounts.len()
}

fn house(hospital: u32, mut bills: Vec<Bill>, package: impl Fn(&Bill) -> bool, prices: &Prices) -> House {
    let all = bills.len();
    bills.retain(|b| !package(b));
    let packaged = all - bills.len();
    bills.sort_unstable();
    let step = step(&bills);
    let round = round(&bills, step, prices.heap);
    let unrounded: Vec<Bill> = bills.iter().copied().filter(|b| round.is_none_or(|r| b.fen % r != 0)).collect();
    let kept = without_heaps(&unrounded, step, prices.heap);
    let heaped = bills.len() - kept.len();
    let logs = kept.iter().map(Bill::log).collect();
    House { hospital, bills: kept, logs, step, heaped, packaged }
}

/// The largest power of ten in fen that most amounts, four in five, are multiples of.
fn step(bills: &[Bill]) -> i64 {
    let all = bills.len();
    let fits = |step: &i64| bills.iter().filter(|b| b.fen % step == 0).count() * 5 >= all * 4;
    (0..=5).rev().map(|power| 10_i64.pow(power)).find(fits).unwrap_or(1)
}

/// The step in fen to which some of the hospital's amounts are rounded: 10, 100 or 1,000 yuan, the least that more bills are
/// multiples of than chance and rounding to the next one explain. `None` where amounts are not rounded.
fn round(bills: &[Bill], step: i64, level: f64) -> Option<i64> {
    let (mut found, all) = (None, bills.len() as f64);
    for (round, next) in [(100_000, 1_000_000), (10_000, 100_000), (1_000, 10_000)] {
        if round <= step {
            break;
        }
        let seen = bills.iter().filter(|b| b.fen % round == 0 && b.fen % next != 0).count();
        let usual = all * step as f64 / round as f64 * 0.9;
        if seen as f64 > 2.0 * usual && poisson_tail(seen as u64, usual) < level {
            found = Some(round);
        }
    }
    found
}

/// Leaves out the bills of an amount that far more bills have than lie around it by chance.
fn without_heaps(sorted: &[Bill], step: i64, level: f64) -> Vec<Bill> {
    let mut kept = Vec::with_capacity(sorted.len());
    for equal in sorted.chunk_by(|a, b| a.fen == b.fen) {
        let fen = equal[0].fen;
        let around = fen / 100;
        let start = sorted.partition_point(|b| b.fen < fen - around);
        let near = sorted[start..].partition_point(|b| b.fen <= fen + around) - equal.len();
        let places = (2 * around / step).max(1) as f64;
        let usual = (near as f64 + 1.0) / places;
        if equal.len() < 3 || poisson_tail(equal.len() as u64, usual) > level {
            kept.extend_from_slice(equal);
        }
    }
    kept
}
