//! Workbooks: every sheet that holds a table, cell by cell, so that a stray cell far away costs nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Seek};

use calamine::{Data, DataRef, DataType, Reader, SheetType, SheetVisible, Sheets, Xls, Xlsb, Xlsx};

use super::bounded;
use super::error::Error;
use super::files::join;
use super::header::{Headers, Layout};
use super::hidden;
use super::own;
use super::sheet::{Sheet, Tables};
use crate::model::Progress;

/// Excel keeps 15 digits of a number that is typed in: from here on it may have rounded.
const KEPT: f64 = 1e15;
/// Integers below 2^53 are stored to the last digit by programs that write workbooks.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A sheet of a workbook that is not empty.
pub(super) struct Found {
    pub name: String,
    pub sheet: Sheet,
    /// Hidden rows that were read, and whether the sheet is hidden.
    pub hidden: (u64, bool),
    /// Formulas whose value was not stored, by column letter index.
    pub without_value: BTreeMap<u32, u64>,
}

/// A workbook.
pub(super) enum Book {
    /// Its sheets, and the names of those that the configuration leaves out.
    Sheets(Vec<Found>, Vec<String>),
    /// A report of this program.
    Own,
}

type Stream = BufReader<File>;

/// What kind of workbook a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// A compound file.
    Old,
    /// A ZIP.
    New,
}

/// Reads the sheets of a workbook. A sheet without a header that follows a table of the same width goes on with it: exports
/// longer than a sheet are split so.
///
/// # Errors
/// A workbook that cannot be opened.
pub(super) fn read(
    file: &str,
    format: Format,
    content: &File,
    headers: Headers<'_>,
    progress: &dyn Progress,
) -> Result<Book, Error> {
    let damaged = |reason: String| {
        // NOTE: the formats' readers have errors of their own for it.
        if reason.to_lowercase().contains("password") {
            return Error::Locked { file: file.to_string() };
        }
        if reason.contains("limit exceeded") {
            return Error::Sprawling { file: file.to_string() };
        }
        Error::Damaged { file: file.to_string(), reason }
    };
    let stream = || -> Result<Stream, Error> {
        let mut copy = content.try_clone().map_err(|e| damaged(e.to_string()))?;
        copy.rewind().map_err(|e| damaged(e.to_string()))?;
        Ok(BufReader::new(copy))
    };
    let mut rows_hidden = hidden::Rows::default();
    let mut book: Sheets<Stream> = match format {
        Format::Old => Sheets::Xls(Xls::new(stream()?).map_err(|e| damaged(e.to_string()))?),
        Format::New => {
            let mut archive = zip::ZipArchive::new(stream()?).map_err(|e| damaged(e.to_string()))?;
            if own::is_marked(&mut archive) {
                return Ok(Book::Own);
            }
            members(file, &mut archive)?;
            let has = |name: &str| archive.file_names().flatten().any(|n| n.eq_ignore_ascii_case(name));
            if has("xl/workbook.bin") {
                Sheets::Xlsb(Xlsb::new(stream()?).map_err(|e| damaged(e.to_string()))?)
            } else if has("content.xml") {
                Sheets::Ods(calamine::Ods::new(stream()?).map_err(|e| damaged(e.to_string()))?)
            } else {
                rows_hidden = hidden::Rows::find(&mut archive);
                Sheets::Xlsx(Xlsx::new(stream()?).map_err(|e| damaged(e.to_string()))?)
            }
        }
    };
    if own::is_sheets(&book.sheet_names()) {
        return Ok(Book::Own);
    }
    let sheets = book.sheets_metadata().to_vec();
    let mut out: Vec<Found> = Vec::new();
    let mut skipped = Vec::new();
    let mut before: Option<Layout> = None;
    for meta in sheets.into_iter().filter(|s| matches!(s.typ, SheetType::WorkSheet)) {
        let name = meta.name;
        let path = join(file, &name);
        let headers = headers.of(&path);
        if headers.skipped() {
            skipped.push(name);
            continue;
        }
        let hidden = rows_hidden.of(&name);
        let mut reading = Reading {
            tables: Tables::new(&path, headers, before.as_ref(), progress),
            exact: Vec::new(),
            row: None,
            cells: Vec::new(),
            hidden,
            hidden_rows: 0,
        };
        let wrong = |e: String| damaged(format!("{name}: {e}"));
        let mut without_value = BTreeMap::new();
        match &mut book {
            Sheets::Xlsx(book) => {
                let mut cells = book.worksheet_cells_reader(&name).map_err(|e| wrong(e.to_string()))?;
                while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|e| wrong(e.to_string()))? {
                    reading.look(cell.pos.1, number(&cell.value));
                    if cell.formula.is_some() && is_empty(&cell.value) {
                        *without_value.entry(cell.pos.1).or_default() += 1;
                    }
                }
                drop(cells);
                let mut cells = book.worksheet_cells_reader(&name).map_err(|e| wrong(e.to_string()))?;
                while let Some(cell) = cells.next_cell().map_err(|e| wrong(e.to_string()))? {
                    reading.cell(cell.get_position(), cell.get_value());
                }
            }
            Sheets::Xlsb(book) => {
                let mut cells = book.worksheet_cells_reader(&name).map_err(|e| wrong(e.to_string()))?;
                while let Some(cell) = cells.next_cell().map_err(|e| wrong(e.to_string()))? {
                    reading.look(cell.get_position().1, number(cell.get_value()));
                }
                drop(cells);
                let mut cells = book.worksheet_cells_reader(&name).map_err(|e| wrong(e.to_string()))?;
                while let Some(cell) = cells.next_cell().map_err(|e| wrong(e.to_string()))? {
                    reading.cell(cell.get_position(), cell.get_value());
                }
            }
            book => {
                let range = book.worksheet_range(&name).map_err(|e| wrong(e.to_string()))?;
                let (top, left) = range.start().unwrap_or_default();
                for (_, column, value) in range.used_cells() {
                    reading.look(left + column as u32, number(value));
                }
                for (row, column, value) in range.used_cells() {
                    reading.cell((top + row as u32, left + column as u32), value);
                }
            }
        }
        reading.flush();
        let hidden = (reading.hidden_rows, !matches!(meta.visible, SheetVisible::Visible));
        let sheet = reading.tables.finish();
        if sheet.stretches.is_empty() && sheet.other.is_none() {
            continue;
        }
        before = sheet.stretches.last().map(|s| s.layout.clone());
        out.push(Found { name, sheet, hidden, without_value });
    }
    Ok(Book::Sheets(out, skipped))
}

