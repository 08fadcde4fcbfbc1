//! What a run will write, checked before anything is read: an hour of work must not end at an existing file.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Failure, Session};
use crate::ingest;
use crate::messages::args;
use crate::report::{self, Format};

/// Where the findings go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// NDJSON on stdout, `-o -`.
    Stdout,
    /// A report file.
    File(PathBuf, Format),
}

/// The report that is written where none is named.
const DEFAULT: &str = "yishen-report.xlsx";

/// The outputs of a run; every fault of every one is named at once.
pub(super) fn outputs(
    named: &[PathBuf],
    inputs: &[PathBuf],
    force: bool,
    session: &Session,
) -> Result<Vec<Output>, Failure> {
    let default = [PathBuf::from(DEFAULT)];
    // Faults of the paths themselves are told when they are read.
    let files = ingest::inputs(inputs).unwrap_or_default();
    let named = if named.is_empty() { &default } else { named };
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    let mut outputs = Vec::new();
    for path in named {
        let fault = |id| session.catalog.format(id, &args([("file", path.display().to_string().into())]));
        if !seen.insert(path) {
            faults.push(fault("error-output-twice"));
        } else if path == Path::new("-") {
            outputs.push(Output::Stdout);
        } else if let Some(own) = report::written_beside(path).iter().find(|p| is_input(p, inputs, &files)) {
            let list = args([("file", own.display().to_string().into())]);
            faults.push(session.catalog.format("error-output-is-input", &list));
        } else {
            match report::check(path, force) {
                Ok(format) => outputs.push(Output::File(path.clone(), format)),
                Err(error) => faults.push(error.message(&session.catalog)),
            }
        }
    }
    if faults.is_empty() { Ok(outputs) } else { Err(session.told(&faults)) }
}

/// Whether a path is one of the inputs, by whatever name: another path, a link, another case of letters. A report of an earlier
/// run that lies in a folder of data is no input.
fn is_input(path: &Path, named: &[PathBuf], files: &[PathBuf]) -> bool {
    let is = |input: &PathBuf| same_file(input, path);
    named.iter().any(is) || files.iter().any(is) && !ingest::is_own_report(path)
}

/// Whether two paths lead to one file. Only regular files are opened to tell: a pipe would lose what is written to it, and its
/// reader would wait for ever for more.
fn same_file(a: &Path, b: &Path) -> bool {
    let is_file = |path: &Path| path.metadata().is_ok_and(|meta| meta.is_file());
    if is_file(a) && is_file(b) {
        return same_file::is_same_file(a, b).unwrap_or(false);
    }
    a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

/// Refuses to write over an input.
pub(super) fn spare(path: &Path, inputs: &[PathBuf], session: &Session) -> Result<(), Failure> {
    let files = ingest::inputs(inputs).unwrap_or_default();
    if is_input(path, inputs, &files) {
        return Err(session.failure("error-output-is-input", args([("file", path.display().to_string().into())])));
    }
    Ok(())
}

/// Writes a small text file whole or not at all.
pub(super) fn save(path: &Path, text: &str, force: bool, session: &Session) -> Result<(), Failure> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|e| session.io(path, &e))?;
    file.write_all(text.as_bytes()).map_err(|e| session.io(path, &e))?;
    let saved = if force { file.persist(path) } else { file.persist_noclobber(path) };
    match saved {
        Ok(_) => Ok(()),
        Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(session.failure("error-output-exists", args([("file", path.display().to_string().into())])))
        }
        Err(e) => Err(session.io(path, &e.error)),
    }
}
