//! Wards most of whose stays are empty: institutions judged by what the others show, not by themselves.
//!
//! A hospital that posts a week's work on one day leaves days without care, too, and most of its stays then look alike. That
//! excuse can fail: what was posted on another day is still on the bill. So a stay counts only where most of its days are empty
//! **and** less than half as many drugs and treatments stand beside its beds and nursing as with such patients elsewhere. The
//! number of such stays in a ward is held against the higher of three rates of the *other* hospitals: in the department, with the
//! diagnosis, and, as if only the posting emptied the days, of all stays with so little care, empty or not. Rest, rehabilitation
//! and hospice are compared with the same department elsewhere; where nobody else has one, they are not judged.
//!
//! Counts of wards differ from the expected by the overdispersed law of [`Prediction::count_tail`], learnt without the ward itself;
//! false discoveries are controlled over all wards (Benjamini and Hochberg). An export without drugs or treatments is told by
//! having none in any stay of the hospital.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::cohort::{Chart, Cohort, EMPTY};
use super::judge::Parameters;
use crate::facts::{Facts, StayTotal};
use crate::model::{FeeClass, Region};
use crate::stats::funnel::{Prediction, Unit, predictions};
use crate::stats::{Others, benjamini_hochberg, quantile};

/// A ward more of whose stays are empty than others' rates explain.
pub struct Ward {
    /// Position of the hospital.
    pub hospital: u32,
    /// Name.
    pub name: String,
    /// Stays compared, and those of them that are empty with little care.
    pub stays: usize,
    pub observed: usize,
    /// As many as the other hospitals imply.
    pub expected: f64,
    pub p: f64,
    pub q: f64,
    /// The empty stays: charts.
    pub charts: Vec<usize>,
}

/// What was found of the wards.
#[derive(Default)]
pub struct Wards {
    /// By hospital.
    pub empty: Vec<Ward>,
    /// Wards tested.
    pub tests: usize,
    /// Stays of kinds that no other hospital has: charts.
    pub alone: BTreeSet<usize>,
}

/// Share of a stay's days from which it is an empty one, and the fewest of them.
const EMPTY_SHARE: f64 = 0.5;
const EMPTY_DAYS: usize = 2;
/// Share of its days from which a stay is listed with a ward that stands out.
const LISTED_SHARE: f64 = 0.4;
/// Days from which a stay says anything.
const DAYS: usize = 3;
/// Share of what is usual beside beds and nursing up to which care is little.
const LITTLE: f64 = 0.5;
/// Stays of a kind from which a hospital's rate says something, and hospitals with a rate that a comparison needs.
const ENOUGH: usize = 5;
const OTHERS: usize = 2;
/// Quantile of the other hospitals' rates that is expected.
const USUAL: f64 = 0.75;
/// Stays from which a ward is tested, and the least expected count.
const WARD: usize = 5;
const LEAST: f64 = 0.1;
/// Root of the ratio to the expected below which most wards have next to none, see [`Prediction::tail_of_few`].
const FEW: f64 = 0.7;
/// Share of the empty stays that must have little care: where the days are empty by the posting alone, few have.
const MOSTLY: f64 = 0.6;
/// Share of the care's money at which a class is one that a hospital's export cannot lack.
const MAIN: f64 = 0.2;
/// Care of few treatments, by the names of wards and houses.
const QUIET: [&str; 9] = ["康复", "疗养", "安宁", "临终", "缓和", "护理", "精神", "老年", "康养"];

/// What is done for the patient day by day.
const CARE: [FeeClass; 5] = [
    FeeClass::Treatment,
    FeeClass::WesternDrug,
    FeeClass::HerbalSlice,
    FeeClass::ChinesePatent,
    FeeClass::GeneralTreatment,
];
const KEEP: [FeeClass; 3] = [FeeClass::Bed, FeeClass::Consultation, FeeClass::Nursing];

/// The number of no kind.
const NO_KIND: u32 = u32::MAX;

