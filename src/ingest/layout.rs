//! What a header row was understood as: which column of which table each cell of a row is.

use super::assign::Assigned;
use super::names::{Name, normal, speaks_of_unit, unit};
use super::values::half_width;
use crate::model::{CellType, Column, Table};

/// A header row understood as a table.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The table.
    pub table: Table,
    /// The headers as written.
    pub headers: Vec<String>,
    /// For each header, the column it is; `None` where it is not used.
    pub columns: Vec<Option<&'static Column>>,
    /// Further columns read from the same headers.
    pub more: Vec<(usize, &'static Column)>,
    /// Columns with one value for the whole file.
    pub constants: Vec<(&'static Column, String)>,
    /// The cells that make up the visit id where no column holds it.
    pub joined: Vec<usize>,
    /// For each header the power of ten of yuan its money is in: 4 for 万元; `None` where it names no unit.
    pub powers: Vec<Option<i32>>,
    /// Headers of which several could be the same column.
    pub ambiguous: Vec<String>,
    /// Headers and titles that name a unit of money which is not understood.
    pub strange_units: Vec<String>,
    /// Further tables, or further rows, that each row of the file holds.
    pub beside: Vec<Beside>,
}

impl Layout {
    pub(super) fn new(table: Table, headers: &[String], given: Assigned) -> Self {
        let Assigned { columns, more, constants, powers, ambiguous, mapped: _ } = given;
        let headers = headers.to_vec();
        let (joined, strange_units, beside) = Default::default();
        Self { table, headers, columns, more, constants, powers, ambiguous, joined, strange_units, beside }
    }

    /// Takes the unit of money that a title above the header, or the name of the file or sheet, names for all columns whose
    /// header names none; one that stands in a row of several names is that of the columns below it, up to the next name.
    pub fn under(&mut self, file: &str, titles: &[Vec<String>]) {
        let name = file.rsplit(['/', '\\', ':']).next().unwrap_or(file);
        let name = vec![name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_string()];
        self.strange_units = self.unknown_units(&name, titles);
        for row in titles.iter().rev().chain([&name]) {
            let filled: Vec<usize> = (0..row.len()).filter(|at| !row[*at].trim().is_empty()).collect();
            let powers: Vec<Option<i32>> = filled.iter().map(|at| titled(&row[*at])).collect();
            // A unit with a comma in it may have been taken apart.
            if let Some(power) = titled(&row.join(",")).filter(|_| powers.iter().all(Option::is_none)) {
                self.take_unit(0..usize::MAX, power);
            }
            for (nth, (at, power)) in filled.iter().zip(&powers).enumerate() {
                let Some(power) = power else { continue };
                let group = filled.len() > 2 && !speaks_of_all(&row[*at]);
                let end = filled.get(nth + 1).filter(|_| group).copied().unwrap_or(usize::MAX);
                let start = if group { *at } else { 0 };
                self.take_unit(start..end, *power);
            }
        }
    }

    fn take_unit(&mut self, columns: std::ops::Range<usize>, power: i32) {
        let own = self.powers.iter_mut().enumerate().filter(|(at, _)| columns.contains(at));
        own.for_each(|(_, own)| *own = own.or(Some(power)));
        for beside in &mut self.beside {
            beside.layout.take_unit(columns.clone(), power);
        }
    }

    /// Columns of money that are used and whose header, or a title, names a unit that is not understood.
    fn unknown_units(&self, name: &[String], titles: &[Vec<String>]) -> Vec<String> {
        let strange = |name: &Name| name.unit.is_none() && name.qualifier.as_deref().is_some_and(speaks_of_unit);
        let headers = self
            .headers
            .iter()
            .zip(&self.columns)
            .filter(|(_, column)| column.is_some_and(|c| c.kind == CellType::Money));
        let headers = headers.map(|(header, _)| header).filter(|header| strange(&Name::new(header)));
        let titles = name
            .iter()
            .chain(titles.iter().flatten())
            .filter(|cell| speaks_of_all(cell) && speaks_of_unit(cell) && titled(cell).is_none());
        headers.chain(titles).cloned().collect()
    }
}

/// Whether a title says that it names a unit: that of the whole table.
fn speaks_of_all(cell: &str) -> bool {
    let text = normal(cell);
    text.contains("单位") || text.contains("unit")
}

/// The unit of money that a title names: `单位：万元`, alone or in a longer one, or `费用（万元）`. A word that may be a name
/// (单位：万年县医保局) is none.
pub(super) fn titled(cell: &str) -> Option<i32> {
    /// What stands before the word for unit where it means an office.
    const OFFICES: [&str; 14] =
        ["填报", "编制", "报送", "制表", "上报", "编报", "责任", "主管", "承办", "经办", "填表", "医疗", "本", "各"];
    let text = half_width(cell).to_lowercase();
    let parts = |text: &str| -> Vec<String> {
        // Commas within a number are no separators.
        let mut all = vec![String::new()];
        let chars: Vec<char> = text.chars().collect();
        for (at, c) in chars.iter().enumerate() {
            let digit = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit);
            let within = *c == ',' && digit(at.checked_sub(1)) && digit(Some(at + 1));
            match c {
                ')' | '(' | ',' | ';' | '。' | '、' | '，' | '；' | '（' | '）' | '/' if !within => {
                    all.push(String::new())
                }
                c => all.last_mut().unwrap_or(&mut String::new()).push(*c),
            }
        }
        all
    };
    // The unit alone, or before a blank and something else.
    let of = |part: &str| unit(part).or_else(|| part.split_whitespace().next().and_then(unit));
    let named = ["单位", "unit"].iter().find_map(|word| text.find(word).map(|at| (at, at + word.len())));
    if let Some((at, end)) = named {
        if OFFICES.iter().any(|office| text[..at].trim_end().ends_with(office)) {
            return None;
        }
        return parts(&text[end..]).iter().find_map(|part| of(part));
    }
    // Without that word the unit must be one that is nothing else, in brackets or behind a colon.
    let sure = |part: &&str| speaks_of_unit(part) || matches!(part.trim(), "元" | "万元");
    let bracketed = text.trim_end().strip_suffix(')').and_then(|t| t.rfind('(').map(|open| &t[open + 1..]));
    let behind = text.rsplit_once(':').map(|(_, after)| after);
    let alone = Some(text.as_str());
    [bracketed, behind, alone].into_iter().flatten().find_map(|part| Some(part).filter(sure).and_then(unit))
}

