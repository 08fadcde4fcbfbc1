//! Items of which so much is paid a day, for so many days, or again after so many days.

use super::planter::Planter;
use super::{Bill, Case, LimitScheme, Risk, Terms};
use crate::simulate::chance::Draw;
use crate::simulate::options::Strength;
use crate::simulate::plan::{Plan, Stay};

/// At most so many units a day.
pub struct PerDay;
/// At most so many days of use in a stay.
pub struct Course;
/// Again only after so many days.
pub struct Interval;

fn number(case: &Case<'_>) -> i64 {
    case.limited.value.parse().unwrap_or(1)
}

/// `fen × part / whole`, rounded half up.
pub fn share(fen: i64, part: i64, whole: i64) -> i64 {
    (2 * fen * part + whole) / (2 * whole)
}

fn nights(stay: &Stay) -> i64 {
    i64::from(stay.last_day() - stay.first_day())
}

impl PerDay {
    /// Bills so many units on a day: one by one where one a day is paid, else in two lines.
    fn day(planter: &mut Planter<'_, '_>, case: &Case<'_>, stay: usize, day: i32, units: i64, terms: Terms) -> i64 {
        let one = number(case) == 1;
        let parts = if one && planter.planting.random.chance(0.7) { units } else { units.min(2) };
        (0..parts)
            .map(|part| {
                let count = units / parts + i64::from(part < units % parts);
                planter.bill(stay, Bill::units(case.limited.item, day, count, terms))
            })
            .sum()
    }
}

