//! The null of `duplicate-charges`: how often an item is billed in identical lines on one day without anything being wrong.
//!
//! Two things are natural. **Habits**: one hospital bills an injection given twice a day in two lines where another bills one
//! line of two; such an item shows repeats on a large share of its days at that hospital. **Flukes**: now and then two equal
//! lines are right (a second dose, a second region scanned); their rate is small and much the same at the other hospitals.
//! What is seen beyond both is excess. Habits are told from excess by beta-binomial models, with the item's other hospitals
//! and the hospital's other items as prior: a habit, or an indication, sits on its own items, while surplus lines spread over
//! the bill; flukes by an upper quantile of the other hospitals' rates, which
//! a minority of cheating hospitals cannot move. This is empirical Bayes in the sense of Efron, Large-Scale Inference
//! (2010), chapters 1 and 5: the region itself supplies the prior.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::facts::{Facts, Repeat, StayItem};
use crate::model::{FeeClass, HospitalId, ItemId, Region};
use crate::stats::{Others, beta_binomial_ln};

/// Parameters of the null, as the card documents them.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NullParameters {
    pub habit_rate: f64,
    pub peer_quantile: f64,
    pub spread: f64,
    pub prior_rate: f64,
    pub habit_prior: f64,
    pub shrinkage: f64,
    pub few_records: f64,
}

/// Days an item needs at a hospital before its rate there says anything about a habit.
const ENOUGH: f64 = 20.0;
/// Days of an item that count at most in the mixture: days of one patient are not independent.
const EFFECTIVE: f64 = 200.0;

/// One item at one hospital.
pub struct Cell {
    /// The hospital.
    pub hospital: HospitalId,
    /// The item.
    pub item: ItemId,
    /// Charged once a day by its nature.
    pub once: bool,
    /// Its fee class.
    pub class: FeeClass,
    /// (record, day, quantity, price) combinations.
    days: f64,
    /// Those billed more than once.
    repeated: f64,
    /// Share of days with natural repeats that are no habit.
    pub rate: f64,
    /// Records with such a day.
    records: f64,
    /// Prior probability of a habit.
    habit_prior: f64,
    /// Whether the hospital bills items of this class in several lines as a rule.
    pub splits: bool,
    /// Rate of repeats over the hospital's items, without those that have most of them.
    general: f64,
    /// Expected over seen repeats of the hospital's class or of the hospital: what a cell with few repeats is shrunk to.
    wider_ratio: f64,
    /// Whether the hospital repeats the class far more often than the others do: what it does itself is no excuse then.
    pub doubled: bool,
}

impl Cell {
    fn seen(&self) -> f64 {
        self.repeated / self.days.max(1.0)
    }

    /// Whether repeats are so common here that they are how the item is billed.
    fn is_habit(&self, habit_rate: f64) -> bool {
        let rate = if self.once { 0.5_f64.max(habit_rate) } else { habit_rate };
        self.repeated >= 3.0 && self.seen() >= rate
    }
}

/// The null for every item at every hospital.
pub struct Natural {
    cells: Vec<Cell>,
    parameters: NullParameters,
}

impl Natural {
    /// Learns the null from the region and its repeats, postings of several days left out.
    pub fn new(region: &Region, facts: &Facts, repeats: &[&Repeat], parameters: NullParameters) -> Self {
        let classes = item_classes(region, &facts.stay_items);
        let cells = facts
            .item_days
            .iter()
            .filter(|d| d.hospital != HospitalId::NONE)
            .map(|d| {
                let class = classes[d.item.index()];
                let days: u32 = d.times.iter().sum();
                Cell {
                    hospital: d.hospital,
                    item: d.item,
                    once: is_once_a_day(class),
                    class,
                    days: f64::from(days),
                    repeated: 0.0,
                    records: 0.0,
                    rate: 0.0,
                    habit_prior: 0.0,
                    splits: false,
                    general: 0.0,
                    wider_ratio: 1.0,
                    doubled: false,
                }
            })
            .collect();
        let mut natural = Self { cells, parameters };
        for repeat in repeats {
            if let Some(at) = natural.place(region.records[repeat.record.index()].hospital, repeat.item) {
                natural.cells[at].repeated += 1.0;
            }
        }
        let shares = natural.habit_shares();
        natural.learn_items(&shares);
        natural.learn_flukes();
        natural.count_records(region, repeats);
        natural.learn_ratios(region, repeats);
        natural.learn_general();
        natural
    }

