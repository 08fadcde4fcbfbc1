//! `paired-admissions`: small groups admitted and discharged together at one hospital, again and again.
//!
//! `gather` turns each hospital's stays into spells, `search` finds the groups (`traffic` is its null, `calendar` what keeps
//! patients in step lawfully, `pairs` the coincidences, `groups` the test and the groups), `report` writes them up.

mod calendar;
mod gather;
mod groups;
mod hospital;
mod pairs;
mod report;
mod search;
mod steps;
#[cfg(test)]
mod tests;
mod traffic;
#[cfg(test)]
mod worlds;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use self::groups::Group;

use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};

pub(super) const DETECTOR: Detector = Detector { id: "paired-admissions", check: |card| read(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    min_meetings: i64,
    window_days: i64,
    false_discovery_rate: f64,
    scheduled_codes: Vec<String>,
    scheduled_words: Vec<String>,
}

fn read(card: &crate::rulebook::Card) -> Result<Parameters, RuleError> {
    let read: Parameters = parameters(card)?;
    let fault = |name: &str, bounds: &str| Err(RuleError::Parameter(format!("`{name}` must be {bounds}")));
    if !(2..=50).contains(&read.min_meetings) {
        return fault("min_meetings", "from 2 to 50");
    }
    if !(7..=180).contains(&read.window_days) {
        return fault("window_days", "from 7 to 180");
    }
    if !(read.false_discovery_rate > 0.0 && read.false_discovery_rate < 1.0) {
        return fault("false_discovery_rate", "between 0 and 1");
    }
    Ok(read)
}

/// The groups seen by the days of discharge and those seen by the marks that bills were brought to, each person in one of a kind:
/// the larger stands.
fn apart(by_day: Vec<Group>, to_mark: Vec<Group>) -> Vec<(Group, bool)> {
    let mut all: Vec<(Group, bool)> =
        by_day.into_iter().map(|g| (g, false)).chain(to_mark.into_iter().map(|g| (g, true))).collect();
    all.sort_by_key(|(group, to_mark)| (std::cmp::Reverse(group.members.len()), *to_mark));
    let mut known: BTreeSet<u32> = BTreeSet::new();
    all.retain(|(group, _)| {
        let new = group.members.iter().all(|m| !known.contains(m));
        known.extend(group.members.iter().filter(|_| new));
        new
    });
    all
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters = read(context.card)?;
    let wards = gather::wards(context.region, &parameters.scheduled_codes, &parameters.scheduled_words);
    let settings = search::Settings {
        least: parameters.min_meetings as usize,
        window: parameters.window_days as i32,
        level: parameters.false_discovery_rate,
    };
    // Where bills are steered over a mark, members may leave on different days, each when the bill has passed it.
    let marks = super::threshold_stays::marks(context);
    let to_marks =
        |at: usize, ward: &gather::NamedHospital| gather::to_marks(context.region, at, ward, marks.get(&ward.id)?);
    let steered: Vec<(usize, hospital::Hospital)> =
        wards.iter().enumerate().filter_map(|(at, ward)| Some((at, to_marks(at, ward)?))).collect();
    let hospitals: Vec<&hospital::Hospital> =
        wards.iter().map(|w| &w.hospital).chain(steered.iter().map(|(_, h)| h)).collect();
    let mut found = search::search(&hospitals, &settings);
    let homes = report::Homes::new(context.region);
    let mut findings = Vec::new();
    let again = found.groups.split_off(wards.len());
    let mut again: BTreeMap<usize, Vec<Group>> = steered.iter().map(|(at, _)| *at).zip(again).collect();
    for (at, (ward, groups)) in wards.iter().zip(found.groups).enumerate() {
        let groups = apart(groups, again.remove(&at).unwrap_or_default());
        for (group, to_mark) in groups.iter().filter(|(g, _)| !report::are_family(context.region, &homes, ward, g)) {
            let mark = if *to_mark { report::mark(context.region, ward, group, &marks[&ward.id]) } else { 0.0 };
            findings.push(report::finding(context.region, ward, group, mark, (found.tests, wards.len() == 1)));
        }
    }
    let counts = context.index.counts();
    let judged = wards.iter().flat_map(|w| &w.stays).map(Vec::len).sum();
    Ok(Coverage::of(Unit::Stays, judged)
        .not(Why::NoPerson, Unit::Stays, counts.nobodys_stays)
        .not(Why::NoDischarge, Unit::Stays, counts.open_stays)
        .with(findings))
}
