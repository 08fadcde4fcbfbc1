//! Files that appear whole or not at all.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tempfile::{NamedTempFile, TempPath};

use super::Error;

/// What a printer can fail with.
#[derive(Debug)]
pub(super) enum Fault {
    /// The file system.
    Io(io::Error),
    /// The format.
    Encode(String),
}

impl From<io::Error> for Fault {
    fn from(e: io::Error) -> Self {
        Self::Io(e)
    }
}

/// The folder of a path; the current one for a bare name.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Whether something stands at the path that must not be replaced.
fn occupied(path: &Path, force: bool) -> Result<(), Error> {
    match std::fs::metadata(path) {
        // NOTE: renaming over /dev/null or a named pipe would replace the device for everybody.
        Ok(found) if !found.is_file() => Err(Error::NotAFile { path: path.to_path_buf() }),
        Ok(_) if !force => Err(Error::Exists { path: path.to_path_buf() }),
        _ => Ok(()),
    }
}

/// Finds out whether a file could be written: creates a temporary file in the folder and lets it go.
pub(super) fn check(path: &Path, force: bool) -> Result<(), Error> {
    occupied(path, force)?;
    temporary(path).map(drop).map_err(|source| Error::Write { path: path.to_path_buf(), source })
}

/// Files that are being written and have no place yet.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A file that is being written, known to [`clean_up_on_signals`] as long as it is.
struct Unfinished(PathBuf);

impl Unfinished {
    fn new(path: &Path) -> Self {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_path_buf());
        Self(path.to_path_buf())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

/// Removes what is half written when the run is interrupted or told to end, and ends it as the system would have: whoever
/// started it sees the signal (130 and 143 in a shell).
///
/// # Errors
/// Signals that cannot be watched.
pub fn clean_up_on_signals() -> io::Result<()> {
    let caught = Arc::new(AtomicUsize::new(0));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_usize(signal, Arc::clone(&caught), signal as usize)?;
    }
    std::thread::Builder::new().name("signals".to_string()).spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(20));
            let signal = caught.load(Ordering::Relaxed);
            if signal != 0 {
                // Held until the end, so that no file is begun or finished meanwhile.
                let unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
                unfinished.iter().for_each(|path| drop(std::fs::remove_file(path)));
                drop(signal_hook::low_level::emulate_default_handler(signal as i32));
                std::process::abort();
            }
        }
    })?;
    Ok(())
}

fn temporary(path: &Path) -> io::Result<(NamedTempFile, Unfinished)> {
    // tempfile creates with mode 0600 on Unix, and the rename keeps it.
    let file = tempfile::Builder::new().prefix(".yishen-").suffix(".part").tempfile_in(folder(path))?;
    let unfinished = Unfinished::new(file.path());
    Ok((file, unfinished))
}

/// Files that appear together or not at all.
pub(super) struct Set {
    force: bool,
    ready: Vec<Ready>,
    gone: Vec<PathBuf>,
}

/// A file that is written and on the disk, beside its place.
struct Ready {
    path: PathBuf,
    place: TempPath,
    _unfinished: Unfinished,
}

impl Set {
    /// No file yet. With `force` existing files are replaced.
    pub(super) fn new(force: bool) -> Self {
        Self { force, ready: Vec::new(), gone: Vec::new() }
    }

    /// Writes a file beside its place and brings it to the disk.
    pub(super) fn add(
        &mut self,
        path: &Path,
        print: impl FnOnce(&mut BufWriter<File>) -> Result<(), Fault>,
    ) -> Result<(), Error> {
        let failed = |source| Error::Write { path: path.to_path_buf(), source };
        occupied(path, self.force)?;
        let (file, unfinished) = temporary(path).map_err(failed)?;
        let (file, place) = file.into_parts();
        let mut writer = BufWriter::with_capacity(1 << 20, file);
        print(&mut writer).map_err(|fault| match fault {
            Fault::Io(source) => failed(source),
            Fault::Encode(reason) => Error::Encode { path: path.to_path_buf(), reason },
        })?;
        writer.flush().map_err(failed)?;
        writer.get_ref().sync_all().map_err(failed)?;
        self.ready.push(Ready { path: path.to_path_buf(), place, _unfinished: unfinished });
        Ok(())
    }

    /// Removes a file of an earlier run, where there is one and it may be replaced: it would speak of other data.
    pub(super) fn remove(&mut self, path: PathBuf) {
        if self.force && path.is_file() {
            self.gone.push(path);
        }
    }

