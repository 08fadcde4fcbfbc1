//! The cleaned tables: what is found in them is what is found in the exports they were made of.
#![allow(clippy::unwrap_used, dead_code)]

#[path = "dirty/expect.rs"]
mod expect;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rayon::prelude::*;
use serde_json::Value;
use tempfile::TempDir;
use yishen::simulate::{Apart, Options, Scheme, run};

fn yishen(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yishen"));
    command.args(args).args(["--lang", "en"]).current_dir(folder).output().unwrap()
}

#[track_caller]
fn told(folder: &Path, args: &[&str]) -> String {
    let output = yishen(folder, args);
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 3)), "{args:?}: {code:?} {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The findings of a scan, and the record of the run.
#[track_caller]
fn scan(folder: &Path, out: &Path, paths: &[&str]) -> (String, Value) {
    let place = out.join("out.ndjson");
    told(folder, &[&["scan", "-o", place.to_str().unwrap(), "--force", "--quiet"], paths].concat());
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    (read(&place), serde_json::from_str(&read(&out.join("out.ndjson.run.json"))).unwrap())
}

/// What a record says of the data and the rules, without the note that says where it was read from.
fn account(record: &Value) -> Value {
    let mut record = record.clone();
    let from_tables = |note: &Value| note.as_str().unwrap().starts_with("read from tables");
    record["notes"].as_array_mut().unwrap().retain(|note| !from_tables(note));
    record
}

/// A finding without the places of its rows.
fn plain(findings: &str) -> Vec<String> {
    let one = |line: &str| {
        let mut finding: Value = serde_json::from_str(line).unwrap();
        finding["rows"] = finding["rows"].as_array().unwrap().len().into();
        finding.to_string()
    };
    findings.lines().map(one).collect()
}

#[test]
fn the_sample_is_found_the_same() {
    let out = TempDir::new().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tables = out.path().join("tables");
    let said = told(root, &["tables", "sample-data", "-o", tables.to_str().unwrap()]);
    assert!(said.contains("fees.parquet") && said.contains("Netted"), "{said}");
    let (of_exports, of_tables) = (scan(root, out.path(), &["sample-data"]), scan(out.path(), out.path(), &["tables"]));
    assert!(of_exports.0.lines().count() > 50);
    assert_eq!(of_exports.0, of_tables.0);
    assert_eq!(account(&of_exports.1), account(&of_tables.1));
    assert!(of_tables.1["notes"].to_string().contains("read from tables"));
    // Tables of tables are the same tables.
    told(out.path(), &["tables", "tables", "-o", "again"]);
    for name in ["stays", "fees", "persons", "items"] {
        let bytes = |folder: &str| std::fs::read(out.path().join(folder).join(format!("{name}.parquet"))).unwrap();
        assert!(bytes("tables") == bytes("again"), "{name}");
    }
    // Nothing that is there is replaced unasked; a folder of exports may hold tables.
    let refused = yishen(out.path(), &["tables", "tables", "-o", "again"]);
    assert_eq!(refused.status.code(), Some(2));
    told(out.path(), &["tables", "tables", "-o", "again", "--force"]);
}

#[test]
fn every_dirty_case_is_found_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dirty");
    let entries = std::fs::read_dir(&folder).unwrap();
    let cases: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    let compared: Vec<Option<String>> = cases
        .par_iter()
        .map(|case| {
            let want = expect::load(case).unwrap();
            let out = TempDir::new().unwrap();
            let tables = out.path().join("tables");
            let paths: Vec<&str> = want.paths.iter().map(String::as_str).collect();
            let config: Vec<&str> = want.args.iter().map(String::as_str).collect();
            let usable =
                want.exit != 2 && !config.iter().any(|a| ["-o", "--mask", "--peers", "--keep-going"].contains(a));
            if !usable {
                return None;
            }
            let mut made = vec!["tables", "-o", tables.to_str().unwrap()];
            made.extend(&paths);
            // What says how files are read is said when the tables are made.
            let own = |a: &&str| a.starts_with("--config") || a.starts_with("--institution");
            let mut rest: Vec<&str> = config.into_iter().filter(|a| *a != "--quiet").collect();
            let reading = rest.iter().position(own).map(|at| rest.drain(at..=at + 1).collect::<Vec<_>>());
            let reading = reading.unwrap_or_default();
            made.extend(&reading);
            told(case, &made);
            let of_exports = scan(case, out.path(), &[&paths[..], &reading, &rest].concat());
            let of_tables = scan(out.path(), out.path(), &[&["tables"], &rest[..]].concat());
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            let (a, b) = (account(&of_exports.1), account(&of_tables.1));
            let fields = a.as_object().unwrap().keys().filter(|key| a[*key] != b[*key] && *key != "exit_code");
            let mut faults: Vec<String> = fields.map(|key| format!("{key}: {} / {}", a[key], b[key])).collect();
            if of_exports.0 != of_tables.0 {
                faults.push("findings".to_string());
            }
            Some(if faults.is_empty() { String::new() } else { format!("{name}: {}", faults.join("\n    ")) })
        })
        .collect();
    let compared: Vec<String> = compared.into_iter().flatten().collect();
    assert!(compared.len() > 150, "{} cases could be compared", compared.len());
    let faults: Vec<&String> = compared.iter().filter(|fault| !fault.is_empty()).collect();
    assert!(faults.is_empty(), "{} cases\n{faults:#?}", faults.len());
}

