//! The command line as data. What a person reads of it stands in the message catalogue, see [`super::localize`].

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser, ValueParser};
use clap::{ArgAction, Parser, Subcommand, ValueEnum};

use crate::config;
use crate::finding::ResultClass;
use crate::limits;
use crate::messages::Lang;
use crate::model::Day;
use crate::rulebook::Family;

#[derive(Parser, Debug)]
#[command(name = "yishen", version, disable_help_flag = true, disable_version_flag = true)]
#[command(disable_help_subcommand = true, subcommand_required = true, arg_required_else_help = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) common: Common,
    #[arg(long, short = 'V', action = ArgAction::Version, help_heading = "common")]
    version: Option<bool>,
}

/// What every command understands.
#[derive(clap::Args, Debug)]
pub(super) struct Common {
    #[arg(long, global = true, value_name = "LANG", value_parser = language(), help_heading = "common")]
    pub(super) lang: Option<Lang>,
    #[arg(long, global = true, value_name = "FILE", help_heading = "common")]
    pub(super) config: Option<PathBuf>,
    #[arg(long, global = true, value_name = "N", value_parser = threads, help_heading = "common")]
    pub(super) threads: Option<usize>,
    #[arg(long, short, global = true, help_heading = "common")]
    pub(super) quiet: bool,
    #[arg(long, short, global = true, action = ArgAction::Help, help_heading = "common")]
    help: Option<bool>,
}

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    Scan(Scan),
    Rules(Rules),
    Tables(Tables),
    Columns(Columns),
    Simulate(Simulate),
    Evaluate(Evaluate),
}

#[derive(clap::Args, Debug)]
pub(super) struct Scan {
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Vec<PathBuf>,
    #[arg(long)]
    pub(super) force: bool,
    #[arg(long)]
    pub(super) keep_going: bool,
    #[arg(long)]
    pub(super) mask: bool,
    #[arg(long, value_name = "CLASS", value_parser = class())]
    pub(super) fail_on: Option<ResultClass>,
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(super) max_rejects: Option<f64>,
    #[arg(long, value_name = "ID")]
    pub(super) institution: Option<String>,
    #[arg(long, value_name = "PATH")]
    pub(super) peers: Vec<PathBuf>,
    #[arg(long, value_name = "DIR", help_heading = "choice")]
    pub(super) rules: Option<PathBuf>,
    #[arg(long, value_name = "RULE", help_heading = "choice")]
    pub(super) rule: Vec<String>,
    #[arg(long, value_name = "FAMILY", value_parser = family(), help_heading = "choice")]
    pub(super) family: Option<Family>,
    #[arg(long, value_name = "ID", help_heading = "filter")]
    pub(super) hospital: Vec<String>,
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "filter")]
    pub(super) from: Option<Day>,
    #[arg(long, value_name = "DATE", value_parser = day, help_heading = "filter")]
    pub(super) to: Option<Day>,
}

#[derive(clap::Args, Debug)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(super) struct Rules {
    #[command(subcommand)]
    pub(super) command: RulesCommand,
}

#[derive(Subcommand, Debug)]
pub(super) enum RulesCommand {
    List(RulesList),
    Show(RulesShow),
    Check(RulesCheck),
    New(RulesNew),
}

