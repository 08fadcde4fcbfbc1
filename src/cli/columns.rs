//! `yishen columns`: how each column of each file was understood, and a mapping to edit.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

use super::args::Columns;
use super::progress::Bars;
use super::wrap::{fit, pad};
use super::{Exit, Failure, Session, output, width};
use crate::config::nearest;
use crate::ingest::{self, HeaderColumn, Input, Part};
use crate::messages::{Catalog, Lang, args};
use crate::model::{Column, Table, column, columns};

/// Shows what was understood, and writes it down where that is asked for.
pub(super) fn run(session: &Session, flags: &Columns) -> Result<Exit, Failure> {
    let bars = Bars::new(&session.catalog, session.quiet);
    let (inputs, notes, unread) = ingest::inspect(&flags.files, &session.config.columns, &bars)
        .map_err(|e| session.told(&e.messages(&session.catalog)))?;
    for input in &inputs {
        for part in &input.parts {
            session.print(&page(&name(input, part), part, &session.catalog, width()))?;
        }
    }
    for note in &notes {
        session.talk(&session.catalog.format(note.id, &note.args));
    }
    for unread in &unread {
        session.warn(&super::unread(unread, &session.catalog));
    }
    if let Some(path) = &flags.write {
        output::spare(path, &flags.files, session)?;
        output::save(path, &mapping(&inputs, &session.catalog), flags.force, session)?;
        session.talk(&session.catalog.format("columns-written", &args([("file", path.display().to_string().into())])));
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
    for column in missing(part.table, &part.columns) {
        let list = [("field", column.field.into()), ("chinese", column.chinese.into())];
        out.push_str(&format!("  {}\n", catalog.format("columns-missing", &args(list))));
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

/// The fields a table cannot do without that neither the file nor a stand-in gives.
fn missing(table: Table, found: &[HeaderColumn]) -> Vec<&'static Column> {
    let has = |field: &str| found.iter().any(|c| c.field == Some(field));
    columns(table).iter().filter(|c| c.required && !has(c.field) && !c.stands_in.is_some_and(has)).collect()
}

/// The mapping as TOML: what was understood as entries, the rest as comments to fill in.
fn mapping(inputs: &[Input], catalog: &Catalog) -> String {
    let mut tables: BTreeMap<Table, Vec<&HeaderColumn>> = BTreeMap::new();
    for column in inputs.iter().flat_map(|i| &i.parts).map(|p| p.columns.iter().map(move |c| (p.table, c))) {
        for (table, column) in column {
            let all = tables.entry(table).or_default();
            if !all.iter().any(|c| c.header == column.header) {
                all.push(column);
            }
        }
    }
    let mut out = format!("# {}\n", catalog.text("columns-comment"));
    for (table, found) in &tables {
        out.push_str(&format!("\n[columns.{}]\n", table.name()));
        let mut given = Vec::new();
        for column in found {
            let header = toml::Value::String(column.header.clone()).to_string();
            match column.field {
                // Two files may head the same field differently; one entry is all a mapping holds.
                Some(field) if given.contains(&field) => out.push_str(&format!("# {field} = {header}\n")),
                Some(field) => {
                    given.push(field);
                    out.push_str(&format!("{field} = {header}\n"));
                }
                None => out.push_str(&format!("# ? = {header}\n")),
            }
        }
        let all: Vec<HeaderColumn> = found.iter().map(|c| (*c).clone()).collect();
        for column in missing(*table, &all) {
            let unused = all.iter().filter(|c| c.field.is_none()).map(|c| c.header.as_str());
            let near = nearest(column.chinese, unused, 1).first().copied().unwrap_or_default().to_string();
            let line = format!("# {} = {}  # {}\n", column.field, toml::Value::String(near), column.chinese);
            out.push_str(&line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Rows;

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
        Input { name: "a.xlsx".into(), bytes: 1, sha256: String::new(), parts: vec![part] }
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

    #[test]
    fn the_mapping_is_a_configuration_that_reads_back() {
        let text = mapping(&[input()], &Catalog::new(Lang::Zh));
        let table: toml::Table = toml::from_str(&text).expect("valid TOML");
        let stays = table["columns"]["stays"].as_table().expect("a section");
        assert_eq!(stays["mdtrt_id"].as_str(), Some("就诊ID"));
        assert_eq!(stays["fixmedins_code"].as_str(), Some("机构\"码\""));
        assert!(text.contains("# ? = \"入院日\""), "{text}");
        assert!(text.contains("# begntime = \"入院日\""), "the nearest unused header is offered: {text}");
    }
}
