//! One cell at a time: the number, date, null and id forms of real exports (DOMAIN 3.3, 6.1).

use std::borrow::Cow;

use crate::model::{Day, FeeClass, Sex, Stamp};

/// A cell without what exports wrap around values: white space, trailing TABs, NUL bytes, the apostrophe and `="…"` that
/// keep Excel from converting, and a BOM. The words for "nothing" give an empty cell.
pub(super) fn clean(cell: &[u8]) -> &[u8] {
    let mut cell = trim(cell);
    if let [b'=', b'"', inner @ .., b'"'] = cell {
        cell = trim(inner);
    }
    if let [b'\'', rest @ ..] = cell {
        cell = trim(rest);
    }
    if is_null(cell) { b"" } else { cell }
}

fn trim(mut cell: &[u8]) -> &[u8] {
    loop {
        cell = match cell {
            [b, rest @ ..] if is_space(*b) => rest,
            [rest @ .., b] if is_space(*b) => rest,
            // No-break space, ideographic space, zero-width space and BOM, in UTF-8.
            [0xC2, 0xA0, rest @ ..]
            | [0xE3, 0x80, 0x80, rest @ ..]
            | [0xEF, 0xBB, 0xBF, rest @ ..]
            | [0xE2, 0x80, 0x8B, rest @ ..]
            | [rest @ .., 0xC2, 0xA0]
            | [rest @ .., 0xE3, 0x80, 0x80]
            | [rest @ .., 0xE2, 0x80, 0x8B] => rest,
            _ => return cell,
        }
    }
}

fn is_space(byte: u8) -> bool {
    byte <= b' '
}

fn is_null(cell: &[u8]) -> bool {
    match cell.len() {
        0 => true,
        1..=6 => {
            matches!(cell, b"-" | b"--" | b"\\N" | b"<NA>" | b"#N/A" | b"(null)")
                || cell == "—".as_bytes()
                || cell == "——".as_bytes()
                || [&b"nan"[..], b"null", b"none", b"n/a", b"nat", b"nil"]
                    .iter()
                    .any(|null| cell.eq_ignore_ascii_case(null))
        }
        _ => false,
    }
}

/// Whether the uncleaned cell is a dash, which accountants write for zero.
pub(super) fn is_dash(cell: &[u8]) -> bool {
    let cell = trim(cell);
    cell == b"-" || cell == b"--" || cell == "—".as_bytes() || cell == "——".as_bytes()
}

/// Full-width digits, letters, brackets and signs as their half-width forms; ideographic space as space.
pub(super) fn half_width(text: &str) -> Cow<'_, str> {
    let wide = |c: char| ('\u{FF01}'..='\u{FF5E}').contains(&c) || c == '\u{3000}';
    if !text.contains(wide) {
        return Cow::Borrowed(text);
    }
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        c if wide(c) => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c => c,
    };
    Cow::Owned(text.chars().map(narrow).collect())
}

/// A decimal number as an integer of 10^-`scale`, rounded half away from zero. Understands thousands separators, currency
/// marks, 元, parentheses for negative, full-width digits and exponents. `None` for anything else, or beyond 18 digits.
pub(super) fn decimal(cell: &[u8], scale: u32) -> Option<i64> {
    plain_decimal(cell, scale).or_else(|| decorated_decimal(cell, scale))
}

/// Digits with an optional sign and point: nearly every cell.
fn plain_decimal(cell: &[u8], scale: u32) -> Option<i64> {
    let (negative, digits) = match cell {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (mut value, mut seen, mut decimals, mut point, mut round) = (0i64, false, 0u32, false, None);
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                seen = true;
                let digit = i64::from(byte - b'0');
                if point && decimals >= scale {
                    round.get_or_insert(digit >= 5);
                    continue;
                }
                value = value.checked_mul(10)?.checked_add(digit)?;
                decimals += u32::from(point);
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    if !seen {
        return None;
    }
    value = value.checked_mul(10i64.checked_pow(scale - decimals)?)?;
    value += i64::from(round == Some(true));
    Some(if negative { -value } else { value })
}

fn decorated_decimal(cell: &[u8], scale: u32) -> Option<i64> {
    let text = half_width(std::str::from_utf8(cell).ok()?);
    let mut text = text.trim();
    let mut negative = false;
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        (negative, text) = (true, inner.trim());
    }
    if let Some(rest) = text.strip_prefix('-') {
        (negative, text) = (!negative, rest);
    }
    let bare: String = text.chars().filter(|c| !matches!(c, ',' | '¥' | '￥' | '元' | ' ' | '\u{a0}')).collect();
    let separators = text.split(',').skip(1).all(|group| group.bytes().take_while(u8::is_ascii_digit).count() == 3);
    if !separators || bare.is_empty() {
        return None;
    }
    let value = match plain_decimal(bare.as_bytes(), scale) {
        Some(value) => value,
        None => exponent(&bare, scale)?,
    };
    Some(if negative { -value } else { value })
}

