//! The words of a query, for what SQLite does not say: which knowledge tables it may mean, and whether it asks for today.

/// A part of a query that matters here; comments and blanks are left out.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// A name or keyword, in lower case, without quotation marks.
    Word(String),
    /// A text in single quotation marks, in lower case.
    Text(String),
    /// Anything else, a character each.
    Mark(char),
}

fn parts(sql: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let length = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.find("*/").map_or(rest.len(), |end| end + 4)
        } else if let Some(close) = closing(c) {
            let inside = quoted_length(&rest[1..], close);
            let text = rest[1..].get(..inside).unwrap_or_default().to_lowercase();
            parts.push(if c == '\'' { Part::Text(text) } else { Part::Word(text) });
            (inside + 2).min(rest.len())
        } else if is_letter(c) {
            let length = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
            parts.push(Part::Word(rest[..length].to_lowercase()));
            length
        } else {
            if !c.is_whitespace() {
                parts.push(Part::Mark(c));
            }
            c.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    parts
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn closing(open: char) -> Option<char> {
    match open {
        '\'' | '"' | '`' => Some(open),
        '[' => Some(']'),
        _ => None,
    }
}

/// Bytes until the closing quotation mark; one that is doubled does not close.
fn quoted_length(text: &str, close: char) -> usize {
    let mut at = 0;
    while let Some(found) = text[at..].find(close) {
        let end = at + found;
        if close == ']' || !text[end + 1..].starts_with(close) {
            return end;
        }
        at = end + 2;
    }
    text.len()
}

/// The words of a query, in lower case: keywords and names.
pub(super) fn words(sql: &str) -> Vec<String> {
    let word = |part| if let Part::Word(word) = part { Some(word) } else { None };
    parts(sql).into_iter().filter_map(word).collect()
}

/// What in a query depends on the day or the machine that it runs on: `'now'`, `'localtime'`, or a function of date and time
/// that is not told a date.
pub(super) fn clock(sql: &str) -> Option<String> {
    let parts = parts(sql);
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) if ["now", "localtime", "utc"].contains(&text.trim()) => return Some(format!("'{text}'")),
            Part::Word(name) => {
                let none = parts.get(at + 1) == Some(&Part::Mark('(')) && parts.get(at + 2) == Some(&Part::Mark(')'));
                let format_only = name == "strftime"
                    && matches!(parts.get(at + 2), Some(Part::Text(_)))
                    && parts.get(at + 3) == Some(&Part::Mark(')'));
                if format_only || (none && ["date", "time", "datetime", "julianday", "unixepoch"].contains(&&**name)) {
                    return Some(format!("{name}()"));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_comments_and_texts() {
        let sql = "SELECT a.\"B c\", 'it''s; k_no' -- k_no\nFROM k_prices /* k_no */ JOIN [k_x] USING (`id`)";
        assert_eq!(words(sql), ["select", "a", "b c", "from", "k_prices", "join", "k_x", "using", "id"]);
        assert_eq!(words("'open"), Vec::<String>::new());
        assert_eq!(words("/* open"), Vec::<String>::new());
        assert_eq!(words("价格 \"x"), ["价格", "x"]);
    }

    #[test]
    fn what_asks_for_today() {
        for sql in ["SELECT date('NOW')", "SELECT date ( )", "SELECT strftime('%Y')", "SELECT datetime(x, 'localtime')"]
        {
            assert!(clock(sql).is_some(), "{sql}");
        }
        for sql in ["SELECT date(begntime)", "SELECT strftime('%Y', begntime)", "SELECT 'now or never'", "SELECT date"]
        {
            assert_eq!(clock(sql), None, "{sql}");
        }
    }
}
