//! `minor-admissions`: stays that consist of tests, at hospitals that have far more of them than others.
//!
//! A stay is minor where hardly anything was billed beside bed, rounds, nursing and tests. The number expected of a hospital is
//! what other hospitals show for the same diagnoses; whether it has more than hospitals differ by is a funnel with
//! over-dispersion ([`crate::stats::funnel`]), with false discoveries controlled over hospitals.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::peers::{Standing, count_standings, groups};
use super::returns::leaves_otherwise;
use super::series::{Series, begins, category, chapter};
use crate::facts::StayTotal;
use crate::finding::{Finding, Subject};
use crate::model::{DiagnosisId, FeeClass, Fen, HospitalId, Region, Setting, Stay};
use crate::rule::coverage::{Coverage, Unit, Why, charged_stays};
use crate::rule::subjects::{diagnosis, is_childbirth, is_newborns, stay_finding, yuan};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::benjamini_hochberg;

pub(super) const DETECTOR: Detector = Detector {
    id: "minor-admissions",
    check: |card| parameters::<Parameters>(card).map(drop),
    want: |_, _, _, _| Ok(()),
    run,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    max_treatment_share: f64,
    minor_codes: Vec<String>,
    minor_treatment_share: f64,
    min_test_share: f64,
    min_nights: i32,
    max_unknown_share: f64,
    min_billed_share: f64,
    exempt_codes: Vec<String>,
    series_codes: Vec<String>,
    series_words: Vec<String>,
    enough_stays: f64,
    min_peers: usize,
    max_q: f64,
    min_ratio: f64,
    min_excess: f64,
    max_minor_share: f64,
}

/// Fee classes that are tests.
const TESTS: [FeeClass; 2] = [FeeClass::Examination, FeeClass::Laboratory];
/// Fee classes that are being in hospital and nothing more.
const LODGING: [FeeClass; 5] =
    [FeeClass::Bed, FeeClass::Consultation, FeeClass::Nursing, FeeClass::Registration, FeeClass::GeneralTreatment];

/// A stay that was judged.
struct Judged {
    stay: u32,
    minor: bool,
    tests: Fen,
    treatment: Fen,
    billed: Fen,
}

/// The stays of a kind: minor ones and all.
type Tally = [f64; 2];

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let judged = judged(context, &parameters);
    let (hospitals, compared, few) = hospitals(context.region, &judged, &parameters);
    let listed = judged.iter().filter(|j| j.minor);
    let findings = listed
        .filter_map(|j| {
            let hospital = hospitals.get(&context.region.stays[j.stay as usize].hospital)?;
            Some(finding(context.region, j, hospital))
        })
        .collect();
    let coverage = Coverage::of(Unit::Hospitals, compared).not(Why::FewPeers, Unit::Hospitals, few).not(
        Why::NoDiagnosis,
        Unit::Stays,
        context.index.counts().undiagnosed_stays,
    );
    Ok(coverage.and(charged_stays(context)).with(findings))
}

/// Every stay that can be judged.
fn judged(context: &Context<'_>, parameters: &Parameters) -> Vec<Judged> {
    let region = context.region;
    let series = Series::new(region, &parameters.series_codes, &parameters.series_words);
    let mut out = Vec::new();
    for total in &context.facts.stay_totals {
        let Some(index) = region.records[total.record.index()].stay else { continue };
        let stay = &region.stays[index as usize];
        if counts(region, stay, &series, parameters) {
            out.extend(judge(region, index, total, parameters));
        }
    }
    out
}

fn counts(region: &Region, stay: &Stay, series: &Series<'_>, parameters: &Parameters) -> bool {
    let way = region.names.texts.get(stay.discharge_way).trim();
    stay.setting == Setting::Inpatient
        && stay.hospital != HospitalId::NONE
        && stay.discharged.is_some()
        && stay.nights() >= parameters.min_nights
        && !leaves_otherwise(region, stay)
        && way.trim_start_matches('0') != "4"
        && !way.contains("非医嘱")
        && !series.has(stay)
        && !is_childbirth(region, stay)
        && !is_newborns(region, stay)
        // What a stay without a diagnosis is to be compared with nobody knows, unless no stay has one.
        && (region.names.diagnoses.is_empty() || stay.diagnosis != DiagnosisId::NONE)
        && !begins(region.names.diagnoses.get(stay.diagnosis), &parameters.exempt_codes)
}

