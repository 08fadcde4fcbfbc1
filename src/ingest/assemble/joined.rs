//! Settlements to stays and visits: versions merged, refunds netted, several settlements summed (DOMAIN 6.3).

use rustc_hash::FxHashSet;

use super::super::Note;
use super::refunds::{self, Taken};
use super::settlements::Settlement;
use super::versions::{self, Found};
use super::{Ledger, Pairs, Ranked};
use crate::messages::args;
use crate::model::{
    Day, DepartmentId, DiagnosisId, DoctorId, Fen, PersonId, RecordId, RowRef, Setting, Sex, Stamp, Stay, TextId, Visit,
};

/// Two sales of one person for the same money so many seconds apart may be one that was paid twice.
const PAID_TWICE: u32 = 60;

/// Stays, visits, and the records that were refunded whole.
pub(super) struct Joined {
    pub stays: Vec<Stay>,
    pub visits: Vec<Visit>,
    pub refunded: FxHashSet<RecordId>,
    /// Records that were refunds of others, with those: their lines are refunds of the others' lines.
    pub moved: Vec<(RecordId, RecordId)>,
}

/// Joins settlements by record.
pub(super) fn join(mut rows: Vec<Settlement>, records: &Ranked<RecordId>, ledger: &mut Ledger<'_>) -> Joined {
    for row in &mut rows {
        row.record = records.id(row.record).0;
    }
    rows.sort_unstable();
    let (mut found, mut taken) = (Found::default(), Taken::default());
    let rows = readable(rows, ledger);
    let mut kept: Vec<Settlement> = Vec::with_capacity(rows.len());
    let mut billed: Vec<RecordId> = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while let Some(row) = rows.next() {
        let record = row.record;
        let mut own = vec![row];
        while let Some(row) = rows.next_if(|r| r.record == record) {
            own.push(row);
        }
        if own.iter().any(|r| !r.is_negative()) {
            billed.push(RecordId(record));
        }
        let mut own = versions::merge(own, &mut found, ledger);
        own.sort_unstable();
        kept.append(&mut own);
    }
    let kept = refunds::net(kept, &mut taken, ledger);
    let refunded = refunds::gone(&billed, &kept).into_iter().collect();
    // A record that still bills something of its own keeps its lines.
    let stands = |record: &RecordId| kept.binary_search_by_key(&record.0, |r| r.record).is_ok();
    let mut moved = std::mem::take(&mut taken.moved);
    moved.retain(|(refund, _)| !stands(refund));
    let mut joined = Joined { stays: Vec::new(), visits: Vec::new(), refunded, moved };
    for group in kept.chunk_by(|a, b| a.record == b.record) {
        if group.iter().any(|r| r.is_stay) {
            joined.stays.push(stay(group));
        } else {
            joined.visits.push(visit(group));
        }
    }
    tell(&found, &taken, ledger);
    let inpatient = |v: &&Visit| matches!(v.setting, Setting::Inpatient | Setting::DaySurgery);
    let count = joined.visits.iter().filter(inpatient).count() as u64;
    if count > 0 {
        ledger.tell(Note { id: "note-inpatient-visits", args: args([("count", count.into())]) });
    }
    tell_paid_twice(&joined.visits, ledger);
    joined
}

/// Leaves the rows that can be placed in time; repeated ones go.
fn readable(rows: Vec<Settlement>, ledger: &mut Ledger<'_>) -> Vec<Settlement> {
    let mut kept: Vec<Settlement> = Vec::with_capacity(rows.len());
    for row in rows {
        if kept.last().is_some_and(|last| last.same_but_for_row(&row)) {
            ledger.repeated(row.row.file);
        } else if row.void {
            kept.push(row);
        } else if row.is_stay && ends_early(&row) {
            ledger.reject(row.row, "endtime", row.end.map(|e| e.to_string()).unwrap_or_default(), "reject-order");
        } else if !row.is_stay && row.time().is_none() {
            ledger.reject(row.row, "setl_time", String::new(), "reject-missing");
        } else {
            kept.push(row);
        }
    }
    kept
}

fn tell(found: &Found, taken: &Taken, ledger: &mut Ledger<'_>) {
    let counts = [
        ("note-listed-stays", found.listed),
        ("note-withdrawn", found.withdrawn),
        ("note-marked-refunds", taken.marked),
        ("note-matched-refunds", taken.matched),
    ];
    for (id, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        ledger.tell(Note { id, args: args([("count", count.into())]) });
    }
    ledger.tell_pairs("note-conflicts", &found.conflicts, []);
    ledger.tell_pairs("note-summed", &found.summed, []);
    ledger.tell_pairs("note-void-beside-valid", &found.beside, []);
    let money = [("total", taken.again_total.into()), ("fund", taken.again_fund.into())];
    ledger.tell_pairs("note-sent-again", &taken.again, money);
    ledger.tell_pairs("note-same-money", &taken.alike, []);
    let money = [("money", taken.fund_difference.into())];
    ledger.tell_pairs("note-refund-fund-differs", &taken.fund_differs, money);
}

