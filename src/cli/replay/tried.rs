//! The usage that was read, and what became of it under each plan.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::options::{Anchor, OverflowWord};
use super::{Args, prices};
use crate::analysis::Answer;
use crate::catalog::codes;
use crate::cli::Stop;
use crate::cli::asked::Asked;
use crate::cli::parallel::{Progress, fold};
use crate::cli::world::World;
use crate::logs::{Log, Note};
use crate::problem::{Problem, nearest};
use crate::replay::{Calendar, CalendarUnit, Fallback, Resets, Span, Valuation, months};
use crate::trial::{Past, Setting, Tried, Untried, Usage, gather, try_plan};
use crate::units::{Date, DateTime, Instant, Ratio, Time, TimeZone, Usd, Weekday, instant_of};
use crate::usage::price::Premiums;
use crate::usage::{Record, Source};

const MINUTES_OF_A_WEEK: u64 = 10_080;

/// What was used, and how it is looked at.
pub(super) struct Book {
    pub(super) usage: Usage,
    pub(super) log: Log,
    pub(super) setting: Setting,
    pub(super) zone: TimeZone,
    /// Where the beginning of weeks comes from, of plans whose vendor's meter tells none.
    pub(super) anchor: AnchorSource,
    /// When the weeks of a vendor begin, by its own meter in the logs. Nothing where a flag says it.
    pub(super) told: BTreeMap<&'static str, Instant>,
    /// First and last day of the span, in the zone.
    pub(super) days: (Date, Date),
    /// Responses before or after it.
    pub(super) outside: u64,
    /// More of the logs was lost than may be: what is left is no measure of all.
    pub(super) is_torn: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnchorSource {
    /// A flag.
    Asked,
    /// Nothing: Monday at midnight.
    Assumed,
}

/// A plan, or paying as one goes.
pub(super) struct Line<'a> {
    /// What is known of the plan; `None`: no plan.
    pub(super) answer: Option<&'a Answer<'a>>,
    /// What became of the usage; `None` without a plan.
    pub(super) tried: Result<Option<Tried>, Untried>,
    /// Its place by total; `None` if that is not known.
    pub(super) rank: Option<u64>,
    /// Models of the log that its vendor does not sell, as far as the list prices tell.
    pub(super) unsold: Vec<Arc<str>>,
}

impl Book {
    pub(super) fn of(args: &Args, asked: &Asked, mut log: Log, zone: TimeZone) -> Result<Self, Stop> {
        let (first, last) = (log.records.first(), log.records.last());
        let day = |record: Option<&Record>| record.map(|record| record.instant.day_in(&zone));
        let from = args.used.from.or(day(first)).or(args.used.to).or(asked.day).unwrap_or_default();
        let to = args.used.to.or(day(last)).unwrap_or(from).max(from);
        let horizon = whole_days(from, to, &zone).ok_or_else(|| {
            Problem::error(codes::USAGE, format!("the days from {from} to {to} cannot be counted"))
                .help("ask for days of the years -9998 to 9998 with `--from` and `--to`")
        })?;
        let all = log.records.len();
        log.records.retain(|record| horizon.holds(record.instant));
        let outside = (all - log.records.len()) as u64;
        let premiums = Premiums::default();
        let fallback = fallback_model(args, asked)?;
        let usage = gather(&log.records, &prices(asked, &premiums), fallback.as_ref())
            .map_err(|error| Stop::from(Problem::error(codes::USAGE, error.to_string())))?;
        let (week_anchor, anchor) = week_anchor(args, &zone, horizon.start);
        let calendar = Calendar::new(CalendarUnit::Month(args.limits.billing_day), Time::midnight(), zone.clone());
        let setting = Setting {
            horizon,
            resets: Resets {
                week_anchor,
                zone: zone.clone(),
                day_of_month: args.limits.billing_day,
                floor_minutes: args.limits.session_floor,
                opening: args.limits.window.map(super::options::WindowWord::opening),
            },
            past: past(args, &usage, fallback)?,
            admission: args.limits.admission.map(super::options::AdmissionWord::rule),
            spend_cap: args.limits.spend_cap.clone().zip(calendar),
            prepaid: args.limits.prepaid.clone(),
            other_surfaces: args.used.other_surfaces.clone().unwrap_or_default(),
            value: Valuation {
                usd_per_blocked_hour: args.limits.blocked_hour.clone().unwrap_or_default(),
                refused_share: args.limits.refused.clone().unwrap_or_else(Ratio::one),
                downgraded_share: args.limits.downgraded.clone().unwrap_or_default(),
            },
        };
        let told = if anchor == AnchorSource::Asked { BTreeMap::new() } else { told_anchors(&log) };
        let mut book = Self { usage, log, setting, zone, anchor, told, days: (from, to), outside, is_torn: false };
        // A last line that breaks off is mostly one that was being written: it is not of the past.
        let torn_ends = Ratio::from(book.log.tally.of(Note::TornEnd));
        let lost = Ratio::from(book.skipped()) - torn_ends;
        let of_all = lost.checked_div(&Ratio::from(book.skipped() + book.log.records.len() as u64)).unwrap_or_default();
        book.is_torn = of_all > args.used.max_skipped() || !book.log.stopped.is_empty();
        Ok(book)
    }

