//! Reads tables, alone or beside exports.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::manifest::{Manifest, Written};
use super::merge::{Draft, Repeated, merge};
use super::parquet::{Columns, Fault};
use super::write::{FurtherRow, Hashing, NAMES};
use super::{MANIFEST, VERSION};
use crate::config::Mapping;
use crate::ingest::{self, Error, Ingested, Note, Unread};
use crate::messages::args;
use crate::model::cell::{Cell, Row, Source};
use crate::model::{Domain, FeeColumns, Hospital, Interner, Person, Phase, Progress, RecordId, TextId};

/// Reads exports and folders of tables into a region, with those of `peers` as background; see [`ingest::read_all`]. Tables that were
/// made apart are joined by the numbers of persons, institutions and records.
///
/// # Errors
/// As [`ingest::read_all`]; tables that are damaged, of another version, or have records in common.
pub fn read_all(
    paths: &[PathBuf],
    peers: &[PathBuf],
    mapping: &Mapping,
    keep_going: bool,
    progress: &dyn Progress,
) -> Result<Ingested, Error> {
    let split = |paths: &[PathBuf]| paths.iter().cloned().partition::<Vec<PathBuf>, _>(|path| ingest::is_tables(path));
    let ((tables, exports), (peer_tables, peer_exports)) = (split(paths), split(peers));
    if tables.is_empty() && peer_tables.is_empty() {
        return ingest::read_all(paths, peers, mapping, keep_going, progress);
    }
    let mut origins: Vec<Origin> = Vec::new();
    // The institution given for what is scanned is not that of a peer.
    let none = Mapping { institution: None, ..mapping.clone() };
    for (exports, mapping, peer) in [(&exports, mapping, false), (&peer_exports, &none, true)] {
        if !exports.is_empty() {
            let mut told = ingest::read_all(exports, &[], mapping, keep_going, progress)?;
            told.inputs.iter_mut().for_each(|input| input.peer = peer);
            let draft = Draft { peer, ..Draft::from(std::mem::take(&mut told.region)) };
            origins.push(Origin { folder: None, draft, told });
        }
        let tables = if peer { &peer_tables } else { &tables };
        for folder in tables {
            origins.push(read(folder, peer, progress)?);
        }
    }
    joined(origins)
}

/// Tables of one origin, and what is told of them.
struct Origin {
    /// The folder of tables that they come from.
    folder: Option<String>,
    draft: Draft,
    told: Ingested,
}

/// One region and one account of several.
fn joined(mut origins: Vec<Origin>) -> Result<Ingested, Error> {
    distinguish(&mut origins);
    let mut all = Ingested::default();
    let (mut drafts, mut names) = (Vec::new(), Vec::new());
    for Origin { folder, draft, mut told } in origins {
        names.push((folder.clone().unwrap_or_default(), draft.peer));
        drafts.push(draft);
        if let Some(folder) = folder {
            all.unread.extend(strays(Path::new(&folder)));
            let figures = [("folder", folder.into()), ("files", (told.inputs.len() as u64).into())];
            all.notes.push(Note { id: "note-tables", args: args(figures) });
        }
        all.inputs.append(&mut told.inputs);
        all.rejects.append(&mut told.rejects);
        all.unread.append(&mut told.unread);
        all.notes.append(&mut told.notes);
        all.missed += told.missed;
    }
    let lines: u64 = drafts.iter().map(|draft| draft.fees.record.len() as u64).sum();
    if lines >= u64::from(u32::MAX) {
        return Err(Error::TooManyRows { file: names.last().map_or_else(String::new, |(folder, _)| folder.clone()) });
    }
    let (region, repeated) = merge(drafts);
    for ((folder, peer), Repeated { records, lines, example }) in names.into_iter().zip(repeated) {
        if records == 0 {
            continue;
        }
        if !peer {
            return Err(Error::TablesOverlap { folder, records, example });
        }
        let figures = [("records", records.into()), ("lines", lines.into()), ("example", example.into())];
        all.notes.push(Note { id: "note-tables-repeated", args: args(figures) });
    }
    all.region = region;
    Ok(all)
}

/// Puts the name of the folder before the names of the exports where two origins have exports of one name.
fn distinguish(origins: &mut [Origin]) {
    let mut counts: FxHashMap<String, usize> = FxHashMap::default();
    for origin in origins.iter() {
        for file in origin.draft.files.iter().collect::<BTreeSet<_>>() {
            *counts.entry(file.clone()).or_default() += 1;
        }
    }
    for Origin { folder, draft, told } in origins {
        let Some(folder) = folder.as_deref().filter(|_| draft.files.iter().any(|file| counts[file] > 1)) else {
            continue;
        };
        let inputs = told.inputs.iter_mut().map(|input| &mut input.name);
        let told = told.rejects.iter_mut().map(|r| &mut r.file).chain(told.unread.iter_mut().map(|u| &mut u.name));
        for name in draft.files.iter_mut().chain(inputs).chain(told) {
            *name = format!("{folder}/{name}");
        }
    }
}

