//! Ways into the facts and the codes of a region, made once a run: which facts an item has, which items a code means.

use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::coverage::Counts;
use super::peaks::Peaks;
use super::subjects::{is_childbirth, is_newborns};
use crate::facts::{Facts, StayItem};
use crate::model::{DiagnosisId, HospitalId, ItemId, PersonId, Record, RecordId, Region, icd};
use crate::rulebook::{Rulebook, national_code};

/// The table that gives national codes to institutions' own.
const CROSSWALK: &str = "code-crosswalk";
/// The table of named groups of codes.
const GROUPS: &str = "code-groups";

/// An item that a code means, everywhere or at one institution.
pub type Meant = (ItemId, Option<HospitalId>);

/// Ways into facts and codes.
pub struct Index<'a> {
    region: &'a Region,
    facts: &'a Facts,
    /// Facts by item, as indices into [`Facts::stay_items`]; those of item `i` from `starts[i]` to `starts[i + 1]`.
    starts: Vec<u32>,
    by_item: Vec<u32>,
    /// Facts of record `i` are those from `of_record[i]` to `of_record[i + 1]`.
    of_record: Vec<u32>,
    /// Records by person; those of person `i` from `of_person[i]` to `of_person[i + 1]`.
    of_person: Vec<u32>,
    records: Vec<RecordId>,
    /// Whether a record may hold two patients, by record.
    two: Vec<bool>,
    /// Whether a record is a newborn's, by record.
    newborns: Vec<bool>,
    /// Made when it is first asked for.
    peaks: OnceLock<Peaks>,
    /// Likewise.
    counts: OnceLock<Counts>,
    /// Items of each national code; their ids are neighbours, as ids sort like codes.
    codes: FxHashMap<&'a str, Range<u32>>,
    /// Items that the crosswalk gives another code.
    crossed: FxHashMap<&'a str, Vec<Meant>>,
    groups: FxHashMap<&'a str, Vec<&'a str>>,
    /// Diagnosis codes as compared: upper case, without the dot. Sorted.
    diagnoses: Vec<(String, DiagnosisId)>,
}

impl<'a> Index<'a> {
    /// Makes the index. Linear in facts, items and diagnoses.
    pub fn new(region: &'a Region, facts: &'a Facts, book: &'a Rulebook) -> Self {
        let items = region.names.items.len();
        let mut starts = vec![0; items + 1];
        let mut of_record = vec![0; region.records.len() + 1];
        for fact in &facts.stay_items {
            starts[fact.item.index() + 1] += 1;
            of_record[fact.record.index() + 1] += 1;
        }
        (1..of_record.len()).for_each(|i| of_record[i] += of_record[i - 1]);
        (0..items).for_each(|i| starts[i + 1] += starts[i]);
        let mut next = starts.clone();
        let mut by_item = vec![0; facts.stay_items.len()];
        for (at, fact) in facts.stay_items.iter().enumerate() {
            by_item[next[fact.item.index()] as usize] = at as u32;
            next[fact.item.index()] += 1;
        }
        let mut of_person = vec![0; region.names.persons.len() + 1];
        let person = |r: &Record| r.person.some().map(PersonId::index);
        region.records.iter().filter_map(person).for_each(|p| of_person[p + 1] += 1);
        (1..of_person.len()).for_each(|i| of_person[i] += of_person[i - 1]);
        let mut next = of_person.clone();
        let mut records = vec![RecordId(0); *of_person.last().unwrap_or(&0) as usize];
        for (at, record) in region.records.iter().enumerate() {
            let Some(person) = person(record) else { continue };
            records[next[person] as usize] = RecordId(at as u32);
            next[person] += 1;
        }
        let [mut two, mut newborns] = [vec![false; region.records.len()], vec![false; region.records.len()]];
        for stay in &region.stays {
            let at = stay.record.index();
            newborns[at] = is_newborns(region, stay);
            two[at] = newborns[at] || is_childbirth(region, stay);
        }
        let mut codes: FxHashMap<&str, Range<u32>> = FxHashMap::default();
        for (item, code) in region.names.items.iter() {
            let at = item.index() as u32;
            codes.entry(national_code(code)).and_modify(|range| range.end = at + 1).or_insert(at..at + 1);
        }
        let mut diagnoses: Vec<_> = region.names.diagnoses.iter().map(|(id, code)| (icd::compared(code), id)).collect();
        diagnoses.sort_unstable();
        let crossed = crosswalk(region, book);
        Self {
            region,
            facts,
            starts,
            by_item,
            of_record,
            of_person,
            records,
            two,
            newborns,
            peaks: OnceLock::new(),
            counts: OnceLock::new(),
            codes,
            crossed,
            groups: groups(book),
            diagnoses,
        }
    }

    /// The facts of an item, by record.
    pub fn facts_of(&self, item: ItemId) -> impl Iterator<Item = &'a StayItem> + '_ {
        let range = self.starts[item.index()] as usize..self.starts[item.index() + 1] as usize;
        self.by_item[range].iter().map(|&at| &self.facts.stay_items[at as usize])
    }

