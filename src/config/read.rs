//! Reads the configuration file by hand over its spans, so that one run names every fault with its line.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Config, Fault, Fields, FileRule, Parameter, Scan, day, fail_on, nearest, share};
use crate::messages::{Args, Lang, Value, args};
use crate::model::{Table, columns};

const SECTIONS: [&str; 4] = ["scan", "columns", "files", "parameters"];
const FILE_KEYS: [&str; 3] = ["table", "skip", "columns"];
const SCAN_KEYS: [&str; 13] = [
    "lang",
    "threads",
    "max_rejects",
    "output",
    "rules",
    "fail_on",
    "hospital",
    "from",
    "to",
    "family",
    "rule",
    "region",
    "institution",
];

type Key<'i> = Spanned<Cow<'i, str>>;
type Node<'i> = Spanned<DeValue<'i>>;

/// Reads a file.
pub(super) fn file(path: &Path) -> Result<Config, Vec<Fault>> {
    let name = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(source) => text(&name, path.parent().unwrap_or(Path::new("")), source.trim_start_matches('\u{feff}'))
            .map(|config| Config { file: Some(path.to_path_buf()), ..config }),
        Err(error) => Err(vec![Fault {
            file: name,
            line: 0,
            id: "config-unreadable",
            args: args([("reason", error.to_string().into())]),
            nearest: Vec::new(),
        }]),
    }
}

/// Reads the text of a file. Paths in it are relative to its folder.
fn text(name: &str, folder: &Path, source: &str) -> Result<Config, Vec<Fault>> {
    let mut reader = Reader { name, folder, source, faults: Vec::new() };
    let (root, errors) = DeTable::parse_recoverable(source);
    for error in errors {
        let at = error.span().map_or(0, |s| s.start);
        reader.fault(at, "config-syntax", args([("reason", error.message().into())]), Vec::new());
    }
    // What a broken file seems to say is not worth a second list of complaints.
    let config = if reader.faults.is_empty() { reader.config(root.get_ref()) } else { Config::default() };
    if reader.faults.is_empty() {
        return Ok(config);
    }
    reader.faults.sort_by_key(|f| f.line);
    Err(reader.faults)
}

/// A text that says something: neither nothing nor a constant of nothing.
fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text != "=").then(|| text.to_string())
}

