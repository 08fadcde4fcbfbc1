//! Names of persons: one name in several spellings, and newborns who are named after their mothers.

use std::borrow::Cow;

use crate::ingest::values::half_width;

/// What stands for the newborn after the mother's name and 之, with what may number it at the end.
const CHILDREN: &[&str] = &[
    "子",
    "女",
    "婴",
    "儿",
    "男",
    "婴儿",
    "男婴",
    "女婴",
    "长子",
    "次子",
    "三子",
    "长女",
    "次女",
    "三女",
    "大子",
    "小子",
    "大女",
    "小女",
    "儿子",
    "女儿",
    "男孩",
    "女孩",
    "双子",
    "双女",
    "双胎",
    "新生儿",
];
/// The same without 之.
const ALONE: &[&str] = &["新生儿", "男婴", "女婴", "婴儿"];
/// What numbers a newborn.
const NUMBERS: &[char] = &['一', '二', '三', '四', '甲', '乙', '丙', '大', '小', '(', ')', '（', '）', '-', ' '];

/// The mother's name in a newborn's: 李梅之子 is 李梅's. None where the name is somebody's own.
pub fn mother(name: &str) -> Option<&str> {
    let name = name.trim();
    let body = name.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || NUMBERS.contains(&c));
    let after = body.rsplit_once('之').filter(|(_, child)| CHILDREN.contains(child)).map(|(mother, _)| mother);
    let mother = after.or_else(|| ALONE.iter().find_map(|word| body.strip_suffix(word)))?.trim_end();
    // 王之女 may be somebody's own name.
    (mother.chars().nth(1).is_some()).then_some(mother)
}

/// A name as it is compared: without blanks and the dots within names of minorities, of which there are many; in half width
/// and capitals.
pub fn spelling(name: &str) -> Cow<'_, str> {
    const DOTS: &[char] =
        &['·', '•', '‧', '・', '･', '．', '.', '。', '∙', '⋅', '●', '﹒', '᛫', '\u{feff}', '\u{200b}'];
    let plain = |c: char| !c.is_whitespace() && !DOTS.contains(&c);
    let name = half_width(name);
    if name.chars().all(|c| plain(c) && !c.is_ascii_lowercase()) {
        return name;
    }
    Cow::Owned(name.chars().filter(|c| plain(*c)).map(|c| c.to_ascii_uppercase()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newborn_is_named_after_the_mother() {
        for name in [
            "李梅之子",
            "李梅之女",
            "李梅之婴",
            "李梅之长子",
            "李梅之子A",
            "李梅之女（2）",
            "李梅之大女",
            "李梅男婴",
            "李梅 之子",
        ] {
            assert_eq!(mother(name), Some("李梅"), "{name}");
        }
        for name in ["李梅", "王羲之", "王之女", "张之洞", "赵子儿", "P1", ""] {
            assert_eq!(mother(name), None, "{name}");
        }
    }

    #[test]
    fn one_name_in_several_spellings() {
        for name in ["阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽.买买提", "阿依古丽．买买提", "阿依古丽 买买提"]
        {
            assert_eq!(spelling(name), "阿依古丽买买提", "{name}");
        }
        assert_eq!(spelling("Ｌｉ　mei"), "LIMEI");
        assert_eq!(spelling("李梅"), "李梅");
    }
}
