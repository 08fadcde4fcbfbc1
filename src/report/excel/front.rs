//! The first sheet: the numbers on one page.

use rust_xlsxwriter::{Color, Format, IgnoreError, Worksheet};

use super::book::Book;
use super::cell::{Cell, put};
use super::formats::Formats;
use crate::messages::Catalog;
use crate::report::Report;
use crate::report::atomic::Fault;
use crate::report::summary::Count;
use crate::report::text::{class_name, wrap};
use crate::rule::Outcome;

/// Institutions shown here; their own sheet has all.
const TOP: usize = 10;

/// Columns of the sheet, as many as its widest block has.
const WIDTHS: [u32; 7] = [30, 24, 14, 14, 14, 14, 20];

struct Front<'a> {
    sheet: &'a mut Worksheet,
    formats: &'a Formats,
    catalog: &'a Catalog,
    row: u32,
}

impl Front<'_> {
    /// A sentence over all columns, in the next row.
    fn across(&mut self, text: &str, format: &Format) -> Result<(), Fault> {
        self.row += 1;
        self.sheet.merge_range(self.row, 0, self.row, WIDTHS.len() as u16 - 1, text, format)?;
        let lines = wrap(text, WIDTHS.iter().sum::<u32>() as usize - 6).len() as f64;
        self.sheet.set_row_height(self.row, lines * 15.0 + 6.0)?;
        Ok(())
    }

    fn heading(&mut self, id: &str) -> Result<(), Fault> {
        self.row += 1;
        self.sheet.write_string_with_format(self.row, 0, self.catalog.text(id), &self.formats.heading)?;
        self.sheet.set_row_height(self.row, 20)?;
        self.row += 1;
        Ok(())
    }

    fn heads(&mut self, ids: &[&str]) -> Result<(), Fault> {
        for (column, id) in ids.iter().enumerate() {
            let figures = super::FIGURES.contains(id);
            let format = if figures { &self.formats.figure_head } else { &self.formats.head };
            self.sheet.write_string_with_format(self.row, column as u16, self.catalog.text(id), format)?;
        }
        self.row += 1;
        Ok(())
    }

    fn cells(&mut self, cells: impl IntoIterator<Item = Cell>) -> Result<(), Fault> {
        for (column, cell) in cells.into_iter().enumerate() {
            put(self.sheet, self.formats, self.catalog, (self.row, column as u16), cell)?;
        }
        self.row += 1;
        Ok(())
    }

    fn pair(&mut self, id: &str, value: Cell) -> Result<(), Fault> {
        let label = Cell::Text(self.catalog.text(id));
        self.cells(vec![label, value])
    }
}

/// Writes the first sheet.
pub(super) fn summary(report: &Report<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
    let name = report.text("report-sheet-summary");
    let (sheet, formats) = book.sheet(&name)?;
    let mut front = Front { sheet, formats, catalog: report.catalog, row: 0 };
    head(report, &mut front)?;
    classes(report, &mut front)?;
    rules(report, &mut front)?;
    hospitals(report, &mut front)?;
    months(report, &mut front)?;
    data(report, &mut front)?;
    let last = front.row;
    for (column, width) in WIDTHS.into_iter().enumerate() {
        sheet.set_column_width(column as u16, width)?;
    }
    sheet.set_print_area(0, 0, last, WIDTHS.len() as u16 - 1)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_tab_color(Color::RGB(0x1F_3864));
    sheet.ignore_error_range(0, 0, last, WIDTHS.len() as u16 - 1, IgnoreError::NumberStoredAsText)?;
    Ok(())
}

fn head(report: &Report<'_>, front: &mut Front<'_>) -> Result<(), Fault> {
    front.sheet.write_string_with_format(0, 0, report.text("report-title"), &front.formats.title)?;
    front.sheet.set_row_height(0, 28)?;
    front.across(&report.summary.headline, &front.formats.lead_in)?;
    for text in &report.summary.not_seen {
        front.across(text, &front.formats.alarm)?;
    }
    front.across(&report.text("report-caution"), &front.formats.lead_in)?;
    Ok(())
}

fn counts(count: &Count) -> [Cell; 5] {
    [
        super::whole(count.leads),
        super::whole(count.hospitals),
        super::whole(count.patients),
        super::whole(count.stays + count.visits),
        Cell::Money(count.at_risk),
    ]
}

