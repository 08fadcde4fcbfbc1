//! The forms of dates that are not `yyyy-MM-dd`: numbers alone, and numbers with words between them, in any order that is written.

use super::dates::{Open, Purpose, Reading, calendar, clock, is_filler, local, open_order, orders, two};
use crate::model::{Day, Stamp};

/// Reads a half-width, trimmed cell.
pub(super) fn read(text: &str, purpose: Purpose) -> Reading {
    let number = text.strip_suffix(".0").unwrap_or(text);
    let digits = number.strip_prefix('-').unwrap_or(number);
    let found = if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        number_alone(number, digits, purpose)
    } else {
        serial(text).or_else(|| Pieces::cut(text)?.read(purpose))
    };
    found.unwrap_or(Reading::Unread)
}

/// `yyyyMMdd`, `yyyyMMddHH` and longer, years and months of birth, seconds and milliseconds since 1970, a serial number.
fn number_alone(number: &str, digits: &str, purpose: Purpose) -> Option<Reading> {
    let bytes = digits.as_bytes();
    if bytes.iter().all(|b| *b == b'0') {
        return Some(Reading::Filler);
    }
    if digits.len() == number.len()
        && matches!(digits.len(), 8 | 10 | 12 | 14 | 17)
        && let Some(reading) = compact(bytes, purpose)
    {
        return Some(reading);
    }
    match digits.len() {
        4 if purpose == Purpose::Birth => birth_of(digits.parse().ok()?, 0),
        6 if purpose == Purpose::Birth => birth_of(digits[..4].parse().ok()?, two(&bytes[4..])?),
        5 if number.len() == 5 => serial(number),
        // Eight digits are a date or none: as seconds they would be of 1970 to 1973.
        8 => None,
        _ => epoch(number.parse().ok()?, purpose),
    }
}

/// `yyyyMMdd`, `yyyyMMddHH`, `yyyyMMddHHmm`, `yyyyMMddHHmmss`, `yyyyMMddHHmmssSSS`.
fn compact(digits: &[u8], purpose: Purpose) -> Option<Reading> {
    let (year, month, day) =
        (two(&digits[0..2])? * 100 + two(&digits[2..4])?, two(&digits[4..6])?, two(&digits[6..8])?);
    // Ten digits that would be an hour before exports are seconds of the 2030s.
    if digits.len() == 10 && year < 1990 && purpose != Purpose::Birth {
        return None;
    }
    if means_none(year, month, day, purpose) {
        return Some(Reading::Filler);
    }
    if purpose == Purpose::Birth && digits.len() == 8 && day == 0 {
        return birth_of(year, month);
    }
    let day = calendar(year, month, day)?;
    let pair = |at: usize| digits.get(at..at + 2).map_or(Some(0), two);
    Some(Reading::Known(match digits.len() {
        8 => Stamp::date(day),
        _ => clock(day, pair(8)?, pair(10)?, pair(12)?)?,
    }))
}

/// Whether a date is one that systems write for none; the day on which computers begin to count is a birthday like any other.
fn means_none(year: u32, month: u32, day: u32, purpose: Purpose) -> bool {
    is_filler(year as i32, month, day) && (year != 1970 || purpose != Purpose::Birth)
}

/// An Excel serial number between 1927 and 2119.
fn serial(text: &str) -> Option<Reading> {
    if text.find('.').unwrap_or(text.len()) != 5 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let serial: f64 = text.parse().ok()?;
    if !(10_000.0..80_000.0).contains(&serial) {
        return None;
    }
    // Serial 25569 is 1970-01-01; Excel's false leap day of 1900 lies before the range.
    let day = Day(serial.floor() as i32 - 25_569);
    let second = (serial.fract() * 86_400.0).round() as u32;
    Some(Reading::Known(match second {
        0 => Stamp::date(day),
        86_400 => Stamp { day: Day(day.0 + 1), second: 0 },
        second => Stamp { day, second },
    }))
}

