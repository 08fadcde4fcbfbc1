//! Sheets that are lists: a header that stays, filters, widths that fit Chinese, and a next sheet before Excel's row limit.

use std::collections::BTreeSet;

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError, Workbook, Worksheet, XlsxError,
};

use crate::messages::{Catalog, Lang, args};
use crate::model::{Day, Fen};
use crate::report::atomic::Fault;
use crate::report::text::{width, wrap};

/// Rows of a sheet in Excel 2007 and later.
const EXCEL_ROWS: u32 = 1_048_576;
/// Characters (UTF-16 units) of a cell.
const EXCEL_TEXT: usize = 32_767;
/// Height of a line of text, and the greatest height of a row, in points.
const LINE: f64 = 14.0;
const TALLEST: f64 = 409.0;
/// Widest column that is not wrapped, in characters.
const WIDEST: usize = 44;

impl From<XlsxError> for Fault {
    fn from(e: XlsxError) -> Self {
        match e {
            XlsxError::IoError(e) => Self::Io(e),
            other => Self::Encode(other.to_string()),
        }
    }
}

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
}

/// A column of a list.
pub(super) struct Column {
    head: String,
    /// Fixed width in characters; measured where there is none.
    width: Option<u32>,
    /// Figures, whose heading stands at the right like they do.
    figures: bool,
}

impl Column {
    /// As wide as what is in it.
    pub(super) fn new(head: String) -> Self {
        Self { head, width: None, figures: false }
    }

    /// For figures.
    pub(super) fn figures(head: String) -> Self {
        Self { head, width: None, figures: true }
    }

    /// For sentences.
    pub(super) fn wide(head: String, width: u32) -> Self {
        Self { head, width: Some(width), figures: false }
    }
}

/// The formats of a workbook.
pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) lead_in: Format,
    pub(super) alarm: Format,
    pub(super) heading: Format,
    pub(super) head: Format,
    pub(super) figure_head: Format,
    filter_head: Format,
    text: Format,
    prose: Format,
    whole: Format,
    decimal: Format,
    tiny: Format,
    money: Format,
    date: Format,
    moment: Format,
}

