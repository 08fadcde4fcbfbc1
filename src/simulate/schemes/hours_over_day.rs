//! 计时超24小时: an item by the hour for more hours than the day has.

use crate::simulate::catalog::ItemKind;
use crate::simulate::chance::Draw;
use crate::simulate::line::UNIT;
use crate::simulate::lines::Sheet;
use crate::simulate::options::Strength;
use crate::simulate::plan::Mark;
use crate::simulate::time::at;

use super::{Plant, Planting};

/// Blunt: 30 to 60 hours a day. Subtle: 25 to 28; or a day shared by two hospitals that each bill more than their part.
pub struct HoursOverDay;

/// The item that two hospitals of one day both bill: cardiac monitoring, the commonest.
const SHARED: &str = "monitor";

impl Plant for HoursOverDay {
    fn plan(&self, planting: &mut Planting<'_>) {
        let crooked = planting.crooked(|h| h.habits.totals == 1 && h.habits.last_days == 0 && !h.posting.by_month());
        let fits = |h: u16| crooked.contains(&h);
        let victims = planting.victims(|s| {
            fits(s.hospital) && s.last_day() - s.first_day() >= 4 && !s.touches && !s.no_hours && s.away.is_none()
        });
        for stay in victims {
            let strength = planting.strength();
            planting.mark(stay, strength, 0);
        }
        let pairs = planting
            .victims(|s| fits(s.hospital) && s.next.is_some() && !s.no_hours && s.last_day() - s.first_day() >= 1);
        for first in pairs {
            share_day(planting, first);
        }
    }

    fn lines(&self, mark: &Mark, sheet: &mut Sheet<'_>) {
        match mark.detail {
            0 => long_days(mark.strength, sheet),
            detail => shared_day(i64::from(detail), sheet),
        }
    }
}

/// Marks both ends of a transfer: the hours of each on the day they share, `100 + hours` for the first, `200 +` for the second.
fn share_day(planting: &mut Planting<'_>, first: usize) {
    let Some(second) = planting.plan.stays[first].next.map(|n| n as usize) else { return };
    let usable = planting.plan.stays[second].usable() && !planting.plan.stays[second].no_hours;
    if !usable || planting.plan.stays[second].first_day() != planting.plan.stays[first].last_day() {
        return;
    }
    let strength = planting.strength();
    let total = match strength {
        Strength::Blunt => planting.random.within(32, 46),
        _ => planting.random.within(25, 28),
    };
    let here = planting.random.within((total - 24).max(6), (total - 6).min(24));
    let group = planting.group();
    let scheme = planting.scheme;
    for (stay, detail) in [(first, 100 + here), (second, 200 + total - here)] {
        planting.plan.mark(stay, Mark { scheme, strength, detail: detail as u32 }, group);
    }
}

/// Takes away the lines of an item and bills it anew, so many hours on each day.
pub fn rebill(sheet: &mut Sheet<'_>, item: u16, hours: &[(i32, i64)]) {
    sheet.lines.retain(|l| l.item != item);
    for &(day, hours) in hours {
        if hours <= 0 {
            continue;
        }
        let parts = if hours > 24 && sheet.random.chance(0.5) { 2 } else { 1 };
        for part in 0..parts {
            // Two unequal lines: two equal ones would be a repeated charge as well.
            let less = (hours - 1) / 2;
            let count = if part == 0 { hours - (parts - 1) * less } else { less };
            let noon = at(day, 8.0 + (part * 9) as f64);
            let time = noon.clamp(sheet.stay.begin, sheet.stay.leave);
            sheet.bill(item, time, count * UNIT);
            if let Some(line) = sheet.lines.last_mut() {
                line.planted = true;
            }
        }
    }
}

/// Bills the item on every day of the stay, so that the long days cannot be totals of others.
fn long_days(strength: Strength, sheet: &mut Sheet<'_>) {
    let (first, last) = (sheet.stay.first_day(), sheet.stay.last_day());
    let billed =
        sheet.lines.iter().map(|l| l.item).find(|i| sheet.item(*i).kind == ItemKind::Hour && sheet.item(*i).class == 5);
    let item = billed.unwrap_or_else(|| monitor(sheet));
    let long = if strength == Strength::Blunt { sheet.random.within(1, 4) } else { sheet.random.within(1, 2) } as i32;
    let start = first + 1 + sheet.random.within(0, i64::from(last - first - 1 - long).max(0)) as i32;
    let hours: Vec<(i32, i64)> = (first..=last)
        .map(|day| {
            let there = sheet.stay.hours_on(day);
            let long_day = (start..start + long).contains(&day) && day < last;
            let hours = match strength {
                _ if !long_day => there,
                Strength::Blunt => sheet.random.within(30, 60),
                _ => sheet.random.within(25, 28),
            };
            (day, hours)
        })
        .collect();
    rebill(sheet, item, &hours);
}

fn shared_day(detail: i64, sheet: &mut Sheet<'_>) {
    let (first, last) = (sheet.stay.first_day(), sheet.stay.last_day());
    let item = monitor(sheet);
    let (day, hours) = if detail < 200 { (last, detail - 100) } else { (first, detail - 200) };
    let days = (day - 2).max(first)..=(day + 2).min(last);
    let list: Vec<(i32, i64)> = days.map(|d| (d, if d == day { hours } else { sheet.stay.hours_on(d) })).collect();
    rebill(sheet, item, &list);
}

/// Cardiac monitoring, which every hospital knows under the same code.
pub fn monitor(sheet: &Sheet<'_>) -> u16 {
    sheet.scene.catalog.make(sheet.scene.catalog.tagged(SHARED)[0], sheet.stay.hospital)
}
