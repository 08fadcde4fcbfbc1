//! Columns settled as a whole, once every batch of a part is parsed: the order of day and month, counts of seconds, two-digit
//! years of birth, ends at the end of time, and columns of which nearly nothing can be read.

use super::Note;
use super::batch::{Batch, Values};
use super::parser::Parser;
use super::seen::Seen;
use super::values::{DAY_FIRST, MONTH_FIRST, Open, Purpose, YEAR_FIRST, century_before, ends_of, in_orders, orders};
use crate::messages::args;
use crate::model::{CellType, Day, Stamp};

/// A column of which so many cells, and such a share, cannot be read holds something else.
const MANY: u64 = 20;
const NEARLY_ALL: (u64, u64) = (9, 10);

/// What came of the columns of a part.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// By slot.
    pub seen: Vec<Seen>,
    /// Slots of which nearly nothing could be read: their column counts as not there.
    pub dropped: Vec<usize>,
    /// By slot, the rows of dates that can be read two ways.
    undecided: Vec<u64>,
    /// A column that the rows cannot live without and of which nearly nothing could be read: its slot, the reason as an `unread-...`
    /// id and the reason of its rows.
    pub refusal: Option<(usize, &'static str, &'static str)>,
    pub notes: Vec<Note>,
}

/// Settles the columns of a part.
pub(super) fn settle(file: &str, parser: &Parser, batches: &mut [Batch]) -> Settled {
    let slots = parser.slots.len();
    let mut out = Settled { seen: vec![Seen::default(); slots], undecided: vec![0; slots], ..Settled::default() };
    for batch in batches.iter() {
        out.seen.iter_mut().zip(&batch.seen).for_each(|(all, seen)| all.merge(seen));
    }
    let mut open: Vec<usize> = (0..slots).filter(|at| out.seen[*at].open.count > 0).collect();
    // Births come last: they are not after the admission.
    open.sort_by_key(|at| parser.slots[*at].purpose == Purpose::Birth);
    for at in open {
        Column { file, parser, at }.settle(batches, &mut out);
    }
    far_ends(parser, batches, &mut out);
    unreadable(file, parser, batches, &mut out);
    out
}

/// A column of dates with cells that it must settle.
struct Column<'a> {
    file: &'a str,
    parser: &'a Parser,
    at: usize,
}

/// Years of birth in two digits that would lie beyond this day are of the century before, where no admission says so.
const FUTURE: Day = Day(21_915);

