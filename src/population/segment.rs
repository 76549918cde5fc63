//! Who a population is made of.

use std::sync::Arc;

use super::{Distribution, ShapeError};
use crate::fact::Provenance;

/// A population as a file describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Population {
    /// Unique name.
    pub id: Arc<str>,
    /// Name for people.
    pub name: Option<Arc<str>>,
    /// What is spread.
    pub of: Quantity,
    /// Who it is made of.
    pub members: Members,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// What is spread over a population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Use as a share of the plan's maximum; demand, so that it may pass 1.
    Utilization,
    /// Use in dollars a month at API list prices, whatever the plan.
    ApiUsd,
}

/// The members of a population by segments; one segment if they are not divided.
#[derive(Clone, Debug, PartialEq)]
pub struct Members {
    /// The segments, at least one; their weights add up to 1.
    pub segments: Vec<Segment>,
}

/// Members that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// What it is called, where it has a name.
    pub name: Option<Arc<str>>,
    /// Its share of the members.
    pub weight: f64,
    /// How use is spread in it.
    pub spread: Distribution,
    /// By how many percent its members become fewer when the price rises by 1 %, where known.
    pub elasticity: Option<f64>,
}

impl Members {
    /// Members that are not divided.
    #[must_use]
    pub fn of(spread: Distribution) -> Self {
        Self { segments: vec![Segment { name: None, weight: 1.0, spread, elasticity: None }] }
    }

    /// All segments together.
    ///
    /// # Errors
    /// There is no segment, or none has a weight.
    pub fn whole(&self) -> Result<Distribution, ShapeError> {
        match self.segments.as_slice() {
            [one] => Ok(one.spread.clone()),
            all => Distribution::mixture(&all.iter().map(|one| (one.weight, one.spread.clone())).collect::<Vec<_>>()),
        }
    }
}