const COUNTS: [&str; 5] = [
    "report-column-leads",
    "report-column-hospitals",
    "report-column-patients",
    "report-column-records",
    "report-column-at-risk",
];

fn classes(report: &Report<'_>, front: &mut Front<'_>) -> Result<(), Fault> {
    front.row += 1;
    front.heading("report-section-classes")?;
    front.heads(&[&["report-column-class", "report-column-meaning"][..], &COUNTS[..]].concat())?;
    for line in &report.summary.classes {
        let name = class_name(line.result, report.catalog);
        let meaning = report.text(&format!("report-class-{}-means", line.result.name()));
        front.cells([Cell::Text(name), Cell::Text(meaning)].into_iter().chain(counts(&line.count)))?;
    }
    Ok(())
}

fn rules(report: &Report<'_>, front: &mut Front<'_>) -> Result<(), Fault> {
    front.heading("report-section-rules")?;
    front.heads(&[&["report-column-rule", "report-column-outcome"][..], &COUNTS[..]].concat())?;
    for rule in &report.summary.rules {
        let outcome = Cell::Text(super::outcome(report, rule));
        let mut cells = vec![Cell::Text(rule.title.clone()), outcome];
        if matches!(rule.outcome, Outcome::Ran { .. }) {
            cells.extend(counts(&rule.count));
        } else {
            // A rule that did not run or judge has no number, not even zero.
            cells.push(Cell::Text(rule.reason.clone()));
        }
        front.cells(cells)?;
    }
    Ok(())
}

fn hospitals(report: &Report<'_>, front: &mut Front<'_>) -> Result<(), Fault> {
    if report.summary.hospitals.is_empty() {
        return Ok(());
    }
    front.heading("report-section-hospitals")?;
    front.heads(&[
        "report-column-hospital",
        "report-column-hospital-id",
        "report-column-rules",
        "report-column-leads",
        "report-column-stays",
        "report-column-patients",
        "report-column-at-risk",
    ])?;
    for h in report.summary.hospitals.iter().take(TOP) {
        front.cells(vec![
            Cell::Text(h.name.clone()),
            Cell::Text(h.id.clone()),
            super::whole(h.rules.len()),
            super::whole(h.count.leads),
            super::whole(h.count.stays),
            super::whole(h.count.patients),
            Cell::Money(h.count.at_risk),
        ])?;
    }
    Ok(())
}

fn months(report: &Report<'_>, front: &mut Front<'_>) -> Result<(), Fault> {
    if report.summary.months.is_empty() {
        return Ok(());
    }
    front.heading("report-section-months")?;
    front.heads(&[&["report-column-month", "report-column-empty"][..], &COUNTS[..]].concat())?;
    for month in &report.summary.months {
        let name = month.month.clone().unwrap_or_else(|| report.text("report-undated"));
        front.cells([Cell::Text(name), Cell::Empty].into_iter().chain(counts(&month.count)))?;
    }
    Ok(())
}

fn data(report: &Report<'_>, front: &mut Front<'_>) -> Result<(), Fault> {
    let summary = report.summary;
    front.heading("report-section-inputs")?;
    if let Some((first, last)) = summary.period {
        front.pair("report-label-from", Cell::Date(first))?;
        front.pair("report-label-to", Cell::Date(last))?;
    }
    let size = summary.size;
    let numbers = [
        ("report-column-hospitals", size.hospitals),
        ("report-label-persons", size.persons),
        ("report-label-stays", size.stays),
        ("report-label-visits", size.visits),
        ("report-label-lines", size.lines),
    ];
    for (id, n) in numbers {
        front.pair(id, super::whole(n))?;
    }
    front.pair("report-label-money", Cell::Money(size.money))?;
    front.pair("report-label-fund", Cell::Money(size.fund))?;
    let rows = [
        ("report-label-read", summary.rows.read),
        ("report-label-used", summary.rows.used),
        ("report-label-netted", summary.rows.netted),
        ("report-label-repeated", summary.rows.repeated),
        ("report-label-rejected", summary.rows.rejected),
    ];
    for (id, n) in rows {
        front.pair(id, Cell::Whole(n))?;
    }
    for text in &summary.checks {
        front.across(text, &front.formats.prose)?;
    }
    front.row += 1;
    front.pair("report-label-version", Cell::Text(format!("yishen {}", summary.version)))
}
