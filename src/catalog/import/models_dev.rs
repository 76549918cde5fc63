//! `api.json` of models.dev: providers, each with models, each with a `cost` in dollars per million tokens.
//!
//! A `tiers` entry of type `context` holds from its size on. `context_over_200k` is its older name, and where both
//! stand it repeats the tier, whatever its size. The only price of cache writes is that of the shortest cache.

use super::json::{Members, Piece};
use super::sheet::{OTHER_SERVICE, OTHER_TOKENS, OTHER_UNIT, SECOND_TIER, Sheet};
use super::{Entry, Reason};
use crate::fact::Validity;
use crate::rates::{ByClass, TokenClass};
use crate::units::Rate;

const CLASSES: [(&str, TokenClass); 4] = [
    ("input", TokenClass::Input),
    ("cache_read", TokenClass::CacheRead),
    ("cache_write", TokenClass::CacheWrite5m),
    ("output", TokenClass::Output),
];

/// Prompts of more tokens pay the dearer rates of the older form.
const OVER_200K: u64 = 200_000;

/// The providers, if it is such a file.
pub(super) fn providers(piece: Piece<'_>) -> Option<Vec<(String, Members<'_>)>> {
    let of = |members: &Members<'_>| -> bool {
        members.iter().any(|(_, piece)| Members::of(piece).is_some_and(|provider| provider.within("models").is_some()))
    };
    let members = Members::of(piece)?;
    // `catalog.json` has the same one level down.
    let members = if of(&members) { members } else { members.within("providers").filter(of)? };
    let provider = |(id, piece)| Some((String::from(id), Members::of(piece)?.within("models")?));
    Some(members.iter().filter_map(provider).collect())
}

pub(super) fn entries(piece: Piece<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (provider, models) in providers(piece).unwrap_or_default() {
        entries.extend(models.iter().map(|(id, piece)| entry(&provider, id, piece)));
    }
    entries
}

fn entry(provider: &str, id: &str, piece: Piece<'_>) -> Entry {
    let model = Members::of(piece);
    let mut sheet = Sheet::default();
    match model.as_ref().and_then(|model| model.get("cost")).map(Members::of) {
        Some(Some(cost)) => read_cost(&cost, &mut sheet),
        Some(None) => sheet.spoil("`cost` is not an object".to_owned()),
        None => {}
    }
    let modes = model.as_ref().and_then(|model| model.within("experimental")?.within("modes"));
    for (mode, _) in modes.iter().flat_map(Members::iter) {
        sheet.leave(format!("experimental.modes.{mode}"), OTHER_SERVICE);
    }
    let (rates, not_carried) = sheet.finish();
    let no_text = model.as_ref().and_then(|model| model.within("modalities")?.get("output")?.items());
    let no_text = no_text
        .is_some_and(|output| !output.is_empty() && output.iter().all(|kind| kind.text().as_deref() != Some("text")));
    let prices = match rates {
        Ok(_) if no_text => Err(Reason::OtherKind("its answers are not text".to_owned())),
        rates => rates.map(|rates| vec![(Validity::default(), rates)]),
    };
    Entry {
        provider: provider.to_owned(),
        model: id.to_owned(),
        aliases: Vec::new(),
        at: piece.at(),
        checked: None,
        not_carried,
        prices,
    }
}

fn read_cost(cost: &Members<'_>, sheet: &mut Sheet) {
    for (field, class) in CLASSES {
        if let Some(piece) = cost.get(field) {
            sheet.base(field, piece, 1, class);
        }
    }
    for tier in cost.get("tiers").and_then(Piece::items).unwrap_or_default() {
        read_tier(tier, sheet);
    }
    if let Some(older) = cost.within("context_over_200k") {
        let rates = classes(&older, "context_over_200k.", sheet);
        if sheet.rates.tiers.is_empty() {
            *sheet.tier(OVER_200K, false) = rates;
        } else if !sheet.rates.tiers.iter().any(|tier| tier.rates == rates) {
            sheet.leave("context_over_200k", SECOND_TIER);
        }
    }
    for (field, piece) in cost.iter().filter(|(_, piece)| !piece.is_null()) {
        let is_known =
            CLASSES.iter().any(|(known, _)| *known == field) || ["tiers", "context_over_200k"].contains(&field);
        let repeats_output = field == "reasoning" && piece.rate(1).ok() == sheet.rates.base[TokenClass::Output];
        if !is_known && !repeats_output {
            let is_tokens = field == "reasoning" || field.starts_with("input_") || field.starts_with("output_");
            sheet.leave(field, if is_tokens { OTHER_TOKENS } else { OTHER_UNIT });
        }
    }
}

fn read_tier(piece: Piece<'_>, sheet: &mut Sheet) {
    let of = Members::of(piece);
    let mark = of.as_ref().and_then(|tier| tier.within("tier"));
    let is_context = mark.as_ref().and_then(|mark| mark.text("type")).as_deref() == Some("context");
    let size = mark.as_ref().and_then(|mark| mark.get("size")?.count());
    match (of, size) {
        (Some(tier), Some(size)) if is_context => {
            let rates = classes(&tier, "tiers.", sheet);
            *sheet.tier(size, true) = rates;
        }
        _ => sheet.leave("tiers", OTHER_SERVICE),
    }
}

fn classes(of: &Members<'_>, prefix: &str, sheet: &mut Sheet) -> ByClass<Option<Rate>> {
    let mut rates = ByClass::default();
    for (field, class) in CLASSES {
        if let Some(piece) = of.get(field) {
            rates[class] = sheet.rate(&format!("{prefix}{field}"), piece, 1, class);
        }
    }
    rates
}
