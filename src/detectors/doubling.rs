//! Institutions that bill a class of items in identical lines more often than the others do.
//!
//! **The null.** Of the days on which an item is charged in a stay, a share shows identical lines; the share of each item is the
//! upper quantile of the *other* hospitals' shares, so that the hospital tested has no part in it and a minority of cheating
//! hospitals does not move it. Summed over the items of a fee class that is the expected number of repeats. Hospitals differ
//! from it by an overdispersed law: a Poisson count whose ratio to the expectation spreads between hospitals as the others
//! show, robustly and with the hospital itself left out ([`Prediction::count_tail`]). Repeats of one stay go together (a panel
//! drawn twice is ten of them), so counts are divided by the design effect, the mean number of repeats met with a repeat.
//! What is repeated often anywhere (glucose at the bed, blood gases) differs between hospitals by many times as much as what is
//! hardly ever repeated, so each class is judged in parts, by how often the others repeat the item ([`LEVELS`]). Of what they
//! hardly ever repeat, ratios of expectations near nothing say little: there the rates themselves are compared, on the scale of
//! their roots. One test is made
//! for each hospital and part with enough days; false discoveries are controlled by Benjamini and Hochberg over all of them.
//!
//! Only repeats that come on top of what the day needs count ([`surplus`](super::surplus)): what a hospital writes a dose a line
//! is none. Days hold more than those beside them without anything billed again as well, so the others' rate counts all days that
//! do, in one line or in several. Where a hospital's days of a class hold as much more as all its repeats add, all of them count,
//! and then all of the others' do: like is compared with like ([`Repeats`]).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::case_mix;
use super::natural::Natural;
use super::piles::{Items, Place, place};
use crate::facts::{Facts, Repeat};
use crate::model::{FeeClass, HospitalId, ItemId, RecordId, Region};
use crate::rule::subjects::{is_childbirth, is_newborns};
use crate::stats::funnel::{Prediction, Unit, predictions};
use crate::stats::{Others, benjamini_hochberg};

/// Parameters of the test, as the card documents them.
#[derive(Clone, Deserialize)]
pub struct DoublingParameters {
    /// Quantile of the other hospitals' rates that is expected.
    pub peer_quantile: f64,
    /// Least share of the class's days with repeats beyond the expected.
    pub min_share: f64,
    /// Fewest stays with repeats.
    pub min_records: usize,
    /// False discoveries among hospitals and classes.
    pub max_q: f64,
}

/// Days of an item at a hospital from which its rate says something, and of a class for a test.
const ENOUGH: f64 = 10.0;
/// Days of a class at a hospital for a test.
const ENOUGH_OF_CLASS: f64 = 50.0;
/// Least expectation of a count, in occasions: next to nothing says next to nothing.
const LEAST: f64 = 0.1;
/// Share of the repeats that the others' rates may explain.
const MOST: f64 = 0.5;
/// Expected rates of repeats between which the items of a class are judged together.
const LEVELS: [f64; 2] = [0.01, 0.05];

/// Which repeats of a class count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Repeats {
    /// Those on top of what the days beside them need.
    OnTop,
    /// All, because the days hold as much more.
    All,
}

/// A class of items, and which of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    class: FeeClass,
    /// Those with an expected rate beyond so many [`LEVELS`].
    level: u8,
    /// And what is counted of them.
    repeats: Repeats,
}

/// One item at one hospital, stays alone.
#[derive(Clone, Copy, Default)]
struct Sums {
    days: f64,
    repeated: f64,
    /// Days that hold more than those beside them, in however many lines.
    peaks: f64,
}

impl Sums {
    /// Share of the days that have more than they need.
    fn rate(&self) -> f64 {
        self.repeated.max(self.peaks) / self.days
    }
}

/// What a hospital does with a class.
#[derive(Default)]
struct Tally {
    days: f64,
    expected: f64,
    repeated: f64,
    /// Sum of squares of the repeats by stay.
    squares: f64,
    records: usize,
}

impl Tally {
    /// How many repeats come together with one.
    fn design(&self) -> f64 {
        if self.repeated > 0.0 { (self.squares / self.repeated).max(1.0) } else { 1.0 }
    }
}

