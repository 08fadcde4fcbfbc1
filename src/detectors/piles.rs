//! Identical lines that are a way of posting: of several days on one, or of one day in several lines.
//!
//! **Piles.** A repeat is taken for a pile only where all of these hold, each of which can fail:
//! - the institution posts its class that way ([`Posted::reach`]): weekdays are missing and the day beside them carries as much
//!   more, or its class stands on at most half as many days of the stays as at the median of the others;
//! - the days that the lines stand for lie within the stay and hold none of the item, and are enough for the surplus lines,
//!   each day being used once;
//! - the institution's stays do not need more of the items, beyond what hospitals differ by.
//!
//! **Ways of writing.** A hospital that repeats a class far more often than the others, on no days that are missing beside them,
//! may write each dose on a line, or draw two rounds of a test on one day and none on the next. Then its stays need no more of
//! the items than stays of the same length need at the other hospitals. That is an excuse only where it could have been
//! refuted: where surplus lines would show by several times what hospitals differ by ([`needs`]). How much one patient is given is
//! then for `inflated-drugs` to judge, which adds the lines of a day.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::facts::posting::Reach;
use crate::facts::{Facts, Posted, Repeat, Units};
use crate::model::{Day, FeeClass, HospitalId, ItemId, Region};
use crate::stats::quantile;

/// Part of the surplus that may show as more units a stay.
const SHOWN: f64 = 0.5;
/// How many times what hospitals differ by surplus lines would have to show for their absence to excuse a way of writing.
const POWER: f64 = 3.0;
/// What hospitals differ by counts for at most so much, and at least for so much.
const SPREAD: (f64, f64) = (0.01, 0.2);
/// An item used so many times more or less than elsewhere is another item, or another kind of patients.
const OTHER_USE: f64 = 3.0;
/// Uses elsewhere that an expectation rests on, and uses of a class that say what hospitals differ by.
const FEW: f64 = 5.0;
const ENOUGH: f64 = 200.0;
/// Repeats of a class, their share of its days, and how many times the median of the hospitals make a way of writing.
const WRITTEN: (u32, f64, f64) = (20, 0.03, 3.0);

/// A class at a hospital.
pub type Place = (HospitalId, FeeClass);

/// What repeats are that are no surplus.
pub struct Explained {
    /// By place in [`Facts::repeats`]: whether the repeat is a pile.
    pub piled: Vec<bool>,
    /// Classes that hospitals write in repeats. They are no leads, but they count among what hospitals do: without them the
    /// others, who write so less often, would stand out for it.
    pub written: BTreeSet<Place>,
}

/// Tells piles and ways of writing from the other repeats.
pub fn piles(region: &Region, facts: &Facts) -> Explained {
    let mut piled = vec![false; facts.repeats.len()];
    let posted = Posted::new(region, &facts.posting);
    let units = Units::new(region, facts);
    let place = |repeat: &Repeat| -> Place {
        let class = region.fees.class[repeat.lines[0] as usize];
        (region.records[repeat.record.index()].hospital, class)
    };
    let scaled = |repeat: &Repeat, lines: usize| {
        let line = repeat.lines[0] as usize;
        let quantity = region.fees.quantity[line].units();
        quantity * units.factor(repeat.item, region.fees.amount[line].0 as f64 / quantity) * lines as f64
    };
    let mut added: BTreeMap<Place, BTreeMap<ItemId, f64>> = BTreeMap::new();
    let mut at = 0;
    for of_item in facts.repeats.chunk_by(|a, b| (a.record, a.item) == (b.record, b.item)) {
        let (from, first) = (at, &of_item[0]);
        at += of_item.len();
        let (hospital, class) = place(first);
        if !posted.is_piled(hospital, class) {
            continue;
        }
        for (here, surplus) in explained(region, facts, of_item, &posted, |day| posted.reach(hospital, class, day)) {
            piled[from + here] = true;
            if region.stay_of(first.record).is_none_or(|s| s.discharged.is_none()) {
                continue;
            }
            *added.entry((hospital, class)).or_default().entry(first.item).or_default() +=
                scaled(&of_item[here], surplus);
        }
    }
    let needs_of = needs(region, facts, &units, &added, false);
    for (repeat, piled) in facts.repeats.iter().zip(&mut piled).filter(|(_, piled)| **piled) {
        // Where nobody else bills the items, only their own gaps speak.
        *piled = needs_of.get(&place(repeat)).is_none_or(|need| need.more < SHOWN * need.surplus + need.spread);
    }
    let written = written(region, facts, &units, &piled, place, scaled);
    Explained { piled, written }
}