/// Whether a stay is minor; `None` where its bill is not known well enough.
fn judge(region: &Region, index: u32, total: &StayTotal, parameters: &Parameters) -> Option<Judged> {
    let stay = &region.stays[index as usize];
    let of = |classes: &[FeeClass]| -> Fen { classes.iter().map(|c| total.by_class[*c as usize]).sum() };
    let billed = total.amount();
    let unknown = of(&[FeeClass::Unknown, FeeClass::Other]);
    let known = billed > Fen(0)
        && unknown.yuan() <= parameters.max_unknown_share * billed.yuan()
        && billed.yuan() >= parameters.min_billed_share * stay.total.yuan();
    if !known {
        return None;
    }
    let tests = of(&TESTS);
    let treatment = billed - tests - of(&LODGING) - unknown;
    let slight = begins(region.names.diagnoses.get(stay.diagnosis), &parameters.minor_codes);
    let limit = if slight { parameters.minor_treatment_share } else { parameters.max_treatment_share };
    let minor = treatment.yuan() <= limit * billed.yuan() && tests.yuan() >= parameters.min_test_share * billed.yuan();
    Some(Judged { stay: index, minor, tests, treatment, billed })
}

/// A hospital that stands out.
struct Hospital {
    minor: f64,
    stays: f64,
    expected: f64,
    p: f64,
    q: f64,
    standing: Standing,
}

/// The hospitals that stand out, how many were compared, and how many have nobody to be compared with.
fn hospitals(
    region: &Region,
    judged: &[Judged],
    parameters: &Parameters,
) -> (BTreeMap<HospitalId, Hospital>, usize, usize) {
    let rates = Rates::new(region, judged, parameters.enough_stays);
    let mut tallies: BTreeMap<HospitalId, (Tally, f64)> = BTreeMap::new();
    for j in judged {
        let stay = &region.stays[j.stay as usize];
        let (tally, expected) = tallies.entry(stay.hospital).or_default();
        add(tally, j.minor);
        *expected += rates.elsewhere(region, stay);
    }
    let ids: Vec<HospitalId> = tallies.keys().copied().collect();
    let list: Vec<(Tally, f64)> = tallies.into_values().collect();
    let counts: Vec<(f64, f64)> = list.iter().map(|(t, expected)| (t[0], *expected)).collect();
    let standing = count_standings(&counts, &groups(region, &ids, parameters.min_peers));
    let p: Vec<f64> = standing.iter().map(|s| s.map_or(1.0, |s| s.p)).collect();
    let q = benjamini_hochberg(&p, p.len());
    let compared = standing.iter().flatten().count();
    let mut out = BTreeMap::new();
    for (i, ([minor, stays], expected)) in list.into_iter().enumerate() {
        let Some(standing) = standing[i] else { continue };
        let usual = expected * standing.prediction.mean.max(0.0).powi(2);
        // Where nearly every stay looks so, drugs and treatment are billed elsewhere.
        let real = minor <= parameters.max_minor_share * stays;
        if real
            && q[i] <= parameters.max_q
            && minor >= parameters.min_ratio * usual
            && minor - usual >= parameters.min_excess
        {
            out.insert(ids[i], Hospital { minor, stays, expected: usual, p: p[i], q: q[i], standing });
        }
    }
    (out, compared, ids.len() - compared)
}

fn add(tally: &mut Tally, minor: bool) {
    tally[0] += f64::from(u8::from(minor));
    tally[1] += 1.0;
}

