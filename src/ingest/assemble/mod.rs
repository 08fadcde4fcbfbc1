//! Joins what was read into a region: ids ranked, settlements summed to stays, refunds netted, charge lines grouped.

mod aliases;
mod beside;
mod closing;
mod fees;
mod identity;
mod joined;
mod keys;
mod lines;
mod overlap;
mod people;
mod places;
mod refunds;
mod setting;
mod settlements;
mod stock;
#[cfg(test)]
mod tests;
mod versions;

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::batch::NO_SYMBOL;
use super::collect::{Collected, slot};
use super::error::Error;
use super::{Ingested, Input, Note, Reject, Rows};
use crate::messages::{Args, Value, args};
use crate::model::{
    Diagnosis, Domain, Fen, HospitalId, Interner, Names, Phase, Pool, Progress, RecordId, Region, RowRef, Stamp, Table,
    TextId,
};

/// The rank of each interned text, and the pool in that order.
pub(super) struct Ranked<I> {
    rank: Vec<u32>,
    pub pool: Pool<I>,
}

impl<I: Copy + From<u32> + Into<u32>> Ranked<I> {
    fn new(interner: &Interner) -> Self {
        let mut order: Vec<u32> = (0..interner.texts.len() as u32).collect();
        order.sort_unstable_by(|a, b| interner.texts[*a as usize].cmp(&interner.texts[*b as usize]));
        let mut rank = vec![0; order.len()];
        for (place, id) in order.iter().enumerate() {
            rank[*id as usize] = place as u32;
        }
        let pool = Pool::from_sorted(order.iter().map(|id| &*interner.texts[*id as usize]));
        Self { rank, pool }
    }

    /// The ranked id of an interned one.
    #[inline]
    pub fn id(&self, interned: u32) -> I {
        I::from(if interned == NO_SYMBOL { NO_SYMBOL } else { self.rank[interned as usize] })
    }
}

/// The domains that are ranked before records are.
pub(super) struct Ids {
    pub persons: Ranked<crate::model::PersonId>,
    pub hospitals: Ranked<crate::model::HospitalId>,
    pub items: Ranked<crate::model::ItemId>,
    pub doctors: Ranked<crate::model::DoctorId>,
    pub departments: Ranked<crate::model::DepartmentId>,
    pub diagnoses: Ranked<crate::model::DiagnosisId>,
    pub texts: Ranked<TextId>,
    /// Settlement ids; they only join rows and are not kept.
    pub settlements: Ranked<TextId>,
    /// Settlement ids that say nothing, by rank.
    fillers: Vec<bool>,
}

impl Ids {
    fn new(interners: &[Interner; Domain::COUNT]) -> Self {
        let of = |domain: Domain| &interners[domain as usize];
        let settlements: Ranked<TextId> = Ranked::new(of(Domain::Settlement));
        let fillers = settlements.pool.iter().map(|(_, text)| identity::is_blank(text)).collect();
        Self {
            fillers,
            persons: Ranked::new(of(Domain::Person)),
            hospitals: Ranked::new(of(Domain::Hospital)),
            items: Ranked::new(of(Domain::Item)),
            doctors: Ranked::new(of(Domain::Doctor)),
            departments: Ranked::new(of(Domain::Department)),
            diagnoses: Ranked::new(of(Domain::Diagnosis)),
            texts: Ranked::new(of(Domain::Text)),
            settlements,
        }
    }

    /// The rank of a settlement id; none for a filler, which many settlements share.
    #[inline]
    pub fn settlement(&self, interned: u32) -> TextId {
        let id = self.settlements.id(interned);
        if id == TextId::NONE || self.fillers[id.index()] { TextId::NONE } else { id }
    }
}

/// Pairs of rows that are told: how many, and the first few.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    count: u64,
    first: Vec<(RowRef, RowRef)>,
}

/// Pairs shown in a note.
const PAIRS: usize = 3;

impl Pairs {
    pub fn add(&mut self, a: RowRef, b: RowRef) {
        self.count += 1;
        if self.first.len() < PAIRS {
            self.first.push((a, b));
        }
    }

    pub fn append(&mut self, other: &Self) {
        self.count += other.count;
        let room = PAIRS.saturating_sub(self.first.len());
        self.first.extend(other.first.iter().take(room));
    }
}

/// How rows of a part ended, beyond being used.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fate {
    pub netted: u64,
    pub repeated: u64,
}

