//! Hospitals that post weekends on Friday or Monday, drugs by the week, beds at discharge, doses one by one or tablets by the box are
//! not accused for it, and what is done beside such habits is found.
#![allow(clippy::unwrap_used)]

mod regions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{Days, NaiveDate};
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

/// Ten hospitals of 60 stays of six days, a panel of six tests a day. In intensive care, every tenth stay, the panel of the second
/// day is drawn twice. The first hospital bills that of two days again in the stays that are also returned.
fn panels_billed_again(folder: &Path) -> BTreeSet<String> {
    let mut stays = String::from(
        "setl_id,mdtrt_id,psn_no,gend,brdy,fixmedins_code,med_type,begntime,endtime,setl_time,adm_dept_name,dise_codg,medfee_sumamt,fund_pay_sumamt\n",
    );
    let mut fees = String::from(
        "feedetl_sn,mdtrt_id,psn_no,fixmedins_code,fee_ocur_time,hilist_code,hilist_name,med_chrgitm_type,cnt,pric,det_item_fee_sumamt\n",
    );
    let (mut again, mut lines) = (BTreeSet::new(), 0);
    for n in 0..600 {
        let (hospital, intensive) = (n % 10, n / 10 % 10 == 3);
        let bills_again = hospital == 0 && !intensive && n / 10 % 3 == 0;
        let first = NaiveDate::from_ymd_opt(2024, 1, 2).unwrap() + Days::new(n / 4);
        let last = first + Days::new(6);
        let (department, illness) = if intensive { ("重症医学科", "J96.000") } else { ("内科", "I63.900") };
        let key = format!("m{n},p{n}");
        let hospital = format!("h{hospital}");
        stays += &format!(
            "s{n},{key},1,1950-03-04,{hospital},21,{first} 08:00:00,{last} 09:00:00,{last} 10:00:00,{department},{illness},1200.00,900.00\n"
        );
        for day in 0..6 {
            let date = first + Days::new(day);
            let times = 1 + u8::from(intensive && day == 1 || bills_again && (day == 2 || day == 4));
            for item in 0..6 {
                for time in 0..times {
                    lines += 1;
                    fees += &format!(
                        "f{lines},{key},{hospital},{date} {:02}:00:00,lab{item},化验{item},04,1,20.00,20.00\n",
                        7 + time
                    );
                }
            }
        }
        if bills_again {
            again.insert(format!("m{n}"));
        }
    }
    std::fs::write(folder.join("stays.csv"), stays).unwrap();
    std::fs::write(folder.join("fees.csv"), fees).unwrap();
    again
}

#[test]
fn what_intensive_care_repeats_everywhere_is_no_part_of_a_lead() {
    let folder = TempDir::new().unwrap();
    let again = panels_billed_again(folder.path());
    let found = scan(folder.path(), &["duplicate-charges"]);
    assert_eq!(found.len(), 1, "{:?}", found.iter().map(|f| (&f.hospital_id, f.stay_ids.len())).collect::<Vec<_>>());
    assert_eq!(found[0].hospital_id, "h0");
    assert_eq!(found[0].stay_ids.iter().cloned().collect::<BTreeSet<_>>(), again);
    assert_eq!(found[0].rows.len(), again.len() * 2 * 6 * 2, "both lines of each repeat");
}
