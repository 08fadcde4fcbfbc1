//! Gives the headers of a file to the columns of one table.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::OnceLock;

use super::names::{Name, normal, undressed};
use crate::model::{CellType, Column, Table, columns};

/// How the headers of a file stand for the columns of a table.
#[derive(Clone, Debug)]
pub(super) struct Assigned {
    /// For each header the column it is.
    pub columns: Vec<Option<&'static Column>>,
    /// Further columns that a mapping reads from the same header.
    pub more: Vec<(usize, &'static Column)>,
    /// Columns that have one value for the whole file.
    pub constants: Vec<(&'static Column, String)>,
    /// For each header the power of ten of yuan its money is in; `None` where it names no unit.
    pub powers: Vec<Option<i32>>,
    /// Headers of which several could be the same column, and nothing says which.
    pub ambiguous: Vec<String>,
    /// Headers that the configuration names.
    pub mapped: Vec<usize>,
}

/// What brackets say of the column that is meant by the word before them.
const MAIN: [&str; 14] =
    ["总额", "总", "总计", "合计", "全部", "实际", "total", "all", "actual", "应收", "必填", "含税", "全额", "sum"];
/// Brackets that make an age none in years.
const YOUNG: [&str; 8] = ["月", "月龄", "天", "日", "日龄", "小时", "months", "days"];

/// Ranks of a header that is a column's only after its brackets were taken off, and of one that is so by its main word.
const STRIPPED: usize = 200;
const MAIN_WORD: usize = 190;
/// Rank of a header that is a column's only by another word for the same thing; behind all others.
const REWORDED: usize = 300;

/// Words that headers use for one another, each with the one they are compared by.
const SAME: [(&str, &str); 9] = [
    ("定点医疗机构", "医疗机构"),
    ("定点医药机构", "医疗机构"),
    ("医药机构", "医疗机构"),
    ("代码", "编码"),
    ("编号", "编码"),
    ("时间", "日期"),
    ("病人", "患者"),
    ("就诊人", "患者"),
    ("离院日期", "出院日期"),
];
/// What stands before a header that says whose it is, and the columns that say something of a person.
const WHOSE: [&str; 5] = ["患者", "参保人员", "参保人", "被保险人", "公民"];
const PERSONAL: [&str; 10] =
    ["psn_no", "psn_name", "certno", "gend", "brdy", "age", "insutype", "psn_type", "addr", "tel"];

/// Normal form of a header to its column and rank; lower ranks are preferred.
type Known = HashMap<(Table, String), (&'static Column, usize)>;

/// Every known header of every table.
fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut known = HashMap::new();
        for column in Table::ALL.into_iter().flat_map(columns) {
            for (rank, name) in column.names().enumerate() {
                known.entry((column.table, normal(name))).or_insert((column, rank));
            }
        }
        known
    })
}

/// A normal form with one word for what headers have several for.
fn reworded(name: &str) -> String {
    SAME.iter().fold(name.to_string(), |text, (word, same)| text.replace(word, same))
}

/// Every known header of every table with one word for each thing; those that would be several columns are left out.
fn known_reworded() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut found: HashMap<(Table, String), Option<(&'static Column, usize)>> = HashMap::new();
        for ((table, name), &(column, rank)) in known() {
            let entry = found.entry((*table, reworded(name))).or_insert(Some((column, rank)));
            *entry = entry.filter(|(other, _)| other.field == column.field).map(|(c, other)| (c, other.min(rank)));
        }
        found.into_iter().filter_map(|(name, entry)| entry.map(|found| (name, found))).collect()
    })
}

/// The column of a header that is known by another word for the same thing.
fn look_up_reworded(table: Table, name: &str) -> Option<(&'static Column, usize)> {
    if name.is_ascii() {
        return None;
    }
    let text = reworded(name);
    let find = |text: &str| known_reworded().get(&(table, text.to_string())).copied();
    find(&text).or_else(|| {
        let rest = WHOSE.iter().find_map(|whose| text.strip_prefix(whose))?;
        find(rest).filter(|(column, _)| PERSONAL.contains(&column.field))
    })
}

