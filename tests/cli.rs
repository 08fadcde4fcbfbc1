//! The command line from outside: exit codes, both languages, errors, what goes to which stream.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const STAYS: &str = "setl_id,mdtrt_id,psn_no,gend,brdy,insutype,fixmedins_code,fixmedins_name,hosp_lv,med_type,begntime,endtime,setl_time,dise_codg,dise_name,chfpdr_code,medfee_sumamt,fund_pay_sumamt,psn_pay
S1,M1,P1,1,1950-01-01,390,H42010100001,第一医院,3,21,2025-03-01 08:00:00,2025-03-10 10:00:00,2025-03-10,I10,高血压,D1,5000.00,3500.00,1500.00
S2,M2,P1,1,1950-01-01,390,H42010100002,第二医院,2,21,2025-03-04 09:00:00,2025-03-08 10:00:00,2025-03-08,I10,高血压,D2,2000.00,1500.00,500.00
S3,M3,P2,2,1960-01-01,390,H42010100001,第一医院,3,21,2025-03-05 09:00:00,2025-03-09 10:00:00,2025-03-09,J18,肺炎,D1,3000.00,2000.00,1000.00
";

/// A folder with an export in it; P1 lies in two hospitals at once.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("data")).unwrap();
    std::fs::write(dir.path().join("data/stays.csv"), STAYS).unwrap();
    dir
}

fn run_with(dir: &Path, locale: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_yishen"))
        .args(args)
        .current_dir(dir)
        .env_remove("LC_MESSAGES")
        .env_remove("COLUMNS")
        .env("LC_ALL", locale)
        .output()
        .unwrap()
}

