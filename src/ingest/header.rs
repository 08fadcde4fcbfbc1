//! Recognises a table by its header row: which table, and what each column is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::OnceLock;

use super::values::{clean, half_width};
use crate::config::Mapping;
use crate::model::{Column, Table, columns};

/// A header row understood as a table.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The table.
    pub table: Table,
    /// The headers as written.
    pub headers: Vec<String>,
    /// For each header, the column it is; `None` where it is not used.
    pub columns: Vec<Option<&'static Column>>,
}

/// A header row that is nearly a table.
#[derive(Clone, Debug)]
pub(super) struct Incomplete {
    /// The table it comes nearest to.
    pub table: Table,
    /// The column it lacks.
    pub missing: &'static Column,
    /// Headers nearest to the missing column's names, best first.
    pub candidates: Vec<String>,
    /// Number of columns that were recognised.
    pub recognised: usize,
    /// What was understood all the same.
    layout: Layout,
}

/// What a row of cells is, taken as a header.
#[derive(Clone, Debug)]
pub(super) enum Recognised {
    /// A table with all it needs.
    Table(Layout),
    /// Some columns of a table, but not all it needs.
    Incomplete(Incomplete),
    /// No header of any table.
    Nothing,
}

/// How headers are read.
#[derive(Clone, Copy)]
pub(super) struct Headers<'a> {
    /// Names from `yishen.toml`; they go before every known name.
    pub mapping: &'a Mapping,
    /// Take a table that lacks a column for what it is: to show how it was understood, not to scan it.
    pub lenient: bool,
}

impl Headers<'_> {
    /// Reads a row of cells as a header.
    pub fn recognise(&self, cells: &[String]) -> Recognised {
        match recognise(cells, self.mapping) {
            Recognised::Incomplete(near) if self.lenient => Recognised::Table(near.layout),
            found => found,
        }
    }

    /// Whether a cell is a header of some table.
    pub fn knows(&self, cell: &str) -> bool {
        static NAMES: OnceLock<HashSet<&'static str>> = OnceLock::new();
        let names = NAMES.get_or_init(|| known().keys().map(|(_, name)| name.as_str()).collect());
        let name = normal(cell);
        names.contains(name.as_str()) || self.mapping.values().flat_map(|m| m.values()).any(|h| normal(h) == name)
    }
}

/// The order in which tables are tried: the ones with the most telling columns first.
const ORDER: [Table; 8] = [
    Table::Purchases,
    Table::Stock,
    Table::Fees,
    Table::Stays,
    Table::Visits,
    Table::Diagnoses,
    Table::Hospitals,
    Table::Persons,
];

/// A header as it is compared: half-width, lower case, without white space, quotes, a unit in brackets or a table prefix.
pub(super) fn normal(header: &str) -> String {
    let cleaned = std::str::from_utf8(clean(header.as_bytes())).unwrap_or_default();
    let half = half_width(cleaned);
    let mut text: String =
        half.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '*' | '\u{feff}' | '\0')).collect();
    text.make_ascii_lowercase();
    if let Some(open) = text.find('(').filter(|at| *at > 0 && text.ends_with(')')) {
        text.truncate(open);
    }
    match text.rsplit_once('.') {
        Some((_, name)) if !name.is_empty() => name.to_string(),
        _ => text,
    }
}

/// Normal form of a header to its column and rank; lower ranks are preferred.
type Known = HashMap<(Table, String), (&'static Column, usize)>;

/// Every known header of every table.
fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut known = HashMap::new();
        for column in Table::ALL.into_iter().flat_map(columns) {
            let names = [column.field, column.chinese, column.akc].into_iter().chain(column.aliases.iter().copied());
            for (rank, name) in names.enumerate().filter(|(_, name)| !name.is_empty()) {
                known.entry((column.table, normal(name))).or_insert((column, rank));
            }
        }
        known
    })
}

fn recognise(cells: &[String], mapping: &Mapping) -> Recognised {
    let normals: Vec<String> = cells.iter().map(|c| normal(c)).collect();
    let mut complete: Option<(usize, Layout)> = None;
    let mut nearest: Option<Incomplete> = None;
    for table in ORDER {
        let columns = assign(table, &normals, mapping);
        let found: Vec<&Column> = columns.iter().flatten().copied().collect();
        match missing(table, &found) {
            None if complete.is_none() => {
                complete = Some((found.len(), Layout { table, headers: cells.to_vec(), columns }));
            }
            Some(column) if found.len() >= 3 && nearest.as_ref().is_none_or(|n| found.len() > n.recognised) => {
                nearest = Some(Incomplete {
                    table,
                    missing: column,
                    candidates: candidates(column, cells, &columns),
                    recognised: found.len(),
                    layout: Layout { table, headers: cells.to_vec(), columns },
                });
            }
            _ => {}
        }
    }
    match (complete, nearest) {
        // A table of stays without its admission must not pass for one of visits: it knows clearly more of the columns.
        (Some((known, _)), Some(near)) if near.recognised >= known + 2 => Recognised::Incomplete(near),
        (Some((_, layout)), _) => Recognised::Table(layout),
        (None, Some(near)) => Recognised::Incomplete(near),
        (None, None) => Recognised::Nothing,
    }
}

