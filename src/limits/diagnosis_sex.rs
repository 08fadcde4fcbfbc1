//! Diagnoses of one sex only.

use super::breaches::{Hit, Limit};
use super::points::Scope;
use super::{sex, subjects};
use crate::model::Sex;
use crate::rule::RuleError;

pub struct DiagnosisSex;

impl Limit for DiagnosisSex {
    const NAMES: &'static [&'static str] = &["diagnosis_sex"];
    const WITHOUT_ITEMS: bool = true;
    type Bound = Sex;

    fn read(_: &str, value: &str) -> Option<Sex> {
        sex::read(value)
    }

    fn hits<'a>(scope: &'a Scope<'a, Sex>) -> Result<Vec<Hit<'a>>, RuleError> {
        Ok(subjects::of_diagnoses(scope, |case, bound| sex::breach(case.patient, *bound)))
    }
}
