//! Drugs paid in some settings only: charged on visits to a clinic, an emergency room, an internet hospital.

use super::planter::{Planter, ordinary};
use super::{Bill, Case, LimitScheme, Risk, Terms};
use crate::simulate::bills::claimed;
use crate::simulate::chance::Draw;
use crate::simulate::options::Strength;
use crate::simulate::plan::Elsewhere;
use crate::simulate::visits::number;

/// Inpatients only.
pub struct Setting;
/// Not by an internet hospital.
pub struct Internet;

/// Outpatients of the ordinary kinds.
const CLINIC: [&str; 3] = ["11", "140104", "13"];
/// An internet hospital, in words: the national codes have none.
const INTERNET: &str = "互联网门诊";

/// Adds a visit with the item; gives what it puts at risk.
fn visit(planter: &mut Planter<'_, '_>, case: &Case<'_>, med_type: &'static str, terms: Terms) -> Option<Vec<Risk>> {
    let item = case.limited.item;
    // Somebody who is known at the hospital.
    let stay = planter.take_any(case, &[item], ordinary)?;
    let (person, hospital) = {
        let stay = &mut planter.planting.plan.stays[stay];
        stay.planted = false;
        (stay.person, stay.hospital)
    };
    let time = planter.free_moment(person)?;
    let (lines, most) = if case.strength == Strength::Blunt { (3, 8) } else { (1, 1) };
    let fen = planter.price(hospital, item);
    let mut extras = Vec::new();
    for n in 0..lines {
        let units = planter.planting.random.within((most + 1) / 2, most);
        extras.push(planter.extra(Bill::units(item, 0, units, terms), time + n * 60, fen));
    }
    let card = &planter.planting.scene.catalog.items[usize::from(item)];
    let fen = extras.iter().map(|e| claimed(card, &e.line())).sum();
    let key = number(planter.planting.plan.elsewhere.len() as u64);
    let visit = Elsewhere { person, time, place: hospital, shop: false, med_type, lines: extras };
    planter.planting.plan.elsewhere.push(visit);
    Some(vec![Risk { unit: "visit", key, hospital, item, fen: vec![(None, fen)] }])
}

fn clinic(planter: &mut Planter<'_, '_>) -> &'static str {
    planter.planting.random.pick::<&str>(&CLINIC)
}

impl LimitScheme for Setting {
    fn breach(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<Vec<Risk>> {
        let med_type = clinic(planter);
        visit(planter, case, med_type, Terms::Claimed)
    }

    fn innocent(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>, n: usize) -> Option<()> {
        let med_type = clinic(planter);
        match n % 4 {
            2 => visit(planter, case, med_type, Terms::Own).map(drop),
            3 => visit(planter, case, med_type, Terms::Refunded).map(drop),
            _ => {
                let stay = planter.take(case, &[case.limited.item], |_, _| true)?;
                for day in planter.days(stay, 3) {
                    planter.bill(stay, Bill::units(case.limited.item, day, 2, Terms::Claimed));
                }
                Some(())
            }
        }
    }
}

impl LimitScheme for Internet {
    fn breach(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<Vec<Risk>> {
        visit(planter, case, INTERNET, Terms::Claimed)
    }

    fn innocent(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>, n: usize) -> Option<()> {
        let med_type = clinic(planter);
        match n % 4 {
            2 => visit(planter, case, INTERNET, Terms::Own).map(drop),
            3 => visit(planter, case, INTERNET, Terms::Refunded).map(drop),
            _ => visit(planter, case, med_type, Terms::Claimed).map(drop),
        }
    }
}
