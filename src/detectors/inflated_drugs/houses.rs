//! Hospitals that bill a drug at many times the dose of the others, for all their patients.
//!
//! Each hospital's own usual dose is taken away before stays are compared, so that what it bills to everybody shows nowhere in its
//! stays. Here the usual doses themselves are compared: in units **and** in money a day, so that neither another unit (a hundred
//! tablets for five boxes cost the same) nor a dearer maker (the same number of tablets) is taken for a larger dose. The ratio to
//! the median of the other hospitals is tested against how such ratios differ between hospitals over all drugs, robustly, with
//! the tails of a Student law; false discoveries are controlled over all drugs and hospitals (Benjamini and Hochberg).

use std::collections::BTreeMap;

use super::doses::DrugUse;
use crate::facts::Facts;
use crate::stats::funnel::student_tail;
use crate::stats::{Others, benjamini_hochberg, quantile};

/// A drug that a hospital bills at many times the others' dose.
pub struct Favoured {
    /// Hospital and drug.
    pub hospital: u32,
    pub item: u32,
    /// Units a day there, and how many times the others'.
    pub dose: f64,
    pub times: f64,
    pub others: usize,
    pub p: f64,
    pub q: f64,
    /// Its uses.
    pub uses: Vec<usize>,
}

/// Uses of a drug at a hospital from which its usual dose is known, and other hospitals for a comparison.
const USES: usize = 5;
const OTHERS: usize = 3;
/// Times the others' dose from which it is a lead: five bottles of 100 ml for one of 500 may cost the same a bottle.
const TIMES: f64 = 6.0;
/// Least spread of the logarithm, and degrees of freedom of its tails.
const SPREAD: f64 = 0.15;
const FREEDOM: f64 = 8.0;

/// Item and hospital, its uses, and its usual dose in units and in money.
type Usual = ((u32, u32), Vec<usize>, [f64; 2]);

/// The drugs that stand out, by hospital, and how many drugs of hospitals could not be compared: too few uses, or other hospitals.
pub fn houses(facts: &Facts, uses: &[DrugUse], level: f64) -> (Vec<Favoured>, usize) {
    let mut cells: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
    for (at, one) in uses.iter().enumerate().filter(|(_, u)| !u.assumed) {
        cells.entry((one.item, one.hospital)).or_default().push(at);
    }
    let all = cells.len();
    let price = |at: usize| {
        let fact = &facts.stay_items[uses[at].fact as usize];
        fact.amount.yuan() / fact.quantity.units()
    };
    let median = |own: &[usize], value: &dyn Fn(usize) -> f64| {
        quantile(&mut own.iter().map(|at| value(*at)).collect::<Vec<f64>>(), 0.5).unwrap_or(0.0)
    };
    let known: Vec<Usual> = cells
        .into_iter()
        .filter(|(_, own)| own.len() >= USES)
        .map(|(key, own)| {
            let usual = [median(&own, &|at| uses[at].dose), median(&own, &|at| uses[at].dose * price(at))];
            (key, own, usual)
        })
        .collect();
    let mut compared: Vec<Favoured> = Vec::new();
    let mut judged = 0;
    for of_item in known.chunk_by(|((a, _), ..), ((b, _), ..)| a == b).filter(|own| own.len() > OTHERS) {
        let usual_by =
            [0, 1].map(|i| Others::new(of_item.iter().map(|((_, hospital), _, usual)| (*hospital, usual[i]))));
        for ((item, hospital), own, usual) in of_item {
            let ratio = [0, 1].map(|i| usual[i] / usual_by[i].quantile(*hospital, 0.5).unwrap_or(0.0));
            // Without money, nothing tells another unit.
            let times = ratio[0].min(ratio[1]);
            if times.is_finite() && times > 0.0 {
                judged += 1;
                let (hospital, item, others, uses) = (*hospital, *item, of_item.len() - 1, own.clone());
                compared.push(Favoured { hospital, item, dose: usual[0], times, others, p: 1.0, q: 1.0, uses });
            }
        }
    }
    let mut logs: Vec<f64> = compared.iter().map(|h| h.times.ln().abs()).collect();
    let spread = (1.4826 * quantile(&mut logs, 0.5).unwrap_or(0.0)).max(SPREAD);
    let p: Vec<f64> = compared.iter().map(|h| student_tail(h.times.ln() / spread, FREEDOM)).collect();
    let q = benjamini_hochberg(&p, p.len());
    for (house, (p, q)) in compared.iter_mut().zip(p.into_iter().zip(q)) {
        (house.p, house.q) = (p, q);
    }
    compared.retain(|h| h.q <= level && h.times >= TIMES);
    compared.sort_by_key(|h| (h.hospital, h.item));
    (compared, all - judged)
}
