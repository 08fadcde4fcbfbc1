//! The sheets of leads: all of them in order, and each rule's with its own evidence.

use serde_json::Value;

use super::book::{Book, Cell, Column};
use crate::finding::Finding;
use crate::messages::Lang;
use crate::model::{Day, Fen};
use crate::report::Report;
use crate::report::atomic::Fault;
use crate::report::text::{class_name, evidence};
use crate::rulebook::{Card, EvidenceColumn, EvidenceKind};

/// Width of a message, in characters.
const MESSAGE: u32 = 56;

/// Columns of the list of leads that go on paper; the others are for filtering and looking up.
const PRINTED: usize = 9;

/// Every lead, by money times confidence.
pub(super) fn all(report: &Report<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
    let mut heads = super::columns(report, &["report-column-rank", "report-column-class", "report-column-rule"]);
    heads.extend(super::columns(report, &["report-column-hospital"]));
    heads.push(Column::wide(report.text("report-column-message"), MESSAGE));
    heads.extend(super::columns(
        report,
        &[
            "report-column-at-risk",
            "report-column-confidence",
            "report-column-from",
            "report-column-to",
            "report-column-patients",
            "report-column-patient-ids",
            "report-column-stay-ids",
            "report-column-visit-ids",
            "report-column-group",
            "report-column-total",
            "report-column-observed",
            "report-column-expected",
            "report-column-threshold",
            "report-column-p",
            "report-column-q",
            "report-column-hospital-id",
        ],
    ));
    heads.push(Column::wide(report.text("report-column-basis"), 40));
    heads.push(Column::wide(report.text("report-column-clears"), 40));
    heads.extend(super::columns(
        report,
        &["report-column-rows", "report-column-rule-id", "report-column-version", "report-column-finding-id"],
    ));
    let rows = report.leads.findings.iter().enumerate().map(|(i, f)| lead(report, i + 1, f));
    book.list(&report.text("report-sheet-leads"), &heads, PRINTED, rows)
}

fn lead(report: &Report<'_>, rank: usize, f: &Finding) -> Vec<Cell> {
    vec![
        super::whole(rank),
        Cell::Text(class_name(crate::report::summary::class(f), report.catalog)),
        Cell::Text(report.title(&f.rule).to_string()),
        Cell::Text(f.hospital_name.clone()),
        Cell::Prose(f.message.clone()),
        Cell::Money(f.amount),
        Cell::Number(f.confidence),
        day(f.period_start),
        day(f.period_end),
        super::whole(f.patient_ids.len()),
        Cell::Ids(f.patient_ids.clone()),
        Cell::Ids(f.stay_ids.clone()),
        Cell::Ids(f.visit_ids.clone()),
        f.group_id.clone().map_or(Cell::Empty, Cell::Text),
        Cell::Money(f.total_amount),
        figure(f.observed),
        figure(f.expected),
        figure(f.threshold),
        figure(f.p_value),
        figure(f.q_value),
        Cell::Text(f.hospital_id.clone()),
        Cell::Text(f.basis.clone()),
        Cell::Text(f.clears.clone()),
        rows(f),
        Cell::Text(f.rule.clone()),
        Cell::Text(f.rule_version.clone()),
        Cell::Text(f.finding_id.clone()),
    ]
}

/// A sheet for every rule with a lead, in the order of the summary.
pub(super) fn by_rule(report: &Report<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
    let lang = report.catalog.lang();
    for rule in report.summary.ran().filter(|r| r.count.leads > 0) {
        let shown: &[EvidenceColumn] = report.card(&rule.rule).map_or(&[], |card: &Card| &card.evidence);
        let mut heads =
            super::columns(report, &["report-column-rank", "report-column-hospital", "report-column-patient-ids"]);
        heads.extend(super::columns(
            report,
            &["report-column-stay-ids", "report-column-from", "report-column-to", "report-column-at-risk"],
        ));
        heads.extend(super::columns(report, &["report-column-confidence"]));
        heads.extend(shown.iter().map(|e| heading(e, lang)));
        let printed = heads.len() + 1;
        heads.push(Column::wide(report.text("report-column-message"), MESSAGE));
        heads.extend(super::columns(report, &["report-column-visit-ids", "report-column-rows"]));
        let leads = report.leads.findings.iter().enumerate().filter(|(_, f)| f.rule == rule.rule);
        let rows = leads.map(|(i, f)| with_evidence(i + 1, f, shown));
        book.list(&rule.title, &heads, printed, rows)?;
    }
    Ok(())
}

