//! Strangers in step: whether people who each keep a rhythm keep the same one by chance.
//!
//! Who comes by a rhythm of their own could as well come some days earlier or later every time (the whole train of dates is
//! moved, its own intervals kept: Pipa et al., J. Comput. Neurosci. 25 (2008) 64). Somebody is in step with a person by chance
//! if they keep so regular a rhythm at all and their phase happens to be that person's. How many do is seen at the other
//! hospitals of the region, so that what one hospital alone does is no excuse, and among those of the hospital itself who are
//! out of step, so that a hospital of regulars is known as one.

use std::collections::BTreeSet;

use super::calendar::Rhythm;
use super::hospital::Hospital;
use super::pairs::{Link, TOLERANCES, meetings_moved};
use super::traffic::Spell;
use crate::stats::poisson_tail;

/// Keepers of a rhythm who are looked at, of those elsewhere and of the hospital's own.
const SAMPLE: usize = 3_000;
/// Persons elsewhere from whom it is known how many keep a rhythm.
const ENOUGH: usize = 200;
/// Most of those in step who count.
const DEEP: usize = 20;
/// With a larger probability than this nothing is found anyway.
const HOPELESS: f64 = 1e-3;
/// By tolerance, its share of the false discoveries allowed.
const WEIGHTS: [f64; TOLERANCES.len()] = [0.5, 0.25, 0.125, 0.125];

/// Who keeps a rhythm.
struct Keeper<'a> {
    hospital: usize,
    person: u32,
    rhythm: Rhythm,
    spells: &'a [Spell],
}

/// Those who keep a rhythm that no care by a calendar explains, over the region.
pub struct Steps<'a> {
    keepers: Vec<Keeper<'a>>,
    /// By hospital: where its keepers start, and one entry more.
    starts: Vec<usize>,
    /// By hospital: which it is, and the persons tested; none of those that are there already.
    homes: Vec<(usize, usize)>,
    /// By hospital: persons tested there.
    here: Vec<usize>,
    least: usize,
}

impl<'a> Steps<'a> {
    /// Nobody yet.
    pub fn new(least: usize) -> Self {
        Self { keepers: Vec::new(), starts: vec![0], homes: Vec::new(), here: Vec::new(), least }
    }

    /// Adds the next hospital.
    pub fn add(&mut self, at: usize, hospital: &'a Hospital, tested: &[u32], rhythms: &[Rhythm]) {
        for &person in tested.iter().filter(|x| rhythms[**x as usize].unexplained()) {
            let (rhythm, spells) = (rhythms[person as usize], hospital.of(person));
            self.keepers.push(Keeper { hospital: at, person, rhythm, spells });
        }
        self.starts.push(self.keepers.len());
        self.homes.push((hospital.twin.unwrap_or(at), if hospital.twin.is_none() { tested.len() } else { 0 }));
        self.here.push(tested.len());
    }
}

/// A hospital whose persons in step are judged: what is the same for all of them.
pub struct Regulars<'a> {
    hospital: &'a Hospital,
    own: &'a [Keeper<'a>],
    /// A sample of the keepers of the other hospitals, and for how many each stands.
    far: Vec<&'a Keeper<'a>>,
    stands_for: f64,
    /// Expected here for one elsewhere; nothing where too few are known there.
    elsewhere: Option<f64>,
    everybody: Begun,
    least: usize,
}

impl Steps<'_> {
    /// Prepares a hospital, the one at a position.
    pub fn house<'a>(&'a self, at: usize, hospital: &'a Hospital) -> Regulars<'a> {
        let home = self.homes[at].0;
        // Each of the other hospitals' keepers once.
        let far = || self.keepers.iter().filter(|k| k.hospital != home && self.homes[k.hospital].0 == k.hospital);
        let step = (far().count() / SAMPLE).max(1);
        let others: usize = self.homes.iter().filter(|h| h.0 != home).map(|h| h.1).sum();
        Regulars {
            hospital,
            own: &self.keepers[self.starts[at]..self.starts[at + 1]],
            far: far().step_by(step).collect(),
            stands_for: step as f64,
            elsewhere: (others >= ENOUGH).then(|| self.here[at] as f64 / (others as f64 + 1.0)),
            everybody: Begun::new(hospital),
            least: self.least,
        }
    }
}

