//! A limit while a log runs through it: which window is open, and how full it is.

use std::collections::VecDeque;

use super::amount::Amount;
use super::{Calendar, Limit, MS_PER_HOUR, ReplayError, Span, Window};
use crate::allowance::Hours;
use crate::units::{Instant, Ratio};

/// The instant that never comes.
pub(super) const NEVER: i64 = i64::MAX;

/// A limit's state. Times are milliseconds as in [`Instant`].
#[derive(Clone, Debug)]
pub(super) struct Meter {
    kind: Kind,
    cap: i128,
    used: Amount,
    /// The window that is open, but for rolling windows.
    open: Option<(i64, i64)>,
    /// What a rolling window holds.
    entries: VecDeque<Entry>,
    /// Whole units that ever entered a rolling window.
    entered: i128,
    /// Until when the last hit lasts: the window's end, or the first instant with room again.
    hit_until: i64,
    filled_by: Tally,
    pub(super) seen: Seen,
}

#[derive(Clone, Debug)]
enum Kind {
    Session { length: i64, floor: i64 },
    Fixed { length: i64, anchor: i64 },
    Rolling { length: i64 },
    Calendar(Calendar),
    Ever,
}

#[derive(Clone, Debug)]
struct Entry {
    at: i64,
    origin: u32,
    amount: Amount,
    /// Whole units that had entered, this entry included.
    entered: i128,
}

/// How full the windows were that had any use.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// How many there were; rolling windows are not counted.
    pub(super) windows: u64,
    /// All that was used in them, in whole units.
    pub(super) total: i128,
    /// The most that one held.
    pub(super) most: i128,
}

/// What each origin used in the window.
#[derive(Clone, Debug, Default)]
struct Tally {
    /// Units of each origin, and whether it is listed.
    rows: Vec<(i128, bool)>,
    listed: Vec<u32>,
}

impl Tally {
    fn add(&mut self, origin: u32, units: i128) {
        let at = origin as usize;
        if at >= self.rows.len() {
            self.rows.resize(at + 1, (0, false));
        }
        let row = &mut self.rows[at];
        if !row.1 {
            row.1 = true;
            self.listed.push(origin);
        }
        row.0 += units;
    }

    /// Takes back what was added.
    fn sub(&mut self, origin: u32, units: i128) {
        self.rows[origin as usize].0 -= units;
    }

    fn clear(&mut self) {
        for origin in self.listed.drain(..) {
            self.rows[origin as usize] = (0, false);
        }
    }

    /// Origins with any use, most first.
    fn most_first(&self) -> Vec<(u32, i128)> {
        let rows = self.listed.iter().map(|&origin| (origin, self.rows[origin as usize].0));
        let mut used: Vec<(u32, i128)> = rows.filter(|(_, units)| *units > 0).collect();
        used.sort_by_key(|&(origin, units)| (std::cmp::Reverse(units), origin));
        used
    }
}

impl Meter {
    pub(super) fn new(limit: &Limit, cap: i128) -> Result<Self, ReplayError> {
        let ms = |length: Hours| {
            let ms = (length.ratio() * Ratio::from(i128::from(MS_PER_HOUR))).to_i128().unwrap_or(0);
            let positive = i64::try_from(ms).ok().filter(|ms| *ms > 0);
            positive.ok_or_else(|| ReplayError::NoLength { limit: limit.id.clone() })
        };
        let kind = match &limit.window {
            Window::Session { length, floor_minutes } => {
                let (length, floor) = (ms(*length)?, i64::from(*floor_minutes) * 60_000);
                if floor > length {
                    return Err(ReplayError::Floor { limit: limit.id.clone() });
                }
                Kind::Session { length, floor: floor.max(1) }
            }
            Window::Fixed { length, anchor } => Kind::Fixed { length: ms(*length)?, anchor: anchor.unix_ms() },
            Window::Rolling { length } => Kind::Rolling { length: ms(*length)? },
            Window::Calendar(calendar) => Kind::Calendar(calendar.clone()),
            Window::Ever => Kind::Ever,
        };
        Ok(Self {
            kind,
            cap,
            used: Amount::default(),
            open: None,
            entries: VecDeque::new(),
            entered: 0,
            hit_until: i64::MIN,
            filled_by: Tally::default(),
            seen: Seen::default(),
        })
    }

    /// Takes the cap away.
    pub(super) fn uncap(&mut self) {
        self.cap = i128::MAX / 2;
    }

    /// Closes windows that have ended and lets go of what a rolling window no longer holds.
    pub(super) fn roll(&mut self, now: i64) {
        match &self.kind {
            Kind::Rolling { length } => {
                let length = *length;
                while self.entries.front().is_some_and(|entry| entry.at + length <= now) {
                    self.leave();
                }
                return;
            }
            Kind::Ever => return,
            _ => {}
        }
        if let Some((_, end)) = self.open {
            if now < end {
                return;
            }
            self.close();
        }
        self.open = match &self.kind {
            Kind::Fixed { length, anchor } => {
                let start = anchor + (now - anchor).div_euclid(*length) * length;
                Some((start, start + length))
            }
            Kind::Calendar(calendar) => {
                let period = Instant::from_unix_ms(now).and_then(|at| calendar.period(at));
                Some(period.map_or((i64::MIN, NEVER), |span| (span.start.unix_ms(), span.end.unix_ms())))
            }
            Kind::Session { .. } | Kind::Rolling { .. } | Kind::Ever => None,
        };
    }

