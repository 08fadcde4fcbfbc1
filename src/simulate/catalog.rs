//! What is billed and for which illness: the tables `data/items.csv` and `data/profiles.csv`, and what only the schemes of
//! limits bill: `data/limits.csv`.

use std::collections::BTreeMap;

use super::chance::{Draw, Random, fixed, mix};
use super::hyper::Hyper;
use super::options::LIMITS;

/// How an item is billed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ItemKind {
    Service,
    /// A service charged by the hour.
    Hour,
    Drug,
    Material,
}

/// A catalogue item. Drugs and consumables come in several makes, each an item of its own.
#[derive(Debug)]
pub struct Item {
    pub code: String,
    pub name: String,
    pub kind: ItemKind,
    /// National fee class, 1 to 14.
    pub class: u8,
    /// Guide price in fen.
    pub fen: i64,
    /// Times a day: least and most.
    pub times: (u8, u8),
    /// 1 甲, 2 乙, 3 丙.
    pub grade: u8,
    /// A bottle of 500 ml, which some count as five of 100.
    pub bottle: bool,
    /// Charged no more than once, or 24 hours, a day: never posted as a total of several days.
    pub daily: bool,
}

impl Item {
    /// Whether it is never given twice on a day.
    pub fn once(&self) -> bool {
        self.times == (1, 1) && self.kind != ItemKind::Hour
    }

    /// Whether it is a drug to be swallowed, which a patient can be handed for several days.
    pub fn oral(&self) -> bool {
        self.kind == ItemKind::Drug && ["片", "胶囊", "丸"].iter().any(|form| self.name.ends_with(form))
    }
}

/// How people come to have a stay of a profile.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Course {
    Acute,
    Chronic,
    Child,
    Critical,
    Dialysis,
    Chemo,
    Psych,
    Rehab,
    Surgery,
    Day,
    Birth,
    Newborn,
}

/// An illness with its stays.
#[derive(Debug)]
pub struct Profile {
    pub code: String,
    pub name: String,
    pub course: Course,
    pub med_type: String,
    pub weight: f64,
    /// Median nights.
    pub days: f64,
    pub sigma: f64,
    pub ages: (i32, i32),
    /// 0 any, 1 male, 2 female.
    pub sex: u8,
    /// `w` winter, `s` summer, or none.
    pub season: String,
    /// Relative frequency at hospitals of level 1, 2, 3.
    pub levels: [f64; 3],
    /// Probability of intensive care.
    pub icu: f64,
    pub nurse: u8,
    /// How many items of each tag.
    pub tags: Vec<(String, usize)>,
}

/// The catalogue of a region.
#[derive(Debug)]
pub struct Catalog {
    pub items: Vec<Item>,
    pub profiles: Vec<Profile>,
    /// For each entry of the table, where its makes stand in `items` and how many there are.
    makes: Vec<(u16, u16)>,
    tags: BTreeMap<String, Vec<u16>>,
    /// Items with a published limit, as the table has them.
    pub limits: Vec<Limited>,
}

/// An item that the national library limits.
#[derive(Debug)]
pub struct Limited {
    /// Position of the scheme among [`super::options::LIMITS`].
    pub scheme: u8,
    /// What it is limited to, as published.
    pub value: String,
    pub item: u16,
    /// The item it is judged by: one that contains it, a first-line drug, a slice that goes with it.
    pub partner: Option<u16>,
}

const ITEMS: &str = include_str!("data/items.csv");
const PROFILES: &str = include_str!("data/profiles.csv");
const LIMITED: &str = include_str!("data/limits.csv");
const PLAIN: &str = "a number in the built-in table, checked by a test";

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

