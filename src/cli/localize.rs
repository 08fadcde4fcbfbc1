//! Puts the words of the chosen language on the command line that `args` declares.
//!
//! Each command takes its text from `cmd-<path>`, each argument from `arg-<path>-<id>`, or `arg-<id>` where every command has
//! it, each value name from `value-<name>`. A test walks the whole tree in both languages.

use clap::{Arg, Command, CommandFactory};

use super::args::Cli;
use super::help;
use crate::messages::{Catalog, args};

/// The whole command line in the language of the catalogue, its help laid out for `width` columns.
pub(super) fn command(catalog: &Catalog, width: usize) -> Command {
    let mut command = Cli::command();
    // Once built, the options that every command has are in every command.
    command.build();
    translate(command, "yishen", catalog, width)
}

fn translate(command: Command, path: &str, catalog: &Catalog, width: usize) -> Command {
    let key = path.replace(' ', "-");
    let command = command
        .about(catalog.text(&format!("cmd-{key}")))
        .mut_args(|arg| translate_arg(arg, &key, catalog))
        .mut_subcommands(|sub| {
            let path = format!("{path} {}", sub.get_name());
            translate(sub, &path, catalog, width)
        });
    let text = help::render(&command, path, catalog, width);
    command.override_help(text)
}

fn translate_arg(arg: Arg, key: &str, catalog: &Catalog) -> Arg {
    let help = catalog.text(&help_id(&arg, key));
    let values = arg.get_possible_values();
    let help = if values.len() > 3 {
        let names: Vec<&str> = values.iter().map(|v| v.get_name()).collect();
        let list = names.join(&catalog.text("list-separator"));
        format!("{help}{}", catalog.format("help-values", &args([("values", list.into())])))
    } else {
        help
    };
    let names: Vec<String> = value_names(&arg).iter().map(|n| catalog.text(&format!("value-{n}"))).collect();
    let arg = arg.help(help);
    if names.is_empty() { arg } else { arg.value_names(names) }
}

fn help_id(arg: &Arg, key: &str) -> String {
    let id = arg.get_id().as_str().replace('_', "-");
    if arg.is_global_set() { format!("arg-{id}") } else { format!("arg-{key}-{id}") }
}

/// The value names as declared, in lower case; none for a switch.
fn value_names(arg: &Arg) -> Vec<String> {
    if !arg.get_action().takes_values() {
        return Vec::new();
    }
    arg.get_value_names().unwrap_or_default().iter().map(|n| n.to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Lang;
    use unicode_width::UnicodeWidthStr;

    /// Every id that a command and what is below it need.
    fn ids(command: &Command, path: &str, into: &mut Vec<String>) {
        let key = path.replace(' ', "-");
        into.push(format!("cmd-{key}"));
        for arg in command.get_arguments() {
            into.push(help_id(arg, &key));
            into.extend(value_names(arg).iter().map(|n| format!("value-{n}")));
            into.extend(arg.get_help_heading().map(|h| format!("help-{h}")));
        }
        for sub in command.get_subcommands() {
            ids(sub, &format!("{path} {}", sub.get_name()), into);
        }
    }

    #[test]
    fn every_command_and_argument_has_its_text_in_both_languages() {
        let mut built = Cli::command();
        built.build();
        let mut wanted = Vec::new();
        ids(&built, "yishen", &mut wanted);
        assert!(wanted.len() > 60, "the walk found only {}", wanted.len());
        for lang in Lang::ALL {
            let catalog = Catalog::new(lang);
            let missing: Vec<_> = wanted.iter().filter(|id| !catalog.has(id)).collect();
            assert!(missing.is_empty(), "{lang:?} lacks {missing:?}");
        }
    }

    fn pages(command: &Command, path: &str, catalog: &Catalog, width: usize, into: &mut Vec<String>) {
        into.push(help::render(command, path, catalog, width));
        for sub in command.get_subcommands() {
            pages(sub, &format!("{path} {}", sub.get_name()), catalog, width, into);
        }
    }

    #[test]
    fn help_fits_the_terminal_and_speaks_one_language() {
        for lang in Lang::ALL {
            let catalog = Catalog::new(lang);
            for width in [60, 80, 120] {
                let mut all = Vec::new();
                pages(&command(&catalog, width), "yishen", &catalog, width, &mut all);
                assert!(all.len() >= 8);
                for line in all.iter().flat_map(|p| p.lines()) {
                    assert!(line.width() <= width, "{lang:?} at {width}: {line}");
                    let chinese = line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
                    assert!(lang == Lang::Zh || !chinese, "Chinese in the English help: {line}");
                }
                for english in ["Usage", "Options", "Commands", "Arguments", "[default", "Print help"] {
                    assert!(lang == Lang::En || !all.iter().any(|p| p.contains(english)), "{english} in Chinese help");
                }
            }
        }
    }

    #[test]
    fn the_declaration_is_sound() {
        Cli::command().debug_assert();
        command(&Catalog::new(Lang::Zh), 80).debug_assert();
    }
}
