//! Delimited text: encoding, delimiter and header found out, then read in blocks that end at a record, parsed in parallel.

use std::io::Read;

use rayon::prelude::*;

use super::batch::{BadRow, Batch, Parser};
use super::error::Error;
use super::header::{Headers, Layout, Recognised};
use super::stranger::{LOOKED_AT, Unknown};
use super::values::clean;
use crate::model::Progress;

/// Bytes read at a time for one parsing task.
const BLOCK: usize = 4 << 20;
/// Bytes looked at to find out encoding, delimiter and header.
const HEAD: usize = 1 << 20;
/// Rows looked at for a header below title rows.
const TITLE_ROWS: usize = 10;
/// A quoted cell may hold at most so many line ends and bytes; a quote that stays open longer is a stray one.
const QUOTED_LINES: usize = 64;
const QUOTED_BYTES: usize = 64 << 10;

/// A text encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Utf8,
    Gb18030,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// The name shown to people and written to reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }
}

/// What the head of a text says.
pub(super) struct Head {
    pub encoding: Encoding,
    pub delimiter: u8,
    pub found: Recognised,
    /// Physical line of the header.
    pub header_line: u32,
    /// Cells of the header row, or of the first row where no header was recognised.
    pub cells: Vec<String>,
    /// The first rows below it.
    pub rows: Vec<Vec<String>>,
}

/// Rows of a text table, in order.
pub(super) struct TextTable {
    pub encoding: Encoding,
    pub layout: Layout,
    pub parser: Parser,
    pub batches: Vec<Batch>,
}

/// A text whose header is not that of a table.
pub(super) enum Outcome {
    Table(Box<TextTable>),
    /// Not recognised.
    Other(Box<Unknown>),
    /// No row at all.
    Empty,
}

/// Reads a whole text table.
///
/// # Errors
/// An encoding that is none of the known ones; a stream that breaks off (truncated archive).
pub(super) fn read(
    name: &str,
    mut source: impl Read + Send,
    headers: Headers<'_>,
    progress: &dyn Progress,
) -> Result<Outcome, Error> {
    let damaged = |e: std::io::Error| Error::Damaged { file: name.to_string(), reason: e.to_string() };
    let mut pending = Vec::with_capacity(HEAD);
    source.by_ref().take(HEAD as u64).read_to_end(&mut pending).map_err(damaged)?;
    let Some(head) = look(name, &pending, headers)? else { return Ok(Outcome::Empty) };
    let Recognised::Table(layout) = head.found else {
        let Head { found, header_line, cells, rows, .. } = head;
        return Ok(Outcome::Other(Box::new(Unknown { found, line: header_line, cells, rows })));
    };
    let parser = Parser::new(&layout);
    let mut reader = Blocks::new(source, pending, head.encoding, head.delimiter);
    let mut batches: Vec<Batch> = Vec::new();
    let mut line = 1u32;
    // Title rows and the header stand in the first block: it is at least as long as what was looked at.
    let mut skip = head.header_line;
    let mut next = reader.fill().map_err(damaged)?;
    while !next.is_empty() {
        let blocks = std::mem::take(&mut next);
        let parse = || -> Vec<Parsed> {
            blocks
                .par_iter()
                .enumerate()
                .map(|(at, block)| {
                    let skip = if at == 0 { skip } else { 0 };
                    let parsed = parse_block(block, &parser, head.encoding, head.delimiter, skip);
                    progress.advance(block.len() as u64);
                    progress.rows(parsed.batch.read);
                    parsed
                })
                .collect()
        };
        // The next blocks are read while these are parsed.
        let (parsed, filled) = rayon::join(parse, || reader.fill());
        next = filled.map_err(damaged)?;
        skip = 0;
        for Parsed { mut batch, lines } in parsed {
            batch.shift(line - 1);
            batches.push(batch);
            line += lines;
        }
    }
    Ok(Outcome::Table(Box::new(TextTable { encoding: head.encoding, layout, parser, batches })))
}

