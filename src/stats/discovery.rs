//! False-discovery control.

/// The q-value of each p-value among `tests` tests, of which those not listed have p = 1.
///
/// Benjamini & Hochberg, J. R. Stat. Soc. B 57 (1995) 289. Counting every test that was made, not only the ones worth
/// listing, is what keeps the control honest; `tests` below the number of p-values is taken as that number.
pub fn benjamini_hochberg(p_values: &[f64], tests: usize) -> Vec<f64> {
    let tests = tests.max(p_values.len()) as f64;
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]).then(a.cmp(&b)));
    let mut q = vec![1.0; p_values.len()];
    let mut smallest: f64 = 1.0;
    for (rank, &i) in order.iter().enumerate().rev() {
        smallest = smallest.min(p_values[i] * tests / (rank + 1) as f64);
        q[i] = smallest;
    }
    q
}

/// The same where the tests may depend on each other in any way: q-values grow by 1 + 1/2 + ... + 1/`tests`.
///
/// Benjamini & Yekutieli, Ann. Stat. 29 (2001) 1165.
pub fn benjamini_yekutieli(p_values: &[f64], tests: usize) -> Vec<f64> {
    let tests = tests.max(p_values.len());
    let harmonic: f64 = (1..=tests).rev().map(|i| 1.0 / i as f64).sum();
    // An exact 1 of the plain procedure is a cap, so the factor goes onto the p-values.
    let scaled: Vec<f64> = p_values.iter().map(|p| p * harmonic).collect();
    benjamini_hochberg(&scaled, tests)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition: the smallest level at which the step-up procedure rejects.
    fn by_definition(p: &[f64], tests: usize) -> Vec<f64> {
        let m = tests.max(p.len()) as f64;
        let at_most = |x: f64| p.iter().filter(|&&y| y <= x).count() as f64;
        p.iter().map(|&own| p.iter().filter(|&&y| y >= own).map(|&y| y * m / at_most(y)).fold(1.0, f64::min)).collect()
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(p in prop::collection::vec(0.0f64..1.0, 0..30), more in 0usize..100) {
            let tests = p.len() + more;
            for (a, b) in benjamini_hochberg(&p, tests).iter().zip(by_definition(&p, tests)) {
                prop_assert!((a - b).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn any_dependence_costs_the_harmonic_sum() {
        let q = benjamini_yekutieli(&[0.001, 0.5], 4);
        let harmonic = 1.0 + 0.5 + 1.0 / 3.0 + 0.25;
        assert!((q[0] - 0.004 * harmonic).abs() < 1e-15, "{q:?}");
        assert_eq!(q[1], 1.0);
    }

    #[test]
    fn tests_not_listed_count() {
        assert_eq!(benjamini_hochberg(&[0.01, 0.02], 2), vec![0.02, 0.02]);
        assert_eq!(benjamini_hochberg(&[0.01, 0.02], 10), vec![0.1, 0.1]);
        assert_eq!(benjamini_hochberg(&[0.5], 10), vec![1.0]);
    }
}
