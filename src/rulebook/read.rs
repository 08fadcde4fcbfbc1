//! Reads one card, kind or source and finds everything that is wrong with it, with lines.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

use super::fault::nearest;
use super::kinds::LimitParts;
use super::knowledge::Source;
use super::{Card, Fault, Problem};
use crate::messages::args;

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
/// The keys of the source of a knowledge table.
const SOURCE: [&str; 6] = ["title", "source", "note", "columns", "url", "published"];
/// How many of [`SOURCE`] it cannot do without.
const SOURCE_REQUIRED: usize = 4;
/// A source whose values have the right types.
const SOUND_SOURCE: &str = r#"
source = ""
columns = []
title = { zh = "", en = "" }
note = { zh = "", en = "" }
"#;
/// Characters of a wrong value that are shown.
const SHOWN: usize = 60;
const TEXT: [&str; 2] = ["zh", "en"];
const PARAMETER: [&str; 4] = ["value", "unit", "zh", "en"];
const EVIDENCE: [&str; 6] = ["field", "zh", "en", "kind", "parts", "terms"];
/// How many of [`EVIDENCE`] a column cannot do without.
const EVIDENCE_REQUIRED: usize = 4;

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
        let line = span.map_or(1, |s| self.line(s.start));
        self.faults.push(Fault { file: self.file.to_string(), line, problem });
    }

    /// Reads the tree as a table of values, which its places say nothing of.
    fn values(&mut self) -> Option<toml::Table> {
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
        let mut told = None;
        for error in &errors {
            // What the parser stumbles over further on in the line comes of the first.
            let line = error.span().map(|span| self.line(span.start));
            if told.is_none() || line != told {
                self.fault(error.span(), Problem::new("fault-toml", args([("detail", error.message().into())])));
            }
            told = line;
        }
        errors.is_empty().then_some(tree)
    }

    /// Reads the source of a knowledge table; nothing where anything is wrong with it.
    pub fn source(&mut self) -> Option<Source> {
        let tree = self.tree()?;
        let own = self.values()?;
        let broken = self.shape(&tree, &SOURCE, &SOURCE[..SOURCE_REQUIRED]);
        let spans = Spans { tree: tree.get_ref() };
        let sound: toml::Table = toml::from_str(SOUND_SOURCE).expect("the sound source is TOML");
        let fits = |key: &str, value: &Value| {
            let mut trial = sound.clone();
            trial.insert(key.to_string(), value.clone());
            trial.try_into::<Source>().is_ok()
        };
        self.types(&own, &broken, &spans, fits);
        own.try_into().ok()
    }

    /// Reads what the cards of a kind of limit have in common.
    pub fn kind(&mut self, name: &str, kinds: &LimitParts) -> Option<toml::Table> {
        let tree = self.tree()?;
        let mut own = self.values()?;
        let mut broken = self.shape(&tree, &OF_KINDS, &[]);
        let spans = Spans { tree: tree.get_ref() };
        broken.extend(self.types(&own, &broken, &spans, |key, value| fits(key, value, None, kinds)));
        own.retain(|key, _| !broken.contains(key));
        let mut whole = own.clone();
        whole.insert("limit".to_string(), name.into());
        if let Ok(card) = filled(kinds.complete(whole)).try_into::<Card>() {
            self.meaning(&card, &own, &spans);
        }
        self.faults.is_empty().then_some(own)
    }

    /// Reads a card, completed by what its kind of limit says, and checks all of it. `family` and `id` are what its folder
    /// and file name say. The card is given back with its faults replaced by sound values, so that the tables and the
    /// parameters can be checked as well; nothing where it does not even say what runs it.
    pub fn card(&mut self, family: &str, id: &str, kinds: &LimitParts) -> Option<Card> {
        let tree = self.tree()?;
        let mut own = self.values()?;
        let limit = own.get("limit").and_then(Value::as_str).map(str::to_string);
        // Of an unknown kind nobody knows what its cards may leave out.
        let unknown = limit.as_deref().is_some_and(|limit| !kinds.has(limit));
        let given = |key: &str| kinds.gives(limit.as_deref(), key) || (unknown && OF_KINDS.contains(&key));
        let required: Vec<&str> = KEYS[..REQUIRED].iter().copied().filter(|key| !given(key)).collect();
        let mut broken = self.shape(&tree, &KEYS, &required);
        let spans = Spans { tree: tree.get_ref() };
        broken.extend(self.types(&own, &broken, &spans, |key, value| fits(key, value, limit.as_deref(), kinds)));
        own.retain(|key, _| !broken.contains(key));
        let mut card: Card = filled(kinds.complete(own.clone())).try_into().ok()?;
        card.lines = self.lines(tree.get_ref());
        let sound = |keys: &[&str]| !keys.iter().any(|key| broken.contains(*key));
        if sound(&["family"]) && card.family.name() != family {
            let problem = args([("family", card.family.name().into()), ("folder", family.into())]);
            self.fault(spans.of("family"), Problem::new("fault-family", problem));
        }
        if sound(&["id"]) && card.id != id {
            self.fault(
                spans.of("id"),
                Problem::new("fault-id", args([("id", card.id.as_str().into()), ("name", id.into())])),
            );
        }
        card.id = id.to_string();
        let runners = [card.detector.is_some(), card.limit.is_some(), card.sql.is_some()];
        let one = runners.iter().filter(|is| **is).count() == 1;
        let runs = one && card.limit.is_some() == card.table.is_some() && card.sql.is_some() != card.columns.is_empty();
        let keys = ["detector", "limit", "sql", "table", "columns"];
        let named = sound(&keys);
        if named && !runs {
            self.fault(keys.iter().find_map(|key| spans.of(key)), Problem::new("fault-runner", args([])));
        }
        if unknown || broken.contains("evidence") {
            // Which figures the message may use is not known.
            own.remove("message");
        }
        self.meaning(&card, &own, &spans);
        (named && runs && sound(&["parameters"])).then_some(card)
    }

    /// Values of the wrong type: each value, or entry of a list, alone in an otherwise sound card. Gives the keys back.
    fn types(
        &mut self,
        own: &toml::Table,
        broken: &BTreeSet<String>,
        spans: &Spans<'_, '_>,
        fits: impl Fn(&str, &Value) -> bool,
    ) -> BTreeSet<String> {
        let mut wrong = BTreeSet::new();
        for (key, value) in own.iter().filter(|(key, _)| !broken.contains(*key)) {
            let before = self.faults.len();
            let mut refuse = |span: Option<Range<usize>>, value: &Value| {
                let given = shown(value);
                let problem = args([("key", key.as_str().into()), ("value", given.into())]);
                self.fault(span.or(spans.of(key)), Problem::new("fault-wrong-type", problem));
            };
            match value {
                Value::Array(all) if fits(key, &Value::Array(Vec::new())) => {
                    for (i, entry) in
                        all.iter().enumerate().filter(|(_, e)| !fits(key, &Value::Array(vec![(*e).clone()])))
                    {
                        refuse(spans.at(key, i), entry);
                    }
                }
                value if !fits(key, value) => refuse(None, value),
                _ => {}
            }
            if self.faults.len() > before {
                wrong.insert(key.clone());
            }
        }
        wrong
    }

    /// Unknown and missing keys, at every level. Gives the keys of the first level that have any such fault.
    fn shape(&mut self, tree: &Spanned<DeTable<'_>>, known: &[&str], required: &[&str]) -> BTreeSet<String> {
        let mut broken = self.keys(tree.get_ref(), 0..0, known, required);
        for (key, value) in tree.get_ref() {
            let before = self.faults.len();
            match (key.get_ref().as_ref(), value.get_ref()) {
                (
                    "title" | "what" | "why" | "clears" | "basis" | "measure" | "message" | "note",
                    DeValue::Table(text),
                ) => {
                    self.keys(text, value.span(), &TEXT, &TEXT);
                }
                ("parameters", DeValue::Table(all)) => {
                    for parameter in all.values() {
                        self.entry(parameter, &PARAMETER);
                    }
                }
                ("columns", DeValue::Table(roles)) => {
                    self.keys(roles, value.span(), &Card::ROLES, &[]);
                }
                ("innocent", DeValue::Array(all)) => all.iter().for_each(|text| self.entry(text, &TEXT)),
                ("evidence", DeValue::Array(all)) => all.iter().for_each(|column| self.column(column)),
                _ => {}
            }
            if self.faults.len() > before {
                broken.insert(key.get_ref().to_string());
            }
        }
        broken
    }

    /// The lines of a card's keys, of the keys below them and of the entries of lists, by number and
    /// by field; of a text of several lines, its first.
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
                    for (i, entry) in all.iter().enumerate() {
                        let line = self.line(entry.span().start);
                        let field = entry.get_ref().as_table().and_then(|e| e.get("field")?.get_ref().as_str());
                        lines.extend(field.map(|field| (format!("{name}.{field}"), line)));
                        lines.insert(format!("{name}.{i}"), line);
                    }
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

    fn keys(&mut self, table: &DeTable<'_>, span: Range<usize>, known: &[&str], required: &[&str]) -> BTreeSet<String> {
        let mut broken = BTreeSet::new();
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                let problem = args([("key", name.into()), ("nearest", nearest(name, known.iter().copied()).into())]);
                self.fault(Some(key.span()), Problem::new("fault-key", problem));
                broken.insert(name.to_string());
            }
        }
        for name in required {
            if !table.keys().any(|key| key.get_ref() == name) {
                self.fault(Some(span.clone()), Problem::new("fault-missing", args([("key", (*name).into())])));
                broken.insert((*name).to_string());
            }
        }
        broken
    }
}

