//! Doses on a common scale: the logarithm of how many times what is usual for the hospital, the drug, patients alike and the
//! stay; and how restless they are.

use rustc_hash::FxHashMap;

use super::doses::DrugUse;
use crate::stats::{quantile, quantile_sorted};

/// What is compared. Each kind has its own natural tail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Measure {
    /// Heaviest day of a drug against comparable stays.
    Dose,
    /// Quantity over days in hospital, where only totals are billed.
    Total,
    /// How much the dose of a drug goes up and down from one day to the next.
    Swing,
    /// A stay as a whole: what three quarters of its drugs exceed.
    Whole,
}

/// One thing tested.
#[derive(Clone, Copy, Debug)]
pub struct Obs {
    /// Measure.
    pub kind: Measure,
    /// Things of one kind that are alike: for a swing, those of about as many postings, posted alike; 0 for the others.
    pub class: u8,
    /// Drug; `u32::MAX` for a stay as a whole.
    pub item: u32,
    /// What is compared with its peers: the hospital, or the doctor where there is one hospital only.
    pub house: u32,
    /// Stay.
    pub stay: u32,
    /// First and last day of use.
    pub days: (i32, i32),
    /// Index of the use; `u32::MAX` for a stay as a whole.
    pub of: u32,
    /// Log ratio to what is usual; the swing.
    pub x: f64,
    /// Log of what is usual for this use, all told: `exp(base + x)` is the dose.
    pub base: f64,
    /// The part of `base` that is the stay's own severity.
    pub grave: f64,
}

/// Stays alike that count as much as the whole drug.
const STRATUM_PRIOR: f64 = 30.0;
/// Uses at a hospital that count as much as the region for its own usual dose.
const HABIT_PRIOR: f64 = 4.0;
/// A hospital whose usual dose differs by more than this counts in another unit.
const HABIT: f64 = 0.47;
/// Uses that a hospital's change of unit must leave on either side.
const SEGMENT: usize = 5;
/// Days around a change of unit on which either may be meant.
const AROUND: i32 = 10;
/// Drugs a stay needs before it says anything as a whole.
const WHOLE: usize = 4;

/// All that is tested, sorted by kind, class, drug, house, stay. `severity_limit` is the most by which all drugs of a gravely
/// ill patient may be above the usual.
pub fn observations(uses: &[DrugUse], severity_limit: f64) -> Vec<Obs> {
    let mut all: Vec<Obs> = uses.iter().enumerate().map(|(i, u)| dose(i, u)).collect();
    all.sort_unstable_by_key(|o| (o.kind, o.item, o.house, o.days.1, o.stay));
    let mut mixed = vec![false; uses.len()];
    for group in all.chunk_by_mut(|a, b| (a.kind, a.item) == (b.kind, b.item)) {
        by_hospital(group, &mut mixed);
        by_stratum(group, uses);
    }
    let whole = severity(&mut all, uses, severity_limit.max(1.0).ln());
    let swings = uses.iter().enumerate().filter_map(|(i, u)| {
        let x = u.swing.filter(|_| !mixed[i])?;
        Some(Obs { kind: Measure::Swing, class: alike(u), x, ..dose(i, u) })
    });
    all.extend(swings);
    all.extend(whole);
    if uses.iter().all(|u| u.hospital == uses[0].hospital) {
        let doctors: FxHashMap<u32, u32> = uses.iter().map(|u| (u.stay, u.doctor)).collect();
        all.iter_mut().for_each(|o| o.house = doctors[&o.stay]);
    }
    all.sort_unstable_by_key(|o| (o.kind, o.class, o.item, o.house, o.stay));
    all
}

/// 2, 3 to 4, 5 to 8, 9 to 16 postings, and more: 1 to 5. What is posted for several days at a time shows fewer changes, and is
/// compared with its like: 6 to 10.
fn alike(u: &DrugUse) -> u8 {
    let postings = u.postings.max(2).next_power_of_two().ilog2().min(5) as u8;
    postings + if u.blurred { 5 } else { 0 }
}

fn dose(i: usize, u: &DrugUse) -> Obs {
    Obs {
        kind: if u.total_days.is_some() { Measure::Total } else { Measure::Dose },
        item: u.item,
        house: u.hospital,
        stay: u.stay,
        days: u.days,
        of: i as u32,
        class: 0,
        x: u.dose.ln(),
        base: 0.0,
        grave: 0.0,
    }
}

/// Moves what is usual by so much.
fn shift(obs: &mut Obs, by: f64) {
    obs.x -= by;
    obs.base += by;
}

