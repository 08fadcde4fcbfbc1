//! The headline schemes of the simulated region: each does what the truth says, and its innocent look-alikes are there too.
//!
//! The tests read the written files again with nothing but the csv crate.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use tempfile::TempDir;
use yishen::simulate::{Error, Options, Scheme, Strength, run};

type Row = BTreeMap<String, String>;

/// The columns read of a charge line.
#[derive(Deserialize)]
struct Line {
    mdtrt_id: String,
    fee_ocur_time: String,
    hilist_code: String,
    hilist_name: String,
    med_chrgitm_type: String,
    cnt: f64,
}

struct Stay {
    person: String,
    hospital: String,
    diagnosis: String,
    first: NaiveDate,
    last: Option<NaiveDate>,
    fen: i64,
}

impl Stay {
    fn nights(&self) -> i64 {
        self.last.map_or(0, |last| (last - self.first).num_days())
    }

    /// Every day but that of discharge.
    fn days(&self) -> Vec<NaiveDate> {
        self.first.iter_days().take(self.nights() as usize).collect()
    }
}

struct Region {
    folder: TempDir,
    stays: BTreeMap<String, Stay>,
    /// Days with more than bed, rounds and nursing.
    active: BTreeMap<String, BTreeSet<NaiveDate>>,
    /// By stay and drug, the quantity of each day before discharge.
    drugs: BTreeMap<(String, String), BTreeMap<NaiveDate, f64>>,
    truth: Vec<Row>,
    lines: usize,
    /// Lines with five or more of an infusion of 500 ml.
    bottles: usize,
}

fn rows(folder: &TempDir, table: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.path().join("region").join(format!("{table}.csv"))).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn date(text: &str) -> Option<NaiveDate> {
    text.get(..10).map(|d| d.parse().unwrap())
}

fn simulate(change: impl FnOnce(&mut Options)) -> Region {
    let folder = TempDir::new().unwrap();
    let mut options = Options::new(folder.path().join("region"));
    options.stays = 4_000;
    options.seed = 3;
    change(&mut options);
    run(&options).unwrap();
    let mut stays: BTreeMap<String, Stay> = BTreeMap::new();
    for row in rows(&folder, "stays") {
        let (first, last) = (date(&row["begntime"]).unwrap(), date(&row["endtime"]));
        let stay = stays.entry(row["mdtrt_id"].clone()).or_insert_with(|| Stay {
            person: row["psn_no"].clone(),
            hospital: row["fixmedins_code"].clone(),
            diagnosis: row["dise_codg"].clone(),
            first,
            last,
            fen: 0,
        });
        stay.first = stay.first.min(first);
        stay.last = stay.last.max(last);
        stay.fen += (row["medfee_sumamt"].parse::<f64>().unwrap() * 100.0).round() as i64;
    }
    let (mut active, mut drugs) = (BTreeMap::new(), BTreeMap::new());
    let (mut lines, mut bottles) = (0, 0);
    let mut reader = csv::Reader::from_path(folder.path().join("region/fees.csv")).unwrap();
    for line in reader.deserialize::<Line>().map(Result::unwrap) {
        lines += 1;
        if line.cnt < 0.0 {
            continue;
        }
        bottles += usize::from(line.hilist_name.contains("(500ml)") && line.cnt >= 5.0);
        let (stay, day) = (line.mdtrt_id, date(&line.fee_ocur_time).unwrap());
        let class = line.med_chrgitm_type.as_str();
        if !matches!(class, "01" | "02" | "07") {
            active.entry(stay.clone()).or_insert_with(BTreeSet::new).insert(day);
        }
        if matches!(class, "09" | "11") && stays[&stay].last != Some(day) {
            let days = drugs.entry((stay, line.hilist_code)).or_insert_with(BTreeMap::new);
            *days.entry(day).or_insert(0.0) += line.cnt;
        }
    }
    let truth = rows(&folder, "truth");
    Region { folder, stays, active, drugs, truth, lines, bottles }
}

impl Region {
    fn truth(&self, scheme: &str, strength: Strength) -> BTreeMap<&str, Vec<&str>> {
        let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in self.truth.iter().filter(|r| r["scheme"] == scheme && r["strength"] == strength.name()) {
            groups.entry(&row["group"]).or_default().push(&row["key"]);
        }
        groups
    }

