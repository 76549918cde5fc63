//! The same questions with something changed: another tier, another model, another price.

pub mod choice;

pub mod repricing;

pub mod tiers;
