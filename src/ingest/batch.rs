//! A batch of rows as typed columns: text interned within the batch, bad rows set aside.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::seen::Seen;
use crate::model::{CellType, Column, Domain, Kept, Stamp};

/// How a column is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keep {
    /// Interned text.
    Symbol(Domain),
    /// A 64-bit hash of the text: ids that are only compared, one a row.
    Hash,
    /// An integer of 10^-scale.
    Integer(u32),
    /// A date or moment.
    Moment,
    /// Sex, fee class or flag, as a small number.
    Small,
}

/// How a column is kept; nothing where it is recognised but not read.
pub(super) fn keep(column: &Column) -> Option<Keep> {
    Some(match column.kept {
        Kept::Unread => return None,
        Kept::Text(domain) => Keep::Symbol(domain),
        Kept::Compared => Keep::Hash,
        Kept::Value => match column.kind {
            CellType::Money => Keep::Integer(2),
            CellType::Quantity => Keep::Integer(4),
            CellType::Price => Keep::Integer(6),
            CellType::Count => Keep::Integer(0),
            CellType::Stamp | CellType::Date => Keep::Moment,
            CellType::Sex | CellType::Class | CellType::Grade | CellType::Flag => Keep::Small,
            CellType::Id | CellType::Text => return None,
        },
    })
}

/// The values of a column over a batch.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Symbol(Domain, Vec<u32>),
    Hash(Vec<u64>),
    Integer(Vec<i64>),
    Moment(Vec<Option<Stamp>>),
    Small(Vec<u8>),
}

/// A value of a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    Symbol(u32),
    Integer(i64),
    Moment(Option<Stamp>),
    Small(u8),
}

/// The cell of a column that was met last and what it said, as long as it gave nothing to tell: most are met again in the row
/// after it, and need not be looked at twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Last {
    cell: Vec<u8>,
    value: Option<Value>,
    /// Whether the row being read has it.
    again: bool,
    /// Cells asked about, up to [`TRIED`], and those of them that were met again.
    asked: (u16, u16),
}

/// Cells of a column from which it is known how often one is met again, and how few make it not worth remembering.
const TRIED: (u16, u16) = (1024, 128);

impl Last {
    /// Whether a cell is the one met last; what it said.
    #[inline]
    pub fn says(&mut self, cell: &[u8]) -> Option<Value> {
        let value = self.value.filter(|_| self.cell == cell);
        self.again = value.is_some();
        if self.asked.0 < TRIED.0 {
            self.asked.0 += 1;
            self.asked.1 += u16::from(self.again);
        }
        value
    }

    /// What the cell of the row being read says, where it is the one met last.
    #[inline]
    pub fn said(&self) -> Option<Value> {
        self.value.filter(|_| self.again)
    }

    /// Remembers a cell.
    #[inline]
    pub fn note(&mut self, cell: &[u8], value: Value) {
        if self.asked.0 == TRIED.0 && self.asked.1 < TRIED.1 {
            self.value = None;
            return;
        }
        self.cell.clear();
        self.cell.extend_from_slice(cell);
        self.value = Some(value);
    }
}

/// Value of an empty cell in [`Values::Symbol`].
pub(super) const NO_SYMBOL: u32 = u32::MAX;
/// Value of an empty cell in [`Values::Integer`].
pub(super) const NO_INTEGER: i64 = i64::MIN;
/// Flags in [`Values::Small`]: unknown, no, yes.
pub(super) const FLAG: [u8; 3] = [0, 1, 2];

impl Values {
    /// No values yet, kept so.
    pub fn new(keep: Keep) -> Self {
        match keep {
            Keep::Symbol(domain) => Self::Symbol(domain, Vec::new()),
            Keep::Hash => Self::Hash(Vec::new()),
            Keep::Integer(_) => Self::Integer(Vec::new()),
            Keep::Moment => Self::Moment(Vec::new()),
            Keep::Small => Self::Small(Vec::new()),
        }
    }

