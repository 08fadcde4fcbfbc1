//! A hospital that bills what it never bought is one lead with its items and their money; honest books are none.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use yishen::simulate::{Options, Scheme, Strength, run};

/// The leads of a region, and what the truth lists: by hospital and item the yuan.
fn scanned(strength: Strength, seed: u64) -> (Vec<Value>, BTreeMap<(String, String), f64>) {
    let folder = TempDir::new().unwrap();
    let mut options = Options::new(folder.path().join("region"));
    (options.stays, options.seed, options.strength) = (4_000, seed, strength);
    options.schemes = vec![Scheme::HalfStock];
    run(&options).unwrap();
    let mut truth = BTreeMap::new();
    for row in csv::Reader::from_path(folder.path().join("region/truth.csv")).unwrap().records().map(Result::unwrap) {
        assert_eq!((&row[0], &row[1]), ("stock-shortfall", "hospital"));
        truth.insert((row[2].to_string(), row[5].to_string()), row[6].parse().unwrap());
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_yishen"));
    command.args(["scan", "region", "-o", "out.ndjson", "--rule", "stock-shortfall"]).current_dir(folder.path());
    assert!(command.output().unwrap().status.success());
    let text = std::fs::read_to_string(folder.path().join("out.ndjson")).unwrap();
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), truth)
}

#[test]
fn a_hospital_that_bills_what_it_never_bought_is_a_lead_with_its_items_and_their_money() {
    let (leads, truth) = scanned(Strength::Blunt, 4);
    let hospitals: BTreeSet<&str> = truth.keys().map(|(hospital, _)| hospital.as_str()).collect();
    assert_eq!(hospitals.len(), 2);
    assert_eq!(leads.iter().map(|l| l["hospital_id"].as_str().unwrap()).collect::<BTreeSet<_>>(), hospitals);
    assert_eq!(leads.len(), 2, "one lead each");
    for lead in &leads {
        let hospital = lead["hospital_id"].as_str().unwrap();
        let rows = lead["evidence"]["short"].as_array().unwrap();
        let listed: BTreeSet<&str> = rows.iter().map(|r| r["code"].as_str().unwrap()).collect();
        let of = |((h, item), yuan): (&'_ (String, String), &f64)| (h == hospital).then(|| (item.clone(), *yuan));
        let planted: BTreeMap<String, f64> = truth.iter().filter_map(of).collect();
        let found = planted.keys().filter(|item| listed.contains(item.as_str())).count();
        assert!(found * 10 >= planted.len() * 9 && found * 20 >= listed.len() * 19, "{listed:?} {planted:?}");
        let worth: f64 = planted.values().sum();
        let amount = lead["amount"].as_f64().unwrap();
        assert!((0.8 * worth..=1.2 * worth).contains(&amount), "{amount} of {worth}");
    }
}

#[test]
fn books_without_a_stock_take_grant_what_the_other_items_needed_from_before() {
    let case = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules/stock-shortfall/hit-packs-by-ratio/");
    let folder = TempDir::new().unwrap();
    for file in ["stays.csv", "fees.csv", "purchases.csv"] {
        std::fs::copy(format!("{case}{file}"), folder.path().join(file)).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_yishen"));
    command.args(["scan", ".", "-o", "out.ndjson", "--rule", "stock-shortfall"]).current_dir(folder.path());
    assert!(command.output().unwrap().status.success());
    let text = std::fs::read_to_string(folder.path().join("out.ndjson")).unwrap();
    let leads: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // Seven items come out even month by month, so the eighth had nothing from before either.
    assert_eq!(leads.len(), 1);
    let evidence = &leads[0]["evidence"];
    assert_eq!((&evidence["item_name"], &evidence["opening_known"]), (&"氯沙坦钾片".into(), &"no".into()));
    assert_eq!((&evidence["opening"], &evidence["supplied"]), (&0.0.into(), &360.0.into()));
}
