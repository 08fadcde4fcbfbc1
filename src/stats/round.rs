//! Figures for people: no more digits than mean something.

/// A figure with so many decimals; never minus zero.
pub fn rounded(value: f64, decimals: i32) -> f64 {
    let to = 10_f64.powi(decimals);
    (value * to).round() / to + 0.0
}

/// A share in percent with so many decimals.
pub fn percent(share: f64, decimals: i32) -> f64 {
    let to = 10_f64.powi(decimals);
    (share * (100.0 * to)).round() / to
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_keep_the_decimals_asked_for() {
        assert_eq!((rounded(12.345, 2), rounded(12.345, 0), rounded(-0.001, 2).to_string()), (12.35, 12.0, "0".into()));
        assert_eq!((percent(0.12345, 1), percent(0.12345, 3), percent(1.0, 0)), (12.3, 12.345, 100.0));
    }
}
