//! Requests by difficulty: each class with its costs, its escalation and its quality on both models.

use std::sync::Arc;

use super::{Outcome, Parts, RoutingError, costs, shares};
use crate::units::Ratio;

/// Requests that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub id: Arc<str>,
    /// How many requests there are, in any unit; only proportions count.
    pub weight: Ratio,
    /// Dollars a request on the frontier model.
    pub frontier_usd: Ratio,
    /// Dollars a request on the cheap model.
    pub cheap_usd: Ratio,
    /// Share of those tried on the cheap model that is paid again on the frontier model.
    pub escalation: Ratio,
    /// Dollars that it costs to move a request.
    pub switch_usd: Ratio,
    /// Quality on both models, where it is known.
    pub quality: Option<Quality>,
}

/// Quality of answers, 0 to 1, on a scale that all classes share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quality {
    /// On the frontier model.
    pub frontier: Ratio,
    /// On the cheap model.
    pub cheap: Ratio,
}

impl Class {
    /// Dollars that a request saves when it is moved: negative if moving it costs more.
    #[must_use]
    pub fn gain_usd(&self) -> Ratio {
        &self.frontier_usd - &self.cheap_usd - &self.escalation * &self.frontier_usd - &self.switch_usd
    }

    /// Quality that a request loses when it is moved: an answer that escalated is a frontier answer. `None` where
    /// quality is not known.
    #[must_use]
    pub fn loss(&self) -> Option<Ratio> {
        let quality = self.quality.as_ref()?;
        Some((Ratio::one() - &self.escalation) * (&quality.frontier - &quality.cheap))
    }
}

/// Classes and the router before them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes {
    classes: Vec<Class>,
    /// Share of all requests, for each class.
    weights: Vec<Ratio>,
    router_usd: Ratio,
}

impl Classes {
    /// Classes, and what the router costs on every request once any is routed.
    ///
    /// # Errors
    ///
    /// If a cost or weight is negative, no class has weight, or an escalation or quality is not between 0 and 1.
    pub fn new(classes: Vec<Class>, router_usd: Ratio) -> Result<Self, RoutingError> {
        costs([&router_usd])?;
        for class in &classes {
            costs([&class.weight, &class.frontier_usd, &class.cheap_usd, &class.switch_usd])?;
            shares([&class.escalation])?;
            shares(class.quality.iter().flat_map(|quality| [&quality.frontier, &quality.cheap]))?;
        }
        let total: Ratio = classes.iter().map(|class| class.weight.clone()).sum();
        let weights = classes.iter().map(|class| class.weight.checked_div(&total));
        let weights: Vec<Ratio> = weights.collect::<Option<_>>().ok_or(RoutingError::NoWeight)?;
        if weights.is_empty() { Err(RoutingError::NoWeight) } else { Ok(Self { classes, weights, router_usd }) }
    }

    /// The classes.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// The share of all requests in each class; they add up to 1.
    #[must_use]
    pub fn weights(&self) -> &[Ratio] {
        &self.weights
    }

    /// Dollars that the router costs on every request.
    #[must_use]
    pub fn router_usd(&self) -> &Ratio {
        &self.router_usd
    }

    /// An average request with so much of each class moved.
    ///
    /// # Errors
    ///
    /// If there is not one share for each class, or one is not between 0 and 1.
    pub fn outcome(&self, moved: &[Ratio]) -> Result<Outcome, RoutingError> {
        self.check(moved)?;
        let mut outcome = Outcome::default();
        for (index, share) in moved.iter().enumerate() {
            let class = self.of_class(index, share);
            outcome.before_usd += &class.before_usd;
            outcome.moved_share += &class.moved_share;
            outcome.parts.moved_usd += &class.parts.moved_usd;
            outcome.parts.cheap_usd += &class.parts.cheap_usd;
            outcome.parts.escalation_usd += &class.parts.escalation_usd;
            outcome.parts.switch_usd += &class.parts.switch_usd;
        }
        if outcome.moved_share.is_positive() {
            outcome.parts.router_usd = self.router_usd.clone();
        }
        Ok(outcome)
    }

    /// What one class adds to an average request, without the router.
    ///
    /// # Errors
    ///
    /// As [`Self::outcome`].
    ///
    /// # Panics
    ///
    /// If there is no such class.
    pub fn outcome_of(&self, index: usize, moved: &[Ratio]) -> Result<Outcome, RoutingError> {
        self.check(moved)?;
        Ok(self.of_class(index, &moved[index]))
    }

