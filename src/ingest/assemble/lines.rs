//! Which record each charge line and each diagnosis belongs to: by visit id, else settlement id, and by the person and the
//! institution as far as the row says them. A row that contradicts the stay or visit of its id is not put on it.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::Note;
use super::super::batch::{FLAG, NO_INTEGER, NO_SYMBOL};
use super::super::collect::{Chunk, Collected, slot};
use super::keys::{Keys, Owner, made_up, only};
use super::{Ids, Ledger};
use crate::messages::args;
use crate::model::{Day, Domain, HospitalId, Interner, PersonId, RowRef, Table, TextId};

/// So many rows disagree, at the least and for each that agrees, where a column holds numbers of another kind.
const OTHER_KIND: u64 = 1000;

/// What a row says of where it belongs.
#[derive(Clone, Copy)]
struct Said {
    record: u32,
    settlement: TextId,
    person: PersonId,
    hospital: HospitalId,
    day: Option<Day>,
}

/// Interned visit id, settlement id, person and institution of a row.
type Cells = [u32; 4];

/// The columns of a chunk that say where its rows belong.
struct Columns<'a> {
    record: Option<&'a [u32]>,
    settlement: Option<&'a [u32]>,
    person: Option<&'a [u32]>,
    hospital: Option<&'a [u32]>,
    chunk: &'a Chunk,
    ids: &'a Ids,
}

impl<'a> Columns<'a> {
    fn new(chunk: &'a Chunk, ids: &'a Ids, trust: Trust) -> Self {
        Self {
            record: chunk.symbols("mdtrt_id"),
            settlement: chunk.symbols("setl_id"),
            person: chunk.symbols("psn_no").filter(|_| trust.person),
            hospital: chunk.symbols("fixmedins_code").filter(|_| trust.hospital),
            chunk,
            ids,
        }
    }

    #[inline]
    fn cells(&self, row: usize) -> Cells {
        let cell = |column: Option<&[u32]>| column.map_or(NO_SYMBOL, |c| c[row]);
        [cell(self.record), cell(self.settlement), cell(self.person), cell(self.hospital)]
    }

    fn said(&self, [record, settlement, person, hospital]: Cells) -> Said {
        Said {
            record,
            settlement: self.ids.settlement(settlement),
            person: self.ids.persons.id(person),
            hospital: self.ids.hospitals.id(hospital),
            day: None,
        }
    }

    fn with_day(&self, row: usize) -> Said {
        let day = self.chunk.moments("fee_ocur_time").and_then(|m| m[row]).map(|s| s.day);
        Said { day, ..self.said(self.cells(row)) }
    }
}

/// Whether the person and the institution of a part are numbers of the same kind as those of the stays and visits.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Trust {
    person: bool,
    hospital: bool,
}

/// How rows with a visit id that is known agree with its owner. A row of a person, or institution, that has stays or visits of
/// its own tells that the numbers are of one kind.
#[derive(Clone, Copy, Default)]
struct Agreement {
    same_kind: u64,
    only_hospital: u64,
    only_person: u64,
}

impl Agreement {
    fn add(&mut self, other: Self) {
        self.same_kind += other.same_kind;
        self.only_hospital += other.only_hospital;
        self.only_person += other.only_person;
    }

    /// Where one of the two agrees throughout and the other nowhere, the other is a number of another kind: the patient's of the
    /// hospital instead of the insured's.
    fn trust(self) -> Trust {
        let other = |differs: u64, another: u64| differs >= OTHER_KIND * (self.same_kind + another).max(1);
        Trust {
            person: !other(self.only_hospital, self.only_person),
            hospital: !other(self.only_person, self.only_hospital),
        }
    }
}

impl Keys {
    /// The record of every row of a table, chunk by chunk; `NO_SYMBOL` for lines that are rejected.
    pub fn resolve(&self, table: Table, all: &mut Collected, ids: &Ids, ledger: &mut Ledger<'_>) -> Vec<Vec<u32>> {
        let mut chunks = std::mem::take(&mut all.chunks[slot(table)]);
        chunks.iter_mut().for_each(|chunk| self.send_back(chunk));
        let interner = &mut all.interners[Domain::Record as usize];
        let full = Trust { person: true, hospital: true };
        let found: Vec<(Vec<u32>, Agreement)> =
            chunks.par_iter().map(|chunk| self.look_up(&Columns::new(chunk, ids, full))).collect();
        let mut by_part: FxHashMap<u16, Agreement> = FxHashMap::default();
        for (chunk, (_, agreement)) in chunks.iter().zip(&found) {
            by_part.entry(chunk.part).or_default().add(*agreement);
        }
        let trust: FxHashMap<u16, Trust> = by_part.into_iter().map(|(part, sum)| (part, sum.trust())).collect();
        let mut records: Vec<Vec<u32>> = found.into_iter().map(|(records, _)| records).collect();
        let of = |chunk: &Chunk| trust.get(&chunk.part).copied().unwrap_or(full);
        for (chunk, records) in chunks.iter().zip(&mut records).filter(|(chunk, _)| of(chunk) != full) {
            *records = self.look_up(&Columns::new(chunk, ids, of(chunk))).0;
        }
        tell_other_kinds(&trust, ledger);
        let shared = self.name_strays(&chunks, &mut records, ids, &of, interner, ledger);
        if table == Table::Fees {
            all.shared = shared;
        }
        all.chunks[slot(table)] = chunks;
        records
    }

