//! Other ways of billing: by the meter, and with the frontier model sold apart.

use super::offer::{self, Offer};
use super::{Given, Told};
use crate::analysis::Answer;
use crate::catalog::codes;
use crate::cli::Stop;
use crate::cli::compare::{dollars, fee_share};
use crate::cli::population::Chosen;
use crate::cli::statistic::{or_none, share, usd};
use crate::cli::world::World;
use crate::economics::{Economics, Overage, Terms};
use crate::population::{Distribution, Quantity};
use crate::problem::Problem;
use crate::report::{Cell, Column, Layout, Missing, Row, Unit};
use crate::scenario::metered::{Bill, Sold, Split, SplitBill, TakeUp, WorseOff};
use crate::units::Ratio;

/// How a plan could be billed instead.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Billing")]
pub(super) struct BillingArgs {
    /// By the meter: fee, use it includes and take-up of the rest at so many times list price, such as `fee=20,
    /// included=20, rate=1, take-up=60%`; left out are the plan's price, nothing, 1 and all
    #[arg(long, value_name = "TERMS", value_parser = offer::metered)]
    metered: Vec<Offer>,
    /// The frontier model off the plan: `60%` of use by list price sold by the meter, or `share=60%, sold=add-on,
    /// fee=100, included=400`; `keeps` is what the plan still allows, by default its share of the maximum
    #[arg(long, value_name = "SHARE | TERMS", value_parser = offer::split)]
    split_frontier: Vec<Offer>,
}

impl BillingArgs {
    /// Whether some column says nothing, since everyone buys.
    pub(super) fn everyone_buys(&self) -> bool {
        self.split_frontier.iter().all(|offer| offer.sold == Sold::ToEveryone)
    }

    pub(super) const fn is_asked(&self) -> bool {
        !(self.metered.is_empty() && self.split_frontier.is_empty())
    }
}

/// A way of billing and what comes of it.
struct Billed {
    plan: String,
    billing: &'static str,
    /// Which of several offers, from 1.
    nth: usize,
    part: &'static str,
    terms: String,
    /// Price and allowance are known.
    is_known: bool,
    figures: Option<Figures>,
}

struct Figures {
    bill: Bill,
    worse_off: Option<WorseOff>,
    forgone_usd: Option<f64>,
}

struct Field {
    key: &'static str,
    title: &'static str,
    unit: Unit,
    shown: Option<u8>,
    meaning: &'static str,
    fill: fn(&Billed) -> Cell,
}

const fn field(
    key: &'static str,
    title: &'static str,
    unit: Unit,
    shown: Option<u8>,
    meaning: &'static str,
    fill: fn(&Billed) -> Cell,
) -> Field {
    Field { key, title, unit, shown, meaning, fill }
}

/// The part of a split that is sold apart.
const FRONTIER: &str = ": frontier";

const NONE: Cell = Cell::Missing(Missing::NotApplicable);

