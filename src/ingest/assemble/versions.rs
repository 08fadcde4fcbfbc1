//! One settlement in several rows: overlapping exports, a list beside the table of stays, a correction sent later. It counts
//! once. The row sent later wins, else the fuller; what it leaves empty the others fill in; where values contradict each other
//! both rows are told.

use super::settlements::Settlement;
use super::{Ledger, Pairs};
use crate::model::{Day, DepartmentId, DiagnosisId, DoctorId, Fen, RowRef, Sex, Stamp, TextId};

/// What is told of settlements that were found more than once.
#[derive(Default)]
pub(super) struct Found {
    /// Rows of a visit list that are settlements of stays.
    pub listed: u64,
    /// Versions that contradict each other: the one that counts, and the other.
    pub conflicts: Pairs,
    /// Settlements that were sent again as void.
    pub withdrawn: u64,
    /// Bills of a stay of the same days without ids and with other money, of which it is not known that one corrects the other.
    pub summed: Pairs,
    /// Valid rows without an id, each with a void one beside it that says the same.
    pub beside: Pairs,
}

/// Leaves one row of each settlement of a record. The rows are of one record.
pub(super) fn merge(rows: Vec<Settlement>, found: &mut Found, ledger: &mut Ledger<'_>) -> Vec<Settlement> {
    if rows.len() == 1 && !rows[0].void {
        return rows;
    }
    let mut rows = rows;
    let is_of_stay = rows.iter().any(|r| r.is_stay && !r.void);
    let has_negative = rows.iter().any(Settlement::is_negative);
    let takes_back = rows.iter().any(|r| r.is_negative() || r.refund || r.has_original());
    rows.sort_by_key(|r| (r.settlement, r.is_negative()));
    let mut kept = Vec::with_capacity(rows.len());
    for versions in rows.chunk_by(|a, b| (a.settlement, a.is_negative()) == (b.settlement, b.is_negative())) {
        if versions[0].settlement == TextId::NONE {
            let own = without_id(versions, is_of_stay, found, ledger);
            kept.extend(if is_of_stay && !takes_back { corrected(own, found, ledger) } else { own });
        } else {
            kept.extend(one(versions, has_negative, found, ledger));
        }
    }
    let mut kept = without_number(kept, found, ledger);
    if is_of_stay {
        kept = without_list(kept, found, ledger);
    }
    kept
}

/// Rows without a settlement id, of a file that has none, which say what rows of another file say with one: the same dates and
/// money as one of them, or the money of all of them together.
fn without_number(rows: Vec<Settlement>, found: &mut Found, ledger: &mut Ledger<'_>) -> Vec<Settlement> {
    let (plain, mut numbered): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| r.settlement == TextId::NONE);
    if numbered.is_empty() {
        return plain;
    }
    let days = |r: &Settlement| (r.begin.map(|s| s.day), r.end.map(|s| s.day));
    let sum: Fen = numbered.iter().map(|r| r.total).sum();
    let files: Vec<u16> = numbered.iter().map(|r| r.row.file).collect();
    let mut taken = vec![false; numbered.len()];
    let mut others = Vec::new();
    for row in plain {
        let same = |r: &Settlement| r.total == row.total && (days(r) == days(&row) || r.listed != row.listed);
        let one = (0..numbered.len()).find(|at| {
            !taken[*at] && files[*at] != row.row.file && same(&numbered[*at]) && !money_differs(&numbered[*at], &row)
        });
        let elsewhere = files.iter().all(|file| *file != row.row.file);
        if let Some(at) = one {
            taken[at] = true;
            fill(&mut numbered[at], &row);
        } else if !(elsewhere && row.given[0] && row.total == sum) {
            others.push(row);
            continue;
        }
        found.listed += u64::from(row.listed && numbered.iter().any(|r| r.is_stay));
        ledger.repeated(row.row.file);
    }
    numbered.append(&mut others);
    numbered
}

