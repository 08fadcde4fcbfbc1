//! The tables of one hospital apart from those of the others.

use std::collections::{BTreeMap, BTreeSet};

use super::options::Apart;
use super::plan::{Plan, Truth};
use super::visits::{self, Visit};
use super::{Error, Scene};

/// A side of the region: everything, one hospital, or all but it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    All,
    One(u16),
    Others(u16),
}

impl Side {
    /// The sides of a region with their folders.
    pub fn of(apart: Option<u16>) -> Vec<(&'static str, Self)> {
        match apart {
            Some(one) => vec![("hospital", Self::One(one)), ("peers", Self::Others(one))],
            None => vec![("", Self::All)],
        }
    }

    /// Whether a hospital belongs to it; `None` is a clinic or pharmacy.
    pub fn has(self, hospital: Option<u16>) -> bool {
        match self {
            Self::All => true,
            Self::One(one) => hospital == Some(one),
            Self::Others(one) => hospital != Some(one),
        }
    }

    /// Whether it knows each person: who was there, or was not at the one hospital.
    pub fn persons(self, plan: &Plan, visits: &[Visit]) -> Vec<bool> {
        let mut seen = [vec![false; plan.persons.len()], vec![false; plan.persons.len()]];
        let stays = plan.stays.iter().map(|s| (s.person, Some(s.hospital)));
        for (person, hospital) in stays.chain(visits.iter().map(|v| (v.person, v.hospital()))) {
            seen[usize::from(self.has(hospital))][person as usize] = true;
        }
        let [elsewhere, here] = seen;
        match self {
            Self::One(_) => here,
            Self::All | Self::Others(_) => {
                here.iter().zip(elsewhere).map(|(here, elsewhere)| *here || !elsewhere).collect()
            }
        }
    }
}

/// The hospital of each unit of the truth, where it has one.
fn places(scene: &Scene, plan: &Plan) -> Vec<Option<u16>> {
    let mut of: BTreeMap<String, u16> = BTreeMap::new();
    of.extend((0..).zip(&scene.places.hospitals).map(|(at, hospital)| (hospital.code.clone(), at)));
    of.extend(plan.stays.iter().map(|s| (s.number(), s.hospital)));
    let visits = (0..).zip(&plan.elsewhere).filter(|(_, v)| !v.shop);
    of.extend(visits.map(|(n, visit)| (visits::number(n), visit.place)));
    let place = |t: &Truth| of.get(t.key.rsplit('@').next().unwrap_or_default()).copied();
    plan.truth.iter().map(place).collect()
}

/// The hospital to be written apart.
///
/// # Errors
/// [`Error::NoneHonest`] where every hospital has a scheme.
pub fn choose(scene: &Scene, plan: &Plan, apart: Apart) -> Result<u16, Error> {
    let count = scene.places.hospitals.len();
    let mut schemes: Vec<(BTreeSet<&str>, usize)> = vec![Default::default(); count];
    for (truth, place) in plan.truth.iter().zip(places(scene, plan)) {
        if let Some(place) = place {
            let of_place = &mut schemes[usize::from(place)];
            of_place.0.insert(truth.scheme.rule());
            of_place.1 += 1;
        }
    }
    let mut stays = vec![0; count];
    plan.stays.iter().for_each(|s| stays[usize::from(s.hospital)] += 1);
    let all = || (0..count as u16).rev();
    let chosen = match apart {
        Apart::Planted => all().max_by_key(|at| (schemes[usize::from(*at)].0.len(), schemes[usize::from(*at)].1)),
        Apart::Honest => all().filter(|at| schemes[usize::from(*at)].1 == 0).max_by_key(|at| stays[usize::from(*at)]),
    };
    chosen.ok_or(Error::NoneHonest)
}

/// Leaves the truth of one hospital only.
pub fn keep(scene: &Scene, plan: &mut Plan, one: u16) {
    let mut places = places(scene, plan).into_iter();
    plan.truth.retain(|_| places.next().flatten() == Some(one));
}
