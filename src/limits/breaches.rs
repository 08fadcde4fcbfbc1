//! Joins points to facts, and turns what breaks them into findings.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::charge::Charge;
use super::points::{self, Point};
use crate::facts::StayItem;
use crate::finding::{Finding, ResultClass, Subject};
use crate::model::{Day, Fen, HospitalId, ItemId, PersonId, Region};
use crate::rule::subjects::record_finding;
use crate::rule::{Context, RuleError, parameters};
use crate::rulebook::Card;

/// A kind of limit.
pub trait Limit {
    /// What the table calls it.
    const NAMES: &'static [&'static str];
    /// What many breaches at one hospital mean.
    const WIDE: Wide = Wide::Mapping;
    /// What a point limits to.
    type Bound;

    /// Reads a value of the table; nothing if it is not understood.
    fn read(limit: &str, value: &str) -> Option<Self::Bound>;

    /// Whether a charge breaks a point.
    fn breach(charge: &Charge<'_>, bound: &Self::Bound) -> Option<Breach>;
}

/// What it means where a hospital breaks a point for many of an item's patients.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wide {
    /// A wrong code in its mapping, rather than that many wrongs: one suspicion instead of many accusations.
    Mapping,
    /// The hospital's way of charging: one finding says it all.
    Habit,
    /// The same as for one: the limit is on the hospital itself, so there is one finding in any case.
    Always,
}

/// How a charge breaks a point.
pub struct Breach {
    /// The limit, as evidence.
    pub limit: String,
    /// What was found instead, as evidence.
    pub found: String,
    /// Figures of both, where they are numbers.
    pub observed: Option<f64>,
    pub threshold: Option<f64>,
    /// Only lines of this day and after are too much; all lines where there is none.
    pub from: Option<Day>,
    pub confidence: f64,
}

