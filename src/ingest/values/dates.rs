//! What dates and moments are made of, and those that are settled with their column.
//!
//! A cell that its column must settle (03/04/2025, a two-digit year of birth, seconds of an epoch) is kept in the place of its
//! moment, with the marks of [`Open`] above the seconds of the day, so that a column of such cells costs nothing more.

use crate::model::{Day, Stamp};

/// What a column of dates is for: what its fillers and short forms mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ingest) enum Purpose {
    /// When something was done or begun.
    Service,
    /// When it ended: a filler is "not yet".
    End,
    /// A birth: months, years and two-digit years of another century.
    Birth,
}

/// What a date cell says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ingest) enum Reading {
    /// A day or a moment.
    Known(Stamp),
    /// To be settled with its column; see [`Open`].
    Open(Stamp),
    /// A date at an end of time, which systems write for none.
    Filler,
    /// None of the forms, or no such day.
    Unread,
}

/// Whether a date outside of living memory is one that systems write for "none": the first or last day of a calendar or of a data
/// type, in the databases and spreadsheets that exports come from.
pub(super) fn is_filler(year: i32, month: u32, day: u32) -> bool {
    match year {
        0 | 1 => month <= 1 && day <= 2,
        1899 => month == 12 && day >= 30,
        ..=1900 => month <= 1 && day <= 1,
        1970 => (month, day) == (1, 1),
        9999 => true,
        // The last day that nanoseconds reach.
        2262 => (month, day) == (4, 11),
        2090.. => matches!((month, day), (12, 1 | 30 | 31) | (1, 1 | 2)),
        _ => false,
    }
}

pub(super) fn two(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(u32::from(a - b'0') * 10 + u32::from(b - b'0')),
        _ => None,
    }
}

/// The day of a date between 1800 and 2299; arithmetic after Hinnant, "chrono-compatible low-level date algorithms" (2013).
pub(super) fn calendar(year: u32, month: u32, day: u32) -> Option<Day> {
    if !(1800..2300).contains(&year) || !(1..=12).contains(&month) || day == 0 || day > last_of(year, month) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year } as i32;
    let era = year / 400;
    let of_era = year - era * 400;
    let of_year = ((153 * ((month + 9) % 12) + 2) / 5 + day - 1) as i32;
    Some(Day(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468))
}

