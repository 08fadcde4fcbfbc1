//! `hours-over-day`: an item charged by the hour, more than 24 times a day for one person.
//!
//! A day in the charges is a day of posting. A sum is right where the days that it can stand for have as many hours: those since
//! the posting before or since admission, or those until the next. These must be days of the stay without any of the item,
//! and a sum that is not followed by another posting stands for days ahead only where the institution is known to post them
//! ahead ([`PostingWeek::stands_for`]), or, where it has too few stays to tell, for a weekend: an item may just have ended.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::facts::{Facts, Posted, PostingWeek};
use crate::finding::{Finding, ResultClass, Subject};
use crate::model::{Day, Fen, HospitalId, ItemId, PersonId, Quantity, RecordId, Region, Stay, TextId};
use crate::rule::coverage::{Coverage, Unit, Why};
use crate::rule::subjects::{is_childbirth, is_newborns, list, record_finding, yuan};
use crate::rule::{Context, Detector, Judgement, RuleError, parameters};
use crate::rulebook::{Rulebook, national_code};

pub(super) const DETECTOR: Detector =
    Detector { id: "hours-over-day", check: |card| parameters::<Parameters>(card).map(drop), run };

const TABLE: &str = "hourly-items";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    max_hours: f64,
    hour_patterns: Vec<String>,
}

/// By item: whether it is charged by the hour, by national code, by the national name, or by its own name.
fn hourly_items(parameters: &Parameters, book: &Rulebook, region: &Region) -> Result<Vec<bool>, RuleError> {
    let table = book.table(TABLE).ok_or_else(|| RuleError::Knowledge(format!("no knowledge table `{TABLE}`")))?;
    let column = |name: &str| -> Result<BTreeSet<String>, RuleError> {
        let cells = table
            .column(name)
            .ok_or_else(|| RuleError::Knowledge(format!("table `{TABLE}` has no column `{name}`")))?;
        Ok(cells.filter(|c| !c.is_empty()).map(narrow).collect())
    };
    let (codes, names) = (column("code")?, column("name")?);
    let patterns: Vec<String> = parameters.hour_patterns.iter().map(|p| narrow(p)).collect();
    let hourly = region.names.items.iter().map(|(id, code)| {
        let name = narrow(region.item_name(id));
        codes.contains(national_code(code))
            || names.contains(&name)
            || patterns.iter().any(|p| name.contains(p.as_str()))
    });
    Ok(hourly.collect())
}

/// Full-width brackets and slashes as half-width: the same name is typed both ways.
fn narrow(name: &str) -> String {
    name.trim()
        .chars()
        .map(|c| match c {
            '（' => '(',
            '）' => ')',
            '／' => '/',
            c => c,
        })
        .collect()
}

/// Days without the item that may be left over behind another posting, where an institution posts several days on one.
const SPARE: i64 = 3;

/// Lines of other records that a lead shows of a day, the earliest: so many, or as many as fill the day, but never more than the
/// second. Each record of a number in many beds would show all lines of all the others.
const SHOWN: (usize, usize) = (24, 100);

/// What is one item for the sum: the national code, else the name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a>(&'a str);

fn key(region: &Region, item: ItemId) -> Key<'_> {
    let code = national_code(region.names.items.get(item));
    let name = region.item_name(item);
    Key(if code.len() == 15 && code.starts_with('0') || name.is_empty() { code } else { name })
}

/// One item of one person on one day.
struct PersonDay<'a> {
    person: PersonId,
    key: Key<'a>,
    day: Day,
    /// Lines that count, in order of time.
    lines: Vec<u32>,
    hours: Quantity,
    /// Whether lines of several hospitals come together on the day.
    shared: bool,
    /// Days that the lines of this day can stand for: those since the day posted before, or since admission; or those until
    /// the next.
    span: i64,
    /// People under the number: 2 where a newborn is billed under the mother's.
    people: i64,
    /// A stay for childbirth or of a newborn: a second person may be billed on it.
    birth: bool,
}