/// Sales of one person at one institution for the same money within seconds: both stand, and are told.
fn tell_paid_twice(visits: &[Visit], ledger: &mut Ledger<'_>) {
    let key = |v: &Visit| (v.person, v.hospital, v.total, v.fund);
    let mut order: Vec<&Visit> =
        visits.iter().filter(|v| v.person != PersonId::NONE && v.total.0 > 0 && v.time.has_time()).collect();
    order.sort_unstable_by_key(|v| (key(v), v.time, v.record));
    let mut pairs = Pairs::default();
    let (mut total, mut fund) = (Fen(0), Fen(0));
    for pair in order.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if key(a) == key(b) && a.time.day == b.time.day && b.time.second - a.time.second <= PAID_TWICE {
            pairs.add(a.rows[0], b.rows[0]);
            total += b.total;
            fund += b.fund;
        }
    }
    ledger.tell_pairs("note-paid-twice", &pairs, [("total", total.into()), ("fund", fund.into())]);
}

fn ends_early(row: &Settlement) -> bool {
    match (row.begin, row.end) {
        (Some(begin), Some(end)) => {
            end.day < begin.day
                || (begin.has_time() && end.has_time() && end.day == begin.day && end.second < begin.second)
        }
        _ => false,
    }
}

/// The first value that is not empty, over rows in order.
fn first<T: Copy + PartialEq>(rows: &[Settlement], none: T, value: impl Fn(&Settlement) -> T) -> T {
    rows.iter().map(value).find(|v| *v != none).unwrap_or(none)
}

fn row_refs(rows: &[Settlement]) -> Vec<RowRef> {
    let mut refs: Vec<RowRef> = rows.iter().map(|r| r.row).collect();
    refs.sort_unstable();
    refs
}

fn sum(rows: &[Settlement], amount: fn(&Settlement) -> Fen) -> Fen {
    rows.iter().map(amount).sum()
}

fn stay(all: &[Settlement]) -> Stay {
    // Rows of a list say less of the stay than its own; they only add their money.
    let own: Vec<Settlement> = all.iter().filter(|r| r.is_stay).cloned().collect();
    let rows = own.as_slice();
    let begins = rows.iter().map(|r| r.begin);
    // The row that continues a bill has no diagnosis of its own.
    let leading = rows.iter().find(|r| r.diagnosis != DiagnosisId::NONE).unwrap_or(&rows[0]);
    let ends = rows.iter().map(|r| r.end);
    // Where the last settlement of several has no end, the ends of those before it are not the discharge.
    let last = rows.iter().max_by_key(|r| (r.settled.or(r.end).or(r.begin), r.begin));
    let ended = last.is_none_or(|last| last.end.is_some());
    Stay {
        record: RecordId(rows[0].record),
        person: rows[0].person,
        hospital: leading.hospital,
        admitted: begins.flatten().min().unwrap_or(Stamp::date(Day(0))),
        discharged: ends.flatten().max().filter(|_| ended),
        setting: rows[0].setting,
        kind: first(rows, TextId::NONE, |r| r.kind),
        insurance: first(rows, TextId::NONE, |r| r.insurance),
        department: first(rows, DepartmentId::NONE, |r| r.department),
        bed: first(rows, TextId::NONE, |r| r.bed),
        doctor: first(rows, DoctorId::NONE, |r| r.doctor),
        diagnosis: first(rows, DiagnosisId::NONE, |r| r.diagnosis),
        diagnosis_name: first(rows, TextId::NONE, |r| r.diagnosis_name),
        operation: first(rows, TextId::NONE, |r| r.operation),
        discharge_way: first(rows, TextId::NONE, |r| r.way),
        return_plan: first(rows, TextId::NONE, |r| r.return_plan),
        sex: first(rows, Sex::Unknown, |r| r.sex),
        birth: first(rows, None, |r| r.birth),
        born: first(rows, None, |r| r.born),
        total: sum(all, |r| r.total),
        fund: sum(all, |r| r.fund),
        own: sum(all, |r| r.own),
        settled: rows.iter().filter_map(|r| r.settled).max(),
        uploaded: rows.iter().filter_map(|r| r.uploaded).max(),
        days: if rows.len() == 1 { rows[0].days } else { TextId::NONE },
        settlements: all.len() as u32,
        rows: row_refs(all),
    }
}

fn visit(rows: &[Settlement]) -> Visit {
    Visit {
        record: RecordId(rows[0].record),
        person: rows[0].person,
        hospital: rows[0].hospital,
        time: rows.iter().filter_map(Settlement::time).min().unwrap_or(Stamp::date(Day(0))),
        setting: rows[0].setting,
        kind: first(rows, TextId::NONE, |r| r.kind),
        diagnosis: first(rows, DiagnosisId::NONE, |r| r.diagnosis),
        total: sum(rows, |r| r.total),
        fund: sum(rows, |r| r.fund),
        rows: row_refs(rows),
    }
}
