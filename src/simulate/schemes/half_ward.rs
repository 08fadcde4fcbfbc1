//! 半个病区空床: a ward of one hospital where much of what is billed is a bed and nursing alone.

use std::collections::BTreeMap;

use crate::simulate::catalog::Course;
use crate::simulate::chance::Draw;
use crate::simulate::options::{Scheme, Strength};
use crate::simulate::plan::{Mark, Stay};

use super::bed_hanging::daily_bills;
use super::{Plant, Planting};

/// At two hospitals all stays of some kind of care: 20 to 90 % of them are empty on 80 to 95 % of the days (blunt), 20 to 40 % on
/// 55 to 75 % (subtle).
///
/// The innocent double: at other hospitals, rehabilitation on most of whose days little is billed.
///
/// The truth lists each empty stay under `bed-hanging`.
pub struct HalfWard;

/// Hospitals with such a ward.
const HOSPITALS: usize = 2;
/// Stays that such a ward has at least.
const WARD: usize = 60;

impl Plant for HalfWard {
    fn plan(&self, planting: &mut Planting<'_>) {
        let scene = planting.scene;
        let course = |s: &Stay| scene.catalog.profiles[usize::from(s.profile)].course;
        let fits = |s: &Stay| {
            let acute = matches!(course(s), Course::Acute | Course::Chronic);
            s.usable() && s.away.is_none() && acute && s.last_day() - s.first_day() >= 5
        };
        let mut wards: BTreeMap<u16, Vec<usize>> = BTreeMap::new();
        for (at, stay) in planting.plan.stays.iter().enumerate().filter(|(_, s)| fits(s)) {
            wards.entry(stay.hospital).or_default().push(at);
        }
        let hosts = planting.crooked_of(|at, hospital| {
            daily_bills(hospital) && wards.get(&(at as u16)).is_some_and(|own| own.len() >= WARD)
        });
        let hosts: Vec<u16> = hosts.into_iter().take(HOSPITALS).collect();
        for host in &hosts {
            let strength = planting.strength();
            let blunt = strength == Strength::Blunt;
            let share = if blunt { planting.random.between(0.2, 0.9) } else { planting.random.between(0.2, 0.4) };
            for at in &wards[host] {
                let (low, high) = if blunt { (80, 95) } else { (55, 75) };
                let percent = planting.random.within(low, high) as u32;
                if planting.random.chance(share) {
                    let group = planting.group();
                    planting.plan.mark(*at, Mark { scheme: Scheme::BedHanging, strength, detail: percent }, group);
                }
            }
        }
        quiet(planting, &hosts);
    }
}

/// Rehabilitation where half of the stays have little that is billed, at all hospitals but some.
fn quiet(planting: &mut Planting<'_>, hosts: &[u16]) {
    let scene = planting.scene;
    for at in 0..planting.plan.stays.len() {
        let stay = &planting.plan.stays[at];
        let rehab = scene.catalog.profiles[usize::from(stay.profile)].course == Course::Rehab;
        if !rehab || !stay.usable() || hosts.contains(&stay.hospital) || !planting.random.chance(0.5) {
            continue;
        }
        let detail = planting.random.within(50, 80) as u32;
        let mark = Mark { scheme: Scheme::BedHanging, strength: Strength::Blunt, detail };
        planting.plan.claim(at, mark);
    }
}