/// The table of stays before a list; later sent, else later settled, else the fuller, else of the file whose name comes later,
/// else further down.
fn rank(r: &Settlement) -> (bool, Option<Stamp>, Option<Day>, u32, RowRef) {
    (!r.listed, r.uploaded, r.settled.map(|s| s.day), fullness(r), r.row)
}

/// The version that stands of a settlement with an id; none where it was withdrawn.
fn one(versions: &[Settlement], has_negative: bool, found: &mut Found, ledger: &mut Ledger<'_>) -> Option<Settlement> {
    // A row marked as taken back, of a settlement that another row has unmarked, is its later state; where a negative row takes
    // it back, the mark says no more.
    let marked = |r: &Settlement| r.refund && !r.is_negative() && !r.has_original() && !has_negative;
    let undoes = |r: &Settlement| r.void || (marked(r) && versions.iter().any(|v| !marked(v) && !v.void));
    let last = versions.iter().filter(|r| !undoes(r)).max_by_key(|r| (!ledger.is_peer(r.row.file), rank(r)));
    let undone = versions.iter().filter(|r| undoes(r)).map(|r| r.uploaded).max();
    let Some(last) = last else {
        versions.iter().for_each(|r| ledger.netted(r.row.file));
        return None;
    };
    // Nobody withdraws what was not sent before: without moments of upload the withdrawal is the later.
    if undone.is_some_and(|undone| last.uploaded.is_none() || undone.is_none() || undone >= last.uploaded) {
        versions.iter().for_each(|r| ledger.netted(r.row.file));
        found.withdrawn += 1;
        return None;
    }
    let mut best = last.clone();
    for other in versions.iter().filter(|r| r.row != last.row) {
        if undoes(other) {
            ledger.netted(other.row.file);
            continue;
        }
        if other.listed && !best.listed && best.is_stay {
            found.listed += 1;
        }
        if contradicts(last, other) {
            found.conflicts.add(last.row, other.row);
        }
        fill(&mut best, other);
        ledger.repeated(other.row.file);
    }
    Some(best)
}

/// Rows without a settlement id: the same bill in two files is one bill, twice in one file it may be two.
fn without_id(
    versions: &[Settlement],
    is_of_stay: bool,
    found: &mut Found,
    ledger: &mut Ledger<'_>,
) -> Vec<Settlement> {
    let key =
        |r: &Settlement| (r.total, r.begin.filter(|_| !is_of_stay || !r.listed).map(|b| b.day), r.end.map(|e| e.day));
    let (void, mut rows): (Vec<&Settlement>, Vec<&Settlement>) = versions.iter().partition(|r| r.void);
    for row in void {
        ledger.netted(row.row.file);
        if let Some(at) = rows.iter().rposition(|before| row.withdraws(before)) {
            ledger.netted(rows.remove(at).row.file);
            found.withdrawn += 1;
        } else if let Some(beside) = rows.iter().find(|beside| row.is_void_of(beside)) {
            found.beside.add(beside.row, row.row);
        }
    }
    rows.sort_by_key(|r| (key(r), r.row.file, r.row));
    let mut kept = Vec::new();
    for same in rows.chunk_by(|a, b| key(a) == key(b)) {
        let files: Vec<&[&Settlement]> = same.chunk_by(|a, b| a.row.file == b.row.file).collect();
        // The file that has most of them has all.
        let rank = |rows: &&&[&Settlement]| {
            let fullness = rows.iter().map(|r| fullness(r)).sum::<u32>();
            (!ledger.is_peer(rows[0].row.file), rows.len(), fullness)
        };
        let Some(all) = files.iter().rev().max_by_key(rank) else { continue };
        let mut best: Vec<Settlement> = all.iter().map(|r| (*r).clone()).collect();
        let file = all[0].row.file;
        for rows in files.iter().filter(|rows| rows[0].row.file != file) {
            for other in *rows {
                // Money that contradicts is another bill of the same total.
                match best.iter_mut().find(|b| !money_differs(b, other)) {
                    Some(known) => {
                        fill(known, other);
                        found.listed += u64::from(other.listed && known.is_stay);
                        ledger.repeated(other.row.file);
                    }
                    None => kept.push((*other).clone()),
                }
            }
        }
        kept.append(&mut best);
    }
    kept
}

