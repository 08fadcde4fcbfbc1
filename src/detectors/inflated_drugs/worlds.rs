//! Small worlds of several shapes: false alarms without a scheme, recall with one.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::doses::DrugUse;
use super::leads::{Parameters, leads};
use crate::rule::parameters;
use crate::rulebook::Rulebook;

/// The shape of a world.
#[derive(Clone, Copy, Debug)]
struct Shape {
    hospitals: usize,
    /// Stays at the middle hospital; volumes are lognormal.
    stays: f64,
    drugs: usize,
    /// Log spread of doses between patients and between days.
    between: f64,
    within: f64,
    /// Whether doses are whole numbers.
    whole: bool,
    /// Share of gravely ill stays and of high-dose regimens.
    grave: f64,
    high: f64,
    /// Share of hospitals that inflate, of their stays, and of the drugs and days of such a stay.
    bad: f64,
    share: f64,
    of_drugs: f64,
    of_days: f64,
    factor: (f64, f64),
    /// Doctors, of six at each hospital, who do it.
    doctors: u32,
    /// Whether only totals are billed.
    totals: bool,
}

const BLUNT: Shape = Shape {
    hospitals: 24,
    stays: 300.0,
    drugs: 60,
    between: 0.35,
    within: 0.15,
    whole: true,
    grave: 0.03,
    high: 0.03,
    bad: 0.15,
    share: 0.2,
    of_drugs: 0.4,
    of_days: 0.6,
    factor: (6.0, 20.0),
    doctors: 6,
    totals: false,
};

fn normal(random: &mut impl Rng) -> f64 {
    StandardNormal.sample(random)
}

/// What a world came to.
#[derive(Default, Debug, Clone, Copy)]
struct Count {
    stays: usize,
    planted: usize,
    found: usize,
    wrong: usize,
}

impl Shape {
    /// The uses of the drugs, and which stays are planted.
    fn draw(&self, seed: u64) -> (Vec<DrugUse>, Vec<bool>) {
        let random = &mut ChaCha8Rng::seed_from_u64(seed);
        let usual: Vec<f64> =
            (0..self.drugs).map(|_| f64::from([1, 1, 1, 2, 2, 3, 6, 15][random.random_range(0..8)])).collect();
        let heavy: Vec<f64> = (0..self.drugs).map(|_| if random.random_bool(0.3) { 2.0 } else { 0.3 }).collect();
        let (mut uses, mut planted) = (Vec::new(), Vec::new());
        for hospital in 0..self.hospitals as u32 {
            let volume = (self.stays * (0.9 * normal(random)).exp()).max(20.0) as usize;
            let bad = (f64::from(hospital) + 0.5) / (self.hospitals as f64) < self.bad;
            let case_mix = (0.25 * normal(random)).exp();
            let units: Vec<f64> = (0..self.drugs).map(|_| if random.random_bool(0.02) { 5.0 } else { 1.0 }).collect();
            for _ in 0..volume {
                let stay = planted.len() as u32;
                let scheme = bad && stay % 6 < self.doctors && random.random_bool(self.share);
                self.stay(random, (hospital, stay), scheme, case_mix, [&usual, &heavy, &units], &mut uses);
                planted.push(scheme && uses.iter().rev().take_while(|u| u.stay == stay).any(|u| u.fact == 1));
            }
        }
        (uses, planted)
    }

