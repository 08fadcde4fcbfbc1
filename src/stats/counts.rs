//! How often people come: counts with a long upper tail, learnt from most people so that a few wild ones cannot widen it.
//!
//! People differ, so counts are Poisson with a rate of each person's own: drawn from a gamma law (negative binomial; Greenwood
//! & Yule, J. R. Stat. Soc. 83 (1920) 255) or from a lognormal one (Bulmer, Biometrics 30 (1974) 101), whose tail is longer.
//! Nobody with a count of zero is in an export, so both are cut off there; the counts above a high quantile enter only as "so
//! many or more", so that it does not matter how wild they are. The tail given is the longer one of those that fit.

use statrs::function::gamma::ln_gamma;

use super::{negative_binomial_tail, poisson_tail};

/// Log likelihood by which a law may be worse than the best and still be believed.
const BELIEVED: f64 = 2.0;
/// Step and reach of the integration over the lognormal rate, in standard deviations.
const STEP: f64 = 0.25;
const REACH: f64 = 8.0;
/// Bounds of the logarithms: of the mean rate, of the gamma law's shape, of the lognormal law's standard deviation.
const RATE: (f64, f64) = (-9.0, 7.0);
const SHAPE: (f64, f64) = (-5.0, 7.0);
const SPREAD: (f64, f64) = (-3.0, 1.1);

/// The law of a person's rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Law {
    Gamma,
    Lognormal,
}

/// A law with its parameters.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Fitted {
    law: Law,
    /// Logarithm of the mean (gamma) or median (lognormal) rate.
    rate: f64,
    /// Logarithm of the shape (gamma) or standard deviation (lognormal).
    width: f64,
    likelihood: f64,
}

/// The law of positive counts.
#[derive(Clone, Debug)]
pub struct Counts {
    laws: Vec<Fitted>,
    /// Mean of the counts, those above the quantile taken as standing at it.
    pub mean: f64,
}

impl Counts {
    /// Learns the law from `people[k]`, the number of people with a count of `k` (`people[0]` is not looked at). Counts above
    /// the `quantile` are taken as "above it". `None` of nobody.
    pub fn fit(people: &[u64], quantile: f64) -> Option<Self> {
        let all: u64 = people.iter().skip(1).sum();
        if all == 0 {
            return None;
        }
        let mut below = 0;
        let bar = (1..people.len()).find(|k| {
            below += people[*k];
            below as f64 >= quantile * all as f64
        });
        let bar = bar.unwrap_or(people.len() - 1);
        let kept: Vec<f64> = people[..=bar].iter().map(|n| *n as f64).collect();
        let above = (all - people[1..=bar].iter().sum::<u64>()) as f64;
        let sum: f64 = kept.iter().enumerate().map(|(k, n)| k as f64 * n).sum();
        let mean = (sum + above * (bar + 1) as f64) / all as f64;
        let best = |law| search(law, mean, |f| likelihood(f, &kept, above));
        let mut laws = vec![best(Law::Gamma), best(Law::Lognormal)];
        let most = laws.iter().map(|f| f.likelihood).fold(f64::NEG_INFINITY, f64::max);
        laws.retain(|f| f.likelihood >= most - BELIEVED);
        Some(Self { laws, mean })
    }

    /// P(X ≥ `k`) of the positive counts.
    pub fn tail(&self, k: u64) -> f64 {
        self.laws.iter().map(|f| (f.tail(k) / f.tail(1).max(1e-300)).min(1.0)).fold(0.0, f64::max)
    }

    /// The least count whose tail is at most `p`.
    pub fn least(&self, p: f64) -> u64 {
        (1..100_000).find(|k| self.tail(*k) <= p).unwrap_or(100_000)
    }
}

impl Fitted {
    /// P(X = 0), ..., P(X = `most`).
    fn masses(&self, most: usize) -> Vec<f64> {
        match self.law {
            Law::Gamma => {
                let (mean, size) = (self.rate.exp(), self.width.exp());
                let base = -size * (mean / size).ln_1p() - ln_gamma(size);
                let step = self.rate - (mean + size).ln();
                let mass = |k: f64| (base + ln_gamma(k + size) - ln_gamma(k + 1.0) + k * step).exp();
                (0..=most).map(|k| mass(k as f64)).collect()
            }
            Law::Lognormal => {
                let mut out = vec![0.0; most + 1];
                for (rate, weight) in self.rates() {
                    let mut mass = (-rate).exp() * weight;
                    for (k, sum) in out.iter_mut().enumerate() {
                        *sum += mass;
                        mass *= rate / (k + 1) as f64;
                    }
                }
                out
            }
        }
    }

    fn tail(&self, k: u64) -> f64 {
        match self.law {
            Law::Gamma => negative_binomial_tail(k, self.rate.exp(), self.width.exp()),
            Law::Lognormal => self.rates().map(|(rate, weight)| weight * poisson_tail(k, rate)).sum(),
        }
    }

