//! Drugs that must not be used together: interacting pairs on one day, incompatible slices in one prescription (十八反、十九畏).

use super::breaches::{Hit, Limit, Wide};
use super::days::Together;
use super::pairs::Pairs;
use super::points::Scope;
use crate::rule::RuleError;

pub struct Interaction;

impl Limit for Interaction {
    const NAMES: &'static [&'static str] = &["interacts_same_day", "incompatible_in_prescription"];
    const WIDE: Wide = Wide::Habit;
    const OF_PAIRS: bool = true;
    /// Checked only: pairs are read as they are.
    type Bound = ();

    /// Codes of the drugs that the point's must not meet.
    fn read(_: &str, value: &str) -> Option<()> {
        (!value.is_empty()).then_some(())
    }

    fn hits<'a>(scope: &'a Scope<'a, ()>) -> Result<Vec<Hit<'a>>, RuleError> {
        let together = |limit: &str| if limit.ends_with("day") { Together::Day } else { Together::Prescription };
        Ok(Pairs::new(Self::NAMES, scope.context)?.hits(together, 0.7))
    }
}
