//! How typed values stand in the columns of the cleaned tables, and back: what the frame, the Parquet file and the page in `docs/`
//! are made from.

use super::{
    Day, DepartmentId, DiagnosisId, DoctorId, Domain, FeeClass, Fen, HospitalId, ItemId, PersonId, PrescriptionId,
    Price, Quantity, RecordId, RowRef, Setting, Sex, Stamp, StockKind, TextId,
};

/// What a column of a cleaned table holds, and so its type in Parquet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A text of a domain.
    Text(Domain),
    /// One of a few words.
    Word(&'static [&'static str]),
    /// Yuan, two decimals.
    Money,
    /// A quantity, four decimals.
    Quantity,
    /// Yuan a unit, six decimals.
    Price,
    /// A day.
    Date,
    /// A moment, and beside it whether its time of day is known.
    Moment,
    /// The first and the last day that something may be.
    Span,
    /// A whole number.
    Count,
    /// Yes or no.
    Flag,
    /// Where the row stood: file and line.
    Place,
}

/// The raw value of an empty cell.
pub const NONE: i64 = i64::MIN;

/// Gives ids and files other numbers.
pub trait Renumber {
    /// The number of a text of a domain.
    fn id(&self, domain: Domain, id: u32) -> u32;
    /// The number of a file.
    fn file(&self, file: u16) -> u16;
}

/// A typed value that can stand in a column: as a number, or as [`NONE`].
pub trait Cell: Sized {
    /// What such a column holds.
    const FORM: Form;
    /// The value as a number.
    fn raw(&self) -> i64;
    /// The value of a number.
    fn of(raw: i64) -> Self;
    /// Gives the ids in it other numbers.
    fn renumber(&mut self, _: &impl Renumber) {}
}

/// Takes columns one after the other.
pub trait Sink {
    /// A column, cell by cell.
    fn column(&mut self, name: &'static str, form: Form, cells: &mut dyn Iterator<Item = i64>);
}

/// Gives columns by name, several at a time if asked for.
pub trait Source: Sync {
    /// Why a column cannot be given.
    type Error: Send;
    /// The cells of a column.
    ///
    /// # Errors
    /// There is no such column, or it holds something else.
    fn column(&self, name: &'static str, form: Form) -> Result<Vec<i64>, Self::Error>;
    /// Whether there is such a column.
    fn has(&self, name: &str) -> bool;
}

/// A row of a table of which each field is a column.
pub trait Row: Sized {
    /// The columns, by name.
    const COLUMNS: &'static [(&'static str, Form)];
    /// Gives the columns of rows to whoever takes them.
    fn write(rows: &[Self], sink: &mut impl Sink);
    /// The rows of columns.
    ///
    /// # Errors
    /// As [`Source::column`].
    fn read<S: Source>(source: &S) -> Result<Vec<Self>, S::Error>;
    /// Gives the ids in it other numbers.
    fn renumber(&mut self, ids: &impl Renumber);
}

/// Declares a row: its fields and the columns that they are kept in.
macro_rules! row {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$doc:meta])* $field:ident: $type:ty = $column:literal,)* }) => {
        $(#[$meta])*
        $vis struct $name {
            $($(#[$doc])* pub $field: $type,)*
        }

        impl $crate::model::cell::Row for $name {
            const COLUMNS: &'static [(&'static str, $crate::model::cell::Form)] =
                &[$(($column, <$type as $crate::model::cell::Cell>::FORM)),*];

            fn write(rows: &[Self], sink: &mut impl $crate::model::cell::Sink) {
                use $crate::model::cell::Cell;
                $(sink.column($column, <$type as Cell>::FORM, &mut rows.iter().map(|row| row.$field.raw()));)*
            }

            fn read<S: $crate::model::cell::Source>(source: &S) -> Result<Vec<Self>, S::Error> {
                use $crate::model::cell::Cell;
                $(let mut $field = source.column($column, <$type as Cell>::FORM)?.into_iter();)*
                let mut rows = Vec::new();
                while let ($(Some($field),)*) = ($($field.next(),)*) {
                    rows.push(Self { $($field: <$type as Cell>::of($field),)* });
                }
                Ok(rows)
            }

            fn renumber(&mut self, ids: &impl $crate::model::cell::Renumber) {
                use $crate::model::cell::Cell;
                $(self.$field.renumber(ids);)*
            }
        }
    };
}
pub(crate) use row;

macro_rules! ids {
    ($($id:ident $domain:ident;)*) => {$(
        impl Cell for $id {
            const FORM: Form = Form::Text(Domain::$domain);

            fn raw(&self) -> i64 {
                if *self == Self::NONE { NONE } else { i64::from(self.0) }
            }

            fn of(raw: i64) -> Self {
                if raw == NONE { Self::NONE } else { Self(raw as u32) }
            }

            fn renumber(&mut self, ids: &impl Renumber) {
                if *self != Self::NONE {
                    self.0 = ids.id(Domain::$domain, self.0);
                }
            }
        }
    )*};
}

ids! {
    PersonId Person;
    HospitalId Hospital;
    ItemId Item;
    DoctorId Doctor;
    DepartmentId Department;
    DiagnosisId Diagnosis;
    RecordId Record;
    TextId Text;
}

/// Values with a plain number behind them, and the number that stands for an empty cell.
macro_rules! numbers {
    ($($type:ty, $form:expr, $raw:expr, $of:expr;)*) => {$(
        impl Cell for $type {
            const FORM: Form = $form;

            fn raw(&self) -> i64 {
                $raw(*self)
            }

            fn of(raw: i64) -> Self {
                $of(raw)
            }
        }
    )*};
}

