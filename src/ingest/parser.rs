//! Turns rows of cells into batches: each cell parsed for its column, a row that cannot be used set aside.

mod beside;

use std::borrow::Cow;

use super::batch::{BadRow, Batch, BesideRows, FLAG, Keep, Last, NO_INTEGER, NO_SYMBOL, Value, Values, keep};
use super::layout::Layout;
use super::row::Row;
use super::seen::{Seen, shorten};
use super::values::{
    Grade, Open, Purpose, Reading, Sense, clean, code, decimal, fee_class, flag, grade, id, is_damaged_id, is_dash,
    is_nothing, measured, moment, orders, sex,
};
pub(super) use beside::BesideParser;

use crate::model::{CellType, Column, Domain, FeeClass, Sex, Stamp, Table, column, columns};

/// Rows of a batch that samples are taken from, and samples of a column.
const SAMPLED: (u64, usize) = (40, 3);

/// A kept column of a layout.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// Position in the row; of a value that no cell holds, the first of those it comes from.
    pub at: usize,
    /// Where the value comes from other than the cell.
    from: Option<From>,
    /// The column.
    pub column: &'static Column,
    /// National field name under which the values are kept: the column's, or that of the one it stands in for.
    pub field: &'static str,
    keep: Keep,
    /// An empty value sets the row aside.
    key: bool,
    /// The row can live without it: nobody is known, or the cell at this place stands in.
    spare: Spare,
    /// So does a value that cannot be read; elsewhere it counts as empty and is told.
    pub needed: bool,
    /// What a date is for.
    pub purpose: Purpose,
    /// What a flag says.
    sense: Sense,
    /// Words that could be meant in a text are words for nothing here.
    strict: bool,
    /// An id, compared without its dress.
    id: bool,
    /// A code, compared in half-width form.
    code: bool,
    /// Of several codes in a cell the first is kept.
    first: bool,
}

/// What a row has instead of a key that is empty in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spare {
    /// Nothing: the row is set aside.
    Nothing,
    /// The money is billed whoever the patient was.
    Nobody,
    /// The cell at this place: the name of an institution without a code.
    Cell(usize),
}

/// Where a value comes from that is no cell of its own.
#[derive(Clone, Debug)]
enum From {
    /// The same for all rows.
    Constant(Box<[u8]>),
    /// These cells, joined.
    Joined(Vec<usize>),
}

impl Slot {
    /// The value of a row.
    #[inline(always)]
    fn cell<'a>(&'a self, row: Row<'a>) -> Cow<'a, [u8]> {
        match &self.from {
            None => Cow::Borrowed(row.get(self.at).unwrap_or_default()),
            Some(From::Constant(text)) => Cow::Borrowed(text),
            Some(From::Joined(cells)) => {
                let cells: Vec<&[u8]> = cells.iter().map(|at| clean(row.get(*at).unwrap_or_default())).collect();
                Cow::Owned(if cells.iter().all(|c| c.is_empty()) { Vec::new() } else { cells.join(&JOINT) })
            }
        }
    }

    /// Whether it is kept as text, or as the hash of one.
    fn is_text(&self) -> bool {
        matches!(self.keep, Keep::Symbol(_) | Keep::Hash)
    }

    /// Whether it is an amount of money.
    pub fn is_money(&self) -> bool {
        self.column.kind == CellType::Money
    }
}

/// Between the cells of a joined value, as in the ids that are made up elsewhere.
const JOINT: u8 = b'@';

/// Turns rows of cells into a [`Batch`].
#[derive(Clone, Debug)]
pub(super) struct Parser {
    /// The columns kept, in file order.
    pub slots: Vec<Slot>,
    /// What else the rows hold.
    pub beside: Vec<BesideParser>,
    headers: Vec<String>,
    item_at: Option<(usize, usize)>,
    /// Fewest cells of a row: programs leave out empty ones at its end.
    shortest: usize,
    /// Cells from which on filled ones, or more of them than the header has, make it doubtful that a row fits; see
    /// [`Parser::doubt_wide`].
    doubtful: Option<usize>,
}

