//! `manifest.json`: what the tables were made from, and all that was told of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::VERSION;
use crate::ingest::{ENCODINGS, HeaderColumn, Ingested, Input, Note, Part, Reject, Rows, Unread};
use crate::messages::{self, Args, Value};
use crate::model::{RecordId, Table, column};

/// A file beside the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    pub rows: u64,
    pub sha256: String,
}

/// The manifest as it is read.
#[derive(Debug, Deserialize)]
pub(super) struct Manifest {
    pub schema: String,
    /// By name of the table.
    pub tables: BTreeMap<String, Written>,
    /// The exports, as the column `file` names them.
    pub files: Vec<String>,
    columns: BTreeMap<Table, Vec<String>>,
    emptied: BTreeSet<Table>,
    /// Numbers of charge lines that stand for several stays or visits.
    pub shared: Vec<String>,
    inputs: Vec<ReadInput>,
    rejects: Vec<ReadReject>,
    unread: Vec<Told>,
    notes: Vec<Told>,
    missed: u64,
}

#[derive(Debug, Deserialize)]
struct ReadInput {
    name: String,
    bytes: u64,
    sha256: String,
    parts: Vec<ReadPart>,
}

#[derive(Debug, Deserialize)]
struct ReadPart {
    name: String,
    table: Table,
    encoding: String,
    columns: Vec<ReadColumn>,
    rows: Rows,
}

#[derive(Debug, Deserialize)]
struct ReadColumn {
    header: String,
    field: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ReadReject {
    file: String,
    line: u32,
    column: String,
    value: String,
    reason: String,
    rows: u64,
}

/// A message id with its arguments.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    id: String,
    args: BTreeMap<String, Json>,
}

/// The manifest of what was read, with the files that were written.
pub(super) fn text(
    ingested: &Ingested,
    tables: &BTreeMap<&'static str, Written>,
    masked: bool,
    record: impl Fn(RecordId) -> String,
) -> String {
    let region = &ingested.region;
    let mut columns: BTreeMap<Table, Vec<&str>> = BTreeMap::new();
    region.columns.iter().for_each(|(table, field)| columns.entry(*table).or_default().push(field));
    let part = |part: &Part| {
        // Headers are text of the data, too.
        let shown = part.columns.iter().filter(|_| !masked);
        let columns = shown.map(|c| json!({"header": c.header, "field": c.field})).collect::<Vec<_>>();
        json!({
            "name": part.name, "table": part.table, "encoding": part.encoding, "columns": columns, "rows": part.rows,
        })
    };
    let input = |input: &Input| {
        let parts: Vec<Json> = input.parts.iter().map(part).collect();
        json!({"name": input.name, "bytes": input.bytes, "sha256": input.sha256, "parts": parts})
    };
    let manifest = json!({
        "schema": VERSION,
        "version": env!("CARGO_PKG_VERSION"),
        "masked": masked,
        "tables": tables,
        "inputs": ingested.inputs.iter().map(input).collect::<Vec<_>>(),
        "unread": ingested.unread.iter().map(|u| told(&u.name, u.reason, &u.args)).collect::<Vec<_>>(),
        "missed": ingested.missed,
        "notes": ingested.notes.iter().map(|n| told("", n.id, &n.args)).collect::<Vec<_>>(),
        "rejects": ingested.rejects,
        "files": region.files,
        "columns": columns,
        "emptied": region.emptied,
        "shared": region.shared.iter().map(|id| record(*id)).collect::<Vec<_>>(),
    });
    format!("{manifest:#}\n")
}

fn told(name: &str, id: &str, args: &Args) -> Told {
    let value = |value: &Value| match value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::Number(number) => Json::from(*number),
    };
    let args = args.iter().map(|(name, arg)| (name.clone(), value(arg))).collect();
    Told { name: name.to_string(), id: id.to_string(), args }
}

/// Words that are known to the program: what else stands in a manifest was not written by this version.
struct Words(BTreeSet<&'static str>);

impl Words {
    fn get(&self, id: &str) -> Result<&'static str, String> {
        self.0.get(id).copied().ok_or_else(|| id.to_string())
    }

    fn told(&self, told: Told) -> Result<(String, &'static str, Args), String> {
        let value = |value: Json| match value {
            Json::Number(number) => Value::Number(number.as_f64().unwrap_or_default()),
            Json::String(text) => Value::Text(text),
            other => Value::Text(other.to_string()),
        };
        let args = told.args.into_iter().map(|(name, arg)| (name, value(arg))).collect();
        Ok((told.name, self.get(&told.id)?, args))
    }
}

impl Manifest {
    /// The manifest of a text.
    ///
    /// # Errors
    /// The JSON's fault.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|e| e.to_string())
    }

    /// The columns of the exports.
    pub(super) fn columns(&self) -> BTreeSet<(Table, &'static str)> {
        let columns = self.columns.iter().flat_map(|(table, fields)| fields.iter().map(|field| (*table, field)));
        columns.filter_map(|(table, field)| Some((table, column(table, field)?.field))).collect()
    }

    /// The tables of which every row went.
    pub(super) fn emptied(&self) -> BTreeSet<Table> {
        self.emptied.clone()
    }

    /// What was told when the tables were made, beside the tables.
    ///
    /// # Errors
    /// A word that this version does not know.
    pub(super) fn told(self, peer: bool) -> Result<Ingested, String> {
        let words = Words(messages::ids().chain(ENCODINGS).collect());
        let part = |part: ReadPart| {
            let columns = part.columns.into_iter().map(|c| HeaderColumn {
                header: c.header,
                field: c.field.and_then(|field| column(part.table, &field)).map(|c| c.field),
                samples: Vec::new(),
            });
            let encoding = words.get(&part.encoding)?;
            Ok(Part { name: part.name, table: part.table, encoding, columns: columns.collect(), rows: part.rows })
        };
        let input = |input: ReadInput| {
            let parts = input.parts.into_iter().map(part).collect::<Result<_, String>>()?;
            Ok(Input { name: input.name, bytes: input.bytes, sha256: input.sha256, peer, parts })
        };
        let reject = |reject: ReadReject| {
            let ReadReject { file, line, column, value, reason, rows } = reject;
            Ok(Reject { file, line, column, value, reason: words.get(&reason)?, rows })
        };
        let unread = |told: Told| words.told(told).map(|(name, reason, args)| Unread { name, reason, args });
        let note = |told: Told| words.told(told).map(|(_, id, args)| Note { id, args });
        Ok(Ingested {
            inputs: self.inputs.into_iter().map(input).collect::<Result<_, String>>()?,
            rejects: self.rejects.into_iter().map(reject).collect::<Result<_, String>>()?,
            unread: self.unread.into_iter().map(unread).collect::<Result<_, String>>()?,
            notes: self.notes.into_iter().map(note).collect::<Result<_, String>>()?,
            missed: self.missed,
            ..Ingested::default()
        })
    }
}
