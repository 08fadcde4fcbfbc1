//! Compares what ingest gives with what a case expects. Every difference is a line in `faults`.

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};

use yishen::ingest::{Ingested, Note, Reject, Rows};
use yishen::messages::Value;
use yishen::model::{Day, RecordId, Region, Sex, Stamp, Table};

use crate::expect::{Expect, Item, Person, Rejected, Stay};

/// Longest value that may stand in a reject, in characters: enough to recognise it, short enough for a cell.
const LONGEST_VALUE: usize = 200;

/// The differences between a case and what the library read.
pub fn library(want: &Expect, got: &Ingested) -> Vec<String> {
    let mut faults = Vec::new();
    rows(want, got, &mut faults);
    rejects(&want.rejects, &got.rejects, &mut faults);
    region(want, &got.region, &mut faults);
    notes(want, got, &mut faults);
    let unread: Vec<String> = got.unread.iter().map(|u| format!("{} {}", u.name, u.reason)).collect();
    differ(&mut faults, "unread", want.unread.clone(), unread);
    differ(&mut faults, "diagnoses", want.diagnoses, got.region.diagnoses.len());
    faults
}

fn notes(want: &Expect, got: &Ingested, faults: &mut Vec<String>) {
    let text = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
    };
    for want in &want.notes {
        let is = |note: &&Note| {
            let has = |(name, value): (&String, &String)| note.args.get(name).map(text).as_ref() == Some(value);
            note.id == want.id && want.args.iter().all(has)
        };
        if !got.notes.iter().any(|note| is(&note)) {
            faults.push(format!("note expected: {want:?}, got {:?}", got.notes));
        }
    }
    for id in want.no_notes.iter().filter(|id| got.notes.iter().any(|note| note.id == **id)) {
        faults.push(format!("note not expected: {id}"));
    }
}

fn differ<T: PartialEq + Debug>(faults: &mut Vec<String>, what: impl Display, want: Option<T>, got: T) {
    if let Some(want) = want.filter(|w| *w != got) {
        faults.push(format!("{what}: expected {want:?}, got {got:?}"));
    }
}

fn rows(want: &Expect, got: &Ingested, faults: &mut Vec<String>) {
    for part in got.inputs.iter().flat_map(|i| &i.parts) {
        let Rows { read, used, netted, repeated, rejected } = part.rows;
        if read != used + netted + repeated + rejected {
            faults.push(format!("rows of {:?} do not add up: {:?}", part.table, part.rows));
        }
    }
    let sum = |table: Table, count: fn(&Rows) -> u64| -> u64 {
        let parts = got.inputs.iter().flat_map(|i| &i.parts);
        parts.filter(|p| p.table == table).map(|p| count(&p.rows)).sum()
    };
    for (name, counts) in &want.rows {
        let table = Table::from_name(name).unwrap_or_else(|| panic!("no table is called {name}"));
        differ(faults, format!("{name} read"), counts.read, sum(table, |r| r.read));
        differ(faults, format!("{name} used"), counts.used, sum(table, |r| r.used));
        differ(faults, format!("{name} netted"), counts.netted, sum(table, |r| r.netted));
        differ(faults, format!("{name} repeated"), counts.repeated, sum(table, |r| r.repeated));
        differ(faults, format!("{name} rejected"), counts.rejected, sum(table, |r| r.rejected));
    }
    let unexpected = Table::ALL.into_iter().filter(|t| !want.rows.contains_key(t.name()));
    for table in unexpected.filter(|t| sum(*t, |r| r.read) > 0) {
        faults.push(format!("rows were taken for the table {}", table.name()));
    }
    let rejected: u64 = Table::ALL.into_iter().map(|t| sum(t, |r| r.rejected)).sum();
    // An entry without a line stands for many rows.
    let (single, many): (Vec<&Reject>, Vec<&Reject>) = got.rejects.iter().partition(|r| r.line > 0);
    let single: BTreeSet<_> = single.iter().map(|r| (&r.file, r.line)).collect();
    let listed = single.len() as u64 + many.iter().map(|r| r.rows).sum::<u64>();
    if rejected != listed {
        faults.push(format!("{rejected} rows counted as rejected, {listed} in the list"));
    }
}

