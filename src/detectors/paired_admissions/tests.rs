//! Null worlds must stay silent, planted rings must be found, and the order of the data must not matter.

use std::collections::BTreeSet;

use super::search::{Hospital, Settings, search};
use super::worlds::{Plan, Strength, world};

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
