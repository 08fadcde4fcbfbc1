//! Parquet, column by column, in slices of rows so that memory stays bounded.
//!
//! Read below polars' frames: those know small integers, categories and zones only with parts of polars that nothing else here needs.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};

use polars_arrow::array::{Array, BinaryViewArray, BooleanArray, FixedSizeBinaryArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, Field, TimeUnit};
use polars_arrow::types::NativeType;
use polars_parquet::read::schema::{SchemaInferenceOptions, infer_schema_with_options};
use polars_parquet::read::{
    BasicDecompressor, FileMetadata, Filter, PageReader, RowGroupMetadata, column_iter_to_arrays, read_metadata,
};

use super::batch::Batch;
use super::error::Error;
use super::header::{Headers, Layout, Recognised};
use super::own::TABLES_MARK;
use super::parser::Parser;
use super::row::Row;
use super::text::is_blank_or_total;
use super::unknown::{LOOKED_AT, Unknown};
use crate::model::{Day, Progress, Stamp};

/// Rows decoded at a time.
const SLICE: usize = 1_000_000;
/// Seconds that the time of China is ahead of UTC.
const CHINA: i64 = 8 * 3600;

/// A Parquet file that holds a table, or what its columns were taken for.
pub(super) enum Outcome {
    /// One of the tables of this program.
    Own,
    Table(Box<(Layout, Parser, Vec<Batch>)>),
    Other(Box<Unknown>),
}

fn open(name: &str, file: &mut File) -> Result<(FileMetadata, Vec<Field>), Error> {
    let damaged = |e: String| Error::Damaged { file: name.to_string(), reason: e };
    file.rewind().map_err(|e| damaged(e.to_string()))?;
    let meta = read_metadata(file).map_err(|e| damaged(e.to_string()))?;
    // Moments of the old kind reach further back than nanoseconds can.
    let options = SchemaInferenceOptions { int96_coerce_to_timeunit: TimeUnit::Microsecond };
    let schema = infer_schema_with_options(&meta, &Some(options)).map_err(|e| damaged(e.to_string()))?;
    let fields = schema.iter_values().map(|f| Field { dtype: plain(&f.dtype), ..f.clone() }).collect();
    Ok((meta, fields))
}

/// The type in which values are decoded: a category is its text.
fn plain(dtype: &ArrowDataType) -> ArrowDataType {
    match dtype {
        ArrowDataType::Dictionary(_, inner, _) => plain(inner),
        ArrowDataType::Utf8 | ArrowDataType::LargeUtf8 => ArrowDataType::Utf8View,
        ArrowDataType::Binary | ArrowDataType::LargeBinary => ArrowDataType::BinaryView,
        ArrowDataType::Extension(inner) => plain(&inner.inner),
        other => other.clone(),
    }
}

/// The names of the columns.
///
/// # Errors
/// A file that is cut off or damaged.
pub(super) fn columns(name: &str, mut file: File) -> Result<Vec<String>, Error> {
    Ok(open(name, &mut file)?.1.iter().map(|f| f.name.to_string()).collect())
}

/// Reads a Parquet file; only the columns that are kept are decoded.
///
/// # Errors
/// A file that is cut off or damaged.
pub(super) fn read(
    name: &str,
    mut file: File,
    headers: Headers<'_>,
    progress: &dyn Progress,
) -> Result<Outcome, Error> {
    let (meta, fields) = open(name, &mut file)?;
    if meta.key_value_metadata.iter().flatten().any(|pair| pair.key == TABLES_MARK) {
        return Ok(Outcome::Own);
    }
    let cells: Vec<String> = fields.iter().map(|f| f.name.to_string()).collect();
    let layout = match headers.recognise(&cells) {
        Recognised::Table(layout) => layout,
        found => {
            let rows = samples(&mut file, &meta, &fields);
            return Ok(Outcome::Other(Box::new(Unknown { found, line: 1, cells, rows })));
        }
    };
    let parser = Parser::new(&layout);
    let mut batches = Vec::new();
    let mut row = 0usize;
    for group in &meta.row_groups {
        let rows = group.num_rows();
        for start in (0..rows).step_by(SLICE) {
            let end = rows.min(start + SLICE);
            let mut columns: Vec<Option<Vec<Box<dyn Array>>>> = vec![None; cells.len()];
            for at in parser.cells() {
                let slice = (start > 0 || end < rows).then(|| Filter::new_ranged(start, end));
                let decoded = decode(&mut file, group, &fields[at], slice).map_err(|reason| Error::Damaged {
                    file: name.to_string(),
                    reason: format!("{}: {reason}", fields[at].name),
                })?;
                columns[at] = Some(decoded);
            }
            batches.push(batch(&parser, &columns, end - start, row + start));
            progress.rows((end - start) as u64);
        }
        row += rows;
    }
    Ok(Outcome::Table(Box::new((layout, parser, batches))))
}

