//! Identical lines that are postings of several days on one.
//!
//! A repeat is taken for a pile only where all of these hold, each of which can fail:
//! - the institution posts its class that way: weekdays are missing and the day beside them carries as much more
//!   ([`PostingWeek::stands_for`]), or its class stands on at most half as many days of the stays as at the median of the others;
//! - the days that the lines stand for lie within the stay and hold none of the item, and are enough for the surplus lines,
//!   each day being used once;
//! - the institution's stays need no more of the class: its units a day of stay, items held against the same items at the
//!   other hospitals, rise by less than half of what the piled lines would add if they were surplus.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::posting::week;
use crate::facts::{Facts, PostingWeek, Repeat};
use crate::model::{Day, FeeClass, HospitalId, ItemId, Region};
use crate::stats::quantile;

/// Most of the others' share of days with the class at which it is posted in lumps.
const LUMPS: f64 = 0.5;
/// Part of the piled units that may show as more units a day of stay.
const SHOWN: f64 = 0.5;

/// Units of an item, and days of the stays that have it.
type Need = (f64, f64);

/// By place in [`Facts::repeats`]: whether the repeat is a pile.
pub fn piles(region: &Region, facts: &Facts) -> Vec<bool> {
    let mut piled = vec![false; facts.repeats.len()];
    let lumps = lumps(&facts.posting);
    let mut added: BTreeMap<(HospitalId, FeeClass), BTreeMap<ItemId, f64>> = BTreeMap::new();
    let mut at = 0;
    for of_item in facts.repeats.chunk_by(|a, b| (a.record, a.item) == (b.record, b.item)) {
        let (from, first) = (at, &of_item[0]);
        at += of_item.len();
        let hospital = region.records[first.record.index()].hospital;
        let class = region.fees.class[first.lines[0] as usize];
        let Some(posting) = week(&facts.posting, hospital, class) else { continue };
        let lumpy = lumps.contains(&(hospital, class));
        if !lumpy && !(0..7).any(|weekday| posting.is_missing(weekday)) {
            continue;
        }
        for (place, surplus) in explained(region, facts, of_item, posting, lumpy) {
            piled[from + place] = true;
            *added.entry((hospital, class)).or_default().entry(first.item).or_default() += surplus;
        }
    }
    if !added.is_empty() {
        let needs = needs(region, facts, &added);
        for (repeat, piled) in facts.repeats.iter().zip(&mut piled).filter(|(_, piled)| **piled) {
            let class = region.fees.class[repeat.lines[0] as usize];
            *piled = needs.contains(&(region.records[repeat.record.index()].hospital, class));
        }
    }
    piled
}

/// The classes that hospitals post on at most half as many days as the others do.
fn lumps(weeks: &[PostingWeek]) -> BTreeSet<(HospitalId, FeeClass)> {
    let mut by_class: BTreeMap<FeeClass, Vec<(HospitalId, f64)>> = BTreeMap::new();
    for week in weeks.iter().filter(|w| w.is_known()) {
        by_class.entry(week.class).or_default().push((week.hospital, week.coverage()));
    }
    let mut lumps = BTreeSet::new();
    for (class, hospitals) in by_class {
        let mut all: Vec<f64> = hospitals.iter().map(|h| h.1).collect();
        let Some(median) = quantile(&mut all, 0.5).filter(|_| hospitals.len() > 3) else { continue };
        let few = hospitals.iter().filter(|h| h.1 <= LUMPS * median);
        lumps.extend(few.map(|h| (h.0, class)));
    }
    lumps
}

