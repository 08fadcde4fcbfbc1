//! Identical lines that are a way of posting: of several days on one, or of one day in several lines.
//!
//! **Piles.** A repeat is taken for a pile only where all of these hold, each of which can fail:
//! - the institution posts its class that way ([`Posted::reach`]): weekdays are missing and the day beside them carries as much
//!   more, its last days are posted at discharge, or its class stands on at most half as many days of the stays as at the median
//!   of the others;
//! - the days that the lines stand for lie within the stay and hold none of the item, and are enough for the surplus lines,
//!   each day being used once;
//! - the institution's stays do not need more of the items, beyond what hospitals differ by.
//!
//! Beds need no habit: a stay with no more of them than days has none billed again, on whichever they stand.
//!
//! **Other days.** A hospital may repeat items for days that no posting tells: two rounds of a test on one day and none on the
//! next, weekends of some items. Then its stays need no more of the items than stays of the same length need at the other
//! hospitals ([`Need`]), and days are wanting around the repeats ([`gaps`]). Both together excuse only where they are far likelier
//! without surplus lines than with them.
//!
//! How much one patient is given is then for `inflated-drugs` to judge, which adds the lines of a day.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::facts::posting::Reach;
use crate::facts::{Facts, Posted, Repeat, Units};
use crate::model::{Day, FeeClass, HospitalId, ItemId, RecordId, Region};
use crate::stats::{Others, quantile, quartile_deviation};

/// Natural logarithm of how much likelier the units used must be with a way of writing than with surplus lines. Of hospitals with
/// surplus lines at most one in forty is then excused, whatever hospitals differ by.
const LIKELIER: f64 = 2.0;
/// Variance of the units of an item that one stay uses, over their mean: bounds of what is seen.
const VARIANCE: (f64, f64) = (0.02, 0.5);
/// What hospitals differ by counts for at most so much, and at least for so much.
const SPREAD: (f64, f64) = (0.01, 0.2);
/// An item used so many times more or less than elsewhere is another item, or another kind of patients.
const OTHER_USE: f64 = 3.0;
/// Uses elsewhere that an expectation rests on, and uses of a class that say what hospitals differ by.
const FEW: f64 = 5.0;
const ENOUGH: f64 = 200.0;
/// Stays with an item at discharge that tell how it is posted.
const ENDS: u32 = 10;
/// Repeats of a class, their share of its days, and how many times the median of the hospitals make a way of writing.
const WRITTEN: (u32, f64, f64) = (20, 0.01, 3.0);

/// A class at a hospital.
pub type Place = (HospitalId, FeeClass);

/// Items of hospitals.
pub type Items = BTreeSet<(HospitalId, ItemId)>;

/// By place in [`Facts::repeats`]: whether a repeat is a pile.
pub fn piles(region: &Region, facts: &Facts, units: &Units) -> Vec<bool> {
    let mut piled = vec![false; facts.repeats.len()];
    let posted = Posted::new(region, &facts.posting);
    let late = ends_late(region, facts);
    let mut added = Added::default();
    let mut at = 0;
    for of_item in facts.repeats.chunk_by(|a, b| (a.record, a.item) == (b.record, b.item)) {
        let (from, first) = (at, &of_item[0]);
        at += of_item.len();
        let (hospital, class) = place(region, first);
        if class == FeeClass::Bed && is_within_days(region, facts, first) {
            piled[from..at].fill(true);
            continue;
        }
        let ends_late = late.contains(&(hospital, first.item));
        if !ends_late && !posted.is_piled(hospital, class) {
            continue;
        }
        let left = region.stay_of(first.record).and_then(|s| s.discharged).map(|left| left.day);
        let reach = |day: Day| match left {
            Some(left) if ends_late && day >= left => Reach { late: i32::MAX, ahead: 0 },
            _ => posted.reach(hospital, class, day),
        };
        for (here, surplus) in explained(region, facts, of_item, &posted, reach) {
            piled[from + here] = true;
            if region.stay_of(first.record).is_none_or(|s| s.discharged.is_none()) {
                continue;
            }
            *added.entry((first.record, first.item)).or_default() +=
                scaled(region, units, &of_item[here]) * surplus as f64;
        }
    }
    let needs = needs(region, facts, units, &added);
    // Where nobody else bills the items, only their own gaps speak.
    let refuses = |at: &Place| needs.get(at).is_some_and(|need| need.likelier() <= -LIKELIER);
    // All repeats of the class are asked whether days are wanting around them, not those alone that were taken for piles because
    // days are; other ways of writing may want none.
    let asked: Vec<&Repeat> = facts.repeats.iter().filter(|repeat| refuses(&place(region, repeat))).collect();
    let gaps = gaps(region, facts, &asked);
    for (repeat, piled) in facts.repeats.iter().zip(&mut piled).filter(|(_, piled)| **piled) {
        let place = place(region, repeat);
        *piled = needs.get(&place).is_none_or(|n| n.likelier() + likelier(gaps.get(&place)).max(0.0) > -LIKELIER);
    }
    piled
}

