//! From the region to spells: each hospital's finished stays, those that follow each other without a night joined.

use std::collections::BTreeMap;

use super::calendar::Rhythm;
use super::hospital::Hospital;
use super::traffic::{Care, Spell, TO_MARK};
use crate::model::{Fen, HospitalId, PersonId, Region, Setting, Stay};
use crate::rule::subjects::is_newborns;

/// A hospital with the names behind its numbers.
pub struct NamedHospital {
    /// The hospital.
    pub id: HospitalId,
    /// Its spells.
    pub hospital: Hospital,
    /// By number in the spells: the person.
    pub persons: Vec<PersonId>,
    /// By spell: indices into `Region::stays`.
    pub stays: Vec<Vec<u32>>,
    /// First days of the spells, in order.
    pub begins: Vec<i32>,
}

/// Stays a diagnosis needs at a hospital for a law of lengths of its own.
const FREQUENT: usize = 30;
/// Kinds of care told apart at a hospital.
const KINDS: usize = 60;
/// Days from one discharge to the next admission that make one time in hospital of two stays.
const CONTIGUOUS: i32 = 1;

/// Persons of other hospitals from whom it is known whether a diagnosis brings people in by a calendar: so many to say that it
/// does, and so many to say that it does not although the card has it.
const KNOWN: (usize, usize) = (10, 20);
/// Share of them who come by a calendar: from this on it is one, and below that it is none.
const BY_CALENDAR: (f64, f64) = (0.5, 0.2);
/// Stays as long as these are residence, split for the settlement, and the card's word is taken.
const RESIDENCE: i32 = 20;

/// Every hospital with its spells. Newborns are left out: they lie where their mothers lie. A stay without a discharge has
/// no second date that could agree.
pub fn wards(region: &Region, codes: &[String], words: &[String]) -> Vec<NamedHospital> {
    let mut by_hospital: BTreeMap<HospitalId, Vec<u32>> = BTreeMap::new();
    for (i, stay) in region.stays.iter().enumerate() {
        let known = stay.hospital != HospitalId::NONE && stay.person != PersonId::NONE;
        if known && stay.discharged.is_some_and(|d| d.day >= stay.admitted.day) && !is_newborns(region, stay) {
            by_hospital.entry(stay.hospital).or_default().push(i as u32);
        }
    }
    let mut wards: Vec<NamedHospital> =
        by_hospital.into_iter().map(|(id, stays)| ward(region, id, stays, codes, words)).collect();
    explain(region, &mut wards);
    wards
}

/// The hospital as it looks where bills are steered over marks, given with how far above: who is kept until the bill has passed a
/// mark leaves when it has, each on a day of their own. It is the twin of the one at the position given. `None` where nobody is.
pub fn to_marks(region: &Region, at: usize, ward: &NamedHospital, marks: &[(Fen, Fen)]) -> Option<Hospital> {
    let steered = |stay: &u32| {
        let total = region.stays[*stay as usize].total;
        marks.iter().any(|(mark, upper)| (*mark..=*upper).contains(&total))
    };
    let mut spells = ward.hospital.spells.clone();
    let mut any = false;
    for (spell, _) in spells.iter_mut().zip(&ward.stays).filter(|(_, stays)| stays.iter().any(steered)) {
        (spell.end, any) = (spell.begin + TO_MARK, true);
    }
    any.then(|| Hospital { spells, starts: ward.hospital.starts.clone(), twin: Some(at) })
}

/// The first three characters of the diagnosis of a spell; empty without one.
fn illness<'a>(region: &'a Region, ward: &NamedHospital, spell: usize) -> &'a str {
    kind_of(region, &region.stays[ward.stays[spell][0] as usize]).1
}

/// Persons whose returns tell something, and those of them who come by a calendar.
type Returns<'a> = BTreeMap<&'a str, [usize; 2]>;

