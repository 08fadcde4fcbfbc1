//! The Excel workbook: what an auditor works with.
//!
//! Sheets: summary, all leads by money times confidence, one sheet a rule with that rule's own evidence and one for each table
//! of evidence, institutions, rules that did not run, what each rule does, rejected rows, inputs and notes. The workbook is made in memory (the library
//! has a mode that streams rows to disk, but it wants column widths before the rows are known).

mod book;
mod cell;
mod evidence;
mod formats;
mod front;
mod leads;

use std::io::{Seek, Write};

use book::{Book, Column};
use cell::Cell;

use super::atomic::Fault;
use super::text::class_name;
use super::{Report, RuleLine, words};
use crate::messages::Lang;
use crate::rule::Outcome;

/// Writes the workbook.
pub(super) fn write(report: &Report<'_>, out: impl Write + Seek + Send) -> Result<(), Fault> {
    let mut book = Book::new(report.catalog, report.summary.version)?;
    front::summary(report, &mut book)?;
    leads::all(report, &mut book)?;
    leads::by_rule(report, &mut book)?;
    hospitals(report, &mut book)?;
    not_run(report, &mut book)?;
    rules(report, &mut book)?;
    rejects(report, &mut book)?;
    inputs(report, &mut book)?;
    book.workbook.save_to_writer(out)?;
    Ok(())
}

/// Columns of figures; all others are text or dates.
const FIGURES: [&str; 25] = [
    "report-column-rank",
    "report-column-lead",
    "report-column-entry",
    "report-column-at-risk",
    "report-column-confidence",
    "report-column-total",
    "report-column-observed",
    "report-column-expected",
    "report-column-threshold",
    "report-column-p",
    "report-column-q",
    "report-column-hospitals",
    "report-column-rules",
    "report-column-leads",
    "report-column-stays",
    "report-column-visits",
    "report-column-patients",
    "report-column-records",
    "report-column-line",
    "report-column-bytes",
    "report-column-read",
    "report-column-used",
    "report-column-netted",
    "report-column-repeated",
    "report-column-rejected",
];

/// Headings by message id.
fn columns(report: &Report<'_>, ids: &[&str]) -> Vec<Column> {
    let column = |id: &&str| {
        let head = report.text(id);
        if FIGURES.contains(id) { Column::figures(head) } else { Column::new(head) }
    };
    ids.iter().map(column).collect()
}

fn whole(n: usize) -> Cell {
    Cell::Whole(n as u64)
}

fn hospitals(report: &Report<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
    let mut heads = columns(
        report,
        &[
            "report-column-hospital",
            "report-column-hospital-id",
            "report-column-rules",
            "report-column-leads",
            "report-column-stays",
            "report-column-visits",
            "report-column-patients",
            "report-column-at-risk",
        ],
    );
    heads.push(Column::wide(report.text("report-column-rule-list"), 60));
    let separator = report.text("report-list-separator");
    let rows = report.summary.hospitals.iter().map(|h| {
        vec![
            Cell::Text(h.name.clone()),
            Cell::Text(h.id.clone()),
            whole(h.rules.len()),
            whole(h.count.leads),
            whole(h.count.stays),
            whole(h.count.visits),
            whole(h.count.patients),
            Cell::Money(h.count.at_risk),
            Cell::Prose(h.rules.join(&separator)),
        ]
    });
    book.list(&report.text("report-sheet-hospitals"), &heads, heads.len(), rows)
}

