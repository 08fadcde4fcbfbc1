//! Items for an age: up to a year of age, or within a range.

use super::breaches::{Breach, Limit};
use super::charge::Charge;

pub struct Kind;

impl Limit for Kind {
    const NAMES: &'static [&'static str] = &["max_age_years", "age_range_years"];
    /// First and last completed year of age.
    type Bound = (i32, i32);

    fn read(limit: &str, value: &str) -> Option<(i32, i32)> {
        let (low, high) = match limit {
            "max_age_years" => (0, value.parse().ok()?),
            _ => {
                let (low, high) = value.split_once('-')?;
                (low.trim().parse().ok()?, high.trim().parse().ok()?)
            }
        };
        (0 <= low && low <= high).then_some((low, high))
    }

    fn breach(charge: &Charge<'_>, (low, high): &(i32, i32)) -> Option<Breach> {
        let age = charge.age()?;
        if (*low..=*high).contains(&age) || charge.may_be_two() {
            return None;
        }
        Some(Breach {
            limit: format!("{low}–{high}"),
            found: age.to_string(),
            observed: Some(f64::from(age)),
            threshold: Some(f64::from(if age > *high { *high } else { *low })),
            ..Breach::default()
        })
    }
}
