//! Reads the stays that can be judged: on which days was anything done, on which was the person seen elsewhere.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::cohort::{AWAY, Chart, Cohort, EMPTY};
use crate::facts::{Facts, StayDay, StayItem, Supply};
use crate::model::{Day, FeeClass, HospitalId, ItemId, PersonId, Quantity, RecordId, Region, Setting, Stay};

/// Days of a stay that are looked at, at most.
const LONGEST: i32 = 400;

/// Builds the charts of a region. Left out: stays without a discharge, without a night, without charge lines, and those
/// with more than a tenth of their lines undated.
pub fn build(region: &Region, facts: &Facts, supply_days: f64) -> Cohort {
    let doses = doses(region, facts);
    let elsewhere = Elsewhere::new(region);
    let mut cohort = Cohort { parents: vec![0], ..Cohort::default() };
    let mut strata: BTreeMap<(u32, String), u32> = BTreeMap::new();
    let mut hospitals: FxHashMap<HospitalId, u32> = FxHashMap::default();
    for (index, stay) in region.stays.iter().enumerate() {
        let Some(last) = stay.discharged.map(|d| d.day) else { continue };
        let nights = (last.0 - stay.admitted.day.0).min(LONGEST);
        let days = of_record(&facts.stay_days, stay.record, |d| d.record);
        if nights < 1 || days.is_empty() || !is_dated(facts, stay, days) {
            continue;
        }
        let first = stay.admitted.day;
        // A day without lines is leave, or missing, unless the bed was paid for it on another day.
        let paid = bed_days(region, facts, stay.record) >= f64::from(nights) - UNPAID;
        let mut flags = vec![if paid { EMPTY } else { 0 }; nights as usize];
        for day in days {
            let at = usize::try_from(day.day.0 - first.0).unwrap_or(usize::MAX);
            if let Some(flag) = flags.get_mut(at) {
                *flag = if day.active { 0 } else { EMPTY };
            }
        }
        if paid {
            posted_late(region, stay, &mut flags);
        }
        for of_item in of_record(&facts.supplies, stay.record, |s| s.record).chunk_by(|a, b| a.item == b.item) {
            let rhythm = rhythm(of_item).filter(|days| f64::from(*days) <= supply_days);
            for supply in of_item {
                let days = lasts(supply, &doses, supply_days).max(until_next(supply, rhythm));
                clear(&mut flags, supply.day.0 - first.0 + 1, days - 1);
            }
        }
        for seen in elsewhere.of(stay) {
            if let Some(flag) = flags.get_mut((seen.day.0 - first.0) as usize).filter(|_| seen.counts) {
                *flag |= AWAY;
            }
        }
        let next = cohort.hospitals.len() as u32;
        let hospital = *hospitals.entry(stay.hospital).or_insert(next);
        if hospital == next {
            cohort.hospitals.push(stay.hospital);
        }
        let leaf = stratum(region, stay, &mut strata, &mut cohort.parents);
        let start = cohort.flags.len() as u32;
        cohort.flags.extend(flags);
        let days = start..cohort.flags.len() as u32;
        cohort.charts.push(Chart { stay: index as u32, hospital, leaf, first, whole: days.clone(), days });
    }
    cohort
}

fn of_record<T, K: Ord + Copy>(all: &[T], record: K, key: impl Fn(&T) -> K) -> &[T] {
    let start = all.partition_point(|x| key(x) < record);
    let length = all[start..].partition_point(|x| key(x) == record);
    &all[start..start + length]
}

/// Nights for which a stay may be billed no bed and still have been billed one throughout: the first and the last count or not.
const UNPAID: f64 = 1.0;

/// Days of bed or nursing that a stay was billed, by the item of them that it was billed most of.
fn bed_days(region: &Region, facts: &Facts, record: RecordId) -> f64 {
    let idle = |item: &&StayItem| {
        let class = region.fees.class(item.first_line as usize);
        matches!(class, FeeClass::Bed | FeeClass::Nursing)
            || (class == FeeClass::Unknown && ["床位", "护理"].iter().any(|w| region.item_name(item.item).contains(w)))
    };
    of_record(&facts.stay_items, record, |i| i.record)
        .iter()
        .filter(idle)
        .map(|i| i.quantity.units())
        .fold(0.0, f64::max)
}

