//! Operations of one sex only.

use super::breaches::{Hit, Limit};
use super::points::Scope;
use super::{sex, subjects};
use crate::model::Sex;
use crate::rule::RuleError;
use crate::rule::coverage::Coverage;

pub struct OperationSex;

impl Limit for OperationSex {
    const NAMES: &'static [&'static str] = &["operation_sex"];
    const WITHOUT_ITEMS: bool = true;
    type Bound = Sex;

    fn of_records(scope: &Scope<'_, Self::Bound>) -> Coverage {
        subjects::operated(scope.context.region)
    }

    fn read(_: &str, value: &str) -> Option<Sex> {
        sex::read(value)
    }

    fn hits<'a>(scope: &'a Scope<'a, Sex>) -> Result<Vec<Hit<'a>>, RuleError> {
        let bound = |at: u32| scope.points[at as usize].bound;
        Ok(subjects::of_operations(scope, |case, _, at| sex::breach(case.patient, bound(at))))
    }
}
