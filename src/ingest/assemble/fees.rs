//! Charge lines: grouped by record, repeated rows dropped, refunds netted, put in canonical order. Records are independent of
//! each other here, so blocks of them are worked on in parallel.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::batch::{NO_INTEGER, NO_SYMBOL};
use super::super::collect::Chunk;
use super::{Fate, Ids, Ledger, Ranked, degrade};
use crate::model::{
    Day, DepartmentId, DoctorId, FeeClass, Fees, Fen, HospitalId, ItemId, PersonId, PrescriptionId, Price, Progress,
    Quantity, Record, RecordId, Region, RowRef, Stamp, Table,
};

/// Charge lines in a block of records worked on at once.
const BLOCK: usize = 100_000;
/// Residue of a partial refund that is rounding, not money.
const ROUNDING: i64 = 2;

/// The charge lines as read, with the record of each.
pub(super) struct Source<'a> {
    pub chunks: Vec<Chunk>,
    pub records: Vec<Vec<u32>>,
    pub ids: &'a Ids,
    pub ranked: &'a Ranked<RecordId>,
    /// Records that were refunded whole: their lines go with them.
    pub refunded: &'a FxHashSet<RecordId>,
}

/// A charge line on its way. The order of the fields is the canonical order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    day: Option<Day>,
    second: u32,
    item: ItemId,
    price: Price,
    quantity: Quantity,
    amount: Fen,
    in_scope: Fen,
    class: FeeClass,
    doctor: DoctorId,
    department: DepartmentId,
    /// Hash of the prescription number; 0 where there is none.
    prescription: u64,
    /// Hash of the line id; 0 where there is none.
    id: u64,
    /// Hash of the id of the line that this one refunds.
    original: u64,
    void: bool,
    /// A refund took a part of it.
    corrected: bool,
    row: RowRef,
}

impl Line {
    fn is_refund(&self) -> bool {
        self.quantity.0 < 0 || self.amount.0 < 0
    }

    fn same_but_for_row(&self, other: &Self) -> bool {
        Self { row: other.row, ..self.clone() } == *other
    }

    /// Whether the line was charged on the day of another.
    fn is_on_day_of(&self, other: &Self) -> bool {
        self.day == other.day
    }

    /// Whether the line was at or before a moment, as far as times are known.
    fn precedes(&self, other: &Self) -> bool {
        match (self.day, other.day) {
            (Some(a), Some(b)) if a == b => {
                self.second <= other.second || self.second == Stamp::DATE_ONLY || other.second == Stamp::DATE_ONLY
            }
            (Some(a), Some(b)) => a < b,
            _ => true,
        }
    }
}

/// Puts the charge lines into the region, with its records.
pub(super) fn assemble(region: &mut Region, mut source: Source<'_>, ledger: &mut Ledger<'_>, progress: &dyn Progress) {
    let records = source.ranked.pool.len();
    drop_times(&mut source);
    let order = Order::new(&source, records);
    region.records = own(region, &source, records);
    let has = |field: &str| region.has_column(Table::Fees, field);
    let keep = Keep {
        in_scope: has("inscp_scp_amt"),
        doctor: has("bilg_dr_codg"),
        department: has("bilg_dept_name"),
        prescription: has("rxno"),
    };
    let parts = ledger.files.len();
    let blocks: Vec<Block> = order
        .blocks()
        .into_par_iter()
        .map(|range| {
            let block = Block::new(&source, &order, range, &keep, parts);
            progress.advance(block.seen);
            block
        })
        .collect();
    drop(source);
    let mut fees = room(blocks.iter().map(|b| b.fees.len()).sum(), &keep);
    fees.starts.reserve_exact(records + 1);
    for block in blocks {
        block.pour(&mut fees, ledger);
    }
    fees.starts.push(fees.record.len() as u32);
    region.fees = fees;
}

/// Takes the times off institutions that do not record them.
fn drop_times(source: &mut Source<'_>) {
    let ids = source.ids;
    degrade(ids.hospitals.pool.len(), |visit| {
        for chunk in &mut source.chunks {
            let Some((hospitals, moments)) = chunk.with_moments("fixmedins_code", "fee_ocur_time") else { continue };
            for (row, moment) in moments.iter_mut().enumerate() {
                if let Some(moment) = moment {
                    visit(ids.hospitals.id(hospitals.map_or(NO_SYMBOL, |h| h[row])), moment);
                }
            }
        }
    });
}

