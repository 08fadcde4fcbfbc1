//! 重叠住院: a second bed for somebody who already lies in one.

use crate::simulate::chance::Draw;
use crate::simulate::options::Strength;
use crate::simulate::plan::Stay;
use crate::simulate::time::at;

use super::{Plant, Planting};

/// Blunt: a stay of three days or more inside another. Subtle: two or three days at the end of a stay, and on beyond it.
pub struct OverlappingStays;

impl Plant for OverlappingStays {
    fn plan(&self, planting: &mut Planting<'_>) {
        let hosts = planting.crooked(|_| true);
        let hosts: Vec<u16> = hosts.into_iter().collect();
        // The first stay may be honest and anywhere; one in `thin` keeps the cases near the share of crooked hospitals.
        let thin = (1.0 / planting.scene.hyper.crooked) as u32;
        let victims = planting.victims(|s| s.last_day() - s.first_day() >= 6 && !s.touches && s.id % thin == 0);
        for victim in victims {
            let strength = planting.strength();
            let Some(ghost) = ghost(planting, victim, &hosts, strength) else { continue };
            let group = planting.group();
            let scheme = planting.scheme;
            let ghost = planting.add(ghost);
            planting.plan.note(victim, scheme, strength, group);
            planting.plan.note(ghost, scheme, strength, group);
        }
    }
}

fn ghost(planting: &mut Planting<'_>, victim: usize, hosts: &[u16], strength: Strength) -> Option<Stay> {
    let real = planting.plan.stays[victim].clone();
    let same = hosts.contains(&real.hospital) && planting.random.chance(0.3);
    let hospital = if same { real.hospital } else { *planting.random.pick(hosts) };
    let (first, last) = (real.first_day(), real.last_day());
    let (from, to) = match strength {
        Strength::Subtle if !same && hospital != real.hospital => {
            let from = last - planting.random.within(2, 3) as i32;
            (from, last + planting.random.within(2, 6) as i32)
        }
        _ => {
            let from = first + planting.random.within(1, i64::from(last - first) - 4) as i32;
            let least = if strength == Strength::Subtle { 2 } else { 3 };
            (from, (from + planting.random.within(least, 9) as i32).min(last - 1))
        }
    };
    let begin = at(from, planting.random.between(8.0, 17.0));
    let leave = at(to, planting.random.between(9.0, 16.0));
    if to > planting.plan.period.1 || planting.busy(victim, begin, leave) {
        return None;
    }
    Some(Stay {
        id: planting.plan.next_id(),
        hospital,
        med_type: "21",
        begin,
        end: leave,
        leave,
        settled: leave + planting.random.within(600, 9_000),
        cuts: Vec::new(),
        icu: None,
        away: None,
        // Nobody's hours may pass the day because of this scheme: that is another one.
        no_hours: true,
        touches: false,
        dscg_way: 1,
        next: None,
        marks: Vec::new(),
        ..real
    })
}
