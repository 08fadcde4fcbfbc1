//! Who is who among the patients, before anything is joined: the certificate number stands in for a blank person number, one
//! check letter is written one way, a number of 15 digits goes with that of 18, and ids that stand for nobody in particular are left empty.

mod blank;
mod faces;
mod names;

pub(super) use blank::is_blank;
pub(super) use names::mother;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::super::Note;
use super::super::batch::NO_SYMBOL;
use super::super::collect::{Collected, slot};
use super::Ledger;
use crate::messages::args;
use crate::model::{Certificate, Domain, Fen, Interner, PersonId, RecordId, Region, Table};

/// Tables whose rows name a patient and may carry the certificate beside.
const PATIENTS: [Table; 3] = [Table::Persons, Table::Stays, Table::Visits];
/// Tables whose rows name a patient.
const NAMED: [Table; 5] = [Table::Persons, Table::Stays, Table::Visits, Table::Fees, Table::Diagnoses];
/// A certificate number under which so many person numbers stand is a filler, not a person.
const FILLER: usize = 3;
/// Ids shown in a note.
const SHOWN: usize = 5;

/// Puts the persons of all tables in order. Gives the ids that are nobody's.
pub(super) fn settle(all: &mut Collected) -> Vec<String> {
    let old = Old::new(all);
    let links = Links::new(all, &old);
    let (map, mut people, mut nobody) = rename(all, &links, &old);
    let by_certificate = fill(all, &links, &map, &mut people);
    let faced = faces::many(all, people.texts.len());
    if faced.iter().any(|many| *many) {
        nobody.extend(faced.iter().zip(&people.texts).filter(|(many, _)| **many).map(|(_, text)| text.to_string()));
        people = leave_out(all, people, &faced);
    }
    all.interners[Domain::Person as usize] = people;
    if !old.0.is_empty() {
        let count = old.0.len() as u64;
        all.notes.push(Note { id: "note-old-certificates", args: args([("count", count.into())]) });
    }
    if by_certificate > 0 {
        all.notes.push(Note { id: "note-by-certificate", args: args([("count", by_certificate.into())]) });
    }
    nobody
}

/// Person numbers by certificate number, from rows that have both.
struct Links {
    /// Ids of the texts of certificate numbers that can be a key, with the number as it is compared.
    keys: FxHashMap<u32, String>,
    /// The person number of each certificate number; its own text where it has none.
    owners: FxHashMap<String, Vec<u32>>,
}

impl Links {
    fn new(all: &Collected, old: &Old) -> Self {
        let (people, texts) =
            (&all.interners[Domain::Person as usize].texts, &all.interners[Domain::Text as usize].texts);
        let mut links = Self { keys: FxHashMap::default(), owners: FxHashMap::default() };
        if !are_needed(all) {
            return links;
        }
        for (persons, certificates) in with_certificates(all) {
            for (person, certificate) in persons.iter().zip(certificates).filter(|(_, c)| **c != NO_SYMBOL) {
                let text = &*texts[*certificate as usize];
                if blank::is_blank(text) {
                    continue;
                }
                let key = links.keys.entry(*certificate).or_insert_with(|| old.key(text));
                if *person != NO_SYMBOL && !blank::is_blank(&people[*person as usize]) {
                    match links.owners.get_mut(key) {
                        Some(owners) if owners.len() < FILLER && !owners.contains(person) => owners.push(*person),
                        Some(_) => {}
                        None => drop(links.owners.insert(key.clone(), vec![*person])),
                    }
                }
            }
        }
        for owners in links.owners.values_mut() {
            owners.sort_unstable_by(|a, b| people[*a as usize].cmp(&people[*b as usize]));
        }
        links
    }

    /// The person number that goes with a certificate number; nothing where the certificate is a filler.
    fn person<'a>(&self, certificate: &'a str, people: &'a Interner) -> Option<&'a str> {
        match self.owners.get(certificate) {
            Some(owners) if owners.len() >= FILLER => None,
            Some(owners) => owners.first().map(|owner| &*people.texts[*owner as usize]),
            None => Some(certificate),
        }
    }
}

/// Whether some row is known by its certificate number only: nearly every export has a person number in every row.
fn are_needed(all: &Collected) -> bool {
    let blanks: Vec<bool> =
        all.interners[Domain::Person as usize].texts.iter().map(|text| blank::is_blank(text)).collect();
    let blank = |person: &u32| *person == NO_SYMBOL || blanks[*person as usize];
    PATIENTS.iter().flat_map(|table| &all.chunks[slot(*table)]).any(|chunk| {
        let (input, part) = all.places[usize::from(chunk.part)];
        let read = all.inputs[input].parts[part].columns.iter().any(|c| c.field == Some("certno"));
        match (chunk.symbols("psn_no"), chunk.symbols("certno")) {
            (Some(persons), Some(_)) => persons.iter().any(blank),
            // The certificate number stands in the place of the person number.
            (Some(_), None) => read,
            _ => false,
        }
    })
}

/// Person and certificate columns of every chunk that has both.
fn with_certificates(all: &Collected) -> impl Iterator<Item = (&[u32], &[u32])> {
    let chunks = PATIENTS.iter().flat_map(|table| &all.chunks[slot(*table)]);
    chunks.filter_map(|chunk| chunk.symbols("psn_no").zip(chunk.symbols("certno")))
}

/// Certificate numbers of 15 digits, with those of 18 that they are, where both are in the data: one alone is as good an id as
/// the other.
struct Old(FxHashMap<Box<str>, String>);

