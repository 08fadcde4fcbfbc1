//! What a header row was understood as: which column of which table each cell of a row is.

use super::assign::Assigned;
use crate::model::{Column, Table};

/// A header row understood as a table.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The table.
    pub table: Table,
    /// The headers as written.
    pub headers: Vec<String>,
    /// For each header, the column it is; `None` where it is not used.
    pub columns: Vec<Option<&'static Column>>,
    /// Further columns read from the same headers.
    pub more: Vec<(usize, &'static Column)>,
    /// Columns with one value for the whole file.
    pub constants: Vec<(&'static Column, String)>,
    /// The cells that make up the visit id where no column holds it.
    pub joined: Vec<usize>,
    /// For each header the power of ten of yuan its money is in: 4 for 万元.
    pub powers: Vec<i32>,
    /// Headers of which several could be the same column.
    pub ambiguous: Vec<String>,
    /// Further tables, or further rows, that each row of the file holds.
    pub beside: Vec<Beside>,
}

impl Layout {
    pub(super) fn new(table: Table, headers: &[String], given: Assigned) -> Self {
        let Assigned { columns, more, constants, powers, ambiguous, mapped: _ } = given;
        let headers = headers.to_vec();
        Self { table, headers, columns, more, constants, powers, ambiguous, joined: Vec::new(), beside: Vec::new() }
    }
}

/// A table, or further rows of one, that lies in the rows of a file beside its main table.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    /// What of the row is it.
    pub layout: Layout,
    /// Which rows hold it.
    pub rows: Rows,
}

/// Which rows of a file hold a row of the table beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// Those in which this cell is filled.
    Filled(usize),
    /// Every row repeats one; rows whose cells here are the same are one. With `sum` the money of all of them is added up.
    Once { key: Vec<usize>, sum: bool },
}
