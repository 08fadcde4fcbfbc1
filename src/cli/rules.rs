//! `yishen rules`: the rule book as text and as JSON.

use serde_json::json;
use unicode_width::UnicodeWidthStr;

use super::args::{ListFormat, Rules, RulesCommand, RulesList, RulesShow};
use super::coverage::{self, State};
use super::wrap::{pad, wrap};
use super::{Exit, Failure, Session, book, check, new, width};
use crate::engine;
use crate::messages::{Catalog, Lang, args};
use crate::model::{Table, column};
use crate::rulebook::{Card, Family, Need, Rulebook, Status};

/// Runs a subcommand of `rules`.
pub(super) fn run(session: &Session, rules: Rules) -> Result<Exit, Failure> {
    match rules.command {
        RulesCommand::List(list) => listing(session, &list),
        RulesCommand::Show(show) => cards(session, &show),
        RulesCommand::Check(flags) => check::run(session, &flags),
        RulesCommand::New(flags) => new::run(session, &flags),
    }
}

fn listing(session: &Session, list: &RulesList) -> Result<Exit, Failure> {
    let book = book::load(list.rules.as_deref(), session)?;
    let cards: Vec<&Card> = book.cards().filter(|c| list.family.is_none_or(|f| c.family == f)).collect();
    let text = match list.format.unwrap_or_default() {
        ListFormat::Json => {
            let mut all: Vec<_> = cards.iter().map(|c| as_json(c, &book)).collect();
            if list.family.is_none() {
                all.extend(coverage::without_rule(&book));
            }
            format!("{:#}\n", serde_json::Value::Array(all))
        }
        ListFormat::Markdown => coverage::page(&book),
        ListFormat::Text => as_table(&cards, &book, &session.catalog),
    };
    session.print(&text)?;
    Ok(Exit::Finished)
}

fn as_json(card: &Card, book: &Rulebook) -> serde_json::Value {
    json!({
        "id": card.id,
        "title": { "zh": card.title.zh, "en": card.title.en },
        "family": card.family.name(),
        "result": card.result.name(),
        "status": status(card),
        "version": card.version,
        "national_class": card.national_class,
        "needs": card.needs.iter().map(|n| &n.0).collect::<Vec<_>>(),
        "state": State::of(card, book).text(),
    })
}

fn status(card: &Card) -> &'static str {
    match card.status {
        Status::Stable => "stable",
        Status::Preview => "preview",
    }
}

/// One line a rule, below the name of its family.
fn as_table(cards: &[&Card], book: &Rulebook, catalog: &Catalog) -> String {
    let title = |c: &Card| c.title.get(catalog.lang()).to_string();
    let widest = |texts: Vec<String>| texts.iter().map(|t| t.width()).max().unwrap_or(0) + 2;
    let heading = |id: &str| catalog.text(&format!("rules-heading-{id}"));
    let ids = widest(cards.iter().map(|c| c.id.clone()).chain([heading("id")]).collect());
    let titles = widest(cards.iter().map(|c| title(c)).chain([heading("title")]).collect());
    let results = widest(cards.iter().map(|c| result(c, catalog)).chain([heading("result")]).collect());
    let row = |id: &str, title: &str, result: &str, status: &str| {
        format!("  {}{}{}{status}\n", pad(id, ids), pad(title, titles), pad(result, results))
    };
    let mut out = row(&heading("id"), &heading("title"), &heading("result"), &heading("status"));
    for family in Family::ALL {
        let members: Vec<_> = cards.iter().filter(|c| c.family == family).collect();
        if members.is_empty() {
            continue;
        }
        out.push_str(&format!("{}\n", catalog.text(&format!("family-{}", family.name()))));
        for card in members {
            let status = match State::of(card, book) {
                State::Runs => catalog.text(&format!("status-{}", status(card))),
                State::NeedsPoints(_) => catalog.text("status-needs-points"),
            };
            out.push_str(&row(&card.id, &title(card), &result(card, catalog), &status));
        }
    }
    let waiting = cards.iter().filter(|card| State::of(card, book) != State::Runs).count();
    let counts = args([("count", cards.len().into()), ("waiting", waiting.into())]);
    out.push_str(&format!("{}\n", catalog.format("rules-count", &counts)));
    out
}

fn result(card: &Card, catalog: &Catalog) -> String {
    catalog.text(&format!("report-class-{}", card.result.name()))
}

fn cards(session: &Session, show: &RulesShow) -> Result<Exit, Failure> {
    let book = book::load(show.rules.as_deref(), session)?;
    engine::select(&book, &show.ids, None).map_err(|e| session.told(&[e.text(&session.catalog)]))?;
    let asked = show.ids.iter().filter_map(|id| book.card(id));
    let pages: Vec<String> = asked.map(|card| page(card, &session.catalog, width())).collect();
    session.print(&pages.join("\n"))?;
    Ok(Exit::Finished)
}

