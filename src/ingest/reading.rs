//! Takes a file apart: what it is by its content, the members of archives by the same rule, and what could not be read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};

use sha2::{Digest, Sha256};
use zip::unstable::read::ZipIterable;

use super::book::{self, Book, Format};
use super::bounded::{gunzip, member};
use super::collect::{Collected, Fault, Found, RowsOnly, When};
use super::error::Error;
use super::files::{InputFile, is_hidden, join, spool};
use super::header::Headers;
use super::sheet::{Sheet, Tables};
use super::sniff::{self, FileFormat};
use super::unknown::Unknown;
use super::{Input, Note, Unread, markup, own, parquet, text};
use crate::messages::args;
use crate::model::Progress;

/// Archives within archives that are opened.
const DEEPEST: usize = 4;
/// Largest page of markup that is read: it is taken apart in memory.
const MARKUP: u64 = 256 << 20;

/// What is being read.
pub(super) struct Reader<'a> {
    pub all: &'a mut Collected,
    pub headers: Headers<'a>,
    pub progress: &'a dyn Progress,
}

/// Where something stands.
#[derive(Clone)]
struct Place<'a> {
    source: &'a InputFile,
    input: usize,
    /// Members of archives and sheets on the way, joined.
    member: String,
    depth: usize,
    /// The same bytes were read before.
    repeated: bool,
}

impl Place<'_> {
    fn name(&self) -> String {
        join(&self.source.name, &self.member)
    }

    fn inside(&self, name: &str) -> Self {
        Self { member: join(&self.member, name), depth: self.depth + 1, ..self.clone() }
    }
}

