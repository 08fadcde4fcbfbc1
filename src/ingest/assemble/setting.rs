//! Where care was given, from `med_type` (DOMAIN 3.1). Regions add codes and write words, so both are read by their stem.

use rustc_hash::FxHashMap;

use super::super::Note;
use super::super::batch::NO_SYMBOL;
use super::super::collect::{Collected, slot};
use super::Ids;
use crate::messages::args;
use crate::model::{HospitalId, Setting, Table, TextId};

/// Which institutions are pharmacies: by their type, else by their name, and for rows without a kind by what else was settled
/// there. A code says nothing: the P before those of pharmacies is a habit of some regions.
pub(super) struct Places {
    called: Vec<bool>,
    sells: Vec<bool>,
}

impl Places {
    pub fn new(all: &Collected, ids: &Ids) -> Self {
        let mut out = vec![false; ids.hospitals.pool.len()];
        let mut typed = vec![false; out.len()];
        for (field, tables) in [
            ("fixmedins_type", [Table::Hospitals].as_slice()),
            ("fixmedins_name", &[Table::Hospitals, Table::Stays, Table::Visits]),
        ] {
            for chunk in tables.iter().flat_map(|table| &all.chunks[slot(*table)]) {
                let Some((hospitals, texts)) = chunk.symbols("fixmedins_code").zip(chunk.symbols(field)) else {
                    continue;
                };
                let mut last = (NO_SYMBOL, NO_SYMBOL);
                for pair in hospitals.iter().copied().zip(texts.iter().copied()) {
                    if pair == last || pair.0 == NO_SYMBOL || pair.1 == NO_SYMBOL {
                        continue;
                    }
                    last = pair;
                    let (hospital, text): (HospitalId, TextId) = (ids.hospitals.id(pair.0), ids.texts.id(pair.1));
                    let at = hospital.index();
                    let text = ids.texts.pool.get(text);
                    if field == "fixmedins_type" {
                        // A type that is a code of some list tells nothing by itself.
                        typed[at] |= !text.is_ascii();
                        out[at] |= is_pharmacy(text);
                    } else if !typed[at] {
                        out[at] |= is_pharmacy(text);
                    }
                }
            }
        }
        Self { called: out, sells: sellers(all, ids) }
    }

    /// Whether an institution is a pharmacy, for a row whose kind is known or not.
    fn is_pharmacy(&self, hospital: HospitalId, kind_known: bool) -> bool {
        let at = |list: &[bool]| list.get(hospital.0 as usize).copied().unwrap_or(false);
        at(&self.called) || (!kind_known && at(&self.sells))
    }
}

/// Institutions of whose visits of a known kind most are sales of a pharmacy.
fn sellers(all: &Collected, ids: &Ids) -> Vec<bool> {
    let mut counts = vec![(0u64, 0u64); ids.hospitals.pool.len()];
    let mut kinds: FxHashMap<u32, Option<Setting>> = FxHashMap::default();
    for chunk in &all.chunks[slot(Table::Visits)] {
        let Some((hospitals, types)) = chunk.symbols("fixmedins_code").zip(chunk.symbols("med_type")) else { continue };
        for (hospital, kind) in hospitals.iter().zip(types).filter(|(h, k)| **h != NO_SYMBOL && **k != NO_SYMBOL) {
            let text = || ids.texts.pool.get(ids.texts.id(*kind));
            if let Some(known) = *kinds.entry(*kind).or_insert_with(|| setting(text())) {
                let count = &mut counts[ids.hospitals.id(*hospital).index()];
                *count = (count.0 + u64::from(known == Setting::Pharmacy), count.1 + 1);
            }
        }
    }
    counts.into_iter().map(|(sales, all)| 2 * sales > all).collect()
}

/// Whether a type or a name is that of a retail pharmacy, and not of the dispensary of a hospital.
fn is_pharmacy(text: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    has(&["药店", "药房", "零售药", "大药", "药堂", "医药连锁"])
        && !has(&["医院", "卫生", "诊所", "门诊", "医务", "服务中心", "保健院"])
}

/// What a row says of where care was given.
pub(super) struct Seen<'a> {
    /// The kind as written.
    pub text: &'a str,
    pub kind: TextId,
    /// Whether the patient stayed over night, by the dates.
    pub nights: bool,
    pub hospital: HospitalId,
}

/// The kinds of visits, and how many rows are of a kind that is not known.
#[derive(Default)]
pub(super) struct VisitKinds {
    /// By kind: rows, and those of them taken for stays.
    unknown: FxHashMap<TextId, (u64, u64)>,
    /// Rows of newborns by their names.
    pub newborns: u64,
}

