//! The question and its answer in sentences.

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
    let bounded: Vec<(&Answer<'_>, &Economics)> = analyzed
        .answers
        .iter()
        .filter_map(|answer| Some((answer, answer.economics.as_ref()?)))
        .filter(|(_, economics)| economics.max_api_usd.is_some() && economics.revenue.revenue_usd.is_positive())
        .collect();
    if bounded.is_empty() {
        return vec![
            "Of none of these plans is a price and a bounded allowance known, so there is no answer.".to_owned(),
        ];
    }
    let mut paragraphs = Vec::new();
    if bounded.len() > 1 {
        paragraphs.push(how_many(analyzed, &bounded));
    }
    let most = bounded
        .iter()
        .max_by(|(a, one), (b, other)| one.multiple().cmp(&other.multiple()).then_with(|| b.plan.id.cmp(&a.plan.id)));
    paragraphs.extend(most.map(|(answer, economics)| of_one(answer, economics, bounded.len() > 1, asked)));
    paragraphs
}

fn how_many(analyzed: &Analyzed<'_>, bounded: &[(&Answer<'_>, &Economics)]) -> String {
    let loses =
        |economics: &Economics| economics.at(&Ratio::one()).is_some_and(|outcome| outcome.profit_usd.is_negative());
    let losing = bounded.iter().filter(|(_, economics)| loses(economics)).count();
    let of = match analyzed.answers.len() {
        all if all == bounded.len() => format!("Of {all} plans"),
        all => {
            format!("Of {all} plans, {} have a price and a bounded allowance that are known; of these", bounded.len())
        }
    };
    let mut evens: Vec<&Ratio> = Vec::new();
    let found: Vec<BreakEven> = bounded.iter().map(|(_, economics)| economics.break_even()).collect();
    evens.extend(found.iter().filter_map(BreakEven::utilization).filter(|share| **share < Ratio::one()));
    evens.sort_unstable();
    let range = match evens.as_slice() {
        [] => String::new(),
        [one] => format!(" The one break-even below full use is at {} utilization.", share(one)),
        [least, .., most] => {
            format!(" Break-evens below full use lie between {} and {} utilization.", share(least), share(most))
        }
    };
    match losing {
        0 => format!("{of}, none costs its vendor more at full use than it brings."),
        1 => format!("{of}, 1 costs its vendor more at full use than it brings.{range}"),
        some => format!("{of}, {some} cost their vendors more at full use than they bring.{range}"),
    }
}

/// The plan in two sentences.
fn of_one(answer: &Answer<'_>, economics: &Economics, is_most: bool, asked: &Asked) -> String {
    let id = &answer.plan.id;
    let about = if answer.is_approximate() { "about " } else { "" };
    let (Some(max), Some(multiple)) = (&economics.max_api_usd, economics.multiple()) else { return String::new() };
    let multiple = cell(&Cell::Multiple(multiple.into()));
    let begin =
        if is_most { format!("Most per dollar: {id} of {}", asked.vendor_name(answer.plan)) } else { id.to_string() };
    let bought = format!(
        "{begin} costs {} a month and buys up to {about}{} of API usage, {multiple} its price.",
        dollars(&economics.revenue.gross_usd),
        dollars(max)
    );
    let at_full = economics.at(&Ratio::one()).map(|outcome| outcome.profit_usd);
    let end = match (economics.break_even(), at_full) {
        (BreakEven::Never, _) => " Its vendor loses on every subscriber.".to_owned(),
        (BreakEven::Finite { utilization: Some(even), .. }, Some(profit)) if profit.is_negative() => format!(
            " Its vendor loses above {} of that, and {} a month on a subscriber who uses all.",
            share(&even),
            dollars(&profit.abs())
        ),
        _ => " Its vendor earns even on a subscriber who uses all.".to_owned(),
    };
    bought + &end
}

/// Whether the answer is whole, and what is missing.
pub(super) fn notice(analyzed: &Analyzed<'_>, problems: &[Problem], complete: bool) -> Notice {
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
    let known = format!("All that is needed is known of {} of {}.", all - gaps.len(), plans(all));
    let text = match (complete, errors.is_empty()) {
        (true, _) => format!("All that is needed is known of {}.", plans(all)),
        (false, true) => format!("{known} What is not known is shown as ?, never as 0."),
        (false, false) => format!("An input could not be used, so that plans may be missing. {known}"),
    };
    Notice { complete, text, missing: errors.into_iter().chain(gaps).collect() }
}
