//! What a rule judged and what it could not: a rule that judged nothing is never a rule that found nothing.

use std::collections::BTreeSet;

use super::Context;
use crate::finding::Finding;
use crate::model::{DiagnosisId, HospitalId, PersonId, RecordId, Region};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Stays.
    Stays,
    /// Outpatient visits and pharmacy sales.
    Visits,
    /// Stays and visits, and what charge lines alone tell of.
    Records,
    /// Charge lines.
    Lines,
    /// Persons.
    Persons,
    /// Institutions.
    Hospitals,
    /// Items of an institution.
    Items,
    /// Rows of the tables that a query reads.
    Rows,
}

impl Unit {
    /// The word used in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stays => "stays",
            Self::Visits => "visits",
            Self::Records => "records",
            Self::Lines => "lines",
            Self::Persons => "persons",
            Self::Hospitals => "hospitals",
            Self::Items => "items",
            Self::Rows => "rows",
        }
    }
}

/// Why something was not judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Nothing in the data is what the rule is about.
    Nothing,
    /// Too few institutions to compare with.
    FewPeers,
    /// Too few records at the institution for a figure of its own.
    FewRecords,
    /// The charge lines' stay or visit is not in the data.
    NoRecord,
    /// No charge line.
    NoLines,
    /// No national code.
    NoCode,
    /// No diagnosis.
    NoDiagnosis,
    /// No person that is known.
    NoPerson,
    /// No institution.
    NoHospital,
    /// No date.
    NoDate,
    /// No discharge.
    NoDischarge,
    /// No total.
    NoTotal,
    /// The institution's way of posting does not show what was done on which day.
    Posting,
    /// What comes after is not in the data yet.
    TooLate,
    /// Neither purchases nor stock of the item.
    NoStock,
    /// The institution's level is missing, or a code that nobody explains.
    NoLevel,
    /// Claimed in other units than bought.
    Units,
    /// Outpatient visits and pharmacy sales, which the rule does not compare.
    Outpatient,
}

impl Why {
    /// The word used in files; with `unjudged-` before it the message.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::FewPeers => "few-peers",
            Self::FewRecords => "few-records",
            Self::NoRecord => "no-record",
            Self::NoLines => "no-lines",
            Self::NoCode => "no-code",
            Self::NoDiagnosis => "no-diagnosis",
            Self::NoPerson => "no-person",
            Self::NoHospital => "no-hospital",
            Self::NoDate => "no-date",
            Self::NoDischarge => "no-discharge",
            Self::NoTotal => "no-total",
            Self::Posting => "posting",
            Self::TooLate => "too-late",
            Self::NoStock => "no-stock",
            Self::NoLevel => "no-level",
            Self::Units => "units",
            Self::Outpatient => "outpatient",
        }
    }
}

/// Subjects that were not judged for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unjudged {
    /// Why.
    pub why: Why,
    /// What they are.
    pub unit: Unit,
    /// How many.
    pub count: usize,
}

/// How far a rule saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// What the rule judges.
    pub unit: Unit,
    /// How many it judged.
    pub judged: usize,
    /// What it could not judge, for want of data.
    pub unjudged: Vec<Unjudged>,
}

impl Coverage {
    /// So many subjects judged.
    pub fn of(unit: Unit, judged: usize) -> Self {
        Self { unit, judged, unjudged: Vec::new() }
    }

    /// And so many, of the same or another unit, not; none is nothing to tell.
    #[must_use]
    pub fn not(mut self, why: Why, unit: Unit, count: usize) -> Self {
        if count > 0 {
            self.unjudged.push(Unjudged { why, unit, count });
        }
        self
    }

    /// And what another could not judge.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.unjudged.extend(other.unjudged);
        self
    }

    /// With these findings. A rule that judged nothing and lacked nothing had nothing to judge.
    pub fn with(mut self, findings: Vec<Finding>) -> Judgement {
        if self.judged == 0 && self.unjudged.is_empty() {
            self.unjudged.push(Unjudged { why: Why::Nothing, unit: self.unit, count: 0 });
        }
        Judgement { findings, coverage: self }
    }
}

/// What a rule gives back.
#[derive(Debug)]
pub struct Judgement {
    /// What it found. The order does not matter; the content may depend only on the context.
    pub findings: Vec<Finding>,
    /// How far it saw.
    pub coverage: Coverage,
}

/// How much of the data there is to judge, counted once a run.
#[derive(Debug, Default)]
pub struct Counts {
    /// By item: its charge lines, and those of them whose stay or visit is not in the data.
    pub of_item: Vec<[u32; 2]>,
    /// Charge lines whose stay or visit is not in the data.
    pub loose_lines: usize,
    /// Charge lines of nobody.
    pub nobodys_lines: usize,
    /// Charge lines without a date.
    pub undated_lines: usize,
    /// Charge lines of items without a national code.
    pub uncoded_lines: usize,
    /// Stays with charge lines.
    pub charged_stays: usize,
    /// Visits with charge lines.
    pub charged_visits: usize,
    /// Stays of nobody.
    pub nobodys_stays: usize,
    /// Visits of nobody.
    pub nobodys_visits: usize,
    /// Stays of no institution.
    pub homeless_stays: usize,
    /// Stays without a discharge.
    pub open_stays: usize,
    /// Stays without a diagnosis code.
    pub undiagnosed_stays: usize,
    /// Stays without a total.
    pub free_stays: usize,
}