/// A bill of a stay that was sent again with other money, without an id to know it by: of the same days, in another file or
/// settled at another time after the discharge. Settlements on the way, of other days or before the discharge, or by another
/// insurance, are bills of their own; so are two of one file with nothing between them. Where a row takes money back it is
/// known by that.
fn corrected(mut rows: Vec<Settlement>, found: &mut Found, ledger: &mut Ledger<'_>) -> Vec<Settlement> {
    if rows.len() < 2 {
        return rows;
    }
    let days = |r: &Settlement| Some((r.begin?.day, r.end?.day)).filter(|_| r.is_stay && !r.listed && !r.interim);
    let final_one = |r: &Settlement| r.settled.zip(r.end).is_none_or(|(settled, end)| settled.day >= end.day);
    let rank = |r: &Settlement| (r.uploaded, r.settled, fullness(r), r.row);
    let again = |last: &Settlement, r: &Settlement| {
        let later = last.settled.zip(r.settled).is_some_and(|(a, b)| a != b);
        let insurance = last.insurance == r.insurance || [last.insurance, r.insurance].contains(&TextId::NONE);
        let apart = last.row.file != r.row.file || later;
        apart && insurance && last.newborn == r.newborn && final_one(r) && money_differs(last, r)
    };
    rows.sort_by(|a, b| days(a).cmp(&days(b)).then_with(|| rank(b).cmp(&rank(a))));
    let mut kept: Vec<Settlement> = Vec::with_capacity(rows.len());
    for same in rows.chunk_by(|a, b| days(a).is_some() && days(a) == days(b)) {
        let mut last = same[0].clone();
        let mut others = Vec::new();
        for other in &same[1..] {
            if final_one(&same[0]) && again(&same[0], other) {
                found.conflicts.add(last.row, other.row);
                fill(&mut last, other);
                ledger.repeated(other.row.file);
            } else {
                if days(other).is_some() && money_differs(&last, other) {
                    found.summed.add(last.row, other.row);
                }
                others.push(other.clone());
            }
        }
        kept.push(last);
        kept.append(&mut others);
    }
    kept
}

/// Rows of a visit list in the record of a stay: those that do not say another settlement id are the stay's own.
fn without_list(rows: Vec<Settlement>, found: &mut Found, ledger: &mut Ledger<'_>) -> Vec<Settlement> {
    let (listed, mut own): (Vec<_>, Vec<_>) = rows.into_iter().partition(|r| r.listed);
    let own_ids: Vec<TextId> = own.iter().map(|r| r.settlement).collect();
    for row in listed {
        let unsaid = row.settlement == TextId::NONE || own_ids.iter().all(|id| *id == TextId::NONE);
        let charge = |r: &&Settlement| !r.is_negative() && r.is_stay;
        // Under another kind of number: the whole bill, or one of its settlements with the same money on the same day.
        let all: Fen = own.iter().filter(charge).map(|r| r.total).sum();
        let is_own = |r: &Settlement| {
            let one_day = r.settled.zip(row.settled).is_none_or(|(a, b)| a.day == b.day);
            one_day && r.total == row.total && r.fund == row.fund
        };
        let again = row.given[0] && row.total.0 > 0 && (row.total == all || own.iter().filter(charge).any(is_own));
        let unsaid = unsaid || again;
        match own.iter().find(charge).filter(|_| unsaid && !row.is_negative() && !row.refund) {
            Some(stay) => {
                let sum: Fen = own.iter().filter(charge).map(|r| r.total).sum();
                if row.given[0] && stay.given[0] && row.total != sum && row.total != stay.total {
                    found.conflicts.add(stay.row, row.row);
                }
                found.listed += 1;
                ledger.repeated(row.row.file);
            }
            None => own.push(row),
        }
    }
    own
}

