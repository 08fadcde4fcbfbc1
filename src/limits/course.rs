//! Items paid for a number of days of use: distinct days, not quantity.

use super::breaches::{Breach, Limit};
use super::charge::Charge;
use crate::model::Day;

pub struct Kind;

impl Limit for Kind {
    const NAMES: &'static [&'static str] = &["max_use_days"];
    type Bound = u32;

    fn read(_: &str, value: &str) -> Option<u32> {
        value.parse().ok().filter(|days| *days > 0)
    }

    fn breach(charge: &Charge<'_>, most: &u32) -> Option<Breach> {
        if charge.fact.days <= *most {
            return None;
        }
        let fees = &charge.region.fees;
        let own = (charge.fact.first_line..=charge.fact.last_line).map(|l| l as usize);
        let dated = own.filter(|&l| fees.item[l] == charge.fact.item).filter_map(|l| fees.time[l]);
        let mut days: Vec<Day> = dated.map(|t| t.day).collect();
        days.dedup();
        let from = *days.get(*most as usize)?;
        Some(Breach {
            limit: most.to_string(),
            found: days.len().to_string(),
            observed: Some(days.len() as f64),
            threshold: Some(f64::from(*most)),
            from: Some(from),
            ..Breach::default()
        })
    }
}
