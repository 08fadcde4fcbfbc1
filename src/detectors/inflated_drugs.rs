//! `inflated-drugs`: quantities of drugs that no dose explains.

mod doses;
mod excess;
mod scale;
mod tails;
#[cfg(test)]
mod worlds;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Deserialize;
use serde_json::{Value, json};

use self::doses::{Supply, Use, uses};
use self::excess::{Beyond, beyond};
use self::scale::{Kind, Obs, observations, stays};
use self::tails::{Institution, Judged, Rules, judge};
use super::support::{stay_finding, yuan};
use crate::finding::{Finding, Subject};
use crate::model::{DoctorId, Fen, Quantity, Region};
use crate::rule::{Context, Detector, RuleError, parameters};
use crate::rulebook::Rulebook;

pub(super) const DETECTOR: Detector = Detector {
    id: "inflated-drugs",
    check: |card| parameters::<Parameters>(card).map(drop),
    want: |_, book, _, _| maximum_doses(book).map(drop),
    run,
};

const TABLE: &str = "max-daily-dose";

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    take_home_days: i32,
    posting_days: i32,
    severity_limit: f64,
    peer_spread: f64,
    level: f64,
    max_false_share: f64,
    support_tail: f64,
    min_ratio: f64,
    plausible_tail: f64,
}

impl Parameters {
    fn supply(&self) -> Supply {
        Supply { take_home_days: self.take_home_days, posting_days: self.posting_days }
    }

    fn rules(&self) -> Rules {
        Rules { spread: self.peer_spread, level: self.level, plausible: self.plausible_tail }
    }
}

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

/// A drug of a stay that is beyond its plausible dose.
struct Suspect<'a> {
    of: &'a Use,
    /// Units a day that are usual.
    usual: f64,
    /// Units a day that are plausible.
    limit: f64,
    false_share: f64,
    /// Probability of a dose so large at the other hospitals.
    tail: f64,
}

/// A stay with its suspects, the worst first.
struct Lead<'a> {
    stay: u32,
    hospital: u32,
    suspects: Vec<Suspect<'a>>,
    false_share: f64,
    p: f64,
}

/// Everything that was tested, and what came of it.
struct Tested {
    all: Vec<Obs>,
    judged: Vec<Judged>,
    /// By stay, sorted: the stay as a whole.
    stays: Vec<(u32, Judged)>,
    institutions: Vec<Institution>,
}

fn run(context: &Context<'_>) -> Result<Vec<Finding>, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let region = context.region;
    let maximum = maximum_doses(context.book)?;
    let uses = uses(region, context.facts, parameters.supply());
    let maximum: Vec<Option<f64>> = region.names.items.iter().map(|(_, code)| maximum.get(code).copied()).collect();
    let tested = test(&uses, &parameters);
    let leads = leads(&uses, &tested, &maximum, &parameters);
    let ranks = ranks(&leads);
    let by_hospital: FxHashMap<u32, &Institution> = tested.institutions.iter().map(|i| (i.hospital, i)).collect();
    let findings = leads.iter().zip(ranks).filter_map(|(lead, rank)| {
        finding(context, lead, rank, by_hospital.get(&lead.hospital).copied(), &parameters)
    });
    Ok(findings.collect())
}

/// Tests each drug of each stay, then each stay over its drugs.
fn test(uses: &[Use], parameters: &Parameters) -> Tested {
    let all = observations(uses, parameters.severity_limit);
    let (judged, _) = judge(&all, parameters.rules());
    let sums = stays(&all, |i| judged[i].tail, parameters.support_tail);
    let (by_sum, institutions) = judge(&sums, parameters.rules());
    let mut stays: Vec<(u32, Judged)> = sums.iter().zip(by_sum).map(|(o, j)| (o.stay, j)).collect();
    stays.sort_unstable_by_key(|s| s.0);
    Tested { all, judged, stays, institutions }
}

