//! Which hospitals inflate doses, and in which stays.
//!
//! A stay's score is the logarithm of the likelihood ratio of a mixture: each of its drugs is inflated with a small
//! probability. Whether a hospital stands out is tested by how many of its stays score beyond 1 in 10, 100, 1,000, 10,000 of the
//! other hospitals' stays (Poisson), with Benjamini-Hochberg over all hospitals. The stays of those hospitals are a mixture of
//! two groups: the natural scores are known from the other hospitals, those of inflated stays are shared by the hospitals that
//! stand out and learnt by expectation maximisation, and the share of inflated stays is each doctor's own, shrunk to the
//! hospital's (two-groups model: Efron, Large-Scale Inference (2010), chapters 2 and 5). What comes of it tells which
//! hospitals the null is to be learnt without, and what inflated doses look like; so all is done again a few times.

use rustc_hash::FxHashMap;

use super::densities::{Alternatives, Said, weigh};
use super::doses::DrugUse;
use super::scale::Obs;
use crate::stats::{benjamini_hochberg, poisson_tail, quantile, rising_ratio};

/// How often everything is learnt.
const ROUNDS: usize = 5;
/// Drugs of an inflated stay that are inflated.
const INFLATED_DRUGS: f64 = 1.0;
/// Width, lowest value and number of the bins of the score.
const WIDTH: f64 = 0.25;
const LOWEST: f64 = -3.0;
const BINS: usize = 172;
/// Tail probabilities at which a hospital is tested, each with how many times the allowed spread it may have: a hospital of
/// other patients is often in the outer tenth, seldom in the outer hundredth.
const LEVELS: [(f64, f64); 4] = [(1e-1, 1.5), (1e-2, 1.0), (1e-3, 1.0), (1e-4, 1.0)];
/// A hospital whose test gives at most this is left out of what others are compared with, found or not: in a small region two
/// hospitals that do the same would hide each other.
const DOUBT: f64 = 0.05;
/// Share of the region's stays that tells which hospitals are in doubt to begin with.
const OUTERMOST: f64 = 0.01;
/// Far stays that make a pattern of a hospital's: one or two are somebody's rare illness.
const REPEATED: u64 = 3;
/// Rounds of the expectation maximisation.
const STEPS: usize = 30;
/// How far the logarithm of a learnt likelihood ratio may go beyond the score.
const MARGIN: f64 = 1.5;
/// Stays of a hospital, and of a doctor, that the region's and the hospital's share count as.
const HOSPITAL_PRIOR: f64 = 5.0;
const DOCTOR_PRIOR: f64 = 4.0;
/// Uses of a drug at a hospital that the share of all its drugs counts as.
const DRUG_PRIOR: f64 = 20.0;
/// Share of inflated stays where nothing is known.
const SHARE: f64 = 0.05;

/// What the judgement rests on.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How many times the peers' share of extreme stays a hospital may have.
    pub spread: f64,
    /// False-discovery rate of the hospitals.
    pub level: f64,
    /// Share of natural doses beyond the plausible ones.
    pub plausible: f64,
    /// Log ratio to the usual below which a dose is no evidence.
    pub least: f64,
}

/// One drug of a stay, or the stay as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Thing {
    /// Stay.
    pub stay: u32,
    /// Index of the use; `u32::MAX` for the stay as a whole.
    pub of: u32,
    /// The observation of its dose.
    pub obs: u32,
    /// Its swing, where it has one; else `u32::MAX`.
    pub swing: u32,
    /// The scale's value from which a dose is not plausible.
    pub limit: f64,
    /// Probability that it is inflated if the stay is.
    pub share: f64,
}

/// One stay.
#[derive(Clone, Copy, Debug)]
pub struct ScoredStay {
    /// Stay.
    pub stay: u32,
    /// Score.
    score: f64,
    /// Score with the drugs that its hospital favours.
    informed: f64,
    /// Probability of a score at least as high at the other hospitals.
    pub tail: f64,
    /// Probability that the stay is natural; 1 where its hospital does not stand out.
    pub false_share: f64,
    /// Index of its institution.
    pub place: u32,
    /// Number of its doctor.
    doctor: u32,
}

