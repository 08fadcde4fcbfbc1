//! `yishen columns` on layouts of strangers: following the words of the mapping it writes leads to a scan that works.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use yishen::config::Config;
use yishen::model::{Silent, Table};

/// An unknown layout, and what somebody who knows it would choose.
struct Layout {
    name: &'static str,
    table: Table,
    /// Headers, each with the field it is; an empty field is none of ours.
    columns: &'static [(&'static str, &'static str)],
    rows: &'static [&'static str],
    /// Yuan of all rows.
    total: f64,
    /// The institution where no header is it.
    institution: Option<&'static str>,
}

const STAYS: &[&str] = &["A1,H1,2024-01-01,2024-01-05,120.50", "A2,H2,2024-02-01,2024-02-08,3000"];

const LAYOUTS: &[Layout] = &[
    Layout {
        name: "warehouse",
        table: Table::Stays,
        columns: &[
            ("BeneID", "psn_no"),
            ("Provider", "fixmedins_code"),
            ("Adm", "begntime"),
            ("Dis", "endtime"),
            ("Amt", "medfee_sumamt"),
        ],
        rows: STAYS,
        total: 3120.5,
        institution: None,
    },
    Layout {
        name: "camelCase",
        table: Table::Stays,
        columns: &[
            ("memberKey", "psn_no"),
            ("facilityKey", "fixmedins_code"),
            ("admitDt", "begntime"),
            ("dischargeDt", "endtime"),
            ("totalCharge", "medfee_sumamt"),
        ],
        rows: STAYS,
        total: 3120.5,
        institution: None,
    },
    Layout {
        name: "pinyin",
        table: Table::Stays,
        columns: &[
            ("GRBH", "psn_no"),
            ("YLJGDM", "fixmedins_code"),
            ("RYRQ", "begntime"),
            ("CYRQ", "endtime"),
            ("ZFY", "medfee_sumamt"),
        ],
        rows: STAYS,
        total: 3120.5,
        institution: None,
    },
    Layout {
        name: "numbered",
        table: Table::Stays,
        columns: &[
            ("C1", "psn_no"),
            ("C2", "fixmedins_code"),
            ("C3", "begntime"),
            ("C4", "endtime"),
            ("C5", "medfee_sumamt"),
        ],
        rows: STAYS,
        total: 3120.5,
        institution: None,
    },
    Layout {
        name: "letters",
        table: Table::Stays,
        columns: &[
            ("E", "psn_no"),
            ("D", "fixmedins_code"),
            ("C", "begntime"),
            ("B", "endtime"),
            ("A", "medfee_sumamt"),
        ],
        rows: STAYS,
        total: 3120.5,
        institution: None,
    },
    Layout {
        name: "synonyms",
        table: Table::Stays,
        columns: &[
            ("病人代号", "psn_no"),
            ("院方代号", "fixmedins_code"),
            ("进院日", "begntime"),
            ("离开日", "endtime"),
            ("花费合计", "medfee_sumamt"),
        ],
        rows: STAYS,
        total: 3120.5,
        institution: None,
    },
    Layout {
        name: "mixed",
        table: Table::Stays,
        columns: &[
            ("参保人ID码", "psn_no"),
            ("HospID", "fixmedins_code"),
            ("Date_In", "begntime"),
            ("Date_Out", "endtime"),
            ("金额Sum", "medfee_sumamt"),
        ],
        rows: STAYS,
        total: 3120.5,
        institution: None,
    },
    Layout {
        name: "half-known",
        table: Table::Stays,
        columns: &[
            ("人员编号", "psn_no"),
            ("院码", "fixmedins_code"),
            ("入院日期", "begntime"),
            ("走的日子", "endtime"),
            ("医疗费总额", "medfee_sumamt"),
        ],
        rows: STAYS,
        total: 3120.5,
        institution: None,
    },
    Layout {
        name: "one-hospital",
        table: Table::Stays,
        columns: &[("病人号", "psn_no"), ("进", "begntime"), ("出", "endtime"), ("共计元", "medfee_sumamt")],
        rows: &["A1,2024-01-01,2024-01-05,120.50", "A2,2024-02-01,2024-02-08,3000"],
        total: 3120.5,
        institution: Some("H9"),
    },
    Layout {
        name: "with-diagnosis",
        table: Table::Stays,
        columns: &[
            ("PID", "psn_no"),
            ("ORG", "fixmedins_code"),
            ("DX", "dise_codg"),
            ("T1", "begntime"),
            ("T2", "endtime"),
            ("PAID", ""),
            ("ALL", "medfee_sumamt"),
        ],
        rows: &["A1,H1,I10.x00,2024-01-01,2024-01-05,20,120.50", "A2,H2,J18.900,2024-02-01,2024-02-08,30,3000"],
        total: 3120.5,
        institution: None,
    },
    Layout {
        name: "with-names",
        table: Table::Stays,
        columns: &[
            ("XM", "psn_name"),
            ("SFZH", "certno"),
            ("XB", "gend"),
            ("JGMC", "fixmedins_name"),
            ("RYSJ", "begntime"),
            ("CYSJ", "endtime"),
            ("JE", "medfee_sumamt"),
        ],
        rows: &[
            "张三,999900195605060014,男,东院,2024-01-01 08:00:00,2024-01-05 09:00:00,120.50",
            "李四,999900196605060013,女,西院,2024-02-01 08:00:00,2024-02-08 09:00:00,3000",
        ],
        total: 3120.5,
        institution: None,
    },
    Layout {
        name: "spaces",
        table: Table::Stays,
        columns: &[
            ("Insured Person", "psn_no"),
            ("Care Facility", "fixmedins_code"),
            ("Start Of Care", "begntime"),
            ("End Of Care", "endtime"),
            ("Billed Amount", "medfee_sumamt"),
        ],
        rows: STAYS,
        total: 3120.5,
        institution: None,
    },
    Layout {
        name: "claims",
        table: Table::Visits,
        columns: &[
            ("ClaimNo", "setl_id"),
            ("MemberNo", "psn_no"),
            ("ProviderNo", "fixmedins_code"),
            ("ServiceDate", "setl_time"),
            ("ClaimAmt", "medfee_sumamt"),
        ],
        rows: &["C1,A1,H1,2024-01-01,20.00", "C2,A2,H1,2024-01-02,30.50"],
        total: 50.5,
        institution: None,
    },
    Layout {
        name: "visits-pinyin",
        table: Table::Visits,
        columns: &[
            ("DJLSH", "setl_id"),
            ("RYBH", "psn_no"),
            ("YYDM", "fixmedins_code"),
            ("JZRQ", "setl_time"),
            ("ZJE", "medfee_sumamt"),
        ],
        rows: &["C1,A1,H1,2024-01-01,20.00", "C2,A2,H1,2024-01-02,30.50"],
        total: 50.5,
        institution: None,
    },
    Layout {
        name: "pharmacy",
        table: Table::Visits,
        columns: &[
            ("卡号", "psn_no"),
            ("店号", "fixmedins_code"),
            ("刷卡时刻", "setl_time"),
            ("刷卡元", "medfee_sumamt"),
        ],
        rows: &["A1,P1,2024-01-01 10:00:00,20.00", "A2,P1,2024-01-02 11:00:00,30.50"],
        total: 50.5,
        institution: None,
    },
    Layout {
        name: "visits-numbered",
        table: Table::Visits,
        columns: &[("V1", "psn_no"), ("V2", "fixmedins_code"), ("V3", "setl_time"), ("V4", "medfee_sumamt")],
        rows: &["A1,H1,2024-01-01,20.00", "A2,H1,2024-01-02,30.50"],
        total: 50.5,
        institution: None,
    },
    Layout {
        name: "lines",
        table: Table::Fees,
        columns: &[
            ("EncounterKey", "mdtrt_id"),
            ("ItemDesc", "hilist_name"),
            ("Qty", "cnt"),
            ("LineTotal", "det_item_fee_sumamt"),
            ("PostedOn", "fee_ocur_time"),
        ],
        rows: &["E1,静脉输液,2,20.00,2024-01-01", "E1,血常规,1,30.50,2024-01-02"],
        total: 50.5,
        institution: None,
    },
    Layout {
        name: "lines-pinyin",
        table: Table::Fees,
        columns: &[
            ("ZYLSH", "mdtrt_id"),
            ("XMMC", "hilist_name"),
            ("SL", "cnt"),
            ("DJ", "pric"),
            ("JE", "det_item_fee_sumamt"),
            ("FYRQ", "fee_ocur_time"),
        ],
        rows: &["E1,静脉输液,2,10.00,20.00,2024-01-01", "E1,血常规,1,30.50,30.50,2024-01-02"],
        total: 50.5,
        institution: None,
    },
    Layout {
        name: "lines-synonyms",
        table: Table::Fees,
        columns: &[
            ("住院单", "mdtrt_id"),
            ("品名", "hilist_name"),
            ("件数", "cnt"),
            ("计款", "det_item_fee_sumamt"),
            ("记账日", "fee_ocur_time"),
        ],
        rows: &["E1,静脉输液,2,20.00,2024-01-01", "E1,血常规,1,30.50,2024-01-02"],
        total: 50.5,
        institution: None,
    },
    Layout {
        name: "lines-numbered",
        table: Table::Fees,
        columns: &[
            ("F1", "mdtrt_id"),
            ("F2", "hilist_name"),
            ("F3", "cnt"),
            ("F4", "det_item_fee_sumamt"),
            ("F5", "fee_ocur_time"),
        ],
        rows: &["E1,静脉输液,2,20.00,2024-01-01", "E1,血常规,1,30.50,2024-01-02"],
        total: 50.5,
        institution: None,
    },
    Layout {
        name: "diagnoses",
        table: Table::Diagnoses,
        columns: &[("EncID", "mdtrt_id"), ("DxCode", "diag_code"), ("DxText", "diag_name")],
        rows: &["E1,I10.x00,高血压病", "E1,J18.900,肺炎"],
        total: 0.0,
        institution: None,
    },
];

