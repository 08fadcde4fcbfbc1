//! The rows of a CSV text, which may be millions: one text with the places where rows start, split when a cell is asked for.

use std::ops::Range;

use rayon::prelude::*;

use super::Problem;
use crate::messages::args;

/// Bytes of text that one thread looks through at a time.
const PIECE: usize = 4 << 20;
/// Separates the cells of a text that had quotes: no key on a keyboard writes it.
const UNIT_SEPARATOR: char = '\u{1f}';

/// Rows of so many cells each, the header first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cells {
    text: String,
    /// Where each row starts, and where the last one ends.
    starts: Vec<u32>,
    separator: u8,
    /// Line of each row; empty where every line is a row.
    lines: Vec<u32>,
}

/// What is wrong with a CSV text: the line and the problem.
pub(super) type Broken = (usize, Problem);

impl Cells {
    /// Reads a CSV text of less than 4 GiB from a byte on: its rows of so many cells, and what is wrong with the others.
    pub(super) fn read(text: String, from: usize, columns: usize) -> (Self, Vec<Broken>) {
        match plain(&text, from, columns) {
            Some(starts) => (Self { text, starts, separator: b',', lines: Vec::new() }, Vec::new()),
            None => quoted(&text[from..]),
        }
    }

    /// Number of rows, the header among them.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The line of a row in the file.
    pub(super) fn line(&self, row: usize) -> usize {
        self.lines.get(row).map_or(row + 1, |line| *line as usize)
    }

    fn row(&self, row: usize) -> &str {
        match self.starts.get(row..row + 2) {
            Some(ends) => &self.text[ends[0] as usize..ends[1] as usize],
            None => "",
        }
    }

    /// A cell of a row; empty where there is none.
    pub(super) fn get(&self, row: usize, column: usize) -> &str {
        let row = self.row(row);
        let mut ends = memchr::memchr_iter(self.separator, row.as_bytes());
        let from = match column {
            0 => Some(0),
            _ => ends.nth(column - 1).map(|end| end + 1),
        };
        from.map_or("", |from| trimmed(&row[from..ends.next().unwrap_or(row.len())]))
    }

    /// All cells of a row.
    pub(super) fn of(&self, row: usize) -> impl Iterator<Item = &str> {
        let row = self.row(row);
        let mut from = 0;
        let ends = memchr::memchr_iter(self.separator, row.as_bytes()).chain([row.len()]);
        ends.map(move |end| trimmed(&row[std::mem::replace(&mut from, end + 1)..end]))
    }
}

/// A cell without the blanks around it. Most have none, which two bytes tell.
fn trimmed(cell: &str) -> &str {
    match cell.as_bytes() {
        [] => cell,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => cell,
        _ => cell.trim(),
    }
}

/// Where the rows start of a text without quotes in which every line is a row; nothing for any other text.
fn plain(text: &str, from: usize, columns: usize) -> Option<Vec<u32>> {
    let bytes = text.as_bytes();
    let parts: Vec<Range<usize>> = pieces(bytes, from);
    let ends: Option<Vec<Vec<u32>>> = parts.into_par_iter().map(|part| ends(bytes, part, columns)).collect();
    let ends = ends?;
    let mut starts = Vec::with_capacity(1 + ends.iter().map(Vec::len).sum::<usize>());
    starts.push(from as u32);
    starts.extend(ends.into_iter().flatten());
    Some(starts)
}

/// Cuts a text between lines.
fn pieces(text: &[u8], mut from: usize) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    while from < text.len() {
        let enough = (from + PIECE).min(text.len());
        let end = memchr::memchr(b'\n', &text[enough..]).map_or(text.len(), |more| enough + more + 1);
        pieces.push(from..end);
        from = end;
    }
    pieces
}

/// Where the lines of a part end; nothing if one of them is not a row of so many cells.
fn ends(text: &[u8], part: Range<usize>, columns: usize) -> Option<Vec<u32>> {
    let own = &text[part.clone()];
    if memchr::memchr(b'"', own).is_some() {
        return None;
    }
    let (mut ends, mut start) = (Vec::new(), 0);
    let last = (!own.ends_with(b"\n")).then_some(own.len());
    for end in memchr::memchr_iter(b'\n', own).map(|at| at + 1).chain(last) {
        let line = &own[start..end];
        // A blank line is a row of one cell only in a table of one column.
        let blank = columns == 1 && line.iter().all(u8::is_ascii_whitespace);
        if blank || memchr::memchr_iter(b',', line).count() + 1 != columns {
            return None;
        }
        ends.push((part.start + end) as u32);
        start = end;
    }
    Some(ends)
}

