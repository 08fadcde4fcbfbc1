//! Columns of typed cells as Parquet files and back.
//!
//! A text stands in a dictionary, money and quantities are decimals, days are dates: any tool reads them as what they are. Written and
//! read below polars' frames, column by column and in row groups, so that neither a text nor a whole table is held twice.

use std::borrow::Cow;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use polars_arrow::array::{Array, BooleanArray, DictionaryArray, PrimitiveArray, Utf8ViewArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, DTYPE_CATEGORICAL_NEW, Field, IntegerType, TimeUnit};
use polars_arrow::types::NativeType;
use polars_parquet::read::{FileMetadata, read_metadata};
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, Encoding, FallibleStreamingIterator, FileWriter,
    KeyValue, ParquetType, StatisticsOptions, Version, WriteOptions, array_to_columns, compress, to_parquet_type,
};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::ingest::{TABLES_MARK, decode_column};
use crate::model::cell::{Form, NONE, Sink, Source, halves, pack};
use crate::model::{Domain, Interner, Stamp};

/// Rows of a row group.
const GROUP: usize = 1 << 20;
/// What is added to a column's name for whether a moment's time of day is known, and for the ends of a span.
const HAS_TIME: &str = "_has_time";
const FIRST: &str = "_first";
const LAST: &str = "_last";
/// The columns that say where a row stood.
const FILE: &str = "file";
const LINE: &str = "line";
/// Microseconds of a day and of a second.
const DAY: i64 = 86_400 * SECOND;
const SECOND: i64 = 1_000_000;
/// Digits of decimals: what fits into 64 bits.
const DIGITS: usize = 18;

/// The texts behind ids.
pub trait Texts: Sync {
    /// The text of an id; nothing where it must not be shown.
    fn text(&self, domain: Domain, id: u32) -> Option<Cow<'_, str>>;
    /// The name of a file.
    fn file(&self, file: u16) -> &str;
}

/// Why a table could not be written or read: what the library says.
#[derive(Debug)]
pub(super) struct Fault(pub String);

impl<E: std::error::Error> From<E> for Fault {
    fn from(e: E) -> Self {
        Self(e.to_string())
    }
}

/// The columns of a row group as they are given.
pub(super) struct Group<'a> {
    texts: &'a dyn Texts,
    columns: Vec<(Field, Box<dyn Array>)>,
}

impl<'a> Group<'a> {
    /// No column yet.
    pub(super) fn new(texts: &'a dyn Texts) -> Self {
        Self { texts, columns: Vec::new() }
    }

    /// The columns with what they hold, in words of Parquet.
    pub(super) fn described(&self) -> Vec<(String, String)> {
        let word = |dtype: &ArrowDataType| match dtype {
            ArrowDataType::Decimal(digits, scale) => format!("DECIMAL({digits}, {scale})"),
            ArrowDataType::Date32 => "DATE".to_string(),
            ArrowDataType::Timestamp(..) => "TIMESTAMP".to_string(),
            ArrowDataType::Boolean => "BOOLEAN".to_string(),
            ArrowDataType::UInt32 => "UINT32".to_string(),
            _ => "STRING".to_string(),
        };
        self.columns.iter().map(|(field, _)| (field.name.to_string(), word(&field.dtype))).collect()
    }

    fn add(&mut self, name: &str, array: Box<dyn Array>) {
        self.columns.push((Field::new(name.into(), array.dtype().clone(), true), array));
    }

    fn numbers<T: NativeType>(&mut self, name: &str, cells: &[i64], dtype: ArrowDataType, of: impl Fn(i64) -> T) {
        let values: Vec<T> = cells.iter().map(|raw| if *raw == NONE { T::default() } else { of(*raw) }).collect();
        self.add(name, PrimitiveArray::new(dtype, values.into(), filled(cells, |raw| *raw != NONE)).boxed());
    }

    fn texts(&mut self, name: &str, cells: impl Iterator<Item = i64>, text: impl Fn(u32) -> Option<Cow<'static, str>>) {
        const HIDDEN: u32 = u32::MAX;
        let mut places: FxHashMap<i64, u32> = FxHashMap::default();
        let mut words: Vec<Cow<'static, str>> = Vec::new();
        let mut last = (NONE, HIDDEN);
        let keys: Vec<Option<u32>> = cells
            .map(|raw| {
                if raw != last.0 {
                    let place = *places.entry(raw).or_insert_with(|| {
                        let Some(word) = text(raw as u32).filter(|_| raw != NONE) else { return HIDDEN };
                        words.push(word);
                        words.len() as u32 - 1
                    });
                    last = (raw, place);
                }
                (last.1 != HIDDEN).then_some(last.1)
            })
            .collect();
        let dtype = dictionary();
        let words = Utf8ViewArray::from_slice_values(&words).boxed();
        let keys = PrimitiveArray::from(keys);
        self.add(name, DictionaryArray::try_new(dtype, keys, words).expect("keys are places of words").boxed());
    }

