//! Posts what was done as the hospital does.
//!
//! A rewriting of the finished lines of a stay, schemes included: each line moves to the day on which it is posted, and may be
//! written together with others or apart. Quantity and money of the stay stay what they were, and every day lies within it.

use std::collections::BTreeMap;

use super::catalog::{Item, ItemKind};
use super::line::{Line, UNIT};
use super::lines::Sheet;
use super::posting::{BED, Classes, DRUGS, RUNNING, Weekend};
use super::time::{DAY, day_of};
use crate::model::Day;

/// Lines of single doses that a day has at most; more is written as a sum.
const MOST_DOSES: i64 = 24;
/// Days between two rounds of a test that may be drawn on one day.
const ROUND: i32 = 5;

impl Sheet<'_> {
    /// Posts the lines as the hospital does. Call when all charges are made, before [`Sheet::sort`].
    pub fn post(&mut self) {
        let posting = self.hospital.posting.clone();
        let (first, last) = (self.stay.first_day(), self.stay.last_day());
        if posting.boxes {
            self.by_box();
        }
        if posting.doses {
            self.by_dose();
        }
        if posting.rounds {
            self.rounds();
        }
        if let Some(days) = posting.drugs {
            // What is taken home is handed out on the last day.
            self.move_to(DRUGS, true, |day| if day < last { first + (day - first) / days * days } else { day });
        }
        if posting.months {
            self.move_to(RUNNING, true, |day| month_end(day).min(last));
        }
        if let Some(Weekend { ahead, sums, classes }) = posting.weekend {
            self.move_to(classes, sums, |day| match Day(day).weekday() as i32 {
                weekday @ 5.. if ahead => {
                    if day - (weekday - 4) >= first {
                        day - (weekday - 4)
                    } else {
                        day
                    }
                }
                weekday @ 5.. => (day + 7 - weekday).min(last),
                _ => day,
            });
        }
        if posting.bed_at_end && !self.stay.open {
            self.move_to(BED, true, |_| last);
        }
    }

    /// Whether a line may be posted on another day: one of the stay, and not shared with another stay.
    fn movable(&self, line: &Line) -> bool {
        let item = self.item(line.item);
        let shared = self.stay.touches && (item.kind == ItemKind::Hour || item.daily);
        (self.stay.first_day()..=self.stay.last_day()).contains(&day_of(line.time)) && !shared
    }

    /// The same time on another day, within the stay.
    fn on_day(&self, time: i64, day: i32) -> i64 {
        (i64::from(day) * DAY + time.rem_euclid(DAY)).clamp(self.stay.begin, self.stay.leave.max(self.stay.begin))
    }

    /// Moves the lines of some classes to the day they are posted on; with `sums` those of an item that meet there are one line.
    /// What a scheme bills again stays a line of its own.
    fn move_to(&mut self, classes: Classes, sums: bool, target: impl Fn(i32) -> i32) {
        let mut places: BTreeMap<(u16, i64, i32, bool), usize> = BTreeMap::new();
        let mut lines: Vec<Line> = Vec::with_capacity(self.lines.len());
        for mut line in std::mem::take(&mut self.lines) {
            let of_class = classes >> self.item(line.item).class & 1 == 1;
            if !of_class || !self.movable(&line) {
                lines.push(line);
                continue;
            }
            let day = day_of(line.time);
            let to = target(day);
            if to != day {
                line.time = self.on_day(line.time, to);
            }
            match places.get(&(line.item, line.fen, to, line.planted)) {
                Some(&at) if sums => lines[at].count += line.count,
                _ => {
                    places.insert((line.item, line.fen, to, line.planted), lines.len());
                    lines.push(line);
                }
            }
        }
        self.lines = lines;
    }

    /// Each dose of a drug or treatment a line.
    fn by_dose(&mut self) {
        let apart = |item: &Item| matches!(item.kind, ItemKind::Drug | ItemKind::Service) && item.class != 10;
        let lines = std::mem::take(&mut self.lines);
        for line in lines {
            let doses = line.count / UNIT;
            let whole = line.count % UNIT == 0 && (2..=MOST_DOSES).contains(&doses);
            if whole && apart(self.item(line.item)) && self.movable(&line) {
                self.lines.extend((0..doses).map(|_| Line { count: UNIT, ..line.clone() }));
            } else {
                self.lines.push(line);
            }
        }
    }

    /// Tablets by the box: a box on the day the one before is used up, the last one broken.
    fn by_box(&mut self) {
        let mut needs: BTreeMap<(u16, i64), Vec<Line>> = BTreeMap::new();
        let (oral, mut rest): (Vec<Line>, Vec<Line>) =
            std::mem::take(&mut self.lines).into_iter().partition(|l| self.item(l.item).oral() && self.movable(l));
        oral.into_iter().for_each(|line| needs.entry((line.item, line.fen)).or_default().push(line));
        for ((item, fen), mut lines) in needs {
            let size = self.hospital.posting.box_size(self.hospital.key, item);
            let boxed = |line: &Line, count: i64| Line { count: count / size, fen: fen * size, ..line.clone() };
            lines.sort_by_key(|l| l.time);
            let mut left: i64 = lines.iter().map(|l| l.count).sum();
            let mut stock = 0;
            for line in &lines {
                if stock < line.count && left > 0 {
                    let wanted = (line.count - stock + size * UNIT - 1) / (size * UNIT) * size * UNIT;
                    let count = wanted.min(left);
                    rest.push(boxed(line, count));
                    (left, stock) = (left - count, stock + count);
                }
                stock -= line.count;
            }
        }
        self.lines = rest;
    }

    /// Every second round of a test drawn hours after the one before.
    fn rounds(&mut self) {
        let mut days: BTreeMap<u16, Vec<i32>> = BTreeMap::new();
        for line in &self.lines {
            if self.item(line.item).class == 4 && self.movable(line) {
                days.entry(line.item).or_default().push(day_of(line.time));
            }
        }
        let mut moves: BTreeMap<(u16, i32), i32> = BTreeMap::new();
        for (item, mut days) in days {
            days.sort_unstable();
            days.dedup();
            for pair in days.chunks_exact(2).filter(|pair| pair[1] - pair[0] <= ROUND) {
                moves.insert((item, pair[1]), pair[0]);
            }
        }
        for i in 0..self.lines.len() {
            let line = &self.lines[i];
            if let Some(&day) = moves.get(&(line.item, day_of(line.time))).filter(|_| self.movable(line)) {
                let late = (line.time.rem_euclid(DAY) + DAY / 3).min(DAY - 1);
                self.lines[i].time = self.on_day(late, day);
            }
        }
    }
}

