//! NDJSON: one finding a line, the schema of [`crate::finding::SCHEMA`].

use std::io::{self, Write};

use crate::finding::Finding;

/// Writes findings, one a line, in their order.
///
/// # Errors
/// Those of the writer; [`io::ErrorKind::BrokenPipe`] when whoever read it has gone, which is no failure of the run.
pub fn write(findings: &[Finding], mut out: impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    for finding in findings {
        line.clear();
        serde_json::to_writer(&mut line, finding)?;
        line.push(b'\n');
        out.write_all(&line)?;
    }
    out.flush()
}