/// One stay.
#[derive(Clone, Copy)]
struct One {
    chart: usize,
    hospital: u32,
    /// Its department and its diagnosis, as numbers of kinds.
    kinds: [u32; 2],
    empty: bool,
    /// Whether enough days are empty for it to be listed with its ward.
    bare: bool,
    /// Care beside beds and nursing.
    care: f64,
    little: bool,
}

/// Judges the wards. Days that a hospital posts late count: what was done on them is on the bill.
pub fn judge(region: &Region, facts: &Facts, cohort: &Cohort, parameters: &Parameters) -> Wards {
    let ward = |one: &One| {
        let stay = &region.stays[cohort.charts[one.chart].stay as usize];
        let (name, house) = (region.names.departments.get(stay.department), region.hospital_name(stay.hospital));
        (name, QUIET.iter().any(|word| name.contains(word) || house.contains(word)))
    };
    compare(stays(region, facts, cohort), ward, parameters)
}

/// Compares the wards; `ward` gives a stay's ward and whether few treatments are given in such a ward.
fn compare<'a>(mut all: Vec<One>, ward: impl Fn(&One) -> (&'a str, bool), parameters: &Parameters) -> Wards {
    // What is usual, by department and by diagnosis: the lower counts, as either explains little care.
    let usual =
        per_kind(&all, 0.5, |own| quantile(&mut own.iter().map(|o| o.care).collect::<Vec<f64>>(), 0.5).unwrap_or(0.0));
    for one in &mut all {
        let usual = of(&usual, one).into_iter().flatten().reduce(f64::min);
        one.little = usual.is_some_and(|usual| one.care < LITTLE * usual);
    }
    let share =
        |own: &[&One], what: fn(&One) -> bool| own.iter().filter(|o| what(o)).count() as f64 / own.len().max(1) as f64;
    let both = per_kind(&all, USUAL, |own| share(own, |o| o.empty && o.little));
    let little = per_kind(&all, USUAL, |own| share(own, |o| o.little));
    let rate = |rates: &Rates, one: &One| of(rates, one).into_iter().flatten().reduce(f64::max);
    let mut wards: BTreeMap<(u32, String), (Vec<usize>, f64)> = BTreeMap::new();
    let mut alone = BTreeSet::new();
    for (at, one) in all.iter().enumerate() {
        let ((name, quiet), known) = (ward(one), of(&both, one));
        let Some(expected) = rate(&both, one).filter(|_| known[0].is_some() || !quiet) else {
            alone.insert(one.chart);
            continue;
        };
        let as_posted = if one.empty { rate(&little, one).unwrap_or(0.0) } else { 0.0 };
        let ward = wards.entry((one.hospital, name.to_string())).or_default();
        ward.0.push(at);
        ward.1 += expected.max(as_posted);
    }
    let counted = |ward: &[usize], what: fn(&One) -> bool| ward.iter().filter(|at| what(&all[**at])).count();
    let tested: Vec<((u32, String), Vec<usize>, f64)> = wards
        .into_iter()
        .filter(|(_, (own, _))| own.len() >= WARD)
        .map(|(key, (own, expected))| (key, own, expected.max(LEAST)))
        .collect();
    let observed: Vec<usize> = tested.iter().map(|(_, own, _)| counted(own, |o| o.empty && o.little)).collect();
    let units: Vec<Unit> =
        tested.iter().zip(&observed).map(|((.., expected), n)| Unit::count(*n as f64, *expected)).collect();
    let p: Vec<f64> = (predictions(&units).into_iter().zip(&tested).zip(observed.iter().zip(&units)))
        .map(|((prediction, (.., expected)), (n, unit))| {
            let tail = |p: Prediction| {
                let p = if p.mean < FEW { p.tail_of_few(*unit) } else { p.count_tail(*n as f64, *expected) };
                p.max(f64::MIN_POSITIVE)
            };
            // Fewer make no lead.
            prediction.filter(|_| *n >= parameters.institution_records).map_or(1.0, tail)
        })
        .collect();
    let q = benjamini_hochberg(&p, p.len());
    let tests = tested.len();
    let mut empty = Vec::new();
    for ((((hospital, name), own, expected), observed), (p, q)) in
        tested.into_iter().zip(observed).zip(p.into_iter().zip(q))
    {
        let beyond = (observed as f64 - expected) / own.len() as f64;
        let bare = counted(&own, |o| o.empty);
        if q <= parameters.institution_q
            && beyond >= parameters.institution_share
            && observed >= parameters.institution_records
            && observed as f64 >= MOSTLY * bare as f64
        {
            let charts = own.iter().map(|at| &all[*at]).filter(|o| o.bare).map(|o| o.chart).collect();
            empty.push(Ward { hospital, name, stays: own.len(), observed, expected, p, q, charts });
        }
    }
    Wards { empty, tests, alone }
}

