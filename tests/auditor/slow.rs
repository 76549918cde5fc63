//! A slow and obvious replay.
//!
//! It keeps nothing but the list of what was let in, and works every window out of that list each time it is asked.
//! When something would be let in again it finds by asking at each half hour. All times are whole half hours.

use std::collections::{BTreeMap, VecDeque};

use plancost::replay::Admission;
use plancost::units::Ratio;

use super::calendar::beginnings;
use super::case::{Case, EventCase, OverflowCase, WindowCase};

/// Half an hour.
pub(crate) const STEP: i64 = 1_800_000;
/// After all time.
const NEVER: i64 = i64::MAX;

/// From an instant to another.
pub(crate) type Bounds = (i64, i64);

/// Something that was let in: when, whose, and what it took of each limit.
struct Use {
    at: i64,
    origin: u32,
    took: Vec<Ratio>,
}

struct Gate {
    cap: Option<Ratio>,
    window: WindowCase,
}

/// Limits that hold together, and all that they ever let in.
struct Book {
    gates: Vec<Gate>,
    uses: Vec<Use>,
}

impl Book {
    /// The window that each use fell into.
    fn windows(&self, gate: usize) -> Vec<Option<Bounds>> {
        let mut open: Option<Bounds> = None;
        let mut of_use = |entry: &Use| {
            if !entry.took[gate].is_positive() {
                return None;
            }
            if let WindowCase::Session(length, floor) = &self.gates[gate].window {
                if open.is_none_or(|(_, end)| entry.at >= end) {
                    let start = entry.at - entry.at.rem_euclid((i64::from(*floor) * 60_000).max(1));
                    open = Some((start, start + length * STEP));
                }
                return open;
            }
            self.open(gate, entry.at)
        };
        self.uses.iter().map(&mut of_use).collect()
    }

    /// The window that is open at an instant.
    fn open(&self, gate: usize, now: i64) -> Option<Bounds> {
        match &self.gates[gate].window {
            WindowCase::Session(..) => self.windows(gate).into_iter().flatten().last().filter(|(_, end)| now < *end),
            WindowCase::Fixed(length, anchor) => {
                let (mut start, length) = (*anchor, length * STEP);
                while start > now {
                    start -= length;
                }
                while start + length <= now {
                    start += length;
                }
                Some((start, start + length))
            }
            WindowCase::Rolling(length) => Some((now - length * STEP, NEVER)),
            WindowCase::Calendar(unit, zone, half_hours) => {
                let begins = beginnings(*unit, zone, *half_hours, now);
                let start = begins.iter().copied().filter(|begin| *begin <= now).max()?;
                Some((start, begins.into_iter().filter(|begin| *begin > now).min()?))
            }
            WindowCase::Ever => Some((i64::MIN, NEVER)),
        }
    }

    /// What each origin used of the window that is open.
    fn used_by(&self, gate: usize, now: i64) -> BTreeMap<u32, Ratio> {
        let mut sums = BTreeMap::<u32, Ratio>::new();
        let Some(open) = self.open(gate, now) else { return sums };
        let rolling = matches!(self.gates[gate].window, WindowCase::Rolling(_));
        for (entry, window) in self.uses.iter().zip(self.windows(gate)) {
            if window.is_some() && (if rolling { entry.at > open.0 } else { window == Some(open) }) {
                *sums.entry(entry.origin).or_default() += &entry.took[gate];
            }
        }
        sums
    }

    /// What is left; `None`: no end of it.
    fn room(&self, gate: usize, now: i64) -> Option<Ratio> {
        let left = self.gates[gate].cap.as_ref()? - self.used_by(gate, now).into_values().sum::<Ratio>();
        Some(left.max(Ratio::zero()))
    }

    fn passes(&self, gate: usize, take: &Ratio, admission: Admission, now: i64) -> bool {
        self.room(gate, now).is_none_or(|room| match admission {
            Admission::Strict => *take <= room,
            Admission::Soft | Admission::Split => room.is_positive(),
        })
    }

