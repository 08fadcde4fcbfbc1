//! From what was billed to a daily dose: days that a posting stands for, boxes, supplies taken home.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::facts::{Facts, Posted, StayItem, Units};
use crate::model::icd::Category;
use crate::model::{Day, FeeClass, HospitalId, ItemId, Quantity, Region, Stay};
use crate::stats::quantile;

/// One drug in one stay.
#[derive(Clone, Copy, Debug)]
pub struct DrugUse {
    /// Index into [`Facts::stay_items`].
    pub fact: u32,
    /// Index into [`Region::stays`].
    pub stay: u32,
    /// Hospital.
    pub hospital: u32,
    /// Attending doctor; `u32::MAX` where none is given.
    pub doctor: u32,
    /// Drug.
    pub item: u32,
    /// First and last day of use, as [`crate::model::Day`] numbers; those of the stay where the lines have no date.
    pub days: (i32, i32),
    /// Patients alike: age group and diagnosis.
    pub stratum: u32,
    /// Units a day on the heaviest day, allowed for the days that a posting can stand for.
    pub dose: f64,
    /// Postings; where several days are posted on one, days that they stand for.
    pub postings: u32,
    /// Whether several days are posted on one: of the changes of dose only those are seen that no other division explains.
    pub blurred: bool,
    /// Whether the dose is but the usual one, as a supply may have lasted longer: it does not tell how ill the patient is.
    pub assumed: bool,
    /// How much the dose goes up and down, see [`StayItem::swing`], up to the last posting; nothing for one posting only and
    /// where totals are billed.
    pub swing: Option<f64>,
    /// Days that one unit of `dose` is the dose of: 1, or the days in hospital where only totals are billed.
    pub total_days: Option<i32>,
}

/// How long a posting may last.
#[derive(Clone, Copy)]
pub struct Supply {
    /// Days that what is dispensed at discharge may be for.
    pub take_home_days: i32,
    /// Days that a posting at discharge of what cannot be taken home may stand for.
    pub posting_days: i32,
}

/// A hospital where fewer uses than this stretch over several days bills totals.
const DAILY_SHARE: f64 = 0.15;
/// Uses over several days a hospital needs before its own daily dose of a drug counts.
const FEW: usize = 5;
/// A use at less than this share of the hospital's usual price is in another unit.
const OTHER_UNIT: f64 = 0.6;
/// A use whose price differs by more than this share from the hospital's usual one may mix two units.
const OTHER_PRICE: f64 = 0.2;
/// Uses a hospital needs before its own share counts.
const ENOUGH: u32 = 20;

/// Whether an item is a drug by the dose: by its fee class, else by the national code (X western, Z Chinese patent). Herbal slices
/// are none: they are weighed by the prescription, of which a patient has dozens, and have rules of their own.
fn is_drug(region: &Region, fact: &StayItem) -> bool {
    match region.fees.class(fact.first_line as usize) {
        FeeClass::WesternDrug | FeeClass::ChinesePatent => true,
        FeeClass::Unknown => {
            let code = region.names.items.get(fact.item).as_bytes();
            code.len() >= 9 && matches!(code, [b'X' | b'Z', second, ..] if second.is_ascii_alphanumeric())
        }
        _ => false,
    }
}

/// Whether a drug can only be given on the spot: an injection or infusion, by its name or by the dosage form of the national
/// code (the letter B after the substance).
pub fn is_given_on_the_spot(region: &Region, item: ItemId) -> bool {
    let (name, code) = (region.item_name(item), region.names.items.get(item).as_bytes());
    ["注射", "输注", "滴注", "灌注", "透析液", "njection", "nfusion"].iter().any(|w| name.contains(w))
        || (code.len() >= 20 && code[0] == b'X' && code[10] == b'B')
}

