//! Where two price lists disagree, rate by rate.

use super::{DatedRates, Lookup, RateBook, Rates, TokenClass};
use crate::units::{Date, Rate, Ratio, Usd};

/// What a price list says under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// A rate of tokens.
    PerMtok(Rate),
    /// A fee of each request.
    PerRequest(Usd),
    /// A factor: of a batch, of dearer hours.
    Factor(Ratio),
    /// Whether a prompt of exactly the mark is in the tier.
    MarkIncluded(bool),
    /// Hours and days, in words.
    Hours(String),
}

/// One key on which two price lists do not say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `input`, `tier-272000.output`, `batch_multiplier`.
    pub key: String,
    /// What the first says; `None`: nothing.
    pub from: Option<Worth>,
    /// What the second says.
    pub to: Option<Worth>,
}

impl Difference {
    /// Whether both say something, so that one of them is wrong.
    #[must_use]
    pub fn contradicts(&self) -> bool {
        self.from.is_some() && self.to.is_some()
    }

    /// By how much the second is more, as a share of the first; `None` where that is no number.
    #[must_use]
    pub fn share(&self) -> Option<Ratio> {
        let number = |worth: &Option<Worth>| match worth.as_ref()? {
            Worth::PerMtok(rate) => Some(rate.usd_per_mtok()),
            Worth::PerRequest(usd) => Some(usd.ratio()),
            Worth::Factor(factor) => Some(factor.clone()),
            Worth::MarkIncluded(_) | Worth::Hours(_) => None,
        };
        let (from, to) = (number(&self.from)?, number(&self.to)?);
        (to - &from).checked_div(&from)
    }
}

/// Every key on which two price lists differ, in the order of files.
#[must_use]
pub fn differences(from: &Rates, to: &Rates) -> Vec<Difference> {
    let (old, new) = (stated(from), stated(to));
    let find =
        |list: &[(String, Worth)], key: &str| list.iter().find(|(known, _)| known == key).map(|(_, w)| w.clone());
    let mut keys: Vec<&String> = old.iter().map(|(key, _)| key).collect();
    keys.extend(new.iter().map(|(key, _)| key).filter(|key| find(&old, key).is_none()));
    let difference = |key: &String| {
        let (from, to) = (find(&old, key), find(&new, key));
        (from != to).then(|| Difference { key: key.clone(), from, to })
    };
    keys.into_iter().filter_map(difference).collect()
}

/// Everything that a price list says, under keys.
fn stated(rates: &Rates) -> Vec<(String, Worth)> {
    let mut found = Vec::new();
    let mut classes = |prefix: &str, of: &super::ByClass<Option<Rate>>| {
        let keys = TokenClass::ALL.into_iter().filter_map(|class| Some((class, of[class]?)));
        found.extend(keys.map(|(class, rate)| (format!("{prefix}{class}"), Worth::PerMtok(rate))));
    };
    classes("", &rates.base);
    for tier in &rates.tiers {
        classes(&format!("tier-{}.", tier.prompt_tokens.0), &tier.rates);
    }
    for tier in &rates.tiers {
        found.push((format!("tier-{}.mark", tier.prompt_tokens.0), Worth::MarkIncluded(tier.inclusive)));
    }
    if let Some(batch) = &rates.batch_multiplier {
        found.push(("batch_multiplier".to_owned(), Worth::Factor(batch.clone())));
    }
    if rates.usd_per_request != Usd::ZERO {
        found.push(("usd_per_request".to_owned(), Worth::PerRequest(rates.usd_per_request)));
    }
    if let Some(peak) = &rates.peak {
        found.push(("peak.multiplier".to_owned(), Worth::Factor(peak.multiplier.clone())));
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let spans = peak.minutes_utc.iter().map(|&(from, to)| format!("{}-{}", clock(from), clock(to)));
        let days = peak.days.iter().filter(|&&day| day).count();
        let days = if days == 7 { String::new() } else { format!(", {days} days") };
        found.push(("peak.hours_utc".to_owned(), Worth::Hours(spans.collect::<Vec<_>>().join(" ") + &days)));
    }
    found
}

/// How the entries of one price list stand to a book of others.
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    /// The entry.
    pub entry: &'a DatedRates,
    /// What the book says of that model in those days; `None`: nothing.
    pub known: Option<&'a DatedRates>,
    /// Where they disagree, from the book to the entry.
    pub differences: Vec<Difference>,
}

impl Compared<'_> {
    /// Whether both price the model and contradict each other.
    #[must_use]
    pub fn contradicts(&self) -> bool {
        self.differences.iter().any(Difference::contradicts)
    }
}

/// Holds each entry against the book: on `day`, or on its own last day where it ended before.
///
/// A model goes by any of its exact names, or by the same letters in another case.
#[must_use]
pub fn compare<'a>(entries: &'a [DatedRates], book: &'a RateBook, day: Date) -> Vec<Compared<'a>> {
    let compared = |entry: &'a DatedRates| {
        let last = entry.validity.until.and_then(|until| until.yesterday().ok());
        let first = entry.validity.starts().filter(|from| *from > day);
        let probe = last.map_or(day, |last| last.min(day)).max(first.unwrap_or(day.min(last.unwrap_or(day))));
        let known = std::iter::once(&entry.model).chain(&entry.aliases).find_map(|name| found(book, name, probe));
        let differences = known.map_or_else(Vec::new, |known| differences(&known.rates, &entry.rates));
        Compared { entry, known, differences }
    };
    entries.iter().map(compared).collect()
}

/// The rates of a model on a day, under its name in any case.
fn found<'a>(book: &'a RateBook, name: &str, day: Date) -> Option<&'a DatedRates> {
    let on = |name: &str| match book.on(name, day) {
        Lookup::Found(rates) => Some(rates),
        Lookup::NotOnThatDay | Lookup::NoSuchModel => None,
    };
    on(name).or_else(|| book.names().filter(|known| known.eq_ignore_ascii_case(name)).find_map(on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rates::{ByClass, ContextTier};
    use crate::units::Tokens;

    fn rate(usd: i128) -> Option<Rate> {
        Rate::from_usd_per_mtok(&Ratio::from(usd))
    }

    fn rates(input: i128, tier: Option<(u64, bool, i128)>) -> Rates {
        let mut rates = Rates::default();
        rates.base[TokenClass::Input] = rate(input);
        if let Some((mark, inclusive, input)) = tier {
            let mut of_tier = ByClass::default();
            of_tier[TokenClass::Input] = rate(input);
            rates.tiers.push(ContextTier { prompt_tokens: Tokens(mark), inclusive, rates: of_tier });
        }
        rates
    }

    #[test]
    fn equal_lists_have_no_difference_and_a_mark_is_one() {
        let above = rates(3, Some((200_000, false, 6)));
        assert_eq!(differences(&above, &above.clone()), []);
        let from = rates(3, Some((200_000, true, 6)));
        let found = differences(&above, &from);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].key, "tier-200000.mark");
        assert!(found[0].contradicts());
        assert_eq!(found[0].share(), None);
    }

    #[test]
    fn what_one_alone_says_contradicts_nobody() {
        let found = differences(&rates(3, None), &rates(4, Some((200_000, false, 6))));
        let keys: Vec<(&str, bool)> = found.iter().map(|d| (d.key.as_str(), d.contradicts())).collect();
        assert_eq!(keys, [("input", true), ("tier-200000.input", false), ("tier-200000.mark", false)]);
        // From 3 to 4 is a third more.
        assert_eq!(found[0].share(), Some(Ratio::new(1, 3)));
    }
}
