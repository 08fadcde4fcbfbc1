//! Dates in every form that has been seen, and random moments in all of them.

use proptest::prelude::*;

use super::dates::{Open, Purpose, Reading, birth_range, in_orders, orders};
use super::moments::moment;
use super::{DAY_FIRST, MONTH_FIRST, YEAR_FIRST, birth_day, century_before};
use crate::model::{Day, Stamp};

fn day(text: &str) -> Day {
    Day(text.parse::<chrono::NaiveDate>().unwrap().to_epoch_days())
}

fn at(date: &str, h: u32, m: u32, s: u32) -> Stamp {
    Stamp { day: day(date), second: h * 3600 + m * 60 + s }
}

fn service(cell: &str) -> Reading {
    moment(cell.as_bytes(), Purpose::Service)
}

#[test]
fn dates_in_every_form() {
    let (date, moment) = (Stamp::date(day("2025-03-01")), at("2025-03-01", 8, 5, 9));
    for (form, want) in [
        ("2025-03-01 08:05:09", moment),
        ("2025/3/1 8:05", at("2025-03-01", 8, 5, 0)),
        ("20250301", date),
        ("20250301.0", date),
        ("20250301080509", moment),
        ("20250301080509123", moment),
        ("202503010805", at("2025-03-01", 8, 5, 0)),
        ("2025030108", at("2025-03-01", 8, 0, 0)),
        ("20250301 08:05:09", moment),
        ("20250301 080509", moment),
        ("20250301T080509+0800", moment),
        ("2025-03-01", date),
        ("2025.3.1", date),
        ("2025 03 01", date),
        ("2025年3月1日", date),
        ("2025年3月1号", date),
        ("25年3月1日", date),
        ("2025年3月1日8时5分9秒", moment),
        ("2025年3月1日 9时5分", at("2025-03-01", 9, 5, 0)),
        ("2025年3月1日 8点整", at("2025-03-01", 8, 0, 0)),
        ("2025-03-01 08", at("2025-03-01", 8, 0, 0)),
        ("2025-03-01 08:05:09.000", moment),
        ("2025-03-01 08:05:09.123456789", moment),
        ("45717", date),
        ("45717.5", at("2025-03-01", 12, 0, 0)),
        ("２０２５－０３－０１", date),
        // The weekday before or after.
        ("2025-03-01 星期六", date),
        ("2025-03-01星期六", date),
        ("星期六 2025-03-01", date),
        ("2025-03-01 周六", date),
        ("2025-03-01（礼拜六）", date),
        ("2025-03-01 Sat", date),
        ("Saturday, March 1, 2025", date),
        ("2025年3月1日 星期六 08:05:09", moment),
        // Halves of the day.
        ("2025-03-01 08:05:09 AM", moment),
        ("2025/3/1 上午 8:05:09", moment),
        ("2025/3/1 上午8:05:09", moment),
        ("2025/3/1 8:05:09 下午", at("2025-03-01", 20, 5, 9)),
        ("2025/3/1 下午 15:00", at("2025-03-01", 15, 0, 0)),
        ("2025-03-01 12:30 PM", at("2025-03-01", 12, 30, 0)),
        ("2025-03-01 12:30 AM", at("2025-03-01", 0, 30, 0)),
        ("2025-03-01 12:30 上午", at("2025-03-01", 0, 30, 0)),
        ("2025-03-01 8:05:09 a.m.", moment),
        // Oracle, on Chinese and on English machines.
        ("01-3月 -25", date),
        ("01-3月-25", date),
        ("01-3月 -2025", date),
        ("01-3月 -25 08.05.09.000000 上午", moment),
        ("01-3月 -25 08.05.09.000000 下午", at("2025-03-01", 20, 5, 9)),
        ("01-三月-25", date),
        ("2025-03-01-08.05.09.000000", moment),
        ("01-MAR-25", date),
        ("1-Mar-2025", date),
        ("01-MAR-25 08.05.09.123456 PM", at("2025-03-01", 20, 5, 9)),
        ("Mar  1 2025  8:05AM", at("2025-03-01", 8, 5, 0)),
        ("1 March 2025 08:05:09", moment),
        // Zones.
        ("2025-03-01T08:05:09+08:00", moment),
        ("2025-03-01 08:05:09+08", moment),
        ("2025-03-01T00:05:09Z", moment),
        ("2025-03-01T00:05:09.000Z", moment),
        ("2025-03-01T00:05:09.000+0000", moment),
        ("2025-03-01 00:05:09 UTC", moment),
        ("2025-02-28T19:05:09-05:00", moment),
        ("2025-02-28T16:00:00Z", at("2025-03-01", 0, 0, 0)),
        ("2025-03-01 08:05:09 CST", moment),
        ("2025-03-01T08:05:09+08:00[Asia/Shanghai]", moment),
        ("Sat Mar 01 08:05:09 CST 2025", moment),
        ("Sat Mar 01 2025 08:05:09 GMT+0800 (中国标准时间)", moment),
        ("Sat, 01 Mar 2025 00:05:09 GMT", moment),
        // The end of a day.
        ("2025-03-01 24:00:00", at("2025-03-01", 23, 59, 59)),
        ("2025-03-01 24:00", at("2025-03-01", 23, 59, 59)),
        ("20250301240000", at("2025-03-01", 23, 59, 59)),
    ] {
        assert_eq!(service(form), Reading::Known(want), "{form}");
        assert_eq!(moment_of(form, Purpose::Birth).map(|s| s.day), Some(want.day), "{form} as a birth");
    }
    for bad in [
        "2025-02-30",
        "2025-13-01",
        "2025-03",
        "2025-3",
        "abc",
        "123",
        "2025-03-01 25:00:00",
        "2025-03-01 08:61:00",
        "20250229",
        "20250301253000",
        "2025/0/1",
        "2025-03-01x",
        "2025-03-01 up",
        "2025-03-01 周八",
        "1025-03-10",
        "2925-03-10",
        "01-Foo-25",
        "29/02/2025",
        "31/31/2025",
        "1.2.3.4.5.6.7.8.9",
        "星期六",
        "H31011200",
        "2025-03-01 上午",
        "2025-03-01 08:05:09:10:11",
        "1985",
        "198506",
        "99-03-31",
    ] {
        assert_eq!(service(bad), Reading::Unread, "{bad}");
    }
}

