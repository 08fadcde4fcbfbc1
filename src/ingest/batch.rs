//! A batch of rows as typed columns: text interned within the batch, numbers and dates parsed, bad rows set aside.

use rustc_hash::FxHashMap;

use super::header::Layout;
use super::values::{clean, decimal, fee_class, flag, half_width, is_damaged_id, is_dash, sex, stamp};
use crate::model::{Column, Kind, Stamp, Table, columns};

/// What a text id belongs to; ids of one domain are comparable across tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Domain {
    Person,
    Hospital,
    Item,
    Doctor,
    Department,
    Diagnosis,
    Record,
    Settlement,
    Text,
}

impl Domain {
    /// Number of domains.
    pub const COUNT: usize = 9;
}

/// How a column is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keep {
    /// Interned text.
    Symbol(Domain),
    /// A 64-bit hash of the text: ids that are only compared, one a row.
    Hash,
    /// An integer of 10^-scale.
    Integer(u32),
    /// A date or moment.
    Moment,
    /// Sex, fee class or flag, as a small number.
    Small,
}

/// How the columns that the region keeps are kept; the others are recognised but not read.
pub(super) fn keep(column: &Column) -> Option<Keep> {
    use Domain::{Department, Diagnosis, Doctor, Hospital, Item, Person, Record};
    Some(match (column.table, column.field) {
        (_, "psn_no") => Keep::Symbol(Person),
        (_, "fixmedins_code") => Keep::Symbol(Hospital),
        (_, "mdtrt_id") => Keep::Symbol(Record),
        (Table::Fees, "feedetl_sn" | "init_feedetl_sn" | "rxno")
        | (Table::Purchases, "medins_prod_purc_no")
        | (Table::Stock, "manu_lotnum") => Keep::Hash,
        (Table::Stays | Table::Visits | Table::Fees, "setl_id") => Keep::Symbol(Domain::Settlement),
        (Table::Fees | Table::Purchases | Table::Stock, "hilist_code") => Keep::Symbol(Item),
        (Table::Fees | Table::Purchases | Table::Stock, "hilist_name")
        | (Table::Purchases, "purc_retn_type")
        | (Table::Stock, "inv_chg_type")
        | (Table::Purchases | Table::Stock, "fixmedins_name") => Keep::Symbol(Domain::Text),
        (Table::Fees, "bilg_dr_codg") | (Table::Stays, "chfpdr_code") => Keep::Symbol(Doctor),
        (Table::Fees, "bilg_dept_name") | (Table::Stays, "adm_dept_name") => Keep::Symbol(Department),
        (Table::Stays | Table::Visits, "dise_codg") | (Table::Diagnoses, "diag_code") => Keep::Symbol(Diagnosis),
        (
            Table::Stays,
            "psn_name" | "certno" | "insutype" | "fixmedins_name" | "hosp_lv" | "med_type" | "adm_bed" | "dise_name"
            | "age" | "oth_diag" | "ipt_days" | "oprn_oprt_code" | "dscg_way" | "days_rinp_flag_31" | "inhosp_stas",
        )
        | (Table::Visits, "psn_name" | "certno" | "fixmedins_name" | "hosp_lv" | "med_type" | "dise_name")
        | (Table::Diagnoses, "diag_name")
        | (Table::Persons, "psn_name" | "certno" | "addr")
        | (Table::Hospitals, "fixmedins_name" | "hosp_lv" | "fixmedins_type") => Keep::Symbol(Domain::Text),
        (Table::Fees, "list_type" | "spec" | "medins_list_codg" | "medins_list_name" | "chrgitm_lv")
        | (Table::Fees, "bilg_dept_codg" | "bilg_dr_name" | "pric_uplmt_amt" | "dscg_tkdrug_flag") => return None,
        (Table::Visits, "acct_pay")
        | (Table::Purchases, "prod_geay_flag")
        | (Table::Stock, "rx_flag" | "trdn_flag" | "pric") => return None,
        _ => match column.kind {
            Kind::Money => Keep::Integer(2),
            Kind::Quantity => Keep::Integer(4),
            Kind::Price => Keep::Integer(6),
            Kind::Count => Keep::Integer(0),
            Kind::Stamp | Kind::Date => Keep::Moment,
            Kind::Sex | Kind::Class | Kind::Flag => Keep::Small,
            Kind::Id | Kind::Text => return None,
        },
    })
}