fn run(context: &Context<'_>) -> Result<Judgement, RuleError> {
    let parameters: Parameters = parameters(context.card)?;
    let region = context.region;
    let hourly = hourly_items(&parameters, context.book, region)?;
    let limit = (parameters.max_hours * Quantity::ONE.0 as f64).round() as i64;
    let PersonDays { days, undated, nobodys } = person_days(region, context.facts, &hourly, limit);
    let other_unit = other_units(region, &days, limit);
    let mut over: Vec<Over<'_>> = Vec::new();
    for day in days.iter().filter(|d| d.hours.0 > limit * d.people) {
        let confidence = match (posted_total(day, limit), day.shared) {
            (true, false) => continue,
            // Several hospitals posting several days' totals on one day is rare, and so is a patient in both.
            (true, true) => 0.6,
            // A newborn's charges may stand on the mother's own stay: two people, with as much each, as for every other limit.
            _ if day.birth && day.hours.0 <= 2 * limit => continue,
            _ if other_unit.contains(&hospital(region, day)) => 0.3,
            _ => 0.97,
        };
        over.push(Over::new(region, day, confidence, limit));
    }
    // One occasion is one lead: of the record that has what is too much, the other stays named in it.
    let mut by_record: BTreeMap<RecordId, Vec<&Over<'_>>> = BTreeMap::new();
    for over in &over {
        let of_record = over.beyond.chunk_by(|a, b| a.0 == b.0);
        of_record.for_each(|beyond| by_record.entry(beyond[0].0).or_default().push(over));
    }
    let findings =
        by_record.iter().filter_map(|(record, days)| finding(region, *record, days, limit, &undated)).collect();
    let counts = context.index.counts();
    let dateless: usize = undated.values().map(|n| *n as usize).sum();
    let all: usize = hourly.iter().zip(&counts.of_item).filter(|(h, _)| **h).map(|(_, n)| n[0] as usize).sum();
    Ok(Coverage::of(Unit::Lines, all.saturating_sub(nobodys + dateless))
        .not(Why::NoPerson, Unit::Lines, nobodys)
        .not(Why::NoDate, Unit::Lines, dateless)
        .with(findings))
}

/// Whether the day can be the total of several: the days since the posting before have as many hours.
fn posted_total(day: &PersonDay<'_>, limit: i64) -> bool {
    let one = limit * day.people;
    day.hours.0 > one && day.hours.0 <= one * day.span
}

fn hospital(region: &Region, day: &PersonDay<'_>) -> HospitalId {
    hospital_of(region, day.lines[0])
}

fn hospital_of(region: &Region, line: u32) -> HospitalId {
    region.records[region.fees.record(line as usize).index()].hospital
}

/// Hospitals where most person-days are above the limit: the unit they bill is perhaps not the hour. That excuse can fail: a
/// smaller unit has a smaller price, so where others bill the item, theirs must be at least twice the hospital's own.
fn other_units(region: &Region, days: &[PersonDay<'_>], limit: i64) -> BTreeSet<HospitalId> {
    let mut counts: BTreeMap<HospitalId, [u32; 2]> = BTreeMap::new();
    let mut prices: BTreeMap<&Key<'_>, BTreeMap<HospitalId, (f64, f64)>> = BTreeMap::new();
    for day in days {
        let [all, over] = counts.entry(hospital(region, day)).or_default();
        *all += 1;
        *over += u32::from(day.hours.0 > limit * day.people && !posted_total(day, limit));
        let (amount, hours) = prices.entry(&day.key).or_default().entry(hospital(region, day)).or_default();
        *amount += day.lines.iter().map(|&l| region.fees.amount(l as usize).0 as f64).sum::<f64>();
        *hours += day.hours.units();
    }
    // By hospital: its money, and what the others would have charged for as many units of the items that they bill too.
    let mut compared: BTreeMap<HospitalId, (f64, f64)> = BTreeMap::new();
    for by_hospital in prices.values() {
        let (amount, hours) = by_hospital.values().fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
        for (hospital, own) in by_hospital.iter().filter(|(_, own)| hours > own.1 && own.1 > 0.0) {
            let sums = compared.entry(*hospital).or_default();
            sums.0 += own.0;
            sums.1 += (amount - own.0) / (hours - own.1) * own.1;
        }
    }
    let cheap = |hospital: &HospitalId| compared.get(hospital).is_none_or(|(own, others)| own * 2.0 <= *others);
    let most = counts.into_iter().filter(|(_, [all, over])| *all >= 10 && over * 2 > *all);
    most.map(|(hospital, _)| hospital).filter(cheap).collect()
}

/// The days on which anybody has an hourly item.
struct PersonDays<'a> {
    /// By person, item, day.
    days: Vec<PersonDay<'a>>,
    /// By record, lines without a date.
    undated: BTreeMap<RecordId, u32>,
    /// Lines of nobody.
    nobodys: usize,
}

