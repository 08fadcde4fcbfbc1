//! `duplicate-charges`: the same item, day, quantity and price billed more often than the item's own pattern allows.
//!
//! Two questions are asked. Of each **institution**: does it repeat a class of items more often than the others do ([`doubling`])?
//! It is then one lead with its records but for those whose like the others have as well ([`case_mix`](super::case_mix)), and its
//! own rate excuses none of them. Of each **stay**: does a repeat go beyond what is natural for the item ([`Natural`])? What is listed
//! with its institution already is no lead of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::doubling::{self, Doubled, Doubling, DoublingParameters};
use super::natural::{Cell, Natural, NullParameters};
use super::piles;
use super::surplus::{self, Told};
use crate::facts::{Facts, Repeat, Units};
use crate::finding::{Finding, Subject};
use crate::model::{Day, FeeClass, Fen, HospitalId, RecordId, Region};
use crate::rule::coverage::{Unit, Why, dated_stays};
use crate::rule::subjects::{is_childbirth, is_newborns, list, stay_finding, yuan};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::{benjamini_hochberg, percent, poisson_tail, rounded};

pub(super) const DETECTOR: Detector =
    Detector { id: "duplicate-charges", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    min_confidence: f64,
    shared_number_odds: f64,
    schedule_days: f64,
    schedule_share: f64,
    schedule_gap_hours: f64,
    habit_rate: f64,
    peer_quantile: f64,
    spread: f64,
    prior_rate: f64,
    habit_prior: f64,
    shrinkage: f64,
    few_records: f64,
    max_q: f64,
    institution_share: f64,
    institution_records: usize,
    institution_q: f64,
}

impl Parameters {
    fn doubling(&self) -> DoublingParameters {
        DoublingParameters {
            peer_quantile: self.peer_quantile,
            min_share: self.institution_share,
            min_records: self.institution_records,
            max_q: self.institution_q,
        }
    }

    fn null(&self) -> NullParameters {
        NullParameters {
            habit_rate: self.habit_rate,
            peer_quantile: self.peer_quantile,
            spread: self.spread,
            prior_rate: self.prior_rate,
            habit_prior: self.habit_prior,
            shrinkage: self.shrinkage,
            few_records: self.few_records,
        }
    }
}

/// A repeat and the probability that it is in excess.
struct JudgedRepeat<'a> {
    repeat: &'a Repeat,
    /// By what the item, its class and the hospital show.
    posterior: f64,
    /// By what the stay alone shows; it counts where the stay stands out among all stays tested.
    by_stay: f64,
    /// Listed with its institution: it is no lead of its own.
    listed: bool,
}

impl JudgedRepeat<'_> {
    fn probability(&self, stands_out: bool) -> f64 {
        match (stands_out, self.listed) {
            (_, true) => 0.0,
            (true, false) => self.posterior.max(self.by_stay),
            (false, false) => self.posterior,
        }
    }
}

