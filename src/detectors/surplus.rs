//! Whether identical lines of one day come on top of what the day needs, or are a day's need in several lines.
//!
//! A way of writing leaves the units of a day what they are; a line billed again adds to them. So a repeat is held against the
//! item's **days before and after** it in the same stay: on top is what exceeds both. The first and the last day of an order are
//! no whole days and are not asked. Where the other hospitals hardly ever use several of an item on a day, a repeat is on top
//! wherever it stands ([`SEVERAL`]); where the days of the item hold no more than days elsewhere, and would with surplus lines,
//! one that has no days beside it is not.
//!
//! A bed has one day a night: where a stay has no more, none is billed again, however they are posted.
//!
//! Lines billed again on nearly all days leave no days to compare with, but the hospital's days then hold as much more than days
//! elsewhere: [`Need`] weighs the units of its days against those of the other hospitals, class by class.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::facts::{Facts, Repeat, Units};
use crate::model::{Day, FeeClass, HospitalId, ItemId, RecordId, Region};
use crate::stats::{Others, quantile, quartile_deviation};

use super::piles::{Items, Need, Place, place, scaled};

/// Part of the surplus that must show as more units of the day.
const SHOWN: f64 = 0.5;
/// An item is used once a day where the others have several units on at most so many of its days.
const SEVERAL: f64 = 0.05;
/// Share of the days elsewhere from which an item has several units always.
const ALWAYS: f64 = 0.9;
/// Units from which a day has several, in those of one of the identical lines or of such lines anywhere.
const TWICE: f64 = 1.9;
/// Days of an item at a hospital that say how it is used.
const FEW: f64 = 5.0;
/// Days of an item that go together, as those of one order do.
const TOGETHER: f64 = 4.0;
/// Share of an item's days with repeats that is a way of doing things, not a slip.
const MANY: f64 = 0.05;
/// Days with repeats of a class that its need is judged from.
const REPEATS: f64 = 10.0;
/// Standard deviation of the logarithm of an item's units a day between hospitals: least, and where too few say so.
const SPREAD: (f64, f64) = (0.01, 0.2);
/// Distance in standard deviations at which a hospital needs more than others do.
const FAR: f64 = 4.0;

/// What the days of an item tell of a repeat.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It comes on top of its day.
    OnTop,
    /// It is the day's need in several lines.
    Need,
    /// No day beside it tells.
    Untold,
    /// Nor could one: the item stands several times on nearly every day elsewhere.
    Always,
}

/// What is told of repeats.
pub struct Surplus {
    /// By repeat.
    pub told: Vec<Told>,
    /// Days of an item at a hospital that hold more than the days beside them, in one line or in several: without any repeat
    /// billed again there are so many.
    pub peaks: BTreeMap<(HospitalId, ItemId), f64>,
    /// Items that a hospital repeats on many days, and whose units do not tell why: no single repeat speaks there either.
    pub untold: BTreeSet<(HospitalId, ItemId)>,
    /// Classes of hospitals whose days hold as much more as the repeats add.
    pub needed: BTreeSet<Place>,
    /// Items whose days hold no more than days elsewhere, however often a hospital repeats them: a way of writing.
    written: Items,
}

