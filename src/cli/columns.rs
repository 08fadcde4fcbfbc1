//! `yishen columns`: how each column of each file was understood, and a mapping to edit.

use unicode_width::UnicodeWidthStr;

use super::args::Columns;
use super::progress::Bars;
use super::wrap::{fit, pad};
use super::{Exit, Failure, Session, mapping, output, settings, width};
use crate::ingest::{self, Input, Part, Stranger};
use crate::messages::{Catalog, Lang, args};
use crate::model::{Column, Table, column, columns};

/// Shows what was understood, and writes it down where that is asked for.
pub(super) fn run(session: &Session, flags: &Columns) -> Result<Exit, Failure> {
    let bars = Bars::new(&session.catalog, session.quiet);
    let names = settings::mapping(flags.institution.clone(), session);
    let ingest::Inspected { inputs, strangers, unread, notes } =
        ingest::inspect(&flags.files, &names, &bars).map_err(|e| session.told(&e.messages(&session.catalog)))?;
    for input in &inputs {
        for part in &input.parts {
            session.print(&page(&name(input, part), part, &session.catalog, width()))?;
        }
    }
    for stranger in &strangers {
        session.print(&stranger_page(stranger, &session.catalog, width()))?;
    }
    for left in &unread {
        let reason = session.catalog.format(left.reason, &left.args);
        let list = [("file", left.name.as_str().into()), ("reason", reason.into())];
        session.print(&format!("{}\n", session.catalog.format("columns-unread", &args(list))))?;
    }
    for note in &notes {
        session.talk(&session.catalog.format(note.id, &note.args));
    }
    if let Some(path) = &flags.write {
        output::spare(path, &flags.files, session)?;
        output::save(path, &mapping::write(&inputs, &strangers, &session.catalog), flags.force, session)?;
        session.talk(&session.catalog.format("columns-written", &args([("file", path.display().to_string().into())])));
    } else if mapping::has_choices(&inputs, &strangers) {
        session.talk(&session.catalog.text("columns-write-hint"));
    }
    Ok(Exit::Finished)
}

fn name(input: &Input, part: &Part) -> String {
    if part.name.is_empty() { input.name.clone() } else { format!("{} [{}]", input.name, part.name) }
}

/// A table part: header, field and samples of each column, then what is missing.
fn page(name: &str, part: &Part, catalog: &Catalog, width: usize) -> String {
    let table = catalog.text(&format!("report-table-{}", part.table.name()));
    let list = [("file", name.into()), ("table", table.into()), ("encoding", part.encoding.into())];
    let mut out = format!("{}\n", catalog.format("columns-file", &args(list)));
    let heading = |id: &str| catalog.text(&format!("columns-heading-{id}"));
    let mut rows = vec![[heading("header"), heading("field"), heading("samples")]];
    rows.extend(
        part.columns
            .iter()
            .map(|c| [c.header.clone(), understood(part.table, c.field, catalog), c.samples.join(" | ")]),
    );
    let widest = |i: usize| rows.iter().map(|r| r[i].width()).max().unwrap_or(0).min(32) + 2;
    let (first, second) = (widest(0), widest(1));
    for [header, field, samples] in &rows {
        let line = format!("  {}{}{samples}", pad(&fit(header, first - 2), first), pad(field, second));
        out.push_str(&fit(line.trim_end(), width));
        out.push('\n');
    }
    for column in mapping::missing(part) {
        let list = [("field", column.field.into()), ("chinese", column.chinese.into())];
        out.push_str(&format!("  {}\n", catalog.format("columns-missing", &args(list))));
        let candidates: Vec<String> = ingest::candidates(column, &part.columns).all().cloned().collect();
        if !candidates.is_empty() {
            let list = [("headers", candidates.join(", ").into())];
            out.push_str(&format!("    {}\n", catalog.format("columns-candidates", &args(list))));
        }
    }
    out.push('\n');
    out
}

