//! What the figures of plans rest on, for people and for machines.

use super::outcome::Outcome;
use super::rows;
use super::sections::Known;
use super::{Args, FEW, Given, Method, SAMPLES};
use crate::cli::analyze::basis_line;
use crate::cli::asked::assumptions;
use crate::population::Quantity;
use crate::report::{Cell, Missing, Record};
use crate::units::Ratio;

/// What the figures rest on.
pub(super) fn footer(given: &Given<'_>, known: &[Known<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    if let [one] = known {
        lines.extend(who_pays(one, &given.args.light));
    }
    lines.push(given.chosen.line());
    let unlimited = given
        .answers
        .iter()
        .filter(|answer| answer.economics.as_ref().is_some_and(|economics| economics.max_api_usd.is_none()));
    let unlimited: Vec<&str> = unlimited.map(|answer| &*answer.plan.id).collect();
    if !unlimited.is_empty() && given.chosen.of == Quantity::Utilization {
        lines.push(format!(
            "{}: use has no limit to be a share of; take a population in dollars (--unit api-usd).",
            unlimited.join(", ")
        ));
    }
    if known.len() < given.answers.len() && given.answers.len() > 1 {
        lines.push(format!(
            "The book leaves out {} of {} plans without figures.",
            given.answers.len() - known.len(),
            given.answers.len()
        ));
    }
    let people: u64 = known.iter().map(|known| known.cast.subscribers).sum();
    if given.args.months.is_none() && (1..FEW).contains(&people) && !known.is_empty() {
        lines.push("The total of so few subscribers is not normal: --months 10000 draws it.".to_owned());
    }
    lines.push(drawing_line(given.args, known));
    lines.push(basis_line(given.asked, given.answers));
    lines
}

/// Who pays for whom, in a sentence or two.
fn who_pays(known: &Known<'_>, light: &Ratio) -> Option<String> {
    let Outcome { loss_share, top_1pct_share, top_10pct_share, .. } = known.outcome;
    let shown = |cell: Cell| crate::render::cell(&cell);
    let mut parts = Vec::new();
    if let (Some(one), Some(ten)) = (top_1pct_share, top_10pct_share) {
        let (one, ten) = (shown(rows::share(*one)), shown(rows::share(*ten)));
        parts.push(format!("The heaviest 1% of subscribers have {one} of all use, the heaviest 10% {ten}"));
    }
    if known.seated.counts == Quantity::Utilization {
        let light_words = (light * &Ratio::from(100)).to_decimal_trimmed(0, 4);
        match known.seated.seat.light_users_per_full_user(light.to_f64()) {
            Some(users) => {
                let users = Ratio::from_f64(users)?.to_decimal_trimmed(0, 1);
                parts.push(format!("one at full use takes what {users} at {light_words}% leave"));
            }
            None if *loss_share <= 0.0 => parts.push("nobody loses money".to_owned()),
            None => {}
        }
    }
    (!parts.is_empty()).then(|| parts.join("; ") + ".")
}

fn drawing_line(args: &Args, known: &[Known<'_>]) -> String {
    let above = if args.overage {
        "Use above the maximum is billed where the plan sells it."
    } else {
        "Use above the maximum is not served and counts as full (--overage bills it)."
    };
    let drawn = known.iter().find_map(|known| known.outcome.drawn.as_ref());
    match drawn {
        None => above.to_owned(),
        Some(drawn) => {
            let samples = crate::render::cell(&Cell::Count(drawn.samples));
            format!("{above} {samples} subscribers of each plan were drawn, seed {}.", args.seed)
        }
    }
}

/// What was assumed, beside what every command assumes.
pub(super) fn assumed(given: &Given<'_>) -> Record {
    let Given { args, asked, chosen, .. } = given;
    let text = |text: &str| Cell::Text(text.to_owned());
    let method = match args.method {
        Method::Exact => "exact",
        Method::Simulate => "simulate",
        Method::Both => "both",
    };
    let is_drawn = args.method != Method::Exact || args.overage || args.months.is_some();
    let if_drawn = |count: u64| if is_drawn { Cell::Count(count) } else { Cell::Missing(Missing::NotApplicable) };
    let mut record = assumptions(asked, &args.inputs.set);
    record.extend(chosen.record());
    record.extend([
        ("overage_billed", Cell::Flag(args.overage)),
        ("level", Cell::Share(args.level.clone().into())),
        ("correlation", Cell::Share(args.correlation.clone().into())),
        ("light_utilization", Cell::Share(args.light.clone().into())),
        ("method", text(method)),
        ("months", args.months.map_or(Cell::Missing(Missing::NotApplicable), Cell::Count)),
        ("samples", if_drawn(args.samples.unwrap_or(SAMPLES))),
        ("seed", if_drawn(args.seed)),
    ]);
    record
}
