//! False alarms over many regions without steering, and what is found where there is some.

use super::bills::{Bill, HospitalBills, Prices};
use super::scan::{scan, standing};
use super::steered::steered;
use super::windows::Bars;
use super::worlds::{Recipe, world};

const PRICES: Prices = Prices { width: 0.10, stays: 8, heap: 1e-4 };

fn bars() -> Bars {
    Bars {
        marks: vec![10_000.0],
        lowest: 1_000.0,
        highest: 0.995,
        neighbours: 12,
        q: 0.02,
        ratio: 1.3,
        step: 1.4,
        excess: 5.0,
        misfit: 0.0064,
        step_p: 0.05,
        prior: 5.0,
        free: 0.2,
    }
}

const QUIET: Recipe = Recipe {
    stays: 20_000,
    hospitals: 35,
    crooked: 0.0,
    share: (0.1, 0.6),
    from_below: false,
    labels: true,
    rule: 0.0,
};

fn both_sides(bills: Vec<(u32, Bill)>) -> Vec<HospitalBills> {
    super::bills::both_sides(bills, &PRICES)
}

/// Right, wrong and missed hospitals, and the sums of probabilities and of steered stays at the right ones.
#[derive(Default, Debug)]
struct Score {
    right: usize,
    wrong: usize,
    missed: usize,
    probable: f64,
    steered: usize,
    stays: usize,
    noisy: usize,
}

fn score(recipe: &Recipe, seeds: std::ops::Range<u64>) -> Score {
    let mut score = Score::default();
    for seed in seeds {
        let world = world(seed, recipe);
        score.stays += world.bills.len();
        let houses = both_sides(world.bills);
        let tests = scan(&houses, &bars());
        let mut found = Vec::new();
        for i in standing(&tests, &houses, &bars()) {
            let house = &houses[tests[i].house];
            found.push(house.hospital);
            if world.truth.iter().any(|t| t.0 == house.hospital) {
                let over = steered(&tests[i], &house.without(&tests[i].groups));
                score.probable += over.bills.iter().map(|s| s.probability).sum::<f64>();
            }
        }
        found.sort_unstable();
        found.dedup();
        let wrong = found.iter().filter(|h| world.truth.iter().all(|t| t.0 != **h)).count();
        score.wrong += wrong;
        score.noisy += usize::from(wrong > 0);
        // A scheme of a handful of stays is nobody's.
        for (hospital, _, steered) in world.truth.iter().filter(|t| t.2 >= 12) {
            if found.contains(hospital) {
                score.right += 1;
                score.steered += steered;
            } else {
                score.missed += 1;
            }
        }
    }
    score
}

#[test]
fn quiet_regions_are_quiet() {
    for (name, recipe) in [
        ("labels", QUIET),
        ("no labels", Recipe { labels: false, ..QUIET }),
        ("a payment rule", Recipe { rule: 1.0, ..QUIET }),
        ("one hospital", Recipe { stays: 3_000, hospitals: 1, ..QUIET }),
        ("few large hospitals", Recipe { hospitals: 6, ..QUIET }),
        ("many small hospitals", Recipe { hospitals: 320, ..QUIET }),
    ] {
        // Those of other sizes of hospitals cost as much each as several.
        let seeds = if recipe.hospitals == QUIET.hospitals || recipe.hospitals == 1 { 25 } else { 8 };
        let score = score(&recipe, 50_000..50_000 + seeds);
        assert!(score.noisy <= 1, "{name}: {score:?}");
        assert!(score.wrong as f64 * 10_000.0 <= 0.1 * score.stays as f64 + 10_000.0, "{name}: {score:?}");
    }
}

#[test]
fn steering_is_found_and_measured() {
    for (name, share, recall) in [("blunt", (0.3, 0.6), 0.95), ("subtle", (0.1, 0.3), 0.9)] {
        let score = score(&Recipe { crooked: 0.15, share, ..QUIET }, 60_000..60_020);
        let (right, missed) = (score.right as f64, score.missed as f64);
        assert!(right / (right + missed) >= recall, "{name}: {score:?}");
        assert!(right / (right + score.wrong as f64) >= 0.95, "{name}: {score:?}");
        let ratio = score.probable / score.steered as f64;
        assert!((0.85..1.15).contains(&ratio), "{name}: {ratio} {score:?}");
    }
}

