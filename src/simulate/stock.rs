//! What hospitals bought and had: `purchases.csv` and `stock.csv`, kept from what was given.
//!
//! Every hospital orders each week or two, up to what it needs until the next delivery and some days more, in whole packs, at
//! once where it runs out; sends a little back; counts at the end of each month and finds a little more or less; sells some goods
//! for cash. Some enter goods days late, buy boxes where tablets are billed, or leave single items out of their books.
//! [`Role`]s are what an honest hospital may do besides.

use std::collections::BTreeMap;

use crate::model::{Day, Table};

use super::Scene;
use super::apart::Side;
use super::catalog::Item;
use super::chance::{Draw, Purpose, Random, fixed, mix, stream};
use super::files::{Folder, Rows};
use super::keeper::{Keeper, Role};
use super::line::{Line, UNIT};
use super::options::{Layout, Options};
use super::places::Hospital;
use super::plan::Plan;
use super::time::{DAY, day_of};
use super::{Error, files};

/// Columns of `purchases.csv`.
const PURCHASES: &[&str] = &[
    "fixmedins_code",
    "hilist_code",
    "hilist_name",
    "purc_retn_cnt",
    "retn_cnt",
    "finl_trns_pric",
    "purc_retn_stoin_time",
    "purc_retn_type",
];
/// Columns of `stock.csv`.
const STOCK: &[&str] =
    &["fixmedins_code", "hilist_code", "hilist_name", "invdate", "inv_cnt", "inv_chg_type", "cnt", "inv_chg_time"];

/// What was given, in 1/10,000 of the catalogue's unit: by hospital, item and day.
pub type Given = BTreeMap<(u16, u16, i32), i64>;

/// How every hospital keeps its stock; those who bill what they never had keep it like others. The larger hospitals have every role.
pub fn keepers(scene: &Scene, counts: &[usize], hosts: &[u16]) -> Vec<Keeper> {
    let random = &mut stream(scene.seed, Purpose::Stock, 0);
    let mut keepers: Vec<Keeper> = counts
        .iter()
        .map(|_| Keeper {
            role: Role::Plain,
            cash: if random.chance(0.3) { random.between(0.01, 0.12) } else { 0.0 },
            unreported: if random.chance(0.3) { random.between(0.01, 0.04) } else { 0.0 },
            boxes: random.chance(0.5),
            every: *random.pick(&[7, 7, 14]),
            lead: random.within(1, 6) as i32,
            reserve: random.within(7, 25) as i32,
            entered: if random.chance(0.25) { random.within(1, 6) as i32 } else { 0 },
        })
        .collect();
    for host in hosts {
        // What was sold for cash was bought, and what no book names nobody can compare.
        (keepers[usize::from(*host)].cash, keepers[usize::from(*host)].unreported) = (0.0, 0.0);
    }
    let mut honest: Vec<u16> = (0..counts.len() as u16).filter(|h| !hosts.contains(h)).collect();
    honest.sort_by_key(|h| (std::cmp::Reverse(counts[usize::from(*h)]), *h));
    for (n, at) in honest.iter().enumerate() {
        keepers[usize::from(*at)].role = match (n % 6, honest.get(n + 1)) {
            (0, Some(borrower)) => Role::Lends(*borrower),
            (2, _) => Role::Late,
            (3, _) => Role::Packs,
            (4, _) => Role::CountsLate,
            _ => Role::Plain,
        };
    }
    keepers
}

/// Whether an item is kept in stock.
fn kept(item: &Item) -> bool {
    matches!(item.class, 8..=11)
}

/// Adds the goods of a stay's lines, but for items that were never given on it.
pub fn add(given: &mut Given, scene: &Scene, hospital: u16, lines: &[Line], never: impl Fn(u16) -> bool) {
    let place = scene.places.hospital(hospital);
    for line in lines.iter().filter(|l| !never(l.item)) {
        let card = &scene.catalog.items[usize::from(line.item)];
        if kept(card) {
            let price = scene.price(place, line.item);
            let count = match line.fen {
                fen if fen == price => line.count,
                fen if card.bottle && fen == (price / 5).max(1) => line.count / 5,
                fen => line.count * fen / price,
            };
            *given.entry((hospital, line.item, day_of(line.time))).or_default() += count;
        }
    }
}

/// What the stays of a hospital are given of an item on a day.
#[derive(Clone, Copy)]
struct Needed {
    hospital: u16,
    item: u16,
    day: i32,
    count: i64,
}