/// A table, or further rows of one, that lies in the rows of a file beside its main table.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    /// What of the row is it.
    pub layout: Layout,
    /// Which rows hold it.
    pub rows: Rows,
}

/// Which rows of a file hold a row of the table beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    /// Those in which this cell is filled.
    Filled(usize),
    /// Every row repeats one; rows whose cells here are the same are one. With `sum` the money of all of them is added up.
    Once { key: Vec<usize>, sum: bool },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_the_unit_of_all_columns() {
        assert_eq!(titled("单位：万元"), Some(4));
        assert_eq!(titled("（金额单位：元）"), Some(0));
        assert_eq!(titled("2024年结算表  单位: 千元，人次"), Some(3));
        for cell in [
            "（金额单位：人民币万元）",
            "单位:万元 制表人:张三",
            "单位：人民币万元",
            "（万元）",
            "金额：万元",
            "单位为万元",
            "单位：人次、万元",
            "住院结算（万元）",
            "Unit: 10,000 yuan",
            "Unit: RMB 10k",
            "单位：萬元",
        ] {
            assert_eq!(titled(cell), Some(4), "{cell}");
        }
        assert_eq!(titled("填报单位：某县医保局"), None);
        assert_eq!(titled("填报单位：万年县医保局"), None);
        assert_eq!(titled("单位：万年县医保局"), None);
        assert_eq!(titled("住院结算（一月）"), None);
        assert_eq!(titled("结算表"), None);
    }
}