/// The values of a column over a batch.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Symbol(Domain, Vec<u32>),
    Hash(Vec<u64>),
    Integer(Vec<i64>),
    Moment(Vec<Option<Stamp>>),
    Small(Vec<u8>),
}

/// Value of an empty cell in [`Values::Symbol`].
pub(super) const NO_SYMBOL: u32 = u32::MAX;
/// Value of an empty cell in [`Values::Integer`].
pub(super) const NO_INTEGER: i64 = i64::MIN;
/// Flags in [`Values::Small`]: unknown, no, yes.
pub(super) const FLAG: [u8; 3] = [0, 1, 2];

impl Values {
    fn new(keep: Keep) -> Self {
        match keep {
            Keep::Symbol(domain) => Self::Symbol(domain, Vec::new()),
            Keep::Hash => Self::Hash(Vec::new()),
            Keep::Integer(_) => Self::Integer(Vec::new()),
            Keep::Moment => Self::Moment(Vec::new()),
            Keep::Small => Self::Small(Vec::new()),
        }
    }

    /// Gives back the room that growing left over: batches are kept until all are read.
    pub fn shrink(&mut self) {
        match self {
            Self::Symbol(_, v) => v.shrink_to_fit(),
            Self::Hash(v) => v.shrink_to_fit(),
            Self::Integer(v) => v.shrink_to_fit(),
            Self::Moment(v) => v.shrink_to_fit(),
            Self::Small(v) => v.shrink_to_fit(),
        }
    }

    fn truncate(&mut self, rows: usize) {
        match self {
            Self::Symbol(_, v) => v.truncate(rows),
            Self::Hash(v) => v.truncate(rows),
            Self::Integer(v) => v.truncate(rows),
            Self::Moment(v) => v.truncate(rows),
            Self::Small(v) => v.truncate(rows),
        }
    }
}

/// A row that was set aside.
#[derive(Clone, Debug)]
pub(super) struct BadRow {
    /// Line within the batch.
    pub line: u32,
    /// Header of the column at fault; empty where the whole row is.
    pub column: String,
    /// The value at fault.
    pub value: String,
    /// Message id.
    pub reason: &'static str,
}

/// Text interned within a batch.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    map: FxHashMap<Box<[u8]>, u32>,
    /// The distinct texts, in the order met.
    pub texts: Vec<String>,
    last: (Vec<u8>, u32),
}

impl Symbols {
    fn intern(&mut self, text: &[u8]) -> u32 {
        if text.is_empty() {
            return NO_SYMBOL;
        }
        if self.last.0 == text && !self.texts.is_empty() {
            return self.last.1;
        }
        let id = match self.map.get(text) {
            Some(id) => *id,
            None => {
                let id = self.texts.len() as u32;
                self.map.insert(text.into(), id);
                self.texts.push(String::from_utf8_lossy(text).into_owned());
                id
            }
        };
        self.last.0.clear();
        self.last.0.extend_from_slice(text);
        self.last.1 = id;
        id
    }
}

/// A batch of rows of one table.
#[derive(Debug)]
pub(super) struct Batch {
    /// Physical line of each row kept.
    pub lines: Vec<u32>,
    /// The kept columns, as in [`Parser::slots`].
    pub values: Vec<Values>,
    /// Interned text by domain.
    pub symbols: [Symbols; Domain::COUNT],
    /// Distinct pairs of item and name ids.
    pub item_names: Vec<(u32, u32)>,
    /// Rows set aside.
    pub bad: Vec<BadRow>,
    /// Data rows seen.
    pub read: u64,
    /// Ids damaged by Excel in columns the row can live without, by slot.
    pub damaged: Vec<u64>,
    /// Rows that leave out cells at their end.
    pub short: u64,
    /// Up to three distinct values of every column, from the first rows.
    pub samples: Vec<Vec<String>>,
}

