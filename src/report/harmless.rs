//! Words that point at nobody: of the names of files and of headers, a masked report keeps these and no others.

use std::collections::{BTreeSet, HashSet};

use crate::model::{Day, OTHER_TABLES, Region, Table, columns};

/// Words in the names of exports beyond those of their headers. Words of one character are left out: they are surnames as well.
const WORDS: [&str; 161] = [
    "数据",
    "导出",
    "明细",
    "明细表",
    "清单",
    "列表",
    "汇总",
    "合计",
    "统计",
    "住院",
    "出院",
    "入院",
    "在院",
    "门诊",
    "门慢",
    "门特",
    "慢病",
    "慢特病",
    "特病",
    "急诊",
    "普通",
    "药店",
    "购药",
    "药房",
    "药品",
    "西药",
    "中药",
    "耗材",
    "诊疗",
    "项目",
    "目录",
    "费用",
    "收费",
    "结算",
    "结算单",
    "结算表",
    "退费",
    "冲销",
    "报销",
    "支付",
    "基金",
    "医保",
    "医疗保险",
    "居民",
    "职工",
    "城乡",
    "新农合",
    "生育",
    "工伤",
    "异地",
    "本地",
    "跨省",
    "省内",
    "诊断",
    "疾病",
    "手术",
    "处方",
    "医嘱",
    "病案",
    "首页",
    "人员",
    "人次",
    "参保",
    "参保人",
    "参保人员",
    "患者",
    "病人",
    "就诊",
    "就医",
    "机构",
    "医院",
    "定点",
    "医疗机构",
    "医疗",
    "医药",
    "库存",
    "进销存",
    "入库",
    "出库",
    "采购",
    "盘点",
    "信息",
    "信息表",
    "基本信息",
    "资料",
    "表格",
    "报表",
    "主表",
    "子表",
    "附表",
    "总表",
    "原始",
    "全部",
    "全量",
    "增量",
    "补充",
    "更新",
    "新增",
    "修订",
    "最终",
    "整理",
    "上半年",
    "下半年",
    "年度",
    "季度",
    "月份",
    "全年",
    "一季度",
    "二季度",
    "三季度",
    "四季度",
    "一月",
    "二月",
    "三月",
    "四月",
    "五月",
    "六月",
    "七月",
    "八月",
    "九月",
    "十月",
    "十一月",
    "十二月",
    "工作表",
    "副本",
    "备份",
    "全市",
    "全县",
    "全区",
    "全省",
    "查询",
    "结果",
    "id",
    "no",
    "csv",
    "tsv",
    "txt",
    "xlsx",
    "xls",
    "xlsm",
    "xlsb",
    "ods",
    "et",
    "zip",
    "gz",
    "tgz",
    "tar",
    "rar",
    "parquet",
    "html",
    "htm",
    "xml",
    "json",
    "pdf",
    "docx",
    "doc",
    "png",
    "jpg",
    "sheet",
    "table",
    "data",
];
const MORE: [&str; 31] = [
    "export",
    "list",
    "detail",
    "details",
    "summary",
    "all",
    "part",
    "copy",
    "stay",
    "fee",
    "visit",
    "person",
    "hospital",
    "diagnosis",
    "purchase",
    "line",
    "lines",
    "row",
    "column",
    "settlement",
    "settlements",
    "inpatient",
    "outpatient",
    "pharmacy",
    "final",
    "input",
    "sql",
    "dbf",
    "yishen",
    "kc",
    "members",
];
/// What may stand behind a number.
const BEHIND: [&str; 13] = ["年度", "月份", "季度", "年", "月", "日", "号", "批", "次", "期", "周", "份", "版"];
/// English words of headers that are given names as well.
const NAMES: [&str; 2] = ["bill", "mark"];
/// Digits of a number that says nothing by itself.
const SHORT: usize = 3;

/// What is known to point at nobody.
pub(super) struct Harmless {
    words: HashSet<String>,
    /// Characters of the longest word.
    longest: usize,
    births: BTreeSet<Day>,
    period: Option<(Day, Day)>,
}

/// What a number in a text may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// A year, a month of the data, a number of few digits.
    Few,
    /// The number of a row as well.
    Rows,
}

impl Harmless {
    /// The words of headers and institutions, and the days that are somebody's birth.
    pub fn new(region: &Region, period: Option<(Day, Day)>) -> Self {
        let of_ours = Table::ALL.into_iter().flat_map(columns).flat_map(|c| c.names());
        let of_others =
            OTHER_TABLES.iter().flat_map(|t| t.columns.iter().chain(t.needs)).flat_map(|words| words.iter());
        let hospitals = region.names.hospitals.iter().map(|(_, id)| id.to_string());
        let names =
            region.hospitals.iter().filter_map(|h| h.name.some()).map(|n| region.names.texts.get(n).to_string());
        let tables = Table::ALL.into_iter().map(Table::name).chain(OTHER_TABLES.iter().map(|t| t.name));
        let mut words: HashSet<String> = HashSet::new();
        for header in of_ours.chain(of_others.copied()).chain(tables) {
            words.extend(runs(header).filter(|w| w.chars().count() > if w.is_ascii() { 2 } else { 1 }));
        }
        words.extend(WORDS.iter().chain(&MORE).map(|w| w.to_string()));
        for name in NAMES {
            words.remove(name);
        }
        words.extend(hospitals.chain(names).filter(|n| n.chars().count() > 3).map(|n| n.to_lowercase()));
        let births = region.persons.iter().filter_map(|p| p.birth).chain(region.stays.iter().filter_map(|s| s.birth));
        let longest = words.iter().map(|w| w.chars().count()).max().unwrap_or(0);
        Self { words, longest, births: births.collect(), period }
    }