impl Column<'_> {
    fn settle(&self, batches: &mut [Batch], out: &mut Settled) {
        let slot = &self.parser.slots[self.at];
        let seen = &out.seen[self.at];
        // The orders in which every cell is a day; none where two cells contradict each other.
        let all = DAY_FIRST | MONTH_FIRST | YEAR_FIRST;
        let common = (1..8u8).filter(|set| seen.orders[usize::from(*set)] > 0).fold(all, |common, set| common & set);
        let common = if slot.purpose == Purpose::Birth { common } else { self.by_spread(batches, common) };
        let filled: u64 = batches.iter().map(|b| b.values[self.at].filled()).sum();
        let epochs = seen.epochs * NEARLY_ALL.1 >= filled * NEARLY_ALL.0;
        let limit = self.parser.slots.iter().position(|s| s.field == "begntime" || s.field == "setl_time");
        let (mut short, mut lost) = (0u64, 0u64);
        for batch in batches.iter_mut() {
            let mut unsettled: Vec<(usize, String, &'static str)> = Vec::new();
            for row in 0..batch.lines.len() {
                let admission = limit.and_then(|at| match &batch.values[at] {
                    Values::Moment(moments) => moments[row].map(|s| s.day),
                    _ => None,
                });
                let Values::Moment(moments) = &mut batch.values[self.at] else { break };
                let Some(stamp) = moments[row].filter(|s| !Open::is_settled(*s)) else { continue };
                moments[row] = settled(stamp, slot.purpose, common, epochs, admission.unwrap_or(FUTURE));
                match moments[row] {
                    Some(_) => short += u64::from(Open::SHORT.marks(stamp) && slot.purpose == Purpose::Birth),
                    None if slot.needed => unsettled.push((row, written(stamp), reason(stamp))),
                    None => lost += 1,
                }
            }
            lost += unsettled.len() as u64;
            if !unsettled.is_empty() {
                batch.take_out(unsettled, self.parser.header(self.at));
            }
        }
        self.tell(common, epochs, short, lost, out);
    }

    /// Where year first and year last both give days (03/01/25, 13/01/25), the number that hardly changes is the year: no export
    /// tells of many years and in all of them of the same few days of a month.
    fn by_spread(&self, batches: &[Batch], common: u8) -> u8 {
        /// Cells from which that is told; years of an export; and years that none has.
        const ENOUGH: u64 = 4;
        const NARROW: i32 = 2;
        const WIDE: i32 = 6;
        if common & YEAR_FIRST == 0 || common == YEAR_FIRST {
            return common;
        }
        let (mut cells, mut first, mut last) = (0u64, (i32::MAX, i32::MIN), (i32::MAX, i32::MIN));
        for batch in batches {
            let Values::Moment(moments) = &batch.values[self.at] else { return common };
            for stamp in moments.iter().flatten().filter(|s| Open::ORDER.marks(**s)) {
                let (a, c) = ends_of(*stamp);
                cells += 1;
                first = (first.0.min(a), first.1.max(a));
                last = (last.0.min(c), last.1.max(c));
            }
        }
        let span = |(least, most): (i32, i32)| most - least;
        match (cells >= ENOUGH, span(first), span(last)) {
            (true, WIDE.., ..=NARROW) => common & !YEAR_FIRST,
            (true, ..=NARROW, WIDE..) => YEAR_FIRST,
            _ => common,
        }
    }

    /// Says how the column was settled.
    fn tell(&self, common: u8, epochs: bool, short: u64, lost: u64, out: &mut Settled) {
        let slot = &self.parser.slots[self.at];
        let seen = &mut out.seen[self.at];
        let ordered: u64 = seen.orders.iter().sum();
        let mut note = |id: &'static str, count: u64, order: &'static str| {
            let figures = args([
                ("file", self.file.into()),
                ("column", self.parser.header(self.at).into()),
                ("count", count.into()),
                ("examples", seen.open.shown().into()),
                ("lost", lost.into()),
                ("order", order.into()),
            ]);
            out.notes.push(Note { id, args: figures });
        };
        if ordered > 0 {
            note("note-day-month", ordered, order_name(common));
        }
        if seen.epochs > 0 && epochs {
            note("note-epochs", seen.epochs, "");
        }
        if short > 0 {
            note("note-short-years", short, "");
        }
        let lost = seen.open.of(lost);
        if slot.needed {
            seen.refused.merge(&lost)
        } else {
            seen.unread.merge(&lost)
        }
        // Where the cells contradict each other, those that can be read one way only are read.
        out.undecided[self.at] = if common == 0 { 0 } else { lost.count };
    }
}

fn order_name(common: u8) -> &'static str {
    match common {
        DAY_FIRST => "day",
        MONTH_FIRST => "month",
        YEAR_FIRST => "year",
        0 => "mixed",
        _ => "unknown",
    }
}

/// What an open cell is in its column; `None` where the column does not say.
fn settled(stamp: Stamp, purpose: Purpose, common: u8, epochs: bool, limit: Day) -> Option<Stamp> {
    let bare = Open::bare(stamp);
    if Open::EPOCH.marks(stamp) {
        return epochs.then_some(bare);
    }
    let mut day = bare.day;
    if Open::ORDER.marks(stamp) {
        let own = orders(stamp, purpose);
        let mut days = in_orders(stamp, if common == 0 { own } else { common }, purpose).map(|(_, day)| day);
        day = days.next()?;
        if days.any(|other| other != day) {
            return None;
        }
    }
    if Open::SHORT.marks(stamp) && purpose == Purpose::Birth && day > limit {
        day = century_before(day)?;
    }
    let kept = [Open::MONTH, Open::YEAR].into_iter().filter(|mark| mark.marks(stamp));
    Some(kept.fold(Stamp { day, ..bare }, |stamp, mark| mark.mark(stamp)))
}

