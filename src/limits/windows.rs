//! Sums over windows: of a line, a day, a prescription, a record, a month, a quarter, a year, or all time. The sums of days and
//! longer windows are the person's, across visits and institutions (DOMAIN 3.2: 每日).

use chrono::Datelike;
use std::collections::{BTreeMap, BTreeSet};

use super::breaches::{Breach, Hit, What, asked};
use super::points::{Point, Scope};
use super::postings::{self, PointLine, Postings};
use crate::facts::StayItem;
use crate::model::{Day, Fen, HospitalId, ItemId, PersonId, RecordId, Region};
use crate::rule::peaks::Measure;
use crate::rule::{Context, RuleError};
use crate::stats::rounded;

/// What a sum is made over.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Window {
    Line,
    Prescription,
    Record,
    Day,
    Month,
    Quarter,
    Year,
    Ever,
}

impl Window {
    /// The window at the end of a limit's name: `max_per_day`, `max_amount_per_year`.
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "line" => Self::Line,
            "prescription" => Self::Prescription,
            "stay" => Self::Record,
            "day" => Self::Day,
            "month" => Self::Month,
            "quarter" => Self::Quarter,
            "year" => Self::Year,
            "lifetime" => Self::Ever,
            _ => return None,
        })
    }

    /// Whether a window holds lines of one record only.
    fn in_record(self) -> bool {
        matches!(self, Self::Line | Self::Prescription | Self::Record)
    }
}

/// The day of a line. One without a date is of the day of its record, where that is of one day; of a longer stay nobody knows
/// which, so that it is on no day with others.
pub fn day_of(region: &Region, line: usize) -> Option<Day> {
    if let Some(time) = region.fees.time(line) {
        return Some(time.day);
    }
    let record = &region.records[region.fees.record(line).index()];
    let left = record.stay.and_then(|i| region.stays[i as usize].discharged);
    let of_one_day = |day: &Day| record.stay.is_none() || left.is_some_and(|left| left.day == *day);
    region.begins(record).filter(of_one_day)
}

/// The prescription of a line: its number within the record; without numbers, its day.
pub fn prescription(region: &Region, line: usize) -> Option<i64> {
    match region.fees.prescription(line) {
        Some(number) => Some(number.index() as i64),
        // Days are apart from numbers: a record may have both.
        None => day_of(region, line).map(|day| i64::from(day.0) - (1 << 40)),
    }
}

/// Which window of its kind a line falls in; nothing where its date would have to say it and there is none.
fn place(window: Window, region: &Region, used: &PointLine) -> Option<i64> {
    let date = || used.about.map(|d| d.date());
    Some(match window {
        Window::Line => i64::from(used.line),
        Window::Prescription => return prescription(region, used.line as usize),
        Window::Day => i64::from(used.day?.0),
        Window::Month => date().map_or(i64::MIN, |d| i64::from(d.year()) * 12 + i64::from(d.month0())),
        Window::Quarter => date().map_or(i64::MIN, |d| i64::from(d.year()) * 4 + i64::from(d.month0() / 3)),
        Window::Year => date().map_or(i64::MIN, |d| i64::from(d.year())),
        Window::Record | Window::Ever => 0,
    })
}

/// What was seen of an item, its lines that are too much, and a line of each other institution that has a part in it.
#[derive(Default)]
struct Seen {
    observed: f64,
    lines: Vec<(u32, Fen)>,
    with: BTreeSet<u32>,
}

/// What is too much in a window: what was seen, and the money of each line that the fund would not have paid.
pub struct Excess {
    pub observed: f64,
    pub lines: Vec<(PointLine, Fen)>,
}

