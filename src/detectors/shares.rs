//! An institution's share of something among its peers' shares: the over-dispersed funnel of Spiegelhalter, Stat. Med. 24
//! (2005) 1185, with a scale that a minority of dishonest peers cannot move.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::model::HospitalId;
use crate::stats::{benjamini_hochberg, quantile};

/// What was counted at an institution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Count {
    pub hospital: HospitalId,
    pub hits: u64,
    pub of: u64,
}

/// How the peers are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Funnel {
    /// Institutions with fewer records are neither tested nor peers.
    pub min_of: u64,
    /// Peers needed for a test.
    pub min_peers: usize,
    /// Least spread between honest institutions, as a standard deviation of arcsin √share.
    pub min_spread: f64,
}

/// An institution against its peers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct JudgedShare {
    pub count: Count,
    /// The peers' middle share.
    pub expected: f64,
    pub peers: usize,
    pub p: f64,
    pub q: f64,
}

impl JudgedShare {
    pub fn share(&self) -> f64 {
        self.count.hits as f64 / self.count.of.max(1) as f64
    }
}

/// Freeman and Tukey's scale (Ann. Math. Stat. 21 (1950) 607), on which a share's own chance has the variance 1 / (4n + 2).
fn level(count: &Count) -> f64 {
    ((count.hits as f64 + 0.375) / (count.of as f64 + 0.75)).sqrt().asin()
}

fn chance(count: &Count) -> f64 {
    1.0 / (4.0 * count.of as f64 + 2.0)
}

/// Tests every institution with enough records against all others: the null is that its level is drawn like theirs, from a law
/// with their median and a robust estimate of their spread beyond chance; the tail is Student's t with as many degrees of
/// freedom as there are peers less one. q-values over all institutions tested.
pub(super) fn judge(counts: &[Count], funnel: Funnel) -> Vec<JudgedShare> {
    let tested: Vec<&Count> = counts.iter().filter(|c| c.of >= funnel.min_of.max(1)).collect();
    if tested.len() <= funnel.min_peers {
        return Vec::new();
    }
    let mut judged: Vec<JudgedShare> = tested.iter().map(|own| one(own, &tested, funnel)).collect();
    let p: Vec<f64> = judged.iter().map(|j| j.p).collect();
    for (judged, q) in judged.iter_mut().zip(benjamini_hochberg(&p, p.len())) {
        judged.q = q;
    }
    judged
}

fn one(own: &Count, all: &[&Count], funnel: Funnel) -> JudgedShare {
    let peers: Vec<&&Count> = all.iter().filter(|c| c.hospital != own.hospital).collect();
    let median = |values: Vec<f64>| quantile(&mut { values }, 0.5).unwrap_or(0.0);
    let middle = median(peers.iter().map(|c| level(c)).collect());
    // 1.4826 makes the median absolute deviation a standard deviation under the normal law.
    let scale = 1.4826 * median(peers.iter().map(|c| (level(c) - middle).abs()).collect());
    let between = (scale * scale - median(peers.iter().map(|c| chance(c)).collect())).max(0.0);
    let spread = between.max(funnel.min_spread * funnel.min_spread) + chance(own);
    let z = (level(own) - middle) / spread.sqrt();
    let freedom = (peers.len() as f64 - 1.0).max(1.0);
    let p = StudentsT::new(0.0, 1.0, freedom).map_or(1.0, |t| t.sf(z));
    JudgedShare { count: *own, expected: middle.sin().powi(2), peers: peers.len(), p, q: 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNNEL: Funnel = Funnel { min_of: 20, min_peers: 5, min_spread: 0.03 };

    fn counts(hits: &[u64]) -> Vec<Count> {
        let count = |(i, hits): (usize, &u64)| Count { hospital: HospitalId(i as u32), hits: *hits, of: 200 };
        hits.iter().enumerate().map(count).collect()
    }

    #[test]
    fn the_one_that_stands_out_is_found_beside_another() {
        let judged = judge(&counts(&[9, 11, 8, 12, 10, 9, 13, 10, 7, 80, 95]), FUNNEL);
        let low: Vec<u32> = judged.iter().filter(|j| j.q < 0.01).map(|j| j.count.hospital.0).collect();
        assert_eq!(low, [9, 10]);
        assert!((judged[0].expected - 0.05).abs() < 0.01, "{:?}", judged[0]);
    }

    #[test]
    fn shares_that_scatter_are_no_leads() {
        let judged = judge(&counts(&[0, 60, 10, 120, 30, 5, 80, 20, 45, 100]), FUNNEL);
        assert!(judged.iter().all(|j| j.q > 0.1), "{judged:?}");
    }

    #[test]
    fn without_peers_there_is_no_test() {
        assert!(judge(&counts(&[0, 0, 0, 0, 200]), FUNNEL).is_empty());
    }
}
