//! 半数品种进销存不符: a hospital that bills much of its stock to patients who were never given it, and never bought it.

use std::collections::{BTreeMap, BTreeSet};

use crate::simulate::bills::claimed;
use crate::simulate::chance::Draw;
use crate::simulate::lines::Sheet;
use crate::simulate::options::{Scheme, Strength};
use crate::simulate::plan::{Asked, Extra, Stay, Truth};
use crate::simulate::stock;
use crate::simulate::time::{DAY, day_of};

use super::{Plant, Planting};

/// At two hospitals 20 to 60 % of the drugs and consumables, of each of which 30 to 80 % of what is billed was never there (blunt),
/// or 8 to 20 % (subtle): doses as they are given there, billed on stays of the same illnesses that had none. Only what was
/// given was bought.
///
/// The innocent doubles: hospitals whose books begin late, that buy in packs and bill single boxes or tablets, that lend to each
/// other, that count late; see [`stock`].
///
/// The truth lists each such item of the hospital under `stock-shortfall`.
pub struct HalfStock;

/// Hospitals that do it.
const HOSPITALS: usize = 2;
/// Fewest stays of theirs, and fewest of them that are given an item.
const FEWEST: usize = 100;
const GIVEN: usize = 8;

/// An item on one stay: seconds from the first day's beginning, quantity and price of each line.
type Course = Vec<(i64, i64, i64)>;

/// What the stays of a hospital are given of an item.
#[derive(Default)]
struct ItemUse {
    courses: Vec<Course>,
    stays: BTreeSet<usize>,
    profiles: BTreeSet<u8>,
}

fn money(course: &Course) -> f64 {
    course.iter().map(|(_, count, fen)| *count as f64 * *fen as f64).sum()
}

impl Plant for HalfStock {
    fn plan(&self, planting: &mut Planting<'_>) {
        // What a stay is given depends on it.
        planting.plan.keep_cycles();
        let counts = planting.stays_by_hospital();
        let hosts = planting.crooked_of(|at, _| counts[at] >= FEWEST);
        let hosts: Vec<u16> = hosts.into_iter().take(HOSPITALS).collect();
        for host in &hosts {
            let (strength, group) = (planting.strength(), planting.group());
            bill(planting, *host, strength, group);
        }
        planting.plan.keepers = stock::keepers(planting.scene, &counts, &hosts);
    }
}

fn fits(stay: &Stay, host: u16) -> bool {
    stay.hospital == host && stay.usable() && stay.away.is_none() && stay.last_day() - stay.first_day() >= 2
}

/// What the stays of a hospital are given, by item.
fn uses(planting: &Planting<'_>, stays: &[usize]) -> BTreeMap<u16, ItemUse> {
    let mut uses: BTreeMap<u16, ItemUse> = BTreeMap::new();
    for at in stays {
        let stay = &planting.plan.stays[*at];
        let mut sheet = Sheet::new(planting.scene, stay);
        sheet.apply_habits();
        let mut own: BTreeMap<u16, Course> = BTreeMap::new();
        let claimed = |item: u16| matches!(sheet.item(item).class, 8 | 9 | 11) && sheet.item(item).grade < 3;
        for line in sheet.lines.iter().filter(|l| l.count > 0 && claimed(l.item)) {
            let since = line.time - i64::from(stay.first_day()) * DAY;
            own.entry(line.item).or_default().push((since, line.count, line.fen));
        }
        for (item, course) in own {
            let of_item = uses.entry(item).or_default();
            of_item.courses.push(course);
            of_item.stays.insert(*at);
            of_item.profiles.insert(stay.profile);
        }
    }
    uses
}

/// Bills what was never there at one hospital.
fn bill(planting: &mut Planting<'_>, host: u16, strength: Strength, group: u32) {
    let stays: Vec<usize> = (0..planting.plan.stays.len()).filter(|at| fits(&planting.plan.stays[*at], host)).collect();
    let mut uses: Vec<(u16, ItemUse)> =
        uses(planting, &stays).into_iter().filter(|(_, u)| u.courses.len() >= GIVEN).collect();
    let (share, (least, most)) = match strength {
        Strength::Subtle => (planting.random.between(0.2, 0.6), (0.08, 0.2)),
        _ => (planting.random.between(0.2, 0.6), (0.3, 0.8)),
    };
    let wanted = (uses.len() as f64 * share).ceil() as usize;
    let mut done = 0;
    while done < wanted && !uses.is_empty() {
        let at = planting.random.within(0, uses.len() as i64 - 1) as usize;
        let (item, used) = uses.swap_remove(at);
        let part = planting.random.between(least, most);
        let given: f64 = used.courses.iter().map(money).sum();
        let lines = never(planting, &stays, &used, given * part / (1.0 - part));
        let billed: f64 = lines.iter().map(|(_, course)| money(course)).sum();
        // An item that nearly every such patient has cannot be billed to many more.
        if billed < given * least / (1.0 - least) {
            continue;
        }
        done += 1;
        note(planting, host, item, lines, (strength, group));
    }
}

/// Courses on stays that had none, worth about so much.
fn never(planting: &mut Planting<'_>, stays: &[usize], used: &ItemUse, wanted: f64) -> Vec<(usize, Course)> {
    let (plan, random) = (&planting.plan, &mut planting.random);
    let fits = |at: &&usize| !used.stays.contains(at) && used.profiles.contains(&plan.stays[**at].profile);
    let mut free: Vec<usize> = stays.iter().filter(fits).copied().collect();
    let (mut out, mut left) = (Vec::new(), wanted);
    while left > 0.0 && !free.is_empty() {
        let at = free.swap_remove(random.within(0, free.len() as i64 - 1) as usize);
        let stay = &plan.stays[at];
        let course: &Course = random.pick(&used.courses);
        let day = |since: i64| stay.first_day() + since.div_euclid(DAY) as i32;
        let within: Course = course.iter().filter(|(since, ..)| day(*since) <= stay.last_day()).copied().collect();
        let worth = money(&within);
        if within.is_empty() || worth > 1.5 * left && !out.is_empty() {
            continue;
        }
        left -= worth;
        out.push((at, within));
    }
    out
}

/// Puts the courses on the stays and the item into the truth.
fn note(
    planting: &mut Planting<'_>,
    host: u16,
    item: u16,
    lines: Vec<(usize, Course)>,
    (strength, group): (Strength, u32),
) {
    let (scene, plan) = (planting.scene, &mut planting.plan);
    let card = &scene.catalog.items[usize::from(item)];
    let mut asked = Asked { item: card.code.clone(), fen: Vec::new() };
    for (at, course) in lines {
        let stay = &plan.stays[at];
        let start = i64::from(stay.first_day()) * DAY;
        let extras: Vec<Extra> = course
            .into_iter()
            .map(|(since, count, fen)| {
                let time = (start + since).clamp(stay.begin, stay.leave);
                debug_assert!(day_of(time) <= stay.last_day());
                Extra { item, time, count, fen, own: false, back: None }
            })
            .collect();
        asked.fen.push((Some(stay.id), extras.iter().map(|e| claimed(card, &e.line())).sum()));
        plan.never.entry(stay.id).or_default().extend(extras);
    }
    let key = scene.places.hospital(host).code.clone();
    let scheme = Scheme::HalfStock;
    plan.truth.push(Truth { scheme, aspect: "", unit: "hospital", key, charge: Some(asked), group, strength });
}
