//! Who meets whom: sparse walks over (begin, end) cells, and the probability of so many meetings by the hospital's traffic.
//!
//! Nothing here is quadratic in the persons: for one person at a time, the cells around each of their spells are walked and
//! their partners counted in one dense row that is cleared through the list of what was touched (the count step of the
//! lockstep searches CopyCatch, WWW 2013, and SynchroTrap, CCS 2014, done exactly).

use super::calendar::Rhythm;
use super::traffic::{Spell, Traffic};
use crate::stats::poisson_binomial_tail;

/// Tolerances tested, in days. Each is a test.
pub const TOLERANCES: [i32; 4] = [0, 1, 2, 3];
/// People on the same days, not counting a candidate group of this size, that are a crowd: the hospital's calendar.
const GROUP: usize = 20;
/// Stays that the smoothed expectation weighs beside a crowd.
const CROWD_PRIOR: f64 = 2.0;

/// Spells sorted by begin, then end: the cells.
pub struct Cells {
    first: i32,
    starts: Vec<u32>,
    ends: Vec<i32>,
    /// Index of each spell in the list given.
    pub spells: Vec<u32>,
    persons: Vec<u32>,
}

impl Cells {
    /// Sorts the chosen spells into cells.
    pub fn new(spells: &[Spell], chosen: impl Fn(u32) -> bool) -> Self {
        let mut order: Vec<u32> = (0..spells.len() as u32).filter(|&i| chosen(spells[i as usize].person)).collect();
        order.sort_unstable_by_key(|&i| (spells[i as usize].begin, spells[i as usize].end, i));
        let begin = |i: &u32| spells[*i as usize].begin;
        let (first, last) = (order.first().map_or(0, begin), order.last().map_or(0, begin));
        let mut starts = vec![0; (last - first + 2) as usize];
        for i in &order {
            starts[(begin(i) - first + 1) as usize] += 1;
        }
        for day in 1..starts.len() {
            starts[day] += starts[day - 1];
        }
        Self {
            first,
            starts,
            ends: order.iter().map(|&i| spells[i as usize].end).collect(),
            persons: order.iter().map(|&i| spells[i as usize].person).collect(),
            spells: order,
        }
    }

    fn day(&self, day: i32) -> std::ops::Range<usize> {
        let at = day - self.first;
        if at < 0 || at + 1 >= self.starts.len() as i32 {
            return 0..0;
        }
        self.starts[at as usize] as usize..self.starts[at as usize + 1] as usize
    }

    /// Positions of the spells that begin and end within `tolerance` days of the dates given: a run for each day.
    pub fn around(&self, begin: i32, end: i32, tolerance: i32) -> impl Iterator<Item = std::ops::Range<usize>> {
        (begin - tolerance..=begin + tolerance).map(move |day| {
            let all = self.day(day);
            let ends = &self.ends[all.clone()];
            let from = ends.partition_point(|&e| e < end - tolerance);
            let to = ends.partition_point(|&e| e <= end + tolerance);
            all.start + from..all.start + to
        })
    }

    /// The persons at such positions.
    pub fn persons(&self, run: std::ops::Range<usize>) -> &[u32] {
        &self.persons[run]
    }

    /// Number of spells that begin on the days given.
    pub fn begins(&self, from: i32, to: i32) -> usize {
        (from..=to).map(|d| self.day(d).len()).sum()
    }
}

/// What one person's stays say about another: more meetings than the traffic explains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// The other.
    pub other: u32,
    /// Probability of so many meetings, all tolerances paid for.
    pub p: f64,
    /// Tolerance at which it is smallest.
    pub tolerance: i32,
    /// Meetings.
    pub joint: u32,
    /// Meetings that the traffic implies.
    pub expected: f64,
}

/// A hospital's spells, ready to be asked.
pub struct Ward<'a> {
    /// All spells, by person, then time.
    pub spells: &'a [Spell],
    /// Start of each person's spells, with one entry more.
    pub starts: &'a [u32],
    /// The null.
    pub traffic: &'a Traffic,
    /// Cells of the persons who are tested.
    pub cells: &'a Cells,
    /// Cells of everybody.
    pub crowd: &'a Cells,
    /// Number of persons tested.
    pub tested: usize,
    /// Fewest meetings that are a pattern.
    pub least: usize,
    /// By tolerance, meetings seen once over those implied: how much closer the traffic is than its curve says.
    pub lift: [f64; TOLERANCES.len()],
}

/// Reused counters of one thread.
#[derive(Default)]
pub struct Scratch {
    counts: Vec<u8>,
    touched: Vec<u32>,
    masses: Vec<f64>,
}

