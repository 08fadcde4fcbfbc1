//! From bytes to a [`Region`]: encodings, header recognition, parsing, refund netting, rejects.
//!
//! Nothing is lost: every row read is used, netted, repeated or rejected, and the counts add up.

mod assemble;
mod assign;
mod batch;
mod beside;
mod blocks;
mod book;
mod bounded;
mod collect;
mod delimiter;
mod encoding;
mod error;
mod files;
mod header;
mod heading;
mod hidden;
mod lacking;
mod layout;
mod likely;
mod markup;
mod names;
mod own;
mod parquet;
mod parser;
mod reading;
mod row;
mod seen;
mod settle;
mod sheet;
mod sniff;
mod stranger;
mod text;
mod unknown;
mod values;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::Mapping;
use crate::model::{Phase, Progress, Region, Table};
use header::Headers;
use reading::Reader;
use sniff::FileFormat;

pub use encoding::ENCODINGS;
pub use error::Error;
pub use lacking::{Lack, Lacking};
pub use likely::{Candidates, candidates, fields, fits, is_headless, tables};
pub use own::{TABLES_MANIFEST, TABLES_MARK, TABLES_SCHEMA, is_tables};
pub(crate) use parquet::decode_column;
pub use unknown::Stranger;

/// Reads files and folders into a region. The order of the paths and of the rows in them does not matter.
///
/// # Errors
/// A file that cannot be read as what it is, a table without a column it needs, or nothing usable; see [`Error`].
pub fn read(paths: &[PathBuf], mapping: &Mapping, progress: &dyn Progress) -> Result<Ingested, Error> {
    read_all(paths, &[], mapping, false, progress)
}

/// As [`read`], with the exports of `peers` as background: they are in the region, and told apart by [`Region::peers`] and
/// [`Input::peer`]. With `keep_going` the run goes on without the files that cannot be read: they are in
/// [`Ingested::unread`] and counted in [`Ingested::missed`].
///
/// # Errors
/// As [`read`]; with `keep_going` only a path that is not there and nothing usable.
pub fn read_all(
    paths: &[PathBuf],
    peers: &[PathBuf],
    mapping: &Mapping,
    keep_going: bool,
    progress: &dyn Progress,
) -> Result<Ingested, Error> {
    let mapped = header::Mapped::new(mapping);
    let collected = gather((paths, peers), Headers::new(mapping, &mapped, false), keep_going, progress)?;
    assemble::assemble(collected, progress)
}

/// How the files were understood: their tables, columns and sample values, without joining them. A table that lacks a column
/// it needs is shown like the others, so that it can be mapped.
///
/// # Errors
/// As [`read`], but for missing columns.
pub fn inspect(paths: &[PathBuf], mapping: &Mapping, progress: &dyn Progress) -> Result<Inspected, Error> {
    let all = gather((paths, &[]), Headers::new(mapping, &header::Mapped::new(mapping), true), true, progress)?;
    Ok(Inspected { inputs: all.inputs, strangers: all.strangers, unread: all.unread, notes: all.notes })
}

/// How files were understood.
#[derive(Debug, Default)]
pub struct Inspected {
    /// The files with the tables in them.
    pub inputs: Vec<Input>,
    /// Those whose headers are unknown.
    pub strangers: Vec<Stranger>,
    /// What was not read, sorted by name.
    pub unread: Vec<Unread>,
    /// Things to know.
    pub notes: Vec<Note>,
}

fn gather(
    (paths, peers): (&[PathBuf], &[PathBuf]),
    headers: Headers<'_>,
    keep_going: bool,
    progress: &dyn Progress,
) -> Result<collect::Collected, Error> {
    let sources = files::expand(paths, peers)?;
    progress.start(Phase::Read, sources.files.iter().map(|s| s.bytes).sum());
    let mut collected = collect::Collected::default();
    for source in &sources.files {
        // The institution given for what is scanned is not that of a peer.
        let headers = if source.peer { headers.without_institution() } else { headers };
        Reader { all: &mut collected, headers, progress }.source(source);
    }
    let collected = collected.finish(&sources.files, headers.mapping, keep_going);
    progress.finish();
    let mut collected = collected?;
    let hidden = sources.hidden + collected.hidden;
    if hidden > 0 {
        let args = crate::messages::args([("count", hidden.into())]);
        collected.notes.insert(0, Note { id: "note-hidden-files", args });
    }
    collected.unread.extend(sources.unread);
    if headers.lenient && !(collected.files.is_empty() && collected.strangers.is_empty()) {
        let faults = std::mem::take(&mut collected.faults);
        collected.unread.extend(faults.iter().map(|f| f.error.unread()));
    } else if collected.inputs.iter().all(|i| i.peer) {
        // Peers without anything to be judged are as good as nothing.
        let path = paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
        let names: Vec<&str> = sources.files.iter().filter(|s| !s.peer).map(|s| s.name.as_str()).collect();
        let files = if names.is_empty() { "-".into() } else { names.join(", ") };
        let mut errors: Vec<Error> = std::mem::take(&mut collected.faults).into_iter().map(|f| f.error).collect();
        // A table that lacks one column says itself what to do.
        if errors.is_empty() || !errors.iter().any(|e| matches!(e, Error::Lacking(_))) {
            errors.push(Error::NothingUsable { path, files });
        }
        return Err(Error::all(errors));
    }
    collected.unread.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(collected)
}

