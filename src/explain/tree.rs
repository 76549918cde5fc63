//! The tree of each figure, and the figure by itself.

mod economics;
mod maximum;
mod price;
mod work;

use super::{Case, Formula, Input, Node, Origin, Remark};
use crate::analysis::{Answer, MaxApi, list_usd_per_mtok};
use crate::economics::{BreakEven, Buyer};
use crate::plan::MixRule;
use crate::report::Unit;
use crate::units::Ratio;

/// The keys of all figures: those of `analyze` in its order, those that only `compare` and `check` have, and two forms
/// with `[U]` behind them.
pub const MAIN_FIGURES: &[(&str, Unit)] = &[
    ("price_usd_per_month", Unit::Usd),
    ("max_api_usd_per_month", Unit::Usd),
    ("multiple", Unit::Multiple),
    ("break_even", Unit::Share),
    ("buyer_break_even", Unit::Share),
    ("serving_usd_at_full", Unit::Usd),
    ("margin_at_full", Unit::Margin),
    ("profit_at_full_usd", Unit::Usd),
    ("max_api_low_usd_per_month", Unit::Usd),
    ("max_api_high_usd_per_month", Unit::Usd),
    ("worst_case_usd_per_month", Unit::Usd),
    ("break_even_usd", Unit::Usd),
    ("win_win_from", Unit::Share),
    ("win_win_to", Unit::Share),
    ("second_break_even", Unit::Share),
    ("margin_floor", Unit::Share),
    ("net_usd_per_month", Unit::Usd),
    ("serving_share", Unit::Number),
    ("contribution_usd_per_month", Unit::Usd),
    ("payback_months", Unit::Number),
    ("lifetime_months", Unit::Number),
    ("ltv_usd", Unit::Usd),
    ("ltv_over_cac", Unit::Multiple),
    ("buyer_break_even_usd", Unit::Usd),
    ("win_win_from_usd", Unit::Usd),
    ("win_win_to_usd", Unit::Usd),
    ("list_usd_per_mtok", Unit::Number),
    ("plan_usd_per_mtok_at_full", Unit::Number),
    ("overage_of_list_price", Unit::Multiple),
    ("loss_at_full_usd", Unit::Usd),
    ("serving_share_at_full", Unit::Share),
    ("margin_at", Unit::Margin),
    ("profit_at", Unit::Usd),
];

/// Which figure of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// One of [`MAIN_FIGURES`].
    pub key: &'static str,
    /// What it is.
    pub unit: Unit,
    /// The utilization of `margin_at[U]` and `profit_at[U]`.
    pub utilization: Option<Ratio>,
}

impl Address {
    /// The figure of a key; `margin_at` and `profit_at` take a utilization, the others none.
    #[must_use]
    pub fn new(key: &str, utilization: Option<Ratio>) -> Option<Self> {
        let (key, unit) = *MAIN_FIGURES.iter().find(|(known, _)| *known == key)?;
        (key.ends_with("_at") == utilization.is_some()).then_some(Self { key, unit, utilization })
    }
}

