//! What ingest makes of random exports equals what a slow, obvious reference makes of the events behind them: settlements with
//! refunds of every form, charge lines with corrections, exports that overlap, lack columns, are split, shuffled, joined end
//! to end and written in two encodings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use yishen::ingest::Ingested;
use yishen::model::{Region, Silent};

/// How a bill or line is taken back.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Back {
    No,
    /// A negative row with the id of the original.
    SameId,
    /// A negative row with an id of its own.
    OwnId,
    /// A negative row that names the original.
    Named,
    /// A positive row, flagged, that names the original.
    Flagged,
    /// A positive row that names the original and says no more.
    Unsigned,
    /// A part, negative, with an id of its own.
    Part,
    /// A part, positive and flagged, that names the original.
    PartFlagged,
    /// Sent again as void.
    Void,
}

const BILL_BACK: [Back; 9] = [
    Back::No,
    Back::SameId,
    Back::OwnId,
    Back::Named,
    Back::Flagged,
    Back::Unsigned,
    Back::Part,
    Back::PartFlagged,
    Back::Void,
];
const LINE_BACK: [Back; 6] = [Back::No, Back::OwnId, Back::Named, Back::Unsigned, Back::Part, Back::Void];

#[derive(Debug)]
struct Bill {
    total: i64,
    fund: i64,
    back: Back,
    /// What a partial refund takes.
    part: (i64, i64),
}

#[derive(Debug)]
struct Charge {
    item: String,
    quantity: i64,
    price: i64,
    back: Back,
    /// A correction of the price, in fen.
    correction: i64,
}

#[derive(Debug)]
struct Episode {
    is_stay: bool,
    hospital: String,
    id: String,
    person: String,
    bills: Vec<Bill>,
    charges: Vec<Charge>,
    month: u32,
    /// A refund under a visit of its own whose bill is not in the data, and whether it names that bill.
    stray: Option<bool>,
    /// A refund of a line that was never charged.
    stray_line: bool,
}

/// Who, where, and sums.
type Bills = Vec<(String, String, i64, i64)>;
type Lines = BTreeMap<(String, String, String), (i64, i64)>;

/// More than all bills of a visit together.
const STRAY: i64 = 5_000_000;

/// How many refunds have nothing to take from. Lines go with a record that was refunded whole.
fn strays(episodes: &[Episode]) -> usize {
    let stands = |e: &Episode| e.bills.iter().any(|b| matches!(b.back, Back::No | Back::Part | Back::PartFlagged));
    episodes.iter().map(|e| usize::from(e.stray.is_some()) + usize::from(e.stray_line && stands(e))).sum()
}

/// What stands of the events, told without a look at any row.
fn reference(episodes: &[Episode]) -> (Bills, Bills, Lines) {
    let (mut stays, mut visits, mut lines) = (Vec::new(), Vec::new(), Lines::new());
    for episode in episodes {
        let (mut total, mut fund, mut standing) = (0, 0, 0);
        for bill in &episode.bills {
            match bill.back {
                Back::No => (total, fund, standing) = (total + bill.total, fund + bill.fund, standing + 1),
                Back::Part | Back::PartFlagged => {
                    (total, fund) = (total + bill.total - bill.part.0, fund + bill.fund - bill.part.1);
                    standing += 1;
                }
                _ => {}
            }
        }
        if standing == 0 {
            continue;
        }
        let sums = (episode.person.clone(), episode.hospital.clone(), total, fund);
        if episode.is_stay {
            stays.push(sums)
        } else {
            visits.push(sums)
        }
        for charge in &episode.charges {
            let key = (episode.person.clone(), episode.hospital.clone(), charge.item.clone());
            let (quantity, amount) = match charge.back {
                Back::No => (charge.quantity, charge.quantity * charge.price - charge.correction),
                Back::Part => (charge.quantity - 1, (charge.quantity - 1) * charge.price),
                _ => (0, 0),
            };
            if quantity > 0 {
                let sum = lines.entry(key).or_default();
                *sum = (sum.0 + quantity, sum.1 + amount);
            }
        }
    }
    stays.sort();
    visits.sort();
    (stays, visits, lines)
}

