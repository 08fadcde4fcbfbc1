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
//! **Ways of writing.** A hospital that repeats items on no days that are missing beside them may write so:
//! - each dose on a line: then the lines of several doses that the others have are wanting, as many as there are repeats, or the
//!   days with repeats hold no more than a usual day elsewhere ([`Doses`]);
//! - two rounds of a test on one day and none on the next: then its stays need no more of the items than stays of the same length
//!   need at the other hospitals. That excuses only where the units used are far likelier without surplus lines than with them
//!   ([`Need`]).
//!
//! How much one patient is given is then for `inflated-drugs` to judge, which adds the lines of a day.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::facts::posting::Reach;
use crate::facts::{Facts, Posted, Repeat, Units};
use crate::model::{Day, FeeClass, HospitalId, ItemId, RecordId, Region};
use crate::stats::{quantile, quantile_sorted};

/// Part of the surplus that may show as more units a stay.
const SHOWN: f64 = 0.5;
/// Natural logarithm of how much likelier the units used must be with a way of writing than with surplus lines. Of hospitals with
/// surplus lines at most one in forty is then excused, whatever hospitals differ by.
const LIKELIER: f64 = 2.0;
/// Variance of the logarithm of the units of an item that one stay uses.
const VARIANCE: f64 = 0.5;
/// What hospitals differ by counts for at most so much, and at least for so much.
const SPREAD: (f64, f64) = (0.01, 0.2);
/// An item used so many times more or less than elsewhere is another item, or another kind of patients.
const OTHER_USE: f64 = 3.0;
/// Uses elsewhere that an expectation rests on, and uses of a class that say what hospitals differ by.
const FEW: f64 = 5.0;
const ENOUGH: f64 = 200.0;
/// Most lines of several doses, of those expected, at a hospital that writes each on a line, and the days with repeats from which
/// that is told.
const THERE: f64 = 0.25;
const DOSES: f64 = 10.0;
/// Stays with an item at discharge that tell how it is posted.
const ENDS: u32 = 10;
/// Repeats of a class, their share of its days, and how many times the median of the hospitals make a way of writing.
const WRITTEN: (u32, f64, f64) = (20, 0.03, 3.0);

/// A class at a hospital.
pub type Place = (HospitalId, FeeClass);

/// What repeats are that are no surplus.
pub struct Explained {
    /// By place in [`Facts::repeats`]: whether the repeat is a pile.
    pub piled: Vec<bool>,
    /// Items that hospitals write in repeats. They are no leads, but they count among what hospitals do: without them the
    /// others, who write so less often, would stand out for it.
    pub written: BTreeSet<(HospitalId, ItemId)>,
}

/// Tells piles and ways of writing from the other repeats; an item repeated on less than a share of its days (`habit_rate`) is
/// not written so.
pub fn piles(region: &Region, facts: &Facts, habit_rate: f64) -> Explained {
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
    let late = ends_late(region, facts);
    let mut added: BTreeMap<Place, BTreeMap<ItemId, f64>> = BTreeMap::new();
    let mut at = 0;
    for of_item in facts.repeats.chunk_by(|a, b| (a.record, a.item) == (b.record, b.item)) {
        let (from, first) = (at, &of_item[0]);
        at += of_item.len();
        let (hospital, class) = place(first);
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
            *added.entry((hospital, class)).or_default().entry(first.item).or_default() +=
                scaled(&of_item[here], surplus);
        }
    }
    let needs_of = needs(region, facts, &units, &added);
    for (repeat, piled) in facts.repeats.iter().zip(&mut piled).filter(|(_, piled)| **piled) {
        // Where nobody else bills the items, only their own gaps speak.
        *piled = !needs_of.get(&place(repeat)).is_some_and(Need::shows_surplus);
    }
    let written = written(region, facts, &units, &piled, place, scaled, habit_rate);
    Explained { piled, written }
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

