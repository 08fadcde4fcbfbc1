//! The command line: one file per subcommand, which settles what is asked and calls the parts that do it.
//!
//! stdout is the result, stderr is talk. Everything a person reads comes from the catalogue.

mod args;
mod book;
mod check;
mod columns;
mod coverage;
mod errors;
mod evaluate;
mod help;
mod localize;
mod mapping;
mod new;
mod output;
mod peers;
mod progress;
mod rules;
mod scan;
mod settings;
mod simulate;
mod tables;
mod wrap;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::FromArgMatches;
use clap::error::ErrorKind;

use crate::config::{self, Config};
use crate::ingest::Ingested;
use crate::messages::{Args, Catalog, Lang, Value, args};

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// Finished.
    Finished = 0,
    /// Finished, and something at or above `--fail-on` was found.
    Findings = 1,
    /// The command line, the configuration or the input was refused; nothing was written.
    Refused = 2,
    /// Finished, but incomplete: a rule failed, or too many rows were rejected.
    Incomplete = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a run ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What went wrong and what to do, in the language of the run, ready to be shown.
    #[error("{0}")]
    Told(String),
    /// Whoever read the output has read enough. This is a success.
    #[error("broken pipe")]
    Pipe,
}

/// What every command is given besides its own arguments.
struct Session {
    catalog: Catalog,
    config: Config,
    quiet: bool,
}

impl Session {
    fn failure(&self, id: &str, values: Args) -> Failure {
        self.told(&[self.catalog.format(id, &values)])
    }

    /// A failure whose words are there already: one fault or several.
    fn told(&self, faults: &[String]) -> Failure {
        told(faults, &self.catalog)
    }

    /// Failure of reading or writing a file; a broken pipe is none.
    fn io(&self, path: &Path, error: &io::Error) -> Failure {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Failure::Pipe;
        }
        let list = [("file", path.display().to_string().into()), ("reason", error.to_string().into())];
        self.failure("error-io", args(list))
    }

    /// Failure of a write to stdout.
    fn stdout(&self, error: &io::Error) -> Failure {
        self.io(Path::new("stdout"), error)
    }

    /// Prints a result.
    fn print(&self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| self.stdout(&e))
    }

    /// Talks on stderr, unless `--quiet`. Nobody listening is no reason to fail.
    fn talk(&self, text: &str) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// Says on stderr what even a quiet run must say.
    fn warn(&self, text: &str) {
        drop(writeln!(io::stderr().lock(), "{}", text.trim_end_matches('\n')));
    }
}

/// Each fault on lines of its own, marked as one.
fn told(faults: &[String], catalog: &Catalog) -> Failure {
    let prefix = catalog.text("error-prefix");
    Failure::Told(faults.iter().map(|fault| format!("{prefix}{fault}")).collect::<Vec<_>>().join("\n"))
}

/// Runs a command line, program name first.
///
/// # Errors
/// The first thing, or list of things, that kept the command from finishing, in the language of the run.
pub fn run(line: Vec<OsString>) -> Result<Exit, Failure> {
    let catalog = Catalog::new(language(&line));
    let matches = match localize::command(&catalog, width()).try_get_matches_from(line) {
        Ok(matches) => matches,
        Err(error) => return refused(&error, catalog),
    };
    let cli = match args::Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return refused(&error, catalog),
    };
    let common = cli.common;
    let config = Config::load(common.config.as_deref())
        .map_err(|faults| told(&faults.iter().map(|f| f.message(&catalog)).collect::<Vec<_>>(), &catalog))?;
    let session = Session { catalog, config, quiet: common.quiet };
    if let Some(threads) = common.threads.or(session.config.scan.threads) {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .map_err(|e| session.failure("error-threads", args([("reason", e.to_string().into())])))?;
    }
    match cli.command {
        args::Command::Scan(scan) => scan::run(&session, scan),
        args::Command::Rules(rules) => rules::run(&session, rules),
        args::Command::Tables(tables) => tables::run(&session, tables),
        args::Command::Columns(columns) => columns::run(&session, &columns),
        args::Command::Simulate(simulate) => simulate::run(&session, simulate),
        args::Command::Evaluate(evaluate) => evaluate::run(&session, &evaluate),
    }
}

