//! `minor-admissions`: stays that consist of tests, at hospitals that have far more of them than others.
//!
//! A stay is minor where hardly anything was billed beside bed, rounds, nursing and tests. The number expected of a hospital is
//! what other hospitals show for the same diagnoses. Colds and backaches that were given an infusion or warmth are the other
//! kind: there the diagnosis is what is judged, so the number expected is what others show for patients of the same age and
//! sex, which nobody writes himself. Whether it has more than hospitals differ by is a funnel with
//! over-dispersion ([`crate::stats::funnel`]), with false discoveries controlled over hospitals.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::peers::{Standing, count_standings, groups};
use super::returns::leaves_otherwise;
use super::series::{Series, begins};
use crate::facts::StayTotal;
use crate::finding::{Finding, Subject};
use crate::model::icd::Category;
use crate::model::{DiagnosisId, FeeClass, Fen, HospitalId, Region, Setting, Stay};
use crate::rule::coverage::{Coverage, Unit, Why, charged_stays};
use crate::rule::subjects::{diagnosis, is_childbirth, is_newborns, stay_finding, yuan};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::stats::{benjamini_hochberg, percent, rounded};

pub(super) const DETECTOR: Detector =
    Detector { id: "minor-admissions", check: |card| parameters::<Parameters>(card).map(drop), run };

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

/// What makes a stay one that needed no bed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// It consists of tests.
    Tests,
    /// A slight illness, treated as outpatients are.
    Slight,
}

impl Reason {
    const ALL: [Self; 2] = [Self::Tests, Self::Slight];

    /// As evidence says it.
    fn name(self) -> &'static str {
        match self {
            Self::Tests => "tests",
            Self::Slight => "slight",
        }
    }
}

/// A stay that was judged.
struct JudgedStay {
    stay: u32,
    /// What kind it is of, if any.
    kind: Option<Reason>,
    /// Whether it would be one of tests if twice as much treatment were allowed.
    near: bool,
    tests: Fen,
    treatment: Fen,
    billed: Fen,
    operated: bool,
}

