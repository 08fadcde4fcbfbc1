//! Excel workbooks: every sheet that holds a table.

use std::io::Cursor;

use calamine::{Data, Range, Reader};

use super::batch::{Batch, Parser};
use super::error::Error;
use super::header::{Headers, Layout, Recognised};
use super::stranger::{LOOKED_AT, Unknown};
use super::text::is_blank_or_total;
use crate::model::Progress;

/// Rows looked at for a header below title rows.
const TITLE_ROWS: usize = 10;
/// Rows in a batch.
const BATCH: usize = 50_000;
/// Excel keeps 15 digits of a number that is typed in: from here on it may have rounded.
const KEPT: f64 = 1e15;
/// Integers below 2^53 are stored to the last digit by programs that write workbooks.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A sheet that holds a table.
pub(super) struct Sheet {
    pub name: String,
    pub layout: Layout,
    pub parser: Parser,
    pub batches: Vec<Batch>,
}

/// What became of a sheet.
pub(super) enum SheetOutcome {
    Table(Box<Sheet>),
    /// Not recognised, with its name.
    Other(String, Box<Unknown>),
    /// Left out by the configuration.
    Skipped(String),
}

/// Reads the sheets of a workbook (`.xlsx`, `.xlsm`, `.xls`). A sheet without a header that follows a table of the same
/// width goes on with it: exports longer than a sheet are split so.
///
/// # Errors
/// A workbook that cannot be opened.
pub(super) fn read(
    file: &str,
    bytes: &[u8],
    headers: Headers<'_>,
    progress: &dyn Progress,
) -> Result<Vec<SheetOutcome>, Error> {
    let damaged = |reason: String| Error::Damaged { file: file.to_string(), reason };
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|e| damaged(e.to_string()))?;
    let names = book.sheet_names();
    let mut out: Vec<SheetOutcome> = Vec::new();
    let mut before: Option<Layout> = None;
    for name in names {
        let range = book.worksheet_range(&name).map_err(|e| damaged(format!("{name}: {e}")))?;
        let first = range.start().map_or(0, |(row, _)| row);
        let full = format!("{file}/{name}");
        if headers.of(&full).skipped() {
            out.push(SheetOutcome::Skipped(name));
            continue;
        }
        let (header, found, cells) = header(&range, headers.of(&full));
        let (layout, skip) = match (found, &before) {
            (Recognised::Table(layout), _) => (layout, header + 1),
            (Recognised::Nothing, Some(layout)) if range.width() == layout.headers.len() => (layout.clone(), 0),
            (_, _) if range.is_empty() => continue,
            (other, _) => {
                let below = range.rows().skip(header + 1).take(LOOKED_AT);
                let rows = below.map(|row| row.iter().map(|cell| text(cell, false)).collect()).collect();
                let line = first + header as u32 + 1;
                out.push(SheetOutcome::Other(name, Box::new(Unknown { found: other, line, cells, rows })));
                continue;
            }
        };
        let parser = Parser::new(&layout);
        let batches = rows(&range, first, skip, &parser, progress);
        before = Some(layout.clone());
        out.push(SheetOutcome::Table(Box::new(Sheet { name, layout, parser, batches })));
    }
    Ok(out)
}

/// The row that is the best header, what it was recognised as, and its cells.
fn header(range: &Range<Data>, headers: Headers<'_>) -> (usize, Recognised, Vec<String>) {
    let mut best = (0, Recognised::Nothing, Vec::new());
    let mut score = (0, 0);
    let mut titles: Vec<Vec<String>> = Vec::new();
    for (at, row) in range.rows().take(TITLE_ROWS).enumerate() {
        let cells: Vec<String> = row.iter().map(|cell| text(cell, false)).collect();
        let mut found = headers.recognise(&cells);
        if let Recognised::Table(layout) = &mut found {
            layout.under(&titles);
        }
        let filled = cells.iter().filter(|c| !c.trim().is_empty()).count();
        let points = (found.points(), if found.points() < 10 { filled } else { 0 });
        titles.push(cells.clone());
        if points > score || best.2.is_empty() {
            (score, best) = (points, (at, found, cells));
        }
    }
    best
}

