//! How hospitals keep their stock.

/// What a hospital does with its stock besides keeping it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Plain,
    /// The books begin weeks after the first charges, and nobody counted what there was.
    Late,
    /// Buys packs of several of what it bills.
    Packs,
    /// Lends to another.
    Lends(u16),
    /// Counts are dated days after they were made.
    CountsLate,
}

/// How a hospital keeps its stock.
#[derive(Clone, Debug)]
pub struct Keeper {
    pub role: Role,
    /// Part of what is given that is sold for cash besides.
    pub cash: f64,
    /// Part of the items that are in none of its books.
    pub unreported: f64,
    /// Whether tablets are bought in boxes.
    pub boxes: bool,
    /// Days between two orders, to a delivery, and of the reserve.
    pub every: i32,
    pub lead: i32,
    pub reserve: i32,
    /// Most days between a delivery and its entry.
    pub entered: i32,
}
