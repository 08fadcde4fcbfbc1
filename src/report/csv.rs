//! CSV for spreadsheets: UTF-8 with BOM, because Excel reads UTF-8 without one as the system's code page.

use std::borrow::Cow;
use std::io::Write;

use super::Report;
use super::atomic::Fault;
use super::text::decimal;
use crate::finding::{Finding, Row, SCHEMA};
use crate::model::Day;

/// The columns, the fields of the contract in their order.
pub(super) const FIELDS: [&str; 26] = [
    "schema",
    "finding_id",
    "rule",
    "rule_version",
    "result",
    "confidence",
    "hospital_id",
    "hospital_name",
    "patient_ids",
    "stay_ids",
    "visit_ids",
    "group_id",
    "period_start",
    "period_end",
    "amount",
    "total_amount",
    "observed",
    "expected",
    "threshold",
    "p_value",
    "q_value",
    "evidence",
    "message",
    "basis",
    "clears",
    "rows",
];

impl From<::csv::Error> for Fault {
    fn from(e: ::csv::Error) -> Self {
        let text = e.to_string();
        match e.into_kind() {
            ::csv::ErrorKind::Io(e) => Self::Io(e),
            _ => Self::Encode(text),
        }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(e: serde_json::Error) -> Self {
        Self::Encode(e.to_string())
    }
}

/// Text from the data, never a formula: spreadsheets run a cell that begins with one of these (OWASP, "CSV Injection"; the
/// wide forms are taken for the narrow ones by Chinese and Japanese input).
fn guard(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// An id, marked with a tab where a spreadsheet would take it for a number or a date and change it: 22 digits become 9.0E+21,
/// zeros in front go. The program reads such cells back without the tab, and so does every reader that trims.
fn id(text: &str) -> Cow<'_, str> {
    let figures = text.bytes().all(|b| b.is_ascii_digit() || b"+-.,/:eE%".contains(&b));
    let figure = figures && text.bytes().any(|b| b.is_ascii_digit());
    let safe = text.len() <= SHOWN_DIGITS && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    if figure && !safe { Cow::Owned(format!("\t{text}")) } else { guard(text) }
}

/// Digits of a number that a spreadsheet shows as they are.
const SHOWN_DIGITS: usize = 11;

fn writer<W: Write>(mut out: W) -> Result<::csv::Writer<W>, Fault> {
    out.write_all("\u{feff}".as_bytes())?;
    Ok(::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out))
}

/// One finding a row; arrays joined by `;`, evidence and rows as JSON.
pub(super) fn findings(report: &Report<'_>, out: impl Write) -> Result<(), Fault> {
    let mut out = writer(out)?;
    out.write_record(FIELDS)?;
    for finding in &report.leads.findings {
        let record = record(finding)?;
        out.write_record(record.iter().map(String::as_bytes))?;
    }
    Ok(out.flush()?)
}

fn record(f: &Finding) -> Result<[String; FIELDS.len()], Fault> {
    let text = |t: &str| guard(t).into_owned();
    let own = |t: &str| id(t).into_owned();
    let list = |ids: &[String]| id(&ids.join(";")).into_owned();
    let day = |d: Option<Day>| d.map(|d| d.to_string()).unwrap_or_default();
    let figure = |n: Option<f64>| n.map(|n| n.to_string()).unwrap_or_default();
    Ok([
        SCHEMA.to_string(),
        own(&f.finding_id),
        f.rule.clone(),
        text(&f.rule_version),
        f.result.map(|r| r.name().to_string()).unwrap_or_default(),
        f.confidence.to_string(),
        own(&f.hospital_id),
        text(&f.hospital_name),
        list(&f.patient_ids),
        list(&f.stay_ids),
        list(&f.visit_ids),
        own(f.group_id.as_deref().unwrap_or_default()),
        day(f.period_start),
        day(f.period_end),
        decimal(f.amount),
        decimal(f.total_amount),
        figure(f.observed),
        figure(f.expected),
        figure(f.threshold),
        figure(f.p_value),
        figure(f.q_value),
        serde_json::to_string(&f.evidence)?,
        text(&f.message),
        text(&f.basis),
        text(&f.clears),
        rows(&f.rows)?,
    ])
}

/// Rows as JSON text, as in NDJSON.
fn rows(rows: &[Row]) -> Result<String, Fault> {
    Ok(serde_json::to_string(rows)?)
}

/// One rejected row a row.
pub(super) fn rejects(report: &Report<'_>, out: impl Write) -> Result<(), Fault> {
    let mut out = writer(out)?;
    out.write_record(["file", "line", "column", "value", "reason"])?;
    for reject in report.rejects {
        let line = if reject.line == 0 { String::new() } else { reject.line.to_string() };
        let (value, reason) = (report.rejected(reject), report.text(reject.reason));
        let all_digits = value.bytes().all(|b| b.is_ascii_digit());
        let value = if all_digits { id(&value) } else { guard(&value) };
        let cells = [&*guard(&reject.file), &line, &*guard(&reject.column), &*value, &*guard(&reason)];
        out.write_record(cells)?;
    }
    Ok(out.flush()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_a_spreadsheet_would_change_are_marked() {
        for text in ["0090001001123456789012", "99990000000000000000000101", "0123", "12E45", "3-1", "2025/3", "-1"] {
            assert_eq!(id(text), format!("\t{text}"));
        }
        for text in ["", "12345678901", "M100001", "H42010100003", "96000010;96000011"] {
            assert_eq!(id(text), text);
        }
        assert_eq!(id("=1+1x"), "'=1+1x");
    }

    #[test]
    fn text_that_could_run_is_quoted() {
        for text in ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1"] {
            assert_eq!(guard(text), format!("'{text}"));
        }
        for text in ["", "县人民医院", "a=1", " =1", "'=1"] {
            assert_eq!(guard(text), text);
        }
    }
}