/// A stay with repeats that count.
struct Tested<'a> {
    record: RecordId,
    repeats: Vec<JudgedRepeat<'a>>,
    /// Separate occasions of repeats in the stay, habits left out, and how many flukes explain. Items of one class
    /// repeated on just the same days are one occasion: a panel of tests drawn twice.
    counted: u64,
    expected: f64,
    p: f64,
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let (region, facts) = (context.region, context.facts);
    let units = Units::new(region, facts);
    let repeats = piles::without(facts, &piles::piles(region, facts, &units));
    let mut natural = Natural::new(region, facts, &repeats, parameters.null());
    let surplus = surplus::tell(region, facts, &units, &repeats);
    let counted = surplus.counted(region, &repeats);
    // A day's need in several lines is no lead.
    let told: Vec<&Repeat> =
        repeats.iter().zip(&surplus.told).filter(|(_, told)| **told != Told::Need).map(|(r, _)| *r).collect();
    let mut elsewhere = piles::reallocated(region, facts, &units, &counted);
    let (listed, all) = (surplus.listed(region, &repeats), surplus.all(region, &repeats));
    let compare = |written: &piles::Items| {
        let compared = doubling::Compared {
            on_top: &counted,
            listed: &listed,
            all: &all,
            needed: &surplus.needed,
            peaks: &surplus.peaks,
            written,
        };
        doubling::compare(region, facts, &compared, &natural, &parameters.doubling())
    };
    let mut doubling = compare(&elsewhere);
    // Where some stays are billed again in all classes, one class may besides be posted otherwise in all the others, which they hide:
    // it is asked anew without them.
    let beside = doubling.beside(region, &counted);
    let otherwise = piles::reallocated(region, facts, &units, &beside);
    if otherwise.iter().any(|at| !elsewhere.contains(at)) {
        elsewhere.extend(otherwise);
        doubling = compare(&elsewhere);
    }
    elsewhere.extend(piles::reallocated(region, facts, &units, &told));
    let key = |r: &Repeat| (region.records[r.record.index()].hospital, r.item);
    let (untold, repeats): (Vec<&Repeat>, Vec<&Repeat>) =
        told.into_iter().filter(|r| !elsewhere.contains(&key(r))).partition(|r| surplus.untold.contains(&key(r)));
    let untold = untold.chunk_by(|a, b| a.record == b.record).count();
    let doubled = doubling.hospitals.iter().flat_map(|(h, (_, repeats))| repeats.iter().map(|r| (*h, r.item)));
    natural.mark_doubled(doubled);
    let mut tested = Vec::new();
    for group in repeats.chunk_by(|a, b| a.record == b.record) {
        if region.stay_of(group[0].record).is_some() {
            tested.push(test(region, facts, &natural, group, &parameters));
        }
    }
    // Every stay with charge lines was tested; those without a repeat have p = 1.
    let tests = facts.stay_totals.iter().filter(|t| region.stay_of(t.record).is_some()).count();
    let p: Vec<f64> = tested.iter().map(|t| t.p).collect();
    let q = benjamini_hochberg(&p, tests);
    let mut findings: Vec<Finding> =
        tested.iter().zip(q).filter_map(|(t, q)| finding(region, t, q, &parameters)).collect();
    findings.extend(doubling.hospitals.iter().map(|(hospital, (classes, repeats))| {
        let lead = Institution { hospital: *hospital, classes, repeats, doubling: &doubling };
        lead.finding(region, &natural, &parameters)
    }));
    let coverage = dated_stays(context).not(Why::Outpatient, Unit::Visits, context.index.counts().charged_visits).not(
        Why::FewPeers,
        Unit::Hospitals,
        doubling.alone,
    );
    Ok(coverage.not(Why::Posting, Unit::Stays, untold).with(findings))
}

fn test<'a>(
    region: &Region,
    facts: &Facts,
    natural: &Natural,
    repeats: &[&'a Repeat],
    parameters: &Parameters,
) -> Tested<'a> {
    let record = repeats[0].record;
    let hospital = region.records[record.index()].hospital;
    let items: BTreeMap<_, f64> = facts.items_of(record).iter().map(|i| (i.item, f64::from(i.days))).collect();
    let mut own: BTreeMap<_, Vec<Day>> = BTreeMap::new();
    for repeat in repeats {
        own.entry(repeat.item).or_default().push(repeat.day);
    }
    // An item counts once however many of its days are repeated: the days of one order are not independent.
    let mut expected = 0.0;
    let mut occasions: BTreeSet<(FeeClass, Vec<Day>)> = BTreeSet::new();
    for (&item, &days) in &items {
        let repeated = own.get(&item).map_or(0.0, |days| days.len() as f64);
        if let Some(cell) = natural.cell(hospital, item).filter(|c| natural.habit(c, days, repeated) < 0.5) {
            expected += -(days * (-cell.rate.min(0.999_999)).ln_1p()).exp_m1();
            if repeated > 0.0 {
                occasions.insert((cell.class, own[&item].clone()));
            }
        }
    }
    let counted = occasions.len() as u64;
    // With mother and child, or twins, under one number, two of everything is natural.
    let shared = region.stay_of(record).is_some_and(|s| is_newborns(region, s) || is_childbirth(region, s))
        || repeats.iter().any(|r| region.item_name(r.item).contains("新生儿"));
    let people = if shared { parameters.shared_number_odds } else { 1.0 };
    // Half an occasion on both sides: one that nothing explains is found anywhere, two are not.
    let beyond_flukes = 1.0 - ((expected + 0.5) / (counted as f64 + 0.5)).min(1.0);
    let judged = repeats.iter().filter_map(|repeat| {
        let cell = natural.cell(hospital, repeat.item)?;
        let (days, repeated) = (items.get(&repeat.item).copied().unwrap_or(1.0), own[&repeat.item].len() as f64);
        // What an institution does to all its stays is no schedule of one.
        let schedule = if cell.doubled { 1.0 } else { schedule(region, repeat, cell, days, repeated, parameters) };
        let factor = people * schedule;
        let posterior = with_odds(natural.excess(cell, days, repeated), factor);
        let by_stay = with_odds((1.0 - natural.habit(cell, days, repeated)) * beyond_flukes, factor);
        Some(JudgedRepeat { repeat, posterior, by_stay, listed: cell.doubled })
    });
    Tested { record, repeats: judged.collect(), counted, expected, p: poisson_tail(counted, expected) }
}

/// A probability with its odds multiplied.
fn with_odds(probability: f64, factor: f64) -> f64 {
    let odds = probability / (1.0 - probability).max(1e-6) * factor;
    odds / (1.0 + odds)
}

