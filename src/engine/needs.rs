//! Whether the data have what a card needs.

use crate::model::{Region, Table};
use crate::rulebook::Card;

/// The needs that the region does not meet, as the card names them, each without the alternatives' repetition.
pub(super) fn missing(card: &Card, region: &Region) -> Vec<String> {
    card.needs
        .iter()
        .map(|n| n.0.as_str())
        .filter(|n| !n.split(" or ").any(|one| met(one, region)))
        .map(String::from)
        .collect()
}

/// A need is `table` or `table.column`.
fn met(need: &str, region: &Region) -> bool {
    let (table, field) = need.trim().split_once('.').map_or((need.trim(), None), |(t, f)| (t, Some(f)));
    let Some(table) = Table::from_name(table) else { return false };
    match field {
        None => region.has_table(table),
        Some(field) => region.has_column(table, field),
    }
}
