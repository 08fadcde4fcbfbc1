//! From the region to spells: each hospital's finished stays, those that follow each other without a night joined.

use std::collections::BTreeMap;

use super::search::Hospital;
use super::traffic::Spell;
use crate::model::{HospitalId, PersonId, Region, Setting, Stay};
use crate::rule::subjects::is_newborns;

/// A hospital with the names behind its numbers.
pub struct Ward {
    /// The hospital.
    pub id: HospitalId,
    /// Its spells.
    pub hospital: Hospital,
    /// By number in the spells: the person.
    pub persons: Vec<PersonId>,
    /// By spell: indices into `Region::stays`.
    pub stays: Vec<Vec<u32>>,
}

/// Stays a diagnosis needs at a hospital for a law of lengths of its own.
const FREQUENT: usize = 30;
/// Kinds of care told apart at a hospital.
const KINDS: usize = 60;
/// Days from one discharge to the next admission that make one time in hospital of two stays.
const CONTIGUOUS: i32 = 1;

/// Every hospital with its spells. Newborns are left out: they lie where their mothers lie. A stay without a discharge has
/// no second date that could agree.
pub fn wards(region: &Region, codes: &[String], words: &[String]) -> Vec<Ward> {
    let mut by_hospital: BTreeMap<HospitalId, Vec<u32>> = BTreeMap::new();
    for (i, stay) in region.stays.iter().enumerate() {
        let known = stay.hospital != HospitalId::NONE && stay.person != PersonId::NONE;
        if known && stay.discharged.is_some_and(|d| d.day >= stay.admitted.day) && !is_newborns(region, stay) {
            by_hospital.entry(stay.hospital).or_default().push(i as u32);
        }
    }
    by_hospital.into_iter().map(|(id, stays)| ward(region, id, stays, codes, words)).collect()
}

fn ward(region: &Region, id: HospitalId, mut indices: Vec<u32>, codes: &[String], words: &[String]) -> Ward {
    let stay = |i: u32| &region.stays[i as usize];
    indices.sort_unstable_by_key(|&i| (stay(i).person, stay(i).admitted.day, stay(i).last_day(), i));
    let kinds = kinds(region, &indices);
    let (mut spells, mut stays, mut persons): (Vec<Spell>, Vec<Vec<u32>>, Vec<PersonId>) = Default::default();
    for &i in &indices {
        let (begin, end) = (stay(i).admitted.day.0, stay(i).last_day().0);
        let same = persons.last() == Some(&stay(i).person);
        if !same {
            persons.push(stay(i).person);
        }
        match spells.last_mut() {
            Some(last) if same && begin <= last.end + CONTIGUOUS => {
                last.end = last.end.max(end);
                if let Some(joined) = stays.last_mut() {
                    joined.push(i);
                }
            }
            _ => {
                let kind = kinds.get(&kind_of(region, stay(i))).copied().unwrap_or(0);
                let scheduled = is_scheduled(region, stay(i), codes, words);
                spells.push(Spell { person: persons.len() as u32 - 1, begin, end, kind, scheduled });
                stays.push(vec![i]);
            }
        }
    }
    Ward { id, hospital: Hospital::new(spells, persons.len()), persons, stays }
}

/// What decides how long a stay lasts: day surgery or not, and the first three characters of the diagnosis.
fn kind_of<'a>(region: &'a Region, stay: &Stay) -> (bool, &'a str) {
    let code = region.names.diagnoses.get(stay.diagnosis);
    let end = code.char_indices().nth(3).map_or(code.len(), |(at, _)| at);
    (stay.setting == Setting::DaySurgery, &code[..end])
}

/// Numbers of the frequent kinds, from 1.
fn kinds<'a>(region: &'a Region, indices: &[u32]) -> BTreeMap<(bool, &'a str), u16> {
    let mut counts: BTreeMap<(bool, &str), usize> = BTreeMap::new();
    for &i in indices {
        *counts.entry(kind_of(region, &region.stays[i as usize])).or_default() += 1;
    }
    let mut frequent: Vec<_> = counts.into_iter().filter(|(_, n)| *n >= FREQUENT).collect();
    frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    frequent.into_iter().take(KINDS).enumerate().map(|(i, (kind, _))| (kind, i as u16 + 1)).collect()
}

/// Whether the care goes by a calendar, by any diagnosis of the stay or by its wording.
fn is_scheduled(region: &Region, stay: &Stay, codes: &[String], words: &[String]) -> bool {
    let further = region.diagnoses_of(stay.record).iter().map(|d| d.code);
    let by_code = std::iter::once(stay.diagnosis).chain(further).any(|code| {
        let code = region.names.diagnoses.get(code).to_ascii_uppercase();
        codes.iter().any(|prefix| code.starts_with(prefix.as_str()))
    });
    let name = region.names.texts.get(stay.diagnosis_name);
    by_code || words.iter().any(|word| name.contains(word.as_str()))
}