fn rejects(want: &[Rejected], got: &[Reject], faults: &mut Vec<String>) {
    let mut left: Vec<&Reject> = got.iter().collect();
    for want in want {
        match left.iter().position(|r| is(want, r)) {
            Some(i) => drop(left.remove(i)),
            None => faults.push(format!("reject expected: {want:?}")),
        }
    }
    faults.extend(left.iter().map(|r| format!("reject not expected: {r:?}")));
    if !got.is_sorted() {
        faults.push("rejects are not sorted".to_string());
    }
    for reject in got.iter().filter(|r| r.value.chars().count() > LONGEST_VALUE) {
        faults.push(format!("the value of the reject in line {} is not shortened", reject.line));
    }
}

fn is(want: &Rejected, got: &Reject) -> bool {
    named(&want.file, &got.file)
        && want.line == got.line
        && want.reason == got.reason
        && want.column.as_ref().is_none_or(|c| c == got.column.trim())
        && want.value.as_ref().is_none_or(|v| v == got.value.trim())
}

/// Whether a file name is the one expected: that name, at the end of a path, or all pieces of `a.zip|b.txt` in turn.
pub fn named(want: &str, got: &str) -> bool {
    if !want.contains('|') {
        return got == want || got.ends_with(&format!("/{want}"));
    }
    let mut rest = got;
    want.split('|').all(|piece| {
        let found = rest.find(piece);
        rest = found.map_or("", |i| &rest[i + piece.len()..]);
        found.is_some()
    })
}

fn region(want: &Expect, got: &Region, faults: &mut Vec<String>) {
    differ(faults, "stays", want.stays, got.stays.len());
    differ(faults, "visits", want.visits, got.visits.len());
    differ(faults, "charge lines", want.lines, got.fees.len());
    let persons: Vec<String> = got.names.persons.iter().map(|(_, text)| text.to_string()).collect();
    differ(faults, "persons", want.persons.clone(), persons);
    for stay in &want.stay {
        compare_stay(stay, got, faults);
    }
    for id in want.no_stay.iter().filter(|id| find_stay(id, got).is_some()) {
        faults.push(format!("stay {id} should not be there"));
    }
    for visit in &want.visit {
        let found = record(&visit.id, got).and_then(|r| got.records[r.index()].visit);
        let total = found.map(|i| got.visits[i as usize].total.0);
        differ(faults, format!("total of visit {} in fen", visit.id), Some(Some(scaled(&visit.total, 2))), total);
    }
    for item in &want.item {
        compare_item(item, got, faults);
    }
    for person in &want.person {
        compare_person(person, got, faults);
    }
}

fn record(id: &str, region: &Region) -> Option<RecordId> {
    region.names.records.find(id)
}

fn find_stay<'a>(id: &str, region: &'a Region) -> Option<&'a yishen::model::Stay> {
    record(id, region).and_then(|r| region.stay_of(r))
}