impl Reader<'_> {
    /// Reads a source; what could not be read of it is a fault among those of [`Collected`].
    pub fn source(&mut self, source: &InputFile) {
        if self.headers.of(&source.name).skipped() {
            return self.all.left_out(source.name.clone());
        }
        let input = self.all.inputs.len();
        let before = self.all.faults.len();
        self.all.inputs.push(Input {
            name: source.name.clone(),
            bytes: source.bytes,
            sha256: String::new(),
            peer: source.peer,
            parts: Vec::new(),
        });
        let place = Place { source, input, member: String::new(), depth: 0, repeated: false };
        if let Err(error) = self.file(place) {
            self.all.faults.push(Fault { error, when: When::Broken });
        }
        if self.all.inputs[input].parts.is_empty() {
            self.all.inputs.pop();
        } else {
            // Something in it is of use: what is not recognised in it is told, no more.
            let named = self.all.faults[before..].iter_mut().filter(|f| matches!(f.when, When::Named(_)));
            named.for_each(|f| f.when = When::Alone);
        }
    }

    fn file(&mut self, mut place: Place<'_>) -> Result<(), Error> {
        let source = place.source;
        let opened = source.open()?;
        let cannot = |e: io::Error| Error::Open { path: source.path.clone(), reason: e.to_string() };
        self.all.inputs[place.input].bytes = opened.bytes;
        let mut file = opened.file.try_clone().map_err(cannot)?;
        let head = head(&mut file).map_err(cannot)?;
        file.rewind().map_err(cannot)?;
        let kind = sniff::kind(&head);
        match kind {
            FileFormat::Text => {
                let mut hashing = Hashing { inner: &mut file, hash: Sha256::new() };
                let outcome = {
                    let name = place.name();
                    text::read(&name, &mut hashing, self.headers.of(&name), self.progress)?
                };
                let whole = matches!(outcome, text::Outcome::Table(..));
                if whole {
                    io::copy(&mut hashing, &mut io::sink()).map_err(cannot)?;
                }
                let sha256 = hex(hashing.hash);
                place.repeated = whole && self.all.same_bytes(&sha256);
                self.all.inputs[place.input].sha256 = sha256;
                self.text_outcome(&place, outcome);
            }
            FileFormat::Own | FileFormat::Unread(_) => self.stream(&place, kind, Cursor::new(head))?,
            _ => {
                let mut hash = Sha256::new();
                io::copy(&mut file, &mut HashWrite(&mut hash)).map_err(cannot)?;
                file.rewind().map_err(cannot)?;
                let sha256 = hex(hash);
                place.repeated = self.all.same_bytes(&sha256);
                self.all.inputs[place.input].sha256 = sha256;
                self.content(&place, kind, file)?;
                self.progress.advance(source.bytes);
            }
        }
        if opened.has_changed() {
            self.all.faults.push(Fault { error: Error::Changed { file: source.name.clone() }, when: When::Broken });
        }
        Ok(())
    }

    /// Reads something that can be sought in, of a known kind.
    fn content(&mut self, place: &Place<'_>, kind: FileFormat, mut file: File) -> Result<(), Error> {
        let damaged = |e: String| Error::Damaged { file: place.name(), reason: e };
        match kind {
            FileFormat::Zip => {
                let size = file.metadata().map_or(0, |m| m.len());
                if size < sniff::SMALLEST_ZIP {
                    return self.leave(place, "unread-stub");
                }
                let copy = || file.try_clone().map(io::BufReader::new).map_err(|e| damaged(e.to_string()));
                let archive = zip::ZipArchive::new(copy()?).map_err(|e| damaged(e.to_string()))?;
                match sniff::zip_kind(&archive) {
                    sniff::Zip::Archive => {
                        drop(archive);
                        self.archive(place, copy()?)
                    }
                    sniff::Zip::Unread(reason) => self.leave(place, reason),
                    sniff::Zip::Book => self.book(place, Format::New, &file),
                }
            }
            FileFormat::Compound => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).map_err(|e| damaged(e.to_string()))?;
                match sniff::compound_kind(&bytes) {
                    sniff::Compound::Locked => Err(Error::Locked { file: place.name() }),
                    sniff::Compound::Unread(reason) => self.leave(place, reason),
                    sniff::Compound::Book => self.book(place, Format::Old, &file),
                }
            }
            FileFormat::Parquet => match self.parquet(place, file)? {
                parquet::Outcome::Table(table) => {
                    let (layout, parser, batches) = *table;
                    let found = Found {
                        name: place.member.clone(),
                        file: place.name(),
                        encoding: "parquet",
                        layout,
                        parser,
                        batches,
                    };
                    self.all.part(place.input, found, place.repeated);
                    Ok(())
                }
                parquet::Outcome::Own => self.leave(place, "unread-tables"),
                parquet::Outcome::Other(unknown) if own::is_columns(&unknown.cells) => {
                    self.leave(place, "unread-own-report")
                }
                parquet::Outcome::Other(unknown) => {
                    self.other(place, *unknown);
                    Ok(())
                }
            },
            other => self.stream(place, other, file),
        }
    }

    /// Reads something that comes as a stream, of a known kind; what must be sought in is kept in a temporary file.
    fn stream(&mut self, place: &Place<'_>, kind: FileFormat, mut source: impl Read + Send) -> Result<(), Error> {
        let broken = |e: io::Error| Error::broken(&place.name(), 0, e);
        match kind {
            FileFormat::Text => {
                let name = place.name();
                let outcome = text::read(&name, source, self.headers.of(&name), &RowsOnly(self.progress))?;
                self.text_outcome(place, outcome);
                Ok(())
            }
            FileFormat::Gzip => {
                let inner = gunzip(Box::new(source) as Box<dyn Read + Send + '_>);
                self.member(place, Place { depth: place.depth + 1, ..place.clone() }, inner)
            }
            FileFormat::Tar => {
                let mut archive = tar::Archive::new(source);
                let mut names = Names::default();
                for entry in archive.entries().map_err(broken)? {
                    let mut entry = entry.map_err(broken)?;
                    let name = entry_name(&entry.path_bytes());
                    let kind = entry.header().entry_type();
                    if kind.is_dir() || kind.is_pax_global_extensions() || self.passes_over(&name) {
                        continue;
                    }
                    let inner = place.inside(&names.own(name));
                    if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
                        self.leave(&inner, "unread-member")?;
                        continue;
                    }
                    match spool(&mut entry) {
                        Ok((file, _)) => self.attempt(|reader| reader.member(place, inner.clone(), file)),
                        Err(e) => return Err(Error::broken(&inner.name(), 0, e)),
                    }
                }
                if names.0.is_empty() {
                    self.empty(place);
                }
                Ok(())
            }
            FileFormat::Zip | FileFormat::Compound | FileFormat::Parquet => {
                let (file, _) = spool(source).map_err(broken)?;
                self.content(place, kind, file)
            }
            FileFormat::Markup => {
                let mut bytes = Vec::new();
                source.by_ref().take(MARKUP + 1).read_to_end(&mut bytes).map_err(broken)?;
                if bytes.len() as u64 > MARKUP {
                    return self.leave(place, "unread-markup");
                }
                self.markup(place, &bytes)
            }
            FileFormat::Own => self.leave(place, "unread-own-report"),
            FileFormat::Unread(reason) => self.leave(place, reason),
        }
    }

    /// Reads a member of an archive by its content.
    fn member(&mut self, archive: &Place<'_>, place: Place<'_>, mut source: impl Read + Send) -> Result<(), Error> {
        if place.depth > DEEPEST {
            return self.leave(archive, "unread-nested");
        }
        let name = place.name();
        if self.headers.of(&name).skipped() {
            self.all.left_out(name);
            return Ok(());
        }
        let head = head(&mut source).map_err(|e| Error::broken(&place.name(), 1, e))?;
        let kind = sniff::kind(&head);
        self.stream(&place, kind, Cursor::new(head).chain(source))
    }

    /// Reads the members of a ZIP, sorted by name. Several of one name are each read: what adds to an archive may leave the
    /// earlier ones in it.
    fn archive<R: Read + Seek + Send>(&mut self, place: &Place<'_>, mut file: R) -> Result<(), Error> {
        let damaged = |file: String, e: zip::result::ZipError| Error::Damaged { file, reason: e.to_string() };
        let whole = |e| damaged(place.name(), e);
        let mut archive = ZipIterable::try_new(&mut file, zip::read::Config::default()).map_err(whole)?;
        let entries: Vec<_> = archive.files().map_err(whole)?.collect::<Result<_, _>>().map_err(whole)?;
        let mut entries: Vec<(String, _)> = entries.into_iter().map(|e| (entry_name(e.name_raw()), e)).collect();
        entries.retain(|(name, _)| !self.passes_over(name));
        if entries.is_empty() {
            self.empty(place);
        } else if entries.iter().all(|(_, entry)| entry.encrypted()) {
            return Err(Error::Locked { file: place.name() });
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let mut names = Names::default();
        for (name, entry) in entries {
            let inner = place.inside(&names.own(name));
            let packed = entry.compressed_size();
            let read = if entry.encrypted() {
                Err(Error::Locked { file: inner.name() })
            } else if !zip::SUPPORTED_COMPRESSION_METHODS.contains(&entry.compression()) {
                Err(Error::NotRead { file: inner.name(), reason: "unread-compressed" })
            } else {
                entry.with_reader(&mut file, zip::ZipReadOptions::new()).map_err(|e| damaged(inner.name(), e))
            };
            self.attempt(|reader| reader.member(place, inner.clone(), member(read?, packed)));
        }
        Ok(())
    }

    /// Whether a member of an archive is a folder, or hidden, which is counted as in a folder.
    fn passes_over(&mut self, name: &str) -> bool {
        // Nothing is unpacked to the disk, so a path that climbs does no harm.
        let hidden = name.to_lowercase().split('/').any(|part| !matches!(part, "." | "..") && is_hidden(part));
        let folder = name.ends_with('/');
        self.all.hidden += u64::from(hidden && !folder);
        hidden || folder
    }

    /// Goes on with the other members after one that cannot be read.
    fn attempt(&mut self, read: impl FnOnce(&mut Self) -> Result<(), Error>) {
        if let Err(error) = read(self) {
            self.all.faults.push(Fault { error, when: When::Broken });
        }
    }

    fn book(&mut self, place: &Place<'_>, format: Format, file: &File) -> Result<(), Error> {
        let name = place.name();
        let Book::Sheets(sheets, skipped) =
            book::read(&name, format, file, self.headers.of(&name), &RowsOnly(self.progress))?
        else {
            return self.leave(place, "unread-own-report");
        };
        let left_out = !skipped.is_empty();
        skipped.iter().for_each(|sheet| self.all.left_out(join(&name, sheet)));
        if sheets.is_empty() && !left_out {
            self.empty(place);
        }
        for found in sheets {
            let inner = place.inside(&found.name);
            let note = |id, count: u64| {
                let list =
                    [("file", place.name().into()), ("sheet", found.name.as_str().into()), ("count", count.into())];
                Note { id, args: args(list) }
            };
            let read = !found.sheet.stretches.is_empty();
            if read && found.hidden.0 > 0 {
                self.all.notes.push(note("note-hidden-rows", found.hidden.0));
            }
            if read && found.hidden.1 {
                self.all.notes.push(note("note-hidden-sheet", 0));
            }
            for (column, count) in &found.without_value {
                let header = found.sheet.stretches.iter().find_map(|s| s.layout.headers.get(*column as usize));
                let Some(header) = header else { continue };
                let mut note = note("note-formula-without-value", *count);
                note.args.insert("column".to_string(), header.trim().into());
                self.all.notes.push(note);
            }
            self.sheet(&inner, "xlsx", found.sheet);
        }
        Ok(())
    }

    fn markup(&mut self, place: &Place<'_>, bytes: &[u8]) -> Result<(), Error> {
        let pages = markup::read(&place.name(), bytes)?;
        if pages.is_empty() {
            return self.leave(place, "unread-no-table");
        }
        let several = pages.len() > 1;
        let book = memchr::memmem::find(bytes, b"<Workbook").is_some();
        for (page, at) in pages.into_iter().zip(1..) {
            let name = page.name.unwrap_or_else(|| if several { at.to_string() } else { String::new() });
            let inner = place.inside(&name);
            let full = inner.name();
            let mut tables = Tables::new(&full, self.headers.of(&full), None, self.progress);
            for (cells, line) in page.rows.into_iter().zip(1u32..) {
                tables.row(line, cells);
            }
            let sheet = tables.finish();
            self.sheet(&inner, if book { "xml" } else { "html" }, sheet);
        }
        Ok(())
    }

    fn sheet(&mut self, place: &Place<'_>, encoding: &'static str, sheet: Sheet) {
        for stretch in sheet.stretches {
            let name = stretch.place.map_or_else(|| place.member.clone(), |cell| format!("{}!{cell}", place.member));
            let found = Found {
                file: join(&place.source.name, &name),
                name,
                encoding,
                layout: stretch.layout,
                parser: stretch.parser,
                batches: stretch.batches,
            };
            self.part(place, found);
        }
        if let Some(unknown) = sheet.other {
            self.other(place, *unknown);
        }
    }

    /// Adds a table, unless it is a sheet of an earlier report that somebody saved alone: its leads are no stays.
    fn part(&mut self, place: &Place<'_>, found: Found) {
        if own::is_columns(&found.layout.headers) {
            self.all.unread.push(Unread { name: found.file, reason: "unread-own-report", args: args([]) });
        } else {
            self.all.part(place.input, found, place.repeated);
        }
    }

    fn text_outcome(&mut self, place: &Place<'_>, outcome: text::Outcome) {
        match outcome {
            text::Outcome::Table(encoding, stretches) => {
                for stretch in stretches {
                    let name = match (stretch.line, place.member.as_str()) {
                        (None, member) => member.to_string(),
                        (Some(line), "") => line.to_string(),
                        (Some(line), member) => format!("{member}:{line}"),
                    };
                    let found = Found {
                        name,
                        // Rows are found by line, whichever header they stand below.
                        file: place.name(),
                        encoding: encoding.name(),
                        layout: stretch.layout,
                        parser: stretch.parser,
                        batches: stretch.batches,
                    };
                    self.part(place, found);
                }
            }
            text::Outcome::Other(unknown) => self.other(place, *unknown),
            text::Outcome::Empty => self.empty(place),
        }
    }

    fn empty(&mut self, place: &Place<'_>) {
        self.all.faults.push(Fault { error: Error::Empty { file: place.name() }, when: self.when(place, None) });
    }

    /// When something that is no table is more than a thing to tell.
    fn when(&self, place: &Place<'_>, table: Option<crate::model::Table>) -> When {
        if place.source.named { When::Named(table) } else { When::Alone }
    }

    /// Tells what is not recognised, and what it lacks.
    fn other(&mut self, place: &Place<'_>, unknown: Unknown) {
        if own::is_columns(&unknown.cells) {
            self.all.unread.push(Unread { name: place.name(), reason: "unread-own-report", args: args([]) });
        } else {
            self.all.other(place.name(), place.source.named, unknown, self.headers.lenient);
        }
    }

    fn parquet(&self, place: &Place<'_>, file: File) -> Result<parquet::Outcome, Error> {
        let name = place.name();
        parquet::read(&name, file, self.headers.of(&name), &RowsOnly(self.progress))
    }

    /// Leaves something out and says why.
    fn leave(&mut self, place: &Place<'_>, reason: &'static str) -> Result<(), Error> {
        let when = if reason == "unread-own-report" { When::Alone } else { self.when(place, None) };
        self.all.faults.push(Fault { error: Error::NotRead { file: place.name(), reason }, when });
        Ok(())
    }
}

fn head(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    source.by_ref().take(sniff::HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// How often each name was met among the members of an archive.
#[derive(Default)]
struct Names(BTreeMap<String, u32>);

impl Names {
    /// A name of its own for a member, so that its rows can be told from those of another of the same name.
    fn own(&mut self, name: String) -> String {
        let times = self.0.entry(name.clone()).or_default();
        *times += 1;
        if *times == 1 { name } else { format!("{name}#{times}") }
    }
}

/// The name of an archive entry; archives made by Chinese Windows hold it in GBK.
fn entry_name(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_string(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(raw).0.into_owned(),
    }
}

/// A reader that hashes what passes.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.hash.update(&buffer[..n]);
        Ok(n)
    }
}

struct HashWrite<'a>(&'a mut Sha256);

impl io::Write for HashWrite<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
}
