//! Which items are short by more than their books are out anyway.

use std::collections::{BTreeMap, BTreeSet};

use statrs::distribution::{ContinuousCDF, Normal};

use super::Parameters;
use super::books::Balance;
use crate::model::HospitalId;
use crate::stats::funnel::{Prediction, Unit, predictions};
use crate::stats::{Others, benjamini_hochberg, binomial_tail, quantile};

/// An institution with items that are short.
pub(super) struct Institution<'a> {
    /// Items compared.
    pub tested: usize,
    /// Probability of so many by chance, and after false-discovery control over the institutions, where they are one lead
    /// about it; nothing where single items stand out.
    pub whole: Option<(f64, f64)>,
    /// The items.
    pub items: Vec<Short<'a>>,
}

/// An item against its noise.
#[derive(Clone, Copy)]
pub(super) struct Short<'a> {
    pub balance: &'a Balance,
    /// One standard deviation of the balance, in claimed units.
    pub noise: f64,
    pub p: f64,
    pub q: f64,
    pub confidence: f64,
    /// How much its opening, closing and units are known.
    pub known: f64,
}

/// Takes out the items that an institution's books never name, neither bought nor counted, where other institutions leave out
/// some as well: what is bought may be missing in the books. It excuses as many as the others who leave out most, by a binomial
/// test with false discoveries controlled over the institutions, and none where hardly any other leaves out one. Gives how many
/// it took out.
pub(super) fn reported(balances: &mut Vec<Balance>, parameters: &Parameters) -> usize {
    /// Share of the others that may leave out some before it is an excuse.
    const HARDLY: f64 = 0.02;
    /// Quantile of the others' shares of items left out, and the least of it.
    const MOST: f64 = 0.9;
    const LEAST: f64 = 0.02;
    let own: Vec<(HospitalId, u64, u64)> = balances
        .chunk_by(|a, b| a.hospital == b.hospital)
        .map(|own| (own[0].hospital, own.iter().filter(|b| b.absent).count() as u64, own.len() as u64))
        .collect();
    let lacking = own.iter().filter(|o| o.1 > 0).count();
    let others = Others::new(own.iter().map(|o| (o.0, o.1 as f64 / o.2 as f64)));
    let tail = |(hospital, absent, tested): &(HospitalId, u64, u64)| {
        let usual = others.quantile(*hospital, MOST).unwrap_or(0.0);
        if *absent == 0 { 1.0 } else { binomial_tail(*absent, *tested, usual.max(LEAST)) }
    };
    let p: Vec<f64> = own.iter().map(tail).collect();
    let q = benjamini_hochberg(&p, p.len());
    let excused = |((hospital, absent, _), q): (&(HospitalId, u64, u64), &f64)| {
        let others = lacking - usize::from(*absent > 0);
        (*q > parameters.max_q && others as f64 > HARDLY * (own.len() - 1) as f64).then_some(*hospital)
    };
    let excused: BTreeSet<HospitalId> = own.iter().zip(&q).filter_map(excused).collect();
    let all = balances.len();
    balances.retain(|b| !b.absent || !excused.contains(&b.hospital));
    all - balances.len()
}

/// 1.4826 makes the median absolute deviation a standard deviation under the normal law.
fn deviation(values: &[f64], middle: f64) -> f64 {
    1.4826 * quantile(&mut values.iter().map(|v| (v - middle).abs()).collect::<Vec<f64>>(), 0.5).unwrap_or(0.0)
}

