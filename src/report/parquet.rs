//! Parquet: one finding a row, the columns of the contract.
//!
//! Ids and rows are lists of text (a row is `file:line`), days are dates, money is yuan as a double as in NDJSON, evidence is
//! JSON text because every rule has its own.

use std::io::Write;

use polars::prelude::{
    Column, DataFrame, DataType, IntoColumn, IntoSeries, ListBuilderTrait, ListStringChunkedBuilder, NamedFrom,
    ParquetWriter, PolarsError, Series, StringChunkedBuilder,
};

use super::Report;
use super::atomic::Fault;
use crate::finding::{Finding, SCHEMA};
use crate::model::Day;

impl From<PolarsError> for Fault {
    fn from(e: PolarsError) -> Self {
        match e {
            PolarsError::IO { error, .. } => Self::Io(std::io::Error::new(error.kind(), error.to_string())),
            other => Self::Encode(other.to_string()),
        }
    }
}

/// Writes the findings in their order.
pub(super) fn write(report: &Report<'_>, out: impl Write) -> Result<(), Fault> {
    let mut frame = frame(&report.leads.findings)?;
    // Columns one after the other: the report is small beside the data, and the bytes are then the same on any machine.
    ParquetWriter::new(out).set_parallel(false).finish(&mut frame)?;
    Ok(())
}

fn frame(all: &[Finding]) -> Result<DataFrame, PolarsError> {
    let ids = |f: &[String]| f.to_vec();
    let columns = vec![
        text("schema", all, |_| Some(SCHEMA.to_string())),
        text("finding_id", all, |f| Some(f.finding_id.clone())),
        text("rule", all, |f| Some(f.rule.clone())),
        text("rule_version", all, |f| Some(f.rule_version.clone())),
        text("result", all, |f| f.result.map(|r| r.name().to_string())),
        figure("confidence", all, |f| Some(f.confidence)),
        text("hospital_id", all, |f| Some(f.hospital_id.clone())),
        text("hospital_name", all, |f| Some(f.hospital_name.clone())),
        list("patient_ids", all, |f| ids(&f.patient_ids)),
        list("stay_ids", all, |f| ids(&f.stay_ids)),
        list("visit_ids", all, |f| ids(&f.visit_ids)),
        text("group_id", all, |f| f.group_id.clone()),
        day("period_start", all, |f| f.period_start)?,
        day("period_end", all, |f| f.period_end)?,
        figure("amount", all, |f| Some(f.amount.yuan())),
        figure("total_amount", all, |f| Some(f.total_amount.yuan())),
        figure("observed", all, |f| f.observed),
        figure("expected", all, |f| f.expected),
        figure("threshold", all, |f| f.threshold),
        figure("p_value", all, |f| f.p_value),
        figure("q_value", all, |f| f.q_value),
        text("evidence", all, |f| Some(serde_json::Value::Object(f.evidence.clone()).to_string())),
        text("message", all, |f| Some(f.message.clone())),
        text("basis", all, |f| Some(f.basis.clone())),
        text("clears", all, |f| Some(f.clears.clone())),
        list("rows", all, |f| f.rows.iter().map(|r| format!("{}:{}", r.file, r.line)).collect()),
    ];
    DataFrame::new(all.len(), columns)
}

fn text(name: &'static str, all: &[Finding], get: impl Fn(&Finding) -> Option<String>) -> Column {
    let mut builder = StringChunkedBuilder::new(name.into(), all.len());
    for finding in all {
        builder.append_option(get(finding));
    }
    builder.finish().into_series().into_column()
}

fn list(name: &'static str, all: &[Finding], get: impl Fn(&Finding) -> Vec<String>) -> Column {
    let mut builder = ListStringChunkedBuilder::new(name.into(), all.len(), all.len());
    for finding in all {
        builder.append_values_iter(get(finding).iter().map(String::as_str));
    }
    builder.finish().into_series().into_column()
}

fn figure(name: &'static str, all: &[Finding], get: impl Fn(&Finding) -> Option<f64>) -> Column {
    let values: Vec<Option<f64>> = all.iter().map(get).collect();
    Series::new(name.into(), values).into_column()
}

fn day(name: &'static str, all: &[Finding], get: impl Fn(&Finding) -> Option<Day>) -> Result<Column, PolarsError> {
    let days: Vec<Option<i32>> = all.iter().map(|f| get(f).map(|d| d.0)).collect();
    Ok(Series::new(name.into(), days).cast(&DataType::Date)?.into_column())
}
