//! How much of a request a set of limits lets in.

use super::amount::Amount;
use super::meter::Meter;
use super::{Admission, Event};
use crate::units::{Ratio, Usd};

/// A request, or what is left of one.
#[derive(Clone, Debug)]
pub(super) struct Rest {
    /// Position in the log.
    pub(super) event: usize,
    /// The share of it that is left, below one; `None`: all of it.
    share: Option<Ratio>,
    /// The dollars that are left.
    pub(super) usd: Usd,
}

/// What a set of limits let in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Passed {
    /// Dollars at API list prices.
    pub(super) usd: Usd,
    /// Whether anything was let in.
    pub(super) any: bool,
    /// Whether nothing is left.
    pub(super) all: bool,
}

impl Rest {
    pub(super) const fn whole(index: usize, event: &Event) -> Self {
        Self { event: index, share: None, usd: event.usd }
    }

    /// Puts what is left before limits, each with what the whole request takes of it, and lets in what passes.
    pub(super) fn enter(
        &mut self,
        meters: &mut [Meter],
        takes: &[i128],
        admission: Admission,
        now: i64,
        event: &Event,
    ) -> Passed {
        for (meter, _) in counting(meters, takes) {
            meter.roll(now);
        }
        let passes = |(meter, take): (&mut Meter, i128)| match admission {
            Admission::Soft => meter.has_room(),
            Admission::Strict | Admission::Split => meter.fits(take),
        };
        // Where requests are not split, what is left is a whole one.
        if self.share.is_none() && counting(meters, takes).all(passes) {
            for (meter, take) in counting(meters, takes) {
                meter.add(now, event.origin, Amount::from(take));
            }
            return Passed { usd: self.usd, any: true, all: true };
        }
        // Most requests that are stopped meet a limit that is full.
        if admission != Admission::Split || !counting(meters, takes).all(|(meter, _)| meter.has_room()) {
            return Passed { usd: Usd::ZERO, any: false, all: false };
        }
        self.enter_in_part(meters, takes, now, event)
    }

    fn enter_in_part(&mut self, meters: &mut [Meter], takes: &[i128], now: i64, event: &Event) -> Passed {
        let left = self.share.clone().unwrap_or_else(Ratio::one);
        let room = counting(meters, takes).map(|(meter, take)| meter.room() / Ratio::from(take)).min();
        let share = room.map_or_else(|| left.clone(), |room| room.min(left.clone()));
        for (meter, take) in counting(meters, takes) {
            meter.add(now, event.origin, Amount::new(&(&share * Ratio::from(take))));
        }
        // Dollars are divided at a whole unit of 1e-18, so that the parts add up to the request.
        let atto = (&share * Ratio::from(event.usd.atto())).floor().to_i128().unwrap_or(0);
        let all = share == left;
        let usd = if all { self.usd } else { Usd::from_atto(atto.min(self.usd.atto())) };
        self.usd = Usd::from_atto(self.usd.atto() - usd.atto());
        self.share = Some(left - share);
        Passed { usd, any: true, all }
    }
}

/// The limits that count a request, each with what it takes.
pub(super) fn counting<'m>(meters: &'m mut [Meter], takes: &[i128]) -> impl Iterator<Item = (&'m mut Meter, i128)> {
    meters.iter_mut().zip(takes.iter().copied()).filter(|(_, take)| *take > 0)
}

/// When all limits that count a request have room for what is left of it, if nothing else happens.
pub(super) fn opening(meters: &mut [Meter], takes: &[i128], admission: Admission, now: i64) -> i64 {
    let openings = counting(meters, takes).map(|(meter, take)| {
        meter.roll(now);
        meter.opening(now, all_of(admission, take))
    });
    openings.max().unwrap_or(now)
}

/// What must fit before a request passes: all it takes where it must fit whole.
pub(super) fn all_of(admission: Admission, take: i128) -> Option<i128> {
    (admission == Admission::Strict).then_some(take)
}

/// Whether a request is larger than an empty window of some limit, where it must fit whole.
pub(super) fn is_too_large(meters: &[Meter], takes: &[i128], admission: Admission) -> bool {
    admission == Admission::Strict
        && meters.iter().zip(takes).any(|(meter, take)| !meter.could_fit(*take) && !meter.is_closed())
}
