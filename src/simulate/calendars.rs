//! People who come again and again, or together, for reasons of their own: cycles of treatment, regulars, couples, families.
//!
//! These are the innocents that look most like people called in together.

use super::catalog::Course;
use super::chance::{Draw, Purpose, fixed, stream};
use super::lives::Lives;
use super::people::Person;

impl Lives<'_> {
    /// Couples and families fall ill together and are admitted together.
    pub(super) fn together(&mut self, id: u32, before: usize) {
        if !self.random.chance(0.05) {
            return;
        }
        let Some(first) =
            self.plan.stays[before..].iter().find(|s| s.person != id && s.med_type == "21" && !s.refunded)
        else {
            return;
        };
        let profile = usize::from(first.profile);
        let (hospital, day) = (first.hospital, first.first_day());
        if self.fits(profile, id, day, Course::Acute) {
            let day = day + self.random.within(0, 1) as i32;
            self.stay(id, profile, hospital, day);
        }
    }

    fn fits(&self, profile: usize, id: u32, day: i32, course: Course) -> bool {
        let (p, age) = (&self.scene.catalog.profiles[profile], self.plan.persons[id as usize].age(day));
        p.course == course && p.ages.0 <= age && age <= p.ages.1
    }

    /// An old couple that always goes to hospital together: in and out on the same days, or a day apart. Gives its stays.
    pub(super) fn couple(&mut self, first_id: u32, members: u32) -> Vec<u32> {
        let day = self.scene.hyper.first;
        let old = |id: u32| self.plan.persons[id as usize].age(day) >= 60;
        if members < 2 || !old(first_id) || !old(first_id + 1) || !self.random.chance(0.012) {
            return Vec::new();
        }
        let profiles: Vec<usize> = (0..self.scene.catalog.profiles.len())
            .filter(|p| (0..2).all(|n| self.fits(*p, first_id + n, day, Course::Chronic)))
            .collect();
        if profiles.is_empty() {
            return Vec::new();
        }
        let person = self.plan.persons[first_id as usize].clone();
        let profile = *self.random.pick(&profiles);
        let hospital = self.hospital(profile, &person);
        let from = self.plan.next_id();
        for _ in 0..self.random.within(2, 6) {
            let day = self.day(profile, hospital);
            let nights = self.nights(profile);
            for n in 0..2 {
                self.own = (from..self.plan.next_id())
                    .filter(|s| self.plan.stays[*s as usize].person == first_id + n)
                    .collect();
                let (late, later) = (self.random.within(0, 1) as i32, self.random.within(0, 1) as i32);
                self.stay_of(first_id + n, profile, hospital, day + n as i32 * late, nights + later);
            }
        }
        (from..self.plan.next_id()).collect()
    }

    /// Cycles of three or four weeks at one hospital, which takes its patients in on a fixed weekday: several are in step.
    pub(super) fn chemotherapy(&mut self, id: u32) {
        let Some(profile) = self.scene.catalog.profile_of(Course::Chemo) else { return };
        let person = self.plan.persons[id as usize].clone();
        // Most go to the oncology department of the largest hospital.
        let (centre, volumes) = &self.general[2];
        let largest = (0..centre.len()).max_by(|a, b| volumes[*a].total_cmp(&volumes[*b])).map(|i| centre[i]);
        let hospital = match largest {
            Some(largest) if self.random.chance(0.5) => largest,
            _ => self.hospital(profile, &person),
        };
        let cycle = if self.random.chance(0.65) { 21 } else { 28 };
        // Most wards know one or two regimens.
        let usual = 2 + (fixed(self.scene.places.hospital(hospital).key, 32) * 4.0) as i32;
        let nights = if self.random.chance(0.7) { usual } else { self.random.within(2, 6) as i32 };
        let times = self.random.within(4, 10);
        self.cycle(id, profile, hospital, (cycle, times, Some(nights)));
    }

    /// Dialysis patients come to the ward now and then, many of them every four weeks; their sessions are visits.
    pub(super) fn dialysis(&mut self, id: u32) {
        let Some(profile) = self.scene.catalog.profile_of(Course::Dialysis) else { return };
        let person = self.plan.persons[id as usize].clone();
        let hospital = self.hospital(profile, &person);
        if self.random.chance(0.4) {
            let (nights, times) = (self.random.within(3, 7) as i32, self.random.within(4, 14));
            self.cycle(id, profile, hospital, (28, times, Some(nights)));
            return;
        }
        for _ in 0..self.random.within(1, 5) {
            let day = self.day(profile, hospital);
            self.stay(id, profile, hospital, day);
        }
    }

    /// Stays every so many days, on the weekday the hospital keeps for them; `plan` is the days between, how often, the nights.
    fn cycle(&mut self, id: u32, profile: usize, hospital: u16, plan: (i32, i64, Option<i32>)) {
        let (every, times, nights) = plan;
        let weekday = (fixed(self.scene.places.hospital(hospital).key, 31) * 5.0) as i32;
        let start = self.day(profile, hospital);
        let strict = self.random.chance(0.6);
        let mut due = if strict { start - (start + 3).rem_euclid(7) + weekday } else { start };
        for _ in 0..times {
            // A low blood count puts the whole calendar off; a full ward puts one stay off.
            due += if self.random.chance(0.08) { 7 } else { 0 };
            let late = if self.random.chance(0.88) { 0 } else { self.random.within(1, 3) as i32 };
            let day = due + late;
            if day > self.scene.hyper.last {
                return;
            }
            let longer = i32::from(self.random.chance(0.12));
            let nights = nights.map_or_else(|| self.nights(profile), |n| n + longer);
            if day >= self.scene.hyper.first
                && let Some(stay) = self.stay_of(id, profile, hospital, day, nights)
            {
                self.plan.stays[stay].cuts.clear();
            }
            due += every;
        }
    }

    /// The same bed every month or so, at the hospital next door.
    pub(super) fn regular(&mut self, id: u32) {
        let person: Person = self.plan.persons[id as usize].clone();
        let chronic: Vec<usize> = (0..self.scene.catalog.profiles.len())
            .filter(|p| {
                let profile = &self.scene.catalog.profiles[*p];
                profile.levels[0] > 0.0 && self.fits(*p, id, self.scene.hyper.first, Course::Chronic)
            })
            .collect();
        if chronic.is_empty() || self.general[0].0.is_empty() {
            return;
        }
        let profile = *self.random.pick(&chronic);
        let (list, volumes) = &self.general[0];
        let mut habit = stream(u64::from(person.household), Purpose::People, 1);
        let hospital = list[habit.weighted(volumes)];
        let every = self.random.between(24.0, 55.0);
        let mut day = f64::from(self.scene.hyper.first) + self.random.between(0.0, every);
        let until = f64::from(self.scene.hyper.last) - self.random.between(0.0, 400.0);
        while day < until {
            let weekday = crate::model::Day(day as i32).weekday();
            let (market, more) = self.scene.places.hospital(hospital).habits.market;
            // Many wait for the market day of the week.
            let wait = (market + 7 - weekday) % 7;
            let wait = if self.random.chance(more / 2.0) { f64::from(wait) } else { 0.0 };
            self.stay(id, profile, hospital, (day + wait) as i32);
            day += every * self.random.lognormal(1.0, 0.25);
        }
    }
}
