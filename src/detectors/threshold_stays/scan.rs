//! Every hospital and mark that could be tested, its excess, and which of them stand.

use rayon::prelude::*;

use super::bills::{Group, HospitalBills, Side};
use super::guards;
use super::peers;
use crate::stats::benjamini_hochberg;
use crate::stats::bunching::{Counterfactual, Expected, Neighbourhood, count};
use crate::stats::funnel::combined;

/// Windows above a mark in which attracted bills may lie, in logarithms of amount over mark.
pub const WINDOWS: [f64; 5] = [0.005, 0.01, 0.02, 0.035, 0.06];

/// The usual neighbourhood of a mark.
pub const PLACE: Neighbourhood = Neighbourhood { below: 0.30, gap: 0.08, above: 0.40, bin: 0.01 };

/// The neighbourhood of a mark that few bills come near.
pub const WIDE: Neighbourhood = Neighbourhood { below: 0.70, gap: 0.08, above: 0.92, bin: 0.02 };

/// The neighbourhood of a mark to which everything near has been brought: the rest of the hospital's bills.
const FAR: Neighbourhood = Neighbourhood { below: 2.0, gap: 0.08, above: 2.0, bin: 0.05 };

/// Fewer neighbours than these call for the wide neighbourhood.
const FEW: usize = 40;

/// Without so many neighbours, even far off, nothing is known of the density around a mark.
const FEWEST: usize = 3;

/// The close neighbourhood, for hospitals with many bills.
const CLOSE: Neighbourhood = Neighbourhood { below: 0.16, gap: 0.08, above: 0.24, bin: 0.01 };

/// So many bills in the close neighbourhood make its own curvature known.
const ENOUGH: usize = 60;

/// How much likelier bills are kept under a mark than brought over it.
pub const UNDER: f64 = 0.5;

/// Smaller p-values do not tell places apart.
const PLAIN: f64 = 1e-12;

/// The narrowest window holds at least so many steps to which amounts are rounded.
const STEPS: f64 = 4.0;

/// Tests with a larger p-value need no further look.
pub const LIKELY: f64 = 1e-2;

/// Bars a mark must pass.
#[derive(Clone, Debug)]
pub struct Bars {
    /// Marks of the card, in yuan.
    pub marks: Vec<f64>,
    /// Lowest mark that is looked for, in yuan.
    pub lowest: f64,
    /// Marks lie below this quantile of the hospital's bills.
    pub highest: f64,
    /// With fewer neighbours than these the excess must be twice as large.
    pub neighbours: usize,
    /// Largest q-value.
    pub q: f64,
    /// Least ratio of observed to expected.
    pub ratio: f64,
    /// Least ratio of the bills just above the mark to those just below.
    pub step: f64,
    /// Fewest bills in excess.
    pub excess: f64,
    /// Squared relative error allowed to the smooth counterfactual itself.
    pub misfit: f64,
    /// Largest p-value of the step at the mark.
    pub step_p: f64,
    /// How much likelier a mark of the card is than another round number.
    pub prior: f64,
    /// Least share of hospitals without excess where others may steer at the same mark.
    pub free: f64,
}

/// A window above a mark.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Its width.
    pub width: f64,
    /// Bills in it.
    pub observed: usize,
    /// What the hospital's own neighbouring amounts imply.
    pub expected: Expected,
    /// Factor by which peers, and the hospital's other round numbers, exceed theirs.
    pub usual: f64,
    /// Spread of that factor (squared, relative) and of the counterfactual.
    pub spread: f64,
    /// P(as many or more).
    pub p: f64,
}

impl Window {
    /// The count expected, with what is usual at such marks.
    pub fn mean(&self) -> f64 {
        self.expected.mean * self.usual
    }

    /// Sets the p-value from the figures.
    pub fn judge(&mut self) {
        self.p = self.expected.times(self.usual).tail(self.observed, self.spread);
    }
}

/// A mark tested at a hospital.
#[derive(Clone, Debug)]
pub struct Test {
    /// Index of the house.
    pub house: usize,
    /// The mark in yuan.
    pub mark: f64,
    /// The fit around it.
    pub fit: Counterfactual,
    /// The windows.
    pub windows: Vec<Window>,
    /// Its share of the false discoveries allowed, before scaling.
    pub weight: f64,
    /// P-value over all windows.
    pub p: f64,
    /// The same after false-discovery control.
    pub q: f64,
    /// Groups of bills taken out because they alone gather here.
    pub groups: Vec<Group>,
    /// Hospitals that it was compared with; none where they are too few to say what is usual.
    pub peers: usize,
    /// Why it does not stand although it is improbable.
    pub cleared: Option<guards::Reason>,
}

impl Test {
    /// The window with the smallest p-value.
    pub fn best(&self) -> usize {
        let smallest = |a: &usize, b: &usize| self.windows[*a].p.total_cmp(&self.windows[*b].p).then(a.cmp(b));
        (0..self.windows.len()).min_by(smallest).unwrap_or(0)
    }

    /// Sets the p-value from those of the windows, which overlap: never below the smallest, and not undone by a narrow window
    /// that is empty.
    pub fn judge(&mut self) {
        self.windows.iter_mut().for_each(Window::judge);
        let all: Vec<f64> = self.windows.iter().map(|w| w.p).collect();
        self.p = combined(&all);
    }
}

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

/// How far the neighbourhood of a mark reaches in these bills.
fn place(logs: &[f64], at: f64) -> &'static Neighbourhood {
    let within =
        |place: &Neighbourhood| count(logs, at - place.below, at) + count(logs, at + place.gap, at + place.above);
    if within(&PLACE) >= FEW {
        &PLACE
    } else if within(&WIDE) >= FEWEST {
        &WIDE
    } else {
        &FAR
    }
}

/// The counterfactual of a mark and the windows above it.
///
/// Where a close neighbourhood holds enough bills, it is fitted too, and the higher expectation counts: a narrow hump on a broad
/// base has another curvature near the mark than far from it.
pub fn windows(logs: &[f64], at: f64, misfit: f64, masked: &[(f64, f64)]) -> (Counterfactual, Vec<Window>) {
    let fit = Counterfactual::fit(logs, at, place(logs, at), masked);
    let close = Counterfactual::fit(logs, at, &CLOSE, masked);
    let close = (close.below + close.above >= ENOUGH).then_some(close);
    let windows = WINDOWS.iter().map(|width| {
        let observed = count(logs, at, at + width);
        let expected = fit.expected(0.0, *width);
        let near = close.as_ref().map(|c| c.expected(0.0, *width)).filter(|e| e.mean > expected.mean);
        let expected = near.unwrap_or(expected);
        let mut window = Window { width: *width, observed, expected, usual: 1.0, spread: misfit, p: 1.0 };
        window.judge();
        window
    });
    let windows = windows.collect();
    (fit, windows)
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
