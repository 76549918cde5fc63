use std::sync::Arc;

use super::*;
use crate::rates::{ByClass, RateBook, TokenClass};
use crate::units::{Instant, Ratio, Tokens};
use crate::usage::price::{Premiums, Prices, Unpriced};
use crate::usage::{Record, Service, Source};

fn record(minute: i64, user: Option<&str>, model: &str, input: u64) -> Record {
    let mut tokens = ByClass::default();
    tokens[TokenClass::Input] = Tokens(input);
    Record {
        instant: Instant::from_unix_ms(1_772_438_400_000 + minute * 60_000).expect("in range"),
        model: Some(model.into()),
        tokens,
        requests: 1,
        web_searches: 0,
        service: Service::Standard,
        side: false,
        stated_usd: None,
        id: None,
        session: Some("s".into()),
        project: Some("p".into()),
        user: user.map(Arc::from),
        source: Source::ClaudeCode,
    }
}

/// Opus 4.8: $5 a million tokens of input, twice that in fast mode.
fn gathered(records: &[Record]) -> Usage {
    let rates = rates();
    let premiums = Premiums::default();
    gather(records, &Prices { rates: &rates, premiums: &premiums }, None).expect("below all limits")
}

fn rates() -> RateBook {
    use crate::fact::{Basis, Line, Provenance, Validity};
    use crate::rates::{DatedRates, Rates};
    use crate::units::Rate;
    let mut rates = Rates::default();
    rates.base[TokenClass::Input] = Rate::from_usd_per_mtok(&Ratio::from(5));
    let line = Line { path: "rates".into(), line: 1 };
    let provenance = Provenance { source: None, checked: None, basis: Basis::Published, note: None, line };
    let mut book = RateBook::default();
    book.insert(DatedRates {
        model: "claude-opus-4-8".into(),
        aliases: vec!["opus".into()],
        vendor: Some("anthropic".into()),
        validity: Validity::default(),
        provenance,
        rates,
        bundled: false,
    });
    book
}

#[test]
fn who_is_only_seen_in_what_has_no_price_has_a_seat() {
    let usage = gathered(&[record(0, Some("a"), "opus", 1_000_000), record(1, Some("b"), "unheard-of", 9)]);
    let users: Vec<_> = usage.accounts.iter().map(|account| account.user.as_deref()).collect();
    assert_eq!(users, [Some("a"), Some("b")]);
    assert_eq!(usage.responses(), 1);
    let reasons: Vec<_> = usage.unpriced.keys().map(|(_, reason)| *reason).collect();
    assert_eq!(reasons, [Unpriced::NoSuchModel]);
}

#[test]
fn a_log_without_usage_is_one_seat() {
    let usage = gathered(&[]);
    assert_eq!((usage.accounts.len(), usage.responses(), usage.is_unknown()), (1, 0, false));
    assert!(gathered(&[record(0, None, "unheard-of", 9)]).is_unknown());
}

#[test]
fn models_go_by_their_names_in_the_list_prices_and_origins_by_the_hour() {
    let usage =
        gathered(&[record(0, None, "opus", 1), record(59, None, "claude-opus-4-8", 1), record(60, None, "opus", 1)]);
    let account = &usage.accounts[0];
    assert_eq!(account.log.models().iter().map(|model| &**model).collect::<Vec<_>>(), ["claude-opus-4-8"]);
    assert_eq!(account.log.events().iter().map(|event| event.origin).collect::<Vec<_>>(), [0, 0, 1]);
    assert_eq!(usage.vendors.iter().map(|vendor| &**vendor).collect::<Vec<_>>(), ["anthropic"]);
}

#[test]
fn fast_mode_of_claude_is_billed_apart_at_its_price() {
    let fast = Record { service: Service::Fast, ..record(0, None, "opus", 1_000_000) };
    let codex = Record { source: Source::Codex, ..fast.clone() };
    let usage = gathered(&[fast, codex]);
    let account = &usage.accounts[0];
    // A million tokens at $5, twice.
    assert_eq!(account.apart.iter().map(|(_, usd)| usd.ratio()).collect::<Vec<_>>(), [Ratio::from(10)]);
    assert_eq!(account.log.events().len(), 1);
}
