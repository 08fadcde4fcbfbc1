//! Cuts a stream of text into blocks that end where a record ends.

use std::io::{self, Read};

use super::delimiter::Delimiter;
use super::encoding::Encoding;
use super::error::LongLine;

/// Bytes read at a time for one parsing task.
const BLOCK: usize = 4 << 20;
/// Longest record, with its quoted cells; a quote that stays open longer is a stray one, a line that is longer none.
pub(super) const RECORD: usize = 64 << 20;

/// Cuts a stream into blocks that end where a record ends.
pub(super) struct Blocks<R> {
    source: R,
    rest: Vec<u8>,
    encoding: Encoding,
    delimiter: Delimiter,
    /// Line ends are lone CRs.
    mac: bool,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// Blocks of what was read already and of what follows.
    pub fn new(source: R, mut head: Vec<u8>, encoding: Encoding, delimiter: Delimiter, mac: bool) -> Self {
        if mac {
            head.iter_mut().for_each(unmac);
        }
        Self { source, rest: head, encoding, delimiter, mac, ended: false }
    }

    /// The next blocks, one for each thread and one more; empty at the end.
    pub fn fill(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let mut blocks = Vec::new();
        let mut bytes = 0;
        while blocks.len() < rayon::current_num_threads() * 2 && bytes < RECORD {
            match self.block()? {
                Some(block) => {
                    bytes += block.len();
                    blocks.push(block);
                }
                None => break,
            }
        }
        Ok(blocks)
    }

    fn block(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if !self.ended {
                let before = self.rest.len();
                // What did not hold a whole record is read on in growing steps, so that looking for its end stays linear.
                let want = BLOCK.saturating_sub(before).max(before.max(BLOCK / 4));
                self.source.by_ref().take(want as u64).read_to_end(&mut self.rest)?;
                self.ended = self.rest.len() == before;
                if self.mac {
                    self.rest[before..].iter_mut().for_each(unmac);
                }
            }
            if self.rest.is_empty() {
                return Ok(None);
            }
            let cut = if self.ended { self.rest.len() } else { self.last_record_end() };
            if cut == 0 && self.rest.len() > RECORD * 2 || self.ended && no_line_end(&self.rest) {
                return Err(io::Error::other(LongLine));
            }
            if cut > 0 {
                let tail = self.rest.split_off(cut);
                return Ok(Some(std::mem::replace(&mut self.rest, tail)));
            }
        }
    }

    /// End of the last record that is surely complete; 0 where none is.
    fn last_record_end(&self) -> usize {
        let bytes = &self.rest;
        if self.encoding.is_wide() {
            return last_wide_newline(bytes, self.encoding);
        }
        if memchr::memchr(b'"', bytes).is_none() {
            return memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        }
        // Beyond the longest record no open quote can reach, so records before it are certain.
        segments(bytes, &self.delimiter.bytes, false).last().map_or(0, |s| s.end)
    }
}