/// The items whose repeats are a hospital's way of writing.
fn written(
    region: &Region,
    facts: &Facts,
    units: &Units,
    piled: &[bool],
    place: impl Fn(&Repeat) -> Place,
    scaled: impl Fn(&Repeat, usize) -> f64,
    habit_rate: f64,
) -> BTreeSet<(HospitalId, ItemId)> {
    let left = || facts.repeats.iter().zip(piled).filter(|(_, piled)| !**piled).map(|(repeat, _)| repeat);
    let mut written =
        apart(region, facts, units, left().map(|r| (place(r), r.item, scaled(r, 1), r.lines.len())), habit_rate);
    let often = often(region, facts, piled, &place);
    let is_written = |repeat: &Repeat| often.contains(&place(repeat));
    let mut added: BTreeMap<Place, BTreeMap<ItemId, f64>> = BTreeMap::new();
    for repeat in left().filter(|r| is_written(r)) {
        *added.entry(place(repeat)).or_default().entry(repeat.item).or_default() +=
            scaled(repeat, repeat.lines.len() - 1);
    }
    for (at, _) in needs(region, facts, units, &added).iter().filter(|(_, need)| need.refutes_surplus()) {
        written.extend(added[at].keys().map(|item| (at.0, *item)));
    }
    written
}

/// The units of an item on the days of a hospital's stays, both ascending.
#[derive(Default)]
struct DayUnits {
    /// Sums by day.
    sums: Vec<f64>,
    /// Largest lines by day.
    largest: Vec<f64>,
}

/// How many of ascending values are as large.
fn reaching(ascending: &[f64], least: f64) -> f64 {
    (ascending.len() - ascending.partition_point(|x| *x < least)) as f64
}

/// What tells a dose a line of an item at a hospital from lines billed again, in days.
#[derive(Clone, Copy, Default)]
struct Doses {
    /// Days with repeats.
    repeats: f64,
    /// Days with several doses, at the median of the other hospitals' shares.
    expected: f64,
    /// Days with a line of several doses.
    in_one_line: f64,
    /// Days.
    days: f64,
    /// Units on the days with repeats beyond the others' usual day, and those of the surplus lines.
    more: f64,
    surplus: f64,
}

impl Doses {
    /// On as many days as there are repeats a line of several doses is wanting, and hardly any is there. What is billed again
    /// comes on top of such lines, and however much of it there is, no more of them are wanting.
    fn are_apart(&self) -> bool {
        self.repeats >= DOSES
            && self.in_one_line <= THERE * self.expected
            && self.expected - self.in_one_line >= SHOWN * self.repeats
    }

    /// A good share of the days has repeats, and they hold no more than a usual day elsewhere.
    fn are_usual(&self, habit_rate: f64) -> bool {
        self.repeats >= 3.0 && self.repeats >= habit_rate * self.days && self.more < SHOWN * self.surplus
    }

    fn and(self, other: Self) -> Self {
        Self {
            repeats: self.repeats + other.repeats,
            expected: self.expected + other.expected,
            in_one_line: self.in_one_line + other.in_one_line,
            ..self
        }
    }
}

