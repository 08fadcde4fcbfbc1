//! The finding: one lead with its figures, its records and what would clear it.

use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::messages::Args;
use crate::model::{Day, Fen, RowRef};

/// Name of the NDJSON schema.
pub const SCHEMA: &str = "yishen.finding/1";

/// What a finding says: how far the claim goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResultClass {
    /// 统计: a figure, no verdict.
    Statistic,
    /// 可疑: to be checked.
    Suspicious,
    /// 违规: a rule of payment is broken on the face of the data.
    Violation,
}

impl ResultClass {
    /// The word used in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Statistic => "statistic",
            Self::Suspicious => "suspicious",
            Self::Violation => "violation",
        }
    }
}

/// A record whose money a finding puts at risk. Totals count each record once, so findings name records, not only sums.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Subject {
    /// Index into `Region::stays`.
    Stay(u32),
    /// Index into `Region::visits`.
    Visit(u32),
    /// Index into the charge lines.
    Line(u32),
}

/// Money at risk on one record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Risk {
    /// The record.
    pub subject: Subject,
    /// What the fund would not have paid on it.
    pub amount: Fen,
}

/// One lead. Ids are texts here: a finding outlives the region it was found in.
///
/// A rule fills what it knows and leaves `rule`, `rule_version`, `basis`, `clears`, `finding_id` and `message` to the engine,
/// which takes them from the card.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Finding {
    /// Stable hash of rule, subjects, period and item or occasion; unique in a report.
    pub finding_id: String,
    /// Rule id.
    pub rule: String,
    /// Version of the rule's card.
    pub rule_version: String,
    /// How far the claim goes; the card's class unless the rule lowers it.
    pub result: Option<ResultClass>,
    /// 0 to 1.
    pub confidence: f64,
    /// The institution the lead is about.
    pub hospital_id: String,
    /// Its name.
    pub hospital_name: String,
    /// Patients, sorted.
    pub patient_ids: Vec<String>,
    /// Stays, sorted.
    pub stay_ids: Vec<String>,
    /// Visits, sorted.
    pub visit_ids: Vec<String>,
    /// Group of people, where the lead is about one.
    pub group_id: Option<String>,
    /// First day concerned.
    pub period_start: Option<Day>,
    /// Last day concerned.
    pub period_end: Option<Day>,
    /// Yuan at risk: what the fund would not have paid.
    pub amount: Fen,
    /// Yuan of the records involved.
    pub total_amount: Fen,
    /// What was seen, in the unit the card names.
    pub observed: Option<f64>,
    /// What the null implies.
    pub expected: Option<f64>,
    /// The bound that was passed.
    pub threshold: Option<f64>,
    /// Probability of `observed` or more under the null.
    pub p_value: Option<f64>,
    /// The same after false-discovery control.
    pub q_value: Option<f64>,
    /// Columns the rule chooses; the card labels them.
    pub evidence: Map<String, Value>,
    /// One sentence with the figures, in the chosen language.
    pub message: String,
    /// What a reader must know of the figures or the rule beside the message, as messages of the catalogue: the engine adds
    /// their sentences to the message. Not written out by themselves.
    pub caveats: Vec<(&'static str, Args)>,
    /// Law.
    pub basis: String,
    /// What would clear it.
    pub clears: String,
    /// Rows that carry the breach, sorted.
    pub rows: Vec<Row>,
    /// The money at risk by record, for totals. Not written out.
    pub risks: Vec<Risk>,
}

/// A row of an input file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row {
    /// File name.
    pub file: String,
    /// Physical line.
    pub line: u32,
}

impl Finding {
    /// Adds rows of the region's files.
    pub fn add_rows(&mut self, files: &[String], rows: impl IntoIterator<Item = RowRef>) {
        self.rows.extend(rows.into_iter().map(|r| Row { file: files[usize::from(r.file)].clone(), line: r.line }));
    }

    /// Adds money at risk on a record and to the amount.
    pub fn add_risk(&mut self, subject: Subject, amount: Fen) {
        self.risks.push(Risk { subject, amount });
        self.amount += amount;
    }
}

impl Serialize for Finding {
    /// The line of NDJSON, fields in the order of the contract.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut s = serializer.serialize_struct("Finding", 28)?;
        s.serialize_field("schema", SCHEMA)?;
        s.serialize_field("finding_id", &self.finding_id)?;
        s.serialize_field("rule", &self.rule)?;
        s.serialize_field("rule_version", &self.rule_version)?;
        s.serialize_field("result", &self.result)?;
        s.serialize_field("confidence", &self.confidence)?;
        s.serialize_field("hospital_id", &self.hospital_id)?;
        s.serialize_field("hospital_name", &self.hospital_name)?;
        s.serialize_field("patient_ids", &self.patient_ids)?;
        s.serialize_field("stay_ids", &self.stay_ids)?;
        s.serialize_field("visit_ids", &self.visit_ids)?;
        s.serialize_field("group_id", &self.group_id)?;
        s.serialize_field("period_start", &self.period_start.map(|d| d.to_string()))?;
        s.serialize_field("period_end", &self.period_end.map(|d| d.to_string()))?;
        s.serialize_field("amount", &self.amount.yuan())?;
        s.serialize_field("total_amount", &self.total_amount.yuan())?;
        s.serialize_field("observed", &self.observed)?;
        s.serialize_field("expected", &self.expected)?;
        s.serialize_field("threshold", &self.threshold)?;
        s.serialize_field("p_value", &self.p_value)?;
        s.serialize_field("q_value", &self.q_value)?;
        s.serialize_field("evidence", &self.evidence)?;
        s.serialize_field("message", &self.message)?;
        s.serialize_field("basis", &self.basis)?;
        s.serialize_field("clears", &self.clears)?;
        s.serialize_field("rows", &self.rows)?;
        s.end()
    }
}
