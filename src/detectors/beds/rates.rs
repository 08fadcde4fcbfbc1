//! How common an empty day is for a stay of its kind at other hospitals.
//!
//! Rates are counted in cells: part of the stay, working day or weekend; for the run of empty days at the end, its length so
//! far. Each stratum is shrunk to the one above it (diagnosis category at the hospital's level, category, chapter, all), and
//! the hospital itself is left out, so that its hanging beds do not become the norm. Stays that look like no others count
//! less: `weights` are the probabilities that they are natural. Empirical Bayes as in Morris, J. Am. Stat. Assoc. 78 (1983) 47.

use rustc_hash::FxHashMap;

use super::cohort::{AWAY, Chart, Cohort, EMPTY};
use crate::model::Day;

/// Cells of the days: first, earlier half, later half, last; each on working days and on weekends.
const DAYS: usize = 8;
/// Lengths of the run at the end that are told apart.
const RUN: usize = 10;
/// Cell of visits elsewhere.
const VISIT: usize = DAYS + 2 * RUN;
const CELLS: usize = VISIT + 1;
/// Days' worth of the wider stratum in the narrower one.
const SHRINK: f64 = 30.0;
/// Days that the other hospitals must have for them to be the norm.
const ENOUGH: f64 = 200.0;

type Counts = [[f64; 2]; CELLS];
/// Counts of one hospital: there are many of them, and they are small.
type Own = [[f32; 2]; CELLS];

/// The rates of one stratum as its hospital's peers show them.
#[derive(Clone, Copy)]
pub struct Norm([f32; CELLS]);

impl Norm {
    /// Probability that a day is empty.
    pub fn day(&self, at: usize, length: usize, day: Day) -> f64 {
        f64::from(self.0[day_cell(at, length, day)])
    }

    /// Probability that the day is empty after `run - 1` empty days that end the stay.
    pub fn run(&self, run: usize, day: Day) -> f64 {
        f64::from(self.0[run_cell(run, day)])
    }

    /// Probability that the person is seen elsewhere on a day.
    pub fn visit(&self) -> f64 {
        f64::from(self.0[VISIT])
    }
}

pub fn is_weekend(day: Day) -> usize {
    usize::from(day.weekday() >= 5)
}

fn day_cell(at: usize, length: usize, day: Day) -> usize {
    let part = match at {
        0 => 0,
        _ if at + 1 == length => 3,
        _ if at * 2 < length => 1,
        _ => 2,
    };
    part * 2 + is_weekend(day)
}

fn run_cell(run: usize, day: Day) -> usize {
    DAYS + (run.min(RUN) - 1) * 2 + is_weekend(day)
}

/// The number of empty days that end a chart.
pub fn run(days: &[u8]) -> usize {
    days.iter().rev().take_while(|d| **d & EMPTY != 0).count()
}

/// The norm of each (hospital, leaf) of a cohort.
pub struct Rates(FxHashMap<(u32, u32), Norm>);

impl Rates {
    /// Counts the days of every chart, weighted.
    pub fn learn(cohort: &Cohort, weights: &[f64]) -> Self {
        let mut total: Vec<Counts> = vec![[[0.0; 2]; CELLS]; cohort.parents.len()];
        let mut own: FxHashMap<(u32, u32), Own> = FxHashMap::default();
        for (chart, weight) in cohort.charts.iter().zip(weights) {
            let counts = count(cohort, chart);
            for node in cohort.path(chart.leaf) {
                add(&mut total[node as usize], &counts, *weight);
                let mine = own.entry((chart.hospital, node)).or_insert([[0.0; 2]; CELLS]);
                for (to, from) in mine.iter_mut().flatten().zip(counts.as_flattened()) {
                    *to += (weight * from) as f32;
                }
            }
        }
        let mut norms = FxHashMap::default();
        for chart in &cohort.charts {
            norms
                .entry((chart.hospital, chart.leaf))
                .or_insert_with(|| norm(chart.hospital, &cohort.path(chart.leaf), &total, &own));
        }
        Self(norms)
    }

    /// The norm of a chart.
    pub fn of(&self, chart: &Chart) -> &Norm {
        &self.0[&(chart.hospital, chart.leaf)]
    }
}

fn norm(hospital: u32, path: &[u32], total: &[Counts], own: &FxHashMap<(u32, u32), Own>) -> Norm {
    let days = |counts: &Counts| counts[..DAYS].iter().map(|c| c[1]).sum::<f64>();
    let mine = |node: u32| own.get(&(hospital, node)).copied().unwrap_or([[0.0; 2]; CELLS]).map(|c| c.map(f64::from));
    let mut rates = [0.0; CELLS];
    let mut alone = false;
    for (depth, &node) in path.iter().enumerate() {
        let (all, mine) = (&total[node as usize], mine(node));
        // Where nobody else has such stays, or such a chapter of them, the hospital is its own norm.
        if depth < 2 {
            alone |= days(all) - days(&mine) < ENOUGH;
        }
        for (cell, rate) in rates.iter_mut().enumerate() {
            let part = if alone { 0.0 } else { 1.0 };
            let [hits, days] = [0, 1].map(|i| (all[cell][i] - part * mine[cell][i]).max(0.0));
            *rate = if depth == 0 { (hits + 0.5) / (days + 2.0) } else { (hits + SHRINK * *rate) / (days + SHRINK) };
        }
    }
    Norm(rates.map(|r| r.clamp(1e-4, 0.995) as f32))
}

fn add(to: &mut Counts, counts: &Counts, weight: f64) {
    for (to, from) in to.iter_mut().zip(counts) {
        to[0] += weight * from[0];
        to[1] += weight * from[1];
    }
}

fn count(cohort: &Cohort, chart: &Chart) -> Counts {
    let mut counts = [[0.0; 2]; CELLS];
    let days = cohort.days(chart);
    let mut tally = |cell: usize, hit: bool| {
        counts[cell][0] += f64::from(u8::from(hit));
        counts[cell][1] += 1.0;
    };
    for (at, flags) in days.iter().enumerate() {
        tally(day_cell(at, days.len(), Day(chart.first.0 + at as i32)), flags & EMPTY != 0);
        if at > 0 {
            tally(VISIT, flags & AWAY != 0);
        }
    }
    for (before, flags) in days.iter().rev().enumerate() {
        let day = Day(chart.first.0 + (days.len() - 1 - before) as i32);
        tally(run_cell(before + 1, day), flags & EMPTY != 0);
        if flags & EMPTY == 0 {
            break;
        }
    }
    counts
}
