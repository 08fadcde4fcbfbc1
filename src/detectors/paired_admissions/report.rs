//! The finding of a group: its meetings, its members, its money, and what they have in common.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::gather::NamedHospital;
use super::groups::{Episode, Group};
use crate::finding::{Finding, Subject};
use crate::model::{Day, Fen, Person, PersonId, Region, Sex, Stay, Table, TextId};
use crate::rule::subjects::{diagnosis, list};
use crate::stats::{percent, rounded};

/// Days of a year.
const YEAR: i32 = 365;

/// People at one address beyond whom it is no household: a village, a home for the old, a word for want of an address.
const HOUSEHOLD: u32 = 8;
/// What an address names besides places, unless it is a number: a door. Without any it is a village, a county or a placeholder.
const DOORS: [char; 6] = ['号', '室', '栋', '幢', '户', '组'];
/// Words of places where strangers live together: their residents may be brought in turn.
const HOMES: [&str; 9] = ["养老", "敬老", "福利", "护理院", "公寓", "托老", "安养", "救助", "宿舍"];
/// Members of a household beyond whom some must be of one family by their names.
const KIN: usize = 4;

/// The addresses that may be a household's.
pub struct Homes(BTreeMap<TextId, u32>);

impl Homes {
    /// Counts who lives where.
    pub fn new(region: &Region) -> Self {
        let mut people = BTreeMap::new();
        for address in region.persons.iter().filter_map(|p| p.address.some()) {
            *people.entry(address).or_default() += 1;
        }
        Self(people)
    }

    /// The address of a person, where it names a home that few share.
    fn of(&self, region: &Region, person: &Person) -> Option<TextId> {
        let address = person.address.some()?;
        let text = region.names.texts.get(address);
        let place = text.chars().any(|c| c.is_ascii_digit() || DOORS.contains(&c))
            && !HOMES.iter().any(|word| text.contains(word));
        (place && self.0.get(&address).is_some_and(|people| *people <= HOUSEHOLD)).then_some(address)
    }
}

/// Whether the members are one family: a household by address, or two people who may well be a couple or a child with the
/// parent who stays with it, where no address tells.
pub fn are_family(region: &Region, homes: &Homes, ward: &NamedHospital, group: &Group) -> bool {
    let persons: Vec<PersonId> = group.members.iter().map(|&m| ward.persons[m as usize]).collect();
    let home = |p: &PersonId| region.persons.get(p.index()).and_then(|p| homes.of(region, p));
    let [a, b] = persons[..] else {
        let first = persons.first().and_then(home);
        return first.is_some() && persons.iter().all(|p| home(p) == first) && may_be_kin(region, &persons);
    };
    if let Some((a, b)) = home(&a).zip(home(&b)) {
        return a == b;
    }
    let (Some(a), Some(b)) = (region.persons.get(a.index()), region.persons.get(b.index())) else { return false };
    let first = group.episodes.first().map_or(0, |e| e.begin);
    let (Some(born), Some(other)) = (a.birth, b.birth) else { return false };
    let apart = (born.0 - other.0).abs();
    let youngest = (first - born.0.max(other.0)) / YEAR;
    let couple =
        youngest >= 20 && apart <= 12 * YEAR && a.sex != b.sex && a.sex != Sex::Unknown && b.sex != Sex::Unknown;
    let surname = |p: &Person| region.names.texts.get(p.name).chars().next();
    let kin = surname(a).is_some() && surname(a) == surname(b) && (16 * YEAR..45 * YEAR).contains(&apart);
    couple || kin || (youngest < 18 && apart >= 16 * YEAR)
}

/// Whether so many people at one address may be a family: of more than a few some bear one name, where names are known.
fn may_be_kin(region: &Region, persons: &[PersonId]) -> bool {
    let surname = |p: &PersonId| region.names.texts.get(region.persons.get(p.index())?.name).chars().next();
    let known: Vec<char> = persons.iter().filter_map(surname).collect();
    let names: BTreeSet<char> = known.iter().copied().collect();
    persons.len() <= KIN || known.len() < persons.len() || names.len() < known.len()
}

/// Whether all members have one address text; it is no household's, or they would be none of a group.
fn share_address(region: &Region, ward: &NamedHospital, group: &Group) -> bool {
    let address = |m: &u32| region.persons.get(ward.persons[*m as usize].index())?.address.some();
    let first = group.members.first().and_then(address);
    group.members.len() > 2 && first.is_some() && group.members.iter().all(|m| address(m) == first)
}

/// A group's name: the institution and a number made of its members, so that a group found elsewhere changes nobody's name.
fn group_name(code: &str, members: &[String]) -> String {
    let mut members: Vec<&str> = members.iter().map(String::as_str).collect();
    members.sort_unstable();
    let digest = Sha256::digest(members.join("\u{1f}").as_bytes());
    let number: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{code}-{number}")
}

