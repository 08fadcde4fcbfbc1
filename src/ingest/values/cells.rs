//! Cells as text: what exports wrap around values, the words for nothing, the forms of ids.

use std::borrow::Cow;

/// A cell without what exports wrap around values: white space, trailing TABs, NUL bytes, the apostrophe and `="…"` that
/// keep Excel from converting, and a BOM. The words for "nothing" give an empty cell.
#[inline]
pub(in crate::ingest) fn clean(cell: &[u8]) -> &[u8] {
    match cell {
        // Nearly every cell shows by its ends that nothing is wrapped around it.
        [b'0'..=b'9' | b'A'..=b'M' | b'O'..=b'Z', .., b'!'..=b'~'] | [b'0'..=b'9'] => cell,
        _ => unwrapped(cell),
    }
}

fn unwrapped(cell: &[u8]) -> &[u8] {
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

/// Whether a cell is a word for nothing whatever its column holds. Nearly every cell is not, which its first byte shows.
fn is_null(cell: &[u8]) -> bool {
    match cell {
        [] => true,
        [b'-' | b'\\' | b'<' | b'#' | b'(' | b'~' | b'*' | b'/' | b'N' | b'n' | 0xE2 | 0xEF, ..]
            if cell.len() <= 13 =>
        {
            matches!(cell, b"-" | b"--" | b"---" | b"~" | b"*" | b"/" | b"\\" | b"\\N" | b"\\\\N" | b"NA" | b"#")
                || cell == "—".as_bytes()
                || cell == "——".as_bytes()
                || cell == "－".as_bytes()
                || cell == "／".as_bytes()
                || NULLS.iter().any(|null| cell.eq_ignore_ascii_case(null))
        }
        _ => false,
    }
}

/// What databases, spreadsheets and programs write for an empty cell, in any case of letters.
const NULLS: [&[u8]; 22] = [
    b"nan", b"null", b"none", b"n/a", b"nat", b"nil", b"<na>", b"<null>", b"<nan>", b"<none>", b"(null)", b"(none)",
    b"(blank)", b"#n/a", b"#value!", b"#ref!", b"#name?", b"#div/0!", b"#num!", b"#null!", b"#spill!", b"#calc!",
];

/// Whether a cell of numbers, dates, ids or codes says "nothing" in a word that could be meant in a column of text.
pub(in crate::ingest) fn is_nothing(cell: &[u8]) -> bool {
    if matches!(cell, [] | [b'0'..=b'9' | b'A'..=b'T', ..]) {
        return false;
    }
    if cell.is_ascii() {
        return matches!(cell, b"?" | b"??" | b"." | b"na" | b"_" | b"unknown" | b"UNKNOWN" | b"Unknown");
    }
    let word = std::str::from_utf8(cell).unwrap_or_default().trim_matches(['(', ')', '（', '）', '<', '>']);
    ["无", "空", "空值", "空白", "未填", "未填写", "未录入", "不详", "未知", "？", "～", "＊"].contains(&word)
}

/// Whether the uncleaned cell is a dash, which accountants write for zero.
pub(in crate::ingest) fn is_dash(cell: &[u8]) -> bool {
    let cell = trim(cell);
    cell == b"-" || cell == b"--" || cell == "—".as_bytes() || cell == "——".as_bytes()
}

/// Full-width digits, letters, brackets and signs as their half-width forms; ideographic space as space.
pub(in crate::ingest) fn half_width(text: &str) -> Cow<'_, str> {
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

/// An id as it is compared: half-width, without invisible characters and blanks within, without the `.0` that a column of numbers
/// with gaps gets, the check character of a certificate number as a capital. The case of all else is kept. Plain ids, which
/// nearly all are, come back as they are.
pub(in crate::ingest) fn id(cell: &[u8]) -> Cow<'_, [u8]> {
    // Without a branch in it the loop takes many bytes at a time.
    let odd = cell.iter().fold(false, |odd, byte| odd | !(b'!'..=b'~').contains(byte));
    let small = cell.len() == 18 && cell[17] == b'x';
    if !(odd || small) {
        return Cow::Borrowed(without_fraction(cell));
    }
    let text = String::from_utf8_lossy(cell);
    // Two ids in a cell, one under the other, are not run together; blanks within one are how people group its digits.
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    let invisible = |c: &char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    let kept: String = half_width(&text).chars().filter(|c| !invisible(c)).collect();
    let mut out: String = match lines {
        0 | 1 => kept.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect(),
        _ => kept.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    if out.len() == 18 && out.ends_with('x') && out.bytes().take(17).all(|b| b.is_ascii_digit()) {
        out.make_ascii_uppercase();
    }
    let whole = without_fraction(out.as_bytes()).len();
    out.truncate(whole);
    Cow::Owned(out.into_bytes())
}

/// `123.0` as `123`.
fn without_fraction(cell: &[u8]) -> &[u8] {
    match cell {
        [digits @ .., b'.', b'0'] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => digits,
        _ => cell,
    }
}

/// A code of a diagnosis, operation or doctor as it is compared: half-width, without invisible characters.
pub(in crate::ingest) fn code(cell: &[u8]) -> Cow<'_, [u8]> {
    if cell.is_ascii() {
        return Cow::Borrowed(cell);
    }
    let text = String::from_utf8_lossy(cell);
    let invisible = |c: &char| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{a0}' | '\u{3000}');
    Cow::Owned(half_width(&text.chars().filter(invisible).collect::<String>()).trim().as_bytes().to_vec())
}

