//! Ages as exports write them.

use chrono::Months;

use super::units::Day;

/// The first and the last day on which somebody may have been born who is of a written age on a day: `35`, `35岁`, `1岁3月`,
/// `3个月`, `15天`, `5小时`. A part of a year (`0.3`) may be months or tenths, so only its whole years count. Nothing where it is not
/// understood.
pub fn born(age: &str, on: Day) -> Option<(Day, Day)> {
    let age = age.trim();
    if let Ok(years) = age.parse::<f64>() {
        return (0.0..=OLDEST).contains(&years).then(|| between(on, years as u32 * 12, 0, 12, 0)).flatten();
    }
    let (mut rest, mut months, mut hours, mut unit) = (age, 0, 0, None);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, name) = rest.split_at(digits);
        let number: u32 = number.parse().ok().filter(|n| *n <= 50_000)?;
        let own = UNITS.iter().find(|own| name.starts_with(own.0))?;
        (months, hours, unit) = (months + number * own.1, hours + number * own.2, Some(own));
        rest = name[own.0.len()..].trim_start();
    }
    let (_, open_months, open_hours) = unit?;
    let open_days = (*open_hours / 24).saturating_sub(1);
    (f64::from(months) <= OLDEST * 12.0).then(|| between(on, months, hours / 24, *open_months, open_days)).flatten()
}

/// Nobody is older, in years.
const OLDEST: f64 = 130.0;

/// Units in months and hours. Longer names before those that they begin with.
const UNITS: [(&str, u32, u32); 8] = [
    ("周岁", 12, 0),
    ("岁", 12, 0),
    ("个月", 1, 0),
    ("月", 1, 0),
    ("周", 0, 7 * 24),
    ("天", 0, 24),
    ("日", 0, 24),
    ("小时", 0, 1),
];

/// So many months and days before a day, or up to so many more of which the last has not passed.
fn between(on: Day, months: u32, days: u32, open_months: u32, open_days: u32) -> Option<(Day, Day)> {
    let before = |months: u32, days: u32| {
        let date = on.date().checked_sub_months(Months::new(months))?;
        Some(Day(date.to_epoch_days() - days as i32))
    };
    let first = before(months + open_months, days + open_days)?;
    Some((Day(first.0 + i32::from(open_months > 0)), before(months, days)?))
}

#[cfg(test)]
mod tests {
    use super::born;
    use crate::model::Day;

    #[test]
    fn ages_as_exports_write_them() {
        let day = |text: &str| Day(text.parse::<chrono::NaiveDate>().expect("a date").to_epoch_days());
        let on = day("2025-03-10");
        for (age, first, last) in [
            ("35", "1989-03-11", "1990-03-10"),
            (" 35岁 ", "1989-03-11", "1990-03-10"),
            ("35周岁", "1989-03-11", "1990-03-10"),
            ("62.0", "1962-03-11", "1963-03-10"),
            ("0.3", "2024-03-11", "2025-03-10"),
            ("3月", "2024-11-11", "2024-12-10"),
            ("3个月", "2024-11-11", "2024-12-10"),
            ("1岁3月", "2023-11-11", "2023-12-10"),
            ("1岁 3个月5天", "2023-12-05", "2023-12-05"),
            ("15天", "2025-02-23", "2025-02-23"),
            ("2周", "2025-02-18", "2025-02-24"),
            ("30小时", "2025-03-09", "2025-03-09"),
            ("0岁", "2024-03-11", "2025-03-10"),
        ] {
            assert_eq!(born(age, on), Some((day(first), day(last))), "{age}");
        }
        for age in ["", "岁", "-3", "999", "成人", "35 x", "3岁岁", "200岁"] {
            assert_eq!(born(age, on), None, "{age}");
        }
    }
}
