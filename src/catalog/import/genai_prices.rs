//! `data.json` and `data_slim.json` of genai-prices: providers, each with models, each with prices in dollars per
//! million tokens, dated where they changed.
//!
//! Of several prices the last whose condition holds counts, and the first has none. A tier starts past its mark. A
//! price of `requests_kcount` is for a thousand requests.

use super::json::{Members, Piece};
use super::sheet::{BY_PATTERN, OTHER_TOKENS, OTHER_UNIT, Sheet};
use super::{Entry, Reason};
use crate::fact::Validity;
use crate::rates::{Peak, Rates, TokenClass};
use crate::units::{Date, Ratio};

const CLASSES: [(&str, TokenClass); 6] = [
    ("input_mtok", TokenClass::Input),
    ("cache_read_mtok", TokenClass::CacheRead),
    ("cache_write_mtok", TokenClass::CacheWrite5m),
    ("cache_write_5m_mtok", TokenClass::CacheWrite5m),
    ("cache_write_1h_mtok", TokenClass::CacheWrite1h),
    ("output_mtok", TokenClass::Output),
];

/// When a price counts.
enum When {
    Always,
    From(Date),
    /// Minutes since midnight UTC.
    Hours(u16, u16),
}

/// The providers, if it is such a file: a list of them, or an object that has it.
pub(super) fn providers(piece: Piece<'_>) -> Option<Vec<Members<'_>>> {
    let list = piece.items().or_else(|| Members::of(piece)?.get("providers")?.items())?;
    let providers: Vec<Members<'_>> = list.into_iter().filter_map(Members::of).collect();
    providers.iter().any(|provider| provider.get("models").and_then(Piece::items).is_some()).then_some(providers)
}

pub(super) fn entries(piece: Piece<'_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for provider in providers(piece).unwrap_or_default() {
        let id = provider.text("id").unwrap_or_default();
        let models = provider.get("models").and_then(Piece::items).unwrap_or_default();
        entries.extend(models.into_iter().map(|piece| entry(&id, piece)));
    }
    entries
}

fn entry(provider: &str, piece: Piece<'_>) -> Entry {
    let model = Members::of(piece);
    let of = |name: &str| model.as_ref().and_then(|model| model.get(name));
    let mut entry = Entry {
        provider: provider.to_owned(),
        model: of("id").and_then(Piece::text).unwrap_or_default().into_owned(),
        aliases: Vec::new(),
        at: piece.at(),
        checked: of("prices_checked").and_then(Piece::day),
        not_carried: Vec::new(),
        prices: Err(Reason::NoPrice),
    };
    if entry.model.is_empty() {
        entry.prices = Err(Reason::Unusable("it has no `id`".to_owned()));
        return entry;
    }
    if let Some(clause) = of("match").and_then(Members::of) {
        names(&clause, &mut entry, 0);
    }
    if let Some(prices) = of("prices") {
        entry.prices = read_prices(prices, &mut entry.not_carried);
    }
    entry
}

/// Collects the exact names among the clauses of a match.
fn names(clause: &Members<'_>, entry: &mut Entry, depth: usize) {
    for (kind, piece) in clause.iter() {
        match (kind, piece.text(), piece.items()) {
            ("equals", Some(name), _) if name != entry.model => entry.aliases.push(name.into_owned()),
            ("equals", ..) => {}
            ("or", _, Some(clauses)) if depth < 4 => {
                clauses.into_iter().filter_map(Members::of).for_each(|clause| names(&clause, entry, depth + 1));
            }
            _ => {
                let field = format!("match.{kind}");
                if !entry.not_carried.iter().any(|(known, _)| *known == field) {
                    entry.not_carried.push((field, BY_PATTERN));
                }
            }
        }
    }
}

fn read_prices(piece: Piece<'_>, left: &mut Vec<(String, &'static str)>) -> Result<Vec<(Validity, Rates)>, Reason> {
    let Some(items) = piece.items() else {
        return Ok(vec![(Validity::default(), read_rates(piece, left)?)]);
    };
    let mut prices: Vec<(When, Rates)> = Vec::new();
    for item in items.into_iter().filter_map(Members::of) {
        let when = match item.within("constraint") {
            None => When::Always,
            Some(constraint) => condition(&constraint).ok_or_else(|| unusable("a condition of another kind"))?,
        };
        let rates = item.get("prices").ok_or(Reason::NoPrice)?;
        prices.push((when, read_rates(rates, left)?));
    }
    match prices.as_slice() {
        [(When::Always, base), (When::Hours(from, until), dearer)] => {
            Ok(vec![(Validity::default(), with_peak(base, dearer, (*from, *until))?)])
        }
        prices if prices.iter().all(|(when, _)| !matches!(when, When::Hours(..))) => dated(prices),
        _ => Err(unusable("prices by the hour and by the day together")),
    }
}

fn unusable(why: &str) -> Reason {
    Reason::Unusable(why.to_owned())
}