/// Clears the days without any line for which the posting after them stands: their beds are on it, and so is a treatment given
/// on at least half of them.
fn posted_late(region: &Region, stay: &Stay, flags: &mut [u8]) {
    let (first, fees) = (stay.admitted.day.0, &region.fees);
    let dated = fees.of(stay.record).filter_map(|line| Some((fees.time(line)?.day.0, line)));
    let inside: Vec<(i32, usize)> = dated.filter(|(day, _)| *day >= first).collect();
    let mut before = first - 1;
    // Lines come in order of days.
    for of_day in inside.chunk_by(|a, b| a.0 == b.0) {
        let day = of_day[0].0;
        let gap = day - before - 1;
        let stands = |&(_, line): &(i32, usize)| {
            let given = matches!(fees.class(line), FeeClass::Treatment | FeeClass::GeneralTreatment);
            // Once or twice a day; what is counted by the hour says nothing of days.
            let (times, posted) = (fees.quantity(line).units(), f64::from(gap + 1));
            given && (0.5 * posted..=2.0 * posted).contains(&times)
        };
        if gap > 1 && of_day.iter().any(stands) {
            clear(flags, before + 1 - first, gap);
        }
        before = day;
    }
}

fn clear(flags: &mut [u8], from: i32, count: i32) {
    let length = flags.len() as i32;
    let (start, end) = (from.clamp(0, length), from.saturating_add(count).clamp(0, length));
    if start < end {
        flags[start as usize..end as usize].iter_mut().for_each(|f| *f &= !EMPTY);
    }
}

fn is_dated(facts: &Facts, stay: &Stay, days: &[StayDay]) -> bool {
    let dated: u32 = days.iter().map(|d| d.lines).sum();
    let all: u32 = of_record(&facts.stay_totals, stay.record, |t| t.record).iter().map(|t| t.lines).sum();
    f64::from(dated) >= 0.9 * f64::from(all)
}

/// A large day's quantity of each drug: nine in ten of the records that have it every day for at least two days have less.
/// A median would take every generous dose for a supply.
fn doses(region: &Region, facts: &Facts) -> Vec<i64> {
    let mut seen: Vec<(ItemId, i64)> = facts
        .stay_items
        .iter()
        .filter(|i| i.days >= 2 && i.quantity.0 > 0)
        .filter(|i| i.span.is_some_and(|(first, last)| last.0 - first.0 + 1 == i.days as i32))
        .map(|i| (i.item, i.quantity.0 / i64::from(i.days)))
        .collect();
    seen.sort_unstable();
    let mut doses = vec![0; region.names.items.len()];
    for of_item in seen.chunk_by(|a, b| a.0 == b.0).filter(|s| s.len() >= 5) {
        doses[of_item[0].0.index()] = of_item[of_item.len() * 9 / 10].1;
    }
    doses
}

/// Days that what was billed on one day lasts, that day counted, at most until it is billed again. Where nobody takes the
/// drug day by day, three units a day.
fn lasts(supply: &Supply, doses: &[i64], most: f64) -> i32 {
    let known = if supply.dose.0 > 0 { supply.dose.0 } else { doses[supply.item.index()] };
    let dose = if known > 0 { known } else { 3 * Quantity::ONE.0 };
    let days = (supply.quantity.0 as f64 / dose as f64 + 0.25).floor().clamp(1.0, most.max(1.0)) as i32;
    supply.next.map_or(days, |next| days.min(next.0 - supply.day.0))
}

/// Postings at shorter intervals are judged by what others take a day.
const FEW_DAYS: i32 = 5;

/// The days between the postings of a drug, where two in three of them hardly differ: each posting is then for the days until
/// the next, whatever others take a day.
fn rhythm(supplies: &[Supply]) -> Option<i32> {
    let mut gaps: Vec<i32> = supplies.iter().filter_map(|s| Some(s.next?.0 - s.day.0)).collect();
    gaps.sort_unstable();
    let usual = *gaps.get(gaps.len() / 2)?;
    let near = gaps.iter().filter(|gap| (*gap - usual).abs() <= 1).count();
    // The first and the last are those of admission and discharge.
    (usual >= FEW_DAYS && near >= 2 && near * 3 >= gaps.len() * 2).then_some(usual)
}

/// Days that a posting within a rhythm lasts, if there is at least half a unit for each of them.
fn until_next(supply: &Supply, rhythm: Option<i32>) -> i32 {
    let days = rhythm.map_or(0, |usual| supply.next.map_or(usual, |next| (next.0 - supply.day.0).min(usual + 1)));
    if supply.quantity.0 * 2 >= i64::from(days) * Quantity::ONE.0 { days } else { 0 }
}

