//! Errors of records, tallied by kind and institution: one statement for an institution and a kind, never one a record.

use std::collections::BTreeMap;

use crate::finding::ResultClass;
use crate::model::HospitalId;
use crate::stats::{benjamini_hochberg, binomial_tail};

/// The records of one institution that were checked for one kind of error, and those that have it.
#[derive(Debug)]
pub(super) struct Tally<T> {
    pub checked: u64,
    pub bad: Vec<T>,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self { checked: 0, bad: Vec::new() }
    }
}

/// By kind, then institution.
pub(super) type Tallies<T> = BTreeMap<&'static str, BTreeMap<HospitalId, Tally<T>>>;

/// How tallies are judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Up to this share among all others a kind is an error on its face; above it, an institution must stand out.
    pub identity_share: f64,
    /// An institution whose records have the error in this share exports or maps the column wrongly.
    pub wide_share: f64,
    /// Where this share of the institutions does so, the column means something else in the whole export.
    pub convention_share: f64,
    /// Records needed at an institution to speak of its habits.
    pub min_records: u64,
    /// How many times the peers' share an institution has to reach where the error is common.
    pub min_ratio: f64,
    pub max_q: f64,
}

/// Whether a kind is an error wherever it stands, or only where an institution does it far more than its peers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Nature {
    Contradiction,
    Gap,
}

/// An institution and a kind of error that is to be reported.
#[derive(Debug)]
pub(super) struct Verdict<'a, T> {
    pub kind: &'static str,
    pub hospital: HospitalId,
    pub tally: &'a Tally<T>,
    pub share: f64,
    /// The share at all other institutions; `None` where there is none.
    pub peers: Option<f64>,
    pub p: Option<f64>,
    pub q: Option<f64>,
    pub wide: bool,
    pub result: ResultClass,
    pub confidence: f64,
}

/// Judges every kind. The null of the p-value is that an institution's records have the error as often as all others'
/// (binomial); q-values over the institutions of a kind.
pub(super) fn judge<'a, T>(
    tallies: &'a Tallies<T>,
    nature: impl Fn(&str) -> Nature,
    bounds: Bounds,
) -> Vec<Verdict<'a, T>> {
    let mut out = Vec::new();
    for (kind, by_hospital) in tallies {
        if !is_convention(by_hospital, bounds) {
            out.extend(of_kind(kind, by_hospital, nature(kind), bounds));
        }
    }
    out
}

fn is_wide<T>(tally: &Tally<T>, bounds: Bounds) -> bool {
    tally.checked >= bounds.min_records && tally.bad.len() as f64 >= bounds.wide_share * tally.checked as f64
}

fn is_convention<T>(by_hospital: &BTreeMap<HospitalId, Tally<T>>, bounds: Bounds) -> bool {
    let known: Vec<_> = by_hospital.values().filter(|t| t.checked >= bounds.min_records).collect();
    let wide = known.iter().filter(|t| is_wide(t, bounds)).count();
    known.len() > 1 && wide as f64 >= bounds.convention_share * known.len() as f64
}