    /// Puts refunds of lines that name the bill they are of on that bill, where it is known. A row that names one without being
    /// a refund is a line of a bill made out anew, and stays.
    fn send_back(&self, chunk: &mut Chunk) {
        let Some(mut origins) = chunk.symbols("init_mdtrt_id").map(<[u32]>::to_vec) else { return };
        let own = |row: usize| chunk.symbols("mdtrt_id").map_or(NO_SYMBOL, |c| c[row]);
        let marked = |row: usize| chunk.small("refd_setl_flag").is_some_and(|c| c[row] == FLAG[2]);
        let negative =
            |row: usize, field: &str| chunk.integers(field).is_some_and(|c| c[row] < 0 && c[row] != NO_INTEGER);
        for (row, origin) in origins.iter_mut().enumerate().filter(|(_, origin)| **origin != NO_SYMBOL) {
            let refund = negative(row, "det_item_fee_sumamt") || negative(row, "cnt");
            if !refund && !marked(row) && own(row) != *origin {
                *origin = NO_SYMBOL;
            }
        }
        for (record, origin) in chunk.symbols_mut("mdtrt_id").unwrap_or_default().iter_mut().zip(&origins) {
            if *origin != NO_SYMBOL && self.owner(*origin) != Owner::NONE {
                *record = *origin;
            }
        }
        if let Some(column) = chunk.symbols_mut("init_mdtrt_id") {
            column.copy_from_slice(&origins);
        }
    }

    /// The record of every row that has one; `NO_SYMBOL` for the others.
    fn look_up(&self, columns: &Columns<'_>) -> (Vec<u32>, Agreement) {
        let rows = columns.chunk.lines.len();
        let mut agreement = Agreement::default();
        let mut records = Vec::with_capacity(rows);
        // Lines of one record mostly follow each other.
        let mut last: Option<(Cells, u32, Agreement)> = None;
        for row in 0..rows {
            let cells = columns.cells(row);
            let (_, record, agrees) = match last {
                Some(known) if known.0 == cells => known,
                _ => {
                    let (record, agrees) = self.find(&columns.said(cells));
                    (cells, record.unwrap_or(NO_SYMBOL), agrees)
                }
            };
            last = Some((cells, record, agrees));
            agreement.add(agrees);
            records.push(record);
        }
        (records, agreement)
    }

    /// The record of a row that has one, and how the row agrees with the owner of its visit id.
    fn find(&self, said: &Said) -> (Option<u32>, Agreement) {
        let mut agreement = Agreement::default();
        let first = self.owner(said.record);
        if first == Owner::NONE {
            let of_settlement = |id| self.of_settlement(id, said.person, said.hospital);
            return (said.settlement.some().and_then(of_settlement), agreement);
        }
        let (person, hospital) = (first.person == said.person, first.hospital == said.hospital);
        if person && hospital {
            agreement.same_kind = 1;
            return (Some(first.record), agreement);
        }
        if let Some(owners) = self.more.get(&said.record) {
            return (among(owners, said), agreement);
        }
        if said.person != PersonId::NONE && said.hospital != HospitalId::NONE && first.person != PersonId::NONE {
            let known =
                if hospital { self.people.contains(&said.person) } else { self.places.contains(&said.hospital) };
            agreement.same_kind = u64::from(known);
            agreement.only_hospital = u64::from(hospital && !known);
            agreement.only_person = u64::from(person && !known);
        }
        (first.fits(said.person, said.hospital).then_some(first.record), agreement)
    }

    fn owner(&self, record: u32) -> Owner {
        self.first.get(record as usize).copied().unwrap_or(Owner::NONE)
    }

