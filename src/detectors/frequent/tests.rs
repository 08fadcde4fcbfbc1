//! People drawn from known laws, and people planted among them.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, Gamma, Poisson, StandardNormal};

use super::*;
use crate::model::{Person, Region, Sex, TextId};

const PEOPLE: usize = 6_000;
const DAYS: i32 = 365;

fn parameters() -> Parameters {
    Parameters {
        window: 30,
        least: 4,
        min_ratio: 2.0,
        max_q: 0.01,
        quantile: 0.97,
        min_stratum: 300,
        regular_times: 8,
        regular_spread: 0.35,
        schedule_days: 24,
        schedule_share: 0.85,
        chronic_codes: Vec::new(),
        chronic_types: Vec::new(),
        series_codes: Vec::new(),
        series_words: Vec::new(),
    }
}

fn region() -> Region {
    let one = |i: usize| Person {
        name: TextId::NONE,
        certificate: TextId::NONE,
        sex: if i.is_multiple_of(2) { Sex::Male } else { Sex::Female },
        birth: Some(Day(-365 * (i as i32 % 80))),
        born: None,
        address: TextId::NONE,
    };
    Region { persons: (0..PEOPLE).map(one).collect(), ..Region::default() }
}

fn on(person: u32, day: i32) -> Occasion {
    Occasion { person: PersonId(person), day: Day(day), hospital: HospitalId((day % 3) as u32), index: 0 }
}

/// Occasions of people with a rate of each one's own, on days of chance.
fn crowd(seed: u64, rate: impl Fn(&mut ChaCha8Rng) -> f64) -> Vec<Occasion> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut out = Vec::new();
    for person in 0..PEOPLE as u32 {
        let times = Poisson::new(rate(&mut random).max(1e-6)).expect("a rate").sample(&mut random) as u32;
        out.extend((0..times.min(150)).map(|_| on(person, (random.next_u32() % DAYS as u32) as i32)));
    }
    out.sort_unstable();
    out
}

fn gamma(random: &mut ChaCha8Rng) -> f64 {
    Gamma::new(0.8, 5.0).expect("a shape").sample(random)
}

fn lognormal(random: &mut ChaCha8Rng) -> f64 {
    let z: f64 = StandardNormal.sample(random);
    3.0 * (0.8 * z).exp()
}

fn named(occasions: &[Occasion]) -> Vec<u32> {
    let (region, parameters) = (region(), parameters());
    let illness = Illness::new(&region, &parameters);
    test(&illness, occasions, &parameters).iter().map(|t| occasions[t.fullest.from].person.0).collect()
}

#[test]
fn people_who_only_differ_are_left_alone() {
    let wrong: usize = (0..6).map(|s| named(&crowd(s, gamma)).len() + named(&crowd(s, lognormal)).len()).sum();
    assert!(wrong <= 3, "{wrong} of 12 crowds");
}

#[test]
fn planted_people_are_found_by_how_often_they_come() {
    let found = |times: i32| {
        let mut occasions = crowd(20, gamma);
        occasions.retain(|o| o.person.0 >= 20);
        for person in 0..20 {
            // Days without an order, all different.
            occasions.extend((0..times).map(|i| on(person, 100 + (i * 11 + person as i32) % 29)));
        }
        occasions.sort_unstable();
        let named = named(&occasions);
        (named.iter().filter(|p| **p < 20).count(), named.len())
    };
    let all = [3, 8, 12, 20].map(found);
    assert!(all.is_sorted() && all[0].0 == 0 && all[2].0 >= 18 && all[3].0 == 20, "{all:?}");
    assert!(all.iter().all(|(right, named)| named - right <= 1), "{all:?}");
}

#[test]
fn courses_of_care_are_left_alone() {
    let mut occasions = crowd(30, gamma);
    occasions.retain(|o| o.person.0 >= 10);
    for person in 0..10 {
        occasions.extend((0..DAYS).filter(|d| [0, 2, 4].contains(&(d % 7))).map(|d| on(person, d)));
        occasions.push(on(person, 40 + person as i32));
    }
    occasions.sort_unstable();
    assert!(named(&occasions).iter().all(|p| *p >= 10));
}

#[test]
fn the_fullest_window_counts_days_and_institutions_once() {
    let at = |day: i32, hospital: u32| Occasion { hospital: HospitalId(hospital), ..on(0, day) };
    let own = [at(0, 1), at(40, 1), at(40, 1), at(40, 2), at(50, 1), at(69, 1), at(70, 1)];
    assert_eq!(fullest(&own, 30), Fullest { from: 1, to: 6, count: 4 });
    assert_eq!(fullest(&own[..1], 30), Fullest { from: 0, to: 1, count: 1 });
    assert_eq!(fullest(&own, 365).count, 6);
}
