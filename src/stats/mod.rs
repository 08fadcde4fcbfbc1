//! Pure numbers in, numbers out: tail probabilities, false-discovery control, intervals.
//!
//! Nothing here knows what a stay is. Tails keep their relative accuracy far out, where the leads are.

pub mod bunching;
pub mod counts;
mod discovery;
mod dispersed;
mod far;
pub mod funnel;
mod interval;
mod isotonic;
mod order;
#[cfg(test)]
mod references;
mod round;
mod tails;

pub use discovery::{benjamini_hochberg, benjamini_yekutieli};
pub use dispersed::{beta_binomial_pmf, beta_binomial_tail, negative_binomial_tail};
pub use far::{binomial_tail_ln, hypergeometric_tail, hypergeometric_tail_ln, poisson_tail_ln};
pub use interval::wilson;
pub use isotonic::rising_ratio;
pub use order::{Others, quantile, quantile_sorted, quartile_deviation};
pub use round::{percent, rounded};
pub use tails::{beta_binomial_ln, binomial_tail, poisson_binomial_tail, poisson_tail};
