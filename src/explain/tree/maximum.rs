//! The maximum of a month: the limits, and which of them decide it.

use std::sync::Arc;

use super::{End, Trees, USD_MONTH, child, minus, number, over, product};
use crate::allowance::{Ceiling, Grant, Limit, Maximum, Program, Schedule, Window, windows_per_month};
use crate::explain::{Formula, Input, Node, Origin, Remark};
use crate::plan::{Allowance, MixRule};
use crate::report::Unit;
use crate::units::Ratio;

impl Trees<'_> {
    pub(super) fn max(&self) -> Option<Node> {
        self.maximum(self.answer.mix, End::Figure)
    }

    pub(super) fn maximum(&self, mix: MixRule, end: End) -> Option<Node> {
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

    pub(super) fn discount(&self, limit: &Limit, discount: &Ratio) -> Node {
        let origin = Some(Origin::Fact(limit.provenance.clone()));
        let input = Some(Input::Discount(Arc::clone(&limit.id)));
        let key = format!("limit.{}.discount", limit.id);
        Node::leaf(&key, discount.clone(), Unit::Share, "below list price", origin, input).labelled("discount")
    }

    pub(super) fn credits_per_usd(&self) -> Option<Node> {
        let value = self.case.plan.credits.per_api_usd.clone()?;
        let per = "credits / API dollar";
        Some(Node::leaf("credits_per_api_usd", value, Unit::Number, per, self.fact(), Some(Input::CreditsPerUsd)))
    }
}
