//! The same questions with something changed: another tier, another model, another price.

pub mod budget;
pub mod choice;
pub mod metered;
pub mod migration;
pub mod outlook;
pub mod repricing;
pub mod routing;
pub mod solve;
pub mod tiers;