/// Whether a bed is billed no more often in a stay than there are days until its last posting, or nights: however it stands on them,
/// none is billed again.
fn is_within_days(region: &Region, facts: &Facts, first: &Repeat) -> bool {
    let Some(item) = facts.item_of(first.record, first.item) else { return false };
    let Some((stay, (_, last))) = region.stay_of(first.record).zip(item.span) else { return false };
    let until_last = last.0 - stay.admitted.day.0 + 1;
    let days = if stay.discharged.is_some() { until_last.min(stay.nights().max(1)) } else { until_last };
    item.quantity.units() <= f64::from(days)
}

/// The class and hospital of a repeat.
pub fn place(region: &Region, repeat: &Repeat) -> Place {
    (region.records[repeat.record.index()].hospital, region.fees.class(repeat.lines[0] as usize))
}

/// The units of one of the lines of a repeat, in those that all hospitals share.
pub fn scaled(region: &Region, units: &Units, repeat: &Repeat) -> f64 {
    let line = repeat.lines[0] as usize;
    let quantity = region.fees.quantity(line).units();
    quantity * units.factor(repeat.item, region.fees.amount(line).0 as f64 / quantity)
}

/// The items of which a hospital posts the last days at discharge: in at least half of the stays with a line on that day and an
/// earlier one the day before it has none. Items by the hour or the day may be posted daily in the same class.
fn ends_late(region: &Region, facts: &Facts) -> BTreeSet<(HospitalId, ItemId)> {
    let hospital = |record: RecordId| region.records[record.index()].hospital;
    let mut counts: BTreeMap<(HospitalId, ItemId), [u32; 2]> =
        facts.repeats.iter().map(|r| ((hospital(r.record), r.item), [0; 2])).collect();
    for item in facts.stay_items.iter().filter(|i| i.days > 1) {
        let left = region.stay_of(item.record).and_then(|s| s.discharged);
        let at_discharge = left.zip(item.span).is_some_and(|(left, (_, last))| last >= left.day);
        if let Some([all, late]) = counts.get_mut(&(hospital(item.record), item.item)).filter(|_| at_discharge) {
            *all += 1;
            *late += u32::from(item.last_gap > 1);
        }
    }
    counts.retain(|_, [all, late]| *all >= ENDS && 2 * *late >= *all);
    counts.into_keys().collect()
}

/// The items whose repeats stand for other days, of repeats that come on top of their own day.
pub fn reallocated(region: &Region, facts: &Facts, units: &Units, repeats: &[&Repeat]) -> Items {
    if repeats.is_empty() {
        return Items::new();
    }
    let often = often(region, facts, repeats);
    let repeats: Vec<&Repeat> = repeats.iter().copied().filter(|r| often.contains(&place(region, r))).collect();
    let mut added = Added::default();
    let mut items: BTreeMap<Place, BTreeSet<ItemId>> = BTreeMap::new();
    for repeat in &repeats {
        *added.entry((repeat.record, repeat.item)).or_default() +=
            scaled(region, units, repeat) * (repeat.lines.len() - 1) as f64;
        items.entry(place(region, repeat)).or_default().insert(repeat.item);
    }
    let (needs, gaps) = (needs(region, facts, units, &added), gaps(region, facts, &repeats));
    let usual = items.iter().filter(|(at, _)| likelier(needs.get(at)) + likelier(gaps.get(at)) >= LIKELIER);
    usual.flat_map(|(at, items)| items.iter().map(|item| (at.0, *item))).collect()
}

