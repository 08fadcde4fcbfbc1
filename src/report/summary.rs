//! The numbers of a report, computed once. Printers print these and count nothing.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::text::need;
use crate::facts::delivery::Delivery;
use crate::finding::{Finding, ResultClass};
use crate::ingest::{Ingested, Rows, Unread};
use crate::messages::Catalog;
use crate::model::{Day, Fen, Record, RecordId, Region, Table};
use crate::rule::Outcome;
use crate::rule::coverage::{Coverage, Why};
use crate::rulebook::Card;
use crate::weigh::{Leads, at_risk};

/// What a report says, in numbers. Money at risk counts each record once within each line and within the total.
#[derive(Debug, PartialEq)]
pub struct Summary {
    /// Version of this program.
    pub version: &'static str,
    /// First and last day of the stays and visits; of the charge lines where there is neither.
    pub period: Option<(Day, Day)>,
    /// What was in the inputs.
    pub size: Size,
    /// One entry for every table part of every input, in the order of the inputs.
    pub inputs: Vec<InputLine>,
    /// The sum of the inputs' rows, without those of peers.
    pub rows: Rows,
    /// What served as background, where there are peers. It is in no other figure.
    pub peers: Option<Background>,
    /// All leads.
    pub total: Count,
    /// By result class, the gravest first; all three always.
    pub classes: Vec<ClassLine>,
    /// Every rule of the run: those that ran by money, then those that failed, could not judge, were skipped.
    pub rules: Vec<RuleLine>,
    /// How many rules ended how.
    pub ended: Ended,
    /// The first sentence: what was found, or what it means that nothing was.
    pub headline: String,
    /// What was not looked at, a sentence for each kind, with counts: rows, files, lines without a record, rules.
    pub not_seen: Vec<String>,
    /// Every institution with a lead, by number of different rules, then by money.
    pub hospitals: Vec<HospitalLine>,
    /// By month of the last day concerned; leads without a date come last.
    pub months: Vec<MonthLine>,
    /// Rejected rows by reason, the most frequent first.
    pub rejects: Vec<RejectLine>,
    /// What was there and was not read.
    pub unread: Vec<UnreadLine>,
    /// The checks of the delivery, as figures.
    pub delivery: Delivery,
    /// The same in words; only what is worth telling.
    pub checks: Vec<String>,
    /// Things to know about the data.
    pub notes: Vec<String>,
}

/// What served as background only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Background {
    /// What was in it.
    pub size: Size,
    /// The sum of its rows.
    pub rows: Rows,
}

/// How many rules ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Ran and judged something.
    pub ran: usize,
    /// Of these, those that had to leave a part of their subjects.
    pub partly: usize,
    /// Could not judge anything.
    pub unjudged: usize,
    /// Of these, those for which there was nothing in the data to judge.
    pub idle: usize,
    /// Lack tables or columns.
    pub skipped: usize,
    /// Of these, those that lack nothing but points in their knowledge table.
    pub waiting: usize,
    /// Failed.
    pub failed: usize,
}

impl Ended {
    /// All rules of the run.
    pub fn all(&self) -> usize {
        self.ran + self.unjudged + self.skipped + self.failed
    }
}

/// Something that was there and was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadLine {
    /// File name, with the sheet or archive member where there is one.
    pub name: String,
    /// Message id of the reason.
    pub reason: &'static str,
    /// Why and what to do, in the language of the report.
    pub text: String,
}

/// How much was scanned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Stays, after netting.
    pub stays: usize,
    /// Outpatient visits and pharmacy sales, after netting.
    pub visits: usize,
    /// Charge lines, after netting.
    pub lines: usize,
    /// Persons with a stay, visit or charge line.
    pub persons: usize,
    /// Institutions with a stay, visit or charge line.
    pub hospitals: usize,
    /// Total of stays and visits, and of the charge lines of records that are neither.
    pub money: Fen,
    /// Paid by the funds on stays and visits.
    pub fund: Fen,
}

/// A table part of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputLine {
    /// File name, with the sheet or archive entry where there is one.
    pub name: String,
    /// Size of the file; of the whole file on each of its parts.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// What the part was recognised as; `None` where nothing of use was found in the file.
    pub table: Option<Table>,
    /// Encoding or container.
    pub encoding: &'static str,
    /// Its rows.
    pub rows: Rows,
    /// Whether it serves as background only.
    pub peer: bool,
}

/// A number of leads and what they put at risk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Leads.
    pub leads: usize,
    /// Institutions they are about.
    pub hospitals: usize,
    /// Different stays named.
    pub stays: usize,
    /// Different visits named.
    pub visits: usize,
    /// Different patients named.
    pub patients: usize,
    /// Money at risk, each record once.
    pub at_risk: Fen,
}

