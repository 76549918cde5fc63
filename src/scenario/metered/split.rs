//! The frontier model taken out of a flat plan.
//!
//! Each user's demand is cut in two at one share: the flat plan keeps the mid tier, and the frontier model is sold apart,
//! to everyone by the meter or as an add-on.

use super::{Bill, NotAShare, TakeUp, over_if_any, share};
use crate::economics::Economics;
use crate::population::Distribution;
use crate::units::Ratio;

/// How the frontier model is sold apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sold {
    /// Everyone has it.
    ToEveryone,
    /// Those buy it whose use of what its fee includes is worth more than the fee at list prices; the others do without
    /// the frontier model.
    AsAddOn,
}

/// A plan in two parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    mid: Economics,
    frontier: Economics,
    frontier_share: Ratio,
    sold: Sold,
}

/// What a population pays and costs on both parts, in dollars a month and user of all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitBill {
    /// On what the flat plan keeps.
    pub mid: Bill,
    /// On the frontier model.
    pub frontier: Bill,
    /// Revenue of both.
    pub revenue_usd: f64,
    /// Profit of both.
    pub profit_usd: f64,
    /// The same over revenue; `None` without revenue.
    pub margin: Option<f64>,
    /// Use that is no longer served for want of an add-on, in dollars at list prices.
    pub forgone_usd: f64,
}

impl Split {
    /// What the flat plan becomes, what the frontier model is sold for, and the share of every user's demand, by list
    /// price, that is for the frontier model. Each part has its own serving cost.
    ///
    /// # Errors
    ///
    /// If the share is not from 0 to 1.
    pub fn new(mid: Economics, frontier: Economics, frontier_share: Ratio, sold: Sold) -> Result<Self, NotAShare> {
        let frontier_share = share("the share of the frontier model", frontier_share)?;
        Ok(Self { mid, frontier, frontier_share, sold })
    }

    /// What a population of that demand pays and costs; take-up is of the use above what either part includes.
    #[must_use]
    pub fn bill(&self, take_up: &TakeUp, demand: &Distribution) -> SplitBill {
        let apart = self.frontier_share.to_f64();
        let (for_mid, for_frontier) = (part(demand, 1.0 - apart), part(demand, apart));
        let mid = Bill::of(&self.mid, take_up, &for_mid);
        let (frontier, forgone_usd) = match (self.sold, self.worth_from()) {
            (Sold::ToEveryone, _) => (Bill::of(&self.frontier, take_up, &for_frontier), 0.0),
            (Sold::AsAddOn, Some(above)) => (
                Bill::of_those_above(Some(above), &self.frontier, take_up, &for_frontier),
                for_frontier.partial_mean(above),
            ),
            // To nobody: of those who want nothing, none wants more than that.
            (Sold::AsAddOn, None) => {
                (Bill::of_those_above(Some(0.0), &self.frontier, take_up, &nothing()), for_frontier.mean())
            }
        };
        let (revenue_usd, profit_usd) = (mid.revenue_usd + frontier.revenue_usd, mid.profit_usd + frontier.profit_usd);
        SplitBill { mid, frontier, revenue_usd, profit_usd, margin: over_if_any(profit_usd, revenue_usd), forgone_usd }
    }

    /// The use of the frontier model above which the add-on is worth its fee; `None` if it never is.
    fn worth_from(&self) -> Option<f64> {
        let fee = &self.frontier.revenue.revenue_usd;
        let included = self.frontier.max_api_usd.as_ref();
        included.is_none_or(|included| included > fee).then(|| fee.to_f64())
    }
}

/// A share of everyone's demand. One too small for a float is none.
fn part(demand: &Distribution, share: f64) -> Distribution {
    demand.scaled(share).unwrap_or_else(|_| nothing())
}

fn nothing() -> Distribution {
    Distribution::point(0.0).expect("everyone may want nothing")
}