/// Columns with room for so many lines and no more.
fn room(lines: usize, keep: &Keep) -> Fees {
    let optional = |kept: bool| if kept { lines } else { 0 };
    Fees {
        record: Vec::with_capacity(lines),
        item: Vec::with_capacity(lines),
        time: Vec::with_capacity(lines),
        quantity: Vec::with_capacity(lines),
        price: Vec::with_capacity(lines),
        amount: Vec::with_capacity(lines),
        in_scope: Vec::with_capacity(optional(keep.in_scope)),
        class: Vec::with_capacity(lines),
        doctor: Vec::with_capacity(optional(keep.doctor)),
        department: Vec::with_capacity(optional(keep.department)),
        prescription: Vec::with_capacity(optional(keep.prescription)),
        row: Vec::with_capacity(lines),
        corrected: Vec::new(),
        starts: Vec::new(),
    }
}

/// Rows grouped by record: a counting sort.
struct Order {
    /// Start of each record in `rows`.
    starts: Vec<u32>,
    /// Running row numbers over all chunks.
    rows: Vec<u32>,
    /// First running row number of each chunk.
    bases: Vec<u32>,
}

impl Order {
    fn new(source: &Source<'_>, records: usize) -> Self {
        let mut starts = vec![0u32; records + 1];
        let place = |record: u32| source.ranked.id(record).index() + 1;
        for record in source.records.iter().flatten().filter(|r| **r != NO_SYMBOL) {
            starts[place(*record)] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut rows = vec![0u32; starts[records] as usize];
        let (mut bases, mut running) = (Vec::with_capacity(source.chunks.len()), 0u32);
        for records in &source.records {
            bases.push(running);
            for (row, record) in records.iter().enumerate().filter(|(_, r)| **r != NO_SYMBOL) {
                let at = &mut next[place(*record) - 1];
                rows[*at as usize] = running + row as u32;
                *at += 1;
            }
            running += records.len() as u32;
        }
        Self { starts, rows, bases }
    }

    /// Ranges of records with about [`BLOCK`] lines each.
    fn blocks(&self) -> Vec<std::ops::Range<usize>> {
        let records = self.starts.len() - 1;
        let (mut out, mut start) = (Vec::new(), 0);
        while start < records {
            let enough = self.starts[start] as usize + BLOCK;
            let end = self.starts.partition_point(|s| (*s as usize) < enough).clamp(start + 1, records);
            out.push(start..end);
            start = end;
        }
        out
    }

    /// Chunk and row of a running number.
    fn find(&self, running: u32) -> (usize, usize) {
        let chunk = self.bases.partition_point(|b| *b <= running) - 1;
        (chunk, (running - self.bases[chunk]) as usize)
    }
}

/// Who each record belongs to: its stay or visit, else its charge lines.
fn own(region: &Region, source: &Source<'_>, records: usize) -> Vec<Record> {
    let empty = Record { person: PersonId::NONE, hospital: HospitalId::NONE, stay: None, visit: None };
    let mut out = vec![empty; records];
    for (chunk, records) in source.chunks.iter().zip(&source.records) {
        let (persons, hospitals) = (chunk.symbols("psn_no"), chunk.symbols("fixmedins_code"));
        for (row, record) in records.iter().enumerate().filter(|(_, r)| **r != NO_SYMBOL) {
            let own = &mut out[source.ranked.id(*record).index()];
            own.person = own.person.min(source.ids.persons.id(persons.map_or(NO_SYMBOL, |p| p[row])));
            own.hospital = own.hospital.min(source.ids.hospitals.id(hospitals.map_or(NO_SYMBOL, |h| h[row])));
        }
    }
    for (at, visit) in region.visits.iter().enumerate() {
        out[visit.record.index()] =
            Record { person: visit.person, hospital: visit.hospital, stay: None, visit: Some(at as u32) };
    }
    for (at, stay) in region.stays.iter().enumerate() {
        out[stay.record.index()] =
            Record { person: stay.person, hospital: stay.hospital, stay: Some(at as u32), visit: None };
    }
    out
}

/// The optional columns that some file has.
struct Keep {
    in_scope: bool,
    doctor: bool,
    department: bool,
    prescription: bool,
}

/// The finished lines of a range of records.
struct Block {
    fees: Fees,
    counts: Vec<u32>,
    fates: Vec<Fate>,
    unmatched: Vec<Line>,
    seen: u64,
}

impl Block {
    fn new(source: &Source<'_>, order: &Order, records: std::ops::Range<usize>, keep: &Keep, parts: usize) -> Self {
        let mut block = Self {
            fees: Fees::default(),
            counts: Vec::with_capacity(records.len()),
            fates: vec![Fate::default(); parts],
            unmatched: Vec::new(),
            seen: 0,
        };
        let mut lines: Vec<Line> = Vec::new();
        for record in records {
            let rows = &order.rows[order.starts[record] as usize..order.starts[record + 1] as usize];
            lines.clear();
            lines.extend(rows.iter().map(|running| {
                let (chunk, row) = order.find(*running);
                line(&source.chunks[chunk], row, source.ids)
            }));
            block.seen += lines.len() as u64;
            let record = RecordId(record as u32);
            block.settle(&mut lines, source.refunded.contains(&record));
            block.counts.push(lines.len() as u32);
            block.fees.add(record, &lines, keep);
        }
        block
    }