/// Rows taken out after parsing, by part.
pub(super) struct Ledger<'a> {
    files: &'a [String],
    peers: &'a [bool],
    fates: Vec<Fate>,
    /// With their part; columns by field name.
    rejects: Vec<(usize, Reject)>,
    notes: Vec<Note>,
}

impl<'a> Ledger<'a> {
    fn new(files: &'a [String], peers: &'a [bool]) -> Self {
        Self { files, peers, fates: vec![Fate::default(); files.len()], rejects: Vec::new(), notes: Vec::new() }
    }

    pub fn tell(&mut self, note: Note) {
        self.notes.push(note);
    }

    /// Tells pairs of rows, with further figures, where there are any.
    pub fn tell_pairs<const N: usize>(&mut self, id: &'static str, pairs: &Pairs, figures: [(&str, Value); N]) {
        if pairs.count == 0 {
            return;
        }
        let place = |row: &RowRef| format!("{}:{}", self.file(row.file), row.line);
        let mut shown: Vec<String> = pairs.first.iter().map(|(a, b)| format!("{} / {}", place(a), place(b))).collect();
        if pairs.count > pairs.first.len() as u64 {
            shown.push("...".to_string());
        }
        let mut all: Args = args(figures);
        all.extend(args([("count", pairs.count.into()), ("rows", shown.join(", ").into())]));
        self.tell(Note { id, args: all });
    }

    pub fn file(&self, part: u16) -> &str {
        &self.files[usize::from(part)]
    }

    /// Whether a file is a peer's: where the same is there twice, what is scanned stands.
    pub fn is_peer(&self, part: u16) -> bool {
        self.peers[usize::from(part)]
    }

    pub fn netted(&mut self, part: u16) {
        self.fates[usize::from(part)].netted += 1;
    }

    pub fn repeated(&mut self, part: u16) {
        self.fates[usize::from(part)].repeated += 1;
    }

    /// Sets a row aside for a value of the given field.
    pub fn reject(&mut self, row: RowRef, field: &str, value: String, reason: &'static str) {
        let part = usize::from(row.file);
        let file = self.files[part].clone();
        self.rejects.push((part, Reject { file, line: row.line, column: field.to_string(), value, reason, rows: 1 }));
    }

    /// Sets a refund aside of which a part was taken off, with the money that there was nothing left for.
    pub fn reject_rest(&mut self, row: RowRef, field: &str, rest: Fen) {
        self.reject(row, field, format!("{:.2}", rest.yuan()), "reject-refund-beyond");
    }

    pub fn add(&mut self, part: usize, fate: Fate) {
        self.fates[part].netted += fate.netted;
        self.fates[part].repeated += fate.repeated;
    }

    fn settle(self, inputs: &mut [Input], places: &[(usize, usize)], rejects: &mut Vec<Reject>, notes: &mut Vec<Note>) {
        notes.extend(self.notes);
        for (fate, (input, part)) in self.fates.iter().zip(places) {
            let rows = &mut inputs[*input].parts[*part].rows;
            rows.netted += fate.netted;
            rows.repeated += fate.repeated;
            rows.used -= fate.netted + fate.repeated;
        }
        for (part, mut reject) in self.rejects {
            let (input, part) = places[part];
            let part = &mut inputs[input].parts[part];
            part.rows.rejected += 1;
            part.rows.used -= 1;
            // The reader knows the column by the header of the file.
            if let Some(column) = part.columns.iter().find(|c| c.field == Some(reject.column.as_str())) {
                reject.column.clone_from(&column.header);
            }
            rejects.push(reject);
        }
        rejects.sort();
    }
}

