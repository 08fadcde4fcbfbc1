//! What is natural for each stay: its peers' rates, bent to the hospital's own quietness as its quiet stays show it.
//!
//! A hospital's stays are a mixture of natural ones, whose empty days are beta-binomial with the peers' rates times the
//! hospital's own odds, and of others with any number of empty days. Odds and mixture are fitted by expectation and
//! maximisation (Dempster, Laird & Rubin, J. R. Stat. Soc. B 39 (1977) 1), starting from the peers, so that hanging beds fall
//! to the second part and do not excuse themselves.

use super::cohort::{AWAY, Chart, Cohort, EMPTY};
use super::rates::{Norm, Rates, is_weekend, run};
use crate::model::Day;
use crate::stats::{beta_binomial_pmf, beta_binomial_tail, negative_binomial_tail};

/// Rounds over rates, dispersion and hospitals; steps over one hospital within a round.
const ROUNDS: usize = 3;
const STEPS: usize = 4;
/// Days' worth of the peers in a hospital's own odds.
const OWN_DAYS: f64 = 10.0;
/// Prior of the share of stays that are not natural, and the stays it is worth.
const PRIOR: (f64, f64) = (0.05, 20.0);
/// Bounds of the correlation of a stay's days. What scatters more than the upper bound is left to the calibration: a null
/// that allows for everything lets hanging beds pass for natural, and they then allow for more.
const CORRELATION: (f64, f64) = (0.02, 0.1);
/// Shape of the law of visits elsewhere: one person may go often.
const VISIT_SHAPE: f64 = 0.5;
/// End days that a hospital may post late.
const LATEST: usize = 4;
/// Stays from which a hospital's habits can be seen.
const ENOUGH: usize = 8;

/// What a stay shows and what is natural for it.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// Days judged.
    pub days: usize,
    /// Empty ones among them.
    pub empty: usize,
    /// Empty ones that are natural.
    pub expected: f64,
    /// Empty days that end the stay.
    pub run: usize,
    /// The natural length of such a run.
    pub expected_run: f64,
    /// Empty days on which the person was seen elsewhere.
    pub away: usize,
    /// Minus the logarithm of the natural probability of as many empty days, seen elsewhere as often.
    pub score: f64,
    /// The same for the run at the end.
    pub run_score: f64,
    /// Probability that the stay is natural, for fitting.
    pub natural: f64,
}

/// A hospital's own quietness.
#[derive(Clone, Copy, Debug)]
pub struct Quietness {
    /// Odds of an empty day against the peers', on working days and on weekends.
    pub odds: [f64; 2],
    /// Share of its stays that are not natural.
    pub unusual: f64,
}

/// The fitted null.
pub struct Null {
    pub houses: Vec<Quietness>,
    /// By chart.
    pub measured: Vec<Measured>,
}

/// Fits the null to a cohort. `visit_floor` is the least natural rate of visits elsewhere, a day.
pub fn fit(cohort: &mut Cohort, visit_floor: f64) -> Null {
    let late = late_days(cohort);
    for chart in &mut cohort.charts {
        let late = late[chart.hospital as usize] as u32;
        chart.days.end = chart.days.end.saturating_sub(late).max(chart.days.start);
    }
    let cohort = &*cohort;
    let of_hospital = by_hospital(cohort);
    let mut houses = vec![Quietness { odds: [1.0; 2], unusual: PRIOR.0 }; of_hospital.len()];
    let mut weights = vec![1.0; cohort.charts.len()];
    let mut correlation = vec![CORRELATION.0; cohort.parents.len()];
    let mut rates = Rates::learn(cohort, &weights);
    for round in 0..ROUNDS {
        if round > 0 {
            rates = Rates::learn(cohort, &weights);
            correlation = correlations(cohort, &rates, &houses, &weights);
        }
        for (house, charts) in houses.iter_mut().zip(&of_hospital) {
            *house = Quietness { odds: [1.0; 2], unusual: PRIOR.0 };
            settle(cohort, &rates, &correlation, house, charts, &mut weights);
        }
    }
    let measured = (cohort.charts.iter().zip(&weights))
        .map(|(chart, natural)| {
            let house = &houses[chart.hospital as usize];
            measure(cohort, chart, rates.of(chart), house, correlation[chart.leaf as usize], *natural, visit_floor)
        })
        .collect();
    Null { houses, measured }
}

fn by_hospital(cohort: &Cohort) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new(); cohort.hospitals.len()];
    for (i, chart) in cohort.charts.iter().enumerate() {
        all[chart.hospital as usize].push(i);
    }
    all
}

/// How many of the last days each hospital leaves empty in nearly every stay, beyond what hospitals do as a rule.
fn late_days(cohort: &Cohort) -> Vec<usize> {
    let quiet: Vec<Option<usize>> = by_hospital(cohort)
        .iter()
        .map(|charts| {
            let mut runs: Vec<usize> =
                charts.iter().map(|&i| cohort.days(&cohort.charts[i])).filter(|d| d.len() >= 3).map(run).collect();
            runs.sort_unstable();
            (runs.len() >= ENOUGH).then(|| runs[runs.len() * 3 / 10])
        })
        .collect();
    let mut all: Vec<usize> = quiet.iter().flatten().copied().collect();
    all.sort_unstable();
    let usual = all.get(all.len() / 2).copied().unwrap_or(0);
    quiet.iter().map(|q| q.map_or(0, |q| q.saturating_sub(usual))).map(|q| if q > LATEST { 0 } else { q }).collect()
}

/// Natural probability of an empty day at a hospital.
fn bent(rate: f64, odds: f64) -> f64 {
    rate * odds / (1.0 - rate + rate * odds)
}

