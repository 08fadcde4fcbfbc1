//! The contract of a rule: what it is given, what it gives back, and how it can end.

pub mod index;
pub mod peaks;
pub mod subjects;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::facts::{Facts, Wanted};
use crate::finding::Finding;
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
    /// Names the line-level facts the rule needs, once the items of the region are known.
    pub want: fn(&Card, &Rulebook, &Region, &mut Wanted) -> Result<(), RuleError>,
    /// Finds. The order of the findings does not matter; their content may depend only on the context.
    pub run: fn(&Context<'_>) -> Result<Vec<Finding>, RuleError>,
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

/// How a rule ended. A rule that could not run is never a rule that found nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// It ran.
    Ran {
        /// Number of findings.
        findings: usize,
    },
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
