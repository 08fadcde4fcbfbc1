//! `threshold-stays`: too many bills just over a round mark, or just under one.
//!
//! The null of a hospital and mark is a smooth density of the hospital's own bills around the mark ([`crate::stats::bunching`]).
//! It is tested in five windows above the mark, at every round number and mark of the card that has neighbours; a hospital's
//! excess must go beyond what is usual at its peers and at its own other round numbers, and the false-discovery rate is held
//! over all hospitals and marks together.

mod bills;
mod guards;
mod peers;
mod scan;
mod steered;
#[cfg(test)]
mod tests;
mod windows;
#[cfg(test)]
mod worlds;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use self::bills::{Bill, Group, HospitalBills, NO_LABEL, Prices, Side, both_sides};
use self::scan::{scan, standing};
use self::steered::{Over, histogram, steered};
use self::windows::{Bars, Test};
use crate::finding::{Finding, Subject};
use crate::model::{DepartmentId, DiagnosisId, Fen, HospitalId, PersonId, Region, Setting};
use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::subjects::yuan;
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::rounded;

pub(super) const DETECTOR: Detector =
    Detector { id: "threshold-stays", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    marks: Vec<f64>,
    lowest_mark: f64,
    highest_quantile: f64,
    min_neighbours: f64,
    max_q: f64,
    min_ratio: f64,
    min_step: f64,
    min_excess: f64,
    misfit: f64,
    step_p: f64,
    mark_prior: f64,
    package_width: f64,
    package_stays: f64,
    heap_p: f64,
    free_share: f64,
}

impl Parameters {
    fn bars(&self) -> Bars {
        Bars {
            marks: self.marks.clone(),
            lowest: self.lowest_mark.max(100.0),
            highest: self.highest_quantile.clamp(0.5, 1.0),
            neighbours: self.min_neighbours as usize,
            q: self.max_q,
            ratio: self.min_ratio,
            step: self.min_step,
            excess: self.min_excess,
            misfit: self.misfit.powi(2),
            step_p: self.step_p,
            prior: self.mark_prior,
            free: self.free_share,
        }
    }

    fn prices(&self) -> Prices {
        Prices { width: self.package_width, stays: self.package_stays as usize, heap: self.heap_p }
    }
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    if parameters.marks.iter().any(|m| !m.is_finite() || *m <= 0.0) {
        return Err(RuleError::Parameter("marks must be amounts above zero".into()));
    }
    let region = context.region;
    let (houses, tests, standing) = look(region, &parameters);
    let findings =
        standing.into_iter().map(|i| finding(region, &tests[i], &houses[tests[i].house], tests.len())).collect();
    // Each hospital is there twice, once from either side of its marks.
    let hospitals = houses.len() / 2;
    let tested: BTreeSet<usize> = tests.iter().map(|t| t.house % hospitals).collect();
    let bills = |house: &HospitalBills| house.bills.len() + house.heaped + house.packaged;
    Ok(Coverage::of(Unit::Stays, tested.iter().map(|i| bills(&houses[*i])).sum())
        .not(Why::FewRecords, Unit::Hospitals, hospitals - tested.len())
        .not(Why::NoTotal, Unit::Stays, context.index.counts().free_stays)
        .with(findings))
}

/// The hospitals of a region, then the same from the other side of their marks, every test made of them, and those of the tests that stand.
fn look(region: &Region, parameters: &Parameters) -> (Vec<HospitalBills>, Vec<Test>, Vec<usize>) {
    let bars = parameters.bars();
    let houses = both_sides(region_bills(region), &parameters.prices());
    let tests = scan(&houses, &bars);
    let standing = standing(&tests, &houses, &bars);
    (houses, tests, standing)
}