impl Formats {
    fn new(lang: Lang) -> Self {
        let font = match lang {
            Lang::Zh => "Microsoft YaHei",
            Lang::En => "Calibri",
        };
        let base = Format::new().set_font_name(font).set_font_size(10).set_align(FormatAlign::Top);
        let navy = Color::RGB(0x1F_3864);
        let ruled = base.clone().set_border_bottom(FormatBorder::Thin).set_border_bottom_color(Color::RGB(0xD9_D9D9));
        let numbers = |code: &str| ruled.clone().set_num_format(code);
        let dates = |code: &str| numbers(code).set_align(FormatAlign::Left).set_indent(1);
        let head = base
            .clone()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(navy)
            .set_align(FormatAlign::VerticalCenter);
        Self {
            title: base
                .clone()
                .set_font_size(16)
                .set_bold()
                .set_font_color(navy)
                .set_align(FormatAlign::Left)
                .set_indent(1),
            lead_in: base.clone().set_text_wrap().set_align(FormatAlign::Left).set_indent(1),
            alarm: base
                .clone()
                .set_text_wrap()
                .set_bold()
                .set_font_color(Color::RGB(0xC0_0000))
                .set_align(FormatAlign::Left)
                .set_indent(1),
            heading: base
                .clone()
                .set_font_size(12)
                .set_bold()
                .set_font_color(navy)
                .set_align(FormatAlign::Left)
                .set_indent(1),
            head: head.clone().set_align(FormatAlign::Left).set_indent(1),
            figure_head: head.clone().set_align(FormatAlign::Right),
            // The indent leaves room for the filter's arrow.
            filter_head: head.set_align(FormatAlign::Right).set_indent(2),
            text: ruled.clone().set_num_format("@").set_align(FormatAlign::Left).set_indent(1),
            prose: ruled.clone().set_text_wrap().set_align(FormatAlign::Left).set_indent(1),
            whole: numbers("#,##0"),
            decimal: numbers("#,##0.00"),
            tiny: numbers("0.0E+00"),
            money: numbers("#,##0.00"),
            date: dates("yyyy-mm-dd"),
            moment: dates("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

/// A workbook in the making.
pub(super) struct Book<'a> {
    pub(super) workbook: Workbook,
    formats: Formats,
    catalog: &'a Catalog,
    names: BTreeSet<String>,
    rows: u32,
}

impl<'a> Book<'a> {
    /// An empty workbook with a fixed date of creation, so that the same report has the same bytes.
    pub(super) fn new(catalog: &'a Catalog, version: &str) -> Result<Self, Fault> {
        let mut workbook = Workbook::new();
        let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
        workbook.set_properties(
            &DocProperties::new()
                .set_title(catalog.text("report-title"))
                .set_author(format!("yishen {version}"))
                .set_creation_datetime(&created),
        );
        let formats = Formats::new(catalog.lang());
        Ok(Self { workbook, formats, catalog, names: BTreeSet::new(), rows: EXCEL_ROWS })
    }

    /// Splits lists at so many rows of a sheet, header included.
    #[cfg(test)]
    pub(super) fn split_at(&mut self, rows: u32) {
        self.rows = rows;
    }

    /// A sheet name Excel takes: no `[]:*?/\`, no quote at the ends, 31 characters, unique without regard to case.
    fn name(&mut self, wanted: &str) -> String {
        let plain: String =
            wanted.chars().map(|c| if "[]:*?/\\".contains(c) || c.is_control() { ' ' } else { c }).collect();
        let plain = plain.trim().trim_matches('\'').trim();
        let plain = if plain.is_empty() { "-" } else { plain };
        for n in 1u32.. {
            let mark = if n == 1 { String::new() } else { format!(" ({n})") };
            let name = cut(plain, 31 - mark.len()).trim_end().to_string() + &mark;
            if self.names.insert(name.to_lowercase()) {
                return name;
            }
        }
        unreachable!("a name is found before the numbers run out")
    }

    /// A new sheet, set up for printing on A4, landscape, one page wide.
    pub(super) fn sheet(&mut self, wanted: &str) -> Result<(&mut Worksheet, &Formats), Fault> {
        let name = self.name(wanted);
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(name)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
        sheet.set_header("&L&A").set_footer("&R&P / &N").set_screen_gridlines(false);
        Ok((sheet, &self.formats))
    }

    /// A list over as many sheets as it needs. `printed` is the number of columns that go on paper.
    pub(super) fn list(
        &mut self,
        wanted: &str,
        columns: &[Column],
        printed: usize,
        rows: impl Iterator<Item = Vec<Cell>>,
    ) -> Result<(), Fault> {
        let mut rows = rows.peekable();
        loop {
            let (limit, catalog) = (self.rows, self.catalog);
            let (sheet, formats) = self.sheet(wanted)?;
            let mut widths: Vec<usize> = columns.iter().map(|c| width(&c.head) + 3).collect();
            for (c, column) in columns.iter().enumerate() {
                let format = if column.figures { &formats.filter_head } else { &formats.head };
                sheet.write_string_with_format(0, c as u16, &column.head, format)?;
            }
            let mut last = 0;
            while last + 1 < limit {
                let Some(cells) = rows.next() else { break };
                last += 1;
                sheet.set_row_height(last, height(&cells, columns))?;
                for (c, cell) in cells.into_iter().enumerate() {
                    let shown = put(sheet, formats, catalog, (last, c as u16), cell)?;
                    widths[c] = widths[c].max(shown);
                }
            }
            finish(sheet, columns, &widths, printed, last)?;
            if rows.peek().is_none() {
                return Ok(());
            }
        }
    }
}

/// Height of a row in points. Excel would find it by itself, other programs show one line of a sentence.
fn height(cells: &[Cell], columns: &[Column]) -> f64 {
    let lines = cells.iter().zip(columns).map(|(cell, column)| match (cell, column.width) {
        (Cell::Prose(text), Some(limit)) => {
            text.split('\n').map(|part| wrap(part, limit as usize - 3).len().max(1)).sum()
        }
        _ => 1,
    });
    let lines = lines.max().unwrap_or(1) as f64;
    (lines * LINE + 3.0).min(TALLEST)
}

fn finish(sheet: &mut Worksheet, columns: &[Column], widths: &[usize], printed: usize, last: u32) -> Result<(), Fault> {
    let end = columns.len() as u16 - 1;
    for (c, column) in columns.iter().enumerate() {
        let measured = widths[c].min(WIDEST) as u32 + 2;
        sheet.set_column_width(c as u16, column.width.unwrap_or(measured))?;
    }
    sheet.set_row_height(0, 22)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, last.max(1), end)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_print_area(0, 0, last.max(1), (printed as u16 - 1).min(end))?;
    sheet.ignore_error_range(0, 0, last.max(1), end, IgnoreError::NumberStoredAsText)?;
    Ok(())
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
        Cell::Ids(ids) => {
            let joined = ids.join("; ");
            let fits = joined.encode_utf16().count() <= EXCEL_TEXT;
            let many = || catalog.format("report-too-many-ids", &args([("n", ids.len().into())]));
            let text = if fits { joined } else { many() };
            sheet.write_string_with_format(row, column, &text, &formats.text)?;
            width(&text)
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
fn cut(text: &str, units: usize) -> &str {
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

    #[test]
    fn sheet_names_are_ones_excel_takes() {
        let catalog = Catalog::new(Lang::Zh);
        let mut book = Book::new(&catalog, "0").expect("book");
        assert_eq!(book.name("虚增药品"), "虚增药品");
        assert_eq!(book.name("虚增药品"), "虚增药品 (2)");
        assert_eq!(book.name("a/b:[c]?"), "a b  c");
        assert_eq!(book.name("''"), "-");
        let long = book.name(&"长".repeat(40));
        assert_eq!(long.chars().count(), 31);
        let again = book.name(&"长".repeat(40));
        assert_eq!((again.chars().count(), again.ends_with(" (2)")), (31, true));
    }

    #[test]
    fn long_lists_go_on_in_a_next_sheet() {
        let catalog = Catalog::new(Lang::Zh);
        let mut book = Book::new(&catalog, "0").expect("book");
        book.split_at(4);
        let rows = (0..7u64).map(|n| vec![Cell::Whole(n)]);
        book.list("线索", &[Column::new("n".into())], 1, rows).expect("list");
        let names: Vec<String> = book.workbook.worksheets().iter().map(|s| s.name()).collect();
        assert_eq!(names, ["线索", "线索 (2)", "线索 (3)"]);
        book.list("空", &[Column::new("n".into())], 1, std::iter::empty()).expect("empty list");
        assert_eq!(book.workbook.worksheets().len(), 4);
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        let catalog = Catalog::new(Lang::Zh);
        let text = within(&"字".repeat(40_000), &catalog);
        assert_eq!(text.encode_utf16().count(), EXCEL_TEXT);
        assert!(text.ends_with(&catalog.text("report-cut")));
        assert_eq!(within("短", &catalog), "短");
    }
}