/// Every use of a drug in a stay.
pub fn uses(region: &Region, facts: &Facts, supply: Supply) -> Vec<DrugUse> {
    let drugs: Vec<(u32, u32)> = facts
        .stay_items
        .iter()
        .enumerate()
        .filter(|(_, f)| f.quantity > Quantity(0) && f.largest_day > Quantity(0))
        .filter_map(|(i, f)| {
            let stay = region.records[f.record.index()].stay?;
            let known = region.stays[stay as usize].hospital != HospitalId::NONE && f.item != ItemId::NONE;
            (known && is_drug(region, f)).then_some((i as u32, stay))
        })
        .collect();
    let totals = hospitals_with_totals(region, facts, &drugs);
    let spot: Vec<bool> = region.names.items.iter().map(|(id, _)| is_given_on_the_spot(region, id)).collect();
    let strata = strata(region);
    let posted = Posted::new(region, &facts.posting);
    let units = Units::new(region, facts);
    let mut uses = Vec::with_capacity(drugs.len());
    let (mut single, mut lumps) = (Vec::new(), Vec::new());
    for (fact, stay) in drugs {
        let (f, s) = (&facts.stay_items[fact as usize], &region.stays[stay as usize]);
        let mut one = DrugUse {
            fact,
            stay,
            hospital: s.hospital.0,
            doctor: s.doctor.0,
            item: f.item.0,
            days: f.span.map_or((s.admitted.day.0, s.last_day().0), |(first, last)| (first.0, last.0)),
            stratum: strata[stay as usize],
            dose: 0.0,
            postings: f.days,
            blurred: false,
            assumed: false,
            swing: None,
            total_days: None,
        };
        let on_the_spot = spot[f.item.index()];
        if posted.in_lumps(s.hospital, region.fees.class(f.first_line as usize)) {
            lumps.push(uses.len());
        } else if totals.contains(&s.hospital) {
            one.total_days = Some(s.nights() + 1);
            one.dose = f.quantity.units() / f64::from(s.nights() + 1);
            if !on_the_spot {
                single.push(uses.len());
            }
        } else if let Some(postings) =
            postings(region, facts, &posted, f, s, on_the_spot, supply).filter(|p| p.len() > 1)
        {
            one.dose = heaviest(&postings, on_the_spot);
            one.postings = postings.iter().map(|p| p.stands_for as u32).sum();
            one.blurred = true;
            one.swing = (on_the_spot || !is_supplied(f, &units)).then(|| least_swing(&postings, on_the_spot));
        } else if f.days >= 2 && supply_cover(f, s, on_the_spot, supply).is_none() {
            let cover = last_cover(f, s, on_the_spot, supply).max(f.last_gap as i32);
            let (usual, before) = (f.usual_day.units(), f.before_last.units());
            one.dose = if on_the_spot {
                f.steady_day.units().max(spread(f.last_day, cover, usual))
            } else {
                f.spread_day.units().max(spread(f.last_day, cover, 0.0))
            };
            let last = spread(f.last_day, cover, before);
            let step = if before > 0.0 && last > 0.0 { (last / before).ln().abs() } else { 0.0 };
            one.swing = (on_the_spot || !is_supplied(f, &units)).then_some(f64::from(f.swing) + step);
        } else {
            single.push(uses.len());
        }
        uses.push(one);
    }
    complete_single(region, facts, (&posted, &units), &mut uses, (&single, &lumps), &spot, supply);
    uses.retain(|u| u.dose > 0.0);
    in_one_unit(facts, &mut uses);
    uses
}

/// Whether a drug is dispensed for several days at a time: it is posted on at most this share of the days that it is taken, or by
/// the box where most count tablets. A box lasts now three days and now four, and the last one is broken, which is no change of
/// dose.
fn is_supplied(fact: &StayItem, units: &Units) -> bool {
    const POSTED: f64 = 0.67;
    const BOX: f64 = 4.0;
    let scarce =
        fact.span.is_some_and(|(first, last)| f64::from(fact.days) <= POSTED * f64::from(last.0 - first.0 + 1));
    scarce || units.of(fact) >= BOX
}

/// A quantity over the days it may stand for, but not below what is usual.
fn spread(quantity: Quantity, days: i32, usual: f64) -> f64 {
    (quantity.units() / f64::from(days.max(1))).max(quantity.units().min(usual))
}

/// The days that a drug may last which can be taken home and was dispensed but once, apart from what was given along at
/// discharge: whole boxes, that last beyond the stay; the first of two postings until the second. Nothing for other drugs.
pub fn supply_cover(fact: &StayItem, stay: &Stay, on_the_spot: bool, supply: Supply) -> Option<i32> {
    let (_, last) = fact.span?;
    let at_end = stay.discharged.is_none_or(|left| left.day.0 - last.0 <= 1);
    let once = !on_the_spot && (fact.days == 1 || (fact.days == 2 && at_end));
    once.then(|| fact.last_gap as i32 + last_cover(fact, stay, on_the_spot, supply))
}

