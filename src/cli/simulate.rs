//! `yishen simulate`: a synthetic region with its truth.

use super::args::Simulate;
use super::{Exit, Failure, Session};
use crate::messages::args;
use crate::simulate::{self, Options, Scheme};

/// Writes the region that the flags describe.
pub(super) fn run(session: &Session, flags: Simulate) -> Result<Exit, Failure> {
    let told = |e: simulate::Error| session.told(&[e.message(&session.catalog)]);
    let mut options = Options::new(flags.out);
    options.force = flags.force;
    options.stays = flags.stays.unwrap_or(options.stays);
    options.seed = flags.seed.unwrap_or(options.seed);
    if let Some(list) = &flags.schemes {
        options.schemes = Scheme::parse_list(list).map_err(told)?;
    }
    if let Some(word) = &flags.strength {
        options.strength = word.parse().map_err(told)?;
    }
    if let Some(word) = &flags.layout {
        options.layout = word.parse().map_err(told)?;
    }
    if let Some(word) = &flags.encoding {
        options.encoding = word.parse().map_err(told)?;
    }
    options.habits = flags.habits.unwrap_or(options.habits);
    if let Some(word) = &flags.apart {
        options.apart = Some(word.parse().map_err(told)?);
    }
    flags.set.iter().try_for_each(|assignment| options.scale(assignment)).map_err(told)?;
    let done = simulate::run(&options).map_err(told)?;
    if !session.quiet {
        let figures = args([
            ("out", options.out.display().to_string().into()),
            ("stays", done.stays.into()),
            ("lines", done.lines.into()),
            ("visits", done.visits.into()),
            ("planted", done.planted.iter().map(|(_, units)| units).sum::<u64>().into()),
        ]);
        session.print(&format!("{}\n", session.catalog.format("simulate-done", &figures)))?;
        if let Some((code, name)) = done.apart {
            let figures = args([("code", code.into()), ("name", name.into())]);
            session.print(&format!("{}\n", session.catalog.format("simulate-apart", &figures)))?;
        }
    }
    Ok(Exit::Finished)
}
