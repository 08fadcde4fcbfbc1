//! Which hospitals have more early returns than their own later ones and their peers explain.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::peers::{Standing, count_standings, groups};
use super::Parameters;
use crate::model::{HospitalId, Region};
use crate::stats::funnel::combined;
use crate::stats::{benjamini_hochberg, negative_binomial_tail};

/// Pseudo-returns that hold the probability of one gap to that of all gaps of the window.
const HELD: f64 = 2.0;

/// The returns of one hospital.
#[derive(Clone, Debug)]
pub(super) struct Returns {
    /// Discharges that count.
    pub discharges: f64,
    /// Returns by days between, same category of diagnosis and other.
    pub gaps: Vec<[f64; 2]>,
}

impl Returns {
    fn within(&self, from: i32, to: i32) -> f64 {
        self.gaps[from as usize..=to as usize].iter().map(|g| g[0] + g[1]).sum()
    }
}

/// A hospital that stands out.
#[derive(Clone, Debug)]
pub(super) struct Early {
    /// Days between up to which it does most.
    pub window: i32,
    /// Returns within the window.
    pub observed: f64,
    /// Those expected.
    pub expected: f64,
    /// Probability of as many or more, all windows combined.
    pub p: f64,
    /// The same after false-discovery control.
    pub q: f64,
    /// Hospitals compared with.
    pub peers: usize,
    /// Seen and expected by days between.
    pub by_gap: Vec<(f64, f64)>,
    /// Probability of being surplus, by days between and kind.
    surplus: Vec<[f64; 2]>,
}

impl Early {
    /// The probability that a return is one of the surplus.
    pub fn probability(&self, gap: i32, kind: usize) -> f64 {
        self.surplus.get(gap as usize).map_or(0.0, |s| s[kind])
    }
}

/// The best window of a hospital.
#[derive(Clone, Copy)]
struct Best {
    window: i32,
    observed: f64,
    expected: f64,
    p: f64,
    peers: usize,
}

/// The sums of all hospitals, from which each one is taken off.
struct Sums {
    discharges: f64,
    late: f64,
    gaps: Vec<[f64; 2]>,
}

/// The hospitals that stand out in each of several families of returns, false discoveries controlled over all of them; `alone`
/// says whether a hospital that nobody can be compared with is held against itself.
pub(super) fn judge<const N: usize>(
    region: &Region,
    families: [&BTreeMap<HospitalId, Returns>; N],
    alone: bool,
    parameters: &Parameters,
) -> [BTreeMap<HospitalId, Early>; N] {
    let mut families = families.map(|houses| Family::new(region, houses, alone, parameters));
    let all: Vec<f64> = families.iter().flat_map(|f| f.p.iter().copied()).collect();
    let mut q = benjamini_hochberg(&all, all.len()).into_iter();
    families.each_mut().map(|family| family.stand_out(&mut q, parameters))
}

/// The returns of one family at all hospitals, tested.
struct Family<'a> {
    ids: Vec<HospitalId>,
    list: Vec<&'a Returns>,
    sums: Vec<Arc<Sums>>,
    best: Vec<Option<Best>>,
    p: Vec<f64>,
}

impl<'a> Family<'a> {
    fn new(region: &Region, houses: &'a BTreeMap<HospitalId, Returns>, alone: bool, parameters: &Parameters) -> Self {
        let ids: Vec<HospitalId> = houses.keys().copied().collect();
        let list: Vec<&Returns> = houses.values().collect();
        let groups = groups(region, &ids, parameters.min_peers);
        // Once for each group, not for each hospital.
        let mut known: BTreeMap<&[usize], Arc<Sums>> = BTreeMap::new();
        let of = |g| Arc::clone(known.entry(g).or_insert_with(|| Arc::new(sum(g, &list, parameters))));
        let sums: Vec<Arc<Sums>> = groups.iter().map(|g| &**g).map(of).collect();
        let mut best: Vec<Option<Best>> = vec![None; list.len()];
        let mut tails: Vec<Vec<f64>> = vec![Vec::new(); list.len()];
        for &window in &parameters.windows {
            let expected: Vec<(f64, f64)> =
                list.iter().zip(&sums).map(|(h, s)| expectation(h, s, window, alone, parameters)).collect();
            let counts: Vec<(f64, f64)> =
                list.iter().zip(&expected).map(|(h, (peers, own))| (h.within(0, window), peers.max(*own))).collect();
            let standing = count_standings(&counts, &groups);
            for (i, house) in list.iter().enumerate() {
                let found = one(house, expected[i], window, standing[i].as_ref(), parameters);
                let known = alone || standing[i].is_some();
                tails[i].push(if known { found.p } else { 1.0 });
                if known && best[i].is_none_or(|b| found.p < b.p) {
                    best[i] = Some(found);
                }
            }
        }
        let p = tails.iter().map(|t| combined(t)).collect();
        Self { ids, list, sums, best, p }
    }

