//! What encoding a text is in, and its text. Files joined from several sources are decoded line by line.

use std::borrow::Cow;

use super::error::Error;

/// What a part is said to be written in.
pub const ENCODINGS: [&str; 8] = ["utf-8", "gb18030", "utf-16le", "utf-16be", "xlsx", "xml", "html", "parquet"];

/// A text encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Utf8,
    Gb18030,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// The name shown to people and written to reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }

    /// Whether a character is two bytes at least.
    pub fn is_wide(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }
}

/// UTF-16, by its mark or, without one, because in text that is mostly ASCII every other byte is zero.
pub(super) fn wide(bytes: &[u8]) -> Option<Encoding> {
    match bytes {
        [0xFF, 0xFE, ..] => return Some(Encoding::Utf16Le),
        [0xFE, 0xFF, ..] => return Some(Encoding::Utf16Be),
        _ => {}
    }
    let sample = &bytes[..bytes.len().min(256)];
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let sides = [(1, 0, Encoding::Utf16Le), (0, 1, Encoding::Utf16Be)];
    let like = |(high, low): (usize, usize)| zeros(high) * 10 > sample.len() * 2 && zeros(low) * 20 < sample.len();
    sides.into_iter().find(|(high, low, _)| sample.len() >= 8 && like((*high, *low))).map(|(_, _, found)| found)
}

/// BOM, then UTF-16, then strict UTF-8, then GB18030 (DOMAIN 6.1). `bytes` end at a line's end.
pub(super) fn detect(name: &str, bytes: &[u8]) -> Result<Encoding, Error> {
    if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return Ok(Encoding::Utf8);
    }
    if let Some(encoding) = wide(bytes) {
        return Ok(encoding);
    }
    let mut counts = [0usize; 3];
    let (mut wrong, mut first, mut lines) = (0, 0, 0usize);
    for (line, at) in bytes.split(|b| *b == b'\n').zip(1u32..) {
        lines += 1;
        counts[match kind(line) {
            Line::Ascii => 0,
            Line::Utf8(_) => 1,
            Line::Other => 2,
        }] += 1;
        if matches!(kind(line), Line::Other) && encoding_rs::GB18030.decode_without_bom_handling(line).1 {
            wrong += 1;
            first = if first == 0 { at } else { first };
        }
    }
    // Whatever is neither is rejected line by line, unless it is much: then the file is something else.
    if wrong * 10 > lines.max(10) && wrong * 2 > counts[1] + counts[2] {
        return Err(Error::Encoding { file: name.to_string(), line: first });
    }
    Ok(if counts[2] == 0 || counts[1] > counts[2] { Encoding::Utf8 } else { Encoding::Gb18030 })
}

/// What the bytes of a line may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Line {
    Ascii,
    /// Valid UTF-8 with so many characters beyond ASCII, all of those that stand in Chinese text.
    Utf8(usize),
    Other,
}

fn kind(line: &[u8]) -> Line {
    if line.is_ascii() {
        return Line::Ascii;
    }
    match std::str::from_utf8(line) {
        Ok(text) => Line::Utf8(text.chars().filter(|c| !c.is_ascii()).count()),
        Err(_) => Line::Other,
    }
}

/// So many characters of UTF-8 in a line are never GB18030 by chance.
const SURE: usize = 4;

/// The text of a block, and whether some of it had to be replaced.
pub(super) fn decode(bytes: &[u8], encoding: Encoding) -> (Cow<'_, str>, bool) {
    match encoding {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), false),
            Err(_) => by_line(bytes, encoding),
        },
        Encoding::Gb18030 => {
            if bytes.is_ascii() {
                return encoding_rs::GB18030.decode_without_bom_handling(bytes);
            }
            // A whole block without a line of UTF-8 is the rule and is decoded at once.
            let mut lines = bytes.split(|b| *b == b'\n');
            if lines.any(|l| matches!(kind(l), Line::Utf8(_))) {
                return by_line(bytes, encoding);
            }
            match encoding_rs::GB18030.decode_without_bom_handling(bytes) {
                (text, false) => (text, false),
                _ => by_line(bytes, encoding),
            }
        }
        Encoding::Utf16Le => encoding_rs::UTF_16LE.decode_with_bom_removal(bytes),
        Encoding::Utf16Be => encoding_rs::UTF_16BE.decode_with_bom_removal(bytes),
    }
}

