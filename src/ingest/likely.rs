//! What an unknown header may be: by its name, and by what stands below it.

use super::HeaderColumn;
use super::names::Name;
use super::values::{Open, Purpose, Reading, Sense, clean, decimal, fee_class, flag, grade, moment, sex};
use crate::model::{CellType, Column, Table, columns};

/// Headers that may be a column, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// Those whose name is like one of the column's, and whose cells do not speak against it.
    pub by_name: Vec<String>,
    /// Others whose cells look like it.
    pub by_content: Vec<String>,
}

impl Candidates {
    /// All, the ones by name first.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.by_name.iter().chain(&self.by_content)
    }
}

/// Words in the headers of what is neither a date nor an amount: where nothing stands below a header, they speak against it.
const OTHERWISE: [&str; 22] = [
    "诊断", "病种", "编码", "代码", "名称", "姓名", "科室", "医师", "医生", "方式", "标志", "标识", "类别", "类型",
    "diag", "disease", "_id", "code", "name", "dept", "doctor", "type",
];

/// Words of headers whose numbers are no id, and of ids that are none of an institution.
const AMOUNTS: [&str; 10] = ["金额", "数量", "单价", "总额", "费用", "amount", "amt", "price", "qty", "quantity"];
const NO_INSTITUTION: [&str; 13] =
    ["商品", "药品", "项目", "耗材", "人员", "患者", "病人", "卡", "医师", "医生", "item", "drug", "patient"];

/// Whether a header says that its column is another thing than an id that its cells look like.
fn is_of_another(column: &Column, header: &str) -> bool {
    let full = Name::new(header).full;
    let says = |words: &[&str]| words.iter().any(|w| full.contains(w));
    column.kind == CellType::Id && (says(&AMOUNTS) || (column.field == "fixmedins_code" && says(&NO_INSTITUTION)))
}

fn is_measure(kind: CellType) -> bool {
    matches!(
        kind,
        CellType::Stamp | CellType::Date | CellType::Money | CellType::Price | CellType::Quantity | CellType::Count
    )
}

/// Likeness from which a name is told.
const LIKE: f64 = 0.5;

