//! What is usual at a mark: at other hospitals, and at the other round numbers of the same hospital.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::bills::{HospitalBills, Side};
use super::windows::{LIKELY, PLACE, Test, WINDOWS};

/// Fewer other hospitals than these say nothing of what is usual.
const FEWEST: usize = 5;

/// Excesses, as factors, of which a hospital that steers has one.
const EXCESSES: [f64; 6] = [1.5, 2.0, 3.0, 5.0, 10.0, 25.0];

/// Shares of hospitals without excess that are tried.
const FREE: [f64; 8] = [0.0, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95];

/// Among hospitals with an excess, the share with one of another size than most.
const OTHERS: f64 = 0.1;

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
    fn of(test: &Test, w: usize, houses: &[HospitalBills]) -> Self {
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
            Basis::Bills => 1.0 + usual.size * self.bills / self.expected,
            Basis::Density => 1.0 + usual.size,
        }
    }

    /// Likelihood, over that of no excess, where the hospital has the usual one: by Gauss-Hermite over its scatter.
    fn moved(&self, usual: &Usual) -> f64 {
        let (most, far) = (self.factor(usual) - 1.0, 3f64.sqrt() * usual.scatter);
        let at = |log: f64| self.likelihood(1.0 + most * log.exp());
        at(0.0) * 2.0 / 3.0 + (at(far) + at(-far)) / 6.0
    }

    /// Log likelihood where a share `free` of the hospitals has no excess and most others the usual one.
    fn log(&self, moved: f64, free: f64) -> f64 {
        (free + (1.0 - free) * ((1.0 - OTHERS) * moved + OTHERS * self.steering)).ln()
    }
}

/// What an excess that many hospitals have goes by.
#[derive(Clone, Copy)]
enum Basis {
    /// The number of a hospital's bills.
    Bills,
    /// The density around the mark.
    Density,
}

/// An excess that many hospitals may have at a mark.
#[derive(Clone, Copy)]
struct Usual {
    kind: Basis,
    /// The excess as a share of all bills, or of those expected.
    size: f64,
    /// Scatter of its logarithm between hospitals.
    scatter: f64,
}

/// Everything that may be usual.
fn usuals() -> Vec<Usual> {
    let bills = (0..12).map(|i| (Basis::Bills, 0.002 * 1.55f64.powi(i)));
    let sizes = bills.chain((0..10).map(|i| (Basis::Density, 0.25 * 1.65f64.powi(i))));
    sizes.flat_map(|(kind, size)| [0.3, 0.8].map(|scatter| Usual { kind, size, scatter })).collect()
}

/// The hospitals at a mark, and the log likelihood of all their counts under each thing that may be usual and each share of
/// hospitals without excess.
struct Place {
    seen: Vec<Seen>,
    logs: Vec<[f64; FREE.len()]>,
}

impl Place {
    fn new(seen: Vec<Seen>, usuals: &[Usual]) -> Self {
        let log = |usual: &Usual| {
            let mut all = [0.0; FREE.len()];
            for seen in &seen {
                let moved = seen.moved(usual);
                all.iter_mut().zip(FREE).for_each(|(sum, free)| *sum += seen.log(moved, free));
            }
            all
        };
        let logs = usuals.iter().map(log).collect();
        Self { seen, logs }
    }

    /// What makes the counts of all but one hospital likeliest: the usual excess, and the share of hospitals without it.
    fn likeliest(&self, own: &Seen, usuals: &[Usual]) -> Option<(Usual, f64)> {
        let without = usuals.iter().zip(&self.logs).flat_map(|(usual, logs)| {
            let moved = own.moved(usual);
            FREE.into_iter().zip(logs).map(move |(free, all)| (usual, free, all - own.log(moved, free)))
        });
        without.max_by(|a, b| a.2.total_cmp(&b.2)).map(|(usual, free, _)| (*usual, free))
    }
}

/// Raises the expectation of each window by what is usual at its mark elsewhere and at other round numbers here: a payment
/// rule makes bills gather at all hospitals, rounding at all round numbers; `free` as the card has it. Tests with a larger p-value than [`LIKELY`] are
/// left as they are.
pub fn compare(tests: &mut [Test], houses: &[HospitalBills], free: f64) {
    let usuals = usuals();
    let place = |test: &Test| (houses[test.house].side, test.mark.to_bits());
    let asked: BTreeSet<(Side, u64)> = tests.iter().filter(|t| t.p <= LIKELY).map(place).collect();
    for w in 0..WINDOWS.len() {
        let mut by_mark: BTreeMap<(Side, u64), Vec<Seen>> = BTreeMap::new();
        let mut by_house: BTreeMap<usize, Vec<Seen>> = BTreeMap::new();
        for test in tests.iter() {
            let seen = Seen::of(test, w, houses);
            if asked.contains(&place(test)) {
                by_mark.entry(place(test)).or_default().push(seen);
            }
            by_house.entry(test.house).or_default().push(seen);
        }
        let known = |(at, seen): ((Side, u64), Vec<Seen>)| (at, Place::new(seen, &usuals));
        let places: BTreeMap<(Side, u64), Place> =
            by_mark.into_iter().collect::<Vec<_>>().into_par_iter().map(known).collect();
        tests.par_iter_mut().filter(|t| t.p <= LIKELY).for_each(|test| {
            let own = Seen::of(test, w, houses);
            let others = places[&place(test)].seen.len() - 1;
            test.peers = if others < FEWEST { 0 } else { others };
            let (peers, spread) = elsewhere(&places[&place(test)], &own, &usuals, free);
            let here = at_other_marks(&by_house[&test.house], test.mark);
            test.windows[w].usual = peers.max(here);
            test.windows[w].spread += spread;
        });
    }
}

/// The factor by which bills over the mark usually exceed their neighbours, as the other hospitals show, and its squared
/// relative spread between them; (1, 0) where there are too few.
///
/// The hospitals are taken for a mixture of those without excess, those with an excess of one size (a rule of payment, a price
/// of the region, or a scheme that many follow), and others that steer; the likeliest mixture counts, fitted without the
/// hospital itself. Where at least the share `least` has no excess, no rule moves them all, however many steer.
fn elsewhere(place: &Place, own: &Seen, usuals: &[Usual], least: f64) -> (f64, f64) {
    let others = || place.seen.iter().filter(|s| s.house != own.house);
    if others().count() < FEWEST {
        return (1.0, 0.0);
    }
    let Some((usual, free)) = place.likeliest(own, usuals) else { return (1.0, 0.0) };
    if free >= least {
        // Where those without an excess of note gather a little more, so much is usual.
        let weight = |s: &Seen| free / s.log(s.moved(&usual), free).exp();
        let pooled = |value: fn(&Seen) -> f64| others().map(|s| weight(s) * value(s)).sum::<f64>();
        return ((pooled(|s| s.observed) / pooled(|s| s.expected).max(1e-6)).clamp(1.0, 1.15), 0.0);
    }
    let factor = own.factor(&usual);
    let part = (factor - 1.0) / factor;
    (factor, usual.scatter.powi(2).exp_m1() * part * part)
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
