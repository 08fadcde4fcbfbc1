//! Checks of the delivery itself, made before any lead is believed: every month there, bills that equal their lines, lines and
//! bills that belong together.

use std::collections::BTreeMap;

use crate::model::{Day, Fen, HospitalId, RecordId, Region};

/// Records a month that are usual at least, before a month without any is worth telling: with fewer, one is empty by chance.
const USUAL: u32 = 5;
/// Fen by which a total may differ from the sum of its lines, and fen for each line: every line is rounded by itself.
const ROUNDING: i64 = 10;
const ROUNDING_PER_LINE: i64 = 1;
/// From so many compared stays on, this share of them that differ is how the export counts, not so many errors.
const SYSTEMATIC_STAYS: usize = 10;
const SYSTEMATIC_SHARE: f64 = 0.5;
/// How many are named as examples.
pub const EXAMPLES: usize = 10;

/// Records and their money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many.
    pub count: usize,
    /// Yuan on them.
    pub money: Fen,
}

impl Sum {
    fn add(&mut self, count: usize, money: Fen) {
        self.count += count;
        self.money += money;
    }
}

/// A stay whose total is not the sum of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its id.
    pub stay: String,
    /// Its total.
    pub total: Fen,
    /// The sum of its lines.
    pub billed: Fen,
}

/// A month without any record between months that have them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// `year * 12 + month - 1`.
    pub month: i32,
    /// The institution; `None` for all.
    pub hospital: Option<HospitalId>,
    /// What is usual a month.
    pub usual: u32,
}

/// What the checks say. Linear in lines, stays and visits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Charge lines whose stay or visit is not in the data.
    pub loose_lines: Sum,
    /// The records that they name.
    pub loose_records: usize,
    /// Charge lines whose number stands for several stays or visits.
    pub shared_lines: Sum,
    /// Those numbers.
    pub shared_records: usize,
    /// Stays without any charge line, where there are charge lines; the first ids.
    pub bare_stays: Sum,
    /// The first of them.
    pub bare_examples: Vec<String>,
    /// Visits without any charge line, where visits have charge lines.
    pub bare_visits: Sum,
    /// Stays with a total and with lines.
    pub compared: usize,
    /// Those whose total is not the sum of their lines, with the sum of the absolute differences.
    pub differing: Sum,
    /// The first of them.
    pub examples: Vec<Difference>,
    /// Months in which nobody was admitted, or nobody discharged.
    pub stay_gaps: Vec<Gap>,
    /// Months without an outpatient visit.
    pub visit_gaps: Vec<Gap>,
}

impl Delivery {
    /// Makes the checks, of what is scanned.
    pub fn new(region: &Region) -> Self {
        let mut checks = Self::default();
        let billed = |record: RecordId| -> Fen { region.fees.of(record).map(|line| region.fees.amount(line)).sum() };
        let mut visits_have_lines = false;
        let mut any_line = false;
        for (at, record) in region.records.iter().enumerate() {
            let id = RecordId(at as u32);
            if !region.is_own_record(id) {
                continue;
            }
            any_line |= !region.fees.of(id).is_empty();
            let lines = region.fees.of(id).len();
            match (record.stay, record.visit) {
                (None, None) if lines > 0 && region.shared.contains(&id) => {
                    checks.shared_records += 1;
                    checks.shared_lines.add(lines, billed(id));
                }
                (None, None) if lines > 0 => {
                    checks.loose_records += 1;
                    checks.loose_lines.add(lines, billed(id));
                }
                (Some(stay), _) => checks.stay(region, id, region.stays[stay as usize].total, lines, billed(id)),
                (None, Some(visit)) if lines == 0 => checks.bare_visits.add(1, region.visits[visit as usize].total),
                (None, Some(_)) => visits_have_lines = true,
                (None, None) => {}
            }
        }
        if !any_line {
            (checks.bare_stays, checks.bare_examples) = Default::default();
        }
        if !visits_have_lines {
            checks.bare_visits = Sum::default();
        }
        let stays = || region.stays.iter().filter(|s| region.is_own_record(s.record));
        let visits = region.visits.iter().filter(|v| region.is_own_record(v.record));
        let admitted = stays().map(|s| (s.hospital, s.admitted.day));
        let left = stays().filter_map(|s| Some((s.hospital, s.discharged?.day)));
        checks.stay_gaps = gaps(admitted);
        checks.stay_gaps.extend(gaps(left));
        checks.stay_gaps.sort_unstable();
        checks.stay_gaps.dedup_by_key(|gap| (gap.month, gap.hospital));
        checks.visit_gaps = gaps(visits.map(|v| (v.hospital, v.time.day)));
        checks
    }

