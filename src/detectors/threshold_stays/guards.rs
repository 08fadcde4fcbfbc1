//! What else may explain a mark that is improbable: lumps all over the hospital's amounts, a hump of the natural costs, one
//! kind of care, one length of stay.

use std::collections::BTreeMap;

use super::bills::{Bill, Group, HospitalBills, NO_LABEL, Side};
use super::windows::{Bars, LIKELY, PLACE, Reason, Test, UNDER, WIDE, WINDOWS, Window, windows};
use crate::stats::binomial_tail;
use crate::stats::bunching::{Counterfactual, Expected, Neighbourhood, count};

/// So many unexplained places as improbable as the mark show that the hospital's amounts are lumpy all over.
const LUMPY: usize = 3;

/// Most groups that may explain an excess together, of each sort.
const GROUPS: usize = 3;

/// Where the bills beside a mark lie, in logarithms of amount over mark: not so near that what gathers about the mark is
/// counted, nor where bills over it may lie.
const BESIDE: [(f64, f64); 2] = [(-0.12, -0.02), (PLACE.gap, PLACE.gap + 0.1)];

/// With so few bills below a mark for one above it, the amounts begin there.
const START: f64 = 0.3;

/// With so small a share of the bills smaller than those under a mark, the amounts begin there.
const BEGUN: f64 = 0.02;

/// With fewer neighbours than these, and so large a probability of the step at the mark, a narrow hump is as good an explanation:
/// where nobody can be compared with, and where others show what is usual.
const FEW_BESIDE: usize = 100;
const FEW_STEP: [f64; 2] = [4e-3, 2.5e-2];

/// A group of bills this improbable at a mark, given its share of the neighbours, is conspicuous there.
const CONSPICUOUS: f64 = 1e-3;