fn person_days<'a>(region: &'a Region, facts: &Facts, hourly: &[bool], limit: i64) -> PersonDays<'a> {
    let mut groups: BTreeMap<(PersonId, Key<'a>, Day), Vec<u32>> = BTreeMap::new();
    let mut undated: BTreeMap<RecordId, u32> = BTreeMap::new();
    let mut nobodys = 0;
    for of_item in facts.stay_items.iter().filter(|i| hourly[i.item.index()]) {
        let person = region.records[of_item.record.index()].person;
        if person == PersonId::NONE {
            nobodys += of_item.lines as usize;
            continue;
        }
        for line in facts.lines(of_item) {
            match region.fees.time(*line as usize) {
                Some(time) => groups.entry((person, key(region, of_item.item), time.day)).or_default().push(*line),
                None => *undated.entry(of_item.record).or_default() += 1,
            }
        }
    }
    let couples = couples(region);
    let mut days: Vec<PersonDay<'a>> = Vec::with_capacity(groups.len());
    for ((person, key, day), mut lines) in groups {
        lines.sort_unstable();
        let before = days.last().filter(|d| d.person == person && d.key == key).map(|d| d.day);
        days.push(person_day(region, &couples, person, key, day, lines, before));
    }
    let posted = Posted::new(region, &facts.posting);
    // A day without any of the item is made up for once: by a posting after it or by the one before, which takes `taken` of them.
    let (mut taken, mut spare) = (0, 0);
    for at in 0..days.len() {
        let (day, one) = (&days[at], limit * days[at].people);
        let last = region.stay_of(region.fees.record(day.lines[0] as usize)).map_or(day.day, |s| posted.last_day(s));
        let next = days.get(at + 1).filter(|d| d.person == day.person && d.key == day.key).map(|d| d.day);
        let next = next.filter(|n| *n <= last);
        let class = region.fees.class(day.lines[0] as usize);
        let mut before = (day.span - taken).max(1);
        let days_of_hours = (day.hours.0 + one - 1).div_euclid(one.max(1));
        let piled = posted.is_piled(hospital(region, day), class);
        if piled {
            // Two ways of posting meet: a day that is left over may lie behind another posting.
            spare = (spare + before - 1).min(SPARE + before - 1);
            before = before.max(1 + spare);
            spare -= days_of_hours.clamp(1, 1 + spare) - 1;
        }
        let ahead = ahead(region, &posted, day, last, next);
        taken = if next.is_some() { (days_of_hours - before).clamp(0, ahead) } else { 0 };
        days[at].span = if piled { before + ahead } else { before.max(1 + ahead) };
        if next.is_none() {
            (taken, spare) = (0, 0);
        }
    }
    PersonDays { days, undated, nobodys }
}

fn person_day<'a>(
    region: &Region,
    couples: &Couples,
    person: PersonId,
    key: Key<'a>,
    day: Day,
    lines: Vec<u32>,
    before: Option<Day>,
) -> PersonDay<'a> {
    let mut lines = heaviest_names(region, lines);
    lines.sort_by_key(|&l| (region.fees.time(l as usize), l));
    let quantity = |l: &u32| region.fees.quantity(*l as usize);
    let stays = || lines.iter().filter_map(|&l| region.stay_of(region.fees.record(l as usize)));
    let admitted = stays().map(|s| s.admitted.day).min().filter(|a| *a <= day);
    let first = before.map(|b| Day(b.0 + 1)).max(admitted).unwrap_or(day);
    let two = couples.get(&person).is_some_and(|both| both.iter().all(|days| days.contains(day)));
    let birth = stays().any(|s| is_newborns(region, s) || is_childbirth(region, s));
    PersonDay {
        person,
        key,
        day,
        hours: lines.iter().map(quantity).sum(),
        shared: lines.iter().any(|&l| hospital_of(region, l) != hospital_of(region, lines[0])),
        lines,
        span: i64::from(day.0 - first.0 + 1),
        people: if two { 2 } else { 1 },
        birth,
    }
}

