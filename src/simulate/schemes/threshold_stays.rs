//! 住满报销线: bills that are brought just over a round mark.

use rayon::prelude::*;

use crate::simulate::chance::{Draw, Random, fixed};
use crate::simulate::line::Line;
use crate::simulate::lines::{Days, Sheet};
use crate::simulate::options::{Scheme, Strength};
use crate::simulate::plan::{Mark, Truth};

use super::{Plant, Planting};

/// Of the stays whose natural bill is in reach of the mark (from half of it to a seventh more), blunt schemes steer 30 to 60 %
/// to within 0.8 % above it, subtle ones 10 to 30 % to within 3 %. Lines are added or dropped, so that bills still add up.
///
/// The truth lists the hospital, and as `threshold-stays:steered` each stay that was steered. A mark where fewer than
/// [`FEWEST`] stays would be steered is nobody's scheme.
pub struct ThresholdStays;

/// Marks in yuan.
const MARKS: [i64; 9] = [3_000, 4_000, 5_000, 6_000, 8_000, 10_000, 12_000, 15_000, 20_000];
/// Steered stays that make a scheme.
const FEWEST: usize = 12;

impl Plant for ThresholdStays {
    fn plan(&self, planting: &mut Planting<'_>) {
        let counts = planting.stays_by_hospital();
        for hospital in planting.crooked_of(|i, _| counts[i] >= 60) {
            let strength = planting.strength();
            steer(planting, hospital, strength);
        }
    }

    fn lines(&self, mark: &Mark, sheet: &mut Sheet<'_>) {
        let target = i64::from(mark.detail);
        drop_lines(sheet, target);
        add_courses(sheet, target);
        add_singles(sheet, target);
    }
}

fn total(sheet: &Sheet<'_>) -> i64 {
    sheet.lines.iter().map(Line::amount).sum()
}

/// The natural bills of a hospital's finished stays that a scheme may use.
fn bills(planting: &Planting<'_>, hospital: u16) -> Vec<(usize, i64)> {
    let scene = planting.scene;
    let fits = |i: &usize| {
        let stay = &planting.plan.stays[*i];
        let plain = stay.usable() && stay.cuts.is_empty() && !stay.touches;
        stay.hospital == hospital && plain && stay.last_day() - stay.first_day() >= 3
    };
    let list: Vec<usize> = (0..planting.plan.stays.len()).filter(fits).collect();
    list.into_par_iter()
        .map(|i| {
            let mut sheet = Sheet::new(scene, &planting.plan.stays[i]);
            sheet.apply_habits();
            (i, total(&sheet))
        })
        .collect()
}

fn steer(planting: &mut Planting<'_>, hospital: u16, strength: Strength) {
    let bills = bills(planting, hospital);
    let share = match strength {
        Strength::Blunt => planting.random.between(0.3, 0.6),
        _ => planting.random.between(0.1, 0.3),
    };
    let in_reach = |mark: i64| {
        bills.iter().filter(move |(_, fen)| (mark * 50..mark * 115).contains(fen)).copied().collect::<Vec<_>>()
    };
    let wanted = |mark: i64| (in_reach(mark).len() as f64 * share) as usize;
    // The ten thousand that everybody knows about is the mark wherever enough bills come near it, half of the time.
    let marks: Vec<i64> = MARKS.into_iter().filter(|m| wanted(*m) >= FEWEST).collect();
    if marks.is_empty() {
        return;
    }
    let known = marks.contains(&10_000) && planting.random.chance(0.5);
    let mark = if known { 10_000 } else { *planting.random.pick(&marks) };
    let mut chosen: Vec<(f64, usize)> = in_reach(mark)
        .into_iter()
        .map(|(i, _)| {
            // Some patients are always brought to the mark.
            let person = planting.plan.persons[planting.plan.stays[i].person as usize].key;
            (fixed(person, 41) + planting.random.between(0.0, 1.2), i)
        })
        .collect();
    chosen.sort_by(|a, b| a.0.total_cmp(&b.0));
    chosen.truncate(wanted(mark));
    bring_over(planting, hospital, strength, mark, chosen.into_iter().map(|(_, stay)| stay), |random| match strength {
        Strength::Blunt => random.between(0.0008, 0.008),
        _ => (0.001 - 0.009 * random.between(0.0, 1.0f64).max(1e-3).ln()).min(0.03),
    });
}

