//! 挂床住院: a bed is billed while the patient is at home, at work or at another doctor's.

use crate::simulate::catalog::Course;
use crate::simulate::chance::Draw;
use crate::simulate::lines::Sheet;
use crate::simulate::options::Strength;
use crate::simulate::plan::{Elsewhere, Mark};
use crate::simulate::time::{at, day_of};

use super::{Plant, Planting};

/// Blunt: 60 to 90 % of the days empty. Subtle: stays of a week or more, 45 to 60 % empty, or 30 to 60 % and visits elsewhere
/// in between. Half of the patients are seen elsewhere.
pub struct BedHanging;

impl Plant for BedHanging {
    fn plan(&self, planting: &mut Planting<'_>) {
        let crooked = planting.crooked(daily_bills);
        let scene = planting.scene;
        let share = planting.random.between(0.08, 0.35);
        let victims = planting.victims_of(share, |s| {
            let course = scene.catalog.profiles[usize::from(s.profile)].course;
            let fits = matches!(course, Course::Acute | Course::Chronic | Course::Child);
            crooked.contains(&s.hospital) && fits && s.away.is_none() && s.last_day() - s.first_day() >= 6
        });
        for stay in victims {
            let strength = planting.strength();
            let nights = planting.plan.stays[stay].last_day() - planting.plan.stays[stay].first_day();
            if strength == Strength::Subtle && nights < 8 {
                continue;
            }
            let elsewhere = planting.random.chance(0.5);
            let random = &mut planting.random;
            let percent = match (strength, elsewhere) {
                (Strength::Blunt, _) => random.within(60, 90),
                (_, true) => random.within(30, 60),
                (_, false) => random.within(45, 60),
            };
            if elsewhere {
                let visits = if strength == Strength::Blunt { random.within(1, 4) } else { random.within(1, 3) };
                (0..visits).for_each(|_| visit(planting, stay));
            }
            planting.mark(stay, strength, percent as u32);
        }
    }

    fn lines(&self, mark: &Mark, sheet: &mut Sheet<'_>) {
        let (first, last) = (sheet.stay.first_day(), sheet.stay.last_day());
        let mut days: Vec<i32> = (first + 1..last).collect();
        let empty = (f64::from(last - first) * f64::from(mark.detail) / 100.0).round() as usize;
        // Home in one go, or in and out.
        let start = if sheet.random.chance(0.5) {
            sheet.random.within(0, days.len().saturating_sub(empty) as i64) as usize
        } else {
            for i in 0..days.len() {
                let j = sheet.random.within(i as i64, days.len() as i64 - 1) as usize;
                days.swap(i, j);
            }
            0
        };
        let chosen: Vec<i32> = days.into_iter().skip(start).take(empty).collect();
        clear(sheet, |day| chosen.contains(&day));
    }
}

/// Whether bills show what was done on which day.
pub fn daily_bills(hospital: &crate::simulate::places::Hospital) -> bool {
    let habits = &hospital.habits;
    habits.totals == 1 && habits.last_days == 0 && habits.dispense == 1 && !hospital.posting.hides_days()
}

/// Takes away everything but bed, rounds and nursing on some days.
pub fn clear(sheet: &mut Sheet<'_>, empty: impl Fn(i32) -> bool) {
    let lines = std::mem::take(&mut sheet.lines);
    let kept = lines.into_iter().filter(|l| matches!(sheet.item(l.item).class, 1 | 2 | 7) || !empty(day_of(l.time)));
    sheet.lines = kept.collect();
}

/// A visit to another hospital or a clinic on a day well inside the stay.
fn visit(planting: &mut Planting<'_>, stay: usize) {
    let stay = planting.plan.stays[stay].clone();
    let places = &planting.scene.places;
    let shop = planting.random.chance(0.4);
    let place = (0..20)
        .map(|_| {
            let count = if shop { places.shops.len() } else { places.hospitals.len() };
            planting.random.within(0, count as i64 - 1) as u16
        })
        .find(|p| if shop { !places.shops[usize::from(*p)].pharmacy } else { *p != stay.hospital });
    let Some(place) = place else { return };
    let day = planting.random.within(i64::from(stay.first_day()) + 1, i64::from(stay.last_day()) - 1) as i32;
    let time = at(day, planting.random.between(8.0, 17.5));
    planting.plan.elsewhere.push(Elsewhere {
        person: stay.person,
        time,
        place,
        shop,
        med_type: "11",
        lines: Vec::new(),
    });
}
