//! Diagnoses of an age.

use super::age::Ages;
use super::breaches::{Hit, Limit};
use super::points::Scope;
use super::subjects;
use crate::rule::RuleError;

pub struct DiagnosisAge;

impl Limit for DiagnosisAge {
    const NAMES: &'static [&'static str] = &[
        "diagnosis_max_age_years",
        "diagnosis_min_age_years",
        "diagnosis_age_range_years",
        "diagnosis_max_age_days",
        "diagnosis_age_range_days",
    ];
    const WITHOUT_ITEMS: bool = true;
    type Bound = Ages;

    fn read(limit: &str, value: &str) -> Option<Ages> {
        Ages::read(limit.strip_prefix("diagnosis_")?, value)
    }

    fn hits<'a>(scope: &'a Scope<'a, Ages>) -> Result<Vec<Hit<'a>>, RuleError> {
        Ok(subjects::of_diagnoses(scope, |case, ages| ages.surely_broken(case.patient.birth()?, case.day, case.day)))
    }
}