/// Finds out encoding, delimiter and header; `None` for a text without a single cell.
pub(super) fn look(name: &str, bytes: &[u8], headers: Headers<'_>) -> Result<Option<Head>, Error> {
    let encoding = detect(name, bytes)?;
    let text = decode(bytes, encoding).0;
    let complete = if bytes.len() < HEAD { text.len() } else { text.rfind('\n').map_or(text.len(), |at| at + 1) };
    let text = newline_terminated(&text[..complete]);
    if text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}').is_empty() {
        return Ok(None);
    }
    let mut best: Option<((usize, usize), Head)> = None;
    for delimiter in *b",\t;|\x01" {
        let rows = first_rows(&text, delimiter);
        for (at, (line, cells)) in rows.iter().take(TITLE_ROWS).enumerate() {
            let mut found = headers.recognise(cells);
            // Of an unknown text the delimiter is the one that gives most cells, the header the first row that has them.
            let filled = cells.iter().filter(|c| !c.trim().is_empty()).count();
            let score = (found.points(), if found.points() < 10 { filled } else { 0 });
            if best.as_ref().is_none_or(|(s, _)| score > *s) {
                if let Recognised::Table(layout) = &mut found {
                    layout.under(&rows[..at].iter().map(|(_, cells)| cells.clone()).collect::<Vec<_>>());
                }
                let rows = rows[at + 1..].iter().map(|(_, cells)| cells.clone()).collect();
                let (header_line, cells) = (*line, cells.clone());
                best = Some((score, Head { encoding, delimiter, found, header_line, cells, rows }));
            }
        }
    }
    Ok(best.map(|(_, head)| head))
}

/// Line ends of old Macs as new ones.
fn newline_terminated(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\r') && !text.contains('\n') {
        std::borrow::Cow::Owned(text.replace('\r', "\n"))
    } else {
        std::borrow::Cow::Borrowed(text)
    }
}

/// The first rows with their physical lines.
fn first_rows(text: &str, delimiter: u8) -> Vec<(u32, Vec<String>)> {
    let mut rows = Vec::new();
    let mut reader = csv_reader(text.as_bytes(), delimiter, true);
    let mut record = csv::ByteRecord::new();
    while rows.len() < TITLE_ROWS + LOOKED_AT && reader.read_byte_record(&mut record).unwrap_or(false) {
        let start = record.position().map_or(0, |p| p.byte() as usize);
        let skipped = text.as_bytes()[start..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let line = newlines(&text.as_bytes()[..start + skipped]) + 1;
        rows.push((line, record.iter().map(|c| String::from_utf8_lossy(c).into_owned()).collect()));
    }
    rows
}

fn csv_reader(bytes: &[u8], delimiter: u8, quoting: bool) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).quoting(quoting).from_reader(bytes)
}

/// BOM, then strict UTF-8, then GB18030 (DOMAIN 6.1); UTF-16 without a BOM by its zero bytes.
fn detect(name: &str, bytes: &[u8]) -> Result<Encoding, Error> {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => return Ok(Encoding::Utf8),
        [0xFF, 0xFE, ..] => return Ok(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => return Ok(Encoding::Utf16Be),
        _ => {}
    }
    // UTF-16 without a mark: in text that is mostly ASCII every other byte is zero.
    let sample = &bytes[..bytes.len().min(256)];
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    for (high, low, encoding) in [(1, 0, Encoding::Utf16Le), (0, 1, Encoding::Utf16Be)] {
        if sample.len() >= 8 && zeros(high) * 10 > sample.len() * 2 && zeros(low) * 20 < sample.len() {
            return Ok(encoding);
        }
    }
    let (wrong_utf8, _, lines) = wrong_lines(bytes, |l| std::str::from_utf8(l).is_ok());
    // Text of another encoding is hardly ever valid UTF-8 by chance, so a few broken lines among valid Chinese ones are
    // damage, rejected one by one.
    let (not_chinese, _, _) = wrong_lines(bytes, |l| std::str::from_utf8(l).is_ok_and(|l| !l.is_ascii()));
    if wrong_utf8 == 0 || lines - not_chinese > wrong_utf8 {
        return Ok(Encoding::Utf8);
    }
    let (wrong, first, _) = wrong_lines(bytes, |l| !encoding_rs::GB18030.decode_without_bom_handling(l).1);
    if wrong * 10 > lines.max(10) {
        Err(Error::Encoding { file: name.to_string(), line: first })
    } else {
        Ok(Encoding::Gb18030)
    }
}

/// Number of lines that fail the test, the first of them, and the number of lines.
fn wrong_lines(bytes: &[u8], good: impl Fn(&[u8]) -> bool) -> (usize, u32, usize) {
    let (mut wrong, mut first, mut lines) = (0, 0, 0);
    let complete = if bytes.len() < HEAD { bytes.len() } else { memchr::memrchr(b'\n', bytes).unwrap_or(bytes.len()) };
    for (line, at) in bytes[..complete].split(|b| *b == b'\n').zip(1..) {
        lines += 1;
        if !good(line) {
            wrong += 1;
            if first == 0 {
                first = at;
            }
        }
    }
    (wrong, first, lines)
}