/// One hospital as a whole; a doctor, where there is one hospital only.
#[derive(Clone, Copy, Debug)]
pub struct Institution {
    /// Stays with a score beyond the level that tells most.
    pub observed: u64,
    /// How many the peers imply.
    pub expected: f64,
    /// Probability of so many, allowed for the levels tried.
    pub p: f64,
    /// After false-discovery control over the hospitals.
    pub q: f64,
}

/// What came of it all.
pub struct Verdict {
    /// By stay.
    pub stays: Vec<ScoredStay>,
    /// By stay, then use.
    pub things: Vec<Thing>,
    /// By number of hospital.
    pub institutions: Vec<Institution>,
}

type Histogram = Vec<f64>;

/// Judges what was observed.
pub fn judge(all: &[Obs], uses: &[DrugUse], rules: Rules) -> Verdict {
    let mut houses: Vec<u32> = all.iter().map(|o| o.house).collect();
    houses.sort_unstable();
    houses.dedup();
    let places: Vec<u32> = all.iter().map(|o| houses.binary_search(&o.house).expect("listed above") as u32).collect();
    let mut things = things(all);
    let mut stays = stays(&things, &places, uses);
    let mut institutions = Vec::new();
    let (mut doubtful, mut standing) = (vec![false; houses.len()], vec![false; houses.len()]);
    let mut inflated = vec![0.0; all.len()];
    for round in 0..ROUNDS {
        let alternatives = if round == 0 { Alternatives::start() } else { Alternatives::learnt(all, &inflated) };
        let said = weigh(all, &places, &doubtful, &alternatives, rules.plausible);
        let favour = favourites(all, &things, &stays, &standing, &inflated);
        score(all, &said, rules.least, &favour, &mut things, &mut stays);
        if round == 0 {
            doubtful = outstanding(&stays, houses.len(), rules.spread);
        }
        institutions = test(&mut stays, &doubtful, rules);
        doubtful = most_doubtful(&institutions, &stays);
        standing = institutions.iter().zip(&doubtful).map(|(i, out)| *out && i.q <= rules.level).collect();
        let natural = natural_scores(&stays, &doubtful);
        two_groups(&mut stays, &standing, &natural);
        inflated = shares(all.len(), &things, &stays);
    }
    Verdict { stays, things, institutions }
}

/// The hospitals in doubt, the most doubtful first, as long as most stays are left to compare with: what most of a region does is
/// what is natural there, and the fewer are left the more would stand out from them.
fn most_doubtful(institutions: &[Institution], stays: &[ScoredStay]) -> Vec<bool> {
    let mut volumes = vec![0usize; institutions.len()];
    stays.iter().for_each(|s| volumes[s.place as usize] += 1);
    let times = |i: usize| institutions[i].observed as f64 / institutions[i].expected.max(f64::MIN_POSITIVE);
    let mut order: Vec<usize> = (0..institutions.len()).filter(|&i| institutions[i].p <= DOUBT).collect();
    order.sort_by(|&a, &b| {
        (institutions[a].p.total_cmp(&institutions[b].p)).then(times(b).total_cmp(&times(a))).then(a.cmp(&b))
    });
    let mut doubtful = vec![false; institutions.len()];
    let mut out = 0;
    for (at, i) in order.into_iter().enumerate() {
        out += volumes[i];
        // One alone may be most of a small region.
        if at > 0 && out * 2 > stays.len() {
            break;
        }
        doubtful[i] = true;
    }
    doubtful
}

