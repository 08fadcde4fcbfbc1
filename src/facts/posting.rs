//! On which days of the week an institution posts what: a day in the charges is a day of posting.
//!
//! Many hospitals enter Saturday and Sunday on Friday or on Monday, or a week at a time. For each institution and fee class the
//! days that its stays lasted, those with a line and the money of the lines are summed by weekday. That tells a way of posting
//! from a way of working, since both of its signs can be wanting: days are **missing** (next to no money stands on them), and the
//! day beside them carries **as much more**. A ward that does no physiotherapy at weekends lacks the second, one that bills
//! twice on Fridays the first.

use crate::model::{Day, FeeClass, Fen, HospitalId};

/// One class of an institution's stays by weekday, Monday first. A stay without any line of the class does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostingWeek {
    /// The institution.
    pub hospital: HospitalId,
    /// The class.
    pub class: FeeClass,
    /// Days of the stays.
    pub days: [u32; 7],
    /// Those with a line of the class.
    pub posted: [u32; 7],
    /// Sum of the amounts.
    pub amount: [Fen; 7],
}

/// Days of each weekday from which their sums say something.
const ENOUGH: u32 = 20;
/// Share of the week's mean up to which a weekday counts as missing.
const MISSING: f64 = 0.25;
/// Part of the missing days' mean that the day beside them must carry on top of its own.
const PILED: f64 = 0.5;

impl PostingWeek {
    /// Nothing yet.
    pub fn new(hospital: HospitalId, class: FeeClass) -> Self {
        Self { hospital, class, days: [0; 7], posted: [0; 7], amount: [Fen(0); 7] }
    }

    /// Adds another of the same institution and class.
    pub fn add(&mut self, other: &Self) {
        for day in 0..7 {
            self.days[day] += other.days[day];
            self.posted[day] += other.posted[day];
            self.amount[day] += other.amount[day];
        }
    }

    /// Whether there are days enough to tell.
    pub fn is_known(&self) -> bool {
        self.days.iter().all(|d| *d >= ENOUGH)
    }

    /// Share of the days with a line.
    pub fn coverage(&self) -> f64 {
        f64::from(self.posted.iter().sum::<u32>()) / f64::from(self.days.iter().sum::<u32>().max(1))
    }

    fn rate(&self, day: usize) -> f64 {
        self.amount[day].0 as f64 / f64::from(self.days[day].max(1))
    }

    /// Money a day, each weekday counting the same.
    fn mean(&self) -> f64 {
        (0..7).map(|d| self.rate(d)).sum::<f64>() / 7.0
    }

    /// Whether next to nothing is posted on a weekday.
    pub fn is_missing(&self, weekday: u32) -> bool {
        self.is_known() && self.rate(weekday as usize) <= MISSING * self.mean()
    }

    /// Whether a weekday carries so many missing days beside itself.
    fn carries(&self, weekday: i32, missing: u32) -> bool {
        self.rate(weekday.rem_euclid(7) as usize) >= self.mean() * (1.0 + PILED * f64::from(missing))
    }

    /// How many missing weekdays in a row a day stands for, those after it if `ahead`, else those before it; 0 where there are
    /// none, or where the day carries no more than itself.
    pub fn stands_for(&self, day: Day, ahead: bool) -> i32 {
        let (weekday, step) = (day.weekday() as i32, if ahead { 1 } else { -1 });
        let run = (1..7).take_while(|n| self.is_missing((weekday + step * n).rem_euclid(7) as u32)).count();
        if run > 0 && self.carries(weekday, run as u32) { run as i32 } else { 0 }
    }
}

/// How many of each weekday lie between two days, both counted.
pub fn weekdays(first: Day, last: Day) -> [u32; 7] {
    let days = (last.0 - first.0 + 1).max(0);
    let mut counts = [(days / 7) as u32; 7];
    for further in 0..days % 7 {
        counts[Day(first.0 + further).weekday() as usize] += 1;
    }
    counts
}

/// The week of an institution's class; the weeks are sorted by both.
pub fn week(weeks: &[PostingWeek], hospital: HospitalId, class: FeeClass) -> Option<&PostingWeek> {
    weeks.binary_search_by_key(&(hospital, class), |w| (w.hospital, w.class)).ok().map(|at| &weeks[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1970-01-05 was a Monday.
    const FRIDAY: Day = Day(8);

    fn of(amount: [i64; 7]) -> PostingWeek {
        let mut week = PostingWeek::new(HospitalId(0), FeeClass::Treatment);
        week.days = [40; 7];
        week.amount = amount.map(Fen);
        week
    }

    #[test]
    fn friday_stands_for_a_weekend_that_is_missing_and_made_up_for() {
        assert_eq!(FRIDAY.weekday(), 4);
        let week = of([100, 100, 100, 100, 300, 0, 0]);
        assert_eq!((week.stands_for(FRIDAY, true), week.stands_for(FRIDAY, false)), (2, 0));
        assert_eq!(week.stands_for(Day(FRIDAY.0 + 3), false), 0, "Monday carries nothing");
        let late = of([300, 100, 100, 100, 100, 0, 0]);
        assert_eq!((late.stands_for(FRIDAY, true), late.stands_for(Day(FRIDAY.0 + 3), false)), (0, 2));
        let weekly = of([0, 0, 0, 0, 700, 0, 0]);
        assert_eq!((weekly.stands_for(FRIDAY, true), weekly.stands_for(FRIDAY, false)), (6, 6));
    }

    #[test]
    fn neither_gaps_alone_nor_piles_alone_are_a_way_of_posting() {
        assert_eq!(of([100, 100, 100, 100, 100, 0, 0]).stands_for(FRIDAY, true), 0);
        assert_eq!(of([100, 100, 100, 100, 300, 100, 100]).stands_for(FRIDAY, true), 0);
        let mut few = of([100, 100, 100, 100, 300, 0, 0]);
        few.days = [5; 7];
        assert_eq!(few.stands_for(FRIDAY, true), 0);
    }

    #[test]
    fn weekdays_of_a_span() {
        assert_eq!(weekdays(FRIDAY, FRIDAY), [0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(weekdays(FRIDAY, Day(FRIDAY.0 + 9)), [1, 1, 1, 1, 2, 2, 2]);
        assert_eq!(weekdays(FRIDAY, Day(FRIDAY.0 - 1)), [0; 7]);
    }
}
