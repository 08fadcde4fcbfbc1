//! A cell with a date or a moment: the forms of nearly every cell, words for none, and all others.

use super::cells::half_width;
use super::dates::{Purpose, Reading, calendar, clock, is_filler, two};
use super::forms;
use crate::model::{Day, Stamp};

/// Reads a date cell.
pub(in crate::ingest) fn moment(cell: &[u8], purpose: Purpose) -> Reading {
    match plain(cell) {
        Some(stamp) if is_usual(stamp.day, purpose) => Reading::Known(stamp),
        _ => unusual(cell, purpose),
    }
}

/// Whether a day can be meant as one: outside are the ends of time that systems write for "none".
fn is_usual(day: Day, purpose: Purpose) -> bool {
    /// 1900-01-02, 2089-12-31.
    const BETWEEN: std::ops::RangeInclusive<i32> = -25_566..=43_829;
    BETWEEN.contains(&day.0) && (day.0 != 0 || purpose == Purpose::Birth)
}

/// Words in the place of a discharge of somebody who is still there.
const STILL_THERE: [&str; 14] = [
    "在院",
    "在住",
    "在院中",
    "未出院",
    "未出",
    "至今",
    "住院中",
    "未结算",
    "长期",
    "尚未出院",
    "待出院",
    "仍在院",
    "仍住院",
    "未办理出院",
];
/// The last day of 9999 as Oracle shows it with two digits of the year, and as a spreadsheet counts it.
const END_OF_TIME: [&str; 4] = ["31-DEC-99", "31-12月-99", "31-12月 -99", "2958465"];

/// Whether a date is the last of time, in letters of either case and with any time of day.
fn ends_time(text: &str) -> bool {
    END_OF_TIME.iter().any(|end| text.get(..end.len()).is_some_and(|start| start.eq_ignore_ascii_case(end)))
}

fn unusual(cell: &[u8], purpose: Purpose) -> Reading {
    let Ok(text) = std::str::from_utf8(cell) else { return Reading::Unread };
    let text = half_width(text);
    if purpose == Purpose::End && STILL_THERE.contains(&text.trim()) {
        return Reading::Filler;
    }
    if purpose != Purpose::Birth && ends_time(text.trim()) {
        return Reading::Filler;
    }
    let reading = forms::read(text.trim(), purpose);
    match reading {
        Reading::Known(stamp) if !is_usual(stamp.day, purpose) => filler(stamp.day),
        _ => reading,
    }
}

/// A day outside of what can be meant: one of those that systems write for "none", or a slip of the pen.
fn filler(day: Day) -> Reading {
    use chrono::Datelike;
    let date = day.date();
    if is_filler(date.year(), date.month(), date.day()) { Reading::Filler } else { Reading::Unread }
}

/// `yyyy-MM-dd`, `yyyy-MM-dd HH:mm:ss` with `-` or `/`: nearly every cell.
fn plain(cell: &[u8]) -> Option<Stamp> {
    if cell.len() != 10 && cell.len() != 19 {
        return None;
    }
    if !matches!((cell[4], cell[7]), (b'-', b'-') | (b'/', b'/')) {
        return None;
    }
    let year = two(&cell[0..2])? * 100 + two(&cell[2..4])?;
    let day = calendar(year, two(&cell[5..7])?, two(&cell[8..10])?)?;
    if cell.len() == 10 {
        return Some(Stamp::date(day));
    }
    if !matches!(cell[10], b' ' | b'T') || cell[13] != b':' || cell[16] != b':' {
        return None;
    }
    clock(day, two(&cell[11..13])?, two(&cell[14..16])?, two(&cell[17..19])?)
}