impl Catalog {
    /// The built-in tables, with the region's own suffixes, makes and price level.
    pub fn new(seed: u64, hyper: &Hyper) -> Self {
        let mut catalog = Self {
            items: Vec::new(),
            profiles: profiles(),
            makes: Vec::new(),
            tags: BTreeMap::new(),
            limits: Vec::new(),
        };
        for (entry, row) in rows(ITEMS).enumerate() {
            for tag in row[8].split(' ') {
                catalog.tags.entry(tag.to_string()).or_default().push(entry as u16);
            }
            let start = catalog.items.len() as u16;
            catalog.add_makes(seed, hyper, entry as u64, &row);
            catalog.makes.push((start, catalog.items.len() as u16 - start));
        }
        for (entry, row) in rows(LIMITED).enumerate() {
            let suffixed = fixed(mix(seed, 1_000_000 + entry as u64), 1) < hyper.suffixed;
            let scheme = LIMITS.iter().position(|id| *id == row[0]).expect(PLAIN) as u8;
            let item = catalog.add_limited([row[3], row[4], row[5], row[6], row[7]], suffixed, hyper);
            let partner = (!row[8].is_empty())
                .then(|| catalog.add_limited([row[8], row[9], row[10], row[6], row[7]], suffixed, hyper));
            catalog.limits.push(Limited { scheme, value: row[2].to_string(), item, partner });
        }
        catalog
    }

    /// Adds an item of the table of limits unless it is there: code, name, class, price, grade.
    fn add_limited(&mut self, [code, name, class, yuan, grade]: [&str; 5], suffixed: bool, hyper: &Hyper) -> u16 {
        if let Some(known) = self.items.iter().position(|i| i.name == name && i.code.starts_with(code)) {
            return known as u16;
        }
        let drug = !code.starts_with('0');
        let level = if drug { 1.0 } else { 1.5 * hyper.price_level };
        let yuan: f64 = yuan.parse().expect(PLAIN);
        let short = code.trim_start_matches('0');
        self.items.push(Item {
            code: if suffixed && !drug { format!("{code}-{short}") } else { code.to_string() },
            name: name.to_string(),
            kind: if drug { ItemKind::Drug } else { ItemKind::Service },
            class: class.parse().expect(PLAIN),
            fen: ((yuan * 100.0 * level).round() as i64).max(1),
            times: (1, 1),
            grade: grade.parse().expect(PLAIN),
            bottle: false,
            daily: true,
        });
        self.items.len() as u16 - 1
    }

    fn add_makes(&mut self, seed: u64, hyper: &Hyper, entry: u64, row: &[&str]) {
        let kind = match row[2] {
            "service" => ItemKind::Service,
            "hour" => ItemKind::Hour,
            "drug" => ItemKind::Drug,
            _ => ItemKind::Material,
        };
        let class: u8 = row[3].parse().expect(PLAIN);
        let count = match (kind, class) {
            (ItemKind::Drug, 9 | 11) => 3,
            (ItemKind::Material, _) => 2,
            _ => 1,
        };
        for make in 0..count {
            let draw = |n: u64| fixed(mix(seed, entry * 8 + make), n);
            let code = match kind {
                ItemKind::Drug if class == 9 => {
                    format!("X{}01{:02}{:05}", row[1], make + 1, 1000 + (draw(0) * 9000.0) as u64)
                }
                ItemKind::Drug if class == 11 => {
                    format!("{}0102{:02}{:05}", row[1], make + 1, (draw(0) * 99999.0) as u64)
                }
                ItemKind::Material => format!("{}{:02}", row[1], make + 11),
                _ if row[1].starts_with('0') && draw(1) < hyper.suffixed => {
                    format!("{}-{}", row[1], row[1].trim_start_matches('0').trim_end_matches("0000"))
                }
                _ => row[1].to_string(),
            };
            let yuan: f64 = row[4].parse().expect(PLAIN);
            let level = if count == 1 { 1.5 * hyper.price_level } else { 1.6 + 2.4 * draw(2) };
            self.items.push(Item {
                code,
                name: row[0].to_string(),
                kind,
                class,
                fen: ((yuan * 100.0 * level).round() as i64).max(1),
                times: (row[5].parse().expect(PLAIN), row[6].parse().expect(PLAIN)),
                grade: row[7].parse().expect(PLAIN),
                bottle: row[0].ends_with("(500ml)"),
                daily: row[8].split(' ').any(|tag| tag == "daily"),
            });
        }
    }

