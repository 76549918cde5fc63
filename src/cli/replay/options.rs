//! The flags of `replay`, and what they take.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use super::Args;
use crate::catalog::codes;
use crate::cli::Stop;
use crate::cli::log_args::ReadArgs;
use crate::cli::values::{share, usd};
use crate::problem::Problem;
use crate::replay::{Admission, Opening};
use crate::units::{Date, DateTime, Instant, Ratio, Time, TimeZone, Weekday, instant_of, time_zone, wall_clock};

/// What is read of the logs.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "What was used")]
pub(in crate::cli) struct UsedArgs {
    #[command(flatten)]
    pub(super) read: ReadArgs,
    /// Only from this day on
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) from: Option<Date>,
    /// Only up to this day, that day included
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) to: Option<Date>,
    /// Time zone of days, months and the weekly anchor
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(super) tz: String,
    /// Share of the use of each window that is elsewhere, such as chat, and not in the logs [default: 0]
    #[arg(long, value_name = "SHARE", value_parser = below_one, allow_negative_numbers = true)]
    pub(super) other_surfaces: Option<Ratio>,
    /// Most usage that may be lost to lines that cannot be read, as a share of the responses [default: 0.1%]; past it no
    /// plan is said to fit, and the exit code is 4 if this was asked, or with --must-fit or --strict
    #[arg(long, value_name = "SHARE", value_parser = share, allow_negative_numbers = true)]
    pub(super) max_skipped: Option<Ratio>,
    /// Number projects, sessions and users instead of naming them
    #[arg(long)]
    pub(super) anonymize: bool,
}

/// How limits are met.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "At the limits")]
pub(super) struct LimitArgs {
    /// What becomes of work past the limits in TOTAL: drop, defer, overage, or downgrade=MODEL
    #[arg(long, value_name = "WHAT", default_value = "drop", value_parser = overflow)]
    pub(super) overflow: OverflowWord,
    /// How a request passes [default: soft with overage off, split with overage on]
    #[arg(long, value_name = "RULE")]
    pub(super) admission: Option<AdmissionWord>,
    /// The most overage of a month
    #[arg(long, value_name = "USD", value_parser = usd, allow_negative_numbers = true)]
    pub(super) spend_cap: Option<Ratio>,
    /// Overage is paid from a balance of so many dollars, which is not renewed
    #[arg(long, value_name = "USD", value_parser = usd, allow_negative_numbers = true)]
    pub(super) prepaid: Option<Ratio>,
    /// When weekly limits begin anew, such as `mon 09:00`, or a moment at which they did [default: what the logs tell,
    /// else mon 00:00]
    #[arg(long, value_name = "WHEN", value_parser = anchor)]
    pub(super) weekly_anchor: Option<Anchor>,
    /// How windows of hours and weeks follow one another [default: hours begin with the first use, weeks at the anchor]
    #[arg(long, value_name = "HOW")]
    pub(super) window: Option<WindowWord>,
    /// Windows that begin with a use begin at a multiple of so many minutes of the hour before it, as some tools assume
    #[arg(long, value_name = "MINUTES", default_value = "0", value_parser = clap::value_parser!(u16).range(0..=60))]
    pub(super) session_floor: u16,
    /// Day of the month on which monthly limits begin anew
    #[arg(long, value_name = "DAY", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=31))]
    pub(super) billing_day: u8,
    /// What an hour without work is worth [default: 0]
    #[arg(long, value_name = "USD", value_parser = usd, allow_negative_numbers = true)]
    pub(super) blocked_hour: Option<Ratio>,
    /// What refused or waiting work is worth, as a share of its list price [default: 1]
    #[arg(long, value_name = "SHARE", value_parser = multiple, allow_negative_numbers = true)]
    pub(super) refused: Option<Ratio>,
    /// What is lost on work that ran on a cheaper model, as a share of its list price [default: 0]
    #[arg(long, value_name = "SHARE", value_parser = multiple, allow_negative_numbers = true)]
    pub(super) downgraded: Option<Ratio>,
}

/// What is answered.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Answers")]
pub(super) struct AnswerArgs {
    /// Plans of this vendor
    #[arg(long, value_name = "ID")]
    pub(super) vendor: Vec<String>,
    /// Exit code 1 if this plan would have stopped anything
    #[arg(long, value_name = "PLAN_ID")]
    pub(super) must_fit: Vec<String>,
    /// A line for each user
    #[arg(long)]
    pub(super) by_user: bool,
    /// Write what users used as a population, which commands with --population read
    #[arg(long, value_name = "FILE")]
    pub(super) write_population: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum WindowWord {
    /// The first use that is let in opens one
    FirstUse,
    /// One after another without gaps, from the weekly anchor
    Fixed,
    /// Each is the span up to now
    Rolling,
}

impl WindowWord {
    pub(super) const fn opening(self) -> Opening {
        match self {
            Self::FirstUse => Opening::FirstUse,
            Self::Fixed => Opening::Fixed,
            Self::Rolling => Opening::Rolling,
        }
    }

