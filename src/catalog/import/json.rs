//! JSON as it is written: members in their order, numbers as their digits, and where each stands.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::units::{Date, Rate, Ratio, Usd};

/// A value, and where its file begins.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    file: &'a str,
    text: &'a str,
}

/// Why a text is not JSON.
pub(super) struct NotJson {
    pub(super) why: String,
    pub(super) at: Option<usize>,
    pub(super) cut_off: bool,
}

/// Why a number is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPrice {
    NotANumber,
    Negative,
    TooLarge,
    /// So dear, or so cheap, that it will be in another unit than such files have.
    TooDear,
    TooCheap,
    TooFine,
}

impl fmt::Display for NoPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "is not a number",
            Self::Negative => "is negative",
            Self::TooLarge => "is more than a million dollars",
            Self::TooDear => "is more than $10,000 per million tokens; is it in another unit?",
            Self::TooCheap => "is less than $0.0001 per million tokens; is it in another unit?",
            Self::TooFine => "has more than 12 decimals per million tokens, and is not rounded",
        })
    }
}

impl<'a> Piece<'a> {
    /// A file as one value.
    pub(super) fn whole(file: &'a str) -> Result<Self, NotJson> {
        let mark = file.len() - file.trim_start_matches('\u{feff}').len();
        match serde_json::from_str::<&RawValue>(&file[mark..]) {
            Ok(raw) => Ok(Self { file, text: raw.get() }),
            Err(error) => {
                let text = error.to_string();
                let why = text.split(" at line").next().unwrap_or(&text).replace('`', "'");
                Err(NotJson { why, at: offset(file, error.line(), error.column()), cut_off: error.is_eof() })
            }
        }
    }

    fn part(self, raw: &'a RawValue) -> Self {
        Self { file: self.file, text: raw.get() }
    }

    /// Bytes before it in its file.
    pub(super) fn at(self) -> usize {
        (self.text.as_ptr() as usize).saturating_sub(self.file.as_ptr() as usize)
    }

    /// Its items, if it is a list.
    pub(super) fn items(self) -> Option<Vec<Piece<'a>>> {
        let items: Items<'a> = serde_json::from_str(self.text).ok()?;
        Some(items.0.into_iter().map(|raw| self.part(raw)).collect())
    }

    /// Its text, if it is text.
    pub(super) fn text(self) -> Option<Cow<'a, str>> {
        serde_json::from_str::<Text<'a>>(self.text).ok().map(|text| text.0)
    }

    /// Its day, if it is text that begins with one.
    pub(super) fn day(self) -> Option<Date> {
        let text = self.text()?;
        text.get(..10)?.parse().ok()
    }

    pub(super) fn is_null(self) -> bool {
        self.text == "null"
    }

    /// Its number, exactly.
    pub(super) fn number(self) -> Result<Ratio, NoPrice> {
        decimal(self.text)
    }

    /// A rate in dollars per million tokens, if its number times `per` is one.
    pub(super) fn rate(self, per: i32) -> Result<Rate, NoPrice> {
        let usd = self.number()? * Ratio::from(per);
        if usd.is_negative() {
            return Err(NoPrice::Negative);
        }
        // The dearest list price of 2026 is $600, the cheapest $0.0028: a factor of a million apart from these bounds is
        // a price per token where one per million is meant, or the other way about.
        if usd > Ratio::from(10_000) {
            return Err(NoPrice::TooDear);
        }
        if usd.is_positive() && usd < Ratio::new(1, 10_000) {
            return Err(NoPrice::TooCheap);
        }
        Rate::from_usd_per_mtok(&usd).ok_or(NoPrice::TooFine)
    }

    /// A fee in dollars, if its number over `per` is one.
    pub(super) fn fee(self, per: i32) -> Result<Usd, NoPrice> {
        let usd = self.number()? / Ratio::from(per);
        if usd.is_negative() {
            return Err(NoPrice::Negative);
        }
        if usd > Ratio::from(1_000_000) {
            return Err(NoPrice::TooLarge);
        }
        // A plan file has twelve decimals.
        let is_written = (&usd * &Ratio::from(1_000_000_000_000_i128)).to_i128().is_some();
        Usd::from_ratio(&usd).filter(|_| is_written).ok_or(NoPrice::TooFine)
    }

    /// A whole number of tokens.
    pub(super) fn count(self) -> Option<u64> {
        u64::try_from(self.number().ok()?.to_i128()?).ok()
    }
}

/// The byte that a line and a column stand for.
fn offset(file: &str, line: usize, column: usize) -> Option<usize> {
    let start: usize = file.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let at = (start + column.saturating_sub(1)).min(file.len());
    (0..=at).rev().find(|&at| file.is_char_boundary(at))
}

