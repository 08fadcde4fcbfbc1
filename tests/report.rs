//! The report as a whole: the numbers add up, every format says the same, the same report has the same bytes.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use calamine::{Data, Reader, Xlsx, open_workbook};
use polars::prelude::{ParquetReader, SerReader};
use serde_json::{Value, json};
use yishen::engine::{RuleRun, Run};
use yishen::facts::delivery::Delivery;
use yishen::finding::{Finding, ResultClass, Row, Subject};
use yishen::ingest::{HeaderColumn, Ingested, Input, Note, Part, Reject, Rows, Unread};
use yishen::messages::{Catalog, Lang, args};
use yishen::model::{
    Day, DepartmentId, DiagnosisId, DoctorId, FeeColumns, Fen, Hospital, HospitalId, PersonId, Pool, Record, RecordId,
    RowRef, Setting, Sex, Stamp, Stay, Table, TextId,
};
use yishen::report::terminal::{View, render};
use yishen::report::{self, Files, Format, Report, Summary};
use yishen::rule::Outcome;
use yishen::rule::coverage::{Coverage, Unit, Why};
use yishen::rulebook::Card;
use yishen::weigh::{Leads, weigh};

const STAYS: u32 = 120;
const HOSPITALS: [&str; 4] =
    ["安平县人民医院", "安平县第二康复专科医院(住院部)", "城关镇卫生院", "=HYPERLINK(\"http://x\")"];

fn card(id: &str, zh: &str, en: &str, result: &str, evidence: &str) -> Card {
    let text = format!(
        r#"
id = "{id}"
title = {{ zh = "{zh}", en = "{en}" }}
family = "stays"
version = "1"
status = "stable"
result = "{result}"
what = {{ zh = "同一参保人在同一时间有两段住院记录，按入出院时刻比对，转院当日除外。", en = "Finds one person in hospital twice at the same time; transfers on the same day are left apart." }}
why = {{ zh = "一个人不能同时住在两家医院。", en = "Nobody is in two hospitals at once." }}
innocent = [{{ zh = "转院当日办理出入院：间隔在参数小时数以内的不列入。", en = "Transfer on the day: left apart within the hours of the parameter." }}, {{ zh = "新生儿使用母亲的人员编号：按诊断识别后不列入。", en = "A newborn under the mother's number: recognised by diagnosis and left apart." }}]
clears = {{ zh = "病案首页、护理记录能证明其中一段住院时间登记有误。", en = "The record's front page or the nursing notes show that one of the dates is wrong." }}
basis = {{ zh = "《医疗保障基金使用监督管理条例》第十五条、第四十条", en = "Regulation on the use of medical-insurance funds, articles 15 and 40" }}
needs = ["stays"]
detector = "{id}"
measure = {{ zh = "天", en = "days" }}
message = {{ zh = "x", en = "x" }}
evidence = [{evidence}]
[parameters.hours]
value = 24
unit = "hours"
zh = "转院允许的重叠小时数"
en = "hours of overlap a transfer may have"
"#
    );
    toml::from_str(&text).unwrap()
}

fn cards() -> Vec<Card> {
    let overlap = r#"{ field = "days", zh = "重叠天数", en = "days of overlap", kind = "number" },
        { field = "other_stays", zh = "另一段住院", en = "other stays", kind = "list" },
        { field = "from", zh = "重叠起", en = "overlap from", kind = "date" },
        { field = "other_hospital", zh = "另一家机构", en = "other institution", kind = "text" }"#;
    let charge = r#"{ field = "item", zh = "项目", en = "item", kind = "text" },
        { field = "excess", zh = "多收金额", en = "excess", kind = "money" }"#;
    vec![
        card("duplicate-charges", "重复收费", "Duplicate charges", "violation", charge),
        card("hours-over-day", "计时超24小时", "More than 24 hours a day", "violation", charge),
        card("outside-stay", "计费日期与住院不符", "Charges outside the stay", "suspicious", charge),
        card("overlapping-stays", "重叠住院", "Overlapping stays", "suspicious", overlap),
    ]
}

