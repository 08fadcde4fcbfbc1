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
    fn tests_not_listed_count() {
        assert_eq!(benjamini_hochberg(&[0.01, 0.02], 2), vec![0.02, 0.02]);
        assert_eq!(benjamini_hochberg(&[0.01, 0.02], 10), vec![0.1, 0.1]);
        assert_eq!(benjamini_hochberg(&[0.5], 10), vec![1.0]);
    }
}
