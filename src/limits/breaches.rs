//! What breaks a point, and the findings that it gives.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::charge::Charge;
use super::points::{self, Before, Point, Row, Scope, Written, at};
use crate::finding::{Finding, ResultClass, Subject};
use crate::messages::args;
use crate::model::{Day, DiagnosisId, Fen, HospitalId, ItemId, PersonId, RecordId, Region, Table, TextId};
use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::subjects::{list, record_finding};
use crate::rule::{Context, Judgement, RuleError, parameters};
use crate::rulebook::{Card, Fault, Rulebook};
use crate::stats::percent;

/// Confidence at most, where the stay or visit is not in the data.
const LOOSE_CONFIDENCE: f64 = 0.6;

/// Confidence at most, where the point had not been published on the day.
const EARLY_CONFIDENCE: f64 = 0.5;

/// A kind of limit.
pub trait Limit {
    /// What tables call it.
    const NAMES: &'static [&'static str];
    /// What many breaches at one hospital mean.
    const WIDE: Wide = Wide::Mapping;
    /// Whether its codes are those of diagnoses or operations, not of items.
    const WITHOUT_ITEMS: bool = false;
    /// Whether the stay or visit has to say something, so that lines without one cannot be judged.
    const OF_RECORD: bool = false;
    /// Whether it works on pairs of items, which it reads itself: a table may have millions.
    const OF_PAIRS: bool = false;
    /// What a point limits to.
    type Bound;

    /// Reads a value of the table; nothing if it is not understood.
    fn read(limit: &str, value: &str) -> Option<Self::Bound>;

    /// How tables write it.
    fn written() -> Written<Self::Bound> {
        Written { names: Self::NAMES, without_items: Self::WITHOUT_ITEMS, of_pairs: Self::OF_PAIRS, read: Self::read }
    }

    /// The stays and visits that points without items are about: those with a diagnosis.
    fn of_records(scope: &Scope<'_, Self::Bound>) -> Coverage {
        let region = scope.context.region;
        let stays = scope.context.index.counts().undiagnosed_stays;
        let visits = region.visits.iter().filter(|v| v.diagnosis == DiagnosisId::NONE).count();
        Coverage::of(Unit::Records, region.stays.len() + region.visits.len() - stays - visits)
            .not(Why::NoDiagnosis, Unit::Stays, stays)
            .not(Why::NoDiagnosis, Unit::Visits, visits)
    }

    /// What its points could not be judged on for a reason of its own, told apart from what was.
    fn seen(_: &Scope<'_, Self::Bound>, coverage: Coverage) -> Coverage {
        coverage
    }

    /// Everything that breaks a point.
    ///
    /// # Errors
    /// A parameter of the card is not understood.
    fn hits<'a>(scope: &'a Scope<'a, Self::Bound>) -> Result<Vec<Hit<'a>>, RuleError>;
}

/// What it means where a hospital breaks a point for many of an item's patients.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wide {
    /// A wrong code in its mapping, rather than that many wrongs: one suspicion instead of many accusations.
    Mapping,
    /// The hospital's way of charging: one finding says it all.
    Habit,
    /// The same as for one: the limit is on the hospital itself, so there is one finding in any case.
    Always,
}

/// How a charge breaks a point.
pub struct Breach {
    /// The limit, as evidence.
    pub limit: String,
    /// What was found instead, as evidence.
    pub found: String,
    /// Figures of both, where they are numbers.
    pub observed: Option<f64>,
    pub threshold: Option<f64>,
    /// Only lines from this day on are too much.
    pub from: Option<Day>,
    /// Only lines until this day are too much.
    pub until: Option<Day>,
    pub confidence: f64,
}

impl Default for Breach {
    fn default() -> Self {
        Self {
            limit: String::new(),
            found: String::new(),
            observed: None,
            threshold: None,
            from: None,
            until: None,
            confidence: 0.9,
        }
    }
}

