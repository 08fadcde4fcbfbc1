//! Drugs of an outpatient visit for a recognised chronic or special disease (门诊慢特病) that are not on the disease's list.

use rustc_hash::FxHashSet;

use super::breaches::{Breach, Hit, Limit, What, asked};
use super::charge::Charge;
use super::points::{Point, Scope, items_of};
use crate::facts::StayItem;
use crate::model::{DiagnosisId, FeeClass, Fen, ItemId, Visit};
use crate::rule::RuleError;
use crate::rule::coverage::{Coverage, Unit, Why};

pub struct DiseaseList;

impl Limit for DiseaseList {
    const NAMES: &'static [&'static str] = &["disease_list"];
    const WITHOUT_ITEMS: bool = true;
    type Bound = ();

    /// Codes of the disease; the point's codes are the drugs on its list.
    fn of_records(scope: &Scope<'_, Self::Bound>) -> Coverage {
        let region = scope.context.region;
        let chronic = region.visits.iter().filter(|v| is_chronic(region.names.texts.get(v.kind)));
        let undiagnosed = chronic.clone().filter(|v| v.diagnosis == DiagnosisId::NONE).count();
        Coverage::of(Unit::Visits, chronic.count() - undiagnosed).not(Why::NoDiagnosis, Unit::Visits, undiagnosed)
    }

    fn read(_: &str, value: &str) -> Option<()> {
        (!value.is_empty()).then_some(())
    }

    fn hits<'a>(scope: &'a Scope<'a, ()>) -> Result<Vec<Hit<'a>>, RuleError> {
        let context = scope.context;
        let lists: Vec<(&Point<'_, ()>, Vec<DiagnosisId>, FxHashSet<ItemId>)> = scope
            .points
            .iter()
            .map(|p| {
                let drugs = items_of(context.index, p.row.codes()).into_iter().collect();
                (p, context.index.diagnoses(p.row.value()), drugs)
            })
            .collect();
        let mut hits = Vec::new();
        for visit in context.region.visits.iter().filter(|v| is_chronic(context.region.names.texts.get(v.kind))) {
            let own: Vec<_> = lists
                .iter()
                .filter(|(p, diseases, _)| diseases.binary_search(&visit.diagnosis).is_ok() && p.holds(visit.time.day))
                .collect();
            let Some((point, ..)) = own.first() else { continue };
            let off = |f: &&StayItem| !own.iter().any(|(_, _, drugs)| drugs.contains(&f.item));
            for fact in context.index.facts_on(visit.record).iter().filter(off) {
                hits.extend(off_list(scope, point, visit, fact));
            }
        }
        Ok(hits)
    }
}

/// Whether a medical type is that of a recognised disease: 14, its subdivisions 14…, or the words for it.
fn is_chronic(kind: &str) -> bool {
    kind.starts_with("14") || ["慢特病", "慢性病", "特殊病", "门特", "门慢"].iter().any(|word| kind.contains(word))
}

fn off_list<'a>(scope: &'a Scope<'a, ()>, point: &'a Point<'a, ()>, visit: &Visit, fact: &StayItem) -> Option<Hit<'a>> {
    let (region, charge) = (scope.context.region, Charge::new(scope.context, fact));
    let fees = &region.fees;
    let drug = [FeeClass::WesternDrug, FeeClass::ChinesePatent, FeeClass::HerbalSlice];
    let lines: Vec<(u32, Fen)> =
        charge.lines().filter(|&l| drug.contains(&fees.class(l))).map(|l| (l as u32, fees.claimed(l))).collect();
    let disease = visit.diagnosis;
    asked(&lines).then(|| Hit {
        record: fact.record,
        what: What::Item(fact.item),
        row: point.row,
        breach: Breach {
            limit: point.row.name().to_string(),
            found: region.names.diagnoses.get(disease).to_string(),
            ..Breach::default()
        },
        lines,
        with: Vec::new(),
    })
}