/// How many cells of a row say something.
fn fullness(r: &Settlement) -> u32 {
    let texts = [r.kind, r.insurance, r.bed, r.diagnosis_name, r.way, r.operation, r.return_plan, r.days, r.original];
    let filled = [
        r.department != DepartmentId::NONE,
        r.doctor != DoctorId::NONE,
        r.diagnosis != DiagnosisId::NONE,
        r.sex != Sex::Unknown,
        r.birth.is_some(),
        r.born.is_some(),
        r.begin.is_some(),
        r.end.is_some(),
        r.settled.is_some(),
        r.uploaded.is_some(),
    ];
    let count = |all: &[bool]| all.iter().filter(|f| **f).count() as u32;
    texts.iter().filter(|t| **t != TextId::NONE).count() as u32 + count(&filled) + count(&r.given)
}

/// Takes over what a row leaves empty.
fn fill(to: &mut Settlement, from: &Settlement) {
    fn text<T: PartialEq + Copy>(to: &mut T, from: T, none: T) {
        if *to == none {
            *to = from;
        }
    }
    text(&mut to.kind, from.kind, TextId::NONE);
    text(&mut to.insurance, from.insurance, TextId::NONE);
    text(&mut to.bed, from.bed, TextId::NONE);
    text(&mut to.diagnosis_name, from.diagnosis_name, TextId::NONE);
    text(&mut to.way, from.way, TextId::NONE);
    text(&mut to.operation, from.operation, TextId::NONE);
    text(&mut to.return_plan, from.return_plan, TextId::NONE);
    text(&mut to.days, from.days, TextId::NONE);
    text(&mut to.original, from.original, TextId::NONE);
    text(&mut to.department, from.department, DepartmentId::NONE);
    text(&mut to.doctor, from.doctor, DoctorId::NONE);
    text(&mut to.diagnosis, from.diagnosis, DiagnosisId::NONE);
    text(&mut to.sex, from.sex, Sex::Unknown);
    text(&mut to.birth, from.birth, None);
    text(&mut to.born, from.born, None);
    text(&mut to.settled, from.settled, None);
    text(&mut to.uploaded, from.uploaded, None);
    if !from.listed || to.listed {
        text(&mut to.begin, from.begin, None);
        text(&mut to.end, from.end, None);
    }
    let amounts = [(&mut to.total, from.total), (&mut to.fund, from.fund), (&mut to.own, from.own)];
    for ((to, from), (has, gives)) in amounts.into_iter().zip(to.given.iter_mut().zip(from.given)) {
        if !*has && gives {
            (*to, *has) = (from, true);
        }
    }
}

fn money_differs(a: &Settlement, b: &Settlement) -> bool {
    let amounts = [(a.total, b.total), (a.fund, b.fund), (a.own, b.own)];
    amounts.iter().zip(a.given.iter().zip(b.given)).any(|((x, y), (has, gives))| *has && gives && x != y)
}

/// Whether two versions say different things of the money, the dates, the diagnosis, the kind or the patient.
fn contradicts(a: &Settlement, b: &Settlement) -> bool {
    let differ = |x: u32, y: u32| x != y && x != u32::MAX && y != u32::MAX;
    let days = |x: Option<Stamp>, y: Option<Stamp>| x.zip(y).is_some_and(|(x, y)| x.day != y.day);
    let of_one_table = a.listed == b.listed;
    money_differs(a, b)
        || (of_one_table && (days(a.begin, b.begin) || days(a.end, b.end)))
        || differ(a.diagnosis.0, b.diagnosis.0)
        || (of_one_table && differ(a.kind.0, b.kind.0))
        || a.birth.zip(b.birth).is_some_and(|(x, y)| x != y)
        || (a.sex != b.sex && a.sex != Sex::Unknown && b.sex != Sex::Unknown)
}
