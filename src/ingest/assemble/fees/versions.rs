//! One charge line in several rows of a record: overlapping exports, a line sent again corrected or as void. Lines are the same
//! where they have one line id, item and day; the ids of many systems begin anew every day.

use std::collections::BTreeSet;

use super::super::{Fate, Pairs};
use super::line::Line;
use crate::model::{DepartmentId, DoctorId, FeeClass};

/// What is told of lines in several rows.
#[derive(Default)]
pub(super) struct Versions {
    pub conflicts: Pairs,
    pub withdrawn: u64,
    /// Valid rows without an id, each with a void one beside it in its file that says the same.
    pub beside: Pairs,
}

impl Versions {
    pub fn append(&mut self, other: &Self) {
        self.conflicts.append(&other.conflicts);
        self.withdrawn += other.withdrawn;
        self.beside.append(&other.beside);
    }
}

/// Leaves one row of each line. Lines are in canonical order before and after.
pub(super) fn merge(lines: &mut Vec<Line>, fates: &mut [Fate], told: &mut Versions) {
    let key = |l: &Line| (l.id, l.item, l.is_refund());
    lines.sort_unstable_by(|a, b| key(a).cmp(&key(b)).then(a.day.cmp(&b.day)).then(a.row.cmp(&b.row)));
    let mut kept = Vec::with_capacity(lines.len());
    for same in lines.chunk_by_mut(|a, b| key(a) == key(b)) {
        // A row without a date, of an export that has no dates, is of the one day that the others say.
        let several = same.iter().filter_map(|l| l.day).collect::<BTreeSet<_>>().len() > 1;
        if !several {
            same.sort_unstable_by_key(|l| l.row);
        }
        for versions in same.chunk_by(|a, b| !several || a.day == b.day) {
            kept.extend(stands(versions, fates, told));
        }
    }
    kept.sort_unstable();
    *lines = kept;
}

/// What stands of the rows of one line.
fn stands(versions: &[Line], fates: &mut [Fate], told: &mut Versions) -> Vec<Line> {
    let mut kept = Vec::with_capacity(1);
    let void = versions.iter().filter(|l| l.void).count();
    if versions[0].id == 0 && void == 0 {
        kept.extend(versions.iter().cloned());
    } else if versions[0].id == 0 {
        without_id(versions, &mut kept, fates, told);
    } else if void > 0 {
        told.withdrawn += u64::from(void < versions.len());
        versions.iter().for_each(|l| fates[usize::from(l.row.file)].netted += 1);
    } else {
        one(versions, &mut kept, fates, &mut told.conflicts);
    }
    kept
}

/// Rows without an id of which some are void: each undoes the last row of a file before that says the same. In one file it may
/// as well be a line of its own, charged twice by mistake: the valid one stands, and the pair is told.
fn without_id(versions: &[Line], kept: &mut Vec<Line>, fates: &mut [Fate], told: &mut Versions) {
    let content = |l: &Line| Line { void: false, withdraws: false, row: versions[0].row, ..l.clone() };
    let mut order: Vec<(Line, &Line)> = versions.iter().map(|l| (content(l), l)).collect();
    order.sort_unstable_by(|(a, x), (b, y)| a.cmp(b).then(x.row.cmp(&y.row)));
    for same in order.chunk_by(|(a, _), (b, _)| a == b) {
        let from = kept.len();
        for (_, line) in same {
            if !line.void {
                kept.push((*line).clone());
                continue;
            }
            fates[usize::from(line.row.file)].netted += 1;
            let own = &kept[from..];
            let before = own.partition_point(|l| l.row.file < line.row.file);
            if before > 0 && line.withdraws {
                let undone = kept.remove(from + before - 1);
                fates[usize::from(undone.row.file)].netted += 1;
                told.withdrawn += 1;
            } else if let Some(beside) = own.last() {
                told.beside.add(beside.row, line.row);
            }
        }
    }
}

/// Rows of one id in one file that differ are lines of their own; those of another file are the same lines over again.
fn one(versions: &[Line], kept: &mut Vec<Line>, fates: &mut [Fate], conflicts: &mut Pairs) {
    let files = versions.chunk_by(|a, b| a.row.file == b.row.file);
    // The fuller, else the later in order of names; a file that has more of them has them all.
    let rank = |rows: &&[Line]| (rows.len(), rows.iter().map(fullness).sum::<u32>(), rows[0].row);
    let money = |l: &Line| (l.quantity, l.price, l.amount);
    let agree = versions.iter().all(|l| money(l) == money(&versions[0]));
    let best = if agree { files.max_by_key(rank) } else { files.max_by_key(|rows| (rows.len(), rows[0].row)) };
    let Some(best) = best else { return };
    let start = kept.len();
    kept.extend(best.iter().cloned());
    for other in versions.iter().filter(|l| l.row.file != best[0].row.file) {
        fates[usize::from(other.row.file)].repeated += 1;
        let own = &mut kept[start..];
        match own.iter().position(|l| money(l) == money(other)) {
            Some(at) => fill(&mut own[at], other),
            None => conflicts.add(best[0].row, other.row),
        }
    }
}

fn fullness(l: &Line) -> u32 {
    [
        l.day.is_some(),
        l.doctor != DoctorId::NONE,
        l.department != DepartmentId::NONE,
        l.prescription != 0,
        l.original != 0,
        l.class != FeeClass::default(),
        l.in_scope != l.amount,
    ]
    .iter()
    .map(|filled| u32::from(*filled))
    .sum()
}

/// Takes over what a row leaves empty.
fn fill(to: &mut Line, from: &Line) {
    if to.day.is_none() {
        (to.day, to.second) = (from.day, from.second);
    }
    if to.doctor == DoctorId::NONE {
        to.doctor = from.doctor;
    }
    if to.department == DepartmentId::NONE {
        to.department = from.department;
    }
    // A file without the amounts in scope has the whole amounts for them.
    if to.in_scope == to.amount {
        to.in_scope = from.in_scope;
    }
    if to.prescription == 0 {
        to.prescription = from.prescription;
    }
    if to.original == 0 {
        to.original = from.original;
    }
    if to.class == FeeClass::default() {
        to.class = from.class;
    }
}