    fn of_class(&self, index: usize, share: &Ratio) -> Outcome {
        let (class, weight) = (&self.classes[index], &self.weights[index]);
        let moved = weight * share;
        Outcome {
            before_usd: weight * &class.frontier_usd,
            parts: Parts {
                moved_usd: &moved * &class.frontier_usd,
                cheap_usd: &moved * &class.cheap_usd,
                escalation_usd: &moved * &class.escalation * &class.frontier_usd,
                switch_usd: &moved * &class.switch_usd,
                ..Parts::default()
            },
            moved_share: moved,
        }
    }

    fn check(&self, moved: &[Ratio]) -> Result<(), RoutingError> {
        if moved.len() != self.classes.len() {
            return Err(RoutingError::OtherLength);
        }
        shares(moved)
    }

    /// The quality of an average answer with so much of each class moved; `None` if that of a class is not known.
    ///
    /// # Errors
    ///
    /// As [`Self::outcome`].
    pub fn quality(&self, moved: &[Ratio]) -> Result<Option<Ratio>, RoutingError> {
        self.check(moved)?;
        let mut total = Ratio::zero();
        for ((class, weight), share) in self.classes.iter().zip(&self.weights).zip(moved) {
            let (Some(quality), Some(loss)) = (&class.quality, class.loss()) else { return Ok(None) };
            total += &(weight * (&quality.frontier - share * loss));
        }
        Ok(Some(total))
    }

    /// The least share of all requests that saves so much, and how much of each class that is: the classes that save
    /// most a request go first. `None` if no share does.
    #[must_use]
    pub fn needed(&self, saving: &Ratio) -> Option<(Ratio, Vec<Ratio>)> {
        let before: Ratio =
            self.classes.iter().zip(&self.weights).map(|(class, weight)| weight * &class.frontier_usd).sum();
        let mut moved = vec![Ratio::zero(); self.classes.len()];
        if !saving.is_positive() {
            return Some((Ratio::zero(), moved));
        }
        if before.is_zero() {
            return None;
        }
        let mut missing = saving * before + &self.router_usd;
        let mut order: Vec<usize> = (0..self.classes.len()).collect();
        order.sort_by_key(|&index| (-self.classes[index].gain_usd(), index));
        for index in order {
            let gain = &self.weights[index] * self.classes[index].gain_usd();
            if !gain.is_positive() || !missing.is_positive() {
                break;
            }
            moved[index] = (&missing / &gain).min(Ratio::one());
            missing = missing - gain * &moved[index];
        }
        let total = moved.iter().zip(&self.weights).map(|(share, weight)| share * weight).sum();
        (!missing.is_positive()).then_some((total, moved))
    }

    /// The most that can be saved, as a share of the cost before, whatever the quality: every class moved that saves.
    /// `None` if nothing is paid before.
    ///
    /// # Panics
    ///
    /// Never: the shares are 0 and 1.
    #[must_use]
    pub fn best_saving(&self) -> Option<Ratio> {
        let moved = self.worthwhile();
        let saving = self.outcome(&moved).expect("one share for each class").saving()?;
        Some(saving.max(Ratio::zero()))
    }

