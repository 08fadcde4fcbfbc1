//! Tables of points: what must hold for points of any kind. One pass over the rows of each table.

use std::hash::{Hash, Hasher};

use rayon::prelude::*;
use rustc_hash::{FxHashSet, FxHasher};

use super::cards::CLASSES;
use super::codes::{Flaw, Groups, flaw};
use super::kinds_of;
use crate::limits::{self, date};
use crate::messages::args;
use crate::rulebook::{Fault, KnowledgeTable, PointColumn, Problem, Rulebook, nearest};

/// Everything that is wrong with the rows of the tables of points.
pub(super) fn faults(book: &Rulebook) -> Vec<Fault> {
    let tables: Vec<&KnowledgeTable> = book.tables().filter(|table| table.has_points()).collect();
    let groups = Groups::new(book);
    let mut faults = Vec::new();
    for table in &tables {
        for run in table.classes() {
            let names = limit_names(book, table, run.start);
            let of_row = |row: u32| {
                let wrong = wrong(table, row, &names, &groups).into_iter();
                wrong.map(move |problem| Fault { file: table.file.clone(), line: table.line(row), problem })
            };
            faults.par_extend(run.clone().into_par_iter().flat_map_iter(of_row));
        }
    }
    classes(book, &tables, &mut faults);
    twice(&tables, &mut faults);
    faults
}

/// The rows of a table that are no examples.
pub(super) fn rows(table: &KnowledgeTable) -> impl Iterator<Item = u32> + '_ {
    (0..table.len() as u32).filter(|row| !is_example(table, *row))
}

fn is_example(table: &KnowledgeTable, row: u32) -> bool {
    table.point(row, PointColumn::Id).starts_with(limits::EXAMPLE)
}

/// Everything that is wrong with a point, whatever its kind; nothing with an example.
fn wrong(table: &KnowledgeTable, row: u32, names: &[&str], groups: &Groups<'_>) -> Vec<Problem> {
    let columns = [
        PointColumn::Id,
        PointColumn::Limit,
        PointColumn::Value,
        PointColumn::Codes,
        PointColumn::From,
        PointColumn::To,
        PointColumn::Region,
    ];
    let [point, limit, value, codes, from, to, region] = table.point_cells(row, columns);
    let id = || ("id", point.into());
    let problem = |fault, name: &str, text: &str| Problem::new(fault, args([id(), (name, text.into())]));
    let mut wrong = Vec::new();
    if point.starts_with(limits::EXAMPLE) {
        return wrong;
    }
    if !names.is_empty() && !names.contains(&limit) {
        let near = nearest(limit, names.iter().copied());
        let list = [id(), ("limit", limit.into()), ("nearest", near.into())];
        wrong.push(Problem::new("fault-limit", args(list)));
    }
    if point.is_empty() || codes.is_empty() {
        wrong.push(problem("fault-codes", "name", table.point(row, PointColumn::Name)));
    }
    for code in codes.split_ascii_whitespace() {
        match flaw(code) {
            None => {}
            Some(Flaw::Number) => wrong.push(problem("fault-code-number", "code", code)),
            Some(Flaw::Sign(sign)) => {
                let list = [id(), ("code", code.into()), ("sign", shown(sign).into())];
                wrong.push(Problem::new("fault-code", args(list)));
            }
        }
    }
    let words = [codes, value].map(str::split_ascii_whitespace);
    for group in words.into_iter().flatten().filter_map(|word| word.strip_prefix('@')) {
        if !groups.has(group) {
            let near = nearest(group, groups.names());
            let list = [id(), ("group", group.into()), ("nearest", near.into())];
            wrong.push(Problem::new("fault-group", args(list)));
        }
    }
    let dates = [from, to].map(|text| (text, date(text)));
    for (text, _) in dates.iter().filter(|(text, day)| !text.is_empty() && day.is_none()) {
        wrong.push(problem("fault-date", "date", text));
    }
    if let [(_, Some(from)), (_, Some(to))] = dates
        && to < from
    {
        wrong.push(problem("fault-dates", "dates", &format!("{from} – {to}")));
    }
    if !region.bytes().all(|b| b.is_ascii_digit()) {
        wrong.push(problem("fault-region", "region", region));
    }
    wrong
}

