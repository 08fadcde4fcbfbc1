//! Loads the rule book: what is built in, then what `--rules DIR` adds or replaces. All faults at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::fault::nearest;
use super::kinds::Kinds;
use super::knowledge::Source;
use super::read::Reader;
use super::{Card, Catalogued, Family, Fault, KnowledgeTable, Problem};
use crate::messages::args;

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

const FAMILIES: [Family; 7] = [
    Family::Stays,
    Family::Charges,
    Family::Drugs,
    Family::Identity,
    Family::Pharmacy,
    Family::Institutions,
    Family::Data,
];
const SOURCE: &str = ".source.toml";
const KINDS: &str = "kinds/";

/// Every card and knowledge table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rulebook {
    cards: BTreeMap<String, Card>,
    files: BTreeMap<String, String>,
    tables: BTreeMap<String, KnowledgeTable>,
    kinds: Kinds,
    region: Option<String>,
}

impl Rulebook {
    /// The rule book built into the program.
    pub fn builtin() -> Self {
        Self::load(None).expect("a test loads the built-in rule book")
    }

    /// The built-in rule book with the cards and tables of a folder added; one of the same id or name replaces the built-in.
    ///
    /// # Errors
    /// Everything that is wrong in any file.
    pub fn load(folder: Option<&Path>) -> Result<Self, Vec<Fault>> {
        let builtin = BUILTIN.iter().map(|(path, text)| ((*path).to_string(), (*text).to_string())).collect();
        let mut book = Self::default();
        let mut faults = book.add("rules", &builtin);
        if let Some(folder) = folder {
            let shown = folder.to_string_lossy();
            match files_below(folder) {
                Ok(files) => faults.extend(book.add(&shown, &files)),
                Err(error) => faults.push(Fault {
                    file: shown.into_owned(),
                    line: 0,
                    problem: Problem::new("fault-folder", args([("detail", error.to_string().into())])),
                }),
            }
        }
        if faults.is_empty() { Ok(book) } else { Err(faults) }
    }

