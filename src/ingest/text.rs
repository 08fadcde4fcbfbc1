//! Delimited text: encoding, delimiter and header found out, then read in blocks that end at a record, parsed in parallel.

use std::io::{self, Read};
use std::sync::Arc;

use rayon::prelude::*;

use super::batch::Batch;
use super::blocks::{Blocks, RECORD, segments};
use super::delimiter::{self, Delimiter};
use super::encoding::{Encoding, decode, detect};
use super::error::{Error, LongLine};
use super::header::{Headers, Layout, Recognised};
use super::heading::{self, Above, Heading};
use super::layout::titled;
use super::parser::{Parser, named};
use super::row::Row;
use super::unknown::Unknown;
use super::values::clean;
use crate::model::Progress;

/// Bytes looked at to find out encoding, delimiter and header.
const HEAD: usize = 1 << 20;
/// Bytes of a line from which its separators are counted before it is taken apart.
const LONG: usize = 64 << 10;

/// What the head of a text says.
struct Head {
    encoding: Encoding,
    delimiter: Delimiter,
    /// Lines end with a lone CR.
    mac: bool,
    found: Recognised,
    /// Physical line of the header; the last one of several.
    header_line: u32,
    /// The lines around it that hold no rows of the table.
    skip: Skip,
    /// Cells of the header row, or of the first row where no header was recognised.
    cells: Vec<String>,
    /// The first rows below it.
    rows: Vec<Vec<String>>,
    /// Fewest cells of a row that is whole.
    shortest: usize,
    /// Nearly all rows have cells beyond the last named header: they belong there.
    wide: bool,
}

/// The rows below a header, up to the next one.
pub(super) struct Stretch {
    /// Line of the header where it is not the first of the file.
    pub line: Option<u32>,
    /// The header.
    pub layout: Layout,
    /// The parser of its rows.
    pub parser: Parser,
    /// Its rows, in order.
    pub batches: Vec<Batch>,
}

/// A text whose header is not that of a table.
pub(super) enum Outcome {
    /// Rows below one header, or below several joined end to end.
    Table(Encoding, Vec<Stretch>),
    /// Not recognised.
    Other(Box<Unknown>),
    /// No row at all.
    Empty,
}

/// A header that rows are read by.
struct Reading {
    /// Line of the header where it is not the first of the file.
    line: Option<u32>,
    layout: Layout,
    parser: Parser,
}

/// Reads a whole text table.
///
/// # Errors
/// An encoding that is none of the known ones; a stream that breaks off (truncated archive); a line without end.
pub(super) fn read(
    name: &str,
    mut source: impl Read + Send,
    headers: Headers<'_>,
    progress: &dyn Progress,
) -> Result<Outcome, Error> {
    let broken = |line: u32| move |e: io::Error| Error::broken(name, line, e);
    let (pending, ended) = head(&mut source).map_err(broken(1))?;
    let Some(head) = look(name, &pending, ended, headers)? else { return Ok(Outcome::Empty) };
    let Recognised::Table(layout) = head.found else {
        let Head { found, header_line, cells, rows, .. } = head;
        return Ok(Outcome::Other(Box::new(Unknown { found, line: header_line, cells, rows })));
    };
    let mut parser = Parser::new(&layout);
    parser.allow_short(head.shortest);
    if !head.wide {
        parser.doubt_wide();
    }
    let mut reader = Blocks::new(source, pending, head.encoding, head.delimiter.clone(), head.mac);
    let context = Context { headers, encoding: head.encoding, delimiter: &head.delimiter };
    let mut current = Arc::new(Reading { line: None, layout, parser });
    let mut stretches: Vec<(Arc<Reading>, Vec<Batch>)> = vec![(Arc::clone(&current), Vec::new())];
    let mut line = 1u32;
    // Title rows and the header stand in the first block: it is at least as long as what was looked at.
    let mut skip = head.skip;
    let mut next = reader.fill().map_err(broken(1))?;
    while !next.is_empty() {
        let blocks = std::mem::take(&mut next);
        let parse = || -> Vec<Parsed> {
            blocks
                .par_iter()
                .enumerate()
                .map(|(at, block)| {
                    let parsed = context.parse(block, &current, if at == 0 { skip } else { Skip::default() });
                    progress.advance(block.len() as u64);
                    progress.rows(parsed.pieces.iter().map(|(_, batch)| batch.read).sum());
                    parsed
                })
                .collect()
        };
        // The next blocks are read while these are parsed.
        let (parsed, filled) = rayon::join(parse, || reader.fill());
        skip = Skip::default();
        let begun = Arc::clone(&current);
        for (block, mut parsed) in blocks.iter().zip(parsed) {
            // A block was read by the header of the one before it, which came to an end in between.
            if !Arc::ptr_eq(&begun, &current) {
                parsed = context.parse(block, &current, Skip::default());
            }
            for (reading, mut batch) in parsed.pieces {
                batch.shift(line - 1);
                let known = stretches.iter().position(|(r, _)| r.layout.headers == reading.layout.headers);
                let at = known.unwrap_or_else(|| {
                    let begins = reading.line.map(|l| l + line - 1);
                    let reading =
                        Reading { line: begins, layout: reading.layout.clone(), parser: reading.parser.clone() };
                    stretches.push((Arc::new(reading), Vec::new()));
                    stretches.len() - 1
                });
                stretches[at].1.push(batch);
                current = Arc::clone(&stretches[at].0);
            }
            line += parsed.lines;
        }
        next = filled.map_err(broken(line))?;
    }
    drop(current);
    let whole = stretches.into_iter().map(|(reading, batches)| match Arc::try_unwrap(reading) {
        Ok(Reading { line, layout, parser }) => Stretch { line, layout, parser, batches },
        Err(r) => Stretch { line: r.line, layout: r.layout.clone(), parser: r.parser.clone(), batches },
    });
    Ok(Outcome::Table(head.encoding, whole.collect()))
}

