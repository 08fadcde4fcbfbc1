//! Stays of one person beside and after one another: what a hospital writes itself excuses them only as far as others write as much
//! of it, treatment that goes on shows one illness, and observation that ends in a stay is none of its own.
#![allow(clippy::unwrap_used)]

mod regions;

use std::collections::BTreeSet;
use std::fs::File;

use chrono::{Datelike, Days, NaiveDate};
use regions::scan;
use tempfile::TempDir;
use yishen::finding::Finding;

const HOSPITALS: usize = 12;
/// Patients of each hospital who come once.
const PATIENTS: usize = 80;
const ILL: [&str; 4] = ["J18.900", "K29.500", "I10.x00", "M51.202"];

/// A stay of the tests.
#[derive(Clone)]
struct Stay {
    person: String,
    hospital: usize,
    first: NaiveDate,
    nights: u64,
    illness: &'static str,
    kind: &'static str,
    way: &'static str,
    planned: &'static str,
    /// Items of every day besides the bed.
    items: &'static [&'static str],
}

fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, 3).unwrap() + Days::new(n)
}

fn stay(person: &str, hospital: usize, first: NaiveDate, nights: u64, illness: &'static str) -> Stay {
    let (person, items): (_, &[&str]) = (person.to_string(), &["SALINE"]);
    Stay { person, hospital, first, nights, illness, kind: "21", way: "1", planned: "0", items }
}

/// A region in which nobody splits anything, a few of each hospital's patients coming back, and further stays.
fn with(more: &[Stay], rules: &[&str]) -> Vec<Finding> {
    let mut stays = Vec::new();
    for hospital in 0..HOSPITALS {
        for n in 0..PATIENTS {
            let person = format!("P{hospital:02}{n:03}");
            let first = day(((hospital * 31 + n * 37) % 300) as u64);
            stays.push(stay(&person, hospital, first, 4 + (n % 6) as u64, ILL[n % 4]));
            if n % 16 == 3 {
                let back = first + Days::new(12 + (7 * n % 40) as u64);
                stays.push(stay(&person, hospital, back, 6, ILL[n % 4]));
            }
        }
    }
    stays.extend_from_slice(more);
    let folder = TempDir::new().unwrap();
    let mut file = csv::Writer::from_writer(File::create(folder.path().join("stays.csv")).unwrap());
    let mut fees = csv::Writer::from_writer(File::create(folder.path().join("fees.csv")).unwrap());
    file.write_record([
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "med_type",
        "begntime",
        "endtime",
        "dise_codg",
        "dscg_way",
        "days_rinp_flag_31",
        "medfee_sumamt",
        "fund_pay_sumamt",
    ])
    .unwrap();
    fees.write_record([
        "feedetl_sn",
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "fee_ocur_time",
        "hilist_code",
        "med_chrgitm_type",
        "cnt",
        "pric",
        "det_item_fee_sumamt",
    ])
    .unwrap();
    for (n, s) in stays.iter().enumerate() {
        let (id, hospital, last) = (format!("M{n:05}"), format!("H{:03}", s.hospital), s.first + Days::new(s.nights));
        let (begin, end) = (format!("{} 08:{:02}:00", s.first, n % 60), format!("{last} 10:{:02}:00", n % 60));
        let head = [&id, &s.person, &hospital];
        file.write_record(
            head.map(String::as_str)
                .into_iter()
                .chain([s.kind, &begin, &end, s.illness, s.way, s.planned, "3000", "2000"]),
        )
        .unwrap();
        for night in 0..s.nights.max(1) {
            for (k, item) in ["BED"].iter().chain(s.items).enumerate() {
                let (line, when) = (format!("{id}{night:02}{k}"), format!("{} 09:00:00", s.first + Days::new(night)));
                let class = if k == 0 { "01" } else { "09" };
                fees.write_record(
                    [line.as_str(), &id, &s.person, &hospital, &when]
                        .into_iter()
                        .chain([item, class, "1", "300", "300"]),
                )
                .unwrap();
            }
        }
    }
    drop((file, fees));
    scan(folder.path(), rules)
}

/// Twelve people at one hospital, each stay followed by the next after `gap` days.
fn twelve(change: impl Fn(usize, Stay) -> [Stay; 2]) -> Vec<Stay> {
    (0..12)
        .flat_map(|n| change(n, stay(&format!("X{n:02}"), 2, day(11 + 25 * (n as u64 % 12)), 8, "J44.100")))
        .collect()
}

fn after(first: &Stay, gap: u64) -> Stay {
    Stay { first: first.first + Days::new(first.nights + gap), ..first.clone() }
}

/// Every pair is a lead about both of its stays, with the money of the second at risk.
fn assert_split(found: &[Finding], excuse: &str) {
    let people: BTreeSet<&str> = found.iter().flat_map(|f| &f.patient_ids).map(String::as_str).collect();
    assert_eq!(people.len(), 12, "{excuse}: {people:?}");
    for f in found {
        assert!(f.patient_ids[0].starts_with('X') && f.hospital_id == "H002");
        assert_eq!((f.stay_ids.len(), f.rows.len(), f.amount.yuan()), (2, 2, 2000.0));
        assert_eq!(f.evidence["excuse"], excuse);
        assert!(f.message.contains("12"));
    }
}

