//! What a case expects: the shape of its `expect.toml`. A key that is not here is a mistake in the case and refused.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// One case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// What is wrong with the files, in a line.
    pub description: String,
    /// Why an auditor wants this outcome.
    pub why: String,
    /// Exit code of `yishen scan`.
    pub exit: i32,
    /// Arguments beyond the paths, the report and the language.
    #[serde(default)]
    pub args: Vec<String>,
    /// Paths given, relative to the case's folder.
    #[serde(default = "input")]
    pub paths: Vec<String>,
    /// The report, relative to an empty folder.
    #[serde(default = "report")]
    pub out: String,
    /// What stands where the report should go before the run.
    #[serde(default)]
    pub before: Before,
    /// Whether the library is asked as well; it is given what `--config` and `--institution` of the arguments say.
    #[serde(default = "yes")]
    pub library: bool,
    /// Each must be printed, on stdout or stderr.
    #[serde(default)]
    pub says: Vec<String>,
    /// At least one must be printed, in any case of letters.
    #[serde(default)]
    pub says_any: Vec<String>,
    /// Each must be printed exactly once.
    #[serde(default)]
    pub says_once: Vec<String>,
    /// Notes that must be there, with some of their figures.
    #[serde(default)]
    pub notes: Vec<Noted>,
    /// Notes that must not be there.
    #[serde(default)]
    pub no_notes: Vec<String>,
    /// How rules ended, by rule: `ran`, `could-not-judge`, `skipped`, `failed`.
    #[serde(default)]
    pub outcomes: BTreeMap<String, String>,
    /// Leads by rule.
    #[serde(default)]
    pub leads: BTreeMap<String, u64>,
    /// Values of the record of the run, by JSON pointer.
    #[serde(default)]
    pub record: BTreeMap<String, toml::Value>,
    /// Rows by table.
    #[serde(default)]
    pub rows: BTreeMap<String, Counts>,
    /// The rejects: these and no other.
    #[serde(default)]
    pub rejects: Vec<Rejected>,
    /// Number of stays.
    pub stays: Option<usize>,
    /// Number of visits.
    pub visits: Option<usize>,
    /// Number of charge lines left.
    pub lines: Option<usize>,
    /// Every person known, sorted.
    pub persons: Option<Vec<String>>,
    /// What is named as not read, as `file reason`: these and no other, where given.
    pub unread: Option<Vec<String>>,
    /// Number of diagnosis rows.
    pub diagnoses: Option<usize>,
    /// Facts about stays.
    #[serde(default)]
    pub stay: Vec<Stay>,
    /// Stays that must not be there.
    #[serde(default)]
    pub no_stay: Vec<String>,
    /// Facts about visits.
    #[serde(default)]
    pub visit: Vec<Visit>,
    /// Facts about an item in a stay.
    #[serde(default)]
    pub item: Vec<Item>,
    /// Facts about persons.
    #[serde(default)]
    pub person: Vec<Person>,
}

fn input() -> Vec<String> {
    vec!["input".to_string()]
}

fn report() -> String {
    "out.ndjson".to_string()
}

fn yes() -> bool {
    true
}

/// What stands where the report should go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Before {
    /// Nothing.
    #[default]
    Nothing,
    /// A report of an earlier run.
    Report,
    /// A folder.
    Folder,
}

/// Rows of a table over all files; a count left out is not looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    pub read: Option<u64>,
    pub used: Option<u64>,
    pub netted: Option<u64>,
    pub repeated: Option<u64>,
    pub rejected: Option<u64>,
}

/// A reject; one of line 0 stands for many rows. Column and value are looked at where they are given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rejected {
    /// File name; parts of an archive or workbook as `bill.zip|inner.txt`, each of which the name must contain in turn.
    pub file: String,
    pub line: u32,
    pub column: Option<String>,
    pub value: Option<String>,
    pub reason: String,
}

/// A note: its message and the arguments that are looked at, numbers as they are written in the case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noted {
    pub id: String,
    #[serde(default)]
    pub args: BTreeMap<String, String>,
}

/// A stay that must be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stay {
    pub id: String,
    /// Yuan.
    pub total: Option<String>,
    /// Yuan.
    pub fund: Option<String>,
    /// As `2025-03-01 08:30:00`, or the date alone where no time is known.
    pub admitted: Option<String>,
    /// Likewise; empty where the patient is still in the hospital.
    pub discharged: Option<String>,
    pub person: Option<String>,
    pub hospital: Option<String>,
    pub hospital_name: Option<String>,
    /// Main diagnosis as written.
    pub diagnosis: Option<String>,
    pub sex: Option<String>,
    /// The first and the last possible day of birth, as `1985-06-01 to 1985-06-30`; empty where nothing narrows it down.
    pub born: Option<String>,
    pub settlements: Option<u32>,
}

/// A visit that must be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Visit {
    pub id: String,
    /// Yuan.
    pub total: String,
}

/// What is left of an item in a stay after refunds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The stay's `mdtrt_id`; a line whose stay is not there has one too.
    pub stay: String,
    pub item: String,
    /// Billed units, summed.
    pub quantity: String,
    /// Yuan, summed.
    pub amount: String,
    /// Number of lines.
    pub lines: Option<usize>,
    /// Their times, in order.
    pub times: Option<Vec<String>>,
    pub name: Option<String>,
}

/// A person that must be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub id: String,
    pub name: Option<String>,
    /// Certificate number; empty where none can be trusted.
    pub certificate: Option<String>,
    /// `2025-03-01`; empty where not known.
    pub birth: Option<String>,
}

/// Reads the expectation of a case.
pub fn load(case: &Path) -> Result<Expect, String> {
    let path = case.join("expect.toml");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}
