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
pub struct HospitalBills {
    /// The hospital.
    pub hospital: u32,
    /// Bills that no price explains, by amount.
    pub bills: Vec<Bill>,
    /// Logarithms of their amounts, ascending; of a mirrored house their negatives, so that what lies below an amount lies above it.
    pub logs: Vec<f64>,
    /// The side of a mark on which the house is looked at.
    pub side: Side,
    /// The step in fen to which the hospital's amounts are rounded.
    pub step: i64,
    /// Bills taken out because many have the very same amount.
    pub heaped: usize,
    /// Bills taken out because their kind of care costs nearly always the same.
    pub packaged: usize,
}

/// A side of a mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Bills brought just over it.
    #[default]
    Over,
    /// Bills kept just under it.
    Under,
}

impl Side {
    /// Where an amount in yuan lies, seen from this side.
    pub fn at(self, yuan: f64) -> f64 {
        match self {
            Self::Over => yuan.ln(),
            Self::Under => -yuan.ln(),
        }
    }

    /// The amount in yuan at a distance beyond a mark.
    pub fn beyond(self, mark: f64, distance: f64) -> f64 {
        match self {
            Self::Over => mark * distance.exp(),
            Self::Under => mark * (-distance).exp(),
        }
    }
}

impl HospitalBills {
    /// The house seen from the other side of its marks: the same bills, the largest first.
    pub fn mirrored(&self) -> Self {
        let mut bills = self.bills.clone();
        bills.reverse();
        let logs = self.logs.iter().rev().map(|x| -x).collect();
        Self { bills, logs, side: Side::Under, ..*self }
    }

    /// The amount in yuan that a share of the bills lie below.
    pub fn amount(&self, share: f64) -> Option<f64> {
        let last = self.logs.len().checked_sub(1)?;
        let at = (last as f64 * share).floor() as usize;
        Some(match self.side {
            Side::Over => self.logs[at].exp(),
            Side::Under => (-self.logs[last - at]).exp(),
        })
    }

    /// The house without some groups of bills.
    pub fn without(&self, groups: &[Group]) -> Self {
        let left = |b: &&Bill| !groups.iter().any(|g| g.holds(b));
        let bills: Vec<Bill> = self.bills.iter().filter(left).copied().collect();
        let logs = bills.iter().map(|b| self.side.at(b.fen as f64 / 100.0)).collect();
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

/// The hospitals of some bills, then the same from the other side of their marks.
pub fn both_sides(bills: Vec<(u32, Bill)>, prices: &Prices) -> Vec<HospitalBills> {
    let mut houses = houses(bills, prices);
    let mirrored: Vec<HospitalBills> = houses.iter().map(HospitalBills::mirrored).collect();
    houses.extend(mirrored);
    houses
}

/// Sorts bills by hospital and takes out what prices explain.
fn houses(all: Vec<(u32, Bill)>, prices: &Prices) -> Vec<HospitalBills> {
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
            // A price of this hospital alone must not end at a round number, on either side: that is how bills are steered.
            // Where too few others treat the illness to say whether it has a price, one course may have one.
            let narrow = |label: &u32| widths.get(label).is_some_and(|w| *w < prices.width);
            let labels: BTreeSet<u32> = widths.keys().copied().filter(|l| narrow(l)).collect();
            let own: BTreeSet<u32> = labels
                .into_iter()
                .filter(|l| !ends_at_mark(&bills, *l) || (!common.contains_key(l) && of_one_length(&bills, *l)))
                .collect();
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

/// Whether the bills of a kind of care begin or end at a round number and are as dense there as anywhere: nearly none lies beyond
/// it, and the nearest tenth of those on its other side is much nearer to it than their middle.
fn ends_at_mark(bills: &[Bill], label: u32) -> bool {
    let mut amounts: Vec<f64> = bills.iter().filter(|b| b.label == label).map(|b| b.fen as f64 / 100.0).collect();
    amounts.sort_by(f64::total_cmp);
    let at = |share: f64| amounts[((amounts.len() - 1) as f64 * share).round() as usize];
    let middle = at(0.5);
    let ends = |outer: f64, round: fn(f64) -> f64| {
        let step = if outer < 10_000.0 { 500.0 } else { 1_000.0 };
        let mark = round(outer / step) * step;
        let span = (middle - mark).abs();
        let (low, high) = if mark < middle { (mark - span, mark) } else { (mark, mark + span) };
        // The mark itself is on the side of the bills.
        let beyond = amounts.iter().filter(|a| **a != mark && (low..=high).contains(*a)).count();
        let nearest = amounts.iter().filter(|a| (**a - mark).abs() <= 0.25 * span).count();
        let dense = (outer - mark).abs() <= 0.35 * span && nearest * 10 >= amounts.len();
        mark > 0.0 && dense && beyond * 20 <= amounts.len()
    };
    ends(at(0.1), f64::floor) || ends(at(0.9), f64::ceil)
}

/// Share of the bills of a course that are of one length of stay, or a day more or less.
const ONE_COURSE: f64 = 0.8;

/// Whether nearly all bills of a kind of care are of one length of stay: a price of a course.
fn of_one_length(bills: &[Bill], label: u32) -> bool {
    let mut nights: Vec<i32> = bills.iter().filter(|b| b.label == label).map(|b| b.nights).collect();
    nights.sort_unstable();
    let middle = nights[nights.len() / 2];
    nights.iter().filter(|n| (**n - middle).abs() <= 1).count() as f64 >= ONE_COURSE * nights.len() as f64
}

fn house(hospital: u32, mut bills: Vec<Bill>, package: impl Fn(&Bill) -> bool, prices: &Prices) -> HospitalBills {
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
    HospitalBills { hospital, bills: kept, logs, side: Side::Over, step, heaped, packaged }
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