/// The last day of a month.
pub(super) fn last_of(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A moment; 24:00 of a day stays on that day, as its last second, and so does a leap second on its minute.
pub(super) fn clock(day: Day, hour: u32, minute: u32, second: u32) -> Option<Stamp> {
    if (hour, minute, second) == (24, 0, 0) {
        return Some(Stamp { day, second: 86_399 });
    }
    (hour < 24 && minute < 60 && second <= 60)
        .then(|| Stamp { day, second: hour * 3600 + minute * 60 + second.min(59) })
}

/// Hours by which the exports' clock is ahead of UTC: all of China has one.
const CHINA: i32 = 8;

/// A moment with so many seconds ahead of UTC as local time. In the summers of 1986 to 1991 China was an hour further ahead, so
/// that programs give births of those summers as 23:00 of the day before.
pub(super) fn local(stamp: Stamp, ahead: i32, purpose: Purpose) -> Stamp {
    let second = stamp.second as i32 - ahead + CHINA * 3600;
    let (days, second) = (second.div_euclid(86_400), second.rem_euclid(86_400) as u32);
    let local = Stamp { day: Day(stamp.day.0 + days), second };
    /// 1986-05-04, 1991-09-15.
    const SUMMERS: std::ops::RangeInclusive<i32> = 5_967..=7_927;
    if purpose == Purpose::Birth && second == 82_800 && SUMMERS.contains(&local.day.0) {
        return Stamp { day: Day(local.day.0 + 1), second: 0 };
    }
    local
}

/// The marks of a cell that is settled with its column, above the seconds of the day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ingest) struct Open(u32);

impl Open {
    /// The order of day, month and year is open: the numbers stand in place of the day.
    pub const ORDER: Self = Self(1 << 20);
    /// The year has two digits; it is given as 20yy.
    pub const SHORT: Self = Self(1 << 21);
    /// Counted in seconds or milliseconds of an epoch.
    pub const EPOCH: Self = Self(1 << 22);
    /// Only the month is known; the day is its first.
    pub const MONTH: Self = Self(1 << 23);
    /// Only the year is known; the day is its first.
    pub const YEAR: Self = Self(1 << 24);
    /// The first number of an open order is written with one digit, as no year is.
    pub const DIGIT_FIRST: Self = Self(1 << 25);
    /// So is the last.
    pub const DIGIT_LAST: Self = Self(1 << 26);
    const ALL: u32 = 0x1ff << 20;

    /// Whether a kept moment has this mark.
    pub fn marks(self, stamp: Stamp) -> bool {
        stamp.second & self.0 != 0
    }

    /// The moment with this mark.
    pub fn mark(self, stamp: Stamp) -> Stamp {
        Stamp { second: stamp.second | self.0, ..stamp }
    }

    /// Whether a kept moment has any mark.
    pub fn is_open(stamp: Stamp) -> bool {
        stamp.second & Self::ALL != 0
    }

    /// Whether a kept moment needs nothing of its column: it has no mark, or says only how much of a birth is known.
    pub fn is_settled(stamp: Stamp) -> bool {
        stamp.second & Self::ALL & !(Self::MONTH.0 | Self::YEAR.0) == 0
    }

    /// The moment without its marks.
    pub fn bare(stamp: Stamp) -> Stamp {
        Stamp { second: stamp.second & !Self::ALL, ..stamp }
    }
}

/// Orders of day, month and year, as bits of a set.
pub(in crate::ingest) const DAY_FIRST: u8 = 1;
pub(in crate::ingest) const MONTH_FIRST: u8 = 2;
pub(in crate::ingest) const YEAR_FIRST: u8 = 4;

/// Three numbers of which the order is open, as a kept moment: `a/b/c`, with `c` of four digits or all of two.
pub(super) fn open_order(a: u32, b: u32, c: u32, second: u32) -> Stamp {
    let short = if c < 100 { Open::SHORT.0 } else { 0 };
    Stamp { day: Day((c * 10_000 + a * 100 + b) as i32), second: second | Open::ORDER.0 | short }
}

/// The first and the last number of a moment kept with [`Open::ORDER`].
pub(in crate::ingest) fn ends_of(stamp: Stamp) -> (i32, i32) {
    (stamp.day.0 / 100 % 100, stamp.day.0 / 10_000)
}

/// The days that the orders of a set give, for a moment kept with [`Open::ORDER`].
pub(in crate::ingest) fn in_orders(stamp: Stamp, orders: u8, purpose: Purpose) -> impl Iterator<Item = (u8, Day)> {
    let packed = stamp.day.0 as u32;
    let (c, a, b) = (packed / 10_000, packed / 100 % 100, packed % 100);
    let full = |year: u32| if year < 100 { 2000 + year } else { year };
    // A service is not given in 2050 and later; a birth is of the century before then.
    let likely = move |year: u32| purpose == Purpose::Birth || full(year) < 2050;
    let last = likely(c) && !Open::DIGIT_LAST.marks(stamp);
    let first = c < 100 && likely(a) && !Open::DIGIT_FIRST.marks(stamp);
    let candidates = [
        (DAY_FIRST, last.then(|| calendar(full(c), b, a)).flatten()),
        (MONTH_FIRST, last.then(|| calendar(full(c), a, b)).flatten()),
        (YEAR_FIRST, first.then(|| calendar(full(a), b, c)).flatten()),
    ];
    candidates.into_iter().filter(move |(order, _)| order & orders != 0).filter_map(|(order, day)| Some((order, day?)))
}

/// The orders in which a moment kept with [`Open::ORDER`] is a day.
pub(in crate::ingest) fn orders(stamp: Stamp, purpose: Purpose) -> u8 {
    in_orders(stamp, DAY_FIRST | MONTH_FIRST | YEAR_FIRST, purpose).fold(0, |set, (order, _)| set | order)
}

/// The same day a hundred years before.
pub(in crate::ingest) fn century_before(day: Day) -> Option<Day> {
    use chrono::Datelike;
    let date = day.date();
    let year = u32::try_from(date.year()).ok()?.checked_sub(100)?;
    calendar(year, date.month(), date.day().min(last_of(year, date.month())))
}

/// The date of birth of a settled cell, where the day is known.
pub(in crate::ingest) fn birth_day(stamp: Stamp) -> Option<Day> {
    (!Open::is_open(stamp)).then_some(stamp.day)
}

/// The first and last possible day of birth of a settled cell that gives a month or a year.
pub(in crate::ingest) fn birth_range(stamp: Stamp) -> Option<(Day, Day)> {
    use chrono::Datelike;
    let date = stamp.day.date();
    let year = u32::try_from(date.year()).ok()?;
    if Open::YEAR.marks(stamp) {
        Some((calendar(year, 1, 1)?, calendar(year, 12, 31)?))
    } else if Open::MONTH.marks(stamp) {
        let month = date.month();
        Some((calendar(year, month, 1)?, calendar(year, month, last_of(year, month))?))
    } else {
        None
    }
}
