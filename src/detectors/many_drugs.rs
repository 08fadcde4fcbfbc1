//! `many-drugs`: prescriptions of more drugs than may be on one, and hospitals that give far more at once than their peers.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::json;

use super::shares::{Count, Funnel, JudgedShare, judge};
use crate::facts::StayItem;
use crate::finding::{Finding, Subject};
use crate::model::icd::Category;
use crate::model::{DiagnosisId, FeeClass, Fen, HospitalId, ItemId, PrescriptionId, RecordId, Region, RowRef, Setting};
use crate::rule::coverage::{charged_stays, compared_with};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::{percent, quantile, rounded};

pub(super) const DETECTOR: Detector =
    Detector { id: "many-drugs", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    max_drugs: usize,
    wide_share: f64,
    stay_quantile: f64,
    times_median: f64,
    min_stay_days: i32,
    intensive_words: Vec<String>,
    min_records: u64,
    min_peers: usize,
    min_spread: f64,
    min_share: f64,
    min_ratio: f64,
    max_q: f64,
    rows_listed: usize,
}

impl Parameters {
    fn funnel(&self) -> Funnel {
        Funnel { min_of: self.min_records, min_peers: self.min_peers, min_spread: self.min_spread }
    }
}

/// A record with too many drugs.
#[derive(Clone, Copy)]
struct Over {
    record: RecordId,
    /// Drugs on the prescription, of the visit, or on the mean day of the stay.
    drugs: f64,
    prescriptions: u32,
    /// What the drugs beyond the limit cost, where there is one in law.
    amount: Fen,
}

/// The records of an institution that were looked at, and those with too many.
#[derive(Default)]
struct Own {
    of: u64,
    over: Vec<Over>,
}

type Owns = BTreeMap<HospitalId, Own>;

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let numbered = context.region.fees.has_prescriptions();
    let visits = visits(context, numbered, &parameters);
    let mut findings = Vec::new();
    if numbered {
        for (hospital, own) in visits.iter().filter(|(_, own)| !own.over.is_empty()) {
            let wide =
                own.of >= parameters.min_records && own.over.len() as f64 >= parameters.wide_share * own.of as f64;
            let limit = parameters.max_drugs as f64;
            let mut finding = finding(context, "prescription", *hospital, own, limit, &parameters);
            // A number that nearly every visit shares over all its drugs is no prescription's.
            finding.confidence = if wide { 0.3 } else { 0.8 };
            findings.push(finding);
        }
    } else {
        findings.extend(compared(context, "visit", &visits, parameters.max_drugs as f64, &parameters));
    }
    let (stays, bound) = stays(context, &parameters);
    let mut of_stays = compared(context, "stay", &stays, parameters.max_drugs as f64, &parameters);
    of_stays.iter_mut().for_each(|f| drop(f.evidence.insert("times_median".into(), json!(rounded(bound, 1)))));
    findings.extend(of_stays);
    let funnel = parameters.funnel();
    let enough = |owns: &Owns| owns.iter().filter(|(_, own)| own.of >= funnel.min_of).map(|(h, _)| *h).collect();
    let (of_visits, of_stays): (BTreeSet<HospitalId>, BTreeSet<HospitalId>) = (enough(&visits), enough(&stays));
    let mut compared = BTreeSet::new();
    for (own, alone) in [(&of_visits, numbered), (&of_stays, false)] {
        compared.extend(own.iter().copied().filter(|_| alone || own.len() > funnel.min_peers));
    }
    if numbered {
        // A prescription is over the limit whatever others do.
        compared.extend(visits.keys());
    }
    let all = visits.keys().chain(stays.keys()).copied().collect();
    let coverage = compared_with(&compared, &(&of_visits | &of_stays), &all);
    Ok(coverage.and(charged_stays(context)).with(findings))
}

/// The western and patent drugs of a record.
fn drugs<'a>(region: &'a Region, of_record: &'a [StayItem]) -> impl Iterator<Item = &'a StayItem> {
    of_record.iter().filter(|i| {
        let class = region.fees.class(i.first_line as usize);
        i.quantity.0 > 0 && matches!(class, FeeClass::WesternDrug | FeeClass::ChinesePatent)
    })
}

/// Outpatient visits with drugs. Herbal slices are a prescription of their own and have no such limit.
fn visits(context: &Context<'_>, numbered: bool, parameters: &Parameters) -> Owns {
    let (region, mut owns) = (context.region, Owns::new());
    for of_record in context.facts.stay_items.chunk_by(|a, b| a.record == b.record) {
        let record = of_record[0].record;
        let Some(visit) = region.records[record.index()].visit.map(|v| &region.visits[v as usize]) else { continue };
        let different = drugs(region, of_record).count();
        if visit.setting == Setting::Pharmacy || different == 0 {
            continue;
        }
        let own = owns.entry(visit.hospital).or_default();
        own.of += 1;
        if different <= parameters.max_drugs {
            continue;
        }
        let over =
            if numbered { prescribed(region, record, parameters.max_drugs) } else { whole(region, record, different) };
        own.over.extend(over);
    }
    owns
}

