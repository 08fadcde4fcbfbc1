//! The tables of a sheet: one below the other, side by side, or one only.

use super::batch::Batch;
use super::header::{Headers, Layout, Recognised};
use super::heading;
use super::parser::Parser;
use super::row::Row;
use super::text::{header_cells, is_blank_or_total, unit_alone};
use super::unknown::Unknown;
use crate::model::Progress;

/// Rows in a batch.
const BATCH: u64 = 50_000;

/// A row: its line, and its cells that are not empty, by column.
pub(super) type SheetRow = (u32, Vec<(u32, String)>);

/// A table of a sheet.
pub(super) struct Stretch {
    /// First cell of the header (`A7`) where the sheet has several tables.
    pub place: Option<String>,
    pub layout: Layout,
    pub parser: Parser,
    pub batches: Vec<Batch>,
}

/// What became of a sheet.
pub(super) struct Sheet {
    pub stretches: Vec<Stretch>,
    /// Where there is no table: the best that was found, the line and the cells.
    pub other: Option<Box<Unknown>>,
}

struct Open {
    first: u32,
    header_line: u32,
    layout: Layout,
    parser: Parser,
    batches: Vec<Batch>,
    batch: Batch,
    closed: bool,
}

/// Reads the rows of a sheet, in order.
pub(super) struct Tables<'a> {
    /// Name of the file with that of the sheet.
    name: String,
    headers: Headers<'a>,
    progress: &'a dyn Progress,
    /// Header of the sheet before, which goes on here where this one has none.
    before: Option<&'a Layout>,
    /// Rows among which the header is looked for.
    window: Vec<SheetRow>,
    searching: bool,
    tables: Vec<Open>,
    other: Option<Box<Unknown>>,
}

impl<'a> Tables<'a> {
    pub fn new(name: &str, headers: Headers<'a>, before: Option<&'a Layout>, progress: &'a dyn Progress) -> Self {
        Self {
            name: name.to_string(),
            headers,
            progress,
            before,
            window: Vec::new(),
            searching: true,
            tables: Vec::new(),
            other: None,
        }
    }

    /// Takes the next row.
    pub fn row(&mut self, line: u32, cells: Vec<(u32, String)>) {
        if cells.is_empty() {
            return;
        }
        if !self.searching {
            return self.data(line, &cells);
        }
        self.window.push((line, cells));
        if self.window.len() >= heading::ROWS + 2 {
            self.settle();
        }
    }

    /// The tables of the sheet.
    pub fn finish(mut self) -> Sheet {
        if self.searching {
            self.settle();
        }
        let several = self.tables.len() > 1;
        let stretches = self.tables.into_iter().map(|mut open| {
            self.progress.rows(open.batch.read);
            open.batches.push(open.batch);
            let place = several.then(|| format!("{}{}", column_name(open.first), open.header_line));
            let Open { layout, parser, batches, .. } = open;
            Stretch { place, layout, parser, batches }
        });
        Sheet { stretches: stretches.collect(), other: self.other }
    }

    /// Looks for the header in the first rows, then reads those below it.
    fn settle(&mut self) {
        self.searching = false;
        let window = std::mem::take(&mut self.window);
        let dense: Vec<Vec<String>> = window.iter().map(|(_, cells)| dense(cells)).collect();
        let Some(mut heading) = heading::search(&dense, self.headers) else { return };
        if let Recognised::Table(layout) = &mut heading.found {
            layout.under(&self.name, &dense[..heading.last]);
        }
        let mut from = heading.last + 1;
        let above = heading.above(&dense).filter(|_| matches!(heading.found, Recognised::Table(_)));
        let header = heading.first..=heading.last;
        let line = window.get(heading.last).map_or(1, |(line, _)| *line);
        match heading.found {
            Recognised::Table(layout) => {
                let parts = side_by_side(&heading.cells, self.headers);
                if parts.len() > 1 {
                    for (first, mut layout) in parts {
                        layout.under(&self.name, &dense[..heading.last]);
                        self.open(first, line, layout);
                    }
                } else {
                    self.open(0, line, layout);
                }
            }
            Recognised::Nothing if self.goes_on(&dense) => {
                if let Some(layout) = self.before {
                    self.open(0, line, layout.clone());
                    from = 0;
                }
            }
            other => {
                let rows = dense[heading.last + 1..].to_vec();
                self.other = Some(Box::new(Unknown { found: other, line, cells: heading.cells, rows }));
                from = 0;
            }
        }
        from = above.map_or(from, |above| above.from);
        for (at, (line, cells)) in window.iter().enumerate().skip(from) {
            let foreign = above.is_some_and(|above| !above.own && at < *header.start());
            match &mut self.tables[..] {
                _ if above.is_some() && header.contains(&at) => {}
                [first, ..] if foreign => {
                    let value = cells.iter().take(4).map(|(_, c)| c.as_str()).collect::<Vec<_>>().join(",");
                    first.batch.set_aside(*line, &value, "reject-above");
                }
                _ => self.data(*line, cells),
            }
        }
    }

