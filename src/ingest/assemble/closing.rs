//! Accounts closed while the patients stay in bed: at the end of the year, or of every month, all bills are settled and opened
//! again under new visit ids. Such stays are one. A hospital that sends single patients out and in again is not excused: only
//! where the closing took all who lay in the hospital over that night is it one.

use std::collections::BTreeMap;

use chrono::Datelike;
use rustc_hash::FxHashMap;

use super::super::Note;
use super::settlements::Settlement;
use super::{Ids, Ledger};
use crate::messages::args;
use crate::model::{Day, HospitalId, PersonId};

/// Patients whose bill was closed and opened again, at the least, and the share of all who lay there over the night.
const PATIENTS: usize = 5;
const SHARE: f64 = 0.8;
/// Hospitals shown in the note.
const SHOWN: usize = 3;

/// A record of a stay, over its settlements.
#[derive(Clone, Copy)]
struct Span {
    record: u32,
    person: PersonId,
    hospital: HospitalId,
    begin: Day,
    end: Day,
    /// The last settlement says that the patient stays.
    interim: bool,
}

/// Two stays of which the second begins as the first ends.
struct Joint {
    before: u32,
    after: u32,
    hospital: HospitalId,
    /// The first day of the new account; none where it is not the first of a month.
    boundary: Option<Day>,
    interim: bool,
}

/// Gives the stays of a patient who never left one record.
pub(super) fn join(rows: &mut [Settlement], ids: &Ids, ledger: &mut Ledger<'_>) {
    let spans = spans(rows);
    let joints = joints(&spans);
    if joints.is_empty() {
        return;
    }
    let monthly = monthly(&joints);
    let mut closings = closings(&spans, &joints);
    let at = |joint: &Joint| joint.boundary.and_then(|day| closings.get(&(joint.hospital, day))).copied();
    let kinds: Vec<bool> = joints
        .iter()
        .zip(monthly)
        .map(|(joint, monthly)| joint.interim || at(joint).is_some_and(|patients| monthly || patients >= PATIENTS))
        .collect();
    let mut roots: FxHashMap<u32, u32> = FxHashMap::default();
    let mut joined = 0u64;
    // In order of begin, so that the root of the first is known when the next joins it.
    for (joint, _) in joints.iter().zip(kinds).filter(|(_, closed)| *closed) {
        let root = roots.get(&joint.before).copied().unwrap_or(joint.before);
        roots.insert(joint.after, root);
        joined += 1;
    }
    if joined == 0 {
        return;
    }
    for row in rows.iter_mut() {
        if let Some(root) = roots.get(&row.record) {
            row.record = *root;
        }
    }
    closings.retain(|_, patients| *patients >= PATIENTS);
    let mut shown: Vec<String> = Vec::new();
    for ((hospital, day), count) in closings.iter().take(SHOWN) {
        shown.push(format!("{} {day} ({count})", ids.hospitals.pool.get(*hospital)));
    }
    if closings.len() > SHOWN {
        shown.push("...".to_string());
    }
    let list = if shown.is_empty() { "-".to_string() } else { shown.join(", ") };
    let figures = [("count", joined.into()), ("list", list.into())];
    ledger.tell(Note { id: "note-accounts-closed", args: args(figures) });
}

/// The stays that were billed and not taken back, by person and hospital in order of time.
fn spans(rows: &[Settlement]) -> Vec<Span> {
    let mut known: FxHashMap<u32, Option<(Span, Day)>> = FxHashMap::default();
    for row in rows.iter().filter(|r| r.is_stay && !r.void && r.person != PersonId::NONE) {
        let span = row.begin.zip(row.end).filter(|_| !row.refund && !row.is_negative()).map(|(begin, end)| {
            let span = Span {
                record: row.record,
                person: row.person,
                hospital: row.hospital,
                begin: begin.day,
                end: end.day,
                interim: row.interim,
            };
            (span, row.settled.unwrap_or(end).day)
        });
        known
            .entry(row.record)
            .and_modify(|both| {
                *both = both.zip(span).map(|((a, at), (b, bt))| {
                    let later = if (bt, b.end) > (at, a.end) { b.interim } else { a.interim };
                    (Span { begin: a.begin.min(b.begin), end: a.end.max(b.end), interim: later, ..a }, at.max(bt))
                });
            })
            .or_insert(span);
    }
    let mut spans: Vec<Span> = known.into_values().flatten().map(|(span, _)| span).collect();
    spans.sort_unstable_by_key(|s| (s.person, s.hospital, s.begin, s.end, s.record));
    spans
}

fn joints(spans: &[Span]) -> Vec<Joint> {
    let pairs = spans.windows(2).filter(|w| (w[0].person, w[0].hospital) == (w[1].person, w[1].hospital));
    pairs
        .filter_map(|pair| {
            let (before, after) = (pair[0], pair[1]);
            let boundary = boundary(before.end, after.begin);
            let interim = before.interim && (0..=1).contains(&(after.begin.0 - before.end.0));
            (boundary.is_some() || interim).then_some(Joint {
                before: before.record,
                after: after.record,
                hospital: before.hospital,
                boundary,
                interim,
            })
        })
        .collect()
}

/// Whether each joint is one of several at which a patient's accounts were closed month after month: one who lies there for
/// long.
fn monthly(joints: &[Joint]) -> Vec<bool> {
    let follows = |a: &Joint, b: &Joint| a.after == b.before && a.boundary.is_some() && b.boundary.is_some();
    let mut out = vec![false; joints.len()];
    for at in 1..joints.len() {
        if follows(&joints[at - 1], &joints[at]) {
            (out[at - 1], out[at]) = (true, true);
        }
    }
    out
}

/// The first of a month between the end of one account and the begin of the next. Over New Year, a holiday, the new account may
/// be a day late.
fn boundary(end: Day, begin: Day) -> Option<Day> {
    if end > begin || begin.0 - end.0 > 2 {
        return None;
    }
    let first = [begin, Day(begin.0 + 1), Day(begin.0 - 1)].into_iter().find(|day| day.date().day() == 1)?;
    let late = i32::from(first.date().month() == 1);
    let ended = (first.0 - 1..=first.0).contains(&end.0);
    (ended && (first.0 - 1..=first.0 + late).contains(&begin.0)).then_some(first)
}

/// The hospitals and days at which all accounts were closed, or nearly all, with the patients. One patient whose account alone is
/// closed while others lie on is none of it, however often.
fn closings(spans: &[Span], joints: &[Joint]) -> BTreeMap<(HospitalId, Day), usize> {
    let mut counts: BTreeMap<(HospitalId, Day), (usize, usize)> = BTreeMap::new();
    for joint in joints {
        if let Some(day) = joint.boundary {
            counts.entry((joint.hospital, day)).or_default().0 += 1;
        }
    }
    // Those who lay there over the night on one bill.
    for span in spans.iter().take(if counts.is_empty() { 0 } else { spans.len() }) {
        let from = (span.hospital, Day(span.begin.0 + 1));
        let within = counts.range_mut(from..=(span.hospital, span.end).max(from));
        within.filter(|((_, day), _)| span.begin < *day && *day < span.end).for_each(|(_, count)| count.1 += 1);
    }
    let whole = |(joints, over): (usize, usize)| joints as f64 >= SHARE * (joints + over) as f64;
    counts.into_iter().filter(|(_, count)| whole(*count)).map(|(key, count)| (key, count.0)).collect()
}