#[derive(clap::Args, Debug)]
pub(super) struct RulesList {
    #[arg(long, value_name = "FAMILY", value_parser = family())]
    pub(super) family: Option<Family>,
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(super) format: Option<ListFormat>,
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
pub(super) struct RulesShow {
    #[arg(value_name = "RULE", required = true)]
    pub(super) ids: Vec<String>,
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
pub(super) struct RulesCheck {
    #[arg(value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
    #[arg(long, value_name = "PATH")]
    pub(super) data: Vec<PathBuf>,
}

#[derive(clap::Args, Debug)]
pub(super) struct RulesNew {
    #[arg(value_name = "DIR")]
    pub(super) dir: PathBuf,
    #[arg(value_name = "RULE", value_parser = rule_id)]
    pub(super) id: String,
    #[arg(long, value_name = "KIND", required = true, value_parser = kind())]
    pub(super) limit: String,
    #[arg(long, value_name = "CLASS")]
    pub(super) class: Option<String>,
}

#[derive(clap::Args, Debug)]
pub(super) struct Tables {
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    #[arg(long, short, value_name = "DIR", required = true)]
    pub(super) output: PathBuf,
    #[arg(long)]
    pub(super) mask: bool,
    #[arg(long)]
    pub(super) keep_going: bool,
    #[arg(long, value_name = "ID")]
    pub(super) institution: Option<String>,
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(clap::Args, Debug)]
pub(super) struct Columns {
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,
    #[arg(long, value_name = "MAPPING")]
    pub(super) write: Option<PathBuf>,
    #[arg(long, value_name = "ID")]
    pub(super) institution: Option<String>,
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(clap::Args, Debug)]
pub(super) struct Simulate {
    #[arg(value_name = "OUT")]
    pub(super) out: PathBuf,
    #[arg(long, value_name = "N", value_parser = stays)]
    pub(super) stays: Option<u64>,
    #[arg(long, value_name = "SEED", value_parser = seed)]
    pub(super) seed: Option<u64>,
    #[arg(long, value_name = "SCHEMES")]
    pub(super) schemes: Option<String>,
    #[arg(long, value_name = "STRENGTH", value_parser = ["mixed", "blunt", "subtle"])]
    pub(super) strength: Option<String>,
    #[arg(long, value_name = "LAYOUT", value_parser = ["national", "chinese", "akc"])]
    pub(super) layout: Option<String>,
    #[arg(long, value_name = "ENCODING", value_parser = ["utf-8", "gb18030"])]
    pub(super) encoding: Option<String>,
    #[arg(long, value_name = "SCALE")]
    pub(super) set: Vec<String>,
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(super) habits: Option<f64>,
    #[arg(long, value_name = "WHICH", value_parser = ["planted", "honest"])]
    pub(super) apart: Option<String>,
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(clap::Args, Debug)]
pub(super) struct Evaluate {
    #[arg(value_names = ["FINDINGS", "TRUTH"], required = true, num_args = 2..)]
    pub(super) files: Vec<PathBuf>,
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(super) format: Option<Format>,
}

/// How a listing is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    #[default]
    Text,
    Json,
}

/// How the rules are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    #[default]
    Text,
    Json,
    Markdown,
}

/// The family of a name.
pub(super) fn family_of(name: &str) -> Option<Family> {
    Family::ALL.into_iter().find(|f| f.name() == name)
}

fn family() -> ValueParser {
    let names = Family::ALL.map(Family::name);
    PossibleValuesParser::new(names).try_map(|name| family_of(&name).ok_or("value-family")).into()
}

fn language() -> ValueParser {
    PossibleValuesParser::new(Lang::ALL.map(Lang::name))
        .try_map(|name| Lang::from_name(&name).ok_or("value-lang"))
        .into()
}

fn class() -> ValueParser {
    PossibleValuesParser::new(["violation", "suspicious"])
        .try_map(|name| config::fail_on(&name).ok_or("value-class"))
        .into()
}

fn kind() -> ValueParser {
    PossibleValuesParser::new(limits::ALL.iter().map(|kind| kind.id)).into()
}

// The parsers below fail with a message id, which the language of the run then puts into words.

fn threads(text: &str) -> Result<usize, &'static str> {
    text.parse().ok().filter(|n| *n > 0).ok_or("invalid-threads")
}

fn share(text: &str) -> Result<f64, &'static str> {
    config::share(text).ok_or("invalid-share")
}

fn day(text: &str) -> Result<Day, &'static str> {
    config::day(text).ok_or("invalid-date")
}

fn stays(text: &str) -> Result<u64, &'static str> {
    text.replace(['_', ','], "").parse().ok().filter(|n| *n > 0).ok_or("invalid-stays")
}

fn rule_id(text: &str) -> Result<String, &'static str> {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let named = text.starts_with(|c: char| c.is_ascii_lowercase()) && !text.ends_with('-');
    (plain && named).then(|| text.to_string()).ok_or("invalid-rule-id")
}

fn seed(text: &str) -> Result<u64, &'static str> {
    text.parse().map_err(|_| "invalid-seed")
}
