//! The judgement of hospitals on counts drawn from known worlds.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Poisson, StandardNormal};

use super::judge::{Returns, judge};
use super::*;
use crate::model::{Hospital, TextId};

const REACH: usize = 60;

fn parameters() -> Parameters {
    Parameters {
        windows: vec![0, 1, 2, 4, 7],
        reference_from: 8,
        reference_to: REACH as i32,
        early_factor: 3.0,
        own_spread: 0.25,
        min_peers: 8,
        max_q: 0.01,
        min_ratio: 2.5,
        min_excess: 3.0,
        min_probability: 0.5,
        series_codes: Vec::new(),
        series_words: Vec::new(),
        regular_times: 4,
        regular_spread: 0.35,
        session_times: 12,
        long_nights: 28,
    }
}

fn plain(hospitals: usize, houses: &BTreeMap<HospitalId, Returns>) -> BTreeMap<HospitalId, Early> {
    let [judged] = judge(&region(hospitals), [houses], true, &parameters());
    judged
}

fn region(hospitals: usize) -> Region {
    let one = Hospital { name: TextId::NONE, level: TextId::NONE, kind: TextId::NONE, beds: None };
    Region { hospitals: vec![one; hospitals], ..Region::default() }
}

/// A hospital with a hazard of return that falls from `early` times the later one, and its own factor on the early part.
fn house(random: &mut ChaCha8Rng, discharges: f64, rate: f64, early: f64, spread: f64) -> Returns {
    let z: f64 = StandardNormal.sample(random);
    let own = (spread * z).exp();
    let mut count = |mean: f64| Poisson::new(mean.max(1e-9)).expect("a mean").sample(random);
    let gaps = (0..=REACH)
        .map(|g| {
            let falling = 1.0 + (early * own - 1.0) * (-(g as f64) / 3.0).exp();
            let mean = discharges * rate * falling.max(0.05);
            [count(mean * 0.6), count(mean * 0.4)]
        })
        .collect();
    Returns { discharges, gaps }
}

fn regions(
    seed: u64,
    early: f64,
    spread: f64,
    hospitals: usize,
) -> impl Iterator<Item = BTreeMap<HospitalId, Returns>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..60).map(move |_| {
        let size = |i: usize| 150.0 * 1.35f64.powi(i as i32 % 14);
        (0..hospitals).map(|i| (HospitalId(i as u32), house(&mut random, size(i), 0.002, early, spread))).collect()
    })
}

#[test]
fn without_splitting_hardly_any_hospital_is_named() {
    // Hospitals whose early returns differ by factors of e and more are hardly to be told from a few that split.
    let worlds = [
        (1.0, 0.0, 12, 1),
        (3.0, 0.0, 12, 1),
        (3.0, 0.3, 12, 2),
        (3.0, 0.5, 12, 5),
        (6.0, 0.4, 30, 2),
        (2.0, 0.0, 2, 1),
    ];
    for (early, spread, hospitals, most) in worlds {
        let named: usize = regions(9, early, spread, hospitals).map(|houses| plain(hospitals, &houses).len()).sum();
        assert!(named <= most, "{early} {spread} {hospitals}: {named} of {}", 60 * hospitals);
    }
}

#[test]
fn splitting_is_found_by_its_size_and_its_days() {
    let power = |extra: f64, others: usize| {
        let mut found = 0;
        for (n, mut houses) in regions(4, 2.0, 0.2, 14).enumerate() {
            let planted: Vec<HospitalId> = (0..=others).map(|i| HospitalId((5 + i) as u32)).collect();
            for id in &planted {
                houses.get_mut(id).expect("a hospital").gaps[1 + n % 2][0] += extra;
            }
            let judged = plain(14, &houses);
            found += usize::from(judged.contains_key(&planted[0]));
            for one in planted.iter().filter_map(|id| judged.get(id)) {
                assert!(one.q <= 0.01 && one.observed > one.expected);
                assert!(extra < 30.0 || one.probability(1 + n as i32 % 2, 0) > one.probability(0, 1));
            }
        }
        found as f64 / 60.0
    };
    let one = [power(0.0, 0), power(10.0, 0), power(30.0, 0), power(60.0, 0)];
    assert!(one.is_sorted() && one[0] <= 0.02 && one[2] > 0.5 && one[3] > 0.95, "{one:?}");
    let three = power(60.0, 2);
    assert!(three > 0.5, "three of fourteen do it: {three}");
}

#[test]
fn alone_a_hospital_is_held_against_its_own_later_returns() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut houses = BTreeMap::from([(HospitalId(0), house(&mut random, 2_000.0, 0.002, 1.5, 0.0))]);
    assert!(plain(1, &houses).is_empty());
    houses.get_mut(&HospitalId(0)).expect("the hospital").gaps[1][0] += 120.0;
    let judged = plain(1, &houses);
    assert!(judged[&HospitalId(0)].probability(1, 0) > 0.7, "{judged:?}");
}
