//! Order statistics: places and spreads that a minority of wild values cannot move.

/// The lower empirical quantile of sorted values: the element at ⌊`share` · n⌋, so that the quantile of few values is one of
/// the low ones. `None` of nothing. Definition 1 of Hyndman & Fan, Am. Stat. 50 (1996) 361, but for the rounding.
pub fn quantile_sorted(sorted: &[f64], share: f64) -> Option<f64> {
    let at = (share.clamp(0.0, 1.0) * sorted.len() as f64) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied()
}

/// [`quantile_sorted`] of values in any order, which it sorts.
pub fn quantile(values: &mut [f64], share: f64) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    quantile_sorted(values, share)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn at_most_the_share_lies_below(mut values in prop::collection::vec(-5.0f64..5.0, 1..40), share in 0.0f64..1.0) {
            let q = quantile(&mut values, share).expect("not empty");
            let below = values.iter().filter(|v| **v < q).count() as f64;
            let up_to = values.iter().filter(|v| **v <= q).count() as f64;
            prop_assert!(below <= share * values.len() as f64);
            prop_assert!(up_to >= share * values.len() as f64);
        }
    }

    #[test]
    fn edges() {
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut [3.0], 1.0), Some(3.0));
        assert_eq!(quantile(&mut [3.0, 1.0, 2.0], 0.25), Some(1.0));
        assert_eq!(quantile(&mut [4.0, 3.0, 1.0, 2.0], 0.5), Some(3.0));
    }
}