struct Reader<'a> {
    name: &'a str,
    folder: &'a Path,
    source: &'a str,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        self.source.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1
    }

    fn fault(&mut self, at: usize, id: &'static str, args: Args, nearest: Vec<String>) {
        self.faults.push(Fault { file: self.name.to_string(), line: self.line(at), id, args, nearest });
    }

    fn unknown(&mut self, key: &Key<'_>, id: &'static str, valid: &[&str]) {
        let near = nearest(key.get_ref(), valid.iter().copied(), 3);
        let near: Vec<&str> = if near.is_empty() && valid.len() <= 12 { valid.to_vec() } else { near };
        let near = near.into_iter().map(str::to_string).collect();
        self.fault(key.span().start, id, args([("key", key.get_ref().as_ref().into())]), near);
    }

    fn wrong(&mut self, key: &Key<'_>, value: &Node<'_>, wanted: &'static str) {
        let given = self.source.get(value.span()).unwrap_or_default().to_string();
        let list = [("key", key.get_ref().as_ref().into()), ("value", Value::Text(given))];
        self.fault(value.span().start, wanted, args(list), Vec::new());
    }

    fn config(&mut self, root: &DeTable<'_>) -> Config {
        let mut config = Config::default();
        for (key, value) in root {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("scan", DeValue::Table(table)) => config.scan = self.scan(table),
                ("columns", DeValue::Table(tables)) => config.columns.columns = self.columns(tables),
                ("files", DeValue::Table(files)) => config.columns.files = self.files(files),
                ("parameters", DeValue::Table(rules)) => self.parameters(rules, &mut config),
                (name, _) if SECTIONS.contains(&name) => self.wrong(key, value, "config-wants-section"),
                // The commonest slip: a key of [scan] above any heading.
                (name, _) if SCAN_KEYS.contains(&name) => self.fault(
                    key.span().start,
                    "config-key-outside",
                    args([("key", name.into())]),
                    vec!["[scan]".to_string()],
                ),
                _ => self.unknown(key, "config-unknown-section", &SECTIONS),
            }
        }
        config.columns.institution.clone_from(&config.scan.institution);
        config
    }

    fn scan(&mut self, table: &DeTable<'_>) -> Scan {
        let mut scan = Scan::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "lang" => scan.lang = self.word(key, value, "config-wants-lang", Lang::from_name),
                "threads" => scan.threads = self.threads(key, value),
                "max_rejects" => scan.max_rejects = self.share(key, value),
                "output" => scan.output = self.list(key, value).into_iter().map(|p| self.folder.join(p)).collect(),
                "rules" => {
                    let path = self.word(key, value, "config-wants-text", |t| Some(PathBuf::from(t)));
                    scan.rules = path.map(|p| self.folder.join(p));
                }
                "fail_on" => scan.fail_on = self.word(key, value, "config-wants-class", fail_on),
                "hospital" => scan.hospital = self.list(key, value),
                "from" => scan.from = self.date(key, value),
                "to" => scan.to = self.date(key, value),
                "family" => scan.family = self.word(key, value, "config-wants-text", |t| Some(t.to_string())),
                "rule" => scan.rule = self.list(key, value),
                "region" => scan.region = self.word(key, value, "config-wants-text", |t| Some(t.to_string())),
                "institution" => scan.institution = self.word(key, value, "config-wants-text", filled),
                _ => self.unknown(key, "config-unknown-key", &SCAN_KEYS),
            }
        }
        scan
    }

    fn word<T>(
        &mut self,
        key: &Key<'_>,
        value: &Node<'_>,
        wanted: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let parsed = value.get_ref().as_str().and_then(parse);
        if parsed.is_none() {
            self.wrong(key, value, wanted);
        }
        parsed
    }

    fn list(&mut self, key: &Key<'_>, value: &Node<'_>) -> Vec<String> {
        let texts = match value.get_ref() {
            DeValue::String(text) => Some(vec![text.to_string()]),
            DeValue::Array(items) => items.iter().map(|i| i.get_ref().as_str().map(str::to_string)).collect(),
            _ => None,
        };
        if texts.is_none() {
            self.wrong(key, value, "config-wants-list");
        }
        texts.unwrap_or_default()
    }

    fn threads(&mut self, key: &Key<'_>, value: &Node<'_>) -> Option<usize> {
        let n = value.get_ref().as_integer().and_then(|n| usize::from_str_radix(n.as_str(), n.radix()).ok());
        let n = n.filter(|n| *n > 0);
        if n.is_none() {
            self.wrong(key, value, "config-wants-threads");
        }
        n
    }

    fn share(&mut self, key: &Key<'_>, value: &Node<'_>) -> Option<f64> {
        let parsed = match value.get_ref() {
            DeValue::String(text) => share(text),
            DeValue::Float(n) => share(n.as_str()),
            DeValue::Integer(n) => share(n.as_str()),
            _ => None,
        };
        if parsed.is_none() {
            self.wrong(key, value, "config-wants-share");
        }
        parsed
    }

    fn date(&mut self, key: &Key<'_>, value: &Node<'_>) -> Option<crate::model::Day> {
        let parsed = match value.get_ref() {
            DeValue::String(text) => day(text),
            DeValue::Datetime(stamp) => day(&stamp.to_string()),
            _ => None,
        };
        if parsed.is_none() {
            self.wrong(key, value, "config-wants-date");
        }
        parsed
    }

    fn columns(&mut self, tables: &DeTable<'_>) -> Fields {
        let mut columns = Fields::new();
        for (key, value) in tables {
            let Some(table) = Table::from_name(key.get_ref()) else {
                self.unknown(key, "config-unknown-table", &Table::ALL.map(Table::name));
                continue;
            };
            let Some(fields) = value.get_ref().as_table() else {
                self.wrong(key, value, "config-wants-section");
                continue;
            };
            for (field, header) in fields {
                if let Some(header) = self.field(table, field, header) {
                    columns.entry(table).or_default().insert(field.get_ref().to_string(), header);
                }
            }
        }
        columns
    }

    /// What is said about single files, in the order of the file.
    fn files(&mut self, files: &DeTable<'_>) -> Vec<FileRule> {
        let mut rules = Vec::new();
        for (key, value) in files {
            let Some(entries) = value.get_ref().as_table() else {
                self.wrong(key, value, "config-wants-section");
                continue;
            };
            let mut rule = FileRule { pattern: key.get_ref().to_string(), ..FileRule::default() };
            for (name, value) in entries {
                match (name.get_ref().as_ref(), value.get_ref()) {
                    ("table", _) => rule.table = self.table(name, value),
                    ("skip", DeValue::Boolean(skip)) => rule.skip = *skip,
                    ("skip", _) => self.wrong(name, value, "config-wants-yes-no"),
                    ("columns", DeValue::Table(tables)) => rule.columns = self.columns(tables),
                    ("columns", _) => self.wrong(name, value, "config-wants-section"),
                    _ => self.unknown(name, "config-unknown-key", &FILE_KEYS),
                }
            }
            rules.push((key.span().start, rule));
        }
        rules.sort_by_key(|(at, _)| *at);
        rules.into_iter().map(|(_, rule)| rule).collect()
    }

    /// The table of a name; a fault with the names there are where it is none.
    fn table(&mut self, key: &Key<'_>, value: &Node<'_>) -> Option<Table> {
        let named = value.get_ref().as_str().and_then(Table::from_name);
        if named.is_none() {
            let given = self.source.get(value.span()).unwrap_or_default().to_string();
            let list = args([("key", key.get_ref().as_ref().into()), ("value", Value::Text(given))]);
            let names = Table::ALL.map(|t| t.name().to_string()).to_vec();
            self.fault(value.span().start, "config-wants-table", list, names);
        }
        named
    }

    /// The header given for a field; a fault where there is no such field.
    fn field(&mut self, table: Table, field: &Key<'_>, header: &Node<'_>) -> Option<String> {
        let all = columns(table);
        let written = field.get_ref().as_ref();
        if all.iter().any(|c| c.field == written) {
            return self.word(field, header, "config-wants-header", filled);
        }
        // Somebody may have written a header they know where the field name belongs.
        let known = |c: &&crate::model::Column| {
            c.chinese == written || c.akc.eq_ignore_ascii_case(written) || c.aliases.contains(&written)
        };
        let near = match all.iter().find(known) {
            Some(column) => vec![column.field],
            None => nearest(written, all.iter().map(|c| c.field), 3),
        };
        let list = args([("key", written.into()), ("table", table.name().into())]);
        self.fault(field.span().start, "config-unknown-field", list, near.into_iter().map(str::to_string).collect());
        None
    }

    fn parameters(&mut self, rules: &DeTable<'_>, config: &mut Config) {
        // The document was parsed once already, so the plain values are there too.
        let plain: toml::Table = toml::from_str(self.source).unwrap_or_default();
        for (rule, value) in rules {
            let Some(table) = value.get_ref().as_table() else {
                self.wrong(rule, value, "config-wants-section");
                continue;
            };
            for name in table.keys() {
                let (rule, key) = (rule.get_ref().as_ref(), name.get_ref().as_ref());
                let found = plain.get("parameters").and_then(|p| p.get(rule)).and_then(|r| r.get(key));
                config.parameters.extend(found.map(|value| Parameter {
                    rule: rule.to_string(),
                    name: key.to_string(),
                    value: value.clone(),
                    line: self.line(name.span().start),
                }));
            }
        }
        config.parameters.sort_by_key(|p| p.line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::ResultClass;
    use crate::model::Day;

    fn read(source: &str) -> Result<Config, Vec<String>> {
        text("yishen.toml", Path::new("conf"), source).map_err(|f| f.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_key_is_understood() {
        let config = read(concat!(
            "[scan]\nlang = 'en'\nthreads = 3\nmax_rejects = '2%'\noutput = ['a.xlsx', 'b.csv']\nrules = 'own'\n",
            "fail_on = 'violation'\nhospital = 'H1'\nfrom = 2025-01-01\nto = '2025-03-31'\nfamily = 'stays'\n",
            "rule = ['hours-over-day']\n[columns.stays]\nmdtrt_id = '单号'\n[parameters.hours-over-day]\nhours = 25\n",
        ))
        .expect("a correct file");
        assert_eq!(config.scan.lang, Some(Lang::En));
        assert_eq!(config.scan.threads, Some(3));
        assert_eq!(config.scan.max_rejects, Some(0.02));
        assert_eq!(config.scan.output, [PathBuf::from("conf/a.xlsx"), PathBuf::from("conf/b.csv")]);
        assert_eq!(config.scan.rules, Some(PathBuf::from("conf/own")));
        assert_eq!(config.scan.fail_on, Some(ResultClass::Violation));
        assert_eq!(config.scan.hospital, ["H1"]);
        assert_eq!(config.scan.from, Day::from_ymd(2025, 1, 1));
        assert_eq!(config.scan.to, Day::from_ymd(2025, 3, 31));
        assert_eq!(config.scan.family.as_deref(), Some("stays"));
        assert_eq!(config.scan.rule, ["hours-over-day"]);
        assert_eq!(config.columns.columns[&Table::Stays]["mdtrt_id"], "单号");
        let parameter = &config.parameters[0];
        assert_eq!((parameter.rule.as_str(), parameter.name.as_str(), parameter.line), ("hours-over-day", "hours", 16));
        assert_eq!(parameter.value, toml::Value::Integer(25));
    }

    #[test]
    fn all_faults_at_once_each_with_its_line() {
        let faults = read(concat!(
            "[scan]\nlanguage = 'en'\nthreads = 0\nmax_rejects = 2\n\n",
            "[columns.stay]\nx = 'y'\n[columns.fees]\n\"数量\" = 'n'\npricee = 'p'\ncnt = 3\n[paramaters.x]\na = 1\n",
        ))
        .expect_err("faults");
        let lines: Vec<&str> = faults.iter().filter_map(|f| f.split(": ").next()).collect();
        assert_eq!(
            lines,
            [
                "yishen.toml:2",
                "yishen.toml:3",
                "yishen.toml:4",
                "yishen.toml:6",
                "yishen.toml:9",
                "yishen.toml:10",
                "yishen.toml:11",
                "yishen.toml:12"
            ]
        );
        assert!(faults[0].contains("lang"), "{}", faults[0]);
        assert!(faults[3].contains("stays"), "{}", faults[3]);
        assert!(faults[4].ends_with("cnt?"), "{}", faults[4]);
        assert!(faults[5].contains("pric"), "{}", faults[5]);
        assert!(faults[7].contains("parameters"), "{}", faults[7]);
    }

    #[test]
    fn syntax_faults_name_their_line() {
        let faults = read("[scan]\nlang = 'en\n").expect_err("an unclosed quote");
        assert!(faults[0].starts_with("yishen.toml:2: "), "{}", faults[0]);
    }

    #[test]
    fn a_key_above_the_heading_is_told_where_it_belongs() {
        let faults = read("lang = 'en'\n").expect_err("no heading");
        assert!(faults[0].contains("[scan]"), "{}", faults[0]);
    }

    #[test]
    fn a_named_file_that_is_not_there_is_a_fault() {
        let faults = Config::load(Some(Path::new("no-such-folder/x.toml"))).expect_err("no file");
        assert!(faults[0].to_string().starts_with("no-such-folder/x.toml: "));
    }
}
