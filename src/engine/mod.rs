//! Binds each card to what runs it, checks its columns, runs it, isolates a failure, collects outcomes.

use crate::finding::Finding;
use crate::rule::Outcome;

/// One rule of a run and how it ended.
#[derive(Clone, Debug)]
pub struct RuleRun {
    /// Rule id.
    pub rule: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// What the rules gave.
#[derive(Debug, Default)]
pub struct Run {
    /// By rule id, one for every rule that was chosen.
    pub rules: Vec<RuleRun>,
    /// Complete findings, sorted by rule, hospital, subjects.
    pub findings: Vec<Finding>,
}
