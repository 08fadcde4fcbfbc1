//! Ids under which many people stand: a number that a hospital enters for whoever has none, a family's book. They are known by
//! their births, names and sexes. A typing error, a newborn under the mother's number, a name in two spellings and a married name are
//! not many.

use super::super::super::batch::NO_SYMBOL;
use super::super::super::collect::{Chunk, Collected, slot};
use super::super::settlements::sex;
use super::{PATIENTS, blank, names};
use crate::model::{Domain, Sex, Table};
use rustc_hash::FxHashMap;

/// A newborn is listed under the mother's number for so many days.
const NEWBORN_DAYS: i32 = 60;
/// Differing births or names that are many where the commonest has at most half of the rows.
const SEVERAL: usize = 3;
/// Differing births, or names, that are many whatever the other says, where the commonest has at most a third.
const MANY: usize = 5;
/// Rows from which sexes alone can tell, and those from which they can where the birth is always one: two hospitals may code
/// the sex of one person differently, but not of thirty.
const ROWS_FOR_SEX: usize = 6;
const ROWS_AGAINST_BIRTH: usize = 30;

/// What a row says of its person; `NONE` where it says nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Face {
    person: u32,
    birth: i32,
    name: u32,
    sex: u8,
}

const NO_BIRTH: i32 = i32::MIN;

/// By person: whether many people stand under the id.
pub fn many(all: &Collected, people: usize) -> Vec<bool> {
    // Nearly every person says the same in every row: only those with more than one contradiction are looked at closely.
    let mut first: Vec<Option<Face>> = vec![None; people];
    let mut differs = vec![0u8; people];
    each(all, |face| match &mut first[face.person as usize] {
        Some(known) => {
            let birth = known.birth != NO_BIRTH && face.birth != NO_BIRTH && known.birth != face.birth;
            let name = known.name != NO_SYMBOL && face.name != NO_SYMBOL && known.name != face.name;
            let sex = known.sex != 0 && face.sex != 0 && known.sex != face.sex;
            if birth || name || sex {
                differs[face.person as usize] = differs[face.person as usize].saturating_add(1);
            }
            if known.birth == NO_BIRTH {
                known.birth = face.birth;
            }
            if known.name == NO_SYMBOL {
                known.name = face.name;
            }
            if known.sex == 0 {
                known.sex = face.sex;
            }
        }
        unknown => *unknown = Some(face),
    });
    drop(first);
    let mut faces = Vec::new();
    let mut known = Spellings::new(all);
    each(all, |face| {
        if differs[face.person as usize] >= 2 {
            faces.push(known.plain(face));
        }
    });
    faces.sort_unstable();
    let mut out = vec![false; people];
    for own in faces.chunk_by(|a, b| a.person == b.person) {
        out[own[0].person as usize] = is_many(own);
    }
    out
}

/// Names as they are compared.
struct Spellings<'a> {
    texts: &'a [Box<str>],
    /// By name: the number of its spelling, and whether it is a newborn's.
    names: FxHashMap<u32, (u32, bool)>,
    numbers: FxHashMap<String, u32>,
}

impl<'a> Spellings<'a> {
    fn new(all: &'a Collected) -> Self {
        let texts = &all.interners[Domain::Text as usize].texts;
        Self { texts, names: FxHashMap::default(), numbers: FxHashMap::default() }
    }

    /// A face by the spelling of its name; a newborn's is the mother's, but for what only the newborn is.
    fn plain(&mut self, face: Face) -> Face {
        if face.name == NO_SYMBOL {
            return face;
        }
        let (texts, numbers) = (self.texts, &mut self.numbers);
        let (name, is_newborn) = *self.names.entry(face.name).or_insert_with(|| {
            let text = &*texts[face.name as usize];
            let mother = names::mother(text);
            let next = numbers.len() as u32;
            let spelling = names::spelling(mother.unwrap_or(text)).into_owned();
            (*numbers.entry(spelling).or_insert(next), mother.is_some())
        });
        if is_newborn { Face { name, birth: NO_BIRTH, sex: 0, ..face } } else { Face { name, ..face } }
    }
}

/// Shows every row that names a person and says something of them.
fn each(all: &Collected, mut see: impl FnMut(Face)) {
    let texts = &all.interners[Domain::Text as usize].texts;
    for table in PATIENTS {
        for chunk in &all.chunks[slot(table)] {
            let Some(persons) = chunk.symbols("psn_no") else { continue };
            let names = chunk.symbols("psn_name");
            for (row, person) in persons.iter().enumerate().filter(|(_, p)| **p != NO_SYMBOL) {
                let name = names.map_or(NO_SYMBOL, |n| n[row]);
                let told = name != NO_SYMBOL && !blank::is_blank(&texts[name as usize]);
                see(Face {
                    person: *person,
                    birth: birth(chunk, table, row),
                    name: if told { name } else { NO_SYMBOL },
                    sex: match sex(chunk, row) {
                        Sex::Unknown => 0,
                        Sex::Male => 1,
                        Sex::Female => 2,
                    },
                });
            }
        }
    }
}

