//! The columns of usage events, and the names under which exports know them.

use std::collections::HashMap;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Column {
    Time,
    User,
    Model,
    Input,
    CacheRead,
    CacheWrite5m,
    CacheWrite1h,
    Output,
    Requests,
    CostUsd,
    Id,
    Session,
    Project,
    Service,
    WebSearches,
    /// The whole prompt, cached tokens included; used where there is no column of uncached tokens.
    Prompt,
}

use Column as C;

/// Each column's name, and other names, best first: of LiteLLM's spend logs, of OpenTelemetry's conventions for
/// generative AI, and of vendors' own exports.
const COLUMNS: [(Column, &str, &[&str]); C::COUNT] = [
    (
        C::Time,
        "time",
        &["timestamp", "start_time", "created_at", "date", "created", "time_unix_nano", "start_time_unix_nano"],
    ),
    (C::User, "user", &["user_id", "user_email", "end_user", "enduser.id", "user.id", "email", "api_key_alias"]),
    (C::Model, "model", &["gen_ai.response.model", "gen_ai.request.model", "model_id", "model_name", "model_group"]),
    (C::Input, "input", &["input_tokens", "uncached_input_tokens", "input_uncached_tokens", "input_no_cache"]),
    (
        C::CacheRead,
        "cache_read",
        &[
            "cache_read_tokens",
            "cache_read_input_tokens",
            "gen_ai.usage.cache_read.input_tokens",
            "cached_input_tokens",
            "input_cached_tokens",
            "cached_tokens",
            "prompt_tokens_details.cached_tokens",
            "input_tokens_details.cached_tokens",
        ],
    ),
    (
        C::CacheWrite5m,
        "cache_write_5m",
        &[
            "cache_write",
            "cache_write_tokens",
            "cache_creation_input_tokens",
            "cache_creation_tokens",
            "gen_ai.usage.cache_creation.input_tokens",
            "ephemeral_5m_input_tokens",
            "cache_creation.ephemeral_5m_input_tokens",
        ],
    ),
    (
        C::CacheWrite1h,
        "cache_write_1h",
        &["cache_write_1h_tokens", "ephemeral_1h_input_tokens", "cache_creation.ephemeral_1h_input_tokens"],
    ),
    (C::Output, "output", &["output_tokens", "completion_tokens", "gen_ai.usage.output_tokens"]),
    (C::Requests, "requests", &["num_model_requests", "request_count", "api_requests", "count"]),
    (C::CostUsd, "cost_usd", &["cost", "spend", "cost_in_usd", "response_cost", "total_cost", "amount_usd"]),
    (C::Id, "id", &["request_id", "response_id", "gen_ai.response.id", "message_id", "event_id", "span_id"]),
    (C::Session, "session", &["session_id", "gen_ai.conversation.id", "conversation_id", "thread_id"]),
    (C::Project, "project", &["project_id", "team_id", "workspace", "workspace_id", "team"]),
    (C::Service, "service", &["service_tier", "speed"]),
    (C::WebSearches, "web_searches", &["web_search_requests"]),
    (C::Prompt, "prompt", &["prompt_tokens", "gen_ai.usage.input_tokens", "total_input_tokens"]),
];

/// Objects around fields that do not change what the fields mean.
const AROUND: [&str; 7] =
    ["attributes.", "metadata.", "usage.", "usage_object.", "additional_usage_values.", "body.", "response."];

/// The name of each column and its other names.
pub(in crate::logs) fn columns() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    COLUMNS.into_iter().map(|(_, name, others)| (name, others))
}

impl Column {
    pub(super) const COUNT: usize = 16;

    /// The column that a name stands for, and how well it fits: 0 is its own name.
    pub(super) fn named(name: &str) -> Option<(Self, usize)> {
        let name = plain(name);
        let mut rest = name.as_str();
        loop {
            for (column, own, others) in &COLUMNS {
                let fits = |other: &&str| plain(other) == rest;
                if let Some(rank) = std::iter::once(own).chain(*others).position(fits) {
                    return Some((*column, rank));
                }
            }
            rest = AROUND.iter().find_map(|around| rest.strip_prefix(&plain(around)))?;
        }
    }
}

/// A name in one spelling: `Start Time`, `start-time` and `startTime` are the same.
fn plain(name: &str) -> String {
    name.chars().filter(|sign| !matches!(sign, ' ' | '-' | '_')).flat_map(char::to_lowercase).collect()
}

/// The head of a table.
pub(super) struct Head {
    columns: Vec<Option<Column>>,
}

impl Head {
    /// Of several names for one column the best one holds.
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let found: Vec<_> = names.map(Column::named).collect();
        let mut best = HashMap::<Column, usize>::new();
        for (column, rank) in found.iter().flatten() {
            best.entry(*column).and_modify(|least| *least = (*least).min(*rank)).or_insert(*rank);
        }
        let columns = found.into_iter().map(|found| {
            let (column, rank) = found?;
            // A name that comes twice counts once.
            (best.get(&column) == Some(&rank)).then(|| best.remove(&column)).flatten().map(|_| column)
        });
        Self { columns: columns.collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    pub(super) fn column(&self, place: usize) -> Option<Column> {
        self.columns.get(place).copied().flatten()
    }

    /// What it must have and has not.
    pub(super) fn missing(&self) -> Option<&'static str> {
        let has = |column: Column| self.columns.contains(&Some(column));
        let counts = [C::Input, C::Prompt, C::CacheRead, C::Output];
        match () {
            () if !has(C::Time) => Some("the time"),
            () if !counts.into_iter().any(has) => Some("tokens"),
            () => None,
        }
    }
}
