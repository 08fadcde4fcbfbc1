//! What a header says, apart from its dress: the name, the unit of money in it, and what its brackets say.

use super::values::{clean, half_width};

/// A header taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// Half-width, lower case, without white space, quotes and a table prefix; brackets kept.
    pub full: String,
    /// The same with its table prefix, where it has one.
    pub prefixed: Option<String>,
    /// The same without unit and brackets.
    pub bare: String,
    /// What the brackets say that is no unit: `实际` of 入院时间(实际).
    pub qualifier: Option<String>,
    /// The unit of money as a power of ten of yuan: 万元 is 4, 分 is -2. `None` where the header names none.
    pub unit: Option<i32>,
}

/// Units of money that headers name, apart from the words for the currency around them.
const UNITS: [(&str, i32); 31] = [
    ("元", 0),
    ("yuan", 0),
    ("百元", 2),
    ("百", 2),
    ("hundred", 2),
    ("千元", 3),
    ("千", 3),
    ("k", 3),
    ("k元", 3),
    ("kyuan", 3),
    ("thousand", 3),
    ("thousands", 3),
    ("thousandyuan", 3),
    ("万", 4),
    ("万元", 4),
    ("w", 4),
    ("w元", 4),
    ("wan", 4),
    ("wanyuan", 4),
    ("tenthousand", 4),
    ("tenthousands", 4),
    ("tenthousandyuan", 4),
    ("百万元", 6),
    ("million", 6),
    ("millionyuan", 6),
    ("亿", 8),
    ("亿元", 8),
    ("角", -1),
    ("分", -2),
    ("fen", -2),
    ("cents", -2),
];
/// Words for the currency: alone they are yuan.
const CURRENCY: [&str; 6] = ["人民币", "rmb", "cny", "renminbi", "¥", "￥"];
/// Words that lead to a unit.
const LEADS: [&str; 9] = ["单位", "unit", "金额", "货币", "均为", "为", "以", "in", "of"];
/// Units that are one at the end of a header without brackets, too: nothing else ends so.
const ENDINGS: [&str; 7] = ["百万元", "万元", "千元", "亿元", "百元", "萬元", "万圆"];

/// The power of ten of a unit of money.
pub(super) fn unit(text: &str) -> Option<i32> {
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '萬' => '万',
            '億' => '亿',
            '圆' | '圓' | '塊' | '块' => '元',
            c => c.to_ascii_lowercase(),
        })
        .collect();
    let mut text = text.as_str();
    let mut money = false;
    loop {
        let before = text;
        text = text.trim_start_matches([':', '：', '=', '(', '（', '-', '_', '/']);
        text = text.trim_end_matches([')', '）', '。', '计', '.']);
        text = LEADS.iter().find_map(|lead| text.strip_prefix(lead)).unwrap_or(text);
        let bare = CURRENCY.iter().find_map(|word| text.strip_prefix(word).or_else(|| text.strip_suffix(word)));
        (text, money) = (bare.unwrap_or(text), money || bare.is_some());
        if text == before {
            break;
        }
    }
    if text.is_empty() {
        return money.then_some(0);
    }
    UNITS.iter().find(|(name, _)| *name == text).map(|(_, power)| *power).or_else(|| multiple(text, money))
}

/// A unit that is written as a number: 10,000 yuan, 10k, 1000元. A number alone is none unless a currency stands by it.
fn multiple(text: &str, money: bool) -> Option<i32> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',').len();
    let number = text[..digits].replace(',', "");
    let zeros = number.strip_prefix('1').filter(|zeros| zeros.bytes().all(|b| b == b'0'))?.len() as i32;
    match &text[digits..] {
        "" => (money || zeros >= 3).then_some(zeros),
        rest => UNITS.iter().find(|(name, _)| *name == rest).map(|(_, power)| zeros + power),
    }
}

/// Whether a text speaks of a unit of money: one that is not understood must not pass for yuan.
pub(super) fn speaks_of_unit(text: &str) -> bool {
    let text = undressed(text);
    ["元", "圆", "yuan", "rmb", "cny"].iter().any(|word| text.contains(word))
        && ["万", "萬", "千", "百", "亿", "億", "k", "thousand", "million", "00"].iter().any(|word| text.contains(word))
}

impl Name {
    /// Takes a header apart.
    pub fn new(header: &str) -> Self {
        let whole = undressed(header);
        let (full, prefixed) = match prefix(&whole) {
            0 => (whole, None),
            at => (whole[at..].to_string(), Some(whole)),
        };
        let (mut bare, mut qualifiers, mut found) = (full.clone(), Vec::new(), None);
        while let Some((rest, inner)) = bracketed(&bare) {
            match unit(&inner) {
                Some(power) if found.is_none() => found = Some(power),
                _ => qualifiers.insert(0, inner),
            }
            bare = rest;
        }
        let unsaid = found.is_none() && qualifiers.is_empty();
        if let Some((rest, power)) = trailing(&bare).filter(|_| unsaid) {
            (bare, found) = (rest, Some(power));
        }
        Self { full, prefixed, bare, qualifier: (!qualifiers.is_empty()).then(|| qualifiers.concat()), unit: found }
    }
}

