//! Writes a mapping of columns to edit: what was understood as entries, what must be chosen as lines to be taken out of comments.

use std::collections::{BTreeMap, HashMap};

use crate::config::FileRule;
use crate::ingest::{self, HeaderColumn, Input, Part, Stranger};
use crate::messages::{Catalog, args};
use crate::model::{Column, Table, column, columns};

/// The fields that are worth a choice beyond the needed ones: money, ids, who, when, what.
const USEFUL: [&str; 38] = [
    "mdtrt_id",
    "setl_id",
    "psn_no",
    "certno",
    "psn_name",
    "gend",
    "brdy",
    "age",
    "fixmedins_code",
    "fixmedins_name",
    "med_type",
    "begntime",
    "endtime",
    "setl_time",
    "dise_codg",
    "dise_name",
    "medfee_sumamt",
    "fund_pay_sumamt",
    "psn_pay",
    "feedetl_sn",
    "fee_ocur_time",
    "hilist_code",
    "hilist_name",
    "med_chrgitm_type",
    "cnt",
    "pric",
    "det_item_fee_sumamt",
    "diag_code",
    "diag_name",
    "refd_setl_flag",
    "vali_flag",
    "init_setl_id",
    "finl_trns_pric",
    "spler_name",
    "manu_lotnum",
    "maindiag_flag",
    "diag_srt_no",
    "acct_pay",
];

/// The fields a table cannot do without that neither the file nor a stand-in gives.
pub(super) fn missing(part: &Part) -> Vec<&'static Column> {
    let has = |field: &str| part.columns.iter().any(|c| c.field == Some(field));
    // A table that lies beside another in its file has no headers of its own.
    let own = !part.columns.is_empty() && part.columns.iter().any(|c| c.field.is_some());
    columns(part.table).iter().filter(|c| own && c.required && !has(c.field) && !c.stands_in.is_some_and(has)).collect()
}

/// Whether something is to be chosen.
pub(super) fn has_choices(inputs: &[Input], strangers: &[Stranger]) -> bool {
    !strangers.is_empty() || inputs.iter().flat_map(|i| &i.parts).any(|p| !missing(p).is_empty())
}

/// The mapping as TOML.
pub(super) fn write(inputs: &[Input], strangers: &[Stranger], catalog: &Catalog) -> String {
    let mut out = format!("# {}\n", catalog.text("columns-comment").replace('\n', "\n# "));
    understood(&mut out, inputs, catalog);
    let known: Vec<String> = inputs.iter().flat_map(|i| i.parts.iter().map(|p| part_name(i, p))).collect();
    for (pattern, group) in groups(&known, strangers) {
        unknown(&mut out, &pattern, &group, catalog);
    }
    out
}

fn part_name(input: &Input, part: &Part) -> String {
    if part.name.is_empty() { input.name.clone() } else { format!("{}/{}", input.name, part.name) }
}

/// Files with the same headers, each group with a pattern that fits its files and no other: twelve months of an export are one
/// choice and not twelve. Files whose names have nothing in common are groups of their own.
fn groups<'a>(known: &[String], strangers: &'a [Stranger]) -> Vec<(String, Vec<&'a Stranger>)> {
    let headers = |s: &'a Stranger| s.columns.iter().map(|c| c.header.as_str()).collect::<Vec<_>>();
    let mut alike: Vec<(Vec<&str>, Vec<&Stranger>)> = Vec::new();
    let mut at: HashMap<Vec<&str>, usize> = HashMap::new();
    for stranger in strangers {
        let place = *at.entry(headers(stranger)).or_insert(alike.len());
        match alike.get_mut(place) {
            Some((_, group)) => group.push(stranger),
            None => alike.push((headers(stranger), vec![stranger])),
        }
    }
    let mut out = Vec::new();
    for (headers, group) in &alike {
        let others = alike.iter().filter(|(h, _)| h != headers).flat_map(|(_, g)| g).map(|s| &s.name);
        let pattern = common(group).filter(|pattern| {
            let rule = FileRule { pattern: pattern.clone(), ..FileRule::default() };
            group.iter().all(|s| rule.applies(&s.name)) && !known.iter().chain(others).any(|name| rule.applies(name))
        });
        match pattern {
            Some(pattern) => out.push((pattern, group.clone())),
            None => out.extend(group.iter().map(|s| (s.name.clone(), vec![*s]))),
        }
    }
    out
}

