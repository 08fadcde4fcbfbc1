//! From what was tested to the stays that are listed.

use serde::Deserialize;

use super::doses::{DrugUse, Supply};
use super::judge::{Institution, Rules, ScoredStay, Thing, judge};
use super::scale::{Measure, Obs, observations};

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    pub take_home_days: i32,
    pub posting_days: i32,
    pub severity_limit: f64,
    pub peer_spread: f64,
    pub level: f64,
    pub max_false_share: f64,
    pub mean_false_share: f64,
    pub max_tail: f64,
    pub min_ratio: f64,
    pub plausible_tail: f64,
}

impl Parameters {
    pub fn supply(&self) -> Supply {
        Supply { take_home_days: self.take_home_days, posting_days: self.posting_days }
    }

    pub fn rules(&self) -> Rules {
        Rules {
            spread: self.peer_spread,
            level: self.level,
            plausible: self.plausible_tail,
            least: self.min_ratio.ln(),
        }
    }
}

/// A drug of a stay that is beyond its plausible dose.
pub struct Suspect<'a> {
    pub of: &'a DrugUse,
    /// Units a day that are usual.
    pub usual: f64,
    /// Units a day that are plausible.
    pub limit: f64,
    /// Probability that it is inflated if the stay is.
    share: f64,
}

impl Suspect<'_> {
    pub fn ratio(&self) -> f64 {
        self.of.dose / self.usual
    }
}

/// A stay with its suspects, the worst first.
pub struct Lead<'a> {
    pub stay: u32,
    pub hospital: u32,
    pub suspects: Vec<Suspect<'a>>,
    pub false_share: f64,
    pub p: f64,
    pub institution: Institution,
}

/// The stays whose doses are beyond what is natural.
pub fn leads<'a>(uses: &'a [DrugUse], maximum: &[Option<f64>], parameters: &Parameters) -> Vec<Lead<'a>> {
    let all = observations(uses, parameters.severity_limit);
    let verdict = judge(&all, uses, parameters.rules());
    let mut leads = Vec::new();
    for (things, stay) in verdict.things.chunk_by(|a, b| a.stay == b.stay).zip(&verdict.stays) {
        let above = things.iter().filter_map(|t| above_maximum(uses, &all, t, maximum));
        let mut suspects: Vec<Suspect> = above.collect();
        let false_share = if suspects.is_empty() { stay.false_share } else { 0.0 };
        if false_share > parameters.max_false_share {
            continue;
        }
        suspects.extend(beyond_plausible(uses, &all, things, stay, parameters));
        let worst = |a: &Suspect, b: &Suspect| b.share.total_cmp(&a.share).then(b.ratio().total_cmp(&a.ratio()));
        suspects.sort_by(|a, b| worst(a, b).then(a.of.item.cmp(&b.of.item)));
        suspects.dedup_by_key(|s| s.of.fact);
        if !suspects.is_empty() {
            let institution = verdict.institutions[stay.place as usize];
            let hospital = suspects[0].of.hospital;
            leads.push(Lead { stay: stay.stay, hospital, suspects, false_share, p: stay.tail, institution });
        }
    }
    so_many(leads, parameters.mean_false_share)
}

/// The surest leads, as many as keep the mean probability of being wrong at the level.
fn so_many(mut leads: Vec<Lead<'_>>, level: f64) -> Vec<Lead<'_>> {
    leads.sort_by(|a, b| a.false_share.total_cmp(&b.false_share).then(a.stay.cmp(&b.stay)));
    let (mut sum, mut count) = (0.0, 0.0);
    leads.retain(|lead| {
        (sum, count) = (sum + lead.false_share, count + 1.0);
        sum <= level * count
    });
    leads.sort_by_key(|lead| lead.stay);
    leads
}

/// A drug above the maximum of the table.
fn above_maximum<'a>(uses: &'a [DrugUse], all: &[Obs], thing: &Thing, maximum: &[Option<f64>]) -> Option<Suspect<'a>> {
    let of = uses.get(thing.of as usize)?;
    let limit = maximum[of.item as usize].filter(|m| of.dose > *m)?;
    Some(Suspect { of, usual: all[thing.obs as usize].base.exp(), limit, share: 1.0 })
}

/// The drugs that make a stay stand out: those inflated rather than not, else the likeliest; all that are high where it is the
/// stay as a whole.
fn beyond_plausible<'a>(
    uses: &'a [DrugUse],
    all: &[Obs],
    things: &[Thing],
    stay: &ScoredStay,
    parameters: &Parameters,
) -> Vec<Suspect<'a>> {
    if stay.false_share > parameters.max_false_share || stay.tail > parameters.max_tail {
        return Vec::new();
    }
    let least = parameters.min_ratio.ln();
    let whole = things.iter().any(|t| all[t.obs as usize].kind == Measure::Whole && t.share >= 0.5);
    let high = things.iter().filter(|t| t.of != u32::MAX).filter_map(|thing| {
        let obs = &all[thing.obs as usize];
        let back = if whole { obs.grave } else { 0.0 };
        let (x, usual) = (obs.x + back, (obs.base - back).exp());
        let plausible = if thing.limit < x && !whole { thing.limit } else { least };
        let share = if whole { thing.share.max(0.5) } else { thing.share };
        let of = &uses[thing.of as usize];
        let limit = usual * plausible.exp();
        // A day is given whole units; the mean of days in hospital need not be whole.
        let limit = if of.total_days.is_some() { limit } else { limit.ceil() };
        (x >= least && of.dose > limit).then_some(Suspect { of, usual, limit, share })
    });
    let mut high: Vec<Suspect> = high.collect();
    let best = high.iter().map(|s| s.share).fold(0.0, f64::max).min(0.5);
    high.retain(|s| s.share >= best);
    high
}

/// Place of each lead at its hospital, the least plausible first, with the number of leads there.
pub fn ranks(leads: &[Lead<'_>]) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> = (0..leads.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&leads[a], &leads[b]);
        (a.hospital.cmp(&b.hospital))
            .then(a.p.total_cmp(&b.p))
            .then(a.false_share.total_cmp(&b.false_share))
            .then(a.stay.cmp(&b.stay))
    });
    let mut ranks = vec![(0, 0); leads.len()];
    for own in order.chunk_by(|&a, &b| leads[a].hospital == leads[b].hospital) {
        own.iter().enumerate().for_each(|(at, &i)| ranks[i] = (at + 1, own.len()));
    }
    ranks
}