fn condition(constraint: &Members<'_>) -> Option<When> {
    let minute = |name: &str| {
        let text = constraint.text(name)?;
        let (hour, rest) = text.split_once(':')?;
        let minute = rest.split(':').next()?;
        // A time without Z is not said to be UTC.
        let is_utc = rest.ends_with('Z') || rest.ends_with("+00:00");
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (is_utc && hour < 24 && minute < 60).then_some(hour * 60 + minute)
    };
    match constraint.get("start_date").map(Piece::day) {
        Some(day) => day.map(When::From),
        None => Some(When::Hours(minute("start_time")?, minute("end_time")?)),
    }
}

/// One price after the other, each until the next begins.
fn dated(prices: &[(When, Rates)]) -> Result<Vec<(Validity, Rates)>, Reason> {
    let begins: Vec<Option<Date>> =
        prices.iter().map(|(when, _)| if let When::From(day) = when { Some(*day) } else { None }).collect();
    let in_order = begins.windows(2).all(|pair| pair[1].is_some() && pair[0] < pair[1]);
    if !in_order || prices.is_empty() {
        return Err(unusable("dated prices that are not in their order"));
    }
    let validity =
        |nth: usize| Validity { from: begins[nth], until: begins.get(nth + 1).copied().flatten(), held_earlier: false };
    Ok(prices.iter().enumerate().map(|(nth, (_, rates))| (validity(nth), rates.clone())).collect())
}

/// The price outside some hours, and what it is multiplied by within them, if that is one number.
fn with_peak(base: &Rates, dearer: &Rates, (from, until): (u16, u16)) -> Result<Rates, Reason> {
    const WHY: &str = "dearer hours that are no one multiple";
    let mut factor: Option<Ratio> = None;
    for class in TokenClass::ALL {
        let (Some(low), Some(high)) = (base.base[class], dearer.base[class]) else {
            if base.base[class] != dearer.base[class] {
                return Err(unusable(WHY));
            }
            continue;
        };
        let of = high.usd_per_mtok().checked_div(&low.usd_per_mtok()).ok_or_else(|| unusable(WHY))?;
        if *factor.get_or_insert_with(|| of.clone()) != of {
            return Err(unusable(WHY));
        }
    }
    let is_written = |factor: &Ratio| (factor * &Ratio::from(1_000_000_000_000_i128)).to_i128().is_some();
    let same_else = base.tiers == dearer.tiers && base.usd_per_request == dearer.usd_per_request;
    let multiplier =
        factor.filter(|factor| same_else && base.tiers.is_empty() && is_written(factor) && *factor > Ratio::one());
    let multiplier = multiplier.ok_or_else(|| unusable(WHY))?;
    let minutes_utc = match from < until {
        true => vec![(from, until)],
        false => [(0, until), (from, 24 * 60)].into_iter().filter(|(from, until)| from < until).collect(),
    };
    Ok(Rates { peak: Some(Peak { multiplier, minutes_utc, days: [true; 7] }), ..base.clone() })
}

fn read_rates(piece: Piece<'_>, left: &mut Vec<(String, &'static str)>) -> Result<Rates, Reason> {
    let mut sheet = Sheet::default();
    match Members::of(piece) {
        None => sheet.spoil("`prices` is not an object".to_owned()),
        Some(prices) => {
            for (field, piece) in prices.iter().filter(|(_, piece)| !piece.is_null()) {
                match CLASSES.iter().find(|(known, _)| *known == field) {
                    Some((_, class)) => read_class(field, piece, *class, &mut sheet),
                    None if field == "requests_kcount" => sheet.fee(field, piece, 1_000),
                    None => sheet.leave(field, if field.ends_with("_mtok") { OTHER_TOKENS } else { OTHER_UNIT }),
                }
            }
        }
    }
    let (rates, not_carried) = sheet.finish();
    for (field, why) in not_carried {
        if !left.iter().any(|(known, _)| *known == field) {
            left.push((field, why));
        }
    }
    rates
}

fn read_class(field: &str, piece: Piece<'_>, class: TokenClass, sheet: &mut Sheet) {
    let Some(tiered) = Members::of(piece) else { return sheet.base(field, piece, 1, class) };
    if let Some(base) = tiered.get("base") {
        sheet.base(field, base, 1, class);
    }
    for tier in tiered.get("tiers").and_then(Piece::items).unwrap_or_default() {
        let of = Members::of(tier);
        let start = of.as_ref().and_then(|tier| tier.get("start")?.count());
        match (start, of.as_ref().and_then(|tier| tier.get("price"))) {
            (Some(start), Some(price)) => {
                let rate = sheet.rate(&format!("{field}.tiers"), price, 1, class);
                sheet.tier(start, false)[class] = rate;
            }
            _ => sheet.spoil(format!("a tier of `{field}` has no start or price")),
        }
    }
}