/// The stays whose doses are beyond what is natural.
fn leads<'a>(
    uses: &'a [Use],
    tested: &Tested,
    maximum: &[Option<f64>],
    parameters: &Parameters,
) -> Vec<Lead<'a>> {
    let (all, judged) = (&tested.all, &tested.judged);
    let mut order: Vec<u32> = (0..all.len() as u32).collect();
    order.sort_unstable_by_key(|&i| (all[i as usize].stay, all[i as usize].item, all[i as usize].kind));
    let same_stay = |a: &u32, b: &u32| all[*a as usize].stay == all[*b as usize].stay;
    let same_drug = |a: &u32, b: &u32| all[*a as usize].item == all[*b as usize].item;
    let mut leads = Vec::new();
    for (of_stay, (stay, sum)) in order.chunk_by(same_stay).zip(&tested.stays) {
        let mut suspects = Vec::new();
        for of_drug in of_stay.chunk_by(same_drug).filter(|d| all[d[0] as usize].of != u32::MAX) {
            let best = of_drug.iter().map(|&i| i as usize).min_by(|&a, &b| better(&judged[a], &judged[b]));
            suspects.extend(best.and_then(|b| suspect(uses, &all[b], &judged[b], maximum, parameters)));
        }
        let whole = of_stay.iter().map(|&i| i as usize).find(|&i| all[i].kind == Kind::Whole).map(|i| judged[i]);
        let mut false_share = suspects.iter().map(|s| s.false_share).fold(sum.false_share, f64::min);
        if let Some(whole) = whole.filter(|w| w.false_share <= parameters.max_false_share.min(false_share)) {
            suspects = everything(uses, all, of_stay, &whole, parameters);
            false_share = whole.false_share;
        }
        suspects.sort_by(|a, b| a.tail.total_cmp(&b.tail).then(b.ratio().total_cmp(&a.ratio())).then(a.of.item.cmp(&b.of.item)));
        if !suspects.is_empty() && false_share <= parameters.max_false_share {
            leads.push(Lead { stay: *stay, hospital: suspects[0].of.hospital, suspects, false_share, p: sum.tail });
        }
    }
    leads
}

fn better(a: &Judged, b: &Judged) -> std::cmp::Ordering {
    a.false_share.total_cmp(&b.false_share).then(a.tail.total_cmp(&b.tail))
}

impl Suspect<'_> {
    fn ratio(&self) -> f64 {
        self.of.dose / self.usual
    }
}

/// A drug whose dose is above its maximum, or among the far ones of its drug, hospital and stay.
fn suspect<'a>(
    uses: &'a [Use],
    obs: &Obs,
    judged: &Judged,
    maximum: &[Option<f64>],
    parameters: &Parameters,
) -> Option<Suspect<'a>> {
    let of = &uses[obs.of as usize];
    let usual = obs.base.exp();
    if let Some(limit) = maximum[of.item as usize].filter(|m| of.dose > *m) {
        return Some(Suspect { of, usual, limit, false_share: 0.0, tail: judged.tail });
    }
    let far = judged.tail <= parameters.support_tail || judged.false_share <= parameters.max_false_share;
    (far && obs.x >= parameters.min_ratio.ln()).then(|| {
        let natural = judged.limit * obs.sigma;
        let limit = if natural < obs.x { natural.max(0.0) } else { parameters.min_ratio.ln() };
        Suspect { of, usual, limit: usual * limit.exp(), false_share: judged.false_share, tail: judged.tail }
    })
}

/// Where the stay as a whole is too far out: all of its drugs that are.
fn everything<'a>(
    uses: &'a [Use],
    all: &[Obs],
    of_stay: &[u32],
    whole: &Judged,
    parameters: &Parameters,
) -> Vec<Suspect<'a>> {
    let drugs = of_stay.iter().map(|&i| &all[i as usize]).filter(|o| matches!(o.kind, Kind::Dose | Kind::Total));
    let far = drugs.filter(|o| o.x + o.grave >= parameters.min_ratio.ln());
    far.map(|o| {
            let usual = (o.base - o.grave).exp();
            let limit = usual * parameters.min_ratio;
            Suspect { of: &uses[o.of as usize], usual, limit, false_share: whole.false_share, tail: whole.tail }
        })
        .collect()
}

/// Place of each lead at its hospital, the least plausible first, with the number of leads there.
fn ranks(leads: &[Lead<'_>]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..leads.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&leads[a], &leads[b]);
        (a.hospital.cmp(&b.hospital))
            .then(a.p.total_cmp(&b.p))
            .then(a.false_share.total_cmp(&b.false_share))
            .then(a.stay.cmp(&b.stay))
    });
    let mut ranks = vec![(0, 0); leads.len()];
    for own in order.chunk_by(|&a, &b| leads[a].hospital == leads[b].hospital) {
        own.iter().enumerate().for_each(|(at, &i)| ranks[i] = (at + 1, own.len()));
    }
    ranks
}

