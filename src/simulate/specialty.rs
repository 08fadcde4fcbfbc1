//! What hospitals are for.

/// What a hospital is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Specialty {
    General,
    Tcm,
    Psychiatric,
    Rehabilitation,
    Maternity,
}
