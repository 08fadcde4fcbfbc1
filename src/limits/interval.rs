//! Items that are paid again only after a number of days, across visits and institutions: the lag between occurrences
//! (DOMAIN 3.2: N天M次).

use super::breaches::{Breach, Hit, Limit, What, Wide, asked};
use super::points::Scope;
use super::windows::{Use, by_person, by_point, uses};
use crate::model::{Day, Fen};
use crate::rule::RuleError;

pub struct Kind;

/// So many times within so many days.
pub struct Cycle {
    times: usize,
    days: i32,
}

impl Limit for Kind {
    const NAMES: &'static [&'static str] = &["min_interval_days", "max_times_in_days"];
    const WIDE: Wide = Wide::Habit;
    type Bound = Cycle;

    /// Days, for once; or `times/days`.
    fn read(limit: &str, value: &str) -> Option<Cycle> {
        let (times, days) = match limit {
            "min_interval_days" => (1, value.parse().ok()?),
            _ => {
                let (times, days) = value.split_once('/')?;
                (times.trim().parse().ok()?, days.trim().parse().ok()?)
            }
        };
        (times > 0 && (1..=36_600).contains(&days)).then_some(Cycle { times, days })
    }

    fn hits<'a>(scope: &'a Scope<'a, Cycle>) -> Result<Vec<Hit<'a>>, RuleError> {
        let mut hits = Vec::new();
        for (at, facts) in by_point(scope) {
            let point = &scope.points[at as usize];
            for own in by_person(scope.context, facts) {
                let mut used: Vec<Use> =
                    uses(scope.context, own.into_iter()).filter(|u| u.day.is_some_and(|d| point.holds(d))).collect();
                used.sort_by_key(|u| (u.day, u.record, u.line));
                let occasions: Vec<&[Use]> = used
                    .chunk_by(|a, b| (a.day, a.record) == (b.day, b.record))
                    .filter(|o| o.iter().map(|u| u.quantity.0).sum::<i64>() > 0)
                    .collect();
                hits.extend(too_soon(&point.bound, &occasions).map(|(lag, late)| {
                    let lines: Vec<(u32, Fen)> = late.iter().map(|u| (u.line, u.claimed)).collect();
                    Hit {
                        record: late[0].record,
                        what: What::Item(late[0].item),
                        row: point.row,
                        breach: Breach {
                            limit: point.bound.days.to_string(),
                            found: lag.to_string(),
                            observed: Some(f64::from(lag)),
                            threshold: Some(f64::from(point.bound.days)),
                            ..Breach::default()
                        },
                        lines,
                    }
                }));
            }
        }
        hits.retain(|hit| asked(&hit.lines));
        Ok(hits)
    }
}

/// The occasions that come too soon after the one `times` before, with the days between.
fn too_soon<'u>(cycle: &Cycle, occasions: &'u [&'u [Use]]) -> impl Iterator<Item = (i32, &'u [Use])> {
    let day = |occasion: &[Use]| occasion[0].day.unwrap_or(Day(0)).0;
    let (times, days) = (cycle.times, cycle.days);
    occasions.windows(times + 1).filter_map(move |w| {
        let lag = day(w[times]) - day(w[0]);
        (lag < days).then_some((lag, w[times]))
    })
}
