//! Items that are paid again only after a number of days, across visits and institutions: the lag between occurrences
//! (DOMAIN 3.2: N天M次).

use super::breaches::{Breach, Hit, Limit, What, Wide, asked};
use super::points::Scope;
use super::postings::PointLine;
use super::windows::{by_person, by_point, uses};
use crate::model::{Day, Fen};
use crate::rule::RuleError;

pub struct Interval;

/// So many times within so many days.
pub struct Cycle {
    times: usize,
    days: i32,
}

impl Limit for Interval {
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
                let mut used: Vec<PointLine> =
                    uses(scope.context, own.into_iter()).filter(|u| u.day.is_some_and(|d| point.holds(d))).collect();
                used.sort_by_key(|u| (u.day, u.record, u.line));
                let occasions: Vec<&[PointLine]> = used
                    .chunk_by(|a, b| (a.day, a.record) == (b.day, b.record))
                    .filter(|o| o.iter().map(|u| u.quantity.0).sum::<i64>() > 0)
                    .collect();
                hits.extend(too_soon(&point.bound, &occasions).into_iter().map(|(lag, late, anchor)| {
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
                        with: anchor.iter().map(|u| u.line).collect(),
                    }
                }));
            }
        }
        hits.retain(|hit| asked(&hit.lines));
        Ok(hits)
    }
}

/// The occasions that come too soon after the one `times` before among those that are paid, with the days between and that
/// one. An occasion that is not paid begins no cycle: one too many does not make the next one right or wrong.
fn too_soon<'u>(cycle: &Cycle, occasions: &[&'u [PointLine]]) -> Vec<(i32, &'u [PointLine], &'u [PointLine])> {
    let day = |occasion: &[PointLine]| occasion[0].day.unwrap_or(Day(0)).0;
    let mut paid: Vec<&'u [PointLine]> = Vec::new();
    let mut early = Vec::new();
    for &occasion in occasions {
        match paid.len().checked_sub(cycle.times).map(|at| paid[at]) {
            Some(anchor) if day(occasion) - day(anchor) < cycle.days => {
                early.push((day(occasion) - day(anchor), occasion, anchor));
            }
            _ => paid.push(occasion),
        }
    }
    early
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ItemId, Quantity, RecordId};

    fn lags(times: usize, days: i32, on: &[i32]) -> Vec<(i32, i32)> {
        let uses: Vec<PointLine> = on
            .iter()
            .enumerate()
            .map(|(line, day)| PointLine {
                day: Some(Day(*day)),
                about: Some(Day(*day)),
                line: line as u32,
                record: RecordId(0),
                item: ItemId(0),
                quantity: Quantity(10_000),
                claimed: Fen(100),
            })
            .collect();
        let occasions: Vec<&[PointLine]> = uses.chunks(1).collect();
        let early = too_soon(&Cycle { times, days }, &occasions);
        early.iter().map(|(lag, late, _)| (late[0].day.map_or(0, |d| d.0), *lag)).collect()
    }

    #[test]
    fn a_cycle_begins_again_at_the_last_occasion_that_is_paid() {
        // Every 10 days in a cycle of 30: each third is in order, the two between are not.
        assert_eq!(lags(1, 30, &[0, 10, 20, 30, 40, 50, 60]), [(10, 10), (20, 20), (40, 10), (50, 20)]);
        assert_eq!(lags(1, 30, &[0, 30, 60]), []);
        // Twice in 30 days.
        assert_eq!(lags(2, 30, &[0, 10, 20, 31, 35]), [(20, 20), (35, 25)]);
    }
}
