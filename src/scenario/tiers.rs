//! The next tier up or down: which of several offers is the cheapest for a buyer who knows his use.
//!
//! A month's use of `D` dollars at list prices costs `fee + rate x (D - included)` on an offer, the second part only
//! above what is included; the API is the offer without a fee and without anything included. Each cost has at most two
//! straight pieces, so the cheapest offer changes at points that can be said exactly. Of offers that cost the same, the
//! one with the lower fee is taken, then the one that is listed first; a point where the choice changes belongs to the
//! segment below it.

use crate::economics::{BreakEven, Economics};
use crate::units::Ratio;

/// One way to buy use, and what it leaves the vendor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Dollars a month, whatever the use.
    pub fee_usd: Ratio,
    /// Use that the fee includes, in dollars at list prices; `None`: all.
    pub included_usd: Option<Ratio>,
    /// What use above it costs, as a multiple of list price; not negative.
    pub overflow_rate: Ratio,
    /// What the vendor keeps of the fee before serving.
    pub room_usd: Ratio,
    /// Serving cost of a dollar at list; not negative.
    pub serving_share: Ratio,
    /// Share of the overflow's price that goes in fees.
    pub fee_share: Ratio,
}

impl Offer {
    /// Use by the meter at list prices.
    #[must_use]
    pub fn api(serving_share: Ratio) -> Self {
        Self {
            fee_usd: Ratio::zero(),
            included_usd: Some(Ratio::zero()),
            overflow_rate: Ratio::one(),
            room_usd: Ratio::zero(),
            serving_share,
            fee_share: Ratio::zero(),
        }
    }

    /// A plan. Where it sells no overage, the buyer takes overflow from the API at list price, of which `fee_share`
    /// goes in fees.
    #[must_use]
    pub fn plan(economics: &Economics, fee_share: Ratio) -> Self {
        let (overflow_rate, fee_share) = match &economics.overage {
            Some(overage) => (overage.of_list_price.clone(), overage.fee_share.clone()),
            None => (Ratio::one(), fee_share),
        };
        Self {
            fee_usd: economics.revenue.revenue_usd.clone(),
            included_usd: economics.max_api_usd.clone(),
            overflow_rate,
            room_usd: economics.room_usd(),
            serving_share: economics.serving_share.clone(),
            fee_share,
        }
    }

    /// Use above what is included.
    #[must_use]
    pub fn overflow_usd(&self, use_usd: &Ratio) -> Ratio {
        match &self.included_usd {
            Some(included) if use_usd > included => use_usd - included,
            _ => Ratio::zero(),
        }
    }

    /// What the buyer pays for so much use; without tax also what the vendor takes in.
    #[must_use]
    pub fn cost_usd(&self, use_usd: &Ratio) -> Ratio {
        &self.fee_usd + &self.overflow_rate * self.overflow_usd(use_usd)
    }

    /// What the vendor earns on so much use.
    #[must_use]
    pub fn profit_usd(&self, use_usd: &Ratio) -> Ratio {
        &self.room_usd + self.kept() * self.overflow_usd(use_usd) - &self.serving_share * use_usd
    }

    /// The same over what the vendor takes in; `None` where that is nothing.
    #[must_use]
    pub fn margin(&self, use_usd: &Ratio) -> Option<Ratio> {
        self.profit_usd(use_usd).checked_div(&self.cost_usd(use_usd))
    }

    /// The use above which the fee no longer pays for the serving: `D*`.
    #[must_use]
    pub fn break_even(&self) -> BreakEven {
        if self.room_usd.is_negative() {
            return BreakEven::Never;
        }
        // Where nothing is included, all use is overflow, which pays for itself or does not.
        let nothing = self.included_usd.as_ref().is_some_and(Ratio::is_zero);
        let cost = if nothing { &self.serving_share - self.kept() } else { self.serving_share.clone() };
        if !cost.is_positive() {
            return BreakEven::Always;
        }
        let usd = &self.room_usd / &cost;
        let included = self.included_usd.as_ref();
        BreakEven::Finite { utilization: included.and_then(|included| usd.checked_div(included)), usd }
    }

    /// The use within `(from, to]` on which the vendor loses money: above the first figure and, where overflow has paid
    /// for the loss, below the second. `None`: on none of it.
    #[must_use]
    pub fn loses(&self, from: &Ratio, to: Option<&Ratio>) -> Option<(Ratio, Option<Ratio>)> {
        // Profit falls as long as use is included, then climbs or falls on: it is negative on one stretch.
        let climb = self.kept() - &self.serving_share;
        let at_full = self.included_usd.as_ref().map(|included| (included, self.profit_usd(included)));
        let begin = match self.room_usd.checked_div(&self.serving_share) {
            _ if self.room_usd.is_negative() => Ratio::zero(),
            Some(usd) if self.included_usd.as_ref().is_none_or(|included| usd < *included) => usd,
            _ => match &at_full {
                Some((included, profit)) if climb.is_negative() => *included + profit / &-&climb,
                _ => return None,
            },
        };
        let end = match &at_full {
            Some((included, profit)) if profit.is_negative() && climb.is_positive() => {
                Some(*included + -profit / &climb)
            }
            // It loses nothing at all unless it does at full use, or further on.
            Some((_, profit)) if climb.is_positive() && !profit.is_negative() => return None,
            _ => None,
        };
        let begin = if begin < *from { from.clone() } else { begin };
        let end = match (end, to) {
            (Some(end), Some(to)) if end > *to => None,
            (end, _) => end,
        };
        let is_empty = to.is_some_and(|to| begin >= *to) || end.as_ref().is_some_and(|end| begin >= *end);
        (!is_empty).then_some((begin, end))
    }