/// The files that paths stand for, in folders as well, so that none of them is written over.
///
/// # Errors
/// A path that is not there or cannot be read.
pub fn inputs(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    Ok(files::expand(paths, &[])?.files.into_iter().map(|s| s.path).collect())
}

/// Whether the file at a path is a report of this program, or a list beside one.
pub fn is_own_report(path: &Path) -> bool {
    let Ok(mut file) = File::open(path) else { return false };
    let mut head = Vec::new();
    if file.by_ref().take(sniff::HEAD as u64).read_to_end(&mut head).is_err() {
        return false;
    }
    match sniff::kind(&head) {
        FileFormat::Own => true,
        FileFormat::Zip => zip::ZipArchive::new(file).is_ok_and(|mut archive| own::is_marked(&mut archive)),
        FileFormat::Parquet => parquet::columns(&path.display().to_string(), file).is_ok_and(|c| own::is_columns(&c)),
        // A report without a lead is an empty file in some formats.
        _ => head.is_empty(),
    }
}

/// What became of the rows of a table part. `read = used + netted + repeated + rejected`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// Data rows seen, without headers, titles and totals.
    pub read: u64,
    /// Rows that carry into the region.
    pub used: u64,
    /// Rows that cancel out: refunds, what they refund, and rows marked invalid.
    pub netted: u64,
    /// Rows exported more than once.
    pub repeated: u64,
    /// Rows that could not be understood; each is in the list of rejects.
    pub rejected: u64,
}

/// A table found in an input file: the file itself, a sheet of a workbook, an entry of an archive.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Sheet or archive entry; empty where the file is one table.
    pub name: String,
    /// What it was recognised as.
    pub table: Table,
    /// `utf-8`, `gb18030`, `utf-16le`, `xlsx`, `parquet`, ...
    pub encoding: &'static str,
    /// How each header was understood, in file order.
    pub columns: Vec<HeaderColumn>,
    /// Its rows.
    pub rows: Rows,
}

/// A header and what it was understood as.
#[derive(Clone, Debug, Serialize)]
pub struct HeaderColumn {
    /// As written.
    pub header: String,
    /// National field name; `None` where the column is not used.
    pub field: Option<&'static str>,
    /// Up to three values.
    pub samples: Vec<String>,
}

/// An input file.
#[derive(Clone, Debug, Serialize)]
pub struct Input {
    /// File name as in `Region::files` for the first part.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// Whether it serves as background only.
    pub peer: bool,
    /// The tables in it.
    pub parts: Vec<Part>,
}

/// A row that could not be used, or all further rows of one fault where they are too many to list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reject {
    /// Name of the file, as in findings' rows.
    pub file: String,
    /// Physical line; 0 for an entry that stands for many rows.
    pub line: u32,
    /// Header of the column at fault; empty where the whole row is.
    pub column: String,
    /// The value at fault, shortened.
    pub value: String,
    /// Message id of the reason, `reject-...`.
    pub reason: &'static str,
    /// Rows it stands for.
    pub rows: u64,
}

/// Something that was there and was not read: a file of another kind, a sheet, a member of an archive, a table that no rule
/// reads, a report of this program.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// File name, with the sheet or archive member where there is one.
    pub name: String,
    /// Message id of the reason and of what to do about it, `unread-...`.
    pub reason: &'static str,
    /// Its arguments.
    pub args: crate::messages::Args,
}

/// Something the reader should know about the data: a message id `note-...` and its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Message id.
    pub id: &'static str,
    /// Its arguments.
    pub args: crate::messages::Args,
}

/// What ingest hands over.
#[derive(Debug, Default)]
pub struct Ingested {
    /// The tables.
    pub region: Region,
    /// The files, sorted by name, those of peers last.
    pub inputs: Vec<Input>,
    /// Rows that could not be used, sorted.
    pub rejects: Vec<Reject>,
    /// What was not read, sorted by name. Never silent: every output lists it.
    pub unread: Vec<Unread>,
    /// How many of those should have been read: the result is incomplete.
    pub missed: u64,
    /// Things to know, in a fixed order.
    pub notes: Vec<Note>,
}
