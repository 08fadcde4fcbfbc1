//! Runs a query over what it reads of the region.

use std::collections::BTreeSet;

use rusqlite::{Error, ErrorCode};

use super::database::{Database, LONGEST};
use super::leads::ResultRow;
use super::plan::{Plan, Read, plan, reads, roots};
use super::result::uses;
use super::schema::{Cells, Relation, quoted};
use super::settings::{Limits, limits, value};
use crate::messages::args;
use crate::rule::coverage::{Coverage, Unit};
use crate::rule::{Context, Judgement};
use crate::rulebook::{Card, Problem};

/// Runs the query of a card.
///
/// # Errors
/// The query passes a limit, or its result is not what the card says.
pub fn run(context: &Context<'_>) -> Result<Judgement, Problem> {
    let card = context.card;
    let sql = card.sql.as_deref().unwrap_or_default();
    let plan = plan(sql, context.book).map_err(|wrong| wrong.problem)?;
    let (uses, faults) = uses(card, &plan);
    if let Some((_, problem)) = faults.into_iter().next() {
        return Err(problem);
    }
    let mut limits = limits(card);
    let mut database = Database::new().map_err(|e| failure(&e, limits))?;
    limits.memory = database.limit_heap(limits.memory).map_err(|e| failure(&e, limits))?;
    let source = Cells { region: context.region, facts: context.facts };
    load(&database, &plan, source).map_err(|e| failure(&e, limits))?;
    let roots = roots(&database.connection).map_err(|e| failure(&e, limits))?;
    let names = plan.named.iter().map(|r| r.name()).collect();
    database.close(names).and_then(|()| database.limit_time(limits.time)).map_err(|e| failure(&e, limits))?;

    let mut findings = Vec::new();
    let failed = |error: Error| database.refusal().unwrap_or_else(|| failure(&error, limits));
    let again =
        reads(&database.connection, sql, &roots, &plan.named).map_err(failed)?.map_err(|wrong| wrong.problem)?;
    let loaded = |read: &Read<'_>| {
        let same = plan.reads.iter().find(|r| r.relation.name() == read.relation.name());
        same.is_some_and(|r| r.columns.is_superset(&read.columns))
    };
    // The sizes of the tables may change the order of joins, and nothing else.
    if !again.iter().all(loaded) {
        return Err(Problem::new("error-sql", args([("detail", "columns not loaded".into())])));
    }
    let mut statement = database.connection.prepare(sql).map_err(failed)?;
    bind(&mut statement, card).map_err(failed)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(failed)? {
        if findings.len() as u64 == limits.rows {
            return Err(Problem::new("error-sql-rows", args([("rows", limits.rows.to_string().into())])));
        }
        let number = findings.len() + 1;
        findings.push(ResultRow { region: context.region, uses: &uses, row, number }.finding()?);
    }
    // Rows of a query come in any order; findings about the same records keep this one.
    findings.sort_by_cached_key(|f| serde_json::to_string(f).unwrap_or_default());
    // Of what the query joins, the smallest table says how much there is to judge.
    let rows = plan.reads.iter().map(|read| read.relation.len(source)).min().unwrap_or(0);
    Ok(Coverage::of(Unit::Rows, rows).with(findings))
}

fn bind(statement: &mut rusqlite::Statement<'_>, card: &Card) -> rusqlite::Result<()> {
    for (name, parameter) in &card.parameters {
        if let Some(index) = statement.parameter_index(&format!(":{name}"))? {
            statement.raw_bind_parameter(index, value(&parameter.value))?;
        }
    }
    Ok(())
}

/// Copies what the query reads into the database.
fn load(database: &Database, plan: &Plan<'_>, source: Cells<'_>) -> rusqlite::Result<()> {
    let connection = &database.connection;
    connection.execute_batch("BEGIN")?;
    for relation in &plan.named {
        connection.execute_batch(&relation.create())?;
    }
    for read in &plan.reads {
        copy(database, read.relation, &read.columns, source)?;
    }
    // The sizes of the tables, from which SQLite chooses the order of joins.
    connection.execute_batch("COMMIT; ANALYZE")
}

fn copy<'a>(
    database: &Database,
    relation: Relation<'a>,
    read: &BTreeSet<usize>,
    source: Cells<'a>,
) -> rusqlite::Result<()> {
    let columns = relation.columns();
    let keyed = columns.first().is_some_and(|c| c.0 == "row_id");
    let kept: Vec<usize> = (0..columns.len()).filter(|c| read.contains(c) || (*c == 0 && keyed)).collect();
    if kept.is_empty() {
        // Only the number of rows matters.
        let insert = format!("INSERT INTO {} DEFAULT VALUES", quoted(&relation.name()));
        let mut statement = database.connection.prepare(&insert)?;
        return (0..relation.len(source)).try_for_each(|_| statement.raw_execute().map(drop));
    }
    let names: Vec<String> = kept.iter().map(|c| quoted(columns[*c].0)).collect();
    let marks = vec!["?"; kept.len()].join(", ");
    let insert = format!("INSERT INTO {} ({}) VALUES ({marks})", quoted(&relation.name()), names.join(", "));
    let mut statement = database.connection.prepare(&insert)?;
    for row in 0..relation.len(source) {
        for (at, column) in kept.iter().enumerate() {
            statement.raw_bind_parameter(at + 1, relation.cell(source, row, *column))?;
        }
        statement.raw_execute()?;
    }
    Ok(())
}

/// Why SQLite stopped, in words.
fn failure(error: &Error, limits: Limits) -> Problem {
    match error.sqlite_error_code() {
        Some(ErrorCode::OperationInterrupted) => {
            Problem::new("error-sql-time", args([("seconds", limits.time.to_string().into())]))
        }
        Some(ErrorCode::OutOfMemory) => {
            Problem::new("error-sql-memory", args([("megabytes", limits.memory.to_string().into())]))
        }
        Some(ErrorCode::TooBig) => Problem::new("error-sql-long", args([("bytes", LONGEST.to_string().into())])),
        _ => Problem::new("error-sql", args([("detail", error.to_string().into())])),
    }
}
