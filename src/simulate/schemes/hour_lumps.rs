//! 计时费用集中记账超时: hours posted in lumps of several days, more of them than the days have.

use crate::simulate::chance::Draw;
use crate::simulate::lines::Sheet;
use crate::simulate::options::{Scheme, Strength};
use crate::simulate::plan::Mark;

use super::hours_over_day::{monitor, rebill};
use super::{Plant, Planting};

/// A hospital posts monitoring every two to seven days, on most of its longer stays: 30 to 48 hours for each of the days (blunt), 25
/// to 28 (subtle).
///
/// The innocent double: as many hospitals, and the rest of the stays of those of the scheme, post as many hours in the same lumps as
/// there were.
///
/// The truth lists the stays with too many under `hours-over-day`.
pub struct HourLumps;

/// Share of a hospital's longer stays that have too many hours.
const SHARE: f64 = 0.6;
/// Most stays of a hospital in the scheme for so many of the region.
const STAYS_A_CASE: usize = 400;

impl Plant for HourLumps {
    fn plan(&self, planting: &mut Planting<'_>) {
        let fits = |h: &crate::simulate::places::Hospital| {
            h.habits.totals == 1 && h.habits.last_days == 0 && !h.posting.by_month()
        };
        let crooked = planting.crooked(fits);
        let innocent = planting.crooked(|h| fits(h));
        let most = (planting.plan.stays.len() / STAYS_A_CASE).max(20);
        for hospital in crooked.union(&innocent).copied().collect::<Vec<u16>>() {
            let (strength, scheme) = (planting.strength(), planting.scheme);
            let days = planting.random.within(2, 7) as u32;
            let stays = planting.victims_of(1.0, |s| {
                s.hospital == hospital
                    && s.last_day() - s.first_day() >= 4
                    && !s.touches
                    && !s.no_hours
                    && s.away.is_none()
            });
            for stay in stays.into_iter().take(most) {
                let a_day = match strength {
                    Strength::Blunt => planting.random.within(30, 48),
                    _ => planting.random.within(25, 28),
                } as u32;
                let too_many = crooked.contains(&hospital) && planting.random.chance(SHARE);
                planting
                    .plan
                    .claim(stay, Mark { scheme, strength, detail: if too_many { 100 * a_day + days } else { days } });
                if too_many {
                    let group = planting.group();
                    planting.plan.note(stay, Scheme::HoursOverDay, strength, group);
                }
            }
        }
    }

    fn lines(&self, mark: &Mark, sheet: &mut Sheet<'_>) {
        let (first, last) = (sheet.stay.first_day(), sheet.stay.last_day());
        let (a_day, every) = (i64::from(mark.detail / 100), (mark.detail % 100) as i32);
        let mut hours = Vec::new();
        for from in (first..=last).step_by(every as usize) {
            let to = (from + every - 1).min(last);
            let there = (from..=to).map(|day| sheet.stay.hours_on(day)).sum();
            hours.push((to, if a_day > 0 { a_day * i64::from(to - from + 1) } else { there }));
        }
        let item = monitor(sheet);
        rebill(sheet, item, &hours);
    }
}
