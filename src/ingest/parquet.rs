//! Parquet, through polars, in slices of rows so that memory stays bounded.

use std::fs::File;
use std::path::Path;

use polars::prelude::{AnyValue, Column, ParquetReader, SerReader};

use super::batch::{Batch, Parser};
use super::error::Error;
use super::header::{Headers, Layout, Recognised};
use super::stranger::{LOOKED_AT, Unknown};
use super::text::is_blank_or_total;
use crate::model::{Day, Progress, Stamp};

/// Rows read at a time.
const SLICE: usize = 500_000;

/// A Parquet file that holds a table, or what its columns were taken for.
pub(super) enum Outcome {
    Table(Box<(Layout, Parser, Vec<Batch>)>),
    Other(Box<Unknown>),
}

/// Reads a Parquet file; only the columns that are kept are decoded.
///
/// # Errors
/// A file that is cut off or damaged.
pub(super) fn read(name: &str, path: &Path, headers: Headers<'_>, progress: &dyn Progress) -> Result<Outcome, Error> {
    let damaged = |e: polars::prelude::PolarsError| Error::Damaged { file: name.to_string(), reason: e.to_string() };
    let open = || File::open(path).map_err(|e| Error::Open { path: path.to_path_buf(), reason: e.to_string() });
    let mut reader = ParquetReader::new(open()?);
    let rows = reader.num_rows().map_err(damaged)?;
    let cells: Vec<String> = reader.schema().map_err(damaged)?.iter_names().map(|n| n.to_string()).collect();
    let layout = match headers.recognise(&cells) {
        Recognised::Table(layout) => layout,
        found => {
            let frame = ParquetReader::new(open()?).with_slice(Some((0, LOOKED_AT))).finish().map_err(damaged)?;
            let columns: Vec<Vec<String>> = frame.columns().iter().map(texts).collect();
            let rows = (0..frame.height()).map(|row| columns.iter().map(|c| c[row].clone()).collect()).collect();
            return Ok(Outcome::Other(Box::new(Unknown { found, line: 1, cells, rows })));
        }
    };
    let parser = Parser::new(&layout);
    let read = parser.cells();
    let wanted: Vec<String> = read.iter().map(|at| cells[*at].clone()).collect();
    let mut batches = Vec::new();
    for start in (0..rows).step_by(SLICE) {
        let frame = ParquetReader::new(open()?)
            .with_columns(Some(wanted.clone()))
            .with_slice(Some((start, SLICE)))
            .set_low_memory(true)
            .finish()
            .map_err(damaged)?;
        // Columns that are not kept stay empty, so that positions are those of the header.
        let mut columns: Vec<Option<Vec<String>>> = vec![None; cells.len()];
        for at in &read {
            columns[*at] = Some(texts(frame.column(&cells[*at]).map_err(damaged)?));
        }
        let mut batch = parser.batch();
        for row in 0..frame.height() {
            let record: csv::ByteRecord =
                columns.iter().map(|c| c.as_ref().map_or("", |texts| texts[row].as_str())).collect();
            if !is_blank_or_total(&record) {
                parser.push(&mut batch, (start + row + 2) as u32, &record, false);
            }
        }
        progress.rows(batch.read);
        batches.push(batch);
    }
    Ok(Outcome::Table(Box::new((layout, parser, batches))))
}

/// The values of a column as texts, in the forms that the parser reads.
fn texts(column: &Column) -> Vec<String> {
    let series = column.as_materialized_series();
    (0..series.len()).map(|row| series.get(row).map_or_else(|_| String::new(), |value| text(&value))).collect()
}

fn text(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) => (*text).to_string(),
        AnyValue::StringOwned(text) => text.to_string(),
        AnyValue::Boolean(b) => u8::from(*b).to_string(),
        // A whole number kept as float is what pandas makes of integers with gaps.
        AnyValue::Float64(n) => n.to_string(),
        AnyValue::Float32(n) => n.to_string(),
        AnyValue::Date(days) => Day(*days).to_string(),
        AnyValue::Datetime(ticks, unit, _) | AnyValue::DatetimeOwned(ticks, unit, _) => {
            let per_second = match unit {
                polars::prelude::TimeUnit::Nanoseconds => 1_000_000_000,
                polars::prelude::TimeUnit::Microseconds => 1_000_000,
                polars::prelude::TimeUnit::Milliseconds => 1_000,
            };
            let seconds = ticks.div_euclid(per_second);
            let day = Day(seconds.div_euclid(86_400) as i32);
            Stamp { day, second: seconds.rem_euclid(86_400) as u32 }.to_string()
        }
        other => other.to_string(),
    }
}