impl Parser {
    /// A parser for a layout.
    pub fn new(layout: &Layout) -> Self {
        let mut slots: Vec<Slot> = Vec::new();
        let headers = layout.columns.iter().enumerate().filter_map(|(at, c)| c.map(|c| (at, None, c)));
        let more = layout.more.iter().map(|(at, c)| (*at, None, *c));
        let constants = layout
            .constants
            .iter()
            .map(|(column, text)| (usize::MAX, Some(From::Constant(text.as_bytes().into())), *column));
        let joined = column(layout.table, "mdtrt_id")
            .zip(layout.joined.first())
            .map(|(column, first)| (*first, Some(From::Joined(layout.joined.clone())), column));
        let given: Vec<_> = headers.chain(more).chain(constants).chain(joined).collect();
        let has = |field: &str| given.iter().any(|(_, _, c)| c.field == field);
        for (at, from, column) in given.iter().cloned() {
            let role = stand_in(layout.table, column, has);
            let Some(mut keep) = keep(role) else { continue };
            if let (Keep::Integer(scale), CellType::Money | CellType::Price) = (&mut keep, column.kind) {
                // Money in units of 10^n yuan has n more decimals to the fen.
                let power = layout.powers.get(at).copied().flatten().unwrap_or(0);
                *scale = scale.saturating_add_signed(power);
            }
            let alternative = role.kind != CellType::Id && role.stands_in.is_some_and(has);
            let key = role.required && !alternative && role.field != "endtime";
            let named = |domain| matches!(keep, Keep::Symbol(d) if d == domain);
            let first = role.field == "oprn_oprt_code";
            let name =
                given.iter().find(|(_, from, c)| from.is_none() && c.field == "fixmedins_name").map(|(at, _, _)| *at);
            let spare = match (role.field, layout.table) {
                ("psn_no", Table::Stays | Table::Visits) => Spare::Nobody,
                ("fixmedins_code", _) => name.filter(|name| *name != at).map_or(Spare::Nothing, Spare::Cell),
                _ => Spare::Nothing,
            };
            let code = named(Domain::Diagnosis) || named(Domain::Doctor) || first;
            let stands_in = columns(layout.table)
                .iter()
                .any(|c| c.required && c.kind != CellType::Id && c.stands_in == Some(role.field) && !has(c.field));
            // The sign of a total says whether it is a charge or a refund, so a settlement cannot live without it.
            let needed = key
                || stands_in
                || role.field == "medfee_sumamt"
                || role.required && !(alternative && keep == Keep::Moment);
            slots.push(Slot {
                at,
                from,
                column,
                field: role.field,
                keep,
                key,
                needed,
                purpose: match role.field {
                    "brdy" => Purpose::Birth,
                    "endtime" => Purpose::End,
                    _ => Purpose::Service,
                },
                sense: match role.field {
                    "refd_setl_flag" => Sense::Refunded,
                    "vali_flag" => Sense::Valid,
                    _ => Sense::Plain,
                },
                strict: column.kind != CellType::Text || code,
                id: column.kind == CellType::Id,
                code,
                first,
                spare,
            });
        }
        let slot = |field: &str| slots.iter().position(|s| s.field == field);
        let item_at = match layout.table {
            Table::Fees | Table::Purchases | Table::Stock => slot("hilist_code").zip(slot("hilist_name")),
            Table::Diagnoses => slot("diag_code").zip(slot("diag_name")),
            _ => slot("dise_codg").zip(slot("dise_name")),
        };
        let beside = layout.beside.iter().map(BesideParser::new).collect();
        Self { slots, beside, headers: layout.headers.clone(), item_at, shortest: layout.headers.len(), doubtful: None }
    }

    /// Takes rows of so many cells for whole, as far as they hold what a row cannot do without.
    pub fn allow_short(&mut self, cells: usize) {
        let needed =
            self.slots.iter().filter(|s| s.key && s.from.is_none()).map(|s| s.at + 1).max().unwrap_or_default();
        self.shortest = cells.max(needed).min(self.width());
    }

