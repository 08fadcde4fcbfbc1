//! The same region, however it is written down, gives the same findings: three layouts, two encodings, shuffled rows, split
//! files, Excel, gzip, Parquet, any order of files, any number of threads.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use polars::prelude::{Column, DataFrame, ParquetWriter};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const STAYS: &str = "700";
const SEED: &str = "20260311";

fn yishen(args: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_yishen")).args(args).output().expect("the binary starts");
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 3)), "{args:?}: {code:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

fn simulate(out: &Path, layout: &str, encoding: &str) {
    let out = out.to_str().expect("temporary folders have plain names");
    yishen(&["simulate", out, "--stays", STAYS, "--seed", SEED, "--layout", layout, "--encoding", encoding, "--quiet"]);
}

/// The report on some paths, as bytes.
fn scan(paths: &[PathBuf], threads: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = folder.path().join("findings.ndjson");
    let mut args = vec!["scan"];
    args.extend(paths.iter().map(|p| p.to_str().expect("plain names")));
    args.extend(["-o", report.to_str().expect("plain names"), "--quiet", "--lang", "en", "--threads", threads]);
    yishen(&args);
    std::fs::read(&report).expect("the report was written")
}

/// The findings without the places of their rows, by id.
fn findings(report: &[u8]) -> BTreeMap<String, serde_json::Value> {
    let text = std::str::from_utf8(report).expect("NDJSON is UTF-8");
    text.lines()
        .map(|line| {
            let mut finding: serde_json::Value = serde_json::from_str(line).expect("a line is an object");
            let fields = finding.as_object_mut().expect("a line is an object");
            let rows = fields.remove("rows").expect("every finding has rows");
            fields.insert("row_count".into(), rows.as_array().map_or(0, Vec::len).into());
            (finding["finding_id"].as_str().expect("an id").to_string(), finding)
        })
        .collect()
}

fn same(name: &str, want: &BTreeMap<String, serde_json::Value>, got: &BTreeMap<String, serde_json::Value>) {
    for (id, finding) in want {
        assert_eq!(Some(finding), got.get(id), "{name}");
    }
    assert_eq!(want.len(), got.len(), "{name}: findings that were not there before");
}

/// The CSV files of a region with their rows, header first.
fn tables(folder: &Path) -> Vec<(String, Vec<csv::StringRecord>)> {
    let mut out = Vec::new();
    let mut names: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("readable").map(|e| e.expect("readable").path()).collect();
    names.sort();
    for path in names.iter().filter(|p| p.extension().is_some_and(|e| e == "csv") && !p.ends_with("truth.csv")) {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).expect("readable");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        out.push((name, reader.records().map(|r| r.expect("UTF-8 CSV")).collect()));
    }
    out
}

fn csv_bytes<'a>(rows: impl IntoIterator<Item = &'a csv::StringRecord>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.into_iter().for_each(|row| writer.write_record(row).expect("memory is writable"));
    writer.into_inner().expect("memory is writable")
}

#[test]
fn however_it_is_written_down() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    simulate(&at("national"), "national", "utf-8");
    let want = findings(&scan(&[at("national")], "2"));
    assert!(want.len() > 10, "only {} findings: nothing would be compared", want.len());
    for (layout, encoding) in [("chinese", "gb18030"), ("akc", "utf-8"), ("chinese", "utf-8"), ("national", "gb18030")]
    {
        let name = format!("{layout}-{encoding}");
        simulate(&at(&name), layout, encoding);
        same(&name, &want, &findings(&scan(&[at(&name)], "2")));
    }
    let tables = tables(&at("national"));
    for (name, write) in [
        ("shuffled", shuffled as fn(&Path, &str, &[csv::StringRecord])),
        ("split", split),
        ("gzip", gzip),
        ("excel", excel),
        ("parquet", parquet),
        ("tabs", tabs),
    ] {
        std::fs::create_dir(at(name)).expect("writable");
        tables.iter().for_each(|(table, rows)| write(&at(name), table, rows));
        same(name, &want, &findings(&scan(&[at(name)], "2")));
    }
}

fn shuffled(folder: &Path, table: &str, rows: &[csv::StringRecord]) {
    let mut order: Vec<&csv::StringRecord> = rows[1..].iter().collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(5));
    std::fs::write(folder.join(format!("{table}.csv")), csv_bytes(rows[..1].iter().chain(order))).expect("writable");
}