const FIELDS: [Field; 19] = [
    field("plan", "Plan", Unit::Text, Some(0), "the plan's id", |of| Cell::Text(of.plan.clone())),
    field(
        "status",
        "Status",
        Unit::Text,
        None,
        "`ok`; `unknown`: price or allowance is; `not_applicable`: demand is in shares of a maximum that it does not have",
        |of| {
            let word = match (&of.figures, of.is_known) {
                (Some(_), _) => "ok",
                (None, true) => "not_applicable",
                (None, false) => "unknown",
            };
            Cell::Text(word.to_owned())
        },
    ),
    field("billing", "Billing", Unit::Text, Some(0), "`flat`, `metered` or `split`, and of a split which part", |of| {
        let nth = if of.nth > 0 { format!(" {}", of.nth) } else { String::new() };
        Cell::Text(format!("{}{nth}{}", of.billing, of.part))
    }),
    field("terms", "Terms", Unit::Text, Some(6), "what is paid for what", |of| Cell::Text(of.terms.clone())),
    field("revenue_usd_per_user_month", "Revenue", Unit::Usd, Some(1), "revenue before fees, per user of all", |of| {
        of.bill(|bill| usd(bill.revenue_usd))
    }),
    field(
        "overage_usd_per_user_month",
        "Overage",
        Unit::Usd,
        Some(7),
        "the part of it that is paid by the meter",
        |of| of.bill(|bill| usd(bill.overage_usd)),
    ),
    field("serving_usd_per_user_month", "Serving", Unit::Usd, Some(5), "cost of serving", |of| {
        of.bill(|bill| usd(bill.serving_usd))
    }),
    field(
        "profit_usd_per_user_month",
        "Profit",
        Unit::Usd,
        Some(2),
        "what is left after fees, fixed cost and serving",
        |of| of.bill(|bill| usd(bill.profit_usd)),
    ),
    field("margin", "Margin", Unit::Share, Some(0), "the same over revenue", |of| {
        of.bill(|bill| or_none(bill.margin, share))
    }),
    field("buyers_share", "Buyers", Unit::Share, Some(5), "share of the users who have it", |of| {
        of.bill(|bill| share(bill.buyers_share))
    }),
    field("payers_share", "Payers", Unit::Share, Some(4), "share of the users who pay by the meter", |of| {
        of.bill(|bill| share(bill.payers_share))
    }),
    field("overage_share_of_revenue", "Of revenue", Unit::Share, None, "what is paid by the meter, of revenue", |of| {
        of.bill(|bill| or_none(bill.overage_share_of_revenue, share))
    }),
    field(
        "top_decile_share_of_overage",
        "Top 10%",
        Unit::Share,
        Some(3),
        "what the tenth of the users who use most pay of all that is paid by the meter",
        |of| of.bill(|bill| or_none(bill.top_decile_share_of_overage, share)),
    ),
    field("mean_bill_of_payers_usd", "Their bill", Unit::Usd, None, "mean bill of those who pay by the meter", |of| {
        of.bill(|bill| or_none(bill.mean_bill_of_payers_usd, usd))
    }),
    field(
        "worse_off_share",
        "Pay more",
        Unit::Share,
        Some(1),
        "share of the users who pay more than for the flat plan",
        |of| of.worse(|worse| share(worse.share())),
    ),
    field(
        "worse_off_above_usd_per_month",
        "Above",
        Unit::Usd,
        None,
        "use of a month at list prices above which they do; always: all do; never: nobody does",
        |of| {
            of.worse(|worse| match worse {
                WorseOff::Everyone => Cell::Missing(Missing::Always),
                WorseOff::Nobody => Cell::Missing(Missing::Never),
                WorseOff::Above { usd: above, .. } => usd(*above),
            })
        },
    ),
    field(
        "forgone_usd_per_user_month",
        "Forgone",
        Unit::Usd,
        None,
        "use of the frontier model, at list prices, that nobody serves for want of an add-on",
        |of| match &of.figures {
            None => of.none(),
            Some(figures) => or_none(figures.forgone_usd, usd),
        },
    ),
    field("part", "Part", Unit::Text, None, "`all`, or which part of a split: `plan`, `frontier`", |of| {
        Cell::Text(if of.part.is_empty() { "all" } else { of.part.trim_start_matches(": ") }.to_owned())
    }),
    field(
        "offer",
        "Offer",
        Unit::Count,
        None,
        "which of several offers of that kind, from 1; none: there is one",
        |of| {
            if of.nth > 0 { Cell::Count(of.nth as u64) } else { NONE }
        },
    ),
];

impl Billed {
    /// Why there is no figure.
    const fn none(&self) -> Cell {
        Cell::Missing(if self.is_known { Missing::NotApplicable } else { Missing::Unknown })
    }

    fn bill(&self, cell: impl FnOnce(&Bill) -> Cell) -> Cell {
        self.figures.as_ref().map_or(self.none(), |figures| cell(&figures.bill))
    }

