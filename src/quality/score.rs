//! Precision and recall with their intervals.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::messages::{Catalog, number};

/// A 95 % confidence interval of a share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Normal quantile of a two-sided interval of 95 %.
const Z: f64 = 1.959_963_984_540_054;

impl Interval {
    /// The score interval of `hits` in `all` (Wilson, JASA 1927;22:209), which stays inside 0..1 and holds at the ends.
    /// `None` where there is nothing to count.
    pub fn wilson(hits: u64, all: u64) -> Option<Self> {
        if all == 0 {
            return None;
        }
        let (n, share) = (all as f64, hits as f64 / all as f64);
        let middle = share + Z * Z / (2.0 * n);
        let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        Some(Self { low: ((middle - half) / scale).max(0.0), high: ((middle + half) / scale).min(1.0) })
    }
}

/// How much of one strength was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StrengthScore {
    /// `blunt`, `subtle`, or empty where the truth does not say.
    pub strength: String,
    /// Planted units.
    pub units: u64,
    /// Those found.
    pub found: u64,
    /// Share found.
    pub recall: Option<f64>,
    /// Its interval.
    pub recall_interval: Option<Interval>,
}

/// Units that findings do not claim one by one but give a probability each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// How many there are.
    pub planted: u64,
    /// What the probabilities add up to.
    pub estimated: f64,
}

/// Fen at risk, where the truth says how much, against what findings say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Amounts {
    /// At risk in truth.
    pub planted: i64,
    /// What findings say of the planted units.
    pub found: i64,
    /// What they say of units that nobody planted.
    pub in_vain: i64,
    /// Planted units whose amount findings give to the fen.
    pub equal: u64,
}

impl Amounts {
    /// Adds the units of a scheme and what is claimed of them.
    pub(super) fn add<K: Ord>(&mut self, planted: &BTreeMap<K, i64>, claimed: &BTreeMap<K, i64>) {
        self.planted += planted.values().sum::<i64>();
        for (key, fen) in claimed {
            match planted.get(key) {
                Some(wanted) => {
                    self.found += fen;
                    self.equal += u64::from(wanted == fen);
                }
                None => self.in_vain += fen,
            }
        }
    }
}

/// How well a rule found its scheme.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SchemeScore {
    /// Scheme and rule.
    pub scheme: String,
    /// Planted units.
    pub units: u64,
    /// Planted units that findings claim.
    pub true_positives: u64,
    /// Claimed units that nobody planted.
    pub false_positives: u64,
    /// Planted units that no finding claims.
    pub false_negatives: u64,
    /// Share of the claims that are true; `None` where nothing was claimed.
    pub precision: Option<f64>,
    /// Its interval.
    pub precision_interval: Option<Interval>,
    /// Share of the planted units found; `None` where nothing was planted.
    pub recall: Option<f64>,
    /// Its interval.
    pub recall_interval: Option<Interval>,
    /// Recall by strength.
    pub strengths: Vec<StrengthScore>,
    /// Steered stays: their number and the sum of the probabilities, where the truth or a finding speaks of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// Money at risk, where the truth speaks of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amounts: Option<Amounts>,
}

fn share(hits: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| hits as f64 / all as f64)
}

impl SchemeScore {
    /// The score from planted and found units by strength, and the claims that nobody planted.
    pub(super) fn new(
        scheme: &str,
        by_strength: &BTreeMap<String, (u64, u64)>,
        false_positives: u64,
        estimate: Estimate,
        amounts: Amounts,
    ) -> Self {
        let strengths: Vec<StrengthScore> = by_strength
            .iter()
            .map(|(strength, &(units, found))| StrengthScore {
                strength: strength.clone(),
                units,
                found,
                recall: share(found, units),
                recall_interval: Interval::wilson(found, units),
            })
            .collect();
        let units = strengths.iter().map(|s| s.units).sum();
        let found: u64 = strengths.iter().map(|s| s.found).sum();
        Self {
            scheme: scheme.to_string(),
            units,
            true_positives: found,
            false_positives,
            false_negatives: units - found,
            precision: share(found, found + false_positives),
            precision_interval: Interval::wilson(found, found + false_positives),
            recall: share(found, units),
            recall_interval: Interval::wilson(found, units),
            strengths,
            estimate: Some(estimate).filter(|e| *e != Estimate::default()),
            amounts: Some(amounts).filter(|a| a.planted > 0),
        }
    }
}

