//! What a report says about itself in sentences: the headline, what was not looked at, the checks of the delivery.
//!
//! Made once, so that every format and the talk of a quiet run say the same.

use super::summary::{RuleLine, Summary};
use super::text::{table_name, whole, yuan};
use crate::facts::delivery::{Delivery, Gap, Sum};
use crate::ingest::Ingested;
use crate::messages::{Args, Catalog, Value, args};
use crate::model::{Fen, Region};
use crate::rule::Outcome;
use crate::rule::coverage::{Coverage, Unit, Unjudged, Why};
use crate::rulebook::Card;
use crate::weigh::Leads;

/// Names shown of a longer list; the lists themselves are in the report.
const NAMED: usize = 5;

impl Summary {
    /// Counts everything a report says, and says it.
    pub fn new(ingested: &Ingested, cards: &[&Card], leads: &Leads, delivery: &Delivery, catalog: &Catalog) -> Self {
        let mut summary = Self::counted(ingested, cards, leads, delivery, catalog);
        for rule in &mut summary.rules {
            if let Some(coverage) = &rule.coverage {
                rule.reason = unjudged(coverage, catalog);
            }
        }
        summary.headline = headline(&summary, catalog);
        summary.not_seen = not_seen(&summary, &ingested.region, catalog);
        summary.checks = checks(delivery, &ingested.region, summary.size.stays, catalog);
        summary
    }
}

/// So many of something: `312 stays`.
fn counted(unit: Unit, count: usize, catalog: &Catalog) -> String {
    catalog.format(&format!("counted-{}", unit.name()), &args([("n", count.into())]))
}

/// How many subjects a rule judged.
pub(super) fn judged(coverage: &Coverage, catalog: &Catalog) -> String {
    counted(coverage.unit, coverage.judged, catalog)
}

/// What a rule could not judge, and why; empty where it judged everything.
fn unjudged(coverage: &Coverage, catalog: &Catalog) -> String {
    let one = |of: &Unjudged| {
        let why = catalog.text(&format!("unjudged-{}", of.why.name()));
        if of.why == Why::Nothing {
            return why;
        }
        catalog.format(
            "report-unjudged",
            &args([("what", counted(of.unit, of.count, catalog).into()), ("why", why.into())]),
        )
    };
    let all: Vec<String> = coverage.unjudged.iter().map(one).collect();
    all.join(&catalog.text("report-reason-separator"))
}

/// The first sentence of a report. That nothing was found is said only of what was looked at.
fn headline(summary: &Summary, catalog: &Catalog) -> String {
    let (total, size, ended) = (summary.total, summary.size, summary.ended);
    let figures = args([
        ("leads", total.leads.into()),
        ("hospitals", total.hospitals.into()),
        ("patients", total.patients.into()),
        ("amount", yuan(total.at_risk).into()),
        ("stays", size.stays.into()),
        ("visits", size.visits.into()),
        ("lines", size.lines.into()),
        ("read", Value::from(summary.rows.read as usize)),
        ("ran", ended.ran.into()),
        ("rules", ended.all().into()),
        ("others", (ended.all() - ended.ran).into()),
    ]);
    let id = match () {
        () if total.leads > 0 => "report-headline",
        () if summary.rows.used == 0 => "report-headline-no-row",
        () if ended.ran == 0 => "report-headline-unjudged",
        () if ended.ran < ended.all() => "report-headline-none-of-part",
        () => "report-headline-none",
    };
    catalog.format(id, &figures)
}

