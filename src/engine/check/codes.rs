//! Codes of points: how they are written, which groups there are.

use rustc_hash::FxHashMap;

use crate::rule::index::groups;
use crate::rulebook::Rulebook;

/// The named groups of codes.
pub(super) struct Groups<'a>(FxHashMap<&'a str, Vec<&'a str>>);

impl<'a> Groups<'a> {
    pub(super) fn new(book: &'a Rulebook) -> Self {
        Self(groups(book))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Their names, sorted.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = self.0.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// Each code of a cell, those of groups as well.
    pub(super) fn each(&self, codes: &'a str, mut f: impl FnMut(&'a str)) {
        for code in codes.split_ascii_whitespace() {
            match code.strip_prefix('@') {
                Some(group) => self.0.get(group).into_iter().flatten().for_each(|code| f(code)),
                None => f(code),
            }
        }
    }
}

/// Why no code of an export can be like this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// A character that codes do not have.
    Sign(char),
    /// A spreadsheet has made a number of it: `1.10203E+14`.
    Number,
}

/// What keeps a code from ever matching; nothing where it may.
pub(super) fn flaw(code: &str) -> Option<Flaw> {
    if code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-') {
        return None;
    }
    if let Some(sign) = code.chars().find(|c| is_foreign(*c)) {
        return Some(Flaw::Sign(sign));
    }
    let (digits, exponent) = code.split_once(['e', 'E'])?;
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (number(digits) && exponent.strip_prefix('+').is_some_and(number)).then_some(Flaw::Number)
}

/// Full-width letters and signs, quotes, separators other than the space, and what cannot be seen.
fn is_foreign(c: char) -> bool {
    matches!(c, '\u{ff00}'..='\u{ffef}' | '\u{3000}'..='\u{303f}' | '\u{2010}'..='\u{201f}' | '\u{200b}'..='\u{200f}')
        || matches!(c, '"' | '\'' | '`' | ',' | ';' | '|' | '\u{a0}' | '\u{feff}')
        || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_as_they_are_pass_and_what_no_export_has_does_not() {
        for code in ["001102000030000-110200003", "XB01AC*", "E10.2+N08.3*", "@tumour", "47.0", "M8000/3", "床位费_1"]
        {
            assert_eq!(flaw(code), None, "{code}");
        }
        for (code, sign) in
            [("ＸB01", 'Ｘ'), ("\"001\"", '"'), ("001，002", '，'), ("001;002", ';'), ("A\u{3000}B", '\u{3000}')]
        {
            assert_eq!(flaw(code), Some(Flaw::Sign(sign)), "{code}");
        }
        assert_eq!(flaw("1.10203E+14"), Some(Flaw::Number));
        assert_eq!(flaw("A17.000+G01*"), None);
    }
}
