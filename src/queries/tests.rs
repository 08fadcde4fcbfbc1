use super::leads::ResultRow;
use super::plan::{Plan, plan};
use super::result::{UsedColumn, Uses, Want};
use super::*;
use crate::facts::Facts;
use crate::finding::{Finding, Subject};
use crate::messages::{Catalog, Lang};
use crate::model::{FeeColumns, Fen, HospitalId, PersonId, Pool, Quantity, Record, Region, RowRef};
use crate::rule::Context;

/// The columns that a query reads, `table.column`.
fn reads(sql: &str) -> Vec<String> {
    let book = Rulebook::builtin();
    let Plan { reads, .. } = plan(sql, &book).unwrap_or_else(|wrong| panic!("{sql}: {}", wrong.problem));
    let columns = |read: plan::Read<'_>| {
        let all = read.relation.columns();
        let own: Vec<&str> = read.columns.iter().map(|c| all[*c].0).collect();
        format!("{}: {}", read.relation.name(), own.join(" "))
    };
    reads.into_iter().map(columns).collect()
}

#[test]
fn columns_of_joins_without_a_name_are_read_too() {
    let both = ["stays: mdtrt_id nights", "diagnoses: mdtrt_id"];
    assert_eq!(reads("SELECT nights FROM stays JOIN diagnoses USING (mdtrt_id)"), both);
    assert_eq!(reads("SELECT nights FROM stays NATURAL JOIN diagnoses"), both);
    assert_eq!(reads("SELECT nights FROM stays s WHERE mdtrt_id IN (SELECT mdtrt_id FROM diagnoses)"), both);
    let left = "SELECT s.nights, d.diag_code FROM stays s LEFT JOIN diagnoses d ON d.mdtrt_id = s.mdtrt_id";
    assert_eq!(reads(left), ["stays: mdtrt_id nights", "diagnoses: mdtrt_id diag_code"]);
}

#[test]
fn what_is_not_needed_is_not_read() {
    assert_eq!(reads("WITH f AS (SELECT * FROM fees) SELECT sum(cnt) AS n FROM f"), ["fees: cnt"]);
    assert_eq!(reads("SELECT count(*) AS n FROM fees"), ["fees: "]);
    assert_eq!(reads("SELECT row_id, rowid AS other FROM visits"), ["visits: "]);
    assert_eq!(reads("SELECT 1 AS n"), Vec::<String>::new());
    let all: Vec<&str> = TABLES[0].columns.iter().skip(1).map(|c| c.name).collect();
    assert_eq!(reads("SELECT * FROM stays"), [format!("stays: {}", all.join(" "))]);
    let built_in = reads("SELECT title FROM (SELECT code AS title FROM k_national_classes)");
    assert_eq!(built_in, ["k_national_classes: code"]);
}

#[test]
fn every_need_of_a_column_is_a_column_of_an_export() {
    use crate::model::{Table, column};
    let known = |need: &str| {
        let (table, field) = need.split_once('.').map_or((need, None), |(t, f)| (t, Some(f)));
        Table::from_name(table).is_some_and(|t| field.is_none_or(|f| column(t, f).is_some()))
    };
    for table in TABLES {
        for need in table.columns.iter().map(|c| c.needs).chain([table.needs]).filter(|n| !n.is_empty()) {
            assert!(need.split(" or ").all(known), "{}: {need}", table.name);
        }
    }
}

/// A stay-less record with three lines of 1, 2 and 4 yuan.
fn region() -> Region {
    let mut region = Region { files: vec!["f.csv".into()], ..Region::default() };
    region.names.records = Pool::from_sorted(["M1"]);
    region.names.persons = Pool::from_sorted(["P1"]);
    region.names.hospitals = Pool::from_sorted(["H1"]);
    region.names.items = Pool::from_sorted(["I1"]);
    region.records = vec![Record { person: PersonId(0), hospital: HospitalId(0), stay: None, visit: None }];
    let mut fees = FeeColumns::default();
    for (line, amount) in [100, 200, 400].into_iter().enumerate() {
        fees.record.push(0);
        fees.item.push(0);
        fees.push_time(None, 0);
        fees.quantity.push(Quantity::ONE.0);
        fees.price.push(amount * 10_000);
        fees.amount.push(amount);
        fees.push_row(RowRef { file: 0, line: line as u32 + 2 });
    }
    region.fees = fees.into();
    region
}