/// Shares of minor stays by diagnosis, so that a hospital can be taken off.
struct Rates<'a> {
    categories: BTreeMap<(&'a str, HospitalId), Tally>,
    category: BTreeMap<&'a str, Tally>,
    chapters: BTreeMap<(Option<u8>, HospitalId), Tally>,
    chapter: BTreeMap<Option<u8>, Tally>,
    own: BTreeMap<HospitalId, Tally>,
    all: Tally,
    enough: f64,
}

impl<'a> Rates<'a> {
    fn new(region: &'a Region, judged: &[Judged], enough: f64) -> Self {
        let mut rates = Self {
            categories: BTreeMap::new(),
            category: BTreeMap::new(),
            chapters: BTreeMap::new(),
            chapter: BTreeMap::new(),
            own: BTreeMap::new(),
            all: Tally::default(),
            enough,
        };
        for j in judged {
            let stay = &region.stays[j.stay as usize];
            let (category, chapter) = kind(region, stay.diagnosis);
            add(rates.categories.entry((category, stay.hospital)).or_default(), j.minor);
            add(rates.category.entry(category).or_default(), j.minor);
            add(rates.chapters.entry((chapter, stay.hospital)).or_default(), j.minor);
            add(rates.chapter.entry(chapter).or_default(), j.minor);
            add(rates.own.entry(stay.hospital).or_default(), j.minor);
            add(&mut rates.all, j.minor);
        }
        rates
    }

    /// The share of minor stays among the other hospitals' stays of the same category, drawn towards that of the chapter and of
    /// everything by as many stays as are enough.
    fn elsewhere(&self, region: &Region, stay: &Stay) -> f64 {
        let (category, chapter) = kind(region, stay.diagnosis);
        let without = |all: Tally, own: Option<&Tally>| {
            let own = own.copied().unwrap_or_default();
            [all[0] - own[0], all[1] - own[1]]
        };
        let all = without(self.all, self.own.get(&stay.hospital));
        let wide = without(self.chapter[&chapter], self.chapters.get(&(chapter, stay.hospital)));
        let near = without(self.category[category], self.categories.get(&(category, stay.hospital)));
        let base = (all[0] + 0.5) / (all[1] + 1.0);
        let base = (wide[0] + self.enough * base) / (wide[1] + self.enough);
        (near[0] + self.enough * base) / (near[1] + self.enough)
    }
}

fn kind(region: &Region, code: DiagnosisId) -> (&str, Option<u8>) {
    (category(region, code).unwrap_or_default(), chapter(region, code))
}

fn finding(region: &Region, judged: &Judged, hospital: &Hospital) -> Finding {
    let stay = &region.stays[judged.stay as usize];
    let mut finding = stay_finding(region, judged.stay as usize);
    finding.add_risk(Subject::Stay(judged.stay), region.at_stake(stay));
    finding.add_rows(&region.files, stay.rows.iter().copied());
    finding.confidence = (1.0 - hospital.expected / hospital.minor).clamp(0.0, 0.95);
    finding.observed = Some(hospital.minor);
    finding.expected = Some((hospital.expected * 10.0).round() / 10.0);
    finding.p_value = Some(hospital.p);
    finding.q_value = Some(hospital.q);
    let share = |part: f64, whole: f64| (1_000.0 * part / whole).round() / 10.0;
    let evidence = &mut finding.evidence;
    evidence.insert("diagnosis".into(), diagnosis(region, stay).into());
    evidence.insert("nights".into(), stay.nights().into());
    evidence.insert("tests".into(), yuan(judged.tests));
    evidence.insert("treatment".into(), yuan(judged.treatment));
    evidence.insert("test_share".into(), share(judged.tests.yuan(), judged.billed.yuan()).into());
    evidence.insert("hospital_minor".into(), hospital.minor.into());
    evidence.insert("hospital_stays".into(), hospital.stays.into());
    evidence.insert("hospital_share".into(), share(hospital.minor, hospital.stays).into());
    evidence.insert("expected_share".into(), share(hospital.expected, hospital.stays).into());
    evidence.insert("peer_hospitals".into(), hospital.standing.peers.into());
    finding
}
