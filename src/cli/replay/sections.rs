//! The tables beside the results: windows, what hit them, users, what was skipped.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Args;
use super::figures::hours;
use super::tried::{Book, Line};
use crate::cli::route::section;
use crate::replay::Hit;
use crate::report::{Cell, Missing, Row, Section, Unit};
use crate::trial::{Account, Origin, Tried};
use crate::units::{Instant, Ratio, Usd, wall_clock};

/// So many projects are named of what filled the windows of a limit; `hits` has all.
const CAUSES_MOST: usize = 3;

/// So many contributors of a hit are named.
const CONTRIBUTORS_MOST: usize = 5;

/// The tables without their rows, for the schema.
pub(in crate::cli) fn all() -> [Section; 5] {
    [windows(), causes(), hits(), users(false), skipped()]
}

pub(super) fn filled(book: &Book, lines: &[Line<'_>], args: &Args) -> Vec<Section> {
    let names = Names::of(book, args.used.anonymize);
    vec![
        of_windows(lines),
        of_causes(book, lines, &names),
        of_hits(book, lines, &names),
        of_users(book, lines, &names, args.answers.by_user),
        of_skipped(book),
    ]
}

fn row(cells: Vec<Cell>) -> Row {
    Row { group: None, cells }
}

fn none() -> Cell {
    Cell::Missing(Missing::NotApplicable)
}

fn share(value: Ratio) -> Cell {
    Cell::Share(value.into())
}

/// Names of projects, sessions and users, or numbers in their place.
struct Names {
    anonymous: HashMap<(u8, Arc<str>), String>,
    is_anonymous: bool,
}

impl Names {
    const PROJECT: u8 = 0;
    const SESSION: u8 = 1;
    const USER: u8 = 2;

    /// Numbers go by first use.
    fn of(book: &Book, is_anonymous: bool) -> Self {
        let mut names = Self { anonymous: HashMap::new(), is_anonymous };
        if !is_anonymous {
            return names;
        }
        for record in &book.log.records {
            let of_record =
                [(Self::PROJECT, &record.project), (Self::SESSION, &record.session), (Self::USER, &record.user)];
            for (kind, name) in of_record {
                let Some(name) = name else { continue };
                let key = (kind, Arc::clone(name));
                if !names.anonymous.contains_key(&key) {
                    let number = names.anonymous.keys().filter(|(other, _)| *other == kind).count() + 1;
                    let word = ["project", "session", "user"][usize::from(kind)];
                    names.anonymous.insert(key, format!("{word}-{number}"));
                }
            }
        }
        names
    }

    fn text(&self, kind: u8, name: Option<&Arc<str>>) -> String {
        match name {
            None => "(not told)".to_owned(),
            Some(name) if self.is_anonymous => {
                self.anonymous.get(&(kind, Arc::clone(name))).cloned().unwrap_or_default()
            }
            Some(name) => name.to_string(),
        }
    }

    fn user(&self, book: &Book, account: &Account) -> Cell {
        if account.user.is_none() && !book.has_users() {
            return none();
        }
        Cell::Text(self.text(Self::USER, account.user.as_ref()))
    }
}

fn windows() -> Section {
    let columns = [
        ("plan", "Plan", Unit::Text, Some(0), "the plan's id"),
        ("limit", "Limit", Unit::Text, Some(0), "the limit's id"),
        ("windows", "Windows", Unit::Count, Some(2), "windows with any use; n/a of rolling windows"),
        ("hits", "Hits", Unit::Count, Some(0), "windows that stopped something"),
        ("mean_utilization", "Mean", Unit::Share, Some(1), "what windows with any use held on average"),
        ("peak_utilization", "Peak", Unit::Bar, Some(0), "the most that one held, as a share of its cap"),
    ];
    section("windows", "How full the windows were", &columns)
}

fn plans<'l, 'a>(lines: &'l [Line<'a>]) -> impl Iterator<Item = (&'l Line<'a>, &'l Tried)> {
    lines.iter().filter_map(|line| Some((line, line.plan()?)))
}

