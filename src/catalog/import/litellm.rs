//! `model_prices_and_context_window.json` of LiteLLM: models by name, with prices in dollars per token.
//!
//! A price of one key ends in what it is for: `_above_200k_tokens`, `_batches`, `_priority`. Above means past: a prompt
//! of exactly the mark pays the base rates.

use super::json::{Members, Piece};
use super::sheet::{NOT_ONE_FACTOR, OTHER_SERVICE, OTHER_TOKENS, OTHER_UNIT, Sheet};
use super::{Entry, Reason};
use crate::fact::Validity;
use crate::rates::TokenClass;
use crate::units::{Rate, Ratio};

const CLASSES: [(&str, TokenClass); 5] = [
    ("input_cost_per_token", TokenClass::Input),
    ("cache_read_input_token_cost", TokenClass::CacheRead),
    ("cache_creation_input_token_cost", TokenClass::CacheWrite5m),
    ("cache_creation_input_token_cost_above_1hr", TokenClass::CacheWrite1h),
    ("output_cost_per_token", TokenClass::Output),
];

const PER_MTOK: i32 = 1_000_000;

/// What a price is for, by the end of its key.
enum For {
    Base,
    Tier(u64),
    Batch,
    Other(&'static str),
}

pub(super) fn entries(piece: Piece<'_>) -> Vec<Entry> {
    Members::of(piece).iter().flat_map(Members::iter).map(|(key, piece)| entry(key, piece)).collect()
}

fn entry(key: &str, piece: Piece<'_>) -> Entry {
    let members = Members::of(piece);
    let is_specimen = key == "sample_spec";
    let provider = members.as_ref().and_then(|members| members.text("litellm_provider"));
    let provider = provider.filter(|_| !is_specimen).unwrap_or_default();
    // The maker stands before the name where LiteLLM needs it to find the seller.
    let model = key.strip_prefix(&*provider).and_then(|rest| rest.strip_prefix('/')).unwrap_or(key);
    let mode = members.as_ref().and_then(|members| members.text("mode"));
    let mut sheet = Sheet::default();
    match &members {
        Some(members) => read_prices(members, &mut sheet),
        None => sheet.spoil("it is not an object".to_owned()),
    }
    let (rates, not_carried) = sheet.finish();
    let prices = match mode.as_deref() {
        _ if is_specimen => Err(Reason::Specimen),
        None | Some("chat" | "completion" | "responses") => rates.map(|rates| vec![(Validity::default(), rates)]),
        Some(other) => Err(Reason::OtherKind(other.to_owned())),
    };
    Entry {
        provider: provider.into_owned(),
        model: model.to_owned(),
        aliases: Vec::new(),
        at: piece.at(),
        checked: None,
        not_carried,
        prices,
    }
}

fn read_prices(members: &Members<'_>, sheet: &mut Sheet) {
    let mut batch: Vec<(TokenClass, Rate)> = Vec::new();
    for (field, piece) in members.iter().filter(|(_, piece)| !piece.is_null()) {
        if field == "input_cost_per_request" {
            sheet.fee(field, piece, 1);
            continue;
        }
        let Some((class, what)) = meaning(field) else {
            if let Some(why) = left_out(field) {
                sheet.leave(field, why);
            }
            continue;
        };
        match what {
            For::Base => sheet.base(field, piece, PER_MTOK, class),
            For::Tier(mark) => {
                let rate = sheet.rate(field, piece, PER_MTOK, class);
                sheet.tier(mark, false)[class] = rate;
            }
            For::Batch => batch.extend(sheet.rate(field, piece, PER_MTOK, class).map(|rate| (class, rate))),
            For::Other(why) => sheet.leave(field, why),
        }
    }
    // Thinking that costs what answers cost is not priced apart.
    let output = sheet.rates.base[TokenClass::Output];
    if members.get("output_cost_per_reasoning_token").is_some_and(|piece| piece.rate(PER_MTOK).ok() == output) {
        sheet.not_carried.retain(|(field, _)| field != "output_cost_per_reasoning_token");
    }
    if !batch.is_empty() {
        match batch_factor(sheet, &batch) {
            Some(factor) => sheet.rates.batch_multiplier = Some(factor),
            None => sheet.leave("*_batches", NOT_ONE_FACTOR),
        }
    }
}

/// The class of tokens that a key prices, and what for.
fn meaning(field: &str) -> Option<(TokenClass, For)> {
    // The longest first: the price of an hour begins like that of five minutes.
    let (end, class) = CLASSES
        .iter()
        .filter_map(|&(name, class)| Some((field.strip_prefix(name)?, class)))
        .min_by_key(|(end, _)| end.len())?;
    let what = match end {
        "" => For::Base,
        "_batches" => For::Batch,
        _ => match end.strip_prefix("_above_").and_then(|rest| rest.strip_suffix("k_tokens")) {
            Some(thousands) => For::Tier(thousands.parse::<u64>().ok()?.checked_mul(1_000)?),
            None => For::Other(OTHER_SERVICE),
        },
    };
    Some((class, what))
}

/// Why a price under another key is not carried; `None`: it is no price.
fn left_out(field: &str) -> Option<&'static str> {
    match field {
        "tiered_pricing" | "provider_specific_entry" => Some(OTHER_SERVICE),
        _ if field.contains("multiplier") => Some(OTHER_SERVICE),
        _ if field.contains("_token") && field.contains("cost") => Some(OTHER_TOKENS),
        _ if field.contains("cost") => Some(OTHER_UNIT),
        _ => None,
    }
}

/// What a batch pays of list, if it is one share of all rates that are stated for it.
fn batch_factor(sheet: &Sheet, batch: &[(TokenClass, Rate)]) -> Option<Ratio> {
    let share =
        |&(class, rate): &(TokenClass, Rate)| rate.usd_per_mtok().checked_div(&sheet.rates.base[class]?.usd_per_mtok());
    let first = share(batch.first()?)?;
    let is_written = (&first * &Ratio::from(1_000_000_000_000_i128)).to_i128().is_some() && first <= Ratio::one();
    (is_written && batch.iter().all(|of| share(of).as_ref() == Some(&first))).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_key_tells_what_it_is_for() {
        let tier = |field| match meaning(field) {
            Some((class, For::Tier(mark))) => Some((class, mark)),
            _ => None,
        };
        assert_eq!(tier("input_cost_per_token_above_272k_tokens"), Some((TokenClass::Input, 272_000)));
        assert_eq!(
            tier("cache_creation_input_token_cost_above_1hr_above_200k_tokens"),
            Some((TokenClass::CacheWrite1h, 200_000))
        );
        assert!(matches!(
            meaning("cache_creation_input_token_cost_above_1hr"),
            Some((TokenClass::CacheWrite1h, For::Base))
        ));
        assert!(matches!(meaning("input_cost_per_token_priority"), Some((_, For::Other(_)))));
        assert!(meaning("input_cost_per_audio_token").is_none());
        assert_eq!(left_out("input_cost_per_audio_token"), Some(OTHER_TOKENS));
        assert_eq!(left_out("max_tokens"), None);
    }
}
