//! Moments of the simulation, in seconds.

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// The day of a moment.
pub fn day_of(moment: i64) -> i32 {
    moment.div_euclid(DAY) as i32
}

/// A moment: a day and an hour with its fraction.
pub fn at(day: i32, hour: f64) -> i64 {
    i64::from(day) * DAY + (hour * 3600.0) as i64
}