/// The text of a block, and whether some of it had to be replaced.
fn decode(bytes: &[u8], encoding: Encoding) -> (std::borrow::Cow<'_, str>, bool) {
    match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => (std::borrow::Cow::Borrowed(text), false),
            Err(_) => (String::from_utf8_lossy(bytes), true),
        },
        Encoding::Gb18030 => encoding_rs::GB18030.decode_without_bom_handling(bytes),
        Encoding::Utf16Le => encoding_rs::UTF_16LE.decode_with_bom_removal(bytes),
        Encoding::Utf16Be => encoding_rs::UTF_16BE.decode_with_bom_removal(bytes),
    }
}

/// Cuts a stream into blocks that end where a record ends.
struct Blocks<R> {
    source: R,
    rest: Vec<u8>,
    encoding: Encoding,
    delimiter: u8,
    /// Line ends are lone CRs.
    mac: bool,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    fn new(source: R, head: Vec<u8>, encoding: Encoding, delimiter: u8) -> Self {
        let mac = !head.contains(&b'\n') && head.contains(&b'\r');
        Self { source, rest: head, encoding, delimiter, mac, ended: false }
    }

    /// The next blocks, one for each thread and one more; empty at the end.
    fn fill(&mut self) -> std::io::Result<Vec<Vec<u8>>> {
        let mut blocks = Vec::new();
        while blocks.len() < rayon::current_num_threads() * 2 {
            match self.block()? {
                Some(block) => blocks.push(block),
                None => break,
            }
        }
        Ok(blocks)
    }

    fn block(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        loop {
            if !self.ended {
                let before = self.rest.len();
                let want = BLOCK.saturating_sub(before).max(BLOCK / 4);
                self.source.by_ref().take(want as u64).read_to_end(&mut self.rest)?;
                self.ended = self.rest.len() == before;
                if self.mac {
                    self.rest.iter_mut().for_each(unmac);
                }
            }
            if self.rest.is_empty() {
                return Ok(None);
            }
            let cut = if self.ended { self.rest.len() } else { self.last_record_end() };
            if cut > 0 {
                let tail = self.rest.split_off(cut);
                return Ok(Some(std::mem::replace(&mut self.rest, tail)));
            }
        }
    }

    /// End of the last record that is surely complete; 0 where none is.
    fn last_record_end(&self) -> usize {
        let bytes = &self.rest;
        if matches!(self.encoding, Encoding::Utf16Le | Encoding::Utf16Be) {
            return last_wide_newline(bytes, self.encoding);
        }
        if memchr::memchr(b'"', bytes).is_none() {
            return memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        }
        // Beyond the longest quoted cell no open quote can reach, so records before it are certain.
        segments(bytes, self.delimiter, false).last().map_or(0, |s| s.end)
    }
}

fn unmac(byte: &mut u8) {
    if *byte == b'\r' {
        *byte = b'\n';
    }
}

/// End of the last line of UTF-16 text. Quoted line ends are not looked for: such files are small and read in one block.
fn last_wide_newline(bytes: &[u8], encoding: Encoding) -> usize {
    let newline = if encoding == Encoding::Utf16Le { [b'\n', 0] } else { [0, b'\n'] };
    bytes.chunks_exact(2).rposition(|pair| pair == newline).map_or(0, |at| (at + 1) * 2)
}

/// A stretch of text: whole records, or one line that opens a quote and never closes it.
struct Segment {
    start: usize,
    end: usize,
    stray_quote: bool,
}

/// Cuts text into stretches of whole records, setting apart lines with a quote that is never closed. With `last`, the text
/// is all there is and an unfinished record at its end counts as one.
fn segments(bytes: &[u8], delimiter: u8, last: bool) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        match record_end(bytes, at, delimiter) {
            Record::Ends(end) => at = end,
            Record::Unfinished if !last => break,
            Record::Unfinished => at = bytes.len(),
            Record::Stray if !last && bytes.len() - at < QUOTED_BYTES * 2 => break,
            Record::Stray => {
                if at > start {
                    out.push(Segment { start, end: at, stray_quote: false });
                }
                let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
                out.push(Segment { start: at, end, stray_quote: true });
                (start, at) = (end, end);
            }
        }
    }
    if at > start {
        out.push(Segment { start, end: at, stray_quote: false });
    }
    out
}

enum Record {
    /// The record ends before this offset.
    Ends(usize),
    /// The text ends within the record.
    Unfinished,
    /// A quote is opened and not closed within reach.
    Stray,
}

