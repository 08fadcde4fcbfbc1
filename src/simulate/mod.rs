//! `yishen simulate`: a synthetic region, its innocents and its planted schemes, with the truth beside it.
//!
//! First the plan, small enough for memory: places, people and every stay (`lives`, `stays`), then the schemes' cases
//! in it (`schemes`). Then the charge lines, stay by stay in order of settlement (`lines`, `habits`), changed where a scheme
//! marked the stay, moved to the days the hospital posts them on (`posting`), and written as they come. Every stay draws from a stream of its own, so the thread count changes no
//! byte.
//!
//! The simulator knows tables and no rule; it shares no constant with any. What it knows of published limits is a table of
//! its own (`data/limits.csv`). A scheme is one file in `schemes`.

mod apart;
mod bills;
mod calendars;
mod catalog;
mod chance;
mod doses;
mod files;
mod habits;
mod hyper;
mod keeper;
mod line;
mod lines;
mod lives;
mod options;

mod people;
mod places;
mod plan;
mod post;
mod posting;
mod schemes;
mod specialty;
mod stays;
mod stock;
mod tables;
mod time;
mod visits;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::messages::{self, Catalog as Messages};
use crate::model::Table;

pub use options::{Apart, Encoding, LIMITS, Layout, Options, Scheme, Strength};

use apart::Side;
use bills::Bills;
use files::Folder;
use plan::Plan;

/// Stays made by one task. The output does not depend on it.
const CHUNK: usize = 256;
/// Tasks whose rows are in memory at once, about 6 MB each.
const BATCH: usize = 8;
/// Visits made into rows at once.
const VISIT_CHUNK: usize = 100_000;

/// Why a region could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the name of a scheme.
    #[error("unknown scheme `{0}`")]
    UnknownScheme(String),
    /// Not a word of an option.
    #[error("unknown {what} `{word}`")]
    UnknownWord {
        /// The option.
        what: &'static str,
        /// The word.
        word: String,
    },
    /// Files that would be lost.
    #[error("`{}` is not empty; choose another folder or use --force", .0.display())]
    NotEmpty(PathBuf),
    /// No hospital to be written apart.
    #[error("every hospital has a scheme")]
    NoneHonest,
    /// The disk.
    #[error("cannot write `{}`: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_path_buf(), source }
    }

    /// The error in the reader's language (`simulate-error-*`).
    pub fn message(&self, messages: &Messages) -> String {
        let (id, args) = match self {
            Self::UnknownScheme(name) => {
                let known: Vec<&str> = Scheme::every().map(Scheme::id).collect();
                let args = [("name", name.clone().into()), ("known", known.join(", ").into())];
                ("simulate-error-scheme", messages::args(args))
            }
            Self::UnknownWord { what, word } => {
                ("simulate-error-word", messages::args([("what", (*what).into()), ("word", word.clone().into())]))
            }
            Self::NotEmpty(path) => {
                ("simulate-error-not-empty", messages::args([("path", path.display().to_string().into())]))
            }
            Self::NoneHonest => ("simulate-error-none-honest", messages::args([])),
            Self::Io { path, source } => {
                let args = [("path", path.display().to_string().into()), ("reason", source.to_string().into())];
                ("simulate-error-io", messages::args(args))
            }
        };
        messages.format(id, &args)
    }
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Stays, the planted ones included.
    pub stays: u64,
    /// Rows of `stays.csv`.
    pub settlements: u64,
    /// Rows of `fees.csv`.
    pub lines: u64,
    /// Rows of `visits.csv`.
    pub visits: u64,
    /// Rows of `persons.csv`.
    pub persons: u64,
    /// Hospitals, clinics and pharmacies.
    pub places: u64,
    /// Units in the truth, by scheme.
    pub planted: Vec<(Scheme, u64)>,
    /// The hospital written apart: its code and name.
    pub apart: Option<(String, String)>,
    /// Bytes written.
    pub bytes: u64,
}

/// The region: everything that is drawn before any stay is.
#[derive(Debug)]
struct Scene {
    seed: u64,
    hyper: hyper::Hyper,
    places: places::Places,
    catalog: catalog::Catalog,
}

impl Scene {
    fn draw(options: &Options) -> Self {
        let seed = options.seed;
        let hyper = hyper::Hyper::draw(seed, options.stays, &options.set);
        let (mut places, catalog) = (places::Places::draw(seed, &hyper), catalog::Catalog::new(seed, &hyper));
        places.post(seed, options.habits);
        Self { seed, hyper, places, catalog }
    }

    /// What a hospital charges for an item, in fen. Drugs cost the same everywhere (no mark-up).
    fn price(&self, hospital: &places::Hospital, item: u16) -> i64 {
        let card = &self.catalog.items[usize::from(item)];
        if matches!(card.kind, catalog::ItemKind::Drug) {
            return card.fen;
        }
        let own = chance::fixed(hospital.key ^ 5, u64::from(item)) * self.hyper.price_spread * 0.3;
        ((card.fen as f64 * hospital.price * (1.0 - own)).round() as i64).max(1)
    }
}