/// Brings the bills of a hospital's stays over a mark in yuan, by the share of it drawn for each, and says so in the truth.
pub fn bring_over(
    planting: &mut Planting<'_>,
    hospital: u16,
    strength: Strength,
    mark: i64,
    stays: impl IntoIterator<Item = usize>,
    above: impl Fn(&mut Random) -> f64,
) {
    let group = planting.group();
    let scheme = Scheme::ThresholdStays;
    for stay in stays {
        let fen = mark as f64 * 100.0 * (1.0 + above(&mut planting.random));
        price(planting, stay, fen, strength);
        let key = planting.plan.stays[stay].number();
        planting.plan.truth.push(Truth {
            scheme,
            aspect: ":steered",
            unit: "stay",
            key,
            charge: None,
            group,
            strength,
        });
    }
    let key = planting.scene.places.hospital(hospital).code.clone();
    planting.plan.truth.push(Truth { scheme, aspect: "", unit: "hospital", key, charge: None, group, strength });
}

/// Brings the bill of a stay to an amount in fen.
pub fn price(planting: &mut Planting<'_>, stay: usize, fen: f64, strength: Strength) {
    planting.plan.claim(stay, Mark { scheme: Scheme::ThresholdStays, strength, detail: fen.round() as u32 });
}

/// Leaves out lines that nobody misses while the bill is above the target.
fn drop_lines(sheet: &mut Sheet<'_>, target: i64) {
    let mut above = total(sheet) - target;
    for _ in 0..300 {
        if above <= 0 || sheet.lines.len() < 2 {
            return;
        }
        let i = sheet.random.within(0, sheet.lines.len() as i64 - 1) as usize;
        let small = matches!(sheet.item(sheet.lines[i].item).class, 3 | 4 | 5 | 8 | 9 | 11);
        if small && sheet.lines[i].amount() <= above.max(target / 100) {
            above -= sheet.lines.remove(i).amount();
        }
    }
}

/// Orders further treatment as long as the bill is well below the target.
fn add_courses(sheet: &mut Sheet<'_>, target: i64) {
    const TAGS: [&str; 10] = ["patent", "neuro", "cardio", "gi", "phys", "tcm", "abx", "neuro-z", "exam", "resp"];
    let all = sheet.span();
    for _ in 0..200 {
        let gap = target - total(sheet);
        if gap < target / 200 {
            return;
        }
        let tag = *sheet.random.pick(&TAGS);
        let Some(&entry) = sheet.scene.catalog.sample(tag, 1, &mut sheet.random).first() else { continue };
        let from = all.from + sheet.random.within(0, 2) as i32;
        let to = if tag == "exam" { from } else { all.to - 1 };
        let before = sheet.lines.len();
        sheet.daily(entry, Days { from: from.min(all.to), to: to.max(from).min(all.to), every: 1 }, 0, 9.0);
        let mut left = gap;
        let fitting = sheet.lines[before..].iter().take_while(|line| {
            left -= line.amount();
            left >= 0
        });
        let kept = before + fitting.count();
        sheet.lines.truncate(kept);
    }
}

/// Fills the rest with single tests, treatments and tablets.
fn add_singles(sheet: &mut Sheet<'_>, target: i64) {
    const TAGS: [&str; 9] = ["lab", "labi", "labc", "labo", "inject", "nebul", "phys", "cardio", "fluid"];
    for _ in 0..200 {
        let gap = target - total(sheet);
        if gap < 200 {
            return;
        }
        let tag = *sheet.random.pick(&TAGS);
        let Some(&entry) = sheet.scene.catalog.sample(tag, 1, &mut sheet.random).first() else { continue };
        let item = sheet.scene.catalog.make(entry, sheet.stay.hospital);
        let day = sheet.stay.first_day() + sheet.random.within(0, 2) as i32;
        if sheet.price(item) <= gap {
            let before = sheet.lines.len();
            sheet.daily(entry, Days { from: day, to: day, every: 1 }, 1, 9.0);
            if sheet.lines[before..].iter().map(Line::amount).sum::<i64>() > gap {
                sheet.lines.truncate(before);
            }
        }
    }
}
