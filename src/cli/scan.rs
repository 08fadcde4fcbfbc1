//! `yishen scan`: from files to a report.

use std::io::{self, BufWriter, Write};
use std::time::Instant;

use super::output::{self, Output};
use super::progress::Bars;
use super::settings::{self, Filter, Settings};
use super::{Exit, Failure, Session, args, book, colour, list, peers, width, with_nearest};
use crate::engine::{self, Run};
use crate::facts::{self, delivery::Delivery};
use crate::finding::{Finding, ResultClass};
use crate::ingest::{Ingested, Note};
use crate::messages::{Catalog, Lang, args as values};
use crate::model::{HospitalId, Phase, Progress};
use crate::report::terminal::View;
use crate::report::{self, Report, Summary};
use crate::rule::Outcome;
use crate::rulebook::{Card, Rulebook};
use crate::tables;
use crate::weigh::{self, Leads};

/// Runs a scan.
pub(super) fn run(session: &Session, flags: args::Scan) -> Result<Exit, Failure> {
    let started = Instant::now();
    let settings = settings::settle(flags, session)?;
    let book = book::load(settings.rules.as_deref(), session)?;
    let cards = engine::select(&book, &settings.rule, settings.family)
        .map_err(|e| session.told(&[e.text(&session.catalog)]))?;
    let inputs = [settings.paths.as_slice(), &settings.peers].concat();
    let outputs = output::outputs(&settings.output, &inputs, settings.force, session)?;
    let bars = Bars::new(&session.catalog, session.quiet);

    let (paths, peers) = (&settings.paths, &settings.peers);
    let mut ingested = tables::read_all(paths, peers, &settings.mapping, settings.keep_going, &bars)
        .map_err(|e| session.told(&e.messages(&session.catalog)))?;
    known_hospitals(&settings.filter, &ingested, session)?;
    ingested.notes.extend(notes(&settings.filter, &session.catalog));
    let mut run = find(&ingested, &cards, &book, session.catalog.lang(), &bars);
    if !ingested.region.peers.is_empty() {
        ingested.notes.extend(peers::leave(&mut run, &ingested.region, &session.catalog));
    }
    restrict(&mut run, &settings.filter);
    let mut leads = weigh::weigh(&ingested.region, run);
    let mut delivery = Delivery::new(&ingested.region);
    if settings.mask {
        report::mask(&mut ingested, &mut leads, &mut delivery);
    }

    let summary = Summary::new(&ingested, &cards, &leads, &delivery, &session.catalog);
    let gaps = gaps(&ingested, &leads, &settings, &session.catalog);
    let exit = exit(&leads, !gaps.is_empty(), settings.fail_on);
    let report = Report {
        summary: &summary,
        leads: &leads,
        cards: &cards,
        rejects: &ingested.rejects,
        region: &ingested.region,
        exit_code: exit as u8,
        catalog: &session.catalog,
    };
    write(&report, &outputs, settings.force, session, &bars)?;
    tell(&report, &outputs, started, &gaps, session)?;
    Ok(exit)
}

