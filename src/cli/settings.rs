//! What a scan is to do: defaults < `yishen.toml` < flags.

use std::path::PathBuf;

use super::args;
use super::{Failure, Session, with_nearest};
use crate::config::Mapping;
use crate::finding::ResultClass;
use crate::messages::args as values;
use crate::model::Day;
use crate::rulebook::Family;

/// Share of rejected rows above which a run counts as incomplete, unless it is told otherwise.
const MAX_REJECTS: f64 = 0.01;

/// The settings of a scan.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) paths: Vec<PathBuf>,
    /// Background: judged against, never reported.
    pub(super) peers: Vec<PathBuf>,
    pub(super) mapping: Mapping,
    pub(super) output: Vec<PathBuf>,
    pub(super) force: bool,
    pub(super) keep_going: bool,
    pub(super) mask: bool,
    pub(super) fail_on: Option<ResultClass>,
    pub(super) max_rejects: f64,
    pub(super) rules: Option<PathBuf>,
    pub(super) rule: Vec<String>,
    pub(super) family: Option<Family>,
    pub(super) filter: Filter,
}

/// Which findings are reported. It never touches the data they are judged against.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filter {
    pub(super) hospital: Vec<String>,
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
}

/// Settles flags over file over defaults.
pub(super) fn settle(flags: args::Scan, session: &Session) -> Result<Settings, Failure> {
    let file = &session.config.scan;
    let or_file = |flag: Vec<String>, file: &[String]| if flag.is_empty() { file.to_vec() } else { flag };
    // A family named on the command line replaces the rules named in the file, and the other way round.
    let chosen = flags.family.is_some() || !flags.rule.is_empty();
    let family = match (&file.family, chosen) {
        (Some(name), false) => Some(args::family_of(name).ok_or_else(|| unknown_family(name, session))?),
        _ => flags.family,
    };
    let rule = if chosen { flags.rule } else { file.rule.clone() };
    let filter = Filter {
        hospital: or_file(flags.hospital, &file.hospital),
        from: flags.from.or(file.from),
        to: flags.to.or(file.to),
    };
    if let (Some(from), Some(to)) = (filter.from, filter.to)
        && from > to
    {
        let list = [("from", from.to_string().into()), ("to", to.to_string().into())];
        return Err(session.failure("error-period", values(list)));
    }
    Ok(Settings {
        paths: if flags.paths.is_empty() { vec![PathBuf::from(".")] } else { flags.paths },
        peers: flags.peers,
        mapping: mapping(flags.institution, session),
        output: if flags.output.is_empty() { file.output.clone() } else { flags.output },
        force: flags.force,
        keep_going: flags.keep_going,
        mask: flags.mask,
        fail_on: flags.fail_on.or(file.fail_on),
        max_rejects: flags.max_rejects.unwrap_or_else(|| max_rejects(session)),
        rules: flags.rules.or_else(|| file.rules.clone()),
        rule,
        family,
        filter,
    })
}

/// Share of rejected rows above which a run counts as incomplete.
pub(super) fn max_rejects(session: &Session) -> f64 {
    session.config.scan.max_rejects.unwrap_or(MAX_REJECTS)
}

/// How headers are read: the file's mapping, with the institution of the command line.
pub(super) fn mapping(institution: Option<String>, session: &Session) -> Mapping {
    let institution = institution.or_else(|| session.config.columns.institution.clone());
    Mapping { institution, ..session.config.columns.clone() }
}

fn unknown_family(name: &str, session: &Session) -> Failure {
    let text = session.catalog.format("error-family-unknown", &values([("family", name.into())]));
    session.told(&[with_nearest(text, name, Family::ALL.map(Family::name), &session.catalog)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Scan};
    use crate::messages::{Catalog, Lang};
    use clap::Parser;

    fn settled(line: &[&str], file: Scan) -> Result<Settings, Failure> {
        let session = Session {
            catalog: Catalog::new(Lang::En),
            config: Config { scan: file, ..Config::default() },
            quiet: false,
        };
        let cli = args::Cli::try_parse_from(["yishen", "scan"].iter().chain(line)).expect("a sound command line");
        let args::Command::Scan(flags) = cli.command else { unreachable!("the line says scan") };
        settle(flags, &session)
    }

    fn file() -> Scan {
        Scan {
            max_rejects: Some(0.05),
            output: vec!["file.csv".into()],
            fail_on: Some(ResultClass::Violation),
            hospital: vec!["H1".into()],
            family: Some("drugs".into()),
            ..Scan::default()
        }
    }

    #[test]
    fn defaults_then_file_then_flags() {
        let plain = settled(&[], Scan::default()).expect("defaults");
        assert_eq!((plain.max_rejects, plain.fail_on, plain.family), (0.01, None, None));
        assert_eq!(plain.paths, [PathBuf::from(".")]);

        let from_file = settled(&[], file()).expect("the file");
        assert_eq!(from_file.max_rejects, 0.05);
        assert_eq!(from_file.output, [PathBuf::from("file.csv")]);
        assert_eq!(from_file.family, Some(Family::Drugs));
        assert_eq!(from_file.filter.hospital, ["H1"]);

        let line = [
            "data",
            "-o",
            "a.xlsx",
            "--max-rejects",
            "2%",
            "--rule",
            "x",
            "--hospital",
            "H2",
            "--fail-on",
            "suspicious",
        ];
        let from_flags = settled(&line, file()).expect("flags");
        assert_eq!(from_flags.max_rejects, 0.02);
        assert_eq!(from_flags.output, [PathBuf::from("a.xlsx")]);
        assert_eq!(from_flags.filter.hospital, ["H2"]);
        assert_eq!(from_flags.fail_on, Some(ResultClass::Suspicious));
        assert_eq!(
            (from_flags.rule, from_flags.family),
            (vec!["x".to_string()], None),
            "a rule replaces the file's family"
        );
    }

    #[test]
    fn a_period_that_ends_before_it_begins_is_refused() {
        let refused = settled(&["--from", "2025-02-01", "--to", "2025-01-31"], Scan::default());
        assert!(matches!(refused, Err(Failure::Told(text)) if text.contains("2025-02-01")));
        assert!(settled(&["--from", "2025-02-01", "--to", "2025-02-01"], Scan::default()).is_ok());
    }

    #[test]
    fn an_unknown_family_of_the_file_is_refused_with_the_nearest() {
        let refused = settled(&[], Scan { family: Some("drug".into()), ..Scan::default() });
        assert!(matches!(refused, Err(Failure::Told(text)) if text.contains("drugs")));
    }
}