impl Regulars<'_> {
    /// Probability that so many others are so much in step with a person as those linked to them by the traffic alone.
    pub fn in_step(&self, person: u32, links: &[Link], tolerances: usize) -> f64 {
        let hospital = self.hospital;
        let linked: BTreeSet<u32> = links.iter().map(|l| l.other).chain([person]).collect();
        let mine = hospital.of(person);
        let Ok(me) = self.own.binary_search_by_key(&person, |k| k.person) else { return 1.0 };
        let me = &self.own[me];
        // Each person in step with each keeper would grow with the square of a hospital of regulars.
        let step = self.own.len().div_ceil(SAMPLE);
        let rest = Rest::new(&self.everybody, linked.iter().flat_map(|x| hospital.of(*x)));
        let elsewhere = self.elsewhere.unwrap_or(1.0);
        let mut best: f64 = 1.0;
        for (&tolerance, weight) in TOLERANCES[..tolerances].iter().zip(WEIGHTS) {
            let met = |l: &Link| meetings_moved(mine, hospital.of(l.other), tolerance, 0);
            let mut met: Vec<usize> = links.iter().map(met).filter(|m| *m >= self.least).collect();
            met.sort_unstable_by(|a, b| b.cmp(a));
            met.truncate(DEEP);
            let Some(&fewest) = met.last() else { continue };
            // One more who keeps the rhythm is always allowed for, with a length of stay of their own.
            let around = me.rhythm.phases().count().max(1) as f64;
            let one = (f64::from(2 * tolerance + 1) / around).min(1.0) * rest.lasting(mine, tolerance);
            let busier = rest.busier(mine, &me.rhythm, tolerance);
            // Two of them and more: a pair says too little.
            let tail = |j: usize, mean: f64| poisson_tail(j as u64, mean * busier) * ((j - 1) * j) as f64 / weight;
            if (2..=met.len()).all(|j| tail(j, one * elsewhere) > HOPELESS) {
                continue;
            }
            let near = self.own.iter().step_by(step).filter(|k| !linked.contains(&k.person));
            let here = count(near, mine, tolerance, fewest);
            let far = count(self.far.iter().copied(), mine, tolerance, fewest);
            for (j, &m) in (1..).zip(&met).skip(1) {
                let usual = if self.elsewhere.is_some() { (far[m] * self.stands_for + one) * elsewhere } else { one };
                best = best.min(tail(j, (here[m] * step as f64).max(usual)));
            }
        }
        best.min(1.0)
    }
}

/// By number of meetings, from `fewest`, how many keepers would meet a person as often if they came at another phase of their
/// rhythm.
fn count<'a>(keepers: impl Iterator<Item = &'a Keeper<'a>>, mine: &[Spell], tolerance: i32, fewest: usize) -> Vec<f64> {
    let mut sums = vec![0.0; mine.len() + 1];
    let mut pairs = Vec::new();
    for keeper in keepers.filter(|k| k.spells.len() >= fewest) {
        let phases = keeper.rhythm.phases();
        let Some((low, high)) = phases.clone().next().zip(phases.clone().last()) else { continue };
        let share = 1.0 / phases.clone().count() as f64;
        pairs_moved(mine, keeper.spells, tolerance, (low, high), &mut pairs);
        // Each of a person's stays meets once at most, so that there are no more meetings than pairs.
        for by in phases.filter(|by| usize::from(pairs[(by - low) as usize]) >= fewest) {
            let met = meetings_moved(mine, keeper.spells, tolerance, by);
            if met >= fewest {
                sums[met] += share;
            }
        }
    }
    for m in (fewest + 1..sums.len()).rev() {
        sums[m - 1] += sums[m];
    }
    sums
}