/// Items of a class that one hospital repeats more than the others.
pub struct Doubled {
    /// Class, and which of its items.
    pub part: Part,
    /// Days of its items.
    pub days: f64,
    /// Those with repeats.
    pub observed: f64,
    /// Those that the others' rates explain.
    pub expected: f64,
    /// Of the count, against the others.
    pub p: f64,
    /// After Benjamini and Hochberg.
    pub q: f64,
    /// Hospitals it was compared with.
    pub others: usize,
}

/// What was found of the institutions.
pub struct Doubling<'a> {
    /// By hospital: what it repeats more than the others, and the repeats that count.
    pub hospitals: BTreeMap<HospitalId, (Vec<Doubled>, Vec<&'a Repeat>)>,
    /// Number of tests.
    pub tests: usize,
    /// Hospitals with charges that too few others could be compared with.
    pub alone: usize,
}

impl Doubling<'_> {
    /// The hospitals found with each part.
    fn by_part(&self) -> BTreeMap<Part, BTreeSet<HospitalId>> {
        let mut found: BTreeMap<Part, BTreeSet<HospitalId>> = BTreeMap::new();
        for (hospital, (parts, _)) in &self.hospitals {
            parts.iter().for_each(|doubled| {
                found.entry(doubled.part).or_default().insert(*hospital);
            });
        }
        found
    }

    /// Of hospitals found in several classes, the repeats of each of them in stays that no other class lists.
    pub fn beside<'a>(&self, region: &Region, repeats: &[&'a Repeat]) -> Vec<&'a Repeat> {
        let mut found: BTreeMap<HospitalId, BTreeSet<FeeClass>> =
            self.hospitals.iter().map(|(h, (parts, _))| (*h, parts.iter().map(|p| p.part.class).collect())).collect();
        found.retain(|_, classes| classes.len() > 1);
        let mut listed: BTreeMap<RecordId, BTreeSet<FeeClass>> = BTreeMap::new();
        for repeat in self.hospitals.iter().filter(|(h, _)| found.contains_key(h)).flat_map(|(_, (_, own))| own) {
            listed.entry(repeat.record).or_default().insert(place(region, repeat).1);
        }
        let asked = |repeat: &&&'a Repeat| {
            let (hospital, class) = place(region, repeat);
            found.get(&hospital).is_some_and(|classes| classes.contains(&class))
                && listed.get(&repeat.record).is_none_or(|classes| classes.iter().all(|c| *c == class))
        };
        repeats.iter().filter(asked).copied().collect()
    }
}

/// What the hospitals are compared by.
pub struct Compared<'r, 'a> {
    /// Repeats on top of what their days need, and all of the places in `needed`.
    pub on_top: &'r [&'a Repeat],
    /// Those that are given of hospitals above the others: more may be on top.
    pub listed: &'r [&'a Repeat],
    /// All that could be told by days at all.
    pub all: &'r [&'a Repeat],
    /// Where all of them count.
    pub needed: &'r BTreeSet<Place>,
    /// Days of an item at a hospital that hold more than those beside them.
    pub peaks: &'r BTreeMap<(HospitalId, ItemId), f64>,
    /// Items that stand for other days.
    pub written: &'r Items,
}

/// The rates of one way of counting: for each item at each hospital the one to expect of it.
struct Rates<'n> {
    natural: &'n Natural,
    repeats: Repeats,
    expected: Vec<Option<f64>>,
}

impl Rates<'_> {
    fn part(&self, at: usize) -> Option<Part> {
        let rate = self.expected[at]?;
        let level = LEVELS.iter().filter(|level| rate >= **level).count() as u8;
        Some(Part { class: self.natural.cells()[at].class, level, repeats: self.repeats })
    }

    fn part_of(&self, region: &Region, repeat: &Repeat) -> Option<Part> {
        self.part(self.natural.place(region.records[repeat.record.index()].hospital, repeat.item)?)
    }
}

/// By part and hospital.
type Tallies = BTreeMap<(Part, HospitalId), Tally>;

