//! Outpatient visits and purchases at pharmacies: one settlement each, refunded ones with their reversal.

use rayon::prelude::*;

use crate::model::{Day, Table};

use super::Scene;
use super::catalog::Course;
use super::chance::{Draw, Purpose, Random, fixed, mix, scramble, stream};
use super::files::Rows;
use super::options::Layout;
use super::people::{Career, Person};
use super::plan::{Elsewhere, Plan};
use super::time::{DAY, at};

/// Columns of `visits.csv`.
pub const VISITS: &[&str] = &[
    "setl_id",
    "mdtrt_id",
    "psn_no",
    "psn_name",
    "gend",
    "brdy",
    "insutype",
    "fixmedins_code",
    "fixmedins_name",
    "med_type",
    "setl_time",
    "begntime",
    "dise_codg",
    "dise_name",
    "medfee_sumamt",
    "fund_pay_sumamt",
    "acct_pay",
    "psn_pay",
    "refd_setl_flag",
    "vali_flag",
];

/// Share of the visits falling into a stay that take place all the same.
const SENT_OUT: f64 = 0.03;
/// First id of the visits that schemes add, beyond those of any person.
const ADDED: u64 = 4_000_000_000;

/// A visit.
#[derive(Clone, Copy)]
pub struct Visit {
    /// When it was settled.
    pub time: i64,
    id: u64,
    pub person: u32,
    /// Hospital, or shop where `shop` is set.
    place: u16,
    shop: bool,
    med_type: &'static str,
    profile: u8,
    fen: i64,
    /// The reversal of a refunded visit.
    back: bool,
}

impl Visit {
    /// The hospital; none is a clinic or pharmacy.
    pub fn hospital(&self) -> Option<u16> {
        (!self.shop).then_some(self.place)
    }
}

/// Every visit of the region, in the order of settlement.
pub fn all(scene: &Scene, plan: &Plan) -> Vec<Visit> {
    let mut beds: Vec<Vec<(i64, i64)>> = vec![Vec::new(); plan.persons.len()];
    for stay in &plan.stays {
        beds[stay.person as usize].push((stay.begin, stay.end.max(stay.leave)));
    }
    let volumes: Vec<f64> = scene.places.shops.iter().map(|s| s.volume).collect();
    let hospitals: Vec<f64> = scene.places.hospitals.iter().map(|h| h.volume).collect();
    let mut visits: Vec<Visit> = plan
        .persons
        .par_iter()
        .flat_map_iter(|person| of_person(scene, person, &beds[person.id as usize], &volumes, &hospitals))
        .collect();
    visits.extend(plan.elsewhere.iter().enumerate().map(|(n, e)| elsewhere(scene, plan, n as u64, e)));
    visits.par_sort_unstable_by_key(|v| (v.time, v.id, v.back));
    visits
}

fn of_person(scene: &Scene, person: &Person, beds: &[(i64, i64)], shops: &[f64], hospitals: &[f64]) -> Vec<Visit> {
    let random = &mut stream(scene.seed, Purpose::Visits, u64::from(person.id));
    let mut habit = stream(scene.seed, Purpose::Visits, u64::MAX - u64::from(person.household));
    let (own_shop, own_hospital) = (habit.weighted(shops), habit.weighted(hospitals));
    let mut visits = Vec::new();
    if person.career == Career::Dialysis {
        dialysis(scene, person, own_hospital, random, &mut visits);
    }
    let mean = scene.hyper.visits * random.lognormal(0.75, 0.75);
    for _ in 0..random.poisson(mean).min(300) {
        let day = random.within(i64::from(scene.hyper.first.max(person.birth)), i64::from(scene.hyper.last)) as i32;
        let time = at(day, random.between(7.5, 20.5));
        let shop = random.chance(0.6);
        let usual = random.chance(0.7);
        let place = match (shop, usual) {
            (true, true) => own_shop,
            (true, false) => random.weighted(shops),
            (false, true) => own_hospital,
            (false, false) => random.weighted(hospitals),
        };
        let med_type = match (shop, random.between(0.0, 1.0)) {
            (true, _) if scene.places.shops[place].pharmacy => "41",
            (false, x) if x < 0.2 => "140104",
            (false, x) if x < 0.27 => "13",
            _ => "11",
        };
        let fen = (random.lognormal(if shop { 9_500.0 } else { 16_000.0 }, 0.8) as i64).max(150);
        let profile = complaint(scene, person, random);
        visits.push(visit(time, person, place, shop, med_type, profile, fen));
    }
    // Whoever lies in bed sees no other doctor, but for the rare examination that this hospital cannot do; the family may
    // well buy medicine.
    let in_bed = |time: i64| beds.iter().any(|(begin, end)| begin - DAY < time && time < end + DAY);
    visits.retain(|v| v.med_type == "41" || !in_bed(v.time) || !v.shop && fixed(person.key, v.time as u64) < SENT_OUT);
    let mut reversals = Vec::new();
    for (n, visit) in visits.iter_mut().enumerate() {
        visit.id = u64::from(person.id) * 1024 + n as u64;
        if random.chance(scene.hyper.visit_refunds) {
            reversals.push(Visit { time: visit.time + random.within(300, 3 * DAY), back: true, ..*visit });
        }
    }
    visits.extend(reversals);
    visits
}