impl Surplus {
    /// The repeats that an institution may be held to have billed again.
    pub fn counted<'a>(&self, region: &Region, repeats: &[&'a Repeat]) -> Vec<&'a Repeat> {
        self.those(repeats, |at, repeat| self.counts(region, at, repeat))
    }

    /// The repeats that belong to an institution's surplus once it is shown to have one: what cannot be told, too.
    pub fn listed<'a>(&self, region: &Region, repeats: &[&'a Repeat]) -> Vec<&'a Repeat> {
        self.those(repeats, |at, repeat| self.told[at] == Told::Untold || self.counts(region, at, repeat))
    }

    /// The repeats of which days could tell: all but those of what others bill several times a day anyway, and ways of writing.
    pub fn all<'a>(&self, region: &Region, repeats: &[&'a Repeat]) -> Vec<&'a Repeat> {
        self.those(repeats, |at, repeat| self.tells(region, at, repeat))
    }

    fn tells(&self, region: &Region, at: usize, repeat: &Repeat) -> bool {
        let item = (region.records[repeat.record.index()].hospital, repeat.item);
        self.told[at] != Told::Always && !self.written.contains(&item)
    }

    /// On top of its day, or one of a class whose days hold as much more; of what others bill several times a day anyway, only the
    /// days tell.
    fn counts(&self, region: &Region, at: usize, repeat: &Repeat) -> bool {
        self.told[at] == Told::OnTop || self.needed.contains(&place(region, repeat)) && self.tells(region, at, repeat)
    }

    fn those<'a>(&self, repeats: &[&'a Repeat], fits: impl Fn(usize, &Repeat) -> bool) -> Vec<&'a Repeat> {
        repeats.iter().enumerate().filter(|(at, repeat)| fits(*at, repeat)).map(|(_, repeat)| *repeat).collect()
    }
}

/// Units of the days of an item at a hospital, ascending.
#[derive(Default)]
struct Days {
    sums: Vec<f64>,
    /// Units of surplus lines, in all.
    surplus: f64,
    /// Days with repeats.
    repeated: f64,
    /// Days beyond those beside them.
    peaks: f64,
}

/// What the units of an item's days tell of the repeats at a hospital.
#[derive(Clone, Copy, PartialEq)]
enum Weighed {
    /// The days hold no more than days elsewhere: a way of writing.
    Usual,
    /// Many days are repeated, and neither is likelier.
    Untold,
    /// Few repeats, or as many more units as the lines add.
    Open,
}

impl Weighed {
    fn of(days: &BTreeMap<HospitalId, Days>, usual: &Usual, hospital: HospitalId) -> Self {
        let many = days.get(&hospital).is_some_and(|own| own.repeated >= REPEATS.max(MANY * own.count()));
        match need(days, usual, hospital) {
            Some(need) if need.refutes_surplus() => Self::Usual,
            Some(need) if many && !need.shows_surplus() => Self::Untold,
            _ => Self::Open,
        }
    }
}

impl Days {
    fn count(&self) -> f64 {
        self.sums.len() as f64
    }

    fn mean(&self) -> f64 {
        self.sums.iter().sum::<f64>() / self.count().max(1.0)
    }

    /// Share of the days with so much.
    fn reaching(&self, least: f64) -> f64 {
        1.0 - self.sums.partition_point(|x| *x < least) as f64 / self.count().max(1.0)
    }
}

/// The days of an item at the hospitals with enough of them.
struct Usual {
    /// Logarithms of the mean of their units.
    means: Others<HospitalId>,
    /// Surplus units a day.
    natural: Others<HospitalId>,
}

impl Usual {
    fn of(days: &BTreeMap<HospitalId, Days>) -> Self {
        let enough = || days.iter().filter(|(_, days)| days.count() >= FEW);
        Self {
            means: Others::new(enough().map(|(h, days)| (*h, days.mean().ln()))),
            natural: Others::new(enough().map(|(h, days)| (*h, days.surplus / days.count()))),
        }
    }
}

/// The days of the items that are repeated anywhere, by hospital.
type ByItem = BTreeMap<ItemId, BTreeMap<HospitalId, Days>>;

