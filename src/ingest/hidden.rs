//! Rows of a workbook that are hidden or filtered out. They are data, but who looks at the sheet does not see them.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// Hidden rows by sheet.
#[derive(Debug, Default)]
pub(super) struct Rows(BTreeMap<String, Vec<u32>>);

impl Rows {
    /// The hidden rows of a sheet, counted from 0, sorted.
    pub fn of(&self, sheet: &str) -> &[u32] {
        self.0.get(sheet).map_or(&[], Vec::as_slice)
    }

    /// Finds them in an `.xlsx`. What cannot be made out is left out: it is for a note only.
    pub fn find<R: Read + Seek>(archive: &mut zip::ZipArchive<R>) -> Self {
        let mut found = BTreeMap::new();
        let relations = text(archive, "xl/_rels/workbook.xml.rels");
        let targets: BTreeMap<String, String> = tags(&relations, "Relationship")
            .filter_map(|tag| Some((attribute(tag, "Id")?, attribute(tag, "Target")?)))
            .collect();
        let workbook = text(archive, "xl/workbook.xml");
        for tag in tags(&workbook, "sheet") {
            let (Some(name), Some(id)) = (attribute(tag, "name"), attribute(tag, "r:id")) else { continue };
            let Some(target) = targets.get(&id) else { continue };
            let path = match target.strip_prefix('/') {
                Some(whole) => whole.to_string(),
                None => format!("xl/{target}"),
            };
            let rows = archive.by_name(&path).map(hidden_rows).unwrap_or_default();
            if !rows.is_empty() {
                found.insert(super::markup::unescape(&name), rows);
            }
        }
        Self(found)
    }
}

fn text<R: Read + Seek>(archive: &mut zip::ZipArchive<R>, name: &str) -> String {
    let mut text = String::new();
    if let Ok(entry) = archive.by_name(name) {
        drop(entry.take(16 << 20).read_to_string(&mut text));
    }
    text
}

/// What stands within each tag of a name.
fn tags<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    text.split('<').skip(1).filter_map(move |tag| {
        let tag = tag.split('>').next()?;
        let rest = tag.strip_prefix(name)?;
        rest.starts_with(|c: char| c.is_whitespace()).then_some(rest)
    })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[at..].split('"').next().map(str::to_string)
}

/// Numbers of the rows with `hidden="1"`, found in the stream of a sheet without taking it apart.
fn hidden_rows(mut sheet: impl Read) -> Vec<u32> {
    let mut rows = Vec::new();
    let mut buffer: Vec<u8> = Vec::with_capacity(128 << 10);
    let mut count = 0u32;
    loop {
        let before = buffer.len();
        if sheet.by_ref().take(64 << 10).read_to_end(&mut buffer).is_err() || buffer.len() == before {
            break;
        }
        let mut done = 0;
        while let Some(at) = memchr::memmem::find(&buffer[done..], b"<row") {
            let Some(end) = memchr::memchr(b'>', &buffer[done + at..]) else {
                done += at;
                break;
            };
            let tag = String::from_utf8_lossy(&buffer[done + at + 4..done + at + end]).into_owned();
            done += at + end;
            if !tag.starts_with(|c: char| c.is_whitespace()) {
                continue;
            }
            let number =
                attribute(&tag, "r").and_then(|n| n.parse::<u32>().ok()).map_or(count, |n| n.saturating_sub(1));
            count = number + 1;
            if attribute(&tag, "hidden").is_some_and(|v| v == "1" || v == "true") {
                rows.push(number);
            }
        }
        let keep = buffer.len().min(4096);
        let from = done.max(buffer.len() - keep).min(buffer.len());
        buffer.drain(..if done > buffer.len() - keep { done } else { from });
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_rows_are_found_across_blocks() {
        let mut text = String::from("<sheetData>");
        for row in 1..=20_000 {
            let hidden = if row % 5000 == 0 { " hidden=\"1\"" } else { "" };
            text.push_str(&format!("<row r=\"{row}\"{hidden}><c r=\"A{row}\"><v>1</v></c></row>"));
        }
        text.push_str("<rowBreaks/>");
        assert_eq!(hidden_rows(text.as_bytes()), [4999, 9999, 14_999, 19_999]);
    }
}
