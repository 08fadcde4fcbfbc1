//! Exports that overlap, such as one of January beside one of January and February, whose rows have no id to know them by, or
//! have one in one file only. Rows that say the same in two files are one row where the files plainly overlap: of what both have
//! of the same institutions and days, or of the same patients, nearly all is the same. A row that stands n times in one file and
//! m times in the other counts as often as it does where it stands more often. Two files that hold different things, of two
//! departments, have rows alike by chance: those all count, and are told.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::super::Note;
use super::super::batch::NO_SYMBOL;
use super::super::collect::{Chunk, Collected, slot};
use super::{Ids, Ledger};
use crate::messages::args;
use crate::model::{PersonId, Table, TextId};

/// Different rows alike, below which nothing can be said.
const FEW: u64 = 2;
/// Different rows alike that are no chance.
const MANY: u64 = 20;
/// The share of the smaller file's rows of the same institutions and days that is nearly all of them, and that which is enough
/// where many are alike: an export that was made later has rows that were corrected since.
const NEARLY_ALL: f64 = 0.9;
const MOST: f64 = 0.5;
/// Files among those with one row that are held against each other: a hundred exports that each begin in January are.
const NEAR: usize = 32;
/// Pairs of files shown in a note.
const SHOWN: usize = 3;

/// The tables whose rows may have no id, with the day of a row, and the ids.
const TABLES: [(Table, &[&str], &[&str]); 3] = [
    (Table::Fees, &["fee_ocur_time"], &["feedetl_sn"]),
    (Table::Visits, &["setl_time", "begntime"], &["setl_id", "mdtrt_id"]),
    (Table::Stays, &["begntime"], &[]),
];

/// Two files, by their order.
type Pair = (u16, u16);

/// What two files have in common.
#[derive(Clone, Copy, Default)]
struct Common {
    rows: u64,
    different: u64,
    /// Rows of both in the days, and in the patients, that both have.
    of_days: [u64; 2],
    of_patients: [u64; 2],
}

impl Common {
    fn is_plain(&self) -> bool {
        let share = |of: [u64; 2]| self.rows as f64 / (of[0].min(of[1]).max(1)) as f64;
        let (days, patients) = (share(self.of_days), share(self.of_patients));
        (self.different >= FEW && days >= NEARLY_ALL)
            || (self.different >= MANY && (days >= MOST || patients >= NEARLY_ALL))
    }
}

/// Takes out the rows that another file has.
pub(super) fn settle(all: &mut Collected, ids: &Ids, ledger: &mut Ledger<'_>) {
    let (mut taken, mut alike) = (Told::default(), Told::default());
    for (table, days, names) in TABLES {
        let files = Files::new(all, table, ids, (days, names));
        if files.parts.len() < 2 {
            continue;
        }
        let mut gone: Vec<Vec<bool>> = all.chunks[slot(table)].iter().map(|_| Vec::new()).collect();
        for first in 0..files.kinds.len() {
            for second in first..files.kinds.len() {
                Sight::new(&files, (first, second), days).mark(&mut gone, &mut taken, &mut alike);
            }
        }
        drop(files);
        for (chunk, gone) in all.chunks[slot(table)].iter_mut().zip(gone).filter(|(_, gone)| !gone.is_empty()) {
            gone.iter().filter(|gone| **gone).for_each(|_| ledger.repeated(chunk.part));
            chunk.keep(&gone.iter().map(|gone| !gone).collect::<Vec<bool>>());
        }
    }
    taken.tell("note-overlapping-files", ledger);
    alike.tell("note-alike-in-files", ledger);
}

/// Rows that are told, by the parts that have them.
#[derive(Default)]
struct Told(BTreeMap<(u16, u16), u64>);

impl Told {
    fn tell(&self, id: &'static str, ledger: &mut Ledger<'_>) {
        let count: u64 = self.0.values().sum();
        if count == 0 {
            return;
        }
        let name = |((a, b), rows): (&(u16, u16), &u64)| format!("{} / {} ({rows})", ledger.file(*a), ledger.file(*b));
        let mut shown: Vec<String> = self.0.iter().take(SHOWN).map(name).collect();
        if self.0.len() > SHOWN {
            shown.push("...".to_string());
        }
        let figures = [("count", count.into()), ("files", shown.join(", ").into())];
        ledger.tell(Note { id, args: args(figures) });
    }
}