/// Decodes each line as what it is. A line that could be both goes with its neighbours.
fn by_line(bytes: &[u8], main: Encoding) -> (Cow<'_, str>, bool) {
    let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    let kinds: Vec<Line> = lines.iter().map(|l| kind(l)).collect();
    let mut next = vec![Line::Ascii; kinds.len()];
    let mut known = Line::Ascii;
    for at in (0..kinds.len()).rev() {
        next[at] = known;
        known = if kinds[at] == Line::Ascii { known } else { kinds[at] };
    }
    let (mut out, mut suspect, mut before) = (String::with_capacity(bytes.len()), false, Line::Ascii);
    for (at, line) in lines.iter().enumerate() {
        let beside = |line: Line| matches!(line, Line::Utf8(_));
        let utf8 = match kinds[at] {
            Line::Ascii => true,
            Line::Utf8(n) => n >= SURE || main == Encoding::Utf8 || beside(before) || beside(next[at]),
            Line::Other => false,
        };
        before = if kinds[at] == Line::Ascii { before } else { kinds[at] };
        if utf8 {
            out.push_str(&String::from_utf8_lossy(line));
            continue;
        }
        match encoding_rs::GB18030.decode_without_bom_handling(line) {
            (text, false) if is_chinese(line, &text, main) => out.push_str(&text),
            (text, _) if main == Encoding::Gb18030 && !is_cut_utf8(line) => {
                suspect = true;
                out.push_str(&text);
            }
            _ => {
                suspect = true;
                out.push_str(&String::from_utf8_lossy(line));
            }
        }
    }
    (Cow::Owned(out), suspect)
}

/// Whether a line that is valid GB18030 is that, and no damaged UTF-8: that has more whole characters than broken ones, and a
/// lone pair of bytes among lines of UTF-8 may as well be what is left of one.
fn is_chinese(line: &[u8], text: &str, main: Encoding) -> bool {
    let written = !text.chars().any(|c| matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{80}'..='\u{9f}' | '\u{f0000}'..));
    let enough = main == Encoding::Gb18030 || line.iter().filter(|b| !b.is_ascii()).count() > 3;
    written && enough && !is_cut_utf8(line)
}

/// Whether a line that is no valid UTF-8 has more whole characters of it than broken ones.
fn is_cut_utf8(line: &[u8]) -> bool {
    let (mut whole, mut broken) = (0, 0);
    for c in String::from_utf8_lossy(line).chars() {
        whole += usize::from(c > '\u{7ff}' && c != '\u{fffd}');
        broken += usize::from(c == '\u{fffd}');
    }
    broken > 0 && whole > broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gbk(text: &str) -> Vec<u8> {
        encoding_rs::GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn a_file_of_two_encodings_is_decoded_stretch_by_stretch() {
        let text = "1,人民医院\n2,肺炎\n";
        for (first, second) in [(gbk(text), text.as_bytes().to_vec()), (text.as_bytes().to_vec(), gbk(text))] {
            let mut bytes = first;
            bytes.extend(second);
            let encoding = detect("f", &bytes).expect("known");
            let (decoded, suspect) = decode(&bytes, encoding);
            assert_eq!(decoded, format!("{text}{text}"), "{encoding:?}");
            assert!(!suspect);
        }
    }

    #[test]
    fn one_short_line_that_could_be_both_goes_with_its_neighbours() {
        // These bytes are 閿侀摼 in GB18030 and 锁链 in UTF-8.
        let odd = "锁链".as_bytes();
        assert!(!encoding_rs::GB18030.decode_without_bom_handling(odd).1);
        let mut among = gbk("张三丰,肺炎\n");
        among.extend(odd);
        among.extend(gbk("\n李四,肺炎\n"));
        assert!(!decode(&among, Encoding::Gb18030).0.contains("锁链"));
        let beside = [gbk("张三丰,肺炎\n"), odd.to_vec(), "\n李四,肺炎\n".as_bytes().to_vec()].concat();
        assert!(decode(&beside, Encoding::Gb18030).0.contains("锁链"));
    }

    #[test]
    fn damaged_characters_are_suspect() {
        let mut bytes = "1,人民医院\n2,".as_bytes().to_vec();
        bytes.extend([0xE4, 0xBA, b',', 0xFF, b'\n']);
        let (text, suspect) = decode(&bytes, Encoding::Utf8);
        assert!(suspect && text.contains('\u{fffd}'), "{text}");
    }
}