/// How much a dosing schedule speaks against excess: repeats on nearly all days of the item, and lines hours apart. Nothing
/// of this excuses what is charged once a day.
fn schedule(region: &Region, repeat: &Repeat, cell: &Cell, days: f64, repeated: f64, parameters: &Parameters) -> f64 {
    // Two regions or both sides are scanned on one day, at two appointments.
    if cell.class == FeeClass::Examination && hours_apart(region, repeat, parameters) {
        return 0.1;
    }
    if cell.once {
        return 1.0;
    }
    let regular = repeated >= parameters.schedule_days && repeated >= parameters.schedule_share * days;
    let regular = match (regular, cell.splits) {
        (false, _) => 1.0,
        (true, false) => 0.4,
        (true, true) => 0.1,
    };
    regular * if hours_apart(region, repeat, parameters) { 0.5 } else { 1.0 }
}

/// Whether hours lie between the first and the last line.
fn hours_apart(region: &Region, repeat: &Repeat, parameters: &Parameters) -> bool {
    let seconds =
        || repeat.lines.iter().filter_map(|&l| region.fees.time(l as usize)).filter(|t| t.has_time()).map(|t| t.second);
    let gap = seconds().max().unwrap_or(0) - seconds().min().unwrap_or(0);
    f64::from(gap) >= parameters.schedule_gap_hours * 3600.0
}

fn finding(region: &Region, tested: &Tested<'_>, q: f64, parameters: &Parameters) -> Option<Finding> {
    let stands_out = q <= parameters.max_q;
    let probability = |j: &JudgedRepeat<'_>| j.probability(stands_out);
    let kept: Vec<&JudgedRepeat<'_>> =
        tested.repeats.iter().filter(|j| probability(j) >= parameters.min_confidence).collect();
    if kept.is_empty() {
        return None;
    }
    let index = region.records[tested.record.index()].stay?;
    let mut finding = stay_finding(region, index as usize);
    finding.confidence = kept.iter().map(|j| probability(j)).fold(0.0, f64::max);
    finding.expected = Some(tested.expected);
    finding.p_value = Some(tested.p);
    finding.q_value = Some(q);
    let mut surplus = 0;
    let mut details = Vec::new();
    for judged in &kept {
        let lines = &judged.repeat.lines;
        let amount: Fen = lines[1..].iter().map(|&l| region.fees.claimed(l as usize)).sum();
        for &line in &lines[1..] {
            finding.add_risk(Subject::Line(line), region.fees.claimed(line as usize).max(Fen(0)));
        }
        finding.add_rows(&region.files, lines.iter().map(|&l| region.fees.row(l as usize)));
        surplus += lines.len() - 1;
        details.push(detail(region, judged.repeat, probability(judged), amount));
    }
    finding.observed = Some(tested.counted as f64);
    finding.period_start = kept.iter().map(|j| j.repeat.day).min();
    finding.period_end = kept.iter().map(|j| j.repeat.day).max();
    let items: BTreeSet<&str> = kept.iter().map(|j| region.item_name(j.repeat.item)).collect();
    let days: BTreeSet<_> = kept.iter().map(|j| j.repeat.day).collect();
    let same: usize = kept.iter().filter(|j| same_second(region, j.repeat)).count();
    let dearest = kept.iter().max_by_key(|j| (region.fees.claimed(j.repeat.lines[0] as usize), j.repeat.lines[0]))?;
    let amount = finding.amount;
    let evidence = &mut finding.evidence;
    evidence.insert("scope".into(), "stay".into());
    evidence.insert("item".into(), region.item_name(dearest.repeat.item).into());
    evidence.insert("item_count".into(), items.len().into());
    evidence.insert("items".into(), list(items));
    evidence.insert("repeated_days".into(), days.len().into());
    evidence.insert("surplus_lines".into(), surplus.into());
    evidence.insert("surplus_amount".into(), yuan(amount));
    evidence.insert("same_second".into(), same.into());
    evidence.insert("repeats".into(), Value::Array(details));
    Some(finding)
}

/// An institution that repeats classes of items more often than the others do.
struct Institution<'a> {
    hospital: HospitalId,
    classes: &'a [Doubled],
    repeats: &'a [&'a Repeat],
    doubling: &'a Doubling<'a>,
}