/// Where the record that begins at `at` ends. A quote counts at the start of a cell only (RFC 4180).
fn record_end(bytes: &[u8], at: usize, delimiter: u8) -> Record {
    let mut from = at;
    loop {
        let Some(next) = memchr::memchr2(b'"', b'\n', &bytes[from..]).map(|n| from + n) else {
            return Record::Unfinished;
        };
        if bytes[next] == b'\n' {
            return Record::Ends(next + 1);
        }
        if next > at && bytes[next - 1] != delimiter {
            from = next + 1;
            continue;
        }
        match closing_quote(bytes, next + 1) {
            Some(after) => from = after,
            None => return Record::Stray,
        }
    }
}

/// Offset after the quote that closes a cell; `None` where it does not come within reach.
fn closing_quote(bytes: &[u8], mut at: usize) -> Option<usize> {
    let (limit, mut lines) = (bytes.len().min(at + QUOTED_BYTES), 0);
    while let Some(next) = memchr::memchr2(b'"', b'\n', &bytes[at..limit]).map(|n| at + n) {
        if bytes[next] == b'\n' {
            lines += 1;
            if lines > QUOTED_LINES {
                return None;
            }
        } else if bytes.get(next + 1) == Some(&b'"') {
            at = next + 2;
            continue;
        } else {
            return Some(next + 1);
        }
        at = next + 1;
    }
    None
}

struct Parsed {
    batch: Batch,
    /// Physical lines in the block.
    lines: u32,
}

/// Parses one block, without its first `skip` lines.
fn parse_block(bytes: &[u8], parser: &Parser, encoding: Encoding, delimiter: u8, skip: u32) -> Parsed {
    let (text, suspect) = decode(bytes, encoding);
    let text = text.as_bytes();
    let mut batch = parser.batch();
    let mut line = 1u32;
    let zeros = memchr::memchr(0, text).is_some();
    let rows = RowReader { parser, delimiter, suspect, zeros, skip };
    if memchr::memchr(b'"', text).is_none() {
        rows.records(&mut batch, text, line);
        line += newlines(text);
    } else {
        for segment in segments(text, delimiter, true) {
            let part = &text[segment.start..segment.end];
            if segment.stray_quote {
                rows.stray(&mut batch, part, line);
            } else {
                rows.records(&mut batch, part, line);
            }
            line += newlines(part);
        }
    }
    Parsed { batch, lines: line - 1 }
}

fn newlines(bytes: &[u8]) -> u32 {
    memchr::memchr_iter(b'\n', bytes).count() as u32
}

struct RowReader<'a> {
    parser: &'a Parser,
    delimiter: u8,
    suspect: bool,
    /// The block holds NUL bytes, as files have after a crash.
    zeros: bool,
    skip: u32,
}

impl RowReader<'_> {
    /// Parses whole records. A record over several lines that does not fit the header began with a stray quote: its first
    /// line is set aside, and reading goes on with the line after it.
    fn records(&self, batch: &mut Batch, bytes: &[u8], base: u32) {
        let (mut from, mut line) = (0, base);
        'again: while from < bytes.len() {
            let mut reader = csv_reader(&bytes[from..], self.delimiter, true);
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
                    Some(first) if record.len() != self.parser.width() => {
                        self.stray(batch, &raw[..first], line);
                        (from, line) = (start + first + 1, line + 1);
                        continue 'again;
                    }
                    _ => self.row(batch, line, &record),
                }
            }
            return;
        }
    }

    /// A line whose quote never closes.
    fn stray(&self, batch: &mut Batch, bytes: &[u8], line: u32) {
        let text = String::from_utf8_lossy(bytes);
        batch.read += 1;
        batch.bad.push(BadRow {
            line,
            column: String::new(),
            value: text.trim().chars().take(60).collect(),
            reason: "reject-quote",
        });
    }

    fn row(&self, batch: &mut Batch, line: u32, record: &csv::ByteRecord) {
        if line <= self.skip {
            return;
        }
        if self.zeros && record.iter().any(|c| memchr::memchr(0, clean(c)).is_some() || (!c.is_empty() && c[0] == 0)) {
            batch.read += 1;
            let value = String::from_utf8_lossy(record.get(0).unwrap_or_default()).replace('\0', " ");
            let value = value.trim().chars().take(60).collect();
            batch.bad.push(BadRow { line, column: String::new(), value, reason: "reject-encoding" });
        } else if !is_blank_or_total(record) && !self.parser.is_header(record) {
            self.parser.push(batch, line, record, self.suspect);
        }
    }
}

/// Rows that are no data: blank ones and the totals an exporter adds at the end (DOMAIN 6.1).
pub(super) fn is_blank_or_total(record: &csv::ByteRecord) -> bool {
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