/// The repeats of one item in one stay that empty days explain, by place, with the units they add.
fn explained(
    region: &Region,
    facts: &Facts,
    repeats: &[Repeat],
    posting: &PostingWeek,
    lumpy: bool,
) -> Vec<(usize, f64)> {
    let (record, item) = (repeats[0].record, repeats[0].item);
    let Some((stay, Some(left))) = region.stay_of(record).map(|s| (s, s.discharged)) else { return Vec::new() };
    let Ok(at) = facts.stay_items.binary_search_by_key(&(record, item), |i| (i.record, i.item)) else {
        return Vec::new();
    };
    let lines = facts.lines(&facts.stay_items[at]);
    let mut days: Vec<Day> = lines.iter().filter_map(|l| region.fees.time[*l as usize]).map(|t| t.day).collect();
    days.dedup();
    let (admitted, left) = (stay.admitted.day, left.day);
    // The last day that an earlier pile of the stay has used.
    let (mut used, mut explained) = (admitted.0 - 1, Vec::new());
    for (i, repeat) in repeats.iter().enumerate() {
        let Ok(here) = days.binary_search(&repeat.day) else { continue };
        let before = here.checked_sub(1).map_or(used, |b| days[b].0.max(used));
        let after = days.get(here + 1).map_or(left.0 + 1, |d| d.0.min(left.0 + 1));
        let gap = |ahead: bool| {
            let free = if ahead { after - repeat.day.0 - 1 } else { repeat.day.0 - before - 1 };
            free.max(0).min(if lumpy { i32::MAX } else { posting.stands_for(repeat.day, ahead) })
        };
        let (late, ahead) = (gap(false), gap(true));
        // Lines a day on the item's other days: a dose of two lines fills a missing day with two.
        let (here_lines, other_days) = (repeat.lines.len(), days.len() - 1);
        let usual = (lines.len() - here_lines).checked_div(other_days).unwrap_or(1).max(1);
        let surplus = here_lines.saturating_sub(usual);
        let missing = surplus.div_ceil(usual) as i32;
        if missing == 0 || missing > late.max(ahead) {
            continue;
        }
        if missing > late {
            used = repeat.day.0 + ahead;
        }
        explained.push((i, region.fees.quantity[repeat.lines[0] as usize].units() * surplus as f64));
    }
    explained
}

/// The classes with piles whose stays need no more than such stays do elsewhere.
fn needs(
    region: &Region,
    facts: &Facts,
    added: &BTreeMap<(HospitalId, FeeClass), BTreeMap<ItemId, f64>>,
) -> BTreeSet<(HospitalId, FeeClass)> {
    let mut all: BTreeMap<ItemId, Need> = BTreeMap::new();
    let mut own: BTreeMap<(HospitalId, FeeClass, ItemId), Need> = BTreeMap::new();
    for item in &facts.stay_items {
        let Some(stay) = region.stay_of(item.record) else { continue };
        let class = region.fees.class[item.first_line as usize];
        let (units, days) = (item.quantity.units(), f64::from(stay.nights() + 1));
        let add = |need: &mut Need| *need = (need.0 + units, need.1 + days);
        add(all.entry(item.item).or_default());
        let key = (region.records[item.record.index()].hospital, class);
        if added.contains_key(&key) {
            add(own.entry((key.0, key.1, item.item)).or_default());
        }
    }
    // Units used, expected and piled, each in days of what the others use of the item, so that hours and bottles count alike.
    let mut sums: BTreeMap<(HospitalId, FeeClass), [f64; 3]> = BTreeMap::new();
    for (&(hospital, class, item), &(units, days)) in &own {
        let key = (hospital, class);
        let others = (all[&item].0 - units, all[&item].1 - days);
        let sum = sums.entry(key).or_default();
        if others.0 > 0.0 && others.1 > 0.0 {
            let rate = others.0 / others.1;
            sum[0] += units / rate;
            sum[1] += days;
            sum[2] += added[&key].get(&item).copied().unwrap_or(0.0) / rate;
        }
    }
    // Where nobody else bills the items, only their own gaps speak.
    let holds = |[used, expected, piled]: [f64; 3]| {
        expected == 0.0 || used / expected - 1.0 < SHOWN * piled / (used - piled).max(f64::MIN_POSITIVE)
    };
    sums.into_iter().filter(|(_, sums)| holds(*sums)).map(|(key, _)| key).collect()
}

/// What is left of the repeats.
pub fn without<'a>(facts: &'a Facts, piled: &[bool]) -> Vec<&'a Repeat> {
    facts.repeats.iter().zip(piled).filter(|(_, piled)| !**piled).map(|(repeat, _)| repeat).collect()
}
