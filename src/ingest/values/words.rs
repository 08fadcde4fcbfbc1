//! Words and codes of the columns that hold one of a few things: sex, fee class, flags. `None` is a word that is not known.

use crate::model::{FeeClass, Sex};

/// Sex from codes and words.
pub(in crate::ingest) fn sex(cell: &[u8]) -> Option<Sex> {
    Some(match cell {
        b"" => Sex::Unknown,
        b"1" | b"01" | b"M" | b"m" | b"Male" | b"male" | b"MALE" | b"1.0" => Sex::Male,
        b"2" | b"02" | b"F" | b"f" | b"Female" | b"female" | b"FEMALE" | b"2.0" => Sex::Female,
        b"0" | b"9" | b"00" | b"09" | b"0.0" | b"9.0" | b"U" => Sex::Unknown,
        _ => match without_code(std::str::from_utf8(cell).ok()?) {
            word if word.starts_with('男') => Sex::Male,
            word if word.starts_with('女') => Sex::Female,
            word if word.contains("未知") || word.contains("未说明") || word.contains("不详") => Sex::Unknown,
            _ => return None,
        },
    })
}

/// A word without the code before it: `1-男`.
fn without_code(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | ' ' | '_' | '|'))
}

/// Grade of a charge line in the catalogue (收费项目等级): what it tells of the fund's part where no amount does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ingest) enum Grade {
    Unknown = 0,
    /// 甲类: in scope.
    First = 1,
    /// 乙类: in scope after a part of the patient's own.
    Second = 2,
    /// 丙类, 自费: out of scope.
    SelfPaid = 3,
}

/// Grade from the national code (01 甲 02 乙 03 丙) or a word.
pub(in crate::ingest) fn grade(cell: &[u8]) -> Option<Grade> {
    Some(match cell {
        b"" => Grade::Unknown,
        b"1" | b"01" | b"1.0" => Grade::First,
        b"2" | b"02" | b"2.0" => Grade::Second,
        b"3" | b"03" | b"3.0" => Grade::SelfPaid,
        _ => {
            let word = without_code(std::str::from_utf8(cell).ok()?);
            let any = |words: &[&str]| words.iter().any(|w| word.contains(w));
            match word {
                _ if any(&["部分", "先行", "非自费"]) && !any(&["丙"]) => Grade::Second,
                _ if any(&["丙", "自费", "非医保", "目录外", "不予支付", "不报销"]) => Grade::SelfPaid,
                _ if any(&["乙"]) => Grade::Second,
                _ if any(&["甲"]) => Grade::First,
                "C" | "c" => Grade::SelfPaid,
                "B" | "b" => Grade::Second,
                "A" | "a" => Grade::First,
                _ => return None,
            }
        }
    })
}

/// Fee class from the national code or a Chinese word (DOMAIN 3.1: one hospital's codes were dirty, its words were right).
pub(in crate::ingest) fn fee_class(cell: &[u8]) -> Option<FeeClass> {
    match cell {
        [] => return Some(FeeClass::Unknown),
        [a @ b'0'..=b'9'] => return FeeClass::from_code(a - b'0'),
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => return FeeClass::from_code((a - b'0') * 10 + b - b'0'),
        _ => {}
    }
    let text = std::str::from_utf8(cell).ok()?;
    if let Ok(code) = text.trim_end_matches(".0").parse::<u8>() {
        return FeeClass::from_code(code);
    }
    class_of_word(text)
}

/// What a class is called, where the word alone decides. Words that stand for several classes (中药费, 药品费, 诊疗费, 检查治疗费)
/// are in neither list: they are told as unknown.
const WHOLE: [(&str, FeeClass); 24] = [
    ("手术治疗", FeeClass::Surgery),
    ("非手术治疗", FeeClass::Treatment),
    ("非手术治疗项目", FeeClass::Treatment),
    ("化验检查", FeeClass::Laboratory),
    ("实验室诊断", FeeClass::Laboratory),
    ("实验室检查", FeeClass::Laboratory),
    ("病理诊断", FeeClass::Examination),
    ("影像学诊断", FeeClass::Examination),
    ("影像诊断", FeeClass::Examination),
    ("临床诊断项目", FeeClass::Examination),
    ("临床物理治疗", FeeClass::Treatment),
    ("放射治疗", FeeClass::Treatment),
    ("放疗", FeeClass::Treatment),
    ("检验", FeeClass::Laboratory),
    ("药事服务", FeeClass::Consultation),
    ("输氧", FeeClass::Treatment),
    ("氧气", FeeClass::Treatment),
    ("血", FeeClass::Treatment),
    ("抢救", FeeClass::Treatment),
    ("产", FeeClass::Treatment),
    ("西成药", FeeClass::WesternDrug),
    ("中草药饮片", FeeClass::HerbalSlice),
    ("一般诊疗", FeeClass::GeneralTreatment),
    ("其它", FeeClass::Other),
];