/// A visit as one prescription; several departments prescribe for themselves.
fn whole(region: &Region, record: RecordId, different: usize) -> Option<Over> {
    let departments: BTreeSet<_> = region.fees.of(record).filter_map(|l| region.fees.department(l)).collect();
    (departments.len() <= 1).then_some(Over { record, drugs: different as f64, prescriptions: 1, amount: Fen(0) })
}

/// The prescriptions of a visit with more drugs than may be on one.
fn prescribed(region: &Region, record: RecordId, limit: usize) -> Option<Over> {
    let mut each: BTreeMap<PrescriptionId, BTreeMap<ItemId, Fen>> = BTreeMap::new();
    for line in region.fees.of(record) {
        let drug = matches!(region.fees.class(line), FeeClass::WesternDrug | FeeClass::ChinesePatent);
        if let Some(number) = region.fees.prescription(line).filter(|_| drug && region.fees.quantity(line).0 > 0) {
            *each.entry(number).or_default().entry(region.fees.item(line)).or_default() += region.fees.claimed(line);
        }
    }
    let over: Vec<&BTreeMap<ItemId, Fen>> = each.values().filter(|items| items.len() > limit).collect();
    let drugs = over.iter().map(|items| items.len()).max()?;
    // What is over a limit is valued at its share (DOMAIN: amount times (n - N) / n).
    let part = |items: &&BTreeMap<ItemId, Fen>| {
        let all: Fen = items.values().copied().sum();
        all.share((items.len() - limit) as i64, items.len() as i64)
    };
    let amount = over.iter().map(part).sum();
    Some(Over { record, drugs: drugs as f64, prescriptions: over.len() as u32, amount })
}

/// A stay, the drugs of its mean day, and its diagnosis.
struct Mean {
    record: RecordId,
    drugs: f64,
    diagnosis: DiagnosisId,
}

/// Stays by the drugs of their mean day: those with more than may be on a prescription and more, against the median of their
/// diagnosis, than nearly all stays of the middle hospital; and how many times the median that is. Drugs to take home are
/// billed on one day and hardly move the mean; stays with intensive care are left out.
fn stays(context: &Context<'_>, parameters: &Parameters) -> (Owns, f64) {
    let means = means(context, parameters);
    let region = context.region;
    // The category, its chapter, and all: the narrowest with enough stays speaks.
    let alike = |mean: &Mean| {
        let (category, chapter) = (region.category(mean.diagnosis), region.chapter(mean.diagnosis));
        let narrower = category.map(|c| (chapter, Some(c))).into_iter().chain(chapter.map(|c| (Some(c), None)));
        narrower.chain([(None, None)])
    };
    let mut groups: BTreeMap<(Option<u8>, Option<Category>), Vec<f64>> = BTreeMap::new();
    for mean in means.values().flatten() {
        alike(mean).for_each(|group| groups.entry(group).or_default().push(mean.drugs));
    }
    let enough = groups.into_iter().filter(|(_, all)| all.len() as u64 >= parameters.min_records);
    let medians: BTreeMap<_, f64> =
        enough.filter_map(|(group, mut all)| Some((group, quantile(&mut all, 0.5)?))).collect();
    let ratio = |mean: &Mean| {
        let median = alike(mean).find_map(|group| medians.get(&group));
        median.map_or(0.0, |median| mean.drugs / median.max(1.0))
    };
    let large = means.values().filter(|m| m.len() as u64 >= parameters.min_records);
    let usual = |m: &Vec<Mean>| quantile(&mut m.iter().map(ratio).collect::<Vec<f64>>(), parameters.stay_quantile);
    let bound = quantile(&mut large.filter_map(usual).collect::<Vec<f64>>(), 0.5)
        .unwrap_or(f64::INFINITY)
        .max(parameters.times_median);
    let over = |m: &&Mean| ratio(m) > bound && m.drugs > parameters.max_drugs as f64;
    let found = |m: &Mean| Over { record: m.record, drugs: m.drugs, prescriptions: 0, amount: Fen(0) };
    let own = |m: &Vec<Mean>| Own { of: m.len() as u64, over: m.iter().filter(over).map(found).collect() };
    (means.iter().map(|(hospital, m)| (*hospital, own(m))).collect(), bound)
}

