//! Counts that scatter more than independent trials do: beta-binomial and negative binomial.

use statrs::function::beta::ln_beta;
use statrs::function::gamma::ln_gamma;

/// P(X = `k`) for `n` trials whose common rate is drawn from a Beta law with mean `mean`, any two trials correlated by
/// `correlation` (0 is the binomial). Skellam, J. R. Stat. Soc. B 10 (1948) 257.
pub fn beta_binomial_pmf(k: u64, n: u64, mean: f64, correlation: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    let mean = mean.clamp(0.0, 1.0);
    if mean == 0.0 || mean == 1.0 {
        return f64::from(u8::from((mean == 0.0 && k == 0) || (mean == 1.0 && k == n)));
    }
    let (x, size) = (k as f64, n as f64);
    let choose = ln_gamma(size + 1.0) - ln_gamma(x + 1.0) - ln_gamma(size - x + 1.0);
    if correlation <= 1e-9 {
        return (choose + x * mean.ln() + (size - x) * (-mean).ln_1p()).exp();
    }
    let strength = 1.0 / correlation.min(0.999) - 1.0;
    let (a, b) = (mean * strength, (1.0 - mean) * strength);
    (choose + ln_beta(a + x, b + size - x) - ln_beta(a, b)).exp()
}

/// P(X ≥ `k`) of [`beta_binomial_pmf`]: a sum of positive terms, so that the far tail keeps its digits.
pub fn beta_binomial_tail(k: u64, n: u64, mean: f64, correlation: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    (k..=n).map(|j| beta_binomial_pmf(j, n, mean, correlation)).sum::<f64>().min(1.0)
}

/// P(X ≥ `k`) for a Poisson count whose mean is drawn from a Gamma law with mean `mean` and shape `size`.
///
/// The incomplete beta function I_{m/(m+r)}(k, r), which keeps its relative accuracy in the far tail (Johnson, Kemp & Kotz,
/// Univariate Discrete Distributions, 3rd ed., 5.6).
pub fn negative_binomial_tail(k: u64, mean: f64, size: f64) -> f64 {
    match k {
        0 => 1.0,
        _ if mean <= 0.0 => 0.0,
        _ => statrs::function::beta::beta_reg(k as f64, size, mean / (mean + size)).clamp(0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::binomial_tail;
    use super::*;

    /// Pólya's urn: each trial's chance follows from the trials before it.
    fn urn(k: usize, n: usize, mean: f64, correlation: f64) -> f64 {
        let strength = 1.0 / correlation - 1.0;
        let mut at = vec![0.0; n + 1];
        at[0] = 1.0;
        for drawn in 0..n {
            for hits in (0..=drawn).rev() {
                let hit = (mean * strength + hits as f64) / (strength + drawn as f64);
                at[hits + 1] += at[hits] * hit;
                at[hits] *= 1.0 - hit;
            }
        }
        at[k..].iter().sum()
    }

    proptest! {
        #[test]
        fn beta_binomial_agrees_with_the_urn(n in 1usize..40, share in 0.0f64..1.0, mean in 0.01f64..0.99, r in 0.01f64..0.9) {
            let k = (share * (n + 1) as f64) as usize;
            let (a, b) = (beta_binomial_tail(k as u64, n as u64, mean, r), urn(k, n, mean, r));
            prop_assert!((a - b).abs() < 1e-9 * b + 1e-14, "{} {}", a, b);
        }

        #[test]
        fn without_correlation_it_is_binomial(n in 1u64..60, k in 0u64..61, mean in 0.001f64..0.999) {
            let (a, b) = (beta_binomial_tail(k, n, mean, 0.0), binomial_tail(k, n, mean));
            prop_assert!((a - b).abs() < 1e-10);
        }

        #[test]
        fn negative_binomial_agrees_with_the_sum(k in 1u64..30, mean in 0.001f64..8.0, size in 0.1f64..5.0) {
            // Terms by recurrence from P(0) = (r / (r + m))^r.
            let p = mean / (mean + size);
            let mut term = (size * (1.0 - p).ln()).exp();
            let mut tail = 0.0;
            for j in 0..4000u64 {
                if j >= k {
                    tail += term;
                }
                term *= (size + j as f64) / (j + 1) as f64 * p;
            }
            let own = negative_binomial_tail(k, mean, size);
            prop_assert!((own - tail).abs() < 1e-8 * tail + 1e-13, "{} {}", own, tail);
        }
    }

    #[test]
    fn edges() {
        assert_eq!(beta_binomial_tail(0, 5, 0.2, 0.1), 1.0);
        assert_eq!(beta_binomial_tail(6, 5, 0.2, 0.1), 0.0);
        assert_eq!(beta_binomial_tail(5, 5, 1.0, 0.1), 1.0);
        assert_eq!(beta_binomial_tail(1, 5, 0.0, 0.1), 0.0);
        assert_eq!(negative_binomial_tail(1, 0.0, 0.5), 0.0);
    }
}
