//! What a buyer pays, and what of it the vendor keeps before serving.

use super::{Trees, USD_MONTH, child, minus, number, over, product};
use crate::economics::Fees;
use crate::explain::{Formula, Input, Node, Origin};
use crate::plan::Billing;
use crate::report::Unit;
use crate::units::Ratio;

impl Trees<'_> {
    pub(super) fn gross(&self) -> Option<Node> {
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

    pub(super) fn revenue(&self) -> Option<Node> {
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

    pub(super) fn fee_share(&self) -> Node {
        let (Fees::Processor { share, .. } | Fees::Store { share }) = self.fees_of();
        let of = if matches!(self.fees_of(), Fees::Store { .. }) { "of revenue" } else { "of the charge" };
        Node::leaf("fees.share", share.clone(), Unit::Share, of, self.fee_origin(), Some(Input::FeeShare))
    }

    pub(super) fn net(&self) -> Option<Node> {
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
    pub(super) fn room(&self) -> Option<Node> {
        let net = self.net()?;
        let fixed = self.case.plan.fixed_cost.ratio();
        if fixed.is_zero() {
            return Some(net);
        }
        let fixed = Node::leaf("fixed_cost", fixed, Unit::Usd, USD_MONTH, self.fact(), Some(Input::FixedCost));
        Node::derived("before_serving", Unit::Usd, USD_MONTH, minus(child(0), child(1)), vec![net, fixed])
    }
}
