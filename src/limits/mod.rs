//! Table-driven rules: one file a kind of limit.
//!
//! A card names a kind of limit and a knowledge table; its points are those of the card's national class. The points are
//! joined to the facts by item, once a rule: rules add no pass over the charge lines.

mod breaches;
mod charge;
mod points;

use crate::rule::Detector;

macro_rules! limits {
    ($($module:ident: $id:literal,)*) => {
        $(mod $module;)*

        /// Every kind of limit, sorted by id.
        pub const ALL: &[Detector] = &[$(Detector {
            id: $id,
            check: breaches::check,
            want: |card, book, _, _| points::of::<$module::Kind>(card, book).map(drop),
            run: breaches::run::<$module::Kind>,
        }),*];
    };
}

limits! {
    age: "age",
    course: "course",
    insurance: "insurance",
    level: "level",
    payable: "payable",
    setting: "setting",
    sex: "sex",
}
