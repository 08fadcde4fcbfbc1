//! `inflated-drugs`: quantities of drugs that no dose explains.

mod densities;
mod doses;
mod excess;
mod houses;
mod judge;
mod leads;
mod scale;
#[cfg(test)]
mod worlds;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use self::doses::{DrugUse, uses};
use self::excess::{Beyond, beyond};
use self::houses::Favoured;
use self::leads::{Lead, Parameters, Suspect, leads, ranks};
use crate::facts::Posted;
use crate::finding::{Finding, Subject};
use crate::model::{DoctorId, Fen, HospitalId, ItemId, Quantity, Region, Stay};
use crate::rule::coverage::{Coverage, Unit, Why, charged_stays};
use crate::rule::subjects::{self, stay_finding, yuan};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::rulebook::Rulebook;
use crate::stats::rounded;

pub(super) const DETECTOR: Detector =
    Detector { id: "inflated-drugs", check: |card| parameters::<Parameters>(card).map(drop), run };

const TABLE: &str = "max-daily-dose";

/// Maximum daily doses by drug code, in billed units a day.
///
/// # Errors
/// The table is missing, or a dose is not a positive number.
fn maximum_doses(book: &Rulebook) -> Result<BTreeMap<String, f64>, RuleError> {
    let fault = |what: String| RuleError::Knowledge(format!("table `{TABLE}`: {what}"));
    let table = book.table(TABLE).ok_or_else(|| fault("missing".into()))?;
    let columns = table.column("code").zip(table.column("max_per_day"));
    let (codes, maxima) = columns.ok_or_else(|| fault("no column `code` or `max_per_day`".into()))?;
    let mut doses = BTreeMap::new();
    for (code, dose) in codes.zip(maxima) {
        match dose.trim().parse::<f64>() {
            Ok(dose) if dose > 0.0 && dose.is_finite() => doses.insert(code.trim().to_string(), dose),
            _ => return Err(fault(format!("`{dose}` is not a dose"))),
        };
    }
    Ok(doses)
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let region = context.region;
    let maximum = maximum_doses(context.book)?;
    let uses = uses(region, context.facts, parameters.supply());
    let maximum: Vec<Option<f64>> = region.names.items.iter().map(|(_, code)| maximum.get(code).copied()).collect();
    let leads = leads(&uses, &maximum, &parameters);
    let ranks = ranks(&leads);
    let posted = Posted::new(region, &context.facts.posting);
    let findings =
        leads.iter().zip(ranks).filter_map(|(lead, rank)| finding(context, &posted, lead, rank, &parameters));
    let mut findings: Vec<Finding> = findings.collect();
    let listed: BTreeSet<u32> = leads.iter().map(|lead| lead.stay).collect();
    let (houses, few) = houses::houses(context.facts, &uses, parameters.level);
    for of_hospital in houses.chunk_by(|a, b| a.hospital == b.hospital) {
        findings.extend(institution(context, &posted, of_hospital, &uses, &listed, &parameters));
    }
    let mut stays: Vec<u32> = uses.iter().map(|u| u.stay).collect();
    stays.dedup();
    let visits = context.index.counts().charged_visits;
    let coverage = Coverage { judged: stays.len(), ..charged_stays(context) };
    Ok(coverage.not(Why::Outpatient, Unit::Visits, visits).not(Why::FewRecords, Unit::Items, few).with(findings))
}

fn finding(
    context: &Context<'_>,
    posted: &Posted<'_>,
    lead: &Lead<'_>,
    (rank, leads): (usize, usize),
    parameters: &Parameters,
) -> Option<Finding> {
    let (region, facts) = (context.region, context.facts);
    let mut finding = stay_finding(region, lead.stay as usize);
    let (mut drugs, mut lines) = (Vec::new(), Vec::new());
    let mut worst = None;
    for suspect in &lead.suspects {
        let fact = &facts.stay_items[suspect.of.fact as usize];
        let over = beyond(context, posted, fact, suspect.of, suspect.limit, parameters);
        let units: Quantity = over.iter().map(|o| o.units).sum();
        if units > Quantity(0) {
            drugs.push((suspect, units, over.iter().map(|o| o.amount).sum::<Fen>()));
            worst.get_or_insert((suspect, fact, units));
            lines.extend(over);
        }
    }
    let (worst, fact, units) = worst?;
    for over in &lines {
        finding.add_risk(Subject::Line(over.line), over.amount);
    }
    finding.add_rows(&region.files, lines.iter().map(|o| region.fees.row(o.line as usize)));
    finding.confidence = 1.0 - lead.false_share;
    finding.observed = Some(rounded(worst.of.dose, 2));
    finding.expected = Some(rounded(worst.usual, 2));
    finding.threshold = Some(rounded(worst.limit, 2));
    finding.p_value = Some(lead.p);
    finding.q_value = Some(lead.false_share);
    drugs.sort_by(|a, b| b.2.cmp(&a.2).then(b.1.cmp(&a.1)).then(a.0.of.item.cmp(&b.0.of.item)));
    let list = drugs.iter().map(|(s, units, amount)| drug(context, s, *units, *amount)).collect();
    let item = fact.item;
    let amount = finding.amount;
    let (doctor, doctors_amount) = main_doctor(region, &lines);
    let evidence = &mut finding.evidence;
    evidence.insert("scope".into(), "stay".into());
    evidence.insert("drug_name".into(), region.item_name(item).into());
    evidence.insert("drug_code".into(), region.names.items.get(item).into());
    evidence.insert("days".into(), fact.days.into());
    evidence.insert("quantity".into(), fact.quantity.units().into());
    evidence.insert("largest_day".into(), fact.largest_day.units().into());
    evidence.insert("times".into(), rounded(worst.ratio(), 2).into());
    evidence.insert("excess_units".into(), units.units().into());
    evidence.insert("drug_count".into(), drugs.len().into());
    evidence.insert("excess_amount".into(), yuan(amount));
    evidence.insert("drugs".into(), Value::Array(list));
    evidence.insert("doctor".into(), doctor.into());
    evidence.insert("doctor_amount".into(), yuan(doctors_amount));
    evidence.insert("rank".into(), rank.into());
    evidence.insert("hospital_leads".into(), leads.into());
    evidence.insert("hospital_far".into(), lead.institution.observed.into());
    evidence.insert("hospital_expected".into(), rounded(lead.institution.expected, 2).into());
    Some(finding)
}

