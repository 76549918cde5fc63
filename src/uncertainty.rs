//! Inputs that are not known exactly: what is uncertain about a result, and which input makes it so.
//!
//! Each [`Input`] has a distribution of its own and is independent of the others. Where a formula exists it is used
//! ([`break_even`], [`sensitivity::product`]); everything else is propagated through low-discrepancy points that are
//! scrambled several times over, so that each figure has an error bar and a seed that makes it again.

mod input;
mod points;
mod sampling;

pub mod break_even;
pub mod plan;
pub mod quadrature;
pub mod sensitivity;
pub mod tornado;

pub use input::{Input, InputError};
pub use sampling::{Estimate, Figure, Quantile, Sampling, SamplingError, Spread, propagate};

/// The levels that reports show: P5, P50 and P95.
pub const LEVELS: [f64; 3] = [0.05, 0.5, 0.95];
