//! Says in the chosen language what is wrong with a command line.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::messages::{Args, Catalog, Value};

/// The error of clap in the language of the catalogue: what is wrong, what was probably meant, where to read on.
/// Help and version are no errors and have their own way.
pub(super) fn message(error: &clap::Error, catalog: &Catalog) -> String {
    let context = |kind| error.get(kind);
    let mut values = Args::new();
    for (name, kind) in [
        ("argument", ContextKind::InvalidArg),
        ("other", ContextKind::PriorArg),
        ("value", ContextKind::InvalidValue),
        ("command", ContextKind::InvalidSubcommand),
    ] {
        values.insert(name.to_string(), Value::Text(words(context(kind), catalog)));
    }
    if let Some(source) = std::error::Error::source(error) {
        // Our own parsers fail with a message id.
        values.insert("reason".to_string(), Value::Text(catalog.text(&source.to_string())));
    }
    let mut text = catalog.format(id(error, &values), &values);
    for line in hints(error, catalog) {
        text.push_str("\n  ");
        text.push_str(&line);
    }
    text
}

fn id(error: &clap::Error, values: &Args) -> &'static str {
    let empty = values.get("value").is_none_or(|v| *v == Value::Text(String::new()));
    match error.kind() {
        ErrorKind::UnknownArgument => "usage-unknown-argument",
        ErrorKind::InvalidSubcommand => "usage-unknown-command",
        ErrorKind::MissingSubcommand => "usage-missing-command",
        ErrorKind::MissingRequiredArgument => "usage-missing-argument",
        // clap says so where an option stands at the end without its value.
        ErrorKind::InvalidValue | ErrorKind::NoEquals if empty => "usage-missing-value",
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => "usage-few-values",
        ErrorKind::InvalidValue => "usage-invalid-value",
        ErrorKind::ValueValidation => "usage-refused-value",
        ErrorKind::TooManyValues => "usage-many-values",
        ErrorKind::ArgumentConflict => "usage-conflict",
        ErrorKind::InvalidUtf8 => "usage-not-unicode",
        _ => "usage-other",
    }
}

fn hints(error: &clap::Error, catalog: &Catalog) -> Vec<String> {
    let say = |id: &str, kind| {
        let words = words(error.get(kind), catalog);
        (!words.is_empty()).then(|| catalog.format(id, &Args::from([("words".to_string(), Value::Text(words))])))
    };
    let mut lines = Vec::new();
    for kind in [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue] {
        lines.extend(say("error-nearest", kind));
    }
    lines.extend(say("usage-valid-values", ContextKind::ValidValue));
    lines.push(catalog.text("usage-see-help"));
    lines
}

fn words(value: Option<&ContextValue>, catalog: &Catalog) -> String {
    match value {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(&catalog.text("list-separator")),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
