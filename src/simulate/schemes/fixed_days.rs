//! 固定日期相约住院: people who do not know each other, called in on the same fixed days month after month.

use crate::model::Day;
use crate::simulate::catalog::Course;
use crate::simulate::chance::Draw;
use crate::simulate::options::Strength;

use super::paired_admissions::{called, complaint, note, strangers};
use super::{Plant, Planting};

/// Blunt: 3 to 12 people with unrelated illnesses, 7 to 12 times in a row, on the day, for the same nights, hardly anybody
/// missing. Subtle: 3 to 8 people, 6 to 9 times, dates up to a day off, members who miss up to a sixth.
///
/// The innocent double: at several hospitals, those of the schemes among them, a ward takes patients for chemotherapy on its own
/// day every four weeks, several of them in step.
///
/// The truth lists a member under `paired-admissions`, as `person@hospital`, who took part in three at least.
pub struct FixedDays;

/// One group for so many stays of the region.
const STAYS_A_GROUP: usize = 4_000;
/// Patients of a ward whose care follows a calendar.
const WARD: (i64, i64) = (4, 8);

/// What the days have in common.
enum Days {
    /// The same day of every month.
    OfMonth(u32),
    /// The same weekday of the same week of every month.
    Weekday(u32, u32),
    /// Every so many days.
    Every(i32),
}

impl Days {
    /// The next such day after another.
    fn after(&self, day: i32) -> i32 {
        use chrono::Datelike;
        let fits = |day: i32| {
            let date = Day(day).date();
            match *self {
                Self::OfMonth(n) => date.day() == n,
                Self::Weekday(week, weekday) => date.day0() / 7 == week && Day(day).weekday() == weekday,
                Self::Every(_) => true,
            }
        };
        match *self {
            Self::Every(days) => day + days,
            _ => (day + 1..day + 63).find(|d| fits(*d)).unwrap_or(day + 30),
        }
    }
}

impl Plant for FixedDays {
    fn plan(&self, planting: &mut Planting<'_>) {
        let counts = planting.stays_by_hospital();
        let hosts: Vec<u16> = planting.crooked_of(|i, h| h.level <= 2 && counts[i] >= 30).into_iter().collect();
        if hosts.is_empty() {
            return;
        }
        for n in 0..(planting.plan.stays.len() / STAYS_A_GROUP).max(2) {
            let strength = planting.strength();
            group(planting, hosts[n % hosts.len()], strength);
        }
        let wards = planting.crooked_of(|i, h| h.level >= 2 && counts[i] >= 60);
        for hospital in wards.into_iter().chain(hosts) {
            ward(planting, hospital);
        }
    }
}

fn group(planting: &mut Planting<'_>, hospital: u16, strength: Strength) {
    let random = &mut planting.random;
    let blunt = strength == Strength::Blunt;
    let size = random.within(3, if blunt { 12 } else { 8 });
    let times = if blunt { random.within(7, 12) } else { random.within(6, 9) };
    let missing = if blunt { random.between(0.0, 0.05) } else { random.between(0.0, 0.17) };
    let off = i64::from(!blunt);
    let nights = random.within(5, 12) as i32;
    let days = match random.within(0, 2) {
        0 => Days::OfMonth(random.within(1, 28) as u32),
        1 => Days::Weekday(random.within(0, 3) as u32, random.within(0, 4) as u32),
        _ => Days::Every(random.within(28, 31) as i32),
    };
    let (first, last) = planting.plan.period;
    let latest = i64::from(last) - times * 31 - 20;
    let mut day = days.after(random.within(i64::from(first), latest.max(i64::from(first) + 1)) as i32);
    let members = strangers(planting, hospital, size as usize);
    // Everybody has an illness of their own, and keeps it.
    let ill: Vec<u8> = members.iter().map(|m| complaint(planting, *m)).collect();
    let mut joined = vec![0; members.len()];
    for _ in 0..times {
        for ((member, profile), joined) in members.iter().zip(&ill).zip(&mut joined) {
            let random = &mut planting.random;
            let (from, to) = (random.within(0, off) as i32, random.within(0, off) as i32);
            if !random.chance(missing) {
                let span = (day + from, day + nights + to);
                *joined += usize::from(called(planting, *member, hospital, *profile, span).is_some());
            }
        }
        day = days.after(day);
    }
    note(planting, hospital, strength, members.into_iter().zip(joined));
}

/// Patients of a ward who come for chemotherapy on its day, every four weeks, several of them in step.
fn ward(planting: &mut Planting<'_>, hospital: u16) {
    let Some(profile) = planting.scene.catalog.profile_of(Course::Chemo) else { return };
    let size = planting.random.within(WARD.0, WARD.1) as usize;
    let nights = planting.random.within(2, 4) as i32;
    let first = planting.plan.period.0 + planting.random.within(0, 200) as i32;
    for patient in strangers(planting, hospital, size) {
        let mut day = first + 28 * planting.random.within(0, 2) as i32;
        for _ in 0..planting.random.within(5, 9) {
            called(planting, patient, hospital, profile as u8, (day, day + nights));
            day += 28;
        }
    }
}
