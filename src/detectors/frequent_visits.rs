//! `frequent-visits`: people seen in outpatient rooms far more often in a month than people of their age and illness are.

use super::frequent::{self, Illness, Occasion};
use crate::model::{HospitalId, Setting};
use crate::rule::Detector;

pub(super) const DETECTOR: Detector =
    Detector { id: "frequent-visits", check: frequent::check, run: |context| frequent::run(context, false, visits) };

/// Outpatient and emergency visits that are no session of a series of care.
fn visits(illness: &Illness<'_>) -> Vec<Occasion> {
    let visits = illness.region.visits.iter().enumerate();
    visits
        .filter(|(_, v)| v.setting != Setting::Pharmacy && v.hospital != HospitalId::NONE)
        .filter(|(_, v)| !illness.series.code(v.diagnosis) && !illness.series.hospital(v.hospital))
        .map(|(i, v)| Occasion { person: v.person, day: v.time.day, hospital: v.hospital, index: i as u32 })
        .collect()
}