/// Days after a posting, until the next or the end of its stay and without any of the item, that it can stand for.
fn ahead(region: &Region, posted: &Posted<'_>, day: &PersonDay<'_>, last: Day, next: Option<Day>) -> i64 {
    if let Some(next) = next {
        return i64::from(next.0 - day.day.0 - 1);
    }
    let left = (last.0 - day.day.0).max(0);
    let (hospital, class) = (hospital(region, day), region.fees.class(day.lines[0] as usize));
    if posted.in_lumps(hospital, class) {
        return i64::from(left);
    }
    let posting = posted.week(hospital, class).filter(|w| w.is_known());
    let weekend = || (1..=left).take_while(|n| Day(day.day.0 + n).weekday() >= 5).count() as i32;
    i64::from(posting.map_or_else(weekend, |w: &PostingWeek| w.stands_for(day.day, true)).min(left))
}

/// Days in hospital, as runs that do not touch, in order.
#[derive(Default)]
struct Days(Vec<(Day, Day)>);

impl Days {
    /// Adds a run that begins no earlier than those before.
    fn add(&mut self, from: Day, to: Day) {
        match self.0.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => self.0.push((from, to)),
        }
    }

    fn contains(&self, day: Day) -> bool {
        let next = self.0.partition_point(|run| run.0 <= day);
        next > 0 && day <= self.0[next - 1].1
    }
}

/// Of those persons who have a stay that is a newborn's: the days of such stays, and of the others.
type Couples = BTreeMap<PersonId, [Days; 2]>;

fn couples(region: &Region) -> Couples {
    let newborns: BTreeSet<PersonId> =
        region.stays.iter().filter(|s| is_newborns(region, s)).map(|s| s.person).collect();
    let mut stays: Vec<&Stay> = region.stays.iter().filter(|s| newborns.contains(&s.person)).collect();
    stays.sort_by_key(|s| s.admitted.day);
    let mut couples = Couples::new();
    for stay in stays {
        let both: &mut [Days; 2] = couples.entry(stay.person).or_default();
        both[usize::from(is_newborns(region, stay))].add(stay.admitted.day, stay.last_day());
    }
    couples
}

/// At each hospital, the lines of the name with most hours. One national code may cover an item and its surcharge, which are
/// charged for the same hours; across hospitals the names differ but the hours add up.
fn heaviest_names(region: &Region, lines: Vec<u32>) -> Vec<u32> {
    let mut by_name: BTreeMap<(HospitalId, TextId), (Quantity, Vec<u32>)> = BTreeMap::new();
    for line in lines {
        let hospital = hospital_of(region, line);
        let name = region.names.item_names[region.fees.item(line as usize).index()];
        let entry = by_name.entry((hospital, name)).or_default();
        entry.0 += region.fees.quantity(line as usize);
        entry.1.push(line);
    }
    let mut heaviest: BTreeMap<HospitalId, (Quantity, Vec<u32>)> = BTreeMap::new();
    for ((hospital, _), group) in by_name {
        let best = heaviest.entry(hospital).or_default();
        if group.0 > best.0 || best.1.is_empty() {
            *best = group;
        }
    }
    heaviest.into_values().flat_map(|(_, lines)| lines).collect()
}

/// The part of each line beyond the limit, in order of time.
fn excess(region: &Region, day: &PersonDay<'_>, limit: i64) -> Vec<(u32, Fen)> {
    let mut sum = 0;
    let mut beyond = Vec::new();
    for &line in &day.lines {
        let quantity = region.fees.quantity(line as usize).0;
        let over = (sum + quantity - limit * day.people).clamp(0, quantity.max(0));
        sum += quantity;
        if over > 0 {
            beyond.push((line, region.fees.claimed(line as usize).share(over, quantity)));
        }
    }
    beyond
}

/// A day above the limit.
struct Over<'a> {
    day: &'a PersonDay<'a>,
    confidence: f64,
    /// What the day has room for.
    room: i64,
    /// The part of each line beyond the limit, by record, then time.
    beyond: Vec<(RecordId, u32, Fen)>,
    /// Records with lines of the day.
    records: usize,
    /// The lines of the day, as places in [`PersonDay::lines`], by record, then time.
    by_record: Vec<(RecordId, usize)>,
}

impl<'a> Over<'a> {
    fn new(region: &Region, day: &'a PersonDay<'a>, confidence: f64, limit: i64) -> Self {
        let record = |line: u32| region.fees.record(line as usize);
        let beyond = excess(region, day, limit).into_iter();
        let mut beyond: Vec<(RecordId, u32, Fen)> = beyond.map(|(line, amount)| (record(line), line, amount)).collect();
        beyond.sort_by_key(|b| b.0);
        let mut by_record: Vec<(RecordId, usize)> =
            day.lines.iter().enumerate().map(|(at, line)| (record(*line), at)).collect();
        by_record.sort_unstable();
        let records = by_record.chunk_by(|a, b| a.0 == b.0).count();
        Self { day, confidence, room: limit * day.people, beyond, records, by_record }
    }