/// Whether a value of a card, alone in a card that is sound otherwise, is of the right type.
fn fits(key: &str, value: &Value, limit: Option<&str>, kinds: &LimitParts) -> bool {
    let mut trial = toml::Table::from_iter([(key.to_string(), value.clone())]);
    if let Some(limit) = limit {
        trial.entry("limit").or_insert_with(|| limit.into());
    }
    filled(kinds.complete(trial)).try_into::<Card>().is_ok()
}

/// The card with sound values for the keys that it lacks.
fn filled(mut card: toml::Table) -> toml::Table {
    let sound: toml::Table = toml::from_str(SOUND).expect("the sound card is TOML");
    for (key, value) in sound {
        card.entry(key).or_insert(value);
    }
    card
}

/// A value as a fault shows it.
fn shown(value: &Value) -> String {
    let text: String = value.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).chain(['…']).collect() }
}

/// Where the parts of a card stand in its file.
pub(super) struct Spans<'a, 'b> {
    tree: &'a DeTable<'b>,
}

impl Spans<'_, '_> {
    pub fn of(&self, key: &str) -> Option<Range<usize>> {
        self.tree.iter().find(|(k, _)| k.get_ref() == key).map(|(k, _)| k.span())
    }

    pub fn under(&self, key: &str, below: &str) -> Option<Range<usize>> {
        let value = self.tree.iter().find(|(k, _)| k.get_ref() == key).map(|(_, v)| v)?;
        let keys = value.get_ref().as_table()?.keys();
        keys.into_iter().find(|k| k.get_ref() == below).map(Spanned::span)
    }

    pub fn at(&self, key: &str, index: usize) -> Option<Range<usize>> {
        let value = self.tree.iter().find(|(k, _)| k.get_ref() == key).map(|(_, v)| v)?;
        value.get_ref().as_array().and_then(|all| all.get(index)).map(Spanned::span)
    }
}
