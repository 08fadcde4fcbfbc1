//! Who is in which bed when: every stay of the region, before any charge line is made.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::{mix, scramble};
use super::keeper::Keeper;
use super::line::Line;
use super::options::{Scheme, Strength};
use super::people::Person;
use super::places::Hospital;
use super::time::{DAY, day_of};

/// Days after which a test such as glycated haemoglobin is paid again.
const CYCLE: i32 = 60;
/// Days by which lines may be posted early or late.
const POSTING: i32 = 10;

/// What a scheme wants of the lines of a stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    pub scheme: Scheme,
    /// Blunt or subtle.
    pub strength: Strength,
    /// Whatever the scheme needs to know; 0 where it needs nothing.
    pub detail: u32,
}

/// A stay as it is going to be billed.
#[derive(Clone, Debug)]
pub struct Stay {
    /// Number in order of making; also the seed of everything drawn for it.
    pub id: u32,
    pub person: u32,
    pub hospital: u16,
    pub profile: u8,
    pub med_type: &'static str,
    /// Admission.
    pub begin: i64,
    /// Discharge as recorded; for an open stay the end of the period.
    pub end: i64,
    /// When the patient really left; paperwork may follow hours later.
    pub leave: i64,
    /// Still in hospital.
    pub open: bool,
    pub dscg_way: u8,
    /// When it was settled.
    pub settled: i64,
    /// First days of further settlements.
    pub cuts: Vec<i32>,
    /// Settled, wholly refunded, and perhaps registered again.
    pub refunded: bool,
    /// Intensive care: first day and number of days.
    pub icu: Option<(i32, i32)>,
    /// Day leave: first day and number of days.
    pub away: Option<(i32, i32)>,
    /// Whether another stay of the person touches this one, so that hours must be posted on their own day.
    pub touches: bool,
    /// Whether no item is charged by the hour.
    pub no_hours: bool,
    /// A newborn billed under the mother's number.
    pub under_mother: bool,
    /// The stay it was transferred to, as position in the plan while schemes run.
    pub next: Option<u32>,
    /// Whether a test that is paid once in so many weeks is due.
    pub due: bool,
    /// Insurance type where it is not the person's.
    pub insurance: Option<u16>,
    /// Whether a scheme has it already.
    pub planted: bool,
    pub marks: Vec<Mark>,
}

impl Stay {
    /// An inpatient stay (`med_type` 21) that ended in the usual way, with nothing odd about it.
    pub fn plain(id: u32, person: u32, hospital: u16, profile: u8, span: (i64, i64), settled: i64) -> Self {
        Self {
            id,
            person,
            hospital,
            profile,
            med_type: "21",
            begin: span.0,
            end: span.1,
            leave: span.1,
            open: false,
            dscg_way: 1,
            settled,
            cuts: Vec::new(),
            refunded: false,
            icu: None,
            away: None,
            touches: false,
            no_hours: false,
            under_mother: false,
            next: None,
            due: true,
            insurance: None,
            planted: false,
            marks: Vec::new(),
        }
    }

    /// Number of the attending doctor among the hospital's, from 1.
    pub fn doctor(&self, hospital: &Hospital) -> u64 {
        1 + mix(u64::from(self.id), 3) % u64::from(hospital.doctors)
    }

    /// `mdtrt_id`.
    pub fn number(&self) -> String {
        format!("510000{:010}", scramble(u64::from(self.id) + 1))
    }

    /// First day in hospital.
    pub fn first_day(&self) -> i32 {
        day_of(self.begin)
    }

    /// Last day really in hospital.
    pub fn last_day(&self) -> i32 {
        day_of(self.leave)
    }

    /// Whole hours in hospital on a day.
    pub fn hours_on(&self, day: i32) -> i64 {
        let start = i64::from(day) * DAY;
        let (from, to) = (self.begin.max(start), self.leave.min(start + DAY));
        // Admission is rounded up and leaving down, so that two stays of a day never share an hour.
        ((to - start).div_euclid(3600) - (from - start + 3599).div_euclid(3600)).max(0)
    }

    /// Whether a scheme may use it: an ordinary finished stay that nothing else explains.
    pub fn usable(&self) -> bool {
        !(self.planted || self.refunded || self.open || self.under_mother)
    }
}

/// What the fund was asked for an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Code of the item.
    pub item: String,
    /// Fen, by the number of the stay; of visits without one.
    pub fen: Vec<(Option<u32>, i64)>,
}

impl Asked {
    /// What is at risk: on a stay no more than the fund paid for it, given by the number of the stay.
    pub fn at_risk(&self, paid: &BTreeMap<u32, i64>) -> i64 {
        let mut of: BTreeMap<Option<u32>, i64> = BTreeMap::new();
        for (stay, fen) in &self.fen {
            *of.entry(*stay).or_default() += fen;
        }
        let most = |stay: Option<u32>| stay.and_then(|stay| paid.get(&stay)).copied().unwrap_or(i64::MAX);
        of.into_iter().map(|(stay, fen)| fen.min(most(stay))).sum()
    }
}

