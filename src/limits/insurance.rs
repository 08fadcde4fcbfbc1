//! Items that only work-injury or maternity insurance pays for.

use super::breaches::{Breach, Hit, Limit};
use super::charge::Charge;
use super::points::Scope;
use crate::rule::RuleError;
use crate::rule::subjects::is_childbirth;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Insurance {
    WorkInjury,
    Maternity,
}

pub struct InsuranceLimit;

/// Whether an insurance type is a basic medical insurance: 310 employees, 390 residents, and their names.
fn is_basic(text: &str) -> bool {
    ["310", "390"].contains(&text) || ["职工基本", "居民基本", "城乡居民", "城镇职工"].iter().any(|w| text.contains(w))
}

impl Limit for InsuranceLimit {
    const NAMES: &'static [&'static str] = &["insurance"];
    const OF_RECORD: bool = true;
    type Bound = Insurance;

    fn read(_: &str, value: &str) -> Option<Insurance> {
        match value {
            "work_injury" => Some(Insurance::WorkInjury),
            "maternity" => Some(Insurance::Maternity),
            _ => None,
        }
    }

    fn hits<'a>(scope: &'a Scope<'a, Insurance>) -> Result<Vec<Hit<'a>>, RuleError> {
        Ok(scope.each(breach))
    }
}

fn breach(charge: &Charge<'_>, bound: &Insurance) -> Option<Breach> {
    let stay = charge.stay?;
    let written = charge.region.names.texts.get(stay.insurance).trim();
    let kind = charge.region.names.texts.get(stay.kind);
    // Without a medical type nobody knows whether maternity insurance paid.
    let birth = || kind.is_empty() || kind.starts_with("51") || is_childbirth(charge.region, stay);
    if !is_basic(written) || (*bound == Insurance::Maternity && birth()) {
        return None;
    }
    let limit = if *bound == Insurance::WorkInjury { "work_injury" } else { "maternity" };
    Some(Breach { limit: limit.into(), found: written.into(), ..Breach::default() })
}