/// Settles which spells are care by a calendar. The card's codes and words are a guess that the other hospitals may contradict,
/// and they may show calendars that the card does not know; what only one hospital does is none.
fn explain(region: &Region, wards: &mut [NamedHospital]) {
    let here: Vec<Returns<'_>> = wards.iter().map(|w| returns(region, w)).collect();
    let mut all: Returns<'_> = BTreeMap::new();
    for (illness, [seen, kept]) in here.iter().flatten() {
        let sum = all.entry(illness).or_default();
        *sum = [sum[0] + seen, sum[1] + kept];
    }
    for (ward, here) in wards.iter_mut().zip(&here) {
        let judged = |illness: &str| {
            let ([seen, kept], [own, own_kept]) =
                (all.get(illness).copied().unwrap_or_default(), here.get(illness).copied().unwrap_or_default());
            let (others, share) = (seen - own, (kept - own_kept) as f64 / (seen - own).max(1) as f64);
            if others >= KNOWN.0 && share >= BY_CALENDAR.0 {
                Some(true)
            } else {
                (others >= KNOWN.1 && share < BY_CALENDAR.1).then_some(false)
            }
        };
        let settled: BTreeMap<&str, bool> =
            here.keys().filter_map(|illness| Some((*illness, judged(illness)?))).collect();
        for spell in 0..ward.hospital.spells.len() {
            let known = settled.get(illness(region, ward, spell)).copied();
            let spell = &mut ward.hospital.spells[spell];
            spell.care = match (spell.care, known) {
                (Care::Plain, Some(true)) => Care::Scheduled,
                (Care::Scheduled, Some(false)) if spell.nights() < RESIDENCE => Care::Plain,
                (care, _) => care,
            };
        }
    }
}

/// By illness, the persons of a hospital whose returns are mostly for it.
fn returns<'a>(region: &'a Region, ward: &NamedHospital) -> Returns<'a> {
    let mut found: Returns<'a> = BTreeMap::new();
    for person in 0..ward.persons.len() as u32 {
        let spells = ward.hospital.of(person);
        let Some(regular) = Rhythm::of(spells).regular() else { continue };
        let first = ward.hospital.starts[person as usize] as usize;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        (first..first + spells.len()).for_each(|s| *counts.entry(illness(region, ward, s)).or_default() += 1);
        if let Some((illness, n)) = counts.into_iter().max_by_key(|c| c.1)
            && n * 2 > spells.len()
            && !illness.is_empty()
        {
            let seen = found.entry(illness).or_default();
            *seen = [seen[0] + 1, seen[1] + usize::from(regular)];
        }
    }
    found
}

fn ward(region: &Region, id: HospitalId, mut indices: Vec<u32>, codes: &[String], words: &[String]) -> NamedHospital {
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
                let care = care(region, stay(i), codes, words);
                spells.push(Spell { person: persons.len() as u32 - 1, begin, end, kind, care });
                stays.push(vec![i]);
            }
        }
    }
    let mut begins: Vec<i32> = spells.iter().map(|s| s.begin).collect();
    begins.sort_unstable();
    NamedHospital { id, hospital: Hospital::new(spells, persons.len()), persons, stays, begins }
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

/// Whether the care goes by a calendar, by any diagnosis of the stay or by its wording, as the card has them.
fn care(region: &Region, stay: &Stay, codes: &[String], words: &[String]) -> Care {
    let further = region.diagnoses_of(stay.record).iter().map(|d| d.code);
    let by_code = std::iter::once(stay.diagnosis).chain(further).any(|code| {
        let code = region.names.diagnoses.get(code).to_ascii_uppercase();
        codes.iter().any(|prefix| code.starts_with(prefix.as_str()))
    });
    let name = region.names.texts.get(stay.diagnosis_name);
    if by_code || words.iter().any(|word| name.contains(word.as_str())) {
        Care::Scheduled
    } else if name.is_empty() && region.names.diagnoses.get(stay.diagnosis).is_empty() {
        Care::Unknown
    } else {
        Care::Plain
    }
}
