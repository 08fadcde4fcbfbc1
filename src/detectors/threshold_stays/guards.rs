//! What else may explain a mark that is improbable: lumps all over the hospital's amounts, a hump of the natural costs, one
//! kind of care, one length of stay.

use std::collections::BTreeMap;

use super::bills::{Bill, Group, House};
use super::scan::{Bars, LIKELY, PLACE, Test, WIDE, WINDOWS, Window, windows};
use crate::stats::binomial_tail;
use crate::stats::bunching::{Expected, count};

/// An innocent explanation that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Amounts gather as much at places that are not round.
    Lumps,
    /// There are as many bills just below.
    Hump,
}

/// So many unexplained places as improbable as the mark show that the hospital's amounts are lumpy all over.
const LUMPY: usize = 3;

/// Most groups that may explain an excess together, of each sort.
const GROUPS: usize = 3;

/// A group of bills this improbable at a mark, given its share of the neighbours, is conspicuous there.
const CONSPICUOUS: f64 = 1e-3;

/// Looks for innocent explanations of a mark: takes out the groups of bills that are conspicuous there, raises the p-value by
/// the lumpiness seen elsewhere, and clears what other places or the bills just below explain. `suspects` are the marks of the
/// hospital at which something may lie.
pub fn examine(test: &mut Test, house: &House, suspects: &[f64], bars: &Bars) {
    let at = test.mark.ln();
    let window = test.windows[test.best()];
    test.groups = groups(house, at, &window);
    if !test.groups.is_empty() {
        let rest = house.without(&test.groups);
        let (usual, spread): (Vec<f64>, Vec<f64>) = test.windows.iter().map(|w| (w.usual, w.spread)).unzip();
        (test.fit, test.windows) = windows(&rest.logs, at, bars.misfit, &[]);
        for (window, (usual, spread)) in test.windows.iter_mut().zip(usual.into_iter().zip(spread)) {
            (window.usual, window.spread) = (usual, spread);
        }
        test.judge();
        return clear(test, &rest, suspects, bars);
    }
    clear(test, house, suspects, bars);
}

fn clear(test: &mut Test, house: &House, suspects: &[f64], bars: &Bars) {
    if test.p > LIKELY {
        return;
    }
    let best = test.best();
    let lumps = lumps(test, house, suspects, best, bars);
    test.judge();
    let window = test.windows[test.best()];
    test.cleared = if lumps.iter().filter(|p| **p <= window.p).count() >= LUMPY {
        Some(Reason::Lumps)
    } else if is_hump(house, test.mark.ln(), test.fit.slope(), &window, bars) {
        Some(Reason::Hump)
    } else {
        None
    };
}

/// Tests places that are no marks, adds the overdispersion seen there to the windows of the test, and gives the p-values of
/// those that no kind of care explains (an empirical null: Efron, J. Am. Stat. Assoc. 99 (2004) 96).
fn lumps(test: &mut Test, house: &House, suspects: &[f64], best: usize, bars: &Bars) -> Vec<f64> {
    let width = WINDOWS[best];
    let usual = test.windows[best].usual;
    let marks: Vec<f64> = suspects.iter().map(|m| m.ln()).chain([test.mark.ln()]).collect();
    let masked: Vec<(f64, f64)> = marks.iter().map(|m| (*m - 1e-9, m + PLACE.gap)).collect();
    let quantile = |share: f64| house.logs[((house.logs.len() - 1) as f64 * share) as usize];
    let (low, high) = (quantile(0.03), quantile(0.97));
    let step = width.max(0.02);
    let places = (0..(((high - low) / step).max(0.0) as usize).min(400)).map(|i| low + i as f64 * step);
    let (mut p, mut residuals) = (Vec::new(), Vec::new());
    for at in places.filter(|p| marks.iter().all(|m| p + width + 0.01 < *m || *p > m + PLACE.gap)) {
        let (fit, all) = windows(&house.logs, at, bars.misfit, &masked);
        if fit.above + fit.below < bars.neighbours {
            continue;
        }
        let mut window = all[best];
        window.usual = usual;
        window.judge();
        if window.p < 1e-3 && !groups(house, at, &window).is_empty() {
            continue;
        }
        if !is_hump(house, at, fit.slope(), &window, bars) {
            p.push(window.p);
        }
        let Expected { mean, variance } = window.expected;
        residuals.push((window.observed as f64 - mean, mean, variance));
    }
    let lumpiness = overdispersion(&mut residuals);
    test.windows.iter_mut().for_each(|w| w.spread += lumpiness);
    p
}