/// Tells of each repeat whether it comes on top; `repeats` as [`Facts::repeats`] sorts them, piles left out.
pub fn tell(region: &Region, facts: &Facts, units: &Units, repeats: &[&Repeat]) -> Surplus {
    // A line of each item.
    let mut lines: BTreeMap<ItemId, Vec<f64>> = BTreeMap::new();
    repeats.iter().for_each(|r| lines.entry(r.item).or_default().push(scaled(region, units, r)));
    let line: BTreeMap<ItemId, f64> =
        lines.into_iter().filter_map(|(item, mut each)| Some((item, quantile(&mut each, 0.5)?))).collect();
    let days = days(region, facts, units, repeats, &line);
    let usual: BTreeMap<ItemId, Usual> = days.iter().map(|(item, days)| (*item, Usual::of(days))).collect();
    let hospital = |record: RecordId| region.records[record.index()].hospital;
    let mut weighed: BTreeMap<(HospitalId, ItemId), Weighed> = BTreeMap::new();
    let mut weigh = |hospital, item| {
        *weighed.entry((hospital, item)).or_insert_with(|| Weighed::of(&days[&item], &usual[&item], hospital))
    };
    let mut several: FxHashMap<(ItemId, u64), Others<HospitalId>> = FxHashMap::default();
    let mut told = Vec::with_capacity(repeats.len());
    // Repeats are sorted by record: the beds of one are counted once.
    let mut beds: Option<(RecordId, bool)> = None;
    for of_item in repeats.chunk_by(|a, b| (a.record, a.item) == (b.record, b.item)) {
        let (record, item) = (of_item[0].record, of_item[0].item);
        let Some(of_stay) = facts.item_of(record, item) else {
            told.extend(of_item.iter().map(|_| Told::Untold));
            continue;
        };
        let sums = day_sums(region, facts.lines(of_stay));
        let mut suffice = |record: RecordId| match beds {
            Some((of, told)) if of == record => told,
            _ => beds.insert((record, bed_nights_suffice(region, facts, record))).1,
        };
        for repeat in of_item {
            let each = region.fees.quantity(repeat.lines[0] as usize).units();
            let twice = TWICE * scaled(region, units, repeat).min(line[&item]);
            let reaching = several.entry((item, twice.to_bits())).or_insert_with(|| reaching(&days[&item], twice));
            // The upper quartile of the others, since an item may be used otherwise in some wards.
            let several = reaching.quantile(hospital(record), 0.75);
            told.push(match beside(&sums, repeat.day, SHOWN * each * (repeat.lines.len() - 1) as f64) {
                _ if is_bed(region, repeat.lines[0]) && suffice(record) => Told::Need,
                Some(true) => Told::OnTop,
                _ if several.is_some_and(|share| share < SEVERAL) => Told::OnTop,
                Some(false) => Told::Need,
                None if weigh(hospital(record), item) == Weighed::Usual => Told::Need,
                None if several >= Some(ALWAYS) => Told::Always,
                None => Told::Untold,
            });
        }
    }
    let untold = weighed.iter().filter(|(_, weighed)| **weighed == Weighed::Untold).map(|(at, _)| *at).collect();
    let needed = needed(region, repeats, &days, &usual);
    let peaks = days.iter().flat_map(|(item, hospitals)| hospitals.iter().map(|(h, days)| ((*h, *item), days.peaks)));
    let written = written(&days, &usual);
    Surplus { told, peaks: peaks.collect(), untold, needed, written }
}

fn is_bed(region: &Region, line: u32) -> bool {
    region.fees.class(line as usize) == FeeClass::Bed
}

/// Whether a stay has no more bed days than nights: however they are posted, none is billed again.
fn bed_nights_suffice(region: &Region, facts: &Facts, record: RecordId) -> bool {
    let Some(stay) = region.stay_of(record).filter(|s| s.discharged.is_some()) else { return false };
    let items = facts.items_of(record).iter();
    let beds: f64 = items.filter(|i| is_bed(region, i.first_line)).map(|i| i.quantity.units()).sum();
    beds <= f64::from(stay.nights().max(1))
}

/// The units of each day of an item in a stay, in the order of the days.
fn day_sums(region: &Region, lines: &[u32]) -> Vec<(Day, f64)> {
    let day = |line: u32| region.fees.day(line as usize);
    let of_day = lines.chunk_by(|a, b| day(*a) == day(*b));
    let sum = |lines: &[u32]| lines.iter().map(|l| region.fees.quantity(*l as usize).units()).sum();
    of_day.filter_map(|lines| day(lines[0]).map(|day| (day, sum(lines)))).collect()
}