/// The stays that can be compared.
fn stays(region: &Region, facts: &Facts, cohort: &Cohort) -> Vec<One> {
    let total = |chart: &Chart| {
        let record = region.stays[chart.stay as usize].record;
        let at = facts.stay_totals.binary_search_by_key(&record, |t| t.record);
        at.ok().map(|at| &facts.stay_totals[at])
    };
    let lacking = without_care(cohort, &total);
    let mut all = Vec::new();
    for (at, chart) in cohort.charts.iter().enumerate().filter(|(_, c)| !lacking.contains(&c.hospital)) {
        let Some(total) = total(chart) else { continue };
        let sum = |classes: &[FeeClass]| classes.iter().map(|c| total.by_class[*c as usize].yuan()).sum::<f64>();
        let (care, kept) = (sum(&CARE), sum(&KEEP));
        let days = cohort.whole(chart);
        if days.len() < DAYS || kept <= 0.0 {
            continue;
        }
        let empty = days.iter().filter(|d| **d & EMPTY != 0).count();
        let department = region.stays[chart.stay as usize].department.some().map_or(NO_KIND, |d| d.0);
        let diagnosis = cohort.path(chart.leaf).get(2).copied().unwrap_or(NO_KIND);
        all.push(One {
            chart: at,
            hospital: chart.hospital,
            kinds: [department, diagnosis],
            empty: empty >= EMPTY_DAYS && empty as f64 >= EMPTY_SHARE * days.len() as f64,
            bare: empty >= EMPTY_DAYS && empty as f64 >= LISTED_SHARE * days.len() as f64,
            care: care / kept,
            little: false,
        });
    }
    all
}

/// Hospitals whose export lacks drugs or treatments: not a fen of them in any stay, where others have a main part there.
fn without_care<'a>(cohort: &Cohort, total: &impl Fn(&Chart) -> Option<&'a StayTotal>) -> BTreeSet<u32> {
    let drugs = [FeeClass::WesternDrug, FeeClass::HerbalSlice, FeeClass::ChinesePatent];
    let treatments = [FeeClass::Treatment, FeeClass::GeneralTreatment];
    let mut sums = vec![[0.0f64; 2]; cohort.hospitals.len()];
    for chart in &cohort.charts {
        let Some(total) = total(chart) else { continue };
        for (sum, classes) in sums[chart.hospital as usize].iter_mut().zip([&drugs[..], &treatments]) {
            *sum += classes.iter().map(|c| total.by_class[*c as usize].yuan()).sum::<f64>();
        }
    }
    let all = [0, 1].map(|i| sums.iter().map(|s| s[i]).sum::<f64>());
    let main = all.map(|part| part >= MAIN * (all[0] + all[1]));
    let lacks = |s: &[f64; 2]| (0..2).any(|i| main[i] && s[i] <= 0.0);
    (0u32..).zip(&sums).filter(|(_, s)| lacks(s)).map(|(h, _)| h).collect()
}

