//! Choosing stays, billing them, and noting what that puts at risk.

use std::collections::{BTreeMap, BTreeSet};

use super::{Bill, Case, HABIT, INFANT, LimitScheme, RIGHTLY, Risk, SCATTERED, Terms};
use crate::simulate::bills::claimed;
use crate::simulate::catalog::Limited;
use crate::simulate::chance::Draw;
use crate::simulate::line::UNIT;
use crate::simulate::options::Strength;
use crate::simulate::plan::{Asked, Extra, Plan, Stay, Truth};
use crate::simulate::schemes::Planting;
use crate::simulate::time::{DAY, at};

/// Chooses the stays of a scheme and bills them.
pub struct Planter<'p, 'w> {
    pub planting: &'p mut Planting<'w>,
    /// Stays not yet used, in the order of a draw.
    pool: Vec<usize>,
    /// Patients of a hospital and item with a breach.
    load: BTreeMap<(u16, u16), usize>,
    /// Hospitals and items that are a habit.
    closed: BTreeSet<(u16, u16)>,
    /// Hospitals and operations that were charged alone.
    pub alone: BTreeSet<(u16, u16)>,
}

/// Two days of a person's with a stay for each, the same or a later one.
pub struct Days {
    pub first: (usize, i32),
    pub second: (usize, i32),
}

/// Whether nothing about a stay lets two people be in it, nor another stay touch it.
pub fn ordinary(plan: &Plan, stay: &Stay) -> bool {
    let birth = plan.persons[stay.person as usize].birth;
    stay.usable()
        && !stay.touches
        && stay.next.is_none()
        && !stay.med_type.starts_with("52")
        && stay.first_day() - birth > INFANT
        && !plan.billed.contains(&stay.person)
}

impl<'p, 'w> Planter<'p, 'w> {
    /// With every stay of the plan in the order of a draw (Fisher-Yates).
    pub fn new(planting: &'p mut Planting<'w>) -> Self {
        let mut pool: Vec<usize> = (0..planting.plan.stays.len()).collect();
        for i in (1..pool.len()).rev() {
            let j = planting.random.within(0, i as i64) as usize;
            pool.swap(i, j);
        }
        let (load, closed, alone) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        Self { planting, pool, load, closed, alone }
    }

    /// Whether a case may be planted at a hospital.
    fn open(&self, case: &Case<'_>, items: &[u16], hospital: u16) -> bool {
        let places = || items.iter().map(|item| (hospital, *item));
        case.hospital.map_or_else(
            || {
                places().all(|place| !self.closed.contains(&place))
                    && (!case.breach || places().all(|p| self.load.get(&p).is_none_or(|n| *n < SCATTERED)))
            },
            |wanted| wanted == hospital,
        )
    }

    /// The next ordinary stay that fits.
    pub fn take(&mut self, case: &Case<'_>, items: &[u16], fits: impl Fn(&Plan, &Stay) -> bool) -> Option<usize> {
        self.take_any(case, items, |plan, stay| ordinary(plan, stay) && fits(plan, stay))
    }

    /// The next stay that fits, of whatever kind.
    pub fn take_any(&mut self, case: &Case<'_>, items: &[u16], fits: impl Fn(&Plan, &Stay) -> bool) -> Option<usize> {
        let plan = &self.planting.plan;
        let fits = |i: &usize| {
            let stay = &plan.stays[*i];
            self.open(case, items, stay.hospital) && !plan.billed.contains(&stay.person) && fits(plan, stay)
        };
        let place = self.pool.iter().position(fits)?;
        let stay = self.pool.remove(place);
        self.use_stay(case, items, stay);
        Some(stay)
    }

    fn use_stay(&mut self, case: &Case<'_>, items: &[u16], stay: usize) {
        let (person, hospital) = (self.planting.plan.stays[stay].person, self.planting.plan.stays[stay].hospital);
        self.planting.plan.stays[stay].planted = true;
        self.use_person(case, items, person, hospital);
    }

    /// Notes that a person has a case at a hospital.
    pub fn use_person(&mut self, case: &Case<'_>, items: &[u16], person: u32, hospital: u16) {
        self.planting.plan.billed.insert(person);
        if case.breach {
            items.iter().for_each(|item| *self.load.entry((hospital, *item)).or_default() += 1);
        }
    }

