//! What a file lacks to be a table, and the lines that help.

use crate::messages::{Args, Catalog, args};
use crate::model::Table;

/// A file that was refused.
#[derive(Clone, Debug)]
pub struct Lacking {
    /// The file, with its sheet or archive member.
    pub file: String,
    /// The header's line.
    pub line: u32,
    /// The table it looks like.
    pub table: Table,
    /// What it lacks, all of it.
    pub lacks: Vec<Lack>,
    /// The headers seen, joined.
    pub headers: String,
}

/// A column that a file lacks.
#[derive(Clone, Debug)]
pub struct Lack {
    /// National field name.
    pub field: &'static str,
    /// Its usual Chinese header.
    pub chinese: &'static str,
    /// A field that would do as well.
    pub or: Option<&'static str>,
    /// Headers that may be it by their name, best first.
    pub by_name: Vec<String>,
    /// Headers that may be it by what stands below them.
    pub by_content: Vec<String>,
}

/// Candidates named in a message.
const SHOWN: usize = 5;

impl Lacking {
    /// English, in one line, for logs.
    pub(super) fn plain(&self) -> String {
        let lacks: Vec<&str> = self.lacks.iter().map(|l| l.field).collect();
        format!("{}: looks like the table {} but lacks {}", self.file, self.table.name(), lacks.join(", "))
    }

    /// The figures of its messages.
    pub(super) fn args(&self) -> Args {
        let fields: Vec<String> = self.lacks.iter().map(|l| format!("{} ({})", l.field, l.chinese)).collect();
        args([
            ("file", self.file.as_str().into()),
            ("line", self.line.to_string().into()),
            ("table", self.table.name().into()),
            ("fields", fields.join(", ").into()),
            ("missing", fields.join(", ").into()),
            ("headers", self.headers.as_str().into()),
        ])
    }

    /// What is wrong and the way out, in the catalogue's language.
    pub(super) fn message(&self, catalog: &Catalog) -> String {
        let table = self.table;
        let mut text = catalog.format("input-lacks", &self.args());
        for lack in &self.lacks {
            text.push_str(&lack.line(catalog));
        }
        let name = toml::Value::String(self.file.clone());
        let lines: Vec<String> = self.lacks.iter().map(Lack::entry).collect();
        let entries = format!("  [files.{name}.columns.{}]\n{}", table.name(), lines.concat());
        text.push_str(&format!("\n{}\n{}", catalog.text("input-lacks-map"), entries.trim_end()));
        if self.lacks.iter().any(|l| l.field == "fixmedins_code") {
            text.push_str(&format!("\n{}", catalog.text("input-lacks-institution")));
        }
        text
    }
}

impl Lack {
    /// The candidates for a column.
    fn line(&self, catalog: &Catalog) -> String {
        let list = |names: &[String]| names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
        let mut text = format!("\n  {} ({})", self.field, self.chinese);
        if let Some(or) = self.or {
            text.push_str(&catalog.format("input-lacks-or", &args([("field", or.into())])));
        }
        for (id, names) in [("input-lacks-by-name", &self.by_name), ("input-lacks-by-content", &self.by_content)] {
            if !names.is_empty() {
                text.push_str(&catalog.format(id, &args([("headers", list(names).into())])));
            }
        }
        if self.by_name.is_empty() && self.by_content.is_empty() {
            text.push_str(&catalog.text("input-lacks-nothing"));
        }
        text
    }

    /// The line to write for it.
    fn entry(&self) -> String {
        // What only looks alike is for a person to choose.
        let best = self.by_name.first().cloned().unwrap_or_else(|| "…".to_string());
        format!("  {} = {}\n", self.field, toml::Value::String(best))
    }
}
