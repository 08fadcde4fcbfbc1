//! Charge lines: grouped by record, repeated rows dropped, refunds netted, put in canonical order. Records are independent of
//! each other here, so blocks of them are worked on in parallel.

mod line;
mod net;
mod versions;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::Note;
use super::super::batch::NO_SYMBOL;
use super::super::collect::Chunk;
use super::{Fate, Ids, Ledger, Ranked, degrade};
use crate::messages::args;
use crate::model::{FeeColumns, Fen, PrescriptionId, Progress, Record, RecordId, Region, Table, join, link_records};
use line::{Line, LineColumns};
use net::Unmatched;
use versions::Versions;

/// Charge lines in a block of records worked on at once.
const BLOCK: usize = 100_000;
/// The charge lines as read, with the record of each.
pub(super) struct ReadLines<'a> {
    pub chunks: Vec<Chunk>,
    pub records: Vec<Vec<u32>>,
    pub ids: &'a Ids,
    pub ranked: &'a Ranked<RecordId>,
    /// Records that were refunded whole: their lines go with them.
    pub refunded: &'a FxHashSet<RecordId>,
}

/// Puts the charge lines into the region, with its records.
pub(super) fn assemble(
    region: &mut Region,
    mut source: ReadLines<'_>,
    ledger: &mut Ledger<'_>,
    progress: &dyn Progress,
) {
    let records = source.ranked.pool.len();
    drop_times(&mut source);
    let order = Order::new(&source, records);
    region.records = own(region, &source, records);
    let has = |field: &str| region.has_column(Table::Fees, field);
    let keep = Keep {
        in_scope: ["inscp_scp_amt", "chrgitm_lv", "fulamt_ownpay_amt", "ownpay_flag", "selfpay_prop"]
            .into_iter()
            .any(has),
        doctor: has("bilg_dr_codg"),
        department: has("bilg_dept_name"),
        prescription: has("rxno"),
    };
    let parts = ledger.files.len();
    let columns: Vec<LineColumns<'_>> = source.chunks.iter().map(LineColumns::new).collect();
    let blocks: Vec<Block> = order
        .blocks()
        .into_par_iter()
        .map(|range| {
            let block = Block::new(&source, &columns, &order, range, &keep, parts);
            progress.advance(block.seen);
            block
        })
        .collect();
    drop(columns);
    drop(source);
    let (mut told, mut fees) = (Told::default(), Vec::with_capacity(blocks.len()));
    let (mut starts, mut at) = (Vec::with_capacity(records + 1), 0);
    for block in blocks {
        for count in &block.counts {
            starts.push(at);
            at += count;
        }
        fees.push(block.tell(&mut told, ledger));
    }
    starts.push(at);
    region.fees = FeeColumns { starts, ..joined(fees) }.into();
    told.tell(ledger);
    tell_strays(region, ledger);
}

/// What is told of charge lines.
#[derive(Default)]
struct Told {
    versions: Versions,
    /// What whole refunds left of charges by rounding.
    rounded: i64,
    rounded_lines: u64,
}

impl Told {
    fn tell(&self, ledger: &mut Ledger<'_>) {
        ledger.tell_pairs("note-line-conflicts", &self.versions.conflicts, []);
        ledger.tell_pairs("note-void-beside-valid", &self.versions.beside, []);
        if self.versions.withdrawn > 0 {
            ledger.tell(Note { id: "note-lines-withdrawn", args: args([("count", self.versions.withdrawn.into())]) });
        }
        if self.rounded_lines > 0 {
            let figures = [("count", self.rounded_lines.into()), ("money", Fen(self.rounded).into())];
            ledger.tell(Note { id: "note-rounded-refunds", args: args(figures) });
        }
    }
}

/// Says how many charge lines have no stay and no visit in the data, and how much they bill.
fn tell_strays(region: &Region, ledger: &mut Ledger<'_>) {
    let (mut records, mut lines, mut money) = (0u64, 0u64, Fen(0));
    let strays = (0u32..).zip(&region.records).filter(|(_, r)| r.stay.is_none() && r.visit.is_none());
    for (id, _) in strays.filter(|(id, _)| !region.shared.contains(&RecordId(*id))) {
        let own = region.fees.of(RecordId(id));
        records += u64::from(!own.is_empty());
        lines += own.len() as u64;
        money += own.map(|line| region.fees.amount(line)).sum();
    }
    if lines > 0 {
        let figures = [
            ("count", lines.into()),
            ("records", records.into()),
            ("money", money.into()),
            ("all", (region.fees.len() as u64).into()),
        ];
        ledger.tell(Note { id: "note-lines-without-record", args: args(figures) });
    }
}