    /// Two days of somebody's so many days apart: in one stay or, where there are such and the draw says so, in two.
    pub fn take_days(&mut self, case: &Case<'_>, lag: i32) -> Option<Days> {
        let items = [case.limited.item];
        let apart = self.planting.random.chance(0.5);
        for across in [apart, !apart] {
            let plan = &self.planting.plan;
            let found = self.pool.iter().enumerate().find_map(|(place, i)| {
                let first = &plan.stays[*i];
                if !ordinary(plan, first) {
                    return None;
                }
                if !across {
                    let fits = first.last_day() - first.first_day() >= lag && self.open(case, &items, first.hospital);
                    let day = first.first_day();
                    return fits.then_some((place, Days { first: (*i, day), second: (*i, day + lag) }));
                }
                let others = &self.planting.by_person[first.person as usize];
                others.iter().map(|j| *j as usize).find_map(|j| {
                    let second = &plan.stays[j];
                    let day = first.first_day().max(second.first_day() - lag);
                    let fits = second.begin > first.leave
                        && ordinary(plan, second)
                        && day <= first.last_day().min(second.last_day() - lag)
                        && self.open(case, &items, second.hospital);
                    fits.then_some((place, Days { first: (*i, day), second: (j, day + lag) }))
                })
            });
            let Some((place, days)) = found else { continue };
            self.pool.remove(place);
            self.planting.plan.stays[days.first.0].planted = true;
            self.use_stay(case, &items, days.second.0);
            return Some(days);
        }
        None
    }

    /// A mother's stay and her newborn's under the same number, with a day on which both are there.
    pub fn take_mother(&mut self, case: &Case<'_>) -> Option<(usize, usize, i32)> {
        let plan = &self.planting.plan;
        let whole = |stay: &Stay| !stay.refunded && !stay.open && !stay.planted;
        let found = self.pool.iter().find_map(|i| {
            let child = &plan.stays[*i];
            if !child.under_mother || !whole(child) || plan.billed.contains(&child.person) {
                return None;
            }
            let day = child.first_day() + 1;
            let own = self.planting.by_person[child.person as usize].iter().map(|j| *j as usize);
            let mother = own.filter(|j| !plan.stays[*j].under_mother && whole(&plan.stays[*j])).find(|j| {
                let mother = &plan.stays[*j];
                mother.hospital == child.hospital && mother.first_day() < day && day < mother.last_day()
            })?;
            (day < child.last_day() && self.open(case, &[case.limited.item], child.hospital))
                .then_some((mother, *i, day))
        })?;
        self.planting.plan.stays[found.0].planted = true;
        self.use_stay(case, &[case.limited.item], found.1);
        Some(found)
    }

    /// So many days of a stay in a row; fewer where it is shorter.
    pub fn days(&mut self, stay: usize, count: i64) -> Vec<i32> {
        let stay = &self.planting.plan.stays[stay];
        let (first, last) = (stay.first_day(), stay.last_day());
        let count = (count as i32).clamp(1, last - first + 1);
        let start = first + self.planting.random.within(0, i64::from(last - first + 1 - count)) as i32;
        (start..start + count).collect()
    }

    /// What a hospital charges for a unit of an item, in fen.
    pub fn price(&self, hospital: u16, item: u16) -> i64 {
        self.planting.scene.price(self.planting.scene.places.hospital(hospital), item)
    }

    /// Bills a line on a stay; gives the fen that the fund is asked for.
    pub fn bill(&mut self, stay: usize, bill: Bill) -> i64 {
        let fen = self.price(self.planting.plan.stays[stay].hospital, bill.item);
        self.bill_at(stay, bill, fen)
    }

    /// Bills a line at a price.
    pub fn bill_at(&mut self, stay: usize, bill: Bill, fen: i64) -> i64 {
        let hour = self.planting.random.between(8.0, 16.0);
        let of = &self.planting.plan.stays[stay];
        let (id, from, to) = (of.id, of.begin + 60, (of.leave - 60).max(of.begin));
        let time = at(bill.day, hour).clamp(from.min(to), to);
        let extra = self.extra(bill, time, fen);
        let claimed = claimed(&self.planting.scene.catalog.items[usize::from(bill.item)], &extra.line());
        let asked = if extra.back.is_some() { 0 } else { claimed };
        self.planting.plan.extras.entry(id).or_default().push(extra);
        asked
    }

    /// A line at a moment and a price.
    pub fn extra(&mut self, bill: Bill, time: i64, fen: i64) -> Extra {
        let named = self.planting.random.chance(0.5);
        let back = (bill.terms == Terms::Refunded).then_some((bill.count, named));
        Extra { item: bill.item, time, count: bill.count, fen, own: bill.terms == Terms::Own, back }
    }

    /// Takes back some units of the line billed last on a stay.
    pub fn take_back(&mut self, stay: usize, units: i64) {
        let (id, named) = (self.planting.plan.stays[stay].id, self.planting.random.chance(0.5));
        if let Some(line) = self.planting.plan.extras.get_mut(&id).and_then(|lines| lines.last_mut()) {
            line.back = Some((units * UNIT, named));
        }
    }