impl Name {
    /// The name with its table prefix.
    pub fn whole(&self) -> &str {
        self.prefixed.as_ref().unwrap_or(&self.full)
    }
}

/// A header as it is compared: half-width, lower case, without white space, quotes or a table prefix.
pub(super) fn normal(header: &str) -> String {
    let mut text = undressed(header);
    text.drain(..prefix(&text));
    text
}

/// Length of what stands up to the last point of a name: the table in what a query joined.
fn prefix(text: &str) -> usize {
    let before = text.find('(').unwrap_or(text.len());
    text[..before].rfind('.').map(|dot| dot + 1).filter(|after| *after < before).unwrap_or(0)
}

/// A header as it is compared, with its table prefix.
pub(super) fn undressed(header: &str) -> String {
    let cleaned = std::str::from_utf8(clean(header.as_bytes())).unwrap_or_default();
    let half = half_width(cleaned);
    let mut text: String = half
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '*' | '`' | '\u{feff}' | '\0'))
        .map(|c| match c {
            '[' | '【' | '〔' | '{' => '(',
            ']' | '】' | '〕' | '}' => ')',
            c => c,
        })
        .collect();
    text.make_ascii_lowercase();
    // SQL Server puts whole names into brackets.
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).filter(|t| !t.contains(['(', ')'])) {
        text = inner.to_string();
    }
    text
}

/// What stands before the last brackets and what in them, where they end the text.
fn bracketed(text: &str) -> Option<(String, String)> {
    let inner = text.strip_suffix(')')?;
    let open = inner.rfind('(').filter(|at| *at > 0)?;
    Some((inner[..open].to_string(), inner[open + 1..].to_string()))
}

/// A unit behind a separator, or one that cannot be anything else, at the end of a text.
fn trailing(text: &str) -> Option<(String, i32)> {
    let parted = text.rfind(['_', '/', ':', ',', '-', '，', '、']).and_then(|at| {
        let mut rest = text[at..].chars();
        let _ = rest.next();
        // A single letter behind a separator is no unit but what a column is told by.
        let word = rest.as_str();
        unit(word).filter(|_| word.len() > 1).map(|power| (text[..at].to_string(), power))
    });
    parted.filter(|(rest, _)| !rest.is_empty()).or_else(|| {
        let ending = ENDINGS.iter().find(|e| text.len() > e.len() && text.ends_with(**e))?;
        Some((text[..text.len() - ending.len()].to_string(), unit(ending)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(header: &str) -> (String, Option<String>, Option<i32>) {
        let name = Name::new(header);
        (name.bare, name.qualifier, name.unit)
    }

    #[test]
    fn headers_survive_their_dress() {
        assert_eq!(normal("\u{feff}\"T.PSN_NO\""), "psn_no");
        assert_eq!(normal("ＰＳＮ＿ＮＯ"), "psn_no");
        assert_eq!(normal("[PSN_NO]"), "psn_no");
        assert_eq!(parts(" 金额（元）\t"), ("金额".into(), None, Some(0)));
    }

    #[test]
    fn units_are_told_from_what_says_which_column_is_meant() {
        for (header, bare, unit) in [
            ("医疗费总额（万元）", "医疗费总额", Some(4)),
            ("医疗费总额(单位：万元)", "医疗费总额", Some(4)),
            ("总费用_万元", "总费用", Some(4)),
            ("总费用/千元", "总费用", Some(3)),
            ("总费用万元", "总费用", Some(4)),
            ("TOTAL[分]", "total", Some(-2)),
            ("金额【角】", "金额", Some(-1)),
            ("金额 ( RMB )", "金额", Some(0)),
            ("总费用（人民币万元）", "总费用", Some(4)),
            ("总费用（单位：人民币万元）", "总费用", Some(4)),
            ("总费用（萬元）", "总费用", Some(4)),
            ("总费用（万圆）", "总费用", Some(4)),
            ("总费用（W元）", "总费用", Some(4)),
            ("total(10,000 yuan)", "total", Some(4)),
            ("total (10k yuan)", "total", Some(4)),
            ("total(ten thousand yuan)", "total", Some(4)),
            ("total(thousand RMB)", "total", Some(3)),
            ("total(cents)", "total", Some(-2)),
            ("总费用（k）", "总费用", Some(3)),
            ("总费用(10000元)", "总费用", Some(4)),
            ("病区单元", "病区单元", None),
            ("金额", "金额", None),
        ] {
            assert_eq!(parts(header), (bare.into(), None, unit), "{header}");
        }
        assert_eq!(parts("金额(基金)"), ("金额".into(), Some("基金".into()), None));
        assert_eq!(parts("金额(总额)(万元)"), ("金额".into(), Some("总额".into()), Some(4)));
        assert_eq!(parts("(元)"), ("元".into(), None, None));
    }
}