/// The leads of a result class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassLine {
    /// The class.
    pub result: ResultClass,
    /// Its leads.
    pub count: Count,
}

/// A rule of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleLine {
    /// Rule id.
    pub rule: String,
    /// Title in the language of the report.
    pub title: String,
    /// Its usual result class.
    pub result: Option<ResultClass>,
    /// How it ended.
    pub outcome: Outcome,
    /// How far it saw; nothing where it did not run.
    pub coverage: Option<Coverage>,
    /// Why it did not run, or could not judge all or a part; empty where it judged everything.
    pub reason: String,
    /// Its leads among those reported.
    pub count: Count,
}

/// An institution with a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct HospitalLine {
    /// Its code.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Titles of the different rules it was flagged by, sorted by rule id.
    pub rules: Vec<String>,
    /// Its leads.
    pub count: Count,
}

/// A month.
#[derive(Clone, Debug, PartialEq)]
pub struct MonthLine {
    /// `2025-03`; `None` for leads without a date.
    pub month: Option<String>,
    /// Its leads.
    pub count: Count,
}

/// A reason for rejecting rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectLine {
    /// The reason in the language of the report.
    pub reason: String,
    /// Number of rows that the entries in the list of rejects stand for.
    pub rows: usize,
}

impl RuleLine {
    /// Whether the rule waits for points in its knowledge table, whatever else it lacks.
    pub fn is_waiting(&self) -> bool {
        matches!(&self.outcome, Outcome::Skipped { missing } if missing.iter().any(|m| m.starts_with("knowledge/")))
    }

    /// Whether there was nothing in the data that the rule is about.
    pub fn is_idle(&self) -> bool {
        let nothing = |c: &Coverage| c.unjudged.iter().all(|u| u.why == Why::Nothing);
        self.outcome == Outcome::Unjudged && self.coverage.as_ref().is_some_and(nothing)
    }

    /// Whether it ran and left a part of its subjects.
    pub fn is_partial(&self) -> bool {
        let part = |c: &Coverage| !c.unjudged.is_empty();
        matches!(self.outcome, Outcome::Ran { .. }) && self.coverage.as_ref().is_some_and(part)
    }
}

impl Summary {
    /// Counts everything a report says; the sentences are still to be made.
    pub(super) fn counted(
        ingested: &Ingested,
        cards: &[&Card],
        leads: &Leads,
        delivery: &Delivery,
        catalog: &Catalog,
    ) -> Self {
        let region = &ingested.region;
        let inputs = inputs(ingested);
        let titles: BTreeMap<&str, &str> = cards.iter().map(|c| (c.id.as_str(), c.title.get(catalog.lang()))).collect();
        let rules = rules(region, cards, leads, catalog);
        Self {
            version: env!("CARGO_PKG_VERSION"),
            period: period(region),
            size: size(region, true),
            rows: rows(&inputs, false),
            peers: (!region.peers.is_empty())
                .then(|| Background { size: size(region, false), rows: rows(&inputs, true) }),
            inputs,
            total: count(region, &leads.findings.iter().collect::<Vec<_>>()),
            classes: classes(region, leads),
            ended: ended(&rules),
            rules,
            headline: String::new(),
            not_seen: Vec::new(),
            hospitals: hospitals(region, leads, &titles),
            months: months(region, leads),
            rejects: rejects(ingested, catalog),
            unread: ingested.unread.iter().map(|u| unread(u, catalog)).collect(),
            delivery: delivery.clone(),
            checks: Vec::new(),
            // The checks of the delivery say how many lines have no stay or visit; once is enough.
            notes: (ingested.notes.iter().filter(|n| n.id != "note-lines-without-record"))
                .map(|n| catalog.format(n.id, &n.args))
                .collect(),
        }
    }

    /// Rules that ran.
    pub fn ran(&self) -> impl Iterator<Item = &RuleLine> {
        self.rules.iter().filter(|r| matches!(r.outcome, Outcome::Ran { .. }))
    }

    /// Rules that failed, were skipped, or could not judge.
    pub fn not_run(&self) -> impl Iterator<Item = &RuleLine> {
        self.rules.iter().filter(|r| !matches!(r.outcome, Outcome::Ran { .. }))
    }
}

fn ended(rules: &[RuleLine]) -> Ended {
    let count = |is: &dyn Fn(&RuleLine) -> bool| rules.iter().filter(|r| is(r)).count();
    Ended {
        ran: count(&|r| matches!(r.outcome, Outcome::Ran { .. })),
        partly: count(&RuleLine::is_partial),
        unjudged: count(&|r| r.outcome == Outcome::Unjudged),
        idle: count(&RuleLine::is_idle),
        skipped: count(&|r| matches!(r.outcome, Outcome::Skipped { .. })),
        waiting: count(&RuleLine::is_waiting),
        failed: count(&|r| matches!(r.outcome, Outcome::Failed { .. })),
    }
}

