//! What the years change: serving gets cheaper, use grows, prices move.
//!
//! What is carried is the dollars that full use costs to serve, not what it costs at list prices: an allowance in
//! dollars or credits keeps its list value when list prices fall, one in tokens does not, and the serving cost of
//! either falls with the cost of serving alone. All trends compound. Money at whole years is exact; the year of a
//! crossing is a binary float.

mod deflation;
mod phase;

use std::fmt;

pub use deflation::{DEFLATIONS, Deflation};

use crate::units::Ratio;
use phase::{Phase, Term};

/// A change that compounds: the factor of a year, above zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    per_year: Ratio,
}

/// Why an outlook cannot be made of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutlookError {
    /// A trend that would leave nothing, or less, after a year.
    NothingLeft {
        /// What it is called.
        what: &'static str,
        /// What was given.
        value: Ratio,
        /// What would be right.
        wanted: &'static str,
    },
    /// An amount below zero.
    Negative(&'static str),
}

impl fmt::Display for OutlookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingLeft { what, value, wanted } => {
                write!(f, "{what} of {} a year is not possible; it must be {wanted}", value.to_exact())
            }
            Self::Negative(what) => write!(f, "{what} is negative; it must be zero or more"),
        }
    }
}

impl std::error::Error for OutlookError {}

impl Trend {
    /// No change.
    #[must_use]
    pub fn none() -> Self {
        Self { per_year: Ratio::one() }
    }

    /// Growth by a share a year: 0.5 is half as much again.
    ///
    /// # Errors
    ///
    /// If the share is -1 or less.
    pub fn growth(share: &Ratio) -> Result<Self, OutlookError> {
        Self::of("growth", share, "more than -1", Ratio::one() + share)
    }

    /// A decline by a share a year: 0.25 leaves three quarters.
    ///
    /// # Errors
    ///
    /// If the share is 1 or more.
    pub fn decline(share: &Ratio) -> Result<Self, OutlookError> {
        Self::of("a decline", share, "less than 1", Ratio::one() - share)
    }

    /// So many times cheaper each year: 9 leaves a ninth.
    ///
    /// # Errors
    ///
    /// If the factor is zero or less.
    pub fn times_cheaper(factor: &Ratio) -> Result<Self, OutlookError> {
        let per_year = Ratio::one().checked_div(factor).unwrap_or_default();
        Self::of("a factor", factor, "more than 0", per_year)
    }

    fn of(what: &'static str, value: &Ratio, wanted: &'static str, per_year: Ratio) -> Result<Self, OutlookError> {
        if !per_year.is_positive() {
            return Err(OutlookError::NothingLeft { what, value: value.clone(), wanted });
        }
        Ok(Self { per_year })
    }

    /// The factor of a year.
    #[must_use]
    pub const fn per_year(&self) -> &Ratio {
        &self.per_year
    }

    /// Both at once.
    fn and(&self, other: &Self) -> Self {
        Self { per_year: &self.per_year * &other.per_year }
    }

    /// This as seen from another trend.
    fn against(&self, other: &Self) -> Self {
        Self { per_year: &self.per_year / &other.per_year }
    }

    /// The natural logarithm of a year's factor; exactly zero without a change.
    fn log(&self) -> f64 {
        let change = (&self.per_year - Ratio::one()).to_f64();
        if change.abs() < 0.5 {
            libm::log1p(change)
        } else {
            libm::log(self.per_year.to_f64().clamp(f64::MIN_POSITIVE, f64::MAX))
        }
    }

    fn after(&self, years: u8) -> Ratio {
        std::iter::repeat_n(&self.per_year, usize::from(years)).fold(Ratio::one(), |product, factor| product * factor)
    }
}

/// Whether use can grow past the allowance of today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ceiling {
    /// Demand above full use is not served.
    #[default]
    Kept,
    /// The allowance grows with demand.
    Lifted,
}

/// A part of the use with its own cost and trends: the frontier model, or the mid tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    utilization: Ratio,
    serving_usd_at_full: Ratio,
    growth: Trend,
    cost: Trend,
    ceiling: Ceiling,
}

impl Segment {
    /// Use of so large a share of the allowance, of which full use costs so many dollars a month to serve today; how
    /// demand grows, how the cost of serving the same use changes, and whether the allowance holds use back.
    ///
    /// # Errors
    ///
    /// If the utilization or the cost is negative.
    pub fn new(
        utilization: Ratio,
        serving_usd_at_full: Ratio,
        growth: Trend,
        cost: Trend,
        ceiling: Ceiling,
    ) -> Result<Self, OutlookError> {
        if utilization.is_negative() {
            return Err(OutlookError::Negative("a utilization"));
        }
        if serving_usd_at_full.is_negative() {
            return Err(OutlookError::Negative("a cost of serving"));
        }
        Ok(Self { utilization, serving_usd_at_full, growth, cost, ceiling })
    }

    /// The year in which growing demand reaches the allowance, 0 if it has; `None` if it never does or need not stop
    /// there.
    #[must_use]
    pub fn saturates_after_years(&self) -> Option<f64> {
        let grows = self.growth.per_year > Ratio::one() && self.utilization.is_positive();
        (grows && self.ceiling == Ceiling::Kept).then(|| self.meets_ceiling().unwrap_or(0.0))
    }

    /// The year, above zero, in which demand passes the allowance in either direction.
    fn meets_ceiling(&self) -> Option<f64> {
        if !self.utilization.is_positive() {
            return None;
        }
        let growth = self.growth.log();
        let demand = Trend { per_year: self.utilization.clone() }.log();
        let year = -demand / growth;
        (self.ceiling == Ceiling::Kept && year.is_finite() && year > 0.0).then_some(year)
    }