/// Writes a region: `stays`, `fees`, `visits`, `diagnoses`, `persons`, `hospitals` and `truth`, each a CSV file;
/// `purchases` and `stock` where a scheme is about them. The tables of one hospital may be apart, see [`Options::apart`].
///
/// The charge lines are made and written in parts, so memory grows with stays (about 200 bytes each) and visits, not with lines.
///
/// # Errors
/// [`Error::NotEmpty`] or [`Error::Io`]; then nothing is left in `options.out`.
pub fn run(options: &Options) -> Result<Summary, Error> {
    let mut folder = Folder::open(&options.out, options.force)?;
    let scene = Scene::draw(options);
    let mut plan = lives::plan(&scene, options.stays);
    let planted = schemes::plant_all(&scene, &mut plan, &options.schemes, options.strength);
    plan.keep_cycles();
    plan.sort();
    let mut summary = Summary {
        stays: plan.stays.len() as u64,
        persons: plan.persons.len() as u64,
        places: (scene.places.hospitals.len() + scene.places.shops.len()) as u64,
        planted,
        ..Summary::default()
    };
    let apart = options.apart.map(|apart| apart::choose(&scene, &plan, apart)).transpose()?;
    if let Some(one) = apart {
        let hospital = scene.places.hospital(one);
        summary.apart = Some((hospital.code.clone(), hospital.name.clone()));
        apart::keep(&scene, &mut plan, one);
    }
    let (mut paid, mut given) = (BTreeMap::new(), stock::Given::new());
    for (name, side) in Side::of(apart) {
        folder.enter(name)?;
        let writing = Writing { scene: &scene, plan: &plan, options, folder: &folder, side };
        writing.bills(&mut summary, &mut paid, &mut given)?;
    }
    let visits = visits::all(&scene, &plan);
    for (name, side) in Side::of(apart) {
        folder.enter(name)?;
        let writing = Writing { scene: &scene, plan: &plan, options, folder: &folder, side };
        writing.visits(&visits, &mut summary)?;
        stock::write(&scene, &plan, &given, options, &folder, side)?;
        tables::persons(&scene, &plan, &side.persons(&plan, &visits), options, &folder)?;
        tables::hospitals(&scene, options, &folder, side)?;
    }
    folder.enter("")?;
    tables::truth(&plan, &paid, &folder)?;
    summary.bytes = folder.finish()?;
    Ok(summary)
}

/// A side of the region being written.
struct Writing<'a> {
    scene: &'a Scene,
    plan: &'a Plan,
    options: &'a Options,
    folder: &'a Folder,
    side: Side,
}

impl Writing<'_> {
    /// Adds what the funds paid for each stay, by its number, and the goods given.
    fn bills(
        &self,
        summary: &mut Summary,
        paid: &mut BTreeMap<u32, i64>,
        given: &mut stock::Given,
    ) -> Result<(), Error> {
        let Self { scene, plan, options, folder, side } = *self;
        let table = |table, fields| folder.table(table, fields, options.layout, options.encoding);
        let mut stays = table(Table::Stays, bills::STAYS)?;
        let mut fees = table(Table::Fees, bills::FEES)?;
        let mut diagnoses = table(Table::Diagnoses, bills::DIAGNOSES)?;
        let all: Vec<&plan::Stay> = plan.stays.iter().filter(|s| side.has(Some(s.hospital))).collect();
        for batch in all.chunks(CHUNK * BATCH) {
            let parts: Vec<_> = batch
                .par_chunks(CHUNK)
                .map(|chunk| {
                    let bills = Bills::of(scene, plan, chunk, options);
                    let counts = (bills.stays.count, bills.fees.count);
                    let encoded = [bills.stays, bills.fees, bills.diagnoses].map(|rows| rows.encoded(options.encoding));
                    (encoded, counts, bills.paid, bills.given)
                })
                .collect();
            for (encoded, counts, of_stays, goods) in parts {
                paid.extend(of_stays);
                goods.into_iter().for_each(|(key, count)| *given.entry(key).or_default() += count);
                for (sink, bytes) in [&mut stays, &mut fees, &mut diagnoses].into_iter().zip(encoded) {
                    sink.write(&bytes)?;
                }
                summary.settlements += counts.0;
                summary.lines += counts.1;
            }
        }
        let lines = bills::visit_lines(scene, plan, options, side);
        summary.lines += lines.count;
        fees.write(&lines.encoded(options.encoding))?;
        [stays, fees, diagnoses].into_iter().try_for_each(files::Sink::close)
    }

    fn visits(&self, all: &[visits::Visit], summary: &mut Summary) -> Result<(), Error> {
        let Self { scene, plan, options, folder, side } = *self;
        let mut sink = folder.table(Table::Visits, visits::VISITS, options.layout, options.encoding)?;
        let all: Vec<&visits::Visit> = all.iter().filter(|v| side.has(v.hospital())).collect();
        for chunk in all.chunks(VISIT_CHUNK) {
            let rows = visits::rows(scene, plan, chunk, options.layout);
            summary.visits += rows.count;
            sink.write(&rows.encoded(options.encoding))?;
        }
        sink.close()
    }
}