    /// As it is typed.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::FirstUse => "first-use",
            Self::Fixed => "fixed",
            Self::Rolling => "rolling",
        }
    }
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum AdmissionWord {
    /// Whole if anything is left; may overshoot, as real meters do
    Soft,
    /// Whole if it fits
    Strict,
    /// The part that fits
    Split,
}

impl AdmissionWord {
    pub(super) const fn rule(self) -> Admission {
        match self {
            Self::Soft => Admission::Soft,
            Self::Strict => Admission::Strict,
            Self::Split => Admission::Split,
        }
    }
}

/// What becomes of work past the limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum OverflowWord {
    Drop,
    Defer,
    Overage,
    Downgrade(Arc<str>),
}

impl OverflowWord {
    /// As it is typed.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Drop => "drop".to_owned(),
            Self::Defer => "defer".to_owned(),
            Self::Overage => "overage".to_owned(),
            Self::Downgrade(model) => format!("downgrade={model}"),
        }
    }
}

fn overflow(text: &str) -> Result<OverflowWord, String> {
    Ok(match (text, text.split_once('=')) {
        ("drop", _) => OverflowWord::Drop,
        ("defer", _) => OverflowWord::Defer,
        ("overage", _) => OverflowWord::Overage,
        (_, Some(("downgrade", model))) if !model.is_empty() => OverflowWord::Downgrade(model.into()),
        _ => return Err("write drop, defer, overage, or downgrade=MODEL".to_owned()),
    })
}

fn date(text: &str) -> Result<Date, String> {
    let shape = text.len() == 10 && text.is_ascii();
    text.parse::<Date>().ok().filter(|_| shape).ok_or_else(|| "write a day as `2026-06-15`".to_owned())
}

fn below_one(text: &str) -> Result<Ratio, String> {
    share(text).and_then(|share| {
        if share == Ratio::one() {
            Err("nothing would be left for the logs; the most is below 100%".to_owned())
        } else {
            Ok(share)
        }
    })
}

/// A share that may be above 1: work that was refused can be worth more than its price.
fn multiple(text: &str) -> Result<Ratio, String> {
    let value =
        Ratio::parse_share(text.trim()).map_err(|error| format!("{error}; write a share such as `50%` or `1.5`"))?;
    if value.is_negative() { Err("must not be negative".to_owned()) } else { Ok(value) }
}

/// When weeks begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Anchor {
    /// A time on a day of the week, in the zone.
    Weekly(Weekday, Time),
    /// A moment at which one began.
    At(Instant),
}

fn anchor(text: &str) -> Result<Anchor, String> {
    if let Some(at) = Instant::parse(text) {
        return Ok(Anchor::At(at));
    }
    let (day, time) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), "00:00"));
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let full = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let typed = day.to_ascii_lowercase();
    let number = (0_i8..7).zip(days.iter().zip(full)).find(|(_, (short, long))| typed == **short || typed == *long);
    let weekday = number.and_then(|(number, _)| Weekday::from_monday_zero_offset(number).ok());
    let time = time.trim();
    let time = time.parse::<Time>().ok().filter(|_| time.len() == 5);
    weekday.zip(time).map(|(weekday, time)| Anchor::Weekly(weekday, time)).ok_or_else(|| {
        "write a day of the week and a time, such as `mon 09:00`, or a moment as `2026-11-10T09:00:00Z`".to_owned()
    })
}

impl Anchor {
    /// The beginning of some week.
    pub(super) fn instant(self, zone: &TimeZone, near: Instant) -> Instant {
        match self {
            Self::At(at) => at,
            Self::Weekly(weekday, time) => {
                let mut day = wall_clock(zone, near).date();
                for _ in 0..7 {
                    if day.weekday() == weekday {
                        break;
                    }
                    day = day.yesterday().unwrap_or(day);
                }
                instant_of(zone, DateTime::from_parts(day, time)).unwrap_or(near)
            }
        }
    }
}

impl UsedArgs {
    /// The time zone that was named.
    pub(super) fn zone(&self) -> Result<TimeZone, Stop> {
        time_zone(&self.tz).ok_or_else(|| {
            Problem::error(codes::USAGE, format!("no time zone `{}`", self.tz))
                .help("write a name of the IANA database, such as `Europe/Berlin` or `UTC`")
                .into()
        })
    }
}

impl Args {
    /// Refuses what cannot hold together.
    pub(super) fn check(&self) -> Result<(), Stop> {
        if let (Some(from), Some(to)) = (self.used.from, self.used.to)
            && to < from
        {
            let problem = Problem::error(codes::USAGE, format!("`--to {to}` is before `--from {from}`"));
            return Err(problem.help("name the earlier day first").into());
        }
        Ok(())
    }
}

impl UsedArgs {
    /// As many threads as the machine runs at once; the answer does not depend on it.
    pub(super) fn threads(&self) -> NonZeroUsize {
        self.read.threads.unwrap_or_else(|| std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }

    /// The share that may be lost.
    pub(super) fn max_skipped(&self) -> Ratio {
        self.max_skipped.clone().unwrap_or_else(|| Ratio::new(1, 1_000))
    }
}
