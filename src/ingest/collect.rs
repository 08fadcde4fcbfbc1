//! Reads every file and gathers its batches, with the text of all of them interned once.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::batch::{BadRow, Batch, Domain, NO_SYMBOL, Parser, Values};
use super::error::Error;
use super::files::Source;
use super::header::{Headers, Layout};
use super::reading::Reader;
use super::{HeaderColumn, Input, Note, Part, Reject, Rows, Unread};
use crate::messages::args;
use crate::model::{Phase, Progress, Stamp, Table};

/// Distinct text of one domain over all files; ids in the order met.
#[derive(Debug, Default)]
pub(super) struct Interner {
    ids: FxHashMap<Box<str>, u32>,
    /// The texts by id.
    pub texts: Vec<Box<str>>,
}

impl Interner {
    /// The id of a text, new or known.
    pub fn intern(&mut self, text: &str) -> u32 {
        match self.ids.get(text) {
            Some(id) => *id,
            None => {
                let id = self.texts.len() as u32;
                self.ids.insert(text.into(), id);
                self.texts.push(text.into());
                id
            }
        }
    }
}

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
    fn find(&self, field: &str) -> Option<&Values> {
        self.columns.iter().find(|(f, _)| *f == field).map(|(_, v)| v)
    }

    /// Ids of a text column.
    pub fn symbols(&self, field: &str) -> Option<&[u32]> {
        self.find(field).and_then(|v| if let Values::Symbol(_, v) = v { Some(v.as_slice()) } else { None })
    }

    /// Integers of a number column.
    pub fn integers(&self, field: &str) -> Option<&[i64]> {
        self.find(field).and_then(|v| if let Values::Integer(v) = v { Some(v.as_slice()) } else { None })
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
    /// Files that should have been read and were not, in a run that goes on without them.
    pub missed: u64,
    /// Distinct (item, name) and (diagnosis, name) ids.
    pub item_names: Vec<(u32, u32)>,
    pub diagnosis_names: Vec<(u32, u32)>,
    /// Names of items in the tables of stock: they count where the charges give none.
    pub stock_names: Vec<(u32, u32)>,
    /// Tables and columns that some file has, with a row that can be used.
    pub columns: BTreeSet<(Table, &'static str)>,
    /// Headers that are not used, by table.
    unused: BTreeMap<Table, BTreeSet<String>>,
    /// Ids damaged by Excel that were left empty, by column.
    damaged: BTreeMap<&'static str, u64>,
}

/// Index of a table in [`Collected::chunks`].
pub(super) fn slot(table: Table) -> usize {
    Table::ALL.iter().position(|t| *t == table).unwrap_or_default()
}

/// Reads all sources.
///
/// # Errors
/// Every file that cannot be read as what it is, unless the run goes on without; see [`Error`].
pub(super) fn collect(
    sources: &[Source],
    headers: Headers<'_>,
    keep_going: bool,
    progress: &dyn Progress,
) -> Result<Collected, Error> {
    let mut all = Collected::default();
    for source in sources {
        Reader { all: &mut all, headers, progress }.source(source);
    }
    all.settle(keep_going)?;
    for (table, columns) in std::mem::take(&mut all.unused).into_iter().filter(|(_, columns)| !columns.is_empty()) {
        let columns: Vec<String> = columns.into_iter().collect();
        let figures = args([("table", table.name().into()), ("columns", columns.join(", ").into())]);
        all.notes.push(Note { id: "note-unknown-columns", args: figures });
    }
    for (column, count) in std::mem::take(&mut all.damaged) {
        all.notes
            .push(Note { id: "note-damaged-ids", args: args([("column", column.into()), ("count", count.into())]) });
    }
    Ok(all)
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
    /// Whether a file with these bytes was read before: an export given twice.
    pub fn same_bytes(&self, sha256: &str) -> bool {
        self.inputs.iter().any(|i| i.sha256 == sha256)
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
        let Found { name, file, encoding, layout, parser, batches } = found;
        let part = self.files.len() as u16;
        self.files.push(file.clone());
        self.places.push((input, self.inputs[input].parts.len()));
        let columns = header_columns(&layout, &batches);
        let repeats = repeated_headers(&layout);
        let unused: Vec<&str> = columns
            .iter()
            .filter(|c| c.field.is_none() && !repeats.contains(&c.header))
            .map(|c| c.header.trim())
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
        let short: u64 = batches.iter().map(|b| b.short).sum();
        if short > 0 {
            let list = [("file", file.as_str().into()), ("count", short.into())];
            self.notes.push(Note { id: "note-short-rows", args: args(list) });
        }
        let mut rows = Rows::default();
        for batch in batches {
            rows.read += batch.read;
            rows.rejected += batch.bad.len() as u64;
            for (slot, count) in parser.slots.iter().zip(&batch.damaged).filter(|(_, count)| **count > 0) {
                *self.damaged.entry(slot.field).or_default() += count;
            }
            self.rejects.extend(batch.bad.iter().map(|bad| reject(&file, bad)));
            if repeated {
                rows.repeated += batch.lines.len() as u64;
            } else {
                rows.used += batch.lines.len() as u64;
                self.add(part, layout.table, &parser, batch);
            }
        }
        if rows.used > 0 {
            self.columns.extend(parser.slots.iter().map(|s| (layout.table, s.field)));
        }
        self.inputs[input].parts.push(Part { name, table: layout.table, encoding, columns, rows });
    }

    /// Adds a batch, its text ids turned into those of the run.
    fn add(&mut self, part: u16, table: Table, parser: &Parser, batch: Batch) {
        let Batch { mut lines, mut values, symbols, item_names, .. } = batch;
        lines.shrink_to_fit();
        values.iter_mut().for_each(Values::shrink);
        let maps: Vec<Vec<u32>> = symbols
            .iter()
            .zip(&mut self.interners)
            .map(|(local, global)| local.texts.iter().map(|text| global.intern(text)).collect())
            .collect();
        for value in &mut values {
            if let Values::Symbol(domain, ids) = value {
                let map = &maps[*domain as usize];
                ids.iter_mut().filter(|id| **id != NO_SYMBOL).for_each(|id| *id = map[*id as usize]);
            }
        }
        let (code, names) = match table {
            Table::Fees => (Domain::Item, &mut self.item_names),
            Table::Purchases | Table::Stock => (Domain::Item, &mut self.stock_names),
            _ => (Domain::Diagnosis, &mut self.diagnosis_names),
        };
        let text = &maps[Domain::Text as usize];
        names.extend(item_names.iter().map(|(c, n)| (maps[code as usize][*c as usize], text[*n as usize])));
        let columns = parser.slots.iter().map(|s| s.field).zip(values).collect();
        self.chunks[slot(table)].push(Chunk { part, lines, columns });
    }
}

/// Name of a part of a file.
pub(super) fn join(file: &str, part: &str) -> String {
    match (file, part) {
        (name, "") | ("", name) => name.to_string(),
        (file, part) => format!("{file}/{part}"),
    }
}

fn reject(file: &str, bad: &BadRow) -> Reject {
    Reject {
        file: file.to_string(),
        line: bad.line,
        column: bad.column.clone(),
        value: bad.value.clone(),
        reason: bad.reason,
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

/// Headers that name a column twice.
fn repeated_headers(layout: &Layout) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let names = layout.headers.iter().map(|h| (super::header::normal(h), h.trim()));
    let again = names.filter(|(name, _)| !name.is_empty() && !seen.insert(name.clone()));
    again.map(|(_, header)| header.to_string()).collect()
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