/// The stratum of a stay: chapter of the diagnosis, its category, the hospital's level. Where the export has no codes, the
/// diagnosis as written or the department take their place.
fn stratum(region: &Region, stay: &Stay, strata: &mut BTreeMap<(u32, String), u32>, parents: &mut Vec<u32>) -> u32 {
    let category: String = match region.category(stay.diagnosis) {
        Some(category) => category.as_str().to_string(),
        None if stay.diagnosis_name.some().is_some() => region.names.texts.get(stay.diagnosis_name).to_string(),
        None => region.names.departments.get(stay.department).to_string(),
    };
    let chapter = region.category(stay.diagnosis).map(|c| c.as_str()[..1].to_string()).unwrap_or_default();
    let level = region.hospitals.get(stay.hospital.index()).map_or("", |h| region.names.texts.get(h.level));
    let mut node = 0;
    for key in [chapter, category, level.to_string()] {
        node = *strata.entry((node, key)).or_insert_with(|| {
            parents.push(node);
            parents.len() as u32 - 1
        });
    }
    node
}

/// Where a person was seen on a day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sighting {
    pub day: Day,
    pub hospital: HospitalId,
    /// Index into `Region::stays` or `Region::visits`.
    pub stay: Option<u32>,
    pub visit: Option<u32>,
    pub setting: Setting,
    /// Whether it shows that the person was not in the ward. Purchases do not: relatives make them.
    pub counts: bool,
}

/// The days on which a person was seen at several institutions, to be looked up by stay: strictly inside a stay, so that a
/// transfer does not count, or at a visit.
pub struct Elsewhere {
    /// In order.
    seen: Vec<(PersonId, Sighting)>,
}

/// Sightings kept of a day. The number of a person under which thousands of stays run at once is no one's, and what it saw
/// would grow with their square.
const A_DAY: usize = 16;

impl Elsewhere {
    /// Indexes a region.
    pub fn new(region: &Region) -> Self {
        let stays = (0u32..).zip(&region.stays).filter(|(_, s)| s.discharged.is_some());
        let stays = stays.map(|(at, s)| (s.person, s.hospital, Some(at), None));
        let visits = (0u32..).zip(&region.visits).map(|(at, v)| (v.person, v.hospital, None, Some(at)));
        let mut records: Vec<(PersonId, HospitalId, Option<u32>, Option<u32>)> = stays.chain(visits).collect();
        records.retain(|r| r.0 != PersonId::NONE);
        records.sort_unstable();
        let mut elsewhere = Self { seen: Vec::new() };
        let mut days = Vec::new();
        for own in records.chunk_by(|a, b| a.0 == b.0).filter(|own| own[0].1 != own[own.len() - 1].1) {
            days.clear();
            own.iter().for_each(|record| sightings(region, *record, &mut days));
            days.sort_unstable();
            for day in days.chunk_by(|a, b| a.day == b.day).filter(|day| day[0].hospital != day[day.len() - 1].hospital)
            {
                elsewhere.add(own[0].0, day);
            }
        }
        elsewhere
    }

    /// Keeps the sightings of a day; of very many, some at each of several institutions.
    fn add(&mut self, person: PersonId, day: &[Sighting]) {
        let many = day.len() > A_DAY;
        let of_hospital = if many { A_DAY / 4 } else { A_DAY };
        let same = day.chunk_by(|a, b| a.hospital == b.hospital);
        let kept = same.flat_map(|own| {
            // A visit that shows it before a purchase that does not.
            let (strong, weak): (Vec<&Sighting>, Vec<&Sighting>) = own.iter().partition(|s| s.counts);
            strong.into_iter().chain(weak).take(of_hospital)
        });
        let from = self.seen.len();
        self.seen.extend(kept.take(A_DAY).map(|seen| (person, *seen)));
        self.seen[from..].sort_unstable();
    }

    /// Sightings at other institutions strictly between the days of admission and discharge, by day.
    pub fn of(&self, stay: &Stay) -> impl Iterator<Item = &Sighting> + use<'_> {
        let (person, hospital) = (stay.person, stay.hospital);
        let (first, last) = (stay.admitted.day, stay.last_day());
        let from = self.seen.partition_point(|(p, s)| (*p, s.day) <= (person, first));
        let own = self.seen[from..].iter().take_while(move |(p, s)| (*p, s.day) < (person, last));
        own.map(|(_, seen)| seen).filter(move |seen| seen.hospital != hospital)
    }
}

/// The days on which a record shows where the person was.
fn sightings(
    region: &Region,
    (_, hospital, stay, visit): (PersonId, HospitalId, Option<u32>, Option<u32>),
    days: &mut Vec<Sighting>,
) {
    if let Some(at) = stay {
        let setting = region.stays[at as usize].setting;
        let (first, last) = (region.stays[at as usize].admitted.day.0, region.stays[at as usize].last_day().0);
        let all = (first + 1..last).map(Day);
        days.extend(all.map(|day| Sighting { day, hospital, stay, visit, setting, counts: true }));
    } else if let Some(at) = visit {
        let (day, setting) = (region.visits[at as usize].time.day, region.visits[at as usize].setting);
        days.push(Sighting { day, hospital, stay, visit, setting, counts: setting != Setting::Pharmacy });
    }
}
