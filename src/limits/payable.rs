//! Items that are never paid for.

use super::breaches::{Breach, Hit, Limit};
use super::points::Scope;
use crate::rule::RuleError;

pub struct Payable;

impl Limit for Payable {
    const NAMES: &'static [&'static str] = &["not_payable"];
    type Bound = ();

    fn read(_: &str, value: &str) -> Option<()> {
        (value == "yes").then_some(())
    }

    /// Any charge that the fund is asked to recognise; those outside its scope are left out with all breaches without money.
    fn hits<'a>(scope: &'a Scope<'a, ()>) -> Result<Vec<Hit<'a>>, RuleError> {
        Ok(scope.each(|_, _| Some(Breach { limit: "never".into(), ..Breach::default() })))
    }
}