/// Whether a header is known as a column of some table.
pub(super) fn is_known(name: &Name) -> bool {
    static NAMES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let names = NAMES.get_or_init(|| known().keys().map(|(_, name)| name.as_str()).collect());
    names.contains(name.full.as_str()) || names.contains(name.bare.as_str())
}

/// The column of a known header, with its rank.
fn look_up(table: Table, name: &Name) -> Option<(&'static Column, usize)> {
    let find = |text: String| known().get(&(table, text)).copied();
    if let Some((column, rank)) = find(name.full.clone()) {
        return Some((column, rank + 1));
    }
    let fits = |column: &Column| {
        let money = matches!(column.kind, CellType::Money | CellType::Price);
        // A count of ten thousand pieces or a code in yuan is not what the column is.
        money || matches!(name.unit, None | Some(0))
    };
    let Some(qualifier) = &name.qualifier else {
        let found = find(name.bare.clone()).map(|(c, rank)| (c, rank + 1));
        let found = found.or_else(|| look_up_reworded(table, &name.bare).map(|(c, rank)| (c, rank + REWORDED)));
        return found.filter(|(c, _)| fits(c));
    };
    let bare = &name.bare;
    let joined = [format!("{qualifier}{bare}"), format!("{bare}{qualifier}")];
    if let Some((column, rank)) = joined.into_iter().find_map(find).filter(|(c, _)| fits(c)) {
        return Some((column, rank + 50));
    }
    let (column, rank) = find(bare.clone()).filter(|(c, _)| fits(c))?;
    if column.field == "age" && YOUNG.contains(&qualifier.as_str()) {
        return None;
    }
    let base = if MAIN.contains(&qualifier.as_str()) { MAIN_WORD } else { STRIPPED };
    Some((column, rank.min(5) + base))
}

/// Headers of a drug, which are those of a charge line only where each line has its amount: a prescription names drugs, too,
/// and is no charge, and a list of scanned trace codes is one only where it counts what was charged.
const DRUG: [&str; 2] = ["药品编码", "药品名称"];

/// Whether headers are those of charges for drugs.
fn charges_drugs(names: &[Name]) -> bool {
    let says = |word: &str| names.iter().any(|n| n.bare.contains(word));
    says("金额") && (says("数量") || !says("追溯码"))
}