/// The parameters of every kind of limit.
#[derive(Deserialize)]
pub struct Parameters {
    /// Patients of one hospital and item from which a pattern is the hospital's.
    wide_patients: usize,
    /// The share of the item's patients that they are at least.
    wide_share: f64,
}

/// Reads the parameters that all cards of limits have.
///
/// # Errors
/// A parameter is missing or of the wrong type.
pub fn check(card: &Card) -> Result<(), RuleError> {
    Before::of(card)?;
    parameters::<Parameters>(card).map(drop)
}

/// What is wrong in the tables of a card; see [`points::faults`].
pub fn faults<L: Limit>(card: &Card, book: &Rulebook) -> Vec<Fault> {
    points::faults(card, book, &L::written())
}

/// What a point is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    Item(ItemId),
    Diagnosis(DiagnosisId),
    /// Code of an operation.
    Operation(TextId),
}

/// A breach with where it stands.
pub struct Hit<'a> {
    pub record: RecordId,
    pub what: What,
    pub row: Row<'a>,
    pub breach: Breach,
    /// Lines and the money of each that the fund would not have paid; the whole record where there are none.
    pub lines: Vec<(u32, Fen)>,
    /// Lines of other records that make it a breach, though they carry none of the money.
    pub with: Vec<u32>,
}

impl<'a, B> Scope<'a, B> {
    /// The breaches of items that are decided on each record alone: of a record's lines that are in force and within the
    /// breach's days. What the fund is not asked to pay breaks no limit of payment.
    pub fn each(&'a self, breach: impl Fn(&Charge<'a>, &B) -> Option<Breach>) -> Vec<Hit<'a>> {
        self.each_with(|_| (), |charge, (), at| breach(charge, &self.points[at as usize].bound))
    }

    /// The same, with what is found out once for a charge however many points its item has, and the position of the point.
    pub fn each_with<T>(
        &'a self,
        prepare: impl Fn(&Charge<'a>) -> T,
        breach: impl Fn(&Charge<'a>, &T, u32) -> Option<Breach>,
    ) -> Vec<Hit<'a>> {
        let mut hits = Vec::new();
        self.for_each(|fact, points| {
            if fact.quantity.0 > 0 {
                let charge = Charge::new(self.context, fact);
                let known = prepare(&charge);
                let one = |at: u32| self.one(&charge, &self.points[at as usize], breach(&charge, &known, at)?);
                hits.extend(at(points, charge.record.hospital).find_map(one));
            }
        });
        hits
    }

    fn one(&'a self, charge: &Charge<'a>, point: &'a Point<'a, B>, breach: Breach) -> Option<Hit<'a>> {
        let fees = &self.context.region.fees;
        let within = |day: Day| breach.from.is_none_or(|f| f <= day) && breach.until.is_none_or(|u| day <= u);
        let lines: Vec<(u32, Fen)> = charge
            .lines()
            .filter(|&l| charge.line_day(l).is_none_or(|day| point.holds(day) && within(day)))
            .map(|l| (l as u32, fees.claimed(l)))
            .collect();
        let broken = asked(&lines);
        broken.then_some(Hit {
            record: charge.fact.record,
            what: What::Item(charge.fact.item),
            row: point.row,
            breach,
            lines,
            with: Vec::new(),
        })
    }
}

/// Whether the fund is asked to pay any of it.
pub fn asked(lines: &[(u32, Fen)]) -> bool {
    lines.iter().map(|l| l.1).sum::<Fen>() > Fen(0)
}

/// Runs a card of a kind of limit.
///
/// # Errors
/// The table is broken or the parameters are.
pub fn run<L: Limit>(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let scope = Scope::new(context, &L::written())?;
    let mut hits = L::hits(&scope)?;
    if L::OF_RECORD {
        hits.retain(|hit| !is_loose(context.region, hit.record));
    }
    let coverage = coverage::<L>(&scope);
    Ok(coverage.with(findings(context, hits, &parameters, Before::of(context.card)?, L::WIDE)))
}

