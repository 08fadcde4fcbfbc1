//! Values as text: money, evidence, needs, widths. What every printer shares.

use serde_json::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::finding::ResultClass;
use crate::messages::{Catalog, Lang, number};
use crate::model::{Fen, Table, column};

/// Money with thousands separators and both decimals, exact.
pub(super) fn yuan(amount: Fen) -> String {
    amount.text()
}

/// Money as a plain decimal number, exact.
pub(super) fn decimal(amount: Fen) -> String {
    yuan(amount).replace(',', "")
}

/// A whole number with thousands separators.
pub(super) fn whole(n: usize) -> String {
    number(n as f64)
}

/// A confidence with two decimals, rounded down: what is not certain is not shown as certain.
pub(super) fn shown_confidence(confidence: f64) -> f64 {
    (confidence * 100.0 + 1e-9).floor() / 100.0
}

/// A file size.
pub(super) fn bytes(n: u64) -> String {
    let (mut size, mut unit) = (n as f64, "B");
    for larger in ["KB", "MB", "GB", "TB"] {
        if size < 1024.0 {
            break;
        }
        (size, unit) = (size / 1024.0, larger);
    }
    if unit == "B" { format!("{n} B") } else { format!("{size:.1} {unit}") }
}

/// The name of a result class.
pub(super) fn class_name(class: ResultClass, catalog: &Catalog) -> String {
    catalog.text(&format!("report-class-{}", class.name()))
}

/// The name of a table.
pub(super) fn table_name(table: Table, catalog: &Catalog) -> String {
    catalog.text(&format!("report-table-{}", table.name()))
}

/// A table, column or choice of these that a rule needs, in words and as the card names it.
pub(super) fn need(need: &str, catalog: &Catalog) -> String {
    let one = |name: &str| {
        let (table, field) = name.split_once('.').unwrap_or((name, ""));
        let Some(known) = Table::from_name(table) else { return name.to_string() };
        let table = table_name(known, catalog);
        match (column(known, field), catalog.lang()) {
            (Some(column), Lang::Zh) => format!("{table}·{} ({name})", column.chinese),
            (None, Lang::Zh) if field.is_empty() => format!("{table} ({name})"),
            _ => name.to_string(),
        }
    };
    let choices: Vec<String> = need.split(" or ").map(|name| one(name.trim())).collect();
    choices.join(&catalog.text("report-or"))
}

/// A value of evidence in one line of text.
pub(super) fn evidence(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(evidence).collect::<Vec<_>>().join("; "),
        // The names of the fields are for machines; the values, in their fixed order, speak for themselves.
        Value::Object(fields) => fields.values().map(evidence).collect::<Vec<_>>().join(" "),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Cells of a terminal or of Excel's column width that a text takes: Chinese characters take two.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Text from the data without what could steer a terminal or reverse the reading order.
pub(super) fn clean(text: &str) -> String {
    let unsafe_ = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if unsafe_(c) { ' ' } else { c }).collect()
}

/// Text cut to a width, with a mark where it was cut.
pub(super) fn fit(text: &str, limit: usize) -> String {
    if width(text) <= limit {
        return text.to_string();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w + 1 > limit {
            break;
        }
        used += w;
        out.push(c);
    }
    if limit > 0 {
        out.push('…');
    }
    out
}

/// Text broken into lines of at most a width. Breaks at spaces, and between Chinese characters, but not before closing
/// punctuation.
pub(super) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        let over = width(&line) + width(word.trim_end()) > limit;
        if over && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_string());
        }
        for c in word.chars() {
            if width(&line) + c.width().unwrap_or(0) > limit && c != ' ' {
                lines.push(std::mem::take(&mut line).trim_end().to_string());
            }
            line.push(c);
        }
    }
    if !line.trim_end().is_empty() {
        lines.push(line.trim_end().to_string());
    }
    lines
}

/// Pieces that must stay together on a line; spaces stay with the word before them.
fn words(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (i, c) in text.char_indices() {
        let wide = |c: char| c.width() == Some(2);
        let closing = "，。；：！？、）】》”’".contains(c);
        let opening = before.is_some_and(|b| "（【《“‘".contains(b));
        let breaks = before.is_some_and(|b| (b == ' ' && c != ' ') || wide(b) || wide(c));
        if breaks && !closing && !opening && c != ' ' {
            pieces.push(&text[start..i]);
            start = i;
        }
        before = Some(c);
    }
    pieces.push(&text[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_and_grouped() {
        assert_eq!(yuan(Fen(0)), "0.00");
        assert_eq!(yuan(Fen(-5)), "-0.05");
        assert_eq!(yuan(Fen(123_456_789)), "1,234,567.89");
        assert_eq!(yuan(Fen(100_000)), "1,000.00");
        assert_eq!(decimal(Fen(-123_456_789)), "-1234567.89");
    }

    #[test]
    fn only_certainty_is_shown_as_certain() {
        assert_eq!([0.9999, 0.29, 0.955, 1.0].map(shown_confidence), [0.99, 0.29, 0.95, 1.0]);
    }

    #[test]
    fn sizes_read_well() {
        assert_eq!((bytes(17), bytes(2048), bytes(5_000_000)), ("17 B".into(), "2.0 KB".into(), "4.8 MB".into()));
    }

    #[test]
    fn chinese_text_is_cut_by_its_width() {
        assert_eq!(fit("县人民医院", 10), "县人民医院");
        assert_eq!(fit("县人民医院", 9), "县人民医…");
        assert_eq!(fit("县人民医院", 8), "县人民…");
    }

    #[test]
    fn lines_never_pass_the_width_nor_begin_with_a_full_stop() {
        let text = "患者 P0001 于 2025-03-01 在县人民医院住院，同日在镇卫生院另有住院。Same day, another hospital.";
        for limit in 12..60 {
            let lines = wrap(text, limit);
            assert!(lines.iter().all(|l| width(l) <= limit), "{limit}: {lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
        assert!(wrap(text, 30).iter().all(|l| !l.starts_with(['，', '。'])));
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
    }

    #[test]
    fn needs_are_told_in_words() {
        let zh = Catalog::new(Lang::Zh);
        assert_eq!(need("fees", &zh), "费用明细 (fees)");
        assert!(need("stays.brdy or persons", &zh).starts_with("住院结算·出生日期 (stays.brdy)或"));
        assert_eq!(need("stays.brdy", &Catalog::new(Lang::En)), "stays.brdy");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(clean("a\u{1b}[31mb\u{202e}c"), "a [31mb c");
    }
}