/// Gives each header its column; where two headers are the same column, the better-ranked, then the first, has it. A header of
/// the configuration goes before every known one and may be several columns.
pub(super) fn assign(table: Table, names: &[Name], fields: &BTreeMap<String, String>) -> Assigned {
    let mut mapped: BTreeMap<String, Vec<&'static Column>> = BTreeMap::new();
    // Headers that differ in nothing but their table (`Patient.id`, `Encounter.id`) are told apart where the configuration does.
    let mut exact: BTreeMap<String, Vec<&'static Column>> = BTreeMap::new();
    let mut constants = Vec::new();
    for (field, header) in fields {
        let Some(column) = crate::model::column(table, field) else { continue };
        match header.strip_prefix('=') {
            Some(value) => constants.push((column, value.trim().to_string())),
            None => {
                let whole = undressed(header);
                if names.iter().any(|name| name.whole() == whole) {
                    exact.entry(whole).or_default().push(column);
                } else {
                    mapped.entry(normal(header)).or_default().push(column);
                }
            }
        }
    }
    let mut out = Assigned {
        columns: vec![None; names.len()],
        more: Vec::new(),
        constants: Vec::new(),
        powers: names.iter().map(|n| n.unit).collect(),
        ambiguous: Vec::new(),
        mapped: Vec::new(),
    };
    // By field: rank and header of who has it.
    let mut taken: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut even: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, name) in names.iter().enumerate().filter(|(_, name)| !name.full.is_empty()) {
        let given = exact.get(name.whole()).or_else(|| mapped.get(&name.full));
        let given = given.or_else(|| mapped.get(&name.bare).filter(|_| name.qualifier.is_none()));
        let hits: Vec<(&'static Column, usize)> = match given {
            Some(columns) => columns.iter().map(|c| (*c, 0)).collect(),
            None if table == Table::Fees && DRUG.contains(&reworded(&name.bare).as_str()) && !charges_drugs(names) => {
                Vec::new()
            }
            None => look_up(table, name).into_iter().collect(),
        };
        out.mapped.extend(given.map(|_| at));
        for (column, rank) in hits {
            match taken.get(column.field) {
                Some(&(best, other)) if best == rank && rank >= MAIN_WORD && names[other].full != name.full => {
                    even.entry(column.field).or_insert_with(|| vec![other]).push(at);
                    continue;
                }
                Some(&(best, _)) if best <= rank => continue,
                Some(&(_, other)) => {
                    even.remove(column.field);
                    out.columns[other] = out.columns[other].filter(|c| c.field != column.field);
                    out.more.retain(|(_, c)| c.field != column.field);
                }
                None => {}
            }
            taken.insert(column.field, (rank, at));
            match out.columns[at] {
                None => out.columns[at] = Some(column),
                Some(_) => out.more.push((at, column)),
            }
        }
    }
    for (field, headers) in even {
        out.columns.iter_mut().filter(|c| c.is_some_and(|c| c.field == field)).for_each(|c| *c = None);
        out.ambiguous.extend(headers.into_iter().map(|at| names[at].full.clone()));
    }
    out.constants = constants.into_iter().filter(|(column, _)| !out.has(column.field)).collect();
    out
}

impl Assigned {
    /// The columns that a header or a constant gives.
    pub fn found(&self) -> impl Iterator<Item = &'static Column> + '_ {
        let headers = self.columns.iter().flatten().copied().chain(self.more.iter().map(|(_, c)| *c));
        headers.chain(self.constants.iter().map(|(c, _)| *c))
    }

    /// Whether a field is there.
    pub fn has(&self, field: &str) -> bool {
        self.found().any(|c| c.field == field)
    }

    /// The header of a field.
    pub fn at(&self, field: &str) -> Option<usize> {
        let own = self.columns.iter().position(|c| c.is_some_and(|c| c.field == field));
        own.or_else(|| self.more.iter().find(|(_, c)| c.field == field).map(|(at, _)| *at))
    }

    /// Whether the configuration names a header.
    pub fn is_mapped(&self) -> bool {
        !self.mapped.is_empty()
    }

    /// Number of headers that are columns.
    pub fn headers(&self) -> usize {
        self.columns.iter().flatten().count()
    }

    /// Takes a field away.
    pub fn take(&mut self, field: &str) {
        self.columns.iter_mut().filter(|c| c.is_some_and(|c| c.field == field)).for_each(|c| *c = None);
        self.more.retain(|(_, c)| c.field != field);
        self.constants.retain(|(c, _)| c.field != field);
    }

    /// The columns that a file of the table cannot do without and that neither are there nor have a stand-in.
    pub fn missing(&self, table: Table) -> Vec<&'static Column> {
        let has = |field: &str| self.has(field);
        let mut lacking: Vec<&'static Column> =
            columns(table).iter().filter(|c| c.required && !has(c.field) && !c.stands_in.is_some_and(has)).collect();
        // Of two columns that stand in for each other one is enough.
        let names: Vec<&str> = lacking.iter().map(|c| c.field).collect();
        lacking.retain(|c| {
            let before = c.stands_in.and_then(|other| names.iter().position(|n| *n == other));
            before.is_none_or(|other| names.iter().position(|n| *n == c.field) < Some(other))
        });
        match table {
            Table::Hospitals | Table::Persons if lacking.is_empty() && self.found().count() < 2 => {
                lacking.extend(columns(table).iter().find(|c| !has(c.field)));
            }
            // A charge line that names neither visit nor settlement nor person and day belongs to nobody.
            Table::Fees if !(has("mdtrt_id") || has("setl_id") || (has("psn_no") && has("fee_ocur_time"))) => {
                lacking.extend(crate::model::column(table, "mdtrt_id"));
            }
            _ => {}
        }
        lacking
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(table: Table, header: &str, fields: &[(&str, &str)]) -> Assigned {
        let names: Vec<Name> = header.split(',').map(Name::new).collect();
        assign(table, &names, &fields.iter().map(|(f, h)| (f.to_string(), h.to_string())).collect())
    }

