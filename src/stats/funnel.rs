//! Funnels with over-dispersion: is a unit further from its peers than peers are from each other?
//!
//! Each unit has a value on a scale where sampling is about normal, and the variance of that sampling. Between units there is
//! a further variance, the same for all (Spiegelhalter, Stat. Med. 24 (2005) 1185). A unit is judged by what the *others*
//! predict for it: their mean and spread, and how well so few of them know these, as a Student t tail with the degrees of
//! freedom that so many others leave (Higgins, Thompson & Spiegelhalter, J. R. Stat. Soc. A 172 (2009) 137). Mean and spread
//! are Huber's proposal 2 (Ann. Math. Stat. 35 (1964) 73), so that a minority of wild units moves them little.

use std::f64::consts::PI;

use statrs::function::beta::beta_reg;

use super::poisson_tail;

/// Clip of the standardised distances.
const CLIP: f64 = 1.5;
/// E min(Z², `CLIP`²) of a standard normal: what the clipped squares come to where nothing is wild.
const CLIPPED_SQUARE: f64 = 0.778_465;
/// From so many units on, one of them moves the fit too little to leave it out each time.
const MANY: usize = 150;
/// What the clipped squares know of the spread against all squares of a normal law.
const EFFICIENCY: f64 = 0.85;
/// Standard deviation of the logarithm of a ratio that units differ by at least, however alike so few of them look.
const LEAST_SPREAD: f64 = 0.15;
/// Variance that units differ by at least on the scale of roots, where most have next to none.
const LEAST_BETWEEN: f64 = 0.04;
/// Fewest others that say anything of spread.
const FEW: usize = 4;

/// A unit of a funnel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// Its value, on a scale where sampling is about normal.
    pub value: f64,
    /// Variance of the sampling.
    pub variance: f64,
}

/// What a set of units predicts for one more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Mean.
    pub mean: f64,
    /// Variance between units.
    pub between: f64,
    /// Variance of the mean.
    pub error: f64,
    /// Degrees of freedom.
    pub freedom: f64,
}

impl Unit {
    /// A count against its expectation, as the root of their ratio: Freeman & Tukey's deviate (Ann. Math. Stat. 21 (1950) 607)
    /// over twice the root of the expectation, shifted so that 1 is as expected. `expected` is positive.
    pub fn count(observed: f64, expected: f64) -> Self {
        let deviate = observed.sqrt() + (observed + 1.0).sqrt() - (4.0 * expected + 1.0).sqrt();
        Self { value: 1.0 + deviate / (2.0 * expected.sqrt()), variance: 1.0 / (4.0 * expected) }
    }

    /// A share with the variance of its estimate, as the arc sine of its root, which makes the spread even.
    pub fn share(share: f64, variance: f64) -> Self {
        let inside = share.clamp(0.001, 0.999);
        Self {
            value: share.clamp(0.0, 1.0).sqrt().asin(),
            variance: (variance / (4.0 * inside * (1.0 - inside))).max(1e-9),
        }
    }
}

impl Prediction {
    /// What units predict; `None` of fewer than four.
    pub fn of(units: &[Unit]) -> Option<Self> {
        if units.len() < FEW {
            return None;
        }
        let target = (units.len() - 1) as f64 * CLIPPED_SQUARE;
        let (mut low, mut high) = (0.0, widest(units));
        if clipped(units, location(units, 0.0), 0.0) > target {
            for _ in 0..50 {
                let middle = (low + high) / 2.0;
                if clipped(units, location(units, middle), middle) > target { low = middle } else { high = middle }
            }
        } else {
            high = 0.0;
        }
        let mean = location(units, high);
        let weights: f64 = units.iter().map(|u| 1.0 / (u.variance + high)).sum();
        let freedom = (EFFICIENCY * (units.len() - 1) as f64 - 1.0).max(1.0);
        Some(Self { mean, between: high, error: 1.0 / weights, freedom })
    }

    /// How far a unit lies above the prediction, in its standard errors.
    pub fn distance(&self, unit: Unit) -> f64 {
        (unit.value - self.mean) / (unit.variance + self.between + self.error).sqrt()
    }

    /// The probability of a count of `observed` or more where `expected` are, of units made by [`Unit::count`].
    ///
    /// The count is Poisson. The logarithm of its ratio to the expectation differs between units by a Student law with the
    /// prediction's spread and degrees of freedom, and what is not known of the mean adds a normal law. So small counts are
    /// exact, and units that differ by factors are allowed for, which the root of a ratio, being less skewed, does not do far
    /// out.
    pub fn count_tail(&self, observed: f64, expected: f64) -> f64 {
        let unit = Unit::count(observed, expected);
        if unit.value <= self.mean {
            return self.tail(unit);
        }
        let mean = self.mean.max(0.1);
        let (spread, error) = ((2.0 * self.between.sqrt() / mean).max(LEAST_SPREAD), 2.0 * self.error.sqrt() / mean);
        let density = |t: f64| (1.0 + t * t / self.freedom).powf(-(self.freedom + 1.0) / 2.0);
        let (mut sum, mut weights) = (0.0, 0.0);
        for step in -30..=30 {
            let x = f64::from(step) * 0.2;
            let (t, weight) = (x.sinh(), density(x.sinh()) * x.cosh());
            for z in -6..=6 {
                let weight = weight * (-f64::from(z * z) / 2.0).exp();
                let ratio = 2.0 * mean.ln() + spread * t + error * f64::from(z);
                sum += weight * poisson_tail(observed as u64, expected * ratio.min(50.0).exp());
                weights += weight;
            }
        }
        (sum / weights).min(1.0)
    }

