//! The rule book of a run.

use std::path::Path;

use super::{Failure, Session};
use crate::engine;
use crate::rulebook::{Fault, Rulebook};

/// The rule book with the folder of further rules and the parameters of `yishen.toml`.
///
/// # Errors
/// Every fault of all of them.
pub(super) fn load(folder: Option<&Path>, session: &Session) -> Result<Rulebook, Failure> {
    let (book, faults) = read(folder, session);
    let told = || session.told(&faults.iter().map(|f| f.text(&session.catalog)).collect::<Vec<_>>());
    if faults.is_empty() { Ok(book) } else { Err(told()) }
}

/// The rule book and every fault: of files, between cards, tables and code, of the parameters that are set; by file and line.
pub(super) fn read(folder: Option<&Path>, session: &Session) -> (Rulebook, Vec<Fault>) {
    let (mut book, mut faults) = Rulebook::read(folder.or(session.config.scan.rules.as_deref()));
    book.set_region(session.config.scan.region.clone());
    let file = session.config.file.as_deref().unwrap_or(Path::new("")).display().to_string();
    for parameter in &session.config.parameters {
        if let Err(problem) = book.set_parameter(&parameter.rule, &parameter.name, parameter.value.clone()) {
            faults.push(Fault { file: file.clone(), line: parameter.line, problem });
        }
    }
    faults.extend(engine::check(&book));
    faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    (book, faults)
}