/// The things of every stay, by stay and use.
fn things(all: &[Obs]) -> Vec<Thing> {
    let mut order: Vec<u32> = (0..all.len() as u32).collect();
    order.sort_unstable_by_key(|&i| (all[i as usize].stay, all[i as usize].of, all[i as usize].kind));
    let of = |i: u32| (all[i as usize].stay, all[i as usize].of);
    let one = |own: &[u32]| Thing {
        stay: of(own[0]).0,
        of: of(own[0]).1,
        obs: own[0],
        swing: own.get(1).copied().unwrap_or(u32::MAX),
        limit: 0.0,
        share: 0.0,
    };
    order.chunk_by(|&a, &b| of(a) == of(b)).map(one).collect()
}

/// The stays, not judged yet.
fn stays(things: &[Thing], places: &[u32], uses: &[DrugUse]) -> Vec<ScoredStay> {
    let mut doctors: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let stays = things.chunk_by(|a, b| a.stay == b.stay).map(|own| {
        let place = places[own[0].obs as usize];
        let next = doctors.len() as u32;
        let doctor = *doctors.entry((place, uses[own[0].of as usize].doctor)).or_insert(next);
        ScoredStay { stay: own[0].stay, score: 0.0, informed: 0.0, tail: 1.0, false_share: 1.0, place, doctor }
    });
    stays.collect()
}

/// How many times likelier each thing's drug is inflated at its hospital than the hospital's other drugs, as far as is known
/// from the other stays.
fn favourites(all: &[Obs], things: &[Thing], stays: &[ScoredStay], standing: &[bool], inflated: &[f64]) -> Vec<f64> {
    let mut of_drug: FxHashMap<(u32, u32), [f64; 2]> = FxHashMap::default();
    let mut of_house: FxHashMap<u32, [f64; 2]> = FxHashMap::default();
    let key = |t: &Thing| (all[t.obs as usize].house, all[t.obs as usize].item);
    for thing in things {
        for sums in [of_drug.entry(key(thing)).or_default(), of_house.entry(key(thing).0).or_default()] {
            sums[0] += inflated[thing.obs as usize];
            sums[1] += 1.0;
        }
    }
    let mut favour = Vec::with_capacity(things.len());
    for (own, stay) in things.chunk_by(|a, b| a.stay == b.stay).zip(stays) {
        let start = favour.len();
        for thing in own {
            let (house, drug) = (of_house[&key(thing).0], of_drug[&key(thing)]);
            let usual = house[0] / house[1];
            let others = drug[0] - inflated[thing.obs as usize] + DRUG_PRIOR * usual;
            let known = standing[stay.place as usize] && usual > 0.0;
            favour.push(if known { others / (drug[1] - 1.0 + DRUG_PRIOR) / usual } else { 1.0 });
        }
        // Relative to the other drugs of the stay, so that scores mean the same at every hospital.
        let mean = favour[start..].iter().sum::<f64>() / own.len() as f64;
        favour[start..].iter_mut().for_each(|f: &mut f64| *f /= mean);
    }
    favour
}

/// Adds up what the things of each stay say: as they are, to test the hospital, and with its favourites.
fn score(all: &[Obs], said: &[Said], least: f64, favour: &[f64], things: &mut [Thing], stays: &mut [ScoredStay]) {
    let mut favour = favour.iter();
    for (own, stay) in things.chunk_by_mut(|a, b| a.stay == b.stay).zip(stays) {
        let rate = (INFLATED_DRUGS / own.len() as f64).min(0.5);
        *stay = ScoredStay { score: 0.0, informed: 0.0, false_share: 1.0, ..*stay };
        for (thing, favour) in own.iter_mut().zip(&mut favour) {
            let dose = said[thing.obs as usize];
            let ratio = dose.log_ratio + said.get(thing.swing as usize).map_or(0.0, |s| s.log_ratio);
            let enough = all[thing.obs as usize].x >= least;
            let ratio = if enough { ratio.min(60.0) } else { ratio.clamp(-20.0, 0.0) }.exp();
            thing.limit = dose.limit;
            stay.score += (1.0 - rate + rate * ratio).ln();
            let rate = (rate * favour).min(0.5);
            thing.share = rate * ratio / (1.0 - rate + rate * ratio);
            stay.informed += (1.0 - rate + rate * ratio).ln();
        }
    }
}