/// One lead about a hospital that bills drugs at many times the others' dose for all its patients: the stays that are not listed
/// already, with what is beyond a plausible dose.
fn institution(
    context: &Context<'_>,
    posted: &Posted<'_>,
    drugs: &[Favoured],
    uses: &[DrugUse],
    listed: &BTreeSet<u32>,
    parameters: &Parameters,
) -> Option<Finding> {
    let (region, facts) = (context.region, context.facts);
    let worst = drugs.iter().max_by(|a, b| a.times.total_cmp(&b.times))?;
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(HospitalId(drugs[0].hospital)).to_string(),
        group_id: Some("doses".to_string()),
        observed: Some(rounded(worst.dose, 2)),
        expected: Some(rounded(worst.dose / worst.times, 2)),
        p_value: drugs.iter().map(|d| d.p).reduce(f64::min),
        q_value: drugs.iter().map(|d| d.q).reduce(f64::min),
        ..Finding::default()
    };
    let mut stays: BTreeSet<u32> = BTreeSet::new();
    let (mut names, mut excess) = (Vec::new(), Quantity(0));
    for drug in drugs {
        names.push(region.item_name(ItemId(drug.item)));
        let limit = (drug.dose / drug.times * parameters.min_ratio).ceil();
        for of in drug.uses.iter().map(|at| &uses[*at]).filter(|of| !listed.contains(&of.stay)) {
            let over = beyond(context, posted, &facts.stay_items[of.fact as usize], of, limit, parameters);
            for one in &over {
                finding.add_risk(Subject::Line(one.line), one.amount);
                excess += one.units;
            }
            if !over.is_empty() {
                stays.insert(of.stay);
            }
            finding.add_rows(&region.files, over.iter().map(|o| region.fees.row(o.line as usize)));
        }
    }
    let own = || stays.iter().map(|at| &region.stays[*at as usize]);
    let sorted = |names: BTreeSet<&str>| names.into_iter().map(String::from).collect();
    finding.stay_ids = sorted(own().map(|s| region.names.records.get(s.record)).collect());
    finding.patient_ids = sorted(own().filter_map(|s| Some(region.names.persons.get(s.person.some()?))).collect());
    finding.period_start = own().map(|s| s.admitted.day).min();
    finding.period_end = own().map(Stay::last_day).max();
    finding.total_amount = own().map(|s| s.total).sum();
    finding.confidence = (1.0 - finding.q_value.unwrap_or(1.0)).min(0.9);
    let amount = finding.amount;
    let evidence = &mut finding.evidence;
    evidence.insert("scope".into(), "hospital".into());
    evidence.insert("drug_name".into(), region.item_name(ItemId(worst.item)).into());
    evidence.insert("drug_code".into(), region.names.items.get(ItemId(worst.item)).into());
    evidence.insert("times".into(), rounded(worst.times, 2).into());
    evidence.insert("drug_count".into(), drugs.len().into());
    evidence.insert("drug_names".into(), subjects::list(names));
    evidence.insert("excess_units".into(), excess.units().into());
    evidence.insert("excess_amount".into(), yuan(amount));
    evidence.insert("stays_listed".into(), stays.len().into());
    evidence.insert("peer_hospitals".into(), worst.others.into());
    (!stays.is_empty()).then_some(finding)
}

fn drug(context: &Context<'_>, suspect: &Suspect<'_>, units: Quantity, amount: Fen) -> Value {
    let fact = &context.facts.stay_items[suspect.of.fact as usize];
    json!({
        "drug": context.region.item_name(fact.item),
        "code": context.region.names.items.get(fact.item),
        "days": fact.days,
        "quantity": fact.quantity.units(),
        "per_day": rounded(suspect.of.dose, 2),
        "usual_per_day": rounded(suspect.usual, 2),
        "plausible_per_day": rounded(suspect.limit, 2),
        "excess_units": units.units(),
        "excess_amount": amount.yuan(),
    })
}

/// The doctor who ordered most of the excess, and how much.
fn main_doctor<'a>(region: &'a Region, lines: &[Beyond]) -> (&'a str, Fen) {
    let mut amounts: BTreeMap<DoctorId, Fen> = BTreeMap::new();
    for over in lines {
        if let Some(doctor) = region.fees.doctor(over.line as usize) {
            *amounts.entry(doctor).or_default() += over.amount;
        }
    }
    let most = amounts.into_iter().max_by_key(|(doctor, amount)| (*amount, std::cmp::Reverse(*doctor)));
    most.map_or(("", Fen(0)), |(doctor, amount)| (region.names.doctors.get(doctor), amount))
}
