//! Knowledge points: what a table says of which codes, since when and where.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::StayItem;
use crate::messages::args;
use crate::model::{Day, HospitalId, ItemId};
use crate::rule::index::{Index, Meant};
use crate::rule::{Context, RuleError};
use crate::rulebook::{Card, Fault, KnowledgeTable, POINT_COLUMNS, PointColumn, Problem, Rulebook, nearest};

/// The table of a bureau's own points, of any class.
pub const LOCAL: &str = "local-points";
/// The table of points that a bureau does not apply.
pub const OFF: &str = "points-off";
/// What the id of an example begins with. Examples never run.
pub const EXAMPLE: &str = "EXAMPLE-";

/// One point, as a table has it.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    table: &'a KnowledgeTable,
    row: u32,
}

impl<'a> Row<'a> {
    fn cell(&self, column: PointColumn) -> &'a str {
        self.table.point(self.row, column)
    }

    fn cells<const N: usize>(&self, columns: [PointColumn; N]) -> [&'a str; N] {
        self.table.point_cells(self.row, columns)
    }

    /// Its id, as published.
    pub fn id(&self) -> &'a str {
        self.cell(PointColumn::Id)
    }

    pub fn limit(&self) -> &'a str {
        self.cell(PointColumn::Limit)
    }

    pub fn value(&self) -> &'a str {
        self.cell(PointColumn::Value)
    }

    /// The item's name, as published.
    pub fn name(&self) -> &'a str {
        self.cell(PointColumn::Name)
    }

    pub fn codes(&self) -> &'a str {
        self.cell(PointColumn::Codes)
    }

    /// Where it was published.
    pub fn note(&self) -> &'a str {
        self.cell(PointColumn::Note)
    }

    /// The day of its publication: that which its note ends with, else that of its batch.
    fn published(&self) -> Option<Day> {
        let mut parts = self.note().split('，').map(str::trim);
        let batch = parts.next().unwrap_or_default();
        let of_batch = || self.table.source.published.get(batch).and_then(|day| date(day));
        parts.next_back().and_then(date).or_else(of_batch)
    }

    /// The days on which it is in force, each end open where the table says nothing. A point without a date is in force
    /// without doubt from its publication on only.
    fn in_force(&self) -> Result<Force, &'a str> {
        let day = |text: &'a str| match text {
            "" => Ok(None),
            text => date(text).map(Some).ok_or(text),
        };
        let from = day(self.cell(PointColumn::From))?;
        Ok(Force { from, to: day(self.cell(PointColumn::To))? })
    }

    /// The day before which it is only supposed to have been in force: that of publication, where it has no date of its own.
    pub fn doubtful_until(&self) -> Option<Day> {
        if self.cell(PointColumn::From).is_empty() { self.published() } else { None }
    }
}

/// What is made of charges before the publication of a point that says no date of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// A suspicion: the limit may be older than its publication, but nothing shows it.
    Suspicious,
    /// Nothing: the point begins at its publication.
    Ignore,
    /// The same as after: the bureau holds that the points state what held all along.
    InForce,
}

impl Before {
    /// As the parameter of a card has it.
    ///
    /// # Errors
    /// The word is not one of the three.
    pub fn of(card: &Card) -> Result<Self, RuleError> {
        match card.parameters.get("before_publication").and_then(|p| p.value.as_str()) {
            None | Some("suspicious") => Ok(Self::Suspicious),
            Some("ignore") => Ok(Self::Ignore),
            Some("in-force") => Ok(Self::InForce),
            Some(other) => Err(RuleError::Parameter(format!("before_publication: {other}"))),
        }
    }
}

/// The first and last day in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Force {
    pub from: Option<Day>,
    pub to: Option<Day>,
}

impl Force {
    /// Whether a day is within.
    pub fn holds(self, day: Day) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// The day of a table's date.
pub fn date(text: &str) -> Option<Day> {
    let number = |from: usize, to: usize| text.get(from..to).filter(|t| t.bytes().all(|b| b.is_ascii_digit()));
    let dashes = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if dashes { Day::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?) } else { None }
}

/// The rows of a card: those of its table and of the bureau's own that are of its class and a kind of limit.
pub fn rows<'a>(names: &'a [&'a str], card: &'a Card, book: &'a Rulebook) -> impl Iterator<Item = Row<'a>> {
    let own = card.table.as_deref().unwrap_or_default();
    let tables = [own, LOCAL].into_iter().filter_map(|name| book.table(name));
    let known = move |row: &Row<'_>| {
        let [id, limit] = row.cells([PointColumn::Id, PointColumn::Limit]);
        names.contains(&limit) && !id.starts_with(EXAMPLE)
    };
    tables.flat_map(move |table| of_card(table, card).filter(known))
}

/// The points of a table that are a card's: those of its classes; all of them where it is of no class and the table its own.
fn of_card<'a>(table: &'a KnowledgeTable, card: &'a Card) -> impl Iterator<Item = Row<'a>> {
    let all = card.national_class.is_empty() && card.table.as_ref() == Some(&table.name);
    let all = (all && table.has_points()).then_some(0..table.len() as u32);
    table.rows_of(&card.national_class).chain(all.into_iter().flatten()).map(move |row| Row { table, row })
}

