//! The figures of a plan and its subscribers: each a column, and how it is filled.

use super::book::{Cast, Seated, Why};
use super::outcome::{Drawn, Outcome};
use crate::cli::analyze::status;
use crate::economics::{BreakEven, Economics};
use crate::population::Quantity;
use crate::report::{Cell, Column, Missing, Row, Unit};
use crate::simulation::Estimate;
use crate::units::Ratio;

/// A plan with all that was found of its subscribers.
pub(super) struct Context<'a> {
    pub(super) cast: &'a Cast<'a>,
    pub(super) outcome: Option<&'a Outcome>,
    /// The use of a light user, who pays for those at full use.
    pub(super) light: &'a Ratio,
}

struct Field {
    key: &'static str,
    title: &'static str,
    unit: Unit,
    /// Shown, and what goes first where a table does not fit.
    shown: Option<u8>,
    meaning: &'static str,
    fill: fn(&Context<'_>) -> Cell,
}

macro_rules! fields {
    ($($key:literal $title:literal $unit:ident $shown:expr, $meaning:literal => $fill:expr)+) => {
        const FIELDS: &[Field] = &[
            $(Field { key: $key, title: $title, unit: Unit::$unit, shown: $shown, meaning: $meaning, fill: $fill }),+
        ];
    };
}

fields! {
    "plan" "Plan" Text Some(0), "the plan's id" => |c| Cell::Text(c.cast.answer.plan.id.to_string())
    "status" "Status" Text None,
        "`ok`; `not_applicable`: a free plan, which has no margin, or one without limit in a population of shares; \
         `uncapped`: use has no limit; `unpriced`: a rate is missing; `unknown`: price or allowance is" => |c| c.status()
    "subscribers" "Subs" Count Some(8), "how many subscribers the plan has" => |c| Cell::Count(c.cast.subscribers)
    "mean_utilization" "Mean use" Share Some(0),
        "mean share of the maximum that is served; none for a plan without limit" => |c| c.utilization(|o| o.mean_use)
    "median_utilization" "Median" Share Some(6),
        "share of the maximum that half of the subscribers do not exceed" => |c| c.utilization(|o| o.median_use)
    "mean_api_usd_per_month" "Mean API" Usd None,
        "mean use that is served, in dollars at API list prices" => |c| {
            c.figure(|seated, outcome| usd(outcome.mean_use * seated.unit_usd.to_f64()))
        }
    "break_even" "Even at" Share Some(3),
        "utilization above which a subscriber loses money; more than 1 means not even at full use" => |c| {
            c.break_even(|even| match even {
                BreakEven::Finite { utilization: Some(share), .. } => Cell::Share(share.into()),
                _ => NONE,
            })
        }
    "break_even_usd" "Even usd" Usd None, "the same in dollars at API list prices" => |c| c.break_even(|even| match even {
        BreakEven::Finite { usd, .. } => Cell::Usd(usd.into()),
        _ => NONE,
    })
    "margin" "Margin" Share Some(0),
        "profit of all subscribers over their revenue; none for a free plan" => |c| c.optional(|o| o.margin, share)
    "margin_p5" "5% margin" Share None,
        "margin that 5 % of the subscribers stay at or below, each by themselves" => |c| c.optional(|o| o.margins[0], share)
    "margin_p50" "50% margin" Share None, "the same for half of them" => |c| c.optional(|o| o.margins[1], share)
    "margin_p95" "95% margin" Share None, "the same for 95 % of them" => |c| c.optional(|o| o.margins[2], share)
    "loss_share" "Losers" Share Some(0),
        "share of subscribers who cost more than they bring" => |c| c.figure(|_, outcome| share(outcome.loss_share))
    "surplus_usd" "Surplus" Usd Some(4),
        "what the others leave, in dollars per subscriber of all and month" => |c| c.figure(|_, outcome| usd(outcome.surplus_usd))
    "deficit_usd" "Deficit" Usd Some(4),
        "what the losers take of it; surplus less deficit is profit" => |c| c.figure(|_, outcome| usd(outcome.deficit_usd))
    "deficit_ratio" "Ratio" Number Some(5),
        "deficit over surplus; from 1 on the plan loses money" => |c| c.optional(|o| o.deficit_ratio, hundredths)
    "light_users_per_full_user" "Light per full" Number None,
        "light users (--light) whose profit pays for one at full use; none: nothing to pay, or nothing to pay it with" => |c| {
            c.figure(|seated, _| {
                let users = (seated.counts == Quantity::Utilization)
                    .then(|| seated.seat.light_users_per_full_user(c.light.to_f64()));
                users.flatten().map_or(NONE, hundredths)
            })
        }
    "top_1pct_share" "Top 1%" Share None,
        "what of all use the heaviest 1 % of subscribers have" => |c| c.optional(|o| o.top_1pct_share, share)
    "top_10pct_share" "Top 10%" Share None,
        "what of it the heaviest 10 % have" => |c| c.optional(|o| o.top_10pct_share, share)
    "gini" "Gini" Share None,
        "Gini coefficient of use; none where it was drawn" => |c| c.optional(|o| o.gini, share)
    "profit_usd_per_subscriber" "Profit each" Usd None,
        "mean profit of a subscriber and month" => |c| c.figure(|_, outcome| usd(outcome.profit_usd))
    "revenue_usd_per_month" "Revenue" Usd None,
        "revenue of all subscribers in a month, without tax" => |c| c.all(|outcome| outcome.revenue_usd)
    "profit_usd_per_month" "Profit" Usd Some(2),
        "expected profit of all subscribers in a month" => |c| c.all(|outcome| outcome.profit_usd)
    "samples" "Samples" Count None, "how many subscribers were drawn; none: by closed forms" => |c| {
        c.figure(|_, outcome| outcome.drawn.as_ref().map_or(NONE, |drawn| Cell::Count(drawn.samples)))
    }
    "mean_utilization_standard_error" "± use" Share None,
        "standard error of the mean use where it was drawn" => |c| c.error(|drawn| Some(drawn.mean_use), share)
    "margin_standard_error" "± margin" Share None, "of the margin" => |c| c.error(|drawn| drawn.margin, share)
    "loss_share_standard_error" "± losers" Share None,
        "of the share of losers" => |c| c.error(|drawn| Some(drawn.loss_share), share)
    "profit_usd_per_subscriber_standard_error" "± profit" Usd None,
        "of the mean profit of a subscriber" => |c| c.error(|drawn| Some(drawn.profit_usd), usd)
    "source" "Source" List None, "file and line of the plan" => |c| {
        let line = &c.cast.answer.plan.provenance.line;
        Cell::Record(vec![("path", Cell::Text(line.path.to_string())), ("line", Cell::Count(line.line as u64))])
    }
}

const NONE: Cell = Cell::Missing(Missing::NotApplicable);

/// Dollars of a statistic.
pub(super) fn usd(value: f64) -> Cell {
    Ratio::from_f64(value).map_or(Cell::Missing(Missing::Unknown), |value| Cell::Usd(value.into()))
}

/// A share of a statistic.
pub(super) fn share(value: f64) -> Cell {
    Ratio::from_f64(value).map_or(Cell::Missing(Missing::Unknown), |value| Cell::Share(value.into()))
}

/// A plain number to two decimals.
pub(super) fn hundredths(value: f64) -> Cell {
    let value = Ratio::from_f64(value).map(|value| (value * Ratio::from(100) + Ratio::new(1, 2)).floor());
    value.map_or(Cell::Missing(Missing::Unknown), |value| Cell::Number((value / Ratio::from(100)).into()))
}

/// Users as a float; exact, since there are at most 10^15.
#[expect(clippy::cast_precision_loss, reason = "at most 10^15")]
pub(super) const fn float(count: u64) -> f64 {
    count as f64
}

impl Context<'_> {
    fn status(&self) -> Cell {
        let word = match self.cast.seated {
            Ok(_) | Err(Why::Unknown) => status(self.cast.answer),
            Err(Why::Unlimited | Why::Shape(_)) => "not_applicable",
        };
        Cell::Text(word.to_owned())
    }

