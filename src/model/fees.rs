//! The charge lines as a polars frame, and the only way to its cells.
//!
//! A frame of one chunk and of plain physical columns. Each column is also held as the array that the frame shares, so that reading
//! a cell is reading a slice, never a dynamic value. Rules see typed values (`fees.item(line)`, `fees.items()`); how they are kept
//! is known here alone.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use polars::prelude::{
    ChunkedArray, Column, DataFrame, Int32Type, Int64Type, IntoColumn, PolarsNumericType, UInt32Type, UInt64Type,
};
use polars_arrow::array::{Array, PrimitiveArray};

use super::cell::{Cell, Form, Renumber, Sink, Source};
use super::{
    Day, DepartmentId, DoctorId, Domain, FeeClass, Fen, ItemId, PrescriptionId, Price, Quantity, RecordId, RowRef,
    Stamp,
};

/// The physical type of a column.
type Native<T> = <T as PolarsNumericType>::Native;

/// Declares the columns: `one many = column of the table (physical value of the typed one): physical type => typed value, how it is
/// made of the physical one`. An `optional` column is empty where no file has it, and its cells are made of what it may have; what stands for a
/// missing cell goes last.
macro_rules! columns {
    ($($(#[$doc:meta])* $one:ident $many:ident $(= $column:literal ($back:expr))?: $(optional $missing:literal)? [$physical:ty] => $typed:ty, $convert:expr;)*) => {
        /// The columns of charge lines while they are put together, as physical values: one entry a line each, or none where no
        /// file has the column.
        #[derive(Debug, Default)]
        pub struct FeeColumns {
            $($(#[$doc])* pub $one: Vec<Native<$physical>>,)*
            /// Lines that a refund took a part of, ascending: their amount need no longer be quantity times price.
            pub corrected: Vec<u32>,
            /// Start of each record's lines, by [`RecordId`], with one entry more at the end.
            pub starts: Vec<u32>,
        }

        /// The charge lines left after netting. Sorted by record, then day, second, item, price, quantity, amount, row.
        #[derive(Debug)]
        pub struct Fees {
            frame: DataFrame,
            $($one: PrimitiveArray<Native<$physical>>,)*
            corrected: Vec<u32>,
            starts: Vec<u32>,
        }

        impl From<FeeColumns> for Fees {
            /// Makes the frame; no column is copied.
            ///
            /// # Panics
            /// Where columns differ in length.
            fn from(columns: FeeColumns) -> Self {
                let mut frame = Vec::new();
                $(let $one = held::<$physical>(stringify!($one), columns.$one, &mut frame);)*
                let frame = DataFrame::new_infer_height(frame).expect("columns of one length");
                Self { frame, $($one,)* corrected: columns.corrected, starts: columns.starts }
            }
        }

        impl From<Fees> for FeeColumns {
            /// Takes the frame apart; no column is copied.
            fn from(fees: Fees) -> Self {
                drop(fees.frame);
                Self { $($one: taken(fees.$one),)* corrected: fees.corrected, starts: fees.starts }
            }
        }

        impl Fees {
            $(
                $(#[$doc])*
                #[inline]
                pub fn $one(&self, line: usize) -> $typed {
                    $convert(columns!(@cell $($missing)? self.$one.values(), line))
                }

                #[doc = concat!("[`Fees::", stringify!($one), "`] of all lines.")]
                pub fn $many(&self) -> impl ExactSizeIterator<Item = $typed> + '_ {
                    (0..self.len()).map(|line| self.$one(line))
                }
            )*

            /// Gives the columns of some lines to whoever takes them.
            pub fn write(&self, lines: Range<usize>, sink: &mut impl Sink) {
                $($(
                    if !self.$one.is_empty() {
                        sink.column($column, <$typed as Cell>::FORM, &mut lines.clone().map(|line| self.$one(line).raw()));
                    }
                )?)*
                sink.column(TIME, Form::Moment, &mut lines.clone().map(|line| self.time(line).raw()));
                sink.column(CORRECTED, Form::Flag, &mut lines.map(|line| {
                    i64::from(self.corrected.binary_search(&(line as u32)).is_ok())
                }));
            }
        }

        impl FeeColumns {
            /// The lines of a table.
            ///
            /// # Errors
            /// As [`Source::column`].
            pub fn read<S: Source>(source: &S) -> Result<Self, S::Error> {
                let mut columns = Self::default();
                let fault = Mutex::new(None);
                let read = |name, form| match source.column(name, form) {
                    Ok(cells) => cells,
                    Err(error) => {
                        fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                        Vec::new()
                    }
                };
                let mut times = Self::default();
                rayon::scope(|scope| {
                    $(
                        let _optional = columns!(@optional $($missing)?);
                        $(
                            if !_optional || source.has($column) {
                                scope.spawn(|_| {
                                    let cells = read($column, <$typed as Cell>::FORM).into_iter();
                                    columns.$one = cells.map(|raw| $back(<$typed as Cell>::of(raw))).collect();
                                });
                            }
                        )?
                    )*
                    scope.spawn(|_| {
                        for raw in read(TIME, Form::Moment) {
                            let time = Option::<Stamp>::of(raw);
                            times.push_time(time.map(|t| t.day), time.map_or(Stamp::DATE_ONLY, |t| t.second));
                        }
                    });
                    scope.spawn(|_| {
                        let corrected = (0..).zip(read(CORRECTED, Form::Flag));
                        columns.corrected = corrected.filter(|(_, raw)| *raw == 1).map(|(line, _)| line).collect();
                    });
                });
                if let Some(error) = fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
                    return Err(error);
                }
                Ok(Self { day: times.day, second: times.second, ..columns })
            }

            /// One line of which nothing is known, with every column that there may be.
            pub fn of_one_line() -> Self {
                Self { $($one: vec![Default::default()],)* corrected: Vec::new(), starts: vec![0, 1] }
            }

            /// Adds lines behind these. Where only one of the two has a column the other's cells are empty.
            pub fn append(&mut self, mut more: Self) {
                let (before, added) = (self.record.len(), more.record.len());
                // What the fund is asked for is the amount where no column says so.
                if self.in_scope.is_empty() && !more.in_scope.is_empty() {
                    self.in_scope.clone_from(&self.amount);
                } else if more.in_scope.is_empty() && !self.in_scope.is_empty() {
                    more.in_scope.clone_from(&more.amount);
                }
                self.corrected.extend(more.corrected.iter().map(|line| line + before as u32));
                $(
                    if !self.$one.is_empty() || !more.$one.is_empty() {
                        $(
                            self.$one.resize(before, $missing);
                            more.$one.resize(added, $missing);
                        )?
                        self.$one.append(&mut more.$one);
                    }
                )*
            }

            /// Puts the lines in another order: `order` names the line that comes at each place.
            fn arrange(&mut self, order: &[u32]) {
                $(
                    if !self.$one.is_empty() {
                        self.$one = order.iter().map(|line| self.$one[*line as usize]).collect();
                    }
                )*
                let corrected = std::mem::take(&mut self.corrected);
                let is = |line: &u32| corrected.binary_search(line).is_ok();
                self.corrected = (0..).zip(order).filter(|(_, line)| is(line)).map(|(at, _)| at).collect();
            }
        }
    };
    (@cell $cells:expr, $line:expr) => { $cells[$line] };
    (@cell $missing:literal $cells:expr, $line:expr) => { $cells.get($line).copied() };
    (@optional) => { false };
    (@optional $missing:literal) => { true };
}

columns! {
    /// The record the line belongs to.
    record records = "mdtrt_id" (|id: RecordId| id.0): [UInt32Type] => RecordId, RecordId;
    /// Item.
    item items = "hilist_code" (|id: ItemId| id.0): [UInt32Type] => ItemId, ItemId;
    /// When the service was given (`fee_ocur_time`); `None` where the cell was empty.
    day days: [Int32Type] => Option<Day>, dated;
    /// Second of the day, or [`Stamp::DATE_ONLY`].
    second seconds: [UInt32Type] => u32, std::convert::identity;
    /// Quantity after refunds.
    quantity quantities = "cnt" (|quantity: Quantity| quantity.0): [Int64Type] => Quantity, Quantity;
    /// Unit price.
    price prices = "pric" (|price: Price| price.0): [Int64Type] => Price, Price;
    /// Amount after refunds.
    amount amounts = "det_item_fee_sumamt" (|fen: Fen| fen.0): [Int64Type] => Fen, Fen;
    /// Amount in the scope of the fund, after refunds.
    in_scope in_scopes = "inscp_scp_amt" (whole_fen): optional 0 [Int64Type] => Option<Fen>, in_fen;
    /// Fee class.
    class classes = "med_chrgitm_type" (|class: FeeClass| class as u32): optional 0 [UInt32Type] => FeeClass, class_of;
    /// Ordering doctor.
    doctor doctors = "bilg_dr_codg" (number): optional 0xFFFF_FFFF [UInt32Type] => Option<DoctorId>, some;
    /// Ordering department.
    department departments = "bilg_dept_name" (number): optional 0xFFFF_FFFF [UInt32Type] => Option<DepartmentId>, some;
    /// Prescription or order: lines of one record with the same number belong together. Numbered within the record in order of its
    /// lines.
    prescription prescriptions = "rxno" (number): optional 0xFFFF_FFFF [UInt32Type] => Option<PrescriptionId>, some;
    /// Where the line stood.
    row rows = "row" (number_of_row): [UInt64Type] => RowRef, row_of;
}

/// The columns of a table that are made of several here.
const TIME: &str = "fee_ocur_time";
const CORRECTED: &str = "corrected";

/// The day of a line without a date.
const UNDATED: i32 = i32::MIN;

fn dated(day: i32) -> Option<Day> {
    (day != UNDATED).then_some(Day(day))
}

fn in_fen(fen: Option<i64>) -> Option<Fen> {
    fen.map(Fen)
}

fn whole_fen(fen: Option<Fen>) -> i64 {
    fen.map_or(0, |fen| fen.0)
}

fn class_of(class: Option<u32>) -> FeeClass {
    class.map_or(FeeClass::Unknown, |class| FeeClass::ALL[class as usize])
}

/// The id of a cell; none where it is empty, or where the column is missing.
fn some<I: From<u32>>(id: Option<u32>) -> Option<I> {
    id.filter(|id| *id != u32::MAX).map(I::from)
}

fn number<I: Into<u32>>(id: Option<I>) -> u32 {
    id.map_or(u32::MAX, I::into)
}

fn row_of(row: u64) -> RowRef {
    RowRef { file: (row >> 32) as u16, line: row as u32 }
}

fn number_of_row(row: RowRef) -> u64 {
    u64::from(row.file) << 32 | u64::from(row.line)
}

/// Puts a column into the frame, and gives the array it shares with it.
fn held<T: PolarsNumericType>(
    name: &str,
    values: Vec<T::Native>,
    frame: &mut Vec<Column>,
) -> PrimitiveArray<T::Native> {
    let column = ChunkedArray::<T>::from_vec(name.into(), values);
    let array = column.downcast_as_array().clone();
    if !array.is_empty() {
        frame.push(column.into_column());
    }
    array
}

/// The values of a column that nobody else holds any more.
fn taken<T: polars_arrow::types::NativeType>(array: PrimitiveArray<T>) -> Vec<T> {
    let (_, values, _) = array.into_inner();
    values.into_mut().either(|shared| shared.as_slice().to_vec(), |own| own)
}

impl FeeColumns {
    /// Adds when a line was given.
    pub fn push_time(&mut self, day: Option<Day>, second: u32) {
        self.day.push(day.map_or(UNDATED, |day| day.0));
        self.second.push(second);
    }

    /// Adds where a line stood.
    pub fn push_row(&mut self, row: RowRef) {
        self.row.push(number_of_row(row));
    }

    /// Gives ids and files other numbers.
    pub fn renumber(&mut self, ids: &impl Renumber) {
        let texts = [
            (Domain::Record, &mut self.record),
            (Domain::Item, &mut self.item),
            (Domain::Doctor, &mut self.doctor),
            (Domain::Department, &mut self.department),
        ];
        for (domain, cells) in texts {
            cells.iter_mut().filter(|id| **id != u32::MAX).for_each(|id| *id = ids.id(domain, *id));
        }
        for cell in &mut self.row {
            let mut row = row_of(*cell);
            row.renumber(ids);
            *cell = number_of_row(row);
        }
    }

    /// Leaves the lines of the records that are asked for.
    pub fn keep(&mut self, stands: impl Fn(RecordId) -> bool) {
        let lines = (0u32..).zip(&self.record).filter(|(_, record)| stands(RecordId(**record)));
        let order: Vec<u32> = lines.map(|(line, _)| line).collect();
        self.arrange(&order);
    }

    /// Groups the lines by record, of so many; those of a record stay in their order.
    pub fn group(&mut self, records: usize) {
        let mut starts = vec![0u32; records + 1];
        self.record.iter().for_each(|record| starts[*record as usize + 1] += 1);
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        if !self.record.is_sorted() {
            let mut next = starts.clone();
            let mut order = vec![0u32; self.record.len()];
            for (line, record) in (0u32..).zip(&self.record) {
                let at = &mut next[*record as usize];
                order[*at as usize] = line;
                *at += 1;
            }
            self.arrange(&order);
        }
        self.starts = starts;
    }
}

impl Default for Fees {
    fn default() -> Self {
        FeeColumns::default().into()
    }
}

impl Fees {
    /// The frame: a column for each that some file has, under its name here.
    pub fn frame(&self) -> &DataFrame {
        &self.frame
    }

    /// Number of lines.
    pub fn len(&self) -> usize {
        self.record.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When the service was given; `None` where the cell was empty.
    #[inline]
    pub fn time(&self, line: usize) -> Option<Stamp> {
        self.day(line).map(|day| Stamp { day, second: self.second(line) })
    }

    /// Lines that a refund took a part of, ascending: their amount need no longer be quantity times price.
    pub fn corrected(&self) -> &[u32] {
        &self.corrected
    }

    /// Start of each record's lines, by [`RecordId`], with one entry more at the end.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Whether some file says what belongs to one prescription.
    pub fn has_prescriptions(&self) -> bool {
        !self.prescription.is_empty()
    }

    /// The lines of a record.
    pub fn of(&self, record: RecordId) -> Range<usize> {
        match self.starts.get(record.index()..=record.index() + 1) {
            Some(&[start, end]) => start as usize..end as usize,
            _ => 0..0,
        }
    }

    /// What the fund is asked to recognise of a line: the in-scope amount where the export has one, else the amount.
    pub fn claimed(&self, line: usize) -> Fen {
        self.in_scope(line).unwrap_or_else(|| self.amount(line))
    }

    /// Whether a line that costs something is out of the fund's scope in full: no breach against the fund.
    pub fn is_self_paid(&self, line: usize) -> bool {
        self.claimed(line) == Fen(0) && self.amount(line) != Fen(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_has_one_chunk_of_what_the_accessors_give() {
        let mut columns = FeeColumns { starts: vec![0, 0, 2], ..FeeColumns::default() };
        for (line, day) in [(7, None), (9, Some(Day(3)))] {
            columns.record.push(1);
            columns.item.push(4);
            columns.push_time(day, Stamp::DATE_ONLY);
            columns.quantity.push(Quantity::ONE.0);
            columns.price.push(20);
            columns.amount.push(-5);
            columns.doctor.push(if day.is_some() { 2 } else { DoctorId::NONE.0 });
            columns.push_row(RowRef { file: u16::MAX, line });
        }
        let fees = Fees::from(columns);
        let names: Vec<&str> = fees.frame().columns().iter().map(|c| c.name().as_str()).collect();
        assert_eq!(names, ["record", "item", "day", "second", "quantity", "price", "amount", "doctor", "row"]);
        assert_eq!((fees.frame().height(), fees.frame().first_col_n_chunks()), (2, 1));
        assert_eq!((fees.of(RecordId(0)), fees.of(RecordId(1)), fees.of(RecordId(2))), (0..0, 0..2, 0..0));
        assert_eq!((fees.time(0), fees.time(1)), (None, Some(Stamp::date(Day(3)))));
        assert_eq!((fees.doctor(0), fees.doctor(1), fees.department(1)), (None, Some(DoctorId(2)), None));
        assert_eq!((fees.class(1), fees.claimed(1)), (FeeClass::Unknown, Fen(-5)));
        assert_eq!(fees.rows().collect::<Vec<_>>(), [7, 9].map(|line| RowRef { file: u16::MAX, line }));
        let shared =
            fees.frame().column("amount").and_then(|c| c.i64()).map(|c| c.downcast_as_array().values().as_ptr());
        assert_eq!(shared.ok(), Some(fees.amount.values().as_ptr()), "the accessor reads the frame's own memory");
    }
}