/// A mark at which half of the hospitals steer while the others do not is no rule of payment.
#[test]
fn many_hospitals_do_not_hide_each_other() {
    let score = score(&Recipe { crooked: 0.5, share: (0.2, 0.5), ..QUIET }, 70_000..70_008);
    let (right, missed) = (score.right as f64, score.missed as f64);
    assert!(right / (right + missed) >= 0.9, "{score:?}");
    assert!(right / (right + score.wrong as f64) >= 0.97, "{score:?}");
}

#[test]
fn the_order_of_the_bills_does_not_matter() {
    let recipe = Recipe { stays: 6_000, hospitals: 8, crooked: 0.5, ..QUIET };
    let world = world(7, &recipe);
    let figures = |bills: Vec<(u32, Bill)>| {
        let houses = both_sides(bills);
        let tests = scan(&houses, &bars());
        let standing = standing(&tests, &houses, &bars());
        let figures: Vec<_> =
            standing.iter().map(|&i| (houses[tests[i].house].hospital, tests[i].mark, tests[i].q)).collect();
        assert!(!figures.is_empty());
        figures
    };
    let mut reversed = world.bills.clone();
    reversed.reverse();
    assert_eq!(figures(world.bills), figures(reversed));
}

/// A hospital whose patients of one or two illnesses are kept until the bill just passes ten thousand: no price, as the illness
/// has bills of all sizes at the other hospitals.
#[test]
fn one_illness_kept_to_a_mark_is_no_price() {
    for (seed, kinds) in [(81_001, 1), (81_002, 2), (81_003, 2), (81_004, 1)] {
        let mut world = world(seed, &QUIET);
        let before = found_hospitals(world.bills.clone());
        let of = |h: u32| world.bills.iter().filter(|(hospital, _)| *hospital == h).count();
        let Some(hospital) = (0..35).filter(|h| !before.contains(h)).max_by_key(|&h| (of(h) <= 600, of(h))) else {
            panic!("no hospital")
        };
        let steered = of(hospital) / 4;
        let own = world.bills.iter_mut().filter(|(h, _)| *h == hospital).map(|(_, bill)| bill);
        for (number, bill) in own.enumerate().filter(|(number, _)| number % 4 == 0) {
            bill.fen = 1_000_000 + (number as i64 * 7_919) % 40_000;
            bill.nights = 8 + (number / 4 % 5) as i32;
            bill.label = (number / 4) as u32 % kinds;
        }
        let found = found_hospitals(world.bills);
        assert!(found.contains(&hospital), "{steered} steered bills of {kinds} kinds: {found:?}");
    }
}

/// Doing more of it never weakens what is found, on either side of a mark, with one illness or two.
#[test]
fn the_more_bills_are_steered_the_surer_they_are_found() {
    for (seed, kinds, side) in [(82_001, 1, 1), (82_002, 2, 1), (82_003, 1, -1), (82_004, 2, -1)] {
        let clean = world(seed, &QUIET);
        let before = found_hospitals(clean.bills.clone());
        let of = |h: u32| clean.bills.iter().filter(|(hospital, _)| *hospital == h).count();
        let hospital = (0..35).filter(|h| !before.contains(h)).max_by_key(|&h| (of(h) <= 900, of(h))).expect("one");
        let found = |tenths: usize| {
            let mut bills = clean.bills.clone();
            let own = bills.iter_mut().filter(|(h, _)| *h == hospital).map(|(_, bill)| bill);
            for (number, bill) in own.enumerate().filter(|(number, _)| number % 10 < tenths) {
                bill.fen = 1_000_000 + side * (1 + (number as i64 * 7_919) % 40_000);
                bill.nights = 6 + (number % 7) as i32;
                bill.label = (number / 10) as u32 % kinds;
            }
            found_hospitals(bills).contains(&hospital)
        };
        let found: Vec<bool> = [1, 2, 4, 6, 8, 9].map(found).to_vec();
        assert!(found.is_sorted() && found[1], "{seed}, {} bills: {found:?}", of(hospital));
    }
}

/// The hospitals of which a mark stands.
fn found_hospitals(bills: Vec<(u32, Bill)>) -> Vec<u32> {
    let houses = both_sides(bills);
    let tests = scan(&houses, &bars());
    let mut found: Vec<u32> =
        standing(&tests, &houses, &bars()).into_iter().map(|i| houses[tests[i].house].hospital).collect();
    found.dedup();
    found
}