/// Whether the last bytes of a file are one line that is too long.
fn no_line_end(bytes: &[u8]) -> bool {
    bytes.len() > RECORD && memchr::memchr(b'\n', &bytes[..RECORD]).is_none()
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
pub(super) struct Segment {
    pub start: usize,
    pub end: usize,
    pub stray_quote: bool,
}

/// Cuts text into stretches of whole records, setting apart lines with a quote that is never closed. With `last`, the text
/// is all there is and an unfinished record at its end counts as one.
pub(super) fn segments(bytes: &[u8], delimiter: &[u8], last: bool) -> Vec<Segment> {
    let mut out: Vec<Segment> = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        match record_end(bytes, at, delimiter, last) {
            Record::Ends(end) => at = end,
            Record::Unfinished if !last => break,
            Record::Unfinished => at = bytes.len(),
            Record::Open if !last && bytes.len() - at <= RECORD => break,
            Record::Open | Record::Stray => {
                let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
                if at > start {
                    out.push(Segment { start, end: at, stray_quote: false });
                }
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
    /// A quote is opened and the text ends, or the longest record, before it is closed.
    Open,
    /// A quote is opened and what seems to close it opens another cell.
    Stray,
}

/// Where the record that begins at `at` ends. A quote counts at the start of a cell only (RFC 4180).
fn record_end(bytes: &[u8], at: usize, delimiter: &[u8], last: bool) -> Record {
    let mut from = at;
    loop {
        let Some(next) = memchr::memchr2(b'"', b'\n', &bytes[from..]).map(|n| from + n) else {
            return Record::Unfinished;
        };
        if bytes[next] == b'\n' {
            return Record::Ends(next + 1);
        }
        if next > at && !bytes[at..next].ends_with(delimiter) {
            from = next + 1;
            continue;
        }
        match closing_quote(bytes, next + 1, delimiter, last) {
            Ok(after) => from = after,
            Err(record) => return record,
        }
    }
}

/// Offset after the quote that closes a cell. On the line where the cell begins any quote that is not doubled does; further
/// down only one at the end of a cell, or the next cell that is quoted would close a quote that is open by mistake, and the
/// rows between would be lost in silence.
fn closing_quote(bytes: &[u8], mut at: usize, delimiter: &[u8], last: bool) -> Result<usize, Record> {
    let limit = bytes.len().min(at + RECORD);
    let mut below = false;
    while let Some(next) = memchr::memchr2(b'"', b'\n', &bytes[at..limit]).map(|n| at + n) {
        at = next + 1;
        if bytes[next] == b'\n' {
            below = true;
        } else if bytes.get(at) == Some(&b'"') {
            at += 1;
        } else if !below || ends_cell(&bytes[at..], delimiter) {
            return Ok(at);
        } else if at == bytes.len() && !last {
            return Err(Record::Open);
        } else {
            return Err(Record::Stray);
        }
    }
    Err(Record::Open)
}

/// Whether a cell ends here, after blanks at most.
fn ends_cell(bytes: &[u8], delimiter: &[u8]) -> bool {
    if bytes.starts_with(delimiter) {
        return true;
    }
    let blanks = bytes.iter().take_while(|b| **b == b' ').count();
    let rest = &bytes[blanks..];
    rest.is_empty() || matches!(rest[0], b'\r' | b'\n') || rest.starts_with(delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(String, bool)> {
        let cut = segments(text.as_bytes(), b",", true);
        cut.iter().map(|s| (text[s.start..s.end].to_string(), s.stray_quote)).collect()
    }

    #[test]
    fn a_cell_of_many_lines_is_one_record() {
        let text = format!("1,\"{}\",x\n2,y,z\n", "行\n".repeat(500));
        assert_eq!(cut(&text), [(text, false)]);
    }

    #[test]
    fn a_quote_closed_by_the_next_quoted_cell_is_stray() {
        let cuts = cut("1,\"a,x\n2,b,y\n3,\"c\",z\n");
        assert_eq!(cuts, [("1,\"a,x\n".into(), true), ("2,b,y\n3,\"c\",z\n".into(), false)]);
        let cuts = cut("1,\"a,x\n2,b,y\n3,\"c,z\n4,d,w\n");
        assert_eq!(cuts.iter().filter(|c| c.1).count(), 2);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let endless = io::repeat(b'a').take(1 << 30);
        let mut blocks = Blocks::new(endless, Vec::new(), Encoding::Utf8, Delimiter::single(b','), false);
        assert!(blocks.fill().is_err_and(|e| e.get_ref().is_some_and(|e| e.is::<LongLine>())));
        assert!(blocks.rest.len() < RECORD * 5);
    }

    #[test]
    fn blocks_end_where_records_end() {
        let text = "1,\"a\nb\",c\n".repeat(700_000);
        let mut blocks = Blocks::new(text.as_bytes(), Vec::new(), Encoding::Utf8, Delimiter::single(b','), false);
        let mut whole = Vec::new();
        loop {
            let next = blocks.fill().expect("sound");
            if next.is_empty() {
                break;
            }
            assert!(next.iter().all(|b| b.ends_with(b",c\n")));
            next.into_iter().for_each(|b| whole.extend(b));
        }
        assert!(whole == text.as_bytes());
    }
}
