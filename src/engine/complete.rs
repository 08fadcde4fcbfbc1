//! Fills in what every finding has from its card, and puts findings into their order.

use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::finding::{Finding, Subject};
use crate::messages::{self, Args, Catalog, Lang, Value};
use crate::model::{Fen, Region, Table};
use crate::rule::Context;
use crate::rulebook::{Card, EvidenceKind};

/// Id of a card's message in the catalogue.
pub(super) fn message_id(card: &Card) -> String {
    format!("rule-{}", card.id)
}

/// Completes the findings of a rule and sorts them by hospital, then ids.
pub(super) fn all(mut findings: Vec<Finding>, context: &Context<'_>, catalog: &Catalog) -> Vec<Finding> {
    for finding in &mut findings {
        one(finding, context.card, context.region, catalog);
    }
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    distinguish(&mut findings);
    findings
}

/// Gives the second and further findings that say the same of the same subjects an id of their own: a lead must be found
/// again by its id alone. The first keeps its id, so that the others leave it as it was.
fn distinguish(findings: &mut [Finding]) {
    let mut seen: FxHashMap<String, u32> = FxHashMap::default();
    let mut again: Vec<usize> = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let times = seen.entry(finding.finding_id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            again.push(at);
        }
    }
    again.sort_by(|a, b| findings[*a].rows.cmp(&findings[*b].rows).then(a.cmp(b)));
    let mut given: FxHashMap<String, u32> = FxHashMap::default();
    for at in again {
        let number = given.entry(findings[at].finding_id.clone()).or_insert(1);
        *number += 1;
        findings[at].finding_id = short(&format!("{}|{number}", findings[at].finding_id));
    }
}

fn order(f: &Finding) -> impl Ord + '_ {
    (
        &f.hospital_id,
        &f.stay_ids,
        &f.visit_ids,
        &f.patient_ids,
        &f.group_id,
        f.period_start,
        f.period_end,
        &f.finding_id,
    )
}

fn one(finding: &mut Finding, card: &Card, region: &Region, catalog: &Catalog) {
    finding.rule.clone_from(&card.id);
    finding.rule_version.clone_from(&card.version);
    finding.result.get_or_insert(card.result);
    finding.confidence = if finding.confidence.is_finite() { finding.confidence.clamp(0.0, 1.0) } else { 0.0 };
    if let Some(hospital) = region.names.hospitals.find(&finding.hospital_id) {
        finding.hospital_name = region.hospital_name(hospital).to_string();
    }
    for ids in [&mut finding.patient_ids, &mut finding.stay_ids, &mut finding.visit_ids] {
        ids.sort();
        ids.dedup();
    }
    finding.rows.sort();
    finding.rows.dedup();
    settle(finding, region);
    figures(finding);
    finding.finding_id = id(finding);
    finding.basis = card.basis.get(catalog.lang()).to_string();
    finding.clears = card.clears.get(catalog.lang()).to_string();
    finding.message = catalog.format(&message_id(card), &arguments(finding, card, catalog.lang()));
    for (id, args) in &finding.caveats {
        if catalog.lang() == Lang::En {
            finding.message.push(' ');
        }
        finding.message.push_str(&catalog.format(id, args));
    }
}

/// Leaves the digits of the figures that mean something. Those beyond them differ between the mathematical libraries of
/// platforms, and a report is recomputed on another machine than the one that made it.
fn figures(finding: &mut Finding) {
    finding.confidence = significant(finding.confidence);
    let all = [
        &mut finding.observed,
        &mut finding.expected,
        &mut finding.threshold,
        &mut finding.p_value,
        &mut finding.q_value,
    ];
    for figure in all.into_iter().flatten() {
        *figure = significant(*figure);
    }
    finding.evidence.values_mut().for_each(round);
}

/// Rounds the fractions in a value of the evidence.
fn round(value: &mut Json) {
    match value {
        Json::Number(n) if n.is_f64() => *value = n.as_f64().map_or(Json::Null, |x| significant(x).into()),
        Json::Array(values) => values.iter_mut().for_each(round),
        Json::Object(fields) => fields.values_mut().for_each(round),
        _ => {}
    }
}

