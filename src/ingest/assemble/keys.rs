//! Which record each row belongs to: by visit id, else by settlement id, else by person, institution and dates.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::batch::{Domain, NO_SYMBOL};
use super::super::collect::{Collected, Interner, slot};
use super::settlements::Settlement;
use super::{Ids, Ledger};
use crate::model::{Day, HospitalId, PersonId, RowRef, Table, TextId};

/// Where a person was a patient of an institution.
type Dates = FxHashMap<(PersonId, HospitalId), Vec<(Day, Day, u32)>>;

/// The records that charge lines can belong to; ids are interned ones.
pub(super) struct Keys {
    by_settlement: FxHashMap<TextId, u32>,
    /// Visit ids that several people or institutions share, with the record made for each of them.
    shared: FxHashMap<u32, Vec<(PersonId, HospitalId, u32)>>,
    by_dates: Dates,
}

impl Keys {
    /// Gives every settlement a record: rows without a visit id get one made from what they have, and a visit id used by
    /// several people or institutions (numbers are often unique within a hospital only) is told apart.
    pub fn new(rows: &mut [Settlement], all: &mut Collected, ids: &Ids) -> Self {
        let interner = &mut all.interners[Domain::Record as usize];
        let shared = tell_apart(rows, interner, ids);
        name_visits(rows, interner, ids);
        name_stays(rows, interner, ids);
        let mut by_settlement = FxHashMap::default();
        let mut by_dates = Dates::default();
        for row in rows.iter() {
            if let Some(settlement) = row.settlement.some() {
                by_settlement.insert(settlement, row.record);
            }
            if let Some(begin) = row.begin.filter(|_| row.is_stay) {
                let last = row.end.map_or(Day(i32::MAX), |e| e.day);
                by_dates.entry((row.person, row.hospital)).or_default().push((begin.day, last, row.record));
            }
        }
        by_dates.values_mut().for_each(|dates| dates.sort_unstable_by_key(|(begin, last, _)| (*begin, *last)));
        Self { by_settlement, shared, by_dates }
    }

    /// The record of every charge line, chunk by chunk; `NO_SYMBOL` for lines that are rejected.
    pub fn resolve_fees(&self, all: &mut Collected, ids: &Ids, ledger: &mut Ledger<'_>) -> Vec<Vec<u32>> {
        let chunks = std::mem::take(&mut all.chunks[slot(Table::Fees)]);
        let interner = &mut all.interners[Domain::Record as usize];
        let mut out = Vec::with_capacity(chunks.len());
        for chunk in &chunks {
            let cell = |field: &str, row: usize| chunk.symbols(field).map_or(NO_SYMBOL, |c| c[row]);
            let mut records = Vec::with_capacity(chunk.lines.len());
            let plain = self.shared.is_empty();
            for (row, line) in chunk.lines.iter().enumerate() {
                let record = cell("mdtrt_id", row);
                if record != NO_SYMBOL && plain {
                    records.push(record);
                    continue;
                }
                let person: PersonId = ids.persons.id(cell("psn_no", row));
                let hospital: HospitalId = ids.hospitals.id(cell("fixmedins_code", row));
                let day = chunk.moments("fee_ocur_time").and_then(|m| m[row]).map(|s| s.day);
                let settlement = ids.settlements.id(cell("setl_id", row));
                let found = self.resolve(record, settlement, person, hospital, day, interner, ids);
                if found.is_none() {
                    ledger.reject(
                        RowRef { file: chunk.part, line: *line },
                        "mdtrt_id",
                        String::new(),
                        "reject-missing",
                    );
                }
                records.push(found.unwrap_or(NO_SYMBOL));
            }
            out.push(records);
        }
        all.chunks[slot(Table::Fees)] = chunks;
        out
    }

    #[allow(clippy::too_many_arguments, reason = "everything a line may be known by")]
    fn resolve(
        &self,
        record: u32,
        settlement: TextId,
        person: PersonId,
        hospital: HospitalId,
        day: Option<Day>,
        interner: &mut Interner,
        ids: &Ids,
    ) -> Option<u32> {
        if record != NO_SYMBOL {
            let Some(owners) = self.shared.get(&record) else { return Some(record) };
            let fit = |(p, h, _): &&(PersonId, HospitalId, u32)| {
                (person == PersonId::NONE || *p == person) && (hospital == HospitalId::NONE || *h == hospital)
            };
            return Some(owners.iter().find(fit).map_or(record, |(_, _, own)| *own));
        }
        if let Some(settlement) = settlement.some() {
            let known = self.by_settlement.get(&settlement).copied();
            return Some(known.unwrap_or_else(|| interner.intern(ids.settlements.pool.get(settlement))));
        }
        person.some()?;
        let stays = self.by_dates.get(&(person, hospital)).map(Vec::as_slice).unwrap_or_default();
        let covering = day.and_then(|day| stays.iter().find(|(begin, last, _)| *begin <= day && day <= *last));
        Some(covering.map_or_else(|| interner.intern(&made_up(ids, person, hospital, "")), |(_, _, record)| *record))
    }
}

/// A record id made from what is known.
fn made_up(ids: &Ids, person: PersonId, hospital: HospitalId, rest: &str) -> String {
    let at = if rest.is_empty() { "" } else { "@" };
    format!("{}@{}{at}{rest}", ids.persons.pool.get(person), ids.hospitals.pool.get(hospital))
}

