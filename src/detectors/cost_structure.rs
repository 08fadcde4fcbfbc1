//! `cost-structure`: what share of a hospital's bills is drugs, tests, consumables, treatment, CT and MRI, against its peers.
//! A statistic, no verdict.
//!
//! A share is a ratio of sums over the hospital's stays, with the variance of such a ratio (Cochran, Sampling Techniques, 3rd
//! ed. (1977), 2.11); the funnel with over-dispersion ([`crate::stats::funnel`]) says which hospitals lie beyond their peers.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::peers::{Standing, groups, standings};
use crate::facts::StayTotal;
use crate::finding::Finding;
use crate::model::{FeeClass, Fen, HospitalId, ItemId, Region};
use crate::rule::coverage::{Coverage, Unit as Counted, Why, charged_stays};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::funnel::Unit;
use crate::stats::{benjamini_hochberg, percent};

pub(super) const DETECTOR: Detector =
    Detector { id: "cost-structure", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    limit: f64,
    min_stays: f64,
    min_peers: usize,
    min_ratio: f64,
    listed_stays: usize,
    ct_words: Vec<String>,
    mri_words: Vec<String>,
    not_scans: Vec<String>,
}

/// The shares, in the order of the national classes 56 to 61.
const SHARES: [&str; 6] = ["drugs", "tests", "consumables", "treatment", "ct", "mri"];
/// The fee classes behind the first four.
const CLASSES: [&[FeeClass]; 4] = [
    &[FeeClass::WesternDrug, FeeClass::HerbalSlice, FeeClass::ChinesePatent],
    &[FeeClass::Examination, FeeClass::Laboratory],
    &[FeeClass::Consumable],
    &[FeeClass::Treatment],
];

/// What a stay's bill is made of, in yuan.
struct Bill {
    stay: u32,
    total: f64,
    parts: [f64; 6],
}

/// A share of a hospital.
struct Share {
    value: f64,
    unit: Unit,
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let region = context.region;
    let mut houses: BTreeMap<HospitalId, Vec<Bill>> = BTreeMap::new();
    for (hospital, bill) in bills(context, &parameters) {
        houses.entry(hospital).or_default().push(bill);
    }
    let all = houses.len();
    houses.retain(|_, bills| bills.len() as f64 >= parameters.min_stays);
    let ids: Vec<HospitalId> = houses.keys().copied().collect();
    let groups = groups(region, &ids, parameters.min_peers);
    let shares: Vec<[Share; 6]> = houses.values().map(|b| std::array::from_fn(|k| share(b, k))).collect();
    let standing: [Vec<Option<Standing>>; 6] =
        std::array::from_fn(|k| standings(&shares.iter().map(|s| s[k].unit).collect::<Vec<_>>(), &groups));
    let q: Vec<Vec<f64>> = standing
        .iter()
        .map(|all| {
            let p: Vec<f64> = all.iter().map(|s| s.map_or(1.0, |s| s.p)).collect();
            benjamini_hochberg(&p, p.len())
        })
        .collect();
    let mut findings = Vec::new();
    for (i, (hospital, bills)) in houses.iter().enumerate() {
        let rows: Vec<Row<'_>> = (0..6)
            .filter_map(|k| Some(Row { part: k, share: &shares[i][k], standing: standing[k][i]?, q: q[k][i] }))
            .collect();
        let far = |r: &Row<'_>| r.standing.p <= parameters.limit && r.share.value >= parameters.min_ratio * r.usual();
        let beyond: Vec<usize> = (0..rows.len()).filter(|n| far(&rows[*n])).collect();
        if !beyond.is_empty() {
            findings.push(finding(region, *hospital, bills, &rows, &beyond, parameters.listed_stays));
        }
    }
    let compared = (0..ids.len()).filter(|i| standing.iter().any(|s| s[*i].is_some())).count();
    let coverage = Coverage::of(Counted::Hospitals, compared)
        .not(Why::FewPeers, Counted::Hospitals, ids.len() - compared)
        .not(Why::FewRecords, Counted::Hospitals, all - ids.len());
    Ok(coverage.and(charged_stays(context)).with(findings))
}

