//! Recognises a table by its header row: which table, and what each column is.

use std::collections::HashSet;

use super::assign::{Assigned, assign, is_known};
use super::beside;
pub(super) use super::layout::Layout;
use super::names::{Name, normal, undressed};
use crate::config::Mapping;
use crate::model::{
    CASE_FRONT, CellType, Column, DEDUCTED, NO_CASE_FRONT, OF_ANYBODY, OTHER_TABLES, REFUSED, TRACED, Table, columns,
    is_word,
};

/// A header row that is nearly a table.
#[derive(Clone, Debug)]
pub(super) struct Incomplete {
    /// The table it comes nearest to.
    pub table: Table,
    /// The columns it lacks, all of them.
    pub missing: Vec<&'static Column>,
    /// Number of columns that were recognised.
    pub recognised: usize,
    /// Columns that only this table has were among them: it is one, not a stranger that shares a few words.
    pub telling: bool,
    /// What was understood all the same.
    pub layout: Layout,
}

/// What a row of cells is, taken as a header.
#[derive(Clone, Debug)]
pub(super) enum Recognised {
    /// A table with all it needs.
    Table(Layout),
    /// Some columns of a table, but not all it needs.
    Incomplete(Incomplete),
    /// A table that is known and that is none of ours, by its name.
    Other(&'static str),
    /// No header of any table.
    Nothing,
}

impl Recognised {
    /// How sure it is that the row is the header: of several rows the one with the most points is it.
    pub fn points(&self) -> usize {
        match self {
            Self::Table(layout) => 1000 + layout.columns.iter().flatten().count(),
            Self::Incomplete(near) => 10 + near.recognised,
            Self::Other(_) => 9,
            Self::Nothing => 0,
        }
    }
}

/// The headers that the configuration names, made ready once: every row of data is held against them.
#[derive(Debug, Default)]
pub(super) struct Mapped {
    /// As they are compared.
    names: HashSet<String>,
    /// One of them holds a run of digits, as data do.
    numbered: bool,
}

impl Mapped {
    pub fn new(mapping: &Mapping) -> Self {
        let names: HashSet<String> = mapping.headers().map(normal).collect();
        let numbered = names.iter().any(|name| has_run_of_digits(name.as_bytes()));
        Self { names, numbered }
    }
}

/// Whether a cell holds digits in a row, as ids, dates and codes do and known headers do not.
fn has_run_of_digits(cell: &[u8]) -> bool {
    cell.windows(4).any(|run| run.iter().all(u8::is_ascii_digit))
}

/// How the headers of a file are read.
#[derive(Clone, Copy)]
pub(super) struct Headers<'a> {
    /// Names from `yishen.toml`; they go before every known name.
    pub mapping: &'a Mapping,
    /// The same, made ready.
    pub mapped: &'a Mapped,
    /// Name of the file, with its archive member or sheet: what is said about single files goes by it.
    pub file: &'a str,
    /// Take a table that lacks a column for what it is: to show how it was understood, not to scan it.
    pub lenient: bool,
    /// Whether the institution that is given for all files is that of this one.
    pub institution: bool,
}

impl<'a> Headers<'a> {
    /// For no file yet.
    pub fn new(mapping: &'a Mapping, mapped: &'a Mapped, lenient: bool) -> Self {
        Self { mapping, mapped, file: "", lenient, institution: true }
    }

    /// The same for a file.
    pub fn of(self, file: &'a str) -> Self {
        Self { file, ..self }
    }

    /// The same for files of other institutions than the one that is given for all.
    pub fn without_institution(self) -> Self {
        Self { institution: false, ..self }
    }

    /// Whether the configuration leaves the file out.
    pub fn skipped(&self) -> bool {
        self.mapping.rules(self.file).any(|rule| rule.skip)
    }

    /// Reads a row of cells as a header.
    pub fn recognise(&self, cells: &[String]) -> Recognised {
        match self.settle(cells) {
            Recognised::Incomplete(near) if self.lenient => Recognised::Table(near.layout),
            found => found,
        }
    }

    /// Whether a cell is no header at a glance: ids, dates and codes, the cells of nearly all rows, hold runs of digits.
    pub fn is_no_name(&self, cell: &[u8]) -> bool {
        !self.mapped.numbered && has_run_of_digits(cell)
    }

    /// Whether a cell is a header of some table.
    pub fn knows(&self, cell: &str) -> bool {
        let name = Name::new(cell);
        is_known(&name) || self.mapped.names.contains(&name.full)
    }