    fn keys(&self, scheme: &str, strength: Strength) -> Vec<&str> {
        self.truth(scheme, strength).into_values().flatten().collect()
    }

    /// Share of bare days, and how many of them end the stay.
    fn bare(&self, stay: &str) -> (f64, usize) {
        let none = BTreeSet::new();
        let active = self.active.get(stay).unwrap_or(&none);
        let days = self.stays[stay].days();
        let bare = days.iter().filter(|d| !active.contains(d)).count();
        let tail = days.iter().rev().take_while(|d| !active.contains(d)).count();
        (bare as f64 / days.len().max(1) as f64, tail)
    }

    /// Pairs of people of one hospital with so many stays that begin and end within `off` days of each other.
    fn pairs(&self, off: i64, times: usize) -> BTreeSet<(String, String, String)> {
        let mut houses: BTreeMap<&str, Vec<&Stay>> = BTreeMap::new();
        for stay in self.stays.values().filter(|s| s.last.is_some()) {
            houses.entry(&stay.hospital).or_default().push(stay);
        }
        let mut counts: BTreeMap<(String, String, String), usize> = BTreeMap::new();
        for (house, mut list) in houses {
            list.sort_by_key(|s| s.first);
            for (i, a) in list.iter().enumerate() {
                let near = list[i + 1..].iter().take_while(|b| (b.first - a.first).num_days() <= off);
                for b in near.filter(|b| (b.last.unwrap() - a.last.unwrap()).num_days().abs() <= off) {
                    let (x, y) = (a.person.clone().min(b.person.clone()), a.person.clone().max(b.person.clone()));
                    *counts.entry((house.to_string(), x, y)).or_default() += usize::from(a.person != b.person);
                }
            }
        }
        counts.into_iter().filter(|(_, n)| *n >= times).map(|(pair, _)| pair).collect()
    }
}

#[test]
fn groups_come_and_go_together() {
    let region = simulate(|o| (o.stays, o.schemes) = (9_000, vec![Scheme::PairedAdmissions]));
    let pairs = region.pairs(2, 3);
    let persons: BTreeMap<String, String> =
        rows(&region.folder, "persons").into_iter().map(|p| (p["psn_no"].clone(), p["addr"].clone())).collect();
    let mut members = 0;
    for strength in [Strength::Blunt, Strength::Subtle] {
        for keys in region.truth("paired-admissions", strength).into_values() {
            members += keys.len();
            let people: Vec<(&str, &str)> = keys.iter().map(|k| k.split_once('@').unwrap()).collect();
            let homes: BTreeSet<&String> = people.iter().map(|(p, _)| &persons[*p]).collect();
            assert_eq!(homes.len(), people.len(), "strangers do not share a home");
            if people.len() < 2 {
                continue;
            }
            let meets = |a: &str| {
                let with =
                    |b: &str, h: &str| pairs.contains(&(h.to_string(), a.min(b).to_string(), a.max(b).to_string()));
                people.iter().any(|(b, h)| *b != a && with(b, h))
            };
            let together = people.iter().filter(|(a, _)| meets(a)).count();
            assert!(together * 10 >= people.len() * 8, "{together} of {keys:?}");
        }
    }
    assert!(members >= 9, "{members}");
}

#[test]
fn steered_bills_stand_just_over_one_mark_of_their_hospital() {
    let region = simulate(|o| (o.stays, o.schemes) = (8_000, vec![Scheme::ThresholdStays]));
    let mut houses = 0;
    for strength in [Strength::Blunt, Strength::Subtle] {
        let hospitals = region.truth("threshold-stays", strength);
        let steered = region.truth("threshold-stays:steered", strength);
        houses += hospitals.len();
        for (group, stays) in steered.iter().map(|(g, s)| (g.trim_end_matches(":steered"), s)) {
            assert!(stays.len() >= 12);
            let fens: Vec<i64> = stays.iter().map(|s| region.stays[*s].fen).collect();
            let mark = fens.iter().min().unwrap() / 100_000 * 100_000;
            assert!(fens.iter().all(|fen| *fen >= mark && *fen <= mark * 1031 / 1000), "{mark}: {fens:?}");
            assert!(stays.iter().all(|s| hospitals.values().flatten().any(|h| *h == region.stays[*s].hospital)));
            assert!(hospitals.keys().any(|g| *g == group), "{group}");
        }
    }
    assert!(houses >= 2, "{houses}");
}