/// Tests every balance, and every institution. The null is that books and claims agree but for noise: the noise of an item is that of its own
/// intervals between stock-takes, around a steady share of the claims, so that a steady shortfall does not hide in it; of an item with few
/// intervals it is that of the institution's items with more than was claimed, and what is usual at the other institutions, see
/// [`usual`]: items that are short say nothing of noise, or an institution short of half its items would be excused by them.
pub(super) fn short<'a>(balances: &'a [Balance], parameters: &Parameters) -> Vec<Institution<'a>> {
    let usual = usual(balances, parameters);
    let normal = Normal::standard();
    let tested = |balance: &Balance| {
        let noise = noise(balance, usual.get(&balance.hospital).copied(), parameters);
        (noise, normal.sf((balance.claimed - balance.supplied) / noise))
    };
    let tests: Vec<(f64, f64)> = balances.iter().map(tested).collect();
    let p: Vec<f64> = tests.iter().map(|t| t.1).collect();
    let q = benjamini_hochberg(&p, p.len());
    let all: Vec<Short<'a>> = (balances.iter().zip(tests).zip(q))
        .map(|((balance, (noise, p)), q)| {
            let known = if balance.opening_known && balance.closing_known { 0.9 } else { 0.6 };
            let converted = if balance.factor > 1.0 { 0.8 } else { 1.0 };
            let known = known * converted;
            Short { balance, noise, p, q, confidence: known * (1.0 - q), known }
        })
        .collect();
    let of_hospital: Vec<&[Short<'a>]> = all.chunk_by(|a, b| a.balance.hospital == b.balance.hospital).collect();
    let by_noise = of_hospital.iter().map(|own| whole(own, parameters));
    // Two tests of one institution.
    let p: Vec<f64> = (by_noise.zip(against_others(&of_hospital, parameters)))
        .map(|(noise, others)| (2.0 * noise.min(others)).min(1.0))
        .collect();
    let q = benjamini_hochberg(&p, p.len());
    let mut out = Vec::new();
    for ((own, p), q) in of_hospital.into_iter().zip(p).zip(q) {
        let missing: Vec<Short<'a>> =
            own.iter().filter(|s| s.is_missing(parameters) || s.is_short(parameters)).copied().collect();
        let amount: f64 = missing.iter().map(Short::amount).sum();
        let wide = q <= parameters.max_q && missing.len() >= parameters.min_items && amount >= parameters.min_amount;
        let items = if wide { missing } else { own.iter().filter(|s| s.stands_out(parameters)).copied().collect() };
        if !items.is_empty() {
            out.push(Institution { tested: own.len(), whole: wide.then_some((p, q)), items });
        }
    }
    out
}

/// Level at which an item is missing something when its institution is judged, and how many times as many as that may be by
/// chance: noise is learnt, not known.
const LEVEL: f64 = 0.01;
const SPREAD: f64 = 2.0;

