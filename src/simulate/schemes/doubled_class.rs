//! 按类重复收费: an institution that bills a class of items twice, on all its patients.

use crate::simulate::chance::Draw;
use crate::simulate::lines::Sheet;
use crate::simulate::options::{Scheme, Strength};
use crate::simulate::plan::Mark;
use crate::simulate::time::DAY;

use super::{Plant, Planting};

/// Blunt: 5 to 50 % of the lines of a class. Subtle: 2 to 5 %. At the same second, some minutes or two hours later, as the
/// hospital does it.
///
/// The innocent double: at every hospital some patients have a test done twice a day for days, each hospital at a rate of its
/// own.
///
/// The truth lists the stays with lines billed twice under `duplicate-charges`.
pub struct DoubledClass;

/// Laboratory, treatment, materials, western drugs: a stay without lines of the class has some of the next.
const CLASSES: [u8; 4] = [4, 5, 8, 9];
/// Seconds to the second line.
const LATER: [i64; 3] = [0, 1_200, 7_200];
/// Fewest stays of a hospital that does it.
const FEWEST: usize = 60;
/// The detail of a stay with a test twice a day.
const SERIES: u32 = 0;

/// What is done at a hospital, as the detail of a mark: the place of the class, of the delay, and the share of a stay's lines in
/// thousandths.
fn detail(class: usize, later: usize, share: f64) -> u32 {
    (1 + class as u32) * 100_000 + later as u32 * 10_000 + (share * 1_000.0) as u32
}

impl Plant for DoubledClass {
    fn plan(&self, planting: &mut Planting<'_>) {
        let counts = planting.stays_by_hospital();
        let crooked = planting.crooked_of(|i, _| counts[i] >= FEWEST);
        let mut stays = vec![Vec::new(); counts.len()];
        for (i, stay) in planting.plan.stays.iter().enumerate().filter(|(_, s)| s.usable()) {
            if stay.last_day() - stay.first_day() >= 2 {
                stays[usize::from(stay.hospital)].push(i);
            }
        }
        for (hospital, stays) in stays.into_iter().enumerate() {
            let (strength, scheme) = (planting.strength(), planting.scheme);
            let random = &mut planting.random;
            let series = random.lognormal(0.02, 0.8).min(0.15);
            let (class, later) = (random.within(0, 3) as usize, random.within(0, 2) as usize);
            let share =
                if strength == Strength::Blunt { random.between(0.05, 0.5) } else { random.between(0.02, 0.05) };
            // A small share falls on some of the stays, else each would have a line or none.
            let stays_hit = (10.0 * share).min(1.0);
            let twice = crooked.contains(&(hospital as u16));
            for stay in stays {
                if planting.random.chance(series) {
                    planting.plan.claim(stay, Mark { scheme, strength, detail: SERIES });
                } else if twice && planting.random.chance(stays_hit) {
                    let detail = detail(class, later, share / stays_hit);
                    let group = planting.group();
                    planting.plan.claim(stay, Mark { scheme, strength, detail });
                    planting.plan.note(stay, Scheme::DuplicateCharges, strength, group);
                }
            }
        }
    }

    fn lines(&self, mark: &Mark, sheet: &mut Sheet<'_>) {
        if mark.detail == SERIES {
            return series(sheet);
        }
        let (class, later) = (mark.detail / 100_000 - 1, mark.detail / 10_000 % 10);
        let share = f64::from(mark.detail % 10_000) / 1_000.0;
        let lines = (0..CLASSES.len()).map(|n| given(sheet, CLASSES[(class as usize + n) % CLASSES.len()]));
        let Some(lines) = lines.into_iter().find(|lines| !lines.is_empty()) else { return };
        let mut chosen: Vec<usize> = lines.iter().copied().filter(|_| sheet.random.chance(share)).collect();
        if chosen.is_empty() {
            chosen.push(*sheet.random.pick(&lines));
        }
        for at in chosen {
            again(sheet, at, LATER[later as usize]);
        }
    }
}

/// The lines of a class that were ordered and stand.
fn given(sheet: &Sheet<'_>, class: u8) -> Vec<usize> {
    let refunded: Vec<u32> = sheet.lines.iter().filter_map(|l| l.refunds).map(|r| r.0).collect();
    let stands = |i: &usize| {
        let line = &sheet.lines[*i];
        let one = line.count > 0 && !line.planted && line.refunds.is_none() && !refunded.contains(&(*i as u32));
        one && sheet.item(line.item).class == class
    };
    (0..sheet.lines.len()).filter(stands).collect()
}

/// A line once more, so many seconds later, on the same day.
fn again(sheet: &mut Sheet<'_>, at: usize, later: i64) {
    let mut line = sheet.lines[at].clone();
    let day = line.time.div_euclid(DAY) * DAY;
    line.time = (line.time + later).min(day + DAY - 1);
    line.planted = true;
    sheet.lines.push(line);
}

/// One of the tests of the stay, drawn again in the evening wherever it was drawn.
fn series(sheet: &mut Sheet<'_>) {
    let tests = given(sheet, 4);
    if tests.is_empty() {
        return;
    }
    let item = sheet.lines[*sheet.random.pick(&tests)].item;
    for at in tests.into_iter().filter(|at| sheet.lines[*at].item == item).collect::<Vec<_>>() {
        again(sheet, at, 28_800);
    }
}
