//! Knowledge tables: lists of codes with facts about them, as published or as a region keeps them.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;
use serde::Deserialize;

use super::cells::{Broken, Cells, detailed, refused};
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
    /// When the points of a batch were published, by what their note begins with, where the note itself does not say: the
    /// day by which it is sure.
    #[serde(default)]
    pub published: BTreeMap<String, String>,
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

/// What some programs begin a file in UTF-8 with.
const MARK: char = '\u{feff}';
/// Rows that one thread looks through at a time.
const BLOCK: usize = 1 << 16;

/// A knowledge table. Cells stay text: a rule reads them as what it needs.
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

impl KnowledgeTable {
    /// Reads a CSV text, whose header must be the columns that the source names: the table with its sound rows, and what is
    /// wrong with the others.
    pub(super) fn read(name: &str, file: String, source: Source, text: String) -> Result<(Self, Vec<Broken>), Broken> {
        let from = if text.starts_with(MARK) { MARK.len_utf8() } else { 0 };
        if u32::try_from(text.len()).is_err() {
            return Err((1, detailed("> 4 GiB".to_string())));
        }
        let mut reader = csv::Reader::from_reader(&text.as_bytes()[from..]);
        let header = reader.headers().map_err(|e| refused(&e))?;
        if !header.iter().eq(source.columns.iter().map(String::as_str)) {
            let [found, wanted] = [header.iter().collect::<Vec<_>>().join(","), source.columns.join(",")];
            return Err((1, Problem::new("fault-header", args([("found", found.into()), ("wanted", wanted.into())]))));
        }
        let (cells, broken) = Cells::read(text, from, source.columns.len());
        let (name, runs) = (name.to_string(), Vec::new());
        let mut table = Self { name, source, file, cells, points: None, runs };
        table.points = table.places(POINT_COLUMNS);
        table.runs = table.runs();
        Ok((table, broken))
    }

    fn runs(&self) -> Vec<Range<u32>> {
        if self.points.is_none() || self.is_empty() {
            return Vec::new();
        }
        let rows = self.len() as u32;
        let class = |row| self.point_cells(row, [PointColumn::ClassCode, PointColumn::ClassName]);
        let begins = |block: u32| {
            let mut before = (block > 0).then(|| class(block - 1));
            (block..rows.min(block + BLOCK as u32)).filter(move |&row| before.replace(class(row)) != before)
        };
        let blocks: Vec<u32> = (0..rows).step_by(BLOCK).collect();
        let starts: Vec<u32> = blocks.into_par_iter().flat_map_iter(begins).collect();
        let ends = starts.iter().skip(1).copied().chain([rows]);
        starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
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
        // The header is the first row.
        self.cells.len().saturating_sub(1)
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
        self.cells.get(row as usize + 1, column)
    }

    /// Whether this is a table of knowledge points.
    pub fn has_points(&self) -> bool {
        self.points.is_some()
    }

    /// A cell of a point; empty in a table without points.
    pub fn point(&self, row: u32, column: PointColumn) -> &str {
        self.points.map_or("", |places| self.cell(row, places[column as usize]))
    }

    /// Several cells of a point, for which its row is split but once; empty in a table without points.
    pub fn point_cells<const N: usize>(&self, row: u32, columns: [PointColumn; N]) -> [&str; N] {
        let mut cells = [""; N];
        let Some(places) = self.points else { return cells };
        let wanted = columns.map(|column| places[column as usize]);
        let last = wanted.iter().max().map_or(0, |last| last + 1);
        for (at, cell) in self.cells.of(row as usize + 1).take(last).enumerate() {
            if let Some(column) = wanted.iter().position(|place| *place == at) {
                cells[column] = cell;
            }
        }
        cells
    }

    /// The line of a row in the file.
    pub fn line(&self, row: u32) -> usize {
        self.cells.line(row as usize + 1)
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
        let source = Source {
            title: words.clone(),
            source: String::new(),
            url: None,
            note: words,
            columns,
            published: BTreeMap::new(),
        };
        let (table, broken) =
            KnowledgeTable::read("t", "t.csv".to_string(), source, text.to_string()).map_err(|b| b.0)?;
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
