//! People of one age, sex and kind of illness, and the law of their counts.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::super::series::{Series, begins};
use super::{Fullest, Parameters};
use crate::model::{DiagnosisId, PersonId, Region, Sex};
use crate::stats::counts::Counts;

/// First years of the age bands.
const AGES: [i32; 6] = [0, 6, 18, 45, 65, 75];
/// The band of people without a date of birth.
const NO_AGE: u8 = 9;

/// What illnesses the people of a region have.
pub struct Illness<'a> {
    pub region: &'a Region,
    /// Care that brings people back by plan.
    pub series: Series<'a>,
    /// By person: 0 nothing lasting known, 1 chronic, 2 an illness treated in series.
    kinds: Vec<u8>,
}

impl<'a> Illness<'a> {
    pub fn new(region: &'a Region, parameters: &'a Parameters) -> Self {
        let series = Series::new(region, &parameters.series_codes, &parameters.series_words);
        let names = &region.names;
        let chronic: Vec<bool> = (0..names.diagnoses.len())
            .map(|i| begins(names.diagnoses.get(DiagnosisId(i as u32)), &parameters.chronic_codes))
            .collect();
        let chronic_types: FxHashSet<_> = region
            .visits
            .iter()
            .map(|v| v.kind)
            .collect::<FxHashSet<_>>()
            .into_iter()
            .filter(|k| k.some().is_some_and(|k| is_type(names.texts.get(k), &parameters.chronic_types)))
            .collect();
        let mut kinds = vec![0; region.persons.len()];
        let mut mark = |person: PersonId, code: DiagnosisId, lasting: bool| {
            let Some(person) = person.some() else { return };
            let ill = lasting || code.some().is_some_and(|c| chronic[c.index()]);
            let kind = if series.code(code) { 2 } else { u8::from(ill) };
            kinds[person.index()] = kinds[person.index()].max(kind);
        };
        region.stays.iter().for_each(|s| mark(s.person, s.diagnosis, false));
        region.visits.iter().for_each(|v| mark(v.person, v.diagnosis, chronic_types.contains(&v.kind)));
        for diagnosis in &region.diagnoses {
            if let Some(record) = region.records.get(diagnosis.record.index()) {
                mark(record.person, diagnosis.code, false);
            }
        }
        Self { region, series, kinds }
    }

    /// Age band, kind of illness, sex.
    fn key(&self, person: PersonId) -> (u8, u8, Sex) {
        let known = &self.region.persons[person.index()];
        let middle =
            self.region.stays.first().map(|s| s.admitted.day).or(self.region.visits.first().map(|v| v.time.day));
        let birth = known.birth.or(known.born.map(|(first, _)| first));
        let age = birth.zip(middle).map(|(birth, day)| (day.0 - birth.0) / 365);
        let band = age.map_or(NO_AGE, |a| AGES.iter().filter(|from| a >= **from).count() as u8);
        (band, self.kinds[person.index()], known.sex)
    }
}

/// Whether a medical type is one of those for lasting illnesses: a code by its beginning, a word wherever it stands.
fn is_type(text: &str, types: &[String]) -> bool {
    types.iter().any(|t| if t.is_ascii() { text.starts_with(t.as_str()) } else { text.contains(t.as_str()) })
}

/// People who are compared with each other.
pub struct Stratum {
    /// Its place in the list of strata.
    pub number: usize,
    /// Indexes into the people.
    pub members: Vec<usize>,
    /// Mean count, those of the highest cut off.
    pub mean: f64,
    /// Tail by count.
    pub tails: Vec<f64>,
    law: Counts,
}

impl Stratum {
    /// The least count that is listed where tails up to `bar` are.
    pub fn threshold(&self, bar: f64, parameters: &Parameters) -> u64 {
        self.law.least(bar).max(parameters.least).max((self.mean * parameters.min_ratio).ceil() as u64)
    }
}

/// Strata of age, illness and sex; those too small are joined over sex, then over age, then over everything, and what is too
/// small even so goes to the stratum of those who come most. Where there are too few people for any law, there is none.
pub fn strata(illness: &Illness<'_>, people: &[(PersonId, Fullest)], parameters: &Parameters) -> Vec<Stratum> {
    let mut out = Vec::new();
    for mut members in groups(illness, people, parameters.min_stratum) {
        members.sort_unstable();
        let mut counts: Vec<u64> = Vec::new();
        for &m in &members {
            let count = people[m].1.count as usize;
            counts.resize(counts.len().max(count + 1), 0);
            counts[count] += 1;
        }
        if let Some(law) = Counts::fit(&counts, parameters.quantile) {
            let used = |(k, n): (usize, &u64)| if *n > 0 { law.tail(k as u64) } else { 1.0 };
            let tails = counts.iter().enumerate().map(used).collect();
            out.push(Stratum { number: out.len(), members, mean: law.mean, tails, law });
        }
    }
    out
}

/// The members of each stratum.
fn groups(illness: &Illness<'_>, people: &[(PersonId, Fullest)], enough: usize) -> Vec<Vec<usize>> {
    type Key = (u8, u8, Sex);
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (i, (person, _)) in people.iter().enumerate() {
        groups.entry(illness.key(*person)).or_default().push(i);
    }
    let everything = (u8::MAX, u8::MAX, Sex::Unknown);
    let wider: [fn(Key) -> Key; 3] =
        [|k| (k.0, k.1, Sex::Unknown), |k| (u8::MAX, k.1, Sex::Unknown), |_| (u8::MAX, u8::MAX, Sex::Unknown)];
    for widen in wider {
        let small: Vec<Key> = groups.iter().filter(|(_, m)| m.len() < enough).map(|(k, _)| *k).collect();
        for key in small.into_iter().filter(|k| widen(*k) != *k) {
            let members = groups.remove(&key).unwrap_or_default();
            groups.entry(widen(key)).or_default().extend(members);
        }
    }
    let left = groups.remove(&everything).unwrap_or_default();
    let mean = |m: &[usize]| m.iter().map(|i| people[*i].1.count as f64).sum::<f64>() / m.len() as f64;
    let fullest = groups.iter().max_by(|a, b| mean(a.1).total_cmp(&mean(b.1)).then(b.0.cmp(a.0))).map(|(k, _)| *k);
    match fullest {
        Some(key) if left.len() < enough => groups.entry(key).or_default().extend(left),
        _ if left.len() >= enough => drop(groups.insert(everything, left)),
        _ => {}
    }
    groups.into_values().collect()
}