    /// The first half hour at which a limit would let something in; the end of the case where that is earlier.
    fn opening(&self, gate: usize, take: &Ratio, admission: Admission, now: i64, end: i64) -> i64 {
        let mut at = now;
        while at < end && !self.passes(gate, take, admission, at) {
            at += STEP;
        }
        at
    }

    /// Lets in what passes of a share of a request; returns the share.
    fn enter(&mut self, takes: &[Ratio], left: &Ratio, admission: Admission, now: i64, origin: u32) -> Ratio {
        let counting = (0..takes.len()).filter(|&gate| takes[gate].is_positive());
        let share = match admission {
            Admission::Soft | Admission::Strict => {
                let all = { counting }.all(|gate| self.passes(gate, &takes[gate], admission, now));
                if all { left.clone() } else { Ratio::zero() }
            }
            Admission::Split => counting.fold(left.clone(), |share, gate| match self.room(gate, now) {
                Some(room) => share.min(room / &takes[gate]),
                None => share,
            }),
        };
        if share.is_positive() {
            self.uses.push(Use { at: now, origin, took: takes.iter().map(|take| take * &share).collect() });
        }
        share
    }
}

/// What a case comes to.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Finding {
    pub(crate) included: Ratio,
    pub(crate) paid: Ratio,
    pub(crate) cost: Ratio,
    pub(crate) downgraded: Ratio,
    pub(crate) refused: Ratio,
    pub(crate) pending: Ratio,
    /// Refused, deferred, pending, paid, downgraded.
    pub(crate) counts: [u64; 5],
    pub(crate) wait_steps: i64,
    pub(crate) wait_steps_max: i64,
    /// Half hours in which work stands still, from the beginning of the case.
    pub(crate) blocked: Vec<bool>,
    pub(crate) hits: Vec<HitFound>,
    /// Windows used, mean and most of the cap, of each limit; rolling windows have only the most.
    pub(crate) uses: Vec<(Option<u64>, Option<Ratio>, Option<Ratio>)>,
}

/// A window, or a spell of a rolling one, that stopped something first.
#[derive(Debug, PartialEq)]
pub(crate) struct HitFound {
    pub(crate) limit: usize,
    pub(crate) at: i64,
    pub(crate) event: usize,
    pub(crate) window: Option<Bounds>,
    pub(crate) filled_by: BTreeMap<u32, Ratio>,
}

struct Auditor<'a> {
    case: &'a Case,
    events: Vec<EventCase>,
    book: Book,
    till: Book,
    peaks: Vec<Ratio>,
    queue: VecDeque<(usize, Ratio)>,
    rolling_until: Vec<i64>,
    found: Finding,
}

/// Replays a case.
pub(crate) fn audit(case: &Case, events: Vec<EventCase>) -> Finding {
    let gates = case.limits.iter().map(|limit| Gate { cap: Some(limit.cap()), window: limit.window.clone() });
    let mut till = Vec::new();
    if let OverflowCase::Overage { spend_cap, prepaid, .. } = &case.overflow {
        let months = WindowCase::months();
        till.push(Gate { cap: spend_cap.map(Ratio::from), window: months });
        till.push(Gate { cap: prepaid.map(Ratio::from), window: WindowCase::Ever });
    }
    let steps = usize::try_from((case.end - case.start) / STEP).expect("a short case");
    let mut auditor = Auditor {
        case,
        events,
        book: Book { gates: gates.collect(), uses: Vec::new() },
        till: Book { gates: till, uses: Vec::new() },
        peaks: vec![Ratio::zero(); case.limits.len()],
        queue: VecDeque::new(),
        rolling_until: vec![i64::MIN; case.limits.len()],
        found: Finding { blocked: vec![false; steps], ..Finding::default() },
    };
    let mut now = case.start;
    while now < case.end {
        auditor.half_hour(now);
        now += STEP;
    }
    auditor.finish()
}