/// See [`Need::likelier`]; nothing is known of what was not compared.
fn likelier(need: Option<&Need>) -> f64 {
    need.map_or(0.0, Need::likelier)
}

/// The days of a stay around one of an item: to the item's days before and after it, or to the ends of the stay.
fn around(days: &[Day], at: usize, (admitted, left): (Day, Day)) -> f64 {
    let before = at.checked_sub(1).map_or(admitted.0 - 1, |b| days[b].0);
    let after = days.get(at + 1).map_or(left.0 + 1, |d| d.0);
    f64::from((after - before).max(2))
}

/// Whether days are wanting around the repeats of hospitals: how far the item's days before and after stand apart, against the
/// other hospitals, where a repeat that stands for another day has half as many days again around it, and one billed again has not.
fn gaps(region: &Region, facts: &Facts, repeats: &[&Repeat]) -> BTreeMap<Place, Need> {
    if repeats.is_empty() {
        return BTreeMap::new();
    }
    let asked: BTreeSet<ItemId> = repeats.iter().map(|r| r.item).collect();
    let mut usual: BTreeMap<ItemId, BTreeMap<HospitalId, (f64, f64)>> = BTreeMap::new();
    let mut own: BTreeMap<Place, BTreeMap<ItemId, (f64, f64)>> = BTreeMap::new();
    for item in facts.stay_items.iter().filter(|i| asked.contains(&i.item)) {
        let Some(stay) = region.stay_of(item.record) else { continue };
        let Some(left) = stay.discharged else { continue };
        let (hospital, ends) = (stay.hospital, (stay.admitted.day, left.day));
        let mut days: Vec<Day> = facts.lines(item).iter().filter_map(|l| region.fees.day(*l as usize)).collect();
        days.dedup();
        let sum = usual.entry(item.item).or_default().entry(hospital).or_default();
        for at in 0..days.len() {
            *sum = (sum.0 + around(&days, at, ends).ln(), sum.1 + 1.0);
        }
        let first = repeats.partition_point(|r| (r.record, r.item) < (item.record, item.item));
        let of_item = repeats[first..].iter().take_while(|r| (r.record, r.item) == (item.record, item.item));
        for repeat in of_item {
            let Ok(at) = days.binary_search(&repeat.day) else { continue };
            let sum = own.entry(place(region, repeat)).or_default().entry(item.item).or_default();
            *sum = (sum.0 + around(&days, at, ends).ln(), sum.1 + 1.0);
        }
    }
    let mean = |(hospital, (sum, n)): (HospitalId, (f64, f64))| (n >= FEW).then(|| (hospital, sum / n));
    let usual: BTreeMap<ItemId, Others<HospitalId>> = usual
        .into_iter()
        .map(|(item, hospitals)| (item, Others::new(hospitals.into_iter().filter_map(mean))))
        .collect();
    let half_again = 1.5_f64.ln();
    let of_item = |hospital: HospitalId, item: ItemId, (sum, n): (f64, f64)| {
        let means = usual.get(&item)?;
        let middle = means.quantile(hospital, 0.5)?;
        let spread = means.deviation(hospital).map_or(SPREAD.1, |spread| spread.max(SPREAD.1 / 2.0));
        let more = half_again - (sum / n - middle);
        Some(Need { more, surplus: half_again, spread: (spread.powi(2) + VARIANCE.1 / n).sqrt() })
    };
    let of_place = |(at, items): (Place, BTreeMap<ItemId, (f64, f64)>)| {
        let needs = items.into_iter().filter_map(|(item, sum)| of_item(at.0, item, sum));
        // Hospitals differ in all items together.
        needs.reduce(Need::and).map(|need| (at, Need { spread: need.spread.hypot(SPREAD.1 / 2.0), ..need }))
    };
    own.into_iter().filter_map(of_place).collect()
}

