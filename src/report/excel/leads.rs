//! The sheets of leads: all of them in order, and each rule's with its own evidence.

use super::book::{Book, Column};
use super::cell::Cell;
use super::evidence::{self, RuleLeads, group_cell};
use crate::finding::{Finding, Row};
use crate::messages::args;
use crate::model::Day;
use crate::report::Report;
use crate::report::atomic::Fault;
use crate::report::text::{class_name, shown_confidence};
use crate::rulebook::EvidenceColumn;

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
        Cell::Number(shown_confidence(f.confidence)),
        day(f.period_start),
        day(f.period_end),
        super::whole(f.patient_ids.len()),
        Cell::Ids(f.patient_ids.clone()),
        Cell::Ids(f.stay_ids.clone()),
        Cell::Ids(f.visit_ids.clone()),
        group_cell(f),
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

/// A sheet for every rule with a lead, in the order of the summary, and one for each of its tables of evidence.
pub(super) fn by_rule(report: &Report<'_>, book: &mut Book<'_>) -> Result<(), Fault> {
    for rule in report.summary.ran().filter(|r| r.count.leads > 0) {
        let findings = report.leads.findings.iter().enumerate().filter(|(_, f)| f.rule == rule.rule);
        let leads = RuleLeads {
            report,
            title: &rule.title,
            card: report.card(&rule.rule),
            leads: findings.map(|(i, f)| (i + 1, f)).collect(),
        };
        leads.sheet(book)?;
        leads.tables(book)?;
    }
    Ok(())
}

/// A figure of a finding.
type Figure = fn(&Finding) -> Option<f64>;

/// Figures that are shown where a rule has them: what was seen before the evidence, what it is worth behind it.
const SEEN: [(&str, Figure); 3] = [
    ("report-column-observed", |f| f.observed),
    ("report-column-expected", |f| f.expected),
    ("report-column-threshold", |f| f.threshold),
];
const WORTH: [(&str, Figure); 3] = [
    ("report-column-p", |f| f.p_value),
    ("report-column-q", |f| f.q_value),
    ("report-column-confidence", |f| Some(shown_confidence(f.confidence))),
];

impl RuleLeads<'_> {
    /// The columns of evidence.
    pub(super) fn evidence(&self) -> &[EvidenceColumn] {
        self.card.map_or(&[], |card| &card.evidence)
    }

    /// Whether each lead is about one stay or visit, so that its ids are short and come first.
    pub(super) fn one_record_each(&self) -> bool {
        self.leads.iter().all(|(_, f)| f.patient_ids.len() <= 1 && f.stay_ids.len() + f.visit_ids.len() <= 1)
    }

    pub(super) fn has_groups(&self) -> bool {
        self.leads.iter().any(|(_, f)| f.group_id.is_some())
    }

    /// The figures that a lead has.
    fn there(&self, figures: [(&'static str, Figure); 3]) -> Vec<(&'static str, Figure)> {
        figures.into_iter().filter(|(_, figure)| self.leads.iter().any(|(_, f)| figure(f).is_some())).collect()
    }

    fn sheet(&self, book: &mut Book<'_>) -> Result<(), Fault> {
        let report = self.report;
        let columns = |ids: &[&str]| super::columns(report, ids);
        let (first, group) = (self.one_record_each(), self.has_groups());
        let (seen, worth) = (self.there(SEEN), self.there(WORTH));
        let visits = self.leads.iter().any(|(_, f)| !f.visit_ids.is_empty());
        let mut ids = vec!["report-column-patient-ids", "report-column-stay-ids"];
        ids.extend(visits.then_some("report-column-visit-ids"));
        let mut heads = columns(&["report-column-rank", "report-column-hospital"]);
        heads.extend(group.then(|| Column::new(report.text("report-column-group"))));
        heads.extend(if first { columns(&ids) } else { Vec::new() });
        heads.push(Column::wide(report.text("report-column-message"), MESSAGE));
        heads.extend(columns(&["report-column-at-risk", "report-column-from", "report-column-to"]));
        heads.extend(seen.iter().map(|(id, _)| self.figure_heading(id)));
        heads.extend(self.evidence().iter().map(|e| evidence::heading(e, report.catalog.lang())));
        heads.extend(worth.iter().map(|(id, _)| self.figure_heading(id)));
        let printed = heads.len();
        heads.extend(if first { Vec::new() } else { columns(&ids) });
        heads.extend(columns(&["report-column-rows"]));
        let rows = self.leads.iter().map(|(rank, f)| {
            let ids =
                || [&f.patient_ids, &f.stay_ids, &f.visit_ids].into_iter().take(ids.len()).cloned().map(Cell::Ids);
            let mut cells = vec![super::whole(*rank), Cell::Text(f.hospital_name.clone())];
            cells.extend(group.then(|| group_cell(f)));
            cells.extend(ids().filter(|_| first));
            cells.extend([Cell::Prose(f.message.clone()), Cell::Money(f.amount)]);
            cells.extend([day(f.period_start), day(f.period_end)]);
            cells.extend(seen.iter().map(|(_, of)| figure(of(f))));
            cells.extend(self.evidence().iter().map(|e| self.cell(f, e)));
            cells.extend(worth.iter().map(|(_, of)| figure(of(f))));
            cells.extend(ids().filter(|_| !first));
            cells.push(rows(f));
            cells
        });
        book.list(self.title, &heads, printed, rows)
    }

    /// The heading of a figure; that of the figure observed says of what.
    fn figure_heading(&self, id: &str) -> Column {
        let measure = self.card.map(|c| c.measure.get(self.report.catalog.lang())).filter(|_| id == SEEN[0].0);
        let measure = measure.map(capitalised);
        Column::figures(match measure {
            Some(measure) => {
                self.report.catalog.format("report-column-observed-of", &args([("measure", measure.into())]))
            }
            None => self.report.text(id),
        })
    }
}

/// A text that begins a heading.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn day(day: Option<Day>) -> Cell {
    day.map_or(Cell::Empty, Cell::Date)
}

fn figure(n: Option<f64>) -> Cell {
    n.map_or(Cell::Empty, Cell::Number)
}

/// The rows that carry the breach, as `file:line` or `file:first-last`.
fn rows(f: &Finding) -> Cell {
    let follow = |a: &Row, b: &Row| a.file == b.file && a.line + 1 == b.line;
    let span = |run: &[Row]| match run {
        [first, .., last] => format!("{}:{}-{}", first.file, first.line, last.line),
        _ => run.iter().map(|r| format!("{}:{}", r.file, r.line)).collect(),
    };
    Cell::Ids(f.rows.chunk_by(follow).map(span).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_follow_each_other_are_one_span() {
        let rows_of = |lines: &[(&str, u32)]| lines.iter().map(|(f, l)| Row { file: (*f).into(), line: *l }).collect();
        let finding = Finding {
            rows: rows_of(&[("fees.csv", 7), ("fees.csv", 8), ("fees.csv", 9), ("fees.csv", 12), ("stays.csv", 13)]),
            ..Finding::default()
        };
        assert!(matches!(rows(&finding), Cell::Ids(spans) if spans == ["fees.csv:7-9", "fees.csv:12", "stays.csv:13"]));
    }
}
