//! Items of which a quantity is the most: on a line, in a prescription, a stay, a day, a month, a quarter, a year, or ever.

use super::breaches::{Hit, Limit, Wide};
use super::points::Scope;
use super::postings::PointLine;
use super::windows::{self, Excess, Window, from_the_last};
use crate::model::{Fen, Quantity};
use crate::rule::RuleError;
use crate::rule::peaks::Measure;

pub struct QuantityLimit;

/// The most of a window.
pub struct Most {
    window: Window,
    quantity: Quantity,
}

/// A quantity with up to four decimals.
fn quantity(text: &str) -> Option<Quantity> {
    let units: f64 = text.trim().parse().ok().filter(|u: &f64| u.is_finite() && *u >= 0.0 && *u < 1e12)?;
    Some(Quantity((units * 10_000.0).round() as i64))
}

impl Limit for QuantityLimit {
    const NAMES: &'static [&'static str] = &[
        "max_per_line",
        "max_per_prescription",
        "max_per_stay",
        "max_per_day",
        "max_per_month",
        "max_per_quarter",
        "max_per_year",
        "max_per_lifetime",
    ];
    const WIDE: Wide = Wide::Habit;
    type Bound = Most;

    fn read(limit: &str, value: &str) -> Option<Most> {
        let window = Window::of_name(limit.strip_prefix("max_per_")?)?;
        Some(Most { window, quantity: quantity(value)? })
    }

    fn hits<'a>(scope: &'a Scope<'a, Most>) -> Result<Vec<Hit<'a>>, RuleError> {
        let window = |most: &Most| (most.window, most.quantity.units());
        windows::hits(scope, window, measure, |most, used| too_much(most.quantity, used))
    }
}

/// The most that a fact can add to a window.
fn measure(window: Window) -> Measure {
    if matches!(window, Window::Day | Window::Line) { Measure::LargestDay } else { Measure::Quantity }
}

/// Claimed × (sum − most) / sum, to the fen (DOMAIN 3.2), taken from the last lines.
fn too_much(most: Quantity, used: &[PointLine]) -> Option<Excess> {
    let sum: Quantity = used.iter().map(|u| u.quantity).sum();
    if sum <= most {
        return None;
    }
    let claimed: Fen = used.iter().map(|u| u.claimed).sum();
    let money = claimed.share((sum - most).0, sum.0);
    Some(Excess { observed: sum.units(), lines: from_the_last(used, money) })
}
