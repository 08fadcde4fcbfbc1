//! Loads the rule book: what is built in, then what `--rules DIR` adds or replaces. All faults at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::fault::nearest;
use super::kinds::{ALL, LimitParts};
use super::read::Reader;
use super::{Card, Catalogued, Family, Fault, KnowledgeTable, Problem};
use crate::messages::args;

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

const SOURCE: &str = ".source.toml";
const KINDS: &str = "kinds/";
const KNOWLEDGE: &str = "knowledge/";

/// Texts of files by their paths.
type Files = BTreeMap<String, String>;

/// Every card and knowledge table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rulebook {
    cards: BTreeMap<String, Card>,
    files: BTreeMap<String, String>,
    tables: BTreeMap<String, KnowledgeTable>,
    kinds: LimitParts,
    /// Files of the kinds.
    kind_files: BTreeMap<String, String>,
    region: Option<String>,
    /// Whether a folder was read beside the built-in files.
    has_folder: bool,
    /// Rule ids and table names that come from the folder.
    own: BTreeSet<String>,
    /// Names of tables that are there but could not be read.
    broken: BTreeSet<String>,
    /// Files of the folder that could not be read.
    unread: BTreeSet<String>,
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
        let (book, faults) = Self::read(folder);
        if faults.is_empty() { Ok(book) } else { Err(faults) }
    }

    /// Reads what [`Self::load`] does and gives the book and everything that is wrong in any file. With faults the book is only
    /// good for finding more of them: what was wrong in a card has been replaced by something sound, and what could not be
    /// read is not in it.
    pub fn read(folder: Option<&Path>) -> (Self, Vec<Fault>) {
        let builtin = BUILTIN.iter().map(|(path, text)| ((*path).to_string(), (*text).to_string())).collect();
        let mut book = Self::default();
        let mut faults = book.add("rules", builtin, false);
        if let Some(folder) = folder {
            book.has_folder = true;
            let shown = folder.to_string_lossy();
            let root = shown.trim_end_matches('/');
            let mut unread = Vec::new();
            match files_below(folder, &mut unread) {
                Ok(files) => {
                    for (path, detail) in unread {
                        let problem = Problem::new("fault-file", args([("detail", detail.into())]));
                        faults.push(Fault { file: format!("{root}/{path}"), line: 1, problem });
                        book.unread.insert(path);
                    }
                    faults.extend(book.add(root, files, true));
                }
                Err(error) => faults.push(Fault {
                    file: shown.into_owned(),
                    line: 0,
                    problem: Problem::new("fault-folder", args([("detail", error.to_string().into())])),
                }),
            }
        }
        (book, faults)
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

    /// The kinds of limit that cards have something in common by, with their files.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.kind_files.iter().map(|(name, file)| (name.as_str(), file.as_str()));
        all.filter(|(name, _)| *name != ALL)
    }

    /// Whether a folder of further rules was read.
    pub fn has_folder(&self) -> bool {
        self.has_folder
    }

    /// Whether a card comes from the folder of further rules.
    pub fn is_own_card(&self, id: &str) -> bool {
        self.own.contains(&format!("{id}.toml"))
    }

    /// Whether a table comes from the folder of further rules.
    pub fn is_own_table(&self, name: &str) -> bool {
        self.own.contains(&format!("{name}.csv"))
    }

    /// Whether a table is there but could not be read, so that nothing can be said of what needs it.
    pub fn is_broken(&self, table: &str) -> bool {
        self.broken.contains(table)
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

    /// Adds files, by path; those of the folder are `own`.
    fn add(&mut self, root: &str, files: Files, own: bool) -> Vec<Fault> {
        let mut faults = self.add_kinds(root, &files);
        let (mut tables, files): (Files, Files) = files.into_iter().partition(|(path, _)| path.ends_with(".csv"));
        for name in tables.keys().filter_map(|path| path.strip_prefix(KNOWLEDGE)?.strip_suffix(".csv")) {
            let source = format!("{KNOWLEDGE}{name}{SOURCE}");
            if !files.contains_key(&source) {
                self.broken.insert(name.to_string());
                if !self.unread.contains(&source) {
                    let problem = Problem::new("fault-source", args([("name", name.into())]));
                    faults.push(Fault { file: format!("{root}/{KNOWLEDGE}{name}.csv"), line: 1, problem });
                }
            }
        }
        let mut places: BTreeMap<&str, String> = BTreeMap::new();
        for (path, text) in files.iter().filter(|(path, _)| !path.starts_with(KINDS)) {
            let shown = format!("{root}/{path}");
            let mut reader = Reader::new(&shown, text);
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            if let Some(name) = path.strip_prefix(KNOWLEDGE).and_then(|name| name.strip_suffix(SOURCE)) {
                self.add_table(&mut reader, name, &mut tables, own);
            } else if let Some(id) = name.strip_suffix(".toml") {
                if Family::ALL.iter().any(|f| f.name() == folder) {
                    let card = reader.card(folder, id, &self.kinds);
                    if let Some(first) = places.get(id) {
                        let problem = args([("id", id.into()), ("file", first.as_str().into())]);
                        reader.fault(None, Problem::new("fault-twice", problem));
                    } else {
                        places.insert(id, shown.clone());
                        self.add_card(id, card, &shown, own);
                    }
                } else {
                    let near = nearest(folder, Family::ALL.iter().map(|f| f.name()));
                    let problem = args([("folder", folder.into()), ("nearest", near.into())]);
                    reader.fault(None, Problem::new("fault-place", problem));
                }
            }
            faults.append(&mut reader.faults);
        }
        faults
    }

    fn add_card(&mut self, id: &str, card: Option<Card>, file: &str, own: bool) {
        let Some(card) = card else { return };
        self.files.insert(id.to_string(), file.to_string());
        self.cards.insert(id.to_string(), card);
        if own {
            self.own.insert(format!("{id}.toml"));
        }
    }

    /// LimitParts come first: cards are read with them. What all kinds have comes before each.
    fn add_kinds(&mut self, root: &str, files: &Files) -> Vec<Fault> {
        let mut faults = Vec::new();
        let name = |path: &str| path.strip_prefix(KINDS).and_then(|n| n.strip_suffix(".toml")).map(str::to_string);
        let mut kinds: Vec<(String, &String, &String)> =
            files.iter().filter_map(|(path, text)| Some((name(path)?, path, text))).collect();
        kinds.sort_by_key(|(name, path, _)| (name != ALL, *path));
        for (name, path, text) in kinds {
            let shown = format!("{root}/{path}");
            let mut reader = Reader::new(&shown, text);
            if let Some(part) = reader.kind(&name, &self.kinds) {
                self.kinds.insert(&name, part);
            }
            faults.append(&mut reader.faults);
            self.kind_files.insert(name, shown);
        }
        faults
    }

    /// Reads the table of a source file. Its text is the table's own from then on: it may be most of the memory.
    fn add_table(&mut self, reader: &mut Reader<'_>, name: &str, tables: &mut Files, own: bool) {
        let csv = format!("{KNOWLEDGE}{name}.csv");
        let (source, text) = (reader.source(), tables.remove(&csv));
        if text.is_none() && !self.unread.contains(&csv) {
            reader.fault(None, Problem::new("fault-table-missing", args([("name", name.into())])));
        }
        let Some((source, text)) = source.zip(text) else {
            self.broken.insert(name.to_string());
            return;
        };
        let shown = reader.beside(name);
        let fault = |(line, problem)| Fault { file: shown.clone(), line, problem };
        match KnowledgeTable::read(name, shown.clone(), source, text) {
            Ok((table, broken)) => {
                reader.faults.extend(broken.into_iter().map(fault));
                self.replace(reader, name, table, own);
            }
            Err(broken) => {
                reader.faults.push(fault(broken));
                self.broken.insert(name.to_string());
            }
        }
    }

    /// Puts a table into the book. One that replaces another must have its columns: rules look for them by name.
    fn replace(&mut self, reader: &mut Reader<'_>, name: &str, table: KnowledgeTable, own: bool) {
        let before = self.tables.get(name).map(|t| t.source.columns.clone()).unwrap_or_default();
        let lacks = table.lacks(before.iter().map(String::as_str)).join(", ");
        if !lacks.is_empty() {
            let problem = Problem::new("fault-column", args([("columns", lacks.into())]));
            reader.faults.push(Fault { file: table.file.clone(), line: 1, problem });
            self.broken.insert(name.to_string());
            return;
        }
        self.tables.insert(name.to_string(), table);
        if own {
            self.own.insert(format!("{name}.csv"));
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

/// The cards and tables below a folder, by path with `/`; those that cannot be read go to `unread` with the reason.
fn files_below(folder: &Path, unread: &mut Vec<(String, String)>) -> std::io::Result<Files> {
    type Unread = Vec<(String, String)>;
    fn walk(folder: &Path, prefix: &str, files: &mut Files, unread: &mut Unread) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if name.starts_with('.') {
                continue;
            }
            if fs::metadata(entry.path())?.is_dir() {
                walk(&entry.path(), &format!("{path}/"), files, unread)?;
            } else if name.ends_with(".toml") || (prefix == KNOWLEDGE && name.ends_with(".csv")) {
                match fs::read_to_string(entry.path()) {
                    Ok(text) => drop(files.insert(path, text)),
                    Err(error) => unread.push((path, error.to_string())),
                }
            }
        }
        Ok(())
    }
    let mut files = BTreeMap::new();
    walk(folder, "", &mut files, unread)?;
    Ok(files)
}

#[cfg(test)]
mod tests;
