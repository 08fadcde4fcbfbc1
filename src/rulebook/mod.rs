//! The rule book: cards, parameters and knowledge tables, read from the folder built into the program and from `--rules DIR`.
//!
//! Pure data: a card says what a rule is, never how it computes. Everything unknown is refused, all faults at once.

mod card;
mod load;

pub use card::{Card, Catalogued, EvidenceColumn, EvidenceKind, Family, Need, Status, Text};
pub use load::{Fault, Rulebook};