/// The first lines, and whether they are all there is. A first line that is longer is read to its end.
fn head(source: &mut impl Read) -> io::Result<(Vec<u8>, bool)> {
    let mut head = Vec::with_capacity(HEAD);
    source.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let mut ended = head.len() < HEAD;
    while !ended && memchr::memchr2(b'\n', b'\r', &head).is_none() {
        if head.len() > RECORD {
            return Err(io::Error::other(LongLine));
        }
        let before = head.len();
        source.by_ref().take(before as u64).read_to_end(&mut head)?;
        ended = head.len() == before;
    }
    Ok((head, ended))
}

/// Finds out encoding, delimiter and header; `None` for a text without a single cell.
fn look(name: &str, bytes: &[u8], ended: bool, headers: Headers<'_>) -> Result<Option<Head>, Error> {
    let end = |bytes: &[u8]| memchr::memrchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1);
    let encoding = detect(name, if ended { bytes } else { &bytes[..end(bytes)] })?;
    let text = decode(bytes, encoding).0;
    let complete = if ended { text.len() } else { text.rfind('\n').map_or(text.len(), |at| at + 1) };
    let mac = text.contains('\r') && !text.contains('\n');
    let text = if mac { std::borrow::Cow::Owned(text[..complete].replace('\r', "\n")) } else { text };
    let text = &text[..complete.min(text.len())];
    if text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}').is_empty() {
        return Ok(None);
    }
    let told = text.lines().next().and_then(delimiter::told);
    let candidates = match &told {
        Some(told) => vec![told.clone()],
        None => delimiter::candidates(text),
    };
    let mut best: Option<((usize, usize), Head)> = None;
    let mut wide = false;
    for delimiter in candidates {
        // Told by its bytes, before any cell is made of them. A text cell may be full of what separates nothing here.
        if text.lines().any(|line| is_too_wide(line.as_bytes(), delimiter.byte())) {
            wide = true;
            continue;
        }
        let plain = delimiter.plain(std::borrow::Cow::Borrowed(text));
        let (lines, mut rows): (Vec<u32>, Vec<Vec<String>>) =
            first_rows(&plain, delimiter.byte()).into_iter().skip(usize::from(told.is_some())).unzip();
        let Some(mut heading) = heading::search(&rows, headers) else { continue };
        if heading.cells.len() > heading::WIDEST
            || heading.cells.is_empty() && rows.iter().any(|r| r.len() > heading::WIDEST)
        {
            return Err(Error::TooWide { file: name.to_string() });
        }
        // Of separators that give the same columns the one that leaves nothing between them is the whole one; an escape is
        // believed where it makes more rows fit.
        let Fit { whole, shortest, wide: beyond } =
            rows_that_fit(&plain, delimiter.byte(), &heading.cells, lines[heading.last]);
        let known = heading.score;
        let rank = (known * 1000 + whole.min(999), usize::MAX - heading.cells.len());
        if best.as_ref().is_none_or(|(r, _)| rank > *r) {
            if let Recognised::Table(layout) = &mut heading.found {
                layout.under(name, &rows[..heading.last]);
            }
            let skip = Skip::new(&heading, heading.above(&rows), &lines);
            let (found, cells) = (heading.found, heading.cells);
            let header_line = lines[heading.last];
            let rows = rows.split_off(heading.last + 1);
            let head = Head { encoding, delimiter, mac, found, header_line, skip, cells, rows, shortest, wide: beyond };
            best = Some((rank, head));
        }
    }
    match best {
        Some((_, head)) if !wide || matches!(head.found, Recognised::Table(_)) => Ok(Some(head)),
        _ if wide => Err(Error::TooWide { file: name.to_string() }),
        best => Ok(best.map(|(_, head)| head)),
    }
}