/// Days that the last posting of a drug may stand for.
pub fn last_cover(fact: &StayItem, stay: &Stay, on_the_spot: bool, supply: Supply) -> i32 {
    let Some((_, last)) = fact.span else { return stay.nights() + 1 };
    let remaining = stay.discharged.map(|d| d.day.0 - last.0);
    let at_end = remaining.is_none_or(|r| r <= 1);
    match (on_the_spot, at_end) {
        (true, false) => 1,
        (true, true) if fact.days == 1 => supply.posting_days.min(stay.nights() + 1),
        (true, true) => 1,
        (false, false) if fact.days > 1 => remaining.unwrap_or(0).max(0) + 1,
        (false, _) => remaining.unwrap_or(0).max(0) + 1 + supply.take_home_days,
    }
}

/// By hospital and drug, the median of a value over uses, and of how many.
fn medians<'a>(
    uses: impl Iterator<Item = &'a DrugUse>,
    value: impl Fn(&DrugUse) -> f64,
) -> FxHashMap<(u32, u32), (f64, usize)> {
    let mut all: FxHashMap<(u32, u32), Vec<f64>> = FxHashMap::default();
    uses.for_each(|u| all.entry((u.hospital, u.item)).or_default().push(value(u)));
    let median = |mut values: Vec<f64>| (quantile(&mut values, 0.5).unwrap_or(0.0), values.len());
    all.into_iter().map(|(place, values)| (place, median(values))).collect()
}

/// A hospital that begins to count by the 100 ml what it counted by the bottle of 500 bills five times as many at a fifth of
/// the price. A use at far less than the price usual at its hospital is counted in the usual unit, but not below the usual
/// dose; where the price is another one, no swing is told from a change of unit. A price that was cut hides a dose this way,
/// and never makes one.
fn in_one_unit(facts: &Facts, uses: &mut [DrugUse]) {
    let price = |u: &DrugUse| {
        let fact = &facts.stay_items[u.fact as usize];
        fact.amount.0 as f64 / fact.quantity.units()
    };
    let priced = || uses.iter().filter(|u| price(u) > 0.0);
    let prices = medians(priced(), price);
    let doses = medians(priced(), |u| u.dose);
    for one in uses {
        let place = (one.hospital, one.item);
        let (Some(&(usual_price, _)), Some(&(usual_dose, _))) = (prices.get(&place), doses.get(&place)) else {
            continue;
        };
        let ratio = price(one) / usual_price;
        if (ratio - 1.0).abs() > OTHER_PRICE {
            one.swing = None;
        }
        if ratio > 0.0 && ratio < OTHER_UNIT {
            one.dose = (one.dose * ratio).max(one.dose.min(usual_dose));
        }
    }
}

/// What was billed on one day, and the days it can stand for.
pub struct Posting {
    /// Units.
    pub quantity: Quantity,
    /// Its own day and the days beside it without any of the drug: until the next posting or since the one before, and as far
    /// as the hospital is known to post ahead or late.
    pub days: i32,
    /// Its own day and those beside it that it stands for as the hospital posts, whichever drug it is.
    pub stands_for: i32,
}

impl Posting {
    /// Units a day if it lasts as long as it may.
    fn needed(&self) -> f64 {
        self.quantity.units() / f64::from(self.days.max(1))
    }
}

/// Units a day on the heaviest day, the days that a posting may stand for allowed for; of what is given on the spot not below
/// what most days need, as a posting may stand for fewer days. A box lasts until the next one.
fn heaviest(postings: &[Posting], on_the_spot: bool) -> f64 {
    let mut needed: Vec<f64> = postings.iter().map(Posting::needed).filter(|d| *d > 0.0).collect();
    needed.sort_unstable_by(f64::total_cmp);
    let usual = if on_the_spot { needed.get(needed.len().saturating_sub(1) / 2).copied() } else { None };
    postings.iter().map(|p| spread(p.quantity, p.days, usual.unwrap_or(0.0))).fold(0.0, f64::max)
}