/// The squared relative scatter of counts beyond chance, from (observed - expected, expected, its squared relative error).
///
/// The mean of the squared standardised residuals without the largest 15 %, over what that is for normal ones (0.5206): a mark
/// that is not known, and the far edge of the range from which bills were steered, must not pass for scatter everywhere.
fn overdispersion(residuals: &mut [(f64, f64, f64)]) -> f64 {
    let squared = |r: &(f64, f64, f64)| r.0 * r.0 / (r.1 + r.2 * r.1 * r.1).max(1e-9);
    residuals.sort_by(|a, b| squared(a).total_cmp(&squared(b)).then(a.0.total_cmp(&b.0)));
    let kept = &residuals[..residuals.len() * 85 / 100];
    if kept.len() < 10 {
        return 0.0;
    }
    let factor = kept.iter().map(squared).sum::<f64>() / kept.len() as f64 / 0.5206;
    let chance: f64 = kept.iter().map(|r| r.1 + r.2 * r.1 * r.1).sum();
    let scale: f64 = kept.iter().map(|r| r.1 * r.1).sum();
    ((factor - 1.0) * chance / scale).clamp(0.0, 2.0)
}

/// Whether about as many bills lie just below a place as just above: steering leaves a step at the mark itself, a natural hump
/// does not, however narrow.
fn is_hump(house: &House, at: f64, slope: f64, window: &Window, bars: &Bars) -> bool {
    let width = window.width.clamp(0.01, 0.02);
    let [below, above] = [(at - width, at), (at, at + width)].map(|(a, b)| count(&house.logs, a, b));
    // A density that rises towards the mark has more above it by itself.
    let slope = (slope.max(0.0) * width).exp();
    let share = slope / (1.0 + slope);
    (above as f64) < bars.step * slope * below as f64
        || binomial_tail(above as u64, (above + below) as u64, share) > bars.step_p
}

/// The groups of bills, by kind of care or length of stay, that are conspicuous in the window. Steering runs through all of them,
/// a price for one kind of care, or thirty days at a fixed rate, through one.
fn groups(house: &House, at: f64, window: &Window) -> Vec<Group> {
    let range = |from: f64, to: f64| house.logs.partition_point(|x| *x < from)..house.logs.partition_point(|x| *x < to);
    // Bills are steered from far below, so that the kinds of care met there belong to the comparison.
    let (start, end) = (range(at - WIDE.below, at), range(at + window.width, at + WIDE.above));
    let mut inside: Vec<&Bill> = house.bills[range(at, at + window.width)].iter().collect();
    let mut outside: Vec<&Bill> = house.bills[start].iter().chain(&house.bills[end]).collect();
    let mut found = Vec::new();
    let sorts: [fn(&Bill) -> Option<Group>; 2] = [Group::kind, Group::length];
    for sort in sorts {
        for _ in 0..GROUPS {
            let Some(top) = conspicuous(&inside, &outside, &house.bills, sort) else { break };
            inside.retain(|b| !top.holds(b));
            outside.retain(|b| !top.holds(b));
            found.push(top);
        }
    }
    found
}

/// The group that is most conspicuously commoner inside than outside.
fn conspicuous(inside: &[&Bill], outside: &[&Bill], all: &[Bill], group: fn(&Bill) -> Option<Group>) -> Option<Group> {
    let mut counts: BTreeMap<Group, (u64, u64)> = BTreeMap::new();
    inside.iter().filter_map(|b| group(b)).for_each(|g| counts.entry(g).or_default().0 += 1);
    outside.iter().filter_map(|b| group(b)).for_each(|g| {
        counts.entry(g).and_modify(|c| c.1 += 1);
    });
    let (within, around) = (inside.len() as f64, outside.len() as f64);
    let improbable = |(group, (own, out)): (Group, (u64, u64))| {
        let mut usual = (out as f64 + 1.0) / (around + 2.0);
        if out as f64 * 3.0 > around && own as f64 >= 0.8 * within {
            // Too many bills around here are of the group, so that only the rest of the hospital can tell.
            usual = (all.iter().filter(|b| group.holds(b)).count() as f64 - own as f64 + 1.0)
                / (all.len() as f64 - within + 2.0);
        }
        let commoner = own as f64 >= 3.0 * usual * within;
        let p = if commoner { binomial_tail(own, inside.len() as u64, usual) } else { 1.0 };
        (p, group)
    };
    let top = counts.into_iter().map(improbable).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    top.filter(|(p, _)| *p < CONSPICUOUS).map(|(_, group)| group)
}
