//! Reads every file and gathers its batches, with the text of all of them interned once.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::batch::{BadRow, Batch, BesideRows, NO_SYMBOL, Values, only, plus};
use super::error::Error;
use super::files::{InputFile, join};
use super::header::{self, Layout};
use super::names::normal;
use super::parser::{BesideParser, Parser};
use super::seen::{Examples, Words};
use super::settle::{self, Settled};
use super::unknown::Stranger;
use super::{HeaderColumn, Input, Note, Part, Reject, Rows, Unread};
use crate::config::{FileRule, Mapping};
use crate::messages::args;
use crate::model::{Domain, Interner, Phase, Progress, Stamp, Table};

/// A batch of one table with ids of the whole run.
#[derive(Debug)]
pub(super) struct Chunk {
    /// Index of its part, which is also the file index of its rows.
    pub part: u16,
    /// Physical line of each row.
    pub lines: Vec<u32>,
    columns: Vec<(&'static str, Values)>,
}

/// Ids of a text column, where there is one, and the moments of a date column.
type Beside<'a> = (Option<&'a [u32]>, &'a mut [Option<Stamp>]);

impl Chunk {
    /// The rows of a batch, its text ids turned into those of the run, without the columns that are dropped.
    fn new(part: u16, parser: &Parser, dropped: &[usize], batch: Batch, ids: &[Vec<u32>]) -> Self {
        let Batch { mut lines, values, .. } = batch;
        lines.shrink_to_fit();
        let slots = parser.slots.iter().zip(values).enumerate().filter(|(at, _)| !dropped.contains(at));
        let kept = slots.map(|(_, (slot, mut values))| {
            values.shrink();
            if let Values::Symbol(domain, own) = &mut values {
                let ids = &ids[*domain as usize];
                own.iter_mut().filter(|id| **id != NO_SYMBOL).for_each(|id| *id = ids[*id as usize]);
            }
            (slot.field, values)
        });
        Self { part, lines, columns: kept.collect() }
    }

    fn find(&self, field: &str) -> Option<&Values> {
        self.columns.iter().find(|(f, _)| *f == field).map(|(_, v)| v)
    }

    /// Ids of a text column.
    pub fn symbols(&self, field: &str) -> Option<&[u32]> {
        self.find(field).and_then(|v| if let Values::Symbol(_, v) = v { Some(v.as_slice()) } else { None })
    }

    fn find_mut(&mut self, field: &str) -> Option<&mut Values> {
        self.columns.iter_mut().find(|(f, _)| *f == field).map(|(_, v)| v)
    }

    /// Ids of a text column, to be corrected.
    pub fn symbols_mut(&mut self, field: &str) -> Option<&mut [u32]> {
        self.find_mut(field).and_then(|v| if let Values::Symbol(_, v) = v { Some(v.as_mut_slice()) } else { None })
    }

    /// Integers of a number column.
    pub fn integers(&self, field: &str) -> Option<&[i64]> {
        self.find(field).and_then(|v| if let Values::Integer(v) = v { Some(v.as_slice()) } else { None })
    }

    /// Gives ids of a text column another name.
    pub fn rename(&mut self, field: &str, names: &FxHashMap<u32, u32>) {
        if let Some(ids) = self.symbols_mut(field).filter(|_| !names.is_empty()) {
            ids.iter_mut().for_each(|id| *id = names.get(id).copied().unwrap_or(*id));
        }
    }

    /// Integers of a number column, to be added to.
    fn integers_mut(&mut self, field: &str) -> Option<&mut Vec<i64>> {
        self.find_mut(field).and_then(|v| if let Values::Integer(v) = v { Some(v) } else { None })
    }

    /// Moments of a date column.
    pub fn moments(&self, field: &str) -> Option<&[Option<Stamp>]> {
        self.find(field).and_then(|v| if let Values::Moment(v) = v { Some(v.as_slice()) } else { None })
    }

