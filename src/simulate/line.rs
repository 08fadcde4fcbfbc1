//! A charge line.

/// 1/10,000 of the billed unit.
pub const UNIT: i64 = 10_000;

/// A charge line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub item: u16,
    pub time: i64,
    /// In 1/10,000 of the billed unit; negative on a refund.
    pub count: i64,
    /// Unit price in fen.
    pub fen: i64,
    /// Fen that the amount is rounded to.
    pub round: i64,
    /// Put there by a scheme.
    pub planted: bool,
    /// Paid by the patient: the fund is asked for nothing.
    pub own: bool,
    /// Position of the line it refunds, and whether the refund names it.
    pub refunds: Option<(u32, bool)>,
}

impl Line {
    /// Amount in fen, rounded half away from zero.
    pub fn amount(&self) -> i64 {
        let (product, unit) = (self.count * self.fen, UNIT * self.round);
        (product + product.signum() * unit / 2) / unit * self.round
    }
}
