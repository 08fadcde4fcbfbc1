//! The evidence of leads: one column each on the sheet of the rule, and a sheet of its own for each table.

use serde_json::Value;

use super::book::{Book, Column, SHEET_NAME};
use super::cell::Cell;
use crate::finding::Finding;
use crate::messages::{Lang, args};
use crate::model::{Day, Fen};
use crate::report::Report;
use crate::report::atomic::Fault;
use crate::report::text::{evidence, fit, width};
use crate::rulebook::{Card, EvidenceColumn, EvidenceKind};

/// Widest line of a list, in characters.
const LINES: u32 = 60;
/// A list of more entries than this is not broken at each of them.
const ENTRIES: usize = 12;
/// Length of the longest bar.
const BAR: f64 = 30.0;

/// The leads of a rule.
pub(super) struct RuleLeads<'a> {
    pub(super) report: &'a Report<'a>,
    pub(super) title: &'a str,
    pub(super) card: Option<&'a Card>,
    /// With their place among all leads.
    pub(super) leads: Vec<(usize, &'a Finding)>,
}

/// The column of a piece of evidence.
pub(super) fn heading(shown: &EvidenceColumn, lang: Lang) -> Column {
    let head = shown.heading(lang).to_string();
    match shown.kind {
        EvidenceKind::Number | EvidenceKind::Money | EvidenceKind::Bar => Column::figures(head),
        EvidenceKind::List => Column::lines(head, LINES),
        EvidenceKind::Text | EvidenceKind::Date | EvidenceKind::Table => Column::new(head),
    }
}

impl RuleLeads<'_> {
    /// A piece of evidence on the sheet of the rule.
    pub(super) fn cell(&self, f: &Finding, shown: &EvidenceColumn) -> Cell {
        match f.evidence.get(&shown.field) {
            None => Cell::Empty,
            Some(Value::Array(entries)) if shown.kind == EvidenceKind::Table => {
                let told = [("n", entries.len().into()), ("sheet", self.table_name(shown).into())];
                Cell::Text(self.report.catalog.format("report-see-table", &args(told)))
            }
            Some(value) => of_kind(value, shown, self.report.catalog.lang()),
        }
    }

    /// The name of the sheet of a table; the rule's title is cut where both do not fit.
    fn table_name(&self, shown: &EvidenceColumn) -> String {
        let table = shown.heading(self.report.catalog.lang());
        let name = |title: String| {
            let parts = [("title", title.into()), ("table", table.into())];
            self.report.catalog.format("report-sheet-table", &args(parts))
        };
        let room = SHEET_NAME.saturating_sub(name(String::new()).chars().count());
        name(fit(self.title, room))
    }

    /// A sheet for each table of evidence that has a row.
    pub(super) fn tables(&self, book: &mut Book<'_>) -> Result<(), Fault> {
        for shown in self.evidence().iter().filter(|e| e.kind == EvidenceKind::Table) {
            if self.leads.iter().any(|(_, f)| !entries(f, shown).is_empty()) {
                self.table(book, shown)?;
            }
        }
        Ok(())
    }

    /// A table: the lead each row belongs to, its group or the first piece of evidence, which tell the leads of a hospital
    /// apart, and the parts of the row.
    fn table(&self, book: &mut Book<'_>, shown: &EvidenceColumn) -> Result<(), Fault> {
        let (report, lang) = (self.report, self.report.catalog.lang());
        let (one_each, group) = (self.one_record_each(), self.has_groups());
        let plain = |e: &&EvidenceColumn| !matches!(e.kind, EvidenceKind::List | EvidenceKind::Table);
        let key = self.evidence().first().filter(plain).filter(|_| !group);
        let mut heads = super::columns(report, &["report-column-lead", "report-column-hospital"]);
        heads.extend(group.then(|| Column::new(report.text("report-column-group"))));
        if one_each {
            heads.extend(super::columns(report, &["report-column-patient-ids", "report-column-stay-ids"]));
        }
        heads.extend(key.map(|key| heading(key, lang)));
        heads.extend(super::columns(report, &["report-column-entry"]));
        for part in &shown.parts {
            heads.push(heading(part, lang));
            heads.extend((part.kind == EvidenceKind::Bar).then(|| Column::new(String::new())));
        }
        let rows = self.leads.iter().flat_map(|(rank, f)| {
            let longest = longest_bar(entries(f, shown), &shown.parts);
            entries(f, shown).iter().enumerate().map(move |(n, entry)| {
                let mut cells = vec![super::whole(*rank), Cell::Text(f.hospital_name.clone())];
                cells.extend(group.then(|| group_cell(f)));
                if one_each {
                    cells.extend([Cell::Ids(f.patient_ids.clone()), Cell::Ids(f.stay_ids.clone())]);
                }
                cells.extend(key.map(|key| self.cell(f, key)));
                cells.push(super::whole(n + 1));
                for part in &shown.parts {
                    let value = &entry[&part.field];
                    cells.push(of_kind(value, part, lang));
                    cells.extend((part.kind == EvidenceKind::Bar).then(|| bar(value, longest)));
                }
                cells
            })
        });
        book.list(&self.table_name(shown), &heads, heads.len(), rows)
    }
}

