//! What the figures rest on, and the answer in a sentence.

use std::collections::BTreeMap;

use super::options::{OverflowWord, WindowWord};
use super::sections::{api_usd_per_month, cheapest_of};
use super::tried::{AnchorSource, Book, Line};
use super::{Args, zone_name};
use crate::cli::asked::Asked;
use crate::cli::log_args::plural;
use crate::logs::Note;
use crate::render;
use crate::report::Cell;
use crate::trial::{Past, Tried};
use crate::units::{Ratio, wall_clock};
use crate::usage::span::span;
use crate::usage::{Record, Source};

/// The answer: which plan, and in words.
pub(super) struct Advice {
    /// The plan, or `pay-as-you-go`; `None` if nothing could be tried.
    pub(super) id: Option<String>,
    pub(super) text: String,
}

fn usd(value: Ratio) -> String {
    let sign = if value.is_negative() { "-" } else { "" };
    format!("{sign}${}", render::cell(&Cell::Usd(value.abs().into())))
}

pub(super) fn share(value: Ratio) -> String {
    render::cell(&Cell::Share(value.into()))
}

/// What of the usage is not known, a line each.
pub(super) fn missing(book: &Book) -> Vec<String> {
    let stopped = book.log.stopped.iter().map(|(name, why)| format!("usage: {name} was not read: {why}"));
    let mut missing: Vec<String> = stopped.collect();
    if book.usage.responses() == 0 && book.usage.unpriced.is_empty() {
        missing.push("usage: none was found in the days that are looked at".to_owned());
    }
    if book.is_torn && book.log.stopped.is_empty() {
        missing.push(format!("usage: {} of the responses was lost", share(book.skipped_share())));
    }
    missing.extend(book.usage.unpriced.iter().map(|((model, reason), times)| {
        let of = model.as_deref().unwrap_or("a model that is not named");
        format!("usage: {times} of {of}: {reason}")
    }));
    missing
}

