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

/// Reads a line out of its chunk.
pub(super) fn line(chunk: &Chunk, row: usize, ids: &Ids) -> Line {
    let symbol = |field: &str| chunk.symbols(field).map_or(NO_SYMBOL, |c| c[row]);
    let integer = |field: &str| chunk.integers(field).map(|c| c[row]).filter(|n| *n != NO_INTEGER);
    let hash = |field: &str| chunk.hashes(field).map_or(0, |c| c[row]);
    let small = |field: &str| chunk.small(field).map_or(0, |c| c[row]);
    let time = chunk.moments("fee_ocur_time").and_then(|c| c[row]);
    let (mut quantity, price, mut amount) = complete(integer("cnt"), integer("pric"), integer("det_item_fee_sumamt"));
    // 1 is the whole; some write it as 100.
    let self_paid = small("chrgitm_lv") == Grade::SelfPaid as u8
        || small("ownpay_flag") == FLAG[2]
        || integer("selfpay_prop").is_some_and(|part| part >= 1_000_000);
    let mut in_scope = match integer("inscp_scp_amt") {
        Some(stated) => Fen(stated),
        None if self_paid => Fen(0),
        // What the patient pays in full is out of scope; a refund has both with a minus.
        None => integer("fulamt_ownpay_amt").map_or(amount, |own| Fen(without(amount.0, own))),
    };
    // A refund that names its bill need not have a minus.
    let names_bill = symbol("init_mdtrt_id") != NO_SYMBOL;
    if names_bill && amount.0 >= 0 && quantity.0 >= 0 {
        (quantity, amount, in_scope) = (Quantity(-quantity.0), Fen(-amount.0), Fen(-in_scope.0));
    }
    Line {
        day: time.map(|t| t.day),
        second: time.map_or(Stamp::DATE_ONLY, |t| t.second),
        item: ids.items.id(symbol("hilist_code")),
        price,
        quantity,
        amount,
        in_scope,
        class: FeeClass::from_code(small("med_chrgitm_type")).unwrap_or_default(),
        doctor: ids.doctors.id(symbol("bilg_dr_codg")),
        department: ids.departments.id(symbol("bilg_dept_name")),
        prescription: hash("rxno"),
        id: hash("feedetl_sn"),
        original: hash("init_feedetl_sn"),
        // A charge that is marked as given back; one with a minus, or that names its original, gives back another.
        void: small("vali_flag") == 1
            || (small("refd_setl_flag") == 2 && amount.0 >= 0 && quantity.0 >= 0 && hash("init_feedetl_sn") == 0),
        withdraws: small("vali_flag") == 1,
        corrected: false,
        row: RowRef { file: chunk.part, line: chunk.lines[row] },
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
