//! The tables every part shares: ids, money, time, columns. Pure data, no I/O.
//!
//! Text of the exports is interned once, in sorted pools, so that an id orders like the text it stands for and a charge
//! line is a few dozen bytes. Rules work on these ids; only the report turns them back into text.

mod age;
pub mod cell;
mod certificate;
mod columns;
mod fees;
pub mod icd;
mod ids;
mod join;
mod other;
mod progress;
mod region;
mod units;

pub use age::born;
pub use certificate::Certificate;
pub use columns::{CellType, Column, Domain, Kept, Table, column, columns};
pub use fees::{FeeColumns, Fees};
pub use ids::{
    DepartmentId, DiagnosisId, DoctorId, HospitalId, Interner, ItemId, PersonId, Pool, PrescriptionId, RecordId, TextId,
};
pub use join::join;
pub use other::{CASE_FRONT, DEDUCTED, NO_CASE_FRONT, OF_ANYBODY, OTHER_TABLES, OtherTable, REFUSED, TRACED, is_word};
pub use progress::{Phase, Progress, Silent};
pub use region::{
    Diagnosis, Hospital, ItemAlias, Names, Person, Purchase, Record, Region, RowRef, Setting, Stay, StockEntry,
    StockKind, Visit, link_records,
};
pub use units::{Day, FeeClass, Fen, Price, Quantity, Sex, Stamp};
