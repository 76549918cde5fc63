//! What follows from price, maximum and serving: break-evens, margin, profit, and a subscriber over time.

use super::{Trees, USD_MONTH, child, minus, number, over, product};
use crate::analysis::ServingSource;
use crate::economics::BreakEven;
use crate::explain::{Formula, Input, Node, Origin, Remark, input};
use crate::plan::OverageRate;
use crate::report::Unit;
use crate::units::Ratio;

impl Trees<'_> {
    pub(super) fn serving(&self) -> Option<Node> {
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

    pub(super) fn break_even_usd(&self) -> Option<Node> {
        Node::derived(
            "break_even_usd",
            Unit::Usd,
            USD_MONTH,
            over(child(0), child(1)),
            vec![self.room()?, self.serving()?],
        )
    }

    pub(super) fn break_even(&self) -> Option<Node> {
        let children = vec![self.room()?, self.max()?, self.serving()?];
        Node::derived("break_even", Unit::Share, "of the maximum", over(child(0), product([1, 2])), children)
    }

    pub(super) fn buyer_break_even(&self) -> Option<Node> {
        let children = vec![self.revenue()?, self.max()?];
        Node::derived("buyer_break_even", Unit::Share, "of the maximum", over(child(0), child(1)), children)
    }

    /// Where the zone that suits both sides ends.
    pub(super) fn win_win_to_usd(&self) -> Option<Node> {
        let economics = self.answer.economics.as_ref()?;
        match (economics.break_even(), &economics.max_api_usd) {
            (BreakEven::Never, _) => None,
            (BreakEven::Always, _) => {
                Some(self.max()?.remark("the vendor never loses by use: the zone ends at full use"))
            }
            (BreakEven::Finite { .. }, None) => self.break_even_usd(),
            (BreakEven::Finite { .. }, Some(_)) => {
                let least = Formula::Least(vec![child(0), child(1)]);
                Node::derived("win_win_to_usd", Unit::Usd, USD_MONTH, least, vec![self.break_even_usd()?, self.max()?])
            }
        }
    }

    /// The overage as a multiple of list price.
    pub(super) fn overage(&self) -> Option<Node> {
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
    pub(super) fn profit(&self, utilization: Node) -> Option<Node> {
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

    pub(super) fn margin(&self, utilization: Node) -> Option<Node> {
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

    pub(super) fn of_subscriber(&self, key: &str) -> Option<Node> {
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

    pub(super) fn acquisition(&self) -> Option<Node> {
        let usd = self.case.subscriber?.acquisition_usd.clone()?;
        let origin = Some(Origin::Asked("--cac-usd".to_owned()));
        Some(Node::leaf("cac", usd, Unit::Usd, "USD", origin, Some(Input::Acquisition)))
    }

    pub(super) fn contribution(&self) -> Option<Node> {
        let children = vec![self.profit(self.of_subscriber("mean_use")?)?, self.of_subscriber("support")?];
        Node::derived("contribution", Unit::Usd, USD_MONTH, minus(child(0), child(1)), children)
    }

    pub(super) fn lifetime_value(&self) -> Option<Node> {
        let children = vec![self.contribution()?, self.of_subscriber("discount")?, self.of_subscriber("churn")?];
        let paid = Formula::Product(vec![child(0), Formula::Sum(vec![number(1), child(1)])]);
        let formula = over(paid, Formula::Sum(vec![child(2), child(1)]));
        Node::derived("ltv", Unit::Usd, "USD", formula, children)
    }
}
