//! The dirty-data suite: one folder of `tests/dirty` a case, with the files in `input/` and the outcome in `expect.toml`.
//!
//! Each case is run twice: by the binary, for exit code, words and the file of rejects, and by the library, for counts and
//! values. A panic, a half-written file or a report beside an error fails the case whatever it expects.

#[path = "dirty/check.rs"]
mod check;
#[path = "dirty/expect.rs"]
mod expect;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use expect::{Before, Expect};
use rayon::prelude::*;
use yishen::config::{Config, Mapping};

const EARLIER: &str = "{\"report\":\"of an earlier run\"}\n";

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dirty");
    let entries = std::fs::read_dir(&folder).expect("tests/dirty is in the repository");
    let mut cases: Vec<PathBuf> = entries.map(|e| e.expect("readable").path()).filter(|p| p.is_dir()).collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> String {
    case.file_name().expect("a folder has a name").to_string_lossy().into_owned()
}

#[test]
fn every_case_is_described_and_there_are_enough() {
    let cases = cases();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    let numbers: BTreeSet<String> =
        cases.iter().map(|c| name(c).chars().take_while(char::is_ascii_digit).collect()).collect();
    assert_eq!(numbers.len(), cases.len(), "two cases have the same number");
    for case in &cases {
        let want = expect::load(case).unwrap_or_else(|e| panic!("{e}"));
        assert!(want.description.len() > 10 && want.why.len() > 20, "{}: say what and why", name(case));
        assert!(matches!(want.exit, 0 | 2 | 3), "{}: exit {}", name(case), want.exit);
        let says = want.says.len() + want.says_any.len();
        assert!(want.exit != 2 || says > 0, "{}: an error must say something", name(case));
        assert!(want.exit == 2 || !want.rows.is_empty() || !want.library, "{}: no counts", name(case));
        assert!(want.exit != 3 || !want.rejects.is_empty(), "{}: exit 3 without a reject", name(case));
    }
}

#[test]
fn every_case_ends_as_an_auditor_would_want() {
    let one = |case: &PathBuf| {
        let want = expect::load(case).unwrap_or_else(|e| panic!("{e}"));
        let mut faults = run(case, &want);
        faults.extend(read(case, &want));
        let told = || format!("{}: {}\n  {}", name(case), want.description, faults.join("\n  "));
        (!faults.is_empty()).then(told)
    };
    let failed: Vec<String> = cases().par_iter().filter_map(one).collect();
    assert!(failed.is_empty(), "{} cases failed\n\n{}\n", failed.len(), failed.join("\n\n"));
}

/// Runs the binary in an empty folder and compares what it says and leaves behind.
fn run(case: &Path, want: &Expect) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = folder.path().join(&want.out);
    match want.before {
        Before::Nothing => {}
        Before::Report => std::fs::write(&report, EARLIER).expect("writable"),
        Before::Folder => std::fs::create_dir(&report).expect("writable"),
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_yishen"));
    command
        .current_dir(case)
        .arg("scan")
        .args(&want.paths)
        .arg("-o")
        .arg(&report)
        .args(["--lang", "en"])
        .args(&want.args);
    let output = command.output().expect("the binary starts");
    let mut faults = said(want, &output);
    if want.exit == 2 {
        untouched(folder.path(), &report, want.before, &mut faults);
    } else {
        written(&report, want, &mut faults);
    }
    faults
}

fn said(want: &Expect, output: &Output) -> Vec<String> {
    let mut faults = Vec::new();
    let text = format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() != Some(want.exit) {
        faults.push(format!("exit code: expected {}, got {:?}", want.exit, output.status.code()));
    }
    if text.contains("panicked") {
        faults.push("it panicked".to_string());
    }
    if want.exit == 2 && output.stderr.is_empty() {
        faults.push("an error must be on stderr".to_string());
    }
    // Long messages are broken to the width of the terminal.
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let silent = |s: &&String| !text.contains(*s) && !flat.contains(*s);
    faults.extend(want.says.iter().filter(silent).map(|s| format!("does not say {s:?}")));
    let lower = text.to_lowercase();
    if !want.says_any.is_empty() && !want.says_any.iter().any(|s| lower.contains(&s.to_lowercase())) {
        faults.push(format!("says none of {:?}", want.says_any));
    }
    for once in &want.says_once {
        let times = text.matches(once).count();
        if times != 1 {
            faults.push(format!("says {once:?} {times} times, not once"));
        }
    }
    if !faults.is_empty() {
        faults.push(format!("it said: {}", text.trim().replace('\n', "\n    ")));
    }
    faults
}