impl Institution<'_> {
    /// One lead with the stays listed. Of the surplus lines' money the part beyond what the others' rates explain is at risk.
    fn finding(&self, region: &Region, natural: &Natural, parameters: &Parameters) -> Finding {
        let sum = |of: fn(&Doubled) -> f64| self.classes.iter().map(of).sum::<f64>();
        let (observed, expected, days) = (sum(|c| c.observed), sum(|c| c.expected), sum(|c| c.days));
        let (p, q) = self.classes.iter().fold((1.0_f64, 1.0_f64), |s, c| (s.0.min(c.p), s.1.min(c.q)));
        let records: BTreeSet<RecordId> = self.repeats.iter().map(|r| r.record).collect();
        let stays = || records.iter().filter_map(|r| region.stay_of(*r));
        let patients: BTreeSet<&str> =
            stays().filter_map(|s| s.person.some()).map(|p| region.names.persons.get(p)).collect();
        let mut stay_ids: Vec<String> = records.iter().map(|r| region.names.records.get(*r).to_string()).collect();
        stay_ids.sort_unstable();
        let beyond = (1.0 - expected / observed).clamp(0.0, 1.0);
        let mut finding = Finding {
            hospital_id: region.names.hospitals.get(self.hospital).to_string(),
            patient_ids: patients.into_iter().map(String::from).collect(),
            stay_ids,
            period_start: self.repeats.iter().map(|r| r.day).min(),
            period_end: self.repeats.iter().map(|r| r.day).max(),
            total_amount: stays().map(|s| s.total).sum(),
            observed: Some(observed),
            expected: Some(expected),
            p_value: Some(p),
            q_value: Some(q),
            ..Finding::default()
        };
        let mut by_item: BTreeMap<_, (Fen, usize)> = BTreeMap::new();
        let (mut surplus, mut same, mut indicated) = (0, 0, 0);
        for repeat in self.repeats {
            let entry = by_item.entry(repeat.item).or_default();
            entry.1 += 1;
            for &line in &repeat.lines[1..] {
                let amount = region.fees.claimed(line as usize).max(Fen(0));
                entry.0 += amount;
                finding.add_risk(Subject::Line(line), amount.share((beyond * 1e6) as i64, 1_000_000));
            }
            finding.add_rows(&region.files, repeat.lines.iter().map(|&l| region.fees.row(l as usize)));
            surplus += repeat.lines.len() - 1;
            same += usize::from(same_second(region, repeat));
            indicated += usize::from(hours_apart(region, repeat, parameters));
        }
        // One or two items, hours apart, may be what patients of this house need; a whole class is not.
        let few = by_item.len() <= 2 && indicated * 2 > self.repeats.len();
        let once = by_item.keys().any(|i| natural.cell(self.hospital, *i).is_some_and(|c| c.once));
        finding.confidence = (beyond * (1.0 - q)).min(0.98) * if few && !once { 0.7 } else { 1.0 };
        let mut dearest: Vec<_> = by_item.iter().map(|(item, (amount, times))| (*amount, *times, *item)).collect();
        dearest.sort_unstable_by(|a, b| b.cmp(a));
        let days_repeated: BTreeSet<Day> = self.repeats.iter().map(|r| r.day).collect();
        let percent = |share: f64| Value::from(percent(share, 2));
        let amount = finding.amount;
        let evidence = &mut finding.evidence;
        evidence.insert("scope".into(), "hospital".into());
        evidence.insert("item".into(), dearest.first().map_or("", |d| region.item_name(d.2)).into());
        evidence.insert("item_count".into(), by_item.len().into());
        evidence.insert("items".into(), list(dearest.iter().take(50).map(|d| region.item_name(d.2))));
        evidence.insert("repeated_days".into(), days_repeated.len().into());
        evidence.insert("surplus_lines".into(), surplus.into());
        evidence.insert("surplus_amount".into(), yuan(amount));
        evidence.insert("same_second".into(), same.into());
        evidence.insert("stays_listed".into(), records.len().into());
        evidence.insert("repeated_percent".into(), percent(observed / days));
        evidence.insert("expected_percent".into(), percent(expected / days));
        evidence.insert("other_hospitals".into(), self.classes.iter().map(|c| c.others).max().unwrap_or(0).into());
        evidence.insert("tests".into(), self.doubling.tests.into());
        finding
    }
}

/// Whether the lines carry one and the same time of day; with dates alone they are not told apart either, and do not count.
fn same_second(region: &Region, repeat: &Repeat) -> bool {
    let mut times = repeat.lines.iter().map(|&l| region.fees.time(l as usize));
    let first = times.next().flatten().filter(|t| t.has_time() && t.second > 0);
    first.is_some() && times.all(|t| t == first)
}

fn detail(region: &Region, repeat: &Repeat, probability: f64, amount: Fen) -> Value {
    json!({
        "code": region.names.items.get(repeat.item),
        "name": region.item_name(repeat.item),
        "day": repeat.day.to_string(),
        "times": repeat.lines.len(),
        "surplus_amount": amount.yuan(),
        "probability": rounded(probability, 3),
    })
}