/// Compares the hospitals.
pub fn compare<'a>(
    region: &Region,
    facts: &Facts,
    compared: &Compared<'_, 'a>,
    natural: &Natural,
    parameters: &DoublingParameters,
) -> Doubling<'a> {
    let births = births(region, compared.all);
    let of_stays = |r: &&'a Repeat| region.stay_of(r.record).is_some() && !births.contains(&r.record);
    let of_stays = |repeats: &[&'a Repeat]| -> Vec<&'a Repeat> { repeats.iter().copied().filter(of_stays).collect() };
    let (on_top, listed, all) = (of_stays(compared.on_top), of_stays(compared.listed), of_stays(compared.all));
    let mut tallies = Tallies::new();
    let mut rates = |repeats: Repeats, counted: &[&Repeat]| {
        let mut sums = sums(region, facts, counted, natural);
        for (cell, sums) in natural.cells().iter().zip(&mut sums) {
            sums.peaks = compared.peaks.get(&(cell.hospital, cell.item)).copied().unwrap_or(0.0);
        }
        let rates = Rates { natural, repeats, expected: expected(natural, &sums, compared.written, parameters) };
        tally(region, &rates, &sums, counted, &mut tallies);
        rates
    };
    let (of_on_top, of_all) = (rates(Repeats::OnTop, &on_top), rates(Repeats::All, &all));
    let mut doubling = judge(&tallies, compared.needed, parameters);
    let of = |rates: &Rates<'_>, repeats: &[&'a Repeat], part: Part| -> Vec<&'a Repeat> {
        repeats.iter().copied().filter(|r| rates.part_of(region, r) == Some(part)).collect()
    };
    for (part, found) in doubling.by_part() {
        let repeats = match part.repeats {
            Repeats::OnTop => of(&of_on_top, &listed, part),
            Repeats::All => of(&of_all, &all, part),
        };
        for (hospital, repeat) in case_mix::beyond(region, facts, part.class, &found, &repeats) {
            doubling.hospitals.entry(hospital).or_default().1.push(repeat);
        }
    }
    let records = |repeats: &[&Repeat]| repeats.iter().map(|r| r.record).collect::<BTreeSet<_>>().len();
    // Fewer stays are no pattern of an institution.
    doubling.hospitals.retain(|_, (_, listed)| records(listed) >= parameters.min_records);
    doubling
}

/// Adds what the hospitals do with each part; `counted` record by record.
fn tally(region: &Region, rates: &Rates<'_>, sums: &[Sums], counted: &[&Repeat], tallies: &mut Tallies) {
    for (at, (cell, sums)) in rates.natural.cells().iter().zip(sums).enumerate() {
        let Some((part, rate)) = rates.part(at).zip(rates.expected[at]) else { continue };
        let tally = tallies.entry((part, cell.hospital)).or_default();
        tally.days += sums.days;
        tally.expected += sums.days * rate;
    }
    for of_record in counted.chunk_by(|a, b| a.record == b.record) {
        let mut parts: BTreeMap<Part, f64> = BTreeMap::new();
        let of_repeats = of_record.iter().filter_map(|r| rates.part_of(region, r));
        of_repeats.for_each(|part| *parts.entry(part).or_default() += 1.0);
        let hospital = region.records[of_record[0].record.index()].hospital;
        for (part, repeats) in parts {
            let tally = tallies.entry((part, hospital)).or_default();
            tally.repeated += repeats;
            tally.squares += repeats * repeats;
            tally.records += 1;
        }
    }
}

/// Stays with repeats where two people may share the number: two of everything says nothing there.
fn births(region: &Region, all: &[&Repeat]) -> BTreeSet<RecordId> {
    let records = all.chunk_by(|a, b| a.record == b.record).map(|group| group[0].record);
    let birth =
        |record: &RecordId| region.stay_of(*record).is_some_and(|s| is_newborns(region, s) || is_childbirth(region, s));
    records.filter(birth).collect()
}

fn sums(region: &Region, facts: &Facts, counted: &[&Repeat], natural: &Natural) -> Vec<Sums> {
    let mut sums = vec![Sums::default(); natural.cells().len()];
    let place = |record: RecordId, item: ItemId| {
        region.stay_of(record).and_then(|_| natural.place(region.records[record.index()].hospital, item))
    };
    for item in &facts.stay_items {
        if let Some(at) = place(item.record, item.item) {
            sums[at].days += f64::from(item.days);
        }
    }
    for repeat in counted {
        if let Some(at) = place(repeat.record, repeat.item) {
            sums[at].repeated += 1.0;
        }
    }
    sums
}