    /// Leaves the lines of a record that stand.
    fn settle(&mut self, lines: &mut Vec<Line>, refunded: bool) {
        if refunded {
            lines.drain(..).for_each(|l| self.fates[usize::from(l.row.file)].netted += 1);
            return;
        }
        lines.sort_unstable();
        let fates = &mut self.fates;
        // Two rows of one line id and the same content are one line exported twice. Without an id nothing can be said.
        lines.dedup_by(|b, a| {
            let repeated = a.id != 0 && a.same_but_for_row(b);
            fates[usize::from(b.row.file)].repeated += u64::from(repeated);
            repeated
        });
        lines.retain(|line| {
            fates[usize::from(line.row.file)].netted += u64::from(line.void);
            !line.void
        });
        if lines.iter().any(Line::is_refund) {
            let (kept, netted, unmatched) = net(std::mem::take(lines));
            netted.iter().for_each(|row| fates[usize::from(row.file)].netted += 1);
            self.unmatched.extend(unmatched);
            *lines = kept;
        }
    }

    fn pour(self, fees: &mut Fees, ledger: &mut Ledger<'_>) {
        let mut at = fees.record.len() as u32;
        for count in self.counts {
            fees.starts.push(at);
            at += count;
        }
        let Fees {
            record,
            item,
            time,
            quantity,
            price,
            amount,
            in_scope,
            class,
            doctor,
            department,
            prescription,
            corrected,
            row,
            starts: _,
        } = self.fees;
        let base = fees.record.len() as u32;
        fees.corrected.extend(corrected.iter().map(|line| base + line));
        fees.record.extend(record);
        fees.item.extend(item);
        fees.time.extend(time);
        fees.quantity.extend(quantity);
        fees.price.extend(price);
        fees.amount.extend(amount);
        fees.in_scope.extend(in_scope);
        fees.class.extend(class);
        fees.doctor.extend(doctor);
        fees.department.extend(department);
        fees.prescription.extend(prescription);
        fees.row.extend(row);
        for (part, fate) in self.fates.into_iter().enumerate() {
            ledger.add(part, fate);
        }
        for line in self.unmatched {
            ledger.reject(line.row, "cnt", format!("{}", line.quantity.units()), "reject-refund-unmatched");
        }
    }
}

impl Fees {
    fn add(&mut self, record: RecordId, lines: &[Line], keep: &Keep) {
        for line in lines {
            if line.corrected {
                self.corrected.push(self.record.len() as u32);
            }
            self.record.push(record);
            self.item.push(line.item);
            self.time.push(line.day.map(|day| Stamp { day, second: line.second }));
            self.quantity.push(line.quantity);
            self.price.push(line.price);
            self.amount.push(line.amount);
            self.class.push(line.class);
            self.row.push(line.row);
            if keep.in_scope {
                self.in_scope.push(line.in_scope);
            }
            if keep.doctor {
                self.doctor.push(line.doctor);
            }
            if keep.department {
                self.department.push(line.department);
            }
        }
        if keep.prescription {
            self.prescription.extend(numbered(lines));
        }
    }
}

/// The prescriptions of a record's lines, numbered as they come.
fn numbered(lines: &[Line]) -> impl Iterator<Item = PrescriptionId> + '_ {
    let mut known: FxHashMap<u64, u32> = FxHashMap::default();
    lines.iter().map(move |line| match line.prescription {
        0 => PrescriptionId::NONE,
        number => {
            let next = known.len() as u32;
            PrescriptionId(*known.entry(number).or_insert(next))
        }
    })
}

