//! Small synthetic regions for the tests: hospitals of all sizes, many habits of traffic, the innocents that look most like
//! rings, and rings. Written apart from `simulate`, so that the rule is not fitted to one generator.

use super::hospital::Hospital;
use super::traffic::{Care, Spell};

/// SplitMix64 (Steele et al., OOPSLA 2014).
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    pub fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }
    pub fn within(&mut self, low: i32, high: i32) -> i32 {
        low + (self.next() % (high - low + 1).max(1) as u64) as i32
    }
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }
    pub fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }
    pub fn poisson(&mut self, mean: f64) -> i32 {
        let (limit, mut product, mut n) = ((-mean.min(80.0)).exp(), self.unit(), 0);
        while product > limit {
            product *= self.unit();
            n += 1;
        }
        n
    }
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        weights
            .iter()
            .position(|w| {
                left -= w;
                left < 0.0
            })
            .unwrap_or(0)
    }
}

/// How a ring is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    Blunt,
    Subtle,
}

/// What a region is like. Every number is drawn anew from `seed`.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub stays: usize,
    pub rings: Option<Strength>,
    /// Innocents with calendars, crowds and the like.
    pub innocents: bool,
    /// Whether the kind of care is known.
    pub kinds: bool,
}

const FIRST: i32 = 19_723;
const DAYS: i32 = 366;

struct Illness {
    median: f64,
    sigma: f64,
    elective: f64,
    winter: f64,
    weight: f64,
}

/// A planted ring.
pub struct Ring {
    pub hospital: usize,
    pub members: Vec<u32>,
}

/// A region: hospitals and the rings in them.
pub struct DrawnRegion {
    pub hospitals: Vec<Hospital>,
    pub rings: Vec<Ring>,
}

struct Maker {
    dice: Dice,
    kinds: Vec<Illness>,
    /// By hospital.
    spells: Vec<Vec<Spell>>,
    /// By hospital, the people known there, and their number.
    people: Vec<u32>,
    weekend: Vec<f64>,
    crowds: Vec<Vec<(i32, f64)>>,
    epidemic: (f64, f64, f64),
}

/// Makes the region of a plan.
pub fn world(plan: &Plan) -> DrawnRegion {
    let mut dice = Dice(plan.seed.wrapping_mul(0x5851_f42d_4c95_7f2d));
    let sigma = dice.between(0.6, 1.4);
    let number = ((plan.stays as f64 / 2500.0) * dice.between(0.5, 2.0)).round().clamp(2.0, 60.0) as usize;
    let volumes: Vec<f64> = (0..number).map(|_| dice.lognormal(1.0, sigma)).collect();
    let kinds = (0..12)
        .map(|_| Illness {
            median: dice.lognormal(7.0, 0.5),
            sigma: dice.between(0.15, 0.6),
            elective: dice.unit(),
            winter: if dice.chance(0.3) { dice.between(0.0, 2.0) } else { 0.0 },
            weight: dice.lognormal(1.0, 0.7),
        })
        .collect();
    let weekend = (0..number).map(|_| dice.between(0.1, 0.9)).collect();
    let crowds = (0..number)
        .map(|_| (0..dice.within(0, 6)).map(|_| (FIRST + dice.within(0, DAYS - 1), dice.between(1.0, 4.0))).collect())
        .collect();
    let epidemic = (dice.between(0.0, 366.0), dice.between(5.0, 25.0), dice.between(0.0, 3.0));
    let (spells, people) = (vec![Vec::new(); number], vec![0; number]);
    let mut maker = Maker { dice, kinds, spells, people, weekend, crowds, epidemic };
    let returning = maker.dice.between(0.3, 1.2);
    let mut made = 0;
    while made < plan.stays {
        let hospital = maker.dice.weighted(&volumes);
        made += maker.person(hospital, returning);
    }
    if plan.innocents {
        (0..number).for_each(|h| maker.innocents(h));
    }
    let mut rings = Vec::new();
    if let Some(strength) = plan.rings {
        for _ in 0..maker.dice.within(4, 10) {
            let hospital = maker.dice.within(0, number as i32 - 1) as usize;
            rings.push(maker.ring(hospital, strength));
        }
    }
    let Maker { mut spells, people, .. } = maker;
    if !plan.kinds {
        spells.iter_mut().flatten().for_each(|s| (s.kind, s.care) = (0, Care::Unknown));
    }
    let hospitals = spells.into_iter().zip(people).map(|(s, n)| Hospital::new(apart(s), n as usize)).collect();
    DrawnRegion { hospitals, rings }
}

