//! Refunds and price corrections of charge lines (DOMAIN 6.3). Money in is money out: what a negative line takes off is taken
//! from charges of its record, to the fen, or the line is set aside.

use rustc_hash::FxHashSet;

use super::line::Line;
use crate::model::{Fen, Quantity, RowRef};

/// Residue of a whole refund that is rounding, not money.
const ROUNDING: i64 = 2;
/// Unit prices that differ by less, in 1/1,000,000 yuan, are one.
const SAME_PRICE: i64 = 100;

/// The lines of a record after refunds.
pub(super) struct Netted {
    /// The lines that stand.
    pub lines: Vec<Line>,
    /// Rows that cancelled out.
    pub gone: Vec<RowRef>,
    /// Refunds with nothing, or not enough, left to take from.
    pub unmatched: Vec<Unmatched>,
    /// What whole refunds left of charges, and charges of refunds, by rounding.
    pub rounded: Fen,
    pub rounded_lines: u64,
}

/// A refund that takes back more than there is.
pub(super) struct Unmatched {
    /// The refund.
    pub line: Line,
    /// The money that it could not take, where it took some.
    pub rest: Option<Fen>,
}

/// Nets the refunds of a record: against the line named, else against the latest preceding lines of the same item, those of
/// the same price first, until the refund is used up; what is left then, against lines of the same item and day, whatever the
/// clock says.
pub(super) fn net(lines: Vec<Line>) -> Netted {
    let named: FxHashSet<u64> = lines.iter().filter(|l| l.names_other()).map(|l| l.original).collect();
    let known: FxHashSet<u64> =
        lines.iter().filter(|l| !l.is_refund() && named.contains(&l.id)).map(|l| l.id).collect();
    // A line that names another and has no minus is a refund of it all the same.
    let takes_back = |l: &Line| l.is_refund() || (l.names_other() && known.contains(&l.original));
    let (refunds, mut charges): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(takes_back);
    // Refunds that name their line go first: what they take is not free for the others. Those without a minus go last.
    let (named, plain): (Vec<Line>, Vec<Line>) = refunds.into_iter().partition(|r| r.original != 0);
    let (named, unsigned): (Vec<Line>, Vec<Line>) = named.into_iter().partition(Line::is_refund);
    let mut out =
        Netted { lines: Vec::new(), gone: Vec::new(), unmatched: Vec::new(), rounded: Fen(0), rounded_lines: 0 };
    // Billed anew in place of a line that another takes back whole.
    let whole = |r: &Line, c: &Line| c.id == r.original && c.amount.0 > 0 && -r.amount.0 >= c.amount.0;
    let takes_whole = |r: &&Line| !unsigned.is_empty() && charges.iter().any(|c| whole(r, c));
    let back: FxHashSet<u64> = named.iter().filter(takes_whole).map(|r| r.original).collect();
    for refund in unsigned {
        if back.contains(&refund.original) {
            charges.push(refund);
            continue;
        }
        let mut left = Left::of(&refund, &charges);
        let original = |c: &&mut Line| c.id == refund.original && c.amount.0 > 0;
        charges.iter_mut().filter(original).for_each(|c| left.take(c));
        match left.amount {
            // Billed anew in place of a line that was taken back.
            n if n == refund.amount.0 && n > 0 => charges.push(refund),
            _ => out.finish(refund, &left),
        }
    }
    let mut refunds: Vec<(Left, Line)> = named.into_iter().chain(plain).map(|r| (Left::of(&r, &charges), r)).collect();
    for (left, refund) in &mut refunds {
        if refund.original != 0 {
            charges.iter_mut().filter(|c| c.id == refund.original).for_each(|c| left.take(c));
        }
        take_from(&mut charges, left, refund, Line::precedes);
    }
    // A refund may be stamped minutes before the charge that it corrects.
    for (left, refund) in refunds.iter_mut().filter(|(left, _)| !left.is_used_up()) {
        take_from(&mut charges, left, refund, Line::is_on_day_of);
        take_from(&mut charges, left, refund, Line::precedes);
    }
    for (left, refund) in refunds {
        out.finish(refund, &left);
    }
    for charge in charges {
        // Lines exported with nothing billed stay as they are; only what a refund emptied goes.
        let whole = charge.quantity.0 == 0 && charge.amount.0.abs() <= ROUNDING;
        if charge.corrected && (whole || charge.amount.0 == 0) {
            out.round(charge.amount.0);
            out.gone.push(charge.row);
        } else {
            out.lines.push(charge);
        }
    }
    out.lines.sort_unstable();
    out
}

impl Netted {
    fn finish(&mut self, refund: Line, left: &Left) {
        if left.is_used_up() {
            self.round(-left.amount);
            self.gone.push(refund.row);
        } else {
            self.unmatched.push(Unmatched { line: refund, rest: left.took.then_some(Fen(left.amount)) });
        }
    }

    fn round(&mut self, fen: i64) {
        self.rounded += Fen(fen);
        self.rounded_lines += u64::from(fen != 0);
    }
}

/// Takes what is left of a refund from the lines of its item that `fits` allows, the latest first and those of the same price
/// before others.
fn take_from(charges: &mut [Line], left: &mut Left, refund: &Line, fits: fn(&Line, &Line) -> bool) {
    for same in [true, false] {
        let fits = |c: &&mut Line| c.item == refund.item && same_price(c, refund) == same && fits(c, refund);
        charges.iter_mut().rev().filter(fits).for_each(|c| left.take(c));
    }
}

fn same_price(a: &Line, b: &Line) -> bool {
    (a.price.0.abs() - b.price.0.abs()).abs() < SAME_PRICE
}

/// What a refund still has to take off.
struct Left {
    quantity: i64,
    amount: i64,
    /// Something was taken off.
    took: bool,
}

impl Left {
    /// Of a refund. Without a minus before the quantity it gives units back only at a price that was charged; else it corrects
    /// a price.
    fn of(refund: &Line, charges: &[Line]) -> Self {
        let (quantity, amount) = (refund.quantity.0, refund.amount.0.abs());
        let product = i128::from(quantity) * i128::from(refund.price.0.abs()) / 100_000_000;
        let of_units = quantity > 0 && (product - i128::from(amount)).abs() <= i128::from(ROUNDING);
        let charged = || charges.iter().any(|c| c.item == refund.item && same_price(c, refund));
        let units = quantity < 0 || (of_units && charged());
        Self { quantity: if units { quantity.abs() } else { 0 }, amount, took: false }
    }

    fn is_used_up(&self) -> bool {
        self.quantity == 0 && self.amount <= ROUNDING
    }

    /// Takes what a charge can give: units with their money, or money alone.
    fn take(&mut self, charge: &mut Line) {
        let units = self.quantity.min(charge.quantity.0.max(0));
        if self.quantity > 0 && units == 0 {
            return;
        }
        let money = if units == self.quantity { self.amount } else { Fen(self.amount).share(units, self.quantity).0 };
        let money = money.min(charge.amount.0.max(0));
        if units == 0 && money == 0 {
            return;
        }
        let rest = charge.amount.0 - money;
        (charge.corrected, self.took) = (true, true);
        if units > 0 && (units < charge.quantity.0 || rest <= ROUNDING) {
            let scope = charge.in_scope.share(units, charge.quantity.0);
            charge.in_scope -= if rest <= ROUNDING { charge.in_scope } else { scope };
            charge.quantity -= Quantity(units);
        } else {
            // The price was corrected: what was given stays given.
            charge.in_scope -= charge.in_scope.share(money, charge.amount.0);
        }
        charge.amount = Fen(rest);
        self.quantity -= units;
        self.amount -= money;
    }
}
