//! Data that no one here wrote, as a negative control: three samples of the CMS DE-SynPUF (US layout, ICD-9, dollars, amounts
//! heaped on thousands, three files of one table). They hold neither coordinated admissions nor steered amounts.
//!
//! The data is not part of the repository. It is looked for in the folder named by `YISHEN_SYNPUF`, else in
//! `../shared/data/synpuf`; where it is absent the test says so on stderr and checks nothing.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use yishen::config::Config;
use yishen::finding::{Finding, ResultClass};
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
    let facts = facts::compute(region, &Silent);
    let run = engine::run(region, &facts, &cards, &book, Catalog::new(Lang::En), &Silent);
    let mut leads: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    // A statistic ranks the hospitals and accuses none.
    for finding in run.findings.iter().filter(|f| f.result != Some(ResultClass::Statistic)) {
        leads.entry(&finding.rule).or_default().push(finding);
    }
    // Heaped on thousands, the bills leave no hospital with enough of them beside a mark: nothing was tested.
    for (rule, ended) in [("paired-admissions", Outcome::Ran { findings: 0 }), ("threshold-stays", Outcome::Unjudged)] {
        let outcome = &run.rules.iter().find(|r| r.rule == rule).expect("the rule exists").outcome;
        assert_eq!(*outcome, ended, "{rule}");
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

/// Whether the stay of a finding shares a night with another stay of its person, or the one lies on a day inside the other, by
/// the dates alone.
fn really_overlaps(read: &Ingested, finding: &Finding) -> bool {
    let region = &read.region;
    let id = |stay: &yishen::model::Stay| region.names.records.get(stay.record).to_string();
    let own = region.stays.iter().find(|s| id(s) == finding.stay_ids[0]).expect("the stay exists");
    region.stays.iter().any(|other| {
        let (first, last) = (own.admitted.day.max(other.admitted.day), own.last_day().min(other.last_day()));
        let inside = |day| [own, other].iter().any(|s| s.admitted.day < day && day < s.last_day());
        let shared = first < last || (first == last && inside(first));
        other.record != own.record && other.person == own.person && shared
    })
}

/// A second segment continues the stay, also at a sister institution; a number that two people, or two stays, happen to share
/// does not join them.
#[test]
fn a_segment_continues_its_stay() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("claims.csv");
    let rows = "DESYNPUF_ID,CLM_ID,SEGMENT,PRVDR_NUM,CLM_PMT_AMT,AT_PHYSN_NPI,CLM_ADMSN_DT,NCH_BENE_DSCHRG_DT,ICD9_DGNS_CD_1\n\
                P1,1,1,B,100.00,D1,20090901,20091010,4280\nP1,1,2,A,50.00,,20090901,20091010,\n\
                P1,2,1,A,70.00,D1,20090101,20090105,4280\nP1,2,1,B,30.00,D2,20090301,20090305,4280\n\
                P1,3,1,A,10.00,D1,20080101,20080105,4280\nP2,3,1,A,20.00,D1,20080101,20080105,4280\n";
    std::fs::write(&file, rows).expect("the file can be written");
    let read = read(&[file]);
    let region = &read.region;
    assert_eq!(read.rejects, Vec::new());
    let mut stays: Vec<(i64, &str, u32)> =
        region.stays.iter().map(|s| (s.total.0, region.names.hospitals.get(s.hospital), s.settlements)).collect();
    stays.sort_unstable();
    assert_eq!(stays, [(1_000, "A", 1), (2_000, "A", 1), (3_000, "B", 1), (7_000, "A", 1), (15_000, "B", 2)]);
}
