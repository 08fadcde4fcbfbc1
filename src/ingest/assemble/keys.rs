//! Which record each settlement belongs to: by visit id, else by settlement id, else by person, institution and dates. A number
//! is one of its institution only: where several people or institutions use it, each gets a record of its own. Keys made up
//! here never are ids of the export.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::batch::NO_SYMBOL;
use super::super::collect::Collected;
use super::settlements::Settlement;
use super::{Ids, Ledger, closing};
use crate::model::{Day, Domain, HospitalId, Interner, PersonId, TextId};

/// A record, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Owner {
    pub person: PersonId,
    pub hospital: HospitalId,
    pub record: u32,
}

impl Owner {
    /// Of an id that no settlement has.
    pub const NONE: Self = Self { person: PersonId::NONE, hospital: HospitalId::NONE, record: NO_SYMBOL };

    fn of(person: PersonId, hospital: HospitalId) -> Self {
        Self { person, hospital, record: NO_SYMBOL }
    }

    /// Whether a row of this person and institution can be of the record: what either does not say does not contradict.
    pub fn fits(&self, person: PersonId, hospital: HospitalId) -> bool {
        agrees(self.person, person, PersonId::NONE) && agrees(self.hospital, hospital, HospitalId::NONE)
    }
}

fn agrees<T: PartialEq>(a: T, b: T, none: T) -> bool {
    a == b || a == none || b == none
}

/// Where a person was a patient of an institution.
type Dates = FxHashMap<(PersonId, HospitalId), Vec<(Day, Day, u32)>>;

/// The records that rows of other tables can belong to; ids are interned ones.
pub(super) struct Keys {
    /// The first owner of each visit id.
    pub first: Vec<Owner>,
    /// All owners of visit ids that have several.
    pub more: FxHashMap<u32, Vec<Owner>>,
    /// Owners by settlement id, sorted.
    by_settlement: Vec<(TextId, Owner)>,
    by_dates: Dates,
    /// Persons and institutions that have settlements.
    pub people: FxHashSet<PersonId>,
    pub places: FxHashSet<HospitalId>,
}

impl Keys {
    /// Gives every settlement a record.
    pub fn new(rows: &mut [Settlement], all: &mut Collected, ids: &Ids, ledger: &mut Ledger<'_>) -> Self {
        let interner = &mut all.interners[Domain::Record as usize];
        let written: Vec<u32> = rows.iter().map(|row| row.record).collect();
        tell_apart(rows, interner, ids);
        find_by_settlement(rows);
        find_by_dates(rows);
        name_stays(rows, interner, ids);
        find_by_settlement(rows);
        name_visits(rows, interner, ids);
        closing::join(rows, ids, ledger);
        let mut keys = Self {
            first: vec![Owner::NONE; interner.texts.len()],
            more: FxHashMap::default(),
            by_settlement: Vec::new(),
            by_dates: Dates::default(),
            people: rows.iter().map(|row| row.person).collect(),
            places: rows.iter().map(|row| row.hospital).collect(),
        };
        for (row, written) in rows.iter().zip(&written) {
            let owner = Owner { person: row.person, hospital: row.hospital, record: row.record };
            if *written != NO_SYMBOL {
                keys.own(*written, owner);
            }
            if row.settlement != TextId::NONE {
                keys.by_settlement.push((row.settlement, owner));
            }
            if let Some(begin) = row.begin.filter(|_| row.is_stay && row.person != PersonId::NONE) {
                let last = row.end.map_or(Day(i32::MAX), |e| e.day);
                keys.by_dates.entry((row.person, row.hospital)).or_default().push((begin.day, last, row.record));
            }
        }
        keys.by_settlement.sort_unstable();
        keys.by_settlement.dedup();
        for owners in keys.more.values_mut() {
            owners.sort_unstable();
            owners.dedup();
        }
        keys.by_dates.values_mut().for_each(|dates| dates.sort_unstable());
        keys
    }