/// Whether a record is neither a stay nor a visit of the data.
fn is_loose(region: &Region, record: RecordId) -> bool {
    let known = region.records[record.index()];
    known.stay.is_none() && known.visit.is_none()
}

/// How much of what the points are about is there.
fn coverage<L: Limit>(scope: &Scope<'_, L::Bound>) -> Coverage {
    let (region, counts) = (scope.context.region, scope.context.index.counts());
    if L::WITHOUT_ITEMS {
        return L::of_records(scope);
    }
    // That some lines have no national code is told with the data; here it matters where none has.
    let uncoded = if counts.uncoded_lines == region.fees.len() { counts.uncoded_lines } else { 0 };
    if L::OF_PAIRS {
        // Which items are in a pair only the work itself finds out: a table may have millions.
        let coded = region.fees.len() - counts.uncoded_lines;
        return Coverage::of(Unit::Lines, coded).not(Why::NoCode, Unit::Lines, uncoded);
    }
    let [mut lines, mut loose] = [0, 0];
    for item in scope.items() {
        let [all, of_nothing] = counts.of_item[item.index()];
        lines += all as usize;
        loose += of_nothing as usize;
    }
    let loose = if L::OF_RECORD { loose } else { 0 };
    let coverage = Coverage::of(Unit::Lines, lines - loose).not(Why::NoRecord, Unit::Lines, loose);
    let coverage = L::seen(scope, coverage);
    if lines == 0 { coverage.not(Why::NoCode, Unit::Lines, uncoded) } else { coverage }
}

/// The findings of hits: one each, or one for a hospital and what the point is about.
fn findings(
    context: &Context<'_>,
    hits: Vec<Hit<'_>>,
    parameters: &Parameters,
    before: Before,
    wide: Wide,
) -> Vec<Finding> {
    let region = context.region;
    let person = |record: RecordId| region.records[record.index()].person;
    // What is before and what is after a point's publication is told apart: one is a suspicion, the other is not.
    let mut by_place: BTreeMap<(HospitalId, What, bool), Vec<Hit<'_>>> = BTreeMap::new();
    for hit in hits {
        let early = before != Before::InForce && is_early(region, &hit);
        by_place.entry((region.records[hit.record.index()].hospital, hit.what, early)).or_default().push(hit);
    }
    let patients = patients(context, &by_place.keys().map(|(hospital, what, _)| (*hospital, *what)).collect());
    let mut findings = Vec::new();
    for ((hospital, what, early), mut hits) in by_place {
        let from = findings.len();
        hits.sort_by(|a, b| (a.record, a.row.id(), &a.lines).cmp(&(b.record, b.row.id(), &b.lines)));
        let people: BTreeSet<PersonId> = hits.iter().map(|h| person(h.record)).collect();
        // The share matters only where there are many, or to tell it.
        let all = patients.get(&(hospital, what)).copied().unwrap_or_default();
        let share = people.len() as f64 / all.max(people.len()) as f64;
        let many = people.len() >= parameters.wide_patients && share >= parameters.wide_share;
        if many || wide == Wide::Always {
            findings.extend(wide_finding(context, &hits, share, wide));
        } else {
            findings.extend(hits.iter().filter_map(|hit| finding(context, std::slice::from_ref(hit), share)));
        }
        if early {
            let day = hits.iter().filter_map(|hit| hit.row.doubtful_until()).max();
            findings[from..].iter_mut().for_each(|finding| doubt(finding, day));
        }
    }
    findings
}

/// Whether a hit stands on a point that was not published yet, as far as the day of its first line tells.
fn is_early(region: &Region, hit: &Hit<'_>) -> bool {
    let Some(published) = hit.row.doubtful_until() else { return false };
    let lines = hit.lines.iter().filter_map(|(line, _)| region.fees.day(*line as usize));
    let day = lines.min().or_else(|| region.begins(&region.records[hit.record.index()]));
    day.is_some_and(|day| day < published)
}