    /// The probability of a unit at least so far above where most have next to none: factors between such ratios say nothing, and
    /// they are compared on the scale of their roots.
    pub fn tail_of_few(&self, unit: Unit) -> f64 {
        Self { between: self.between.max(LEAST_BETWEEN), ..*self }.tail(unit)
    }

    /// The probability of a unit at least so far above.
    pub fn tail(&self, unit: Unit) -> f64 {
        student_tail(self.distance(unit), self.freedom)
    }
}

/// For each unit, what the others predict for it; `None` where there are too few.
pub fn predictions(units: &[Unit]) -> Vec<Option<Prediction>> {
    if units.len() >= MANY {
        return vec![Prediction::of(units); units.len()];
    }
    let without = |i: usize| [&units[..i], &units[i + 1..]].concat();
    (0..units.len()).map(|i| Prediction::of(&without(i))).collect()
}

/// P(T ≥ `t`) of Student's t (Abramowitz & Stegun 26.7.1).
pub fn student_tail(t: f64, freedom: f64) -> f64 {
    let half = 0.5 * beta_reg(freedom / 2.0, 0.5, (freedom / (freedom + t * t)).clamp(0.0, 1.0));
    if t >= 0.0 { half } else { 1.0 - half }
}

/// One p-value of several of the same null, however they depend on each other: the Cauchy combination of Liu & Xie, J. Am.
/// Stat. Assoc. 115 (2020) 393. One that is all but 1 counts as 0.99, so that it cannot undo the others.
pub fn combined(p_values: &[f64]) -> f64 {
    let one = |p: &f64| {
        let p = p.clamp(1e-300, 0.99);
        if p < 1e-9 { 1.0 / (p * PI) } else { ((0.5 - p) * PI).tan() }
    };
    let mean = p_values.iter().map(one).sum::<f64>() / p_values.len().max(1) as f64;
    if mean > 1e8 { 1.0 / (mean * PI) } else { 0.5 - mean.atan() / PI }
}

/// A variance between units that surely explains all distances.
fn widest(units: &[Unit]) -> f64 {
    let (low, high) =
        units.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), u| (a.min(u.value), b.max(u.value)));
    (high - low).powi(2) + 1e-12
}

fn clipped(units: &[Unit], mean: f64, between: f64) -> f64 {
    units.iter().map(|u| ((u.value - mean).powi(2) / (u.variance + between)).min(CLIP * CLIP)).sum()
}

