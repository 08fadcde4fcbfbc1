//! `<report>.run.json`: what was read, what was not, how every rule ended, totals, exit code.
//!
//! For programs and for whoever asks later what a report speaks of. No clock, no path beyond file names: the same run writes
//! the same bytes.

use std::io::Write;

use serde_json::{Value, json};

use super::Report;
use super::atomic::Fault;
use super::summary::{Count, InputLine, RuleLine, Size};
use crate::facts::delivery::{Delivery, Gap, Sum};
use crate::ingest::Rows;
use crate::model::{Fen, Region};
use crate::rule::Outcome;

/// Name of the schema.
const SCHEMA: &str = "yishen.run/1";

/// Writes the record. `name` is the report's file name.
pub(super) fn write(report: &Report<'_>, name: &str, mut out: impl Write) -> Result<(), Fault> {
    let summary = report.summary;
    let record = json!({
        // First, so that an own report is known by its first bytes.
        "schema": SCHEMA,
        "version": summary.version,
        "report": name,
        "language": report.catalog.lang().name(),
        "exit_code": report.exit_code,
        "headline": summary.headline,
        "not_looked_at": summary.not_seen,
        "period": summary.period.map(|(first, last)| json!({"start": first.to_string(), "end": last.to_string()})),
        "data": size(&summary.size),
        "rows": rows(summary.rows),
        "peers": summary.peers.map(|peers| json!({"data": size(&peers.size), "rows": rows(peers.rows)})),
        "inputs": summary.inputs.iter().map(input).collect::<Vec<_>>(),
        "unread": summary.unread.iter().map(|u| json!({"name": u.name, "reason": u.reason, "text": u.text})).collect::<Vec<_>>(),
        "rejects": summary.rejects.iter().map(|r| json!({"reason": r.reason, "count": r.rows})).collect::<Vec<_>>(),
        "checks": checks(&summary.delivery, report.region),
        "check_texts": summary.checks,
        "notes": summary.notes,
        "rules": summary.rules.iter().map(|r| rule(report, r)).collect::<Vec<_>>(),
        "outcomes": {
            "ran": summary.ended.ran,
            "could-not-judge": summary.ended.unjudged,
            "skipped": summary.ended.skipped,
            "failed": summary.ended.failed,
        },
        "totals": totals(report),
    });
    serde_json::to_writer_pretty(&mut out, &record)?;
    out.write_all(b"\n")?;
    Ok(())
}

fn yuan(amount: Fen) -> f64 {
    amount.yuan()
}

fn size(size: &Size) -> Value {
    json!({
        "hospitals": size.hospitals,
        "persons": size.persons,
        "stays": size.stays,
        "visits": size.visits,
        "lines": size.lines,
        "amount": yuan(size.money),
        "fund_amount": yuan(size.fund),
    })
}

fn rows(rows: Rows) -> Value {
    json!({
        "read": rows.read,
        "used": rows.used,
        "netted": rows.netted,
        "repeated": rows.repeated,
        "rejected": rows.rejected,
    })
}

fn input(input: &InputLine) -> Value {
    json!({
        "name": input.name,
        "table": input.table.map(crate::model::Table::name),
        "encoding": input.encoding,
        "bytes": input.bytes,
        "sha256": input.sha256,
        "rows": rows(input.rows),
        "peer": input.peer,
    })
}

fn sum(sum: Sum) -> Value {
    json!({"count": sum.count, "amount": yuan(sum.money)})
}

fn gaps(gaps: &[Gap], region: &Region) -> Value {
    let one = |gap: &Gap| {
        json!({
            "month": format!("{:04}-{:02}", gap.month.div_euclid(12), gap.month.rem_euclid(12) + 1),
            "hospital_id": gap.hospital.map(|h| region.names.hospitals.get(h)),
            "usual": gap.usual,
        })
    };
    gaps.iter().map(one).collect()
}

fn checks(checks: &Delivery, region: &Region) -> Value {
    let example = |d: &crate::facts::delivery::Difference| json!({"stay_id": d.stay, "amount": yuan(d.total), "lines_amount": yuan(d.billed)});
    json!({
        "months_without_stays": gaps(&checks.stay_gaps, region),
        "months_without_visits": gaps(&checks.visit_gaps, region),
        "stays_without_lines": sum(checks.bare_stays),
        "stays_without_lines_examples": checks.bare_examples,
        "visits_without_lines": sum(checks.bare_visits),
        "lines_without_record": sum(checks.loose_lines),
        "records_of_lines_without_record": checks.loose_records,
        "lines_of_several_records": sum(checks.shared_lines),
        "stays_compared_with_lines": checks.compared,
        "stays_differing_from_lines": sum(checks.differing),
        "stays_differing_examples": checks.examples.iter().map(example).collect::<Vec<_>>(),
    })
}

fn rule(report: &Report<'_>, line: &RuleLine) -> Value {
    let mut value = json!({
        "rule": line.rule,
        "rule_version": report.card(&line.rule).map(|card| card.version.as_str()),
        "title": line.title,
        "outcome": line.outcome.name(),
        "leads": line.count.leads,
        "amount": yuan(line.count.at_risk),
    });
    let mut put = |name: &str, more: Value| {
        if let Value::Object(fields) = &mut value {
            fields.insert(name.to_string(), more);
        }
    };
    if let Some(coverage) = &line.coverage {
        let unjudged = |u: &crate::rule::coverage::Unjudged| json!({"reason": u.why.name(), "unit": u.unit.name(), "count": u.count});
        put("judged", json!(coverage.judged));
        put("unit", json!(coverage.unit.name()));
        put("not_judged", coverage.unjudged.iter().map(unjudged).collect());
    }
    if let Outcome::Skipped { missing } = &line.outcome {
        put("missing", json!(missing));
    }
    if !line.reason.is_empty() {
        put("reason", json!(line.reason));
    }
    value
}

fn totals(report: &Report<'_>) -> Value {
    let count = |count: &Count| {
        json!({
            "leads": count.leads,
            "hospitals": count.hospitals,
            "patients": count.patients,
            "stays": count.stays,
            "visits": count.visits,
            "amount": yuan(count.at_risk),
        })
    };
    let mut all = count(&report.summary.total);
    for class in &report.summary.classes {
        if let Value::Object(fields) = &mut all {
            fields.insert(class.result.name().to_string(), count(&class.count));
        }
    }
    all
}
