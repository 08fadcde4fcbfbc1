//! What `--peers` leaves of a run: everything was judged against the peers, and nothing of them is reported.

use std::collections::{BTreeMap, BTreeSet};

use super::list;
use crate::engine::Run;
use crate::finding::Finding;
use crate::ingest::Note;
use crate::messages::{Catalog, args as values};
use crate::model::{HospitalId, Region};

/// Leaves the leads about what was scanned: those about one of its institutions in which one of its records has a part. Gives
/// what the reader should know of the peers.
pub(super) fn leave(run: &mut Run, region: &Region, catalog: &Catalog) -> Vec<Note> {
    let own = Own::new(region);
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    run.findings.retain(|finding| {
        let (part, about) = (own.has_part(finding), own.is_about(finding));
        if part && !about {
            *others.entry(finding.rule.clone()).or_default() += 1;
        }
        part && about
    });
    run.count();
    let mut notes = vec![own.note()];
    let count: usize = others.values().sum();
    if count > 0 {
        let rules = others.iter().map(|(rule, n)| format!("{rule} ({n})"));
        let rules: Vec<String> = rules.collect();
        let rules = list(rules.iter().map(String::as_str), catalog);
        notes.push(Note { id: "note-peers-leads", args: values([("count", count.into()), ("rules", rules)]) });
    }
    notes
}

/// What was scanned, as findings name it.
struct Own<'a> {
    region: &'a Region,
    /// By hospital.
    hospitals: Vec<bool>,
    files: BTreeSet<&'a str>,
}

impl<'a> Own<'a> {
    fn new(region: &'a Region) -> Self {
        let files = region.files.iter().zip(&region.peers).filter(|(_, peer)| !**peer).map(|(name, _)| name.as_str());
        Self { region, hospitals: region.own_hospitals(), files: files.collect() }
    }

    /// Whether a record or a row of what was scanned has a part in a finding; one that names neither goes by its institution.
    fn has_part(&self, finding: &Finding) -> bool {
        let records = || finding.stay_ids.iter().chain(&finding.visit_ids);
        let is_own = |id: &String| self.region.names.records.find(id).is_some_and(|r| self.region.is_own_record(r));
        let nothing = finding.rows.is_empty() && records().next().is_none();
        nothing || records().any(is_own) || finding.rows.iter().any(|r| self.files.contains(r.file.as_str()))
    }

    /// Whether a finding is about an institution that was scanned, or about none.
    fn is_about(&self, finding: &Finding) -> bool {
        let id = self.region.names.hospitals.find(&finding.hospital_id);
        id.map_or(finding.hospital_id.is_empty(), |id| self.hospitals[id.index()])
    }

    /// How many of what served as background.
    fn note(&self) -> Note {
        let region = self.region;
        let peers = |own: &dyn Fn(usize) -> bool, n: usize| (0..n).filter(|at| !own(*at)).count();
        let mut with_records = vec![false; region.hospitals.len()];
        let stays = region.stays.iter().filter(|s| !region.is_own_record(s.record)).map(|s| s.hospital);
        let visits = region.visits.iter().filter(|v| !region.is_own_record(v.record)).map(|v| v.hospital);
        for hospital in stays.chain(visits).filter_map(HospitalId::some) {
            with_records[hospital.index()] = true;
        }
        let hospitals = with_records.iter().filter(|has| **has).count();
        let both = with_records.iter().zip(&self.hospitals).filter(|(has, own)| **has && **own).count();
        let figures = [
            ("files", region.peers.iter().filter(|peer| **peer).count().into()),
            ("hospitals", hospitals.into()),
            ("both", both.into()),
            ("stays", peers(&|at| region.is_own_record(region.stays[at].record), region.stays.len()).into()),
            ("visits", peers(&|at| region.is_own_record(region.visits[at].record), region.visits.len()).into()),
            ("lines", peers(&|at| region.is_own(region.fees.row(at)), region.fees.len()).into()),
        ];
        Note { id: "note-peers", args: values(figures) }
    }
}