/// Leaves out spells of a person that overlap an earlier one: nobody is in two beds.
fn apart(mut spells: Vec<Spell>) -> Vec<Spell> {
    spells.sort_by_key(|s| (s.person, s.begin));
    let mut kept: Vec<Spell> = Vec::new();
    for spell in spells {
        let clash = kept.last().is_some_and(|last| last.person == spell.person && last.end + 1 >= spell.begin);
        if !clash && spell.begin >= FIRST && spell.end < FIRST + DAYS + 60 {
            kept.push(spell);
        }
    }
    kept
}

impl Maker {
    fn newcomer(&mut self, hospital: usize) -> u32 {
        self.people[hospital] += 1;
        self.people[hospital] - 1
    }

    fn nights(&mut self, kind: usize) -> i32 {
        let (median, sigma) = (self.kinds[kind].median, self.kinds[kind].sigma);
        self.dice.lognormal(median, sigma).round().clamp(0.0, 120.0) as i32
    }

    fn push(&mut self, hospital: usize, person: u32, begin: i32, nights: i32, kind: usize, scheduled: bool) {
        self.spells[hospital].push(Spell {
            person,
            begin,
            end: begin + nights.max(0),
            kind: kind as u16 + 1,
            care: if scheduled { Care::Scheduled } else { Care::Plain },
        });
    }

    fn day(&mut self, hospital: usize, kind: usize) -> i32 {
        loop {
            let day = FIRST + self.dice.within(0, DAYS - 1);
            let weekday = (day + 3).rem_euclid(7);
            let quiet =
                if weekday >= 5 { self.weekend[hospital] * (1.0 - 0.6 * self.kinds[kind].elective) } else { 1.0 };
            let turn = f64::from(day - FIRST) / 366.0 * std::f64::consts::TAU;
            let season = 1.0 + self.kinds[kind].winter * (1.0 + turn.cos()) / 2.0;
            let (middle, width, height) = self.epidemic;
            let wave = 1.0 + height * (-0.5 * ((f64::from(day - FIRST) - middle) / width).powi(2)).exp();
            let crowd = self.crowds[hospital].iter().filter(|c| c.0 == day).map(|c| c.1).sum::<f64>() + 1.0;
            if self.dice.chance(quiet * season * wave * crowd / 40.0) {
                return day;
            }
        }
    }

    /// A person with a heavy-tailed number of stays; gives the number.
    fn person(&mut self, hospital: usize, returning: f64) -> usize {
        let person = self.newcomer(hospital);
        let rate = returning * self.dice_gamma();
        let stays = 1 + self.dice.poisson(rate);
        let weights: Vec<f64> = self.kinds.iter().map(|k| k.weight).collect();
        let mut kind = self.dice.weighted(&weights);
        for _ in 0..stays {
            if self.dice.chance(0.4) {
                kind = self.dice.weighted(&weights);
            }
            let (day, nights) = (self.day(hospital, kind), self.nights(kind));
            self.push(hospital, person, day, nights, kind, false);
        }
        stays as usize
    }

    fn dice_gamma(&mut self) -> f64 {
        let x = self.dice.normal();
        0.7 * x * x * self.dice.between(0.5, 2.0)
    }

    /// A person who comes by a calendar of so many days.
    fn cycle(&mut self, hospital: usize, start: i32, period: i32, jitter: (i32, i32), nights: i32, kind: usize) {
        let person = self.newcomer(hospital);
        let mut day = start;
        for _ in 0..self.dice.within(4, 12) {
            let nights = (nights + if self.dice.chance(0.3) { self.dice.within(-1, 1) } else { 0 }).max(0);
            self.push(hospital, person, day, nights, kind, true);
            day += period + self.dice.within(jitter.0, jitter.1);
            if self.dice.chance(0.08) {
                day += self.dice.within(5, 14);
            }
            if day >= FIRST + DAYS {
                break;
            }
        }
    }

