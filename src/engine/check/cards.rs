//! Cards against what runs them: detector or kind of limit, parameters, evidence, rule classes.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;

use super::super::{Runner, runner, runner_name};
use crate::messages::args;
use crate::rulebook::{Card, Fault, Problem, Rulebook, nearest};
use crate::{detectors, limits, queries};

/// The table of the rule classes of the national library.
pub(super) const CLASSES: &str = "national-classes";

/// Everything that is wrong with the cards.
pub(super) fn faults(book: &Rulebook) -> Vec<Fault> {
    let mut faults = kinds(book);
    let models = Models::new(book);
    for card in book.cards() {
        let mut wrong = classes(card, book);
        match runner(detectors::ALL, card) {
            None => wrong.push(unknown(card)),
            Some(runner) => {
                wrong.extend(models.compare(card, book));
                let checked = match runner {
                    Runner::Detector(detector) => (detector.check)(card),
                    Runner::Limit(kind) => {
                        faults.extend((kind.faults)(card, book));
                        (kind.check)(card)
                    }
                    Runner::Query => {
                        let told = queries::check(card, book).into_iter();
                        let file = book.file(&card.id);
                        faults.extend(told.map(|(line, problem)| Fault { file: file.to_string(), line, problem }));
                        Ok(())
                    }
                };
                // What the comparison has told already is not told again in the words of the code.
                if let (Err(error), false) = (checked, wrong.iter().any(|w| w.0.starts_with("parameters"))) {
                    let detail = [("rule", card.id.as_str().into()), ("detail", error.to_string().into())];
                    wrong.push(("parameters".to_string(), Problem::new("fault-parameters", args(detail))));
                }
            }
        }
        let fault = |(place, problem): (String, Problem)| {
            let line = card.lines.get(&place).or(card.lines.get(place.split('.').next().unwrap_or_default()));
            Fault { file: book.file(&card.id).to_string(), line: line.copied().unwrap_or(1), problem }
        };
        faults.extend(wrong.into_iter().map(fault));
    }
    faults
}

/// A fault and the key of the card where it stands.
type Wrong = (String, Problem);

/// Parts of cards for a kind of limit that does not exist.
fn kinds(book: &Rulebook) -> Vec<Fault> {
    let unknown = book.kinds().filter(|(name, _)| limits::ALL.iter().all(|kind| kind.id != *name));
    let fault = |(name, file): (&str, &str)| {
        let near = nearest(name, limits::ALL.iter().map(|kind| kind.id));
        let problem = Problem::new("fault-kind", args([("name", name.into()), ("nearest", near.into())]));
        Fault { file: file.to_string(), line: 1, problem }
    };
    unknown.map(fault).collect()
}

fn unknown(card: &Card) -> Wrong {
    let name = runner_name(card);
    let (key, id, near) = if card.limit.is_some() {
        ("limit", "fault-no-limit", nearest(name, limits::ALL.iter().map(|kind| kind.id)))
    } else {
        ("detector", "fault-detector", nearest(name, detectors::ALL.iter().map(|d| d.id)))
    };
    (key.to_string(), Problem::new(id, args([("detector", name.into()), ("nearest", near.into())])))
}

/// Rule classes that the national library does not have.
fn classes(card: &Card, book: &Rulebook) -> Vec<Wrong> {
    let Some(table) = book.table(CLASSES) else { return Vec::new() };
    let known: BTreeSet<&str> = ["code", "name"]
        .into_iter()
        .flat_map(|c| table.column(c).into_iter().flatten())
        .filter(|c| !c.is_empty())
        .collect();
    let unknown = card.national_class.iter().filter(|class| !known.contains(class.as_str()));
    let wrong = |class: &String| {
        let near = nearest(class, known.iter().copied());
        let problem = args([("class", class.as_str().into()), ("nearest", near.into())]);
        ("national_class".to_string(), Problem::new("fault-class", problem))
    };
    unknown.map(wrong).collect()
}

/// What the built-in cards of a runner have: it is what the runner understands and gives.
#[derive(Default)]
struct Model {
    /// Parameters with a value of the right type.
    parameters: BTreeMap<String, Value>,
    /// Those that every card has.
    required: Option<BTreeSet<String>>,
    /// Fields of evidence.
    evidence: BTreeSet<String>,
}

/// The models by kind of runner and name.
struct Models(BTreeMap<(bool, String), Model>);

impl Models {
    /// Only cards of a folder are compared; without any there is nothing to do.
    fn new(book: &Rulebook) -> Self {
        let mut models: BTreeMap<(bool, String), Model> = BTreeMap::new();
        if !book.cards().any(|card| book.is_own_card(&card.id)) {
            return Self(models);
        }
        for card in Rulebook::builtin().cards() {
            let model = models.entry(key(card)).or_default();
            let names: BTreeSet<String> = card.parameters.keys().cloned().collect();
            let required = model.required.take();
            model.required = Some(required.map_or(names.clone(), |all| all.intersection(&names).cloned().collect()));
            model.parameters.extend(card.parameters.iter().map(|(name, p)| (name.clone(), p.value.clone())));
            model.evidence.extend(card.evidence.iter().map(|column| column.field.clone()));
        }
        Self(models)
    }

    fn compare(&self, card: &Card, book: &Rulebook) -> Vec<Wrong> {
        let model = self.0.get(&key(card)).filter(|_| book.is_own_card(&card.id));
        let Some(model) = model else { return Vec::new() };
        let mut wrong = Vec::new();
        let rule = || ("rule", card.id.as_str().into());
        for (name, parameter) in &card.parameters {
            let place = format!("parameters.{name}");
            match model.parameters.get(name) {
                None => {
                    let near = nearest(name, model.parameters.keys().map(String::as_str));
                    let list = args([rule(), ("name", name.as_str().into()), ("nearest", near.into())]);
                    wrong.push((place, Problem::new("fault-parameter", list)));
                }
                Some(value) if !alike(value, &parameter.value) => {
                    let (given, wanted) = (parameter.value.type_str(), value.type_str());
                    let list =
                        [rule(), ("name", name.as_str().into()), ("given", given.into()), ("wanted", wanted.into())];
                    wrong.push((place, Problem::new("fault-type", args(list))));
                }
                Some(_) => {}
            }
        }
        for name in model.required.iter().flatten().filter(|name| !card.parameters.contains_key(*name)) {
            let list = args([rule(), ("name", name.as_str().into())]);
            wrong.push(("parameters".to_string(), Problem::new("fault-parameter-missing", list)));
        }
        for column in card.evidence.iter().filter(|column| !model.evidence.contains(&column.field)) {
            let near = nearest(&column.field, model.evidence.iter().map(String::as_str));
            let list = args([("field", column.field.as_str().into()), ("nearest", near.into())]);
            wrong.push((format!("evidence.{}", column.field), Problem::new("fault-field", list)));
        }
        wrong
    }
}

fn key(card: &Card) -> (bool, String) {
    (card.limit.is_some(), runner_name(card).to_string())
}

/// Whether a value will do where another stands: of the same type, or a whole number where decimals are.
fn alike(model: &Value, value: &Value) -> bool {
    match (model, value) {
        (Value::Float(_), Value::Integer(_)) => true,
        (Value::Array(model), Value::Array(all)) => model.first().is_none_or(|m| all.iter().all(|v| alike(m, v))),
        (model, value) => model.same_type(value),
    }
}