#[test]
fn inflated_drugs_are_beyond_what_the_stay_or_the_region_gives() {
    let region = simulate(|o| o.schemes = vec![Scheme::InflatedDrugs]);
    let mut usual: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for ((_, item), days) in &region.drugs {
        usual.entry(item).or_default().extend(days.values());
    }
    usual.values_mut().for_each(|list| list.sort_by(f64::total_cmp));
    let most = |stay: &str| {
        let from = (stay.to_string(), String::new());
        let own = region.drugs.range(from..).take_while(|((s, _), _)| s == stay);
        own.map(|((_, item), days)| {
            let list = &usual[item.as_str()];
            days.values().fold(0.0, |a: f64, b| a.max(*b)) / list[list.len() / 2]
        })
        .fold(0.0, f64::max)
    };
    for (strength, least) in [(Strength::Blunt, 4.0), (Strength::Subtle, 1.9)] {
        let stays = region.keys("inflated-drugs", strength);
        assert!(stays.len() >= 3);
        let far = stays.iter().filter(|s| most(s) >= least).count();
        assert!(far * 10 >= stays.len() * 9, "{strength:?}: {far} of {}", stays.len());
    }
}

#[test]
fn empty_beds_are_empty_and_padded_stays_end_bare() {
    let region = simulate(|o| (o.stays, o.schemes) = (6_000, vec![Scheme::BedHanging, Scheme::PaddedStays]));
    let mut seen = [0; 2];
    for (strength, range, tail) in [(Strength::Blunt, 0.5..0.95, 6), (Strength::Subtle, 0.22..0.8, 4)] {
        for stay in region.keys("bed-hanging", strength) {
            let share = region.bare(stay).0;
            assert!(range.contains(&share), "{strength:?} {stay}: {share}");
            seen[0] += 1;
        }
        for stay in region.keys("padded-stays", strength) {
            assert!(region.bare(stay).1 >= tail, "{strength:?} {stay}: {:?}", region.bare(stay));
            seen[1] += 1;
        }
    }
    assert!(seen.iter().all(|n| *n >= 6), "{seen:?}");
    let elsewhere = |stay: &Stay, v: &Row| {
        let day = date(&v["setl_time"]).unwrap();
        v["psn_no"] == stay.person && stay.first < day && stay.last.is_some_and(|l| day < l) && v["med_type"] != "41"
    };
    let visits = rows(&region.folder, "visits");
    let mut hanging = region.keys("bed-hanging", Strength::Blunt);
    hanging.extend(region.keys("bed-hanging", Strength::Subtle));
    let out = hanging.iter().filter(|s| visits.iter().any(|v| elsewhere(&region.stays[**s], v))).count();
    assert!(out * 5 >= hanging.len() && out < hanging.len(), "{out} of {} seen elsewhere", hanging.len());
}