/// Reads a line out of its chunk.
fn line(chunk: &Chunk, row: usize, ids: &Ids) -> Line {
    let symbol = |field: &str| chunk.symbols(field).map_or(NO_SYMBOL, |c| c[row]);
    let integer = |field: &str| chunk.integers(field).map(|c| c[row]).filter(|n| *n != NO_INTEGER);
    let hash = |field: &str| chunk.hashes(field).map_or(0, |c| c[row]);
    let small = |field: &str| chunk.small(field).map_or(0, |c| c[row]);
    let time = chunk.moments("fee_ocur_time").and_then(|c| c[row]);
    let (quantity, price, amount) = complete(integer("cnt"), integer("pric"), integer("det_item_fee_sumamt"));
    Line {
        day: time.map(|t| t.day),
        second: time.map_or(Stamp::DATE_ONLY, |t| t.second),
        item: ids.items.id(symbol("hilist_code")),
        price,
        quantity,
        amount,
        in_scope: integer("inscp_scp_amt").map_or(amount, Fen),
        class: FeeClass::from_code(small("med_chrgitm_type")).unwrap_or_default(),
        doctor: ids.doctors.id(symbol("bilg_dr_codg")),
        department: ids.departments.id(symbol("bilg_dept_name")),
        prescription: hash("rxno"),
        id: hash("feedetl_sn"),
        original: hash("init_feedetl_sn"),
        void: small("vali_flag") == 1,
        corrected: false,
        row: RowRef { file: chunk.part, line: chunk.lines[row] },
    }
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

/// Nets the refunds of a record: against the line named, else against the latest preceding lines of the same item, those of
/// the same price first, until the refund is used up (DOMAIN 6.3); what is left then, against lines of the same item and day,
/// whatever the clock says. Gives the lines that stand, the rows that cancelled out, and refunds with nothing left to take from.
fn net(lines: Vec<Line>) -> (Vec<Line>, Vec<RowRef>, Vec<Line>) {
    let (refunds, mut charges): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(Line::is_refund);
    // Lines exported with nothing billed stay as they are; only what a refund emptied goes.
    let free: FxHashSet<RowRef> =
        charges.iter().filter(|c| c.quantity.0 == 0 && c.amount.0 == 0).map(|c| c.row).collect();
    // Refunds that name their line go first: what they take is not free for the others.
    let (named, plain): (Vec<Line>, Vec<Line>) = refunds.into_iter().partition(|r| r.original != 0);
    let mut refunds: Vec<(Left, Line)> = named.into_iter().chain(plain).map(|r| (Left::of(&r), r)).collect();
    for (left, refund) in &mut refunds {
        if refund.original != 0 {
            charges.iter_mut().filter(|c| c.id == refund.original).for_each(|c| left.take(c));
        }
        take_from(&mut charges, left, refund, Line::precedes);
    }
    // A refund may be stamped minutes before the charge that it corrects.
    for (left, refund) in refunds.iter_mut().filter(|(left, _)| !left.is_used_up()) {
        take_from(&mut charges, left, refund, Line::is_on_day_of);
    }
    let (used, unmatched): (Vec<_>, Vec<_>) = refunds.into_iter().partition(|(left, _)| left.is_used_up());
    let mut netted: Vec<RowRef> = used.into_iter().map(|(_, refund)| refund.row).collect();
    let unmatched = unmatched.into_iter().map(|(_, refund)| refund).collect();
    charges.retain(|charge| {
        let gone = !free.contains(&charge.row) && charge.quantity.0 == 0 && charge.amount.0.abs() <= ROUNDING;
        if gone {
            netted.push(charge.row);
        }
        !gone
    });
    charges.sort_unstable();
    (charges, netted, unmatched)
}

/// Takes what is left of a refund from the lines of its item that `fits` allows, the latest first and those of the same price
/// before others.
fn take_from(charges: &mut [Line], left: &mut Left, refund: &Line, fits: fn(&Line, &Line) -> bool) {
    for same_price in [true, false] {
        let fits = |c: &&mut Line| {
            c.item == refund.item && (c.price.0.abs() == refund.price.0.abs()) == same_price && fits(c, refund)
        };
        charges.iter_mut().rev().filter(fits).for_each(|c| left.take(c));
    }
}

/// What a refund still has to take off.
struct Left {
    quantity: i64,
    amount: i64,
}

impl Left {
    fn of(refund: &Line) -> Self {
        Self { quantity: refund.quantity.0.abs(), amount: refund.amount.0.abs() }
    }

    fn is_used_up(&self) -> bool {
        self.quantity == 0 && self.amount <= ROUNDING
    }

    /// Takes what a charge can give.
    fn take(&mut self, charge: &mut Line) {
        if self.quantity == 0 {
            // A refund of money alone: a price corrected.
            charge.corrected |= self.amount != 0;
            let amount = self.amount.min(charge.amount.0.max(0));
            let scope = charge.in_scope.share(amount, charge.amount.0);
            charge.amount -= Fen(amount);
            charge.in_scope -= scope;
            self.amount -= amount;
            return;
        }
        let quantity = self.quantity.min(charge.quantity.0.max(0));
        if quantity == 0 {
            return;
        }
        let amount =
            if quantity == self.quantity { self.amount } else { Fen(self.amount).share(quantity, self.quantity).0 };
        let amount = if quantity == charge.quantity.0 { charge.amount.0 } else { amount.min(charge.amount.0) };
        let scope = charge.in_scope.share(quantity, charge.quantity.0);
        charge.corrected = true;
        charge.quantity -= Quantity(quantity);
        charge.amount -= Fen(amount);
        charge.in_scope -= scope;
        self.quantity -= quantity;
        self.amount = if self.quantity == 0 { 0 } else { (self.amount - amount).max(0) };
    }
}