    #[test]
    fn brackets_say_which_of_two_columns_is_meant() {
        let stays = given(Table::Stays, "入院时间(登记),入院时间(实际),出院时间(实际)", &[]);
        assert_eq!((stays.at("begntime"), stays.at("endtime")), (Some(1), Some(2)));
        let fees = given(Table::Fees, "金额(基金),金额(总额)", &[]);
        assert_eq!(fees.at("det_item_fee_sumamt"), Some(1));
        let fees = given(Table::Fees, "金额(甲),金额(乙)", &[]);
        assert!(!fees.has("det_item_fee_sumamt") && fees.ambiguous.len() == 2, "nothing says which");
        let fees = given(Table::Fees, "金额(甲),金额", &[]);
        assert_eq!(fees.at("det_item_fee_sumamt"), Some(1));
        let visits = given(Table::Visits, "支付金额(个人),金额(总)", &[]);
        assert_eq!((visits.at("psn_pay"), visits.at("medfee_sumamt")), (Some(0), Some(1)));
        assert_eq!(given(Table::Stays, "年龄(月)", &[]).at("age"), None);
        assert_eq!(given(Table::Stays, "年龄(岁)", &[]).at("age"), Some(0));
    }

    #[test]
    fn units_go_with_their_column() {
        let stays = given(Table::Stays, "医疗费总额（万元）,基金支付总额(元),统筹基金支付", &[]);
        assert_eq!(stays.powers, [Some(4), Some(0), None]);
        assert_eq!(stays.at("medfee_sumamt"), Some(0));
        assert_eq!(given(Table::Fees, "数量(万)", &[]).at("cnt"), None, "ten thousands of pieces are no pieces");
        assert_eq!(given(Table::Fees, "数量(盒)", &[]).at("cnt"), Some(0));
    }

    #[test]
    fn one_header_may_be_several_fields_and_a_field_a_constant() {
        let fields =
            [("mdtrt_id", "rid"), ("feedetl_sn", "rid"), ("fixmedins_code", "=H1"), ("psn_no", "no such header")];
        let fees = given(Table::Fees, "rid,qty", &fields);
        assert_eq!((fees.at("mdtrt_id"), fees.at("feedetl_sn"), fees.at("psn_no")), (Some(0), Some(0), None));
        assert_eq!(fees.constants.len(), 1);
        assert!(fees.has("fixmedins_code"));
        let fees = given(Table::Fees, "rid,机构编码", &fields);
        assert_eq!((fees.at("fixmedins_code"), fees.constants.len()), (Some(1), 0), "the file's own column goes first");
    }

    #[test]
    fn a_mapping_tells_apart_what_differs_in_its_table_only() {
        let fields = [("psn_no", "Patient.id"), ("mdtrt_id", "Encounter.id"), ("begntime", "t.Start")];
        let stays = given(Table::Stays, "Encounter.id,Patient.id,start", &fields);
        assert_eq!((stays.at("mdtrt_id"), stays.at("psn_no"), stays.at("begntime")), (Some(0), Some(1), Some(2)));
        let stays = given(Table::Stays, "Encounter.id,Start", &fields);
        assert_eq!((stays.at("mdtrt_id"), stays.at("psn_no")), (Some(0), None), "one header is not taken for another");
        assert_eq!(given(Table::Stays, "id", &fields[..1]).at("psn_no"), Some(0));
    }

