//! The terms of another way of billing, as flags say them.

use crate::cli::values;
use crate::problem::nearest;
use crate::scenario::metered::{Sold, TakeUp};
use crate::units::Ratio;

/// Terms as a flag gives them.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    /// `None`: the price of the plan, or nothing for the frontier model.
    pub(super) fee: Option<Ratio>,
    pub(super) included: Ratio,
    pub(super) rate: Ratio,
    pub(super) take_up: TakeUp,
    /// Of a split.
    pub(super) share: Ratio,
    pub(super) sold: Sold,
    /// Of a split: what the flat plan still allows.
    pub(super) keeps: Option<Ratio>,
}

const METERED: [&str; 4] = ["fee", "included", "rate", "take-up"];
const SPLIT: [&str; 7] = ["share", "sold", "fee", "included", "rate", "take-up", "keeps"];

/// `fee=20, included=20, rate=1, take-up=60%`.
pub(super) fn metered(text: &str) -> Result<Offer, String> {
    read(text, &METERED, "fee=20, included=20, rate=1, take-up=60%")
}

/// `60%`, or `share=60%, sold=add-on, fee=100, included=400`.
pub(super) fn split(text: &str) -> Result<Offer, String> {
    const EXAMPLE: &str = "share=60%, sold=add-on, fee=100, included=400";
    if !text.contains('=') {
        return read(&format!("share={text}"), &SPLIT, EXAMPLE);
    }
    let keys = || text.split(',').filter_map(|part| Some(part.split_once('=')?.0.trim()));
    if !keys().any(|key| key == "share") {
        return Err(format!("the share of use that is for the frontier model is missing; write it as `{EXAMPLE}`"));
    }
    read(text, &SPLIT, EXAMPLE)
}

/// `KEY=VALUE` pairs, each key once.
fn read(text: &str, keys: &[&str], example: &str) -> Result<Offer, String> {
    let mut offer = Offer {
        fee: None,
        included: Ratio::zero(),
        rate: Ratio::one(),
        take_up: TakeUp::all(),
        share: Ratio::zero(),
        sold: Sold::ToEveryone,
        keeps: None,
    };
    let mut seen: Vec<&str> = Vec::new();
    for part in text.split(',') {
        let Some((key, value)) = part.split_once('=') else {
            return Err(format!("`{}` is no KEY=VALUE; write `{example}`", part.trim()));
        };
        let (key, value) = (key.trim(), value.trim());
        let Some(&key) = keys.iter().find(|known| **known == key) else {
            return Err(match nearest(key, keys.iter().copied()) {
                Some(near) => format!("unknown term `{key}`; did you mean `{near}`?"),
                None => format!("unknown term `{key}`; the terms are {}", keys.join(", ")),
            });
        };
        if seen.contains(&key) {
            return Err(format!("`{key}` is given twice; keep one"));
        }
        seen.push(key);
        let named = |error: String| format!("`{key}`: {error}");
        match key {
            "fee" => offer.fee = Some(values::usd(value).map_err(named)?),
            "included" => offer.included = values::usd(value).map_err(named)?,
            "keeps" => offer.keeps = Some(values::usd(value).map_err(named)?),
            "rate" => offer.rate = rate(value).map_err(named)?,
            "share" => offer.share = values::share(value).map_err(named)?,
            "sold" => offer.sold = sold(value).map_err(named)?,
            _ => {
                let share = values::share(value).map_err(named)?;
                offer.take_up = TakeUp::new(share).map_err(|error| error.to_string())?;
            }
        }
    }
    Ok(offer)
}

/// A multiple of list price: `1`, `1.2`, `120%`.
fn rate(text: &str) -> Result<Ratio, String> {
    match Ratio::parse_share(text.strip_suffix('x').unwrap_or(text)) {
        Ok(rate) if !rate.is_negative() => Ok(rate),
        _ => Err("write a multiple of list price such as `1` or `1.2`".to_owned()),
    }
}

fn sold(text: &str) -> Result<Sold, String> {
    match text {
        "to-everyone" => Ok(Sold::ToEveryone),
        "add-on" | "as-add-on" => Ok(Sold::AsAddOn),
        _ => Err("write `to-everyone` or `add-on`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_a_default() {
        let read = metered("included=20").expect("terms");
        assert_eq!((read.fee, read.included, read.rate), (None, Ratio::from(20), Ratio::one()));
        assert_eq!(read.take_up, TakeUp::all());
        let sold = split("60%").expect("a share");
        assert_eq!((sold.share, sold.sold, sold.keeps), (Ratio::new(3, 5), Sold::ToEveryone, None));
    }

    #[test]
    fn each_term_that_cannot_be_read_is_named() {
        for (text, wanted) in [
            ("", "no KEY=VALUE"),
            ("fee", "no KEY=VALUE"),
            ("fe=1", "did you mean `fee`?"),
            ("colour=1", "the terms are fee, included, rate, take-up"),
            ("fee=1, fee=2", "`fee` is given twice"),
            ("fee=-1", "`fee`: must not be negative"),
            ("rate=-1", "`rate`: write a multiple"),
            ("take-up=2", "`take-up`: a share is at most 1"),
            ("fee=nan", "`fee`: not a plain decimal"),
        ] {
            let error = metered(text).expect_err(text);
            assert!(error.contains(wanted), "{text}: {error}");
        }
        for (text, wanted) in [
            ("fee=1", "the share of use that is for the frontier model is missing"),
            ("160%", "a share is at most 1"),
            ("share=60%, sold=never", "`to-everyone` or `add-on`"),
        ] {
            let error = split(text).expect_err(text);
            assert!(error.contains(wanted), "{text}: {error}");
        }
    }
}