/// Whether a day exceeds the days before and after it by so much; at the ends one that is as high tells that it does not.
fn beside(sums: &[(Day, f64)], day: Day, by: f64) -> Option<bool> {
    let at = sums.binary_search_by_key(&day, |s| s.0).ok()?;
    let exceeds = |other: Option<&(Day, f64)>| other.map(|other| sums[at].1 - other.1 >= by);
    match (exceeds(at.checked_sub(1).and_then(|b| sums.get(b))), exceeds(sums.get(at + 1))) {
        (Some(before), Some(after)) => Some(before && after),
        (Some(false), None) | (None, Some(false)) => Some(false),
        _ => None,
    }
}

/// By hospital, the share of the days of an item that have so many units.
fn reaching(days: &BTreeMap<HospitalId, Days>, least: f64) -> Others<HospitalId> {
    Others::new(days.iter().filter(|(_, days)| days.count() >= FEW).map(|(h, days)| (*h, days.reaching(least))))
}

fn days(region: &Region, facts: &Facts, units: &Units, repeats: &[&Repeat], line: &BTreeMap<ItemId, f64>) -> ByItem {
    let mut all: ByItem = line.keys().map(|item| (*item, BTreeMap::new())).collect();
    for item in facts.stay_items.iter().filter(|i| i.quantity.0 > 0 && region.stay_of(i.record).is_some()) {
        let Some(hospitals) = all.get_mut(&item.item) else { continue };
        let days = hospitals.entry(region.records[item.record.index()].hospital).or_default();
        let factor = units.of(item);
        let sums = day_sums(region, facts.lines(item));
        let by = SHOWN * line[&item.item] / factor;
        days.peaks += sums.iter().filter(|(day, _)| beside(&sums, *day, by) == Some(true)).count() as f64;
        days.sums.extend(sums.into_iter().map(|(_, sum)| sum * factor));
    }
    for repeat in repeats {
        let hospital = region.records[repeat.record.index()].hospital;
        if let Some(days) = all.get_mut(&repeat.item).and_then(|hospitals| hospitals.get_mut(&hospital)) {
            days.repeated += 1.0;
            days.surplus += scaled(region, units, repeat) * (repeat.lines.len() - 1) as f64;
        }
    }
    all.values_mut().flat_map(BTreeMap::values_mut).for_each(|days| days.sums.sort_unstable_by(f64::total_cmp));
    all
}

/// The items whose days at a hospital hold no more than days elsewhere, and would with surplus lines.
fn written(days: &ByItem, usual: &BTreeMap<ItemId, Usual>) -> Items {
    let of_item = |(item, hospitals): (&ItemId, &BTreeMap<HospitalId, Days>)| {
        let refuted =
            |hospital: &HospitalId| need(hospitals, &usual[item], *hospital).is_some_and(|n| n.refutes_surplus());
        hospitals.keys().copied().filter(refuted).map(|hospital| (hospital, *item)).collect::<Vec<_>>()
    };
    days.iter().flat_map(of_item).collect()
}

/// The classes of hospitals whose days hold as much more than days elsewhere as the repeats add, and more than hospitals differ by.
fn needed(region: &Region, repeats: &[&Repeat], days: &ByItem, usual: &BTreeMap<ItemId, Usual>) -> BTreeSet<Place> {
    let mut repeated: BTreeMap<Place, f64> = BTreeMap::new();
    let mut classes: BTreeMap<FeeClass, BTreeSet<ItemId>> = BTreeMap::new();
    for repeat in repeats {
        let place = place(region, repeat);
        *repeated.entry(place).or_default() += 1.0;
        classes.entry(place.1).or_default().insert(repeat.item);
    }
    repeated.retain(|_, count| *count >= REPEATS);
    let mut by_class: BTreeMap<FeeClass, Vec<(HospitalId, Need)>> = BTreeMap::new();
    for (hospital, class) in repeated.into_keys() {
        let enough = |item: &&ItemId| days[*item].get(&hospital).is_some_and(|own| own.count() >= REPEATS);
        let items: Vec<&ItemId> = classes[&class].iter().filter(enough).collect();
        let needs: Vec<Need> = items.iter().filter_map(|item| need(&days[*item], &usual[*item], hospital)).collect();
        // A ward may need more of some items; lines billed again spread over the class.
        let spread = needs.iter().filter(|need| need.shows_surplus()).count() * 2 >= items.len();
        if let Some(need) = needs.into_iter().reduce(Need::and).filter(|_| spread) {
            by_class.entry(class).or_default().push((hospital, need));
        }
    }
    let mut needed = BTreeSet::new();
    for (class, needs) in by_class {
        for (at, (hospital, need)) in needs.iter().enumerate() {
            let others = || needs.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, (_, need))| need);
            let need = Need { spread: need.spread.hypot(common(others())), ..*need };
            if need.shows_surplus() && need.more >= FAR * need.spread {
                needed.insert((*hospital, class));
            }
        }
    }
    needed
}

