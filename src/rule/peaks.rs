//! The most that any record or patient has of each item: what a limit on a sum must be below to be worth a closer look.

use crate::facts::StayItem;
use crate::model::{ItemId, PersonId, RecordId, Region};

/// What is added up of an item's facts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// Units; no less than those of the largest day, which refunds of another day may hide.
    Quantity,
    /// Units of the largest day.
    LargestDay,
    /// Yuan. What the fund is asked for is never more than that.
    Amount,
    /// Days of use.
    Days,
}

const MEASURES: [Measure; 4] = [Measure::Quantity, Measure::LargestDay, Measure::Amount, Measure::Days];

impl Measure {
    /// What a fact adds, which is never below zero.
    pub fn of(self, fact: &StayItem) -> f64 {
        let value = match self {
            Self::Quantity => fact.quantity.max(fact.largest_day).units(),
            Self::LargestDay => fact.largest_day.units(),
            Self::Amount => fact.amount.yuan(),
            Self::Days => f64::from(fact.days),
        };
        value.max(0.0)
    }
}

/// Sums by measure.
type Sums = [f64; MEASURES.len()];

/// The most of each item, by measure.
pub struct Peaks {
    of_record: Vec<Sums>,
    of_patient: Vec<Sums>,
}

impl Peaks {
    /// Adds up the facts of each patient, in one pass over all of them.
    pub(super) fn new<'a>(
        region: &Region,
        records_of: impl Fn(PersonId) -> &'a [RecordId],
        facts_on: impl Fn(RecordId) -> &'a [StayItem],
    ) -> Self {
        let items = region.names.items.len();
        let mut peaks = Self { of_record: vec![Sums::default(); items], of_patient: vec![Sums::default(); items] };
        let mut sums = vec![Sums::default(); items];
        for person in 0..region.names.persons.len() {
            let records = records_of(PersonId(person as u32));
            records.iter().for_each(|&record| peaks.record(facts_on(record), &mut sums));
            records.iter().for_each(|&record| peaks.patient(facts_on(record), &mut sums));
        }
        // Of a record whose patient is unknown nobody knows another.
        for at in (0..region.records.len()).filter(|&at| region.records[at].person == PersonId::NONE) {
            let facts = facts_on(RecordId(at as u32));
            peaks.record(facts, &mut sums);
            peaks.patient(facts, &mut sums);
        }
        peaks
    }

    /// Adds a record to the sums of its patient.
    fn record(&mut self, facts: &[StayItem], sums: &mut [Sums]) {
        for fact in facts {
            let item = fact.item.index();
            for (at, measure) in MEASURES.into_iter().enumerate() {
                let value = measure.of(fact);
                self.of_record[item][at] = self.of_record[item][at].max(value);
                sums[item][at] += value;
            }
        }
    }

    /// Ends a patient: the sums of the items on a record are none again.
    fn patient(&mut self, facts: &[StayItem], sums: &mut [Sums]) {
        for fact in facts {
            let item = fact.item.index();
            for (most, sum) in self.of_patient[item].iter_mut().zip(std::mem::take(&mut sums[item])) {
                *most = most.max(sum);
            }
        }
    }

    /// The most that a record has of an item, or a patient has on all records.
    pub fn most(&self, item: ItemId, measure: Measure, in_record: bool) -> f64 {
        let all = if in_record { &self.of_record } else { &self.of_patient };
        all[item.index()][measure as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Facts, compute_for};
    use crate::model::{Day, FeeClass, FeeColumns, HospitalId, Pool, Quantity, Record, Stamp};
    use crate::rule::index::Index;
    use crate::rulebook::Rulebook;

    /// Records of persons 0, 0, 1 and of two whom nobody knows, each with so many units of item 1 on day 1.
    fn region(units: &[i64]) -> Region {
        let persons = [PersonId(0), PersonId(0), PersonId(1), PersonId::NONE, PersonId::NONE];
        let (mut region, mut fees) = (Region::default(), FeeColumns::default());
        region.names.persons = Pool::from_sorted(["a", "b"]);
        region.names.items = Pool::from_sorted(["i", "j"]);
        for (at, person) in persons.into_iter().enumerate() {
            region.records.push(Record { person, hospital: HospitalId(0), stay: None, visit: None });
            fees.record.push(at as u32);
        }
        for units in units {
            fees.item.push(1);
            fees.class.push(FeeClass::Laboratory as u32);
            fees.quantity.push(units * Quantity::ONE.0);
            fees.price.push(1_000_000);
            fees.amount.push(units * 100);
            fees.push_time(Some(Day(1)), Stamp::DATE_ONLY);
        }
        fees.starts = (0..=units.len() as u32).collect();
        region.fees = fees.into();
        region
    }

    #[test]
    fn what_a_patient_has_is_of_all_records_and_the_unknown_are_not_one() {
        let region = region(&[2, 3, 4, 5, 6]);
        let (facts, book): (Facts, _) = (compute_for(&region, 0..5), Rulebook::default());
        let index = Index::new(&region, &facts, &book);
        let most = |measure, in_record| index.peaks().most(ItemId(1), measure, in_record);
        assert_eq!((most(Measure::Quantity, true), most(Measure::Quantity, false)), (6.0, 6.0));
        assert_eq!((most(Measure::Days, true), most(Measure::Days, false)), (1.0, 2.0));
        assert_eq!(index.peaks().most(ItemId(0), Measure::Amount, false), 0.0, "nobody has the other item");
    }

    #[test]
    fn a_known_patient_adds_up() {
        let region = region(&[20, 3, 4, 5, 6]);
        let (facts, book) = (compute_for(&region, 0..5), Rulebook::default());
        let index = Index::new(&region, &facts, &book);
        let most = |measure, in_record| index.peaks().most(ItemId(1), measure, in_record);
        assert_eq!((most(Measure::Amount, true), most(Measure::Amount, false)), (20.0, 23.0));
        assert_eq!((most(Measure::LargestDay, true), most(Measure::LargestDay, false)), (20.0, 23.0));
    }
}
