//! What one plan earns and costs per seat and month: revenue, fees, margin, break-evens.
//!
//! `N` is revenue after fees, `F` the fixed cost, `M` the maximum at API list prices, `c` the serving cost of a
//! dollar at list, `u` the utilization. Everything follows from `profit(u) = N - F - c M u`. The denominator of
//! every margin is revenue before fees and after tax, so that without fees the published form
//! `(price - u M c) / price` results.

use crate::units::Ratio;

/// What serving a dollar at API list prices costs at an API gross margin: `1 - margin`; `None` for a margin above 1,
/// at which serving would pay.
#[must_use]
pub fn serving_share(api_gross_margin: &Ratio) -> Option<Ratio> {
    let share = Ratio::one() - api_gross_margin;
    (!share.is_negative()).then_some(share)
}

/// Cost of taking the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fees {
    /// A payment processor: a share of each charge, tax included, and dollars a charge.
    Processor {
        /// Share of the charge.
        share: Ratio,
        /// Dollars a charge; one charge covers all seats and months of a period.
        fixed_usd: Ratio,
    },
    /// An app store: a share of the revenue without tax.
    Store {
        /// Share of the revenue.
        share: Ratio,
    },
}

impl Default for Fees {
    fn default() -> Self {
        Self::Processor { share: Ratio::zero(), fixed_usd: Ratio::zero() }
    }
}

/// What a seat is sold for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Price of a period and seat in its currency; not negative.
    pub price: Ratio,
    /// Dollars that a unit of the currency is worth.
    pub usd_per_unit: Ratio,
    /// Months of a period, at least one.
    pub period_months: u32,
    /// Seats in a charge, at least one.
    pub seats: u32,
    /// Tax inside the price, as a share of the price without it.
    pub vat_share: Ratio,
    /// Cost of taking the money.
    pub fees: Fees,
    /// Dollars a month that a subscriber costs besides serving.
    pub fixed_cost_usd: Ratio,
}

impl Terms {
    /// A price in dollars a month and nothing else.
    #[must_use]
    pub fn monthly(price_usd: Ratio) -> Self {
        Self {
            price: price_usd,
            usd_per_unit: Ratio::one(),
            period_months: 1,
            seats: 1,
            vat_share: Ratio::zero(),
            fees: Fees::default(),
            fixed_cost_usd: Ratio::zero(),
        }
    }

    /// What comes in, in dollars per seat and month. A price of zero is never charged and bears no fees.
    #[must_use]
    pub fn revenue(&self) -> Revenue {
        let months = Ratio::from(u64::from(self.period_months));
        let gross = &self.price * &self.usd_per_unit / &months;
        let revenue = &gross / (Ratio::one() + &self.vat_share);
        let fees = match &self.fees {
            _ if gross.is_zero() => Ratio::zero(),
            Fees::Store { share } => share * &revenue,
            Fees::Processor { share, fixed_usd } => {
                share * &gross + fixed_usd / (Ratio::from(u64::from(self.seats)) * months)
            }
        };
        Revenue { net_usd: &revenue - &fees, gross_usd: gross, revenue_usd: revenue, fees_usd: fees }
    }
}

/// What comes in per seat and month, in dollars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revenue {
    /// What the buyer pays, tax included.
    pub gross_usd: Ratio,
    /// The same without tax: `R`.
    pub revenue_usd: Ratio,
    /// Cost of taking the money.
    pub fees_usd: Ratio,
    /// Revenue after fees: `N`.
    pub net_usd: Ratio,
}

/// Everything that decides what a seat earns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Economics {
    /// What comes in.
    pub revenue: Revenue,
    /// Dollars a month besides serving: `F`.
    pub fixed_cost_usd: Ratio,
    /// Cost of serving a dollar at API list prices, not negative: `c`.
    pub serving_share: Ratio,
    /// The month's maximum at list prices, in dollars: `M`; `None`: unlimited.
    pub max_api_usd: Option<Ratio>,
    /// What use above the maximum pays, as a multiple of list price; `None`: it is not served.
    pub overage: Option<Overage>,
}

