//! The database in memory that a query runs in: nothing but what it may read, and nothing it can change.
//!
//! SQLite is set up so that a query from a stranger does no harm: an authorizer that lets through nothing but reading and the
//! functions of a list, no file, no attached database, short texts (a single function on a long one could not be stopped),
//! no temporary file, and a limit to its heap, which is one for the whole process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;

use crate::messages::args;
use crate::rulebook::Problem;

/// The functions a query may use: each gives the same for the same input and cannot reach outside.
const FUNCTIONS: &[&str] = &[
    "abs",
    "avg",
    "ceil",
    "ceiling",
    "char",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "cume_dist",
    "date",
    "datetime",
    "dense_rank",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "if",
    "ifnull",
    "iif",
    "instr",
    "julianday",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "lower",
    "ltrim",
    "max",
    "median",
    "min",
    "nth_value",
    "ntile",
    "nullif",
    "percent_rank",
    "percentile",
    "printf",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sqrt",
    "strftime",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "time",
    "total",
    "trim",
    "typeof",
    "unicode",
    "unixepoch",
    "upper",
];

/// The longest text a query can make, in bytes.
pub(super) const LONGEST: i32 = 1_000_000;

/// How many steps of SQLite's machine lie between two looks at the clock.
const STEPS: i32 = 2_000;

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A database of its own, the only one there is while it lives.
pub(super) struct Database {
    pub connection: Connection,
    refused: Arc<Mutex<Option<Problem>>>,
    _alone: MutexGuard<'static, ()>,
}

impl Database {
    /// An empty database in memory.
    pub fn new() -> rusqlite::Result<Self> {
        let alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(
            "PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;
             PRAGMA trusted_schema = OFF;",
        )?;
        for (option, on) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
            (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        ] {
            connection.set_db_config(option, on)?;
        }
        for (limit, most) in [
            (Limit::SQLITE_LIMIT_LENGTH, LONGEST),
            (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
            (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 500),
            (Limit::SQLITE_LIMIT_ATTACHED, 0),
            (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
            (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
        ] {
            connection.set_limit(limit, most)?;
        }
        Ok(Self { connection, refused: Arc::default(), _alone: alone })
    }

    /// Sets the limit to the heap, in megabytes. SQLite lets nobody raise it again while the process lives, so the queries of
    /// a run come with the largest limit first; the limit in force is given back.
    pub fn limit_heap(&self, megabytes: u64) -> rusqlite::Result<u64> {
        let bytes = i64::try_from(megabytes.saturating_mul(1_000_000)).unwrap_or(i64::MAX);
        let query = format!("PRAGMA hard_heap_limit = {bytes}");
        let bytes: i64 = self.connection.query_row(&query, [], |row| row.get(0))?;
        Ok(bytes.unsigned_abs() / 1_000_000)
    }

    /// From here on nothing can be changed, and only what is listed can be used.
    pub fn close(&mut self, tables: Vec<String>) -> rusqlite::Result<()> {
        self.connection.execute_batch("PRAGMA query_only = ON")?;
        let refused = Arc::clone(&self.refused);
        self.connection.authorizer(Some(move |context: AuthContext<'_>| match refusal(&context.action, &tables) {
            None => Authorization::Allow,
            Some(problem) => {
                refused.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(problem);
                Authorization::Deny
            }
        }))
    }

    /// Why the authorizer refused something, if it did.
    pub fn refusal(&self) -> Option<Problem> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends whatever runs when the time is up.
    pub fn limit_time(&mut self, seconds: u64) -> rusqlite::Result<()> {
        let started = Instant::now();
        let limit = Duration::from_secs(seconds);
        self.connection.progress_handler(STEPS, Some(move || started.elapsed() >= limit))
    }
}

/// Why an action is refused; nothing where it is allowed.
fn refusal(action: &AuthAction<'_>, tables: &[String]) -> Option<Problem> {
    match action {
        AuthAction::Select | AuthAction::Recursive => None,
        // Without a column it may be a table that the query makes for itself; which tables are opened is looked at later.
        AuthAction::Read { table_name, column_name } => {
            let known = column_name.is_empty() || tables.iter().any(|t| t == table_name);
            (!known).then(|| Problem::new("fault-sql-hidden", args([("table", (*table_name).into())])))
        }
        AuthAction::Function { function_name } => {
            let known = FUNCTIONS.contains(&function_name.to_lowercase().as_str());
            (!known).then(|| Problem::new("fault-sql-function", args([("function", (*function_name).into())])))
        }
        _ => Some(Problem::new("fault-sql-write", args([]))),
    }
}