    /// Renames every file into its place. Where one cannot be, all is as it was before.
    pub(super) fn place(self) -> Result<(), Error> {
        let paths = self.ready.iter().map(|ready| &ready.path).chain(&self.gone);
        let backups = paths.map(|path| backup(path)).collect::<Result<Vec<_>, _>>()?;
        let mut backups = backups.into_iter();
        let mut done: Vec<(PathBuf, Option<NamedTempFile<()>>)> = Vec::new();
        let work = || -> Result<(), Error> {
            for Ready { path, place, _unfinished } in self.ready {
                let renamed = if self.force { place.persist(&path) } else { place.persist_noclobber(&path) };
                renamed.map_err(|e| match e.error.kind() {
                    io::ErrorKind::AlreadyExists => Error::Exists { path: path.clone() },
                    _ => Error::Write { path: path.clone(), source: e.error },
                })?;
                done.push((path, backups.next().flatten()));
            }
            for path in self.gone {
                std::fs::remove_file(&path).map_err(|source| Error::Write { path: path.clone(), source })?;
                done.push((path, backups.next().flatten()));
            }
            Ok(())
        };
        let placed = work();
        let undo = placed.is_err();
        for (path, old) in done {
            match old {
                // What cannot be brought back either is past help; the first error is told.
                Some(old) if undo => drop(old.persist(&path)),
                None if undo => drop(std::fs::remove_file(&path)),
                _ => sync_folder(&path),
            }
        }
        placed
    }
}

/// Another name for what stands at a path, to bring it back by; a copy where the file system has no such names.
fn backup(path: &Path) -> Result<Option<NamedTempFile<()>>, Error> {
    if !path.is_file() {
        return Ok(None);
    }
    let keep = |place: &Path| std::fs::hard_link(path, place).or_else(|_| std::fs::copy(path, place).map(drop));
    let kept = tempfile::Builder::new().prefix(".yishen-").suffix(".old").make_in(folder(path), keep);
    kept.map(Some).map_err(|source| Error::Write { path: path.to_path_buf(), source })
}

/// Brings the rename to the disk where the system allows a folder to be opened. The report itself is already safe.
fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(folder(path)) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("folder")
            .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn replace(
        path: &Path,
        force: bool,
        print: impl FnOnce(&mut BufWriter<File>) -> Result<(), Fault>,
    ) -> Result<(), Error> {
        let mut set = Set::new(force);
        set.add(path, print)?;
        set.place()
    }

    #[test]
    fn several_files_appear_together_or_not_at_all() {
        let folder = tempfile::tempdir().expect("folder");
        let path = |name: &str| folder.path().join(name);
        let new = |file: &mut BufWriter<File>| Ok(file.write_all(b"new")?);
        std::fs::write(path("a"), "old").expect("old file");
        std::fs::write(path("gone"), "old").expect("old file");
        let mut set = Set::new(true);
        set.remove(path("gone"));
        for name in ["a", "b", "c"] {
            set.add(&path(name), new).expect("written beside its place");
        }
        // A folder stands where the last file should go.
        std::fs::create_dir(path("c")).expect("folder");
        std::fs::write(path("c").join("x"), "").expect("file");
        assert!(matches!(set.place(), Err(Error::Write { .. })));
        assert_eq!(std::fs::read_to_string(path("a")).expect("read"), "old");
        assert_eq!(names(folder.path()), ["a", "c", "gone"]);
        std::fs::remove_dir_all(path("c")).expect("removed");
        let mut set = Set::new(true);
        set.remove(path("gone"));
        for name in ["a", "b", "c"] {
            set.add(&path(name), new).expect("written beside its place");
        }
        set.place().expect("placed");
        assert_eq!(std::fs::read_to_string(path("a")).expect("read"), "new");
        assert_eq!(names(folder.path()), ["a", "b", "c"]);
    }

    #[test]
    fn a_failed_print_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("r.csv");
        std::fs::write(&path, "old").expect("old file");
        let failed = replace(&path, true, |file| {
            file.write_all(b"half")?;
            Err(Fault::Encode("too much".into()))
        });
        assert!(matches!(failed, Err(Error::Encode { .. })));
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "old");
        assert_eq!(names(folder.path()), ["r.csv"]);
    }

    #[test]
    fn an_existing_file_needs_force() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("r.csv");
        let print = |file: &mut BufWriter<File>| Ok(file.write_all(b"new")?);
        replace(&path, false, print).expect("first");
        assert!(matches!(replace(&path, false, print), Err(Error::Exists { .. })));
        assert!(matches!(check(&path, false), Err(Error::Exists { .. })));
        replace(&path, true, print).expect("forced");
        assert_eq!(names(folder.path()), ["r.csv"]);
    }

    #[test]
    fn a_file_that_appears_meanwhile_is_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("r.csv");
        let raced = replace(&path, false, |file| {
            std::fs::write(&path, "theirs")?;
            Ok(file.write_all(b"ours")?)
        });
        assert!(matches!(raced, Err(Error::Exists { .. })));
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "theirs");
    }

    #[test]
    fn folders_and_missing_folders_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        assert!(matches!(check(folder.path(), true), Err(Error::NotAFile { .. })));
        assert!(matches!(check(&folder.path().join("no/r.csv"), true), Err(Error::Write { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_report_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("r.csv");
        replace(&path, false, |file| Ok(file.write_all(b"new")?)).expect("written");
        assert_eq!(std::fs::metadata(&path).expect("metadata").permissions().mode() & 0o777, 0o600);
        assert!(matches!(check(Path::new("/dev/null"), true), Err(Error::NotAFile { .. })));
    }
}
