//! Rules in SQL from outside: the three rules of `docs/writing-rules.md` as they stand there, hostile queries, the documented
//! tables.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use yishen::queries::TABLES;

const DOCUMENT: &str = include_str!("../docs/writing-rules.md");

/// The files of the page: a line `` `path`: `` and the block below it.
fn documented() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut lines = DOCUMENT.lines();
    while let Some(line) = lines.next() {
        let Some(path) = line.strip_prefix('`').and_then(|l| l.strip_suffix("`:")) else { continue };
        assert!(lines.next().unwrap().starts_with("```"), "{path} has a block");
        let text: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
        files.push((path.to_string(), text.join("\n") + "\n"));
    }
    files
}

/// An export under construction.
#[derive(Default)]
struct Export {
    stays: String,
    visits: String,
    fees: String,
}

impl Export {
    fn stay(&mut self, id: &str, from: &str, to: &str) -> &mut Self {
        writeln!(self.stays, "{id},P{id},H1,第一医院,21,{from} 08:00:00,{to} 10:00:00,9000.00,6000.00").unwrap();
        self
    }

    fn visit(&mut self, id: &str, person: &str, day: &str) -> &mut Self {
        writeln!(self.visits, "{id},{person},H1,第一医院,11,{day} 09:00:00,500.00,300.00").unwrap();
        self
    }

    /// `what` is item, class, quantity, price, amount, with blanks between.
    fn fee(&mut self, id: &str, day: &str, doctor: &str, what: &str) -> &mut Self {
        let [item, class, cnt, price, amount] = what.split(' ').collect::<Vec<_>>().try_into().unwrap();
        writeln!(self.fees, "{id},{day},{item},名称{item},{class},{cnt},{price},{amount},{doctor}").unwrap();
        self
    }

    fn write(&self, folder: &Path) {
        let stays =
            "mdtrt_id,psn_no,fixmedins_code,fixmedins_name,med_type,begntime,endtime,medfee_sumamt,fund_pay_sumamt\n";
        let visits = "mdtrt_id,psn_no,fixmedins_code,fixmedins_name,med_type,setl_time,medfee_sumamt,fund_pay_sumamt\n";
        let fees = "mdtrt_id,fee_ocur_time,hilist_code,hilist_name,med_chrgitm_type,cnt,pric,det_item_fee_sumamt,bilg_dr_codg\n";
        std::fs::create_dir_all(folder).unwrap();
        for (name, header, rows) in
            [("stays", stays, &self.stays), ("visits", visits, &self.visits), ("fees", fees, &self.fees)]
        {
            if !rows.is_empty() {
                std::fs::write(folder.join(format!("{name}.csv")), format!("{header}{rows}")).unwrap();
            }
        }
    }
}

