//! Every tail against a slow, obvious reference, from 1 down to far below 1e-30: the definition, term by term, nothing
//! subtracted, so that the reference itself keeps its digits.

use proptest::prelude::*;

use super::{
    binomial_tail, binomial_tail_ln, hypergeometric_tail, hypergeometric_tail_ln, poisson_binomial_tail, poisson_tail,
    poisson_tail_ln,
};

/// Relative error allowed.
const CLOSE: f64 = 1e-9;
/// References below this are not compared: their terms would leave the range of the numbers.
const LEAST: f64 = 1e-250;

/// Relative distance from the reference.
fn apart(fast: f64, slow: f64) -> f64 {
    (fast - slow).abs() / slow
}

/// The same for a logarithm.
fn apart_ln(fast: f64, slow: f64) -> f64 {
    (fast - slow.ln()).abs()
}

fn binomial(k: u64, n: u64, p: f64) -> f64 {
    let term = |j: u64| {
        let ways_and_hits: f64 = (0..j).map(|i| (n - i) as f64 / (i + 1) as f64 * p).product();
        ways_and_hits * (1.0 - p).powi((n - j) as i32)
    };
    (k..=n).rev().map(term).sum()
}

fn poisson(k: u64, mean: f64) -> f64 {
    let term = |j: u64| (1..=j).map(|i| mean / i as f64).product::<f64>() * (-mean).exp();
    (k..k + 300).rev().map(term).sum()
}

/// Over all sets of trials that succeed.
fn poisson_binomial(k: usize, probabilities: &[f64]) -> f64 {
    let of_set = |set: u32| -> f64 {
        let one = |(i, p): (usize, &f64)| if set >> i & 1 == 1 { *p } else { 1.0 - p };
        probabilities.iter().enumerate().map(one).product()
    };
    let sets = 0..1u32 << probabilities.len();
    sets.filter(|set| set.count_ones() as usize >= k).map(of_set).sum()
}

fn choose(n: u64, k: u64) -> f64 {
    if k > n { 0.0 } else { (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product() }
}

fn hypergeometric(k: u64, population: u64, marked: u64, drawn: u64) -> f64 {
    let ways = |j: u64| choose(marked, j) * choose(population - marked, drawn - j);
    let all: f64 = (k..=marked.min(drawn)).rev().map(ways).sum();
    all / choose(population, drawn)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn binomial_tails(n in 1u64..150, share in 0.0f64..=1.0, exponent in 0.05f64..5.0) {
        let (k, p) = ((share * n as f64) as u64, 10f64.powf(-exponent));
        let slow = binomial(k, n, p);
        prop_assume!(slow > LEAST);
        prop_assert!(apart(binomial_tail(k, n, p), slow) < CLOSE, "{} {slow}", binomial_tail(k, n, p));
        prop_assert!(apart_ln(binomial_tail_ln(k, n, p), slow) < CLOSE, "{} {slow}", binomial_tail_ln(k, n, p));
    }

    #[test]
    fn poisson_tails(k in 0u64..80, exponent in -1.5f64..4.0) {
        let mean = 10f64.powf(-exponent);
        let slow = poisson(k, mean);
        prop_assume!(slow > LEAST);
        prop_assert!(apart(poisson_tail(k, mean), slow) < CLOSE, "{} {slow}", poisson_tail(k, mean));
        prop_assert!(apart_ln(poisson_tail_ln(k, mean), slow) < CLOSE, "{} {slow}", poisson_tail_ln(k, mean));
    }

    #[test]
    fn poisson_binomial_tails(exponents in prop::collection::vec(0.01f64..6.0, 1..12), share in 0.0f64..=1.0) {
        let probabilities: Vec<f64> = exponents.iter().map(|e| 10f64.powf(-e)).collect();
        let k = (share * probabilities.len() as f64) as usize;
        let (fast, slow) = (poisson_binomial_tail(k, &probabilities), poisson_binomial(k, &probabilities));
        prop_assert!(apart(fast, slow) < CLOSE, "{fast} {slow}");
    }

    #[test]
    fn hypergeometric_tails(
        population in 1u64..600, marked in 0.0f64..=1.0, drawn in 0.0f64..=1.0, share in 0.0f64..=1.0,
    ) {
        let (marked, drawn) = ((marked * population as f64) as u64, (drawn * population as f64) as u64);
        let k = (share * marked.min(drawn) as f64) as u64;
        let slow = hypergeometric(k, population, marked, drawn);
        prop_assume!(slow > LEAST);
        let fast = hypergeometric_tail(k, population, marked, drawn);
        prop_assert!(apart(fast, slow) < CLOSE, "{fast} {slow}");
        prop_assert!(apart_ln(hypergeometric_tail_ln(k, population, marked, drawn), slow) < CLOSE);
    }
}

/// Known values about 1e-30, computed with fractions of whole numbers: the references are right there, and so are the tails.
#[test]
fn exact_at_one_in_1e30() {
    let twelve: Vec<f64> = (1..=12).map(|i| 1.0 / (1000.0 * f64::from(i))).collect();
    let known = [
        (binomial(20, 40, 0.01), binomial_tail(20, 40, 0.01), 1.138_397_833_862_597_4e-29),
        (binomial(60, 200, 0.05), binomial_tail(60, 200, 0.05), 5.282_389_253_739_916e-30),
        (poisson(23, 0.5), poisson_tail(23, 0.5), 2.856_300_997_962_602e-30),
        (poisson(10, 0.005), poisson_tail(10, 0.005), 2.678_939_970_347_234_5e-30),
        (poisson_binomial(10, &twelve), poisson_binomial_tail(10, &twelve), 5.670_586_601_380_872e-36),
        (hypergeometric(15, 1000, 15, 20), hypergeometric_tail(15, 1000, 15, 20), 2.253_026_531_045_21e-29),
    ];
    for (slow, fast, exact) in known {
        assert!(apart(slow, exact) < CLOSE && apart(fast, exact) < CLOSE, "{slow:e} {fast:e} {exact:e}");
    }
}
