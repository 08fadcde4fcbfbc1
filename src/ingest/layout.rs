//! What a header row was understood as: which column of which table each cell of a row is.

use super::assign::Assigned;
use super::names::{normal, unit};
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
    /// For each header the power of ten of yuan its money is in: 4 for 万元; `None` where it names no unit.
    pub powers: Vec<Option<i32>>,
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

impl Layout {
    /// Takes the unit of money that a title above the header names for all columns whose header names none.
    pub fn under(&mut self, titles: &[Vec<String>]) {
        let mut cells = titles.iter().rev().flatten();
        let Some(power) = cells.find_map(|cell| titled(cell)) else { return };
        self.powers.iter_mut().for_each(|own| *own = own.or(Some(power)));
        for beside in &mut self.beside {
            beside.layout.under(titles);
        }
    }
}

/// The unit of money that a title names: `单位：万元`, alone or at the end of a longer one.
fn titled(cell: &str) -> Option<i32> {
    let text = normal(cell);
    let from = ["金额单位", "单位", "unit"].iter().find_map(|word| text.find(word).map(|at| at + word.len()))?;
    let rest = text[from..].trim_start_matches([':', '=', '(', ' ']);
    let word: String = rest.chars().take_while(|c| !matches!(c, ')' | ',' | ';' | '，' | '；' | '。' | '、')).collect();
    unit(&word)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_the_unit_of_all_columns() {
        assert_eq!(titled("单位：万元"), Some(4));
        assert_eq!(titled("（金额单位：元）"), Some(0));
        assert_eq!(titled("2024年结算表  单位: 千元，人次"), Some(3));
        assert_eq!(titled("填报单位：某县医保局"), None);
        assert_eq!(titled("结算表"), None);
    }
}
