//! What stands in a cell, and how wide it is shown.

use rust_xlsxwriter::{ExcelDateTime, Worksheet};

use super::formats::Formats;
use crate::messages::{Catalog, args};
use crate::model::{Day, Fen};
use crate::report::atomic::Fault;
use crate::report::text::width;

/// Widest column that is not wrapped, in characters.
pub(super) const WIDEST: usize = 44;

/// Characters (UTF-16 units) of a cell.
const EXCEL_TEXT: usize = 32_767;

/// What stands in a cell.
pub(super) enum Cell {
    /// Nothing.
    Empty,
    /// Text, ids among it: never a number, formula or link.
    Text(String),
    /// A sentence, broken into lines.
    Prose(String),
    /// Ids, joined; told by their number where they do not fit into a cell.
    Ids(Vec<String>),
    /// A whole number.
    Whole(u64),
    /// Any number.
    Number(f64),
    /// Yuan.
    Money(Fen),
    /// A date.
    Date(Day),
    /// A date with the second of the day.
    Moment(Day, u32),
    /// A bar of so many characters.
    Bar(usize),
}

/// Writes a cell and returns how wide it is shown.
pub(super) fn put(
    sheet: &mut Worksheet,
    formats: &Formats,
    catalog: &Catalog,
    (row, column): (u32, u16),
    cell: Cell,
) -> Result<usize, Fault> {
    let shown = match cell {
        Cell::Empty => {
            sheet.write_blank(row, column, &formats.text)?;
            0
        }
        Cell::Text(text) => {
            sheet.write_string_with_format(row, column, within(&text, catalog), &formats.text)?;
            width(&text)
        }
        Cell::Prose(text) => {
            sheet.write_string_with_format(row, column, within(&text, catalog), &formats.prose)?;
            width(&text)
        }
        Cell::Ids(ids) => put_ids(sheet, formats, catalog, (row, column), &ids)?,
        Cell::Bar(length) => {
            sheet.write_string_with_format(row, column, "█".repeat(length), &formats.bar)?;
            length
        }
        Cell::Whole(n) => {
            sheet.write_number_with_format(row, column, n as f64, &formats.whole)?;
            n.to_string().len() * 4 / 3
        }
        Cell::Number(n) if !n.is_finite() => 0,
        Cell::Number(n) => {
            let format = match n {
                _ if n == n.trunc() => &formats.whole,
                _ if n.abs() < 0.01 => &formats.tiny,
                _ => &formats.decimal,
            };
            sheet.write_number_with_format(row, column, n, format)?;
            10
        }
        Cell::Money(amount) => {
            sheet.write_number_with_format(row, column, amount.yuan(), &formats.money)?;
            crate::report::text::yuan(amount).len() + 1
        }
        Cell::Date(day) => match moment(day, 0) {
            Some(at) => {
                sheet.write_datetime_with_format(row, column, &at, &formats.date)?;
                11
            }
            None => put(sheet, formats, catalog, (row, column), Cell::Text(day.to_string()))?,
        },
        Cell::Moment(day, second) => match moment(day, second) {
            Some(at) => {
                sheet.write_datetime_with_format(row, column, &at, &formats.moment)?;
                19
            }
            None => put(sheet, formats, catalog, (row, column), Cell::Text(day.to_string()))?,
        },
    };
    Ok(shown)
}

/// Writes ids and returns how wide they are shown.
fn put_ids(
    sheet: &mut Worksheet,
    formats: &Formats,
    catalog: &Catalog,
    (row, column): (u32, u16),
    ids: &[String],
) -> Result<usize, Fault> {
    let joined = ids.join("; ");
    let fits = joined.encode_utf16().count() <= EXCEL_TEXT;
    let many = || catalog.format("report-too-many-ids", &args([("n", ids.len().into())]));
    let text = if fits { joined } else { many() };
    // Broken into lines of which the row shows the first: what does not fit would run over the cells beside it.
    let format = if width(&text) > WIDEST { &formats.prose } else { &formats.text };
    sheet.write_string_with_format(row, column, &text, format)?;
    Ok(width(&text))
}

/// A moment in Excel's calendar, which begins in 1900 and takes that year for a leap year: days before its March are text.
fn moment(day: Day, second: u32) -> Option<ExcelDateTime> {
    let days_from_1900 = f64::from(day.0) + 25_569.0;
    if days_from_1900 < 61.0 {
        return None;
    }
    ExcelDateTime::from_serial_datetime(days_from_1900 + f64::from(second) / 86_400.0).ok()
}

/// Text that fits a cell, with a mark where it was cut.
fn within(text: &str, catalog: &Catalog) -> String {
    if text.encode_utf16().count() <= EXCEL_TEXT {
        return text.to_string();
    }
    let mark = catalog.text("report-cut");
    cut(text, EXCEL_TEXT - mark.encode_utf16().count()).to_string() + &mark
}

/// The beginning of a text, at most so many UTF-16 units.
pub(super) fn cut(text: &str, units: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.len_utf16();
        if used > units {
            return &text[..at];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Lang;

    #[test]
    fn long_text_is_cut_and_says_so() {
        let catalog = Catalog::new(Lang::Zh);
        let text = within(&"字".repeat(40_000), &catalog);
        assert_eq!(text.encode_utf16().count(), EXCEL_TEXT);
        assert!(text.ends_with(&catalog.text("report-cut")));
        assert_eq!(within("短", &catalog), "短");
    }
}