/// The figure itself, by the engine; `None` where it does not exist.
#[must_use]
pub fn figure(case: &Case<'_>, answer: &Answer<'_>, address: &Address) -> Option<Ratio> {
    let economics = || answer.economics.as_ref();
    let finite = |max: &MaxApi| match max {
        MaxApi::Finite(ceiling) => Some(ceiling.usd.clone()),
        MaxApi::Unlimited | MaxApi::Unknown => None,
    };
    let unit = || economics()?.unit(case.subscriber?);
    let buyer = Buyer::default();
    let list = || list_usd_per_mtok(case.plan, case.market, case.question).flatten();
    match address.key {
        "price_usd_per_month" => Some(answer.revenue.as_ref()?.gross_usd.clone()),
        "max_api_usd_per_month" => finite(&answer.max_api),
        "multiple" => economics()?.multiple(),
        "break_even" => economics()?.break_even().utilization().cloned(),
        "buyer_break_even" => economics()?.buyer_break_even(&buyer),
        "serving_usd_at_full" => economics()?.serving_usd_at_full(),
        "margin_at_full" => economics()?.at(&Ratio::one())?.margin,
        "profit_at_full_usd" => Some(economics()?.at(&Ratio::one())?.profit_usd),
        "max_api_low_usd_per_month" => Some(answer.max_api_range_usd.as_ref()?.0.clone()),
        "max_api_high_usd_per_month" => Some(answer.max_api_range_usd.as_ref()?.1.clone()),
        "worst_case_usd_per_month" => finite(&answer.worst_case),
        "break_even_usd" => match economics()?.break_even() {
            BreakEven::Finite { usd, .. } => Some(usd),
            BreakEven::Never | BreakEven::Always => None,
        },
        "win_win_from" => Some(economics()?.win_win(&buyer)?.0),
        "win_win_to" => Some(economics()?.win_win(&buyer)?.1),
        "second_break_even" => economics()?.second_break_even(),
        "margin_floor" => economics()?.margin_floor(),
        "net_usd_per_month" => Some(answer.revenue.as_ref()?.net_usd.clone()),
        "serving_share" => Some(answer.serving_share.clone()),
        "contribution_usd_per_month" => Some(unit()?.contribution_usd),
        "payback_months" => unit()?.payback_months,
        "lifetime_months" => unit()?.lifetime_months,
        "ltv_usd" => unit()?.ltv_usd,
        "ltv_over_cac" => unit()?.ltv_over_acquisition,
        "buyer_break_even_usd" => Some(economics()?.buyer_break_even_usd(&buyer)),
        "win_win_from_usd" => Some(economics()?.win_win_usd_within(&buyer)?.0),
        "win_win_to_usd" => economics()?.win_win_usd_within(&buyer)?.1,
        "list_usd_per_mtok" => list(),
        "plan_usd_per_mtok_at_full" => {
            (list()? * &economics()?.revenue.revenue_usd).checked_div(economics()?.max_api_usd.as_ref()?)
        }
        "overage_of_list_price" => Some(economics()?.overage.as_ref()?.of_list_price.clone()),
        "loss_at_full_usd" => Some(economics()?.serving_usd_at_full()? - economics()?.room_usd()),
        "serving_share_at_full" => economics()?.serving_usd_at_full()?.checked_div(&economics()?.revenue.revenue_usd),
        "margin_at" => economics()?.at(address.utilization.as_ref()?)?.margin,
        "profit_at" => Some(economics()?.at(address.utilization.as_ref()?)?.profit_usd),
        _ => None,
    }
}

/// Which figures of a limit that has a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Figure,
    Low,
    High,
}

const USD_MONTH: &str = "USD / month";
const MTOK: &str = "USD / million tokens";

fn child(index: usize) -> Formula {
    Formula::Child(index)
}

fn product(parts: impl IntoIterator<Item = usize>) -> Formula {
    Formula::Product(parts.into_iter().map(Formula::Child).collect())
}

fn minus(a: Formula, b: Formula) -> Formula {
    Formula::Difference(Box::new(a), Box::new(b))
}

fn over(a: Formula, b: Formula) -> Formula {
    Formula::Quotient(Box::new(a), Box::new(b))
}

fn number(value: i32) -> Formula {
    Formula::Number(Ratio::from(value))
}

impl Node {
    fn derived(key: &str, unit: Unit, per: &str, formula: Formula, children: Vec<Self>) -> Option<Self> {
        let value = formula.value(&children)?;
        let (key, per) = (key.to_owned(), per.to_owned());
        Some(Self {
            label: key.clone(),
            key,
            value,
            unit,
            per,
            formula: Some(formula),
            origin: None,
            input: None,
            remarks: Vec::new(),
            children,
        })
    }

    fn leaf(key: &str, value: Ratio, unit: Unit, per: &str, origin: Option<Origin>, input: Option<Input>) -> Self {
        let (key, per) = (key.to_owned(), per.to_owned());
        let remarks = Vec::new();
        Self { label: key.clone(), key, value, unit, per, formula: None, origin, input, remarks, children: Vec::new() }
    }

    /// The line of a figure that does not exist; its value stands for nothing.
    #[must_use]
    pub fn absent(key: &str, unit: Unit) -> Self {
        Self::leaf(key, Ratio::zero(), unit, "", None, None)
    }

    fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    fn remark(mut self, words: impl Into<String>) -> Self {
        self.remarks.push(Remark::Words(words.into()));
        self
    }
}

/// The tree of a figure; `None` where the figure does not exist.
#[must_use]
pub fn tree(case: &Case<'_>, answer: &Answer<'_>, address: &Address) -> Option<Node> {
    Trees { case, answer }.root(address)
}

