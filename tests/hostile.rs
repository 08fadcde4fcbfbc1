//! Files that would fill memory or never end: each ends soon, within a cap of memory, with its message.
#![allow(clippy::unwrap_used)]
#![cfg(target_os = "linux")]

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longest time and largest memory of a run.
const SECONDS: u64 = 10;
const KILOBYTES: u64 = 1 << 20;
const MIB: usize = 1 << 20;

const HEADER: &str = "setl_id,mdtrt_id,psn_no,gend,brdy,insutype,fixmedins_code,fixmedins_name,hosp_lv,med_type,begntime,endtime,setl_time,dise_codg,dise_name,chfpdr_code,medfee_sumamt,fund_pay_sumamt,psn_pay";

fn row(n: usize) -> String {
    let day = 1 + n % 20;
    format!(
        "S{n},M{n},P{n},1,1950-01-01,390,H4201010000{},第一医院,3,21,2025-03-{day:02} 08:00:00,2025-03-{:02} 10:00:00,2025-03-{:02},I10,高血压,D1,5000.00,3500.00,1500.00",
        n % 5,
        day + 4,
        day + 4
    )
}

/// What a run came to.
struct Ran {
    code: Option<i32>,
    err: String,
    /// The record of the run, without blanks; empty where there is none.
    record: String,
    seconds: f64,
    kilobytes: u64,
}

