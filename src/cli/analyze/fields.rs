//! The figures of a plan: each a column, and how a plan's answer fills it.

use std::sync::Arc;

use crate::analysis::{Answer, Gap, MaxApi, ServingSource};
use crate::cli::asked::Asked;
use crate::economics::{BreakEven, Buyer, Economics, UnitEconomics};
use crate::plan::Plan;
use crate::report::{Cell, Column, Figure, HeatCell, HeatTitle, Missing, Unit};
use crate::units::Ratio;
use crate::workload::NoRateReason;

/// One figure of a plan: its column and how a plan's answer fills it.
pub(in crate::cli) struct Field {
    /// The column.
    pub(in crate::cli) column: Column,
    pub(in crate::cli) fill: fn(&Context<'_>) -> Cell,
}

/// A plan with all that was found about it.
pub(in crate::cli) struct Context<'a> {
    pub(in crate::cli) answer: &'a Answer<'a>,
    pub(in crate::cli) unit: Option<UnitEconomics>,
    pub(in crate::cli) asked: &'a Asked,
    pub(in crate::cli) points: &'a [HeatTitle],
}

macro_rules! fields {
    ($($key:literal $title:literal $unit:ident $shown:literal $drop:literal $meaning:literal => $fill:expr)+) => {
        /// Every column, in the order of documents.
        pub(in crate::cli) fn fields(points: &[HeatTitle]) -> Vec<Field> {
            vec![$(Field {
                column: Column {
                    key: $key,
                    title: $title.to_owned(),
                    meaning: $meaning,
                    unit: Unit::$unit,
                    shown: $shown,
                    drop_rank: $drop,
                    heat_points: if matches!(Unit::$unit, Unit::Heat) { points.to_vec() } else { Vec::new() },
                },
                fill: $fill,
            }),+]
        }
    };
}