/// Words that tell a class wherever they stand in the cell.
const WITHIN: [(&str, FeeClass); 44] = [
    ("床位", FeeClass::Bed),
    ("一般诊疗", FeeClass::GeneralTreatment),
    ("诊察", FeeClass::Consultation),
    ("诊查", FeeClass::Consultation),
    ("挂号", FeeClass::Registration),
    ("检查", FeeClass::Examination),
    ("CT", FeeClass::Examination),
    ("MRI", FeeClass::Examination),
    ("核磁", FeeClass::Examination),
    ("磁共振", FeeClass::Examination),
    ("放射", FeeClass::Examination),
    ("透视", FeeClass::Examination),
    ("摄片", FeeClass::Examination),
    ("B超", FeeClass::Examination),
    ("超声", FeeClass::Examination),
    ("心电", FeeClass::Examination),
    ("内镜", FeeClass::Examination),
    ("病理", FeeClass::Examination),
    ("化验", FeeClass::Laboratory),
    ("检验", FeeClass::Laboratory),
    ("护理", FeeClass::Nursing),
    ("西药", FeeClass::WesternDrug),
    ("中成药", FeeClass::ChinesePatent),
    ("饮片", FeeClass::HerbalSlice),
    ("草药", FeeClass::HerbalSlice),
    ("手术", FeeClass::Surgery),
    ("麻醉", FeeClass::Surgery),
    ("治疗", FeeClass::Treatment),
    ("理疗", FeeClass::Treatment),
    ("针灸", FeeClass::Treatment),
    ("推拿", FeeClass::Treatment),
    ("康复", FeeClass::Treatment),
    ("注射", FeeClass::Treatment),
    ("输液", FeeClass::Treatment),
    ("换药", FeeClass::Treatment),
    ("吸氧", FeeClass::Treatment),
    ("监护", FeeClass::Treatment),
    ("透析", FeeClass::Treatment),
    ("输血", FeeClass::Treatment),
    ("血液", FeeClass::Treatment),
    ("接生", FeeClass::Treatment),
    ("其他", FeeClass::Other),
    ("其它", FeeClass::Other),
    ("综合", FeeClass::Other),
];

fn class_of_word(text: &str) -> Option<FeeClass> {
    let code_or_dress =
        |c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | ' ' | '|' | '(' | ')' | '（' | '）' | ':');
    let word = text.trim_matches(code_or_dress).to_ascii_uppercase();
    let word = ["费用", "费", "类"].iter().fold(word.as_str(), |word, end| word.strip_suffix(end).unwrap_or(word));
    // What a material is used for says nothing: 手术材料费 is the material.
    if ["材料", "耗材"].iter().any(|material| word.contains(material)) {
        return Some(FeeClass::Consumable);
    }
    if let Some((_, class)) = WHOLE.iter().find(|(whole, _)| *whole == word) {
        return Some(*class);
    }
    let mut found = WITHIN.iter().filter(|(within, _)| word.contains(within)).map(|(_, class)| *class);
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

/// What a flag says about its row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ingest) enum Sense {
    /// 1 is "taken back": 退费标志.
    Refunded,
    /// 1 is "stands": 有效标志.
    Valid,
    /// 1 is yes, of whatever the header asks.
    Plain,
}

/// Words of rows that were taken back or do not count, and of rows that stand.
const TAKEN_BACK: [&str; 12] =
    ["退费", "退", "冲销", "红冲", "冲红", "冲正", "冲账", "退款", "冲减", "冲", "红字", "反交易"];
const GONE: [&str; 10] = ["作废", "无效", "撤销", "撤消", "注销", "失效", "废止", "废", "取消", "删除"];
const STANDS: [&str; 11] = ["有效", "正常", "生效", "在用", "启用", "收费", "缴费", "记账", "结算", "蓝字", "正交易"];

