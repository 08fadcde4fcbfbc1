//! Behaviour rules that need code: one rule, one file. A line in the list below makes both the module and the entry.

mod beds;
mod natural;
mod peers;
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
    duplicate_charges,
    hours_over_day,
    inflated_drugs,
    late_uploads,
    line_fields,
    many_drugs,
    outside_stay,
    overlapping_stays,
    padded_stays,
    paired_admissions,
    settlement_fields,
    stock_shortfall,
    threshold_stays,
    unsupported_diagnoses,
}