/// Joins what was read.
///
/// # Errors
/// More charge lines than a row number can name.
pub(super) fn assemble(mut all: Collected, progress: &dyn Progress) -> Result<Ingested, Error> {
    let lines: u64 = all.chunks[slot(Table::Fees)].iter().map(|c| c.lines.len() as u64).sum();
    if lines >= u64::from(u32::MAX) {
        return Err(Error::TooManyRows { file: all.files.last().cloned().unwrap_or_default() });
    }
    progress.start(Phase::Assemble, lines);
    let nobody = identity::settle(&mut all);
    places::settle(&mut all);
    let ids = Ids::new(&all.interners);
    let files = std::mem::take(&mut all.files);
    let peers = all.peers.clone();
    let mut ledger = Ledger::new(&files, &peers);
    overlap::settle(&mut all, &ids, &mut ledger);
    let mut kinds = setting::VisitKinds::default();
    let mut rows = settlements::rows(&all, &ids, &setting::Places::new(&all, &ids), &mut kinds);
    kinds.note(&ids).into_iter().for_each(|note| ledger.tell(note));
    let brought = beside::settle(&mut rows, &mut all, &mut ledger);
    let keys = keys::Keys::new(&mut rows, &mut all, &ids, &mut ledger);
    let mut fee_records = keys.resolve(Table::Fees, &mut all, &ids, &mut ledger);
    let diagnosed = keys.resolve(Table::Diagnoses, &mut all, &ids, &mut ledger);
    drop(keys);
    let records = Ranked::new(&all.interners[Domain::Record as usize]);
    let joined::Joined { stays, visits, refunded, moved } = joined::join(rows, &records, &mut ledger);
    move_lines(&mut fee_records, &moved, &records);
    let mut region = Region { stays, visits, columns: std::mem::take(&mut all.columns), ..Region::default() };
    region.shared = all.shared.iter().map(|id| records.id(*id)).collect();
    region.names.item_names = names(&all.item_names, &ids.items, &ids.texts);
    for (known, other) in region.names.item_names.iter_mut().zip(names(&all.stock_names, &ids.items, &ids.texts)) {
        *known = known.some().unwrap_or(other);
    }
    region.item_aliases = aliases::collect(&all, &ids);
    region.names.diagnosis_names = names(&all.diagnosis_names, &ids.diagnoses, &ids.texts);
    region.diagnoses = diagnoses(&all, &diagnosed, &records, &ids);
    (region.purchases, region.stock) = (stock::purchases(&all, &ids), stock::entries(&all, &ids, &mut ledger));
    region.persons = people::persons(&all, &ids);
    region.hospitals = people::hospitals(&all, &ids);
    let fees = std::mem::take(&mut all.chunks[slot(Table::Fees)]);
    let lines =
        fees::ReadLines { chunks: fees, records: fee_records, ids: &ids, ranked: &records, refunded: &refunded };
    fees::assemble(&mut region, lines, &mut ledger, progress);
    region.names = Names {
        persons: ids.persons.pool,
        hospitals: ids.hospitals.pool,
        items: ids.items.pool,
        doctors: ids.doctors.pool,
        departments: ids.departments.pool,
        diagnoses: ids.diagnoses.pool,
        texts: ids.texts.pool,
        records: records.pool,
        item_names: region.names.item_names,
        diagnosis_names: region.names.diagnosis_names,
    };
    identity::tell(&region, nobody, &mut ledger);
    tell_diagnoses(&region, &mut ledger);
    let Collected { mut inputs, mut rejects, mut notes, unread, missed, places, own_columns, .. } = all;
    ledger.settle(&mut inputs, &places, &mut rejects, &mut notes);
    // Settlements that went to their stays are no visits.
    if region.visits.is_empty() && !region.stays.is_empty() && brought {
        region.columns.retain(|(table, _)| *table != Table::Visits);
    }
    let used = |table| inputs.iter().flat_map(|i| &i.parts).any(|p| p.table == table && p.rows.used > 0);
    region.columns.retain(|(table, _)| used(*table));
    region.emptied = emptied(&inputs, &mut notes);
    region.files = files;
    if peers.contains(&true) {
        region.peers = peers;
        region.own_columns = own_columns;
        let used = |table| {
            inputs.iter().filter(|i| !i.peer).flat_map(|i| &i.parts).any(|p| p.table == table && p.rows.used > 0)
        };
        let columns = &region.columns;
        region.own_columns.retain(|(table, field)| columns.contains(&(*table, *field)) && used(*table));
    }
    progress.finish();
    Ok(Ingested { region, inputs, rejects, unread, notes, missed })
}

/// The tables of which every row went, told with what became of the rows: a rule that wants one does not lack the file.
fn emptied(inputs: &[Input], notes: &mut Vec<Note>) -> BTreeSet<Table> {
    let mut out = BTreeSet::new();
    for table in Table::ALL {
        let mut sum = Rows::default();
        let own = inputs.iter().filter(|i| !i.peer).flat_map(|i| &i.parts);
        for rows in own.filter(|p| p.table == table).map(|p| p.rows) {
            sum.read += rows.read;
            sum.used += rows.used;
            sum.netted += rows.netted;
            sum.repeated += rows.repeated;
            sum.rejected += rows.rejected;
        }
        // Settlements that brought their money to stays are used there.
        if sum.used > 0 || sum.rejected + sum.netted == 0 {
            continue;
        }
        out.insert(table);
        let figures = [
            ("table", table.name().into()),
            ("rows", sum.read.into()),
            ("rejected", sum.rejected.into()),
            ("netted", sum.netted.into()),
            ("repeated", sum.repeated.into()),
        ];
        notes.push(Note { id: "note-table-emptied", args: args(figures) });
    }
    out
}