fn finding(
    context: &Context<'_>,
    lead: &Lead<'_>,
    (rank, leads): (usize, usize),
    institution: Option<&Institution>,
    parameters: &Parameters,
) -> Option<Finding> {
    let (region, facts) = (context.region, context.facts);
    let mut finding = stay_finding(region, lead.stay as usize);
    let (mut drugs, mut lines) = (Vec::new(), Vec::new());
    let mut worst = None;
    for suspect in &lead.suspects {
        let fact = &facts.stay_items[suspect.of.fact as usize];
        let over = beyond(region, fact, suspect.of, suspect.limit, parameters);
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
    finding.add_rows(&region.files, lines.iter().map(|o| region.fees.row[o.line as usize]));
    finding.confidence = 1.0 - lead.false_share;
    finding.observed = Some(round(worst.of.dose));
    finding.expected = Some(round(worst.usual));
    finding.threshold = Some(round(worst.limit));
    finding.p_value = Some(lead.p);
    finding.q_value = Some(lead.false_share);
    drugs.sort_by(|a, b| b.2.cmp(&a.2).then(b.1.cmp(&a.1)).then(a.0.of.item.cmp(&b.0.of.item)));
    let list = drugs.iter().map(|(s, units, amount)| drug(context, s, *units, *amount)).collect();
    let item = fact.item;
    let amount = finding.amount;
    let (doctor, doctors_amount) = main_doctor(region, &lines);
    let evidence = &mut finding.evidence;
    evidence.insert("drug_name".into(), region.item_name(item).into());
    evidence.insert("drug_code".into(), region.names.items.get(item).into());
    evidence.insert("days".into(), fact.days.into());
    evidence.insert("quantity".into(), fact.quantity.units().into());
    evidence.insert("largest_day".into(), fact.largest_day.units().into());
    evidence.insert("times".into(), round(worst.ratio()).into());
    evidence.insert("excess_units".into(), units.units().into());
    evidence.insert("drug_count".into(), drugs.len().into());
    evidence.insert("excess_amount".into(), yuan(amount));
    evidence.insert("drugs".into(), Value::Array(list));
    evidence.insert("doctor".into(), doctor.into());
    evidence.insert("doctor_amount".into(), yuan(doctors_amount));
    evidence.insert("rank".into(), rank.into());
    evidence.insert("hospital_leads".into(), leads.into());
    evidence.insert("hospital_far".into(), institution.map_or(0, |i| i.observed).into());
    evidence.insert("hospital_expected".into(), round(institution.map_or(0.0, |i| i.expected)).into());
    Some(finding)
}

/// Three significant digits or two decimals, whichever is more: figures for people.
fn round(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

fn drug(context: &Context<'_>, suspect: &Suspect<'_>, units: Quantity, amount: Fen) -> Value {
    let fact = &context.facts.stay_items[suspect.of.fact as usize];
    json!({
        "drug": context.region.item_name(fact.item),
        "code": context.region.names.items.get(fact.item),
        "days": fact.days,
        "quantity": fact.quantity.units(),
        "per_day": round(suspect.of.dose),
        "usual_per_day": round(suspect.usual),
        "plausible_per_day": round(suspect.limit),
        "excess_units": units.units(),
        "excess_amount": amount.yuan(),
    })
}

/// The doctor who ordered most of the excess, and how much.
fn main_doctor<'a>(region: &'a Region, lines: &[Beyond]) -> (&'a str, Fen) {
    let mut amounts: BTreeMap<DoctorId, Fen> = BTreeMap::new();
    for over in lines {
        if let Some(doctor) = region.fees.doctor.get(over.line as usize).and_then(|d| d.some()) {
            *amounts.entry(doctor).or_default() += over.amount;
        }
    }
    let most = amounts.into_iter().max_by_key(|(doctor, amount)| (*amount, std::cmp::Reverse(*doctor)));
    most.map_or(("", Fen(0)), |(doctor, amount)| (region.names.doctors.get(doctor), amount))
}
