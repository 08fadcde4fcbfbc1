//! The schemes: one file each, acting on the plan, on the lines of a stay, or on both.

mod bed_hanging;
mod doubled_class;
mod duplicate_charges;
mod fixed_days;
mod half_stock;
mod half_ward;
mod hour_lumps;
mod hours_over_day;
mod inflated_drugs;
mod limits;
mod outside_stay;
mod overlapping_stays;
mod padded_stays;
mod paired_admissions;
mod steered_groups;
mod threshold_stays;

use std::collections::BTreeSet;

use super::Scene;
use super::chance::{Draw, Purpose, Random, stream};
use super::lines::Sheet;
use super::options::{Scheme, Strength};
use super::places::Hospital;
use super::plan::{Mark, Plan, Stay};

/// A scheme. The plan step chooses its cases and notes them in the truth; the lines step carries out what a mark asks for.
pub trait Plant: Sync {
    /// Chooses cases in the plan.
    fn plan(&self, planting: &mut Planting<'_>);

    /// Changes the lines of a marked stay. Must leave something to be found, since the truth already lists the stay.
    fn lines(&self, _mark: &Mark, _sheet: &mut Sheet<'_>) {}
}

/// What carries out a scheme.
pub fn plant(scheme: Scheme) -> &'static dyn Plant {
    match scheme {
        Scheme::OverlappingStays => &overlapping_stays::OverlappingStays,
        Scheme::OutsideStay => &outside_stay::OutsideStay,
        Scheme::DuplicateCharges => &duplicate_charges::DuplicateCharges,
        Scheme::HoursOverDay => &hours_over_day::HoursOverDay,
        Scheme::PairedAdmissions => &paired_admissions::PairedAdmissions,
        Scheme::ThresholdStays => &threshold_stays::ThresholdStays,
        Scheme::InflatedDrugs => &inflated_drugs::InflatedDrugs,
        Scheme::BedHanging => &bed_hanging::BedHanging,
        Scheme::PaddedStays => &padded_stays::PaddedStays,
        Scheme::Limit(_) => &limits::Limits,
        Scheme::FixedDays => &fixed_days::FixedDays,
        Scheme::SteeredGroups => &steered_groups::SteeredGroups,
        Scheme::DoubledClass => &doubled_class::DoubledClass,
        Scheme::HourLumps => &hour_lumps::HourLumps,
        Scheme::HalfWard => &half_ward::HalfWard,
        Scheme::HalfStock => &half_stock::HalfStock,
    }
}

/// The plan with what a scheme needs to choose its cases.
pub struct Planting<'a> {
    pub scene: &'a Scene,
    pub plan: &'a mut Plan,
    pub random: Random,
    pub scheme: Scheme,
    strength: Strength,
    group: u32,
    /// People who belong to a group already.
    pub called: BTreeSet<u32>,
    /// Stays of each person.
    by_person: Vec<Vec<u32>>,
}

/// The first case of a scheme beyond those of its rule's own: a truth has one number for each case of a rule.
const FURTHER: u32 = 1_000;

/// Plants the schemes into the plan, one after the other. Gives the units that each notes in the truth.
pub fn plant_all(scene: &Scene, plan: &mut Plan, schemes: &[Scheme], strength: Strength) -> Vec<(Scheme, u64)> {
    let mut planted = Vec::new();
    let mut by_person = vec![Vec::new(); plan.persons.len()];
    for (i, stay) in plan.stays.iter().enumerate() {
        by_person[stay.person as usize].push(i as u32);
    }
    for &scheme in schemes {
        let random = stream(scene.seed, Purpose::Scheme, scheme.number());
        let further = Scheme::FURTHER.iter().position(|s| *s == scheme).map_or(0, |at| FURTHER * (at as u32 + 1));
        let before = plan.truth.len();
        let mut planting =
            Planting { scene, plan, random, scheme, strength, group: further, called: BTreeSet::new(), by_person };
        plant(scheme).plan(&mut planting);
        by_person = std::mem::take(&mut planting.by_person);
        planted.push((scheme, plan.truth[before..].iter().filter(|t| t.aspect.is_empty()).count() as u64));
    }
    planted
}