impl Old {
    fn new(all: &Collected) -> Self {
        let domain = |domain: Domain| &all.interners[domain as usize];
        let (people, texts) = (domain(Domain::Person), domain(Domain::Text));
        let mut numbers = FxHashMap::default();
        for text in people.texts.iter().chain(&texts.texts) {
            let Some(number) = Certificate::of_old(text) else { continue };
            let lower = number.to_ascii_lowercase();
            let known = |text: &str| people.find(text) != NO_SYMBOL || texts.find(text) != NO_SYMBOL;
            if known(&number) || known(&lower) {
                numbers.insert(text.clone(), number);
            }
        }
        Self(numbers)
    }

    /// A certificate number as it is compared: of 18 characters, with its check letter written large.
    fn key(&self, text: &str) -> String {
        match self.0.get(text) {
            Some(number) => number.clone(),
            None if Certificate::new(text).is_some() => text.to_ascii_uppercase(),
            None => text.to_string(),
        }
    }
}

/// Gives every person id that is one its new number, and tells those that are none.
fn rename(all: &Collected, links: &Links, numbers: &Old) -> (Vec<u32>, Interner, Vec<String>) {
    let old = &all.interners[Domain::Person as usize];
    let (mut people, mut nobody) = (Interner::default(), Vec::new());
    let map = old.texts.iter().map(|text| {
        if blank::is_blank(text) {
            nobody.push(text.to_string());
            return NO_SYMBOL;
        }
        let own = numbers.key(text);
        let person = if links.owners.contains_key(&own) { links.person(&own, old) } else { Some(own.as_str()) };
        people.intern(person.unwrap_or(&own))
    });
    (map.collect(), people, nobody)
}

/// Puts the new numbers into all tables, the certificate's where the person number is blank; gives how many rows those are.
fn fill(all: &mut Collected, links: &Links, map: &[u32], people: &mut Interner) -> u64 {
    let old = std::mem::take(&mut all.interners[Domain::Person as usize]);
    let mut of_certificate: FxHashMap<u32, u32> = FxHashMap::default();
    for (certificate, key) in &links.keys {
        of_certificate.insert(*certificate, links.person(key, &old).map_or(NO_SYMBOL, |p| people.find(p)));
    }
    let mut by_certificate = 0;
    let same = map.iter().enumerate().all(|(at, id)| *id == at as u32);
    for table in NAMED {
        let takes = PATIENTS.contains(&table);
        for chunk in &mut all.chunks[slot(table)] {
            let certificates = if takes { chunk.symbols("certno").map(<[u32]>::to_vec) } else { None };
            let Some(persons) = chunk.symbols_mut("psn_no") else { continue };
            if !same {
                persons.par_iter_mut().filter(|p| **p != NO_SYMBOL).for_each(|p| *p = map[*p as usize]);
            }
            let Some(certificates) = certificates else { continue };
            let blanks = persons.iter_mut().zip(certificates).filter(|(p, c)| **p == NO_SYMBOL && *c != NO_SYMBOL);
            for (person, certificate) in blanks {
                let Some(key) = links.keys.get(&certificate) else { continue };
                let known = of_certificate.entry(certificate).or_insert(NO_SYMBOL);
                if *known == NO_SYMBOL {
                    *known = links.person(key, &old).map_or(NO_SYMBOL, |text| people.intern(text));
                }
                *person = *known;
                by_certificate += u64::from(*known != NO_SYMBOL);
            }
        }
    }
    by_certificate
}

/// The people without those of many faces, in all tables.
fn leave_out(all: &mut Collected, people: Interner, faced: &[bool]) -> Interner {
    let mut kept = Interner::default();
    let map: Vec<u32> =
        people.texts.iter().zip(faced).map(|(text, many)| if *many { NO_SYMBOL } else { kept.intern(text) }).collect();
    for table in NAMED {
        all.chunks[slot(table)].par_iter_mut().for_each(|chunk| {
            let persons = chunk.symbols_mut("psn_no").unwrap_or_default();
            persons.iter_mut().filter(|p| **p != NO_SYMBOL).for_each(|p| *p = map[*p as usize]);
        });
    }
    kept
}

/// Says how much is nobody's in particular.
pub(super) fn tell(region: &Region, mut ids: Vec<String>, ledger: &mut Ledger<'_>) {
    let nobody = |person: PersonId| person == PersonId::NONE;
    let (mut stays, mut visits, mut money) = (0u64, 0u64, Fen(0));
    for stay in region.stays.iter().filter(|s| nobody(s.person)) {
        (stays, money) = (stays + 1, money + stay.total);
    }
    for visit in region.visits.iter().filter(|v| nobody(v.person)) {
        (visits, money) = (visits + 1, money + visit.total);
    }
    let records = (0u32..).zip(&region.records).filter(|(_, r)| nobody(r.person));
    let lines: u64 = records.map(|(id, _)| region.fees.of(RecordId(id)).len() as u64).sum();
    // An export of charge lines need not say whose they are.
    if stays + visits == 0 && ids.is_empty() {
        return;
    }
    ids.sort_unstable();
    ids.dedup();
    let more = if ids.len() > SHOWN { ", ..." } else { "" };
    let shown = if ids.is_empty() { "-".to_string() } else { ids[..ids.len().min(SHOWN)].join(", ") + more };
    let figures = [
        ("stays", stays.into()),
        ("visits", visits.into()),
        ("lines", lines.into()),
        ("money", money.into()),
        ("ids", shown.into()),
    ];
    ledger.tell(Note { id: "note-nobody", args: args(figures) });
}
