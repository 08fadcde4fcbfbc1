//! Points of one class, limit, region and code that are in force on the same days: said twice, or against each other.
//!
//! Each code of a point is an entry; the entries are sorted by what they are about and by their first day, and each is held
//! against the one before that ends last. The cost is that of sorting.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::cards::CLASSES;
use super::codes::Groups;
use super::tables::{hash, rows};
use super::warnings::Warnings;
use crate::limits::{self, date};
use crate::messages::args;
use crate::model::Day;
use crate::rulebook::{KnowledgeTable, PointColumn, Rulebook, national_code};

/// Limits of which a code may have several at once, each with a value of its own: containing items, partners, groups, further
/// places, windows. Of all others a second value contradicts the first.
const SEVERAL: [&str; 17] = [
    "components_same_day",
    "components_same_stay",
    "diagnosis_forbidden",
    "discount_group",
    "disease_list",
    "included_in_same_day",
    "included_in_same_operation",
    "included_in_same_stay",
    "incompatible_in_prescription",
    "interacts_same_day",
    "max_times_in_days",
    "not_department",
    "not_in_setting",
    "requires_same_day",
    "requires_same_stay",
    "same_action",
    "second_line",
];

/// A point as (table, row).
type Place = (u16, u32);

/// One code of a point.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    about: u64,
    from: Day,
    place: Place,
    to: Day,
}

/// Finds them in all tables; tells those of which one point at least is in a table that is asked for.
pub(super) fn find(
    book: &Rulebook,
    tables: &[&KnowledgeTable],
    asked: &dyn Fn(&KnowledgeTable) -> bool,
    warnings: &mut Warnings,
) {
    let points = Points::new(book, tables);
    let entries = points.entries();
    // Of two points: how many codes they share, and one of them.
    let mut pairs: BTreeMap<(Place, Place), (usize, u64)> = BTreeMap::new();
    for same in entries.chunk_by(|a, b| a.about == b.about) {
        let mut longest = same[0];
        for entry in &same[1..] {
            let two = entry.place != longest.place && entry.from <= longest.to;
            let either = [entry, &longest].iter().any(|e| asked(tables[usize::from(e.place.0)]));
            if two && either {
                let (a, b) = (longest.place.min(entry.place), longest.place.max(entry.place));
                pairs.entry((a, b)).or_insert((0, entry.about)).0 += 1;
            }
            if entry.to > longest.to {
                longest = *entry;
            }
        }
    }
    for ((a, b), (count, about)) in pairs {
        // The line that is told is that of the table asked for, the later one if both are.
        let (own, other) = if asked(tables[usize::from(b.0)]) { (b, a) } else { (a, b) };
        points.tell(own, other, (count, about), warnings);
    }
}

struct Points<'a, 'b> {
    tables: &'b [&'a KnowledgeTable],
    groups: Groups<'a>,
    /// Names of the classes by code.
    classes: FxHashMap<&'a str, &'a str>,
    off: FxHashSet<&'a str>,
    /// First days of points that supersede others.
    later: FxHashMap<&'a str, Option<Day>>,
}

impl<'a, 'b> Points<'a, 'b> {
    fn new(book: &'a Rulebook, tables: &'b [&'a KnowledgeTable]) -> Self {
        let classes = book.table(CLASSES).and_then(|table| Some(table.column("code")?.zip(table.column("name")?)));
        let off = book.table(limits::OFF).and_then(|table| table.column("point_id"));
        let all = || tables.iter().flat_map(|table| rows(table).map(move |row| (*table, row)));
        let by: FxHashSet<&str> = all().map(|(t, row)| t.point(row, PointColumn::SupersededBy)).collect();
        let first = |(t, row): (&'a KnowledgeTable, u32)| {
            (t.point(row, PointColumn::Id), date(t.point(row, PointColumn::From)))
        };
        Self {
            tables,
            groups: Groups::new(book),
            classes: classes.into_iter().flatten().collect(),
            off: off.into_iter().flatten().collect(),
            later: all().map(first).filter(|(id, _)| by.contains(id)).collect(),
        }
    }

    /// The entries of all points that apply, sorted by what they are about, then by their first day.
    fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (at, table) in self.tables.iter().enumerate() {
            for row in rows(table) {
                let Some((from, to)) = self.force(table, row) else { continue };
                let about = self.about(table, row);
                self.groups.each(table.point(row, PointColumn::Codes), |code| {
                    let about = hash((about, national_code(code)));
                    entries.push(Entry { about, from, to, place: (at as u16, row) });
                });
            }
        }
        entries.sort_unstable();
        // A code that a point names twice is one.
        entries.dedup_by_key(|entry| (entry.about, entry.place));
        entries
    }

    /// The first and last day on which a point applies; nothing where it never does.
    fn force(&self, table: &KnowledgeTable, row: u32) -> Option<(Day, Day)> {
        let cell = |column| table.point(row, column);
        if self.off.contains(cell(PointColumn::Id)) {
            return None;
        }
        let from = date(cell(PointColumn::From)).unwrap_or(Day(i32::MIN));
        let mut to = date(cell(PointColumn::To)).unwrap_or(Day(i32::MAX));
        if !cell(PointColumn::SupersededBy).is_empty() {
            let later = (*self.later.get(cell(PointColumn::SupersededBy))?)?;
            to = to.min(Day(later.0 - 1));
        }
        (from <= to).then_some((from, to))
    }

    /// What a point is about, but for its codes: class, limit, region; the value where others are no contradiction.
    fn about(&self, table: &KnowledgeTable, row: u32) -> u64 {
        let cell = |column| table.point(row, column);
        let (code, name) = (cell(PointColumn::ClassCode), cell(PointColumn::ClassName));
        let class = self.classes.get(code).copied().unwrap_or(if name.is_empty() { code } else { name });
        // Points without a class are those of the one card of their table.
        let own = if class.is_empty() { table.name.as_str() } else { "" };
        let limit = cell(PointColumn::Limit);
        let value = if SEVERAL.contains(&limit) { cell(PointColumn::Value) } else { "" };
        hash((class, own, limit, cell(PointColumn::Region), value))
    }

    fn tell(&self, own: Place, other: Place, (count, about): (usize, u64), warnings: &mut Warnings) {
        let (table, first) = (self.tables[usize::from(own.0)], self.tables[usize::from(other.0)]);
        let mut code = "";
        self.groups.each(table.point(own.1, PointColumn::Codes), |each| {
            if code.is_empty() && hash((self.about(table, own.1), national_code(each))) == about {
                code = each;
            }
        });
        let [value, before] = [(table, own.1), (first, other.1)].map(|(t, row)| t.point(row, PointColumn::Value));
        let id = if value == before { "fault-overlap" } else { "fault-contradiction" };
        let list = || {
            args([
                ("id", table.point(own.1, PointColumn::Id).into()),
                ("other", first.point(other.1, PointColumn::Id).into()),
                ("place", format!("{}:{}", first.file, first.line(other.1)).into()),
                ("limit", table.point(own.1, PointColumn::Limit).into()),
                ("value", value.into()),
                ("before", before.into()),
                ("code", code.into()),
                ("count", count.into()),
            ])
        };
        warnings.add(table, table.line(own.1), id, list);
    }
}
