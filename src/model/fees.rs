//! The charge lines as a polars frame, and the only way to its cells.
//!
//! A frame of one chunk and of plain physical columns. Each column is also held as the array that the frame shares, so that reading
//! a cell is reading a slice, never a dynamic value. Rules see typed values (`fees.item(line)`, `fees.items()`); how they are kept
//! is known here alone.

use std::ops::Range;

use polars::prelude::{
    ChunkedArray, Column, DataFrame, Int32Type, Int64Type, IntoColumn, PolarsNumericType, UInt32Type, UInt64Type,
};
use polars_arrow::array::{Array, PrimitiveArray};

use super::{
    Day, DepartmentId, DoctorId, FeeClass, Fen, ItemId, PrescriptionId, Price, Quantity, RecordId, RowRef, Stamp,
};

/// The physical type of a column.
type Native<T> = <T as PolarsNumericType>::Native;

/// Declares the columns: `one many: physical type => typed value, how it is made of the physical one`. An `optional` column is
/// empty where no file has it, and its cells are made of what it may have.
macro_rules! columns {
    ($($(#[$doc:meta])* $one:ident $many:ident: $($optional:ident)? [$physical:ty] => $typed:ty, $convert:expr;)*) => {
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

        impl Fees {
            $(
                $(#[$doc])*
                #[inline]
                pub fn $one(&self, line: usize) -> $typed {
                    $convert(columns!(@cell $($optional)? self.$one.values(), line))
                }

                #[doc = concat!("[`Fees::", stringify!($one), "`] of all lines.")]
                pub fn $many(&self) -> impl ExactSizeIterator<Item = $typed> + '_ {
                    (0..self.len()).map(|line| self.$one(line))
                }
            )*
        }
    };
    (@cell $cells:expr, $line:expr) => { $cells[$line] };
    (@cell optional $cells:expr, $line:expr) => { $cells.get($line).copied() };
}

columns! {
    /// The record the line belongs to.
    record records: [UInt32Type] => RecordId, RecordId;
    /// Item.
    item items: [UInt32Type] => ItemId, ItemId;
    /// When the service was given (`fee_ocur_time`); `None` where the cell was empty.
    day days: [Int32Type] => Option<Day>, dated;
    /// Second of the day, or [`Stamp::DATE_ONLY`].
    second seconds: [UInt32Type] => u32, std::convert::identity;
    /// Quantity after refunds.
    quantity quantities: [Int64Type] => Quantity, Quantity;
    /// Unit price.
    price prices: [Int64Type] => Price, Price;
    /// Amount after refunds.
    amount amounts: [Int64Type] => Fen, Fen;
    /// Amount in the scope of the fund, after refunds.
    in_scope in_scopes: optional [Int64Type] => Option<Fen>, in_fen;
    /// Fee class.
    class classes: optional [UInt32Type] => FeeClass, class_of;
    /// Ordering doctor.
    doctor doctors: optional [UInt32Type] => Option<DoctorId>, doctor_of;
    /// Ordering department.
    department departments: optional [UInt32Type] => Option<DepartmentId>, department_of;
    /// Prescription or order: lines of one record with the same number belong together. Numbered within the record in order of its
    /// lines.
    prescription prescriptions: optional [UInt32Type] => Option<PrescriptionId>, prescription_of;
    /// Where the line stood.
    row rows: [UInt64Type] => RowRef, row_of;
}

/// The day of a line without a date.
const UNDATED: i32 = i32::MIN;

fn dated(day: i32) -> Option<Day> {
    (day != UNDATED).then_some(Day(day))
}

fn in_fen(fen: Option<i64>) -> Option<Fen> {
    fen.map(Fen)
}

fn class_of(class: Option<u32>) -> FeeClass {
    class.map_or(FeeClass::Unknown, |class| FeeClass::ALL[class as usize])
}

fn doctor_of(id: Option<u32>) -> Option<DoctorId> {
    DoctorId(id?).some()
}

fn department_of(id: Option<u32>) -> Option<DepartmentId> {
    DepartmentId(id?).some()
}

fn prescription_of(id: Option<u32>) -> Option<PrescriptionId> {
    PrescriptionId(id?).some()
}

fn row_of(row: u64) -> RowRef {
    RowRef { file: (row >> 32) as u16, line: row as u32 }
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

impl FeeColumns {
    /// Adds when a line was given.
    pub fn push_time(&mut self, day: Option<Day>, second: u32) {
        self.day.push(day.map_or(UNDATED, |day| day.0));
        self.second.push(second);
    }

    /// Adds where a line stood.
    pub fn push_row(&mut self, row: RowRef) {
        self.row.push(u64::from(row.file) << 32 | u64::from(row.line));
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
