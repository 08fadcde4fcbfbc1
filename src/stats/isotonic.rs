//! Isotonic regression.

/// The non-decreasing values nearest to `part[i] / whole[i]` in weighted least squares with the weights `whole`, which are
/// positive: neighbours that fall are pooled into the ratio of their sums.
///
/// The estimate of a ratio of densities that is known to rise. Pool-adjacent-violators algorithm: Ayer, Brunk, Ewing, Reid &
/// Silverman, Ann. Math. Stat. 26 (1955) 641.
pub fn rising_ratio(part: &[f64], whole: &[f64]) -> Vec<f64> {
    let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
    for (&p, &w) in part.iter().zip(whole) {
        let mut block = (p, w, 1);
        while let Some(&(before, weight, count)) = blocks.last() {
            if before / weight <= block.0 / block.1 {
                break;
            }
            block = (before + block.0, weight + block.1, count + block.2);
            blocks.pop();
        }
        blocks.push(block);
    }
    blocks.into_iter().flat_map(|(p, w, n)| std::iter::repeat_n(p / w, n)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition: max over i ≤ j of min over k ≥ j of the ratio of the sums from i to k.
    fn by_definition(part: &[f64], whole: &[f64]) -> Vec<f64> {
        let ratio = |i: usize, k: usize| part[i..=k].iter().sum::<f64>() / whole[i..=k].iter().sum::<f64>();
        let n = part.len();
        let from = |i: usize, j: usize| (j..n).map(|k| ratio(i, k)).fold(f64::INFINITY, f64::min);
        (0..n).map(|j| (0..=j).map(|i| from(i, j)).fold(f64::NEG_INFINITY, f64::max)).collect()
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(both in prop::collection::vec((0.0f64..3.0, 0.1f64..2.0), 0..25)) {
            let (part, whole): (Vec<f64>, Vec<f64>) = both.into_iter().unzip();
            let ratios = rising_ratio(&part, &whole);
            prop_assert!(ratios.is_sorted());
            for (a, b) in ratios.iter().zip(by_definition(&part, &whole)) {
                prop_assert!((a - b).abs() < 1e-9, "{a} {b}");
            }
        }
    }

    #[test]
    fn one_spike_does_not_lift_all_above_it() {
        let ratios = rising_ratio(&[1.0, 30.0, 1.0, 4.0], &[10.0, 1.0, 30.0, 1.0]);
        assert_eq!(ratios, vec![0.1, 1.0, 1.0, 4.0]);
        assert_eq!(rising_ratio(&[5.0, 1.0], &[1.0, 1.0]), vec![3.0, 3.0]);
    }
}
