//! 相约住院: people who do not know each other, called in on the same days and sent home on the same days, again and again.

use crate::simulate::catalog::Course;
use crate::simulate::chance::Draw;
use crate::simulate::options::{Scheme, Strength};
use crate::simulate::plan::{Stay, Truth};
use crate::simulate::time::{DAY, at};

use super::{Plant, Planting};

/// Blunt: 4 to 12 people, 5 to 10 joint episodes, on the day or a day off. Subtle: 2 to 8 people, dates up to two days off,
/// members who miss up to a fifth of the episodes; the looser the dates and the smaller the group, the more episodes.
///
/// The truth lists a member, as `person@hospital`, who took part in three episodes at least.
pub struct PairedAdmissions;

/// Joint episodes that make a member.
pub(super) const MEMBER: usize = 3;
/// One group for so many stays of the region.
const STAYS_A_GROUP: usize = 3_000;

/// How a group goes about it.
struct Habit {
    episodes: i64,
    /// Days by which dates may differ.
    off: i64,
    /// Probability that a member stays away from an episode.
    misses: f64,
}

impl Plant for PairedAdmissions {
    fn plan(&self, planting: &mut Planting<'_>) {
        let counts = planting.stays_by_hospital();
        let crooked = planting.crooked_of(|i, h| h.level <= 2 && counts[i] >= 30);
        let hosts: Vec<u16> = crooked.into_iter().collect();
        if hosts.is_empty() {
            return;
        }
        for n in 0..(planting.plan.stays.len() / STAYS_A_GROUP).max(2) {
            let strength = planting.strength();
            group(planting, hosts[n % hosts.len()], strength);
        }
    }
}

fn group(planting: &mut Planting<'_>, hospital: u16, strength: Strength) {
    let random = &mut planting.random;
    let (size, habit) = match strength {
        Strength::Blunt => {
            let habit = Habit {
                episodes: random.within(5, 10),
                off: i64::from(random.chance(0.4)),
                misses: random.between(0.0, 0.06),
            };
            (random.within(4, 12), habit)
        }
        _ => {
            let (size, off) = (random.within(2, 8), random.within(0, 2));
            let episodes = 3 + off + i64::from(size == 2) + random.within(0, 3);
            let misses = if episodes > 3 { random.between(0.0, 0.2) } else { 0.0 };
            (size, Habit { episodes, off, misses })
        }
    };
    let members = strangers(planting, hospital, size as usize);
    let mut joined = vec![Vec::new(); members.len()];
    let (first, last) = planting.plan.period;
    let mut taken: Vec<i32> = Vec::new();
    for _ in 0..habit.episodes {
        let nights = planting.random.within(5, 12) as i32;
        // Weeks apart, as it would have to be to look like illness.
        let day = (0..60)
            .map(|_| planting.random.within(i64::from(first) + 3, i64::from(last) - 18) as i32)
            .find(|day| taken.iter().all(|t| (t - day).abs() > 24));
        let Some(day) = day else { continue };
        taken.push(day);
        episode(planting, (hospital, day, nights), &habit, &members, &mut joined);
    }
    note(planting, hospital, strength, members.into_iter().zip(joined.iter().map(Vec::len)));
}

/// Notes the members who took part often enough, given with how often they did.
pub(super) fn note(
    planting: &mut Planting<'_>,
    hospital: u16,
    strength: Strength,
    members: impl Iterator<Item = (u32, usize)>,
) {
    let group = planting.group();
    for (member, _) in members.filter(|(_, times)| *times >= MEMBER) {
        let (scene, scheme) = (planting.scene, Scheme::PairedAdmissions);
        let person = planting.plan.persons[member as usize].number(&scene.places.region);
        let key = format!("{person}@{}", scene.places.hospital(hospital).code);
        planting.plan.truth.push(Truth { scheme, aspect: "", unit: "patient", key, charge: None, group, strength });
    }
}

/// One joint episode: whoever is free and does not miss it.
fn episode(
    planting: &mut Planting<'_>,
    (hospital, day, nights): (u16, i32, i32),
    habit: &Habit,
    members: &[u32],
    joined: &mut [Vec<usize>],
) {
    for (member, stays) in members.iter().zip(joined) {
        if planting.random.chance(habit.misses) {
            continue;
        }
        let random = &mut planting.random;
        let (from, to) = (random.within(0, habit.off) as i32, random.within(0, habit.off) as i32);
        let (first, last) = (day + from, day + nights + to);
        let profile = complaint(planting, *member);
        stays.extend(called(planting, *member, hospital, profile, (first, last)));
    }
}

/// A stay of somebody called in from one day to another; none while they are in hospital.
pub(super) fn called(
    planting: &mut Planting<'_>,
    member: u32,
    hospital: u16,
    profile: u8,
    (first, last): (i32, i32),
) -> Option<usize> {
    let random = &mut planting.random;
    let begin = at(first, random.between(8.0, 17.0));
    let leave = at(last, random.between(8.5, 16.5));
    if last > planting.plan.period.1 || planting.person_busy(member, begin, leave) {
        return None;
    }
    let after = i64::from(planting.scene.places.hospital(hospital).habits.settles_after) * DAY;
    let settled = leave + planting.random.within(300, 5_000) + after;
    let mut stay = Stay::plain(planting.plan.next_id(), member, hospital, profile, (begin, leave), settled);
    stay.planted = true;
    Some(planting.add(stay))
}

/// Grown-ups of different households, known at the hospital where there are enough of them.
pub(super) fn strangers(planting: &mut Planting<'_>, hospital: u16, size: usize) -> Vec<u32> {
    let first = planting.plan.period.0;
    let persons = &planting.plan.persons;
    let fits = |id: u32| (40..86).contains(&persons[id as usize].age(first)) && !planting.called.contains(&id);
    let at_home = planting.plan.stays.iter().filter(|s| s.hospital == hospital && fits(s.person)).map(|s| s.person);
    let mut pool: Vec<u32> = at_home.collect();
    pool.sort_unstable();
    pool.dedup();
    let anybody: Vec<u32> = (0..persons.len() as u32).filter(|id| fits(*id)).collect();
    let mut chosen: Vec<u32> = Vec::new();
    for _ in 0..size * 40 {
        let list = if pool.len() > size * 3 && planting.random.chance(0.7) { &pool } else { &anybody };
        if chosen.len() == size || list.is_empty() {
            break;
        }
        let id = *planting.random.pick(list);
        let home = persons[id as usize].household;
        if chosen.iter().all(|c| persons[*c as usize].household != home) {
            chosen.push(id);
        }
    }
    planting.called.extend(chosen.iter().copied());
    chosen
}

/// An illness nobody can disprove.
pub(super) fn complaint(planting: &mut Planting<'_>, person: u32) -> u8 {
    let person = &planting.plan.persons[person as usize];
    let age = person.age(planting.plan.period.0);
    let profiles = &planting.scene.catalog.profiles;
    let fitting: Vec<u8> = (0..profiles.len())
        .filter(|p| {
            let p = &profiles[*p];
            let vague = matches!(p.course, Course::Acute | Course::Chronic) && p.levels[0] >= 2.0;
            vague && p.ages.0 <= age && age <= p.ages.1 && (p.sex == 0 || p.sex == person.sex)
        })
        .map(|p| p as u8)
        .collect();
    if fitting.is_empty() { 0 } else { *planting.random.pick(&fitting) }
}
