//! Replaces what points at a person by pseudonyms, so that a report can be shown to somebody who must not know the patients.
//!
//! A pseudonym is a keyed hash: the same person or record has the same one throughout a report, and in every report on the
//! same data. The key is made from all ids of the region and is written nowhere; who does not have the data cannot try out
//! ids against it. (The hashes of the input files would not do as a key: they are printed in the report.)

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::harmless::{Harmless, Numbers};
use super::summary::period;
use crate::facts::delivery::Delivery;
use crate::finding::Finding;
use crate::ingest::Ingested;
use crate::messages::{Args, Value::Text};
use crate::model::{Certificate, Day, Domain, PersonId, Region, TextId};
use crate::tables::{self, Texts};
use crate::weigh::Leads;

/// Masks patients, stays, visits, names and certificate numbers in findings, their evidence and messages, in the checks of the
/// delivery and the notes, and the values of rejected rows. Of the names of files, headers and all other text of the data in
/// notes only words are kept that point at nobody: whose name is in a file that was not read, nobody knows. Institutions, items
/// and row numbers stay: they are what a lead is checked by.
pub fn mask(ingested: &mut Ingested, leads: &mut Leads, delivery: &mut Delivery) {
    let masker = Masker::new(&ingested.region);
    let names: BTreeMap<String, String> =
        file_names(ingested).into_iter().map(|name| (name.clone(), masker.file(&name))).collect();
    let births = Births::new(&ingested.region);
    for finding in &mut leads.findings {
        masker.finding(finding, &births);
        for row in &mut finding.rows {
            rename(&names, &mut row.file);
        }
    }
    let stays = delivery.examples.iter_mut().map(|d| &mut d.stay);
    for stay in delivery.bare_examples.iter_mut().chain(stays) {
        *stay = masker.pseudonym('S', stay);
    }
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for reject in &mut ingested.rejects {
        if !reject.value.is_empty() {
            reject.value = HIDDEN.to_string();
        }
        rename(&names, &mut reject.file);
        let column = std::mem::take(&mut reject.column);
        reject.column = headers.entry(column).or_insert_with_key(|column| masker.headers(column)).clone();
    }
    for note in &mut ingested.notes {
        masker.arguments(note.id, &mut note.args, &names);
    }
    for unread in &mut ingested.unread {
        masker.arguments(unread.reason, &mut unread.args, &names);
        rename(&names, &mut unread.name);
    }
    ingested.region.files.iter_mut().for_each(|name| rename(&names, name));
    for input in &mut ingested.inputs {
        rename(&names, &mut input.name);
        input.parts.iter_mut().for_each(|part| rename(&names, &mut part.name));
    }
}

/// The texts of a region's tables without what points at a person: persons, records and doctors under pseudonyms; names, certificate
/// numbers, addresses and whatever holds one of them left out. Dates and money stay, without which the tables could not serve as
/// peers.
pub struct Masked<'a>(Masker<'a>, BTreeSet<TextId>);

impl<'a> Masked<'a> {
    /// The texts of a region whose files have their masked names already.
    pub fn new(region: &'a Region) -> Self {
        Self(Masker::new(region), region.names.item_names.iter().copied().collect())
    }
}

impl Texts for Masked<'_> {
    fn text(&self, domain: Domain, id: u32) -> Option<Cow<'_, str>> {
        let masker = &self.0;
        let text = tables::text(masker.region, domain, id)?;
        match domain {
            Domain::Person => Some(masker.pseudonym('P', text).into()),
            Domain::Doctor => Some(masker.pseudonym('D', text).into()),
            Domain::Record => {
                let visit = masker.region.records.get(id as usize).is_some_and(|r| r.visit.is_some());
                Some(masker.pseudonym(if visit { 'V' } else { 'S' }, text).into())
            }
            Domain::Text => {
                // Names of people are also parts of names of drugs, which stand in every catalogue.
                let catalogued = self.1.contains(&TextId(id)) && !masker.private.contains(text);
                let points = masker.points(text, !catalogued) || masker.holds_id(text);
                (!points).then_some(text.into())
            }
            Domain::Department | Domain::Diagnosis if masker.points(text, true) => {
                Some(masker.pseudonym('X', text).into())
            }
            Domain::Hospital | Domain::Item | Domain::Department | Domain::Diagnosis | Domain::Settlement => {
                Some(text.into())
            }
        }
    }

    fn file(&self, file: u16) -> &str {
        &self.0.region.files[usize::from(file)]
    }
}

/// What stands for text of the data that is not shown.
const HIDDEN: &str = "***";

