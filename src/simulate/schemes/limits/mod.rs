//! Published limits that are broken: one scheme a rule of the national library, each for several items of `data/limits.csv`.
//!
//! Every case bills an item that no illness orders, on a stay or visit of somebody who has no other case, so what the fund
//! would not have paid is known to the fen from the lines of the case alone. Cases are spread: a hospital breaks a limit for
//! four patients of an item at most, but for a few hospitals that break it as a habit, which the truth lists as hospitals.
//! Beside them as many look-alikes that break nothing: the right patient, exactly at the limit, refunded, paid by the
//! patient, two people under one number.

mod counts;
mod patients;
mod planter;
mod together;
mod visits;

use crate::simulate::catalog::Limited;
use crate::simulate::line::UNIT;
use crate::simulate::options::{LIMITS, Scheme, Strength};

use super::{Plant, Planting};
use planter::Planter;

/// Stays of the region for each case of a rule.
const STAYS_A_CASE: usize = 700;
/// Patients of a hospital for whom a scattered breach of one item is planted at most.
const SCATTERED: usize = 4;
/// Patients for whom a hospital breaks a limit as a habit.
const HABIT: std::ops::RangeInclusive<i64> = 6..=9;
/// Stays of the region for each hospital with a habit.
const STAYS_A_HABIT: usize = 60_000;
/// Patients who have an item rightly where [`SCATTERED`] and one more have it wrongly.
const RIGHTLY: usize = 14;
/// Rules with such a hospital.
const CROWDED: [&str; 4] = ["drug-sex", "service-sex", "drug-children", "drug-children-only"];
/// No age in days at which two people may be told apart under one number.
const INFANT: i32 = 60;

/// Plants the scheme of one rule.
pub struct Limits;

/// A kind of limit: how it is broken, and what only looks like that.
trait LimitScheme {
    /// Bills a breach; gives what it puts at risk, or nothing where no stay fits.
    fn breach(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<Vec<Risk>>;

    /// Bills the look-alike of a number; kinds have four or so and begin anew.
    fn innocent(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>, number: usize) -> Option<()>;
}

/// A case to be planted.
#[derive(Clone, Copy)]
struct Case<'w> {
    limited: &'w Limited,
    strength: Strength,
    /// The hospital, where it is settled.
    hospital: Option<u16>,
    /// Whether it breaks the limit.
    breach: bool,
}

/// Fen at risk on a record.
struct Risk {
    unit: &'static str,
    key: String,
    hospital: u16,
    item: u16,
    /// Fen that the fund is asked for, by the number of the stay; of visits without one.
    fen: Vec<(Option<u32>, i64)>,
}

/// Who pays for a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Terms {
    Claimed,
    Own,
    Refunded,
}

/// A line to be billed.
#[derive(Clone, Copy)]
struct Bill {
    item: u16,
    day: i32,
    count: i64,
    terms: Terms,
}

impl Bill {
    /// So many whole units.
    fn units(item: u16, day: i32, units: i64, terms: Terms) -> Self {
        Self { item, day, count: units * UNIT, terms }
    }
}

impl Plant for Limits {
    fn plan(&self, planting: &mut Planting<'_>) {
        let Scheme::Limit(scheme) = planting.scheme else { return };
        let scene = planting.scene;
        let limits: Vec<&Limited> = scene.catalog.limits.iter().filter(|l| l.scheme == scheme).collect();
        let stays = planting.plan.stays.len();
        let id = LIMITS[usize::from(scheme)];
        let by_hospital = id == "drug-hospital-level";
        let mut planter = Planter::new(planting);
        let wanted = (stays / STAYS_A_CASE).clamp(6, 150);
        if !by_hospital {
            for n in 0..1 + stays / STAYS_A_HABIT {
                planter.habit(kind(id), limits[limits.len() - 1], usize::from(scheme) + n);
            }
        }
        if CROWDED.contains(&id) {
            planter.crowd(kind(id), limits[0], usize::from(scheme) + 1);
        }
        let mut risks = Vec::new();
        for n in 0..wanted {
            let limited = limits[n % limits.len()];
            let strength = planter.planting.strength();
            let case = Case { limited, strength, hospital: None, breach: true };
            let Some(risk) = kind(id).breach(&mut planter, &case) else { continue };
            risks.push((strength, risk));
        }
        if by_hospital {
            planter.note_hospitals(risks)
        } else {
            planter.note_records(risks)
        }
        for n in 0..wanted {
            let limited = limits[n % limits.len()];
            let case = Case { limited, strength: Strength::Subtle, hospital: None, breach: false };
            // Every item meets every look-alike.
            kind(id).innocent(&mut planter, &case, n + n / limits.len());
        }
    }
}

/// What breaks the limit of a rule.
fn kind(id: &str) -> &'static dyn LimitScheme {
    match id {
        "drug-setting" => &visits::Setting,
        "drug-internet" => &visits::Internet,
        "undiscounted-surgery" => &together::Discount,
        "included-charges" => &together::Included,
        "slice-alone" => &together::Alone,
        "drug-second-line" => &together::SecondLine,
        "excess-frequency" => &counts::PerDay,
        "drug-course" | "service-course" => &counts::Course,
        "service-interval" => &counts::Interval,
        "drug-work-injury" => &patients::Patients::WorkInjury,
        "drug-maternity" => &patients::Patients::Maternity,
        "slice-not-payable" => &patients::Patients::Anyone,
        "drug-hospital-level" => &patients::Patients::Level,
        "drug-sex" | "service-sex" => &patients::Patients::Sex,
        _ => &patients::Patients::Age,
    }
}