    fn settle(&self, cells: &[String]) -> Recognised {
        let names: Vec<Name> = cells.iter().map(|c| Name::new(c)).collect();
        let forced = self.mapping.rules(self.file).filter_map(|rule| rule.table).last();
        let mut tries: Vec<Try> = ORDER
            .into_iter()
            .filter(|table| forced.is_none_or(|f| f == *table))
            .map(|table| Try::new(table, &names, self))
            .collect();
        if forced.is_none() {
            if let Some(other) = other(&names, &tries) {
                return Recognised::Other(other);
            }
            drop_lists(&mut tries, &names);
            drop_periods(&mut tries, &names);
        }
        match choose(tries, &names, forced) {
            Chosen::Table(best, record) => {
                let mut layout = Layout::new(best.table, cells, best.given);
                layout.beside = beside::find(&mut layout, &names, record.map(|t| (t.table, t.given)));
                Recognised::Table(layout)
            }
            Chosen::Near(near) => Recognised::Incomplete(Incomplete {
                table: near.table,
                recognised: near.given.headers(),
                telling: near.telling() > 0,
                missing: near.missing,
                layout: Layout::new(near.table, cells, near.given),
            }),
            Chosen::Nothing => Recognised::Nothing,
        }
    }
}

/// The order in which tables are tried: the ones with the most telling columns first.
const ORDER: [Table; 8] = [
    Table::Purchases,
    Table::Stock,
    Table::Fees,
    Table::Stays,
    Table::Visits,
    Table::Diagnoses,
    Table::Hospitals,
    Table::Persons,
];

/// A header row taken for one of the tables.
struct Try {
    table: Table,
    given: Assigned,
    missing: Vec<&'static Column>,
}

impl Try {
    fn new(table: Table, names: &[Name], headers: &Headers<'_>) -> Self {
        let mut given = assign(table, names, &headers.mapping.fields(headers.file, table));
        let institution = headers.mapping.institution.as_ref();
        let institution = institution.filter(|_| headers.institution && !matches!(table, Table::Hospitals));
        if let Some((code, institution)) = crate::model::column(table, "fixmedins_code").zip(institution)
            && !given.has("fixmedins_code")
            && !given.has("fixmedins_name")
        {
            given.constants.push((code, institution.clone()));
        }
        Self { table, missing: given.missing(table), given }
    }

    /// Number of columns that no other table has.
    fn telling(&self) -> usize {
        let fields: &[&str] = match self.table {
            Table::Stays => &[
                "endtime",
                "ipt_days",
                "dscg_way",
                "adm_bed",
                "inhosp_stas",
                "dscg_dept_name",
                "days_rinp_flag_31",
                "ipt_no",
            ],
            Table::Fees => &["feedetl_sn", "cnt", "pric", "med_chrgitm_type", "hilist_name", "bilg_dept_name", "rxno"],
            Table::Visits => &["acct_pay", "setl_time", "medfee_sumamt", "fund_pay_sumamt"],
            Table::Purchases => &["purc_retn_cnt", "purc_retn_stoin_time", "purc_retn_type", "medins_prod_purc_no"],
            Table::Stock => &["invdate", "inv_cnt", "inv_chg_type", "inv_chg_time"],
            Table::Diagnoses | Table::Persons | Table::Hospitals => &[],
        };
        let found = fields.iter().filter(|f| self.given.has(f)).count();
        // One word of a bill is in many tables; several are a bill.
        if self.table == Table::Visits || self.table == Table::Fees { found.saturating_sub(1) } else { found }
    }
}

enum Chosen {
    /// A complete table; with stays or visits where each of its charge lines carries its record.
    Table(Try, Option<Try>),
    Near(Try),
    Nothing,
}

