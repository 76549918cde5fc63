//! The tree of each figure, and the figure by itself.

use std::sync::Arc;

use super::{Case, Formula, Input, Node, Origin, Remark, input};
use crate::allowance::{Activity, Ceiling, Grant, Limit, Maximum, Program, Schedule, Window, windows_per_month};
use crate::analysis::{Answer, MaxApi, ServingSource};
use crate::economics::{BreakEven, Buyer, Fees, Subscriber};
use crate::plan::{Allowance, Billing, MixRule, OverageRate};
use crate::rates::{DatedRates, Lookup, TokenClass, prompt_tokens};
use crate::report::Unit;
use crate::units::{Ratio, Tokens};
use crate::workload::{Work, Workload};

/// The keys of all figures, in the order of documents; of two forms, with `[U]` behind them.
pub const MAIN_FIGURES: &[(&str, Unit)] = &[
    ("price_usd_per_month", Unit::Usd),
    ("max_api_usd_per_month", Unit::Usd),
    ("multiple", Unit::Multiple),
    ("break_even", Unit::Share),
    ("buyer_break_even", Unit::Share),
    ("serving_usd_at_full", Unit::Usd),
    ("margin_at_full", Unit::Margin),
    ("profit_at_full_usd", Unit::Usd),
    ("max_api_low_usd_per_month", Unit::Usd),
    ("max_api_high_usd_per_month", Unit::Usd),
    ("worst_case_usd_per_month", Unit::Usd),
    ("break_even_usd", Unit::Usd),
    ("win_win_from", Unit::Share),
    ("win_win_to", Unit::Share),
    ("second_break_even", Unit::Share),
    ("margin_floor", Unit::Share),
    ("net_usd_per_month", Unit::Usd),
    ("serving_share", Unit::Number),
    ("contribution_usd_per_month", Unit::Usd),
    ("payback_months", Unit::Number),
    ("lifetime_months", Unit::Number),
    ("ltv_usd", Unit::Usd),
    ("ltv_over_cac", Unit::Multiple),
    ("margin_at", Unit::Margin),
    ("profit_at", Unit::Usd),
];

/// Which figure of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// One of [`MAIN_FIGURES`].
    pub key: &'static str,
    /// What it is.
    pub unit: Unit,
    /// The utilization of `margin_at[U]` and `profit_at[U]`.
    pub utilization: Option<Ratio>,
}

impl Address {
    /// The figure of a key; `margin_at` and `profit_at` take a utilization, the others none.
    #[must_use]
    pub fn new(key: &str, utilization: Option<Ratio>) -> Option<Self> {
        let (key, unit) = *MAIN_FIGURES.iter().find(|(known, _)| *known == key)?;
        (key.ends_with("_at") == utilization.is_some()).then_some(Self { key, unit, utilization })
    }
}

/// The figure itself, by the engine; `None` where it does not exist.
#[must_use]
pub fn figure(answer: &Answer<'_>, address: &Address, subscriber: Option<&Subscriber>) -> Option<Ratio> {
    let economics = || answer.economics.as_ref();
    let finite = |max: &MaxApi| match max {
        MaxApi::Finite(ceiling) => Some(ceiling.usd.clone()),
        MaxApi::Unlimited | MaxApi::Unknown => None,
    };
    let unit = || economics()?.unit(subscriber?);
    let buyer = Buyer::default();
    match address.key {
        "price_usd_per_month" => Some(answer.revenue.as_ref()?.gross_usd.clone()),
        "max_api_usd_per_month" => finite(&answer.max_api),
        "multiple" => economics()?.multiple(),
        "break_even" => economics()?.break_even().utilization().cloned(),
        "buyer_break_even" => economics()?.buyer_break_even(&buyer),
        "serving_usd_at_full" => economics()?.serving_usd_at_full(),
        "margin_at_full" => economics()?.at(&Ratio::one())?.margin,
        "profit_at_full_usd" => Some(economics()?.at(&Ratio::one())?.profit_usd),
        "max_api_low_usd_per_month" => Some(answer.max_api_range_usd.as_ref()?.0.clone()),
        "max_api_high_usd_per_month" => Some(answer.max_api_range_usd.as_ref()?.1.clone()),
        "worst_case_usd_per_month" => finite(&answer.worst_case),
        "break_even_usd" => match economics()?.break_even() {
            BreakEven::Finite { usd, .. } => Some(usd),
            BreakEven::Never | BreakEven::Always => None,
        },
        "win_win_from" => Some(economics()?.win_win(&buyer)?.0),
        "win_win_to" => Some(economics()?.win_win(&buyer)?.1),
        "second_break_even" => economics()?.second_break_even(),
        "margin_floor" => economics()?.margin_floor(),
        "net_usd_per_month" => Some(answer.revenue.as_ref()?.net_usd.clone()),
        "serving_share" => Some(answer.serving_share.clone()),
        "contribution_usd_per_month" => Some(unit()?.contribution_usd),
        "payback_months" => unit()?.payback_months,
        "lifetime_months" => unit()?.lifetime_months,
        "ltv_usd" => unit()?.ltv_usd,
        "ltv_over_cac" => unit()?.ltv_over_acquisition,
        "margin_at" => economics()?.at(address.utilization.as_ref()?)?.margin,
        "profit_at" => Some(economics()?.at(address.utilization.as_ref()?)?.profit_usd),
        _ => None,
    }
}

/// Which figures of a limit that has a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Figure,
    Low,
    High,
}

const USD_MONTH: &str = "USD / month";
const MTOK: &str = "USD / million tokens";

fn child(index: usize) -> Formula {
    Formula::Child(index)
}

fn product(parts: impl IntoIterator<Item = usize>) -> Formula {
    Formula::Product(parts.into_iter().map(Formula::Child).collect())
}

fn minus(a: Formula, b: Formula) -> Formula {
    Formula::Difference(Box::new(a), Box::new(b))
}

fn over(a: Formula, b: Formula) -> Formula {
    Formula::Quotient(Box::new(a), Box::new(b))
}

fn number(value: i32) -> Formula {
    Formula::Number(Ratio::from(value))
}

impl Node {
    fn derived(key: &str, unit: Unit, per: &str, formula: Formula, children: Vec<Self>) -> Option<Self> {
        let value = formula.value(&children)?;
        let (key, per) = (key.to_owned(), per.to_owned());
        Some(Self {
            label: key.clone(),
            key,
            value,
            unit,
            per,
            formula: Some(formula),
            origin: None,
            input: None,
            remarks: Vec::new(),
            children,
        })
    }

