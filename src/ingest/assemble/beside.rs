//! What two files say of one stay: the money that a settlement list brings to stays without any, and stays that charge lines
//! repeat although they are in a table of their own.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::Note;
use super::super::batch::NO_SYMBOL;
use super::super::collect::{Collected, slot};
use super::Ledger;
use super::settlements::Settlement;
use crate::messages::args;
use crate::model::{Day, Fen, HospitalId, PersonId, RowRef, Stamp, Table, TextId};

/// The columns that hold money of a stay.
const MONEY: [&str; 4] = ["medfee_sumamt", "fund_pay_sumamt", "hifp_pay", "psn_pay"];

/// A visit number at an institution: it is unique there and nowhere else.
type Place = (u32, HospitalId);
/// First day, last day so far and row of the stays of a person at an institution.
type Spans = FxHashMap<(PersonId, HospitalId), Vec<(Day, Day, usize)>>;

/// Settles what two files say of one stay, before records are told apart. Says whether settlements brought money.
pub(super) fn settle(rows: &mut Vec<Settlement>, all: &mut Collected, ledger: &mut Ledger<'_>) -> bool {
    drop_derived(rows, all, ledger);
    bring_money(rows, all, ledger)
}

/// Stays and visits that charge lines repeat count where no table of their own has them. They are known by their visit id or
/// settlement id at the institution; else stays by days in common, as one person is not twice in one institution, and visits
/// by their moment. Their lines go to the record that is kept.
fn drop_derived(rows: &mut Vec<Settlement>, all: &mut Collected, ledger: &mut Ledger<'_>) {
    if all.derived.is_empty() {
        return;
    }
    let is_derived = |row: &Settlement| all.derived.contains(&row.row.file);
    let mut records: FxHashSet<Place> = FxHashSet::default();
    let mut bills: FxHashSet<(TextId, HospitalId)> = FxHashSet::default();
    let mut moments: FxHashMap<(PersonId, HospitalId, Stamp), usize> = FxHashMap::default();
    // By person and institution: first day, last day so far, and the row that has it.
    let mut spans = Spans::default();
    let span = |row: &Settlement| row.begin.map(|b| (b.day, row.end.map_or(Day(i32::MAX), |e| e.day)));
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| !is_derived(row)) {
        if row.record != NO_SYMBOL {
            records.insert((row.record, row.hospital));
        }
        if row.settlement != TextId::NONE {
            bills.insert((row.settlement, row.hospital));
        }
        if row.person == PersonId::NONE {
            continue;
        }
        if let Some(moment) = row.time().filter(|_| !row.is_stay) {
            moments.entry((row.person, row.hospital, moment)).or_insert(at);
        }
        if let Some((begin, end)) = span(row).filter(|_| row.is_stay) {
            spans.entry((row.person, row.hospital)).or_default().push((begin, end, at));
        }
    }
    for list in spans.values_mut() {
        list.sort_unstable();
        let mut widest = (Day(i32::MIN), 0);
        for (_, end, at) in list.iter_mut() {
            widest = widest.max((*end, *at));
            (*end, *at) = widest;
        }
    }
    let standing_for = |row: &Settlement| {
        if !row.is_stay {
            return row.time().and_then(|moment| moments.get(&(row.person, row.hospital, moment)).copied());
        }
        let (list, (begin, end)) = spans.get(&(row.person, row.hospital)).zip(span(row))?;
        let before = list.partition_point(|(first, _, _)| *first <= end).checked_sub(1)?;
        (list[before].1 >= begin).then_some(list[before].2)
    };
    let (mut gone, mut alias) = (vec![false; rows.len()], FxHashMap::default());
    for at in 0..rows.len() {
        let row = &rows[at];
        if !is_derived(row) {
            continue;
        }
        let same = (row.record != NO_SYMBOL && records.contains(&(row.record, row.hospital)))
            || (row.settlement != TextId::NONE && bills.contains(&(row.settlement, row.hospital)));
        let kept = standing_for(row).filter(|_| !same);
        gone[at] = same || kept.is_some();
        if let Some(kept) = kept.filter(|_| row.record != NO_SYMBOL) {
            let record = row.record;
            if rows[kept].record == NO_SYMBOL {
                rows[kept].record = record;
            }
            alias.insert(record, rows[kept].record);
        }
    }
    let count = gone.iter().filter(|gone| **gone).count();
    if count == 0 {
        return;
    }
    let mut marks = gone.iter();
    rows.retain(|row| {
        let gone = marks.next().is_some_and(|gone| *gone);
        if gone {
            ledger.repeated(row.row.file);
        }
        !gone
    });
    for chunk in &mut all.chunks[slot(Table::Fees)] {
        chunk.rename("mdtrt_id", &alias);
    }
    all.notes.push(Note { id: "note-stays-from-lines", args: args([("count", count.into())]) });
}

/// Stay, total and fund part of a settlement that brought its money, and its row.
type Brought = (usize, Fen, Fen, RowRef);

/// Counts settlements and what takes them back as netted: each refund with one settlement of its stay and its money.
fn tell_netted(rows: Vec<Brought>, ledger: &mut Ledger<'_>) {
    let (refunds, mut bills): (Vec<Brought>, Vec<Brought>) = rows.into_iter().partition(|row| row.1 < Fen(0));
    bills.sort_unstable();
    let key = |row: &Brought| (row.0, row.1, row.2);
    let mut taken: FxHashMap<(usize, Fen, Fen), usize> = FxHashMap::default();
    for (stay, total, fund, refund) in refunds {
        let bill = (stay, Fen(-total.0), Fen(-fund.0));
        let first = bills.partition_point(|b| key(b) < bill);
        let nth = taken.entry(bill).or_default();
        if let Some(own) = bills.get(first + *nth).filter(|b| key(b) == bill) {
            *nth += 1;
            ledger.netted(own.3.file);
            ledger.netted(refund.file);
        }
    }
}

