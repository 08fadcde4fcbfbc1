//! Which header carries which field: for all files, and for single ones.

use std::collections::BTreeMap;

use crate::model::Table;

/// For each table, national field name to the header that carries it in the files, or to a constant (`=H123`).
pub type Fields = BTreeMap<Table, BTreeMap<String, String>>;

/// How the files are to be read, beyond the names that are known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// Sections `[columns.<table>]`: for every file.
    pub columns: Fields,
    /// Sections `[files."<name>"]`, in file order.
    pub files: Vec<FileRule>,
    /// The institution of files that name none.
    pub institution: Option<String>,
}

/// What is said about the files whose name fits a pattern.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileRule {
    /// A file name, with `*` for any run of characters and `?` for one; an archive member or sheet is `file/member`.
    pub pattern: String,
    /// The table it is, whatever its headers say.
    pub table: Option<Table>,
    /// The file is left out.
    pub skip: bool,
    /// Sections `[files."<name>".columns.<table>]`; they go before those for every file.
    pub columns: Fields,
}

impl Mapping {
    /// Nothing beyond the known names.
    pub fn new() -> Self {
        Self::default()
    }

    /// The rules for a file, in order. Where none fits and the file is the end of exactly one pattern, that is its rule: written
    /// for `一月/数据.csv` when the folder above was looked at, it serves a scan of `一月` alone. No file is left out so.
    pub fn rules<'a>(&'a self, file: &'a str) -> impl Iterator<Item = &'a FileRule> + 'a {
        let mut ends = self.files.iter().filter(move |rule| rule.ends_with(file));
        let end = ends
            .next()
            .filter(|rule| !rule.skip && ends.next().is_none() && !self.files.iter().any(|other| other.applies(file)));
        self.files.iter().filter(move |rule| rule.applies(file)).chain(end)
    }

    /// The headers given for a table of a file: those for the file before those for all.
    pub fn fields(&self, file: &str, table: Table) -> BTreeMap<String, String> {
        let mut fields = self.columns.get(&table).cloned().unwrap_or_default();
        for own in self.rules(file).filter_map(|rule| rule.columns.get(&table)) {
            fields.extend(own.iter().map(|(field, header)| (field.clone(), header.clone())));
        }
        fields
    }

    /// Every header that is named, for all files and for single ones.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        let every = std::iter::once(&self.columns).chain(self.files.iter().map(|rule| &rule.columns));
        every.flat_map(|fields| fields.values()).flat_map(|fields| fields.values()).map(String::as_str)
    }
}

impl FileRule {
    /// Whether the rule is about a file: by its whole name, by its last part, or by the file that holds it.
    pub fn applies(&self, file: &str) -> bool {
        let file = file.replace('\\', "/");
        let pattern = self.pattern.replace('\\', "/");
        let pattern = pattern.trim_start_matches("./");
        let starts = std::iter::once(0).chain(file.match_indices('/').map(|(at, _)| at + 1));
        let ends = || std::iter::once(file.len()).chain(file.match_indices('/').map(|(at, _)| at));
        starts.into_iter().any(|start| {
            ends().filter(|end| *end > start).any(|end| fits(pattern.as_bytes(), &file.as_bytes()[start..end]))
        })
    }
}

impl FileRule {
    /// Whether what stands behind some folder of the pattern is the file, or the file that holds it.
    pub fn ends_with(&self, file: &str) -> bool {
        let file = file.replace('\\', "/");
        let pattern = self.pattern.replace('\\', "/");
        let ends = || std::iter::once(file.len()).chain(file.match_indices('/').map(|(at, _)| at));
        pattern.match_indices('/').any(|(at, _)| {
            let tail = &pattern.as_bytes()[at + 1..];
            !tail.is_empty() && ends().filter(|end| *end > 0).any(|end| fits(tail, &file.as_bytes()[..end]))
        })
    }
}

/// Whether a text fits a pattern with `*` and `?`; `?` stands for one character.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    // The usual two-pointer walk: on a mismatch the last star takes one character more.
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(b'?') => {
                p += 1;
                t += 1;
                while text.get(t).is_some_and(|b| b & 0xC0 == 0x80) {
                    t += 1;
                }
            }
            Some(byte) if byte.eq_ignore_ascii_case(&text[t]) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_names_and_their_parts() {
        let applies =
            |pattern: &str, file: &str| FileRule { pattern: pattern.into(), ..FileRule::default() }.applies(file);
        assert!(applies("门诊*.csv", "门诊结算主单.csv") && applies("门诊*.csv", "三月/门诊1.csv"));
        assert!(applies("a.xlsx", "a.xlsx/Sheet1") && applies("a.xlsx/S*", "in/a.xlsx/Sheet1"));
        assert!(applies("*.CSV", "x.csv") && applies("?.csv", "月.csv") && applies("*", "x"));
        assert!(!applies("门诊*.csv", "住院.csv") && !applies("a.csv", "aa.csv") && !applies("?.csv", "ab.csv"));
    }

    #[test]
    fn a_rule_for_a_folder_serves_a_scan_of_what_is_in_it() {
        let rule = |pattern: &str, skip| FileRule { pattern: pattern.into(), skip, ..FileRule::default() };
        let found = |rules: Vec<FileRule>, file: &str| {
            let mapping = Mapping { files: rules, ..Mapping::default() };
            mapping.rules(file).map(|rule| rule.pattern.clone()).collect::<Vec<_>>()
        };
        let one = || rule("一月/数据.csv", false);
        assert_eq!(found(vec![one()], "数据.csv"), ["一月/数据.csv"]);
        assert_eq!(found(vec![one()], "一月/数据.csv"), ["一月/数据.csv"]);
        assert_eq!(found(vec![rule("数据.csv", false)], "一月/数据.csv"), ["数据.csv"]);
        assert_eq!(found(vec![rule("一月/a.xlsx", false)], "a.xlsx/Sheet1"), ["一月/a.xlsx"]);
        assert_eq!(found(vec![rule("a.xlsx/Sheet1", false)], "b.xlsx/Sheet1"), [""; 0]);
        assert_eq!(found(vec![one()], "二月/数据.csv"), [""; 0], "another folder");
        assert_eq!(found(vec![one(), rule("二月/数据.csv", false)], "数据.csv"), [""; 0], "nobody knows which");
        assert_eq!(found(vec![rule("一月/数据.csv", true)], "数据.csv"), [""; 0], "nothing is left out by a guess");
        assert_eq!(found(vec![one(), rule("数*.csv", false)], "数据.csv"), ["数*.csv"], "what fits goes first");
    }

    #[test]
    fn what_is_said_about_one_file_goes_first() {
        let fields = |header: &str| Fields::from([(Table::Stays, BTreeMap::from([("psn_no".into(), header.into())]))]);
        let rule = FileRule { pattern: "b.csv".into(), columns: fields("B"), ..FileRule::default() };
        let mapping = Mapping { columns: fields("A"), files: vec![rule], institution: None };
        assert_eq!(mapping.fields("a.csv", Table::Stays)["psn_no"], "A");
        assert_eq!(mapping.fields("b.csv", Table::Stays)["psn_no"], "B");
    }
}
