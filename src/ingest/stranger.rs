//! What is no table of ours: passed over and named, or refused with all that it lacks.

use super::collect::{Collected, Fault, When};
use super::error::Error;
use super::header::{Incomplete, Recognised};
use super::lacking::{Lack, Lacking};
use super::names::{Name, normal};
use super::unknown::{Stranger, Unknown};
use super::{Unread, likely};
use crate::messages::args;
use crate::model::Table;

/// Columns that a stranger must share with a table to be refused and not passed over.
const SHARED: usize = 4;

impl Collected {
    /// Takes note of the headers of a file, so that a mapping for headers that no file has is told.
    pub(super) fn saw(&mut self, headers: &[String]) {
        self.headers.extend(headers.iter().map(|h| normal(h)));
        self.headers.extend(headers.iter().map(|h| Name::new(h).bare));
    }

    /// A file that is no table. One that is clearly one of ours but for a column ends the run where nothing else fills that
    /// table, and so does one that was named; others are passed over by name.
    pub(super) fn other(&mut self, file: String, named: bool, unknown: Unknown, lenient: bool) {
        self.saw(&unknown.cells);
        let (error, when) = match &unknown.found {
            Recognised::Other(table) => {
                let args = args([("table", (*table).into())]);
                self.unread.push(Unread { name: file, reason: "unread-table-not-used", args });
                return;
            }
            Recognised::Incomplete(near) => {
                // What names neither where nor when goods were is a price list.
                let goods = matches!(near.table, Table::Purchases | Table::Stock) && near.missing.len() > 1;
                let grave = named || (near.telling && near.recognised >= SHARED && !goods);
                let when = if grave { When::Named(Some(near.table)) } else { When::Alone };
                (Error::Lacking(Box::new(lacking(file, near, &unknown))), when)
            }
            _ if lenient => {
                self.strangers.push(Stranger { name: file, columns: unknown.columns(|_| None) });
                return;
            }
            _ => {
                let when = if named { When::Named(None) } else { When::Alone };
                (Error::Unrecognised { file, headers: shown(&unknown.cells) }, when)
            }
        };
        self.faults.push(Fault { error, when });
    }
}

/// The headers, as far as a line of a message holds them.
fn shown(cells: &[String]) -> String {
    const MOST: usize = 40;
    let names: Vec<&str> = cells.iter().map(|c| c.trim()).filter(|c| !c.is_empty()).collect();
    let rest = if names.len() > MOST { ", …" } else { "" };
    names.iter().take(MOST).map(|n| n.chars().take(40).collect::<String>()).collect::<Vec<_>>().join(", ") + rest
}

/// All that a table lacks, with the headers that may be it.
fn lacking(file: String, near: &Incomplete, unknown: &Unknown) -> Lacking {
    let columns = unknown.columns(|at| near.layout.columns.get(at).copied().flatten().map(|c| c.field));
    let lack = |column: &&'static crate::model::Column| {
        let likely::Candidates { by_name, by_content } = likely::candidates(column, &columns);
        Lack { field: column.field, chinese: column.chinese, or: column.stands_in, by_name, by_content }
    };
    Lacking {
        file,
        line: unknown.line,
        table: near.table,
        lacks: near.missing.iter().map(lack).collect(),
        headers: shown(&unknown.cells),
    }
}
