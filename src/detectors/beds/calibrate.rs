//! From scores to p-values to q-values.
//!
//! No formula for empty days is right far out, where the leads are. So the tail is taken from stays themselves: the share of
//! stays at other hospitals with as high a score, carried on beyond the last of them as the exponential it is close to
//! (Weissman, J. Am. Stat. Assoc. 73 (1978) 812). Hospitals with far too many high scores would spoil that tail and are left
//! out of it (cf. Efron, Large-Scale Inference (2010), chapter 6). False discoveries are controlled over every stay tested,
//! with more weight on the hospitals where more is wrong (Genovese, Roeder & Wasserman, Biometrika 93 (2006) 509; Hu, Zhao &
//! Zhou, J. Am. Stat. Assoc. 105 (2010) 1215).

use crate::stats::{benjamini_hochberg, binomial_tail};

/// A stay's score, with what it is compared within.
#[derive(Clone, Copy, Debug)]
pub struct Scored {
    /// Position of the hospital.
    pub hospital: u32,
    /// Kind of stay: quiet kinds have their own tails.
    pub class: usize,
    /// Minus the logarithm of its natural probability, as the model has it.
    pub score: f64,
    /// Probability that it is natural, used where a hospital has no peers.
    pub natural: f64,
}

/// Classes of stays.
pub const CLASSES: usize = 3;
/// Rounds of leaving hospitals out of the reference.
const ROUNDS: usize = 4;
/// Upper shares of the reference between which the slope of its tail is read: low enough for schemes not to matter.
const TAIL: [f64; 3] = [0.1, 0.02, 0.003];
/// Stays that the outermost part needs.
const OUTER: f64 = 10.0;
/// Natural tails bend outwards: the slope goes on with this part of itself.
const BEND: f64 = 0.85;
/// How much more of the tail is natural than the hospitals left in the reference show: some were left out by chance.
const LEFT_OUT: f64 = 1.5;
/// Stays that a reference needs.
const LEAST: usize = 100;
/// Stays below which a class borrows the others'.
const SMALL: usize = 400;
/// Stays that other hospitals must have for them to be a reference.
const PEERS: usize = 300;

/// The tail of one class.
struct Tail {
    /// Scores of the reference, ascending.
    scores: Vec<f64>,
    /// By hospital, its own part, ascending; empty where it is not in the reference.
    own: Vec<Vec<f64>>,
}

impl Tail {
    fn new(stays: &[Scored], class: Option<usize>, excluded: &[bool]) -> Self {
        let mut own = vec![Vec::new(); excluded.len()];
        for s in stays.iter().filter(|s| class.is_none_or(|c| c == s.class) && !excluded[s.hospital as usize]) {
            own[s.hospital as usize].push(s.score);
        }
        own.iter_mut().for_each(|o| o.sort_by(f64::total_cmp));
        let mut scores = own.concat();
        scores.sort_by(f64::total_cmp);
        Self { scores, own }
    }

    fn others(&self, hospital: u32) -> usize {
        self.scores.len() - self.own[hospital as usize].len()
    }

    /// Stays at other hospitals with at least this score.
    fn above(&self, hospital: u32, score: f64) -> usize {
        let count = |all: &[f64]| all.len() - all.partition_point(|s| *s < score);
        count(&self.scores) - count(&self.own[hospital as usize])
    }

    /// Natural probability of the score: its rank among the stays of other hospitals, and beyond the last of them the
    /// exponential.
    fn p(&self, hospital: u32, score: f64) -> f64 {
        let others = self.others(hospital) as f64;
        let above = self.above(hospital, score) as f64;
        let rank = (LEFT_OUT * (above + 1.0) / (others + 1.0)).min(1.0);
        let Some(line) = Line::of(&self.scores) else { return rank.max((-score).exp()) };
        // One stay beyond may be the first of a hospital's scheme; two are a tail.
        let seen = if above > 1.0 { LEFT_OUT * above / others } else { 0.0 };
        line.at(score).max(seen).max((-score).exp()).min(rank)
    }