fn entries<'a>(f: &'a Finding, shown: &EvidenceColumn) -> &'a [Value] {
    f.evidence.get(&shown.field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The largest number that a table of a lead draws.
fn longest_bar(entries: &[Value], parts: &[EvidenceColumn]) -> f64 {
    let drawn = parts.iter().filter(|p| p.kind == EvidenceKind::Bar);
    drawn.flat_map(|p| entries.iter().filter_map(|e| e[&p.field].as_f64())).fold(0.0, f64::max)
}

fn bar(value: &Value, longest: f64) -> Cell {
    let share = value.as_f64().unwrap_or(0.0).max(0.0) / longest.max(f64::MIN_POSITIVE);
    Cell::Bar((share * BAR).round() as usize)
}

/// Evidence as its card says it is printed; as text where it is something else.
fn of_kind(value: &Value, shown: &EvidenceColumn, lang: Lang) -> Cell {
    let text = || Cell::Text(evidence(value));
    match (shown.kind, value) {
        (_, Value::Null) => Cell::Empty,
        (EvidenceKind::Text, Value::String(code)) => {
            Cell::Text(shown.term(code, lang).map_or(evidence(value), Into::into))
        }
        (EvidenceKind::Number | EvidenceKind::Bar, Value::Number(n)) => n.as_f64().map_or_else(text, Cell::Number),
        (EvidenceKind::Money, Value::Number(n)) => {
            n.as_f64().map_or_else(text, |yuan| Cell::Money(Fen((yuan * 100.0).round() as i64)))
        }
        (EvidenceKind::Date, Value::String(written)) => moment(written).unwrap_or_else(text),
        (EvidenceKind::List, Value::Array(values)) => list(values, &shown.parts, lang),
        _ => text(),
    }
}

/// A list: an entry a line as long as they are few, days that follow each other as one span.
fn list(values: &[Value], parts: &[EvidenceColumn], lang: Lang) -> Cell {
    let entry = |value: &Value| if parts.is_empty() { evidence(value) } else { labelled(value, parts, lang) };
    let lines = spans(values).unwrap_or_else(|| values.iter().map(entry).collect());
    let short = lines.iter().all(|l| width(l) * 2 < LINES as usize);
    let separator = if lines.len() > ENTRIES || (short && lines.len() > 3) { "; " } else { "\n" };
    Cell::Prose(lines.join(separator))
}

/// An entry of a list in words: each part that is there after its name.
fn labelled(entry: &Value, parts: &[EvidenceColumn], lang: Lang) -> String {
    let there = parts.iter().filter(|p| !entry[&p.field].is_null());
    let named = there.map(|p| format!("{} {}", p.heading(lang), evidence(&entry[&p.field])));
    named.collect::<Vec<_>>().join(", ")
}

/// Days in order as spans of days that follow each other; `None` where the values are no such days.
fn spans(values: &[Value]) -> Option<Vec<String>> {
    let day = |v: &Value| v.as_str().and_then(|t| t.parse::<chrono::NaiveDate>().ok());
    let days: Vec<chrono::NaiveDate> = values.iter().map(day).collect::<Option<_>>()?;
    let follow = |a: &chrono::NaiveDate, b: &chrono::NaiveDate| (*b - *a).num_days() == 1;
    let span = |run: &[chrono::NaiveDate]| match run {
        [first, .., last] => format!("{first} – {last}"),
        _ => run.iter().map(ToString::to_string).collect(),
    };
    Some(days.chunk_by(follow).map(span).collect())
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

pub(super) fn group_cell(f: &Finding) -> Cell {
    f.group_id.clone().map_or(Cell::Empty, Cell::Text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rulebook::Text;

    fn column(kind: EvidenceKind, parts: Vec<EvidenceColumn>) -> EvidenceColumn {
        let (field, zh, en) = ("nights".into(), "夜".into(), "nights".into());
        let three = Text { zh: "三夜".into(), en: "three nights".into() };
        EvidenceColumn { field, zh, en, kind, parts, terms: [("3n".to_string(), three)].into() }
    }

    fn printed(value: Value, kind: EvidenceKind) -> Cell {
        of_kind(&value, &column(kind, Vec::new()), Lang::En)
    }

    #[test]
    fn evidence_is_typed_as_the_card_says() {
        assert!(matches!(printed(json!(3), EvidenceKind::Number), Cell::Number(n) if n == 3.0));
        assert!(matches!(printed(json!(1234.56), EvidenceKind::Money), Cell::Money(Fen(123_456))));
        assert!(matches!(printed(json!("1970-01-02"), EvidenceKind::Date), Cell::Date(Day(1))));
        assert!(matches!(printed(json!("1970-01-02 00:01:00"), EvidenceKind::Date), Cell::Moment(Day(1), 60)));
        assert!(matches!(printed(json!("soon"), EvidenceKind::Date), Cell::Text(t) if t == "soon"));
        assert!(matches!(printed(json!(["a", "b"]), EvidenceKind::List), Cell::Prose(t) if t == "a\nb"));
        assert!(matches!(printed(json!("=1"), EvidenceKind::Number), Cell::Text(t) if t == "=1"));
        assert!(matches!(printed(json!(null), EvidenceKind::Text), Cell::Empty));
        assert!(matches!(printed(json!("3n"), EvidenceKind::Text), Cell::Text(t) if t == "three nights"));
    }

    #[test]
    fn days_that_follow_each_other_are_one_span() {
        let days = json!(["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-04"]);
        assert!(
            matches!(printed(days, EvidenceKind::List), Cell::Prose(t) if t == "2024-02-28 – 2024-03-01\n2024-03-04")
        );
    }

    #[test]
    fn entries_of_a_list_tell_what_they_are() {
        let shown = column(EvidenceKind::List, vec![column(EvidenceKind::Number, Vec::new())]);
        let cell = of_kind(&json!([{"nights": 3}, {"other": 1}]), &shown, Lang::Zh);
        assert!(matches!(cell, Cell::Prose(t) if t == "夜 3\n"));
    }

    #[test]
    fn the_longest_bar_is_the_largest_number() {
        let (entries, parts) =
            (vec![json!({"nights": 2}), json!({"nights": 8})], [column(EvidenceKind::Bar, Vec::new())]);
        let longest = longest_bar(&entries, &parts);
        assert!(matches!(bar(&json!(8), longest), Cell::Bar(30)) && matches!(bar(&json!(2), longest), Cell::Bar(8)));
        assert!(matches!(bar(&json!(0), 0.0), Cell::Bar(0)));
    }
}