fn bin(score: f64) -> usize {
    ((score - LOWEST) / WIDTH).clamp(0.0, BINS as f64 - 1.0) as usize
}

/// The score at the lower edge of a bin.
fn score_of(bin: usize) -> f64 {
    LOWEST + bin as f64 * WIDTH
}

/// Share at or above each bin, with half a stay beyond all that were seen.
fn tails(counts: &Histogram) -> Histogram {
    let all: f64 = counts.iter().sum();
    let mut above = 0.0;
    let mut tails: Histogram = counts
        .iter()
        .rev()
        .map(|n| {
            above += n;
            (above + 0.5) / (all + 1.0)
        })
        .collect();
    tails.reverse();
    tails
}

/// The hospitals that, to begin with, are left out of what others are compared with: they have more than their share of the
/// region's outermost hundredth. In a small region that hundredth may be nothing but inflated stays.
fn outstanding(stays: &[ScoredStay], houses: usize, spread: f64) -> Vec<bool> {
    let mut scores: Vec<f64> = stays.iter().map(|s| s.score).collect();
    let Some(far) = quantile(&mut scores, 1.0 - OUTERMOST) else { return vec![false; houses] };
    let mut counts = vec![[0.0f64; 2]; houses];
    for stay in stays {
        let [all, out] = &mut counts[stay.place as usize];
        *all += 1.0;
        *out += if stay.score >= far { 1.0 } else { 0.0 };
    }
    counts.iter().map(|[all, out]| *out >= REPEATED as f64 && *out > all * OUTERMOST * spread.sqrt()).collect()
}

/// Tests each hospital against the others that are beyond doubt, and gives each stay its tail there.
fn test(stays: &mut [ScoredStay], doubtful: &[bool], rules: Rules) -> Vec<Institution> {
    let mut counts = vec![vec![0.0; BINS]; doubtful.len()];
    stays.iter().for_each(|s| counts[s.place as usize][bin(s.score)] += 1.0);
    let natural: Histogram =
        (0..BINS).map(|b| counts.iter().zip(doubtful).filter(|(_, out)| !**out).map(|(c, _)| c[b]).sum()).collect();
    let (mut all, mut of_peers) = (Vec::new(), Vec::new());
    for (own, out) in counts.iter().zip(doubtful) {
        let mut peers = natural.clone();
        if !out {
            peers.iter_mut().zip(own).for_each(|(p, own)| *p -= own);
        }
        let tails = tails(&peers);
        all.push(institution(own, &tails, rules.spread));
        of_peers.push(tails);
    }
    stays.iter_mut().for_each(|s| s.tail = of_peers[s.place as usize][bin(s.score)]);
    let p: Vec<f64> = all.iter().map(|i| i.p).collect();
    for (institution, q) in all.iter_mut().zip(benjamini_hochberg(&p, p.len())) {
        institution.q = q;
    }
    all
}

fn institution(own: &Histogram, tails: &Histogram, spread: f64) -> Institution {
    let n: f64 = own.iter().sum();
    let mut best = Institution { observed: 0, expected: 0.0, p: 1.0, q: 1.0 };
    for (level, times) in LEVELS {
        let from = tails.iter().position(|t| *t <= level).unwrap_or(BINS - 1);
        let (observed, expected) = (own[from..].iter().sum::<f64>() as u64, n * tails[from]);
        if observed >= REPEATED {
            let p = (poisson_tail(observed, times * spread * expected) * LEVELS.len() as f64).min(1.0);
            if p < best.p {
                best = Institution { observed, expected, p, ..best };
            }
        }
    }
    best
}