/// Looks for innocent explanations of a mark: takes out the groups of bills that a price gathers there, raises the p-value by
/// the lumpiness seen elsewhere, and clears what other places or the bills just below explain. `suspects` are the marks of the
/// hospital at which something may lie.
pub fn examine(test: &mut Test, houses: &[HospitalBills], suspects: &[f64], bars: &Bars) {
    let house = &houses[test.house];
    let at = house.side.at(test.mark);
    let window = test.windows[test.best()];
    test.groups = groups(house, at, &window);
    test.groups.retain(|group| is_price(*group, houses, test.house, at, &window, bars));
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

fn clear(test: &mut Test, house: &HospitalBills, suspects: &[f64], bars: &Bars) {
    if test.p > LIKELY {
        return;
    }
    start_of_amounts(test, house);
    let best = test.best();
    let lumps = lumps(test, house, suspects, best, bars);
    test.judge();
    let window = test.windows[test.best()];
    test.cleared = if lumps.iter().filter(|p| **p <= window.p).count() >= LUMPY {
        Some(Reason::Lumps)
    } else if is_hump(house, house.side.at(test.mark), &test.fit, &window, test.peers == 0, bars) {
        Some(Reason::Hump)
    } else {
        None
    };
}

/// Where a hospital's amounts begin about the mark, with hardly any below it, they say nothing of the density above it: that
/// is continued from above alone, where it may be at its highest right at the beginning.
fn start_of_amounts(test: &mut Test, house: &HospitalBills) {
    let at = house.side.at(test.mark);
    let [below, above] = BESIDE.map(|(from, to)| count(&house.logs, at + from, at + to) as f64);
    let beyond = count(&house.logs, at + PLACE.gap, f64::INFINITY) as f64;
    let place = if above >= 10.0 && below <= START * above {
        Neighbourhood { below: 0.0, ..PLACE }
    } else if house.side == Side::Under && test.fit.below >= 10 && beyond <= BEGUN * house.logs.len() as f64 {
        // Seen from the other side the amounts begin just under the mark, and may be densest there.
        Neighbourhood { above: 0.0, ..PLACE }
    } else {
        return;
    };
    test.fit = Counterfactual::fit(&house.logs, at, &place, &[]);
    for window in &mut test.windows {
        window.expected = test.fit.expected(0.0, window.width);
    }
    test.judge();
}

/// Tests places that are no marks, adds the overdispersion seen there to the windows of the test, and gives the p-values of
/// those that no kind of care explains (an empirical null: Efron, J. Am. Stat. Assoc. 99 (2004) 96).
fn lumps(test: &mut Test, house: &HospitalBills, suspects: &[f64], best: usize, bars: &Bars) -> Vec<f64> {
    let width = WINDOWS[best];
    let usual = test.windows[best].usual;
    let marks: Vec<f64> = suspects.iter().chain([&test.mark]).map(|m| house.side.at(*m)).collect();
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
        if !is_hump(house, at, &fit, &window, test.peers == 0, bars) {
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

/// Hospitals that must have bills of a kind of care to tell whether it has a price, and bills of each.
const ELSEWHERE: (usize, usize) = (3, 5);
/// Share of the hospital's own gathering that the others must show.
const ALIKE: f64 = 0.5;
/// Share of the excess over a mark that one length of stay must have to be what brings them there.
const ONE_LENGTH: f64 = 0.5;
/// Nights of a month in the ward.
const MONTH: std::ops::RangeInclusive<i32> = 28..=31;

/// Whether a price gathers a group of bills at a mark, tested against what a price predicts elsewhere. A price has bills on both
/// sides of a mark, or none beside it. Where the bills of a kind of care have their step at the mark itself, those of the other
/// hospitals must gather there as well, if they have any; a length of stay must be a month, or that of most of the
/// excess: bills that are steered are of several lengths.
fn is_price(group: Group, houses: &[HospitalBills], own: usize, at: f64, window: &Window, bars: &Bars) -> bool {
    let within = |house: &HospitalBills, from: f64, to: f64| {
        let [from, to] = [from, to].map(|x| house.logs.partition_point(|y| *y < at + x));
        house.bills[from..to.max(from)].iter().filter(|b| group.holds(b)).count()
    };
    let house = &houses[own];
    let width = window.width.clamp(0.01, 0.02);
    let (below, above) = (within(house, -width, 0.0) as f64, within(house, 0.0, width) as f64);
    let steps = above >= bars.step * below && binomial_tail(above as u64, (above + below) as u64, 0.5) <= bars.step_p;
    if !steps {
        return true;
    }
    let inside = within(house, 0.0, window.width) as f64;
    let share = |house: &HospitalBills| {
        let near = within(house, -PLACE.below, PLACE.above);
        (near >= ELSEWHERE.1).then(|| within(house, 0.0, window.width) as f64 / near as f64)
    };
    match group {
        Group::Kind(_) => {
            let other = |h: &HospitalBills| h.hospital != house.hospital && h.side == house.side;
            let others = houses.iter().filter(|h| other(h)).filter_map(share);
            let others: Vec<f64> = others.collect();
            let usual = others.iter().sum::<f64>() / others.len().max(1) as f64;
            if others.len() >= ELSEWHERE.0 {
                return usual >= ALIKE * share(house).unwrap_or(1.0);
            }
            // Too few have bills of the kind near the mark: nobody else asks so much for it, and a price of one hospital is one
            // of one course. Those kept until the bill is reached stay variously.
            one_length(house, group, at, window)
        }
        Group::Length(nights) => {
            // Where nothing says what the bills were for, the length stands for it, and cannot be tested.
            let unlabelled = house.bills.iter().all(|b| b.label == NO_LABEL);
            unlabelled || MONTH.contains(&nights) || inside >= ONE_LENGTH * (window.observed as f64 - window.mean())
        }
    }
}

/// Whether most of the group's bills over a mark are of one length of stay.
fn one_length(house: &HospitalBills, group: Group, at: f64, window: &Window) -> bool {
    let [from, to] = [at, at + window.width].map(|x| house.logs.partition_point(|y| *y < x));
    let mut lengths: BTreeMap<i32, usize> = BTreeMap::new();
    house.bills[from..to].iter().filter(|b| group.holds(b)).for_each(|b| *lengths.entry(b.nights).or_default() += 1);
    let all: usize = lengths.values().sum();
    lengths.values().max().is_none_or(|most| *most as f64 >= ONE_LENGTH * all as f64)
}

/// Whether about as many bills lie just below a place as just above: steering leaves a step at the mark itself, a natural hump
/// does not, however narrow.
fn is_hump(house: &HospitalBills, at: f64, fit: &Counterfactual, window: &Window, alone: bool, bars: &Bars) -> bool {
    // Few bills beside a mark do not show a narrow hump: the step alone must speak against it.
    let few = fit.below + fit.above < FEW_BESIDE;
    // Under a mark the step must be as sure as where nobody can be compared with, and what is less likely at the outset surer: the
    // bills of one operation make a hump among the few large ones of a hospital, and some round number stands just above it.
    let few_step = match house.side {
        Side::Over => FEW_STEP[usize::from(!alone)],
        Side::Under => FEW_STEP[0] * UNDER,
    };
    let few_step = bars.step_p.min(few_step);
    let (widest, step_p) = if few { (0.04, few_step) } else { (0.02, bars.step_p) };
    let width = window.width.clamp(0.01, widest);
    let [below, above] = [(at - width, at), (at, at + width)].map(|(a, b)| count(&house.logs, a, b));
    // A density that rises towards the mark has more above it by itself.
    let slope = (fit.slope().max(0.0) * width).exp();
    let share = slope / (1.0 + slope);
    (above as f64) < bars.step * slope * below as f64
        || binomial_tail(above as u64, (above + below) as u64, share) > step_p
}

/// The groups of bills, by kind of care or length of stay, that are conspicuous in the window. Steering runs through all of them,
/// a price for one kind of care, or thirty days at a fixed rate, through one.
fn groups(house: &HospitalBills, at: f64, window: &Window) -> Vec<Group> {
    let range = |from: f64, to: f64| {
        let [from, to] = [from, to].map(|x| house.logs.partition_point(|y| *y < at + x));
        house.bills[from..to.max(from)].iter()
    };
    let mut inside: Vec<&Bill> = range(0.0, window.width).collect();
    // Bills are steered from far below, so that the kinds of care met there belong to the comparison.
    let mut around: Vec<&Bill> = range(-WIDE.below, 0.0).chain(range(window.width, WIDE.above)).collect();
    // And the kinds that cost about as much by nature.
    let mut beside: Vec<&Bill> = BESIDE.into_iter().flat_map(|(from, to)| range(from, to)).collect();
    let mut found = Vec::new();
    let sorts: [fn(&Bill) -> Option<Group>; 2] = [Group::kind, Group::length];
    for sort in sorts {
        for _ in 0..GROUPS {
            let places = [inside.as_slice(), around.as_slice(), beside.as_slice()];
            let Some(top) = conspicuous(places, &house.bills, sort) else { break };
            for bills in [&mut inside, &mut around, &mut beside] {
                bills.retain(|b| !top.holds(b));
            }
            found.push(top);
        }
    }
    found
}

/// The group that is most conspicuously commoner inside than around and beside.
fn conspicuous(
    [inside, around, beside]: [&[&Bill]; 3],
    all: &[Bill],
    group: fn(&Bill) -> Option<Group>,
) -> Option<Group> {
    let mut counts: BTreeMap<Group, [u64; 3]> = BTreeMap::new();
    inside.iter().filter_map(|b| group(b)).for_each(|g| counts.entry(g).or_default()[0] += 1);
    for (place, bills) in [(1, around), (2, beside)] {
        bills.iter().filter_map(|b| group(b)).for_each(|g| {
            counts.entry(g).and_modify(|c| c[place] += 1);
        });
    }
    let [within, around, beside] = [inside, around, beside].map(|bills| bills.len() as f64);
    let improbable = |(group, [own, out, near]): (Group, [u64; 3])| {
        let mut usual = (out as f64 + 1.0) / (around + 2.0);
        if out as f64 * 3.0 > around && own as f64 >= 0.8 * within {
            // Too many bills around here are of the group, so that only the rest of the hospital can tell.
            usual = (all.iter().filter(|b| group.holds(b)).count() as f64 - own as f64 + 1.0)
                / (all.len() as f64 - within + 2.0);
        } else {
            usual = usual.max((near as f64 + 2.0 * usual) / (beside + 2.0));
        }
        let commoner = own as f64 >= 3.0 * usual * within;
        let p = if commoner { binomial_tail(own, inside.len() as u64, usual) } else { 1.0 };
        (p, group)
    };
    let top = counts.into_iter().map(improbable).min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    top.filter(|(p, _)| *p < CONSPICUOUS).map(|(_, group)| group)
}