impl Counts {
    /// Counts; linear in lines and records.
    pub(super) fn new(region: &Region) -> Self {
        let fees = &region.fees;
        let mut counts = Self { undated_lines: fees.days().filter(Option::is_none).count(), ..Self::default() };
        let coded: Vec<bool> = region.names.items.iter().map(|(_, code)| is_coded(code)).collect();
        counts.of_item = vec![[0; 2]; coded.len()];
        for (record, item) in fees.records().zip(fees.items()) {
            let known = region.records[record.index()];
            let loose = known.stay.is_none() && known.visit.is_none();
            match counts.of_item.get_mut(item.index()) {
                Some([lines, of_nothing]) => {
                    *lines += 1;
                    *of_nothing += u32::from(loose);
                    counts.uncoded_lines += usize::from(!coded[item.index()]);
                }
                None => counts.uncoded_lines += 1,
            }
        }
        for (at, record) in region.records.iter().enumerate() {
            let lines = fees.of(RecordId(at as u32)).len();
            match (record.stay, record.visit) {
                (None, None) => counts.loose_lines += lines,
                (Some(_), _) => counts.charged_stays += usize::from(lines > 0),
                (None, Some(_)) => counts.charged_visits += usize::from(lines > 0),
            }
            counts.nobodys_lines += if record.person == PersonId::NONE { lines } else { 0 };
        }
        for stay in &region.stays {
            counts.nobodys_stays += usize::from(stay.person == PersonId::NONE);
            counts.homeless_stays += usize::from(stay.hospital == HospitalId::NONE);
            counts.open_stays += usize::from(stay.discharged.is_none());
            counts.undiagnosed_stays += usize::from(stay.diagnosis == DiagnosisId::NONE);
            counts.free_stays += usize::from(stay.total.0 <= 0);
        }
        counts.nobodys_visits = region.visits.iter().filter(|v| v.person == PersonId::NONE).count();
        counts
    }
}

/// Whether an item's code can be a national one: drugs and consumables begin with a letter, services with 0, and none is as
/// short as the codes of institutions' own lists or has other characters, as names do.
fn is_coded(code: &str) -> bool {
    code.len() >= 13 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// The stays with charge lines, where nothing but the lines and their dates decides.
pub fn charged_stays(context: &Context<'_>) -> Coverage {
    let counts = context.index.counts();
    Coverage::of(Unit::Stays, counts.charged_stays)
        .not(Why::NoLines, Unit::Stays, context.region.stays.len() - counts.charged_stays)
        .not(Why::NoRecord, Unit::Lines, counts.loose_lines)
}

/// The same, where a line without a date says nothing.
pub fn dated_stays(context: &Context<'_>) -> Coverage {
    charged_stays(context).not(Why::NoDate, Unit::Lines, context.index.counts().undated_lines)
}

/// The stays of somebody, where one stay is held against the person's others.
pub fn stays_of_persons(context: &Context<'_>) -> Coverage {
    let (stays, counts) = (context.region.stays.len(), context.index.counts());
    Coverage::of(Unit::Stays, stays - counts.nobodys_stays).not(Why::NoPerson, Unit::Stays, counts.nobodys_stays)
}

/// Institutions held against each other: those that were, of those with enough records, of all.
pub fn compared_with(
    compared: &BTreeSet<HospitalId>,
    enough: &BTreeSet<HospitalId>,
    all: &BTreeSet<HospitalId>,
) -> Coverage {
    Coverage::of(Unit::Hospitals, compared.len())
        .not(Why::FewPeers, Unit::Hospitals, enough.difference(compared).count())
        .not(
            Why::FewRecords,
            Unit::Hospitals,
            all.iter().filter(|h| !enough.contains(h) && !compared.contains(h)).count(),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_without_a_subject_had_nothing_to_judge() {
        let verdict = Coverage::of(Unit::Stays, 0).with(Vec::new());
        assert_eq!(verdict.coverage.unjudged, [Unjudged { why: Why::Nothing, unit: Unit::Stays, count: 0 }]);
        let lacking = Coverage::of(Unit::Stays, 0).not(Why::NoLines, Unit::Stays, 3).with(Vec::new());
        assert_eq!(lacking.coverage.unjudged.len(), 1);
        assert!(Coverage::of(Unit::Stays, 1).with(Vec::new()).coverage.unjudged.is_empty());
    }

    #[test]
    fn institutions_without_peers_are_not_judged() {
        let set = |ids: &[u32]| ids.iter().map(|i| HospitalId(*i)).collect::<BTreeSet<_>>();
        let some = compared_with(&set(&[1, 2]), &set(&[1, 2, 3]), &set(&[1, 2, 3, 4, 5]));
        let counts: Vec<(Why, usize)> = some.unjudged.iter().map(|u| (u.why, u.count)).collect();
        assert_eq!((some.judged, counts), (2, vec![(Why::FewPeers, 1), (Why::FewRecords, 2)]));
    }

    #[test]
    fn names_and_short_codes_are_no_national_codes() {
        for code in ["003107010220000", "XA01ABD075A002010100483", "C0302203250000000000"] {
            assert!(is_coded(code), "{code}");
        }
        for code in ["", "001", "宫颈细胞学检查(TCT)", "A123"] {
            assert!(!is_coded(code), "{code}");
        }
    }
}