    /// Every class that saves moved, and no other.
    #[must_use]
    pub fn worthwhile(&self) -> Vec<Ratio> {
        let pays = |class: &Class| if class.gain_usd().is_positive() { Ratio::one() } else { Ratio::zero() };
        self.classes.iter().map(pays).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::uniform::Uniform;
    use super::*;
    use proptest::prelude::*;

    pub(in super::super) fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    pub(in super::super) fn class(id: &str, weight: i32, costs: [&str; 2], e: &str, s: &str, q: [&str; 2]) -> Class {
        Class {
            id: id.into(),
            weight: Ratio::from(weight),
            frontier_usd: ratio(costs[0]),
            cheap_usd: ratio(costs[1]),
            escalation: ratio(e),
            switch_usd: ratio(s),
            quality: Some(Quality { frontier: ratio(q[0]), cheap: ratio(q[1]) }),
        }
    }

    pub(in super::super) fn three() -> Classes {
        let classes = vec![
            class("easy", 60, ["0.031", "0.0011"], "0.02", "0", ["0.99", "0.98"]),
            class("medium", 30, ["0.12", "0.006"], "0.15", "0.004", ["0.97", "0.9"]),
            class("hard", 10, ["0.65", "0.05"], "0.6", "0.03", ["0.91", "0.55"]),
        ];
        Classes::new(classes, ratio("0.0004")).expect("in range")
    }

    #[test]
    fn the_parts_add_up_to_the_cost_after_routing() {
        // Easy: 0.6 x (0.0011 + 0.02 x 0.031) = 0.001032. Half of medium: 0.3 x (0.06 + 0.5 x (0.006 + 0.018 + 0.004))
        // = 0.0222. Hard stays: 0.065. The router: 0.0004.
        let moved = [Ratio::one(), ratio("0.5"), Ratio::zero()];
        let outcome = three().outcome(&moved).expect("three shares");
        assert_eq!(outcome.before_usd, ratio("0.1196"));
        assert_eq!(outcome.after_usd(), ratio("0.088632"));
        assert_eq!(outcome.parts.escalation_usd, ratio("0.000372") + ratio("0.0027"));
        // 0.6 x (0.99 - 0.98 x 0.01) + 0.3 x (0.97 - 0.5 x 0.85 x 0.07) + 0.1 x 0.91
        assert_eq!(three().quality(&moved), Ok(Some(ratio("0.961195"))));
    }

    #[test]
    fn no_routing_pays_no_router() {
        let outcome = three().outcome(&vec![Ratio::zero(); 3]).expect("three shares");
        assert_eq!(outcome.saving(), Some(Ratio::zero()));
    }

    #[test]
    fn the_classes_that_save_most_a_request_are_moved_first() {
        // A request saves 0.02928 easy, 0.092 medium, 0.18 hard. A saving of 10 % is 0.01196, the router 0.0004:
        // 0.01236 of hard's 0.018 = 0.6867, which is 6.87 % of all requests.
        let (share, moved) = three().needed(&ratio("0.1")).expect("within reach");
        assert_eq!(moved, [Ratio::zero(), Ratio::zero(), ratio("0.01236") / ratio("0.018")]);
        assert_eq!(share, ratio("0.01236") / ratio("0.18"));
        assert_eq!(three().outcome(&moved).expect("three shares").saving(), Some(ratio("0.1")));
        assert_eq!(three().needed(&ratio("0.95")), None);
        let free = vec![class("free", 1, ["0", "0"], "0", "0", ["1", "1"])];
        assert_eq!(Classes::new(free, Ratio::zero()).expect("in range").needed(&ratio("0.05")), None);
    }

    proptest! {
        #[test]
        fn one_class_is_what_the_closed_form_says(
            cheap in 0_i128..150, moved in 0_i128..101, escalation in 0_i128..101, router in 0_i128..20, target in 1_i128..100,
        ) {
            let percent = |value: i128| Ratio::new(value, 100);
            let one = Class { frontier_usd: Ratio::from(3), cheap_usd: percent(cheap) * Ratio::from(3),
                              escalation: percent(escalation), ..class("a", 7, ["1", "1"], "0", "0", ["1", "1"]) };
            let classes = Classes::new(vec![one], percent(router) * Ratio::from(3)).expect("in range");
            let uniform = Uniform::new(percent(cheap), percent(moved), percent(escalation), percent(router)).expect("in range");
            if moved > 0 {
                let outcome = classes.outcome(&[percent(moved)]).expect("a share");
                prop_assert_eq!(outcome.saving(), Some(uniform.saving()));
            }
            let needed = classes.needed(&percent(target));
            prop_assert_eq!(needed.is_some(), uniform.reaches(&percent(target)));
            if let Some((share, moved)) = needed {
                prop_assert_eq!(Some(share), uniform.needed_share(&percent(target)));
                prop_assert_eq!(classes.outcome(&moved).expect("a share").saving(), Some(percent(target)));
            }
        }
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        let with = |change: fn(&mut Class)| {
            let mut one = class("a", 1, ["1", "0.1"], "0", "0", ["1", "1"]);
            change(&mut one);
            Classes::new(vec![one], Ratio::zero()).map(|_| ())
        };
        assert_eq!(with(|class| class.weight = Ratio::zero()), Err(RoutingError::NoWeight));
        assert_eq!(with(|class| class.cheap_usd = Ratio::from(-1)), Err(RoutingError::NegativeCost));
        assert_eq!(with(|class| class.escalation = ratio("1.5")), Err(RoutingError::NotAShare));
        assert_eq!(Classes::new(Vec::new(), Ratio::zero()).map(|_| ()), Err(RoutingError::NoWeight));
        assert_eq!(three().outcome(&[Ratio::one()]).map(|_| ()), Err(RoutingError::OtherLength));
    }
}
