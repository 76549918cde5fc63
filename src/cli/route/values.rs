//! What the flags of `route` take.

use crate::cli::values::share;
use crate::scenario::routing::session::Pattern;
use crate::units::{Rate, Ratio};

/// Some of the work, from one model to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Shift {
    /// As it was typed.
    pub(super) text: String,
    /// `None`: whatever model does the work.
    pub(super) from: Option<String>,
    pub(super) to: String,
    pub(super) share: Option<Ratio>,
}

/// All of the work, at another model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Migrate {
    /// As it was typed.
    pub(super) text: String,
    pub(super) from: Option<String>,
    pub(super) to: String,
    /// Rates that were typed: input, output, cache read.
    pub(super) rates: Option<(Rate, Rate, Option<Rate>)>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(in crate::cli) enum PatternWord {
    /// As far apart as they can stand
    Spread,
    /// The first turns of the conversation
    First,
    /// The last turns of the conversation
    Last,
}

impl PatternWord {
    pub(super) const fn pattern(self) -> Pattern {
        match self {
            Self::Spread => Pattern::Spread,
            Self::First => Pattern::First,
            Self::Last => Pattern::Last,
        }
    }
}

/// `[FROM=]TO[:SHARE]`. Names of models may hold a colon: only what reads as a share is one.
pub(super) fn shift(text: &str) -> Result<Shift, String> {
    const WRITE: &str = "write `FROM=TO:SHARE`, such as `claude-opus-4-8=deepseek-v4-pro:95%`";
    let (from, rest) = from_to(text);
    let (to, share) = match rest.rsplit_once(':') {
        Some((to, part)) if part.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.') => {
            (to, Some(share(part)?))
        }
        _ => (rest, None),
    };
    if to.is_empty() || from == Some("") {
        return Err(WRITE.to_owned());
    }
    Ok(Shift { text: text.to_owned(), from: from.map(str::to_owned), to: to.to_owned(), share })
}

/// `[FROM=]TO` or `NAME=INPUT/OUTPUT[/CACHE_READ]`.
pub(super) fn migrate(text: &str) -> Result<Migrate, String> {
    let (from, to) = from_to(text);
    if to.is_empty() || from == Some("") {
        return Err("write a model, such as `deepseek-v4-pro`, or `NAME=INPUT/OUTPUT/CACHE_READ`".to_owned());
    }
    let named = |from: Option<&str>, to: &str, rates| Migrate {
        text: text.to_owned(),
        from: from.map(str::to_owned),
        to: to.to_owned(),
        rates,
    };
    match from {
        Some(name) if to.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.') && to.contains('/') => {
            Ok(named(None, name, Some(rates(to)?)))
        }
        _ => Ok(named(from, to, None)),
    }
}

fn from_to(text: &str) -> (Option<&str>, &str) {
    let text = text.trim();
    text.split_once('=').map_or((None, text), |(from, to)| (Some(from.trim()), to.trim()))
}

fn rates(text: &str) -> Result<(Rate, Rate, Option<Rate>), String> {
    const WRITE: &str =
        "write `NAME=INPUT/OUTPUT/CACHE_READ` in dollars per million tokens, such as `v3.2=0.28/0.42/0.028`";
    let rate = |part: &str| {
        let usd = Ratio::parse(part.trim()).map_err(|error| format!("`{part}`: {error}; {WRITE}"))?;
        Rate::from_usd_per_mtok(&usd).ok_or_else(|| format!("`{part}` is not a rate from 0 to 1,000,000; {WRITE}"))
    };
    match text.split('/').map(rate).collect::<Result<Vec<_>, _>>()?.as_slice() {
        [input, output] => Ok((*input, *output, None)),
        [input, output, read] => Ok((*input, *output, Some(*read))),
        _ => Err(WRITE.to_owned()),
    }
}

fn number(text: &str) -> Result<Ratio, String> {
    Ratio::parse(&text.trim().replace('_', "")).map_err(|error| format!("{error}; write a number such as `1.25`"))
}

/// A number above 0.
pub(super) fn above_zero(text: &str) -> Result<Ratio, String> {
    let value = number(text)?;
    if value.is_positive() { Ok(value) } else { Err("must be above 0; 1 changes nothing".to_owned()) }
}

/// A number of at least 1.
pub(super) fn at_least_one(text: &str) -> Result<Ratio, String> {
    let value = number(text)?;
    if value < Ratio::one() { Err("a finished task takes at least 1 try".to_owned()) } else { Ok(value) }
}

/// Minutes, zero or more.
pub(super) fn minutes(text: &str) -> Result<Ratio, String> {
    let value = number(text)?;
    if value.is_negative() { Err("must not be negative".to_owned()) } else { Ok(value) }
}

/// A number of tokens, at most a billion: `30000`, `30_000`, `30k`.
pub(super) fn tokens(text: &str) -> Result<u64, String> {
    let plain = text.trim().replace('_', "");
    let (digits, times) = match plain.strip_suffix('k') {
        Some(digits) => (digits, 1_000),
        None => (plain.as_str(), 1),
    };
    let all_digits = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let count = all_digits.then(|| digits.parse::<u64>().ok()?.checked_mul(times)).flatten();
    count
        .filter(|count| *count <= 1_000_000_000)
        .ok_or_else(|| "write a number of tokens such as `30000` or `30k`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_names_models_and_a_share() {
        let found = |text: &str| shift(text).map(|shift| (shift.from, shift.to, shift.share));
        let of = |from: Option<&str>, to: &str, share| Ok((from.map(str::to_owned), to.to_owned(), share));
        assert_eq!(found("a=b:95%"), of(Some("a"), "b", Some(Ratio::new(95, 100))));
        assert_eq!(found("b"), of(None, "b", None));
        assert_eq!(found("a=b:free:1/2"), of(Some("a"), "b:free", Some(Ratio::new(1, 2))));
        assert_eq!(found("b:free"), of(None, "b:free", None));
        assert!(shift("a=b:1.2").is_err_and(|error| error.contains("at most 1")));
        for bad in ["", "=b", "a=", "a=:5%"] {
            assert!(shift(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_target_is_a_model_or_rates() {
        let rate = |text: &str| Rate::from_usd_per_mtok(&Ratio::parse(text).expect("a decimal")).expect("a rate");
        let found = migrate("v3.2=0.28/0.42/0.028").expect("rates");
        assert_eq!((found.to.as_str(), found.rates), ("v3.2", Some((rate("0.28"), rate("0.42"), Some(rate("0.028"))))));
        assert_eq!(migrate("a=vendor/b").expect("a model").to, "vendor/b");
        for bad in ["v=0.28/-1", "v=1/2/3/4", "", "a="] {
            assert!(migrate(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert_eq!(tokens("30k"), Ok(30_000));
        assert_eq!(tokens("30_000"), Ok(30_000));
        for bad in ["", "k", "-1", "1.5k", "9999999999"] {
            assert!(tokens(bad).is_err(), "{bad}");
        }
        assert!(above_zero("0").is_err() && at_least_one("0.9").is_err() && minutes("-1").is_err());
    }
}
