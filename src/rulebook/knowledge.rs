//! Knowledge tables: lists of codes with facts about them, as published or as a region keeps them.

use std::ops::Range;

use serde::Deserialize;

use super::{Problem, Text};
use crate::messages::args;

/// Where a knowledge table comes from, `knowledge/<name>.source.toml`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Title.
    pub title: Text,
    /// What it was taken from.
    pub source: String,
    /// Where that is published.
    #[serde(default)]
    pub url: Option<String>,
    /// What to know about it.
    pub note: Text,
    /// The columns, in the order of the CSV file.
    pub columns: Vec<String>,
}

/// The columns of a table of knowledge points.
pub const POINT_COLUMNS: [&str; 12] = [
    "point_id",
    "class_code",
    "class_name",
    "limit",
    "value",
    "name",
    "codes",
    "effective_from",
    "effective_to",
    "superseded_by",
    "region",
    "note",
];

/// One of [`POINT_COLUMNS`], in their order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum PointColumn {
    Id,
    ClassCode,
    ClassName,
    Limit,
    Value,
    Name,
    Codes,
    From,
    To,
    SupersededBy,
    Region,
    Note,
}

/// A knowledge table. Cells stay text: a rule reads them as what it needs. A table may have millions of rows, so all cells are
/// one text with the places where they end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnowledgeTable {
    /// Its name: that of the file.
    pub name: String,
    /// Where it comes from.
    pub source: Source,
    /// The CSV file, as faults name it.
    pub file: String,
    /// The header and the rows.
    cells: Cells,
    /// Where the columns of points are; nothing where the table has other columns.
    points: Option<[usize; POINT_COLUMNS.len()]>,
    /// Runs of neighbouring points of one rule class, as row numbers.
    runs: Vec<Range<u32>>,
}

/// Cells in one text, row by row, each followed by a separator.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cells {
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<u32>,
    /// Line of each row, the header among them; empty where every line is a row.
    lines: Vec<u32>,
}

impl Cells {
    fn get(&self, at: usize) -> &str {
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize + 1 };
        self.ends.get(at).map_or("", |end| self.text[start..*end as usize].trim())
    }
}

/// The cells of a text without quotes, in which every line is a row of so many cells; nothing for any other.
fn plain(text: &str, columns: usize) -> Option<Cells> {
    let bytes = text.as_bytes();
    if columns == 0 || memchr::memchr(b'"', bytes).is_some() {
        return None;
    }
    let mut ends = Vec::with_capacity(text.len() / 8);
    for at in memchr::memchr2_iter(b',', b'\n', bytes) {
        ends.push(at as u32);
        let last = ends.len() % columns == 0;
        if last != (bytes[at] == b'\n') {
            return None;
        }
    }
    if !text.ends_with('\n') {
        ends.push(text.len() as u32);
    }
    ends.shrink_to_fit();
    let whole = ends.len() % columns == 0;
    // A blank line is a row of one cell only in a table of one column.
    let blank = columns == 1 && text.lines().any(|line| line.trim().is_empty());
    (whole && !blank).then(|| Cells { text: text.to_string(), ends, lines: Vec::new() })
}

/// The cells of any CSV text, and what is wrong with rows that are left out.
fn quoted(text: &str) -> (Cells, Vec<Broken>) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut cells = Cells { text: String::with_capacity(text.len()), ends: Vec::new(), lines: Vec::new() };
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
        for cell in &record {
            cells.text.push_str(cell.trim());
            cells.ends.push(cells.text.len() as u32);
            cells.text.push('\n');
        }
        // The position is before the blank lines that were skipped.
        let (byte, line) = record.position().map_or((0, 0), |p| (p.byte() as usize, p.line()));
        let skipped = text.as_bytes()[byte..].iter().take_while(|b| matches!(b, b'\n' | b'\r'));
        let at = line + skipped.filter(|b| **b == b'\n').count() as u64;
        cells.lines.push(u32::try_from(at).unwrap_or(u32::MAX));
    }
    (cells, broken)
}

