//! Which hospitals a hospital is compared with.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{HospitalId, Region, TextId};
use crate::stats::funnel::{Prediction, Unit, predictions};

/// Least expectation of a count: next to nothing says next to nothing.
const LEAST: f64 = 0.1;

/// How a hospital stands among its peers.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// What the peers predict.
    pub prediction: Prediction,
    /// Probability of a value at least so high.
    pub p: f64,
    /// Place among the peers and itself, 1 for the highest.
    pub rank: usize,
    /// Number of peers, itself not counted.
    pub peers: usize,
}

/// Hospitals that are held against each other, as places in a list, in order. All members of a group have the same one.
pub type Group = Arc<[usize]>;

/// Groups of hospitals of one level and type, else of one level, else all: the first that has enough others.
pub fn groups(region: &Region, hospitals: &[HospitalId], enough: usize) -> Vec<Group> {
    let key = |i: usize, depth: usize| {
        let hospital = &region.hospitals[hospitals[i].index()];
        let level = if depth < 2 { hospital.level } else { TextId::NONE };
        (level, if depth < 1 { hospital.kind } else { TextId::NONE })
    };
    let members: [BTreeMap<(TextId, TextId), Group>; 3] = std::array::from_fn(|depth| {
        let mut all: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        (0..hospitals.len()).for_each(|i| all.entry(key(i, depth)).or_default().push(i));
        all.into_iter().map(|(key, members)| (key, Group::from(members))).collect()
    });
    (0..hospitals.len())
        .map(|i| {
            let own = |depth: usize| &members[depth][&key(i, depth)];
            (0..3).map(own).find(|m| m.len() > enough).unwrap_or_else(|| own(2)).clone()
        })
        .collect()
}

/// How each hospital stands among its group.
pub fn standings(units: &[Unit], groups: &[Group]) -> Vec<Option<Standing>> {
    let mut known: BTreeMap<&[usize], Vec<Option<Prediction>>> = BTreeMap::new();
    (0..units.len())
        .map(|i| {
            let group = &*groups[i];
            let place = group.binary_search(&i).ok()?;
            let all = known.entry(group).or_insert_with(|| {
                let own: Vec<Unit> = group.iter().map(|j| units[*j]).collect();
                predictions(&own)
            });
            let prediction = all[place]?;
            let others = || group.iter().filter(|j| **j != i);
            Some(Standing {
                prediction,
                p: prediction.tail(units[i]),
                rank: 1 + others().filter(|j| units[**j].value > units[i].value).count(),
                peers: others().count(),
            })
        })
        .collect()
}

/// The same for counts: each an observed and an expected number.
pub fn count_standings(counts: &[(f64, f64)], groups: &[Group]) -> Vec<Option<Standing>> {
    let units: Vec<Unit> =
        counts.iter().map(|(observed, expected)| Unit::count(*observed, expected.max(LEAST))).collect();
    let mut all = standings(&units, groups);
    for (standing, (observed, expected)) in all.iter_mut().zip(counts) {
        if let Some(standing) = standing {
            standing.p = standing.prediction.count_tail(*observed, expected.max(LEAST));
        }
    }
    all
}