    fn missing(&self) -> Cell {
        match self.cast.seated {
            Err(Why::Unlimited | Why::Shape(_)) => NONE,
            _ => Cell::Missing(Missing::Unknown),
        }
    }

    fn figure(&self, cell: impl FnOnce(&Seated, &Outcome) -> Cell) -> Cell {
        match (&self.cast.seated, self.outcome) {
            (Ok(seated), Some(outcome)) => cell(seated, outcome),
            _ => self.missing(),
        }
    }

    fn optional(&self, value: impl FnOnce(&Outcome) -> Option<f64>, cell: fn(f64) -> Cell) -> Cell {
        self.figure(|_, outcome| value(outcome).map_or(NONE, cell))
    }

    /// A utilization; there is none without a maximum.
    fn utilization(&self, value: impl FnOnce(&Outcome) -> f64) -> Cell {
        self.figure(|seated, outcome| match seated.counts {
            Quantity::Utilization => share(value(outcome)),
            Quantity::ApiUsd => Cell::Missing(Missing::Unlimited),
        })
    }

    fn all(&self, each: impl FnOnce(&Outcome) -> f64) -> Cell {
        self.figure(|_, outcome| usd(each(outcome) * float(self.cast.subscribers)))
    }

    fn error(&self, estimate: impl FnOnce(&Drawn) -> Option<Estimate>, cell: fn(f64) -> Cell) -> Cell {
        self.figure(|_, outcome| {
            let estimate = outcome.drawn.as_ref().and_then(estimate);
            estimate.map_or(NONE, |estimate| cell(estimate.standard_error))
        })
    }

    fn break_even(&self, finite: impl FnOnce(BreakEven) -> Cell) -> Cell {
        match self.cast.answer.economics.as_ref().map(Economics::break_even) {
            None => Cell::Missing(Missing::Unknown),
            Some(BreakEven::Never) => Cell::Missing(Missing::Never),
            Some(BreakEven::Always) => Cell::Missing(Missing::Always),
            Some(even) => finite(even),
        }
    }
}

/// Every column, in the order of documents.
pub(in crate::cli) fn columns() -> Vec<Column> {
    let column = |field: &Field| Column {
        key: field.key,
        title: field.title.to_owned(),
        meaning: field.meaning,
        unit: field.unit,
        shown: field.shown.is_some(),
        drop_rank: field.shown.unwrap_or(9),
        heat_points: Vec::new(),
    };
    FIELDS.iter().map(column).collect()
}

pub(super) fn row(context: &Context<'_>) -> Row {
    Row { group: None, cells: FIELDS.iter().map(|field| (field.fill)(context)).collect() }
}
