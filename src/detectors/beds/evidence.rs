//! A lead with what an investigator needs: the empty days, where the person was, what is usual, the money.

use std::collections::BTreeSet;

use serde_json::Value;

use super::chart::{Elsewhere, Sighting};
use super::cohort::{Chart, Cohort, EMPTY};
use super::judge::{JudgedCohort, Shape, Verdict};
use super::wards::Ward;
use crate::finding::{Finding, Subject};
use crate::model::{Day, Fen, HospitalId, Setting, Stay, Table};
use crate::rule::Context;
use crate::rule::subjects::{diagnosis, list, stay_finding};
use crate::stats::percent;

/// What a finding is made from.
pub struct Scene<'a> {
    pub context: &'a Context<'a>,
    pub cohort: &'a Cohort,
    pub judged: &'a JudgedCohort,
    pub elsewhere: &'a Elsewhere,
    /// Verdicts by hospital of the cohort.
    pub leads: Vec<usize>,
}

/// The empty ones among the days of a chart.
fn empty_days(chart: &Chart, flags: &[u8]) -> Vec<Day> {
    (0..flags.len()).filter(|&i| flags[i] & EMPTY != 0).map(|i| Day(chart.first.0 + i as i32)).collect()
}

impl Scene<'_> {
    /// The finding of a verdict.
    pub(super) fn finding(&self, verdict: &Verdict) -> Finding {
        let chart = &self.cohort.charts[verdict.chart];
        let m = &self.judged.null.measured[verdict.chart];
        let stay = &self.context.region.stays[chart.stay as usize];
        let flags = self.cohort.days(chart);
        let mut empty = empty_days(chart, flags);
        if verdict.shape == Shape::Padded {
            empty = empty.split_off(empty.len() - m.run);
        }
        let seen: Vec<&Sighting> = self.elsewhere.of(stay).filter(|s| empty.binary_search(&s.day).is_ok()).collect();
        let mut finding = stay_finding(self.context.region, chart.stay as usize);
        finding.p_value = Some(verdict.p);
        finding.q_value = Some(verdict.q);
        let (observed, expected) = match verdict.shape {
            Shape::Hanging => (m.empty, m.expected),
            Shape::Padded => (m.run, m.expected_run),
        };
        finding.observed = Some(observed as f64);
        // Rounded up: what is usual is never shown as nothing.
        finding.expected = Some((expected * 100.0).ceil() / 100.0);
        finding.confidence = self.confidence(verdict, seen.iter().any(|s| s.counts));
        let amount = self.amount(stay, &empty, flags.len(), verdict.shape, expected);
        finding.add_risk(Subject::Stay(chart.stay), amount);
        self.add_rows(&mut finding, stay, &empty, &seen);
        self.describe(&mut finding, verdict, &empty, &seen);
        finding
    }

    /// One lead about a hospital with wards that are empty: all their empty stays, with their money.
    pub(super) fn institution(&self, wards: &[Ward], tests: usize) -> Finding {
        let region = self.context.region;
        let charts: Vec<usize> = wards.iter().flat_map(|ward| ward.charts.iter().copied()).collect();
        let stays = || charts.iter().map(|at| &region.stays[self.cohort.charts[*at].stay as usize]);
        let sorted = |names: BTreeSet<&str>| names.into_iter().map(String::from).collect();
        let (p, q) = wards.iter().fold((1.0_f64, 1.0_f64), |least, w| (least.0.min(w.p), least.1.min(w.q)));
        let (observed, expected): (usize, f64) =
            (wards.iter().map(|w| w.observed).sum(), wards.iter().map(|w| w.expected).sum());
        let all: usize = wards.iter().map(|w| w.stays).sum();
        let mut finding = Finding {
            hospital_id: region.names.hospitals.get(self.cohort.hospitals[wards[0].hospital as usize]).to_string(),
            patient_ids: sorted(stays().filter_map(|s| Some(region.names.persons.get(s.person.some()?))).collect()),
            stay_ids: sorted(stays().map(|s| region.names.records.get(s.record)).collect()),
            group_id: Some("wards".to_string()),
            period_start: stays().map(|s| s.admitted.day).min(),
            period_end: stays().map(Stay::last_day).max(),
            total_amount: stays().map(|s| s.total).sum(),
            observed: Some(observed as f64),
            expected: Some((expected * 100.0).ceil() / 100.0),
            p_value: Some(p),
            q_value: Some(q),
            ..Finding::default()
        };
        let (mut empties, mut days) = (0, 0);
        for &at in &charts {
            let chart = &self.cohort.charts[at];
            let stay = &region.stays[chart.stay as usize];
            let empty = empty_days(chart, self.cohort.whole(chart));
            let length = self.cohort.whole(chart).len();
            finding.add_risk(Subject::Stay(chart.stay), self.amount(stay, &empty, length, Shape::Hanging, 0.0));
            self.add_rows(&mut finding, stay, &empty, &[]);
            (empties, days) = (empties + empty.len(), days + length);
        }
        // Some of so many are as such stays are elsewhere.
        finding.confidence = ((1.0 - expected / observed as f64).clamp(0.0, 1.0) * (1.0 - q)).min(0.95);
        let evidence = &mut finding.evidence;
        let mut put = |name: &str, value: Value| evidence.insert(name.into(), value);
        put("scope", "hospital".into());
        let names: BTreeSet<&str> = wards.iter().map(|w| w.name.as_str()).collect();
        put("wards", names.into_iter().collect::<Vec<_>>().join("、").into());
        put("stays_listed", charts.len().into());
        put("stays_compared", all.into());
        put("empty_days", empties.into());
        put("days", days.into());
        put("empty_share", percent(empties as f64 / days.max(1) as f64, 0).into());
        put("peer_hospitals", self.cohort.hospitals.len().saturating_sub(1).into());
        put("wards_tested", tests.into());
        finding
    }

    /// What is left of doubt: the false-discovery rate, more where there are no peers or the records show no second sign.
    fn confidence(&self, verdict: &Verdict, seen: bool) -> f64 {
        let most = match (seen, self.judged.peers) {
            (true, _) => 0.98,
            (false, 0) => 0.7,
            (false, 1..=2) => 0.8,
            (false, _) => 0.95,
        };
        (1.0 - verdict.q).min(most)
    }

    /// What the fund would not have paid: its share of what was charged on the empty days; for padding, of those beyond the
    /// natural wait for discharge; for a stay that hangs on more than half of its days, all it paid.
    fn amount(&self, stay: &Stay, empty: &[Day], days: usize, shape: Shape, natural: f64) -> Fen {
        let region = self.context.region;
        let has_fund = region.tells_fund(Table::Stays);
        let paid = if has_fund { stay.fund } else { stay.total }.max(Fen(0));
        if shape == Shape::Hanging && empty.len() * 2 > days {
            return paid;
        }
        let skip = if shape == Shape::Padded { (natural.round() as usize).min(empty.len() - 1) } else { 0 };
        let days = &empty[skip..];
        let facts = &self.context.facts.stay_days;
        let start = facts.partition_point(|d| d.record < stay.record);
        let of_stay = facts[start..].iter().take_while(|d| d.record == stay.record);
        let charged: Fen = of_stay.filter(|d| days.contains(&d.day)).map(|d| d.amount).sum();
        if stay.total.0 > 0 { paid.share(charged.0.clamp(0, stay.total.0), stay.total.0) } else { charged }
    }

    /// The stay, the charges of its empty days, and the visits and stays elsewhere.
    fn add_rows(&self, finding: &mut Finding, stay: &Stay, empty: &[Day], seen: &[&Sighting]) {
        let region = self.context.region;
        finding.add_rows(&region.files, stay.rows.iter().copied());
        let fees = &region.fees;
        let on_empty = |line: &usize| fees.time(*line).is_some_and(|t| empty.binary_search(&t.day).is_ok());
        finding.add_rows(&region.files, fees.of(stay.record).filter(on_empty).map(|l| fees.row(l)));
        for sighting in seen {
            let visit = sighting.visit.map(|i| &region.visits[i as usize].rows);
            let other = sighting.stay.map(|i| &region.stays[i as usize].rows);
            finding.add_rows(&region.files, visit.or(other).into_iter().flatten().copied());
        }
    }

    fn describe(&self, finding: &mut Finding, verdict: &Verdict, empty: &[Day], seen: &[&Sighting]) {
        let region = self.context.region;
        let chart = &self.cohort.charts[verdict.chart];
        let m = &self.judged.null.measured[verdict.chart];
        let stay = &region.stays[chart.stay as usize];
        let last_active = (0..m.days - m.run).next_back().map(|i| Day(chart.first.0 + i as i32).to_string());
        let place = |s: &&&Sighting| format!("{} {}", s.day, region.hospital_name(s.hospital));
        let (strong, weak): (Vec<&&Sighting>, Vec<&&Sighting>) = seen.iter().partition(|s| s.counts);
        let away: BTreeSet<Day> = strong.iter().map(|s| s.day).collect();
        let hospitals: BTreeSet<HospitalId> = strong.iter().map(|s| s.hospital).collect();
        let beds = strong.iter().filter(|s| s.stay.is_some()).filter_map(|s| s.stay).collect::<BTreeSet<u32>>();
        let clinics = strong.iter().filter(|s| s.visit.is_some() && s.setting != Setting::Pharmacy).count();
        let evidence = &mut finding.evidence;
        let mut put = |name: &str, value: Value| evidence.insert(name.into(), value);
        put("empty_days", empty.len().into());
        put("days", m.days.into());
        put("empty_share", percent(empty.len() as f64 / m.days.max(1) as f64, 0).into());
        put("usual_days", finding.expected.map_or(Value::Null, Value::from));
        put("empty_dates", list(empty.iter().map(Day::to_string)));
        put("last_active", last_active.map_or(Value::Null, Value::from));
        put("away_days", away.len().into());
        put("elsewhere", list(strong.iter().map(&place)));
        put("other_stays", list(beds.iter().map(|&i| region.names.records.get(region.stays[i as usize].record))));
        put("other_visits", clinics.into());
        put("pharmacy", list(weak.iter().map(place)));
        put("hospitals", list(hospitals.iter().map(|h| region.names.hospitals.get(*h))));
        put("diagnosis", diagnosis(region, stay).into());
        put("admitted", stay.admitted.to_string().into());
        put("discharged", stay.discharged.map_or(Value::Null, |d| d.to_string().into()));
        put("hospital_leads", self.leads[chart.hospital as usize].into());
        put("peer_hospitals", self.judged.peers.into());
        put("stays_tested", self.judged.tests.into());
        put("stays_unjudged", self.judged.unjudged.len().into());
        put("scope", "stay".into());
    }
}