/// What is wrong with a CSV text: the line and the problem.
pub(super) type Broken = (usize, Problem);

impl KnowledgeTable {
    /// Reads a CSV text, whose header must be the columns that the source names: the table with its sound rows, and what is
    /// wrong with the others.
    pub(super) fn read(name: &str, file: String, source: Source, text: &str) -> Result<(Self, Vec<Broken>), Broken> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if u32::try_from(text.len()).is_err() {
            return Err((1, detailed("> 4 GiB".to_string())));
        }
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(|e| refused(&e))?;
        if !header.iter().eq(source.columns.iter().map(String::as_str)) {
            let [found, wanted] = [header.iter().collect::<Vec<_>>().join(","), source.columns.join(",")];
            return Err((1, Problem::new("fault-header", args([("found", found.into()), ("wanted", wanted.into())]))));
        }
        let plain = plain(text, source.columns.len()).map(|cells| (cells, Vec::new()));
        let (cells, broken) = plain.unwrap_or_else(|| quoted(text));
        let (name, runs) = (name.to_string(), Vec::new());
        let mut table = Self { name, source, file, cells, points: None, runs };
        table.points = table.places(POINT_COLUMNS);
        table.runs = table.runs();
        Ok((table, broken))
    }

    fn runs(&self) -> Vec<Range<u32>> {
        let mut runs: Vec<Range<u32>> = Vec::new();
        if self.points.is_none() {
            return runs;
        }
        for row in 0..self.len() as u32 {
            let class = [PointColumn::ClassCode, PointColumn::ClassName];
            let same = |last: &Range<u32>| class.iter().all(|&c| self.point(last.start, c) == self.point(row, c));
            match runs.last_mut() {
                Some(last) if same(last) => last.end = row + 1,
                _ => runs.push(row..row + 1),
            }
        }
        runs
    }

    /// The rule classes of its points, in runs of neighbouring points of one class, as row numbers.
    pub fn classes(&self) -> &[Range<u32>] {
        &self.runs
    }

    /// Those of the columns that it does not have.
    pub fn lacks<'a>(&self, columns: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        columns.into_iter().filter(|column| self.at(column).is_none()).collect()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        (self.cells.ends.len() / self.source.columns.len().max(1)).saturating_sub(1)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The position of a column.
    pub fn at(&self, column: &str) -> Option<usize> {
        self.source.columns.iter().position(|c| c == column)
    }

    /// The positions of columns; nothing where one is missing.
    pub fn places<const N: usize>(&self, columns: [&str; N]) -> Option<[usize; N]> {
        let mut places = [0; N];
        for (place, column) in places.iter_mut().zip(columns) {
            *place = self.at(column)?;
        }
        Some(places)
    }

    /// A cell.
    pub fn cell(&self, row: u32, column: usize) -> &str {
        // The header is the first row.
        self.cells.get((row as usize + 1) * self.source.columns.len() + column)
    }

    /// Whether this is a table of knowledge points.
    pub fn has_points(&self) -> bool {
        self.points.is_some()
    }

    /// A cell of a point; empty in a table without points.
    pub fn point(&self, row: u32, column: PointColumn) -> &str {
        self.points.map_or("", |places| self.cell(row, places[column as usize]))
    }

    /// The line of a row in the file.
    pub fn line(&self, row: u32) -> usize {
        self.cells.lines.get(row as usize + 1).map_or(row as usize + 2, |line| *line as usize)
    }

    /// The rows of any of the rule classes, each named by its code or its name.
    pub fn rows_of<'a>(&'a self, classes: &'a [String]) -> impl Iterator<Item = u32> + 'a {
        let own = move |run: &&Range<u32>| {
            let of = |column| self.point(run.start, column);
            let (code, name) = (of(PointColumn::ClassCode), of(PointColumn::ClassName));
            classes.iter().any(|class| class == code || class == name)
        };
        self.runs.iter().filter(own).flat_map(Clone::clone)
    }

    /// The cells of a column, by its name; `None` where the table has no such column.
    pub fn column<'a>(&'a self, name: &str) -> Option<impl Iterator<Item = &'a str> + use<'a>> {
        let at = self.at(name)?;
        Some((0..self.len() as u32).map(move |row| self.cell(row, at)))
    }
}