/// How tables write a kind of limit.
pub struct Written<B> {
    /// What they call it.
    pub names: &'static [&'static str],
    /// Whether its codes are those of diagnoses or operations, not of items.
    pub without_items: bool,
    /// Whether it works on pairs of items, which it reads itself.
    pub of_pairs: bool,
    /// Reads a value, of a limit of one of the names; nothing if it is not understood.
    pub read: fn(&str, &str) -> Option<B>,
}

/// What is wrong in the tables of a card as its kind of limit sees them, with lines: table, columns, values. What holds for
/// points of any kind is checked once a table, not once a card.
pub fn faults<B>(card: &Card, book: &Rulebook, written: &Written<B>) -> Vec<Fault> {
    let name = card.table.as_deref().unwrap_or_default();
    let fault = |file: &str, line, problem| Fault { file: file.to_string(), line, problem };
    let Some(own) = book.table(name) else {
        let near = nearest(name, book.tables().map(|t| t.name.as_str()));
        let problem = Problem::new("fault-no-table", args([("name", name.into()), ("nearest", near.into())]));
        let line = card.lines.get("table").copied().unwrap_or(1);
        let told = !book.is_broken(name);
        return told.then(|| fault(book.file(&card.id), line, problem)).into_iter().collect();
    };
    let mut faults = Vec::new();
    for table in [Some(own), book.table(LOCAL)].into_iter().flatten() {
        if !table.has_points() {
            let lacks = table.lacks(POINT_COLUMNS).join(", ");
            faults.push(fault(&table.file, 1, Problem::new("fault-column", args([("columns", lacks.into())]))));
            continue;
        }
        let wrong = |row: &Row<'_>| {
            let [id, limit, value] = row.cells([PointColumn::Id, PointColumn::Limit, PointColumn::Value]);
            written.names.contains(&limit) && !id.starts_with(EXAMPLE) && (written.read)(limit, value).is_none()
        };
        for row in of_card(table, card).filter(wrong) {
            let problem = args([("id", row.id().into()), ("limit", row.limit().into()), ("value", row.value().into())]);
            faults.push(fault(&table.file, table.line(row.row), Problem::new("fault-value", problem)));
        }
    }
    faults
}

/// A point that is to be applied, with what it limits to.
pub struct Point<'a, B> {
    pub row: Row<'a>,
    pub bound: B,
    pub force: Force,
}

impl<B> Point<'_, B> {
    /// Whether it is in force on a day.
    pub fn holds(&self, day: Day) -> bool {
        self.force.holds(day)
    }
}

/// The rows of a card that are to be applied: not switched off, of this region, and those of the region before national ones.
pub struct Applied<'a> {
    pub rows: Vec<(Row<'a>, Force)>,
}

impl<'a> Applied<'a> {
    /// Reads the rows of the kinds of limit that are about something in the region; all where their codes are not of items.
    ///
    /// # Errors
    /// A date is not understood.
    pub fn new(
        names: &'static [&'static str],
        without_items: bool,
        context: &'a Context<'a>,
    ) -> Result<Self, RuleError> {
        let (card, book) = (context.card, context.book);
        let before = Before::of(card)?;
        let mut meant: Vec<Meant> = Vec::new();
        let mut here = |row: &Row<'a>| {
            meant.clear();
            context.index.items(row.codes(), &mut meant);
            !meant.is_empty()
        };
        // A table may have millions of points; those about nothing in the region are not even read.
        let all: Vec<Row<'a>> = rows(names, card, book).filter(|row| without_items || here(row)).collect();
        let off: FxHashSet<&str> = book.table(OFF).and_then(|t| t.column("point_id")).into_iter().flatten().collect();
        // Only points that supersede another are looked up, so only they are listed.
        let wanted: FxHashSet<&str> =
            all.iter().map(|row| row.cell(PointColumn::SupersededBy)).filter(|by| !by.is_empty()).collect();
        let successors = (!wanted.is_empty()).then(|| rows(names, card, book)).into_iter().flatten();
        let later: FxHashMap<&str, Option<Day>> = successors
            .filter(|row| wanted.contains(row.id()))
            .map(|row| (row.id(), date(row.cell(PointColumn::From))))
            .collect();
        let mut applied = Vec::new();
        for row in all {
            let (by, region) = (row.cell(PointColumn::SupersededBy), row.cell(PointColumn::Region));
            let here = region.is_empty() || book.region().is_some_and(|own| own.starts_with(region));
            if off.contains(row.id()) || !here {
                continue;
            }
            let mut force = row.in_force().map_err(|text| RuleError::Knowledge(format!("{}: {text}", row.id())))?;
            if before == Before::Ignore {
                force.from = force.from.or(row.doubtful_until());
            }
            if !by.is_empty() {
                // Without a start of the later point it has always been superseded.
                let Some(Some(from)) = later.get(by) else { continue };
                let end = Day(from.0 - 1);
                force.to = Some(force.to.map_or(end, |to| to.min(end)));
            }
            applied.push((row, force));
        }
        Ok(Self { rows: applied })
    }

    /// Whether a row is the region's own.
    fn is_regional(row: &Row<'_>) -> bool {
        !row.cell(PointColumn::Region).is_empty()
    }
}