/// A mistyped code would give an empty report, which reads like a clean hospital.
fn known_hospitals(filter: &Filter, ingested: &Ingested, session: &Session) -> Result<(), Failure> {
    let known = &ingested.region.names.hospitals;
    let own = if ingested.region.peers.is_empty() { Vec::new() } else { ingested.region.own_hospitals() };
    let is_own = |id: HospitalId| own.is_empty() || own[id.index()];
    let unknown = filter.hospital.iter().filter(|id| !known.find(id).is_some_and(is_own));
    let faults: Vec<String> = unknown
        .map(|id| {
            let text = session.catalog.format("error-hospital-unknown", &values([("hospital", id.as_str().into())]));
            let near = known.iter().filter(|(id, _)| is_own(*id)).map(|(_, code)| code);
            with_nearest(text, id, near, &session.catalog)
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(session.told(&faults)) }
}

/// What the report says about its own limits.
fn notes(filter: &Filter, catalog: &Catalog) -> Vec<Note> {
    let mut notes = Vec::new();
    if !filter.hospital.is_empty() {
        let hospitals = list(filter.hospital.iter().map(String::as_str), catalog);
        notes.push(Note { id: "note-filter-hospital", args: values([("hospitals", hospitals)]) });
    }
    notes.extend(
        filter.from.map(|day| Note { id: "note-filter-from", args: values([("from", day.to_string().into())]) }),
    );
    notes.extend(filter.to.map(|day| Note { id: "note-filter-to", args: values([("to", day.to_string().into())]) }));
    notes
}

fn find(ingested: &Ingested, cards: &[&Card], book: &Rulebook, lang: Lang, bars: &Bars) -> Run {
    let region = &ingested.region;
    let facts = facts::compute(region, bars);
    // The engine adds the rules' own sentences to a catalogue of its own.
    engine::run(region, &facts, cards, book, Catalog::new(lang), bars)
}

/// Keeps the findings that were asked for. They were all found: the filter must not change what they are judged against.
fn restrict(run: &mut Run, filter: &Filter) {
    run.findings.retain(|finding| passes(finding, filter));
    run.count();
}

/// Whether a finding is about an institution or names it among the others involved.
fn has_part(finding: &Finding, hospital: &str) -> bool {
    let others = finding.evidence.get("hospitals").and_then(serde_json::Value::as_array).into_iter().flatten();
    finding.hospital_id == hospital || others.filter_map(serde_json::Value::as_str).any(|id| id == hospital)
}

/// Whether a wanted institution has a part in a finding and its period overlaps the wanted one. A finding without a period has
/// nothing that a period could exclude.
fn passes(finding: &Finding, filter: &Filter) -> bool {
    let start = finding.period_start.or(finding.period_end);
    let end = finding.period_end.or(finding.period_start);
    (filter.hospital.is_empty() || filter.hospital.iter().any(|id| has_part(finding, id)))
        && filter.from.is_none_or(|from| end.is_none_or(|end| end >= from))
        && filter.to.is_none_or(|to| start.is_none_or(|start| start <= to))
}

fn write(report: &Report<'_>, outputs: &[Output], force: bool, session: &Session, bars: &Bars) -> Result<(), Failure> {
    let findings = report.leads.findings.len() as u64;
    bars.start(Phase::Write, findings * outputs.len() as u64);
    let told = |e: report::Error| session.told(&[e.message(&session.catalog)]);
    let mut files = report::Files::new(force);
    for output in outputs {
        match output {
            Output::File(path, format) => files.add(path, *format, report).map_err(told)?,
            Output::Stdout => {
                let mut out = BufWriter::new(io::stdout().lock());
                let written = report::ndjson::write(&report.leads.findings, &mut out).and_then(|()| out.flush());
                written.map_err(|e| session.stdout(&e))?;
            }
        }
        bars.advance(findings);
    }
    files.place().map_err(told)?;
    bars.finish();
    Ok(())
}

/// What makes a finished run incomplete, in words.
fn gaps(ingested: &Ingested, leads: &Leads, settings: &Settings, catalog: &Catalog) -> Vec<String> {
    let mut gaps = Vec::new();
    let failed = leads.rules.iter().filter(|r| matches!(r.outcome, Outcome::Failed { .. }));
    let failed: Vec<&str> = failed.map(|r| r.rule.as_str()).collect();
    if !failed.is_empty() {
        gaps.push(catalog.format("scan-rules-failed", &values([("rules", list(failed, catalog))])));
    }
    gaps.extend(super::gaps(ingested, settings.max_rejects, catalog));
    gaps
}

/// The summary, on stdout unless that carries the findings; and what is missing from the result, on stderr, even if quiet.
fn tell(
    report: &Report<'_>,
    outputs: &[Output],
    started: Instant,
    gaps: &[String],
    session: &Session,
) -> Result<(), Failure> {
    let on_stdout = !outputs.contains(&Output::Stdout);
    if !session.quiet {
        let colour = if on_stdout { colour(&io::stdout()) } else { colour(&io::stderr()) };
        let written: Vec<_> = outputs
            .iter()
            .filter_map(|o| match o {
                Output::File(path, _) => Some(path.clone()),
                Output::Stdout => None,
            })
            .collect();
        let view = View { width: width(), color: colour, elapsed: Some(started.elapsed()), written: &written };
        let text = report::terminal::render(report, view);
        if on_stdout { session.print(&text)? } else { session.talk(&text) }
    }
    if session.quiet {
        // Whoever asked for quiet must still not take a report for more than it is.
        report.summary.not_seen.iter().for_each(|text| session.warn(text));
        if report.summary.total.leads == 0 && report.summary.ended.ran == 0 {
            session.warn(&report.summary.headline);
        }
    }
    let rejects: u64 = report.rejects.iter().map(|r| r.rows).sum();
    if rejects > 0 && outputs.iter().all(|o| *o == Output::Stdout) {
        session.warn(&session.catalog.format("scan-rejects-unwritten", &values([("count", rejects.into())])));
    }
    gaps.iter().for_each(|gap| session.warn(gap));
    Ok(())
}

/// An incomplete run is reported as such whatever it found: what it did not find cannot be relied on.
fn exit(leads: &Leads, incomplete: bool, fail_on: Option<ResultClass>) -> Exit {
    if incomplete {
        return Exit::Incomplete;
    }
    let reached = fail_on.is_some_and(|class| leads.findings.iter().any(|f| f.result >= Some(class)));
    if reached { Exit::Findings } else { Exit::Finished }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::RuleRun;
    use crate::model::Day;

    fn finding(hospital: &str, start: Option<i32>, end: Option<i32>) -> Finding {
        Finding {
            rule: "r".into(),
            hospital_id: hospital.into(),
            period_start: start.map(Day),
            period_end: end.map(Day),
            ..Finding::default()
        }
    }

    #[test]
    fn a_period_passes_when_it_overlaps() {
        let filter = Filter { from: Some(Day(10)), to: Some(Day(20)), ..Filter::default() };
        let kept = |start, end| passes(&finding("H", start, end), &filter);
        assert!(kept(Some(5), Some(10)) && kept(Some(20), Some(30)) && kept(Some(1), Some(40)));
        assert!(!kept(Some(1), Some(9)) && !kept(Some(21), Some(22)));
        assert!(kept(Some(15), None) && !kept(None, Some(9)) && kept(None, None));
    }

    #[test]
    fn an_institution_sees_every_lead_it_has_a_part_in() {
        let mut shared = finding("A", None, None);
        shared.evidence.insert("hospitals".into(), vec!["B", "C"].into());
        let kept = |id: &str| passes(&shared, &Filter { hospital: vec![id.into()], ..Filter::default() });
        assert!(kept("A") && kept("C") && !kept("D"));
    }

    #[test]
    fn filters_restrict_findings_and_their_counts() {
        let ran = RuleRun { rule: "r".into(), outcome: Outcome::Ran { findings: 2 }, coverage: None };
        let mut run = Run { rules: vec![ran], findings: vec![finding("A", None, None), finding("B", None, None)] };
        restrict(&mut run, &Filter { hospital: vec!["B".into()], ..Filter::default() });
        assert_eq!(run.findings.len(), 1);
        assert_eq!(run.rules[0].outcome, Outcome::Ran { findings: 1 });
    }
}