/// The probability that so many of an institution's items are short by chance.
fn whole(own: &[Short<'_>], parameters: &Parameters) -> f64 {
    let missing = own.iter().filter(|s| s.is_missing(parameters)).count() as u64;
    if missing == 0 { 1.0 } else { binomial_tail(missing, own.len() as u64, SPREAD * LEVEL) }
}

/// For each institution, the probability of as many short items, however small each gap, by what the *other* institutions show:
/// the upper quantile of their shares of short items is expected, and institutions differ from it as the others do, see
/// [`Prediction::count_tail`]. 1 where there are too few others.
fn against_others(all: &[&[Short<'_>]], parameters: &Parameters) -> Vec<f64> {
    /// Quantile of the others' shares, and the least of it and of an expected count.
    const USUAL: f64 = 0.75;
    const LEAST: f64 = 0.02;
    const COUNT: f64 = 0.1;
    let counts: Vec<usize> = all.iter().map(|own| own.iter().filter(|s| s.is_short(parameters)).count()).collect();
    let shares = all.iter().zip(&counts).map(|(own, n)| *n as f64 / own.len() as f64);
    let others = Others::new(shares.enumerate());
    let usual = |at: usize| others.quantile(at, USUAL).unwrap_or(0.0).max(LEAST);
    let expected: Vec<f64> =
        all.iter().enumerate().map(|(at, own)| (usual(at) * own.len() as f64).max(COUNT)).collect();
    let units: Vec<Unit> = counts.iter().zip(&expected).map(|(n, e)| Unit::count(*n as f64, *e)).collect();
    let tail = |((prediction, n), e): ((Option<Prediction>, &usize), &f64)| {
        // Fewer make no lead.
        prediction.filter(|_| *n >= parameters.min_items).map_or(1.0, |p| p.count_tail(*n as f64, *e))
    };
    predictions(&units).into_iter().zip(&counts).zip(&expected).map(tail).collect()
}

impl Short<'_> {
    /// Whether it is short by a share that says something among many items.
    fn is_short(&self, parameters: &Parameters) -> bool {
        let missing = self.balance.claimed - self.balance.supplied;
        missing >= 2.0 * parameters.unit_floor && self.share() >= 4.0 * parameters.min_short_share
    }

    /// Share of the claims that was never there.
    fn share(&self) -> f64 {
        (self.balance.claimed - self.balance.supplied) / self.balance.claimed.max(f64::MIN_POSITIVE)
    }

    /// Yuan claimed for it.
    fn amount(&self) -> f64 {
        self.balance.claimed_amount.yuan() * self.share()
    }

    /// Whether it counts among its institution's.
    fn is_missing(&self, parameters: &Parameters) -> bool {
        self.p <= LEVEL && self.share() >= parameters.min_short_share
    }

    /// Whether it is a lead of its own.
    fn stands_out(&self, parameters: &Parameters) -> bool {
        self.q <= parameters.max_q
            && self.share() >= parameters.min_short_share
            && self.amount() >= parameters.min_amount
    }
}

/// How many times the variance of one interval that of their sum is: as many as there are intervals where they are independent,
/// fewer where what one lacks the next has too much, as with late entries; never fewer than one. Newey & West, Econometrica 55
/// (1987) 703, with one lag.
fn growth(values: &[f64], middle: f64) -> f64 {
    let n = values.len() as f64;
    let square: f64 = values.iter().map(|v| (v - middle).powi(2)).sum();
    let next: f64 = values.windows(2).map(|w| (w[0] - middle) * (w[1] - middle)).sum();
    let follows = if square > 0.0 { (next / square).clamp(-0.5, 0.5) } else { 0.0 };
    (n * (1.0 + 2.0 * follows * (n - 1.0) / n)).max(1.0)
}

/// A standard deviation of claimed less supplied over the whole window.
fn noise(balance: &Balance, usual: Option<f64>, parameters: &Parameters) -> f64 {
    // A shortfall, or goods sold for cash, in a steady proportion to the claims is no noise.
    let mut shares: Vec<f64> =
        balance.intervals.iter().filter(|i| i.claimed > 0.0).map(|i| i.missing() / i.claimed).collect();
    let steady = quantile(&mut shares, 0.5).unwrap_or(0.0);
    let own: Vec<f64> = balance.intervals.iter().map(|i| i.missing() - steady * i.claimed).collect();
    let floor = parameters.unit_floor.max(0.0);
    if own.len() >= parameters.min_intervals {
        let middle = quantile(&mut own.clone(), 0.5).unwrap_or(0.0);
        return floor + deviation(&own, middle) * growth(&own, middle).sqrt();
    }
    floor + usual.unwrap_or(parameters.usual_noise) * balance.claimed
}

/// By institution, the noise of its items as a share of their claims, from the side on which no claim is missing: more supply than
/// was claimed, around the share that is usual there, as goods are sold for cash as well. At least the upper decile of the
/// other institutions', and the assumed one where there are too few of them or of its own items.
fn usual(balances: &[Balance], parameters: &Parameters) -> BTreeMap<HospitalId, f64> {
    /// Half of a normal law has a median absolute deviation of 0.4 of its standard deviation.
    const HALF: f64 = 2.5 / 1.4826;
    /// Of the others' noise the quantile that counts: what a few items show of one's own is often too little.
    const NOISY: f64 = 0.9;
    /// Other institutions whose noise says what is usual.
    const FEW: usize = 2;
    let mut over: BTreeMap<HospitalId, Vec<f64>> = BTreeMap::new();
    for balance in balances.iter().filter(|b| b.claimed > 0.0) {
        let own = over.entry(balance.hospital).or_default();
        let share = (balance.supplied - balance.claimed) / balance.claimed;
        own.extend((share >= 0.0).then_some(share));
    }
    let own: Vec<(HospitalId, Option<f64>)> = over
        .into_iter()
        .map(|(hospital, over)| {
            let middle = quantile(&mut over.clone(), 0.5).unwrap_or(0.0);
            let known = over.len() >= parameters.min_items;
            (hospital, known.then(|| HALF * deviation(&over, middle)))
        })
        .collect();
    let known = Others::new(own.iter().filter_map(|(hospital, noise)| Some((*hospital, (*noise)?))));
    let of = |(hospital, noise): &(HospitalId, Option<f64>)| {
        let peers = known.quantile(*hospital, NOISY).filter(|_| known.besides(*hospital) >= FEW);
        (*hospital, noise.unwrap_or(0.0).max(peers.unwrap_or(parameters.usual_noise)))
    };
    own.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    fn standard() -> Parameters {
        let book = crate::rulebook::Rulebook::builtin();
        crate::rule::parameters(book.card("stock-shortfall").expect("the card is built in")).expect("its parameters")
    }

    /// Institutions of so many items each, whose books are out by a noise of their own and that sell some goods for cash; `short`
    /// of the items of the first have less than half of what was claimed.
    fn world(seed: u64, institutions: u32, items: u32, short: u32) -> Vec<Balance> {
        let random = &mut ChaCha8Rng::seed_from_u64(seed);
        let mut all = Vec::new();
        for hospital in 0..institutions {
            let (noise, cash) = (random.random_range(0.02..0.1), random.random_range(0.0..0.3));
            for item in 0..items {
                let claimed: f64 = random.random_range(50.0..500.0);
                let off: f64 = StandardNormal.sample(random);
                let share = if hospital == 0 && item < short { 0.4 } else { 1.0 + cash * random.random::<f64>() };
                all.push(Balance::plain(hospital, item, claimed, claimed * (share + noise * off).max(0.0)));
            }
        }
        all
    }

    #[test]
    fn chance_gives_a_lead_as_seldom_as_it_is_said_to() {
        let parameters = standard();
        const RUNS: u64 = 100;
        for (institutions, items) in [(300, 20), (6, 500)] {
            let runs = (0..RUNS).filter(|seed| !short(&world(*seed, institutions, items, 0), &parameters).is_empty());
            let share = runs.count() as f64 / RUNS as f64;
            // The level and three standard errors.
            assert!(share <= parameters.max_q + 0.03, "{institutions} institutions of {items}: {share}");
        }
    }

    #[test]
    fn what_the_books_leave_out_is_excused_as_often_as_others_leave_it_out() {
        let parameters = standard();
        // How many items each of the first institutions leaves out: those of the first that are a lead.
        for (left_out, excused, found) in [(&[2, 1, 2, 1, 3][..], 9, 0), (&[20, 1, 2, 1, 3], 7, 20), (&[6], 0, 6)] {
            let mut all = world(11, 30, 40, 0);
            for balance in &mut all {
                let most = left_out.get(balance.hospital.0 as usize).copied().unwrap_or(0);
                balance.absent = balance.item.0 < most;
                balance.supplied *= if balance.absent { 0.1 } else { 1.0 };
            }
            assert_eq!(reported(&mut all, &parameters), excused, "{left_out:?}");
            let leads = short(&all, &parameters);
            assert_eq!(leads.iter().map(|l| l.items.len()).sum::<usize>(), found, "{left_out:?}");
            assert!(leads.iter().all(|l| l.items[0].balance.hospital == HospitalId(0)), "{left_out:?}");
        }
    }

    #[test]
    fn the_more_items_are_short_the_surer() {
        let parameters = standard();
        for short_items in [8, 16, 24, 32, 40] {
            let all = world(7, 8, 40, short_items);
            let found = short(&all, &parameters);
            assert_eq!(found.len(), 1, "{short_items}");
            assert!(found[0].whole.is_some() && found[0].items.len() as u32 >= short_items, "{short_items}");
            assert!(found[0].items.iter().all(|s| s.balance.hospital == HospitalId(0)));
        }
    }
}