#[test]
fn what_a_hospital_writes_itself_excuses_as_far_as_others_write_it() {
    const KINDS: [&str; 4] = ["none", "planned", "transfer", "closing"];
    let pairs = |kind: &'static str| {
        move |n: usize, s: Stay| {
            let mut first = s;
            match kind {
                "planned" => first.planned = "1",
                "transfer" => first.way = "2",
                "closing" => {
                    first.first = NaiveDate::from_ymd_opt(2024, 1 + n as u32 % 11, 1).unwrap() + Days::new(31);
                    first.first = first.first.with_day0(0).unwrap() - Days::new(1 + first.nights);
                }
                _ => {}
            }
            let next = Stay { planned: "0", way: "1", ..after(&first, 1) };
            [first, next]
        }
    };
    for kind in KINDS {
        assert_split(&with(&twelve(pairs(kind)), &["split-stays"]), kind);
        // Where every hospital has as many of them, they are what they say.
        let everywhere: Vec<Stay> = (0..HOSPITALS)
            .flat_map(|h| twelve(pairs(kind)).into_iter().map(move |s| (h, s)))
            .map(|(h, s)| Stay { person: format!("{}{h}", s.person), hospital: h, ..s })
            .collect();
        assert!(kind == "none" || with(&everywhere, &["split-stays"]).is_empty(), "{kind}");
    }
}

#[test]
fn treatment_that_goes_on_is_one_illness() {
    let treated = |n: usize, s: Stay, items: [&'static [&'static str]; 2], gap: u64| {
        let first = Stay { items: items[0], ..s };
        let illness = ["I50.900", "R05.x00"][n % 2];
        let next = Stay { illness, items: items[1], ..after(&first, gap) };
        [first, next]
    };
    const LUNGS: &[&str] = &["SALINE", "CEFTRIAXONE", "AMBROXOL"];
    const BONES: &[&str] = &["SALINE", "CAST", "CELECOXIB"];
    let same = twelve(|n, s| treated(n, s, [LUNGS, LUNGS], 1));
    assert_split(&with(&same, &["split-stays"]), "other_illness");
    for (items, gap) in [([LUNGS, BONES], 1), ([LUNGS, LUNGS], 6)] {
        let other = with(&twelve(|n, s| treated(n, s, items, gap)), &["split-stays"]);
        assert!(other.is_empty(), "{items:?} {gap}: {}", other.len());
    }
}

#[test]
fn observation_that_ends_in_a_stay_is_lawful_and_beside_it_is_not() {
    const RULES: [&str; 2] = ["split-stays", "overlapping-stays"];
    let observed = |nights: u64, begins: u64| {
        twelve(|_, s| {
            let seen = Stay { kind: "24", nights, ..s.clone() };
            [seen, Stay { first: s.first + Days::new(begins), ..s }]
        })
    };
    for (nights, begins) in [(1, 1), (2, 2), (2, 1), (1, 0), (3, 2)] {
        let found = with(&observed(nights, begins), &RULES);
        assert!(found.is_empty(), "{nights} nights, the stay after {begins}: {}", found.len());
    }
    // For days beside the stay, or longer than anybody is observed.
    for (nights, begins) in [(3, 1), (3, 0), (8, 2)] {
        let found = with(&observed(nights, begins), &RULES);
        assert_eq!(found.len(), 12, "{nights} nights, the stay after {begins}");
        assert!(found.iter().all(|f| f.rule == "overlapping-stays" && f.stay_ids.len() == 2 && f.rows.len() == 2));
    }
    let late = with(&observed(8, 8), &RULES);
    assert!(late.len() == 12 && late.iter().all(|f| f.rule == "split-stays"), "{}", late.len());
}

#[test]
fn colds_admitted_for_an_infusion_are_found_at_any_number() {
    const RULE: [&str; 1] = ["minor-admissions"];
    let colds = |hospital: usize, n: usize| -> Vec<Stay> {
        let cold = |k: usize| {
            let illness = ["J00.x00", "M54.500", "J06.900"][k % 3];
            stay(&format!("X{hospital:02}{k:03}"), hospital, day((k * 7 % 300) as u64), 5, illness)
        };
        (0..n).map(cold).collect()
    };
    for n in [10, 30, 150] {
        let found = with(&colds(2, n), &RULE);
        assert_eq!(found.len(), n);
        for f in &found {
            assert!(f.patient_ids[0].starts_with("X02") && f.hospital_id == "H002" && f.evidence["kind"] == "slight");
            assert_eq!((f.stay_ids.len(), f.rows.len(), f.amount.yuan()), (1, 1, 2000.0));
        }
    }
    let everywhere: Vec<Stay> = (0..HOSPITALS).flat_map(|h| colds(h, 10)).collect();
    assert!(with(&everywhere, &RULE).is_empty());
    // Treated as no outpatient is.
    let treated = colds(2, 30).into_iter().map(|s| Stay { items: &["SALINE", "A", "B", "C"], ..s });
    assert!(with(&treated.collect::<Vec<_>>(), &RULE).is_empty());
}

#[test]
fn dialysis_three_times_a_week_is_no_split_stay() {
    // Patients, illness, kind of visit, and nights of each session.
    let kinds = [
        (8, "", "21", 0),
        (8, "", "21", 1),
        (8, "N18.500", "21", 0),
        (8, "Z49.100", "21", 0),
        (8, "", "28", 0),
        (30, "", "21", 0),
    ];
    for (patients, illness, kind, nights) in kinds {
        let session = |n: usize, k: u64| {
            let first = day(33 + k / 3 * 7 + k % 3 * 2);
            Stay { kind, items: &["DIALYSIS"], ..stay(&format!("X{n:02}"), 2, first, nights, illness) }
        };
        let sessions: Vec<Stay> = (0..patients).flat_map(|n| (0..78).map(move |k| session(n, k))).collect();
        let found = with(&sessions, &["split-stays"]);
        assert!(found.is_empty(), "{patients} with {illness} as {kind}, {nights} nights: {}", found.len());
    }
}