/// Older systems keep registrations without money in one table and settlements without dates in another (KC21, KC60): the money
/// of a settlement goes to the stay of the same number at the same institution.
fn bring_money(rows: &mut Vec<Settlement>, all: &mut Collected, ledger: &mut Ledger<'_>) -> bool {
    let poor = |chunk: &&super::super::collect::Chunk| MONEY.iter().all(|field| chunk.integers(field).is_none());
    let stays: BTreeSet<u16> = all.chunks[slot(Table::Stays)].iter().filter(poor).map(|c| c.part).collect();
    let paid: BTreeSet<u16> = all.chunks[slot(Table::Visits)].iter().filter(|c| !poor(c)).map(|c| c.part).collect();
    if stays.is_empty() || paid.is_empty() {
        return false;
    }
    let numbers = numbers(all, &stays, &paid);
    let key = |row: &Settlement| -> Option<Place> {
        let number = if row.record == NO_SYMBOL { *numbers.get(&row.row)? } else { row.record };
        Some((number, row.hospital))
    };
    let is_poor = |row: &Settlement| row.is_stay && stays.contains(&row.row.file) && key(row).is_some();
    // A registration exported twice is one; only one of them may have the money.
    let (mut registered, mut rest): (Vec<Settlement>, Vec<Settlement>) = rows.drain(..).partition(is_poor);
    registered.sort_unstable();
    registered.dedup_by(|b, a| {
        let same = a.same_but_for_row(b);
        if same {
            ledger.repeated(b.row.file);
        }
        same
    });
    let mut at: FxHashMap<Place, Vec<usize>> = FxHashMap::default();
    for (place, row) in registered.iter().enumerate() {
        if let Some(key) = key(row) {
            at.entry(key).or_default().push(place);
        }
    }
    let same_person = |a: PersonId, b: PersonId| a == b || a == PersonId::NONE || b == PersonId::NONE;
    // A hospital may give a patient one number for all stays: the settlement is of the one that ended last before it.
    let fitting = |registered: &[Settlement], row: &Settlement| {
        let ended = |stay: &Settlement| stay.end.zip(row.settled).is_none_or(|(end, settled)| end.day <= settled.day);
        let of = at.get(&key(row)?)?.iter().copied().filter(|place| same_person(registered[*place].person, row.person));
        let of: Vec<usize> = of.collect();
        match of[..] {
            [one] => Some(one),
            _ => of.into_iter().filter(|place| ended(&registered[*place])).max_by_key(|place| registered[*place].end),
        }
    };
    // The same settlement twice brings its money once.
    let mut seen: FxHashSet<(usize, TextId, Option<Stamp>, Fen, Fen)> = FxHashSet::default();
    let (mut count, mut total) = (FxHashSet::default(), Fen(0));
    let mut brought_rows: Vec<Brought> = Vec::new();
    rest.retain(|row| {
        let settlement = !row.is_stay && !row.void && paid.contains(&row.row.file);
        let Some(place) = (if settlement { fitting(&registered, row) } else { None }) else {
            return true;
        };
        let stay = &mut registered[place];
        if !seen.insert((place, row.settlement, row.settled, row.total, row.fund)) {
            ledger.repeated(row.row.file);
            return false;
        }
        stay.total += row.total;
        stay.fund += row.fund;
        stay.own += row.own;
        stay.settled = stay.settled.max(row.settled);
        stay.settlement = stay.settlement.some().unwrap_or(row.settlement);
        total += row.total;
        count.insert(place);
        brought_rows.push((place, row.total, row.fund, row.row));
        false
    });
    tell_netted(brought_rows, ledger);
    rows.extend(registered);
    rows.extend(rest);
    if count.is_empty() {
        return false;
    }
    let brought: Vec<&'static str> = MONEY.into_iter().chain(["setl_time"]).collect();
    let found: Vec<&'static str> = brought.into_iter().filter(|f| all.columns.contains(&(Table::Visits, *f))).collect();
    all.columns.extend(found.into_iter().map(|f| (Table::Stays, f)));
    let list = [("count", count.len().into()), ("total", total.into())];
    all.notes.push(Note { id: "note-money-from-settlements", args: args(list) });
    true
}

/// The inpatient number of rows of registrations and settlements that have no visit number.
fn numbers(all: &Collected, stays: &BTreeSet<u16>, paid: &BTreeSet<u16>) -> FxHashMap<RowRef, u32> {
    let mut numbers = FxHashMap::default();
    for (table, parts) in [(Table::Stays, stays), (Table::Visits, paid)] {
        let of_parts = all.chunks[slot(table)].iter().filter(|chunk| parts.contains(&chunk.part));
        for chunk in of_parts.filter(|chunk| chunk.symbols("mdtrt_id").is_none()) {
            let all = chunk.lines.iter().zip(chunk.symbols("ipt_no").unwrap_or_default());
            let known = all.filter(|(_, number)| **number != NO_SYMBOL);
            numbers.extend(known.map(|(line, number)| (RowRef { file: chunk.part, line: *line }, *number)));
        }
    }
    numbers
}