/// Rows of a batch that samples are taken from, and samples of a column.
const SAMPLED: (u64, usize) = (40, 3);

/// A kept column of a layout.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// Position in the row.
    pub at: usize,
    /// The column.
    pub column: &'static Column,
    /// National field name under which the values are kept: the column's, or that of the one it stands in for.
    pub field: &'static str,
    keep: Keep,
    /// A bad or empty value sets the row aside.
    key: bool,
    /// An id or code, compared in half-width form.
    code: bool,
    /// Of several codes in a cell the first is kept.
    first: bool,
}

/// Turns rows of cells into a [`Batch`].
#[derive(Clone, Debug)]
pub(super) struct Parser {
    /// The columns kept, in file order.
    pub slots: Vec<Slot>,
    headers: Vec<String>,
    item_at: Option<(usize, usize)>,
    /// Fewest cells of a row: programs leave out empty ones at its end.
    shortest: usize,
}

impl Parser {
    /// A parser for a layout.
    pub fn new(layout: &Layout) -> Self {
        let mut slots: Vec<Slot> = Vec::new();
        let has = |field: &str| layout.columns.iter().flatten().any(|c| c.field == field);
        for (at, column) in layout.columns.iter().enumerate().filter_map(|(at, c)| c.map(|c| (at, c))) {
            let role = stand_in(layout.table, column, has);
            let Some(keep) = keep(role) else { continue };
            let alternative = role.kind != Kind::Id && role.stands_in.is_some_and(has);
            let key = role.required && !alternative && role.field != "endtime";
            let named = |domain| matches!(keep, Keep::Symbol(d) if d == domain);
            let code = column.kind == Kind::Id || named(Domain::Diagnosis) || named(Domain::Doctor);
            let first = role.field == "oprn_oprt_code";
            slots.push(Slot { at, column, field: role.field, keep, key, code: code || first, first });
        }
        let slot = |field: &str| slots.iter().position(|s| s.field == field);
        let item_at = match layout.table {
            Table::Fees | Table::Purchases | Table::Stock => slot("hilist_code").zip(slot("hilist_name")),
            Table::Diagnoses => slot("diag_code").zip(slot("diag_name")),
            _ => slot("dise_codg").zip(slot("dise_name")),
        };
        Self { slots, headers: layout.headers.clone(), item_at, shortest: layout.headers.len() }
    }

    /// Takes rows of so many cells for whole, as far as they hold what a row cannot do without.
    pub fn allow_short(&mut self, cells: usize) {
        let needed = self.slots.iter().filter(|s| s.key).map(|s| s.at + 1).max().unwrap_or_default();
        self.shortest = cells.max(needed).min(self.width());
    }

    /// Fewest cells of a row below another header of the same file: as many as may be left out here may be there.
    pub fn shortest_below(&self, width: usize) -> usize {
        width.saturating_sub(self.width() - self.shortest)
    }

    /// Whether a row of words is refused, because a date or a number must stand in it.
    pub fn refuses_words(&self) -> bool {
        self.slots.iter().any(|s| s.key && matches!(s.keep, Keep::Integer(_) | Keep::Moment))
    }

    /// An empty batch.
    pub fn batch(&self) -> Batch {
        Batch {
            lines: Vec::new(),
            values: self.slots.iter().map(|s| Values::new(s.keep)).collect(),
            symbols: Default::default(),
            item_names: Vec::new(),
            bad: Vec::new(),
            read: 0,
            damaged: vec![0; self.slots.len()],
            short: 0,
            samples: vec![Vec::new(); self.width()],
        }
    }

    /// Number of cells in a row.
    pub fn width(&self) -> usize {
        self.headers.len()
    }

