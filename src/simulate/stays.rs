//! One stay: its length, its place in a life, and the innocent irregularities of paperwork.

use crate::model::Day;

use super::catalog::Course;
use super::chance::{Draw, fixed};
use super::lives::Lives;
use super::people::{Career, Person};
use super::plan::Stay;
use super::time::{DAY, at, day_of};

impl Lives<'_> {
    /// Nights of a stay of a profile.
    pub(super) fn nights(&mut self, profile: usize) -> i32 {
        let profile = &self.scene.catalog.profiles[profile];
        if profile.course == Course::Day {
            return i32::from(self.random.chance(0.35));
        }
        let median = profile.days * self.scene.hyper.length;
        (self.random.lognormal(median, profile.sigma).round() as i32).clamp(1, 180)
    }

    /// A stay from a day on, unless the person is in hospital around then.
    pub(super) fn stay(&mut self, person: u32, profile: usize, hospital: u16, day: i32) -> Option<usize> {
        let nights = self.nights(profile);
        self.stay_of(person, profile, hospital, day, nights)
    }

    /// A stay of so many nights from a day on, unless the person is in hospital around then.
    pub(super) fn stay_of(
        &mut self,
        person: u32,
        profile: usize,
        hospital: u16,
        day: i32,
        nights: i32,
    ) -> Option<usize> {
        let planned = {
            use Course::{Chemo, Day, Psych, Rehab, Surgery};
            matches!(self.scene.catalog.profiles[profile].course, Surgery | Day | Chemo | Psych | Rehab)
        };
        let hour = match planned {
            true => self.random.between(8.0, 11.5),
            false if self.random.chance(0.7) => self.random.between(8.0, 18.0),
            false => self.random.between(0.2, 23.5),
        };
        let begin = at(day, hour);
        let hour = if nights == 0 { self.random.between(15.0, 18.0) } else { self.random.between(8.5, 16.5) };
        let leave = at(day + nights, hour);
        if day > self.scene.hyper.last || self.plan.busy(&self.own, begin, leave, usize::MAX) {
            return None;
        }
        Some(self.push(person, profile, hospital, begin, leave))
    }

    /// Adds a stay without asking whether the person is free.
    pub(super) fn push(&mut self, person: u32, profile: usize, hospital: u16, begin: i64, leave: i64) -> usize {
        let last = self.scene.hyper.last;
        let open = day_of(leave) > last;
        let leave = if open { at(last, 23.99) } else { leave };
        let course = self.scene.catalog.profiles[profile].course;
        let id = self.plan.next_id();
        let habits = &self.scene.places.hospital(hospital).habits;
        let mut settled = leave + self.random.within(300, 5_000);
        if habits.last_days > 0 {
            settled += i64::from(habits.settles_after) * DAY;
        } else if self.random.chance(0.1) {
            settled += self.random.within(1, 5) * DAY;
        }
        let mut stay = Stay::plain(id, person, hospital, profile as u8, (begin, leave), settled);
        (stay.med_type, stay.open, stay.dscg_way) = (self.med_type(profile), open, self.discharge(course));
        self.enrich(&mut stay, course);
        self.own.push(id);
        self.plan.stays.push(stay);
        id as usize
    }

    fn med_type(&self, profile: usize) -> &'static str {
        match self.scene.catalog.profiles[profile].med_type.as_str() {
            "2105" => "2105",
            "22" => "22",
            "24" => "24",
            "28" => "28",
            "52" => "52",
            "5212" => "5212",
            _ => "21",
        }
    }

    fn discharge(&mut self, course: Course) -> u8 {
        match self.random.between(0.0, 1.0) {
            x if x < 0.012 && course == Course::Critical => 5,
            x if x < 0.05 => 4,
            x if x > 0.985 => 9,
            _ => 1,
        }
    }

    /// Intensive care, day leave, interim settlements.
    fn enrich(&mut self, stay: &mut Stay, course: Course) {
        let (first, last) = (stay.first_day(), stay.last_day());
        let nights = last - first;
        let icu = self.scene.catalog.profiles[usize::from(stay.profile)].icu;
        if self.scene.places.hospital(stay.hospital).level >= 2 && nights >= 2 && self.random.chance(icu) {
            let start = if course == Course::Critical { first } else { first + 1 };
            let share = self.random.between(0.25, 0.9);
            stay.icu = Some((start, ((f64::from(last - start) * share) as i32).max(1)));
        } else if nights >= 9
            && self.random.chance(if matches!(course, Course::Psych | Course::Rehab) { 0.2 } else { 0.03 })
        {
            let away = first + self.random.within(3, i64::from(nights) - 4) as i32;
            stay.away = Some((away, self.random.within(1, 3) as i32));
        }
        if stay.open {
            return;
        }
        if nights >= 3 && self.random.chance(0.8) {
            stay.cuts.extend(new_years(first, last));
        }
        if course == Course::Psych && nights > 40 {
            stay.cuts.extend((first + 30..last - 5).step_by(30));
        } else if nights >= 6 && self.random.chance(0.012) {
            stay.cuts.push(first + nights / 2);
        }
        stay.cuts.sort_unstable();
        stay.cuts.dedup();
    }

    /// What may happen to an ordinary stay: a transfer, an admission through the emergency room, a refund.
    pub(super) fn vary(&mut self, stay: usize) {
        if self.plan.stays[stay].open {
            return;
        }
        let course = self.scene.catalog.profiles[usize::from(self.plan.stays[stay].profile)].course;
        let severe = matches!(course, Course::Critical | Course::Chronic);
        if severe && self.random.chance(self.scene.hyper.transfers) {
            self.transfer(stay);
        } else if self.random.chance(self.scene.hyper.stay_refunds) {
            self.refund(stay);
        } else if course == Course::Acute && self.random.chance(0.06) {
            self.plan.stays[stay].med_type = "24";
        }
    }

    /// Discharged here and admitted elsewhere within the same hours; the paperwork here may take until the evening.
    fn transfer(&mut self, stay: usize) {
        let old = self.plan.stays[stay].clone();
        let from_level = self.scene.places.hospital(old.hospital).level;
        let nights = self.nights(usize::from(old.profile));
        let stayed = self.random.within(1, 4) as i32;
        let day = (old.first_day() + stayed).min(old.last_day());
        if day <= old.first_day() || day + nights > self.scene.hyper.last || from_level == 3 {
            return;
        }
        let person: Person = self.plan.persons[old.person as usize].clone();
        let scene = self.scene;
        let target = (0..6)
            .map(|_| self.hospital(usize::from(old.profile), &person))
            .find(|h| scene.places.hospital(*h).level > from_level);
        let Some(target) = target else { return };
        let leave = at(day, self.random.within(8, 17) as f64);
        let begin = leave + if self.random.chance(0.3) { 0 } else { self.random.within(600, 7_000) };
        let end = at(day + nights, self.random.between(9.0, 16.0));
        if self.plan.busy(&self.own, begin, end, stay) {
            return;
        }
        let next = self.push(old.person, usize::from(old.profile), target, begin, end);
        let late = if self.random.chance(0.4) { self.random.within(1, 6) * 3_600 } else { 0 };
        let first = &mut self.plan.stays[stay];
        (first.leave, first.end, first.settled) = (leave, leave + late, leave + late + 600);
        (first.dscg_way, first.touches, first.next) = (2, true, Some(next as u32));
        (first.away, first.cuts) = (None, first.cuts.iter().copied().filter(|c| *c < day).collect());
        if let Some((start, days)) = first.icu {
            first.icu = (start < day).then_some((start, days.min(day - start)));
        }
        self.plan.stays[next].touches = true;
    }

    /// Settled under the wrong head and wholly refunded; mostly registered again with the same dates.
    fn refund(&mut self, stay: usize) {
        if self.plan.stays[stay].touches {
            return;
        }
        if self.random.chance(0.35) {
            self.plan.stays[stay].refunded = true;
            self.plan.stays[stay].cuts.clear();
            return;
        }
        let mut wrong = self.plan.stays[stay].clone();
        wrong.id = self.plan.next_id();
        wrong.refunded = true;
        wrong.cuts.clear();
        self.plan.stays[stay].settled += 2 * 3_600;
        self.own.push(wrong.id);
        self.plan.stays.push(wrong);
    }

    /// A birth: the mother's stay and the newborn's, under its own number or under hers.
    pub(super) fn birth(&mut self, mother: u32) {
        let profiles = &self.scene.catalog.profiles;
        let of = |course| (0..profiles.len()).filter(|i| profiles[*i].course == course).collect::<Vec<usize>>();
        let (births, newborns) = (of(Course::Birth), of(Course::Newborn));
        let profile = *self.random.pick(&births);
        let person = self.plan.persons[mother as usize].clone();
        let hospital = self.hospital(profile, &person);
        let (first, last) = (i64::from(self.scene.hyper.first), i64::from(self.scene.hyper.last));
        let day = self.random.within(first, last - 20) as i32;
        let Some(stay) = self.stay(mother, profile, hospital, day) else { return };
        let (leave, born) =
            (self.plan.stays[stay].leave, self.plan.stays[stay].begin + self.random.within(6, 20) * 3_600);
        if !self.random.chance(0.7) {
            return;
        }
        // Twins stay without hourly items: under one number their hours would add up beyond the day.
        let twins = self.random.chance(0.03);
        let ill = !twins && self.random.chance(0.4);
        let profile = newborns[if ill { 0 } else { newborns.len() - 1 }];
        let end = if ill { leave + self.random.within(0, 4) * DAY } else { leave };
        if fixed(person.key, 9) < self.scene.hyper.under_mother {
            for _ in 0..1 + i32::from(twins) {
                let child = self.push(mother, profile, hospital, born, end);
                let child = &mut self.plan.stays[child];
                (child.under_mother, child.med_type, child.touches) = (true, "5212", true);
                child.cuts.clear();
            }
        } else {
            self.child(&person, profile, hospital, born, end);
        }
    }

    fn child(&mut self, mother: &Person, profile: usize, hospital: u16, born: i64, end: i64) {
        let id = self.plan.persons.len() as u32;
        let child = Person {
            id,
            sex: self.random.within(1, 2) as u8,
            birth: day_of(born),
            insurance: 390,
            career: Career::Ordinary,
            key: self.random.within(0, i64::MAX) as u64,
            ..mother.clone()
        };
        self.plan.persons.push(child);
        let of_mother = std::mem::take(&mut self.own);
        self.push(id, profile, hospital, born, end);
        self.own = of_mother;
    }
}

/// The first of January inside a span of days.
fn new_years(first: i32, last: i32) -> Vec<i32> {
    use chrono::Datelike;
    let year = Day(last).date().year();
    Day::from_ymd(year, 1, 1).map(|d| d.0).filter(|d| first < *d && *d <= last).into_iter().collect()
}
