//! Whether the data have what a card needs.

use std::collections::BTreeSet;

use crate::limits;
use crate::model::{Region, Table};
use crate::queries;
use crate::rulebook::{Card, Rulebook};

/// The needs that the region does not meet, as the card names them and as its query has them; of a table that is not there at
/// all, the table alone. A knowledge table without any point is missing as well, as `knowledge/<name>.csv`.
pub(super) fn missing(card: &Card, book: &Rulebook, region: &Region) -> Vec<String> {
    let named = card.needs.iter().map(|n| n.0.as_str());
    let unmet = named.chain(queries::needs(card, book)).filter(|n| !n.split(" or ").any(|one| met(one, region)));
    let mut missing: Vec<String> = Vec::new();
    for need in unmet {
        let tables: BTreeSet<&str> = need.split(" or ").map(|one| table_of(one).0).collect();
        let absent = tables.iter().all(|t| Table::from_name(t).is_none_or(|t| !region.serves(t, None)));
        let name = if absent { tables.into_iter().collect::<Vec<_>>().join(" or ") } else { need.to_string() };
        if !missing.contains(&name) {
            missing.push(name);
        }
    }
    if card.limit.is_some() && !limits::has_points(card, book) {
        missing.push(format!("knowledge/{}.csv", card.table.as_deref().unwrap_or_default()));
    }
    missing
}

fn table_of(need: &str) -> (&str, Option<&str>) {
    need.trim().split_once('.').map_or((need.trim(), None), |(t, f)| (t, Some(f)))
}

/// A need is `table` or `table.column`.
fn met(need: &str, region: &Region) -> bool {
    let (table, field) = table_of(need);
    let Some(table) = Table::from_name(table) else { return false };
    // What only the peers have is no ground to judge on: the rule would seem to have found nothing.
    region.serves(table, field)
}
