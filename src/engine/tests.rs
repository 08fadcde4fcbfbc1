use serde_json::Value as Json;

use super::*;
use crate::finding::{ResultClass, Subject};
use crate::messages::Lang;
use crate::model::{Day, Fen, Silent, Table};
use crate::rule::RuleError;
use crate::rule::coverage::{Unit, Unjudged, Why};

/// Three detectors under the ids of real cards: one that finds, one that panics, one that fails.
const THREE: &[Detector] = &[
    Detector { id: "overlapping-stays", check: |_| Ok(()), run: find },
    Detector { id: "outside-stay", check: |_| Ok(()), run: |_| panic!("stay 7 is broken") },
    Detector { id: "duplicate-charges", check: |_| Ok(()), run: |_| Err(RuleError::Data("no days".into())) },
];

fn find(_: &Context<'_>) -> Result<Judgement, RuleError> {
    let finding = |hospital: &str, stays: &[&str]| {
        let mut finding = Finding {
            hospital_id: hospital.into(),
            stay_ids: stays.iter().map(|s| (*s).to_string()).collect(),
            period_start: Some(Day(0)),
            confidence: 1.7,
            observed: Some(3.0),
            ..Finding::default()
        };
        finding.evidence.insert("overlap_days".into(), Json::from(3));
        finding.evidence.insert("other_hospital".into(), Json::from("二院"));
        finding.add_risk(Subject::Stay(0), Fen(123_456));
        finding
    };
    let found = vec![finding("H2", &["s1"]), finding("H1", &["s9", "s3"])];
    Ok(Coverage::of(Unit::Stays, 3).not(Why::NoDischarge, Unit::Stays, 1).with(found))
}

fn region() -> Region {
    let mut region = Region::default();
    for (table, fields) in [(Table::Stays, ["mdtrt_id"].as_slice()), (Table::Fees, &["mdtrt_id", "fee_ocur_time"])] {
        region.columns.extend(fields.iter().map(|f| (table, *f)));
    }
    region
}

fn run_three(lang: Lang) -> Run {
    let book = Rulebook::builtin();
    let cards = select(&book, &[], None).expect("all rules");
    execute(THREE, &region(), &Facts::default(), &cards, &book, Catalog::new(lang), &Silent)
}

fn outcome(run: &Run, rule: &str) -> Outcome {
    run.rules.iter().find(|r| r.rule == rule).map(|r| r.outcome.clone()).expect("every chosen rule has an outcome")
}

#[test]
fn a_rule_that_panics_or_fails_leaves_the_rest_standing() {
    let run = run_three(Lang::Zh);
    assert_eq!(outcome(&run, "overlapping-stays"), Outcome::Ran { findings: 2 });
    assert_eq!(outcome(&run, "outside-stay"), Outcome::Failed { reason: "panicked: stay 7 is broken".into() });
    assert_eq!(outcome(&run, "duplicate-charges"), Outcome::Failed { reason: "no days".into() });
    let coverage = &run.rules.iter().find(|r| r.rule == "overlapping-stays").expect("it ran").coverage;
    let unjudged = vec![Unjudged { why: Why::NoDischarge, unit: Unit::Stays, count: 1 }];
    assert_eq!(*coverage, Some(Coverage { unit: Unit::Stays, judged: 3, unjudged }));
    assert_eq!(outcome(&run, "hours-over-day"), Outcome::Skipped { missing: vec!["fees.cnt".into()] });
    let mut sorted: Vec<&str> = run.rules.iter().map(|r| r.rule.as_str()).collect();
    sorted.sort_unstable();
    assert!(run.rules.iter().map(|r| r.rule.as_str()).eq(sorted));
}