fn stay(i: u32) -> Stay {
    let admitted = Day::from_ymd(2025, 1, 1).unwrap().0 + i as i32 * 2;
    Stay {
        record: RecordId(i),
        person: PersonId(i % 40),
        hospital: HospitalId(i % 4),
        admitted: Stamp { day: Day(admitted), second: 30_000 },
        discharged: Some(Stamp { day: Day(admitted + 7), second: 40_000 }),
        setting: Setting::Inpatient,
        kind: TextId::NONE,
        insurance: TextId::NONE,
        department: DepartmentId::NONE,
        bed: TextId::NONE,
        doctor: DoctorId::NONE,
        diagnosis: DiagnosisId::NONE,
        diagnosis_name: TextId::NONE,
        operation: TextId::NONE,
        uploaded: None,
        days: TextId::NONE,
        discharge_way: TextId::NONE,
        return_plan: TextId::NONE,
        sex: Sex::Unknown,
        birth: None,
        born: None,
        total: Fen(800_000 + i64::from(i) * 12_345),
        fund: Fen(500_000),
        own: Fen(300_000),
        settled: None,
        settlements: 1,
        rows: Vec::new(),
    }
}

fn ingested() -> Ingested {
    let mut ingested = Ingested::default();
    let region = &mut ingested.region;
    let padded = |prefix: &str, n: u32, digits: usize| -> Vec<String> {
        (0..n).map(|i| format!("{prefix}{i:0digits$}")).collect()
    };
    region.names.persons = Pool::from_sorted(padded("4115000000", 40, 8).iter().map(String::as_str));
    region.names.records = Pool::from_sorted(padded("202500", STAYS, 6).iter().map(String::as_str));
    region.names.hospitals = Pool::from_sorted(padded("H4115210", 4, 4).iter().map(String::as_str));
    let none = TextId::NONE;
    region.hospitals = vec![Hospital { name: none, level: none, kind: none, beds: None }; 4];
    region.stays = (0..STAYS).map(stay).collect();
    region.records = region
        .stays
        .iter()
        .enumerate()
        .map(|(i, s)| Record { person: s.person, hospital: s.hospital, stay: Some(i as u32), visit: None })
        .collect();
    let mut fees = FeeColumns::default();
    for line in 0..STAYS * 3 {
        fees.record.push(line / 3);
        fees.amount.push(10_000 + i64::from(line));
        fees.push_time(None, 0);
        fees.push_row(RowRef { file: 0, line: line + 2 });
    }
    region.fees = fees.into();
    let part = |name: &str, table, encoding, rows| Part {
        name: name.into(),
        table,
        encoding,
        columns: vec![HeaderColumn { header: "就诊ID".into(), field: Some("mdtrt_id"), samples: Vec::new() }],
        rows,
    };
    let input = |name: &str, bytes, digit: &str, parts| Input {
        name: name.into(),
        bytes,
        sha256: digit.repeat(64),
        peer: false,
        parts,
    };
    ingested.inputs = vec![
        input(
            "2025年住院费用明细导出-1.csv",
            123_456_789,
            "a",
            vec![part("", Table::Fees, "gb18030", Rows { read: 400, used: 360, netted: 30, repeated: 8, rejected: 2 })],
        ),
        input(
            "住院结算.xlsx",
            45_678,
            "b",
            vec![part(
                "Sheet1",
                Table::Stays,
                "xlsx",
                Rows { read: 125, used: 120, netted: 4, repeated: 0, rejected: 1 },
            )],
        ),
        input("说明.csv", 12, "c", Vec::new()),
    ];
    let reject = |line, value: &str, reason| Reject {
        file: "2025年住院费用明细导出-1.csv".into(),
        line,
        column: "费用发生时间".into(),
        value: value.into(),
        reason,
        rows: 1,
    };
    ingested.rejects = vec![
        reject(17, "2025-02-30", "reject-date"),
        reject(99, "=1+1", "reject-date"),
        reject(120, "-", "reject-number"),
    ];
    ingested.notes = vec![Note { id: "note-test", args: args([("n", 3usize.into())]) }];
    ingested
}