/// Three files, rows dealt out in turn, so that every stay is torn apart.
fn split(folder: &Path, table: &str, rows: &[csv::StringRecord]) {
    for part in 0..3 {
        let share = rows[1..].iter().skip(part).step_by(3);
        let bytes = csv_bytes(rows[..1].iter().chain(share));
        std::fs::write(folder.join(format!("{table}-{}.csv", part + 1)), bytes).expect("writable");
    }
}

fn gzip(folder: &Path, table: &str, rows: &[csv::StringRecord]) {
    let file = std::fs::File::create(folder.join(format!("{table}.csv.gz"))).expect("writable");
    let mut writer = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    writer.write_all(&csv_bytes(rows)).expect("writable");
    writer.finish().expect("writable");
}

fn tabs(folder: &Path, table: &str, rows: &[csv::StringRecord]) {
    let path = folder.join(format!("{table}.txt"));
    let mut writer = csv::WriterBuilder::new().delimiter(b'\t').from_path(path).expect("writable");
    rows.iter().for_each(|row| writer.write_record(row).expect("writable"));
}

/// A workbook with a title row, the table over two sheets, and money as numbers.
fn excel(folder: &Path, table: &str, rows: &[csv::StringRecord]) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let half = rows.len() / 2 + 1;
    for (name, part) in [("导出", &rows[1..half]), ("导出-2", &rows[half..])] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).expect("a good name");
        sheet.write_string(0, 0, "某统筹区导出").expect("in range");
        for (at, row) in rows[..1].iter().chain(part).enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let (at, column) = (at as u32 + 1, column as u16);
                let money = rows[0][usize::from(column)].ends_with("amt") && at > 1;
                match cell.parse::<f64>() {
                    Ok(number) if money => sheet.write_number(at, column, number).expect("in range"),
                    _ => sheet.write_string(at, column, cell).expect("in range"),
                };
            }
        }
    }
    book.save(folder.join(format!("{table}.xlsx"))).expect("writable");
}

fn parquet(folder: &Path, table: &str, rows: &[csv::StringRecord]) {
    let columns: Vec<Column> = (0..rows[0].len())
        .map(|at| {
            let values: Vec<&str> = rows[1..].iter().map(|r| &r[at]).collect();
            Column::new(rows[0][at].into(), values)
        })
        .collect();
    let mut frame = DataFrame::new_infer_height(columns).expect("columns of one length");
    let file = std::fs::File::create(folder.join(format!("{table}.parquet"))).expect("writable");
    ParquetWriter::new(file).finish(&mut frame).expect("writable");
}

#[test]
fn the_same_bytes_at_any_number_of_threads_and_in_any_order_of_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    simulate(&folder.path().join("region"), "national", "utf-8");
    let files: Vec<PathBuf> = ["stays", "fees", "visits", "persons", "hospitals", "diagnoses"]
        .iter()
        .map(|table| folder.path().join("region").join(format!("{table}.csv")))
        .filter(|path| path.exists())
        .collect();
    let want = scan(&files, "1");
    assert!(!want.is_empty());
    let backwards: Vec<PathBuf> = files.iter().rev().cloned().collect();
    for threads in ["1", "2", "8"] {
        assert_eq!(want, scan(&files, threads), "{threads} threads");
        assert_eq!(want, scan(&backwards, threads), "{threads} threads, files backwards");
    }
}

#[test]
fn unrelated_stays_change_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let region = folder.path().join("region");
    simulate(&region, "national", "utf-8");
    let before = findings(&scan(std::slice::from_ref(&region), "2"));
    let extra = "setl_id,mdtrt_id,psn_no,gend,brdy,fixmedins_code,fixmedins_name,med_type,begntime,endtime,setl_time,\
                 medfee_sumamt,fund_pay_sumamt\n\
                 ZZ1,ZZ1,ZZP1,1,1970-01-01,HZZ,另一家医院,21,2025-03-01 08:11:00,2025-03-04 09:12:00,\
                 2025-03-04 10:00:00,900.00,700.00\n";
    std::fs::write(region.join("stays-extra.csv"), extra).expect("writable");
    same("extra", &before, &findings(&scan(&[region], "2")));
}
