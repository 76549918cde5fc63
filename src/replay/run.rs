//! The log runs through the limits.

use std::collections::VecDeque;

use super::admission::{Passed, Rest, all_of, is_too_large, opening};
use super::gauge::{Cheaper, Gauge};
use super::meter::{Meter, NEVER};
use super::{
    Admission, Event, Fallback, Hit, Limit, LimitUse, Log, Outcome, Overflow, Paid, Policy, ReplayError, Span, Weights,
    Window,
};
use crate::units::{Instant, Ratio, Usd};

/// Puts a log before limits that hold together.
///
/// # Errors
///
/// If a limit or the policy makes no sense, or the numbers are beyond exact counting.
pub fn replay(log: &Log, limits: &[Limit], policy: &Policy, horizon: Span) -> Result<Outcome, ReplayError> {
    let mut run = Run::new(log, limits, policy, horizon)?;
    for (index, event) in log.events().iter().enumerate() {
        if horizon.holds(event.at) {
            run.arrive(index, event);
        } else {
            run.out.outside += 1;
        }
    }
    Ok(run.finish())
}

/// Limits that hold together, and what the request at hand takes of each.
struct Limits {
    gauges: Vec<Gauge>,
    meters: Vec<Meter>,
    takes: Vec<i128>,
}

impl Limits {
    fn new(limits: &[Limit], log: &Log, cheaper: Option<&Cheaper>) -> Result<Self, ReplayError> {
        let gauges: Vec<Gauge> =
            limits.iter().map(|limit| Gauge::new(limit, log, cheaper)).collect::<Result<_, ReplayError>>()?;
        let meters = limits.iter().zip(&gauges).map(|(limit, gauge)| Meter::new(limit, gauge.cap));
        Ok(Self { meters: meters.collect::<Result<_, _>>()?, takes: vec![0; limits.len()], gauges })
    }

    /// A spend cap and a balance as limits on what is paid. The last is a balance without an end where none is
    /// stated, and so knows all that was paid.
    fn tills(paid: &Paid, log: &Log) -> Result<Self, ReplayError> {
        let cost = || Weights { per_usd: paid.rate.clone(), ..Weights::default() };
        let mut tills: Vec<Limit> = Vec::new();
        if let Some((cap, calendar)) = &paid.spend_cap {
            tills.push(Limit::new("spend-cap", cap.clone(), Window::Calendar(calendar.clone()), cost()));
        }
        let balance = paid.prepaid.clone().unwrap_or_default();
        tills.push(Limit::new("prepaid", balance, Window::Ever, cost()));
        let mut made = Self::new(&tills, log, None)?;
        if let (None, Some(last)) = (&paid.prepaid, made.meters.last_mut()) {
            last.uncap();
        }
        Ok(made)
    }

    fn measure(&mut self, event: &Event) {
        for (take, gauge) in self.takes.iter_mut().zip(&self.gauges) {
            *take = gauge.of(event);
        }
    }

    fn measure_fallback(&mut self, event: &Event) {
        for (take, gauge) in self.takes.iter_mut().zip(&self.gauges) {
            *take = gauge.of_fallback(event);
        }
    }

    /// Where something is used up, lets it stop requests that would take nothing of it: a soft meter asks only whether
    /// anything is left, and who has nothing left to pay with is not sold what happens to cost nothing.
    fn count_free_requests(&mut self, now: i64) {
        for (take, meter) in self.takes.iter_mut().zip(&mut self.meters) {
            meter.roll(now);
            if !meter.has_room() {
                *take = (*take).max(1);
            }
        }
    }

    fn enter(&mut self, rest: &mut Rest, admission: Admission, now: i64, event: &Event) -> Passed {
        rest.enter(&mut self.meters, &self.takes, admission, now, event)
    }

    fn opening(&mut self, admission: Admission, now: i64) -> i64 {
        opening(&mut self.meters, &self.takes, admission, now)
    }
}

struct Run<'a> {
    log: &'a Log,
    policy: &'a Policy,
    limits: Limits,
    /// Where overage is sold.
    tills: Option<Limits>,
    queue: VecDeque<Rest>,
    /// When the head of the queue passes.
    head_opens: i64,
    queued_since: i64,
    blocked: Spells,
    hits_of: Vec<u64>,
    out: Outcome,
}

