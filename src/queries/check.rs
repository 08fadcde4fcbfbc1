//! What is wrong with a card's query before anything is scanned.

use super::plan::plan;
use super::result::uses;
use super::settings::{self, is_limit};
use crate::messages::args;
use crate::rulebook::{Card, Problem, Rulebook};

/// Roles that say what a finding is about: a result has one of them at least.
const ABOUT: [&str; 4] = ["stay", "visit", "patient", "hospital"];

/// Everything that is wrong with a card's query, its parameters and its columns, each with the line in the card.
pub fn check(card: &Card, book: &Rulebook) -> Vec<(usize, Problem)> {
    let Some(sql) = card.sql.as_deref() else { return Vec::new() };
    let mut faults: Vec<(String, Problem)> = Vec::new();
    if !ABOUT.iter().any(|role| card.columns.contains_key(*role)) {
        faults.push(("columns".into(), Problem::new("fault-sql-about", args([]))));
    }
    let place = |name: &str| format!("parameters.{name}");
    faults.extend(settings::faults(card).into_iter().map(|(name, problem)| (place(&name), problem)));
    let mut at = None;
    match plan(sql, book) {
        Err(wrong) => {
            at = wrong.at;
            faults.insert(0, ("sql".into(), wrong.problem));
        }
        Ok(plan) => {
            for name in plan.parameters.iter().filter(|name| !card.parameters.contains_key(*name)) {
                let problem = Problem::new("fault-sql-parameter", args([("name", name.as_str().into())]));
                faults.push(("sql".into(), problem));
            }
            for name in card.parameters.keys().filter(|name| !is_limit(name) && !plan.parameters.contains(*name)) {
                let problem = Problem::new("fault-sql-unused", args([("name", name.as_str().into())]));
                faults.push((place(name), problem));
            }
            faults.extend(uses(card, &plan).1);
        }
    }
    let line = |place: &str| card.lines.get(place).copied().unwrap_or(0);
    let below = |at: usize| sql.get(..at).unwrap_or_default().matches('\n').count();
    let mut first = at;
    let with_line = |(place, problem): (String, Problem)| {
        let further = if place == "sql" { first.take().map_or(0, below) } else { 0 };
        (line(&place) + further, problem)
    };
    let mut faults: Vec<(usize, Problem)> = faults.into_iter().map(with_line).collect();
    faults.sort_by_key(|f| f.0);
    faults
}
