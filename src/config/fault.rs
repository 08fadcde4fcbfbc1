//! A fault of the configuration: where it is, what is wrong, what to write instead.

use std::fmt;

use crate::messages::{Args, Catalog, Lang, Value};

/// One fault of a configuration file.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The file as named.
    pub file: String,
    /// Line, from 1; 0 where the whole file is at fault.
    pub line: usize,
    /// Message id.
    pub id: &'static str,
    /// Arguments of the message.
    pub args: Args,
    /// The nearest valid words, best first.
    pub nearest: Vec<String>,
}

impl Fault {
    /// `file:line: what is wrong`, and on a second line what was probably meant.
    pub fn message(&self, catalog: &Catalog) -> String {
        let what = catalog.format(self.id, &self.args);
        let place = if self.line == 0 { self.file.clone() } else { format!("{}:{}", self.file, self.line) };
        let mut text = format!("{place}: {what}");
        if !self.nearest.is_empty() {
            let words = self.nearest.join(&catalog.text("list-separator"));
            text.push_str("\n  ");
            text.push_str(&catalog.format("error-nearest", &Args::from([("words".to_string(), Value::Text(words))])));
        }
        text
    }
}

impl fmt::Display for Fault {
    /// English, for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(&Catalog::new(Lang::En)))
    }
}

impl std::error::Error for Fault {}