fn of_region(region: &Region) -> (Bills, Bills, Lines) {
    let who = |p, h| (region.names.persons.get(p).to_string(), region.names.hospitals.get(h).to_string());
    let mut stays: Bills = region
        .stays
        .iter()
        .map(|s| {
            let (person, hospital) = who(s.person, s.hospital);
            (person, hospital, s.total.0, s.fund.0)
        })
        .collect();
    let mut visits: Bills = region
        .visits
        .iter()
        .map(|v| {
            let (person, hospital) = who(v.person, v.hospital);
            (person, hospital, v.total.0, v.fund.0)
        })
        .collect();
    let mut lines = Lines::new();
    for (at, record) in region.fees.records().enumerate() {
        let known = region.records[record.index()];
        assert!(known.stay.is_some() || known.visit.is_some(), "a line without a record");
        let (person, hospital) = who(known.person, known.hospital);
        let sum =
            lines.entry((person, hospital, region.names.items.get(region.fees.item(at)).to_string())).or_default();
        *sum = (sum.0 + region.fees.quantity(at).0 / 10_000, sum.1 + region.fees.amount(at).0);
    }
    stays.sort();
    visits.sort();
    (stays, visits, lines)
}

fn random(seed: u64) -> Vec<Episode> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut episodes = Vec::new();
    for hospital in 1..=3 {
        // Every hospital numbers its visits and settlements from 1.
        for number in 1..=rng.random_range(1..7) {
            let is_stay = rng.random_bool(0.6);
            let bills = (0..rng.random_range(1..4))
                .map(|_| {
                    let total = rng.random_range(1_000..900_000);
                    let fund = rng.random_range(0..total);
                    let part = (rng.random_range(1..total), rng.random_range(0..fund.max(1)));
                    Bill { total, fund, part, back: *BILL_BACK.choose(&mut rng).expect("some") }
                })
                .collect();
            let charges = (0..rng.random_range(0..5))
                .map(|n| {
                    let back = if rng.random_bool(0.5) { Back::No } else { *LINE_BACK.choose(&mut rng).expect("some") };
                    let (quantity, price) = (rng.random_range(2..6), rng.random_range(100..50_000));
                    // A correction of the price of one unit would be a unit given back.
                    let correction = if rng.random_bool(0.3) { rng.random_range(1..100) } else { 0 };
                    Charge { item: format!("X{n}"), quantity, price, back, correction }
                })
                .collect();
            episodes.push(Episode {
                is_stay,
                hospital: format!("H{hospital}"),
                id: number.to_string(),
                person: format!("P{hospital}{}", rng.random_range(1..4)),
                bills,
                charges,
                month: number % 12 + 1,
                stray: if rng.random_bool(0.2) { Some(rng.random_bool(0.5)) } else { None },
                stray_line: rng.random_bool(0.2),
            });
        }
    }
    episodes
}

const BILL_HEADER: [&str; 13] = [
    "setl_id",
    "mdtrt_id",
    "psn_no",
    "fixmedins_code",
    "fixmedins_name",
    "med_type",
    "begntime",
    "endtime",
    "setl_time",
    "medfee_sumamt",
    "fund_pay_sumamt",
    "refd_setl_flag",
    "init_setl_id",
];
const LINE_HEADER: [&str; 10] = [
    "feedetl_sn",
    "init_feedetl_sn",
    "mdtrt_id",
    "psn_no",
    "fixmedins_code",
    "fee_ocur_time",
    "hilist_code",
    "cnt",
    "pric",
    "det_item_fee_sumamt",
];

fn yuan(fen: i64) -> String {
    format!("{}{}.{:02}", if fen < 0 { "-" } else { "" }, fen.abs() / 100, fen.abs() % 100)
}

