//! Tables with ids of their own become one region: texts of each domain ranked over all of them, rows in canonical order.

use std::collections::BTreeSet;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::write::{Owner, owners};
use crate::model::cell::{Cell, Renumber, Row};
use crate::model::{
    Diagnosis, DiagnosisId, Domain, FeeColumns, Hospital, HospitalId, ItemAlias, ItemId, Names, Person, PersonId, Pool,
    Purchase, Record, RecordId, Region, Stay, StockEntry, Table, TextId, Visit, link_records,
};

/// Tables of one origin. Ids are places in `texts`, in any order.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// By domain.
    pub texts: [Vec<Box<str>>; Domain::COUNT],
    pub files: Vec<String>,
    pub peer: bool,
    pub stays: Vec<Stay>,
    pub visits: Vec<Visit>,
    pub diagnoses: Vec<Diagnosis>,
    pub item_aliases: Vec<ItemAlias>,
    pub purchases: Vec<Purchase>,
    pub stock: Vec<StockEntry>,
    pub persons: Vec<(PersonId, Person)>,
    pub hospitals: Vec<(HospitalId, Hospital)>,
    pub item_names: Vec<(ItemId, TextId)>,
    pub diagnosis_names: Vec<(DiagnosisId, TextId)>,
    pub fees: FeeColumns,
    /// Whose the records are that have neither stay nor visit.
    pub owners: Vec<Owner>,
    pub shared: Vec<RecordId>,
    pub columns: BTreeSet<(Table, &'static str)>,
    pub emptied: BTreeSet<Table>,
}

/// What was set aside since the tables before have it, too.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Repeated {
    pub records: u64,
    pub lines: u64,
    /// The first of the records.
    pub example: String,
}

impl From<Region> for Draft {
    fn from(region: Region) -> Self {
        fn texts<I: Copy + From<u32> + Into<u32>>(pool: &Pool<I>) -> Vec<Box<str>> {
            pool.iter().map(|(_, text)| text.into()).collect()
        }
        fn named<I: From<u32>>(names: &[TextId]) -> Vec<(I, TextId)> {
            (0..).map(I::from).zip(names.iter().copied()).filter(|(_, name)| *name != TextId::NONE).collect()
        }
        let mut draft = Self::default();
        let Names {
            persons,
            hospitals,
            items,
            doctors,
            departments,
            diagnoses,
            records,
            texts: words,
            item_names,
            diagnosis_names,
        } = &region.names;
        draft.texts[Domain::Person as usize] = texts(persons);
        draft.texts[Domain::Hospital as usize] = texts(hospitals);
        draft.texts[Domain::Item as usize] = texts(items);
        draft.texts[Domain::Doctor as usize] = texts(doctors);
        draft.texts[Domain::Department as usize] = texts(departments);
        draft.texts[Domain::Diagnosis as usize] = texts(diagnoses);
        draft.texts[Domain::Record as usize] = texts(records);
        draft.texts[Domain::Text as usize] = texts(words);
        draft.item_names = named(item_names);
        draft.diagnosis_names = named(diagnosis_names);
        draft.owners = owners(&region);
        draft.persons = (0..).map(PersonId).zip(region.persons).collect();
        draft.hospitals = (0..).map(HospitalId).zip(region.hospitals).collect();
        draft.files = region.files;
        draft.stays = region.stays;
        draft.visits = region.visits;
        draft.diagnoses = region.diagnoses;
        draft.item_aliases = region.item_aliases;
        draft.purchases = region.purchases;
        draft.stock = region.stock;
        draft.fees = region.fees.into();
        draft.shared = region.shared.into_iter().collect();
        draft.columns = region.columns;
        draft.emptied = region.emptied;
        draft
    }
}

impl Draft {
    /// Whether every row says what it is about.
    pub(super) fn has_keys(&self) -> bool {
        self.stays.iter().all(|s| s.record != RecordId::NONE)
            && self.visits.iter().all(|v| v.record != RecordId::NONE)
            && self.diagnoses.iter().all(|d| d.record != RecordId::NONE)
            && self.owners.iter().all(|o| o.record != RecordId::NONE)
            && self.persons.iter().all(|(id, _)| *id != PersonId::NONE)
            && self.hospitals.iter().all(|(id, _)| *id != HospitalId::NONE)
            && self.item_names.iter().all(|(id, _)| *id != ItemId::NONE)
            && self.diagnosis_names.iter().all(|(id, _)| *id != DiagnosisId::NONE)
            && self.fees.record.iter().chain(&self.fees.item).all(|id| *id != u32::MAX)
    }

    /// The records that have a row, by their places in the texts.
    fn filled(&self) -> Vec<bool> {
        let mut out = vec![false; self.texts[Domain::Record as usize].len()];
        let lines = self.fees.record.iter().map(|record| RecordId(*record));
        let records = self.stays.iter().map(|s| s.record).chain(self.visits.iter().map(|v| v.record)).chain(lines);
        records.for_each(|record| out[record.index()] = true);
        out
    }

