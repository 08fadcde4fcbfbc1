//! What bytes are, by their content and never by a name.

use std::io::{Read, Seek};

use super::encoding::{Encoding, decode, wide};

/// Bytes looked at.
pub(super) const HEAD: usize = 64 << 10;

/// What a file or a member of an archive is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FileFormat {
    Text,
    Gzip,
    /// A ZIP: an archive, or one of the formats that are one; [`zip_kind`] tells.
    Zip,
    /// A compound file: an old workbook, an encrypted one, or a document; [`compound_kind`] tells.
    Compound,
    Parquet,
    Tar,
    /// An XML spreadsheet of 2003 or an HTML page, both of which web systems call `.xls`.
    Markup,
    /// A report of this program.
    Own,
    /// Something that is not read: message id of what to do about it.
    Unread(&'static str),
}

/// What the first bytes say.
pub(super) fn kind(head: &[u8]) -> FileFormat {
    match head {
        [0x1F, 0x8B, ..] => return FileFormat::Gzip,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => return FileFormat::Zip,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => return FileFormat::Compound,
        [b'P', b'A', b'R', b'1', ..] => return FileFormat::Parquet,
        _ => {}
    }
    if head.get(257..262) == Some(b"ustar") || is_old_tar(head) {
        return FileFormat::Tar;
    }
    const MAGIC: [(&[u8], &str); 23] = [
        (b"Rar!", "unread-rar"),
        (b"7z\xBC\xAF", "unread-7z"),
        (b"BZh", "unread-compressed"),
        (b"\xFD7zXZ", "unread-compressed"),
        (b"\x28\xB5\x2F\xFD", "unread-compressed"),
        (b"\x1F\x9D", "unread-compressed"),
        (b"MSCF", "unread-compressed"),
        (b"%PDF", "unread-pdf"),
        (b"{\\rtf", "unread-document"),
        (b"\x89PNG", "unread-picture"),
        (b"\xFF\xD8\xFF", "unread-picture"),
        (b"GIF8", "unread-picture"),
        (b"II*\0", "unread-picture"),
        (b"MM\0*", "unread-picture"),
        (b"\0\x01\0\0Standard", "unread-database"),
        (b"SQLite format 3", "unread-database"),
        (b"PAR1", "unread-binary"),
        (b"ORC", "unread-binary"),
        (b"Obj\x01", "unread-binary"),
        (b"MZ\x90", "unread-binary"),
        (b"\x7FELF", "unread-binary"),
        (b"ARROW1", "unread-binary"),
        (b"PK", "unread-stub"),
    ];
    if let Some((_, reason)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return FileFormat::Unread(reason);
    }
    if is_dbf(head) {
        return FileFormat::Unread("unread-dbf");
    }
    if head.len() > 8 && &head[4..8] == b"ftyp" {
        return FileFormat::Unread("unread-picture");
    }
    text_kind(head)
}

/// A tar archive of the time before the mark `ustar`: a header whose checksum is its own.
fn is_old_tar(head: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let Some(header) = head.get(..512).filter(|h| h[0] != 0) else { return false };
    let text = std::str::from_utf8(&header[SUM]).unwrap_or_default();
    let told = u32::from_str_radix(text.trim_matches(['\0', ' ']), 8).ok();
    let sum = |bytes: &[u8]| bytes.iter().map(|b| u32::from(*b)).sum::<u32>();
    // The checksum itself counts as blanks.
    told == Some(sum(&header[..SUM.start]) + sum(&header[SUM.end..]) + SUM.len() as u32 * u32::from(b' '))
}

/// A dBASE table: version, date of change, and a header of whole field descriptions.
fn is_dbf(head: &[u8]) -> bool {
    let Some(&[version, _, month, day, _, _, _, _, low, high, ..]) = head.get(..10) else { return false };
    let header = usize::from(low) + (usize::from(high) << 8);
    let version = matches!(version, 0x02 | 0x03 | 0x30 | 0x31 | 0x32 | 0x43 | 0x63 | 0x83 | 0x8B | 0xCB | 0xF5);
    version && (1..=12).contains(&month) && (1..=31).contains(&day) && header > 32 && matches!(header % 32, 0 | 1 | 8)
}