/// Takes away each hospital's own usual dose, by its lower quartile: a hospital may count 500 ml as five times 100, and where
/// half of the uses are inflated the lower quartile is still honest. A hospital may also change its unit at some date; uses
/// around that date, marked in `mixed`, are given the benefit of either unit. Takes uses in order of their last day.
fn by_hospital(group: &mut [Obs], mixed: &mut [bool]) {
    let mut all: Vec<f64> = group.chunk_by(|a, b| a.house == b.house).map(low).collect();
    let usual = quantile(&mut all, 0.5).unwrap_or(0.0);
    let habit = |own: &[Obs]| {
        let (seen, n) = (low(own), own.len() as f64);
        if (seen - usual).abs() < HABIT { (n * seen + HABIT_PRIOR * usual) / (n + HABIT_PRIOR) } else { seen }
    };
    for own in group.chunk_by_mut(|a, b| a.house == b.house) {
        let at = change(own);
        let (before, after) = own.split_at(at);
        let (first, then) = (habit(before), if after.is_empty() { 0.0 } else { habit(after) });
        if after.is_empty() || (then - first).abs() < HABIT {
            let by = habit(own);
            own.iter_mut().for_each(|o| shift(o, by));
            continue;
        }
        let date = after[0].days.1;
        for (i, o) in own.iter_mut().enumerate() {
            let near = o.days.0 <= date + AROUND && o.days.1 >= date - AROUND;
            mixed[o.of as usize] = near;
            shift(
                o,
                if near {
                    first.max(then)
                } else if i < at {
                    first
                } else {
                    then
                },
            );
        }
    }
}

fn low(own: &[Obs]) -> f64 {
    quantile(&mut own.iter().map(|o| o.x).collect::<Vec<_>>(), 0.25).unwrap_or(0.0)
}

/// Where the level most probably changes: the largest deviation of the cumulative sum from a straight line, extreme values
/// drawn in (Page's CUSUM as in Taylor, Change-Point Analysis (2000)). The whole length where there are too few to tell.
fn change(own: &[Obs]) -> usize {
    if own.len() < 2 * SEGMENT {
        return own.len();
    }
    let mut xs: Vec<f64> = own.iter().map(|o| o.x).collect();
    let (low, high) = (quantile(&mut xs, 0.05), quantile_sorted(&xs, 0.95));
    let (Some(low), Some(high)) = (low, high) else { return own.len() };
    let drawn = |o: &Obs| o.x.clamp(low, high);
    let mean = own.iter().map(drawn).sum::<f64>() / own.len() as f64;
    let (mut sum, mut largest, mut at) = (0.0, 0.0, own.len());
    for (i, o) in own.iter().enumerate().take(own.len() - SEGMENT) {
        sum += drawn(o) - mean;
        if f64::abs(sum) > largest && i + 1 >= SEGMENT {
            (largest, at) = (f64::abs(sum), i + 1);
        }
    }
    at
}

/// Takes away what is usual for patients alike, shrunk to what is usual for the drug.
fn by_stratum(group: &mut [Obs], uses: &[DrugUse]) {
    let middle = quantile(&mut group.iter().map(|o| o.x).collect::<Vec<_>>(), 0.5).unwrap_or(0.0);
    let mut strata: FxHashMap<u32, Vec<f64>> = FxHashMap::default();
    for o in group.iter() {
        strata.entry(uses[o.of as usize].stratum).or_default().push(o.x);
    }
    let usual: FxHashMap<u32, f64> = strata
        .into_iter()
        .map(|(stratum, mut xs)| {
            let (n, own) = (xs.len() as f64, quantile(&mut xs, 0.5).unwrap_or(middle));
            (stratum, (n * own + STRATUM_PRIOR * middle) / (n + STRATUM_PRIOR))
        })
        .collect();
    group.iter_mut().for_each(|o| shift(o, usual[&uses[o.of as usize].stratum]));
}

/// Takes away from each drug what three quarters of the stay's other drugs exceed: a gravely ill patient has more of
/// everything. Returns that figure of each stay as a whole.
fn severity(all: &mut [Obs], uses: &[DrugUse], limit: f64) -> Vec<Obs> {
    let told = all.iter().zip(0..).filter(|(o, _)| !uses[o.of as usize].assumed);
    let mut order: Vec<(u32, u32)> = told.map(|(o, i)| (o.stay, i)).collect();
    order.sort_unstable();
    let mut whole = Vec::new();
    for of_stay in order.chunk_by(|a, b| a.0 == b.0) {
        let mut sorted: Vec<f64> = of_stay.iter().map(|&(_, i)| all[i as usize].x).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        if of_stay.len() >= WHOLE {
            let x = quantile_sorted(&sorted, 0.25).unwrap_or(0.0);
            whole.push(Obs { kind: Measure::Whole, item: u32::MAX, of: u32::MAX, x, ..all[of_stay[0].1 as usize] });
        }
        let others = of_stay.len() - 1;
        if others < 2 {
            continue;
        }
        for &(_, i) in of_stay {
            let own = all[i as usize].x;
            // The quantile of the others: the place moves up by one where the own value lies at or below it.
            let place = others / 4;
            let at = if own <= sorted[place] { place + 1 } else { place };
            let grave = sorted[at].clamp(0.0, limit) * others as f64 / (others + 1) as f64;
            let obs = &mut all[i as usize];
            shift(obs, grave);
            obs.grave = grave;
        }
    }
    whole
}
