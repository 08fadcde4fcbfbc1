//! Points about diagnoses and operations instead of items.

use super::breaches::{Breach, Hit, What};
use super::charge::Patient;
use super::points::Scope;
use crate::model::{Day, DiagnosisId, Record, RecordId, Region, Stay, TextId, icd};
use crate::rule::coverage::{Coverage, Unit};

/// The diagnoses of a record, the main one first, each once.
pub fn diagnoses_of(region: &Region, record: &Record, id: RecordId) -> Vec<DiagnosisId> {
    let of_stay = record.stay.and_then(|i| region.stays[i as usize].diagnosis.some());
    let of_visit = record.visit.and_then(|i| region.visits[i as usize].diagnosis.some());
    let mut all: Vec<DiagnosisId> = of_stay.into_iter().chain(of_visit).collect();
    all.extend(region.diagnoses_of(id).iter().map(|d| d.code));
    let mut seen = Vec::with_capacity(all.len());
    all.retain(|code| {
        !seen.contains(code) && {
            seen.push(*code);
            true
        }
    });
    all
}

/// A record with its patient and its first day.
pub struct Case<'a> {
    pub patient: Patient<'a>,
    pub day: Day,
}

/// The breaches of diagnoses: one for each record and diagnosis, judged by the patient. Records that may hold two patients are
/// left out.
pub fn of_diagnoses<'a, B>(scope: &'a Scope<'a, B>, breach: impl Fn(&Case<'a>, &B) -> Option<Breach>) -> Vec<Hit<'a>> {
    let region = scope.context.region;
    let mut points: Vec<(DiagnosisId, u32)> = Vec::new();
    for (at, point) in scope.points.iter().enumerate() {
        points.extend(scope.context.index.diagnoses(point.row.codes()).into_iter().map(|code| (code, at as u32)));
    }
    points.sort_unstable();
    let mut hits = Vec::new();
    for (at, record) in region.records.iter().enumerate() {
        let id = RecordId(at as u32);
        let Some(day) = region.begins(record) else { continue };
        if scope.context.index.may_be_two(id) {
            continue;
        }
        let case = Case { patient: Patient::new(region, record), day };
        for code in diagnoses_of(region, record, id) {
            let start = points.partition_point(|p| p.0 < code);
            let own = points[start..].iter().take_while(|p| p.0 == code).map(|p| &scope.points[p.1 as usize]);
            let broken = own.filter(|p| p.holds(day)).find_map(|p| Some((p.row, breach(&case, &p.bound)?)));
            hits.extend(broken.map(|(row, breach)| Hit {
                record: id,
                what: What::Diagnosis(code),
                row,
                breach,
                lines: Vec::new(),
                with: Vec::new(),
            }));
        }
    }
    hits
}

/// The stays that points of operations are about.
pub fn operated(region: &Region) -> Coverage {
    Coverage::of(Unit::Stays, region.stays.iter().filter(|s| s.operation != TextId::NONE).count())
}

/// The breaches of operations: one for each stay with an operation that a point names.
pub fn of_operations<'a, B>(
    scope: &'a Scope<'a, B>,
    breach: impl Fn(&Case<'a>, &Stay, u32) -> Option<Breach>,
) -> Vec<Hit<'a>> {
    let region = scope.context.region;
    let codes: Vec<Vec<String>> = scope
        .points
        .iter()
        .map(|p| p.row.codes().split_ascii_whitespace().map(|c| icd::compared(c.trim_end_matches('*'))).collect())
        .collect();
    let mut hits = Vec::new();
    for stay in region.stays.iter().filter(|s| s.operation != TextId::NONE) {
        let operation = icd::compared(region.names.texts.get(stay.operation));
        let record = &region.records[stay.record.index()];
        let case = Case { patient: Patient::new(region, record), day: stay.admitted.day };
        let named = |at: &usize| codes[*at].iter().any(|code| operation.starts_with(code.as_str()));
        let mut own = (0..codes.len()).filter(named).filter(|at| scope.points[*at].holds(case.day));
        let broken = own.find_map(|at| Some((scope.points[at].row, breach(&case, stay, at as u32)?)));
        hits.extend(broken.map(|(row, breach)| Hit {
            record: stay.record,
            what: What::Operation(stay.operation),
            row,
            breach,
            lines: Vec::new(),
            with: Vec::new(),
        }));
    }
    hits
}