    /// How many facts an item has.
    pub fn count_of(&self, item: ItemId) -> usize {
        (self.starts[item.index() + 1] - self.starts[item.index()]) as usize
    }

    /// The facts of a record, by item.
    pub fn facts_on(&self, record: RecordId) -> &'a [StayItem] {
        let at = record.index();
        &self.facts.stay_items[self.of_record[at] as usize..self.of_record[at + 1] as usize]
    }

    /// Whether a record may hold two patients: a newborn is often billed under the mother's number.
    pub fn may_be_two(&self, record: RecordId) -> bool {
        self.two[record.index()]
    }

    /// Whether a record is a newborn's, who is often billed under the mother's number.
    pub fn is_newborns(&self, record: RecordId) -> bool {
        self.newborns[record.index()]
    }

    /// The most that any record or patient has of each item.
    pub fn peaks(&self) -> &Peaks {
        self.peaks.get_or_init(|| Peaks::new(self.region, |p| self.records_of(p), |r| self.facts_on(r)))
    }

    /// How much of the data there is to judge.
    pub fn counts(&self) -> &Counts {
        self.counts.get_or_init(|| Counts::new(self.region))
    }

    /// The records of a person, at any institution.
    pub fn records_of(&self, person: PersonId) -> &[RecordId] {
        match person.some().map(PersonId::index) {
            Some(at) => &self.records[self.of_person[at] as usize..self.of_person[at + 1] as usize],
            None => &[],
        }
    }

    /// The items that codes mean: separated by spaces, each national (any regional suffix will do), the beginning of codes
    /// followed by `*`, or a named group as `@name`.
    pub fn items(&self, codes: &'a str, found: &mut Vec<Meant>) {
        for code in codes.split_ascii_whitespace() {
            match code.strip_prefix('@') {
                Some(group) => {
                    self.groups.get(group).into_iter().flatten().for_each(|code| self.items_of(code, found));
                }
                None => self.items_of(code, found),
            }
        }
    }

    fn items_of(&self, code: &str, found: &mut Vec<Meant>) {
        let range = match code.strip_suffix('*') {
            Some(start) => self.beginning(start),
            None => self.codes.get(national_code(code)).cloned().unwrap_or(0..0),
        };
        found.extend(range.map(|at| (ItemId(at), None)));
        found.extend(self.crossed.get(national_code(code)).into_iter().flatten().copied());
    }

    /// The items whose codes begin so.
    fn beginning(&self, start: &str) -> Range<u32> {
        let pool = &self.region.names.items;
        let (mut low, mut high) = (0, pool.len());
        while low < high {
            let middle = low.midpoint(high);
            if pool.get(ItemId(middle as u32)) < start { low = middle + 1 } else { high = middle }
        }
        let first = low as u32;
        let own = |at: &u32| pool.get(ItemId(*at)).starts_with(start);
        first..first + (first..pool.len() as u32).take_while(own).count() as u32
    }

    /// Whether a diagnosis is among codes: separated by spaces, each meaning all that begin so (`J18` is `J18.900`, too), or
    /// a named group as `@name`. Dots and case do not matter. Sorted by id.
    pub fn diagnoses(&self, codes: &'a str) -> Vec<DiagnosisId> {
        let mut found = Vec::new();
        for code in codes.split_ascii_whitespace() {
            match code.strip_prefix('@') {
                Some(group) => {
                    self.groups.get(group).into_iter().flatten().for_each(|c| self.diagnoses_of(c, &mut found));
                }
                None => self.diagnoses_of(code, &mut found),
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn diagnoses_of(&self, code: &str, found: &mut Vec<DiagnosisId>) {
        let wanted = icd::compared(code.trim_end_matches('*'));
        let from = self.diagnoses.partition_point(|d| d.0 < wanted);
        let own = self.diagnoses[from..].iter().take_while(|d| d.0.starts_with(&wanted));
        found.extend(own.map(|d| d.1));
    }
}

fn crosswalk<'a>(region: &Region, book: &'a Rulebook) -> FxHashMap<&'a str, Vec<Meant>> {
    let mut crossed: FxHashMap<&str, Vec<Meant>> = FxHashMap::default();
    let Some(table) = book.table(CROSSWALK) else { return crossed };
    let Some([hospital, own, national]) = table.places(["fixmedins_code", "medins_list_codg", "hilist_code"]) else {
        return crossed;
    };
    for row in 0..table.len() as u32 {
        let Some(item) = region.names.items.find(table.cell(row, own)) else { continue };
        let at = match table.cell(row, hospital) {
            "" => None,
            code => match region.names.hospitals.find(code) {
                Some(hospital) => Some(hospital),
                None => continue,
            },
        };
        crossed.entry(national_code(table.cell(row, national))).or_default().push((item, at));
    }
    crossed
}

/// The codes of each named group.
pub fn groups(book: &Rulebook) -> FxHashMap<&str, Vec<&str>> {
    let mut groups: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    let Some(table) = book.table(GROUPS) else { return groups };
    let Some([group, code]) = table.places(["group", "code"]) else { return groups };
    for row in 0..table.len() as u32 {
        groups.entry(table.cell(row, group)).or_default().push(table.cell(row, code));
    }
    groups
}