    /// Serving cost in a whole year, in dollars a month.
    fn serving_usd(&self, year: u8) -> Ratio {
        let demand = &self.utilization * self.growth.after(year);
        let served = if self.ceiling == Ceiling::Kept { demand.min(Ratio::one()) } else { demand };
        served * &self.serving_usd_at_full * self.cost.after(year)
    }

    /// Serving cost against the price, from some year on until demand passes the allowance again; `None`: nothing.
    fn term(&self, from_year: f64, price: &Trend) -> Option<Term> {
        let before = self.meets_ceiling().is_none_or(|year| from_year < year);
        let is_full_now = self.utilization >= Ratio::one();
        let saturated = self.ceiling == Ceiling::Kept
            && match self.meets_ceiling() {
                Some(_) => before == is_full_now,
                // Demand stands at the allowance or moves away from it.
                None if self.growth.per_year < Ratio::one() => self.utilization > Ratio::one(),
                None => is_full_now,
            };
        let (used, trend) = if saturated {
            (Ratio::one(), self.cost.clone())
        } else {
            (self.utilization.clone(), self.cost.and(&self.growth))
        };
        let usd = used * &self.serving_usd_at_full;
        usd.is_positive().then(|| Term { usd, trend: trend.against(price) })
    }
}

/// A plan and what the years do to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Revenue per seat and month today, in dollars.
    pub revenue_usd: Ratio,
    /// What is left of it before serving: `N - F`, in dollars.
    pub net_usd: Ratio,
    /// How the price changes; fees and fixed cost change with it.
    pub price: Trend,
    /// The use. Its costs add up.
    pub segments: Vec<Segment>,
}

/// A plan in one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    /// Years from today.
    pub year: u8,
    /// Dollars per seat and month.
    pub revenue_usd: Ratio,
    /// Dollars per seat and month.
    pub serving_usd: Ratio,
    /// Dollars per seat and month.
    pub profit_usd: Ratio,
    /// Profit over revenue; `None` without revenue.
    pub margin: Option<Ratio>,
}

/// When a plan breaks even.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Years {
    /// It covers its cost today.
    Now,
    /// After so many years.
    Later(f64),
    /// It never does.
    Never,
}

impl Years {
    /// The word for it in documents.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Later(_) => "later",
            Self::Never => "never",
        }
    }
}

/// Which way a plan goes where its profit is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// It earns from here on.
    Profit,
    /// It loses from here on.
    Loss,
}

impl Side {
    /// The word for it in documents.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Profit => "profit",
            Self::Loss => "loss",
        }
    }
}

/// Where profit passes zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// Years from today.
    pub year: f64,
    /// What follows.
    pub to: Side,
}

impl Outlook {
    /// The plan in each whole year up to a last one, today first. Exact.
    #[must_use]
    pub fn trajectory(&self, last_year: u8) -> Vec<Year> {
        (0..=last_year).map(|year| self.in_year(year)).collect()
    }

    fn in_year(&self, year: u8) -> Year {
        let price = self.price.after(year);
        let revenue_usd = &self.revenue_usd * &price;
        let serving_usd: Ratio = self.segments.iter().map(|segment| segment.serving_usd(year)).sum();
        let profit_usd = &self.net_usd * price - &serving_usd;
        Year { year, margin: profit_usd.checked_div(&revenue_usd), revenue_usd, serving_usd, profit_usd }
    }

    /// Whether it covers its cost today. Exact.
    #[must_use]
    pub fn covers_now(&self) -> bool {
        !self.in_year(0).profit_usd.is_negative()
    }

    /// When it first covers its cost, however late.
    #[must_use]
    pub fn years_to_break_even(&self) -> Years {
        if self.covers_now() {
            return Years::Now;
        }
        if !self.net_usd.is_positive() {
            return Years::Never;
        }
        let mut covers = false;
        for phase in self.phases(None) {
            for crossing in phase.crossings(&self.net_usd, &mut covers) {
                if crossing.to == Side::Profit {
                    return Years::Later(crossing.year);
                }
            }
        }
        Years::Never
    }

    /// Every crossing of zero profit within so many years, in order of time; a negative span counts as none.
    ///
    /// Between two saturations the cost over what is there to pay it is a sum of exponentials, which is convex: at most
    /// two crossings each.
    #[must_use]
    pub fn crossings(&self, within_years: &Ratio) -> Vec<Crossing> {
        // With nothing to pay with, no trend turns the sign of profit.
        if !self.net_usd.is_positive() {
            return Vec::new();
        }
        let mut covers = self.covers_now();
        let end = within_years.to_f64().clamp(0.0, f64::MAX);
        self.phases(Some(end)).into_iter().flat_map(|phase| phase.crossings(&self.net_usd, &mut covers)).collect()
    }

    /// Dollars a month of serving that remain once all that falls against the price has fallen: what must be below
    /// revenue after fees for it to break even as time goes on.
    #[must_use]
    pub fn floor_usd(&self) -> Ratio {
        self.phases(None).last().map_or_else(Ratio::zero, Phase::floor_usd)
    }

    /// The spans within which no segment begins or ends to be held back by its allowance.
    fn phases(&self, end: Option<f64>) -> Vec<Phase> {
        let mut starts: Vec<f64> = self.segments.iter().filter_map(Segment::meets_ceiling).collect();
        starts.push(0.0);
        starts.retain(|start| end.is_none_or(|end| *start <= end));
        starts.sort_by(f64::total_cmp);
        starts.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let ends = starts[1..].iter().copied().map(Some).chain([end]);
        starts
            .iter()
            .zip(ends)
            .map(|(&from, to)| Phase {
                from,
                to,
                terms: self.segments.iter().filter_map(|segment| segment.term(from, &self.price)).collect(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