    #[test]
    fn all_that_is_missing_is_told_and_alternatives_once() {
        let missing =
            |table, header| -> Vec<&str> { given(table, header, &[]).missing(table).iter().map(|c| c.field).collect() };
        assert_eq!(missing(Table::Stays, "就诊ID"), ["psn_no", "fixmedins_code", "begntime", "endtime"]);
        assert_eq!(missing(Table::Stays, "身份证号,机构名称,入院日期"), ["endtime"]);
        assert_eq!(missing(Table::Fees, "项目名称,数量"), ["mdtrt_id"]);
        assert_eq!(missing(Table::Fees, "项目名称,人员编号,收费日期"), ["cnt"]);
    }

    #[test]
    fn one_word_is_as_good_as_another() {
        for (table, header, field) in [
            (Table::Stays, "定点医疗机构编码", "fixmedins_code"),
            (Table::Stays, "定点医药机构代码", "fixmedins_code"),
            (Table::Stays, "医药机构编码", "fixmedins_code"),
            (Table::Stays, "机构编号", "fixmedins_code"),
            (Table::Stays, "医院编号", "fixmedins_code"),
            (Table::Stays, "诊断代码", "dise_codg"),
            (Table::Stays, "主诊断代码", "dise_codg"),
            (Table::Stays, "出院诊断代码", "dise_codg"),
            (Table::Stays, "统筹基金支付金额", "hifp_pay"),
            (Table::Stays, "医保报销金额", "fund_pay_sumamt"),
            (Table::Stays, "住院总费用", "medfee_sumamt"),
            (Table::Stays, "费用合计(元)", "medfee_sumamt"),
            (Table::Stays, "患者身份证号", "certno"),
            (Table::Stays, "公民身份证号", "certno"),
            (Table::Stays, "病人姓名", "psn_name"),
            (Table::Stays, "就诊开始日期", "begntime"),
            (Table::Stays, "住院起始时间", "begntime"),
            (Table::Stays, "离院日期", "endtime"),
            (Table::Fees, "收费项目代码", "hilist_code"),
            (Table::Fees, "收费项目(名称)", "hilist_name"),
            (Table::Visits, "病人编号", "psn_no"),
        ] {
            assert_eq!(given(table, header, &[]).at(field), Some(0), "{header}");
        }
        let visits = given(Table::Visits, "就诊时间,就诊日期", &[]);
        assert_eq!((visits.at("begntime"), visits.at("setl_time")), (Some(0), Some(1)), "what is known exactly stays");
        assert_eq!(given(Table::Stays, "医院编号,医院编码", &[]).at("fixmedins_code"), Some(1));
        assert_eq!(given(Table::Fees, "患者医保编码", &[]).headers(), 0, "a person's code is no item's");
        assert_eq!(given(Table::Stays, "编号,名称,患者费用", &[]).headers(), 0);
    }

    #[test]
    fn a_drug_is_charged_only_with_its_amount() {
        let item = |header: &str| given(Table::Fees, header, &[]).at("hilist_code");
        assert_eq!(item("就诊ID,药品编码,药品名称,数量,金额"), Some(1));
        assert_eq!(item("处方号,就诊ID,药品代码,药品名称,数量,频次,用法"), None);
        assert_eq!(item("结算ID,药品编码,追溯码,金额"), None);
    }

    #[test]
    fn names_within_a_table_are_unambiguous() {
        for table in Table::ALL {
            let mut seen = BTreeMap::new();
            for column in columns(table) {
                for name in column.names() {
                    if let Some(other) = seen.insert(normal(name), column.field) {
                        assert_eq!(other, column.field, "{table:?}: {name}");
                    }
                }
            }
        }
    }
}