/// Of the items that are repeated, those written a dose a line, judged item by item and then the rest of a class together;
/// `repeats` are the class, the item, the units of one line and the lines.
fn apart(
    region: &Region,
    facts: &Facts,
    units: &Units,
    repeats: impl Iterator<Item = (Place, ItemId, f64, usize)>,
    habit_rate: f64,
) -> BTreeSet<(HospitalId, ItemId)> {
    let mut lines: BTreeMap<Place, BTreeMap<ItemId, Vec<(f64, usize)>>> = BTreeMap::new();
    for (at, item, each, times) in repeats {
        lines.entry(at).or_default().entry(item).or_default().push((each, times));
    }
    let mut days: BTreeMap<ItemId, BTreeMap<HospitalId, DayUnits>> =
        lines.values().flat_map(|items| items.keys().map(|item| (*item, BTreeMap::new()))).collect();
    for item in facts.stay_items.iter().filter(|i| i.quantity.0 > 0 && region.stay_of(i.record).is_some()) {
        let Some(days) = days.get_mut(&item.item) else { continue };
        let days = days.entry(region.records[item.record.index()].hospital).or_default();
        let factor = units.of(item);
        let day = |line: u32| region.fees.time[line as usize].map(|t| t.day);
        for of_day in facts.lines(item).chunk_by(|a, b| day(*a) == day(*b)) {
            let each = || of_day.iter().map(|l| region.fees.quantity[*l as usize].units() * factor);
            days.sums.push(each().sum());
            days.largest.push(each().fold(0.0, f64::max));
        }
    }
    for days in days.values_mut().flat_map(BTreeMap::values_mut) {
        days.sums.sort_unstable_by(f64::total_cmp);
        days.largest.sort_unstable_by(f64::total_cmp);
    }
    let mut apart = BTreeSet::new();
    for ((hospital, _), items) in lines {
        let of_item = |(item, repeats): (ItemId, Vec<(f64, usize)>)| {
            let mut each: Vec<f64> = repeats.iter().map(|r| r.0).collect();
            let several = 1.9 * quantile(&mut each, 0.5).unwrap_or(0.0);
            let others = || days[&item].iter().filter(|(h, days)| **h != hospital && days.sums.len() as f64 >= FEW);
            let share = |days: &DayUnits| reaching(&days.sums, several) / days.sums.len() as f64;
            let mut shares: Vec<f64> = others().map(|(_, days)| share(days)).collect();
            let mut middles: Vec<f64> = others().filter_map(|(_, days)| quantile_sorted(&days.sums, 0.5)).collect();
            let usual = quantile(&mut middles, 0.5);
            let (own, nothing) = (days[&item].get(&hospital), DayUnits::default());
            let own = own.unwrap_or(&nothing);
            let doses = quantile(&mut shares, 0.5).zip(usual).map_or(Doses::default(), |(share, usual)| Doses {
                repeats: repeats.len() as f64,
                expected: own.sums.len() as f64 * share,
                in_one_line: reaching(&own.largest, several),
                days: own.sums.len() as f64,
                more: repeats.iter().map(|(each, times)| each * *times as f64 - usual).sum(),
                surplus: repeats.iter().map(|(each, times)| each * (times - 1) as f64).sum(),
            });
            (item, doses)
        };
        let is_written = |doses: &Doses| doses.are_apart() || doses.are_usual(habit_rate);
        let (alone, rest): (Vec<_>, Vec<_>) = items.into_iter().map(of_item).partition(|(_, doses)| is_written(doses));
        let together = rest.iter().fold(Doses::default(), |sum, (_, doses)| sum.and(*doses));
        let rest = rest.into_iter().filter(|_| together.are_apart());
        apart.extend(alone.into_iter().chain(rest).map(|(item, _)| (hospital, item)));
    }
    apart
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
struct Need {
    /// Of the units used, over what stays of the same length use elsewhere.
    more: f64,
    /// What it would be if the surplus lines came on top.
    surplus: f64,
    /// What hospitals differ by, and what so few stays do.
    spread: f64,
}

impl Need {
    /// By how much the units used are likelier without surplus lines than with them: the logarithm of a ratio of normal densities.
    fn likelier(&self) -> f64 {
        self.surplus * (self.surplus - 2.0 * self.more) / (2.0 * self.spread.powi(2))
    }

    fn refutes_surplus(&self) -> bool {
        self.likelier() >= LIKELIER
    }

    fn shows_surplus(&self) -> bool {
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

/// For each class with surplus lines at a hospital, what its stays need: the units of an item in a stay that has it, against such
/// stays of about the same length at the other hospitals. Nothing where nobody else bills the items.
fn needs(
    region: &Region,
    facts: &Facts,
    units: &Units,
    added: &BTreeMap<Place, BTreeMap<ItemId, f64>>,
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
        let length = length(stay.nights());
        for sum in [
            all.entry((item.item, length)).or_default(),
            own.entry((class, stay.hospital, item.item, length)).or_default(),
        ] {
            *sum = (sum.0 + used, sum.1 + 1.0);
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
        // Items of one prescription go together: there are no more stays than those of the commonest item.
        let (mut used, mut expected, mut surplus, mut stays) = (0.0, 0.0, 0.0, 0.0_f64);
        for (item, added) in added {
            let Some(sums) = of_place.get(item).filter(|i| alike(i)) else { continue };
            used += sums.0;
            expected += sums.1;
            stays = stays.max(sums.1);
            surplus += sums.0 * (added / sums.2).min(0.99);
        }
        if expected > 0.0 && used > 0.0 {
            let spread = (spread(at.1).powi(2) + VARIANCE / stays).sqrt();
            let need = Need { more: (used / expected).ln(), surplus: (used / (used - surplus)).ln(), spread };
            needs.insert(at, need);
        }
    }
    needs
}

/// What is left of the repeats.
pub fn without<'a>(facts: &'a Facts, piled: &[bool]) -> Vec<&'a Repeat> {
    facts.repeats.iter().zip(piled).filter(|(_, piled)| !**piled).map(|(repeat, _)| repeat).collect()
}