/// Every name of a file, sheet or archive member that an output may show.
fn file_names(ingested: &Ingested) -> BTreeSet<String> {
    let inputs = ingested.inputs.iter().flat_map(|i| i.parts.iter().map(|p| &p.name).chain([&i.name]));
    let told = ingested.rejects.iter().map(|r| &r.file).chain(ingested.unread.iter().map(|u| &u.name));
    ingested.region.files.iter().chain(inputs).chain(told).cloned().collect()
}

fn rename(names: &BTreeMap<String, String>, name: &mut String) {
    if let Some(new) = names.get(name) {
        name.clone_from(new);
    }
}

/// The births of the patients of findings, as texts show them.
struct Births<'a> {
    region: &'a Region,
    of_stays: BTreeMap<PersonId, Vec<Day>>,
}

impl<'a> Births<'a> {
    fn new(region: &'a Region) -> Self {
        let mut of_stays: BTreeMap<PersonId, Vec<Day>> = BTreeMap::new();
        for (person, birth) in region.stays.iter().filter_map(|s| Some((s.person, s.birth?))) {
            let own = of_stays.entry(person).or_default();
            if !own.contains(&birth) {
                own.push(birth);
            }
        }
        Self { region, of_stays }
    }

    fn of(&self, person: PersonId) -> impl Iterator<Item = Day> + '_ {
        let known = self.region.persons.get(person.index()).and_then(|p| p.birth);
        known.into_iter().chain(self.of_stays.get(&person).into_iter().flatten().copied())
    }
}

struct Masker<'a> {
    region: &'a Region,
    key: [u8; 32],
    /// Names, certificate numbers and addresses of persons.
    private: BTreeSet<&'a str>,
    harmless: Harmless,
}

/// What was replaced in one finding, and by what.
type Replaced = BTreeMap<String, String>;

impl<'a> Masker<'a> {
    fn new(region: &'a Region) -> Self {
        let mut hash = Sha256::new();
        let persons = region.names.persons.iter().map(|(_, text)| text);
        for text in persons.chain(region.names.records.iter().map(|(_, text)| text)) {
            hash.update(text);
            hash.update([0]);
        }
        let private = region.persons.iter().flat_map(|p| [p.name, p.certificate, p.address]).filter_map(|t| t.some());
        let private = private.map(|t| region.names.texts.get(t)).filter(|t| !t.is_empty()).collect();
        Self { region, key: hash.finalize().into(), private, harmless: Harmless::new(region, period(region)) }
    }

    fn pseudonym(&self, kind: char, text: &str) -> String {
        let digest = Sha256::new().chain_update(self.key).chain_update([kind as u8]).chain_update(text).finalize();
        let hex: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{kind}-{hex}")
    }

    /// The pseudonym of a text that is the id, name, certificate number or address of a person, or the id of a record.
    fn known(&self, text: &str) -> Option<String> {
        // Numbers this short are figures more often than ids, and say little by themselves.
        if text.len() < 4 && text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        if self.region.names.persons.find(text).is_some() {
            return Some(self.pseudonym('P', text));
        }
        if let Some(record) = self.region.names.records.find(text) {
            let visit = self.region.records.get(record.index()).is_some_and(|r| r.visit.is_some());
            return Some(self.pseudonym(if visit { 'V' } else { 'S' }, text));
        }
        self.private.contains(text).then(|| self.pseudonym('N', text))
    }

    /// A file's name without what may point at a person: people name files after those they are about, and spell them as they
    /// like. Every part that is not made of harmless words has a pseudonym in its place.
    fn file(&self, name: &str) -> String {
        self.spoken(name, Numbers::Few, |token| self.known(token).unwrap_or_else(|| self.pseudonym('N', token)))
    }

    /// A text of which the runs of letters and digits that may point at a person are replaced.
    fn spoken(&self, text: &str, numbers: Numbers, replace: impl Fn(&str) -> String) -> String {
        let runs = words(text);
        let dated = numbers == Numbers::Rows || self.harmless.dates(text);
        let mut hidden: Vec<bool> = runs
            .iter()
            .map(|(from, to)| {
                let run = &text[*from..*to];
                let digits = || run.bytes().any(|b| b.is_ascii_digit());
                !self.harmless.token(run, numbers) || (!dated && digits()) || self.holds_name(run)
            })
            .collect();
        // Ids and names may have signs and blanks in them.
        for first in 0..runs.len() {
            for last in first..runs.len().min(first + LONGEST_ID) {
                if self.known(&text[runs[first].0..runs[last].1]).is_some() {
                    hidden[first..=last].fill(true);
                }
            }
        }
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for ((from, to), _) in runs.iter().zip(&hidden).filter(|(_, hidden)| **hidden) {
            out.push_str(&text[done..*from]);
            out.push_str(&replace(&text[*from..*to]));
            done = *to;
        }
        out + &text[done..]
    }

