//! When which windows of which plans stopped something, as a drawing.

use super::sections::minute;
use super::tried::{Book, Line};
use crate::replay::{Hit, Limit};
use crate::report::page::{Drawing, Lane, Lanes, Plot, Span, Tone};
use crate::report::{Axis, Unit};
use crate::trial::Tried;
use crate::units::{Instant, wall_clock};

/// Most lanes: those of the plans that come cheapest.
const LANES_MOST: usize = 24;

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
    if lanes.iter().map(|lane| lane.spans.len()).sum::<usize>() > WORDS_MOST {
        lanes.iter_mut().flat_map(|lane| &mut lane.spans).for_each(|span| span.words.clear());
    }
    let users = match book.usage.accounts.len() {
        0 | 1 => String::new(),
        users => format!(" The windows of {users} users are drawn over one another."),
    };
    let horizon = book.setting.horizon;
    let more = match left_out {
        0 => String::new(),
        1 => " One lane of a dearer plan is left out.".to_owned(),
        some => format!(" {some} lanes of dearer plans are left out."),
    };
    Some(Drawing {
        title: "Windows that stopped work, over time".to_owned(),
        description: format!(
            "A lane for each limit that stopped something, and one for each plan of which none did, over the days of use. Each \
             window is drawn from its beginning; from the moment at which it first stopped a request to its end it is \
             dark.{users}{more}"
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

/// Parts of the axis that are as good as one: less than can be seen apart.
const PARTS: f64 = 700.0;

/// Most stretches of which something is said.
const WORDS_MOST: usize = 200;

fn of_plan(book: &Book, line: &Line<'_>, tried: &Tried) -> Vec<Lane> {
    let lane = |(at, limit): (usize, &Limit)| {
        let hits = tried.outcomes().flat_map(|outcome| outcome.hits.iter().filter(move |hit| hit.limit == at));
        Lane { name: format!("{} {}", line.id(), limit.id), spans: spans(book, hits), words: String::new() }
    };
    let mut lanes: Vec<Lane> =
        tried.limits.iter().enumerate().map(lane).filter(|lane| !lane.spans.is_empty()).collect();
    if lanes.is_empty() {
        let fits = if line.fits(book) == Some(true) { "fits" } else { "stops nothing known" };
        lanes.push(Lane { name: format!("{} {fits}", line.id()), spans: Vec::new(), words: String::new() });
    }
    lanes
}

/// The windows that were hit, and over them the time from each hit to the end of its window.
fn spans<'a>(book: &Book, hits: impl Iterator<Item = &'a Hit>) -> Vec<Span> {
    let (mut windows, mut stopped) = (Vec::new(), Vec::new());
    for hit in hits {
        let end = hit.window.as_ref().map_or(hit.at, |window| window.end);
        windows.extend(hit.window.as_ref().filter(|window| window.start < hit.at).map(|window| (window.start, hit.at)));
        stopped.push((hit.at, end));
    }
    let span = |tone| {
        move |(from, to, count): (Instant, Instant, usize)| Span {
            from: hours(from),
            to: Some(hours(to)),
            tone,
            text: String::new(),
            words: match (tone, count) {
                (Tone::Loss, 1) => format!("stopped from {} to {}", minute(book, from), minute(book, to)),
                (Tone::Loss, some) => format!("{some} windows, from {} to {}", minute(book, from), minute(book, to)),
                _ => String::new(),
            },
        }
    };
    let windows = merged(book, windows).into_iter().map(span(Tone::Other));
    windows.chain(merged(book, stopped).into_iter().map(span(Tone::Loss))).collect()
}

/// Stretches that overlap, or cannot be seen apart, as one, with how many it is made of.
fn merged(book: &Book, mut stretches: Vec<(Instant, Instant)>) -> Vec<(Instant, Instant, usize)> {
    let horizon = book.setting.horizon;
    let near = (hours(horizon.end) - hours(horizon.start)) / PARTS;
    stretches.sort_unstable();
    let mut merged: Vec<(Instant, Instant, usize)> = Vec::new();
    for (from, to) in stretches {
        match merged.last_mut().filter(|last| hours(from) - hours(last.1) < near) {
            // Windows that follow one another are told apart where there is room.
            Some(last) if last.1 > from || hours(last.1) - hours(last.0) < near => {
                last.1 = last.1.max(to);
                last.2 += 1;
            }
            _ => merged.push((from, to, 1)),
        }
    }
    merged
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
