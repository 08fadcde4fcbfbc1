//! People who come by a calendar: the rhythm of a person's own stays, and how likely the next one was foreseen.

use super::traffic::{Spell, week_of_month};

/// The rhythm of a person's spells at a hospital.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rhythm {
    /// Usual days from one begin to the next; 0 where there is no rhythm.
    period: f64,
    /// Mean distance from it, shrunk.
    spread: f64,
    /// Share of steps that keep the day of the month or its weekday.
    monthly: f64,
}

/// Spread over period up to which steps are a rhythm; wider where the care is known to go by a calendar.
const REGULAR: f64 = 0.12;
const REGULAR_SCHEDULED: f64 = 0.4;

impl Rhythm {
    /// The rhythm of spells in order of time.
    pub fn of(spells: &[Spell]) -> Self {
        let mut gaps: Vec<f64> = spells.windows(2).map(|w| f64::from(w[1].begin - w[0].begin)).collect();
        if gaps.len() < 2 {
            return Self::default();
        }
        let steps = gaps.len() as f64;
        let monthly = spells.windows(2).filter(|w| keeps_month(w[0].begin, w[1].begin)).count() as f64 / steps;
        gaps.sort_by(f64::total_cmp);
        let period = gaps[(gaps.len() - 1) / 2];
        let mut off: Vec<f64> = gaps.iter().map(|g| to_multiple(*g, period).abs()).collect();
        off.sort_by(f64::total_cmp);
        // One break in four is a break, not the rhythm.
        let kept = off.len() - off.len() / 4;
        let scheduled = spells.iter().filter(|s| s.scheduled).count() * 2 > spells.len();
        let weekly = to_multiple(period, 7.0).abs() <= 1.0 && off[kept - 1] <= 2.0;
        // Two or three equal steps may be chance: a calendar is believed at once only where it is one of whole weeks or the
        // care is known to keep one.
        let prior = if scheduled || weekly { 1.0 } else { 0.2 * period };
        let spread = (off[..kept].iter().sum::<f64>() + 2.0 * prior) / (kept as f64 + 2.0);
        let bound = if scheduled { REGULAR_SCHEDULED } else { REGULAR };
        let regular = period >= 2.0 && spread <= bound * period;
        Self { period: if regular { period } else { 0.0 }, spread, monthly: if monthly >= 0.6 { monthly } else { 0.0 } }
    }

    /// Probability that a step of so many days (from `from` to `to`) is met within `tolerance` by this rhythm; 0 without one.
    pub fn foresees(&self, from: i32, to: i32, tolerance: i32) -> f64 {
        let mut likely: f64 = 0.0;
        if self.period > 0.0 {
            let off = to_multiple(f64::from(to - from), self.period);
            // One day of slack: weekends move calendars.
            let reach = f64::from(tolerance) + 1.5;
            likely = laplace(off + reach, self.spread) - laplace(off - reach, self.spread);
        }
        if self.monthly > 0.0 && keeps_month(from, to) {
            likely = likely.max(self.monthly);
        }
        likely
    }
}

/// Distance to the nearest positive multiple.
fn to_multiple(gap: f64, period: f64) -> f64 {
    gap - period * (gap / period).round().max(1.0)
}

fn laplace(x: f64, scale: f64) -> f64 {
    if x < 0.0 { 0.5 * (x / scale).exp() } else { 1.0 - 0.5 * (-x / scale).exp() }
}

/// Whether two days are on the same day of different months, or the same weekday of them.
fn keeps_month(from: i32, to: i32) -> bool {
    use chrono::Datelike;
    let date = |d: i32| crate::model::Day(d).date();
    let (a, b) = (date(from), date(to));
    let apart = (b.year() - a.year()) * 12 + b.month() as i32 - a.month() as i32;
    let same_day = a.day().abs_diff(b.day()) <= 1;
    let same_weekday = (to - from) % 7 == 0 && week_of_month(from) == week_of_month(to);
    (1..=3).contains(&apart) && (same_day || same_weekday)
}