fields! {
    "plan" "Plan" Text true 0 "the plan's id" => |c| text(&c.plan().id)
    "vendor" "Vendor" Text false 9 "the vendor's id" => |c| optional_text(c.plan().vendor.as_ref())
    "name" "Name" Text false 9 "the plan's name" => |c| optional_text(c.plan().name.as_ref())
    "status" "Status" Text false 8
        "`ok`; `not_applicable`: a free plan, which has no multiple and no margin; `uncapped`: use has no limit; \
         `unpriced`: a rate is missing; `unknown`: price or allowance is" => |c| Cell::Text(status(c.answer).to_owned())
    "price_usd_per_month" "Price" Usd true 2 "price of a month and seat in dollars, tax included" => |c| c.price()
    "max_api_usd_per_month" "Max API" Usd true 5
        "what the full allowance of a month costs at API list prices" => |c| c.max_api()
    "multiple" "Mult" Multiple true 6 "API dollars per dollar of revenue: max API over price" => |c| c.multiple()
    "break_even" "Even at" Share true 1
        "utilization above which the vendor loses money; more than 1 means not even at full use" => |c| c.break_even()
    "break_even_status" "Even" Text false 8
        "`finite`; `never`: loses at zero use; `always`: never loses by use; null: not known" => |c| match &c.answer.economics {
            Some(economics) => Cell::Text(economics.break_even().status().to_owned()),
            None => Cell::Missing(Missing::Unknown),
        }
    "buyer_break_even" "Buyer at" Share false 7
        "utilization above which the plan is cheaper than the API" => |c| c.buyer_break_even()
    "serving_usd_at_full" "Serving" Usd false 7 "what full use costs the vendor to serve" => |c| c.with_max(|economics| {
        economics.serving_usd_at_full().map(usd)
    })
    "margin_at_full" "At full" Margin true 3 "the vendor's margin at full use, as a share of revenue" => |c| c.margin_at_full()
    "profit_at_full_usd" "Profit" Usd false 7 "the vendor's profit at full use" => |c| c.with_max(|economics| {
        economics.at(&Ratio::one()).map(|outcome| usd(outcome.profit_usd))
    })
    "margin_at" "Use 0→100%" Heat true 4 "margin and profit over utilization" => |c| c.heat()
    "binding_limit" "Decided by" List false 8 "the limits that decide the maximum" => |c| {
        Cell::List(c.answer.binding().map(|limit| text(&limit.id)).collect())
    }
    "basis" "Basis" Text false 8
        "how the maximum is known: `published`, `measured` or `estimated`" => |c| match c.answer.max_api {
            MaxApi::Unknown => Cell::Missing(Missing::Unknown),
            MaxApi::Finite(_) | MaxApi::Unlimited => Cell::Text(c.answer.basis.word().to_owned()),
        }
    "missing" "Missing" List false 8 "what is not known and would be needed" => |c| {
        Cell::List(c.answer.gaps.iter().map(|gap| Cell::Text(gap_text(gap))).collect())
    }
    "max_api_low_usd_per_month" "Max low" Usd false 8
        "the maximum by the lowest figures of sources that disagree" => |c| c.range(|range| &range.0)
    "max_api_high_usd_per_month" "Max high" Usd false 8
        "the maximum by the highest figures of sources that disagree" => |c| c.range(|range| &range.1)
    "worst_case_usd_per_month" "Worst case" Usd false 8
        "the maximum over all mixes of the workload's requests" => |c| match &c.answer.worst_case {
            MaxApi::Finite(ceiling) => c.maximum(ceiling.usd.clone()),
            MaxApi::Unlimited => Cell::Missing(Missing::Unlimited),
            MaxApi::Unknown => Cell::Missing(Missing::Unknown),
        }
    "break_even_usd" "Even USD" Usd false 7
        "use at API list prices above which the vendor loses money" => |c| c.known(|economics| match economics.break_even() {
            BreakEven::Finite { usd, .. } => Cell::Usd(usd.into()),
            BreakEven::Never => Cell::Missing(Missing::Never),
            BreakEven::Always => Cell::Missing(Missing::Always),
        })
    "win_win_from" "Win from" Share false 8
        "from this utilization on the plan is cheaper than the API for the buyer, while the vendor covers its cost; none: no such zone"
        => |c| c.zone(|zone| zone.0)
    "win_win_to" "Win to" Share false 8 "up to this utilization" => |c| c.zone(|zone| zone.1)
    "second_break_even" "2nd even" Share false 8
        "utilization above 1 from which overage has paid for the loss at full use" => |c| c.with_max(|economics| {
            economics.second_break_even().map(share)
        })
    "margin_floor" "Floor" Share false 8
        "API gross margin at which a subscriber at full use breaks even" => |c| c.with_max(|economics| {
            economics.margin_floor().map(share)
        })
    "net_usd_per_month" "Net" Usd false 8 "revenue of a month and seat after tax and fees" => |c| match &c.answer.revenue {
        Some(revenue) => Cell::Usd(revenue.net_usd.clone().into()),
        None => Cell::Missing(Missing::Unknown),
    }
    "serving_share" "Serve" Share false 8 "cost of serving a dollar at API list prices" => |c| {
        Cell::Share(c.answer.serving_share.clone().into())
    }
    "serving_source" "Serve by" Text false 8
        "where that comes from: `flag`, `plan`, `rates`, `vendor` or `default`" => |c| {
            Cell::Text(serving_source(c.answer.serving_source).to_owned())
        }
    "workload" "Workload" Text false 9 "the workload that priced the limits; none where they are in dollars" => |c| {
        if c.answer.rates.is_empty() { return Cell::Missing(Missing::NotApplicable) }
        optional_text(c.asked.question.workload.as_ref().or(c.plan().workload.as_ref()))
    }
    "contribution_usd_per_month" "Contrib" Usd false 8
        "with --mean-use: profit of a month after support" => |c| c.unit(|unit| Some(usd(unit.contribution_usd.clone())))
    "payback_months" "Payback" Number false 8
        "with --cac-usd: months until the cost of winning is earned back; none: never" => |c| c.unit(|unit| {
            unit.payback_months.clone().map(|months| Cell::Number(months.into()))
        })
    "lifetime_months" "Lifetime" Number false 8
        "with --churn: mean months until a subscriber leaves" => |c| c.unit(|unit| {
            unit.lifetime_months.clone().map(|months| Cell::Number(months.into()))
        })
    "ltv_usd" "LTV" Usd false 8
        "present value of all contributions; none: has no bound" => |c| c.unit(|unit| unit.ltv_usd.clone().map(usd))
    "ltv_over_cac" "LTV/CAC" Multiple false 8
        "the same over the cost of winning" => |c| c.unit(|unit| {
            unit.ltv_over_acquisition.clone().map(|ratio| Cell::Multiple(ratio.into()))
        })
    "checked" "Checked" Date false 8 "the last day the price was compared with its source" => |c| {
        c.plan().provenance.checked.map_or(Cell::Missing(Missing::Unknown), Cell::Date)
    }
    "source" "Source" List false 9 "file and line of the plan" => |c| {
        let line = &c.plan().provenance.line;
        Cell::Record(vec![("path", text(&line.path)), ("line", Cell::Count(line.line as u64))])
    }
}