/// The mark that most joint stays of a group were brought to, in yuan.
pub fn mark(region: &Region, ward: &NamedHospital, group: &Group, marks: &[(Fen, Fen)]) -> f64 {
    let stays = group.episodes.iter().flat_map(|e| &e.spells).flat_map(|&s| &ward.stays[s as usize]);
    let totals: Vec<Fen> = stays.map(|&i| region.stays[i as usize].total).collect();
    let over = |(mark, upper): &&(Fen, Fen)| totals.iter().filter(|t| (*mark..=*upper).contains(*t)).count();
    marks.iter().max_by_key(over).map_or(0.0, |(mark, _)| mark.yuan())
}

/// Share of the confidence that is left where no other hospital shows which calendars care keeps.
const ALONE: f64 = 0.8;

/// The finding of a group of a hospital: `mark` is what the bills were brought to where that explains the discharges, else 0;
/// `tests` is how many persons were tested in the region, and `alone` whether all of them here.
pub fn finding(
    region: &Region,
    ward: &NamedHospital,
    group: &Group,
    mark: f64,
    (tests, alone): (usize, bool),
) -> Finding {
    let code = region.names.hospitals.get(ward.id);
    let patient_ids: Vec<String> = group.members.iter().map(|&m| id(region, ward, m)).collect();
    let mut finding = Finding {
        hospital_id: code.to_string(),
        group_id: Some(group_name(code, &patient_ids)),
        patient_ids,
        confidence: confidence(group) * if alone { ALONE } else { 1.0 },
        observed: Some(rounded(group.joint, 2)),
        // Rounded up: what is expected is never shown as nothing.
        expected: Some((group.expected * 100.0).ceil() / 100.0),
        p_value: Some(group.p),
        q_value: Some(group.q),
        ..Finding::default()
    };
    let paid_known = region.tells_fund(Table::Stays);
    let joint: BTreeSet<u32> =
        group.episodes.iter().flat_map(|e| &e.spells).flat_map(|&s| &ward.stays[s as usize]).copied().collect();
    for &i in &joint {
        let stay = &region.stays[i as usize];
        finding.stay_ids.push(region.names.records.get(stay.record).to_string());
        finding.total_amount += stay.total;
        finding.add_risk(Subject::Stay(i), if paid_known { stay.fund } else { stay.total }.max(Fen(0)));
        finding.add_rows(&region.files, stay.rows.iter().copied());
    }
    let stays: Vec<&Stay> = joint.iter().map(|&i| &region.stays[i as usize]).collect();
    finding.period_start = stays.iter().map(|s| s.admitted.day).min();
    finding.period_end = stays.iter().map(|s| s.last_day()).max();
    evidence(region, ward, group, &stays, &mut finding);
    finding.evidence.insert("mark".into(), mark.into());
    let word = |yes: bool| if yes { "yes" } else { "no" };
    finding.evidence.insert("one_address".into(), word(share_address(region, ward, group)).into());
    finding.evidence.insert("alone".into(), word(alone).into());
    finding.evidence.insert("persons_tested".into(), tests.into());
    finding
}

fn id(region: &Region, ward: &NamedHospital, member: u32) -> String {
    region.names.persons.get(ward.persons[member as usize]).to_string()
}

/// Certain where the group is large and the chance small; two people alone leave room for a tie that the data do not show.
fn confidence(group: &Group) -> f64 {
    let size: f64 = match group.members.len() {
        ..=2 => 0.6,
        3 => 0.85,
        _ => 0.95,
    };
    size * (1.0 - group.q)
}

fn evidence(region: &Region, ward: &NamedHospital, group: &Group, stays: &[&Stay], finding: &mut Finding) {
    let (from, to) = (finding.period_start.unwrap_or(Day(0)), finding.period_end.unwrap_or(Day(0)));
    let until = |day: i32| ward.begins.partition_point(|begin| *begin <= day);
    let all = until(to.0).saturating_sub(until(from.0 - 1));
    let joint_spells: usize = group.episodes.iter().map(|e| e.spells.len()).sum();
    let largest = group.episodes.iter().map(|e| e.spells.len()).max().unwrap_or(0);
    let entries = [
        ("members", Value::from(group.members.len())),
        ("meetings", group.episodes.len().into()),
        ("largest_meeting", largest.into()),
        ("tolerance_days", group.tolerance.into()),
        ("pair_meetings", finding.observed.into()),
        ("pair_expected", finding.expected.into()),
        ("share_of_admissions", percent(joint_spells as f64 / all.max(1) as f64, 2).into()),
        ("same_doctor", share(stays, |s| s.doctor.some())),
        ("same_department", share(stays, |s| s.department.some())),
        ("same_diagnosis", share(stays, |s| s.diagnosis.some())),
        ("same_address", share(&stays_of_persons(stays), |s| region.persons.get(s.person.index())?.address.some())),
        ("joint_fund", finding.amount.yuan().into()),
        ("episodes", group.episodes.iter().map(|e| episode(region, ward, e)).collect()),
        ("member_meetings", member_meetings(region, ward, group)),
        ("joint_stays", joint_stays(region, ward, group)),
    ];
    finding.evidence.extend(entries.map(|(name, value)| (name.to_string(), value)));
}

