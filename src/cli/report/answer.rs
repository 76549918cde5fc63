//! The question and its answer in sentences.

use std::cmp::Ordering;

use crate::analysis::Answer;
use crate::cli::analyze::{Analyzed, gap_text};
use crate::cli::asked::Asked;
use crate::cli::compare::dollars;
use crate::economics::{BreakEven, Economics};
use crate::problem::{Level, Problem};
use crate::render::cell;
use crate::report::Cell;
use crate::report::page::Notice;
use crate::units::Ratio;

/// What the page is asked.
pub(super) fn question(analyzed: &Analyzed<'_>) -> String {
    match analyzed.answers.as_slice() {
        [one] => format!("What is {} worth, and from which use on does its vendor lose money?", one.plan.id),
        _ => "How much API usage do these plans sell, and from which use on do their vendors lose money?".to_owned(),
    }
}

fn share(value: &Ratio) -> String {
    cell(&Cell::Share(value.clone().into()))
}

/// The answer, a paragraph each.
pub(super) fn answer(analyzed: &Analyzed<'_>, asked: &Asked) -> Vec<String> {
    let kinds = Kinds::of(analyzed);
    let most = kinds.bounded.iter().copied().max_by(|a, b| by_multiple(a.0, b.0));
    let mut paragraphs = Vec::new();
    match (most, analyzed.answers.as_slice()) {
        (None, [one]) => paragraphs.push(of_another(one)),
        (None, _) => paragraphs
            .push(format!("None of these plans sells a bounded allowance for a known price: {}.", kinds.others())),
        (Some(_), [_]) => {}
        (Some(_), _) => paragraphs.push(how_many(analyzed.answers.len(), &kinds)),
    }
    paragraphs.extend(most.map(|(answer, economics)| of_one(answer, economics, analyzed.answers.len() > 1, asked)));
    paragraphs
}

/// By API dollars per dollar; of equal ones, the first by name is the greater.
pub(super) fn by_multiple(a: &Answer<'_>, b: &Answer<'_>) -> Ordering {
    let multiple = |answer: &Answer<'_>| answer.economics.as_ref().and_then(Economics::multiple);
    multiple(a).cmp(&multiple(b)).then_with(|| b.plan.id.cmp(&a.plan.id))
}

/// Plans by what there is to say of them.
struct Kinds<'a> {
    /// With a price and a maximum.
    bounded: Vec<(&'a Answer<'a>, &'a Economics)>,
    free: usize,
    unlimited: usize,
    unknown: usize,
}

impl<'a> Kinds<'a> {
    fn of(analyzed: &'a Analyzed<'a>) -> Self {
        let mut kinds = Self { bounded: Vec::new(), free: 0, unlimited: 0, unknown: 0 };
        for answer in &analyzed.answers {
            match &answer.economics {
                None => kinds.unknown += 1,
                Some(economics) if !economics.revenue.revenue_usd.is_positive() => kinds.free += 1,
                Some(economics) if economics.max_api_usd.is_none() => kinds.unlimited += 1,
                Some(economics) => kinds.bounded.push((answer, economics)),
            }
        }
        kinds
    }

    /// Those without a price or a maximum: `1 is free, 2 are not known`.
    fn others(&self) -> String {
        let kinds = [(self.free, "free"), (self.unlimited, "without limit"), (self.unknown, "not known")];
        let said = kinds.iter().filter(|(count, _)| *count > 0);
        let said: Vec<String> =
            said.map(|(count, what)| format!("{count} {} {what}", if *count == 1 { "is" } else { "are" })).collect();
        said.join(", ")
    }
}

/// What is left of a month at full use.
fn at_full(economics: &Economics) -> Option<Ratio> {
    economics.at(&Ratio::one()).map(|outcome| outcome.profit_usd)
}

fn how_many(all: usize, kinds: &Kinds<'_>) -> String {
    let bounded = &kinds.bounded;
    let losing = bounded.iter().filter(|(_, economics)| at_full(economics).is_some_and(|profit| profit.is_negative()));
    let losing = losing.count();
    let of = match (bounded.len(), kinds.others()) {
        (_, others) if others.is_empty() => format!("Of {all} plans"),
        (1, others) => format!("Of {all} plans, 1 sells a bounded allowance for a known price ({others}); of these"),
        (some, others) => {
            format!("Of {all} plans, {some} sell a bounded allowance for a known price ({others}); of these")
        }
    };
    let costs = match losing {
        0 => return format!("{of}, none costs its vendor more at full use than it brings."),
        1 => "1 costs its vendor more at full use than it brings".to_owned(),
        some => format!("{some} cost their vendors more at full use than they bring"),
    };
    let found: Vec<BreakEven> = bounded.iter().map(|(_, economics)| economics.break_even()).collect();
    let never = found.iter().filter(|even| **even == BreakEven::Never).count();
    let below = found.iter().filter_map(BreakEven::utilization).filter(|share| **share < Ratio::one());
    let mut evens: Vec<String> = Vec::new();
    for end in [below.clone().min(), below.max()].into_iter().flatten().map(share) {
        if !evens.contains(&end) {
            evens.push(end);
        }
    }
    let range = match evens.as_slice() {
        [] => String::new(),
        [one] => format!(" Break-even below full use is at {one} utilization."),
        [least, most, ..] => format!(" Break-evens below full use lie between {least} and {most} utilization."),
    };
    let never = match never {
        0 => String::new(),
        1 => " 1 loses at every use.".to_owned(),
        some => format!(" {some} lose at every use."),
    };
    format!("{of}, {costs}.{range}{never}")
}