/// A tenth, a fifth, two fifths, ...: neighbouring scores mean the same.
fn smooth(counts: &Histogram) -> Histogram {
    let at = |b: i64| counts[b.clamp(0, BINS as i64 - 1) as usize];
    let one = |b: i64| 0.1 * (at(b - 2) + at(b + 2)) + 0.2 * (at(b - 1) + at(b + 1)) + 0.4 * at(b);
    let sums: Histogram = (0..BINS as i64).map(one).collect();
    let all: f64 = sums.iter().sum();
    sums.into_iter().map(|s| s / all).collect()
}

/// The scores of the hospitals that are beyond doubt.
fn natural_scores(stays: &[ScoredStay], doubtful: &[bool]) -> Histogram {
    // Beyond all scores seen, a tail that falls slowly.
    let mut counts: Histogram = (0..BINS).map(|b| 0.5 * (-0.5 * b as f64 * WIDTH).exp()).collect();
    for stay in stays.iter().filter(|s| !doubtful[s.place as usize]) {
        counts[bin(stay.score)] += 1.0;
    }
    smooth(&counts)
}

/// The probability of each stay to be natural.
fn two_groups(stays: &mut [ScoredStay], standing: &[bool], natural: &Histogram) {
    // To begin with any score above zero is as likely for an inflated stay.
    let even: Histogram = (0..BINS).map(|b| if b >= bin(0.0) { 1.0 } else { 0.02 }).collect();
    let mut inflated = smooth(&even);
    let mut out: Vec<&mut ScoredStay> = stays.iter_mut().filter(|s| standing[s.place as usize]).collect();
    let doctors = out.iter().map(|s| s.doctor as usize + 1).max().unwrap_or(0);
    let (mut of_hospital, mut of_doctor) = (vec![[0.0f64; 2]; standing.len()], vec![[0.0f64; 2]; doctors]);
    let mut share = vec![SHARE; out.len()];
    for _ in 0..STEPS {
        let mut ratio = rising_ratio(&inflated, natural);
        // The score is a likelihood ratio itself, if of an alternative that was guessed: what is learnt may not go far beyond.
        ratio.iter_mut().enumerate().for_each(|(b, r)| *r = r.min((score_of(b) + MARGIN).exp()));
        of_hospital.fill([0.0; 2]);
        of_doctor.fill([0.0; 2]);
        let mut counts: Histogram =
            even.iter().map(|e| if *e < 1.0 { 0.0 } else { HOSPITAL_PRIOR / BINS as f64 }).collect();
        for (stay, share) in out.iter_mut().zip(&share) {
            let b = bin(stay.informed);
            let odds = share * ratio[b] / (1.0 - share);
            stay.false_share = 1.0 / (1.0 + odds);
            let found = 1.0 - stay.false_share;
            counts[b] += found;
            for sums in [&mut of_hospital[stay.place as usize], &mut of_doctor[stay.doctor as usize]] {
                sums[0] += found;
                sums[1] += 1.0;
            }
        }
        inflated = smooth(&counts);
        for (stay, share) in out.iter().zip(&mut share) {
            let (h, d) = (of_hospital[stay.place as usize], of_doctor[stay.doctor as usize]);
            let usual = (h[0] + HOSPITAL_PRIOR * SHARE) / (h[1] + HOSPITAL_PRIOR);
            // Without the stay itself, or a doctor's only stay would vouch for itself.
            let others = d[0] - (1.0 - stay.false_share) + DOCTOR_PRIOR * usual;
            *share = (others / (d[1] - 1.0 + DOCTOR_PRIOR)).clamp(1e-4, 0.9);
        }
    }
}

/// The probability of each observation to be inflated.
fn shares(observations: usize, things: &[Thing], stays: &[ScoredStay]) -> Vec<f64> {
    let mut shares = vec![0.0; observations];
    for (own, stay) in things.chunk_by(|a, b| a.stay == b.stay).zip(stays) {
        for thing in own {
            let share = thing.share * (1.0 - stay.false_share);
            for i in [thing.obs, thing.swing] {
                if let Some(one) = shares.get_mut(i as usize) {
                    *one = share;
                }
            }
        }
    }
    shares
}
