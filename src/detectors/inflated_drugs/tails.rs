//! What doses are natural, learnt from the other hospitals, and what a hospital has beyond.
//!
//! The null of one drug at one hospital is the tail of that drug at the **other** hospitals, shrunk to the tail of all drugs:
//! high-dose regimens and gravely ill patients are in it at their natural weight. A hospital may have `spread` times as many
//! without meaning anything. Two families of tests, each with Benjamini-Hochberg over all that could have been tested: every
//! drug at every hospital (exact binomial), and every hospital over all its drugs (stays with a dose beyond 1 in 100, 1,000,
//! ...; Poisson). Where a test is significant, the share of natural doses among those at least as far out, expected over
//! observed, is the false-discovery rate of each dose (tail-area Fdr: Efron, Large-Scale Inference (2010), chapter 2).
//! Hospitals with inflated doses are among the others, too; so the null is learnt again with every dose weighted by the
//! probability that it is natural, until it no longer moves.

use std::ops::Range;

use super::scale::{Kind, Obs};
use crate::stats::{benjamini_hochberg, binomial_tail, local_false_share, poisson_tail};

/// Width of a bin of the scale.
const WIDTH: f64 = 0.25;
/// Number of bins; the last is open.
const BINS: usize = 160;
/// Observations that the tail of all drugs counts as for one drug.
const DRUG_PRIOR: f64 = 40.0;
/// Observations that the default tail counts as: the null of a hospital without any peers.
const DEFAULT_PRIOR: f64 = 100.0;
/// Decay of the default tail by spread: heavier than a normal distribution from two spreads on.
const DEFAULT_DECAY: f64 = 0.7;
/// Tail probabilities at which a hospital is tested as a whole.
const LEVELS: [f64; 4] = [1e-2, 1e-3, 1e-4, 1e-5];
/// Stays with far doses of a drug that make a pattern of a hospital's: one or two are somebody's rare illness.
const REPEATED: usize = 3;
/// Kinds of observation.
const KINDS: usize = Kind::Stay as usize + 1;
/// How often the null is learnt.
const ROUNDS: usize = 5;

/// What the judgement rests on.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How many times the peers' share of extreme doses a hospital may have.
    pub spread: f64,
    /// Level of the tests.
    pub level: f64,
    /// Tail probability beyond which a dose is not plausible.
    pub plausible: f64,
}

/// What is known of one observation in the end.
#[derive(Clone, Copy, Debug)]
pub struct Judged {
    /// Probability of a dose at least as large at the other hospitals.
    pub tail: f64,
    /// Share of natural doses among those of the hospital that are as far out; 1 where nothing is significant.
    pub false_share: f64,
    /// The scale's value from which a dose is not plausible.
    pub limit: f64,
}

/// One hospital as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Institution {
    /// Hospital.
    pub hospital: u32,
    /// Stays with a dose beyond the level that tells most.
    pub observed: u64,
    /// How many the peers imply.
    pub expected: f64,
    /// Probability of so many, allowed for the levels tried.
    pub p: f64,
    /// After false-discovery control over the hospitals.
    pub q: f64,
}

type Histogram = [f64; BINS];

/// Weighted counts from each bin upwards.
struct Sums {
    /// By kind and drug.
    group: Vec<Histogram>,
    kind: [Histogram; KINDS],
    hospital: Vec<[Histogram; KINDS]>,
}

struct Cell {
    group: usize,
    hospital: usize,
    range: Range<usize>,
}

/// Everything that does not change between rounds.
struct Frame<'a> {
    all: &'a [Obs],
    bins: Vec<u8>,
    cells: Vec<Cell>,
    /// Kind of each group.
    kinds: Vec<usize>,
    /// Number of hospitals; ids of hospitals are replaced by their positions.
    hospitals: Vec<u32>,
    rules: Rules,
}

/// Judges observations sorted by kind, drug, hospital.
pub fn judge(all: &[Obs], rules: Rules) -> (Vec<Judged>, Vec<Institution>) {
    let frame = Frame::new(all, rules);
    let mut weights = vec![1.0; all.len()];
    let mut result = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        result = frame.round(&weights);
        // What the peers imply, not the multiple of it that is allowed: the multiple would keep what is not natural.
        let natural = |j: &Judged| if j.false_share < 1.0 { j.false_share / rules.spread } else { 1.0 };
        weights = result.0.iter().map(natural).collect();
    }
    result
}

fn bin(z: f64) -> u8 {
    if z > 0.0 { (z / WIDTH).min(BINS as f64 - 1.0) as u8 } else { 0 }
}