/// The classes whose repeats are a hospital's way of writing.
fn written(
    region: &Region,
    facts: &Facts,
    units: &Units,
    piled: &[bool],
    place: impl Fn(&Repeat) -> Place,
    scaled: impl Fn(&Repeat, usize) -> f64,
) -> BTreeSet<Place> {
    let often = often(region, facts, piled, &place);
    let is_written = |repeat: &Repeat| often.contains(&place(repeat));
    let mut added: BTreeMap<Place, BTreeMap<ItemId, f64>> = BTreeMap::new();
    for (repeat, _) in facts.repeats.iter().zip(piled).filter(|(r, piled)| !**piled && is_written(r)) {
        *added.entry(place(repeat)).or_default().entry(repeat.item).or_default() +=
            scaled(repeat, repeat.lines.len() - 1);
    }
    // Each dose on a line adds nothing to a day, two rounds on a day nothing to a stay.
    let needs = [true, false].map(|by_day| needs(region, facts, units, &added, by_day));
    let holds = |need: &Need| need.surplus >= POWER * need.spread && need.more < SHOWN * need.surplus;
    needs.iter().flat_map(|n| n.iter().filter(|(_, need)| holds(need)).map(|(at, _)| *at)).collect()
}

/// The classes that hospitals repeat far more often than the others.
fn often(region: &Region, facts: &Facts, piled: &[bool], place: &impl Fn(&Repeat) -> Place) -> BTreeSet<Place> {
    let mut repeats: BTreeMap<Place, u32> = BTreeMap::new();
    for (repeat, _) in facts.repeats.iter().zip(piled).filter(|(_, piled)| !**piled) {
        *repeats.entry(place(repeat)).or_default() += 1;
    }
    let mut days: BTreeMap<Place, u32> = BTreeMap::new();
    for item in &facts.stay_items {
        let at = (region.records[item.record.index()].hospital, region.fees.class[item.first_line as usize]);
        *days.entry(at).or_default() += item.days;
    }
    let mut by_class: BTreeMap<FeeClass, Vec<f64>> = BTreeMap::new();
    let rate = |at: &Place, days: u32| f64::from(repeats.get(at).copied().unwrap_or(0)) / f64::from(days.max(1));
    days.iter().for_each(|(at, days)| by_class.entry(at.1).or_default().push(rate(at, *days)));
    let usual: BTreeMap<FeeClass, f64> =
        by_class.into_iter().map(|(class, mut rates)| (class, quantile(&mut rates, 0.5).unwrap_or(0.0))).collect();
    let (count, share, times) = WRITTEN;
    let far = |at: &Place, own: u32| {
        let rate = rate(at, days.get(at).copied().unwrap_or(0));
        own >= count && rate >= share && rate >= times * usual[&at.1]
    };
    repeats.iter().filter(|(at, own)| far(at, **own)).map(|(at, _)| *at).collect()
}

/// The repeats of one item in one stay that empty days explain, by place, with their surplus lines.
fn explained(
    region: &Region,
    facts: &Facts,
    repeats: &[Repeat],
    posted: &Posted<'_>,
    reach: impl Fn(Day) -> Reach,
) -> Vec<(usize, usize)> {
    let (record, item) = (repeats[0].record, repeats[0].item);
    let Some(stay) = region.stay_of(record) else { return Vec::new() };
    let Ok(at) = facts.stay_items.binary_search_by_key(&(record, item), |i| (i.record, i.item)) else {
        return Vec::new();
    };
    let lines = facts.lines(&facts.stay_items[at]);
    let mut days: Vec<Day> = lines.iter().filter_map(|l| region.fees.time[*l as usize]).map(|t| t.day).collect();
    days.dedup();
    let (admitted, left) = (stay.admitted.day, posted.last_day(stay));
    // The last day that an earlier pile of the stay has used.
    let (mut used, mut explained) = (admitted.0 - 1, Vec::new());
    for (i, repeat) in repeats.iter().enumerate() {
        let Ok(here) = days.binary_search(&repeat.day) else { continue };
        let before = here.checked_sub(1).map_or(used, |b| days[b].0.max(used));
        let after = days.get(here + 1).map_or(left.0 + 1, |d| d.0.min(left.0 + 1));
        let reach = reach(repeat.day);
        let late = (repeat.day.0 - before - 1).max(0).min(reach.late);
        let ahead = (after - repeat.day.0 - 1).max(0).min(reach.ahead);
        // One a day, else the lines of the item's other days: a dose of two lines fills a missing day with two.
        let (here_lines, other_days) = (repeat.lines.len(), days.len() - 1);
        let usual = (lines.len() - here_lines).checked_div(other_days).unwrap_or(1).max(1);
        let fits = |usual: usize| {
            let (surplus, days) = (here_lines.saturating_sub(usual), here_lines.div_ceil(usual) as i32 - 1);
            (surplus > 0 && days <= late.max(ahead)).then_some((surplus, days))
        };
        let Some((surplus, missing)) = fits(1).or_else(|| fits(usual)) else { continue };
        if missing > late {
            used = repeat.day.0 + missing;
        }
        explained.push((i, surplus));
    }
    explained
}

