//! Another price: who stays, and what they leave; and the best price for one kind of user.
//!
//! Demand has a constant elasticity `e`: at the price `p'` for `p`, `n (p'/p)^-e` of `n` users remain. Heavy users
//! value a plan most and have the smaller elasticity, so a rise leaves fewer users of heavier use (`economics` 4.6).

use std::fmt;

use crate::economics::{Economics, Fees, Terms};
use crate::units::Ratio;

/// Users who use a plan alike and answer a price alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// How many there are at the present price.
    pub users: u64,
    /// Mean utilization of those of them who stay, 0 to 1.
    pub mean_utilization: Ratio,
    /// Percent of users lost when the price rises by a small percent; not negative.
    pub elasticity: Ratio,
}

/// Why a question about prices has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A price of zero or below.
    Price,
    /// Use is unlimited, so that a utilization says nothing.
    Unlimited,
    /// A mean utilization outside 0 to 1.
    Utilization,
    /// An elasticity below zero.
    Elasticity,
    /// More users, or more dollars, than a number can hold.
    TooLarge,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Price => "a price change needs prices above zero on both sides",
            Self::Unlimited => "use is unlimited, so that utilization has no meaning; give the plan a maximum",
            Self::Utilization => "a mean utilization is from 0 to 1",
            Self::Elasticity => "an elasticity is zero or more: users lost, in percent, for each percent of price",
            Self::TooLarge => "the change of price brings more users than can be counted; take a smaller one",
        })
    }
}

impl std::error::Error for Refused {}

/// All users of a plan, in a month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Book {
    /// How many; a share of a user is a probability.
    pub users: f64,
    /// Their mean utilization; `None` without users.
    pub mean_utilization: Option<f64>,
    /// What they pay without tax.
    pub revenue_usd: f64,
    /// What the vendor keeps of it after fees, fixed cost and serving.
    pub profit_usd: f64,
    /// Profit over revenue; `None` without revenue.
    pub margin: Option<f64>,
}

/// A change of price.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PriceChange {
    /// At the present price.
    pub before: Book,
    /// At the new one.
    pub after: Book,
}

/// What another price for the same plan does. `economics` is that of `terms`; the price is of the same period and
/// currency.
///
/// # Errors
///
/// If a price is not above zero, use is unlimited, a group is not of this world, or the result is too large.
pub fn price_change(
    terms: &Terms,
    economics: &Economics,
    new_price: &Ratio,
    groups: &[Group],
) -> Result<PriceChange, Refused> {
    if !terms.price.is_positive() || !new_price.is_positive() {
        return Err(Refused::Price);
    }
    groups.iter().try_for_each(|group| check(&group.mean_utilization, &group.elasticity))?;
    let new_terms = Terms { price: new_price.clone(), ..terms.clone() };
    let after = Economics { revenue: new_terms.revenue(), ..economics.clone() };
    let dearer = (new_price / &terms.price).to_f64();
    let stayers = |group: &Group| counted(group.users) * libm::pow(dearer, -group.elasticity.to_f64());
    Ok(PriceChange {
        before: book(economics, groups, |group| counted(group.users))?,
        after: book(&after, groups, stayers)?,
    })
}

fn check(mean_utilization: &Ratio, elasticity: &Ratio) -> Result<(), Refused> {
    match () {
        () if mean_utilization.is_negative() || *mean_utilization > Ratio::one() => Err(Refused::Utilization),
        () if elasticity.is_negative() => Err(Refused::Elasticity),
        () => Ok(()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "users in the quadrillions do not need the last digit")]
fn counted(users: u64) -> f64 {
    users as f64
}

fn book(economics: &Economics, groups: &[Group], users: impl Fn(&Group) -> f64) -> Result<Book, Refused> {
    let (mut total, mut use_sum, mut revenue_usd, mut profit_usd) = (0.0, 0.0, 0.0, 0.0);
    for group in groups {
        let users = users(group);
        let each = economics.at(&group.mean_utilization).ok_or(Refused::Unlimited)?;
        total += users;
        use_sum += users * group.mean_utilization.to_f64();
        revenue_usd += users * each.revenue_usd.to_f64();
        profit_usd += users * each.profit_usd.to_f64();
    }
    if ![total, use_sum, revenue_usd, profit_usd].iter().all(|sum| sum.is_finite()) {
        return Err(Refused::TooLarge);
    }
    Ok(Book {
        users: total,
        mean_utilization: (total > 0.0).then(|| use_sum / total),
        revenue_usd,
        profit_usd,
        margin: (revenue_usd > 0.0).then(|| profit_usd / revenue_usd),
    })
}

/// The price at which one kind of user leaves the most profit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BestPrice {
    /// This one, of the period and in the currency of the plan.
    At(Ratio),
    /// None: at an elasticity of 1 or less each higher price earns more than the one before.
    Unbounded,
    /// None: a user costs nothing besides a share of the price, so that each lower price earns more.
    EverLower,
    /// None: fees take the whole price, whatever it is.
    NeverPays,
}

