//! Knowledge points: what a table says of which codes, and since when.

use rustc_hash::FxHashMap;

use super::breaches::Limit;
use crate::model::{Day, ItemId, Region};
use crate::rule::RuleError;
use crate::rulebook::{Card, KnowledgeTable, Rulebook, national_code};

/// Columns that a table of points has.
const COLUMNS: [&str; 9] =
    ["point_id", "class_code", "class_name", "limit", "value", "codes", "effective_from", "effective_to", "note"];

/// One point.
pub struct Point<B> {
    /// Its id, as published.
    pub id: String,
    /// Where it was published.
    pub note: String,
    /// What it limits to.
    pub bound: B,
    /// The days on which it is in force; without a start, always before the end.
    in_force: (Option<Day>, Option<Day>),
    /// Item codes: national ones without the regional suffix; ending in `*`, all that begin so.
    codes: Vec<String>,
}

impl<B> Point<B> {
    /// Whether it is in force on a day.
    pub fn holds(&self, day: Day) -> bool {
        self.in_force.0.is_none_or(|from| from <= day) && self.in_force.1.is_none_or(|to| day <= to)
    }
}

/// The points of a card: the rows of its table with the card's class and a kind of limit.
///
/// # Errors
/// The table or one of its columns is missing, or a value, a date or the codes of a row are not understood.
pub fn of<L: Limit>(card: &Card, book: &Rulebook) -> Result<Vec<Point<L::Bound>>, RuleError> {
    let name = card.table.as_deref().unwrap_or_default();
    let fault = |what: String| RuleError::Knowledge(format!("table `{name}`: {what}"));
    let table = book.table(name).ok_or_else(|| fault("missing".into()))?;
    let columns = columns(table).map_err(|c| fault(format!("no column `{c}`")))?;
    let mut points = Vec::new();
    for row in &table.rows {
        let [id, class, class_name, limit, value, codes, from, to, note] = columns.map(|at| row[at].as_str());
        let own = card.national_class.iter().any(|own| own == class || own == class_name);
        if !own || !L::NAMES.contains(&limit) {
            continue;
        }
        let wrong = |what: &str, value: &str| fault(format!("point `{id}`: `{value}` is not {what}"));
        let bound = L::read(limit, value).ok_or_else(|| wrong(&format!("a value of `{limit}`"), value))?;
        let day = |text: &str| match text {
            "" => Ok(None),
            text => date(text).map(Some).ok_or_else(|| wrong("a date (YYYY-MM-DD)", text)),
        };
        let codes: Vec<String> = codes.split_whitespace().map(|c| national_code(c).to_string()).collect();
        if codes.is_empty() {
            return Err(wrong("a list of codes", ""));
        }
        points.push(Point { id: id.into(), note: note.into(), bound, in_force: (day(from)?, day(to)?), codes });
    }
    Ok(points)
}

fn date(text: &str) -> Option<Day> {
    text.parse().ok().map(|date: chrono::NaiveDate| Day(date.to_epoch_days()))
}

fn columns(table: &KnowledgeTable) -> Result<[usize; COLUMNS.len()], &'static str> {
    let mut places = [0; COLUMNS.len()];
    for (place, name) in places.iter_mut().zip(COLUMNS) {
        *place = table.source.columns.iter().position(|c| c == name).ok_or(name)?;
    }
    Ok(places)
}

/// The points of each item of a region that has any, as indices.
pub fn by_item<B>(points: &[Point<B>], region: &Region) -> FxHashMap<ItemId, Vec<usize>> {
    let mut exact: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    let mut prefixes: Vec<(&str, usize)> = Vec::new();
    for (at, point) in points.iter().enumerate() {
        for code in &point.codes {
            match code.strip_suffix('*') {
                Some(prefix) => prefixes.push((prefix, at)),
                None => exact.entry(code).or_default().push(at),
            }
        }
    }
    let mut items: FxHashMap<ItemId, Vec<usize>> = FxHashMap::default();
    for (item, code) in region.names.items.iter() {
        let mut own = exact.get(national_code(code)).cloned().unwrap_or_default();
        own.extend(prefixes.iter().filter(|(prefix, _)| code.starts_with(prefix)).map(|(_, at)| *at));
        if !own.is_empty() {
            own.sort_unstable();
            own.dedup();
            items.insert(item, own);
        }
    }
    items
}
