//! `yishen rules check`: everything that is wrong with a folder of rules, and what is probably not meant.

use super::args::RulesCheck;
use super::progress::Bars;
use super::{Exit, Failure, Session, book};
use crate::engine;
use crate::messages::args;
use crate::rulebook::Fault;
use crate::tables;

/// Prints faults, then warnings; the summary is talk where there are faults, else the result.
pub(super) fn run(session: &Session, flags: &RulesCheck) -> Result<Exit, Failure> {
    let catalog = &session.catalog;
    let (book, faults) = book::read(flags.dir.as_deref(), session);
    let lines = |prefix: &str, all: &[Fault]| -> String {
        all.iter().map(|fault| format!("{prefix}{}\n", fault.text(catalog))).collect()
    };
    session.print(&lines("", &faults))?;
    let ingested = if flags.data.is_empty() {
        None
    } else {
        let bars = Bars::new(catalog, session.quiet);
        let read = tables::read_all(&flags.data, &[], &session.config.columns, false, &bars);
        Some(read.map_err(|e| session.told(&e.messages(catalog)))?)
    };
    let warnings = engine::warnings(&book, ingested.as_ref().map(|read| &read.region));
    session.print(&lines(&catalog.text("check-warning"), &warnings))?;
    let mut counts = args([("faults", faults.len().into()), ("warnings", warnings.len().into())]);
    if !faults.is_empty() {
        session.talk(&catalog.format("check-faults", &counts));
        return Ok(Exit::Refused);
    }
    counts.extend(args([
        ("cards", book.cards().count().into()),
        ("tables", book.tables().count().into()),
        ("points", book.tables().filter(|t| t.has_points()).map(engine::points).sum::<usize>().into()),
    ]));
    if !session.quiet {
        session.print(&format!("{}\n", catalog.format("check-done", &counts)))?;
    }
    Ok(Exit::Finished)
}
