//! Weighs what the rules found: the order of the leads and the money at risk, each record's money counted once.
//!
//! Findings name the records they put at risk ([`crate::finding::Risk`]), so a sum over any set of findings (all, one rule,
//! one hospital, one month) is made from records and not from findings. A record that three rules flag counts once.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::engine::{RuleRun, Run};
use crate::finding::{Finding, Subject};
use crate::model::{Fen, Region};

/// The findings in the order an auditor should take them, and what they put at risk together.
#[derive(Debug, Default)]
pub struct Leads {
    /// By rule id, one for every rule that was chosen.
    pub rules: Vec<RuleRun>,
    /// By money times confidence, the largest first; ties by rule, hospital, ids.
    pub findings: Vec<Finding>,
    /// Money at risk of all findings, each record counted once.
    pub at_risk: Fen,
}

/// Orders the findings of a run and weighs them together.
pub fn weigh(region: &Region, run: Run) -> Leads {
    let Run { rules, mut findings } = run;
    findings.sort_by(order);
    let at_risk = at_risk(region, &findings);
    Leads { rules, findings, at_risk }
}

/// What a lead is ranked by: fen at risk times confidence.
pub fn priority(finding: &Finding) -> f64 {
    finding.amount.0 as f64 * finding.confidence
}

/// A total order, so that equal priorities never leave the order to chance.
fn order(a: &Finding, b: &Finding) -> Ordering {
    let period = |f: &Finding| (f.period_start, f.period_end);
    priority(b)
        .total_cmp(&priority(a))
        .then_with(|| a.rule.cmp(&b.rule))
        .then_with(|| a.hospital_id.cmp(&b.hospital_id))
        .then_with(|| a.stay_ids.cmp(&b.stay_ids))
        .then_with(|| a.visit_ids.cmp(&b.visit_ids))
        .then_with(|| a.patient_ids.cmp(&b.patient_ids))
        .then_with(|| a.group_id.cmp(&b.group_id))
        .then_with(|| period(a).cmp(&period(b)))
        .then_with(|| a.finding_id.cmp(&b.finding_id))
        .then_with(|| a.rows.cmp(&b.rows))
}

/// What is at risk on one stay or visit.
#[derive(Clone, Copy, Default)]
struct OnRecord {
    /// The largest risk named on the record itself.
    whole: Fen,
    /// The sum over its charge lines.
    lines: Fen,
}

/// Money at risk of a set of findings, each record counted once.
///
/// A charge line counts with the largest risk any finding names on it. A stay (or visit) counts with the larger of the
/// largest risk named on the stay and the sum of its lines, and never with more than the fund paid for it, nor than its total;
/// where the export gives neither (zero), there is no such bound. Lines of records that are neither stay nor visit count by themselves.
pub fn at_risk<'a>(region: &Region, findings: impl IntoIterator<Item = &'a Finding>) -> Fen {
    let mut largest: BTreeMap<Subject, Fen> = BTreeMap::new();
    for risk in findings.into_iter().flat_map(|f| &f.risks) {
        let most = largest.entry(risk.subject).or_default();
        *most = (*most).max(risk.amount);
    }
    let mut records: BTreeMap<Subject, OnRecord> = BTreeMap::new();
    let mut loose = Fen(0);
    for (subject, amount) in largest {
        match subject {
            Subject::Line(line) => match owner(region, line) {
                Some(record) => records.entry(record).or_default().lines += amount,
                None => loose += amount,
            },
            Subject::Stay(_) | Subject::Visit(_) => records.entry(subject).or_default().whole = amount,
        }
    }
    loose + records.into_iter().map(|(record, on)| bounded(region, record, on.whole.max(on.lines))).sum()
}

/// The stay, else the visit, that a charge line belongs to.
fn owner(region: &Region, line: u32) -> Option<Subject> {
    let record = region.record_of(line)?;
    record.stay.map(Subject::Stay).or(record.visit.map(Subject::Visit))
}

fn total(region: &Region, record: Subject) -> Fen {
    match record {
        Subject::Stay(i) => region.stays.get(i as usize).map_or(Fen(0), |s| s.total),
        Subject::Visit(i) => region.visits.get(i as usize).map_or(Fen(0), |v| v.total),
        Subject::Line(_) => Fen(0),
    }
}

