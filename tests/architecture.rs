//! Imports go down one way only: main, cli, ... , model. Siblings do not import each other, and inside a part no files go round in
//! circles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// From the top down. Parts of one line are siblings.
const LAYERS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["quality"],
    &["simulate"],
    &["report"],
    &["weigh"],
    &["engine"],
    &["detectors", "limits", "queries"],
    &["rule"],
    &["facts"],
    &["tables"],
    &["ingest"],
    &["rulebook"],
    &["config"],
    &["finding"],
    &["stats"],
    &["messages"],
    &["model"],
];

fn layer(part: &str) -> Option<usize> {
    LAYERS.iter().position(|parts| parts.contains(&part))
}

/// The parts of this crate that a source file names: `crate::x` anywhere, and `crate::{x, y::z}`.
fn imports(source: &str) -> BTreeSet<String> {
    let code: String = source.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = BTreeSet::new();
    for name in ["crate::", "yishen::"] {
        for (at, _) in code.match_indices(name) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = &code[at + name.len()..];
            match rest.strip_prefix('{') {
                None => found.extend(word(rest)),
                Some(group) => found.extend(heads(group)),
            }
        }
    }
    found
}

fn word(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The first word of each entry of a brace group, up to its closing brace.
fn heads(group: &str) -> Vec<String> {
    let (mut depth, mut at_start, mut found) = (0, true, Vec::new());
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            c if at_start && depth == 0 && c.is_alphabetic() => {
                found.extend(word(&group[i..]));
                at_start = false;
            }
            _ => {}
        }
    }
    found
}

/// What is wrong with the imports of a file of a part.
fn upward(part: &str, source: &str) -> Vec<String> {
    let Some(own) = layer(part) else { return vec![format!("`{part}` is in no layer")] };
    imports(source)
        .into_iter()
        .filter(|name| name != part)
        .filter_map(|name| match layer(&name) {
            // A word that is no folder is an item of the crate root or a macro.
            None => None,
            Some(other) if other > own => None,
            Some(_) => Some(format!("`{part}` imports `{name}`, which is not below it")),
        })
        .collect()
}

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the source folder can be read") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// Every source file, by its path below `src`.
fn all_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "the sources were found");
    let inside = |file: &Path| file.strip_prefix(&root).expect("the file is below src").to_string_lossy().into_owned();
    files.iter().map(|f| (inside(f), fs::read_to_string(f).expect("a source file can be read"))).collect()
}