    /// The institutions whose goods are in the tables.
    fn stocked(&self) -> BTreeSet<Box<str>> {
        let hospitals = self.purchases.iter().map(|p| p.hospital).chain(self.stock.iter().map(|s| s.hospital));
        let codes: BTreeSet<HospitalId> = hospitals.filter_map(HospitalId::some).collect();
        codes.into_iter().map(|id| self.texts[Domain::Hospital as usize][id.index()].clone()).collect()
    }

    /// The institution of each record, by its place in the texts.
    fn hospitals_of_records(&self) -> Vec<HospitalId> {
        let mut out = vec![HospitalId::NONE; self.texts[Domain::Record as usize].len()];
        let stays = self.stays.iter().map(|s| (s.record, s.hospital));
        let visits = self.visits.iter().map(|v| (v.record, v.hospital));
        for (record, hospital) in stays.chain(visits).chain(self.owners.iter().map(|o| (o.record, o.hospital))) {
            out[record.index()] = hospital;
        }
        out
    }

    /// Sets aside the records that tables before have, too. The same number at another institution is another record, under a
    /// name of its own.
    fn leave(&mut self, known: &Known) -> Repeated {
        if known.records.is_empty() {
            return Repeated::default();
        }
        if self.peer {
            let places = &self.texts[Domain::Hospital as usize];
            let has = |id: HospitalId| id.some().is_some_and(|id| known.stocked.contains(&places[id.index()]));
            self.purchases.retain(|p| !has(p.hospital));
            self.stock.retain(|s| !has(s.hospital));
        }
        let filled = self.filled();
        let hospitals = self.hospitals_of_records();
        let mut gone = vec![false; hospitals.len()];
        let records = Domain::Record as usize;
        let mut names: FxHashSet<Box<str>> = known.records.keys().chain(&self.texts[records]).cloned().collect();
        let mut repeated = Repeated::default();
        for (at, hospital) in hospitals.iter().enumerate().filter(|(at, _)| filled[*at]) {
            let Some(there) = known.records.get(&self.texts[records][at]) else { continue };
            let places = &self.texts[Domain::Hospital as usize];
            let here = hospital.some().map_or("", |h| &places[h.index()]);
            if here.is_empty() || there.iter().any(|there| there.is_empty() || here == &**there) {
                gone[at] = true;
                if repeated.records == 0 {
                    repeated.example = self.texts[records][at].to_string();
                }
                repeated.records += 1;
                continue;
            }
            let mut name = self.texts[records][at].to_string();
            while names.contains(name.as_str()) {
                name.push('~');
            }
            names.insert(name.as_str().into());
            self.texts[records][at] = name.into();
        }
        if repeated.records > 0 {
            let stands = |record: RecordId| !gone[record.index()];
            self.stays.retain(|s| stands(s.record));
            self.visits.retain(|v| stands(v.record));
            self.diagnoses.retain(|d| stands(d.record));
            self.owners.retain(|o| stands(o.record));
            self.shared.retain(|record| stands(*record));
            let lines = self.fees.record.len();
            self.fees.keep(stands);
            repeated.lines = (lines - self.fees.record.len()) as u64;
        }
        repeated
    }
}

/// What the tables before have.
#[derive(Default)]
struct Known {
    /// By the number of a record, the institutions that have one of that number.
    records: FxHashMap<Box<str>, Vec<Box<str>>>,
    /// The institutions whose goods are there.
    stocked: BTreeSet<Box<str>>,
}

/// The rank of each text of a draft among those of all.
struct Ranks {
    /// By domain.
    ids: [Vec<u32>; Domain::COUNT],
    files: u16,
}

impl Renumber for Ranks {
    fn id(&self, domain: Domain, id: u32) -> u32 {
        self.ids[domain as usize][id as usize]
    }

    fn file(&self, file: u16) -> u16 {
        self.files + file
    }
}

/// Every text of one domain over all drafts, sorted, and by draft the rank of each of its texts.
fn rank(drafts: &[Draft], domain: usize) -> (Vec<&str>, Vec<Vec<u32>>) {
    let mut all: Vec<(&str, u32, u32)> = Vec::new();
    for (at, draft) in (0..).zip(drafts) {
        all.extend((0..).zip(&draft.texts[domain]).map(|(id, text)| (&**text, at, id)));
    }
    all.par_sort_unstable();
    let mut ranks: Vec<Vec<u32>> = drafts.iter().map(|draft| vec![0; draft.texts[domain].len()]).collect();
    let mut sorted: Vec<&str> = Vec::with_capacity(all.len());
    for (text, draft, id) in all {
        if sorted.last() != Some(&text) {
            sorted.push(text);
        }
        ranks[draft as usize][id as usize] = sorted.len() as u32 - 1;
    }
    (sorted, ranks)
}

fn moved<T: Row>(rows: &mut Vec<T>, all: &mut Vec<T>, ranks: &Ranks) {
    rows.iter_mut().for_each(|row| row.renumber(ranks));
    all.append(rows);
}

