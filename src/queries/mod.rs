//! Rules that a bureau writes in SQL: a card with a query over the documented tables and facts.
//!
//! The engine is SQLite in memory. Of the tables a query reads, and of their columns those it reads, are copied into a database
//! of its own; there it may read for a limited time with limited memory and do nothing else.

mod check;
mod database;
mod leads;
mod plan;
mod result;
mod run;
mod schema;
mod settings;
mod tables;
mod words;

use std::cmp::Reverse;

use crate::rulebook::{Card, Rulebook};

pub use check::check;
pub use run::run;
pub use schema::{Column, SqlType, Table};
pub use tables::TABLES;

/// The tables and columns of the export that a card's query reads, written as in a card's `needs`. Nothing for a query that
/// cannot be read: [`check`] says why.
pub fn needs(card: &Card, book: &Rulebook) -> Vec<&'static str> {
    let Some(Ok(plan)) = card.sql.as_deref().map(|sql| plan::plan(sql, book)) else { return Vec::new() };
    let mut needs = Vec::new();
    for read in plan.reads {
        let schema::Relation::Documented(table) = read.relation else { continue };
        needs.push(table.needs);
        needs.extend(read.columns.iter().map(|column| table.columns[*column].needs));
    }
    needs.retain(|need| !need.is_empty());
    needs.sort_unstable();
    needs.dedup();
    needs
}

/// The order in which the queries of a run must come: the largest limit to memory first, because SQLite lets nobody raise it.
pub fn order(card: &Card) -> impl Ord + '_ {
    (Reverse(settings::limits(card).memory), &card.id)
}

#[cfg(test)]
mod tests;