fn text_kind(head: &[u8]) -> FileFormat {
    let encoding = wide(head);
    let written = head.iter().rposition(|b| *b != 0).map_or(0, |at| at + 1);
    if encoding.is_none() && is_binary(&head[..written]) {
        return FileFormat::Unread("unread-binary");
    }
    let marked = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head);
    let text = decode(&marked[..marked.len().min(4096)], encoding.unwrap_or(Encoding::Gb18030)).0;
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
    let lower = text.to_ascii_lowercase();
    let starts = |words: &[&str]| words.iter().any(|w| lower.starts_with(w));
    if starts(&["<?xml", "<workbook", "<ss:workbook"]) {
        let sheet =
            ["urn:schemas-microsoft-com:office:spreadsheet", "<html", "<table"].iter().any(|w| lower.contains(w));
        return if sheet { FileFormat::Markup } else { FileFormat::Unread("unread-xml") };
    }
    if starts(&["<html", "<!doctype html", "<table", "<meta", "<head", "<style", "<body", "<div", "<!--"]) {
        return FileFormat::Markup;
    }
    if starts(&["mime-version:", "message-id:", "from: "]) {
        return FileFormat::Unread("unread-mht");
    }
    if super::own::is_text(text) {
        return FileFormat::Own;
    }
    if starts(&["{\"", "{\n", "{\r", "{ ", "[{", "[\n", "[\r", "[ {"]) {
        return FileFormat::Unread("unread-json");
    }
    let statement = |line: &str| {
        ["insert into ", "create table ", "drop table ", "lock tables ", "create database "]
            .iter()
            .any(|w| line.starts_with(w))
    };
    if starts(&["-- ", "--\n", "--\r", "/*"]) || lower.lines().take(40).any(|l| statement(l.trim_start())) {
        return FileFormat::Unread("unread-sql");
    }
    FileFormat::Text
}

/// Whether bytes are no text of any encoding: many control characters other than those that keep lines and cells apart.
fn is_binary(head: &[u8]) -> bool {
    let control = |b: &&u8| matches!(b, 0 | 4 | 5 | 8 | 0x0E | 0x0F | 0x11..=0x19 | 0x7F);
    head.iter().filter(control).count() * 20 > head.len()
}

/// What a ZIP is, by the names of its members.
pub(super) enum Zip {
    /// Files in an archive.
    Archive,
    /// A workbook: `.xlsx`, `.xlsb`, `.ods`.
    Book,
    /// Something that is not read.
    Unread(&'static str),
}

/// What a ZIP is.
pub(super) fn zip_kind<R: Read + Seek>(archive: &zip::ZipArchive<R>) -> Zip {
    let lower: Vec<String> =
        archive.file_names().flatten().take(100_000).map(|n| n.to_ascii_lowercase().replace('\\', "/")).collect();
    let has = |name: &str| lower.iter().any(|n| n == name);
    let under = |folder: &str| lower.iter().any(|n| n.starts_with(folder));
    let book = has("xl/workbook.xml") || has("xl/workbook.bin") || (has("mimetype") && has("content.xml"));
    if book || (has("[content_types].xml") && under("xl/")) {
        Zip::Book
    } else if under("word/") || under("ppt/") || (has("[content_types].xml") && !under("xl/")) {
        Zip::Unread("unread-document")
    } else {
        Zip::Archive
    }
}

/// What a compound file is, by the names of its streams.
pub(super) enum Compound {
    /// An old workbook, `.xls` or `.et`.
    Book,
    /// A workbook that is locked with a password.
    Locked,
    /// Something that is not read.
    Unread(&'static str),
}

/// Smallest compound file: a header and one sector each of allocation, folder and content.
const SMALLEST_COMPOUND: usize = 1536;
/// Smallest ZIP with a member: its two headers and the end of the archive.
pub(super) const SMALLEST_ZIP: u64 = 98;

/// What a compound file is.
pub(super) fn compound_kind(bytes: &[u8]) -> Compound {
    if bytes.len() < SMALLEST_COMPOUND {
        return Compound::Unread("unread-stub");
    }
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(bytes, &wide).is_some()
    };
    if has("EncryptedPackage") {
        Compound::Locked
    } else if has("WordDocument") || has("PowerPoint Document") || has("__substg1.0_") {
        Compound::Unread("unread-document")
    } else {
        Compound::Book
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_by_content() {
        assert_eq!(kind(b"Rar!\x1a\x07"), FileFormat::Unread("unread-rar"));
        assert_eq!(
            kind(b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">"),
            FileFormat::Markup
        );
        assert_eq!(kind(b"\xef\xbb\xbf<html><table>"), FileFormat::Markup);
        assert_eq!(kind(b"-- dump\nINSERT INTO t VALUES (1);"), FileFormat::Unread("unread-sql"));
        assert_eq!(kind(b"{\"a\": 1}"), FileFormat::Unread("unread-json"));
        assert_eq!(kind("就诊ID,人员编号\n".as_bytes()), FileFormat::Text);
        assert_eq!(kind(b"a\x01b\x01c\n1\x01\x01\n"), FileFormat::Text);
        assert_eq!(kind(b""), FileFormat::Text);
        let mut old = [0u8; 1024];
        old[..8].copy_from_slice(b"fees.csv");
        old[100..108].copy_from_slice(b"0000644\0");
        old[124..136].copy_from_slice(b"00000000012\0");
        let sum = 8 * 32 + old.iter().map(|b| u32::from(*b)).sum::<u32>();
        old[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert_eq!(kind(&old), FileFormat::Tar);
        old[0] = b'g';
        assert_ne!(kind(&old), FileFormat::Tar);
        assert_eq!(kind(&[0; 100]), FileFormat::Text);
        assert_eq!(kind(&[1, 0, 3, 0, 0, 9, 0, 0, 0, 0, 0, 0, 17]), FileFormat::Unread("unread-binary"));
        let utf16: Vec<u8> = "psn_no,fixmedins_code\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(kind(&utf16), FileFormat::Text);
    }
}
