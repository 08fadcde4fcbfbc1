//! `overlapping-stays`: one person in two beds at once.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::returns::is_observation;
use crate::finding::{Finding, Subject};
use crate::model::{Day, HospitalId, PersonId, Region, Stamp, Stay};
use crate::rule::coverage::stays_of_persons;
use crate::rule::index::Index;
use crate::rule::subjects::{is_childbirth, is_newborns, list, stay_finding};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};

pub(super) const DETECTOR: Detector =
    Detector { id: "overlapping-stays", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    transfer_hours: f64,
    stated_transfer_hours: f64,
    open_stay_quantile: f64,
    observation_days: i32,
}

/// Stays open at once that a stay is held against, those that end last: the number of a person in more beds than these is in one
/// chain all the same, and pairs of all would grow with their square.
const AT_ONCE: usize = 16;

/// Two stays of one person that overlap beyond a transfer.
struct Pair {
    a: u32,
    b: u32,
    days: i32,
    start: Day,
    end: Day,
    confidence: f64,
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let region = context.region;
    let sweep = Sweep {
        region,
        index: context.index,
        limits: open_limits(region, parameters.open_stay_quantile),
        today: today(region),
        parameters,
    };
    // Stays of patients who cannot be told from others are nobody's in particular.
    let somebody = |i: &u32| region.stays[*i as usize].person != PersonId::NONE;
    let mut order: Vec<u32> = (0..region.stays.len() as u32).filter(somebody).collect();
    order.sort_by_key(|&i| {
        let stay = &region.stays[i as usize];
        (stay.person, stay.admitted, i)
    });
    let mut pairs = Vec::new();
    for person in order.chunk_by(|&a, &b| region.stays[a as usize].person == region.stays[b as usize].person) {
        if person.len() > 1 {
            sweep.person(person, &mut pairs);
        }
    }
    Ok(stays_of_persons(context).with(findings(context, &pairs)))
}

/// The last admission of the export: the day on which stays without a discharge are still open.
fn today(region: &Region) -> Day {
    region.stays.iter().map(|s| s.admitted.day).max().unwrap_or(Day(0))
}

/// By hospital, the length that all but a few of its finished stays keep to. A stay open for longer has probably lost its
/// discharge.
fn open_limits(region: &Region, quantile: f64) -> BTreeMap<HospitalId, i32> {
    let mut lengths: BTreeMap<HospitalId, Vec<i32>> = BTreeMap::new();
    for stay in region.stays.iter().filter(|s| s.discharged.is_some()) {
        lengths.entry(stay.hospital).or_default().push(stay.nights());
    }
    lengths
        .into_iter()
        .map(|(hospital, mut all)| {
            all.sort_unstable();
            let at = ((all.len() as f64 * quantile).ceil() as usize).clamp(1, all.len());
            (hospital, all[at - 1])
        })
        .collect()
}

struct Sweep<'a> {
    region: &'a Region,
    index: &'a Index<'a>,
    limits: BTreeMap<HospitalId, i32>,
    today: Day,
    parameters: Parameters,
}

