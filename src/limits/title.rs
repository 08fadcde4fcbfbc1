//! Items that only doctors from a title on may order, by a roster of doctors that the bureau loads.

use rustc_hash::FxHashMap;

use super::breaches::{Breach, Hit, Limit};
use super::charge::Charge;
use super::points::Scope;
use crate::model::{DoctorId, HospitalId};
use crate::rule::RuleError;

/// The roster: institution, doctor's code, title.
pub const ROSTER: &str = "doctor-titles";

pub struct Title;

/// Titles of physicians in China, from the lowest.
const TITLES: [&str; 4] = ["住院医师", "主治医师", "副主任医师", "主任医师"];

/// 1 to 4; the longest title that the text contains, so that 副主任医师 is not 主任医师.
fn rank(text: &str) -> Option<usize> {
    let of = |word: &&str| TITLES.iter().position(|t| t == word).map(|at| at + 1);
    let longest_first = ["副主任医师", "主任医师", "主治医师", "住院医师"];
    longest_first.iter().find(|word| text.contains(**word)).and_then(of)
}

impl Limit for Title {
    const NAMES: &'static [&'static str] = &["min_doctor_title"];
    type Bound = usize;

    fn read(_: &str, value: &str) -> Option<usize> {
        rank(value)
    }

    fn hits<'a>(scope: &'a Scope<'a, usize>) -> Result<Vec<Hit<'a>>, RuleError> {
        let context = scope.context;
        let missing = || RuleError::Knowledge(format!("table `{ROSTER}`: fixmedins_code, bilg_dr_codg, title"));
        let table = context.book.table(ROSTER).ok_or_else(missing)?;
        let [hospital, doctor, title] =
            table.places(["fixmedins_code", "bilg_dr_codg", "title"]).ok_or_else(missing)?;
        let names = &context.region.names;
        let mut ranks: FxHashMap<(HospitalId, DoctorId), usize> = FxHashMap::default();
        for row in 0..table.len() as u32 {
            let place =
                names.hospitals.find(table.cell(row, hospital)).zip(names.doctors.find(table.cell(row, doctor)));
            if let Some((place, rank)) = place.zip(rank(table.cell(row, title))) {
                ranks.insert(place, rank);
            }
        }
        Ok(scope.each(|charge: &Charge<'_>, least| {
            // The highest title of all who ordered it: one consultant's order is enough.
            let own = charge.lines().map(|l| ranks.get(&(charge.record.hospital, context.region.fees.doctor(l)?)));
            let highest = own.collect::<Option<Vec<_>>>()?.into_iter().max().copied()?;
            (highest < *least).then(|| Breach {
                limit: TITLES[least - 1].into(),
                found: TITLES[highest - 1].into(),
                observed: Some(highest as f64),
                threshold: Some(*least as f64),
                ..Breach::default()
            })
        }))
    }
}
