//! Which files there are behind the paths of a run.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::Unread;
use super::blocks::RECORD;
use super::error::Error;
use super::error::LongLine;
use super::own::is_tables;

/// Deepest folder that is looked into.
const DEPTH: usize = 16;
/// The path that stands for standard input.
const STDIN: &str = "-";

/// A file to read.
#[derive(Clone, Debug)]
pub(super) struct InputFile {
    pub path: PathBuf,
    /// Name used in reports: the file name, with folders only as far as names would clash.
    pub name: String,
    /// It was named itself, not found in a folder: then it must be a table.
    pub named: bool,
    pub bytes: u64,
    /// It serves as background only.
    pub peer: bool,
    /// A pipe or another stream that can be read once only.
    stream: bool,
}

/// The files behind the paths, and what was not looked at.
#[derive(Debug, Default)]
pub(super) struct InputFiles {
    pub files: Vec<InputFile>,
    pub unread: Vec<Unread>,
    /// Hidden files that were passed over.
    pub hidden: u64,
}

#[derive(Default)]
struct Found {
    files: Vec<Reached>,
    unread: Vec<Unread>,
    faults: Vec<Error>,
    hidden: u64,
}

/// A file that was reached.
struct Reached {
    path: PathBuf,
    named: bool,
    peer: bool,
    /// How deep the path lies that it was reached by.
    root: usize,
}

/// The files behind the paths and behind those of peers, the peers' last, in an order that does not depend on how they were named.
///
/// # Errors
/// Every path that is not there or cannot be read, and a file that is named as data and as a peer's alike.
pub(super) fn expand(paths: &[PathBuf], peers: &[PathBuf]) -> Result<InputFiles, Error> {
    let mut found = Found::default();
    for (path, peer) in paths.iter().map(|p| (p, false)).chain(peers.iter().map(|p| (p, true))) {
        for path in wildcards(path) {
            let root = canonical(&path).components().count();
            let one = |path| Reached { path, named: true, peer, root };
            match path.metadata() {
                _ if path.as_os_str() == STDIN => found.files.push(one(path)),
                Ok(meta) if meta.is_dir() => {
                    let before = found.files.len();
                    walk(&path, 0, &mut found);
                    found.files[before..].iter_mut().for_each(|f| (f.peer, f.root) = (peer, root));
                }
                Ok(_) => found.files.push(one(path)),
                Err(e) => found.faults.push(cannot(&path, &e)),
            }
        }
    }
    // The same file reached twice is one file. Where one path is data and the other peers, it is what the nearer one says: a
    // hospital's folder within the region's, the peers' folder within the current one.
    found.files.sort_by_cached_key(|f| (canonical(&f.path), std::cmp::Reverse(f.root), f.peer, !f.named));
    found.files.dedup_by(|b, a| {
        let same = canonical(&a.path) == canonical(&b.path);
        if same && a.root == b.root && a.peer != b.peer {
            found.faults.push(Error::Peer { path: a.path.clone() });
        }
        a.named |= same && b.named;
        same
    });
    let mut files = Vec::with_capacity(found.files.len());
    for Reached { path, named, peer, .. } in found.files {
        let meta = path.metadata().ok();
        let stream = meta.as_ref().is_none_or(|m| !m.is_file());
        let name = if stream { path.display().to_string() } else { tail(&path, 1) };
        files.push(InputFile {
            name,
            named,
            bytes: meta.filter(|_| !stream).map_or(0, |m| m.len()),
            path,
            peer,
            stream,
        });
    }
    if !found.faults.is_empty() {
        return Err(Error::all(found.faults));
    }
    distinguish(&mut files);
    files.sort_by_cached_key(|s| (s.peer, s.name.clone()));
    Ok(InputFiles { files, unread: found.unread, hidden: found.hidden })
}