impl Sweep<'_> {
    /// One pass over the stays of a person by admission, against those that have not ended yet.
    fn person(&self, stays: &[u32], pairs: &mut Vec<Pair>) {
        let of_mother = stays.iter().any(|&i| !is_newborns(self.region, &self.region.stays[i as usize]));
        let mut open: Vec<(Day, u32)> = Vec::new();
        for &i in stays {
            let stay = &self.region.stays[i as usize];
            open.retain(|(end, _)| *end >= stay.admitted.day);
            pairs.extend(open.iter().filter_map(|(_, j)| self.pair(*j, i, of_mother)));
            open.push((self.end(stay).day, i));
            if open.len() > AT_ONCE {
                let first = (0..open.len()).min_by_key(|at| open[*at]).unwrap_or_default();
                open.remove(first);
            }
        }
    }

    /// The end of a stay. One without a discharge lasted until something was last charged or, without any charge, until it was
    /// settled: the date has been left out.
    fn left(&self, stay: &Stay) -> Option<Stamp> {
        let charged = || self.index.facts_on(stay.record).iter().filter_map(|fact| fact.span).map(|span| span.1).max();
        let seen = || charged().or(stay.settled.map(|settled| settled.day));
        stay.discharged.or_else(|| seen().map(|day| Stamp::date(day.max(stay.admitted.day))))
    }

    /// The same; of a stay that is neither charged nor settled the last day it can plausibly still be open.
    fn end(&self, stay: &Stay) -> Stamp {
        self.left(stay).unwrap_or_else(|| {
            Stamp::date(Day(self.today.0.min(stay.admitted.day.0 + self.limit(stay))).max(stay.admitted.day))
        })
    }

    fn limit(&self, stay: &Stay) -> i32 {
        self.limits.get(&stay.hospital).copied().unwrap_or(0)
    }

    fn pair(&self, a: u32, b: u32, of_mother: bool) -> Option<Pair> {
        let (first, second) = (&self.region.stays[a as usize], &self.region.stays[b as usize]);
        let (start, end) = (first.admitted.max(second.admitted).day, self.end(first).min(self.end(second)).day);
        let nights = end.0 - start.0;
        let inside = strictly_inside(self, first, second) || strictly_inside(self, second, first);
        if (nights < 1 && !inside) || self.is_transfer(first, second) || self.is_transfer(second, first) {
            return None;
        }
        if self.mother_and_child(first, second, of_mother) || self.ends_in(first, second) || self.ends_in(second, first)
        {
            return None;
        }
        Some(Pair { a, b, days: nights.max(1), start, end, confidence: self.confidence(first, second, nights) })
    }

    /// Whether one stay ends so soon after the other begins that the patient moved and the paper came later.
    fn is_transfer(&self, leaving: &Stay, arriving: &Stay) -> bool {
        let Some(left) = self.left(leaving) else { return false };
        let way = self.region.names.texts.get(leaving.discharge_way);
        let stated = way.trim_start_matches('0') == "2" || way.contains('转');
        let hours = if stated { self.parameters.stated_transfer_hours } else { self.parameters.transfer_hours };
        match (second_of(left), second_of(arriving.admitted)) {
            (Some(x), Some(y)) => {
                let seconds = i64::from(left.day.0 - arriving.admitted.day.0) * 86_400 + i64::from(x) - i64::from(y);
                seconds as f64 <= hours * 3600.0
            }
            _ => f64::from(left.day.0 - arriving.admitted.day.0) <= (hours / 24.0).ceil(),
        }
    }

    /// Whether one stay is observation in the emergency department that ended in the other: its account may be closed a day after.
    /// Observation that goes on beside the stay is none.
    fn ends_in(&self, observed: &Stay, stay: &Stay) -> bool {
        observed.admitted.day <= stay.admitted.day
            && !is_observation(self.region, stay)
            && is_observation(self.region, observed)
            && self
                .left(observed)
                .is_some_and(|left| left.day.0 <= stay.admitted.day.0 + self.parameters.observation_days)
    }

    /// Whether two people stand behind the number: a newborn billed under the mother's, of whom there is a stay as well.
    fn mother_and_child(&self, a: &Stay, b: &Stay, of_mother: bool) -> bool {
        let newborn = |s: &Stay| is_newborns(self.region, s);
        match (newborn(a), newborn(b)) {
            (true, true) => of_mother,
            (false, false) => is_childbirth(self.region, a) && is_childbirth(self.region, b),
            _ => true,
        }
    }

    /// Certain dates over many nights leave the least room for error; an open stay that should have ended leaves the most.
    fn confidence(&self, a: &Stay, b: &Stay, nights: i32) -> f64 {
        let stale = |s: &Stay| s.discharged.is_none() && self.today.0 - s.admitted.day.0 > self.limit(s);
        match (stale(a) || stale(b), a.discharged.is_none() || b.discharged.is_none(), nights) {
            (true, _, _) => 0.4,
            (_, true, _) => 0.6,
            (_, _, ..=0) => 0.7,
            (_, _, 1..=2) => 0.85,
            _ => 0.95,
        }
    }
}

/// The time of day, where one is really known: systems that keep dates alone write midnight or its last second.
fn second_of(stamp: Stamp) -> Option<u32> {
    (1..86_399).contains(&stamp.second).then_some(stamp.second)
}

/// Whether a stay lies between the days of the other, so that a night on either side belongs to that one.
fn strictly_inside(sweep: &Sweep<'_>, inner: &Stay, outer: &Stay) -> bool {
    outer.admitted.day < inner.admitted.day && sweep.end(inner).day < sweep.end(outer).day
}