/// Natural and seen empty days of a chart, on working days and on weekends: `[natural, seen]`.
fn tally(cohort: &Cohort, chart: &Chart, norm: &Norm, house: &Quietness) -> [[f64; 2]; 2] {
    let days = cohort.days(chart);
    let mut sums = [[0.0; 2]; 2];
    for (at, flags) in days.iter().enumerate() {
        let day = Day(chart.first.0 + at as i32);
        let weekend = is_weekend(day);
        sums[weekend][0] += bent(norm.day(at, days.len(), day), house.odds[weekend]);
        sums[weekend][1] += f64::from(flags & EMPTY);
    }
    sums
}

/// Fits a hospital's odds and the share of its unusual stays, and sets their weights.
fn settle(
    cohort: &Cohort,
    rates: &Rates,
    correlation: &[f64],
    house: &mut Quietness,
    charts: &[usize],
    weights: &mut [f64],
) {
    for _ in 0..STEPS {
        let (mut sums, mut unusual) = ([[OWN_DAYS; 2]; 2], PRIOR.0 * PRIOR.1);
        for &i in charts {
            let chart = &cohort.charts[i];
            let tally = tally(cohort, chart, rates.of(chart), house);
            let days = cohort.days(chart).len();
            weights[i] = natural(tally, days, correlation[chart.leaf as usize], house.unusual);
            unusual += 1.0 - weights[i];
            for (sum, part) in sums.as_flattened_mut().iter_mut().zip(tally.as_flattened()) {
                *sum += weights[i] * part;
            }
        }
        for (odds, [expected, seen]) in house.odds.iter_mut().zip(sums) {
            *odds = (*odds * seen / expected).clamp(0.2, 8.0);
        }
        house.unusual = unusual / (charts.len() as f64 + PRIOR.1);
    }
}

/// Probability that a stay with these days is natural.
fn natural(tally: [[f64; 2]; 2], days: usize, correlation: f64, unusual: f64) -> f64 {
    let (expected, seen) = (tally[0][0] + tally[1][0], tally[0][1] + tally[1][1]);
    if seen <= expected || days == 0 {
        return 1.0;
    }
    let natural = beta_binomial_pmf(seen as u64, days as u64, expected / days as f64, correlation);
    let other = 1.0 / (days + 1) as f64;
    (1.0 - unusual) * natural / ((1.0 - unusual) * natural + unusual * other)
}

/// How strongly the days of a stay are alike, by node: moments of the natural stays, each chapter shrunk to all.
fn correlations(cohort: &Cohort, rates: &Rates, houses: &[Quietness], weights: &[f64]) -> Vec<f64> {
    const SHRINK: f64 = 20.0;
    let mut sums = vec![[0.0; 2]; cohort.parents.len()];
    for (chart, weight) in cohort.charts.iter().zip(weights) {
        let days = cohort.days(chart).len() as f64;
        if days < 2.0 {
            continue;
        }
        let tally = tally(cohort, chart, rates.of(chart), &houses[chart.hospital as usize]);
        let (expected, seen) = (tally[0][0] + tally[1][0], tally[0][1] + tally[1][1]);
        let spread = expected * (1.0 - expected / days);
        let excess = (seen - expected).powi(2) - spread;
        // Long stays would outweigh all others: each counts as one pair of days.
        for node in cohort.path(chart.leaf).into_iter().take(2) {
            sums[node as usize][0] += weight * excess / (days - 1.0);
            sums[node as usize][1] += weight * spread;
        }
    }
    let bounded = |x: f64| x.clamp(CORRELATION.0, CORRELATION.1);
    let root = bounded(sums[0][0] / sums[0][1].max(1.0));
    let of = |node: usize| bounded((sums[node][0] + SHRINK * root) / (sums[node][1] + SHRINK));
    (0..cohort.parents.len() as u32).map(|node| of(cohort.path(node).get(1).copied().unwrap_or(0) as usize)).collect()
}

fn measure(
    cohort: &Cohort,
    chart: &Chart,
    norm: &Norm,
    house: &Quietness,
    correlation: f64,
    natural: f64,
    visit_floor: f64,
) -> Measured {
    let days = cohort.days(chart);
    let tally = tally(cohort, chart, norm, house);
    let expected = tally[0][0] + tally[1][0];
    let empty = (tally[0][1] + tally[1][1]) as usize;
    let run = run(days);
    let both = |d: &&u8| **d & (EMPTY | AWAY) == EMPTY | AWAY;
    let rate = norm.visit().max(visit_floor);
    let seen = |days: &[u8], empty: usize| {
        let away = days.iter().filter(both).count();
        (away, -negative_binomial_tail(away as u64, rate * empty as f64, VISIT_SHAPE).ln())
    };
    let mean = if days.is_empty() { 0.0 } else { expected / days.len() as f64 };
    let (away, away_score) = seen(days, empty);
    let (_, run_away) = seen(&days[days.len() - run..], run);
    let tail = beta_binomial_tail(empty as u64, days.len() as u64, mean, correlation);
    let (mut run_score, mut expected_run, mut reach) = (0.0, 0.0, 1.0);
    for k in 1..=days.len() {
        let day = Day(chart.first.0 + (days.len() - k) as i32);
        let empty = bent(norm.run(k, day), house.odds[is_weekend(day)]).min(0.995);
        reach *= empty;
        expected_run += reach;
        run_score -= if k <= run { empty.ln() } else { 0.0 };
    }
    Measured {
        days: days.len(),
        empty,
        expected,
        run,
        expected_run,
        away,
        score: if empty > 0 { -tail.max(1e-300).ln() + away_score } else { 0.0 },
        run_score: if run > 0 { run_score + run_away } else { 0.0 },
        natural,
    }
}