#[test]
fn the_look_alikes_are_there_without_any_scheme() {
    let region = simulate(|o| (o.schemes, o.stays, o.seed) = (Vec::new(), 9_000, 5));
    assert!(region.truth.is_empty());
    let kin: BTreeMap<String, String> =
        rows(&region.folder, "persons").into_iter().map(|p| (p["psn_no"].clone(), p["addr"].clone())).collect();
    let ill =
        |person: &str, code: &str| region.stays.values().any(|s| s.person == person && s.diagnosis.starts_with(code));
    let pairs = region.pairs(1, 3);
    let (couples, others): (Vec<_>, Vec<_>) = pairs.iter().partition(|(_, a, b)| kin[a] == kin[b]);
    let step = others.iter().filter(|(_, a, b)| ill(a, "Z51") && ill(b, "Z51")).count();
    assert!(couples.len() >= 2 && step >= 3, "{} couples, {step} in step", couples.len());
    let mut monthly: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut bills: BTreeMap<(&str, i64), usize> = BTreeMap::new();
    for stay in region.stays.values() {
        *monthly.entry((&stay.person, &stay.hospital)).or_default() += 1;
        *bills.entry((&stay.hospital, stay.fen)).or_default() += 1;
    }
    assert!(monthly.values().filter(|n| **n >= 10).count() >= 5, "regulars");
    let heaps: usize = bills.iter().filter(|((_, fen), n)| *fen > 0 && **n >= 5).map(|(_, n)| n).sum();
    assert!(heaps >= 30, "package prices: {heaps}");
    let quiet = |weekend: bool| {
        let (mut bare, mut all) = (0, 0);
        for (id, stay) in region.stays.iter().filter(|(_, s)| s.nights() >= 4) {
            for day in stay.days().into_iter().skip(1).filter(|d| (d.weekday().num_days_from_monday() >= 5) == weekend)
            {
                all += 1;
                bare += usize::from(!region.active.get(id).is_some_and(|a| a.contains(&day)));
            }
        }
        f64::from(bare as u32) / f64::from(all)
    };
    assert!(quiet(true) > quiet(false) * 1.3 && quiet(true) < 0.3, "{} {}", quiet(true), quiet(false));
    let mut usual: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for ((_, item), days) in &region.drugs {
        usual.entry(item).or_default().push(days.values().fold(0.0, |a: f64, b| a.max(*b)));
    }
    usual.values_mut().for_each(|list| list.sort_by(f64::total_cmp));
    let mut ratios: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for ((stay, item), days) in &region.drugs {
        let list = &usual[item.as_str()];
        ratios.entry(stay).or_default().push(days.values().fold(0.0, |a: f64, b| a.max(*b)) / list[list.len() / 2]);
    }
    let grave = ratios.values().filter(|r| r.len() >= 4 && r.iter().filter(|x| **x >= 2.0).count() * 4 >= r.len() * 3);
    assert!(grave.count() >= 20, "gravely ill patients with twice the dose of everything");
    assert!(region.bottles > 50, "bottles counted by the 100 ml");
}

#[test]
fn base_rates_can_be_scaled_by_name() {
    let mut options = Options::new("unused");
    for wrong in ["traffic", "traffic=", "traffic=0", "traffic=-2", "traffic=NaN", "trafic=2", "=2"] {
        assert!(matches!(options.scale(wrong), Err(Error::UnknownWord { what: "set", .. })), "{wrong}");
    }
    let span = |set: &[&str]| {
        let region = simulate(|o| {
            (o.stays, o.schemes) = (600, Vec::new());
            set.iter().for_each(|s| o.scale(s).unwrap());
        });
        let first = region.stays.values().map(|s| s.first).min().unwrap();
        let last = region.stays.values().map(|s| s.first).max().unwrap();
        let houses = rows(&region.folder, "hospitals").iter().filter(|h| h["hosp_lv"] != "未定级").count();
        let people = region.stays.values().map(|s| &s.person).collect::<BTreeSet<_>>().len();
        ((last - first).num_days(), houses, people)
    };
    let (days, houses, people) = span(&[]);
    assert!((700..=731).contains(&days), "{days}");
    assert!((330..=366).contains(&span(&["traffic=2"]).0));
    assert!(span(&["hospitals=3"]).1 > houses, "more than {houses}");
    assert!(span(&["heaviness=2"]).2 < people, "fewer than {people} people have as many stays");
    let spread = |factor: &str| {
        let region = simulate(|o| {
            (o.stays, o.schemes) = (600, Vec::new());
            o.scale(factor).unwrap();
        });
        let mut quiet = 0;
        for (id, stay) in &region.stays {
            let out = |d: &NaiveDate| d.weekday().num_days_from_monday() >= 5;
            let active = region.active.get(id);
            quiet += stay.days().iter().filter(|d| out(d) && !active.is_some_and(|a| a.contains(d))).count();
        }
        quiet
    };
    assert!(spread("weekend-quiet=2") * 2 > spread("weekend-quiet=0.5") * 3);
}

#[test]
fn a_stay_has_a_hundred_to_two_hundred_lines() {
    let mean = |seed| {
        let region = simulate(|o| (o.seed, o.stays) = (seed, 500));
        region.lines as f64 / region.stays.len() as f64
    };
    let means: Vec<f64> = (40..46).map(mean).collect();
    let all = means.iter().sum::<f64>() / means.len() as f64;
    assert!((100.0..200.0).contains(&all), "{means:?}");
}
