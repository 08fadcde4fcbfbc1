//! Items paid for a number of days of use: distinct days, not quantity. In one record, or over a year or a lifetime.

use super::breaches::{Hit, Limit};
use super::points::Scope;
use super::postings::PointLine;
use super::windows::{self, Excess, Window};
use crate::model::Day;
use crate::rule::RuleError;
use crate::rule::peaks::Measure;

pub struct CourseLimit;

/// The days of a window.
pub struct Course {
    window: Window,
    days: u32,
}

impl Limit for CourseLimit {
    const NAMES: &'static [&'static str] = &["max_use_days", "max_use_days_per_year", "max_use_days_per_lifetime"];
    type Bound = Course;

    fn read(limit: &str, value: &str) -> Option<Course> {
        let window = match limit.strip_prefix("max_use_days_per_") {
            Some(name) => Window::of_name(name)?,
            None => Window::Record,
        };
        let days = value.parse().ok().filter(|days| *days > 0)?;
        Some(Course { window, days })
    }

    fn hits<'a>(scope: &'a Scope<'a, Course>) -> Result<Vec<Hit<'a>>, RuleError> {
        let window = |course: &Course| (course.window, f64::from(course.days));
        windows::hits(scope, window, |_| Measure::Days, |course, used| too_long(course.days, used))
    }
}

/// All that was used after the last day paid for. Lines without a date are on no day.
fn too_long(most: u32, used: &[PointLine]) -> Option<Excess> {
    let mut days: Vec<Day> = used.iter().filter(|u| u.quantity.0 > 0).filter_map(|u| u.day).collect();
    days.sort_unstable();
    days.dedup();
    let from = *days.get(most as usize)?;
    let lines = used.iter().filter(|u| u.day >= Some(from)).map(|u| (*u, u.claimed)).collect();
    Some(Excess { observed: days.len() as f64, lines })
}