numbers! {
    Fen, Form::Money, |fen: Fen| fen.0, |raw| Fen(or_zero(raw));
    Quantity, Form::Quantity, |quantity: Quantity| quantity.0, |raw| Quantity(or_zero(raw));
    Price, Form::Price, |price: Price| price.0, |raw| Price(or_zero(raw));
    Day, Form::Date, |day: Day| i64::from(day.0), |raw| Day(or_zero(raw) as i32);
    Stamp, Form::Moment, packed, |raw| unpacked(or_zero(raw));
    u16, Form::Count, i64::from, |raw| or_zero(raw) as u16;
    u32, Form::Count, i64::from, |raw| or_zero(raw) as u32;
    bool, Form::Flag, i64::from, |raw| raw == 1;
    PrescriptionId, Form::Count, |id: PrescriptionId| i64::from(id.0), |raw| PrescriptionId(or_zero(raw) as u32);
    Sex, Form::Word(&["1", "2"]), |sex: Sex| place(&[Sex::Male, Sex::Female], sex), |raw| {
        [Sex::Male, Sex::Female].get(raw as usize).copied().unwrap_or_default()
    };
    FeeClass, Form::Word(FeeClass::CODES), |class: FeeClass| place(&FeeClass::ALL[1..], class), |raw| {
        FeeClass::ALL[1..].get(raw as usize).copied().unwrap_or_default()
    };
    Setting, Form::Word(&Setting::NAMES), |setting: Setting| place(&Setting::ALL, setting), |raw| {
        Setting::ALL.get(raw as usize).copied().unwrap_or(Setting::Outpatient)
    };
    StockKind, Form::Word(&StockKind::NAMES), |kind: StockKind| place(&StockKind::ALL, kind), |raw| {
        StockKind::ALL.get(raw as usize).copied().unwrap_or(StockKind::Count)
    };
    (Day, Day), Form::Span, |(first, last): (Day, Day)| pack(first.0, last.0 as u32), |raw| {
        let (first, last) = halves(or_zero(raw));
        (Day(first), Day(last as i32))
    };
}

fn or_zero(raw: i64) -> i64 {
    if raw == NONE { 0 } else { raw }
}

/// The place of a value among all; nothing for one that stands for an empty cell.
fn place<T: PartialEq>(all: &[T], value: T) -> i64 {
    all.iter().position(|one| *one == value).map_or(NONE, |at| at as i64)
}

/// Two numbers as one, ordered like the pair.
pub fn pack(high: i32, low: u32) -> i64 {
    i64::from(high) << 32 | i64::from(low)
}

/// The two numbers of [`pack`].
pub fn halves(raw: i64) -> (i32, u32) {
    ((raw >> 32) as i32, raw as u32)
}

fn packed(stamp: Stamp) -> i64 {
    pack(stamp.day.0, stamp.second)
}

fn unpacked(raw: i64) -> Stamp {
    let (day, second) = halves(raw);
    Stamp { day: Day(day), second }
}

impl Cell for RowRef {
    const FORM: Form = Form::Place;

    fn raw(&self) -> i64 {
        pack(i32::from(self.file), self.line)
    }

    fn of(raw: i64) -> Self {
        let (file, line) = halves(or_zero(raw));
        Self { file: file as u16, line }
    }

    fn renumber(&mut self, ids: &impl Renumber) {
        self.file = ids.file(self.file);
    }
}

/// The first of several rows; the others stand in a table of their own.
impl Cell for Vec<RowRef> {
    const FORM: Form = Form::Place;

    fn raw(&self) -> i64 {
        self.first().map_or(NONE, Cell::raw)
    }

    fn of(raw: i64) -> Self {
        if raw == NONE { Self::new() } else { vec![RowRef::of(raw)] }
    }

    fn renumber(&mut self, ids: &impl Renumber) {
        self.iter_mut().for_each(|row| row.renumber(ids));
    }
}

impl<T: Cell> Cell for Option<T> {
    const FORM: Form = T::FORM;

    fn raw(&self) -> i64 {
        self.as_ref().map_or(NONE, T::raw)
    }

    fn of(raw: i64) -> Self {
        (raw != NONE).then(|| T::of(raw))
    }

    fn renumber(&mut self, ids: &impl Renumber) {
        if let Some(value) = self {
            value.renumber(ids);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again<T: Cell + PartialEq + std::fmt::Debug>(values: impl IntoIterator<Item = T>) {
        for value in values {
            assert_eq!(T::of(value.raw()), value);
        }
    }

    #[test]
    fn values_come_back_as_they_were() {
        again([Day(-400), Day(0), Day(20_000)]);
        again([None, Some(Stamp::date(Day(-1))), Some(Stamp { day: Day(7), second: 86_399 })]);
        again([None, Some((Day(-5), Day(-1))), Some((Day(3), Day(3)))]);
        again([Sex::Male, Sex::Female, Sex::Unknown]);
        again(FeeClass::ALL);
        again(Setting::ALL);
        again(StockKind::ALL);
        again([None, Some(Fen(-7)), Some(Fen(0))]);
        again([ItemId::NONE, ItemId(0), ItemId(u32::MAX - 1)]);
        again([RowRef { file: u16::MAX, line: u32::MAX }, RowRef { file: 0, line: 1 }]);
        again([Vec::new(), vec![RowRef { file: 3, line: 9 }]]);
    }
}
