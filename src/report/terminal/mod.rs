//! The summary on a terminal: what was read, what ran, what was found, where to begin.

mod grid;

use std::path::{Path, PathBuf};
use std::time::Duration;

use grid::{Column, Ink, table};

use super::text::{bytes, class_name, clean, shown_confidence, table_name, whole, wrap, yuan};
use super::{Count, Report, RuleLine};
use crate::finding::{Finding, ResultClass};
use crate::messages::{Value, args, number};
use crate::model::Table;
use crate::rule::Outcome;

/// How many institutions, leads and months are shown; the report has them all.
const TOP: usize = 10;
const MONTHS: usize = 24;
const NOTES: usize = 12;

/// How and with what the summary is shown.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Cells in a line; taken as at least 40.
    pub width: usize,
    /// Whether to use ANSI styles.
    pub color: bool,
    /// Time the run took; not part of any file.
    pub elapsed: Option<Duration>,
    /// The files that were written.
    pub written: &'a [PathBuf],
}

/// The summary as text, every line at most as wide as asked.
pub fn render(report: &Report<'_>, view: View<'_>) -> String {
    let mut page = Page { report, width: view.width.max(40), ink: Ink(view.color), out: String::new() };
    page.head();
    page.inputs();
    page.rules();
    page.hospitals();
    page.months();
    page.leads();
    page.unread();
    page.sentences("report-section-checks", &report.summary.checks);
    page.sentences("report-section-notes", &report.summary.notes);
    page.written(view);
    page.out
}

/// What tables were made of exports: what was read, what was not, what was written where.
pub fn render_tables(report: &Report<'_>, view: View<'_>, tables: &[(&str, usize)], folder: &Path) -> String {
    let mut page = Page { report, width: view.width.max(40), ink: Ink(view.color), out: String::new() };
    let title = report.catalog.format("report-title-version", &args([("version", report.summary.version.into())]));
    let title = page.ink.bold(&title);
    page.line(&title);
    page.inputs();
    page.unread();
    page.sentences("report-section-notes", &report.summary.notes);
    page.section("report-section-tables");
    let rows: Vec<Vec<String>> =
        tables.iter().map(|(name, rows)| vec![format!("{name}.parquet"), whole(*rows)]).collect();
    let columns = vec![Column::text(page.text("report-column-file")), Column::figure(page.text("report-tables-rows"))];
    page.grid(columns, &rows);
    let text = report.catalog.format("report-tables-written", &args([("folder", folder.display().to_string().into())]));
    page.paragraph(&text, 2, 2);
    page.elapsed(view);
    page.out
}

struct Page<'a> {
    report: &'a Report<'a>,
    width: usize,
    ink: Ink,
    out: String,
}

