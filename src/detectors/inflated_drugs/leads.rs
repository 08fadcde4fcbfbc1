//! From what was tested to the stays that are listed.

use serde::Deserialize;

use super::doses::{Supply, Use};
use super::scale::{Kind, Obs, observations, stays};
use super::tails::{Institution, Judged, Rules, judge};

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    pub take_home_days: i32,
    pub posting_days: i32,
    pub severity_limit: f64,
    pub peer_spread: f64,
    pub level: f64,
    pub max_false_share: f64,
    pub max_lone_share: f64,
    pub support_tail: f64,
    pub min_ratio: f64,
    pub plausible_tail: f64,
}

impl Parameters {
    pub fn supply(&self) -> Supply {
        Supply { take_home_days: self.take_home_days, posting_days: self.posting_days }
    }

    pub fn rules(&self) -> Rules {
        Rules { spread: self.peer_spread, level: self.level, plausible: self.plausible_tail }
    }
}

/// Everything that was tested, and what came of it.
pub struct Tested {
    pub all: Vec<Obs>,
    pub judged: Vec<Judged>,
    /// By stay, sorted: the stay as a whole.
    pub stays: Vec<(u32, Judged)>,
    pub institutions: Vec<Institution>,
}

/// A drug of a stay that is beyond its plausible dose.
pub struct Suspect<'a> {
    pub of: &'a Use,
    /// Units a day that are usual.
    pub usual: f64,
    /// Units a day that are plausible.
    pub limit: f64,
    pub false_share: f64,
    /// Probability of a dose so large at the other hospitals.
    pub tail: f64,
}

/// A stay with its suspects, the worst first.
pub struct Lead<'a> {
    pub stay: u32,
    pub hospital: u32,
    pub suspects: Vec<Suspect<'a>>,
    pub false_share: f64,
    pub p: f64,
}

/// Tests each drug of each stay, then each stay over its drugs.
pub fn test(uses: &[Use], parameters: &Parameters) -> Tested {
    let all = observations(uses, parameters.severity_limit);
    let (judged, _) = judge(&all, parameters.rules());
    let sums = stays(&all, |i| judged[i].tail, parameters.support_tail);
    let (by_sum, institutions) = judge(&sums, parameters.rules());
    let mut stays: Vec<(u32, Judged)> = sums.iter().zip(by_sum).map(|(o, j)| (o.stay, j)).collect();
    stays.sort_unstable_by_key(|s| s.0);
    Tested { all, judged, stays, institutions }
}

/// The stays whose doses are beyond what is natural.
pub fn leads<'a>(
    uses: &'a [Use],
    tested: &Tested,
    maximum: &[Option<f64>],
    parameters: &Parameters,
) -> Vec<Lead<'a>> {
    let (all, judged) = (&tested.all, &tested.judged);
    let mut order: Vec<u32> = (0..all.len() as u32).collect();
    order.sort_unstable_by_key(|&i| (all[i as usize].stay, all[i as usize].item, all[i as usize].kind));
    let same_stay = |a: &u32, b: &u32| all[*a as usize].stay == all[*b as usize].stay;
    let same_drug = |a: &u32, b: &u32| all[*a as usize].item == all[*b as usize].item;
    let mut leads = Vec::new();
    for (of_stay, (stay, sum)) in order.chunk_by(same_stay).zip(&tested.stays) {
        let mut suspects = Vec::new();
        for of_drug in of_stay.chunk_by(same_drug).filter(|d| all[d[0] as usize].of != u32::MAX) {
            let best = of_drug.iter().map(|&i| i as usize).min_by(|&a, &b| better(&judged[a], &judged[b]));
            suspects.extend(best.and_then(|b| suspect(uses, &all[b], &judged[b], maximum, parameters)));
        }
        let whole = of_stay.iter().map(|&i| i as usize).find(|&i| all[i].kind == Kind::Whole).map(|i| judged[i]);
        let alone = suspects.iter().map(|s| s.false_share * parameters.max_false_share / parameters.max_lone_share).fold(1.0, f64::min);
        let mut false_share = alone.min(sum.false_share);
        if let Some(whole) = whole.filter(|w| w.false_share <= parameters.max_lone_share.min(false_share)) {
            suspects = everything(uses, all, of_stay, &whole, parameters);
            false_share = whole.false_share;
        }
        suspects.sort_by(|a, b| a.tail.total_cmp(&b.tail).then(b.ratio().total_cmp(&a.ratio())).then(a.of.item.cmp(&b.of.item)));
        if !suspects.is_empty() && false_share <= parameters.max_false_share {
            leads.push(Lead { stay: *stay, hospital: suspects[0].of.hospital, suspects, false_share, p: sum.tail });
        }
    }
    leads
}

fn better(a: &Judged, b: &Judged) -> std::cmp::Ordering {
    a.false_share.total_cmp(&b.false_share).then(a.tail.total_cmp(&b.tail))
}

impl Suspect<'_> {
    pub fn ratio(&self) -> f64 {
        self.of.dose / self.usual
    }
}

/// A drug whose dose is above its maximum, or among the far ones of its drug, hospital and stay.
fn suspect<'a>(
    uses: &'a [Use],
    obs: &Obs,
    judged: &Judged,
    maximum: &[Option<f64>],
    parameters: &Parameters,
) -> Option<Suspect<'a>> {
    let of = &uses[obs.of as usize];
    let usual = obs.base.exp();
    if let Some(limit) = maximum[of.item as usize].filter(|m| of.dose > *m) {
        return Some(Suspect { of, usual, limit, false_share: 0.0, tail: judged.tail });
    }
    let far = judged.tail <= parameters.support_tail || judged.false_share <= parameters.max_false_share;
    (far && obs.x >= parameters.min_ratio.ln()).then(|| {
        let natural = judged.limit * obs.sigma;
        let limit = if natural < obs.x { natural.max(0.0) } else { parameters.min_ratio.ln() };
        Suspect { of, usual, limit: usual * limit.exp(), false_share: judged.false_share, tail: judged.tail }
    })
}

/// Where the stay as a whole is too far out: all of its drugs that are.
fn everything<'a>(
    uses: &'a [Use],
    all: &[Obs],
    of_stay: &[u32],
    whole: &Judged,
    parameters: &Parameters,
) -> Vec<Suspect<'a>> {
    let drugs = of_stay.iter().map(|&i| &all[i as usize]).filter(|o| matches!(o.kind, Kind::Dose | Kind::Total));
    let far = drugs.filter(|o| o.x + o.grave >= parameters.min_ratio.ln());
    far.map(|o| {
            let usual = (o.base - o.grave).exp();
            let limit = usual * parameters.min_ratio;
            Suspect { of: &uses[o.of as usize], usual, limit, false_share: whole.false_share, tail: whole.tail }
        })
        .collect()
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
