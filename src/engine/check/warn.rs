//! What is not wrong in a rule book but probably not meant: points that never apply, or speak twice or against each other.

use rustc_hash::FxHashSet;

use super::warnings::Warnings;
use super::{kinds_of, overlaps, tables, unseen};
use crate::limits::{self, date};
use crate::messages::args;
use crate::model::{Day, Region};
use crate::rulebook::{Fault, KnowledgeTable, PointColumn, Rulebook};

/// Warnings about the tables of the folder, or about the built-in ones where no folder was read: points that overlap, contradict each
/// other, have expired, wait for a point that does not exist or are run by no rule; and with the data of a region, codes that
/// they do not have. In the order of the files.
pub fn warnings(book: &Rulebook, data: Option<&Region>) -> Vec<Fault> {
    let about = |table: &&KnowledgeTable| !book.has_folder() || book.is_own_table(&table.name);
    let all: Vec<&KnowledgeTable> = book.tables().filter(|table| table.has_points()).collect();
    let chosen: Vec<&KnowledgeTable> = all.iter().copied().filter(about).collect();
    let mut warnings = Warnings::default();
    let wanted = wanted(&chosen, book);
    let known = known(&all, &wanted);
    for table in &chosen {
        successors(table, &known, &mut warnings);
        expired(table, data.and_then(last_day), &mut warnings);
        idle(book, table, &mut warnings);
    }
    if let Some(off) = book.table(limits::OFF).filter(about) {
        switched_off(off, &known, &mut warnings);
    }
    overlaps::find(book, &all, &|table| about(&table), &mut warnings);
    if let Some(region) = data {
        unseen::find(book, &chosen, region, &mut warnings);
    }
    warnings.finish()
}

/// The ids that tables refer to.
fn wanted<'a>(tables: &[&'a KnowledgeTable], book: &'a Rulebook) -> FxHashSet<&'a str> {
    let off = book.table(limits::OFF).and_then(|table| table.column("point_id")).into_iter().flatten();
    let by = tables.iter().flat_map(|table| tables::rows(table).map(|row| table.point(row, PointColumn::SupersededBy)));
    by.chain(off).filter(|id| !id.is_empty()).collect()
}

/// Those of them that there are.
fn known<'a>(tables: &[&'a KnowledgeTable], wanted: &FxHashSet<&'a str>) -> FxHashSet<&'a str> {
    let ids = tables.iter().flat_map(|table| tables::rows(table).map(|row| table.point(row, PointColumn::Id)));
    ids.filter(|id| wanted.contains(id)).collect()
}

/// Points superseded by one that is in no table: they never apply.
fn successors(table: &KnowledgeTable, known: &FxHashSet<&str>, warnings: &mut Warnings) {
    for row in tables::rows(table) {
        let [id, by] = [PointColumn::Id, PointColumn::SupersededBy].map(|c| table.point(row, c));
        if !by.is_empty() && !known.contains(by) {
            let list = || args([("id", id.into()), ("by", by.into())]);
            warnings.add(table, table.line(row), "fault-successor", list);
        }
    }
}

/// Points that are switched off but are in no table.
fn switched_off(table: &KnowledgeTable, known: &FxHashSet<&str>, warnings: &mut Warnings) {
    let Some(at) = table.at("point_id") else { return };
    for row in 0..table.len() as u32 {
        let id = table.cell(row, at);
        if !known.contains(id) {
            warnings.add(table, table.line(row), "fault-off", || args([("id", id.into())]));
        }
    }
}

/// Points that ended before the data do, or without data before the newest point of the table begins.
fn expired(table: &KnowledgeTable, last: Option<Day>, warnings: &mut Warnings) {
    let newest = || tables::rows(table).filter_map(|row| date(table.point(row, PointColumn::From))).max();
    let Some(day) = last.or_else(newest) else { return };
    for row in tables::rows(table) {
        let [from, to] = [PointColumn::From, PointColumn::To].map(|column| date(table.point(row, column)));
        if let Some(to) = to.filter(|to| *to < day && from.is_none_or(|from| from <= *to)) {
            let id = table.point(row, PointColumn::Id);
            let list = || args([("id", id.into()), ("to", to.to_string().into()), ("day", day.to_string().into())]);
            let sort = if last.is_some() { "fault-expired-data" } else { "fault-expired" };
            warnings.add(table, table.line(row), sort, list);
        }
    }
}

/// The last day of discharge or settlement in the data.
fn last_day(region: &Region) -> Option<Day> {
    let stays = region.stays.iter().map(crate::model::Stay::last_day);
    stays.chain(region.visits.iter().map(|visit| visit.time.day)).max()
}

/// Points that no rule takes from this table.
fn idle(book: &Rulebook, table: &KnowledgeTable, warnings: &mut Warnings) {
    for run in table.classes() {
        let class = |column| table.point(run.start, column);
        let (code, name) = (class(PointColumn::ClassCode), class(PointColumn::ClassName));
        let real = run.clone().filter(|row| !table.point(*row, PointColumn::Id).starts_with(limits::EXAMPLE));
        let Some(first) = real.clone().next().filter(|_| kinds_of(book, table, code, name).is_empty()) else {
            continue;
        };
        let list = || {
            let class = if code.is_empty() { name } else { code };
            args([("count", real.count().into()), ("class", class.into()), ("table", table.name.as_str().into())])
        };
        warnings.add(table, table.line(first), "fault-idle", list);
    }
}
