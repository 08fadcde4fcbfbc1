//! Items that are judged by what was billed with them: in another's price, a slice alone, without a first-line drug, a second
//! operation at the full price.

use super::counts::share;
use super::planter::Planter;
use super::{Bill, Case, LimitScheme, Risk, Terms};
use crate::simulate::catalog::Limited;
use crate::simulate::chance::Draw;
use crate::simulate::options::Strength;
use crate::simulate::plan::{Plan, Stay};

/// The partner contains the item.
pub struct Included;
/// The slice is paid with others only.
pub struct Alone;
/// The drug is paid after another has failed.
pub struct SecondLine;
/// The second operation of a group is paid at 70 %.
pub struct Discount;

/// Percent of the full price that is paid for a second operation.
const DISCOUNTED: i64 = 70;

fn nights(stay: &Stay) -> i64 {
    i64::from(stay.last_day() - stay.first_day())
}

impl LimitScheme for Included {
    fn breach(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<Vec<Risk>> {
        let (item, whole) = (case.limited.item, case.limited.partner?);
        let stay = planter.take(case, &[item], |_, s| nights(s) >= 3)?;
        let days = if case.strength == Strength::Blunt { planter.planting.random.within(2, 4) } else { 1 };
        let mut fen = 0;
        for day in planter.days(stay, days) {
            planter.bill(stay, Bill::units(whole, day, 1, Terms::Claimed));
            fen += planter.bill(stay, Bill::units(item, day, days.min(2), Terms::Claimed));
        }
        Some(vec![planter.risk(stay, item, fen)])
    }

    fn innocent(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>, n: usize) -> Option<()> {
        let (item, whole) = (case.limited.item, case.limited.partner?);
        let stay = planter.take(case, &[item], |_, s| nights(s) >= 3)?;
        let days = planter.days(stay, 2);
        let (of_whole, of_item, later) = match n % 4 {
            // On different days; the whole refunded; the part paid by the patient; the part alone.
            0 => (Some(Terms::Claimed), Terms::Claimed, 1),
            1 => (Some(Terms::Refunded), Terms::Claimed, 0),
            2 => (Some(Terms::Claimed), Terms::Own, 0),
            _ => (None, Terms::Claimed, 0),
        };
        if let Some(terms) = of_whole {
            planter.bill(stay, Bill::units(whole, days[0], 1, terms));
        }
        planter.bill(stay, Bill::units(item, days[later], 1, of_item));
        Some(())
    }
}

/// The next stay of so many nights whose illness brings nothing of a kind itself: slices (`herb`), operations (`op-`).
fn without(planter: &mut Planter<'_, '_>, case: &Case<'_>, items: &[u16], (least, kind): (i64, &str)) -> Option<usize> {
    let profiles = &planter.planting.scene.catalog.profiles;
    let none = |s: &Stay| profiles[usize::from(s.profile)].tags.iter().all(|(tag, _)| !tag.starts_with(kind));
    planter.take(case, items, |_: &Plan, s| nights(s) >= least && none(s))
}

impl LimitScheme for Alone {
    fn breach(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<Vec<Risk>> {
        let scene = planter.planting.scene;
        let mut items = vec![case.limited.item];
        let blunt = case.strength == Strength::Blunt;
        if blunt {
            let all: Vec<&Limited> = scene.catalog.limits.iter().filter(|l| l.scheme == case.limited.scheme).collect();
            let more = planter.planting.random.pick(&all).item;
            items.extend((more != items[0]).then_some(more));
        }
        // A prescription goes by the first of its codes.
        items.sort_by_key(|i| scene.catalog.items[usize::from(*i)].code.as_str());
        let stay = without(planter, case, &items, (0, "herb"))?;
        let days = if blunt { planter.planting.random.within(2, 4) } else { 1 };
        let mut fen = 0;
        for day in planter.days(stay, days) {
            for item in &items {
                let grams = planter.planting.random.within(6, 30);
                fen += planter.bill(stay, Bill::units(*item, day, grams, Terms::Claimed));
            }
        }
        Some(vec![planter.risk(stay, items[0], fen)])
    }

    fn innocent(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>, n: usize) -> Option<()> {
        let (item, other) = (case.limited.item, case.limited.partner?);
        let stay = without(planter, case, &[item], (0, "herb"))?;
        let (terms, with) = match n % 4 {
            0 | 1 => (Terms::Claimed, true),
            2 => (Terms::Own, false),
            _ => (Terms::Refunded, false),
        };
        for day in planter.days(stay, 2) {
            planter.bill(stay, Bill::units(item, day, 12, terms));
            if with {
                planter.bill(stay, Bill::units(other, day, 10, Terms::Claimed));
            }
        }
        Some(())
    }
}

impl LimitScheme for SecondLine {
    fn breach(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<Vec<Risk>> {
        let (item, first_line) = (case.limited.item, case.limited.partner?);
        let stay = planter.take(case, &[item], |_, s| nights(s) >= 4)?;
        let blunt = case.strength == Strength::Blunt;
        let days = planter.days(stay, if blunt { 5 } else { 1 });
        // A first-line drug that comes later explains what comes after it.
        let tried = (blunt && planter.planting.random.chance(0.3)).then(|| days[2]);
        if let Some(day) = tried {
            planter.bill(stay, Bill::units(first_line, day, 1, Terms::Claimed));
        }
        let mut fen = 0;
        for day in days {
            let asked = planter.bill(stay, Bill::units(item, day, if blunt { 3 } else { 1 }, Terms::Claimed));
            fen += if tried.is_none_or(|tried| day < tried) { asked } else { 0 };
        }
        Some(vec![planter.risk(stay, item, fen)])
    }

    fn innocent(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>, n: usize) -> Option<()> {
        let (item, first_line) = (case.limited.item, case.limited.partner?);
        if n % 4 < 2 {
            // The first-line drug came before, in the same stay or in an earlier one.
            let days = planter.take_days(case, [3, 40][n % 2])?;
            planter.bill(days.first.0, Bill::units(first_line, days.first.1, 2, Terms::Claimed));
            planter.bill(days.second.0, Bill::units(item, days.second.1, 2, Terms::Claimed));
            return Some(());
        }
        let stay = planter.take(case, &[item], |_, _| true)?;
        let day = planter.days(stay, 1)[0];
        let terms = if n % 4 == 2 { Terms::Own } else { Terms::Refunded };
        planter.bill(stay, Bill::units(item, day, 2, terms));
        Some(())
    }
}

impl Discount {
    /// The operations of the item's group, that one first.
    fn group(planter: &Planter<'_, '_>, case: &Case<'_>) -> Vec<u16> {
        let all = planter.planting.scene.catalog.limits.iter();
        let same = all.filter(|l| l.scheme == case.limited.scheme && l.value == case.limited.value);
        let others = same.map(|l| l.item).filter(|item| *item != case.limited.item);
        std::iter::once(case.limited.item).chain(others).collect()
    }

