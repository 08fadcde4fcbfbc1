//! A charge line on its way from the export to the region.

use super::super::super::batch::{FLAG, NO_INTEGER, NO_SYMBOL};
use super::super::super::collect::Chunk;
use super::super::super::values::Grade;
use super::super::Ids;
use crate::model::{Day, DepartmentId, DoctorId, FeeClass, Fen, ItemId, Price, Quantity, RowRef, Stamp};

/// A charge line on its way. The order of the fields is the canonical order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub day: Option<Day>,
    pub second: u32,
    pub item: ItemId,
    pub price: Price,
    pub quantity: Quantity,
    pub amount: Fen,
    pub in_scope: Fen,
    pub class: FeeClass,
    pub doctor: DoctorId,
    pub department: DepartmentId,
    /// Hash of the prescription number; 0 where there is none.
    pub prescription: u64,
    /// Hash of the line id; 0 where there is none.
    pub id: u64,
    /// Hash of the id of the line that this one refunds.
    pub original: u64,
    pub void: bool,
    /// It says so by its validity, and so takes back a row that was sent before.
    pub withdraws: bool,
    /// A refund took a part of it.
    pub corrected: bool,
    pub row: RowRef,
}

impl Line {
    /// Whether units or money are taken off.
    pub fn is_refund(&self) -> bool {
        self.quantity.0 < 0 || self.amount.0 < 0
    }

    /// Whether it names a line other than itself as its original.
    pub fn names_other(&self) -> bool {
        self.original != 0 && self.original != self.id
    }

    pub fn same_but_for_row(&self, other: &Self) -> bool {
        Self { row: other.row, ..self.clone() } == *other
    }
}

/// The columns of a chunk of charge lines, looked up once; nothing where the chunk has none.
pub(super) struct LineColumns<'a> {
    part: u16,
    lines: &'a [u32],
    time: Option<&'a [Option<Stamp>]>,
    item: Option<&'a [u32]>,
    doctor: Option<&'a [u32]>,
    department: Option<&'a [u32]>,
    other_record: Option<&'a [u32]>,
    quantity: Option<&'a [i64]>,
    price: Option<&'a [i64]>,
    amount: Option<&'a [i64]>,
    in_scope: Option<&'a [i64]>,
    own_pay: Option<&'a [i64]>,
    own_share: Option<&'a [i64]>,
    class: Option<&'a [u8]>,
    grade: Option<&'a [u8]>,
    self_paid: Option<&'a [u8]>,
    valid: Option<&'a [u8]>,
    refunded: Option<&'a [u8]>,
    prescription: Option<&'a [u64]>,
    id: Option<&'a [u64]>,
    original: Option<&'a [u64]>,
}

/// A value of a column; what stands for none where there is no column.
#[inline]
fn at<T: Copy>(column: Option<&[T]>, row: usize, none: T) -> T {
    column.map_or(none, |c| c[row])
}

/// The same for numbers, of which a cell may have none.
#[inline]
fn number(column: Option<&[i64]>, row: usize) -> Option<i64> {
    column.map(|c| c[row]).filter(|n| *n != NO_INTEGER)
}

impl<'a> LineColumns<'a> {
    pub fn new(chunk: &'a Chunk) -> Self {
        Self {
            part: chunk.part,
            lines: &chunk.lines,
            time: chunk.moments("fee_ocur_time"),
            item: chunk.symbols("hilist_code"),
            doctor: chunk.symbols("bilg_dr_codg"),
            department: chunk.symbols("bilg_dept_name"),
            other_record: chunk.symbols("init_mdtrt_id"),
            quantity: chunk.integers("cnt"),
            price: chunk.integers("pric"),
            amount: chunk.integers("det_item_fee_sumamt"),
            in_scope: chunk.integers("inscp_scp_amt"),
            own_pay: chunk.integers("fulamt_ownpay_amt"),
            own_share: chunk.integers("selfpay_prop"),
            class: chunk.small("med_chrgitm_type"),
            grade: chunk.small("chrgitm_lv"),
            self_paid: chunk.small("ownpay_flag"),
            valid: chunk.small("vali_flag"),
            refunded: chunk.small("refd_setl_flag"),
            prescription: chunk.hashes("rxno"),
            id: chunk.hashes("feedetl_sn"),
            original: chunk.hashes("init_feedetl_sn"),
        }
    }

