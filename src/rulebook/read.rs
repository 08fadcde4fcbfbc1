//! Reads one card and finds everything that is wrong with it, with lines.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::nearest;
use super::kinds::Kinds;
use super::{Card, EvidenceKind, Fault, Problem, Text};
use crate::messages::{Catalog, Lang, args};
use crate::model::{Table, column};

const KEYS: [&str; 23] = [
    "id",
    "title",
    "family",
    "version",
    "status",
    "result",
    "what",
    "why",
    "innocent",
    "clears",
    "basis",
    "needs",
    "measure",
    "message",
    "evidence",
    "national_class",
    "detector",
    "limit",
    "table",
    "sources",
    "parameters",
    "sql",
    "columns",
];
/// How many of [`KEYS`] a card cannot do without.
const REQUIRED: usize = 15;
/// The keys that a kind of limit may say for its cards.
const OF_KINDS: [&str; 11] =
    ["what", "why", "innocent", "clears", "basis", "needs", "measure", "message", "evidence", "sources", "parameters"];
/// A card whose values have the right types, to try single values in.
const SOUND: &str = r#"
id = ""
family = "data"
version = "1"
status = "preview"
result = "violation"
innocent = []
needs = []
evidence = []
title = { zh = "", en = "" }
what = { zh = "", en = "" }
why = { zh = "", en = "" }
clears = { zh = "", en = "" }
basis = { zh = "", en = "" }
measure = { zh = "", en = "" }
message = { zh = "", en = "" }
"#;
const TEXT: [&str; 2] = ["zh", "en"];
const PARAMETER: [&str; 4] = ["value", "unit", "zh", "en"];
const EVIDENCE: [&str; 6] = ["field", "zh", "en", "kind", "parts", "terms"];
/// How many of [`EVIDENCE`] a column cannot do without.
const EVIDENCE_REQUIRED: usize = 4;

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

