//! Items for which the fund pays up to an amount in a window.

use super::breaches::{Hit, Limit, Wide};
use super::points::Scope;
use super::windows::{self, Excess, Window, from_the_last};
use crate::model::Fen;
use crate::rule::RuleError;
use crate::rule::peaks::Measure;

pub struct AmountLimit;

/// The cap of a window.
pub struct Cap {
    window: Window,
    fen: Fen,
}

impl Limit for AmountLimit {
    const NAMES: &'static [&'static str] = &[
        "max_amount_per_stay",
        "max_amount_per_day",
        "max_amount_per_month",
        "max_amount_per_quarter",
        "max_amount_per_year",
        "max_amount_per_lifetime",
    ];
    const WIDE: Wide = Wide::Habit;
    type Bound = Cap;

    /// Yuan.
    fn read(limit: &str, value: &str) -> Option<Cap> {
        let window = Window::of_name(limit.strip_prefix("max_amount_per_")?)?;
        let yuan: f64 = value.trim().parse().ok().filter(|y: &f64| y.is_finite() && *y >= 0.0 && *y < 1e12)?;
        Some(Cap { window, fen: Fen((yuan * 100.0).round() as i64) })
    }

    fn hits<'a>(scope: &'a Scope<'a, Cap>) -> Result<Vec<Hit<'a>>, RuleError> {
        let window = |cap: &Cap| (cap.window, cap.fen.yuan());
        let excess = |cap: &Cap, used: &[super::postings::PointLine]| {
            let claimed: Fen = used.iter().map(|u| u.claimed).sum();
            let over = claimed - cap.fen;
            (over > Fen(0)).then(|| Excess { observed: claimed.yuan(), lines: from_the_last(used, over) })
        };
        windows::hits(scope, window, |_| Measure::Amount, excess)
    }
}