fn reason(stamp: Stamp) -> &'static str {
    if Open::ORDER.marks(stamp) { "reject-day-month" } else { "reject-date" }
}

/// An open cell as it may have been written, for the list of rejects.
fn written(stamp: Stamp) -> String {
    let bare = Open::bare(stamp);
    let packed = stamp.day.0;
    let date = match Open::ORDER.marks(stamp) {
        true => format!("{:02}/{:02}/{:02}", packed / 100 % 100, packed % 100, packed / 10_000),
        false => bare.day.to_string(),
    };
    match bare.has_time() {
        true => format!("{date} {:02}:{:02}:{:02}", bare.second / 3600, bare.second / 60 % 60, bare.second % 60),
        false => date,
    }
}

/// Ends on the first or last day of a year that lies beyond all that the part tells of: the end of time of a system that does not
/// go far (2050-12-31).
fn far_ends(parser: &Parser, batches: &mut [Batch], out: &mut Settled) {
    use chrono::Datelike;
    /// Somebody admitted on the last day of an export is not there for longer, and was not discharged before it was made.
    const LATER: i32 = 366;
    let Some(end) = parser.slots.iter().position(|s| s.purpose == Purpose::End) else { return };
    let told = |slot: &str| matches!(slot, "begntime" | "setl_time");
    let slots: Vec<usize> = (0..parser.slots.len()).filter(|at| told(parser.slots[*at].field)).collect();
    let days = |batch: &Batch, at: usize| match &batch.values[at] {
        Values::Moment(moments) => moments.iter().flatten().map(|s| s.day).max(),
        _ => None,
    };
    let latest = batches.iter().flat_map(|b| slots.iter().filter_map(move |at| days(b, *at))).max();
    let Some(latest) = latest else { return };
    for batch in batches {
        let Values::Moment(ends) = &mut batch.values[end] else { return };
        for slot in ends.iter_mut() {
            let Some(stamp) = slot.filter(|s| s.day.0 > latest.0 + LATER) else { continue };
            let date = stamp.day.date();
            if matches!((date.month(), date.day()), (12, 31) | (1, 1)) {
                out.seen[end].fillers.add(stamp.to_string().as_bytes());
                *slot = None;
            }
        }
    }
}

/// Columns of which nearly nothing could be read hold something else: told once, not once a row.
fn unreadable(file: &str, parser: &Parser, batches: &[Batch], out: &mut Settled) {
    let rows: u64 = batches.iter().map(|b| b.read).sum();
    let nearly_all = |count: u64, of: u64| count * NEARLY_ALL.1 >= of * NEARLY_ALL.0;
    for (at, slot) in parser.slots.iter().enumerate() {
        let seen = &out.seen[at];
        if slot.needed {
            // One row is enough where all that is wrong is the order of day and month.
            let order = out.undecided[at] == seen.refused.count;
            if seen.refused.count > 0 && nearly_all(seen.refused.count, rows) && (order || seen.refused.count >= MANY) {
                let (reason, of_rows) =
                    if order { ("unread-day-month", "reject-day-month") } else { ("unread-column", "reject-column") };
                out.refusal.get_or_insert((at, reason, of_rows));
            }
            continue;
        }
        if seen.unread.count == 0 {
            continue;
        }
        let filled: u64 = batches.iter().map(|b| b.values[at].filled()).sum();
        let dropped = seen.unread.count >= MANY && nearly_all(seen.unread.count, filled + seen.unread.count);
        let figures = args([
            ("file", file.into()),
            ("column", parser.header(at).into()),
            ("count", seen.unread.count.into()),
            ("examples", seen.unread.shown().into()),
            ("kind", kind(slot.column.kind).into()),
        ]);
        out.notes.push(Note { id: if dropped { "note-unread-column" } else { "note-unread-cells" }, args: figures });
        if dropped {
            out.dropped.push(at);
        }
    }
}

/// What a column should hold, as messages choose by it.
pub(super) fn kind(kind: CellType) -> &'static str {
    match kind {
        CellType::Stamp | CellType::Date => "date",
        CellType::Id | CellType::Text => "text",
        _ => "number",
    }
}