/// One finding for each pair or chain of overlapping stays of a person: the money of a chain is told once.
fn findings(context: &Context<'_>, pairs: &[Pair]) -> Vec<Finding> {
    let mut chain: BTreeMap<u32, u32> = BTreeMap::new();
    for pair in pairs {
        let (a, b) = (root(&mut chain, pair.a), root(&mut chain, pair.b));
        chain.insert(a.max(b), a.min(b));
    }
    let mut chains: BTreeMap<u32, Vec<&Pair>> = BTreeMap::new();
    for pair in pairs {
        let root = root(&mut chain, pair.a);
        chains.entry(root).or_default().push(pair);
    }
    chains.into_values().map(|pairs| finding(context, &pairs)).collect()
}

/// The first stay of the chain that a stay is in; paths are halved on the way, so that long chains stay cheap.
fn root(chain: &mut BTreeMap<u32, u32>, stay: u32) -> u32 {
    let mut at = stay;
    loop {
        let above = *chain.entry(at).or_insert(at);
        if above == at {
            return at;
        }
        let next = *chain.entry(above).or_insert(above);
        chain.insert(at, next);
        at = next;
    }
}

fn finding(context: &Context<'_>, pairs: &[&Pair]) -> Finding {
    let region = context.region;
    // The finding is told from the stay that most others overlap, the first admitted of those.
    let mut times: BTreeMap<u32, usize> = BTreeMap::new();
    pairs.iter().flat_map(|p| [p.a, p.b]).for_each(|i| *times.entry(i).or_default() += 1);
    let admitted = |i: u32| region.stays[i as usize].admitted;
    let index = *times
        .iter()
        .max_by_key(|(i, times)| (**times, std::cmp::Reverse((admitted(**i), **i))))
        .expect("a chain is here for a pair")
        .0;
    let stay = &region.stays[index as usize];
    let others: Vec<u32> = times.keys().copied().filter(|i| *i != index).collect();
    let own = pairs.iter().filter(|p| p.a == index || p.b == index);
    let worst = own.max_by_key(|p| (p.days, std::cmp::Reverse((p.a, p.b)))).expect("the stay is of a pair");
    let paid = |i: u32| region.at_stake(&region.stays[i as usize]);
    let cheaper: BTreeSet<u32> =
        pairs.iter().map(|p| if (paid(p.b), p.b) < (paid(p.a), p.a) { p.b } else { p.a }).collect();

    let mut finding = stay_finding(region, index as usize);
    finding.confidence = pairs.iter().map(|p| p.confidence).fold(0.0, f64::max);
    finding.observed = Some(f64::from(worst.days));
    finding.threshold =
        context.card.parameters.get("transfer_hours").and_then(|p| p.value.as_float()).map(|h| h / 24.0);
    cheaper.into_iter().for_each(|i| finding.add_risk(Subject::Stay(i), paid(i)));
    finding.add_rows(&region.files, stay.rows.iter().copied());
    for &other in &others {
        let other = &region.stays[other as usize];
        finding.add_rows(&region.files, other.rows.iter().copied());
        finding.stay_ids.push(region.names.records.get(other.record).to_string());
        finding.total_amount += other.total;
        finding.period_start = finding.period_start.min(Some(other.admitted.day));
        finding.period_end = finding.period_end.max(Some(other.last_day()));
    }
    let places = others.iter().map(|&i| region.stays[i as usize].hospital);
    let hospitals: BTreeSet<HospitalId> = places.filter(|h| *h != stay.hospital).collect();
    let other = &region.stays[if worst.a == index { worst.b } else { worst.a } as usize];
    let evidence = &mut finding.evidence;
    evidence.insert("overlap_days".into(), worst.days.into());
    evidence.insert("overlap_start".into(), worst.start.to_string().into());
    evidence.insert("overlap_end".into(), worst.end.to_string().into());
    evidence.insert("admitted".into(), stay.admitted.to_string().into());
    evidence.insert("discharged".into(), stay.discharged.map_or(Value::Null, |d| d.to_string().into()));
    evidence.insert("other_hospital".into(), region.hospital_name(other.hospital).into());
    evidence.insert("other_admitted".into(), other.admitted.to_string().into());
    evidence.insert("other_discharged".into(), other.discharged.map_or(Value::Null, |d| d.to_string().into()));
    evidence.insert("other_count".into(), others.len().into());
    let stay_ids = others.iter().map(|&i| region.names.records.get(region.stays[i as usize].record));
    evidence.insert("other_stays".into(), list(stay_ids));
    evidence.insert("hospitals".into(), list(hospitals.iter().map(|&h| region.names.hospitals.get(h))));
    evidence.insert("other_hospitals".into(), list(hospitals.iter().map(|&h| region.hospital_name(h))));
    finding
}
