//! A line for each plan: its columns and figures.

use super::tried::{AnchorSource, Book, Line};
use super::words::Advice;
use super::{Args, zone_name};
use crate::cli::route::section;
use crate::report::{Cell, Column, Figure, Missing, Record, Report, Row, Unit};
use crate::trial::Tried;
use crate::units::{Instant, Ratio};

/// The columns; those without a rank are not shown unless they are asked for.
pub(in crate::cli) fn columns() -> Vec<Column> {
    let columns = [
        ("rank", "#", Unit::Count, Some(0), "place by monthly total, the cheapest first"),
        ("plan", "Plan", Unit::Text, Some(0), "the plan's id, or pay-as-you-go: no plan, all paid by the meter"),
        ("name", "Name", Unit::Text, None, "the plan's name"),
        ("vendor", "Vendor", Unit::Text, None, "the vendor's id"),
        (
            "status",
            "Status",
            Unit::Text,
            None,
            "ok; other_models: work of models that its vendor does not sell is counted at its own list price; partial: \
             part of the work has no list price; limits_unknown; price_unknown",
        ),
        ("fits", "Fits", Unit::Flag, Some(0), "it would have stopped nothing"),
        ("users_fitting", "Users fit", Unit::Count, Some(3), "users whose seat would have stopped nothing"),
        ("hits", "Hits", Unit::Count, Some(1), "windows that stopped something"),
        (
            "blocked_hours",
            "Blocked h",
            Unit::Number,
            Some(0),
            "hours, to hundredths, over the span in which a request would have been let in by nothing, with overage off; with `--overflow \
             defer`, in which work waited",
        ),
        (
            "blocked_hours_paying",
            "Still bl.",
            Unit::Number,
            None,
            "the same with overage on: a spend cap or a prepaid balance was used up",
        ),
        (
            "overage_usd",
            "Overage",
            Unit::Usd,
            Some(0),
            "dollars over the span that are paid past the limits, with overage on; n/a where none is sold",
        ),
        ("refused_usd", "Refused", Unit::Usd, Some(5), "work over the span that did not run, at list price"),
        ("pending_usd", "Waiting", Unit::Usd, None, "work that still waited at the end, at list price"),
        ("downgraded_usd", "Downgraded", Unit::Usd, None, "work that ran on the cheaper model, at its own list price"),
        ("overage_api_usd", "Paid for", Unit::Usd, None, "work that was paid past the limits, at list price"),
        ("included_usd", "Included", Unit::Usd, None, "work that the limits let in, at list price"),
        (
            "api_usd",
            "API cost",
            Unit::Usd,
            None,
            "all work over the span that counts against limits and has a price, at list price: included, paid for, downgraded, refused \
             and waiting",
        ),
        ("peak_utilization", "Peak", Unit::Share, Some(4), "the most that a window held, as a share of its cap"),
        (
            "mean_utilization",
            "Mean",
            Unit::Share,
            Some(6),
            "what windows with any use held on average, of the limit where that is most",
        ),
        ("price_usd_per_month", "Price", Unit::Usd, Some(7), "the price of all seats"),
        (
            "monthly_total_usd",
            "Total",
            Unit::Usd,
            Some(0),
            "dollars a month: price, overage, and what blocked hours and refused work are worth",
        ),
        (
            "vendor_profit_usd",
            "Vendor",
            Unit::Usd,
            Some(2),
            "what the vendor earns in a month: revenue after fees and overage, less the cost of serving",
        ),
        ("reason", "Why not", Unit::Text, None, "why it is not known what the plan would have stopped"),
    ];
    section("results", "", &columns).columns
}

/// Columns that say something of this usage.
pub(super) fn shown(report: &Report, args: &Args) -> Vec<usize> {
    let says_nothing = |column: &Column| {
        let at = report.columns.iter().position(|other| other.key == column.key).expect("one of them");
        column.key == "users_fitting" && report.rows.iter().all(|row| matches!(row.cells[at], Cell::Missing(_)))
    };
    let asks_for = |column: &Column| match column.key {
        "pending_usd" => args.limits.overflow == super::options::OverflowWord::Defer,
        "downgraded_usd" => matches!(args.limits.overflow, super::options::OverflowWord::Downgrade(_)),
        "blocked_hours_paying" => args.limits.spend_cap.is_some() || args.limits.prepaid.is_some(),
        _ => false,
    };
    let is_shown = |column: &Column| column.shown && !says_nothing(column) || asks_for(column);
    (0..report.columns.len()).filter(|&at| is_shown(&report.columns[at])).collect()
}