    /// All cells, by hospital and item.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The place of an item at a hospital among them.
    pub fn place(&self, hospital: HospitalId, item: ItemId) -> Option<usize> {
        self.cells.binary_search_by_key(&(hospital, item), |c| (c.hospital, c.item)).ok()
    }

    /// Takes the excuse of a habit from the items that a hospital doubles.
    pub fn mark_doubled(&mut self, items: impl Iterator<Item = (HospitalId, ItemId)>) {
        for (hospital, item) in items {
            if let Some(at) = self.place(hospital, item) {
                self.cells[at].doubled = true;
            }
        }
    }

    /// The cell of an item at a hospital.
    pub fn cell(&self, hospital: HospitalId, item: ItemId) -> Option<&Cell> {
        self.place(hospital, item).map(|i| &self.cells[i])
    }

    /// The probability that one repeat is in excess, for a stay with `own_days` days of the item, `own_repeats` of them
    /// repeated. The stay itself is left out where the habit is judged, so that it cannot excuse itself.
    pub fn excess(&self, cell: &Cell, own_days: f64, own_repeats: f64) -> f64 {
        let expected = cell.rate * cell.days;
        let pull = self.parameters.shrinkage;
        let natural = (expected + pull * cell.wider_ratio) / (cell.repeated + pull);
        (1.0 - self.habit(cell, own_days, own_repeats)) * (1.0 - natural.min(1.0))
    }