/// Words in the headers of warehouses and in pinyin abbreviations that point to a field.
const HINTS: &[(&str, &[&str])] = &[
    (
        "psn_no",
        &["patient", "bene", "member", "person", "insured", "grbh", "rybh", "brid", "患者", "参保", "病人", "人员"],
    ),
    ("psn_name", &["name", "xm", "姓名"]),
    ("certno", &["idcard", "id_card", "certif", "sfz", "zjh", "身份"]),
    ("gend", &["sex", "gender", "xb", "xbdm", "性别"]),
    ("brdy", &["birth", "dob", "csrq", "csny", "出生"]),
    (
        "fixmedins_code",
        &[
            "provider",
            "hospital",
            "hosp",
            "facility",
            "site",
            "institution",
            "org",
            "yljg",
            "jgdm",
            "jgbh",
            "yybh",
            "yydm",
            "ydbh",
            "ddyy",
            "机构",
            "医院",
            "药店",
            "院方",
        ],
    ),
    ("fixmedins_name", &["hospitalname", "providername", "jgmc", "yymc", "机构名", "医院名", "院名"]),
    (
        "mdtrt_id",
        &[
            "visit",
            "encounter",
            "admissionid",
            "admission_id",
            "stayid",
            "stay_id",
            "caseno",
            "case_no",
            "episode",
            "jzlsh",
            "jzh",
            "jzid",
            "zylsh",
            "djh",
            "就诊",
            "流水",
            "登记",
        ],
    ),
    ("setl_id", &["settle", "claimid", "claim_id", "bill", "jsd", "jslsh", "djlsh", "结算"]),
    ("begntime", &["adm", "from", "start", "begin", "ryrq", "rysj", "kssj", "ksrq", "入院", "入住", "进院"]),
    ("endtime", &["dis", "thru", "end", "leave", "cyrq", "cysj", "jssj", "jsrq", "出院", "离院"]),
    (
        "setl_time",
        &["settle", "pay_date", "paid", "service", "jsrq", "jssj", "gyrq", "gysj", "jzrq", "结算", "付款", "购"],
    ),
    ("medfee_sumamt", &["total", "amt", "amount", "charge", "zfy", "fyze", "zje", "ylfy", "总", "费用", "金额"]),
    (
        "fund_pay_sumamt",
        &["fund", "insur", "reimb", "paid", "jjzf", "tczf", "ybzf", "bxje", "基金", "统筹", "报销", "医保支付", "医保"],
    ),
    ("psn_pay", &["self", "oop", "copay", "grzf", "zfje", "个人", "自付"]),
    ("med_type", &["type", "class", "lb", "yllb", "jzlx", "类别", "类型"]),
    (
        "fee_ocur_time",
        &[
            "service",
            "charge_date",
            "chargetime",
            "date",
            "time",
            "fyrq",
            "fysj",
            "jfsj",
            "sfrq",
            "kdsj",
            "发生",
            "计费",
            "记账",
            "收费",
        ],
    ),
    ("hilist_code", &["item", "code", "drug", "proc", "xmbm", "xmdm", "mlbm", "ypbm", "项目", "编码", "目录", "代码"]),
    ("hilist_name", &["itemname", "item_name", "desc", "name", "xmmc", "mlmc", "ypmc", "项目", "名称", "品名"]),
    ("cnt", &["qty", "quantity", "count", "units", "num", "sl", "数量", "数"]),
    ("pric", &["price", "unit", "dj", "单价"]),
    ("det_item_fee_sumamt", &["amt", "amount", "cost", "charge", "total", "je", "金额", "费用"]),
    ("dise_codg", &["icd", "diag", "dx", "zdbm", "zddm", "诊断", "病种"]),
    ("dise_name", &["diagname", "diag_name", "diagnosis", "dxname", "zdmc", "诊断", "病名"]),
    ("diag_code", &["icd", "diag", "dx", "zdbm", "zddm", "诊断"]),
    ("diag_name", &["diagname", "diag_name", "diagnosis", "zdmc", "诊断"]),
    ("purc_retn_cnt", &["inqty", "in_qty", "purch", "recvqty", "rksl", "cgsl", "入库数", "采购数", "进货数"]),
    ("purc_retn_stoin_time", &["recv", "receiv", "purch", "stockin", "rksj", "rkrq", "cgrq", "入库", "采购", "进货"]),
    ("inv_cnt", &["onhand", "on_hand", "stock", "balance", "kcsl", "pdsl", "库存", "盘点数"]),
    ("invdate", &["inventory", "counted", "pdrq", "pdsj", "kcrq", "盘点", "盘存"]),
    ("acct_pay", &["acct", "account", "grzh", "zhzf", "账户"]),
    ("ipt_days", &["zyts", "days", "天数"]),
    ("vali_flag", &["valid", "yxbz", "yxbs", "sfyx", "有效"]),
    ("refd_setl_flag", &["refund", "tfbz", "tfbs", "sftf", "zfbz", "退费", "退款", "冲销", "作废"]),
    (
        "init_setl_id",
        &["original", "origbill", "orig_bill", "yjsd", "yjsid", "yjslsh", "ydjh", "yjsh", "原结算", "原单"],
    ),
    ("manu_lotnum", &["batch", "lotno", "lot_no", "pch", "批号", "批次"]),
    ("spler_name", &["supplier", "vendor", "gys", "ghdw", "供应商", "供货"]),
    ("finl_trns_pric", &["price", "cost", "dj", "jj", "进价", "采购价", "成交价"]),
    ("maindiag_flag", &["main", "primary", "principal", "zzdbz", "zyzd", "主诊断"]),
    ("diag_srt_no", &["seq", "rank", "order", "zdxh", "zdsx", "序号", "顺位"]),
];

/// The words that point to a field.
fn hints(field: &str) -> &'static [&'static str] {
    HINTS.iter().find(|(name, _)| *name == field).map_or(&[], |(_, words)| words)
}