/// The rows of the bills of stays or of visits, each with the column `vali_flag` at the end, in order of sending.
fn bill_rows(episodes: &[Episode], stays: bool) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut next: BTreeMap<&str, u32> = BTreeMap::new();
    for episode in episodes {
        if let Some(named) = episode.stray.filter(|_| episode.is_stay == stays) {
            let day = |d: u32| format!("2025-{:02}-{d:02}", episode.month);
            let original = if named { format!("{}L", episode.id) } else { String::new() };
            let mut row = vec![format!("{}S", episode.id), format!("{}S", episode.id)];
            row.extend([&episode.person, &episode.hospital, &format!("医院{}", episode.hospital)].map(String::clone));
            row.extend([if stays { "21" } else { "11" }.to_string(), day(3), day(9), day(12)]);
            row.extend([yuan(-STRAY), yuan(-STRAY / 2), "1".to_string(), original, "1".to_string()]);
            rows.push(row);
        }
        for (n, bill) in episode.bills.iter().enumerate() {
            let number = next.entry(&episode.hospital).or_default();
            *number += 1;
            let (id, other) = (number.to_string(), format!("{number}R"));
            if episode.is_stay != stays {
                continue;
            }
            let mut row = |id: &str, total: i64, fund: i64, flag: &str, original: &str, valid: &str| {
                let day = |d: u32| format!("2025-{:02}-{d:02}", episode.month);
                rows.push(vec![
                    id.to_string(),
                    episode.id.clone(),
                    episode.person.clone(),
                    episode.hospital.clone(),
                    format!("医院{}", episode.hospital),
                    if stays { "21" } else { "11" }.to_string(),
                    day(3),
                    day(9),
                    // Far from each other, so that none is one sent again.
                    day(10 + n as u32),
                    yuan(total),
                    yuan(fund),
                    flag.to_string(),
                    original.to_string(),
                    valid.to_string(),
                ]);
            };
            row(&id, bill.total, bill.fund, "0", "", "1");
            let (part, part_fund) = bill.part;
            match bill.back {
                Back::No => {}
                Back::SameId => row(&id, -bill.total, -bill.fund, "1", "", "1"),
                Back::OwnId => row(&other, -bill.total, -bill.fund, "1", "", "1"),
                Back::Named => row(&other, -bill.total, -bill.fund, "0", &id, "1"),
                Back::Flagged => row(&other, bill.total, bill.fund, "1", &id, "1"),
                Back::Unsigned => row(&other, bill.total, bill.fund, "0", &id, "1"),
                Back::Part => row(&other, -part, -part_fund, "1", &id, "1"),
                Back::PartFlagged => row(&other, part, part_fund, "1", &id, "1"),
                Back::Void => row(&id, bill.total, bill.fund, "0", "", "0"),
            }
        }
    }
    rows
}

fn line_rows(episodes: &[Episode]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for episode in episodes {
        let mut next = 0;
        for charge in &episode.charges {
            next += 10;
            let (id, other, third) = (next.to_string(), (next + 1).to_string(), (next + 2).to_string());
            let mut row = |id: &str, original: &str, day: u32, quantity: i64, price: i64, amount: i64, valid: &str| {
                rows.push(vec![
                    id.to_string(),
                    original.to_string(),
                    episode.id.clone(),
                    episode.person.clone(),
                    episode.hospital.clone(),
                    format!("2025-{:02}-{day:02}", episode.month),
                    charge.item.clone(),
                    quantity.to_string(),
                    yuan(price),
                    yuan(amount),
                    valid.to_string(),
                ]);
            };
            let (quantity, price) = (charge.quantity, charge.price);
            row(&id, "", 4, quantity, price, quantity * price, "1");
            match charge.back {
                Back::No if charge.correction > 0 => row(&third, "", 5, 1, -charge.correction, -charge.correction, "1"),
                Back::No => {}
                Back::Named => row(&other, &id, 5, -quantity, price, -quantity * price, "1"),
                Back::Unsigned => row(&other, &id, 5, quantity, price, quantity * price, "1"),
                Back::Part => row(&other, "", 5, -1, price, -price, "1"),
                Back::Void => row(&id, "", 4, quantity, price, quantity * price, "0"),
                _ => row(&other, "", 5, -quantity, price, -quantity * price, "1"),
            }
        }
        if episode.stray_line {
            let day = format!("2025-{:02}-05", episode.month);
            let mut row = vec!["999".to_string(), String::new(), episode.id.clone(), episode.person.clone()];
            row.extend([episode.hospital.clone(), day, "Z".to_string()]);
            row.extend(["-1", "3.00", "-3.00", "1"].map(str::to_string));
            rows.push(row);
        }
    }
    rows
}