/// Writes `purchases.csv` and `stock.csv` where they are asked for.
pub fn write(
    scene: &Scene,
    plan: &Plan,
    given: &Given,
    options: &Options,
    folder: &Folder,
    side: Side,
) -> Result<(), Error> {
    if plan.keepers.is_empty() {
        return Ok(());
    }
    // The older names have none for them.
    let layout = if options.layout == Layout::Akc { Layout::National } else { options.layout };
    let mut purchases = folder.table(Table::Purchases, PURCHASES, layout, options.encoding)?;
    let mut stock = folder.table(Table::Stock, STOCK, layout, options.encoding)?;
    let loans = loans(plan, given);
    let none = Vec::new();
    let all: Vec<Needed> = given
        .iter()
        .map(|(&(hospital, item, day), &count)| Needed { hospital, item, day, count })
        .filter(|g| side.has(Some(g.hospital)))
        .collect();
    for of_hospital in all.chunk_by(|a, b| a.hospital == b.hospital) {
        let mut book = Book {
            bought: Rows::new(Table::Purchases, PURCHASES, layout),
            stock: Rows::new(Table::Stock, STOCK, layout),
            scene,
            place: scene.places.hospital(of_hospital[0].hospital),
            keeper: &plan.keepers[usize::from(of_hospital[0].hospital)],
            period: plan.period,
        };
        for of_item in of_hospital.chunk_by(|a, b| a.item == b.item) {
            let Needed { hospital, item, .. } = of_item[0];
            let days: BTreeMap<i32, i64> = of_item.iter().map(|g| (g.day, g.count)).collect();
            book.keep(item, &days, loans.get(&(hospital, item)).unwrap_or(&none));
        }
        let write = |sink: &mut files::Sink, rows: Rows| sink.write(&rows.encoded(options.encoding));
        write(&mut purchases, book.bought)?;
        write(&mut stock, book.stock)?;
    }
    purchases.close()?;
    stock.close()
}

/// What one hospital lends to another: each month a quarter of what the other needs of some items. By hospital and item the day and
/// the quantity, less than nothing for what goes out.
fn loans(plan: &Plan, given: &Given) -> BTreeMap<(u16, u16), Vec<(i32, i64)>> {
    const SHARE: f64 = 0.4;
    let mut loans: BTreeMap<(u16, u16), Vec<(i32, i64)>> = BTreeMap::new();
    let item_of = |hospital: u16| given.range((hospital, 0, i32::MIN)..=(hospital, u16::MAX, i32::MAX));
    for (lender, keeper) in (0..).zip(&plan.keepers) {
        let Role::Lends(borrower) = keeper.role else { continue };
        let mut of_item: BTreeMap<(u16, i32), i64> = BTreeMap::new();
        for ((_, item, day), count) in item_of(borrower) {
            let has = given.range((lender, *item, i32::MIN)..=(lender, *item, i32::MAX)).next().is_some();
            if has && fixed(u64::from(lender), u64::from(*item)) < SHARE {
                *of_item.entry((*item, (day - plan.period.0).div_euclid(30))).or_default() += count;
            }
        }
        for ((item, month), needed) in of_item {
            let (day, count) = (plan.period.0 + month * 30, needed / 4 / UNIT * UNIT);
            if count > 0 && (plan.period.0..=plan.period.1).contains(&day) {
                loans.entry((lender, item)).or_default().push((day, -count));
                loans.entry((borrower, item)).or_default().push((day, count));
            }
        }
    }
    loans
}

/// The books of a hospital while they are written.
struct Book<'a> {
    bought: Rows,
    stock: Rows,
    scene: &'a Scene,
    place: &'a Hospital,
    keeper: &'a Keeper,
    period: (i32, i32),
}

/// How an item is bought.
struct Terms {
    item: u16,
    /// Catalogue units in a bought one.
    pack: i64,
    /// Fen of a bought one.
    fen: i64,
    /// Needed a day, in 1/10,000 of the catalogue's unit.
    rate: f64,
    /// First day of the books.
    from: i32,
}

impl Terms {
    /// Whole packs that hold a quantity.
    fn packs(&self, count: f64) -> i64 {
        (count / (self.pack * UNIT) as f64).ceil().max(0.0) as i64
    }
}

impl<'a> Book<'a> {
    fn pack(&self, item: u16, key: u64) -> i64 {
        let card = &self.scene.catalog.items[usize::from(item)];
        let billed = if card.oral() { self.place.posting.box_size(self.place.key, item) } else { 1 };
        let size = if card.oral() && billed == 1 && self.keeper.boxes {
            [10, 12, 20, 24, 30][(fixed(key, 3) * 5.0) as usize]
        } else if card.class == 10 && self.keeper.boxes {
            1_000
        } else {
            billed
        };
        if self.keeper.role == Role::Packs { size * [5, 10, 20][(fixed(key, 4) * 3.0) as usize] } else { size }
    }

