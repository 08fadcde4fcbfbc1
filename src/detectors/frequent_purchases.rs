//! `frequent-purchases`: people who buy at pharmacies far more often in a month than people of their age and illness do.

use super::frequent::{self, Illness, Occasion};
use crate::model::{HospitalId, Setting};
use crate::rule::Detector;

pub(super) const DETECTOR: Detector = Detector {
    id: "frequent-purchases",
    check: frequent::check,
    run: |context| frequent::run(context, false, purchases),
};

/// Purchases at pharmacies.
fn purchases(illness: &Illness<'_>) -> Vec<Occasion> {
    let visits = illness.region.visits.iter().enumerate();
    visits
        .filter(|(_, v)| v.setting == Setting::Pharmacy && v.hospital != HospitalId::NONE)
        .map(|(i, v)| Occasion { person: v.person, day: v.time.day, hospital: v.hospital, index: i as u32 })
        .collect()
}