    fn flags(&mut self, name: &str, cells: &[i64], is: impl Fn(i64) -> bool) {
        let values: Bitmap = cells.iter().map(|raw| *raw != NONE && is(*raw)).collect();
        let known = filled(cells, |raw| *raw != NONE);
        self.add(name, BooleanArray::new(ArrowDataType::Boolean, values, known).boxed());
    }
}

fn dictionary() -> ArrowDataType {
    ArrowDataType::Dictionary(IntegerType::UInt32, Box::new(ArrowDataType::Utf8View), false)
}

/// Which cells are filled, where some are not.
fn filled(cells: &[i64], is: impl Fn(&i64) -> bool) -> Option<Bitmap> {
    (!cells.iter().all(&is)).then(|| cells.iter().map(is).collect())
}

impl Sink for Group<'_> {
    fn column(&mut self, name: &'static str, form: Form, cells: &mut dyn Iterator<Item = i64>) {
        let texts = self.texts;
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        if let Form::Text(domain) = form {
            return self.texts(name, cells, |id| texts.text(domain, id).map(owned));
        }
        if let Form::Word(words) = form {
            return self.texts(name, cells, |at| words.get(at as usize).map(|word| Cow::Borrowed(*word)));
        }
        let cells: Vec<i64> = cells.collect();
        match form {
            Form::Text(_) | Form::Word(_) => {}
            Form::Money => self.numbers(name, &cells, ArrowDataType::Decimal(DIGITS, 2), i128::from),
            Form::Quantity => self.numbers(name, &cells, ArrowDataType::Decimal(DIGITS, 4), i128::from),
            Form::Price => self.numbers(name, &cells, ArrowDataType::Decimal(DIGITS, 6), i128::from),
            Form::Date => self.numbers(name, &cells, ArrowDataType::Date32, |raw| raw as i32),
            Form::Moment => {
                let dtype = ArrowDataType::Timestamp(TimeUnit::Microsecond, None);
                self.numbers(name, &cells, dtype, |raw| {
                    let (day, second) = halves(raw);
                    let second = if second == Stamp::DATE_ONLY { 0 } else { second };
                    i64::from(day) * DAY + i64::from(second) * SECOND
                });
                self.flags(&format!("{name}{HAS_TIME}"), &cells, |raw| halves(raw).1 != Stamp::DATE_ONLY);
            }
            Form::Span => {
                self.numbers(&format!("{name}{FIRST}"), &cells, ArrowDataType::Date32, |raw| halves(raw).0);
                self.numbers(&format!("{name}{LAST}"), &cells, ArrowDataType::Date32, |raw| halves(raw).1 as i32);
            }
            Form::Count => self.numbers(name, &cells, ArrowDataType::UInt32, |raw| raw as u32),
            Form::Flag => self.flags(name, &cells, |raw| raw == 1),
            Form::Place => {
                let of = |raw: &i64| if *raw == NONE { NONE } else { i64::from(halves(*raw).0) };
                self.texts(FILE, cells.iter().map(of), |file| Some(owned(texts.file(file as u16).into())));
                self.numbers(LINE, &cells, ArrowDataType::UInt32, |raw| halves(raw).1);
            }
        }
    }
}

/// The pages of a column, compressed.
struct Pages {
    rest: std::vec::IntoIter<CompressedPage>,
    current: Option<CompressedPage>,
}

impl FallibleStreamingIterator for Pages {
    type Item = CompressedPage;
    type Error = polars::prelude::PolarsError;

    fn advance(&mut self) -> Result<(), Self::Error> {
        self.current = self.rest.next();
        Ok(())
    }

    fn get(&self) -> Option<&CompressedPage> {
        self.current.as_ref()
    }
}

/// zstd: polars, DuckDB and pandas all read it.
fn options() -> WriteOptions {
    WriteOptions {
        statistics: StatisticsOptions::default(),
        version: Version::V1,
        compression: CompressionOptions::Zstd(None),
        data_page_size: None,
    }
}