#[test]
fn tables_serve_as_peers_masked_or_not() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let mut options = Options::new(folder.join("region"));
    options.schemes = Scheme::parse_list("inflated-drugs,paired-admissions,hours-over-day,duplicate-charges").unwrap();
    (options.stays, options.seed, options.apart) = (3_000, 3, Some(Apart::Planted));
    run(&options).unwrap();
    let (exports, account) = scan(folder, folder, &["region/hospital", "--peers", "region/peers"]);
    assert!(exports.lines().count() > 5);
    told(folder, &["tables", "region/peers", "-o", "peers"]);
    told(folder, &["tables", "region/peers", "-o", "masked", "--mask"]);
    told(folder, &["tables", "region/hospital", "-o", "hospital"]);
    for (own, peers) in [("region/hospital", "peers"), ("hospital", "region/peers"), ("hospital", "peers")] {
        let (found, run) = scan(folder, folder, &[own, "--peers", peers]);
        assert_eq!(plain(&found), plain(&exports), "{own} {peers}");
        assert_eq!((&run["data"], &run["peers"]), (&account["data"], &account["peers"]), "{own} {peers}");
        assert_eq!(run["rules"], account["rules"], "{own} {peers}");
    }
    let (found, _) = scan(folder, folder, &["hospital", "--peers", "masked"]);
    let bare = |findings: &str| {
        let mut lines = plain(findings);
        lines.sort();
        lines
    };
    assert_eq!(bare(&found), bare(&exports));
    // The two together are the region.
    let (region, _) = scan(folder, folder, &["region/hospital", "region/peers"]);
    let (joined, _) = scan(folder, folder, &["hospital", "peers"]);
    assert_eq!(bare(&joined), bare(&region));
    // What is scanned is no peer of itself.
    let (found, run) = scan(folder, folder, &["hospital", "--peers", "peers", "--peers", "hospital"]);
    assert_eq!(plain(&found), plain(&exports));
    assert!(run["notes"].to_string().contains("left out there"), "{}", run["notes"]);
    let refused = yishen(folder, &["scan", "hospital", "region/hospital", "-o", "x.ndjson"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && said.contains("given before"), "{said}");
}

#[test]
fn masked_tables_name_nobody() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    std::fs::write(
        folder.join("stays.csv"),
        "mdtrt_id,psn_no,psn_name,certno,fixmedins_code,begntime,endtime,medfee_sumamt,chfpdr_code,dise_name\n\
         MD000017,PERSON0001,欧阳修文,110101199003070038,H1,2025-03-01,2025-03-09,5000,DOCTOR77,欧阳修文肺炎（转自MD000018）\n\
         MD000018,PERSON0002,司马光华,110101199003070046,H1,2025-03-02,2025-03-09,4000,DOCTOR77,肺炎\n",
    )
    .unwrap();
    told(folder, &["tables", "stays.csv", "-o", "masked", "--mask"]);
    for entry in std::fs::read_dir(folder.join("masked")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for word in ["MD0000", "PERSON000", "欧阳修文", "19900307", "DOCTOR77", "司马光华"] {
            let found = bytes.windows(word.len()).any(|w| w == word.as_bytes());
            assert!(!found, "{word} in {}", path.display());
        }
    }
    let (_, run) = scan(folder, folder, &["masked"]);
    assert_eq!((run["data"]["stays"].as_u64(), run["data"]["persons"].as_u64()), (Some(2), Some(2)));
}

#[test]
fn what_cannot_be_trusted_is_refused() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let head = "mdtrt_id,psn_no,fixmedins_code,begntime,endtime,medfee_sumamt\n";
    std::fs::write(folder.join("stays.csv"), format!("{head}M1,P1,A,2025-03-01,2025-03-20,5000\n")).unwrap();
    told(folder, &["tables", "stays.csv", "-o", "tables"]);
    let refused = |why: &str| {
        let output = yishen(folder, &["scan", "tables", "-o", "x.ndjson"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains(why), "{why}: {said}");
        assert!(!folder.join("x.ndjson").exists());
    };
    let (file, manifest) = (folder.join("tables/stays.parquet"), folder.join("tables/manifest.json"));
    let (bytes, text) = (std::fs::read(&file).unwrap(), std::fs::read_to_string(&manifest).unwrap());
    let mut other = bytes.clone();
    other[20] ^= 1;
    std::fs::write(&file, &other).unwrap();
    refused("stays.parquet: the file is incomplete or damaged");
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    refused("stays.parquet: the file is incomplete or damaged");
    std::fs::remove_file(&file).unwrap();
    refused("stays.parquet");
    std::fs::write(&file, &bytes).unwrap();
    std::fs::write(&manifest, text.replace("yishen.tables/1", "yishen.tables/9")).unwrap();
    refused("another version");
    std::fs::write(&manifest, &text[..text.len() - 20]).unwrap();
    refused("manifest.json: the file is incomplete or damaged");
    std::fs::write(&manifest, &text).unwrap();
    // A file of tables is no export, nor is a folder of them within one of exports.
    let output = yishen(folder, &["scan", "tables/stays.parquet", "-o", "x.ndjson"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("yishen tables"), "{output:?}");
    let (_, run) = scan(folder, folder, &["."]);
    assert_eq!(run["data"]["stays"], 1);
    assert!(run["unread"].to_string().contains("unread-tables"), "{}", run["unread"]);
    // What else lies in such a folder is told, and the exports' own folder is not taken for the tables.
    std::fs::write(folder.join("tables/more.csv"), head).unwrap();
    let (_, run) = scan(folder, folder, &["tables"]);
    assert!(run["unread"].to_string().contains("more.csv"), "{}", run["unread"]);
    let output = yishen(folder, &["tables", ".", "-o", "."]);
    assert!(output.status.code() == Some(2) && !folder.join("manifest.json").exists());
    // A table that cannot be written leaves no folder behind.
    let output = yishen(folder, &["tables", "nowhere.csv", "-o", "new"]);
    assert!(output.status.code() == Some(2) && !folder.join("new").exists());
}
