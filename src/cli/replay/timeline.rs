//! When which windows of which plans stopped something, as a drawing.

use super::sections::minute;
use super::tried::{Book, Line};
use crate::cli::compare::dollars;
use crate::replay::{Hit, Limit};
use crate::report::page::{Drawing, Lane, Lanes, Plot, Span, Tone};
use crate::report::{Axis, Unit};
use crate::trial::Tried;
use crate::units::{Instant, wall_clock};

/// Most lanes: those of the plans that come cheapest.
const LANES_MOST: usize = 40;

/// Most places on the axis that are named.
const TICKS_MOST: i64 = 9;

/// A lane for each limit that stopped something and for each plan of which none did, the cheapest plan first.
pub(super) fn timeline(book: &Book, lines: &[Line<'_>]) -> Option<Drawing> {
    let tried = lines.iter().filter_map(|line| Some((line, line.plan()?)));
    let mut lanes: Vec<Lane> = tried.flat_map(|(line, tried)| of_plan(book, line, tried)).collect();
    if lanes.is_empty() {
        return None;
    }
    let left_out = lanes.len().saturating_sub(LANES_MOST);
    lanes.truncate(LANES_MOST);
    let horizon = book.setting.horizon;
    let more = match left_out {
        0 => String::new(),
        1 => " One lane of a dearer plan is left out.".to_owned(),
        some => format!(" {some} lanes of dearer plans are left out."),
    };
    Some(Drawing {
        title: "Windows that stopped work, over time".to_owned(),
        description: format!(
            "A lane for each limit that stopped something, and one for each plan that fits, over the days of use. Each \
             window is drawn from its beginning; from the moment at which it first stopped a request to its end it is \
             dark.{more}"
        ),
        is_small: false,
        plot: Plot::Lanes(Lanes {
            across: Axis {
                title: format!("days, in {}", super::zone_name(&book.zone)),
                unit: Unit::Number,
                logarithmic: false,
            },
            ends: (hours(horizon.start), hours(horizon.end)),
            ticks: ticks(book),
            lanes,
            legend: vec![
                (Tone::Other, "a window that was hit, until then".to_owned()),
                (Tone::Loss, "from the first request that it stopped".to_owned()),
            ],
        }),
    })
}

/// Hours since 1970 began.
fn hours(at: Instant) -> f64 {
    at.unix_ms() as f64 / 3_600_000.0
}

fn of_plan(book: &Book, line: &Line<'_>, tried: &Tried) -> Vec<Lane> {
    let lane = |(at, limit): (usize, &Limit)| {
        let hits = book.usage.accounts.iter().zip(tried.outcomes()).flat_map(|(account, outcome)| {
            outcome.hits.iter().filter(move |hit| hit.limit == at).map(move |hit| (account, hit))
        });
        let spans = hits.flat_map(|(account, hit)| {
            let worth = account.log.events().get(hit.event).map(|event| dollars(&event.usd.ratio()));
            spans(book, hit, &worth.unwrap_or_default())
        });
        Lane { name: format!("{} {}", line.id(), limit.id), spans: spans.collect(), words: String::new() }
    };
    let mut lanes: Vec<Lane> =
        tried.limits.iter().enumerate().map(lane).filter(|lane| !lane.spans.is_empty()).collect();
    if lanes.is_empty() {
        lanes.push(Lane { name: format!("{} fits", line.id()), spans: Vec::new(), words: String::new() });
    }
    lanes
}

/// The window up to the hit, and from the hit on.
fn spans(book: &Book, hit: &Hit, worth: &str) -> Vec<Span> {
    let window = hit.window.as_ref();
    let end = window.map_or(hit.at, |window| window.end);
    let words = format!("{} to {}: stopped a request worth {worth}", minute(book, hit.at), minute(book, end));
    let span = |from: Instant, to: Instant, tone| Span {
        from: Some(hours(from)),
        to: Some(hours(to)),
        tone,
        text: String::new(),
        words: words.clone(),
    };
    let before = window.filter(|window| window.start < hit.at);
    let before = before.map(|window| span(window.start, hit.at, Tone::Other));
    before.into_iter().chain([span(hit.at, end, Tone::Loss)]).collect()
}

/// Midnights, so far apart that their days can be written.
fn ticks(book: &Book) -> Vec<(f64, String)> {
    let horizon = book.setting.horizon;
    let days = horizon.ms() / Instant::MS_PER_DAY + 1;
    let step = days / TICKS_MOST + 1;
    let step = [1, 2, 7, 14, 28].into_iter().find(|&round| round >= step).unwrap_or(step);
    let at = |nth: i64| {
        let ms = (nth * step).checked_mul(Instant::MS_PER_DAY)?;
        let noon = Instant::from_unix_ms(horizon.start.unix_ms() + ms + Instant::MS_PER_DAY / 2)?;
        let day = noon.day_in(&book.zone);
        let midnight = crate::units::instant_of(&book.zone, wall_clock(&book.zone, noon).date().at(0, 0, 0, 0))?;
        (midnight < horizon.end).then(|| (hours(midnight), day.strftime("%d %b").to_string()))
    };
    (0..days).map_while(at).collect()
}
