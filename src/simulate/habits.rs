//! How a hospital's habits of billing change honest lines: totals, late posting, refunds.

use std::collections::BTreeMap;

use super::catalog::{Item, ItemKind};
use super::chance::Draw;
use super::line::{Line, UNIT};
use super::lines::Sheet;
use super::options::Scheme;
use super::plan::Extra;
use super::time::{DAY, at, day_of};

impl Sheet<'_> {
    /// Applies the hospital's habits to the lines as ordered.
    pub fn apply_habits(&mut self) {
        let habits = self.hospital.habits.clone();
        if habits.totals > 1 {
            self.post_totals(habits.totals);
        } else if habits.last_days > 0 {
            self.post_last_days(habits.last_days, habits.settles_after);
        } else if habits.late_lab > 0.0 {
            self.post_late();
        }
        if self.stay.med_type == "24" {
            self.emergency();
        }
    }

    /// One line for several days of an item that runs on and is not limited by the day: hours of oxygen, bed.
    fn post_totals(&mut self, every: i32) {
        let first = self.stay.first_day();
        let touches = self.stay.touches;
        let runs_on = |item: &Item| {
            !item.daily && ((item.kind == ItemKind::Hour && !touches) || matches!(item.class, 1 | 2 | 7) && item.once())
        };
        self.merge(|item, day| runs_on(item).then_some((day - first) / every), None);
    }

    /// Everything of the last days in one go when the bill is made, but what is limited by the day.
    fn post_last_days(&mut self, days: i32, after: i32) {
        if self.stay.open {
            return;
        }
        let last = self.stay.last_day();
        let touches = self.stay.touches;
        let moment = match after {
            _ if touches => self.stay.leave,
            0 => self.stay.leave,
            _ => at(last + after, self.random.between(14.0, 17.0)),
        };
        self.merge(
            |item, day| (day > last - days && !item.daily && !(touches && item.kind == ItemKind::Hour)).then_some(0),
            Some(moment),
        );
    }

    /// Merges the lines of an item and price that share a period; they are posted at the moment given, else with their last.
    fn merge(&mut self, period: impl Fn(&Item, i32) -> Option<i32>, moment: Option<i64>) {
        let mut merged: BTreeMap<(u16, i32), usize> = BTreeMap::new();
        let mut kept: Vec<Line> = Vec::with_capacity(self.lines.len());
        for mut line in std::mem::take(&mut self.lines) {
            let Some(period) = period(self.item(line.item), day_of(line.time)) else {
                kept.push(line);
                continue;
            };
            line.time = moment.unwrap_or(line.time);
            match merged.get(&(line.item, period)) {
                Some(&at) => {
                    kept[at].count += line.count;
                    kept[at].time = kept[at].time.max(line.time);
                }
                None => {
                    merged.insert((line.item, period), kept.len());
                    kept.push(line);
                }
            }
        }
        self.lines = kept;
    }

    /// Laboratory lines a day or two late, some of them after discharge.
    fn post_late(&mut self) {
        for i in 0..self.lines.len() {
            let item = self.lines[i].item;
            if self.item(item).class == 4 && self.item(item).once() {
                self.lines[i].time += self.lateness(item) * DAY;
            }
        }
    }

    /// Tests done in the emergency room hours before admission belong to the stay.
    fn emergency(&mut self) {
        let (first, begin) = (self.stay.first_day(), self.stay.begin);
        let before = self.random.within(2, 12) * 3_600;
        for i in 0..self.lines.len() {
            let tested = matches!(self.item(self.lines[i].item).class, 3 | 4) && self.item(self.lines[i].item).once();
            if tested && day_of(self.lines[i].time) == first && self.random.chance(0.5) {
                self.lines[i].time = begin - before + self.random.within(0, 3_600);
            }
        }
    }

    /// Puts the lines into the order of time, which from here on is final.
    pub fn sort(&mut self) {
        for i in 0..self.lines.len() {
            self.lines[i].time = self.recorded(self.lines[i].time);
        }
        self.lines.sort_by_key(|l| l.time);
    }

    /// Takes back single lines, wholly or in part. Call after [`Sheet::sort`].
    ///
    /// Only the last line of an item is taken back, so that an export that does not name the refunded line leads to the
    /// same one as an export that does.
    pub fn refund_lines(&mut self) {
        if !self.random.chance(self.scene.hyper.line_refunds) || self.stay.refunded {
            return;
        }
        // A bill brought to an amount stays there.
        if self.stay.marks.iter().any(|m| m.scheme == Scheme::ThresholdStays) {
            return;
        }
        let schemed: Vec<u16> = self.lines.iter().filter(|l| l.planted).map(|l| l.item).collect();
        for _ in 0..self.random.within(1, 4) {
            let i = self.random.within(0, self.lines.len() as i64 - 1) as usize;
            let line = self.lines[i].clone();
            let last = self.lines.iter().rposition(|l| l.item == line.item) == Some(i);
            if !last || line.count <= 0 || line.refunds.is_some() || schemed.contains(&line.item) {
                continue;
            }
            let part = line.count > UNIT && line.count % UNIT == 0 && self.random.chance(0.4);
            let count = if part { self.random.within(1, line.count / UNIT - 1) * UNIT } else { line.count };
            let later = self.random.within(0, 5) * DAY / 2 + self.random.within(600, 7_200);
            let time = self.recorded(line.time + later);
            let named = self.random.chance(0.5);
            self.lines.push(Line { time, count: -count, refunds: Some((i as u32, named)), ..line });
        }
    }

    /// Adds the lines that schemes bill besides those of the illness.
    pub fn add_extras(&mut self, extras: &[Extra]) {
        self.lines.extend(extras.iter().map(Extra::line));
    }

    /// Takes back what of them is to be taken back. Call after [`Sheet::sort`].
    pub fn refund_extras(&mut self, extras: &[Extra]) {
        for extra in extras {
            let Some((count, named)) = extra.back else { continue };
            let time = self.recorded(extra.time);
            let same = |l: &Line| l.planted && l.item == extra.item && l.time == time && l.count == extra.count;
            let taken =
                |at: usize| self.lines.iter().any(|l| l.refunds.is_some_and(|(original, _)| original as usize == at));
            let Some(at) = (0..self.lines.len()).find(|at| same(&self.lines[*at]) && !taken(*at)) else { continue };
            let line = self.lines[at].clone();
            let time = self.recorded(extra.time + 3_600);
            self.lines.push(Line { time, count: -count, refunds: Some((at as u32, named)), ..line });
        }
    }

    /// Takes back every line of a stay that was wholly refunded.
    pub fn refund_all(&mut self, moment: i64) {
        let named = self.random.chance(0.6);
        let time = self.recorded(moment);
        for i in 0..self.lines.len() {
            let line = self.lines[i].clone();
            self.lines.push(Line { time, count: -line.count, refunds: Some((i as u32, named)), ..line });
        }
    }
}
