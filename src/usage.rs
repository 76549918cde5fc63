//! What really happened: responses that a log tells of, and what they add up to.
//!
//! A [`Record`] is one response of a model and is billed by itself. Logs repeat responses (as they stream in, when a
//! session is resumed, when a sub-agent reports), so what a log holds are sightings; [`dedup`] makes records of them.

pub mod anonymous;
pub mod calibrate;
pub mod charges;
pub mod dedup;
pub mod price;
pub mod span;
pub mod totals;

use std::sync::Arc;

use crate::rates::ByClass;
use crate::units::{Instant, Tokens, Usd};

/// One response of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When it began to arrive, as far as the log tells.
    pub instant: Instant,
    /// The model as the log names it; `None`: the log does not say.
    pub model: Option<Arc<str>>,
    /// Tokens of each class; thinking counts as output.
    pub tokens: ByClass<Tokens>,
    /// Requests that it stands for: 1, but where a log sums several.
    pub requests: u64,
    /// Searches of the web that the vendor ran for it.
    pub web_searches: u64,
    /// How it was served, which changes its price.
    pub service: Service,
    /// A sub-agent or a side question asked, not the main conversation.
    pub side: bool,
    /// What the log itself says it cost. For comparison: never mixed with list prices.
    pub stated_usd: Option<Usd>,
    /// The id of the response.
    pub id: Option<Arc<str>>,
    /// The session.
    pub session: Option<Arc<str>>,
    /// The folder or project it was for.
    pub project: Option<Arc<str>>,
    /// Who asked.
    pub user: Option<Arc<str>>,
    /// Which kind of log tells of it.
    pub source: Source,
}

/// A kind of log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Transcripts of Claude Code.
    ClaudeCode,
    /// Rollouts of Codex.
    Codex,
    /// Usage events, a line or row each.
    Events,
}

impl Source {
    /// The word for it in files and documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ClaudeCode => "claude-code",
            Self::Codex => "codex",
            Self::Events => "events",
        }
    }
}

/// How a response was served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// At list price.
    #[default]
    Standard,
    /// In a batch: at the model's batch multiplier.
    Batch,
    /// Ahead of others, at a price of its own.
    Priority,
    /// Faster, at a multiple of list. On subscriptions to Claude it is paid apart and does not draw on the plan's
    /// windows; on those to Codex it draws more.
    Fast,
}

/// A reading of a plan's meter: how much of a window was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// When it was read.
    pub instant: Instant,
    /// The window's length in minutes: 300 is five hours, 10,080 a week.
    pub window_minutes: u64,
    /// The share that was used, in thousandths of a percent: 12,000 is 12 %. It can pass 100 %.
    pub used_millipercent: u64,
    /// When the window starts anew, if the reading says so.
    pub resets_at: Option<Instant>,
    /// The one model that the window limits, by the name for people; `None`: all models.
    pub model: Option<Arc<str>>,
    /// The plan, if the reading names it.
    pub plan: Option<Arc<str>>,
    /// Credits were spent beyond the plan.
    pub overflow: bool,
    /// Which kind of log holds the reading.
    pub source: Source,
}

/// A limit of a plan that was met.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LimitHit {
    /// When it was met.
    pub instant: Instant,
    /// When usage may go on, if the notice says so.
    pub resets_at: Option<Instant>,
    /// The session that met it.
    pub session: Option<Arc<str>>,
}