fn unread(unread: &Unread, catalog: &Catalog) -> UnreadLine {
    let text = catalog.format(unread.reason, &unread.args);
    UnreadLine { name: unread.name.clone(), reason: unread.reason, text }
}

fn inputs(ingested: &Ingested) -> Vec<InputLine> {
    let mut lines = Vec::new();
    for input in &ingested.inputs {
        let line = |name, table, encoding, rows| InputLine {
            name,
            bytes: input.bytes,
            sha256: input.sha256.clone(),
            table,
            encoding,
            rows,
            peer: input.peer,
        };
        if input.parts.is_empty() {
            lines.push(line(input.name.clone(), None, "", Rows::default()));
        }
        for part in &input.parts {
            let name = if part.name.is_empty() { input.name.clone() } else { format!("{}:{}", input.name, part.name) };
            lines.push(line(name, Some(part.table), part.encoding, part.rows));
        }
    }
    lines
}

/// The rows of what was scanned, or of the peers.
fn rows(inputs: &[InputLine], peer: bool) -> Rows {
    inputs.iter().filter(|line| line.peer == peer).fold(Rows::default(), |sum, line| add(sum, line.rows))
}

fn add(a: Rows, b: Rows) -> Rows {
    Rows {
        read: a.read + b.read,
        used: a.used + b.used,
        netted: a.netted + b.netted,
        repeated: a.repeated + b.repeated,
        rejected: a.rejected + b.rejected,
    }
}

/// First and last day of the stays and visits; of the charge lines where there is neither.
pub(super) fn period(region: &Region) -> Option<(Day, Day)> {
    let stays = region.stays.iter().filter(|s| region.is_own_record(s.record));
    let visits = region.visits.iter().filter(|v| region.is_own_record(v.record));
    let days = stays.flat_map(|s| [s.admitted.day, s.last_day()]).chain(visits.map(|v| v.time.day));
    let lines = (0..region.fees.len()).filter(|line| region.is_own(region.fees.row(*line)));
    span(days).or_else(|| span(lines.filter_map(|line| region.fees.day(line))))
}

fn span(days: impl Iterator<Item = Day>) -> Option<(Day, Day)> {
    days.fold(None, |span, day| match span {
        None => Some((day, day)),
        Some((first, last)) => Some((first.min(day), last.max(day))),
    })
}

/// The size of what was scanned, or of the peers.
fn size(region: &Region, own: bool) -> Size {
    let of = |record: RecordId| region.is_own_record(record) == own;
    let records = || region.records.iter().enumerate().filter(|(at, _)| of(RecordId(*at as u32)));
    let persons: BTreeSet<_> = records().filter_map(|(_, r)| r.person.some()).collect();
    let hospitals: BTreeSet<_> = records().filter_map(|(_, r)| r.hospital.some()).collect();
    let stays: Vec<_> = region.stays.iter().filter(|s| of(s.record)).collect();
    let visits: Vec<_> = region.visits.iter().filter(|v| of(v.record)).collect();
    let loose = |record: &Record| record.stay.is_none() && record.visit.is_none();
    // The money of lines of one of several stays is in its bill.
    let loose = records().filter(|(at, record)| loose(record) && !region.shared.contains(&RecordId(*at as u32)));
    let loose = loose.flat_map(|(at, _)| region.fees.of(RecordId(at as u32)));
    Size {
        stays: stays.len(),
        visits: visits.len(),
        lines: region.fees.rows().filter(|row| region.is_own(*row) == own).count(),
        persons: persons.len(),
        hospitals: hospitals.len(),
        money: stays.iter().map(|s| s.total).sum::<Fen>()
            + visits.iter().map(|v| v.total).sum()
            + loose.map(|line| region.fees.amount(line)).sum(),
        fund: stays.iter().map(|s| s.fund).sum::<Fen>() + visits.iter().map(|v| v.fund).sum(),
    }
}

fn count(region: &Region, findings: &[&Finding]) -> Count {
    // Leads about one busy number name each other's stays: far more mentions than ids.
    let distinct =
        |ids: fn(&Finding) -> &[String]| findings.iter().flat_map(|f| ids(f)).collect::<FxHashSet<_>>().len();
    Count {
        leads: findings.len(),
        hospitals: findings.iter().map(|f| f.hospital_id.as_str()).collect::<BTreeSet<_>>().len(),
        stays: distinct(|f| &f.stay_ids),
        visits: distinct(|f| &f.visit_ids),
        patients: distinct(|f| &f.patient_ids),
        at_risk: at_risk(region, findings.iter().copied()),
    }
}

