//! On which days an institution posts what: a day in the charges is a day of posting.
//!
//! Many hospitals enter Saturday and Sunday on Friday or on Monday, or a week, a month or a whole stay at a time. For each
//! institution and fee class the days that its stays lasted, those with a line and the money of the lines are summed by weekday.
//! That tells a way of posting from a way of working, since both of its signs can be wanting: days are **missing** (next to no
//! money stands on them), and the day beside them carries **as much more**. A ward that does no physiotherapy at weekends lacks
//! the second, one that bills twice on Fridays the first. Only weekends count that lie within a stay with the Friday before and
//! the Monday after: who comes on a Saturday is posted when he comes.
//!
//! A class that stands on at most half as many inner days of the stays as at the median of the others is posted **in lumps**.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Day, FeeClass, Fen, HospitalId, Region, Stay};
use crate::stats::quantile;

/// One class of an institution's stays by weekday, Monday first. A stay without any line of the class does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostingWeek {
    /// The institution.
    pub hospital: HospitalId,
    /// The class.
    pub class: FeeClass,
    /// Days that show where a weekend is posted, see [`shows_weekend`]; admission and discharge are none.
    pub inner: [u32; 7],
    /// Those with a line of the class.
    pub posted: [u32; 7],
    /// Sum of the amounts on them.
    pub amount: [Fen; 7],
}

/// Days of each weekday from which the share of those posted says something.
const ENOUGH: u32 = 20;
/// Days of each weekday that show weekends from which their sums say something.
const SHOWN: u32 = 10;
/// Share of the week's mean up to which a weekday counts as missing: an intensive ward may post every day.
const MISSING: f64 = 0.4;
/// Part of the missing days' mean that the day beside them must carry on top of its own.
const PILED: f64 = 0.5;
/// Most of the others' share of days with the class at which it is posted in lumps.
const LUMPS: f64 = 0.5;
/// Institutions that a share of days can be compared among.
const FEW: usize = 4;

impl PostingWeek {
    /// Nothing yet.
    pub fn new(hospital: HospitalId, class: FeeClass) -> Self {
        Self { hospital, class, inner: [0; 7], posted: [0; 7], amount: [Fen(0); 7] }
    }

    /// Adds another of the same institution and class.
    pub fn add(&mut self, other: &Self) {
        for day in 0..7 {
            self.inner[day] += other.inner[day];
            self.posted[day] += other.posted[day];
            self.amount[day] += other.amount[day];
        }
    }

    /// Whether there are days enough to tell.
    pub fn is_known(&self) -> bool {
        self.inner.iter().all(|d| *d >= SHOWN)
    }

    /// Share of the days with a line; nothing where there are too few days. Days of admission and discharge do not count: what is
    /// posted then, or at a month's end, may be the whole of a stay, and short stays would hide it.
    fn coverage(&self) -> Option<f64> {
        let days: u32 = self.inner.iter().sum();
        (days >= 7 * ENOUGH).then(|| f64::from(self.posted.iter().sum::<u32>()) / f64::from(days))
    }

    fn rate(&self, day: usize) -> f64 {
        self.amount[day].0 as f64 / f64::from(self.inner[day].max(1))
    }

    /// Money a day, each weekday counting the same.
    fn mean(&self) -> f64 {
        (0..7).map(|d| self.rate(d)).sum::<f64>() / 7.0
    }

    /// Whether next to nothing is posted on a weekday.
    pub fn is_missing(&self, weekday: u32) -> bool {
        self.is_known() && self.mean() > 0.0 && self.rate(weekday as usize) <= MISSING * self.mean()
    }

    /// Whether a weekday carries so many missing days beside itself.
    fn carries(&self, weekday: i32, missing: u32) -> bool {
        self.rate(weekday.rem_euclid(7) as usize) >= self.mean() * (1.0 + PILED * f64::from(missing))
    }

    /// How many missing weekdays in a row a day stands for, those after it if `ahead`, else those before it; 0 where there are
    /// none, or where the day carries no more than itself. A stay may end or begin on a missing day: that day then stands for
    /// those that its Monday or Friday would have stood for.
    pub fn stands_for(&self, day: Day, ahead: bool) -> i32 {
        let (weekday, step) = (day.weekday() as i32, if ahead { 1 } else { -1 });
        let missing = |from: i32, step: i32| {
            (1..7).take_while(|n| self.is_missing((from + step * n).rem_euclid(7) as u32)).count() as i32
        };
        let run = missing(weekday, step);
        let carrier =
            if self.is_missing(weekday as u32) { weekday - step * (missing(weekday, -step) + 1) } else { weekday };
        if run > 0 && self.carries(carrier, missing(carrier, step) as u32) { run } else { 0 }
    }

    /// Whether any day stands for another.
    fn has_piles(&self) -> bool {
        // 1970-01-05 was a Monday.
        (4..11).any(|day| self.stands_for(Day(day), true) > 0 || self.stands_for(Day(day), false) > 0)
    }
}

/// Days that a posting may stand for besides its own: so many before it, so many after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Days before.
    pub late: i32,
    /// Days after.
    pub ahead: i32,
}