fn run(dir: &Path, args: &[&str]) -> Output {
    run_with(dir, "en_US.UTF-8", args)
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn refused(dir: &Path, args: &[&str], fragments: &[&str]) {
    let output = run(dir, args);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {}", err(&output));
    assert_eq!(out(&output), "", "{args:?}: an error is no result");
    for fragment in fragments {
        assert!(err(&output).contains(fragment), "{args:?} lacks {fragment}: {}", err(&output));
    }
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn help_speaks_the_language_of_the_flag_then_of_the_locale() {
    let dir = tempfile::tempdir().unwrap();
    for (locale, args, chinese) in [
        ("en_US.UTF-8", vec!["--help"], false),
        ("zh_CN.UTF-8", vec!["--help"], true),
        ("C", vec!["scan", "-h"], true),
        ("zh_CN.UTF-8", vec!["scan", "--help", "--lang", "en"], false),
        ("en_US.UTF-8", vec!["--lang=zh", "rules", "list", "--help"], true),
    ] {
        let output = run_with(dir.path(), locale, &args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(err(&output), "");
        assert_eq!(out(&output).contains("用法："), chinese, "{locale} {args:?}");
        assert_eq!(out(&output).contains("Usage: "), !chinese, "{locale} {args:?}");
    }
    let help = out(&run(dir.path(), &["scan", "--help"]));
    for code in ["  0  ", "  1  ", "  2  ", "  3  "] {
        assert!(help.contains(code), "the exit codes belong in the help");
    }
}

#[test]
fn the_configured_language_holds_where_no_flag_says_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("yishen.toml"), "[scan]\nlang = \"zh\"\n").unwrap();
    assert!(out(&run(dir.path(), &["--help"])).contains("用法："));
    assert!(out(&run(dir.path(), &["--help", "--lang", "en"])).contains("Usage: "));
}

#[test]
fn version_and_no_command() {
    let dir = tempfile::tempdir().unwrap();
    let version = run(dir.path(), &["--version"]);
    assert_eq!(out(&version), format!("yishen {}\n", env!("CARGO_PKG_VERSION")));
    let nothing = run(dir.path(), &[]);
    assert_eq!(nothing.status.code(), Some(2));
    assert_eq!(out(&nothing), "");
    assert!(err(&nothing).contains("Usage: yishen"));
}

#[test]
fn a_wrong_command_line_is_refused_in_words() {
    let dir = folder();
    let dir = dir.path();
    refused(dir, &["scan", "data", "--ouput", "x.csv"], &["--ouput", "did you mean", "--output", "--help"]);
    refused(dir, &["scna"], &["scna", "did you mean", "scan"]);
    refused(dir, &["scan", "data", "--threads", "0"], &["--threads", "\"0\"", "above 0"]);
    refused(dir, &["scan", "data", "--max-rejects", "150%"], &["--max-rejects", "150%", "0 to 100%"]);
    refused(dir, &["scan", "data", "--from", "2025-02-30"], &["--from", "2025-02-30", "calendar"]);
    refused(dir, &["scan", "data", "--from", "2025-03-02", "--to", "2025-03-01"], &["2025-03-02", "2025-03-01"]);
    refused(dir, &["scan", "data", "--fail-on", "violations"], &["--fail-on", "violation", "suspicious"]);
    refused(dir, &["scan", "data", "--family", "stay"], &["stay", "stays", "institutions"]);
    refused(dir, &["scan", "data", "--hospital"], &["--hospital", "lacks its value"]);
    refused(dir, &["rules", "show"], &["<rule-id>", "missing"]);
    refused(dir, &["evaluate", "one.ndjson"], &["needs more values"]);
    refused(dir, &["scan", "data", "--lang", "fr"], &["--lang", "fr", "zh, en"]);
    let chinese = run_with(dir, "zh_CN.UTF-8", &["scan", "--ouput", "x"]);
    assert!(err(&chinese).starts_with("错误：") && err(&chinese).contains("是否想写 --output"), "{}", err(&chinese));
    assert_eq!(names(dir), ["data"], "nothing was written");
}

#[test]
fn a_wrong_configuration_is_refused_with_every_fault_and_its_line() {
    let dir = folder();
    let dir = dir.path();
    std::fs::write(dir.join("yishen.toml"), "[scan]\nthread = 2\nmax_rejects = 3\n[columns.fee]\ncnt = 'x'\n").unwrap();
    refused(
        dir,
        &["scan", "data"],
        &["error: yishen.toml:2: ", "threads", "yishen.toml:3: ", "max_rejects", "yishen.toml:4: ", "fees"],
    );
    refused(dir, &["scan", "data", "--config", "none.toml"], &["none.toml"]);
    std::fs::write(dir.join("own.toml"), "\n[parameters.hour-over-day]\nlimit = 1\n").unwrap();
    refused(dir, &["scan", "data", "--config", "own.toml"], &["own.toml:3: ", "hours-over-day"]);
    assert!(!names(dir).contains(&"yishen-report.xlsx".to_string()));
}

#[test]
fn unknown_rules_and_hospitals_are_told_the_nearest() {
    let dir = folder();
    let dir = dir.path();
    refused(dir, &["rules", "show", "overlaping-stays"], &["overlaping-stays", "overlapping-stays"]);
    refused(dir, &["scan", "data", "--rule", "outside-stays"], &["`outside-stay`"]);
    refused(
        dir,
        &["scan", "data", "--hospital", "H42010100003"],
        &["H42010100003", "H42010100001", "nothing was written"],
    );
    assert_eq!(names(dir), ["data"]);
}

#[test]
fn outputs_are_checked_before_anything_is_read() {
    let dir = folder();
    let dir = dir.path();
    std::fs::write(dir.join("old.csv"), "old").unwrap();
    // The input does not exist: were it read first, the error would be about that.
    refused(dir, &["scan", "no-such-input", "-o", "old.csv"], &["old.csv", "--force"]);
    assert_eq!(std::fs::read_to_string(dir.join("old.csv")).unwrap(), "old");
    refused(dir, &["scan", "no-such-input", "-o", "missing/x.csv"], &["missing/x.csv"]);
    refused(dir, &["scan", "no-such-input", "-o", "report.docx"], &["report.docx", ".xlsx"]);
    refused(dir, &["scan", "no-such-input", "-o", "a.csv", "-o", "a.csv"], &["a.csv", "twice"]);
    refused(dir, &["scan", "no-such-input", "-o", "x.doc", "-o", "old.csv"], &["x.doc", "old.csv"]);
    refused(dir, &["scan", "data/stays.csv", "-o", "data/stays.csv", "--force"], &["data/stays.csv", "input"]);
    assert_eq!(std::fs::read_to_string(dir.join("data/stays.csv")).unwrap(), STAYS);
    refused(dir, &["scan", "no-such-input"], &["no-such-input"]);
    assert_eq!(names(dir), ["data", "old.csv"]);
}

#[test]
fn a_report_goes_to_its_file_and_the_summary_to_stdout() {
    let dir = folder();
    let dir = dir.path();
    let output = run(dir, &["scan", "data", "-o", "a.csv", "-o", "b.ndjson"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("overlapping-stays") || out(&output).contains("verlapping"), "{}", out(&output));
    assert_eq!(err(&output), "", "no bar where stderr is no terminal");
    assert_eq!(names(dir), ["a.csv", "a.csv.run.json", "b.ndjson", "b.ndjson.run.json", "data"]);
    let quiet = run(dir, &["scan", "data", "-o", "a.csv", "--force", "-q"]);
    assert_eq!((quiet.status.code(), out(&quiet)), (Some(0), String::new()));
    // A quiet run says no more than what was not looked at.
    let record = std::fs::read_to_string(dir.join("a.csv.run.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let told: Vec<&str> = record["not_looked_at"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect();
    assert_eq!(err(&quiet).lines().collect::<Vec<_>>(), told);
    assert!(!told.is_empty());
    let default = run(dir, &["scan", "data", "-q"]);
    assert_eq!(default.status.code(), Some(0), "{}", err(&default));
    assert!(names(dir).contains(&"yishen-report.xlsx".to_string()));
}

#[test]
fn ndjson_goes_to_stdout_and_the_summary_to_stderr() {
    let dir = folder();
    let dir = dir.path();
    let output = run(dir, &["scan", "data", "-o", "-"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let findings: Vec<serde_json::Value> =
        out(&output).lines().map(|line| serde_json::from_str(line).expect("one finding a line")).collect();
    assert_eq!(findings.len(), 1, "an overlap is one lead: {findings:?}");
    assert_eq!(findings[0]["stay_ids"], serde_json::json!(["M1", "M2"]));
    assert!(!err(&output).is_empty());
    let quiet = run(dir, &["scan", "data", "-o", "-", "--quiet"]);
    assert_eq!(out(&quiet), out(&output));
    assert!(err(&quiet).lines().count() < 12 && err(&quiet).contains("did not run"), "{}", err(&quiet));
    assert_eq!(names(dir), ["data"]);
}

#[test]
fn filters_and_fail_on() {
    let dir = folder();
    let dir = dir.path();
    let scan = |more: &[&str]| {
        let line = [&["scan", "data", "-o", "-", "-q"], more].concat();
        let output = run(dir, &line);
        (output.status.code().unwrap(), out(&output).lines().count())
    };
    assert_eq!(scan(&[]), (0, 1));
    assert_eq!(scan(&["--fail-on", "suspicious"]), (1, 1));
    assert_eq!(scan(&["--fail-on", "violation"]), (0, 1), "an overlap is suspicious, not a violation");
    assert_eq!(scan(&["--hospital", "H42010100002"]), (0, 1), "it has a part in the lead");
    assert_eq!(scan(&["--from", "2025-04-01"]), (0, 0));
    assert_eq!(scan(&["--to", "2025-02-28"]), (0, 0));
    assert_eq!(scan(&["--from", "2025-03-08", "--to", "2025-03-08"]).1, 1);
    assert_eq!(scan(&["--rule", "outside-stay"]), (0, 0));
    assert_eq!(scan(&["--family", "charges", "--fail-on", "suspicious"]), (0, 0));
}

#[test]
fn the_thread_count_does_not_change_a_byte() {
    let dir = folder();
    let scan = |threads: &str| run(dir.path(), &["scan", "data", "-o", "-", "-q", "--threads", threads]).stdout;
    let one = scan("1");
    assert!(!one.is_empty());
    assert_eq!(one, scan("2"));
    assert_eq!(one, scan("8"));
}

#[test]
fn too_many_rejects_make_a_run_incomplete() {
    let dir = folder();
    let dir = dir.path();
    let broken = STAYS.replace("2025-03-05 09:00:00", "2025-13-45");
    std::fs::write(dir.join("data/stays.csv"), broken).unwrap();
    let output = run(dir, &["scan", "data", "-o", "a.ndjson", "-q"]);
    assert_eq!(output.status.code(), Some(3), "{}", err(&output));
    assert!(err(&output).contains("33.33%") && err(&output).contains("1%"), "{}", err(&output));
    assert!(names(dir).contains(&"a.ndjson.rejects.csv".to_string()));
    let allowed =
        run(dir, &["scan", "data", "-o", "b.ndjson", "-q", "--max-rejects", "40%", "--fail-on", "suspicious"]);
    assert_eq!(allowed.status.code(), Some(1));
    assert!(err(&allowed).contains("1 of 3 rows were rejected") && !err(&allowed).contains("40%"), "{}", err(&allowed));
}

#[cfg(unix)]
#[test]
fn rules_without_a_single_usable_row_are_skipped() {
    let dir = folder();
    let unusable = STAYS.replace("2025-03-0", "2025-02-3");
    std::fs::write(dir.path().join("data/stays.csv"), unusable).unwrap();
    let output = run(dir.path(), &["scan", "data", "-o", "r.ndjson"]);
    assert_eq!(output.status.code(), Some(3), "{}", err(&output));
    let summary = out(&output);
    assert!(!summary.contains("found nothing:"), "no rule ran: {summary}");
    assert!(summary.contains("overlapping-stays") && summary.contains("skipped"), "{summary}");
}

#[test]
fn a_reader_who_has_read_enough_is_no_failure() {
    use std::io::Read;
    use std::process::Stdio;
    let dir = folder();
    let mut child = Command::new(env!("CARGO_BIN_EXE_yishen"))
        .args(["rules", "list", "--lang", "en"])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut talk = String::new();
    child.stderr.take().unwrap().read_to_string(&mut talk).unwrap();
    assert_eq!((child.wait().unwrap().code(), talk.as_str()), (Some(0), ""));
}

#[test]
fn rules_are_listed_and_shown_in_both_languages() {
    let dir = tempfile::tempdir().unwrap();
    let list = out(&run(dir.path(), &["rules", "list", "--lang", "zh"]));
    for id in ["overlapping-stays", "outside-stay", "duplicate-charges", "hours-over-day", "重叠住院"] {
        assert!(list.contains(id), "{id}: {list}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&out(&run(dir.path(), &["rules", "list", "--format", "json"]))).unwrap();
    assert!(json.as_array().unwrap().iter().any(|r| r["id"] == "hours-over-day" && r["family"] == "charges"));
    let only = out(&run(dir.path(), &["rules", "list", "--family", "stays"]));
    assert!(only.contains("overlapping-stays") && !only.contains("hours-over-day"), "{only}");
    for (lang, headings) in [
        ("zh", ["查什么", "无辜情形", "如何排除", "法律依据"]),
        ("en", ["What it does", "Innocent", "clears", "Legal"]),
    ] {
        let card = out(&run(dir.path(), &["rules", "show", "hours-over-day", "--lang", lang]));
        assert!(headings.iter().all(|h| card.contains(h)), "{card}");
    }
}

#[test]
fn columns_are_shown_and_a_mapping_is_written_once() {
    let dir = folder();
    let dir = dir.path();
    // One foreign header among those that are known: the doctor, whom no rule needs.
    std::fs::write(dir.join("odd.csv"), STAYS.replacen("chfpdr_code", "管床大夫", 1)).unwrap();
    let output = run(dir, &["columns", "odd.csv", "--write", "m.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    for fragment in ["odd.csv", "mdtrt_id", "M1 | M2 | M3", "(not used)", "管床大夫"] {
        assert!(out(&output).contains(fragment), "{fragment}: {}", out(&output));
    }
    let mapping = std::fs::read_to_string(dir.join("m.toml")).unwrap();
    assert!(mapping.contains("[columns.stays]") && mapping.contains("# ? = \"管床大夫\""), "{mapping}");
    std::fs::write(dir.join("m2.toml"), mapping.replace("# ? =", "chfpdr_code =")).unwrap();
    let mapped = run(dir, &["columns", "odd.csv", "--config", "m2.toml"]);
    assert!(!out(&mapped).contains("(not used)"), "{}{}", out(&mapped), err(&mapped));
    let again = run(dir, &["columns", "odd.csv", "--write", "m.toml"]);
    assert_eq!(again.status.code(), Some(2), "an existing mapping stays");
}

#[test]
fn simulate_and_evaluate_work_together() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let made = run(dir, &["simulate", "region", "--stays", "300", "--seed", "3"]);
    assert_eq!(made.status.code(), Some(0), "{}", err(&made));
    let again = run(dir, &["simulate", "region", "--stays", "300", "--seed", "3"]);
    assert_eq!(again.status.code(), Some(2), "a folder with something in it stays");
    refused(dir, &["simulate", "other", "--schemes", "overlaping-stays"], &["overlaping-stays"]);
    let scan = run(dir, &["scan", "region", "-o", "f.ndjson", "-q"]);
    assert_eq!(scan.status.code(), Some(0), "{}", err(&scan));
    let text = run(dir, &["evaluate", "f.ndjson", "region/truth.csv"]);
    assert_eq!(text.status.code(), Some(0), "{}", err(&text));
    assert!(out(&text).contains("overlapping-stays"), "{}", out(&text));
    let json = run(dir, &["evaluate", "f.ndjson", "region/truth.csv", "--format", "json"]);
    assert!(serde_json::from_str::<serde_json::Value>(&out(&json)).unwrap().is_array());
    refused(dir, &["evaluate", "f.ndjson", "region/truth.csv", "f.ndjson"], &["pairs", "3"]);
    refused(dir, &["evaluate", "none.ndjson", "region/truth.csv"], &["none.ndjson"]);
}
