//! Items that need a diagnosis, or that a diagnosis forbids: indications and contra-indications, pregnancy, named diseases.

use super::breaches::{Breach, Hit, Limit};
use super::charge::Charge;
use super::points::Scope;
use super::subjects::diagnoses_of;
use crate::model::DiagnosisId;
use crate::rule::RuleError;

pub struct Diagnosis;

/// Whether one of the diagnoses must be there, or must not.
pub struct Diagnoses {
    required: bool,
}

impl Limit for Diagnosis {
    const NAMES: &'static [&'static str] = &["diagnosis_required", "diagnosis_forbidden"];
    const OF_RECORD: bool = true;
    type Bound = Diagnoses;

    /// Codes of diagnoses: each means all that begin so.
    fn read(limit: &str, value: &str) -> Option<Diagnoses> {
        (!value.is_empty()).then_some(Diagnoses { required: limit == "diagnosis_required" })
    }

    fn hits<'a>(scope: &'a Scope<'a, Diagnoses>) -> Result<Vec<Hit<'a>>, RuleError> {
        let (region, index) = (scope.context.region, scope.context.index);
        let listed: Vec<Vec<DiagnosisId>> = scope.points.iter().map(|p| index.diagnoses(p.row.value())).collect();
        let own = |charge: &Charge<'_>| diagnoses_of(region, charge.record, charge.fact.record);
        Ok(scope.each_with(own, |_, own, at| {
            let named = own.iter().copied().find(|d| listed[at as usize].binary_search(d).is_ok());
            let names = |id: DiagnosisId| {
                let name = region.names.texts.get(region.names.diagnosis_names[id.index()]);
                format!("{} {name}", region.names.diagnoses.get(id)).trim().to_string()
            };
            let found = match (scope.points[at as usize].bound.required, named) {
                (false, Some(named)) => names(named),
                // Without any diagnosis nothing can be said; with one that is text only, neither.
                (true, None) if !own.is_empty() && own.iter().all(|d| is_code(region.names.diagnoses.get(*d))) => {
                    own.iter().map(|d| names(*d)).collect::<Vec<_>>().join("、")
                }
                _ => return None,
            };
            Some(Breach {
                limit: scope.points[at as usize].row.value().into(),
                found,
                confidence: 0.6,
                ..Breach::default()
            })
        }))
    }
}

/// Whether a diagnosis is written as a code of the classification.
fn is_code(text: &str) -> bool {
    matches!(text.as_bytes(), [letter, digit, ..] if letter.is_ascii_alphabetic() && digit.is_ascii_digit())
}