    /// What is at risk on a stay.
    pub fn risk(&self, stay: usize, item: u16, fen: i64) -> Risk {
        let stay = &self.planting.plan.stays[stay];
        Risk { unit: "stay", key: stay.number(), hospital: stay.hospital, item, fen: vec![(Some(stay.id), fen)] }
    }

    /// A hospital that breaks a limit for many patients of an item: the `rank`-th largest, of the larger half.
    pub fn habit(&mut self, kind: &dyn LimitScheme, limited: &Limited, rank: usize) {
        let hospital = self.hospital(rank);
        let case = Case { limited, strength: Strength::Subtle, hospital: Some(hospital), breach: true };
        let patients = self.planting.random.within(*HABIT.start(), *HABIT.end());
        let cases: Vec<Vec<Risk>> = (0..patients).filter_map(|_| kind.breach(self, &case)).collect();
        if cases.len() <= SCATTERED {
            return self.note_records(cases.into_iter().map(|risks| (Strength::Subtle, risks)).collect());
        }
        for risk in cases.iter().flatten() {
            self.closed.insert((hospital, risk.item));
        }
        self.note_hospitals(cases.into_iter().map(|risks| (Strength::Blunt, risks)).collect());
    }

    /// The `rank`-th largest hospital, of the larger half.
    fn hospital(&self, rank: usize) -> u16 {
        let mut hospitals: Vec<(usize, u16)> =
            self.planting.stays_by_hospital().into_iter().enumerate().map(|(h, n)| (n, h as u16)).collect();
        hospitals.sort_unstable_by(|a, b| b.cmp(a));
        hospitals[rank % (hospitals.len() / 2).max(1)].1
    }

    /// A hospital that breaks a limit for several patients of an item that most of its patients have rightly: no habit.
    pub fn crowd(&mut self, kind: &dyn LimitScheme, limited: &Limited, rank: usize) {
        let hospital = Some(self.hospital(rank));
        let case = Case { limited, strength: Strength::Subtle, hospital, breach: false };
        let right = (0..RIGHTLY).filter_map(|_| kind.innocent(self, &case, 0)).count();
        if right == RIGHTLY {
            let case = Case { breach: true, ..case };
            let mut cases = Vec::new();
            for _ in 0..=SCATTERED {
                cases.extend(kind.breach(self, &case).map(|risks| (Strength::Subtle, risks)));
            }
            self.note_records(cases);
        }
    }

    /// Notes cases as the records they are on.
    pub fn note_records(&mut self, cases: Vec<(Strength, Vec<Risk>)>) {
        for (strength, risks) in cases {
            let group = self.planting.group();
            risks.into_iter().for_each(|risk| self.note(risk, strength, group));
        }
    }

    /// Notes cases as the hospitals and items they are at, each with all its money.
    pub fn note_hospitals(&mut self, cases: Vec<(Strength, Vec<Risk>)>) {
        let mut places: BTreeMap<(u16, u16), (Strength, Vec<_>)> = BTreeMap::new();
        for (strength, risk) in cases.into_iter().flat_map(|(s, risks)| risks.into_iter().map(move |r| (s, r))) {
            let place = places.entry((risk.hospital, risk.item)).or_insert((Strength::Subtle, Vec::new()));
            place.0 = place.0.min(strength);
            place.1.extend(risk.fen);
        }
        for ((hospital, item), (strength, fen)) in places {
            let key = self.planting.scene.places.hospital(hospital).code.clone();
            let group = self.planting.group();
            self.note(Risk { unit: "hospital", key, hospital, item, fen }, strength, group);
        }
    }

    fn note(&mut self, risk: Risk, strength: Strength, group: u32) {
        let code = self.planting.scene.catalog.items[usize::from(risk.item)].code.clone();
        self.planting.plan.truth.push(Truth {
            scheme: self.planting.scheme,
            aspect: "",
            unit: risk.unit,
            key: risk.key,
            charge: Some(Asked { item: code, fen: risk.fen }),
            group,
            strength,
        });
    }

    /// A moment of an ordinary consulting hour on which a person is in no bed.
    pub fn free_moment(&mut self, person: u32) -> Option<i64> {
        let (first, last) = self.planting.plan.period;
        (0..20).find_map(|_| {
            let day = self.planting.random.within(i64::from(first), i64::from(last)) as i32;
            let time = at(day, self.planting.random.between(8.0, 17.0));
            (!self.planting.person_busy(person, time, time + DAY)).then_some(time)
        })
    }
}