/// `mdtrt_id` of a visit that a scheme adds.
pub fn number(n: u64) -> String {
    format!("610000{:010}", scramble(ADDED + n + 1))
}

/// A visit that a scheme adds, at an ordinary price unless it says what was charged.
fn elsewhere(scene: &Scene, plan: &Plan, n: u64, e: &Elsewhere) -> Visit {
    let random = &mut stream(scene.seed, Purpose::Visits, ADDED + n);
    let person = &plan.persons[e.person as usize];
    let usual = (random.lognormal(14_000.0, 0.7) as i64).max(1_000);
    let charged: i64 = e.lines.iter().map(|l| l.line().amount() - l.returned()).sum();
    let fen = if e.lines.is_empty() { usual } else { charged };
    let profile = complaint(scene, person, random);
    Visit { id: ADDED + n, ..visit(e.time, person, usize::from(e.place), e.shop, e.med_type, profile, fen) }
}

/// An illness that fits the person and is seen in outpatient rooms.
fn complaint(scene: &Scene, person: &Person, random: &mut Random) -> u8 {
    let profiles = &scene.catalog.profiles;
    let age = person.age(scene.hyper.last);
    for _ in 0..12 {
        let chosen = random.within(0, profiles.len() as i64 - 1) as usize;
        let p = &profiles[chosen];
        let fits = p.ages.0 <= age && age <= p.ages.1 && (p.sex == 0 || p.sex == person.sex);
        if fits && matches!(p.course, Course::Acute | Course::Chronic | Course::Child) {
            return chosen as u8;
        }
    }
    profiles.iter().position(|p| p.course == Course::Acute).unwrap_or(0) as u8
}

fn visit(time: i64, person: &Person, place: usize, shop: bool, med_type: &'static str, profile: u8, fen: i64) -> Visit {
    Visit { time, id: 0, person: person.id, place: place as u16, shop, med_type, profile, fen, back: false }
}

/// Two or three sessions a week on fixed weekdays.
fn dialysis(scene: &Scene, person: &Person, hospital: usize, random: &mut Random, visits: &mut Vec<Visit>) {
    let weekdays: &[u32] = match mix(person.key, 8) % 4 {
        0 => &[0, 2, 4],
        1 => &[1, 3, 5],
        2 => &[0, 3],
        _ => &[0, 2, 4],
    };
    let profile = scene.catalog.profile_of(Course::Dialysis).unwrap_or(0) as u8;
    for day in scene.hyper.first..=scene.hyper.last {
        if weekdays.contains(&Day(day).weekday()) && random.chance(0.97) {
            let time = at(day, random.between(11.0, 17.0));
            let fen = 42_000 + random.within(-2_000, 9_000);
            visits.push(visit(time, person, hospital, false, "140201", profile, fen));
        }
    }
}

/// Visits as rows.
pub fn rows(scene: &Scene, plan: &Plan, visits: &[&Visit], layout: Layout) -> Rows {
    let mut rows = Rows::new(Table::Visits, VISITS, layout);
    for visit in visits {
        row(scene, plan, visit, &mut rows);
    }
    rows
}

fn row(scene: &Scene, plan: &Plan, visit: &Visit, rows: &mut Rows) {
    let person = &plan.persons[visit.person as usize];
    let (code, name, exact) = if visit.shop {
        let shop = &scene.places.shops[usize::from(visit.place)];
        (&shop.code, &shop.name, true)
    } else {
        let hospital = scene.places.hospital(visit.place);
        (&hospital.code, &hospital.name, hospital.habits.exact)
    };
    let recorded = if exact { visit.time } else { visit.time.div_euclid(DAY) * DAY };
    let sign = if visit.back { -1 } else { 1 };
    let percent = match visit.med_type {
        "140201" => 85,
        "140104" => 65,
        "41" => 0,
        _ => 45,
    };
    let fund = visit.fen * percent / 100;
    let account = if visit.med_type == "41" { visit.fen } else { (visit.fen - fund) / 2 };
    let profile = &scene.catalog.profiles[usize::from(visit.profile)];
    rows.shown(format_args!("720000{:010}", scramble(visit.id * 2 + u64::from(visit.back) + 1)));
    rows.shown(format_args!("610000{:010}", scramble(visit.id + 1)));
    rows.cell(&person.number(&scene.places.region));
    rows.cell(&person.name());
    rows.shown(person.sex);
    rows.shown(Day(person.birth));
    rows.shown(person.insurance);
    rows.cell(code);
    rows.cell(name);
    rows.cell(visit.med_type);
    rows.moment(recorded);
    rows.moment(recorded);
    let pharmacy = visit.med_type == "41";
    rows.cell(if pharmacy { "" } else { &profile.code });
    rows.cell(if pharmacy { "" } else { &profile.name });
    rows.fen(sign * visit.fen);
    rows.fen(sign * fund);
    rows.fen(sign * account);
    rows.fen(sign * (visit.fen - fund));
    rows.cell(if visit.back { "1" } else { "0" });
    rows.cell("1");
    rows.end();
}
