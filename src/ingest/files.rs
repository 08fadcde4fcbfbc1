//! Which files there are, and what kind each is, by its first bytes.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::Error;

/// Endings of files that are taken from a folder.
const ENDINGS: [&str; 9] = ["csv", "tsv", "txt", "gz", "zip", "xlsx", "xlsm", "xls", "parquet"];
/// Deepest folder that is looked into.
const DEPTH: usize = 8;

/// A file to read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub path: PathBuf,
    /// Name used in reports: the file name, with folders only as far as names would clash.
    pub name: String,
    /// It was named itself, not found in a folder: then it must be a table.
    pub named: bool,
    pub bytes: u64,
}

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Text,
    Gzip,
    Zip,
    Book,
    Parquet,
}

/// The files behind the paths, in an order that does not depend on how they were named.
///
/// # Errors
/// A path that is not there or cannot be read.
pub(super) fn expand(paths: &[PathBuf]) -> Result<Vec<Source>, Error> {
    let mut found: Vec<(PathBuf, bool)> = Vec::new();
    for path in paths {
        let meta = path.metadata().map_err(|e| cannot(path, &e))?;
        if meta.is_dir() {
            walk(path, 0, &mut found)?;
        } else {
            found.push((path.clone(), true));
        }
    }
    let mut sources = Vec::with_capacity(found.len());
    for (path, named) in found {
        let bytes = path.metadata().map_err(|e| cannot(&path, &e))?.len();
        sources.push(Source { name: tail(&path, 1), path, named, bytes });
    }
    // The same file reached twice is one file.
    sources.sort_by_cached_key(|s| (canonical(&s.path), !s.named));
    sources.dedup_by(|b, a| canonical(&a.path) == canonical(&b.path));
    distinguish(&mut sources);
    sources.sort_by_cached_key(|s| s.name.clone());
    Ok(sources)
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

fn cannot(path: &Path, error: &std::io::Error) -> Error {
    Error::Open { path: path.to_path_buf(), reason: error.to_string() }
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<(PathBuf, bool)>) -> Result<(), Error> {
    let entries = folder.read_dir().map_err(|e| cannot(folder, &e))?;
    for entry in entries {
        let path = entry.map_err(|e| cannot(folder, &e))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        // Lock files of Excel, hidden files and this tool's own output are not exports.
        let skip = name.starts_with(['.', '~']) || name.starts_with("yishen-report") || name.ends_with(".rejects.csv");
        if skip {
            continue;
        }
        if path.is_dir() {
            if depth < DEPTH {
                walk(&path, depth + 1, found)?;
            }
        } else if path.extension().is_some_and(|e| ENDINGS.contains(&e.to_string_lossy().to_lowercase().as_str())) {
            found.push((path, false));
        }
    }
    Ok(())
}

/// The last `parts` components of a path.
fn tail(path: &Path, parts: usize) -> String {
    let all: Vec<String> = canonical(path).components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    all[all.len().saturating_sub(parts)..].join("/")
}

/// Lengthens the names of files that share one until they differ.
fn distinguish(sources: &mut [Source]) {
    for parts in 2..=DEPTH + 1 {
        let mut names: Vec<String> = sources.iter().map(|s| s.name.clone()).collect();
        names.sort();
        let clash: Vec<String> = names.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0].clone()).collect();
        if clash.is_empty() {
            return;
        }
        for source in sources.iter_mut().filter(|s| clash.contains(&s.name)) {
            source.name = tail(&source.path, parts);
        }
    }
}

/// What a file is, by its first bytes and, for archives, its contents.
///
/// # Errors
/// A file that cannot be opened.
pub(super) fn kind(source: &Source) -> Result<Kind, Error> {
    let mut head = [0u8; 8];
    let mut file = File::open(&source.path).map_err(|e| cannot(&source.path, &e))?;
    let mut filled = 0;
    while filled < head.len() {
        match file.read(&mut head[filled..]).map_err(|e| cannot(&source.path, &e))? {
            0 => break,
            n => filled += n,
        }
    }
    Ok(match &head[..filled] {
        [0x1F, 0x8B, ..] => Kind::Gzip,
        [b'P', b'A', b'R', b'1', ..] => Kind::Parquet,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Kind::Book,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => {
            let lower = source.name.to_lowercase();
            if lower.ends_with(".xlsx") || lower.ends_with(".xlsm") { Kind::Book } else { Kind::Zip }
        }
        _ if source.name.to_lowercase().ends_with(".parquet") => Kind::Parquet,
        _ if source.name.to_lowercase().ends_with(".gz") && filled > 0 => Kind::Gzip,
        _ => Kind::Text,
    })
}
