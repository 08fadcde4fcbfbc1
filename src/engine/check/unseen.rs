//! Codes of points that the data of a region do not have.

use rustc_hash::FxHashMap;

use super::codes::Groups;
use super::tables::rows;
use super::warnings::Warnings;
use crate::facts::Facts;
use crate::messages::args;
use crate::model::{Region, TextId, icd};
use crate::rule::index::Index;
use crate::rulebook::{KnowledgeTable, PointColumn, Rulebook, national_code};
use crate::stats::rounded;

/// Examples that a warning names.
const EXAMPLES: usize = 5;

/// What the codes of a point are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum About {
    Items,
    Diagnoses,
    Operations,
}

/// What the codes are that a limit is set on.
fn about(limit: &str) -> About {
    match limit {
        // These are set on items; their values are diagnoses.
        "diagnosis_required" | "diagnosis_forbidden" => About::Items,
        limit if limit.starts_with("diagnosis_") => About::Diagnoses,
        limit if limit.starts_with("operation_") => About::Operations,
        _ => About::Items,
    }
}

/// One warning a table: how many of its codes occur nowhere in the data, and a few of them.
pub(super) fn find(book: &Rulebook, tables: &[&KnowledgeTable], region: &Region, warnings: &mut Warnings) {
    let facts = Facts::default();
    let seen = Seen { index: Index::new(region, &facts, book), region, operations: operations(region) };
    let groups = Groups::new(book);
    for table in tables {
        let mut codes: FxHashMap<(About, &str), u32> = FxHashMap::default();
        for row in rows(table) {
            let about = about(table.point(row, PointColumn::Limit));
            groups.each(table.point(row, PointColumn::Codes), |code| {
                codes.entry((about, national_code(code))).or_insert(row);
            });
        }
        codes.retain(|(about, _), _| seen.knows(*about));
        let all = codes.len();
        let mut unseen: Vec<(u32, &str)> = codes
            .into_iter()
            .filter(|((about, code), _)| !seen.has(*about, code))
            .map(|((_, c), row)| (row, c))
            .collect();
        unseen.sort_unstable();
        let Some(&(first, _)) = unseen.first() else { continue };
        let list = || {
            let examples: Vec<&str> = unseen.iter().map(|u| u.1).take(EXAMPLES).collect();
            let percent = unseen.len() as f64 / all as f64 * 100.0;
            args([
                ("count", unseen.len().into()),
                ("all", all.into()),
                ("percent", rounded(percent, 1).into()),
                ("examples", examples.join(" ").into()),
            ])
        };
        warnings.add(table, table.line(first), "fault-unseen", list);
    }
}

/// The codes of the data.
struct Seen<'a> {
    index: Index<'a>,
    region: &'a Region,
    /// As compared, sorted.
    operations: Vec<String>,
}

impl Seen<'_> {
    /// Whether the data say anything of such codes.
    fn knows(&self, about: About) -> bool {
        match about {
            About::Items => !self.region.names.items.is_empty(),
            About::Diagnoses => !self.region.names.diagnoses.is_empty(),
            About::Operations => !self.operations.is_empty(),
        }
    }

    fn has(&self, about: About, code: &str) -> bool {
        match about {
            About::Items => {
                let mut found = Vec::new();
                self.index.items(code, &mut found);
                !found.is_empty()
            }
            About::Diagnoses => !self.index.diagnoses(code).is_empty(),
            About::Operations => {
                let code = icd::compared(code.trim_end_matches('*'));
                let at = self.operations.partition_point(|own| *own < code);
                self.operations.get(at).is_some_and(|own| own.starts_with(&code))
            }
        }
    }
}

fn operations(region: &Region) -> Vec<String> {
    let all = region.stays.iter().map(|stay| stay.operation).filter(|operation| *operation != TextId::NONE);
    let mut codes: Vec<String> = all.map(|operation| icd::compared(region.names.texts.get(operation))).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