    fn beyond(&self, record: RecordId) -> &[(RecordId, u32, Fen)] {
        let from = self.beyond.partition_point(|b| b.0 < record);
        &self.beyond[from..self.beyond.partition_point(|b| b.0 <= record)]
    }

    /// The lines of a record, and the earliest of the others'.
    fn lines(&self, region: &Region, record: RecordId) -> impl Iterator<Item = u32> {
        let from = self.by_record.partition_point(|b| b.0 < record);
        let own = self.by_record[from..].iter().take_while(move |b| b.0 == record).map(|b| self.day.lines[b.1]);
        let others = self.day.lines.iter().copied().filter(move |l| region.fees.record(*l as usize) != record);
        let mut left = self.room;
        let shown = others.enumerate().take_while(move |(n, line)| {
            let shown = *n < SHOWN.0 || left > 0 && *n < SHOWN.1;
            left -= region.fees.quantity(*line as usize).0;
            shown
        });
        own.chain(shown.map(|(_, line)| line))
    }
}

fn finding(
    region: &Region,
    record: RecordId,
    days: &[&Over<'_>],
    limit: i64,
    undated: &BTreeMap<RecordId, u32>,
) -> Option<Finding> {
    let mut finding = record_finding(region, record)?;
    let worst = days.iter().map(|d| d.day).max_by_key(|d| (d.hours, std::cmp::Reverse(d.day)))?;
    finding.confidence = days.iter().map(|d| d.confidence).fold(0.0, f64::max);
    if finding.confidence < 0.9 {
        finding.result = Some(ResultClass::Suspicious);
    }
    finding.period_start = days.iter().map(|d| d.day.day).min();
    finding.period_end = days.iter().map(|d| d.day.day).max();
    finding.observed = Some(worst.hours.units());
    finding.threshold = Some(limit as f64 / Quantity::ONE.0 as f64 * worst.people as f64);
    let mut others = BTreeSet::new();
    for over in days {
        for (_, line, amount) in over.beyond(record) {
            finding.add_risk(Subject::Line(*line), (*amount).max(Fen(0)));
        }
        finding.add_rows(&region.files, over.lines(region, record).map(|l| region.fees.row(l as usize)));
        let records = over.lines(region, record).map(|l| region.fees.record(l as usize));
        others.extend(records.filter(|r| *r != record));
    }
    // Where not all of them are shown, at least those of one day are counted.
    let other_count = days.iter().map(|d| d.records - 1).fold(others.len(), usize::max);
    for other in &others {
        let known = region.records[other.index()];
        let id = region.names.records.get(*other).to_string();
        let ids = if known.stay.is_some() {
            Some(&mut finding.stay_ids)
        } else {
            known.visit.map(|_| &mut finding.visit_ids)
        };
        ids.into_iter().for_each(|ids| ids.push(id.clone()));
    }
    let nobodys = |stay: &Stay| region.fund_paid(stay) == Some(Fen(0));
    if region.stay_of(record).is_some_and(nobodys) {
        // Nobody drew on the fund: the charge is wrong, but no breach of what it pays.
        finding.result = Some(ResultClass::Suspicious);
    }
    let distinct: BTreeSet<Day> = days.iter().map(|d| d.day.day).collect();
    let item = region.fees.item(worst.lines[0] as usize);
    let hospitals: BTreeSet<HospitalId> = others.iter().map(|r| region.records[r.index()].hospital).collect();
    let amount = finding.amount;
    let evidence = &mut finding.evidence;
    evidence.insert("item_code".into(), region.names.items.get(item).into());
    evidence.insert("item_name".into(), region.item_name(item).into());
    evidence.insert("day".into(), worst.day.to_string().into());
    evidence.insert("hours".into(), worst.hours.units().into());
    evidence.insert("days".into(), distinct.len().into());
    evidence.insert("excess_amount".into(), yuan(amount));
    evidence.insert("other_count".into(), other_count.into());
    evidence.insert("other_stays".into(), list(others.iter().map(|r| region.names.records.get(*r))));
    evidence.insert("hospitals".into(), list(hospitals.iter().map(|h| region.names.hospitals.get(*h))));
    evidence.insert("undated_lines".into(), undated.get(&record).copied().unwrap_or(0).into());
    Some(finding)
}