fn decode(
    file: &mut File,
    group: &RowGroupMetadata,
    field: &Field,
    slice: Option<Filter>,
) -> Result<Vec<Box<dyn Array>>, String> {
    if !is_readable(&field.dtype) {
        return Err(format!("{:?}", field.dtype));
    }
    decode_column(file, group, field, slice)
}

/// The arrays of a column of a row group, decoded as the field says, or a slice of its rows.
///
/// # Errors
/// There is no such column, it cannot be decoded so, or what the file system says.
pub(crate) fn decode_column(
    file: &mut File,
    group: &RowGroupMetadata,
    field: &Field,
    slice: Option<Filter>,
) -> Result<Vec<Box<dyn Array>>, String> {
    let mut chunks = group.columns_under_root_iter(&field.name).ok_or_else(|| "?".to_string())?;
    let chunk = chunks.next().ok_or_else(|| "?".to_string())?;
    let range = chunk.byte_range();
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(range.start)).map_err(|e| e.to_string())?;
    file.by_ref().take(range.end - range.start).read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    let pages = PageReader::new(Cursor::new(bytes.into()), chunk, Vec::new(), usize::MAX);
    let kind = &chunk.descriptor().descriptor.primitive_type;
    let pages = vec![BasicDecompressor::new(pages, Vec::new())];
    let (arrays, _) = column_iter_to_arrays(pages, vec![kind], field.clone(), slice).map_err(|e| e.to_string())?;
    Ok(arrays)
}

fn is_readable(dtype: &ArrowDataType) -> bool {
    use ArrowDataType::*;
    matches!(
        dtype,
        Null | Boolean
            | Int8
            | Int16
            | Int32
            | Int64
            | UInt8
            | UInt16
            | UInt32
            | UInt64
            | Float32
            | Float64
            | Timestamp(..)
            | Date32
            | Date64
            | Time32(_)
            | Time64(_)
            | Decimal(..)
            | Utf8View
            | BinaryView
            | FixedSizeBinary(_)
    )
}

/// The first rows, to tell what stands in the columns of an unknown file; a column that cannot be decoded is empty.
fn samples(file: &mut File, meta: &FileMetadata, fields: &[Field]) -> Vec<Vec<String>> {
    let Some(group) = meta.row_groups.first() else { return Vec::new() };
    let rows = group.num_rows().min(LOOKED_AT);
    let slice = || (rows < group.num_rows()).then(|| Filter::new_ranged(0, rows));
    let mut out = vec![vec![String::new(); fields.len()]; rows];
    for (at, field) in fields.iter().enumerate() {
        let arrays = decode(file, group, field, slice()).unwrap_or_default();
        let cells = arrays.iter().flat_map(|a| (0..a.len()).map(move |row| (a.as_ref(), row)));
        for ((array, row), out) in cells.zip(&mut out) {
            value(array, row, &mut out[at]);
        }
    }
    out
}

fn batch(parser: &Parser, columns: &[Option<Vec<Box<dyn Array>>>], rows: usize, before: usize) -> Batch {
    let mut batch = parser.batch();
    // The array of each column that a row lies in, and the row at which it begins.
    let mut places = vec![(0usize, 0usize); columns.len()];
    let mut record = csv::ByteRecord::new();
    let mut text = String::new();
    for row in 0..rows {
        record.clear();
        for (arrays, (at, begin)) in columns.iter().zip(&mut places) {
            text.clear();
            if let Some(arrays) = arrays {
                while arrays.get(*at).is_some_and(|a| row >= *begin + a.len()) {
                    *begin += arrays[*at].len();
                    *at += 1;
                }
                if let Some(array) = arrays.get(*at) {
                    value(array.as_ref(), row - *begin, &mut text);
                }
            }
            record.push_field(text.as_bytes());
        }
        let cells: Vec<&[u8]> = record.iter().collect();
        if !is_blank_or_total(Row::new(&cells)) {
            // A Parquet row has no line: its place is its row, as though there were a header.
            parser.push(&mut batch, (before + row + 2) as u32, Row::new(&cells), false);
        }
    }
    batch
}