/// Writes a table to several files: split, shuffled, with an overlap that lacks a column, one file joined end to end with its
/// header in the middle, some in GB18030.
fn write(rng: &mut ChaCha8Rng, folder: &Path, name: &str, header: &[&str], rows: &[Vec<String>]) -> Vec<PathBuf> {
    let mut full: Vec<&str> = header.to_vec();
    full.push("vali_flag");
    let mut rows: Vec<&Vec<String>> = rows.iter().collect();
    rows.shuffle(rng);
    let cut = rng.random_range(0..=rows.len());
    let (first, second) = rows.split_at(cut);
    let again: Vec<&Vec<String>> = rows.iter().filter(|_| rng.random_bool(0.4)).copied().collect();
    let text = |columns: &[usize], parts: &[&[&Vec<String>]]| {
        let mut text = String::new();
        for rows in parts {
            text.push_str(&columns.iter().map(|c| full[*c]).collect::<Vec<_>>().join(","));
            text.push('\n');
            for row in *rows {
                text.push_str(&columns.iter().map(|c| row[*c].as_str()).collect::<Vec<_>>().join(","));
                text.push('\n');
            }
        }
        text
    };
    let all: Vec<usize> = (0..full.len()).collect();
    let lacks = *["fixmedins_name", "setl_time", "fee_ocur_time", "vali_flag"].choose(rng).expect("some");
    // A file that does not say which rows are void has none of them.
    let again: Vec<&Vec<String>> =
        again.into_iter().filter(|row| lacks != "vali_flag" || row[full.len() - 1] == "1").collect();
    let fewer: Vec<usize> = all.iter().copied().filter(|c| full[*c] != lacks).collect();
    let half = first.len() / 2;
    let texts =
        [text(&all, &[&first[..half], &first[half..]]), text(&all, &[second]), text(&fewer, &[again.as_slice()])];
    let mut paths = Vec::new();
    for (n, text) in texts.into_iter().enumerate() {
        let path = folder.join(format!("{name}-{n}.csv"));
        let bytes =
            if rng.random_bool(0.5) { encoding_rs::GB18030.encode(&text).0.into_owned() } else { text.into_bytes() };
        std::fs::write(&path, bytes).expect("writable");
        paths.push(path);
    }
    paths
}

fn add_up(read: &Ingested) {
    for part in read.inputs.iter().flat_map(|i| &i.parts) {
        let rows = part.rows;
        assert_eq!(rows.read, rows.used + rows.netted + rows.repeated + rows.rejected, "{rows:?}");
    }
}