/// Seconds or milliseconds since 1970 in UTC, of a service between 1990 and 2100 or of a birth since 1900. The column must agree.
fn epoch(number: i64, purpose: Purpose) -> Option<Reading> {
    const SECONDS: std::ops::RangeInclusive<i64> = 631_152_000..=4_102_444_800;
    const BIRTHS: std::ops::RangeInclusive<i64> = -2_208_988_800..=4_102_444_800;
    let likely = if purpose == Purpose::Birth { BIRTHS } else { SECONDS };
    let seconds = match number.unsigned_abs() {
        // Milliseconds of a service have 12 digits or more.
        100_000_000_000.. => number.div_euclid(1000),
        _ if purpose == Purpose::Birth && number.unsigned_abs() < 10_000_000 => return None,
        _ => number,
    };
    if !likely.contains(&seconds) {
        return None;
    }
    let utc = Stamp { day: Day(seconds.div_euclid(86_400) as i32), second: seconds.rem_euclid(86_400) as u32 };
    Some(Reading::Open(Open::EPOCH.mark(local(utc, 0, purpose))))
}

/// A birth known by its month (0 where not even that is).
fn birth_of(year: u32, month: u32) -> Option<Reading> {
    if year <= 1900 || year >= 2090 {
        return matches!(year, 0 | 1 | 1753 | 1899 | 1900 | 9999).then_some(Reading::Filler);
    }
    let mark = if month == 0 { Open::YEAR } else { Open::MONTH };
    Some(Reading::Open(mark.mark(Stamp::date(calendar(year, month.max(1), 1)?))))
}

/// A number in a date.
#[derive(Clone, Copy)]
struct Number {
    value: u32,
    digits: u8,
    /// A month by its name, or a number followed by 年, 月, 日, 时 and so on.
    unit: Unit,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    None,
    Year,
    Month,
    Day,
    Clock,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Before,
    After,
}

/// The numbers of a text and what the words between them say.
struct Pieces {
    numbers: Vec<Number>,
    half: Option<Half>,
    /// Seconds ahead of UTC.
    zone: Option<i32>,
}

/// Most numbers in a date: year to second, fraction, and one to spare.
const MOST: usize = 8;

impl Pieces {
    /// Cuts a text; `None` where it holds a word that stands in no date.
    fn cut(text: &str) -> Option<Self> {
        let mut out = Self { numbers: Vec::with_capacity(MOST), half: None, zone: None };
        let (mut rest, mut clock) = (text, false);
        while let Some(c) = rest.chars().next() {
            if c.is_ascii_digit() {
                rest = out.number(rest, &mut clock)?;
            } else if c.is_ascii_alphabetic() {
                let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
                out.word(&rest[..end], &mut clock)?;
                rest = &rest[end..];
            } else if matches!(c, '+' | '-') && clock && out.numbers.len() > 1 || c == '+' && out.numbers.len() > 4 {
                rest = out.offset(rest)?;
            } else if let Some(after) = out.chinese(rest) {
                rest = after;
            } else if matches!(c, ' ' | '\u{a0}' | ',' | '/' | '-' | '.' | ':' | '(' | ')' | '[' | ']' | '\'' | '_') {
                clock |= c == ':' && !out.numbers.is_empty();
                rest = &rest[c.len_utf8()..];
            } else {
                return None;
            }
        }
        (!out.numbers.is_empty()).then_some(out)
    }

    fn push(&mut self, value: u32, digits: usize, unit: Unit) -> Option<()> {
        self.numbers.push(Number { value, digits: digits as u8, unit });
        (self.numbers.len() <= MOST).then_some(())
    }

