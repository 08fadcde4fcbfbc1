//! Ids that say nothing: fillers for "not known", and numbers that were masked.

/// Words that systems put where an id is not known.
const WORDS: &[&str] = &[
    "-1",
    "散客",
    "无身份证",
    "无身份证号",
    "无此人",
    "无号",
    "无医保",
    "未知人员",
    "未提供",
    "待查",
    "待补",
    "临时",
    "现金",
    "现金病人",
    "不祥",
    "TEST",
    "无",
    "无名",
    "无名氏",
    "无卡",
    "无证件",
    "未知",
    "不详",
    "不明",
    "空",
    "暂无",
    "没有",
    "未登记",
    "未参保",
    "匿名",
    "其他",
    "自费",
    "自费病人",
    "自费患者",
    "非医保",
    "NA",
    "N/A",
    "N.A.",
    "NULL",
    "NONE",
    "NAN",
    "NIL",
    "UNKNOWN",
    "\\N",
    "(NULL)",
];
/// Characters that stand for one that was masked.
const MASKS: &[char] = &['*', '＊', '●', '█', '■', '•', '※', '☆', '★', '×'];
/// So many of the letter x in a row are a mask, not a check letter.
const CROSSES: usize = 4;
/// So many nines, and so many times any other digit, are no number that was given to somebody.
const NINES: usize = 4;
const DIGITS: usize = 8;

/// Whether an id is a filler or masked, so that equal ones need not be one person.
pub fn is_blank(text: &str) -> bool {
    let text = text.trim();
    if text.is_ascii() && text.len() > CROSSES && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        // Nearly every id there is.
        return repeated(text) || has_crosses(text);
    }
    let upper = text.to_uppercase();
    text.contains(MASKS) || WORDS.contains(&upper.as_str()) || repeated(text) || has_crosses(text)
}

fn has_crosses(text: &str) -> bool {
    text.as_bytes().windows(CROSSES).any(|w| w.iter().all(|b| matches!(b, b'x' | b'X')))
}

/// Whether a text is one character over and over, where that is no number.
fn repeated(text: &str) -> bool {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return true };
    if !characters.all(|c| c == first) {
        return false;
    }
    match first {
        '0' => true,
        '9' => text.len() >= NINES,
        '1'..='8' => text.len() >= DIGITS,
        c => !c.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_blank;

    #[test]
    fn fillers_and_masks_are_told_from_ids() {
        for text in [
            "",
            "0",
            "00000",
            "99999",
            "无",
            "NA",
            "n/a",
            "未知",
            "-",
            "/",
            "310***********1234",
            "11111111",
            "3101XXXXXXXX1234",
        ] {
            assert!(is_blank(text), "{text}");
        }
        for text in [
            "1",
            "9",
            "A",
            "P1",
            "1001",
            "11",
            "99990000000000000000000101",
            "11010519491231002x",
            "张三",
            "YWJj+/==",
            "aaaa",
        ] {
            assert!(!is_blank(text), "{text}");
        }
    }
}
