//! `outside-stay`: charges dated outside the stay they are billed on.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::facts::OutsideLine;
use crate::finding::{Finding, ResultClass, Subject};
use crate::model::{Day, FeeClass, Fen, HospitalId, PersonId, RecordId, Region};
use crate::rule::coverage::dated_stays;
use crate::rule::subjects::{list, stay_finding, yuan};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};

pub(super) const DETECTOR: Detector =
    Detector { id: "outside-stay", check: |card| parameters::<Parameters>(card).map(drop), run };

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    grace_before_days: i64,
    grace_after_days: i64,
    report_days: i64,
    pre_admission_days: i64,
    settlement_days: i64,
    habit_share: f64,
    habit_stays: u32,
    shifted_share: f64,
    shifted_stays: u32,
    misdated_share: f64,
}

/// Tests are done before admission and reported after discharge; other services are not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Service {
    Test,
    Other,
}

fn kind(class: FeeClass) -> Service {
    match class {
        FeeClass::Examination
        | FeeClass::Laboratory
        | FeeClass::Consultation
        | FeeClass::Registration
        | FeeClass::GeneralTreatment => Service::Test,
        _ => Service::Other,
    }
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let region = context.region;
    let outside: Vec<&OutsideLine> = (context.facts.outside.iter())
        .filter(|o| region.stay_of(o.record).is_some() && !region.fees.is_self_paid(o.line as usize))
        .collect();
    let mut with_lines: BTreeMap<HospitalId, u32> = BTreeMap::new();
    let mut lines_of: BTreeMap<RecordId, u32> = BTreeMap::new();
    for total in &context.facts.stay_totals {
        if let Some(stay) = region.stay_of(total.record) {
            *with_lines.entry(stay.hospital).or_default() += 1;
            lines_of.insert(total.record, total.lines);
        }
    }
    let habits = Habits::new(region, &outside, &with_lines, &parameters);
    let mut breaches: BTreeMap<HospitalId, Vec<Breach<'_>>> = BTreeMap::new();
    for group in outside.chunk_by(|a, b| a.record == b.record) {
        let stay = region.stay_of(group[0].record).expect("only lines of stays are kept");
        let lines: Vec<&OutsideLine> = group.iter().copied().filter(|o| !habits.explains(region, o)).collect();
        if !lines.is_empty() {
            let of_stay = lines_of.get(&group[0].record).copied().unwrap_or(0);
            breaches.entry(stay.hospital).or_default().push(Breach { record: group[0].record, lines, of_stay });
        }
    }
    let others = StaysOfPerson::new(region);
    let mut findings = Vec::new();
    for (hospital, breaches) in &breaches {
        let all = with_lines.get(hospital).copied().unwrap_or(0);
        let shifted = breaches.len() as f64 >= parameters.shifted_share * f64::from(all);
        if shifted && all >= parameters.shifted_stays {
            findings.push(shifted_hospital(region, *hospital, breaches, all));
        } else {
            findings.extend(breaches.iter().map(|b| finding(region, b, &others, &parameters)));
        }
    }
    Ok(dated_stays(context).with(findings))
}

/// The lines of a stay that nothing explains.
struct Breach<'a> {
    record: RecordId,
    lines: Vec<&'a OutsideLine>,
    of_stay: u32,
}

/// How far from the stay a hospital posts charges as a habit, learnt from all its stays.
struct Habits<'a> {
    parameters: &'a Parameters,
    /// By hospital, kind of charge and side: the furthest day up to which each day is used by enough stays.
    reach: BTreeMap<(HospitalId, Service, bool), i64>,
}