fn check(seed: u64) {
    let episodes = random(seed);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x5eed);
    let mut paths = write(&mut rng, folder.path(), "stays", &BILL_HEADER, &bill_rows(&episodes, true));
    let visits = bill_rows(&episodes, false);
    let header: Vec<&str> = BILL_HEADER.iter().copied().filter(|h| *h != "endtime").collect();
    let visits: Vec<Vec<String>> = visits
        .into_iter()
        .map(|mut row| {
            row.remove(7);
            row
        })
        .collect();
    paths.extend(write(&mut rng, folder.path(), "visits", &header, &visits));
    paths.extend(write(&mut rng, folder.path(), "fees", &LINE_HEADER, &line_rows(&episodes)));
    paths.shuffle(&mut rng);
    let read = yishen::ingest::read(&paths, &Default::default(), &Silent).expect("the export can be read");
    add_up(&read);
    let got = of_region(&read.region);
    let want = reference(&episodes);
    assert_eq!(got.0, want.0, "stays of seed {seed}: {episodes:#?}");
    assert_eq!(got.1, want.1, "visits of seed {seed}");
    assert_eq!(got.2, want.2, "lines of seed {seed}: {episodes:#?}");
    let rejected = read.rejects.iter().filter(|r| r.reason == "reject-refund-unmatched").count();
    assert_eq!((rejected, read.rejects.len()), (strays(&episodes), rejected), "strays of seed {seed}: {episodes:#?}");
}

#[test]
fn fixed_seeds() {
    (0..100).for_each(check);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_region_is_that_of_the_reference(seed in any::<u64>()) {
        check(seed);
    }
}

/// Charge lines without ids in several files, beside a stay of each person: how many lines stand, what they bill, and how many
/// rows are repeated.
fn without_ids(files: &[Vec<String>]) -> (usize, i64, u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stays: String = (0..4).map(|n| format!("P{n},H1,2025-01-01,2025-01-31\n")).collect();
    let mut texts = vec![("stays.csv".to_string(), format!("psn_no,fixmedins_code,begntime,endtime\n{stays}"))];
    for (n, rows) in files.iter().enumerate() {
        let header = "psn_no,fixmedins_code,fee_ocur_time,hilist_code,cnt,pric,det_item_fee_sumamt\n";
        texts.push((format!("fees-{n}.csv"), format!("{header}{}", rows.concat())));
    }
    let mut paths = Vec::new();
    for (name, text) in texts {
        paths.push(folder.path().join(name));
        std::fs::write(&paths[paths.len() - 1], text).expect("writable");
    }
    let read = yishen::ingest::read(&paths, &Default::default(), &Silent).expect("the export can be read");
    add_up(&read);
    let repeated = read.inputs.iter().flat_map(|i| &i.parts).map(|p| p.rows.repeated).sum();
    (read.region.fees.len(), read.region.fees.amounts().map(|a| a.0).sum(), repeated)
}

#[test]
fn exports_without_ids_that_overlap_count_once_and_others_whole() {
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut rows = Vec::new();
        for _ in 0..80 {
            let (day, quantity) = (rng.random_range(1..29), rng.random_range(1..3));
            let (person, item) = (rng.random_range(0..4), rng.random_range(0..4));
            let row = format!("P{person},H1,2025-01-{day:02},X{item},{quantity},5,{}\n", quantity * 5);
            let times = if rng.random_bool(0.2) { 2 } else { 1 };
            rows.extend(vec![(day, row); times]);
        }
        let all: Vec<String> = rows.iter().map(|(_, row)| row.clone()).collect();
        let whole = without_ids(&[all]);
        let mut of = |keep: &dyn Fn(u32) -> bool| {
            rows.shuffle(&mut rng);
            rows.iter().filter(|(day, _)| keep(*day)).map(|(_, row)| row.clone()).collect::<Vec<String>>()
        };
        let parts = [of(&|day| day <= 18), of(&|day| day >= 9), of(&|day| (5..25).contains(&day))];
        let again = parts.iter().map(Vec::len).sum::<usize>() - whole.0;
        assert_eq!(without_ids(&parts), (whole.0, whole.1, again as u64), "exports by days, seed {seed}");
        // Every row in one file or the other, as of two departments.
        let (one, other): (Vec<_>, Vec<_>) =
            rows.iter().map(|(_, row)| row.clone()).partition(|_| rng.random_bool(0.5));
        assert_eq!(without_ids(&[one, other]), whole, "two departments, seed {seed}");
    }
}