/// The files that a path with wildcards stands for where no file is called so: not every shell expands them.
fn wildcards(path: &Path) -> Vec<PathBuf> {
    let Some(pattern) = path.to_str().filter(|p| p.contains(['*', '?', '['])) else { return vec![path.to_path_buf()] };
    if path.symlink_metadata().is_ok() {
        return vec![path.to_path_buf()];
    }
    let options = glob::MatchOptions { case_sensitive: !cfg!(windows), ..glob::MatchOptions::default() };
    let found: Vec<PathBuf> = glob::glob_with(pattern, options).into_iter().flatten().flatten().collect();
    if found.is_empty() { vec![path.to_path_buf()] } else { found }
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

fn cannot(path: &Path, error: &std::io::Error) -> Error {
    Error::Open { path: path.to_path_buf(), reason: error.to_string() }
}

fn walk(folder: &Path, depth: usize, found: &mut Found) {
    let unread = |path: &Path, reason| Unread { name: path.display().to_string(), reason, args: Default::default() };
    if depth > DEPTH {
        found.unread.push(unread(folder, "unread-depth"));
        return;
    }
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(e) => return found.faults.push(cannot(folder, &e)),
    };
    for entry in entries {
        let path = match entry {
            Ok(entry) => entry.path(),
            Err(e) => {
                found.faults.push(cannot(folder, &e));
                continue;
            }
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        match path.metadata() {
            // Lock files of Excel, what systems leave behind, and hidden files are no exports. The configuration was read.
            _ if is_hidden(&name) => found.hidden += 1,
            _ if name == "yishen.toml" => {}
            Ok(meta) if meta.is_dir() && is_tables(&path) => found.unread.push(unread(&path, "unread-tables")),
            Ok(meta) if meta.is_dir() => walk(&path, depth + 1, found),
            Ok(meta) if meta.is_file() => found.files.push(Reached { path, named: false, peer: false, root: 0 }),
            Ok(_) => found.unread.push(unread(&path, "unread-special")),
            Err(_) => found.unread.push(unread(&path, "unread-link")),
        }
    }
}

/// Whether a name is that of a file that systems and programs keep for themselves.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with(['.', '~']) || matches!(name, "thumbs.db" | "desktop.ini" | "__macosx")
}

/// The last `parts` components of a path.
fn tail(path: &Path, parts: usize) -> String {
    let all: Vec<String> = canonical(path).components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    all[all.len().saturating_sub(parts)..].join("/")
}

/// Lengthens the names of files that share one until they differ.
fn distinguish(sources: &mut [InputFile]) {
    for parts in 2..=DEPTH + 2 {
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

/// A file that was opened: once, so that a pipe loses nothing and a file that is replaced meanwhile is still the same.
pub(super) struct Opened {
    pub file: File,
    pub bytes: u64,
    before: Option<Mark>,
    path: Option<PathBuf>,
}

/// Size and time of change.
type Mark = (u64, Option<std::time::SystemTime>);

fn mark(meta: &std::fs::Metadata) -> Mark {
    (meta.len(), meta.modified().ok())
}

impl InputFile {
    /// Opens the file. A stream is written to a temporary file first.
    ///
    /// # Errors
    /// A file that cannot be opened, a stream that breaks off.
    pub fn open(&self) -> Result<Opened, Error> {
        let failed = |e: std::io::Error| cannot(&self.path, &e);
        let broken = |e: std::io::Error| Error::broken(&self.name, 1, e);
        if self.path.as_os_str() == STDIN {
            let (file, bytes) = spool(std::io::stdin().lock()).map_err(broken)?;
            return Ok(Opened { file, bytes, before: None, path: None });
        }
        let mut file = File::open(&self.path).map_err(failed)?;
        if self.stream {
            let (file, bytes) = spool(&mut file).map_err(broken)?;
            return Ok(Opened { file, bytes, before: None, path: None });
        }
        let before = mark(&file.metadata().map_err(failed)?);
        Ok(Opened { file, bytes: before.0, before: Some(before), path: Some(self.path.clone()) })
    }
}

impl Opened {
    /// Whether the file was changed or replaced since it was opened.
    pub fn has_changed(&self) -> bool {
        let Some(before) = self.before else { return false };
        let handle = self.file.metadata().map(|m| mark(&m));
        let path = self.path.as_ref().map(|p| p.metadata().map(|m| mark(&m)));
        handle.is_ok_and(|now| now != before) || path.is_some_and(|now| now.is_ok_and(|now| now != before))
    }
}

/// Keeps a stream in a temporary file without a name.
///
/// # Errors
/// The stream or the disk; a line that does not end, which would fill the disk.
pub(super) fn spool(mut stream: impl Read) -> std::io::Result<(File, u64)> {
    let mut file = tempfile::tempfile()?;
    let mut buffer = vec![0u8; 1 << 20];
    let (mut bytes, mut line) = (0u64, 0usize);
    loop {
        let n = match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        let read = &buffer[..n];
        line = memchr::memrchr2(b'\n', b'\r', read).map_or(line + n, |at| n - at - 1);
        if line > 2 * RECORD {
            return Err(std::io::Error::other(LongLine));
        }
        file.write_all(read)?;
        bytes += n as u64;
    }
    file.flush()?;
    file.rewind()?;
    Ok((file, bytes))
}
/// Name of a part of a file.
pub(super) fn join(file: &str, part: &str) -> String {
    match (file, part) {
        (name, "") | ("", name) => name.to_string(),
        (file, part) => format!("{file}/{part}"),
    }
}
