//! How much better each observation agrees with inflated doses than with what other hospitals show.
//!
//! The null of one drug at one hospital is its density at the **other** hospitals, shrunk to that of all drugs: high-dose
//! regimens and gravely ill patients are in it at their natural weight. Hospitals that may stand out are left out altogether, as
//! taking only their far doses away would leave a null without a tail. The alternative starts as doses of twice to some
//! thirty times the usual, all equally likely, and is learnt from the stays that are judged to be inflated.

use super::scale::{Measure, Obs};

/// Width of a bin of the scale, in units of the natural logarithm.
const WIDTH: f64 = 0.2;
/// Number of bins; the last is open.
const BINS: usize = 40;
/// Observations that the density of all drugs counts as for one drug.
const DRUG_PRIOR: f64 = 400.0;
/// Observations that the default null counts as, and its decay: a quarter of the rest for each doubling.
const DEFAULT_PRIOR: f64 = 100.0;
const DEFAULT_DECAY: f64 = 2.0;
/// Observations that the alternative of the start counts as.
const ALTERNATIVE_PRIOR: f64 = 30.0;
/// A hospital with so many times the uses of a drug that all others have together is the only one that knows the drug: its own
/// uses are in its null, too.
const SPECIALIST: f64 = 3.0;
/// Kinds and classes of observation.
const POOLS: usize = 14;

type Histogram = [f64; BINS];

/// What an observation says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said {
    /// Log of the ratio of densities, inflated over natural.
    pub log_ratio: f64,
    /// The scale's value that so few of the other hospitals' uses exceed that more is not plausible.
    pub limit: f64,
}

/// Densities where doses are inflated.
pub struct Alternatives {
    dose: Histogram,
    swing: Histogram,
}

fn bin(x: f64) -> usize {
    if x > 0.0 { (x / WIDTH).min(BINS as f64 - 1.0) as usize } else { 0 }
}

/// The lower edge of a bin.
fn edge(b: usize) -> f64 {
    b as f64 * WIDTH
}

/// Makes the sum 1.
fn normalised(mut h: Histogram) -> Histogram {
    let sum: f64 = h.iter().sum();
    h.iter_mut().for_each(|v| *v /= sum);
    h
}

/// A quarter to either side: doses are whole numbers, and the edges of the bins mean nothing.
fn smooth(h: &Histogram) -> Histogram {
    std::array::from_fn(|b| 0.25 * h[b.saturating_sub(1)] + 0.5 * h[b] + 0.25 * h[(b + 1).min(BINS - 1)])
}

impl Alternatives {
    /// What is assumed before anything is known: a dose from nearly twice to some twenty-five times the usual, and a swing up
    /// to twenty-fold; half of the time no swing at all, as every day may be inflated alike.
    pub fn start() -> Self {
        let dose = std::array::from_fn(|b| match edge(b) {
            x if x < 0.5 => 0.1,
            x if x < 3.2 => 1.0,
            x => (3.2 - x).exp(),
        });
        let mut swing: Histogram = std::array::from_fn(|b| (3.0 - edge(b)).exp().min(1.0));
        swing[0] += 0.5 * swing.iter().sum::<f64>();
        Self { dose: normalised(dose), swing: normalised(swing) }
    }

    /// The alternatives of observations, each with the probability that it is inflated.
    pub fn learnt(all: &[Obs], inflated: &[f64]) -> Self {
        let start = Self::start();
        let (mut dose, mut swing) = (start.dose, start.swing);
        dose.iter_mut().chain(&mut swing).for_each(|v| *v *= ALTERNATIVE_PRIOR);
        for (o, share) in all.iter().zip(inflated) {
            match o.kind {
                Measure::Dose | Measure::Total => dose[bin(o.x)] += share,
                Measure::Swing => swing[bin(o.x)] += share,
                Measure::Whole => {}
            }
        }
        Self { dose: normalised(smooth(&dose)), swing: normalised(smooth(&swing)) }
    }

    fn of(&self, kind: Measure) -> &Histogram {
        if kind == Measure::Swing { &self.swing } else { &self.dose }
    }
}

/// Which pool an observation belongs to.
fn pool(o: &Obs) -> usize {
    match o.kind {
        Measure::Dose => 0,
        Measure::Total => 1,
        Measure::Whole => 2,
        Measure::Swing => 3 + usize::from(o.class).min(POOLS - 4),
    }
}

/// What each observation says. `all` is sorted as by [`super::scale::observations`]; `place` gives each observation's hospital
/// as a number below `doubtful.len()`; `doubtful` tells the hospitals that may stand out; `plausible` is the share of natural
/// doses beyond the plausible ones.
pub fn weigh(all: &[Obs], place: &[u32], doubtful: &[bool], alternatives: &Alternatives, plausible: f64) -> Vec<Said> {
    let weight = |i: usize| if doubtful[place[i] as usize] { 0.0 } else { 1.0 };
    let mut pools = [[0.0; BINS]; POOLS];
    let mut own_pools = vec![[[0.0; BINS]; POOLS]; doubtful.len()];
    for (i, o) in all.iter().enumerate() {
        pools[pool(o)][bin(o.x)] += weight(i);
        own_pools[place[i] as usize][pool(o)][bin(o.x)] += weight(i);
    }
    let mut said = vec![Said::default(); all.len()];
    let mut start = 0;
    for group in all.chunk_by(|a, b| (a.kind, a.class, a.item) == (b.kind, b.class, b.item)) {
        let mut whole = [0.0; BINS];
        group.iter().enumerate().for_each(|(at, o)| whole[bin(o.x)] += weight(start + at));
        for cell in group.chunk_by(|a, b| a.house == b.house) {
            let range = start..start + cell.len();
            let (of, hospital) = (pool(&cell[0]), place[start] as usize);
            let mut own = [0.0; BINS];
            range.clone().for_each(|i| own[bin(all[i].x)] += weight(i));
            let mut peers = whole;
            let mut wide: Histogram = std::array::from_fn(|b| pools[of][b] - own_pools[hospital][of][b]);
            peers.iter_mut().zip(own).for_each(|(p, own)| *p -= own);
            if cell.len() as f64 > SPECIALIST * peers.iter().sum::<f64>() {
                cell.iter().for_each(|o| peers[bin(o.x)] += 1.0);
            }
            let null = null(&peers, &mut wide);
            let limit = limit(&null, plausible);
            let alternative = alternatives.of(cell[0].kind);
            for i in range {
                let b = bin(all[i].x);
                said[i] = Said { log_ratio: (alternative[b] / null[b]).ln(), limit };
            }
            start += cell.len();
        }
    }
    said
}

/// The density of a drug, from its counts and those of all drugs.
fn null(peers: &Histogram, wide: &mut Histogram) -> Histogram {
    for (b, n) in wide.iter_mut().enumerate() {
        let from = (-DEFAULT_DECAY * edge(b)).exp();
        *n += DEFAULT_PRIOR * from * (1.0 - (-DEFAULT_DECAY * WIDTH).exp());
    }
    let all: f64 = wide.iter().sum();
    normalised(smooth(&std::array::from_fn(|b| peers[b] + DRUG_PRIOR * wide[b] / all)))
}

/// The lower edge of the bins that hold at most this share.
fn limit(null: &Histogram, share: f64) -> f64 {
    let mut tail = 0.0;
    let beyond = null.iter().rev().take_while(|n| {
        tail += **n;
        tail <= share
    });
    edge(BINS - beyond.count())
}
