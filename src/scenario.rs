//! The same questions with something changed: another tier, another model, another price.

pub mod budget;
pub mod choice;
pub mod metered;
pub mod outlook;
pub mod repricing;
pub mod solve;
pub mod tiers;
