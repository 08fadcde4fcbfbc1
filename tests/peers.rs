//! One hospital scanned with the others as background: the same leads about it as the scan of the region, and none about them.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use yishen::simulate::{Apart, Options, Scheme, run};

fn scan(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yishen"));
    command.args(["scan", "--lang", "en", "-o", "out.ndjson", "--force"]).args(args).current_dir(folder);
    command.output().unwrap()
}

#[track_caller]
fn found(folder: &Path, args: &[&str]) -> Vec<Value> {
    let output = scan(folder, args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(folder.join("out.ndjson")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn record(folder: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join("out.ndjson.run.json")).unwrap()).unwrap()
}

/// A finding without the places of its rows.
fn plain(finding: &Value) -> String {
    let mut finding = finding.clone();
    let rows = finding["rows"].as_array().unwrap().len();
    finding["rows"] = rows.into();
    finding.to_string()
}

#[test]
fn a_hospital_with_peers_has_the_leads_that_it_has_in_its_region() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let mut options = Options::new(folder.join("region"));
    let schemes = "inflated-drugs,paired-admissions,hours-over-day,duplicate-charges";
    options.schemes = Scheme::parse_list(schemes).unwrap();
    (options.stays, options.seed, options.apart) = (3_000, 3, Some(Apart::Planted));
    let (hospital, _) = run(&options).unwrap().apart.unwrap();
    let truth = std::fs::read_to_string(folder.join("region/truth.csv")).unwrap();
    std::fs::remove_file(folder.join("region/truth.csv")).unwrap();
    let region = found(folder, &["region"]);
    let drugs = |f: &&Value| f["hospital_id"] == hospital && f["rule"] == "inflated-drugs";
    let count = region.iter().filter(drugs).count();
    assert!(count >= 5 && truth.contains("inflated-drugs"), "{count}");
    let about = |leads: &[Value]| leads.iter().filter(|f| f["hospital_id"] == hospital).map(plain).collect();
    let (of_region, one): (BTreeSet<String>, Vec<Value>) =
        (about(&region), found(folder, &["region/hospital", "--peers", "region/peers"]));
    let rules: BTreeSet<&str> = one.iter().map(|f| f["rule"].as_str().unwrap()).collect();
    assert!(rules.len() >= 3, "{rules:?}");
    assert!(one.iter().all(|f| f["hospital_id"] == hospital));
    assert_eq!(one.iter().map(plain).collect::<BTreeSet<_>>(), of_region);
    // What was read is told apart.
    let run = record(folder);
    assert_eq!(run["data"]["hospitals"], 1);
    assert!(run["peers"]["data"]["hospitals"].as_u64().unwrap() > 10);
    let of_peers = |input: &Value| input["name"].as_str().unwrap().contains("peers/");
    assert!(run["inputs"].as_array().unwrap().iter().all(|i| i["peer"] == of_peers(i)), "{}", run["inputs"]);
    let leads: u64 = run["rules"].as_array().unwrap().iter().map(|r| r["leads"].as_u64().unwrap()).sum();
    assert_eq!((leads, run["totals"]["leads"].as_u64()), (one.len() as u64, Some(one.len() as u64)));
    // Alone it has nothing to be compared with.
    let alone = found(folder, &["region/hospital", "--rule", "inflated-drugs"]);
    assert!(alone.len() < count, "{}", alone.len());
}

const HEAD: &str = "mdtrt_id,psn_no,fixmedins_code,begntime,endtime,medfee_sumamt,fund_pay_sumamt\n";

