//! What ends a scan before it starts: a file that cannot be read as what it is.

use std::path::PathBuf;

use super::Unread;
use super::bounded::Bomb;
use super::lacking::Lacking;
use crate::messages::{Args, Catalog, args};

/// A line that does not end within the longest record that is read.
#[derive(Debug, thiserror::Error)]
#[error("a line of more than 64 MiB")]
pub(super) struct LongLine;

/// An input error. Each names the file and the way out; [`Error::messages`] are the same in the reader's language.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The path is not there or cannot be read.
    #[error("{path}: {reason}")]
    Open {
        /// The path.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The file is broken: a truncated archive, a damaged workbook.
    #[error("{file}: the file is incomplete or damaged ({reason})")]
    Damaged {
        /// The file, with its archive entry or sheet.
        file: String,
        /// What the reader said.
        reason: String,
    },
    /// Neither UTF-8 nor GB18030 nor UTF-16.
    #[error("{file}: line {line}: the text is neither UTF-8 nor GB18030 nor UTF-16")]
    Encoding {
        /// The file.
        file: String,
        /// First line that is none of them.
        line: u32,
    },
    /// Locked with a password.
    #[error("{file}: locked with a password")]
    Locked {
        /// The file.
        file: String,
    },
    /// A line does not end within what memory is set aside for.
    #[error("{file}: line {line} is longer than 64 MiB")]
    LongLine {
        /// The file.
        file: String,
        /// The line.
        line: u32,
    },
    /// More columns than a spreadsheet holds.
    #[error("{file}: a row of more than 16,384 cells")]
    TooWide {
        /// The file.
        file: String,
    },
    /// A cell far outside the table makes a sheet of more cells than are read at once.
    #[error("{file}: a cell far outside the table")]
    Sprawling {
        /// The file.
        file: String,
    },
    /// What is unpacked is far more than any export would be.
    #[error("{file}: unpacks to more than {ratio} times its size")]
    Bomb {
        /// The file, with its archive entry.
        file: String,
        /// The ratio at which unpacking was stopped.
        ratio: u64,
    },
    /// The file was written to while it was read.
    #[error("{file}: changed while it was read")]
    Changed {
        /// The file.
        file: String,
    },
    /// There is no row in it.
    #[error("{file}: there is no row in it")]
    Empty {
        /// The file.
        file: String,
    },
    /// Something else than a table, such as a picture.
    #[error("{file}: {reason}")]
    NotRead {
        /// The file.
        file: String,
        /// Message id `unread-...` of what it is and what to do.
        reason: &'static str,
    },
    /// A file that was named holds no table that is known.
    #[error("{file}: no table was recognised by its header: {headers}")]
    Unrecognised {
        /// The file.
        file: String,
        /// The headers seen, joined.
        headers: String,
    },
    /// A file of a known table lacks columns it cannot do without.
    #[error("{}", .0.plain())]
    Lacking(Box<Lacking>),
    /// The file is named as what is scanned and as a peer's.
    #[error("{path}: given both as what is scanned and with --peers")]
    Peer {
        /// The path.
        path: PathBuf,
    },
    /// Nothing among the paths is a table.
    #[error("{path}: nothing here is an export: no table was recognised by its header; looked at: {files}")]
    NothingUsable {
        /// The paths, joined.
        path: String,
        /// The files that were looked at, joined.
        files: String,
    },
    /// More rows than a 32-bit row number can name.
    #[error("{file}: more than 4,294,967,295 charge lines: scan the months apart")]
    TooManyRows {
        /// The file at which the limit was passed.
        file: String,
    },
    /// A folder of tables that another version wrote.
    #[error("{folder}: tables of another version of this program ({word})")]
    TablesVersion {
        /// The folder.
        folder: String,
        /// What this version does not know.
        word: String,
    },
    /// Two folders of tables, or tables and exports, have records in common.
    #[error("{folder}: {records} records are in what was read before, too, such as {example}")]
    TablesOverlap {
        /// The later folder.
        folder: String,
        /// Records in common.
        records: u64,
        /// One of them.
        example: String,
    },
    /// Several of these.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<Error>),
}

impl Error {
    /// One error as it is, several as one.
    pub(super) fn all(mut errors: Vec<Error>) -> Self {
        if errors.len() == 1 { errors.remove(0) } else { Self::Several(errors) }
    }

    /// What a stream that broke off says: a limit that was passed, or damage.
    pub(super) fn broken(file: &str, line: u32, e: std::io::Error) -> Self {
        let file = file.to_string();
        match e.get_ref() {
            Some(inner) if inner.is::<LongLine>() => Self::LongLine { file, line },
            Some(inner) => match inner.downcast_ref::<Bomb>() {
                Some(bomb) => Self::Bomb { file, ratio: bomb.0 },
                None => Self::Damaged { file, reason: e.to_string() },
            },
            None => Self::Damaged { file, reason: e.to_string() },
        }
    }