    /// Rates of the lognormal law with their probabilities.
    fn rates(&self) -> impl Iterator<Item = (f64, f64)> + use<> {
        let (middle, width) = (self.rate, self.width.exp());
        let steps = (REACH / STEP) as i32;
        (-steps..=steps).map(move |i| {
            let z = f64::from(i) * STEP;
            let weight = STEP * (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
            ((middle + width * z).min(6.5).exp(), weight)
        })
    }
}

/// Log likelihood of positive counts: `kept[k]` people with `k`, and `above` with more.
fn likelihood(fitted: &Fitted, kept: &[f64], above: f64) -> f64 {
    let masses = fitted.masses(kept.len() - 1);
    let positive = (1.0 - masses[0]).max(1e-300);
    // A few in a hundred are above: the rest of the sum keeps digits enough.
    let over = 1.0 - masses.iter().sum::<f64>();
    let each = |(n, mass): (&f64, &f64)| if *n > 0.0 { n * (mass / positive).max(1e-300).ln() } else { 0.0 };
    kept.iter().zip(&masses).skip(1).map(each).sum::<f64>()
        + if above > 0.0 { above * (over / positive).max(1e-300).ln() } else { 0.0 }
}

/// The parameters of most likelihood, by a grid refined around its best point.
fn search(law: Law, mean: f64, likelihood: impl Fn(&Fitted) -> f64) -> Fitted {
    let bounds = [RATE, if law == Law::Gamma { SHAPE } else { SPREAD }];
    let judge = |at: [f64; 2]| {
        let fitted = Fitted { law, rate: at[0], width: at[1], likelihood: 0.0 };
        Fitted { likelihood: likelihood(&fitted), ..fitted }
    };
    let mut best = judge([mean.ln().clamp(RATE.0, RATE.1), 0.0]);
    let mut reach = bounds.map(|(low, high)| (high - low) / 2.0);
    let mut middle = bounds.map(|(low, high)| (low + high) / 2.0);
    while reach[0] > 2e-3 {
        for i in -2..=2 {
            for j in -2..=2 {
                let at = [f64::from(i) / 2.0, f64::from(j) / 2.0];
                let place = |d: usize| (middle[d] + at[d] * reach[d]).clamp(bounds[d].0, bounds[d].1);
                let tried = judge([place(0), place(1)]);
                if tried.likelihood > best.likelihood {
                    best = tried;
                }
            }
        }
        middle = [best.rate, best.width];
        reach = reach.map(|r| r * 0.6);
    }
    best
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use rand_distr::{Distribution, Gamma, Poisson, StandardNormal};

    use super::*;

    fn people(counts: &[u64]) -> Vec<u64> {
        let mut out = vec![0; *counts.iter().max().expect("people") as usize + 1];
        counts.iter().for_each(|k| out[*k as usize] += 1);
        out
    }

    /// Positive counts of people whose rates are drawn from a law.
    fn draw(seed: u64, rate: impl Fn(&mut ChaCha8Rng) -> f64) -> Vec<u64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut one = || Poisson::new(rate(&mut random).max(1e-9)).expect("a rate").sample(&mut random) as u64;
        (0..40_000).map(|_| one()).filter(|k| *k > 0).collect()
    }

    fn gamma(shape: f64, mean: f64) -> impl Fn(&mut ChaCha8Rng) -> f64 {
        move |random| Gamma::new(shape, mean / shape).expect("a shape").sample(random)
    }

    fn lognormal(median: f64, sigma: f64) -> impl Fn(&mut ChaCha8Rng) -> f64 {
        move |random| {
            let z: f64 = StandardNormal.sample(random);
            median * (sigma * z).exp()
        }
    }

    /// How many people pass the bar of a share of `p`, over how many should.
    fn excess(counts: &[u64], p: f64) -> f64 {
        let law = Counts::fit(&people(counts), 0.98).expect("people");
        let bar = law.least(p);
        counts.iter().filter(|k| **k >= bar).count() as f64 / (counts.len() as f64 * p)
    }

    #[test]
    fn tails_hold_their_level_for_every_law() {
        for seed in 0..4 {
            for counts in [
                draw(seed, |_| 1.2),
                draw(seed, gamma(0.6, 0.8)),
                draw(seed, gamma(2.0, 3.0)),
                draw(seed, lognormal(0.3, 0.8)),
                draw(seed, lognormal(2.0, 0.6)),
            ] {
                let shares = [excess(&counts, 0.01), excess(&counts, 0.001)];
                assert!(shares[0] <= 1.35 && shares[1] <= 1.9, "{seed}: {shares:?}");
            }
        }
    }

    #[test]
    fn a_few_wild_people_do_not_widen_the_tail() {
        let mut counts = draw(1, gamma(2.0, 2.0));
        let clean = Counts::fit(&people(&counts), 0.98).expect("people").tail(20);
        let wild = counts.len() / 200;
        counts.extend(std::iter::repeat_n(40, wild));
        let tail = Counts::fit(&people(&counts), 0.98).expect("people").tail(20);
        assert!(clean < 1e-4 && tail < 1e-3 && tail < 100.0 * clean, "{clean} {tail}");
    }

    #[test]
    fn planted_people_are_told_by_their_count() {
        let counts = draw(2, gamma(1.5, 1.0));
        let law = Counts::fit(&people(&counts), 0.98).expect("people");
        let tails: Vec<f64> = [3, 6, 12, 18, 30].map(|k| law.tail(k)).to_vec();
        assert!(tails.is_sorted_by(|a, b| a > b), "{tails:?}");
        assert!(tails[1] > 1e-4 && tails[2] < 1e-3 && tails[4] < 1e-8, "{tails:?}");
        assert!(law.tail(law.least(1e-6)) <= 1e-6 && law.tail(law.least(1e-6) - 1) > 1e-6);
        assert_eq!(Counts::fit(&[5, 0, 0], 0.9).map(|c| c.mean), None);
    }
}
