//! The contract of a rule: what it is given, what it gives back, and how it can end.

pub mod coverage;
pub mod index;
pub mod peaks;
pub mod subjects;

use serde::de::DeserializeOwned;

pub use coverage::Judgement;

use crate::facts::Facts;
use crate::model::Region;
use crate::rulebook::{Card, Rulebook};

/// What a rule is given. It reads this and nothing else: no file, no clock, no terminal.
pub struct Context<'a> {
    /// The tables.
    pub region: &'a Region,
    /// The derived frames; charge lines are read through these.
    pub facts: &'a Facts,
    /// The rule's own card, with parameters as configured.
    pub card: &'a Card,
    /// The knowledge tables.
    pub book: &'a Rulebook,
    /// Ways into facts and codes.
    pub index: &'a index::Index<'a>,
}

/// A rule in code.
pub struct Detector {
    /// The rule id, as in its card.
    pub id: &'static str,
    /// Reads the parameters and refuses what it does not understand. Called before anything is scanned.
    pub check: fn(&Card) -> Result<(), RuleError>,
    /// Finds, and says how far it saw.
    pub run: fn(&Context<'_>) -> Result<Judgement, RuleError>,
}

/// Why a rule failed.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// A parameter is unknown, missing or of the wrong type.
    #[error("{0}")]
    Parameter(String),
    /// A knowledge table is missing or broken.
    #[error("{0}")]
    Knowledge(String),
    /// The data broke an assumption of the rule.
    #[error("{0}")]
    Data(String),
}

/// Reads a card's parameters into the rule's own struct, which denies unknown fields.
///
/// # Errors
/// Names the parameter that is unknown, missing or of the wrong type.
pub fn parameters<P: DeserializeOwned>(card: &Card) -> Result<P, RuleError> {
    let table: toml::Table = card.parameters.iter().map(|(name, p)| (name.clone(), p.value.clone())).collect();
    table.try_into().map_err(|e: toml::de::Error| RuleError::Parameter(e.message().to_string()))
}

/// How a rule ended. A rule that could not run or judge is never a rule that found nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ran, and judged at least one subject.
    Ran {
        /// Number of findings.
        findings: usize,
    },
    /// It ran and could judge nothing; the coverage says why.
    Unjudged,
    /// The data lack what the rule needs.
    Skipped {
        /// The missing tables and columns, as the card names them.
        missing: Vec<String>,
    },
    /// It failed; the other rules ran on.
    Failed {
        /// Why.
        reason: String,
    },
}

impl Outcome {
    /// The word used in files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ran { .. } => "ran",
            Self::Unjudged => "could-not-judge",
            Self::Skipped { .. } => "skipped",
            Self::Failed { .. } => "failed",
        }
    }
}
