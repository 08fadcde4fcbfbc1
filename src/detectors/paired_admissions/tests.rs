//! Null worlds must stay silent, planted rings must be found, and the order of the data must not matter.

use std::collections::BTreeSet;

use super::hospital::Hospital;
use super::search::{Settings, search};
use super::traffic::{Care, Spell};
use super::worlds::{Dice, Plan, Strength, world};

const SETTINGS: Settings = Settings { least: 3, window: 42, level: 0.01 };

fn claimed(hospitals: &[Hospital]) -> BTreeSet<(usize, u32)> {
    let found = search(&hospitals.iter().collect::<Vec<_>>(), &SETTINGS).groups;
    let of = |(h, groups): (usize, Vec<super::groups::Group>)| {
        groups.into_iter().flat_map(move |g| g.members.into_iter().map(move |m| (h, m)))
    };
    found.into_iter().enumerate().flat_map(of).collect()
}

/// Precision, recall and number of claimed persons over worlds of seeds.
fn score(seeds: std::ops::Range<u64>, stays: usize, rings: Strength, kinds: bool) -> (f64, f64) {
    let (mut hits, mut claims, mut planted) = (0, 0, 0);
    for seed in seeds {
        let world = world(&Plan { seed, stays, rings: Some(rings), innocents: true, kinds });
        let found = claimed(&world.hospitals);
        let truth: BTreeSet<(usize, u32)> =
            world.rings.iter().flat_map(|r| r.members.iter().map(|&m| (r.hospital, m))).collect();
        hits += found.intersection(&truth).count();
        claims += found.len();
        planted += truth.len();
    }
    (hits as f64 / f64::from(claims.max(1) as u32), hits as f64 / f64::from(planted as u32))
}

#[test]
fn regions_without_rings_stay_silent() {
    let mut runs = 0;
    for seed in 500..540 {
        let plan = Plan { seed, stays: 10_000, rings: None, innocents: seed % 2 == 0, kinds: seed % 4 < 2 };
        runs += usize::from(!claimed(&world(&plan).hospitals).is_empty());
    }
    // At a rate of 0.01, two or more of 40 runs have a probability of 0.06.
    assert!(runs <= 1, "{runs} of 40 regions have a group");
}

#[test]
fn many_small_hospitals_stay_silent() {
    let mut runs = 0;
    for run in 0..12 {
        let small = |n: u64| Plan {
            seed: 9_000 + 40 * run + n,
            stays: 300,
            rings: None,
            innocents: n.is_multiple_of(2),
            kinds: true,
        };
        let hospitals: Vec<Hospital> = (0..40).flat_map(|n| world(&small(n)).hospitals).collect();
        runs += usize::from(!claimed(&hospitals).is_empty());
    }
    // At a rate of 0.01, two or more of 12 runs have a probability of 0.006.
    assert!(runs <= 1, "{runs} of 12 regions have a group");
}

#[test]
fn blunt_rings_are_found() {
    let (precision, recall) = score(600..606, 12_000, Strength::Blunt, true);
    assert!(precision >= 0.97 && recall >= 0.95, "{precision} {recall}");
}

#[test]
fn subtle_rings_are_mostly_found_even_without_diagnoses() {
    let (precision, recall) = score(700..708, 12_000, Strength::Subtle, false);
    assert!(precision >= 0.95 && recall >= 0.6, "{precision} {recall}");
}

#[test]
fn the_order_of_the_persons_does_not_matter() {
    let plan = Plan { seed: 7, stays: 4_000, rings: Some(Strength::Blunt), innocents: true, kinds: true };
    let world = world(&plan);
    let turned: Vec<Hospital> = world
        .hospitals
        .iter()
        .map(|h| {
            let persons = h.starts.len() as u32 - 1;
            let mut spells = h.spells.clone();
            spells.iter_mut().for_each(|s| s.person = persons - 1 - s.person);
            Hospital::new(spells, persons as usize)
        })
        .collect();
    let back: BTreeSet<(usize, u32)> =
        claimed(&turned).into_iter().map(|(h, m)| (h, turned[h].starts.len() as u32 - 2 - m)).collect();
    let found = claimed(&world.hospitals);
    assert!(!found.is_empty());
    assert_eq!(found, back);
}

/// Days in 2024 on which people are called in.
fn days_of(kind: usize) -> Vec<i32> {
    let day = |month, n| chrono::NaiveDate::from_ymd_opt(2024, month, n).map_or(0, |d| d.to_epoch_days());
    match kind {
        0 => (3..=10).map(|month| day(month, 10)).collect(),
        1 => (3..=10).map(|month| day(month, 1)).map(|first| first + (-(first + 3)).rem_euclid(7)).collect(),
        _ => (0..8).map(|n| day(3, 6) + 30 * n).collect(),
    }
}