    /// The probability that the item is billed in identical lines at this hospital for a reason of its own, a habit or an
    /// indication, judged from the other records: an item repeated in records counts once for each, since the days of one
    /// order are not independent.
    ///
    /// Against it stands what spreads over all items: the hospital's general rate of repeats. What is charged once a day has
    /// no reasons of its own short of a way of posting that nearly every day shows.
    pub fn habit(&self, cell: &Cell, own_days: f64, own_repeats: f64) -> f64 {
        if cell.doubled {
            return 0.0;
        }
        let days = (cell.days - own_days).max(0.0);
        let log = if cell.once {
            let weight = days.min(EFFECTIVE);
            let share = if days > 0.0 { ((cell.repeated - own_repeats) / days).clamp(0.0, 1.0) } else { 0.0 };
            beta_binomial_ln(share * weight, weight, 1.0, 2.0) - beta_binomial_ln(share * weight, weight, 1.0, 4.0)
        } else {
            let hits = (cell.records - f64::from(u8::from(own_repeats > 0.0))).clamp(0.0, days);
            let common = beta_binomial_ln(hits, days, 1.0, 2.0);
            let rare = beta_binomial_ln(hits, days, 1.0, 60.0);
            let own_reason = common.max(rare) + (-(common - rare).abs()).exp().ln_1p() - 2.0_f64.ln();
            own_reason - beta_binomial_ln(hits, days, 1.0, (1.0 / cell.general).clamp(60.0, 1e5))
        };
        let odds = cell.habit_prior / (1.0 - cell.habit_prior) * log.exp();
        if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 }
    }

    /// By hospital and class: the share of items that are billed in several lines as a rule, and whether it is enough items
    /// to call it the hospital's way.
    fn habit_shares(&self) -> BTreeMap<(HospitalId, FeeClass), (f64, bool)> {
        let mut counts: BTreeMap<(HospitalId, FeeClass), [f64; 2]> = BTreeMap::new();
        for cell in self.cells.iter().filter(|c| c.days >= ENOUGH) {
            let [all, habits] = counts.entry((cell.hospital, cell.class)).or_default();
            *all += 1.0;
            *habits += f64::from(u8::from(cell.is_habit(self.parameters.habit_rate)));
        }
        counts
            .into_iter()
            .map(|(key, [all, habits])| (key, (habits / all, habits >= 2.0 && habits / all >= 0.05)))
            .collect()
    }

    /// For each item: the prior of a habit and the rate of flukes, from the hospitals that bill its class in the same way.
    fn learn_items(&mut self, shares: &BTreeMap<(HospitalId, FeeClass), (f64, bool)>) {
        let mut by_item: BTreeMap<ItemId, Vec<usize>> = BTreeMap::new();
        for (i, cell) in self.cells.iter_mut().enumerate() {
            cell.splits = shares.get(&(cell.hospital, cell.class)).is_some_and(|s| s.1);
            by_item.entry(cell.item).or_default().push(i);
        }
        for members in by_item.values() {
            for splits in [false, true] {
                let alike: Vec<usize> = members.iter().copied().filter(|&i| self.cells[i].splits == splits).collect();
                let peers = if alike.len() > 2 { &alike } else { members };
                let peers = Peers::new(&self.cells, peers, &self.parameters);
                for &i in &alike {
                    let share = shares.get(&(self.cells[i].hospital, self.cells[i].class)).map_or(0.0, |s| s.0);
                    let (rate, habits, count) = peers.without(&self.cells[i], i);
                    let cell = &mut self.cells[i];
                    // Five hospitals' worth of prior: what is charged once a day has no habits; else the hospital's other items.
                    let prior = if cell.once { 0.1 } else { 4.0 * share + self.parameters.habit_prior };
                    cell.habit_prior = ((habits + prior) / (count + 5.0)).clamp(0.005, 0.97);
                    cell.rate = rate;
                }
            }
        }
    }

    /// Items that are hardly ever repeated anywhere have no rate of their own: theirs is that of all such items of the class.
    fn learn_flukes(&mut self) {
        let mut sums: BTreeMap<FeeClass, BTreeMap<HospitalId, [f64; 2]>> = BTreeMap::new();
        for cell in self.cells.iter().filter(|c| c.rate == 0.0 && !c.is_habit(self.parameters.habit_rate)) {
            let [days, repeated] = sums.entry(cell.class).or_default().entry(cell.hospital).or_default();
            *days += cell.days;
            *repeated += cell.repeated;
        }
        let mut flukes: BTreeMap<(FeeClass, HospitalId), f64> = BTreeMap::new();
        for (class, hospitals) in &sums {
            let known = hospitals.iter().filter(|(_, [days, _])| *days >= ENOUGH);
            let known = Others::new(known.map(|(h, [days, repeated])| (*h, repeated / days)));
            for hospital in hospitals.keys() {
                let fluke = known.quantile(*hospital, self.parameters.peer_quantile).unwrap_or(0.0);
                flukes.insert((*class, *hospital), fluke);
            }
        }
        for cell in &mut self.cells {
            let fluke = flukes.get(&(cell.class, cell.hospital)).copied().unwrap_or(0.0);
            cell.rate = cell.rate.max(fluke).mul_add(self.parameters.spread, self.parameters.prior_rate).min(1.0);
        }
    }

    /// How much of what a class shows at a hospital, and of what the whole hospital shows, flukes explain. A record counts once,
    /// since a panel of tests is drawn twice as a whole and the days of one order go together; a few records that nothing
    /// explains are found anywhere, so as many are added on both sides.
    fn learn_ratios(&mut self, region: &Region, repeats: &[&Repeat]) {
        let mut classes: BTreeMap<(HospitalId, FeeClass), [f64; 2]> = BTreeMap::new();
        let mut hospitals: BTreeMap<HospitalId, [f64; 2]> = BTreeMap::new();
        for cell in self.cells.iter().filter(|c| !c.is_habit(self.parameters.habit_rate)) {
            classes.entry((cell.hospital, cell.class)).or_default()[0] += cell.rate * cell.days;
            hospitals.entry(cell.hospital).or_default()[0] += cell.rate * cell.days;
        }
        for of_record in repeats.chunk_by(|a, b| a.record == b.record) {
            let hospital = region.records[of_record[0].record.index()].hospital;
            let counted = of_record.iter().filter_map(|r| self.cell(hospital, r.item));
            let seen: BTreeSet<FeeClass> =
                counted.filter(|c| !c.is_habit(self.parameters.habit_rate)).map(|c| c.class).collect();
            if !seen.is_empty() {
                hospitals.entry(hospital).or_default()[1] += 1.0;
            }
            for class in seen {
                classes.entry((hospital, class)).or_default()[1] += 1.0;
            }
        }
        let few = self.parameters.few_records;
        let ratio = |[expected, seen]: [f64; 2]| ((expected + few) / (seen + few)).min(1.0);
        for cell in &mut self.cells {
            let class = classes.get(&(cell.hospital, cell.class)).copied().unwrap_or_default();
            let hospital = hospitals.get(&cell.hospital).copied().unwrap_or_default();
            cell.wider_ratio = ratio(class).min(ratio(hospital));
        }
    }

    /// A few items that are repeated for reasons of their own must not look like a hospital that repeats everything: a tenth
    /// of its items, those with most records, are left out, and half a record is added for what was not seen.
    fn learn_general(&mut self) {
        let habit_rate = self.parameters.habit_rate;
        for cells in self.cells.chunk_by_mut(|a, b| a.hospital == b.hospital) {
            let mut all: Vec<(f64, f64)> =
                cells.iter().filter(|c| !c.is_habit(habit_rate)).map(|c| (c.records, c.days)).collect();
            all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)));
            let rest = &all[all.len() / 10..];
            let (records, days) = rest.iter().fold((0.5, 1.0), |sum, c| (sum.0 + c.0, sum.1 + c.1));
            cells.iter_mut().for_each(|c| c.general = records / days);
        }
    }

    fn count_records(&mut self, region: &Region, repeats: &[&Repeat]) {
        for of_item in repeats.chunk_by(|a, b| (a.record, a.item) == (b.record, b.item)) {
            let hospital = region.records[of_item[0].record.index()].hospital;
            if let Some(i) = self.place(hospital, of_item[0].item) {
                self.cells[i].records += 1.0;
            }
        }
    }
}