impl<'a> Habits<'a> {
    fn new(
        region: &Region,
        outside: &[&OutsideLine],
        with_lines: &BTreeMap<HospitalId, u32>,
        parameters: &'a Parameters,
    ) -> Self {
        let mut stays: BTreeMap<(HospitalId, Service, bool, i64), BTreeSet<RecordId>> = BTreeMap::new();
        for line in outside {
            let stay = region.stay_of(line.record).expect("only lines of stays are kept");
            let kind = kind(region.fees.class(line.line as usize));
            let days = i64::from(line.days);
            stays.entry((stay.hospital, kind, days > 0, days.abs())).or_default().insert(line.record);
        }
        let mut reach: BTreeMap<(HospitalId, Service, bool), i64> = BTreeMap::new();
        for (&(hospital, kind, after, days), records) in &stays {
            let all = f64::from(with_lines.get(&hospital).copied().unwrap_or(0));
            let used =
                records.len() as u32 >= parameters.habit_stays && records.len() as f64 >= parameters.habit_share * all;
            let before = parameters.grace(kind, after).max(reach.get(&(hospital, kind, after)).copied().unwrap_or(0));
            // A habit fades from day to day; a far day alone, however often used, is none.
            if used && days <= before + 1 {
                reach.insert((hospital, kind, after), days.max(before));
            }
        }
        Self { parameters, reach }
    }

    fn explains(&self, region: &Region, line: &OutsideLine) -> bool {
        let stay = region.stay_of(line.record).expect("only lines of stays are kept");
        let kind = kind(region.fees.class(line.line as usize));
        let (days, after) = (i64::from(line.days), line.days > 0);
        let reach = self.reach.get(&(stay.hospital, kind, after)).copied().unwrap_or(0);
        if days.abs() <= reach.max(self.parameters.grace(kind, after)) {
            return true;
        }
        let on_settlement = region
            .fees
            .time(line.line as usize)
            .zip(stay.settled)
            .is_some_and(|(posted, settled)| posted.day == settled.day);
        after && on_settlement && days <= self.parameters.settlement_days
    }
}

impl Parameters {
    /// Days outside the stay that need no explanation.
    fn grace(&self, kind: Service, after: bool) -> i64 {
        match (kind, after) {
            (Service::Test, true) => self.report_days.max(self.grace_after_days),
            (Service::Test, false) => self.pre_admission_days.max(self.grace_before_days),
            (Service::Other, true) => self.grace_after_days,
            (Service::Other, false) => self.grace_before_days,
        }
    }
}

/// The periods of each person's stays, to see whether a line belongs to another of them.
struct StaysOfPerson(BTreeMap<(PersonId, HospitalId), Vec<Period>>);

/// First and last day of a stay.
type Period = (Day, Day, RecordId);

impl StaysOfPerson {
    fn new(region: &Region) -> Self {
        let mut stays: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for stay in region.stays.iter().filter(|s| s.person != PersonId::NONE) {
            stays.entry((stay.person, stay.hospital)).or_default().push((
                stay.admitted.day,
                stay.last_day(),
                stay.record,
            ));
        }
        Self(stays)
    }

    fn holds(&self, region: &Region, line: &OutsideLine) -> bool {
        let Some(stay) = region.stay_of(line.record) else { return false };
        let Some(time) = region.fees.time(line.line as usize) else { return false };
        self.0.get(&(stay.person, stay.hospital)).is_some_and(|all| {
            all.iter().any(|(from, to, record)| *record != line.record && (*from..=*to).contains(&time.day))
        })
    }
}