/// Whether a line has more cells than any table: those it would be taken apart into, so what stands in quotes is one.
fn is_too_wide(line: &[u8], delimiter: u8) -> bool {
    if line.len() <= heading::WIDEST {
        return false;
    }
    let (mut quoted, mut cells) = (false, 0);
    memchr::memchr2_iter(delimiter, b'"', line).any(|at| {
        quoted ^= line[at] == b'"';
        cells += usize::from(!quoted && line[at] == delimiter);
        cells > heading::WIDEST
    })
}

/// Whether some line is longer than [`LONG`], found in steps of that length.
fn has_long_line(bytes: &[u8]) -> bool {
    let mut at = 0;
    while bytes.len() - at > LONG {
        match memchr::memrchr(b'\n', &bytes[at..=at + LONG]) {
            Some(end) => at += end + 1,
            None => return true,
        }
    }
    false
}

/// How the first rows below a header fit it.
struct Fit {
    /// How many are as wide, in thousandths.
    whole: usize,
    /// How few cells a row may have: the ones at the end that are empty in some row that is as wide may be left out by the
    /// program that wrote the file.
    shortest: usize,
    /// Whether nearly all are of one width beyond the header, or hold something under blank headers at its end.
    wide: bool,
}

fn rows_that_fit(text: &str, delimiter: u8, headers: &[String], header_line: u32) -> Fit {
    let (width, named) = (headers.len(), named(headers));
    let mut reader = csv_reader(text.as_bytes(), delimiter);
    let mut record = csv::ByteRecord::new();
    let (mut rows, mut whole, mut under) = (0usize, 0usize, 0usize);
    let mut beyond = std::collections::BTreeMap::<usize, usize>::new();
    let mut emptied = vec![false; width];
    while reader.read_byte_record(&mut record).unwrap_or(false) && rows < 10_000 {
        let line = record.position().map_or(0, csv::Position::line) as u32;
        if line < header_line || record.iter().all(|c| c.is_empty()) {
            continue;
        }
        rows += 1;
        if record.len() > width {
            *beyond.entry(record.len()).or_default() += 1;
        }
        under += usize::from(record.iter().take(width).skip(named).any(|c| !clean(c).is_empty()));
        if record.len() == width {
            whole += 1;
            record.iter().zip(&mut emptied).for_each(|(cell, empty)| *empty |= clean(cell).is_empty());
        }
    }
    let shortest = emptied.iter().rposition(|empty| !empty).map_or(0, |at| at + 1);
    let shortest = if whole <= 1 { 0 } else { shortest };
    // The header is one of the rows.
    let rows = rows.max(1);
    let most = beyond.values().copied().max().unwrap_or(0).max(under);
    Fit { whole: whole * 1000 / rows, shortest, wide: most * 10 >= (rows - 1) * 9 }
}

