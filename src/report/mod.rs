//! The report: the numbers once, then one printer per format.
//!
//! A report is written beside its place and renamed into it, so that a reader sees the old file or the new one, never half of
//! one. Nothing in a report depends on the clock, the machine or the number of threads.

mod atomic;
mod csv;
mod excel;
mod harmless;
mod mask;
pub mod ndjson;
mod parquet;
mod record;
mod summary;
pub mod terminal;
mod text;
mod words;

use std::io;
use std::path::{Path, PathBuf};

use crate::ingest::Reject;
use crate::messages::{Args, Catalog, Value, args};
use crate::model::Region;
use crate::rulebook::Card;
use crate::weigh::Leads;

pub use atomic::clean_up_on_signals;
pub use mask::{Masked, mask};
pub use summary::{
    Background, ClassLine, Count, Ended, HospitalLine, InputLine, MonthLine, RejectLine, RuleLine, Size, Summary,
    UnreadLine,
};

/// What a printer prints.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The numbers.
    pub summary: &'a Summary,
    /// The leads, in order.
    pub leads: &'a Leads,
    /// The cards of the rules that were chosen.
    pub cards: &'a [&'a Card],
    /// Rows that could not be used.
    pub rejects: &'a [Reject],
    /// The data, for the names of institutions.
    pub region: &'a Region,
    /// The exit code of the run.
    pub exit_code: u8,
    /// The language.
    pub catalog: &'a Catalog,
}

impl Report<'_> {
    /// The card of a rule.
    fn card(&self, rule: &str) -> Option<&Card> {
        self.cards.iter().copied().find(|c| c.id == rule)
    }

    /// What an input was recognised as, and whether it serves as background only.
    fn table_of(&self, input: &InputLine) -> String {
        let table = match input.table {
            Some(table) => text::table_name(table, self.catalog),
            None => self.text("report-table-none"),
        };
        self.as_peer(input, table)
    }

    /// The name of an input's table, with a word where it serves as background only.
    fn as_peer(&self, input: &InputLine, table: String) -> String {
        if input.peer { self.catalog.format("report-table-peer", &args([("table", table.into())])) } else { table }
    }

    /// Title of a rule in the report's language; its id where the card is not there.
    fn title<'b>(&'b self, rule: &'b str) -> &'b str {
        self.card(rule).map_or(rule, |c| c.title.get(self.catalog.lang()))
    }

    fn text(&self, id: &str) -> String {
        self.catalog.text(id)
    }

    /// The value of a reject, or the number of rows that it stands for.
    fn rejected(&self, reject: &Reject) -> String {
        if reject.rows <= 1 {
            return reject.value.clone();
        }
        let value = if reject.value.is_empty() { "none" } else { &reject.value };
        self.catalog.format("report-reject-more", &args([("value", value.into()), ("rows", reject.rows.into())]))
    }
}

/// The format of a report file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Excel workbook.
    Xlsx,
    /// One finding a row, for spreadsheets.
    Csv,
    /// One finding a line.
    Ndjson,
    /// One finding a row, for data tools.
    Parquet,
}

impl Format {
    /// The format that the ending of a path asks for; `.jsonl` is NDJSON too.
    ///
    /// # Errors
    /// The path has no ending this program writes.
    pub fn from_path(path: &Path) -> Result<Self, Error> {
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "xlsx" => Ok(Self::Xlsx),
            "csv" => Ok(Self::Csv),
            "ndjson" | "jsonl" => Ok(Self::Ndjson),
            "parquet" => Ok(Self::Parquet),
            _ => Err(Error::Ending { path: path.to_path_buf() }),
        }
    }
}