/// Whether Excel has turned the id into a rounded number (`3.10112E+17`): its digits are lost.
pub(in crate::ingest) fn is_damaged_id(cell: &[u8]) -> bool {
    if !cell.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let Some(at) = memchr::memchr2(b'E', b'e', cell) else { return false };
    let (mantissa, power) = (&cell[..at], &cell[at + 1..]);
    let power = power.strip_prefix(b"+").unwrap_or(power);
    mantissa.iter().filter(|b| **b == b'.').count() <= 1
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
    }

    #[test]
    fn words_for_nothing_are_empty_cells() {
        for null in [
            "", " ", "nan", "NULL", "None", "-", "--", "—", "\\N", "NaN\t", "NA", "N/A", "n/a", "#N/A", "#VALUE!",
            "#REF!", "#DIV/0!", "<NULL>", "<NA>", "~", "*", "/", "(null)", "'NULL", "NaT", "／",
        ] {
            assert_eq!(text(null), "", "{null:?}");
        }
        for word in ["None at all", "Na", "无", "NAN1", "N", "-5", "~5", "/a", "#1", "0", "nullx"] {
            assert_eq!(text(word), word);
        }
        for word in ["无", "空", "（空白）", "不详", "?", "na"] {
            assert!(is_nothing(word.as_bytes()), "{word}");
        }
        assert!(!is_nothing("无名".as_bytes()) && !is_nothing(b"0") && !is_nothing(b"NAB"));
    }

    #[test]
    fn ids_are_one_in_every_dress() {
        let read = |cell: &str| String::from_utf8(id(cell.as_bytes()).into_owned()).unwrap();
        for (cell, want) in [
            ("0001616528", "0001616528"),
            ("1616528", "1616528"),
            ("1616528.0", "1616528"),
            ("11010519491231002x", "11010519491231002X"),
            ("11010519491231002ｘ", "11010519491231002X"),
            ("110105 19491231 002x", "11010519491231002X"),
            ("１２３", "123"),
            ("H31\u{200b}001", "H31001"),
            ("ABC 12", "ABC12"),
            ("a12x", "a12x"),
            ("12.05", "12.05"),
            ("A1.0", "A1.0"),
            (".0", ".0"),
            ("123\n456", "123 456"),
        ] {
            assert_eq!(read(cell), want, "{cell:?}");
        }
        assert_ne!(read("0001616528"), read("1616528"));
    }

    #[test]
    fn damaged_ids_are_told_from_codes() {
        assert!(is_damaged_id(b"3.10112E+17"));
        assert!(is_damaged_id(b"3.1e17"));
        for good in ["310112199001011234", "E11.9", "12E3", "1E5", "C01.E+2", "H31E", "1.2E+3X"] {
            assert!(!is_damaged_id(good.as_bytes()), "{good}");
        }
    }
}