/// The first rows with their physical lines.
fn first_rows(text: &str, delimiter: u8) -> Vec<(u32, Vec<String>)> {
    let mut rows = Vec::new();
    let mut reader = csv_reader(text.as_bytes(), delimiter);
    let mut record = csv::ByteRecord::new();
    while rows.len() < heading::ROWS && reader.read_byte_record(&mut record).unwrap_or(false) {
        let start = record.position().map_or(0, |p| p.byte() as usize);
        let skipped = text.as_bytes()[start..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let line = newlines(&text.as_bytes()[..start + skipped]) + 1;
        let cells = record.iter().take(heading::WIDEST + 1);
        rows.push((line, cells.map(|c| String::from_utf8_lossy(c).into_owned()).collect()));
    }
    rows
}

fn csv_reader(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes)
}

/// Lines of the first block that hold no rows of the table.
#[derive(Clone, Copy, Default)]
struct Skip {
    /// The titles: up to this line.
    titles: u32,
    /// The header: from and up to these lines.
    header: (u32, u32),
    /// Rows before this line stand below another header, which is not known.
    foreign: u32,
}

impl Skip {
    /// Titles and header; titles end where data begins above the header. `lines` are those of the rows looked at.
    fn new(heading: &Heading, above: Option<Above>, lines: &[u32]) -> Self {
        let (first, last) = (lines[heading.first], lines[heading.last]);
        let titles = above.map_or(last, |above| lines[above.from] - 1);
        let foreign = above.filter(|above| !above.own).map_or(0, |_| first);
        Self { titles, header: (first, last), foreign }
    }

    fn is_heading(&self, line: u32) -> bool {
        line <= self.titles || (self.header.0..=self.header.1).contains(&line)
    }
}

struct Parsed {
    /// Rows in order, by the header they stand below.
    pieces: Vec<(Arc<Reading>, Batch)>,
    /// Physical lines in the block.
    lines: u32,
}

/// How the blocks of a text are read.
struct Context<'a> {
    headers: Headers<'a>,
    encoding: Encoding,
    delimiter: &'a Delimiter,
}

impl Context<'_> {
    /// Parses one block, without the lines to skip.
    fn parse(&self, bytes: &[u8], reading: &Arc<Reading>, skip: Skip) -> Parsed {
        let (text, suspect) = decode(bytes, self.encoding);
        let text = self.delimiter.plain(text);
        let text = text.as_bytes();
        let delimiter = self.delimiter.byte();
        let mut line = 1u32;
        let zeros = memchr::memchr(0, text).is_some();
        let pieces = vec![(Arc::clone(reading), reading.parser.batch())];
        let mut rows = RowReader { headers: self.headers, delimiter, suspect, zeros, skip, pieces };
        if memchr::memchr(b'"', text).is_none() {
            rows.records(text, line);
            line += newlines(text);
        } else {
            for segment in segments(text, &[delimiter], true) {
                let part = &text[segment.start..segment.end];
                if segment.stray_quote {
                    rows.stray(part, line);
                } else {
                    rows.records(part, line);
                }
                line += newlines(part);
            }
        }
        Parsed { pieces: rows.pieces, lines: line - 1 }
    }
}

fn newlines(bytes: &[u8]) -> u32 {
    memchr::memchr_iter(b'\n', bytes).count() as u32
}

/// A line without the CRs at its end.
fn without_returns(mut text: &[u8]) -> &[u8] {
    while let [rest @ .., b'\r'] = text {
        text = rest;
    }
    text
}

struct RowReader<'a> {
    headers: Headers<'a>,
    delimiter: u8,
    suspect: bool,
    /// The block holds NUL bytes, as files have after a crash.
    zeros: bool,
    skip: Skip,
    /// Never empty; rows go to the last.
    pieces: Vec<(Arc<Reading>, Batch)>,
}

