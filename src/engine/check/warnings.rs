//! Warnings as they are gathered.

use std::collections::BTreeMap;

use super::sort;
use crate::messages::{Args, args};
use crate::rulebook::{Fault, KnowledgeTable, Problem};

/// Warnings of one sort and table that are told one by one; the others are counted.
const TOLD: usize = 20;

/// The warnings found so far: for each table and sort a few, and the number of all.
#[derive(Default)]
pub(super) struct Warnings {
    told: Vec<Fault>,
    counts: BTreeMap<(String, &'static str), (usize, usize)>,
}

impl Warnings {
    pub(super) fn add(&mut self, table: &KnowledgeTable, line: usize, id: &'static str, list: impl FnOnce() -> Args) {
        let (count, last) = self.counts.entry((table.file.clone(), id)).or_default();
        *count += 1;
        *last = line;
        if *count <= TOLD {
            self.told.push(Fault { file: table.file.clone(), line, problem: Problem::new(id, list()) });
        }
    }

    pub(super) fn finish(mut self) -> Vec<Fault> {
        sort(&mut self.told);
        for ((file, _), (count, line)) in self.counts.into_iter().filter(|(_, (count, _))| *count > TOLD) {
            let problem = Problem::new("fault-more", args([("count", (count - TOLD).into())]));
            self.told.push(Fault { file, line, problem });
        }
        self.told.sort_by(|a, b| a.file.cmp(&b.file));
        self.told
    }
}