    /// Lets go of the oldest entry.
    fn leave(&mut self) {
        let Some(entry) = self.entries.pop_front() else { return };
        self.used.sub(&entry.amount);
        self.filled_by.sub(entry.origin, entry.amount.whole);
        if self.entries.is_empty() {
            self.used = Amount::default();
            self.filled_by.clear();
        }
    }

    /// Ends the window that is open.
    pub(super) fn close(&mut self) {
        if !self.used.is_zero() {
            self.seen.windows += 1;
            self.seen.total += self.used.whole;
            self.seen.most = self.seen.most.max(self.used.whole);
        }
        self.used = Amount::default();
        self.filled_by.clear();
        self.open = None;
        self.hit_until = i64::MIN;
    }

    /// Whether anything is left.
    pub(super) fn has_room(&self) -> bool {
        self.used.whole < self.cap
    }

    /// Whether so much is left.
    pub(super) fn fits(&self, units: i128) -> bool {
        self.used.ceil() + units <= self.cap
    }

    /// Whether so much fits into an empty window.
    pub(super) fn could_fit(&self, units: i128) -> bool {
        units <= self.cap
    }

    /// Whether its windows hold nothing at all.
    pub(super) fn is_closed(&self) -> bool {
        self.cap == 0
    }

    /// What is left.
    pub(super) fn room(&self) -> Ratio {
        (Ratio::from(self.cap) - self.used.ratio()).max(Ratio::zero())
    }

    /// What was used in the window that is open.
    pub(super) fn used(&self) -> Ratio {
        self.used.ratio()
    }

    /// Counts what was let in.
    pub(super) fn add(&mut self, now: i64, origin: u32, amount: Amount) {
        if let (Kind::Session { length, floor }, None) = (&self.kind, self.open) {
            let start = now - now.rem_euclid(*floor);
            self.open = Some((start, start + length));
        }
        self.used.add(&amount);
        self.filled_by.add(origin, amount.whole);
        if matches!(self.kind, Kind::Rolling { .. }) {
            self.entered += amount.whole;
            self.seen.most = self.seen.most.max(self.used.whole);
            self.entries.push_back(Entry { at: now, origin, amount, entered: self.entered });
        }
    }

    /// When something next has room, if nothing else happens: `now` if it has.
    ///
    /// With `all_of`, that many units must fit; without, anything above zero.
    pub(super) fn opening(&self, now: i64, all_of: Option<i128>) -> i64 {
        if all_of.map_or_else(|| self.has_room(), |units| self.fits(units)) {
            return now;
        }
        if self.is_closed() || all_of.is_some_and(|units| !self.could_fit(units)) {
            return NEVER;
        }
        match &self.kind {
            Kind::Rolling { length } => {
                // So many of the oldest units must go. Split requests never overfill, so that any entry will do.
                let excess = self.used.whole + all_of.unwrap_or(1) - self.cap;
                let before = self.entries.front().map_or(0, |entry| entry.entered - entry.amount.whole);
                let freed = if all_of.is_none() && self.used.whole <= self.cap {
                    0
                } else {
                    self.entries.partition_point(|entry| entry.entered - before < excess)
                };
                self.entries.get(freed).map_or(now, |entry| entry.at + length)
            }
            Kind::Ever => NEVER,
            _ => self.open.map_or(now, |(_, end)| end),
        }
    }

    /// Notes that it stopped something that has to wait until `opening`; whether this is a new hit. Windows are hit
    /// once, rolling ones once until they had room again.
    pub(super) fn stop(&mut self, now: i64, opening: i64) -> bool {
        let is_new = now >= self.hit_until;
        let lasts = match self.kind {
            Kind::Rolling { .. } => opening,
            _ => self.open.map_or(NEVER, |(_, end)| end),
        };
        self.hit_until = self.hit_until.max(lasts);
        is_new
    }

    /// The window that is open, for a rolling one up to when it has room; `None` where it has no bounds.
    pub(super) fn window(&self, now: i64, opening: i64) -> Option<Span> {
        let (start, end) = match self.kind {
            Kind::Rolling { length } => (now - length, opening),
            _ => self.open?,
        };
        Span::new(Instant::from_unix_ms(start)?, Instant::from_unix_ms(end)?)
    }

    /// What each origin used in the window that is open, most first.
    pub(super) fn filled_by(&self) -> Vec<(u32, i128)> {
        self.filled_by.most_first()
    }

    /// Whether it looks back from each instant and has no windows to count.
    pub(super) const fn is_rolling(&self) -> bool {
        matches!(self.kind, Kind::Rolling { .. })
    }
}
