//! The rule book: cards, parameters and knowledge tables, read from the folder built into the program and from `--rules DIR`.
//!
//! Pure data: a card says what a rule is, never how it computes. Everything unknown is refused, all faults at once.

mod card;
mod cells;
mod fault;
mod kinds;
mod knowledge;
mod load;
mod meaning;
mod read;

pub use card::{Card, Catalogued, EvidenceColumn, EvidenceKind, Family, Need, Status, Text};
pub use fault::{Fault, Problem};
pub use knowledge::{KnowledgeTable, POINT_COLUMNS, PointColumn, Source, national_code};
pub use load::Rulebook;

pub(crate) use fault::nearest;
