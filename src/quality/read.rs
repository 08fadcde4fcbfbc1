//! Reading findings and truths.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read};

use serde::Deserialize;
use serde_json::Value;

use super::Error;

/// What a unit of the truth is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    Stay,
    Visit,
    Patient,
    Hospital,
}

#[derive(Deserialize)]
struct TruthRow {
    scheme: String,
    unit: Unit,
    key: String,
    #[serde(default)]
    strength: String,
    #[serde(default)]
    item: String,
    /// Yuan at risk.
    #[serde(default)]
    amount: Option<f64>,
}

#[derive(Deserialize)]
struct Claim {
    rule: String,
    #[serde(default)]
    hospital_id: String,
    #[serde(default)]
    patient_ids: Vec<String>,
    #[serde(default)]
    stay_ids: Vec<String>,
    #[serde(default)]
    visit_ids: Vec<String>,
    /// Yuan at risk.
    #[serde(default)]
    amount: f64,
    #[serde(default)]
    evidence: Evidence,
}

#[derive(Default, Deserialize)]
struct Evidence {
    #[serde(default)]
    steered: Value,
    #[serde(default)]
    item_code: String,
    /// Items of the institution, where a finding is about several.
    #[serde(default)]
    short: Vec<Short>,
}

/// One of several items that a finding is about.
#[derive(Deserialize)]
struct Short {
    code: String,
    #[serde(default)]
    amount: f64,
}

impl Evidence {
    /// The sum of the probabilities, given as numbers, as the values of a map, or as a field of a list's entries.
    fn probabilities(&self) -> f64 {
        let one = |v: &Value| v.as_f64().or_else(|| v.get("probability")?.as_f64()).unwrap_or(0.0);
        match &self.steered {
            Value::Array(list) => list.iter().map(one).sum(),
            Value::Object(map) => map.values().map(one).sum(),
            other => one(other),
        }
    }
}

impl Claim {
    fn keys(self, unit: Unit) -> Vec<String> {
        match unit {
            Unit::Stay => self.stay_ids,
            Unit::Visit => self.visit_ids,
            Unit::Patient => self.patient_ids.iter().map(|p| format!("{p}@{}", self.hospital_id)).collect(),
            Unit::Hospital => vec![self.hospital_id],
        }
    }

    /// The items that a finding is about at its hospital, and the share of each in its money.
    fn items(&self) -> Vec<(Key, i64)> {
        let all: f64 = self.evidence.short.iter().map(|s| s.amount).sum();
        let part = |s: &Short| if all > 0.0 { fen(self.amount * s.amount / all) } else { 0 };
        let key = |s: &Short| (Unit::Hospital, charge_key(&self.hospital_id, &s.code));
        self.evidence.short.iter().map(|s| (key(s), part(s))).collect()
    }

    /// The item that a finding is about, on its record or at its hospital.
    fn charge(&self, planted: &BTreeMap<Key, BTreeSet<String>>) -> Key {
        let of = |unit, id: &String| (unit, charge_key(id, &self.evidence.item_code));
        let place = of(Unit::Hospital, &self.hospital_id);
        match (self.stay_ids.as_slice(), self.visit_ids.as_slice()) {
            _ if planted.contains_key(&place) => place,
            ([stay], []) => of(Unit::Stay, stay),
            ([], [visit]) => of(Unit::Visit, visit),
            _ => place,
        }
    }
}

/// What the truth writes, and a finding claims: a unit and its key.
pub type Key = (Unit, String);

/// The key of an item on a record or at a hospital.
fn charge_key(id: &str, item: &str) -> String {
    if item.is_empty() { id.to_string() } else { format!("{id} {item}") }
}

fn fen(yuan: f64) -> i64 {
    (yuan * 100.0).round() as i64
}

/// By scheme, the planted units with the strengths of their cases.
pub type Planted = BTreeMap<String, BTreeMap<Key, BTreeSet<String>>>;
/// By scheme or rule, the fen at risk of each unit.
pub type Money = BTreeMap<String, BTreeMap<Key, i64>>;
/// By rule, the units its findings claim.
pub type Claims = BTreeMap<String, BTreeSet<Key>>;

/// What the truth says.
#[derive(Default)]
pub struct Truth {
    pub planted: Planted,
    /// By scheme, the number of units that are only estimated: rows of `scheme:aspect`.
    pub estimated: BTreeMap<String, u64>,
    pub fen: Money,
}

pub fn read_truth(truth: impl Read) -> Result<Truth, Error> {
    let mut all = Truth::default();
    let mut reader = csv::Reader::from_reader(truth);
    let fault = |line: u64, reason: &dyn std::fmt::Display| Error::Truth { line, reason: reason.to_string() };
    let headers = reader.headers().map_err(|e| fault(1, &e))?.clone();
    for record in reader.records() {
        let record = record.map_err(|e| fault(e.position().map_or(1, csv::Position::line), &e))?;
        let line = record.position().map_or(0, csv::Position::line);
        let row: TruthRow = record.deserialize(Some(&headers)).map_err(|e| fault(line, &e))?;
        if let Some((scheme, _)) = row.scheme.split_once(':') {
            *all.estimated.entry(scheme.to_string()).or_default() += 1;
            continue;
        }
        let key = (row.unit, charge_key(&row.key, &row.item));
        if let Some(amount) = row.amount {
            *all.fen.entry(row.scheme.clone()).or_default().entry(key.clone()).or_default() += fen(amount);
        }
        all.planted.entry(row.scheme).or_default().entry(key).or_default().insert(row.strength);
    }
    Ok(all)
}

/// The claimed units, by rule the sum of the probabilities its findings give, and the fen claimed where the truth has some.
pub fn read_claims(
    findings: impl BufRead,
    planted: &Planted,
    money: &Money,
) -> Result<(Claims, BTreeMap<String, f64>, Money), Error> {
    let (mut claims, mut claimed) = (Claims::new(), Money::new());
    let mut probable: BTreeMap<String, f64> = BTreeMap::new();
    for (n, line) in findings.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let claim: Claim =
            serde_json::from_str(&line).map_err(|e| Error::Finding { line: n + 1, reason: e.to_string() })?;
        let rule = claim.rule.clone();
        let sum = claim.evidence.probabilities();
        if sum > 0.0 {
            *probable.entry(rule.clone()).or_default() += sum;
        }
        let units = planted.get(&rule);
        if let Some(units) = units.filter(|_| money.contains_key(&rule)) {
            let mut items = claim.items();
            if items.is_empty() {
                items.push((claim.charge(units), fen(claim.amount)));
            }
            for (key, fen) in items {
                *claimed.entry(rule.clone()).or_default().entry(key.clone()).or_default() += fen;
                claims.entry(rule.clone()).or_default().insert(key);
            }
            continue;
        }
        let units: BTreeSet<Unit> = match units {
            Some(units) => units.keys().map(|(unit, _)| *unit).collect(),
            None if claim.stay_ids.is_empty() => [Unit::Hospital].into(),
            None => [Unit::Stay].into(),
        };
        // A scheme whose truth is written in several units is claimed in the finest.
        let Some(unit) = units.into_iter().next() else { continue };
        claims.entry(rule).or_default().extend(claim.keys(unit).into_iter().map(|key| (unit, key)));
    }
    Ok((claims, probable, claimed))
}