    /// The make of an entry that a hospital buys.
    pub fn make(&self, entry: u16, hospital: u16) -> u16 {
        let (start, count) = self.makes[usize::from(entry)];
        start + (mix(u64::from(entry), u64::from(hospital)) % u64::from(count)) as u16
    }

    /// The entries of a tag.
    pub fn tagged(&self, tag: &str) -> &[u16] {
        self.tags.get(tag).map_or(&[], Vec::as_slice)
    }

    /// `count` different entries of a tag, in table order.
    pub fn sample(&self, tag: &str, count: usize, random: &mut Random) -> Vec<u16> {
        let all = self.tagged(tag);
        let mut left = count.min(all.len());
        let mut chosen = Vec::with_capacity(left);
        for (i, entry) in all.iter().enumerate() {
            if random.chance(left as f64 / (all.len() - i) as f64) {
                chosen.push(*entry);
                left -= 1;
            }
        }
        chosen
    }

    /// The first profile of a course.
    pub fn profile_of(&self, course: Course) -> Option<usize> {
        self.profiles.iter().position(|p| p.course == course)
    }
}

fn profiles() -> Vec<Profile> {
    rows(PROFILES).map(|row| profile(&row)).collect()
}

fn profile(row: &[&str]) -> Profile {
    let number = |i: usize| row[i].parse::<f64>().expect(PLAIN);
    let mut levels = row[11].split('/').map(|w| w.parse().expect(PLAIN));
    Profile {
        code: row[0].to_string(),
        name: row[1].to_string(),
        course: course(row[2]),
        med_type: row[3].to_string(),
        weight: number(4),
        days: number(5),
        sigma: number(6),
        ages: (number(7) as i32, number(8) as i32),
        sex: number(9) as u8,
        season: row[10].to_string(),
        levels: std::array::from_fn(|_| levels.next().unwrap_or(0.0)),
        icu: number(12),
        nurse: number(13) as u8,
        tags: row[14]
            .split(' ')
            .filter_map(|t| t.split_once(':'))
            .map(|(tag, n)| (tag.to_string(), n.parse().expect(PLAIN)))
            .collect(),
    }
}

fn course(word: &str) -> Course {
    match word {
        "chronic" => Course::Chronic,
        "child" => Course::Child,
        "critical" => Course::Critical,
        "dialysis" => Course::Dialysis,
        "chemo" => Course::Chemo,
        "psych" => Course::Psych,
        "rehab" => Course::Rehab,
        "surgery" => Course::Surgery,
        "day" => Course::Day,
        "birth" => Course::Birth,
        "newborn" => Course::Newborn,
        _ => Course::Acute,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_of_a_profile_has_enough_items() {
        let catalog = Catalog::new(1, &Hyper::draw(1, 1000, &BTreeMap::new()));
        assert!(catalog.profiles.len() >= 30);
        for profile in &catalog.profiles {
            assert!(profile.levels.iter().sum::<f64>() > 0.0, "{}", profile.name);
            for (tag, count) in &profile.tags {
                assert!(catalog.tagged(tag).len() >= *count, "{} wants {count} of {tag}", profile.name);
            }
        }
    }

    #[test]
    fn codes_are_distinct_and_have_their_national_form() {
        let catalog = Catalog::new(7, &Hyper::draw(7, 1000, &BTreeMap::new()));
        let mut codes: Vec<&str> = catalog.items.iter().map(|i| i.code.as_str()).collect();
        for item in catalog.items.iter().filter(|i| i.kind == ItemKind::Drug && i.class == 9) {
            assert_eq!(item.code.len(), 23, "{}", item.code);
        }
        for item in catalog.items.iter().filter(|i| i.code.starts_with("00")) {
            assert_eq!(item.code.split('-').next().map(str::len), Some(15), "{}", item.code);
        }
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
