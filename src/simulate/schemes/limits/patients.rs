//! Items for some patients, insurances or hospitals only, or for nobody.

use super::planter::Planter;
use super::{Bill, Case, LimitScheme, Risk, Terms};
use crate::model::Day;
use crate::simulate::Scene;
use crate::simulate::chance::Draw;
use crate::simulate::options::Strength;
use crate::simulate::plan::{Plan, Stay};

/// `insutype` of work-injury insurance.
const WORK_INJURY: u16 = 410;

/// Whom or what an item is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Patients {
    WorkInjury,
    Maternity,
    /// Paid for nobody.
    Anyone,
    Sex,
    Age,
    /// Hospitals of the second level and above.
    Level,
}

/// First and last age, in completed years.
fn ages(value: &str) -> (i32, i32) {
    let (low, high) = value.split_once('-').unwrap_or(("0", value));
    (low.parse().unwrap_or(0), high.parse().unwrap_or(0))
}

/// The day on which somebody is so many years old; for who is born on 29 February, 1 March.
fn birthday(birth: i32, years: i32) -> i32 {
    use chrono::Datelike;
    let date = Day(birth).date();
    let (year, month, day) = (date.year() + years, date.month(), date.day());
    Day::from_ymd(year, month, day).or(Day::from_ymd(year, 3, 1)).map_or(birth, |d| d.0)
}

impl Patients {
    /// Whether the item is for the patient of a stay, on all of its days or on none; nothing where it is neither.
    fn right(self, scene: &Scene, value: &str, plan: &Plan, stay: &Stay) -> Option<bool> {
        let person = &plan.persons[stay.person as usize];
        match self {
            Self::WorkInjury | Self::Anyone => Some(false),
            // These drugs are for women in any case.
            Self::Maternity => (person.sex == 2).then_some(false),
            Self::Sex => Some((person.sex == 1) == (value == "male")),
            Self::Level => Some(scene.places.hospital(stay.hospital).level >= 2),
            Self::Age => {
                let (low, high) = ages(value);
                let (enough, too_old) = (birthday(person.birth, low), birthday(person.birth, high + 1));
                let (first, last) = (stay.first_day(), stay.last_day());
                match (enough <= first && last < too_old, last < enough || too_old <= first) {
                    (true, _) => Some(true),
                    (_, true) => Some(false),
                    _ => None,
                }
            }
        }
    }

    /// A stay of the right or the wrong patient.
    fn stay(self, planter: &mut Planter<'_, '_>, case: &Case<'_>, right: bool) -> Option<usize> {
        let (scene, value) = (planter.planting.scene, case.limited.value.as_str());
        let items = [case.limited.item];
        match (self, right) {
            (Self::Anyone, true) => None,
            (Self::WorkInjury, true) => {
                let stay = planter.take(case, &items, |_, _| true)?;
                planter.planting.plan.stays[stay].insurance = Some(WORK_INJURY);
                Some(stay)
            }
            (Self::Maternity, true) => {
                let birth = |_: &Plan, s: &Stay| s.med_type == "52" && s.usable();
                planter.take_any(case, &items, birth)
            }
            _ => planter.take(case, &items, |plan, stay| self.right(scene, value, plan, stay) == Some(right)),
        }
    }

    /// A stay in whose course the patient becomes too old; the birthday is moved there. Gives the day, too.
    fn birthday_stay(self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<(usize, i32)> {
        let years = ages(&case.limited.value).1 + 1;
        let near = |plan: &Plan, stay: &Stay| {
            let birth = plan.persons[stay.person as usize].birth;
            stay.last_day() - stay.first_day() >= 4 && (birthday(birth, years) - stay.first_day()).abs() < 1_000
        };
        let stay = planter.take(case, &[case.limited.item], near)?;
        let of = &planter.planting.plan.stays[stay];
        let (person, day) = (of.person as usize, of.first_day() + 2);
        let birth = birthday(day, -years);
        planter.planting.plan.persons[person].birth = birth;
        Some((stay, birthday(birth, years)))
    }
}

/// Bills the item on some days of a stay.
fn bill(planter: &mut Planter<'_, '_>, case: &Case<'_>, stay: usize, terms: Terms) -> i64 {
    let (days, most) = match case.strength {
        Strength::Blunt => (planter.planting.random.within(3, 6), 5),
        _ => (1, 1),
    };
    let mut fen = 0;
    for day in planter.days(stay, days) {
        let units = planter.planting.random.within((most + 1) / 2, most);
        fen += planter.bill(stay, Bill::units(case.limited.item, day, units, terms));
    }
    fen
}

impl LimitScheme for Patients {
    fn breach(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<Vec<Risk>> {
        let item = case.limited.item;
        let late = *self == Self::Age && case.strength == Strength::Subtle && planter.planting.random.chance(0.4);
        if let Some((stay, day)) = late.then(|| self.birthday_stay(planter, case)).flatten() {
            // Only what comes from the birthday on is too late.
            planter.bill(stay, Bill::units(item, day - 1, 2, Terms::Claimed));
            let fen = planter.bill(stay, Bill::units(item, day, 1, Terms::Claimed));
            return Some(vec![planter.risk(stay, item, fen)]);
        }
        let stay = self.stay(planter, case, false)?;
        let fen = bill(planter, case, stay, Terms::Claimed);
        Some(vec![planter.risk(stay, item, fen)])
    }

    fn innocent(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>, number: usize) -> Option<()> {
        let blunt = Case { strength: Strength::Blunt, ..*case };
        match number % 5 {
            0 | 1 => {
                let stay = self.stay(planter, case, true)?;
                bill(planter, &blunt, stay, Terms::Claimed);
            }
            2 => {
                let stay = self.stay(planter, case, false)?;
                bill(planter, &blunt, stay, Terms::Own);
            }
            3 => {
                let stay = self.stay(planter, case, false)?;
                bill(planter, &blunt, stay, Terms::Refunded);
            }
            _ if *self == Self::Age => {
                let (stay, day) = self.birthday_stay(planter, case)?;
                planter.bill(stay, Bill::units(case.limited.item, day - 1, 3, Terms::Claimed));
            }
            _ if *self == Self::Sex => {
                let (_, child, day) = planter.take_mother(case)?;
                planter.bill(child, Bill::units(case.limited.item, day, 1, Terms::Claimed));
            }
            _ => return None,
        }
        Some(())
    }
}
