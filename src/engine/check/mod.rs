//! What is wrong with a rule book beyond its single files: between cards, tables and the code that runs them. Asked for before
//! anything is scanned.

mod cards;
mod codes;
mod overlaps;
mod tables;
mod unseen;
mod warn;
mod warnings;

use rustc_hash::FxHashSet;

use crate::limits::LimitKind;
use crate::rulebook::{Card, Fault, KnowledgeTable, Rulebook};

pub use warn::warnings;

/// Everything that is wrong: a detector that does not exist, parameters that it does not understand, points that no rule can
/// read. In the order of the files.
pub fn check(book: &Rulebook) -> Vec<Fault> {
    let (mut faults, of_tables) = rayon::join(|| cards::faults(book), || tables::faults(book));
    faults.extend(of_tables);
    // A table that several cards share has its faults once.
    let mut seen = FxHashSet::default();
    faults.retain(|fault| seen.insert(format!("{fault:?}")));
    sort(&mut faults);
    faults
}

/// How many points a table has, examples apart.
pub fn points(table: &KnowledgeTable) -> usize {
    tables::rows(table).count()
}

/// By file, then line.
fn sort(faults: &mut [Fault]) {
    faults.sort_by(|a, b| (&a.file, a.line, a.problem.id).cmp(&(&b.file, b.line, b.problem.id)));
}

/// The kinds of limit of the cards that take points of a rule class from a table.
fn kinds_of(book: &Rulebook, table: &KnowledgeTable, code: &str, name: &str) -> Vec<&'static LimitKind> {
    let takes = |card: &&Card| {
        let own = card.table.as_deref() == Some(table.name.as_str());
        let of_class = card.national_class.iter().any(|class| class == code || class == name);
        (own || table.name == crate::limits::LOCAL) && (of_class || (own && card.national_class.is_empty()))
    };
    let limits: FxHashSet<&str> = book.cards().filter(takes).filter_map(|card| card.limit.as_deref()).collect();
    crate::limits::ALL.iter().filter(|kind| limits.contains(kind.id)).collect()
}