/// A file being read, with the faults found so far.
pub(super) struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    pub faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, faults: Vec::new() }
    }

    fn line(&self, at: usize) -> usize {
        self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|b| **b == b'\n').count() + 1
    }

    pub fn fault(&mut self, span: Option<Range<usize>>, problem: Problem) {
        let line = span.map_or(0, |s| self.line(s.start));
        self.faults.push(Fault { file: self.file.to_string(), line, problem });
    }

    /// Reads a TOML file as a type; at most one fault, the first.
    pub fn parse<T: serde::de::DeserializeOwned>(&mut self) -> Option<T> {
        match toml::from_str(self.text) {
            Ok(value) => Some(value),
            Err(error) => {
                let detail = error.message().lines().next().unwrap_or_default().to_string();
                self.fault(error.span(), Problem::new("fault-toml", args([("detail", detail.into())])));
                None
            }
        }
    }

    /// The file of another ending beside this one: the CSV file of a source.
    pub fn beside(&self, name: &str) -> String {
        let folder = self.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{name}.csv")
    }

    /// The file as a tree with places; nothing where it is no TOML.
    fn tree(&mut self) -> Option<Spanned<DeTable<'a>>> {
        let (tree, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            self.fault(error.span(), Problem::new("fault-toml", args([("detail", error.message().into())])));
        }
        errors.is_empty().then_some(tree)
    }

    /// Reads what the cards of a kind of limit have in common.
    pub fn kind(&mut self) -> Option<toml::Table> {
        let tree = self.tree()?;
        self.shape(&tree, &OF_KINDS, &[]);
        self.faults.is_empty().then(|| self.parse())?
    }

    /// Reads a card, completed by what its kind of limit says, and checks all of it. `family` and `id` are what its folder
    /// and file name say.
    pub fn card(&mut self, family: &str, id: &str, kinds: &Kinds) -> Option<Card> {
        let tree = self.tree()?;
        let own: toml::Table = self.parse()?;
        let limit = own.get("limit").and_then(toml::Value::as_str);
        let missing: Vec<&str> = KEYS[..REQUIRED].iter().copied().filter(|key| !kinds.gives(limit, key)).collect();
        self.shape(&tree, &KEYS, &missing);
        if !self.faults.is_empty() {
            return None;
        }
        let spans = Spans { tree: tree.get_ref() };
        let mut card: Card = match kinds.complete(own.clone()).try_into() {
            Ok(card) => card,
            Err(_) => {
                self.types(&own, kinds, &spans);
                return None;
            }
        };
        if card.family.name() != family {
            let problem = args([("family", card.family.name().into()), ("folder", family.into())]);
            self.fault(spans.of("family"), Problem::new("fault-family", problem));
        }
        if card.id != id {
            self.fault(
                spans.of("id"),
                Problem::new("fault-id", args([("id", card.id.as_str().into()), ("name", id.into())])),
            );
        }
        let runners = [card.detector.is_some(), card.limit.is_some(), card.sql.is_some()];
        let one = runners.iter().filter(|is| **is).count() == 1;
        if !one || card.limit.is_some() != card.table.is_some() || card.sql.is_some() == card.columns.is_empty() {
            let keys = ["detector", "limit", "sql", "table", "columns"];
            self.fault(keys.iter().find_map(|key| spans.of(key)), Problem::new("fault-runner", args([])));
        }
        if card.sql.is_some() {
            card.lines = self.lines(tree.get_ref());
        }
        self.innocent(&card, &spans);
        self.needs(&card, &spans);
        self.message(&card, &spans);
        Some(card)
    }

    /// Values of the wrong type: each key alone in an otherwise sound card.
    fn types(&mut self, own: &toml::Table, kinds: &Kinds, spans: &Spans<'_, '_>) {
        for (key, value) in own {
            let mut trial = toml::Table::from_iter([(key.clone(), value.clone())]);
            if let Some(limit) = own.get("limit") {
                trial.entry("limit").or_insert_with(|| limit.clone());
            }
            let mut trial = kinds.complete(trial);
            let sound: toml::Table = toml::from_str(SOUND).expect("the sound card is TOML");
            for (key, value) in sound {
                trial.entry(key).or_insert(value);
            }
            if let Err(error) = trial.try_into::<Card>() {
                let detail = format!("`{key}`: {}", error.message().lines().next().unwrap_or_default());
                self.fault(spans.of(key), Problem::new("fault-toml", args([("detail", detail.into())])));
            }
        }
    }

    /// Unknown and missing keys, at every level.
    fn shape(&mut self, tree: &Spanned<DeTable<'_>>, known: &[&str], required: &[&str]) {
        self.keys(tree.get_ref(), 0..0, known, required);
        for (key, value) in tree.get_ref() {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("title" | "what" | "why" | "clears" | "basis" | "measure" | "message", DeValue::Table(text)) => {
                    self.keys(text, value.span(), &TEXT, &TEXT);
                }
                ("parameters", DeValue::Table(all)) => {
                    for parameter in all.values() {
                        self.entry(parameter, &PARAMETER);
                    }
                }
                ("columns", DeValue::Table(roles)) => self.keys(roles, value.span(), &Card::ROLES, &[]),
                ("innocent", DeValue::Array(all)) => all.iter().for_each(|text| self.entry(text, &TEXT)),
                ("evidence", DeValue::Array(all)) => all.iter().for_each(|column| self.column(column)),
                _ => {}
            }
        }
    }

    /// The lines of a card's keys, of the keys below them and of the entries of lists; of a text of several lines, its first.
    fn lines(&self, tree: &DeTable<'_>) -> BTreeMap<String, usize> {
        let mut lines = BTreeMap::new();
        for (key, value) in tree {
            let name = key.get_ref();
            let raw = &self.text[value.span()];
            let below = ["\"\"\"\n", "\"\"\"\r\n", "'''\n", "'''\r\n"].iter().any(|open| raw.starts_with(open));
            lines.insert(name.to_string(), self.line(value.span().start) + usize::from(below));
            match value.get_ref() {
                DeValue::Table(inner) => {
                    lines.extend(inner.keys().map(|k| (format!("{name}.{}", k.get_ref()), self.line(k.span().start))));
                }
                DeValue::Array(all) => {
                    let entries = all.iter().enumerate();
                    lines.extend(entries.map(|(i, v)| (format!("{name}.{i}"), self.line(v.span().start))));
                }
                _ => {}
            }
        }
        lines
    }

    fn entry(&mut self, value: &Spanned<DeValue<'_>>, keys: &[&str]) {
        if let DeValue::Table(table) = value.get_ref() {
            self.keys(table, value.span(), keys, keys);
        }
    }

    /// A column of evidence, and the parts of its entries.
    fn column(&mut self, value: &Spanned<DeValue<'_>>) {
        let DeValue::Table(table) = value.get_ref() else { return };
        self.keys(table, value.span(), &EVIDENCE, &EVIDENCE[..EVIDENCE_REQUIRED]);
        for (key, parts) in table {
            if let ("parts", DeValue::Array(parts)) = (key.get_ref().as_ref(), parts.get_ref()) {
                parts.iter().for_each(|part| self.entry(part, &EVIDENCE[..EVIDENCE_REQUIRED]));
            }
        }
    }

    fn keys(&mut self, table: &DeTable<'_>, span: Range<usize>, known: &[&str], required: &[&str]) {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let problem = args([("key", name.into()), ("nearest", nearest(name, known.iter().copied()).into())]);
                self.fault(Some(key.span()), Problem::new("fault-key", problem));
            }
        }
        for name in required {
            if !table.keys().any(|key| key.get_ref() == name) {
                self.fault(Some(span.clone()), Problem::new("fault-missing", args([("key", (*name).into())])));
            }
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

    /// The sentence of a finding: syntax in both languages, and only figures that a finding can have.
    fn message(&mut self, card: &Card, spans: &Spans<'_, '_>) {
        let fields: BTreeSet<&str> = card.evidence.iter().map(|c| c.field.as_str()).collect();
        if fields.len() < card.evidence.len() {
            self.fault(spans.of("evidence"), Problem::new("fault-evidence", args([])));
        }
        for (i, column) in card.evidence.iter().enumerate() {
            if (column.kind == EvidenceKind::Table) == column.parts.is_empty() && column.kind != EvidenceKind::List {
                let field = args([("field", column.field.as_str().into())]);
                self.fault(spans.at("evidence", i), Problem::new("fault-parts", field));
            }
        }
        for (lang, pattern) in [(Lang::Zh, &card.message.zh), (Lang::En, &card.message.en)] {
            if let Err(detail) = Catalog::new(lang).add("message", pattern) {
                self.fault(spans.of("message"), Problem::new("fault-message", args([("detail", detail.into())])));
            }
            for name in variables(pattern) {
                if !fields.contains(name) && !FIGURES.contains(&name) && name != "stays" {
                    self.fault(spans.of("message"), Problem::new("fault-figure", args([("name", name.into())])));
                }
            }
        }
    }
}

/// Where the parts of a card stand in its file.
struct Spans<'a, 'b> {
    tree: &'a DeTable<'b>,
}

impl Spans<'_, '_> {
    fn of(&self, key: &str) -> Option<Range<usize>> {
        self.tree.iter().find(|(k, _)| k.get_ref() == key).map(|(k, _)| k.span())
    }

    fn at(&self, key: &str, index: usize) -> Option<Range<usize>> {
        let value = self.tree.iter().find(|(k, _)| k.get_ref() == key).map(|(_, v)| v)?;
        value.get_ref().as_array().and_then(|all| all.get(index)).map(Spanned::span)
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
