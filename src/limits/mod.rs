//! Table-driven rules: one file a kind of limit.
//!
//! A card names a kind of limit and a knowledge table; its points are those of the card's national class. The points are
//! joined to the facts by item, once a rule: rules add no pass over the charge lines.

mod age;
mod breaches;
mod charge;
mod course;
mod included;
mod insurance;
mod level;
mod payable;
mod points;
mod setting;
mod sex;

use crate::facts::Wanted;
use crate::model::Region;
use crate::rule::{Detector, RuleError};
use crate::rulebook::{Card, Rulebook};

/// Every kind of limit, sorted by id.
pub const ALL: &[Detector] = &[
    on_records::<age::Kind>("age"),
    on_records::<course::Kind>("course"),
    included::DETECTOR,
    on_records::<insurance::Kind>("insurance"),
    on_records::<level::Kind>("level"),
    on_records::<payable::Kind>("payable"),
    on_records::<setting::Kind>("setting"),
    on_records::<sex::Kind>("sex"),
];

/// A kind of limit that an item on a record breaks or keeps, whatever else is on the record.
const fn on_records<L: breaches::Limit>(id: &'static str) -> Detector {
    fn want<L: breaches::Limit>(card: &Card, book: &Rulebook, _: &Region, _: &mut Wanted) -> Result<(), RuleError> {
        points::of::<L>(card, book).map(drop)
    }
    Detector { id, check: breaches::check, want: want::<L>, run: breaches::run::<L> }
}
