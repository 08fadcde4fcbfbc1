//! Lines of a width, for text in which Chinese and Latin letters mix.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Never at the beginning of a line.
const CLOSING: &str = "，。、；：！？）」》”’%…)],.;:!?";
/// Never at the end of a line.
const OPENING: &str = "（「《“‘([";

/// Breaks a text into lines of at most `width` columns: at spaces, and between Chinese characters as their typography allows.
/// Line ends in the text are kept. A word wider than the line stands alone and runs over.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    text.lines().flat_map(|line| paragraph(line, width)).collect()
}

fn paragraph(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && line.width() + piece.trim_end().width() > width {
            lines.push(line.trim_end().to_string());
            line.clear();
        }
        line.push_str(if line.is_empty() { piece.trim_start() } else { piece });
    }
    lines.push(line.trim_end().to_string());
    lines
}

/// The text cut at every place where a line may end.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        if before.is_some_and(|b| may_break(b, c)) {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    pieces.push(&text[start..]);
    pieces
}

fn may_break(before: char, after: char) -> bool {
    // After Chinese punctuation an ASCII mark begins a word: 格式：.xlsx
    let begins_word = after.is_ascii() && CLOSING.contains(before) && !before.is_ascii();
    if (CLOSING.contains(after) && !begins_word) || OPENING.contains(before) || after == ' ' {
        return false;
    }
    let wide = |c: char| c.width().unwrap_or(0) > 1;
    before == ' ' || wide(before) || wide(after)
}

/// The text with spaces up to a width.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// The text cut to a width, with `…` where something was cut.
pub(super) fn fit(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut used = 1;
    let kept = text.chars().take_while(|c| {
        used += c.width().unwrap_or(0);
        used <= width
    });
    kept.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_breaks_between_characters_but_not_before_a_full_stop() {
        assert_eq!(wrap("医疗保障基金。", 12), ["医疗保障基", "金。"]);
        assert_eq!(wrap("（医保）基金", 6), ["（医", "保）基", "金"]);
    }

    #[test]
    fn latin_breaks_at_spaces_and_options_stay_whole() {
        assert_eq!(wrap("use --max-rejects 1% here", 14), ["use", "--max-rejects", "1% here"]);
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        let text = "没有 -o 时写入当前文件夹的 yishen-report.xlsx；已有的报告不会被覆盖，除非加上 --force。";
        for width in 20..80 {
            for line in wrap(text, width) {
                assert!(line.width() <= width, "{width}: {line}");
            }
            assert_eq!(wrap(text, width).concat().replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn padding_counts_wide_characters_twice() {
        assert_eq!(pad("医审", 6), "医审  ");
        assert_eq!(pad("toolong", 3), "toolong");
        assert_eq!(fit("医疗保障", 5), "医疗…");
        assert_eq!(fit("医疗保障", 6), "医疗…");
        assert_eq!(fit("医疗", 4), "医疗");
    }
}