/// The files of a table of which some have rows without an id. In order those of peers go last, those with ids first, then those
/// with more columns: what goes first stays.
struct Files<'a> {
    chunks: Vec<Own<'a>>,
    /// By place: part and kind.
    parts: Vec<(u16, usize)>,
    /// The columns that files have something in; files with the same are of one kind.
    kinds: Vec<BTreeSet<&'static str>>,
    /// By kind: whether the files have a column of ids.
    named: Vec<bool>,
}

/// A chunk of a file.
struct Own<'a> {
    /// Place of the file in the order.
    place: u16,
    /// Place among all chunks.
    at: usize,
    chunk: &'a Chunk,
    /// The rows without an id, and all that can be held against those of a file that has no ids.
    bare: Vec<u32>,
    all: Vec<u32>,
}

impl<'a> Files<'a> {
    fn new(all: &'a Collected, table: Table, ids: &Ids, (days, names): (&[&str], &[&str])) -> Self {
        let chunks = &all.chunks[slot(table)];
        let mut columns: BTreeMap<u16, BTreeSet<&'static str>> = BTreeMap::new();
        let is_file = |chunk: &&Chunk| !all.derived.contains(&chunk.part);
        let several = chunks.iter().filter(is_file).any(|chunk| chunk.part != chunks[0].part);
        let none = Self { chunks: Vec::new(), parts: Vec::new(), kinds: Vec::new(), named: Vec::new() };
        if !several {
            return none;
        }
        let bare: Vec<Vec<u32>> = chunks.par_iter().map(|chunk| without_id(chunk, table, ids, days)).collect();
        if bare.iter().all(Vec::is_empty) {
            return none;
        }
        for chunk in chunks.iter().filter(is_file) {
            columns.entry(chunk.part).or_default().extend(chunk.filled());
        }
        let is_named = |columns: &BTreeSet<&'static str>| names.iter().any(|name| columns.contains(name));
        let mut parts: Vec<(u16, BTreeSet<&'static str>)> = columns.into_iter().collect();
        parts.sort_by_key(|(part, columns)| {
            (all.peers[usize::from(*part)], !is_named(columns), std::cmp::Reverse(columns.len()), *part)
        });
        let mut kinds: Vec<BTreeSet<&'static str>> = Vec::new();
        let mut places: FxHashMap<u16, u16> = FxHashMap::default();
        let mut of_kind = Vec::with_capacity(parts.len());
        for (place, (part, columns)) in parts.into_iter().enumerate() {
            let kind = kinds.iter().position(|known| *known == columns).unwrap_or(kinds.len());
            if kind == kinds.len() {
                kinds.push(columns);
            }
            places.insert(part, place as u16);
            of_kind.push((part, kind));
        }
        let named: Vec<bool> = kinds.iter().map(is_named).collect();
        let own = |(at, (chunk, bare)): (usize, (&'a Chunk, Vec<u32>))| {
            let place = *places.get(&chunk.part)?;
            let mut all = Vec::new();
            if named[of_kind[usize::from(place)].1] {
                let day = day_of(chunk, days);
                all = (0..chunk.lines.len() as u32).filter(|row| day(*row as usize).is_some()).collect();
            }
            Some(Own { place, at, chunk, bare, all })
        };
        let mut chunks: Vec<Own<'a>> = chunks.iter().zip(bare).enumerate().filter_map(own).collect();
        chunks.sort_by_key(|own| (own.place, own.at));
        Self { chunks, parts: of_kind, kinds, named }
    }

    /// The rows of a chunk that are held against those of files of two kinds: those with ids only where the others have none.
    fn rows<'b>(&self, own: &'b Own<'_>, kinds: (usize, usize)) -> &'b [u32] {
        let kind = self.parts[usize::from(own.place)].1;
        let against_none = self.named[kind] && !(self.named[kinds.0] && self.named[kinds.1]);
        if against_none { &own.all } else { &own.bare }
    }
}

/// The rows with a day and without an id. A line has one of its own; a visit is known by the visit or the settlement, and a
/// stay by the patient and the dates as well.
fn without_id(chunk: &Chunk, table: Table, ids: &Ids, days: &[&str]) -> Vec<u32> {
    let (lines, records, settlements) =
        (chunk.hashes("feedetl_sn"), chunk.symbols("mdtrt_id"), chunk.symbols("setl_id"));
    let persons = chunk.symbols("psn_no");
    let named = |row: usize| match table {
        Table::Fees => lines.is_some_and(|ids| ids[row] != 0),
        _ => {
            records.is_some_and(|ids| ids[row] != NO_SYMBOL)
                || settlements.is_some_and(|s| ids.settlement(s[row]) != TextId::NONE)
                || (table == Table::Stays && persons.is_some_and(|p| ids.persons.id(p[row]) != PersonId::NONE))
        }
    };
    let day = day_of(chunk, days);
    (0..chunk.lines.len()).filter(|row| !named(*row) && day(*row).is_some()).map(|row| row as u32).collect()
}

fn day_of<'a>(chunk: &'a Chunk, days: &[&str]) -> impl Fn(usize) -> Option<i32> + use<'a> {
    let columns: Vec<_> = days.iter().filter_map(|field| chunk.moments(field)).collect();
    move |row| columns.iter().find_map(|column| column[row]).map(|stamp| stamp.day.0)
}