/// The best of all: the complete table that knows the most headers, unless one that lacks a column is clearly what it is.
fn choose(tries: Vec<Try>, names: &[Name], forced: Option<Table>) -> Chosen {
    let (mut whole, mut near): (Vec<Try>, Vec<Try>) = tries.into_iter().partition(|t| t.missing.is_empty());
    // Lines are lines, however much of their stay or visit each of them repeats.
    if let Some(lines) = whole.iter().find(|t| t.table == Table::Fees && has_lines(t)) {
        let record = whole.iter().position(|t| carries(lines, t, names)).map(|at| whole.remove(at));
        whole.retain(|t| matches!(t.table, Table::Fees | Table::Purchases | Table::Stock));
        return match best(whole) {
            Some(best) if best.table == Table::Fees => Chosen::Table(best, record),
            Some(best) => Chosen::Table(best, None),
            None => Chosen::Nothing,
        };
    }
    let flat = |lines: &Try| lines.table == Table::Fees && is_flat(lines) && forced.is_none();
    if let Some(at) = near.iter().position(flat)
        && let Some(record) = whole.iter().position(|t| t.table == Table::Visits || carries(&near[at], t, names))
    {
        return Chosen::Table(near.remove(at), Some(whole.remove(record)));
    }
    let known = |t: &Try| t.given.headers();
    let near = near
        .into_iter()
        .filter(|t| forced.is_some() || known(t) >= 3)
        .reduce(|a, b| if (known(&b), b.telling() > 0) > (known(&a), a.telling() > 0) { b } else { a });
    match (best(whole), near) {
        (Some(best), Some(near)) if is_truth(&near, &best) => Chosen::Near(near),
        (Some(best), _) => Chosen::Table(best, None),
        (None, Some(near)) => Chosen::Near(near),
        (None, None) => Chosen::Nothing,
    }
}

/// Of complete tables the one that knows the most headers; of two alike the first.
fn best(whole: Vec<Try>) -> Option<Try> {
    whole.into_iter().reduce(|a, b| if b.given.headers() > a.given.headers() { b } else { a })
}

/// Whether each row names an item with its quantity or price.
fn has_lines(fees: &Try) -> bool {
    let has = |field: &str| fees.given.has(field);
    (has("hilist_code") || has("hilist_name")) && (has("cnt") || has("pric") || has("feedetl_sn"))
}

/// Whether lines lack nothing but what their stay or visit, repeated in each of them, gives.
fn is_flat(fees: &Try) -> bool {
    has_lines(fees) && fees.missing.iter().all(|c| matches!(c.field, "mdtrt_id" | "det_item_fee_sumamt"))
}

/// Whether each line carries the stay or the visit that it belongs to: an admission and a discharge, or a bill whose sum is
/// not the line's own amount.
fn carries(lines: &Try, record: &Try, names: &[Name]) -> bool {
    match record.table {
        Table::Stays => beside::names_a_stay(names, &record.given),
        Table::Visits => {
            let own = lines.given.at("det_item_fee_sumamt");
            let total = record.given.at("medfee_sumamt").filter(|at| Some(*at) != own);
            own.is_some() && total.is_some() && record.given.has("setl_time")
        }
        _ => false,
    }
}

/// Whether a table that lacks a column is what the file is, although another lacks none: a table of stays without its
/// admission must not pass for one of visits.
fn is_truth(near: &Try, whole: &Try) -> bool {
    let (near_known, known) = (near.given.headers(), whole.given.headers());
    // What names a stay and its diagnoses, but neither dates nor money, is a list of diagnoses.
    let dated = ["begntime", "endtime", "medfee_sumamt"].iter().any(|f| near.given.has(f));
    if whole.table == Table::Diagnoses && near.table == Table::Stays && !dated {
        return false;
    }
    let discharged = near.table == Table::Stays && near.given.has("endtime");
    near_known >= known + if discharged { 1 } else { 2 } && near.telling() > 0 || near_known > 2 * known + 1
}

/// Takes out lists of persons and institutions that are something else: a list holds nothing about one event.
fn drop_lists(tries: &mut Vec<Try>, names: &[Name]) {
    let event = |list: Table, column: &Column| {
        let own = columns(list).iter().any(|c| c.field == column.field);
        let kind = matches!(column.kind, CellType::Money | CellType::Quantity | CellType::Price)
            || (column.kind == CellType::Stamp && list == Table::Persons);
        let id = matches!(column.field, "mdtrt_id" | "setl_id" | "feedetl_sn" | "hilist_code" | "hilist_name")
            || column.field.contains("_dept_")
            || matches!(column.field, "bilg_dr_codg" | "chfpdr_code")
            || (list == Table::Hospitals && matches!(column.field, "psn_no" | "certno"));
        !own && (kind || id)
    };
    let words = ["~金额", "~费用", "~人次", "~清算", "~拨付"];
    let money = names.iter().any(|n| is_word(&n.bare, &words));
    let is_event =
        |list: Table| money || tries.iter().any(|t| t.table != list && t.given.found().any(|c| event(list, c)));
    let out: Vec<Table> = [Table::Hospitals, Table::Persons].into_iter().filter(|list| is_event(*list)).collect();
    tries.retain(|t| !out.contains(&t.table) || t.given.is_mapped());
}