/// Takes the times off institutions that do not record them.
fn drop_times(source: &mut ReadLines<'_>) {
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

/// The lines of blocks one after the other.
fn joined(mut parts: Vec<FeeColumns>) -> FeeColumns {
    let mut all = FeeColumns::default();
    let mut lines = 0;
    for part in &parts {
        all.corrected.extend(part.corrected.iter().map(|line| lines + line));
        lines += part.record.len() as u32;
    }
    let FeeColumns {
        record,
        item,
        day,
        second,
        quantity,
        price,
        amount,
        in_scope,
        class,
        doctor,
        department,
        prescription,
        row,
        corrected: _,
        starts: _,
    } = &mut all;
    rayon::scope(|scope| {
        join(scope, &mut parts, day, |f| &mut f.day);
        join(scope, &mut parts, second, |f| &mut f.second);
        join(scope, &mut parts, quantity, |f| &mut f.quantity);
        join(scope, &mut parts, price, |f| &mut f.price);
        join(scope, &mut parts, amount, |f| &mut f.amount);
        join(scope, &mut parts, in_scope, |f| &mut f.in_scope);
        join(scope, &mut parts, row, |f| &mut f.row);
        join(scope, &mut parts, record, |f| &mut f.record);
        join(scope, &mut parts, item, |f| &mut f.item);
        join(scope, &mut parts, doctor, |f| &mut f.doctor);
        join(scope, &mut parts, department, |f| &mut f.department);
        join(scope, &mut parts, prescription, |f| &mut f.prescription);
        join(scope, &mut parts, class, |f| &mut f.class);
    });
    all
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
    fn new(source: &ReadLines<'_>, records: usize) -> Self {
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

    /// Chunk of a running number.
    fn find(&self, running: u32) -> usize {
        self.bases.partition_point(|b| *b <= running) - 1
    }

    /// Whether a running number is of a chunk.
    fn is_in(&self, chunk: usize, running: u32) -> bool {
        self.bases[chunk] <= running && self.bases.get(chunk + 1).is_none_or(|next| running < *next)
    }
}

/// Who each record belongs to: its stay or visit, else its charge lines.
fn own(region: &Region, source: &ReadLines<'_>, records: usize) -> Vec<Record> {
    let mut out = vec![Record::UNKNOWN; records];
    for (chunk, records) in source.chunks.iter().zip(&source.records) {
        let (persons, hospitals) = (chunk.symbols("psn_no"), chunk.symbols("fixmedins_code"));
        for (row, record) in records.iter().enumerate().filter(|(_, r)| **r != NO_SYMBOL) {
            let own = &mut out[source.ranked.id(*record).index()];
            own.person = own.person.min(source.ids.persons.id(persons.map_or(NO_SYMBOL, |p| p[row])));
            own.hospital = own.hospital.min(source.ids.hospitals.id(hospitals.map_or(NO_SYMBOL, |h| h[row])));
        }
    }
    link_records(&mut out, &region.stays, &region.visits);
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
    fees: FeeColumns,
    counts: Vec<u32>,
    fates: Vec<Fate>,
    unmatched: Vec<Unmatched>,
    told: Told,
    seen: u64,
}

impl Block {
    fn new(
        source: &ReadLines<'_>,
        columns: &[LineColumns<'_>],
        order: &Order,
        records: std::ops::Range<usize>,
        keep: &Keep,
        parts: usize,
    ) -> Self {
        let mut block = Self {
            fees: FeeColumns::default(),
            counts: Vec::with_capacity(records.len()),
            fates: vec![Fate::default(); parts],
            unmatched: Vec::new(),
            told: Told::default(),
            seen: 0,
        };
        let mut lines: Vec<Line> = Vec::new();
        let mut chunk = 0;
        for record in records {
            let rows = &order.rows[order.starts[record] as usize..order.starts[record + 1] as usize];
            lines.clear();
            lines.extend(rows.iter().map(|running| {
                // Most lines of a record stand together.
                if !order.is_in(chunk, *running) {
                    chunk = order.find(*running);
                }
                columns[chunk].line((running - order.bases[chunk]) as usize, source.ids)
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
        // Most records come from one file and have no void line.
        if lines.iter().any(|l| l.void || l.row.file != lines[0].row.file) {
            versions::merge(lines, fates, &mut self.told.versions);
        }
        if lines.iter().any(|l| l.is_refund() || l.names_other()) {
            let netted = net::net(std::mem::take(lines));
            netted.gone.iter().for_each(|row| fates[usize::from(row.file)].netted += 1);
            self.unmatched.extend(netted.unmatched);
            self.told.rounded += netted.rounded.0;
            self.told.rounded_lines += netted.rounded_lines;
            *lines = netted.lines;
        }
    }

    /// Tells what became of its rows, and leaves its lines.
    fn tell(self, told: &mut Told, ledger: &mut Ledger<'_>) -> FeeColumns {
        told.versions.append(&self.told.versions);
        told.rounded += self.told.rounded;
        told.rounded_lines += self.told.rounded_lines;
        for (part, fate) in self.fates.into_iter().enumerate() {
            ledger.add(part, fate);
        }
        for Unmatched { line, rest } in self.unmatched {
            match rest {
                Some(rest) => ledger.reject_rest(line.row, "det_item_fee_sumamt", rest),
                None => ledger.reject(line.row, "cnt", format!("{}", line.quantity.units()), "reject-refund-unmatched"),
            }
        }
        self.fees
    }
}

impl FeeColumns {
    fn add(&mut self, record: RecordId, lines: &[Line], keep: &Keep) {
        for line in lines {
            if line.corrected {
                self.corrected.push(self.record.len() as u32);
            }
            self.record.push(record.0);
            self.item.push(line.item.0);
            self.push_time(line.day, line.second);
            self.quantity.push(line.quantity.0);
            self.price.push(line.price.0);
            self.amount.push(line.amount.0);
            self.class.push(line.class as u32);
            self.push_row(line.row);
            if keep.in_scope {
                self.in_scope.push(line.in_scope.0);
            }
            if keep.doctor {
                self.doctor.push(line.doctor.0);
            }
            if keep.department {
                self.department.push(line.department.0);
            }
        }
        if keep.prescription {
            self.prescription.extend(numbered(lines).map(u32::from));
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