/// The breaches of points over windows. A point is looked at closely only where a record or a patient has more than its limit of
/// all windows together, by the measure; `excess` judges the lines of one window, in order.
pub fn hits<'a, B>(
    scope: &'a Scope<'a, B>,
    window: impl Fn(&B) -> (Window, f64),
    measure: impl Fn(Window) -> Measure,
    excess: impl Fn(&B, &[PointLine]) -> Option<Excess>,
) -> Result<Vec<Hit<'a>>, RuleError> {
    let (context, region) = (scope.context, scope.context.region);
    let by_day = scope.points.iter().any(|point| window(&point.bound).0 == Window::Day);
    let postings = by_day.then(|| Postings::new(context)).transpose()?;
    let mut all = Vec::new();
    let peaks = context.index.peaks();
    let may = |at: u32, items: &[ItemId]| {
        let (window, limit) = window(&scope.points[at as usize].bound);
        items.iter().map(|&item| peaks.most(item, measure(window), window.in_record())).sum::<f64>() > limit
    };
    for (at, facts) in by_point_where(scope, may) {
        let point = &scope.points[at as usize];
        let (window, limit) = window(&point.bound);
        let mut facts: Vec<(usize, &StayItem)> = facts.into_iter().map(|f| (group(region, window, f), f)).collect();
        facts.sort_unstable_by_key(|(group, f)| (*group, f.record, f.item));
        for own in facts.chunk_by(|a, b| a.0 == b.0) {
            if own.iter().map(|(_, f)| measure(window).of(f)).sum::<f64>() > limit {
                for own in patients(context, own.iter().map(|o| o.1).collect()) {
                    let mut used: Vec<PointLine> =
                        uses(context, own.into_iter()).filter(|u| u.about.is_none_or(|day| point.holds(day))).collect();
                    if let Some(postings) = postings.as_ref().filter(|_| window == Window::Day) {
                        leave_explained(postings, context, &mut used, limit, measure(window));
                    }
                    all.extend(in_group(scope, point, window, limit, used, &excess));
                }
            }
        }
    }
    Ok(all)
}

/// Leaves out the lines of records whose charges of several days were posted on one.
fn leave_explained(
    postings: &Postings<'_>,
    context: &Context<'_>,
    used: &mut Vec<PointLine>,
    limit: f64,
    measure: Measure,
) {
    let value = |u: &PointLine| if measure == Measure::Amount { u.claimed.yuan() } else { u.quantity.units() };
    let mut records: BTreeMap<RecordId, Vec<&PointLine>> = BTreeMap::new();
    used.iter().for_each(|u| records.entry(u.record).or_default().push(u));
    let explained: BTreeSet<RecordId> = records
        .into_iter()
        .filter(|(_, own)| postings.explain(context.region, own, limit, value))
        .map(|(record, _)| record)
        .collect();
    used.retain(|u| !explained.contains(&u.record));
}

/// What a window holds lines of: a record, or a patient, as a number.
fn group(region: &Region, window: Window, fact: &StayItem) -> usize {
    if window.in_record() { fact.record.index() } else { patient(region, fact.record) }
}

/// A number for the patient of a record. Who is unknown is not the unknown of another record.
fn patient(region: &Region, record: RecordId) -> usize {
    let known = region.records[record.index()].person.some();
    known.map_or(region.names.persons.len() + record.index(), PersonId::index)
}

/// The facts that each point is about, by point.
pub fn by_point<'a, B>(scope: &'a Scope<'a, B>) -> Vec<(u32, Vec<&'a StayItem>)> {
    by_point_where(scope, |_, _| true)
}

/// The same for the points that are worth it, by their items.
fn by_point_where<'a, B>(
    scope: &'a Scope<'a, B>,
    mut may: impl FnMut(u32, &[ItemId]) -> bool,
) -> Vec<(u32, Vec<&'a StayItem>)> {
    let hospital = |f: &StayItem| scope.context.region.records[f.record.index()].hospital;
    let mut all = Vec::new();
    for (at, items) in scope.items_by_point() {
        if may(at, &items) {
            let facts = items.iter().flat_map(|&item| scope.context.index.facts_of(item));
            all.push((at, facts.filter(|f| scope.of(f.item, hospital(f)).any(|own| own == at)).collect()));
        }
    }
    all
}