/// One region of all drafts, in their order: what several know, the first says, and records that the first has are set aside in the
/// others.
pub(super) fn merge(mut drafts: Vec<Draft>) -> (Region, Vec<Repeated>) {
    let mut repeated = Vec::new();
    let mut known = Known::default();
    let several = drafts.len() > 1;
    for draft in &mut drafts {
        repeated.push(draft.leave(&known));
        if several {
            let places = &draft.texts[Domain::Hospital as usize];
            let (hospitals, filled) = (draft.hospitals_of_records(), draft.filled());
            let records = draft.texts[Domain::Record as usize].iter().zip(hospitals).zip(filled);
            for ((text, hospital), _) in records.filter(|(_, filled)| *filled) {
                let hospital = hospital.some().map_or("".into(), |h| places[h.index()].clone());
                known.records.entry(text.clone()).or_default().push(hospital);
            }
            known.stocked.extend(draft.stocked());
        }
    }
    let mut region = Region::default();
    let mut ids: Vec<[Vec<u32>; Domain::COUNT]> = drafts.iter().map(|_| Default::default()).collect();
    let mut ranked = |domain: Domain| {
        let (sorted, ranks) = rank(&drafts, domain as usize);
        ids.iter_mut().zip(ranks).for_each(|(ids, ranks)| ids[domain as usize] = ranks);
        sorted
    };
    region.names = Names {
        persons: Pool::from_sorted(ranked(Domain::Person)),
        hospitals: Pool::from_sorted(ranked(Domain::Hospital)),
        items: Pool::from_sorted(ranked(Domain::Item)),
        doctors: Pool::from_sorted(ranked(Domain::Doctor)),
        departments: Pool::from_sorted(ranked(Domain::Department)),
        diagnoses: Pool::from_sorted(ranked(Domain::Diagnosis)),
        records: Pool::from_sorted(ranked(Domain::Record)),
        texts: Pool::from_sorted(ranked(Domain::Text)),
        ..Names::default()
    };
    let mut ranks: Vec<Ranks> = ids.into_iter().map(|ids| Ranks { ids, files: 0 }).collect();
    let names = &mut region.names;
    names.item_names = vec![TextId::NONE; names.items.len()];
    names.diagnosis_names = vec![TextId::NONE; names.diagnoses.len()];
    region.persons = vec![Person::UNKNOWN; names.persons.len()];
    region.hospitals = vec![Hospital::UNKNOWN; names.hospitals.len()];
    region.records = vec![Record::UNKNOWN; names.records.len()];
    let mut fees = FeeColumns::default();
    let any_peer = drafts.iter().any(|d| d.peer);
    for (mut draft, ranks) in drafts.into_iter().zip(&mut ranks) {
        ranks.files = region.files.len() as u16;
        if any_peer {
            region.peers.resize(region.files.len() + draft.files.len(), draft.peer);
        }
        region.files.append(&mut draft.files);
        moved(&mut draft.stays, &mut region.stays, ranks);
        moved(&mut draft.visits, &mut region.visits, ranks);
        moved(&mut draft.diagnoses, &mut region.diagnoses, ranks);
        moved(&mut draft.item_aliases, &mut region.item_aliases, ranks);
        moved(&mut draft.purchases, &mut region.purchases, ranks);
        moved(&mut draft.stock, &mut region.stock, ranks);
        for (mut id, mut person) in draft.persons {
            id.renumber(ranks);
            person.renumber(ranks);
            region.persons[id.index()].fill(person);
        }
        for (mut id, mut hospital) in draft.hospitals {
            id.renumber(ranks);
            hospital.renumber(ranks);
            region.hospitals[id.index()].fill(hospital);
        }
        for (item, mut name) in draft.item_names {
            name.renumber(ranks);
            let known = &mut region.names.item_names[ranks.id(Domain::Item, item.0) as usize];
            *known = (*known).min(name);
        }
        for (code, mut name) in draft.diagnosis_names {
            name.renumber(ranks);
            let known = &mut region.names.diagnosis_names[ranks.id(Domain::Diagnosis, code.0) as usize];
            *known = (*known).min(name);
        }
        for mut owner in draft.owners {
            owner.renumber(ranks);
            region.records[owner.record.index()] =
                Record { person: owner.person, hospital: owner.hospital, ..Record::UNKNOWN };
        }
        region.shared.extend(draft.shared.iter().map(|record| RecordId(ranks.id(Domain::Record, record.0))));
        draft.fees.renumber(ranks);
        if fees.record.is_empty() {
            fees = draft.fees;
        } else {
            fees.append(draft.fees);
        }
        if !draft.peer {
            region.own_columns.extend(draft.columns.iter().copied());
            region.emptied.extend(draft.emptied);
        }
        region.columns.extend(draft.columns);
    }
    if !any_peer {
        region.own_columns.clear();
    }
    let filled = &region.columns;
    region.emptied.retain(|table| !filled.iter().any(|(t, _)| t == table));
    region.stays.sort_by_key(|s| s.record);
    region.visits.sort_by_key(|v| v.record);
    region.diagnoses.sort_unstable();
    region.item_aliases.sort_unstable();
    region.purchases.sort_unstable();
    region.stock.sort_unstable();
    link_records(&mut region.records, &region.stays, &region.visits);
    fees.group(region.records.len());
    region.fees = fees.into();
    (region, repeated)
}