/// What the names of several files begin and end with, and a star between; `None` where no more than an ending is common.
fn common(group: &[&Stranger]) -> Option<String> {
    let (first, rest) = group.split_first().filter(|(_, rest)| !rest.is_empty())?;
    let same = |a: &mut dyn Iterator<Item = char>, b: &mut dyn Iterator<Item = char>| {
        a.zip(b).take_while(|(a, b)| a == b).count()
    };
    let shortest = group.iter().map(|s| s.name.chars().count()).min()?;
    let front = rest.iter().map(|s| same(&mut first.name.chars(), &mut s.name.chars())).min()?;
    let back = rest.iter().map(|s| same(&mut first.name.chars().rev(), &mut s.name.chars().rev())).min()?;
    let back = back.min(shortest - front);
    let front: String = first.name.chars().take(front).collect();
    let back: String = first.name.chars().skip(first.name.chars().count() - back).collect();
    let stem = back.rsplit_once('.').map_or(back.as_str(), |(stem, _)| stem);
    (front.chars().count() + stem.chars().count() > 1).then(|| format!("{front}*{back}"))
}

/// What was understood, by table, with choices for what is missing.
fn understood(out: &mut String, inputs: &[Input], catalog: &Catalog) {
    let mut tables: BTreeMap<Table, Vec<&Part>> = BTreeMap::new();
    for part in inputs.iter().flat_map(|i| &i.parts).filter(|p| !p.columns.is_empty()) {
        tables.entry(part.table).or_default().push(part);
    }
    for (table, parts) in &tables {
        out.push_str(&format!("\n[columns.{}]\n", table.name()));
        let mut given: Vec<&str> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for found in parts.iter().flat_map(|p| &p.columns) {
            if seen.contains(&found.header.as_str()) {
                continue;
            }
            seen.push(&found.header);
            let header = quoted(&found.header);
            match found.field {
                // Two files may head the same field differently; one entry is all a mapping holds, and known names need none.
                Some(field) if given.contains(&field) => out.push_str(&format!("# {field} = {header}\n")),
                Some(field) => {
                    given.push(field);
                    out.push_str(&format!("{field} = {header}\n"));
                }
                None => out.push_str(&format!("# ? = {header}{}\n", samples(found))),
            }
        }
        for part in parts {
            for column in missing(part) {
                if given.contains(&column.field) {
                    continue;
                }
                given.push(column.field);
                choice(out, column, &part.columns, true, catalog);
                if let Some(other) = column.stands_in.and_then(|f| crate::model::column(*table, f)) {
                    choice(out, other, &part.columns, false, catalog);
                }
            }
        }
    }
}

/// A file of which nothing is known: the tables it may be, and for each of them the fields with the headers that may be it.
fn unknown(out: &mut String, pattern: &str, group: &[&Stranger], catalog: &Catalog) {
    let Some(stranger) = group.first() else { return };
    let name = quoted(pattern);
    out.push_str(&format!("\n# {}\n", catalog.format("columns-choose-file", &args([("file", name.as_str().into())]))));
    if group.len() > 1 {
        let files: Vec<String> = group.iter().map(|s| quoted(&s.name)).collect();
        let list = [("count", group.len().into()), ("files", files.join(", ").into())];
        out.push_str(&format!("# {}\n", catalog.format("columns-choose-files", &args(list))));
    }
    if ingest::is_headless(&stranger.columns) {
        let list = [("file", stranger.name.as_str().into())];
        out.push_str(&format!("# {}\n", catalog.format("columns-headless", &args(list))));
    }
    out.push_str(&format!("[files.{name}]\n"));
    let tables = ingest::tables(&stranger.columns);
    for table in &tables {
        let title = catalog.text(&format!("report-table-{}", table.name()));
        out.push_str(&format!("# table = \"{}\"  # {title}\n", table.name()));
    }
    out.push_str(&format!("# skip = true  # {}\n", catalog.text("columns-choose-skip")));
    for table in &tables {
        out.push_str(&format!("\n[files.{name}.columns.{}]\n", table.name()));
        let (needed, rest): (Vec<&Column>, Vec<&Column>) = columns(*table).iter().partition(|c| c.required);
        for column in needed {
            choice(out, column, &stranger.columns, true, catalog);
        }
        for field in USEFUL {
            if let Some(column) = column(*table, field).filter(|c| rest.iter().any(|r| r.field == c.field)) {
                choice(out, column, &stranger.columns, false, catalog);
            }
        }
    }
}