    /// The share of all stays with at least this score, the hospital's own among them.
    fn share(&self, score: f64) -> f64 {
        let above = self.scores.len() - self.scores.partition_point(|s| *s < score);
        above as f64 / self.scores.len().max(1) as f64
    }
}

/// The exponential that continues a tail.
struct Line {
    start: f64,
    share: f64,
    slope: f64,
}

impl Line {
    /// Through two quantiles of the scores.
    fn of(ascending: &[f64]) -> Option<Self> {
        let n = ascending.len();
        if n < LEAST {
            return None;
        }
        let at = |share: f64| ascending[n - 1 - (n as f64 * share) as usize];
        // The flatter of two stretches; the outer one only where it has enough stays.
        let stretch = |from: f64, to: f64| {
            let (low, high) = (at(from), at(to));
            let slope = if high > low { ((from / to).ln() / (high - low)).clamp(0.2, 1.0) } else { 1.0 };
            Self { start: high, share: to, slope: BEND * slope }
        };
        let inner = stretch(TAIL[0], TAIL[1]);
        let outer = stretch(TAIL[1], TAIL[2]);
        Some(if n as f64 * TAIL[2] >= OUTER { Self { slope: inner.slope.min(outer.slope), ..outer } } else { inner })
    }

    fn at(&self, score: f64) -> f64 {
        self.share * (-self.slope * (score - self.start)).exp()
    }
}

/// The natural probability of each stay's score, and which hospitals were left out of the reference.
pub fn p_values(stays: &[Scored], hospitals: usize) -> (Vec<f64>, Vec<bool>) {
    let mut excluded = vec![false; hospitals];
    let mut p = against(stays, &excluded);
    for _ in 1..ROUNDS {
        let next = suspects(stays, &p, hospitals);
        if next == excluded {
            break;
        }
        excluded = next;
        p = against(stays, &excluded);
    }
    (p, excluded)
}

fn against(stays: &[Scored], excluded: &[bool]) -> Vec<f64> {
    let pooled = Tail::new(stays, None, excluded);
    let classes: Vec<Tail> = (0..CLASSES).map(|c| Tail::new(stays, Some(c), excluded)).collect();
    let everyone = vec![false; excluded.len()];
    let whole: Vec<Tail> = (0..CLASSES).map(|c| Tail::new(stays, Some(c), &everyone)).collect();
    let alone = alone(stays);
    let one = |s: &Scored| {
        let class = &classes[s.class];
        let p = match (class.others(s.hospital), pooled.others(s.hospital)) {
            (n, _) if n >= SMALL => return class.p(s.hospital, s.score),
            (_, n) if n >= PEERS => pooled.p(s.hospital, s.score),
            _ => alone.as_ref().map_or(0.0, |l| l.at(s.score)).max((-s.score).exp()).min(1.0),
        };
        // A quiet kind of stays that hardly another hospital has differs in ways that busy stays cannot teach.
        if s.class == 0 { p } else { p.max(whole[s.class].share(s.score)) }
    };
    stays.iter().map(|s| if s.score <= 0.0 { 1.0 } else { one(s) }).collect()
}

/// Without peers, the stays that look natural stand for them.
fn alone(stays: &[Scored]) -> Option<Line> {
    let mut scores: Vec<f64> = stays.iter().filter(|s| s.natural > 0.5).map(|s| s.score).collect();
    scores.sort_by(f64::total_cmp);
    Line::of(&scores)
}

