//! Many subscribers, drawn one by one: what a book of plans earns, who loses, how use is spread.
//!
//! Every draw has an address (seed, subscriber, dimension), and what is kept of the subscribers merges without rounding,
//! so a run gives the same bytes however it is split among threads and machines, in memory that does not depend on how
//! many are drawn. The engine starts no threads: a run is a number of blocks, and whoever has threads hands them out.

pub mod draw;
mod earnings;
mod figures;
mod histogram;
mod months;
mod sum;
mod table;
mod tally;

use std::fmt;
use std::sync::Arc;

pub use draw::Stream;
pub use earnings::Earnings;
pub use figures::{Estimate, Figures};
pub use histogram::{Class, Histogram};
pub use months::{Months, NoCorrelation, Togetherness};
pub use table::{NotFinite, TOLERANCE, Table};
pub use tally::Tally;

use tally::CHUNK;

/// Subscribers of a block: some hundred microseconds of work.
const BLOCK: u64 = 1 << 16;

/// Most subscribers of a run; a core draws as many in two weeks.
pub const SUBSCRIBERS_MAX: u64 = 1 << 48;

/// The dimension that decides what a subscriber uses.
const USE: u64 = 0;

/// Subscribers of one plan who use it alike.
#[derive(Clone, Debug)]
pub struct Part {
    /// How many.
    pub subscribers: u64,
    /// How their utilization is spread. Demand above 1 may be in it: it is served where the plan sells it.
    pub utilization: Arc<Table>,
    /// What each earns.
    pub earnings: Earnings,
}

/// A book that cannot be simulated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SimulationError {
    /// More than [`SUBSCRIBERS_MAX`].
    TooMany,
    /// A utilization below zero, or so far above any use that its square cannot be added.
    Utilization {
        /// What a draw may give.
        value: f64,
    },
}

impl fmt::Display for SimulationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => {
                write!(f, "more than {SUBSCRIBERS_MAX} subscribers; what a book earns is settled long before")
            }
            Self::Utilization { value } => write!(f, "a utilization of {value:e}; it must be from 0 to 1e40"),
        }
    }
}

impl std::error::Error for SimulationError {}

/// A book of plans and a seed: everything that decides a run.
#[derive(Clone, Debug)]
pub struct Simulation {
    seed: u64,
    parts: Vec<Part>,
}

impl Simulation {
    /// Largest utilization that may be drawn.
    const UTILIZATION_MAX: f64 = 1e40;

    /// A run over the parts of a book, whose subscribers are numbered through.
    ///
    /// # Errors
    ///
    /// If there are too many subscribers, or a utilization is out of range.
    pub fn new(seed: u64, parts: Vec<Part>) -> Result<Self, SimulationError> {
        let all = parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(part.subscribers));
        if all.is_none_or(|all| all > SUBSCRIBERS_MAX) {
            return Err(SimulationError::TooMany);
        }
        let ends = parts.iter().flat_map(|part| [part.utilization.least(), part.utilization.most()]);
        match ends.into_iter().find(|value| !(0.0..=Self::UTILIZATION_MAX).contains(value)) {
            Some(value) => Err(SimulationError::Utilization { value }),
            None => Ok(Self { seed, parts }),
        }
    }

    /// The parts, in the order of the tallies.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// How many blocks there are; each is done once.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.parts.iter().map(blocks_of).sum()
    }

    /// A tally of nobody for each part, to add blocks to.
    #[must_use]
    pub fn tallies(&self) -> Vec<Tally> {
        vec![Tally::default(); self.parts.len()]
    }

    /// Draws the subscribers of a block, and adds them to the tally of their part. Blocks that do not exist are empty.
    pub fn add_block(&self, block: u64, tallies: &mut [Tally]) {
        let (mut first, mut rest) = (0, block);
        for (part, tally) in self.parts.iter().zip(tallies) {
            let blocks = blocks_of(part);
            if rest < blocks {
                let from = rest * BLOCK;
                return self.add(part, first + from, BLOCK.min(part.subscribers - from), tally);
            }
            rest -= blocks;
            first += part.subscribers;
        }
    }

    /// The whole run, one block after the other.
    #[must_use]
    pub fn run(&self) -> Vec<Tally> {
        let mut tallies = self.tallies();
        (0..self.blocks()).for_each(|block| self.add_block(block, &mut tallies));
        tallies
    }

    fn add(&self, part: &Part, first: u64, count: u64, tally: &mut Tally) {
        let stream = Stream::new(self.seed, USE);
        let mut uses = [0.0; CHUNK];
        for from in (0..count).step_by(CHUNK) {
            let length = usize::try_from(count - from).unwrap_or(CHUNK).min(CHUNK);
            let uses = &mut uses[..length];
            part.utilization.fill_values(uses, stream, first + from);
            tally.add(uses, &part.earnings);
        }
    }
}

const fn blocks_of(part: &Part) -> u64 {
    part.subscribers.div_ceil(BLOCK)
}

#[cfg(test)]
mod tests;