/// P1 lies in A and in B at once, P2 in B and C; D is alone.
fn small() -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, rows: &str| {
        std::fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        std::fs::write(folder.path().join(name), format!("{HEAD}{rows}")).unwrap();
    };
    let a = "M1,P1,A,2025-03-01,2025-03-20,5000,3500\nM2,P9,A,2025-03-05,2025-03-09,3000,2000\n";
    let others = "M3,P1,B,2025-03-04,2025-03-08,2000,1500\nM4,P2,B,2025-03-01,2025-03-10,2000,1500\n\
                  M5,P2,C,2025-03-03,2025-03-08,2000,1500\n";
    write("region/a/stays.csv", a);
    write("region/others.csv", others);
    write("copy/stays.csv", &format!("{a}{others}"));
    folder
}

#[test]
fn a_lead_is_about_what_was_scanned_and_what_is_told_of_peers_is_a_number() {
    let folder = small();
    let folder = folder.path();
    let of_region = found(folder, &["region"]);
    assert_eq!(of_region.len(), 2, "{of_region:?}");
    // The folder of the hospital lies in that of its peers: the nearer says what it is.
    for peers in ["region", "region/others.csv", "copy"] {
        let leads = found(folder, &["region/a", "--peers", peers]);
        assert!(leads.iter().all(|f| f["hospital_id"] == "A"), "{peers}: {leads:?}");
        let run = record(folder);
        let (hospitals, stays) = (run["data"]["hospitals"].clone(), run["data"]["stays"].clone());
        assert_eq!((hospitals, stays), (1.into(), 2.into()), "{peers}");
        assert_eq!(run["peers"]["data"]["stays"], 3, "{peers}");
        let notes = run["notes"].to_string();
        assert!(notes.contains("Given with --peers") && !notes.contains("also among"), "{peers}: {notes}");
        let about_a = of_region.iter().filter(|f| f["hospital_id"] == "A").count();
        assert_eq!(leads.len(), about_a);
        // A lead about B in which a stay of A has a part is counted, not shown; one about B and C is neither.
        assert_eq!(notes.contains("Leads about peers"), about_a == 0, "{peers}: {notes}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let folder = small();
    let refused = |args: &[&str], why: &str| {
        let output = scan(folder.path(), args);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains(why), "{args:?}: {told}");
    };
    refused(&["region/others.csv", "--peers", "region/others.csv"], "given both");
    refused(&["region", "--peers", "region"], "given both");
    refused(&["region/a", "--peers", "nowhere"], "nowhere");
    refused(&["region/a", "--peers", "region/others.csv", "--hospital", "B"], "no institution with the code");
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    refused(&["empty", "--peers", "region"], "nothing here is an export");
    refused(&["region/a", "--peers", "region/others.csv", "-o", "region/others.csv"], "both input and output");
}

#[test]
fn a_given_institution_is_not_that_of_the_peers_and_their_tables_are_not_its_own() {
    let folder = small();
    let own = "mdtrt_id,psn_no,begntime,endtime,medfee_sumamt\nM1,P1,2025-03-01,2025-03-20,5000\n";
    std::fs::write(folder.path().join("own.csv"), own).unwrap();
    let fees =
        "mdtrt_id,fixmedins_code,fee_ocur_time,hilist_code,cnt,pric,det_item_fee_sumamt\nM3,B,2025-03-04,X,1,2,2\n";
    std::fs::write(folder.path().join("region/fees.csv"), fees).unwrap();
    found(folder.path(), &["own.csv", "--institution", "Z", "--peers", "region"]);
    let run = record(folder.path());
    assert_eq!(run["data"]["hospitals"], 1);
    assert_eq!(run["peers"]["data"]["hospitals"], 3);
    let rule = run["rules"].as_array().unwrap().iter().find(|r| r["rule"] == "duplicate-charges").unwrap();
    assert_eq!(rule["outcome"], "skipped", "the peers' lines are none of what was scanned: {rule}");
    // A peer without an institution is told, not taken for the one that was given.
    std::fs::write(folder.path().join("nameless.csv"), own).unwrap();
    let output = scan(folder.path(), &["own.csv", "--institution", "Z", "--peers", "nameless.csv"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("nameless.csv"), "{told}");
}