/// The ways of posting of all institutions.
pub struct Posted<'a> {
    weeks: &'a [PostingWeek],
    lumps: BTreeSet<(HospitalId, FeeClass)>,
    piles: BTreeSet<(HospitalId, FeeClass)>,
    /// By institution: the best known of its classes that are piled, which speaks for classes of too few days.
    stand_in: BTreeMap<HospitalId, usize>,
    /// The last day of the data.
    end: Option<Day>,
}

impl<'a> Posted<'a> {
    /// Learns them; `weeks` are sorted by institution and class.
    pub fn new(region: &Region, weeks: &'a [PostingWeek]) -> Self {
        let end = region.stays.iter().map(Stay::last_day).max();
        Self { end, ..Self::of(weeks) }
    }

    fn of(weeks: &'a [PostingWeek]) -> Self {
        let mut piles: BTreeSet<(HospitalId, FeeClass)> = BTreeSet::new();
        let mut stand_in: BTreeMap<HospitalId, usize> = BTreeMap::new();
        let days = |week: &PostingWeek| week.inner.iter().sum::<u32>();
        for (at, week) in weeks.iter().enumerate().filter(|(_, w)| w.has_piles()) {
            piles.insert((week.hospital, week.class));
            let best = stand_in.entry(week.hospital).or_insert(at);
            if days(week) > days(&weeks[*best]) {
                *best = at;
            }
        }
        let unknown = weeks.iter().filter(|w| !w.is_known() && stand_in.contains_key(&w.hospital));
        piles.extend(unknown.map(|w| (w.hospital, w.class)));
        Self { weeks, lumps: lumps(weeks), piles, stand_in, end: None }
    }

    /// The last day of a stay that a posting may stand for: who is still in hospital stays until the data ends.
    pub fn last_day(&self, stay: &Stay) -> Day {
        match (stay.discharged, self.end) {
            (None, Some(end)) => end.max(stay.admitted.day),
            _ => stay.last_day(),
        }
    }

    /// What is known of a class at an institution.
    pub fn week(&self, hospital: HospitalId, class: FeeClass) -> Option<&'a PostingWeek> {
        let at = self.weeks.binary_search_by_key(&(hospital, class), |w| (w.hospital, w.class));
        at.ok().map(|at| &self.weeks[at])
    }

    /// Whether the class is posted in lumps there.
    pub fn in_lumps(&self, hospital: HospitalId, class: FeeClass) -> bool {
        self.lumps.contains(&(hospital, class))
    }

    /// Whether a posting of the class may stand for other days there.
    pub fn is_piled(&self, hospital: HospitalId, class: FeeClass) -> bool {
        self.in_lumps(hospital, class) || self.piles.contains(&(hospital, class))
    }

    /// The days that a posting on a day may stand for besides its own, as the institution posts; which of them are empty is for
    /// the stay to show.
    pub fn reach(&self, hospital: HospitalId, class: FeeClass, day: Day) -> Reach {
        if self.in_lumps(hospital, class) {
            return Reach { late: i32::MAX, ahead: i32::MAX };
        }
        let own = self.week(hospital, class).filter(|_| self.piles.contains(&(hospital, class)));
        let known = |week: &'a PostingWeek| if week.is_known() { week } else { &self.weeks[self.stand_in[&hospital]] };
        match own.map(known) {
            Some(week) => Reach { late: week.stands_for(day, false), ahead: week.stands_for(day, true) },
            None => Reach::default(),
        }
    }
}

/// The classes that institutions post on at most half as many days as the others do.
fn lumps(weeks: &[PostingWeek]) -> BTreeSet<(HospitalId, FeeClass)> {
    let mut by_class: BTreeMap<FeeClass, Vec<(HospitalId, f64)>> = BTreeMap::new();
    for week in weeks {
        if let Some(coverage) = week.coverage() {
            by_class.entry(week.class).or_default().push((week.hospital, coverage));
        }
    }
    let mut lumps = BTreeSet::new();
    for (class, hospitals) in by_class.into_iter().filter(|(_, hospitals)| hospitals.len() >= FEW) {
        let mut all: Vec<f64> = hospitals.iter().map(|h| h.1).collect();
        let Some(median) = quantile(&mut all, 0.5) else { continue };
        lumps.extend(hospitals.iter().filter(|h| h.1 <= LUMPS * median).map(|h| (h.0, class)));
    }
    lumps
}