/// The day of birth in a row; none for a newborn's, which is under the mother's number.
fn birth(chunk: &Chunk, table: Table, row: usize) -> i32 {
    let Some(birth) = chunk.moments("brdy").and_then(|c| c[row]).map(|s| s.day.0) else { return NO_BIRTH };
    let fields: &[&str] = if table == Table::Persons { &[] } else { &["begntime", "setl_time"] };
    let on = fields.iter().find_map(|f| chunk.moments(f).and_then(|c| c[row])).map(|s| s.day.0);
    if on.is_some_and(|on| (0..=NEWBORN_DAYS).contains(&(on - birth))) { NO_BIRTH } else { birth }
}

/// Whether the rows of an id are those of many people.
fn is_many(rows: &[Face]) -> bool {
    let births = Spread::of(rows.iter().map(|f| f.birth).filter(|b| *b != NO_BIRTH).collect());
    let names = Spread::of(rows.iter().map(|f| f.name).filter(|n| *n != NO_SYMBOL).collect());
    let sexes: Vec<u8> = rows.iter().map(|f| f.sex).filter(|s| *s != 0).collect();
    let men = sexes.iter().filter(|s| **s == 1).count();
    let mixed = sexes.len() >= ROWS_FOR_SEX && 3 * men.min(sexes.len() - men) >= sexes.len();
    match (births.rows, names.rows) {
        (0, 0) => mixed,
        // Births alone are typed wrong more easily than births and names together.
        (_, 0) => {
            (births.several() && births.distinct > SEVERAL)
                || (births.agree() && mixed && sexes.len() >= ROWS_AGAINST_BIRTH)
        }
        (0, _) => names.several(),
        // Names written in a new cipher in every row differ although birth and sex agree.
        _ => births.several() && names.several() || births.many() || (names.many() && (!births.agree() || mixed)),
    }
}

/// How often values occur.
struct Spread {
    rows: usize,
    distinct: usize,
    commonest: usize,
}

impl Spread {
    fn of<T: Ord>(mut values: Vec<T>) -> Self {
        values.sort_unstable();
        let runs = || values.chunk_by(|a, b| a == b).map(<[T]>::len);
        Self { rows: values.len(), distinct: runs().count(), commonest: runs().max().unwrap_or(0) }
    }

    fn several(&self) -> bool {
        self.distinct >= SEVERAL && 2 * self.commonest <= self.rows
    }

    fn many(&self) -> bool {
        self.distinct >= MANY && 3 * self.commonest <= self.rows
    }

    /// Whether nearly all say the same.
    fn agree(&self) -> bool {
        10 * self.commonest >= 9 * self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(list: &[(i32, u32, u8)]) -> Vec<Face> {
        list.iter().map(|(birth, name, sex)| Face { person: 0, birth: *birth, name: *name, sex: *sex }).collect()
    }

    #[test]
    fn a_filler_has_many_faces() {
        assert!(is_many(&rows(&[(1, 1, 1), (2, 2, 2), (3, 3, 1)])));
        // One name for all, births of many.
        assert!(is_many(&rows(&[(1, 1, 1), (2, 1, 2), (3, 1, 1), (4, 1, 1), (5, 1, 2)])));
        // One date of birth for all, names and sexes of many.
        let filler: Vec<(i32, u32, u8)> = (0..9).map(|n| (1, n, 1 + (n % 2) as u8)).collect();
        assert!(is_many(&rows(&filler)));
    }

    #[test]
    fn typing_errors_a_child_and_a_married_name_are_one_person() {
        assert!(!is_many(&rows(&[(1, 1, 1), (1, 1, 1), (1, 1, 1), (2, 1, 1), (3, 1, 1)])));
        assert!(!is_many(&rows(&[(1, 1, 2), (1, 2, 2), (NO_BIRTH, 3, 1), (NO_BIRTH, 4, 2)])));
        // Three births and no names: too few to tell.
        assert!(!is_many(&rows(&[(1, NO_SYMBOL, 1), (2, NO_SYMBOL, 2), (3, NO_SYMBOL, 1)])));
        // One name throughout, three births: badly typed, or a card that was lent, but one card.
        assert!(!is_many(&rows(&[(1, 1, 1), (2, 1, 1), (3, 1, 1)])));
        // A cipher that differs from row to row.
        let cipher: Vec<(i32, u32, u8)> = (0..9).map(|n| (1, n, 1)).collect();
        assert!(!is_many(&rows(&cipher)));
    }
}
