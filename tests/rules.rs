//! Each rule on small exports of its own: `tests/rules/<rule>/<case>/` holds the files and `expected.json`, which lists every
//! finding of that rule with the figures that matter; an empty list is an innocent case.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use yishen::finding::{Finding, ResultClass};
use yishen::messages::{Catalog, Lang};
use yishen::model::Silent;
use yishen::rule::Outcome;
use yishen::rulebook::{Card, Rulebook};
use yishen::{engine, facts, ingest};

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).expect("the folder can be read");
    let mut all: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).filter(|p| p.is_dir()).collect();
    all.retain(|p| name(p) != TABLES);
    all.sort();
    all
}

fn name(path: &Path) -> String {
    path.file_name().expect("a folder has a name").to_string_lossy().into_owned()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules")
}

/// The folder beside the cases of a rule with the knowledge tables they run with; without it, with those built in.
const TABLES: &str = "rules";

/// The rule book for the cases of a rule.
fn book(rule: &Path) -> Rulebook {
    let tables = rule.join(TABLES);
    let book = Rulebook::load(Some(tables.as_path()).filter(|t| t.is_dir())).expect("the tables are sound");
    assert_eq!(engine::check(&book), Vec::new());
    book
}

/// The findings of one rule on the files of a folder.
fn findings(book: &Rulebook, rule: &str, folder: &Path) -> Vec<Finding> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("the case").map(|e| e.expect("a file").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "csv"));
    let read = ingest::read(&files, &Default::default(), &Silent).expect("the files can be read");
    assert_eq!(read.rejects, Vec::new(), "{}", folder.display());
    let cards = engine::select(book, &[rule.to_string()], None).expect("the rule exists");
    let facts = facts::compute(&read.region, &Silent);
    let run = engine::run(&read.region, &facts, &cards, book, Catalog::new(Lang::Zh), &Silent);
    match &run.rules[0].outcome {
        // Of a few records a rule may say that there is nothing to judge; it never says so of what it finds.
        Outcome::Unjudged => assert!(run.findings.is_empty(), "{}", folder.display()),
        other => assert_eq!(*other, Outcome::Ran { findings: run.findings.len() }, "{}", folder.display()),
    }
    run.findings
}

/// What a finding says of a key of `expected.json`.
fn figure(finding: &Finding, key: &str) -> Value {
    match key {
        "stay" => finding.stay_ids.join(",").into(),
        "stays" => finding.stay_ids.len().into(),
        "amount" => finding.amount.yuan().into(),
        "observed" => finding.observed.into(),
        "confidence" => finding.confidence.into(),
        "result" => finding.result.map(ResultClass::name).into(),
        key => finding.evidence.get(key).cloned().unwrap_or(Value::Null),
    }
}

fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-6,
        _ => a == b,
    }
}

fn compare(case: &Path, expected: &[Value], found: &[Finding]) -> Vec<String> {
    let shown = |f: &Finding| format!("{} {:?} {}", f.stay_ids.join(","), f.confidence, f.message);
    if expected.len() != found.len() {
        let found: Vec<String> = found.iter().map(shown).collect();
        return vec![format!("{}: {} expected, found {found:#?}", case.display(), expected.len())];
    }
    let mut faults = Vec::new();
    let ids: BTreeSet<&str> = found.iter().map(|f| f.finding_id.as_str()).collect();
    if ids.len() != found.len() {
        faults.push(format!("{}: {} ids for {} findings", case.display(), ids.len(), found.len()));
    }
    for (want, got) in expected.iter().zip(found) {
        for (key, want) in want.as_object().expect("a finding is an object") {
            let got = figure(got, key);
            if !same(want, &got) {
                faults.push(format!("{}: {key} is {got}, expected {want}", case.display()));
            }
        }
        if !(0.0..=1.0).contains(&got.confidence) || got.rows.is_empty() || got.message.contains('{') {
            faults.push(format!("{}: incomplete: {}", case.display(), shown(got)));
        }
    }
    faults
}

