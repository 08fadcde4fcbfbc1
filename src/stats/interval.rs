//! Intervals of shares.

/// The interval of a share seen as `hits` of `n`, at `z` standard deviations (1.96 for 95 %). (0, 1) where `n` is 0.
///
/// Wilson, J. Am. Stat. Assoc. 22 (1927) 209: unlike hits/n ± z·σ it stays sensible at 0, at n and for small n.
pub fn wilson(hits: u64, n: u64, z: f64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (n as f64, hits as f64 / n as f64);
    let scale = 1.0 + z * z / n;
    let middle = (share + z * z / (2.0 * n)) / scale;
    let half = z / scale * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_values() {
        // Newcombe, Stat. Med. 17 (1998) 857, table I: 81/263 and 0/20.
        let (low, high) = wilson(81, 263, 1.959_964);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
        let (low, high) = wilson(0, 20, 1.959_964);
        assert!(low == 0.0 && (high - 0.1611).abs() < 5e-5, "{low} {high}");
    }

    proptest! {
        /// The bounds are the shares whose own standard error puts the seen share z away: the definition by inversion.
        #[test]
        fn bounds_solve_the_score_equation(hits in 1u64..99) {
            let (n, z, seen) = (100.0, 1.96, hits as f64 / 100.0);
            let (low, high) = wilson(hits, 100, z);
            for bound in [low, high] {
                let away = (seen - bound).abs() / (bound * (1.0 - bound) / n).sqrt();
                prop_assert!((away - z).abs() < 1e-9);
            }
        }
    }
}