/// One meeting: first and last day of most, who, and what it cost.
fn episode(region: &Region, ward: &NamedHospital, episode: &Episode) -> Value {
    let indices = || episode.spells.iter().flat_map(|&s| ward.stays[s as usize].iter());
    let stays = || indices().map(|&i| &region.stays[i as usize]);
    let mut left: Vec<Day> = stays().map(Stay::last_day).collect();
    left.sort_unstable();
    let who = episode.spells.iter().map(|&s| id(region, ward, ward.hospital.spells[s as usize].person));
    json!({
        "admitted": Day(episode.begin).to_string(),
        "discharged": left.get(left.len() / 2).copied().unwrap_or(Day(episode.end)).to_string(),
        "present": episode.spells.len(),
        "patients": list(who),
        "stays": list(stays().map(|s| region.names.records.get(s.record))),
        "total": stays().map(|s| s.total).sum::<Fen>().yuan(),
        "fund": stays().map(|s| s.fund).sum::<Fen>().yuan(),
    })
}

/// By member, at how many of the meetings they were, how many times they were at the hospital at all, and what the joint
/// stays cost; those who were there most often first.
fn member_meetings(region: &Region, ward: &NamedHospital, group: &Group) -> Value {
    let mut joint: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for &spell in group.episodes.iter().flat_map(|e| &e.spells) {
        joint.entry(ward.hospital.spells[spell as usize].person).or_default().push(spell);
    }
    let mut members: Vec<(u32, Vec<u32>)> = joint.into_iter().collect();
    members.sort_by_key(|(member, spells)| (std::cmp::Reverse(spells.len()), *member));
    let entry = |(member, spells): (u32, Vec<u32>)| {
        let stays = || spells.iter().flat_map(|&s| &ward.stays[s as usize]).map(|&i| &region.stays[i as usize]);
        json!({
            "patient": id(region, ward, member),
            "name": name(region, ward, member),
            "meetings": spells.len(),
            "times_there": ward.hospital.starts[member as usize + 1] - ward.hospital.starts[member as usize],
            "total": stays().map(|s| s.total).sum::<Fen>().yuan(),
            "fund": stays().map(|s| s.fund).sum::<Fen>().yuan(),
        })
    };
    members.into_iter().map(entry).collect()
}

/// The name of a member; null where the export has none.
fn name(region: &Region, ward: &NamedHospital, member: u32) -> Value {
    let person = region.persons.get(ward.persons[member as usize].index());
    person.and_then(|p| p.name.some()).map_or(Value::Null, |name| region.names.texts.get(name).into())
}

/// Every joint stay with its own dates, meeting by meeting.
fn joint_stays(region: &Region, ward: &NamedHospital, group: &Group) -> Value {
    let mut entries = Vec::new();
    for (number, episode) in group.episodes.iter().enumerate() {
        let of_spell =
            |&s: &u32| ward.stays[s as usize].iter().map(move |&i| (ward.hospital.spells[s as usize].person, i));
        let mut stays: Vec<(u32, u32)> = episode.spells.iter().flat_map(of_spell).collect();
        stays.sort_by_key(|&(member, i)| (region.stays[i as usize].admitted, member, i));
        entries.extend(stays.into_iter().map(|(member, i)| {
            let stay = &region.stays[i as usize];
            json!({
                "meeting": number + 1,
                "patient": id(region, ward, member),
                "name": name(region, ward, member),
                "stay": region.names.records.get(stay.record),
                "admitted": stay.admitted.to_string(),
                "discharged": stay.discharged.map(|d| d.to_string()),
                "diagnosis": diagnosis(region, stay),
                "department": region.names.departments.get(stay.department),
                "doctor": region.names.doctors.get(stay.doctor),
                "total": stay.total.yuan(),
                "fund": stay.fund.yuan(),
            })
        }));
    }
    Value::Array(entries)
}

/// One stay of each person.
fn stays_of_persons<'a>(stays: &[&'a Stay]) -> Vec<&'a Stay> {
    let by_person: BTreeMap<PersonId, &Stay> = stays.iter().map(|s| (s.person, *s)).collect();
    by_person.into_values().collect()
}

/// Share of the stays, in percent, that the most frequent value has; null where none is known.
fn share<T: Ord>(stays: &[&Stay], of: impl Fn(&Stay) -> Option<T>) -> Value {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    stays.iter().filter_map(|s| of(s)).for_each(|value| *counts.entry(value).or_default() += 1);
    let known: usize = counts.values().sum();
    counts.values().max().map_or(Value::Null, |most| percent(*most as f64 / known as f64, 0).into())
}
