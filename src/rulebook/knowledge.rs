//! Knowledge tables: lists of codes with facts about them, as published or as a region keeps them.

use serde::Deserialize;

use super::Text;

/// Where a knowledge table comes from, `knowledge/<name>.source.toml`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Title.
    pub title: Text,
    /// What it was taken from.
    pub source: String,
    /// Where that is published.
    #[serde(default)]
    pub url: Option<String>,
    /// What to know about it.
    pub note: Text,
    /// The columns, in the order of the CSV file.
    pub columns: Vec<String>,
}

/// A knowledge table. Cells stay text: a rule reads them as what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnowledgeTable {
    /// Its name: that of the file.
    pub name: String,
    /// Where it comes from.
    pub source: Source,
    /// Rows, each as long as [`Source::columns`].
    pub rows: Vec<Vec<String>>,
}

impl KnowledgeTable {
    /// The cells of a column, by its name; `None` where the table has no such column.
    pub fn column(&self, name: &str) -> Option<impl Iterator<Item = &str>> {
        let at = self.source.columns.iter().position(|c| c == name)?;
        Some(self.rows.iter().map(move |row| row[at].as_str()))
    }
}

/// The national part of an item code: the first 15 characters of a service code, whatever regional suffix follows
/// (`001102000030000-110200003`, or further digits); any other code unchanged.
///
/// National service codes are 15 digits and begin with 0; drug and consumable codes begin with a letter.
pub fn national_code(code: &str) -> &str {
    match code.get(..15) {
        Some(start) if start.starts_with('0') && start.bytes().all(|b| b.is_ascii_digit()) => start,
        _ => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regional_suffixes_are_cut() {
        assert_eq!(national_code("001102000030000-110200003"), "001102000030000");
        assert_eq!(national_code("00110200003000012"), "001102000030000");
        assert_eq!(national_code("001102000030000"), "001102000030000");
    }

    #[test]
    fn other_codes_stay() {
        for code in [
            "XL02BBA326A001010102180",
            "110200003",
            "123456789012345678",
            "C0102030405060708090",
            "床位费床位费床位费",
            "",
        ] {
            assert_eq!(national_code(code), code);
        }
    }
}
