//! `analyze --uncertain`: how sure break-evens and margins are, and what they hang on.

use crate::analysis::Answer;
use crate::catalog::codes;
use crate::catalog::uncertain::{Key, Uncertain, uncertain};
use crate::cli::Stop;
use crate::problem::Problem;
use crate::render;
use crate::report::{Cell, Column, Missing, Row, Section, Unit};
use crate::uncertainty::plan::{PlanInputs, UncertainPlan, max_api_usd};
use crate::uncertainty::tornado::Tornado;
use crate::uncertainty::{Figure, Input, LEVELS, Sampling, SamplingError};
use crate::units::Ratio;

/// Inputs that are not known exactly.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Uncertain inputs")]
pub(in crate::cli) struct UncertainArgs {
    /// An input and how it is spread, such as `api_margin=triangular(0.60,0.75,0.85)`, or `ranges`: the maximum
    /// within the range that sources give for its limits
    ///
    /// The inputs are api_margin, utilization, price_usd, price_factor, max_api_usd, max_api_factor and fixed_cost_usd;
    /// a factor is a multiple of what the plan has. The shapes are uniform(low, high), triangular(low, mode, high),
    /// pert(low, mode, high), beta(a, b) and lognormal(median, s). A range is read as P5 and P95 around the stated figure.
    #[arg(long, value_name = "INPUT=SHAPE", value_parser = asked)]
    uncertain: Vec<Asked>,
    /// Draws, where there is no formula
    #[arg(long, value_name = "N", default_value = "65536", requires = "uncertain")]
    draws: u64,
    /// Seed of the draws
    #[arg(long, value_name = "N", default_value = "0", requires = "uncertain")]
    seed: u64,
}

#[derive(Clone, Debug)]
enum Asked {
    Input(Uncertain),
    /// The ranges of the limits themselves.
    Ranges,
}

fn asked(text: &str) -> Result<Asked, String> {
    if text.trim() == "ranges" {
        return Ok(Asked::Ranges);
    }
    uncertain(text).map(Asked::Input).map_err(|mistake| mistake.to_string())
}