    /// The rows of one item; `days` is what was given of it.
    fn keep(&mut self, item: u16, days: &BTreeMap<i32, i64>, loans: &[(i32, i64)]) {
        let key = mix(self.place.key ^ 77, u64::from(item));
        if fixed(key, 1) < self.keeper.unreported {
            return;
        }
        let random = &mut stream(key, Purpose::Stock, 1);
        let (first, last) = self.period;
        let keeper = self.keeper;
        let pack = self.pack(item, key);
        let price = self.scene.price(self.place, item);
        let length = f64::from(last - first + 1);
        let given = days.range(first..=last).map(|(_, count)| *count as f64).sum::<f64>() * (1.0 + keeper.cash);
        let lent: i64 = loans.iter().map(|l| l.1).sum();
        let late = keeper.role == Role::Late;
        let from = if late { first + 45 + (fixed(self.place.key, 79) * 45.0) as i32 } else { first };
        let rate = ((given - lent as f64) / length).max(0.0);
        let terms = Terms { item, pack, fen: price * pack, rate, from };
        let level = rate * f64::from(keeper.every + keeper.lead + keeper.reserve);
        let opening = if late { level + rate * f64::from(from - first) } else { level };
        let mut stock = terms.packs(opening) * pack * UNIT;
        let (mut coming, mut cash) = (BTreeMap::<i32, i64>::new(), 0.0);
        if !late {
            self.count(&terms, first - 1, stock);
        }
        for day in first..=last {
            if let Some(packs) = coming.remove(&day) {
                stock += packs * pack * UNIT;
                self.buy(&terms, day, packs, random);
                stock -= self.send_back(&terms, day, packs, random) * pack * UNIT;
            }
            let used = days.get(&day).copied().unwrap_or(0);
            cash += used as f64 * keeper.cash;
            let sold = (cash as i64).max(0) / UNIT * UNIT;
            cash -= sold as f64;
            stock -= used + sold;
            for (_, count) in loans.iter().filter(|l| l.0 == day) {
                stock += count;
                self.change(&terms, day, if *count > 0 { "101" } else { "102" }, count.abs());
            }
            if stock < 0 {
                let packs = terms.packs(-stock as f64) + terms.packs(rate * f64::from(keeper.lead));
                stock += packs * pack * UNIT;
                self.buy(&terms, day, packs, random);
            }
            if (day - first).rem_euclid(keeper.every) == 0 {
                let packs = terms.packs(level - (stock + coming.values().sum::<i64>() * pack * UNIT) as f64);
                if packs > 0 {
                    *coming.entry(day + keeper.lead).or_default() += packs;
                }
            }
            if !late && (day == last || Day(day).month() != Day(day + 1).month()) {
                stock += self.find(&terms, day, stock, random);
                let behind = if keeper.role == Role::CountsLate { 4 + (day * 7).rem_euclid(14) } else { 0 };
                self.count(&terms, day + behind, stock);
            }
        }
    }

    fn heading(&self, item: u16) -> [&'a str; 3] {
        let (scene, place) = (self.scene, self.place);
        let card = &scene.catalog.items[usize::from(item)];
        [&place.code, &card.code, &card.name]
    }

    /// A purchase, entered some days later where that is the habit.
    fn buy(&mut self, terms: &Terms, day: i32, packs: i64, random: &mut Random) {
        let entered = day + random.within(0, i64::from(self.keeper.entered)) as i32;
        self.purchase(terms, entered, packs, 0, "采购入库");
    }

    /// Sends back some of a delivery at times; gives the packs. Written with a minus, as a type or in a column, as the hospital
    /// does it.
    fn send_back(&mut self, terms: &Terms, day: i32, packs: i64, random: &mut Random) -> i64 {
        let back = packs / 10;
        if back == 0 || !random.chance(0.05) {
            return 0;
        }
        match self.place.key % 3 {
            0 => self.purchase(terms, day, -back, 0, ""),
            1 => self.purchase(terms, day, back, 0, "采购退货"),
            _ => self.purchase(terms, day, 0, back, "采购退货"),
        }
        back
    }

    fn purchase(&mut self, terms: &Terms, day: i32, packs: i64, back: i64, kind: &str) {
        if day < terms.from {
            return;
        }
        let heading = self.heading(terms.item);
        let rows = &mut self.bought;
        heading.iter().for_each(|cell| rows.cell(cell));
        rows.shown(packs);
        if back > 0 {
            rows.shown(back)
        } else {
            rows.cell("")
        }
        rows.fen(terms.fen);
        rows.moment(i64::from(day) * DAY + 9 * 3_600);
        rows.cell(kind);
        rows.end();
    }

    /// What a stock-take finds too much or too little.
    fn find(&mut self, terms: &Terms, day: i32, stock: i64, random: &mut Random) -> i64 {
        let most = (terms.rate * 0.6) as i64 / UNIT;
        let off = UNIT * random.within(1, most.max(1));
        if !random.chance(0.15) {
            0
        } else if random.chance(0.5) {
            self.change(terms, day, "103", off);
            off
        } else if off <= stock {
            self.change(terms, day, "104", off);
            -off
        } else {
            0
        }
    }

    fn count(&mut self, terms: &Terms, day: i32, stock: i64) {
        let heading = self.heading(terms.item);
        let rows = &mut self.stock;
        heading.iter().for_each(|cell| rows.cell(cell));
        rows.shown(Day(day));
        rows.count(stock / terms.pack);
        (0..3).for_each(|_| rows.cell(""));
        rows.end();
    }

    fn change(&mut self, terms: &Terms, day: i32, kind: &str, count: i64) {
        if day < terms.from {
            return;
        }
        let heading = self.heading(terms.item);
        let rows = &mut self.stock;
        heading.iter().for_each(|cell| rows.cell(cell));
        (0..2).for_each(|_| rows.cell(""));
        rows.cell(kind);
        rows.count(count / terms.pack);
        rows.moment(i64::from(day) * DAY + 17 * 3_600);
        rows.end();
    }
}
