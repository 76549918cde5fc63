//! What an AI subscription is worth at API list prices, and what it costs the one who sells it.
//!
//! The modules stand in the order in which they may know one another: a module uses only those above it.

// Vocabulary.
pub mod units;

pub mod problem;

pub mod report;

pub mod fact;

// Engine: values in, values out.
pub mod rates;

pub mod allowance;

pub mod workload;

pub mod economics;

pub mod plan;

pub mod analysis;

pub mod population;

pub mod simulation;

pub mod uncertainty;

pub mod changes;

pub mod policy;

pub mod scenario;

pub mod replay;

pub mod usage;

pub mod trial;

pub mod explain;

// Edges: text in, text out.
pub mod catalog;

pub mod logs;

pub mod render;

// Shell: the only part that touches the world.
pub mod cli;
