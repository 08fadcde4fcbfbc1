//! Discharges and the next admission of the same person, where a return would not be planned care.

use super::illness::Illnesses;
use super::series::{Series, is_regular, is_weekly};
use crate::model::{PersonId, Region, Setting, Stay};
use crate::rule::subjects::{is_childbirth, is_newborns};

/// What makes a return planned, as the cards say it.
pub struct Plan<'a> {
    /// Care that brings people back.
    pub series: Series<'a>,
    /// What tells one illness from another.
    pub illnesses: Illnesses<'a>,
    /// Stays of one person from which on even intervals are a series.
    pub regular_times: usize,
    /// Standard deviation of the intervals over their mean up to which they are even.
    pub regular_spread: f64,
    /// Stays of a day or a night from which on those of a person on fixed weekdays are sessions.
    pub session_times: usize,
    /// Nights from which on a stay without a diagnosis is taken for long-term care settled now and then.
    pub long_nights: i32,
}

/// A stay that may be followed by a return, and the return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Discharge {
    /// Index of the stay.
    pub stay: u32,
    /// The person's next stay, where it is at the same hospital and nothing excuses it.
    pub next: Option<Next>,
    /// The same where something does, as far as others have as much of it.
    pub excused: Option<(Excuse, Next)>,
}

/// What makes a return lawful, all of it written by the hospital itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Excuse {
    /// A return that was planned at discharge.
    Planned,
    /// Accounts closed at the end of a month.
    Closing,
    /// A discharge by transfer. It does not count as a discharge elsewhere.
    Transfer,
    /// An illness of another chapter.
    OtherIllness,
}

impl Excuse {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Planned, Self::Closing, Self::Transfer, Self::OtherIllness];

    /// As evidence says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Closing => "closing",
            Self::Transfer => "transfer",
            Self::OtherIllness => "other_illness",
        }
    }
}

impl Discharge {
    /// Whether the patient was sent elsewhere, by what the hospital wrote.
    pub fn is_transfer(&self) -> bool {
        self.excused.is_some_and(|(excuse, _)| excuse == Excuse::Transfer)
    }
}

/// A return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// Index of the stay.
    pub stay: u32,
    /// Days from discharge to admission.
    pub gap: i32,
}

/// Every discharge that counts, by person and time, and those by transfer after which the patient is back at the same hospital
/// next. Left out are series of care, births and newborns, day surgery, other transfers, deaths, persons who come at even intervals with more than `series_gap` days between stays, and stays still open.
pub fn discharges(region: &Region, plan: &Plan<'_>, series_gap: i32) -> Vec<Discharge> {
    let ready = Ready::new(region);
    let mut order: Vec<u32> = (0..region.stays.len() as u32).collect();
    order.sort_by_key(|&i| {
        let stay = &region.stays[i as usize];
        (stay.person, stay.admitted, stay.last_day(), i)
    });
    let mut out = Vec::new();
    for person in order.chunk_by(|&a, &b| region.stays[a as usize].person == region.stays[b as usize].person) {
        if region.stays[person[0] as usize].person == PersonId::NONE || comes_by_plan(region, plan, person, series_gap)
        {
            continue;
        }
        let counts: Vec<bool> = person.iter().map(|&i| ready.counts(plan, &region.stays[i as usize])).collect();
        for (at, &i) in person.iter().enumerate().filter(|(at, _)| counts[*at]) {
            let stay = &region.stays[i as usize];
            let otherwise = leaves_otherwise(region, stay);
            if stay.discharged.is_none() || (otherwise && !is_transfer(region, stay)) {
                continue;
            }
            let next = person.get(at + 1).filter(|_| counts[at + 1]);
            let next = next.and_then(|&n| ready.follows(plan, stay, &region.stays[n as usize], n));
            out.extend(match next {
                Some((next, None)) if !otherwise => Some(Discharge { stay: i, next: Some(next), excused: None }),
                Some((next, excuse)) => {
                    let excuse = if otherwise { Some(Excuse::Transfer) } else { excuse };
                    Some(Discharge { stay: i, next: None, excused: excuse.map(|excuse| (excuse, next)) })
                }
                None => (!otherwise).then_some(Discharge { stay: i, next: None, excused: None }),
            });
        }
    }
    out
}

/// What has to be known of the whole region.
struct Ready<'a> {
    region: &'a Region,
    /// The code that says yes in `days_rinp_flag_31`: settlement lists write 0 and 1, case fronts 1 and 2.
    yes: &'static str,
}