/// Writes a value in the form that the parser reads; nothing where it is null.
fn value(array: &dyn Array, at: usize, out: &mut String) {
    use ArrowDataType::*;
    if array.is_null(at) {
        return;
    }
    let any = array.as_any();
    let seconds = |ticks: i64, unit: &TimeUnit| match unit {
        TimeUnit::Second => ticks,
        TimeUnit::Millisecond => ticks.div_euclid(1_000),
        TimeUnit::Microsecond => ticks.div_euclid(1_000_000),
        TimeUnit::Nanosecond => ticks.div_euclid(1_000_000_000),
    };
    match array.dtype() {
        Utf8View => out.push_str(any.downcast_ref::<Utf8ViewArray>().map_or("", |a| a.value(at))),
        BinaryView => bytes(any.downcast_ref::<BinaryViewArray>().map_or(&[][..], |a| a.value(at)), out),
        FixedSizeBinary(_) => bytes(any.downcast_ref::<FixedSizeBinaryArray>().map_or(&[][..], |a| a.value(at)), out),
        Boolean => out.push(if any.downcast_ref::<BooleanArray>().is_some_and(|a| a.value(at)) { '1' } else { '0' }),
        Int8 => number::<i8>(array, at, out),
        Int16 => number::<i16>(array, at, out),
        Int32 => number::<i32>(array, at, out),
        Int64 => number::<i64>(array, at, out),
        UInt8 => number::<u8>(array, at, out),
        UInt16 => number::<u16>(array, at, out),
        UInt32 => number::<u32>(array, at, out),
        UInt64 => number::<u64>(array, at, out),
        // A whole number kept as float is what pandas makes of integers with gaps.
        Float32 => number::<f32>(array, at, out),
        Float64 => number::<f64>(array, at, out),
        Decimal(_, scale) => decimal(primitive::<i128>(array, at), *scale, out),
        Date32 => {
            let _ = write!(out, "{}", Day(primitive::<i32>(array, at)));
        }
        Date64 => moment(primitive::<i64>(array, at).div_euclid(1_000), out),
        // A moment with a zone is kept in UTC; who was treated when is told by the clock of China.
        Timestamp(unit, zone) => {
            let ahead = if zone.is_some() { CHINA } else { 0 };
            moment(seconds(primitive::<i64>(array, at), unit) + ahead, out);
        }
        Time32(unit) => time(seconds(i64::from(primitive::<i32>(array, at)), unit), out),
        Time64(unit) => time(seconds(primitive::<i64>(array, at), unit), out),
        _ => {}
    }
}

fn primitive<T: NativeType + Default>(array: &dyn Array, at: usize) -> T {
    array.as_any().downcast_ref::<PrimitiveArray<T>>().map_or_else(T::default, |a| a.value(at))
}

fn number<T: NativeType + Default + std::fmt::Display>(array: &dyn Array, at: usize, out: &mut String) {
    let _ = write!(out, "{}", primitive::<T>(array, at));
}

fn decimal(unscaled: i128, scale: usize, out: &mut String) {
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    out.push_str(if unscaled < 0 { "-" } else { "" });
    out.push_str(whole);
    if scale > 0 {
        out.push('.');
        out.push_str(part);
    }
}

fn moment(seconds: i64, out: &mut String) {
    let day = Day(seconds.div_euclid(86_400) as i32);
    let _ = write!(out, "{}", Stamp { day, second: seconds.rem_euclid(86_400) as u32 });
}

fn time(seconds: i64, out: &mut String) {
    let _ = write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/// Text without a mark that it is one, as Hive and Impala write it.
fn bytes(value: &[u8], out: &mut String) {
    match std::str::from_utf8(value) {
        Ok(text) => out.push_str(text),
        Err(_) => out.push_str(&encoding_rs::GB18030.decode_without_bom_handling(value).0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_the_parser_reads_them() {
        let mut out = String::new();
        for (unscaled, scale) in [(-5, 2), (123_456, 4), (7, 0)] {
            decimal(unscaled, scale, &mut out);
            out.push(' ');
        }
        moment(0, &mut out);
        out.push(' ');
        bytes(&[0xCE, 0xE4], &mut out);
        assert!(out.starts_with("-0.05 12.3456 7 1970-01-01") && out.ends_with('武'), "{out}");
    }
}