/// A character that may not be visible.
fn shown(sign: char) -> String {
    let visible = !sign.is_control() && !sign.is_whitespace() && !('\u{200b}'..='\u{200f}').contains(&sign);
    if visible { sign.to_string() } else { format!("U+{:04X}", u32::from(sign)) }
}

/// The limits that the kinds of the cards for a point's class have.
fn limit_names(book: &Rulebook, table: &KnowledgeTable, row: u32) -> Vec<&'static str> {
    let [code, name] = [PointColumn::ClassCode, PointColumn::ClassName].map(|column| table.point(row, column));
    kinds_of(book, table, code, name).iter().flat_map(|kind| kind.names).copied().collect()
}

/// Classes that the national library does not have: such points would never run. One fault for neighbouring points.
fn classes(book: &Rulebook, tables: &[&KnowledgeTable], faults: &mut Vec<Fault>) {
    let Some(classes) = book.table(CLASSES) else { return };
    let column = |name: &str| classes.column(name).into_iter().flatten().filter(|c| !c.is_empty()).collect::<Vec<_>>();
    let (codes, names) = (column("code"), column("name"));
    // A card of no class takes all points of its table.
    let free: FxHashSet<&str> =
        book.cards().filter(|c| c.national_class.is_empty()).filter_map(|c| c.table.as_deref()).collect();
    for table in tables.iter().filter(|table| !free.contains(table.name.as_str())) {
        for run in table.classes() {
            let [code, name] = [PointColumn::ClassCode, PointColumn::ClassName].map(|c| table.point(run.start, c));
            let known = if code.is_empty() { names.contains(&name) } else { codes.contains(&code) };
            let real = run.clone().find(|row| !table.point(*row, PointColumn::Id).starts_with(limits::EXAMPLE));
            let (false, Some(row)) = (known, real) else { continue };
            let (class, valid) = if code.is_empty() { (name, &names) } else { (code, &codes) };
            let near = nearest(class, valid.iter().copied());
            let list = [
                ("id", table.point(row, PointColumn::Id).into()),
                ("class", class.into()),
                ("nearest", near.into()),
                ("count", run.len().into()),
            ];
            let problem = Problem::new("fault-point-class", args(list));
            faults.push(Fault { file: table.file.clone(), line: table.line(row), problem });
        }
    }
}

/// Ids that two points have, in one table or in two: which of them is superseded or switched off nobody can say.
fn twice(tables: &[&KnowledgeTable], faults: &mut Vec<Fault>) {
    let hashed = |at: usize, row: u32| {
        let id = tables[at].point(row, PointColumn::Id);
        (!id.is_empty() && !id.starts_with(limits::EXAMPLE)).then(|| hash(id))
    };
    let mut hashes: Vec<u64> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        hashes.par_extend((0..table.len() as u32).into_par_iter().filter_map(|row| hashed(at, row)));
    }
    hashes.par_sort_unstable();
    let again: FxHashSet<u64> = hashes.array_windows().filter(|[a, b]| a == b).map(|pair| pair[0]).collect();
    if again.is_empty() {
        return;
    }
    let mut ids: Vec<(u64, u16, u32)> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let of_row = |row| hashed(at, row).filter(|hash| again.contains(hash)).map(|hash| (hash, at as u16, row));
        ids.par_extend((0..table.len() as u32).into_par_iter().filter_map(of_row));
    }
    // Texts that are not the same may share a hash.
    ids.sort_unstable_by_key(|&(hash, at, row)| (hash, tables[usize::from(at)].point(row, PointColumn::Id), at, row));
    let id = |entry: &(u64, u16, u32)| tables[usize::from(entry.1)].point(entry.2, PointColumn::Id);
    for same in ids.chunk_by(|a, b| a.0 == b.0 && id(a) == id(b)) {
        for again in &same[1..] {
            let (first, table) = (tables[usize::from(same[0].1)], tables[usize::from(again.1)]);
            let place = format!("{}:{}", first.file, first.line(same[0].2));
            let problem = Problem::new("fault-point-twice", args([("id", id(again).into()), ("place", place.into())]));
            faults.push(Fault { file: table.file.clone(), line: table.line(again.2), problem });
        }
    }
}

/// A hash that is the same in every run.
pub(super) fn hash(value: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}