    fn stand_out(&mut self, q: &mut impl Iterator<Item = f64>, parameters: &Parameters) -> BTreeMap<HospitalId, Early> {
        let mut out = BTreeMap::new();
        for (i, (best, q)) in self.best.iter().zip(q).enumerate() {
            let enough = |b: &Best| {
                q <= parameters.max_q
                    && b.observed >= parameters.min_ratio * b.expected
                    && b.observed - b.expected >= parameters.min_excess
            };
            if let Some(best) = best.filter(enough) {
                out.insert(self.ids[i], stands_out(self.list[i], &self.sums[i], best, (self.p[i], q)));
            }
        }
        out
    }
}

fn sum(group: &[usize], list: &[&Returns], parameters: &Parameters) -> Sums {
    let mut sums = Sums { discharges: 0.0, late: 0.0, gaps: vec![[0.0; 2]; parameters.reference_to as usize + 1] };
    for &i in group {
        sums.discharges += list[i].discharges;
        sums.late += list[i].within(parameters.reference_from, parameters.reference_to);
        for (all, own) in sums.gaps.iter_mut().zip(&list[i].gaps) {
            all[0] += own[0];
            all[1] += own[1];
        }
    }
    sums
}

/// What the others' returns within the window imply for the hospital, and what its own later returns do if the chance of
/// return were the same every day.
///
/// Excused returns need not have later ones: accounts are closed on one day. The discharges imply them alone.
fn expectation(house: &Returns, sums: &Sums, window: i32, alone: bool, parameters: &Parameters) -> (f64, f64) {
    let (from, to) = (parameters.reference_from, parameters.reference_to);
    let late = house.within(from, to);
    let early: f64 = sums.gaps[..=window as usize].iter().map(|g| g[0] + g[1]).sum::<f64>() - house.within(0, window);
    let by_late = (early + 0.5) / (sums.late - late + 1.0) * (late + 0.5);
    let by_discharges = (early + 0.5) / (sums.discharges - house.discharges + 1.0) * house.discharges;
    let flat = (late + 0.5) * f64::from(window + 1) / f64::from(to - from + 1);
    let peers = match (sums.late > late, alone) {
        (true, _) => by_late.max(by_discharges),
        (false, true) => 0.0,
        (false, false) => by_discharges,
    };
    (peers, flat)
}

fn one(
    house: &Returns,
    expected: (f64, f64),
    window: i32,
    standing: Option<&Standing>,
    parameters: &Parameters,
) -> Best {
    let observed = house.within(0, window);
    match standing {
        Some(standing) => {
            // As many as the others would have here: their mean is a root of a ratio.
            let usual = expected.0.max(expected.1) * standing.prediction.mean.max(0.0).powi(2);
            Best { window, observed, expected: usual.max(expected.1), p: standing.p, peers: standing.peers }
        }
        None => {
            let expected = expected.0.max(expected.1 * parameters.early_factor);
            let p = negative_binomial_tail(observed as u64, expected, 1.0 / parameters.own_spread);
            Best { window, observed, expected, p, peers: 0 }
        }
    }
}

fn stands_out(house: &Returns, sums: &Sums, best: Best, (p, q): (f64, f64)) -> Early {
    let days = best.window as usize + 1;
    let shape: Vec<[f64; 2]> =
        (0..days).map(|g| std::array::from_fn(|k| sums.gaps[g][k] - house.gaps[g][k] + 0.25)).collect();
    let whole: f64 = shape.iter().map(|s| s[0] + s[1]).sum();
    let expected = |g: usize, k: usize| best.expected * shape[g][k] / whole;
    let share = best.expected / best.observed.max(1.0);
    let surplus = |g: usize, k: usize| 1.0 - ((expected(g, k) + HELD * share) / (house.gaps[g][k] + HELD)).min(1.0);
    Early {
        window: best.window,
        observed: best.observed,
        expected: best.expected,
        p,
        q,
        peers: best.peers,
        by_gap: (0..days).map(|g| (house.gaps[g][0] + house.gaps[g][1], expected(g, 0) + expected(g, 1))).collect(),
        surplus: (0..days).map(|g| std::array::from_fn(|k| surplus(g, k))).collect(),
    }
}
