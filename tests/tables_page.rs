//! `docs/tables.md` is what the declaration of the tables says. `YISHEN_WRITE_DOCS=1` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use yishen::model::{CellType, Column, Kept, Table, columns};

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
    page
}

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
