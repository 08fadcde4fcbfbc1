//! An item on a record, with what is known of the patient and the institution.

use crate::facts::{Facts, StayItem};
use crate::model::{Certificate, Day, PersonId, Record, Region, Sex, Stay, Visit};
use crate::rule::Context;

/// All lines of an item on one stay or visit.
pub struct Charge<'a> {
    pub region: &'a Region,
    facts: &'a Facts,
    pub record: &'a Record,
    pub fact: &'a StayItem,
    pub stay: Option<&'a Stay>,
    pub visit: Option<&'a Visit>,
}

impl<'a> Charge<'a> {
    pub fn new(context: &'a Context<'a>, fact: &'a StayItem) -> Self {
        let (region, facts) = (context.region, context.facts);
        let record = &region.records[fact.record.index()];
        let stay = record.stay.map(|i| &region.stays[i as usize]);
        let visit = record.visit.map(|i| &region.visits[i as usize]);
        Self { region, facts, record, fact, stay, visit }
    }

    /// The day of the first line; else of the admission or the visit.
    pub fn day(&self) -> Option<Day> {
        self.fact.span.map(|(first, _)| first).or_else(|| self.region.begins(self.record))
    }

    /// The item's lines on the record.
    pub fn lines(&self) -> impl Iterator<Item = usize> + 'a {
        self.facts.lines(self.fact).iter().map(|line| *line as usize)
    }

    /// The day of a line; of the record where the line has none.
    pub fn line_day(&self, line: usize) -> Option<Day> {
        self.region.fees.day(line).or_else(|| self.day())
    }

    /// The patient.
    pub fn patient(&self) -> Patient<'a> {
        Patient::new(self.region, self.record)
    }

    /// The first and the last day on which the patient may have been born.
    pub fn birth(&self) -> Option<(Day, Day)> {
        self.patient().birth()
    }
}

/// What is known of the patient of a record.
#[derive(Clone, Copy)]
pub struct Patient<'a> {
    region: &'a Region,
    person: PersonId,
    stay: Option<&'a Stay>,
}

impl<'a> Patient<'a> {
    pub fn new(region: &'a Region, record: &Record) -> Self {
        Self { region, person: record.person, stay: record.stay.map(|i| &region.stays[i as usize]) }
    }

    /// The patient's sex: that of the stay, else that of the person.
    pub fn sex(&self) -> Sex {
        let of_person = self.region.persons.get(self.person.index()).map_or(Sex::Unknown, |p| p.sex);
        match self.stay.map_or(Sex::Unknown, |s| s.sex) {
            Sex::Unknown => of_person,
            known => known,
        }
    }

    /// What the certificate number says of the sex.
    pub fn certified_sex(&self) -> Option<Sex> {
        let certificate = self.region.persons.get(self.person.index())?.certificate.some()?;
        Certificate::new(self.region.names.texts.get(certificate)).map(Certificate::sex)
    }

    /// The first and the last day on which the patient may have been born.
    pub fn birth(&self) -> Option<(Day, Day)> {
        self.region.birth(self.person, self.stay)
    }
}
