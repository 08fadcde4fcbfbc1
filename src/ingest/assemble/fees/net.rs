//! Refunds and price corrections of charge lines (DOMAIN 6.3). Money in is money out: what a negative line takes off is taken
//! from charges of its record, to the fen, or the line is set aside.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::line::Line;
use crate::model::{Fen, Quantity, RowRef, Stamp};

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
    if !charges.is_sorted() {
        charges.sort_unstable();
    }
    let originals: FxHashSet<u64> = named.iter().chain(&unsigned).map(|r| r.original).collect();
    let by_id = by_id(&charges, &originals);
    let of = |r: &Line| by_id.get(&r.original).into_iter().flatten().map(|at| *at as usize);
    let whole = |r: &Line, c: &Line| c.amount.0 > 0 && -r.amount.0 >= c.amount.0;
    let takes_whole = |r: &&Line| !unsigned.is_empty() && of(r).any(|at| whole(r, &charges[at]));
    let back: FxHashSet<u64> = named.iter().filter(takes_whole).map(|r| r.original).collect();
    let mut anew: Vec<Line> = Vec::new();
    let mut of_anew: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
    let mut shelf = Shelf::new(&charges);
    for refund in unsigned {
        if back.contains(&refund.original) {
            of_anew.entry(refund.id).or_default().push(anew.len());
            anew.push(refund);
            continue;
        }
        let mut left = Left::of(&refund, &shelf, &charges);
        for at in of(&refund) {
            if charges[at].amount.0 > 0 {
                left.take(&mut charges[at]);
            }
        }
        for at in of_anew.get(&refund.original).into_iter().flatten() {
            left.take(&mut anew[*at]);
        }
        match left.amount {
            // Billed anew in place of a line that was taken back.
            n if n == refund.amount.0 && n > 0 => {
                of_anew.entry(refund.id).or_default().push(anew.len());
                anew.push(refund);
            }
            _ => out.finish(refund, &left),
        }
    }
    if !anew.is_empty() {
        charges.append(&mut anew);
        charges.sort_unstable();
        shelf = Shelf::new(&charges);
    }
    let by_id = self::by_id(&charges, &originals);
    let refunds = named.into_iter().chain(plain);
    let mut refunds: Vec<(Left, Line)> = refunds.map(|r| (Left::of(&r, &shelf, &charges), r)).collect();
    for (left, refund) in &mut refunds {
        for at in by_id.get(&refund.original).into_iter().flatten() {
            left.take(&mut charges[*at as usize]);
        }
        shelf.take_from(&mut charges, left, refund, Reach::Before);
    }
    // A refund may be stamped minutes before the charge that it corrects.
    for (left, refund) in refunds.iter_mut().filter(|(left, _)| !left.is_used_up()) {
        shelf.take_from(&mut charges, left, refund, Reach::Day);
        shelf.take_from(&mut charges, left, refund, Reach::Before);
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

/// The charges that refunds name, by their ids.
fn by_id(charges: &[Line], named: &FxHashSet<u64>) -> FxHashMap<u64, Vec<u32>> {
    let mut all: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
    for (at, charge) in charges.iter().enumerate().filter(|(_, c)| c.id != 0 && named.contains(&c.id)) {
        all.entry(charge.id).or_default().push(at as u32);
    }
    all
}

/// Which charges a refund may take from.
#[derive(Clone, Copy)]
enum Reach {
    /// Those that precede it.
    Before,
    /// Those of its day.
    Day,
}

/// The charges of a record by item, and by item and price, each in their order: with thousands of refunds none looks through
/// all charges, nor again through those that earlier ones used up.
struct Shelf {
    of_item: Row,
    of_price: Row,
}

/// Charges in an order, and from each place the way back past what is used up: places from 1, 0 is the end.
struct Row {
    charges: Vec<u32>,
    back: Vec<u32>,
}

impl Row {
    fn new(charges: Vec<u32>) -> Self {
        Self { back: (0..=charges.len() as u32).map(|at| at.saturating_sub(1)).collect(), charges }
    }

    /// The last place up to `at` whose charge has something left; 0 where there is none.
    fn latest(&mut self, charges: &[Line], mut at: usize) -> usize {
        let is_empty = |row: &Self, at: usize| {
            let charge = &charges[row.charges[at - 1] as usize];
            charge.quantity.0 <= 0 && charge.amount.0 <= 0
        };
        while at > 0 && is_empty(self, at) {
            let before = self.back[at] as usize;
            if before > 0 && is_empty(self, before) {
                self.back[at] = self.back[before];
            }
            at = self.back[at] as usize;
        }
        at
    }

    /// Lets a refund take from the charges of a range, of the same price or of others.
    fn give(
        &mut self,
        charges: &mut [Line],
        left: &mut Left,
        refund: &Line,
        (reach, range): (Reach, Range<usize>),
        same: bool,
    ) {
        for part in self.within(charges, refund, reach, range) {
            let mut at = self.latest(charges, part.end);
            while at > part.start && !left.is_nothing() {
                let charge = &mut charges[self.charges[at - 1] as usize];
                if same_price(charge, refund) == same {
                    left.take(charge);
                }
                at = self.latest(charges, at - 1);
            }
        }
    }

    /// The places within a range of those that a refund may take from, the latest part first.
    fn within(&self, charges: &[Line], refund: &Line, reach: Reach, range: Range<usize>) -> [Range<usize>; 2] {
        let first = |is: &dyn Fn(&Line) -> bool| {
            range.start + self.charges[range.clone()].partition_point(|at| is(&charges[*at as usize]))
        };
        let (start, stop) = (first(&|c| c.day < refund.day), first(&|c| c.day <= refund.day));
        match reach {
            Reach::Day => [start..stop, start..start],
            Reach::Before if refund.day.is_none() => [range.clone(), range.start..range.start],
            Reach::Before if refund.second == Stamp::DATE_ONLY => [range.start..stop, range.start..range.start],
            // Those of the day without a time come last in it.
            Reach::Before => {
                let timed = first(&|c| c.day < refund.day || (c.day == refund.day && c.second != Stamp::DATE_ONLY));
                let before = first(&|c| c.day < refund.day || (c.day == refund.day && c.second <= refund.second));
                [timed..stop, range.start..before]
            }
        }
    }
}

impl Shelf {
    /// Of charges in their order.
    fn new(charges: &[Line]) -> Self {
        let mut all: Vec<u32> = (0..charges.len() as u32).collect();
        all.sort_by_key(|at| charges[*at as usize].item);
        let of_item = Row::new(all.clone());
        all.sort_by_key(|at| (charges[*at as usize].item, charges[*at as usize].price.0.abs()));
        Self { of_item, of_price: Row::new(all) }
    }

    /// The places of the charges of a refund's item, by item.
    fn of_item(&self, charges: &[Line], refund: &Line) -> Range<usize> {
        let row = &self.of_item.charges;
        let first = row.partition_point(|at| charges[*at as usize].item < refund.item);
        first..row.partition_point(|at| charges[*at as usize].item <= refund.item)
    }

    /// The places of the charges of a refund's item at its price, by item and price.
    fn of_price(&self, charges: &[Line], refund: &Line) -> Range<usize> {
        let (row, price) = (&self.of_price.charges, refund.price.0.abs());
        let key = |at: &u32| (charges[*at as usize].item, charges[*at as usize].price.0.abs());
        let first = row.partition_point(|at| key(at) <= (refund.item, price - SAME_PRICE));
        first..row.partition_point(|at| key(at) < (refund.item, price + SAME_PRICE))
    }

    /// Takes what is left of a refund from the lines of its item in its reach, the latest first and those of the same price
    /// before others.
    fn take_from(&mut self, charges: &mut [Line], left: &mut Left, refund: &Line, reach: Reach) {
        let own = self.of_price(charges, refund);
        let price = |at: usize| charges[self.of_price.charges[at] as usize].price.0.abs();
        let one = own.is_empty() || price(own.start) == price(own.end - 1);
        let item = self.of_item(charges, refund);
        // Prices that differ by a rounding are not in order of time together.
        let (row, range) = if one { (&mut self.of_price, own) } else { (&mut self.of_item, item.clone()) };
        row.give(charges, left, refund, (reach, range), true);
        self.of_item.give(charges, left, refund, (reach, item), false);
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
    fn of(refund: &Line, shelf: &Shelf, charges: &[Line]) -> Self {
        let (quantity, amount) = (refund.quantity.0, refund.amount.0.abs());
        let product = i128::from(quantity) * i128::from(refund.price.0.abs()) / 100_000_000;
        let of_units = quantity > 0 && (product - i128::from(amount)).abs() <= i128::from(ROUNDING);
        let units = quantity < 0 || (of_units && !shelf.of_price(charges, refund).is_empty());
        Self { quantity: if units { quantity.abs() } else { 0 }, amount, took: false }
    }

    fn is_used_up(&self) -> bool {
        self.quantity == 0 && self.amount <= ROUNDING
    }

    /// Whether there is nothing at all left to take.
    fn is_nothing(&self) -> bool {
        self.quantity == 0 && self.amount == 0
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Day, DepartmentId, DoctorId, FeeClass, ItemId, Price};

    /// Whether a line was at or before a moment, as far as times are known.
    fn precedes(c: &Line, r: &Line) -> bool {
        match (c.day, r.day) {
            (Some(a), Some(b)) if a == b => {
                c.second <= r.second || c.second == Stamp::DATE_ONLY || r.second == Stamp::DATE_ONLY
            }
            (Some(a), Some(b)) => a < b,
            _ => true,
        }
    }

    /// What `Shelf` does, by looking through all charges.
    fn plainly(charges: &mut [Line], left: &mut Left, refund: &Line, reach: Reach) {
        for same in [true, false] {
            for charge in charges.iter_mut().rev() {
                let fits = match reach {
                    Reach::Before => precedes(charge, refund),
                    Reach::Day => charge.day == refund.day,
                };
                if charge.item == refund.item && same_price(charge, refund) == same && fits {
                    left.take(charge);
                }
            }
        }
    }

    #[test]
    fn the_shelf_gives_what_a_look_through_all_charges_gives() {
        let mut state = 7u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for _ in 0..300 {
            let mut line = |sign: i64| {
                let quantity = 1 + random(3) as i64;
                let price = 2_000_000 + 30 * random(8) as i64 + 1_000_000 * random(2) as i64;
                Line {
                    day: (random(10) > 0).then(|| Day(20_000 + random(3) as i32)),
                    second: if random(4) == 0 { Stamp::DATE_ONLY } else { random(5) as u32 },
                    item: ItemId(random(2) as u32),
                    price: Price(price),
                    quantity: Quantity(sign * quantity * 10_000),
                    amount: Fen(sign * quantity * price / 10_000),
                    in_scope: Fen(0),
                    class: FeeClass::Unknown,
                    doctor: DoctorId::NONE,
                    department: DepartmentId::NONE,
                    prescription: 0,
                    id: 0,
                    original: 0,
                    void: false,
                    withdraws: false,
                    corrected: false,
                    row: RowRef { file: 0, line: random(1_000_000) as u32 },
                }
            };
            let mut charges: Vec<Line> = (0..30).map(|_| line(1)).collect();
            charges.sort_unstable();
            let refunds: Vec<Line> = (0..25).map(|_| line(-1)).collect();
            let (mut shelf, mut all) = (Shelf::new(&charges), charges.clone());
            for (n, refund) in refunds.iter().enumerate() {
                let reach = if n % 3 == 0 { Reach::Day } else { Reach::Before };
                let (mut left, mut plain) = (Left::of(refund, &shelf, &charges), Left::of(refund, &shelf, &all));
                shelf.take_from(&mut charges, &mut left, refund, reach);
                plainly(&mut all, &mut plain, refund, reach);
                assert_eq!((left.quantity, left.amount), (plain.quantity, plain.amount));
                assert_eq!(charges, all);
            }
        }
    }
}