fn of_kind<'a, T>(
    kind: &'static str,
    by_hospital: &'a BTreeMap<HospitalId, Tally<T>>,
    nature: Nature,
    bounds: Bounds,
) -> Vec<Verdict<'a, T>> {
    let checked: u64 = by_hospital.values().map(|t| t.checked).sum();
    let bad: u64 = by_hospital.values().map(|t| t.bad.len() as u64).sum();
    let peers = |t: &Tally<T>| {
        let of = checked - t.checked;
        (of > 0).then(|| (bad - t.bad.len() as u64) as f64 / of as f64)
    };
    let p = |t: &Tally<T>| {
        // Half an error more than was seen: a share of none is not known to be zero.
        let of = (checked - t.checked) as f64;
        let share = ((bad - t.bad.len() as u64) as f64 + 0.5) / (of + 1.0);
        if of > 0.0 { binomial_tail(t.bad.len() as u64, t.checked, share) } else { 1.0 }
    };
    let p_values: Vec<f64> = by_hospital.values().map(p).collect();
    let q_values = benjamini_hochberg(&p_values, p_values.len());
    let mut out = Vec::new();
    for ((hospital, tally), (p, q)) in by_hospital.iter().zip(p_values.into_iter().zip(q_values)) {
        let share = tally.bad.len() as f64 / tally.checked.max(1) as f64;
        let peers = peers(tally);
        let common = peers.unwrap_or(share) > bounds.identity_share;
        let stands_out = peers.is_some_and(|peers| share >= bounds.min_ratio * peers) && q <= bounds.max_q;
        let wide = is_wide(tally, bounds);
        let reported = match (nature, common) {
            (Nature::Contradiction, false) => true,
            (Nature::Gap, false) => stands_out && tally.checked >= bounds.min_records && wide,
            // One institution alone has nobody to stand out from: what half of its records have, or of a few one, may be the
            // export's way.
            (Nature::Contradiction, true) if peers.is_none() => {
                tally.checked >= bounds.min_records && share < bounds.convention_share
            }
            (_, true) => stands_out && tally.checked >= bounds.min_records,
        };
        if tally.bad.is_empty() || !reported {
            continue;
        }
        let (result, confidence) = match (wide, common) {
            (true, _) => (ResultClass::Suspicious, 0.3),
            (false, true) => (ResultClass::Suspicious, 0.5),
            (false, false) => (ResultClass::Violation, 0.9),
        };
        let (p, q) = (peers.map(|_| p), peers.map(|_| q));
        out.push(Verdict { kind, hospital: *hospital, tally, share, peers, p, q, wide, result, confidence });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds {
        identity_share: 0.01,
        wide_share: 0.3,
        convention_share: 0.5,
        min_records: 20,
        min_ratio: 5.0,
        max_q: 0.01,
    };

    fn judged(nature: Nature, shares: &[(usize, u64)]) -> Vec<(u32, ResultClass)> {
        let tally = |(i, &(bad, checked)): (usize, &(usize, u64))| {
            (HospitalId(i as u32), Tally { checked, bad: vec![(); bad] })
        };
        let tallies = Tallies::from([("kind", shares.iter().enumerate().map(tally).collect())]);
        judge(&tallies, |_| nature, BOUNDS).iter().map(|v| (v.hospital.0, v.result)).collect()
    }

    #[test]
    fn a_contradiction_is_one_wherever_it_stands() {
        let found = judged(Nature::Contradiction, &[(1, 500), (0, 500), (0, 500), (2, 500)]);
        assert_eq!(found, [(0, ResultClass::Violation), (3, ResultClass::Violation)]);
    }

    #[test]
    fn a_whole_institution_is_a_matter_of_mapping() {
        let found = judged(Nature::Contradiction, &[(490, 500), (0, 500), (0, 500), (0, 500)]);
        assert_eq!(found, [(0, ResultClass::Suspicious)]);
    }

    #[test]
    fn what_most_do_is_a_convention() {
        assert_eq!(judged(Nature::Contradiction, &[(490, 500), (500, 500), (400, 500), (0, 500)]), []);
    }

    #[test]
    fn what_is_common_takes_one_that_stands_out() {
        assert_eq!(judged(Nature::Contradiction, &[(30, 500), (25, 500), (40, 500), (35, 500)]), []);
        let found = judged(Nature::Contradiction, &[(15, 500), (10, 500), (12, 500), (140, 500)]);
        assert_eq!(found, [(3, ResultClass::Suspicious)]);
    }

    #[test]
    fn one_institution_alone_is_suspected() {
        assert_eq!(judged(Nature::Contradiction, &[(20, 500)]), [(0, ResultClass::Suspicious)]);
        assert_eq!(judged(Nature::Contradiction, &[(2, 500)]), [(0, ResultClass::Violation)]);
        assert_eq!(judged(Nature::Gap, &[(20, 500)]), []);
        // A single stay, or nearly all, tell nothing where there is nobody to compare with.
        assert_eq!(judged(Nature::Contradiction, &[(1, 1)]), []);
        assert_eq!(judged(Nature::Contradiction, &[(400, 500)]), []);
    }

    #[test]
    fn a_few_empty_cells_are_no_lead() {
        assert_eq!(judged(Nature::Gap, &[(1, 500), (0, 500), (0, 500), (3, 500)]), []);
        let found = judged(Nature::Gap, &[(200, 500), (0, 500), (0, 500), (1, 500)]);
        assert_eq!(found, [(0, ResultClass::Suspicious)]);
    }
}
