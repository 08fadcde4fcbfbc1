//! Turns rows of a query's result into findings.

use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde_json::Value as Json;

use super::result::{Uses, Want};
use crate::finding::{Finding, Subject};
use crate::messages::args;
use crate::model::{Day, Fen, Pool, Record, RecordId, Region};
use crate::rule::subjects::record_finding;
use crate::rulebook::Problem;

/// What a finding is worth until the query says otherwise: the rule is the bureau's own and nobody has measured it.
const CONFIDENCE: f64 = 0.5;

/// A row of the result.
pub(super) struct ResultRow<'a> {
    pub region: &'a Region,
    pub uses: &'a Uses<'a>,
    pub row: &'a Row<'a>,
    /// Position in the result, from 1.
    pub number: usize,
}

impl ResultRow<'_> {
    /// The finding that the row says.
    pub fn finding(&self) -> Result<Finding, Problem> {
        let records = self.records()?;
        let mut finding = self.about(&records);
        self.people(&mut finding)?;
        if finding.hospital_id.is_empty() && finding.patient_ids.is_empty() && records.is_empty() {
            return Err(Problem::new("error-sql-no-id", args([("row", self.number.to_string().into())])));
        }
        finding.confidence = self.number_of("confidence")?.unwrap_or(CONFIDENCE);
        finding.observed = self.number_of("observed")?;
        finding.expected = self.number_of("expected")?;
        finding.threshold = self.number_of("threshold")?;
        finding.period_start = self.day("period_start")?.or(finding.period_start);
        finding.period_end = self.day("period_end")?.or(finding.period_end);
        if let Some(total) = self.money_of("total")? {
            finding.total_amount = total;
        }
        let lines = self.rows(&mut finding, &records)?;
        if let Some(amount) = self.money_of("amount")? {
            self.risk(&mut finding, amount, &lines, &records);
        }
        for used in &self.uses.evidence {
            finding.evidence.insert(used.name.to_string(), self.evidence(used.column, used.want)?);
        }
        Ok(finding)
    }

    fn value(&self, column: usize) -> ValueRef<'_> {
        self.row.get_ref(column).unwrap_or(ValueRef::Null)
    }

    /// What is said of a value that is not what it must be.
    fn wrong(&self, column: usize, want: Want) -> Problem {
        let value = match self.value(column) {
            ValueRef::Null => "NULL".to_string(),
            ValueRef::Integer(n) => n.to_string(),
            ValueRef::Real(n) => n.to_string(),
            ValueRef::Text(text) => String::from_utf8_lossy(text).chars().take(60).collect(),
            ValueRef::Blob(_) => "BLOB".to_string(),
        };
        let name = self.row.as_ref().column_name(column).unwrap_or_default();
        let row = ("row", self.number.to_string().into());
        let list = [row, ("column", name.into()), ("value", value.into()), ("want", want.name().into())];
        Problem::new("error-sql-value", args(list))
    }

    /// The text of a cell; nothing for NULL.
    fn text(&self, column: usize, want: Want) -> Result<Option<&str>, Problem> {
        match self.value(column) {
            ValueRef::Null => Ok(None),
            ValueRef::Text(text) => std::str::from_utf8(text).map(Some).map_err(|_| self.wrong(column, want)),
            _ => Err(self.wrong(column, want)),
        }
    }

    /// The ids of a role: one, or several with commas between, each found in its pool and fit.
    fn ids<I>(&self, role: &str, want: Want, pool: &Pool<I>, fits: impl Fn(I) -> bool) -> Result<Vec<I>, Problem>
    where
        I: Copy + From<u32> + Into<u32>,
    {
        let Some(column) = self.uses.role(role) else { return Ok(Vec::new()) };
        let Some(text) = self.text(column, want)? else { return Ok(Vec::new()) };
        let known = |id: &str| pool.find(id).filter(|id| fits(*id));
        if let Some(one) = known(text) {
            return Ok(vec![one]);
        }
        text.split(',').map(|id| known(id.trim()).ok_or_else(|| self.wrong(column, want))).collect()
    }

    /// The stays and visits, sorted. Where one column is named for both, each of its ids may be either.
    fn records(&self) -> Result<Vec<RecordId>, Problem> {
        let region = self.region;
        let either = self.uses.role("stay") == self.uses.role("visit");
        let is = |own: fn(&Record) -> bool| {
            move |id: RecordId| {
                let record = &region.records[id.index()];
                own(record) || (either && (record.stay.is_some() || record.visit.is_some()))
            }
        };
        let pool = &region.names.records;
        let mut records = self.ids("stay", Want::Stay, pool, is(|r| r.stay.is_some()))?;
        records.extend(self.ids("visit", Want::Visit, pool, is(|r| r.visit.is_some()))?);
        records.sort_unstable();
        records.dedup();
        Ok(records)
    }

    /// What stays and visits say of themselves: ids, hospital, period, total.
    fn about(&self, records: &[RecordId]) -> Finding {
        let mut all = records.iter().filter_map(|record| record_finding(self.region, *record));
        let mut finding = all.next().unwrap_or_default();
        for more in all {
            finding.patient_ids.extend(more.patient_ids);
            finding.stay_ids.extend(more.stay_ids);
            finding.visit_ids.extend(more.visit_ids);
            finding.period_start = finding.period_start.min(more.period_start);
            finding.period_end = finding.period_end.max(more.period_end);
            finding.total_amount += more.total_amount;
        }
        finding
    }

    /// The hospital and patients that the row names.
    fn people(&self, finding: &mut Finding) -> Result<(), Problem> {
        let names = &self.region.names;
        let hospitals = self.ids("hospital", Want::Hospital, &names.hospitals, |_| true)?;
        if let Some(hospital) = hospitals.first() {
            finding.hospital_id = names.hospitals.get(*hospital).to_string();
        }
        let patients = self.ids("patient", Want::Patient, &names.persons, |_| true)?;
        finding.patient_ids.extend(patients.into_iter().map(|p| names.persons.get(p).to_string()));
        for ids in [&mut finding.patient_ids, &mut finding.stay_ids, &mut finding.visit_ids] {
            ids.sort_unstable();
            ids.dedup();
        }
        Ok(())
    }

    fn number(&self, column: usize, want: Want) -> Result<f64, Problem> {
        let number = match self.value(column) {
            ValueRef::Integer(n) => n as f64,
            ValueRef::Real(n) => n,
            _ => return Err(self.wrong(column, want)),
        };
        let fits = number.is_finite() && (want != Want::Share || (0.0..=1.0).contains(&number));
        if fits { Ok(number) } else { Err(self.wrong(column, want)) }
    }

    fn number_of(&self, role: &str) -> Result<Option<f64>, Problem> {
        let want = if role == "confidence" { Want::Share } else { Want::Number };
        self.uses.role(role).map(|column| self.number(column, want)).transpose()
    }

    /// Fen; with decimals, the nearest whole number.
    fn money(&self, column: usize) -> Result<Fen, Problem> {
        let fen = match self.value(column) {
            ValueRef::Integer(n) => Some(n),
            ValueRef::Real(n) if n.abs() < 9e15 => Some(n.round() as i64),
            _ => None,
        };
        fen.map(Fen).ok_or_else(|| self.wrong(column, Want::Money))
    }

    /// Money at risk or in all: there is no less than none.
    fn money_of(&self, role: &str) -> Result<Option<Fen>, Problem> {
        let Some(column) = self.uses.role(role) else { return Ok(None) };
        let fen = self.money(column)?;
        if fen < Fen(0) { Err(self.wrong(column, Want::Money)) } else { Ok(Some(fen)) }
    }

    /// The day of a text `2025-03-01`, whatever time follows.
    fn date(&self, column: usize) -> Result<Option<Day>, Problem> {
        let Some(text) = self.text(column, Want::Date)? else { return Ok(None) };
        let date = text.get(..10).and_then(|day| day.parse::<chrono::NaiveDate>().ok());
        date.map(|d| Some(Day(d.to_epoch_days()))).ok_or_else(|| self.wrong(column, Want::Date))
    }

    fn day(&self, role: &str) -> Result<Option<Day>, Problem> {
        self.uses.role(role).map_or(Ok(None), |column| self.date(column))
    }

    /// Adds the rows that carry the breach: those named, else those of the stays and visits. Gives the charge lines among them.
    fn rows(&self, finding: &mut Finding, records: &[RecordId]) -> Result<Vec<u32>, Problem> {
        let region = self.region;
        let mut subjects = Vec::new();
        match self.uses.role("rows") {
            Some(column) => {
                let wrong = || self.wrong(column, Want::Rows);
                let numbers = match self.value(column) {
                    ValueRef::Integer(n) => vec![subject(region, n).ok_or_else(wrong)?],
                    _ => {
                        let text = self.text(column, Want::Rows)?.ok_or_else(wrong)?;
                        let one = |n: &str| n.trim().parse().ok().and_then(|n| subject(region, n)).ok_or_else(wrong);
                        text.split(',').map(one).collect::<Result<Vec<_>, _>>()?
                    }
                };
                subjects.extend(numbers);
            }
            None => subjects.extend(records.iter().filter_map(|r| owner(&region.records[r.index()]))),
        }
        subjects.sort_unstable();
        subjects.dedup();
        let mut lines = Vec::new();
        for subject in subjects {
            match subject {
                Subject::Line(line) => {
                    finding.add_rows(&region.files, [region.fees.row(line as usize)]);
                    lines.push(line);
                }
                Subject::Stay(i) => finding.add_rows(&region.files, region.stays[i as usize].rows.iter().copied()),
                Subject::Visit(i) => finding.add_rows(&region.files, region.visits[i as usize].rows.iter().copied()),
            }
        }
        Ok(lines)
    }

    /// Puts money at risk: on the charge lines named, in proportion to what the fund is asked to recognise of each; else on
    /// the stays and visits, in proportion to their totals; else on nothing that other findings could share.
    fn risk(&self, finding: &mut Finding, amount: Fen, lines: &[u32], records: &[RecordId]) {
        let region = self.region;
        let mut shares: Vec<(Subject, i64)> =
            lines.iter().map(|l| (Subject::Line(*l), region.fees.claimed(*l as usize).0.max(0))).collect();
        if shares.is_empty() {
            let total = |subject| match subject {
                Subject::Stay(i) => region.stays[i as usize].total,
                Subject::Visit(i) => region.visits[i as usize].total,
                Subject::Line(_) => Fen(0),
            };
            let subjects = records.iter().filter_map(|r| owner(&region.records[r.index()]));
            shares = subjects.map(|s| (s, total(s).0.max(0))).collect();
        }
        let Some(last) = shares.len().checked_sub(1) else {
            finding.amount = amount;
            return;
        };
        let whole: i64 = shares.iter().map(|s| s.1).sum();
        let (mut sum, mut given) = (0, Fen(0));
        for (at, (subject, share)) in shares.into_iter().enumerate() {
            sum += share;
            let upto = if at == last { amount } else { amount.share(sum, whole) };
            finding.add_risk(subject, upto - given);
            given = upto;
        }
    }

    fn evidence(&self, column: usize, want: Want) -> Result<Json, Problem> {
        if matches!(self.value(column), ValueRef::Null) {
            return Ok(Json::Null);
        }
        Ok(match want {
            Want::Money => self.money(column)?.yuan().into(),
            Want::Number => match self.value(column) {
                ValueRef::Integer(n) => n.into(),
                _ => self.number(column, want)?.into(),
            },
            Want::Date => self.date(column)?.map(|d| d.to_string()).into(),
            Want::List => {
                let text = self.text(column, want)?.unwrap_or_default();
                text.split(',').map(|t| Json::from(t.trim())).collect::<Vec<_>>().into()
            }
            _ => self.text(column, want)?.into(),
        })
    }
}

/// The stay, else the visit, of a record.
fn owner(record: &Record) -> Option<Subject> {
    record.stay.map(Subject::Stay).or(record.visit.map(Subject::Visit))
}

/// What a `row_id` stands for: charge lines are counted first, then stays, then visits.
fn subject(region: &Region, row_id: i64) -> Option<Subject> {
    let index = usize::try_from(row_id).ok()?.checked_sub(1)?;
    let (lines, stays) = (region.fees.len(), region.stays.len());
    if index < lines {
        return Some(Subject::Line(index as u32));
    }
    let index = index - lines;
    if index < stays {
        return Some(Subject::Stay(index as u32));
    }
    (index - stays < region.visits.len()).then(|| Subject::Visit((index - stays) as u32))
}
