//! 重复收费: services given once, billed again.

use crate::simulate::chance::Draw;
use crate::simulate::lines::Sheet;
use crate::simulate::options::Strength;
use crate::simulate::plan::Mark;
use crate::simulate::time::DAY;

use super::{Plant, Planting};

/// Blunt: a good part of the once-a-day lines again, up to three times. Subtle: a few cheap ones, later the same day.
pub struct DuplicateCharges;

/// Fen below which a subtle fraud dares to bill a line again.
const CHEAP: i64 = 3_000;

impl Plant for DuplicateCharges {
    fn plan(&self, planting: &mut Planting<'_>) {
        let crooked = planting.crooked(|_| true);
        for stay in planting.victims(|s| crooked.contains(&s.hospital) && s.last_day() - s.first_day() >= 3) {
            let strength = planting.strength();
            planting.mark(stay, strength, 0);
        }
    }

    fn lines(&self, mark: &Mark, sheet: &mut Sheet<'_>) {
        let blunt = mark.strength == Strength::Blunt;
        let mut fitting: Vec<usize> = (0..sheet.lines.len())
            .filter(|i| {
                let line = &sheet.lines[*i];
                let item = sheet.item(line.item);
                item.once() && matches!(item.class, 1..=5 | 7) && !line.planted && (blunt || line.amount() < CHEAP)
            })
            .collect();
        let wanted = if blunt { sheet.random.within(10, 40) } else { sheet.random.within(4, 7) };
        for _ in 0..wanted {
            if fitting.is_empty() {
                return;
            }
            let at = sheet.random.within(0, fitting.len() as i64 - 1) as usize;
            let line = sheet.lines[fitting.swap_remove(at)].clone();
            let times = if blunt { sheet.random.within(1, 3) } else { 1 };
            for _ in 0..times {
                let mut again = line.clone();
                if !blunt || sheet.random.chance(0.5) {
                    let day = again.time.div_euclid(DAY) * DAY;
                    again.time = (again.time + sheet.random.within(1, 3_000)).min(day + DAY - 1);
                }
                again.planted = true;
                sheet.lines.push(again);
            }
        }
    }
}
