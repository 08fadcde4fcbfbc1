//! Behaviour rules that need code: one rule, one file. A rule that is left out of the list is dead code, and refused as such.

mod bed_hanging;
mod beds;
mod case_mix;
mod cost_structure;
mod doubling;
mod duplicate_charges;
mod frequent;
mod frequent_admissions;
mod frequent_purchases;
mod frequent_visits;
mod hours_over_day;
mod illness;
mod inflated_drugs;
mod late_uploads;
mod line_fields;
mod many_drugs;
mod minor_admissions;
mod natural;
mod outside_stay;
mod overlapping_stays;
mod padded_stays;
mod paired_admissions;
mod peers;
mod piles;
mod readmission_rate;
mod returns;
mod series;
mod settlement_fields;
mod shares;
mod split_stays;
mod stock_shortfall;
mod surplus;
mod tallies;
mod threshold_stays;
mod unsupported_diagnoses;

use crate::rule::Detector;

/// Every rule in code, sorted by id.
pub const ALL: &[Detector] = &[
    bed_hanging::DETECTOR,
    cost_structure::DETECTOR,
    duplicate_charges::DETECTOR,
    frequent_admissions::DETECTOR,
    frequent_purchases::DETECTOR,
    frequent_visits::DETECTOR,
    hours_over_day::DETECTOR,
    inflated_drugs::DETECTOR,
    late_uploads::DETECTOR,
    line_fields::DETECTOR,
    many_drugs::DETECTOR,
    minor_admissions::DETECTOR,
    outside_stay::DETECTOR,
    overlapping_stays::DETECTOR,
    padded_stays::DETECTOR,
    paired_admissions::DETECTOR,
    readmission_rate::DETECTOR,
    settlement_fields::DETECTOR,
    split_stays::DETECTOR,
    stock_shortfall::DETECTOR,
    threshold_stays::DETECTOR,
    unsupported_diagnoses::DETECTOR,
];
