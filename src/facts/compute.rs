//! stub
/// stub
pub fn compute() {}
