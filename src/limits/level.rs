//! Items paid at hospitals of a level and above.

use std::collections::{BTreeMap, BTreeSet};

use super::breaches::{Breach, Hit, Limit, Wide};
use super::charge::Charge;
use super::points::Scope;
use crate::model::{HospitalId, Region};
use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::{Context, RuleError};

/// The parameter that explains the codes of levels.
const CODES: &str = "level_codes";

pub struct Level;

/// The level of the institution that charged, 1 to 3: as the bureau explains its codes, else by the words in the column, else by
/// those in the institution's name. A bare code is not guessed: systems number the levels from either end.
fn of_hospital(region: &Region, hospital: HospitalId, codes: &Codes) -> Option<u8> {
    let written = region.hospitals.get(hospital.index())?.level.some().map_or("", |t| region.names.texts.get(t)).trim();
    codes.get(written).copied().or_else(|| level(written)).or_else(|| in_name(region.hospital_name(hospital)))
}

/// What the bureau's codes mean, by code.
type Codes = BTreeMap<String, u8>;

/// Reads `1=3 2=2 11=0`: code and level, 0 for institutions without one.
fn codes(context: &Context<'_>) -> Result<Codes, RuleError> {
    let text = context.card.parameters.get(CODES).and_then(|p| p.value.as_str()).unwrap_or_default();
    let pair = |pair: &str| {
        let (code, level) = pair.split_once('=')?;
        let level = level.trim().parse().ok().filter(|level| *level <= 3)?;
        Some((code.trim().to_string(), level))
    };
    let pairs = text.split([' ', ',', '，', '、']).filter(|p| !p.is_empty());
    pairs.map(|p| pair(p).ok_or_else(|| RuleError::Parameter(format!("{CODES}: {p}")))).collect()
}

/// 1 to 3 for the first to the third level, where words say so.
fn level(text: &str) -> Option<u8> {
    let first = text.trim_start_matches('0').chars().next()?;
    let named = text.contains(['级', '甲', '乙', '丙']) || text.chars().count() == 1;
    match first {
        '一' if named => Some(1),
        '二' if named => Some(2),
        '三' if named => Some(3),
        '1'..='3' if text.contains('级') => first.to_digit(10).map(|level| level as u8),
        _ => None,
    }
}

/// The level that an institution's name says.
fn in_name(name: &str) -> Option<u8> {
    [("三级", 3), ("三甲", 3), ("二级", 2), ("二甲", 2), ("一级", 1)]
        .iter()
        .find(|(word, _)| name.contains(word))
        .map(|w| w.1)
}

/// The level of every institution.
pub fn levels(context: &Context<'_>) -> Result<Vec<Option<u8>>, RuleError> {
    let (region, codes) = (context.region, codes(context)?);
    let all = region.names.hospitals.iter().map(|(hospital, _)| of_hospital(region, hospital, &codes));
    Ok(all.collect())
}

impl Limit for Level {
    const NAMES: &'static [&'static str] = &["min_hospital_level"];
    const WIDE: Wide = Wide::Always;
    type Bound = u8;

    fn read(_: &str, value: &str) -> Option<u8> {
        value.parse().ok().filter(|level| (1..=3).contains(level))
    }

    /// Institutions whose level nobody can read are told, not taken for judged.
    fn seen(scope: &Scope<'_, u8>, mut coverage: Coverage) -> Coverage {
        let Ok(levels) = levels(scope.context) else { return coverage };
        let (mut lines, mut hospitals) = (0, BTreeSet::new());
        scope.for_each(|fact, _| {
            let hospital = scope.context.region.records[fact.record.index()].hospital;
            if levels.get(hospital.index()).copied().flatten().is_none() {
                lines += scope.context.facts.lines(fact).len();
                hospitals.insert(hospital);
            }
        });
        coverage.judged = coverage.judged.saturating_sub(lines);
        coverage.not(Why::NoLevel, Unit::Hospitals, hospitals.len())
    }

    fn hits<'a>(scope: &'a Scope<'a, u8>) -> Result<Vec<Hit<'a>>, RuleError> {
        let levels = levels(scope.context)?;
        let of = |charge: &Charge<'_>| levels.get(charge.record.hospital.index()).copied().flatten();
        Ok(scope.each_with(of, |_, found, at| {
            let least = scope.points[at as usize].bound;
            let found = found.filter(|found| (1..least).contains(found))?;
            Some(Breach {
                limit: least.to_string(),
                found: found.to_string(),
                observed: Some(f64::from(found)),
                threshold: Some(f64::from(least)),
                ..Breach::default()
            })
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::{in_name, level};

    #[test]
    fn levels_as_regions_write_them() {
        for (text, wanted) in [
            ("三级", Some(3)),
            ("三甲", Some(3)),
            ("二级乙等", Some(2)),
            ("一级", Some(1)),
            ("三", Some(3)),
            ("3级", Some(3)),
            ("2", None),
            ("03", None),
            ("未定级", None),
            ("9", None),
            ("", None),
            ("三河市医院", None),
        ] {
            assert_eq!(level(text), wanted, "{text}");
        }
        assert_eq!(["某三级医院", "镇卫生院"].map(in_name), [Some(3), None]);
    }
}
