//! Items for one sex only.

use super::breaches::{Breach, Limit};
use super::charge::Charge;
use crate::model::Sex;

pub struct Kind;

fn name(sex: Sex) -> &'static str {
    if sex == Sex::Male { "male" } else { "female" }
}

impl Limit for Kind {
    const NAMES: &'static [&'static str] = &["sex"];
    type Bound = Sex;

    fn read(_: &str, value: &str) -> Option<Sex> {
        match value {
            "male" => Some(Sex::Male),
            "female" => Some(Sex::Female),
            _ => None,
        }
    }

    fn breach(charge: &Charge<'_>, bound: &Sex) -> Option<Breach> {
        let sex = charge.sex();
        if sex == Sex::Unknown || sex == *bound || charge.may_be_two() {
            return None;
        }
        // Where the certificate number agrees with the item, the sex on the record is the likelier mistake.
        let mistaken = charge.certified_sex().is_some_and(|s| s == *bound);
        let confidence = if mistaken { 0.3 } else { 0.9 };
        Some(Breach { limit: name(*bound).into(), found: name(sex).into(), confidence, ..Breach::default() })
    }
}