/// What the reader of CSV says of a row.
fn refused(error: &csv::Error) -> Broken {
    let line = error.position().map_or(1, csv::Position::line) as usize;
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Problem::new("fault-row", args([("found", (*len).into()), ("wanted", (*expected_len).into())]))
        }
        _ => detailed(error.to_string()),
    };
    (line, problem)
}

fn detailed(detail: String) -> Problem {
    Problem::new("fault-table", args([("detail", detail.into())]))
}

/// The national part of an item code: the first 15 characters of a service code, whatever regional suffix follows
/// (`001102000030000-110200003`, or further digits); any other code unchanged.
///
/// National service codes are 15 digits and begin with 0; drug and consumable codes begin with a letter.
pub fn national_code(code: &str) -> &str {
    match code.get(..15) {
        Some(start) if start.starts_with('0') && start.bytes().all(|b| b.is_ascii_digit()) => start,
        _ => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table, or the line of what is wrong first.
    fn table(text: &str) -> Result<KnowledgeTable, usize> {
        let words = Text { zh: String::new(), en: String::new() };
        let columns = vec!["code".to_string(), "name".to_string()];
        let source = Source { title: words.clone(), source: String::new(), url: None, note: words, columns };
        let (table, broken) = KnowledgeTable::read("t", "t.csv".to_string(), source, text).map_err(|b| b.0)?;
        broken.first().map_or(Ok(table), |b| Err(b.0))
    }

    #[test]
    fn plain_and_quoted_texts_are_the_same_table() {
        let all = |text: &str| {
            let table = table(text).expect("a table");
            let rows = (0..table.len() as u32).map(|r| (table.cell(r, 0).to_string(), table.cell(r, 1).to_string()));
            let lines: Vec<usize> = (0..table.len() as u32).map(|r| table.line(r)).collect();
            (rows.collect::<Vec<_>>(), lines)
        };
        let rows = vec![("1".to_string(), "甲".to_string()), (String::new(), "乙".to_string())];
        for text in ["code,name\n1,甲\n,乙\n", "\u{feff}code,name\r\n 1 ,甲\r\n,乙", "code,\"name\"\n1,\"甲\"\n,乙\n"]
        {
            assert_eq!(all(text), (rows.clone(), vec![2, 3]), "{text:?}");
        }
        assert_eq!(all("code,name\n\n1,甲\n,乙\n"), (rows, vec![3, 4]), "blank lines are no rows");
        assert!(table("code,name\n").expect("a table").is_empty());
    }

    #[test]
    fn broken_tables_name_the_line() {
        assert_eq!(table("kode,name\n1,x\n").expect_err("the header is wrong"), 1);
        assert_eq!(table("code,name\n1,x\n2\n").expect_err("a cell is missing"), 3);
        assert_eq!(table("code,name\n1,\"x\"\n2,y,z\n").expect_err("a cell too many"), 3);
        assert_eq!(table("").expect_err("no header"), 1);
    }

    #[test]
    fn regional_suffixes_are_cut() {
        assert_eq!(national_code("001102000030000-110200003"), "001102000030000");
        assert_eq!(national_code("00110200003000012"), "001102000030000");
        assert_eq!(national_code("001102000030000"), "001102000030000");
    }

    #[test]
    fn other_codes_stay() {
        for code in [
            "XL02BBA326A001010102180",
            "110200003",
            "123456789012345678",
            "C0102030405060708090",
            "床位费床位费床位费",
            "",
        ] {
            assert_eq!(national_code(code), code);
        }
    }
}