/// The moment, with a two-digit year as 20yy.
fn moment_of(cell: &str, purpose: Purpose) -> Option<Stamp> {
    match moment(cell.as_bytes(), purpose) {
        Reading::Known(stamp) | Reading::Open(stamp) => Some(Open::bare(stamp)),
        _ => None,
    }
}

#[test]
fn fillers_are_none() {
    for cell in [
        "9999-12-31",
        "9999-12-31 23:59:59",
        "2999-12-31",
        "2099-12-31 23:59:59",
        "2199-12-31",
        "3000-01-01",
        "1900-01-01",
        "1900/1/1 0:00",
        "1900-01-00",
        "1899-12-30",
        "1899-12-31 00:00:00",
        "0001-01-01 00:00:00",
        "0000-00-00",
        "00000000",
        "0000-00-00 00:00:00",
        "1753-01-01",
        "99991231",
        "99999999",
        "9999年12月31日",
        "01/01/1900",
        "31/12/9999",
        "12/31/2099",
        "0",
    ] {
        for purpose in [Purpose::Service, Purpose::End, Purpose::Birth] {
            assert_eq!(moment(cell.as_bytes(), purpose), Reading::Filler, "{cell} as {purpose:?}");
        }
    }
    assert_eq!(moment(b"1970-01-01", Purpose::End), Reading::Filler);
    assert_eq!(moment(b"1970-01-01", Purpose::Birth), Reading::Known(Stamp::date(Day(0))));
    assert_eq!(moment(b"19700101", Purpose::Birth), Reading::Known(Stamp::date(Day(0))));
}