/// What use above the maximum pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overage {
    /// Multiple of list price.
    pub of_list_price: Ratio,
    /// Share of it that goes in fees.
    pub fee_share: Ratio,
}

/// Where something starts to lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BreakEven {
    /// It loses without any use.
    Never,
    /// It never loses by use: serving or the allowance is nothing.
    Always,
    /// It loses above so much use.
    Finite {
        /// Use in dollars at list prices: `D*`.
        usd: Ratio,
        /// As a share of the maximum, not clamped: `u*`; `None` if the maximum is unlimited.
        utilization: Option<Ratio>,
    },
}

impl BreakEven {
    /// The word for it in documents.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Always => "always",
            Self::Finite { .. } => "finite",
        }
    }

    /// The utilization, where there is one.
    #[must_use]
    pub const fn utilization(&self) -> Option<&Ratio> {
        match self {
            Self::Finite { utilization, .. } => utilization.as_ref(),
            Self::Never | Self::Always => None,
        }
    }
}

/// What the buyer compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buyer {
    /// Tax is paid on API use as on the plan, so that both sides are compared without it.
    pub api_taxed: bool,
    /// What the buyer pays below list, less than 1.
    pub api_discount: Ratio,
}

impl Default for Buyer {
    fn default() -> Self {
        Self { api_taxed: true, api_discount: Ratio::zero() }
    }
}

/// Profit and revenue at one utilization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Share of the maximum, as asked.
    pub utilization: Ratio,
    /// Share that is served: the same, or 1 where more is asked and no overage is sold.
    pub served: Ratio,
    /// Dollars per seat and month.
    pub profit_usd: Ratio,
    /// Dollars per seat and month, overage included.
    pub revenue_usd: Ratio,
    /// Profit over revenue; `None` without revenue.
    pub margin: Option<Ratio>,
}

impl Economics {
    /// What is left before serving: `N - F`.
    #[must_use]
    pub fn room_usd(&self) -> Ratio {
        &self.revenue.net_usd - &self.fixed_cost_usd
    }

    /// What full use costs to serve: `K = c M`; `None` if use is unlimited.
    #[must_use]
    pub fn serving_usd_at_full(&self) -> Option<Ratio> {
        Some(&self.serving_share * self.max_api_usd.as_ref()?)
    }

    /// The utilization above which the vendor loses money: `(N - F) / (c M)`, never clamped.
    #[must_use]
    pub fn break_even(&self) -> BreakEven {
        let room = self.room_usd();
        let nothing_granted = self.max_api_usd.as_ref().is_some_and(Ratio::is_zero);
        if room.is_negative() {
            return BreakEven::Never;
        }
        match room.checked_div(&self.serving_share) {
            Some(usd) if !nothing_granted => {
                BreakEven::Finite { utilization: self.max_api_usd.as_ref().map(|max| &usd / max), usd }
            }
            _ => BreakEven::Always,
        }
    }

    /// The use, in dollars at list prices, above which the plan is cheaper than the API.
    #[must_use]
    pub fn buyer_break_even_usd(&self, buyer: &Buyer) -> Ratio {
        let paid = if buyer.api_taxed { &self.revenue.revenue_usd } else { &self.revenue.gross_usd };
        paid / (Ratio::one() - &buyer.api_discount)
    }

    /// The same as a share of the maximum; `None` if that is unlimited or nothing.
    #[must_use]
    pub fn buyer_break_even(&self, buyer: &Buyer) -> Option<Ratio> {
        self.buyer_break_even_usd(buyer).checked_div(self.max_api_usd.as_ref()?)
    }

    /// The utilizations at which the plan is cheaper than the API and the vendor covers its cost; at most full use.
    #[must_use]
    pub fn win_win(&self, buyer: &Buyer) -> Option<(Ratio, Ratio)> {
        let from = self.buyer_break_even(buyer)?;
        let to = match self.break_even() {
            BreakEven::Never => return None,
            BreakEven::Always => Ratio::one(),
            BreakEven::Finite { utilization, .. } => utilization?.min(Ratio::one()),
        };
        (from < to).then_some((from, to))
    }