/// What hospitals differ by in all items of a class together, beyond what their items show: a ward's doses are higher than another's.
fn common<'a>(needs: impl Iterator<Item = &'a Need>) -> f64 {
    let (mut more, mut spread): (Vec<f64>, Vec<f64>) = needs.map(|n| (n.more, n.spread)).unzip();
    let Some(all) = quartile_deviation(&mut more) else { return SPREAD.1 };
    let own = quantile(&mut spread, 0.5).unwrap_or(0.0);
    (all.powi(2) - own.powi(2)).max(0.0).sqrt()
}

/// What the days of an item at a hospital need beside those of the others; the surplus is what it has beyond theirs.
fn need(days: &BTreeMap<HospitalId, Days>, usual: &Usual, hospital: HospitalId) -> Option<Need> {
    let own = days.get(&hospital)?;
    let (n, mean) = (own.count(), own.mean());
    let surplus = own.surplus / n - usual.natural.quantile(hospital, 0.5)?;
    if surplus <= 0.0 || mean <= surplus {
        return None;
    }
    let spread = usual.means.deviation(hospital).map_or(SPREAD.1, |spread| spread.max(SPREAD.0));
    let variance = own.sums.iter().map(|x| (x / mean - 1.0).powi(2)).sum::<f64>() * TOGETHER / n.powi(2);
    Some(Need {
        more: mean.ln() - usual.means.quantile(hospital, 0.5)?,
        surplus: (mean / (mean - surplus)).ln(),
        spread: (spread.powi(2) + variance).sqrt(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(units: &[f64], at: usize, by: f64) -> Option<bool> {
        let sums: Vec<(Day, f64)> = units.iter().enumerate().map(|(day, units)| (Day(day as i32), *units)).collect();
        beside(&sums, Day(at as i32), by)
    }

    #[test]
    fn a_day_is_held_against_those_beside_it() {
        assert_eq!(told(&[2.0, 4.0, 2.0], 1, 1.0), Some(true), "two lines of two between days of two");
        assert_eq!(told(&[3.0, 3.0, 1.0], 1, 1.0), Some(false), "a dose a line, as the day before");
        assert_eq!(told(&[2.0, 4.0, 4.0], 1, 1.0), Some(false), "a dose raised for good");
        assert_eq!(told(&[4.0, 2.0], 0, 1.0), None, "the first day may be a loading dose");
        assert_eq!(told(&[1.0, 1.0], 1, 0.5), Some(false), "no more than the day before");
        assert_eq!(told(&[4.0], 0, 1.0), None);
    }

    fn days(sums: &[f64], surplus: f64, repeated: f64) -> Days {
        Days { sums: sums.to_vec(), surplus, repeated, peaks: 0.0 }
    }

    #[test]
    fn units_of_the_days_tell_writing_from_surplus() {
        let mut all: BTreeMap<HospitalId, Days> =
            (1..=6).map(|h| (HospitalId(h), days(&[2.0; 100], 0.0, 0.0))).collect();
        let mut weighed = |own: Days| {
            all.insert(HospitalId(0), own);
            Weighed::of(&all, &Usual::of(&all), HospitalId(0))
        };
        assert!(weighed(days(&[2.0; 100], 100.0, 100.0)) == Weighed::Usual, "two lines of one");
        assert!(weighed(days(&[4.0; 100], 200.0, 100.0)) == Weighed::Open, "twice two");
        assert!(weighed(days(&[2.0; 100], 1.0, 1.0)) == Weighed::Open, "a slip");
    }
}