    /// Gives the rows without a stay or visit a record of their own: the visit id where nothing else goes by it, else one
    /// made up for the person and the institution. Gives those of rows that could be of several stays or visits.
    fn name_strays(
        &self,
        chunks: &[Chunk],
        records: &mut [Vec<u32>],
        ids: &Ids,
        trust: &impl Fn(&Chunk) -> Trust,
        interner: &mut Interner,
        ledger: &mut Ledger<'_>,
    ) -> FxHashSet<u32> {
        let mut shared: FxHashSet<u32> = FxHashSet::default();
        let mut whose: FxHashMap<u32, (PersonId, HospitalId)> = FxHashMap::default();
        let mut several: FxHashSet<u32> = FxHashSet::default();
        for (chunk, records) in chunks.iter().zip(records.iter()) {
            let columns = Columns::new(chunk, ids, trust(chunk));
            for (row, _) in records.iter().enumerate().filter(|(_, record)| **record == NO_SYMBOL) {
                let said = columns.said(columns.cells(row));
                if said.record == NO_SYMBOL {
                    continue;
                }
                let known = whose.entry(said.record).or_insert((said.person, said.hospital));
                let owner = Owner { person: known.0, hospital: known.1, record: 0 };
                if !owner.fits(said.person, said.hospital) || self.owner(said.record) != Owner::NONE {
                    several.insert(said.record);
                }
                *known = (known.0.min(said.person), known.1.min(said.hospital));
            }
        }
        let mut made: FxHashMap<(u32, TextId, PersonId, HospitalId), u32> = FxHashMap::default();
        for (chunk, records) in chunks.iter().zip(records) {
            let columns = Columns::new(chunk, ids, trust(chunk));
            for (row, record) in records.iter_mut().enumerate().filter(|(_, record)| **record == NO_SYMBOL) {
                let said = columns.with_day(row);
                if said.record != NO_SYMBOL && !several.contains(&said.record) {
                    *record = said.record;
                    continue;
                }
                let of_day = said.day.filter(|_| said.record == NO_SYMBOL && said.settlement == TextId::NONE);
                let stay = of_day.zip(said.person.some()).and_then(|(day, p)| self.of_day(p, said.hospital, day));
                if let Some(stay) = stay {
                    *record = stay;
                    continue;
                }
                let nothing = said.record == NO_SYMBOL && said.settlement == TextId::NONE;
                if nothing && said.person == PersonId::NONE {
                    let place = RowRef { file: chunk.part, line: chunk.lines[row] };
                    ledger.reject(place, "mdtrt_id", String::new(), "reject-missing");
                    continue;
                }
                let settlement = if said.record == NO_SYMBOL { said.settlement } else { TextId::NONE };
                let person = if settlement == TextId::NONE { said.person } else { PersonId::NONE };
                *record = *made.entry((said.record, settlement, person, said.hospital)).or_insert_with(|| {
                    let whose = made_up(ids, person, said.hospital, "");
                    let text = match (said.record, settlement.some()) {
                        (NO_SYMBOL, None) => whose,
                        (NO_SYMBOL, Some(id)) => format!("{}{whose}", ids.settlements.pool.get(id)),
                        (id, _) => format!("{}#{whose}", interner.texts[id as usize]),
                    };
                    let record = interner.invent(&text);
                    let owners = self.more.get(&said.record).into_iter().flatten();
                    if owners.filter(|owner| owner.fits(said.person, said.hospital)).count() > 1 {
                        shared.insert(record);
                    }
                    record
                });
            }
        }
        shared
    }
}

/// Of several owners of an id, the one that a row can be of.
fn among(owners: &[Owner], said: &Said) -> Option<u32> {
    let exact = owners.binary_search_by_key(&(said.person, said.hospital), |o| (o.person, o.hospital));
    match exact {
        Ok(at) => Some(owners[at].record),
        Err(_) => only(owners.iter().filter(|o| o.fits(said.person, said.hospital))),
    }
}

fn tell_other_kinds(trust: &FxHashMap<u16, Trust>, ledger: &mut Ledger<'_>) {
    let mut parts: Vec<(u16, Trust)> = trust.iter().map(|(part, trust)| (*part, *trust)).collect();
    parts.sort_unstable_by_key(|(part, _)| *part);
    for (part, trust) in parts {
        for (column, trusted) in [("psn_no", trust.person), ("fixmedins_code", trust.hospital)] {
            if !trusted {
                let file = ledger.file(part).to_string();
                let figures = [("file", file.into()), ("column", column.into())];
                ledger.tell(Note { id: "note-other-numbers", args: args(figures) });
            }
        }
    }
}
