//! What `frequent-admissions`, `frequent-visits` and `frequent-purchases` share: people who come far more often than people
//! of their age, sex and illness do.
//!
//! A person's figure is the largest number of occasions in any window of so many days, several records of one institution on
//! one day counting as one. People of one age, sex and kind of illness share a law of counts ([`crate::stats::counts`]),
//! learnt from all but the highest of them; tails are corrected for the number of people tested.

mod people;
mod report;
#[cfg(test)]
mod tests;

use serde::Deserialize;

pub(super) use self::people::Illness;
use self::people::{Stratum, strata};
use super::series::{is_regular, is_weekly};
use crate::model::{Day, HospitalId, PersonId};
use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::{Context, Judgement, RuleError, parameters};
use crate::stats::benjamini_hochberg;

/// Parameters of the three rules, as their cards document them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    pub window: i32,
    pub least: u64,
    pub min_ratio: f64,
    pub max_q: f64,
    pub quantile: f64,
    pub min_stratum: usize,
    pub regular_times: usize,
    pub regular_spread: f64,
    pub schedule_days: usize,
    pub schedule_share: f64,
    pub chronic_codes: Vec<String>,
    pub chronic_types: Vec<String>,
    pub series_codes: Vec<String>,
    pub series_words: Vec<String>,
}

/// One time that a person came.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Occasion {
    pub person: PersonId,
    pub day: Day,
    pub hospital: HospitalId,
    /// Index into the stays or the visits.
    pub index: u32,
}

/// A person's fullest window: occasions `from..to` of the sorted list, `count` of them distinct by day and institution.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fullest {
    pub from: usize,
    pub to: usize,
    pub count: u64,
}

/// A person with how unusual the figure is.
pub(super) struct Tested {
    pub fullest: Fullest,
    pub p: f64,
    pub q: f64,
    /// Mean of the stratum.
    pub expected: f64,
    /// Least count that would be listed in the stratum.
    pub threshold: u64,
    /// People of the stratum.
    pub stratum: usize,
}

/// Refuses parameters that are not understood.
pub(super) fn check(card: &crate::rulebook::Card) -> Result<(), RuleError> {
    parameters::<Parameters>(card).map(drop)
}

/// The findings over occasions picked by `pick`; `stays` says what their indexes point at.
pub(super) fn run(
    context: &Context<'_>,
    stays: bool,
    pick: impl Fn(&Illness<'_>) -> Vec<Occasion>,
) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let illness = Illness::new(context.region, &parameters);
    let mut occasions = pick(&illness);
    occasions.sort_unstable();
    let tested = test(&illness, &occasions, &parameters);
    let people = occasions.chunk_by(|a, b| a.person == b.person).filter(|own| own[0].person != PersonId::NONE).count();
    let nobodys = occasions.iter().filter(|o| o.person == PersonId::NONE).count();
    let findings =
        tested.iter().map(|t| report::finding(context.region, stays, &occasions, t, parameters.window)).collect();
    let unit = if stays { Unit::Stays } else { Unit::Visits };
    Ok(Coverage::of(Unit::Persons, people).not(Why::NoPerson, unit, nobodys).with(findings))
}

/// The people with an occasion, those who come at even intervals or on fixed weekdays left out, each with the fullest window.
fn people(occasions: &[Occasion], parameters: &Parameters) -> Vec<(PersonId, Fullest)> {
    let (mut people, mut start) = (Vec::new(), 0);
    for own in occasions.chunk_by(|a, b| a.person == b.person) {
        let mut days: Vec<i32> = own.iter().map(|o| o.day.0).collect();
        days.dedup();
        let even =
            parameters.regular_times > 0 && is_regular(&days, parameters.regular_times, parameters.regular_spread);
        let fixed =
            parameters.schedule_days > 0 && is_weekly(&days, parameters.schedule_days, parameters.schedule_share);
        if own[0].person != PersonId::NONE && !even && !fixed {
            let fullest = fullest(own, parameters.window);
            people.push((own[0].person, Fullest { from: start + fullest.from, to: start + fullest.to, ..fullest }));
        }
        start += own.len();
    }
    people
}

/// The window with most occasions that differ by day or institution, the first of several.
fn fullest(own: &[Occasion], window: i32) -> Fullest {
    let fresh = |i: usize| i == 0 || (own[i].day, own[i].hospital) != (own[i - 1].day, own[i - 1].hospital);
    let mut best = Fullest { from: 0, to: 0, count: 0 };
    let (mut from, mut count) = (0, 0);
    for to in 0..own.len() {
        count += u64::from(fresh(to));
        while own[to].day.0 - own[from].day.0 >= window {
            from += 1;
            // The one taken out was the last of its day and institution.
            count -= u64::from(fresh(from));
        }
        if count > best.count || (best.from == from && count == best.count) {
            best = Fullest { from, to: to + 1, count };
        }
    }
    best
}

/// Tests every person and gives those that stand out.
fn test(illness: &Illness<'_>, occasions: &[Occasion], parameters: &Parameters) -> Vec<Tested> {
    let people = people(occasions, parameters);
    let strata = strata(illness, &people, parameters);
    let all: Vec<(usize, &Stratum, f64)> = strata
        .iter()
        .flat_map(|s| s.members.iter().map(move |&m| (m, s)))
        .map(|(m, s)| (m, s, s.tails[people[m].1.count as usize]))
        .collect();
    let p: Vec<f64> = all.iter().map(|(_, _, p)| *p).collect();
    let q = benjamini_hochberg(&p, people.len());
    // The p-value that the procedure came to, for the count from which on a stratum is listed.
    let passed = p.iter().zip(&q).filter(|(_, q)| **q <= parameters.max_q).map(|(p, _)| *p);
    let bar = passed.fold(parameters.max_q / people.len().max(1) as f64, f64::max);
    let thresholds: Vec<u64> = strata.iter().map(|s| s.threshold(bar, parameters)).collect();
    let mut tested: Vec<Tested> = all
        .iter()
        .zip(q)
        .filter(|((_, _, _), q)| *q <= parameters.max_q)
        .filter(|((m, s, _), _)| people[*m].1.count >= thresholds[s.number])
        .map(|((m, s, p), q)| Tested {
            fullest: people[*m].1,
            p: *p,
            q,
            expected: s.mean,
            threshold: thresholds[s.number],
            stratum: s.members.len(),
        })
        .collect();
    tested.sort_by_key(|t| t.fullest.from);
    tested
}