    /// Puts the usage before every plan, and ranks them with paying as one goes.
    pub(super) fn try_all<'a>(&self, answers: &'a [Answer<'a>], args: &Args, world: &World<'_>) -> Vec<Line<'a>> {
        let shown = world.stderr_columns.is_some() && !args.output.quiet;
        let mut tried = fold(
            answers.len() as u64,
            args.used.threads(),
            if shown { Progress::Shown } else { Progress::Hidden },
            Vec::new,
            |block, own: &mut Vec<(usize, Result<Tried, Untried>)>| {
                let at = usize::try_from(block).expect("a position");
                own.push((at, try_plan(&answers[at], &self.usage, &self.setting_of(&answers[at]))));
            },
            |whole, own| whole.extend(own),
        );
        tried.sort_by_key(|(at, _)| *at);
        let mut lines: Vec<Line<'a>> = tried
            .into_iter()
            .map(|(at, tried)| Line {
                answer: Some(&answers[at]),
                tried: tried.map(Some),
                rank: None,
                unsold: self.unsold(&answers[at]),
            })
            .collect();
        lines.push(Line { answer: None, tried: Ok(None), rank: None, unsold: Vec::new() });
        self.rank(&mut lines);
        lines
    }

    /// How a plan is tried: its weeks begin when its vendor's meter says.
    fn setting_of(&self, answer: &Answer<'_>) -> Setting {
        let mut setting = self.setting.clone();
        if let Some(at) = answer.plan.vendor.as_ref().and_then(|vendor| self.told.get(&**vendor)) {
            setting.resets.week_anchor = *at;
        }
        setting
    }

    /// By total, then price, then id; what is not known comes last.
    fn rank(&self, lines: &mut [Line<'_>]) {
        lines.sort_by_cached_key(|line| {
            let total = line.total(self);
            (total.is_none(), total, line.price(), line.id().to_owned())
        });
        let mut rank = 0;
        for line in lines.iter_mut().filter(|line| line.total(self).is_some()) {
            rank += 1;
            line.rank = Some(rank);
        }
    }

    /// Models of the log that the plan's vendor does not sell. Vendors that list no prices of their own resell others'
    /// models, and nothing says which.
    fn unsold(&self, answer: &Answer<'_>) -> Vec<Arc<str>> {
        let Some(vendor) = answer.plan.vendor.as_ref().filter(|vendor| self.usage.vendors.contains(*vendor)) else {
            return Vec::new();
        };
        let named = |model: &Arc<str>| {
            let by_limit = answer.limits.iter().flat_map(|limit| limit.models.iter().flatten());
            let by_credits = answer.plan.credits.by_model.iter().map(|row| &row.model);
            by_limit.chain(by_credits).any(|known| known == model)
        };
        let of_others =
            |(model, of): &(&Arc<str>, &Option<Arc<str>>)| of.as_ref().is_some_and(|of| of != vendor) && !named(model);
        self.usage.models.iter().filter(of_others).map(|(model, _)| Arc::clone(model)).collect()
    }

    /// Average months of the span.
    pub(super) fn months(&self) -> Ratio {
        months(self.setting.horizon)
    }

    /// Worth of what counts against limits, in dollars.
    pub(super) fn api_usd(&self) -> Ratio {
        let events = self.usage.accounts.iter().flat_map(|account| account.log.events());
        events.map(|event| event.usd).sum_usd()
    }

    /// Worth of what is billed apart, in dollars.
    pub(super) fn apart_usd(&self) -> Ratio {
        self.usage.accounts.iter().flat_map(|account| &account.apart).map(|(_, usd)| *usd).sum_usd()
    }

    /// What a month of it costs on the API, as far as it has a price, in dollars.
    pub(super) fn api_usd_per_month(&self) -> Ratio {
        (self.api_usd() + self.apart_usd()) / self.months()
    }

    /// Responses of which the log lost something.
    pub(super) fn skipped(&self) -> u64 {
        self.log.tally.iter().filter(|(note, _)| note.is_loss()).map(|(_, times)| times).sum()
    }

    /// The share of the responses that was lost.
    pub(super) fn skipped_share(&self) -> Ratio {
        let (skipped, read) = (self.skipped(), self.log.records.len() as u64);
        Ratio::from(skipped).checked_div(&Ratio::from(skipped + read)).unwrap_or_default()
    }

    /// Whether users are told apart.
    pub(super) fn has_users(&self) -> bool {
        self.usage.accounts.len() > 1
    }
}

trait SumUsd {
    fn sum_usd(self) -> Ratio;
}

