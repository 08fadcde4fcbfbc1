//! Reads what lies beside the main table in the rows of a file.

use rustc_hash::FxHashMap;

use super::super::batch::{BadRow, BesideRows, Now, Values, plus};
use super::super::layout::{Beside, Rows};
use super::super::row::Row;
use super::super::values::clean;
use super::{Parser, hash};
use crate::model::Table;

/// Turns rows of a file into rows of the table beside.
#[derive(Clone, Debug)]
pub(in crate::ingest) struct BesideParser {
    /// The table.
    pub table: Table,
    pub parser: Parser,
    rows: Rows,
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
