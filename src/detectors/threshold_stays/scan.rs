//! Every hospital and mark that could be tested, its excess, and which of them stand.

use rayon::prelude::*;

use super::bills::{HospitalBills, Side};
use super::guards;
use super::peers;
use super::windows::{Bars, FEWEST, LIKELY, PLACE, Test, UNDER, WINDOWS, windows};
use crate::stats::benjamini_hochberg;

/// Smaller p-values do not tell places apart.
const PLAIN: f64 = 1e-12;

/// The narrowest window holds at least so many steps to which amounts are rounded.
const STEPS: f64 = 4.0;

/// Tests every mark of every hospital; all that could be tested are returned, those that stand with `q` at most the bar and
/// nothing that clears them.
pub fn scan(houses: &[HospitalBills], bars: &Bars) -> Vec<Test> {
    let mut tests: Vec<Test> = houses
        .par_iter()
        .enumerate()
        .flat_map_iter(|(index, house)| {
            marks(house, bars).into_iter().filter_map(move |mark| test(index, house, mark, bars))
        })
        .collect();
    tests.iter_mut().for_each(Test::judge);
    peers::compare(&mut tests, houses, bars.free);
    tests.iter_mut().for_each(Test::judge);
    let other: Vec<Vec<f64>> = houses.iter().enumerate().map(|(h, _)| suspects(&tests, h)).collect();
    tests.par_iter_mut().filter(|t| t.p <= LIKELY).for_each(|t| {
        guards::examine(t, houses, &other[t.house], bars);
    });
    control(&mut tests);
    tests
}

/// Marks of a hospital at which something may lie, so that the density elsewhere is not judged from there.
fn suspects(tests: &[Test], house: usize) -> Vec<f64> {
    let start = tests.partition_point(|t| t.house < house);
    let own = tests[start..].iter().take_while(|t| t.house == house);
    own.filter(|t| t.p < 1e-4).map(|t| t.mark).collect()
}

/// Round numbers among a hospital's bills, and the marks of the card.
fn marks(house: &HospitalBills, bars: &Bars) -> Vec<f64> {
    let Some(top) = house.amount(bars.highest) else { return Vec::new() };
    let steps = [(500.0, 10_000.0), (1_000.0, 50_000.0), (5_000.0, f64::INFINITY)];
    let mut all: Vec<f64> = bars.marks.iter().copied().filter(|m| *m <= top).collect();
    let mut mark = bars.lowest;
    while mark <= top.min(1e7) {
        all.push(mark);
        let step = steps.iter().find(|(_, to)| mark < *to).map_or(5_000.0, |(step, _)| *step);
        mark = ((mark / step).floor() + 1.0) * step;
    }
    all.sort_by(f64::total_cmp);
    all.dedup();
    // A window that holds few of the amounts that rounding leaves says nothing.
    all.retain(|mark| house.step as f64 / 100.0 * STEPS <= WINDOWS[0] * mark);
    all
}

fn test(index: usize, house: &HospitalBills, mark: f64, bars: &Bars) -> Option<Test> {
    let (fit, windows) = windows(&house.logs, house.side.at(mark), bars.misfit, &[]);
    if fit.below + fit.above < FEWEST {
        return None;
    }
    let weight = if bars.marks.contains(&mark) {
        bars.prior
    } else if mark % 5_000.0 == 0.0 {
        2.0
    } else if mark % 1_000.0 == 0.0 {
        1.0
    } else {
        0.5
    };
    let weight = if house.side == Side::Under { weight * UNDER } else { weight };
    Some(Test { house: index, mark, fit, windows, weight, p: 1.0, q: 1.0, groups: Vec::new(), peers: 0, cleared: None })
}

/// Benjamini-Hochberg over all tests, each p-value divided by its weight, the weights averaging 1 over all tests: Genovese,
/// Roeder & Wasserman, Biometrika 93 (2006) 509. What the guards cleared keeps its place among the tests.
fn control(tests: &mut [Test]) {
    let mean = tests.iter().map(|t| t.weight).sum::<f64>() / tests.len().max(1) as f64;
    let p: Vec<f64> = tests.iter().map(|t| if t.cleared.is_some() { 1.0 } else { t.p / (t.weight / mean) }).collect();
    for (test, q) in tests.iter_mut().zip(benjamini_hochberg(&p, p.len())) {
        test.q = q;
    }
}

/// The tests that stand, of both sides together, one for each place where bills gather: of marks closer than the windows reach, the least probable;
/// of several that are all but impossible, the likeliest as a mark, then the one that the bills are nearest to.
pub fn standing(tests: &[Test], houses: &[HospitalBills], bars: &Bars) -> Vec<usize> {
    let mut all: Vec<usize> = (0..tests.len()).filter(|&i| stands(&tests[i], bars)).collect();
    let plain = |i: usize| tests[i].p.max(PLAIN);
    let off = |i: usize| {
        let (house, test) = (&houses[tests[i].house], &tests[i]);
        let at = house.side.at(test.mark);
        let width = test.windows[test.best()].width;
        let inside = house.logs.partition_point(|x| *x < at)..house.logs.partition_point(|x| *x < at + width);
        inside.clone().map(|i| house.logs[i] - at).sum::<f64>() / inside.len().max(1) as f64
    };
    all.sort_by(|&a, &b| {
        (plain(a).total_cmp(&plain(b)))
            .then(tests[b].weight.total_cmp(&tests[a].weight))
            .then_with(|| off(a).total_cmp(&off(b)))
            .then_with(|| z(&tests[b]).total_cmp(&z(&tests[a])))
            .then(a.cmp(&b))
    });
    let hospital = |i: usize| houses[tests[i].house].hospital;
    let mut kept: Vec<usize> = Vec::new();
    for i in all {
        let near = |j: &usize| hospital(*j) == hospital(i) && (tests[*j].mark / tests[i].mark).ln().abs() < PLACE.gap;
        if !kept.iter().any(near) {
            kept.push(i);
        }
    }
    kept.sort_unstable();
    kept
}

/// How far a test is out, for those whose p-values are too small to tell apart.
fn z(test: &Test) -> f64 {
    let window = &test.windows[test.best()];
    (window.observed as f64 - window.mean()) / window.mean().max(0.5).sqrt()
}

fn stands(test: &Test, bars: &Bars) -> bool {
    let window = &test.windows[test.best()];
    let (observed, mean) = (window.observed as f64, window.mean());
    let lonely = test.fit.below + test.fit.above < bars.neighbours;
    let excess = if lonely { 2.0 * bars.excess } else { bars.excess };
    test.cleared.is_none() && test.q <= bars.q && observed >= bars.ratio * mean && observed - mean >= excess
}
