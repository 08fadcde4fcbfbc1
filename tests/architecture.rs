//! Imports go down one way only: main, cli, ... , model. Siblings do not import each other.

use std::collections::BTreeSet;
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

#[test]
fn imports_point_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "the sources were found");
    let mut faults = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).expect("the file is below src").to_string_lossy().into_owned();
        let part = inside.split('/').next().expect("a path has a first part").trim_end_matches(".rs").to_string();
        if part == "lib" {
            continue;
        }
        let source = fs::read_to_string(&file).expect("a source file can be read");
        faults.extend(upward(&part, &source).into_iter().map(|fault| format!("src/{inside}: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
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
