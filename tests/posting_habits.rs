//! Hospitals that post weekends on Friday or Monday, drugs by the week, beds at discharge, doses one by one or tablets by the box are
//! not accused for it, and what is done beside such habits is found.
#![allow(clippy::unwrap_used)]

mod regions;

use std::collections::{BTreeMap, BTreeSet};

use regions::{scan, truth};
use tempfile::TempDir;
use yishen::finding::Finding;
use yishen::simulate::{Options, Scheme, Strength, run};

const RULES: [&str; 4] = ["duplicate-charges", "hours-over-day", "inflated-drugs", "bed-hanging"];

/// The findings of a region half of whose hospitals have habits, and its planted stays by scheme.
fn region(seed: u64, schemes: Vec<Scheme>) -> (Vec<Finding>, BTreeMap<String, BTreeSet<String>>) {
    let folder = TempDir::new().unwrap();
    let mut options = Options::new(folder.path().join("region"));
    (options.stays, options.seed, options.habits) = (8_000, seed, 0.5);
    (options.schemes, options.strength) = (schemes, Strength::Blunt);
    run(&options).unwrap();
    (scan(&options.out, &RULES), truth(&options.out))
}

#[test]
fn habits_are_no_leads() {
    let (findings, _) = region(41, Vec::new());
    let told: Vec<(&str, &str)> = findings.iter().map(|f| (f.rule.as_str(), f.hospital_id.as_str())).collect();
    assert!(findings.len() <= 4, "{told:?}");
}

#[test]
fn hours_are_found_beside_habits() {
    let (findings, planted) = region(42, vec![Scheme::HoursOverDay]);
    let found: BTreeSet<String> =
        findings.iter().filter(|f| f.rule == "hours-over-day").flat_map(|f| f.stay_ids.clone()).collect();
    let planted = &planted["hours-over-day"];
    let (right, wrong) = (found.intersection(planted).count(), found.difference(planted).count());
    assert!(right * 20 >= planted.len() * 19 && wrong * 50 <= right, "{right} of {}, {wrong} wrong", planted.len());
}

#[test]
fn drugs_and_beds_are_found_beside_habits() {
    let (findings, planted) = region(44, vec![Scheme::InflatedDrugs, Scheme::BedHanging]);
    for scheme in ["inflated-drugs", "bed-hanging"] {
        let found: BTreeSet<String> =
            findings.iter().filter(|f| f.rule == scheme).flat_map(|f| f.stay_ids.clone()).collect();
        let others: BTreeSet<&String> = planted.iter().filter(|(s, _)| *s != scheme).flat_map(|(_, k)| k).collect();
        let planted = &planted[scheme];
        let right = found.intersection(planted).count();
        let wrong = found.difference(planted).filter(|s| !others.contains(s)).count();
        assert!(wrong * 19 <= right, "{scheme}: {right} of {}, {wrong} wrong", planted.len());
        if scheme == "inflated-drugs" {
            assert!(right * 20 >= planted.len() * 17, "{right} of {}", planted.len());
        }
    }
}

#[test]
fn a_class_billed_twice_is_found_beside_habits_of_posting() {
    let (mut found, planted) = region(803, vec![Scheme::DoubledClass]);
    found.retain(|f| f.rule == "duplicate-charges");
    let planted = &planted["duplicate-charges"];
    let leads: Vec<_> = found.iter().filter(|f| f.stay_ids.len() > 1).collect();
    let stays: BTreeSet<String> = found.iter().flat_map(|f| f.stay_ids.iter().cloned()).collect();
    let right = stays.intersection(planted).count();
    assert!(!leads.is_empty() && leads.iter().all(|f| f.q_value.unwrap() < 0.05), "{} leads", leads.len());
    assert!(right * 10 >= planted.len() * 8, "{right} of {} found", planted.len());
    assert!(right * 20 >= stays.len() * 19, "{right} of {} right", stays.len());
    // What is counted can be looked up: each lead has its rows, and money that its lines add up to.
    for lead in leads {
        assert!(lead.rows.len() >= 2 * lead.stay_ids.len() && lead.amount.0 > 0 && lead.amount <= lead.total_amount);
    }
}