/// Lowers a finding on a point that had not been published: what the record proves, it proves under a rule in force.
fn doubt(finding: &mut Finding, published: Option<Day>) {
    finding.result = Some(ResultClass::Suspicious);
    finding.confidence = finding.confidence.min(EARLY_CONFIDENCE);
    let day = published.map(|day| day.to_string()).unwrap_or_default();
    finding.caveats.push(("finding-before-publication", args([("day", day.into())])));
}

/// How many patients of a hospital have it, of those asked for. All are counted together: to look through the stays for each
/// would grow with the hospitals.
fn patients(context: &Context<'_>, asked: &FxHashSet<(HospitalId, What)>) -> FxHashMap<(HospitalId, What), usize> {
    let region = context.region;
    let mut people: Vec<(HospitalId, What, PersonId)> = Vec::new();
    let mut add = |hospital: HospitalId, what: What, person: PersonId| {
        if asked.contains(&(hospital, what)) {
            people.push((hospital, what, person));
        }
    };
    let items: BTreeSet<ItemId> =
        asked.iter().filter_map(|(_, what)| if let What::Item(item) = what { Some(*item) } else { None }).collect();
    for item in &items {
        for fact in context.index.facts_of(*item) {
            let record = &region.records[fact.record.index()];
            add(record.hospital, What::Item(*item), record.person);
        }
    }
    if asked.iter().any(|(_, what)| !matches!(what, What::Item(_))) {
        for stay in &region.stays {
            add(stay.hospital, What::Operation(stay.operation), stay.person);
            add(stay.hospital, What::Diagnosis(stay.diagnosis), stay.person);
            for diagnosis in region.diagnoses_of(stay.record) {
                add(stay.hospital, What::Diagnosis(diagnosis.code), stay.person);
            }
        }
        for visit in &region.visits {
            add(visit.hospital, What::Diagnosis(visit.diagnosis), visit.person);
        }
    }
    people.sort_unstable();
    people.dedup();
    people.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).map(|same| ((same[0].0, same[0].1), same.len())).collect()
}

/// One finding for a hospital and what the point is about.
fn wide_finding(context: &Context<'_>, hits: &[Hit<'_>], share: f64, wide: Wide) -> Option<Finding> {
    let mut finding = finding(context, hits, share)?;
    if wide == Wide::Mapping {
        finding.result = Some(ResultClass::Suspicious);
        finding.confidence = finding.confidence.min(0.5);
    }
    Some(finding)
}

/// What one or more hits of one hospital on one thing say.
fn finding(context: &Context<'_>, hits: &[Hit<'_>], share: f64) -> Option<Finding> {
    let region = context.region;
    let first = hits.first()?;
    let mut finding = record_finding(region, first.record)?;
    let mut seen = BTreeSet::from([first.record]);
    for hit in hits.iter().filter(|hit| seen.insert(hit.record)) {
        let Some(more) = record_finding(region, hit.record) else { continue };
        finding.patient_ids.extend(more.patient_ids);
        finding.stay_ids.extend(more.stay_ids);
        finding.visit_ids.extend(more.visit_ids);
        finding.period_start = finding.period_start.min(more.period_start);
        finding.period_end = finding.period_end.max(more.period_end);
        finding.total_amount += more.total_amount;
    }
    for ids in [&mut finding.patient_ids, &mut finding.stay_ids, &mut finding.visit_ids] {
        ids.sort_unstable();
        ids.dedup();
    }
    for hit in hits {
        money(region, hit, &mut finding);
    }
    finding.confidence = hits.iter().map(|h| h.breach.confidence).fold(0.0, f64::max);
    if hits.iter().all(|hit| is_loose(region, hit.record)) {
        // The stay or visit might say what explains it: a newborn under the mother's number, another setting.
        finding.result = Some(ResultClass::Suspicious);
        finding.confidence = finding.confidence.min(LOOSE_CONFIDENCE);
    }
    finding.observed = first.breach.observed;
    finding.threshold = first.breach.threshold;
    evidence(context, hits, share, &mut finding);
    Some(finding)
}