    /// What the vendor keeps of a dollar of overflow at list.
    pub(super) fn kept(&self) -> Ratio {
        &self.overflow_rate * (Ratio::one() - &self.fee_share)
    }

    /// What a little more use than this costs, per dollar of it.
    fn slope_above(&self, use_usd: &Ratio) -> Ratio {
        match &self.included_usd {
            Some(included) if use_usd >= included => self.overflow_rate.clone(),
            _ => Ratio::zero(),
        }
    }

    /// Whether it never costs more than another, whatever the use.
    #[must_use]
    pub fn never_dearer_than(&self, other: &Self) -> bool {
        // Between the points where a cost bends, and beyond them, both are straight.
        let zero = Ratio::zero();
        let bends = [Some(&zero), self.included_usd.as_ref(), other.included_usd.as_ref()];
        let last = bends.iter().flatten().copied().max().expect("zero is among them");
        bends.iter().flatten().all(|at| self.cost_usd(at) <= other.cost_usd(at))
            && self.slope_above(last) <= other.slope_above(last)
    }

    /// API dollars that one more dollar of fee includes in a dearer offer; `None` if that is not dearer, or either
    /// includes everything.
    #[must_use]
    pub fn marginal_multiple(&self, dearer: &Self) -> Option<Ratio> {
        let more_usd = dearer.included_usd.as_ref()? - self.included_usd.as_ref()?;
        let fee_usd = &dearer.fee_usd - &self.fee_usd;
        if fee_usd.is_positive() { more_usd.checked_div(&fee_usd) } else { None }
    }
}

/// A stretch of use on which one offer is the cheapest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Position of the offer.
    pub offer: usize,
    /// Use above which it is, in dollars at list prices; zero for the first.
    pub from_usd: Ratio,
    /// Use up to which it is; `None`: any.
    pub to_usd: Option<Ratio>,
}

/// The cheapest offer at every use, from no use on.
#[must_use]
pub fn ladder(offers: &[Offer]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut at = Some(Ratio::zero());
    while let Some(use_usd) = at {
        let Some(best) = cheapest_above(offers, &use_usd) else { break };
        if segments.last().is_none_or(|last| last.offer != best) {
            if let Some(last) = segments.last_mut() {
                last.to_usd = Some(use_usd.clone());
            }
            segments.push(Segment { offer: best, from_usd: use_usd.clone(), to_usd: None });
        }
        at = next_change(offers, best, &use_usd);
    }
    segments
}

/// The offer that is the cheapest for a little more use than this.
fn cheapest_above(offers: &[Offer], use_usd: &Ratio) -> Option<usize> {
    let key = |&at: &usize| {
        let offer = &offers[at];
        (offer.cost_usd(use_usd), offer.slope_above(use_usd), offer.fee_usd.clone(), at)
    };
    (0..offers.len()).min_by_key(key)
}

/// The next use at which a cost bends, or another offer becomes as cheap as the cheapest.
fn next_change(offers: &[Offer], best: usize, use_usd: &Ratio) -> Option<Ratio> {
    let (cost, slope) = (offers[best].cost_usd(use_usd), offers[best].slope_above(use_usd));
    let bends = offers.iter().filter_map(|offer| offer.included_usd.clone());
    let crossings = offers.iter().filter_map(|other| {
        let gain = &slope - other.slope_above(use_usd);
        gain.is_positive().then(|| use_usd + (other.cost_usd(use_usd) - &cost) / gain)
    });
    bends.chain(crossings).filter(|at| at > use_usd).min()
}

/// Why an offer is never the cheapest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dominated {
    /// Another never costs more, whatever the use.
    ByOne {
        /// Position of that offer.
        offer: usize,
    },
    /// At each use some other costs no more; where the offer does best, at full use, it is this one.
    ByTurns {
        /// Position of that offer.
        offer: usize,
        /// What is bought at full use.
        use_usd: Ratio,
        /// What it costs there.
        cost_usd: Ratio,
    },
}

impl Dominated {
    /// Position of the offer that is named as the better one.
    #[must_use]
    pub const fn offer(&self) -> usize {
        match self {
            Self::ByOne { offer } | Self::ByTurns { offer, .. } => *offer,
        }
    }
}

/// Why an offer has no segment; `None` if it has one.
///
/// # Panics
///
/// If `segments` is not the ladder of `offers`.
#[must_use]
pub fn dominated(offers: &[Offer], segments: &[Segment], offer: usize) -> Option<Dominated> {
    if segments.iter().any(|segment| segment.offer == offer) {
        return None;
    }
    let mine = &offers[offer];
    // The cheapest of them first, so that the reason is the strongest.
    let mut others: Vec<usize> = (0..offers.len()).filter(|&other| other != offer).collect();
    others.sort_by_key(|&other| (!segments.iter().any(|segment| segment.offer == other), other));
    if let Some(&by) = others.iter().find(|&&other| offers[other].never_dearer_than(mine)) {
        return Some(Dominated::ByOne { offer: by });
    }
    let use_usd = mine.included_usd.clone().unwrap_or_default();
    let by = segments
        .iter()
        .find(|segment| segment.to_usd.as_ref().is_none_or(|to| use_usd <= *to))
        .expect("a ladder has no end")
        .offer;
    Some(Dominated::ByTurns { offer: by, cost_usd: offers[by].cost_usd(&use_usd), use_usd })
}

#[cfg(test)]
mod tests;