    /// The same in dollars at list prices, at most full use; the end is `None` where use has no limit and costs nothing.
    #[must_use]
    pub fn win_win_usd_within(&self, buyer: &Buyer) -> Option<(Ratio, Option<Ratio>)> {
        let from = self.buyer_break_even_usd(buyer);
        let max = self.max_api_usd.clone();
        let to = match self.break_even() {
            BreakEven::Never => return None,
            BreakEven::Always => max,
            BreakEven::Finite { usd, .. } => Some(max.map_or(usd.clone(), |max| max.min(usd))),
        };
        to.as_ref().is_none_or(|to| *to > from).then_some((from, to))
    }

    /// The same; defined for unlimited plans too, and not cut at the maximum.
    #[must_use]
    pub fn win_win_usd(&self, buyer: &Buyer) -> Option<(Ratio, Ratio)> {
        let from = self.buyer_break_even_usd(buyer);
        match self.break_even() {
            BreakEven::Finite { usd, .. } if from < usd => Some((from, usd)),
            _ => None,
        }
    }

    /// API dollars that a dollar of revenue can buy: `M / R`; `None` if either is missing.
    #[must_use]
    pub fn multiple(&self) -> Option<Ratio> {
        self.max_api_usd.as_ref()?.checked_div(&self.revenue.revenue_usd)
    }

    /// The API gross margin at which a subscriber at full use breaks even: `1 - (N - F) / M`.
    #[must_use]
    pub fn margin_floor(&self) -> Option<Ratio> {
        Some(Ratio::one() - self.room_usd().checked_div(self.max_api_usd.as_ref()?)?)
    }

    /// Profit, revenue and margin at a utilization of at least zero; `None` if use is unlimited.
    ///
    /// Use above 1 is paid as overage where that is sold; otherwise it is not served.
    #[must_use]
    pub fn at(&self, utilization: &Ratio) -> Option<Outcome> {
        let max = self.max_api_usd.as_ref()?;
        let one = Ratio::one();
        let above = if *utilization > one { utilization - &one } else { Ratio::zero() };
        let (served, paid, kept) = match &self.overage {
            Some(overage) => {
                let paid = &overage.of_list_price * &above * max;
                let kept = &paid * (&one - &overage.fee_share);
                (utilization.clone(), paid, kept)
            }
            None => (utilization - &above, Ratio::zero(), Ratio::zero()),
        };
        let profit = self.room_usd() + kept - &self.serving_share * max * &served;
        let revenue = &self.revenue.revenue_usd + paid;
        Some(Outcome {
            utilization: utilization.clone(),
            margin: profit.checked_div(&revenue),
            served,
            profit_usd: profit,
            revenue_usd: revenue,
        })
    }

    /// The utilization above 1 from which overage has paid for the loss at full use; `None` if it never does, or
    /// there is no loss to pay for.
    #[must_use]
    pub fn second_break_even(&self) -> Option<Ratio> {
        let overage = self.overage.as_ref()?;
        let max = self.max_api_usd.as_ref()?;
        let loss = self.serving_usd_at_full()? - self.room_usd();
        let earned = &overage.of_list_price * (Ratio::one() - &overage.fee_share) - &self.serving_share;
        if !loss.is_positive() || !earned.is_positive() {
            return None;
        }
        Some(Ratio::one() + loss.checked_div(&(earned * max))?)
    }

    /// The same use by subscription and by API: what each side gains by the one over the other.
    #[must_use]
    pub fn against_api(&self, use_usd: &Ratio) -> AgainstApi {
        let served = self.max_api_usd.as_ref().map_or_else(|| use_usd.clone(), |max| use_usd.min(max).clone());
        let serving = &self.serving_share * &served;
        AgainstApi {
            by_subscription_usd: self.room_usd() - &serving,
            by_api_usd: &served - serving,
            buyer_saves_usd: &served - &self.revenue.revenue_usd,
            served_usd: served,
        }
    }