    /// The errors and their ways out, in the catalogue's language.
    pub fn messages(&self, catalog: &Catalog) -> Vec<String> {
        match self {
            Self::Several(errors) => errors.iter().flat_map(|e| e.messages(catalog)).collect(),
            Self::NotRead { file, reason } => {
                let why = catalog.text(reason);
                vec![catalog.format("input-not-read", &args([("file", file.as_str().into()), ("why", why.into())]))]
            }
            Self::Lacking(file) => vec![file.message(catalog)],
            other => {
                let (id, args) = other.text();
                vec![catalog.format(id, &args)]
            }
        }
    }

    /// The errors as one text, in the catalogue's language.
    pub fn message(&self, catalog: &Catalog) -> String {
        self.messages(catalog).join("\n")
    }

    /// The same as something that was left out, where the run goes on without it.
    pub(super) fn unread(&self) -> Unread {
        let (id, args) = self.text();
        let (name, reason) = match self {
            Self::Open { path, .. } => (path.display().to_string(), "unread-open"),
            Self::Damaged { file, .. } => (file.clone(), "unread-damaged"),
            Self::Encoding { file, .. } => (file.clone(), "unread-encoding"),
            Self::Locked { file } => (file.clone(), "unread-locked"),
            Self::LongLine { file, .. } => (file.clone(), "unread-long-line"),
            Self::TooWide { file } => (file.clone(), "unread-too-wide"),
            Self::Sprawling { file } => (file.clone(), "unread-sprawling"),
            Self::Bomb { file, .. } => (file.clone(), "unread-bomb"),
            Self::Changed { file } => (file.clone(), "unread-changed"),
            Self::Empty { file } => (file.clone(), "unread-empty"),
            Self::NotRead { file, reason } => (file.clone(), *reason),
            Self::Unrecognised { file, .. } => (file.clone(), "unread-not-a-table"),
            Self::Lacking(lacking) => (lacking.file.clone(), "unread-incomplete"),
            Self::Peer { path } => (path.display().to_string(), "unread-not-a-table"),
            Self::NothingUsable { path, .. } => (path.clone(), "unread-not-a-table"),
            Self::TooManyRows { file } => (file.clone(), id),
            Self::TablesVersion { folder, .. } | Self::TablesOverlap { folder, .. } => (folder.clone(), id),
            Self::Several(_) => (String::new(), id),
        };
        Unread { name, reason, args }
    }

    fn text(&self) -> (&'static str, Args) {
        let of = |file: &String| args([("file", file.as_str().into())]);
        match self {
            Self::Open { path, reason } => {
                ("input-open", args([("path", path.display().to_string().into()), ("reason", reason.as_str().into())]))
            }
            Self::Damaged { file, reason } => {
                ("input-damaged", args([("file", file.as_str().into()), ("reason", reason.as_str().into())]))
            }
            Self::Encoding { file, line } => {
                ("input-encoding", args([("file", file.as_str().into()), ("line", line.to_string().into())]))
            }
            Self::Locked { file } => ("input-locked", of(file)),
            Self::LongLine { file, line } => {
                ("input-long-line", args([("file", file.as_str().into()), ("line", line.to_string().into())]))
            }
            Self::TooWide { file } => ("input-too-wide", of(file)),
            Self::Sprawling { file } => ("input-sprawling", of(file)),
            Self::Bomb { file, ratio } => {
                ("input-bomb", args([("file", file.as_str().into()), ("ratio", (*ratio).into())]))
            }
            Self::Changed { file } => ("input-changed", of(file)),
            Self::Empty { file } => ("input-empty", of(file)),
            Self::NotRead { file, .. } => ("input-not-read", of(file)),
            Self::Unrecognised { file, headers } => {
                ("input-unrecognised", args([("file", file.as_str().into()), ("headers", headers.as_str().into())]))
            }
            Self::Lacking(lacking) => ("input-lacks", lacking.args()),
            Self::Peer { path } => ("input-peer", args([("path", path.display().to_string().into())])),
            Self::NothingUsable { path, files } => {
                ("input-nothing", args([("path", path.as_str().into()), ("files", files.as_str().into())]))
            }
            Self::TooManyRows { file } => ("input-too-many", of(file)),
            Self::TablesVersion { folder, word } => {
                ("input-tables-version", args([("folder", folder.as_str().into()), ("word", word.as_str().into())]))
            }
            Self::TablesOverlap { folder, records, example } => {
                let figures = [
                    ("folder", folder.as_str().into()),
                    ("records", (*records).into()),
                    ("example", example.as_str().into()),
                ];
                ("input-tables-overlap", args(figures))
            }
            Self::Several(_) => ("input-several", Args::new()),
        }
    }
}