impl<I: Iterator<Item = Usd>> SumUsd for I {
    fn sum_usd(self) -> Ratio {
        let (whole, sum) = self.fold((Ratio::zero(), Usd::ZERO), |(whole, sum), usd| match sum.checked_add(usd) {
            Some(sum) => (whole, sum),
            None => (whole + sum.ratio(), usd),
        });
        whole + sum.ratio()
    }
}

impl Line<'_> {
    /// The plan's id.
    pub(super) fn id(&self) -> &str {
        self.answer.map_or("pay-as-you-go", |answer| &answer.plan.id)
    }

    /// What became of the usage under the plan.
    pub(super) fn plan(&self) -> Option<&Tried> {
        self.tried.as_ref().ok().and_then(Option::as_ref)
    }

    pub(super) fn price(&self) -> Option<Ratio> {
        match self.answer {
            None => Some(Ratio::zero()),
            Some(answer) => answer.revenue.as_ref().map(|revenue| revenue.gross_usd.clone()),
        }
    }

    /// Dollars a month, with what is billed apart; `None` if not known.
    pub(super) fn total(&self, book: &Book) -> Option<Ratio> {
        let apart = book.apart_usd() / book.months();
        match &self.tried {
            Err(_) => None,
            // A bill that leaves out what has no price is none.
            Ok(None) if !book.usage.unpriced.is_empty() => None,
            Ok(None) => Some(book.api_usd_per_month()),
            Ok(Some(tried)) => tried.total_usd_per_month().map(|total| total + apart),
        }
    }

    /// Whether it would have stopped nothing; `None` if that is not known.
    pub(super) fn fits(&self, book: &Book) -> Option<bool> {
        match &self.tried {
            Err(_) => None,
            Ok(None) => Some(true),
            Ok(Some(tried)) if tried.fitting() < tried.seats.len() => Some(false),
            // What is not priced, or was lost, might not have passed.
            Ok(Some(_)) => (book.usage.unpriced.is_empty() && !book.is_torn).then_some(true),
        }
    }
}

/// From the beginning of a day to the end of another.
fn whole_days(from: Date, to: Date, zone: &TimeZone) -> Option<Span> {
    let midnight = |day: Date| instant_of(zone, DateTime::from_parts(day, Time::midnight()));
    Span::new(midnight(from)?, midnight(to.tomorrow().ok()?)?)
}

fn week_anchor(args: &Args, zone: &TimeZone, near: Instant) -> (Instant, AnchorSource) {
    match args.limits.weekly_anchor {
        Some(anchor) => (anchor.instant(zone, near), AnchorSource::Asked),
        None => (Anchor::Weekly(Weekday::Monday, Time::midnight()).instant(zone, near), AnchorSource::Assumed),
    }
}

/// When the weeks of each vendor begin by the last reading of its meter; that of one vendor says nothing of another's.
fn told_anchors(log: &Log) -> BTreeMap<&'static str, Instant> {
    let weekly = log.meters.iter().filter(|meter| meter.window_minutes == MINUTES_OF_A_WEEK && meter.model.is_none());
    let told = weekly.filter_map(|meter| {
        let vendor = match meter.source {
            Source::ClaudeCode => "anthropic",
            Source::Codex => "openai",
            Source::Events => return None,
        };
        Some((vendor, meter.resets_at?))
    });
    told.collect()
}

/// The cheaper model that work falls to, by its name in the list prices.
fn fallback_model(args: &Args, asked: &Asked) -> Result<Option<Arc<str>>, Stop> {
    let OverflowWord::Downgrade(name) = &args.limits.overflow else { return Ok(None) };
    let rates = &asked.catalog.rates;
    if let Some(model) = rates.resolve(name) {
        return Ok(Some(Arc::clone(model)));
    }
    let problem = Problem::error(codes::USAGE, format!("no list price for `{name}`, which work should fall to"));
    Err(match nearest(name, rates.names()) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help("name a model that the catalogue or `--prices` has"),
    }
    .into())
}

fn past(args: &Args, usage: &Usage, fallback: Option<Arc<str>>) -> Result<Past, Stop> {
    Ok(match (&args.limits.overflow, fallback) {
        (OverflowWord::Drop, _) => Past::Drop,
        (OverflowWord::Defer, _) => Past::Defer,
        (OverflowWord::Overage, _) => Past::Overage,
        (OverflowWord::Downgrade(_), None) => Past::Drop,
        (OverflowWord::Downgrade(name), Some(model)) => match &usage.on_other {
            Some(Ok(usd_ratio)) => Past::Downgrade(Fallback { model, usd_ratio: usd_ratio.clone() }),
            None => Past::Downgrade(Fallback { model, usd_ratio: Ratio::one() }),
            Some(Err(reason)) => {
                let message = format!("the work cannot be priced on `{name}`: {reason}");
                return Err(Problem::error(codes::USAGE, message)
                    .help("take another model, or add its rates with `--prices`")
                    .into());
            }
        },
    })
}
