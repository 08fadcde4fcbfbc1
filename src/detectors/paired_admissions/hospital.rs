//! The stays of a hospital, as far as it matters who was there with whom.

use super::traffic::Spell;

/// One hospital's spells: by person, then time, persons numbered from 0.
pub struct Hospital {
    /// The spells.
    pub spells: Vec<Spell>,
    /// Start of each person's spells, with one entry more.
    pub starts: Vec<u32>,
    /// Which of the hospitals searched it is once more, seen otherwise.
    pub twin: Option<usize>,
}

impl Hospital {
    /// Sorts spells and finds each person's.
    pub fn new(mut spells: Vec<Spell>, persons: usize) -> Self {
        spells.sort_by_key(|s| (s.person, s.begin, s.end, s.kind, s.care));
        let mut starts = vec![0; persons + 1];
        for spell in &spells {
            starts[spell.person as usize + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        Self { spells, starts, twin: None }
    }

    pub fn persons(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    /// The spells of a person.
    pub fn of(&self, person: u32) -> &[Spell] {
        &self.spells[self.starts[person as usize] as usize..self.starts[person as usize + 1] as usize]
    }

    pub fn count(&self, person: u32) -> usize {
        self.of(person).len()
    }
}
