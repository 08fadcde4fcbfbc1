//! Data that no one here wrote, as a negative control: three samples of the CMS DE-SynPUF (US layout, ICD-9, dollars, amounts
//! heaped on thousands, three files of one table). They hold neither coordinated admissions nor steered amounts.
//!
//! The data is not part of the repository. It is looked for in the folder named by `YISHEN_SYNPUF`, else in
//! `../shared/data/synpuf`; where it is absent the test says so on stderr and checks nothing.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use yishen::config::Config;
use yishen::finding::Finding;
use yishen::ingest::{self, Ingested, Rows};
use yishen::messages::{Catalog, Lang};
use yishen::model::{Sex, Silent, Table};
use yishen::rule::Outcome;
use yishen::rulebook::Rulebook;
use yishen::{engine, facts};

/// Rows of the six files, header lines not counted.
const ROWS: u64 = 30_000 + 17_248;
/// Claims whose payment is below zero, because the patient's own share was larger: no stay of its own carries a payment back.
const NEGATIVE: usize = 18;
/// Claims, each once whatever its segments, without the negative ones.
const STAYS: usize = 17_231 - NEGATIVE;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The CSV files, or `None` after saying that there are none.
fn data() -> Option<Vec<PathBuf>> {
    let folder = match std::env::var_os("YISHEN_SYNPUF") {
        Some(folder) => PathBuf::from(folder),
        None => root().join("../shared/data/synpuf"),
    };
    let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|e| e.path());
    let mut files: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e == "csv")).collect();
    files.sort();
    if files.is_empty() {
        // Written past the capture of the test runner, so that a pass that checked nothing shows.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED tests/synpuf.rs: no CSV files in `{}`; set YISHEN_SYNPUF to the folder with the DE-SynPUF inpatient \
             claims and 2008 beneficiary summaries of samples 2, 3 and 5",
            folder.display()
        );
        return None;
    }
    Some(files)
}

fn read(files: &[PathBuf]) -> Ingested {
    let mapping = root().join("tests/synpuf/yishen.toml");
    let lines = std::fs::read_to_string(&mapping).expect("the mapping is here").lines().count();
    assert!(lines <= 25, "the mapping has {lines} lines");
    let config = Config::load(Some(&mapping)).expect("the mapping is valid");
    ingest::read(files, &config.columns, &Silent).expect("the files can be read")
}

#[test]
fn every_row_is_used_or_listed() {
    let Some(files) = data() else { return };
    let read = read(&files);
    let parts = || read.inputs.iter().flat_map(|i| &i.parts);
    assert_eq!(parts().filter(|p| p.table == Table::Stays).count(), 3);
    assert_eq!(parts().filter(|p| p.table == Table::Persons).count(), 3);
    for rows in parts().map(|p| &p.rows) {
        assert_eq!(rows.read, rows.used + rows.netted + rows.repeated + rows.rejected);
    }
    let sum = |count: fn(&Rows) -> u64| parts().map(|p| count(&p.rows)).sum::<u64>();
    assert_eq!(sum(|r| r.read), ROWS);
    assert_eq!(sum(|r| r.rejected), NEGATIVE as u64);
    assert_eq!(sum(|r| r.netted + r.repeated), 0);
    assert_eq!(read.rejects.len(), NEGATIVE);
    assert!(read.rejects.iter().all(|r| r.column == "CLM_PMT_AMT" && r.value.starts_with('-')), "{:?}", read.rejects);
    // A second segment is no second stay.
    let region = &read.region;
    assert_eq!(region.stays.len(), STAYS);
    assert_eq!(region.stays.iter().filter(|s| s.settlements > 1).count(), 17);
    // Sex and birth come from the other table.
    let known = |p: &yishen::model::Person| p.sex != Sex::Unknown && p.birth.is_some();
    assert!(region.stays.iter().all(|s| known(&region.persons[s.person.index()])));
}

#[test]
fn only_what_the_page_on_quality_explains_is_reported() {
    let Some(files) = data() else { return };
    let read = read(&files);
    let region = &read.region;
    let book = Rulebook::builtin();
    let cards = engine::select(&book, &[], None).expect("all rules");
    let facts = facts::compute(region, &engine::wanted(&cards, &book, region), &Silent);
    let run = engine::run(region, &facts, &cards, &book, Catalog::new(Lang::En), &Silent);
    let mut leads: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &run.findings {
        leads.entry(&finding.rule).or_default().push(finding);
    }
    for rule in ["paired-admissions", "threshold-stays"] {
        let outcome = &run.rules.iter().find(|r| r.rule == rule).expect("the rule exists").outcome;
        assert_eq!(*outcome, Outcome::Ran { findings: 0 }, "{rule}");
    }
    assert_eq!(leads.keys().copied().collect::<Vec<_>>(), ["overlapping-stays"]);
    let overlapping = &leads["overlapping-stays"];
    let page = std::fs::read_to_string(root().join("docs/quality.md")).expect("the page is here");
    let explained = format!("{} leads of `overlapping-stays`", overlapping.len());
    assert!(page.contains(&explained), "docs/quality.md does not explain {explained}");
    for finding in overlapping {
        assert!(really_overlaps(&read, finding), "{:?}", finding.stay_ids);
    }
}

/// Whether the stay of a finding shares a night with another stay of its person, by the dates alone.
fn really_overlaps(read: &Ingested, finding: &Finding) -> bool {
    let region = &read.region;
    let id = |stay: &yishen::model::Stay| region.names.records.get(stay.record).to_string();
    let own = region.stays.iter().find(|s| id(s) == finding.stay_ids[0]).expect("the stay exists");
    region.stays.iter().any(|other| {
        let (first, last) = (own.admitted.day.max(other.admitted.day), own.last_day().min(other.last_day()));
        other.record != own.record && other.person == own.person && first < last
    })
}