    fn leaf(key: &str, value: Ratio, unit: Unit, per: &str, origin: Option<Origin>, input: Option<Input>) -> Self {
        let (key, per) = (key.to_owned(), per.to_owned());
        let remarks = Vec::new();
        Self { label: key.clone(), key, value, unit, per, formula: None, origin, input, remarks, children: Vec::new() }
    }

    /// The line of a figure that does not exist; its value stands for nothing.
    #[must_use]
    pub fn absent(key: &str, unit: Unit) -> Self {
        Self::leaf(key, Ratio::zero(), unit, "", None, None)
    }

    fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    fn remark(mut self, words: impl Into<String>) -> Self {
        self.remarks.push(Remark::Words(words.into()));
        self
    }
}

/// The tree of a figure; `None` where the figure does not exist.
#[must_use]
pub fn tree(case: &Case<'_>, answer: &Answer<'_>, address: &Address) -> Option<Node> {
    Trees { case, answer }.root(address)
}

struct Trees<'a> {
    case: &'a Case<'a>,
    answer: &'a Answer<'a>,
}

impl Trees<'_> {
    fn root(&self, address: &Address) -> Option<Node> {
        let full = || Node::leaf("utilization", Ratio::one(), Unit::Share, "of the maximum", None, None);
        let asked = || {
            let value = address.utilization.clone()?;
            let origin = Origin::Asked("the address".to_owned());
            let per = "of the maximum";
            Some(Node::leaf("utilization", value, Unit::Share, per, Some(origin), Some(Input::Utilization)))
        };
        let node = |unit, per, formula, children| Node::derived(address.key, unit, per, formula, children);
        let named = |node: Node| Node { key: address.key.to_owned(), label: address.key.to_owned(), ..node };
        // The figure exists: what follows only says how.
        figure(self.answer, address, self.case.subscriber)?;
        match address.key {
            "price_usd_per_month" => self.gross().map(named),
            "max_api_usd_per_month" => self.max().map(named),
            "multiple" => node(Unit::Multiple, "", over(child(0), child(1)), vec![self.max()?, self.revenue()?]),
            "break_even" => self.break_even().map(named),
            "buyer_break_even" => self.buyer_break_even().map(named),
            "serving_usd_at_full" => node(Unit::Usd, USD_MONTH, product(0..2), vec![self.max()?, self.serving()?]),
            "margin_at_full" => self.margin(full()).map(named),
            "profit_at_full_usd" => self.profit(full()).map(named),
            "max_api_low_usd_per_month" => self.maximum(self.answer.mix, End::Low).map(named),
            "max_api_high_usd_per_month" => self.maximum(self.answer.mix, End::High).map(named),
            "worst_case_usd_per_month" => self.maximum(MixRule::WorstCase, End::Figure).map(named),
            "break_even_usd" => self.break_even_usd().map(named),
            "win_win_from" => self.buyer_break_even().map(named),
            "win_win_to" => match self.answer.economics.as_ref()?.break_even() {
                BreakEven::Always => {
                    Some(named(full()).remark("the vendor never loses by use: the zone ends at full use"))
                }
                _ => {
                    let least = Formula::Least(vec![child(0), number(1)]);
                    node(Unit::Share, "of the maximum", least, vec![self.break_even()?])
                }
            },
            "second_break_even" => {
                let children = vec![self.max()?, self.serving()?, self.room()?, self.overage()?, self.fee_share()];
                let kept = Formula::Product(vec![child(3), minus(number(1), child(4))]);
                let loss = minus(product([0, 1]), child(2));
                let earned = Formula::Product(vec![minus(kept, child(1)), child(0)]);
                let formula = Formula::Sum(vec![number(1), over(loss, earned)]);
                node(Unit::Share, "of the maximum", formula, children)
            }
            "margin_floor" => {
                let formula = minus(number(1), over(child(0), child(1)));
                node(Unit::Share, "of list price", formula, vec![self.room()?, self.max()?])
            }
            "net_usd_per_month" => self.net().map(named),
            "serving_share" => self.serving().map(named),
            "contribution_usd_per_month" => self.contribution().map(named),
            "payback_months" => {
                let children = vec![self.acquisition()?, self.contribution()?];
                // Nothing spent is earned back at once, whatever the contribution.
                let formula = if children[0].value.is_zero() { child(0) } else { over(child(0), child(1)) };
                node(Unit::Number, "months", formula, children)
            }
            "lifetime_months" => {
                node(Unit::Number, "months", over(number(1), child(0)), vec![self.of_subscriber("churn")?])
            }
            "ltv_usd" => self.lifetime_value().map(named),
            "ltv_over_cac" => {
                node(Unit::Multiple, "", over(child(0), child(1)), vec![self.lifetime_value()?, self.acquisition()?])
            }
            "margin_at" => self.margin(asked()?).map(named),
            "profit_at" => self.profit(asked()?).map(named),
            _ => None,
        }
    }

    fn fact(&self) -> Option<Origin> {
        Some(Origin::Fact(self.case.plan.provenance.clone()))
    }

    fn gross(&self) -> Option<Node> {
        let plan = self.case.plan;
        let (amount, billing) = plan.price.billed(self.case.question.billing);
        let currency = plan.price.currency.as_ref();
        let word = currency.map_or("USD", |(currency, _)| currency);
        let period = if billing == Billing::Year { "year" } else { "month" };
        let unit = if currency.is_some() { Unit::Number } else { Unit::Usd };
        let per = format!("{word} / seat-{period}");
        let mut price = Node::leaf("price", amount?.ratio(), unit, &per, self.fact(), Some(Input::Price));
        if billing == Billing::Month && currency.is_none() {
            return Some(price);
        }
        price.key = "price.charge".to_owned();
        price.label = format!("price of a {period}");
        let mut children = vec![price];
        let mut formula = child(0);
        if let Some((name, usd)) = currency {
            let label = format!("USD for 1 {name}");
            let rate =
                Node::leaf("price.usd_per_unit", usd.clone(), Unit::Number, "", self.fact(), Some(Input::Currency));
            children.push(rate.labelled(label));
            formula = product(0..2);
        }
        if billing == Billing::Year {
            formula = over(formula, number(12));
        }
        Node::derived("price", Unit::Usd, "USD / seat-month", formula, children)
    }

    fn revenue(&self) -> Option<Node> {
        let gross = self.gross()?;
        let vat = &self.case.plan.vat_share;
        if vat.is_zero() {
            return Some(gross);
        }
        let vat =
            Node::leaf("vat_share", vat.clone(), Unit::Share, "of the price without it", self.fact(), Some(Input::Vat));
        let formula = over(child(0), Formula::Sum(vec![number(1), child(1)]));
        Node::derived("revenue", Unit::Usd, "USD / seat-month", formula, vec![gross, vat])
    }

    fn fee_origin(&self) -> Option<Origin> {
        match self.case.question.fees {
            Some(_) => Some(Origin::Asked("--fees".to_owned())),
            None => self.fact(),
        }
    }

    fn fees_of(&self) -> &Fees {
        self.case.question.fees.as_ref().unwrap_or(&self.case.plan.fees)
    }

    fn fee_share(&self) -> Node {
        let (Fees::Processor { share, .. } | Fees::Store { share }) = self.fees_of();
        let of = if matches!(self.fees_of(), Fees::Store { .. }) { "of revenue" } else { "of the charge" };
        Node::leaf("fees.share", share.clone(), Unit::Share, of, self.fee_origin(), Some(Input::FeeShare))
    }

    fn net(&self) -> Option<Node> {
        let revenue = self.revenue()?;
        if self.answer.revenue.as_ref()?.fees_usd.is_zero() {
            return Some(revenue);
        }
        let fees = match self.fees_of() {
            Fees::Store { .. } => {
                let children = vec![self.fee_share(), revenue.clone()];
                Node::derived("fees", Unit::Usd, "USD / seat-month", product(0..2), children)?
            }
            Fees::Processor { fixed_usd, .. } => {
                let (_, billing) = self.case.plan.price.billed(self.case.question.billing);
                let fixed = Some(Input::FeeFixed);
                let fixed = Node::leaf(
                    "fees.fixed_usd",
                    fixed_usd.clone(),
                    Unit::Usd,
                    "USD a charge",
                    self.fee_origin(),
                    fixed,
                );
                let seats = Ratio::from(u64::from(self.case.plan.seats));
                let mut children = vec![self.fee_share(), self.gross()?, fixed];
                children.push(Node::leaf("seats", seats, Unit::Count, "in a charge", self.fact(), None));
                let months = i32::try_from(billing.months()).expect("1 or 12");
                let fixed = over(child(2), Formula::Product(vec![child(3), number(months)]));
                let formula = Formula::Sum(vec![product(0..2), fixed]);
                Node::derived("fees", Unit::Usd, "USD / seat-month", formula, children)?
            }
        };
        Node::derived("net_revenue", Unit::Usd, "USD / seat-month", minus(child(0), child(1)), vec![revenue, fees])
    }

    /// What is left before serving.
    fn room(&self) -> Option<Node> {
        let net = self.net()?;
        let fixed = self.case.plan.fixed_cost.ratio();
        if fixed.is_zero() {
            return Some(net);
        }
        let fixed = Node::leaf("fixed_cost", fixed, Unit::Usd, USD_MONTH, self.fact(), Some(Input::FixedCost));
        Node::derived("before_serving", Unit::Usd, USD_MONTH, minus(child(0), child(1)), vec![net, fixed])
    }

    fn serving(&self) -> Option<Node> {
        let plan = self.case.plan;
        let vendor = || plan.vendor.as_ref().and_then(|id| self.case.market.vendors.get(id));
        let (margin, origin) = match self.answer.serving_source {
            ServingSource::Asked => {
                (self.case.question.api_gross_margin.clone(), Origin::Asked("--api-margin".to_owned()))
            }
            ServingSource::Plan => (plan.api_gross_margin.clone(), self.fact()?),
            ServingSource::Vendor => (vendor()?.api_gross_margin.clone(), Origin::Fact(vendor()?.provenance.clone())),
            ServingSource::Default => {
                let words = "the figure of the published tables (SemiAnalysis, June 2026), where no file states one";
                (Some(Input::default_margin()), Origin::Convention(words))
            }
            ServingSource::Rates => return self.serving_by_rates(),
        };
        let leaf =
            Node::leaf("api_gross_margin", margin?, Unit::Share, "of list price", Some(origin), Some(Input::ApiMargin));
        Node::derived(
            "serving_share",
            Unit::Number,
            "USD to serve 1 API dollar",
            minus(number(1), child(0)),
            vec![leaf],
        )
    }

    fn max(&self) -> Option<Node> {
        self.maximum(self.answer.mix, End::Figure)
    }

    fn break_even_usd(&self) -> Option<Node> {
        Node::derived(
            "break_even_usd",
            Unit::Usd,
            USD_MONTH,
            over(child(0), child(1)),
            vec![self.room()?, self.serving()?],
        )
    }

    fn break_even(&self) -> Option<Node> {
        let children = vec![self.room()?, self.max()?, self.serving()?];
        Node::derived("break_even", Unit::Share, "of the maximum", over(child(0), product([1, 2])), children)
    }

    fn buyer_break_even(&self) -> Option<Node> {
        let children = vec![self.revenue()?, self.max()?];
        Node::derived("buyer_break_even", Unit::Share, "of the maximum", over(child(0), child(1)), children)
    }

    /// The overage as a multiple of list price.
    fn overage(&self) -> Option<Node> {
        let overage = self.case.plan.overage.as_ref()?;
        let origin = || Some(Origin::Fact(overage.provenance.clone()));
        let leaf = |value: &Ratio, unit, per: &str| {
            Node::leaf("overage.rate", value.clone(), unit, per, origin(), Some(Input::Overage))
        };
        let credits = &self.case.plan.credits;
        match &overage.rate {
            OverageRate::OfListPrice(rate) => Some(leaf(rate, Unit::Multiple, "of list price").labelled("overage")),
            OverageRate::UsdPerCredit(usd) => {
                let rate = leaf(usd, Unit::Usd, "USD / credit");
                let per_usd = match &credits.per_api_usd {
                    Some(_) if credits.by_model.is_empty() => self.credits_per_usd()?,
                    _ => self.per_api_usd("credits_per_usd", "credits / API dollar", |trees, activity, kind| {
                        trees.credits_of(activity, kind)
                    })?,
                };
                Node::derived("overage", Unit::Multiple, "of list price", product(0..2), vec![rate, per_usd])
            }
            OverageRate::UsdPerRequest(usd) => {
                let rate = leaf(usd, Unit::Usd, "USD / request");
                let per_usd =
                    self.per_api_usd("requests_per_usd", "requests / API dollar", |trees, activity, kind| {
                        trees.requests_of(activity, kind)
                    })?;
                Node::derived("overage", Unit::Multiple, "of list price", product(0..2), vec![rate, per_usd])
            }
        }
    }

    /// Room, less serving, more what overage keeps.
    fn profit(&self, utilization: Node) -> Option<Node> {
        let economics = self.answer.economics.as_ref()?;
        let outcome = economics.at(&utilization.value)?;
        let above = utilization.value > Ratio::one();
        let served =
            if outcome.served == utilization.value { child(3) } else { Formula::Least(vec![child(3), number(1)]) };
        let mut children = vec![self.room()?, self.max()?, self.serving()?, utilization];
        let serving = Formula::Product(vec![child(1), child(2), served]);
        let mut formula = minus(child(0), serving);
        if above && economics.overage.is_some() {
            children.extend([self.overage()?, self.fee_share()]);
            let beyond = minus(child(3), number(1));
            let kept = Formula::Product(vec![child(4), beyond, child(1), minus(number(1), child(5))]);
            formula = Formula::Sum(vec![formula, kept]);
        } else if above {
            children[3]
                .remarks
                .push(Remark::Words("no overage is sold: use past the maximum is not served".to_owned()));
        }
        Node::derived("profit", Unit::Usd, USD_MONTH, formula, children)
    }

    fn margin(&self, utilization: Node) -> Option<Node> {
        let above = utilization.value > Ratio::one();
        let profit = self.profit(utilization.clone())?;
        let mut children = vec![profit, self.revenue()?];
        let mut revenue = child(1);
        if above && self.answer.economics.as_ref()?.overage.is_some() {
            children.extend([self.overage()?, utilization, self.max()?]);
            let paid = Formula::Product(vec![child(2), minus(child(3), number(1)), child(4)]);
            revenue = Formula::Sum(vec![revenue, paid]);
        }
        Node::derived("margin", Unit::Share, "of revenue", over(child(0), revenue), children)
    }

    fn of_subscriber(&self, key: &str) -> Option<Node> {
        let subscriber = self.case.subscriber?;
        let [mean, support, churn, discount] = input::of_subscriber(subscriber);
        let ((input, value), flag, unit, per) = match key {
            "mean_use" => (mean, "--mean-use", Unit::Share, "of the maximum"),
            "support" => (support, "--support-usd-per-month", Unit::Usd, USD_MONTH),
            "churn" => (churn, "--churn", Unit::Share, "a month"),
            _ => (discount, "--discount-per-month", Unit::Share, "a month"),
        };
        Some(Node::leaf(key, value.clone(), unit, per, Some(Origin::Asked(flag.to_owned())), Some(input)))
    }

    fn acquisition(&self) -> Option<Node> {
        let usd = self.case.subscriber?.acquisition_usd.clone()?;
        let origin = Some(Origin::Asked("--cac-usd".to_owned()));
        Some(Node::leaf("cac", usd, Unit::Usd, "USD", origin, Some(Input::Acquisition)))
    }

    fn contribution(&self) -> Option<Node> {
        let children = vec![self.profit(self.of_subscriber("mean_use")?)?, self.of_subscriber("support")?];
        Node::derived("contribution", Unit::Usd, USD_MONTH, minus(child(0), child(1)), children)
    }

    fn lifetime_value(&self) -> Option<Node> {
        let children = vec![self.contribution()?, self.of_subscriber("discount")?, self.of_subscriber("churn")?];
        let paid = Formula::Product(vec![child(0), Formula::Sum(vec![number(1), child(1)])]);
        let formula = over(paid, Formula::Sum(vec![child(2), child(1)]));
        Node::derived("ltv", Unit::Usd, "USD", formula, children)
    }
}