    /// Adds a value of the same sort.
    #[inline(always)]
    pub fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Symbol(_, v), Value::Symbol(value)) => v.push(value),
            (Self::Integer(v), Value::Integer(value)) => v.push(value),
            (Self::Moment(v), Value::Moment(value)) => v.push(value),
            (Self::Small(v), Value::Small(value)) => v.push(value),
            _ => debug_assert!(false, "a value of another sort"),
        }
    }

    /// Gives back the room that growing left over: batches are kept until all are read.
    pub fn shrink(&mut self) {
        match self {
            Self::Symbol(_, v) => v.shrink_to_fit(),
            Self::Hash(v) => v.shrink_to_fit(),
            Self::Integer(v) => v.shrink_to_fit(),
            Self::Moment(v) => v.shrink_to_fit(),
            Self::Small(v) => v.shrink_to_fit(),
        }
    }

    /// Leaves the rows that are marked.
    pub fn keep(&mut self, marks: &[bool]) {
        match self {
            Self::Symbol(_, v) => only(v, marks),
            Self::Hash(v) => only(v, marks),
            Self::Integer(v) => only(v, marks),
            Self::Moment(v) => only(v, marks),
            Self::Small(v) => only(v, marks),
        }
    }

    /// Whether some cell holds something.
    pub fn says_something(&self) -> bool {
        match self {
            Self::Symbol(_, v) => v.iter().any(|v| *v != NO_SYMBOL),
            Self::Hash(v) => v.iter().any(|v| *v != 0),
            Self::Integer(v) => v.iter().any(|v| *v != NO_INTEGER),
            Self::Moment(v) => v.iter().any(Option::is_some),
            Self::Small(v) => v.iter().any(|v| *v != 0),
        }
    }

    /// Number of cells of a column of numbers or dates that hold something.
    pub fn filled(&self) -> u64 {
        let count = match self {
            Self::Integer(v) => v.iter().filter(|v| **v != NO_INTEGER).count(),
            Self::Moment(v) => v.iter().flatten().count(),
            Self::Symbol(..) | Self::Hash(_) | Self::Small(_) => 0,
        };
        count as u64
    }

    /// Takes rows out; they are given in ascending order.
    fn remove(&mut self, rows: &[usize]) {
        match self {
            Self::Symbol(_, v) => remove(v, rows),
            Self::Hash(v) => remove(v, rows),
            Self::Integer(v) => remove(v, rows),
            Self::Moment(v) => remove(v, rows),
            Self::Small(v) => remove(v, rows),
        }
    }

    /// Leaves the first so many rows.
    pub fn truncate(&mut self, rows: usize) {
        match self {
            Self::Symbol(_, v) => v.truncate(rows),
            Self::Hash(v) => v.truncate(rows),
            Self::Integer(v) => v.truncate(rows),
            Self::Moment(v) => v.truncate(rows),
            Self::Small(v) => v.truncate(rows),
        }
    }
}

/// Takes elements out of a vector, given in ascending order.
fn remove<T>(all: &mut Vec<T>, rows: &[usize]) {
    let (mut at, mut left) = (0, rows);
    all.retain(|_| {
        let out = left.first() == Some(&at);
        left = &left[usize::from(out)..];
        at += 1;
        !out
    });
}

/// A row that was set aside.
#[derive(Clone, Debug)]
pub(super) struct BadRow {
    /// Line within the batch.
    pub line: u32,
    /// Header of the column at fault; empty where the whole row is.
    pub column: String,
    /// The value at fault.
    pub value: String,
    /// Message id.
    pub reason: &'static str,
}

/// Text interned within a batch.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    map: FxHashMap<Box<[u8]>, u32>,
    /// The distinct texts, in the order met.
    pub texts: Vec<String>,
}

impl Symbols {
    /// The id of a text, new or known; [`NO_SYMBOL`] for an empty one.
    pub fn intern(&mut self, text: &[u8]) -> u32 {
        if text.is_empty() {
            return NO_SYMBOL;
        }
        match self.map.get(text) {
            Some(id) => *id,
            None => {
                let id = self.texts.len() as u32;
                self.map.insert(text.into(), id);
                self.texts.push(String::from_utf8_lossy(text).into_owned());
                id
            }
        }
    }
}

