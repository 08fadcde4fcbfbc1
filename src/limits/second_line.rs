//! Second-line drugs without a sign of a first-line one: no drug of the point's first-line list, or where it has none, no other
//! drug of the same therapeutic group (the first three characters of the ATC code within the national drug code), earlier in
//! the same record or in the patient's records before, at any institution.
//!
//! Claims alone cannot conclude it (DOMAIN 2.1): a first-line drug may have been paid elsewhere or before the export begins.

use super::breaches::{Breach, Hit, Limit, What, Wide, asked};
use super::points::{Point, Scope, items_of};
use super::postings::PointLine;
use super::windows::{by_person, by_point, uses};
use crate::model::{Day, Fen, ItemId, PersonId};
use crate::rule::RuleError;

pub struct SecondLine;

impl Limit for SecondLine {
    const NAMES: &'static [&'static str] = &["second_line"];
    const OF_RECORD: bool = true;
    const WIDE: Wide = Wide::Habit;
    type Bound = ();

    /// `yes`, or the codes of the first-line drugs.
    fn read(_: &str, value: &str) -> Option<()> {
        (!value.is_empty()).then_some(())
    }

    fn hits<'a>(scope: &'a Scope<'a, ()>) -> Result<Vec<Hit<'a>>, RuleError> {
        let region = scope.context.region;
        let begins = region.fees.days().flatten().min();
        let groups: Vec<Option<&str>> = region.names.items.iter().map(|(_, code)| group(code)).collect();
        let mut hits = Vec::new();
        for (at, facts) in by_point(scope) {
            let point = &scope.points[at as usize];
            let first_line = First::of(scope, point, &groups);
            // Without a list or a group nobody knows what would have come first.
            if matches!(first_line, First::Unknown) {
                continue;
            }
            for own in by_person(scope.context, facts) {
                let mut used: Vec<PointLine> =
                    uses(scope.context, own.into_iter()).filter(|u| u.day.is_some_and(|d| point.holds(d))).collect();
                used.sort_by_key(|u| (u.day, u.record, u.line));
                let Some(first) = used.first() else { continue };
                // Of a patient who cannot be told from others nobody knows what came before.
                let Some(person) = region.records[first.record.index()].person.some() else { continue };
                let before = earliest(scope, person, &first_line, &groups);
                if before.is_none_or(|before| Some(before) > first.day) {
                    hits.extend(of_person(point, &used, before, begins));
                }
            }
        }
        Ok(hits)
    }
}

/// The ATC group of a western drug's national code: `XL01…` gives `L01`.
fn group(code: &str) -> Option<&str> {
    let atc = code.strip_prefix('X').filter(|rest| rest.is_char_boundary(3)).and_then(|rest| rest.get(..3))?;
    let bytes = atc.as_bytes();
    (bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_digit)).then_some(atc)
}

/// The drugs that may come first: those of the point's list, else all others of its group.
enum First<'a> {
    Listed(Vec<ItemId>),
    Group(&'a str, Vec<ItemId>),
    Unknown,
}

impl<'a> First<'a> {
    fn of(scope: &Scope<'_, ()>, point: &Point<'_, ()>, groups: &[Option<&'a str>]) -> Self {
        if point.row.value() != "yes" {
            return Self::Listed(items_of(scope.context.index, point.row.value()));
        }
        let own = items_of(scope.context.index, point.row.codes());
        match own.first().and_then(|item| groups[item.index()]) {
            Some(group) => Self::Group(group, own),
            None => Self::Unknown,
        }
    }

    fn has(&self, item: ItemId, groups: &[Option<&str>]) -> bool {
        match self {
            Self::Listed(all) => all.binary_search(&item).is_ok(),
            Self::Group(group, own) => groups[item.index()] == Some(*group) && own.binary_search(&item).is_err(),
            Self::Unknown => false,
        }
    }
}

/// The first day on which a person had one of the drugs.
fn earliest(scope: &Scope<'_, ()>, person: PersonId, first: &First<'_>, groups: &[Option<&str>]) -> Option<Day> {
    let index = scope.context.index;
    let facts = index.records_of(person).iter().flat_map(|&record| index.facts_on(record));
    let own = facts.filter(|f| f.quantity.0 > 0 && first.has(f.item, groups));
    own.filter_map(|f| f.span).map(|(day, _)| day).min()
}

/// What was used until a first-line drug came, if one did: a suspicion for each record.
fn of_person<'a>(
    point: &'a Point<'a, ()>,
    used: &[PointLine],
    before: Option<Day>,
    begins: Option<Day>,
) -> Vec<Hit<'a>> {
    let early: Vec<PointLine> = used.iter().filter(|u| before.is_none_or(|day| u.day < Some(day))).copied().collect();
    let first = early.first().and_then(|u| u.day);
    let history = begins.zip(first).map_or(0, |(begins, first)| first.0 - begins.0);
    let of_record = |own: &[PointLine]| {
        let lines: Vec<(u32, Fen)> = own.iter().map(|u| (u.line, u.claimed)).collect();
        asked(&lines).then(|| Hit {
            record: own[0].record,
            what: What::Item(own[0].item),
            row: point.row,
            breach: Breach {
                limit: if point.row.value() == "yes" { "group".into() } else { "list".into() },
                found: history.to_string(),
                observed: Some(f64::from(history)),
                // The longer the history that is seen without a first-line drug, the less it may have been before.
                confidence: if history >= 90 { 0.4 } else { 0.2 },
                ..Breach::default()
            },
            lines,
            with: Vec::new(),
        })
    };
    let mut early = early;
    early.sort_by_key(|u| (u.record, u.item, u.line));
    early.chunk_by(|a, b| (a.record, a.item) == (b.record, b.item)).filter_map(of_record).collect()
}