    /// Reads a line.
    pub fn line(&self, row: usize, ids: &Ids) -> Line {
        let time = at(self.time, row, None);
        let (mut quantity, price, mut amount) =
            complete(number(self.quantity, row), number(self.price, row), number(self.amount, row));
        // 1 is the whole; some write it as 100.
        let self_paid = at(self.grade, row, 0) == Grade::SelfPaid as u8
            || at(self.self_paid, row, 0) == FLAG[2]
            || number(self.own_share, row).is_some_and(|part| part >= 1_000_000);
        let mut in_scope = match number(self.in_scope, row) {
            Some(stated) => Fen(stated),
            None if self_paid => Fen(0),
            // What the patient pays in full is out of scope; a refund has both with a minus.
            None => number(self.own_pay, row).map_or(amount, |own| Fen(without(amount.0, own))),
        };
        // A refund that names its bill need not have a minus.
        let names_bill = at(self.other_record, row, NO_SYMBOL) != NO_SYMBOL;
        if names_bill && amount.0 >= 0 && quantity.0 >= 0 {
            (quantity, amount, in_scope) = (Quantity(-quantity.0), Fen(-amount.0), Fen(-in_scope.0));
        }
        let original = at(self.original, row, 0);
        let withdraws = at(self.valid, row, 0) == FLAG[1];
        // A charge that is marked as given back; one with a minus, or that names its original, gives back another.
        let given_back = at(self.refunded, row, 0) == FLAG[2] && amount.0 >= 0 && quantity.0 >= 0 && original == 0;
        Line {
            day: time.map(|t| t.day),
            second: time.map_or(Stamp::DATE_ONLY, |t| t.second),
            item: ids.items.id(at(self.item, row, NO_SYMBOL)),
            price,
            quantity,
            amount,
            in_scope,
            class: FeeClass::from_code(at(self.class, row, 0)).unwrap_or_default(),
            doctor: ids.doctors.id(at(self.doctor, row, NO_SYMBOL)),
            department: ids.departments.id(at(self.department, row, NO_SYMBOL)),
            prescription: at(self.prescription, row, 0),
            id: at(self.id, row, 0),
            original,
            void: withdraws || given_back,
            withdraws,
            corrected: false,
            row: RowRef { file: self.part, line: self.lines[row] },
        }
    }
}

/// What a part leaves of a whole; the whole where the part is none of it.
fn without(whole: i64, part: i64) -> i64 {
    if part.signum() * whole.signum() >= 0 && part.abs() <= whole.abs() { whole - part } else { whole }
}

/// Quantity, unit price and amount, each from the other two where it is missing; a line with an amount alone is one unit.
fn complete(quantity: Option<i64>, price: Option<i64>, amount: Option<i64>) -> (Quantity, Price, Fen) {
    // 1/10,000 units times 1/1,000,000 yuan is 1/10^10 yuan; a fen is 10^8 of those.
    const PRODUCT: i128 = 100_000_000;
    let round = |n: i128, d: i128| ((n + n.signum() * d / 2) / d) as i64;
    let price = price.filter(|p| *p != 0);
    match (quantity, price, amount) {
        (Some(q), Some(p), Some(a)) => (Quantity(q), Price(p), Fen(a)),
        (Some(q), Some(p), None) => (Quantity(q), Price(p), Fen(round(i128::from(q) * i128::from(p), PRODUCT))),
        (Some(q), None, Some(a)) if q != 0 => {
            (Quantity(q), Price(round(i128::from(a) * PRODUCT, i128::from(q).abs()) * q.signum()), Fen(a))
        }
        (Some(q), None, a) => (Quantity(q), Price(0), Fen(a.unwrap_or(0))),
        (None, Some(p), Some(a)) => (Quantity(round(i128::from(a) * PRODUCT, i128::from(p).abs())), Price(p), Fen(a)),
        (None, None, Some(a)) => (Quantity(10_000 * a.signum()), Price(a.abs() * 10_000), Fen(a)),
        (None, price, None) => (Quantity(0), Price(price.unwrap_or(0)), Fen(0)),
    }
}