    /// Fewest cells of a row below another header of the same file: as many as may be left out here may be there.
    pub fn shortest_below(&self, width: usize) -> usize {
        width.saturating_sub(self.width() - self.shortest)
    }

    /// Looks twice at rows with more cells than the header names: a comma in a text without quotes moves what follows it, and
    /// where the last cells are empty the row still seems to fit.
    pub fn doubt_wide(&mut self) {
        self.doubtful = Some(named(&self.headers));
    }

    /// The same below another header of the file.
    pub fn doubt_like(&mut self, other: &Self) {
        if other.doubtful.is_some() {
            self.doubt_wide();
        }
    }

    /// Whether a row that is wider than the others was moved by a separator in a cell: a cell does not read as what its column
    /// holds, or an amount was torn at the comma of its thousands.
    fn is_moved(&self, row: Row<'_>) -> bool {
        let Some(named) = self.doubtful else { return false };
        let wide = row.len() > self.width();
        if !wide && (named == self.width() || row.iter().skip(named).all(|c| clean(c).is_empty())) {
            return false;
        }
        let own = || self.slots.iter().filter(|s| s.from.is_none());
        own().any(|slot| !slot.reads(row.get(slot.at).unwrap_or_default()))
            || own().filter(|s| s.is_money()).any(|s| {
                let cell = |at: usize| clean(row.get(at).unwrap_or_default());
                is_torn(cell(s.at), cell(s.at + 1))
            })
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
            more: Default::default(),
            read: 0,
            damaged: vec![0; self.slots.len()],
            seen: vec![Seen::default(); self.slots.len()],
            last: vec![Last::default(); self.slots.len()],
            thinned: false,
            keys: Vec::new(),
            short: 0,
            samples: vec![Vec::new(); self.width()],
            beside: self.beside.iter().map(BesideParser::rows).collect(),
        }
    }

    /// The header of a slot as written; its field where the value comes from no cell.
    pub fn header(&self, slot: usize) -> &str {
        let slot = &self.slots[slot];
        self.headers.get(slot.at).map_or(slot.field, |h| h.trim().trim_start_matches('\u{feff}'))
    }

    /// The cells that are looked at, in file order: a format of columns need not read the others.
    pub fn cells(&self) -> Vec<usize> {
        let of = |slot: &Slot| match &slot.from {
            None => vec![slot.at],
            Some(From::Constant(_)) => Vec::new(),
            Some(From::Joined(cells)) => cells.clone(),
        };
        let mut cells: Vec<usize> = self.slots.iter().flat_map(of).collect();
        cells.extend(self.beside.iter().flat_map(BesideParser::cells));
        cells.sort_unstable();
        cells.dedup();
        cells
    }

    /// Number of cells in a row.
    pub fn width(&self) -> usize {
        self.headers.len()
    }

    /// Whether a row is the header once more: exports joined end to end.
    pub fn is_header(&self, row: Row<'_>) -> bool {
        let same = |(cell, header): (&[u8], &String)| clean(cell) == clean(header.as_bytes());
        row.len() == self.width() && row.iter().zip(&self.headers).all(same)
    }

    /// Adds a row. `suspect` says that the text was decoded with replacements, so a replacement character is damage.
    pub fn push(&self, batch: &mut Batch, line: u32, row: Row<'_>, suspect: bool) {
        batch.read += 1;
        if let Some(bad) = self.misfit(line, row, suspect) {
            batch.reject(bad);
            return;
        }
        if batch.read <= SAMPLED.0 {
            sample(&mut batch.samples, row);
        }
        let rows = batch.lines.len();
        // Text is interned only when the whole row is good, so that no id comes from a row set aside.
        let mut numbers = self.numbers(batch, line, row, suspect);
        for (at, beside) in self.beside.iter().enumerate() {
            numbers = numbers.and_then(|()| beside.numbers(&mut batch.beside[at], line, row, suspect));
        }
        if let Err(bad) = numbers {
            batch.values.iter_mut().for_each(|v| v.truncate(rows));
            batch.beside.iter_mut().for_each(BesideRows::undo);
            batch.reject(bad);
            return;
        }
        self.texts(batch, line, row);
        for (beside, rows) in self.beside.iter().zip(&mut batch.beside) {
            beside.texts(rows, line, row);
        }
    }

    /// A batch of one row.
    pub fn alone(&self, line: u32, row: Row<'_>, suspect: bool) -> Batch {
        let mut batch = self.batch();
        self.push(&mut batch, line, row, suspect);
        batch
    }

    /// Parses the cells of a row that are no text, and checks the others. A row at fault leaves values to be taken back.
    pub fn numbers(&self, batch: &mut Batch, line: u32, row: Row<'_>, suspect: bool) -> Result<(), BadRow> {
        let columns = self.slots.iter().zip(&mut batch.values).zip(&mut batch.seen).zip(&mut batch.last);
        for (((slot, values), seen), last) in columns {
            let raw = slot.cell(row);
            if let Some(value) = last.says(&raw) {
                if !slot.is_text() {
                    values.push(value);
                }
                continue;
            }
            let cell = slot.clean(&raw);
            let read = check(slot, row, &raw, cell, suspect).and_then(|()| value(slot, &raw, cell, seen));
            match read {
                Ok(Read::Text) => {}
                Ok(Read::Plain(value)) => {
                    values.push(value);
                    // What stands in for an empty cell is not its own.
                    if !cell.is_empty() || !slot.key {
                        last.note(&raw, value);
                    }
                }
                Ok(Read::Told(value)) => values.push(value),
                Err(reason) => {
                    seen.refused.add(&raw);
                    let column = self.headers.get(slot.at).map_or(slot.field, |h| h.trim()).to_string();
                    return Err(BadRow { line, column, value: shorten(&raw), reason });
                }
            }
        }
        Ok(())
    }

    /// Interns the texts of a row whose numbers are in, which ends it.
    pub fn texts(&self, batch: &mut Batch, line: u32, row: Row<'_>) {
        let rows = batch.lines.len();
        let columns = self.slots.iter().zip(&mut batch.values).zip(&mut batch.damaged).zip(&mut batch.last);
        for (((slot, values), damaged), last) in columns.filter(|(((slot, _), _), _)| slot.is_text()) {
            if let Some(value) = last.said() {
                values.push(value);
                continue;
            }
            let raw = slot.cell(row);
            let cell = slot.clean(&raw);
            let broken = slot.column.kind == CellType::Id && is_damaged_id(cell);
            *damaged += u64::from(broken);
            let cell = match (broken, slot.first) {
                (true, _) => b"",
                (false, true) => first_of(cell),
                (false, false) => cell,
            };
            match values {
                Values::Symbol(domain, ids) => {
                    let id = batch.symbols[*domain as usize].intern(&slot.text(cell));
                    ids.push(id);
                    if id != NO_SYMBOL {
                        last.note(&raw, Value::Symbol(id));
                    }
                }
                Values::Hash(hashes) => hashes.push(if cell.is_empty() { 0 } else { hash(&slot.text(cell)) }),
                _ => {}
            }
        }
        batch.short += u64::from(row.len() < self.width());
        batch.lines.push(line);
        self.note_name(batch, rows);
    }

    /// Sets aside a row whose cells do not fit the header, unless the surplus cells are empty.
    fn misfit(&self, line: u32, row: Row<'_>, suspect: bool) -> Option<BadRow> {
        let fits = row.len() >= self.shortest && row.iter().skip(self.width()).all(|c| clean(c).is_empty());
        if fits && !self.is_moved(row) {
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
        .find(|c| c.kind == CellType::Id && c.required && c.stands_in == Some(column.field) && !has(c.field))
        .unwrap_or(column)
}

/// Adds a pair out of step with the ids: an item without a name before it, or a second name.
fn push_name(pairs: &mut Vec<(u32, u32)>, pair: (u32, u32)) {
    if !pairs.iter().rev().take(64).any(|p| *p == pair) {
        pairs.push(pair);
    }
}

/// Keeps the first few distinct values of every column.
fn sample(samples: &mut [Vec<String>], row: Row<'_>) {
    for (known, cell) in samples.iter_mut().zip(row.iter()) {
        let text = shorten(clean(cell));
        if known.len() < SAMPLED.1 && !text.is_empty() && !known.contains(&text) {
            known.push(text);
        }
    }
}

/// What a decoder puts where it could not read.
const REPLACED: &[u8] = "\u{fffd}".as_bytes();

/// Whether a cell can be used at all.
fn check(slot: &Slot, row: Row<'_>, raw: &[u8], cell: &[u8], suspect: bool) -> Result<(), &'static str> {
    let lacks = || match slot.spare {
        Spare::Nothing => !(is_dash(raw) && matches!(slot.keep, Keep::Integer(_))),
        Spare::Nobody => false,
        Spare::Cell(at) => clean(row.get(at).unwrap_or_default()).is_empty(),
    };
    if suspect && memchr::memmem::find(cell, REPLACED).is_some() {
        return Err("reject-encoding");
    }
    if cell.is_empty() && slot.key && lacks() {
        return Err("reject-missing");
    }
    let names_a_record = slot.key || slot.field == "mdtrt_id";
    if names_a_record && slot.column.kind == CellType::Id && is_damaged_id(cell) {
        return Err("reject-damaged-id");
    }
    Ok(())
}

impl Slot {
    /// A cell without its wrapping; empty where it is a word for nothing.
    #[inline]
    fn clean<'a>(&self, raw: &'a [u8]) -> &'a [u8] {
        let cell = clean(raw);
        if self.strict && is_nothing(cell) { b"" } else { cell }
    }

    /// Whether a cell is empty or reads as what its column holds.
    fn reads(&self, raw: &[u8]) -> bool {
        let cell = self.clean(raw);
        if cell.is_empty() {
            return true;
        }
        match (self.keep, self.column.kind) {
            (Keep::Moment, _) => moment(cell, self.purpose) != Reading::Unread,
            (Keep::Integer(scale), _) => decimal(cell, scale).is_some() || measured(cell, scale).is_some(),
            (_, CellType::Sex) => sex(cell).is_some(),
            (_, CellType::Flag) => flag(cell, self.sense).is_some(),
            _ => true,
        }
    }

    /// A text in the form in which it is compared.
    fn text<'a>(&self, cell: &'a [u8]) -> Cow<'a, [u8]> {
        match (self.id, self.code) {
            (true, _) => id(cell),
            (_, true) => code(cell),
            _ => Cow::Borrowed(cell),
        }
    }

    /// A cell that cannot be read: the row cannot live without it, or it counts as empty and is told.
    fn unread<T>(&self, cell: &[u8], seen: &mut Seen, empty: T, reason: &'static str) -> Result<T, &'static str> {
        if self.needed {
            return Err(reason);
        }
        seen.unread.add(cell);
        Ok(empty)
    }
}

