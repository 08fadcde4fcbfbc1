//! Finds the header among the first rows of a table: below titles, over two or three rows, or further down.

use super::header::{Headers, Recognised};
use super::names::Name;
use super::values::{Purpose, Reading, clean, decimal, moment};

/// Rows looked at for a header.
pub(super) const ROWS: usize = 40;
/// Rows that one header may take.
const DEEPEST: usize = 3;
/// Cells of the widest row that is taken for a header: what Excel holds.
pub(super) const WIDEST: usize = 16_384;

/// A header.
pub(super) struct Heading {
    /// Index of its first row among those looked at.
    pub first: usize,
    /// Index of its last row.
    pub last: usize,
    /// What it is.
    pub found: Recognised,
    /// Its cells; those of several rows joined.
    pub cells: Vec<String>,
    /// The more, the better it fits.
    pub score: usize,
}

/// The row, or rows, that fit best as a header; `None` where there is no row.
pub(super) fn search(rows: &[Vec<String>], headers: Headers<'_>) -> Option<Heading> {
    let mut best: Option<Heading> = None;
    for first in 0..rows.len().min(ROWS) {
        // What stands below a header are its rows, even where another header follows that knows more columns.
        if best.as_ref().is_some_and(|b| matches!(b.found, Recognised::Table(_))) {
            break;
        }
        let mut cells = rows[first].clone();
        if cells.len() > WIDEST {
            cells.clear();
        }
        for height in 1..=DEEPEST {
            let last = first + height - 1;
            if height > 1 {
                match rows.get(last).and_then(|below| joined(&cells, below, headers)) {
                    Some(both) => cells = both,
                    None => break,
                }
            }
            let found = headers.recognise(&cells);
            let score = found.points();
            // The first of equals, and of the rows of a header the fewest, so that no row of data is taken for a part of it.
            if best.as_ref().is_none_or(|b| score > b.score) {
                best = Some(Heading { first, last, found, cells: cells.clone(), score });
            }
        }
    }
    if best.as_ref().is_some_and(|b| b.score == 0)
        && let Some(last) = likeliest(rows)
    {
        let cells = rows[last].clone();
        return Some(Heading { first: last, last, found: Recognised::Nothing, cells, score: 0 });
    }
    best
}

/// Rows of data that stand above a header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Above {
    /// Index of the first of them.
    pub from: usize,
    /// Whether they are the header's: a file that was sorted with its header. Others stand below a header of their own.
    pub own: bool,
}

impl Heading {
    /// Rows above it that are no titles, but data.
    pub fn above(&self, rows: &[Vec<String>]) -> Option<Above> {
        let filled = |row: &[&str]| row.iter().filter(|c| !clean(c.as_bytes()).is_empty()).count();
        let named = self.cells.iter().filter(|c| !c.trim().is_empty()).count();
        let wide = |row: &[&str]| filled(row) >= 3 && filled(row) * 2 >= named;
        let above = &rows[..self.first];
        let from = above.iter().position(|row| {
            let row = apart(row);
            wide(&row) && holds_data(row.iter().copied())
        })?;
        let words = above[..from].iter().map(|row| apart(row)).any(|row| wide(&row));
        Some(Above { from, own: !words && above[from..].iter().all(|row| apart(row).len() == row.len()) })
    }
}

/// The cells of a row; of a row that is one cell for want of its separator, what another one gives.
fn apart(row: &[String]) -> Vec<&str> {
    let filled = row.iter().filter(|c| !c.trim().is_empty()).count();
    let other = match row.first().filter(|_| filled == 1) {
        Some(cell) => [',', ';', '|', '\t'].into_iter().map(|c| (cell.matches(c).count(), c)).max(),
        None => None,
    };
    match other {
        Some((many, separator)) if many >= 3 => row[0].split(separator).collect(),
        _ => row.iter().map(String::as_str).collect(),
    }
}

/// Of rows that are all unknown the likeliest header: the first of words alone that fills as many cells as any other. Titles
/// and notes above it fill fewer.
fn likeliest(rows: &[Vec<String>]) -> Option<usize> {
    let filled = |row: &[String]| row.iter().filter(|c| !clean(c.as_bytes()).is_empty()).count();
    let rows = &rows[..rows.len().min(ROWS)];
    let most = rows.iter().map(|r| filled(r)).max().filter(|most| (2..=WIDEST).contains(most))?;
    let words =
        |least: usize| rows.iter().position(|r| filled(r) >= least && !holds_data(r.iter().map(String::as_str)));
    // A column of row numbers often has no header.
    words(most).or_else(|| words((most - 1).max(2)))
}

/// Whether a row holds a date or a number, as a header does not.
pub(super) fn holds_data<'a>(row: impl IntoIterator<Item = &'a str>) -> bool {
    row.into_iter()
        .map(|c| clean(c.as_bytes()))
        .filter(|c| !c.is_empty())
        .any(|cell| decimal(cell, 6).is_some() || cell.len() >= 8 && moment(cell, Purpose::Service) != Reading::Unread)
}

/// A header and the row below it as one, where that may be its second row: words only, and under a wide heading.
fn joined(above: &[String], below: &[String], headers: Headers<'_>) -> Option<Vec<String>> {
    let filled = |row: &[String]| row.iter().filter(|c| !c.trim().is_empty()).count();
    let words = below.iter().all(|c| !c.contains(|c: char| c.is_ascii_digit()));
    let known = above.iter().filter(|c| headers.knows(c)).count();
    if !words || filled(below) == 0 || below.len() > WIDEST || known < 2 {
        return None;
    }
    let mut wide = "";
    let mut both = Vec::with_capacity(above.len().max(below.len()));
    for at in 0..above.len().max(below.len()) {
        let top = above.get(at).map_or("", |c| c.trim());
        let low = below.get(at).map_or("", |c| c.trim());
        wide = if top.is_empty() { wide } else { top };
        both.push(match (top, low) {
            (top, "") => top.to_string(),
            (_, low) => {
                let whole = format!("{wide}{low}");
                let best = [whole.as_str(), low, top].into_iter().find(|name| headers.knows(name));
                best.map(str::to_string).or_else(|| spelt_out(wide, low, headers)).unwrap_or_else(|| low.to_string())
            }
        });
    }
    Some(both)
}