#[test]
fn every_case_gives_what_it_says() {
    let mut faults = Vec::new();
    for rule in folders(&root()) {
        let book = book(&rule);
        for case in folders(&rule) {
            let text = fs::read_to_string(case.join("expected.json")).expect("a case has expected.json");
            let expected: Value = serde_json::from_str(&text).expect("expected.json is JSON");
            let expected = expected["findings"].as_array().expect("expected.json lists findings").clone();
            assert_eq!(expected.is_empty(), name(&case).starts_with("innocent-"), "{}", case.display());
            faults.extend(compare(&case, &expected, &findings(&book, &name(&rule), &case)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn list_files_cards_and_cases_agree() {
    let book = Rulebook::builtin();
    let cards: BTreeSet<&str> = book.cards().filter_map(|c| c.detector.as_deref()).collect();
    let list: Vec<&str> = yishen::detectors::ALL.iter().map(|d| d.id).collect();
    assert_eq!(Vec::from_iter(cards), list, "each detector of the list has a card, and each card a detector");
    let limits: Vec<&str> = yishen::limits::ALL.iter().map(|d| d.id).collect();
    let used: BTreeSet<&str> = book.cards().filter_map(|c| c.limit.as_deref()).collect();
    assert_eq!(used.into_iter().collect::<Vec<_>>(), limits, "each kind of limit has a card, and each card a kind");
    assert!(list.is_sorted() && limits.is_sorted());
    for (folder, id) in list.iter().map(|id| ("detectors", id)).chain(limits.iter().map(|id| ("limits", id))) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
        assert!(file.join(format!("{}.rs", id.replace('-', "_"))).is_file(), "{folder}/{id} is missing");
    }
    let mut cases: BTreeMap<String, [usize; 2]> = book.cards().map(|c| (c.id.clone(), [0, 0])).collect();
    for rule in folders(&root()) {
        for case in folders(&rule) {
            let counts = cases.get_mut(&name(&rule)).expect("a folder of cases is named after a rule");
            counts[usize::from(name(&case).starts_with("innocent-"))] += 1;
        }
    }
    for (rule, [hits, innocent]) in cases {
        assert!(hits >= 3 && innocent >= 3, "{rule} has {hits} hits and {innocent} innocent cases");
    }
}

#[test]
fn every_finding_fills_the_columns_of_its_card() {
    for rule in folders(&root()) {
        let book = book(&rule);
        let card = book.card(&name(&rule)).expect("a folder of cases is named after a rule");
        let mut seen: Vec<String> = Vec::new();
        for case in folders(&rule).iter().filter(|c| name(c).starts_with("hit-")) {
            for finding in findings(&book, &name(&rule), case) {
                // What any rule may add where it applies.
                let common = |key: &String| ["hospitals", "amount_basis"].contains(&key.as_str());
                let known = |key: &String| common(key) || card.evidence.iter().any(|c| c.field == *key);
                assert!(finding.evidence.keys().all(known), "{}: a field the card does not name", case.display());
                seen.extend(finding.evidence.keys().cloned());
                for column in card.evidence.iter().filter(|c| !c.parts.is_empty()) {
                    let entries = finding.evidence.get(&column.field).and_then(Value::as_array);
                    for entry in entries.into_iter().flatten() {
                        let entry = entry.as_object().expect("an entry with parts is an object");
                        let known = |key: &String| column.parts.iter().any(|p| p.field == *key);
                        assert!(entry.keys().all(known), "{}: a part the card does not name", case.display());
                    }
                }
            }
        }
        for column in &card.evidence {
            assert!(seen.contains(&column.field), "{}: no finding has `{}`", card.id, column.field);
        }
    }
}

#[test]
fn every_class_but_those_of_medical_records_has_a_rule_and_the_page_says_so() {
    let program = env!("CARGO_BIN_EXE_yishen");
    let list = |format: &str| {
        let run = std::process::Command::new(program).args(["rules", "list", "--format", format]).output();
        String::from_utf8(run.expect("it runs").stdout).expect("it is text")
    };
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/COVERAGE.md")).expect("the page");
    assert_eq!(page, list("markdown"), "write it anew: yishen rules list --format markdown > rules/COVERAGE.md");
    let entries: Value = serde_json::from_str(&list("json")).expect("it is JSON");
    let entries = entries.as_array().expect("a list");
    let book = Rulebook::builtin();
    let table = book.table("national-classes").expect("it is built in");
    let column = |name: &str| table.column(name).expect("it has the column");
    for ((code, name), result) in column("code").zip(column("name")).zip(column("result")) {
        let of = |card: &&Card| card.national_class.iter().any(|own| own == code || own == name);
        assert!(book.cards().filter(of).all(|card| card.result.name() == result), "{name}");
    }
    for ((code, name), needs) in column("code").zip(column("name")).zip(column("needs")) {
        let of = |e: &&Value| e["national_class"].as_array().expect("a list").iter().any(|c| c == code || c == name);
        let own: Vec<&Value> = entries.iter().filter(of).collect();
        assert!(!own.is_empty(), "{name}");
        assert_eq!(own[0]["id"].is_null(), needs == "medical record", "{name}");
        assert!(
            own[0]["state"] == "runs" || own[0]["state"].as_str().is_some_and(|s| s.starts_with("needs: ")),
            "{name}"
        );
    }
}

#[test]
fn each_published_class_is_hit_on_three_of_its_points() {
    let book = Rulebook::builtin();
    let table = book.table("nhsa-points").expect("it is built in");
    let column = |name: &str| table.column(name).expect("it has the column");
    let mut points: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for ((code, name), id) in column("class_code").zip(column("class_name")).zip(column("point_id")) {
        points.entry(if code.is_empty() { name } else { code }).or_default().insert(id);
    }
    assert_eq!(points.len(), 20);
    for (class, ids) in points {
        let card =
            book.cards().find(|c| c.national_class.iter().any(|own| own == class)).expect("the class has a rule");
        let cases = folders(&root().join(&card.id));
        let found =
            cases.iter().filter(|case| name(case).starts_with("hit-")).flat_map(|c| findings(&book, &card.id, c));
        let hit: BTreeSet<String> =
            found.filter_map(|f| f.evidence.get("point_id").and_then(Value::as_str).map(str::to_string)).collect();
        assert!(hit.iter().all(|id| ids.contains(id.as_str())) && hit.len() >= ids.len().min(3), "{class}: {hit:?}");
    }
}