/// Number of headers up to the last that is not blank.
pub(super) fn named(headers: &[String]) -> usize {
    headers.iter().rposition(|h| !clean(h.as_bytes()).is_empty()).map_or(0, |at| at + 1)
}

/// Whether two cells are an amount torn at the comma of its thousands: `1` and `234.50`.
fn is_torn(first: &[u8], second: &[u8]) -> bool {
    let first = first.strip_prefix(b"-").unwrap_or(first);
    let digits = |cell: &[u8]| cell.iter().all(u8::is_ascii_digit);
    let head = matches!(first, [b'1'..=b'9', rest @ ..] if rest.len() < 3 && digits(rest));
    head && match second {
        [a, b, c] => digits(&[*a, *b, *c]),
        [a, b, c, b'.', rest @ ..] => digits(&[*a, *b, *c]) && digits(rest),
        _ => false,
    }
}

/// What a cell says.
enum Read {
    /// Text, which is interned when the whole row is good.
    Text,
    /// A value, and nothing to tell of.
    Plain(Value),
    /// A value, and something was told of the cell.
    Told(Value),
}

/// Parses a cell that is no text.
fn value(slot: &Slot, raw: &[u8], cell: &[u8], seen: &mut Seen) -> Result<Read, &'static str> {
    Ok(match slot.keep {
        Keep::Symbol(_) | Keep::Hash => Read::Text,
        Keep::Integer(scale) => match decimal(cell, scale) {
            Some(value) => Read::Plain(Value::Integer(value)),
            None if is_dash(raw) => Read::Plain(Value::Integer(0)),
            None if cell.is_empty() => Read::Plain(Value::Integer(NO_INTEGER)),
            None => Read::Told(Value::Integer(
                match measured(cell, scale).filter(|_| slot.column.kind == CellType::Quantity) {
                    Some((value, unit)) => {
                        seen.units.add(&unit);
                        value
                    }
                    None => slot.unread(cell, seen, NO_INTEGER, "reject-number")?,
                },
            )),
        },
        Keep::Moment => match cell {
            [] => Read::Plain(Value::Moment(None)),
            _ => match moment(cell, slot.purpose) {
                Reading::Known(stamp) => Read::Plain(Value::Moment(Some(stamp))),
                reading => Read::Told(Value::Moment(odd_moment(reading, slot, cell, seen)?)),
            },
        },
        Keep::Small => {
            let known = match slot.column.kind {
                CellType::Sex => sex(cell).map(|sex| sex as u8),
                CellType::Grade => grade(cell).map(|grade| grade as u8),
                CellType::Class => fee_class(cell).map(|class| class as u8),
                _ => flag(cell, slot.sense).map(|flag| FLAG[flag.map_or(0, |yes| 1 + usize::from(yes))]),
            };
            match known {
                Some(known) => Read::Plain(Value::Small(known)),
                None => Read::Told(Value::Small(seen.unknown(
                    cell,
                    match slot.column.kind {
                        CellType::Sex => Sex::Unknown as u8,
                        CellType::Grade => Grade::Unknown as u8,
                        CellType::Class => FeeClass::Unknown as u8,
                        _ => FLAG[0],
                    },
                ))),
            }
        }
    })
}

