//! Progress on stderr: a bar per phase with rows, rate and time left.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::wrap::pad;
use crate::messages::{Catalog, args, number};
use crate::model::{Phase, Progress};

/// The bars of a run. Nothing is drawn where stderr is not a terminal; indicatif sees to that.
pub(super) struct Bars {
    hidden: bool,
    labels: Labels,
    bar: Mutex<Option<ProgressBar>>,
    rows: Arc<AtomicU64>,
}

/// The words beside a bar.
#[derive(Clone)]
struct Labels {
    read: String,
    assemble: String,
    facts: String,
    rules: String,
    write: String,
    /// `{rows}`, `{rate}` and `{left}` stand where the figures go.
    rows: String,
    left: String,
}

impl Bars {
    /// The bars of a run in the language of the catalogue.
    pub(super) fn new(catalog: &Catalog, quiet: bool) -> Self {
        let mark = |name: &str| format!("{{{name}}}").into();
        let labels = Labels {
            read: catalog.text("phase-read"),
            assemble: catalog.text("phase-assemble"),
            facts: catalog.text("phase-facts"),
            rules: catalog.text("phase-rules"),
            write: catalog.text("phase-write"),
            rows: catalog.format("progress-rows", &args([("rows", mark("rows")), ("rate", mark("rate"))])),
            left: catalog.format("progress-left", &args([("left", mark("left"))])),
        };
        Self { hidden: quiet, labels, bar: Mutex::new(None), rows: Arc::default() }
    }

    fn style(&self) -> ProgressStyle {
        let (rows, words, left) = (Arc::clone(&self.rows), self.labels.rows.clone(), self.labels.left.clone());
        let style = ProgressStyle::with_template("{prefix} {bar:24} {percent:>3}% {elapsed_time} {rows}{left}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        style
            .progress_chars("━━─")
            .with_key("elapsed_time", |state: &ProgressState, w: &mut dyn Write| {
                print(w, &clock(state.elapsed()));
            })
            .with_key("rows", move |state: &ProgressState, w: &mut dyn Write| {
                print(w, &rate(rows.load(Ordering::Relaxed), state.elapsed(), &words));
            })
            .with_key("left", move |state: &ProgressState, w: &mut dyn Write| {
                if !state.is_finished() && state.pos() > 0 {
                    print(w, &left.replace("{left}", &clock(state.eta())));
                }
            })
    }

    fn with(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        act(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Writes into indicatif's own string, which cannot fail.
fn print(into: &mut dyn Write, text: &str) {
    into.write_str(text).unwrap_or_default();
}

/// Rows so far and rows a second; nothing where the phase counts none.
fn rate(rows: u64, elapsed: Duration, words: &str) -> String {
    if rows == 0 {
        return String::new();
    }
    let a_second = (rows as f64 / elapsed.as_secs_f64().max(0.001)).round();
    words.replace("{rows}", &number(rows as f64)).replace("{rate}", &number(a_second))
}

/// `0:07`, `12:40`, `1:02:03`.
fn clock(time: Duration) -> String {
    let s = time.as_secs();
    match s / 3600 {
        0 => format!("{}:{:02}", s / 60, s % 60),
        hours => format!("{hours}:{:02}:{:02}", s / 60 % 60, s % 60),
    }
}

impl Progress for Bars {
    fn start(&self, phase: Phase, total: u64) {
        if self.hidden {
            return;
        }
        let label = match phase {
            Phase::Read => &self.labels.read,
            Phase::Assemble => &self.labels.assemble,
            Phase::Facts => &self.labels.facts,
            Phase::Rules => &self.labels.rules,
            Phase::Write => &self.labels.write,
        };
        self.rows.store(0, Ordering::Relaxed);
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        bar.set_style(self.style());
        bar.set_prefix(pad(label, 10));
        self.with(|current| *current = Some(bar));
    }

    fn advance(&self, done: u64) {
        self.with(|bar| bar.iter().for_each(|b| b.inc(done)));
    }

    fn rows(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    fn finish(&self) {
        self.with(|bar| bar.take().iter().for_each(ProgressBar::finish));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks() {
        assert_eq!(clock(Duration::from_secs(7)), "0:07");
        assert_eq!(clock(Duration::from_secs(760)), "12:40");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
    }

    #[test]
    fn rates_name_rows_and_rows_a_second() {
        assert_eq!(rate(1_500_000, Duration::from_secs(2), "{rows} 行,{rate} 行/秒"), "1,500,000 行,750,000 行/秒");
        assert_eq!(rate(0, Duration::from_secs(2), "{rows}"), "");
    }
}