    /// Every card, by id.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.cards.values()
    }

    /// The card of a rule.
    pub fn card(&self, id: &str) -> Option<&Card> {
        self.cards.get(id)
    }

    /// The file a card was read from, as faults name it.
    pub fn file(&self, id: &str) -> &str {
        self.files.get(id).map_or("", String::as_str)
    }

    /// A knowledge table.
    pub fn table(&self, name: &str) -> Option<&KnowledgeTable> {
        self.tables.get(name)
    }

    /// Every knowledge table, by name.
    pub fn tables(&self) -> impl Iterator<Item = &KnowledgeTable> {
        self.tables.values()
    }

    /// The administrative code of the bureau's region, whose own points apply beside the national ones.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Sets the region, as `[scan] region` of `yishen.toml` does.
    pub fn set_region(&mut self, code: Option<String>) {
        self.region = code;
    }

    /// Sets a parameter of a rule, as `[parameters.<rule>]` of `yishen.toml` does. The value must be of the type of the
    /// card's own value; a whole number will do where that has decimals.
    ///
    /// # Errors
    /// The rule or the parameter is unknown, or the value is of another type.
    pub fn set_parameter(&mut self, rule: &str, name: &str, value: toml::Value) -> Result<(), Problem> {
        let rule_arg = || ("rule", rule.into());
        if !self.cards.contains_key(rule) {
            let near = nearest(rule, self.cards.keys().map(String::as_str));
            return Err(Problem::new("fault-rule", args([rule_arg(), ("nearest", near.into())])));
        }
        let parameters = self.cards.get_mut(rule).map(|card| &mut card.parameters).expect("the rule is there");
        let near = nearest(name, parameters.keys().map(String::as_str));
        let Some(parameter) = parameters.get_mut(name) else {
            let problem = args([rule_arg(), ("name", name.into()), ("nearest", near.into())]);
            return Err(Problem::new("fault-parameter", problem));
        };
        let given = value.type_str();
        match like(&parameter.value, value) {
            Some(value) => {
                *parameter = Catalogued { value, ..parameter.clone() };
                Ok(())
            }
            None => {
                let wanted = parameter.value.type_str();
                let problem = [rule_arg(), ("name", name.into()), ("given", given.into()), ("wanted", wanted.into())];
                Err(Problem::new("fault-type", args(problem)))
            }
        }
    }

    fn add(&mut self, root: &str, files: &BTreeMap<String, String>) -> Vec<Fault> {
        let mut faults = self.add_kinds(root, files);
        for (path, text) in files.iter().filter(|(path, _)| !path.starts_with(KINDS)) {
            let shown = format!("{}/{path}", root.trim_end_matches('/'));
            let mut reader = Reader::new(&shown, text);
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            if folder == "knowledge" {
                self.add_table(&mut reader, name, files);
            } else if let Some(id) = name.strip_suffix(".toml") {
                if FAMILIES.iter().any(|f| f.name() == folder) {
                    if let Some(card) = reader.card(folder, id, &self.kinds) {
                        self.files.insert(id.to_string(), shown.clone());
                        self.cards.insert(id.to_string(), card);
                    }
                } else {
                    let near = nearest(folder, FAMILIES.iter().map(|f| f.name()));
                    let problem = args([("folder", folder.into()), ("nearest", near.into())]);
                    reader.fault(None, Problem::new("fault-place", problem));
                }
            }
            faults.append(&mut reader.faults);
        }
        faults
    }

    /// Kinds come first: cards are read with them.
    fn add_kinds(&mut self, root: &str, files: &BTreeMap<String, String>) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (path, text) in files {
            let Some(name) = path.strip_prefix(KINDS).and_then(|name| name.strip_suffix(".toml")) else { continue };
            let shown = format!("{}/{path}", root.trim_end_matches('/'));
            let mut reader = Reader::new(&shown, text);
            if let Some(part) = reader.kind() {
                self.kinds.insert(name, part);
            }
            faults.append(&mut reader.faults);
        }
        faults
    }

    /// A table is read when its source file comes up; a CSV file only asks for its source.
    fn add_table(&mut self, reader: &mut Reader<'_>, file: &str, files: &BTreeMap<String, String>) {
        if let Some(name) = file.strip_suffix(SOURCE) {
            let Some(source) = reader.parse::<Source>() else { return };
            let Some(text) = files.get(&format!("knowledge/{name}.csv")) else {
                return reader.fault(None, Problem::new("fault-table-missing", args([("name", name.into())])));
            };
            match KnowledgeTable::read(name, reader.beside(name), source, text) {
                Ok(table) => {
                    self.tables.insert(name.to_string(), table);
                }
                Err((line, detail)) => {
                    let problem =
                        args([("name", name.into()), ("line", line.to_string().into()), ("detail", detail.into())]);
                    reader.fault(None, Problem::new("fault-table", problem));
                }
            }
        } else {
            let name = file.strip_suffix(".csv").unwrap_or(file);
            if !files.contains_key(&format!("knowledge/{name}{SOURCE}")) {
                reader.fault(None, Problem::new("fault-source", args([("name", name.into())])));
            }
        }
    }
}

/// The value as the type of the default, or nothing where that is impossible.
fn like(default: &toml::Value, value: toml::Value) -> Option<toml::Value> {
    use toml::Value::{Array, Float, Integer};
    match (default, value) {
        (Float(_), Integer(n)) => Some(Float(n as f64)),
        (Array(defaults), Array(values)) => {
            let Some(first) = defaults.first() else { return Some(Array(values)) };
            values.into_iter().map(|v| like(first, v)).collect::<Option<Vec<_>>>().map(Array)
        }
        (default, value) => default.same_type(&value).then_some(value),
    }
}

/// The cards and tables below a folder, by path with `/`.
fn files_below(folder: &Path) -> std::io::Result<BTreeMap<String, String>> {
    fn walk(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if name.starts_with('.') {
                continue;
            }
            if fs::metadata(entry.path())?.is_dir() {
                walk(&entry.path(), &format!("{path}/"), files)?;
            } else if name.ends_with(".toml") || (prefix == "knowledge/" && name.ends_with(".csv")) {
                let text = fs::read_to_string(entry.path())
                    .map_err(|e| std::io::Error::new(e.kind(), format!("{path}: {e}")))?;
                files.insert(path, text);
            }
        }
        Ok(())
    }
    let mut files = BTreeMap::new();
    walk(folder, "", &mut files)?;
    Ok(files)
}

#[cfg(test)]
mod tests;