fn pages(array: &dyn Array, kind: ParquetType) -> Result<Vec<CompressedPage>, Fault> {
    let encoding = match array.dtype() {
        ArrowDataType::Dictionary(..) => Encoding::RleDictionary,
        _ => Encoding::Plain,
    };
    let mut out = Vec::new();
    for column in array_to_columns(array.to_boxed(), kind, options(), &[encoding])? {
        for page in column {
            out.push(compress(page?, Vec::new(), options().compression)?);
        }
    }
    Ok(out)
}

/// Writes the rows of a table; `each` gives the columns of a range of them.
pub(super) fn write(
    out: impl Write,
    rows: usize,
    texts: &dyn Texts,
    each: impl Fn(Range<usize>, &mut Group<'_>),
) -> Result<(), Fault> {
    let mut file: Option<FileWriter<_>> = None;
    let mut out = Some(out);
    for start in (0..rows.max(1)).step_by(GROUP) {
        let range = start..rows.min(start + GROUP);
        let mut group = Group::new(texts);
        each(range.clone(), &mut group);
        let (fields, arrays): (Vec<Field>, Vec<Box<dyn Array>>) = group.columns.into_iter().unzip();
        if let Some(out) = out.take() {
            let schema: ArrowSchema = fields.iter().map(|f| (f.name.clone(), f.clone())).collect();
            file = Some(FileWriter::try_new(out, schema, options())?);
        }
        let Some(file) = &mut file else { continue };
        let columns: Vec<(Box<dyn Array>, &Field)> = arrays.into_iter().zip(&fields).collect();
        let packed: Vec<Vec<CompressedPage>> = columns
            .into_par_iter()
            .map(|(array, field)| pages(array.as_ref(), to_parquet_type(field)?))
            .collect::<Result<_, Fault>>()?;
        let columns = packed
            .into_iter()
            .map(|pages| Ok(DynStreamingIterator::new(Pages { rest: pages.into_iter(), current: None })));
        file.write(range.len() as u64, DynIter::new(columns))?;
    }
    let mark = KeyValue { key: TABLES_MARK.to_string(), value: Some(super::VERSION.to_string()) };
    file.ok_or_else(|| Fault("no columns".to_string()))?.end(Some(vec![mark]))?;
    Ok(())
}

/// The columns of a file that is read.
pub(super) struct Columns<'a> {
    path: &'a Path,
    meta: FileMetadata,
    rows: usize,
    interners: &'a [Mutex<Interner>; Domain::COUNT],
    files: &'a FxHashMap<&'a str, u16>,
}

impl<'a> Columns<'a> {
    /// Opens a file.
    ///
    /// # Errors
    /// It is no Parquet file, or of another number of rows.
    pub(super) fn open(
        path: &'a Path,
        rows: u64,
        interners: &'a [Mutex<Interner>; Domain::COUNT],
        files: &'a FxHashMap<&'a str, u16>,
    ) -> Result<Self, Fault> {
        let meta = read_metadata(&mut File::open(path)?)?;
        if meta.num_rows as u64 != rows {
            return Err(Fault(format!("{} rows", meta.num_rows)));
        }
        Ok(Self { path, meta, rows: rows as usize, interners, files })
    }

    /// The arrays of a column, one a row group.
    fn arrays(&self, name: &str, dtype: ArrowDataType) -> Result<Vec<Box<dyn Array>>, Fault> {
        let mut field = Field::new(name.into(), dtype, true);
        if matches!(field.dtype, ArrowDataType::Dictionary(..)) {
            // Else the reader makes every text of the dictionary's places, to look it up again.
            field.metadata = Some(Arc::new([(DTYPE_CATEGORICAL_NEW.into(), "".into())].into()));
        }
        let groups: Vec<Vec<Box<dyn Array>>> = self
            .meta
            .row_groups
            .par_iter()
            .map(|group| decode_column(&mut File::open(self.path)?, group, &field, None).map_err(Fault))
            .collect::<Result<_, _>>()?;
        Ok(groups.into_iter().flatten().collect())
    }

    fn numbers<T: NativeType>(
        &self,
        name: &str,
        dtype: ArrowDataType,
        of: impl Fn(T) -> i64 + Sync,
    ) -> Result<Vec<i64>, Fault> {
        let mut out = Vec::new();
        for array in self.arrays(name, dtype)? {
            let array = array.as_any().downcast_ref::<PrimitiveArray<T>>().ok_or_else(|| other(name))?;
            match array.validity() {
                None => out.extend(array.values().iter().map(|value| of(*value))),
                Some(_) => out.extend(array.iter().map(|value| value.map_or(NONE, |value| of(*value)))),
            }
        }
        Ok(out)
    }

