//! Finds what else the rows of a file hold: the stay that each charge line repeats, the further diagnoses of a wide row, the
//! opening stock beside the closing one.

use std::collections::BTreeMap;

use super::assign::Assigned;
use super::layout::{Beside, Layout, Rows};
use super::names::Name;
use crate::model::{CellType, Column, Table, column};

/// What lies beside the main table of a file. `record` is how the headers of charge lines stand for a stay or a visit, where
/// they do.
pub(super) fn find(layout: &mut Layout, names: &[Name], record: Option<(Table, Assigned)>) -> Vec<Beside> {
    match layout.table {
        Table::Fees => record.and_then(|record| record_of_lines(layout, record)).into_iter().collect(),
        Table::Diagnoses | Table::Stays | Table::Visits => further_diagnoses(layout, names),
        Table::Stock => opening(layout, names).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether headers speak of an admission and a discharge, and not of the beginning and end of something.
pub(super) fn names_a_stay(names: &[Name], stays: &Assigned) -> bool {
    const WORDS: [&str; 12] = [
        "入院",
        "出院",
        "住院",
        "admission",
        "admit",
        "adm_",
        "discharge",
        "dscg",
        "bkc192",
        "bkc194",
        "akc192",
        "akc194",
    ];
    // Who names the header in the configuration says what it is.
    let named = |at: usize| stays.mapped.contains(&at) || WORDS.iter().any(|w| names[at].full.contains(w));
    let says = |field: &str| stays.at(field).is_some_and(named);
    says("begntime") && says("endtime")
}

/// The stay or visit that every charge line repeats. Where no header is the amount of the line, the only sum there is is it.
fn record_of_lines(fees: &mut Layout, (table, mut record): (Table, Assigned)) -> Option<Beside> {
    let at = |layout: &Layout, field: &str| layout.columns.iter().position(|c| c.is_some_and(|c| c.field == field));
    let (amount, total) = (at(fees, "det_item_fee_sumamt"), record.at("medfee_sumamt"));
    let sum = match (amount, total) {
        (None, Some(total)) => {
            fees.columns[total] = column(Table::Fees, "det_item_fee_sumamt");
            true
        }
        (amount, total) => amount.is_some() && amount == total || total.is_none(),
    };
    // What is the line's is not the record's, but for who, where and, of a bill, when.
    for (at, own) in fees.columns.iter().enumerate() {
        let shared = |field: &str| {
            matches!(field, "mdtrt_id" | "setl_id" | "psn_no" | "fixmedins_code")
                || (table == Table::Visits && matches!(field, "fee_ocur_time" | "setl_time" | "begntime"))
        };
        let Some(line) = own else { continue };
        let theirs = record.columns[at].filter(|c| !shared(c.field) && !shared(line.field));
        if let Some(theirs) = theirs.filter(|c| !(sum && c.kind == CellType::Money)) {
            record.take(theirs.field);
        }
    }
    if sum && total.is_none() {
        let amount = amount?;
        record.columns[amount] = column(table, "medfee_sumamt");
    }
    let cell = |fields: &[&str]| fields.iter().find_map(|f| record.at(f));
    let who = [cell(&["psn_no", "certno"]), cell(&["fixmedins_code", "fixmedins_name"])];
    let when = match table {
        Table::Visits => [None, cell(&["setl_time", "begntime"])],
        _ => [cell(&["ipt_no"]), cell(&["begntime"])],
    };
    let key: Vec<usize> = match (record.at("mdtrt_id"), record.at("setl_id")) {
        (Some(visit), settlement) => who.into_iter().flatten().chain([visit]).chain(settlement).collect(),
        (None, Some(settlement)) => who.into_iter().flatten().chain([settlement]).collect(),
        (None, None) => who.into_iter().chain(when).flatten().collect(),
    };
    // Lines of a bill without days of their own are of its day.
    if let Some(when) = when[1].filter(|when| table == Table::Visits && fees.columns[*when].is_none())
        && at(fees, "fee_ocur_time").is_none()
    {
        fees.columns[when] = column(Table::Fees, "fee_ocur_time");
    }
    let mut layout = Layout::new(table, &fees.headers, record);
    if at(&layout, "mdtrt_id").is_none() && at(&layout, "setl_id").is_none() {
        fees.joined.clone_from(&key);
        layout.joined.clone_from(&key);
    }
    Some(Beside { layout, rows: Rows::Once { key, sum } })
}

/// Stems of the headers of further diagnoses, without their number, as they are compared.
const CODES: [&str; 22] = [
    "诊断编码",
    "诊断代码",
    "疾病编码",
    "疾病代码",
    "其他诊断编码",
    "其他诊断代码",
    "其他诊断疾病编码",
    "其它诊断编码",
    "次要诊断编码",
    "次要诊断代码",
    "次诊断编码",
    "副诊断编码",
    "出院副诊断编码",
    "出院其他诊断编码",
    "出院诊断编码",
    "诊断icd",
    "diag_code",
    "diagcode",
    "discharge_disease_id_other",
    "oth_diag_code",
    "othdiag_code",
    "dscg_othdiag_code",
];
const NAMES: [&str; 20] = [
    "诊断名称",
    "疾病名称",
    "其他诊断名称",
    "其它诊断名称",
    "其他诊断",
    "其他诊断疾病名称",
    "次要诊断名称",
    "次要诊断",
    "次诊断名称",
    "副诊断名称",
    "出院副诊断名称",
    "出院其他诊断名称",
    "出院诊断名称",
    "出院其他诊断",
    "diag_name",
    "diagname",
    "discharge_disease_name_other",
    "oth_diag_name",
    "othdiag_name",
    "dscg_othdiag_name",
];

/// A header without the number in it, and the number.
fn numbered(name: &Name) -> Option<(String, u32)> {
    let text = &name.full;
    let from = text.find(|c: char| c.is_ascii_digit())?;
    let digits: String = text[from..].chars().take_while(char::is_ascii_digit).collect();
    let rest = &text[from + digits.len()..];
    let separator = |c: char| matches!(c, '_' | '-' | '(' | ')' | '#' | '.' | '第' | '、');
    if digits.len() > 2 || rest.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let stem = format!("{}{}", text[..from].trim_end_matches(separator), rest.trim_matches(separator));
    digits.parse().ok().map(|number| (stem, number))
}

/// A row for each further diagnosis of a wide row. They are the visit's, so a file without visit ids has none.
fn further_diagnoses(layout: &mut Layout, names: &[Name]) -> Vec<Beside> {
    let at = |field: &str| layout.columns.iter().position(|c| c.is_some_and(|c| c.field == field));
    let (Some(visit), person) = (at("mdtrt_id"), at("psn_no")) else { return Vec::new() };
    let mut groups: BTreeMap<u32, (Option<usize>, Option<usize>)> = BTreeMap::new();
    for (place, name) in names.iter().enumerate() {
        let Some((stem, number)) = numbered(name) else { continue };
        let group = groups.entry(number).or_default();
        if CODES.contains(&stem.as_str()) {
            group.0.get_or_insert(place);
        } else if NAMES.contains(&stem.as_str()) {
            group.1.get_or_insert(place);
        }
    }
    let field = |name: &str| column(Table::Diagnoses, name);
    let mut out = Vec::new();
    for (number, (code, name)) in groups {
        let (Some(code), Some(order)) = (code, field("diag_srt_no")) else { continue };
        if layout.columns[code].is_some() {
            continue;
        }
        let mut columns: Vec<Option<&'static Column>> = vec![None; names.len()];
        columns[visit] = field("mdtrt_id");
        columns[code] = field("diag_code");
        for (place, what) in [(person, "psn_no"), (name, "diag_name")] {
            if let Some(place) = place {
                columns[place] = field(what);
            }
        }
        let given = Assigned {
            columns,
            more: Vec::new(),
            constants: vec![(order, (number + 1).to_string())],
            powers: vec![None; names.len()],
            ambiguous: Vec::new(),
            mapped: Vec::new(),
        };
        out.push(Beside { layout: Layout::new(Table::Diagnoses, &layout.headers, given), rows: Rows::Filled(code) });
    }
    if layout.table == Table::Diagnoses && !out.is_empty() {
        let main = column(Table::Diagnoses, "maindiag_flag").filter(|_| at("maindiag_flag").is_none());
        layout.constants.extend(main.map(|c| (c, "1".to_string())));
    }
    out
}

/// The opening stock of a table that has both, as a stock-take of its own.
fn opening(layout: &mut Layout, names: &[Name]) -> Option<Beside> {
    let find = |words: &[&str]| names.iter().position(|n| words.contains(&n.bare.as_str()));
    let date = find(&["opening_date", "期初时间", "期初日期"])?;
    let count = find(&["opening_balance", "期初数量", "期初库存"])?;
    let price = find(&["opening_price", "期初单价"]);
    let mut opening = layout.clone();
    for (field, place) in [("invdate", Some(date)), ("inv_cnt", Some(count)), ("pric", price)] {
        opening.columns.iter_mut().filter(|c| c.is_some_and(|c| c.field == field)).for_each(|c| *c = None);
        if let Some(place) = place {
            opening.columns[place] = column(Table::Stock, field);
        }
    }
    Some(Beside { layout: opening, rows: Rows::Filled(count) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_wherever_they_stand() {
        let stem = |header: &str| numbered(&Name::new(header));
        assert_eq!(stem("出院副诊断编码-12"), Some(("出院副诊断编码".into(), 12)));
        assert_eq!(stem("DISCHARGE_DISEASE_ID_OTHER1"), Some(("discharge_disease_id_other".into(), 1)));
        assert_eq!(stem("其他诊断1疾病编码"), Some(("其他诊断疾病编码".into(), 1)));
        assert_eq!(stem("诊断编码(2)"), Some(("诊断编码".into(), 2)));
        assert_eq!(stem("诊断编码"), None);
        assert_eq!(stem("days_rinp_flag_31"), Some(("days_rinp_flag".into(), 31)));
    }
}
