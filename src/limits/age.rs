//! Items for an age: up to a year or day of age, from a year on, or within a range.

use super::breaches::{Breach, Hit, Limit};
use super::charge::Charge;
use super::points::Scope;
use crate::model::Day;
use crate::rule::RuleError;

pub struct AgeLimit;

/// First and last age allowed, in years or in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ages {
    /// Completed years.
    Years(u32, u32),
    /// Days since birth; the day of birth is day 0.
    Days(i32, i32),
}

/// No patient is older.
const OLDEST: u32 = 150;

impl Ages {
    /// Reads an age or a range of a table.
    pub fn read(limit: &str, value: &str) -> Option<Self> {
        let number = || value.trim().parse::<u32>().ok().filter(|n| *n <= 36_600);
        let range = || {
            let (low, high) = value.split_once('-')?;
            let (low, high) = (low.trim().parse::<u32>().ok()?, high.trim().parse::<u32>().ok()?);
            (low <= high && high <= 36_600).then_some((low, high))
        };
        match limit {
            "max_age_years" => Some(Self::Years(0, number()?)),
            "min_age_years" => Some(Self::Years(number()?, OLDEST)),
            "age_range_years" => range().map(|(low, high)| Self::Years(low, high)),
            "max_age_days" => Some(Self::Days(0, number()? as i32)),
            "age_range_days" => range().map(|(low, high)| Self::Days(low as i32, high as i32)),
            _ => None,
        }
    }

    /// Age on a day, in the unit of the range; nothing where it cannot be (before birth, over 120 years).
    fn age(self, birth: Day, day: Day) -> Option<u32> {
        let years = day.date().years_since(birth.date()).filter(|years| *years <= 120)?;
        Some(if matches!(self, Self::Days(..)) { (day.0 - birth.0) as u32 } else { years })
    }

    /// The first day on which somebody is old enough, and the first on which they are too old.
    fn days(self, birth: Day) -> (Day, Day) {
        let birthday = |years: u32| {
            let date = birth.date().checked_add_months(chrono::Months::new(years * 12));
            // Who is born on 29 February is a year older on 1 March.
            date.map_or(Day(i32::MAX), |date| {
                let early = date.years_since(birth.date()).is_none_or(|y| y < years);
                Day(date.to_epoch_days() + i32::from(early))
            })
        };
        match self {
            Self::Years(low, high) => (birthday(low), birthday(high + 1)),
            Self::Days(low, high) => (Day(birth.0 + low), Day(birth.0 + high + 1)),
        }
    }

    /// The breach of somebody who was born between two days: the smaller of both, where both are to the same side.
    pub fn surely_broken(self, born: (Day, Day), first: Day, last: Day) -> Option<Breach> {
        let breach = self.breach(born.0, first, last)?;
        if born.0 == born.1 {
            return Some(breach);
        }
        let other = self.breach(born.1, first, last)?;
        let old = |breach: &Breach| breach.observed > breach.threshold;
        let smaller = (old(&breach) == old(&other)).then_some(if old(&breach) { other } else { breach })?;
        // A written age may be a nominal one.
        Some(Breach { confidence: 0.6, ..smaller })
    }

    /// Whether somebody who was born on a day had the wrong age on some day of a period.
    pub fn breach(self, birth: Day, first: Day, last: Day) -> Option<Breach> {
        if self.surely_holds(first.0 - birth.0, last.0 - birth.0) {
            return None;
        }
        let (age, age_last) = (self.age(birth, first)?, self.age(birth, last)?);
        let (enough, too_old) = self.days(birth);
        let (young, old) = (first < enough, last >= too_old);
        if !young && !old {
            return None;
        }
        let found = if old { age_last } else { age };
        let (low, high) = self.bounds();
        let limit = if high >= OLDEST && matches!(self, Self::Years(..)) {
            format!("≥{low}")
        } else {
            format!("{low}–{high}")
        };
        Some(Breach {
            limit,
            found: found.to_string(),
            observed: Some(f64::from(found)),
            threshold: Some(f64::from(if old { high } else { low })),
            from: old.then_some(too_old.max(first)).filter(|_| !young),
            until: young.then_some(Day(enough.0 - 1)).filter(|_| !old),
            ..Breach::default()
        })
    }