/// What was not looked at, a sentence for each kind.
fn not_seen(summary: &Summary, region: &Region, catalog: &Catalog) -> Vec<String> {
    let mut out = Vec::new();
    let mut tell = |id: &str, n: usize, more: &[(&'static str, Value)]| {
        if n > 0 {
            let mut figures: Args = args([("n", Value::from(n))]);
            figures.extend(more.iter().map(|(name, value)| ((*name).to_string(), value.clone())));
            out.push(catalog.format(id, &figures));
        }
    };
    let named = |is: &dyn Fn(&RuleLine) -> bool| {
        let ids: Vec<&str> = summary.rules.iter().filter(|r| is(r)).map(|r| r.rule.as_str()).collect();
        Value::from(list(&ids, catalog))
    };
    tell("seen-not-rejected", summary.rows.rejected as usize, &[("read", Value::from(summary.rows.read as usize))]);
    let names: Vec<&str> = summary.unread.iter().map(|u| u.name.as_str()).collect();
    tell("seen-not-unread", names.len(), &[("names", list(&names, catalog).into())]);
    let loose = summary.delivery.loose_lines;
    tell("seen-not-loose", loose.count, &[("money", yuan(loose.money).into())]);
    let shared = summary.delivery.shared_lines;
    tell("seen-not-shared", shared.count, &[("money", yuan(shared.money).into())]);
    let ended = summary.ended;
    tell("seen-not-failed", ended.failed, &[("rules", named(&|r| matches!(r.outcome, Outcome::Failed { .. })))]);
    let lacking = |r: &RuleLine| matches!(r.outcome, Outcome::Skipped { .. }) && !r.is_waiting();
    tell("seen-not-skipped", ended.skipped - ended.waiting, &[("rules", named(&lacking))]);
    let emptied: Vec<String> = region.emptied.iter().map(|table| table_name(*table, catalog)).collect();
    let emptied: Vec<&str> = emptied.iter().map(String::as_str).collect();
    tell("seen-not-emptied", emptied.len(), &[("tables", list(&emptied, catalog).into())]);
    let unable = |r: &RuleLine| r.outcome == Outcome::Unjudged && !r.is_idle();
    tell("seen-not-unjudged", ended.unjudged - ended.idle, &[("rules", named(&unable))]);
    tell("seen-not-partly", ended.partly, &[]);
    tell("seen-not-idle", ended.idle, &[]);
    tell("seen-not-waiting", ended.waiting, &[]);
    // What the funds paid is what is at risk: without it the figure is not small but unknown.
    let records = summary.size.stays + summary.size.visits;
    tell("seen-not-fund", if summary.size.fund == Fen(0) { records } else { 0 }, &[]);
    out
}

/// The first names of a list, and how many more.
fn list(names: &[&str], catalog: &Catalog) -> String {
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(&catalog.text("report-list-separator"));
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => catalog.format("report-list-more", &args([("shown", shown.into()), ("more", more.into())])),
    }
}

/// What the checks of the delivery found.
fn checks(checks: &Delivery, region: &Region, stays: usize, catalog: &Catalog) -> Vec<String> {
    let mut out = Vec::new();
    gaps(&checks.stay_gaps, "check-month-stays", region, catalog, &mut out);
    gaps(&checks.visit_gaps, "check-month-visits", region, catalog, &mut out);
    let mut sum = |id: &str, sum: Sum, more: &[(&'static str, Value)]| {
        if sum.count > 0 {
            let mut figures = args([("n", Value::from(sum.count)), ("money", yuan(sum.money).into())]);
            figures.extend(more.iter().map(|(name, value)| ((*name).to_string(), value.clone())));
            out.push(catalog.format(id, &figures));
        }
    };
    let examples: Vec<&str> = checks.bare_examples.iter().map(String::as_str).collect();
    let examples = list(&examples, catalog);
    let all = Value::from(stays);
    sum("check-stays-without-lines", checks.bare_stays, &[("all", all), ("examples", examples.into())]);
    sum("check-visits-without-lines", checks.bare_visits, &[]);
    sum("check-lines-without-record", checks.loose_lines, &[("records", checks.loose_records.into())]);
    sum("check-lines-of-several", checks.shared_lines, &[("records", checks.shared_records.into())]);
    let examples: Vec<String> = checks
        .examples
        .iter()
        .map(|d| {
            let figures = args([
                ("stay", d.stay.as_str().into()),
                ("total", yuan(d.total).into()),
                ("lines", yuan(d.billed).into()),
            ]);
            catalog.format("check-difference", &figures)
        })
        .collect();
    let examples: Vec<&str> = examples.iter().map(String::as_str).collect();
    let more = [("all", Value::from(checks.compared)), ("examples", list(&examples, catalog).into())];
    let id = if checks.is_systematic() { "check-totals-differ-always" } else { "check-totals-differ" };
    sum(id, checks.differing, &more);
    if checks.compared > 0 && checks.differing.count == 0 {
        out.push(catalog.format("check-totals-agree", &args([("n", checks.compared.into())])));
    }
    out
}

/// Months without a record, those of all institutions first.
fn gaps(gaps: &[Gap], id: &str, region: &Region, catalog: &Catalog, out: &mut Vec<String>) {
    let month = |m: i32| format!("{:04}-{:02}", m.div_euclid(12), m.rem_euclid(12) + 1);
    for gap in gaps.iter().filter(|gap| gap.hospital.is_none()) {
        let figures = args([("month", month(gap.month).into()), ("usual", whole(gap.usual as usize).into())]);
        out.push(catalog.format(id, &figures));
    }
    let own: Vec<String> = gaps
        .iter()
        .filter_map(|gap| Some(format!("{} {}", region.hospital_name(gap.hospital?), month(gap.month))))
        .collect();
    if !own.is_empty() {
        let names: Vec<&str> = own.iter().map(String::as_str).collect();
        let figures = args([("n", own.len().into()), ("where", list(&names, catalog).into())]);
        out.push(catalog.format(&format!("{id}-at"), &figures));
    }
}