    fn innocents(&mut self, hospital: usize) {
        let size = self.spells[hospital].len();
        // Chemotherapy: a share of them strict to the day, several starting together.
        for _ in 0..self.dice.within(0, 3) {
            let start = FIRST + self.dice.within(0, 200);
            let period = [14, 21, 28][self.dice.within(0, 2) as usize];
            let jitter = [(0, 0), (-1, 1), (-1, 3)][self.dice.within(0, 2) as usize];
            let nights = self.dice.within(1, 5);
            for _ in 0..self.dice.within(1, 6) {
                let start = start + if self.dice.chance(0.5) { 0 } else { self.dice.within(0, period) };
                self.cycle(hospital, start, period, jitter, nights, 12);
            }
        }
        for _ in 0..(size / 100).min(40) {
            let (start, period) = (FIRST + self.dice.within(0, 250), if self.dice.chance(0.5) { 21 } else { 28 });
            let nights = self.dice.within(1, 5);
            self.cycle(hospital, start, period, (-1, 3), nights, 12);
        }
        // Regulars of a small hospital: about every month, some on the same weekday of the month.
        if self.dice.chance(0.4) {
            let first_monday = self.dice.chance(0.5);
            for _ in 0..self.dice.within(5, 30) {
                let nights = self.dice.within(6, 10);
                if first_monday {
                    self.first_mondays(hospital, nights);
                } else {
                    let start = FIRST + self.dice.within(0, 60);
                    self.cycle(hospital, start, 30, (-3, 3), nights, 13);
                }
            }
        }
        self.epidemic_crowd(hospital);
    }

    fn first_mondays(&mut self, hospital: usize, nights: i32) {
        let person = self.newcomer(hospital);
        for month in 0..12 {
            let date = chrono::NaiveDate::from_ymd_opt(2024, month + 1, 1).expect("a first of a month");
            let first = date.to_epoch_days();
            let monday = first + (-(first + 3)).rem_euclid(7);
            if self.dice.chance(0.85) {
                let nights = nights + self.dice.within(-1, 1);
                self.push(hospital, person, monday, nights, 13, true);
            }
        }
    }

    /// A day on which a school or a village is admitted together, once.
    fn epidemic_crowd(&mut self, hospital: usize) {
        if self.dice.chance(0.5) {
            let (day, nights, people) =
                (FIRST + self.dice.within(20, 340), self.dice.within(3, 8), self.dice.within(5, 40));
            for _ in 0..people.min(self.people[hospital] as i32 - 1) {
                let person = self.dice.within(0, self.people[hospital] as i32 - 1) as u32;
                let nights = nights + self.dice.within(-1, 1);
                self.push(hospital, person, day, nights, 3, false);
            }
        }
    }

    /// A ring of people who also have stays of their own.
    fn ring(&mut self, hospital: usize, strength: Strength) -> Ring {
        let (off, missing) = match strength {
            Strength::Blunt => (self.dice.within(0, 1), 0.05),
            Strength::Subtle => (self.dice.within(0, 2), self.dice.between(0.1, 0.3)),
        };
        let size = self.dice.within(if strength == Strength::Blunt { 3 } else { 2 }, 12);
        let meetings = self.dice.within(if strength == Strength::Blunt { 4 } else { 3 }, 10);
        let members: Vec<u32> = (0..size).map(|_| self.newcomer(hospital)).collect();
        let mut days: Vec<i32> = (0..meetings).map(|_| FIRST + self.dice.within(5, DAYS - 30)).collect();
        days.sort_unstable();
        for i in 1..days.len() {
            days[i] = days[i].max(days[i - 1] + 16);
        }
        for &day in &days {
            let kind = self.dice.within(0, 11) as usize;
            let nights = self.nights(kind).clamp(3, 14);
            for &member in &members {
                if self.dice.chance(1.0 - missing) {
                    let (begin, end) = (day + self.dice.within(-off, off), day + nights + self.dice.within(-off, off));
                    let kind = if self.dice.chance(0.6) { kind } else { self.dice.within(0, 11) as usize };
                    self.push(hospital, member, begin, end - begin, kind, false);
                }
            }
        }
        for &member in &members {
            for _ in 0..self.dice.poisson(0.7) {
                let kind = self.dice.within(0, 11) as usize;
                let (day, nights) = (self.day(hospital, kind), self.nights(kind));
                self.push(hospital, member, day, nights, kind, false);
            }
        }
        Ring { hospital, members }
    }
}