/// A date cell that does not say a day by itself.
fn odd_moment(reading: Reading, slot: &Slot, cell: &[u8], seen: &mut Seen) -> Result<Option<Stamp>, &'static str> {
    match reading {
        Reading::Known(stamp) => Ok(Some(stamp)),
        Reading::Open(stamp) => {
            // A month or a year of birth is all that there is to know.
            if Open::is_settled(stamp) {
                return Ok(Some(stamp));
            }
            seen.open.add(cell);
            if Open::ORDER.marks(stamp) {
                seen.orders[usize::from(orders(stamp, slot.purpose))] += 1;
            }
            seen.epochs += u64::from(Open::EPOCH.marks(stamp));
            Ok(Some(stamp))
        }
        // A stay that has not ended has no end; any other date that a row cannot live without must be a day.
        Reading::Filler if !slot.needed || slot.purpose == Purpose::End => {
            seen.fillers.add(cell);
            Ok(None)
        }
        Reading::Filler | Reading::Unread => slot.unread(cell, seen, None, "reject-date"),
    }
}

/// The first of several codes in a cell, joined by one of the usual separators.
fn first_of(cell: &[u8]) -> &[u8] {
    let text = std::str::from_utf8(cell).unwrap_or_default();
    let first = text.split([';', '；', ',', '，', '、', '|']).map(str::trim).find(|code| !code.is_empty());
    first.unwrap_or_default().as_bytes()
}

/// A 64-bit hash of an id that is only compared; never 0. Equal hashes are confirmed by the rows' other values.
pub(super) fn hash(cell: &[u8]) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(cell);
    // FxHash is weak in its low bits; a finaliser (Steele, Lea, Flood 2014, SplitMix64) spreads them.
    let mut h = hasher.finish().wrapping_add(cell.len() as u64);
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (h ^ (h >> 31)).max(1)
}