    /// Whether a row is the header once more: exports joined end to end.
    pub fn is_header(&self, row: &csv::ByteRecord) -> bool {
        let same = |(cell, header): (&[u8], &String)| clean(cell) == clean(header.as_bytes());
        row.len() == self.width() && row.iter().zip(&self.headers).all(same)
    }

    /// Adds a row. `suspect` says that the text was decoded with replacements, so a replacement character is damage.
    pub fn push(&self, batch: &mut Batch, line: u32, row: &csv::ByteRecord, suspect: bool) {
        batch.read += 1;
        if let Some(bad) = self.misfit(line, row, suspect) {
            batch.bad.push(bad);
            return;
        }
        if batch.read <= SAMPLED.0 {
            sample(&mut batch.samples, row);
        }
        let rows = batch.lines.len();
        // Text is interned only when the whole row is good, so that no id comes from a row set aside.
        for (slot, values) in self.slots.iter().zip(&mut batch.values) {
            let raw = row.get(slot.at).unwrap_or_default();
            let cell = clean(raw);
            if let Err(reason) = check(slot, raw, cell, suspect).and_then(|()| add(values, slot, raw, cell)) {
                batch.values.iter_mut().for_each(|v| v.truncate(rows));
                batch.bad.push(BadRow {
                    line,
                    column: self.headers[slot.at].trim().to_string(),
                    value: shorten(raw),
                    reason,
                });
                return;
            }
        }
        for ((slot, values), damaged) in self.slots.iter().zip(&mut batch.values).zip(&mut batch.damaged) {
            let cell = clean(row.get(slot.at).unwrap_or_default());
            let broken = slot.column.kind == Kind::Id && is_damaged_id(cell);
            *damaged += u64::from(broken);
            let cell = match (broken, slot.first) {
                (true, _) => b"",
                (false, true) => first_of(cell),
                (false, false) => cell,
            };
            match values {
                Values::Symbol(domain, ids) => {
                    let symbols = &mut batch.symbols[*domain as usize];
                    ids.push(if slot.code && !cell.is_ascii() {
                        symbols.intern(&fold(cell))
                    } else {
                        symbols.intern(cell)
                    });
                }
                Values::Hash(hashes) => hashes.push(if cell.is_empty() { 0 } else { hash(cell) }),
                _ => {}
            }
        }
        batch.short += u64::from(row.len() < self.width());
        batch.lines.push(line);
        self.note_name(batch, rows);
    }

    /// Sets aside a row whose cells do not fit the header, unless the surplus cells are empty.
    fn misfit(&self, line: u32, row: &csv::ByteRecord, suspect: bool) -> Option<BadRow> {
        if row.len() >= self.shortest && row.iter().skip(self.width()).all(|c| clean(c).is_empty()) {
            return None;
        }
        let text: Vec<String> = row.iter().take(4).map(shorten).collect();
        let broken = suspect && row.iter().any(|c| memchr::memmem::find(c, REPLACED).is_some());
        let reason = if broken { "reject-encoding" } else { "reject-fields" };
        Some(BadRow { line, column: String::new(), value: text.join(","), reason })
    }

    /// Remembers which names an item or diagnosis goes by.
    fn note_name(&self, batch: &mut Batch, row: usize) {
        let Some((code, name)) = self.item_at else { return };
        let (Values::Symbol(_, codes), Values::Symbol(_, names)) = (&batch.values[code], &batch.values[name]) else {
            return;
        };
        let pair = (codes[row], names[row]);
        if pair.0 == NO_SYMBOL || pair.1 == NO_SYMBOL {
            return;
        }
        // Nearly every item has one name, so the list stays short; the set is made distinct when batches are joined.
        let known = batch.item_names.get(pair.0 as usize).is_some_and(|p| *p == pair);
        if !known {
            if batch.item_names.len() == pair.0 as usize {
                batch.item_names.push(pair);
            } else {
                push_name(&mut batch.item_names, pair);
            }
        }
    }
}