#[test]
fn months_and_years_of_birth() {
    let birth = |cell: &str| match moment(cell.as_bytes(), Purpose::Birth) {
        Reading::Open(stamp) => birth_range(stamp).filter(|_| birth_day(stamp).is_none()),
        _ => None,
    };
    let range = |a: &str, b: &str| Some((day(a), day(b)));
    for cell in [
        "1985-06",
        "1985年06月",
        "1985年6月",
        "198506",
        "1985.06",
        "1985/06",
        "1985-6",
        "06/1985",
        "Jun 1985",
        "1985-06-00",
    ] {
        assert_eq!(birth(cell), range("1985-06-01", "1985-06-30"), "{cell}");
    }
    for cell in ["1985", "1985年", "1985-00-00", "1985.0"] {
        assert_eq!(birth(cell), range("1985-01-01", "1985-12-31"), "{cell}");
    }
    assert_eq!(birth("2024-02"), range("2024-02-01", "2024-02-29"));
    for cell in ["31", "1985-13", "198513", "1801", "35岁", "2300"] {
        assert_eq!(moment(cell.as_bytes(), Purpose::Birth), Reading::Unread, "{cell}");
    }
    let Reading::Open(short) = moment(b"Jun-85", Purpose::Birth) else { panic!("a month with two digits of the year") };
    assert!(Open::SHORT.marks(short) && Open::MONTH.marks(short));
    let before = century_before(Open::bare(short).day).unwrap();
    assert_eq!(birth_range(Open::MONTH.mark(Stamp::date(before))), range("1985-06-01", "1985-06-30"));
    let Reading::Open(short) = moment("06-5月 -56".as_bytes(), Purpose::Birth) else {
        panic!("two digits of the year")
    };
    assert_eq!(century_before(Open::bare(short).day), Some(day("1956-05-06")));
}

#[test]
fn births_as_moments_of_utc_stay_on_their_day() {
    for (cell, want) in [
        ("1956-05-05T16:00:00.000Z", "1956-05-06"),
        // Summer time: midnight was 15:00 UTC.
        ("1988-06-14T15:00:00.000Z", "1988-06-15"),
        ("1988-12-14T16:00:00.000Z", "1988-12-15"),
        ("-430819200000", "1956-05-08"),
    ] {
        assert_eq!(moment_of(cell, Purpose::Birth).map(|s| s.day), Some(day(want)), "{cell}");
    }
}

#[test]
fn orders_of_day_and_month() {
    let open = |cell: &str| match service(cell) {
        Reading::Open(stamp) => orders(stamp, Purpose::Service),
        other => panic!("{cell}: {other:?}"),
    };
    assert_eq!(open("03/04/2025"), DAY_FIRST | MONTH_FIRST);
    assert_eq!(open("25/02/2025 08:00:00"), DAY_FIRST);
    assert_eq!(open("2/25/2025 8:00"), MONTH_FIRST);
    assert_eq!(open("25-02-2025"), DAY_FIRST);
    assert_eq!(open("25.02.2025"), DAY_FIRST);
    assert_eq!(open("03/10/25"), DAY_FIRST | MONTH_FIRST | YEAR_FIRST);
    // No year is written with one digit.
    assert_eq!(open("3/10/25"), DAY_FIRST | MONTH_FIRST);
    assert_eq!(open("13/1/25"), DAY_FIRST | YEAR_FIRST);
    assert_eq!(open("25/1/3"), YEAR_FIRST);
    assert_eq!(service("3/1/5"), Reading::Unread);
    assert_eq!(open("25-03-31"), DAY_FIRST | YEAR_FIRST);
    let Reading::Open(stamp) = service("3/10/2025 8:00 PM") else { panic!("an open order") };
    assert_eq!(in_orders(stamp, MONTH_FIRST, Purpose::Service).next(), Some((MONTH_FIRST, day("2025-03-10"))));
    assert_eq!(in_orders(stamp, DAY_FIRST, Purpose::Service).next(), Some((DAY_FIRST, day("2025-10-03"))));
    assert_eq!(Open::bare(stamp).second, 20 * 3600);
}