/// What makes a reading incomplete, in words: files that were left out, and more rejected rows than are put up with.
fn gaps(ingested: &Ingested, max_rejects: f64, catalog: &Catalog) -> Vec<String> {
    let mut gaps = Vec::new();
    if ingested.missed > 0 {
        gaps.push(catalog.format("scan-missed-files", &args([("count", ingested.missed.into())])));
    }
    for (peer, id) in [(false, "scan-too-many-rejects"), (true, "scan-too-many-rejects-peers")] {
        let rows = || ingested.inputs.iter().filter(|i| i.peer == peer).flat_map(|i| &i.parts).map(|p| p.rows);
        let (read, rejected) = (rows().map(|r| r.read).sum::<u64>(), rows().map(|r| r.rejected).sum::<u64>());
        let share = rejected as f64 / read.max(1) as f64;
        if share > max_rejects {
            let percent = |share: f64| Value::Number(share * 100.0);
            gaps.push(catalog.format(id, &args([("share", percent(share)), ("limit", percent(max_rejects))])));
        }
    }
    gaps
}

/// Help and version are results; anything else that clap stops at is refused.
fn refused(error: &clap::Error, catalog: Catalog) -> Result<Exit, Failure> {
    let session = Session { catalog, config: Config::default(), quiet: false };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            session.print(&error.to_string())?;
            Ok(Exit::Finished)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            session.talk(&error.to_string());
            Ok(Exit::Refused)
        }
        _ => Err(session.told(&[errors::message(error, &session.catalog)])),
    }
}

/// The language of the run: `--lang`, else the configuration, else the locale. Looked up before anything is parsed, because
/// help and errors are spoken in it too; what is wrong with these arguments is said later.
fn language(args: &[OsString]) -> Lang {
    let option = |name: &str| {
        let texts: Vec<&str> = args.iter().map_while(|a| a.to_str().filter(|a| *a != "--")).collect();
        let mut found = None;
        for (i, text) in texts.iter().enumerate() {
            match text.strip_prefix(name) {
                Some("") => found = texts.get(i + 1).map(ToString::to_string),
                Some(rest) => found = rest.strip_prefix('=').map(str::to_string).or(found),
                None => {}
            }
        }
        found
    };
    let named = option("--config");
    option("--lang")
        .and_then(|l| Lang::from_name(&l))
        .or_else(|| Config::load(named.as_deref().map(Path::new)).ok()?.scan.lang)
        .unwrap_or_else(|| Lang::from_env(|name| std::env::var(name).ok()))
}

/// Columns of the terminal where the shell says so, within what can be laid out; else 80.
fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
    columns.map_or(80, |c: usize| c.clamp(60, 160))
}

/// Whether a stream takes colour: a terminal whose user has not asked for none (no-color.org).
fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// The words of a list, joined as the language does.
fn list<'a>(words: impl IntoIterator<Item = &'a str>, catalog: &Catalog) -> Value {
    Value::Text(words.into_iter().collect::<Vec<_>>().join(&catalog.text("list-separator")))
}

/// `text`, and on the next line the nearest of the valid words, if any is near.
fn with_nearest<'a>(text: String, word: &str, valid: impl IntoIterator<Item = &'a str>, catalog: &Catalog) -> String {
    let near = config::nearest(word, valid, 3);
    if near.is_empty() {
        return text;
    }
    format!("{text}\n  {}", catalog.format("error-nearest", &args([("words", list(near, catalog))])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(args: &[&str]) -> Lang {
        language(&args.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn the_language_is_known_before_parsing() {
        assert_eq!(of(&["yishen", "scan", "--lang", "en"]), Lang::En);
        assert_eq!(of(&["yishen", "--lang=en", "scan", "--lang", "zh"]), Lang::Zh);
        assert_eq!(of(&["yishen", "--lang=zh", "scan", "--", "--lang=en"]), Lang::Zh);
    }
}
