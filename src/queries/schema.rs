//! The tables a query can read: names, types, which columns of the export each comes from, and how a cell is made.
//!
//! `docs/writing-rules.md` documents every one of them; a test holds the page and this list together.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::facts::Facts;
use crate::model::Region;
use crate::rulebook::KnowledgeTable;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SqlType {
    /// Text: an id, a code, a name.
    Text,
    /// `2025-03-01`.
    Date,
    /// `2025-03-01 08:30:00`, or a date where the export has no time of day.
    Time,
    /// A whole number.
    Integer,
    /// A number with decimals.
    Number,
    /// Money as a whole number of fen, so that sums are exact.
    Fen,
}

impl SqlType {
    /// The word for it in the documentation.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Date => "date",
            Self::Time => "time",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Fen => "fen",
        }
    }

    /// The type it is declared with: what SQLite needs (`TEXT`, `INTEGER`, `REAL`) with what the checks need before it.
    pub(super) fn declaration(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Date => "DATE TEXT",
            Self::Time => "TIME TEXT",
            Self::Integer => "INTEGER",
            Self::Number => "REAL",
            Self::Fen => "FEN INTEGER",
        }
    }

    /// The kind a column was declared with.
    pub(super) fn declared(declaration: &str) -> Option<Self> {
        let all = [Self::Text, Self::Date, Self::Time, Self::Integer, Self::Number, Self::Fen];
        all.into_iter().find(|k| k.declaration() == declaration)
    }
}

/// A column.
pub struct Column {
    /// Its name: the national field name where there is one.
    pub name: &'static str,
    /// What it holds.
    pub kind: SqlType,
    /// What the export must have for it, written as in a card's `needs`; empty where the table is enough.
    pub needs: &'static str,
    pub(super) cell: for<'a> fn(Cells<'a>, usize) -> Cell<'a>,
}

/// A table.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What the export must have for it, written as in a card's `needs`; empty where it is always there.
    pub needs: &'static str,
    /// Its columns. A first one called `row_id` is its key.
    pub columns: &'static [Column],
    pub(super) rows: fn(Cells<'_>) -> usize,
}

/// Where the cells come from.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub region: &'a Region,
    pub facts: &'a Facts,
}

/// A cell.
pub(super) enum Cell<'a> {
    Null,
    Integer(i64),
    Number(f64),
    Text(&'a str),
    Owned(String),
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Cell::Null => ValueRef::Null,
            Cell::Integer(n) => ValueRef::Integer(*n),
            Cell::Number(n) => ValueRef::Real(*n),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Owned(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// A text; an empty one is NULL.
pub(super) fn text(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Null } else { Cell::Text(text) }
}

/// A table as a query sees it.
#[derive(Clone, Copy)]
pub(super) enum Relation<'a> {
    Documented(&'static Table),
    Knowledge(&'a KnowledgeTable),
}

impl<'a> Relation<'a> {
    pub fn name(self) -> String {
        match self {
            Self::Documented(table) => table.name.to_string(),
            Self::Knowledge(table) => format!("k_{}", table.name.replace('-', "_")),
        }
    }

    /// Names and kinds of the columns.
    pub fn columns(self) -> Vec<(&'a str, SqlType)> {
        match self {
            Self::Documented(table) => table.columns.iter().map(|c| (c.name, c.kind)).collect(),
            Self::Knowledge(table) => table.source.columns.iter().map(|c| (c.as_str(), SqlType::Text)).collect(),
        }
    }

    pub fn len(self, source: Cells<'_>) -> usize {
        match self {
            Self::Documented(table) => (table.rows)(source),
            Self::Knowledge(table) => table.len(),
        }
    }

    pub fn cell(self, source: Cells<'a>, row: usize, column: usize) -> Cell<'a> {
        match self {
            Self::Documented(table) => (table.columns[column].cell)(source, row),
            Self::Knowledge(table) => text(table.cell(row as u32, column)),
        }
    }

    /// The statement that makes the table.
    pub fn create(self) -> String {
        let column = |(name, kind): (&str, SqlType)| match name {
            "row_id" => "row_id INTEGER PRIMARY KEY".to_string(),
            name => format!("{} {}", quoted(name), kind.declaration()),
        };
        let columns: Vec<String> = self.columns().into_iter().map(column).collect();
        format!("CREATE TABLE {} ({})", quoted(&self.name()), columns.join(", "))
    }
}

/// A name as SQL writes it, whatever is in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