    /// Whether days of age are so far within years that no calendar has to be asked.
    fn surely_holds(self, first: i32, last: i32) -> bool {
        match self {
            Self::Years(low, high) => first >= low as i32 * 366 && first >= 0 && last < (high as i32 + 1) * 365,
            Self::Days(..) => false,
        }
    }

    fn bounds(self) -> (u32, u32) {
        match self {
            Self::Years(low, high) => (low, high),
            Self::Days(low, high) => (low as u32, high as u32),
        }
    }
}

impl Limit for AgeLimit {
    const NAMES: &'static [&'static str] =
        &["max_age_years", "min_age_years", "age_range_years", "max_age_days", "age_range_days"];
    type Bound = Ages;

    fn read(limit: &str, value: &str) -> Option<Ages> {
        Ages::read(limit, value)
    }

    fn hits<'a>(scope: &'a Scope<'a, Ages>) -> Result<Vec<Hit<'a>>, RuleError> {
        let index = scope.context.index;
        let known = |charge: &Charge<'_>| {
            let day = charge.day()?;
            // A newborn's own items are billed under the mother's number, and the other way round.
            if index.may_be_two(charge.fact.record) {
                None
            } else {
                Some((charge.birth()?, charge.fact.span.unwrap_or((day, day))))
            }
        };
        Ok(scope.each_with(known, |_, known, at| {
            let (birth, (first, last)) = (*known)?;
            scope.points[at as usize].bound.surely_broken(birth, first, last)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day(text.parse::<chrono::NaiveDate>().expect("a date").to_epoch_days())
    }

    #[test]
    fn ages_change_on_birthdays() {
        let children = Ages::read("max_age_years", "14").expect("a limit");
        let breach = |birth, first, last| children.breach(day(birth), day(first), day(last));
        assert!(breach("2010-05-02", "2025-05-01", "2025-05-01").is_none(), "fourteen until the day before");
        let late = breach("2010-05-02", "2025-05-01", "2025-05-03").expect("fifteen on the second day");
        assert_eq!((late.from, late.until), (Some(day("2025-05-02")), None));
        assert!(breach("2026-05-02", "2025-05-01", "2025-05-01").is_none(), "not born yet");
        assert!(breach("1880-05-02", "2025-05-01", "2025-05-01").is_none(), "nobody is 145");
    }

    #[test]
    fn newborns_are_counted_in_days() {
        let newborn = Ages::read("max_age_days", "28").expect("a limit");
        assert!(newborn.breach(day("2025-05-01"), day("2025-05-02"), day("2025-05-29")).is_none());
        let late = newborn.breach(day("2025-05-01"), day("2025-05-20"), day("2025-06-02")).expect("day 29 is too late");
        assert_eq!(late.from, Some(day("2025-05-30")));
    }

    #[test]
    fn ranges_have_two_ends() {
        let working = Ages::read("age_range_years", "16-60").expect("a limit");
        let young = working.breach(day("2010-03-01"), day("2026-02-27"), day("2026-03-02")).expect("fifteen at first");
        assert_eq!((young.from, young.until), (None, Some(day("2026-02-28"))));
        assert!(working.breach(day("1966-01-01"), day("2026-05-01"), day("2026-05-01")).is_none());
        assert!(working.breach(day("1965-01-01"), day("2026-05-01"), day("2026-05-01")).is_some());
        for wrong in [("max_age_years", "x"), ("age_range_years", "60-16"), ("age_range_days", "3"), ("max_age", "3")] {
            assert_eq!(Ages::read(wrong.0, wrong.1), None, "{wrong:?}");
        }
    }
}