/// An item, the institution where a point means it, and the point.
pub type Meaning = (ItemId, Option<HospitalId>, u32);

/// The points of a card with the items that they are about in a region.
pub struct Scope<'a, B> {
    pub context: &'a Context<'a>,
    pub points: Vec<Point<'a, B>>,
    /// Items with the institution they are meant at and their points, sorted.
    of: Vec<Meaning>,
}

impl<'a, B> Scope<'a, B> {
    /// Joins the points of a kind of limit to the items of the region. Points without an item are left out.
    ///
    /// # Errors
    /// A date or a value is not understood.
    pub fn new(context: &'a Context<'a>, written: &Written<B>) -> Result<Self, RuleError> {
        if written.of_pairs {
            return Ok(Self { context, points: Vec::new(), of: Vec::new() });
        }
        let applied = Applied::new(written.names, written.without_items, context)?;
        let (mut points, mut of, mut meant): (Vec<Point<'a, B>>, _, Vec<Meant>) = (Vec::new(), Vec::new(), Vec::new());
        for (row, force) in applied.rows {
            meant.clear();
            context.index.items(row.codes(), &mut meant);
            if meant.is_empty() && !written.without_items {
                continue;
            }
            let fault = || RuleError::Knowledge(format!("{}: {} = {}", row.id(), row.limit(), row.value()));
            let bound = (written.read)(row.limit(), row.value()).ok_or_else(fault)?;
            of.extend(meant.iter().map(|&(item, at)| (item, at, points.len() as u32)));
            points.push(Point { row, bound, force });
        }
        of.sort_unstable();
        of.dedup();
        regional_first(&mut of, |point| Applied::is_regional(&points[point as usize].row));
        Ok(Self { context, points, of })
    }

    /// The items that have points.
    pub fn items(&self) -> impl Iterator<Item = ItemId> + '_ {
        self.of.chunk_by(|a, b| a.0 == b.0).map(|own| own[0].0)
    }

    /// Every fact of an item that has points, with these: in the order of the facts where most have some, which is kind to
    /// memory, else item by item.
    pub fn for_each(&self, mut each: impl FnMut(&'a StayItem, &[Meaning])) {
        let (index, facts) = (self.context.index, &self.context.facts.stay_items);
        let covered: usize = self.items().map(|item| index.count_of(item)).sum();
        if covered * 4 < facts.len() {
            for own in self.of.chunk_by(|a, b| a.0 == b.0) {
                index.facts_of(own[0].0).for_each(|fact| each(fact, own));
            }
            return;
        }
        let mut places = vec![0..0; self.context.region.names.items.len()];
        let mut start = 0;
        for own in self.of.chunk_by(|a, b| a.0 == b.0) {
            places[own[0].0.index()] = start..start + own.len();
            start += own.len();
        }
        for fact in facts {
            let own = &self.of[places[fact.item.index()].clone()];
            if !own.is_empty() {
                each(fact, own);
            }
        }
    }

    /// The items of each point, by point.
    pub fn items_by_point(&self) -> Vec<(u32, Vec<ItemId>)> {
        let mut all: Vec<(u32, ItemId)> = self.of.iter().map(|o| (o.2, o.0)).collect();
        all.sort_unstable();
        all.dedup();
        all.chunk_by(|a, b| a.0 == b.0).map(|own| (own[0].0, own.iter().map(|o| o.1).collect())).collect()
    }

    /// Whether an item has points.
    pub fn items_contain(&self, item: ItemId) -> bool {
        self.of.binary_search_by_key(&item, |o| o.0).is_ok()
    }

    /// The points of an item at an institution, as indices.
    pub fn of(&self, item: ItemId, hospital: HospitalId) -> impl Iterator<Item = u32> + '_ {
        let start = self.of.partition_point(|o| o.0 < item);
        let end = start + self.of[start..].partition_point(|o| o.0 == item);
        at(&self.of[start..end], hospital)
    }
}

/// Those of an item's points that hold at an institution, as indices.
pub fn at(own: &[Meaning], hospital: HospitalId) -> impl Iterator<Item = u32> + '_ {
    own.iter().filter(move |o| o.1.is_none_or(|at| at == hospital)).map(|o| o.2)
}

/// Where a region has points of its own for an item, the national ones do not apply to it.
fn regional_first(of: &mut Vec<Meaning>, regional: impl Fn(u32) -> bool) {
    let own: FxHashSet<ItemId> = of.iter().filter(|o| regional(o.2)).map(|o| o.0).collect();
    of.retain(|o| regional(o.2) || !own.contains(&o.0));
}

/// The items that codes of a value mean, sorted.
pub fn items_of<'a>(index: &Index<'a>, codes: &'a str) -> Vec<ItemId> {
    let mut meant = Vec::new();
    index.items(codes, &mut meant);
    let mut items: Vec<ItemId> = meant.into_iter().map(|m| m.0).collect();
    items.sort_unstable();
    items.dedup();
    items
}