/// Takes out stays of which nothing says that somebody was in hospital: the beginning and the end of an entitlement, of a
/// treatment, of days in a bed. The words for an admission and a discharge are often those for any beginning and end; only who
/// asks the database itself gets its two names.
fn drop_periods(tries: &mut Vec<Try>, names: &[Name]) {
    const OF_A_STAY: [&str; 6] = ["setl_id", "setl_time", "med_type", "dscg_way", "ipt_no", "ipt_days"];
    const PLACES: [&str; 7] = ["床位", "bed", "room", "治疗室", "机器", "机号", "machine"];
    let placed = names.iter().any(|n| PLACES.iter().any(|place| n.full.contains(place)));
    let says_more = |t: &Try| t.given.found().any(|c| c.kind == CellType::Money || OF_A_STAY.contains(&c.field));
    let is_period = |t: &Try| {
        let national = |field: &str| t.given.at(field).is_some_and(|at| names[at].full == field);
        let of_query = national("begntime") && national("endtime");
        let numbered = (t.given.has("mdtrt_id") || of_query) && !placed;
        t.table == Table::Stays
            && t.missing.is_empty()
            && !t.given.is_mapped()
            && !(says_more(t) || numbered || beside::names_a_stay(names, &t.given))
    };
    if tries.iter().any(is_period) {
        // Its beginning alone is no visit either.
        let is_beginning = |t: &Try| t.table == Table::Visits && !t.given.is_mapped() && !says_more(t);
        tries.retain(|t| !is_period(t) && !is_beginning(t));
    }
}

/// The name of a table that is none of ours.
fn other(names: &[Name], tries: &[Try]) -> Option<&'static str> {
    let headers: Vec<&str> = names.iter().map(|n| n.bare.as_str()).filter(|n| !n.is_empty()).collect();
    // Titles and short lists say too little.
    if headers.len() < 3 || tries.iter().any(|t| t.given.is_mapped() && t.missing.is_empty()) {
        return None;
    }
    if is_case_front(&headers) {
        return Some("case_front");
    }
    let count = |words: &[&str]| headers.iter().filter(|h| is_word(h, words)).count();
    let (deducted, refused) = (count(DEDUCTED), count(REFUSED));
    let fees = tries.iter().find(|t| t.table == Table::Fees);
    let is_bill = tries.iter().any(|t| matches!(t.table, Table::Stays | Table::Visits) && t.missing.is_empty());
    let is_stay = tries.iter().any(|t| t.table == Table::Stays && t.missing.is_empty());
    let counts_lines = fees.is_some_and(|t| t.given.has("cnt") || t.given.has("pric"));
    if deducted >= if is_bill { 2 } else { 1 } || (refused > 0 && !counts_lines && !is_bill) {
        return Some("deductions");
    }
    let known = OTHER_TABLES.iter().find(|table| table.is(&headers)).map(|table| table.name);
    // Trace codes are of goods: what is no table of goods and no charges is not the bill of a visit either.
    let of_goods = |t: &Try| matches!(t.table, Table::Fees | Table::Purchases | Table::Stock) && t.missing.is_empty();
    known.or_else(|| (count(TRACED) > 0 && !is_stay && !tries.iter().any(of_goods)).then_some("trace_codes"))
}

/// Whether headers are those of a case front: several of its own words, or the numbered fields of the upload.
fn is_case_front(headers: &[&str]) -> bool {
    if headers.iter().any(|h| is_word(h, NO_CASE_FRONT)) {
        return false;
    }
    let numbered = |h: &&&str| {
        h.strip_prefix('p').is_some_and(|n| (1..=5).contains(&n.len()) && n.starts_with(|c: char| c.is_ascii_digit()))
    };
    let own = headers.iter().filter(|h| is_word(h, CASE_FRONT)).count();
    // What is asked of everybody says little; where the case has its number or its end, two words of a case are enough.
    let of_a_case = headers.iter().filter(|h| is_word(h, CASE_FRONT) && !is_word(h, OF_ANYBODY)).count();
    let numbered_case = headers.iter().any(|h| matches!(*h, "病案号" | "离院方式"));
    own >= 3
        || (of_a_case >= 2 && numbered_case)
        || (2 * headers.iter().filter(numbered).count() > headers.len() && headers.len() >= 4)
}

/// Headers that name a column twice.
pub(super) fn repeated(layout: &Layout) -> Vec<String> {
    let names: Vec<String> = layout.headers.iter().map(|h| undressed(h)).collect();
    let again = |at: &usize| !names[*at].is_empty() && names[..*at].contains(&names[*at]);
    (0..names.len()).filter(again).map(|at| layout.headers[at].trim().to_string()).collect()
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
