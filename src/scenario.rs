//! The same questions with something changed: another tier, another model, another price.

pub mod outlook;
pub mod solve;
pub mod tiers;