    fn worse(&self, cell: impl FnOnce(&WorseOff) -> Cell) -> Cell {
        match &self.figures {
            None => self.none(),
            Some(figures) => figures.worse_off.as_ref().map_or(NONE, cell),
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
        drop_rank: field.shown.unwrap_or(8),
        heat_points: Vec::new(),
    };
    FIELDS.iter().map(column).collect()
}

/// Each plan as it is, and billed otherwise.
pub(super) fn told(given: &Given<'_>, world: &mut World<'_>) -> Result<Told, Stop> {
    let args = given.args;
    let chosen = args.population.settle_in_usd(given.asked, world)?;
    let mut billed = Vec::new();
    for answer in given.answers {
        billed.extend(of_plan(answer, given, &chosen)?);
    }
    let sells: Vec<&str> = given
        .answers
        .iter()
        .filter(|answer| answer.economics.as_ref().is_some_and(|economics| economics.overage.is_some()))
        .map(|answer| &*answer.plan.id)
        .collect();
    let mut footer = vec![
        "Per user of the population and month, what each wants being the same whatever it costs; PAY MORE: than for the \
         flat plan."
            .to_owned(),
        chosen.line(),
    ];
    if !sells.is_empty() {
        footer.push(format!("`flat` is billed without the overage that is sold today: {}.", sells.join(", ")));
    }
    let without: Vec<&str> = billed
        .iter()
        .filter(|of| of.billing == "flat" && of.is_known && of.figures.is_none())
        .map(|of| of.plan.as_str())
        .collect();
    if !without.is_empty() {
        footer.push(format!(
            "No maximum to take shares of (use --dist or --population in dollars): {}.",
            without.join(", ")
        ));
    }
    let is_unsold = |of: &Billed| of.figures.as_ref().is_some_and(|figures| figures.bill.buyers_share <= 0.0);
    if billed.iter().any(|of| of.part == FRONTIER && is_unsold(of)) {
        footer.push(
            "Nobody buys an add-on whose fee is not below what it includes, or that nobody uses so much of.".to_owned(),
        );
    }
    Ok(Told {
        kind: "billing",
        layout: Layout::Rows,
        rows: billed
            .iter()
            .map(|of| Row { group: None, cells: FIELDS.iter().map(|field| (field.fill)(of)).collect() })
            .collect(),
        sections: Vec::new(),
        footer,
        assumed: chosen.record(),
        input: chosen.input,
        input_name: chosen.input_name,
    })
}

/// Demand on a plan in dollars at list prices; `None`: it is in shares of a maximum that the plan does not have, or that
/// is nothing.
fn demand(chosen: &Chosen, economics: &Economics) -> Option<Distribution> {
    match (chosen.of, &economics.max_api_usd) {
        (Quantity::ApiUsd, _) => Some(chosen.whole.clone()),
        (Quantity::Utilization, max) => chosen.whole.scaled(max.as_ref()?.to_f64()).ok(),
    }
}

fn of_plan(answer: &Answer<'_>, given: &Given<'_>, chosen: &Chosen) -> Result<Vec<Billed>, Stop> {
    let flat = answer.economics.as_ref().map(|economics| Economics { overage: None, ..economics.clone() });
    let demand = flat.as_ref().and_then(|flat| demand(chosen, flat));
    let known = flat.as_ref().zip(demand.as_ref());
    let of = |billing, nth, part, terms, figures| Billed {
        plan: answer.plan.id.to_string(),
        billing,
        nth,
        part,
        terms,
        is_known: flat.is_some(),
        figures,
    };
    let figures = |bill, worse_off, forgone_usd| Some(Figures { bill, worse_off, forgone_usd });
    let terms = flat.as_ref().map_or_else(|| "not known".to_owned(), flat_words);
    let bill = known.and_then(|(flat, demand)| figures(Bill::of(flat, &TakeUp::all(), demand), None, None));
    let mut billed = vec![of("flat", 0, "", terms, bill)];
    let place = |of_all: &[Offer], at: usize| if of_all.len() > 1 { at + 1 } else { 0 };
    let offers = &given.args.billing.metered;
    for (at, offer) in offers.iter().enumerate() {
        let metered = flat.as_ref().map(|flat| offer.economics(answer, given, &flat.revenue.gross_usd));
        let bill = known.zip(metered.as_ref()).and_then(|((flat, demand), metered)| {
            let worse = WorseOff::than_on(flat, metered, &offer.take_up, demand);
            figures(Bill::of(metered, &offer.take_up, demand), Some(worse), None)
        });
        let terms = metered.map_or_else(|| "not known".to_owned(), |metered| offer.words(&metered));
        billed.push(of("metered", place(offers, at), "", terms, bill));
    }
    let splits = &given.args.billing.split_frontier;
    for (at, offer) in splits.iter().enumerate() {
        let nth = place(splits, at);
        let Some((flat, demand)) = known else {
            billed.push(of("split", nth, "", "not known".to_owned(), None));
            continue;
        };
        let (mid, frontier) = offer.parts(answer, given, flat);
        let words = [flat_words(&mid), offer.words(&frontier)];
        let split = Split::new(mid, frontier, offer.share.clone(), offer.sold)
            .map_err(|error| Problem::error(codes::USAGE, error.to_string()))?;
        let bills = split.bill(&offer.take_up, demand);
        let [mid_words, frontier_words] = words;
        let share = (&offer.share * Ratio::from(100)).to_decimal_trimmed(0, 2);
        let how = if offer.sold == Sold::AsAddOn { "as an add-on" } else { "by the meter" };
        let terms = format!("{share}% of use sold apart {how}");
        billed.push(of("split", nth, "", terms, figures(both(&bills), None, Some(bills.forgone_usd))));
        billed.push(of("split", nth, ": plan", mid_words, figures(bills.mid, None, None)));
        billed.push(of("split", nth, FRONTIER, frontier_words, figures(bills.frontier, None, Some(bills.forgone_usd))));
    }
    Ok(billed)
}

/// Both parts as one bill. Overage is that of both; who pays it is told of the parts.
fn both(bills: &SplitBill) -> Bill {
    let SplitBill { mid, frontier, .. } = bills;
    let overage_usd = mid.overage_usd + frontier.overage_usd;
    Bill {
        buyers_share: mid.buyers_share,
        revenue_usd: bills.revenue_usd,
        overage_usd,
        serving_usd: mid.serving_usd + frontier.serving_usd,
        profit_usd: bills.profit_usd,
        margin: bills.margin,
        // The plan is flat: whoever pays by the meter pays for the frontier model.
        payers_share: frontier.payers_share,
        overage_share_of_revenue: (bills.revenue_usd > 0.0).then(|| overage_usd / bills.revenue_usd),
        top_decile_share_of_overage: frontier.top_decile_share_of_overage,
        mean_bill_of_payers_usd: frontier.mean_bill_of_payers_usd.map(|bill| bill + mid.revenue_usd),
    }
}

impl Offer {
    /// A plan of these terms, sold and served as another is. The fee is a price: with tax, where that has some.
    fn economics(&self, answer: &Answer<'_>, given: &Given<'_>, price: &Ratio) -> Economics {
        let plan = answer.plan;
        let fees = given.asked.question.fees.clone().unwrap_or_else(|| plan.fees.clone());
        let terms = Terms {
            vat_share: plan.vat_share.clone(),
            seats: plan.seats,
            fees,
            ..Terms::monthly(self.fee.clone().unwrap_or_else(|| price.clone()))
        };
        Economics {
            revenue: terms.revenue(),
            fixed_cost_usd: plan.fixed_cost.ratio(),
            serving_share: answer.serving_share.clone(),
            max_api_usd: Some(self.included.clone()),
            overage: Some(Overage { of_list_price: self.rate.clone(), fee_share: fee_share(answer, given.asked) }),
        }
    }

