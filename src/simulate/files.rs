//! CSV files in a layout and an encoding, written beside their place and moved there when all is done.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::model::{Table, column};

use super::Error;
use super::options::{Encoding, Layout};
use super::time::DAY;

/// Rows of one table as text, in one layout.
pub struct Rows {
    /// For each field of the table's row, whether the layout has it.
    kept: Vec<bool>,
    at: usize,
    first: bool,
    text: String,
    /// Rows ended.
    pub count: u64,
}

impl Rows {
    /// No rows yet.
    pub fn new(table: Table, fields: &[&str], layout: Layout) -> Self {
        let kept = fields.iter().map(|f| header(table, f, layout).is_some()).collect();
        Self { kept, at: 0, first: true, text: String::new(), count: 0 }
    }

    /// The next cell. Quoted where it has to be.
    pub fn cell(&mut self, value: &str) {
        self.cell_with(|text| {
            if value.contains([',', '"', '\n']) {
                let _ = write!(text, "\"{}\"", value.replace('"', "\"\""));
            } else {
                text.push_str(value);
            }
        });
    }

    /// The next cell, written by a function.
    pub fn cell_with(&mut self, write: impl FnOnce(&mut String)) {
        if self.kept.get(self.at).copied().unwrap_or(false) {
            if !self.first {
                self.text.push(',');
            }
            self.first = false;
            write(&mut self.text);
        }
        self.at += 1;
    }

    /// A number or anything that prints without comma.
    pub fn shown(&mut self, value: impl std::fmt::Display) {
        self.cell_with(|text| {
            let _ = write!(text, "{value}");
        });
    }

    /// An amount in fen as yuan.
    pub fn fen(&mut self, fen: i64) {
        let sign = if fen < 0 { "-" } else { "" };
        self.shown(format_args!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100));
    }

    /// A quantity in 1/10,000.
    pub fn count(&mut self, count: i64) {
        let (sign, count) = (if count < 0 { "-" } else { "" }, count.abs());
        match count % 10_000 {
            0 => self.shown(format_args!("{sign}{}", count / 10_000)),
            rest => {
                let decimals = format!("{rest:04}");
                self.shown(format_args!("{sign}{}.{}", count / 10_000, decimals.trim_end_matches('0')));
            }
        }
    }

    /// A moment.
    pub fn moment(&mut self, moment: i64) {
        let (day, second) = (moment.div_euclid(DAY) as i32, moment.rem_euclid(DAY));
        let date = crate::model::Day(day);
        self.shown(format_args!("{date} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60));
    }

    /// Ends the row.
    pub fn end(&mut self) {
        debug_assert_eq!(self.at, self.kept.len(), "a row has one cell a field");
        self.text.push('\n');
        (self.at, self.first) = (0, true);
        self.count += 1;
    }

    /// The rows in an encoding.
    pub fn encoded(self, encoding: Encoding) -> Vec<u8> {
        encode(self.text, encoding)
    }
}

fn encode(text: String, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.into_bytes(),
        Encoding::Gb18030 => encoding_rs::GB18030.encode(&text).0.into_owned(),
    }
}

/// The header of a field; `None` where the layout has none.
fn header(table: Table, field: &str, layout: Layout) -> Option<&'static str> {
    let column = column(table, field)?;
    let text = match layout {
        Layout::National => column.field,
        Layout::Chinese => column.chinese,
        Layout::Akc => column.akc,
    };
    Some(text).filter(|t| !t.is_empty())
}

/// A file being written.
pub struct Sink {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Sink {
    /// Appends bytes.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(|e| Error::io(&self.path, e))
    }

    /// Closes the file.
    pub fn close(mut self) -> Result<(), Error> {
        self.file.flush().map_err(|e| Error::io(&self.path, e))
    }
}

/// The output folder while it is being filled.
pub struct Folder {
    out: PathBuf,
    temporary: TempDir,
    /// Where in it files are made.
    at: PathBuf,
}

impl Folder {
    /// Prepares the folder.
    ///
    /// # Errors
    /// [`Error::NotEmpty`] where there are files and `force` is not set; [`Error::Io`] where nothing can be written.
    pub fn open(out: &Path, force: bool) -> Result<Self, Error> {
        if out.exists() && !force {
            let mut entries = fs::read_dir(out).map_err(|e| Error::io(out, e))?;
            if entries.next().is_some() {
                return Err(Error::NotEmpty(out.to_path_buf()));
            }
        }
        let parent = out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(|e| Error::io(parent, e))?;
        let temporary = tempfile::Builder::new()
            .prefix(".yishen-simulate-")
            .tempdir_in(parent)
            .map_err(|e| Error::io(parent, e))?;
        let at = temporary.path().to_path_buf();
        Ok(Self { out: out.to_path_buf(), temporary, at })
    }

    /// Makes the files from here on in a folder of it; in itself again with an empty name.
    pub fn enter(&mut self, name: &str) -> Result<(), Error> {
        self.at = self.temporary.path().join(name);
        fs::create_dir_all(&self.at).map_err(|e| Error::io(&self.at, e))
    }

    /// Starts a file of free header.
    pub fn create(&self, name: &str, header: &str, encoding: Encoding) -> Result<Sink, Error> {
        let path = self.at.join(name);
        let file = File::create(&path).map_err(|e| Error::io(&path, e))?;
        let mut sink = Sink { path, file: BufWriter::with_capacity(1 << 20, file) };
        sink.write(&encode(format!("{header}\n"), encoding))?;
        Ok(sink)
    }

    /// Starts the file of a table.
    pub fn table(&self, table: Table, fields: &[&str], layout: Layout, encoding: Encoding) -> Result<Sink, Error> {
        let headers: Vec<&str> = fields.iter().filter_map(|f| header(table, f, layout)).collect();
        self.create(&format!("{}.csv", table.name()), &headers.join(","), encoding)
    }

    /// Moves everything to its place; gives the size in bytes.
    pub fn finish(self) -> Result<u64, Error> {
        move_files(self.temporary.path(), &self.out)
    }
}

/// Moves the files of a folder and of those in it into another; gives their size in bytes.
fn move_files(from: &Path, to: &Path) -> Result<u64, Error> {
    fs::create_dir_all(to).map_err(|e| Error::io(to, e))?;
    let mut bytes = 0;
    for entry in fs::read_dir(from).map_err(|e| Error::io(from, e))? {
        let entry = entry.map_err(|e| Error::io(from, e))?;
        let target = to.join(entry.file_name());
        let about = entry.metadata().map_err(|e| Error::io(&target, e))?;
        if about.is_dir() {
            bytes += move_files(&entry.path(), &target)?;
        } else {
            bytes += about.len();
            fs::rename(entry.path(), &target).map_err(|e| Error::io(&target, e))?;
        }
    }
    Ok(bytes)
}