fn bounded(region: &Region, record: Subject, amount: Fen) -> Fen {
    let total = total(region, record);
    let amount = if total > Fen(0) { amount.min(total) } else { amount };
    let stay = if let Subject::Stay(at) = record { region.stays.get(at as usize) } else { None };
    stay.and_then(|stay| region.fund_paid(stay)).map_or(amount, |paid| amount.min(paid))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{
        Day, DepartmentId, DiagnosisId, DoctorId, FeeColumns, HospitalId, PersonId, Record, RecordId, Setting, Sex,
        Stamp, Stay, TextId, Visit,
    };

    const NOON: Stamp = Stamp { day: Day(20_000), second: 43_200 };

    fn stay(record: u32, total: i64) -> Stay {
        Stay {
            record: RecordId(record),
            person: PersonId(0),
            hospital: HospitalId(0),
            admitted: NOON,
            discharged: Some(NOON),
            setting: Setting::Inpatient,
            kind: TextId::NONE,
            insurance: TextId::NONE,
            department: DepartmentId::NONE,
            bed: TextId::NONE,
            doctor: DoctorId::NONE,
            diagnosis: DiagnosisId::NONE,
            diagnosis_name: TextId::NONE,
            operation: TextId::NONE,
            uploaded: None,
            days: TextId::NONE,
            discharge_way: TextId::NONE,
            return_plan: TextId::NONE,
            sex: Sex::Unknown,
            birth: None,
            born: None,
            total: Fen(total),
            fund: Fen(0),
            own: Fen(0),
            settled: None,
            settlements: 1,
            rows: Vec::new(),
        }
    }

    fn visit(record: u32, total: i64) -> Visit {
        Visit {
            record: RecordId(record),
            person: PersonId(0),
            hospital: HospitalId(0),
            time: NOON,
            setting: Setting::Outpatient,
            kind: TextId::NONE,
            diagnosis: DiagnosisId::NONE,
            total: Fen(total),
            fund: Fen(0),
            rows: Vec::new(),
        }
    }

    /// Records 0 and 1 are stays of 1,000 and 500 yuan, 2 is a visit of 80 yuan, 3 has charge lines only.
    /// Lines 0 to 2 are of stay 0, line 3 of stay 1, line 4 of the visit, lines 5 and 6 of record 3.
    fn region() -> Region {
        let record = |stay, visit| Record { person: PersonId(0), hospital: HospitalId(0), stay, visit };
        let mut region = Region {
            stays: vec![stay(0, 100_000), stay(1, 50_000)],
            visits: vec![visit(2, 8_000)],
            records: vec![record(Some(0), None), record(Some(1), None), record(None, Some(0)), record(None, None)],
            ..Region::default()
        };
        region.fees = FeeColumns { record: vec![0, 0, 0, 1, 2, 3, 3], ..FeeColumns::default() }.into();
        region
    }

    fn finding(rule: &str, confidence: f64, risks: &[(Subject, i64)]) -> Finding {
        let mut finding = Finding { rule: rule.into(), confidence, ..Finding::default() };
        for &(subject, amount) in risks {
            finding.add_risk(subject, Fen(amount));
        }
        finding
    }

    fn sum(findings: &[Finding]) -> i64 {
        at_risk(&region(), findings).0
    }

    #[test]
    fn a_line_counts_once_with_its_largest_risk() {
        let a = finding("a", 1.0, &[(Subject::Line(0), 3_000), (Subject::Line(1), 1_000)]);
        let b = finding("b", 1.0, &[(Subject::Line(0), 2_000), (Subject::Line(3), 500)]);
        // Line 0: max(3000, 2000), line 1: 1000, line 3: 500.
        assert_eq!(sum(&[a, b]), 4_500);
    }

    #[test]
    fn a_stay_counts_with_the_larger_of_itself_and_its_lines() {
        let whole = finding("a", 1.0, &[(Subject::Stay(0), 20_000)]);
        let lines = finding("b", 1.0, &[(Subject::Line(0), 15_000), (Subject::Line(2), 9_000)]);
        assert_eq!(sum(std::slice::from_ref(&whole)), 20_000);
        assert_eq!(sum(&[whole.clone(), lines]), 24_000);
        let less = finding("b", 1.0, &[(Subject::Line(0), 15_000)]);
        assert_eq!(sum(&[whole, less]), 20_000);
    }

    #[test]
    fn no_record_counts_with_more_than_its_total() {
        let lines = finding("a", 1.0, &[(Subject::Line(0), 90_000), (Subject::Line(1), 90_000)]);
        let visit = finding("b", 1.0, &[(Subject::Line(4), 5_000), (Subject::Visit(0), 9_999)]);
        assert_eq!(sum(std::slice::from_ref(&lines)), 100_000);
        assert_eq!(sum(&[lines, visit]), 108_000);
    }

    #[test]
    fn a_total_that_is_not_known_is_no_bound() {
        let mut region = region();
        region.stays[0].total = Fen(0);
        let found = [finding("a", 1.0, &[(Subject::Line(0), 700)])];
        assert_eq!(at_risk(&region, &found), Fen(700));
    }

    #[test]
    fn lines_without_stay_or_visit_count_by_themselves() {
        let found = finding("a", 1.0, &[(Subject::Line(5), 40), (Subject::Line(6), 2)]);
        assert_eq!(sum(&[found]), 42);
    }

    #[test]
    fn leads_come_by_money_times_confidence_then_by_rule() {
        let run = Run {
            rules: Vec::new(),
            findings: vec![
                finding("b", 0.5, &[(Subject::Stay(0), 1_000)]),
                finding("c", 0.9, &[(Subject::Stay(1), 1_000)]),
                finding("a", 1.0, &[(Subject::Line(3), 500)]),
            ],
        };
        let leads = weigh(&region(), run);
        let rules: Vec<&str> = leads.findings.iter().map(|f| f.rule.as_str()).collect();
        assert_eq!(rules, ["c", "a", "b"]);
        assert_eq!(leads.at_risk, Fen(2_000));
    }

    fn subjects() -> impl Strategy<Value = Subject> {
        prop_oneof![(0u32..2).prop_map(Subject::Stay), Just(Subject::Visit(0)), (0u32..7).prop_map(Subject::Line)]
    }

    fn findings() -> impl Strategy<Value = Vec<Finding>> {
        let one = (0u8..3, 0.0f64..=1.0, prop::collection::vec((subjects(), 0i64..120_000), 0..5));
        let one = one.prop_map(|(rule, confidence, risks)| finding(&rule.to_string(), confidence, &risks));
        prop::collection::vec(one, 0..12)
    }

    proptest! {
        #[test]
        fn the_whole_lies_between_its_largest_part_and_the_sum_of_its_parts(all in findings()) {
            let whole = sum(&all);
            let parts: Vec<i64> =
                ["0", "1", "2"].iter().map(|r| at_risk(&region(), all.iter().filter(|f| f.rule == *r)).0).collect();
            prop_assert!(whole <= parts.iter().sum::<i64>());
            prop_assert!(whole >= parts.iter().copied().max().unwrap_or(0));
            prop_assert!(whole <= all.iter().map(|f| f.amount.0).sum::<i64>());
        }

        #[test]
        fn a_finding_that_says_the_same_again_changes_nothing(all in findings(), again in any::<prop::sample::Index>()) {
            prop_assume!(!all.is_empty());
            let mut more = all.clone();
            more.push(again.get(&all).clone());
            prop_assert_eq!(sum(&more), sum(&all));
        }

        #[test]
        fn the_order_of_findings_does_not_matter(all in findings()) {
            let backwards: Vec<Finding> = all.iter().rev().cloned().collect();
            prop_assert_eq!(sum(&backwards), sum(&all));
            let forth = weigh(&region(), Run { rules: Vec::new(), findings: all });
            let back = weigh(&region(), Run { rules: Vec::new(), findings: backwards });
            let keys = |leads: &Leads| -> Vec<(u64, String)> {
                leads.findings.iter().map(|f| (priority(f).to_bits(), f.rule.clone())).collect()
            };
            prop_assert_eq!(keys(&forth), keys(&back));
            prop_assert!(forth.findings.windows(2).all(|w| priority(&w[0]) >= priority(&w[1])));
        }
    }
}
