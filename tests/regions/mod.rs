//! Simulated regions for the tests of whole rules: scanned, and what was planted in them.
// Each test uses what it needs of it.
#![allow(clippy::unwrap_used, dead_code)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use yishen::finding::Finding;
use yishen::messages::{Catalog, Lang};
use yishen::model::Silent;
use yishen::rulebook::Rulebook;
use yishen::{engine, facts, ingest};

/// A row of a table, by column.
pub type Row = BTreeMap<String, String>;

/// The columns and rows of a table.
pub fn rows(file: &Path) -> (csv::StringRecord, Vec<Row>) {
    let mut reader = csv::Reader::from_path(file).unwrap();
    (reader.headers().unwrap().clone(), reader.deserialize().map(Result::unwrap).collect())
}

/// Writes a table; what a row does not have is empty.
pub fn write<'a>(file: &Path, head: &csv::StringRecord, rows: impl IntoIterator<Item = &'a Row>) {
    let mut writer = csv::Writer::from_path(file).unwrap();
    writer.write_record(head).unwrap();
    for row in rows {
        writer.write_record(head.iter().map(|field| row.get(field).map_or("", String::as_str))).unwrap();
    }
    writer.flush().unwrap();
}

/// The findings of some rules in a region.
pub fn scan(region: &Path, rules: &[&str]) -> Vec<Finding> {
    let mut files: Vec<PathBuf> = fs::read_dir(region).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| !f.ends_with("truth.csv"));
    let read = ingest::read(&files, &Default::default(), &Silent).unwrap();
    let book = Rulebook::load(None).unwrap();
    let rules: Vec<String> = rules.iter().map(ToString::to_string).collect();
    let cards = engine::select(&book, &rules, None).unwrap();
    let facts = facts::compute(&read.region, &Silent);
    engine::run(&read.region, &facts, &cards, &book, Catalog::new(Lang::En), &Silent).findings
}

/// What was planted, by scheme.
pub fn truth(region: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut planted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in csv::Reader::from_path(region.join("truth.csv")).unwrap().deserialize::<BTreeMap<String, String>>() {
        let row = row.unwrap();
        planted.entry(row["scheme"].clone()).or_default().insert(row["key"].clone());
    }
    planted
}
