//! The simulated region: reproducible, complete, and innocent wherever the truth does not say otherwise.
//!
//! The tests read the written files again with nothing but the csv crate.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime};
use tempfile::TempDir;
use yishen::model::{Table, columns};
use yishen::simulate::{Encoding, Error, Layout, Options, Scheme, Strength, Summary, run};

const FILES: [&str; 7] = ["stays", "fees", "visits", "diagnoses", "persons", "hospitals", "truth"];

type Row = BTreeMap<String, String>;

fn simulate(change: impl FnOnce(&mut Options)) -> (TempDir, Summary) {
    let folder = TempDir::new().unwrap();
    let mut options = Options::new(folder.path().join("region"));
    options.stays = 900;
    options.seed = 11;
    change(&mut options);
    let summary = run(&options).unwrap();
    (folder, summary)
}

fn rows(folder: &TempDir, table: &str) -> Vec<Row> {
    let path = folder.path().join("region").join(format!("{table}.csv"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn moment(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

fn fen(text: &str) -> i64 {
    (text.parse::<f64>().unwrap() * 100.0).round() as i64
}

/// A stay over all its settlements; wholly refunded ones are left out.
struct Stay {
    person: String,
    hospital: String,
    med_type: String,
    begin: NaiveDateTime,
    end: Option<NaiveDateTime>,
}

impl Stay {
    fn first(&self) -> NaiveDate {
        self.begin.date()
    }

    fn last(&self) -> NaiveDate {
        self.end.map_or(NaiveDate::MAX, |e| e.date())
    }
}

struct Region {
    stays: BTreeMap<String, Stay>,
    /// Charge lines of those stays after dropping refunds and what they name.
    lines: Vec<Row>,
    /// Planted stays by scheme, with their group.
    truth: BTreeMap<String, BTreeMap<String, String>>,
}

fn read(folder: &TempDir) -> Region {
    let table = rows(folder, "stays");
    let refunded: BTreeSet<&String> =
        table.iter().filter(|r| r["refd_setl_flag"] == "1").map(|r| &r["mdtrt_id"]).collect();
    let mut stays: BTreeMap<String, Stay> = BTreeMap::new();
    for row in table.iter().filter(|r| !refunded.contains(&r["mdtrt_id"])) {
        let (begin, end) =
            (moment(&row["begntime"]), Some(&row["endtime"]).filter(|e| !e.is_empty()).map(|e| moment(e)));
        let stay = stays.entry(row["mdtrt_id"].clone()).or_insert_with(|| Stay {
            person: row["psn_no"].clone(),
            hospital: row["fixmedins_code"].clone(),
            med_type: row["med_type"].clone(),
            begin,
            end,
        });
        stay.begin = stay.begin.min(begin);
        stay.end = stay.end.max(end);
    }
    let mut lines = rows(folder, "fees");
    lines.retain(|l| stays.contains_key(&l["mdtrt_id"]) && !l["cnt"].starts_with('-'));
    let mut truth: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in rows(folder, "truth") {
        if row["unit"] != "stay" {
            continue;
        }
        truth.entry(row["scheme"].clone()).or_default().insert(row["key"].clone(), row["group"].clone());
    }
    Region { stays, lines, truth }
}

impl Region {
    fn planted(&self, scheme: &str) -> BTreeMap<String, String> {
        self.truth.get(scheme).cloned().unwrap_or_default()
    }

    /// Stays that share time with another of the person beyond one calendar day, newborns under the mother's number apart.
    fn overlapping(&self) -> BTreeSet<(String, String)> {
        let mut of_person: BTreeMap<&str, Vec<(&String, &Stay)>> = BTreeMap::new();
        for (id, stay) in &self.stays {
            of_person.entry(&stay.person).or_default().push((id, stay));
        }
        let mut pairs = BTreeSet::new();
        for list in of_person.values() {
            for (i, (a, x)) in list.iter().enumerate() {
                for (b, y) in &list[i + 1..] {
                    let shared = x.first() < y.last() && y.first() < x.last();
                    if shared && x.med_type != "5212" && y.med_type != "5212" {
                        pairs.insert(((*a).clone(), (*b).clone()));
                    }
                }
            }
        }
        pairs
    }

    /// Stays with more hours of one item on a day than that day and the days without the item before it have.
    fn long_days(&self) -> BTreeSet<String> {
        let hourly = |l: &&Row| {
            let (code, name) = (&l["hilist_code"], &l["hilist_name"]);
            let prefixes = ["003107010", "00310603", "003107020", "0031100000", "0031010001", "003301000150"];
            name.contains("小时") || (prefixes.iter().any(|p| code.starts_with(p)) && !name.contains("图"))
        };
        let mut items: BTreeMap<(&str, &str), BTreeMap<NaiveDate, Hours<'_>>> = BTreeMap::new();
        for line in self.lines.iter().filter(hourly) {
            let days = items.entry((&line["psn_no"], &line["hilist_code"])).or_default();
            let day = days.entry(moment(&line["fee_ocur_time"]).date()).or_default();
            day.0 += line["cnt"].parse::<f64>().unwrap();
            day.1.insert(&line["mdtrt_id"]);
        }
        assert!(items.len() > 100, "hourly items exist");
        let mut long = BTreeSet::new();
        for days in items.values() {
            let mut previous: Option<NaiveDate> = None;
            for (day, (hours, stays)) in days {
                let first = stays.iter().map(|s| self.stays[*s].first()).min().unwrap();
                let since = previous.map_or(first, |p| first.max(p.succ_opt().unwrap()));
                if *hours > 24.0 * ((*day - since).num_days() + 1) as f64 {
                    long.extend(stays.iter().map(ToString::to_string));
                }
                previous = Some(*day);
            }
        }
        long
    }

    /// Stays with a line more than two days outside.
    fn outside(&self) -> BTreeSet<String> {
        let far = |l: &&Row| {
            let (stay, day) = (&self.stays[&l["mdtrt_id"]], moment(&l["fee_ocur_time"]).date());
            (stay.first() - day).num_days() > 2 || stay.end.is_some() && (day - stay.last()).num_days() > 2
        };
        self.lines.iter().filter(far).map(|l| l["mdtrt_id"].clone()).collect()
    }

    /// By stay, the identical lines of a day beyond the first, by item.
    fn repeats(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut seen: BTreeMap<[&str; 5], u32> = BTreeMap::new();
        for l in &self.lines {
            let key = [&l["mdtrt_id"], &l["hilist_code"], &l["fee_ocur_time"][..10], &l["cnt"], &l["pric"]];
            *seen.entry(key.map(|s| s as &str)).or_default() += 1;
        }
        let mut repeats: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (key, _) in seen.into_iter().filter(|(_, n)| *n > 1) {
            repeats.entry(key[0].to_string()).or_default().insert(key[1].to_string());
        }
        repeats
    }
}

/// Hours of an item on a day, and the records that bill them.
type Hours<'a> = (f64, BTreeSet<&'a str>);

#[test]
fn the_same_seed_gives_the_same_bytes_at_any_thread_count() {
    let at = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| simulate(|_| {}))
    };
    let (one, two) = (at(1), at(2));
    assert_eq!(one.1, two.1);
    for file in FILES {
        let read = |folder: &TempDir| fs::read(folder.path().join("region").join(format!("{file}.csv"))).unwrap();
        assert!(read(&one.0) == read(&two.0), "{file}.csv differs");
    }
    let (_, other) = simulate(|o| o.seed = 12);
    assert_ne!(one.1.lines, other.lines);
}

#[test]
fn counts_are_near_what_was_asked() {
    let (folder, summary) = simulate(|o| o.stays = 1_500);
    assert!((1_500..1_600).contains(&summary.stays), "{}", summary.stays);
    let lines = summary.lines as f64 / summary.stays as f64;
    assert!((100.0..200.0).contains(&lines), "{lines} lines a stay");
    for (file, count) in [("stays", summary.settlements), ("fees", summary.lines), ("visits", summary.visits)] {
        assert_eq!(rows(&folder, file).len() as u64, count, "{file}");
    }
    assert_eq!(rows(&folder, "persons").len() as u64, summary.persons);
    let levels: BTreeSet<String> =
        rows(&folder, "hospitals").into_iter().map(|mut h| h.remove("hosp_lv").unwrap()).collect();
    assert!(levels.is_superset(&["一级", "二级", "三级"].map(String::from).into()), "{levels:?}");
    let listed = |scheme: &Scheme| rows(&folder, "truth").iter().filter(|t| t["scheme"] == scheme.id()).count() as u64;
    assert!(summary.planted.iter().all(|(scheme, n)| *n == listed(scheme)));
    let few = |scheme: &Scheme| matches!(scheme, Scheme::ThresholdStays | Scheme::BedHanging | Scheme::PaddedStays);
    assert!(summary.planted.iter().all(|(scheme, n)| *n >= 6 || few(scheme)), "{:?}", summary.planted);
}

#[test]
fn a_region_without_schemes_is_innocent() {
    for seed in [1, 2, 3, 4] {
        let (folder, _) = simulate(|o| (o.schemes, o.seed) = (Vec::new(), seed));
        let region = read(&folder);
        assert!(region.truth.is_empty());
        assert_eq!(region.overlapping(), BTreeSet::new(), "seed {seed}");
        assert_eq!(region.long_days(), BTreeSet::new(), "seed {seed}");
        assert_eq!(region.outside(), BTreeSet::new(), "seed {seed}");
    }
}

#[test]
fn what_the_truth_lists_is_there_and_nothing_else() {
    for seed in [21, 22, 23] {
        let (folder, _) = simulate(|o| o.seed = seed);
        let region = read(&folder);
        let keys = |scheme: &str| region.planted(scheme).into_keys().collect::<BTreeSet<String>>();
        let pairs = region.overlapping();
        let groups = region.planted("overlapping-stays");
        assert!(pairs.iter().all(|(a, b)| groups.contains_key(a) && groups.get(a) == groups.get(b)), "{pairs:?}");
        let paired: BTreeSet<String> = pairs.into_iter().flat_map(|(a, b)| [a, b]).collect();
        assert_eq!(paired, keys("overlapping-stays"), "seed {seed}");
        assert_eq!(region.long_days(), keys("hours-over-day"), "seed {seed}");
        assert_eq!(region.outside(), keys("outside-stay"), "seed {seed}");
    }
}

#[test]
fn repeated_charges_are_planted_on_items_that_never_repeat() {
    let (folder, _) = simulate(|o| o.seed = 31);
    let region = read(&folder);
    let planted = region.planted("duplicate-charges");
    let repeats = region.repeats();
    let habitual: BTreeSet<&String> =
        repeats.iter().filter(|(stay, _)| !planted.contains_key(*stay)).flat_map(|(_, items)| items).collect();
    assert!(habitual.len() > 20, "doses billed line by line are innocent");
    for stay in planted.keys() {
        let strange = repeats.get(stay).map_or(0, |items| items.iter().filter(|i| !habitual.contains(i)).count());
        assert!(strange >= 2, "{stay} repeats {strange} items that nobody repeats");
    }
}

#[test]
fn the_innocents_that_look_like_fraud_are_there() {
    let (folder, _) = simulate(|o| (o.schemes, o.stays, o.seed) = (Vec::new(), 2_500, 13));
    let region = read(&folder);
    let stays = rows(&folder, "stays");
    let count = |fits: &dyn Fn(&Row) -> bool| stays.iter().filter(|r| fits(r)).count();
    assert!(count(&|r| r["med_type"] == "5212") > 3, "newborns under the mother's number");
    assert!(count(&|r| r["dscg_way"] == "2") > 10, "transfers");
    assert!(count(&|r| r["refd_setl_flag"] == "1") > 3, "refunded stays");
    assert!(count(&|r| r["endtime"].is_empty()) > 10, "patients still in hospital");
    assert!(count(&|r| r["dise_codg"].starts_with("Z51")) > 30, "chemotherapy");
    assert!(stays.len() > region.stays.len() + 30, "several settlements a stay");
    assert!(region.stays.values().map(|s| &s.hospital).collect::<BTreeSet<_>>().len() >= 8, "several hospitals");
    let lines = rows(&folder, "fees");
    let refunds = lines.iter().filter(|l| l["cnt"].starts_with('-'));
    let named = refunds.clone().filter(|l| !l["init_feedetl_sn"].is_empty()).count();
    assert!(named > 20 && refunds.count() > named + 20, "refunds with and without the line they refund");
    let full = lines.iter().filter(|l| l["hilist_name"].contains("小时") && l["cnt"] == "24").count();
    let posted = lines.iter().filter(|l| l["hilist_name"].contains("小时") && l["cnt"].parse::<f64>().unwrap() > 24.0);
    assert!(full > 200 && posted.count() > 20, "whole days, and totals of several days");
    let midnight = lines.iter().filter(|l| l["fee_ocur_time"].ends_with("00:00:00")).count();
    assert!(midnight > lines.len() / 50 && midnight < lines.len() * 9 / 10, "dates only, in some hospitals");
    let visits = rows(&folder, "visits");
    assert!(visits.iter().filter(|v| v["refd_setl_flag"] == "1").count() > 5, "refunded visits");
    assert!(visits.iter().any(|v| v["med_type"] == "140201"), "dialysis");
}

#[test]
fn settlements_add_up_to_their_lines() {
    let (folder, _) = simulate(|_| {});
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in rows(&folder, "stays") {
        let total = fen(&row["medfee_sumamt"]);
        assert_eq!(fen(&row["fund_pay_sumamt"]) + fen(&row["psn_pay"]), total);
        sums.entry(row["mdtrt_id"].clone()).or_default().0 += total;
    }
    for row in rows(&folder, "fees") {
        sums.get_mut(&row["mdtrt_id"]).unwrap().1 += fen(&row["det_item_fee_sumamt"]);
    }
    for (stay, (settled, billed)) in sums {
        assert_eq!(settled, billed, "{stay}");
    }
}

#[test]
fn ids_are_unique_and_refer_to_what_exists() {
    let (folder, _) = simulate(|_| {});
    let unique = |table: &str, field: &str| {
        let list: Vec<String> = rows(&folder, table).into_iter().map(|mut r| r.remove(field).unwrap()).collect();
        let set: BTreeSet<String> = list.iter().filter(|id| !id.is_empty()).cloned().collect();
        assert_eq!(set.len(), list.iter().filter(|id| !id.is_empty()).count(), "{table}.{field}");
        set
    };
    let lines = unique("fees", "feedetl_sn");
    let (settlements, sales) = (unique("stays", "setl_id"), unique("visits", "setl_id"));
    assert!(settlements.is_disjoint(&sales));
    let (persons, places) = (unique("persons", "psn_no"), unique("hospitals", "fixmedins_code"));
    for table in ["stays", "fees", "visits"] {
        for row in rows(&folder, table) {
            assert!(persons.contains(&row["psn_no"]) && places.contains(&row["fixmedins_code"]), "{table}: {row:?}");
        }
    }
    for row in rows(&folder, "fees") {
        assert!(row["init_feedetl_sn"].is_empty() || lines.contains(&row["init_feedetl_sn"]));
    }
}

#[test]
fn layouts_and_encodings_hold_the_same_data() {
    let small = |layout, encoding| simulate(|o| (o.stays, o.layout, o.encoding) = (150, layout, encoding)).0;
    let national = small(Layout::National, Encoding::Utf8);
    let chinese = small(Layout::Chinese, Encoding::Gb18030);
    let akc = small(Layout::Akc, Encoding::Utf8);
    for table in Table::ALL.into_iter().filter(|t| FILES.contains(&t.name())) {
        let file =
            |folder: &TempDir| fs::read(folder.path().join("region").join(format!("{}.csv", table.name()))).unwrap();
        let plain = String::from_utf8(file(&national)).unwrap();
        let decoded = encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(&file(&chinese))
            .unwrap()
            .into_owned();
        let older = String::from_utf8(file(&akc)).unwrap();
        assert_eq!(plain.lines().skip(1).collect::<Vec<_>>(), decoded.lines().skip(1).collect::<Vec<_>>());
        assert_eq!(plain.lines().count(), older.lines().count());
        let known = |text: &str, name: &dyn Fn(&yishen::model::Column) -> &'static str| {
            text.lines()
                .next()
                .unwrap()
                .split(',')
                .all(|h| columns(table).iter().any(|c| !h.is_empty() && name(c) == h))
        };
        assert!(
            known(&plain, &|c| c.field) && known(&decoded, &|c| c.chinese) && known(&older, &|c| c.akc),
            "{}",
            table.name()
        );
    }
}