/// Sums from each bin upwards.
fn upwards(histogram: &Histogram) -> Histogram {
    let mut sums = *histogram;
    for b in (0..BINS - 1).rev() {
        sums[b] += sums[b + 1];
    }
    sums
}

impl<'a> Frame<'a> {
    fn new(all: &'a [Obs], rules: Rules) -> Self {
        let mut hospitals: Vec<u32> = all.iter().map(|o| o.hospital).collect();
        hospitals.sort_unstable();
        hospitals.dedup();
        let (mut cells, mut kinds, mut start) = (Vec::new(), Vec::new(), 0);
        for group in all.chunk_by(|a, b| (a.kind, a.item) == (b.kind, b.item)) {
            for cell in group.chunk_by(|a, b| a.hospital == b.hospital) {
                let hospital = hospitals.binary_search(&cell[0].hospital).expect("listed above");
                cells.push(Cell { group: kinds.len(), hospital, range: start..start + cell.len() });
                start += cell.len();
            }
            kinds.push(group[0].kind as usize);
        }
        Self { all, bins: all.iter().map(|o| bin(o.z)).collect(), cells, kinds, hospitals, rules }
    }

    fn own(&self, cell: &Cell, weights: &[f64]) -> Histogram {
        let mut own = [0.0; BINS];
        cell.range.clone().for_each(|i| own[usize::from(self.bins[i])] += weights[i]);
        own
    }

    fn count(&self, cell: &Cell) -> Histogram {
        let mut own = [0.0; BINS];
        cell.range.clone().for_each(|i| own[usize::from(self.bins[i])] += 1.0);
        own
    }

    /// One judgement with the natural doses weighted as given.
    fn round(&self, weights: &[f64]) -> (Vec<Judged>, Vec<Institution>) {
        let sums = self.sums(weights);
        let mut judged = Vec::with_capacity(self.all.len());
        for cell in &self.cells {
            let null = self.null(cell, &sums, weights);
            let limit = null.iter().position(|s| *s <= self.rules.plausible).unwrap_or(BINS) as f64 * WIDTH;
            let tail = |i: usize| null[usize::from(self.bins[i])];
            judged.extend(cell.range.clone().map(|i| Judged { tail: tail(i), false_share: 1.0, limit }));
        }
        let institutions = self.hospitals(&mut judged);
        self.drugs(&sums, weights, &mut judged);
        (judged, institutions)
    }

    fn sums(&self, weights: &[f64]) -> Sums {
        let zero = [0.0; BINS];
        let mut sums = Sums {
            group: vec![zero; self.kinds.len()],
            kind: [zero; KINDS],
            hospital: vec![[zero; KINDS]; self.hospitals.len()],
        };
        for cell in &self.cells {
            let kind = self.kinds[cell.group];
            let own = self.own(cell, weights);
            for (b, n) in own.iter().enumerate().filter(|(_, n)| **n > 0.0) {
                sums.group[cell.group][b] += n;
                sums.kind[kind][b] += n;
                sums.hospital[cell.hospital][kind][b] += n;
            }
        }
        sums.group.iter_mut().for_each(|h| *h = upwards(h));
        sums.kind.iter_mut().for_each(|h| *h = upwards(h));
        sums.hospital.iter_mut().flatten().for_each(|h| *h = upwards(h));
        sums
    }

    /// The tail of a cell at the other hospitals, from each bin upwards.
    fn null(&self, cell: &Cell, sums: &Sums, weights: &[f64]) -> Histogram {
        let kind = self.kinds[cell.group];
        let own = upwards(&self.own(cell, weights));
        let (group, pool, same) = (&sums.group[cell.group], &sums.kind[kind], &sums.hospital[cell.hospital][kind]);
        let default = |b: usize| DEFAULT_PRIOR * (-DEFAULT_DECAY * b as f64 * WIDTH).exp();
        // Half an observation beyond all that were made: what nobody has had is rare, not impossible.
        let least = 0.5 / (pool[0] + DEFAULT_PRIOR);
        let peers = |all: &Histogram, mine: &Histogram, b: usize| (all[b] - mine[b]).max(0.0);
        std::array::from_fn(|b| {
            let wide = (peers(pool, same, b) + default(b)) / (peers(pool, same, 0) + DEFAULT_PRIOR) + least;
            (peers(group, &own, b) + DRUG_PRIOR * wide) / (peers(group, &own, 0) + DRUG_PRIOR)
        })
    }