    fn stay(
        &self,
        random: &mut ChaCha8Rng,
        (hospital, stay): (u32, u32),
        scheme: bool,
        case_mix: f64,
        [usual, heavy, units]: [&Vec<f64>; 3],
        uses: &mut Vec<DrugUse>,
    ) {
        let days = (8.0 * (0.5 * normal(random)).exp()).clamp(1.0, 60.0) as usize;
        let date = random.random_range(0..365);
        let count = random.random_range(3..14usize).min(self.drugs);
        let ill =
            if random.random_bool((self.grave * case_mix).min(1.0)) { random.random_range(2.0..3.0) } else { 1.0 };
        let mut drugs: Vec<usize> =
            (0..count).map(|_| (random.random::<f64>().powi(2) * self.drugs as f64) as usize).collect();
        drugs.sort_unstable();
        drugs.dedup();
        let sure = random.random_range(0..drugs.len());
        for (at, drug) in drugs.into_iter().enumerate() {
            let high = random.random_bool((self.high * heavy[drug] * case_mix).min(1.0));
            let regimen = if high { random.random_range(2.0..5.0) } else { 1.0 };
            let own = usual[drug] * ill * regimen * (self.between * normal(random)).exp();
            let hit = scheme && (at == sure || random.random_bool(self.of_drugs));
            let first = random.random_range(0..days);
            let length = random.random_range(1..=days);
            let mut doses: Vec<f64> = Vec::new();
            let mut inflated = false;
            for day in 0..length {
                let honest = own * (self.within * normal(random)).exp();
                let honest = if self.whole { honest.round().max(1.0) } else { honest };
                let now = hit && (day == first % length || random.random_bool(self.of_days));
                inflated |= now;
                let dose = if now { honest * random.random_range(self.factor.0..self.factor.1) } else { honest };
                doses.push(if self.whole { dose.round() } else { dose } * units[drug]);
            }
            let total: f64 = doses.iter().sum();
            let top = doses.iter().copied().fold(0.0, f64::max);
            let swing: f64 = doses.windows(2).map(|pair| (pair[1] / pair[0]).ln().abs()).sum();
            let swing = (!self.totals && length >= 2).then_some(swing);
            let dose = if self.totals { total / days as f64 } else { top };
            let total_days = self.totals.then_some(days as i32);
            uses.push(DrugUse {
                fact: u32::from(inflated),
                stay,
                hospital,
                item: drug as u32,
                days: (date, date),
                stratum: 0,
                dose,
                postings: length as u32,
                blurred: false,
                assumed: false,
                swing,
                total_days,
                doctor: stay % 6,
            });
        }
    }

    fn count(&self, seed: u64) -> Count {
        let book = Rulebook::builtin();
        let parameters: Parameters =
            parameters(book.card("inflated-drugs").expect("the card")).expect("its parameters");
        let (uses, planted) = self.draw(seed);
        let maximum = vec![None; self.drugs];
        let leads = leads(&uses, &maximum, &parameters);
        let found = leads.iter().filter(|l| planted[l.stay as usize]).count();
        let all_planted = planted.iter().filter(|p| **p).count();
        Count { stays: planted.len(), planted: all_planted, found, wrong: leads.len() - found }
    }

    fn over(&self, seeds: std::ops::Range<u64>) -> Count {
        seeds.map(|s| self.count(s)).fold(Count::default(), |a, b| Count {
            stays: a.stays + b.stays,
            planted: a.planted + b.planted,
            found: a.found + b.found,
            wrong: a.wrong + b.wrong,
        })
    }
}

impl Count {
    fn precision(self) -> f64 {
        self.found as f64 / (self.found + self.wrong).max(1) as f64
    }

    fn recall(self) -> f64 {
        self.found as f64 / self.planted.max(1) as f64
    }
}

/// Worlds that differ in volume, spread, tails and rounding.
fn shapes() -> Vec<(&'static str, Shape)> {
    vec![
        ("usual", BLUNT),
        ("smooth", Shape { whole: false, ..BLUNT }),
        ("wide", Shape { between: 0.6, within: 0.3, whole: false, ..BLUNT }),
        ("tight", Shape { between: 0.1, within: 0.0, ..BLUNT }),
        ("grave", Shape { grave: 0.08, high: 0.08, ..BLUNT }),
        ("small", Shape { hospitals: 8, stays: 80.0, ..BLUNT }),
        ("many", Shape { hospitals: 80, stays: 60.0, drugs: 200, ..BLUNT }),
        ("thick", Shape { share: 0.5, bad: 0.3, ..BLUNT }),
        ("thin", Shape { share: 0.05, of_drugs: 0.1, of_days: 0.2, ..BLUNT }),
        ("one", Shape { hospitals: 1, stays: 2000.0, bad: 1.0, share: 0.2, doctors: 2, ..BLUNT }),
        ("three", Shape { hospitals: 3, stays: 1000.0, bad: 0.2, ..BLUNT }),
        ("totals", Shape { totals: true, of_days: 1.0, ..BLUNT }),
    ]
}

#[test]
fn few_are_wrong_and_the_blunt_are_found_whatever_the_world() {
    for (name, blunt) in shapes() {
        let subtle = Shape { factor: (2.0, 4.0), ..blunt };
        let none = Shape { bad: 0.0, ..blunt };
        let (blunt, subtle, none) = (blunt.over(0..2), subtle.over(10..12), none.over(20..22));
        assert!(blunt.precision() >= 0.97 && blunt.recall() >= 0.75, "{name}, blunt: {blunt:?}");
        assert!(subtle.wrong as f64 <= 0.05 * (subtle.found + subtle.wrong) as f64, "{name}, subtle: {subtle:?}");
        assert!(none.wrong as f64 <= 1e-4 * none.stays as f64, "{name}, none: {none:?}");
    }
}