impl Default for Breach {
    fn default() -> Self {
        Self {
            limit: String::new(),
            found: String::new(),
            observed: None,
            threshold: None,
            from: None,
            confidence: 0.9,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Patients of one hospital and item from which a pattern is the hospital's.
    wide_patients: usize,
    /// The share of the item's patients that they are at least.
    wide_share: f64,
}

/// Reads the parameters of a card.
///
/// # Errors
/// A parameter is unknown, missing or of the wrong type.
pub fn check(card: &Card) -> Result<(), RuleError> {
    parameters::<Parameters>(card).map(drop)
}

/// A breach with where it stands.
pub struct Hit<'a, B> {
    pub fact: &'a StayItem,
    pub point: &'a Point<B>,
    pub breach: Breach,
    /// Lines and the money that the fund was asked to recognise for each.
    pub lines: Vec<(u32, Fen)>,
}

/// Runs a card of a kind of limit.
///
/// # Errors
/// The table is broken or the parameters are.
pub fn run<L: Limit>(context: &Context<'_>) -> Result<Vec<Finding>, RuleError> {
    let (region, facts) = (context.region, context.facts);
    let parameters: Parameters = parameters(context.card)?;
    let points = points::of::<L>(context.card, context.book)?;
    let by_item = points::by_item(&points, region);
    let mut hits = Vec::new();
    for fact in &facts.stay_items {
        let Some(own) = by_item.get(&fact.item) else { continue };
        let charge = Charge::new(region, fact);
        hits.extend(own.iter().find_map(|&at| hit::<L>(&charge, &points[at])));
    }
    Ok(findings(context, hits, &parameters, L::WIDE))
}

/// The findings of hits: one each, or one for a hospital and item.
pub fn findings<B>(context: &Context<'_>, hits: Vec<Hit<'_, B>>, parameters: &Parameters, wide: Wide) -> Vec<Finding> {
    let region = context.region;
    let place = |fact: &StayItem| (region.records[fact.record.index()].hospital, fact.item);
    let person = |fact: &StayItem| region.records[fact.record.index()].person;
    let mut by_place: BTreeMap<(HospitalId, ItemId), Vec<Hit<'_, B>>> = BTreeMap::new();
    for hit in hits {
        by_place.entry(place(hit.fact)).or_default().push(hit);
    }
    if by_place.is_empty() {
        return Vec::new();
    }
    let mut patients: BTreeMap<(HospitalId, ItemId), BTreeSet<PersonId>> = BTreeMap::new();
    for fact in context.facts.stay_items.iter().filter(|f| by_place.contains_key(&place(f))) {
        patients.entry(place(fact)).or_default().insert(person(fact));
    }
    let mut findings = Vec::new();
    for (place, hits) in by_place {
        let people: BTreeSet<PersonId> = hits.iter().map(|h| person(h.fact)).collect();
        let share = people.len() as f64 / patients[&place].len() as f64;
        let many = people.len() >= parameters.wide_patients && share >= parameters.wide_share;
        if many || wide == Wide::Always {
            findings.extend(wide_finding(region, &hits, share, wide));
        } else {
            findings.extend(hits.iter().filter_map(|hit| finding(region, std::slice::from_ref(hit), share)));
        }
    }
    findings
}

fn hit<'a, L: Limit>(charge: &Charge<'a>, point: &'a Point<L::Bound>) -> Option<Hit<'a, L::Bound>> {
    if charge.fact.quantity.0 <= 0 || charge.day().is_some_and(|day| !point.holds(day)) {
        return None;
    }
    let breach = L::breach(charge, &point.bound)?;
    let fees = &charge.region.fees;
    let too_late = |line: usize| breach.from.is_none_or(|from| fees.time[line].is_some_and(|t| t.day >= from));
    let lines: Vec<(u32, Fen)> = (charge.fact.first_line..=charge.fact.last_line)
        .filter(|&l| fees.item[l as usize] == charge.fact.item && too_late(l as usize))
        .map(|l| (l, fees.claimed(l as usize)))
        .collect();
    // What the fund is not asked to pay breaks no limit of payment.
    let asked = lines.iter().map(|l| l.1).sum::<Fen>() > Fen(0);
    asked.then_some(Hit { fact: charge.fact, point, breach, lines })
}

/// One finding for a hospital and an item.
fn wide_finding<B>(region: &Region, hits: &[Hit<'_, B>], share: f64, wide: Wide) -> Option<Finding> {
    let mut finding = finding(region, hits, share)?;
    if wide == Wide::Mapping {
        finding.result = Some(ResultClass::Suspicious);
        finding.confidence = finding.confidence.min(0.5);
    }
    Some(finding)
}

/// What one or more hits of one hospital and item say.
fn finding<B>(region: &Region, hits: &[Hit<'_, B>], share: f64) -> Option<Finding> {
    let first = hits.first()?;
    let mut finding = record_finding(region, first.fact.record)?;
    for hit in &hits[1..] {
        let Some(more) = record_finding(region, hit.fact.record) else { continue };
        finding.patient_ids.extend(more.patient_ids);
        finding.stay_ids.extend(more.stay_ids);
        finding.visit_ids.extend(more.visit_ids);
        finding.period_start = finding.period_start.min(more.period_start);
        finding.period_end = finding.period_end.max(more.period_end);
        finding.total_amount += more.total_amount;
    }
    for ids in [&mut finding.patient_ids, &mut finding.stay_ids, &mut finding.visit_ids] {
        ids.sort_unstable();
        ids.dedup();
    }
    for (line, amount) in hits.iter().flat_map(|h| &h.lines) {
        finding.add_risk(Subject::Line(*line), (*amount).max(Fen(0)));
    }
    let lines = hits.iter().flat_map(|h| &h.lines);
    finding.add_rows(&region.files, lines.map(|(l, _)| region.fees.row[*l as usize]));
    finding.confidence = hits.iter().map(|h| h.breach.confidence).fold(0.0, f64::max);
    finding.observed = first.breach.observed;
    finding.threshold = first.breach.threshold;
    let days = hits.iter().filter_map(|h| h.fact.span);
    let (from, to) = (days.clone().map(|d| d.0).min(), days.map(|d| d.1).max());
    let text = |day: Option<Day>| day.map(|d| d.to_string()).unwrap_or_default();
    let evidence = &mut finding.evidence;
    evidence.insert("item_name".into(), region.item_name(first.fact.item).into());
    evidence.insert("item_code".into(), region.names.items.get(first.fact.item).into());
    evidence.insert("limit".into(), first.breach.limit.as_str().into());
    evidence.insert("found".into(), first.breach.found.as_str().into());
    evidence.insert("quantity".into(), hits.iter().map(|h| h.fact.quantity.units()).sum::<f64>().into());
    evidence.insert("first_day".into(), text(from).into());
    evidence.insert("last_day".into(), text(to).into());
    evidence.insert("patient_percent".into(), (share * 100.0).round().into());
    evidence.insert("point_id".into(), first.point.id.as_str().into());
    evidence.insert("point_note".into(), first.point.note.as_str().into());
    Some(finding)
}