fn finding(rule: &str, i: u32, result: ResultClass) -> Finding {
    let stay = stay(i);
    let mut f = Finding { rule: rule.into(), rule_version: "1".into(), result: Some(result), ..Finding::default() };
    f.finding_id = format!("{rule}{i:04}");
    f.confidence = 0.5 + f64::from(i % 5) / 10.0;
    f.hospital_id = format!("H4115210{:04}", i % 4);
    f.hospital_name = HOSPITALS[(i % 4) as usize].into();
    f.patient_ids = vec![format!("4115000000{:08}", i % 40)];
    f.stay_ids = vec![format!("202500{i:06}")];
    f.period_start = Some(stay.admitted.day);
    f.period_end = (!i.is_multiple_of(17)).then(|| stay.last_day());
    if i.is_multiple_of(17) {
        f.period_start = None;
    }
    f.total_amount = stay.total;
    f.observed = Some(f64::from(i % 9));
    f.threshold = Some(0.0);
    f.p_value = i.is_multiple_of(2).then_some(0.000_03);
    f.evidence.insert("item".into(), json!("静脉输液(住院)"));
    f.evidence.insert("excess".into(), json!(123.45));
    f.evidence.insert("days".into(), json!(i % 9));
    f.evidence.insert("other_stays".into(), json!([format!("202500{:06}", (i + 1) % STAYS)]));
    f.evidence.insert("from".into(), json!(stay.admitted.to_string()));
    f.evidence.insert("other_hospital".into(), json!("=cmd|' /C calc'!A0"));
    f.message = format!(
        "参保人4115000000{:08}在{}住院期间，同日另有住院记录202500{:06}，重叠{}天，涉及基金支付5,000元，须核实其中一段是否为空挂。",
        i % 40,
        HOSPITALS[(i % 4) as usize],
        (i + 1) % STAYS,
        i % 9
    );
    f.basis = "《医疗保障基金使用监督管理条例》第十五条".into();
    f.clears = "病案首页、护理记录能证明登记有误。".into();
    f.rows = vec![Row { file: "住院结算.xlsx".into(), line: i + 2 }];
    f
}

fn run() -> Run {
    let mut findings = Vec::new();
    for i in 0..STAYS {
        let mut overlap = finding("overlapping-stays", i, ResultClass::Suspicious);
        overlap.add_risk(Subject::Stay(i), Fen(300_000 + i64::from(i) * 1_000));
        findings.push(overlap);
        if i % 2 == 0 && i % 4 != 2 {
            let mut charge = finding("duplicate-charges", i, ResultClass::Violation);
            charge.add_risk(Subject::Line(i * 3), Fen(12_345));
            charge.add_risk(Subject::Line(i * 3 + 1), Fen(500));
            findings.push(charge);
        }
        if i % 3 == 0 {
            let mut outside = finding("outside-stay", i, ResultClass::Suspicious);
            outside.add_risk(Subject::Line(i * 3), Fen(10_000));
            findings.push(outside);
        }
    }
    let ran = |rule: &str| RuleRun { rule: rule.into(), outcome: Outcome::Ran { findings: 1 }, coverage: None };
    let mut rules = vec![ran("duplicate-charges"), ran("outside-stay"), ran("overlapping-stays")];
    let missing = vec!["fees.fee_ocur_time".to_string(), "persons or stays.brdy".to_string()];
    rules.push(RuleRun { rule: "hours-over-day".into(), outcome: Outcome::Skipped { missing }, coverage: None });
    rules.push(RuleRun {
        rule: "broken-rule".into(),
        outcome: Outcome::Failed { reason: "index out of bounds".into() },
        coverage: None,
    });
    Run { rules, findings }
}

struct Made {
    ingested: Ingested,
    leads: Leads,
    cards: Vec<Card>,
    catalog: Catalog,
}