/// The plan in two sentences.
fn of_one(answer: &Answer<'_>, economics: &Economics, is_most: bool, asked: &Asked) -> String {
    let id = &answer.plan.id;
    let about = if answer.is_approximate() { "about " } else { "" };
    let (Some(max), Some(multiple)) = (&economics.max_api_usd, economics.multiple()) else { return String::new() };
    let multiple = cell(&Cell::Multiple(multiple.into()));
    let vendor =
        answer.plan.vendor.as_ref().map_or_else(String::new, |_| format!(" of {}", asked.vendor_name(answer.plan)));
    let begin = if is_most { format!("Most per dollar: {id}{vendor}") } else { id.to_string() };
    let bought = format!(
        "{begin} costs {} a month and buys up to {about}{} of API usage, {multiple} its price.",
        dollars(&economics.revenue.gross_usd),
        dollars(max)
    );
    let end = match (economics.break_even(), at_full(economics)) {
        (BreakEven::Never, _) => " Its vendor loses on every subscriber.".to_owned(),
        (BreakEven::Finite { utilization: Some(even), .. }, Some(profit)) if profit.is_negative() => format!(
            " Its vendor loses above {} of that, and {} a month on a subscriber who uses all.",
            share(&even),
            dollars(&profit.abs())
        ),
        (_, Some(profit)) if profit.is_zero() => {
            " Its vendor neither earns nor loses on a subscriber who uses all.".to_owned()
        }
        _ => " Its vendor earns even on a subscriber who uses all.".to_owned(),
    };
    bought + &end
}

/// A plan without a price or a maximum.
fn of_another(answer: &Answer<'_>) -> String {
    let id = &answer.plan.id;
    let Some(economics) = &answer.economics else {
        let gaps: Vec<String> = answer.gaps.iter().map(gap_text).collect();
        return format!("There is no answer for {id}: not known is {}.", gaps.join(", "));
    };
    let free = !economics.revenue.revenue_usd.is_positive();
    let price =
        if free { "is free".to_owned() } else { format!("costs {} a month", dollars(&economics.revenue.gross_usd)) };
    let bought = match &economics.max_api_usd {
        Some(max) => format!("{id} {price} and gives up to {} of API usage a month.", dollars(max)),
        None => format!("{id} {price} and sets no limit, so that there is no maximum."),
    };
    let end = match (economics.break_even(), at_full(economics)) {
        (BreakEven::Never, _) => " Its vendor loses on every subscriber.".to_owned(),
        (BreakEven::Finite { .. }, Some(profit)) if free && profit.is_negative() => {
            format!(" Its vendor loses at every use, {} a month on a subscriber who uses all.", dollars(&profit.abs()))
        }
        (BreakEven::Finite { usd, .. }, _) => format!(" Its vendor loses above {} of it a month.", dollars(&usd)),
        (BreakEven::Always, _) => " Its vendor never loses by use.".to_owned(),
    };
    bought + &end
}

/// Whether the answer is whole, and what is missing; of other parts of the page, what they say.
pub(super) fn notice(analyzed: &Analyzed<'_>, problems: &[Problem], of_parts: Vec<String>) -> Notice {
    let all = analyzed.answers.len();
    let gaps = analyzed.answers.iter().filter(|answer| !answer.gaps.is_empty()).map(|answer| {
        let gaps: Vec<String> = answer.gaps.iter().map(gap_text).collect();
        format!("{}: {}", answer.plan.id, gaps.join(", "))
    });
    let errors = problems.iter().filter(|problem| problem.level == Level::Error).map(|problem| {
        let place = problem.place.as_ref().map_or_else(String::new, |place| format!("{}: ", place.source.name));
        format!("{place}{}", problem.message)
    });
    let (gaps, errors): (Vec<String>, Vec<String>) = (gaps.collect(), errors.collect());
    let plans = |count: usize| if count == 1 { "1 plan".to_owned() } else { format!("{count} plans") };
    let mut text = match all - gaps.len() {
        known if known == all => format!("All that is needed is known of {}.", plans(all)),
        known => format!(
            "All that is needed is known of {known} of {}. What is not known is shown as ?, never as 0.",
            plans(all)
        ),
    };
    if !errors.is_empty() {
        text = format!("An input could not be used, so that something may be missing. {text}");
    }
    if !of_parts.is_empty() {
        text += " Of the usage, part is not known.";
    }
    let missing: Vec<String> = errors.into_iter().chain(gaps).chain(of_parts).collect();
    Notice { complete: missing.is_empty(), text, missing }
}