fn rows(range: &Range<Data>, first: u32, skip: usize, parser: &Parser, progress: &dyn Progress) -> Vec<Batch> {
    let mut batches = Vec::new();
    let mut batch = parser.batch();
    let exact = exact_columns(range, skip);
    for (at, row) in range.rows().enumerate().skip(skip) {
        let record: csv::ByteRecord = row.iter().zip(&exact).map(|(cell, exact)| text(cell, *exact)).collect();
        if !is_blank_or_total(&record) && !parser.is_header(&record) {
            parser.push(&mut batch, first + at as u32 + 1, &record, false);
        }
        if batch.read as usize >= BATCH {
            progress.rows(batch.read);
            batches.push(std::mem::replace(&mut batch, parser.batch()));
        }
    }
    progress.rows(batch.read);
    batches.push(batch);
    batches
}

/// Which columns hold long integers to the last digit: a number of 16 digits of which the last is not 0 was not rounded to 15,
/// so that a program wrote the column and nobody typed it in.
fn exact_columns(range: &Range<Data>, skip: usize) -> Vec<bool> {
    let mut exact = vec![false; range.width()];
    for row in range.rows().skip(skip) {
        for (cell, exact) in row.iter().zip(&mut exact) {
            *exact |= number(cell).is_some_and(|n| n.abs() >= KEPT && is_stored(n) && n % 10.0 != 0.0);
        }
    }
    exact
}

fn number(cell: &Data) -> Option<f64> {
    match cell {
        Data::Int(n) => Some(*n as f64),
        Data::Float(n) => Some(*n),
        _ => None,
    }
}

/// Whether a number is an integer that a double holds to the last digit.
fn is_stored(n: f64) -> bool {
    n.abs() < EXACT && n.fract() == 0.0
}

/// A cell as text. A number that Excel may have rounded (it keeps 15 digits, unless the column is known as `exact`) is written
/// with an exponent, so that it is known as damaged wherever it is used as an id.
fn text(cell: &Data, exact: bool) -> String {
    if let Some(n) = number(cell).filter(|n| n.abs() >= KEPT) {
        return if exact && is_stored(n) { n.to_string() } else { rounded(n) };
    }
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(b) => u8::from(*b).to_string(),
        Data::Int(n) => n.to_string(),
        Data::Float(n) => n.to_string(),
        Data::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            let second = u32::from(second) + u32::from(milli >= 500);
            let at = u32::from(hour) * 3600 + u32::from(minute) * 60 + second;
            match at {
                0 => date,
                _ => format!("{date} {:02}:{:02}:{:02}", at / 3600, at / 60 % 60, at % 60),
            }
        }
        Data::DateTime(duration) => duration.as_f64().to_string(),
    }
}

fn rounded(n: f64) -> String {
    let text = format!("{n:e}");
    match text.split_once('e') {
        Some((mantissa, power)) if !mantissa.contains('.') => format!("{mantissa}.0E+{power}"),
        Some((mantissa, power)) => format!("{mantissa}E+{power}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The texts of a column of numbers.
    fn column(numbers: &[f64]) -> Vec<String> {
        let mut range = Range::new((0, 0), (numbers.len() as u32 - 1, 0));
        for (row, n) in numbers.iter().enumerate() {
            range.set_value((row as u32, 0), Data::Float(*n));
        }
        let exact = exact_columns(&range, 0)[0];
        numbers.iter().map(|n| text(&Data::Float(*n), exact)).collect()
    }

    #[test]
    fn sixteen_digits_are_kept_where_the_last_ones_are_there() {
        assert_eq!(
            column(&[5_100_001_000_000_282.0, 5_100_001_000_000_290.0, 12.0]),
            ["5100001000000282", "5100001000000290", "12"]
        );
        assert_eq!(column(&[5_100_001_000_000_280.0, 12.0]), ["5.10000100000028E+15", "12"]);
        assert_eq!(column(&[310_112_199_001_012_000.0, 5_100_001_000_000_282.0])[0], "3.10112199001012E+17");
    }
}