/// What the stays of a hospital need of the items of a class that it repeats, as logarithms.
struct Need {
    /// Of the units used, over what stays of the same length use elsewhere.
    more: f64,
    /// What it would be if the surplus lines came on top.
    surplus: f64,
    /// What hospitals differ by.
    spread: f64,
}

/// Stays of about one length.
fn length(nights: i32) -> u8 {
    match nights {
        ..=8 => nights.max(0) as u8,
        9..=11 => 9,
        12..=15 => 10,
        16..=22 => 11,
        23..=31 => 12,
        32..=60 => 13,
        _ => 14,
    }
}

/// For each class with surplus lines at a hospital, what its stays need: the units of an item in a stay that has it, against such
/// stays of about the same length at the other hospitals. Nothing where nobody else bills the items.
fn needs(
    region: &Region,
    facts: &Facts,
    units: &Units,
    added: &BTreeMap<Place, BTreeMap<ItemId, f64>>,
    by_day: bool,
) -> BTreeMap<Place, Need> {
    if added.is_empty() {
        return BTreeMap::new();
    }
    let asked: BTreeSet<ItemId> = added.values().flat_map(|items| items.keys().copied()).collect();
    // Units and uses, in all and by hospital.
    let mut all: FxHashMap<(ItemId, u8), (f64, f64)> = FxHashMap::default();
    let mut own: BTreeMap<(FeeClass, HospitalId, ItemId, u8), (f64, f64)> = BTreeMap::new();
    for item in facts.stay_items.iter().filter(|i| asked.contains(&i.item) && i.quantity.0 > 0) {
        let Some(stay) = region.stay_of(item.record).filter(|s| s.discharged.is_some()) else { continue };
        let class = region.fees.class[item.first_line as usize];
        let used = item.quantity.units() * units.of(item);
        let (length, times) = if by_day { (0, f64::from(item.days)) } else { (length(stay.nights()), 1.0) };
        for sum in [
            all.entry((item.item, length)).or_default(),
            own.entry((class, stay.hospital, item.item, length)).or_default(),
        ] {
            *sum = (sum.0 + used, sum.1 + times);
        }
    }
    // Used and expected of each item at each hospital, in uses, so that hours and bottles count alike.
    let mut items: BTreeMap<Place, BTreeMap<ItemId, (f64, f64, f64)>> = BTreeMap::new();
    for (&(class, hospital, item, length), &(used, n)) in &own {
        let total = all[&(item, length)];
        let (others, m) = (total.0 - used, total.1 - n);
        if m >= FEW && others > 0.0 {
            let mean = others / m;
            let sum = items.entry((hospital, class)).or_default().entry(item).or_default();
            *sum = (sum.0 + used / mean, sum.1 + n, sum.2 + used);
        }
    }
    let alike = |(used, expected, _): &(f64, f64, f64)| (1.0 / OTHER_USE..OTHER_USE).contains(&(used / expected));
    let mut differ: BTreeMap<FeeClass, Vec<f64>> = BTreeMap::new();
    for ((_, class), of_place) in &items {
        let (used, expected) = of_place.values().filter(|i| alike(i)).fold((0.0, 0.0), |s, i| (s.0 + i.0, s.1 + i.1));
        if expected >= ENOUGH {
            differ.entry(*class).or_default().push((used / expected).ln());
        }
    }
    let spread = |class: FeeClass| {
        let mut all = differ.get(&class).cloned().unwrap_or_default();
        all.retain(|x: &f64| x.is_finite());
        let width = quantile(&mut all, 0.75).zip(quantile(&mut all, 0.25)).filter(|_| all.len() > 3);
        width.map_or(SPREAD.1, |(high, low)| ((high - low) / 1.349).clamp(SPREAD.0, SPREAD.1))
    };
    let mut needs = BTreeMap::new();
    for (&at, added) in added {
        let Some(of_place) = items.get(&at) else { continue };
        let (mut used, mut expected, mut surplus) = (0.0, 0.0, 0.0);
        for (item, added) in added {
            let Some(sums) = of_place.get(item).filter(|i| alike(i)) else { continue };
            used += sums.0;
            expected += sums.1;
            surplus += sums.0 * (added / sums.2).min(0.99);
        }
        if expected > 0.0 && used > 0.0 {
            let need =
                Need { more: (used / expected).ln(), surplus: (used / (used - surplus)).ln(), spread: spread(at.1) };
            needs.insert(at, need);
        }
    }
    needs
}

/// What is left of the repeats.
pub fn without<'a>(facts: &'a Facts, piled: &[bool]) -> Vec<&'a Repeat> {
    facts.repeats.iter().zip(piled).filter(|(_, piled)| !**piled).map(|(repeat, _)| repeat).collect()
}
