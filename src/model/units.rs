//! Money, quantities, days and moments as integers, so that sums are exact.

use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

macro_rules! amount {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
        pub struct $name(pub i64);

        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }
        }
        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(self.0.saturating_neg())
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }
        impl SubAssign for $name {
            fn sub_assign(&mut self, other: Self) {
                *self = *self - other;
            }
        }
        impl std::iter::Sum for $name {
            fn sum<T: Iterator<Item = Self>>(all: T) -> Self {
                all.fold(Self(0), Add::add)
            }
        }
    )*};
}

amount! {
    /// Money in fen (1/100 yuan).
    Fen,
    /// A quantity in 1/10,000 of the billed unit (the national `cnt` is NUM16,4).
    Quantity,
    /// A unit price in 1/1,000,000 yuan (the national `pric` is NUM16,6).
    Price,
}

impl Fen {
    /// Yuan, for statistics and for printing; exact up to 2^53 fen.
    pub fn yuan(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// Yuan with thousands separators and both decimals, exact.
    pub fn text(self) -> String {
        let fen = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let digits = (fen / 100).to_string();
        let mut out = String::from(sign);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        out + &format!(".{:02}", fen % 100)
    }

    /// This amount times `part / whole`, rounded to the nearest fen; zero where `whole` is zero.
    pub fn share(self, part: i64, whole: i64) -> Self {
        if whole == 0 {
            return Self(0);
        }
        let (product, whole) = (i128::from(self.0) * i128::from(part), i128::from(whole));
        let half = whole.abs() / 2 * product.signum() * whole.signum();
        Self(((product + half) / whole) as i64)
    }
}

impl Quantity {
    /// One billed unit.
    pub const ONE: Self = Self(10_000);

    /// Billed units.
    pub fn units(self) -> f64 {
        self.0 as f64 / 10_000.0
    }
}

impl Price {
    /// Yuan a unit.
    pub fn yuan(self) -> f64 {
        self.0 as f64 / 1_000_000.0
    }
}

/// A calendar day, as days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(pub i32);

impl Day {
    /// The day of a date; `None` where the calendar has no such date.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let date = chrono::NaiveDate::from_ymd_opt(year, month, day)?;
        Some(Self(date.to_epoch_days()))
    }

    /// The date of the day.
    pub fn date(self) -> chrono::NaiveDate {
        chrono::NaiveDate::from_epoch_days(self.0).unwrap_or_default()
    }

    /// The month, as `year * 12 + month - 1`.
    pub fn month(self) -> i32 {
        use chrono::Datelike;
        let date = self.date();
        date.year() * 12 + date.month0() as i32
    }

    /// Day of the week, 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u32 {
        (self.0 + 3).rem_euclid(7) as u32
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

/// A moment as the export wrote it: a day and, where it was given, the second of that day. A date alone is not midnight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Stamp {
    /// The day.
    pub day: Day,
    /// Second of the day, 0 to 86,399, or [`Stamp::DATE_ONLY`].
    pub second: u32,
}

impl Stamp {
    /// The value of `second` where only a date is known. It orders after every known second of the day.
    pub const DATE_ONLY: u32 = 86_400;

    /// A date without a time.
    pub fn date(day: Day) -> Self {
        Self { day, second: Self::DATE_ONLY }
    }

    /// Whether a time of day is known.
    pub fn has_time(self) -> bool {
        self.second < Self::DATE_ONLY
    }
}

impl fmt::Display for Stamp {
    /// `2025-03-01 08:30:00`, or the date alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.day)?;
        if self.has_time() {
            let s = self.second;
            write!(f, " {:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)?;
        }
        Ok(())
    }
}

/// Sex as recorded (`gend`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Sex {
    /// 1, 男.
    Male,
    /// 2, 女.
    Female,
    /// 0, 9 or empty.
    #[default]
    Unknown,
}

/// Fee class (`med_chrgitm_type`), DOMAIN 3.1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[repr(u8)]
pub enum FeeClass {
    /// Not given, or a code the table does not know.
    #[default]
    Unknown = 0,
    /// 01 床位费.
    Bed = 1,
    /// 02 诊察费.
    Consultation = 2,
    /// 03 检查费.
    Examination = 3,
    /// 04 化验费.
    Laboratory = 4,
    /// 05 治疗费.
    Treatment = 5,
    /// 06 手术费.
    Surgery = 6,
    /// 07 护理费.
    Nursing = 7,
    /// 08 卫生材料费.
    Consumable = 8,
    /// 09 西药费.
    WesternDrug = 9,
    /// 10 中药饮片费.
    HerbalSlice = 10,
    /// 11 中成药费.
    ChinesePatent = 11,
    /// 12 一般诊疗费.
    GeneralTreatment = 12,
    /// 13 挂号费.
    Registration = 13,
    /// 14 其他费.
    Other = 14,
}

impl FeeClass {
    /// Number of classes, `Unknown` counted.
    pub const COUNT: usize = 15;

    /// Every class, in code order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Unknown,
        Self::Bed,
        Self::Consultation,
        Self::Examination,
        Self::Laboratory,
        Self::Treatment,
        Self::Surgery,
        Self::Nursing,
        Self::Consumable,
        Self::WesternDrug,
        Self::HerbalSlice,
        Self::ChinesePatent,
        Self::GeneralTreatment,
        Self::Registration,
        Self::Other,
    ];

    /// The national two-digit codes, of every class but `Unknown`.
    pub const CODES: &'static [&'static str] =
        &["01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14"];

    /// The national two-digit code; empty for `Unknown`.
    pub fn code(self) -> &'static str {
        (self as usize).checked_sub(1).map_or("", |at| Self::CODES[at])
    }

    /// The class of a national two-digit code; `None` for a number outside the table.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied().filter(|c| *c != Self::Unknown)
    }

    /// The bit of this class in a set of classes.
    pub fn bit(self) -> u16 {
        1 << (self as u16)
    }
}