fn compare_stay(want: &Stay, region: &Region, faults: &mut Vec<String>) {
    let id = &want.id;
    let Some(got) = find_stay(id, region) else {
        return faults.push(format!("stay {id} is not there"));
    };
    let text = |stamp: Option<Stamp>| stamp.map_or(String::new(), |s| s.to_string());
    let sex = match got.sex {
        Sex::Male => "male",
        Sex::Female => "female",
        Sex::Unknown => "unknown",
    };
    differ(faults, format!("{id} total in fen"), want.total.as_deref().map(|t| scaled(t, 2)), got.total.0);
    differ(faults, format!("{id} fund in fen"), want.fund.as_deref().map(|t| scaled(t, 2)), got.fund.0);
    differ(faults, format!("{id} admitted"), want.admitted.clone(), got.admitted.to_string());
    differ(faults, format!("{id} discharged"), want.discharged.clone(), text(got.discharged));
    differ(faults, format!("{id} person"), want.person.as_deref(), region.names.persons.get(got.person));
    differ(faults, format!("{id} hospital"), want.hospital.as_deref(), region.names.hospitals.get(got.hospital));
    differ(faults, format!("{id} hospital name"), want.hospital_name.as_deref(), region.hospital_name(got.hospital));
    let diagnosis = region.names.texts.get(got.diagnosis_name);
    differ(faults, format!("{id} diagnosis"), want.diagnosis.as_deref(), diagnosis);
    differ(faults, format!("{id} sex"), want.sex.as_deref(), sex);
    let born = got.born.map_or(String::new(), |(first, last)| format!("{first} to {last}"));
    differ(faults, format!("{id} born"), want.born.clone(), born);
    differ(faults, format!("{id} settlements"), want.settlements, got.settlements);
}

fn compare_item(want: &Item, region: &Region, faults: &mut Vec<String>) {
    let what = format!("{} in {}", want.item, want.stay);
    let (item, lines) = (region.names.items.find(&want.item), record(&want.stay, region).map(|r| region.fees.of(r)));
    let fees = &region.fees;
    let lines: Vec<usize> = lines.unwrap_or(0..0).filter(|i| Some(fees.item(*i)) == item).collect();
    let quantity: i64 = lines.iter().map(|i| fees.quantity(*i).0).sum();
    let amount: i64 = lines.iter().map(|i| fees.amount(*i).0).sum();
    let times = lines.iter().map(|i| fees.time(*i).map_or(String::new(), |t| t.to_string())).collect();
    differ(faults, format!("{what}: quantity in 1/10,000"), Some(scaled(&want.quantity, 4)), quantity);
    differ(faults, format!("{what}: amount in fen"), Some(scaled(&want.amount, 2)), amount);
    differ(faults, format!("{what}: lines"), want.lines, lines.len());
    differ(faults, format!("{what}: times"), want.times.clone(), times);
    let name = item.map_or("", |i| region.item_name(i));
    differ(faults, format!("{what}: name"), want.name.as_deref(), name);
}

fn compare_person(want: &Person, region: &Region, faults: &mut Vec<String>) {
    let id = &want.id;
    let Some(got) = region.names.persons.find(id).map(|p| region.persons[p.index()]) else {
        return faults.push(format!("person {id} is not there"));
    };
    let birth = got.birth.map_or(String::new(), |d: Day| d.to_string());
    differ(faults, format!("{id} name"), want.name.as_deref(), region.names.texts.get(got.name));
    differ(faults, format!("{id} certificate"), want.certificate.as_deref(), region.names.texts.get(got.certificate));
    differ(faults, format!("{id} birth"), want.birth.clone(), birth);
}

/// A decimal as an integer, so that a fact is compared to the last digit.
fn scaled(text: &str, decimals: usize) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    assert!(fraction.len() <= decimals, "{text} has more than {decimals} decimals");
    format!("{whole}{fraction:0<decimals$}").parse().unwrap_or_else(|e| panic!("{text} in expect.toml: {e}"))
}

#[test]
fn a_file_is_known_by_its_name_or_by_the_pieces_of_an_archive() {
    assert!(named("fees.csv", "fees.csv") && named("fees.csv", "input/fees.csv"));
    assert!(!named("fees.csv", "old-fees.csv") && !named("fees.csv", "fees.csv.gz"));
    assert!(named("a.zip|b.txt", "input/a.zip/x/b.txt") && named("a.xlsx|", "a.xlsx"));
    assert!(!named("a.zip|b.txt", "a.zip/c.txt") && !named("a.zip|b.txt", "b.txt/a.zip"));
}

#[test]
fn decimals_become_integers() {
    assert_eq!([scaled("1234.5", 2), scaled("-0.07", 2), scaled("3", 4)], [123_450, -7, 30_000]);
}