/// A row of `truth.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truth {
    pub scheme: Scheme,
    /// Empty for what a finding should name; else what else is true of the case, `:steered` for one.
    pub aspect: &'static str,
    /// `stay`, `visit`, `patient` or `hospital`.
    pub unit: &'static str,
    pub key: String,
    /// What was charged, where the case is about one item.
    pub charge: Option<Asked>,
    /// Number of the case within the scheme, from 1.
    pub group: u32,
    pub strength: Strength,
}

/// A charge line that a scheme bills besides those of the illness.
#[derive(Clone, Debug)]
pub struct Extra {
    pub item: u16,
    pub time: i64,
    /// In 1/10,000 of the billed unit.
    pub count: i64,
    /// Unit price in fen.
    pub fen: i64,
    /// Paid by the patient.
    pub own: bool,
    /// How much is taken back an hour later, and whether the refund names the line.
    pub back: Option<(i64, bool)>,
}

impl Extra {
    /// As a charge line.
    pub fn line(&self) -> Line {
        let Self { item, time, count, fen, own, .. } = *self;
        Line { item, time, count, fen, round: 1, planted: true, own, refunds: None }
    }

    /// What is taken back of it, in fen.
    pub fn returned(&self) -> i64 {
        Line { count: self.back.map_or(0, |b| b.0), ..self.line() }.amount()
    }
}

/// A visit that a scheme adds: while a bed is billed, or for what is charged on it.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    pub person: u32,
    pub time: i64,
    /// Hospital; a clinic or pharmacy where `shop` is set.
    pub place: u16,
    pub shop: bool,
    pub med_type: &'static str,
    /// Charge lines; without any the visit has an ordinary price.
    pub lines: Vec<Extra>,
}

/// Every stay of the region.
#[derive(Debug, Default)]
pub struct Plan {
    pub persons: Vec<Person>,
    pub stays: Vec<Stay>,
    pub truth: Vec<Truth>,
    /// Visits that schemes add.
    pub elsewhere: Vec<Elsewhere>,
    /// Lines that schemes bill besides those of the illness, by the number of the stay.
    pub extras: BTreeMap<u32, Vec<Extra>>,
    /// Lines of goods that were never bought nor given, by the number of the stay, which has no other lines of those items.
    pub never: BTreeMap<u32, Vec<Extra>>,
    /// How each hospital keeps its purchases and stock; empty where no such tables are asked for.
    pub keepers: Vec<Keeper>,
    /// People whom a scheme bills for something with a limit: one case each.
    pub billed: BTreeSet<u32>,
    /// First and last day.
    pub period: (i32, i32),
}

impl Plan {
    /// Marks a stay and notes it in the truth.
    pub fn mark(&mut self, stay: usize, mark: Mark, group: u32) {
        self.claim(stay, mark);
        self.note(stay, mark.scheme, mark.strength, group);
    }

    /// Marks a stay that the truth speaks of in its own way.
    pub fn claim(&mut self, stay: usize, mark: Mark) {
        self.stays[stay].planted = true;
        self.stays[stay].marks.push(mark);
    }

    /// Notes a stay in the truth without asking for lines.
    pub fn note(&mut self, stay: usize, scheme: Scheme, strength: Strength, group: u32) {
        self.stays[stay].planted = true;
        let key = self.stays[stay].number();
        self.truth.push(Truth { scheme, aspect: "", unit: "stay", key, charge: None, group, strength });
    }

    /// A number that no stay has yet.
    pub fn next_id(&self) -> u32 {
        self.stays.len() as u32
    }

    /// Whether a person has a stay within two days of the span, other than the one given.
    pub fn busy(&self, of_person: &[u32], begin: i64, end: i64, except: usize) -> bool {
        of_person.iter().map(|i| *i as usize).filter(|i| *i != except).any(|i| {
            let stay = &self.stays[i];
            stay.begin < end + 2 * DAY && begin < stay.end.max(stay.leave) + 2 * DAY
        })
    }

    /// Settles at which stays a test that is paid once in [`CYCLE`] days is due: a person's stays share the cycle. A newborn's
    /// under the mother's number is none of hers.
    pub fn keep_cycles(&mut self) {
        let mut order: Vec<usize> = (0..self.stays.len()).collect();
        order.sort_by_key(|i| (self.stays[*i].person, self.stays[*i].begin, *i));
        let mut last: Option<(u32, i32)> = None;
        for at in order {
            let stay = &mut self.stays[at];
            let own = last.filter(|l| l.0 == stay.person);
            stay.due = !stay.refunded
                && !stay.under_mother
                && own.is_none_or(|(_, day)| stay.first_day() - day >= CYCLE + POSTING);
            if stay.due {
                last = Some((stay.person, day_of(stay.end.max(stay.leave))));
            }
        }
    }

    /// Puts the stays in the order of their settlement, as the files have them.
    pub fn sort(&mut self) {
        self.stays.sort_by_key(|s| (s.settled, s.id));
        self.truth.sort_by(|a, b| (a.scheme, a.group, a.aspect, &a.key).cmp(&(b.scheme, b.group, b.aspect, &b.key)));
    }
}