/// After an error nothing is written, not even half a file, and what was there is as it was.
fn untouched(folder: &Path, report: &Path, before: Before, faults: &mut Vec<String>) {
    let entries = std::fs::read_dir(folder).expect("readable");
    let left: Vec<PathBuf> = entries.map(|e| e.expect("readable").path()).filter(|p| p != report).collect();
    if !left.is_empty() {
        faults.push(format!("left behind after an error: {left:?}"));
    }
    let same = match before {
        Before::Nothing => !report.exists(),
        Before::Report => std::fs::read_to_string(report).is_ok_and(|t| t == EARLIER),
        Before::Folder => report.is_dir(),
    };
    if !same {
        faults.push("the report was written or changed although the run ended in an error".to_string());
    }
}

/// The report is whole NDJSON, and the file of rejects lists what the case expects.
fn written(report: &Path, want: &Expect, faults: &mut Vec<String>) {
    match std::fs::read_to_string(report) {
        Ok(text) => {
            let broken = text.lines().filter(|l| serde_json::from_str::<serde_json::Value>(l).is_err()).count();
            if broken > 0 || !(text.is_empty() || text.ends_with('\n')) {
                faults.push("the report is not whole lines of JSON".to_string());
            }
        }
        Err(e) => faults.push(format!("no report: {e}")),
    }
    recorded(report, want, faults);
    let mut list = report.as_os_str().to_owned();
    list.push(".rejects.csv");
    let listed = match std::fs::read(&list) {
        Ok(bytes) => records(&bytes),
        Err(_) => Vec::new(),
    };
    if listed.len() != want.rejects.len() {
        faults.push(format!("the file of rejects has {} rows, expected {}", listed.len(), want.rejects.len()));
    }
    for reject in &want.rejects {
        let found = listed.iter().any(|row| {
            row.len() == 5
                && check::named(&reject.file, &row[0])
                && row[1] == if reject.line == 0 { String::new() } else { reject.line.to_string() }
                && reject.column.as_ref().is_none_or(|c| *c == row[2].trim())
                && reject.value.as_ref().is_none_or(|v| *v == row[3].trim())
                && !row[4].is_empty()
        });
        if !found {
            faults.push(format!("not in the file of rejects: {reject:?}"));
        }
    }
}

/// The record of the run says how the rules ended.
fn recorded(report: &Path, want: &Expect, faults: &mut Vec<String>) {
    let mut path = report.as_os_str().to_owned();
    path.push(".run.json");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let Ok(record) = serde_json::from_str::<serde_json::Value>(&text) else {
        return faults.push("no record of the run".to_string());
    };
    let rule = |id: &str| record["rules"].as_array().and_then(|all| all.iter().find(|r| r["rule"] == id));
    for (id, outcome) in &want.outcomes {
        let got = rule(id).map_or("nothing", |r| r["outcome"].as_str().unwrap_or_default());
        if got != outcome {
            faults.push(format!("{id}: expected {outcome}, got {got}"));
        }
    }
    for (id, leads) in &want.leads {
        let got = rule(id).and_then(|r| r["leads"].as_u64());
        if got != Some(*leads) {
            faults.push(format!("{id}: expected {leads} leads, got {got:?}"));
        }
    }
    for (pointer, value) in &want.record {
        let got = record.pointer(pointer);
        if got != serde_json::to_value(value).ok().as_ref() {
            faults.push(format!("{pointer}: expected {value}, got {got:?}"));
        }
    }
}

/// The rows below the header: file, line, column, value, reason.
fn records(bytes: &[u8]) -> Vec<csv::StringRecord> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    reader.records().map(|r| r.expect("the file of rejects is UTF-8 CSV")).collect()
}

/// What the arguments say about headers.
fn mapping(case: &Path, args: &[String]) -> Mapping {
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|at| args.get(at + 1));
    let file = value("--config").map(|f| Config::load(Some(&case.join(f))).expect("a sound configuration"));
    let mapping = file.map(|config| config.columns).unwrap_or_default();
    Mapping { institution: value("--institution").cloned().or(mapping.institution), ..mapping }
}

/// Asks the library for the same files and compares counts and values.
fn read(case: &Path, want: &Expect) -> Vec<String> {
    if !want.library {
        return Vec::new();
    }
    let paths: Vec<PathBuf> = want.paths.iter().map(|p| case.join(p)).collect();
    let read = yishen::ingest::read(&paths, &mapping(case, &want.args), &yishen::model::Silent);
    match (read, want.exit) {
        (Ok(_), 2) => vec!["the library read what should be an error".to_string()],
        (Err(_), 2) => Vec::new(),
        (Ok(got), _) => check::library(want, &got),
        (Err(e), _) => vec![format!("the library gave an error: {e}")],
    }
}
