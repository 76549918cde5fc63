//! All requests alike: the saving in closed form, and what a target would take (`economics.md` 7).
//!
//! With `rho` the cheap model's cost over the frontier model's, `x` the share tried cheap first, `e` the share of those
//! that escalates and `o` the router's cost over the frontier cost, the saving is `x (1 - rho - e) - o`.

use super::{RoutingError, costs, shares};
use crate::units::Ratio;

/// Requests that all cost the same, in shares of what one costs on the frontier model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uniform {
    cheap: Ratio,
    moved: Ratio,
    escalation: Ratio,
    router: Ratio,
}

impl Uniform {
    /// The cheap model's cost and the router's, over the frontier model's; the share moved, and the share of that which
    /// escalates.
    ///
    /// # Errors
    ///
    /// If a cost is negative or a share is not between 0 and 1.
    pub fn new(cheap: Ratio, moved: Ratio, escalation: Ratio, router: Ratio) -> Result<Self, RoutingError> {
        costs([&cheap, &router])?;
        shares([&moved, &escalation])?;
        Ok(Self { cheap, moved, escalation, router })
    }

    /// What a request that is moved keeps of its frontier cost: `1 - rho - e`.
    fn kept(&self) -> Ratio {
        Ratio::one() - &self.cheap - &self.escalation
    }

    /// Saved, as a share of the cost before.
    #[must_use]
    pub fn saving(&self) -> Ratio {
        &self.moved * self.kept() - &self.router
    }

    /// The most that any share saves: all requests moved, or none where moving them costs more; the router is paid.
    #[must_use]
    pub fn best_saving(&self) -> Ratio {
        self.kept().max(Ratio::zero()) - &self.router
    }

    /// The escalation above which routing costs more than it saves; `None` if nothing is moved.
    #[must_use]
    pub fn break_even_escalation(&self) -> Option<Ratio> {
        Some(Ratio::one() - &self.cheap - self.router.checked_div(&self.moved)?)
    }

    /// The share to move for a saving, which is above 1 where that is out of reach; `None` if moving requests saves
    /// nothing.
    #[must_use]
    pub fn needed_share(&self, saving: &Ratio) -> Option<Ratio> {
        let kept = self.kept();
        kept.is_positive().then(|| (saving + &self.router) / kept)
    }

    /// Whether some share reaches a saving.
    #[must_use]
    pub fn reaches(&self, saving: &Ratio) -> bool {
        self.needed_share(saving).is_some_and(|share| share <= Ratio::one())
    }

    /// The most that the cheap model may cost, over the frontier model, for a saving with every request moved; negative
    /// where not even a free model would do.
    #[must_use]
    pub fn cheap_cost_at_full_share(&self, saving: &Ratio) -> Ratio {
        Ratio::one() - saving - &self.escalation - &self.router
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(text: &str) -> Ratio {
        Ratio::parse_share(text).expect("a number")
    }

    fn uniform(cheap: &str, moved: &str, escalation: &str, router: &str) -> Uniform {
        Uniform::new(ratio(cheap), ratio(moved), ratio(escalation), ratio(router)).expect("in range")
    }

    #[test]
    fn ninety_five_percent_of_traffic_is_not_ninety_five_percent_of_cost() {
        // 0.95 x (1 - 1/50) = 0.931; 0.95 / 0.98 = 0.9694
        let routed = uniform("1/50", "95%", "0", "0");
        assert_eq!(routed.saving(), ratio("0.931"));
        assert_eq!(routed.needed_share(&ratio("0.95")), Some(Ratio::new(95, 98)));
        assert!(routed.reaches(&ratio("0.95")));
        assert_eq!(routed.cheap_cost_at_full_share(&ratio("0.95")), ratio("0.05"));
    }

    #[test]
    fn one_percent_of_escalation_needs_all_traffic_and_two_percent_rules_it_out() {
        // 0.95 / (1 - 0.04 - 0.01) = 1; 0.95 / 0.94 > 1
        let target = ratio("0.95");
        assert_eq!(uniform("4%", "1", "1%", "0").needed_share(&target), Some(Ratio::one()));
        assert!(uniform("4%", "1", "1%", "0").reaches(&target));
        assert!(!uniform("4%", "1", "2%", "0").reaches(&target));
    }

    #[test]
    fn where_moving_saves_nothing_no_share_is_enough() {
        let hopeless = uniform("0.1", "0.8", "0.95", "0.01");
        assert_eq!(hopeless.needed_share(&ratio("0.2")), None);
        // 0.8 x (1 - 0.1 - 0.95) - 0.01
        assert_eq!(hopeless.saving(), ratio("-0.05"));
        assert_eq!(hopeless.best_saving(), ratio("-0.01"));
        assert_eq!(uniform("0.1", "0", "0", "0").break_even_escalation(), None);
    }

    #[test]
    fn shares_over_one_and_negative_costs_are_refused() {
        let of = |cheap, moved| Uniform::new(ratio(cheap), ratio(moved), ratio("0"), ratio("0"));
        assert_eq!(of("-0.1", "1"), Err(RoutingError::NegativeCost));
        assert_eq!(of("0.1", "1.01"), Err(RoutingError::NotAShare));
    }
}