/// For each item at each hospital the rate to expect of it; `None` where nobody else bills it, or where its lines are a way of
/// writing.
fn expected(natural: &Natural, sums: &[Sums], written: &Items, parameters: &DoublingParameters) -> Vec<Option<f64>> {
    let told = |at: usize| {
        let key = (natural.cells()[at].hospital, natural.cells()[at].item);
        !written.contains(&key)
    };
    let mut by_item: BTreeMap<ItemId, Vec<usize>> = BTreeMap::new();
    for (at, cell) in natural.cells().iter().enumerate().filter(|(at, _)| sums[*at].days > 0.0) {
        by_item.entry(cell.item).or_default().push(at);
    }
    let mut rates = vec![None; sums.len()];
    for members in by_item.values() {
        let known = members.iter().filter(|at| sums[**at].days >= ENOUGH && told(**at));
        let known = Others::new(known.map(|&at| (at, sums[at].rate())));
        let days: f64 = members.iter().map(|&at| sums[at].days).sum();
        for &at in members.iter().filter(|at| days - sums[**at].days >= ENOUGH && told(**at)) {
            rates[at] = known.quantile(at, parameters.peer_quantile);
        }
    }
    rates
}

/// A class at a hospital that was tested.
struct Tested<'a> {
    part: Part,
    hospital: HospitalId,
    tally: &'a Tally,
    p: f64,
    others: usize,
}

/// Judges each hospital by the repeats that count there.
fn judge<'a>(tallies: &Tallies, needed: &BTreeSet<Place>, parameters: &DoublingParameters) -> Doubling<'a> {
    let all: Vec<(&(Part, HospitalId), &Tally)> = tallies.iter().collect();
    let billing: BTreeSet<HospitalId> = all.iter().map(|(key, _)| key.1).collect();
    let mut tested: Vec<Tested<'_>> = Vec::new();
    for of_part in all.chunk_by(|((a, _), _), ((b, _), _)| a == b) {
        let enough: Vec<_> = of_part.iter().filter(|(_, t)| t.days >= ENOUGH_OF_CLASS).collect();
        let seldom = of_part[0].0.0.level == 0;
        let occasions = |t: &Tally| {
            let expected = if seldom { t.days * LEVELS[0] } else { t.expected };
            (t.repeated / t.design(), (expected / t.design()).max(LEAST))
        };
        let units: Vec<Unit> = enough.iter().map(|(_, t)| occasions(t)).map(|(o, e)| Unit::count(o, e)).collect();
        for (((key, tally), unit), prediction) in enough.iter().zip(&units).zip(predictions(&units)) {
            let (observed, expected) = occasions(tally);
            let p = |p: Prediction| {
                let p = if seldom {
                    p.tail_of_few(*unit)
                } else {
                    // Rounded down: what is no whole occasion is none.
                    p.count_tail(observed.floor(), expected)
                };
                p.max(f64::MIN_POSITIVE)
            };
            let &(part, hospital) = *key;
            if (part.repeats == Repeats::All) != needed.contains(&(hospital, part.class)) {
                continue;
            }
            let others = units.len() - 1;
            tested.extend(prediction.map(|prediction| Tested { part, hospital, tally, p: p(prediction), others }));
        }
    }
    let compared: BTreeSet<HospitalId> = tested.iter().map(|t| t.hospital).collect();
    let p: Vec<f64> = tested.iter().map(|t| t.p).collect();
    let q = benjamini_hochberg(&p, tested.len());
    let mut hospitals: BTreeMap<HospitalId, (Vec<Doubled>, Vec<&Repeat>)> = BTreeMap::new();
    for (&Tested { part, hospital, tally, p, others }, q) in tested.iter().zip(q) {
        let beyond = (tally.repeated - tally.expected) / tally.days;
        if q <= parameters.max_q && beyond >= parameters.min_share && tally.records >= parameters.min_records {
            hospitals.entry(hospital).or_default().0.push(Doubled {
                part,
                days: tally.days,
                observed: tally.repeated,
                expected: tally.expected,
                p,
                q,
                others,
            });
        }
    }
    // Where the others explain most repeats, nobody can say which of them were billed again.
    let sum = |parts: &[Doubled], of: fn(&Doubled) -> f64| parts.iter().map(of).sum::<f64>();
    hospitals.retain(|_, (parts, _)| sum(parts, |d| d.expected) <= MOST * sum(parts, |d| d.observed));
    Doubling { hospitals, tests: tested.len(), alone: billing.difference(&compared).count() }
}