/// Gives lines of records that were refunds of others to those records.
fn move_lines(lines: &mut [Vec<u32>], moved: &[(RecordId, RecordId)], records: &Ranked<RecordId>) {
    if moved.is_empty() {
        return;
    }
    let to: FxHashMap<u32, u32> = moved.iter().map(|(from, to)| (from.0, to.0)).collect();
    let mut interned: FxHashMap<u32, u32> = FxHashMap::default();
    let wanted: FxHashSet<u32> = to.values().copied().collect();
    for (id, rank) in (0..).zip(&records.rank).filter(|(_, rank)| wanted.contains(rank)) {
        interned.insert(*rank, id);
    }
    for record in lines.iter_mut().flatten().filter(|r| **r != NO_SYMBOL) {
        if let Some(own) = to.get(&records.id(*record).0).and_then(|rank| interned.get(rank)) {
            *record = *own;
        }
    }
}

/// One name for each code: the first in order where there are several.
fn names<I>(pairs: &[(u32, u32)], codes: &Ranked<I>, texts: &Ranked<TextId>) -> Vec<TextId>
where
    I: Copy + From<u32> + Into<u32>,
{
    let mut out = vec![TextId::NONE; codes.pool.len()];
    for (code, name) in pairs {
        let at: u32 = codes.id(*code).into();
        let known = &mut out[at as usize];
        *known = (*known).min(texts.id(*name));
    }
    out
}

/// Says how many diagnoses have no stay and no visit in the data.
fn tell_diagnoses(region: &Region, ledger: &mut Ledger<'_>) {
    let stray = |d: &&Diagnosis| {
        let record = &region.records[d.record.index()];
        record.stay.is_none() && record.visit.is_none()
    };
    let count = region.diagnoses.iter().filter(stray).count() as u64;
    if count > 0 {
        let figures = [("count", count.into()), ("all", (region.diagnoses.len() as u64).into())];
        ledger.tell(Note { id: "note-diagnoses-without-record", args: args(figures) });
    }
}

fn diagnoses(
    all: &Collected,
    found: &[Vec<u32>],
    records: &Ranked<crate::model::RecordId>,
    ids: &Ids,
) -> Vec<Diagnosis> {
    let mut out = Vec::new();
    for (chunk, record) in all.chunks[slot(Table::Diagnoses)].iter().zip(found) {
        let Some(code) = chunk.symbols("diag_code") else { continue };
        let (main, order) = (chunk.small("maindiag_flag"), chunk.integers("diag_srt_no"));
        for row in 0..chunk.lines.len() {
            let is_main = main.is_some_and(|m| m[row] == 2);
            let order = order.map_or(1, |o| o[row]).clamp(1, 999) as u16;
            out.push(Diagnosis {
                record: records.id(record[row]),
                position: if is_main { 0 } else { order },
                code: ids.diagnoses.id(code[row]),
            });
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Turns moments into dates where the source writes no time: an institution at which so many of a column's moments stand at
/// midnight, or at the last second of the day, does not record the time there. Several genuine moments, or a tenth of them,
/// on one second of 86,400 cannot happen.
pub(super) fn degrade(institutions: usize, mut each: impl FnMut(&mut dyn FnMut(HospitalId, &mut Stamp))) {
    const DATE_SHARE: f64 = 0.1;
    const SEVERAL: u32 = 5;
    const ENDS: [u32; 2] = [0, 86_399];
    let place = |hospital: HospitalId| hospital.some().map_or(institutions, HospitalId::index);
    let mut counts = vec![[0u32; 3]; institutions + 1];
    each(&mut |hospital, moment| {
        let count = &mut counts[place(hospital)];
        count[2] += u32::from(moment.has_time());
        count[0] += u32::from(moment.second == ENDS[0]);
        count[1] += u32::from(moment.second == ENDS[1]);
    });
    each(&mut |hospital, moment| {
        let count = &counts[place(hospital)];
        let many = |n: u32| 2 * n > count[2] || (n >= SEVERAL && f64::from(n) >= DATE_SHARE * f64::from(count[2]));
        if ENDS.iter().zip(count).any(|(end, n)| moment.second == *end && many(*n)) {
            *moment = Stamp::date(moment.day);
        }
    });
}