/// The bill of every stay with charge lines.
fn bills(context: &Context<'_>, parameters: &Parameters) -> Vec<(HospitalId, Bill)> {
    let (region, facts) = (context.region, context.facts);
    let has = |name: &str, words: &[String]| words.iter().any(|w| name.to_uppercase().contains(w.as_str()));
    let scan: Vec<Option<usize>> = (0..region.names.items.len())
        .map(|i| {
            let item = ItemId(i as u32);
            let name = match region.names.item_names[i].some() {
                Some(name) => region.names.texts.get(name),
                None => region.names.items.get(item),
            };
            if has(name, &parameters.not_scans) {
                None
            } else if has(name, &parameters.mri_words) {
                Some(5)
            } else {
                has(name, &parameters.ct_words).then_some(4)
            }
        })
        .collect();
    let mut items = facts.stay_items.iter().peekable();
    let mut out = Vec::new();
    for total in &facts.stay_totals {
        let mut bill = Bill { stay: 0, total: total.amount().yuan(), parts: by_class(total) };
        while items.next_if(|i| i.record < total.record).is_some() {}
        while let Some(item) = items.next_if(|i| i.record == total.record) {
            if let Some(part) = scan[item.item.index()] {
                bill.parts[part] += item.amount.yuan();
            }
        }
        let Some(stay) = region.records[total.record.index()].stay else { continue };
        bill.stay = stay;
        let hospital = region.stays[stay as usize].hospital;
        if bill.total > 0.0 && hospital != HospitalId::NONE {
            out.push((hospital, bill));
        }
    }
    out
}

fn by_class(total: &StayTotal) -> [f64; 6] {
    let of = |classes: &&[FeeClass]| classes.iter().map(|c| total.by_class[*c as usize]).sum::<Fen>().yuan();
    std::array::from_fn(|k| CLASSES.get(k).map_or(0.0, of))
}

/// A share as a ratio of sums, with its variance.
fn share(bills: &[Bill], part: usize) -> Share {
    let total: f64 = bills.iter().map(|b| b.total).sum();
    let value = bills.iter().map(|b| b.parts[part]).sum::<f64>() / total;
    let squares: f64 = bills.iter().map(|b| (b.parts[part] - value * b.total).powi(2)).sum();
    let n = bills.len() as f64;
    let variance = squares * n / (n - 1.0).max(1.0) / (total * total);
    Share { value, unit: Unit::share(value, variance) }
}

/// One share of one hospital with its standing.
struct Row<'a> {
    part: usize,
    share: &'a Share,
    standing: Standing,
    q: f64,
}

impl Row<'_> {
    /// What the peers have.
    fn usual(&self) -> f64 {
        self.standing.prediction.mean.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2)
    }
}

fn finding(
    region: &Region,
    hospital: HospitalId,
    bills: &[Bill],
    rows: &[Row<'_>],
    beyond: &[usize],
    listed: usize,
) -> Finding {
    let first = beyond.iter().copied().min_by(|a, b| rows[*a].standing.p.total_cmp(&rows[*b].standing.p));
    let first = &rows[first.unwrap_or(0)];
    let days =
        |f: fn(&crate::model::Stay) -> crate::model::Day| bills.iter().map(move |b| f(&region.stays[b.stay as usize]));
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(hospital).to_string(),
        period_start: days(|s| s.admitted.day).min(),
        period_end: days(|s| s.last_day()).max(),
        total_amount: Fen((bills.iter().map(|b| b.total).sum::<f64>() * 100.0).round() as i64),
        observed: Some(percent(first.share.value, 1)),
        expected: Some(percent(first.usual(), 1)),
        p_value: Some(first.standing.p),
        q_value: Some(first.q),
        confidence: 1.0 - first.standing.p,
        ..Finding::default()
    };
    // The stays that carry most of what is too much: where to look first.
    let mut most: Vec<(f64, u32)> =
        bills.iter().map(|b| (b.parts[first.part] - first.usual() * b.total, b.stay)).collect();
    most.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, stay) in most.iter().take(listed.max(1)) {
        let stay = &region.stays[*stay as usize];
        finding.stay_ids.push(region.names.records.get(stay.record).to_string());
        finding.patient_ids.push(region.names.persons.get(stay.person).to_string());
        finding.add_rows(&region.files, stay.rows.iter().copied());
    }
    let evidence = &mut finding.evidence;
    evidence.insert("share".into(), SHARES[first.part].into());
    evidence.insert("here".into(), percent(first.share.value, 1).into());
    evidence.insert("usual".into(), percent(first.usual(), 1).into());
    evidence.insert("rank".into(), first.standing.rank.into());
    evidence.insert("peer_hospitals".into(), first.standing.peers.into());
    evidence.insert("bills".into(), bills.len().into());
    evidence.insert("beyond".into(), beyond.len().into());
    for row in rows {
        evidence.insert(SHARES[row.part].into(), percent(row.share.value, 1).into());
        evidence.insert(format!("{}_usual", SHARES[row.part]), percent(row.usual(), 1).into());
    }
    finding
}
