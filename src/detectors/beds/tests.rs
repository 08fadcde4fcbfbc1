//! Small cohorts of days, drawn from laws of their own: how often honest stays are taken for hanging, how often planted ones
//! are found.

use super::cohort::{AWAY, Chart, Cohort, EMPTY};
use super::judge::{Parameters, Shape, judge};
use crate::model::{Day, HospitalId};

/// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().max(1e-300).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
}

/// What a cohort is like.
#[derive(Clone, Copy, Debug)]
struct Law {
    stays: usize,
    hospitals: usize,
    /// Probability of an empty day in a busy kind of stay.
    base: f64,
    /// Factors of the odds: weekend, spread between hospitals and between stays (sigma), later half.
    weekend: f64,
    houses: f64,
    patients: f64,
    late: f64,
    /// Probability of day leave in a long stay; of a quiet stay.
    leave: f64,
    quiet: f64,
    /// Natural days seen elsewhere.
    visits: f64,
    /// Share of hospitals that cheat, of their stays that are planted, range of empty shares.
    crooked: f64,
    greed: f64,
    empty: (f64, f64),
    /// Share of planted stays with a visit elsewhere, share that are padded.
    seen: f64,
    padded: f64,
}

const HONEST: Law = Law {
    stays: 6_000,
    hospitals: 30,
    base: 0.04,
    weekend: 2.0,
    houses: 0.4,
    patients: 0.6,
    late: 1.6,
    leave: 0.03,
    quiet: 0.01,
    visits: 0.001,
    crooked: 0.0,
    greed: 0.0,
    empty: (0.0, 0.0),
    seen: 0.0,
    padded: 0.0,
};

/// Very different regions: ordinary, strict, quiet, few and unlike hospitals, many with quiet patients, almost no empty day.
const REGIONS: [Law; 6] = [
    HONEST,
    Law { base: 0.01, weekend: 4.0, houses: 0.2, patients: 0.3, leave: 0.0, quiet: 0.0, ..HONEST },
    Law { base: 0.06, weekend: 1.5, houses: 0.5, late: 2.5, ..HONEST },
    Law { hospitals: 10, stays: 3_000, base: 0.03, houses: 0.8, patients: 0.9, leave: 0.08, ..HONEST },
    Law { hospitals: 80, base: 0.02, weekend: 3.0, quiet: 0.04, visits: 0.004, ..HONEST },
    Law { base: 0.002, houses: 0.0, patients: 0.0, leave: 0.0, quiet: 0.0, visits: 0.0, weekend: 1.0, ..HONEST },
];

fn odds(p: f64, factor: f64) -> f64 {
    p * factor / (1.0 - p + p * factor)
}

