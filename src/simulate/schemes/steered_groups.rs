//! 结伴住满报销线: groups admitted together, each member kept until the bill just passes a mark.

use crate::simulate::catalog::Course;
use crate::simulate::chance::Draw;
use crate::simulate::options::Strength;

use super::paired_admissions::{called, note, strangers};
use super::threshold_stays::{bring_over, price};
use super::{Plant, Planting};

/// Two or three groups of 5 to 12 people at a hospital, with one or two chronic illnesses, are called in 4 to 8 times (blunt) or 3
/// to 5 times (subtle, dates of admission up to a day off, a tenth missing); each leaves when the bill has just passed the
/// mark, within 2 % (blunt) or 4 %, so that they leave on different days.
///
/// The innocent double: a ward whose own course is of one length and price, at several hospitals, with bills on both sides of a
/// round number.
///
/// The truth lists members under `paired-admissions`, the hospital under `threshold-stays` and each steered stay under
/// `threshold-stays:steered`.
pub struct SteeredGroups;

/// Marks in yuan.
const MARKS: [i64; 7] = [5_000, 6_000, 8_000, 10_000, 12_000, 15_000, 20_000];
/// Most hospitals with such groups for so many stays of the region.
const STAYS_A_HOSPITAL: usize = 8_000;

impl Plant for SteeredGroups {
    fn plan(&self, planting: &mut Planting<'_>) {
        let counts = planting.stays_by_hospital();
        let hosts = planting.crooked_of(|i, h| h.level <= 2 && (80..1_500).contains(&counts[i]));
        let most = (planting.plan.stays.len() / STAYS_A_HOSPITAL).max(2);
        let crooked: Vec<u16> = hosts.into_iter().take(most).collect();
        for hospital in &crooked {
            let strength = planting.strength();
            steer(planting, *hospital, strength);
        }
        course(planting, &crooked);
    }
}

/// Illnesses of the old that come again and again.
fn chronic(planting: &Planting<'_>) -> Vec<u8> {
    let profiles = &planting.scene.catalog.profiles;
    let fits = |p: &usize| {
        let p = &profiles[*p];
        p.course == Course::Chronic && p.levels[0] >= 3.0 && p.sex == 0
    };
    (0..profiles.len()).filter(fits).map(|p| p as u8).collect()
}

fn steer(planting: &mut Planting<'_>, hospital: u16, strength: Strength) {
    let blunt = strength == Strength::Blunt;
    let list = chronic(planting);
    if list.is_empty() {
        return;
    }
    let mark = *planting.random.pick(&MARKS);
    let ill = [*planting.random.pick(&list), *planting.random.pick(&list)];
    let kinds = planting.random.within(1, 2) as usize;
    let number = planting.random.within(2, 3);
    let mut steered: Vec<usize> = Vec::new();
    for _ in 0..number {
        let random = &mut planting.random;
        let size = random.within(5, 12) as usize;
        let times = if blunt { random.within(4, 8) } else { random.within(3, 5) };
        let (off, missing) = if blunt { (0, 0.02) } else { (1, 0.1) };
        let members = strangers(planting, hospital, size);
        let mut joined = vec![0; members.len()];
        let (first, last) = planting.plan.period;
        let mut day = first + planting.random.within(3, 60) as i32;
        let pace = (last - first - 120) / times as i32;
        for _ in 0..times {
            for (at, member) in members.iter().enumerate() {
                let random = &mut planting.random;
                if random.chance(missing) {
                    continue;
                }
                let (from, nights) = (random.within(0, off) as i32, random.within(7, 15) as i32);
                let span = (day + from, day + from + nights);
                if let Some(stay) = called(planting, *member, hospital, ill[at % kinds], span) {
                    joined[at] += 1;
                    steered.push(stay);
                }
            }
            day += planting.random.within(i64::from(pace / 2).max(20), i64::from(pace).max(21)) as i32;
        }
        note(planting, hospital, strength, members.into_iter().zip(joined));
    }
    let most = if blunt { 0.02 } else { 0.04 };
    bring_over(planting, hospital, strength, mark, steered, |random| random.between(0.0008, most));
}

/// Wards with a course of one length and price, on both sides of a round number, at hospitals without groups.
fn course(planting: &mut Planting<'_>, crooked: &[u16]) {
    let list = chronic(planting);
    if list.is_empty() {
        return;
    }
    let profile = *planting.random.pick(&list);
    let (yuan, nights) = (*planting.random.pick(&MARKS[..4]) as f64, planting.random.within(8, 12) as i32);
    let counts = planting.stays_by_hospital();
    let wards = planting.crooked_of(|i, h| counts[i] >= 100 && h.level >= 2);
    for hospital in wards.into_iter().filter(|h| !crooked.contains(h)) {
        let size = planting.random.within(25, 45) as usize;
        for patient in strangers(planting, hospital, size) {
            let (first, last) = planting.plan.period;
            let day = planting.random.within(i64::from(first), i64::from(last) - 15) as i32;
            let Some(stay) = called(planting, patient, hospital, profile, (day, day + nights)) else { continue };
            let off = planting.random.between(-0.025, 0.025);
            price(planting, stay, yuan * 100.0 * (1.0 + off), Strength::Blunt);
        }
    }
}