    fn own(&mut self, id: u32, owner: Owner) {
        let first = &mut self.first[id as usize];
        if *first == Owner::NONE {
            *first = owner;
        } else if *first != owner {
            self.more.entry(id).or_insert_with(|| vec![*first]).push(owner);
        }
    }

    /// The one record of a settlement id that fits.
    pub fn of_settlement(&self, settlement: TextId, person: PersonId, hospital: HospitalId) -> Option<u32> {
        let from = self.by_settlement.partition_point(|(id, _)| *id < settlement);
        let owners = self.by_settlement[from..].iter().take_while(|(id, _)| *id == settlement).map(|(_, owner)| owner);
        only(owners.filter(|owner| owner.fits(person, hospital)))
    }

    /// The stay of a person at an institution on a day.
    pub fn of_day(&self, person: PersonId, hospital: HospitalId, day: Day) -> Option<u32> {
        let stays = self.by_dates.get(&(person, hospital))?;
        stays.iter().find(|(begin, last, _)| *begin <= day && day <= *last).map(|(_, _, record)| *record)
    }
}

/// The record of owners, if it is one.
pub(super) fn only<'a>(owners: impl Iterator<Item = &'a Owner>) -> Option<u32> {
    let mut found = None;
    for owner in owners {
        if found.is_some_and(|record| record != owner.record) {
            return None;
        }
        found = Some(owner.record);
    }
    found
}

/// A record id made from what is known.
pub(super) fn made_up(ids: &Ids, person: PersonId, hospital: HospitalId, rest: &str) -> String {
    let at = if rest.is_empty() { "" } else { "@" };
    format!("{}@{}{at}{rest}", ids.persons.pool.get(person), ids.hospitals.pool.get(hospital))
}

/// Makes up ids; the second of the same words is numbered.
struct Namer<'a> {
    interner: &'a mut Interner,
    counts: FxHashMap<String, u32>,
}

impl<'a> Namer<'a> {
    fn new(interner: &'a mut Interner) -> Self {
        Self { interner, counts: FxHashMap::default() }
    }

    fn name(&mut self, text: String) -> u32 {
        let count = self.counts.entry(text.clone()).or_default();
        *count += 1;
        if *count == 1 { self.interner.invent(&text) } else { self.interner.invent(&format!("{text}#{count}")) }
    }
}

/// Visit ids shared by several people or institutions: each gets a record of its own. Rows of one person that overlap and end on
/// one day are one stay all the same: a long bill is continued on a second row, which may name a sister institution. A row of nobody
/// is of the one patient whom the institution has under the id.
fn tell_apart(rows: &mut [Settlement], interner: &mut Interner, ids: &Ids) {
    let mut owners: FxHashMap<u32, (PersonId, HospitalId)> = FxHashMap::default();
    let mut shared: FxHashMap<u32, Vec<Owner>> = FxHashMap::default();
    let continued = continued(rows);
    for row in rows.iter().filter(|r| r.record != NO_SYMBOL && !continued.contains(&r.record)) {
        let own = (row.person, row.hospital);
        let first = *owners.entry(row.record).or_insert(own);
        if first != own {
            let list = shared.entry(row.record).or_insert_with(|| vec![Owner::of(first.0, first.1)]);
            list.push(Owner::of(own.0, own.1));
        }
    }
    let mut order: Vec<u32> = shared.keys().copied().collect();
    order.sort_unstable_by(|a, b| interner.texts[*a as usize].cmp(&interner.texts[*b as usize]));
    for id in order {
        let Some(list) = shared.get_mut(&id) else { continue };
        list.sort_unstable();
        list.dedup();
        // The one patient of each institution, where it has one under the id.
        let mut patients: FxHashMap<HospitalId, Option<PersonId>> = FxHashMap::default();
        for owner in list.iter().filter(|o| o.person != PersonId::NONE) {
            patients.entry(owner.hospital).and_modify(|person| *person = None).or_insert(Some(owner.person));
        }
        let whose = |o: &Owner| (o.person.some().or(patients.get(&o.hospital).copied().flatten()), o.hospital);
        let several = list.iter().any(|o| whose(o) != whose(&list[0]));
        let mut made: FxHashMap<(Option<PersonId>, HospitalId), u32> = FxHashMap::default();
        let text = interner.texts[id as usize].clone();
        let records: Vec<u32> = list
            .iter()
            .map(|owner| {
                let (person, hospital) = whose(owner);
                *made.entry((person, hospital)).or_insert_with(|| {
                    let whose = made_up(ids, person.unwrap_or(PersonId::NONE), hospital, "");
                    if several { interner.invent(&format!("{text}#{whose}")) } else { id }
                })
            })
            .collect();
        list.iter_mut().zip(records).for_each(|(owner, record)| owner.record = record);
    }
    for row in rows.iter_mut() {
        if let Some(list) = shared.get(&row.record) {
            let own = list.binary_search_by_key(&(row.person, row.hospital), |o| (o.person, o.hospital));
            row.record = own.map_or(row.record, |at| list[at].record);
        }
    }
}

