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
use crate::model::{DepartmentId, Fen, HospitalId, RecordId, Region, Stay};

use super::doubling::{Doubling, Part, Repeats};

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

/// Gives each hospital found the repeats of its stays beyond what such patients have elsewhere. `repeats` gives those that may belong
/// to a surplus, record by record, with what each is of: here and elsewhere by the same count. Fewer stays than `min_records` are no
/// pattern of an institution.
pub fn list<'a>(
    region: &Region,
    facts: &Facts,
    doubling: &mut Doubling<'a>,
    min_records: usize,
    repeats: impl Fn(Repeats) -> Vec<(&'a Repeat, Option<Part>)>,
) {
    let mut found: BTreeMap<Part, BTreeSet<HospitalId>> = BTreeMap::new();
    for (hospital, (parts, _)) in &doubling.hospitals {
        parts.iter().for_each(|doubled| {
            found.entry(doubled.part).or_default().insert(*hospital);
        });
    }
    let by_count = [Repeats::OnTop, Repeats::All].map(|count| (count, repeats(count)));
    for (of_part, hospitals) in found {
        let counted = by_count.iter().filter(|(count, _)| *count == of_part.repeats).flat_map(|(_, repeats)| repeats);
        let own: Vec<&Repeat> = counted.filter(|(_, part)| *part == Some(of_part)).map(|(repeat, _)| *repeat).collect();
        let steps: BTreeMap<RecordId, usize> = own
            .chunk_by(|a, b| a.record == b.record)
            .map(|of_record| (of_record[0].record, step(of_record.len())))
            .collect();
        // Of each hospital found, and of all that were not.
        let mut stays: BTreeMap<(Option<HospitalId>, Alike), Stays> = BTreeMap::new();
        for total in facts.stay_totals.iter().filter(|t| t.by_class[of_part.class as usize] != Fen(0)) {
            let Some(stay) = region.stay_of(total.record) else { continue };
            let hospital = Some(stay.hospital).filter(|h| hospitals.contains(h));
            let step = steps.get(&total.record).copied();
            alike(region, stay).for_each(|alike| stays.entry((hospital, alike)).or_default().add(step));
        }
        let explained = |stay: &Stay, step: usize| {
            alike(region, stay).any(|alike| {
                let of = |hospital| stays.get(&(hospital, alike)).copied().unwrap_or_default();
                of(Some(stay.hospital)).explained(of(None), step)
            })
        };
        for of_record in own.chunk_by(|a, b| a.record == b.record) {
            let stay = region.stay_of(of_record[0].record).filter(|s| hospitals.contains(&s.hospital));
            let beyond = stay.filter(|s| !explained(s, steps[&of_record[0].record]));
            if let Some((_, listed)) = beyond.and_then(|s| doubling.hospitals.get_mut(&s.hospital)) {
                listed.extend_from_slice(of_record);
            }
        }
    }
    doubling
        .hospitals
        .retain(|_, (_, listed)| listed.iter().map(|r| r.record).collect::<BTreeSet<_>>().len() >= min_records);
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
