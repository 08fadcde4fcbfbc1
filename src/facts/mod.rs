//! The shared derived frames, computed in one pass over the charge lines.
//!
//! Charge lines are grouped by record, so every fact but the hospital's monthly one belongs to one record: facts of disjoint
//! sets of records are concatenated, and the monthly sums are added.

mod compute;
pub mod delivery;
pub mod posting;
mod units;

use crate::model::{Day, FeeClass, Fen, HospitalId, ItemId, Quantity, RecordId};

pub use compute::{compute, compute_for};
pub use posting::{Posted, PostingWeek};
pub use units::Units;

/// What happened on one day of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StayDay {
    /// The record.
    pub record: RecordId,
    /// The day.
    pub day: Day,
    /// Set of [`FeeClass::bit`]s with a line.
    pub classes: u16,
    /// Number of lines.
    pub lines: u32,
    /// Sum of amounts.
    pub amount: Fen,
    /// Whether something was done for the patient: a line beyond bed, rounds, nursing and registration. Lines of no known
    /// class count by their names.
    pub active: bool,
}

impl StayDay {
    /// Whether a class was billed on the day.
    pub fn has(&self, class: FeeClass) -> bool {
        self.classes & class.bit() != 0
    }
}

/// One item in one record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StayItem {
    /// The record.
    pub record: RecordId,
    /// The item.
    pub item: ItemId,
    /// Sum of quantities.
    pub quantity: Quantity,
    /// Largest sum on one day.
    pub largest_day: Quantity,
    /// Largest sum on a day before the last, each allowed for the days that a posting may stand for: a sum above the usual is
    /// divided by the days since the posting before or until the next, whichever are more, but not below the usual. Zero
    /// where there is one day only.
    pub steady_day: Quantity,
    /// The same divided even below the usual: what a day needs if each posting lasts until the next.
    pub spread_day: Quantity,
    /// Lower median of the sums by day: what is usual for this record.
    pub usual_day: Quantity,
    /// Sum on the last dated day, else of the undated lines.
    pub last_day: Quantity,
    /// The day before the last, allowed for the days that its posting may stand for as in `steady_day`; zero where there is
    /// one day only.
    pub before_last: Quantity,
    /// How much the dose goes up and down until the day before the last: the sum of the absolute differences of the natural
    /// logarithms of one day and the next, each allowed for as in `steady_day`. Zero for a constant dose.
    pub swing: f32,
    /// Days between the last two dated days; 0 where there is one only.
    pub last_gap: u32,
    /// Distinct days of use; lines without a date count as one further day.
    pub days: u32,
    /// Number of lines.
    pub lines: u32,
    /// Sum of amounts.
    pub amount: Fen,
    /// First and last dated day.
    pub span: Option<(Day, Day)>,
    /// First line, in canonical order.
    pub first_line: u32,
    /// Where its lines begin in [`Facts::item_lines`].
    pub place: u32,
}

/// One item at one hospital in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HospitalItemMonth {
    /// The hospital.
    pub hospital: HospitalId,
    /// The item.
    pub item: ItemId,
    /// `year * 12 + month - 1`; [`HospitalItemMonth::UNDATED`] for lines without a date.
    pub month: i32,
    /// Sum of quantities.
    pub quantity: Quantity,
    /// Sum of amounts.
    pub amount: Fen,
    /// Number of lines.
    pub lines: u32,
    /// Records with the item.
    pub records: u32,
}

impl HospitalItemMonth {
    /// The month of undated lines.
    pub const UNDATED: i32 = i32::MIN;
}

/// Sums of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StayTotal {
    /// The record.
    pub record: RecordId,
    /// Sum of amounts by fee class.
    pub by_class: [Fen; FeeClass::COUNT],
    /// Number of lines.
    pub lines: u32,
}

impl StayTotal {
    /// Sum over all classes.
    pub fn amount(&self) -> Fen {
        self.by_class.iter().copied().sum()
    }
}

/// Identical lines on one day: same record, item, day, quantity and price, more than once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// The record.
    pub record: RecordId,
    /// The item.
    pub item: ItemId,
    /// The day.
    pub day: Day,
    /// The lines, in canonical order (so by second within the day).
    pub lines: Vec<u32>,
}

/// How often an item is billed in identical lines on one day, at one hospital: the null for repeated charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemDays {
    /// The hospital.
    pub hospital: HospitalId,
    /// The item.
    pub item: ItemId,
    /// Number of (record, day, quantity, price) combinations by how often they were billed: once, twice, ... eight times or more.
    pub times: [u32; 8],
}

/// A drug of more than a day's use, on a day after which the record has none of it for a while: it may last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supply {
    /// The record.
    pub record: RecordId,
    /// The drug.
    pub item: ItemId,
    /// The day it was billed.
    pub day: Day,
    /// The next day it was billed.
    pub next: Option<Day>,
    /// Quantity billed on the day.
    pub quantity: Quantity,
    /// The smallest quantity of a day that is followed by another: the dose of the record. Zero where fewer than a third of its
    /// days are.
    pub dose: Quantity,
}

/// A charge line dated outside its stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutsideLine {
    /// The stay.
    pub record: RecordId,
    /// The line.
    pub line: u32,
    /// Days before admission (negative) or after discharge (positive).
    pub days: i32,
}

/// A charge line whose amount is not its quantity times its price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OffLine {
    /// The record.
    pub record: RecordId,
    /// The line.
    pub line: u32,
    /// Amount less quantity times price, in fen.
    pub excess: f64,
}

impl OffLine {
    /// Fen of rounding that are no difference: the amount's own, and that of a partial refund.
    pub const ROUNDING: f64 = 2.0;
}

/// The facts of a set of records, each list sorted by its leading ids.
#[derive(Debug, Default, PartialEq)]
pub struct Facts {
    /// By record, day.
    pub stay_days: Vec<StayDay>,
    /// By record, item.
    pub stay_items: Vec<StayItem>,
    /// The charge lines of each of them, one after the other, in canonical order.
    pub item_lines: Vec<u32>,
    /// By hospital, item, month.
    pub hospital_item_months: Vec<HospitalItemMonth>,
    /// By record.
    pub stay_totals: Vec<StayTotal>,
    /// By record, item, day.
    pub repeats: Vec<Repeat>,
    /// By hospital, item.
    pub item_days: Vec<ItemDays>,
    /// By record, item, day.
    pub supplies: Vec<Supply>,
    /// By record, line.
    pub outside: Vec<OutsideLine>,
    /// By record, line.
    pub off: Vec<OffLine>,
    /// By hospital, class.
    pub posting: Vec<PostingWeek>,
}

impl Facts {
    /// The items on a record, by item.
    pub fn items_of(&self, record: RecordId) -> &[StayItem] {
        let own = &self.stay_items[self.stay_items.partition_point(|i| i.record < record)..];
        &own[..own.partition_point(|i| i.record == record)]
    }

    /// One item on a record.
    pub fn item_of(&self, record: RecordId, item: ItemId) -> Option<&StayItem> {
        let at = self.stay_items.binary_search_by_key(&(record, item), |i| (i.record, i.item)).ok()?;
        Some(&self.stay_items[at])
    }

    /// The charge lines of an item on a record, in canonical order.
    pub fn lines(&self, item: &StayItem) -> &[u32] {
        &self.item_lines[item.place as usize..][..item.lines as usize]
    }
}
