//! The lives that make the plan: household after household, until the region has its stays.

use super::Scene;
use super::catalog::Course;
use super::chance::{Draw, Purpose, Random, stream};
use super::hyper::weekly;
use super::people::{self, Career, Person};
use super::plan::Plan;
use super::specialty::Specialty;
use super::time::at;

/// Hospitals to choose from, with their volumes.
type Choice = (Vec<u16>, Vec<f64>);

/// Makes the plan, one household at a time.
pub struct Lives<'a> {
    pub(super) scene: &'a Scene,
    pub(super) plan: Plan,
    pub(super) random: Random,
    /// Stays of the person at hand.
    pub(super) own: Vec<u32>,
    pub(super) general: [Choice; 3],
    psychiatric: Choice,
    births: Choice,
    /// Profiles of the ordinary courses.
    ordinary: Vec<usize>,
}

/// The plan of a region with about so many stays, all of them innocent.
pub fn plan(scene: &Scene, stays: u64) -> Plan {
    let mut lives = Lives::new(scene);
    let mut household = 0;
    while (lives.plan.stays.len() as u64) < stays {
        lives.random = stream(scene.seed, Purpose::People, u64::from(household));
        lives.household(household);
        household += 1;
    }
    lives.plan
}

impl<'a> Lives<'a> {
    fn new(scene: &'a Scene) -> Self {
        let choice = |fits: &dyn Fn(u8, Specialty) -> bool| -> Choice {
            let list = scene.places.hospitals.iter().enumerate();
            list.filter(|(_, h)| fits(h.level, h.specialty)).map(|(i, h)| (i as u16, h.volume)).unzip()
        };
        let general = |s| !matches!(s, Specialty::Psychiatric | Specialty::Maternity);
        Self {
            scene,
            plan: Plan { period: (scene.hyper.first, scene.hyper.last), ..Plan::default() },
            random: stream(scene.seed, Purpose::People, u64::MAX),
            own: Vec::new(),
            general: std::array::from_fn(|i| choice(&|level, s| usize::from(level) == i + 1 && general(s))),
            psychiatric: choice(&|_, s| s == Specialty::Psychiatric),
            births: choice(&|level, s| s == Specialty::Maternity || (level >= 2 && general(s))),
            ordinary: (0..scene.catalog.profiles.len())
                .filter(|i| {
                    use Course::{Acute, Child, Chronic, Critical, Day, Rehab, Surgery};
                    let course = scene.catalog.profiles[*i].course;
                    matches!(course, Acute | Chronic | Child | Critical | Rehab | Surgery | Day)
                })
                .collect(),
        }
    }

    fn household(&mut self, number: u32) {
        let first_id = self.plan.persons.len() as u32;
        let people = people::household(number, first_id, &self.scene.hyper, &mut self.random);
        let members = people.len() as u32;
        self.plan.persons.extend(people);
        let before = self.plan.stays.len();
        let couple = self.couple(first_id, members);
        for id in first_id..first_id + members {
            self.own.clear();
            self.own.extend(couple.iter().filter(|s| self.plan.stays[**s as usize].person == id));
            match self.plan.persons[id as usize].career {
                Career::Ordinary => {}
                Career::Chemo => self.chemotherapy(id),
                Career::Dialysis => self.dialysis(id),
                Career::Regular => self.regular(id),
                Career::Psych => self.psychiatric(id),
                Career::Birth => self.birth(id),
            }
            self.together(id, before);
            self.ordinary(id);
        }
    }

    /// Illnesses as they come, more of them to the old and the frail.
    fn ordinary(&mut self, id: u32) {
        let person = self.plan.persons[id as usize].clone();
        let age = person.age(self.scene.hyper.first);
        let rate = match age {
            ..5 => 0.5,
            5..18 => 0.12,
            18..45 => 0.25,
            45..65 => 0.7,
            _ => 1.6,
        };
        let mut last: Option<usize> = None;
        for _ in 0..self.random.poisson(rate * person.frailty * self.scene.hyper.heaviness).min(30) {
            let chronic = last.filter(|p| self.scene.catalog.profiles[*p].course == Course::Chronic);
            let profile = match chronic {
                Some(profile) if self.random.chance(0.6) => profile,
                _ => self.illness(&person),
            };
            last = Some(profile);
            let hospital = self.hospital(profile, &person);
            let day = self.day(profile, hospital);
            if let Some(stay) = self.stay(id, profile, hospital, day) {
                self.vary(stay);
            }
        }
    }

