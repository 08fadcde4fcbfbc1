//! Table-driven rules: one file a kind of limit.
//!
//! A card names a kind of limit and a knowledge table; its points are those of the card's national class. The points are
//! joined to the facts by item, once a rule: rules add no pass over the charge lines.

mod age;
mod amount;
mod breaches;
mod charge;
mod components;
mod course;
mod days;
mod department;
mod diagnosis;
mod diagnosis_age;
mod diagnosis_sex;
mod discount;
mod disease_list;
mod included;
mod insurance;
mod interaction;
mod interval;
mod level;
mod operation_diagnosis;
mod operation_sex;
mod pairs;
mod payable;
mod points;
mod postings;
mod prescription;
mod price;
mod quantity;
mod requires;
mod second_line;
mod setting;
mod sex;
mod subjects;
mod title;
mod together;
mod windows;

pub use points::{EXAMPLE, LOCAL, OFF, date};

use crate::rule::{Context, Judgement, RuleError};
use crate::rulebook::{Card, Fault, Rulebook};

/// A kind of limit.
pub struct LimitKind {
    /// What cards call it.
    pub id: &'static str,
    /// What the `limit` column of its tables may say.
    pub names: &'static [&'static str],
    /// Reads the parameters of a card and refuses what it does not understand.
    pub check: fn(&Card) -> Result<(), RuleError>,
    /// What is wrong in the tables of a card as this kind sees them: that there are none, their columns, values.
    pub faults: fn(&Card, &Rulebook) -> Vec<Fault>,
    /// Finds, and says how far it saw.
    pub run: fn(&Context<'_>) -> Result<Judgement, RuleError>,
}

/// Every kind of limit, sorted by id.
pub const ALL: &[LimitKind] = &[
    kind::<age::AgeLimit>("age"),
    kind::<amount::AmountLimit>("amount"),
    kind::<components::ComponentsLimit>("components"),
    kind::<course::CourseLimit>("course"),
    kind::<department::Department>("department"),
    kind::<diagnosis::Diagnosis>("diagnosis"),
    kind::<diagnosis_age::DiagnosisAge>("diagnosis-age"),
    kind::<diagnosis_sex::DiagnosisSex>("diagnosis-sex"),
    kind::<discount::Discount>("discount"),
    kind::<disease_list::DiseaseList>("disease-list"),
    kind::<included::Included>("included"),
    kind::<insurance::InsuranceLimit>("insurance"),
    kind::<interaction::Interaction>("interaction"),
    kind::<interval::Interval>("interval"),
    kind::<level::Level>("level"),
    kind::<operation_diagnosis::OperationDiagnosis>("operation-diagnosis"),
    kind::<operation_sex::OperationSex>("operation-sex"),
    kind::<payable::Payable>("payable"),
    kind::<prescription::PrescriptionLimit>("prescription"),
    kind::<price::PriceLimit>("price"),
    kind::<quantity::QuantityLimit>("quantity"),
    kind::<requires::Requires>("requires"),
    kind::<second_line::SecondLine>("second-line"),
    kind::<setting::SettingLimit>("setting"),
    kind::<sex::SexLimit>("sex"),
    kind::<title::Title>("title"),
    kind::<together::TogetherLimit>("together"),
];

const fn kind<L: breaches::Limit>(id: &'static str) -> LimitKind {
    LimitKind { id, names: L::NAMES, check: breaches::check, faults: breaches::faults::<L>, run: breaches::run::<L> }
}

/// Whether a card's tables have any point: without one the rule cannot run.
pub fn has_points(card: &Card, book: &Rulebook) -> bool {
    kind_of(card).is_some_and(|kind| points::rows(kind.names, card, book).next().is_some())
}

/// How many points a card's tables have, examples apart.
pub fn count_points(card: &Card, book: &Rulebook) -> usize {
    kind_of(card).map_or(0, |kind| points::rows(kind.names, card, book).count())
}

fn kind_of(card: &Card) -> Option<&'static LimitKind> {
    ALL.iter().find(|kind| Some(kind.id) == card.limit.as_deref())
}
