//! Charges of several days posted on one: the night run that posts the day before, the weekend on Friday, a bill made at
//! discharge. What is more than a day's then stands for days of the stay on which nothing was posted.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use crate::facts::{Posted, StayItem};
use crate::model::{Day, FeeClass, Fen, HospitalId, ItemId, Quantity, RecordId, Region};
use crate::rule::{Context, RuleError, parameters};

/// One line of a point's items.
#[derive(Clone, Copy)]
pub struct PointLine {
    /// Its day, or that of its record of one day; none where nobody knows it.
    pub day: Option<Day>,
    /// The same; else that on which the record begins.
    pub about: Option<Day>,
    pub line: u32,
    pub record: RecordId,
    pub item: ItemId,
    pub quantity: Quantity,
    pub claimed: Fen,
}

/// A limit of so many a day is of hours.
const HOURS: f64 = 24.0;

#[derive(Deserialize)]
struct Parameters {
    /// Share of a hospital's stays in which beds, rounds or nursing of several days are posted on one, above which it posts
    /// other services so, too.
    late_share: f64,
}

/// The hospitals that post the charges of several days on one.
pub struct Postings<'a> {
    posted: Posted<'a>,
    late: FxHashSet<HospitalId>,
}

/// Charged for every day that the patient is there.
fn is_of_every_day(class: FeeClass) -> bool {
    matches!(class, FeeClass::Bed | FeeClass::Consultation | FeeClass::Nursing)
}

/// Given again and again, by the hour or the day, so that it may be posted for several days.
fn may_be_of_days(class: FeeClass) -> bool {
    matches!(class, FeeClass::Treatment | FeeClass::GeneralTreatment | FeeClass::Other | FeeClass::Unknown)
}

/// Days of a stay, its first and last among them; one of a visit. Nothing where the discharge is not known.
fn days(region: &Region, record: RecordId) -> Option<u32> {
    match region.stay_of(record) {
        Some(stay) => stay.discharged.map(|left| (left.day.0 - stay.admitted.day.0).max(0) as u32 + 1),
        None => Some(1),
    }
}

impl<'a> Postings<'a> {
    /// Looks at the beds, rounds and nursing of every hospital, of which nobody has more than one a day.
    ///
    /// # Errors
    /// The card's parameter is missing or of the wrong type.
    pub fn new(context: &'a Context<'_>) -> Result<Self, RuleError> {
        let parameters: Parameters = parameters(context.card)?;
        let (region, facts) = (context.region, &context.facts.stay_items);
        let of_every_day = |f: &&StayItem| is_of_every_day(region.fees.class(f.first_line as usize));
        let mut counts: FxHashMap<HospitalId, (u32, u32)> = FxHashMap::default();
        for own in facts.chunk_by(|a, b| a.record == b.record) {
            let Some(days) = days(region, own[0].record).filter(|days| *days > 2) else { continue };
            let mut own = own.iter().filter(of_every_day).peekable();
            if let Some(first) = own.peek() {
                let (all, late) = counts.entry(region.records[first.record.index()].hospital).or_default();
                *all += 1;
                *late += u32::from(own.any(|f| is_late(f, days)));
            }
        }
        let often = |(all, late): (u32, u32)| f64::from(late) > parameters.late_share * f64::from(all);
        Ok(Self {
            posted: Posted::new(region, &context.facts.posting),
            late: counts.into_iter().filter(|(_, counts)| often(*counts)).map(|(hospital, _)| hospital).collect(),
        })
    }

    /// Whether what one record has above a limit by the day fits into its days on which nothing was posted.
    pub fn explain(&self, region: &Region, used: &[&PointLine], limit: f64, value: impl Fn(&PointLine) -> f64) -> bool {
        let Some(first) = used.first() else { return false };
        let class = region.fees.class(first.line as usize);
        let hospital = region.records[first.record.index()].hospital;
        let by_habit =
            (may_be_of_days(class) && self.late.contains(&hospital)) || self.posted.is_piled(hospital, class);
        if !(is_of_every_day(class) || limit == HOURS || by_habit) {
            return false;
        }
        let mut sums: BTreeMap<Day, f64> = BTreeMap::new();
        used.iter().for_each(|u| u.day.into_iter().for_each(|day| *sums.entry(day).or_default() += value(u)));
        sums.retain(|_, sum| *sum > 0.0);
        let surplus: f64 = sums.values().map(|sum| (sum - limit).max(0.0)).sum();
        let there = match region.stay_of(first.record) {
            Some(stay) if stay.discharged.is_none() => {
                // Who is still in hospital was there until the last posting, and may have been posted ahead.
                let ahead = self.posted.is_piled(hospital, class).then(|| self.posted.last_day(stay));
                let last = ahead.or(sums.keys().next_back().copied()).unwrap_or(stay.admitted.day);
                Some((last.0 - stay.admitted.day.0).max(0) as u32 + 1)
            }
            _ => days(region, first.record),
        };
        let empty = there.map_or(0, |days| days.saturating_sub(sums.len() as u32));
        surplus > 0.0 && surplus <= limit * f64::from(empty)
    }
}

/// Whether an item of which there is one a day was posted more than once on a day, for days without it.
fn is_late(fact: &StayItem, days: u32) -> bool {
    fact.largest_day.units() >= 2.0 && fact.days < days && fact.quantity.units() <= f64::from(days)
}

/// Whether lines of an item that is charged for every day of a stay are judged by record: on the day of a transfer, both
/// hospitals charge it.
pub fn by_record(region: &Region, used: &PointLine) -> bool {
    is_of_every_day(region.fees.class(used.line as usize))
}