/// The breaches of a point by one person, or on one record: one for each record that has too much.
fn in_group<'a, B>(
    scope: &'a Scope<'a, B>,
    point: &'a Point<'a, B>,
    window: Window,
    limit: f64,
    used: Vec<PointLine>,
    excess: &impl Fn(&B, &[PointLine]) -> Option<Excess>,
) -> Vec<Hit<'a>> {
    let region = scope.context.region;
    let mut windows: BTreeMap<(i64, Option<RecordId>), Vec<PointLine>> = BTreeMap::new();
    for used in used {
        if let Some(place) = place(window, region, &used) {
            let alone = window == Window::Day && postings::by_record(region, &used);
            windows.entry((place, alone.then_some(used.record))).or_default().push(used);
        }
    }
    let mut broken: BTreeMap<(RecordId, ItemId), Seen> = BTreeMap::new();
    for mut used in windows.into_values() {
        used.sort_by_key(|u| (u.about, u.record, u.line));
        let Some(found) = excess(&point.bound, &used) else { continue };
        // Two people stand behind a birth: each may have as much.
        let two = used.iter().any(|u| scope.context.index.may_be_two(u.record));
        if two && found.observed <= 2.0 * limit {
            continue;
        }
        // One line of each institution that has a part in it.
        let hospital = |u: &PointLine| region.records[u.record.index()].hospital;
        let with: BTreeMap<HospitalId, u32> = used.iter().map(|u| (hospital(u), u.line)).collect();
        for (used, fen) in found.lines {
            let seen = broken.entry((used.record, used.item)).or_default();
            seen.observed = seen.observed.max(found.observed);
            seen.lines.push((used.line, fen));
            seen.with.extend(with.iter().filter(|w| *w.0 != hospital(&used)).map(|w| *w.1));
        }
    }
    let hit = |((record, item), Seen { observed, lines, with }): (_, Seen)| {
        asked(&lines).then(|| Hit {
            record,
            what: What::Item(item),
            row: point.row,
            breach: Breach {
                limit: limit.to_string(),
                found: number(observed),
                observed: Some(observed),
                threshold: Some(limit),
                ..Breach::default()
            },
            lines,
            with: with.into_iter().collect(),
        })
    };
    broken.into_iter().filter_map(hit).collect()
}

/// A figure without needless decimals.
pub fn number(value: f64) -> String {
    rounded(value, 2).to_string()
}

/// The lines of facts.
pub fn uses<'a>(
    context: &'a Context<'a>,
    facts: impl Iterator<Item = &'a StayItem>,
) -> impl Iterator<Item = PointLine> {
    let (region, fees) = (context.region, &context.region.fees);
    facts.flat_map(move |fact| {
        let lines = context.facts.lines(fact).iter().copied();
        let of_record = region.begins(&region.records[fact.record.index()]);
        lines.map(move |line| PointLine {
            day: day_of(region, line as usize),
            about: fees.day(line as usize).or(of_record),
            line,
            record: fact.record,
            item: fact.item,
            quantity: fees.quantity(line as usize),
            claimed: fees.claimed(line as usize),
        })
    })
}

/// Spreads money that is too much over the lines of a window, from the last: the later charges are those too many. Every line
/// of the window that gets none is left out.
pub fn from_the_last(used: &[PointLine], mut money: Fen) -> Vec<(PointLine, Fen)> {
    let mut lines = Vec::new();
    for used in used.iter().rev().filter(|u| u.claimed > Fen(0)) {
        if money <= Fen(0) {
            break;
        }
        let part = used.claimed.min(money);
        money -= part;
        lines.push((*used, part));
    }
    lines.reverse();
    lines
}

/// The facts of one person's number by patient: a newborn's stay under the mother's number is none of hers.
fn patients<'a>(context: &Context<'_>, own: Vec<&'a StayItem>) -> Vec<Vec<&'a StayItem>> {
    if own.iter().all(|f| f.record == own[0].record) {
        return vec![own];
    }
    let newborns = |f: &StayItem| context.index.is_newborns(f.record).then_some(f.record);
    let mut all: BTreeMap<Option<RecordId>, Vec<&StayItem>> = BTreeMap::new();
    own.into_iter().for_each(|f| all.entry(newborns(f)).or_default().push(f));
    all.into_values().collect()
}

/// Facts by the patient they are about.
pub fn by_person<'a>(context: &Context<'_>, facts: Vec<&'a StayItem>) -> Vec<Vec<&'a StayItem>> {
    let mut all: BTreeMap<usize, Vec<&StayItem>> = BTreeMap::new();
    facts.into_iter().for_each(|f| all.entry(patient(context.region, f.record)).or_default().push(f));
    all.into_values().flat_map(|own| patients(context, own)).collect()
}