/// How much the dose goes up and down at the least: each posting leaves a range of doses, from all the days it may stand for to
/// its own day alone, and the dose changes only where no dose lies in the ranges of one posting and the next. The last box
/// is broken: of what is left of the one before no one knows.
fn least_swing(postings: &[Posting], on_the_spot: bool) -> f64 {
    let last = postings.len() - 1;
    let range = |(at, p): (usize, &Posting)| {
        let most = if at == last && !on_the_spot { f64::MAX } else { p.quantity.units() };
        (p.needed(), most)
    };
    let mut ranges = postings.iter().enumerate().map(range).filter(|r| r.0 > 0.0);
    let Some(mut own) = ranges.next() else { return 0.0 };
    let mut swing = 0.0;
    for next in ranges {
        let common = (own.0.max(next.0), own.1.min(next.1));
        own = if common.0 <= common.1 {
            common
        } else {
            swing += (common.0 / common.1).ln();
            if next.0 > own.1 { (next.0, next.0) } else { (next.1, next.1) }
        };
    }
    swing
}

/// The postings of a drug at a hospital known to post several days on one; nothing elsewhere, or where a line has no date.
pub fn postings(
    region: &Region,
    facts: &Facts,
    posted: &Posted<'_>,
    fact: &StayItem,
    stay: &Stay,
    on_the_spot: bool,
    supply: Supply,
) -> Option<Vec<Posting>> {
    let (fees, class) = (&region.fees, region.fees.class(fact.first_line as usize));
    if !posted.is_piled(stay.hospital, class)
        || (!on_the_spot && supply_cover(fact, stay, on_the_spot, supply).is_some())
    {
        return None;
    }
    let day = |l: u32| fees.day(l as usize);
    let days: Vec<(Day, Quantity)> = facts
        .lines(fact)
        .chunk_by(|a, b| day(*a) == day(*b))
        .map(|own| Some((day(own[0])?, own.iter().map(|l| fees.quantity(*l as usize)).sum())))
        .collect::<Option<_>>()?;
    let (admitted, left) = (stay.admitted.day.0, posted.last_day(stay).0);
    let one = |at: usize| {
        let (day, quantity) = days[at];
        let reach = posted.reach(stay.hospital, class, day);
        let before = at.checked_sub(1).and_then(|b| days.get(b)).map(|(last, _)| day.0 - last.0);
        let after = days.get(at + 1).map(|(next, _)| next.0 - day.0);
        let late = reach.late.min(before.map_or(day.0 - admitted, |b| b - 1).max(0));
        let ahead = reach.ahead.min(after.map_or(left - day.0, |a| a - 1).max(0));
        let gap = before.unwrap_or(1).max(after.unwrap_or_else(|| last_cover(fact, stay, on_the_spot, supply)));
        let stands_for = 1 + late.max(ahead);
        Posting { quantity, days: gap.max(stands_for), stands_for }
    };
    Some((0..days.len()).map(one).collect())
}

