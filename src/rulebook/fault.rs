//! What is wrong with a rule book, in words of the catalogue.

use std::fmt;

use crate::messages::{Args, Catalog, Lang};

/// Something that is wrong, as a message id `fault-...` and its arguments. Message `fault-...-help` says the way out.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Message id.
    pub id: &'static str,
    /// Its arguments.
    pub args: Args,
}

impl Problem {
    /// A problem with its arguments.
    pub fn new(id: &'static str, args: Args) -> Self {
        Self { id, args }
    }

    /// What is wrong, and on a second line `help: ...`, the way out.
    pub fn text(&self, catalog: &Catalog) -> String {
        let help = catalog.format(&format!("{}-help", self.id), &self.args);
        format!("{}\n  {}: {help}", catalog.format(self.id, &self.args), catalog.text("fault-help"))
    }
}

impl fmt::Display for Problem {
    /// The English text, for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(&Catalog::new(Lang::En)))
    }
}

impl std::error::Error for Problem {}

/// A problem and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The file: its path below `--rules DIR` with that folder in front, or `rules/...` for a built-in one.
    pub file: String,
    /// Line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

impl Fault {
    /// `file:line: what is wrong`, and on a second line the way out.
    pub fn text(&self, catalog: &Catalog) -> String {
        let problem = self.problem.text(catalog);
        match self.line {
            0 => format!("{}: {problem}", self.file),
            line => format!("{}:{line}: {problem}", self.file),
        }
    }
}

impl fmt::Display for Fault {
    /// The English text, for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(&Catalog::new(Lang::En)))
    }
}

/// The candidate that a misspelt word probably means: the nearest by edits, else the one that begins alike the longest; the
/// first one in a tie. Empty without candidates.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let alike = |c: &&&str| word.chars().zip(c.chars()).take_while(|(a, b)| a == b).count();
    let near = crate::config::nearest(word, candidates.iter().copied(), 1);
    near.first().or_else(|| candidates.iter().rev().max_by_key(alike)).copied().unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_is_by_edits_then_by_beginnings() {
        assert_eq!(nearest("titel", ["what", "title", "tile"]), "title");
        assert_eq!(nearest("重复收", ["挂床住院", "重复收费"]), "重复收费");
        assert_eq!(nearest("overlaping", ["bed-hanging", "overlapping-stays"]), "overlapping-stays");
        assert_eq!(nearest("x", []), "");
    }
}
