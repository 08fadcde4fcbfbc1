//! How much of a drug and on which days: regimens, grave illness, quiet days, tablets for several days, packages.

use super::catalog::{Course, Item, ItemKind};
use super::chance::{Draw, fixed};
use super::line::UNIT;
use super::lines::{Days, Sheet};
use super::specialty::Specialty;
use crate::model::Day;

/// Probability that nothing but bed and nursing is given on a working day, for an illness of middling need.
const QUIET_WEEKDAY: f64 = 0.008;
/// Share of patients on so few drugs that no treatment runs through the stay.
const LIGHT: f64 = 0.04;

/// A loading dose, and a change of dose from some day on.
struct CourseOfDoses {
    loading: Option<i32>,
    from: i32,
    more: i64,
}

impl CourseOfDoses {
    /// The dose of a day, from the dose ordered at first.
    fn dose(&self, ordered: i64, day: i32) -> i64 {
        let changed = if day >= self.from { (ordered + self.more).max(ordered.min(UNIT)) } else { ordered };
        if self.loading == Some(day) { changed * 2 } else { changed }
    }
}

impl Sheet<'_> {
    /// Draws how ill the patient is and which days are quiet.
    pub(super) fn condition(&mut self) {
        let graver = if self.profile.course == Course::Critical { 4.0 } else { 1.0 };
        if self.random.chance(self.scene.hyper.severe * graver) {
            self.severity = self.random.within(2, 3);
        }
        self.covered = self.random.chance(LIGHT);
        let need = match self.profile.course {
            Course::Rehab | Course::Psych => 2.5,
            Course::Acute | Course::Chronic => 0.6,
            Course::Chemo => 0.5,
            Course::Child | Course::Surgery | Course::Dialysis | Course::Birth => 0.3,
            Course::Critical | Course::Newborn | Course::Day => return,
        };
        let house = if self.hospital.specialty == Specialty::Tcm { 1.4 } else { 1.0 };
        let own = need * house * self.random.lognormal(0.9, 0.5);
        for day in self.stay.first_day() + 1..=self.stay.last_day() {
            let weekend = Day(day).weekday() >= 5;
            let base = if weekend { self.hospital.habits.weekend_quiet } else { QUIET_WEEKDAY };
            let intensive = self.stay.icu.is_some_and(|(from, days)| (from..=from + days).contains(&day));
            if !intensive && day != self.surgery && self.random.chance((base * own).min(0.85)) {
                self.quiet.insert(day);
            }
        }
    }

    /// Day surgery at a package price: one line, the same for everybody, rarely a little more.
    pub(super) fn package(&mut self) -> bool {
        if self.profile.course != Course::Day {
            return false;
        }
        let Some(fen) = self.hospital.package(&self.scene.hyper, self.stay.profile) else { return false };
        let Some(&entry) = self.scene.catalog.tagged(&format!("pack-{}", &self.profile.code[..3])).first() else {
            return false;
        };
        let item = self.scene.catalog.make(entry, self.stay.hospital);
        let time = self.moment(self.surgery, 10.0);
        self.bill(item, time, UNIT);
        self.lines[0].fen = fen;
        if self.random.chance(0.12) {
            for entry in self.scene.catalog.sample("lab", 2, &mut self.random) {
                let first = self.stay.first_day();
                self.daily(entry, Days { from: first, to: first, every: 1 }, 1, 9.0);
            }
        }
        true
    }

    /// Drugs and treatments: one through the whole stay, others for a part of it.
    pub(super) fn therapy(&mut self, tag: &str, entry: u16, all: Days) {
        let nights = all.to - all.from;
        let psych = self.profile.course == Course::Psych;
        let drug = self.scene.catalog.items[usize::from(self.scene.catalog.make(entry, self.stay.hospital))].kind;
        if psych && !tag.ends_with("-d") {
            let every = self.random.within(3, 7) as i32;
            self.daily(entry, Days { every, ..all }, 0, 8.5);
            return;
        }
        if let Some(days) = self.decoction.filter(|_| tag == "herb") {
            self.daily(entry, days, 0, 8.5);
            return;
        }
        let start = all.from + i32::from(nights > 2 && self.random.chance(0.3));
        let whole = psych || (!self.covered && drug == ItemKind::Drug) || self.random.chance(0.15);
        let to = if whole {
            self.covered |= drug == ItemKind::Drug;
            // A day or two of observation before going home.
            let observed = if self.random.chance(0.1) { self.random.within(1, 3) } else { self.random.within(0, 1) };
            (all.to - observed as i32).max(start)
        } else {
            let length = (f64::from(nights) * self.random.between(0.05, 0.4)) as i32;
            (start + length).min(all.to)
        };
        let days = Days { from: start, to, every: 1 };
        self.decoction = Some(days).filter(|_| tag == "herb");
        self.daily(entry, days, 0, 8.5);
    }

    /// Bills an item on each day; `times` a day, 0 for as often as the item is usually given.
    ///
    /// On quiet days only bed, rounds and nursing are billed. Tablets may be dispensed for several days at once.
    pub(super) fn daily(&mut self, entry: u16, days: Days, times: i64, hour: f64) {
        let waits = !self.stay.due && self.scene.catalog.tagged("cycle").contains(&entry);
        if waits || !self.used.insert(entry) {
            return;
        }
        let item = self.scene.catalog.make(entry, self.stay.hospital);
        let card = self.item(item);
        let usual = self.random.within(i64::from(card.times.0), i64::from(card.times.1));
        let times = if times == 0 { usual } else { times };
        let each = self.dose(entry, card);
        let apart = matches!(card.class, 3 | 4) || self.hospital.splits(item);
        let (end, every) = (days.to.min(self.stay.last_day()), days.every.max(1));
        let ahead = card.oral() && !apart && self.hospital.habits.ahead;
        let batch = if card.oral() && !apart { self.hospital.habits.dispense } else { 1 };
        let course = self.course(card, days);
        let mut last = None;
        let mut day = days.from;
        // Whoever goes on to another bed on the day of leaving is billed there for what is limited by the day.
        let moves = |day: i32| card.daily && self.stay.touches && day == self.stay.last_day();
        while day <= end {
            let away = self.stay.away.is_some_and(|(from, n)| (from..from + n).contains(&day)) && card.class != 1;
            let quiet = self.quiet.contains(&day) && days.from < days.to && !matches!(card.class, 1 | 2 | 7);
            if away || quiet || moves(day) {
                if let Some(line) = last.filter(|_| quiet && ahead && batch == 1) {
                    let line: &mut super::line::Line = &mut self.lines[line];
                    line.count += line.count.min(course.dose(each, day) * times);
                }
                day += if batch > 1 { 1 } else { every };
                continue;
            }
            let supply = batch.min((end - day) / every + 1);
            let each = course.dose(each, day);
            let count = if apart { each } else { each * times * i64::from(supply) };
            for dose in 0..if apart { times } else { 1 } {
                let time = self.moment(day, hour + (dose * 12 / times.max(1)) as f64);
                last = Some(self.lines.len());
                self.bill(item, time, count);
            }
            day += every * supply;
        }
    }

    /// How the dose of a drug changes in the course of the stay.
    fn course(&mut self, card: &Item, days: Days) -> CourseOfDoses {
        let spread = self.scene.hyper.dose_spread;
        let mut course = CourseOfDoses { loading: None, from: i32::MAX, more: 0 };
        if card.kind != ItemKind::Drug || days.to - days.from < 3 {
            return course;
        }
        if self.random.chance((0.03 * spread).min(0.3)) {
            course.loading = Some(days.from);
        }
        if self.random.chance((0.1 * spread).min(0.6)) {
            course.from = self.random.within(i64::from(days.from) + 1, i64::from(days.to)) as i32;
            course.more = *self.random.pick(&[UNIT, UNIT, -UNIT]);
        }
        course
    }

    /// Units of one dose: the drug's own commonest, now and then another; more for the gravely ill and on a high-dose regimen.
    fn dose(&mut self, entry: u16, card: &Item) -> i64 {
        if card.kind != ItemKind::Drug {
            return UNIT;
        }
        if card.class == 10 {
            return self.random.within(6, 30) * UNIT * self.severity;
        }
        let spread = self.scene.hyper.dose_spread;
        let habit = |n: u64| fixed(u64::from(entry), n);
        let high = if habit(71) < 0.35 && self.random.chance((0.01 + 0.04 * habit(72)) * spread) {
            2 + (habit(73) * 2.0) as i64
        } else {
            1
        };
        let mut units = if card.fen < 400 { 1 + (habit(74) * 3.0) as i64 } else { 1 };
        if self.random.chance((0.16 * spread).min(0.7)) {
            units = if units > 1 && self.random.chance(0.5) { units - 1 } else { units + 1 };
        } else if card.fen >= 400 && self.random.chance(0.06) {
            return UNIT / 2 * high * self.severity;
        }
        units * UNIT * high * self.severity
    }

    /// Medicine taken home: up to twelve weeks' supply on the day of discharge.
    pub(super) fn take_home(&mut self) {
        if self.stay.open || self.stay.dscg_way != 1 || !self.random.chance(0.35) {
            return;
        }
        let last = self.stay.last_day();
        let days = *self.random.pick(&[3, 7, 7, 7, 14, 14, 28, 30, 56, 84]);
        for tag in ["cardio", "patent", "gi"] {
            for entry in self.scene.catalog.sample(tag, 1, &mut self.random) {
                let item = self.scene.catalog.make(entry, self.stay.hospital);
                let oral = self.item(item).oral();
                if !self.used.insert(entry) || !oral {
                    continue;
                }
                let count = days * self.random.within(1, 3) * UNIT;
                let time = self.moment(last, 10.0);
                self.bill(item, time, count);
            }
        }
    }
}