/// The finding of one row of a result, columns `h`, `a` and `r` as hospital, amount and rows.
fn finding(sql: &str) -> Result<Finding, String> {
    let used = |name, want, column| UsedColumn { name, want, column };
    let roles = vec![used("hospital", Want::Hospital, 0), used("amount", Want::Money, 1), used("rows", Want::Rows, 2)];
    let uses = Uses { roles, evidence: Vec::new() };
    let connection = rusqlite::Connection::open_in_memory().expect("a database");
    let mut statement = connection.prepare(sql).expect("a query");
    let mut rows = statement.query([]).expect("rows");
    let row = rows.next().expect("a row").expect("one row");
    let found = ResultRow { region: &region(), uses: &uses, row, number: 1 }.finding();
    found.map_err(|problem| Catalog::new(Lang::En).format(problem.id, &problem.args))
}

#[test]
fn money_at_risk_is_shared_by_the_lines_to_the_fen() {
    let found = finding("SELECT 'H1' AS h, 100 AS a, '1,2,3,3' AS r").expect("a finding");
    let shares: Vec<(Subject, i64)> = found.risks.iter().map(|r| (r.subject, r.amount.0)).collect();
    assert_eq!(shares, [(Subject::Line(0), 14), (Subject::Line(1), 29), (Subject::Line(2), 57)]);
    assert_eq!((found.amount, found.rows.len()), (Fen(100), 3));
    assert_eq!(finding("SELECT 'H1' AS h, 99.5 AS a, 2 AS r").expect("a finding").amount, Fen(100));
}

#[test]
fn values_that_are_not_what_they_must_be_are_named() {
    for (sql, words) in [
        ("SELECT 'H2' AS h, 1 AS a, 1 AS r", "column `h` is “H2”, but must be the code of an institution"),
        ("SELECT 'H1' AS h, x'00' AS a, 1 AS r", "“BLOB”, but must be money"),
        ("SELECT 'H1' AS h, 1e300 AS a, 1 AS r", "but must be money"),
        ("SELECT 'H1' AS h, 1 AS a, 4 AS r", "“4”, but must be values of row_id"),
        ("SELECT 'H1' AS h, 1 AS a, '1;2' AS r", "“1;2”, but must be values of row_id"),
        ("SELECT 'H1' AS h, 1 AS a, NULL AS r", "“NULL”, but must be values of row_id"),
        ("SELECT 7 AS h, 1 AS a, 1 AS r", "“7”, but must be the code"),
        ("SELECT NULL AS h, 1 AS a, 1 AS r", "row 1 of the result names no stay"),
    ] {
        let reason = finding(sql).expect_err(sql);
        assert!(reason.contains(words), "{sql}: {reason}");
    }
}

#[test]
fn a_query_runs_on_what_it_reads() {
    let mut book_card = Rulebook::builtin().cards().next().expect("a card").clone();
    book_card.sql = Some("SELECT fixmedins_code AS h, sum(det_item_fee_sumamt_fen) AS a FROM fees GROUP BY 1".into());
    book_card.columns = [("hospital", "h"), ("amount", "a")].map(|(k, v)| (k.to_string(), v.to_string())).into();
    book_card.evidence.clear();
    let (region, facts, book) = (region(), Facts::default(), Rulebook::builtin());
    let index = crate::rule::index::Index::new(&region, &facts, &book);
    let context = Context { region: &region, facts: &facts, card: &book_card, book: &book, index: &index };
    let found = run(&context).expect("it runs");
    assert_eq!(
        found.findings.iter().map(|f| (f.hospital_id.as_str(), f.amount)).collect::<Vec<_>>(),
        [("H1", Fen(700))]
    );
    assert_eq!(needs(&book_card, &book), ["fees", "fees.det_item_fee_sumamt or fees.pric"]);
}