/// The column whose place a column takes: an id's stand-in (certificate for person number, name for code) where the table
/// has no such id, else the column itself.
fn stand_in(table: Table, column: &'static Column, has: impl Fn(&str) -> bool) -> &'static Column {
    columns(table)
        .iter()
        .find(|c| c.kind == Kind::Id && c.required && c.stands_in == Some(column.field) && !has(c.field))
        .unwrap_or(column)
}

/// Adds a pair out of step with the ids: an item without a name before it, or a second name.
fn push_name(pairs: &mut Vec<(u32, u32)>, pair: (u32, u32)) {
    if !pairs.iter().rev().take(64).any(|p| *p == pair) {
        pairs.push(pair);
    }
}

/// Keeps the first few distinct values of every column.
fn sample(samples: &mut [Vec<String>], row: &csv::ByteRecord) {
    for (known, cell) in samples.iter_mut().zip(row) {
        let text = shorten(clean(cell));
        if known.len() < SAMPLED.1 && !text.is_empty() && !known.contains(&text) {
            known.push(text);
        }
    }
}

/// What a decoder puts where it could not read.
const REPLACED: &[u8] = "\u{fffd}".as_bytes();

/// Longest value shown in a reject.
const SHOWN: usize = 60;

/// A cell for the list of rejects.
fn shorten(cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    let mut out: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        out.push('…');
    }
    out.trim().to_string()
}

/// Whether a cell can be used at all.
fn check(slot: &Slot, raw: &[u8], cell: &[u8], suspect: bool) -> Result<(), &'static str> {
    if suspect && memchr::memmem::find(cell, REPLACED).is_some() {
        return Err("reject-encoding");
    }
    if cell.is_empty() && slot.key && !(is_dash(raw) && matches!(slot.keep, Keep::Integer(_))) {
        return Err("reject-missing");
    }
    let names_a_record = slot.key || slot.field == "mdtrt_id";
    if names_a_record && slot.column.kind == Kind::Id && is_damaged_id(cell) {
        return Err("reject-damaged-id");
    }
    Ok(())
}

/// Parses a cell that is no text and adds it to its column.
fn add(values: &mut Values, slot: &Slot, raw: &[u8], cell: &[u8]) -> Result<(), &'static str> {
    let scale = match slot.keep {
        Keep::Integer(scale) => scale,
        _ => 0,
    };
    match values {
        Values::Symbol(..) | Values::Hash(_) => {}
        Values::Integer(values) => values.push(match decimal(cell, scale) {
            Some(value) => value,
            None if is_dash(raw) => 0,
            None if cell.is_empty() => NO_INTEGER,
            None => return Err("reject-number"),
        }),
        Values::Moment(values) => values.push(match stamp(cell) {
            Some(stamp) => Some(stamp),
            None if cell.is_empty() => None,
            None => return Err("reject-date"),
        }),
        Values::Small(values) => values.push(match slot.column.kind {
            Kind::Sex => sex(cell) as u8,
            Kind::Class => fee_class(cell) as u8,
            _ => FLAG[flag(cell).map_or(0, |yes| 1 + usize::from(yes))],
        }),
    }
    Ok(())
}

/// The first of several codes in a cell, joined by one of the usual separators.
fn first_of(cell: &[u8]) -> &[u8] {
    let text = std::str::from_utf8(cell).unwrap_or_default();
    let first = text.split([';', '；', ',', '，', '、', '|']).map(str::trim).find(|code| !code.is_empty());
    first.unwrap_or_default().as_bytes()
}

/// An id with full-width characters made half-width and invisible ones taken out; case is kept.
fn fold(cell: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(cell);
    let invisible = |c: &char| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{a0}' | '\u{3000}');
    half_width(&text.chars().filter(invisible).collect::<String>()).trim().as_bytes().to_vec()
}

/// A 64-bit hash of an id that is only compared; never 0. Equal hashes are confirmed by the rows' other values.
fn hash(cell: &[u8]) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(cell);
    // FxHash is weak in its low bits; a finaliser (Steele, Lea, Flood 2014, SplitMix64) spreads them.
    let mut h = hasher.finish().wrapping_add(cell.len() as u64);
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (h ^ (h >> 31)).max(1)
}