impl UncertainArgs {
    /// The tables that answer it; none if nothing is uncertain.
    pub(in crate::cli) fn sections(
        &self,
        answers: &[Answer<'_>],
        mean_use: Option<&Ratio>,
    ) -> Result<Vec<Section>, Stop> {
        if self.uncertain.is_empty() {
            return Ok(Vec::new());
        }
        let sampling = Sampling::new(self.draws, self.seed).map_err(|error| usage(&error))?;
        let (mut spreads, mut tornado) = (spreads(), tornado_of_margin());
        for answer in answers {
            let name = Cell::Text(answer.plan.id.to_string());
            match self.plan(answer, mean_use)? {
                Some(plan) => {
                    spreads.rows.push(spread_row(name.clone(), &plan, sampling).map_err(|error| usage(&error))?);
                    tornado.rows.extend(tornado_rows(&name, &plan, sampling));
                }
                None => {
                    let mut cells = vec![Cell::Missing(Missing::Unknown); spreads.columns.len()];
                    cells[0] = name;
                    spreads.rows.push(Row { group: None, cells });
                }
            }
        }
        Ok(vec![spreads, tornado])
    }

    /// What the figures of these tables rest on.
    pub(in crate::cli) fn footer(&self, mean_use: Option<&Ratio>) -> Option<String> {
        let is_use = |asked: &Asked| matches!(asked, Asked::Input(Uncertain { key: Key::Utilization, .. }));
        let at = match mean_use {
            _ if self.uncertain.iter().any(is_use) => "at the uncertain utilization".to_owned(),
            Some(mean) => format!("at a utilization of {}%", (mean * &Ratio::from(100)).to_decimal_trimmed(0, 2)),
            None => "at full use (--mean-use)".to_owned(),
        };
        (!self.uncertain.is_empty()).then(|| {
            format!(
                "P5 to P95: inputs vary apart from one another; margins are {at}; {} draws with seed {} where there is \
                 no formula. A bar of the tornado is one input from its P5 to its P95, the others at their medians.",
                self.draws, self.seed
            )
        })
    }

    /// A plan with what is uncertain of it; `None` if a figure of it is not known, or it has no maximum.
    fn plan(&self, answer: &Answer<'_>, mean_use: Option<&Ratio>) -> Result<Option<UncertainPlan>, Stop> {
        let utilization = mean_use.cloned().unwrap_or_else(Ratio::one);
        let known = answer.economics.as_ref().and_then(|economics| PlanInputs::known(economics, &utilization));
        let Some(mut inputs) = known else { return Ok(None) };
        let median = |input: &Input| input.quantile(0.5);
        let (max, revenue) = (median(&inputs.max_api_usd), median(&inputs.revenue_usd));
        for asked in &self.uncertain {
            let Asked::Input(Uncertain { key, shape }) = asked else {
                if let Some(range) = max_api_usd(answer) {
                    inputs.max_api_usd = range.map_err(|error| usage(&error).of(answer))?;
                }
                continue;
            };
            let factor = match key {
                Key::MaxApiFactor => max,
                Key::PriceFactor => revenue,
                _ => 1.0,
            };
            let input = shape.input(factor).map_err(|error| usage(&error).of(answer))?;
            match key {
                Key::ApiMargin => inputs.api_gross_margin = input,
                Key::Utilization => inputs.utilization = input,
                Key::MaxApiUsd | Key::MaxApiFactor => inputs.max_api_usd = input,
                Key::PriceUsd | Key::PriceFactor => inputs.revenue_usd = input,
                Key::FixedCostUsd => inputs.fixed_cost_usd = input,
            }
        }
        UncertainPlan::new(inputs).map(Some).map_err(|error| usage(&error).of(answer))
    }
}

/// A flag that cannot be answered.
struct Usage(Problem);

fn usage(error: &dyn std::fmt::Display) -> Usage {
    Usage(Problem::error(codes::USAGE, format!("uncertain inputs: {error}")))
}

impl Usage {
    fn of(self, answer: &Answer<'_>) -> Stop {
        let mut problem = self.0;
        problem.message = format!("{} (`{}`)", problem.message, answer.plan.id);
        problem.into()
    }
}

impl From<Usage> for Stop {
    fn from(usage: Usage) -> Self {
        usage.0.into()
    }
}

fn column(key: &'static str, title: &str, unit: Unit, drop_rank: u8, meaning: &'static str) -> Column {
    Column { key, title: title.to_owned(), meaning, unit, shown: true, drop_rank, heat_points: Vec::new() }
}

/// The table of quantiles, without rows.
pub(in crate::cli) fn spreads() -> Section {
    let share = |key, title: &str, meaning| column(key, title, Unit::Share, 0, meaning);
    let margin = |key, title: &str, meaning| column(key, title, Unit::Margin, 1, meaning);
    Section {
        key: "uncertainty",
        title: "How sure the figures are: 5 % of outcomes lie below P5, 5 % above P95".to_owned(),
        columns: vec![
            column("plan", "Plan", Unit::Text, 0, "the plan's id"),
            share("break_even_p05", "Even P5", "5 % of outcomes have their break-even at or below it"),
            share("break_even_p50", "Even P50", "the median break-even"),
            share("break_even_p95", "Even P95", "95 % of outcomes have their break-even at or below it"),
            margin("margin_p05", "Margin P5", "5 % of outcomes have a margin at or below it"),
            margin("margin_p50", "Margin P50", "the median margin"),
            margin("margin_p95", "Margin P95", "95 % of outcomes have a margin at or below it"),
            Column {
                shown: false,
                ..column(
                    "standard_error",
                    "Error",
                    Unit::Number,
                    2,
                    "the largest standard error of these figures; 0 where there was a formula",
                )
            },
        ],
        rows: Vec::new(),
        chart: None,
    }
}

/// The table of what the margin hangs on, without rows.
pub(in crate::cli) fn tornado_of_margin() -> Section {
    Section {
        key: "tornado",
        title: "What they hang on: each input by itself from its P5 to its P95".to_owned(),
        columns: vec![
            Column { shown: false, ..column("plan", "Plan", Unit::Text, 0, "the plan's id") },
            column("input", "Input", Unit::Text, 0, "the uncertain input"),
            column("break_even_low", "Even at P5", Unit::Share, 2, "the break-even at the input's P5"),
            column("break_even_high", "Even at P95", Unit::Share, 2, "the break-even at the input's P95"),
            column("margin_low", "Margin at P5", Unit::Margin, 1, "the margin at the input's P5"),
            column("margin_high", "Margin at P95", Unit::Margin, 1, "the margin at the input's P95"),
            column("margin_swing", "Swing", Unit::Bar, 0, "how far the two margins are apart"),
            column(
                "first_order_index",
                "First",
                Unit::Number,
                4,
                "share of the margin's variance that this input explains by itself (first-order Sobol index)",
            ),
            column(
                "total_index",
                "Total",
                Unit::Number,
                3,
                "share of the margin's variance that would be gone were this input known (total Sobol index)",
            ),
        ],
        rows: Vec::new(),
        chart: None,
    }
}

fn share(value: Option<f64>) -> Cell {
    match value.and_then(Ratio::from_f64) {
        Some(value) => Cell::Share(value.into()),
        None => Cell::Missing(Missing::NotApplicable),
    }
}

fn index(value: Option<f64>) -> Cell {
    // An estimate has noise beyond the third decimal.
    let rounded = value.and_then(Ratio::from_f64).and_then(|value| Ratio::parse(&value.to_decimal(3)).ok());
    rounded.map_or(Cell::Missing(Missing::NotApplicable), |value| Cell::Number(value.into()))
}

fn spread_row(name: Cell, plan: &UncertainPlan, sampling: Sampling) -> Result<Row, SamplingError> {
    let (even, margin) = (plan.break_even(&LEVELS, sampling)?, plan.margin(&LEVELS, sampling)?);
    let mut cells = vec![name];
    for quantiles in [&even, &margin] {
        cells.extend((0..LEVELS.len()).map(|nth| match quantiles.quantiles.get(nth).map(|quantile| quantile.figure) {
            Some(Figure::At(value)) => share(Some(value)),
            Some(Figure::Below) => Cell::Missing(Missing::Never),
            Some(Figure::Above) => Cell::Missing(Missing::Always),
            None => Cell::Missing(Missing::NotApplicable),
        }));
    }
    let errors = even.quantiles.iter().chain(&margin.quantiles).filter_map(|quantile| quantile.standard_error);
    let most = Ratio::from_f64(errors.fold(0.0, f64::max));
    cells.push(most.map_or(Cell::Missing(Missing::Unknown), |most| Cell::Number(most.into())));
    Ok(Row { group: None, cells })
}

fn tornado_rows(name: &Cell, plan: &UncertainPlan, sampling: Sampling) -> Vec<Row> {
    let (even, margin): (Tornado, Tornado) = (plan.break_even_tornado(), plan.margin_tornado());
    // No share of a variance that is nothing.
    let indices = plan.margin_sensitivity(sampling).unwrap_or_default();
    let group = render::cell(name);
    let row = |bar: &crate::uncertainty::tornado::Bar| {
        let even = even.bars.iter().find(|other| other.name == bar.name);
        let indices = indices.iter().find(|other| other.input == bar.name).map(|other| &other.indices);
        let cells = vec![
            name.clone(),
            Cell::Text(bar.name.clone()),
            share(even.and_then(|bar| bar.low)),
            share(even.and_then(|bar| bar.high)),
            share(bar.low),
            share(bar.high),
            share(bar.swing),
            index(indices.map(|indices| indices.first.value)),
            index(indices.map(|indices| indices.total.value)),
        ];
        Row { group: Some(group.clone()), cells }
    };
    margin.bars.iter().map(row).collect()
}
