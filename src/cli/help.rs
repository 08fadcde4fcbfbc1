//! Lays out the help of a command.
//!
//! clap's own layout counts every character as one column and breaks lines at spaces only, which tears Chinese text apart;
//! so the localised command is printed from here.

use clap::{Arg, ArgAction, Command};
use unicode_width::UnicodeWidthStr;

use super::wrap::{pad, wrap};
use crate::messages::Catalog;

/// Widest column of names before the texts beside them.
const WIDEST_NAMES: usize = 30;
/// A column of text narrower than this is put below its name instead.
const NARROWEST_TEXT: usize = 40;

/// The help of a built and localised command, for a terminal of `width` columns. `path` is the command as typed.
pub(super) fn render(command: &Command, path: &str, catalog: &Catalog, width: usize) -> String {
    let mut page = Page { out: String::new(), width };
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    page.text(&about, 0);
    page.gap();
    page.text(&format!("{}{}", catalog.text("help-usage"), usage(command, path, catalog)), 0);
    let rows: Vec<_> = command
        .get_subcommands()
        .map(|c| (c.get_name().to_string(), c.get_about().map(ToString::to_string).unwrap_or_default()))
        .collect();
    page.section(&catalog.text("help-commands"), &rows);
    let positional: Vec<_> = command.get_positionals().map(|a| (placeholder(a), help_of(a))).collect();
    page.section(&catalog.text("help-arguments"), &positional);
    for heading in [None, Some("choice"), Some("filter"), Some("common")] {
        let rows: Vec<_> = options(command).filter(|a| a.get_help_heading() == heading).map(option_row).collect();
        page.section(&catalog.text(&format!("help-{}", heading.unwrap_or("options"))), &rows);
    }
    page.end(command, path, catalog);
    page.out
}

fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|a| !a.is_positional())
}

fn help_of(arg: &Arg) -> String {
    arg.get_help().map(ToString::to_string).unwrap_or_default()
}

/// `yishen scan [options] [path]...`
pub(super) fn usage(command: &Command, path: &str, catalog: &Catalog) -> String {
    let mut parts = vec![path.to_string()];
    if command.has_subcommands() {
        parts.push(format!("<{}>", catalog.text("help-command-word")));
    }
    parts.push(format!("[{}]", catalog.text("help-options-word")));
    parts.extend(command.get_positionals().map(placeholder));
    parts.join(" ")
}

/// `<path>`, `[path]...`: how a positional argument stands in the usage.
fn placeholder(arg: &Arg) -> String {
    let many = matches!(arg.get_action(), ArgAction::Append) || arg.get_num_args().is_some_and(|n| n.max_values() > 1);
    let names = arg.get_value_names().unwrap_or_default();
    let (open, close) = if arg.is_required_set() { ('<', '>') } else { ('[', ']') };
    let names: Vec<String> = names.iter().map(|n| format!("{open}{n}{close}")).collect();
    format!("{}{}", names.join(" "), if many { "..." } else { "" })
}

fn option_row(arg: &Arg) -> (String, String) {
    let short = arg.get_short().map_or("    ".to_string(), |c| format!("-{c}, "));
    let long = arg.get_long().unwrap_or_default();
    let values: Vec<String> = match arg.get_action() {
        ArgAction::Set | ArgAction::Append => {
            let possible: Vec<String> = arg.get_possible_values().iter().map(|v| v.get_name().to_string()).collect();
            if (1..=3).contains(&possible.len()) {
                vec![format!(" <{}>", possible.join("|"))]
            } else {
                arg.get_value_names().unwrap_or_default().iter().map(|n| format!(" <{n}>")).collect()
            }
        }
        _ => Vec::new(),
    };
    (format!("{short}--{long}{}", values.concat()), help_of(arg))
}

struct Page {
    out: String,
    width: usize,
}

impl Page {
    fn gap(&mut self) {
        self.out.push('\n');
    }

    fn text(&mut self, text: &str, indent: usize) {
        for line in wrap(text, self.width.saturating_sub(indent)) {
            self.out.push_str(&" ".repeat(indent));
            self.out.push_str(&line);
            self.gap();
        }
    }

    /// A heading, and names with their texts beside them, or below where there is no room.
    fn section(&mut self, heading: &str, rows: &[(String, String)]) {
        if rows.is_empty() {
            return;
        }
        self.gap();
        self.text(heading, 0);
        let widths = rows.iter().map(|(name, _)| name.width()).filter(|w| *w <= WIDEST_NAMES);
        let column = widths.max().unwrap_or(0) + 4;
        let below =
            self.width < column + NARROWEST_TEXT && rows.iter().any(|(n, t)| n.width() + t.width() + 4 > self.width);
        for (name, text) in rows {
            let indent = if below { 10 } else { column };
            let mut lines = wrap(text, self.width.saturating_sub(indent)).into_iter();
            if below || name.width() + 4 > column {
                self.out.push_str(&format!("  {name}\n"));
            } else {
                self.out.push_str(&format!(
                    "{}{}\n",
                    pad(&format!("  {name}"), column),
                    lines.next().unwrap_or_default()
                ));
            }
            for line in lines {
                self.out.push_str(&format!("{}{line}\n", " ".repeat(indent)));
            }
        }
    }

    /// Examples and exit codes, where the command has any.
    fn end(&mut self, command: &Command, path: &str, catalog: &Catalog) {
        let examples = format!("examples-{}", path.replace(' ', "-"));
        if catalog.has(&examples) {
            self.gap();
            self.text(&catalog.text("help-examples"), 0);
            for line in catalog.text(&examples).lines() {
                self.out.push_str(&format!("  {line}\n"));
            }
        }
        if command.has_subcommands() && path.contains(' ') {
            return;
        }
        let rows: Vec<_> = (0..4).map(|n| (n.to_string(), catalog.text(&format!("exit-{n}")))).collect();
        self.section(&catalog.text("help-exit-codes"), &rows);
    }
}