    /// Whether a sheet without a header is the rest of the table before: exports longer than a sheet are split so.
    fn goes_on(&self, rows: &[Vec<String>]) -> bool {
        let width = rows.iter().map(Vec::len).max().unwrap_or_default();
        self.before.is_some_and(|layout| layout.headers.len() == width)
    }

    fn open(&mut self, first: u32, header_line: u32, mut layout: Layout) {
        let blank = layout.headers.iter().rev().take_while(|h| h.trim().is_empty()).count();
        let width = layout.headers.len() - blank;
        layout.headers.truncate(width);
        layout.columns.truncate(width);
        let parser = Parser::new(&layout);
        let batch = parser.batch();
        let end = first + width as u32;
        // A header below a table ends it.
        for open in self.tables.iter_mut().filter(|o| o.first < end && first < o.first + o.parser.width() as u32) {
            open.closed = true;
        }
        self.tables.push(Open { first, header_line, layout, parser, batches: Vec::new(), batch, closed: false });
    }

    /// Reads a row below a header.
    fn data(&mut self, line: u32, cells: &[(u32, String)]) {
        let mut begins: Option<(u32, Layout)> = None;
        let mut inside = 0;
        for open in self.tables.iter_mut().filter(|o| !o.closed) {
            let end = open.first + open.parser.width() as u32;
            let from = cells.partition_point(|(column, _)| *column < open.first);
            let to = cells.partition_point(|(column, _)| *column < end);
            inside += to - from;
            if from == to {
                continue;
            }
            let own = row(&cells[from..to], open.first, open.parser.width());
            let own = Row::new(&own);
            if is_blank_or_total(own) || open.parser.is_header(own) {
                continue;
            }
            if let Some(value) = unit_alone(own) {
                open.batch.set_aside(line, &value, "reject-unit-below");
                continue;
            }
            let sure = open.parser.refuses_words();
            let before = open.batch.rejected();
            if sure || header_cells(own, self.headers).is_none() {
                open.parser.push(&mut open.batch, line, own, false);
            }
            if !sure || open.batch.rejected() > before {
                // The whole row is looked at: another header may be wider.
                let all = dense(&cells[from..]);
                let all: Vec<&[u8]> = all.iter().map(String::as_bytes).collect();
                if let Some(cells) = header_cells(Row::new(&all), self.headers)
                    && let Recognised::Table(layout) = self.headers.recognise(&cells)
                {
                    if open.batch.rejected() > before {
                        open.batch.take_back(&open.parser.alone(line, own, false));
                    }
                    begins = Some((0, layout));
                    break;
                }
            }
            if open.batch.read >= BATCH {
                self.progress.rows(open.batch.read);
                let full = std::mem::replace(&mut open.batch, open.parser.batch());
                open.batches.push(full);
            }
        }
        // Beside a table, or where none is open yet.
        if begins.is_none() && inside < cells.len() {
            let beside: Vec<(u32, String)> = cells.iter().filter(|(c, _)| !self.covers(*c)).cloned().collect();
            begins = self.header_beside(&beside);
        }
        if let Some((first, layout)) = begins {
            self.open(first, line, layout);
        }
    }

