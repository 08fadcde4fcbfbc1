//! People who come by a calendar: the rhythm of a person's own stays, and how likely the next one was foreseen.

use super::traffic::{Care, Spell, week_of_month};

/// The rhythm of a person's spells at a hospital.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rhythm {
    /// Usual days from one begin to the next; 0 where there is no rhythm.
    period: f64,
    /// Days to either side that still keep it.
    slack: f64,
    /// Share of steps that keep it.
    kept: f64,
    /// Share of steps that keep the day of the month or its weekday.
    monthly: f64,
    /// Steps seen.
    steps: usize,
    /// Whether it is known what most of the care was for, and that it keeps no calendar.
    plain: bool,
    /// Whether most begins are on one weekday.
    weekday: bool,
}

/// Days, and days for each day of the period, by which a step may miss it.
const SLACK: (f64, f64) = (1.0, 0.05);
/// Share of steps that must keep a rhythm for there to be one.
const SHARE: f64 = 0.4;
/// Days of a month.
const MONTH: f64 = 30.4;
/// Steps, and the share of them that keep a rhythm, of someone who plainly comes by a calendar.
const PLAINLY: (usize, f64) = (3, 0.6);
/// Share of begins on one weekday that make it the weekday.
const WEEKDAY: f64 = 0.8;

impl Rhythm {
    /// The rhythm of spells in order of time: the step that most others keep, or a multiple of which they keep.
    ///
    /// Most, not all: treatments are put off. Two equal steps may be chance, so that few are believed only where they are of
    /// whole weeks or the care is known to go by a calendar.
    pub fn of(spells: &[Spell]) -> Self {
        let gaps: Vec<f64> = spells.windows(2).map(|w| f64::from(w[1].begin - w[0].begin)).collect();
        let most = |care: Care| spells.iter().filter(|s| s.care == care).count() * 2 > spells.len();
        let mut on = [0; 7];
        spells.iter().for_each(|s| on[s.begin.rem_euclid(7) as usize] += 1);
        let weekday = on.iter().any(|n| f64::from(*n) >= WEEKDAY * spells.len() as f64);
        let none = Self { steps: gaps.len(), plain: most(Care::Plain), weekday, ..Self::default() };
        if gaps.len() < 2 {
            return none;
        }
        let steps = gaps.len() as f64;
        let months = spells.windows(2).filter(|w| keeps_month(w[0].begin, w[1].begin)).count() as f64;
        let monthly = if months >= 2.0 && months / steps >= SHARE { months / steps } else { 0.0 };
        let mut best = Self { monthly, ..none };
        for &period in gaps.iter().filter(|p| **p >= 2.0) {
            let slack = SLACK.0 + SLACK.1 * period;
            let keeping = gaps.iter().filter(|g| to_multiple(**g, period).abs() <= slack).count() as f64;
            let better = (keeping, -period) > (best.kept, -best.period);
            let enough = keeping >= 3.0 || most(Care::Scheduled) || to_multiple(period, 7.0).abs() <= 1.0;
            if better && enough && keeping >= 2.0 && keeping >= SHARE * steps {
                best = Self { period, slack, kept: keeping, monthly, ..none };
            }
        }
        best.kept /= steps;
        best
    }

    /// Whether the person plainly comes by a calendar; `None` where there are too few steps to tell.
    pub fn regular(&self) -> Option<bool> {
        (self.steps >= PLAINLY.0).then(|| self.kept() >= PLAINLY.1)
    }

    /// Whether the person keeps a rhythm that care by a calendar explains, or may.
    pub fn explained(&self) -> bool {
        !self.plain && self.kept() >= PLAINLY.1
    }

    /// Whether the person keeps a rhythm that no care by a calendar explains.
    pub fn unexplained(&self) -> bool {
        self.plain && self.period.max(self.monthly) > 0.0
    }

    /// The days by which the whole of the person's stays could as well be earlier or later: once round, in whole weeks where
    /// they keep a weekday. Empty without a rhythm.
    pub fn phases(&self) -> impl Iterator<Item = i32> + Clone {
        let longest = self.period.max(if self.monthly > 0.0 { MONTH } else { 0.0 });
        let step = if self.weekday { 7 } else { 1 };
        let around = if longest > 0.0 { ((longest / f64::from(step)).round() as i32).max(1) } else { 0 };
        (0..around).map(move |n| (n - around / 2) * step)
    }

    /// Share of the steps that keep the rhythm.
    pub fn kept(&self) -> f64 {
        self.kept.max(self.monthly)
    }

    /// Probability that a step of so many days (from `from` to `to`) is met within `tolerance` by this rhythm; 0 without one.
    pub fn foresees(&self, from: i32, to: i32, tolerance: i32) -> f64 {
        let mut likely: f64 = 0.0;
        let off = |period| to_multiple(f64::from(to - from), period).abs();
        if self.period > 0.0 && off(self.period) <= self.slack + f64::from(tolerance) + 1.0 {
            likely = self.kept;
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