    /// Whether the name of a person stands somewhere in a run of letters.
    fn holds_name(&self, run: &str) -> bool {
        let starts: Vec<usize> = run.char_indices().map(|(at, _)| at).chain([run.len()]).collect();
        !run.is_ascii()
            && (0..starts.len()).any(|i| {
                let ends = starts.iter().skip(i + 2).take(LONGEST_NAME);
                ends.map(|to| &run[starts[i]..*to]).any(|text| !text.is_ascii() && self.private.contains(text))
            })
    }

    /// Whether a text is or holds a certificate number, or the name of a person where names are looked for.
    fn points(&self, text: &str, names: bool) -> bool {
        let is_number = |(from, to): &(usize, usize)| {
            let number = Certificate::new(&text[*from..*to]);
            number.is_some_and(|number| number.is_right())
        };
        self.private.contains(text) || names && self.holds_name(text) || words(text).iter().any(is_number)
    }

    /// Whether a text holds the id of a person or of a record, with whatever signs there are in it.
    fn holds_id(&self, text: &str) -> bool {
        let runs = words(text);
        (0..runs.len()).any(|first| {
            let ends = first..runs.len().min(first + LONGEST_ID);
            ends.into_iter().any(|last| self.known(&text[runs[first].0..runs[last].1]).is_some())
        })
    }

    /// A list of headers of which those remain that point at nobody.
    fn headers(&self, list: &str) -> String {
        let (mut kept, mut hidden) = (Vec::new(), false);
        for header in list.split(", ") {
            if self.spoken(header, Numbers::Few, |_| HIDDEN.to_string()) == header {
                kept.push(header);
            } else {
                hidden = true;
            }
        }
        kept.extend(hidden.then_some(HIDDEN));
        kept.join(", ")
    }

    /// What a note, or the reason for not reading something, says: the program's own words stay, names of files are those of
    /// the report, and of everything else what points at nobody.
    fn arguments(&self, id: &str, args: &mut Args, names: &BTreeMap<String, String>) {
        for (name, value) in args.iter_mut() {
            let Text(text) = value else { continue };
            *text = match name.as_str() {
                "table" | "field" | "missing" | "fields" | "kind" | "order" | "end" | "line" => continue,
                "total" | "money" | "fund" | "from" | "to" | "hospitals" => continue,
                // What stands for no date is no day of anybody.
                "words" if id == "note-fillers" => continue,
                "examples" if text == "none" => continue,
                "examples" | "words" | "kinds" => HIDDEN.to_string(),
                "reason" if is_plain(text) => continue,
                "headers" | "columns" | "column" | "header" => self.headers(text),
                "file" | "files" | "rows" | "list" => self.places(text, names),
                _ => self.spoken(text, Numbers::Few, |_| HIDDEN.to_string()),
            };
        }
    }