/// A cohort and which of its stays were planted.
fn cohort(law: Law, seed: u64) -> (Cohort, Vec<bool>) {
    let dice = &mut Dice(seed);
    let volumes: Vec<f64> = (0..law.hospitals).map(|_| (0.9 * dice.normal()).exp()).collect();
    let total: f64 = volumes.iter().sum();
    let mut cohort = Cohort { parents: vec![0], ..Cohort::default() };
    let mut planted = Vec::new();
    // Two levels of twelve categories; the last one of each is quiet (psychiatry).
    let leaves: Vec<u32> = (0..24)
        .map(|_| {
            cohort.parents.push(0);
            cohort.parents.len() as u32 - 1
        })
        .collect();
    for (h, volume) in volumes.iter().enumerate() {
        cohort.hospitals.push(HospitalId(h as u32));
        let house = (law.houses * dice.normal()).exp();
        let crooked = dice.chance(law.crooked) || (law.crooked > 0.0 && h % 9 == 4);
        let stays = (law.stays as f64 * volume / total) as usize;
        for _ in 0..stays {
            let category = (dice.unit() * 24.0) as usize;
            let psychiatric = category % 12 == 11;
            let length = (if psychiatric { 30.0 } else { 4.0 + (category % 12) as f64 } * (0.4 * dice.normal()).exp())
                .round()
                .max(1.0) as usize;
            let mut base = if psychiatric { 0.5 } else { odds(law.base, 1.0 + (category % 5) as f64 * 0.5) };
            if dice.chance(law.quiet) {
                base = odds(base, 5.0);
            }
            let stay = (law.patients * dice.normal()).exp();
            let first = Day(19_000 + (dice.unit() * 365.0) as i32);
            let mut days: Vec<u8> = (0..length)
                .map(|i| {
                    let weekend = if Day(first.0 + i as i32).weekday() >= 5 { law.weekend } else { 1.0 };
                    let part = if i == 0 {
                        0.2
                    } else if 2 * i >= length {
                        law.late
                    } else {
                        1.0
                    };
                    let mut flag = if dice.chance(odds(base, house * stay * weekend * part)) { EMPTY } else { 0 };
                    if i > 0 && dice.chance(law.visits) {
                        flag |= AWAY;
                    }
                    flag
                })
                .collect();
            if length >= 8 && dice.chance(law.leave) {
                let at = 2 + (dice.unit() * (length - 5) as f64) as usize;
                days[at..at + 1 + (dice.unit() * 3.0) as usize].fill(EMPTY);
            }
            let plant = crooked && length >= 5 && dice.chance(law.greed);
            if plant {
                hang(&law, &mut days, dice);
            }
            planted.push(plant);
            let start = cohort.flags.len() as u32;
            cohort.flags.extend(days);
            let (stay, leaf) = (cohort.charts.len() as u32, leaves[category]);
            let days = start..cohort.flags.len() as u32;
            cohort.charts.push(Chart { stay, hospital: h as u32, leaf, first, whole: days.clone(), days });
        }
    }
    (cohort, planted)
}

fn hang(law: &Law, days: &mut [u8], dice: &mut Dice) {
    let share = dice.between(law.empty.0, law.empty.1);
    let wanted = ((days.len() as f64 * share).round() as usize).clamp(2, days.len());
    if dice.chance(law.padded) {
        let start = days.len() - wanted;
        days[start..].iter_mut().for_each(|d| *d |= EMPTY);
    } else {
        let mut order: Vec<usize> = (0..days.len()).collect();
        for i in (1..order.len()).rev() {
            order.swap(i, (dice.unit() * (i + 1) as f64) as usize);
        }
        order[..wanted].iter().for_each(|&i| days[i] |= EMPTY);
    }
    if dice.chance(law.seen)
        && let Some(at) = (1..days.len()).find(|&i| days[i] & EMPTY != 0)
    {
        days[at] |= AWAY;
    }
}

fn standard() -> Parameters {
    let book = crate::rulebook::Rulebook::builtin();
    crate::rule::parameters(book.card("bed-hanging").expect("the card is built in"))
        .expect("its parameters are understood")
}

/// Leads, right leads, planted stays, all stays.
fn score(law: Law, seed: u64) -> [usize; 4] {
    let (mut cohort, planted) = cohort(law, seed);
    let judged = judge(&mut cohort, &standard());
    let right = judged.verdicts.iter().filter(|v| planted[v.chart]).count();
    [judged.verdicts.len(), right, planted.iter().filter(|p| **p).count(), planted.len()]
}

fn pooled(laws: impl IntoIterator<Item = Law>, seeds: std::ops::Range<u64>) -> [usize; 4] {
    let mut sum = [0; 4];
    for law in laws {
        let mut own = [0; 4];
        for seed in seeds.clone() {
            own.iter_mut().zip(score(law, seed)).for_each(|(a, b)| *a += b);
        }
        println!(
            "{own:?} precision {:.3} recall {:.3} {law:?}",
            own[1] as f64 / own[0] as f64,
            own[1] as f64 / own[2] as f64
        );
        sum.iter_mut().zip(own).for_each(|(a, b)| *a += b);
    }
    sum
}

#[test]
fn honest_regions_give_hardly_a_lead() {
    let [leads, _, _, stays] = pooled(REGIONS, 0..10);
    assert!(leads * 10_000 <= stays, "{leads} leads in {stays} stays");
}

