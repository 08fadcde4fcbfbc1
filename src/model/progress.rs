//! How long work tells whoever watches it, without knowing about terminals.

/// A phase of a run, in the order they happen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// Reading the files; counted in bytes.
    Read,
    /// Joining, netting and sorting what was read; counted in rows.
    Assemble,
    /// One pass over the charge lines; counted in rows.
    Facts,
    /// Running the rules; counted in rules.
    Rules,
    /// Writing the reports; counted in findings.
    Write,
}

/// Somebody who watches a run.
pub trait Progress: Sync {
    /// A phase begins, with its total.
    fn start(&self, phase: Phase, total: u64);
    /// So much of the phase's total is done since the last call.
    fn advance(&self, done: u64);
    /// So many rows were handled since the last call (for the rate; a phase counted in bytes shows rows too).
    fn rows(&self, rows: u64);
    /// The phase is over.
    fn finish(&self);
}

/// Nobody watches.
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _: Phase, _: u64) {}
    fn advance(&self, _: u64) {}
    fn rows(&self, _: u64) {}
    fn finish(&self) {}
}