impl RowReader<'_> {
    /// Parses whole records. A record over several lines that does not fit the header began with a stray quote: its first
    /// line is set aside, and reading goes on with the line after it.
    fn records(&mut self, bytes: &[u8], base: u32) {
        if has_long_line(bytes) {
            return self.long_lines(bytes, base);
        }
        self.whole_records(bytes, base);
    }

    /// Parses whole records.
    fn whole_records(&mut self, bytes: &[u8], base: u32) {
        if memchr::memchr(b'"', bytes).is_some() {
            self.quoted_records(bytes, base);
        } else {
            self.lines(bytes, base);
        }
    }

    /// Parses records without a quote, each of which is a line.
    fn lines<'t>(&mut self, bytes: &'t [u8], base: u32) {
        let returns = memchr::memchr(b'\r', bytes).is_some();
        let mut cells: Vec<&'t [u8]> = Vec::with_capacity(self.parser().width());
        let (mut start, mut from, mut line) = (0, 0, base);
        for at in memchr::memchr2_iter(self.delimiter, b'\n', bytes) {
            cells.push(&bytes[from..at]);
            from = at + 1;
            if bytes[at] == b'\n' {
                self.line(&bytes[start..from], &mut cells, line, returns);
                cells.clear();
                (start, line) = (from, line + 1);
            }
        }
        if start < bytes.len() {
            cells.push(&bytes[from..]);
            self.line(&bytes[start..], &mut cells, line, returns);
        }
    }

    /// A line with its end, and its cells; with `returns` some line of the text has a CR.
    fn line<'t>(&mut self, whole: &'t [u8], cells: &mut [&'t [u8]], line: u32, returns: bool) {
        let mut text = whole.strip_suffix(b"\n").unwrap_or(whole);
        let cut = text.len() == whole.len();
        if returns && memchr::memchr(b'\r', text).is_some() {
            text = without_returns(text);
            // A lone CR ends a record, too.
            if memchr::memchr(b'\r', text).is_some() {
                return self.quoted_records(whole, line);
            }
            cells.iter_mut().next_back().into_iter().for_each(|cell| *cell = without_returns(cell));
        }
        if text.is_empty() {
            return;
        }
        if cells.len() != self.parser().width()
            && let Some(record) = self.unescaped(text)
        {
            return self.record(line, &record, cut);
        }
        self.row(line, Row::new(cells), cut);
    }

    /// Parses records among lines so long that one of separators alone would fill memory with empty cells: such a line is set
    /// aside before it is taken apart.
    fn long_lines(&mut self, bytes: &[u8], base: u32) {
        let (mut from, mut at, mut line, mut first) = (0, 0, base, base);
        for each in bytes.split_inclusive(|b| *b == b'\n') {
            let end = at + each.len();
            if each.len() > LONG && is_too_wide(each, self.delimiter) {
                self.whole_records(&bytes[from..at], first);
                let text = String::from_utf8_lossy(&each[..200.min(each.len())]).into_owned();
                self.bad(line, text.trim(), "reject-fields");
                (from, first) = (end, line + 1);
            }
            (at, line) = (end, line + 1);
        }
        self.whole_records(&bytes[from..], first);
    }

    /// Parses records some of which have quotes.
    fn quoted_records(&mut self, bytes: &[u8], base: u32) {
        let (mut from, mut line) = (0, base);
        'again: while from < bytes.len() {
            let mut reader = csv_reader(&bytes[from..], self.delimiter);
            let mut record = csv::ByteRecord::new();
            let mut counted = from;
            while reader.read_byte_record(&mut record).unwrap_or(false) {
                let start = from + record.position().map_or(0, |p| p.byte() as usize);
                let end = from + reader.position().byte() as usize;
                // The reader leaves the LF of a CRLF to the next record, so lines are counted here.
                let skipped = bytes[start..end].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
                let start = start + skipped;
                line += newlines(&bytes[counted..start]);
                counted = start;
                let raw = bytes[start..end].trim_ascii_end();
                match memchr::memchr(b'\n', raw) {
                    Some(first) if record.len() != self.parser().width() || self.swallows(raw) => {
                        self.stray(&raw[..first], line);
                        (from, line) = (start + first + 1, line + 1);
                        continue 'again;
                    }
                    _ => {
                        let cut = end == bytes.len() && !bytes.ends_with(b"\n");
                        let own = if record.len() == self.parser().width() { None } else { Some(&bytes[start..end]) };
                        match own.and_then(|line| self.unescaped(line)) {
                            Some(record) => self.record(line, &record, cut),
                            None => self.record(line, &record, cut),
                        }
                    }
                }
            }
            return;
        }
    }

    /// Whether a record over several lines has eaten whole rows: a quote that opened in one row was closed by an inch mark rows
    /// later. No line of a real cell is as wide as a row. Where the first cell is quoted the last line may be.
    fn swallows(&self, raw: &[u8]) -> bool {
        let width = self.parser().width();
        let whole = |line: &[u8]| memchr::memchr_iter(self.delimiter, line).count() + 1 == width;
        width > 3 && raw.first() != Some(&b'"') && raw.split(|b| *b == b'\n').skip(1).any(whole)
    }

    fn parser(&self) -> &Parser {
        &self.pieces[self.pieces.len() - 1].0.parser
    }

    fn last(&mut self) -> (&Parser, &mut Batch) {
        let last = self.pieces.len() - 1;
        let (reading, batch) = &mut self.pieces[last];
        (&reading.parser, batch)
    }

    /// A line as it is with its backslashes taken for escapes, where only that makes it as wide as the header: in a large file
    /// the first escape may stand far below what was looked at.
    fn unescaped(&self, line: &[u8]) -> Option<csv::ByteRecord> {
        const UNIT: u8 = 0x1F;
        if self.delimiter == UNIT || memchr::memchr(b'\\', line).is_none() {
            return None;
        }
        let escaped = Delimiter { bytes: vec![self.delimiter], escaped: true };
        let text = String::from_utf8_lossy(line);
        let plain = escaped.plain(text.trim_end_matches(['\r', '\n']).into());
        let mut record = csv::ByteRecord::new();
        let mut reader = csv_reader(plain.as_bytes(), UNIT);
        (reader.read_byte_record(&mut record).unwrap_or(false) && record.len() == self.parser().width())
            .then_some(record)
    }

    /// A line whose quote never closes.
    fn stray(&mut self, bytes: &[u8], line: u32) {
        if let Some(record) = self.unescaped(bytes) {
            return self.record(line, &record, false);
        }
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(1000)]).replace('\u{1f}', " ");
        self.bad(line, text.trim(), "reject-quote");
    }

    fn bad(&mut self, line: u32, text: &str, reason: &'static str) {
        self.last().1.set_aside(line, text, reason);
    }

    fn record(&mut self, line: u32, record: &csv::ByteRecord, cut: bool) {
        let cells: Vec<&[u8]> = record.iter().collect();
        self.row(line, Row::new(&cells), cut);
    }

    /// A row; `cut` where the text breaks off in it.
    fn row(&mut self, line: u32, record: Row<'_>, cut: bool) {
        if self.skip.is_heading(line) {
            return;
        }
        if line < self.skip.foreign {
            let text: Vec<_> = record.iter().take(4).map(String::from_utf8_lossy).collect();
            return self.bad(line, &text.join(","), "reject-above");
        }
        if self.zeros && record.iter().any(|c| memchr::memchr(0, clean(c)).is_some() || (!c.is_empty() && c[0] == 0)) {
            let value = String::from_utf8_lossy(record.get(0).unwrap_or_default()).replace('\0', " ");
            return self.bad(line, value.trim(), "reject-encoding");
        }
        if is_blank_or_total(record) || self.parser().is_header(record) {
            return;
        }
        if let Some(unit) = unit_alone(record) {
            return self.bad(line, &unit, "reject-unit-below");
        }
        if cut && record.len() < self.parser().width() {
            let text: Vec<_> = record.iter().take(4).map(String::from_utf8_lossy).collect();
            let text = text.join(",");
            let garbled =
                self.suspect && record.iter().any(|c| memchr::memmem::find(c, "\u{fffd}".as_bytes()).is_some());
            return self.bad(line, &text, if garbled { "reject-encoding" } else { "reject-fields" });
        }
        let words = !self.parser().refuses_words();
        if words && self.begin(line, record) {
            return;
        }
        let suspect = self.suspect;
        let (parser, batch) = self.last();
        let before = batch.rejected();
        parser.push(batch, line, record, suspect);
        if batch.rejected() > before && !words && self.is_new_header(record) {
            let (parser, batch) = self.last();
            batch.take_back(&parser.alone(line, record, suspect));
            self.begin(line, record);
        }
    }

    /// Whether a row that is no data may be another header.
    fn is_new_header(&self, record: Row<'_>) -> bool {
        header_cells(record, self.headers)
            .is_some_and(|cells| matches!(self.headers.recognise(&cells), Recognised::Table(_)))
    }

    /// Goes on by another header, where the row is one: exports of two kinds, or with columns in another order, joined.
    fn begin(&mut self, line: u32, record: Row<'_>) -> bool {
        let Some(cells) = header_cells(record, self.headers) else { return false };
        let Recognised::Table(layout) = self.headers.recognise(&cells) else { return false };
        let mut parser = Parser::new(&layout);
        parser.allow_short(self.parser().shortest_below(layout.headers.len()));
        parser.doubt_like(self.parser());
        let batch = parser.batch();
        self.pieces.push((Arc::new(Reading { line: Some(line), layout, parser }), batch));
        true
    }
}

