//! Reports of this program, known by marks in them whatever they are called: read as data they would count every lead as a stay.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::OnceLock;

use super::names::normal;
use crate::messages::{Catalog, Lang};

/// First columns of a report and all of a list of rejected rows, as CSV.
const HEADS: [&str; 2] = ["schema,finding_id,rule,rule_version", "file,line,column,value,reason"];
/// Schemas of what is written as JSON begin so.
const SCHEMAS: [&str; 2] = ["\"schema\":\"yishen.", "\"schema\": \"yishen."];
/// The name of the property of a workbook that is a report.
const PROPERTY: &str = "yishen.report";
/// Sheets of a report. A program that saves it again drops the property and keeps the sheets.
const SHEETS: [&str; 7] = [
    "report-sheet-summary",
    "report-sheet-leads",
    "report-sheet-hospitals",
    "report-sheet-not-run",
    "report-sheet-rules",
    "report-sheet-rejects",
    "report-sheet-inputs",
];

/// The schema of the manifest of tables of this program.
pub const TABLES_SCHEMA: &str = "yishen.tables/1";
/// The name of that manifest.
pub const TABLES_MANIFEST: &str = "manifest.json";
/// The key in the metadata of a Parquet file that is one of those tables.
pub const TABLES_MARK: &str = "yishen.tables";

/// Whether a folder holds tables of this program, of whatever version.
pub fn is_tables(folder: &Path) -> bool {
    let Ok(file) = File::open(folder.join(TABLES_MANIFEST)) else { return false };
    let mut head = Vec::new();
    let read = file.take(200).read_to_end(&mut head).is_ok();
    read && String::from_utf8_lossy(&head).contains(&format!("\"schema\": \"{TABLES_MARK}/"))
}

/// Whether a text is a report or a list beside one.
pub(super) fn is_text(head: &str) -> bool {
    let line = head.lines().next().unwrap_or_default();
    let bare: String = line.chars().filter(|c| !matches!(c, '"' | ' ' | '\t')).collect();
    let bare = bare.replace([';', '|'], ",");
    HEADS.iter().any(|h| bare == *h || bare.starts_with(&format!("{h},result")))
        || head.starts_with('{') && SCHEMAS.iter().any(|s| head.chars().take(400).collect::<String>().contains(s))
}

/// Whether the columns of a table are those of a report, or of one of its sheets that somebody saved alone.
pub(super) fn is_columns(cells: &[String]) -> bool {
    static HEADINGS: OnceLock<Vec<[String; 3]>> = OnceLock::new();
    let headings = HEADINGS.get_or_init(|| {
        let of = |lang| {
            let catalog = Catalog::new(lang);
            ["report-column-message", "report-column-at-risk", "report-column-lead"].map(|id| normal(&catalog.text(id)))
        };
        Lang::ALL.into_iter().map(of).collect()
    });
    if ["finding_id", "rule_version"].iter().all(|name| cells.iter().any(|c| c.trim() == *name)) {
        return true;
    }
    let cells: Vec<String> = cells.iter().map(|c| normal(c)).collect();
    headings.iter().any(|[message, at_risk, lead]| {
        (cells.contains(message) && cells.contains(at_risk)) || cells.first() == Some(lead)
    })
}

/// Whether sheets are those of a report.
pub(super) fn is_sheets(names: &[String]) -> bool {
    Lang::ALL.into_iter().any(|lang| {
        let catalog = Catalog::new(lang);
        SHEETS.iter().filter(|id| names.contains(&catalog.text(id))).count() > SHEETS.len() / 2
    })
}

/// Whether a workbook carries the mark.
pub(super) fn is_marked<R: Read + Seek>(archive: &mut zip::ZipArchive<R>) -> bool {
    let Ok(entry) = archive.by_name("docProps/custom.xml") else { return false };
    let mut text = String::new();
    entry.take(64 << 10).read_to_string(&mut text).is_ok() && text.contains(&format!("\"{PROPERTY}\""))
}