/// Why a report was not written. Whatever stood at its place is untouched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ending of the path names no format.
    #[error("{}: unknown report format; use .xlsx, .csv, .ndjson or .parquet", path.display())]
    Ending {
        /// The path.
        path: PathBuf,
    },
    /// The file is there already.
    #[error("{}: already exists; use --force to replace it", path.display())]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// The path is a folder or a device.
    #[error("{}: not a regular file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The folder or the file cannot be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Write {
        /// The path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The format cannot hold the report.
    #[error("{}: cannot be written: {reason}", path.display())]
    Encode {
        /// The path.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

impl Error {
    /// The error for people.
    pub fn message(&self, catalog: &Catalog) -> String {
        let of = |path: &Path| -> Args { args([("path", Value::from(path.display().to_string()))]) };
        let with = |path: &Path, reason: String| {
            let mut args = of(path);
            args.insert("reason".to_string(), Value::from(reason));
            args
        };
        match self {
            Self::Ending { path } => catalog.format("report-error-ending", &of(path)),
            Self::Exists { path } => catalog.format("report-error-exists", &of(path)),
            Self::NotAFile { path } => catalog.format("report-error-not-a-file", &of(path)),
            Self::Write { path, source } => catalog.format("report-error-write", &with(path, source.to_string())),
            Self::Encode { path, reason } => catalog.format("report-error-write", &with(path, reason.clone())),
        }
    }
}

/// Finds out whether a file that is no report could be written.
///
/// # Errors
/// See [`Error`].
pub fn check_place(path: &Path, force: bool) -> Result<(), Error> {
    atomic::check(path, force)
}

/// A file beside a report, with its name and a further ending.
fn beside(report: &Path, ending: &str) -> PathBuf {
    let mut name = report.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Where the rejects of a report go: `<report>.rejects.csv`.
pub fn rejects_path(report: &Path) -> PathBuf {
    beside(report, ".rejects.csv")
}

/// Where the record of the run goes: `<report>.run.json`.
pub fn record_path(report: &Path) -> PathBuf {
    beside(report, ".run.json")
}

/// Every path that is written for a report: it, the list of rejects and the record of the run.
pub fn written_beside(report: &Path) -> Vec<PathBuf> {
    vec![report.to_path_buf(), rejects_path(report), record_path(report)]
}

/// Finds out before any work whether a report can be written: its format, what stands at its place and beside it, its folder.
///
/// # Errors
/// See [`Error`].
pub fn check(path: &Path, force: bool) -> Result<Format, Error> {
    let format = Format::from_path(path)?;
    for path in [path, &rejects_path(path), &record_path(path)] {
        atomic::check(path, force)?;
    }
    Ok(format)
}

/// The report files of a run, readable by their owner only (mode 0600): they appear all or none.
pub struct Files(atomic::Set);

impl Files {
    /// No file yet. An existing file is an error unless `force`.
    pub fn new(force: bool) -> Self {
        Self(atomic::Set::new(force))
    }

    /// Writes a report beside its place, and what lies beside it: the record of the run and, where rows were rejected, their
    /// list. A list left by an earlier run is removed with `force`: it would speak of other data.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn add(&mut self, path: &Path, format: Format, report: &Report<'_>) -> Result<(), Error> {
        self.0.add(path, |file| match format {
            Format::Xlsx => excel::write(report, file),
            Format::Csv => csv::findings(report, file),
            Format::Ndjson => ndjson::write(&report.leads.findings, file).map_err(atomic::Fault::from),
            Format::Parquet => parquet::write(report, file),
        })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.0.add(&record_path(path), |file| record::write(report, &name, file))?;
        let rejects = rejects_path(path);
        if report.rejects.is_empty() {
            self.0.remove(rejects);
            return Ok(());
        }
        self.0.add(&rejects, |file| csv::rejects(report, file))
    }

    /// Writes a file of other content beside its place.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn add_table(
        &mut self,
        path: &Path,
        print: impl FnOnce(&mut dyn io::Write) -> Result<(), String>,
    ) -> Result<(), Error> {
        self.0.add(path, |file| print(file).map_err(atomic::Fault::Encode))
    }

    /// Removes a file of an earlier run with the others' coming, where it may be replaced.
    pub fn leave(&mut self, path: PathBuf) {
        self.0.remove(path);
    }

    /// Brings all files into their places.
    ///
    /// # Errors
    /// See [`Error`]; then all is as it was before.
    pub fn place(self) -> Result<(), Error> {
        self.0.place()
    }
}
