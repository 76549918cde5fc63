//! Plans tried on what was really used: what each would have stopped, and what it would have cost.
//!
//! Every plan is run twice over the same usage: once with overage off, where work past the limits is refused, waits or
//! falls to a cheaper model, and once with overage on, where it is paid for. These are the two ways in which a plan
//! fails, and a buyer wants to see both. Responses that a subscription bills apart from its windows pass by the limits
//! and are part of every total.

mod account;
mod plan;

pub use account::{Account, Origin, Usage, gather};
pub use plan::{Past, Seat, Setting, Tried, Untried, try_plan};

#[cfg(test)]
mod tests;
