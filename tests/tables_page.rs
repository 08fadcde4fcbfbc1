//! `docs/tables.md` is what the declaration of the tables says. `YISHEN_WRITE_DOCS=1` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use yishen::model::{CellType, Column, Kept, Table, columns};
use yishen::tables;

const HEAD: &str = "# Tables and their columns

What `yishen` reads, written by `YISHEN_WRITE_DOCS=1 cargo test --release --test tables_page` from the declaration in
`src/model/columns.rs`. A file is recognised by its header, in whatever order its columns stand; capitals, blanks and brackets in a header
do not matter. What is named otherwise is given its place in `yishen.toml` (`yishen columns FILE --write yishen.toml`).

*needed*: a file of the table is of no use without it; `or x` names the column that serves instead. *not read*: known, so that nobody
wonders about it, and left alone.
";

/// What a column holds, in words.
fn holds(column: &Column) -> &'static str {
    match column.kind {
        CellType::Id => "id",
        CellType::Text => "text",
        CellType::Money => "yuan, two decimals",
        CellType::Quantity => "quantity, four decimals",
        CellType::Price => "yuan a unit, six decimals",
        CellType::Stamp => "date or time",
        CellType::Date => "date",
        CellType::Sex => "sex",
        CellType::Class => "fee class",
        CellType::Count => "whole number",
        CellType::Grade => "grade in the catalogue",
        CellType::Flag => "yes or no",
    }
}

fn page() -> String {
    let mut page = HEAD.to_string();
    for table in Table::ALL {
        let _ = write!(
            page,
            "\n## `{}`\n\n| column | header | older systems | also seen | holds | |\n|---|---|---|---|---|---|\n",
            table.name()
        );
        for column in columns(table) {
            let needed = match (column.required, column.stands_in) {
                (true, Some(other)) => format!("needed, or `{other}`"),
                (true, None) => "needed".to_string(),
                (false, _) => String::new(),
            };
            let unread = if column.kept == Kept::Unread { "not read" } else { "" };
            let notes: Vec<&str> = [needed.as_str(), unread].into_iter().filter(|n| !n.is_empty()).collect();
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} | {} | {} |",
                column.field,
                column.chinese,
                column.akc,
                column.aliases.join("、"),
                holds(column),
                notes.join(", ")
            );
        }
    }
    page.push_str(CLEANED);
    for (name, columns) in tables::layout() {
        let columns: Vec<String> = columns.iter().map(|(column, holds)| format!("`{column}` {holds}")).collect();
        let _ = write!(page, "\n**`{name}.parquet`**: {}\n", columns.join(", "));
    }
    page
}

const CLEANED: &str = r#"
## The cleaned tables

`yishen tables PATH... -o DIR` writes what is left of the exports when refunds are netted, repeated and rejected rows set aside, ids joined:
one Parquet file a table, and `manifest.json` with the exports they were made of (hashes, rows read, used, netted, repeated, rejected), what
was not read, rejects and notes. `yishen scan DIR` finds in them what it finds in the exports, byte for byte; the rows of a finding are
those of the exports. `--peers DIR` takes them as background, masked (`--mask`) or not. Tables made apart are joined by the numbers of
persons, institutions and records as they stand: what only one export can tell, such as which certificate number goes with a person number,
or that an item goes by several names, is settled when its tables are made. A file that is not what the manifest says is refused.

`--mask` puts pseudonyms in the place of persons, records and doctors, and leaves out names, certificate numbers, addresses and texts that hold
one of them. Dates of birth and of stays, money, institutions and items stay: without them the tables could not serve as peers. A patient of the
hospital that is scanned is not known again in masked peers.

Money is in yuan. `X_has_time` says whether the time of day of `X` is known; where it is not, `X` is at midnight. `file` and `line` are the
first row of the export behind a row, `rows.parquet` has the further ones of stays and visits. `records.parquet`
names whose charge lines without a stay or visit are. `corrected` marks charge lines of which a
refund took a part, `rxno` numbers the prescriptions of a record, `setting` is where care was given, `brdy_span_first` and `brdy_span_last` bound a
date of birth of which only the month, the year or the age is known.

With polars:

```python
import polars as pl
fees, items = pl.read_parquet("tables/fees.parquet"), pl.read_parquet("tables/items.parquet")
top = fees.join(items, on="hilist_code").group_by("hilist_name").agg(pl.col("det_item_fee_sumamt").sum()).sort("det_item_fee_sumamt")
```

With DuckDB:

```python
import duckdb
fees, items = duckdb.read_parquet("tables/fees.parquet"), duckdb.read_parquet("tables/items.parquet")
top = duckdb.sql("SELECT hilist_name, sum(det_item_fee_sumamt) AS yuan FROM fees JOIN items USING (hilist_code) GROUP BY 1 ORDER BY 2")
```

With pandas:

```python
import pandas as pd
fees, items = pd.read_parquet("tables/fees.parquet"), pd.read_parquet("tables/items.parquet")
top = fees.merge(items, on="hilist_code").groupby("hilist_name")["det_item_fee_sumamt"].sum().sort_values()
```
"#;

#[test]
fn the_page_is_what_the_declaration_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tables.md");
    let page = page();
    if std::env::var_os("YISHEN_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("docs can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(written == page, "docs/tables.md is not what src/model/columns.rs declares: write it anew");
}
