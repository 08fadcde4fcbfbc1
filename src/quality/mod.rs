//! `yishen evaluate`: findings against the truth of a simulated region.
//!
//! A finding claims the units that the truth of its scheme is written in: its stays, its patients at its hospital, or its
//! hospital. Where the truth names items and money, it claims an item on a record, or at a hospital if it is about several
//! records or the truth is about the hospital, or each of the items it lists there; then the money is compared as well, to the
//! fen. Precision belongs to the scheme
//! (a false claim has no strength), recall to the scheme and to each strength.
//!
//! Empty beds and padded stays are one thing seen from two sides: a stay planted under either is found if either rule names
//! it, which the row of both together counts. Where the truth lists what a finding only gives the probability of
//! (`threshold-stays:steered`), the sum of the probabilities is held against the number.

mod read;
mod score;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, Read};

use crate::messages::{self, Catalog};

use read::{Truth, read_claims, read_truth};
pub use score::{Amounts, Estimate, Interval, SchemeScore, StrengthScore, table};

/// Why findings could not be held against a truth.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A line of the findings is no finding.
    #[error("line {line} of the findings is not a finding: {reason}")]
    Finding {
        /// Line number, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A row of the truth cannot be read.
    #[error("line {line} of the truth cannot be read: {reason}")]
    Truth {
        /// Line number, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The disk.
    #[error("cannot read the findings: {0}")]
    Io(#[from] std::io::Error),
}

impl Error {
    /// The error in the reader's language (`evaluate-error-*`).
    pub fn message(&self, catalog: &Catalog) -> String {
        let (id, args) = match self {
            Self::Finding { line, reason } => (
                "evaluate-error-finding",
                messages::args([("line", (*line).into()), ("reason", reason.clone().into())]),
            ),
            Self::Truth { line, reason } => {
                ("evaluate-error-truth", messages::args([("line", (*line).into()), ("reason", reason.clone().into())]))
            }
            Self::Io(error) => ("evaluate-error-io", messages::args([("reason", error.to_string().into())])),
        };
        catalog.format(id, &args)
    }
}

/// Findings and truths of several regions, added up.
#[derive(Debug, Default)]
pub struct Pool {
    schemes: BTreeMap<String, Counts>,
}

/// The counts behind a scheme's score.
#[derive(Clone, Debug, Default)]
struct Counts {
    /// Planted and found units, by strength.
    by_strength: BTreeMap<String, (u64, u64)>,
    claimed_in_vain: u64,
    estimate: Estimate,
    amounts: Amounts,
}

impl Pool {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the findings of one region and its truth. Ids are compared within the pair only: another region may use them again.
    ///
    /// # Errors
    /// A line that cannot be read; the pool is unchanged then.
    pub fn add(&mut self, findings: impl BufRead, truth: impl Read) -> Result<(), Error> {
        let Truth { mut planted, estimated, fen } = read_truth(truth)?;
        let (mut claims, probable, claimed) = read_claims(findings, &planted, &fen)?;
        for (rule, count) in estimated {
            self.schemes.entry(rule).or_default().estimate.planted += count;
        }
        for (rule, of_rule) in &fen {
            let none = BTreeMap::new();
            let amounts = &mut self.schemes.entry(rule.clone()).or_default().amounts;
            amounts.add(of_rule, claimed.get(rule).unwrap_or(&none));
        }
        for (rule, sum) in probable {
            self.schemes.entry(rule).or_default().estimate.estimated += sum;
        }
        pool_siblings(&mut planted);
        pool_siblings(&mut claims);
        let rules: BTreeSet<&String> = planted.keys().chain(claims.keys()).collect();
        for rule in rules {
            let counts = self.schemes.entry(rule.clone()).or_default();
            let none = BTreeSet::new();
            let claimed = claims.get(rule).unwrap_or(&none);
            let units = planted.get(rule);
            for ((unit, key), strengths) in units.into_iter().flatten() {
                let hit = u64::from(claimed.contains(&(*unit, key.clone())));
                for strength in strengths {
                    let count = counts.by_strength.entry(strength.clone()).or_default();
                    *count = (count.0 + 1, count.1 + hit);
                }
            }
            // A stay planted under the sibling is no false claim.
            let honest = if SIBLINGS.contains(&rule.as_str()) { planted.get(POOLED) } else { units };
            let vain = claimed.iter().filter(|claim| !honest.is_some_and(|units| units.contains_key(*claim)));
            counts.claimed_in_vain += vain.count() as u64;
        }
        Ok(())
    }

    /// The scores, by scheme.
    pub fn scores(&self) -> Vec<SchemeScore> {
        self.schemes
            .iter()
            .map(|(scheme, counts)| {
                SchemeScore::new(scheme, &counts.by_strength, counts.claimed_in_vain, counts.estimate, counts.amounts)
            })
            .collect()
    }
}

/// Scores the findings of one region.
///
/// # Errors
/// A line that cannot be read.
pub fn evaluate(findings_ndjson: impl BufRead, truth_csv: impl Read) -> Result<Vec<SchemeScore>, Error> {
    let mut pool = Pool::new();
    pool.add(findings_ndjson, truth_csv)?;
    Ok(pool.scores())
}

/// Rules that see one thing from two sides, and the name of both together.
const SIBLINGS: [&str; 2] = ["bed-hanging", "padded-stays"];
const POOLED: &str = "bed-hanging+padded-stays";

/// Adds the units of both siblings under the name of both together.
fn pool_siblings<T: Clone + IntoIterator + Extend<T::Item> + Default>(by_rule: &mut BTreeMap<String, T>) {
    let both: Vec<T> = SIBLINGS.iter().filter_map(|rule| by_rule.get(*rule).cloned()).collect();
    if !both.is_empty() {
        let mut pooled = T::default();
        both.into_iter().for_each(|units| pooled.extend(units));
        by_rule.insert(POOLED.to_string(), pooled);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUTH: &str = "scheme,unit,key,group,strength\n\
        a,stay,s1,1,blunt\na,stay,s2,1,blunt\na,stay,s3,2,subtle\n\
        b,patient,p1@H1,1,blunt\nb,patient,p2@H1,1,blunt\nc,hospital,H9,1,subtle\n";

    fn scores(findings: &str) -> Vec<SchemeScore> {
        evaluate(findings.as_bytes(), TRUTH.as_bytes()).unwrap()
    }

    #[test]
    fn a_finding_claims_the_units_of_its_scheme() {
        let all = scores(
            "{\"rule\":\"a\",\"stay_ids\":[\"s1\",\"s4\"],\"hospital_id\":\"H1\"}\n\n\
             {\"rule\":\"a\",\"stay_ids\":[\"s1\",\"s3\"]}\n\
             {\"rule\":\"b\",\"patient_ids\":[\"p1\",\"p3\"],\"stay_ids\":[\"s8\"],\"hospital_id\":\"H1\"}\n\
             {\"rule\":\"b\",\"patient_ids\":[\"p2\"],\"hospital_id\":\"H2\"}\n\
             {\"rule\":\"c\",\"stay_ids\":[\"s1\"],\"hospital_id\":\"H9\"}\n\
             {\"rule\":\"d\",\"stay_ids\":[\"s1\",\"s2\"],\"hospital_id\":\"H9\"}\n\
             {\"rule\":\"e\",\"hospital_id\":\"H9\"}\n",
        );
        let figures: Vec<(&str, u64, u64, u64, u64)> = all
            .iter()
            .map(|s| (s.scheme.as_str(), s.units, s.true_positives, s.false_positives, s.false_negatives))
            .collect();
        assert_eq!(
            figures,
            [("a", 3, 2, 1, 1), ("b", 2, 1, 2, 1), ("c", 1, 1, 0, 0), ("d", 0, 0, 2, 0), ("e", 0, 0, 1, 0)]
        );
        let a = &all[0];
        assert_eq!(
            a.strengths.iter().map(|s| (s.strength.as_str(), s.units, s.found)).collect::<Vec<_>>(),
            [("blunt", 2, 1), ("subtle", 1, 1)]
        );
        assert!((a.precision.unwrap() - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!((all[3].precision, all[3].recall), (Some(0.0), None));
    }

    #[test]
    fn regions_are_pooled_without_mixing_their_ids() {
        let mut pool = Pool::new();
        let finding = "{\"rule\":\"a\",\"stay_ids\":[\"s1\"]}";
        pool.add(finding.as_bytes(), "scheme,unit,key,group\na,stay,s1,1\n".as_bytes()).unwrap();
        pool.add(finding.as_bytes(), "scheme,unit,key,group\na,stay,s2,1\n".as_bytes()).unwrap();
        let score = &pool.scores()[0];
        assert_eq!((score.units, score.true_positives, score.false_positives, score.false_negatives), (2, 1, 1, 1));
    }

    #[test]
    fn empty_beds_and_padded_stays_are_scored_together() {
        let truth = "scheme,unit,key,group,strength\nbed-hanging,stay,s1,1,blunt\nbed-hanging,stay,s2,2,subtle\n\
            padded-stays,stay,s3,1,blunt\npadded-stays,stay,s4,2,subtle\n";
        let findings = "{\"rule\":\"bed-hanging\",\"stay_ids\":[\"s1\"]}\n{\"rule\":\"padded-stays\",\"stay_ids\":[\"s2\"]}\n\
            {\"rule\":\"bed-hanging\",\"stay_ids\":[\"s3\"]}\n{\"rule\":\"padded-stays\",\"stay_ids\":[\"s9\"]}\n\
            {\"rule\":\"bed-hanging\",\"stay_ids\":[\"s9\"]}\n";
        let all = evaluate(findings.as_bytes(), truth.as_bytes()).unwrap();
        let figures: Vec<(&str, u64, u64, u64)> =
            all.iter().map(|s| (s.scheme.as_str(), s.units, s.true_positives, s.false_positives)).collect();
        assert_eq!(
            figures,
            [("bed-hanging", 2, 1, 1), ("bed-hanging+padded-stays", 4, 3, 1), ("padded-stays", 2, 0, 1)]
        );
        let pooled: Vec<(u64, u64)> = all[1].strengths.iter().map(|s| (s.units, s.found)).collect();
        assert_eq!(pooled, [(2, 2), (2, 1)]);
    }

    #[test]
    fn probabilities_are_held_against_the_number_they_estimate() {
        let truth = "scheme,unit,key,group,strength\nthreshold-stays,hospital,H1,1,blunt\n\
            threshold-stays:steered,stay,s1,1,blunt\nthreshold-stays:steered,stay,s2,1,blunt\n";
        for steered in ["1.5", "[0.5,1]", "{\"s1\":0.5,\"s3\":1}", "[{\"stay\":\"s1\",\"probability\":1.5}]"] {
            let finding = format!(
                "{{\"rule\":\"threshold-stays\",\"hospital_id\":\"H1\",\"stay_ids\":[\"s1\"],\
                 \"evidence\":{{\"mark\":1,\"steered\":{steered}}}}}"
            );
            let all = evaluate(finding.as_bytes(), truth.as_bytes()).unwrap();
            assert_eq!(all.len(), 1, "an estimate is no scheme");
            assert_eq!((all[0].units, all[0].true_positives), (1, 1));
            assert_eq!(all[0].estimate, Some(Estimate { planted: 2, estimated: 1.5 }), "{steered}");
        }
        assert!(scores("{\"rule\":\"a\",\"stay_ids\":[\"s1\"]}").iter().all(|s| s.estimate.is_none()));
    }

    #[test]
    fn money_is_compared_to_the_fen() {
        let truth = "scheme,unit,key,group,strength,item,amount\nx,stay,s1,1,blunt,A,10.20\nx,stay,s2,2,subtle,A,0.07\n\
            x,visit,v1,3,subtle,B,5.00\nx,hospital,H1,4,blunt,C,30.00\ny,stay,s1,1,blunt,,\n";
        let finding = |stays: &str, visits: &str, item: &str, amount: f64| {
            format!(
                "{{\"rule\":\"x\",\"hospital_id\":\"H1\",\"stay_ids\":[{stays}],\"visit_ids\":[{visits}],\
                 \"amount\":{amount},\"evidence\":{{\"item_code\":\"{item}\"}}}}\n"
            )
        };
        let findings = [
            // Two findings on one item of a stay; a wrong amount; a visit; a hospital; an item that nobody planted.
            finding("\"s1\"", "", "A", 10.0) + &finding("\"s1\"", "", "A", 0.2),
            finding("\"s2\"", "", "A", 0.08),
            finding("", "\"v1\"", "B", 5.0),
            finding("\"s5\",\"s6\"", "", "C", 30.0),
            finding("\"s1\"", "", "B", 2.5),
        ]
        .concat();
        let all = evaluate(findings.as_bytes(), truth.as_bytes()).unwrap();
        let x = &all[0];
        assert_eq!((x.units, x.true_positives, x.false_positives, x.false_negatives), (4, 4, 1, 0));
        let amounts = Amounts { planted: 4_527, found: 4_528, in_vain: 250, equal: 3 };
        assert_eq!(x.amounts, Some(amounts));
        assert_eq!(all[1].amounts, None);
    }

    #[test]
    fn a_finding_about_several_items_claims_each() {
        let truth = "scheme,unit,key,group,strength,item,amount\nx,hospital,H1,1,blunt,A,30.00\n\
            x,hospital,H1,1,blunt,B,10.00\nx,hospital,H1,1,blunt,C,5.00\n";
        let finding = "{\"rule\":\"x\",\"hospital_id\":\"H1\",\"amount\":40,\"evidence\":{\"short\":[\
            {\"code\":\"A\",\"amount\":60},{\"code\":\"D\",\"amount\":20}]}}\n\
            {\"rule\":\"x\",\"hospital_id\":\"H2\",\"amount\":1,\"evidence\":{\"short\":[{\"code\":\"B\",\"amount\":1}]}}\n";
        let x = &evaluate(finding.as_bytes(), truth.as_bytes()).unwrap()[0];
        assert_eq!((x.units, x.true_positives, x.false_positives, x.false_negatives), (3, 1, 2, 2));
        assert_eq!(x.amounts, Some(Amounts { planted: 4_500, found: 3_000, in_vain: 1_100, equal: 1 }));
    }

    #[test]
    fn faults_name_their_line() {
        let error = evaluate("{\"rule\":\"a\"}\nnot json\n".as_bytes(), TRUTH.as_bytes()).unwrap_err();
        assert!(matches!(error, Error::Finding { line: 2, .. }), "{error}");
        let error = evaluate("".as_bytes(), "scheme,unit,key\na,bed,x\n".as_bytes()).unwrap_err();
        assert!(matches!(error, Error::Truth { line: 2, .. }), "{error}");
    }
}
