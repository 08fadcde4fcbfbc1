//! Tables in HTML pages and in the XML spreadsheets of 2003, both of which web systems send under the name `.xls`.

use super::encoding::{Encoding, decode, detect};
use super::error::Error;

/// Rows of a table: columns and texts of the cells that are not empty.
pub(super) type Rows = Vec<Vec<(u32, String)>>;

/// A table or worksheet: its name, where it has one, and its rows.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Markup {
    pub name: Option<String>,
    pub rows: Rows,
}

/// The tables of a page.
///
/// # Errors
/// An encoding that is not known.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Vec<Markup>, Error> {
    let encoding = declared(bytes).map_or_else(|| detect(file, bytes), Ok)?;
    Ok(tables(&decode(bytes, encoding).0))
}

/// The encoding that the head of a page names.
fn declared(bytes: &[u8]) -> Option<Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
    let chinese = ["gb2312", "gbk", "gb18030"]
        .iter()
        .any(|n| head.contains(&format!("charset={n}")) || head.contains(&format!("encoding=\"{n}")));
    chinese.then_some(Encoding::Gb18030)
}

#[derive(Default)]
struct Reader {
    tables: Vec<Markup>,
    row: Vec<(u32, String)>,
    column: u32,
    /// Cells that reach down into following rows: column, width, rows left.
    spans: Vec<(u32, u32, u32)>,
    cell: Option<String>,
    across: u32,
    down: u32,
    depth: u32,
}

fn tables(text: &str) -> Vec<Markup> {
    let mut reader = Reader::default();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        reader.text(&rest[..at]);
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        if let Some(raw) = rest.strip_prefix("<![CDATA[") {
            let end = raw.find("]]>").unwrap_or(raw.len());
            reader.raw(&raw[..end]);
            rest = raw.get(end + 3..).unwrap_or_default();
            continue;
        }
        let Some(end) = rest.find('>') else { break };
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let (closing, tag) = tag.strip_prefix('/').map_or((false, tag), |t| (true, t));
        let name = tag.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or_default().to_ascii_lowercase();
        let local = name.rsplit(':').next().unwrap_or_default();
        if !closing && matches!(local, "script" | "style") && !tag.ends_with('/') {
            let close = format!("</{name}");
            rest = rest.find(&close).map_or("", |at| &rest[at..]);
            continue;
        }
        reader.tag(local, tag, closing);
    }
    reader.end_row();
    reader.tables.retain(|t| !t.rows.is_empty());
    reader.tables
}