/// A file whose headers are unknown: each header with what it may be and samples, then the fields to choose from.
fn stranger_page(stranger: &Stranger, catalog: &Catalog, width: usize) -> String {
    let tables = ingest::tables(&stranger.columns);
    let mut out = format!("{}\n", catalog.format("columns-unknown", &args([("file", stranger.name.as_str().into())])));
    if ingest::is_headless(&stranger.columns) {
        let list = [("file", stranger.name.as_str().into())];
        out.push_str(&format!("  {}\n", catalog.format("columns-headless", &args(list))));
    }
    let heading = |id: &str| catalog.text(&format!("columns-heading-{id}"));
    let mut rows = vec![[heading("header"), heading("may-be"), heading("samples")]];
    for column in &stranger.columns {
        let mut fields: Vec<&str> = Vec::new();
        for field in tables.iter().take(2).flat_map(|table| ingest::fields(*table, column)) {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        let may =
            if fields.is_empty() { catalog.text("columns-unused") } else { fields[..fields.len().min(4)].join(", ") };
        rows.push([column.header.clone(), may, column.samples.join(" | ")]);
    }
    let widest = |i: usize| rows.iter().map(|r| r[i].width()).max().unwrap_or(0).min(44) + 2;
    let (first, second) = (widest(0).min(34), widest(1));
    for [header, field, samples] in &rows {
        let line =
            format!("  {}{}{samples}", pad(&fit(header, first - 2), first), pad(&fit(field, second - 2), second));
        out.push_str(&fit(line.trim_end(), width));
        out.push('\n');
    }
    for table in if tables.is_empty() { Table::ALL.to_vec() } else { tables } {
        let name = |c: &&Column| match catalog.lang() {
            Lang::Zh => format!("{} {}", c.field, c.chinese),
            Lang::En => c.field.to_string(),
        };
        let (needed, other): (Vec<&Column>, Vec<&Column>) = columns(table).iter().partition(|c| c.required);
        let list = [
            ("table", table.name().into()),
            ("title", catalog.text(&format!("report-table-{}", table.name())).into()),
            ("needed", needed.iter().map(name).collect::<Vec<_>>().join(", ").into()),
            ("other", other.iter().map(name).collect::<Vec<_>>().join(", ").into()),
        ];
        out.push_str(&format!("  {}\n", catalog.format("columns-fields", &args(list))));
    }
    out.push('\n');
    out
}

/// The field; in Chinese with its usual name.
fn understood(table: Table, field: Option<&str>, catalog: &Catalog) -> String {
    match field.and_then(|f| column(table, f)) {
        Some(column) if catalog.lang() == Lang::Zh => format!("{} {}", column.field, column.chinese),
        Some(column) => column.field.to_string(),
        None => catalog.text("columns-unused"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{HeaderColumn, Rows};

    fn input() -> Input {
        let column = |header: &str, field, sample: &str| HeaderColumn {
            header: header.into(),
            field,
            samples: vec![sample.into(), "乙".into()],
        };
        let columns = vec![
            column("就诊ID", Some("mdtrt_id"), "001"),
            column("机构\"码\"", Some("fixmedins_code"), "H1"),
            column("入院日", None, "2025-01-01"),
            column("人员编号", Some("psn_no"), "1"),
            column("出院日期", Some("endtime"), "2025-01-02"),
        ];
        let part =
            Part { name: "一月".into(), table: Table::Stays, encoding: "gb18030", columns, rows: Rows::default() };
        Input { name: "a.xlsx".into(), bytes: 1, sha256: String::new(), peer: false, parts: vec![part] }
    }

    #[test]
    fn the_page_shows_fields_samples_and_what_is_missing() {
        let input = input();
        let page = page(&name(&input, &input.parts[0]), &input.parts[0], &Catalog::new(Lang::Zh), 80);
        assert!(page.contains("a.xlsx [一月]") && page.contains("住院结算") && page.contains("gb18030"), "{page}");
        assert!(page.contains("mdtrt_id") && page.contains("001 | 乙"), "{page}");
        assert!(page.contains("begntime") && page.contains("入院日期"), "{page}");
        assert!(!page.contains("psn_name"), "only required fields are missed: {page}");
    }
}