/// The most memory that a process that still runs has had.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Scans `path` in `dir`, its standard input fed by `feed` where it is `-`.
fn scan(dir: &Path, path: &str, feed: impl FnOnce(&mut dyn Write) -> std::io::Result<()> + Send + 'static) -> Ran {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_yishen"))
        .args(["scan", path, "-o", "report.ndjson", "--force", "--lang", "en"])
        .current_dir(dir)
        .stdin(if path == "-" { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A run that refuses what it is fed closes the pipe: that is no fault of the feeder.
    let stdin = child.stdin.take();
    let feeder = std::thread::spawn(move || {
        if let Some(stdin) = stdin {
            let mut stdin = BufWriter::with_capacity(MIB, stdin);
            drop(feed(&mut stdin).and_then(|()| stdin.flush()));
        }
    });
    let mut stderr = child.stderr.take().unwrap();
    let talk = std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).unwrap();
        text
    });
    let mut kilobytes = 0;
    let status = loop {
        kilobytes = kilobytes.max(peak(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > Duration::from_secs(SECONDS * 3) || kilobytes > KILOBYTES * 4 {
            child.kill().unwrap();
            break child.wait().unwrap();
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let seconds = begun.elapsed().as_secs_f64();
    feeder.join().unwrap();
    let record = std::fs::read_to_string(dir.join("report.ndjson.run.json")).unwrap_or_default();
    let record = record.chars().filter(|c| !c.is_whitespace()).collect();
    Ran { code: status.code(), err: talk.join().unwrap(), record, seconds, kilobytes }
}

fn nothing(_: &mut dyn Write) -> std::io::Result<()> {
    Ok(())
}

impl Ran {
    #[track_caller]
    fn within_bounds(self) -> Self {
        assert!(self.kilobytes > 0, "the memory was not seen");
        assert!(self.kilobytes <= KILOBYTES, "{} KB: {}", self.kilobytes, self.err);
        assert!(self.seconds <= SECONDS as f64, "{} s: {}", self.seconds, self.err);
        self
    }

    /// Nothing was written, and the message says why.
    #[track_caller]
    fn refused(self, fragments: &[&str]) {
        let ran = self.within_bounds();
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert_eq!(ran.record, "", "nothing is written");
        for fragment in fragments {
            assert!(ran.err.contains(fragment), "lacks {fragment}: {}", ran.err);
        }
    }

    /// Read with these counts: read, used, rejected.
    #[track_caller]
    fn read(self, code: i32, (read, used, rejected): (u64, u64, u64)) -> Self {
        let ran = self.within_bounds();
        assert_eq!(ran.code, Some(code), "{}", ran.err);
        let rows = format!("\"read\":{read},\"used\":{used},\"netted\":0,\"repeated\":0,\"rejected\":{rejected}");
        assert!(ran.record.contains(&rows), "lacks {rows}: {}", &ran.record[..ran.record.len().min(3000)]);
        ran
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn repeat(out: &mut (impl Write + ?Sized), bytes: &[u8], mebibytes: usize) -> std::io::Result<()> {
    let block = bytes.repeat(MIB / bytes.len());
    (0..mebibytes).try_for_each(|_| out.write_all(&block))
}

fn gzip(path: &Path, print: impl FnOnce(&mut dyn Write)) {
    let file = BufWriter::new(File::create(path).unwrap());
    let mut packer = flate2::write::GzEncoder::new(file, flate2::Compression::new(6));
    print(&mut packer);
    packer.finish().unwrap().flush().unwrap();
}

type Zip = zip::ZipWriter<BufWriter<File>>;

fn zip(path: &Path, print: impl FnOnce(&mut Zip)) {
    let mut packer = zip::ZipWriter::new(BufWriter::new(File::create(path).unwrap()));
    print(&mut packer);
    packer.finish().unwrap().flush().unwrap();
}

fn member(zip: &mut Zip, name: &str) {
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated).large_file(true);
    zip.start_file(name, options).unwrap();
}

#[test]
fn a_line_without_end_is_refused() {
    let dir = folder();
    let message = ["line 1 is longer than 64 MiB", "one row a line"];
    scan(dir.path(), "-", |out| repeat(out, b"a", 200)).refused(&message);
    scan(dir.path(), "-", |out| repeat(out, &[0], 200)).refused(&["64 MiB"]);
    // The line after a sound header and a sound row.
    let begun = format!("{HEADER}\n{}\n", row(1));
    scan(dir.path(), "-", move |out| {
        out.write_all(begun.as_bytes())?;
        repeat(out, b"x", 200)
    })
    .refused(&["is longer than 64 MiB"]);
    std::fs::create_dir(dir.path().join("data")).unwrap();
    gzip(&dir.path().join("data/stays.csv.gz"), |out| repeat(out, b"a", 1500).unwrap());
    scan(dir.path(), "data", nothing).refused(&["stays.csv.gz", "line 1 is longer than 64 MiB"]);
}

#[test]
fn a_line_of_separators_only_is_refused() {
    let dir = folder();
    // NOTE: below the 64 MiB of the longest line, so that it is cut into cells: 60 million of them.
    scan(dir.path(), "-", |out| repeat(out, b",", 60)).refused(&["16,384 cells"]);
    let begun = format!("{HEADER}\n{}\n", row(1));
    let ran = scan(dir.path(), "-", move |out| {
        out.write_all(begun.as_bytes())?;
        repeat(out, b",", 60)?;
        out.write_all(b"\n")
    });
    ran.within_bounds();
}

#[test]
fn bombs_are_not_unpacked() {
    let dir = folder();
    let message = ["stopped unpacking at more than 300 times the packed size", "unpack it yourself"];
    let blank = format!("{}{}\n", row(1), " ".repeat(8000));
    let rows = |out: &mut dyn Write| {
        writeln!(out, "{HEADER}").unwrap();
        repeat(out, blank.as_bytes(), 700).unwrap();
    };
    gzip(&dir.path().join("stays.csv.gz"), rows);
    scan(dir.path(), "stays.csv.gz", nothing).refused(&message);
    let path = dir.path().join("stays.zip");
    zip(&path, |zip| {
        member(zip, "stays.csv");
        rows(zip);
    });
    scan(dir.path(), "stays.zip", nothing).refused(&message);
}

/// A workbook with the sheet data given, and what a further part is padded with.
fn workbook(path: &Path, sheet: &str, strings: (&str, usize), styles: (&str, usize)) {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    zip(path, |zip| {
        let mut part = |name: &str, begin: &str, padding: (&str, usize), end: &str| {
            member(zip, name);
            zip.write_all(begin.as_bytes()).unwrap();
            if padding.1 > 0 {
                repeat(zip, padding.0.as_bytes(), padding.1).unwrap();
            }
            zip.write_all(end.as_bytes()).unwrap();
        };
        let types = "application/vnd.openxmlformats-officedocument.spreadsheetml";
        let overrides: String = [
            ("workbook", "sheet.main"),
            ("worksheets/sheet1", "worksheet"),
            ("sharedStrings", "sharedStrings"),
            ("styles", "styles"),
        ]
        .map(|(part, kind)| format!("<Override PartName=\"/xl/{part}.xml\" ContentType=\"{types}.{kind}+xml\"/>"))
        .concat();
        part(
            "[Content_Types].xml",
            &format!(
                "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>{overrides}</Types>"
            ),
            ("", 0),
            "",
        );
        let relation = |id: u32, kind: &str, target: &str| {
            format!("<Relationship Id=\"rId{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
        };
        let relations = |all: String| format!("<Relationships xmlns=\"{PACKAGE}/relationships\">{all}</Relationships>");
        part("_rels/.rels", &relations(relation(1, "officeDocument", "xl/workbook.xml")), ("", 0), "");
        let all = [
            (1, "worksheet", "worksheets/sheet1.xml"),
            (2, "sharedStrings", "sharedStrings.xml"),
            (3, "styles", "styles.xml"),
        ]
        .map(|(id, kind, target)| relation(id, kind, target))
        .concat();
        part("xl/_rels/workbook.xml.rels", &relations(all), ("", 0), "");
        part(
            "xl/workbook.xml",
            &format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"住院\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
            ("", 0),
            "",
        );
        part(
            "xl/worksheets/sheet1.xml",
            &format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{sheet}</sheetData></worksheet>"),
            ("", 0),
            "",
        );
        part("xl/sharedStrings.xml", &format!("<sst xmlns=\"{MAIN}\"><si><t>a</t></si>"), strings, "</sst>");
        part(
            "xl/styles.xml",
            &format!("<styleSheet xmlns=\"{MAIN}\"><cellXfs><xf/>"),
            styles,
            "</cellXfs></styleSheet>",
        );
    });
}

/// A header, three rows and what follows them.
fn sheet(more: &str) -> String {
    let rows = std::iter::once(HEADER.to_string()).chain((1..=3).map(row));
    let rows = rows.zip(1..).map(|(text, at)| {
        let cells: String = text.split(',').map(|c| format!("<c t=\"inlineStr\"><is><t>{c}</t></is></c>")).collect();
        format!("<row r=\"{at}\">{cells}</row>")
    });
    rows.collect::<String>() + more
}

#[test]
fn a_stray_cell_in_the_last_row_costs_nothing() {
    let dir = folder();
    let stray = "<row r=\"1048576\"><c r=\"XFD1048576\" t=\"inlineStr\"><is><t>x</t></is></c></row>";
    workbook(&dir.path().join("stays.xlsx"), &sheet(stray), ("", 0), ("", 0));
    let ran = scan(dir.path(), "stays.xlsx", nothing).read(0, (3, 3, 0));
    assert!(ran.kilobytes < 200 << 10, "{} KB", ran.kilobytes);
}

#[test]
fn a_workbook_that_is_a_bomb_is_not_opened() {
    let dir = folder();
    let message = ["stays.xlsx", "stopped unpacking", "packed size"];
    let path = dir.path().join("stays.xlsx");
    for (strings, styles) in [
        (("<si><t>x</t></si>", 700), ("", 0)),
        // NOTE: a smaller one costs thirty times as much in memory: styles are not read row by row.
        (("<si/>", 250), ("", 0)),
        (("", 0), ("<xf/>", 250)),
    ] {
        workbook(&path, &sheet(""), strings, styles);
        scan(dir.path(), "stays.xlsx", nothing).refused(&message);
    }
}

#[test]
fn a_hundred_thousand_columns_are_refused() {
    let dir = folder();
    let wide =
        |first: &str, more: &str| first.to_string() + &(0..100_000).map(|n| format!(",{more}{n}")).collect::<String>();
    for (header, data) in [(wide("c", "c"), wide("1", "")), (wide(HEADER, "c"), wide(&row(1), ""))] {
        let text = format!("{header}\n{data}\n");
        std::fs::write(dir.path().join("stays.csv"), text).unwrap();
        scan(dir.path(), "stays.csv", nothing).refused(&["stays.csv", "16,384 cells", "separates"]);
    }
}

#[test]
fn a_quote_that_is_never_closed_costs_its_row() {
    let dir = folder();
    let rows = 100_000;
    for at in [10, rows - 1] {
        let mut text = format!("{HEADER}\n");
        for n in 0..rows {
            let row = row(n);
            text += &if n == at { row.replace("高血压", "\"高血压") } else { row };
            text.push('\n');
        }
        std::fs::write(dir.path().join("stays.csv"), text).unwrap();
        let n = rows as u64;
        scan(dir.path(), "stays.csv", nothing).read(0, (n, n - 1, 1));
        let rejects = std::fs::read_to_string(dir.path().join("report.ndjson.rejects.csv")).unwrap();
        assert!(rejects.contains(&format!(",{},", at + 2)), "the line is named: {rejects}");
    }
}

#[test]
fn a_quote_closed_rows_later_by_an_inch_mark_costs_its_row() {
    let dir = folder();
    let rows: Vec<String> = (0..300)
        .map(|n| match n {
            30 => row(n).replace("高血压", "\"高血压"),
            80 => row(n).replace("高血压", "管5\""),
            _ => row(n),
        })
        .collect();
    std::fs::write(dir.path().join("stays.csv"), format!("{HEADER}\n{}\n", rows.join("\n"))).unwrap();
    scan(dir.path(), "stays.csv", nothing).read(0, (300, 299, 1));
}

#[test]
fn a_pipe_is_read_where_it_is_named_and_told_where_it_is_found() {
    let dir = folder();
    std::fs::create_dir(dir.path().join("data")).unwrap();
    let pipe = dir.path().join("data/pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let text = format!("{HEADER}\n{}\n{}\n", row(1), row(2));
    std::fs::write(dir.path().join("data/stays.csv"), &text).unwrap();
    // Nobody writes to it: opening it would never end.
    let ran = scan(dir.path(), "data", nothing).read(0, (2, 2, 0));
    assert!(ran.record.contains("pipe.csv") && ran.record.contains("unread-special"), "{}", ran.record);
    // The report is there by now: looking at it must not open the pipe either.
    let writer = std::thread::spawn(move || std::fs::write(pipe, text));
    scan(dir.path(), "data/pipe.csv", nothing).read(0, (2, 2, 0));
    writer.join().unwrap().unwrap();
}

#[test]
fn an_input_that_changes_while_it_is_read_is_refused() {
    let dir = folder();
    let path = dir.path().join("stays.csv");
    let rows: String = (0..200_000).map(|n| row(n) + "\n").collect();
    std::fs::write(&path, format!("{HEADER}\n{rows}")).unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&done);
    let writer = std::thread::spawn(move || {
        let mut file = OpenOptions::new().append(true).open(path).unwrap();
        while !ended.load(Ordering::Relaxed) {
            file.write_all(b"\n").unwrap();
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let ran = scan(dir.path(), "stays.csv", nothing);
    done.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    ran.refused(&["stays.csv", "was changed while it was read", "scan a copy"]);
}
