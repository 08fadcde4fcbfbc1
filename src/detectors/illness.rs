//! Which illness a stay was for, by code and by name: exports may have codes, names, or some of each.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::model::{DiagnosisId, Region, Stay, TextId};

/// The illnesses of a region, with the codes of names that stand beside a code somewhere.
pub struct Illnesses<'a> {
    region: &'a Region,
    codes: FxHashMap<TextId, DiagnosisId>,
}

impl<'a> Illnesses<'a> {
    /// Learns the code of each name from the stays that have both: the most frequent, of equally frequent ones the first.
    pub fn new(region: &'a Region) -> Self {
        let mut times: BTreeMap<(TextId, DiagnosisId), u32> = BTreeMap::new();
        for stay in &region.stays {
            if let (Some(name), Some(code)) = (stay.diagnosis_name.some(), stay.diagnosis.some()) {
                *times.entry((name, code)).or_default() += 1;
            }
        }
        let mut best: FxHashMap<TextId, (u32, DiagnosisId)> = FxHashMap::default();
        for ((name, code), times) in times {
            let known = best.entry(name).or_insert((times, code));
            if times > known.0 {
                *known = (times, code);
            }
        }
        Self { region, codes: best.into_iter().map(|(name, (_, code))| (name, code)).collect() }
    }

    /// The code of a stay's illness, its own or that of its name.
    fn code(&self, stay: &Stay) -> DiagnosisId {
        let learnt = || stay.diagnosis_name.some().and_then(|name| self.codes.get(&name).copied());
        stay.diagnosis.some().or_else(learnt).unwrap_or(DiagnosisId::NONE)
    }

    /// Whether two stays were for illnesses of different chapters; where a code is wanting, for illnesses of which neither
    /// name contains the other. Of what is not known nothing is said.
    pub fn differ(&self, first: &Stay, second: &Stay) -> bool {
        match [first, second].map(|stay| self.region.chapter(self.code(stay))) {
            [Some(a), Some(b)] => a != b,
            _ => self.named_apart(first, second),
        }
    }

    /// Whether two stays were for one illness: of one category; where neither has a code, not of different names.
    pub fn agree(&self, first: &Stay, second: &Stay) -> bool {
        match [first, second].map(|stay| self.region.category(self.code(stay))) {
            [None, None] => !self.named_apart(first, second),
            [a, b] => a == b,
        }
    }

    fn named_apart(&self, first: &Stay, second: &Stay) -> bool {
        if first.diagnosis.some().is_some() && second.diagnosis.some().is_some() {
            return false;
        }
        let [a, b] = [first, second].map(|stay| self.region.names.texts.get(stay.diagnosis_name).trim());
        !a.is_empty() && !b.is_empty() && !a.contains(b) && !b.contains(a)
    }
}