impl<'a> Run<'a> {
    fn new(log: &'a Log, limits: &[Limit], policy: &'a Policy, horizon: Span) -> Result<Self, ReplayError> {
        let (cheaper, tills) = match &policy.overflow {
            Overflow::Drop | Overflow::Defer => (None, None),
            Overflow::Overage(paid) => (None, Some(Limits::tills(paid, log)?)),
            Overflow::Downgrade(Fallback { usd_ratio, .. }) if usd_ratio.is_negative() => {
                return Err(ReplayError::NegativeFallback);
            }
            Overflow::Downgrade(Fallback { model, usd_ratio }) => (Some(Cheaper { model, usd_ratio }), None),
        };
        Ok(Self {
            log,
            policy,
            limits: Limits::new(limits, log, cheaper.as_ref())?,
            tills,
            queue: VecDeque::new(),
            head_opens: NEVER,
            queued_since: NEVER,
            blocked: Spells { within: horizon, spells: Vec::new() },
            hits_of: vec![0; limits.len()],
            out: Outcome::empty(horizon),
        })
    }

    fn arrive(&mut self, index: usize, event: &Event) {
        let now = event.at.unix_ms();
        self.out.events += 1;
        add(&mut self.out.api, event.usd);
        let mut rest = Rest::whole(index, event);
        if self.policy.overflow == Overflow::Defer {
            self.run_queue(now);
            self.limits.measure(event);
            if !self.queue.is_empty() && self.limits.opening(self.policy.admission, now) < NEVER {
                self.enqueue(rest, now);
                return;
            }
        } else {
            self.limits.measure(event);
        }
        let passed = self.limits.enter(&mut rest, self.policy.admission, now, event);
        add(&mut self.out.included, passed.usd);
        if !passed.all {
            self.overflow(rest, now, event);
        }
    }

    fn overflow(&mut self, mut rest: Rest, now: i64, event: &Event) {
        let admission = self.policy.admission;
        let is_too_large = is_too_large(&self.limits.meters, &self.limits.takes, admission);
        let mut opens = self.note_hits(rest.event, now, is_too_large);
        let mut until_paid = NEVER;
        match &self.policy.overflow {
            Overflow::Drop => {}
            Overflow::Defer if opens < NEVER => {
                self.enqueue(rest, now);
                self.head_opens = opens;
                return;
            }
            Overflow::Defer => {}
            Overflow::Overage(_) => {
                let tills = self.tills.as_mut().expect("made for this policy");
                tills.measure(event);
                if admission == Admission::Soft {
                    tills.count_free_requests(now);
                }
                let paid = tills.enter(&mut rest, admission, now, event);
                add(&mut self.out.overage_api, paid.usd);
                self.out.counts.overage += u64::from(paid.any);
                if paid.all {
                    return;
                }
                until_paid = tills.opening(admission, now);
            }
            Overflow::Downgrade(_) => {
                self.limits.measure_fallback(event);
                let fallen = self.limits.enter(&mut rest, admission, now, event);
                add(&mut self.out.downgraded, fallen.usd);
                self.out.counts.downgraded += u64::from(fallen.any);
                if fallen.all {
                    return;
                }
                self.limits.measure(event);
                opens = self.limits.opening(admission, now);
            }
        }
        self.out.counts.refused += 1;
        add(&mut self.out.refused, rest.usd);
        // What never fits is refused, but does not mean that work stands still.
        if !is_too_large || until_paid < NEVER {
            self.blocked.add(now, opens.min(until_paid));
        }
    }

    /// Notes the limits that stop a request, and says when it could pass.
    fn note_hits(&mut self, index: usize, now: i64, is_too_large: bool) -> i64 {
        let Limits { gauges, meters, takes } = &mut self.limits;
        let mut opens = now;
        for (limit, (meter, take)) in meters.iter_mut().zip(takes).enumerate().filter(|(_, (_, take))| **take > 0) {
            let opening = meter.opening(now, all_of(self.policy.admission, *take));
            opens = opens.max(opening);
            if is_too_large || opening <= now || !meter.stop(now, opening) {
                continue;
            }
            self.hits_of[limit] += 1;
            let filled_by = meter.filled_by().into_iter();
            self.out.hits.push(Hit {
                limit,
                at: instant(now),
                event: index,
                window: meter.window(now, opening),
                filled_by: filled_by.map(|(origin, units)| (origin, gauges[limit].ones(units))).collect(),
            });
        }
        opens
    }