/// The lines of which one is to be taken out of its comment; nothing where no header may be it and the table can do without.
fn choice(out: &mut String, column: &Column, headers: &[HeaderColumn], needed: bool, catalog: &Catalog) {
    let candidates = ingest::candidates(column, headers);
    if candidates.all().next().is_none() && !needed {
        return;
    }
    let id = if needed { "columns-choose-needed" } else { "columns-choose" };
    let or =
        column.stands_in.map_or_else(String::new, |f| catalog.format("input-lacks-or", &args([("field", f.into())])));
    let list = [("field", column.field.into()), ("chinese", column.chinese.into()), ("or", or.into())];
    out.push_str(&format!("# {}\n", catalog.format(id, &args(list))));
    for header in candidates.all() {
        let shown = headers.iter().find(|h| h.header == *header).map(samples).unwrap_or_default();
        out.push_str(&format!("# {} = {}{shown}\n", column.field, quoted(header)));
    }
    if column.field == "fixmedins_code" {
        let hint = catalog.text("columns-choose-institution");
        out.push_str(&format!("# {} = \"=\"  # {hint}\n", column.field));
    }
}

/// The values of a header, as a comment.
fn samples(header: &HeaderColumn) -> String {
    let shown: Vec<&str> = header.samples.iter().map(String::as_str).collect();
    if shown.is_empty() { String::new() } else { format!("  # {}", shown.join(" | ")) }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_string()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Rows;
    use crate::messages::Lang;

    fn header(header: &str, field: Option<&'static str>, sample: &str) -> HeaderColumn {
        HeaderColumn { header: header.into(), field, samples: vec![sample.into()] }
    }

    #[test]
    fn the_mapping_is_a_configuration_that_reads_back() {
        let text = write(&[input()], &[], &Catalog::new(Lang::Zh));
        let table: toml::Table = toml::from_str(&text).expect("valid TOML");
        let stays = table["columns"]["stays"].as_table().expect("a section");
        assert_eq!(stays["mdtrt_id"].as_str(), Some("就诊ID"));
        assert_eq!(stays["fixmedins_code"].as_str(), Some("机构\"码\""));
        assert!(text.contains("# begntime = \"入院日\""), "the nearest unused header is offered: {text}");
    }

    fn input() -> Input {
        let columns = vec![
            header("就诊ID", Some("mdtrt_id"), "001"),
            header("机构\"码\"", Some("fixmedins_code"), "H1"),
            header("入院日", None, "2025-01-01"),
            header("人员编号", Some("psn_no"), "1"),
            header("出院日期", Some("endtime"), "2025-01-02"),
        ];
        let part =
            Part { name: "一月".into(), table: Table::Stays, encoding: "gb18030", columns, rows: Rows::default() };
        Input { name: "a.xlsx".into(), bytes: 1, sha256: String::new(), peer: false, parts: vec![part] }
    }

    #[test]
    fn files_with_the_same_headers_share_a_section() {
        let stranger = |name: &str, headers: [&str; 2]| Stranger {
            name: name.into(),
            columns: headers.iter().map(|h| header(h, None, "A")).collect(),
        };
        let (a, b) = (["BH", "XM"], ["BH", "FY"]);
        let names = |known: &[&str], strangers: &[Stranger]| {
            let known: Vec<String> = known.iter().map(ToString::to_string).collect();
            groups(&known, strangers).into_iter().map(|(pattern, group)| (pattern, group.len())).collect::<Vec<_>>()
        };
        let months = [stranger("zy01.csv", a), stranger("zy02.csv", a), stranger("mz.csv", b), stranger("zy12.csv", a)];
        assert_eq!(names(&[], &months), [("zy*.csv".into(), 3), ("mz.csv".into(), 1)]);
        assert_eq!(names(&["zy03.csv"], &months).len(), 4, "the pattern would fit a file that is known");
        assert_eq!(names(&[], &[stranger("a.csv", a), stranger("b.csv", a)]).len(), 2, "no more than an ending");
        assert_eq!(names(&[], &[stranger("x1.csv", a), stranger("x11.csv", a)]), [("x1*.csv".into(), 2)]);
        let text = write(&[], &months, &Catalog::new(Lang::Zh));
        assert!(toml::from_str::<toml::Table>(&text).is_ok() && text.contains("zy02.csv"), "{text}");
    }

    #[test]
    fn an_unknown_file_is_written_as_choices_only() {
        let columns = vec![
            header("BeneID", None, "A"),
            header("Provider", None, "H1"),
            header("Adm", None, "2024-01-01"),
            header("Dis", None, "2024-01-02"),
            header("Amt", None, "5"),
        ];
        let text = write(&[], &[Stranger { name: "x.csv".into(), columns }], &Catalog::new(Lang::En));
        let table: toml::Table = toml::from_str(&text).expect("valid TOML");
        let file = table["files"]["x.csv"].as_table().expect("a section");
        assert!(file.get("table").is_none() && text.contains("# table = \"stays\""), "{text}");
        assert!(text.contains("# psn_no = \"BeneID\"") && text.contains("# begntime = \"Adm\""), "{text}");
        assert!(!text.contains("# begntime = \"Amt\""), "no amount is offered for a date: {text}");
    }
}
