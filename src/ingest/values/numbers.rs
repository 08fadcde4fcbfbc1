//! Money and quantities as integers of a power of ten.

use super::cells::half_width;

/// A decimal number as an integer of 10^-`scale`, rounded half away from zero. Understands thousands separators, currency
/// marks and words, 万, parentheses or a trailing sign for negative, full-width digits and exponents. `None` for anything else, or
/// beyond 18 digits.
pub(in crate::ingest) fn decimal(cell: &[u8], scale: u32) -> Option<i64> {
    plain_decimal(cell, scale).or_else(|| decorated_decimal(cell, scale))
}

/// A number with the unit it is given in (`10片`), as an integer of 10^-`scale`, and that unit.
pub(in crate::ingest) fn measured(cell: &[u8], scale: u32) -> Option<(i64, String)> {
    const LONGEST: usize = 4;
    let text = half_width(std::str::from_utf8(cell).ok()?);
    let unit = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let (number, unit) = (text[..text.len() - unit.len()].trim(), unit.trim());
    let plain = |c: char| c.is_alphabetic() && !matches!(c, 'e' | 'E' | '万' | '千' | '百' | '亿');
    if number.is_empty() || unit.is_empty() || unit.chars().count() > LONGEST || !unit.chars().all(plain) {
        return None;
    }
    Some((decimal(number.as_bytes(), scale)?, unit.to_string()))
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
    text = without_currency(text);
    if let Some(rest) = text.strip_prefix(['-', '−', '－']).or_else(|| text.strip_suffix('-')) {
        (negative, text) = (!negative, without_currency(rest.trim()));
    }
    let (text, scale) = match text.strip_suffix('万').or_else(|| text.strip_suffix("万元")) {
        Some(rest) => (rest.trim(), scale + 4),
        None => (text, scale),
    };
    let bare = grouped(text)?;
    let value = match plain_decimal(bare.as_bytes(), scale) {
        Some(value) => value,
        None => exponent(&bare, scale)?,
    };
    Some(if negative { -value } else { value })
}

/// A number without the marks and words of the currency around it.
fn without_currency(text: &str) -> &str {
    let mut text = text;
    for mark in ["¥", "￥", "RMB", "rmb", "CNY", "cny", "人民币"] {
        text = text.strip_prefix(mark).or_else(|| text.strip_suffix(mark)).unwrap_or(text).trim();
    }
    if text.ends_with("万元") {
        return text;
    }
    text.strip_suffix('元').or_else(|| text.strip_suffix('圆')).unwrap_or(text).trim()
}

/// Digits without their separators: commas or blanks before groups of three.
fn grouped(text: &str) -> Option<String> {
    let separator = |c: char| matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}' | '\'');
    let groups = text.split(separator).skip(1);
    let three = groups.into_iter().all(|group| group.bytes().take_while(u8::is_ascii_digit).count() == 3);
    let bare: String = text.chars().filter(|c| !separator(*c)).collect();
    (three && !bare.is_empty()).then_some(bare)
}

/// `1.25E+3`, as spreadsheets write.
fn exponent(text: &str, scale: u32) -> Option<i64> {
    let (mantissa, power) = text.split_once(['e', 'E'])?;
    let power: i32 = power.strip_prefix('+').unwrap_or(power).parse().ok()?;
    let value: f64 = format!("{mantissa}e{}", power.checked_add(scale as i32)?).parse().ok()?;
    (value.is_finite() && value.abs() < 1e15).then_some(value.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_in_every_dress() {
        let fen = |t: &str| decimal(t.as_bytes(), 2);
        for (form, want) in [
            ("12.345", 1235),
            ("12.3449", 1234),
            ("-0.005", -1),
            (".5", 50),
            ("12,345.60", 1_234_560),
            ("12,345.60元", 1_234_560),
            ("12 345.60", 1_234_560),
            ("¥1,000元", 100_000),
            ("￥88", 8_800),
            ("￥-88", -8_800),
            ("-￥88", -8_800),
            ("RMB 88.10", 8_810),
            ("88.10 CNY", 8_810),
            ("人民币88圆", 8_800),
            ("(12.50)", -1_250),
            ("（12.50）", -1_250),
            ("(¥12.50)", -1_250),
            ("12.50-", -1_250),
            ("１２．５", 1_250),
            ("1.25E+3", 125_000),
            ("- 5", -500),
            ("1.2万", 1_200_000),
            ("1.2345678万元", 1_234_568),
            ("-0.5万", -500_000),
        ] {
            assert_eq!(fen(form), Some(want), "{form:?}");
        }
        for bad in [
            "",
            "-",
            ".",
            "1.2.3",
            "12a",
            "1,23",
            "1234,56",
            "1 2",
            "NaN",
            "9999999999999999999",
            "1e30",
            "+-3",
            "12.5%",
            "元",
            "万",
            "12元5角",
            "3-4",
            "1e99999999999",
        ] {
            assert_eq!(fen(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn units_of_money_are_exact() {
        assert_eq!(decimal(b"0.8200", 2 + 4), Some(820_000));
        assert_eq!(decimal(b"0.123456", 2 + 4), Some(123_456));
        assert_eq!(decimal(b"1250", 0), Some(1250));
    }

    #[test]
    fn quantities_with_their_unit() {
        let cnt = |t: &str| measured(t.as_bytes(), 4);
        assert_eq!(cnt("10片"), Some((100_000, "片".into())));
        assert_eq!(cnt("-2 盒"), Some((-20_000, "盒".into())));
        assert_eq!(cnt("0.5ml"), Some((5_000, "ml".into())));
        for bad in ["片", "10", "10片/盒", "2盒3片", "两次", "1.2.3片", "10万", "12元5角"] {
            assert_eq!(cnt(bad), None, "{bad}");
        }
    }
}
