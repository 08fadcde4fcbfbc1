//! Care that brings people back by plan: chemotherapy, radiotherapy, dialysis, psychiatry, rehabilitation, care of the dying
//! (DOMAIN 6.4). Told by diagnosis, by words, and, where the export says nothing of illness, by the evenness of the intervals.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use crate::model::{DepartmentId, DiagnosisId, HospitalId, Region, Stay, TextId};

/// Which stays and visits belong to a series.
pub struct Series<'a> {
    region: &'a Region,
    words: &'a [String],
    /// By [`DiagnosisId`].
    codes: Vec<bool>,
    /// By [`HospitalId`].
    hospitals: Vec<bool>,
    /// By [`DepartmentId`].
    departments: Vec<bool>,
    seen: RefCell<FxHashMap<TextId, bool>>,
}

impl<'a> Series<'a> {
    /// Looks for codes that begin with one of `codes`, and for `words` in the names of diagnoses, departments and hospitals and
    /// in medical types.
    pub fn new(region: &'a Region, codes: &[String], words: &'a [String]) -> Self {
        let names = &region.names;
        let named = |i: usize| has_word(names.diagnosis_names.get(i).map_or("", |n| names.texts.get(*n)), words);
        Self {
            words,
            codes: (0..names.diagnoses.len())
                .map(|i| begins(names.diagnoses.get(DiagnosisId(i as u32)), codes) || named(i))
                .collect(),
            hospitals: (0..region.hospitals.len())
                .map(|i| has_word(region.hospital_name(HospitalId(i as u32)), words))
                .collect(),
            departments: (0..names.departments.len())
                .map(|i| has_word(names.departments.get(DepartmentId(i as u32)), words))
                .collect(),
            seen: RefCell::default(),
            region,
        }
    }

    /// Whether a stay is part of a series by what is written on it.
    pub fn has(&self, stay: &Stay) -> bool {
        let region = self.region;
        self.code(stay.diagnosis)
            || self.hospital(stay.hospital)
            || self.text(stay.kind)
            || self.text(stay.diagnosis_name)
            || stay.department.some().is_some_and(|d| self.departments[d.index()])
            || region.diagnoses_of(stay.record).iter().any(|d| self.code(d.code))
    }

    /// Whether a diagnosis is one of a series.
    pub fn code(&self, code: DiagnosisId) -> bool {
        code.some().is_some_and(|c| self.codes[c.index()])
    }

    /// Whether a hospital is for such care.
    pub fn hospital(&self, hospital: HospitalId) -> bool {
        hospital.some().is_some_and(|h| self.hospitals[h.index()])
    }

    fn text(&self, text: TextId) -> bool {
        text.some().is_some_and(|t| {
            *self.seen.borrow_mut().entry(t).or_insert_with(|| has_word(self.region.names.texts.get(t), self.words))
        })
    }
}

/// Whether a code begins with one of the given beginnings, upper or lower case.
pub fn begins(code: &str, beginnings: &[String]) -> bool {
    let head = |b: &String| code.get(..b.len()).is_some_and(|c| c.eq_ignore_ascii_case(b));
    !code.is_empty() && beginnings.iter().any(head)
}

fn has_word(text: &str, words: &[String]) -> bool {
    !text.is_empty() && words.iter().any(|w| text.contains(w.as_str()))
}

/// Whether the gaps between the days (ascending) are even: at least `times` days, half of the gaps or more of two days or
/// more, and their standard deviation at most `spread` of their mean.
pub fn is_regular(days: &[i32], times: usize, spread: f64) -> bool {
    if days.len() < times.max(3) {
        return false;
    }
    let mut gaps: Vec<f64> = days.windows(2).map(|w| f64::from(w[1] - w[0])).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let variance = gaps.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / (gaps.len() - 1) as f64;
    gaps.sort_unstable_by(f64::total_cmp);
    gaps[gaps.len() / 2] >= 2.0 && variance.sqrt() <= spread * mean
}

/// Whether the days fall on fixed weekdays, three at most, as sessions of dialysis do: at least `times` days, and at least
/// `share` of them on the three most frequent weekdays.
pub fn is_weekly(days: &[i32], times: usize, share: f64) -> bool {
    let mut counts = [0usize; 7];
    days.iter().for_each(|d| counts[d.rem_euclid(7) as usize] += 1);
    counts.sort_unstable();
    days.len() >= times && counts[4..].iter().sum::<usize>() as f64 >= share * days.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_begin_alike() {
        let list = ["Z51".to_string(), "C".to_string()];
        for (code, want) in [("Z51.102", true), ("z51", true), ("C34.900", true), ("Z5", false), ("", false)] {
            assert_eq!(begins(code, &list), want, "{code}");
        }
    }

    #[test]
    fn even_intervals_are_told_from_chance() {
        assert!(is_regular(&[0, 21, 42, 64, 84, 105], 4, 0.35));
        assert!(is_regular(&[0, 2, 4, 7, 9, 11, 14, 16, 18, 21], 4, 0.35));
        assert!(!is_regular(&[0, 21, 42], 4, 0.35));
        assert!(!is_regular(&[0, 3, 40, 45, 110, 115], 4, 0.35));
        assert!(!is_regular(&[0, 1, 2, 3, 4, 5], 4, 0.35), "every day is no interval");
    }

    #[test]
    fn sessions_keep_their_weekdays() {
        let sessions: Vec<i32> = (0..70).filter(|d| [0, 2, 4].contains(&(d % 7))).collect();
        assert!(is_weekly(&sessions, 24, 0.85) && !is_weekly(&sessions[..20], 24, 0.85));
        assert!(!is_weekly(&(0..30).collect::<Vec<_>>(), 24, 0.85));
    }
}