/// The money at risk and the rows of a hit: its lines, or its record's.
fn money(region: &Region, hit: &Hit<'_>, finding: &mut Finding) {
    for (line, amount) in &hit.lines {
        finding.add_risk(Subject::Line(*line), (*amount).max(Fen(0)));
    }
    finding.add_rows(&region.files, hit.lines.iter().map(|(l, _)| region.fees.row(*l as usize)));
    if !hit.lines.is_empty() {
        return;
    }
    let record = region.records[hit.record.index()];
    if let Some(at) = record.stay {
        let stay = &region.stays[at as usize];
        finding.add_risk(Subject::Stay(at), region.at_stake(stay));
        finding.add_rows(&region.files, stay.rows.iter().copied());
    } else if let Some(at) = record.visit {
        let visit = &region.visits[at as usize];
        let paid = region.tells_fund(Table::Visits);
        finding.add_risk(Subject::Visit(at), if paid { visit.fund } else { visit.total }.max(Fen(0)));
        finding.add_rows(&region.files, visit.rows.iter().copied());
    }
}

fn evidence(context: &Context<'_>, hits: &[Hit<'_>], share: f64, finding: &mut Finding) {
    let (region, first) = (context.region, &hits[0]);
    let fees = &region.fees;
    let (code, name) = match first.what {
        What::Item(item) => (region.names.items.get(item), region.item_name(item)),
        What::Diagnosis(code) => {
            let name = region.names.diagnosis_names[code.index()];
            (region.names.diagnoses.get(code), region.names.texts.get(name))
        }
        What::Operation(code) => (region.names.texts.get(code), first.row.name()),
    };
    let own = |line: &&(u32, Fen)| What::Item(fees.item(line.0 as usize)) == first.what;
    let lines = || hits.iter().flat_map(|h| &h.lines).filter(own);
    let quantity: f64 = lines().map(|l| fees.quantity(l.0 as usize).units()).sum();
    let days = || lines().filter_map(|l| fees.day(l.0 as usize));
    let text = |day: Option<Day>| day.map(|d| d.to_string()).unwrap_or_default();
    let first_day = text(days().min().or(finding.period_start));
    let last_day = text(days().max().or(finding.period_end));
    let quantity = if lines().next().is_none() { hits.len() as f64 } else { quantity };
    // What one institution charged may be too much together with what others did: they have a part in it.
    let own = region.records[first.record.index()].hospital;
    let places = hits.iter().flat_map(|h| h.with.iter().chain(h.lines.iter().map(|l| &l.0)));
    let others: BTreeSet<HospitalId> = places
        .map(|line| region.records[fees.record(*line as usize).index()].hospital)
        .filter(|hospital| *hospital != own && *hospital != HospitalId::NONE)
        .collect();
    let evidence = &mut finding.evidence;
    if !others.is_empty() {
        evidence.insert("hospitals".into(), list(others.iter().map(|h| region.names.hospitals.get(*h))));
    }
    evidence.insert("item_name".into(), name.into());
    evidence.insert("item_code".into(), code.into());
    evidence.insert("limit".into(), first.breach.limit.as_str().into());
    evidence.insert("found".into(), first.breach.found.as_str().into());
    evidence.insert("quantity".into(), quantity.into());
    evidence.insert("first_day".into(), first_day.into());
    evidence.insert("last_day".into(), last_day.into());
    evidence.insert("patient_percent".into(), percent(share, 0).into());
    evidence.insert("point_id".into(), first.row.id().into());
    evidence.insert("point_note".into(), first.row.note().into());
}