/// The findings by a key, keys in order, findings in the order of the leads.
fn group<K: Ord>(leads: &Leads, key: impl Fn(&Finding) -> K) -> BTreeMap<K, Vec<&Finding>> {
    let mut groups: BTreeMap<K, Vec<&Finding>> = BTreeMap::new();
    for finding in &leads.findings {
        groups.entry(key(finding)).or_default().push(finding);
    }
    groups
}

/// The class of a finding. The engine fills it in; one without a class claims nothing.
pub(super) fn class(finding: &Finding) -> ResultClass {
    finding.result.unwrap_or(ResultClass::Statistic)
}

fn classes(region: &Region, leads: &Leads) -> Vec<ClassLine> {
    let groups = group(leads, class);
    [ResultClass::Violation, ResultClass::Suspicious, ResultClass::Statistic]
        .into_iter()
        .map(|result| ClassLine { result, count: groups.get(&result).map_or(Count::default(), |f| count(region, f)) })
        .collect()
}

fn rules(region: &Region, cards: &[&Card], leads: &Leads, catalog: &Catalog) -> Vec<RuleLine> {
    let groups = group(leads, |f| f.rule.as_str().to_string());
    let mut lines: Vec<RuleLine> = leads
        .rules
        .iter()
        .map(|run| {
            let card = cards.iter().find(|c| c.id == run.rule);
            RuleLine {
                rule: run.rule.clone(),
                title: card.map_or(run.rule.as_str(), |c| c.title.get(catalog.lang())).to_string(),
                result: card.map(|c| c.result),
                outcome: run.outcome.clone(),
                coverage: run.coverage.clone(),
                reason: match &run.outcome {
                    Outcome::Ran { .. } | Outcome::Unjudged => String::new(),
                    Outcome::Failed { reason } => reason.clone(),
                    Outcome::Skipped { missing } => {
                        let list: Vec<String> = missing.iter().map(|m| need(m, catalog)).collect();
                        list.join(&catalog.text("report-list-separator"))
                    }
                },
                count: groups.get(&run.rule).map_or(Count::default(), |f| count(region, f)),
            }
        })
        .collect();
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Ran { .. } => 0,
        Outcome::Failed { .. } => 1,
        Outcome::Unjudged => 2,
        Outcome::Skipped { .. } => 3,
    };
    lines.sort_by(|a, b| {
        let by_outcome = rank(&a.outcome).cmp(&rank(&b.outcome));
        let by_money = b.count.at_risk.cmp(&a.count.at_risk);
        by_outcome.then(by_money).then(b.count.leads.cmp(&a.count.leads)).then(a.rule.cmp(&b.rule))
    });
    lines
}

fn hospitals(region: &Region, leads: &Leads, titles: &BTreeMap<&str, &str>) -> Vec<HospitalLine> {
    let mut lines: Vec<HospitalLine> = group(leads, |f| f.hospital_id.as_str().to_string())
        .into_iter()
        .map(|(id, findings)| {
            let rules: BTreeSet<&str> = findings.iter().map(|f| f.rule.as_str()).collect();
            HospitalLine {
                id,
                name: findings.iter().map(|f| &f.hospital_name).max().cloned().unwrap_or_default(),
                rules: rules.iter().map(|r| titles.get(r).copied().unwrap_or(r).to_string()).collect(),
                count: count(region, &findings),
            }
        })
        .collect();
    lines.sort_by(|a, b| {
        let by_rules = b.rules.len().cmp(&a.rules.len());
        by_rules
            .then(b.count.at_risk.cmp(&a.count.at_risk))
            .then(b.count.leads.cmp(&a.count.leads))
            .then(a.id.cmp(&b.id))
    });
    lines
}

fn months(region: &Region, leads: &Leads) -> Vec<MonthLine> {
    let month = |f: &Finding| f.period_end.or(f.period_start).map(Day::month);
    let mut lines: Vec<MonthLine> = group(leads, month)
        .into_iter()
        .map(|(month, findings)| MonthLine {
            month: month.map(|m| format!("{:04}-{:02}", m.div_euclid(12), m.rem_euclid(12) + 1)),
            count: count(region, &findings),
        })
        .collect();
    if lines.first().is_some_and(|line| line.month.is_none()) {
        lines.rotate_left(1);
    }
    lines
}

fn rejects(ingested: &Ingested, catalog: &Catalog) -> Vec<RejectLine> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let region = &ingested.region;
    let peers: BTreeSet<&str> =
        region.files.iter().zip(&region.peers).filter(|(_, peer)| **peer).map(|(name, _)| name.as_str()).collect();
    for reject in ingested.rejects.iter().filter(|r| !peers.contains(r.file.as_str())) {
        *reasons.entry(reject.reason).or_default() += reject.rows as usize;
    }
    let mut reasons: Vec<(&str, usize)> = reasons.into_iter().collect();
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    reasons.into_iter().map(|(reason, rows)| RejectLine { reason: catalog.text(reason), rows }).collect()
}
