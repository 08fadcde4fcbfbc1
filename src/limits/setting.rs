//! Items paid in a setting only: for inpatients, or for inpatients and in emergencies.

use super::breaches::{Breach, Limit};
use super::charge::Charge;
use crate::model::Setting;

pub struct Kind;

impl Limit for Kind {
    const NAMES: &'static [&'static str] = &["setting"];
    /// Whether emergencies are allowed, too.
    type Bound = bool;

    fn read(_: &str, value: &str) -> Option<bool> {
        match value {
            "inpatient" => Some(false),
            "inpatient_or_emergency" => Some(true),
            _ => None,
        }
    }

    fn breach(charge: &Charge<'_>, emergency: &bool) -> Option<Breach> {
        let found = match charge.visit?.setting {
            Setting::Outpatient | Setting::Internet => "outpatient",
            Setting::Pharmacy => "pharmacy",
            Setting::Emergency if !emergency => "emergency",
            _ => return None,
        };
        let limit = if *emergency { "inpatient_or_emergency" } else { "inpatient" };
        Some(Breach { limit: limit.into(), found: found.into(), ..Breach::default() })
    }
}
