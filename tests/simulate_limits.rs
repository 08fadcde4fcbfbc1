//! Published limits in the simulated region: what is planted is found, each case with its money to the fen, and nothing else is;
//! a region without schemes breaks none.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use yishen::quality;
use yishen::simulate::{LIMITS, Layout, Options, Scheme, run};

type Row = BTreeMap<String, String>;

fn rows(path: &Path) -> Vec<Row> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// Writes a region and scans it; gives the folder and the findings.
fn scan(folder: &TempDir, change: impl FnOnce(&mut Options)) -> (PathBuf, PathBuf) {
    let (region, findings) = (folder.path().join("region"), folder.path().join("findings.ndjson"));
    let mut options = Options::new(&region);
    change(&mut options);
    run(&options).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_yishen"));
    command.arg("scan").arg(&region).arg("-o").arg(&findings).arg("--quiet");
    for id in LIMITS {
        command.args(["--rule", id]);
    }
    assert!(command.status().unwrap().success());
    (region, findings)
}

#[test]
fn every_planted_limit_is_found_with_its_money_to_the_fen() {
    let folder = TempDir::new().unwrap();
    let (region, findings) = scan(&folder, |o| {
        (o.stays, o.seed, o.schemes) = (6_000, 17, Scheme::limits().collect());
    });
    let truth = region.join("truth.csv");
    let scores = quality::evaluate(BufReader::new(File::open(findings).unwrap()), File::open(&truth).unwrap()).unwrap();
    assert_eq!(scores.iter().map(|s| s.scheme.as_str()).collect::<BTreeSet<_>>(), LIMITS.into_iter().collect());
    for score in &scores {
        let id = &score.scheme;
        assert!(score.units >= 4, "{id}: {}", score.units);
        assert_eq!((score.false_positives, score.false_negatives), (0, 0), "{id}");
        let amounts = score.amounts.unwrap();
        assert_eq!((amounts.found, amounts.in_vain, amounts.equal), (amounts.planted, 0, score.units), "{id}");
    }
    let truth = rows(&truth);
    let planted: BTreeSet<(&str, &str)> = truth.iter().map(|r| (r["key"].as_str(), r["item"].as_str())).collect();
    let habits: BTreeSet<&str> =
        truth.iter().filter(|r| r["unit"] == "hospital").map(|r| r["scheme"].as_str()).collect();
    assert!(habits.len() >= 12, "{habits:?}");
    let mut items: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in &truth {
        items.entry(&row["scheme"]).or_default().insert(&row["item"]);
    }
    let single = |id: &str| id == "service-age";
    assert!(items.iter().all(|(id, codes)| codes.len() >= 3 || single(id)), "{items:?}");
    // The look-alikes: as many charges of the same items that nobody planted.
    let fees = rows(&region.join("fees.csv"));
    let codes: BTreeSet<&str> = truth.iter().map(|r| r["item"].as_str()).collect();
    let limited = || fees.iter().filter(|f| codes.contains(f["hilist_code"].as_str()));
    let innocent: BTreeSet<(&str, &str)> = limited()
        .map(|f| (f["mdtrt_id"].as_str(), f["hilist_code"].as_str()))
        .filter(|charge| !planted.contains(charge))
        .collect();
    assert!(innocent.len() >= 100, "{}", innocent.len());
    assert!(limited().filter(|f| f["cnt"].starts_with('-')).count() >= 20, "refunds");
    assert!(limited().filter(|f| f["inscp_scp_amt"] == "0.00").count() >= 20, "paid by the patient");
}

#[test]
fn a_region_without_schemes_breaks_no_limit() {
    for (seed, layout) in [(21, Layout::National), (22, Layout::Chinese)] {
        let folder = TempDir::new().unwrap();
        let (_, findings) =
            scan(&folder, |o| (o.stays, o.seed, o.schemes, o.layout) = (3_000, seed, Vec::new(), layout));
        assert_eq!(std::fs::read_to_string(findings).unwrap(), "", "seed {seed}");
    }
}