fn made(lang: Lang) -> Made {
    let ingested = ingested();
    let leads = weigh(&ingested.region, run());
    let mut catalog = Catalog::new(lang);
    let texts = match lang {
        Lang::Zh => ["日期无法识别", "数值无法识别", "有 { $n } 个证件号码被 Excel 损坏，未用于比对"],
        Lang::En => {
            ["not a date", "not a number", "{ $n } certificate numbers were damaged by Excel and not matched on"]
        }
    };
    for (id, text) in ["reject-date", "reject-number", "note-test"].iter().zip(texts) {
        catalog.add(id, text).unwrap();
    }
    Made { ingested, leads, cards: cards(), catalog }
}

/// Does something with the report, and hands over the summary too.
fn with<T>(made: &Made, act: impl FnOnce(&Report<'_>) -> T) -> T {
    let cards: Vec<&Card> = made.cards.iter().collect();
    let delivery = Delivery::new(&made.ingested.region);
    let summary = Summary::new(&made.ingested, &cards, &made.leads, &delivery, &made.catalog);
    act(&Report {
        summary: &summary,
        leads: &made.leads,
        cards: &cards,
        rejects: &made.ingested.rejects,
        region: &made.ingested.region,
        exit_code: 3,
        catalog: &made.catalog,
    })
}

fn write(made: &Made, folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    put(made, &path, false);
    path
}

fn put(made: &Made, path: &Path, force: bool) {
    let mut files = Files::new(force);
    with(made, |r| files.add(path, Format::from_path(path).unwrap(), r)).unwrap();
    files.place().unwrap();
}

#[test]
fn parts_add_up_to_totals() {
    let made = made(Lang::Zh);
    with(&made, |report| {
        let s = report.summary;
        let all = made.leads.findings.len();
        assert_eq!(s.total.leads, all);
        assert_eq!(s.total.at_risk, made.leads.at_risk);
        let parts = [
            s.classes.iter().map(|l| l.count).collect::<Vec<_>>(),
            s.rules.iter().map(|l| l.count).collect(),
            s.hospitals.iter().map(|l| l.count).collect(),
            s.months.iter().map(|l| l.count).collect(),
        ];
        for part in parts {
            assert_eq!(part.iter().map(|c| c.leads).sum::<usize>(), all);
            assert!(part.iter().map(|c| c.at_risk.0).sum::<i64>() >= s.total.at_risk.0);
            assert!(part.iter().all(|c| c.at_risk <= s.total.at_risk && c.patients <= s.total.patients));
        }
        // Every record belongs to one institution and one month here, so these parts add up exactly.
        assert_eq!(s.hospitals.iter().map(|h| h.count.at_risk).sum::<Fen>(), s.total.at_risk);
        assert_eq!(s.months.iter().map(|h| h.count.at_risk).sum::<Fen>(), s.total.at_risk);
        // All stays carry an overlap larger than their lines, so the lines add nothing: 300,000 + 1,000 i fen each.
        assert_eq!(s.total.at_risk, Fen((0..120).map(|i| 300_000 + i * 1_000).sum()));
        let rows = s.inputs.iter().map(|i| i.rows);
        assert_eq!(rows.clone().map(|r| r.read).sum::<u64>(), s.rows.read);
        assert_eq!(s.rows.read, s.rows.used + s.rows.netted + s.rows.repeated + s.rows.rejected);
        assert_eq!(s.rejects.iter().map(|r| r.rows).sum::<usize>(), made.ingested.rejects.len());
        assert_eq!(s.size.money, made.ingested.region.stays.iter().map(|s| s.total).sum());
    });
}

#[test]
fn institutions_come_by_different_rules_then_money() {
    let made = made(Lang::Zh);
    with(&made, |report| {
        let hospitals: Vec<(usize, i64)> =
            report.summary.hospitals.iter().map(|h| (h.rules.len(), h.count.at_risk.0)).collect();
        let mut sorted = hospitals.clone();
        sorted.sort_by(|a, b| b.cmp(a));
        assert_eq!(hospitals, sorted);
        // Only the first institution has duplicate charges.
        assert_eq!(report.summary.hospitals[0].id, "H41152100000");
        assert_eq!(hospitals.iter().map(|h| h.0).collect::<Vec<_>>(), [3, 2, 2, 2]);
    });
}

#[test]
fn rules_that_did_not_run_are_told_with_the_reason() {
    let made = made(Lang::Zh);
    with(&made, |report| {
        let reasons: Vec<(&str, &str)> =
            report.summary.not_run().map(|r| (r.rule.as_str(), r.reason.as_str())).collect();
        assert_eq!((report.summary.ended.failed, report.summary.ended.skipped), (1, 1));
        assert_eq!(
            reasons,
            [
                ("broken-rule", "index out of bounds"),
                (
                    "hours-over-day",
                    "费用明细·费用发生时间 (fees.fee_ocur_time)、参保人员 (persons)或住院结算·出生日期 (stays.brdy)"
                )
            ]
        );
        let text = render(report, View { width: 80, color: false, elapsed: None, written: &[] });
        assert!(text.contains("运行失败：broken-rule（broken-rule）"));
        assert!(text.contains("未运行：计时超24小时（hours-over-day）"));
    });
}

#[test]
fn no_line_of_the_terminal_summary_is_too_wide() {
    for lang in [Lang::Zh, Lang::En] {
        let made = made(lang);
        for width in [60, 72, 80, 120] {
            let written = [PathBuf::from("/tmp/报告/yishen-report.xlsx")];
            let view = View { width, color: false, elapsed: Some(Duration::from_millis(12_345)), written: &written };
            let text = with(&made, |r| render(r, view));
            for line in text.lines() {
                assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
            }
            assert!(text.contains("12.3") && text.contains("yishen-report.xlsx"));
            let painted = with(&made, |r| render(r, View { color: true, ..view }));
            assert!(painted.contains("\u{1b}[1m"));
            let mut plain = painted;
            for code in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[33m"] {
                plain = plain.replace(code, "");
            }
            assert_eq!(plain, text);
        }
    }
}

#[test]
fn every_format_holds_every_lead_in_order() {
    let made = made(Lang::Zh);
    let folder = tempfile::tempdir().unwrap();
    let ids: Vec<&str> = made.leads.findings.iter().map(|f| f.finding_id.as_str()).collect();

    let ndjson = fs::read_to_string(write(&made, folder.path(), "r.ndjson")).unwrap();
    let lines: Vec<Value> = ndjson.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.iter().map(|l| l["finding_id"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    let fields: Vec<String> = lines[0].as_object().unwrap().keys().cloned().collect();

    let bytes = fs::read(write(&made, folder.path(), "r.csv")).unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbfschema,finding_id,"));
    let mut csv = csv::Reader::from_reader(&bytes[3..]);
    assert_eq!(csv.headers().unwrap().iter().collect::<Vec<_>>(), fields);
    let records: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    assert_eq!(records.iter().map(|r| r[1].to_string()).collect::<Vec<_>>(), ids);
    let money: f64 = records.iter().map(|r| r[14].parse::<f64>().unwrap()).sum();
    let expected: i64 = made.leads.findings.iter().map(|f| f.amount.0).sum();
    assert_eq!((money * 100.0).round() as i64, expected);
    assert!(records.iter().all(|r| !r.iter().any(|cell| cell.starts_with(['=', '@']))));
    assert!(records.iter().any(|r| r[7].starts_with("'=HYPERLINK")));

    let file = fs::File::open(write(&made, folder.path(), "r.parquet")).unwrap();
    let frame = ParquetReader::new(file).finish().unwrap();
    assert_eq!(frame.height(), ids.len());
    let names: Vec<String> = frame.get_column_names().iter().map(|n| n.to_string()).collect();
    assert_eq!(names, fields);
    let column = frame.column("finding_id").unwrap().str().unwrap().iter().flatten().collect::<Vec<_>>();
    assert_eq!(column, ids);
    let types: Vec<String> =
        ["stay_ids", "period_end", "amount"].iter().map(|n| frame.column(n).unwrap().dtype().to_string()).collect();
    assert_eq!(types, ["list[str]", "date", "f64"]);
}

fn sheets(path: &Path) -> Vec<(String, Vec<Vec<Data>>)> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let names = book.sheet_names();
    names
        .into_iter()
        .map(|n| {
            let rows = book.worksheet_range(&n).unwrap().rows().map(<[Data]>::to_vec).collect();
            (n, rows)
        })
        .collect()
}

#[test]
fn the_workbook_has_its_sheets_and_no_formula() {
    let made = made(Lang::Zh);
    let folder = tempfile::tempdir().unwrap();
    let path = write(&made, folder.path(), "r.xlsx");
    let sheets = sheets(&path);
    let names: Vec<&str> = sheets.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(
        names,
        [
            "概览",
            "线索清单",
            "重叠住院",
            "计费日期与住院不符",
            "重复收费",
            "机构汇总",
            "未判断",
            "规则说明",
            "剔除数据",
            "数据来源",
            "未读的内容",
            "数据核对",
            "数据说明"
        ]
    );
    let leads = &sheets[1].1;
    assert_eq!(leads.len(), made.leads.findings.len() + 1);
    let ranks: Vec<&Data> = leads[1..].iter().map(|r| &r[0]).collect();
    assert!(ranks.iter().enumerate().all(|(i, r)| **r == Data::Float(i as f64 + 1.0)));
    assert_eq!(leads[1][10], Data::String(made.leads.findings[0].patient_ids[0].clone()));
    let overlap = &sheets[2].1;
    assert_eq!(overlap.len(), 121);
    let heads: Vec<String> = overlap[0].iter().map(ToString::to_string).collect();
    assert!(heads.contains(&"重叠天数".to_string()) && heads.contains(&"另一段住院".to_string()));
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name}");
    }
}