/// Uses on one day only, and those of hospitals that post in lumps: what may be a supply for several days is measured by the
/// daily dose of those who have the drug on several.
fn complete_single(
    region: &Region,
    facts: &Facts,
    (posted, units): (&Posted<'_>, &Units),
    uses: &mut [DrugUse],
    (single, lumps): (&[usize], &[usize]),
    spot: &[bool],
    supply: Supply,
) {
    let daily = || uses.iter().filter(|u| u.dose > 0.0 && u.total_days.is_none());
    let own = medians(daily(), |u| u.dose);
    // What others take, in the unit that most of them bill: a box is many tablets.
    let mut by_item: FxHashMap<u32, Vec<f64>> = FxHashMap::default();
    for ((_, item), (median, _)) in medians(daily(), |u| u.dose * units.of(&facts.stay_items[u.fact as usize])) {
        by_item.entry(item).or_default().push(median);
    }
    let by_item: FxHashMap<u32, f64> =
        by_item.into_iter().map(|(item, mut all)| (item, quantile(&mut all, 0.5).unwrap_or(0.0))).collect();
    let elsewhere = |one: &DrugUse, fact: &StayItem| by_item.get(&one.item).map(|usual| usual / units.of(fact));
    for &i in lumps {
        let one = &mut uses[i];
        let (fact, stay) = (&facts.stay_items[one.fact as usize], &region.stays[one.stay as usize]);
        let on_the_spot = spot[fact.item.index()];
        let usual = elsewhere(one, fact).unwrap_or(0.0);
        one.dose = match postings(region, facts, posted, fact, stay, on_the_spot, supply) {
            Some(all) => {
                one.assumed = all.iter().all(|p| p.needed() < usual && p.days > 1);
                all.iter().map(|p| spread(p.quantity, p.days, usual)).fold(0.0, f64::max)
            }
            None => {
                let cover = supply_cover(fact, stay, on_the_spot, supply).unwrap_or(stay.nights() + 1);
                one.assumed = fact.quantity.units() / f64::from(cover.max(1)) < usual;
                spread(fact.quantity, cover, usual)
            }
        };
    }
    for &i in single {
        let one = &mut uses[i];
        let fact = &facts.stay_items[one.fact as usize];
        let stay = &region.stays[one.stay as usize];
        let usual = own.get(&(one.hospital, one.item)).filter(|m| m.1 >= FEW).map(|m| m.0);
        let usual = usual.or_else(|| elsewhere(one, fact));
        if let Some(days) = one.total_days {
            // A total may hold what was taken home.
            let cover = days + supply.take_home_days;
            if let Some(usual) = usual {
                one.dose = (fact.quantity.units() / f64::from(cover)).max(one.dose.min(usual));
                one.total_days = Some(cover);
            }
            continue;
        }
        let on_the_spot = spot[fact.item.index()];
        let cover = supply_cover(fact, stay, on_the_spot, supply);
        let piled = || postings(region, facts, posted, fact, stay, on_the_spot, supply)?.last().map(|p| p.days);
        let cover = cover.or_else(piled).unwrap_or_else(|| last_cover(fact, stay, on_the_spot, supply));
        one.assumed = cover > 1 && usual.is_some_and(|usual| fact.quantity.units() / f64::from(cover) < usual);
        one.dose = usual.map_or(fact.quantity.units(), |usual| spread(fact.quantity, cover, usual));
    }
}

/// Hospitals that bill a drug once for the whole stay, or without dates.
fn hospitals_with_totals(region: &Region, facts: &Facts, drugs: &[(u32, u32)]) -> BTreeSet<HospitalId> {
    let mut counts: BTreeMap<HospitalId, [u32; 2]> = BTreeMap::new();
    let mut region_wide = [0u32; 2];
    for &(fact, stay) in drugs {
        let (fact, stay) = (&facts.stay_items[fact as usize], &region.stays[stay as usize]);
        let own = counts.entry(stay.hospital).or_default();
        if stay.nights() >= 3 {
            for count in [own, &mut region_wide] {
                count[0] += 1;
                count[1] += u32::from(fact.days >= 2);
            }
        }
    }
    let is_total = |[all, daily]: [u32; 2]| f64::from(daily) < DAILY_SHARE * f64::from(all);
    counts
        .into_iter()
        .filter(|(_, own)| is_total(if own[0] >= ENOUGH { *own } else { region_wide }))
        .map(|(hospital, _)| hospital)
        .collect()
}

/// By stay: a number for its age group (under 14 or not) and the category of its main diagnosis.
fn strata(region: &Region) -> Vec<u32> {
    let mut numbers: BTreeMap<(bool, Option<Category>), u32> = BTreeMap::new();
    let keys = region.stays.iter().map(|stay| {
        let born = region.birth(stay.person, Some(stay));
        let child = born.is_some_and(|(_, last)| (stay.admitted.day.0 - last.0) < 14 * 365);
        let next = numbers.len() as u32;
        *numbers.entry((child, region.category(stay.diagnosis))).or_insert(next)
    });
    keys.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posting(units: i64, stands_for: i32) -> Posting {
        Posting { quantity: Quantity(units * Quantity::ONE.0), days: stands_for, stands_for }
    }

    #[test]
    fn a_weekend_on_friday_is_no_swing_and_an_inflated_one_is() {
        let week = |friday: i64| [posting(2, 1), posting(2, 1), posting(friday, 3), posting(2, 1)];
        for friday in 2..=6 {
            assert_eq!((heaviest(&week(friday), true), least_swing(&week(friday), true)), (2.0, 0.0), "{friday}");
        }
        assert_eq!(heaviest(&week(60), true), 20.0);
        assert!((least_swing(&week(60), true) - 2.0 * 10f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn a_change_of_dose_within_a_pile_is_one_change() {
        // 1, 1, then 1 and twice 2 on Friday, then 2.
        let postings = [posting(1, 1), posting(1, 1), posting(5, 3), posting(2, 1), posting(2, 1)];
        assert!((least_swing(&postings, true) - 2f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn the_last_box_is_broken() {
        let postings = [posting(10, 1), posting(10, 1), posting(2, 1)];
        assert_eq!(least_swing(&postings, false), 0.0);
        assert!((least_swing(&postings, true) - 5f64.ln()).abs() < 1e-9);
    }
}