/// Visit ids shared by several people or institutions: each gets a record of its own. Rows of one person whose dates overlap
/// are one stay all the same: a long bill is continued on a second row, which may name a sister institution.
fn tell_apart(
    rows: &mut [Settlement],
    interner: &mut Interner,
    ids: &Ids,
) -> FxHashMap<u32, Vec<(PersonId, HospitalId, u32)>> {
    let mut owner: FxHashMap<u32, (PersonId, HospitalId)> = FxHashMap::default();
    let mut shared: FxHashMap<u32, Vec<(PersonId, HospitalId, u32)>> = FxHashMap::default();
    let continued = continued(rows);
    for row in rows.iter().filter(|r| r.record != NO_SYMBOL && !continued.contains(&r.record)) {
        let own = (row.person, row.hospital);
        let first = *owner.entry(row.record).or_insert(own);
        if first != own {
            let owners = shared.entry(row.record).or_default();
            for (person, hospital) in [first, own] {
                if !owners.iter().any(|(p, h, _)| (*p, *h) == (person, hospital)) {
                    let text =
                        format!("{}#{}", interner.texts[row.record as usize], made_up(ids, person, hospital, ""));
                    owners.push((person, hospital, interner.intern(&text)));
                }
            }
        }
    }
    for owners in shared.values_mut() {
        owners.sort_unstable_by_key(|(p, h, _)| (*p, *h));
    }
    for row in rows.iter_mut() {
        if let Some(owners) = shared.get(&row.record) {
            let own = owners.iter().find(|(p, h, _)| (*p, *h) == (row.person, row.hospital));
            row.record = own.map_or(row.record, |(_, _, record)| *record);
        }
    }
    shared
}

/// Visit ids whose rows are all of one person, with dates that overlap each other's, at more than one institution.
fn continued(rows: &[Settlement]) -> FxHashSet<u32> {
    let mut spans: FxHashMap<u32, Option<Span>> = FxHashMap::default();
    for row in rows.iter().filter(|r| r.record != NO_SYMBOL) {
        let span = Span::of(row);
        let known = spans.entry(row.record).or_insert(span);
        *known = known.zip(span).and_then(|(a, b)| a.with(b));
    }
    let several = spans.into_iter().filter(|(_, span)| span.is_some_and(|s| s.several));
    several.map(|(record, _)| record).collect()
}

/// The days that all rows of a visit id have in common.
#[derive(Clone, Copy)]
struct Span {
    person: PersonId,
    hospital: HospitalId,
    several: bool,
    first: Day,
    last: Day,
}

impl Span {
    /// Of a row of a stay with both its dates and more than one day.
    fn of(row: &Settlement) -> Option<Self> {
        let (first, last) = (row.begin?.day, row.end?.day);
        let stay = row.is_stay && row.person != PersonId::NONE && first < last;
        stay.then_some(Self { person: row.person, hospital: row.hospital, several: false, first, last })
    }

    /// What two rows have in common, unless they are of two people or of days apart.
    fn with(self, other: Self) -> Option<Self> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        let several = self.several || other.several || self.hospital != other.hospital;
        let hospital = self.hospital.min(other.hospital);
        (self.person == other.person && first < last).then_some(Self { first, last, several, hospital, ..self })
    }
}

/// Visits without a visit id are known by their settlement, else by person, institution and time.
fn name_visits(rows: &mut [Settlement], interner: &mut Interner, ids: &Ids) {
    let mut nameless: Vec<&mut Settlement> = rows.iter_mut().filter(|r| r.record == NO_SYMBOL && !r.is_stay).collect();
    nameless.sort_unstable();
    let mut last = (String::new(), 0);
    for row in nameless {
        if let Some(settlement) = row.settlement.some() {
            row.record = interner.intern(ids.settlements.pool.get(settlement));
            continue;
        }
        let time = row.time().map(|t| t.to_string()).unwrap_or_default();
        let text = made_up(ids, row.person, row.hospital, &time);
        // Two sales in one second are two sales.
        let number = if last.0 == text { last.1 + 1 } else { 1 };
        row.record = if number == 1 { interner.intern(&text) } else { interner.intern(&format!("{text}#{number}")) };
        last = (text, number);
    }
}

/// Stays without a visit id: rows of one person at one institution whose dates overlap are one stay (DOMAIN 6.3).
fn name_stays(rows: &mut [Settlement], interner: &mut Interner, ids: &Ids) {
    let mut nameless: Vec<&mut Settlement> = rows.iter_mut().filter(|r| r.record == NO_SYMBOL && r.is_stay).collect();
    nameless.sort_unstable_by(|a, b| {
        (a.person, a.hospital, a.begin, a.end, &**a).cmp(&(b.person, b.hospital, b.begin, b.end, &**b))
    });
    let mut open: Option<(PersonId, HospitalId, Day, Day, u32)> = None;
    for row in nameless {
        let begin = row.begin.map_or(Day(0), |s| s.day);
        let end = row.end.map_or(begin, |s| s.day);
        open = match open {
            Some((person, hospital, first, last, record))
                if (person, hospital) == (row.person, row.hospital) && (begin < last || begin == first) =>
            {
                row.record = record;
                Some((person, hospital, first, last.max(end), record))
            }
            _ => {
                row.record = interner.intern(&made_up(ids, row.person, row.hospital, &begin.to_string()));
                Some((row.person, row.hospital, begin, end, row.record))
            }
        };
    }
}
