//! Items for one sex only.

use super::breaches::{Breach, Hit, Limit};
use super::charge::{Charge, Patient};
use super::points::Scope;
use crate::model::Sex;
use crate::rule::RuleError;

pub struct SexLimit;

fn name(sex: Sex) -> &'static str {
    if sex == Sex::Male { "male" } else { "female" }
}

/// Reads a sex of a table.
pub fn read(value: &str) -> Option<Sex> {
    match value {
        "male" => Some(Sex::Male),
        "female" => Some(Sex::Female),
        _ => None,
    }
}

impl Limit for SexLimit {
    const NAMES: &'static [&'static str] = &["sex"];
    type Bound = Sex;

    fn read(_: &str, value: &str) -> Option<Sex> {
        read(value)
    }

    fn hits<'a>(scope: &'a Scope<'a, Sex>) -> Result<Vec<Hit<'a>>, RuleError> {
        Ok(scope.each(|charge: &Charge<'_>, bound| {
            let two = scope.context.index.may_be_two(charge.fact.record);
            if two { None } else { breach(charge.patient(), *bound) }
        }))
    }
}

/// Whether a patient is of the other sex.
pub fn breach(patient: Patient<'_>, bound: Sex) -> Option<Breach> {
    let sex = patient.sex();
    if sex == Sex::Unknown || sex == bound {
        return None;
    }
    // Where the certificate number agrees with the limit, the sex on the record is the likelier mistake.
    let mistaken = patient.certified_sex().is_some_and(|s| s == bound);
    let confidence = if mistaken { 0.3 } else { 0.9 };
    Some(Breach { limit: name(bound).into(), found: name(sex).into(), confidence, ..Breach::default() })
}
