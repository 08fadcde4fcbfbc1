//! Strangers called in on fixed days, or each kept until the bill just passes a mark, are groups; patients whose care follows a
//! calendar, and those who keep rhythms of their own, are none.
#![allow(clippy::unwrap_used)]

mod regions;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use chrono::{Datelike, Days, NaiveDate};
use regions::{Row, rows, scan, truth, write};
use tempfile::TempDir;
use yishen::finding::Finding;
use yishen::simulate::{Options, Scheme, Strength, run};

fn simulate(folder: &TempDir, seed: u64, stays: u64, schemes: Vec<Scheme>) -> PathBuf {
    let mut options = Options::new(folder.path().join("region"));
    (options.stays, options.seed, options.schemes, options.strength) = (stays, seed, schemes, Strength::Blunt);
    run(&options).unwrap();
    options.out
}

/// Further patients of a hospital: their days of admission, nights, and illness.
struct Patient {
    days: Vec<NaiveDate>,
    nights: u64,
    illness: (&'static str, &'static str),
}

const ILL: [(&str, &str); 5] = [
    ("J18.900", "肺炎"),
    ("K29.500", "慢性胃炎"),
    ("M54.500", "腰痛"),
    ("I10.x00", "特发性高血压"),
    ("J44.100", "慢性阻塞性肺疾病急性加重"),
];
/// Where they come, and what each stay costs in yuan; the fund pays 70 %.
const COST: u64 = 5_000;

/// The findings of a region of 3,000 clean stays with further patients at a hospital of middling size, and that hospital.
fn with(patients: &[Patient]) -> (Vec<Finding>, String) {
    let folder = TempDir::new().unwrap();
    let region = simulate(&folder, 5, 3_000, Vec::new());
    fs::remove_file(region.join("fees.csv")).unwrap();
    let (head, stays) = rows(&region.join("stays.csv"));
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    stays.iter().for_each(|s| *counts.entry(&s["fixmedins_code"]).or_default() += 1);
    let hospital =
        counts.into_iter().min_by_key(|(code, n)| (n.abs_diff(200), code.to_string())).unwrap().0.to_string();
    let like = stays.iter().find(|s| s["fixmedins_code"] == hospital).unwrap();
    let mut writer =
        csv::Writer::from_writer(fs::OpenOptions::new().append(true).open(region.join("stays.csv")).unwrap());
    for (n, patient) in patients.iter().enumerate() {
        for (k, first) in patient.days.iter().enumerate() {
            let mut row = like.clone();
            let last = *first + Days::new(patient.nights);
            let mut set = |field: &str, value: String| row.insert(field.into(), value);
            set("setl_id", format!("S99{n:03}{k:02}"));
            set("mdtrt_id", format!("99{n:03}{k:02}"));
            set("psn_no", format!("9990{n:04}"));
            set("psn_name", format!("人{n}"));
            set("certno", String::new());
            set("med_type", "21".into());
            set("gend", (1 + n % 2).to_string());
            set("brdy", format!("19{}-0{}-11", 40 + 3 * (n % 18), 1 + n % 9));
            set("begntime", format!("{first} {:02}:{:02}:00", 8 + n % 4, 7 * k % 60));
            set("endtime", format!("{last} {:02}:{:02}:00", 9 + n % 5, 11 * k % 60));
            set("setl_time", format!("{last} 16:00:00"));
            set("dise_codg", patient.illness.0.into());
            set("dise_name", patient.illness.1.into());
            set("medfee_sumamt", format!("{COST}.00"));
            set("fund_pay_sumamt", format!("{}.00", COST * 7 / 10));
            set("inscp_scp_amt", format!("{COST}.00"));
            set("psn_pay", format!("{}.00", COST * 3 / 10));
            set("refd_setl_flag", "0".into());
            writer.write_record(head.iter().map(|field| &row[field])).unwrap();
        }
    }
    drop(writer);
    (scan(&region, &["paired-admissions"]), hospital)
}

fn day(year: i32, month: u32, n: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, n).unwrap()
}

/// The year of the simulated region in which the patients come.
const YEAR: i32 = 2024;

fn tenths() -> Vec<NaiveDate> {
    (3..=10).map(|month| day(YEAR, month, 10)).collect()
}

fn first_mondays() -> Vec<NaiveDate> {
    (3..=10)
        .map(|month| (1..8).map(|n| day(YEAR, month, n)).find(|d| d.weekday() == chrono::Weekday::Mon).unwrap())
        .collect()
}

fn every(days: u64, first: NaiveDate) -> Vec<NaiveDate> {
    (0..8).map(|n| first + Days::new(days * n)).collect()
}

/// Strangers, each with an illness of their own, on the same days for a week.
fn strangers(days: &[NaiveDate], n: usize) -> Vec<Patient> {
    (0..n).map(|i| Patient { days: days.to_vec(), nights: 7, illness: ILL[i % ILL.len()] }).collect()
}