/// Rows of the files of two kinds, by what both kinds have columns for.
struct Sight<'a> {
    files: &'a Files<'a>,
    kinds: (usize, usize),
    /// Hash of the content and running number of each row, sorted.
    rows: Vec<(u64, u32)>,
    /// First running number of each chunk.
    bases: Vec<u32>,
    days: &'a [&'a str],
}

impl<'a> Sight<'a> {
    fn new(files: &'a Files<'a>, kinds: (usize, usize), days: &'a [&'a str]) -> Self {
        let shared: Vec<&'static str> = files.kinds[kinds.0].intersection(&files.kinds[kinds.1]).copied().collect();
        let has = |fields: &[&str]| fields.iter().any(|field| shared.contains(field));
        // Whose it is, when it was and how much: less makes no row.
        let whose = has(&["psn_no", "mdtrt_id", "setl_id", "certno", "psn_name"]) && has(days);
        let much = has(&["det_item_fee_sumamt", "cnt", "medfee_sumamt", "fund_pay_sumamt", "hifp_pay", "psn_pay"]);
        let enough = files.parts.iter().filter(|(_, kind)| *kind == kinds.0 || *kind == kinds.1).nth(1).is_some();
        let mut sight = Self { files, kinds, rows: Vec::new(), bases: Vec::new(), days };
        let mut running = 0u64;
        for own in &files.chunks {
            sight.bases.push(running as u32);
            running += own.chunk.lines.len() as u64;
        }
        if !(whose && much && enough) || running >= u64::from(u32::MAX) {
            return sight;
        }
        let of_kinds = files.chunks.par_iter().zip(&sight.bases).filter(|(own, _)| sight.is_of(own.place));
        sight.rows = of_kinds
            .flat_map_iter(|(own, base)| {
                let hashes = own.chunk.contents(&shared);
                files.rows(own, kinds).iter().map(move |row| (hashes[*row as usize], base + row))
            })
            .collect();
        sight.rows.par_sort_unstable();
        sight
    }

    fn is_of(&self, place: u16) -> bool {
        let kind = self.files.parts[usize::from(place)].1;
        kind == self.kinds.0 || kind == self.kinds.1
    }

    /// The chunk of a running number.
    fn chunk(&self, running: u32) -> usize {
        self.bases.partition_point(|base| *base <= running) - 1
    }

    fn place(&self, running: u32) -> u16 {
        self.files.chunks[self.chunk(running)].place
    }

    /// Whether two files are of the two kinds that are looked at: those of one kind are looked at once.
    fn are_of(&self, a: u16, b: u16) -> bool {
        let kind = |place: u16| self.files.parts[usize::from(place)].1;
        let (a, b) = (kind(a), kind(b));
        (a, b) == self.kinds || (b, a) == self.kinds
    }

    /// Shows every content that several files have: the files in order, each with its rows.
    fn each(&self, mut see: impl FnMut(&[(u16, &[(u64, u32)])])) {
        let mut runs: Vec<(u16, &[(u64, u32)])> = Vec::new();
        for same in self.rows.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
            runs.clear();
            let of_file = same.chunk_by(|a, b| self.place(a.1) == self.place(b.1));
            runs.extend(of_file.map(|rows| (self.place(rows[0].1), rows)));
            if runs.len() > 1 {
                see(&runs);
            }
        }
    }

    /// What the files have in common, by pair.
    fn common(&self) -> FxHashMap<Pair, Common> {
        let mut common: FxHashMap<Pair, Common> = FxHashMap::default();
        self.each(|runs| {
            for (at, (second, own)) in runs.iter().enumerate() {
                for (first, others) in &runs[at.saturating_sub(NEAR)..at] {
                    if self.are_of(*first, *second) {
                        let known = common.entry((*first, *second)).or_default();
                        known.rows += own.len().min(others.len()) as u64;
                        known.different += 1;
                    }
                }
            }
        });
        if !common.is_empty() {
            self.count(
                &mut common,
                |chunk| {
                    let (hospitals, day) = (chunk.symbols("fixmedins_code"), day_of(chunk, self.days));
                    Box::new(move |row| {
                        pair(hospitals.map_or(NO_SYMBOL, |h| h[row]), day(row).unwrap_or_default() as u32)
                    })
                },
                |common| &mut common.of_days,
            );
            self.count(
                &mut common,
                |chunk| {
                    let hospitals = chunk.symbols("fixmedins_code");
                    let (records, persons) = (chunk.symbols("mdtrt_id"), chunk.symbols("psn_no"));
                    Box::new(move |row| {
                        let cell = |column: Option<&[u32]>| column.map_or(NO_SYMBOL, |c| c[row]);
                        let whose = if cell(records) == NO_SYMBOL { cell(persons) } else { cell(records) };
                        pair(cell(hospitals), whose)
                    })
                },
                |common| &mut common.of_patients,
            );
        }
        common
    }

    /// Counts the rows of the two files of a pair in what both have of something.
    fn count<'b>(
        &'b self,
        common: &mut FxHashMap<Pair, Common>,
        cell: impl Fn(&'b Chunk) -> Box<dyn Fn(usize) -> u64 + 'b>,
        field: fn(&mut Common) -> &mut [u64; 2],
    ) {
        let mut cells: Vec<(u64, u16)> = Vec::with_capacity(self.rows.len());
        for own in self.files.chunks.iter().filter(|own| self.is_of(own.place)) {
            let (cell, rows) = (cell(own.chunk), self.files.rows(own, self.kinds));
            cells.extend(rows.iter().map(|row| (cell(*row as usize), own.place)));
        }
        cells.par_sort_unstable();
        let mut runs: Vec<(u16, u64)> = Vec::new();
        for same in cells.chunk_by(|a, b| a.0 == b.0) {
            runs.clear();
            runs.extend(same.chunk_by(|a, b| a.1 == b.1).map(|rows| (rows[0].1, rows.len() as u64)));
            for (at, (second, own)) in runs.iter().enumerate() {
                for (first, others) in &runs[..at] {
                    if let Some(known) = common.get_mut(&(*first, *second)) {
                        let counts = field(known);
                        (counts[0], counts[1]) = (counts[0] + others, counts[1] + own);
                    }
                }
            }
        }
    }

    /// Marks the rows that a file before has.
    fn mark(&self, gone: &mut [Vec<bool>], taken: &mut Told, alike: &mut Told) {
        let common = self.common();
        let part = |place: u16| self.files.parts[usize::from(place)].0;
        for ((first, second), own) in common.iter().filter(|(_, own)| !own.is_plain()) {
            *alike.0.entry((part(*first), part(*second))).or_default() += own.rows;
        }
        if !common.values().any(Common::is_plain) {
            return;
        }
        let plain = |a: u16, b: u16| common.get(&(a, b)).is_some_and(Common::is_plain);
        self.each(|runs| {
            for (at, (second, rows)) in runs.iter().enumerate() {
                let before = runs[at.saturating_sub(NEAR)..at].iter().filter(|(first, _)| plain(*first, *second));
                let Some((first, others)) = before.max_by_key(|(_, rows)| rows.len()) else { continue };
                let mut marks: Vec<(usize, usize)> = Vec::with_capacity(rows.len());
                for (_, running) in rows.iter() {
                    let chunk = self.chunk(*running);
                    let own = &self.files.chunks[chunk];
                    gone[own.at].resize(own.chunk.lines.len(), false);
                    marks.push((own.at, (running - self.bases[chunk]) as usize));
                }
                // The files of another kind may have taken some already.
                let already = marks.iter().filter(|(at, row)| gone[*at][*row]).count();
                let more = others.len().min(rows.len()).saturating_sub(already);
                let free: Vec<(usize, usize)> =
                    marks.into_iter().filter(|(at, row)| !gone[*at][*row]).take(more).collect();
                free.iter().for_each(|(at, row)| gone[*at][*row] = true);
                if !free.is_empty() {
                    *taken.0.entry((part(*first), part(*second))).or_default() += free.len() as u64;
                }
            }
        });
    }
}

fn pair(a: u32, b: u32) -> u64 {
    u64::from(a) << 32 | u64::from(b)
}