impl VisitKinds {
    /// The setting of a row. A row of the table of stays without a kind is a stay. One whose kind is not known is a stay only
    /// where the patient stayed over night, and is told; in a table of visits it is an outpatient's.
    pub fn place(&mut self, table: Table, places: &Places, row: Seen<'_>) -> Setting {
        let Seen { text, kind, nights, hospital } = row;
        let known = setting(text);
        if known.is_none() && kind != TextId::NONE {
            let count = self.unknown.entry(kind).or_default();
            count.0 += 1;
            count.1 += u64::from(table == Table::Stays && nights);
        }
        match known {
            Some(setting) if table == Table::Stays => setting,
            // A stay of an unknown kind stays one: patients do not lie in a pharmacy.
            _ if !nights && places.is_pharmacy(hospital, known.is_some()) => Setting::Pharmacy,
            Some(setting) => setting,
            None if table == Table::Stays && (nights || kind == TextId::NONE) => Setting::Inpatient,
            None => Setting::Outpatient,
        }
    }

    /// What is told of the kinds that are not known, and of newborns.
    pub fn note(&self, ids: &Ids) -> Vec<Note> {
        let mut kinds: Vec<_> = self.unknown.iter().map(|(kind, count)| (ids.texts.pool.get(*kind), *count)).collect();
        kinds.sort_unstable();
        let rows: u64 = kinds.iter().map(|(_, count)| count.0).sum();
        let stays: u64 = kinds.iter().map(|(_, count)| count.1).sum();
        let list: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} ({})", count.0)).collect();
        let figures = [
            ("count", rows.into()),
            ("stays", stays.into()),
            ("others", (rows - stays).into()),
            ("kinds", list.join(", ").into()),
        ];
        let kinds = (rows > 0).then(|| Note { id: "note-unknown-kinds", args: args(figures) });
        let count = ("count", self.newborns.into());
        let newborns = (self.newborns > 0).then(|| Note { id: "note-newborns", args: args([count]) });
        kinds.into_iter().chain(newborns).collect()
    }
}

/// The setting of a medical type; `None` where the type is empty or unknown.
fn setting(med_type: &str) -> Option<Setting> {
    let code = med_type.trim();
    if code.starts_with(|c: char| c.is_ascii_digit()) {
        return match code.as_bytes() {
            [b'2', b'8', ..] => Some(Setting::DaySurgery),
            [b'2', _, ..] | [b'5', b'2', ..] => Some(Setting::Inpatient),
            [b'1', b'3', ..] => Some(Setting::Emergency),
            [b'4', b'1', ..] => Some(Setting::Pharmacy),
            b"9929" => Some(Setting::Pharmacy),
            [b'1' | b'5' | b'8', _, ..] => Some(Setting::Outpatient),
            _ => None,
        };
    }
    let has = |word: &str| code.contains(word);
    if has("日间") {
        Some(Setting::DaySurgery)
    } else if has("药店") || has("购药") {
        Some(Setting::Pharmacy)
    } else if has("互联网") {
        Some(Setting::Internet)
    } else if has("住院") || has("床日") || has("单病种") || has("家庭病床") {
        Some(Setting::Inpatient)
    } else if has("急诊") {
        Some(Setting::Emergency)
    } else if has("门诊") || has("门特") || has("慢病") || has("慢特病") || has("挂号") {
        Some(Setting::Outpatient)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pharmacy_is_known_by_its_words() {
        for text in ["零售药店", "康健大药房", "百姓药店三分店", "同仁药堂"] {
            assert!(is_pharmacy(text), "{text}");
        }
        for text in ["县人民医院门诊药房", "P001", "东河卫生院", "中药材研究所"] {
            assert!(!is_pharmacy(text), "{text}");
        }
    }

    #[test]
    fn codes_and_words() {
        for (text, want) in [
            ("21", Some(Setting::Inpatient)),
            ("2105", Some(Setting::Inpatient)),
            ("28", Some(Setting::DaySurgery)),
            ("53_04", Some(Setting::Outpatient)),
            ("5212", Some(Setting::Inpatient)),
            ("140104", Some(Setting::Outpatient)),
            ("13", Some(Setting::Emergency)),
            ("41", Some(Setting::Pharmacy)),
            ("普通住院", Some(Setting::Inpatient)),
            ("急诊转住院", Some(Setting::Inpatient)),
            ("定点药店购药", Some(Setting::Pharmacy)),
            ("日间手术", Some(Setting::DaySurgery)),
            ("互联网门诊", Some(Setting::Internet)),
            ("互联网药店购药", Some(Setting::Pharmacy)),
            ("", None),
            ("长护", None),
        ] {
            assert_eq!(setting(text), want, "{text}");
        }
    }
}
