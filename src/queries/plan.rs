//! Reads a query against the empty tables: what it reads, what it gives, what it asks for.
//!
//! Which columns it reads is taken from the program that SQLite makes of it (`EXPLAIN`), not from the authorizer, which is not
//! told of columns in `JOIN ... USING` and `NATURAL JOIN`.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection, Error, Statement};

use super::database::Database;
use super::schema::{Relation, SqlType};
use super::tables::relations;
use super::words::{clock, words};
use crate::messages::args;
use crate::rulebook::{Problem, Rulebook, nearest};

/// A problem of a query, with the byte of its text where it stands, if that is known.
#[derive(Debug)]
pub(super) struct Wrong {
    pub at: Option<usize>,
    pub problem: Problem,
}

impl From<Problem> for Wrong {
    fn from(problem: Problem) -> Self {
        Self { at: None, problem }
    }
}

impl From<Error> for Wrong {
    fn from(error: Error) -> Self {
        Problem::new("fault-sql", args([("detail", error.to_string().into())])).into()
    }
}

/// What a query reads of a table.
pub(super) struct Read<'a> {
    pub relation: Relation<'a>,
    /// Positions of columns.
    pub columns: BTreeSet<usize>,
}

/// A query understood.
pub(super) struct Plan<'a> {
    /// The tables it may name; all must be there for it to be read again.
    pub named: Vec<Relation<'a>>,
    pub reads: Vec<Read<'a>>,
    /// The columns of the result, with their kinds where they are columns of a table as they stand.
    pub result: Vec<(String, Option<SqlType>)>,
    /// The parameters, without the colon.
    pub parameters: BTreeSet<String>,
}

/// Reads a query.
pub(super) fn plan<'a>(sql: &str, book: &'a Rulebook) -> Result<Plan<'a>, Wrong> {
    let words = words(sql);
    let relations = relations(book, &words);
    if let Some(name) = clock(sql) {
        return Err(Problem::new("fault-sql-clock", args([("name", name.into())])).into());
    }
    let mut database = Database::new()?;
    for relation in &relations {
        database.connection.execute_batch(&relation.create())?;
    }
    let roots = roots(&database.connection)?;
    database.close(relations.iter().map(|r| r.name()).collect())?;
    let explain = |error: Error| explain(error, sql, &database, &relations, &words);

    let mut statements = Batch::new(&database.connection, sql);
    let first = statements.next().map_err(explain)?;
    let empty = || Wrong::from(Problem::new("fault-sql-write", args([])));
    let statement = first.ok_or_else(empty)?;
    if !matches!(statements.next(), Ok(None)) {
        return Err(Problem::new("fault-sql-many", args([])).into());
    }
    if !statement.readonly() || statement.is_explain() != 0 || statement.column_count() == 0 {
        return Err(empty());
    }
    let parameters = parameters(&statement)?;
    let kind = |declared: Option<&str>| declared.and_then(SqlType::declared);
    let result = statement.columns().map(|c| (c.name().to_string(), kind(c.decl_type()))).collect();
    let reads = reads(&database.connection, sql, &roots, &relations).map_err(explain)??;
    let named = relations.iter().copied().filter(|r| words.contains(&r.name())).collect();
    Ok(Plan { named, reads, result, parameters })
}

/// The tables by the page on which SQLite keeps them.
pub(super) fn roots(connection: &Connection) -> rusqlite::Result<BTreeMap<i64, String>> {
    let mut statement = connection.prepare("SELECT rootpage, name FROM sqlite_schema WHERE type = 'table'")?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

fn parameters(statement: &Statement<'_>) -> Result<BTreeSet<String>, Wrong> {
    let mut names = BTreeSet::new();
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).unwrap_or("?");
        let Some(own) = name.strip_prefix(':') else {
            return Err(Problem::new("fault-sql-mark", args([("name", name.into())])).into());
        };
        names.insert(own.to_string());
    }
    Ok(names)
}

/// The tables that the program of a query opens, and the columns that it takes from them.
pub(super) fn reads<'a>(
    connection: &Connection,
    sql: &str,
    roots: &BTreeMap<i64, String>,
    relations: &[Relation<'a>],
) -> rusqlite::Result<Result<Vec<Read<'a>>, Wrong>> {
    let mut cursors: BTreeMap<i64, BTreeSet<usize>> = BTreeMap::new();
    let mut columns: BTreeSet<(i64, usize)> = BTreeSet::new();
    let sql = sql.trim_start_matches(|c: char| c == ';' || c.is_whitespace());
    let mut statement = connection.prepare(&format!("EXPLAIN {sql}"))?;
    let mut program = statement.raw_query();
    while let Some(step) = program.next()? {
        let (operation, p1, p2): (String, i64, i64) = (step.get(1)?, step.get(2)?, step.get(3)?);
        match operation.as_str() {
            "OpenRead" | "ReopenIdx" | "VOpen" => {
                let name = roots.get(&p2).filter(|_| operation != "VOpen");
                let Some(at) = name.and_then(|name| relations.iter().position(|r| r.name() == *name)) else {
                    let table = name.map_or("sqlite_schema", String::as_str);
                    return Ok(Err(Problem::new("fault-sql-hidden", args([("table", table.into())])).into()));
                };
                cursors.entry(p1).or_default().insert(at);
            }
            "Column" => {
                columns.insert((p1, usize::try_from(p2).unwrap_or_default()));
            }
            _ => {}
        }
    }
    let mut reads: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (cursor, tables) in &cursors {
        for table in tables {
            let own = columns.range((*cursor, 0)..=(*cursor, usize::MAX)).map(|(_, column)| *column);
            reads.entry(*table).or_default().extend(own);
        }
    }
    Ok(Ok(reads.into_iter().map(|(at, columns)| Read { relation: relations[at], columns }).collect()))
}

/// What SQLite refused, in words.
fn explain(error: Error, sql: &str, database: &Database, relations: &[Relation<'_>], words: &[String]) -> Wrong {
    if let Some(problem) = database.refusal() {
        return problem.into();
    }
    let (msg, at) = match &error {
        Error::SqlInputError { msg, offset, .. } => (msg, usize::try_from(*offset).ok()),
        Error::SqliteFailure(_, Some(msg)) => (msg, None),
        _ => return error.into(),
    };
    let name = |text: &str| text.split(" - should").next().unwrap_or_default().trim().replace('"', "");
    let after = |start: &str| msg.strip_prefix(start).map(name);
    // SQLite does not say where a table stands that it does not know.
    let at = at.or_else(|| sql.find(&after("no such table: ")?));
    let problem = if let Some(name) = after("no such table: ") {
        let names: Vec<String> = relations.iter().map(|r| r.name()).collect();
        let near = nearest(&name, names.iter().map(String::as_str));
        Problem::new("fault-sql-table", args([("table", name.into()), ("nearest", near.into())]))
    } else if let Some(name) = after("no such column: ") {
        let mentioned = |r: &&Relation<'_>| words.contains(&r.name());
        let columns: Vec<&str> = relations.iter().filter(mentioned).flat_map(|r| r.columns()).map(|c| c.0).collect();
        let near = nearest(name.rsplit('.').next().unwrap_or_default(), columns);
        Problem::new("fault-sql-column", args([("column", name.into()), ("nearest", near.into())]))
    } else if let Some(name) = after("no such function: ") {
        Problem::new("fault-sql-function", args([("function", name.into())]))
    } else {
        let detail = msg.split_whitespace().collect::<Vec<_>>().join(" ");
        Problem::new("fault-sql", args([("detail", detail.into())]))
    };
    Wrong { at, problem }
}