/// The last day of a month.
fn month_end(day: i32) -> i32 {
    let month = Day(day).month();
    (day..day + 31).take_while(|d| Day(*d).month() == month).last().unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::super::{Options, Scene, lives};
    use super::*;

    #[test]
    fn posting_keeps_money_quantity_and_the_days_of_the_stay() {
        let mut options = Options::new("unused");
        options.habits = 1.0;
        options.stays = 1_500;
        let scene = Scene::draw(&options);
        let plan = lives::plan(&scene, options.stays);
        let (mut moved, mut written) = (0, 0);
        for stay in &plan.stays {
            let mut sheet = Sheet::new(&scene, stay);
            let span = stay.first_day()..=stay.last_day();
            let sums = |sheet: &Sheet<'_>| {
                let mut sums: BTreeMap<u16, (i64, i64)> = BTreeMap::new();
                for line in &sheet.lines {
                    let sum = sums.entry(line.item).or_default();
                    // In money at the price, so that boxes and tablets count alike.
                    *sum = (sum.0 + line.count * line.fen, sum.1 + line.amount());
                }
                sums
            };
            let (before, days) = (sums(&sheet), sheet.lines.iter().map(|l| day_of(l.time)).collect::<Vec<_>>());
            let inside = days.iter().all(|d| span.contains(d));
            let lines = sheet.lines.len();
            sheet.post();
            for ((item, old), (same, new)) in before.iter().zip(sums(&sheet)) {
                assert_eq!((*item, old.0), (same, new.0), "quantity by price");
                let rounding = sheet.hospital.posting.round * sheet.lines.len().max(lines) as i64;
                assert!((old.1 - new.1).abs() <= rounding, "{} {}", old.1, new.1);
            }
            assert!(!inside || sheet.lines.iter().all(|l| span.contains(&day_of(l.time))));
            written += usize::from(sheet.lines.len() != lines);
            let after: Vec<i32> = sheet.lines.iter().map(|l| day_of(l.time)).collect();
            moved += usize::from(after != days);
        }
        assert!(written > 300 && moved > 300, "{written} {moved}");
    }
}
