//! What a card's parameters say: how far a query may go, and the values it asks for by name.

use rusqlite::types::Value;

use crate::messages::args;
use crate::rulebook::{Card, Problem};

/// Parameters that limit every query, with what holds where the card does not name them, and the least that makes sense.
const LIMITS: [(&str, u64, i64); 3] = [("time_limit", 60, 1), ("memory_limit", 2_000, 16), ("row_limit", 100_000, 1)];

/// How far a query may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// Seconds.
    pub time: u64,
    /// Megabytes, with the tables it reads.
    pub memory: u64,
    /// Rows of the result.
    pub rows: u64,
}

/// Whether a parameter limits the query and is not for its text.
pub(super) fn is_limit(name: &str) -> bool {
    LIMITS.iter().any(|(limit, ..)| *limit == name)
}

/// The limits of a card's query.
pub(super) fn limits(card: &Card) -> Limits {
    let [time, memory, rows] = LIMITS.map(|(name, default, least)| {
        let given = card.parameters.get(name).and_then(|p| p.value.as_integer()).filter(|n| *n >= least);
        given.and_then(|n| u64::try_from(n).ok()).unwrap_or(default)
    });
    Limits { time, memory, rows }
}

/// The value of a parameter as SQL takes it; nothing for a list, a table or a date.
pub(super) fn value(value: &toml::Value) -> Option<Value> {
    match value {
        toml::Value::Integer(n) => Some(Value::Integer(*n)),
        toml::Value::Float(n) if n.is_finite() => Some(Value::Real(*n)),
        toml::Value::String(text) => Some(Value::Text(text.clone())),
        toml::Value::Boolean(yes) => Some(Value::Integer(i64::from(*yes))),
        _ => None,
    }
}

/// What is wrong with the parameters by themselves, each with its name.
pub(super) fn faults(card: &Card) -> Vec<(String, Problem)> {
    let mut faults = Vec::new();
    for (name, parameter) in &card.parameters {
        let own = ("name", name.as_str().into());
        if let Some((_, _, least)) = LIMITS.iter().find(|(limit, ..)| limit == name) {
            if parameter.value.as_integer().is_none_or(|n| n < *least) {
                let problem = args([own, ("least", least.to_string().into())]);
                faults.push((name.clone(), Problem::new("fault-sql-limit", problem)));
            }
        } else if value(&parameter.value).is_none() {
            faults.push((name.clone(), Problem::new("fault-sql-value", args([own]))));
        }
    }
    faults
}