fn of_windows(lines: &[Line<'_>]) -> Section {
    let mut section = windows();
    for (line, tried) in plans(lines) {
        for (at, limit) in tried.limits.iter().enumerate() {
            let uses = || tried.outcomes().filter_map(move |outcome| outcome.limits.get(at));
            let windows = uses().try_fold(0, |sum, used| Some(sum + used.windows_used?));
            let peak = uses().filter_map(|used| used.max_utilization.clone()).max();
            section.rows.push(row(vec![
                Cell::Text(line.id().to_owned()),
                Cell::Text(limit.id.to_string()),
                windows.map_or_else(none, Cell::Count),
                Cell::Count(uses().map(|used| used.hits).sum()),
                tried.mean_utilization(at).map_or_else(none, share),
                peak.map_or_else(none, share),
            ]));
        }
    }
    section
}

fn causes() -> Section {
    let columns = [
        ("plan", "Plan", Unit::Text, Some(0), "the plan's id"),
        ("limit", "Limit", Unit::Text, Some(0), "the limit's id"),
        ("project", "Project", Unit::Text, Some(0), "the project whose work filled the windows"),
        ("hits", "Hits", Unit::Count, Some(2), "hits of the limit that it had a part in"),
        (
            "filled",
            "Filled",
            Unit::Bar,
            Some(0),
            "its share of what filled the windows that were hit, on average over them",
        ),
        ("session", "Session", Unit::Text, Some(5), "its session with the largest part"),
        ("hour", "Busiest hour", Unit::Text, Some(4), "its hour with the largest part, in the time zone"),
    ];
    section("causes", "Which work hit the limits", &columns)
}

/// What part each of some things had in hits.
type Parts = BTreeMap<String, Ratio>;

#[derive(Default)]
struct Cause {
    hits: u64,
    filled: Ratio,
    sessions: Parts,
    hours: Parts,
}

fn of_causes(book: &Book, lines: &[Line<'_>], names: &Names) -> Section {
    let mut section = causes();
    for (line, tried) in plans(lines) {
        for (at, limit) in tried.limits.iter().enumerate() {
            let (hits, causes) = causes_of(book, tried, at, names);
            let mut causes: Vec<(String, Cause)> = causes.into_iter().collect();
            causes.sort_by(|(a, one), (b, other)| other.filled.cmp(&one.filled).then_with(|| a.cmp(b)));
            for (project, cause) in causes.into_iter().take(CAUSES_MOST) {
                section.rows.push(row(vec![
                    Cell::Text(line.id().to_owned()),
                    Cell::Text(limit.id.to_string()),
                    Cell::Text(project),
                    Cell::Count(cause.hits),
                    share(cause.filled / Ratio::from(hits)),
                    Cell::Text(largest(&cause.sessions)),
                    Cell::Text(largest(&cause.hours)),
                ]));
            }
        }
    }
    section
}

fn causes_of(book: &Book, tried: &Tried, limit: usize, names: &Names) -> (u64, BTreeMap<String, Cause>) {
    let (mut hits, mut causes) = (0, BTreeMap::<String, Cause>::new());
    for (account, outcome) in book.usage.accounts.iter().zip(tried.outcomes()) {
        for hit in outcome.hits.iter().filter(|hit| hit.limit == limit) {
            hits += 1;
            let mut seen = Parts::new();
            for (origin, part) in parts(hit, account) {
                let project = names.text(Names::PROJECT, origin.project.as_ref());
                let cause = causes.entry(project.clone()).or_default();
                cause.filled += &part;
                let session = names.text(Names::SESSION, origin.session.as_ref());
                *cause.sessions.entry(session).or_default() += &part;
                *cause.hours.entry(hour(book, origin.hour)).or_default() += &part;
                if seen.insert(project, part).is_none() {
                    cause.hits += 1;
                }
            }
        }
    }
    (hits, causes)
}

/// Where the work came from that filled a window, with the share of each; most first. The request that was stopped
/// stands for a window that nothing filled.
fn parts<'a>(hit: &Hit, account: &'a Account) -> Vec<(&'a Origin, Ratio)> {
    let total: Ratio = hit.filled_by.iter().map(|(_, used)| used.clone()).sum();
    let of = |number: u32| usize::try_from(number).ok().and_then(|at| account.origins.get(at));
    if total.is_zero() {
        let origin = account.log.events().get(hit.event).and_then(|event| of(event.origin));
        return origin.map(|origin| (origin, Ratio::one())).into_iter().collect();
    }
    hit.filled_by.iter().filter_map(|(origin, used)| Some((of(*origin)?, used / &total))).collect()
}

/// The one with the largest part; of equal ones the first by name.
fn largest(parts: &Parts) -> String {
    let most = parts.iter().max_by(|(a, one), (b, other)| one.cmp(other).then_with(|| b.cmp(a)));
    most.map(|(name, _)| name.clone()).unwrap_or_default()
}

fn hour(book: &Book, since: Instant) -> String {
    minute(book, since)
}

pub(super) fn minute(book: &Book, at: Instant) -> String {
    wall_clock(&book.zone, at).strftime("%Y-%m-%d %H:%M").to_string()
}

fn hits() -> Section {
    let columns = [
        ("plan", "Plan", Unit::Text, None, "the plan's id"),
        ("user", "User", Unit::Text, None, "the user; n/a where the log tells of none"),
        ("limit", "Limit", Unit::Text, None, "the limit that stopped a request"),
        ("at", "When", Unit::Text, None, "when it first did, in the time zone"),
        ("window_from", "Window from", Unit::Text, None, "when the window began; n/a where it has no bounds"),
        ("window_until", "Until", Unit::Text, None, "when it ended, or had room again"),
        ("project", "Stopped project", Unit::Text, None, "the project of the request that was stopped"),
        ("session", "Stopped session", Unit::Text, None, "its session"),
        ("request_usd", "Request", Unit::Usd, None, "its worth at list price"),
        (
            "contributors",
            "Filled by",
            Unit::List,
            None,
            "project, session and hour of the work that filled the window, with its share, the five largest parts",
        ),
    ];
    section("hits", "Each window that stopped something", &columns)
}

fn of_hits(book: &Book, lines: &[Line<'_>], names: &Names) -> Section {
    let mut section = hits();
    for (line, tried) in plans(lines) {
        for (account, outcome) in book.usage.accounts.iter().zip(tried.outcomes()) {
            for hit in &outcome.hits {
                section.rows.push(row(of_hit(book, line, tried, account, hit, names)));
            }
        }
    }
    section
}

fn of_hit(book: &Book, line: &Line<'_>, tried: &Tried, account: &Account, hit: &Hit, names: &Names) -> Vec<Cell> {
    let event = account.log.events().get(hit.event);
    let origin = event.and_then(|event| account.origins.get(usize::try_from(event.origin).ok()?));
    let named = |kind, name: Option<&Arc<str>>| Cell::Text(names.text(kind, name));
    let bound = |of: fn(&crate::replay::Span) -> Instant| {
        hit.window.as_ref().map_or_else(none, |span| Cell::Text(minute(book, of(span))))
    };
    let contributors = parts(hit, account).into_iter().take(CONTRIBUTORS_MOST).map(|(origin, part)| {
        Cell::Record(vec![
            ("project", named(Names::PROJECT, origin.project.as_ref())),
            ("session", named(Names::SESSION, origin.session.as_ref())),
            ("hour", Cell::Text(hour(book, origin.hour))),
            ("share", share(part)),
        ])
    });
    vec![
        Cell::Text(line.id().to_owned()),
        names.user(book, account),
        Cell::Text(tried.limits[hit.limit].id.to_string()),
        Cell::Text(minute(book, hit.at)),
        bound(|span| span.start),
        bound(|span| span.end),
        named(Names::PROJECT, origin.and_then(|origin| origin.project.as_ref())),
        named(Names::SESSION, origin.and_then(|origin| origin.session.as_ref())),
        event.map_or_else(none, |event| Cell::Usd(event.usd.ratio().into())),
        Cell::List(contributors.collect()),
    ]
}

fn users(by_user: bool) -> Section {
    let rank = |rank: u8| by_user.then_some(rank);
    let columns = [
        ("user", "User", Unit::Text, rank(0), "the user"),
        ("responses", "Responses", Unit::Count, rank(3), "responses that count against limits"),
        (
            "api_usd_per_month",
            "API cost",
            Unit::Usd,
            rank(1),
            "a month's work at list price, what is billed apart included",
        ),
        ("cheapest", "Cheapest", Unit::Text, rank(0), "the plan with the lowest total for this user, or pay-as-you-go"),
        ("cheapest_usd_per_month", "Total", Unit::Usd, rank(0), "its total, in dollars a month"),
        ("hits", "Hits", Unit::Count, rank(2), "windows of the plan that is cheapest for all that stopped something"),
        ("blocked_hours", "Blocked h", Unit::Number, rank(2), "hours without work on that plan, with overage off"),
        ("overage_usd", "Overage", Unit::Usd, rank(4), "dollars over the span on that plan, with overage on"),
        ("peak_utilization", "Peak", Unit::Bar, rank(1), "the most that a window of that plan held"),
    ];
    section("users", "Each user", &columns)
}

/// The line that is cheapest for one account, and its total.
pub(super) fn cheapest_of<'l, 'a>(book: &Book, lines: &'l [Line<'a>], account: usize) -> Option<(&'l Line<'a>, Ratio)> {
    let of = |line: &'l Line<'a>| {
        let total = match &line.tried {
            Err(_) => None,
            Ok(None) => Some(api_usd_per_month(book, &book.usage.accounts[account])),
            Ok(Some(tried)) => {
                tried.price.as_ref()?;
                Some(
                    tried.run(tried.seats.get(account)?).total.clone()
                        + apart_usd_per_month(book, &book.usage.accounts[account]),
                )
            }
        };
        total.map(|total| (line, total))
    };
    let key = |(line, total): &(&Line<'_>, Ratio)| (total.clone(), line.price(), line.id().to_owned());
    lines.iter().filter_map(of).min_by_key(key)
}

fn apart_usd_per_month(book: &Book, account: &Account) -> Ratio {
    account.apart.iter().map(|(_, usd)| usd.ratio()).sum::<Ratio>() / book.months()
}

/// A month's work of an account at list price.
pub(super) fn api_usd_per_month(book: &Book, account: &Account) -> Ratio {
    let atto = account.log.events().iter().fold(0, |sum, event| sum + event.usd.atto());
    Usd::from_atto(atto).ratio() / book.months() + apart_usd_per_month(book, account)
}

fn of_users(book: &Book, lines: &[Line<'_>], names: &Names, by_user: bool) -> Section {
    let mut section = users(by_user);
    if !book.has_users() && !by_user {
        return section;
    }
    let for_all = lines.iter().find_map(|line| line.rank.and(line.plan()));
    if let Some(line) = lines.iter().find(|line| line.rank.is_some() && line.answer.is_some()) {
        section.title = format!("Each user; hits, hours, overage and peak on {}", line.id());
    }
    for (at, account) in book.usage.accounts.iter().enumerate() {
        let cheapest = cheapest_of(book, lines, at);
        let seat = for_all.and_then(|tried| Some((tried, tried.seats.get(at)?)));
        let outcome = seat.and_then(|(tried, seat)| tried.run(seat).outcome.as_ref());
        let peak = outcome.and_then(|outcome| outcome.limits.iter().filter_map(|l| l.max_utilization.clone()).max());
        let paid = seat.and_then(|(_, seat)| seat.paid()).map(|paid| paid.overage_cost.clone());
        section.rows.push(row(vec![
            Cell::Text(names.text(Names::USER, account.user.as_ref())),
            Cell::Count(account.log.events().len() as u64),
            Cell::Usd(api_usd_per_month(book, account).into()),
            cheapest.as_ref().map_or_else(none, |(line, _)| Cell::Text(line.id().to_owned())),
            cheapest.map_or_else(none, |(_, total)| Cell::Usd(total.into())),
            outcome.map_or_else(none, |outcome| Cell::Count(outcome.hits.len() as u64)),
            seat.map_or_else(none, |(_, seat)| Cell::Number(hours(&seat.refused().blocked_hours()).into())),
            paid.map_or_else(none, |paid| Cell::Usd(paid.into())),
            peak.map_or_else(none, share),
        ]));
    }
    section
}

fn skipped() -> Section {
    let columns = [
        ("reason", "Reason", Unit::Text, None, "the reason, in a word"),
        ("what", "Not counted", Unit::Text, None, "what it is"),
        ("times", "Times", Unit::Count, None, "how often"),
        ("loss", "Lost", Unit::Flag, None, "usage may be missing because of it"),
    ];
    section("skipped", "What was not counted, or was put right", &columns)
}

fn of_skipped(book: &Book) -> Section {
    let mut section = skipped();
    let mut add = |reason: &str, what: String, times: u64, loss: bool| {
        if times > 0 {
            section.rows.push(row(vec![
                Cell::Text(reason.to_owned()),
                Cell::Text(what),
                Cell::Count(times),
                Cell::Flag(loss),
            ]));
        }
    };
    for (note, times) in book.log.tally.iter() {
        add(note.key(), note.to_string(), times, note.is_loss());
    }
    add("empty", "responses without a token".to_owned(), book.usage.empty, false);
    add("outside", "responses before or after the days that are looked at".to_owned(), book.outside, false);
    for ((model, reason), times) in &book.usage.unpriced {
        let model = model.as_deref().unwrap_or("a model that is not named");
        add("unpriced", format!("responses of {model}: {reason}"), *times, true);
    }
    section
}
