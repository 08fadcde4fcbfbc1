//! The command line of yishen.

use std::io::Write;
use std::process::ExitCode;

use yishen::cli::{self, Exit, Failure};

fn main() -> ExitCode {
    // A run that cannot watch for signals works all the same.
    drop(yishen::report::clean_up_on_signals());
    match run() {
        Ok(exit) => exit.into(),
        Err(error) => {
            // Nothing is left to do where even stderr is gone.
            drop(writeln!(std::io::stderr(), "{error:#}"));
            Exit::Refused.into()
        }
    }
}

fn run() -> anyhow::Result<Exit> {
    match cli::run(std::env::args_os().collect()) {
        Err(Failure::Pipe) => Ok(Exit::Finished),
        other => Ok(other?),
    }
}