/// Reads one folder of tables.
fn read(folder: &Path, peer: bool, progress: &dyn Progress) -> Result<Origin, Error> {
    let path = folder.join(MANIFEST);
    let named = |file: &Path| file.display().to_string();
    let open = |e: io::Error| Error::Open { path: path.clone(), reason: e.to_string() };
    let text = fs::read_to_string(&path).map_err(open)?;
    let other = |word: String| Error::TablesVersion { folder: named(folder), word };
    let manifest = Manifest::parse(&text).map_err(|reason| Error::Damaged { file: named(&path), reason })?;
    if manifest.schema != VERSION {
        return Err(other(manifest.schema));
    }
    progress.start(Phase::Read, manifest.tables.values().map(|t| t.rows).sum());
    if let Some(unknown) = manifest.tables.keys().find(|name| !NAMES.contains(&name.as_str())) {
        return Err(other(unknown.clone()));
    }
    let interners: [Mutex<Interner>; Domain::COUNT] = Default::default();
    let mut files: FxHashMap<&str, u16> = FxHashMap::default();
    for (at, file) in (0u16..).zip(&manifest.files) {
        files.entry(file.as_str()).or_insert(at);
    }
    let mut draft = Draft { peer, files: manifest.files.clone(), ..Draft::default() };
    for name in NAMES {
        let Some(written) = manifest.tables.get(name) else { continue };
        let path = folder.join(format!("{name}.parquet"));
        let damaged = |reason: String| Error::Damaged { file: named(&path), reason };
        check(&path, written).map_err(damaged)?;
        let columns = Columns::open(&path, written.rows, &interners, &files).map_err(|fault| damaged(fault.0))?;
        // The library panics where a file with the right sum was not written by it.
        let read = catch_unwind(AssertUnwindSafe(|| table(name, &columns, &mut draft)));
        read.map_err(|_| damaged(name.to_string()))?.map_err(|fault| damaged(fault.0))?;
        progress.rows(written.rows);
        progress.advance(written.rows);
    }
    if !draft.has_keys() {
        return Err(Error::Damaged { file: named(folder), reason: "an empty key".to_string() });
    }
    let mut interners = interners.map(|interner| interner.into_inner().unwrap_or_else(PoisonError::into_inner));
    let records = &mut interners[Domain::Record as usize];
    draft.shared = manifest.shared.iter().map(|text| RecordId(records.intern(text))).collect();
    draft.columns = manifest.columns();
    draft.emptied = manifest.emptied();
    draft.texts = interners.map(|interner| interner.texts);
    progress.finish();
    let told = manifest.told(peer).map_err(other)?;
    Ok(Origin { folder: Some(named(folder)), draft, told })
}

/// What else lies in a folder of tables: it is not read.
fn strays(folder: &Path) -> Vec<Unread> {
    let own: BTreeSet<String> =
        NAMES.iter().map(|name| format!("{name}.parquet")).chain([MANIFEST.to_string()]).collect();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let strays: BTreeSet<String> = names.filter(|name| !own.contains(name) && !name.starts_with('.')).collect();
    let unread = |name: String| Unread {
        name: folder.join(name).display().to_string(),
        reason: "unread-beside-tables",
        args: args([]),
    };
    strays.into_iter().map(unread).collect()
}

/// Whether a file is what was written.
fn check(path: &Path, written: &Written) -> Result<(), String> {
    let mut hash = Hashing::new(io::sink());
    let copied = File::open(path).and_then(|mut file| io::copy(&mut file, &mut hash));
    copied.map_err(|e| e.to_string())?;
    let sha256 = hash.sha256();
    if sha256 == written.sha256 { Ok(()) } else { Err(format!("sha256 {sha256}")) }
}

/// Puts a table into the draft.
fn table(name: &str, columns: &Columns<'_>, draft: &mut Draft) -> Result<(), Fault> {
    match name {
        "stays" => draft.stays = Row::read(columns)?,
        "fees" => draft.fees = FeeColumns::read(columns)?,
        "visits" => draft.visits = Row::read(columns)?,
        "diagnoses" => draft.diagnoses = Row::read(columns)?,
        "persons" => draft.persons = ids(columns, "psn_no")?.zip(Person::read(columns)?).collect(),
        "hospitals" => draft.hospitals = ids(columns, "fixmedins_code")?.zip(Hospital::read(columns)?).collect(),
        "purchases" => draft.purchases = Row::read(columns)?,
        "stock" => draft.stock = Row::read(columns)?,
        "items" => draft.item_names = pairs(columns, "hilist_code", "hilist_name")?,
        "diagnosis_names" => draft.diagnosis_names = pairs(columns, "diag_code", "diag_name")?,
        "item_names" => draft.item_aliases = Row::read(columns)?,
        "records" => draft.owners = Row::read(columns)?,
        _ => further(columns, draft)?,
    }
    Ok(())
}

fn ids<I: Cell>(columns: &Columns<'_>, name: &'static str) -> Result<impl Iterator<Item = I> + use<I>, Fault> {
    Ok(columns.column(name, I::FORM)?.into_iter().map(I::of))
}

/// Codes with their names.
fn pairs<I: Cell>(columns: &Columns<'_>, code: &'static str, name: &'static str) -> Result<Vec<(I, TextId)>, Fault> {
    Ok(ids(columns, code)?.zip(ids(columns, name)?).collect())
}

/// Gives stays and visits their further rows.
fn further(columns: &Columns<'_>, draft: &mut Draft) -> Result<(), Fault> {
    let stays: FxHashMap<RecordId, usize> = draft.stays.iter().enumerate().map(|(at, s)| (s.record, at)).collect();
    let visits: FxHashMap<RecordId, usize> = draft.visits.iter().enumerate().map(|(at, v)| (v.record, at)).collect();
    for FurtherRow { record, visit, row } in FurtherRow::read(columns)? {
        let stray = || Fault("mdtrt_id: no stay or visit".to_string());
        if visit {
            draft.visits[*visits.get(&record).ok_or_else(stray)?].rows.push(row);
        } else {
            draft.stays[*stays.get(&record).ok_or_else(stray)?].rows.push(row);
        }
    }
    Ok(())
}