/// A region without rings, with further people at one hospital who come on the days given for so many nights.
fn with_people(seed: u64, largest: bool, people: &[(Vec<i32>, i32, Care)]) -> (Vec<Hospital>, BTreeSet<(usize, u32)>) {
    let plan = Plan { seed, stays: 8_000, rings: None, innocents: true, kinds: true };
    let mut hospitals = world(&plan).hospitals;
    let by_size = |&h: &usize| hospitals[h].spells.len();
    let at = if largest { (0..hospitals.len()).max_by_key(by_size) } else { (0..hospitals.len()).min_by_key(by_size) };
    let at = at.unwrap_or(0);
    let first = hospitals[at].starts.len() as u32 - 1;
    let mut spells = hospitals[at].spells.clone();
    for (number, (days, nights, care)) in people.iter().enumerate() {
        let (person, kind) = (first + number as u32, (number % 5) as u16 + 1);
        spells.extend(days.iter().map(|&begin| Spell { person, begin, end: begin + nights, kind, care: *care }));
    }
    let added = first..first + people.len() as u32;
    hospitals[at] = Hospital::new(spells, added.end as usize);
    (hospitals, added.map(|m| (at, m)).collect())
}

#[test]
fn fixed_days_excuse_no_strangers() {
    for (seed, size) in (11..).zip([3, 4, 5, 8, 10, 14, 18, 24, 40]) {
        // The regulars of some of these hospitals come on first Mondays, so that few more of them are no surprise.
        for kind in (0..3).filter(|kind| *kind != 1 || size >= 5) {
            let people = vec![(days_of(kind), 7, Care::Plain); size];
            let (hospitals, ring) = with_people(seed, seed % 2 == 0, &people);
            let found = claimed(&hospitals);
            let of_ring = ring.intersection(&found).count();
            assert_eq!((of_ring, found.len()), (size, size), "{size} strangers of kind {kind}");
        }
    }
}

#[test]
fn a_calendar_of_care_excuses_those_who_keep_it() {
    for (seed, size) in [(21, 4), (22, 8), (23, 14)] {
        let people = vec![(days_of(2), 4, Care::Scheduled); size];
        assert!(claimed(&with_people(seed, true, &people).0).is_empty(), "{size} patients");
    }
}

#[test]
fn people_with_rhythms_of_their_own_are_no_group() {
    let mut runs = Vec::new();
    for seed in 30..60 {
        let mut dice = Dice(seed);
        let people: Vec<(Vec<i32>, i32, Care)> = (0..60)
            .map(|_| {
                let (start, period) = (19_730 + dice.within(0, 29), [28, 30, 30, 31][dice.within(0, 3) as usize]);
                ((0..9).map(|n| start + n * period).collect(), dice.within(5, 9), Care::Plain)
            })
            .collect();
        let found = claimed(&with_people(seed, seed % 2 == 0, &people).0);
        if !found.is_empty() {
            runs.push((seed, found.len()));
        }
    }
    assert!(runs.len() <= 1, "{runs:?} of 30 regions have a group");
}

#[test]
fn a_house_that_takes_everybody_in_on_the_first_is_no_group() {
    for seed in [71, 72, 73] {
        let mut dice = Dice(seed);
        let days = |dice: &mut Dice| -> Vec<i32> {
            let firsts = (1..=12).filter_map(|month| chrono::NaiveDate::from_ymd_opt(2024, month, 1));
            firsts.map(|d| d.to_epoch_days()).filter(|_| dice.chance(0.9)).collect()
        };
        let people: Vec<(Vec<i32>, i32, Care)> = (0..250).map(|_| (days(&mut dice), 27, Care::Plain)).collect();
        let found = claimed(&with_people(seed, false, &people).0);
        assert!(found.is_empty(), "{} people", found.len());
    }
}

#[test]
fn a_large_ring_is_one_group() {
    for (seed, size) in [(81, 24), (82, 40)] {
        let mut dice = Dice(seed);
        let days: Vec<i32> = (0..7).map(|n| 19_740 + 45 * n + dice.within(0, 20)).collect();
        let people = vec![(days, 8, Care::Plain); size];
        let (hospitals, ring) = with_people(seed, true, &people);
        let found = search(&hospitals.iter().collect::<Vec<_>>(), &SETTINGS).groups;
        let groups: Vec<(usize, usize)> =
            found.iter().enumerate().flat_map(|(h, groups)| groups.iter().map(move |g| (h, g.members.len()))).collect();
        let at = ring.first().map_or(0, |m| m.0);
        assert_eq!(groups, [(at, size)], "{size} people");
    }
}
