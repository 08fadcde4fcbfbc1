//! Which habits of posting a hospital has: the weekend on Friday or on Monday, drugs for a week at a time, the bed at discharge.
//!
//! Drawn from the seed ([`Options::habits`](super::Options)), several at once.

use super::chance::{Draw, Purpose, fixed, mix, stream};
use super::specialty::Specialty;

/// Classes by number in a set.
pub type Classes = u16;

/// Bed, rounds, nursing.
pub const BED: Classes = 1 << 1 | 1 << 2 | 1 << 7;
const TREATMENT: Classes = 1 << 5;
const MATERIAL: Classes = 1 << 8;
/// Whatever is swallowed or given by drip.
pub const DRUGS: Classes = 1 << 9 | 1 << 10 | 1 << 11;
/// What runs on from day to day.
pub const RUNNING: Classes = BED | TREATMENT | MATERIAL | DRUGS;

/// Saturday and Sunday posted on another day.
#[derive(Clone, Copy, Debug)]
pub struct Weekend {
    /// On Friday, else on Monday.
    pub ahead: bool,
    /// As one line, else as further lines of the same item.
    pub sums: bool,
    pub classes: Classes,
}

/// How a hospital posts.
#[derive(Clone, Debug)]
pub struct Posting {
    pub weekend: Option<Weekend>,
    /// Drugs in one posting for so many days, the first of them.
    pub drugs: Option<i32>,
    /// Bed, rounds and nursing once, at discharge.
    pub bed_at_end: bool,
    /// Everything that runs on once a month, on its last day.
    pub months: bool,
    /// Each dose a line.
    pub doses: bool,
    /// What is swallowed by the box.
    pub boxes: bool,
    /// Two rounds of a test on one day, none on the day of the second.
    pub rounds: bool,
    /// Dates without times.
    pub dates: bool,
    /// Fen that amounts are rounded to.
    pub round: i64,
}

impl Posting {
    /// Every line on its own day, as it was ordered.
    pub const PLAIN: Self = Self {
        weekend: None,
        drugs: None,
        bed_at_end: false,
        months: false,
        doses: false,
        boxes: false,
        rounds: false,
        dates: false,
        round: 1,
    };

    /// Draws how the hospital of an index posts; a share of all has one to three habits.
    pub fn draw(seed: u64, index: u64, share: f64, specialty: Specialty) -> Self {
        let mut posting = Self::PLAIN;
        if fixed(mix(seed, 901), index) >= share {
            return posting;
        }
        let random = &mut stream(seed, Purpose::Posting, index);
        posting.months = matches!(specialty, Specialty::Psychiatric | Specialty::Rehabilitation) && random.chance(0.5);
        for _ in 0..random.within(1, 3) {
            match random.within(0, 9) {
                0..=2 => {
                    let classes = *random.pick(&[RUNNING | 1 << 4, RUNNING, TREATMENT, DRUGS, BED, DRUGS | TREATMENT]);
                    posting.weekend = Some(Weekend { ahead: random.chance(0.5), sums: random.chance(0.5), classes });
                }
                3 => posting.drugs = Some(if random.chance(0.5) { 7 } else { i32::MAX }),
                4 => posting.bed_at_end = true,
                5 => posting.doses = true,
                6 => posting.boxes = true,
                7 => posting.rounds = true,
                8 => posting.dates = true,
                _ => posting.round = 10,
            }
        }
        posting
    }

    /// Whether the bills hide on which day something was done.
    pub fn hides_days(&self) -> bool {
        self.drugs.is_some() || self.months || self.boxes
    }

    /// Units of what is swallowed that are billed as one.
    pub fn box_size(&self, hospital: u64, item: u16) -> i64 {
        if self.boxes { [10, 20, 25][(fixed(hospital ^ 61, u64::from(item)) * 3.0) as usize] } else { 1 }
    }

    /// Whether hours are posted by the month.
    pub fn by_month(&self) -> bool {
        self.months
    }
}