    fn enqueue(&mut self, rest: Rest, now: i64) {
        if self.queue.is_empty() {
            self.queued_since = now;
        }
        self.out.counts.deferred += 1;
        self.queue.push_back(rest);
    }

    /// Runs what waits and passes up to an instant, that instant included.
    fn run_queue(&mut self, until: i64) {
        let log = self.log;
        while let Some(head) = self.queue.front_mut().filter(|_| self.head_opens <= until) {
            let now = self.head_opens;
            let index = head.event;
            let event = &log.events()[index];
            self.limits.measure(event);
            let passed = self.limits.enter(head, self.policy.admission, now, event);
            add(&mut self.out.included, passed.usd);
            if passed.all {
                let waited = now - event.at.unix_ms();
                self.out.wait_ms += i128::from(waited);
                self.out.wait_ms_max = self.out.wait_ms_max.max(waited);
                self.queue.pop_front();
            }
            let Some(next) = self.queue.front() else {
                self.blocked.add(self.queued_since, now);
                return;
            };
            let index = next.event;
            self.limits.measure(&log.events()[index]);
            self.limits.opening(self.policy.admission, now);
            self.head_opens = self.note_hits(index, now, false);
        }
    }

    fn finish(mut self) -> Outcome {
        self.run_queue(self.out.horizon.end.unix_ms() - 1);
        if !self.queue.is_empty() {
            self.blocked.add(self.queued_since, NEVER);
        }
        for rest in &self.queue {
            self.out.counts.pending += 1;
            add(&mut self.out.pending, rest.usd);
        }
        if let Some(tills) = &self.tills
            && let (Some(gauge), Some(balance)) = (tills.gauges.last(), tills.meters.last())
        {
            self.out.overage_cost = balance.used() / Ratio::from(gauge.per_one);
        }
        if let Overflow::Downgrade(fallback) = &self.policy.overflow {
            self.out.fallback = self.out.downgraded.ratio() * &fallback.usd_ratio;
        }
        let uses = self.limits.meters.iter_mut().zip(&self.limits.gauges).zip(&self.hits_of);
        self.out.limits = uses.map(|((meter, gauge), hits)| limit_use(meter, gauge, *hits)).collect();
        self.out.blocked = self.blocked.spans();
        self.out
    }
}

fn limit_use(meter: &mut Meter, gauge: &Gauge, hits: u64) -> LimitUse {
    if !meter.is_rolling() {
        meter.close();
    }
    let seen = &meter.seen;
    let of_cap = |units: i128| Ratio::from(units).checked_div(&Ratio::from(gauge.cap)).filter(|_| seen.most > 0);
    let windows = (!meter.is_rolling()).then_some(seen.windows);
    LimitUse {
        hits,
        windows_used: windows,
        mean_utilization: windows.and_then(|windows| of_cap(seen.total)?.checked_div(&Ratio::from(windows))),
        max_utilization: of_cap(seen.most),
    }
}

/// An instant of the log or the beginning of a window within the horizon.
fn instant(ms: i64) -> Instant {
    Instant::from_unix_ms(ms).expect("nothing runs outside the horizon")
}

/// Sums of the dollars of a log, which was checked to stay in range.
fn add(sum: &mut Usd, usd: Usd) {
    *sum = Usd::from_atto(sum.atto() + usd.atto());
}

/// Spans of time in the order of their ends, joined where they meet.
struct Spells {
    within: Span,
    spells: Vec<(i64, i64)>,
}

impl Spells {
    fn add(&mut self, from: i64, until: i64) {
        let (from, until) = (from.max(self.within.start.unix_ms()), until.min(self.within.end.unix_ms()));
        if from >= until {
            return;
        }
        match self.spells.last_mut() {
            Some((start, end)) if from <= *end => (*start, *end) = (from.min(*start), until.max(*end)),
            _ => self.spells.push((from, until)),
        }
    }

    fn spans(&self) -> Vec<Span> {
        let span =
            |(from, until): &(i64, i64)| Span::new(Instant::from_unix_ms(*from)?, Instant::from_unix_ms(*until)?);
        self.spells.iter().filter_map(span).collect()
    }
}
