//! The windows above a mark and the counterfactual of its bills: what a test of a mark is made of.

use super::bills::Group;
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
pub const FEWEST: usize = 3;

/// The close neighbourhood, for hospitals with many bills.
const CLOSE: Neighbourhood = Neighbourhood { below: 0.16, gap: 0.08, above: 0.24, bin: 0.01 };

/// So many bills in the close neighbourhood make its own curvature known.
const ENOUGH: usize = 60;

/// How much likelier bills are kept under a mark than brought over it.
pub const UNDER: f64 = 0.5;

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
    pub cleared: Option<Reason>,
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

/// An innocent explanation that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Amounts gather as much at places that are not round.
    Lumps,
    /// There are as many bills just below.
    Hump,
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
