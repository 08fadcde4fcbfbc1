//! Which stays of an institution that bills lines again have more repeats than such patients have anywhere.
//!
//! Where a hospital repeats a class more often than the others do, not every repeat of it is billed again: in intensive care tests
//! are drawn twice at every hospital. **The null** of a stay is the share of stays with as many repeats of the class among those
//! of the same department, or with an illness of the same category, at the hospitals that were *not* found to repeat it; however
//! often this one does so excuses none of its stays. A stay is left out where such patients explain at least [`EXPLAINED`] of the
//! hospital's stays like it: of the same department, or category, and with about as many repeats.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Facts, Repeat};
use crate::model::icd::Category;
use crate::model::{DepartmentId, FeeClass, Fen, HospitalId, RecordId, Region, Stay};

/// Share of the hospital's stays of a kind, as others have them, from which none of the kind is listed.
const EXPLAINED: f64 = 0.5;
/// Stays of a kind elsewhere that say something.
const FEW: f64 = 10.0;
/// Steps in which the repeats of a stay are counted: one, two or three, four to seven, and so on.
const STEPS: usize = 5;

/// Patients alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Alike {
    All,
    Department(DepartmentId),
    Category(Category),
}

/// Stays in all and by step of their repeats.
#[derive(Clone, Copy, Default)]
struct Stays {
    all: f64,
    with: [f64; STEPS],
}

impl Stays {
    fn add(&mut self, step: Option<usize>) {
        self.all += 1.0;
        step.into_iter().for_each(|step| self.with[step] += 1.0);
    }

    /// Whether the others' shares explain most of what the hospital has of a step; nothing is explained by too few.
    fn explained(&self, others: Self, step: usize) -> bool {
        others.all >= FEW && self.all * others.with[step] / others.all >= EXPLAINED * self.with[step]
    }
}

/// The step of so many repeats; there is at least one.
fn step(repeats: usize) -> usize {
    (repeats.ilog2() as usize).min(STEPS - 1)
}

fn alike(region: &Region, stay: &Stay) -> impl Iterator<Item = Alike> {
    let department = stay.department.some().map(Alike::Department);
    [Some(Alike::All), department, region.category(stay.diagnosis).map(Alike::Category)].into_iter().flatten()
}

/// Of repeats of items of a class, record by record, those of the hospitals found in stays that have more of them than such patients
/// have at the others.
pub fn beyond<'a>(
    region: &Region,
    facts: &Facts,
    class: FeeClass,
    found: &BTreeSet<HospitalId>,
    repeats: &[&'a Repeat],
) -> Vec<(HospitalId, &'a Repeat)> {
    let by_record = || repeats.chunk_by(|a, b| a.record == b.record);
    let steps: BTreeMap<RecordId, usize> = by_record().map(|own| (own[0].record, step(own.len()))).collect();
    // Of each hospital found, and of all that were not.
    let mut stays: BTreeMap<(Option<HospitalId>, Alike), Stays> = BTreeMap::new();
    for total in facts.stay_totals.iter().filter(|t| t.by_class[class as usize] != Fen(0)) {
        let Some(stay) = region.stay_of(total.record) else { continue };
        let hospital = Some(stay.hospital).filter(|h| found.contains(h));
        let step = steps.get(&total.record).copied();
        alike(region, stay).for_each(|alike| stays.entry((hospital, alike)).or_default().add(step));
    }
    let explained = |stay: &Stay, step: usize| {
        alike(region, stay).any(|alike| {
            let of = |hospital| stays.get(&(hospital, alike)).copied().unwrap_or_default();
            of(Some(stay.hospital)).explained(of(None), step)
        })
    };
    let listed = by_record().filter_map(|own| {
        let stay = region.stay_of(own[0].record).filter(|s| found.contains(&s.hospital))?;
        (!explained(stay, steps[&stay.record])).then(|| own.iter().map(|repeat| (stay.hospital, *repeat)))
    });
    listed.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn such_patients_elsewhere_explain_as_many_stays_as_they_have() {
        let stays = |all: f64, once: f64| Stays { all, with: [once, 0.0, 0.0, 0.0, 0.0] };
        assert!(stays(100.0, 90.0).explained(stays(50.0, 45.0), 0), "drawn twice in intensive care everywhere");
        assert!(!stays(100.0, 90.0).explained(stays(50.0, 2.0), 0));
        assert!(!stays(100.0, 90.0).explained(stays(9.0, 9.0), 0), "too few elsewhere");
        assert_eq!([1, 2, 3, 4, 8, 1000].map(step), [0, 1, 1, 2, 3, 4]);
    }
}
