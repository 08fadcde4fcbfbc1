//! `yishen.toml`: what a bureau settles once instead of typing it every month. Defaults < file < flags.
//!
//! Strict on purpose: a misspelt key that is silently ignored is a rule that silently runs with another threshold. Every
//! fault of the file is reported at once, each with its line and the nearest valid word.

mod fault;
mod mapping;
mod nearest;
mod read;

use std::path::{Path, PathBuf};

use crate::finding::ResultClass;
use crate::messages::Lang;
use crate::model::Day;

pub use fault::Fault;
pub use mapping::{Fields, FileRule, Mapping};
pub use nearest::nearest;

/// Name of the file that is looked for in the current folder.
pub const FILE_NAME: &str = "yishen.toml";

/// A parameter set for a rule, `[parameters.<rule-id>]`. Whether rule and parameter exist, the rule book says.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Rule id.
    pub rule: String,
    /// Name of the parameter.
    pub name: String,
    /// Its value.
    pub value: toml::Value,
    /// Line in the file, for the report of a fault.
    pub line: usize,
}

/// The section `[scan]`: the defaults of the flags of the same names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scan {
    /// Language of everything a person reads.
    pub lang: Option<Lang>,
    /// Number of threads.
    pub threads: Option<usize>,
    /// Share of rows that may be rejected before the exit code says so, 0 to 1.
    pub max_rejects: Option<f64>,
    /// Report files.
    pub output: Vec<PathBuf>,
    /// Folder of further rules.
    pub rules: Option<PathBuf>,
    /// Result class from which a finding gives exit code 1.
    pub fail_on: Option<ResultClass>,
    /// Institutions whose findings are reported.
    pub hospital: Vec<String>,
    /// First day of the period whose findings are reported.
    pub from: Option<Day>,
    /// Last day of that period.
    pub to: Option<Day>,
    /// Family of the rules to run.
    pub family: Option<String>,
    /// Ids of the rules to run.
    pub rule: Vec<String>,
    /// The institution of files that name none.
    pub institution: Option<String>,
    /// Administrative code of the bureau's region: its own knowledge points apply beside the national ones.
    pub region: Option<String>,
}

/// A configuration file, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The file; `None` where there is none.
    pub file: Option<PathBuf>,
    /// Section `[scan]`.
    pub scan: Scan,
    /// Sections `[columns.<table>]` and `[files."<name>"]`.
    pub columns: Mapping,
    /// Sections `[parameters.<rule-id>]`, in file order.
    pub parameters: Vec<Parameter>,
}

impl Config {
    /// Reads the named file, or `yishen.toml` of the current folder where none is named; without either, the defaults.
    ///
    /// # Errors
    /// Every fault of the file.
    pub fn load(named: Option<&Path>) -> Result<Self, Vec<Fault>> {
        match named {
            Some(path) => read::file(path),
            None if Path::new(FILE_NAME).exists() => read::file(Path::new(FILE_NAME)),
            None => Ok(Self::default()),
        }
    }
}

/// A share written as `1%` or `0.01`, 0 to 1.
pub fn share(text: &str) -> Option<f64> {
    let text = text.trim();
    let share = match text.strip_suffix(['%', '%']) {
        Some(percent) => percent.trim_end().parse::<f64>().ok()? / 100.0,
        None => text.parse().ok()?,
    };
    (0.0..=1.0).contains(&share).then_some(share)
}

/// A day written as `2025-03-01`.
pub fn day(text: &str) -> Option<Day> {
    let mut parts = text.trim().splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 {
        return None;
    }
    Day::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// A result class that `--fail-on` knows. A mere figure (`statistic`) cannot fail a run.
pub fn fail_on(text: &str) -> Option<ResultClass> {
    [ResultClass::Violation, ResultClass::Suspicious].into_iter().find(|c| c.name() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert_eq!(share("1%"), Some(0.01));
        assert_eq!(share(" 0.5 % "), Some(0.005));
        assert_eq!(share("2%"), Some(0.02));
        assert_eq!(share("0.25"), Some(0.25));
        assert_eq!(share("0"), Some(0.0));
        assert_eq!(share("101%"), None);
        assert_eq!(share("-0.1"), None);
        assert_eq!(share("NaN"), None);
        assert_eq!(share("few"), None);
    }

    #[test]
    fn days() {
        assert_eq!(day("2024-02-29"), Day::from_ymd(2024, 2, 29));
        assert_eq!(day("2025-02-29"), None);
        assert_eq!(day("25-02-01"), None);
        assert_eq!(day("20250201"), None);
        assert_eq!(day("2025-02-01-01"), None);
    }

    #[test]
    fn only_real_claims_fail_a_run() {
        assert_eq!(fail_on("suspicious"), Some(ResultClass::Suspicious));
        assert_eq!(fail_on("statistic"), None);
    }
}