    fn covers(&self, column: u32) -> bool {
        self.tables.iter().any(|o| !o.closed && (o.first..o.first + o.parser.width() as u32).contains(&column))
    }

    fn header_beside(&self, cells: &[(u32, String)]) -> Option<(u32, Layout)> {
        let (first, last) = (cells.first()?.0, cells.last()?.0);
        if cells.len() < 3 || last as usize > heading::WIDEST {
            return None;
        }
        let names = header_cells(Row::new(&row(cells, first, (last - first) as usize + 1)), self.headers)?;
        match self.headers.recognise(&names) {
            Recognised::Table(layout) => Some((first, layout)),
            _ => None,
        }
    }
}

/// Tables that stand side by side: two at least, each complete by itself, with an empty column between.
fn side_by_side(cells: &[String], headers: Headers<'_>) -> Vec<(u32, Layout)> {
    let mut parts = Vec::new();
    let mut at = 0;
    for group in cells.split(|c| c.trim().is_empty()) {
        if group.len() > 1
            && let Recognised::Table(layout) = headers.recognise(group)
        {
            parts.push((at as u32, layout));
        }
        at += group.len() + 1;
    }
    parts
}

fn dense(cells: &[(u32, String)]) -> Vec<String> {
    let width = cells.last().map_or(0, |(column, _)| *column as usize + 1).min(heading::WIDEST + 1);
    let mut row = vec![String::new(); width];
    for (column, text) in cells {
        if let Some(cell) = row.get_mut(*column as usize) {
            cell.clone_from(text);
        }
    }
    row
}

/// The cells of a row from a column on, with empty ones between them.
fn row(cells: &[(u32, String)], first: u32, width: usize) -> Vec<&[u8]> {
    let mut cells = cells.iter().peekable();
    let cell =
        |at: u32| cells.next_if(|(column, _)| *column == first + at).map_or(&b""[..], |(_, text)| text.as_bytes());
    (0..width as u32).map(cell).collect()
}

/// The letters of a column.
fn column_name(mut column: u32) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push((b'A' + (column % 26) as u8) as char);
        if column < 26 {
            break;
        }
        column = column / 26 - 1;
    }
    letters.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mapping;
    use crate::model::{Silent, Table};

    const STAYS: &str = "就诊ID,人员编号,机构编码,入院日期,出院日期,医疗费总额";
    const FEES: &str = "就诊ID,人员编号,机构编码,费用发生时间,医保目录编码,医保目录名称,数量,明细项目费用总额";

    fn read(text: &str) -> Vec<(Option<String>, Table, u64, usize)> {
        let mapping = Mapping::default();
        let mapped = Default::default();
        let mut tables = Tables::new("", Headers::new(&mapping, &mapped, false), None, &Silent);
        for (line, row) in (1..).zip(text.lines()) {
            let cells = (0..).zip(row.split(',')).filter(|(_, c)| !c.is_empty());
            tables.row(line, cells.map(|(at, c)| (at, c.to_string())).collect());
        }
        let sheet = tables.finish();
        let counts = |s: Stretch| {
            let read = s.batches.iter().map(|b| b.read).sum();
            (s.place, s.layout.table, read, s.batches.iter().map(|b| b.bad.len()).sum())
        };
        sheet.stretches.into_iter().map(counts).collect()
    }

    #[test]
    fn tables_below_and_beside_each_other_are_read() {
        let stay = "M1,P1,H1,2025-01-01,2025-01-02,1";
        let fee = "M1,P1,H1,2025-01-01,A1,床位费,1,1";
        let below = read(&format!("{STAYS}\n{stay}\n合计,,,,,1\n\n二、明细\n{FEES}\n{fee}\n{fee}\n"));
        assert_eq!(below[0].1, Table::Stays);
        assert_eq!(below[1], (Some("A6".into()), Table::Fees, 2, 0));
        let beside = read(&format!("{STAYS},,{FEES}\n{stay},,{fee}\n,,,,,,,{fee}\n"));
        assert_eq!(beside, [(Some("A1".into()), Table::Stays, 1, 0), (Some("H1".into()), Table::Fees, 2, 0)]);
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 701, 702, 16_383].map(column_name), ["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
    }
}