/// The known header that a wide heading and a short word below it stand for: 住院时间 over 入院 is 入院时间, 费用 over 基金 is
/// 基金支付.
fn spelt_out(wide: &str, low: &str, headers: Headers<'_>) -> Option<String> {
    const TIMES: [&str; 2] = ["时间", "日期"];
    const MONEY: [&str; 5] = ["费", "金额", "支付", "结算", "款"];
    let wide = Name::new(wide).bare;
    let tails = wide.char_indices().skip(1).map(|(at, _)| &wide[at..]);
    let further: &[&str] = if TIMES.iter().any(|word| wide.contains(word)) {
        &TIMES
    } else if MONEY.iter().any(|word| wide.contains(word)) {
        &["支付", "负担", "金额"]
    } else {
        &[]
    };
    let ways = tails.chain(further.iter().copied()).map(|tail| format!("{low}{tail}"));
    [format!("{wide}{low}")].into_iter().chain(ways).find(|name| headers.knows(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Mapping;
    use crate::model::Table;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|l| l.split(',').map(str::to_string).collect()).collect()
    }

    fn find(text: &str) -> (usize, Option<Table>, Vec<String>) {
        let mapping = Mapping::default();
        let mapped = Default::default();
        let found = search(&rows(text), Headers::new(&mapping, &mapped, false)).expect("rows");
        let table = match found.found {
            Recognised::Table(layout) => Some(layout.table),
            _ => None,
        };
        (found.last, table, found.cells)
    }

    #[test]
    fn a_header_stands_below_many_titles() {
        let text = format!("{}就诊ID,人员编号,机构编码,入院日期,出院日期,医疗费总额\n", "查询条件,全部\n".repeat(30));
        let (last, table, _) = find(&text);
        assert_eq!((last, table), (30, Some(Table::Stays)));
    }

    #[test]
    fn a_header_of_two_rows_is_joined() {
        let text =
            "就诊ID,人员编号,机构编码,住院,,金额,\n,,,入院日期,出院日期,医疗费总额,基金支付总额\n1,2,3,4,5,6,7\n";
        let (last, table, cells) = find(text);
        assert_eq!((last, table), (1, Some(Table::Stays)));
        assert_eq!(cells[3..], ["入院日期", "出院日期", "医疗费总额", "基金支付总额"]);
    }

    #[test]
    fn short_words_below_a_wide_heading_are_spelt_out() {
        let text = "就诊ID,人员编号,机构编码,医疗类别,住院时间,,费用（元）,,\n,,,,入院,出院,总额,基金,个人\n\
                    1,2,3,21,2025-01-01,2025-01-02,6,5,1\n";
        let (last, table, cells) = find(text);
        assert_eq!((last, table), (1, Some(Table::Stays)));
        assert_eq!(cells[4..], ["入院时间", "出院时间", "费用总额", "基金支付", "个人支付"]);
    }

    #[test]
    fn an_unknown_header_stands_below_titles() {
        let titled = "某院住院数据,,,,\n导出时间：2025-03-01,,,,\nBH,YY,RY,CY,FY\nA1,H1,2025-01-01,2025-01-04,12.50\n";
        assert_eq!(find(titled), (2, None, ["BH", "YY", "RY", "CY", "FY"].map(String::from).to_vec()));
        let numbered = "x\n,BH,YY,RY,CY,FY\n1,A1,H1,2025-01-01,2025-01-04,12.50\n";
        assert_eq!(find(numbered).0, 1, "row numbers have no header");
        assert_eq!(find("BH,YY\nA1,H1\nA2,H2\n").0, 0, "the first of equals");
        assert_eq!(find("A1,2025-01-01\nA2,2025-01-02\n").0, 0, "no header at all");
    }

    #[test]
    fn rows_of_data_above_a_header_are_told_from_titles() {
        let above = |text: &str| {
            let (mapping, mapped) = Default::default();
            let rows = rows(text);
            search(&rows, Headers::new(&mapping, &mapped, false)).expect("rows").above(&rows)
        };
        let header = "就诊ID,人员编号,机构编码,入院日期,出院日期,医疗费总额\n";
        let data = "M1,P1,H1,2025-01-01,2025-01-02,1\n";
        assert_eq!(above(&format!("住院结算,,,,,\n期间,2025-01-01,,,,\n{header}{data}")), None);
        assert_eq!(above(&format!("住院结算,,,,,\n{data}{data}{header}{data}")), Some(Above { from: 1, own: true }));
        let foreign = format!("a,b,c,d,e,f\n{data}{header}{data}");
        assert_eq!(above(&foreign), Some(Above { from: 1, own: false }));
        let other = format!("{header}{data}").replace(',', ";");
        assert_eq!(above(&format!("{other}{header}{data}")), Some(Above { from: 1, own: false }));
    }

    #[test]
    fn a_row_of_data_is_no_part_of_a_header() {
        let text = "就诊ID,人员编号,机构编码,入院日期,出院日期,医疗费总额\nM1,P1,H1,2025-01-01,2025-01-02,1\n";
        assert_eq!(find(text).0, 0);
    }
}
