//! What ends a scan before it starts: a file that cannot be read as what it is.

use std::path::PathBuf;

use super::lacking::Lacking;
use crate::messages::{Args, Catalog, args};

/// An input error. Each names the file and the way out; [`Error::message`] is the same in the reader's language.
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
    /// A file that was named holds no table that is known.
    #[error("{file}: no table was recognised by its header: {headers}")]
    Unrecognised {
        /// The file.
        file: String,
        /// The headers seen, joined.
        headers: String,
    },
    /// Files that lack columns they cannot do without, or that hold no table that is known: all of them at once.
    #[error("{}", .0.iter().map(Lacking::plain).collect::<Vec<_>>().join("; "))]
    Lacking(Vec<Lacking>),
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
}

impl Error {
    /// The error and the way out, in the catalogue's language.
    pub fn message(&self, catalog: &Catalog) -> String {
        let (id, args): (&str, Args) = match self {
            Self::Open { path, reason } => {
                ("input-open", args([("path", path.display().to_string().into()), ("reason", reason.as_str().into())]))
            }
            Self::Damaged { file, reason } => {
                ("input-damaged", args([("file", file.as_str().into()), ("reason", reason.as_str().into())]))
            }
            Self::Encoding { file, line } => {
                ("input-encoding", args([("file", file.as_str().into()), ("line", line.to_string().into())]))
            }
            Self::Unrecognised { file, headers } => {
                ("input-unrecognised", args([("file", file.as_str().into()), ("headers", headers.as_str().into())]))
            }
            Self::Lacking(files) => {
                return files.iter().map(|f| f.message(catalog)).collect::<Vec<_>>().join("\n");
            }
            Self::NothingUsable { path, files } => {
                ("input-nothing", args([("path", path.as_str().into()), ("files", files.as_str().into())]))
            }
            Self::TooManyRows { file } => ("input-too-many", args([("file", file.as_str().into())])),
        };
        catalog.format(id, &args)
    }
}
