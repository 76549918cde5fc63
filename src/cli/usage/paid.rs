//! The plan that was paid for, month by month.

use crate::analysis::{Question, answer, plans_on};
use crate::catalog::codes;
use crate::cli::asked::Asked;
use crate::cli::compare::{fits, unknown_plan};
use crate::cli::log_args::plural;
use crate::cli::{Exit, Stop};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::render;
use crate::report::Cell;
use crate::units::{Date, Instant, Ratio, TimeZone, instant_of};
use crate::usage::Record;
use crate::usage::price::Prices;
use crate::usage::totals::{Dimension, Group};

/// A plan, and the months it was paid for.
pub(in crate::cli) struct Paid<'a> {
    pub(in crate::cli) plan: &'a Plan,
    /// Each month that holds usage, and those between them.
    pub(in crate::cli) months: Vec<Month>,
    /// Seats that were paid for.
    pub(in crate::cli) seats: u64,
    /// What all of it costs at list; `None` if part of it has no price.
    pub(in crate::cli) list_usd: Option<Ratio>,
}

/// How days and months are counted.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Days<'a> {
    pub(in crate::cli) zone: &'a TimeZone,
    /// The day on which a month begins.
    pub(in crate::cli) billing_day: u8,
}

/// A month that was paid for.
pub(in crate::cli) struct Month {
    /// Its first day, and the first day of the next.
    pub(in crate::cli) days: (Date, Date),
    /// What a seat cost, tax included.
    pub(in crate::cli) usd: Ratio,
}

impl Paid<'_> {
    /// The same for so many seats.
    pub(in crate::cli) fn of_seats(self, seats: u64) -> Self {
        Self { seats, ..self }
    }

    pub(in crate::cli) fn billed_usd(&self) -> Ratio {
        self.months.iter().map(|month| self.of_month(month)).sum()
    }

    /// What all seats cost in a month.
    pub(in crate::cli) fn of_month(&self, month: &Month) -> Ratio {
        &month.usd * Ratio::from(self.seats)
    }

    /// API dollars for each dollar that was paid; `None` if nothing was, or not all usage has a price.
    pub(in crate::cli) fn multiple(&self) -> Option<Ratio> {
        self.list_usd.as_ref()?.checked_div(&self.billed_usd())
    }

    /// How many times the price was used, in a sentence.
    pub(in crate::cli) fn sentence(&self) -> String {
        let months = plural(self.months.len() as u64, "month", "months");
        let seats = if self.seats == 1 { String::new() } else { format!(" of {} seats", self.seats) };
        let billed = render::cell(&Cell::Usd(self.billed_usd().into()));
        let paid = format!("{}: {months}{seats} for {billed} USD", self.plan.id);
        match self.multiple() {
            Some(multiple) => {
                let multiple = render::cell(&Cell::Multiple(multiple.into()));
                format!("{paid}; at list prices the use is {multiple} that.")
            }
            None => format!("{paid}."),
        }
    }
}

/// The plan of the arguments, if one was named.
pub(in crate::cli) fn of<'a>(
    ids: &[String],
    days: Days<'_>,
    asked: &'a Asked,
    records: &[Record],
    prices: &Prices<'_>,
) -> Result<Option<Paid<'a>>, Stop> {
    let id = match ids {
        [] => return Ok(None),
        [id] => id,
        _ => {
            let problem = Problem::error(codes::USAGE, "`--plan` names more than one plan");
            return Err(problem.help("logs are held against one plan; `plancost replay` compares several").into());
        }
    };
    let last = records.iter().map(|record| record.instant).max().map(|at| at.day_in(days.zone));
    let day = last.unwrap_or(asked.question.day);
    // The newest terms hold for days after the last that a file knows of.
    let plans = match plans_on(&asked.catalog.plans, day) {
        plans if plans.iter().any(|plan| fits(id, &plan.id)) => plans,
        _ => plans_on(&asked.catalog.plans, asked.question.day),
    };
    let plan = match plans.iter().filter(|plan| fits(id, &plan.id)).collect::<Vec<_>>().as_slice() {
        [plan] => **plan,
        [] => return Err(unknown_plan(id, &plans, asked).into()),
        several => {
            let ids: Vec<String> = several.iter().take(4).map(|plan| format!("`{}`", plan.id)).collect();
            let problem = Problem::error(codes::USAGE, format!("`{id}` fits {} plans", several.len()));
            return Err(problem.help(format!("name one: {}", ids.join(", "))).into());
        }
    };
    let months = months(days, asked, plan, records.iter().map(|record| record.instant))?;
    let mut list_usd = Some(Ratio::zero());
    for record in records {
        list_usd = list_usd.and_then(|sum| Some(sum + prices.of(record).ok()?.usd()));
    }
    Ok(Some(Paid { plan, months, seats: 1, list_usd }))
}

fn months(
    days: Days<'_>,
    asked: &Asked,
    plan: &Plan,
    instants: impl Iterator<Item = Instant> + Clone,
) -> Result<Vec<Month>, Stop> {
    let zone = days.zone;
    let (Some(first), Some(last)) = (instants.clone().min(), instants.max()) else { return Ok(Vec::new()) };
    let month_of = |day: Date| Dimension::Month { begins: days.billing_day }.of_day(day);
    let Group::From(mut begins) = month_of(first.day_in(zone)) else { return Ok(Vec::new()) };
    let last = last.day_in(zone);
    let mut months = Vec::new();
    while begins <= last {
        let Some(next) = next_month(begins, &month_of) else { break };
        let of_then = plans_on(&asked.catalog.plans, begins);
        let plan = of_then.into_iter().find(|then| then.id == plan.id).unwrap_or(plan);
        let question = Question { day: begins, ..asked.question.clone() };
        let revenue = answer(plan, asked.catalog.market(), &question).revenue;
        let Some(revenue) = revenue else {
            let problem = Problem::error(codes::USAGE, format!("the price of `{}` is not known", plan.id));
            let help = format!("say it with `--set {}.price_usd=20`, or leave out `--plan`", plan.id);
            return Err(Stop { exit: Exit::Usage, problems: vec![problem.help(help)] });
        };
        months.push(Month { days: (begins, next), usd: revenue.gross_usd });
        begins = next;
    }
    Ok(months)
}

/// The first day of the month after one that begins on a day.
pub(super) fn next_month(begins: Date, month_of: &dyn Fn(Date) -> Group) -> Option<Date> {
    let mut day = begins;
    loop {
        day = day.tomorrow().ok()?;
        if let Group::From(next) = month_of(day)
            && next > begins
        {
            return Some(next);
        }
    }
}

/// The instant at which a day begins; the end of time for one past the calendar.
pub(super) fn starts(day: Date, zone: &TimeZone) -> Option<Instant> {
    instant_of(zone, day.to_datetime(jiff::civil::Time::midnight()))
}