/// The classes that hospitals repeat far more often than the others.
fn often(region: &Region, facts: &Facts, all: &[&Repeat]) -> BTreeSet<Place> {
    let mut repeats: BTreeMap<Place, u32> = BTreeMap::new();
    all.iter().for_each(|repeat| *repeats.entry(place(region, repeat)).or_default() += 1);
    let mut days: BTreeMap<Place, u32> = BTreeMap::new();
    for item in &facts.stay_items {
        let at = (region.records[item.record.index()].hospital, region.fees.class(item.first_line as usize));
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
    let Some((stay, of_stay)) = region.stay_of(record).zip(facts.item_of(record, item)) else { return Vec::new() };
    let lines = facts.lines(of_stay);
    let mut days: Vec<Day> = lines.iter().filter_map(|l| region.fees.day(*l as usize)).collect();
    days.dedup();
    let (admitted, left) = (stay.admitted.day, posted.last_day(stay));
    // The last day that an earlier pile of the stay has used.
    let (mut used, mut explained) = (admitted.0 - 1, Vec::new());
    for (i, repeat) in repeats.iter().enumerate() {
        let Ok(here) = days.binary_search(&repeat.day) else { continue };
        let before = here.checked_sub(1).map_or(used, |b| days[b].0.max(used));
        let after = days.get(here + 1).map_or(left.0 + 1, |d| d.0.min(left.0 + 1));
        let reach = reach(repeat.day);
        let late = (repeat.day.min(left).0 - before - 1).max(0).min(reach.late);
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
#[derive(Clone, Copy)]
pub struct Need {
    /// Of the units used, over what stays of the same length, or days, use elsewhere.
    pub more: f64,
    /// What it would be if the surplus lines came on top.
    pub surplus: f64,
    /// What hospitals differ by, and what so few stays do.
    pub spread: f64,
}

impl Need {
    /// By how much the units used are likelier without surplus lines than with them: the logarithm of a ratio of normal densities.
    fn likelier(&self) -> f64 {
        self.surplus * (self.surplus - 2.0 * self.more) / (2.0 * self.spread.powi(2))
    }

    /// Two items together, each counting by how surely it is known.
    pub fn and(self, other: Self) -> Self {
        let (a, b) = (self.spread.powi(-2), other.spread.powi(-2));
        let mean = |x: f64, y: f64| (a * x + b * y) / (a + b);
        Self {
            more: mean(self.more, other.more),
            surplus: mean(self.surplus, other.surplus),
            spread: (a + b).powf(-0.5),
        }
    }

    /// Surplus lines are far less likely.
    pub fn refutes_surplus(&self) -> bool {
        self.likelier() >= LIKELIER
    }

    /// Surplus lines are far likelier.
    pub fn shows_surplus(&self) -> bool {
        self.likelier() <= -LIKELIER
    }
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

/// An item of a class at a hospital, in stays of about one [`length`].
type OfLength = (FeeClass, HospitalId, ItemId, u8);

/// Units on the lines of an item in a stay that may be surplus.
type Added = FxHashMap<(RecordId, ItemId), f64>;

/// Uses of an item.
#[derive(Clone, Copy, Default)]
struct Used {
    /// Stays with it.
    stays: f64,
    units: f64,
    squares: f64,
    /// Units on lines that may be surplus.
    added: f64,
}

impl Used {
    fn add(&mut self, units: f64, added: f64) {
        self.stays += 1.0;
        self.units += units;
        self.squares += units * units;
        self.added += added;
    }
}

/// For each class with surplus lines at a hospital, what its stays need: the units of an item in a stay that has it, against such
/// stays of about the same length at the other hospitals. Nothing where nobody else bills the items. Stays that would need far
/// more without the lines asked about are left out: however much is billed for them says nothing of those lines.
fn needs(region: &Region, facts: &Facts, units: &Units, added: &Added) -> BTreeMap<Place, Need> {
    if added.is_empty() {
        return BTreeMap::new();
    }
    let asked: BTreeSet<ItemId> = added.keys().map(|key| key.1).collect();
    let mut uses = Vec::new();
    // Units and uses, in all and by hospital.
    let mut all: FxHashMap<(ItemId, u8), Used> = FxHashMap::default();
    for item in facts.stay_items.iter().filter(|i| asked.contains(&i.item) && i.quantity.0 > 0) {
        let Some(stay) = region.stay_of(item.record).filter(|s| s.discharged.is_some()) else { continue };
        let class = region.fees.class(item.first_line as usize);
        let used = item.quantity.units() * units.of(item);
        let of = (class, stay.hospital, item.item, length(stay.nights()));
        all.entry((of.2, of.3)).or_default().add(used, 0.0);
        uses.push((of, used, added.get(&(item.record, item.item)).copied().unwrap_or(0.0)));
    }
    uses.retain(|&(of, used, added)| {
        let all = all[&(of.2, of.3)];
        used - added <= OTHER_USE * all.units / all.stays
    });
    all.clear();
    let mut own: BTreeMap<OfLength, Used> = BTreeMap::new();
    for (of, used, added) in uses {
        all.entry((of.2, of.3)).or_default().add(used, added);
        own.entry(of).or_default().add(used, added);
    }
    // Used, expected and perhaps surplus of each item at each hospital, in uses, so that hours and bottles count alike.
    let mut items: BTreeMap<Place, BTreeMap<ItemId, (f64, f64, f64)>> = BTreeMap::new();
    let mut varies: BTreeMap<Place, (f64, f64)> = BTreeMap::new();
    for (&(class, hospital, item, length), own) in &own {
        let total = all[&(item, length)];
        let (others, m) = (total.units - own.units, total.stays - own.stays);
        if m >= FEW && others > 0.0 {
            let mean = others / m;
            let sum = items.entry((hospital, class)).or_default().entry(item).or_default();
            *sum = (sum.0 + own.units / mean, sum.1 + own.stays, sum.2 + own.added / mean);
            let sum = varies.entry((hospital, class)).or_default();
            let squares = own.squares - own.units * own.units / own.stays;
            *sum = (sum.0 + squares / (mean * mean), sum.1 + own.stays);
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
        quartile_deviation(&mut all).map_or(SPREAD.1, |spread| spread.clamp(SPREAD.0, SPREAD.1))
    };
    let mut needs = BTreeMap::new();
    for (at, of_place) in &items {
        // Items of one prescription go together: there are no more stays than those of the commonest item.
        let (mut used, mut expected, mut surplus, mut stays) = (0.0, 0.0, 0.0, 0.0_f64);
        for sums in of_place.values().filter(|sums| sums.2 > 0.0 && alike(sums)) {
            used += sums.0;
            expected += sums.1;
            stays = stays.max(sums.1);
            surplus += sums.2.min(0.99 * sums.0);
        }
        if expected > 0.0 && used > 0.0 {
            let variance = varies.get(at).map_or(VARIANCE.1, |(sum, n)| (sum / n).clamp(VARIANCE.0, VARIANCE.1));
            let spread = (spread(at.1).powi(2) + variance / stays).sqrt();
            let need = Need { more: (used / expected).ln(), surplus: (used / (used - surplus)).ln(), spread };
            needs.insert(*at, need);
        }
    }
    needs
}

/// What is left of the repeats.
pub fn without<'a>(facts: &'a Facts, piled: &[bool]) -> Vec<&'a Repeat> {
    facts.repeats.iter().zip(piled).filter(|(_, piled)| !**piled).map(|(repeat, _)| repeat).collect()
}