#[test]
fn imports_point_down() {
    let mut faults = Vec::new();
    for (inside, source) in all_sources() {
        let part = inside.split('/').next().expect("a path has a first part").trim_end_matches(".rs").to_string();
        if part == "lib" {
            continue;
        }
        faults.extend(upward(&part, &source).into_iter().map(|fault| format!("src/{inside}: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The files that may know how tables are kept or written.
const POLARS: [&str; 4] = ["ingest/parquet.rs", "model/fees.rs", "report/parquet.rs", "tables/parquet.rs"];

/// What goes round the typed columns of a table in a source file.
fn round_the_accessors(inside: &str, source: &str) -> Vec<String> {
    let all: &[&str] = if POLARS.contains(&inside) { &["AnyValue"] } else { &["AnyValue", "polars", ".frame()"] };
    let code = |line: &&str| !line.trim_start().starts_with("//");
    let said = |word: &&&str| source.lines().filter(code).any(|line| line.contains(**word));
    all.iter().filter(said).map(|word| format!("src/{inside} uses `{word}`")).collect()
}

#[test]
fn tables_are_read_through_their_accessors() {
    let faults: Vec<String> = all_sources().iter().flat_map(|(f, source)| round_the_accessors(f, source)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(round_the_accessors("detectors/x.rs", "use polars::prelude::AnyValue;\nfees.frame()").len(), 3);
    assert_eq!(round_the_accessors("detectors/x.rs", "// polars\nlet frame = 1;").len(), 0);
    assert_eq!(round_the_accessors("model/fees.rs", "use polars::prelude::AnyValue;").len(), 1);
}

/// A file as its modules, `["ingest", "text"]`.
type Modules = Vec<String>;

/// A path of modules and items, as it is written after `crate::`, `super::` or `self::`.
fn paths(source: &str) -> Vec<Vec<String>> {
    let code: String = source.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = Vec::new();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                written(&code[at..], Vec::new(), &mut found);
            }
        }
    }
    found
}

/// Adds the paths of a tree of imports that a text begins with.
fn written(text: &str, mut path: Vec<String>, found: &mut Vec<Vec<String>>) {
    let mut rest = text.trim_start();
    while let Some(name) = word(rest) {
        rest = &rest[name.len()..];
        path.push(name);
        match rest.strip_prefix("::") {
            Some(more) => rest = more,
            None => break,
        }
    }
    let Some(group) = rest.strip_prefix('{') else {
        found.push(path);
        return;
    };
    let (mut depth, mut from) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                written(&group[from..at], path.clone(), found);
                from = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
}

/// The files that a file names, of those that there are.
fn named(own: &Modules, source: &str, files: &BTreeMap<Modules, String>) -> BTreeSet<Modules> {
    let file = |path: Vec<String>| {
        let supers = path.iter().take_while(|p| *p == "super").count();
        let (mut at, rest) = match path.first().map(String::as_str) {
            Some("super") => (own[..own.len().saturating_sub(supers)].to_vec(), &path[supers..]),
            Some("self") => (own.clone(), &path[1..]),
            _ => (Vec::new(), &path[1..]),
        };
        for name in rest {
            at.push(name.clone());
            if !files.contains_key(&at) {
                at.pop();
                break;
            }
        }
        at
    };
    paths(source).into_iter().map(file).collect()
}

/// Files of one part that go round in a circle: each names the next. A file and those in its folder are one thing.
fn circle(files: &BTreeMap<Modules, String>) -> Option<Vec<Modules>> {
    let kin = |a: &Modules, b: &Modules| a.starts_with(b) || b.starts_with(a);
    let next: BTreeMap<&Modules, Vec<Modules>> = files
        .iter()
        .map(|(own, source)| {
            let of_part = |other: &Modules| other.first() == own.first() && !kin(own, other);
            (own, named(own, source, files).into_iter().filter(of_part).collect())
        })
        .collect();
    // Whatever names only files that are in no circle is in none.
    let mut left: BTreeSet<&Modules> = files.keys().collect();
    loop {
        let ends: Vec<&Modules> =
            left.iter().copied().filter(|f| !next[f].iter().any(|other| left.contains(other))).collect();
        if ends.is_empty() {
            break;
        }
        ends.iter().for_each(|end| {
            left.remove(end);
        });
    }
    let mut way = vec![(*left.iter().next()?).clone()];
    loop {
        let on = next[way.last()?].iter().find(|other| left.contains(other))?.clone();
        if let Some(at) = way.iter().position(|f| *f == on) {
            return Some(way.split_off(at));
        }
        way.push(on);
    }
}

fn modules(inside: &str) -> Modules {
    let path = inside.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').map(String::from).collect()
}

#[test]
fn no_files_go_round_in_circles() {
    let files = all_sources().into_iter().map(|(inside, source)| (modules(&inside), source)).collect();
    assert_eq!(circle(&files), None);
}

#[test]
fn a_circle_is_seen_however_it_is_imported() {
    let circle = |sources: &[(&str, &str)]| {
        let files = sources.iter().map(|(f, source)| (modules(f), source.to_string())).collect();
        circle(&files).map(|way| way.len())
    };
    let (a, b, c) = ("a/b.rs", "a/c.rs", "a/d/mod.rs");
    assert_eq!(circle(&[(a, "use super::c::X;"), (b, "use super::d;"), (c, "")]), None);
    assert_eq!(
        circle(&[(a, "use super::c::X;"), (b, "use super::{Y, d::Z};"), (c, "fn f() -> super::b::X {}")]),
        Some(3)
    );
    assert_eq!(circle(&[("a/mod.rs", ""), (a, "use crate::{x, a::{c}};"), (b, "use crate::a::b::X;")]), Some(2));
    assert_eq!(circle(&[("a/mod.rs", "use self::b::X;"), (a, "use super::Y;")]), None, "a file and its folder");
    assert_eq!(circle(&[(a, "// use super::c::X;"), (b, "use super::b::X;")]), None);
}

#[test]
fn parts_are_listed_from_the_top_down() {
    let source = all_sources().into_iter().find(|(inside, _)| inside == "lib.rs").map(|(_, source)| source);
    let source = source.expect("the library has a root");
    let listed = source.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'));
    let layers: Vec<Option<usize>> = listed.map(layer).collect();
    assert!(layers.len() > 10 && layers.iter().all(Option::is_some) && layers.is_sorted(), "{layers:?}");
}

#[test]
fn the_test_sees_every_way_of_importing() {
    assert_eq!(upward("model", "use crate::engine::Run;").len(), 1);
    assert_eq!(upward("facts", "use crate::{model::{Day, Fen}, rule::Context};").len(), 1);
    assert_eq!(upward("facts", "use crate::{\n    model::Day,\n    rule::{Context, Outcome},\n};").len(), 1);
    assert_eq!(upward("stats", "fn f() -> crate::finding::Finding { todo }").len(), 1);
    assert_eq!(upward("limits", "use crate::detectors::ALL;").len(), 1);
    assert_eq!(upward("detectors", "use crate::queries::ALL;").len(), 1);
    assert_eq!(upward("engine", "use crate::{rule::Context, facts::Facts};\n// use crate::report::X;").len(), 0);
    assert_eq!(upward("main", "use yishen::cli::run;").len(), 0);
    assert_eq!(upward("elsewhere", "").len(), 1);
}
