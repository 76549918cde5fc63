//! The same questions with something changed: another tier, another model, another price.

pub mod migration;
pub mod routing;
pub mod tiers;
