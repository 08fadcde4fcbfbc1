//! The charge lines of one stay: what was ordered, day by day.

use std::collections::BTreeSet;

use super::Scene;
use super::catalog::{Course, Item, Profile};
use super::chance::{Draw, Purpose, Random, fixed, mix, stream};
use super::line::{Line, UNIT};
use super::places::Hospital;
use super::plan::Stay;
use super::time::{DAY, at, day_of};

/// The lines of a stay while they are made.
pub struct Sheet<'a> {
    pub scene: &'a Scene,
    pub stay: &'a Stay,
    pub hospital: &'a Hospital,
    pub profile: &'a Profile,
    pub random: Random,
    pub lines: Vec<Line>,
    pub(super) used: BTreeSet<u16>,
    pub(super) surgery: i32,
    /// Days with nothing but bed and nursing, for no other reason than the weekend or the course of the illness.
    pub(super) quiet: BTreeSet<i32>,
    /// How many times the usual dose of everything this patient needs.
    pub(super) severity: i64,
    /// Whether some treatment runs through the whole stay; a patient on few drugs does without.
    pub(super) covered: bool,
    /// The days of the decoction: all slices of a prescription are boiled together.
    pub(super) decoction: Option<Days>,
}

/// When an order is carried out.
#[derive(Clone, Copy)]
pub(super) struct Days {
    pub(super) from: i32,
    pub(super) to: i32,
    pub(super) every: i32,
}

impl<'a> Sheet<'a> {
    /// The lines of a stay as ordered, before any habit of billing.
    pub fn new(scene: &'a Scene, stay: &'a Stay) -> Self {
        let (first, last) = (stay.first_day(), stay.last_day());
        let mut sheet = Self {
            scene,
            stay,
            hospital: scene.places.hospital(stay.hospital),
            profile: &scene.catalog.profiles[usize::from(stay.profile)],
            random: stream(scene.seed, Purpose::Stay, u64::from(stay.id)),
            lines: Vec::with_capacity(192),
            used: BTreeSet::new(),
            surgery: first + ((last - first) / 2).min(2),
            quiet: BTreeSet::new(),
            severity: 1,
            covered: false,
            decoction: None,
        };
        if sheet.package() {
            return sheet;
        }
        sheet.condition();
        sheet.standing();
        sheet.intensive();
        let zeal = sheet.hospital.habits.zeal * sheet.random.lognormal(1.0, scene.hyper.cost_spread);
        for (tag, count) in &sheet.profile.tags {
            let fixed = ["lab", "exam", "op-", "m-"].iter().any(|t| tag.starts_with(t)) || tag.ends_with("-e");
            let wanted = *count as f64 * if fixed { 1.0 } else { zeal };
            let count = (wanted + sheet.random.between(0.0, 1.0)) as usize;
            let least = if tag == "herb" { 5 } else { 1 };
            for entry in scene.catalog.sample(tag, count.max(least), &mut sheet.random) {
                sheet.order(tag, entry);
            }
        }
        sheet.take_home();
        sheet
    }

