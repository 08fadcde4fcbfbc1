//! Operations that need a diagnosis: a stay whose main operation none of its diagnoses explains.

use super::breaches::{Breach, Hit, Limit};
use super::points::Scope;
use super::subjects::{diagnoses_of, of_operations, operated};
use crate::model::DiagnosisId;
use crate::rule::RuleError;
use crate::rule::coverage::Coverage;

pub struct OperationDiagnosis;

impl Limit for OperationDiagnosis {
    const NAMES: &'static [&'static str] = &["operation_diagnosis"];
    const WITHOUT_ITEMS: bool = true;
    type Bound = ();

    /// Codes of the diagnoses that explain it.
    fn of_records(scope: &Scope<'_, Self::Bound>) -> Coverage {
        operated(scope.context.region)
    }

    fn read(_: &str, value: &str) -> Option<()> {
        (!value.is_empty()).then_some(())
    }

    fn hits<'a>(scope: &'a Scope<'a, ()>) -> Result<Vec<Hit<'a>>, RuleError> {
        let (region, index) = (scope.context.region, scope.context.index);
        let listed: Vec<Vec<DiagnosisId>> = scope.points.iter().map(|p| index.diagnoses(p.row.value())).collect();
        Ok(of_operations(scope, |_, stay, at| {
            let own = diagnoses_of(region, &region.records[stay.record.index()], stay.record);
            if own.is_empty() || own.iter().any(|d| listed[at as usize].binary_search(d).is_ok()) {
                return None;
            }
            let found: Vec<&str> = own.iter().map(|d| region.names.diagnoses.get(*d)).collect();
            Some(Breach {
                limit: scope.points[at as usize].row.value().into(),
                found: found.join("、"),
                confidence: 0.6,
                ..Breach::default()
            })
        }))
    }
}