impl Reader {
    fn tag(&mut self, name: &str, tag: &str, closing: bool) {
        match (name, closing) {
            ("worksheet", false) => {
                let name = attribute(tag, "name").map(|n| unescape(&n));
                self.tables.push(Markup { name, rows: Vec::new() });
            }
            ("table", false) => {
                self.depth += 1;
                // The table of a worksheet is that worksheet.
                if self.depth == 1 && self.tables.last().is_none_or(|t| t.name.is_none() || !t.rows.is_empty()) {
                    self.tables.push(Markup::default());
                }
                self.spans.clear();
            }
            ("table", true) => {
                self.end_row();
                self.depth = self.depth.saturating_sub(1);
            }
            ("tr" | "row", false) => {
                self.end_row();
                if let (Some(index), Some(table)) =
                    (attribute(tag, "index").and_then(|n| n.parse::<usize>().ok()), self.tables.last_mut())
                {
                    let missing = (index.saturating_sub(1)).saturating_sub(table.rows.len()).min(1 << 20);
                    table.rows.extend(std::iter::repeat_with(Vec::new).take(missing));
                }
            }
            ("tr" | "row", true) => self.end_row(),
            ("td" | "th" | "cell", false) => {
                self.end_cell();
                if let Some(index) = attribute(tag, "index").and_then(|n| n.parse::<u32>().ok()) {
                    self.column = index.saturating_sub(1);
                }
                while let Some((_, width, _)) =
                    self.spans.iter().find(|(at, width, _)| (*at..at + width).contains(&self.column))
                {
                    self.column += width;
                }
                let count = |name| attribute(tag, name).and_then(|n| n.trim().parse::<u32>().ok());
                self.across = count("colspan").or(count("mergeacross").map(|n| n + 1)).unwrap_or(1).clamp(1, 1000);
                self.down = count("rowspan").or(count("mergedown").map(|n| n + 1)).unwrap_or(1).clamp(1, 1 << 20);
                self.cell = Some(String::new());
                if tag.ends_with('/') {
                    self.end_cell();
                }
            }
            ("td" | "th" | "cell", true) => self.end_cell(),
            ("br" | "p" | "div", _) => {
                if let Some(cell) = self.cell.as_mut().filter(|c| !c.is_empty()) {
                    cell.push(' ');
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = &mut self.cell {
            cell.push_str(&unescape(text));
        }
    }

    fn raw(&mut self, text: &str) {
        if let Some(cell) = &mut self.cell {
            cell.push_str(text);
        }
    }

    fn end_cell(&mut self) {
        let Some(text) = self.cell.take() else { return };
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}');
        if !text.is_empty() {
            self.row.push((self.column, text.to_string()));
        }
        if self.down > 1 {
            // Counted down at the end of this row already.
            self.spans.push((self.column, self.across, self.down));
        }
        self.column += self.across;
    }

    fn end_row(&mut self) {
        self.end_cell();
        if self.column == 0 && self.row.is_empty() {
            return;
        }
        let mut row = std::mem::take(&mut self.row);
        row.sort_by_key(|(column, _)| *column);
        self.column = 0;
        self.spans.iter_mut().for_each(|(_, _, left)| *left -= 1);
        self.spans.retain(|(_, _, left)| *left > 0);
        match self.tables.last_mut() {
            Some(table) => table.rows.push(row),
            None => self.tables.push(Markup { name: None, rows: vec![row] }),
        }
    }
}

/// The value of an attribute, whatever its prefix, case and quotes.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower[from..].find(name).map(|at| from + at) {
        from = at + name.len();
        let begins = lower[..at].ends_with(|c: char| c.is_whitespace() || c == ':');
        let value = tag[from..].trim_start().strip_prefix('=').map(str::trim_start);
        if let (true, Some(value)) = (begins, value) {
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let end = |c: char| quote.map_or(c.is_whitespace() || c == '/', |q| c == q);
            let value = &value[quote.map_or(0, char::len_utf8)..];
            return value.split(end).next().map(str::to_string);
        }
    }
    None
}

/// Text with the named and numbered characters of XML and HTML in their place.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.bytes().take(12).position(|b| b == b';');
        let number = |digits: &str| match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => digits.parse().ok(),
        };
        let sign = end.and_then(|end| match &rest[..end] {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" | "ensp" | "emsp" => Some(' '),
            other => other.strip_prefix('#').and_then(number).and_then(char::from_u32),
        });
        match (sign, end) {
            (Some(sign), Some(end)) => {
                out.push(sign);
                rest = &rest[end + 1..];
            }
            _ => out.push('&'),
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        let found = tables(text);
        let row = |r: &Vec<(u32, String)>| r.iter().map(|(c, t)| format!("{c}:{t}")).collect();
        found.iter().flat_map(|t| t.rows.iter().map(row)).collect()
    }

    #[test]
    fn a_page_of_a_web_system_is_read() {
        let page = "<html><style>td{a:b}</style><table><tr><th colspan=2>金额<th rowspan=2>科室</tr>\
                    <tr><td>总额<td>基金</tr><tr><td>1&nbsp;<td>&lt;2&gt;<br/>x<td></table>";
        assert_eq!(rows(page), [vec!["0:金额", "2:科室"], vec!["0:总额", "1:基金"], vec!["0:1", "1:<2> x"]]);
    }

    #[test]
    fn a_spreadsheet_of_2003_is_read() {
        let book = "<Workbook><Worksheet ss:Name=\"住院&amp;结算\"><Table><Row><Cell><Data ss:Type=\"String\">a</Data></Cell>\
                    <Cell ss:Index=\"3\"><Data>b</Data></Cell></Row><Row ss:Index=\"3\"><Cell/><Cell><Data>c</Data></Cell></Row>\
                    </Table></Worksheet></Workbook>";
        let found = tables(book);
        assert_eq!(found[0].name.as_deref(), Some("住院&结算"));
        assert_eq!(rows(book), [vec!["0:a", "2:b"], vec![], vec!["1:c"]]);
    }
}