    /// Moments of a date column, to be corrected, beside the ids of a text column.
    pub fn with_moments(&mut self, symbols: &str, moments: &str) -> Option<Beside<'_>> {
        let (mut ids, mut times) = (None, None);
        for (field, values) in &mut self.columns {
            match values {
                Values::Symbol(_, v) if *field == symbols => ids = Some(v.as_slice()),
                Values::Moment(v) if *field == moments => times = Some(v.as_mut_slice()),
                _ => {}
            }
        }
        Some((ids, times?))
    }

    /// Small numbers of a code column.
    pub fn small(&self, field: &str) -> Option<&[u8]> {
        self.find(field).and_then(|v| if let Values::Small(v) = v { Some(v.as_slice()) } else { None })
    }

    /// The columns in which some row says something.
    pub fn filled(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.columns.iter().filter(|(_, values)| values.says_something()).map(|(field, _)| *field)
    }

    /// Hashes of what the rows say in some columns.
    pub fn contents(&self, fields: &[&'static str]) -> Vec<u64> {
        const FACTOR: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;
        fn mix(hashes: &mut [u64], values: impl Iterator<Item = u64>) {
            for (hash, value) in hashes.iter_mut().zip(values) {
                let product = u128::from(*hash ^ value).wrapping_add(1).wrapping_mul(FACTOR);
                *hash = (product >> 64) as u64 ^ product as u64;
            }
        }
        let mut hashes = vec![0; self.lines.len()];
        for field in fields {
            match self.find(field) {
                Some(Values::Symbol(_, v)) => mix(&mut hashes, v.iter().map(|v| u64::from(*v))),
                Some(Values::Hash(v)) => mix(&mut hashes, v.iter().copied()),
                Some(Values::Integer(v)) => mix(&mut hashes, v.iter().map(|v| *v as u64)),
                Some(Values::Small(v)) => mix(&mut hashes, v.iter().map(|v| u64::from(*v))),
                Some(Values::Moment(v)) => {
                    let moment = |s: &Option<Stamp>| s.map(|s| (s.day.0 as u64) << 32 | u64::from(s.second));
                    mix(&mut hashes, v.iter().map(|s| moment(s).unwrap_or(u64::MAX)));
                }
                None => {}
            }
        }
        hashes
    }

    /// Leaves the rows that are marked.
    pub fn keep(&mut self, marks: &[bool]) {
        only(&mut self.lines, marks);
        self.columns.iter_mut().for_each(|(_, values)| values.keep(marks));
    }

    /// Hashes of an id column that is only compared.
    pub fn hashes(&self, field: &str) -> Option<&[u64]> {
        self.find(field).and_then(|v| if let Values::Hash(v) = v { Some(v.as_slice()) } else { None })
    }
}

/// Everything read, before it is joined.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// By domain.
    pub interners: [Interner; Domain::COUNT],
    /// Chunks by table, in order of parts and rows.
    pub chunks: [Vec<Chunk>; Table::ALL.len()],
    /// Names of the parts; rows refer to them by index.
    pub files: Vec<String>,
    /// Where each part is in `inputs`.
    pub places: Vec<(usize, usize)>,
    pub inputs: Vec<Input>,
    pub rejects: Vec<Reject>,
    pub notes: Vec<Note>,
    /// What was there and was not read.
    pub unread: Vec<Unread>,
    /// What could not be used, before it is settled what that means.
    pub faults: Vec<Fault>,
    /// Hidden members of archives that were passed over.
    pub hidden: u64,
    /// Files that should have been read and were not, in a run that goes on without them.
    pub missed: u64,
    /// Distinct (item, name) and (diagnosis, name) ids.
    pub item_names: Vec<(u32, u32)>,
    pub diagnosis_names: Vec<(u32, u32)>,
    /// Names of items in the tables of stock: they count where the charges give none.
    pub stock_names: Vec<(u32, u32)>,
    /// By part, whether it is a peer's.
    pub peers: Vec<bool>,
    /// As `columns`, of what is no peer's.
    pub own_columns: BTreeSet<(Table, &'static str)>,
    /// Tables and columns that some file has, with a row that can be used.
    pub columns: BTreeSet<(Table, &'static str)>,
    /// Files whose headers are unknown, to be shown.
    pub strangers: Vec<Stranger>,
    /// Parts whose rows were made of what the rows of another table repeat.
    pub derived: BTreeSet<u16>,
    /// Records made up for charge lines whose number stands for several stays or visits.
    pub shared: FxHashSet<u32>,
    /// Every header met, as it is compared.
    pub headers: BTreeSet<String>,
    /// Where each row that many rows repeat is, by its key: chunk and row.
    pub(super) once: FxHashMap<u64, (usize, usize)>,
    /// Headers that are not used, by table.
    unused: BTreeMap<Table, BTreeSet<String>>,
    /// Ids damaged by Excel that were left empty, by column.
    damaged: BTreeMap<&'static str, u64>,
    /// What stood out, by table and column.
    columns_seen: BTreeMap<(Table, &'static str), ColumnSeen>,
}

/// What stood out in a column over all parts.
#[derive(Debug, Default)]
struct ColumnSeen {
    words: Words,
    units: Words,
    fillers: Examples,
}

/// Rejects listed one by one of a part and a reason; the others are counted in one entry.
const LISTED: usize = 10_000;

/// Index of a table in [`Collected::chunks`].
pub(super) fn slot(table: Table) -> usize {
    Table::ALL.iter().position(|t| *t == table).unwrap_or_default()
}

/// Something that could not be used, and when that ends the run.
#[derive(Debug)]
pub(super) struct Fault {
    pub error: Error,
    pub when: When,
}

/// When a fault ends the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum When {
    /// Whatever else there is: it is broken, and nobody knows what is missing.
    Broken,
    /// It was named itself, and nothing else fills the table that it comes nearest to.
    Named(Option<Table>),
    /// Where nothing at all is usable.
    Alone,
}

/// A table as its reader gives it.
pub(super) struct Found {
    /// Name of the part within its file.
    pub name: String,
    /// What rejects and findings call the file.
    pub file: String,
    pub encoding: &'static str,
    pub layout: Layout,
    pub parser: Parser,
    pub batches: Vec<Batch>,
}

impl Collected {
    /// Settles what faults mean, and tells what was seen over all sources.
    ///
    /// # Errors
    /// Every file that cannot be read as what it is, unless the run goes on without; see [`Error`].
    pub fn finish(mut self, sources: &[InputFile], mapping: &Mapping, keep_going: bool) -> Result<Self, Error> {
        self.settle(keep_going)?;
        self.notes.extend(unmet(mapping, sources, &self.headers));
        for (table, columns) in std::mem::take(&mut self.unused).into_iter().filter(|(_, columns)| !columns.is_empty())
        {
            let columns: Vec<String> = columns.into_iter().collect();
            let figures = args([("table", table.name().into()), ("columns", columns.join(", ").into())]);
            self.notes.push(Note { id: "note-unknown-columns", args: figures });
        }
        for (column, count) in std::mem::take(&mut self.damaged) {
            self.notes.push(Note {
                id: "note-damaged-ids",
                args: args([("column", column.into()), ("count", count.into())]),
            });
        }
        for ((table, field), seen) in std::mem::take(&mut self.columns_seen) {
            let ColumnSeen { words, units, fillers } = seen;
            let mut tell = |id: &'static str, count: u64, shown: String| {
                let figures = [
                    ("table", table.name().into()),
                    ("column", field.into()),
                    ("count", count.into()),
                    ("words", shown.into()),
                    ("end", if field == "endtime" { "yes" } else { "no" }.into()),
                ];
                if count > 0 {
                    self.notes.push(Note { id, args: args(figures) });
                }
            };
            tell("note-unknown-words", words.total(), words.shown());
            tell("note-units", units.total(), units.shown());
            tell("note-fillers", fillers.count, fillers.shown());
        }
        Ok(self)
    }

    /// Whether a file with these bytes was read before: an export given twice.
    pub fn same_bytes(&self, sha256: &str) -> bool {
        self.inputs.iter().any(|i| i.sha256 == sha256)
    }

    /// Takes note of a file that the configuration leaves out.
    pub fn left_out(&mut self, name: String) {
        self.unread.push(Unread { name, reason: "unread-left-out", args: args([]) });
    }

    /// Ends the run where a fault must, with all of them; else they are told as what was not read.
    fn settle(&mut self, keep_going: bool) -> Result<(), Error> {
        let filled: BTreeSet<Table> = self.inputs.iter().flat_map(|i| &i.parts).map(|p| p.table).collect();
        let is_grave = |when: When| match when {
            When::Broken => true,
            When::Named(Some(table)) => !filled.contains(&table),
            When::Named(None) => true,
            When::Alone => false,
        };
        let faults = std::mem::take(&mut self.faults);
        if filled.is_empty() {
            // Whoever gave the paths says that nothing in them is of use.
            self.faults = faults;
            return Ok(());
        }
        let (grave, mild): (Vec<Fault>, Vec<Fault>) = faults.into_iter().partition(|f| is_grave(f.when));
        if !keep_going && !grave.is_empty() {
            return Err(Error::all(grave.into_iter().map(|f| f.error).collect()));
        }
        self.missed = grave.len() as u64;
        self.unread.extend(grave.iter().chain(&mild).map(|f| f.error.unread()));
        Ok(())
    }

    /// Adds a table part.
    pub fn part(&mut self, input: usize, found: Found, repeated: bool) {
        let Found { name, file, encoding, layout, parser, mut batches } = found;
        let (layout, parser) = (&layout, &parser);
        let part = self.new_part(input, &file);
        self.saw(&layout.headers);
        let columns = header_columns(layout, &batches);
        let mut repeats = header::repeated(layout);
        // What differs in its table only is no repetition where the configuration gives it a column of its own.
        repeats.retain(|header| {
            let mut same = columns.iter().filter(|c| c.header == *header);
            same.next().is_none_or(|first| first.field.is_none()) || same.next().is_some()
        });
        // What lies beside the main table is read from headers that are no column of it.
        let read = parser.cells();
        let unused: Vec<&str> = columns
            .iter()
            .enumerate()
            .filter(|(at, c)| c.field.is_none() && !repeats.contains(&c.header) && read.binary_search(at).is_err())
            .map(|(_, c)| c.header.trim())
            .filter(|h| !h.is_empty())
            .collect();
        self.unused.entry(layout.table).or_default().extend(unused.into_iter().map(str::to_string));
        if !repeats.is_empty() {
            let repeats: Vec<String> = repeats.into_iter().collect();
            self.notes.push(Note {
                id: "note-duplicate-columns",
                args: args([("file", file.as_str().into()), ("columns", repeats.join(", ").into())]),
            });
        }
        if !layout.strange_units.is_empty() {
            let list = [("file", file.as_str().into()), ("units", layout.strange_units.join(", ").into())];
            self.notes.push(Note { id: "note-strange-units", args: args(list) });
        }
        if !layout.ambiguous.is_empty() {
            let list = [("file", file.as_str().into()), ("columns", layout.ambiguous.join(", ").into())];
            self.notes.push(Note { id: "note-ambiguous-columns", args: args(list) });
        }
        let short: u64 = batches.iter().map(|b| b.short).sum();
        if short > 0 {
            let list = [("file", file.as_str().into()), ("count", short.into())];
            self.notes.push(Note { id: "note-short-rows", args: args(list) });
        }
        let mut beside: Vec<Vec<BesideRows>> = parser.beside.iter().map(|_| Vec::new()).collect();
        for batch in &mut batches {
            for (all, rows) in beside.iter_mut().zip(std::mem::take(&mut batch.beside)) {
                all.push(rows);
            }
        }
        let mut settled = settle::settle(&file, parser, &mut batches);
        self.notes.append(&mut settled.notes);
        let mut rows = Rows { read: batches.iter().map(|b| b.read).sum(), ..Rows::default() };
        self.tell_columns(layout.table, parser, &settled);
        if let Some((slot, reason, of_rows)) = settled.refusal {
            rows.rejected = rows.read;
            self.refuse(&file, parser, &settled, slot, (reason, of_rows, rows.read));
            batches.clear();
        } else {
            rows.rejected = batches.iter().map(Batch::rejected).sum();
            self.rejects.extend(rejects(&file, &batches));
        }
        let mut kept = Vec::with_capacity(batches.len());
        for batch in batches {
            for (slot, count) in parser.slots.iter().zip(&batch.damaged).filter(|(_, count)| **count > 0) {
                *self.damaged.entry(slot.field).or_default() += count;
            }
            if repeated {
                rows.repeated += batch.lines.len() as u64;
            } else {
                rows.used += batch.lines.len() as u64;
                kept.push((self.intern(layout.table, &batch), batch));
            }
        }
        let dropped = &settled.dropped;
        let chunks = kept.into_par_iter().map(|(ids, batch)| Chunk::new(part, parser, dropped, batch, &ids));
        self.chunks[slot(layout.table)].par_extend(chunks);
        if rows.used > 0 {
            self.have_columns(input, layout.table, parser, &settled);
        }
        self.inputs[input].parts.push(Part { name: name.clone(), table: layout.table, encoding, columns, rows });
        for ((parser, layout), rows) in parser.beside.iter().zip(&layout.beside).zip(beside).filter(|_| !repeated) {
            let own =
                Part { name: name.clone(), table: parser.table, encoding, columns: Vec::new(), rows: Rows::default() };
            self.beside(input, part, own, parser, &layout.layout, rows);
        }
    }

    /// Takes note of the columns of a part, but for those of which nearly nothing could be read.
    fn have_columns(&mut self, input: usize, table: Table, parser: &Parser, settled: &Settled) {
        let slots = parser.slots.iter().enumerate().filter(|(at, _)| !settled.dropped.contains(at));
        let names = slots.map(|(_, slot)| (table, slot.field));
        if self.inputs[input].peer {
            self.columns.extend(names);
        } else {
            let own: Vec<_> = names.collect();
            self.columns.extend(own.iter().copied());
            self.own_columns.extend(own);
        }
    }

    /// The index of a new part, which is also the file index of its rows.
    fn new_part(&mut self, input: usize, file: &str) -> u16 {
        self.files.push(file.to_string());
        self.peers.push(self.inputs[input].peer);
        self.places.push((input, self.inputs[input].parts.len()));
        (self.files.len() - 1) as u16
    }

    /// Adds what lies beside the main table in the rows of a file: more rows of the main table's kind belong to its part, another
    /// table is a part of its own.
    fn beside(
        &mut self,
        input: usize,
        main: u16,
        mut own: Part,
        parser: &BesideParser,
        layout: &Layout,
        rows: Vec<BesideRows>,
    ) {
        let same = self.inputs[input].parts.last().is_some_and(|p| p.table == own.table && !parser.is_once());
        let file = join(&self.inputs[input].name, &own.name);
        let part = if same { main } else { self.new_part(input, &file) };
        own.rows.read = rows.iter().map(|r| r.read).sum();
        let mut batches: Vec<Batch> = rows.into_iter().map(BesideRows::into_batch).collect();
        let mut settled = settle::settle(&file, &parser.parser, &mut batches);
        self.notes.append(&mut settled.notes);
        self.tell_columns(own.table, &parser.parser, &settled);
        own.rows.rejected = batches.iter().map(Batch::rejected).sum();
        self.rejects.extend(rejects(&file, &batches));
        for mut batch in batches {
            own.rows.used += batch.lines.len() as u64;
            if parser.is_once() {
                let keys = std::mem::take(&mut batch.keys);
                own.rows.used -= (keys.len() - self.add_once(parser, &mut batch, &keys)) as u64;
            }
            self.add(part, own.table, &parser.parser, &settled.dropped, batch);
        }
        own.rows.repeated = own.rows.read - own.rows.used - own.rows.rejected;
        if own.rows.used > 0 {
            self.have_columns(input, own.table, &parser.parser, &settled);
        }
        if !same {
            own.columns = header_columns(layout, &[]);
            if parser.is_once() {
                self.derived.insert(part);
            }
            self.inputs[input].parts.push(own);
        }
    }

    /// Leaves of a batch the rows whose key is new in the run, and adds the money of the others to the row that was there where
    /// it is summed. Gives their number.
    fn add_once(&mut self, parser: &BesideParser, batch: &mut Batch, keys: &[u64]) -> usize {
        let chunk = self.chunks[slot(parser.table)].len();
        let mut kept = Vec::with_capacity(keys.len());
        let mut next = 0;
        for (row, key) in keys.iter().enumerate() {
            let known = self.once.get(key).copied();
            kept.push(known.is_none());
            let Some((chunk, at)) = known else {
                self.once.insert(*key, (chunk, next));
                next += 1;
                continue;
            };
            for (slot, values) in parser.parser.slots.iter().zip(&batch.values).filter(|(s, _)| s.is_money()) {
                let known = self.chunks[self::slot(parser.table)][chunk].integers_mut(slot.field);
                if let (true, Some(known), Values::Integer(values)) = (parser.sums(), known, values) {
                    known[at] = plus(known[at], values[row]);
                }
            }
        }
        batch.keep(&kept);
        next
    }

    /// Adds up what stood out in the columns of a part.
    fn tell_columns(&mut self, table: Table, parser: &Parser, settled: &Settled) {
        for (slot, seen) in parser.slots.iter().zip(&settled.seen) {
            if seen.words.total() + seen.units.total() + seen.fillers.count > 0 {
                let all = self.columns_seen.entry((table, slot.field)).or_default();
                all.words.merge(&seen.words);
                all.units.merge(&seen.units);
                all.fillers.merge(&seen.fillers);
            }
        }
    }

    /// Refuses a part for a column of which nearly nothing could be read: one message and one entry in the list of rejects.
    fn refuse(
        &mut self,
        file: &str,
        parser: &Parser,
        settled: &Settled,
        slot: usize,
        (reason, of_rows, rows): (&'static str, &'static str, u64),
    ) {
        let (seen, column) = (&settled.seen[slot].refused, parser.header(slot));
        let figures = args([
            ("column", column.into()),
            ("field", parser.slots[slot].field.into()),
            ("kind", settle::kind(parser.slots[slot].column.kind).into()),
            ("count", seen.count.into()),
            ("rows", rows.into()),
            ("examples", if seen.shown().is_empty() { "none".to_string() } else { seen.shown() }.into()),
        ]);
        self.unread.push(Unread { name: file.to_string(), reason, args: figures });
        self.rejects.push(Reject {
            file: file.to_string(),
            line: 0,
            column: column.to_string(),
            value: seen.shown(),
            reason: of_rows,
            rows,
        });
    }

    /// Adds a batch.
    fn add(&mut self, part: u16, table: Table, parser: &Parser, dropped: &[usize], batch: Batch) {
        let ids = self.intern(table, &batch);
        self.chunks[slot(table)].push(Chunk::new(part, parser, dropped, batch, &ids));
    }

    /// By domain, the ids of the run for the texts of a batch.
    fn intern(&mut self, table: Table, batch: &Batch) -> Vec<Vec<u32>> {
        let known = batch.thinned.then(|| batch.known_symbols());
        let ids: Vec<Vec<u32>> = batch
            .symbols
            .iter()
            .zip(&mut self.interners)
            .enumerate()
            .map(|(domain, (local, global))| {
                let is_known = |id: usize| known.as_ref().is_none_or(|known| known[domain][id]);
                let texts = local.texts.iter().enumerate();
                texts.map(|(id, text)| if is_known(id) { global.intern(text) } else { NO_SYMBOL }).collect()
            })
            .collect();
        let (code, names) = match table {
            Table::Fees => (Domain::Item, &mut self.item_names),
            Table::Purchases | Table::Stock => (Domain::Item, &mut self.stock_names),
            _ => (Domain::Diagnosis, &mut self.diagnosis_names),
        };
        let text = &ids[Domain::Text as usize];
        let pairs = batch.item_names.iter().map(|(c, n)| (ids[code as usize][*c as usize], text[*n as usize]));
        names.extend(pairs.filter(|(c, n)| *c != NO_SYMBOL && *n != NO_SYMBOL));
        ids
    }
}

/// The rows of a part that were set aside: the first of each reason one by one, the others in one entry of each column and reason.
fn rejects(file: &str, batches: &[Batch]) -> Vec<Reject> {
    let mut listed: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut more: BTreeMap<(&str, &'static str), u64> = BTreeMap::new();
    let mut out = Vec::new();
    for batch in batches {
        for bad in &batch.bad {
            let count = listed.entry(bad.reason).or_default();
            if *count < LISTED {
                *count += 1;
                out.push(reject(file, bad));
            } else {
                *more.entry((&bad.column, bad.reason)).or_default() += 1;
            }
        }
        for ((column, reason), rows) in &batch.more {
            *more.entry((column, reason)).or_default() += rows;
        }
    }
    out.extend(more.into_iter().map(|((column, reason), rows)| Reject {
        file: file.to_string(),
        line: 0,
        column: column.trim().to_string(),
        value: String::new(),
        reason,
        rows,
    }));
    out
}

fn reject(file: &str, bad: &BadRow) -> Reject {
    Reject {
        file: file.to_string(),
        line: bad.line,
        column: bad.column.clone(),
        value: bad.value.clone(),
        reason: bad.reason,
        rows: 1,
    }
}

/// How each header was understood, with sample values.
fn header_columns(layout: &Layout, batches: &[Batch]) -> Vec<HeaderColumn> {
    let mut out: Vec<HeaderColumn> = layout
        .headers
        .iter()
        .zip(&layout.columns)
        .map(|(header, column)| HeaderColumn {
            header: header.trim().trim_start_matches('\u{feff}').to_string(),
            field: column.map(|c| c.field),
            samples: Vec::new(),
        })
        .collect();
    if let Some(first) = batches.first() {
        for (column, samples) in out.iter_mut().zip(&first.samples) {
            column.samples.clone_from(samples);
        }
    }
    out
}

/// What the configuration names and no file has: a slip of the pen, or last month's headers.
fn unmet(mapping: &Mapping, sources: &[InputFile], met: &BTreeSet<String>) -> Vec<Note> {
    let every = std::iter::once(&mapping.columns).chain(mapping.files.iter().map(|rule| &rule.columns));
    let mut notes = Vec::new();
    for (table, fields) in every.flatten() {
        for (field, header) in fields.iter().filter(|(_, h)| !h.starts_with('=') && !met.contains(&normal(h))) {
            let list =
                [("table", table.name().into()), ("field", field.as_str().into()), ("header", header.as_str().into())];
            notes.push(Note { id: "note-mapped-header-unmet", args: args(list) });
        }
    }
    // Members of archives and sheets are known only when they are read, so a rule for one is left alone.
    let held = |rule: &FileRule| sources.iter().any(|s| rule.applies(&s.name)) || rule.pattern.contains('/');
    for rule in mapping.files.iter().filter(|rule| !held(rule)) {
        notes.push(Note { id: "note-file-rule-unmet", args: args([("pattern", rule.pattern.as_str().into())]) });
    }
    notes
}

/// Watches a compressed file, whose bytes are counted when it is done.
pub(super) struct RowsOnly<'a>(pub &'a dyn Progress);

impl Progress for RowsOnly<'_> {
    fn start(&self, _: Phase, _: u64) {}
    fn advance(&self, _: u64) {}
    fn rows(&self, rows: u64) {
        self.0.rows(rows);
    }
    fn finish(&self) {}
}