/// Huber's location under the given variance between units, from the weighted median.
fn location(units: &[Unit], between: f64) -> f64 {
    let mut sorted: Vec<(f64, f64)> = units.iter().map(|u| (u.value, u.variance + between)).collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let half: f64 = sorted.iter().map(|(_, v)| 0.5 / v.max(1e-12)).sum();
    let mut passed = 0.0;
    let median = sorted.iter().find(|(_, v)| {
        passed += 1.0 / v.max(1e-12);
        passed >= half
    });
    let mut mean = median.map_or(0.0, |m| m.0);
    for _ in 0..30 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (value, variance) in &sorted {
            let far = (value - mean).abs() / variance.max(1e-12).sqrt();
            let weight = (CLIP / far.max(CLIP)) / variance.max(1e-12);
            sum += weight * value;
            weights += weight;
        }
        let next = sum / weights;
        if (next - mean).abs() < 1e-10 {
            return next;
        }
        mean = next;
    }
    mean
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use rand_distr::{Distribution, Poisson, StandardNormal};

    use super::*;

    fn normal(random: &mut ChaCha8Rng) -> f64 {
        StandardNormal.sample(random)
    }

    fn poisson(random: &mut ChaCha8Rng, mean: f64) -> f64 {
        Poisson::new(mean).expect("a mean above zero").sample(random)
    }

    /// The same of counts with a common expectation of `mean`, in regions of 25 units.
    fn count_shares(seed: u64, mean: f64, spread: f64) -> [f64; 3] {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (mut at_most, mut tests) = ([0.0; 3], 0.0);
        for _ in 0..800 {
            let counts: Vec<f64> = (0..25)
                .map(|_| {
                    let own = mean * (spread * normal(&mut random) - spread * spread / 2.0).exp();
                    poisson(&mut random, own)
                })
                .collect();
            let units: Vec<Unit> = counts.iter().map(|k| Unit::count(*k, mean)).collect();
            for (count, prediction) in counts.iter().zip(predictions(&units)) {
                let p = prediction.expect("enough units").count_tail(*count, mean);
                tests += 1.0;
                for (n, bound) in at_most.iter_mut().zip([0.001, 0.01, 0.05]) {
                    *n += f64::from(u8::from(p <= bound));
                }
            }
        }
        at_most.map(|n| n / tests)
    }

    /// Shares of p-values at or below 0.001, 0.01, 0.05, 0.5 over regions of units made by `draw`.
    fn shares(seed: u64, regions: usize, mut draw: impl FnMut(&mut ChaCha8Rng) -> Vec<Unit>) -> [f64; 4] {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (mut at_most, mut tests) = ([0.0; 4], 0.0);
        for _ in 0..regions {
            let units = draw(&mut random);
            for (unit, prediction) in units.iter().zip(predictions(&units)) {
                let p = prediction.expect("enough units").tail(*unit);
                tests += 1.0;
                for (count, bound) in at_most.iter_mut().zip([0.001, 0.01, 0.05, 0.5]) {
                    *count += f64::from(u8::from(p <= bound));
                }
            }
        }
        at_most.map(|n| n / tests)
    }

    #[test]
    fn under_the_null_p_values_are_uniform() {
        for (between, units) in [(0.0, 8), (0.05, 8), (0.3, 8), (0.1, 30), (0.4, 60)] {
            let found = shares(7, 20_000 / units, |random| {
                let spread = |n: usize| 0.02 + 0.3 * n as f64 / units as f64;
                let one = |n: usize, random: &mut ChaCha8Rng| Unit {
                    value: 1.0 + between * normal(random) + spread(n) * normal(random),
                    variance: spread(n).powi(2),
                };
                (0..units).map(|n| one(n, random)).collect()
            });
            for (share, bound) in found.iter().zip([0.0025, 0.016, 0.066]) {
                assert!(*share <= bound, "{between} {units}: {found:?}");
            }
            assert!((found[3] - 0.5).abs() < 0.03 && found[2] > 0.01, "{between} {units}: {found:?}");
        }
    }

    #[test]
    fn counts_hold_their_level_small_and_over_dispersed() {
        for (mean, spread) in [(0.5, 0.0), (2.0, 0.0), (6.0, 0.4), (60.0, 0.3), (20.0, 0.7)] {
            let found = count_shares(11, mean, spread);
            assert!(found[0] <= 0.003 && found[1] <= 0.016 && found[2] <= 0.065, "{mean} {spread}: {found:?}");
            assert!(found[2] > 0.003, "{mean} {spread}: {found:?}");
        }
    }

    #[test]
    fn planted_excess_is_found_by_its_size() {
        let power = |times: f64| {
            let mut random = ChaCha8Rng::seed_from_u64(3);
            let found = (0..300).filter(|_| {
                let one = |random: &mut ChaCha8Rng| {
                    let own = 20.0 * (0.15 * normal(random)).exp();
                    Unit::count(poisson(random, own), 20.0)
                };
                let mut units: Vec<Unit> = (0..20).map(|_| one(&mut random)).collect();
                let planted = poisson(&mut random, 20.0 * times);
                units[0] = Unit::count(planted, 20.0);
                predictions(&units)[0].is_some_and(|p| p.count_tail(planted, 20.0) <= 0.001)
            });
            found.count() as f64 / 300.0
        };
        let found = [power(1.0), power(1.5), power(2.0), power(3.0), power(4.0)];
        assert!(found.is_sorted() && found[0] < 0.01 && found[3] > 0.85 && found[4] > 0.97, "{found:?}");
    }

    #[test]
    fn a_quarter_of_wild_units_hides_nobody() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let mut units: Vec<Unit> = (0..20).map(|_| Unit { value: 0.1 * normal(&mut random), variance: 1e-4 }).collect();
        for unit in &mut units[..5] {
            unit.value += 3.0;
        }
        let all = predictions(&units);
        assert!(all.iter().zip(&units).take(5).all(|(p, u)| p.expect("peers").tail(*u) < 1e-4));
        assert!(all.iter().zip(&units).skip(5).all(|(p, u)| p.expect("peers").tail(*u) > 1e-3));
        assert_eq!(Prediction::of(&units[..3]), None);
    }

    #[test]
    fn several_p_values_count_as_one() {
        assert!((combined(&[0.03]) - 0.03).abs() < 1e-9 && (combined(&[0.2, 0.2, 0.2]) - 0.2).abs() < 1e-9);
        assert!((combined(&[1e-20, 1e-20]) / 1e-20 - 1.0).abs() < 1e-6);
        let few = combined(&[1e-6, 0.5, 0.5, 0.5, 0.5]);
        assert!((few / 5e-6 - 1.0).abs() < 1e-3, "{few}");
        assert!(combined(&[1e-6, 1.0]) < 2.1e-6, "a p-value of one does not undo the other");
    }

    #[test]
    fn student_tails() {
        assert!((student_tail(0.0, 5.0) - 0.5).abs() < 1e-12);
        assert!((student_tail(2.015_048, 5.0) - 0.05).abs() < 1e-6);
        assert!((student_tail(-2.015_048, 5.0) - 0.95).abs() < 1e-6);
        assert!((student_tail(31.820_52, 1.0) - 0.01).abs() < 1e-6);
    }
}
