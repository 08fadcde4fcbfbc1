//! `docs/writing-rules.md` followed to the letter: the files of the page, and nothing else, add a rule for one sex, a pair and
//! queries; the program finds with them what they say and passes its own check of the folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const PAGE: &str = include_str!("../docs/writing-rules.md");

/// Writes the files of the page below a folder: a line `` `path`: `` and the block below it.
fn write_files(folder: &Path) {
    let mut lines = PAGE.lines();
    while let Some(line) = lines.next() {
        let Some(path) = line.strip_prefix('`').and_then(|l| l.strip_suffix("`:")) else { continue };
        assert!(lines.next().is_some_and(|l| l.starts_with("```")), "{path} has a block");
        let text: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
        let file = folder.join(path);
        fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder");
        fs::write(file, text.join("\n") + "\n").expect("a file");
    }
}

fn yishen(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yishen"));
    command.current_dir(folder).args(["--lang", "en"]).args(arguments).output().expect("it runs")
}

/// Two stays: a man and a woman with the test for women on one day, and a dressing with its materials, apart and together.
fn write_data(folder: &Path) {
    fs::create_dir_all(folder).expect("a folder");
    let stays = "mdtrt_id,psn_no,gend,brdy,fixmedins_code,begntime,endtime,medfee_sumamt,fund_pay_sumamt\n\
        S1,P1,1,1970-01-01,H1,2025-03-01,2025-03-05,900.00,600.00\n\
        S2,P2,2,1970-01-01,H1,2025-03-01,2025-03-05,900.00,600.00\n";
    let fees = "mdtrt_id,psn_no,fixmedins_code,hilist_code,hilist_name,med_chrgitm_type,fee_ocur_time,cnt,pric,det_item_fee_sumamt\n\
        S1,P1,H1,002504030900000,人乳头瘤病毒分型检测,04,2025-03-02,1,280.00,280.00\n\
        S2,P2,H1,002504030900000,人乳头瘤病毒分型检测,04,2025-03-02,1,280.00,280.00\n\
        S1,P1,H1,001206000030000-330100001,换药,05,2025-03-03,1,30.00,30.00\n\
        S1,P1,H1,C14050100000000000001,换药包,08,2025-03-03,2,12.00,24.00\n\
        S2,P2,H1,001206000030000,换药,05,2025-03-03,1,30.00,30.00\n\
        S2,P2,H1,C14050100000000000001,换药包,08,2025-03-04,2,12.00,24.00\n";
    fs::write(folder.join("stays.csv"), stays).expect("a file");
    fs::write(folder.join("fees.csv"), fees).expect("a file");
}

#[test]
fn the_page_alone_adds_a_sex_rule_a_pair_and_queries() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    write_files(&folder.join("own-rules"));
    write_data(&folder.join("data"));
    let checked = yishen(folder, &["rules", "check", "own-rules"]);
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stderr));
    let scanned = yishen(folder, &["scan", "data", "--rules", "own-rules", "-o", "leads.ndjson", "--quiet"]);
    assert_eq!(scanned.status.code(), Some(0), "{}", String::from_utf8_lossy(&scanned.stderr));
    let text = fs::read_to_string(folder.join("leads.ndjson")).expect("the report");
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in text.lines() {
        let lead: Value = serde_json::from_str(line).expect("a line of JSON");
        found.entry(lead["rule"].as_str().expect("a rule").to_string()).or_default().push(lead);
    }
    let only = |rule: &str| match found.get(rule).map(Vec::as_slice) {
        Some([lead]) => lead,
        other => panic!("{rule}: {other:?}"),
    };
    let sex = only("own-sex");
    assert_eq!((&sex["stay_ids"][0], sex["amount"].as_f64()), (&Value::from("S1"), Some(280.0)));
    assert_eq!(sex["evidence"]["point_id"], "CITY-1");
    assert!(sex["message"].as_str().expect("a text").contains("人乳头瘤病毒分型检测"));
    let pair = only("consumable-included");
    assert_eq!((&pair["stay_ids"][0], pair["amount"].as_f64()), (&Value::from("S1"), Some(24.0)));
    assert_eq!(pair["evidence"]["point_id"], "CITY-2");
    // Without a name the message tells the item by its code.
    let fees = fs::read_to_string(folder.join("data/fees.csv")).expect("the lines");
    let nameless = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        [&cells[..4], &cells[5..]].concat().join(",") + "\n"
    };
    fs::write(folder.join("data/fees.csv"), fees.lines().map(nameless).collect::<String>()).expect("a file");
    let by_code = yishen(folder, &["scan", "data", "--rules", "own-rules", "--rule", "own-sex", "-o", "-", "--quiet"]);
    let lead: Value = serde_json::from_slice(&by_code.stdout).expect("one line of JSON");
    assert!(lead["message"].as_str().expect("a text").contains("002504030900000"), "{}", lead["message"]);
    // What the queries of the page find is tested with data of their own; here it is enough that they are there and run.
    let list = yishen(folder, &["rules", "list", "--rules", "own-rules", "--format", "json"]);
    let list: Value = serde_json::from_slice(&list.stdout).expect("JSON");
    for rule in ["own-sex", "doctor-day-bursts", "stay-drug-kinds", "above-own-price"] {
        let own = list.as_array().expect("a list").iter().find(|r| r["id"] == rule);
        assert_eq!(own.map(|r| &r["state"]), Some(&Value::from("runs")), "{rule}");
    }
}
