//! What is usual at a mark: at other hospitals, and at the other round numbers of the same hospital.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::bills::House;
use super::scan::{LIKELY, PLACE, Test, WINDOWS};

/// Fewer other hospitals than these say nothing of what is usual.
const FEWEST: usize = 5;

/// Excesses, as factors, of which a hospital that steers has one.
const EXCESSES: [f64; 6] = [1.5, 2.0, 3.0, 5.0, 10.0, 25.0];

/// Bills over a mark at a hospital.
#[derive(Clone, Copy)]
struct Seen {
    house: usize,
    mark: f64,
    observed: f64,
    expected: f64,
    /// Inverse of the squared relative error of the expectation.
    size: f64,
    /// All bills of the hospital.
    bills: f64,
    /// How much likelier the count is where the hospital steers than where nothing lies over the mark.
    steering: f64,
}

impl Seen {
    fn of(test: &Test, w: usize, houses: &[House]) -> Self {
        let window = &test.windows[w];
        let mut seen = Self {
            house: test.house,
            mark: test.mark,
            observed: window.observed as f64,
            expected: window.expected.mean.max(1e-6),
            size: 1.0 / (window.expected.variance + window.spread).max(1e-6),
            bills: houses[test.house].bills.len() as f64,
            steering: 1.0,
        };
        seen.steering = EXCESSES.iter().map(|f| seen.likelihood(*f)).sum::<f64>() / EXCESSES.len() as f64;
        seen
    }

    /// The likelihood of the count where `factor` times as many are expected, over that where they are not: a ratio of
    /// negative binomial probabilities.
    fn likelihood(&self, factor: f64) -> f64 {
        let (k, size, mean) = (self.observed, self.size, self.expected);
        let log = k * factor.ln() - (k + size) * ((size + factor * mean) / (size + mean)).ln();
        log.clamp(-300.0, 300.0).exp()
    }

    /// The factor by which a usual excess raises the expectation here.
    fn factor(&self, usual: &Usual) -> f64 {
        match usual.kind {
            Kind::Nothing => 1.0,
            Kind::Bills => 1.0 + usual.size * self.bills / self.expected,
            Kind::Density => 1.0 + usual.size,
        }
    }

    /// Log likelihood, over that of no excess, where the hospital has the usual excess or, seldom, steers.
    fn log(&self, usual: &Usual) -> f64 {
        let most = self.factor(usual);
        let usually: f64 = match usual.kind {
            Kind::Nothing => 1.0,
            // Gauss-Hermite over the scatter of the excess.
            _ => [(-3f64.sqrt(), 1.0 / 6.0), (0.0, 2.0 / 3.0), (3f64.sqrt(), 1.0 / 6.0)]
                .iter()
                .map(|(z, weight)| weight * self.likelihood(1.0 + (most - 1.0) * (z * usual.scatter).exp()))
                .sum(),
        };
        (usual.share * usually + (1.0 - usual.share) * self.steering).ln()
    }
}

/// What an excess that many hospitals have goes by.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// There is none.
    Nothing,
    /// The number of a hospital's bills.
    Bills,
    /// The density around the mark.
    Density,
}

/// What may be usual at a mark.
#[derive(Clone, Copy)]
struct Usual {
    kind: Kind,
    /// The excess as a share of all bills, or of those expected.
    size: f64,
    /// Scatter of its logarithm between hospitals.
    scatter: f64,
    /// Share of the hospitals of which it holds; the others steer.
    share: f64,
}