/// By kind and hospital, the quantile of the other hospitals' figures.
type Rates = [FxHashMap<(u32, u32), f64>; 2];

fn of(rates: &Rates, one: &One) -> [Option<f64>; 2] {
    [0, 1].map(|i| rates[i].get(&(one.kinds[i], one.hospital)).copied())
}

fn per_kind(all: &[One], share: f64, figure: impl Fn(&[&One]) -> f64) -> Rates {
    [0, 1].map(|i| {
        let mut order: Vec<&One> = all.iter().filter(|o| o.kinds[i] != NO_KIND).collect();
        order.sort_by_key(|o| (o.kinds[i], o.hospital, o.chart));
        let mut rates = FxHashMap::default();
        for of_kind in order.chunk_by(|a, b| a.kinds[i] == b.kinds[i]) {
            let cells: Vec<&[&One]> = of_kind.chunk_by(|a, b| a.hospital == b.hospital).collect();
            let known = cells.iter().filter(|own| own.len() >= ENOUGH);
            let known = Others::new(known.map(|own| (own[0].hospital, figure(own))));
            for own in cells.iter().map(|own| own[0]).filter(|own| known.besides(own.hospital) >= OTHERS) {
                known.quantile(own.hospital, share).map(|rate| rates.insert((own.kinds[i], own.hospital), rate));
            }
        }
        rates
    })
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn standard() -> Parameters {
        let book = crate::rulebook::Rulebook::builtin();
        crate::rule::parameters(book.card("bed-hanging").expect("the card is built in")).expect("its parameters")
    }

    /// Hospitals of so many stays in three wards, of which the last is quiet everywhere. Every fourth hospital posts in bulk: its days
    /// are empty and its bills are not. Of the first ward of the first hospital a share is empty.
    fn cohort(seed: u64, hospitals: u32, stays: usize, share: f64) -> Vec<One> {
        let random = &mut ChaCha8Rng::seed_from_u64(seed);
        let mut all = Vec::new();
        for hospital in 0..hospitals {
            let (bulk, own) = (hospital % 4 == 3, random.random_range(0.7..1.4));
            let often: f64 = random.random_range(0.0..0.04);
            for _ in 0..stays {
                let department = random.random_range(0..3u32);
                let planted = hospital == 0 && department == 0 && random.random_bool(share);
                let natural = random.random_bool(if department == 2 { 0.5 } else { often });
                let spread: f64 = random.random_range(0.5..2.0);
                let care = own * spread * if planted || natural { 0.25 } else { 1.0 };
                all.push(One {
                    chart: all.len(),
                    hospital,
                    kinds: [department, 10 + department],
                    empty: bulk || planted || natural,
                    bare: bulk || planted || natural,
                    care,
                    little: false,
                });
            }
        }
        all
    }

    fn judged(all: Vec<One>) -> Wards {
        compare(all, |one| (["内科", "外科", "康复科"][one.kinds[0] as usize], one.kinds[0] == 2), &standard())
    }

    #[test]
    fn chance_gives_a_lead_as_seldom_as_it_is_said_to() {
        const RUNS: u64 = 50;
        for (hospitals, stays) in [(300, 20), (8, 500)] {
            let runs = (0..RUNS).filter(|seed| !judged(cohort(*seed, hospitals, stays, 0.0)).empty.is_empty()).count();
            // The level and three standard errors.
            assert!(runs <= 2, "{hospitals} hospitals of {stays}: {runs}");
        }
    }

    #[test]
    fn the_emptier_a_ward_the_surer() {
        let found = |share: f64| judged(cohort(7, 12, 300, share)).empty.into_iter().find(|ward| ward.hospital == 0);
        let wards: Vec<Ward> = [0.3, 0.6, 0.9].into_iter().filter_map(found).collect();
        assert!(wards.len() == 3 && wards.is_sorted_by(|a, b| a.p > b.p && a.charts.len() < b.charts.len()));
        assert!(found(0.0).is_none());
    }
}