/// The price `p` that is best for users of one mean utilization and elasticity `e`.
///
/// A user at the price `p` leaves `k p - b`, where `k` is what is kept of each unit of the price and `b` the cost that
/// does not depend on it: fixed fees, fixed cost and serving. `p^-e (k p - b)` is greatest at `e / (e - 1) x b / k`.
/// The elasticity is taken to hold at all prices, so a best price far from the present one is a direction only.
///
/// # Errors
///
/// If use is unlimited, the utilization is outside 0 to 1, or the elasticity is negative.
pub fn best_price(
    terms: &Terms,
    economics: &Economics,
    mean_utilization: &Ratio,
    elasticity: &Ratio,
) -> Result<BestPrice, Refused> {
    check(mean_utilization, elasticity)?;
    let serving = economics.serving_usd_at_full().ok_or(Refused::Unlimited)? * mean_utilization;
    let months = Ratio::from(u64::from(terms.period_months));
    let gross = &terms.usd_per_unit / &months;
    let revenue = &gross / (Ratio::one() + &terms.vat_share);
    let (fees, fixed_fees) = match &terms.fees {
        Fees::Store { share } => (share * &revenue, Ratio::zero()),
        Fees::Processor { share, fixed_usd } => {
            (share * &gross, fixed_usd / (Ratio::from(u64::from(terms.seats)) * months))
        }
    };
    let kept = revenue - fees;
    let cost = fixed_fees + &economics.fixed_cost_usd + serving;
    let one = Ratio::one();
    Ok(match () {
        () if !kept.is_positive() => BestPrice::NeverPays,
        () if *elasticity <= one => BestPrice::Unbounded,
        () if !cost.is_positive() => BestPrice::EverLower,
        () => BestPrice::At(elasticity / (elasticity - &one) * cost / kept),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    fn max_5x() -> (Terms, Economics) {
        let terms = Terms::monthly(ratio("100"));
        let economics = Economics {
            revenue: terms.revenue(),
            fixed_cost_usd: Ratio::zero(),
            serving_share: ratio("0.25"),
            max_api_usd: Some(ratio("2000")),
            overage: None,
        };
        (terms, economics)
    }

    fn group(users: u64, mean_utilization: &str, elasticity: &str) -> Group {
        Group { users, mean_utilization: ratio(mean_utilization), elasticity: ratio(elasticity) }
    }

    fn near(got: f64, want: f64, within: f64) {
        assert!((got - want).abs() <= within, "got {got}, want {want}");
    }

    #[test]
    fn a_rise_of_a_quarter_leaves_fewer_and_heavier_users() {
        // The worked figures of `economics` 4.6: users -28 %, mean use 10.1 -> 11.6 %, margin 49.5 -> 53.5 %,
        // profit -2.7 %. Before, by hand: (70 x 3 + 25 x 18 + 5 x 70) / 100 = 10.1 %; 100 - 500 x 10.1 % = 49.50 each.
        let (terms, economics) = max_5x();
        let groups = [group(70_000, "0.03", "1.8"), group(25_000, "0.18", "0.9"), group(5_000, "0.7", "0.3")];
        let change = price_change(&terms, &economics, &ratio("125"), &groups).expect("an answer");
        near(change.before.mean_utilization.expect("users"), 0.101, 1e-12);
        near(change.before.profit_usd, 4_950_000.0, 1e-6);
        near(change.after.users / change.before.users - 1.0, -0.28, 0.005);
        near(change.after.mean_utilization.expect("users"), 0.116, 0.0005);
        near(change.after.margin.expect("revenue"), 0.535, 0.0005);
        near(change.after.profit_usd / change.before.profit_usd - 1.0, -0.027, 0.0005);
    }

    #[test]
    fn twice_the_price_keeps_a_quarter_at_an_elasticity_of_two() {
        // e = 2: 1000 x 2^-2 = 250 users at 200 - 500 x 0.1 = 150 each.
        let (terms, economics) = max_5x();
        let change = price_change(&terms, &economics, &ratio("200"), &[group(1_000, "0.1", "2")]).expect("an answer");
        near(change.after.users, 250.0, 1e-9);
        near(change.after.profit_usd, 37_500.0, 1e-6);
    }

    #[test]
    fn the_best_price_marks_up_the_cost_by_the_elasticity() {
        // 2.4 / 1.4 x (0.3 + 500 x 0.1) / (1 - 0.029)
        let (mut terms, economics) = max_5x();
        terms.fees = Fees::Processor { share: ratio("0.029"), fixed_usd: ratio("0.3") };
        let best = best_price(&terms, &economics, &ratio("0.1"), &ratio("2.4"));
        assert_eq!(best, Ok(BestPrice::At(ratio("2.4") / ratio("1.4") * ratio("50.3") / ratio("0.971"))));
    }

    #[test]
    fn prices_around_the_best_one_earn_less() {
        let (mut terms, economics) = max_5x();
        terms.period_months = 12;
        terms.seats = 3;
        terms.vat_share = ratio("0.2");
        terms.fees = Fees::Processor { share: ratio("0.029"), fixed_usd: ratio("0.3") };
        let Ok(BestPrice::At(price)) = best_price(&terms, &economics, &ratio("0.1"), &ratio("3")) else {
            panic!("bounded")
        };
        terms.price = price.clone();
        let economics = Economics { revenue: terms.revenue(), ..economics };
        for factor in ["0.98", "1.02"] {
            let new_price = &price * ratio(factor);
            let change = price_change(&terms, &economics, &new_price, &[group(1_000, "0.1", "3")]).expect("an answer");
            assert!(change.after.profit_usd < change.before.profit_usd, "{change:?}");
        }
    }

    #[test]
    fn an_inelastic_demand_has_no_best_price() {
        let (terms, economics) = max_5x();
        let best = |e: &str, economics: &Economics| best_price(&terms, economics, &ratio("0.1"), &ratio(e));
        assert_eq!(best("0.8", &economics), Ok(BestPrice::Unbounded));
        assert_eq!(best("1", &economics), Ok(BestPrice::Unbounded));
        let free = Economics { serving_share: Ratio::zero(), ..economics.clone() };
        assert_eq!(best("2", &free), Ok(BestPrice::EverLower));
        let store = Terms { fees: Fees::Store { share: Ratio::one() }, ..terms.clone() };
        assert_eq!(best_price(&store, &economics, &ratio("0.1"), &ratio("2")), Ok(BestPrice::NeverPays));
    }

    #[test]
    fn what_has_no_answer_is_refused_with_its_reason() {
        let (terms, economics) = max_5x();
        let ask = |price: &str, of: Group, economics: &Economics| {
            price_change(&terms, economics, &ratio(price), &[of]).expect_err("refused")
        };
        assert_eq!(ask("0", group(1, "0.1", "1"), &economics), Refused::Price);
        assert_eq!(ask("1", group(1, "1.1", "1"), &economics), Refused::Utilization);
        assert_eq!(ask("1", group(1, "0.1", "-1"), &economics), Refused::Elasticity);
        // 100^200 users.
        assert_eq!(ask("1", group(1, "0.1", "200"), &economics), Refused::TooLarge);
        let unlimited = Economics { max_api_usd: None, ..economics };
        assert_eq!(ask("1", group(1, "0.1", "1"), &unlimited), Refused::Unlimited);
    }
}
