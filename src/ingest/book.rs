//! Excel workbooks: every sheet that holds a table.

use std::io::Cursor;

use calamine::{Data, Range, Reader};

use super::batch::{Batch, Parser};
use super::error::Error;
use super::header::{Headers, Layout, Recognised};
use super::text::is_blank_or_total;
use crate::model::Progress;

/// Rows looked at for a header below title rows.
const TITLE_ROWS: usize = 10;
/// Rows in a batch.
const BATCH: usize = 50_000;

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
    /// Not recognised: its name, the header's line and its cells.
    Other(String, Recognised, u32, Vec<String>),
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
        let (header, found, cells) = header(&range, headers);
        let (layout, skip) = match (found, &before) {
            (Recognised::Table(layout), _) => (layout, header + 1),
            (Recognised::Nothing, Some(layout)) if range.width() == layout.headers.len() => (layout.clone(), 0),
            (_, _) if range.is_empty() => continue,
            (other, _) => {
                out.push(SheetOutcome::Other(name, other, first + header as u32 + 1, cells));
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
    let mut score = 0;
    for (at, row) in range.rows().take(TITLE_ROWS).enumerate() {
        let cells: Vec<String> = row.iter().map(text).collect();
        let found = headers.recognise(&cells);
        let points = match &found {
            Recognised::Table(layout) => 1000 + layout.columns.iter().flatten().count(),
            Recognised::Incomplete(i) => 10 + i.recognised,
            Recognised::Nothing => 0,
        };
        if points > score || best.2.is_empty() {
            (score, best) = (points, (at, found, cells));
        }
    }
    best
}

fn rows(range: &Range<Data>, first: u32, skip: usize, parser: &Parser, progress: &dyn Progress) -> Vec<Batch> {
    let mut batches = Vec::new();
    let mut batch = parser.batch();
    for (at, row) in range.rows().enumerate().skip(skip) {
        let record: csv::ByteRecord = row.iter().map(text).collect();
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

/// A cell as text. A number that Excel has rounded (it keeps 15 digits) is written with an exponent, so that it is known as
/// damaged wherever it is used as an id.
pub(super) fn text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(b) => u8::from(*b).to_string(),
        Data::Int(n) if n.unsigned_abs() >= 1_000_000_000_000_000 => rounded(*n as f64),
        Data::Int(n) => n.to_string(),
        Data::Float(n) if n.abs() >= 1e15 => rounded(*n),
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
