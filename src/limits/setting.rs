//! Items paid in settings only, or not paid in some: inpatients, outpatients, emergencies, pharmacies, internet hospitals.

use super::breaches::{Breach, Hit, Limit};
use super::charge::Charge;
use super::points::Scope;
use crate::model::Setting;
use crate::rule::RuleError;

pub struct SettingLimit;

/// The settings in which an item is paid.
pub struct Allowed {
    /// As the table says it.
    written: String,
    settings: Vec<Setting>,
}

/// What tables call the settings. Day surgery is inpatient care, unless it is named itself.
const NAMES: [(&str, &[Setting]); 6] = [
    ("inpatient", &[Setting::Inpatient, Setting::DaySurgery]),
    ("day_surgery", &[Setting::DaySurgery]),
    ("outpatient", &[Setting::Outpatient]),
    ("emergency", &[Setting::Emergency]),
    ("pharmacy", &[Setting::Pharmacy]),
    ("internet", &[Setting::Internet]),
];

/// The settings of `a_or_b` or `a b`.
fn settings(value: &str) -> Option<Vec<Setting>> {
    let words = value.split_ascii_whitespace().flat_map(|word| word.split("_or_"));
    let known = words.map(|word| NAMES.iter().find(|n| n.0 == word).map(|n| n.1));
    let all: Vec<Setting> = known.collect::<Option<Vec<_>>>()?.concat();
    (!all.is_empty()).then_some(all)
}

fn name(setting: Setting) -> &'static str {
    match setting {
        Setting::Inpatient => "inpatient",
        Setting::DaySurgery => "day_surgery",
        Setting::Outpatient => "outpatient",
        Setting::Emergency => "emergency",
        Setting::Pharmacy => "pharmacy",
        Setting::Internet => "internet",
    }
}

impl Limit for SettingLimit {
    const NAMES: &'static [&'static str] = &["setting", "not_in_setting"];
    const OF_RECORD: bool = true;
    type Bound = Allowed;

    fn read(limit: &str, value: &str) -> Option<Allowed> {
        let named = settings(value)?;
        if limit == "setting" {
            return Some(Allowed { written: value.to_string(), settings: named });
        }
        let all = NAMES.iter().flat_map(|n| n.1).copied();
        Some(Allowed { written: format!("not_{value}"), settings: all.filter(|s| !named.contains(s)).collect() })
    }

    fn hits<'a>(scope: &'a Scope<'a, Allowed>) -> Result<Vec<Hit<'a>>, RuleError> {
        Ok(scope.each(|charge: &Charge<'_>, allowed| {
            let setting = charge.stay.map(|s| s.setting).or(charge.visit.map(|v| v.setting))?;
            if allowed.settings.contains(&setting) {
                return None;
            }
            Some(Breach { limit: allowed.written.clone(), found: name(setting).into(), ..Breach::default() })
        }))
    }
}