    /// Whether a run of letters and digits is made of harmless words and numbers and of nothing else.
    pub fn token(&self, token: &str, numbers: Numbers) -> bool {
        let text: Vec<char> = token.to_lowercase().chars().collect();
        if self.words.contains(&text.iter().collect::<String>()) {
            return true;
        }
        let run = |from: usize, is: fn(&char) -> bool| from + text[from..].iter().take_while(|c| is(c)).count();
        let word = |from: usize, to: usize| text[from..to].iter().collect::<String>();
        let mut reached = vec![false; text.len() + 1];
        reached[0] = true;
        for from in 0..text.len() {
            if !reached[from] {
                continue;
            }
            if text[from].is_ascii_digit() {
                let to = run(from, char::is_ascii_digit);
                if self.number(&word(from, to), numbers) {
                    reached[to] = true;
                    for unit in BEHIND.iter().map(|unit| unit.chars().count()) {
                        if to + unit <= text.len() && BEHIND.contains(&word(to, to + unit).as_str()) {
                            reached[to + unit] = true;
                        }
                    }
                }
            } else if text[from].is_ascii_alphabetic() {
                let to = run(from, char::is_ascii_alphabetic);
                // One letter names nobody.
                reached[to] |= to == from + 1 || self.words.contains(&word(from, to));
            } else {
                let numbered = text[from] == '第' && text.get(from + 1).is_some_and(char::is_ascii_digit);
                reached[from + 1] = reached[from + 1] || numbered;
                for to in (from + 2..=text.len()).take(self.longest) {
                    reached[to] = reached[to] || self.words.contains(&word(from, to));
                }
            }
        }
        reached[text.len()]
    }

    /// Whether all dates that are spelt in parts are harmless.
    pub fn dates(&self, text: &str) -> bool {
        let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|d| !d.is_empty()).collect();
        parts.windows(3).all(|part| self.date(part[0], part[1], part[2]).is_none_or(|day| self.day(day)))
    }

    fn date(&self, year: &str, month: &str, day: &str) -> Option<Day> {
        let whole = year.len() == 4 && month.len() <= 2 && day.len() <= 2;
        let number = |text: &str| text.parse::<u32>().ok();
        Day::from_ymd(number(year).filter(|_| whole)? as i32, number(month)?, number(day)?)
    }

    fn number(&self, digits: &str, numbers: Numbers) -> bool {
        match digits.len() {
            0..=SHORT => true,
            4 => digits.starts_with("20") || numbers == Numbers::Rows,
            6 if self.date(&digits[..4], &digits[4..], "15").is_some_and(|day| self.around(day)) => true,
            8 if self.date(&digits[..4], &digits[4..6], &digits[6..]).is_some_and(|day| self.day(day)) => true,
            5..=9 => numbers == Numbers::Rows,
            _ => false,
        }
    }

    /// A day of the time of the data, on which nobody in it was born.
    fn day(&self, day: Day) -> bool {
        self.around(day) && !self.births.contains(&day)
    }

    /// Whether a day lies in the time of the data or in the year before or after.
    fn around(&self, day: Day) -> bool {
        self.period.is_some_and(|(first, last)| (first.month() - 12..=last.month() + 12).contains(&day.month()))
    }
}

/// Runs of letters of one kind, in lower case.
fn runs(text: &str) -> impl Iterator<Item = String> {
    let mut out: Vec<String> = Vec::new();
    let kind = |c: char| (c.is_ascii_alphabetic(), c.is_alphabetic());
    let mut before = (false, false);
    for c in text.chars() {
        match out.last_mut().filter(|_| kind(c) == before) {
            Some(run) if kind(c).1 => run.extend(c.to_lowercase()),
            _ if kind(c).1 => out.push(c.to_lowercase().collect()),
            _ => {}
        }
        before = kind(c);
    }
    out.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_exports_are_kept_and_nothing_else() {
        let period = Day::from_ymd(2025, 1, 3).zip(Day::from_ymd(2025, 12, 30));
        let harmless = Harmless::new(&Region::default(), period);
        for kept in [
            "stays",
            "2025年3月住院费用明细",
            "202503",
            "20250331",
            "Sheet1",
            "门诊购药",
            "a",
            "psn",
            "姓名",
            "身份证号",
            "gend",
            "医疗费总额",
            "第1批",
            "12",
        ] {
            assert!(harmless.token(kept, Numbers::Few), "{kept}");
        }
        for hidden in [
            "张桂英",
            "张桂英备注",
            "张桂英住院",
            "john",
            "张三",
            "三",
            "19611102",
            "196111",
            "1961",
            "1961年",
            "6111",
            "11010119800101123X",
            "90001001",
            "阑尾",
            "阿依古丽",
        ] {
            assert!(!harmless.token(hidden, Numbers::Few), "{hidden}");
        }
        assert!(harmless.token("12345", Numbers::Rows) && !harmless.token("320106196111020", Numbers::Rows));
        assert!(harmless.dates("2025-3-31 导出") && !harmless.dates("2015年11月2日"));
    }
}
