//! 虚增药品: more of a drug than anybody can have been given.

use std::collections::{BTreeMap, BTreeSet};

use crate::simulate::catalog::{Course, ItemKind};
use crate::simulate::chance::{Draw, fixed};
use crate::simulate::line::UNIT;
use crate::simulate::lines::Sheet;
use crate::simulate::options::Strength;
use crate::simulate::plan::Mark;
use crate::simulate::time::day_of;

use super::{Plant, Planting};

/// Blunt: one to three drugs at 5 to 20 times, on half of their days or more. Subtle: two to four drugs at 2 to 5 times, on
/// two of their days or more, by some doctors only.
pub struct InflatedDrugs;

impl Plant for InflatedDrugs {
    fn plan(&self, planting: &mut Planting<'_>) {
        let crooked = planting.crooked(|_| true);
        let scene = planting.scene;
        let share = planting.random.between(0.08, 0.35);
        let victims = planting.victims_of(share, |s| {
            let house = scene.places.hospital(s.hospital);
            let course = scene.catalog.profiles[usize::from(s.profile)].course;
            let willing = fixed(house.key ^ 51, s.doctor(house)) < 0.5;
            let fits = matches!(course, Course::Acute | Course::Chronic | Course::Surgery | Course::Rehab);
            crooked.contains(&s.hospital) && willing && fits && s.last_day() - s.first_day() >= 4
        });
        for stay in victims {
            let strength = planting.strength();
            planting.mark(stay, strength, 0);
        }
    }

    fn lines(&self, mark: &Mark, sheet: &mut Sheet<'_>) {
        let blunt = mark.strength == Strength::Blunt;
        let days = days_of_drugs(sheet);
        let mut items: Vec<(u16, Vec<i32>)> =
            days.into_iter().map(|(item, days)| (item, days.into_iter().collect())).collect();
        // The hospital's favourites first, then whatever was given longest.
        let key = sheet.hospital.key ^ 52;
        items.sort_by_key(|(item, days)| {
            (days.len() < 2, fixed(key, u64::from(*item)) > 0.4, usize::MAX - days.len(), *item)
        });
        let wanted = if blunt { sheet.random.within(1, 3) } else { sheet.random.within(2, 4) } as usize;
        for (item, days) in items.into_iter().take(wanted) {
            let share = if blunt { sheet.random.between(0.5, 1.0) } else { sheet.random.between(0.3, 0.8) };
            let chosen = (days.len() as f64 * share).ceil().max(2.0) as usize;
            let skip = sheet.random.within(0, days.len().saturating_sub(chosen) as i64) as usize;
            let usual = if blunt { sheet.random.between(5.0, 20.0) } else { sheet.random.between(2.0, 5.0) };
            for day in days.into_iter().skip(skip).take(chosen) {
                let more =
                    if blunt { usual.round() } else { (usual * sheet.random.between(0.8, 1.25)).clamp(2.0, 5.0) };
                inflate(sheet, item, day, more);
            }
        }
    }
}

/// The days of each drug but for what is taken home.
fn days_of_drugs(sheet: &Sheet<'_>) -> BTreeMap<u16, BTreeSet<i32>> {
    let last = sheet.stay.last_day();
    let mut days: BTreeMap<u16, BTreeSet<i32>> = BTreeMap::new();
    for line in &sheet.lines {
        let item = sheet.item(line.item);
        let drug = item.kind == ItemKind::Drug && matches!(item.class, 9 | 11);
        if drug && day_of(line.time) < last && line.count > 0 {
            days.entry(line.item).or_default().insert(day_of(line.time));
        }
    }
    days
}

fn inflate(sheet: &mut Sheet<'_>, item: u16, day: i32, more: f64) {
    for line in sheet.lines.iter_mut().filter(|l| l.item == item && day_of(l.time) == day) {
        // Whole packs, as half an ampoule twenty times would betray itself.
        line.count = ((line.count as f64 * more / UNIT as f64).ceil() as i64) * UNIT;
        line.planted = true;
    }
}
