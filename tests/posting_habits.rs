//! Hospitals that post weekends on Friday or Monday, drugs by the week, beds at discharge, doses one by one or tablets by the box are
//! not accused for it, and what is done beside such habits is found.
#![allow(clippy::unwrap_used)]

mod regions;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use chrono::{Days, Duration, NaiveDate, NaiveDateTime};
use regions::{Row, rows, scan, truth, write};
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
fn schemes_beside_habits_make_no_lead_of_the_habits() {
    // At one hospital doses are written one by one and the weekend is posted on Friday, and some stays have far too many of them:
    // its stays use more than elsewhere, but not because of the lines on Fridays.
    let folder = TempDir::new().unwrap();
    let mut options = Options::new(folder.path().join("region"));
    (options.stays, options.seed, options.habits) = (8_000, 56, 0.7);
    (options.schemes, options.strength) = (vec![Scheme::InflatedDrugs, Scheme::ThresholdStays], Strength::Blunt);
    run(&options).unwrap();
    let findings = scan(&options.out, &["duplicate-charges", "inflated-drugs"]);
    let of = |rule: &str| findings.iter().filter(|f| f.rule == rule).map(|f| f.stay_ids.len()).collect::<Vec<usize>>();
    assert_eq!(of("duplicate-charges"), Vec::<usize>::new());
    assert!(of("inflated-drugs").len() >= 20);
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

/// Hospitals of 60 stays of six days, with tests of which intensive care, every tenth stay, draws some twice. The first `again` of them
/// bill some again, in the stays that are returned by hospital.
struct Panels {
    hospitals: u64,
    again: u64,
    /// Lines, and units of each.
    lines: fn(&Given) -> (u8, u8),
}

/// A test on a day of a stay.
struct Given {
    hospital: u64,
    intensive: bool,
    again: bool,
    day: u64,
    test: usize,
}

fn panels_billed_again(folder: &Path, panels: &Panels) -> BTreeMap<String, BTreeSet<String>> {
    let mut stays = String::from(
        "setl_id,mdtrt_id,psn_no,gend,brdy,fixmedins_code,med_type,begntime,endtime,setl_time,adm_dept_name,dise_codg,medfee_sumamt,fund_pay_sumamt\n",
    );
    let mut fees = String::from(
        "feedetl_sn,mdtrt_id,psn_no,fixmedins_code,fee_ocur_time,hilist_code,hilist_name,med_chrgitm_type,cnt,pric,det_item_fee_sumamt\n",
    );
    let (mut again, mut lines) = (BTreeMap::<String, BTreeSet<String>>::new(), 0);
    for n in 0..60 * panels.hospitals {
        let (number, nth) = (n % panels.hospitals, n / panels.hospitals);
        let intensive = nth % 10 == 3;
        let again_here = number < panels.again && !intensive && nth % 3 == 0;
        let first = NaiveDate::from_ymd_opt(2024, 1, 2).unwrap() + Days::new(nth * 5 / 2);
        let last = first + Days::new(6);
        let (department, illness) = if intensive { ("重症医学科", "J96.000") } else { ("内科", "I63.900") };
        let key = format!("m{n},p{n}");
        let hospital = format!("h{number}");
        stays += &format!(
            "s{n},{key},1,1950-03-04,{hospital},21,{first} 08:00:00,{last} 09:00:00,{last} 10:00:00,{department},{illness},1200.00,900.00\n"
        );
        for (day, test) in (0..6).flat_map(|day| (0..8).map(move |test| (day, test))) {
            let (count, units) = (panels.lines)(&Given { hospital: number, intensive, again: again_here, day, test });
            for time in 0..count {
                lines += 1;
                let (date, price) = (first + Days::new(day), 20 * u32::from(units));
                fees += &format!(
                    "f{lines},{key},{hospital},{date} {:02}:00:00,lab{test},化验{test},04,{units},20.00,{price}.00\n",
                    7 + time
                );
            }
        }
        if again_here {
            again.entry(hospital).or_default().insert(format!("m{n}"));
        }
    }
    std::fs::write(folder.join("stays.csv"), stays).unwrap();
    std::fs::write(folder.join("fees.csv"), fees).unwrap();
    again
}

/// Each hospital that bills again is one lead with just those stays, and both lines of so many repeats of each.
fn only_those_again(panels: &Panels, repeats: usize) {
    let folder = TempDir::new().unwrap();
    let again = panels_billed_again(folder.path(), panels);
    let found = scan(folder.path(), &["duplicate-charges"]);
    assert!(found.iter().all(|f| f.rows.len() == f.stay_ids.len() * repeats * 2), "both lines of each repeat");
    let leads = found.into_iter().map(|f| (f.hospital_id, f.stay_ids.into_iter().collect()));
    assert_eq!(leads.collect::<Vec<_>>(), again.into_iter().collect::<Vec<_>>());
}

#[test]
fn what_intensive_care_repeats_everywhere_is_no_part_of_a_lead() {
    let lines = |given: &Given| match given {
        Given { test: 6.., .. } => (0, 1),
        Given { intensive: true, day: 1, .. } | Given { again: true, day: 2 | 4, .. } => (2, 1),
        _ => (1, 1),
    };
    only_those_again(&Panels { hospitals: 10, again: 1, lines }, 2 * 6);
}

/// Of stays billed again on all days the days beside one tell nothing, so that all repeats of such hospitals count: intensive care has
/// tests of its own that are drawn twice, at all hospitals.
#[test]
fn where_all_repeats_count_so_do_those_of_the_others() {
    let lines = |given: &Given| match given {
        Given { test: 6.., intensive: false, .. } => (0, 1),
        Given { test: 6.., day: 2 | 3, .. } | Given { test: ..6, again: true, .. } => (2, 1),
        _ => (1, 1),
    };
    only_those_again(&Panels { hospitals: 30, again: 6, lines }, 6 * 6);
}

/// The same, and every third hospital writes a line each time of what intensive care is given several times a day, others one of all.
#[test]
fn where_all_repeats_count_ways_of_writing_do_not() {
    let lines = |given: &Given| match given {
        Given { test: 6.., intensive: false, .. } => (0, 1),
        Given { test: 6.., hospital, .. } if hospital % 3 == 0 => (3 + (hospital % 4) as u8, 1),
        Given { test: 6.., hospital, .. } => (1, 3 + (hospital % 4) as u8),
        Given { again: true, .. } => (2, 1),
        _ => (1, 1),
    };
    only_those_again(&Panels { hospitals: 30, again: 6, lines }, 6 * 6);
}

/// A clean region of 3,000 stays.
fn clean(folder: &TempDir) -> PathBuf {
    let mut options = Options::new(folder.path().join("region"));
    (options.stays, options.seed, options.schemes) = (3_000, 5, Vec::new());
    run(&options).unwrap();
    options.out
}

/// Of so many stays of some hospitals, those with most, a line of one of the items once more five hours later.
fn later(lines: &[Row], items: &[&str], (hospitals, stays): (usize, usize)) -> Vec<Row> {
    let mut by_hospital: BTreeMap<&str, BTreeMap<&str, &Row>> = BTreeMap::new();
    let charged = |l: &&Row| !l["cnt"].starts_with('-') && l["init_feedetl_sn"].is_empty();
    for line in lines.iter().filter(|l| items.contains(&l["hilist_code"].as_str())).filter(charged) {
        by_hospital.entry(&line["fixmedins_code"]).or_default().entry(&line["mdtrt_id"]).or_insert(line);
    }
    let mut all: Vec<BTreeMap<&str, &Row>> = by_hospital.into_values().collect();
    all.sort_by_key(|own| std::cmp::Reverse(own.len()));
    let some = all[..hospitals].iter().flat_map(|own| own.values().take(stays));
    let again = |line: &&Row| {
        let mut line = Row::clone(line);
        let time = NaiveDateTime::parse_from_str(&line["fee_ocur_time"], "%Y-%m-%d %H:%M:%S").unwrap();
        let last = time.date().and_hms_opt(23, 59, 0).unwrap();
        line.insert("fee_ocur_time".into(), (time + Duration::hours(5)).min(last).to_string());
        line.insert("feedetl_sn".into(), format!("9{}", &line["feedetl_sn"][1..]));
        line
    };
    some.map(again).collect()
}

#[test]
fn scans_repeated_within_a_day_are_not_listed_stay_by_stay() {
    let folder = TempDir::new().unwrap();
    let region = clean(&folder);
    let file = region.join("fees.csv");
    let (head, lines) = rows(&file);
    const CT: &[&str] = &["002103000010100", "002103000010200-2103000010200"];
    const XRAY: &[&str] = &["002101020150000"];
    for (items, places) in [(CT, (1, 20)), (XRAY, (1, 20)), (XRAY, (1, 6)), (XRAY, (6, 20))] {
        let again = later(&lines, items, places);
        assert_eq!(again.len(), places.0 * places.1, "{items:?}");
        write(&file, &head, lines.iter().chain(&again));
        let stays: BTreeSet<&String> = again.iter().map(|l| &l["mdtrt_id"]).collect();
        let found = scan(&region, &["duplicate-charges"]);
        let told: Vec<&Finding> = found.iter().filter(|f| f.stay_ids.iter().any(|s| stays.contains(s))).collect();
        assert!(told.is_empty(), "{items:?} {places:?}: {} leads", told.len());
    }
}

/// Code, name, class and price of an item.
type Item = (&'static str, &'static str, &'static str, u32);

/// Adds stays at home of 30 days to a region: a round once a week.
fn at_home(region: &Path, kind: &str, n: usize) {
    const ROUND: [Item; 3] = [
        ("001112000020000", "家庭病床巡诊费", "02", 40),
        ("001201000030000", "Ⅲ级护理", "07", 15),
        ("003401000010000", "关节松动训练", "05", 60),
    ];
    const SET_UP: Item = ("001112000010000", "家庭病床建床费", "02", 80);
    let (stays_file, fees_file) = (region.join("stays.csv"), region.join("fees.csv"));
    let ((stays_head, mut stays), (fees_head, mut fees)) = (rows(&stays_file), rows(&fees_file));
    let hospital = "H36090000060";
    let like = stays.iter().find(|s| s["fixmedins_code"] == hospital).unwrap().clone();
    for i in 0..n {
        let (id, person) = (format!("97{i:04}"), format!("9970{i:04}"));
        let first = NaiveDate::from_ymd_opt(2024, 3, 1).unwrap() + Days::new(11 * i as u64);
        let lines: Vec<(NaiveDate, &Item)> = std::iter::once((first, &SET_UP))
            .chain((0..30).step_by(7).flat_map(|day| ROUND.iter().map(move |item| (first + Days::new(day), item))))
            .collect();
        for (k, (day, item)) in lines.iter().enumerate() {
            let mut line = Row::new();
            let mut set = |field: &str, value: String| line.insert(field.into(), value);
            set("feedetl_sn", format!("97{i:04}{k:04}"));
            set("mdtrt_id", id.clone());
            set("psn_no", person.clone());
            set("fixmedins_code", hospital.into());
            set("fee_ocur_time", format!("{day} 09:30:00"));
            set("hilist_code", item.0.into());
            set("hilist_name", item.1.into());
            set("med_chrgitm_type", item.2.into());
            set("cnt", "1".into());
            ["pric", "det_item_fee_sumamt", "inscp_scp_amt"].iter().for_each(|f| {
                set(f, format!("{}.00", item.3));
            });
            fees.push(line);
        }
        let total: u32 = lines.iter().map(|l| l.1.3).sum();
        let mut stay = like.clone();
        let mut set = |field: &str, value: String| stay.insert(field.into(), value);
        let last = first + Days::new(30);
        set("setl_id", format!("S{id}"));
        set("mdtrt_id", id);
        set("psn_no", person);
        set("psn_name", format!("人{i}"));
        set("certno", String::new());
        set("gend", "1".into());
        set("brdy", "1945-01-01".into());
        set("med_type", kind.into());
        set("begntime", format!("{first} 09:00:00"));
        set("endtime", format!("{last} 10:00:00"));
        set("setl_time", format!("{last} 10:00:00"));
        set("adm_dept_name", "家庭病床".into());
        set("adm_bed", String::new());
        set("ipt_no", format!("97{i:04}"));
        set("chfpdr_code", String::new());
        set("dise_codg", "I69.300".into());
        set("dise_name", "脑梗死后遗症".into());
        set("medfee_sumamt", format!("{total}.00"));
        set("inscp_scp_amt", format!("{total}.00"));
        set("fund_pay_sumamt", format!("{}.00", total * 7 / 10));
        set("psn_pay", format!("{}.00", total - total * 7 / 10));
        set("refd_setl_flag", "0".into());
        stays.push(stay);
    }
    write(&stays_file, &stays_head, &stays);
    write(&fees_file, &fees_head, &fees);
}

#[test]
fn weekly_rounds_at_home_are_the_service() {
    for (kind, n) in [("24", 15), ("家庭病床", 15), ("2403", 15), ("24", 3)] {
        let folder = TempDir::new().unwrap();
        let region = clean(&folder);
        at_home(&region, kind, n);
        let found = scan(&region, &["bed-hanging", "padded-stays", "outside-stay"]);
        let told: Vec<&Finding> =
            found.iter().filter(|f| f.stay_ids.iter().any(|s| s.starts_with("97") && s.len() == 6)).collect();
        assert!(told.is_empty(), "{n} of {kind}: {} leads", told.len());
    }
}
