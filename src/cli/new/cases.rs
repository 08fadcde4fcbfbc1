//! The example points and cases of each kind of limit.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::csv;

/// Examples of each kind, as documented in the file.
const EXAMPLES: &str = include_str!("examples.toml");
/// The columns of a stay with their usual values.
const STAY: [(&str, &str); 15] = [
    ("mdtrt_id", "S1"),
    ("psn_no", "P1"),
    ("gend", "1"),
    ("brdy", "1960-05-20"),
    ("insutype", "310"),
    ("fixmedins_code", "H1"),
    ("hosp_lv", "二级"),
    ("med_type", "21"),
    ("begntime", "2025-03-01"),
    ("endtime", "2025-03-10"),
    ("adm_dept_name", "内科"),
    ("dise_codg", "J18.900"),
    ("oprn_oprt_code", ""),
    ("medfee_sumamt", "5000.00"),
    ("fund_pay_sumamt", "3500.00"),
];
/// Those of a visit.
const VISIT: [(&str, &str); 11] = [
    ("setl_id", "V1"),
    ("mdtrt_id", "V1"),
    ("psn_no", "P1"),
    ("gend", "1"),
    ("brdy", "1960-05-20"),
    ("fixmedins_code", "H1"),
    ("med_type", "11"),
    ("setl_time", "2025-03-02"),
    ("dise_codg", "J18.900"),
    ("medfee_sumamt", "800.00"),
    ("fund_pay_sumamt", "500.00"),
];
/// Those of a charge. The item is that of the first point, the money quantity times price.
const FEE: [(&str, &str); 14] = [
    ("mdtrt_id", "S1"),
    ("psn_no", "P1"),
    ("fixmedins_code", "H1"),
    ("hilist_code", ""),
    ("hilist_name", ""),
    ("med_chrgitm_type", ""),
    ("fee_ocur_time", "2025-03-02"),
    ("cnt", "1"),
    ("pric", "100"),
    ("det_item_fee_sumamt", ""),
    ("inscp_scp_amt", ""),
    ("bilg_dept_name", "内科"),
    ("bilg_dr_codg", "D1"),
    ("rxno", ""),
];

/// What differs from the usual in a row, by column.
type Row = BTreeMap<String, String>;

/// What is written for a kind of limit.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Example {
    /// Limit, value, name, codes.
    pub(super) points: [[String; 4]; 2],
    pub(super) hit: Case,
    pub(super) innocent: Case,
    /// Further tables that the kind needs, by name.
    #[serde(default)]
    pub(super) tables: BTreeMap<String, Table>,
}

/// A further table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// The data of a case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    stays: Option<Vec<Row>>,
    #[serde(default)]
    visits: Vec<Row>,
    fees: Option<Vec<Row>>,
}

/// The example of a kind of limit.
pub(super) fn example(limit: &str) -> Option<Example> {
    let mut all: BTreeMap<String, Example> = toml::from_str(EXAMPLES).ok()?;
    all.remove(limit)
}

impl Case {
    /// Its files, by name. Without stays of its own it is one usual stay, or the visits alone.
    pub(super) fn files(&self, example: &Example) -> Vec<(&'static str, String)> {
        let usual = || vec![Row::new()];
        let stays = self.stays.clone().unwrap_or_else(|| if self.visits.is_empty() { usual() } else { Vec::new() });
        let fees: Vec<Row> = self.fees.clone().unwrap_or_else(usual).iter().map(|row| self.fee(row, example)).collect();
        let tables = [
            ("stays.csv", STAY.as_slice(), &stays),
            ("visits.csv", VISIT.as_slice(), &self.visits),
            ("fees.csv", FEE.as_slice(), &fees),
        ];
        let full = tables.into_iter().filter(|(_, _, rows)| !rows.is_empty());
        full.map(|(name, columns, rows)| (name, table(columns, rows))).collect()
    }

    /// A charge with item and money.
    fn fee(&self, row: &Row, example: &Example) -> Row {
        let value = |key: &str, usual: &str| row.get(key).cloned().unwrap_or_else(|| usual.to_string());
        let first = example.points[0][3].split(' ').next().unwrap_or_default();
        let code = value("hilist_code", first);
        let number = |text: String| text.parse::<f64>().unwrap_or_default();
        let money = format!("{:.2}", number(value("cnt", "1")) * number(value("pric", "100")));
        // Western drugs 09, herbal slices 10, consumables 08, everything else 14.
        let class = match code.chars().next() {
            Some('X') => "09",
            Some('T') => "10",
            Some('C') => "08",
            _ => "14",
        };
        let record = if self.visits.is_empty() { "S1" } else { "V1" };
        let usual = [
            ("mdtrt_id", record),
            ("hilist_code", &code),
            ("hilist_name", &format!("项目 {code}")),
            ("med_chrgitm_type", class),
            ("det_item_fee_sumamt", &money),
            ("inscp_scp_amt", &money),
        ];
        let mut fee: Row = usual.into_iter().map(|(key, text)| (key.to_string(), text.to_string())).collect();
        fee.extend(row.clone());
        fee
    }
}

fn table(columns: &[(&str, &str)], rows: &[Row]) -> String {
    let header: Vec<&str> = columns.iter().map(|column| column.0).collect();
    let cells = |row: &Row| {
        columns.iter().map(|(key, usual)| row.get(*key).map_or(*usual, String::as_str).to_string()).collect()
    };
    csv(&header, &rows.iter().map(cells).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    #[test]
    fn each_kind_has_an_example_of_known_columns() {
        let all: BTreeMap<String, Example> = toml::from_str(EXAMPLES).expect("the examples are sound");
        let kinds: Vec<&str> = limits::ALL.iter().map(|kind| kind.id).collect();
        assert_eq!(all.keys().map(String::as_str).collect::<Vec<_>>(), kinds);
        for (kind, example) in &all {
            let names = limits::ALL.iter().find(|k| k.id == kind).expect("a kind").names;
            assert!(example.points.iter().all(|point| names.contains(&point[0].as_str())), "{kind}");
            for case in [&example.hit, &example.innocent] {
                let known =
                    |columns: &[(&str, &str)], row: &Row| row.keys().all(|key| columns.iter().any(|c| c.0 == key));
                assert!(case.stays.iter().flatten().all(|row| known(&STAY, row)), "{kind}");
                assert!(case.visits.iter().all(|row| known(&VISIT, row)), "{kind}");
                assert!(case.fees.iter().flatten().all(|row| known(&FEE, row)), "{kind}");
            }
        }
    }
}