impl Ward<'_> {
    /// The spells of a person.
    pub fn of(&self, person: u32) -> &[Spell] {
        &self.spells[self.starts[person as usize] as usize..self.starts[person as usize + 1] as usize]
    }

    /// The largest probability worth keeping: among so many others it is still rare.
    pub fn cutoff(&self) -> f64 {
        (1.0 / self.tested.max(1) as f64).min(0.05)
    }

    /// Counts the meetings of a person with every other within a tolerance; the counters hold them afterwards.
    fn count(&self, person: u32, tolerance: i32, scratch: &mut Scratch) {
        scratch.counts.resize(self.starts.len(), 0);
        for &other in &scratch.touched {
            scratch.counts[other as usize] = 0;
        }
        scratch.touched.clear();
        for spell in self.of(person) {
            for run in self.cells.around(spell.begin, spell.end, tolerance) {
                for &other in self.cells.persons(run) {
                    let count = &mut scratch.counts[other as usize];
                    if *count == 0 {
                        scratch.touched.push(other);
                    }
                    *count = count.saturating_add(1);
                }
            }
        }
    }

    /// Fewest meetings within a tolerance whose probability can be small enough, by the rarest dates of the person.
    fn needed(&self, person: u32, at: usize) -> usize {
        let tolerance = TOLERANCES[at];
        let mass = |s: &Spell| self.traffic.usual_mass(s.begin, s.end, tolerance) * self.lift[at] / 3.0;
        let mut masses: Vec<f64> = self.of(person).iter().map(mass).collect();
        masses.sort_unstable_by(f64::total_cmp);
        let mut product = TOLERANCES.len() as f64;
        for (i, mass) in masses.iter().enumerate() {
            product *= mass;
            if product <= self.cutoff() && i + 1 >= self.least {
                return i + 1;
            }
        }
        usize::MAX
    }

    /// The links of a person to all others, strongest first.
    pub fn links(&self, person: u32, scratch: &mut Scratch) -> Vec<Link> {
        let own = Rhythm::of(self.of(person));
        let mut links: Vec<Link> = Vec::new();
        for (at, &tolerance) in TOLERANCES.iter().enumerate() {
            let needed = self.needed(person, at);
            if needed > self.of(person).len() {
                continue;
            }
            self.count(person, tolerance, scratch);
            let mut often: Vec<(u8, u32)> = Vec::new();
            let others = scratch.touched.iter().filter(|&&o| o != person);
            often.extend(others.map(|&o| (scratch.counts[o as usize], o)).filter(|(n, _)| *n >= 2));
            often.sort_unstable_by(|a, b| b.cmp(a));
            let mut crowd: Option<Vec<f64>> = None;
            for &(_, other) in often.iter().take_while(|(n, _)| usize::from(*n) >= needed) {
                let plain = vec![self.lift[at]; self.of(person).len()];
                let first = self.link(person, other, at, &plain, &own, self.least, &mut scratch.masses);
                if first.p > self.cutoff() {
                    continue;
                }
                let crowd = crowd.get_or_insert_with(|| self.crowding(person, at, &often));
                let link = self.link(person, other, at, crowd, &own, self.least, &mut scratch.masses);
                if link.p <= self.cutoff() {
                    links.push(link);
                }
            }
        }
        links.sort_by(|a, b| a.other.cmp(&b.other).then(a.p.total_cmp(&b.p)));
        links.dedup_by_key(|l| l.other);
        links.sort_by(|a, b| a.p.total_cmp(&b.p).then(a.other.cmp(&b.other)));
        links
    }

    /// The link of a person to one other, without a cutoff and without a look at the crowd.
    pub fn between(&self, person: u32, other: u32, least: usize) -> Link {
        let own = Rhythm::of(self.of(person));
        let plain = |at: usize| vec![self.lift[at]; self.of(person).len()];
        let mut masses = Vec::new();
        let all = (0..TOLERANCES.len()).map(|at| self.link(person, other, at, &plain(at), &own, least, &mut masses));
        all.min_by(|a, b| a.p.total_cmp(&b.p)).expect("there is a tolerance")
    }

    /// By spell of a person, how much busier its days were than the curve says, not counting the people who meet the person
    /// again and again: a campaign, a cold wave, the day after a holiday. More of these than a group can have are a crowd.
    fn crowding(&self, person: u32, at: usize, often: &[(u8, u32)]) -> Vec<f64> {
        let tolerance = TOLERANCES[at];
        let group: Vec<u32> = often.iter().take(GROUP).map(|(_, o)| *o).collect();
        let outside = |o: u32| o != person && !group.contains(&o);
        self.of(person)
            .iter()
            .map(|s| {
                let (from, to) = (s.begin - tolerance, s.begin + tolerance);
                let (mut cell, mut day) = (0.0, self.crowd.begins(from, to) as f64);
                for run in self.crowd.around(s.begin, s.end, tolerance) {
                    cell += self.crowd.persons(run).iter().filter(|&&o| outside(o)).count() as f64;
                }
                for &o in group.iter().chain([&person]) {
                    day -= self.of(o).iter().filter(|x| (from..=to).contains(&x.begin)).count() as f64;
                }
                let days = self.traffic.expected(from, to);
                let (window, moved) = (self.traffic.window(), self.traffic.usual_mass(s.begin, s.end, tolerance));
                let cells = moved * self.traffic.expected(s.begin - window, s.begin + window) * self.lift[at];
                let busy = (day + CROWD_PRIOR) / (days + CROWD_PRIOR);
                let close = (cell + CROWD_PRIOR) / (cells + CROWD_PRIOR);
                self.lift[at] * busy.max(close).max(1.0)
            })
            .collect()
    }

    /// The link of a person to one other at a tolerance: the person's dates stand, the other's could have been others.
    fn link(&self, person: u32, other: u32, at: usize, lift: &[f64], own: &Rhythm, least: usize, masses: &mut Vec<f64>) -> Link {
        let tolerance = TOLERANCES[at];
        let (mine, theirs) = (self.of(person), self.of(other));
        let rhythm = Rhythm::of(theirs);
        masses.clear();
        let (mut joint, mut next, mut before) = (0, 0, None);
        let mut low = 0;
        for (i, spell) in mine.iter().enumerate() {
            let reach = self.traffic.window() + tolerance;
            while low < theirs.len() && theirs[low].begin < spell.begin - reach {
                low += 1;
            }
            let near = theirs[low..].iter().take_while(|s| s.begin <= spell.begin + reach);
            let free: f64 = near.map(|s| self.traffic.mass(spell.begin, spell.end, s, tolerance)).sum();
            let mut mass = free * lift[i];
            // They met before, and both keep a calendar: that they meet again was to be foreseen.
            if let Some((last, then)) = before {
                let step = |r: &Rhythm, from: &Spell| r.foresees(from.begin, spell.begin, tolerance);
                let foreseen = step(&rhythm, &theirs[then]).min(step(own, &mine[last]));
                if foreseen > 0.0 {
                    mass = mass.max(foreseen * self.lasting(spell, theirs, tolerance));
                }
            }
            masses.push(mass.min(0.999));
            if let Some(j) = (next..theirs.len()).find(|&j| spell.meets(&theirs[j], tolerance)) {
                joint += 1;
                next = j + 1;
                before = Some((i, j));
            }
        }
        let p = (poisson_binomial_tail(joint, masses) * TOLERANCES.len() as f64).min(1.0);
        let enough = joint >= least;
        Link { other, p: if enough { p } else { 1.0 }, tolerance, joint: joint as u32, expected: masses.iter().sum() }
    }

    /// Probability that a stay of the other lasts as this one: by the other's own stays or by the law of their kind.
    fn lasting(&self, spell: &Spell, theirs: &[Spell], tolerance: i32) -> f64 {
        let nights = spell.nights();
        let like = theirs.iter().filter(|s| (s.nights() - nights).abs() <= tolerance).count() as f64;
        let own = (like + 0.5) / (theirs.len() as f64 + 1.0);
        let kind = theirs.iter().map(|s| self.traffic.lasts(s.kind, nights - tolerance, nights + tolerance));
        own.max(kind.sum::<f64>() / theirs.len().max(1) as f64)
    }

    /// Pairs that met exactly once within each tolerance, over what the curve implies, from a sample of the persons. Rings
    /// meet more often than once, so they hardly move it.
    pub fn measured_lift(&self, persons: &[u32], scratch: &mut Scratch) -> [f64; TOLERANCES.len()] {
        let window = self.traffic.window();
        let step = (persons.len() / 300).max(1);
        std::array::from_fn(|at| {
            let (mut seen, mut implied) = (0.0, 0.0);
            for &person in persons.iter().step_by(step) {
                self.count(person, TOLERANCES[at], scratch);
                let once = |&&o: &&u32| o != person && scratch.counts[o as usize] == 1;
                seen += scratch.touched.iter().filter(once).count() as f64;
                let mut own = 0.0;
                for s in self.of(person) {
                    let near = self.cells.begins(s.begin - window, s.begin + window) as f64;
                    let mine = self.of(person).iter().filter(|o| (o.begin - s.begin).abs() <= window).count() as f64;
                    own += (near - mine).max(0.0) * self.traffic.usual_mass(s.begin, s.end, TOLERANCES[at]);
                }
                implied += own * (-own / persons.len().max(1) as f64).exp();
            }
            ((seen + 20.0) / (implied + 20.0)).clamp(1.0, 4.0)
        })
    }
}
