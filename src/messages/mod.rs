//! The zh/en catalogue of everything a person reads, in Fluent files beside this one.
//!
//! fluent-bundle (Mozilla, the reference implementation of Project Fluent) was chosen over key-value catalogues because
//! sentences carry figures: it orders, groups and selects on them in each language's own way.

use std::borrow::Cow;
use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::model::Fen;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The name used on the command line and in `yishen.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The language of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.name() == name)
    }

    /// The language of the locale: English where `LC_ALL`, else `LC_MESSAGES`, else `LANG` says so, Chinese everywhere else,
    /// for the readers are Chinese and batch machines are often left at `C`. `get` looks up an environment variable.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Self {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(get).find(|v| !v.is_empty());
        match locale {
            Some(locale) if locale.get(..2).is_some_and(|l| l.eq_ignore_ascii_case("en")) => Self::En,
            _ => Self::Zh,
        }
    }
}

/// A value put into a message.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text, inserted as it is.
    Text(String),
    /// A number, printed with thousands separators and at most two decimals.
    Number(f64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Value {
    fn from(n: f64) -> Self {
        Self::Number(n)
    }
}

/// Money is written alike everywhere, to the fen.
impl From<Fen> for Value {
    fn from(money: Fen) -> Self {
        Self::Text(money.text())
    }
}

macro_rules! whole {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Value {
            fn from(n: $kind) -> Self {
                Self::Number(n as f64)
            }
        }
    )*};
}
whole!(u16, u32, u64, usize, i32, i64);

/// The arguments of a message, by name.
pub type Args = BTreeMap<String, Value>;

/// Arguments from a list of names and values.
pub fn args<const N: usize>(list: [(&str, Value); N]) -> Args {
    list.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
}

const FILES: [(Lang, &[&str]); 2] = [
    (
        Lang::Zh,
        &[
            include_str!("zh/cli.ftl"),
            include_str!("zh/coverage.ftl"),
            include_str!("zh/ingest.ftl"),
            include_str!("zh/report.ftl"),
            include_str!("zh/rules.ftl"),
        ],
    ),
    (
        Lang::En,
        &[
            include_str!("en/cli.ftl"),
            include_str!("en/coverage.ftl"),
            include_str!("en/ingest.ftl"),
            include_str!("en/report.ftl"),
            include_str!("en/rules.ftl"),
        ],
    ),
];

/// The id of every message.
pub fn ids() -> impl Iterator<Item = &'static str> {
    let texts = FILES.iter().take(1).flat_map(|(_, texts)| *texts);
    let id = |line: &'static str| line.split_once(" =").map(|(id, _)| id);
    texts.flat_map(|text| text.lines()).filter_map(id).filter(|id| !id.contains(char::is_whitespace))
}

/// The messages of one language.
pub struct Catalog {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Catalog {
    /// The built-in messages of a language. A test keeps both languages complete and free of syntax errors.
    pub fn new(lang: Lang) -> Self {
        let tag = match lang {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        };
        let id: unic_langid::LanguageIdentifier = tag.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // No isolation marks around values: the texts go into terminals, cells and files, not into HTML paragraphs.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(format_number));
        for text in FILES.iter().filter(|(l, _)| *l == lang).flat_map(|(_, files)| *files) {
            let resource = FluentResource::try_new((*text).to_string()).unwrap_or_else(|(partial, _)| partial);
            bundle.add_resource_overriding(resource);
        }
        Self { lang, bundle }
    }

    /// Its language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Adds a message, as a rule's card brings one.
    ///
    /// # Errors
    /// The first fault of the pattern's syntax.
    pub fn add(&mut self, id: &str, pattern: &str) -> Result<(), String> {
        let source = format!("{id} = {}\n", pattern.trim().replace('\n', "\n    "));
        match FluentResource::try_new(source) {
            Ok(resource) => {
                self.bundle.add_resource_overriding(resource);
                Ok(())
            }
            Err((_, errors)) => Err(errors.first().map(ToString::to_string).unwrap_or_default()),
        }
    }

    /// Whether a message exists.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// The name of a unit that a card's parameter has; the unit itself where it has none.
    pub fn unit(&self, unit: &str) -> String {
        let id = format!("unit-{}", unit.replace(' ', "-"));
        if self.has(&id) { self.text(&id) } else { unit.to_string() }
    }

    /// A message without arguments.
    pub fn text(&self, id: &str) -> String {
        self.format(id, &Args::new())
    }

    /// A message with arguments. An unknown id gives the id itself, so that nothing a person needs is lost.
    pub fn format(&self, id: &str, args: &Args) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|m| m.value()) else {
            return id.to_string();
        };
        let mut values = FluentArgs::new();
        for (name, value) in args {
            values.set(
                name.as_str(),
                match value {
                    Value::Text(text) => FluentValue::String(Cow::Borrowed(text)),
                    Value::Number(n) => FluentValue::from(*n),
                },
            );
        }
        let mut faults = Vec::new();
        self.bundle.format_pattern(pattern, Some(&values), &mut faults).into_owned()
    }
}

/// Numbers as these readers expect them: thousands separated, as in [`number`].
fn format_number<M>(value: &FluentValue<'_>, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(n) => Some(number(n.value)),
        _ => None,
    }
}

/// A number with thousands separators and at most two decimals; below 0.01 with two digits that count, below 0.0001 in
/// scientific notation.
pub fn number(n: f64) -> String {
    match n.abs() {
        0.0 => return "0".to_string(),
        ..0.0001 => return format!("{n:.1e}"),
        ..0.001 => return format!("{n:.5}").trim_end_matches('0').to_string(),
        ..0.01 => return format!("{n:.4}").trim_end_matches('0').to_string(),
        _ => {}
    }
    let text = money(n);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// Yuan with thousands separators and two decimals.
pub fn money(yuan: f64) -> String {
    let text = format!("{:.2}", yuan.abs());
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, "00"));
    let mut out = String::with_capacity(text.len() + whole.len() / 3 + 1);
    if yuan < 0.0 {
        out.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push('.');
    out.push_str(decimals);
    out
}
