//! A value as something that can be put back: rounded to the side on which the target still holds, applied to a plan, and
//! written as arguments of `plancost analyze`.

use crate::allowance::{Grant, Limit};
use crate::analysis::Question;
use crate::plan::{Allowance, Billing, Overage, OverageKind, OverageRate, Plan};
use crate::units::{Ratio, Tokens, Usd};

/// A change to one plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The price of a period, in the plan's currency.
    Price(Ratio),
    /// What each window of some limits grants, in its own unit.
    Limits(Vec<(String, Ratio)>),
    /// The API gross margin.
    ApiMargin(Ratio),
    /// Overage at this multiple of list price.
    Overage(Ratio),
    /// No change: use at another utilization.
    At(Ratio),
}

/// Rounded up, or down, to so many decimals; to more where that would be a thousandth of the value or more.
pub(super) fn rounded(value: &Ratio, places: u32, up: bool) -> Ratio {
    let mut scale = Ratio::from(10_i128.pow(places));
    for _ in places..PLACES_MOST {
        let units = value * &scale;
        let near = if up { units.ceil() } else { units.floor() } / &scale;
        if (&near - value).abs() * Ratio::from(1_000) < value.abs() || near == *value {
            return near;
        }
        scale = scale * Ratio::from(10);
    }
    let units = value * &scale;
    if up { units.ceil() / scale } else { units.floor() / scale }
}

const PLACES_MOST: u32 = 12;

/// The price up to the cent.
pub(super) fn price(value: &Ratio) -> Change {
    Change::Price(rounded(value, 2, true))
}

/// A share up, or down, to the hundredth of a percent.
pub(super) fn share(value: &Ratio, up: bool) -> Ratio {
    rounded(value, 4, up)
}

/// What a limit grants, down to the cent, the hundredth, or the whole token.
pub(super) fn grant(limit: &Limit, amount: &Ratio) -> (String, Ratio) {
    let down = match limit.grant {
        Grant::Tokens { .. } => amount.floor(),
        _ => rounded(amount, 2, false),
    };
    (limit.id.to_string(), down)
}

/// An overage rate up to four decimals.
pub(super) fn overage(rate: &Ratio) -> Change {
    Change::Overage(rounded(rate, 4, true))
}

impl Change {
    /// The plan with the change; `None` if a plan file could not say it.
    pub(super) fn applied(&self, plan: &Plan, question: &Question) -> Option<Plan> {
        let mut plan = plan.clone();
        match self {
            Self::Price(price) => {
                let usd = Usd::from_ratio(price).filter(|_| is_written(price))?;
                if is_yearly(&plan, question) { plan.price.annual = Some(usd) } else { plan.price.amount = Some(usd) }
            }
            Self::Limits(grants) => {
                let Allowance::Limits(limits) = &mut plan.allowance else { return None };
                for limit in limits {
                    if let Some((_, amount)) = grants.iter().find(|(id, _)| **id == *limit.id) {
                        limit.grant = with_amount(&limit.grant, amount)?;
                        limit.range = None;
                    }
                }
            }
            Self::ApiMargin(margin) => plan.api_gross_margin = Some(Some(margin.clone()).filter(is_written)?),
            Self::Overage(rate) => {
                let rate = OverageRate::OfListPrice(Some(rate.clone()).filter(is_written)?);
                let provenance = plan.provenance.clone();
                let kind = plan.overage.as_ref().map_or(OverageKind::Metered, |overage| overage.kind);
                plan.overage = Some(Overage { kind, rate, provenance });
            }
            Self::At(_) => {}
        }
        Some(plan)
    }

    /// The arguments that say it.
    pub(super) fn arguments(&self, plan: &Plan, question: &Question) -> String {
        let set = |key: &str, value: &str| format!("--set {}.{key}={value}", plan.id);
        let digits = |value: &Ratio| value.to_decimal_trimmed(0, 12);
        match self {
            Self::Price(price) => set(price_key(plan, question), &digits(price)),
            Self::Limits(grants) => {
                let named = |(id, amount): &(String, Ratio)| {
                    let key = limits(plan).find(|limit| *limit.id == **id).map_or("api_usd", |limit| limit.grant.key());
                    set(&format!("limit.{id}.{key}"), &digits(amount))
                };
                grants.iter().map(named).collect::<Vec<_>>().join(" ")
            }
            // The flag would stand over the plan's own.
            Self::ApiMargin(margin) if question.api_gross_margin.is_some() => {
                format!("--api-margin {}", digits(margin))
            }
            Self::ApiMargin(margin) => set("api_gross_margin", &digits(margin)),
            Self::Overage(rate) => {
                let rate = set("overage.rate_of_list_price", &digits(rate));
                match plan.overage {
                    Some(_) => rate,
                    None => format!("{rate} {}", set("overage.kind", "metered")),
                }
            }
            Self::At(utilization) => format!("--at {}%", digits(&(utilization * &Ratio::from(100)))),
        }
    }
}

fn limits(plan: &Plan) -> impl Iterator<Item = &Limit> {
    match &plan.allowance {
        Allowance::Limits(limits) => limits.as_slice(),
        Allowance::Unlimited | Allowance::Unknown => &[],
    }
    .iter()
}

/// Whether the plan's yearly price is the one that is asked about.
pub(super) fn is_yearly(plan: &Plan, question: &Question) -> bool {
    question.billing == Some(Billing::Year) && plan.price.annual.is_some()
}

fn price_key(plan: &Plan, question: &Question) -> &'static str {
    match (&plan.price.currency, is_yearly(plan, question)) {
        (_, true) => "annual_price_usd",
        (Some(_), false) => "price",
        (None, false) => "price_usd",
    }
}

fn with_amount(grant: &Grant, amount: &Ratio) -> Option<Grant> {
    let amount = Some(amount.clone()).filter(is_written)?;
    Some(match grant {
        Grant::ApiUsd { discount, .. } => Grant::ApiUsd { usd: Usd::from_ratio(&amount)?, discount: discount.clone() },
        Grant::Tokens { weights, .. } => {
            let count = u64::try_from(amount.to_i128()?).ok()?;
            Grant::Tokens { count: Tokens(count), weights: weights.clone() }
        }
        Grant::Credits(_) => Grant::Credits(amount),
        Grant::Requests(_) => Grant::Requests(amount),
        Grant::Hours(_) => Grant::Hours(amount),
    })
}

/// Whether a plan file could say it: at most twelve digits on either side of the point.
fn is_written(value: &Ratio) -> bool {
    let most = Ratio::from(10_i128.pow(12));
    value.abs() < most && (value * &most).to_i128().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    #[test]
    fn rounding_goes_to_the_safe_side_and_never_far() {
        for (value, places, up, near) in [
            ("1000/3", 2, true, "333.34"),
            ("1000/3", 2, false, "333.33"),
            ("50", 2, true, "50"),
            ("1/3000", 2, true, "0.0003334"),
            ("1/3000", 2, false, "0.0003333"),
            ("-1/3", 4, true, "-0.3333"),
            ("0", 2, false, "0"),
            ("1/9999999999999", 2, false, "0"),
        ] {
            assert_eq!(rounded(&ratio_of(value), places, up), ratio(near), "{value}");
        }
    }

    fn ratio_of(text: &str) -> Ratio {
        match text.split_once('/') {
            Some((over, "9999999999999")) => ratio(over) / Ratio::from(9_999_999_999_999_i128),
            _ => ratio(text),
        }
    }
}