/// How strongly a header's name points to a column, 0 to 2.
fn by_name(column: &Column, header: &str) -> f64 {
    let name = Name::new(header);
    let like = column.names().map(|known| likeness(&name.bare, &Name::new(known).bare)).fold(0.0, f64::max);
    // A longer word says more: `itemname` is a name before it is an item.
    let hint = hints(column.field).iter().filter(|w| holds(&name.full, w)).map(|w| w.chars().count()).max();
    let share = hint.map_or(0.0, |n| 0.6 + 0.4 * n as f64 / name.full.chars().count().max(1) as f64);
    if like >= LIKE { like.max(share) } else { share }
}

/// Whether a header holds a word. Two letters of pinyin end a word: `YXBZ` holds no 性别 (XB), and `XMBM` no 姓名 (XM).
fn holds(full: &str, word: &str) -> bool {
    if word.len() > 2 || word == "dx" {
        return full.contains(word);
    }
    full.match_indices(word).any(|(at, _)| !full[at + word.len()..].starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// The headers that may be a column of a file, by name and by content. Headers that are another column already are left out.
pub fn candidates(column: &Column, headers: &[HeaderColumn]) -> Candidates {
    let mut named: Vec<(f64, &HeaderColumn)> = Vec::new();
    let mut alike = Vec::new();
    for header in headers.iter().filter(|h| h.field.is_none() && !h.header.trim().is_empty()) {
        let points = by_name(column, &header.header);
        let fits = fits(column, &header.samples);
        let stranger = fits.is_none()
            && is_measure(column.kind)
            && OTHERWISE.iter().any(|w| Name::new(&header.header).full.contains(w));
        if points > 0.0 && fits != Some(false) && !stranger {
            named.push((points, header));
        } else if fits == Some(true)
            && tells(column, &header.samples)
            && !is_of_another(column, &header.header)
            && !is_named_elsewhere(column, header)
        {
            alike.push(header.header.clone());
        }
    }
    named.sort_by(|a, b| b.0.total_cmp(&a.0));
    Candidates { by_name: named.into_iter().map(|(_, h)| h.header.clone()).collect(), by_content: alike }
}

/// The fields of a table that a header may be, best first: the ones it is named like, else the ones its cells look like.
pub fn fields(table: Table, header: &HeaderColumn) -> Vec<&'static str> {
    let mut found: Vec<(f64, &'static str)> = columns(table)
        .iter()
        .filter_map(|column| match (by_name(column, &header.header), fits(column, &header.samples)) {
            (_, Some(false)) => None,
            (points, _) if points > 0.0 => Some((points, column.field)),
            (_, Some(true))
                if !hints(column.field).is_empty()
                    && tells(column, &header.samples)
                    && !is_of_another(column, &header.header)
                    && !is_named_elsewhere(column, header) =>
            {
                Some((0.0, column.field))
            }
            _ => None,
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let best = found.first().map_or(0.0, |(points, _)| *points);
    found.into_iter().filter(|(points, _)| *points > 0.0 || best == 0.0).map(|(_, field)| field).take(4).collect()
}

/// Likeness from which a header is named like a column.
const NAMED: f64 = 0.75;

/// Whether a header, which cells alone would let pass for a column, is named like another one of the table, or like something
/// of a person or a stay whatever the table is, and its cells do not speak against that.
fn is_named_elsewhere(column: &Column, header: &HeaderColumn) -> bool {
    const OF_ANY: [&str; 8] = ["certno", "psn_name", "gend", "brdy", "age", "ipt_days", "vali_flag", "refd_setl_flag"];
    /// Words that are in the headers of everything.
    const LOOSE: [&str; 13] =
        ["code", "name", "num", "type", "class", "date", "time", "desc", "total", "数", "编码", "代码", "名称"];
    let any = OF_ANY.iter().filter_map(|field| crate::model::column(Table::Stays, field));
    let name = Name::new(&header.header);
    let says = |other: &Column| {
        let mut words = hints(other.field).iter().filter(|w| !LOOSE.contains(*w));
        words.any(|w| holds(&name.full, w))
            || other.names().any(|known| likeness(&name.bare, &Name::new(known).bare) >= NAMED)
    };
    let is = |other: &Column| {
        // `RegNum` is no quantity, whatever its digits look like.
        let loose = column.kind == CellType::Id && is_measure(other.kind) && ends_like_an_id(&header.header);
        other.field != column.field && !loose && says(other) && fits(other, &header.samples) != Some(false)
    };
    columns(column.table).iter().chain(any).any(is)
}

fn ends_like_an_id(header: &str) -> bool {
    let full = Name::new(header).full;
    ["id", "no", "num", "code", "bh", "号"].iter().any(|end| full.ends_with(end))
}

/// Whether cells that fit a column say that they may be it: digits pass for a sex, a class, a flag or an age, and anything for
/// a text. A flag that is not named is in no hands worth having: taken the wrong way round it takes back what stands.
fn tells(column: &Column, samples: &[String]) -> bool {
    let any = |test: fn(&[u8]) -> bool| samples.iter().map(|s| clean(s.as_bytes())).any(test);
    match (column.kind, column.field) {
        // The number of the bill that a row takes back makes a refund of every row.
        (CellType::Flag, _)
        | (CellType::Text, "age" | "spler_name")
        | (CellType::Id, "init_setl_id" | "manu_lotnum") => false,
        (CellType::Sex | CellType::Class | CellType::Grade, _) => any(|c| !c.iter().all(u8::is_ascii_alphanumeric)),
        (CellType::Date, "brdy") => {
            let number = |c: &[u8]| c.iter().all(u8::is_ascii_digit) && !matches!(c.len(), 8 | 14);
            !any(|c| c.len() < 7) && !any(number) && any(is_old)
        }
        (CellType::Text, "dise_codg" | "diag_code") => true,
        (CellType::Text, field) => {
            let coded = |c: &[u8]| c.is_ascii() && !c.contains(&b' ') && c.iter().any(u8::is_ascii_digit);
            (field.ends_with("_name") || field == "addr") && !any(coded) && any(|c| sex(c).is_none())
        }
        _ => true,
    }
}

/// Whether the cells of a column look like what a column of ours holds; `None` where there are none.
pub fn fits(column: &Column, samples: &[String]) -> Option<bool> {
    let cells: Vec<&[u8]> = samples.iter().map(|s| clean(s.as_bytes())).filter(|c| !c.is_empty()).collect();
    if cells.is_empty() {
        return None;
    }
    let all = |test: fn(&[u8]) -> bool| cells.iter().all(|cell| test(cell));
    Some(match (column.kind, column.field) {
        (CellType::Stamp | CellType::Date, "brdy") => all(is_birth),
        // What was charged, settled or begun before there was insurance is a birth.
        (CellType::Stamp | CellType::Date, "begntime" | "endtime" | "setl_time" | "fee_ocur_time") => {
            all(is_date) && !cells.iter().any(|c| is_old(c))
        }
        (CellType::Stamp | CellType::Date, _) => all(is_date),
        (CellType::Money | CellType::Price | CellType::Quantity, _) => all(is_amount),
        (CellType::Count, _) => all(|c| decimal(c, 0).is_some_and(|n| (0..10_000).contains(&n)) && c.len() <= 5),
        (CellType::Sex, _) => all(|c| sex(c).is_some()),
        (CellType::Class, _) => all(|c| fee_class(c).is_some()),
        (CellType::Grade, _) => all(|c| grade(c).is_some()),
        (CellType::Flag, _) => all(|c| flag(c, Sense::Plain).is_some()),
        (CellType::Id, "certno") => all(is_certificate),
        (CellType::Id, _) => all(is_id),
        (CellType::Text, "dise_codg" | "diag_code") => all(is_diagnosis),
        (CellType::Text, "age") => all(|c| decimal(c, 0).is_some_and(|n| (0..150).contains(&n))),
        (CellType::Text, field) if field.ends_with("_name") || field == "addr" => all(is_word),
        (CellType::Text, _) => all(|c| c.len() <= 24 && !is_date(c) && !c.contains(&b'.')),
    })
}

fn is_date(cell: &[u8]) -> bool {
    cell.len() >= 8 && moment(cell, Purpose::Service) != Reading::Unread
}

/// A date, a month or a year of birth; other runs of digits are ids, though they would count the seconds to one.
fn is_birth(cell: &[u8]) -> bool {
    let lengths = !cell.iter().all(u8::is_ascii_digit) || matches!(cell.len(), 4 | 6 | 8 | 12..=14);
    cell.len() >= 4 && lengths && moment(cell, Purpose::Birth) != Reading::Unread
}

/// A date before there was insurance.
fn is_old(cell: &[u8]) -> bool {
    /// 1990-01-01.
    const OLD: i32 = 7_305;
    match moment(cell, Purpose::Birth) {
        Reading::Known(stamp) => stamp.day.0 < OLD,
        Reading::Open(stamp) => Open::is_settled(stamp) && Open::bare(stamp).day.0 < OLD,
        _ => false,
    }
}

fn is_amount(cell: &[u8]) -> bool {
    let numbered = cell.len() > 1 && cell[0] == b'0' && cell[1] != b'.';
    decimal(cell, 6).is_some() && !is_date(cell) && !numbered && cell.len() <= 14
}

fn is_certificate(cell: &[u8]) -> bool {
    let digits = cell.iter().take(17).filter(|b| b.is_ascii_digit()).count();
    matches!(cell.len(), 15 | 18) && digits >= 15
}

/// A number or code that names something: no date in its dress, no amount with decimals, no words.
fn is_id(cell: &[u8]) -> bool {
    let plain = cell.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'#' | b'@'));
    let dressed = is_date(cell) && (cell.contains(&b'-') || cell.contains(&b'/') || cell.contains(&b':'));
    plain && !dressed
}

/// ICD-10: a letter and two digits, with or without more behind a point.
fn is_diagnosis(cell: &[u8]) -> bool {
    match cell {
        [letter, a, b, rest @ ..] => {
            let head = letter.is_ascii_uppercase() && a.is_ascii_digit() && b.is_ascii_alphanumeric();
            head && (rest.is_empty() || rest[0] == b'.' && rest.len() <= 8)
        }
        _ => false,
    }
}

fn is_word(cell: &[u8]) -> bool {
    let text = String::from_utf8_lossy(cell);
    text.chars().any(char::is_alphabetic) && !is_date(cell) && decimal(cell, 6).is_none() && !is_diagnosis(cell)
}

/// Share of common character pairs (Dice's coefficient), over single characters for one-character words.
fn likeness(a: &str, b: &str) -> f64 {
    let pairs = |text: &str| -> Vec<(char, char)> {
        let chars: Vec<char> = text.chars().collect();
        let mut pairs: Vec<(char, char)> = chars.iter().map(|c| (*c, *c)).collect();
        pairs.extend(chars.windows(2).map(|w| (w[0], w[1])));
        pairs
    };
    let (a, mut b) = (pairs(a), pairs(b));
    let total = a.len() + b.len();
    let common =
        a.iter().filter(|pair| b.iter().position(|p| p == *pair).map(|at| b.swap_remove(at)).is_some()).count();
    2.0 * common as f64 / total.max(1) as f64
}

/// Whether what was taken for the headers of an unknown file looks like a row of data: the file may have no header.
pub fn is_headless(headers: &[HeaderColumn]) -> bool {
    super::heading::holds_data(headers.iter().map(|h| h.header.as_str()))
}

/// The tables an unknown file may be, best first, each with how well its headers fill what the table needs.
pub fn tables(headers: &[HeaderColumn]) -> Vec<Table> {
    let mut scored: Vec<(i64, Table)> = Table::ALL
        .into_iter()
        .filter_map(|table| {
            let mut score = 0;
            let needed = columns(table).iter().filter(|c| c.required);
            for column in needed {
                let other = column.stands_in.and_then(|f| crate::model::column(table, f));
                let found = candidates(column, headers);
                let stand_in = other.map(|c| candidates(c, headers)).unwrap_or_default();
                score += match (found.by_name.is_empty(), found.by_content.is_empty(), stand_in.by_name.is_empty()) {
                    (false, _, _) => 6,
                    (true, _, false) => 5,
                    (true, false, true) => 2,
                    // The institution may be given for a whole file.
                    _ if column.field == "fixmedins_code" => 0,
                    _ if stand_in.by_content.is_empty() => return None,
                    _ => 1,
                };
            }
            let more = columns(table).iter().filter(|c| !c.required && !candidates(c, headers).by_name.is_empty());
            score += more.count().min(6) as i64;
            Some((score, table))
        })
        .collect();
    // A list of persons or institutions is what remains where nothing tells of an event.
    scored.retain(|(_, t)| !matches!(t, Table::Persons | Table::Hospitals) || headers.len() <= 12);
    scored.sort_by_key(|(score, table)| (std::cmp::Reverse(*score), *table));
    scored.into_iter().map(|(_, table)| table).take(5).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::column;

    fn header(name: &str, samples: &[&str]) -> HeaderColumn {
        HeaderColumn { header: name.into(), field: None, samples: samples.iter().map(ToString::to_string).collect() }
    }

    fn fit(table: Table, field: &str, samples: &[&str]) -> Option<bool> {
        fits(column(table, field).expect("a field"), &samples.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn content_speaks_for_and_against() {
        assert_eq!(fit(Table::Stays, "begntime", &["2024-01-01", "20240102"]), Some(true));
        assert_eq!(fit(Table::Stays, "begntime", &["I10.x00"]), Some(false));
        assert_eq!(fit(Table::Stays, "dise_codg", &["I10.x00", "J18"]), Some(true));
        assert_eq!(fit(Table::Stays, "dise_codg", &["2024-01-01"]), Some(false));
        assert_eq!(fit(Table::Stays, "medfee_sumamt", &["12.50", "1,000.00"]), Some(true));
        assert_eq!(fit(Table::Stays, "medfee_sumamt", &["2024-01-01"]), Some(false));
        assert_eq!(fit(Table::Stays, "gend", &["男", "女"]), Some(true));
        assert_eq!(fit(Table::Stays, "psn_no", &["P001", "P002"]), Some(true));
        assert_eq!(fit(Table::Stays, "psn_no", &["P10", "A01", "H12"]), Some(true), "short ids look like categories");
        assert_eq!(fit(Table::Stays, "psn_no", &["I10.x00"]), Some(false));
        assert_eq!(fit(Table::Stays, "psn_no", &["张三"]), Some(false));
        assert_eq!(fit(Table::Stays, "psn_name", &["张三"]), Some(true));
        assert_eq!(fit(Table::Stays, "psn_no", &[]), None);
    }

    #[test]
    fn no_date_is_offered_for_a_diagnosis() {
        let headers = [
            header("DX", &["I10.x00"]),
            header("DT1", &["2024-01-01"]),
            header("DT2", &["2024-01-09"]),
            header("Patient", &["A"]),
        ];
        let begin = candidates(column(Table::Stays, "begntime").expect("a field"), &headers);
        assert_eq!(begin.all().cloned().collect::<Vec<_>>(), ["DT1", "DT2"]);
        let diagnosis = candidates(column(Table::Stays, "dise_codg").expect("a field"), &headers);
        assert_eq!(diagnosis.by_name, ["DX"]);
        assert_eq!(diagnosis.by_content, [""; 0]);
        assert_eq!(fields(Table::Stays, &headers[0])[0], "dise_codg");
    }

    #[test]
    fn what_is_named_like_another_thing_is_not_offered_for_its_cells() {
        let offered = |table: Table, field: &str, name: &str, samples: &[&str]| {
            candidates(column(table, field).expect("a field"), &[header(name, samples)]).all().count() > 0
        };
        for (table, field, name, samples) in [
            (Table::Purchases, "fixmedins_code", "DrugCode", ["XA01", "XA02"]),
            (Table::Purchases, "fixmedins_code", "InQty", ["10", "20"]),
            (Table::Purchases, "fixmedins_code", "BatchNo", ["B2401", "B2402"]),
            (Table::Purchases, "fixmedins_code", "PCH", ["B2401", "B2402"]),
            (Table::Stays, "fixmedins_code", "SFZH", ["310112195605061234", "310112196105061234"]),
            (Table::Stays, "fixmedins_code", "ZYTS", ["5", "7"]),
            (Table::Stays, "begntime", "CSRQ", ["1956-05-06", "2001-05-06"]),
            (Table::Stays, "begntime", "D1", ["1956-05-06", "2001-05-06"]),
            (Table::Fees, "fee_ocur_time", "CSRQ", ["2001-05-06", "2002-05-06"]),
            (Table::Fees, "hilist_code", "SFZH", ["310112195605061234", "310112196105061234"]),
            (Table::Stays, "dise_name", "XM", ["张三", "李四"]),
            (Table::Stays, "dise_name", "XB", ["男", "女"]),
            (Table::Stays, "psn_name", "男女", ["男", "女"]),
            (Table::Stays, "fixmedins_name", "XM", ["张三", "李四"]),
            (Table::Stays, "refd_setl_flag", "YXBZ", ["1", "0"]),
            (Table::Stays, "vali_flag", "TFBZ", ["1", "0"]),
            (Table::Stays, "refd_setl_flag", "B1", ["1", "0"]),
            (Table::Stays, "gend", "LX", ["1", "2"]),
            (Table::Stays, "gend", "YXBZ", ["1", "0"]),
            (Table::Stays, "brdy", "D1", ["2024-05-06", "2024-05-07"]),
            (Table::Stays, "init_setl_id", "K1", ["A1", "A2"]),
            (Table::Fees, "hilist_name", "K1", ["A1", "A2"]),
        ] {
            assert!(!offered(table, field, name, &samples), "{field} = {name}");
        }
        for (table, field, name, samples) in [
            (Table::Stays, "fixmedins_code", "YY", ["H1", "H2"]),
            (Table::Stays, "mdtrt_id", "RegNum", ["10001", "10002"]),
            (Table::Stays, "begntime", "D1", ["2024-05-06", "2024-05-07"]),
            (Table::Stays, "gend", "C5", ["男", "女"]),
            (Table::Stays, "brdy", "D1", ["1956-05-06", "2001-05-07"]),
            (Table::Purchases, "fixmedins_code", "SiteCode", ["H1", "H1"]),
            (Table::Purchases, "fixmedins_code", "OrtCode", ["H1", "H1"]),
            (Table::Fees, "hilist_name", "K1", ["阿莫西林", "CT"]),
            (Table::Stays, "vali_flag", "YXBZ", ["1", "0"]),
            (Table::Stays, "refd_setl_flag", "TFBZ", ["1", "0"]),
            (Table::Stays, "brdy", "CSNY", ["1956-05", "1961-11"]),
            (Table::Stays, "brdy", "birth_year", ["1956", "1961"]),
            (Table::Purchases, "manu_lotnum", "PCH", ["B2401", "B2402"]),
            (Table::Purchases, "spler_name", "GYSMC", ["甲药业", "乙药业"]),
        ] {
            assert!(offered(table, field, name, &samples), "{field} = {name}");
        }
    }

    #[test]
    fn an_unknown_file_is_guessed_by_what_it_could_fill() {
        let headers = [
            header("BeneID", &["A"]),
            header("Provider", &["H1"]),
            header("Adm", &["2024-01-01"]),
            header("Dis", &["2024-01-02"]),
            header("Amt", &["5"]),
        ];
        assert_eq!(tables(&headers)[0], Table::Stays);
    }
}
