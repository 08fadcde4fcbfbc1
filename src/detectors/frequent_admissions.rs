//! `frequent-admissions`: people admitted far more often in a year than people of their age and illness are.

use super::frequent::{self, Illness, Occasion};
use super::returns::leaves_otherwise;
use crate::model::{HospitalId, PersonId, Setting};
use crate::rule::Detector;
use crate::rule::subjects::{is_childbirth, is_newborns};

pub(super) const DETECTOR: Detector = Detector {
    id: "frequent-admissions",
    check: frequent::check,
    run: |context| frequent::run(context, true, admissions),
};

/// Admissions that say something of the person: no series of care, no birth, no day surgery, and a transfer once.
fn admissions(illness: &Illness<'_>) -> Vec<Occasion> {
    let region = illness.region;
    let mut order: Vec<u32> = (0..region.stays.len() as u32).collect();
    order.sort_by_key(|&i| {
        let stay = &region.stays[i as usize];
        (stay.person, stay.admitted, i)
    });
    let mut out = Vec::new();
    let mut moved: Option<(PersonId, i32)> = None;
    for index in order {
        let stay = &region.stays[index as usize];
        let arrived =
            moved.is_some_and(|(p, left)| p == stay.person && (0..=1).contains(&(stay.admitted.day.0 - left)));
        moved = leaves_otherwise(region, stay).then(|| (stay.person, stay.last_day().0));
        let counts = stay.setting == Setting::Inpatient
            && stay.hospital != HospitalId::NONE
            && !arrived
            && !illness.series.has(stay)
            && !is_childbirth(region, stay)
            && !is_newborns(region, stay);
        if counts {
            out.push(Occasion { person: stay.person, day: stay.admitted.day, hospital: stay.hospital, index });
        }
    }
    out
}