#[test]
fn the_same_report_has_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["r.xlsx", "r.csv", "r.ndjson", "r.parquet"] {
        let first = fs::read(write(&made(Lang::Zh), folder.path(), name)).unwrap();
        let second = fs::read(write(&made(Lang::Zh), folder.path(), &format!("again-{name}"))).unwrap();
        assert!(first == second, "{name}");
    }
}

#[test]
fn rejects_are_written_beside_the_report_and_only_when_there_are_any() {
    let mut made = made(Lang::En);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.xlsx");
    put(&made, &path, false);
    let written = folder.path().join("r.xlsx.rejects.csv");
    let text = fs::read_to_string(&written).unwrap();
    assert_eq!(
        text.lines().take(3).collect::<Vec<_>>(),
        [
            "\u{feff}file,line,column,value,reason",
            "2025年住院费用明细导出-1.csv,17,费用发生时间,2025-02-30,not a date",
            "2025年住院费用明细导出-1.csv,99,费用发生时间,'=1+1,not a date"
        ]
    );
    assert!(matches!(report::check(&path, false), Err(report::Error::Exists { .. })));
    made.ingested.rejects.clear();
    put(&made, &path, true);
    assert!(!written.exists());
}

#[test]
fn the_record_of_a_run_says_how_everything_ended() {
    let mut made = made(Lang::Zh);
    made.ingested.unread.push(Unread { name: "上月报告.xlsx".into(), reason: "report-no-notes", args: args([]) });
    let unjudged = Coverage::of(Unit::Hospitals, 0).not(Why::FewPeers, Unit::Hospitals, 4);
    made.leads.rules.push(RuleRun {
        rule: "readmission-rate".into(),
        outcome: Outcome::Unjudged,
        coverage: Some(unjudged),
    });
    let folder = tempfile::tempdir().unwrap();
    let path = write(&made, folder.path(), "r.ndjson");
    let text = fs::read_to_string(report::record_path(&path)).unwrap();
    assert!(text.starts_with("{\n  \"schema\": \"yishen.run/1\""), "{text}");
    let record: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&record["exit_code"], &record["report"]), (&json!(3), &json!("r.ndjson")));
    assert_eq!(record["unread"][0]["name"], "上月报告.xlsx");
    assert_eq!(record["outcomes"], json!({"ran": 3, "could-not-judge": 1, "skipped": 1, "failed": 1}));
    let rule = |id: &str| record["rules"].as_array().unwrap().iter().find(|r| r["rule"] == id).unwrap().clone();
    assert_eq!(rule("broken-rule")["reason"], "index out of bounds");
    assert_eq!(rule("hours-over-day")["missing"][0], "fees.fee_ocur_time");
    let unjudged = rule("readmission-rate");
    assert_eq!((&unjudged["outcome"], &unjudged["judged"]), (&json!("could-not-judge"), &json!(0)));
    assert_eq!(unjudged["not_judged"], json!([{"reason": "few-peers", "unit": "hospitals", "count": 4}]));
    assert_eq!(record["totals"]["leads"], made.leads.findings.len());
    // What the record says is said on the terminal and in the workbook as well.
    let shown = with(&made, |r| render(r, View { width: 90, color: false, elapsed: None, written: &[] }));
    let mut book: Xlsx<_> = open_workbook(write(&made, folder.path(), "r.xlsx")).unwrap();
    let front = book.worksheet_range("摘要").or_else(|_| book.worksheet_range_at(0).unwrap()).unwrap();
    let front: String = front.used_cells().map(|(_, _, cell)| cell.to_string()).collect();
    for text in ["上月报告.xlsx", "readmission-rate", "broken-rule"] {
        assert!(shown.contains(text), "{text}: {shown}");
        assert!(front.contains(text), "{text}: {front}");
    }
}