/// The stays of a kind: minor ones and all.
type Tally = [f64; 2];

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let judged = judged(context, &parameters);
    let (hospitals, compared, few) = hospitals(context.region, &judged, &parameters);
    let listed = judged.iter().filter_map(|j| Some((j, j.kind?)));
    let findings = listed
        .filter_map(|(j, kind)| {
            let hospital = hospitals[kind as usize].get(&context.region.stays[j.stay as usize].hospital)?;
            Some(finding(context.region, j, kind, hospital))
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
fn judged(context: &Context<'_>, parameters: &Parameters) -> Vec<JudgedStay> {
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
    slight(region, &mut out, parameters);
    out
}

/// Marks the slight illnesses that were treated as outpatients are: without an operation, and for no more a night than half of
/// all stays are.
fn slight(region: &Region, judged: &mut [JudgedStay], parameters: &Parameters) {
    let nightly = |j: &JudgedStay| j.treatment.yuan() / f64::from(region.stays[j.stay as usize].nights().max(1));
    let mut all: Vec<f64> = judged.iter().map(nightly).collect();
    if all.is_empty() {
        return;
    }
    let middle = all.len() / 2;
    let usual = *all.select_nth_unstable_by(middle, f64::total_cmp).1;
    for j in judged.iter_mut().filter(|j| j.kind.is_none() && !j.operated && nightly(j) <= usual) {
        let code = region.names.diagnoses.get(region.stays[j.stay as usize].diagnosis);
        j.kind = begins(code, &parameters.minor_codes).then_some(Reason::Slight);
    }
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
fn judge(region: &Region, index: u32, total: &StayTotal, parameters: &Parameters) -> Option<JudgedStay> {
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
    let tested = tests.yuan() >= parameters.min_test_share * billed.yuan();
    let within = |limit: f64| tested && treatment.yuan() <= limit * billed.yuan();
    let kind = within(limit).then_some(Reason::Tests);
    let operated = stay.operation.some().is_some() || of(&[FeeClass::Surgery]) > Fen(0);
    Some(JudgedStay {
        stay: index,
        kind,
        near: kind.is_none() && within(2.0 * limit),
        tests,
        treatment,
        billed,
        operated,
    })
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

/// By kind the hospitals that stand out, how many were compared, and how many have nobody to be compared with. False discoveries
/// are controlled over hospitals and kinds.
fn hospitals(
    region: &Region,
    judged: &[JudgedStay],
    parameters: &Parameters,
) -> ([BTreeMap<HospitalId, Hospital>; 2], usize, usize) {
    let mut all: BTreeMap<HospitalId, [HospitalTally; 2]> = BTreeMap::new();
    for kind in Reason::ALL {
        let rates = Rates::new(region, judged, kind, parameters.enough_stays);
        for j in judged {
            let stay = &region.stays[j.stay as usize];
            let house = &mut all.entry(stay.hospital).or_default()[kind as usize];
            add(&mut house.tally, j.kind == Some(kind));
            house.expected += rates.elsewhere(region, stay);
            house.near += f64::from(u8::from(kind == Reason::Tests && j.near));
        }
    }
    let ids: Vec<HospitalId> = all.keys().copied().collect();
    let groups = groups(region, &ids, parameters.min_peers);
    let standings = Reason::ALL.map(|kind| {
        let counts: Vec<(f64, f64)> =
            all.values().map(|h| &h[kind as usize]).map(|h| (h.tally[0], h.expected)).collect();
        count_standings(&counts, &groups)
    });
    let p: Vec<f64> = standings.iter().flatten().map(|s| s.map_or(1.0, |s| s.p)).collect();
    let q = benjamini_hochberg(&p, p.len());
    let compared = standings[0].iter().flatten().count();
    let mut out = [BTreeMap::new(), BTreeMap::new()];
    for (i, (id, houses)) in all.iter().enumerate() {
        for kind in Reason::ALL {
            let (house, at) = (&houses[kind as usize], kind as usize * ids.len() + i);
            let Some(standing) = standings[kind as usize][i] else { continue };
            let [minor, stays] = house.tally;
            // A hospital that treats cheaply has stays under the limit as well, but more of them just over it.
            let usual = (house.expected * standing.prediction.mean.max(0.0).powi(2)).max(house.near);
            // Where nearly every stay looks so, drugs and treatment are billed elsewhere.
            let real = minor <= parameters.max_minor_share * stays;
            if real
                && q[at] <= parameters.max_q
                && minor >= parameters.min_ratio * usual
                && minor - usual >= parameters.min_excess
            {
                let (p, q) = (p[at], q[at]);
                out[kind as usize].insert(*id, Hospital { minor, stays, expected: usual, p, q, standing });
            }
        }
    }
    (out, compared, ids.len() - compared)
}

/// The stays of one kind at a hospital.
#[derive(Clone, Copy, Default)]
struct HospitalTally {
    tally: Tally,
    /// Expected by what others show.
    expected: f64,
    /// Stays just over the limit.
    near: f64,
}

fn add(tally: &mut Tally, minor: bool) {
    tally[0] += f64::from(u8::from(minor));
    tally[1] += 1.0;
}

/// Shares of minor stays by diagnosis, so that a hospital can be taken off.
struct Rates {
    categories: BTreeMap<(Alike, HospitalId), Tally>,
    category: BTreeMap<Alike, Tally>,
    chapters: BTreeMap<(Option<u8>, HospitalId), Tally>,
    chapter: BTreeMap<Option<u8>, Tally>,
    own: BTreeMap<HospitalId, Tally>,
    all: Tally,
    enough: f64,
    kind: Reason,
}

impl Rates {
    fn new(region: &Region, judged: &[JudgedStay], kind: Reason, enough: f64) -> Self {
        let mut rates = Self {
            kind,
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
            let ((category, chapter), is) = (alike(region, stay, kind), j.kind == Some(kind));
            add(rates.categories.entry((category, stay.hospital)).or_default(), is);
            add(rates.category.entry(category).or_default(), is);
            add(rates.chapters.entry((chapter, stay.hospital)).or_default(), is);
            add(rates.chapter.entry(chapter).or_default(), is);
            add(rates.own.entry(stay.hospital).or_default(), is);
            add(&mut rates.all, is);
        }
        rates
    }

    /// The share of minor stays among the other hospitals' stays of the same category, drawn towards that of the chapter and of
    /// everything by as many stays as are enough.
    fn elsewhere(&self, region: &Region, stay: &Stay) -> f64 {
        let (category, chapter) = alike(region, stay, self.kind);
        let without = |all: Tally, own: Option<&Tally>| {
            let own = own.copied().unwrap_or_default();
            [all[0] - own[0], all[1] - own[1]]
        };
        let all = without(self.all, self.own.get(&stay.hospital));
        let wide = without(self.chapter[&chapter], self.chapters.get(&(chapter, stay.hospital)));
        let near = without(self.category[&category], self.categories.get(&(category, stay.hospital)));
        let base = (all[0] + 0.5) / (all[1] + 1.0);
        let base = (wide[0] + self.enough * base) / (wide[1] + self.enough);
        (near[0] + self.enough * base) / (near[1] + self.enough)
    }
}

/// Ages from which on patients are alike.
const AGES: [i32; 7] = [0, 7, 18, 40, 55, 65, 75];

/// Patients alike.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Alike {
    /// By the category of their illness.
    Illness(Option<Category>),
    /// By the band of their age; 0 where it is not known.
    Age(usize),
}

/// What stays are compared by, finely and coarsely: the diagnosis where the treatment is judged, the patient where the diagnosis is.
fn alike(region: &Region, stay: &Stay, kind: Reason) -> (Alike, Option<u8>) {
    match kind {
        Reason::Tests => (Alike::Illness(region.category(stay.diagnosis)), region.chapter(stay.diagnosis)),
        Reason::Slight => {
            let born = region.birth(stay.person, Some(stay));
            let age = born.map_or(-1, |(_, last)| (stay.admitted.day.0 - last.0) / 365);
            (Alike::Age(AGES.iter().filter(|from| age >= **from).count()), Some(stay.sex as u8))
        }
    }
}

fn finding(region: &Region, judged: &JudgedStay, kind: Reason, hospital: &Hospital) -> Finding {
    let stay = &region.stays[judged.stay as usize];
    let mut finding = stay_finding(region, judged.stay as usize);
    finding.add_risk(Subject::Stay(judged.stay), region.at_stake(stay));
    finding.add_rows(&region.files, stay.rows.iter().copied());
    finding.confidence = (1.0 - hospital.expected / hospital.minor).clamp(0.0, 0.95);
    finding.observed = Some(hospital.minor);
    finding.expected = Some(rounded(hospital.expected, 1));
    finding.p_value = Some(hospital.p);
    finding.q_value = Some(hospital.q);
    let share = |part: f64, whole: f64| percent(part / whole, 1);
    let evidence = &mut finding.evidence;
    evidence.insert("kind".into(), kind.name().into());
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