/// Everything that may be usual: nothing, at the hospitals that do not steer; or a rule of payment or a price that moves
/// most hospitals. `free` is the least share of hospitals without excess for the first.
fn usuals(free: f64) -> Vec<Usual> {
    let mut all: Vec<Usual> = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 6.6]
        .iter()
        .map(|x| Usual { kind: Kind::Nothing, size: 0.0, scatter: 0.0, share: free + (1.0 - free) * x / 7.0 })
        .collect();
    let sizes = (0..12).map(|i| (Kind::Bills, 0.002 * 1.55f64.powi(i)));
    let sizes = sizes.chain((0..10).map(|i| (Kind::Density, 0.25 * 1.65f64.powi(i))));
    for (kind, size) in sizes {
        for scatter in [0.3, 0.8] {
            all.extend([0.5, 0.7, 0.85, 0.95].map(|share| Usual { kind, size, scatter, share }));
        }
    }
    all
}

/// The hospitals at a mark, and the log likelihood of all their counts under each thing that may be usual.
struct Place {
    seen: Vec<Seen>,
    logs: Vec<f64>,
}

/// Raises the expectation of each window by what is usual at its mark elsewhere and at other round numbers here: a payment
/// rule makes bills gather at all hospitals, rounding at all round numbers. Tests with a larger p-value than [`LIKELY`] are
/// left as they are.
pub fn compare(tests: &mut [Test], houses: &[House], free: f64) {
    let usuals = usuals(free);
    let asked: BTreeSet<u64> = tests.iter().filter(|t| t.p <= LIKELY).map(|t| t.mark.to_bits()).collect();
    for w in 0..WINDOWS.len() {
        let mut by_mark: BTreeMap<u64, Vec<Seen>> = BTreeMap::new();
        let mut by_house: BTreeMap<usize, Vec<Seen>> = BTreeMap::new();
        for test in tests.iter() {
            let seen = Seen::of(test, w, houses);
            if asked.contains(&test.mark.to_bits()) {
                by_mark.entry(test.mark.to_bits()).or_default().push(seen);
            }
            by_house.entry(test.house).or_default().push(seen);
        }
        let place = |(mark, seen): (u64, Vec<Seen>)| {
            let logs = usuals.iter().map(|u| seen.iter().map(|s| s.log(u)).sum()).collect();
            (mark, Place { seen, logs })
        };
        let places: BTreeMap<u64, Place> =
            by_mark.into_iter().collect::<Vec<_>>().into_par_iter().map(place).collect();
        tests.par_iter_mut().filter(|t| t.p <= LIKELY).for_each(|test| {
            let own = Seen::of(test, w, houses);
            let (peers, spread) = elsewhere(&places[&test.mark.to_bits()], &own, &usuals);
            let here = at_other_marks(&by_house[&test.house], test.mark);
            test.windows[w].usual = peers.max(here);
            test.windows[w].spread += spread;
        });
    }
}

/// The factor by which bills over the mark usually exceed their neighbours, as the other hospitals show, and its squared
/// relative spread between them; (1, 0) where there are too few.
///
/// What is usual is what makes their counts likeliest, without the hospital itself: whether some steer and the others show
/// no excess, however many steer, or whether most have an excess of one size, which then is no sign of steering here.
fn elsewhere(place: &Place, own: &Seen, usuals: &[Usual]) -> (f64, f64) {
    let others = || place.seen.iter().filter(|s| s.house != own.house);
    if others().count() < FEWEST || others().map(|s| s.expected).sum::<f64>() < 10.0 {
        return (1.0, 0.0);
    }
    let best = usuals.iter().zip(&place.logs).map(|(u, all)| (u, all - own.log(u))).max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((best, _)) = best else { return (1.0, 0.0) };
    if best.kind == Kind::Nothing {
        // Where some gather a little more for reasons of their own, so much is usual.
        let weight = |s: &Seen| best.share / (best.share + (1.0 - best.share) * s.steering);
        let pooled = |value: fn(&Seen) -> f64| others().map(|s| weight(s) * value(s)).sum::<f64>();
        return ((pooled(|s| s.observed) / pooled(|s| s.expected).max(1e-6)).clamp(1.0, 1.15), 0.0);
    }
    let factor = own.factor(best);
    let part = (factor - 1.0) / factor;
    (factor, best.scatter.powi(2).exp_m1() * part * part)
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
