//! Local false-discovery rates from expected and observed tails.

/// The local false-discovery rate along a sorted list: `expected[j]` of the most extreme `observed[j]` are null (both
/// ascending; ties share a point). One rate a point, ascending and at most 1.
///
/// The slope of the greatest convex minorant of expected against observed counts, which is the Grenander estimate of the
/// ratio of densities under the assumption that it falls towards the extremes (Grenander, Skand. Aktuarietidskr. 39 (1956)
/// 125; Strimmer, BMC Bioinformatics 9 (2008) 303). Unlike the tail-area rate it does not let many extreme cases vouch for
/// one that is not.
pub fn local_false_share(observed: &[f64], expected: &[f64]) -> Vec<f64> {
    // Corners of the minorant, as indices into the points with the origin before the first.
    let at = |i: usize| if i == 0 { (0.0, 0.0) } else { (observed[i - 1], expected[i - 1]) };
    let slope = |a: usize, b: usize| (at(b).1 - at(a).1) / (at(b).0 - at(a).0).max(f64::MIN_POSITIVE);
    let mut corners = vec![0];
    for i in 1..=observed.len().min(expected.len()) {
        while corners.len() > 1 {
            let (before, last) = (corners[corners.len() - 2], corners[corners.len() - 1]);
            if slope(before, last) < slope(last, i) {
                break;
            }
            corners.pop();
        }
        corners.push(i);
    }
    let mut rates = Vec::with_capacity(observed.len());
    for pair in corners.windows(2) {
        let rate = slope(pair[0], pair[1]).clamp(0.0, 1.0);
        rates.extend(std::iter::repeat_n(rate, pair[1] - pair[0]));
    }
    rates
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition: the largest convex function below the points has, left of point j, the slope
    /// max over i < j of min over k ≥ j of the chord from i to k.
    fn by_definition(observed: &[f64], expected: &[f64]) -> Vec<f64> {
        let x: Vec<f64> = std::iter::once(0.0).chain(observed.iter().copied()).collect();
        let y: Vec<f64> = std::iter::once(0.0).chain(expected.iter().copied()).collect();
        let chord = |i: usize, k: usize| (y[k] - y[i]) / (x[k] - x[i]);
        let left = |j: usize, i: usize| (j..x.len()).map(|k| chord(i, k)).fold(f64::INFINITY, f64::min);
        (1..x.len()).map(|j| (0..j).map(|i| left(j, i)).fold(f64::NEG_INFINITY, f64::max).clamp(0.0, 1.0)).collect()
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(steps in prop::collection::vec((0.1f64..3.0, 0.0f64..2.0), 0..25)) {
            let sum = |pick: fn(&(f64, f64)) -> f64| -> Vec<f64> {
                steps.iter().scan(0.0, |s, step| { *s += pick(step); Some(*s) }).collect()
            };
            let (observed, expected) = (sum(|s| s.0), sum(|s| s.1));
            let rates = local_false_share(&observed, &expected);
            prop_assert!(rates.is_sorted());
            for (a, b) in rates.iter().zip(by_definition(&observed, &expected)) {
                prop_assert!((a - b).abs() < 1e-9, "{a} {b}");
            }
        }
    }

    #[test]
    fn extreme_cases_do_not_vouch_for_others() {
        // Ten far out where 0.01 are expected, then ten more where ten are expected.
        let rates = local_false_share(&[10.0, 20.0], &[0.01, 10.01]);
        assert!((rates[0] - 0.001).abs() < 1e-12 && rates[1] == 1.0);
    }
}