/// Hospitals with far too many small p-values. At most those with two fifths of the stays, the worst first.
fn suspects(stays: &[Scored], p: &[f64], hospitals: usize) -> Vec<bool> {
    const LEVELS: [f64; 3] = [0.02, 0.005, 0.001];
    let mut counts = vec![[0u64; LEVELS.len() + 1]; hospitals];
    for (stay, p) in stays.iter().zip(p) {
        let counts = &mut counts[stay.hospital as usize];
        counts[LEVELS.len()] += 1;
        LEVELS.iter().zip(counts.iter_mut()).for_each(|(level, count)| *count += u64::from(p <= level));
    }
    let mut worst: Vec<(f64, usize)> = counts
        .iter()
        .enumerate()
        .map(|(h, counts)| {
            let tail = |i: usize| binomial_tail(counts[i], counts[LEVELS.len()], LEVELS[i]);
            let smallest = (0..LEVELS.len()).filter(|&i| counts[i] >= 2).map(tail).fold(1.0, f64::min);
            (smallest, h)
        })
        .filter(|(tail, _)| *tail < 0.02)
        .collect();
    worst.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut left = stays.len() as f64 * 0.4;
    let mut out = vec![false; hospitals];
    for (_, h) in worst {
        left -= counts[h][LEVELS.len()] as f64;
        out[h] = left >= 0.0;
    }
    out
}

/// The q-value of each p-value, all of them tests, weighted by how much else is wrong at the hospital: a weight that knew the
/// p-value it weighs would make leads of the smallest of many.
pub fn q_values(p: &[f64], hospital: &[u32], hospitals: usize) -> Vec<f64> {
    /// Level at which what is wrong is counted, the stays' worth of the region in each hospital, the least share.
    const LEVEL: f64 = 0.005;
    const REGION: f64 = 40.0;
    const LEAST: f64 = 5e-4;
    let hit = |p: f64| f64::from(u8::from(p <= LEVEL));
    let mut counts = vec![[0.0f64; 2]; hospitals];
    for (p, h) in p.iter().zip(hospital) {
        counts[*h as usize][0] += hit(*p);
        counts[*h as usize][1] += 1.0;
    }
    let all = p.len() as f64;
    let excess = |hits: f64, n: f64| (hits - LEVEL * n).max(0.0);
    let region = (excess(counts.iter().map(|c| c[0]).sum(), all) / all.max(1.0)).max(LEAST);
    let weight = |p: f64, h: u32| {
        let [hits, n] = counts[h as usize];
        let share = (excess(hits - hit(p), n - 1.0) + REGION * region) / (n - 1.0 + REGION);
        (share / (1.0 - share.min(0.9))).max(LEAST)
    };
    let weights: Vec<f64> = p.iter().zip(hospital).map(|(p, h)| weight(*p, *h)).collect();
    let mean = weights.iter().sum::<f64>() / all.max(1.0);
    let weighted: Vec<f64> = p.iter().zip(&weights).map(|(p, weight)| (p * mean / weight).min(1.0)).collect();
    benjamini_hochberg(&weighted, p.len())
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Share of runs in which chance alone gives a lead at a false-discovery rate of 2 %.
    fn false_runs(hospitals: u32, stays: u32) -> f64 {
        const RUNS: u64 = 400;
        let of: Vec<u32> = (0..hospitals).flat_map(|h| std::iter::repeat_n(h, stays as usize)).collect();
        let found = |seed: &u64| {
            let mut random = ChaCha8Rng::seed_from_u64(*seed);
            let p: Vec<f64> = of.iter().map(|_| random.random()).collect();
            q_values(&p, &of, hospitals as usize).iter().any(|q| *q <= 0.02)
        };
        (0..RUNS).filter(found).count() as f64 / RUNS as f64
    }

    #[test]
    fn chance_gives_a_lead_as_seldom_as_it_is_said_to() {
        // 2 % of 400 runs and three standard errors.
        for (hospitals, stays) in [(1_000, 20), (100, 100), (10, 1_000), (1, 2_000)] {
            let share = false_runs(hospitals, stays);
            assert!(share <= 0.041, "{hospitals} hospitals of {stays}: {share}");
        }
    }
}