#[test]
fn nothing_found_where_nothing_was_judged_is_no_clean_result() {
    let mut made = made(Lang::En);
    made.leads.findings.clear();
    let headline = |made: &Made| with(made, |r| r.summary.headline.clone());
    assert!(headline(&made).starts_with("No lead by the 3 of 5 rules"), "{}", headline(&made));
    made.leads.rules.retain(|r| !matches!(r.outcome, Outcome::Ran { .. }));
    assert!(headline(&made).starts_with("Nothing could be judged: none of the 2 rules"), "{}", headline(&made));
    for part in made.ingested.inputs.iter_mut().flat_map(|i| &mut i.parts) {
        part.rows = Rows { read: 5, rejected: 5, ..Rows::default() };
    }
    assert!(headline(&made).starts_with("Nothing could be judged: of"), "{}", headline(&made));
}

#[test]
fn formats_are_chosen_by_the_ending() {
    let of = |p: &str| Format::from_path(Path::new(p));
    assert_eq!(of("a.XLSX").unwrap(), Format::Xlsx);
    assert_eq!(of("a.b.ndjson").unwrap(), Format::Ndjson);
    for unknown in ["a", "a.doc", ".xlsx", "xlsx"] {
        assert!(of(unknown).is_err(), "{unknown}");
    }
    let message = of("a.doc").unwrap_err().message(&Catalog::new(Lang::Zh));
    assert_eq!(message, "a.doc：不认识的报告格式，请用 .xlsx、.csv、.ndjson 或 .parquet");
}

#[test]
fn an_empty_report_says_so_in_every_format() {
    let mut made = made(Lang::En);
    made.leads = weigh(&made.ingested.region, Run { rules: made.leads.rules, findings: Vec::new() });
    made.ingested.rejects.clear();
    let folder = tempfile::tempdir().unwrap();
    for name in ["r.xlsx", "r.csv", "r.ndjson", "r.parquet"] {
        write(&made, folder.path(), name);
    }
    let text = with(&made, |r| render(r, View { width: 80, color: false, elapsed: None, written: &[] }));
    assert!(text.contains("No lead by the 3 of 5 rules that could judge"));
    assert!(text.contains("skipped: More than 24 hours a day"));
}

#[test]
fn masked_reports_have_no_ids_left() {
    let mut made = made(Lang::Zh);
    report::mask(&mut made.ingested, &mut made.leads, &mut Delivery::default());
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(write(&made, folder.path(), "r.ndjson")).unwrap();
    assert!(!text.contains("41150000") && !text.contains("20250000"));
    assert_eq!(text.lines().count(), made.leads.findings.len());
}