impl Auditor<'_> {
    fn takes(&self, event: usize) -> Vec<Ratio> {
        let event = &self.events[event];
        self.case.limits.iter().map(|limit| limit.take(event, event.model, &Ratio::one())).collect()
    }

    fn half_hour(&mut self, now: i64) {
        self.run_queue(now);
        for index in 0..self.events.len() {
            if self.events[index].at == now {
                self.arrive(index, now);
            }
        }
        if !self.queue.is_empty() {
            self.block(now, now + STEP);
        }
    }

    fn run_queue(&mut self, now: i64) {
        let mut ran = false;
        while let Some((index, left)) = self.queue.front().cloned() {
            let share = self.enter(index, &left, now);
            ran |= share.is_positive();
            if share < left {
                if ran {
                    self.note_hits(index, now);
                }
                self.queue[0].1 = left - share;
                return;
            }
            let waited = (now - self.events[index].at) / STEP;
            self.found.wait_steps += waited;
            self.found.wait_steps_max = self.found.wait_steps_max.max(waited);
            self.queue.pop_front();
        }
    }

    fn enter(&mut self, index: usize, left: &Ratio, now: i64) -> Ratio {
        let (takes, origin) = (self.takes(index), self.events[index].origin);
        let share = self.book.enter(&takes, left, self.case.admission, now, origin);
        self.found.included += &(&share * self.events[index].usd());
        self.note_peaks(now);
        share
    }

    fn note_peaks(&mut self, now: i64) {
        for gate in 0..self.peaks.len() {
            let used: Ratio = self.book.used_by(gate, now).into_values().sum();
            self.peaks[gate] = self.peaks[gate].clone().max(used);
        }
    }

    /// A limit that could never let a request in: with nothing to grant, or too small for it.
    fn never(&self, takes: &[Ratio]) -> (bool, bool) {
        let counting = || takes.iter().zip(&self.book.gates).filter(|(take, _)| take.is_positive());
        let cap = |gate: &Gate| gate.cap.clone().expect("limits have caps");
        let closed = counting().any(|(_, gate)| cap(gate).is_zero());
        let too_large = self.case.admission == Admission::Strict
            && counting().any(|(take, gate)| !cap(gate).is_zero() && *take > cap(gate));
        (closed, too_large)
    }

    fn arrive(&mut self, index: usize, now: i64) {
        let takes = self.takes(index);
        let (closed, too_large) = self.never(&takes);
        let defers = self.case.overflow == OverflowCase::Defer;
        if defers && !self.queue.is_empty() && !closed && !too_large {
            self.queue.push_back((index, Ratio::one()));
            self.found.counts[1] += 1;
            return;
        }
        let share = self.enter(index, &Ratio::one(), now);
        let left = Ratio::one() - share;
        if left.is_zero() {
            return;
        }
        if !too_large {
            self.note_hits(index, now);
        }
        if defers && !closed && !too_large {
            self.queue.push_back((index, left));
            self.found.counts[1] += 1;
            return;
        }
        let usd = self.events[index].usd();
        let opens = |book: &Book| {
            let counting = (0..takes.len()).filter(|&gate| takes[gate].is_positive());
            counting.map(|gate| book.opening(gate, &takes[gate], self.case.admission, now, self.case.end)).max()
        };
        let mut until = opens(&self.book).unwrap_or(now);
        let mut until_paid = None;
        let left = match &self.case.overflow {
            OverflowCase::Drop | OverflowCase::Defer => left,
            OverflowCase::Overage { rate, .. } => {
                let (rest, paid_until) = self.pay(index, &left, &(usd.clone() * rate.ratio()), now);
                until_paid = paid_until;
                rest
            }
            OverflowCase::Downgrade { ratio } => {
                let event = self.events[index].clone();
                let lighter: Vec<Ratio> =
                    self.case.limits.iter().map(|limit| limit.take(&event, 1, &ratio.ratio())).collect();
                let share = self.book.enter(&lighter, &left, self.case.admission, now, event.origin);
                self.note_peaks(now);
                self.found.downgraded += &(&share * &usd);
                self.found.counts[4] += u64::from(share.is_positive());
                until = opens(&self.book).unwrap_or(now);
                left - share
            }
        };
        if left.is_zero() {
            return;
        }
        self.found.counts[0] += 1;
        self.found.refused += &(left * usd);
        match until_paid {
            Some(paid) => self.block(now, paid.min(if too_large { NEVER } else { until })),
            None if too_large => {}
            None => self.block(now, until),
        }
    }

    /// What is left after paying, and when paying would be possible again, if ever.
    fn pay(&mut self, index: usize, left: &Ratio, bill: &Ratio, now: i64) -> (Ratio, Option<i64>) {
        let (admission, end) = (self.case.admission, self.case.end);
        let spent = |book: &Book, at: i64| (0..2).any(|gate| !book.passes(gate, &Ratio::zero(), Admission::Soft, at));
        let bills = vec![bill.clone(); 2];
        let stopped = admission == Admission::Soft && spent(&self.till, now);
        let share = if stopped { Ratio::zero() } else { self.till.enter(&bills, left, admission, now, 0) };
        self.found.paid += &(&share * self.events[index].usd());
        self.found.cost += &(&share * bill);
        self.found.counts[3] += u64::from(share.is_positive());
        // A balance that is gone, and a cap below one bill that must be paid whole, never open again.
        let never = (0..2).any(|gate| {
            let Some(cap) = &self.till.gates[gate].cap else { return false };
            let whole = admission == Admission::Strict;
            (cap.is_zero() && (bill.is_positive() || stopped))
                || whole && bill > cap
                || gate == 1 && !self.till.passes(gate, bill, admission, now)
        });
        let mut at = now;
        let can_pay = |at: i64| {
            let bill = if stopped { Ratio::one() } else { bill.clone() };
            bill.is_zero() || (0..2).all(|gate| self.till.passes(gate, &bill, admission, at))
        };
        while at < end && !can_pay(at) {
            at += STEP;
        }
        (left - share, (!never).then_some(at))
    }

    fn note_hits(&mut self, index: usize, now: i64) {
        let takes = self.takes(index);
        for (limit, take) in takes.iter().enumerate().filter(|(_, take)| take.is_positive()) {
            if self.book.passes(limit, take, self.case.admission, now) {
                continue;
            }
            let until = self.book.opening(limit, take, self.case.admission, now, self.case.end);
            let window = match &self.book.gates[limit].window {
                WindowCase::Rolling(length) => {
                    let is_new = now >= self.rolling_until[limit];
                    let closed = self.book.gates[limit].cap == Some(Ratio::zero());
                    let lasts = if closed { NEVER } else { until };
                    self.rolling_until[limit] = self.rolling_until[limit].max(lasts);
                    if !is_new {
                        continue;
                    }
                    (!closed).then_some((now - length * STEP, until))
                }
                _ => self.book.open(limit, now),
            };
            let known = |hit: &HitFound| hit.limit == limit && hit.window == window;
            if !self.found.hits.iter().any(known) {
                let filled_by = self.book.used_by(limit, now);
                self.found.hits.push(HitFound { limit, at: now, event: index, window, filled_by });
            }
        }
    }

    fn block(&mut self, from: i64, until: i64) {
        let mut at = from;
        while at < until.min(self.case.end) {
            let step = usize::try_from((at - self.case.start) / STEP).expect("within the case");
            self.found.blocked[step] = true;
            at += STEP;
        }
    }

    fn finish(mut self) -> Finding {
        for (index, left) in &self.queue {
            self.found.counts[2] += 1;
            self.found.pending += &(left * self.events[*index].usd());
        }
        for (gate, peak) in self.peaks.iter().enumerate() {
            let cap = self.book.gates[gate].cap.clone().expect("limits have caps");
            let of_cap = |used: &Ratio| used.checked_div(&cap).filter(|_| peak.is_positive());
            let rolling = matches!(self.book.gates[gate].window, WindowCase::Rolling(_));
            let mut windows: Vec<Bounds> = self.book.windows(gate).into_iter().flatten().collect();
            windows.dedup();
            let used: Ratio = self.book.uses.iter().map(|entry| entry.took[gate].clone()).sum();
            let count = u64::try_from(windows.len()).expect("few");
            let mean = of_cap(&used).and_then(|sum| sum.checked_div(&Ratio::from(count)));
            self.found.uses.push(((!rolling).then_some(count), mean.filter(|_| !rolling), of_cap(peak)));
        }
        self.found
    }
}