impl LimitScheme for PerDay {
    fn breach(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<Vec<Risk>> {
        let (item, most) = (case.limited.item, number(case));
        let stay = planter.take(case, &[item], |_, s| nights(s) >= 3)?;
        let blunt = case.strength == Strength::Blunt;
        let days = if blunt { planter.planting.random.within(2, 4) } else { 1 };
        let (mut fen, mut heavy) = (0, Vec::new());
        for day in planter.days(stay, days) {
            let units = if blunt { most * planter.planting.random.within(3, 5) } else { most + 1 };
            let asked = Self::day(planter, case, stay, day, units, Terms::Claimed);
            fen += share(asked, units - most, units);
            heavy.push(day);
        }
        // What is paid is billed on every other day, so that the surplus is not that of a day without.
        let all = nights(&planter.planting.plan.stays[stay]) + 1;
        for day in planter.days(stay, all).into_iter().filter(|day| !heavy.contains(day)) {
            Self::day(planter, case, stay, day, most, Terms::Claimed);
        }
        Some(vec![planter.risk(stay, item, fen)])
    }

    fn innocent(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>, n: usize) -> Option<()> {
        let (item, most) = (case.limited.item, number(case));
        if n.is_multiple_of(4)
            && (most == 24 || matches!(planter.planting.scene.catalog.items[usize::from(item)].class, 1 | 2 | 7))
        {
            // Posted at the end for all days.
            let stay = planter.take(case, &[item], |_, s| nights(s) >= 3)?;
            let all = nights(&planter.planting.plan.stays[stay]) + 1;
            let all = planter.days(stay, all);
            planter.bill(stay, Bill::units(item, *all.last()?, most * all.len() as i64, Terms::Claimed));
            return Some(());
        }
        if n % 4 == 3 {
            // Two people under one number, each with as much as is paid.
            let (mother, child, day) = planter.take_mother(case)?;
            for stay in [mother, child] {
                Self::day(planter, case, stay, day, most, Terms::Claimed);
            }
            return Some(());
        }
        let stay = planter.take(case, &[item], |_, s| nights(s) >= 3)?;
        for day in planter.days(stay, 3) {
            match n % 4 {
                0 => {
                    Self::day(planter, case, stay, day, most, Terms::Claimed);
                }
                1 => {
                    // Refunded to the limit.
                    planter.bill(stay, Bill::units(item, day, most + 2, Terms::Claimed));
                    planter.take_back(stay, 2);
                }
                _ => {
                    Self::day(planter, case, stay, day, most * 3, Terms::Own);
                }
            }
        }
        Some(())
    }
}

impl LimitScheme for Course {
    fn breach(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<Vec<Risk>> {
        let (item, most) = (case.limited.item, number(case));
        let blunt = case.strength == Strength::Blunt;
        let wanted = if blunt { most + 6 } else { most + 1 };
        let stay = planter.take(case, &[item], |_, s| nights(s) + 1 >= wanted)?;
        let mut fen = 0;
        for (n, day) in planter.days(stay, wanted).into_iter().enumerate() {
            let asked = planter.bill(stay, Bill::units(item, day, if blunt { 2 } else { 1 }, Terms::Claimed));
            fen += if n as i64 >= most { asked } else { 0 };
        }
        Some(vec![planter.risk(stay, item, fen)])
    }

    fn innocent(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>, n: usize) -> Option<()> {
        let (item, most) = (case.limited.item, number(case));
        let stay = planter.take(case, &[item], |_, s| nights(s) > most)?;
        let days = planter.days(stay, most + 1);
        for (at, day) in days.into_iter().enumerate() {
            let beyond = at as i64 >= most;
            match n % 4 {
                // As many days as are paid, twice a day.
                0 if !beyond => {
                    planter.bill(stay, Bill::units(item, day, 1, Terms::Claimed));
                    planter.bill(stay, Bill::units(item, day, 1, Terms::Claimed));
                }
                1 => {
                    let terms = if beyond { Terms::Refunded } else { Terms::Claimed };
                    planter.bill(stay, Bill::units(item, day, 1, terms));
                }
                2 => {
                    planter.bill(stay, Bill::units(item, day, 1, Terms::Own));
                }
                // Much on few days.
                3 if at < 2 => {
                    planter.bill(stay, Bill::units(item, day, most + 3, Terms::Claimed));
                }
                _ => {}
            }
        }
        Some(())
    }
}

impl LimitScheme for Interval {
    fn breach(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<Vec<Risk>> {
        let (item, cycle) = (case.limited.item, number(case) as i32);
        if case.strength == Strength::Blunt {
            // Three times within a few days: the second and the third are too soon.
            let stay = planter.take(case, &[item], |_: &Plan, s| nights(s) >= 4)?;
            let first = planter.planting.plan.stays[stay].first_day();
            let mut fen = 0;
            for (n, day) in [first, first + 2, first + 4].into_iter().enumerate() {
                let asked = planter.bill(stay, Bill::units(item, day, 1, Terms::Claimed));
                fen += if n > 0 { asked } else { 0 };
            }
            return Some(vec![planter.risk(stay, item, fen)]);
        }
        let days = planter.take_days(case, cycle - 1).or_else(|| planter.take_days(case, 5))?;
        planter.bill(days.first.0, Bill::units(item, days.first.1, 1, Terms::Claimed));
        let fen = planter.bill(days.second.0, Bill::units(item, days.second.1, 1, Terms::Claimed));
        Some(vec![planter.risk(days.second.0, item, fen)])
    }

    fn innocent(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>, n: usize) -> Option<()> {
        let (item, cycle) = (case.limited.item, number(case) as i32);
        if n % 4 == 3 {
            let (mother, child, day) = planter.take_mother(case)?;
            for stay in [mother, child] {
                planter.bill(stay, Bill::units(item, day, 1, Terms::Claimed));
            }
            return Some(());
        }
        let days = planter.take_days(case, if n.is_multiple_of(4) { cycle } else { 3 })?;
        let (first, second) = match n % 4 {
            0 => (Terms::Claimed, Terms::Claimed),
            1 => (Terms::Refunded, Terms::Claimed),
            _ => (Terms::Claimed, Terms::Own),
        };
        planter.bill(days.first.0, Bill::units(item, days.first.1, 1, first));
        planter.bill(days.second.0, Bill::units(item, days.second.1, 1, second));
        Some(())
    }
}