/// The number that a JSON number stands for. Its digits and its exponent are bounded, so that none takes long.
fn decimal(text: &str) -> Result<Ratio, NoPrice> {
    const DIGITS_MOST: usize = 36;
    const EXPONENT_MOST: i32 = 36;
    if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return Err(NoPrice::NotANumber);
    }
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |rest| (true, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let part = part.trim_end_matches('0');
    let all: String = [whole, part].concat();
    let all = all.trim_start_matches('0');
    if all.is_empty() {
        return Ok(Ratio::zero());
    }
    let small = exponent.starts_with('-');
    let beyond = if small { NoPrice::TooFine } else { NoPrice::TooLarge };
    let exponent: i32 = exponent.trim_start_matches('+').parse().map_err(|_| beyond)?;
    if exponent.abs() > EXPONENT_MOST {
        return Err(beyond);
    }
    if all.len() > DIGITS_MOST || part.len() > DIGITS_MOST {
        return Err(if whole.len() > DIGITS_MOST { NoPrice::TooLarge } else { NoPrice::TooFine });
    }
    let units: i128 = all.parse().map_err(|_| NoPrice::NotANumber)?;
    let power = |n: u32| Ratio::from(10_i128.pow(n));
    let places = u32::try_from(part.len()).map_err(|_| NoPrice::TooFine)?;
    let value = Ratio::from(if negative { -units } else { units }) / power(places);
    let shift = power(exponent.unsigned_abs());
    Ok(if exponent < 0 { value / shift } else { value * shift })
}

/// The members of an object, in their order.
pub(super) struct Members<'a> {
    list: Vec<(Cow<'a, str>, Piece<'a>)>,
}

impl<'a> Members<'a> {
    /// Those of a value, if it is an object.
    pub(super) fn of(piece: Piece<'a>) -> Option<Self> {
        let pairs: Pairs<'a> = serde_json::from_str(piece.text).ok()?;
        Some(Self { list: pairs.0.into_iter().map(|(key, raw)| (key.0, piece.part(raw))).collect() })
    }

    /// The member of a name, unless it is `null`. Of several the last counts, as for other readers.
    pub(super) fn get(&self, name: &str) -> Option<Piece<'a>> {
        self.list.iter().rev().find(|(key, _)| key == name).map(|(_, piece)| *piece).filter(|piece| !piece.is_null())
    }

    /// The members of a member.
    pub(super) fn within(&self, name: &str) -> Option<Self> {
        Self::of(self.get(name)?)
    }

    /// The text of a member.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)?.text()
    }

    /// Each name with its value.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Piece<'a>)> {
        self.list.iter().map(|(key, piece)| (&**key, *piece))
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct Pairs<'a>(Vec<(Text<'a>, &'a RawValue)>);

struct Items<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

impl<'de> Deserialize<'de> for Items<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Items<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Items(items))
            }
        }
        deserializer.deserialize_seq(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_its_digits() {
        // 1.5e-07 of a dollar a token is 0.15 dollars per million.
        assert_eq!(decimal("1.5e-07"), Ok(Ratio::new(15, 100_000_000)));
        assert_eq!(decimal("3.625E-9").map(|price| price * Ratio::from(1_000_000)), Ok(Ratio::new(3_625, 1_000_000)));
        assert_eq!(decimal("0.0"), Ok(Ratio::zero()));
        assert_eq!(decimal("2e2"), Ok(Ratio::from(200)));
        assert_eq!(decimal("-0.50"), Ok(Ratio::new(-1, 2)));
        assert_eq!(decimal("\"5\""), Err(NoPrice::NotANumber));
        assert_eq!(decimal("1e400"), Err(NoPrice::TooLarge));
        assert_eq!(decimal("1e-400"), Err(NoPrice::TooFine));
        assert_eq!(decimal("1e99999999999"), Err(NoPrice::TooLarge));
        assert_eq!(decimal(&"9".repeat(400)), Err(NoPrice::TooLarge));
    }

    #[test]
    fn a_rate_is_not_rounded() {
        let rate = |text: &'static str, per| Piece { file: text, text }.rate(per);
        assert_eq!(rate("2.25e-06", 1_000_000).map(|r| r.usd_per_mtok()), Ok(Ratio::new(9, 4)));
        assert_eq!(rate("0.08333333333333334", 1), Err(NoPrice::TooFine));
        assert_eq!(rate("-1", 1), Err(NoPrice::Negative));
        assert_eq!(rate("10000", 1).map(|r| r.usd_per_mtok()), Ok(Ratio::from(10_000)));
        assert_eq!(rate("10000.01", 1), Err(NoPrice::TooDear));
        assert_eq!(rate("0.0001", 1).map(|r| r.usd_per_mtok()), Ok(Ratio::new(1, 10_000)));
        assert_eq!(rate("0.00009", 1), Err(NoPrice::TooCheap));
        assert_eq!(rate("0", 1).map(|r| r.usd_per_mtok()), Ok(Ratio::zero()));
    }

    #[test]
    fn members_keep_their_order_and_place() {
        let text = "{ \"b\": 1, \"a\": [2, {\"c\": null}] }";
        let Ok(piece) = Piece::whole(text) else { panic!("it is JSON") };
        let members = Members::of(piece).expect("an object");
        assert_eq!(members.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(members.get("b").map(Piece::at), Some(7));
        let items = members.get("a").and_then(Piece::items).expect("a list");
        assert!(Members::of(items[1]).expect("an object").get("c").is_none());
    }
}
