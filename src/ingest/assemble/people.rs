//! What is known of persons and institutions over all tables. Where tables disagree the person's or institution's own table
//! goes first, then the value that orders first, so that the answer does not depend on the order of rows.

use super::super::batch::{NO_INTEGER, NO_SYMBOL};
use super::super::collect::{Chunk, Collected, slot};
use super::super::values::{birth_day, birth_range};
use super::Ids;
use super::identity::mother;
use crate::model::{Certificate, Hospital, HospitalId, Person, PersonId, Sex, Table, TextId};

/// Every person, by id.
pub(super) fn persons(all: &Collected, ids: &Ids) -> Vec<Person> {
    let mut out = vec![Person::UNKNOWN; ids.persons.pool.len()];
    let tables = [Table::Persons, Table::Stays, Table::Visits];
    // What rows of newborns under the mother's number say goes last.
    for (table, newborns) in [false, true].into_iter().flat_map(|newborns| tables.map(|table| (table, newborns))) {
        let mut here = vec![Person::UNKNOWN; out.len()];
        for chunk in &all.chunks[slot(table)] {
            read_persons(chunk, ids, &mut here, newborns);
        }
        for (known, new) in out.iter_mut().zip(here) {
            known.fill(new);
        }
    }
    for known in out.iter_mut().filter(|known| known.birth.is_none() || known.sex == Sex::Unknown) {
        let number = known.certificate.some().and_then(|id| Certificate::new(ids.texts.pool.get(id)));
        let Some(number) = number.filter(|number| number.is_right()) else { continue };
        known.birth = known.birth.or(number.birth());
        if known.sex == Sex::Unknown {
            known.sex = number.sex();
        }
    }
    out
}

fn read_persons(chunk: &Chunk, ids: &Ids, here: &mut [Person], newborns: bool) {
    let Some(persons) = chunk.symbols("psn_no") else { return };
    let text = |field: &str, row: usize| -> TextId { ids.texts.id(chunk.symbols(field).map_or(NO_SYMBOL, |c| c[row])) };
    for (row, person) in persons.iter().enumerate().filter(|(_, p)| **p != NO_SYMBOL) {
        let name = text("psn_name", row);
        if newborns != (name != TextId::NONE && mother(ids.texts.pool.get(name)).is_some()) {
            continue;
        }
        let id: PersonId = ids.persons.id(*person);
        let birth = chunk.moments("brdy").and_then(|c| c[row]);
        here[id.index()].learn(Person {
            name,
            certificate: text("certno", row),
            address: text("addr", row),
            birth: birth.and_then(birth_day),
            born: birth.and_then(birth_range),
            sex: super::settlements::sex(chunk, row),
        });
    }
}

/// Every institution, by id.
pub(super) fn hospitals(all: &Collected, ids: &Ids) -> Vec<Hospital> {
    let mut out = vec![Hospital::UNKNOWN; ids.hospitals.pool.len()];
    for table in [Table::Hospitals, Table::Stays, Table::Visits, Table::Purchases, Table::Stock] {
        let mut here = vec![Hospital::UNKNOWN; out.len()];
        for chunk in &all.chunks[slot(table)] {
            read_hospitals(chunk, ids, &mut here);
        }
        for (known, new) in out.iter_mut().zip(here) {
            known.fill(new);
        }
    }
    out
}

fn read_hospitals(chunk: &Chunk, ids: &Ids, here: &mut [Hospital]) {
    let Some(hospitals) = chunk.symbols("fixmedins_code") else { return };
    let text = |field: &str, row: usize| -> TextId { ids.texts.id(chunk.symbols(field).map_or(NO_SYMBOL, |c| c[row])) };
    let beds = |field: &str, row: usize| {
        chunk.integers(field).map(|c| c[row]).filter(|n| *n != NO_INTEGER).and_then(|n| u32::try_from(n).ok())
    };
    for (row, hospital) in hospitals.iter().enumerate().filter(|(_, h)| **h != NO_SYMBOL) {
        let id: HospitalId = ids.hospitals.id(*hospital);
        here[id.index()].learn(Hospital {
            name: text("fixmedins_name", row),
            level: text("hosp_lv", row),
            kind: text("fixmedins_type", row),
            beds: beds("open_bed_cnt", row).or_else(|| beds("aprv_bed_cnt", row)),
        });
    }
}