    /// A list of files and of rows in them.
    fn places(&self, text: &str, names: &BTreeMap<String, String>) -> String {
        let mut met: Vec<&String> =
            names.keys().filter(|name| !name.is_empty() && text.contains(name.as_str())).collect();
        met.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let other = |text: &str| self.spoken(text, Numbers::Rows, |_| HIDDEN.to_string());
        let (mut out, mut from, mut at) = (String::with_capacity(text.len()), 0, 0);
        while at < text.len() {
            match met.iter().find(|name| text[at..].starts_with(name.as_str())) {
                Some(name) => {
                    out.push_str(&other(&text[from..at]));
                    out.push_str(&names[*name]);
                    at += name.len();
                    from = at;
                }
                None => at += text[at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        out + &other(&text[from..])
    }

    fn finding(&self, finding: &mut Finding, births: &Births<'_>) {
        let mut replaced = Replaced::new();
        let mut born: BTreeSet<String> = BTreeSet::new();
        for patient in &finding.patient_ids {
            let Some(person) = self.region.names.persons.find(patient).and_then(PersonId::some) else { continue };
            born.extend(births.of(person).map(|day| day.to_string()));
            let Some(person) = self.region.persons.get(person.index()) else { continue };
            for text in [person.name, person.certificate].into_iter().filter_map(|t| t.some()) {
                let text = self.region.names.texts.get(text);
                if !text.is_empty() {
                    replaced.insert(text.to_string(), self.pseudonym('N', text));
                }
            }
        }
        let lists = [('P', &mut finding.patient_ids), ('S', &mut finding.stay_ids), ('V', &mut finding.visit_ids)];
        for (kind, ids) in lists {
            for id in ids.iter_mut() {
                let pseudonym = self.pseudonym(kind, id);
                replaced.insert(std::mem::replace(id, pseudonym.clone()), pseudonym);
            }
            ids.sort();
        }
        for value in finding.evidence.values_mut() {
            self.value(value, &mut replaced);
            hide_parts(value, &born);
        }
        finding.message = substitute(&finding.message, &replaced);
        finding.group_id = finding.group_id.take().map(|id| self.pseudonym('G', &id));
        // The id is a hash of patients and stays without a key, so it would let ids be tried out.
        finding.finding_id = self.pseudonym('F', &finding.finding_id).split_off(2);
    }

    fn value(&self, value: &mut Value, replaced: &mut Replaced) {
        match value {
            Value::String(text) => {
                for token in tokens(text).chain([text.as_str()]) {
                    if let Some(pseudonym) = self.known(token) {
                        replaced.insert(token.to_string(), pseudonym);
                    }
                }
                *text = substitute(text, replaced);
            }
            Value::Array(values) => values.iter_mut().for_each(|v| self.value(v, replaced)),
            Value::Object(fields) => fields.values_mut().for_each(|v| self.value(v, replaced)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Characters of a person's name that are looked for in the names of files.
const LONGEST_NAME: usize = 30;
/// Runs of letters and digits that an id or a name is made of.
const LONGEST_ID: usize = 6;

/// Runs of letters and digits: where each begins and ends.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
        let to = at + c.len_utf8();
        match runs.last_mut().filter(|run| run.1 == at) {
            Some(run) => run.1 = to,
            None => runs.push((at, to)),
        }
    }
    runs
}

/// Whether what a system or library says of a fault quotes nothing of the data.
fn is_plain(text: &str) -> bool {
    let digits = text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() > 3);
    text.is_ascii() && !digits && !text.contains(['"', '\'', '`'])
}

/// Hides what is left of certificate numbers whose other digits are stars, and births, where they stand within a text; a date by
/// itself is one of the record.
fn hide_parts(value: &mut Value, born: &BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let starred = |word: &str| word.contains('*') && word.bytes().any(|b| b.is_ascii_digit());
            if text.split_whitespace().any(starred) {
                let words = text.split(' ').map(|word| if starred(word) { "***" } else { word });
                *text = words.collect::<Vec<_>>().join(" ");
            }
            if !born.contains(text) {
                for day in born.iter().filter(|day| text.contains(day.as_str())).collect::<Vec<_>>() {
                    *text = text.replace(day.as_str(), "***");
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| hide_parts(value, born)),
        Value::Object(fields) => fields.values_mut().for_each(|value| hide_parts(value, born)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn in_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !in_token(c)).filter(|t| !t.is_empty())
}

/// Replaces ids where they stand as whole tokens, and names anywhere: Chinese has no spaces around them. Longer texts first.
fn substitute(text: &str, replaced: &Replaced) -> String {
    let mut keys: Vec<&String> = replaced.keys().collect();
    keys.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    'text: while let Some(first) = rest.chars().next() {
        for key in &keys {
            let Some(after) = rest.strip_prefix(key.as_str()) else { continue };
            let id = key.chars().all(in_token);
            let bounded = !in_token(before) && !after.chars().next().is_some_and(in_token);
            if !id || bounded {
                out.push_str(&replaced[*key]);
                before = key.chars().last().unwrap_or(' ');
                rest = after;
                continue 'text;
            }
        }
        out.push(first);
        before = first;
        rest = &rest[first.len_utf8()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::facts::delivery::Difference;
    use crate::ingest::{Note, Reject};
    use crate::model::{Fen, Person, Pool, Record, RecordId, Sex, TextId};

    fn ingested() -> Ingested {
        let mut ingested = Ingested::default();
        let region = &mut ingested.region;
        region.names.persons = Pool::from_sorted(["P0001", "P0002"]);
        region.names.records = Pool::from_sorted(["M100001", "M100002"]);
        region.names.texts = Pool::from_sorted(["11010119800101123X", "张桂英"]);
        let none = TextId::NONE;
        let person =
            |name, certificate| Person { name, certificate, sex: Sex::Female, birth: None, born: None, address: none };
        region.persons = vec![person(TextId(1), TextId(0)), person(none, none)];
        let record = |person| Record {
            person: PersonId(person),
            hospital: crate::model::HospitalId(0),
            stay: Some(0),
            visit: None,
        };
        region.records = vec![record(0), record(1)];
        assert_eq!(region.names.records.find("M100001"), Some(RecordId(0)));
        ingested.rejects.push(Reject {
            file: "stays.csv".into(),
            line: 7,
            column: "psn_no".into(),
            value: "11010119800101123X".into(),
            reason: "reject-damaged-id",
            rows: 1,
        });
        ingested
    }

    fn leads() -> Leads {
        let mut finding = Finding { finding_id: "0123456789abcdef".into(), ..Finding::default() };
        finding.patient_ids = vec!["P0001".into()];
        finding.stay_ids = vec!["M100001".into()];
        finding.evidence.insert("other_stays".into(), json!(["M100002", {"who": "P0002、P0001"}]));
        finding.evidence.insert("days".into(), json!(3));
        finding.message = "张桂英（P0001，11010119800101123X）住院M100001与M100002重叠3天，见XP0001".into();
        Leads { findings: vec![finding], ..Leads::default() }
    }

    #[test]
    fn nothing_that_points_at_a_person_is_left() {
        let (mut ingested, mut leads) = (ingested(), leads());
        let difference = Difference { stay: "M100002".into(), total: Fen(1), billed: Fen(2) };
        let mut delivery =
            Delivery { bare_examples: vec!["M100001".into()], examples: vec![difference], ..Delivery::default() };
        let text = Text("settlements of M100001, M100002 (P0001)".into());
        ingested.notes.push(Note { id: "note-x", args: [("stays".to_string(), text)].into() });
        mask(&mut ingested, &mut leads, &mut delivery);
        let told = format!("{delivery:?} {:?}", ingested.notes);
        assert!(["M100001", "M100002", "P0001"].iter().all(|secret| !told.contains(secret)), "{told}");
        let line = serde_json::to_string(&leads.findings[0]).expect("finding");
        // XP0001 is a different token and no id of the region.
        let line = line.replace("XP0001", "");
        for secret in ["P0001", "P0002", "M100001", "M100002", "张桂英", "11010119800101123X", "0123456789abcdef"] {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
        assert!(line.contains("重叠3天") && line.contains("\"days\":3"));
        assert_eq!(ingested.rejects[0].value, "***");
    }

    #[test]
    fn names_of_files_parts_of_certificates_and_births_are_hidden() {
        let (mut ingested, mut leads) = (ingested(), leads());
        ingested.region.persons[0].birth = Some(Day(3_652));
        let name = "张桂英_11010119800101123X/2024_310112198506041071.csv";
        ingested.region.files = vec![name.to_string()];
        ingested.rejects[0].file = name.to_string();
        let text = Text(format!("{name}: 3 rows"));
        ingested.notes.push(Note { id: "note-x", args: [("file".to_string(), text)].into() });
        let finding = &mut leads.findings[0];
        finding.rows = vec![crate::finding::Row { file: name.to_string(), line: 3 }];
        finding.evidence.insert("examples".into(), json!(["******19850605**92 ≠ 1980-01-01"]));
        finding.evidence.insert("first_day".into(), json!("1980-01-01"));
        mask(&mut ingested, &mut leads, &mut Delivery::default());
        let told = format!("{:?} {:?} {:?}", leads.findings, ingested.notes, ingested.rejects);
        for secret in ["张桂英", "11010119800101123X", "310112198506041071", "19850605", "≠ 1980-01-01"] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
        let file = &leads.findings[0].rows[0].file;
        assert!(
            file.contains("/2024_N-")
                && file.ends_with(".csv")
                && *file == ingested.rejects[0].file
                && *file == ingested.region.files[0]
        );
        assert_eq!(leads.findings[0].evidence["first_day"], "1980-01-01", "a day of the record stays");
    }

    #[test]
    fn one_id_has_one_pseudonym_everywhere() {
        let (mut ingested, mut leads) = (ingested(), leads());
        mask(&mut ingested, &mut leads, &mut Delivery::default());
        let finding = &leads.findings[0];
        let patient = &finding.patient_ids[0];
        assert!(finding.message.contains(patient.as_str()));
        assert!(finding.message.contains(finding.stay_ids[0].as_str()));
        assert!(finding.evidence["other_stays"][1]["who"].as_str().is_some_and(|w| w.ends_with(patient.as_str())));
    }
}