#[test]
fn epochs_are_local_days() {
    for cell in ["1740787509", "1740787509000", "1740787509.0"] {
        let Reading::Open(stamp) = service(cell) else { panic!("{cell}") };
        assert!(Open::EPOCH.marks(stamp));
        assert_eq!(Open::bare(stamp), at("2025-03-01", 8, 5, 9), "{cell}");
    }
    for cell in ["12345678", "99999999999", "5100001000000282", "310112199001011234"] {
        assert_eq!(service(cell), Reading::Unread, "{cell}");
    }
}

#[test]
fn every_day_of_two_centuries_agrees_with_the_calendar() {
    let mut date = chrono::NaiveDate::from_ymd_opt(1900, 1, 2).unwrap();
    while date < chrono::NaiveDate::from_ymd_opt(2090, 1, 1).unwrap() {
        let text = date.format("%Y-%m-%d").to_string();
        let want = Stamp::date(Day(date.to_epoch_days()));
        assert_eq!(moment(text.as_bytes(), Purpose::Birth), Reading::Known(want), "{text}");
        date = date.succ_opt().unwrap();
    }
}

proptest! {
    /// Every form of a random moment is read as it.
    #[test]
    fn a_moment_survives_its_forms(days in 10_957i32..25_000, second in 0u32..86_400) {
        let want = Stamp { day: Day(days), second };
        let local = want.day.date().and_hms_opt(second / 3600, second / 60 % 60, second % 60).unwrap();
        let utc = local - chrono::TimeDelta::hours(8);
        for form in [
            "%Y-%m-%d %H:%M:%S", "%Y/%-m/%-d %-H:%M:%S", "%Y%m%d%H%M%S", "%Y年%-m月%-d日%-H时%-M分%-S秒", "%Y-%m-%dT%H:%M:%S+08:00",
            "%d-%b-%Y %I.%M.%S.000000 %p", "%d-%b-%y %I.%M.%S.000000 %p", "%d-%-m月 -%y %I.%M.%S.000000 %p", "%a %b %d %H:%M:%S CST %Y",
            "%a, %d %b %Y %H:%M:%S +0800", "%b %e %Y %I:%M:%S%p", "%Y%m%d %H%M%S",
        ] {
            // Two digits of a year are of this half of the century.
            if form.contains("%y") && days > 29_219 {
                continue;
            }
            let text = local.format(form).to_string();
            prop_assert_eq!(moment(text.as_bytes(), Purpose::Service), Reading::Known(want), "{}", text);
        }
        for form in ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S.000+0000", "%a, %d %b %Y %H:%M:%S GMT"] {
            let text = utc.format(form).to_string();
            prop_assert_eq!(moment(text.as_bytes(), Purpose::Service), Reading::Known(want), "{}", text);
        }
        // From 2033 on seconds look like yyyyMMddHH.
        let epoch = utc.and_utc().timestamp_millis() / if days < 23_000 { 1000 } else { 1 };
        let epoch = epoch.to_string();
        prop_assert_eq!(moment(epoch.as_bytes(), Purpose::Service), Reading::Open(Open::EPOCH.mark(want)), "{}", epoch);
        for (form, order) in [("%d/%m/%Y %H:%M:%S", DAY_FIRST), ("%-m/%-d/%Y %-H:%M:%S", MONTH_FIRST)] {
            let text = local.format(form).to_string();
            let Reading::Open(stamp) = moment(text.as_bytes(), Purpose::Service) else { panic!("{text}") };
            prop_assert_eq!(in_orders(stamp, order, Purpose::Service).next(), Some((order, want.day)), "{}", text);
            prop_assert_eq!(Open::bare(stamp).second, second);
        }
    }

    /// No text makes the reader fail.
    #[test]
    fn any_text_is_read_or_not(text in "[0-9年月日时分 :/.TZ+\\-A-Za-z一星期上午]{0,24}") {
        for purpose in [Purpose::Service, Purpose::End, Purpose::Birth] {
            let _ = moment(text.as_bytes(), purpose);
        }
    }
}