/// The maximum and what prices it.
impl Trees<'_> {
    fn windows(&self, limit: &Limit) -> Node {
        let schedule = &self.case.question.schedule;
        let windows = windows_per_month(limit.every, schedule);
        let key = format!("limit.{}.windows", limit.id);
        let words = match (schedule, limit.every) {
            (_, Window::Month) => "a calendar month",
            (Schedule::AlwaysOn, _) => "day and night, in a month of 30.4375 days",
            (Schedule::Active { .. }, _) => "of the hours worked, in a month of 30.4375 days",
        };
        let per = format!("windows of {} / month", limit.every);
        let mut node = Node::leaf(&key, windows, Unit::Number, &per, Some(Origin::Convention(words)), None);
        if let (Schedule::Active { hours_per_day, days_per_week, pinged }, true) =
            (schedule, limit.every != Window::Month)
        {
            let hours = Some(Origin::Asked("--hours-per-day".to_owned()));
            let hours_input = Some(Input::HoursPerDay);
            node.children.push(Node::leaf(
                "hours_per_day",
                hours_per_day.ratio(),
                Unit::Number,
                "hours",
                hours,
                hours_input,
            ));
            let days = Some(Origin::Asked("--days-per-week".to_owned()));
            let value = Ratio::from(u64::from(*days_per_week));
            node.children.push(Node::leaf("days_per_week", value, Unit::Number, "days", days, None));
            if *pinged {
                node = node.remark("something opens a window before work starts (--ping)");
            }
        }
        node.labelled("windows")
    }

    fn grant(&self, limit: &Limit, end: End) -> Node {
        let range = limit.range.as_ref();
        let id = &limit.id;
        let (value, input) = match (end, range) {
            (End::Low, Some((low, _))) => (low.clone(), Input::GrantLow(Arc::clone(id))),
            (End::High, Some((_, high))) => (high.clone(), Input::GrantHigh(Arc::clone(id))),
            _ => (limit.grant.amount(), Input::Grant(Arc::clone(id))),
        };
        let (unit, word) = match limit.grant {
            Grant::ApiUsd { .. } => (Unit::Usd, "API dollars"),
            Grant::Tokens { .. } => (Unit::Number, "tokens"),
            Grant::Credits(_) => (Unit::Number, "credits"),
            Grant::Requests(_) => (Unit::Number, "requests"),
            Grant::Hours(_) => (Unit::Number, "hours"),
        };
        let origin = Some(Origin::Fact(limit.provenance.clone()));
        let key = format!("limit.{id}.grant");
        let mut node = Node::leaf(&key, value, unit, &format!("{word} / {}", limit.every), origin, Some(input));
        if let Some((low, high)) = range.filter(|_| end == End::Figure) {
            node.remarks.push(Remark::Range(low.clone(), high.clone()));
        }
        if let Some(models) = &limit.models {
            node = node.remark(format!("for {} only", models.join(", ")));
        }
        let label = if *limit.id == *limit.every.to_string() {
            format!("limit per {}", limit.every)
        } else {
            format!("limit {} per {}", limit.id, limit.every)
        };
        node.labelled(label)
    }

    /// The grant of a month in its unit.
    fn budget(&self, limit: &Limit, end: End) -> Option<Node> {
        let grant = self.grant(limit, end);
        if limit.every == Window::Month {
            return Some(grant);
        }
        let (unit, word) = (grant.unit, grant.per.split(" /").next().unwrap_or("").to_owned());
        let key = format!("limit.{}.per_month", limit.id);
        Some(
            Node::derived(&key, unit, &format!("{word} / month"), product(0..2), vec![grant, self.windows(limit)])?
                .labelled(format!("limit {} in a month", limit.id)),
        )
    }

    /// What a limit alone allows in a month, in dollars, by the workload's shares; `None` where it bounds nothing.
    fn alone(&self, limit: &Limit, end: End) -> Option<Node> {
        let credits = &self.case.plan.credits;
        let activities = &self.answer.activities;
        let uses: Ratio = activities
            .iter()
            .map(|a| Some(limit.uses(a, credits)? * &a.share))
            .collect::<Option<Vec<_>>>()?
            .into_iter()
            .sum();
        if uses.is_zero() {
            return None;
        }
        let key = format!("limit.{}", limit.id);
        let grant = self.grant(limit, end);
        let mut children = vec![grant];
        let mut formula = child(0);
        if limit.every != Window::Month {
            children.push(self.windows(limit));
            formula = product(0..2);
        }
        let pegged = credits.by_model.is_empty() && credits.per_api_usd.is_some();
        match &limit.grant {
            Grant::ApiUsd { discount, .. } if limit.models.is_none() => {
                if !discount.is_zero() {
                    formula = over(formula, minus(number(1), child(children.len())));
                    children.push(self.discount(limit, discount));
                }
            }
            Grant::Credits(_) if pegged && limit.models.is_none() => {
                formula = over(formula, child(children.len()));
                children.push(self.credits_per_usd()?);
            }
            _ => {
                let (used, value) = (children.len(), children.len() + 1);
                children.push(self.uses(limit)?);
                children.push(self.value()?);
                formula = over(Formula::Product(vec![formula, child(value)]), child(used));
            }
        }
        Some(Node::derived(&key, Unit::Usd, USD_MONTH, formula, children)?.labelled(format!("limit {}", limit.id)))
    }

    fn discount(&self, limit: &Limit, discount: &Ratio) -> Node {
        let origin = Some(Origin::Fact(limit.provenance.clone()));
        let input = Some(Input::Discount(Arc::clone(&limit.id)));
        let key = format!("limit.{}.discount", limit.id);
        Node::leaf(&key, discount.clone(), Unit::Share, "below list price", origin, input).labelled("discount")
    }

    fn credits_per_usd(&self) -> Option<Node> {
        let value = self.case.plan.credits.per_api_usd.clone()?;
        let per = "credits / API dollar";
        Some(Node::leaf("credits_per_api_usd", value, Unit::Number, per, self.fact(), Some(Input::CreditsPerUsd)))
    }

    fn maximum(&self, mix: MixRule, end: End) -> Option<Node> {
        let Allowance::Limits(_) = self.case.plan.allowance else { return None };
        let limits = &self.answer.limits;
        if mix == MixRule::WorstCase && self.answer.activities.len() > 1 {
            return self.dearest_mix(limits, end);
        }
        let total: Ratio = self.answer.activities.iter().map(|a| &a.value_usd * &a.share).sum();
        if total.is_zero() {
            let words = "what the workload does is free at list prices";
            let origin = Some(Origin::Convention(words));
            return Some(Node::leaf("max_api", Ratio::zero(), Unit::Usd, USD_MONTH, origin, None));
        }
        let mut bounding = Vec::new();
        let mut others = Vec::new();
        for limit in limits {
            match self.alone(limit, end) {
                Some(node) => bounding.push(node),
                None => {
                    let mut grant = self.grant(limit, end);
                    grant.remarks.push(Remark::BoundsNothing);
                    others.push(grant);
                }
            }
        }
        let least = bounding.iter().map(|node| node.value.clone()).min()?;
        for node in bounding.iter_mut().filter(|_| limits.len() > 1) {
            let slack = node.value.checked_div(&least);
            node.remarks.push(match slack {
                Some(slack) if slack != Ratio::one() => Remark::DoesNotDecide(slack),
                None if node.value != least => Remark::Words("does not decide".to_owned()),
                _ => Remark::Decides,
            });
        }
        let formula = match bounding.len() {
            1 => child(0),
            count => Formula::Least((0..count).map(Formula::Child).collect()),
        };
        let only = bounding.len() == 1 && others.is_empty();
        bounding.extend(others);
        let mut node = Node::derived("max_api", Unit::Usd, USD_MONTH, formula, bounding)?;
        if only {
            // One limit is the maximum: its formula is the maximum's.
            let limit = node.children.remove(0);
            node = Node { key: node.key, label: node.label, ..limit };
        }
        if self.answer.activities.len() > 1 {
            node = node.remark("mix as measured: requests keep the workload's proportions");
        }
        Some(node)
    }

    /// The maximum over all mixes: units that a linear program found, times what each is worth.
    fn dearest_mix(&self, limits: &[&Limit], end: End) -> Option<Node> {
        let (activities, credits) = (&self.answer.activities, &self.case.plan.credits);
        let budgets: Vec<Node> = limits.iter().map(|limit| self.budget(limit, end)).collect::<Option<_>>()?;
        let rows: Vec<Vec<Ratio>> = limits
            .iter()
            .map(|limit| activities.iter().map(|a| limit.uses(a, credits)).collect())
            .collect::<Option<_>>()?;
        let program = Program {
            values: activities.iter().map(|a| a.value_usd.clone()).collect(),
            limits: budgets.iter().map(|node| Some(node.value.clone())).zip(rows).collect(),
        };
        let Maximum::Finite(Ceiling { units, binding, .. }) = program.worst_case() else { return None };
        let mut children = Vec::new();
        let mut terms = Vec::new();
        for (kind, (activity, units)) in activities.iter().zip(units.clone()).enumerate() {
            let key = format!("use.{}.units", activity.id);
            let words = Origin::Convention("the dearest mix that the limits allow, by a linear program");
            let per = if self.is_dollars() { "API dollars / month" } else { "requests / month" };
            let units = Node::leaf(&key, units, Unit::Number, per, Some(words), None);
            let label = if self.is_dollars() { "dollars on" } else { "requests of" };
            children.push(units.labelled(format!("{label} {}", activity.id)));
            if self.is_dollars() {
                terms.push(child(children.len() - 1));
            } else {
                children.push(self.activity_value(activity, kind)?);
                terms.push(product([children.len() - 2, children.len() - 1]));
            }
        }
        for (index, limit) in limits.iter().enumerate() {
            let mut budget = budgets[index].clone();
            budget.remarks.push(if binding.contains(&index) {
                Remark::Decides
            } else {
                let used: Ratio =
                    program.limits[index].1.iter().zip(&units).map(|(use_of, units)| use_of * units).sum();
                let left = (&budget.value - used).checked_div(&budget.value);
                left.map_or_else(|| Remark::Words("does not decide".to_owned()), Remark::Unused)
            });
            if !self.is_dollars() {
                for (kind, activity) in activities.iter().enumerate() {
                    // What does not count against the limit is not listed.
                    budget.children.extend(self.use_of(limit, activity, kind).filter(|used| !used.value.is_zero()));
                }
            }
            children.push(budget);
        }
        let node = Node::derived("max_api", Unit::Usd, USD_MONTH, Formula::Sum(terms), children)?;
        Some(node.remark("mix worst case: whatever costs most"))
    }

    /// The activities are dollars: no workload priced them.
    fn is_dollars(&self) -> bool {
        self.answer.rates.is_empty()
    }

    fn unit_word(&self) -> &'static str {
        match self.answer.workload.map(|workload| &workload.work) {
            _ if self.is_dollars() => "API dollar",
            Some(Work::Requests(_)) => "request",
            _ => "million tokens",
        }
    }

    /// The sum over the activities by their shares.
    fn weighted(
        &self,
        key: &str,
        unit: Unit,
        per: &str,
        of: impl Fn(&Activity, usize) -> Option<Node>,
    ) -> Option<Node> {
        let activities = &self.answer.activities;
        if let [only] = activities.as_slice() {
            return Some(Node { key: key.to_owned(), label: key.to_owned(), ..of(only, 0)? });
        }
        self.weighted_over(activities, key, unit, per, of)
    }

    fn weighted_over(
        &self,
        activities: &[Activity],
        key: &str,
        unit: Unit,
        per: &str,
        of: impl Fn(&Activity, usize) -> Option<Node>,
    ) -> Option<Node> {
        let mut children = Vec::new();
        let mut terms = Vec::new();
        for (kind, activity) in activities.iter().enumerate() {
            children.push(self.request_share(activity, kind));
            children.push(of(activity, kind)?);
            terms.push(product([2 * kind, 2 * kind + 1]));
        }
        Node::derived(key, unit, per, Formula::Sum(terms), children)
    }

    fn workload(&self) -> Option<&Workload> {
        self.answer.workload
    }

    fn workload_origin(&self) -> Option<Origin> {
        self.workload().map(|workload| Origin::Fact(workload.provenance.clone()))
    }

    fn request_share(&self, activity: &Activity, kind: usize) -> Node {
        let key = format!("workload.{}.share", activity.id);
        let input = Some(Input::RequestShare(kind));
        let share = activity.share.clone();
        let node = Node::leaf(&key, share, Unit::Share, "of all requests", self.workload_origin(), input);
        node.labelled(format!("share of {}", activity.id))
    }

    /// What a unit of use is worth at list prices.
    fn value(&self) -> Option<Node> {
        let word = self.unit_word();
        let key = format!("usd_per_{}", word.replace(' ', "_"));
        let node = self.weighted(&key, Unit::Usd, &format!("USD / {word}"), |activity, kind| {
            self.activity_value(activity, kind)
        })?;
        Some(node.labelled(format!("worth of a {word}")))
    }

    fn dated(&self, model: &str) -> Option<&DatedRates> {
        match self.case.market.rates.on(model, self.case.question.day) {
            Lookup::Found(dated) => Some(dated),
            Lookup::NotOnThatDay | Lookup::NoSuchModel => None,
        }
    }

    fn rate(&self, dated: &DatedRates, class: TokenClass, prompt: Tokens) -> Option<Node> {
        let stated = dated.rates.stated(class, prompt)?;
        let mut node = Node::leaf(
            &format!("rate.{}.{class}", dated.model),
            stated.rate.usd_per_mtok(),
            Unit::Usd,
            MTOK,
            Some(Origin::Fact(dated.provenance.clone())),
            Some(Input::Rate(Arc::clone(&dated.model), stated.class, stated.tier)),
        );
        if stated.class != class {
            node = node.remark(format!("no rate for {class}: that of {} stands in", stated.class));
        }
        if let Some(tier) = stated.tier {
            let mark = dated.rates.tiers[tier].prompt_tokens.0;
            node = node.remark(format!("the rate of prompts above {mark} tokens"));
        }
        if let Some(from) = dated.validity.from {
            node = node.remark(format!("from {from}"));
        }
        Some(node.labelled(format!("{} {class}", dated.model)))
    }

    /// Tokens of a unit by class: the leaf that says so, and how many million it is.
    fn tokens_leaf(&self, activity: &Activity, kind: usize, class: TokenClass) -> Option<Node> {
        let origin = self.workload_origin();
        match &self.workload()?.work {
            Work::Mix(mix) => {
                let input = Some(Input::ClassShare(class));
                let key = format!("workload.{class}_share");
                let node = Node::leaf(&key, mix.shares[class].clone(), Unit::Share, "of tokens", origin, input);
                Some(node.labelled(format!("{class} share")))
            }
            Work::Requests(kinds) => {
                let tokens = Ratio::from(kinds.get(kind)?.tokens[class].0);
                let key = format!("workload.{}.{class}_tokens", activity.id);
                let input = Some(Input::RequestTokens(kind, class));
                let node = Node::leaf(&key, tokens, Unit::Number, "tokens / request", origin, input);
                Some(node.labelled(format!("{} {class} tokens", activity.id)))
            }
        }
    }

    /// The classes of an activity's tokens, each times something per million tokens: dollars, credits.
    fn by_class(
        &self,
        activity: &Activity,
        kind: usize,
        of: impl Fn(TokenClass) -> Option<Node>,
    ) -> Option<(Vec<Formula>, Vec<Node>)> {
        let (mut terms, mut children) = (Vec::new(), Vec::new());
        let scale = matches!(self.workload()?.work, Work::Requests(_));
        for (class, count) in activity.tokens.as_ref()?.iter() {
            if count.is_zero() {
                continue;
            }
            children.push(self.tokens_leaf(activity, kind, class)?);
            children.push(of(class)?);
            let term = product([children.len() - 2, children.len() - 1]);
            terms.push(if scale { over(term, number(1_000_000)) } else { term });
        }
        Some((terms, children))
    }

    fn prompt(&self, kind: usize) -> Option<Tokens> {
        Some(match &self.workload()?.work {
            Work::Mix(mix) => mix.prompt_tokens.unwrap_or_default(),
            Work::Requests(kinds) => prompt_tokens(&kinds.get(kind)?.tokens),
        })
    }

    fn activity_value(&self, activity: &Activity, kind: usize) -> Option<Node> {
        let word = self.unit_word();
        let key = format!("use.{}.usd", activity.id);
        if self.is_dollars() {
            return Some(Node::leaf(&key, activity.value_usd.clone(), Unit::Usd, "USD", None, None));
        }
        let dated = self.dated(activity.model.as_deref()?)?;
        let prompt = self.prompt(kind)?;
        let (mut terms, mut children) = self.by_class(activity, kind, |class| self.rate(dated, class, prompt))?;
        let fee = dated.rates.usd_per_request.ratio();
        if !fee.is_zero() && activity.requests.is_some() {
            let origin = Some(Origin::Fact(dated.provenance.clone()));
            let input = Some(Input::RequestFee(Arc::clone(&dated.model)));
            let key = format!("rate.{}.usd_per_request", dated.model);
            let fee = Node::leaf(&key, fee, Unit::Usd, "USD / request", origin, input);
            children.push(fee.labelled(format!("{} request fee", dated.model)));
            children.push(self.requests_of(activity, kind)?);
            terms.push(product([children.len() - 2, children.len() - 1]));
        }
        let node = Node::derived(&key, Unit::Usd, &format!("USD / {word}"), Formula::Sum(terms), children)?;
        Some(node.labelled(format!("worth of {}", activity.id)))
    }

    /// Requests of a unit.
    fn requests_of(&self, activity: &Activity, kind: usize) -> Option<Node> {
        let (Work::Mix(mix), Some(origin)) = (&self.workload()?.work, self.workload_origin()) else {
            let key = format!("use.{}.requests", activity.id);
            let requests = activity.requests.clone()?;
            let _ = kind;
            return Some(Node::leaf(&key, requests, Unit::Number, "request", None, None).labelled("requests"));
        };
        let per = Node::leaf(
            "workload.tokens_per_request",
            mix.tokens_per_request.clone()?,
            Unit::Number,
            "tokens / request",
            Some(origin),
            Some(Input::TokensPerRequest),
        )
        .labelled("tokens per request");
        Node::derived(
            "requests",
            Unit::Number,
            "requests / million tokens",
            over(number(1_000_000), child(0)),
            vec![per],
        )
    }

    fn hours_of(&self, activity: &Activity, kind: usize) -> Option<Node> {
        let origin = self.workload_origin();
        match &self.workload()?.work {
            Work::Mix(mix) => {
                let per_hour = mix.tokens_per_hour.clone()?;
                let input = Some(Input::TokensPerHour);
                let key = "workload.tokens_per_hour";
                let per = Node::leaf(key, per_hour, Unit::Number, "tokens / hour", origin, input);
                Node::derived(
                    "hours",
                    Unit::Number,
                    "hours / million tokens",
                    over(number(1_000_000), child(0)),
                    vec![per],
                )
            }
            Work::Requests(_) => {
                let key = format!("workload.{}.hours", activity.id);
                let input = Some(Input::RequestHours(kind));
                Some(Node::leaf(&key, activity.hours.clone()?, Unit::Number, "hours / request", origin, input))
            }
        }
    }

    fn credits_of(&self, activity: &Activity, kind: usize) -> Option<Node> {
        let credits = &self.case.plan.credits;
        let key = format!("use.{}.credits", activity.id);
        let per = format!("credits / {}", self.unit_word());
        let row = activity.model.as_ref().and_then(|model| credits.by_model.iter().find(|row| row.model == *model));
        let Some(row) = row else {
            let children = vec![self.credits_per_usd()?, self.activity_value(activity, kind)?];
            return Node::derived(&key, Unit::Number, &per, product(0..2), children);
        };
        let leaf = |class: TokenClass| {
            let stated = if row.per_mtok[class].is_some() { class } else { TokenClass::Input };
            let value = row.per_mtok[stated].clone()?;
            let key = format!("credits.{}.{class}", row.model);
            let input = Some(Input::Credits(Arc::clone(&row.model), stated));
            let node = Node::leaf(&key, value, Unit::Number, "credits / million tokens", self.fact(), input);
            let node = node.labelled(format!("{} {class} credits", row.model));
            Some(if stated == class {
                node
            } else {
                node.remark(format!("no rate for {class}: that of input stands in"))
            })
        };
        let (mut terms, mut children) = self.by_class(activity, kind, leaf)?;
        if !row.per_request.is_zero() {
            let key = format!("credits.{}.request", row.model);
            let input = Some(Input::CreditsPerRequest(Arc::clone(&row.model)));
            children.push(Node::leaf(
                &key,
                row.per_request.clone(),
                Unit::Number,
                "credits / request",
                self.fact(),
                input,
            ));
            children.push(self.requests_of(activity, kind)?);
            terms.push(product([children.len() - 2, children.len() - 1]));
        }
        Node::derived(&key, Unit::Number, &per, Formula::Sum(terms), children)
    }

    /// What a unit of an activity uses of a limit.
    fn use_of(&self, limit: &Limit, activity: &Activity, kind: usize) -> Option<Node> {
        let key = format!("limit.{}.use.{}", limit.id, activity.id);
        let label = format!("use by {}", activity.id);
        if !limit.covers(activity.model.as_deref()) {
            let node = Node::leaf(&key, Ratio::zero(), Unit::Number, "does not count", None, None);
            return Some(node.labelled(label));
        }
        let word = self.unit_word();
        let node = match &limit.grant {
            Grant::ApiUsd { discount, .. } => {
                let value = self.activity_value(activity, kind)?;
                if discount.is_zero() {
                    value
                } else {
                    let children = vec![value, self.discount(limit, discount)];
                    let formula = Formula::Product(vec![child(0), minus(number(1), child(1))]);
                    Node::derived(&key, Unit::Usd, &format!("USD / {word}"), formula, children)?
                }
            }
            Grant::Tokens { weights, .. } => {
                let whole = TokenClass::ALL.iter().all(|&class| weights[class] == Ratio::one());
                let count = matches!(self.workload()?.work, Work::Mix(_)).then(|| number(1_000_000));
                let (mut terms, mut children) = (Vec::new(), Vec::new());
                for (class, tokens) in activity.tokens.as_ref()?.iter() {
                    if tokens.is_zero() {
                        continue;
                    }
                    children.push(self.tokens_leaf(activity, kind, class)?);
                    let mut parts: Vec<Formula> = count.clone().into_iter().collect();
                    parts.push(child(children.len() - 1));
                    if !whole {
                        let key = format!("limit.{}.weight.{class}", limit.id);
                        let origin = Some(Origin::Fact(limit.provenance.clone()));
                        let input = Some(Input::Weight(Arc::clone(&limit.id), class));
                        let weight =
                            Node::leaf(&key, weights[class].clone(), Unit::Number, "of a token", origin, input);
                        children.push(weight.labelled(format!("weight of {class}")));
                        parts.push(child(children.len() - 1));
                    }
                    terms.push(Formula::Product(parts));
                }
                Node::derived(&key, Unit::Number, &format!("tokens / {word}"), Formula::Sum(terms), children)?
            }
            Grant::Credits(_) => self.credits_of(activity, kind)?,
            Grant::Requests(_) => self.requests_of(activity, kind)?,
            Grant::Hours(_) => self.hours_of(activity, kind)?,
        };
        Some(Node { key, label, ..node })
    }

    fn uses(&self, limit: &Limit) -> Option<Node> {
        let word = self.unit_word();
        let key = format!("limit.{}.use", limit.id);
        let (unit, what) = match limit.grant {
            Grant::ApiUsd { .. } => (Unit::Usd, "USD"),
            Grant::Tokens { .. } => (Unit::Number, "tokens"),
            Grant::Credits(_) => (Unit::Number, "credits"),
            Grant::Requests(_) => (Unit::Number, "requests"),
            Grant::Hours(_) => (Unit::Number, "hours"),
        };
        let per = format!("{what} / {word}");
        let node = self.weighted(&key, unit, &per, |activity, kind| self.use_of(limit, activity, kind))?;
        Some(node.labelled(format!("use of a {word}")))
    }

    /// A sum over the plan's workload per dollar of its list price, in the proportions of the maximum.
    fn per_api_usd(
        &self,
        key: &str,
        per: &str,
        of: impl Fn(&Trees<'_>, &Activity, usize) -> Option<Node>,
    ) -> Option<Node> {
        let priced = self.workload()?.price(self.case.market.rates, self.case.question.day).ok()?;
        // Where dollars sufficed the workload was not asked; here it is.
        let mut answer = self.answer.clone();
        answer.activities = priced.activities.clone();
        answer.rates = priced.rates;
        let trees = Trees { case: self.case, answer: &answer };
        let weights = match &self.answer.max_api {
            MaxApi::Finite(ceiling) if !self.is_dollars() && self.answer.mix == MixRule::WorstCase => {
                Some(&ceiling.units)
            }
            _ => None,
        };
        let total = |value: &dyn Fn(&Activity, usize) -> Option<Node>, key: &str, per: &str| match weights {
            Some(weights) if answer.activities.len() > 1 => {
                let (mut children, mut terms) = (Vec::new(), Vec::new());
                for (kind, (activity, units)) in answer.activities.iter().zip(weights).enumerate() {
                    let words = Origin::Convention("the dearest mix that the limits allow, by a linear program");
                    let units_key = format!("use.{}.units", activity.id);
                    let units =
                        Node::leaf(&units_key, units.clone(), Unit::Number, "requests / month", Some(words), None);
                    children.push(units.labelled(format!("requests of {}", activity.id)));
                    children.push(value(activity, kind)?);
                    terms.push(product([2 * kind, 2 * kind + 1]));
                }
                Node::derived(key, Unit::Number, per, Formula::Sum(terms), children)
            }
            _ => trees.weighted(key, Unit::Number, per, value),
        };
        let word = trees.unit_word();
        let above = per.split(" /").next().unwrap_or("");
        let amount = total(&|activity, kind| of(&trees, activity, kind), above, &format!("{above} / {word}"))?;
        let usd = total(&|activity, kind| trees.activity_value(activity, kind), "usd", &format!("USD / {word}"))?;
        Node::derived(key, Unit::Number, per, over(child(0), child(1)), vec![amount, usd])
    }

    fn serving_by_rates(&self) -> Option<Node> {
        let of = |trees: &Trees<'_>, activity: &Activity, kind: usize| {
            let dated = trees.dated(activity.model.as_deref()?)?;
            let costs = dated.rates.serving_cost.as_ref()?;
            let leaf = |class: TokenClass| {
                let key = format!("serving.{}.{class}", dated.model);
                let origin = Some(Origin::Fact(dated.provenance.clone()));
                let input = Some(Input::Serving(Arc::clone(&dated.model), class));
                let node = Node::leaf(&key, costs[class]?.usd_per_mtok(), Unit::Usd, MTOK, origin, input);
                Some(node.labelled(format!("serving {} {class}", dated.model)))
            };
            let (terms, children) = trees.by_class(activity, kind, leaf)?;
            let key = format!("use.{}.serving", activity.id);
            Node::derived(&key, Unit::Usd, &format!("USD / {}", trees.unit_word()), Formula::Sum(terms), children)
        };
        self.per_api_usd("serving_share", "serving USD / API dollar", of)
    }
}
