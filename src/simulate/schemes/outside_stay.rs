//! 计费日期与住院不符: charges on days when the patient was not there yet, or no longer.

use crate::simulate::chance::Draw;
use crate::simulate::lines::Sheet;
use crate::simulate::options::Strength;
use crate::simulate::plan::Mark;
use crate::simulate::time::DAY;

use super::{Plant, Planting};

/// Blunt: dozens of lines, one to five weeks away. Subtle: a few, five to nine days away.
pub struct OutsideStay;

impl Plant for OutsideStay {
    fn plan(&self, planting: &mut Planting<'_>) {
        let crooked = planting.crooked(|_| true);
        let (first, last) = planting.plan.period;
        let room = |day: i32| first + 40 < day && day < last - 40;
        for stay in planting.victims(|s| crooked.contains(&s.hospital) && room(s.first_day()) && room(s.last_day())) {
            let strength = planting.strength();
            planting.mark(stay, strength, 0);
        }
    }

    fn lines(&self, mark: &Mark, sheet: &mut Sheet<'_>) {
        let days = match mark.strength {
            Strength::Blunt => sheet.random.within(10, 35),
            _ => sheet.random.within(5, 9),
        };
        let wanted = match mark.strength {
            Strength::Blunt => sheet.random.within(12, 40),
            _ => sheet.random.within(3, 6),
        };
        let before = sheet.random.chance(0.4);
        // Drugs, tests and treatments given once a day; never hours, whose sums are another scheme.
        let fitting: Vec<usize> = (0..sheet.lines.len())
            .filter(|i| {
                matches!(sheet.item(sheet.lines[*i].item).class, 3 | 4 | 5 | 9 | 11)
                    && sheet.item(sheet.lines[*i].item).once()
            })
            .collect();
        let base = if before { sheet.stay.begin - days * DAY } else { sheet.stay.leave + days * DAY };
        let mut taken = std::collections::BTreeSet::new();
        for n in 0..wanted {
            let copy = if fitting.is_empty() { 0 } else { *sheet.random.pick(&fitting) };
            let mut line = sheet.lines[copy].clone();
            // Spread over a few days away from the stay, no item twice on a day: repeats are another scheme, too.
            let offset = n % 4 * if before { -1 } else { 1 };
            if !taken.insert((line.item, offset)) && n > 0 {
                continue;
            }
            line.time = base + offset * DAY + sheet.random.within(0, 3_000) * i64::from(sheet.hospital.habits.exact);
            line.planted = true;
            sheet.lines.push(line);
        }
    }
}