    /// What is left of the flat plan, and what the frontier model is sold for.
    fn parts(&self, answer: &Answer<'_>, given: &Given<'_>, flat: &Economics) -> (Economics, Economics) {
        let left = flat.max_api_usd.as_ref().map(|max| max * (Ratio::one() - &self.share));
        let mid = Economics { max_api_usd: self.keeps.clone().or(left), ..flat.clone() };
        let frontier = self.economics(answer, given, &Ratio::zero());
        (mid, Economics { fixed_cost_usd: Ratio::zero(), ..frontier })
    }

    fn words(&self, economics: &Economics) -> String {
        let included = if self.included.is_zero() { "nothing".to_owned() } else { dollars(&self.included) };
        let rate = self.rate.to_decimal_trimmed(0, 4);
        let bought = if self.take_up == TakeUp::all() {
            String::new()
        } else {
            format!(", {}% bought", (self.take_up.value() * Ratio::from(100)).to_decimal_trimmed(0, 2))
        };
        format!("{} for {included}, then {rate}x list{bought}", dollars(&economics.revenue.gross_usd))
    }
}

fn flat_words(flat: &Economics) -> String {
    let max = flat.max_api_usd.as_ref().map_or_else(|| "all use".to_owned(), dollars);
    format!("{} for {max}", dollars(&flat.revenue.gross_usd))
}
