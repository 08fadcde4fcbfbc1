//! Which of the 88 national classes the rule book runs, and what the others lack.

use serde_json::{Value, json};

use crate::limits;
use crate::rulebook::{Card, Rulebook};

/// The table of the classes.
const CLASSES: &str = "national-classes";

/// Whether a rule can run on data that have what it needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// It can.
    Runs,
    /// Its knowledge table, of this name, has no points yet.
    NeedsPoints(String),
}

impl State {
    pub(super) fn of(card: &Card, book: &Rulebook) -> Self {
        if card.limit.is_some() && !limits::has_points(card, book) {
            return Self::NeedsPoints(card.table.clone().unwrap_or_default());
        }
        Self::Runs
    }

    /// The words of files: `runs`, or `needs: knowledge/<table>.csv`.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Runs => "runs".to_string(),
            Self::NeedsPoints(table) => format!("needs: knowledge/{table}.csv"),
        }
    }
}

/// A class of the national library.
struct Class<'a> {
    number: &'a str,
    code: &'a str,
    name: &'a str,
    result: &'a str,
    needs: &'a str,
    cards: Vec<&'a Card>,
}

fn classes(book: &Rulebook) -> Vec<Class<'_>> {
    let Some(table) = book.table(CLASSES) else { return Vec::new() };
    let Some([number, code, name, result, needs]) = table.places(["no", "code", "name", "result", "needs"]) else {
        return Vec::new();
    };
    let class = |row| {
        let (code, name) = (table.cell(row, code), table.cell(row, name));
        let own = |card: &&Card| card.national_class.iter().any(|own| own == code || own == name);
        Class {
            number: table.cell(row, number),
            code,
            name,
            result: table.cell(row, result),
            needs: table.cell(row, needs),
            cards: book.cards().filter(own).collect(),
        }
    };
    (0..table.len() as u32).map(class).collect()
}

/// The classes that no rule runs, as entries beside those of rules.
pub(super) fn without_rule(book: &Rulebook) -> Vec<Value> {
    let all = classes(book).into_iter().filter(|class| class.cards.is_empty());
    let class = |class: Class<'_>| {
        json!({
            "id": null,
            "title": { "zh": class.name },
            "result": class.result,
            "national_class": [if class.code.is_empty() { class.name } else { class.code }],
            "state": format!("needs: {}", class.needs),
        })
    };
    all.map(class).collect()
}

/// The page `rules/COVERAGE.md`.
pub(super) fn page(book: &Rulebook) -> String {
    let classes = classes(book);
    let runs = |class: &Class<'_>| class.cards.iter().any(|card| State::of(card, book) == State::Runs);
    let built = classes.iter().filter(|class| !class.cards.is_empty()).count();
    let mut page = format!(
        "# Coverage of the national rule library\n\n\
         Written by `yishen rules list --format markdown`. Of the {} rule classes of the national library (2025 edition) {built}\n\
         have a rule; {} of them run as they are, the others once their knowledge table has points (`rules/knowledge/<rule>.csv`\n\
         says how). Points are those built in; “needs” is what the data must have.\n\n\
         | # | class | code | rule | result | needs | built-in points | state |\n|--:|---|---|---|---|---|--:|---|\n",
        classes.len(),
        classes.iter().filter(|class| runs(class)).count(),
    );
    for class in &classes {
        let ids: Vec<String> = class.cards.iter().map(|card| format!("`{}`", card.id)).collect();
        let points: usize = class.cards.iter().map(|card| limits::count_points(card, book)).sum();
        let points = if points == 0 { String::new() } else { points.to_string() };
        let state = match class.cards.first() {
            None => format!("needs: {}", class.needs),
            Some(card) => State::of(card, book).text(),
        };
        let code = if class.code.is_empty() { "—" } else { class.code };
        let rule = if ids.is_empty() { "—".to_string() } else { ids.join(", ") };
        page.push_str(&format!(
            "| {} | {} | {code} | {rule} | {} | {} | {points} | {state} |\n",
            class.number, class.name, class.result, class.needs
        ));
    }
    page
}