    /// A run of digits; one that holds a whole date, or a date and a time, is cut up.
    fn number<'a>(&mut self, text: &'a str, clock: &mut bool) -> Option<&'a str> {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (run, rest) = text.split_at(end);
        let widths: &[usize] = match (self.numbers.len(), run.len()) {
            (0, 8) => &[4, 2, 2],
            (0, 12) => &[4, 2, 2, 2, 2],
            (0, 14) => &[4, 2, 2, 2, 2, 2],
            (3, 6) => &[2, 2, 2],
            (3, 4) => &[2, 2],
            (6, 1..=9) => {
                // A fraction of a second.
                self.push(0, 9, Unit::Clock)?;
                return Some(rest);
            }
            (_, 1..=4) => &[run.len()],
            _ => return None,
        };
        let mut at = 0;
        for width in widths {
            self.push(run[at..at + width].parse().ok()?, *width, Unit::None)?;
            at += width;
        }
        *clock |= self.numbers.len() >= 5 && run.len() >= 4;
        Some(rest)
    }

    /// A word of Latin letters.
    fn word(&mut self, word: &str, clock: &mut bool) -> Option<()> {
        const MONTHS: [&str; 12] = [
            "JANUARY",
            "FEBRUARY",
            "MARCH",
            "APRIL",
            "MAY",
            "JUNE",
            "JULY",
            "AUGUST",
            "SEPTEMBER",
            "OCTOBER",
            "NOVEMBER",
            "DECEMBER",
        ];
        const DAYS: [&str; 7] = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
        let word = word.to_ascii_uppercase();
        let named = |name: &&str| word.len() >= 3 && name.starts_with(word.as_str());
        match word.as_str() {
            "T" if self.numbers.len() >= 3 => *clock = true,
            "Z" | "UTC" | "GMT" if self.numbers.len() >= 4 => {
                (self.zone, *clock) = (Some(0), true);
            }
            "AM" | "A" => self.half = Some(Half::Before),
            "PM" | "P" => self.half = Some(Half::After),
            "M" if self.half.is_some() => {}
            // Names of China's own time; the offset, where there is one, says the same.
            "CST" | "ASIA" | "SHANGHAI" | "CHINA" | "STANDARD" | "TIME" | "PRC" | "BEIJING" => {}
            "ST" | "ND" | "RD" | "TH" => {}
            _ => match MONTHS.iter().position(named) {
                Some(month) => self.push(month as u32 + 1, 2, Unit::Month)?,
                None => return DAYS.iter().any(named).then_some(()),
            },
        }
        Some(())
    }

    /// An offset from UTC after a time: `+08:00`, `+0800`, `+08`.
    fn offset<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let ahead = if text.starts_with('-') { -1 } else { 1 };
        let end = text[1..].find(|c: char| !c.is_ascii_digit() && c != ':').map_or(text.len(), |at| at + 1);
        let digits: String = text[1..end].chars().filter(char::is_ascii_digit).collect();
        let (hours, minutes) = match digits.len() {
            1 | 2 => (digits.parse::<i32>().ok()?, 0),
            4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
            _ => return None,
        };
        if hours > 14 || minutes > 59 {
            return None;
        }
        self.zone = Some(ahead * (hours * 3600 + minutes * 60));
        Some(&text[end..])
    }

    /// A Chinese word at the start of the text; what follows it.
    fn chinese<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        for day in ["星期", "礼拜", "周"] {
            if let Some(rest) = text.strip_prefix(day) {
                let number = rest.chars().next().filter(|c| "一二三四五六日天1234567".contains(*c))?;
                return Some(&rest[number.len_utf8()..]);
            }
        }
        for (word, half) in [
            ("上午", Half::Before),
            ("凌晨", Half::Before),
            ("早上", Half::Before),
            ("早晨", Half::Before),
            ("中午", Half::After),
            ("下午", Half::After),
            ("傍晚", Half::After),
            ("晚上", Half::After),
        ] {
            if let Some(rest) = text.strip_prefix(word) {
                self.half = Some(half);
                return Some(rest);
            }
        }
        for word in ["中国标准时间", "北京时间", "整"] {
            if let Some(rest) = text.strip_prefix(word) {
                return Some(rest);
            }
        }
        // Longer names first: 十二月 before 二月.
        for (month, name) in
            ["十二月", "十一月", "十月", "九月", "八月", "七月", "六月", "五月", "四月", "三月", "二月", "一月"]
                .iter()
                .enumerate()
        {
            if let Some(rest) = text.strip_prefix(name) {
                self.push(12 - month as u32, 2, Unit::Month)?;
                return Some(rest);
            }
        }
        let c = text.chars().next()?;
        let unit = match c {
            '年' => Unit::Year,
            '月' => Unit::Month,
            '日' | '号' => Unit::Day,
            '时' | '点' | '分' | '秒' => Unit::Clock,
            _ => return None,
        };
        self.numbers.last_mut().filter(|n| n.unit == Unit::None)?.unit = unit;
        Some(&text[c.len_utf8()..])
    }

    fn read(mut self, purpose: Purpose) -> Option<Reading> {
        // `Sat Mar 01 08:05:09 CST 2025`: the year comes last.
        if self.numbers.len() == 6 && self.numbers[0].unit == Unit::Month && self.numbers[5].digits == 4 {
            let year = self.numbers.remove(5);
            self.numbers.insert(2, year);
        }
        match self.numbers.as_slice() {
            [one] if purpose == Purpose::Birth && one.digits == 4 => birth_of(one.value, 0),
            [a, b] if purpose == Purpose::Birth => self.birth_month(*a, *b),
            [a, b, c, time @ ..] => self.date([*a, *b, *c], time, purpose),
            _ => None,
        }
    }

    /// A year and a month, in either order.
    fn birth_month(&self, a: Number, b: Number) -> Option<Reading> {
        let (year, month) = if a.digits == 4 || b.unit == Unit::Month { (a, b) } else { (b, a) };
        if year.digits == 4 {
            return birth_of(year.value, month.value).filter(|_| month.digits <= 2);
        }
        // `Jun-85`, as Excel shows a month.
        if year.digits != 2 || month.unit != Unit::Month {
            return None;
        }
        let first = Stamp::date(calendar(2000 + year.value, month.value, 1)?);
        Some(Reading::Open(Open::MONTH.mark(Open::SHORT.mark(first))))
    }

    fn date(&self, date: [Number; 3], time: &[Number], purpose: Purpose) -> Option<Reading> {
        let [a, b, c] = date;
        let second = |day: Day| self.second(day, time, purpose);
        let short = |n: Number| n.digits <= 2 && n.unit != Unit::Month;
        let (year, month, day) = if a.digits == 4 || a.unit == Unit::Year {
            (a, b, c)
        } else if b.unit == Unit::Month {
            (c, b, a)
        } else if a.unit == Unit::Month {
            (c, a, b)
        } else if (c.digits == 4 && short(a) && short(b))
            || ([a, b, c].iter().all(|n| n.digits == 2 || (n.digits == 1 && n.value > 0)) && c.unit == Unit::None)
        {
            return self.open(a, b, c, time, purpose);
        } else {
            return None;
        };
        if !short(day) || month.digits > 2 || !matches!(year.digits, 2 | 4) {
            return None;
        }
        if year.digits == 2 {
            let day = calendar(2000 + year.value, month.value, day.value)?;
            let stamp = second(day)?;
            return Some(match purpose {
                Purpose::Birth => Reading::Open(Open::SHORT.mark(stamp)),
                _ if year.value < 50 => Reading::Known(stamp),
                _ => return None,
            });
        }
        if means_none(year.value, month.value, day.value, purpose) {
            return Some(Reading::Filler);
        }
        if purpose == Purpose::Birth && day.value == 0 {
            return birth_of(year.value, month.value);
        }
        Some(Reading::Known(second(calendar(year.value, month.value, day.value)?)?))
    }

    /// Three numbers of which the column must say which is the day.
    fn open(&self, a: Number, b: Number, c: Number, time: &[Number], purpose: Purpose) -> Option<Reading> {
        // The time is checked with any day; an offset would need to know which.
        if self.zone.is_some() || a.value > 99 || b.value > 99 {
            return None;
        }
        if c.digits == 4 && means_none(c.value, a.value.min(b.value), a.value.max(b.value), purpose) {
            return Some(Reading::Filler);
        }
        let mut stamp = open_order(a.value, b.value, c.value, self.second(Day(0), time, purpose)?.second);
        for (number, mark) in [(a, Open::DIGIT_FIRST), (c, Open::DIGIT_LAST)] {
            if number.digits == 1 {
                stamp = mark.mark(stamp);
            }
        }
        (c.value < 2300 && orders(stamp, purpose) != 0).then_some(Reading::Open(stamp))
    }

    /// The moment of a day at the time that the numbers after the date give.
    fn second(&self, day: Day, time: &[Number], purpose: Purpose) -> Option<Stamp> {
        let value = |at: usize| time.get(at).map_or(0, |n| n.value);
        let stamp = match time {
            [] if self.half.is_some() => return None,
            [] => return Some(Stamp::date(day)),
            [hour] if hour.unit != Unit::Clock && hour.digits != 2 && self.half.is_none() => return None,
            [_, _, _, _, _, ..] => return None,
            _ if time.iter().take(3).any(|n| n.digits > 2 || !matches!(n.unit, Unit::None | Unit::Clock)) => {
                return None;
            }
            _ => {
                let hour = match (self.half, value(0)) {
                    (Some(Half::After), hour @ 1..=11) => hour + 12,
                    (Some(Half::Before), 12) => 0,
                    (_, hour) => hour,
                };
                clock(day, hour, value(1), value(2))?
            }
        };
        Some(self.zone.map_or(stamp, |ahead| local(stamp, ahead, purpose)))
    }
}