    fn stay(&mut self, region: &Region, record: RecordId, total: Fen, lines: usize, billed: Fen) {
        let id = || region.names.records.get(record).to_string();
        if lines == 0 {
            self.bare_stays.add(1, total);
            if self.bare_examples.len() < EXAMPLES {
                self.bare_examples.push(id());
            }
            return;
        }
        if total <= Fen(0) {
            return;
        }
        self.compared += 1;
        let off = (total.0 - billed.0).abs();
        if off > ROUNDING + ROUNDING_PER_LINE * lines as i64 {
            self.differing.add(1, Fen(off));
            if self.examples.len() < EXAMPLES {
                self.examples.push(Difference { stay: id(), total, billed });
            }
        }
    }

    /// Whether the totals differ from the lines as a rule: they count something else, or the lines are not all there.
    pub fn is_systematic(&self) -> bool {
        self.compared >= SYSTEMATIC_STAYS && self.differing.count as f64 >= SYSTEMATIC_SHARE * self.compared as f64
    }
}

/// Months without a record: of all institutions together, and of each that has more gaps than all have. The first and the last
/// months, that a few long stays reach into, do not count.
fn gaps(records: impl Iterator<Item = (HospitalId, Day)>) -> Vec<Gap> {
    let mut all: BTreeMap<i32, u32> = BTreeMap::new();
    let mut own: BTreeMap<HospitalId, BTreeMap<i32, u32>> = BTreeMap::new();
    for (hospital, day) in records {
        *all.entry(day.month()).or_default() += 1;
        *own.entry(hospital).or_default().entry(day.month()).or_default() += 1;
    }
    let mut out: Vec<Gap> = empty(&all, None);
    let common: Vec<i32> = out.iter().map(|gap| gap.month).collect();
    for (hospital, months) in own.iter().filter(|(hospital, _)| hospital.some().is_some()) {
        out.extend(empty(months, Some(*hospital)).into_iter().filter(|gap| !common.contains(&gap.month)));
    }
    out
}

fn empty(months: &BTreeMap<i32, u32>, hospital: Option<HospitalId>) -> Vec<Gap> {
    let mut counts: Vec<u32> = months.values().copied().collect();
    counts.sort_unstable();
    let Some(&usual) = counts.get(counts.len() / 2).filter(|usual| **usual >= USUAL) else { return Vec::new() };
    let full = || months.iter().filter(|(_, n)| **n * 2 >= usual).map(|(month, _)| *month);
    let (Some(first), Some(last)) = (full().min(), full().max()) else { return Vec::new() };
    let missing = (first..last).filter(|month| !months.contains_key(month));
    missing.map(|month| Gap { month, hospital, usual }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(counts: &[(i32, u32)]) -> BTreeMap<i32, u32> {
        counts.iter().copied().collect()
    }

    fn missing(counts: &[(i32, u32)]) -> Vec<i32> {
        empty(&months(counts), None).iter().map(|gap| gap.month).collect()
    }

    #[test]
    fn a_month_between_full_months_is_missed() {
        assert_eq!(missing(&[(1, 12), (2, 11), (4, 12), (5, 10)]), [3]);
        assert!(missing(&[(1, 12), (2, 11), (3, 1), (4, 12)]).is_empty(), "one record is not none");
    }

    #[test]
    fn few_records_and_long_stays_make_no_gap() {
        assert!(missing(&[(1, 1), (6, 2), (9, 1)]).is_empty(), "too few to miss any");
        assert!(missing(&[(1, 1), (10, 12), (11, 13), (12, 9)]).is_empty(), "admitted long before the export begins");
        assert!(missing(&[]).is_empty());
    }
}
