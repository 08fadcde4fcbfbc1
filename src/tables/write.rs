//! Writes the tables of a region.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::manifest::{self, Written};
use super::parquet::{self, Group, Texts};
use crate::ingest::Ingested;
use crate::model::cell::{Cell, Row, Sink};
use crate::model::{DiagnosisId, Domain, FeeColumns, HospitalId, ItemId, PersonId, RecordId, Region, TextId};

/// The texts of a region as they are.
pub struct Plain<'a>(pub &'a Region);

/// The text of an id of a region; nothing for a settlement: those only join rows and are not kept.
pub fn text(region: &Region, domain: Domain, id: u32) -> Option<&str> {
    let names = &region.names;
    Some(match domain {
        Domain::Person => names.persons.get(id.into()),
        Domain::Hospital => names.hospitals.get(id.into()),
        Domain::Item => names.items.get(id.into()),
        Domain::Doctor => names.doctors.get(id.into()),
        Domain::Department => names.departments.get(id.into()),
        Domain::Diagnosis => names.diagnoses.get(id.into()),
        Domain::Record => names.records.get(id.into()),
        Domain::Text => names.texts.get(id.into()),
        Domain::Settlement => return None,
    })
}

impl Texts for Plain<'_> {
    fn text(&self, domain: Domain, id: u32) -> Option<Cow<'_, str>> {
        text(self.0, domain, id).map(Cow::Borrowed)
    }

    fn file(&self, file: u16) -> &str {
        &self.0.files[usize::from(file)]
    }
}

/// A table that is written.
#[derive(Clone, Copy, Debug)]
pub struct TableFile {
    /// Its name; the file is `<name>.parquet`.
    pub name: &'static str,
    /// Its rows.
    pub rows: usize,
    columns: Columns,
}

/// The names of the tables, in the order in which they are written.
pub const NAMES: [&str; 13] = [
    "stays",
    "fees",
    "visits",
    "diagnoses",
    "persons",
    "hospitals",
    "purchases",
    "stock",
    "items",
    "diagnosis_names",
    "item_names",
    "records",
    "rows",
];

/// Gives the columns of a range of rows of one table.
type Columns = fn(&Region, Range<usize>, &mut Group<'_>);

/// Every table of a region that has rows.
pub fn files(region: &Region) -> Vec<TableFile> {
    let filled = tables(region).into_iter().filter(|(_, rows, _)| *rows > 0);
    filled.map(|(name, rows, columns)| TableFile { name, rows, columns }).collect()
}

/// Every table, with its rows in a region.
fn tables(region: &Region) -> Vec<(&'static str, usize, Columns)> {
    let tables: [(usize, Columns); NAMES.len()] = [
        (region.stays.len(), |region, rows, out| Row::write(&region.stays[rows], out)),
        (region.fees.len(), fees),
        (region.visits.len(), |region, rows, out| Row::write(&region.visits[rows], out)),
        (region.diagnoses.len(), |region, rows, out| Row::write(&region.diagnoses[rows], out)),
        (region.persons.len(), |region, rows, out| {
            out.column("psn_no", PersonId::FORM, &mut rows.clone().map(|at| at as i64));
            Row::write(&region.persons[rows], out);
        }),
        (region.hospitals.len(), |region, rows, out| {
            out.column("fixmedins_code", HospitalId::FORM, &mut rows.clone().map(|at| at as i64));
            Row::write(&region.hospitals[rows], out);
        }),
        (region.purchases.len(), |region, rows, out| Row::write(&region.purchases[rows], out)),
        (region.stock.len(), |region, rows, out| Row::write(&region.stock[rows], out)),
        (region.names.item_names.len(), |region, rows, out| {
            out.column("hilist_code", ItemId::FORM, &mut rows.clone().map(|at| at as i64));
            out.column("hilist_name", TextId::FORM, &mut region.names.item_names[rows].iter().map(Cell::raw));
        }),
        (region.names.diagnosis_names.len(), |region, rows, out| {
            out.column("diag_code", DiagnosisId::FORM, &mut rows.clone().map(|at| at as i64));
            out.column("diag_name", TextId::FORM, &mut region.names.diagnosis_names[rows].iter().map(Cell::raw));
        }),
        (region.item_aliases.len(), |region, rows, out| Row::write(&region.item_aliases[rows], out)),
        (owners(region).len(), |region, rows, out| Row::write(&owners(region)[rows], out)),
        (further(region).len(), |region, rows, out| Row::write(&further(region)[rows], out)),
    ];
    NAMES.into_iter().zip(tables).map(|(name, (rows, columns))| (name, rows, columns)).collect()
}

/// The columns of every table, each with what it holds, in words of Parquet: what `docs/tables.md` shows.
pub fn layout() -> Vec<(&'static str, Vec<(String, String)>)> {
    let region = Region { fees: FeeColumns::of_one_line().into(), ..Region::default() };
    let plain = Plain(&region);
    let columns = |columns: Columns| {
        let mut group = Group::new(&plain);
        columns(&region, 0..0, &mut group);
        group.described()
    };
    tables(&region).into_iter().map(|(name, _, table)| (name, columns(table))).collect()
}

crate::model::cell::row! {
    /// A further row of a stay or visit that several rows make up.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) struct FurtherRow {
        /// The stay or visit.
        record: RecordId = "mdtrt_id",
        /// Whether it is a visit.
        visit: bool = "visit",
        /// The row.
        row: crate::model::RowRef = "row",
    }
}