struct Trees<'a> {
    case: &'a Case<'a>,
    answer: &'a Answer<'a>,
}
impl Trees<'_> {
    fn root(&self, address: &Address) -> Option<Node> {
        let full = || Node::leaf("utilization", Ratio::one(), Unit::Share, "of the maximum", None, None);
        let asked = || {
            let value = address.utilization.clone()?;
            let origin = Origin::Asked("the address".to_owned());
            let per = "of the maximum";
            Some(Node::leaf("utilization", value, Unit::Share, per, Some(origin), Some(Input::Utilization)))
        };
        let node = |unit, per, formula, children| Node::derived(address.key, unit, per, formula, children);
        let named = |node: Node| Node { key: address.key.to_owned(), label: address.key.to_owned(), ..node };
        // The figure exists: what follows only says how.
        figure(self.case, self.answer, address)?;
        match address.key {
            "price_usd_per_month" => self.gross().map(named),
            "max_api_usd_per_month" => self.max().map(named),
            "multiple" => node(Unit::Multiple, "", over(child(0), child(1)), vec![self.max()?, self.revenue()?]),
            "break_even" => self.break_even().map(named),
            "buyer_break_even" => self.buyer_break_even().map(named),
            "serving_usd_at_full" => node(Unit::Usd, USD_MONTH, product(0..2), vec![self.max()?, self.serving()?]),
            "margin_at_full" => self.margin(full()).map(named),
            "profit_at_full_usd" => self.profit(full()).map(named),
            "max_api_low_usd_per_month" => self.maximum(self.answer.mix, End::Low).map(named),
            "max_api_high_usd_per_month" => self.maximum(self.answer.mix, End::High).map(named),
            "worst_case_usd_per_month" => self.maximum(MixRule::WorstCase, End::Figure).map(named),
            "break_even_usd" => self.break_even_usd().map(named),
            "win_win_from" => self.buyer_break_even().map(named),
            "win_win_to" => match self.answer.economics.as_ref()?.break_even() {
                BreakEven::Always => {
                    Some(named(full()).remark("the vendor never loses by use: the zone ends at full use"))
                }
                _ => {
                    let least = Formula::Least(vec![child(0), number(1)]);
                    node(Unit::Share, "of the maximum", least, vec![self.break_even()?])
                }
            },
            "second_break_even" => {
                let children = vec![self.max()?, self.serving()?, self.room()?, self.overage()?, self.fee_share()];
                let kept = Formula::Product(vec![child(3), minus(number(1), child(4))]);
                let loss = minus(product([0, 1]), child(2));
                let earned = Formula::Product(vec![minus(kept, child(1)), child(0)]);
                let formula = Formula::Sum(vec![number(1), over(loss, earned)]);
                node(Unit::Share, "of the maximum", formula, children)
            }
            "margin_floor" => {
                let formula = minus(number(1), over(child(0), child(1)));
                node(Unit::Share, "of list price", formula, vec![self.room()?, self.max()?])
            }
            "net_usd_per_month" => self.net().map(named),
            "serving_share" => self.serving().map(named),
            "contribution_usd_per_month" => self.contribution().map(named),
            "payback_months" => {
                let children = vec![self.acquisition()?, self.contribution()?];
                // Nothing spent is earned back at once, whatever the contribution.
                let formula = if children[0].value.is_zero() { child(0) } else { over(child(0), child(1)) };
                node(Unit::Number, "months", formula, children)
            }
            "lifetime_months" => {
                node(Unit::Number, "months", over(number(1), child(0)), vec![self.of_subscriber("churn")?])
            }
            "ltv_usd" => self.lifetime_value().map(named),
            "ltv_over_cac" => {
                node(Unit::Multiple, "", over(child(0), child(1)), vec![self.lifetime_value()?, self.acquisition()?])
            }
            "buyer_break_even_usd" | "win_win_from_usd" => self.revenue().map(named),
            "win_win_to_usd" => self.win_win_to_usd().map(named),
            "list_usd_per_mtok" => self.list_per_mtok().map(named),
            "plan_usd_per_mtok_at_full" => {
                let children = vec![self.list_per_mtok()?, self.revenue()?, self.max()?];
                node(Unit::Number, MTOK, over(product(0..2), child(2)), children)
            }
            "overage_of_list_price" => self.overage().map(named),
            "loss_at_full_usd" => {
                let children = vec![self.max()?, self.serving()?, self.room()?];
                node(Unit::Usd, USD_MONTH, minus(product(0..2), child(2)), children)
            }
            "serving_share_at_full" => {
                let children = vec![self.max()?, self.serving()?, self.revenue()?];
                node(Unit::Share, "of revenue", over(product(0..2), child(2)), children)
            }
            "margin_at" => self.margin(asked()?).map(named),
            "profit_at" => self.profit(asked()?).map(named),
            _ => None,
        }
    }

    fn fact(&self) -> Option<Origin> {
        Some(Origin::Fact(self.case.plan.provenance.clone()))
    }
}