impl<'a> Context<'a> {
    fn plan(&self) -> &'a Plan {
        self.answer.plan
    }

    /// The maximum itself: what follows from it is not marked again.
    fn maximum(&self, usd: Ratio) -> Cell {
        Cell::Usd(Figure { value: usd, approximate: self.answer.is_approximate() })
    }

    fn is_free(&self) -> bool {
        self.answer.revenue.as_ref().is_some_and(|revenue| revenue.revenue_usd.is_zero())
    }

    fn price(&self) -> Cell {
        match &self.answer.revenue {
            Some(revenue) => Cell::Usd(revenue.gross_usd.clone().into()),
            None => Cell::Missing(Missing::Unknown),
        }
    }

    fn max_api(&self) -> Cell {
        match &self.answer.max_api {
            MaxApi::Finite(ceiling) => self.maximum(ceiling.usd.clone()),
            MaxApi::Unlimited => Cell::Missing(Missing::Unlimited),
            MaxApi::Unknown => Cell::Missing(Missing::Unknown),
        }
    }

    /// What follows from price and maximum.
    fn known(&self, cell: impl FnOnce(&Economics) -> Cell) -> Cell {
        self.answer.economics.as_ref().map_or(Cell::Missing(Missing::Unknown), cell)
    }

    /// What follows from price and a maximum that is bounded; where it has no value, it does not apply.
    fn with_max(&self, cell: impl FnOnce(&Economics) -> Option<Cell>) -> Cell {
        self.known(|economics| match &economics.max_api_usd {
            Some(_) => cell(economics).unwrap_or(Cell::Missing(Missing::NotApplicable)),
            None => Cell::Missing(Missing::Unlimited),
        })
    }

    fn multiple(&self) -> Cell {
        self.with_max(|economics| economics.multiple().map(|multiple| Cell::Multiple(multiple.into())))
    }

    fn break_even(&self) -> Cell {
        self.known(|economics| match economics.break_even() {
            BreakEven::Never => Cell::Missing(Missing::Never),
            BreakEven::Always => Cell::Missing(Missing::Always),
            BreakEven::Finite { utilization: Some(u), .. } => share(u),
            BreakEven::Finite { utilization: None, .. } => Cell::Missing(Missing::Unlimited),
        })
    }

    fn buyer_break_even(&self) -> Cell {
        self.with_max(|economics| economics.buyer_break_even(&Buyer::default()).map(share))
    }

    fn margin_at_full(&self) -> Cell {
        self.with_max(|economics| economics.at(&Ratio::one())?.margin.map(share))
    }

    fn zone(&self, end: impl FnOnce((Ratio, Ratio)) -> Ratio) -> Cell {
        self.with_max(|economics| economics.win_win(&Buyer::default()).map(|zone| share(end(zone))))
    }

    fn range(&self, end: impl FnOnce(&(Ratio, Ratio)) -> &Ratio) -> Cell {
        match &self.answer.max_api_range_usd {
            Some(range) => self.maximum(end(range).clone()),
            None => Cell::Missing(Missing::NotApplicable),
        }
    }

    fn unit(&self, cell: impl FnOnce(&UnitEconomics) -> Option<Cell>) -> Cell {
        self.unit.as_ref().and_then(cell).unwrap_or(Cell::Missing(Missing::NotApplicable))
    }

    fn heat(&self) -> Cell {
        let at = |utilization: &Ratio| {
            let outcome = self.answer.economics.as_ref().and_then(|economics| economics.at(utilization));
            let missing = match self.answer.max_api {
                MaxApi::Unlimited => Missing::Unlimited,
                _ if self.is_free() => Missing::NotApplicable,
                _ => Missing::Unknown,
            };
            match outcome {
                Some(outcome) => HeatCell {
                    utilization: outcome.utilization,
                    served: share(outcome.served),
                    margin: outcome.margin.map_or(Cell::Missing(Missing::NotApplicable), share),
                    profit_usd: usd(outcome.profit_usd),
                },
                None => HeatCell {
                    utilization: utilization.clone(),
                    served: Cell::Missing(missing),
                    margin: Cell::Missing(missing),
                    profit_usd: Cell::Missing(missing),
                },
            }
        };
        Cell::Heat(self.points.iter().map(|point| at(&point.utilization)).collect())
    }
}