/// Gives each header its column; where two headers are the same column, the better-ranked, then the first, has it.
fn assign(table: Table, normals: &[String], mapping: &Mapping) -> Vec<Option<&'static Column>> {
    let mapped: BTreeMap<String, &str> = mapping
        .get(&table)
        .map(|m| m.iter().map(|(field, header)| (normal(header), field.as_str())).collect())
        .unwrap_or_default();
    let mut taken: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut out: Vec<Option<&'static Column>> = vec![None; normals.len()];
    for (at, name) in normals.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let hit = match mapped.get(name) {
            Some(field) => crate::model::column(table, field).map(|c| (c, 0)),
            None => known().get(&(table, name.clone())).map(|(c, rank)| (*c, rank + 1)),
        };
        let Some((column, rank)) = hit else { continue };
        match taken.get(column.field) {
            Some(&(best, _)) if best <= rank => continue,
            Some(&(_, other)) => out[other] = None,
            None => {}
        }
        taken.insert(column.field, (rank, at));
        out[at] = Some(column);
    }
    out
}

/// The first required column that neither is there nor has its stand-in.
fn missing(table: Table, found: &[&Column]) -> Option<&'static Column> {
    let has = |field: &str| found.iter().any(|c| c.field == field);
    if table == Table::Hospitals && found.len() < 2 || table == Table::Persons && found.len() < 2 {
        return columns(table).iter().find(|c| !has(c.field));
    }
    columns(table).iter().find(|c| c.required && !has(c.field) && !c.stands_in.is_some_and(has))
}

/// Unused headers by likeness to any name of the column.
fn candidates(column: &Column, cells: &[String], used: &[Option<&'static Column>]) -> Vec<String> {
    let names: Vec<String> = [column.field, column.chinese, column.akc]
        .into_iter()
        .chain(column.aliases.iter().copied())
        .filter(|name| !name.is_empty())
        .map(normal)
        .collect();
    let mut scored: Vec<(f64, String)> = cells
        .iter()
        .zip(used)
        .filter(|(cell, column)| column.is_none() && !normal(cell).is_empty())
        .map(|(cell, _)| {
            let likeness = names.iter().map(|name| likeness(&normal(cell), name)).fold(0.0, f64::max);
            (likeness, std::str::from_utf8(clean(cell.as_bytes())).unwrap_or_default().to_string())
        })
        .filter(|(likeness, _)| *likeness > 0.2)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.into_iter().take(3).map(|(_, cell)| cell).collect()
}

/// Share of common character pairs (Dice's coefficient), over single characters for one-character words.
fn likeness(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| -> Vec<(char, char)> {
        let chars: Vec<char> = text.chars().collect();
        let mut pairs: Vec<(char, char)> = chars.iter().map(|c| (*c, *c)).collect();
        pairs.extend(chars.windows(2).map(|w| (w[0], w[1])));
        pairs
    };
    let (a, mut b) = (pairs(a), pairs(b));
    let total = a.len() + b.len();
    let common =
        a.iter().filter(|pair| b.iter().position(|p| p == *pair).map(|at| b.swap_remove(at)).is_some()).count();
    2.0 * common as f64 / total.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(header: &str) -> Vec<String> {
        header.split(',').map(str::to_string).collect()
    }

    fn table(header: &str) -> Option<Table> {
        match recognise(&cells(header), &Mapping::new()) {
            Recognised::Table(layout) => Some(layout.table),
            _ => None,
        }
    }

    #[test]
    fn every_table_is_known_in_every_layout() {
        for each in Table::ALL {
            for name in [|c: &Column| c.field, |c: &Column| c.chinese, |c: &Column| c.akc] {
                // The older systems had no such table.
                if columns(each).iter().any(|c| c.required && name(c).is_empty()) {
                    continue;
                }
                let header: Vec<String> =
                    columns(each).iter().map(name).filter(|n| !n.is_empty()).map(str::to_string).collect();
                match recognise(&header, &Mapping::new()) {
                    Recognised::Table(layout) => assert_eq!(layout.table, each, "{header:?}"),
                    other => panic!("{each:?}: {other:?}"),
                }
            }
        }
    }

    #[test]
    fn headers_survive_their_dress() {
        assert_eq!(normal(" 金额（元）\t"), "金额");
        assert_eq!(normal("\u{feff}\"T.PSN_NO\""), "psn_no");
        assert_eq!(normal("ＰＳＮ＿ＮＯ"), "psn_no");
    }

    #[test]
    fn names_within_a_table_are_unambiguous() {
        for table in Table::ALL {
            let mut seen = BTreeMap::new();
            for column in columns(table) {
                for name in [column.field, column.chinese, column.akc].iter().chain(column.aliases) {
                    if let Some(other) = seen.insert(normal(name), column.field).filter(|_| !name.is_empty()) {
                        assert_eq!(other, column.field, "{table:?}: {name}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_missing_column_names_its_nearest() {
        let header = cells("就诊ID,人员编码X,机构编码,入院日期,出院日期,医疗费总额");
        let Recognised::Incomplete(found) = recognise(&header, &Mapping::new()) else { panic!() };
        assert_eq!((found.table, found.missing.field), (Table::Stays, "psn_no"));
        assert_eq!(found.candidates, ["人员编码X"]);
        let mapping = Mapping::from([(Table::Stays, BTreeMap::from([("psn_no".into(), "人员编码X".into())]))]);
        assert!(matches!(recognise(&header, &mapping), Recognised::Table(_)));
    }

    #[test]
    fn a_truth_file_is_no_table() {
        assert_eq!(table("scheme,unit,key,group"), None);
        assert_eq!(table("setl_id,psn_no,fixmedins_code,med_type,setl_time,medfee_sumamt"), Some(Table::Visits));
    }
}