/// A batch of rows of one table.
#[derive(Debug)]
pub(super) struct Batch {
    /// Physical line of each row kept.
    pub lines: Vec<u32>,
    /// The kept columns, as in [`Parser::slots`].
    pub values: Vec<Values>,
    /// Interned text by domain.
    pub symbols: [Symbols; Domain::COUNT],
    /// Distinct pairs of item and name ids.
    pub item_names: Vec<(u32, u32)>,
    /// Rows set aside, of which at most [`LISTED`] are listed one by one.
    pub bad: Vec<BadRow>,
    /// Further rows set aside, by header of the column at fault and reason.
    pub more: BTreeMap<(String, &'static str), u64>,
    /// Data rows seen.
    pub read: u64,
    /// Ids damaged by Excel in columns the row can live without, by slot.
    pub damaged: Vec<u64>,
    /// What stood out among the cells of each slot.
    pub seen: Vec<Seen>,
    /// The cell of each slot met last.
    pub last: Vec<Last>,
    /// Rows were taken out after their text had been interned.
    pub thinned: bool,
    /// What makes each row one, of rows that many rows of a file repeat; else empty.
    pub keys: Vec<u64>,
    /// Rows that leave out cells at their end.
    pub short: u64,
    /// Up to three distinct values of every column, from the first rows.
    pub samples: Vec<Vec<String>>,
    /// What else the rows hold, as in [`Parser::beside`].
    pub beside: Vec<BesideRows>,
}

/// Leaves the values that are marked.
pub(super) fn only<T>(values: &mut Vec<T>, marks: &[bool]) {
    let mut marks = marks.iter();
    values.retain(|_| marks.next().is_some_and(|kept| *kept));
}

impl Batch {
    /// Leaves the rows that are marked.
    pub fn keep(&mut self, marks: &[bool]) {
        only(&mut self.lines, marks);
        self.values.iter_mut().for_each(|values| values.keep(marks));
    }

    /// Moves all line numbers: a batch knows only those within its block.
    pub fn shift(&mut self, lines: u32) {
        self.lines.iter_mut().for_each(|l| *l += lines);
        self.bad.iter_mut().for_each(|b| b.line += lines);
        self.beside.iter_mut().for_each(|b| b.batch.shift(lines));
    }
}

/// Rows that a batch sets aside one by one; a wrongly typed column would fill memory with the same fault again and again.
const LISTED: usize = 10_000;

impl Batch {
    /// Sets a row aside.
    pub fn reject(&mut self, bad: BadRow) {
        if self.bad.len() < LISTED {
            self.bad.push(bad);
        } else {
            *self.more.entry((bad.column, bad.reason)).or_default() += 1;
        }
    }

    /// Reads a row that is set aside whole.
    pub fn set_aside(&mut self, line: u32, text: &str, reason: &'static str) {
        self.read += 1;
        self.reject(BadRow { line, column: String::new(), value: text.chars().take(60).collect(), reason });
    }

    /// Forgets the last row, which was set aside: it was no row of the table. `row` is a batch of that row alone.
    pub fn take_back(&mut self, row: &Batch) {
        self.read -= 1;
        for bad in &row.bad {
            match self.more.get_mut(&(bad.column.clone(), bad.reason)) {
                Some(count) if *count > 0 => *count -= 1,
                _ => drop(self.bad.pop()),
            }
        }
        self.seen.iter_mut().zip(&row.seen).for_each(|(all, seen)| all.forget(seen));
    }

    /// Rows set aside.
    pub fn rejected(&self) -> u64 {
        self.bad.len() as u64 + self.more.values().sum::<u64>()
    }

    /// Which texts of each domain stand in a row that was kept.
    pub fn known_symbols(&self) -> Vec<Vec<bool>> {
        let mut known: Vec<Vec<bool>> = self.symbols.iter().map(|s| vec![false; s.texts.len()]).collect();
        for values in &self.values {
            if let Values::Symbol(domain, ids) = values {
                ids.iter().filter(|id| **id != NO_SYMBOL).for_each(|id| known[*domain as usize][*id as usize] = true);
            }
        }
        known
    }

    /// Sets aside rows that had been kept, given in ascending order with the cell and the reason, for a cell whose meaning only the whole column shows.
    pub fn take_out(&mut self, unsettled: Vec<(usize, String, &'static str)>, column: &str) {
        let rows: Vec<usize> = unsettled.iter().map(|(row, _, _)| *row).collect();
        for (row, value, reason) in unsettled {
            self.reject(BadRow { line: self.lines[row], column: column.to_string(), value, reason });
        }
        remove(&mut self.lines, &rows);
        remove(&mut self.keys, &rows);
        self.values.iter_mut().for_each(|values| values.remove(&rows));
        self.thinned = true;
    }
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
    pub seen: FxHashMap<u64, u32>,
    /// What the row being read is.
    pub now: Now,
}

/// What a row of the file is to the table beside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Now {
    /// It holds none.
    Nothing,
    /// A row of its own, with its key.
    New(u64),
    /// One that was there already.
    Again(u32),
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