/// How far every rule saw, those first that saw nothing or not all. The sheet is there even when all judged all, to say so.
fn not_run(report: &Report<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
    let mut heads = columns(
        report,
        &["report-column-rule", "report-column-rule-id", "report-column-outcome", "report-column-judged"],
    );
    heads.push(Column::wide(report.text("report-column-reason"), 90));
    let all = &report.summary.rules;
    let (whole, rest): (Vec<&RuleLine>, Vec<&RuleLine>) = all.iter().partition(|r| r.reason.is_empty());
    let (partly, none): (Vec<&RuleLine>, Vec<&RuleLine>) = rest.into_iter().partition(|r| r.is_partial());
    let row = |r: &RuleLine| {
        vec![
            Cell::Text(r.title.clone()),
            Cell::Text(r.rule.clone()),
            Cell::Text(outcome(report, r)),
            Cell::Text(r.coverage.as_ref().map_or(String::new(), |c| words::judged(c, report.catalog))),
            Cell::Prose(r.reason.clone()),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = none.into_iter().chain(partly).map(row).collect();
    if rows.is_empty() {
        rows.push(vec![Cell::Text(report.text("report-all-ran"))]);
    }
    rows.extend(whole.into_iter().map(row));
    book.list(&report.text("report-sheet-not-run"), &heads, heads.len(), rows.into_iter())
}

/// How a rule ended, in a word.
fn outcome(report: &Report<'_>, rule: &RuleLine) -> String {
    report.text(match rule.outcome {
        Outcome::Ran { .. } if rule.is_partial() => "report-outcome-partial",
        Outcome::Ran { .. } => "report-outcome-ran",
        Outcome::Unjudged if rule.is_idle() => "report-outcome-idle",
        Outcome::Unjudged => "report-outcome-unjudged",
        Outcome::Skipped { .. } => "report-outcome-skipped",
        Outcome::Failed { .. } => "report-outcome-failed",
    })
}

/// What each rule does, from its card.
fn rules(report: &Report<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
    let lang = report.catalog.lang();
    let wide = |id: &str, width| Column::wide(report.text(id), width);
    let mut heads = columns(report, &["report-column-rule"]);
    heads.push(wide("report-column-what", 44));
    heads.push(wide("report-column-innocent", 60));
    heads.push(wide("report-column-clears", 36));
    heads.push(wide("report-column-basis", 36));
    let printed = heads.len();
    heads.extend(columns(report, &["report-column-rule-id", "report-column-class"]));
    heads.push(wide("report-column-why", 36));
    heads.push(wide("report-column-parameters", 44));
    heads.extend(columns(report, &["report-column-version"]));
    let rows = report.summary.rules.iter().filter_map(|r| report.card(&r.rule)).map(|card| {
        let innocent: Vec<String> = card.innocent.iter().map(|t| format!("• {}", t.get(lang))).collect();
        let parameters: Vec<String> = card
            .parameters
            .iter()
            .map(|(name, p)| {
                let what = match lang {
                    Lang::Zh => &p.zh,
                    Lang::En => &p.en,
                };
                let unit = report.catalog.unit(&p.unit);
                format!("• {name} = {} ({unit}): {what}", p.value)
            })
            .collect();
        vec![
            Cell::Text(card.title.get(lang).to_string()),
            Cell::Prose(card.what.get(lang).to_string()),
            Cell::Prose(innocent.join("\n")),
            Cell::Prose(card.clears.get(lang).to_string()),
            Cell::Prose(card.basis.get(lang).to_string()),
            Cell::Text(card.id.clone()),
            Cell::Text(class_name(card.result, report.catalog)),
            Cell::Prose(card.why.get(lang).to_string()),
            Cell::Prose(parameters.join("\n")),
            Cell::Text(card.version.clone()),
        ]
    });
    book.list(&report.text("report-sheet-rules"), &heads, printed, rows)
}

fn rejects(report: &Report<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
    let heads = columns(
        report,
        &[
            "report-column-file",
            "report-column-line",
            "report-column-field",
            "report-column-value",
            "report-column-reason",
        ],
    );
    let rows = report.rejects.iter().map(|r| {
        vec![
            Cell::Text(r.file.clone()),
            if r.line == 0 { Cell::Text(String::new()) } else { Cell::Whole(u64::from(r.line)) },
            Cell::Text(r.column.clone()),
            Cell::Text(report.rejected(r)),
            Cell::Text(report.text(r.reason)),
        ]
    });
    let none = report.rejects.is_empty().then(|| vec![Cell::Text(report.text("report-no-rejects"))]);
    book.list(&report.text("report-sheet-rejects"), &heads, heads.len(), rows.chain(none))
}

/// The input files with their hashes, by which anybody can see that the report speaks of these bytes.
fn inputs(report: &Report<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
    let mut heads = columns(
        report,
        &[
            "report-column-file",
            "report-column-table",
            "report-column-encoding",
            "report-column-bytes",
            "report-column-read",
            "report-column-used",
            "report-column-netted",
            "report-column-repeated",
            "report-column-rejected",
        ],
    );
    heads.push(Column::wide(report.text("report-column-sha256"), 72));
    let rows = report.summary.inputs.iter().map(|i| {
        vec![
            Cell::Text(i.name.clone()),
            Cell::Text(report.table_of(i)),
            Cell::Text(i.encoding.to_string()),
            Cell::Whole(i.bytes),
            Cell::Whole(i.rows.read),
            Cell::Whole(i.rows.used),
            Cell::Whole(i.rows.netted),
            Cell::Whole(i.rows.repeated),
            Cell::Whole(i.rows.rejected),
            Cell::Text(i.sha256.clone()),
        ]
    });
    book.list(&report.text("report-sheet-inputs"), &heads, heads.len(), rows)?;
    unread(report, book)?;
    sentences(report, book, "report-sheet-checks", &report.summary.checks, "report-no-checks")?;
    sentences(report, book, "report-sheet-notes", &report.summary.notes, "report-no-notes")
}

/// What was there and was not read. The sheet is there even when all was, to say so.
fn unread(report: &Report<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
    let mut heads = columns(report, &["report-column-file"]);
    heads.push(Column::wide(report.text("report-column-reason"), 100));
    let unread = &report.summary.unread;
    let rows = unread.iter().map(|u| vec![Cell::Text(u.name.clone()), Cell::Prose(u.text.clone())]);
    let none = unread.is_empty().then(|| vec![Cell::Text(report.text("report-no-unread"))]);
    book.list(&report.text("report-sheet-unread"), &heads, heads.len(), rows.chain(none))
}

/// A sheet of sentences, or of the one that says that there is none.
fn sentences(report: &Report<'_>, book: &mut Book<'_>, sheet: &str, texts: &[String], none: &str) -> Result<(), Fault> {
    let heads = [Column::wide(report.text(sheet), 100)];
    let none = texts.is_empty().then(|| vec![Cell::Text(report.text(none))]);
    let rows = texts.iter().map(|text| vec![Cell::Prose(text.clone())]);
    book.list(&report.text(sheet), &heads, 1, rows.chain(none))
}
