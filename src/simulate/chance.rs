//! Random streams: one for each purpose and index, so that nothing depends on who draws first.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// The generator used throughout.
pub type Random = ChaCha8Rng;

/// What a stream is for.
#[derive(Clone, Copy)]
pub enum Purpose {
    Region = 1,
    Hospitals = 2,
    People = 3,
    Stay = 4,
    Visits = 5,
    Scheme = 6,
    Posting = 7,
    Stock = 8,
}

/// Mixes two numbers into one without visible pattern (the finaliser of SplitMix64, Steele et al. 2014).
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number in 0..1 that is fixed by `a` and `b`: a lasting habit, not a draw.
pub fn fixed(a: u64, b: u64) -> f64 {
    (mix(a, b) >> 11) as f64 / (1u64 << 53) as f64
}

/// The stream of a purpose and an index.
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> Random {
    ChaCha8Rng::seed_from_u64(mix(mix(seed, purpose as u64), index))
}

/// A permutation of the numbers below 10^10 - 33, so that ids do not tell the order in which things were made.
pub fn scramble(n: u64) -> u64 {
    const PRIME: u128 = 9_999_999_967;
    (u128::from(n) * 6_180_339_887 % PRIME) as u64
}

/// The draws this simulator makes.
pub trait Draw {
    /// True with probability `p`.
    fn chance(&mut self, p: f64) -> bool;
    /// A whole number from `low` to `high`, both included.
    fn within(&mut self, low: i64, high: i64) -> i64;
    /// A number from `low` up to `high`.
    fn between(&mut self, low: f64, high: f64) -> f64;
    /// A lognormal number with this median.
    fn lognormal(&mut self, median: f64, sigma: f64) -> f64;
    /// A Poisson count, exact for the small means used here (Knuth).
    fn poisson(&mut self, mean: f64) -> u32;
    /// An index, in proportion to the weights; 0 where they are all zero.
    fn weighted(&mut self, weights: &[f64]) -> usize;
    /// One of a list that is not empty.
    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T;
}

impl Draw for Random {
    fn chance(&mut self, p: f64) -> bool {
        self.random::<f64>() < p
    }

    fn within(&mut self, low: i64, high: i64) -> i64 {
        if high <= low { low } else { self.random_range(low..=high) }
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.random::<f64>()
    }

    fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        let z: f64 = StandardNormal.sample(self);
        median * (sigma * z).exp()
    }

    fn poisson(&mut self, mean: f64) -> u32 {
        let (limit, mut product, mut n) = ((-mean.min(60.0)).exp(), self.random::<f64>(), 0);
        while product > limit {
            product *= self.random::<f64>();
            n += 1;
        }
        n
    }

    fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.random::<f64>() * weights.iter().sum::<f64>();
        for (i, w) in weights.iter().enumerate() {
            left -= w;
            if left < 0.0 {
                return i;
            }
        }
        0
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.random_range(0..list.len())]
    }
}
