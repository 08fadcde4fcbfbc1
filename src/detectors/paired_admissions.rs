//! `paired-admissions`: small groups admitted and discharged together at one hospital, again and again.
//!
//! `gather` turns each hospital's stays into spells, `search` finds the groups (`traffic` is its null, `calendar` what keeps
//! patients in step lawfully, `pairs` the coincidences, `groups` the test and the groups), `report` writes them up.

mod calendar;
mod gather;
mod groups;
mod pairs;
mod report;
mod search;
#[cfg(test)]
mod tests;
mod traffic;
#[cfg(test)]
mod worlds;

use serde::Deserialize;

use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};

pub(super) const DETECTOR: Detector =
    Detector { id: "paired-admissions", check: |card| read(card).map(drop), want: |_, _, _, _| Ok(()), run };

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

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters = read(context.card)?;
    let wards = gather::wards(context.region, &parameters.scheduled_codes, &parameters.scheduled_words);
    let settings = search::Settings {
        least: parameters.min_meetings as usize,
        window: parameters.window_days as i32,
        level: parameters.false_discovery_rate,
    };
    let hospitals: Vec<&search::Hospital> = wards.iter().map(|w| &w.hospital).collect();
    let found = search::search(&hospitals, &settings);
    let homes = report::Homes::new(context.region);
    let mut findings = Vec::new();
    for (ward, groups) in wards.iter().zip(found.groups) {
        let strangers = groups.iter().filter(|g| !report::are_family(context.region, &homes, ward, g));
        findings.extend(strangers.map(|g| report::finding(context.region, ward, g, found.tests)));
    }
    let counts = context.index.counts();
    let judged = wards.iter().flat_map(|w| &w.stays).map(Vec::len).sum();
    Ok(Coverage::of(Unit::Stays, judged)
        .not(Why::NoPerson, Unit::Stays, counts.nobodys_stays)
        .not(Why::NoDischarge, Unit::Stays, counts.open_stays)
        .with(findings))
}