/// Whether a day of a stay shows how weekends are posted: admission and discharge have work of their own, a Saturday or Sunday
/// lies between a Friday and a Monday of the stay, and such a Friday or Monday has the weekend beside it.
pub fn shows_weekend(day: Day, first: Day, last: Day) -> bool {
    let inside = |from: i32, to: i32| first.0 <= day.0 + from && day.0 + to <= last.0;
    first < day
        && day < last
        && match day.weekday() {
            0 => inside(-2, 0),
            4 => inside(0, 2),
            5 => inside(-1, 2),
            6 => inside(-2, 1),
            _ => true,
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

/// How many of each weekday of a stay show how weekends are posted.
pub fn inner_weekdays(first: Day, last: Day) -> [u32; 7] {
    // Only days beside the ends need to be looked at one by one.
    let (from, to) = (Day(first.0 + 4), Day(last.0 - 4));
    if from > to {
        let mut counts = [0; 7];
        let shown = (first.0..=last.0).map(Day).filter(|d| shows_weekend(*d, first, last));
        shown.for_each(|d| counts[d.weekday() as usize] += 1);
        return counts;
    }
    let mut counts = weekdays(from, to);
    let ends = (first.0..from.0).chain(to.0 + 1..=last.0).map(Day);
    ends.filter(|d| shows_weekend(*d, first, last)).for_each(|d| counts[d.weekday() as usize] += 1);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1970-01-05 was a Monday.
    const FRIDAY: Day = Day(8);

    fn of(amount: [i64; 7]) -> PostingWeek {
        let mut week = PostingWeek::new(HospitalId(0), FeeClass::Treatment);
        week.inner = [40; 7];
        week.amount = amount.map(Fen);
        week
    }

    #[test]
    fn friday_stands_for_a_weekend_that_is_missing_and_made_up_for() {
        assert_eq!(FRIDAY.weekday(), 4);
        let week = of([100, 100, 100, 100, 300, 0, 0]);
        assert_eq!((week.stands_for(FRIDAY, true), week.stands_for(FRIDAY, false)), (2, 0));
        assert_eq!(week.stands_for(Day(FRIDAY.0 + 3), false), 0, "Monday carries nothing");
        assert_eq!((week.stands_for(Day(FRIDAY.0 + 1), true), week.stands_for(Day(FRIDAY.0 + 2), false)), (1, 0));
        let late = of([300, 100, 100, 100, 100, 0, 0]);
        let sunday = Day(FRIDAY.0 + 2);
        assert_eq!((late.stands_for(sunday, false), late.stands_for(sunday, true)), (1, 0), "who leaves on a Sunday");
        assert_eq!((late.stands_for(FRIDAY, true), late.stands_for(Day(FRIDAY.0 + 3), false)), (0, 2));
        let weekly = of([0, 0, 0, 0, 700, 0, 0]);
        assert_eq!((weekly.stands_for(FRIDAY, true), weekly.stands_for(FRIDAY, false)), (6, 6));
    }

    #[test]
    fn neither_gaps_alone_nor_piles_alone_are_a_way_of_posting() {
        assert_eq!(of([100, 100, 100, 100, 100, 0, 0]).stands_for(FRIDAY, true), 0);
        assert_eq!(of([100, 100, 100, 100, 300, 100, 100]).stands_for(FRIDAY, true), 0);
        let mut few = of([100, 100, 100, 100, 300, 0, 0]);
        few.inner = [5; 7];
        assert_eq!(few.stands_for(FRIDAY, true), 0);
    }

    #[test]
    fn weekdays_of_a_span() {
        assert_eq!(weekdays(FRIDAY, FRIDAY), [0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(weekdays(FRIDAY, Day(FRIDAY.0 + 9)), [1, 1, 1, 1, 2, 2, 2]);
        assert_eq!(weekdays(FRIDAY, Day(FRIDAY.0 - 1)), [0; 7]);
    }

    #[test]
    fn a_weekend_shows_between_its_friday_and_its_monday() {
        let saturday = Day(FRIDAY.0 + 1);
        assert!(shows_weekend(saturday, FRIDAY, Day(FRIDAY.0 + 3)));
        assert!(!shows_weekend(saturday, saturday, Day(FRIDAY.0 + 9)));
        assert!(!shows_weekend(saturday, FRIDAY, Day(FRIDAY.0 + 2)));
        for length in 0..40 {
            for start in 0..7 {
                let (first, last) = (Day(FRIDAY.0 + start), Day(FRIDAY.0 + start + length));
                let mut slow = [0; 7];
                let shown = (first.0..=last.0).map(Day).filter(|d| shows_weekend(*d, first, last));
                shown.for_each(|d| slow[d.weekday() as usize] += 1);
                assert_eq!(inner_weekdays(first, last), slow, "{start} {length}");
            }
        }
    }

    #[test]
    fn lumps_are_told_by_the_others() {
        let posted = |hospital: u32, posted: u32| PostingWeek {
            inner: [40; 7],
            posted: [posted; 7],
            ..PostingWeek::new(HospitalId(hospital), FeeClass::WesternDrug)
        };
        let weeks: Vec<PostingWeek> = [(0, 35), (1, 5), (2, 32), (3, 36), (4, 30)].map(|(h, p)| posted(h, p)).into();
        let all = Posted::of(&weeks);
        assert!(
            all.in_lumps(HospitalId(1), FeeClass::WesternDrug) && !all.is_piled(HospitalId(0), FeeClass::WesternDrug)
        );
        assert_eq!(all.reach(HospitalId(0), FeeClass::WesternDrug, FRIDAY), Reach::default());
        assert!(!Posted::of(&weeks[..3]).is_piled(HospitalId(1), FeeClass::WesternDrug), "too few to compare");
    }
}