/// A workbook whose parts unpack to far more than any would is not opened.
fn members(file: &str, archive: &mut zip::ZipArchive<Stream>) -> Result<(), Error> {
    for at in 0..archive.len() {
        let Ok(entry) = archive.by_index_raw(at) else { continue };
        if entry.encrypted() {
            return Err(Error::Locked { file: file.to_string() });
        }
        if let Some(ratio) = bounded::bomb_part(entry.compressed_size(), entry.size()) {
            return Err(Error::Bomb { file: file.to_string(), ratio });
        }
    }
    Ok(())
}

/// The cells of a sheet on their way into its tables.
struct Reading<'a> {
    tables: Tables<'a>,
    /// Which columns hold long integers to the last digit.
    exact: Vec<u32>,
    row: Option<u32>,
    cells: Vec<(u32, String)>,
    hidden: &'a [u32],
    hidden_rows: u64,
}

impl Reading<'_> {
    /// Finds the columns that hold long integers to the last digit: a number of 16 digits of which the last is not 0 was not
    /// rounded to 15, so that a program wrote the column and nobody typed it in.
    fn look(&mut self, column: u32, number: Option<f64>) {
        let exact = number.is_some_and(|n| n.abs() >= KEPT && is_stored(n) && n % 10.0 != 0.0);
        if exact && !self.exact.contains(&column) {
            self.exact.push(column);
        }
    }

    fn cell(&mut self, (row, column): (u32, u32), value: &impl Value) {
        if self.row != Some(row) {
            self.flush();
            self.row = Some(row);
        }
        let text = value.text(self.exact.contains(&column));
        if !text.is_empty() {
            self.cells.push((column, text));
        }
    }

    fn flush(&mut self) {
        let Some(row) = self.row.take() else { return };
        let mut cells = std::mem::take(&mut self.cells);
        cells.sort_by_key(|(column, _)| *column);
        if !cells.is_empty() {
            self.hidden_rows += u64::from(self.hidden.binary_search(&row).is_ok());
            self.tables.row(row + 1, cells);
        }
    }
}

fn is_empty(value: &impl DataType) -> bool {
    value.is_empty() || value.get_string().is_some_and(str::is_empty)
}

fn number(value: &(impl DataType + ?Sized)) -> Option<f64> {
    if value.is_int() || value.is_float() { value.as_f64() } else { None }
}

/// Whether a number is an integer that a double holds to the last digit.
fn is_stored(n: f64) -> bool {
    n.abs() < EXACT && n.fract() == 0.0
}

/// A cell's value, owned or lent.
trait Value: DataType {
    /// As text. A number that Excel may have rounded (it keeps 15 digits, unless the column is known as `exact`) is written with
    /// an exponent, so that it is known as damaged wherever it is used as an id.
    fn text(&self, exact: bool) -> String {
        match number(self).filter(|n| n.abs() >= KEPT) {
            Some(n) if exact && is_stored(n) => n.to_string(),
            Some(n) => rounded(n),
            None => self.plain(),
        }
    }

    fn plain(&self) -> String;
}

impl Value for Data {
    fn plain(&self) -> String {
        match self {
            Data::Empty | Data::Error(_) => String::new(),
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
            Data::Bool(b) => u8::from(*b).to_string(),
            Data::Int(n) => n.to_string(),
            Data::Float(n) => n.to_string(),
            Data::DateTime(moment) => date(moment),
        }
    }
}

impl Value for DataRef<'_> {
    fn plain(&self) -> String {
        match self {
            DataRef::Empty | DataRef::Error(_) => String::new(),
            DataRef::SharedString(text) => (*text).to_string(),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
            DataRef::Bool(b) => u8::from(*b).to_string(),
            DataRef::Int(n) => n.to_string(),
            DataRef::Float(n) => n.to_string(),
            DataRef::DateTime(moment) => date(moment),
        }
    }
}

fn date(moment: &calamine::ExcelDateTime) -> String {
    if !moment.is_datetime() {
        return moment.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let second = u32::from(second) + u32::from(milli >= 500);
    let at = u32::from(hour) * 3600 + u32::from(minute) * 60 + second;
    match at {
        0 => date,
        _ => format!("{date} {:02}:{:02}:{:02}", at / 3600, at / 60 % 60, at % 60),
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
    use crate::config::Mapping;
    use crate::model::Silent;

    /// The texts of a column of numbers.
    fn column(numbers: &[f64]) -> Vec<String> {
        let mapping = Mapping::default();
        let mapped = Default::default();
        let tables = Tables::new("", Headers::new(&mapping, &mapped, false), None, &Silent);
        let mut reading =
            Reading { tables, exact: Vec::new(), row: None, cells: Vec::new(), hidden: &[], hidden_rows: 0 };
        numbers.iter().for_each(|n| reading.look(0, Some(*n)));
        numbers.iter().map(|n| Data::Float(*n).text(reading.exact.contains(&0))).collect()
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