    fn texts(&self, name: &str, mut id: impl FnMut(&str) -> Result<i64, Fault>) -> Result<Vec<i64>, Fault> {
        let mut out = Vec::new();
        for array in self.arrays(name, dictionary())? {
            let array = array.as_any().downcast_ref::<DictionaryArray<u32>>().ok_or_else(|| other(name))?;
            let words = array.values().as_any().downcast_ref::<Utf8ViewArray>().ok_or_else(|| other(name))?;
            let ids = words.values_iter().map(&mut id).collect::<Result<Vec<i64>, Fault>>()?;
            match array.keys().validity() {
                None => out.extend(array.keys().values().iter().map(|key| ids[*key as usize])),
                Some(_) => out.extend(array.keys().iter().map(|key| key.map_or(NONE, |key| ids[*key as usize]))),
            }
        }
        Ok(out)
    }

    fn flags(&self, name: &str) -> Result<Vec<i64>, Fault> {
        let mut out = Vec::new();
        for array in self.arrays(name, ArrowDataType::Boolean)? {
            let array = array.as_any().downcast_ref::<BooleanArray>().ok_or_else(|| other(name))?;
            out.extend(array.iter().map(|is| is.map_or(NONE, i64::from)));
        }
        Ok(out)
    }
}

fn other(name: &str) -> Fault {
    Fault(format!("{name}: another type"))
}

impl Source for Columns<'_> {
    type Error = Fault;

    fn has(&self, name: &str) -> bool {
        self.meta.schema_descr.fields().iter().any(|field| field.get_field_info().name.as_str() == name)
    }

    fn column(&self, name: &'static str, form: Form) -> Result<Vec<i64>, Fault> {
        let cells = self.cells(name, form)?;
        if cells.len() == self.rows { Ok(cells) } else { Err(Fault(format!("{name}: {} rows", cells.len()))) }
    }
}

impl Columns<'_> {
    fn cells(&self, name: &'static str, form: Form) -> Result<Vec<i64>, Fault> {
        match form {
            Form::Text(domain) => {
                let interner = &self.interners[domain as usize];
                self.texts(name, |text| {
                    Ok(i64::from(interner.lock().unwrap_or_else(PoisonError::into_inner).intern(text)))
                })
            }
            Form::Word(words) => self.texts(name, |text| {
                words.iter().position(|word| *word == text).map(|at| at as i64).ok_or_else(|| other(name))
            }),
            Form::Money | Form::Quantity | Form::Price => {
                self.numbers::<i64>(name, ArrowDataType::Int64, |value| value)
            }
            Form::Date => self.numbers::<i32>(name, ArrowDataType::Int32, i64::from),
            Form::Moment => {
                let mut out = self.numbers::<i64>(name, ArrowDataType::Int64, |value| {
                    pack(value.div_euclid(DAY) as i32, (value.rem_euclid(DAY) / SECOND) as u32)
                })?;
                for (raw, timed) in out.iter_mut().zip(self.flags(&format!("{name}{HAS_TIME}"))?) {
                    if timed == 0 {
                        *raw = pack(halves(*raw).0, Stamp::DATE_ONLY);
                    }
                }
                Ok(out)
            }
            Form::Span => {
                let end = |end: &str| self.numbers::<i32>(&format!("{name}{end}"), ArrowDataType::Int32, i64::from);
                let (mut first, last) = (end(FIRST)?, end(LAST)?);
                for (first, last) in first.iter_mut().zip(last).filter(|(first, _)| **first != NONE) {
                    *first = pack(*first as i32, last as u32);
                }
                Ok(first)
            }
            Form::Count => self.numbers::<u32>(name, ArrowDataType::UInt32, i64::from),
            Form::Flag => self.flags(name),
            Form::Place => {
                let mut files = self.texts(FILE, |text| {
                    let file = self.files.get(text).ok_or_else(|| other(FILE))?;
                    Ok(i64::from(*file))
                })?;
                let lines = self.numbers::<u32>(LINE, ArrowDataType::UInt32, i64::from)?;
                for (file, line) in files.iter_mut().zip(lines).filter(|(file, _)| **file != NONE) {
                    *file = pack(*file as i32, line as u32);
                }
                Ok(files)
            }
        }
    }
}
