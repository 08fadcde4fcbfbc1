//! Upper tails as natural logarithms: exact where the probability itself would be 1e-30 or too small to write down.
//!
//! The first term is taken from log-gamma functions and the rest of the tail from the ratios of neighbouring terms, all
//! positive, so nothing cancels. The relative error is that of the first term: about 1e-15 times the largest log-factorial,
//! or 1e-9 for populations of a million.

use statrs::function::gamma::ln_gamma;

/// ln C(n, k).
fn ln_choose(n: u64, k: u64) -> f64 {
    let ln_factorial = |x: u64| ln_gamma(x as f64 + 1.0);
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

/// ln of `exp(first)` · (1 + r(k) + r(k)·r(k+1) + ...), where `ratio(j)` is term j+1 over term j and the terms end at `last`.
fn ln_sum(first: f64, k: u64, last: u64, ratio: impl Fn(u64) -> f64) -> f64 {
    // Terms that grow first are scaled as they come, so that a sum over a whole distribution does not overflow.
    let (mut sum, mut term, mut scale) = (1.0f64, 1.0f64, 0.0f64);
    for j in k..last {
        let step = ratio(j);
        term *= step;
        sum += term;
        if sum > 1e250 {
            (sum, term, scale) = (sum * 1e-250, term * 1e-250, scale + 250.0 * std::f64::consts::LN_10);
        }
        if step < 1.0 && term < sum * 1e-18 {
            break;
        }
    }
    (first + scale + sum.ln()).min(0.0)
}

/// ln P(X ≥ `k`) for `n` independent trials that each succeed with probability `p`.
pub fn binomial_tail_ln(k: u64, n: u64, p: f64) -> f64 {
    match k {
        0 => 0.0,
        _ if k > n || p <= 0.0 => f64::NEG_INFINITY,
        _ if p >= 1.0 => 0.0,
        _ => {
            let first = ln_choose(n, k) + k as f64 * p.ln() + (n - k) as f64 * (-p).ln_1p();
            let odds = p / (1.0 - p);
            ln_sum(first, k, n, |j| (n - j) as f64 / (j + 1) as f64 * odds)
        }
    }
}

/// ln P(X ≥ `k`) for a Poisson count with mean `mean`.
pub fn poisson_tail_ln(k: u64, mean: f64) -> f64 {
    match k {
        0 => 0.0,
        _ if mean <= 0.0 => f64::NEG_INFINITY,
        _ => {
            let first = k as f64 * mean.ln() - mean - ln_gamma(k as f64 + 1.0);
            ln_sum(first, k, u64::MAX, |j| mean / (j + 1) as f64)
        }
    }
}

/// ln P(X ≥ `k`) for the marked ones among `drawn` taken without replacement from `population` with `marked` marked
/// (Fisher's exact test). `marked` and `drawn` are at most `population`.
pub fn hypergeometric_tail_ln(k: u64, population: u64, marked: u64, drawn: u64) -> f64 {
    let (marked, drawn) = (marked.min(population), drawn.min(population));
    let lowest = (marked + drawn).saturating_sub(population);
    let highest = marked.min(drawn);
    if k <= lowest {
        return 0.0;
    }
    if k > highest {
        return f64::NEG_INFINITY;
    }
    let first = ln_choose(marked, k) + ln_choose(population - marked, drawn - k) - ln_choose(population, drawn);
    ln_sum(first, k, highest, |j| {
        let up = (marked - j) as f64 * (drawn - j) as f64;
        up / ((j + 1) as f64 * (population + j + 1 - marked - drawn) as f64)
    })
}

/// P(X ≥ `k`) of [`hypergeometric_tail_ln`].
pub fn hypergeometric_tail(k: u64, population: u64, marked: u64, drawn: u64) -> f64 {
    hypergeometric_tail_ln(k, population, marked, drawn).exp()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::stats::{binomial_tail, poisson_tail};

    /// Relative distance of two probabilities given as logarithms.
    fn apart(a: f64, b: f64) -> f64 {
        if a == b { 0.0 } else { (a - b).abs() }
    }

    /// The sum of the terms, each built up by multiplication from scratch, as logarithm.
    fn slow_binomial(k: u64, n: u64, p: f64) -> f64 {
        let term = |j: u64| {
            let mut ln = 0.0;
            (0..j).for_each(|i| ln += ((n - i) as f64 / (i + 1) as f64 * p).ln());
            (j..n).for_each(|_| ln += (1.0 - p).ln());
            ln
        };
        let terms: Vec<f64> = (k..=n).map(term).collect();
        let top = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        top + terms.iter().map(|t| (t - top).exp()).sum::<f64>().ln()
    }

    fn slow_hypergeometric(k: u64, population: u64, marked: u64, drawn: u64) -> f64 {
        let choose =
            |n: u64, k: u64| if k > n { 0.0 } else { (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product() };
        let sum: f64 = (k..=marked.min(drawn))
            .filter(|&j| drawn - j <= population - marked)
            .map(|j| -> f64 { choose(marked, j) * choose(population - marked, drawn - j) })
            .sum();
        let all: f64 = choose(population, drawn);
        (sum / all).ln()
    }

    proptest! {
        #[test]
        fn binomial_agrees_with_the_sum(n in 1u64..150, share in 0.0f64..1.0, p in 1e-9f64..0.99) {
            let k = 1 + (share * (n - 1) as f64) as u64;
            prop_assert!(apart(binomial_tail_ln(k, n, p), slow_binomial(k, n, p).min(0.0)) < 1e-9);
        }

        #[test]
        fn hypergeometric_agrees_with_the_sum(
            population in 1u64..60, marked in 0.0f64..1.0, drawn in 0.0f64..1.0, share in 0.0f64..1.0,
        ) {
            let (marked, drawn) = ((marked * population as f64) as u64, (drawn * population as f64) as u64);
            let k = (share * (marked.min(drawn) + 1) as f64) as u64;
            let (fast, slow) = (hypergeometric_tail_ln(k, population, marked, drawn), slow_hypergeometric(k, population, marked, drawn));
            prop_assert!(apart(fast, slow.min(0.0)) < 1e-9, "{fast} {slow}");
        }

        /// The tails that the rules call keep their relative accuracy down to 1e-30 and beyond.
        #[test]
        fn the_plain_tails_agree_far_out(k in 1u64..40, n in 40u64..20_000, mean in 1e-6f64..2.0) {
            let (fast, slow) = (binomial_tail(k, n, mean / n as f64), binomial_tail_ln(k, n, mean / n as f64));
            prop_assume!(slow > -600.0);
            prop_assert!(apart(fast.ln(), slow) < 1e-7, "binomial {} {slow}", fast.ln());
            let (fast, slow) = (poisson_tail(k, mean), poisson_tail_ln(k, mean));
            prop_assert!(apart(fast.ln(), slow) < 1e-7, "Poisson {} {slow}", fast.ln());
        }
    }

    #[test]
    fn known_values() {
        // 2^-200, and Fisher's tea tasting: 1 in 70.
        assert!(apart(binomial_tail_ln(200, 200, 0.5), -200.0 * std::f64::consts::LN_2) < 1e-10);
        assert!((hypergeometric_tail(4, 8, 4, 4) - 1.0 / 70.0).abs() < 1e-14);
        // All of 50 marked among 1,000 drawn in 50: one over C(1000, 50), 9.46e85.
        let tail = hypergeometric_tail(50, 1000, 50, 50);
        assert!((tail * 9.460_461_017_585_177e84 - 1.0).abs() < 1e-9, "{tail:e}");
        assert_eq!(hypergeometric_tail_ln(3, 10, 2, 5), f64::NEG_INFINITY);
        assert_eq!(hypergeometric_tail_ln(1, 10, 8, 5), 0.0);
        assert_eq!(poisson_tail_ln(0, 1.0), 0.0);
    }
}