fn yishen(folder: &Path, line: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_yishen")).current_dir(folder).args(line).args(["--lang", "en"]).output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Makes the choices that the comments of a mapping offer and that are right, and no other change.
fn choose(mapping: &str, layout: &Layout) -> String {
    let mut section = String::new();
    let mut out = String::new();
    let entry = |line: &str| -> Option<(String, String)> {
        let table: toml::Table = toml::from_str(line).ok()?;
        table.into_iter().next().and_then(|(key, value)| Some((key, value.as_str()?.to_string())))
    };
    for line in mapping.lines() {
        if line.starts_with('[') {
            section = line.to_string();
        }
        let offered = line.strip_prefix("# ").and_then(entry);
        let own = section.ends_with(&format!("columns.{}]", layout.table.name()));
        let right = offered.as_ref().is_some_and(|(key, value)| {
            let column = layout.columns.iter().any(|(header, field)| key == field && value == header);
            (key == "table" && value == layout.table.name()) || (own && column)
        });
        let constant = offered.filter(|(key, value)| own && key == "fixmedins_code" && value == "=");
        match (constant.and(layout.institution), right) {
            (Some(institution), _) => out.push_str(&format!("fixmedins_code = \"={institution}\"\n")),
            (None, true) => out.push_str(&format!("{}\n", &line[2..])),
            (None, false) => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

#[test]
fn the_mapping_of_an_unknown_layout_works_by_following_its_own_words() {
    assert!(LAYOUTS.len() >= 20);
    let mut faults = Vec::new();
    for layout in LAYOUTS {
        let folder = tempfile::tempdir().unwrap();
        let headers: Vec<&str> = layout.columns.iter().map(|(header, _)| *header).collect();
        let mut csv = format!("{}\n{}\n", headers.join(","), layout.rows.join("\n"));
        if layout.table == Table::Diagnoses {
            // Diagnoses alone are nothing to scan.
            let stay = "mdtrt_id,psn_no,fixmedins_code,begntime,endtime\nE1,A1,H1,2024-01-01,2024-01-05\n";
            std::fs::write(folder.path().join("stays.csv"), stay).unwrap();
        }
        std::fs::write(folder.path().join("x.csv"), std::mem::take(&mut csv)).unwrap();
        let shown = yishen(folder.path(), &["columns", "x.csv", "--write", "m.toml"]);
        let name = layout.name;
        if shown.status.code() != Some(0) {
            faults.push(format!("{name}: columns: {}", text(&shown)));
            continue;
        }
        let page = text(&shown);
        faults.extend(headers.iter().filter(|h| !page.contains(*h)).map(|h| format!("{name}: {h} is not shown")));
        let mapping = std::fs::read_to_string(folder.path().join("m.toml")).unwrap();
        let chosen = choose(&mapping, layout);
        std::fs::write(folder.path().join("m.toml"), &chosen).unwrap();
        let scanned = yishen(folder.path(), &["scan", ".", "-o", "out.ndjson", "--config", "m.toml"]);
        if scanned.status.code() != Some(0) {
            faults.push(format!("{name}: scan: {}\n{mapping}\n-- chosen --\n{chosen}", text(&scanned)));
            continue;
        }
        let config = Config::load(Some(&folder.path().join("m.toml"))).unwrap();
        let read = yishen::ingest::read(&[folder.path().join("x.csv")], &config.columns, &Silent).unwrap();
        let used: u64 =
            read.inputs.iter().flat_map(|i| &i.parts).filter(|p| p.table == layout.table).map(|p| p.rows.used).sum();
        let region = &read.region;
        let fen: i64 = match layout.table {
            Table::Stays => region.stays.iter().map(|s| s.total.0).sum(),
            Table::Visits => region.visits.iter().map(|v| v.total.0).sum(),
            Table::Fees => region.fees.amounts().map(|a| a.0).sum(),
            _ => 0,
        };
        if (used, fen) != (layout.rows.len() as u64, (layout.total * 100.0).round() as i64) {
            faults.push(format!("{name}: {used} rows, {fen} fen\n{chosen}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn csv_zip_and_workbook_are_shown_alike() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let csv = "BeneID,Provider,Adm,Dis,Amt\nA,H1,2024-01-01,2024-01-02,5\n";
    std::fs::write(folder.path().join("x.csv"), csv).unwrap();
    let mut zip = zip::ZipWriter::new(std::fs::File::create(folder.path().join("x.zip")).unwrap());
    zip.start_file("x.csv", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(csv.as_bytes()).unwrap();
    zip.finish().unwrap();
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in csv.lines().enumerate() {
        for (column, cell) in line.split(',').enumerate() {
            sheet.write_string(row as u32, column as u16, cell).unwrap();
        }
    }
    book.save(folder.path().join("x.xlsx")).unwrap();
    for name in ["x.csv", "x.zip", "x.xlsx"] {
        let shown = yishen(folder.path(), &["columns", name]);
        let page = text(&shown);
        assert_eq!(shown.status.code(), Some(0), "{name}: {page}");
        for word in ["BeneID", "Provider", "psn_no", "begntime", "2024-01-01", "--write"] {
            assert!(page.contains(word), "{name}: {word}: {page}");
        }
    }
}