#[test]
fn a_folder_that_is_not_empty_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("region");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("stays.csv"), "mine").unwrap();
    let mut options = Options::new(&out);
    options.stays = 40;
    assert!(matches!(run(&options), Err(Error::NotEmpty(path)) if path == out));
    assert_eq!(fs::read_to_string(out.join("stays.csv")).unwrap(), "mine");
    options.force = true;
    run(&options).unwrap();
    assert!(fs::read_to_string(out.join("stays.csv")).unwrap().starts_with("setl_id,"));
    let names = |path: &Path| fs::read_dir(path).unwrap().map(|e| e.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!(names(folder.path()), ["region"], "no temporary folder stays behind");
    assert_eq!(names(&out).len(), FILES.len());
}

#[test]
fn an_output_that_cannot_be_made_is_an_error_with_its_path() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = run(&Options::new(file.join("region"))).unwrap_err();
    assert!(matches!(&error, Error::Io { path, .. } if path.starts_with(&file)), "{error}");
}

#[test]
fn options_are_parsed_and_strength_is_kept() {
    assert_eq!(Scheme::parse_list("all").unwrap(), Scheme::ALL);
    assert_eq!(Scheme::parse_list("none").unwrap(), []);
    let list = Scheme::parse_list("outside-stay, overlapping-stays,outside-stay").unwrap();
    assert_eq!(list, [Scheme::OverlappingStays, Scheme::OutsideStay]);
    assert!(matches!(Scheme::parse_list("outside-stays"), Err(Error::UnknownScheme(name)) if name == "outside-stays"));
    assert!(matches!("louder".parse::<Strength>(), Err(Error::UnknownWord { what: "strength", .. })));
    let (folder, _) = simulate(|o| (o.strength, o.schemes) = (Strength::Subtle, list));
    let truth = rows(&folder, "truth");
    assert!(truth.iter().all(|t| t["strength"] == "subtle" && (t["scheme"].starts_with('o'))));
    assert!(truth.len() >= 12);
}
