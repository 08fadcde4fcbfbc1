//! Who meets whom: sparse walks over (begin, end) cells, and the probability of so many meetings by the hospital's traffic.
//!
//! Nothing here is quadratic in the persons: for one person at a time, the cells around each of their spells are walked and
//! their partners counted in one dense row that is cleared through the list of what was touched (the count step of the
//! lockstep searches CopyCatch, WWW 2013, and SynchroTrap, CCS 2014, done exactly).

use std::cmp::Reverse;

use super::calendar::Rhythm;
use super::traffic::{Spell, Traffic};
use crate::stats::poisson_binomial_tail;

/// Tolerances tested, in days. Each is a test.
pub const TOLERANCES: [i32; 4] = [0, 1, 2, 3];
/// So many people who come along again and again may always be a group.
const GROUP: usize = 20;
/// More of them may be one up to this share of those who return to the hospital, and this number: only what most of those do is
/// the hospital's own calendar.
const HOUSE: (f64, usize) = (0.85, 200);
/// Times as many who are met as often as a link needs, and nobody need be looked at.
const CALENDAR: usize = 4;
/// Those who are met most often and are looked at: where everybody keeps a rhythm, more would grow with the square of the hospital.
/// A larger group is one by the links of its other members.
const CLOSEST: usize = 100;
/// Stays that the smoothed expectation weighs beside a crowd.
const CROWD_PRIOR: f64 = 2.0;
/// Partners of a spell, on average, above which a tolerance has nothing more to say: in so busy a hospital it takes more
/// meetings than people have, and the walk would grow with the square of the hospital.
const BUSY: f64 = 2_000.0;
/// Persons from whom a hospital's closeness is measured.
const SAMPLE: usize = 300;

/// Spells sorted by begin, then end: the cells.
pub struct Cells {
    first: i32,
    starts: Vec<u32>,
    ends: Vec<i32>,
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
    /// Probability by the traffic alone, where a rhythm that both keep foresees some of the meetings.
    pub free: Option<f64>,
    /// Whether it foresees them all but the first.
    pub in_step: bool,
}

/// The links of a person.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Those that neither traffic nor rhythms explain, strongest first.
    pub strong: Vec<Link>,
    /// Those whose meetings one rhythm foresees, where no care by a calendar explains the rhythms.
    pub in_step: Vec<Link>,
}

/// A hospital's spells, ready to be asked.
pub struct SpellIndex<'a> {
    /// All spells, by person, then time.
    pub spells: &'a [Spell],
    /// Start of each person's spells, with one entry more.
    pub starts: &'a [u32],
    /// The null.
    pub traffic: &'a Traffic,
    /// By person, the calendar they keep.
    pub rhythms: &'a [Rhythm],
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
    /// How many of the tolerances are tested here.
    pub tolerances: usize,
}

/// What a sample of a hospital's persons shows.
pub struct Measured {
    /// See [`SpellIndex::lift`].
    pub lift: [f64; TOLERANCES.len()],
    /// See [`SpellIndex::tolerances`].
    pub tolerances: usize,
}

/// The person asked about, at one tolerance.
struct Asked {
    person: u32,
    at: usize,
    /// Fewest meetings that can be rare enough.
    needed: usize,
}

/// Reused counters of one thread.
#[derive(Default)]
pub struct Scratch {
    counts: Vec<u8>,
    touched: Vec<u32>,
    masses: Vec<f64>,
    /// By spell of the person and kind of the other, the weight of meeting it; NaN where it was not asked for yet.
    weights: Vec<f64>,
}