/// By days, from the first to the last given, that one of two persons could come later: how many pairs of their stays begin and end
/// within a tolerance then.
fn pairs_moved(mine: &[Spell], theirs: &[Spell], tolerance: i32, (low, high): (i32, i32), pairs: &mut Vec<u16>) {
    pairs.clear();
    pairs.resize((high - low + 1) as usize, 0);
    let mut first = 0;
    for spell in mine {
        while first < theirs.len() && theirs[first].begin + high < spell.begin - tolerance {
            first += 1;
        }
        for other in theirs[first..].iter().take_while(|s| s.begin + low <= spell.begin + tolerance) {
            let (begin, end) = (spell.begin - other.begin, spell.end - other.end);
            let from = (begin.max(end) - tolerance).max(low);
            for by in from..=(begin.min(end) + tolerance).min(high) {
                let pairs = &mut pairs[(by - low) as usize];
                *pairs = pairs.saturating_add(1);
            }
        }
    }
}

/// The stays of a hospital.
struct Begun {
    first: i32,
    /// By day, those that begin.
    begins: Vec<f64>,
    /// Nights, ascending.
    nights: Vec<i32>,
}

impl Begun {
    fn new(hospital: &Hospital) -> Self {
        let first = hospital.spells.iter().map(|s| s.begin).min().unwrap_or(0);
        let last = hospital.spells.iter().map(|s| s.begin).max().unwrap_or(0);
        let mut begins = vec![0.0; (last - first + 1) as usize];
        hospital.spells.iter().for_each(|s| begins[(s.begin - first) as usize] += 1.0);
        let mut nights: Vec<i32> = hospital.spells.iter().map(Spell::nights).collect();
        nights.sort_unstable();
        Self { first, begins, nights }
    }
}

/// Those of everybody else: the hospital's without some.
struct Rest<'a> {
    first: i32,
    begins: Vec<f64>,
    /// Nights of all, and of those left out, ascending.
    all: &'a [i32],
    out: Vec<i32>,
}

impl<'a> Rest<'a> {
    fn new<'s>(everybody: &'a Begun, left_out: impl Iterator<Item = &'s Spell>) -> Self {
        let (first, mut begins, mut out) = (everybody.first, everybody.begins.clone(), Vec::new());
        for spell in left_out {
            begins[(spell.begin - first) as usize] -= 1.0;
            out.push(spell.nights());
        }
        out.sort_unstable();
        Self { first, begins, all: &everybody.nights, out }
    }

    /// How much likelier others come on the days of a person than on those of another phase of the person's rhythm.
    fn busier(&self, mine: &[Spell], rhythm: &Rhythm, tolerance: i32) -> f64 {
        let on = |day: i32| {
            usize::try_from(day - self.first).ok().and_then(|at| self.begins.get(at)).copied().unwrap_or(0.0)
        };
        let about = |by: i32| -> f64 {
            mine.iter().flat_map(|s| s.begin + by - tolerance..=s.begin + by + tolerance).map(on).sum()
        };
        let phases = rhythm.phases();
        let usual = phases.clone().map(about).sum::<f64>() / phases.count().max(1) as f64;
        ((about(0) + 1.0) / (usual + 1.0)).max(1.0)
    }

    /// How likely a stay here lasts as the person's do.
    fn lasting(&self, mine: &[Spell], tolerance: i32) -> f64 {
        let within = |s: &Spell| {
            let alike = |of: &[i32]| {
                let until = |nights: i32| of.partition_point(|n| *n <= nights);
                until(s.nights() + tolerance) - until(s.nights() - tolerance - 1)
            };
            let rest = (self.all.len() - self.out.len()) as f64;
            ((alike(self.all) - alike(&self.out)) as f64 + 1.0) / (rest + 2.0)
        };
        mine.iter().map(within).sum::<f64>() / mine.len().max(1) as f64
    }
}