    /// What a subscriber of a mean utilization is worth over time; `None` if use is unlimited.
    #[must_use]
    pub fn unit(&self, subscriber: &Subscriber) -> Option<UnitEconomics> {
        let profit = self.at(&subscriber.mean_utilization)?.profit_usd;
        let contribution = profit - &subscriber.support_usd_per_month;
        let fade = &subscriber.churn_per_month + &subscriber.discount_per_month;
        let ltv = (&contribution * (Ratio::one() + &subscriber.discount_per_month)).checked_div(&fade);
        let cac = subscriber.acquisition_usd.as_ref();
        Some(UnitEconomics {
            contribution_margin: contribution.checked_div(&self.revenue.revenue_usd),
            payback_months: cac
                .filter(|cac| cac.is_zero() || contribution.is_positive())
                .map(|cac| if cac.is_zero() { Ratio::zero() } else { cac / &contribution }),
            lifetime_months: Ratio::one().checked_div(&subscriber.churn_per_month),
            ltv_over_acquisition: cac.and_then(|cac| ltv.as_ref()?.checked_div(cac)),
            ltv_usd: ltv,
            contribution_usd: contribution,
        })
    }
}

/// The same use sold both ways, in dollars a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgainstApi {
    /// The use that the plan serves, at list prices.
    pub served_usd: Ratio,
    /// What the vendor earns by subscription.
    pub by_subscription_usd: Ratio,
    /// What the vendor would earn by API.
    pub by_api_usd: Ratio,
    /// What the buyer saves by the plan; negative: pays more.
    pub buyer_saves_usd: Ratio,
}

/// A typical subscriber over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    /// Mean utilization.
    pub mean_utilization: Ratio,
    /// Dollars a month of support.
    pub support_usd_per_month: Ratio,
    /// Share that leaves each month.
    pub churn_per_month: Ratio,
    /// Discount rate of a month.
    pub discount_per_month: Ratio,
    /// Dollars spent to win one, where known.
    pub acquisition_usd: Option<Ratio>,
}

/// What a subscriber is worth over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitEconomics {
    /// Dollars a month after serving, fees, fixed cost and support.
    pub contribution_usd: Ratio,
    /// The same over revenue; `None` without revenue.
    pub contribution_margin: Option<Ratio>,
    /// Months until the cost of winning is earned back; `None` if it never is, or is not known.
    pub payback_months: Option<Ratio>,
    /// Mean months until one leaves; `None` if none ever does.
    pub lifetime_months: Option<Ratio>,
    /// Present value of all contributions, the first paid at once; `None` if it has no bound.
    pub ltv_usd: Option<Ratio>,
    /// The same over the cost of winning.
    pub ltv_over_acquisition: Option<Ratio>,
}

/// Plans sold together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Portfolio {
    /// Dollars a month.
    pub profit_usd: Ratio,
    /// Dollars a month.
    pub revenue_usd: Ratio,
}

impl Portfolio {
    /// Adds so many subscribers of an outcome.
    pub fn add(&mut self, outcome: &Outcome, subscribers: u64) {
        let subscribers = Ratio::from(subscribers);
        self.profit_usd += &(&outcome.profit_usd * &subscribers);
        self.revenue_usd += &(&outcome.revenue_usd * &subscribers);
    }

