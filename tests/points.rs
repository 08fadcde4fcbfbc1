//! Knowledge points: dates in force, supersession, regions, points switched off, regional suffixes, an institution's own codes,
//! named groups. Each on the same small stay with one card of its own.

use std::fs;
use std::path::Path;

use yishen::messages::{Catalog, Lang};
use yishen::model::Silent;
use yishen::rule::Outcome;
use yishen::rulebook::Rulebook;
use yishen::{engine, facts, ingest};

const HEADER: &str =
    "point_id,class_code,class_name,limit,value,name,codes,effective_from,effective_to,superseded_by,region,note\n";
const STAYS: &str = "mdtrt_id,psn_no,gend,brdy,fixmedins_code,begntime,endtime,medfee_sumamt,fund_pay_sumamt\n\
    S1,P1,1,1980-02-03,H1,2025-03-01,2025-03-20,5000.00,3000.00\n";

/// The amount at risk that the points of a table find on one line a day of an item, from 1 to 20 March, at 10 yuan each.
fn amount(code: &str, points: &str, more: &[(&str, &str)], region: Option<&str>) -> Option<f64> {
    let folder = tempfile::tempdir().expect("a folder");
    let (rules, data) = (folder.path().join("rules/knowledge"), folder.path().join("data"));
    fs::create_dir_all(&rules).expect("a folder");
    fs::create_dir_all(&data).expect("a folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/knowledge");
    for (table, text) in [("local-points", format!("{HEADER}{points}").as_str())].iter().chain(more) {
        fs::write(rules.join(format!("{table}.csv")), text).expect("a table");
        let name = format!("{table}.source.toml");
        fs::copy(source.join(&name), rules.join(&name)).expect("a source");
    }
    let mut fees =
        "mdtrt_id,psn_no,fixmedins_code,hilist_code,hilist_name,fee_ocur_time,cnt,pric,det_item_fee_sumamt\n"
            .to_string();
    for day in 1..=20 {
        fees.push_str(&format!("S1,P1,H1,{code},项目,2025-03-{day:02},1,10.00,10.00\n"));
    }
    fs::write(data.join("fees.csv"), fees).expect("a file");
    fs::write(data.join("stays.csv"), STAYS).expect("a file");
    let files = [data.join("stays.csv"), data.join("fees.csv")];
    let read = ingest::read(&files, &Default::default(), &Silent).expect("the files can be read");
    let mut book = Rulebook::load(Some(&folder.path().join("rules"))).expect("the tables are sound");
    book.set_region(region.map(str::to_string));
    assert_eq!(engine::check(&book), Vec::new());
    let cards = engine::select(&book, &["consumable-sex".to_string()], None).expect("the rule exists");
    let facts = facts::compute(&read.region, &Silent);
    let run = engine::run(&read.region, &facts, &cards, &book, Catalog::new(Lang::En), &Silent);
    match run.rules[0].outcome {
        // Points that do not apply leave nothing to judge.
        Outcome::Ran { .. } | Outcome::Unjudged => Some(run.findings.iter().map(|f| f.amount.yuan()).sum()),
        _ => None,
    }
}

/// A point of the class for women only, so that the patient breaks it.
fn point(id: &str, codes: &str, dates: &str, by: &str, region: &str) -> String {
    format!("{id},,医用耗材与性别不符,sex,female,名称,{codes},{dates},{by},{region},\n")
}

#[test]
fn a_charge_is_judged_by_the_points_of_its_day() {
    let of = |dates: &str| amount("C01", &point("A", "C01", dates, "", ""), &[], None);
    assert_eq!(of(","), Some(200.0));
    assert_eq!(of("2025-03-11,"), Some(100.0));
    assert_eq!(of("2025-03-05,2025-03-06"), Some(20.0));
    assert_eq!(of(",2025-02-28"), Some(0.0));
}

#[test]
fn a_superseded_point_ends_when_the_later_one_begins() {
    let later = "B,,医用耗材与性别不符,sex,male,名称,C01,2025-03-08,,,,\n";
    let both = point("A", "C01", ",", "B", "") + later;
    assert_eq!(amount("C01", &both, &[], None), Some(70.0), "until 7 March");
    assert_eq!(amount("C01", &point("A", "C01", ",", "gone", ""), &[], None), Some(0.0));
}

#[test]
fn points_of_a_region_apply_there_and_before_national_ones() {
    let own = point("A", "C01", ",", "", "3301");
    assert_eq!(amount("C01", &own, &[], Some("330100")), Some(200.0));
    assert_eq!(amount("C01", &own, &[], Some("330200")), Some(0.0));
    assert_eq!(amount("C01", &own, &[], None), Some(0.0));
    let milder = "B,,医用耗材与性别不符,sex,male,名称,C01,,,,33,\n";
    let both = point("A", "C01", ",", "", "") + milder;
    assert_eq!(amount("C01", &both, &[], Some("330100")), Some(0.0), "the region lets men have it");
    assert_eq!(amount("C01", &both, &[], None), Some(200.0));
}

#[test]
fn points_can_be_switched_off_and_examples_never_run() {
    let off = [("points-off", "point_id,reason\nA,本地不执行\n")];
    assert_eq!(amount("C01", &point("A", "C01", ",", "", ""), &off, None), Some(0.0));
    assert_eq!(amount("C01", &point("EXAMPLE-9", "C01", ",", "", ""), &[], None), None, "skipped without a point");
}

#[test]
fn codes_match_with_suffixes_prefixes_groups_and_own_codes() {
    let of = |code: &str, codes: &str, more: &[(&str, &str)]| {
        amount(code, &point("A", codes, ",", "", ""), more, None) == Some(200.0)
    };
    assert!(of("001102000030000-110200003", "001102000030000", &[]));
    assert!(of("001102000030000", "001102000030000-330200003", &[]));
    assert!(of("C0123", "C01*", &[]) && !of("C0223", "C01*", &[]) && !of("C0123", "C01", &[]));
    let groups = [("code-groups", "group,code,name\n节育器,C77,\n节育器,C88*,\n")];
    assert!(of("C77", "@节育器", &groups) && of("C889", "C01 @节育器", &groups) && !of("C779", "@节育器", &groups));
    let own =
        [("code-crosswalk", "fixmedins_code,medins_list_codg,hilist_code\nH1,own-7,C01\nH2,own-8,C01\n,own-9,C01\n")];
    assert!(of("own-7", "C01", &own) && of("own-9", "C01", &own));
    assert!(!of("own-8", "C01", &own), "another hospital's code");
}