#[test]
fn blunt_hanging_is_found() {
    let blunt = |law: Law| Law { crooked: 0.12, greed: 0.1, empty: (0.6, 0.9), seen: 0.5, padded: 0.4, ..law };
    let [leads, right, planted, _] = pooled(REGIONS.map(blunt), 100..104);
    assert!(right as f64 >= 0.97 * leads as f64 && right as f64 >= 0.55 * planted as f64, "{leads} {right} {planted}");
    // Where empty days are rare, hardly one is missed.
    let [leads, right, planted, _] = pooled([REGIONS[1], REGIONS[5]].map(blunt), 104..108);
    assert!(right as f64 >= 0.97 * leads as f64 && right as f64 >= 0.85 * planted as f64, "{leads} {right} {planted}");
}

#[test]
fn subtle_hanging_is_found_where_the_region_lets_it_show() {
    let subtle = |law: Law| Law { crooked: 0.12, greed: 0.06, empty: (0.3, 0.6), seen: 0.3, padded: 0.4, ..law };
    let [leads, right, planted, _] = pooled([REGIONS[1], REGIONS[5]].map(subtle), 200..206);
    assert!(right as f64 >= 0.95 * leads as f64 && right as f64 >= 0.3 * planted as f64, "{leads} {right} {planted}");
}

#[test]
fn a_region_of_one_hospital_is_judged_by_its_own_stays() {
    let one = |law: Law| Law { hospitals: 1, stays: 3_000, ..law };
    let [leads, _, _, stays] = pooled(REGIONS.map(one), 0..4);
    assert!(leads * 5_000 <= stays, "{leads} leads in {stays} stays");
    let law = Law { crooked: 1.0, greed: 0.05, empty: (0.6, 0.9), seen: 0.5, padded: 0.4, ..one(REGIONS[1]) };
    let [leads, right, planted, _] = pooled([law], 0..4);
    assert!(right as f64 >= 0.95 * leads as f64 && right as f64 >= 0.7 * planted as f64, "{leads} {right} {planted}");
}

#[test]
fn a_hospital_that_posts_in_bulk_is_not_judged() {
    let (mut cohort, _) = cohort(HONEST, 7);
    for chart in cohort.charts.iter().filter(|c| c.hospital == 3) {
        let days = chart.days.start as usize..chart.days.end as usize;
        cohort.flags[days].fill(EMPTY);
    }
    let judged = judge(&mut cohort, &standard());
    let its = cohort.charts.iter().filter(|c| c.hospital == 3).count();
    assert!(its > 20 && judged.unjudged.len() == its, "{its} {}", judged.unjudged.len());
    assert!(judged.verdicts.iter().all(|v| cohort.charts[v.chart].hospital != 3));
}

#[test]
fn a_hospital_that_posts_its_last_days_late_is_not_padding() {
    let (mut cohort, _) = cohort(HONEST, 8);
    for chart in cohort.charts.iter().filter(|c| c.hospital % 5 == 2) {
        let last = (chart.days.end as usize - 3).max(chart.days.start as usize)..chart.days.end as usize;
        cohort.flags[last].fill(EMPTY);
    }
    assert!(judge(&mut cohort, &standard()).verdicts.len() <= 1);
}

#[test]
fn a_stay_shorter_than_its_hospitals_late_days_has_no_days_left() {
    let (mut cohort, _) = cohort(HONEST, 8);
    for chart in cohort.charts.iter().filter(|c| c.hospital % 5 == 2) {
        let last = (chart.days.end as usize - 3).max(chart.days.start as usize)..chart.days.end as usize;
        cohort.flags[last].fill(EMPTY);
    }
    (cohort.charts[0].hospital, cohort.charts[0].days) = (2, 0..1);
    judge(&mut cohort, &standard());
    assert!(cohort.days(&cohort.charts[0]).is_empty());
}

#[test]
fn the_shape_is_told_by_where_care_ends() {
    let measured = |days, empty, run| super::null::Measured { days, empty, run, expected: 0.4, ..Default::default() };
    assert_eq!(super::judge::shape(&measured(10, 6, 6)), Shape::Padded);
    assert_eq!(super::judge::shape(&measured(10, 8, 2)), Shape::Hanging);
    assert_eq!(super::judge::shape(&measured(6, 6, 6)), Shape::Hanging);
}
