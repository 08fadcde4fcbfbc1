//! stub
/// stub
pub struct Rulebook;
/// stub
pub struct Fault;
