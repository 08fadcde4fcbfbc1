//! Binds each card to what runs it, checks its columns, runs it, isolates a failure, collects outcomes.

mod check;
mod complete;
mod needs;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

pub use check::{check, points, warnings};

use crate::detectors;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::limits;
use crate::messages::{Catalog, args};
use crate::model::{Phase, Progress, Region};
use crate::queries;
use crate::rule::coverage::Coverage;
use crate::rule::index::Index;
use crate::rule::{Context, Detector, Judgement, Outcome};
use crate::rulebook::{Card, Family, Problem, Rulebook, nearest};

/// One rule of a run and how it ended.
#[derive(Clone, Debug)]
pub struct RuleRun {
    /// Rule id.
    pub rule: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How far it saw; nothing where it did not run.
    pub coverage: Option<Coverage>,
}

/// What the rules gave.
#[derive(Debug, Default)]
pub struct Run {
    /// By rule id, one for every rule that was chosen.
    pub rules: Vec<RuleRun>,
    /// Complete findings, sorted by rule, hospital, subjects.
    pub findings: Vec<Finding>,
}

impl Run {
    /// Counts the findings that are left of each rule.
    pub fn count(&mut self) {
        for rule in &mut self.rules {
            if let Outcome::Ran { findings } = &mut rule.outcome {
                *findings = self.findings.iter().filter(|f| f.rule == rule.rule).count();
            }
        }
    }
}

/// The cards to run, by id: all of them, or those named, or those of a family, or those named that are of the family.
///
/// # Errors
/// A name is unknown, or nothing is left.
pub fn select<'a>(book: &'a Rulebook, rules: &[String], family: Option<Family>) -> Result<Vec<&'a Card>, Problem> {
    if let Some(unknown) = rules.iter().find(|id| book.card(id).is_none()) {
        let near = nearest(unknown, book.cards().map(|c| c.id.as_str()));
        return Err(Problem::new("fault-rule", args([("rule", unknown.as_str().into()), ("nearest", near.into())])));
    }
    let named = |card: &Card| rules.is_empty() || rules.contains(&card.id);
    let cards: Vec<&Card> = book.cards().filter(|c| named(c) && family.is_none_or(|f| c.family == f)).collect();
    match family {
        Some(family) if cards.is_empty() => {
            Err(Problem::new("fault-none-left", args([("family", family.name().into())])))
        }
        _ => Ok(cards),
    }
}

/// Runs the cards in parallel. `catalog` sets the language of the findings. A rule that fails or panics is reported as failed and leaves the others standing.
pub fn run(
    region: &Region,
    facts: &Facts,
    cards: &[&Card],
    book: &Rulebook,
    catalog: Catalog,
    progress: &dyn Progress,
) -> Run {
    execute(detectors::ALL, region, facts, cards, book, catalog, progress)
}

fn execute(
    detectors: &[Detector],
    region: &Region,
    facts: &Facts,
    cards: &[&Card],
    book: &Rulebook,
    mut catalog: Catalog,
    progress: &dyn Progress,
) -> Run {
    for card in cards {
        // The rule book has refused patterns that cannot be read.
        let _ = catalog.add(&complete::message_id(card), card.message.get(catalog.lang()));
    }
    progress.start(Phase::Rules, cards.len() as u64);
    let index = Index::new(region, facts, book);
    let result = |card: &Card| {
        let context = Context { region, facts, card, book, index: &index };
        let result = one(detectors, &context, &catalog);
        progress.advance(1);
        result
    };
    let (mut queried, compiled): (Vec<&Card>, Vec<&Card>) = cards.iter().partition(|card| card.sql.is_some());
    // Queries share one limit to memory: they take turns.
    queried.sort_by_key(|card| queries::order(card));
    // One rule at a time: rules cost so differently that several in one parcel would leave the other threads without work.
    let (mut results, more): (Vec<_>, Vec<_>) = rayon::join(
        || compiled.into_par_iter().with_max_len(1).map(result).collect(),
        || queried.into_iter().map(result).collect(),
    );
    results.extend(more);
    progress.finish();
    results.sort_by(|a, b| a.0.rule.cmp(&b.0.rule));
    let mut run = Run::default();
    for (rule, findings) in results {
        run.rules.push(rule);
        run.findings.extend(findings);
    }
    run
}

/// Runs one rule and completes its findings.
fn one(detectors: &[Detector], context: &Context<'_>, catalog: &Catalog) -> (RuleRun, Vec<Finding>) {
    let card = context.card;
    let stopped = |outcome| (RuleRun { rule: card.id.clone(), outcome, coverage: None }, Vec::new());
    let missing = needs::missing(card, context.book, context.region);
    if !missing.is_empty() {
        return stopped(Outcome::Skipped { missing });
    }
    let Some(runner) = runner(detectors, card) else {
        return stopped(Outcome::Failed { reason: format!("no detector `{}`", runner_name(card)) });
    };
    let work = || -> Result<Judgement, String> {
        let Judgement { findings, coverage } = match runner {
            Runner::Query => queries::run(context).map_err(|p| catalog.format(p.id, &p.args))?,
            Runner::Detector(detector) => (detector.run)(context).map_err(|e| e.to_string())?,
            Runner::Limit(kind) => (kind.run)(context).map_err(|e| e.to_string())?,
        };
        Ok(Judgement { findings: complete::all(findings, context, catalog), coverage })
    };
    // What the closure borrows is read-only, so a panic leaves nothing half-changed behind.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(Judgement { findings, coverage })) => {
            let silent = findings.is_empty() && coverage.judged == 0;
            let outcome = if silent { Outcome::Unjudged } else { Outcome::Ran { findings: findings.len() } };
            (RuleRun { rule: card.id.clone(), outcome, coverage: Some(coverage) }, findings)
        }
        Ok(Err(reason)) => stopped(Outcome::Failed { reason }),
        Err(panic) => stopped(Outcome::Failed { reason: format!("panicked: {}", panic_text(panic.as_ref())) }),
    }
}

/// What runs a card.
enum Runner<'a> {
    Detector(&'a Detector),
    Limit(&'static limits::LimitKind),
    Query,
}

/// The name of what runs a card.
fn runner_name(card: &Card) -> &str {
    card.limit.as_deref().or(card.detector.as_deref()).unwrap_or_default()
}

fn runner<'a>(detectors: &'a [Detector], card: &Card) -> Option<Runner<'a>> {
    let name = runner_name(card);
    if card.sql.is_some() {
        return Some(Runner::Query);
    }
    if card.limit.is_some() {
        return limits::ALL.iter().find(|kind| kind.id == name).map(Runner::Limit);
    }
    detectors.iter().find(|d| d.id == name).map(Runner::Detector)
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "",
    }
}

#[cfg(test)]
mod tests;