    /// A stay for operations, and for each a patient of the hospital who had nothing else: the full price is known there.
    fn stay(planter: &mut Planter<'_, '_>, case: &Case<'_>, items: &[u16]) -> Option<(usize, i32)> {
        let stay = without(planter, case, items, (3, "op-"))?;
        let hospital = planter.planting.plan.stays[stay].hospital;
        for item in items {
            if planter.alone.contains(&(hospital, *item)) {
                continue;
            }
            let single = Case { hospital: Some(hospital), breach: false, ..*case };
            let other = without(planter, &single, &[], (2, "op-"))?;
            let day = planter.days(other, 1)[0];
            planter.bill(other, Bill::units(*item, day, 1, Terms::Claimed));
            planter.alone.insert((hospital, *item));
        }
        Some((stay, planter.planting.plan.stays[stay].first_day() + 1))
    }
}

impl LimitScheme for Discount {
    fn breach(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>) -> Option<Vec<Risk>> {
        let mut items = Self::group(planter, case);
        items.truncate(if case.strength == Strength::Blunt { 3 } else { 2 });
        let (stay, day) = Self::stay(planter, case, &items)?;
        let hospital = planter.planting.plan.stays[stay].hospital;
        // The dearest is paid in full.
        items.sort_by_key(|item| std::cmp::Reverse(planter.price(hospital, *item)));
        let mut risks = Vec::new();
        for (n, item) in items.into_iter().enumerate() {
            let asked = planter.bill(stay, Bill::units(item, day, 1, Terms::Claimed));
            if n > 0 {
                risks.push(planter.risk(stay, item, asked - share(asked, DISCOUNTED, 100)));
            }
        }
        Some(risks)
    }

    fn innocent(&self, planter: &mut Planter<'_, '_>, case: &Case<'_>, n: usize) -> Option<()> {
        let mut items = Self::group(planter, case);
        items.truncate(2);
        let (stay, day) = Self::stay(planter, case, &items)?;
        let hospital = planter.planting.plan.stays[stay].hospital;
        items.sort_by_key(|item| std::cmp::Reverse(planter.price(hospital, *item)));
        let (second, full) = (items[1], planter.price(hospital, items[1]));
        planter.bill(stay, Bill::units(items[0], day, 1, Terms::Claimed));
        let whole = Bill::units(second, day, 1, Terms::Claimed);
        match n % 5 {
            // Discounted in the price, in the quantity; on another day; paid by the patient; refunded.
            0 => planter.bill_at(stay, whole, share(full, DISCOUNTED, 100)),
            1 => planter.bill(stay, Bill { count: whole.count * DISCOUNTED / 100, ..whole }),
            2 => planter.bill(stay, Bill { day: day + 1, ..whole }),
            3 => planter.bill(stay, Bill { terms: Terms::Own, ..whole }),
            _ => planter.bill(stay, Bill { terms: Terms::Refunded, ..whole }),
        };
        Some(())
    }
}
