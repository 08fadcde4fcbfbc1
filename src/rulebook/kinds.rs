//! What the cards of one kind of limit have in common, `kinds/<limit>.toml`, and what all of them have, `kinds/all.toml`: so that
//! a card for one more class says only what is its own.

use std::collections::BTreeMap;

use toml::{Table, Value};

/// The name of the file for all kinds.
pub(super) const ALL: &str = "all";

/// Parts of cards by kind of limit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LimitParts(BTreeMap<String, Table>);

impl LimitParts {
    pub fn insert(&mut self, name: &str, part: Table) {
        self.0.insert(name.to_string(), part);
    }

    /// Whether there is a kind of this name.
    pub fn has(&self, limit: &str) -> bool {
        self.0.contains_key(limit)
    }

    /// Whether a card of the limit need not say a key itself.
    pub fn gives(&self, limit: Option<&str>, key: &str) -> bool {
        limit
            .is_some_and(|limit| [ALL, limit].iter().any(|n| self.0.get(*n).is_some_and(|part| part.contains_key(key))))
    }

    /// The card with what its kind and all kinds say added. The card wins over its kind, the kind over all; columns of
    /// evidence and parameters are replaced one by one, by their names.
    pub fn complete(&self, card: Table) -> Table {
        let Some(limit) = card.get("limit").and_then(Value::as_str).map(str::to_string) else { return card };
        let part = |name: &str| self.0.get(name).cloned().unwrap_or_default();
        over(over(part(ALL), part(&limit)), card)
    }
}

fn over(mut base: Table, own: Table) -> Table {
    for (key, value) in own {
        let value = match (key.as_str(), base.remove(&key), value) {
            ("parameters", Some(Value::Table(mut all)), Value::Table(own)) => {
                all.extend(own);
                Value::Table(all)
            }
            ("evidence", Some(Value::Array(mut all)), Value::Array(own)) => {
                for column in own {
                    match all.iter_mut().find(|c| c.get("field") == column.get("field")) {
                        Some(place) => *place = column,
                        None => all.push(column),
                    }
                }
                Value::Array(all)
            }
            (_, _, value) => value,
        };
        base.insert(key, value);
    }
    base
}