/// Six digits, and always the fen of an amount of money; by way of decimal text, which is the same everywhere.
fn significant(x: f64) -> f64 {
    let text = if x.abs() < 10_000.0 { format!("{x:.5e}") } else { format!("{x:.2}") };
    text.parse().unwrap_or(x)
}

/// Holds the money of a finding to what the fund paid: on a stay never more than that, whatever its lines add up to. Where no
/// column says what it paid, the money is taken from the bills and said to be so.
fn settle(finding: &mut Finding, region: &Region) {
    let mut left: FxHashMap<u32, Fen> = FxHashMap::default();
    let mut estimated = false;
    let visits_paid = region.tells_fund(Table::Visits);
    for risk in &mut finding.risks {
        let (at, visit) = match risk.subject {
            Subject::Stay(at) => (Some(at), None),
            Subject::Visit(at) => (None, Some(at)),
            Subject::Line(line) => region.record_of(line).map_or((None, None), |r| (r.stay, r.visit)),
        };
        let Some((at, stay)) = at.and_then(|at| Some((at, region.stays.get(at as usize)?))) else {
            estimated |= !(visit.is_some() && visits_paid) && risk.amount > Fen(0);
            continue;
        };
        let Some(paid) = region.fund_paid(stay) else {
            estimated |= risk.amount > Fen(0);
            continue;
        };
        let left = left.entry(at).or_insert(paid);
        let most = risk.amount.min(*left);
        finding.amount -= risk.amount - most;
        risk.amount = most;
        *left -= most;
    }
    if estimated {
        finding.evidence.insert(BASIS.into(), "billed".into());
        finding.caveats.push(("finding-amount-estimated", Args::new()));
    } else if finding.amount == Fen(0) && !finding.stay_ids.is_empty() && !region.tells_money(Table::Stays) {
        finding.evidence.insert(BASIS.into(), "none".into());
        finding.caveats.push(("finding-amount-unknown", Args::new()));
    }
}

/// The evidence that says where the money of a finding was taken from, where it was not the fund's payment.
const BASIS: &str = "amount_basis";

/// What tells findings of one rule about the same subjects and period apart: a record may break a rule with several items, on
/// several occasions, at several points.
const PARTICULARS: [&str; 4] = ["item_code", "drug_code", "point_id", "first_day"];

/// A hash over rule, subjects, period and what the finding is about: the same lead has the same id in every run, whatever else
/// is found. Figures are left out: they may change with what others do.
fn id(finding: &Finding) -> String {
    let day = |d: Option<crate::model::Day>| d.map(|d| d.to_string()).unwrap_or_default();
    let particular = |name: &&str| Some(format!("|{}", finding.evidence.get(*name)?.as_str()?));
    let subjects = [
        finding.rule.clone(),
        finding.hospital_id.clone(),
        finding.patient_ids.join("\u{1f}"),
        finding.stay_ids.join("\u{1f}"),
        finding.visit_ids.join("\u{1f}"),
        finding.group_id.clone().unwrap_or_default(),
        day(finding.period_start),
        day(finding.period_end),
    ];
    short(&(subjects.join("|") + &PARTICULARS.iter().filter_map(particular).collect::<String>()))
}

/// The first 16 hexadecimal digits of the SHA-256 of a text.
fn short(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// The code of what a field `x_name` of the evidence names, as `x_code` or `x` has it.
fn code_for<'a>(finding: &'a Finding, name: &str) -> &'a str {
    let Some(thing) = name.strip_suffix("_name") else { return "" };
    let code = |field: &str| finding.evidence.get(field).and_then(Json::as_str);
    code(&format!("{thing}_code")).or_else(|| code(thing)).unwrap_or_default()
}

