//! Reads what lies beside the main table in the rows of a file.

use rustc_hash::FxHashMap;

use super::batch::{BadRow, Batch, NO_INTEGER, Values};
use super::layout::{Beside, Rows};
use super::parser::{Parser, hash};
use super::row::Row;
use super::values::clean;
use crate::model::Table;

/// Turns rows of a file into rows of the table beside.
#[derive(Clone, Debug)]
pub(super) struct BesideParser {
    /// The table.
    pub table: Table,
    pub parser: Parser,
    rows: Rows,
}

/// Rows of the table beside, of one batch.
#[derive(Debug)]
pub(super) struct BesideRows {
    pub batch: Batch,
    /// Rows of the file that hold one, repeated ones among them.
    pub read: u64,
    /// Of rows that many repeat: the hash of what makes them one.
    pub keys: Vec<u64>,
    /// Row of each key.
    seen: FxHashMap<u64, u32>,
    /// What the row being read is.
    now: Now,
}

/// What a row of the file is to the table beside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Now {
    /// It holds none.
    Nothing,
    /// A row of its own, with its key.
    New(u64),
    /// One that was there already.
    Again(u32),
}

impl BesideParser {
    pub fn new(beside: &Beside) -> Self {
        Self { table: beside.layout.table, parser: Parser::new(&beside.layout), rows: beside.rows.clone() }
    }

    /// No rows yet.
    pub fn rows(&self) -> BesideRows {
        let (keys, seen) = (Vec::new(), FxHashMap::default());
        BesideRows { batch: self.parser.batch(), read: 0, keys, seen, now: Now::Nothing }
    }

    /// The cells that are looked at.
    pub fn cells(&self) -> Vec<usize> {
        let mut cells = self.parser.cells();
        match &self.rows {
            Rows::Filled(cell) => cells.push(*cell),
            Rows::Once { key, .. } => cells.extend(key),
        }
        cells
    }

    /// Whether rows that are one add up their money.
    pub fn sums(&self) -> bool {
        matches!(self.rows, Rows::Once { sum: true, .. })
    }

    /// Whether rows with the same key are one.
    pub fn is_once(&self) -> bool {
        matches!(self.rows, Rows::Once { .. })
    }

    /// As [`Parser::numbers`]. Values of a row that is there already are taken back by [`Self::texts`].
    pub fn numbers(&self, rows: &mut BesideRows, line: u32, row: Row<'_>, suspect: bool) -> Result<(), BadRow> {
        let cell = |at: usize| clean(row.get(at).unwrap_or_default());
        rows.now = match &self.rows {
            Rows::Filled(at) if cell(*at).is_empty() => Now::Nothing,
            Rows::Filled(_) => Now::New(0),
            Rows::Once { key, .. } => {
                let key = hash(&key.iter().map(|at| cell(*at)).collect::<Vec<_>>().join(&b'\x1f'));
                rows.seen.get(&key).map_or(Now::New(key), |at| Now::Again(*at))
            }
        };
        match rows.now {
            Now::Nothing => Ok(()),
            Now::Again(_) if !self.sums() => Ok(()),
            _ => self.parser.numbers(&mut rows.batch, line, row, suspect),
        }
    }

    /// As [`Parser::texts`].
    pub fn texts(&self, rows: &mut BesideRows, line: u32, row: Row<'_>) {
        rows.read += u64::from(rows.now != Now::Nothing);
        match rows.now {
            Now::Nothing => {}
            Now::New(key) => {
                if self.is_once() {
                    rows.seen.insert(key, rows.keys.len() as u32);
                    rows.keys.push(key);
                }
                self.parser.texts(&mut rows.batch, line, row);
            }
            Now::Again(at) if self.sums() => {
                let last = rows.batch.lines.len();
                for (slot, values) in self.parser.slots.iter().zip(&mut rows.batch.values) {
                    if let (true, Values::Integer(values)) = (slot.is_money(), &mut *values) {
                        values[at as usize] = plus(values[at as usize], values[last]);
                    }
                    values.truncate(last);
                }
            }
            Now::Again(_) => {}
        }
    }
}

impl BesideRows {
    /// The rows with what makes each of them one.
    pub fn into_batch(self) -> Batch {
        Batch { keys: self.keys, ..self.batch }
    }

    /// Takes back the values of the row being read.
    pub fn undo(&mut self) {
        let rows = self.batch.lines.len();
        self.batch.values.iter_mut().for_each(|v| v.truncate(rows));
    }
}

/// A sum in which an empty cell is nothing.
pub(super) fn plus(a: i64, b: i64) -> i64 {
    match (a, b) {
        (NO_INTEGER, b) => b,
        (a, NO_INTEGER) => a,
        (a, b) => a.saturating_add(b),
    }
}
