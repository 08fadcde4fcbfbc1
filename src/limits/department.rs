//! Items for departments: those whose name contains one of the words of the table.

use super::breaches::{Breach, Hit, Limit};
use super::charge::Charge;
use super::points::Scope;
use crate::model::DepartmentId;
use crate::rule::RuleError;

pub struct Department;

/// Words in the names of departments.
pub struct Departments {
    written: String,
    words: Vec<String>,
    /// Whether the item is for these, or for all but these.
    allowed: bool,
}

impl Limit for Department {
    const NAMES: &'static [&'static str] = &["department", "not_department"];
    type Bound = Departments;

    fn read(limit: &str, value: &str) -> Option<Departments> {
        let words: Vec<String> = value.split_whitespace().map(str::to_string).collect();
        let allowed = limit == "department";
        (!words.is_empty()).then(|| Departments { written: words.join("、"), words, allowed })
    }

    fn hits<'a>(scope: &'a Scope<'a, Departments>) -> Result<Vec<Hit<'a>>, RuleError> {
        Ok(scope.each(|charge: &Charge<'_>, departments| {
            let names = &charge.region.names.departments;
            let wrong = |id: DepartmentId| {
                let named = departments.words.iter().any(|word| names.get(id).contains(word.as_str()));
                named != departments.allowed
            };
            let own = |line: usize| charge.region.fees.department(line);
            let of_stay = charge.stay.and_then(|s| s.department.some());
            // Where any line has no department at all, or a right one, the patient was there.
            let mut found: Vec<DepartmentId> =
                charge.lines().map(|l| own(l).or(of_stay)).collect::<Option<Vec<_>>>()?;
            if !found.iter().all(|&id| wrong(id)) {
                return None;
            }
            found.sort_unstable();
            found.dedup();
            let found: Vec<&str> = found.into_iter().map(|id| names.get(id)).collect();
            Some(Breach { limit: departments.written.clone(), found: found.join("、"), ..Breach::default() })
        }))
    }
}
