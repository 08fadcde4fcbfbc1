//! What is usual at a mark: at other hospitals, and at the other round numbers of the same hospital.

use std::collections::BTreeMap;

use super::bills::House;
use super::scan::{PLACE, Test, WINDOWS};

/// Bills over a mark at a hospital.
struct Seen {
    house: usize,
    mark: f64,
    observed: f64,
    expected: f64,
    /// All bills of the hospital.
    bills: f64,
}

impl Seen {
    /// Excess as a share of all bills.
    fn share(&self) -> f64 {
        (self.observed - self.expected) / self.bills
    }

    fn ratio(&self) -> f64 {
        self.observed / self.expected
    }
}

/// Raises the expectation of each window by what is usual at its mark elsewhere and at other round numbers here: a payment
/// rule makes bills gather at all hospitals, rounding at all round numbers.
pub fn compare(tests: &mut [Test], houses: &[House]) {
    for w in 0..WINDOWS.len() {
        let mut by_mark: BTreeMap<u64, Vec<Seen>> = BTreeMap::new();
        let mut by_house: BTreeMap<usize, Vec<Seen>> = BTreeMap::new();
        for test in tests.iter() {
            let bills = houses[test.house].bills.len() as f64;
            by_mark.entry(test.mark.to_bits()).or_default().push(seen(test, w, bills));
            by_house.entry(test.house).or_default().push(seen(test, w, bills));
        }
        for test in tests.iter_mut() {
            let bills = houses[test.house].bills.len() as f64;
            let (peers, spread) = elsewhere(&by_mark[&test.mark.to_bits()], &seen(test, w, bills));
            let own = at_other_marks(&by_house[&test.house], test.mark);
            test.windows[w].usual = peers.max(own);
            test.windows[w].spread += spread;
        }
    }
}

fn seen(test: &Test, w: usize, bills: f64) -> Seen {
    let window = &test.windows[w];
    let expected = window.expected.mean.max(1e-6);
    Seen { house: test.house, mark: test.mark, observed: window.observed as f64, expected, bills }
}

/// The value below which half the weight lies, and the two quartiles.
fn quartiles(mut all: Vec<(f64, f64)>) -> [f64; 3] {
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let total: f64 = all.iter().map(|a| a.1).sum();
    [0.25, 0.5, 0.75].map(|share| {
        let mut sum = 0.0;
        let at = all.iter().find(|(_, weight)| {
            sum += weight;
            sum >= share * total
        });
        at.map_or(0.0, |a| a.0)
    })
}

/// The factor by which bills over the mark exceed their neighbours at the other hospitals, and its spread. By medians, because
/// some of them may steer too; where most have an excess, it may follow the density or the number of bills, and the larger
/// counts. (1, 0) where there are too few.
fn elsewhere(all: &[Seen], own: &Seen) -> (f64, f64) {
    let others = || all.iter().filter(|s| s.house != own.house);
    let total: f64 = others().map(|s| s.expected).sum();
    if others().count() < 5 || total < 10.0 {
        return (1.0, 0.0);
    }
    let [_, ratio, _] = quartiles(others().map(|s| (s.ratio(), s.expected)).collect());
    let [low, share, _] = quartiles(others().map(|s| (s.share(), s.bills)).collect());
    // Counts alone would scatter by this much.
    let bills: f64 = others().map(|s| s.bills).sum();
    let chance = others().map(|s| s.observed.max(1.0) / s.bills).sum::<f64>() / bills;
    if share <= 0.0 || share * share < 4.0 * chance / others().count() as f64 {
        return (ratio.clamp(1.0, 1.15), 0.0);
    }
    // From the lower half: in the upper one may be those that steer.
    let scatter = ((share - low) / 0.6745).powi(2);
    let factor = ratio.max(1.0 + share * own.bills / own.expected);
    (factor, ((scatter - chance) / (share * share)).clamp(0.0, 4.0))
}

/// The pooled ratio at the hospital's other round numbers, the largest left out, at its lower confidence bound; at least 1.
fn at_other_marks(all: &[Seen], mark: f64) -> f64 {
    let others: Vec<&Seen> = all.iter().filter(|r| (r.mark / mark).ln().abs() > PLACE.gap).collect();
    let over = |r: &Seen| (r.observed - r.expected) / r.expected.max(0.5).sqrt();
    let Some(largest) = others.iter().copied().max_by(|a, b| over(a).total_cmp(&over(b))) else { return 1.0 };
    let observed = others.iter().map(|r| r.observed).sum::<f64>() - largest.observed;
    let expected = others.iter().map(|r| r.expected).sum::<f64>() - largest.expected;
    if observed < 3.0 {
        return 1.0;
    }
    ((observed / expected.max(0.1)).ln() - 2.0 / observed.sqrt()).exp().max(1.0)
}
