//! Upper tails of counts.

use statrs::function::beta::{beta_reg, ln_beta};
use statrs::function::gamma::gamma_lr;

/// P(X ≥ `k`) for a Poisson count with mean `mean`; 1 for `k` = 0.
///
/// The regularised lower incomplete gamma function P(k, mean), which does not lose digits in the far tail
/// (Abramowitz & Stegun 26.4.21).
pub fn poisson_tail(k: u64, mean: f64) -> f64 {
    match k {
        0 => 1.0,
        _ if mean <= 0.0 => 0.0,
        _ => gamma_lr(k as f64, mean).clamp(0.0, 1.0),
    }
}

/// P(X ≥ `k`) for `n` independent trials that each succeed with probability `p`.
///
/// The regularised incomplete beta function I_p(k, n−k+1) (Abramowitz & Stegun 26.5.24).
pub fn binomial_tail(k: u64, n: u64, p: f64) -> f64 {
    match k {
        0 => 1.0,
        _ if k > n || p <= 0.0 => 0.0,
        _ if p >= 1.0 => 1.0,
        _ => beta_reg(k as f64, (n - k) as f64 + 1.0, p).clamp(0.0, 1.0),
    }
}

/// P(X ≥ `k`) for independent trials with their own probabilities. Exact; `probabilities.len()` × `k` steps.
///
/// The state "k or more" absorbs, so the tail is a sum of positive terms and nothing cancels.
pub fn poisson_binomial_tail(k: usize, probabilities: &[f64]) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > probabilities.len() {
        return 0.0;
    }
    let mut below = vec![0.0; k];
    below[0] = 1.0;
    let mut tail = 0.0;
    for &p in probabilities {
        let p = p.clamp(0.0, 1.0);
        tail += below[k - 1] * p;
        for j in (1..k).rev() {
            below[j] = below[j] * (1.0 - p) + below[j - 1] * p;
        }
        below[0] *= 1.0 - p;
    }
    tail.min(1.0)
}

/// Natural logarithm of the marginal likelihood of `hits` in `n` trials whose rate is drawn from Beta(`a`, `b`), without the
/// binomial coefficient (it cancels between two models of the same data). `hits` and `n` may be fractional: a tempered count.
pub fn beta_binomial_ln(hits: f64, n: f64, a: f64, b: f64) -> f64 {
    ln_beta(a + hits, b + n - hits) - ln_beta(a, b)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * a.abs().max(b.abs()) + 1e-300
    }

    fn slow_poisson(k: u64, mean: f64) -> f64 {
        let mut term = (-mean).exp();
        for j in 1..=k {
            term *= mean / j as f64;
        }
        (k..k + 400).fold((0.0, term), |(sum, term), j| (sum + term, term * mean / (j + 1) as f64)).0
    }

    fn slow_binomial(k: u64, n: u64, p: f64) -> f64 {
        let mut term = (1.0 - p).powi(n as i32);
        let mut sum = 0.0;
        for j in 0..=n {
            if j >= k {
                sum += term;
            }
            term *= (n - j) as f64 / (j + 1) as f64 * p / (1.0 - p);
        }
        sum
    }

    fn all_subsets(k: usize, probabilities: &[f64]) -> f64 {
        (0..1u32 << probabilities.len())
            .filter(|set| set.count_ones() as usize >= k)
            .map(|set| {
                probabilities
                    .iter()
                    .enumerate()
                    .map(|(i, p)| if set >> i & 1 == 1 { *p } else { 1.0 - p })
                    .product::<f64>()
            })
            .sum()
    }

    proptest! {
        #[test]
        fn poisson_agrees_with_the_sum(k in 1u64..60, mean in 0.001f64..40.0) {
            prop_assert!(close(poisson_tail(k, mean), slow_poisson(k, mean)), "{} {}", poisson_tail(k, mean), slow_poisson(k, mean));
        }

        #[test]
        fn binomial_agrees_with_the_sum(n in 1u64..80, share in 0.0f64..1.0, p in 0.001f64..0.95) {
            let k = 1 + (share * n as f64) as u64;
            prop_assert!((binomial_tail(k, n, p) - slow_binomial(k, n, p)).abs() < 1e-10);
        }

        #[test]
        fn poisson_binomial_agrees_with_all_subsets(p in prop::collection::vec(0.0f64..1.0, 1..10), k in 0usize..11) {
            prop_assert!((poisson_binomial_tail(k, &p) - all_subsets(k, &p)).abs() < 1e-10);
        }

        #[test]
        fn equal_probabilities_are_binomial(n in 1u64..60, k in 1u64..60, p in 0.001f64..0.9) {
            let a = poisson_binomial_tail(k as usize, &vec![p; n as usize]);
            prop_assert!((a - binomial_tail(k, n, p)).abs() < 1e-10);
        }
    }

    #[test]
    fn far_tails_keep_their_size() {
        let tail = poisson_tail(40, 0.5);
        assert!(close(tail, slow_poisson(40, 0.5)), "{tail:e}");
        assert!(tail > 0.0 && tail < 1e-58);
        assert!(poisson_binomial_tail(30, &[1e-4; 40]) > 0.0);
    }

    #[test]
    fn edges() {
        assert_eq!(poisson_tail(0, 3.0), 1.0);
        assert_eq!(poisson_tail(3, 0.0), 0.0);
        assert_eq!(binomial_tail(5, 4, 0.5), 0.0);
        assert_eq!(binomial_tail(4, 4, 1.0), 1.0);
        assert_eq!(poisson_binomial_tail(1, &[]), 0.0);
    }

    #[test]
    fn beta_binomial_of_a_flat_prior_is_one_over_n_choose() {
        // ∫ p^2 (1-p)^3 dp = B(3, 4) = 2! 3! / 6! = 1/60.
        assert!((beta_binomial_ln(2.0, 5.0, 1.0, 1.0) - (1.0f64 / 60.0).ln()).abs() < 1e-12);
    }
}
