//! What several rules need: a finding about a stay or visit, and who may be lying in it.

use serde_json::Value;

use crate::finding::Finding;
use crate::model::{DiagnosisId, PersonId, RecordId, Region, Stay, TextId};

/// A finding about one stay, with its ids, its period and its total.
pub fn stay_finding(region: &Region, index: usize) -> Finding {
    let stay = &region.stays[index];
    Finding {
        hospital_id: region.names.hospitals.get(stay.hospital).to_string(),
        patient_ids: patient(region, stay.person),
        stay_ids: vec![region.names.records.get(stay.record).to_string()],
        period_start: Some(stay.admitted.day),
        period_end: Some(stay.last_day()),
        total_amount: stay.total,
        ..Finding::default()
    }
}

/// A finding about one stay or visit, with its ids, its period and its total. What charge lines alone tell of is named by its
/// `mdtrt_id` among the visits; nothing for a record without any line.
pub fn record_finding(region: &Region, record: RecordId) -> Option<Finding> {
    let known = region.records[record.index()];
    match (known.stay, known.visit) {
        (Some(stay), _) => Some(stay_finding(region, stay as usize)),
        (None, Some(visit)) => {
            let visit = &region.visits[visit as usize];
            Some(Finding {
                hospital_id: region.names.hospitals.get(known.hospital).to_string(),
                patient_ids: patient(region, known.person),
                visit_ids: vec![region.names.records.get(record).to_string()],
                period_start: Some(visit.time.day),
                period_end: Some(visit.time.day),
                total_amount: visit.total,
                ..Finding::default()
            })
        }
        (None, None) => {
            let lines = region.fees.of(record);
            let days = || lines.clone().filter_map(|line| region.fees.day(line));
            (!lines.is_empty()).then(|| Finding {
                hospital_id: region.names.hospitals.get(known.hospital).to_string(),
                patient_ids: vec![region.names.persons.get(known.person).to_string()],
                visit_ids: vec![region.names.records.get(record).to_string()],
                period_start: days().min(),
                period_end: days().max(),
                total_amount: lines.clone().map(|line| region.fees.amount(line)).sum(),
                ..Finding::default()
            })
        }
    }
}

/// The patient, where somebody is known.
fn patient(region: &Region, person: PersonId) -> Vec<String> {
    person.some().map(|person| region.names.persons.get(person).to_string()).into_iter().collect()
}

/// The main diagnosis of a stay: code and name.
pub fn diagnosis(region: &Region, stay: &Stay) -> String {
    let (code, name) = (region.names.diagnoses.get(stay.diagnosis), region.names.texts.get(stay.diagnosis_name));
    format!("{code} {name}").trim().to_string()
}

/// Texts as a JSON list.
pub fn list<S: Into<String>>(texts: impl IntoIterator<Item = S>) -> Value {
    Value::Array(texts.into_iter().map(|t| Value::String(t.into())).collect())
}

/// Yuan as JSON.
pub fn yuan(fen: crate::model::Fen) -> Value {
    Value::from(fen.yuan())
}

/// Somebody older is no newborn.
const NEWBORN_DAYS: i32 = 28;

/// Whether a stay is a newborn's: by `med_type` 5212, by the words 新生儿 and 婴儿, by a diagnosis of the perinatal period
/// (P00–P96) or of a liveborn infant (Z38), or by a birth at most 28 days before admission.
pub fn is_newborns(region: &Region, stay: &Stay) -> bool {
    let kind = region.names.texts.get(stay.kind);
    let names: [TextId; 1] = [stay.diagnosis_name];
    kind.starts_with("5212")
        || std::iter::once(kind)
            .chain(names.map(|n| region.names.texts.get(n)))
            .any(|t| t.contains("新生儿") || t.contains("婴儿"))
        || std::iter::once(stay.diagnosis)
            .chain(region.diagnoses_of(stay.record).iter().map(|d| d.code))
            .any(|code| is_perinatal(region, code))
        || region
            .birth(stay.person, Some(stay))
            .is_some_and(|(first, last)| last <= stay.admitted.day && stay.admitted.day.0 - first.0 <= NEWBORN_DAYS)
}

/// Whether a stay is a childbirth: `med_type` 52 or the word 生育 or 分娩, or under any type of visit a diagnosis of delivery
/// (O80–O84) or its outcome (Z37), or its name.
pub fn is_childbirth(region: &Region, stay: &Stay) -> bool {
    let kind = region.names.texts.get(stay.kind);
    let named = ["分娩", "顺产", "剖宫产"];
    let diagnosis = region.names.texts.get(stay.diagnosis_name);
    kind == "52"
        || kind.starts_with("520")
        || kind.contains("生育")
        || kind.contains("分娩")
        || named.iter().any(|word| diagnosis.contains(word))
        || std::iter::once(stay.diagnosis)
            .chain(region.diagnoses_of(stay.record).iter().map(|d| d.code))
            .any(|code| is_delivery(region, code))
}

fn is_delivery(region: &Region, code: DiagnosisId) -> bool {
    matches!(
        region.names.diagnoses.get(code).as_bytes(),
        [b'O' | b'o', b'8', b'0'..=b'4', ..] | [b'Z' | b'z', b'3', b'7', ..]
    )
}

fn is_perinatal(region: &Region, code: DiagnosisId) -> bool {
    let code = region.names.diagnoses.get(code).as_bytes();
    match code {
        [b'P' | b'p', rest @ ..] => rest.first().is_some_and(u8::is_ascii_digit),
        [b'Z' | b'z', b'3', b'8', ..] => true,
        _ => false,
    }
}
