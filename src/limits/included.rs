//! Items that another already contains: A and B charged together on a day, for an operation or in a stay, where A's price
//! covers B. The money is that of B (DOMAIN 3.2: mutual exclusion).

use super::breaches::{Hit, Limit, Wide};
use super::days::Together;
use super::pairs::Pairs;
use super::points::Scope;
use crate::rule::RuleError;

pub struct Included;

impl Limit for Included {
    const NAMES: &'static [&'static str] =
        &["included_in_same_day", "included_in_same_operation", "included_in_same_stay"];
    const WIDE: Wide = Wide::Habit;
    const OF_PAIRS: bool = true;
    /// Checked only: pairs are read as they are.
    type Bound = ();

    /// Codes of the items that contain the point's.
    fn read(_: &str, value: &str) -> Option<()> {
        (!value.is_empty()).then_some(())
    }

    fn hits<'a>(scope: &'a Scope<'a, ()>) -> Result<Vec<Hit<'a>>, RuleError> {
        // An operation is charged on its day, and what it contains with it.
        let together = |limit: &str| if limit.ends_with("stay") { Together::Record } else { Together::Day };
        Ok(Pairs::new(Self::NAMES, scope.context)?.hits(together, 0.8))
    }
}