fn usd(value: Ratio) -> Cell {
    Cell::Usd(value.into())
}

fn share(value: Ratio) -> Cell {
    Cell::Share(value.into())
}

fn text(text: &Arc<str>) -> Cell {
    Cell::Text(text.to_string())
}

fn optional_text(words: Option<&Arc<str>>) -> Cell {
    words.map_or(Cell::Missing(Missing::NotApplicable), text)
}

/// The row's status, by which machines tell why a figure is null.
pub(in crate::cli) fn status(answer: &Answer<'_>) -> &'static str {
    let unpriced = answer.gaps.iter().any(|gap| matches!(gap, Gap::Rate(_)));
    let free = answer.revenue.as_ref().is_some_and(|revenue| revenue.revenue_usd.is_zero());
    match answer.max_api {
        _ if !answer.gaps.is_empty() => {
            if unpriced {
                "unpriced"
            } else {
                "unknown"
            }
        }
        MaxApi::Unlimited => "uncapped",
        MaxApi::Finite(_) | MaxApi::Unknown if free => "not_applicable",
        MaxApi::Finite(_) | MaxApi::Unknown => "ok",
    }
}

const fn serving_source(source: ServingSource) -> &'static str {
    match source {
        ServingSource::Asked => "flag",
        ServingSource::Plan => "plan",
        ServingSource::Rates => "rates",
        ServingSource::Vendor => "vendor",
        ServingSource::Default => "default",
    }
}

/// A gap in words: `allowance`, `rate of mimo-v2.6-flash`.
pub(in crate::cli) fn gap_text(gap: &Gap) -> String {
    match gap {
        Gap::Price => "price".to_owned(),
        Gap::Allowance => "allowance".to_owned(),
        Gap::LimitOnThatDay => "a limit that holds on that day".to_owned(),
        Gap::Workload { limit } => format!("a workload for limit {limit}"),
        Gap::Credit { limit, .. } => format!("what a credit of limit {limit} buys"),
        Gap::NoSuchWorkload(id) => format!("workload {id}"),
        Gap::Rate(none) => match none.reason {
            NoRateReason::NoSuchModel => format!("rate of {}", none.model),
            NoRateReason::NotOnThatDay => format!("rate of {} on that day", none.model),
            NoRateReason::Unpriced(unpriced) => format!("rate of {} for {} tokens", none.model, unpriced.0),
        },
        Gap::UseOf { limit, grant } => format!("how much of limit {limit} ({grant}) the work uses"),
    }
}