impl SpellIndex<'_> {
    /// The spells of a person.
    pub fn of(&self, person: u32) -> &[Spell] {
        &self.spells[self.starts[person as usize] as usize..self.starts[person as usize + 1] as usize]
    }

    /// The largest probability worth keeping: among so many others, several links of this size are still rare. Where there
    /// are thousands of others a single one of them says less, and fewer need be kept.
    pub fn cutoff(&self) -> f64 {
        let others = self.tested.max(1) as f64;
        (1.0 / others * (30.0 / others.sqrt()).min(1.0)).min(0.05)
    }

    /// Whether more people begin and end with a person than a tolerance has anything to say of ([`BUSY`]); then nobody is counted.
    fn is_busy(&self, person: u32, tolerance: i32) -> bool {
        let around = |s: &Spell| self.cells.around(s.begin, s.end, tolerance).map(|run| run.len()).sum::<usize>();
        self.of(person).iter().map(around).sum::<usize>() as f64 > BUSY * self.of(person).len() as f64
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

    /// Fewest meetings within a tolerance whose probability can be small enough, by the rarest dates of the person. Kinds
    /// that last otherwise than most are given some room.
    fn needed(&self, person: u32, at: usize) -> usize {
        let mass = |s: &Spell| self.traffic.usual_mass(s.begin, s.end, TOLERANCES[at]) * self.lift[at] / 2.0;
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

    /// The links of a person to all others.
    pub fn links(&self, person: u32, scratch: &mut Scratch) -> Links {
        let mut links: Vec<Link> = Vec::new();
        for (at, &tolerance) in TOLERANCES[..self.tolerances].iter().enumerate() {
            let asked = Asked { person, at, needed: self.needed(person, at) };
            if asked.needed <= self.of(person).len() && !self.is_busy(person, tolerance) {
                self.links_at(&asked, scratch, &mut links);
            }
        }
        links.sort_by(|a, b| a.other.cmp(&b.other).then(a.p.total_cmp(&b.p)).then(a.tolerance.cmp(&b.tolerance)));
        links.dedup_by_key(|l| l.other);
        links.sort_by(|a, b| a.p.total_cmp(&b.p).then(a.other.cmp(&b.other)));
        let (in_step, strong) = links.into_iter().partition(|l| l.in_step || l.p > self.cutoff());
        Links { strong, in_step }
    }

    fn links_at(&self, asked: &Asked, scratch: &mut Scratch, links: &mut Vec<Link>) {
        self.count(asked.person, TOLERANCES[asked.at], scratch);
        let mine = self.of(asked.person).len();
        scratch.weights.clear();
        scratch.weights.resize(mine * self.traffic.kinds(), f64::NAN);
        let plain = vec![self.lift[asked.at]; mine];
        let Scratch { counts, touched, masses, weights } = scratch;
        let enough = |&&o: &&u32| o != asked.person && usize::from(counts[o as usize]) >= asked.needed;
        // By chance hardly anybody is met so often: so many are the hospital's own calendar, and each with each would be looked at.
        let mut met: Vec<u32> = touched.iter().filter(enough).copied().collect();
        if met.len() > CALENDAR * self.largest() {
            return;
        }
        if met.len() > CLOSEST {
            met.select_nth_unstable_by_key(CLOSEST, |&o| (Reverse(counts[o as usize]), o));
            met.truncate(CLOSEST);
        }
        let mut strong: Vec<u32> = Vec::new();
        for other in met {
            let first = self.link(asked, other, &plain, masses, weights);
            if first.is_some_and(|l| self.keeps(asked.person, &l)) {
                strong.push(other);
            }
        }
        if strong.is_empty() {
            return;
        }
        let crowd = self.crowding(asked, counts);
        let all = strong.iter().filter_map(|&other| self.link(asked, other, &crowd, masses, weights));
        links.extend(all.filter(|l| self.keeps(asked.person, l)));
    }

    /// Whether a link is rare enough to be kept, by the traffic alone where only rhythms explain it that no care explains.
    fn keeps(&self, person: u32, link: &Link) -> bool {
        let unexplained = |x: u32| self.rhythms[x as usize].unexplained();
        let free = link.free.filter(|_| unexplained(person) && unexplained(link.other));
        let all = if link.in_step { 1.0 } else { link.p };
        free.unwrap_or(all).min(all) <= self.cutoff()
    }

    /// The largest number of people who come along again and again and are not the hospital's own calendar.
    fn largest(&self) -> usize {
        ((self.tested as f64 * HOUSE.0) as usize).clamp(GROUP, HOUSE.1)
    }

    /// By spell of a person, how much busier its days were than the curve says: a campaign, a cold wave, the day after a
    /// holiday. People who meet the person again and again are left out of it, as long as they are few enough to be a group;
    /// more of them are the hospital's own calendar. `counts` holds the meetings of the person with the others.
    fn crowding(&self, asked: &Asked, counts: &[u8]) -> Vec<f64> {
        let (person, at) = (asked.person, asked.at);
        let (tolerance, window) = (TOLERANCES[at], self.traffic.window());
        let factor = |s: &Spell| {
            let (from, to) = (s.begin - tolerance, s.begin + tolerance);
            let (mut outside, mut inside, mut linked) = (0, 0, 0);
            for run in self.crowd.around(s.begin, s.end, tolerance) {
                for &other in self.crowd.persons(run).iter().filter(|&&o| o != person) {
                    if counts[other as usize] >= 2 {
                        inside += 1
                    } else {
                        outside += 1
                    }
                    linked += usize::from(usize::from(counts[other as usize]) >= asked.needed);
                }
            }
            let group = if inside <= GROUP { inside } else { linked };
            let group = if group <= self.largest() { group } else { 0 };
            let cell = (outside + inside - group) as f64;
            let day = self.crowd.begins(from, to).saturating_sub(group + 1) as f64;
            let near = self.traffic.expected(s.begin - window, s.begin + window);
            let cells = self.traffic.usual_mass(s.begin, s.end, tolerance) * near * self.lift[at];
            let busy = (day + CROWD_PRIOR) / (self.traffic.expected(from, to) + CROWD_PRIOR);
            let close = (cell + CROWD_PRIOR) / (cells + CROWD_PRIOR);
            self.lift[at] * busy.max(close).max(1.0)
        };
        self.of(person).iter().map(factor).collect()
    }

    /// The link of a person to one other: the person's dates stand, the other's could have been others. `None` where they met
    /// too seldom.
    fn link(
        &self,
        asked: &Asked,
        other: u32,
        lift: &[f64],
        masses: &mut Vec<f64>,
        weights: &mut [f64],
    ) -> Option<Link> {
        let tolerance = TOLERANCES[asked.at];
        let (mine, theirs) = (self.of(asked.person), self.of(other));
        let met = meetings(mine, theirs, tolerance);
        if met.len() < asked.needed.max(self.least) {
            return None;
        }
        let reach = self.traffic.window() + tolerance;
        let (mine_keeps, theirs_keeps) = (&self.rhythms[asked.person as usize], &self.rhythms[other as usize]);
        let (mut low, mut foreseen_times, mut by_traffic): (usize, usize, Option<Vec<f64>>) = (0, 0, None);
        masses.clear();
        for (i, spell) in mine.iter().enumerate() {
            while low < theirs.len() && theirs[low].begin < spell.begin - reach {
                low += 1;
            }
            let near = theirs[low..].iter().take_while(|s| s.begin <= spell.begin + reach);
            let mut free = 0.0;
            for moved in near {
                let weight = &mut weights[i * self.traffic.kinds() + usize::from(moved.kind)];
                if weight.is_nan() {
                    *weight = self.traffic.weight(spell.begin, spell.end, moved.kind, tolerance);
                }
                free += *weight / self.traffic.reach(moved.begin);
            }
            let mut mass = free * lift[i];
            if let Some(by_traffic) = &mut by_traffic {
                by_traffic.push(mass.min(0.999));
            }
            // They met before, and both keep a calendar: that they meet again was to be foreseen.
            if let Some(&(last, then)) = met.iter().rev().find(|(at, _)| *at < i) {
                let foreseen = mine_keeps.foresees(mine[last].begin, spell.begin, tolerance);
                if foreseen > 0.0 {
                    foreseen_times += usize::from(met.iter().any(|(at, _)| *at == i));
                    by_traffic.get_or_insert_with(|| masses.iter().copied().chain([mass.min(0.999)]).collect());
                    let by_both = foreseen.min(theirs_keeps.foresees(theirs[then].begin, spell.begin, tolerance));
                    mass = mass.max(by_both * self.lasting(spell, theirs, tolerance));
                }
            }
            masses.push(mass.min(0.999));
        }
        let tail = |masses: &[f64]| (poisson_binomial_tail(met.len(), masses) * TOLERANCES.len() as f64).min(1.0);
        let (p, free) = (tail(masses), by_traffic.as_deref().map(tail));
        // Where the rhythm foresees all but the first, only its phase is chance.
        let strict = [mine_keeps, theirs_keeps].iter().all(|r| r.regular() == Some(true));
        let in_step = free.is_some() && strict && foreseen_times + 2 >= met.len();
        // What a rhythm foresees is not what the traffic implies.
        let implied = by_traffic.as_ref().filter(|_| p > self.cutoff()).unwrap_or(masses);
        let expected = implied.iter().sum();
        Some(Link { other, p, tolerance, joint: met.len() as u32, expected, free, in_step })
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
    pub fn measure(&self, persons: &[u32]) -> Measured {
        let mut scratch = Scratch::default();
        let mut measured = Measured { lift: [1.0; TOLERANCES.len()], tolerances: TOLERANCES.len() };
        let sample: Vec<u32> = persons.iter().copied().step_by((persons.len() / SAMPLE).max(1)).collect();
        let window = self.traffic.window();
        for (at, &tolerance) in TOLERANCES.iter().enumerate() {
            let (mut seen, mut implied, mut partners, mut spells) = (0.0, 0.0, 0.0, 0.0);
            for &person in &sample {
                let own = self.of(person);
                self.count(person, tolerance, &mut scratch);
                let once = |&&o: &&u32| o != person && scratch.counts[o as usize] == 1;
                seen += scratch.touched.iter().filter(once).count() as f64;
                let mut mean = 0.0;
                for s in own {
                    let near = self.cells.begins(s.begin - window, s.begin + window) as f64;
                    let mine = own.iter().filter(|o| (o.begin - s.begin).abs() <= window).count() as f64;
                    mean += (near - mine).max(0.0) * self.traffic.usual_mass(s.begin, s.end, tolerance);
                }
                implied += mean * (-mean / persons.len().max(1) as f64).exp();
                partners += mean;
                spells += own.len() as f64;
            }
            measured.lift[at] = ((seen + 20.0) / (implied + 20.0)).clamp(1.0, 4.0);
            if at > 0 && partners > BUSY * spells {
                measured.tolerances = at;
                break;
            }
        }
        measured
    }
}

/// How often two persons would meet within a tolerance if one of them came so many days later.
pub fn meetings_moved(mine: &[Spell], theirs: &[Spell], tolerance: i32, by: i32) -> usize {
    let (mut met, mut next) = (0, 0);
    for spell in mine {
        while next < theirs.len() && theirs[next].begin + by < spell.begin - tolerance {
            next += 1;
        }
        let near = theirs[next..].iter().take_while(|s| s.begin + by <= spell.begin + tolerance);
        if let Some(j) = near.into_iter().position(|s| (s.end + by - spell.end).abs() <= tolerance) {
            met += 1;
            next += j + 1;
        }
    }
    met
}

/// The meetings of two persons within a tolerance, as positions in their spells; each spell meets once.
fn meetings(mine: &[Spell], theirs: &[Spell], tolerance: i32) -> Vec<(usize, usize)> {
    let mut met = Vec::new();
    let mut next = 0;
    for (i, spell) in mine.iter().enumerate() {
        while next < theirs.len() && theirs[next].begin < spell.begin - tolerance {
            next += 1;
        }
        let near = (next..theirs.len()).take_while(|&j| theirs[j].begin <= spell.begin + tolerance);
        if let Some(j) = near.into_iter().find(|&j| spell.meets(&theirs[j], tolerance)) {
            met.push((i, j));
            next = j + 1;
        }
    }
    met
}
