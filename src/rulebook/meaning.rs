//! What a card or a kind says, beyond its form: innocent explanations that explain, tables and columns that exist, evidence and
//! messages that fit each other.

use std::collections::BTreeSet;

use toml::Value;

use super::read::{Reader, Spans};
use super::{Card, EvidenceKind, Problem, Text};
use crate::messages::{Catalog, Lang, args};
use crate::model::{Table, column};

/// Figures every finding brings to its message, beside its evidence.
const FIGURES: [&str; 11] = [
    "observed",
    "expected",
    "threshold",
    "p",
    "q",
    "amount",
    "total_amount",
    "hospital",
    "period_start",
    "period_end",
    "patients",
];

impl Reader<'_> {
    /// What is wrong with what a card or a kind itself says, beyond its form.
    pub fn meaning(&mut self, card: &Card, own: &toml::Table, spans: &Spans<'_, '_>) {
        let says = |key: &str| own.contains_key(key);
        if says("innocent") {
            self.innocent(card, spans);
        }
        if says("needs") {
            self.needs(card, spans);
        }
        if says("evidence") {
            self.evidence(card, own, spans);
        }
        if says("message") && (says("evidence") || card.limit.is_some()) {
            self.message(card, spans);
        }
    }

    /// Innocent explanations must be real ones: somebody will be accused on this card.
    fn innocent(&mut self, card: &Card, spans: &Spans<'_, '_>) {
        if card.innocent.is_empty() {
            self.fault(spans.of("innocent"), Problem::new("fault-innocent-none", args([])));
        }
        for (i, text) in card.innocent.iter().enumerate() {
            if !explains(text) {
                self.fault(
                    spans.at("innocent", i),
                    Problem::new("fault-innocent", args([("zh", text.zh.as_str().into())])),
                );
            }
        }
    }

    fn needs(&mut self, card: &Card, spans: &Spans<'_, '_>) {
        for (i, need) in card.needs.iter().enumerate() {
            for name in need.0.split(" or ") {
                let (table, field) = name.split_once('.').map_or((name, None), |(t, f)| (t, Some(f)));
                let known = Table::from_name(table).is_some_and(|t| field.is_none_or(|f| column(t, f).is_some()));
                if !known {
                    self.fault(spans.at("needs", i), Problem::new("fault-need", args([("need", name.into())])));
                }
            }
        }
    }

    /// Columns of evidence: each field once, parts where the kind asks for them.
    fn evidence(&mut self, card: &Card, own: &toml::Table, spans: &Spans<'_, '_>) {
        let mut seen = BTreeSet::new();
        let columns = own.get("evidence").and_then(Value::as_array).into_iter().flatten().enumerate();
        for (i, field) in columns.filter_map(|(i, column)| Some((i, column.get("field")?.as_str()?))) {
            let problem = |id| Problem::new(id, args([("field", field.into())]));
            if !seen.insert(field) {
                self.fault(spans.at("evidence", i), problem("fault-evidence"));
            } else if let Some(column) = card.evidence.iter().find(|column| column.field == field)
                && (column.kind == EvidenceKind::Table) == column.parts.is_empty()
                && column.kind != EvidenceKind::List
            {
                self.fault(spans.at("evidence", i), problem("fault-parts"));
            }
        }
    }

    /// The sentence of a finding: syntax in both languages, and only figures that a finding can have.
    fn message(&mut self, card: &Card, spans: &Spans<'_, '_>) {
        let fields: BTreeSet<&str> = card.evidence.iter().map(|c| c.field.as_str()).collect();
        let mut told = BTreeSet::new();
        for (lang, pattern) in [(Lang::Zh, &card.message.zh), (Lang::En, &card.message.en)] {
            let place = || spans.under("message", lang.name()).or(spans.of("message"));
            if let Err(detail) = Catalog::new(lang).add("message", pattern) {
                self.fault(place(), Problem::new("fault-message", args([("detail", detail.into())])));
            }
            for name in variables(pattern) {
                let known = fields.contains(name) || FIGURES.contains(&name) || name == "stays";
                if !known && told.insert(name) {
                    self.fault(place(), Problem::new("fault-figure", args([("name", name.into())])));
                }
            }
        }
    }
}

/// Whether a text says something: at least 10 Chinese characters and 40 letters, and no way of saying nothing.
fn explains(text: &Text) -> bool {
    let chinese = text.zh.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    let letters = text.en.chars().filter(|c| c.is_alphabetic()).count();
    let empty = ["unknown", "none", "n/a", "unlikely", "不明", "无", "未知", "没有"];
    let says_nothing = |s: &str| empty.contains(&s.trim().trim_end_matches(['.', '。']).to_lowercase().as_str());
    chinese >= 10 && letters >= 40 && !says_nothing(&text.zh) && !says_nothing(&text.en)
}

/// The names after `$` in a Fluent pattern.
fn variables(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split('$').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
        &rest[..end]
    })
}