/// The cells of a row, where at least three of them and most are headers that are known.
pub(super) fn header_cells(record: Row<'_>, headers: Headers<'_>) -> Option<Vec<String>> {
    let filled = || record.iter().map(clean).filter(|c| !c.is_empty());
    let knows = |cell: &[u8]| !headers.is_no_name(cell) && std::str::from_utf8(cell).is_ok_and(|c| headers.knows(c));
    // Data ends the search at its first cells, so that rows of it cost little.
    if filled().take(4).filter(|c| knows(c)).count() < 2 || record.len() > heading::WIDEST {
        return None;
    }
    let known = filled().filter(|c| knows(c)).count();
    let likely = known >= 3 && known * 2 >= filled().count();
    likely.then(|| record.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect())
}

/// What a row says that is nothing but the unit of the amounts, which belongs above the table.
pub(super) fn unit_alone(record: Row<'_>) -> Option<String> {
    let mut filled = record.iter().filter(|cell| !clean(cell).is_empty());
    let (cell, None) = (filled.next()?, filled.next()) else { return None };
    let text = String::from_utf8_lossy(clean(cell));
    titled(&text).filter(|power| *power != 0).map(|_| text.into_owned())
}

/// Rows that are no data: blank ones and the totals an exporter adds at the end (DOMAIN 6.1).
pub(super) fn is_blank_or_total(record: Row<'_>) -> bool {
    if record.iter().all(|c| clean(c).is_empty()) {
        return true;
    }
    let word = |cell: &[u8]| {
        let text: String = String::from_utf8_lossy(clean(cell)).chars().filter(|c| !c.is_whitespace()).collect();
        let text = text.trim_end_matches([':', '：']).to_string();
        matches!(text.as_str(), "合计" | "总计" | "共计" | "小计" | "本页合计" | "累计" | "Total" | "total" | "TOTAL")
    };
    // Few cells are looked at closely, so that ordinary rows cost nothing.
    let likely = |cell: &[u8]| (5..=24).contains(&cell.len()) && (!cell.is_ascii() || matches!(cell[0], b'T' | b't'));
    record.iter().take(3).any(|cell| likely(cell) && word(cell))
}

