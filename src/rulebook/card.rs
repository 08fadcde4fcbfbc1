//! A rule's card: its documentation, parameters and needs.

use serde::Deserialize;

use crate::finding::ResultClass;
use crate::messages::Lang;

/// A text in both languages.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in a language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// The family of a rule, and its folder in `rules/`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Family {
    Stays,
    Charges,
    Drugs,
    Identity,
    Pharmacy,
    Institutions,
    Data,
}

impl Family {
    /// Every family, in the order of the rule book.
    pub const ALL: [Self; 7] =
        [Self::Stays, Self::Charges, Self::Drugs, Self::Identity, Self::Pharmacy, Self::Institutions, Self::Data];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stays => "stays",
            Self::Charges => "charges",
            Self::Drugs => "drugs",
            Self::Identity => "identity",
            Self::Pharmacy => "pharmacy",
            Self::Institutions => "institutions",
            Self::Data => "data",
        }
    }
}

/// How far a rule has been proven.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Has planted positives it finds and clean data it leaves alone.
    Stable,
    /// Still to be proven.
    Preview,
}

/// A table or column a rule cannot do without: `fees`, `fees.fee_ocur_time`, or alternatives joined by ` or `.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub struct Need(pub String);

/// A column of evidence, in the order of the report's sheet for the rule.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct EvidenceColumn {
    /// Key in the finding's `evidence`.
    pub field: String,
    /// Chinese heading.
    pub zh: String,
    /// English heading.
    pub en: String,
    /// How it is printed.
    pub kind: EvidenceKind,
    /// For a list or table of objects: the fields of an entry, in their order.
    #[serde(default)]
    pub parts: Vec<EvidenceColumn>,
    /// What values stand for, in words: messages and reports print these instead.
    #[serde(default)]
    pub terms: std::collections::BTreeMap<String, Text>,
}

impl EvidenceColumn {
    /// The heading in a language.
    pub fn heading(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// The words for a value, where the card has any.
    pub fn term(&self, value: &str, lang: Lang) -> Option<&str> {
        self.terms.get(value).map(|text| text.get(lang))
    }
}

/// How a column of evidence is printed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum EvidenceKind {
    Text,
    Number,
    Money,
    Date,
    /// A number that is easier to compare when drawn: printed with a bar. Only within a table.
    Bar,
    /// An array, printed in one cell.
    List,
    /// An array of objects, each a row of a sheet of its own.
    Table,
}

/// A parameter as the card documents it.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Catalogued {
    /// The value used unless `yishen.toml` overrides it.
    pub value: toml::Value,
    /// Unit, e.g. `hours`, `days`, `yuan`, `share`, `codes`.
    pub unit: String,
    /// What it does.
    pub zh: String,
    /// What it does.
    pub en: String,
}

/// A rule's card, `rules/<family>/<rule-id>.toml`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Rule id, the name of the file.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Family, the folder of the file.
    pub family: Family,
    /// Version, raised whenever the rule's findings can change.
    pub version: String,
    /// Stable or preview.
    pub status: Status,
    /// How far a finding goes.
    pub result: ResultClass,
    /// The classes of the national library that it runs, one or several: their codes (`GZ…`, `ZB…`), or their names where no
    /// code was published. Empty where it is in none.
    #[serde(default, deserialize_with = "one_or_many")]
    pub national_class: Vec<String>,
    /// What it does.
    pub what: Text,
    /// Why it matters.
    pub why: Text,
    /// Innocent explanations, and what the rule does about each.
    pub innocent: Vec<Text>,
    /// What would clear a lead.
    pub clears: Text,
    /// Legal basis.
    pub basis: Text,
    /// Where the method comes from.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Tables and columns it needs.
    pub needs: Vec<Need>,
    /// The detector that runs it: its id in the list of `src/detectors`. A card names this, a limit or a
    /// query.
    #[serde(default)]
    pub detector: Option<String>,
    /// The kind of limit that runs it: its id in the list of `src/limits`.
    #[serde(default)]
    pub limit: Option<String>,
    /// The knowledge table that a limit takes its points from: those of the card's title.
    #[serde(default)]
    pub table: Option<String>,
    /// The query that runs it, where the rule is written in SQL.
    #[serde(default)]
    pub sql: Option<String>,
    /// Which column of the query's result is what: result columns by [`Card::ROLES`].
    #[serde(default)]
    pub columns: std::collections::BTreeMap<String, String>,
    /// Lines of the card, for what is found wrong later: by key, `limit`, `parameters.share`, `columns.stay`, `evidence.0`,
    /// `evidence.item_code`. That of `sql` is the line of the query's first.
    #[serde(skip)]
    pub lines: std::collections::BTreeMap<String, usize>,
    /// Parameters by name.
    #[serde(default)]
    pub parameters: std::collections::BTreeMap<String, Catalogued>,
    /// Unit of `observed`, `expected`, `threshold`.
    pub measure: Text,
    /// The sentence of a finding, in Fluent syntax over the finding's evidence and figures, e.g. `{ $days }`.
    pub message: Text,
    /// Columns of evidence.
    pub evidence: Vec<EvidenceColumn>,
}

impl Card {
    /// What a column of a query's result can be, beside evidence.
    pub const ROLES: [&str; 13] = [
        "stay",
        "visit",
        "patient",
        "hospital",
        "amount",
        "total",
        "observed",
        "expected",
        "threshold",
        "confidence",
        "period_start",
        "period_end",
        "rows",
    ];
}

/// A text or a list of texts.
fn one_or_many<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text or a list of texts")]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    Ok(match OneOrMany::deserialize(value)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}