/// A card, laid out for reading.
fn page(card: &Card, catalog: &Catalog, width: usize) -> String {
    let lang = catalog.lang();
    let mut page = Page { out: format!("{}  {}\n", card.title.get(lang), card.id), catalog, width };
    page.line("rule-family", &catalog.text(&format!("family-{}", card.family.name())));
    page.line("rule-result", &result(card, catalog));
    page.line("rule-version", &format!("{}  {}", card.version, catalog.text(&format!("status-{}", status(card)))));
    page.line("rule-national", &card.national_class.join(&catalog.text("list-separator")));
    page.section("rule-what", [card.what.get(lang)]);
    page.section("rule-why", [card.why.get(lang)]);
    page.section("rule-innocent", card.innocent.iter().map(|t| t.get(lang)));
    page.section("rule-clears", [card.clears.get(lang)]);
    page.section("rule-basis", [card.basis.get(lang)]);
    let parameters: Vec<String> = card.parameters.iter().map(|(name, p)| parameter(name, p, catalog)).collect();
    page.section("rule-parameters", parameters.iter().map(String::as_str));
    page.section("rule-measure", [card.measure.get(lang)]);
    let needs: Vec<String> = card.needs.iter().map(|n| need(n, lang)).collect();
    page.section("rule-needs", needs.iter().map(String::as_str));
    page.verbatim("rule-sql", card.sql.as_deref().unwrap_or_default());
    let columns: Vec<String> = card.columns.iter().map(|(role, column)| format!("{role} = {column}")).collect();
    page.section("rule-columns", columns.iter().map(String::as_str));
    let separator = catalog.text("list-separator");
    let evidence: Vec<&str> = card.evidence.iter().map(|e| e.heading(lang)).collect();
    page.section("rule-evidence", [evidence.join(&separator).as_str()]);
    page.section("rule-sources", card.sources.iter().map(String::as_str));
    page.out
}

fn parameter(name: &str, parameter: &crate::rulebook::Catalogued, catalog: &Catalog) -> String {
    let unit = catalog.unit(&parameter.unit);
    let list = [("name", name.into()), ("value", parameter.value.to_string().into()), ("unit", unit.into())];
    let what = if catalog.lang() == Lang::Zh { &parameter.zh } else { &parameter.en };
    format!("{}\n{what}", catalog.format("rule-parameter", &args(list)))
}

/// A need; in Chinese with the names that stand in Chinese exports.
fn need(need: &Need, lang: Lang) -> String {
    if lang == Lang::En {
        return need.0.clone();
    }
    let chinese = need.0.split(" or ").map(|one| {
        let (table, field) = one.split_once('.')?;
        Some(column(Table::from_name(table)?, field)?.chinese)
    });
    match chinese.collect::<Option<Vec<_>>>() {
        Some(names) => format!("{}（{}）", need.0.replace(" or ", " 或 "), names.join(" 或 ")),
        None => need.0.replace(" or ", " 或 "),
    }
}

struct Page<'a> {
    out: String,
    catalog: &'a Catalog,
    width: usize,
}

impl<'a> Page<'a> {
    fn line(&mut self, id: &str, text: &str) {
        if !text.is_empty() {
            let label = self.catalog.text(id);
            self.out.push_str(&format!("  {}{text}\n", pad(&label, 16)));
        }
    }

    /// A heading and a text with its lines as they are. Nothing where it is empty.
    fn verbatim(&mut self, id: &str, text: &str) {
        if !text.trim().is_empty() {
            let lines: String = text.trim_end().lines().map(|line| format!("  {line}\n")).collect();
            self.out.push_str(&format!("\n{}\n{lines}", self.catalog.text(id)));
        }
    }

    /// A heading and its paragraphs; several are set off by dashes. Nothing where all are empty.
    fn section<'t>(&mut self, id: &str, texts: impl IntoIterator<Item = &'t str>) {
        let texts: Vec<&str> = texts.into_iter().filter(|t| !t.trim().is_empty()).collect();
        if texts.is_empty() {
            return;
        }
        self.out.push_str(&format!("\n{}\n", self.catalog.text(id)));
        let many = texts.len() > 1 || texts[0].contains('\n');
        for text in texts {
            for (i, line) in wrap(text.trim(), self.width - 4).into_iter().enumerate() {
                let lead = if many && i == 0 { "- " } else { "  " };
                self.out.push_str(&format!("{}{line}\n", if many { format!("  {lead}") } else { "  ".to_string() }));
            }
        }
    }
}
