//! Order statistics: places and spreads that a minority of wild values cannot move.

use std::hash::Hash;

use rustc_hash::FxHashMap;

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

/// The standard deviation of a normal law that the quartiles of so many values speak for; `None` of three or fewer.
pub fn quartile_deviation(values: &mut [f64]) -> Option<f64> {
    if values.len() <= 3 {
        return None;
    }
    Some((quantile(values, 0.75)? - quantile_sorted(values, 0.25)?) / QUARTILES)
}

/// Distance of the quartiles of a normal law, in standard deviations.
const QUARTILES: f64 = 1.349;

/// Figures of units, to be read without one of them: what is expected of a unit is learnt from the others alone.
pub struct Others<K> {
    sorted: Vec<f64>,
    places: FxHashMap<K, usize>,
}

impl<K: Copy + Ord + Hash> Others<K> {
    /// Of the units whose figures say something, each named once; others may be asked for, too.
    pub fn new(figures: impl IntoIterator<Item = (K, f64)>) -> Self {
        let mut known: Vec<(K, f64)> = figures.into_iter().collect();
        known.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        let places = known.iter().enumerate().map(|(at, unit)| (unit.0, at)).collect();
        Self { sorted: known.into_iter().map(|unit| unit.1).collect(), places }
    }

    /// How many there are besides a unit.
    pub fn besides(&self, unit: K) -> usize {
        self.sorted.len() - usize::from(self.places.contains_key(&unit))
    }

    /// The quantile of those besides a unit, as [`quantile_sorted`] takes it; `None` where there are none.
    pub fn quantile(&self, unit: K, share: f64) -> Option<f64> {
        let own = self.places.get(&unit);
        let at = ((self.besides(unit) as f64 * share) as usize).min(self.besides(unit).checked_sub(1)?);
        Some(self.sorted[if own.is_some_and(|own| at >= *own) { at + 1 } else { at }])
    }

    /// [`quartile_deviation`] of those besides a unit.
    pub fn deviation(&self, unit: K) -> Option<f64> {
        if self.besides(unit) <= 3 {
            return None;
        }
        Some((self.quantile(unit, 0.75)? - self.quantile(unit, 0.25)?) / QUARTILES)
    }
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
    fn a_unit_has_no_part_in_what_is_expected_of_it() {
        let others = Others::new([('a', 0.0), ('b', 1.0), ('c', 2.0), ('d', 3.0)]);
        assert_eq!(others.quantile('z', 0.5), Some(2.0));
        assert_eq!(others.quantile('d', 0.5), Some(1.0));
        assert_eq!(others.quantile('a', 0.5), Some(2.0));
        assert_eq!((others.besides('a'), others.besides('z')), (3, 4));
        assert_eq!(Others::new([('a', 4.0)]).quantile('a', 0.5), None);
        assert_eq!((others.deviation('a'), others.deviation('z')), (None, Some((3.0 - 1.0) / QUARTILES)));
    }

    #[test]
    fn quartiles_tell_the_deviation() {
        assert_eq!(quartile_deviation(&mut [1.0, 2.0, 3.0]), None);
        let deviation = quartile_deviation(&mut [1.349, 0.0, 2.698, 90.0]);
        assert!(deviation.is_some_and(|d| (d - (90.0 - 1.349) / 1.349).abs() < 1e-9));
    }

    #[test]
    fn edges() {
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut [3.0], 1.0), Some(3.0));
        assert_eq!(quantile(&mut [3.0, 1.0, 2.0], 0.25), Some(1.0));
        assert_eq!(quantile(&mut [4.0, 3.0, 1.0, 2.0], 0.5), Some(3.0));
    }
}
