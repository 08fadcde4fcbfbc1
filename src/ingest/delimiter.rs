//! What stands between the cells of a text, and texts whose separator is no single byte.

use std::borrow::Cow;

/// What stands in for a separator of several characters, or one that can be escaped, once the text is read: the unit separator of
/// ASCII, which no text holds.
const UNIT: u8 = 0x1F;

/// How the cells of a text are kept apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Delimiter {
    /// The separator as it is written.
    pub bytes: Vec<u8>,
    /// A backslash before a separator or a quote makes it part of the cell (MySQL, Hive).
    pub escaped: bool,
}

impl Delimiter {
    /// A single byte without escapes, as nearly every file has.
    pub fn single(byte: u8) -> Self {
        Self { bytes: vec![byte], escaped: false }
    }

    /// The byte between cells in what [`Delimiter::plain`] gives.
    pub fn byte(&self) -> u8 {
        if self.is_plain() { self.bytes[0] } else { UNIT }
    }

    fn is_plain(&self) -> bool {
        self.bytes.len() == 1 && !self.escaped
    }

    /// The text with single bytes between its cells.
    pub fn plain<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        if self.is_plain() {
            return text;
        }
        let Ok(separator) = std::str::from_utf8(&self.bytes) else { return text };
        if !self.escaped {
            return Cow::Owned(text.replace('\u{1f}', " ").replace(separator, "\u{1f}"));
        }
        let mut out = String::with_capacity(text.len());
        let (mut rest, mut quoted, mut begins) = (&*text, false, true);
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            if !quoted && rest.starts_with(separator) {
                out.push('\u{1f}');
                (rest, begins) = (&rest[separator.len()..], true);
                continue;
            }
            rest = after;
            match c {
                '\\' if after.starts_with(separator) => {
                    out.push_str(separator);
                    rest = &after[separator.len()..];
                }
                // A quote within a cell is doubled where the cell is quoted, and plain elsewhere.
                '\\' if after.starts_with('"') => {
                    out.push_str(if quoted { "\"\"" } else { "\"" });
                    rest = &after[1..];
                }
                '\\' if after.starts_with('\\') => {
                    out.push('\\');
                    rest = &after[1..];
                }
                '"' if begins || quoted => {
                    quoted = !quoted;
                    out.push('"');
                }
                '\u{1f}' => out.push(' '),
                c => out.push(c),
            }
            begins = !quoted && c == '\n';
        }
        Cow::Owned(out)
    }
}

/// Separators of one byte, the usual ones first.
const SINGLE: &[u8] = b",\t;|\x01^~#&!\x02\x03\x06\x07\x10\x1c\x1d\x1e\x1f";
/// Signs of which separators of several characters are made.
const SIGNS: &[u8] = b"|~@#$^&*!;:+=%,\t";

/// The separators that the first lines of a text may have.
pub(super) fn candidates(text: &str) -> Vec<Delimiter> {
    let head = &text[..text.char_indices().nth(64 << 10).map_or(text.len(), |(at, _)| at)];
    let mut found: Vec<Delimiter> = SINGLE
        .iter()
        .filter(|b| memchr::memchr(**b, head.as_bytes()).is_some())
        .map(|b| Delimiter::single(*b))
        .collect();
    let mut several: Vec<(usize, &[u8])> = Vec::new();
    for line in head.lines().take(60) {
        for run in line.as_bytes().split(|b| !SIGNS.contains(b)).filter(|run| (2..=6).contains(&run.len())) {
            match several.iter_mut().find(|(_, known)| *known == run) {
                Some((count, _)) => *count += 1,
                None => several.push((1, run)),
            }
        }
    }
    // Empty cells double a separator; what is found twice in another was the separator.
    several.retain(|(count, _)| *count >= 2);
    several.sort_by_key(|(count, run)| (std::cmp::Reverse(*count), run.len()));
    found.extend(several.iter().take(4).map(|(_, run)| Delimiter { bytes: run.to_vec(), escaped: false }));
    let escapes = |d: &Delimiter| {
        let mut pair = vec![b'\\'];
        pair.extend(&d.bytes);
        memchr::memmem::find(head.as_bytes(), &pair).is_some() || head.contains("\\\"")
    };
    let with: Vec<Delimiter> =
        found.iter().filter(|d| escapes(d)).map(|d| Delimiter { escaped: true, ..d.clone() }).collect();
    found.extend(with);
    if found.is_empty() {
        found.push(Delimiter::single(b','));
    }
    found
}

/// The separator that Excel is told in a first line `sep=;`.
pub(super) fn told(line: &str) -> Option<Delimiter> {
    let line = line.trim_start_matches('\u{feff}').trim_matches(['"', '\r', '\n']);
    let mark = line.get(..4).filter(|m| m.eq_ignore_ascii_case("sep="))?;
    let rest = &line[mark.len()..];
    (!rest.is_empty() && rest.len() <= 4).then(|| Delimiter { bytes: rest.as_bytes().to_vec(), escaped: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, bytes: &str, escaped: bool) -> String {
        Delimiter { bytes: bytes.as_bytes().to_vec(), escaped }.plain(Cow::Borrowed(text)).into_owned()
    }

    #[test]
    fn separators_of_several_characters_become_one() {
        assert_eq!(plain("a|@|b,c|@||@|d\n", "|@|", false), "a\u{1f}b,c\u{1f}\u{1f}d\n");
    }

    #[test]
    fn backslashes_keep_what_follows() {
        assert_eq!(plain("a\\,b,c\\\\,\\N\n", ",", true), "a,b\u{1f}c\\\u{1f}\\N\n");
        assert_eq!(plain("\"a\\\"b,c\",d\n", ",", true), "\"a\"\"b,c\"\u{1f}d\n");
    }

    #[test]
    fn what_is_told_is_known() {
        assert_eq!(told("sep=;\r\n"), Some(Delimiter::single(b';')));
        assert_eq!(told("\u{feff}SEP=|"), Some(Delimiter::single(b'|')));
        assert_eq!(told("sep"), None);
        assert_eq!(told("结算ID,sep=;"), None);
    }

    #[test]
    fn the_head_offers_what_it_holds() {
        let offered = candidates("a|@|b|@|c\n1|@||@|2\n");
        assert!(offered.iter().any(|d| d.bytes == b"|@|") && offered.iter().any(|d| d.bytes == b"|"));
        assert!(!offered.iter().any(|d| d.bytes == b","));
    }
}