#[test]
fn strangers_on_fixed_days_are_one_group() {
    let kinds = [tenths(), first_mondays(), every(30, day(YEAR, 3, 6))];
    for (days, n) in [(&kinds[0], 5), (&kinds[1], 5), (&kinds[2], 3), (&kinds[2], 24)] {
        let (found, hospital) = with(&strangers(days, n));
        assert_eq!(found.len(), 1, "{n} on {}", days[1]);
        let group = &found[0];
        let members: BTreeSet<String> = (0..n).map(|n| format!("9990{n:04}")).collect();
        assert_eq!(group.patient_ids.iter().cloned().collect::<BTreeSet<_>>(), members);
        assert_eq!((group.hospital_id.as_str(), group.stay_ids.len()), (hospital.as_str(), n * days.len()));
        assert_eq!(group.amount.yuan(), (n * days.len()) as f64 * COST as f64 * 0.7);
        assert_eq!(group.rows.len(), n * days.len());
    }
}

#[test]
fn calendars_of_care_and_rhythms_of_ones_own_are_no_group() {
    let chemo =
        |first, nights| Patient {
            days: every(21, first), nights, illness: ("Z51.102", "恶性肿瘤维持性化学治疗")
        };
    let ward: Vec<Patient> = (0..8).map(|n| chemo(day(YEAR, 3, 5) + Days::new(21 * (n % 3)), 3)).collect();
    let own: Vec<Patient> = (0..12)
        .map(|n| Patient {
            days: every(30, day(YEAR, 2, 1) + Days::new(5 * n % 29)),
            nights: 6 + n % 4,
            illness: ("I25.103", "冠状动脉粥样硬化性心脏病"),
        })
        .collect();
    let firsts: Vec<NaiveDate> = (2..=11).map(|month| day(YEAR, month, 1)).collect();
    let house: Vec<Patient> =
        (0..150).map(|_| Patient { days: firsts.clone(), nights: 27, illness: ("F20.900", "精神分裂症") }).collect();
    for (name, patients) in [("chemotherapy", ward), ("follow-ups", own), ("a house", house)] {
        let found = with(&patients).0;
        let told: Vec<&[String]> = found.iter().map(|f| f.patient_ids.as_slice()).collect();
        assert!(found.is_empty(), "{name}: {told:?}");
    }
}

/// Whether the members of groups are planted ones, and nine in ten of those.
fn assert_members<'a>(groups: impl Iterator<Item = &'a Finding>, planted: &BTreeSet<String>) {
    let members: BTreeSet<String> =
        groups.flat_map(|f| f.patient_ids.iter().map(|p| format!("{p}@{}", f.hospital_id))).collect();
    let right = members.intersection(planted).count();
    assert!(
        right * 10 >= planted.len() * 9 && right == members.len(),
        "{right} of {}, {}",
        planted.len(),
        members.len()
    );
}

#[test]
fn groups_steered_to_a_mark_are_found_by_both_rules() {
    let folder = TempDir::new().unwrap();
    let region = simulate(&folder, 31, 6_000, vec![Scheme::SteeredGroups]);
    let found = scan(&region, &["paired-admissions", "threshold-stays"]);
    let of = |rule: &'static str| found.iter().filter(move |f| f.rule == rule);
    let hospitals: BTreeSet<String> = of("threshold-stays").map(|f| f.hospital_id.clone()).collect();
    let planted = truth(&region);
    assert_eq!(hospitals, planted["threshold-stays"]);
    assert_members(of("paired-admissions"), &planted["paired-admissions"]);
    // Those who left on the same days by chance are known by them; the others by the mark.
    assert!(of("paired-admissions").any(|f| f.evidence["mark"].as_f64().unwrap() >= 5_000.0));
}

#[test]
fn groups_on_fixed_days_are_found_beside_wards_in_step() {
    let folder = TempDir::new().unwrap();
    let region = simulate(&folder, 32, 8_000, vec![Scheme::FixedDays]);
    let found = scan(&region, &["paired-admissions"]);
    assert_members(found.iter(), &truth(&region)["paired-admissions"]);
}

#[test]
fn an_address_that_everybody_has_hides_no_group() {
    let folder = TempDir::new().unwrap();
    let region = simulate(&folder, 11, 3_000, vec![Scheme::PairedAdmissions]);
    ["fees", "visits", "diagnoses"].iter().for_each(|t| fs::remove_file(region.join(format!("{t}.csv"))).unwrap());
    let found = scan(&region, &["paired-admissions"]);
    assert_members(found.iter(), &truth(&region)["paired-admissions"]);
    let members: BTreeSet<&String> = found.iter().flat_map(|f| &f.patient_ids).collect();
    let file = region.join("persons.csv");
    let (head, people) = rows(&file);
    // Whether all have the address, or only the groups.
    let lived = |address: &str, all: bool| {
        let mut people: Vec<Row> = people.clone();
        for person in people.iter_mut().filter(|p| all || members.contains(&p["psn_no"])) {
            person.insert("addr".into(), address.into());
        }
        write(&file, &head, &people);
        scan(&region, &["paired-admissions"])
    };
    let told =
        |f: &Finding| (f.hospital_id.clone(), f.patient_ids.clone(), f.stay_ids.clone(), f.amount, f.rows.clone());
    let groups: Vec<_> = found.iter().map(told).collect();
    assert!(groups.len() == 2 && groups.iter().all(|g| g.3.0 > 0 && g.4.len() == g.2.len()));
    for address in ["不详", "四川省", "无", "城关县", "-", "江西省宜丰县", ""] {
        let found = lived(address, true);
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), groups, "{address}");
    }
    for address in ["不详", "长青敬老院3号"] {
        let found = lived(address, false);
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), groups, "{address}");
        // It is said that they share it.
        assert!(found.iter().all(|f| f.evidence["one_address"] == "yes"), "{address}");
    }
}