/// Visit ids whose rows are all of one person, with dates that overlap and one discharge, at more than one institution. Two beds
/// under one number that hospitals gave by themselves are left on different days.
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
        (self.person == other.person && self.last == other.last && first < last).then_some(Self {
            first,
            last,
            several,
            hospital,
            ..self
        })
    }
}

/// A row without a visit id whose settlement another row has with one, at the same institution and of the same person, is of
/// that record: a list of settlements beside the table of stays.
fn find_by_settlement(rows: &mut [Settlement]) {
    if !rows.iter().any(|r| r.record == NO_SYMBOL) {
        return;
    }
    let mut known: FxHashMap<(TextId, HospitalId), Vec<Owner>> = FxHashMap::default();
    for row in rows.iter().filter(|r| r.record != NO_SYMBOL && r.settlement != TextId::NONE) {
        let owner = Owner { person: row.person, hospital: row.hospital, record: row.record };
        let owners = known.entry((row.settlement, row.hospital)).or_default();
        if !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    for row in rows.iter_mut().filter(|r| r.record == NO_SYMBOL && r.settlement != TextId::NONE) {
        let owners = known.get(&(row.settlement, row.hospital)).into_iter().flatten();
        if let Some(record) = only(owners.filter(|o| o.fits(row.person, row.hospital))) {
            row.record = record;
        }
    }
}

/// A stay without a visit id and settlement id is that of the same person, institution and days that has one.
fn find_by_dates(rows: &mut [Settlement]) {
    let nameless = |r: &Settlement| r.record == NO_SYMBOL && r.is_stay && r.person != PersonId::NONE;
    if !rows.iter().any(nameless) {
        return;
    }
    let days = |r: &Settlement| (r.person, r.hospital, r.newborn, r.begin.map(|s| s.day), r.end.map(|s| s.day));
    let mut known: FxHashMap<_, Vec<Owner>> = FxHashMap::default();
    for row in rows.iter().filter(|r| r.record != NO_SYMBOL && r.is_stay && r.person != PersonId::NONE) {
        let owners = known.entry(days(row)).or_default();
        owners.push(Owner { person: row.person, hospital: row.hospital, record: row.record });
    }
    for row in rows.iter_mut().filter(|r| nameless(r) && r.settlement == TextId::NONE) {
        if let Some(record) = only(known.get(&days(row)).into_iter().flatten()) {
            row.record = record;
        }
    }
}

/// Visits without a visit id are known by settlement and institution, else by person, institution and time.
fn name_visits(rows: &mut [Settlement], interner: &mut Interner, ids: &Ids) {
    let mut nameless: Vec<&mut Settlement> = rows.iter_mut().filter(|r| r.record == NO_SYMBOL && !r.is_stay).collect();
    nameless.sort_unstable();
    let mut namer = Namer::new(interner);
    // Those of somebody come first; a row of nobody is of the one patient with the settlement.
    let mut known: FxHashMap<(TextId, HospitalId, PersonId), u32> = FxHashMap::default();
    let mut alone: FxHashMap<(TextId, HospitalId), Option<u32>> = FxHashMap::default();
    // The rows before that say the same; in order the void ones follow them.
    let mut standing: Vec<Settlement> = Vec::new();
    for row in &mut nameless {
        if row.settlement == TextId::NONE {
            let time = row.time().map(|t| t.to_string()).unwrap_or_default();
            // Two sales in one second are two sales; one that is sent again as void is that which was sent before.
            let before = standing.partition_point(|before| before.row.file < row.row.file).checked_sub(1);
            row.record = match before.filter(|at| row.withdraws(&standing[*at])) {
                Some(at) => standing.remove(at).record,
                None => match standing.last().filter(|beside| row.is_void_of(beside)) {
                    Some(beside) => beside.record,
                    None => namer.name(made_up(ids, row.person, row.hospital, &time)),
                },
            };
            if !row.void {
                if standing.last().is_some_and(|last| !row.same_but_for_record(last)) {
                    standing.clear();
                }
                standing.push((*row).clone());
            }
            continue;
        }
        let (settlement, hospital) = (row.settlement, row.hospital);
        let patient = alone.get(&(settlement, hospital)).copied().flatten().filter(|_| row.person == PersonId::NONE);
        row.record = *known.entry((settlement, hospital, row.person)).or_insert_with(|| {
            patient.unwrap_or_else(|| {
                namer.name(format!("{}@{}", ids.settlements.pool.get(settlement), ids.hospitals.pool.get(hospital)))
            })
        });
        let own = row.record;
        alone
            .entry((settlement, hospital))
            .and_modify(|record| *record = record.filter(|record| *record == own))
            .or_insert(Some(own));
    }
}

/// Who lies in an institution: a person, or the newborn of that name.
type Patient = (PersonId, HospitalId, TextId);

/// Stays without a visit id: rows of one person at one institution whose dates overlap are one stay (DOMAIN 6.3). Those of
/// nobody are each a stay of their own, unless their settlement is one.
fn name_stays(rows: &mut [Settlement], interner: &mut Interner, ids: &Ids) {
    let mut nameless: Vec<&mut Settlement> = rows.iter_mut().filter(|r| r.record == NO_SYMBOL && r.is_stay).collect();
    nameless.sort_unstable_by(|a, b| {
        let key = |r: &Settlement| (r.person, r.hospital, r.newborn, r.begin, r.end);
        key(a).cmp(&key(b)).then_with(|| a.cmp(b))
    });
    let mut namer = Namer::new(interner);
    let mut of_nobody: FxHashMap<(TextId, HospitalId), u32> = FxHashMap::default();
    // A newborn under the mother's number lies there on the days that she does.
    let mut open: Option<(Patient, Day, Day, u32)> = None;
    for row in nameless {
        let begin = row.begin.map_or(Day(0), |s| s.day);
        let end = row.end.map_or(begin, |s| s.day);
        let name = made_up(ids, row.person, row.hospital, &begin.to_string());
        let whose = (row.person, row.hospital, row.newborn);
        if row.person == PersonId::NONE {
            row.record = match row.settlement.some() {
                Some(own) => *of_nobody.entry((own, row.hospital)).or_insert_with(|| namer.name(name)),
                None => namer.name(name),
            };
            continue;
        }
        open = match open {
            Some((known, first, last, record)) if known == whose && (begin < last || begin == first) => {
                row.record = record;
                Some((known, first, last.max(end), record))
            }
            _ => {
                row.record = namer.name(name);
                Some((whose, begin, end, row.record))
            }
        };
    }
}