/// Hours to hundredths, ties to even: nobody plans by the second.
pub(super) fn hours(value: &Ratio) -> Ratio {
    Ratio::parse(&value.to_decimal(2)).unwrap_or_else(|_| value.clone())
}

fn usd(value: Ratio) -> Cell {
    Cell::Usd(value.into())
}

/// Worth of the work that has a price; unknown if none has.
fn api_usd(book: &Book) -> Cell {
    if book.usage.is_unknown() { unknown() } else { usd(book.api_usd()) }
}

fn none() -> Cell {
    Cell::Missing(Missing::NotApplicable)
}

fn unknown() -> Cell {
    Cell::Missing(Missing::Unknown)
}

/// What is not a figure of the plan's own: the limits are measured or estimated.
fn of_limits(line: &Line<'_>, value: Ratio) -> Figure {
    let approximate = line.answer.is_some_and(|answer| {
        answer
            .limits
            .iter()
            .any(|limit| limit.range.is_some() || limit.provenance.basis != crate::fact::Basis::Published)
    });
    Figure { value, approximate }
}

pub(super) fn rows(book: &Book, lines: &[Line<'_>]) -> Vec<Row> {
    lines.iter().map(|line| Row { group: None, cells: cells(book, line) }).collect()
}

/// In the order of the columns.
fn cells(book: &Book, line: &Line<'_>) -> Vec<Cell> {
    let tried = line.plan();
    let of_plan = |value: &dyn Fn(&Tried) -> Cell| match (&line.tried, tried) {
        (Err(_), _) => unknown(),
        (Ok(_), Some(tried)) => value(tried),
        (Ok(_), None) => none(),
    };
    let money = |value: &dyn Fn(&Tried) -> Ratio| of_plan(&|tried| Cell::Usd(of_limits(line, value(tried))));
    let text = |text: &str| Cell::Text(text.to_owned());
    let name = line.answer.and_then(|answer| answer.plan.name.as_deref());
    let vendor = line.answer.and_then(|answer| answer.plan.vendor.as_deref());
    let seats = Ratio::from(book.usage.accounts.len().max(1) as u64);
    let profit = |tried: &Tried| line.answer.and_then(|answer| tried.vendor_profit_usd_per_month(answer));
    vec![
        line.rank.map_or_else(unknown, Cell::Count),
        text(line.id()),
        name.map_or_else(none, text),
        vendor.map_or_else(none, text),
        text(status(book, line)),
        line.fits(book).map_or_else(unknown, Cell::Flag),
        if book.has_users() { of_plan(&|tried| Cell::Count(tried.fitting() as u64)) } else { none() },
        of_plan(&|tried| Cell::Count(tried.hits())),
        of_plan(&|tried| Cell::Number(of_limits(line, hours(&tried.blocked_hours())))),
        of_plan(&|tried| {
            tried.blocked_hours_paying().map_or_else(none, |blocked| Cell::Number(hours(&blocked).into()))
        }),
        of_plan(&|tried| match tried.overage_usd() {
            Some(paid) => Cell::Usd(of_limits(line, paid)),
            None if tried.overage_unknown => unknown(),
            None => none(),
        }),
        money(&|tried| tried.sum(|outcome| outcome.refused)),
        money(&|tried| tried.sum(|outcome| outcome.pending)),
        money(&|tried| tried.sum(|outcome| outcome.downgraded)),
        money(&|tried| tried.sum(|outcome| outcome.overage_api)),
        money(&|tried| tried.sum(|outcome| outcome.included)),
        api_usd(book),
        of_plan(&|tried| tried.peak_utilization().map_or_else(none, |peak| Cell::Share(of_limits(line, peak)))),
        of_plan(&|tried| {
            let means = (0..tried.limits.len()).filter_map(|limit| tried.mean_utilization(limit));
            means.max().map_or_else(none, |mean| Cell::Share(of_limits(line, mean)))
        }),
        line.price().map_or_else(unknown, |price| usd(price * seats)),
        line.total(book).map_or_else(unknown, |total| Cell::Usd(of_limits(line, total))),
        of_plan(&|tried| profit(tried).map_or_else(unknown, |profit| Cell::Usd(of_limits(line, profit)))),
        line.tried.as_ref().err().map_or_else(none, |error| Cell::Text(error.to_string())),
    ]
}

fn status(book: &Book, line: &Line<'_>) -> &'static str {
    match &line.tried {
        Err(_) => "limits_unknown",
        Ok(_) if line.price().is_none() => "price_unknown",
        Ok(_) if !book.usage.unpriced.is_empty() => "partial",
        Ok(_) if !line.unsold.is_empty() => "other_models",
        Ok(_) => "ok",
    }
}

/// The keys of counts in the summary, for the schema.
pub(in crate::cli) fn summary_keys() -> [&'static str; 8] {
    ["plans", "unknown", "users", "responses", "unpriced", "skipped", "files", "days"]
}

pub(super) fn summary(book: &Book, lines: &[Line<'_>], advice: &Advice) -> Record {
    let count = |count: usize| Cell::Count(count as u64);
    let (from, to) = book.days;
    let days = (to.since(from).map_or(0, |span| span.get_days())).unsigned_abs() + 1;
    vec![
        ("plans", count(lines.iter().filter(|line| line.answer.is_some()).count())),
        ("unknown", count(lines.iter().filter(|line| line.rank.is_none()).count())),
        ("users", count(book.usage.accounts.len())),
        ("responses", Cell::Count(book.usage.responses())),
        ("unpriced", Cell::Count(book.usage.responses_unpriced())),
        ("skipped", Cell::Count(book.skipped())),
        ("files", count(book.log.files)),
        ("days", Cell::Count(days.into())),
        ("from", Cell::Date(from)),
        ("to", Cell::Date(to)),
        ("api_usd", api_usd(book)),
        ("billed_apart_usd", usd(book.apart_usd())),
        ("recommended", advice.id.as_ref().map_or_else(none, |id| Cell::Text(id.clone()))),
        ("recommendation", Cell::Text(advice.text.clone())),
    ]
}

fn told((vendor, at): (&&'static str, &Instant)) -> Cell {
    Cell::Record(vec![("vendor", Cell::Text((*vendor).to_owned())), ("at", Cell::Text(at.to_string()))])
}

/// What was assumed besides what all commands do.
pub(super) fn assumed(args: &Args, book: &Book) -> Record {
    let setting = &book.setting;
    let text = |text: &str| Cell::Text(text.to_owned());
    let or_none = |value: &Option<Ratio>| value.clone().map_or_else(none, usd);
    let admission = match args.limits.admission {
        None => none(),
        Some(word) => text(match word.rule() {
            crate::replay::Admission::Soft => "soft",
            crate::replay::Admission::Strict => "strict",
            crate::replay::Admission::Split => "split",
        }),
    };
    vec![
        ("time_zone", Cell::Text(zone_name(&book.zone))),
        ("overflow", Cell::Text(args.limits.overflow.word())),
        ("admission", admission),
        ("spend_cap_usd_per_month", or_none(&args.limits.spend_cap)),
        ("prepaid_usd", or_none(&args.limits.prepaid)),
        ("window", args.limits.window.map_or_else(none, |word| text(word.word()))),
        ("session_floor_minutes", Cell::Count(args.limits.session_floor.into())),
        ("weeks_begin", Cell::Text(setting.resets.week_anchor.to_string())),
        (
            "weeks_begin_source",
            text(match book.anchor {
                AnchorSource::Asked => "asked",
                AnchorSource::Assumed => "assumed",
            }),
        ),
        ("weeks_begin_by_meters", Cell::List(book.told.iter().map(told).collect())),
        ("months_begin_on_day", Cell::Count(setting.resets.day_of_month.into())),
        ("other_surfaces", Cell::Share(setting.other_surfaces.clone().into())),
        ("usd_per_blocked_hour", usd(setting.value.usd_per_blocked_hour.clone())),
        ("refused_share", Cell::Share(setting.value.refused_share.clone().into())),
        ("downgraded_share", Cell::Share(setting.value.downgraded_share.clone().into())),
        ("anonymized", Cell::Flag(args.used.anonymize)),
    ]
}