impl<'a> Ready<'a> {
    fn new(region: &'a Region) -> Self {
        let has = |code: &str| {
            let text = region.names.texts.find(code);
            text.is_some_and(|t| region.stays.iter().any(|s| s.return_plan == t))
        };
        // Where every stay says 1, it is the 1 that means no.
        Self { region, yes: if has("0") && !has("2") { "1" } else { "2" } }
    }

    fn counts(&self, plan: &Plan<'_>, stay: &Stay) -> bool {
        stay.setting == Setting::Inpatient
            && stay.hospital.some().is_some()
            && !plan.series.has(stay)
            && !is_childbirth(self.region, stay)
            && !is_newborns(self.region, stay)
    }

    /// The return, if one stay follows the other at one hospital and neither a change of insurance, a year's closing of accounts
    /// nor observation that ends in the stay explains it, and what else may.
    fn follows(&self, plan: &Plan<'_>, first: &Stay, second: &Stay, index: u32) -> Option<(Next, Option<Excuse>)> {
        let (left, back) = (first.last_day(), second.admitted.day);
        let gap = back.0 - left.0;
        let next_month = crate::model::Day(left.0 + 1).month();
        let closing = gap <= 1 && next_month != left.month();
        let same = first.hospital == second.hospital && first.insurance == second.insurance;
        let unnamed = first.diagnosis.some().is_none() && first.diagnosis_name.some().is_none();
        let long = first.nights() >= plan.long_nights;
        let settled_now_and_then = long && (unnamed || closing);
        let years_end = closing && next_month.rem_euclid(12) == 0;
        let observed = gap == 0 && is_observation(self.region, first);
        if gap < 0 || !same || settled_now_and_then || years_end || observed {
            return None;
        }
        let excuse = if self.planned(first) {
            Some(Excuse::Planned)
        } else if closing {
            Some(Excuse::Closing)
        } else {
            plan.illnesses.differ(first, second).then_some(Excuse::OtherIllness)
        };
        Some((Next { stay: index, gap }, excuse))
    }

    fn planned(&self, stay: &Stay) -> bool {
        let text = self.region.names.texts.get(stay.return_plan).trim();
        text == self.yes || matches!(text, "有" | "是" | "Y" | "y")
    }
}

/// Nights that observation in the emergency department takes at most: 72 hours.
const OBSERVED: i32 = 3;

/// Whether a stay is observation in the emergency department, which ends in admission or not: by the kind of visit (24 of the
/// national list, 急诊转住院), and no longer than such observation lasts.
pub fn is_observation(region: &Region, stay: &Stay) -> bool {
    let kind = region.names.texts.get(stay.kind).trim();
    let named = kind.starts_with("24") || ["急诊", "留观"].iter().any(|word| kind.contains(word));
    (named || stay.setting == Setting::Emergency) && stay.nights() <= OBSERVED
}

/// Whether the patient was sent to another institution, by the way of discharge.
fn is_transfer(region: &Region, stay: &Stay) -> bool {
    let way = region.names.texts.get(stay.discharge_way).trim();
    way.trim_start_matches('0') == "2" || ["转院", "转科", "转上级"].iter().any(|word| way.contains(word))
}

/// Transfers, deaths and those who left against advice: what follows is not the hospital's doing.
pub fn leaves_otherwise(region: &Region, stay: &Stay) -> bool {
    let way = region.names.texts.get(stay.discharge_way).trim();
    matches!(way.trim_start_matches('0'), "2" | "3" | "5")
        || ["转院", "转社区", "转科", "转上级", "死亡"].iter().any(|w| way.contains(w))
}

/// Share of the stays that must be short, and on the weekdays: a session is put off, or ends in the ward, now and then.
const SESSION_SHARE: f64 = 0.85;

/// Whether a person's admissions are sessions on fixed weekdays, or a series by their even intervals, with longer gaps than `series_gap`.
fn comes_by_plan(region: &Region, plan: &Plan<'_>, stays: &[u32], series_gap: i32) -> bool {
    let days: Vec<i32> = stays.iter().map(|&i| region.stays[i as usize].admitted.day.0).collect();
    let short = stays.iter().filter(|&&i| region.stays[i as usize].nights() <= 1).count();
    if short as f64 >= SESSION_SHARE * days.len() as f64 && is_weekly(&days, plan.session_times, SESSION_SHARE) {
        return true;
    }
    if !is_regular(&days, plan.regular_times, plan.regular_spread) {
        return false;
    }
    let gap = |w: &[u32]| region.stays[w[1] as usize].admitted.day.0 - region.stays[w[0] as usize].last_day().0;
    let mut gaps: Vec<i32> = stays.windows(2).map(gap).collect();
    gaps.sort_unstable();
    gaps[gaps.len() / 2] > series_gap
}