/// How often something was not counted.
pub(super) fn note((note, times): (Note, u64)) -> String {
    format!("{times} {}", note.of(times))
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn days(book: &Book) -> i32 {
    let (from, to) = book.days;
    to.since(from).map_or(0, |span| span.get_days()) + 1
}

fn span_words(book: &Book) -> String {
    match days(book) {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// The plan that costs least, what the next smaller one would have done, and what that rests on.
pub(super) fn advice(book: &Book, lines: &[Line<'_>]) -> Advice {
    if book.log.records.is_empty() {
        // Whatever costs least without any use is no advice.
        let why = match book.outside {
            0 => "No answer: there is no usage.",
            _ => "No answer: there is no usage in these days.",
        };
        return Advice { id: None, text: why.to_owned() };
    }
    let ranked: Vec<&Line<'_>> = lines.iter().filter(|line| line.rank.is_some()).collect();
    let Some(best) = ranked.first() else {
        let why = match book.usage.is_unknown() {
            true => "No answer: none of the work has a list price; `--prices` adds rates.",
            false => "No answer: no plan could be tried.",
        };
        return Advice { id: None, text: why.to_owned() };
    };
    let mut text = if best.answer.is_some() { of_plan(book, best, &ranked) } else { of_api(book, best, &ranked) };
    text += &format!(" Assumes that {}.", assumed(book));
    Advice { id: Some(best.id().to_owned()), text }
}

fn a_month(book: &Book, line: &Line<'_>) -> String {
    let seats = if book.has_users() { format!(" for {} users", book.usage.accounts.len()) } else { String::new() };
    format!("{} a month{seats}", usd(line.total(book).unwrap_or_default()))
}

/// Where a plan is the cheapest.
fn of_plan(book: &Book, best: &Line<'_>, ranked: &[&Line<'_>]) -> String {
    let total = a_month(book, best);
    let mut text = match best.fits(book) {
        Some(true) => format!("{} fits {} of use, at {total}.", best.id(), span_words(book)),
        None => format!(
            "{} is the cheapest, at {total}: it stops nothing of the work that {}.",
            best.id(),
            if book.usage.unpriced.is_empty() { "could be read" } else { "has a price" }
        ),
        Some(false) => format!(
            "{} is the cheapest, at {total}, though it does not fit: it would have {}.",
            best.id(),
            failure(book, best)
        ),
    };
    if let Some(other) = next_smaller(best, ranked) {
        text += &format!(" {} would have {}.", other.id(), failure(book, other));
    }
    if let Some(fitting) = ranked.iter().find(|line| line.answer.is_some() && line.fits(book) == Some(true))
        && best.fits(book) == Some(false)
    {
        text += &format!(" {} is the cheapest that fits, at {}.", fitting.id(), a_month(book, fitting));
    }
    let at_least = if book.usage.unpriced.is_empty() { "" } else { "at least " };
    text + &format!(" Pay as you go costs {at_least}{}.", usd(book.api_usd_per_month()))
}

/// Why no plan is said to fit though it stops nothing.
pub(super) fn why_unknown(book: &Book) -> &'static str {
    match () {
        () if !book.usage.unpriced.is_empty() => "part of the work has no list price",
        () if !book.log.stopped.is_empty() => "not all of the logs could be read",
        () => "more of the logs was lost than `--max-skipped` allows",
    }
}

/// Where no plan is as cheap as the API.
fn of_api(book: &Book, api: &Line<'_>, ranked: &[&Line<'_>]) -> String {
    let mut text = format!("Pay as you go on the API, at {}.", a_month(book, api));
    if let Some(plan) = ranked.iter().find(|line| line.answer.is_some()) {
        let fits = match plan.fits(book) {
            Some(true) => "fits and costs",
            Some(false) => "does not fit and costs",
            None => "costs",
        };
        text += &format!(" The cheapest plan, {}, {fits} {}.", plan.id(), usd(plan.total(book).unwrap_or_default()));
    }
    text
}

/// Of the plans that do not fit, the one with the highest price below the best plan's; without such, the one that comes
/// next. Plans that include nothing are the API by another name.
fn next_smaller<'l, 'a>(best: &Line<'_>, ranked: &[&'l Line<'a>]) -> Option<&'l Line<'a>> {
    let includes = |tried: &Tried| tried.limits.iter().all(|limit| limit.cap.is_positive());
    let fails = |tried: &Tried| includes(tried) && tried.fitting() < tried.seats.len();
    let failing = || ranked.iter().filter(|line| line.id() != best.id() && line.plan().is_some_and(fails));
    let below = failing().filter(|line| line.price() < best.price()).max_by_key(|line| line.price());
    below.or_else(|| failing().next()).copied()
}

/// What a plan would have done, both ways.
fn failure(book: &Book, line: &Line<'_>) -> String {
    let Some(tried) = line.plan() else { return String::new() };
    let who = if book.has_users() { "users" } else { "you" };
    let hours = tried.blocked_hours().to_decimal(1);
    let off = match &book.setting.past {
        Past::Drop | Past::Overage => {
            let refused = tried.seats.iter().map(|seat| seat.refused().refused.ratio()).sum();
            format!("blocked {who} {hours} hours and refused {} of work", usd(refused))
        }
        Past::Defer => format!("made {who} wait {hours} hours"),
        Past::Downgrade(fallback) => {
            let moved = tried.seats.iter().map(|seat| seat.refused().downgraded.ratio()).sum();
            let refused = tried.seats.iter().map(|seat| seat.refused().refused.ratio()).sum();
            format!(
                "moved {} of work to {}, blocked {who} {hours} hours and refused {}",
                usd(moved),
                fallback.model,
                usd(refused)
            )
        }
    };
    match tried.overage_usd() {
        Some(overage) => {
            let still = tried.blocked_hours_paying().filter(Ratio::is_positive);
            let still = still.map(|still| format!(" and still blocked {who} {} hours", still.to_decimal(1)));
            format!("{off}, or cost {} of overage{}", usd(overage), still.unwrap_or_default())
        }
        None if tried.overage_unknown => format!("{off}, or cost overage at a rate that is not known"),
        None => format!("{off}; no overage is sold"),
    }
}

/// The assumptions of the sentence.
fn assumed(book: &Book) -> String {
    let value = &book.setting.value;
    let mut parts = vec![
        format!("a blocked hour is worth {}", usd(value.usd_per_blocked_hour.clone())),
        format!("refused work is worth {} of its list price", share(value.refused_share.clone())),
    ];
    if book.setting.other_surfaces.is_positive() {
        parts.push(format!("{} of each window is used elsewhere", share(book.setting.other_surfaces.clone())));
    }
    let months = if days(book) == 1 { "each day is like this one" } else { "each month is like these days" };
    parts.push(months.to_owned());
    parts.push("there would have been the same usage on any plan".to_owned());
    listed(&parts)
}

pub(super) fn footer(args: &Args, asked: &Asked, book: &Book, lines: &[Line<'_>], advice: String) -> Vec<String> {
    let mut footer = vec![read(book)];
    footer.extend(left_out(book));
    footer.extend(unknown(lines));
    footer.extend(unsold(lines));
    footer.extend(users(book, lines));
    footer.extend(billed_apart(book));
    footer.push(setting(args, asked, book));
    if !args.inputs.set.is_empty() {
        footer.push(format!("Set: {}.", args.inputs.set.join(", ")));
    }
    footer.push(advice);
    footer
}

/// Whether Claude Code seems to have deleted what was before.
fn looks_cut(book: &Book) -> bool {
    let of_claude = |record: &&Record| record.source == Source::ClaudeCode;
    let records: Vec<Record> = book.log.records.iter().filter(of_claude).cloned().collect();
    span(&records).is_some_and(|span| span.looks_cut_at_30_days())
}

fn read(book: &Book) -> String {
    let (from, to) = book.days;
    let days = if from == to { from.to_string() } else { format!("{from} to {to}") };
    let mut text = format!(
        "{} of {}, {days} ({}, {}), {} at API list prices of their days.",
        plural(book.usage.responses(), "response", "responses"),
        plural(book.log.files as u64, "file", "files"),
        span_words(book),
        zone_name(&book.zone),
        if book.usage.is_unknown() {
            "without a worth".to_owned()
        } else {
            format!("worth {}", usd(book.api_usd() + book.apart_usd()))
        },
    );
    if looks_cut(book) {
        text += " Claude Code deletes logs after 30 days: earlier use may be missing.";
    }
    let met = book.log.limit_hits.len() as u64;
    if met > 0 {
        text += &format!(
            " The logs themselves tell of {} that {} met.",
            plural(met, "limit", "limits"),
            if met == 1 { "was" } else { "were" }
        );
    }
    text
}

/// What is not in the figures.
fn left_out(book: &Book) -> Option<String> {
    let mut parts = Vec::new();
    for ((model, reason), times) in &book.usage.unpriced {
        let of = model.as_deref().map_or_else(String::new, |model| format!(" of {model}"));
        parts.push(format!("{}{of} ({reason})", plural(*times, "response", "responses")));
    }
    parts.extend(book.log.tally.iter().filter(|(note, _)| note.is_loss()).map(note));
    if book.outside > 0 {
        parts.push(format!("{} outside these days", plural(book.outside, "response", "responses")));
    }
    let hint = match (book.usage.unpriced.is_empty(), book.is_torn) {
        (true, false) => "",
        (true, true) => " More work could only hit more: no plan is said to fit.",
        (false, _) => " More work could only hit more: no plan is said to fit. `--prices` adds rates.",
    };
    (!parts.is_empty()).then(|| format!("Left out: {}.{hint}", parts.join("; ")))
}

/// Of more plans only their number is told.
const NAMED_MOST: usize = 8;

/// Plans that could not be tried, by reason.
fn unknown(lines: &[Line<'_>]) -> Option<String> {
    let mut by_reason = BTreeMap::<String, Vec<String>>::new();
    for line in lines {
        if line.answer.is_none() {
            continue;
        }
        if let Err(error) = &line.tried {
            by_reason.entry(error.to_string()).or_default().push(line.id().to_owned());
        } else if line.rank.is_none() {
            by_reason.entry("its price is not known".to_owned()).or_default().push(line.id().to_owned());
        }
    }
    let said = by_reason.into_iter().map(|(reason, plans)| match plans.as_slice() {
        [first, others @ ..] if plans.len() > NAMED_MOST => {
            format!("{first} and {} other plans ({reason})", others.len())
        }
        _ => format!("{} ({reason})", plans.join(", ")),
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| format!("? is not known: {}.", said.join("; ")))
}

fn unsold(lines: &[Line<'_>]) -> Option<String> {
    let mut by_models = BTreeMap::<String, Vec<String>>::new();
    for line in lines.iter().filter(|line| !line.unsold.is_empty() && line.plan().is_some()) {
        let vendor = line.answer.and_then(|answer| answer.plan.vendor.as_deref()).unwrap_or_default().to_owned();
        let models: Vec<String> = line.unsold.iter().map(ToString::to_string).collect();
        let vendors = by_models.entry(listed(&models)).or_default();
        if !vendors.contains(&vendor) {
            vendors.push(vendor);
        }
    }
    let said = by_models.into_iter().map(|(models, vendors)| format!("{models} by {}", listed(&vendors)));
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| {
        format!(
            "Not sold: {}. On their plans that work counts with the tokens and the list price that it had.",
            said.join("; ")
        )
    })
}

/// Many users in a sentence.
fn users(book: &Book, lines: &[Line<'_>]) -> Option<String> {
    if !book.has_users() {
        return None;
    }
    let mut used: Vec<Ratio> = book.usage.accounts.iter().map(|account| api_usd_per_month(book, account)).collect();
    used.sort();
    let median = used[(used.len() - 1) / 2].clone();
    let most = used.last().cloned().unwrap_or_default();
    let (mut plans, mut total) = (BTreeMap::<String, u64>::new(), Ratio::zero());
    for at in 0..book.usage.accounts.len() {
        let (line, of_user) = cheapest_of(book, lines, at)?;
        *plans.entry(line.id().to_owned()).or_default() += 1;
        total += &of_user;
    }
    let mut plans: Vec<(String, u64)> = plans.into_iter().collect();
    plans.sort_by(|(a, one), (b, other)| other.cmp(one).then_with(|| a.cmp(b)));
    let plans: Vec<String> = plans.into_iter().map(|(id, count)| format!("{id} {count}")).collect();
    Some(format!(
        "{} users: {} a month at list price at the median, {} at the most. Each on their own cheapest ({}): {} a month.",
        used.len(),
        usd(median),
        usd(most),
        plans.join(", "),
        usd(total),
    ))
}

fn billed_apart(book: &Book) -> Option<String> {
    let apart = book.apart_usd();
    apart.is_positive().then(|| {
        format!("Fast mode of Claude Code draws on no window: {} of it are billed apart, in every total.", usd(apart))
    })
}

/// When windows begin, which limits, what happens at them.
fn setting(args: &Args, asked: &Asked, book: &Book) -> String {
    let day = asked.day.map_or_else(String::new, |day| format!("Limits and prices of plans of {day}. "));
    let overflow = match &args.limits.overflow {
        OverflowWord::Drop => "refused".to_owned(),
        OverflowWord::Defer => "made to wait".to_owned(),
        OverflowWord::Overage => "paid for where that is sold, else refused".to_owned(),
        OverflowWord::Downgrade(model) => format!("moved to {model}"),
    };
    let windows = match (args.limits.window.map(WindowWord::word), args.limits.session_floor) {
        (None, 0) => String::new(),
        (None, floor) => format!("Windows begin at multiples of {floor} minutes. "),
        (Some(word), 0) => format!("Windows of hours and weeks: {word}. "),
        (Some(word), floor) => format!("Windows of hours and weeks: {word}, at multiples of {floor} minutes. "),
    };
    format!(
        "{day}{windows}Weeks begin {}; months on day {}. In the totals, work past the limits is {overflow}. Blocked, overage \
         and refused are of the whole span; totals and vendor's profit of a month.",
        weeks_begin(book),
        book.setting.resets.day_of_month,
    )
}

/// `on Fri 07:37 with openai, as the logs tell, with others on Mon 00:00, assumed`
fn weeks_begin(book: &Book) -> String {
    let shown = |at| wall_clock(&book.zone, at).strftime("%a %H:%M").to_string();
    let source = match book.anchor {
        AnchorSource::Asked => "",
        AnchorSource::Assumed => ", assumed",
    };
    let all = format!("on {}{source}", shown(book.setting.resets.week_anchor));
    if book.told.is_empty() {
        return all;
    }
    let told: Vec<String> = book.told.iter().map(|(vendor, at)| format!("on {} with {vendor}", shown(*at))).collect();
    format!("{}, as the logs tell, with others {all}", listed(&told))
}