/// What a message can use: the scalars of the evidence, and the figures every finding has.
fn arguments(finding: &Finding, card: &Card, lang: Lang) -> Args {
    let is_money = |name: &str| card.evidence.iter().any(|c| c.field == name && c.kind == EvidenceKind::Money);
    let money = |yuan: f64| Value::Text(messages::money(yuan));
    let term = |name: &str, value: &str| {
        let column = card.evidence.iter().find(|c| c.field == name);
        column.and_then(|c| c.term(value, lang))
    };
    let mut all = Args::new();
    for (name, value) in &finding.evidence {
        let value = match value {
            Json::Number(n) if is_money(name) => money(n.as_f64().unwrap_or(f64::NAN)),
            // A sentence without its subject says nothing: what has no name goes by its code.
            Json::String(text) if text.is_empty() => Value::from(code_for(finding, name)),
            Json::String(text) => Value::from(term(name, text).unwrap_or(text)),
            Json::Number(n) => Value::from(n.as_f64().unwrap_or(f64::NAN)),
            Json::Bool(yes) => Value::from(if *yes { "1" } else { "0" }),
            Json::Null => Value::from(""),
            Json::Array(_) | Json::Object(_) => continue,
        };
        all.insert(name.clone(), value);
    }
    let figures = [
        ("observed", finding.observed),
        ("expected", finding.expected),
        ("threshold", finding.threshold),
        ("p", finding.p_value),
        ("q", finding.q_value),
        ("patients", Some(finding.patient_ids.len() as f64)),
        ("stays", Some(finding.stay_ids.len() as f64)),
    ];
    for (name, figure) in figures {
        all.insert(name.to_string(), figure.map_or(Value::from(""), Value::from));
    }
    all.insert("amount".into(), money(finding.amount.yuan()));
    all.insert("total_amount".into(), money(finding.total_amount.yuan()));
    let hospital = if finding.hospital_name.is_empty() { &finding.hospital_id } else { &finding.hospital_name };
    all.insert("hospital".into(), Value::from(hospital.as_str()));
    for (name, day) in [("period_start", finding.period_start), ("period_end", finding.period_end)] {
        all.insert(name.into(), Value::from(day.map(|d| d.to_string()).unwrap_or_default()));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn occasions_of_one_record_have_ids_of_their_own_and_leave_those_of_others_alone() {
        let of = |days: &[&str]| {
            let finding = |day: &&str| {
                let mut finding = Finding { rule: "r".into(), stay_ids: vec!["S1".into()], ..Finding::default() };
                finding.evidence.insert("first_day".into(), (*day).into());
                finding.finding_id = id(&finding);
                finding
            };
            let mut all: Vec<Finding> = days.iter().map(finding).collect();
            distinguish(&mut all);
            all.into_iter().map(|f| f.finding_id).collect::<Vec<_>>()
        };
        let three = of(&["2026-01-01", "2026-01-01", "2026-02-01"]);
        assert!(three[0] != three[1] && three[1] != three[2] && three[0] != three[2]);
        assert_eq!([of(&["2026-01-01"]), of(&["2026-02-01"])].concat(), [three[0].clone(), three[2].clone()]);
    }

    #[test]
    fn figures_keep_the_digits_that_mean_something() {
        for (x, want) in [
            (4.3079309007883516e-5, 4.30793e-5),
            (0.1 + 0.2, 0.3),
            (1_234_567.891, 1_234_567.89),
            (9_999.999_9, 10_000.0),
            (12.0, 12.0),
            (0.0, 0.0),
            (-1.0 / 3.0, -0.333_333),
        ] {
            assert_eq!(significant(x), want);
        }
        let mut finding = Finding { p_value: Some(1.0 / 3.0), ..Finding::default() };
        finding.evidence.insert("table".into(), serde_json::json!([[1, 2.0 / 3.0, "x"]]));
        figures(&mut finding);
        assert_eq!(
            (finding.p_value, &finding.evidence["table"]),
            (Some(0.333_333), &serde_json::json!([[1, 0.666_667, "x"]]))
        );
    }

    #[test]
    fn what_has_no_name_goes_by_its_code() {
        let mut finding = Finding::default();
        for (field, value) in [("item_name", ""), ("item_code", "C1"), ("drug_name", ""), ("drug", "D1")] {
            finding.evidence.insert(field.into(), value.into());
        }
        assert_eq!(
            ["item_name", "drug_name", "other_name", "item"].map(|n| code_for(&finding, n)),
            ["C1", "D1", "", ""]
        );
    }
}