impl Page<'_> {
    fn text(&self, id: &str) -> String {
        self.report.text(id)
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn section(&mut self, id: &str) {
        self.line("");
        for line in wrap(&self.text(id), self.width) {
            let heading = self.ink.bold(&line);
            self.line(&heading);
        }
    }

    /// Text under a heading, broken into lines; the lines after the first are set in further.
    fn paragraph(&mut self, text: &str, indent: usize, further: usize) {
        let text = clean(text);
        let mut from = indent;
        // The first line is the wider one, so the rest is broken again to its own width.
        let first = wrap(&text, self.width - indent);
        let Some(head) = first.first() else { return };
        self.line(&format!("{}{head}", " ".repeat(from)));
        from += further;
        let rest = text[text.find(head.as_str()).map_or(text.len(), |at| at + head.len())..].trim_start();
        for line in wrap(rest, self.width - from) {
            self.line(&format!("{}{line}", " ".repeat(from)));
        }
    }

    /// A paragraph in a colour.
    fn warning(&mut self, text: &str, paint: fn(Ink, &str) -> String) {
        let at = self.out.len();
        self.paragraph(text, 2, 2);
        let plain = self.out.split_off(at);
        for line in plain.lines() {
            let painted = paint(self.ink, line);
            self.line(&painted);
        }
    }

    fn grid(&mut self, columns: Vec<Column>, rows: &[Vec<String>]) {
        for line in table(columns, rows, self.width - 2, self.ink) {
            self.line(&format!("  {line}"));
        }
    }

    fn columns(&self, heads: &[(&str, u8)]) -> Vec<Column> {
        heads.iter().map(|(id, spare)| Column::figure(self.text(id)).spare(*spare)).collect()
    }

    fn head(&mut self) {
        let summary = self.report.summary;
        let title = self.report.catalog.format("report-title-version", &args([("version", summary.version.into())]));
        let title = self.ink.bold(&title);
        self.line(&title);
        self.line("");
        let total = summary.total;
        let headline = summary.headline.clone();
        self.paragraph(&headline, 2, 0);
        for text in &summary.not_seen {
            self.warning(&format!("- {text}"), Ink::yellow);
        }
        if total.leads > 0 {
            let rows: Vec<Vec<String>> = summary
                .classes
                .iter()
                .filter(|c| c.count.leads > 0)
                .map(|c| [vec![class_name(c.result, self.report.catalog)], counts(&c.count)].concat())
                .collect();
            let mut columns = vec![Column::label(self.text("report-column-class"))];
            columns.extend(self.columns(&COUNTS));
            self.line("");
            self.grid(columns, &rows);
        }
    }

    fn inputs(&mut self) {
        let summary = self.report.summary;
        self.section("report-section-inputs");
        if let Some((first, last)) = summary.period {
            let period = args([("from", first.to_string().into()), ("to", last.to_string().into())]);
            let text = self.report.catalog.format("report-period", &period);
            self.paragraph(&text, 2, 0);
        }
        let size = summary.size;
        let figures = args([
            ("hospitals", size.hospitals.into()),
            ("persons", size.persons.into()),
            ("stays", size.stays.into()),
            ("visits", size.visits.into()),
            ("lines", size.lines.into()),
            ("money", yuan(size.money).into()),
        ]);
        let text = self.report.catalog.format("report-size", &figures);
        self.paragraph(&text, 2, 0);
        let rows =
            |r: &crate::ingest::Rows| [r.read, r.used, r.netted, r.repeated, r.rejected].map(|n| whole(n as usize));
        let mut lines: Vec<Vec<String>> = summary
            .inputs
            .iter()
            .map(|input| {
                let table = match input.table {
                    Some(Table::Visits) => self.text("report-table-visits-short"),
                    Some(table) => table_name(table, self.report.catalog),
                    None => self.text("report-table-none"),
                };
                let table = self.report.as_peer(input, table);
                let mut cells = vec![input.name.clone(), table, bytes(input.bytes), input.encoding.to_string()];
                cells.extend(rows(&input.rows));
                cells
            })
            .collect();
        if lines.len() > 1 {
            let empty = String::new;
            let mut total = vec![self.text("report-total"), empty(), empty(), empty()];
            total.extend(rows(&summary.rows));
            // What was scanned and its sum, then the peers.
            lines.insert(summary.inputs.iter().filter(|i| !i.peer).count(), total);
        }
        let mut columns = vec![
            Column::text(self.text("report-column-file")),
            Column::label(self.text("report-column-table")).spare(1),
            Column::figure(self.text("report-column-size")).spare(2),
            Column::label(self.text("report-column-encoding")).spare(3),
        ];
        columns.extend(self.columns(&[
            ("report-column-read", 0),
            ("report-column-used", 0),
            ("report-column-netted", 0),
            ("report-column-repeated", 0),
            ("report-column-rejected", 0),
        ]));
        self.line("");
        self.grid(columns, &lines);
        for reject in &summary.rejects {
            let count = args([("reason", reject.reason.clone().into()), ("rows", reject.rows.into())]);
            let text = self.report.catalog.format("report-reject-line", &count);
            self.paragraph(&text, 2, 2);
        }
    }

    fn rules(&mut self) {
        let summary = self.report.summary;
        self.section("report-section-rules");
        let (found, nothing): (Vec<&RuleLine>, Vec<&RuleLine>) = summary.ran().partition(|r| r.count.leads > 0);
        let row = |r: &&RuleLine| {
            let class = r.result.map(|c| class_name(c, self.report.catalog)).unwrap_or_default();
            [vec![r.title.clone(), r.rule.clone(), class], counts(&r.count)].concat()
        };
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        if !rows.is_empty() {
            let mut columns = vec![
                Column::text(self.text("report-column-rule")),
                Column::label(self.text("report-column-rule-id")).spare(3),
                Column::label(self.text("report-column-class")).spare(2),
            ];
            columns.extend(self.columns(&COUNTS));
            self.grid(columns, &rows);
        }
        if !nothing.is_empty() {
            let titles = args([("count", nothing.len().into()), ("titles", self.titles(&nothing).into())]);
            let text = self.report.catalog.format("report-rules-nothing", &titles);
            self.paragraph(&text, 2, 2);
        }
        let partial: Vec<&RuleLine> = summary.ran().filter(|rule| rule.is_partial()).collect();
        for group in alike(partial) {
            self.group("report-rules-partial", &group);
        }
        let (waiting, rest): (Vec<&RuleLine>, Vec<&RuleLine>) = summary.not_run().partition(|rule| rule.is_waiting());
        let (idle, rest): (Vec<&RuleLine>, Vec<&RuleLine>) = rest.into_iter().partition(|rule| rule.is_idle());
        alike(rest).iter().for_each(|group| self.not_run(group));
        if !idle.is_empty() {
            self.group("report-rules-idle", &idle);
        }
        if !waiting.is_empty() {
            let titles = args([("count", waiting.len().into()), ("titles", self.titles(&waiting).into())]);
            let text = self.report.catalog.format("report-rules-waiting", &titles);
            self.paragraph(&text, 2, 2);
        }
    }

    fn titles(&self, rules: &[&RuleLine]) -> String {
        let titles: Vec<&str> = rules.iter().map(|r| r.title.as_str()).collect();
        titles.join(&self.text("report-list-separator"))
    }

    /// Rules of which one thing is to be said.
    fn group(&mut self, id: &str, rules: &[&RuleLine]) {
        let what = args([
            ("count", rules.len().into()),
            ("titles", self.titles(rules).into()),
            ("reason", rules[0].reason.clone().into()),
        ]);
        let text = self.report.catalog.format(id, &what);
        self.paragraph(&text, 2, 2);
    }

    /// Rules that failed, could not judge or were skipped for one reason.
    fn not_run(&mut self, rules: &[&RuleLine]) {
        let ids: Vec<&str> = rules.iter().map(|r| r.rule.as_str()).collect();
        let what = args([
            ("title", self.titles(rules).into()),
            ("rule", ids.join(&self.text("report-list-separator")).into()),
            ("reason", rules[0].reason.clone().into()),
        ]);
        let failed = is_failed(rules[0]);
        let id = match rules[0].outcome {
            Outcome::Failed { .. } => "report-rule-failed",
            Outcome::Unjudged => "report-rule-unjudged",
            _ => "report-rule-skipped",
        };
        let text = self.report.catalog.format(id, &what);
        self.warning(&text, if failed { Ink::red } else { Ink::yellow });
    }

    fn hospitals(&mut self) {
        let hospitals = &self.report.summary.hospitals;
        if hospitals.is_empty() {
            return;
        }
        self.section("report-section-hospitals");
        let rows: Vec<Vec<String>> = hospitals
            .iter()
            .take(TOP)
            .map(|h| {
                let mut cells = vec![h.name.clone(), h.id.clone(), whole(h.rules.len()), whole(h.count.leads)];
                cells.extend([whole(h.count.stays), whole(h.count.patients), yuan(h.count.at_risk)]);
                cells
            })
            .collect();
        let mut columns = vec![
            Column::text(self.text("report-column-hospital")),
            Column::label(self.text("report-column-hospital-id")).spare(3),
        ];
        columns.extend(self.columns(&[
            ("report-column-rules", 0),
            ("report-column-leads", 0),
            ("report-column-stays", 2),
            ("report-column-patients", 1),
            ("report-column-at-risk", 0),
        ]));
        self.grid(columns, &rows);
        self.more(hospitals.len(), TOP, "report-more-hospitals");
    }

    fn more(&mut self, all: usize, shown: usize, id: &str) {
        if all > shown {
            let text = self.report.catalog.format(id, &args([("more", (all - shown).into())]));
            let text = self.ink.dim(&text);
            self.line(&format!("  {text}"));
        }
    }

    fn months(&mut self) {
        let months = &self.report.summary.months;
        if months.len() < 2 {
            return;
        }
        self.section("report-section-months");
        let shown = &months[months.len().saturating_sub(MONTHS)..];
        let most = shown.iter().map(|m| m.count.at_risk.0).max().unwrap_or(0).max(1);
        let longest = self.width.saturating_sub(40).clamp(8, 40) as i64;
        let rows: Vec<Vec<String>> = shown
            .iter()
            .map(|m| {
                let cells = i128::from(m.count.at_risk.0) * i128::from(longest) / i128::from(most);
                let least = usize::from(m.count.at_risk.0 > 0);
                let bar = "█".repeat((cells as usize).max(least));
                let month = m.month.clone().unwrap_or_else(|| self.text("report-undated"));
                vec![month, whole(m.count.leads), yuan(m.count.at_risk), bar]
            })
            .collect();
        let mut columns = vec![Column::label(self.text("report-column-month"))];
        columns.extend(self.columns(&[("report-column-leads", 0), ("report-column-at-risk", 0)]));
        columns.push(Column::label(String::new()).spare(1));
        self.grid(columns, &rows);
        self.more(months.len(), MONTHS, "report-more-months");
    }

    fn leads(&mut self) {
        let leads = &self.report.leads.findings;
        if leads.is_empty() {
            return;
        }
        self.section("report-section-leads");
        for (i, lead) in leads.iter().take(TOP).enumerate() {
            self.lead(i + 1, lead);
        }
        self.more(leads.len(), TOP, "report-more-leads");
    }

    fn lead(&mut self, rank: usize, lead: &Finding) {
        let class = super::summary::class(lead);
        let name = if lead.hospital_name.is_empty() { &lead.hospital_id } else { &lead.hospital_name };
        let what = args([
            ("class", class_name(class, self.report.catalog).into()),
            ("title", self.report.title(&lead.rule).into()),
            ("hospital", clean(name).into()),
            ("amount", yuan(lead.amount).into()),
            ("confidence", number(shown_confidence(lead.confidence)).into()),
        ]);
        let text = format!("{rank:>2}. {}", self.report.catalog.format("report-lead", &what));
        let at = self.out.len();
        self.paragraph(&text, 2, 4);
        let plain = self.out.split_off(at);
        for line in plain.lines() {
            let painted = if class == ResultClass::Violation { self.ink.red(line) } else { self.ink.bold(line) };
            self.line(&painted);
        }
        self.paragraph(&lead.message, 6, 0);
    }

    fn unread(&mut self) {
        let lines = self.report.summary.unread.iter().map(|u| format!("{}: {}", u.name, u.text)).collect::<Vec<_>>();
        self.sentences("report-section-unread", &lines);
    }

    fn sentences(&mut self, section: &str, texts: &[String]) {
        if texts.is_empty() {
            return;
        }
        self.section(section);
        for text in texts.iter().take(NOTES) {
            self.paragraph(&format!("- {text}"), 2, 2);
        }
        self.more(texts.len(), NOTES, "report-more-notes");
    }

    fn written(&mut self, view: View<'_>) {
        let summary = self.report.summary;
        self.section("report-section-next");
        for path in view.written {
            let path = path.display().to_string();
            let text = self.report.catalog.format("report-written", &args([("path", path.into())]));
            self.paragraph(&text, 2, 2);
        }
        let steps: [(&str, usize); 5] = [
            ("report-next-leads", summary.total.leads),
            ("report-next-rejects", self.report.rejects.iter().map(|r| r.rows as usize).sum()),
            ("report-next-failed", summary.ended.failed),
            ("report-next-unjudged", summary.ended.unjudged - summary.ended.idle),
            ("report-next-skipped", summary.ended.skipped - summary.ended.waiting),
        ];
        for (id, n) in steps.into_iter().filter(|(_, n)| *n > 0) {
            let text = self.report.catalog.format(id, &args([("n", Value::from(n))]));
            self.paragraph(&format!("- {text}"), 2, 2);
        }
        self.elapsed(view);
    }

    fn elapsed(&mut self, view: View<'_>) {
        if let Some(elapsed) = view.elapsed {
            let seconds = format!("{:.1}", elapsed.as_secs_f64());
            let text = self.report.catalog.format("report-elapsed", &args([("seconds", seconds.into())]));
            let text = self.ink.dim(&text);
            self.line(&format!("  {text}"));
        }
    }
}

/// Headings of [`counts`], with the order in which they may be left out.
const COUNTS: [(&str, u8); 4] = [
    ("report-column-leads", 0),
    ("report-column-hospitals", 1),
    ("report-column-patients", 1),
    ("report-column-at-risk", 0),
];

fn counts(count: &Count) -> Vec<String> {
    vec![whole(count.leads), whole(count.hospitals), whole(count.patients), yuan(count.at_risk)]
}
/// Rules that ended alike for the same reason, together.
fn alike(rules: Vec<&RuleLine>) -> Vec<Vec<&RuleLine>> {
    let mut groups: Vec<Vec<&RuleLine>> = Vec::new();
    for rule in rules {
        let same = |group: &&mut Vec<&RuleLine>| {
            group[0].reason == rule.reason && group[0].outcome.name() == rule.outcome.name()
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(rule),
            None => groups.push(vec![rule]),
        }
    }
    groups
}

fn is_failed(rule: &RuleLine) -> bool {
    matches!(rule.outcome, Outcome::Failed { .. })
}