/// The hospitals of one item, so that one of them can be left out cheaply.
struct Peers {
    /// Rates of the cells without a habit.
    quiet: Others<usize>,
    habits: f64,
    count: f64,
    habit_rate: f64,
    quantile: f64,
    members: Vec<usize>,
}

impl Peers {
    fn new(cells: &[Cell], members: &[usize], parameters: &NullParameters) -> Self {
        let members: Vec<usize> = members.iter().copied().filter(|&i| cells[i].days >= ENOUGH / 2.0).collect();
        let habit = |i: &usize| cells[*i].is_habit(parameters.habit_rate);
        Self {
            habits: members.iter().filter(|i| habit(i)).count() as f64,
            count: members.len() as f64,
            quiet: Others::new(members.iter().filter(|i| !habit(i)).map(|&i| (i, cells[i].seen()))),
            habit_rate: parameters.habit_rate,
            quantile: parameters.peer_quantile,
            members,
        }
    }

    /// Rate of flukes, number of habits and number of hospitals, all without the given one.
    fn without(&self, cell: &Cell, index: usize) -> (f64, f64, f64) {
        let own = f64::from(u8::from(self.members.binary_search(&index).is_ok()));
        let own_habit = if cell.is_habit(self.habit_rate) { own } else { 0.0 };
        let rate = self.quiet.quantile(index, self.quantile).unwrap_or(0.0);
        (rate, self.habits - own_habit, self.count - own)
    }
}

/// Classes whose items are charged once a day by their nature; what is repeated there needs a reason.
fn is_once_a_day(class: FeeClass) -> bool {
    matches!(
        class,
        FeeClass::Bed
            | FeeClass::Consultation
            | FeeClass::Examination
            | FeeClass::Surgery
            | FeeClass::Nursing
            | FeeClass::GeneralTreatment
            | FeeClass::Registration
    )
}

/// The fee class of each item, from its first record.
fn item_classes(region: &Region, stay_items: &[StayItem]) -> Vec<FeeClass> {
    let mut classes = vec![FeeClass::Unknown; region.names.items.len()];
    for item in stay_items.iter().rev() {
        classes[item.item.index()] = region.fees.class(item.first_line as usize);
    }
    classes
}
