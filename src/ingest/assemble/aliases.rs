//! The names of items that go by several: who bills which code under which name.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::super::batch::NO_SYMBOL;
use super::super::collect::{Chunk, Collected, slot};
use super::Ids;
use crate::model::{HospitalId, ItemAlias, ItemId, RowRef, Table, TextId};

type Counts = FxHashMap<(ItemId, HospitalId, TextId), (u32, RowRef)>;

/// Every name of every item with more than one, by institution. Items with one name, nearly all, cost nothing but a look.
pub(super) fn collect(all: &Collected, ids: &Ids) -> Vec<ItemAlias> {
    let several = several(all, ids);
    if !several.contains(&true) {
        return Vec::new();
    }
    let chunks = &all.chunks[slot(Table::Fees)];
    let counts = chunks.par_iter().map(|chunk| count(chunk, ids, &several)).reduce(Counts::default, |mut a, b| {
        for (key, (lines, row)) in b {
            let known = a.entry(key).or_insert((0, row));
            *known = (known.0 + lines, known.1.min(row));
        }
        a
    });
    let alias = |((item, hospital, name), (lines, row))| ItemAlias { item, hospital, name, lines, row };
    let mut out: Vec<ItemAlias> = counts.into_iter().map(alias).collect();
    out.sort_unstable();
    out
}

/// By item: whether it goes by more than one name.
fn several(all: &Collected, ids: &Ids) -> Vec<bool> {
    let mut first = vec![NO_SYMBOL; ids.items.pool.len()];
    let mut several = vec![false; first.len()];
    for (code, name) in &all.item_names {
        let at = ids.items.id(*code).index();
        several[at] |= first[at] != NO_SYMBOL && first[at] != *name;
        first[at] = *name;
    }
    several
}

fn count(chunk: &Chunk, ids: &Ids, several: &[bool]) -> Counts {
    let mut counts = Counts::default();
    let columns = (chunk.symbols("hilist_code"), chunk.symbols("hilist_name"), chunk.symbols("fixmedins_code"));
    let (Some(codes), Some(names), Some(hospitals)) = columns else { return counts };
    for (row, code) in codes.iter().enumerate().filter(|(_, code)| **code != NO_SYMBOL) {
        let item = ids.items.id(*code);
        let (name, hospital): (TextId, HospitalId) = (ids.texts.id(names[row]), ids.hospitals.id(hospitals[row]));
        if several[item.index()] && name != TextId::NONE && hospital != HospitalId::NONE {
            let place = RowRef { file: chunk.part, line: chunk.lines[row] };
            let known = counts.entry((item, hospital, name)).or_insert((0, place));
            *known = (known.0 + 1, known.1.min(place));
        }
    }
    counts
}