/// By hospital, the marks just over which its bills stand, and how far above; for rules to which it matters who is kept to a mark.
/// Empty where the rule's card is missing or wrong.
pub(super) fn marks(context: &Context<'_>) -> BTreeMap<HospitalId, Vec<(Fen, Fen)>> {
    let card = context.book.card(DETECTOR.id);
    let Some(parameters) = card.and_then(|card| parameters::<Parameters>(card).ok()) else { return BTreeMap::new() };
    let (houses, tests, standing) = look(context.region, &parameters);
    let mut marks: BTreeMap<HospitalId, Vec<(Fen, Fen)>> = BTreeMap::new();
    for i in standing.into_iter().filter(|i| houses[tests[*i].house].side == Side::Over) {
        let house = &houses[tests[i].house];
        let over = steered(&tests[i], &house.without(&tests[i].groups));
        let fen = |yuan: f64| Fen((yuan * 100.0).round() as i64);
        let span = (fen(tests[i].mark), fen(house.side.beyond(tests[i].mark, over.reach)));
        marks.entry(HospitalId(house.hospital)).or_default().push(span);
    }
    marks
}

/// The bills of all finished inpatient stays. Day surgery is left out: it is paid by the package, and cannot be prolonged.
fn region_bills(region: &Region) -> Vec<(u32, Bill)> {
    let bill = |(i, stay): (usize, &crate::model::Stay)| {
        let fits = stay.setting == Setting::Inpatient && stay.total > Fen(0) && stay.hospital != HospitalId::NONE;
        // Departments follow all diagnoses, so that the two cannot be mixed up.
        let label = match (stay.diagnosis, stay.department) {
            (d, _) if d != DiagnosisId::NONE => d.0,
            (_, d) if d != DepartmentId::NONE => region.names.diagnoses.len() as u32 + d.0,
            _ => NO_LABEL,
        };
        let (person, nights) = (stay.person.0, stay.nights());
        fits.then_some((stay.hospital.0, Bill { fen: stay.total.0, stay: i as u32, person, label, nights }))
    };
    region.stays.iter().enumerate().filter_map(bill).collect()
}

/// Share of the confidence that is left where nobody can be compared with.
const ALONE: f64 = 0.7;

fn finding(region: &Region, test: &Test, house: &HospitalBills, tests: usize) -> Finding {
    let rest = house.without(&test.groups);
    let over = steered(test, &rest);
    let bills: Vec<&Bill> = over.bills.iter().map(|s| &rest.bills[s.bill]).collect();
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(HospitalId(house.hospital)).to_string(),
        observed: Some(bills.len() as f64),
        expected: Some(rounded(over.expected, 1)),
        p_value: Some(test.p),
        q_value: Some(test.q),
        confidence: (1.0 - test.q).min(0.99) * if test.peers == 0 { ALONE } else { 1.0 },
        ..Finding::default()
    };
    for (bill, steered) in bills.iter().zip(&over.bills) {
        let stay = &region.stays[bill.stay as usize];
        finding.stay_ids.push(region.names.records.get(stay.record).to_string());
        finding.patient_ids.push(region.names.persons.get(stay.person).to_string());
        finding.total_amount += stay.total;
        // What was added to a steered bill cannot be told from outside: the fund's payment counts by its probability.
        let paid = if stay.fund > Fen(0) { stay.fund } else { stay.total };
        finding.add_risk(Subject::Stay(bill.stay), paid.share((steered.probability * 1e6).round() as i64, 1_000_000));
        finding.add_rows(&region.files, stay.rows.iter().copied());
    }
    let stays = || bills.iter().map(|b| &region.stays[b.stay as usize]);
    finding.period_start = stays().map(|s| s.admitted.day).min();
    finding.period_end = stays().map(crate::model::Stay::last_day).max();
    evidence(&mut finding, region, test, house, &rest, &over);
    finding.evidence.insert("tests".into(), tests.into());
    finding
}