/// A folder with an export in `data` and rules in `rules`.
fn folder(export: &Export, rules: &[(String, String)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    export.write(&dir.path().join("data"));
    for (path, text) in rules {
        let path = dir.path().join("rules").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

fn run(dir: &TempDir, lang: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yishen"));
    command.args(args).args(["--lang", lang]).current_dir(dir.path()).env("COLUMNS", "400").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Scans with some rules: exit code, findings, what was said.
fn scan(dir: &TempDir, lang: &str, rules: &[&str]) -> (Option<i32>, Vec<Value>, String) {
    let mut args = vec!["scan", "data", "--rules", "rules", "-o", "-"];
    rules.iter().for_each(|rule| args.extend(["--rule", rule]));
    let output = run(dir, lang, &args);
    let findings = text(&output.stdout).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    (output.status.code(), findings, text(&output.stderr))
}

/// A card with a query; what is not given is as in every card.
fn card(id: &str, sql: &str, columns: &str, rest: &str) -> (String, String) {
    let text = format!(
        r#"id = "{id}"
family = "charges"
version = "1"
status = "preview"
result = "suspicious"
needs = []
title = {{ zh = "试", en = "Trial" }}
what = {{ zh = "试", en = "Trial" }}
why = {{ zh = "试", en = "Trial" }}
clears = {{ zh = "试", en = "Trial" }}
basis = {{ zh = "试", en = "Trial" }}
measure = {{ zh = "次", en = "times" }}
message = {{ zh = "试 {{ $amount }}", en = "Trial {{ $amount }}" }}
innocent = [{{ zh = "补录费用造成的重复，核对后可以排除", en = "Charges entered later look the same and can be ruled out" }}]
sql = """
{sql}
"""
[columns]
{columns}
{rest}"#
    );
    let evidence = if rest.contains("[[evidence]]") { "" } else { "evidence = []\n" };
    (format!("charges/{id}.toml"), format!("{evidence}{text}"))
}

/// What the three rules of the page must find and leave alone.
fn region() -> Export {
    let mut export = Export::default();
    // Bursts: four people a day where three are allowed; then the limit itself, another fee class, one person's four lines.
    for (day, people) in [("2025-03-03", 4), ("2025-03-04", 4), ("2025-03-05", 5), ("2025-03-06", 3)] {
        for n in 0..people {
            let id = format!("V{}{n}", &day[8..]);
            export.visit(&id, &format!("Q{n}"), day).fee(&id, day, "D1", "T1 05 1 30.00 30.00");
        }
    }
    for n in 0..4 {
        let id = format!("V09{n}");
        export.visit(&id, &format!("Q{n}"), "2025-03-09").fee(&id, "2025-03-09", "D1", "E1 03 1 30.00 30.00");
        export.fee("V090", "2025-03-09", "D2", "T1 05 1 31.00 31.00");
    }
    // Kinds of drugs: four in two nights where three are allowed; then the limit, a long stay, one that is no drug.
    let drugs = ["09", "09", "11", "09"];
    for (id, from, to, drugs) in [
        ("S1", "2025-03-01", "2025-03-03", drugs),
        ("S2", "2025-03-04", "2025-03-06", drugs),
        ("S3", "2025-03-07", "2025-03-10", drugs),
        ("S4", "2025-03-01", "2025-03-11", drugs),
        ("S5", "2025-03-01", "2025-03-02", ["09", "09", "11", "08"]),
        ("S6", "2025-03-01", "2025-03-02", ["09", "09", "11", "07"]),
    ] {
        export.stay(id, from, to);
        for (n, class) in drugs.into_iter().enumerate() {
            export.fee(id, from, "D3", &format!("X{n}{class} {class} 2 10.00 20.00"));
        }
    }
    // Prices: three above the list of 12.50 and 0.85; then the listed price, a day before the list, an item not in it.
    for (id, day, what) in [
        ("V001", "2025-02-01", "003101000010000 03 2 25.00 50.00"),
        ("V002", "2025-02-01", "003101000010000 03 1 12.51 12.51"),
        ("V003", "2026-02-01", "XN02BEA000A001010100001 09 10 1.00 10.00"),
        ("V004", "2025-02-01", "003101000010000 03 2 12.50 25.00"),
        ("V005", "2024-12-31", "003101000010000 03 2 25.00 50.00"),
        ("V006", "2025-02-01", "003101000020000 03 2 25.00 50.00"),
        ("V007", "2026-01-01", "003101000010000 03 2 25.00 50.00"),
    ] {
        export.visit(id, "Q9", day).fee(id, day, "D4", what);
    }
    export
}

#[test]
fn the_rules_of_the_page_find_what_they_say_and_nothing_else() {
    let files = documented();
    assert_eq!(files.iter().filter(|f| f.1.contains("\nsql = ")).count(), 3);
    let dir = folder(&region(), &files);
    let lower = "[parameters.doctor-day-bursts]\nmost = 3\n[parameters.stay-drug-kinds]\nmost = 3\n";
    std::fs::write(dir.path().join("yishen.toml"), lower).unwrap();
    let rules = ["doctor-day-bursts", "stay-drug-kinds", "above-own-price"];
    let (code, findings, said) = scan(&dir, "zh", &rules);
    assert_eq!(code, Some(0), "{said}");
    let of = |rule: &str| findings.iter().filter(|f| f["rule"] == rule).collect::<Vec<_>>();

    let mut bursts: Vec<String> =
        of(rules[0]).iter().map(|f| format!("{} {}", f["period_start"], f["amount"])).collect();
    bursts.sort();
    assert_eq!(bursts, ["\"2025-03-03\" 120.0", "\"2025-03-04\" 120.0", "\"2025-03-05\" 150.0"]);
    let burst = of(rules[0])[0];
    assert_eq!(burst["message"], "医师 D1 于 2025-03-05 为 5 人开具“名称T1”（限 3 人），涉及 150.00 元。");
    assert_eq!(burst["visit_ids"].as_array().unwrap().len(), 5);
    assert_eq!(burst["rows"].as_array().unwrap().len(), 5);
    assert_eq!(
        (&burst["observed"], &burst["threshold"], &burst["confidence"]),
        (&5.0.into(), &3.0.into(), &0.5.into())
    );

    let kinds: Vec<&Value> = of(rules[1]).into_iter().map(|f| &f["stay_ids"][0]).collect();
    assert_eq!(kinds, ["S1", "S2", "S3"]);
    let stay = of(rules[1])[0];
    assert_eq!(stay["evidence"]["drugs_fen"], 80.0);
    assert_eq!(stay["message"], "住院 2 天，使用药品 4 种（限 3 种），药费 80.00 元。");
    assert_eq!(stay["rows"], serde_json::json!([{ "file": "stays.csv", "line": 2 }]));
    assert_eq!((&stay["hospital_name"], &stay["total_amount"]), (&"第一医院".into(), &9000.0.into()));

    let mut prices: Vec<(String, f64)> =
        of(rules[2]).iter().map(|f| (f["visit_ids"][0].to_string(), f["amount"].as_f64().unwrap())).collect();
    prices.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [("\"V001\"", 25.0), ("\"V002\"", 0.01), ("\"V003\"", 1.5)];
    assert_eq!(prices, expected.map(|(id, amount)| (id.to_string(), amount)));
    let price = of(rules[2])[0];
    assert_eq!((&price["result"], &price["observed"]), (&"violation".into(), &2.0.into()));
    assert_eq!(price["rows"][0]["file"], "fees.csv");
    assert_eq!(findings.len(), 9);
}

#[test]
fn the_same_bytes_whatever_the_number_of_threads() {
    let dir = folder(&region(), &documented());
    let scan = |threads: &str| {
        let args = ["scan", "data", "--rules", "rules", "-o", "-", "--threads", threads];
        run(&dir, "zh", &args).stdout
    };
    let one = scan("1");
    assert!(text(&one).contains("above-own-price"));
    assert_eq!(one, scan("2"));
    assert_eq!(one, scan("7"));
}

const FINDS: &str = "SELECT mdtrt_id, medfee_sumamt_fen FROM stays WHERE nights >= 10";
const STAY: &str = "stay = \"mdtrt_id\"\namount = \"medfee_sumamt_fen\"";

/// Queries that are wrong before anything is scanned, with the line of the card (the query begins on line 17) and what is said.
const REFUSED: &[(&str, &str, usize, &str)] = &[
    ("missing-table", "SELECT mdtrt_id\nFROM stayz", 18, "no table is called `stayz`|did you mean `stays`"),
    (
        "missing-column",
        "SELECT\n  mdtrt_id, medfe_sumamt_fen\nFROM stays",
        18,
        "`medfe_sumamt_fen`|`medfee_sumamt_fen`",
    ),
    ("insert", "INSERT INTO stays (mdtrt_id) VALUES ('X')", 17, "only reads"),
    ("update", "UPDATE stays SET mdtrt_id = 'X'", 17, "only reads"),
    ("delete", "DELETE FROM stays", 17, "only reads"),
    ("delete-with", "WITH x AS (SELECT 1) DELETE FROM stays RETURNING mdtrt_id", 17, "only reads"),
    ("drop", "DROP TABLE stays", 17, "only reads"),
    ("create", "CREATE TABLE mine (x)", 17, "only reads"),
    ("create-temp", "CREATE TEMP TABLE mine AS SELECT * FROM stays", 17, "only reads"),
    ("attach", "ATTACH 'other.db' AS other", 17, "only reads"),
    ("vacuum", "VACUUM INTO 'copy.db'", 17, "only reads"),
    ("pragma", "PRAGMA hard_heap_limit", 17, "only reads"),
    ("begin", "BEGIN", 17, "only reads"),
    ("explain", "EXPLAIN SELECT mdtrt_id FROM stays", 17, "only reads"),
    ("nothing", "-- nothing", 17, "only reads"),
    ("two", "SELECT mdtrt_id, medfee_sumamt_fen FROM stays; DELETE FROM stays", 17, "more than one statement"),
    ("extension", "SELECT load_extension('x') AS mdtrt_id", 17, "`load_extension`"),
    ("random", "SELECT mdtrt_id, random() AS medfee_sumamt_fen FROM stays", 17, "`random`"),
    ("blob", "SELECT mdtrt_id, zeroblob(9) AS medfee_sumamt_fen FROM stays", 17, "`zeroblob`"),
    ("today", "SELECT mdtrt_id, 1 AS medfee_sumamt_fen FROM stays WHERE endtime < date('now')", 17, "depends on when"),
    ("schema", "SELECT name AS mdtrt_id, 1 AS medfee_sumamt_fen FROM sqlite_schema", 17, "no table for rules"),
    (
        "count-schema",
        "SELECT count(*) AS mdtrt_id, 1 AS medfee_sumamt_fen FROM sqlite_schema",
        17,
        "no table for rules",
    ),
    (
        "functions",
        "SELECT name AS mdtrt_id, 1 AS medfee_sumamt_fen FROM pragma_function_list",
        17,
        "no table for rules",
    ),
    ("json", "SELECT value AS mdtrt_id, 1 AS medfee_sumamt_fen FROM json_each('[1]')", 17, "no table for rules"),
    ("syntax", "SELECT mdtrt_id\n\n FRUM stays", 19, "syntax error"),
    ("unterminated", "SELECT mdtrt_id FROM stays WHERE 'x", 17, "unrecognized token"),
    ("parameter", "SELECT mdtrt_id, :most AS medfee_sumamt_fen FROM stays", 17, "`:most`"),
    ("question", "SELECT mdtrt_id, ? AS medfee_sumamt_fen FROM stays", 17, "`[parameters.days]`"),
    ("no-result", "SELECT mdtrt_id FROM stays", 21, "gives no column `medfee_sumamt_fen`"),
    ("no-use", "SELECT mdtrt_id, medfee_sumamt_fen, nights FROM stays", 17, "`nights` of the result has no use"),
    ("twice", "SELECT mdtrt_id, medfee_sumamt_fen, medfee_sumamt_fen FROM stays", 17, "twice"),
    (
        "types",
        "SELECT nights AS mdtrt_id, begntime AS medfee_sumamt_fen FROM stays",
        20,
        "a whole number, but must be the id",
    ),
];

#[test]
fn what_is_wrong_with_a_query_is_said_before_the_run_all_at_once() {
    let mut rules: Vec<(String, String)> = REFUSED.iter().map(|(id, sql, ..)| card(id, sql, STAY, "")).collect();
    let wrong = "[parameters.most]\nvalue = [1]\nunit = \"days\"\nzh = \"\"\nen = \"\"\n[parameters.time_limit]\nvalue = 0\nunit = \"s\"\nzh = \"\"\nen = \"\"\n";
    let evidence = "[[evidence]]\nfield = \"nights\"\nzh = \"天\"\nen = \"n\"\nkind = \"bar\"\n";
    rules.push(card(
        "rest",
        "SELECT amount FROM (SELECT 1 AS amount)",
        "amount = \"amount\"",
        &format!("{wrong}{evidence}"),
    ));
    let mut export = Export::default();
    export.stay("M1", "2025-03-01", "2025-03-11");
    let dir = folder(&export, &rules);
    let (code, findings, said) = scan(&dir, "en", &[]);
    assert_eq!((code, findings), (Some(2), Vec::new()), "{said}");
    let lines: Vec<&str> = said.lines().map(|l| l.strip_prefix("error: ").unwrap_or(l)).collect();
    for (id, _, line, words) in REFUSED {
        let start = format!("rules/charges/{id}.toml:{line}: ");
        let at = lines.iter().position(|l| l.starts_with(&start));
        let at = at.unwrap_or_else(|| panic!("{start} is missing in\n{said}"));
        let both = format!("{} {}", lines[at], lines[at + 1]);
        assert!(words.split('|').all(|word| both.contains(word)), "{id}: {both}");
        assert!(lines[at + 1].contains("help: ") && lines[at + 1].len() > 20, "{id}: {both}");
    }
    for words in ["neither number, text", "whole number from 1", "does not use the parameter `most`", "of this kind"] {
        assert!(
            lines.iter().any(|l| l.starts_with("rules/charges/rest.toml:") && l.contains(words)),
            "{words}: {said}"
        );
    }
    assert!(said.contains("does not say what a lead is about"), "{said}");
    let (code, _, said) = scan(&dir, "zh", &[]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("规则只能读取") && said.contains("没有名为 `stayz` 的表") && said.contains("处理办法"),
        "{said}"
    );
}

/// Queries that end in the run, with the reason in both languages.
const FAILING: &[(&str, &str, &str, &str)] = &[
    (
        "endless",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT mdtrt_id, 1 AS medfee_sumamt_fen FROM stays, n WHERE i < 0",
        "after 1 seconds",
        "运行 1 秒后中止",
    ),
    (
        "cross-join",
        "SELECT a.mdtrt_id, count(*) AS medfee_sumamt_fen FROM fees a, fees b, fees c, fees d WHERE a.cnt + b.cnt + c.cnt + d.cnt < 0",
        "after 1 seconds",
        "运行 1 秒后中止",
    ),
    (
        "memory",
        "WITH RECURSIVE n(i, t) AS (SELECT 1, printf('%.9000c', 'x') UNION SELECT i + 1, printf('%.9000c', 'x') FROM n) SELECT count(*) AS medfee_sumamt_fen, min(t) AS mdtrt_id FROM n",
        "at 20 MB",
        "用到 20 MB",
    ),
    ("rows", "SELECT a.mdtrt_id, 1 AS medfee_sumamt_fen FROM fees a, fees b", "more than 50 rows", "超过 50 行"),
    (
        "long",
        "SELECT mdtrt_id, length(replace(printf('%.9000c', 'x'), 'x', printf('%.9000c', 'x'))) AS medfee_sumamt_fen FROM stays",
        "more than 1000000 bytes",
        "超过 1000000 字节",
    ),
    (
        "zero",
        "SELECT mdtrt_id, medfee_sumamt_fen / 0 AS medfee_sumamt_fen FROM stays",
        "“NULL”, but must be money",
        "“NULL”",
    ),
    (
        "overflow",
        "SELECT mdtrt_id, abs(-9223372036854775807 - 1) AS medfee_sumamt_fen FROM stays",
        "overflow",
        "overflow",
    ),
    ("null-id", "SELECT NULL AS mdtrt_id, 1 AS medfee_sumamt_fen FROM stays", "names no stay", "没有写明住院"),
    (
        "other-id",
        "SELECT 'P' || mdtrt_id AS mdtrt_id, 1 AS medfee_sumamt_fen FROM stays",
        "“PM1”, but must be the id",
        "住院就诊 ID",
    ),
    (
        "text-amount",
        "SELECT mdtrt_id, '12' || '3' AS medfee_sumamt_fen FROM stays",
        "“123”, but must be money",
        "“123”",
    ),
    ("negative", "SELECT mdtrt_id, -medfee_sumamt_fen AS medfee_sumamt_fen FROM stays", "“-900000”", "“-900000”"),
];

#[test]
fn a_query_that_goes_too_far_fails_and_the_others_finish() {
    let limits = [("time_limit", 1), ("memory_limit", 20), ("row_limit", 50)];
    let limits: String = limits
        .iter()
        .map(|(name, value)| format!("[parameters.{name}]\nvalue = {value}\nunit = \"n\"\nzh = \"\"\nen = \"\"\n"))
        .collect();
    let mut rules: Vec<(String, String)> = FAILING.iter().map(|(id, sql, ..)| card(id, sql, STAY, &limits)).collect();
    rules.push(card("zz-finds", FINDS, STAY, ""));
    let mut export = Export::default();
    export.stay("M1", "2025-03-01", "2025-03-11");
    for n in 0..200 {
        export.fee("M1", "2025-03-02", "D1", &format!("I{n} 05 1 1.00 1.00"));
    }
    let dir = folder(&export, &rules);
    let mut names: Vec<&str> = FAILING.iter().map(|f| f.0).collect();
    names.push("zz-finds");
    for (lang, at) in [("en", 0), ("zh", 1)] {
        let (code, findings, said) = scan(&dir, lang, &names);
        assert_eq!(code, Some(3), "{said}");
        let found: Vec<&Value> = findings.iter().map(|f| &f["rule"]).collect();
        assert_eq!(found, ["zz-finds"], "{said}");
        // Nobody loses more on a stay than the fund paid for it, whatever a query says.
        assert_eq!(findings[0]["amount"], 6000.0);
        for (id, _, english, chinese) in FAILING {
            let words = [english, chinese][at];
            assert!(said.contains(words), "{id} lacks {words}: {said}");
        }
    }
}

#[test]
fn a_column_that_the_export_lacks_skips_the_rule() {
    let with_using = "SELECT s.mdtrt_id, s.medfee_sumamt_fen FROM stays s JOIN diagnoses d USING (mdtrt_id)";
    let rules = [
        card("needs-column", "SELECT mdtrt_id, medfee_sumamt_fen FROM stays WHERE adm_bed = '1'", STAY, ""),
        card("needs-table", with_using, STAY, ""),
        card(
            "needs-fees",
            "SELECT mdtrt_id, sum(inscp_scp_amt_fen) AS medfee_sumamt_fen FROM fees GROUP BY mdtrt_id",
            STAY,
            "",
        ),
        card("zz-finds", FINDS, STAY, ""),
    ];
    let mut export = Export::default();
    export.stay("M1", "2025-03-01", "2025-03-11").fee("M1", "2025-03-02", "D1", "I1 05 1 1.00 1.00");
    let dir = folder(&export, &rules);
    let args =
        ["scan", "data", "--rules", "rules", "-o", "r.ndjson", "--rule", "needs-column", "--rule", "needs-table"];
    let output = run(&dir, "en", &[&args[..], &["--rule", "needs-fees", "--rule", "zz-finds"]].concat());
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    for missing in ["stays.adm_bed", "diagnoses", "fees.inscp_scp_amt"] {
        assert!(said.contains(missing), "{missing}: {said}");
    }
    assert_eq!(std::fs::read_to_string(dir.path().join("r.ndjson")).unwrap().lines().count(), 1);
}

#[test]
fn every_column_is_documented_as_it_is() {
    let reference = DOCUMENT.split("\n## Tables\n").nth(1).unwrap();
    let mut documented: Vec<String> = Vec::new();
    let mut table = "";
    for line in reference.lines() {
        if let Some(name) = line.strip_prefix("### ") {
            table = name;
        } else if let Some(row) = line.strip_prefix("| `") {
            let cells: Vec<&str> = row.split('|').map(|c| c.trim().trim_matches('`')).collect();
            documented.push(format!("{table}.{} {}", cells[0], cells[1]));
            assert!(!cells[2].is_empty(), "{table}.{} is explained", cells[0]);
        }
    }
    let columns = |t: &&yishen::queries::Table| {
        t.columns.iter().map(|c| format!("{}.{} {}", t.name, c.name, c.kind.name())).collect::<Vec<_>>()
    };
    let there: Vec<String> = TABLES.iter().flat_map(columns).collect();
    assert_eq!(documented, there);
}

#[test]
fn rules_show_prints_the_query() {
    let dir = folder(&Export::default(), &documented());
    let show = |lang| text(&run(&dir, lang, &["rules", "show", "stay-drug-kinds", "--rules", "rules"]).stdout);
    let english = show("en");
    assert!(english.contains("FROM stay_items AS i JOIN stays AS s USING (mdtrt_id)\n  WHERE"), "{english}");
    assert!(english.contains("observed = kinds"), "{english}");
    assert!(show("zh").contains("查询\n  SELECT i.mdtrt_id,"));
}