    /// Tests each hospital over all its drugs and gives each dose its false share there.
    fn hospitals(&self, judged: &mut [Judged]) -> Vec<Institution> {
        let mut of: Vec<Vec<u32>> = vec![Vec::new(); self.hospitals.len()];
        for cell in &self.cells {
            of[cell.hospital].extend(cell.range.clone().map(|i| i as u32));
        }
        let mut institutions: Vec<Institution> =
            of.iter().zip(&self.hospitals).map(|(own, h)| self.hospital(own, *h, judged)).collect();
        let p: Vec<f64> = institutions.iter().map(|i| i.p).collect();
        for (institution, q) in institutions.iter_mut().zip(benjamini_hochberg(&p, p.len())) {
            institution.q = q;
        }
        for (own, institution) in of.iter_mut().zip(&institutions) {
            if institution.q > self.rules.level {
                continue;
            }
            own.sort_unstable_by(|&a, &b| judged[a as usize].tail.total_cmp(&judged[b as usize].tail).then(a.cmp(&b)));
            let n = own.len() as f64 * self.rules.spread;
            let tail = |at: usize| judged[own[at] as usize].tail;
            let ends: Vec<usize> = (0..own.len()).filter(|&at| at + 1 == own.len() || tail(at) < tail(at + 1)).collect();
            let observed: Vec<f64> = ends.iter().map(|&at| at as f64 + 1.0).collect();
            let expected: Vec<f64> = ends.iter().map(|&at| n * tail(at)).collect();
            let mut start = 0;
            for (end, share) in ends.into_iter().zip(local_false_share(&observed, &expected)) {
                own[start..=end].iter().for_each(|&i| {
                    let judged = &mut judged[i as usize];
                    judged.false_share = judged.false_share.min(share);
                });
                start = end + 1;
            }
        }
        institutions
    }

    fn hospital(&self, own: &[u32], hospital: u32, judged: &[Judged]) -> Institution {
        let mut best = Institution { hospital, observed: 0, expected: 0.0, p: 1.0, q: 1.0 };
        for level in LEVELS {
            let mut stays: Vec<u32> = own
                .iter()
                .filter(|&&i| judged[i as usize].tail <= level)
                .map(|&i| self.all[i as usize].stay)
                .collect();
            stays.sort_unstable();
            stays.dedup();
            let (observed, expected) = (stays.len() as u64, own.len() as f64 * level);
            if stays.len() < REPEATED {
                continue;
            }
            let p = (poisson_tail(observed, self.rules.spread * expected) * LEVELS.len() as f64).min(1.0);
            if p < best.p {
                best = Institution { observed, expected, p, ..best };
            }
        }
        best
    }

    /// Tests each drug at each hospital and gives each dose its false share there.
    fn drugs(&self, sums: &Sums, weights: &[f64], judged: &mut [Judged]) {
        let p: Vec<f64> = self.cells.iter().map(|cell| self.drug(cell, &self.null(cell, sums, weights))).collect();
        let q = benjamini_hochberg(&p, p.len());
        for (cell, q) in self.cells.iter().zip(q) {
            if q > self.rules.level {
                continue;
            }
            let null = self.null(cell, sums, weights);
            let counts = upwards(&self.count(cell));
            let n = cell.range.len() as f64 * self.rules.spread;
            let levels: Vec<usize> = (1..BINS).rev().filter(|&b| counts[b] > *counts.get(b + 1).unwrap_or(&0.0)).collect();
            let observed: Vec<f64> = levels.iter().map(|&b| counts[b]).collect();
            let expected: Vec<f64> = levels.iter().map(|&b| n * null[b]).collect();
            let mut best = [1.0f64; BINS];
            for (b, share) in levels.into_iter().zip(local_false_share(&observed, &expected)) {
                best[b] = share;
            }
            for i in cell.range.clone() {
                judged[i].false_share = judged[i].false_share.min(best[usize::from(self.bins[i])]);
            }
        }
    }

    /// The probability that a drug at a hospital has as many doses so far out, over every level at which it has one.
    fn drug(&self, cell: &Cell, null: &Histogram) -> f64 {
        let mut seen: Vec<u8> = self.bins[cell.range.clone()].to_vec();
        seen.sort_unstable_by(|a, b| b.cmp(a));
        let (mut best, mut levels) = (1.0f64, 0.0);
        for (at, b) in seen.iter().enumerate() {
            if *b == 0 {
                break;
            }
            if seen.get(at + 1) != Some(b) {
                levels += 1.0;
                if at + 1 < REPEATED {
                    continue;
                }
                let rate = (self.rules.spread * null[usize::from(*b)]).min(1.0);
                best = best.min(binomial_tail(at as u64 + 1, seen.len() as u64, rate));
            }
        }
        (best * levels).min(1.0)
    }
}