/// A flag: `Some(None)` for an empty cell, `None` for a word that is not known. A word is taken by its meaning, whichever way the
/// column asks: 作废 is "no" under 有效标志, 正常 is "no" under 退费标志.
pub(in crate::ingest) fn flag(cell: &[u8], sense: Sense) -> Option<Option<bool>> {
    let yes =
        match cell {
            b"" => return Some(None),
            b"1" | b"Y" | b"y" | b"1.0" | b"01" | b"true" | b"True" | b"TRUE" | b"T" | b"t" | b"yes" | b"Yes"
            | b"YES" => true,
            b"0" | b"N" | b"n" | b"0.0" | b"00" | b"false" | b"False" | b"FALSE" | b"F" | b"f" | b"no" | b"No"
            | b"NO" => false,
            _ => return word(std::str::from_utf8(cell).ok()?, sense).map(Some),
        };
    Some(Some(yes))
}

fn word(text: &str, sense: Sense) -> Option<bool> {
    let dress = |c: char| {
        c.is_ascii_digit() || c.is_whitespace() || matches!(c, '-' | '.' | '_' | '|' | ':' | '(' | ')' | '（' | '）')
    };
    let mut word = text.trim_matches(dress);
    for end in ["结算", "标志", "状态", "单据", "记录", "的", "了"] {
        word = word.strip_suffix(end).filter(|rest| !rest.is_empty()).unwrap_or(word);
    }
    match word {
        "是" | "√" | "真" => return Some(true),
        "否" | "×" | "假" | "不是" => return Some(false),
        _ => {}
    }
    let (not, word) = match ["未", "非", "不是", "不", "没有", "没"].iter().find_map(|no| word.strip_prefix(no))
    {
        Some(rest) => (true, rest),
        None => {
            (false, ["已经", "已", "被", "全额", "全"].iter().fold(word, |w, start| w.strip_prefix(start).unwrap_or(w)))
        }
    };
    let (back, gone, stands) = (TAKEN_BACK.contains(&word), GONE.contains(&word), STANDS.contains(&word));
    let yes = match sense {
        Sense::Refunded if back || gone => true,
        Sense::Refunded if stands => false,
        Sense::Valid if stands => true,
        Sense::Valid if back || gone => false,
        Sense::Plain if matches!(word, "主要诊断" | "主诊断" | "主要" | "主") => true,
        Sense::Plain if matches!(word, "次要诊断" | "次诊断" | "其他诊断" | "其他" | "次要" | "次") => {
            false
        }
        _ => return None,
    };
    // 未缴费 is neither taken back nor void, so only a denied "taken back" says something.
    if not && stands && word != "有效" && word != "生效" { None } else { Some(yes != not) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fee_classes_from_codes_and_words() {
        for (cell, want) in [
            ("09", FeeClass::WesternDrug),
            ("9", FeeClass::WesternDrug),
            ("9.0", FeeClass::WesternDrug),
            ("14", FeeClass::Other),
            ("西药", FeeClass::WesternDrug),
            ("西药费", FeeClass::WesternDrug),
            ("09 西药费", FeeClass::WesternDrug),
            ("西药费(09)", FeeClass::WesternDrug),
            ("抗菌西药费用", FeeClass::WesternDrug),
            ("中药饮片费", FeeClass::HerbalSlice),
            ("中草药", FeeClass::HerbalSlice),
            ("草药费", FeeClass::HerbalSlice),
            ("中成药费", FeeClass::ChinesePatent),
            ("床位", FeeClass::Bed),
            ("诊查费", FeeClass::Consultation),
            ("诊察费", FeeClass::Consultation),
            ("一般诊疗费", FeeClass::GeneralTreatment),
            ("挂号费", FeeClass::Registration),
            ("检查费", FeeClass::Examination),
            ("CT费", FeeClass::Examination),
            ("ct", FeeClass::Examination),
            ("放射费", FeeClass::Examination),
            ("放射治疗费", FeeClass::Treatment),
            ("透视费", FeeClass::Examination),
            ("检验费", FeeClass::Laboratory),
            ("化验费", FeeClass::Laboratory),
            ("化验检查费", FeeClass::Laboratory),
            ("护理费", FeeClass::Nursing),
            ("特殊材料", FeeClass::Consumable),
            ("手术材料费", FeeClass::Consumable),
            ("检查用一次性医用材料费", FeeClass::Consumable),
            ("耗材", FeeClass::Consumable),
            ("手术费", FeeClass::Surgery),
            ("麻醉费", FeeClass::Surgery),
            ("手术治疗费", FeeClass::Surgery),
            ("非手术治疗项目费", FeeClass::Treatment),
            ("治疗", FeeClass::Treatment),
            ("血费", FeeClass::Treatment),
            ("输血费", FeeClass::Treatment),
            ("输氧费", FeeClass::Treatment),
            ("监护费", FeeClass::Treatment),
            ("注射费", FeeClass::Treatment),
            ("换药费", FeeClass::Treatment),
            ("接生费", FeeClass::Treatment),
            ("其他费", FeeClass::Other),
            ("其它", FeeClass::Other),
            ("", FeeClass::Unknown),
        ] {
            assert_eq!(fee_class(cell.as_bytes()), Some(want), "{cell}");
        }
        for cell in
            ["99", "0", "15", "300", "A", "中药费", "中药", "药品费", "诊疗", "检查治疗费", "救护车费", "新生儿费"]
        {
            assert_eq!(fee_class(cell.as_bytes()), None, "{cell}");
        }
    }

    #[test]
    fn flags_say_what_they_mean_whichever_way_the_column_asks() {
        let (refunded, valid) =
            (|c: &str| flag(c.as_bytes(), Sense::Refunded), |c: &str| flag(c.as_bytes(), Sense::Valid));
        for cell in ["已退费", "退费", "已退", "冲销", "已冲销", "红冲", "冲正", "作废", "已作废", "撤销", "已撤销"]
        {
            assert_eq!((refunded(cell), valid(cell)), (Some(Some(true)), Some(Some(false))), "{cell}");
        }
        for cell in ["无效", "无效结算", "已失效", "注销", "0-无效", "无效(0)"] {
            assert_eq!(valid(cell), Some(Some(false)), "{cell}");
        }
        for cell in ["正常", "有效", "正常结算", "1 有效"] {
            assert_eq!((refunded(cell), valid(cell)), (Some(Some(false)), Some(Some(true))), "{cell}");
        }
        for cell in ["红字", "反交易", "冲减"] {
            assert_eq!((refunded(cell), valid(cell)), (Some(Some(true)), Some(Some(false))), "{cell}");
        }
        for cell in ["蓝字", "正交易", "不是退费"] {
            assert_eq!((refunded(cell), valid(cell)), (Some(Some(false)), Some(Some(true))), "{cell}");
        }
        for cell in ["未退费", "未退", "未冲销", "未作废"] {
            assert_eq!((refunded(cell), valid(cell)), (Some(Some(false)), Some(Some(true))), "{cell}");
        }
        for (cell, yes) in [
            ("1", true),
            ("Y", true),
            ("T", true),
            ("是", true),
            ("0", false),
            ("N", false),
            ("F", false),
            ("否", false),
        ] {
            for sense in [Sense::Refunded, Sense::Valid, Sense::Plain] {
                assert_eq!(flag(cell.as_bytes(), sense), Some(Some(yes)), "{cell}");
            }
        }
        for cell in ["2", "X", "部分退费", "退费失败", "待审", "未缴费"] {
            assert_eq!((refunded(cell), valid(cell)), (None, None), "{cell}");
        }
        assert_eq!(refunded(""), Some(None));
    }

    #[test]
    fn grades_by_code_and_word() {
        for (cell, want) in [
            ("01", Some(Grade::First)),
            ("甲类", Some(Grade::First)),
            ("2-乙", Some(Grade::Second)),
            ("部分自费", Some(Grade::Second)),
            ("3", Some(Grade::SelfPaid)),
            ("丙类（自费）", Some(Grade::SelfPaid)),
            ("全自费", Some(Grade::SelfPaid)),
            ("目录外", Some(Grade::SelfPaid)),
            ("", Some(Grade::Unknown)),
            ("其他", None),
        ] {
            assert_eq!(grade(cell.as_bytes()), want, "{cell}");
        }
    }

    #[test]
    fn sexes() {
        for (cell, want) in [
            ("1", Some(Sex::Male)),
            ("男", Some(Sex::Male)),
            ("男性", Some(Sex::Male)),
            ("1-男", Some(Sex::Male)),
            ("2", Some(Sex::Female)),
            ("女", Some(Sex::Female)),
            ("F", Some(Sex::Female)),
            ("9", Some(Sex::Unknown)),
            ("未说明的性别", Some(Sex::Unknown)),
            ("", Some(Sex::Unknown)),
            ("3", None),
            ("先生", None),
        ] {
            assert_eq!(sex(cell.as_bytes()), want, "{cell}");
        }
    }
}
