//! Which institution is which: a name stands in for a blank code or a filler, and for the code that other rows give it.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::super::Note;
use super::super::batch::NO_SYMBOL;
use super::super::collect::{Collected, slot};
use super::identity::is_blank;
use crate::messages::args;
use crate::model::{Domain, Interner, Table};

/// Tables whose rows may have the name of an institution.
const NAMED: [Table; 5] = [Table::Hospitals, Table::Stays, Table::Visits, Table::Purchases, Table::Stock];

/// Gives rows without a code the code that goes with their name, else the name.
pub(super) fn settle(all: &mut Collected) {
    let texts = std::mem::take(&mut all.interners[Domain::Text as usize]);
    let fillers = fillers(all);
    let codes = codes_of_names(all, &fillers);
    let known = std::mem::take(&mut all.interners[Domain::Hospital as usize]);
    let mut places = Interner::default();
    // A file without codes has names in their place.
    let map: Vec<u32> = known
        .texts
        .iter()
        .zip(&fillers)
        .map(|(text, filler)| {
            if *filler {
                return NO_SYMBOL;
            }
            let code = codes.get(&texts.find(text)).copied().flatten();
            places.intern(code.map_or(&**text, |code| &*known.texts[code as usize]))
        })
        .collect();
    let same = map.iter().enumerate().all(|(at, id)| *id == at as u32);
    let mut by_name = 0u64;
    for table in Table::ALL {
        for chunk in &mut all.chunks[slot(table)] {
            let names =
                if NAMED.contains(&table) { chunk.symbols("fixmedins_name").map(<[u32]>::to_vec) } else { None };
            let Some(hospitals) = chunk.symbols_mut("fixmedins_code") else { continue };
            if !same {
                hospitals.par_iter_mut().filter(|h| **h != NO_SYMBOL).for_each(|h| *h = map[*h as usize]);
            }
            let Some(names) = names else { continue };
            for (hospital, name) in hospitals.iter_mut().zip(names).filter(|(h, n)| **h == NO_SYMBOL && *n != NO_SYMBOL)
            {
                let code = codes.get(&name).copied().flatten();
                *hospital =
                    places.intern(code.map_or(&*texts.texts[name as usize], |code| &*known.texts[code as usize]));
                by_name += 1;
            }
        }
    }
    all.interners[Domain::Hospital as usize] = places;
    all.interners[Domain::Text as usize] = texts;
    if by_name > 0 {
        all.notes.push(Note { id: "note-by-name", args: args([("count", by_name.into())]) });
    }
}

/// By code: whether it is a filler such as 000000, under which institutions stand that only their names tell apart. One that no
/// row has a name beside is all there is to know an institution by.
fn fillers(all: &Collected) -> Vec<bool> {
    let mut out: Vec<bool> = all.interners[Domain::Hospital as usize].texts.iter().map(|text| is_blank(text)).collect();
    if !out.contains(&true) {
        return out;
    }
    let mut named = vec![false; out.len()];
    for chunk in NAMED.iter().flat_map(|table| &all.chunks[slot(*table)]) {
        let Some((hospitals, names)) = chunk.symbols("fixmedins_code").zip(chunk.symbols("fixmedins_name")) else {
            continue;
        };
        let known = hospitals.iter().zip(names).filter(|(h, n)| **h != NO_SYMBOL && **n != NO_SYMBOL);
        known.for_each(|(hospital, _)| named[*hospital as usize] = true);
    }
    out.iter_mut().zip(named).for_each(|(filler, named)| *filler &= named);
    out
}

/// The code that rows give to each name; none where they give several: branches may go by one name.
fn codes_of_names(all: &Collected, fillers: &[bool]) -> FxHashMap<u32, Option<u32>> {
    let mut codes: FxHashMap<u32, Option<u32>> = FxHashMap::default();
    for chunk in NAMED.iter().flat_map(|table| &all.chunks[slot(*table)]) {
        let Some((hospitals, names)) = chunk.symbols("fixmedins_code").zip(chunk.symbols("fixmedins_name")) else {
            continue;
        };
        let mut last = (NO_SYMBOL, NO_SYMBOL);
        for pair in hospitals.iter().copied().zip(names.iter().copied()) {
            if pair == last || pair.0 == NO_SYMBOL || pair.1 == NO_SYMBOL || fillers[pair.0 as usize] {
                continue;
            }
            last = pair;
            let code = codes.entry(pair.1).or_insert(Some(pair.0));
            if *code != Some(pair.0) {
                *code = None;
            }
        }
    }
    codes
}
