//! The finding about a person who comes too often.

use std::collections::BTreeMap;

use super::{Occasion, Tested};
use crate::finding::{Finding, Subject};
use crate::model::{Fen, HospitalId, Region, RowRef};
use crate::rule::subjects::list;
use crate::stats::rounded;

/// A record of the window.
struct Entry<'a> {
    id: &'a str,
    fund: Fen,
    total: Fen,
    rows: &'a [RowRef],
}

fn entry<'a>(region: &'a Region, stays: bool, index: u32) -> Entry<'a> {
    if stays {
        let s = &region.stays[index as usize];
        Entry { id: region.names.records.get(s.record), fund: s.fund, total: s.total, rows: &s.rows }
    } else {
        let v = &region.visits[index as usize];
        Entry { id: region.names.records.get(v.record), fund: v.fund, total: v.total, rows: &v.rows }
    }
}

/// One finding for a person, at the institution with most of the occasions. At risk is the share of the window that lies above
/// what would not have been listed: of what the fund paid, or, where it paid nothing (personal accounts), of the total.
pub(super) fn finding(region: &Region, stays: bool, occasions: &[Occasion], tested: &Tested, window: i32) -> Finding {
    let own = &occasions[tested.fullest.from..tested.fullest.to];
    let mut places: BTreeMap<HospitalId, u64> = BTreeMap::new();
    own.iter().for_each(|o| *places.entry(o.hospital).or_default() += 1);
    let most = places.iter().max_by_key(|(h, n)| (**n, std::cmp::Reverse(**h))).map_or(own[0].hospital, |(h, _)| *h);
    let mut finding = Finding {
        hospital_id: region.names.hospitals.get(most).to_string(),
        patient_ids: vec![region.names.persons.get(own[0].person).to_string()],
        period_start: own.first().map(|o| o.day),
        period_end: own.last().map(|o| o.day),
        observed: Some(tested.fullest.count as f64),
        expected: Some(rounded(tested.expected, 1)),
        threshold: Some(tested.threshold as f64),
        p_value: Some(tested.p),
        q_value: Some(tested.q),
        confidence: (1.0 - tested.q).clamp(0.5, 0.95),
        ..Finding::default()
    };
    let count = tested.fullest.count as i64;
    let above = (count - tested.threshold as i64 + 1).max(0);
    let paid: Fen = own.iter().map(|o| entry(region, stays, o.index).fund).sum();
    for occasion in own {
        let entry = entry(region, stays, occasion.index);
        let ids = if stays { &mut finding.stay_ids } else { &mut finding.visit_ids };
        ids.push(entry.id.to_string());
        finding.total_amount += entry.total;
        let base = if paid > Fen(0) { entry.fund } else { entry.total };
        let subject = if stays { Subject::Stay(occasion.index) } else { Subject::Visit(occasion.index) };
        finding.add_risk(subject, base.max(Fen(0)).share(above, count));
        finding.add_rows(&region.files, entry.rows.iter().copied());
    }
    let mut days: Vec<String> = own.iter().map(|o| o.day.to_string()).collect();
    days.dedup();
    let others = || places.keys().filter(|h| **h != most);
    let evidence = &mut finding.evidence;
    evidence.insert("times".into(), tested.fullest.count.into());
    evidence.insert("window_days".into(), window.into());
    evidence.insert("usual".into(), finding.expected.into());
    evidence.insert("dates".into(), list(days));
    evidence.insert("institutions".into(), places.len().into());
    evidence.insert("at_first".into(), places[&most].into());
    evidence.insert("hospitals".into(), list(others().map(|h| region.names.hospitals.get(*h))));
    evidence.insert("other_hospitals".into(), list(others().map(|h| region.hospital_name(*h))));
    evidence.insert("people_compared".into(), tested.stratum.into());
    finding
}