    /// An item of the catalogue.
    pub fn item(&self, item: u16) -> &'a Item {
        &self.scene.catalog.items[usize::from(item)]
    }

    /// What this hospital charges for an item, in fen. Drugs cost the same everywhere (no mark-up).
    pub fn price(&self, item: u16) -> i64 {
        self.scene.price(self.hospital, item)
    }

    /// Adds a line.
    pub fn bill(&mut self, item: u16, time: i64, count: i64) {
        let (mut fen, mut count) = (self.price(item), count);
        if self.item(item).bottle && self.hospital.habits.per_100.is_some_and(|from| from <= day_of(time)) {
            (fen, count) = ((fen / 5).max(1), count * 5);
        }
        let round = self.hospital.posting.round;
        self.lines.push(Line { item, time, count, fen, round, planted: false, own: false, refunds: None });
    }

    /// A moment on a day of the stay, between admission and leaving.
    pub fn moment(&mut self, day: i32, hour: f64) -> i64 {
        let minute = self.random.between(0.0, 0.9);
        // Who comes just before midnight is still billed for that day.
        let midnight = i64::from(self.stay.first_day() + 1) * DAY - 1;
        let first = (self.stay.begin + self.random.within(60, 900)).min(midnight);
        let last = (self.stay.leave - self.random.within(60, 900)).max(self.stay.begin);
        at(day, hour + minute).clamp(first.min(last), last)
    }

    pub(super) fn span(&self) -> Days {
        Days { from: self.stay.first_day(), to: self.stay.last_day(), every: 1 }
    }

    /// Bed, rounds and nursing: every day but that of discharge.
    fn standing(&mut self) {
        let bed = ["bed1", "bed2", "bed3"][usize::from(self.hospital.level) - 1];
        let nurse = ["nurse0", "nurse1", "nurse2", "nurse3"][usize::from(self.profile.nurse).min(3)];
        let all = self.span();
        let days = Days { to: (all.to - 1).max(all.from), ..all };
        for tag in [bed, "consult", nurse] {
            for entry in self.scene.catalog.tagged(tag).to_vec() {
                self.daily(entry, days, 1, 7.0);
            }
        }
    }

    /// Intensive care: several items by the hour at once, and all that goes with it.
    fn intensive(&mut self) {
        let Some((start, count)) = self.stay.icu else { return };
        let days = Days { from: start, to: (start + count).min(self.stay.last_day()), every: 1 };
        let catalog = &self.scene.catalog;
        let vent = if self.random.chance(0.6) { "vent" } else { "vent-n" };
        for (tag, number) in [("icuhour", 6), (vent, 1)] {
            for entry in catalog.sample(tag, number, &mut self.random) {
                self.hourly(entry, days, 24.0);
            }
        }
        for (tag, number) in [("icubed", 1), ("icu", 7), ("icu-d", 8), ("icu-m", 2)] {
            for entry in catalog.sample(tag, number, &mut self.random) {
                self.daily(entry, days, 0, 9.0);
            }
        }
        for (tag, number) in [("icuonce", 3), ("icu-once-m", 2)] {
            for entry in catalog.sample(tag, number, &mut self.random) {
                self.daily(entry, Days { to: days.from, ..days }, 1, 10.0);
            }
        }
    }

    /// Carries out the order of an item under a tag of the profile.
    fn order(&mut self, tag: &str, entry: u16) {
        let all = self.span();
        let once = |day: i32| Days { from: day, to: day, every: 1 };
        let nights = all.to - all.from;
        match tag {
            "labr" => {
                // Repeats begin on the fourth day, so they never meet the first test of the item.
                let every = self.random.within(3, 4) as i32;
                self.used.remove(&entry);
                self.daily(entry, Days { from: all.from + 3, to: all.to, every }, 1, 6.5);
            }
            "exam" | "ct" => self.exam(entry),
            _ if tag.ends_with("-e") => self.exam(entry),
            "monitor" => self.monitor(entry),
            "oxygen" | "newborn-h" | "newborn-h2" => {
                let (share, hours) = (self.random.between(0.5, 1.0), *self.random.pick(&[24.0, 12.0, 6.0, 10.0, 24.0]));
                let to = all.from + (f64::from(nights) * share) as i32;
                self.hourly(entry, Days { to, ..all }, hours);
            }
            "crrt" | "icp" => {
                let Some((start, count)) = self.stay.icu else { return };
                let hours = *self.random.pick(&[24.0, 12.0, 10.0, 16.0]);
                let days = Days { from: start, to: start + count / 2, every: 1 };
                self.hourly(entry, days, hours);
            }
            "anaes-h" => {
                let hours = self.random.within(2, 10) as f64 / 2.0;
                self.hourly(entry, once(self.surgery), hours);
            }
            "ga" | "sa" | "la" | "anaes" | "surgonce" | "surg-m" => self.daily(entry, once(self.surgery), 0, 10.0),
            _ if tag.starts_with("op-") || tag.starts_with("m-") => self.daily(entry, once(self.surgery), 1, 10.0),
            "surg" => self.daily(entry, Days { from: self.surgery, ..all }, 0, 9.0),
            "surg-d" => {
                self.daily(entry, Days { from: self.surgery, to: (self.surgery + 3).min(all.to), every: 1 }, 0, 9.0)
            }
            "iv-m" | "inject-m" => {
                let every = self.random.within(1, 3) as i32;
                self.daily(entry, Days { every, ..all }, 1, 9.0);
            }
            "once-m" => self.daily(entry, Days { every: 4, ..all }, 1, 10.0),
            "dial" | "dial-m" => self.daily(entry, Days { every: 2, ..all }, 1, 8.5),
            "dial-2" => self.daily(entry, Days { every: 7, ..all }, 1, 8.5),
            "onc" | "onc-t" => {
                let to = all.from + self.random.within(0, 2) as i32;
                self.daily(entry, Days { to: to.min(all.to), ..all }, 0, 9.0);
            }
            _ if tag.starts_with("lab") || tag == "endo-l" => {
                let day = (all.from + i32::from(day_of(self.stay.begin + 10 * 3600) > all.from)).min(all.to);
                // In severe illness some tests are repeated within the day.
                let times = if self.profile.course == Course::Critical { 0 } else { 1 };
                self.daily(entry, once(day), times, 6.5);
            }
            _ => self.therapy(tag, entry, all),
        }
    }

    fn exam(&mut self, entry: u16) {
        let day = (self.stay.first_day() + self.random.within(0, 2) as i32).min(self.stay.last_day());
        let times = if self.random.chance(0.06) { 0 } else { 1 };
        self.daily(entry, Days { from: day, to: day, every: 1 }, times, 10.0);
    }

    /// Ward monitoring for some days, rarely the whole day.
    fn monitor(&mut self, entry: u16) {
        let from = if self.profile.course == Course::Surgery { self.surgery } else { self.stay.first_day() };
        let hours = *self.random.pick(&[24.0, 24.0, 12.0, 8.0, 16.0, 20.0, 12.5]);
        let to = from + self.random.within(0, 3) as i32;
        self.hourly(entry, Days { from, to, every: 1 }, hours);
    }

    /// Bills an item by the hour, at most the hours the patient was there.
    fn hourly(&mut self, entry: u16, days: Days, hours: f64) {
        if self.stay.no_hours || !self.used.insert(entry) {
            return;
        }
        let item = self.scene.catalog.make(entry, self.stay.hospital);
        let times = i64::from(self.item(item).times.0);
        for day in days.from.max(self.stay.first_day())..=days.to.min(self.stay.last_day()) {
            if self.stay.away.is_some_and(|(from, n)| (from..from + n).contains(&day)) {
                continue;
            }
            let count = ((hours * UNIT as f64) as i64).min(self.stay.hours_on(day) * UNIT);
            if count <= 0 {
                continue;
            }
            let parts = if times > 1 && count % (times * UNIT) == 0 && self.hospital.splits(item) { times } else { 1 };
            for part in 0..parts {
                let time = self.moment(day, 8.0 + (part * 7) as f64);
                self.bill(item, time, count / parts);
            }
        }
    }

    /// Whether an item is habitually late at this stay, and by how many days.
    pub fn lateness(&self, item: u16) -> i64 {
        let key = mix(u64::from(self.stay.id), u64::from(item));
        if fixed(key, 1) < self.hospital.habits.late_lab { 1 + i64::from(fixed(key, 2) < 0.3) } else { 0 }
    }

    /// The moment as this hospital records it.
    pub fn recorded(&self, moment: i64) -> i64 {
        if self.hospital.habits.exact { moment } else { moment.div_euclid(DAY) * DAY }
    }
}
