//! Items paid at hospitals of a level and above.

use super::breaches::{Breach, Hit, Limit, Wide};
use super::charge::Charge;
use super::points::Scope;
use crate::rule::RuleError;

pub struct Kind;

/// The level of the institution that charged, 1 to 3.
pub fn of_hospital(charge: &Charge<'_>) -> Option<u8> {
    let written = charge.region.hospitals.get(charge.record.hospital.index())?.level.some()?;
    level(charge.region.names.texts.get(written))
}

/// 1 to 3 for the first to the third level, as regions write it; nothing where it is not said.
fn level(text: &str) -> Option<u8> {
    let first = text.trim().trim_start_matches('0').chars().next()?;
    let named = text.contains('级') || text.contains('甲') || text.contains('乙') || text.trim().len() <= 2;
    match first {
        '一' | '1' if named => Some(1),
        '二' | '2' if named => Some(2),
        '三' | '3' if named => Some(3),
        _ => None,
    }
}

impl Limit for Kind {
    const NAMES: &'static [&'static str] = &["min_hospital_level"];
    const WIDE: Wide = Wide::Always;
    type Bound = u8;

    fn read(_: &str, value: &str) -> Option<u8> {
        value.parse().ok().filter(|level| (1..=3).contains(level))
    }

    fn hits<'a>(scope: &'a Scope<'a, u8>) -> Result<Vec<Hit<'a>>, RuleError> {
        Ok(scope.each_with(of_hospital, |_, found, at| {
            let least = scope.points[at as usize].bound;
            let found = found.filter(|found| *found < least)?;
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
    use super::level;

    #[test]
    fn levels_as_regions_write_them() {
        for (text, wanted) in [
            ("三级", Some(3)),
            ("三甲", Some(3)),
            ("二级乙等", Some(2)),
            ("一级", Some(1)),
            ("2", Some(2)),
            ("03", Some(3)),
            ("未定级", None),
            ("9", None),
            ("", None),
            ("三河市医院", None),
        ] {
            assert_eq!(level(text), wanted, "{text}");
        }
    }
}
