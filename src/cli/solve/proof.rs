//! The value of an answer put back into its plan, and the target's figure then.

use super::case::Case;
use super::change::{self, Change};
use super::sought::Sought;
use super::target::{At, Figure};
use crate::allowance::Limit;
use crate::analysis::{Answer, answer};
use crate::economics::{BreakEven, Economics};
use crate::units::Ratio;

/// A figure of a target.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reached {
    Known(Ratio),
    /// A break-even that use never reaches.
    Always,
    /// A break-even below all use.
    Never,
    /// It does not exist: no revenue, or use without limit.
    None,
}

/// Statistics are right to so much.
const FLOAT_ERROR: i128 = 1_000_000_000_000;

impl Case<'_> {
    /// The value on the safe side, as a change to the plan; `None`: no change says it.
    pub(super) fn change(&self, value: &Ratio) -> Option<Change> {
        Some(match &self.sought {
            Sought::Price => change::price(value),
            Sought::Allowance | Sought::Cap => {
                let factor = value.checked_div(&self.max()?)?;
                let scaled = |limit: &&Limit| change::grant(limit, &(limit.grant.amount() * &factor));
                Change::Limits(self.answer.limits.iter().map(scaled).collect())
            }
            Sought::Limit(_) => Change::Limits(vec![change::grant(self.limit()?, value)]),
            Sought::Utilization => Change::At(change::share(value, false)),
            Sought::ApiMargin => Change::ApiMargin(change::share(value, true)),
            Sought::RoutedShare => {
                let to = self.common.other.as_ref()?.serving_share(self.answer, self.common.asked).ok()?;
                let share = change::share(value, true).min(Ratio::one());
                let mixed = &self.answer.serving_share * (Ratio::one() - &share) + to * &share;
                Change::ApiMargin(change::rounded(&(Ratio::one() - mixed), 6, true))
            }
            Sought::Overage => change::overage(value),
        })
    }

    /// The target's figure with a change.
    pub(super) fn put_back(&self, change: &Change) -> Option<Reached> {
        let asked = self.common.asked;
        let mut question = asked.question.clone();
        if let (Change::ApiMargin(margin), true) = (change, question.api_gross_margin.is_some()) {
            question.api_gross_margin = Some(margin.clone());
        }
        let plan = change.applied(self.plan(), &question)?;
        let changed = answer(&plan, asked.catalog.market(), &question);
        Some(self.figure(&changed, Some(change)))
    }

    /// Whether that meets the target.
    pub(super) fn is_met(&self, reached: &Reached) -> bool {
        match reached {
            Reached::Known(figure) => {
                let spare = self.target.to_spare(figure);
                let is_float = self.target.is_of_population() || self.sought.is_of_population();
                !spare.is_negative() || is_float && spare.abs() * Ratio::from(FLOAT_ERROR) < Ratio::one() + figure.abs()
            }
            Reached::Always => true,
            Reached::Never | Reached::None => false,
        }
    }

    /// Below a grant with which the cost of the mix misses the target: a smaller one with which it does not, by halving.
    pub(super) fn lower(&self, grant: &Ratio) -> Option<(Ratio, Change, Reached)> {
        let tried = |grant: &Ratio| {
            let change = self.change(grant)?;
            let reached = self.put_back(&change)?;
            self.is_met(&reached).then(|| (grant.clone(), change, reached))
        };
        let mut found = tried(&Ratio::zero())?;
        let (mut low, mut high) = (Ratio::zero(), grant.clone());
        for _ in 0..HALVINGS {
            let middle = (&low + &high) / Ratio::from(2);
            match tried(&middle) {
                Some(better) => (found, low) = (better, middle),
                None => high = middle,
            }
        }
        Some(found)
    }

    /// The target's figure of a plan; a change may say at which use, or what overage sells for.
    pub(super) fn figure(&self, answer: &Answer<'_>, change: Option<&Change>) -> Reached {
        let Some(economics) = &answer.economics else { return Reached::None };
        let Some(at) = self.target.figure.at() else { return break_even(economics) };
        let at = match change {
            Some(Change::At(utilization)) => &At::Utilization(utilization.clone()),
            _ => at,
        };
        let max = answer.ceiling().map(|ceiling| ceiling.usd.clone());
        let Some(mut used) = self.used_usd(at, max.as_ref()) else { return Reached::None };
        let mut room = economics.room_usd();
        let mut revenue = economics.revenue.revenue_usd.clone();
        if let (Sought::Overage, Some(overage), Some(sold)) = (&self.sought, &economics.overage, self.sold_usd(&max)) {
            let paid = &overage.of_list_price * &sold;
            room = room + &paid * (Ratio::one() - &overage.fee_share);
            revenue = revenue + paid;
            used = used + sold;
        }
        let serving = &economics.serving_share * &used;
        let figure = match self.target.figure {
            Figure::Profit(_) => Some(room - serving),
            Figure::Serving(_) => serving.checked_div(&revenue),
            Figure::Margin(_) | Figure::BreakEven => (room - serving).checked_div(&revenue),
        };
        figure.map_or(Reached::None, Reached::Known)
    }

    /// What a population buys above the limit, in dollars at list prices a month and user.
    fn sold_usd(&self, max: &Option<Ratio>) -> Option<Ratio> {
        let excess = Ratio::from_f64(self.usd_demand()?.excess_mean(max.as_ref()?.to_f64()))?;
        Some(excess * &self.common.take_up)
    }
}

/// Leaves less than a millionth of a millionth of the grant.
const HALVINGS: u32 = 40;

fn break_even(economics: &Economics) -> Reached {
    match economics.break_even() {
        BreakEven::Never => Reached::Never,
        BreakEven::Always => Reached::Always,
        BreakEven::Finite { utilization, .. } => utilization.map_or(Reached::None, Reached::Known),
    }
}