#[cfg(test)]
mod wide_tests {
    use super::*;

    #[test]
    fn cells_are_counted_outside_of_quotes() {
        let many = ",".repeat(heading::WIDEST + 1);
        assert!(is_too_wide(many.as_bytes(), b','));
        assert!(is_too_wide(format!("\"\"{many}").as_bytes(), b','));
        assert!(!is_too_wide(format!("a,\"{many}\",b").as_bytes(), b','));
        assert!(!is_too_wide(many.as_bytes(), b'\t'));
    }

    #[test]
    fn long_lines_are_found_wherever_they_stand() {
        let line = |n: usize| [vec![b'x'; n], vec![b'\n']].concat();
        let short = line(LONG - 1).repeat(3);
        assert!(!has_long_line(&short) && !has_long_line(b""));
        for at in [0, LONG, 2 * LONG, 3 * LONG] {
            let mut text = short.clone();
            text.splice(at..at, line(LONG + 1));
            assert!(has_long_line(&text), "{at}");
        }
    }

    #[test]
    fn lines_without_quotes_are_read_as_records_are() {
        use crate::config::Mapping;
        let (mapping, mapped): (Mapping, crate::ingest::header::Mapped) = Default::default();
        let headers = Headers::new(&mapping, &mapped, false);
        let names = ["mdtrt_id", "psn_no", "fixmedins_code", "hilist_code", "cnt", "det_item_fee_sumamt"];
        let Recognised::Table(layout) = headers.recognise(&names.map(String::from)) else { panic!("a table") };
        let read = |text: &str, records: bool| {
            let reading = Arc::new(Reading { line: None, parser: Parser::new(&layout), layout: layout.clone() });
            let pieces = vec![(Arc::clone(&reading), reading.parser.batch())];
            let skip = Skip::default();
            let mut rows = RowReader { headers, delimiter: b',', suspect: false, zeros: false, skip, pieces };
            if records {
                rows.quoted_records(text.as_bytes(), 1);
            } else {
                rows.lines(text.as_bytes(), 1);
            }
            let (_, batch) = rows.pieces.pop().expect("one header");
            let bad: Vec<_> = batch.bad.iter().map(|b| (b.line, b.value.clone(), b.reason)).collect();
            let texts: Vec<Vec<String>> = batch.symbols.iter().map(|s| s.texts.clone()).collect();
            (batch.lines, format!("{:?}", batch.values), texts, bad, batch.read)
        };
        // Pieces of lines joined by a generator of its own: whole rows, short ones, blank ones, CRs wherever they stand.
        let pieces = [
            "M1,P1,H1,C1,1,2.50",
            "M1,P1,H1,C2,x,2.50",
            "M2,P1,H1",
            ",",
            "\r",
            "\r\r",
            "",
            " ",
            "合计,,,,,9",
            "M3,P2,H1,C1,2,5,",
        ];
        let ends = ["\n", "\r\n", "\n\n", "\r\n", "\n", "\r"];
        let mut state = 7_u64;
        let mut next = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        for _ in 0..2_000 {
            let mut text = String::new();
            for _ in 0..next(9) {
                text.push_str(pieces[next(pieces.len())]);
                text.push_str(ends[next(ends.len())]);
            }
            if next(2) == 0 {
                text.push_str(pieces[next(pieces.len())]);
            }
            assert_eq!(read(&text, false), read(&text, true), "{text:?}");
        }
    }