    /// An ordinary illness that fits age and sex.
    fn illness(&mut self, person: &Person) -> usize {
        let age = person.age(self.scene.hyper.first);
        let profiles = &self.scene.catalog.profiles;
        let weights: Vec<f64> = self
            .ordinary
            .iter()
            .map(|i| {
                let p = &profiles[*i];
                let fits = p.ages.0 <= age
                    && age <= p.ages.1
                    && (p.sex == 0 || p.sex == person.sex || p.course != Course::Surgery);
                if fits { p.weight } else { 0.0 }
            })
            .collect();
        self.ordinary[self.random.weighted(&weights)]
    }

    /// A day of admission, by season, epidemic and weekday, and by the hospital's own surges.
    pub(super) fn day(&mut self, profile: usize, hospital: u16) -> i32 {
        let (hyper, hospital) = (&self.scene.hyper, self.scene.places.hospital(hospital));
        let profile = &self.scene.catalog.profiles[profile];
        let elective = matches!(profile.course, Course::Surgery | Course::Day | Course::Rehab | Course::Chemo);
        let mut day = hyper.first;
        for _ in 0..200 {
            day = self.random.within(i64::from(hyper.first), i64::from(hyper.last)) as i32;
            let rate = hyper.season(&profile.season, day) * weekly(elective, crate::model::Day(day).weekday());
            let surge = if elective { 1.0 } else { hospital.surge(day) };
            if self.random.chance(rate * surge / 8.0) {
                break;
            }
        }
        day
    }

    /// A hospital for a profile: of a fitting level, mostly the one the household always goes to.
    pub(super) fn hospital(&mut self, profile: usize, person: &Person) -> u16 {
        let profile = &self.scene.catalog.profiles[profile];
        let choice = match profile.course {
            Course::Psych if !self.psychiatric.0.is_empty() && self.random.chance(0.8) => &self.psychiatric,
            Course::Birth | Course::Newborn => &self.births,
            _ => &self.general[self.random.weighted(&profile.levels)],
        };
        let level = choice.0.first().copied().unwrap_or(0);
        if self.random.chance(0.6) {
            let mut habit = stream(u64::from(person.household), Purpose::People, u64::from(level));
            return choice.0.get(habit.weighted(&choice.1)).copied().unwrap_or(0);
        }
        choice.0.get(self.random.weighted(&choice.1)).copied().unwrap_or(0)
    }

    /// Long stays, often discharged and admitted again on one day when a quarter is settled.
    fn psychiatric(&mut self, id: u32) {
        let person = self.plan.persons[id as usize].clone();
        let list: Vec<usize> = (0..self.scene.catalog.profiles.len())
            .filter(|i| self.scene.catalog.profiles[*i].course == Course::Psych)
            .collect();
        let profile = *self.random.pick(&list);
        let hospital = self.hospital(profile, &person);
        let mut day = self.day(profile, hospital);
        for _ in 0..self.random.within(1, 6) {
            if day > self.scene.hyper.last {
                return;
            }
            let Some(stay) = self.stay(id, profile, hospital, day) else { return };
            if self.plan.stays[stay].open {
                return;
            }
            day = self.plan.stays[stay].last_day() + self.random.within(5, 90) as i32;
            if self.random.chance(0.4) {
                day = self.readmit(stay);
            }
        }
    }

    /// Discharged in the morning and admitted again before noon; gives a day for the stay after that.
    fn readmit(&mut self, stay: usize) -> i32 {
        let first = self.plan.stays[stay].clone();
        let day = first.last_day();
        let nights = self.nights(usize::from(first.profile));
        let (begin, end) = (at(day, 10.5), at(day + nights + 1, 12.0));
        if self.plan.busy(&self.own, begin, end, stay) || day + nights + 1 > self.scene.hyper.last {
            return day + 30;
        }
        let leave = at(day, 9.0 + self.random.between(0.0, 1.0));
        let again = self.push(first.person, usize::from(first.profile), first.hospital, begin, at(day + nights, 10.0));
        let old = &mut self.plan.stays[stay];
        (old.leave, old.end, old.settled, old.touches) = (leave, leave, leave + 600, true);
        self.plan.stays[again].touches = true;
        day + nights + 20
    }
}