fn finding(region: &Region, breach: &Breach<'_>, others: &StaysOfPerson, parameters: &Parameters) -> Finding {
    let index = region.records[breach.record.index()].stay.expect("only lines of stays are kept");
    let stay = &region.stays[index as usize];
    let mut finding = stay_finding(region, index as usize);
    let elsewhere = breach.lines.iter().filter(|l| others.holds(region, l)).count();
    let misdated = breach.lines.len() as f64 >= parameters.misdated_share * f64::from(breach.of_stay);
    finding.confidence = match (misdated, elsewhere == breach.lines.len()) {
        // Nearly every line is outside: more likely the dates of the stay are wrong than all its charges.
        (true, _) => 0.5,
        // The charges were given, on another stay of this person here: the wrong record, not the wrong date.
        (false, true) => 0.6,
        (false, false) => 0.95,
    };
    if finding.confidence < 0.9 {
        finding.result = Some(ResultClass::Suspicious);
    }
    fill(region, &mut finding, &[breach], true);
    let furthest = breach.lines.iter().max_by_key(|l| l.days.abs()).expect("a breach has lines");
    let side = if furthest.days > 0 { parameters.grace_after_days } else { parameters.grace_before_days };
    finding.threshold = Some(side as f64);
    let evidence = &mut finding.evidence;
    evidence.insert("admitted".into(), stay.admitted.day.to_string().into());
    evidence.insert("discharged".into(), stay.discharged.map_or(serde_json::Value::Null, |d| d.day.to_string().into()));
    evidence.insert("lines_in_other_stays".into(), elsewhere.into());
    evidence.insert("lines_of_stay".into(), breach.of_stay.into());
    finding
}

/// One statement for a hospital whose charges lie outside its stays as a rule: a posting or mapping habit to be cleared up
/// first. No money is put at risk on it.
fn shifted_hospital(region: &Region, hospital: HospitalId, breaches: &[Breach<'_>], all: u32) -> Finding {
    let stays = || breaches.iter().filter_map(|b| region.stay_of(b.record));
    let patients: BTreeSet<PersonId> = stays().map(|s| s.person).collect();
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(hospital).to_string(),
        patient_ids: patients.iter().map(|p| region.names.persons.get(*p).to_string()).collect(),
        stay_ids: breaches.iter().map(|b| region.names.records.get(b.record).to_string()).collect(),
        period_start: stays().map(|s| s.admitted.day).min(),
        period_end: stays().map(|s| s.last_day()).max(),
        total_amount: stays().map(|s| s.total).sum(),
        result: Some(ResultClass::Suspicious),
        confidence: 0.3,
        ..Finding::default()
    };
    fill(region, &mut finding, &breaches.iter().collect::<Vec<_>>(), false);
    finding.evidence.insert("stays_outside_share".into(), (breaches.len() as f64 / f64::from(all.max(1))).into());
    finding
}

/// Figures, rows and, where the claim is about the lines, their money.
fn fill(region: &Region, finding: &mut Finding, breaches: &[&Breach<'_>], at_risk: bool) {
    let lines: Vec<&OutsideLine> = breaches.iter().flat_map(|b| b.lines.iter().copied()).collect();
    let before = lines.iter().filter(|l| l.days < 0).count();
    let furthest = lines.iter().map(|l| l.days).max_by_key(|d| (d.abs(), *d)).unwrap_or(0);
    let amount: Fen = lines.iter().map(|l| region.fees.claimed(l.line as usize)).sum();
    if at_risk {
        for line in &lines {
            finding.add_risk(Subject::Line(line.line), region.fees.claimed(line.line as usize).max(Fen(0)));
        }
    }
    finding.add_rows(&region.files, lines.iter().map(|l| region.fees.row(l.line as usize)));
    finding.observed = Some(f64::from(furthest.abs()));
    let dates: BTreeSet<Day> = lines.iter().filter_map(|l| region.fees.day(l.line as usize)).collect();
    let items: BTreeSet<&str> = lines.iter().map(|l| region.item_name(region.fees.item(l.line as usize))).collect();
    let evidence = &mut finding.evidence;
    evidence.insert("lines".into(), lines.len().into());
    evidence.insert("lines_before".into(), before.into());
    evidence.insert("lines_after".into(), (lines.len() - before).into());
    evidence.insert("furthest_days".into(), furthest.into());
    evidence.insert("line_amount".into(), yuan(amount));
    evidence.insert("dates".into(), list(dates.iter().map(Day::to_string)));
    evidence.insert("items".into(), list(items));
}