fn percent(share: Option<f64>, interval: Option<Interval>) -> String {
    match (share, interval) {
        (Some(share), Some(i)) => {
            format!("{:.1} % ({:.1}–{:.1})", share * 100.0, i.low * 100.0, i.high * 100.0)
        }
        _ => "–".to_string(),
    }
}

/// The money of a scheme, and the share of the units found whose amount is right to the fen.
fn money(score: &SchemeScore, amounts: Amounts, catalog: &Catalog) -> Vec<String> {
    let yuan = |fen: i64| number(fen as f64 / 100.0);
    let equal = share(amounts.equal, score.true_positives).map(|equal| format!("{:.1} %", equal * 100.0));
    vec![
        format!("  {}", catalog.text("evaluate-amounts")),
        yuan(amounts.planted),
        yuan(amounts.found),
        yuan(amounts.in_vain),
        String::new(),
        equal.unwrap_or_else(|| "–".to_string()),
        String::new(),
    ]
}

/// The scores as a table for people: a header row, then a row a scheme and one for each of its strengths.
pub fn table(scores: &[SchemeScore], catalog: &Catalog) -> Vec<Vec<String>> {
    let heads = ["scheme", "units", "found", "false", "missed", "precision", "recall"];
    let mut rows = vec![heads.map(|head| catalog.text(&format!("evaluate-{head}"))).to_vec()];
    let count = |n: u64| number(n as f64);
    for score in scores {
        rows.push(vec![
            score.scheme.clone(),
            count(score.units),
            count(score.true_positives),
            count(score.false_positives),
            count(score.false_negatives),
            percent(score.precision, score.precision_interval),
            percent(score.recall, score.recall_interval),
        ]);
        for part in score.strengths.iter().filter(|p| !p.strength.is_empty()) {
            let name = match part.strength.as_str() {
                known @ ("blunt" | "subtle") => catalog.text(&format!("evaluate-{known}")),
                other => other.to_string(),
            };
            rows.push(vec![
                format!("  {name}"),
                count(part.units),
                count(part.found),
                String::new(),
                count(part.units - part.found),
                String::new(),
                percent(part.recall, part.recall_interval),
            ]);
        }
        rows.extend(score.amounts.map(|amounts| money(score, amounts, catalog)));
        if let Some(estimate) = score.estimate {
            let ratio = share(1, estimate.planted).map(|one| format!("{:.1} %", estimate.estimated * one * 100.0));
            rows.push(vec![
                format!("  {}", catalog.text("evaluate-steered")),
                count(estimate.planted),
                count(estimate.estimated.round() as u64),
                String::new(),
                String::new(),
                String::new(),
                ratio.unwrap_or_else(|| "–".to_string()),
            ]);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Lang;

    #[test]
    fn wilson_agrees_with_published_values() {
        // Newcombe, Stat Med 1998;17:857, table I: 81/263, 15/148, 0/20, 1/29.
        for (hits, all, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let i = Interval::wilson(hits, all).unwrap();
            assert!((i.low - low).abs() < 6e-5 && (i.high - high).abs() < 6e-5, "{hits}/{all}: {i:?}");
        }
        assert_eq!(Interval::wilson(0, 0), None);
    }

    #[test]
    fn the_table_has_a_row_a_scheme_and_strength_in_both_languages() {
        let by_strength = [("blunt".to_string(), (40, 40)), ("subtle".to_string(), (10, 9))].into();
        let score = SchemeScore::new(
            "outside-stay",
            &by_strength,
            1,
            Estimate { planted: 200, estimated: 187.6 },
            Amounts { planted: 123_456, found: 120_000, in_vain: 50, equal: 49 },
        );
        for lang in [Lang::Zh, Lang::En] {
            let rows = table(std::slice::from_ref(&score), &Catalog::new(lang));
            assert_eq!(rows.len(), 6);
            assert_eq!((rows[4][2].as_str(), rows[4][5].as_str()), ("1,200", "100.0 %"));
            assert_eq!((rows[5][1].as_str(), rows[5][2].as_str(), rows[5][6].as_str()), ("200", "188", "93.8 %"));
            assert!(rows.iter().all(|r| r.len() == 7));
            assert!(rows[0].iter().all(|head| !head.starts_with("evaluate-")), "{:?}", rows[0]);
            assert_eq!(rows[1][1..5], ["50", "49", "1", "1"]);
            assert!(rows[1][5].starts_with("98.0 %"), "{}", rows[1][5]);
            assert_eq!(rows[3][4], "1");
        }
    }
}
