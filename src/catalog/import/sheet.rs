//! The prices of one entry as they are collected, with what has no place among them.

use super::Reason;
use super::json::{NoPrice, Piece};
use crate::rates::{ByClass, ContextTier, Rates, TokenClass};
use crate::units::{Rate, Tokens, Usd};

/// Why fields have no place in a plan file.
pub(super) const OTHER_TOKENS: &str = "other tokens: audio, images, thinking";
pub(super) const OTHER_SERVICE: &str = "not standard service";
pub(super) const OTHER_UNIT: &str = "billed by another unit";
pub(super) const BY_PATTERN: &str = "a pattern, not exact names";
pub(super) const TOO_FINE: &str = "more than 12 decimals, not rounded";
pub(super) const NOT_ONE_FACTOR: &str = "not one share of all rates";
pub(super) const SECOND_TIER: &str = "contradicts another tier";

/// Prices that are being collected.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) rates: Rates,
    pub(super) not_carried: Vec<(String, &'static str)>,
    wrong: Option<String>,
}

impl Sheet {
    /// The rate of a field; one that cannot be a price spoils the entry.
    pub(super) fn rate(&mut self, field: &str, piece: Piece<'_>, per: i32, class: TokenClass) -> Option<Rate> {
        match piece.rate(per) {
            Ok(rate) => Some(rate),
            Err(NoPrice::TooFine) if !matches!(class, TokenClass::Input | TokenClass::Output) => {
                self.leave(field, TOO_FINE);
                None
            }
            Err(why) => {
                self.spoil(format!("`{field}` {why}"));
                None
            }
        }
    }

    /// A base rate.
    pub(super) fn base(&mut self, field: &str, piece: Piece<'_>, per: i32, class: TokenClass) {
        if let Some(rate) = self.rate(field, piece, per, class) {
            self.rates.base[class] = Some(rate);
        }
    }

    /// The fee of a request.
    pub(super) fn fee(&mut self, field: &str, piece: Piece<'_>, per: i32) {
        match piece.fee(per) {
            Ok(fee) => self.rates.usd_per_request = fee,
            Err(NoPrice::TooFine) => self.leave(field, TOO_FINE),
            Err(why) => self.spoil(format!("`{field}` {why}")),
        }
    }

    /// The rates of a tier, which is made if it is not there.
    pub(super) fn tier(&mut self, mark: u64, inclusive: bool) -> &mut ByClass<Option<Rate>> {
        let tiers = &mut self.rates.tiers;
        let at = tiers.iter().position(|tier| tier.prompt_tokens.0 == mark).unwrap_or_else(|| {
            tiers.push(ContextTier { prompt_tokens: Tokens(mark), inclusive, rates: ByClass::default() });
            tiers.len() - 1
        });
        &mut tiers[at].rates
    }

    /// Lists a field that is not carried.
    pub(super) fn leave(&mut self, field: impl Into<String>, why: &'static str) {
        let field = field.into();
        if !self.not_carried.iter().any(|(known, _)| *known == field) {
            self.not_carried.push((field, why));
        }
    }

    /// The entry cannot be used as it stands.
    pub(super) fn spoil(&mut self, why: String) {
        self.wrong.get_or_insert(why);
    }

    /// The rates, and what was not carried.
    pub(super) fn finish(mut self) -> (Result<Rates, Reason>, Vec<(String, &'static str)>) {
        if let Some(why) = self.wrong {
            return (Err(Reason::Unusable(why)), self.not_carried);
        }
        let rates = &mut self.rates;
        rates.tiers.retain(|tier| tier.rates.iter().any(|(_, rate)| rate.is_some()));
        rates.tiers.sort_by_key(|tier| tier.prompt_tokens);
        let is_priced = [TokenClass::Input, TokenClass::Output].iter().any(|&class| rates.base[class].is_some());
        if !is_priced && rates.usd_per_request == Usd::ZERO {
            return (Err(Reason::NoPrice), self.not_carried);
        }
        let all = || rates.base.iter().chain(rates.tiers.iter().flat_map(|tier| tier.rates.iter()));
        if rates.usd_per_request == Usd::ZERO && all().all(|(_, rate)| rate.is_none_or(|rate| rate == Rate::default()))
        {
            return (Err(Reason::AllZero), self.not_carried);
        }
        (Ok(self.rates), self.not_carried)
    }
}
