//! Models tried one after the other, each answer judged before the next is asked.

use super::{RoutingError, costs, saving, shares};
use crate::units::Ratio;

/// One model of a cascade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Dollars that a request costs here.
    pub usd: Ratio,
    /// Dollars that it costs to judge the answer.
    pub judge_usd: Ratio,
    /// Share of the answers that is accepted.
    pub accept: Ratio,
}

/// What a request costs in a cascade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cascaded {
    /// Dollars a request, over all stages.
    pub usd: Ratio,
    /// Share of the requests that reaches each stage.
    pub reach: Vec<Ratio>,
    /// Share of the requests whose every answer was refused.
    pub unanswered: Ratio,
}

impl Cascaded {
    /// Saved against another cost of a request; `None` if that is nothing.
    #[must_use]
    pub fn saving(&self, before_usd: &Ratio) -> Option<Ratio> {
        saving(before_usd, &self.usd)
    }
}

/// The cost of a cascade: `sum_k cost_k prod_(j<k) (1 - accept_j)`.
///
/// # Errors
///
/// If a cost is negative or an acceptance is not between 0 and 1.
pub fn cascade(stages: &[Stage]) -> Result<Cascaded, RoutingError> {
    let mut cascaded = Cascaded { usd: Ratio::zero(), reach: Vec::new(), unanswered: Ratio::one() };
    for stage in stages {
        costs([&stage.usd, &stage.judge_usd])?;
        shares([&stage.accept])?;
        cascaded.usd += &(&cascaded.unanswered * (&stage.usd + &stage.judge_usd));
        cascaded.reach.push(cascaded.unanswered.clone());
        cascaded.unanswered = cascaded.unanswered * (Ratio::one() - &stage.accept);
    }
    Ok(cascaded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage(usd: &str, judge_usd: &str, accept: &str) -> Stage {
        let [usd, judge_usd, accept] = [usd, judge_usd, accept].map(|text| Ratio::parse(text).expect("a decimal"));
        Stage { usd, judge_usd, accept }
    }

    #[test]
    fn each_stage_is_paid_by_those_that_reach_it() {
        // 0.0013 + 0.38 x 0.0203 + 0.38 x 0.3 x 0.12 = 0.0013 + 0.007714 + 0.01368
        let stages = [stage("0.001", "0.0003", "0.62"), stage("0.02", "0.0003", "0.7"), stage("0.12", "0", "1")];
        let cascaded = cascade(&stages).expect("in range");
        assert_eq!(cascaded.usd, Ratio::parse("0.022694").expect("a decimal"));
        assert_eq!(cascaded.reach[2], Ratio::parse("0.114").expect("a decimal"));
        assert_eq!(cascaded.unanswered, Ratio::zero());
    }

    #[test]
    fn what_nobody_accepts_is_said() {
        let cascaded = cascade(&[stage("1", "0", "0.6"), stage("2", "0", "0.5")]).expect("in range");
        assert_eq!(cascaded.unanswered, Ratio::parse("0.2").expect("a decimal"));
        assert_eq!(cascade(&[stage("1", "0", "1.1")]), Err(RoutingError::NotAShare));
        assert_eq!(cascade(&[stage("-1", "0", "1")]), Err(RoutingError::NegativeCost));
    }
}
