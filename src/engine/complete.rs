//! Fills in what every finding has from its card, and puts findings into their order.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::messages::{self, Args, Catalog, Lang, Value};
use crate::model::Region;
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
    findings
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
    finding.finding_id = id(finding);
    finding.basis = card.basis.get(catalog.lang()).to_string();
    finding.clears = card.clears.get(catalog.lang()).to_string();
    finding.message = catalog.format(&message_id(card), &arguments(finding, card, catalog.lang()));
}

/// The first 16 hexadecimal digits of the SHA-256 over rule, subjects, period and item: the same lead has the same id in every run.
fn id(finding: &Finding) -> String {
    let day = |d: Option<crate::model::Day>| d.map(|d| d.to_string()).unwrap_or_default();
    let mut hash = Sha256::new();
    let parts = [
        finding.rule.as_str(),
        &finding.hospital_id,
        &finding.patient_ids.join("\u{1f}"),
        &finding.stay_ids.join("\u{1f}"),
        &finding.visit_ids.join("\u{1f}"),
        finding.group_id.as_deref().unwrap_or_default(),
        &day(finding.period_start),
        &day(finding.period_end),
    ];
    hash.update(parts.join("|").as_bytes());
    // A record may break a rule with several items.
    if let Some(item) = finding.evidence.get("item_code").and_then(Json::as_str) {
        hash.update(format!("|{item}").as_bytes());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
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