impl Planting<'_> {
    /// The strength of the next case.
    pub fn strength(&mut self) -> Strength {
        match self.strength {
            Strength::Mixed if self.random.chance(0.5) => Strength::Blunt,
            Strength::Mixed => Strength::Subtle,
            fixed => fixed,
        }
    }

    /// The number of the next case.
    pub fn group(&mut self) -> u32 {
        self.group += 1;
        self.group
    }

    /// The hospitals taking part: a share of those that fit, three at least.
    pub fn crooked(&mut self, fits: impl Fn(&Hospital) -> bool) -> BTreeSet<u16> {
        self.crooked_of(|_, hospital| fits(hospital))
    }

    /// The same, where the choice depends on the hospital's position.
    pub fn crooked_of(&mut self, fits: impl Fn(usize, &Hospital) -> bool) -> BTreeSet<u16> {
        let hospitals = &self.scene.places.hospitals;
        let fits = |h: &u16| fits(usize::from(*h), &hospitals[usize::from(*h)]);
        let mut left: Vec<u16> = (0..hospitals.len() as u16).filter(fits).collect();
        let count = ((left.len() as f64 * self.scene.hyper.crooked).round() as usize).max(3).min(left.len());
        let mut chosen = BTreeSet::new();
        while chosen.len() < count {
            let at = self.random.within(0, left.len() as i64 - 1) as usize;
            chosen.insert(left.swap_remove(at));
        }
        chosen
    }

    /// Usable stays of each hospital.
    pub fn stays_by_hospital(&self) -> Vec<usize> {
        let mut counts = vec![0; self.scene.places.hospitals.len()];
        for stay in self.plan.stays.iter().filter(|s| s.usable()) {
            counts[usize::from(stay.hospital)] += 1;
        }
        counts
    }

    /// The stays a scheme takes: its share of those that fit, a handful at least and one in a hundred of the region at most.
    pub fn victims(&mut self, fits: impl Fn(&Stay) -> bool) -> Vec<usize> {
        let share = self.scene.hyper.greed * self.random.between(0.6, 1.6);
        self.victims_of(share, fits)
    }

    /// The same, with a share of the scheme's own.
    pub fn victims_of(&mut self, share: f64, fits: impl Fn(&Stay) -> bool) -> Vec<usize> {
        let mut all: Vec<usize> =
            (0..self.plan.stays.len()).filter(|i| self.plan.stays[*i].usable() && fits(&self.plan.stays[*i])).collect();
        let wanted = (all.len() as f64 * share) as usize;
        let most = (self.plan.stays.len() / 100).max(6);
        let count = wanted.clamp(6, most).min(all.len());
        // The first steps of a Fisher-Yates shuffle.
        for i in 0..count {
            let j = self.random.within(i as i64, all.len() as i64 - 1) as usize;
            all.swap(i, j);
        }
        all.truncate(count);
        all
    }

    /// Whether the person of a stay is in hospital within two days of a span, that stay apart.
    pub fn busy(&self, stay: usize, begin: i64, end: i64) -> bool {
        let person = self.plan.stays[stay].person as usize;
        self.plan.busy(&self.by_person[person], begin, end, stay)
    }

    /// Whether a person is in hospital within two days of a span.
    pub fn person_busy(&self, person: u32, begin: i64, end: i64) -> bool {
        self.plan.busy(&self.by_person[person as usize], begin, end, usize::MAX)
    }

    /// Adds a stay to the plan.
    pub fn add(&mut self, stay: Stay) -> usize {
        let at = self.plan.stays.len();
        self.by_person[stay.person as usize].push(at as u32);
        self.plan.stays.push(stay);
        at
    }

    /// Marks a stay as a case of its own.
    pub fn mark(&mut self, stay: usize, strength: Strength, detail: u32) {
        let group = self.group();
        self.plan.mark(stay, Mark { scheme: self.scheme, strength, detail }, group);
    }
}
