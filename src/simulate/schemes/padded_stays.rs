//! 虚延住院日: the treatment is over, the bed is billed on.

use crate::simulate::catalog::Course;
use crate::simulate::chance::Draw;
use crate::simulate::lines::Sheet;
use crate::simulate::options::Strength;
use crate::simulate::plan::Mark;
use crate::simulate::time::DAY;

use super::bed_hanging::{clear, daily_bills};
use super::{Plant, Planting};

/// Blunt: 6 to 14 bare days after the last treatment. Subtle: 4 to 6.
pub struct PaddedStays;

impl Plant for PaddedStays {
    fn plan(&self, planting: &mut Planting<'_>) {
        let crooked = planting.crooked(daily_bills);
        let scene = planting.scene;
        let share = planting.random.between(0.08, 0.35);
        let victims = planting.victims_of(share, |s| {
            let course = scene.catalog.profiles[usize::from(s.profile)].course;
            let fits = matches!(course, Course::Acute | Course::Chronic | Course::Child | Course::Surgery);
            let plain = s.away.is_none() && !s.touches && s.cuts.is_empty();
            crooked.contains(&s.hospital) && fits && plain && (3..=12).contains(&(s.last_day() - s.first_day()))
        });
        for victim in victims {
            let strength = planting.strength();
            let bare = match strength {
                Strength::Blunt => planting.random.within(6, 14),
                _ => planting.random.within(4, 6),
            };
            let stay = planting.plan.stays[victim].clone();
            // The day of discharge is bare in most stays: one day more makes so many before it.
            let longer = bare * DAY;
            let (end, settled) = (stay.end + longer, stay.settled + longer);
            if (end / DAY) as i32 > planting.plan.period.1 || planting.busy(victim, stay.begin, end) {
                continue;
            }
            let stay = &mut planting.plan.stays[victim];
            (stay.end, stay.leave, stay.settled) = (end, stay.leave + longer, settled);
            planting.mark(victim, strength, bare as u32);
        }
    }

    fn lines(&self, mark: &Mark, sheet: &mut Sheet<'_>) {
        let last = sheet.stay.last_day() - mark.detail as i32;
        clear(sheet, |day| day >= last);
    }
}
