//! Behaviour rules that need code: one rule, one file. A line in the list below makes both the module and the entry.

mod beds;
mod doubling;
mod frequent;
mod illness;
mod natural;
mod peers;
mod piles;
mod returns;
mod series;
mod shares;
mod tallies;

use crate::rule::Detector;

macro_rules! detectors {
    ($($module:ident,)*) => {
        $(mod $module;)*

        /// Every rule in code, sorted by id.
        pub const ALL: &[Detector] = &[$($module::DETECTOR),*];
    };
}

detectors! {
    bed_hanging,
    cost_structure,
    duplicate_charges,
    frequent_admissions,
    frequent_purchases,
    frequent_visits,
    hours_over_day,
    inflated_drugs,
    late_uploads,
    line_fields,
    many_drugs,
    minor_admissions,
    outside_stay,
    overlapping_stays,
    padded_stays,
    paired_admissions,
    readmission_rate,
    settlement_fields,
    split_stays,
    stock_shortfall,
    threshold_stays,
    unsupported_diagnoses,
}