#[test]
fn findings_are_completed_and_sorted() {
    let run = run_three(Lang::Zh);
    let [first, second] = run.findings.as_slice() else { panic!("two findings") };
    assert_eq!((first.hospital_id.as_str(), second.hospital_id.as_str()), ("H1", "H2"));
    assert_eq!(first.stay_ids, ["s3", "s9"]);
    assert_eq!(first.rule, "overlapping-stays");
    assert_eq!(first.result, Some(ResultClass::Suspicious));
    assert_eq!(first.confidence, 1.0);
    assert!(first.message.contains("同时在二院住院") && first.message.contains("重叠 3 天"), "{}", first.message);
    assert!(first.message.contains("1,234.56 元") && first.basis.contains("第三十八条"), "{}", first.message);
    assert_eq!(first.finding_id.len(), 16);
    assert_ne!(first.finding_id, second.finding_id);
    let english = run_three(Lang::En);
    assert_eq!(english.findings[0].finding_id, first.finding_id);
    assert!(english.findings[0].message.contains("3 days in both"), "{}", english.findings[0].message);
}

#[test]
fn finding_ids_do_not_change_between_versions() {
    // SHA-256 of "overlapping-stays|H2||s1|||1970-01-01|", as any other program computes it.
    assert_eq!(run_three(Lang::Zh).findings[1].finding_id, "fab0e8aea9ab9ac5");
}

#[test]
fn selection() {
    let book = Rulebook::builtin();
    let ids = |cards: Vec<&Card>| cards.iter().map(|c| c.id.clone()).collect::<Vec<_>>();
    let all = ids(select(&book, &[], None).expect("all"));
    let of = |family: Option<Family>| {
        let mut ids: Vec<String> =
            book.cards().filter(|c| family.is_none_or(|f| c.family == f)).map(|c| c.id.clone()).collect();
        ids.sort();
        ids
    };
    assert_eq!(all, of(None));
    let stays = ids(select(&book, &[], Some(Family::Stays)).expect("a family"));
    assert_eq!(stays, of(Some(Family::Stays)));
    assert!(stays.contains(&"overlapping-stays".to_string()) && stays.len() < all.len());
    let both = select(&book, &["outside-stay".into()], Some(Family::Stays)).expect_err("no rule is both");
    assert!(both.to_string().contains("no rule of family `stays`"));
    let unknown = select(&book, &["outside-stays".into()], None).expect_err("unknown");
    assert!(unknown.to_string().contains("did you mean `outside-stay`"), "{unknown}");
}

#[test]
fn cards_must_fit_their_detectors() {
    assert_eq!(check(&Rulebook::builtin()), Vec::new());
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir(folder.path().join("stays")).expect("a folder");
    let card = include_str!("../../rules/stays/overlapping-stays.toml");
    let file = |name: &str, text: String| std::fs::write(folder.path().join("stays").join(name), text).expect("a file");
    file("overlapping-stays.toml", card.replace("parameters.transfer_hours", "parameters.transfer_days"));
    let other = card.replacen("id = \"overlapping-stays\"", "id = \"other\"", 1);
    file("other.toml", other.replace("detector = \"overlapping-stays\"", "detector = \"overlaping\""));
    let book = Rulebook::load(Some(folder.path())).expect("the cards themselves are right");
    let faults: Vec<String> = check(&book).iter().map(ToString::to_string).collect();
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(
        faults[0].contains("no detector is called `overlaping`") && faults[0].contains("`overlapping-stays`"),
        "{faults:?}"
    );
    let of_card = |fault: &str, text: &str| fault.contains("overlapping-stays.toml:") && fault.contains(text);
    assert!(faults[1..].iter().any(|f| of_card(f, "has no parameter `transfer_days`")), "{faults:?}");
    assert!(faults[1..].iter().any(|f| of_card(f, "lacks the parameter `transfer_hours`")), "{faults:?}");
}

#[test]
fn without_charge_lines_the_rules_that_need_them_are_skipped() {
    let mut region = region();
    region.columns.retain(|(table, _)| *table == Table::Stays);
    let book = Rulebook::builtin();
    let cards = select(&book, &[], None).expect("all rules");
    let run = run(&region, &Facts::default(), &cards, &book, Catalog::new(Lang::En), &Silent);
    // There is a table of stays, and no stay in it: that is no clean result.
    assert_eq!(outcome(&run, "overlapping-stays"), Outcome::Unjudged);
    let missing = vec!["fees".to_string()];
    assert_eq!(outcome(&run, "outside-stay"), Outcome::Skipped { missing });
}