/// `1.25E+3`, as spreadsheets write.
fn exponent(text: &str, scale: u32) -> Option<i64> {
    let (mantissa, power) = text.split_once(['e', 'E'])?;
    let power: i32 = power.strip_prefix('+').unwrap_or(power).parse().ok()?;
    let value: f64 = format!("{mantissa}e{}", power + scale as i32).parse().ok()?;
    (value.is_finite() && value.abs() < 1e15).then_some(value.round() as i64)
}

/// A date or moment in any of the forms of DOMAIN 6.1; `None` where it is none of them or no such date exists.
pub(super) fn stamp(cell: &[u8]) -> Option<Stamp> {
    plain_stamp(cell).or_else(|| decorated_stamp(cell))
}

fn two(bytes: &[u8]) -> Option<u32> {
    match bytes {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(u32::from(a - b'0') * 10 + u32::from(b - b'0')),
        _ => None,
    }
}

/// `yyyy-MM-dd`, `yyyy-MM-dd HH:mm:ss` with `-` or `/`: nearly every cell.
fn plain_stamp(cell: &[u8]) -> Option<Stamp> {
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

/// The day of a date between 1880 and 2200; arithmetic after Hinnant, "chrono-compatible low-level date algorithms" (2013).
fn calendar(year: u32, month: u32, day: u32) -> Option<Day> {
    if !(1880..2200).contains(&year) || !(1..=12).contains(&month) || day == 0 {
        return None;
    }
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if day > last {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year } as i32;
    let era = year / 400;
    let of_era = year - era * 400;
    let of_year = ((153 * ((month + 9) % 12) + 2) / 5 + day - 1) as i32;
    Some(Day(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468))
}

/// A moment; 24:00:00 is the next day's midnight.
fn clock(day: Day, hour: u32, minute: u32, second: u32) -> Option<Stamp> {
    if (hour, minute, second) == (24, 0, 0) {
        return Some(Stamp { day: Day(day.0 + 1), second: 0 });
    }
    // A leap second is kept on its minute.
    (hour < 24 && minute < 60 && second <= 60)
        .then(|| Stamp { day, second: hour * 3600 + minute * 60 + second.min(59) })
}

fn decorated_stamp(cell: &[u8]) -> Option<Stamp> {
    let text = half_width(std::str::from_utf8(cell).ok()?);
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.matches('.').count() < 2 {
        return compact_stamp(text);
    }
    let (date, time) = split_date(text)?;
    let mut parts = date.split(['-', '/', '.', '年', '月', '日']).filter(|p| !p.is_empty());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let day = calendar(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    if time.is_empty() { Some(Stamp::date(day)) } else { time_of_day(day, time) }
}

/// Date and time parts of a text; the time is empty where there is none.
fn split_date(text: &str) -> Option<(&str, &str)> {
    let cut = text.find(['T', ' ']).or_else(|| text.find('日').map(|at| at + '日'.len_utf8())).unwrap_or(text.len());
    let (date, time) = text.split_at(cut);
    Some((date.trim(), time.trim_start_matches(['T', ' ']).trim()))
}

/// `H:mm`, `H:mm:ss`, fractions of a second, 时分秒, and a zone, which is dropped: the exports are in local time.
fn time_of_day(day: Day, text: &str) -> Option<Stamp> {
    let zone = text.find(['+', 'Z', '-']).unwrap_or(text.len());
    let text = text[..zone].trim();
    let mut parts = text.split([':', '时', '分', '秒']).map(str::trim).filter(|p| !p.is_empty());
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second = match parts.next() {
        Some(second) => second.split('.').next()?.parse().ok()?,
        None => 0,
    };
    if parts.next().is_some() { None } else { clock(day, hour, minute, second) }
}

/// `yyyyMMdd`, `yyyyMMddHHmm`, `yyyyMMddHHmmss`, or an Excel serial number between 1927 and 2119.
fn compact_stamp(text: &str) -> Option<Stamp> {
    let digits = text.as_bytes();
    if matches!(digits.len(), 8 | 12 | 14) && digits.iter().all(u8::is_ascii_digit) {
        let year = two(&digits[0..2])? * 100 + two(&digits[2..4])?;
        let day = calendar(year, two(&digits[4..6])?, two(&digits[6..8])?)?;
        let pair = |at: usize| digits.get(at..at + 2).map_or(Some(0), two);
        return match digits.len() {
            8 => Some(Stamp::date(day)),
            _ => clock(day, pair(8)?, pair(10)?, pair(12)?),
        };
    }
    let serial: f64 = text.parse().ok()?;
    if !(10_000.0..80_000.0).contains(&serial) || text.find('.').unwrap_or(text.len()) != 5 {
        return None;
    }
    // Serial 25569 is 1970-01-01; Excel's false leap day of 1900 lies before the range.
    let day = Day(serial.floor() as i32 - 25_569);
    let second = (serial.fract() * 86_400.0).round() as u32;
    match second {
        0 => Some(Stamp::date(day)),
        86_400 => Some(Stamp { day: Day(day.0 + 1), second: 0 }),
        second => Some(Stamp { day, second }),
    }
}

/// Sex from codes and words; unknown words are unknown, not an error.
pub(super) fn sex(cell: &[u8]) -> Sex {
    match cell {
        b"1" | b"01" | b"M" | b"m" | b"Male" | b"male" | b"1.0" => Sex::Male,
        b"2" | b"02" | b"F" | b"f" | b"Female" | b"female" | b"2.0" => Sex::Female,
        _ if cell.starts_with("男".as_bytes()) => Sex::Male,
        _ if cell.starts_with("女".as_bytes()) => Sex::Female,
        _ => Sex::Unknown,
    }
}

/// Fee class from the national code or a Chinese word (DOMAIN 3.1: one hospital's codes were dirty, its words were right).
pub(super) fn fee_class(cell: &[u8]) -> FeeClass {
    if let Some(code) = std::str::from_utf8(cell).ok().and_then(|t| t.trim_end_matches(".0").parse::<u8>().ok()) {
        return FeeClass::from_code(code).unwrap_or_default();
    }
    let Ok(text) = std::str::from_utf8(cell) else { return FeeClass::Unknown };
    // Longer words first: 中药饮片 before 中药, 一般诊疗 before 诊疗.
    const WORDS: [(&str, FeeClass); 26] = [
        ("床位", FeeClass::Bed),
        ("一般诊疗", FeeClass::GeneralTreatment),
        ("诊察", FeeClass::Consultation),
        ("诊查", FeeClass::Consultation),
        ("挂号", FeeClass::Registration),
        ("检查", FeeClass::Examination),
        ("化验", FeeClass::Laboratory),
        ("检验", FeeClass::Laboratory),
        ("护理", FeeClass::Nursing),
        ("卫生材料", FeeClass::Consumable),
        ("耗材", FeeClass::Consumable),
        ("材料", FeeClass::Consumable),
        ("西药", FeeClass::WesternDrug),
        ("中成药", FeeClass::ChinesePatent),
        ("成药", FeeClass::ChinesePatent),
        ("饮片", FeeClass::HerbalSlice),
        ("中草药", FeeClass::HerbalSlice),
        ("草药", FeeClass::HerbalSlice),
        ("手术", FeeClass::Surgery),
        ("麻醉", FeeClass::Surgery),
        ("治疗", FeeClass::Treatment),
        ("理疗", FeeClass::Treatment),
        ("放射", FeeClass::Examination),
        ("其他", FeeClass::Other),
        ("其它", FeeClass::Other),
        ("综合", FeeClass::Other),
    ];
    WORDS.iter().find(|(word, _)| text.contains(word)).map_or(FeeClass::Unknown, |(_, class)| *class)
}

/// A flag: `Some(true)` for 1, Y, 是, 有效; `Some(false)` for 0, N, 否, 无效; `None` for an empty or unknown cell.
pub(super) fn flag(cell: &[u8]) -> Option<bool> {
    match cell {
        b"1" | b"Y" | b"y" | b"1.0" | b"true" | b"True" | b"TRUE" | b"T" => Some(true),
        b"0" | b"N" | b"n" | b"0.0" | b"false" | b"False" | b"FALSE" | b"F" => Some(false),
        _ => match std::str::from_utf8(cell).unwrap_or_default() {
            "是" | "有效" | "退费" => Some(true),
            "否" | "无效" | "作废" | "正常" => Some(false),
            _ => None,
        },
    }
}

/// Whether Excel has turned the id into a rounded number (`3.10112E+17`): its digits are lost.
pub(super) fn is_damaged_id(cell: &[u8]) -> bool {
    let Some(at) = cell.iter().position(|b| matches!(b, b'E' | b'e')) else { return false };
    let (mantissa, power) = (&cell[..at], &cell[at + 1..]);
    let power = power.strip_prefix(b"+").unwrap_or(power);
    mantissa.first().is_some_and(u8::is_ascii_digit)
        && mantissa.iter().filter(|b| **b == b'.').count() <= 1
        && mantissa.iter().all(|b| b.is_ascii_digit() || *b == b'.')
        && mantissa.contains(&b'.')
        && matches!(power.len(), 1 | 2)
        && power.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cell: &str) -> &str {
        std::str::from_utf8(clean(cell.as_bytes())).unwrap()
    }

    #[test]
    fn cells_lose_their_wrapping_only() {
        assert_eq!(text(" 0123\t"), "0123");
        assert_eq!(text("'0123"), "0123");
        assert_eq!(text("=\"0123\""), "0123");
        assert_eq!(text("\u{feff}a b\u{3000}"), "a b");
        for null in ["", " ", "nan", "NULL", "None", "-", "--", "\\N", "NaN\t"] {
            assert_eq!(text(null), "", "{null:?}");
        }
        assert_eq!(text("None at all"), "None at all");
    }

    #[test]
    fn decimals_in_every_dress() {
        let fen = |t: &str| decimal(t.as_bytes(), 2);
        assert_eq!(fen("12.345"), Some(1235));
        assert_eq!(fen("12.3449"), Some(1234));
        assert_eq!(fen("-0.005"), Some(-1));
        assert_eq!(fen(".5"), Some(50));
        assert_eq!(fen("12,345.60"), Some(1_234_560));
        assert_eq!(fen("¥1,000元"), Some(100_000));
        assert_eq!(fen("￥88"), Some(8_800));
        assert_eq!(fen("(12.50)"), Some(-1_250));
        assert_eq!(fen("（12.50）"), Some(-1_250));
        assert_eq!(fen("１２．５"), Some(1_250));
        assert_eq!(fen("1.25E+3"), Some(125_000));
        assert_eq!(fen("- 5"), Some(-500));
        for bad in ["", "-", ".", "1.2.3", "12a", "1,23", "NaN", "9999999999999999999", "1e30", "+-3"] {
            assert_eq!(fen(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn dates_in_every_form() {
        let day = Day::from_ymd(2025, 3, 1).unwrap();
        let at = |h: u32, m: u32, s: u32| Stamp { day, second: h * 3600 + m * 60 + s };
        for (form, want) in [
            ("2025-03-01 08:05:09", at(8, 5, 9)),
            ("2025/3/1 8:05", at(8, 5, 0)),
            ("20250301", Stamp::date(day)),
            ("20250301080509", at(8, 5, 9)),
            ("202503010805", at(8, 5, 0)),
            ("2025-03-01", Stamp::date(day)),
            ("2025.3.1", Stamp::date(day)),
            ("2025年3月1日", Stamp::date(day)),
            ("2025年3月1日8时5分9秒", at(8, 5, 9)),
            ("2025-03-01T08:05:09+08:00", at(8, 5, 9)),
            ("2025-03-01 08:05:09.000", at(8, 5, 9)),
            ("45717", Stamp::date(day)),
            ("45717.5", at(12, 0, 0)),
            ("２０２５－０３－０１", Stamp::date(day)),
        ] {
            assert_eq!(stamp(form.as_bytes()), Some(want), "{form}");
        }
        for bad in
            ["2025-02-30", "2025-13-01", "0000-00-00", "2025-03", "abc", "123", "2025-03-01 25:00:00", "99999999"]
        {
            assert_eq!(stamp(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_agrees_with_the_calendar() {
        let mut date = chrono::NaiveDate::from_ymd_opt(1880, 1, 1).unwrap();
        while date < chrono::NaiveDate::from_ymd_opt(2200, 1, 1).unwrap() {
            let text = date.format("%Y-%m-%d").to_string();
            assert_eq!(stamp(text.as_bytes()).map(|s| s.day.0), Some(date.to_epoch_days()), "{text}");
            date = date.succ_opt().unwrap();
        }
    }

    #[test]
    fn damaged_ids_are_told_from_codes() {
        assert!(is_damaged_id(b"3.10112E+17"));
        assert!(is_damaged_id(b"3.1e17"));
        for good in ["310112199001011234", "E11.9", "12E3", "1E5", "C01.E+2", "H31E", "1.2E+3X"] {
            assert!(!is_damaged_id(good.as_bytes()), "{good}");
        }
    }

    #[test]
    fn fee_classes_from_codes_and_words() {
        assert_eq!(fee_class(b"09"), FeeClass::WesternDrug);
        assert_eq!(fee_class(b"9"), FeeClass::WesternDrug);
        assert_eq!(fee_class("中药饮片费".as_bytes()), FeeClass::HerbalSlice);
        assert_eq!(fee_class("西药".as_bytes()), FeeClass::WesternDrug);
        assert_eq!(fee_class(b"99"), FeeClass::Unknown);
    }
}
