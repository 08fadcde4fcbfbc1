//! What stands out among the cells of a column: cells that could not be read, fillers, unknown words. Counted in every batch,
//! with examples, and added up over the parts.

use std::collections::BTreeMap;

/// Cells of a kind: how many, and the first few of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Examples {
    pub count: u64,
    texts: Vec<String>,
}

/// Examples kept of a kind.
const EXAMPLES: usize = 3;

impl Examples {
    /// Counts a cell.
    pub fn add(&mut self, cell: &[u8]) {
        self.count += 1;
        if self.texts.len() < EXAMPLES {
            let text = shorten(cell);
            if !self.texts.contains(&text) {
                self.texts.push(text);
            }
        }
    }

    /// Takes away the cells of a row that was none.
    fn forget(&mut self, row: &Self) {
        self.count = self.count.saturating_sub(row.count);
        self.texts.retain(|text| !row.texts.contains(text));
    }

    /// So many of the cells, with the same examples.
    pub fn of(&self, count: u64) -> Self {
        Self { count, texts: if count == 0 { Vec::new() } else { self.texts.clone() } }
    }

    /// Adds the cells of a later batch.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        for text in &other.texts {
            if self.texts.len() < EXAMPLES && !self.texts.contains(text) {
                self.texts.push(text.clone());
            }
        }
    }

    /// The examples, joined.
    pub fn shown(&self) -> String {
        self.texts.join(" | ")
    }
}

/// Words that are not known, with their counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    counts: BTreeMap<String, u64>,
    /// Cells beyond the first [`DISTINCT`] words.
    more: u64,
}

/// Distinct words counted apart; a column of free text in the place of a code would have millions.
const DISTINCT: usize = 200;
/// Words shown.
const SHOWN: usize = 10;

impl Words {
    /// Counts a word.
    pub fn add(&mut self, word: &str) {
        self.count(word, 1);
    }

    fn count(&mut self, word: &str, times: u64) {
        let room = self.counts.len() < DISTINCT;
        match self.counts.get_mut(word) {
            Some(count) => *count += times,
            None if room => drop(self.counts.insert(word.to_string(), times)),
            None => self.more += times,
        }
    }

    /// Adds the words of another batch or part.
    pub fn merge(&mut self, other: &Self) {
        other.counts.iter().for_each(|(word, times)| self.count(word, *times));
        self.more += other.more;
    }

    /// Takes away the words of a row that was none.
    fn forget(&mut self, row: &Self) {
        for (word, times) in &row.counts {
            match self.counts.get_mut(word) {
                Some(count) if *count > *times => *count -= times,
                Some(_) => drop(self.counts.remove(word)),
                None => self.more = self.more.saturating_sub(*times),
            }
        }
    }

    /// Cells in all.
    pub fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.more
    }

    /// The most frequent words with their counts.
    pub fn shown(&self) -> String {
        let mut words: Vec<(&String, &u64)> = self.counts.iter().collect();
        words.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let mut shown: Vec<String> =
            words.iter().take(SHOWN).map(|(word, times)| format!("{word} ({times})")).collect();
        if words.len() > SHOWN || self.more > 0 {
            shown.push("…".to_string());
        }
        shown.join(", ")
    }
}

/// What stood out in a column.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Cells that could not be read and count as empty.
    pub unread: Examples,
    /// Cells for which their row was set aside.
    pub refused: Examples,
    /// Dates that stand for none.
    pub fillers: Examples,
    /// Dates that the whole column must settle.
    pub open: Examples,
    /// Of these, dates of an open order of day, month and year, by the set of orders in which they are a day.
    pub orders: [u64; 8],
    /// Of these, counts of seconds.
    pub epochs: u64,
    /// Words and codes that are not known.
    pub words: Words,
    /// Units that stood with a quantity.
    pub units: Words,
}

impl Seen {
    /// Counts an unknown word; what the cell is taken for.
    pub fn unknown<T>(&mut self, cell: &[u8], taken_for: T) -> T {
        self.words.add(&shorten(cell));
        taken_for
    }

    /// Takes away what stood out in a row that was none.
    pub fn forget(&mut self, row: &Self) {
        self.unread.forget(&row.unread);
        self.refused.forget(&row.refused);
        self.fillers.forget(&row.fillers);
        self.open.forget(&row.open);
        self.orders.iter_mut().zip(row.orders).for_each(|(all, own)| *all = all.saturating_sub(own));
        self.epochs = self.epochs.saturating_sub(row.epochs);
        self.words.forget(&row.words);
        self.units.forget(&row.units);
    }

    /// Adds what stood out in another batch.
    pub fn merge(&mut self, other: &Self) {
        self.unread.merge(&other.unread);
        self.refused.merge(&other.refused);
        self.fillers.merge(&other.fillers);
        self.open.merge(&other.open);
        self.orders.iter_mut().zip(other.orders).for_each(|(sum, more)| *sum += more);
        self.epochs += other.epochs;
        self.words.merge(&other.words);
        self.units.merge(&other.units);
    }
}

/// Longest value shown in a reject.
const LONGEST: usize = 60;

/// A cell for the list of rejects.
pub(super) fn shorten(cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    let mut out: String = text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out.trim().to_string()
}