/// The rows of any CSV text, written without quotes, and what is wrong with rows that are left out.
fn quoted(text: &str) -> (Cells, Vec<Broken>) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let separator = UNIT_SEPARATOR as u8;
    let mut cells = Cells { text: String::with_capacity(text.len()), starts: vec![0], separator, lines: Vec::new() };
    let (mut record, mut broken) = (csv::StringRecord::new(), Vec::new());
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                broken.push(refused(&error));
                continue;
            }
        }
        for (at, cell) in record.iter().enumerate() {
            if at > 0 {
                cells.text.push(UNIT_SEPARATOR);
            }
            cells.text.extend(cell.trim().chars().map(|sign| if sign == UNIT_SEPARATOR { ' ' } else { sign }));
        }
        cells.starts.push(cells.text.len() as u32);
        // The position is before the blank lines that were skipped.
        let (byte, line) = record.position().map_or((0, 0), |p| (p.byte() as usize, p.line()));
        let skipped = text.as_bytes()[byte..].iter().take_while(|b| matches!(b, b'\n' | b'\r'));
        let at = line + skipped.filter(|b| **b == b'\n').count() as u64;
        cells.lines.push(u32::try_from(at).unwrap_or(u32::MAX));
    }
    (cells, broken)
}

/// What the reader of CSV says of a row.
pub(super) fn refused(error: &csv::Error) -> Broken {
    let line = error.position().map_or(1, csv::Position::line) as usize;
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Problem::new("fault-row", args([("found", (*len).into()), ("wanted", (*expected_len).into())]))
        }
        _ => detailed(error.to_string()),
    };
    (line, problem)
}

/// A fault of a table in words that come from elsewhere.
pub(super) fn detailed(detail: String) -> Problem {
    Problem::new("fault-table", args([("detail", detail.into())]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &Cells) -> Vec<Vec<&str>> {
        let all = (0..cells.len()).map(|row| cells.of(row).collect());
        all.collect()
    }

    #[test]
    fn every_cell_is_where_the_row_has_it() {
        let (cells, broken) = Cells::read("a,b,c\n1, 二 ,\n,,3\r\n".to_string(), 0, 3);
        assert!(broken.is_empty());
        assert_eq!(rows(&cells), [vec!["a", "b", "c"], vec!["1", "二", ""], vec!["", "", "3"]]);
        for row in 0..3 {
            let each: Vec<&str> = (0..3).map(|column| cells.get(row, column)).collect();
            assert_eq!(each, cells.of(row).collect::<Vec<_>>(), "row {row}");
        }
        assert_eq!((cells.get(1, 3), cells.get(3, 0)), ("", ""), "there are no such cells");
    }

    #[test]
    fn a_text_of_many_pieces_is_that_of_one() {
        let line = format!("{},x\n", "y".repeat(1000));
        let lines = 3 * PIECE / line.len();
        let text = line.repeat(lines);
        let (cells, _) = Cells::read(text.clone(), 0, 2);
        assert_eq!(cells.len(), lines);
        assert!((0..lines).all(|row| cells.get(row, 1) == "x" && cells.get(row, 0).len() == 1000));
        assert_eq!(pieces(text.as_bytes(), 0).len(), 3);
    }

    #[test]
    fn one_short_line_far_down_makes_it_a_text_for_the_other_reader() {
        let text = format!("{}broken\n1,2\n", "1,2\n".repeat(PIECE / 2));
        let (cells, broken) = Cells::read(text, 0, 2);
        assert_eq!(cells.len(), PIECE / 2 + 1);
        assert_eq!(broken.iter().map(|b| b.0).collect::<Vec<_>>(), [PIECE / 2 + 1]);
        assert_eq!(cells.line(PIECE / 2), PIECE / 2 + 2);
    }

    #[test]
    fn quoted_cells_keep_commas_and_lines() {
        let (cells, broken) = Cells::read("a,b\n\"1,\n2\",\"say \"\"x\"\"\"\n".to_string(), 0, 2);
        assert!(broken.is_empty());
        assert_eq!(rows(&cells), [vec!["a", "b"], vec!["1,\n2", "say \"x\""]]);
        assert_eq!(cells.line(1), 2);
    }
}