    #[test]
    fn a_cell_that_is_told_is_told_in_every_row() {
        use crate::config::Mapping;
        use crate::model::Silent;
        let head = "mdtrt_id,psn_no,fixmedins_code,hilist_code,cnt,det_item_fee_sumamt,med_chrgitm_type\n";
        let text = format!("{head}{}", "M1,P1,H1,C1,2盒,9.00,怪类\n".repeat(5));
        let (mapping, mapped): (Mapping, crate::ingest::header::Mapped) = Default::default();
        let headers = Headers::new(&mapping, &mapped, false);
        let Ok(Outcome::Table(_, stretches)) = read("x.csv", text.as_bytes(), headers, &Silent) else {
            panic!("a table")
        };
        let seen = &stretches[0].batches[0].seen;
        assert_eq!(seen.iter().map(|s| s.words.total()).sum::<u64>(), 5);
        assert_eq!(seen.iter().map(|s| s.units.total()).sum::<u64>(), 5);
    }

    #[test]
    fn an_escape_far_below_the_start_is_believed_where_it_makes_the_row_fit() {
        use crate::config::Mapping;
        use crate::model::Silent;
        let row = |n: usize, item: &str| format!("{n},P1,H1,2025-01-01,C1,{item},1,10.00\n");
        let mut text = "feedetl_sn,psn_no,fixmedins_code,fee_ocur_time,hilist_code,hilist_name,cnt,amount\n"
            .replace("amount", "det_item_fee_sumamt");
        (0..40_000).for_each(|n| text.push_str(&row(n, "item")));
        for item in ["a\\,b", "\"a\\\",b\"", "\"a\\\"b\"", "a,b", "\"a \"b\""] {
            text.push_str(&row(9, item));
        }
        let (mapping, mapped) = Default::default();
        let headers = Headers::new(&mapping, &mapped, false);
        let _: (&Mapping, &crate::ingest::header::Mapped) = (&mapping, &mapped);
        let Ok(Outcome::Table(_, stretches)) = read("x.csv", text.as_bytes(), headers, &Silent) else {
            panic!("a table")
        };
        let bad: Vec<_> = stretches[0].batches.iter().flat_map(|b| &b.bad).map(|b| (b.line, b.reason)).collect();
        assert_eq!(bad, [(40_005, "reject-fields")]);
        let used: usize = stretches[0].batches.iter().map(|b| b.lines.len()).sum();
        assert_eq!(used, 40_004);
    }
}
