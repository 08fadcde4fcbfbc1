//! `yishen evaluate`: findings held against a truth.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use unicode_width::UnicodeWidthStr;

use super::args::{Evaluate, Format};
use super::wrap::pad;
use super::{Exit, Failure, Session};
use crate::messages::args;
use crate::quality::{self, Pool};

/// Scores the pairs of files together.
pub(super) fn run(session: &Session, flags: &Evaluate) -> Result<Exit, Failure> {
    if !flags.files.len().is_multiple_of(2) {
        return Err(session.failure("error-pairs", args([("count", flags.files.len().into())])));
    }
    let open = |path: &Path| File::open(path).map_err(|e| session.io(path, &e));
    let mut pool = Pool::default();
    for pair in flags.files.chunks_exact(2) {
        let (findings, truth) = (open(&pair[0])?, open(&pair[1])?);
        pool.add(BufReader::new(findings), truth).map_err(|e| {
            let files = format!("{}, {}", pair[0].display(), pair[1].display());
            session.told(&[format!("{files}: {}", e.message(&session.catalog))])
        })?;
    }
    let scores = pool.scores();
    let text = match flags.format.unwrap_or_default() {
        Format::Json => format!("{:#}\n", serde_json::json!(scores)),
        Format::Text => aligned(&quality::table(&scores, &session.catalog)),
    };
    session.print(&text)?;
    Ok(Exit::Finished)
}

/// Rows as columns of equal width; figures, which begin with a digit or a dash, to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &'_ Vec<String>, i: usize| row.get(i).cloned().unwrap_or_default();
    let widths: Vec<usize> = (0..columns).map(|i| rows.iter().map(|r| cell(r, i).width()).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        let cells = widths.iter().enumerate().map(|(i, width)| {
            let text = cell(row, i);
            let figure = text.starts_with(|c: char| c.is_ascii_digit() || "-–—".contains(c));
            if figure { format!("{}{text}", pad("", width - text.width())) } else { pad(&text, *width) }
        });
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_the_script() {
        let rows = [vec!["手法".to_string(), "预埋".into()], vec!["hours-over-day".into(), "7".into()]];
        assert_eq!(aligned(&rows), "手法            预埋\nhours-over-day     7\n");
    }
}