    /// The revenue-weighted margin; `None` without revenue. The mean of margins would not be one.
    #[must_use]
    pub fn margin(&self) -> Option<Ratio> {
        self.profit_usd.checked_div(&self.revenue_usd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    fn plan(price: &str, max: Option<&str>, api_margin: &str) -> Economics {
        Economics {
            revenue: Terms::monthly(ratio(price)).revenue(),
            fixed_cost_usd: Ratio::zero(),
            serving_share: Ratio::one() - ratio(api_margin),
            max_api_usd: max.map(ratio),
            overage: None,
        }
    }

    fn margin(plan: &Economics, utilization: &str) -> Ratio {
        plan.at(&ratio(utilization)).and_then(|outcome| outcome.margin).expect("a price and a maximum")
    }

    #[test]
    fn break_even_is_the_price_over_the_cost_of_full_use() {
        // 200 / (14,000 x 0.25) = 200 / 3,500 = 2/35
        let pro = plan("200", Some("14000"), "0.75");
        assert_eq!(pro.break_even().utilization(), Some(&ratio("2/35")));
        assert_eq!(margin(&pro, "1"), ratio("-16.5"));
        assert_eq!(pro.multiple(), Some(Ratio::from(70)));
        assert_eq!(pro.margin_floor(), Some(ratio("69/70")));
    }

    #[test]
    fn break_even_above_full_use_is_not_clamped() {
        // 100 / (150 x 0.25) = 2.666...
        let plan = plan("100", Some("150"), "0.75");
        assert_eq!(plan.break_even().utilization(), Some(&ratio("8/3")));
        assert_eq!(plan.win_win(&Buyer::default()), Some((ratio("2/3"), Ratio::one())));
    }

    #[test]
    fn a_plan_that_loses_without_use_never_breaks_even() {
        let mut tiny = plan("0.25", Some("5"), "0.75");
        // 0.25 x 2.9 % + 0.30 = 0.30725 of fees on a quarter
        tiny.revenue = Terms {
            fees: Fees::Processor { share: ratio("0.029"), fixed_usd: ratio("0.3") },
            ..Terms::monthly(ratio("0.25"))
        }
        .revenue();
        assert_eq!(tiny.revenue.net_usd, ratio("-0.05725"));
        assert_eq!(tiny.break_even(), BreakEven::Never);
        assert_eq!(tiny.win_win(&Buyer::default()), None);
    }

    #[test]
    fn free_serving_or_an_empty_grant_always_earns() {
        assert_eq!(plan("20", Some("400"), "1").break_even(), BreakEven::Always);
        assert_eq!(plan("20", Some("0"), "0.75").break_even(), BreakEven::Always);
        assert_eq!(plan("20", Some("0"), "0.75").buyer_break_even(&Buyer::default()), None);
    }

    #[test]
    fn an_unlimited_plan_breaks_even_in_dollars_only() {
        let plan = plan("30", None, "0.75");
        assert_eq!(plan.break_even(), BreakEven::Finite { usd: Ratio::from(120), utilization: None });
        assert_eq!(plan.win_win_usd(&Buyer::default()), Some((Ratio::from(30), Ratio::from(120))));
        assert_eq!(plan.at(&Ratio::one()), None);
    }

    #[test]
    fn a_free_plan_has_no_margin_and_no_multiple() {
        let free = plan("0", Some("15"), "0.75");
        assert_eq!(free.at(&Ratio::one()).map(|o| (o.margin, o.profit_usd)), Some((None, ratio("-3.75"))));
        assert_eq!(free.multiple(), None);
        assert_eq!(free.break_even().utilization(), Some(&Ratio::zero()));
    }

    #[test]
    fn one_charge_covers_all_seats_and_months() {
        // $200 a year: 16.666... a month; 2.9 % of that and 30 cents over twelve months.
        let year = Terms {
            period_months: 12,
            fees: Fees::Processor { share: ratio("0.029"), fixed_usd: ratio("0.3") },
            ..Terms::monthly(Ratio::from(200))
        };
        assert_eq!(year.revenue().net_usd, ratio("50/3") * ratio("0.971") - ratio("0.025"));
        // 25 seats of $100: 2.90 and 1.2 cents each.
        let seats = Terms { period_months: 1, seats: 25, price: Ratio::from(100), ..year };
        assert_eq!(seats.revenue().fees_usd, ratio("2.912"));
    }

    #[test]
    fn tax_is_taken_out_of_revenue_and_fees_are_paid_on_it() {
        // 18 EUR at 1.08 with 20 % inside: 19.44 gross, 16.20 revenue; 1.4 % of 19.44 + 0.25
        let terms = Terms {
            usd_per_unit: ratio("1.08"),
            vat_share: ratio("0.2"),
            fees: Fees::Processor { share: ratio("0.014"), fixed_usd: ratio("0.25") },
            ..Terms::monthly(Ratio::from(18))
        };
        assert_eq!(terms.revenue().revenue_usd, ratio("16.2"));
        assert_eq!(terms.revenue().fees_usd, ratio("0.52216"));
    }

    #[test]
    fn use_past_the_limit_is_cut_where_no_overage_is_sold() {
        let pro = plan("200", Some("14000"), "0.75");
        let outcome = pro.at(&ratio("1.5")).expect("bounded");
        assert_eq!((outcome.served, outcome.profit_usd), (Ratio::one(), Ratio::from(-3_300)));
    }

    #[test]
    fn overage_at_list_price_repairs_the_heaviest_users() {
        let mut pro = plan("200", Some("14000"), "0.75");
        pro.overage = Some(Overage { of_list_price: Ratio::one(), fee_share: Ratio::zero() });
        // Loss at full use 3,300; each further dollar of list price earns 0.75: 1 + 3300 / (0.75 x 14000)
        assert_eq!(pro.second_break_even(), Some(ratio("1") + ratio("3300") / ratio("10500")));
        let at = pro.second_break_even().expect("overage above cost");
        assert_eq!(pro.at(&at).expect("bounded").profit_usd, Ratio::zero());
    }

    #[test]
    fn against_the_api_the_plan_is_a_transfer() {
        // $90 of use on $100: 100 - 22.50 by subscription, 67.50 by API; the vendor gains the 10 the buyer loses.
        let sides = plan("100", Some("2000"), "0.75").against_api(&Ratio::from(90));
        assert_eq!(sides.by_subscription_usd, ratio("77.5"));
        assert_eq!(sides.by_api_usd, ratio("67.5"));
        assert_eq!(sides.buyer_saves_usd, Ratio::from(-10));
    }

    #[test]
    fn a_subscriber_is_worth_the_discounted_contributions() {
        let subscriber = Subscriber {
            mean_utilization: ratio("0.08"),
            support_usd_per_month: ratio("1.5"),
            churn_per_month: ratio("0.045"),
            discount_per_month: ratio("0.008"),
            acquisition_usd: Some(Ratio::from(140)),
        };
        // 100 - 0.08 x 500 - 1.50 = 58.50; 140 / 58.50; 58.50 x 1.008 / 0.053
        let unit = plan("100", Some("2000"), "0.75").unit(&subscriber).expect("bounded");
        assert_eq!(unit.contribution_usd, ratio("58.5"));
        assert_eq!(unit.payback_months, Some(ratio("140") / ratio("58.5")));
        assert_eq!(unit.ltv_usd, Some(ratio("58.5") * ratio("1.008") / ratio("0.053")));
    }

    #[test]
    fn the_published_heat_map_comes_out_in_every_cell() {
        let points = ["1%", "5%", "2/35", "10%", "4/35", "15%", "20%", "25%", "50%", "100%"];
        let published = [
            ("20", "400", [95, 75, 71, 50, 43, 25, 0, -25, -150, -400]),
            ("100", "2000", [95, 75, 71, 50, 43, 25, 0, -25, -150, -400]),
            ("200", "8000", [90, 50, 43, 0, -14, -50, -100, -150, -400, -900]),
            ("20", "700", [91, 56, 50, 12, 0, -31, -75, -119, -338, -775]),
            ("100", "3500", [91, 56, 50, 12, 0, -31, -75, -119, -338, -775]),
            ("200", "14000", [82, 12, 0, -75, -100, -162, -250, -338, -775, -1650]),
        ];
        for (price, max, percents) in published {
            let tier = plan(price, Some(max), "0.75");
            let shown = points.map(|u| (margin(&tier, u) * Ratio::from(100)).to_decimal(0));
            assert_eq!(shown, percents.map(|p| p.to_string()), "{price} {max}");
        }
    }
}