fn evidence(
    finding: &mut Finding,
    region: &Region,
    test: &Test,
    house: &HospitalBills,
    rest: &HospitalBills,
    over: &Over,
) {
    let probable: f64 = over.bills.iter().map(|s| s.probability).sum();
    let returning = returning(region, rest, over);
    let put = |evidence: &mut serde_json::Map<String, Value>, field: &str, value: Value| {
        evidence.insert(field.into(), value);
    };
    let evidence = &mut finding.evidence;
    put(evidence, "mark", test.mark.into());
    put(evidence, "side", if house.side == Side::Over { "over" } else { "under" }.into());
    put(evidence, "alone", if test.peers == 0 { "yes" } else { "no" }.into());
    put(evidence, "upper", rounded(house.side.beyond(test.mark, over.reach), 0).into());
    put(evidence, "excess", rounded(probable, 1).into());
    put(evidence, "ratio", rounded(over.bills.len() as f64 / over.expected.max(0.1), 1).into());
    // Where the hospital's own amounts are far from the mark, any excess of its peers is many times what is expected of it.
    put(evidence, "peer_ratio", rounded(test.windows[test.best()].usual.min(99.0), 2).into());
    put(evidence, "hospital_stays", (house.bills.len() + house.heaped + house.packaged).into());
    put(evidence, "set_aside", (house.heaped + house.packaged + house.bills.len() - rest.bills.len()).into());
    put(evidence, "set_aside_groups", Value::Array(test.groups.iter().map(|g| group(region, *g)).collect()));
    put(evidence, "returning_patients", returning.len().into());
    put(evidence, "returning", Value::Array(returning));
    let mut bins = histogram(test, rest);
    if house.side == Side::Under {
        bins.reverse();
    }
    let bins = bins.into_iter().map(|bin| {
        let ends = [bin.from, bin.to].map(|at| rounded(house.side.beyond(test.mark, at), 0));
        json!({
            "from": ends[0].min(ends[1]),
            "to": ends[0].max(ends[1]),
            "observed": bin.observed,
            "expected": rounded(bin.expected, 1),
        })
    });
    put(evidence, "histogram", Value::Array(bins.collect()));
    put(evidence, "steered", Value::Array(steered_list(region, rest, over)));
}

/// Each stay over the mark with its probability, the most probable first.
fn steered_list(region: &Region, rest: &HospitalBills, over: &Over) -> Vec<Value> {
    let mut all: Vec<(f64, &Bill)> =
        over.bills.iter().map(|s| (rounded(s.probability, 3), &rest.bills[s.bill])).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let entry = |(probability, bill): (f64, &Bill)| {
        let stay = &region.stays[bill.stay as usize];
        json!({
            "stay": region.names.records.get(stay.record),
            "patient": region.names.persons.get(stay.person),
            "amount": yuan(stay.total),
            "admitted": stay.admitted.day.to_string(),
            "nights": stay.nights(),
            "probability": probability,
        })
    };
    all.into_iter().map(entry).collect()
}

/// The patients with more than one bill over the mark, those with most first.
fn returning(region: &Region, rest: &HospitalBills, over: &Over) -> Vec<Value> {
    let mut by_person: BTreeMap<u32, Vec<&Bill>> = BTreeMap::new();
    for steered in &over.bills {
        let bill = &rest.bills[steered.bill];
        by_person.entry(bill.person).or_default().push(bill);
    }
    let mut all: Vec<(u32, Vec<&Bill>)> = by_person
        .into_iter()
        .filter(|(person, bills)| bills.len() > 1 && PersonId(*person) != PersonId::NONE)
        .collect();
    all.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(&b.0)));
    let entry = |(person, mut bills): (u32, Vec<&Bill>)| {
        bills.sort_by_key(|b| (region.stays[b.stay as usize].admitted, b.stay));
        json!({
            "patient": region.names.persons.get(PersonId(person)),
            "times": bills.len(),
            "amounts": bills.iter().map(|b| yuan(Fen(b.fen))).collect::<Vec<_>>(),
        })
    };
    all.into_iter().map(entry).collect()
}

/// What a group of bills has in common, as the card words it: a diagnosis or department, or a number of nights.
fn group(region: &Region, group: Group) -> Value {
    let diagnoses = region.names.diagnoses.len() as u32;
    match group {
        Group::Length(nights) => json!({ "nights": nights }),
        Group::Kind(label) if label < diagnoses => {
            json!({ "diagnosis": region.names.diagnoses.get(DiagnosisId(label)) })
        }
        Group::Kind(label) => json!({ "department": region.names.departments.get(DepartmentId(label - diagnoses)) }),
    }
}
