//! Sheets that are lists: a header that stays, filters, widths that fit Chinese, and a next sheet before Excel's row limit.

use std::collections::BTreeSet;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, IgnoreError, Workbook, Worksheet, XlsxError};

use super::cell::{Cell, WIDEST, cut, put};
use super::formats::Formats;
use crate::messages::Catalog;
use crate::report::atomic::Fault;
use crate::report::text::{width, wrap};

/// Rows of a sheet in Excel 2007 and later.
const EXCEL_ROWS: u32 = 1_048_576;
/// Characters of a sheet's name.
pub(super) const SHEET_NAME: usize = 31;
/// Height of a line of text, and the greatest height of a row, in points.
const LINE: f64 = 14.0;
const TALLEST: f64 = 409.0;
/// A heading wider than this is broken into lines, of twice the width at most.
const HEADING: usize = 12;
/// Room in a column beside its text: the indent and the filter's arrow.
const ROOM: usize = 3;
/// Characters that a sheet of paper takes legibly; columns beyond are for the screen.
const PAPER: u32 = 250;

impl From<XlsxError> for Fault {
    fn from(e: XlsxError) -> Self {
        match e {
            XlsxError::IoError(e) => Self::Io(e),
            other => Self::Encode(other.to_string()),
        }
    }
}

/// A column of a list.
pub(super) struct Column {
    head: String,
    fit: Fit,
    /// Figures, whose heading stands at the right like they do.
    figures: bool,
}

/// How wide a column is, in characters.
enum Fit {
    /// As wide as what is in it.
    Content,
    /// So wide, and sentences broken into lines.
    Fixed(u32),
    /// As wide as its lines, which are broken at this width.
    Lines(u32),
}

impl Column {
    /// As wide as what is in it.
    pub(super) fn new(head: String) -> Self {
        Self { head, fit: Fit::Content, figures: false }
    }

    /// For figures.
    pub(super) fn figures(head: String) -> Self {
        Self { head, fit: Fit::Content, figures: true }
    }

    /// For sentences.
    pub(super) fn wide(head: String, width: u32) -> Self {
        Self { head, fit: Fit::Fixed(width), figures: false }
    }

    /// For lists, an entry or more a line.
    pub(super) fn lines(head: String, most: u32) -> Self {
        Self { head, fit: Fit::Lines(most), figures: false }
    }

    /// The lines of a text in this column.
    fn broken(&self, text: &str) -> Vec<String> {
        let limit = match self.fit {
            Fit::Content => usize::MAX,
            Fit::Fixed(limit) | Fit::Lines(limit) => limit as usize - ROOM,
        };
        text.split('\n').flat_map(|part| wrap(part, limit)).collect()
    }

    /// Width of the heading where it is broken as far as it reads well.
    fn heading(&self) -> usize {
        // Chinese breaks anywhere, other writing between words.
        let words = self.head.split(' ').filter(|_| self.head.is_ascii());
        let longest = words.map(|word| width(word).min(HEADING * 2)).max().unwrap_or(0);
        let all = width(&self.head);
        all.min((all / 3).clamp(HEADING.max(longest), HEADING * 2)) + ROOM
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
                .set_creation_datetime(&created)
                .set_custom_property("yishen.report", version),
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
            let name = cut(plain, SHEET_NAME - mark.len()).trim_end().to_string() + &mark;
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
            let mut widths: Vec<usize> = columns.iter().map(Column::heading).collect();
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
                    let lines = match &cell {
                        Cell::Prose(text) => columns[c].broken(text).iter().map(|l| width(l) + 1).max(),
                        _ => None,
                    };
                    let shown = put(sheet, formats, catalog, (last, c as u16), cell)?;
                    widths[c] = widths[c].max(lines.unwrap_or(shown));
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
    let lines = cells.iter().zip(columns).map(|(cell, column)| match cell {
        Cell::Prose(text) => column.broken(text).len(),
        _ => 1,
    });
    let lines = lines.max().unwrap_or(1).max(1) as f64;
    (lines * LINE + 3.0).min(TALLEST)
}

fn finish(sheet: &mut Worksheet, columns: &[Column], widths: &[usize], printed: usize, last: u32) -> Result<(), Fault> {
    let end = columns.len() as u16 - 1;
    let (mut paper, mut fits, mut lines) = (0, 0, 1);
    for (c, column) in columns.iter().enumerate() {
        let width = match column.fit {
            Fit::Content => widths[c].min(WIDEST) as u32 + 2,
            Fit::Fixed(width) => width,
            Fit::Lines(most) => (widths[c] as u32 + 2).min(most),
        };
        sheet.set_column_width(c as u16, width)?;
        lines = lines.max(wrap(&column.head, width as usize - ROOM).len());
        paper += width;
        fits += u16::from(paper <= PAPER);
    }
    sheet.set_row_height(0, lines as f64 * LINE + 8.0)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, last.max(1), end)?;
    sheet.set_repeat_rows(0, 0)?;
    let printed = (printed as u16).min(fits.max(1)) - 1;
    sheet.set_print_area(0, 0, last.max(1), printed.min(end))?;
    sheet.ignore_error_range(0, 0, last.max(1), end, IgnoreError::NumberStoredAsText)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Lang;

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
}