/// Every stay that can be compared.
fn means(context: &Context<'_>, parameters: &Parameters) -> BTreeMap<HospitalId, Vec<Mean>> {
    let region = context.region;
    let is_intensive = |name: &str| parameters.intensive_words.iter().any(|w| name.contains(w));
    let intensive: Vec<bool> =
        region.names.items.iter().map(|(item, _)| is_intensive(region.item_name(item))).collect();
    let mut means: BTreeMap<HospitalId, Vec<Mean>> = BTreeMap::new();
    for of_record in context.facts.stay_items.chunk_by(|a, b| a.record == b.record) {
        let Some(stay) = region.stay_of(of_record[0].record) else { continue };
        let days = stay.nights() + 1;
        if days < parameters.min_stay_days || of_record.iter().any(|i| intensive[i.item.index()]) {
            continue;
        }
        let used: u32 = drugs(region, of_record).map(|i| i.days).sum();
        let mean = Mean { record: stay.record, drugs: f64::from(used) / f64::from(days), diagnosis: stay.diagnosis };
        means.entry(stay.hospital).or_default().push(mean);
    }
    means
}

/// Institutions whose share of records over a bound stands out from their peers'.
fn compared(context: &Context<'_>, kind: &str, owns: &Owns, bound: f64, parameters: &Parameters) -> Vec<Finding> {
    let count =
        |(hospital, own): (&HospitalId, &Own)| Count { hospital: *hospital, hits: own.over.len() as u64, of: own.of };
    let counts: Vec<Count> = owns.iter().map(count).collect();
    let funnel = parameters.funnel();
    let stands_out = |j: &JudgedShare| {
        let far = j.share() >= parameters.min_share && j.share() >= parameters.min_ratio * j.expected;
        far && j.q <= parameters.max_q
    };
    let judged = judge(&counts, funnel).into_iter().filter(stands_out);
    let complete = |j: JudgedShare| {
        let mut finding = finding(context, kind, j.count.hospital, &owns[&j.count.hospital], bound, parameters);
        (finding.p_value, finding.q_value) = (Some(j.p), Some(j.q));
        finding.expected = Some(j.expected * j.count.of as f64);
        finding.confidence = 0.6 * (1.0 - j.q);
        finding.evidence.insert("peers_percent".into(), json!(percent(j.expected, 1)));
        finding.evidence.insert("peers".into(), j.peers.into());
        finding
    };
    judged.map(complete).collect()
}

fn finding(
    context: &Context<'_>,
    kind: &str,
    hospital: HospitalId,
    own: &Own,
    bound: f64,
    parameters: &Parameters,
) -> Finding {
    let region = context.region;
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(hospital).to_string(),
        group_id: Some(kind.to_string()),
        observed: Some(own.over.len() as f64),
        threshold: Some(bound),
        ..Finding::default()
    };
    let mut rows: Vec<RowRef> = Vec::new();
    for over in &own.over {
        let known = region.records[over.record.index()];
        let id = region.names.records.get(over.record).to_string();
        let (day, total) = match (known.stay, known.visit) {
            (Some(i), _) => {
                finding.stay_ids.push(id);
                (region.stays[i as usize].admitted.day, region.stays[i as usize].total)
            }
            (None, Some(i)) => {
                finding.visit_ids.push(id);
                finding.add_risk(Subject::Visit(i), over.amount.max(Fen(0)));
                (region.visits[i as usize].time.day, region.visits[i as usize].total)
            }
            (None, None) => continue,
        };
        finding.patient_ids.push(region.names.persons.get(known.person).to_string());
        finding.period_start = Some(finding.period_start.map_or(day, |d| d.min(day)));
        finding.period_end = finding.period_end.max(Some(day));
        finding.total_amount += total;
        let room = parameters.rows_listed.saturating_sub(rows.len());
        let is_drug = |l: &usize| matches!(region.fees.class(*l), FeeClass::WesternDrug | FeeClass::ChinesePatent);
        rows.extend(region.fees.of(over.record).filter(is_drug).take(room).map(|l| region.fees.row(l)));
    }
    finding.add_rows(&region.files, rows);
    let most = own.over.iter().map(|o| o.drugs).fold(0.0, f64::max);
    let evidence = &mut finding.evidence;
    evidence.insert("kind".into(), kind.into());
    evidence.insert("over".into(), own.over.len().into());
    evidence.insert("records".into(), own.of.into());
    evidence.insert("share_percent".into(), json!(percent(own.over.len() as f64 / own.of.max(1) as f64, 1)));
    evidence.insert("limit".into(), json!(rounded(bound, 1)));
    evidence.insert("most".into(), json!(rounded(most, 1)));
    evidence.insert("prescriptions".into(), own.over.iter().map(|o| o.prescriptions).sum::<u32>().into());
    finding
}