fn heading(shown: &EvidenceColumn, lang: Lang) -> Column {
    let head = match lang {
        Lang::Zh => shown.zh.clone(),
        Lang::En => shown.en.clone(),
    };
    match shown.kind {
        EvidenceKind::Number | EvidenceKind::Money => Column::figures(head),
        EvidenceKind::Text | EvidenceKind::Date | EvidenceKind::List => Column::new(head),
    }
}

fn with_evidence(rank: usize, f: &Finding, shown: &[EvidenceColumn]) -> Vec<Cell> {
    let mut cells = vec![
        super::whole(rank),
        Cell::Text(f.hospital_name.clone()),
        Cell::Ids(f.patient_ids.clone()),
        Cell::Ids(f.stay_ids.clone()),
        day(f.period_start),
        day(f.period_end),
        Cell::Money(f.amount),
        Cell::Number(f.confidence),
    ];
    cells.extend(shown.iter().map(|e| f.evidence.get(&e.field).map_or(Cell::Empty, |value| of_kind(value, e.kind))));
    cells.extend([Cell::Prose(f.message.clone()), Cell::Ids(f.visit_ids.clone()), rows(f)]);
    cells
}

/// Evidence as its card says it is printed; as text where it is something else.
fn of_kind(value: &Value, kind: EvidenceKind) -> Cell {
    let text = || Cell::Text(evidence(value));
    match (kind, value) {
        (_, Value::Null) => Cell::Empty,
        (EvidenceKind::Number, Value::Number(n)) => n.as_f64().map_or_else(text, Cell::Number),
        (EvidenceKind::Money, Value::Number(n)) => {
            n.as_f64().map_or_else(text, |yuan| Cell::Money(Fen((yuan * 100.0).round() as i64)))
        }
        (EvidenceKind::Date, Value::String(written)) => moment(written).unwrap_or_else(text),
        (EvidenceKind::List, Value::Array(values)) => Cell::Ids(values.iter().map(evidence).collect()),
        _ => text(),
    }
}

/// `2025-03-01` or `2025-03-01 08:30:00`.
fn moment(written: &str) -> Option<Cell> {
    let (date, time) = written.split_once([' ', 'T']).map_or((written, None), |(date, time)| (date, Some(time)));
    let date = date.parse::<chrono::NaiveDate>().ok()?;
    let day = Day(date.to_epoch_days());
    let Some(time) = time else { return Some(Cell::Date(day)) };
    let time = time.parse::<chrono::NaiveTime>().ok()?;
    Some(Cell::Moment(day, chrono::Timelike::num_seconds_from_midnight(&time)))
}

fn day(day: Option<Day>) -> Cell {
    day.map_or(Cell::Empty, Cell::Date)
}

fn figure(n: Option<f64>) -> Cell {
    n.map_or(Cell::Empty, Cell::Number)
}

/// The rows that carry the breach, as `file:line`.
fn rows(f: &Finding) -> Cell {
    Cell::Ids(f.rows.iter().map(|r| format!("{}:{}", r.file, r.line)).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn evidence_is_typed_as_the_card_says() {
        assert!(matches!(of_kind(&json!(3), EvidenceKind::Number), Cell::Number(n) if n == 3.0));
        assert!(matches!(of_kind(&json!(1234.56), EvidenceKind::Money), Cell::Money(Fen(123_456))));
        assert!(matches!(of_kind(&json!("1970-01-02"), EvidenceKind::Date), Cell::Date(Day(1))));
        assert!(matches!(of_kind(&json!("1970-01-02 00:01:00"), EvidenceKind::Date), Cell::Moment(Day(1), 60)));
        assert!(matches!(of_kind(&json!("soon"), EvidenceKind::Date), Cell::Text(t) if t == "soon"));
        assert!(matches!(of_kind(&json!(["a", "b"]), EvidenceKind::List), Cell::Ids(ids) if ids == ["a", "b"]));
        assert!(matches!(of_kind(&json!("=1"), EvidenceKind::Number), Cell::Text(t) if t == "=1"));
        assert!(matches!(of_kind(&json!(null), EvidenceKind::Text), Cell::Empty));
    }
}