crate::model::cell::row! {
    /// A record that has neither stay nor visit: whose its charge lines are, or were before refunds.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) struct Owner {
        /// The record.
        record: RecordId = "mdtrt_id",
        /// The person that its charge lines name.
        person: PersonId = "psn_no",
        /// The institution that they name.
        hospital: HospitalId = "fixmedins_code",
    }
}

/// The records that have neither stay nor visit.
pub(super) fn owners(region: &Region) -> Vec<Owner> {
    let records = (0..).map(RecordId).zip(&region.records);
    let bare = records.filter(|(_, record)| record.stay.is_none() && record.visit.is_none());
    bare.map(|(id, record)| Owner { record: id, person: record.person, hospital: record.hospital }).collect()
}

/// The rows of stays and visits beyond the first of each.
fn further(region: &Region) -> Vec<FurtherRow> {
    let stays = region.stays.iter().map(|s| (s.record, false, &s.rows));
    let visits = region.visits.iter().map(|v| (v.record, true, &v.rows));
    let all =
        stays.chain(visits).flat_map(|(record, visit, rows)| rows.iter().skip(1).map(move |row| (record, visit, row)));
    all.map(|(record, visit, row)| FurtherRow { record, visit, row: *row }).collect()
}

/// The charge lines, each with the person and the institution of its record.
fn fees(region: &Region, lines: Range<usize>, out: &mut Group<'_>) {
    let record = |line: usize| &region.records[region.fees.record(line).index()];
    out.column("psn_no", PersonId::FORM, &mut lines.clone().map(|line| record(line).person.raw()));
    out.column("fixmedins_code", HospitalId::FORM, &mut lines.clone().map(|line| record(line).hospital.raw()));
    region.fees.write(lines, out);
}

impl TableFile {
    /// Writes the table, and gives what the manifest says of it.
    ///
    /// # Errors
    /// What the file system or the format says.
    pub fn write(&self, region: &Region, texts: &dyn Texts, out: impl Write) -> Result<Described, String> {
        let mut out = Hashing::new(out);
        parquet::write(&mut out, self.rows, texts, |rows, group| (self.columns)(region, rows, group))
            .map_err(|f| f.0)?;
        Ok(Described { name: self.name, written: Written { rows: self.rows as u64, sha256: out.sha256() } })
    }
}

/// A table that was written, as the manifest names it.
#[derive(Debug)]
pub struct Described {
    name: &'static str,
    written: Written,
}

/// The manifest of tables that were written.
pub fn manifest(ingested: &Ingested, written: Vec<Described>, texts: &dyn Texts, masked: bool) -> String {
    let tables: BTreeMap<&'static str, Written> = written.into_iter().map(|d| (d.name, d.written)).collect();
    let record = |id: RecordId| texts.text(Domain::Record, id.0).unwrap_or_default().into_owned();
    manifest::text(ingested, &tables, masked, record)
}

/// Passes bytes on and hashes them.
pub(super) struct Hashing<W> {
    out: W,
    hash: Sha256,
}

impl<W> Hashing<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, hash: Sha256::new() }
    }

    /// The SHA-256 of what was written, hexadecimal.
    pub(super) fn sha256(self) -> String {
        self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.out.write(bytes)?;
        self.hash.update(&bytes[..done]);
        Ok(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
