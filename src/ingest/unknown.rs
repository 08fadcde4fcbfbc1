//! What is no table of ours, with what stands in it.

use super::HeaderColumn;
use super::header::Recognised;

/// Rows below a header that are looked at to tell what stands in a column.
pub(super) const LOOKED_AT: usize = 40;
/// Samples of a column.
const SAMPLES: usize = 3;
/// A file, sheet or archive member that is no table of ours.
#[derive(Debug)]
pub(super) struct Unknown {
    pub found: Recognised,
    /// Physical line of what was taken for the header.
    pub line: u32,
    /// Its cells.
    pub cells: Vec<String>,
    /// The first rows below it.
    pub rows: Vec<Vec<String>>,
}

/// A file whose headers are unknown, as it is shown to somebody who may know them.
#[derive(Clone, Debug)]
pub struct Stranger {
    /// File name, with the sheet or archive member where there is one.
    pub name: String,
    /// Its headers with samples; no field is known.
    pub columns: Vec<HeaderColumn>,
}

impl Unknown {
    /// The headers with samples; `known` says which field each is, if any.
    pub(super) fn columns(&self, known: impl Fn(usize) -> Option<&'static str>) -> Vec<HeaderColumn> {
        let column = |(at, header): (usize, &String)| {
            let mut samples: Vec<String> = Vec::new();
            for cell in self.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.trim()) {
                if samples.len() < SAMPLES && !cell.is_empty() && !samples.iter().any(|s| s == cell) {
                    samples.push(cell.chars().take(60).collect());
                }
            }
            HeaderColumn { header: header.trim().trim_start_matches('\u{feff}').to_string(), field: known(at), samples }
        };
        self.cells.iter().enumerate().map(column).collect()
    }
}
