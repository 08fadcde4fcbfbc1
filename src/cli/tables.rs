//! `yishen tables`: the cleaned tables as Parquet, to be scanned again without reading the exports, and for other tools.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::args::Tables;
use super::progress::Bars;
use super::{Exit, Failure, Session, colour, gaps, settings, width};
use crate::facts::delivery::Delivery;
use crate::ingest;
use crate::messages::args as values;
use crate::report::terminal::{self, View};
use crate::report::{self, Report, Summary};
use crate::tables::{self, MANIFEST, Texts};
use crate::weigh::Leads;

/// Reads the exports and writes their tables.
pub(super) fn run(session: &Session, flags: Tables) -> Result<Exit, Failure> {
    let new = !flags.output.exists();
    std::fs::create_dir_all(&flags.output).map_err(|e| session.io(&flags.output, &e))?;
    let folder = flags.output.clone();
    let made = make(session, flags);
    if made.is_err() && new {
        drop(std::fs::remove_dir(folder));
    }
    made
}

fn make(session: &Session, flags: Tables) -> Result<Exit, Failure> {
    let started = Instant::now();
    let paths = if flags.paths.is_empty() { vec![PathBuf::from(".")] } else { flags.paths };
    let mapping = settings::mapping(flags.institution, session);
    let told = |e: report::Error| session.told(&[e.message(&session.catalog)]);
    // An hour of reading must not end at a file that cannot be written.
    let places: Vec<PathBuf> = tables::NAMES.iter().map(|name| flags.output.join(format!("{name}.parquet"))).collect();
    let manifest = flags.output.join(MANIFEST);
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    if let Some(input) = paths.iter().find(|path| real(path) == real(&flags.output)) {
        // From then on the exports in it would not be read.
        return Err(session.failure("error-tables-in-input", values([("folder", input.display().to_string().into())])));
    }
    let replaced = ingest::is_tables(&flags.output);
    for place in places.iter().chain([&manifest]) {
        if paths.iter().any(|path| real(path) == real(place)) {
            let file = place.display().to_string();
            return Err(session.failure("error-output-is-input", values([("file", file.into())])));
        }
        report::check_place(place, flags.force).map_err(told)?;
    }
    let bars = Bars::new(&session.catalog, session.quiet);
    let mut ingested = tables::read_all(&paths, &[], &mapping, flags.keep_going, &bars)
        .map_err(|e| session.told(&e.messages(&session.catalog)))?;
    let (mut leads, mut delivery) = (Leads::default(), Delivery::default());
    if flags.mask {
        report::mask(&mut ingested, &mut leads, &mut delivery);
    }
    let region = &ingested.region;
    let masked;
    let plain = tables::Plain(region);
    let texts: &dyn Texts = if flags.mask {
        masked = report::Masked::new(region);
        &masked
    } else {
        &plain
    };
    let mut files = report::Files::new(flags.force);
    let mut described = Vec::new();
    let all = tables::files(region);
    for table in &all {
        let path = flags.output.join(format!("{}.parquet", table.name));
        let print =
            |out: &mut dyn std::io::Write| table.write(region, texts, out).map(|written| described.push(written));
        files.add_table(&path, print).map_err(told)?;
    }
    places
        .iter()
        .filter(|p| replaced && !all.iter().any(|t| is_of(p, t.name)))
        .for_each(|place| files.leave(place.clone()));
    let text = tables::manifest(&ingested, described, texts, flags.mask);
    files.add_table(&manifest, |out| out.write_all(text.as_bytes()).map_err(|e| e.to_string())).map_err(told)?;
    files.place().map_err(told)?;

    let gaps = gaps(&ingested, settings::max_rejects(session), &session.catalog);
    let exit = if gaps.is_empty() { Exit::Finished } else { Exit::Incomplete };
    if !session.quiet {
        let summary = Summary::new(&ingested, &[], &leads, &delivery, &session.catalog);
        let report = Report {
            summary: &summary,
            leads: &leads,
            cards: &[],
            rejects: &ingested.rejects,
            region,
            exit_code: exit as u8,
            catalog: &session.catalog,
        };
        let colour = colour(&std::io::stdout());
        let view = View { width: width(), color: colour, elapsed: Some(started.elapsed()), written: &[] };
        let written: Vec<(&str, usize)> = all.iter().map(|t| (t.name, t.rows)).collect();
        session.print(&terminal::render_tables(&report, view, &written, &flags.output))?;
    }
    let rejects: u64 = ingested.rejects.iter().map(|r| r.rows).sum();
    if rejects > 0 && session.quiet {
        session.warn(&session.catalog.format("tables-rejects", &values([("count", rejects.into())])));
    }
    gaps.iter().for_each(|gap| session.warn(gap));
    Ok(exit)
}

fn is_of(path: &Path, name: &str) -> bool {
    path.file_stem().is_some_and(|stem| stem == name)
}
