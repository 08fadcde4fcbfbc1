//! Items that are never paid for.

use super::breaches::{Breach, Limit};
use super::charge::Charge;

pub struct Kind;

impl Limit for Kind {
    const NAMES: &'static [&'static str] = &["not_payable"];
    type Bound = ();

    fn read(_: &str, value: &str) -> Option<()> {
        (value == "yes").then_some(())
    }

    /// Any charge that the fund is asked to recognise; those outside its scope are left out with all breaches without money.
    fn breach(_: &Charge<'_>, _: &()) -> Option<Breach> {
        Some(Breach { limit: "never".into(), ..Breach::default() })
    }
}
