//! What a plan's window is worth: dollars of API value used while the vendor's own meter moved.
//!
//! Between two readings of a meter the plan says how many percent of a window were used, and the log says what was
//! used; a window that says when it resets began at nothing its length before that, if the log goes back so far.
//! Readings that do not say so are of one window while the meter does not fall and no two in a row are further apart than a
//! tenth of the window: in a longer silence it may have begun anew and risen past where it was.
//! Dollars over percent, times 100, is the window's worth. A meter shows whole percents and lags in jumps, so
//! readings are taken as far apart as asked, and the median of many stretches is the answer, with its quartiles as the
//! spread. Usage beside the log (another machine, a chat) moves the meter too and makes the window look smaller.

use std::collections::BTreeMap;

use super::price::Prices;
use super::{Meter, Record, Service, Source};
use crate::units::{Instant, Ratio};

/// What a window of a plan is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worth {
    /// Stretches between readings that it rests on; at least 1.
    pub stretches: usize,
    /// Percent that the meter moved in all of them, in thousandths.
    pub moved_millipercent: u64,
    /// Stretches that were left out because something in them has no price.
    pub unpriced: usize,
    /// Dollars of a full window: the median stretch.
    pub window_usd: Ratio,
    /// The same for the stretch a quarter from below.
    pub low_usd: Ratio,
    /// The same for the stretch a quarter from above.
    pub high_usd: Ratio,
}

/// Resets of one window that are told apart by less are the same: vendors' clocks jitter by seconds.
const SAME_RESET_MS: i64 = 120_000;

/// What each window of a source's meter is worth, by its length in minutes. A window without two readings that are
/// `least_millipercent` apart is not there. Claude's fast responses are paid apart from plans and do not count.
#[must_use]
pub fn calibrate(
    records: &[Record],
    meters: &[Meter],
    source: Source,
    prices: &Prices<'_>,
    least_millipercent: u64,
) -> BTreeMap<u64, Worth> {
    let is_apart = |record: &Record| record.source == Source::ClaudeCode && record.service == Service::Fast;
    let mut records: Vec<&Record> =
        records.iter().filter(|record| record.source == source && !is_apart(record)).collect();
    records.sort_by_key(|record| record.instant);
    let mut by_window = BTreeMap::<u64, Vec<&Meter>>::new();
    let starts: Vec<Meter> = meters.iter().filter_map(|meter| start_of(meter, records.first()?.instant)).collect();
    // Windows of one model alone say nothing of all models.
    for meter in meters.iter().chain(&starts).filter(|meter| meter.source == source && meter.model.is_none()) {
        by_window.entry(meter.window_minutes).or_default().push(meter);
    }
    let mut worth = BTreeMap::new();
    for (window_minutes, mut readings) in by_window {
        readings.sort_by_key(|meter| (meter.instant, meter.used_millipercent));
        let stretches = stretches(&readings, least_millipercent.max(1));
        let known = stretches.iter().filter_map(|stretch| Some((stretch, stretch.usd(&records, prices)?)));
        let known: Vec<_> = known.collect();
        let mut per_window: Vec<Ratio> =
            known.iter().map(|(stretch, usd)| usd * &Ratio::new(100_000, i128::from(stretch.moved))).collect();
        per_window.sort();
        if let Some(last) = per_window.len().checked_sub(1) {
            worth.insert(
                window_minutes,
                Worth {
                    stretches: per_window.len(),
                    moved_millipercent: known.iter().map(|(stretch, _)| stretch.moved).sum(),
                    unpriced: stretches.len() - per_window.len(),
                    window_usd: (&per_window[last / 2] + &per_window[last.div_ceil(2)]) / Ratio::from(2),
                    low_usd: per_window[last / 4].clone(),
                    high_usd: per_window[last - last / 4].clone(),
                },
            );
        }
    }
    worth
}

/// The reading of nothing with which a meter's window began, if the log was there.
fn start_of(meter: &Meter, log_from: Instant) -> Option<Meter> {
    let length_ms = i64::try_from(meter.window_minutes).ok()?.checked_mul(60_000)?;
    let instant = Instant::from_unix_ms(meter.resets_at?.unix_ms().checked_sub(length_ms)?)?;
    (log_from <= instant && instant < meter.instant).then(|| Meter { instant, used_millipercent: 0, ..meter.clone() })
}

/// From one reading to a later one of the same window.
struct Stretch {
    after: Instant,
    until: Instant,
    moved: u64,
}

impl Stretch {
    /// What was used in it at list; `None` if part of it has no price, or nothing was used.
    fn usd(&self, records: &[&Record], prices: &Prices<'_>) -> Option<Ratio> {
        let from = records.partition_point(|record| record.instant <= self.after);
        let until = records.partition_point(|record| record.instant <= self.until);
        let mut usd = Ratio::zero();
        for record in &records[from..until] {
            usd += &prices.of(record).ok()?.usd();
        }
        usd.is_positive().then_some(usd)
    }
}

fn stretches(readings: &[&Meter], least: u64) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut start: Option<&Meter> = None;
    for (at, reading) in readings.iter().enumerate() {
        let (Some(from), Some(before)) = (start, at.checked_sub(1).map(|before| readings[before])) else {
            start = Some(reading);
            continue;
        };
        // A window that began anew, or a meter that went back, starts over.
        if !same_window(from, reading)
            || reading.used_millipercent < from.used_millipercent
            || may_be_anew(before, reading)
        {
            start = Some(reading);
            continue;
        }
        let moved = reading.used_millipercent - from.used_millipercent;
        if moved >= least && reading.instant > from.instant {
            found.push(Stretch { after: from.instant, until: reading.instant, moved });
            start = Some(reading);
        }
    }
    found
}

/// Whether a window may have begun anew between two readings in a row, for all that they say.
fn may_be_anew(before: &Meter, reading: &Meter) -> bool {
    if before.resets_at.is_some() && reading.resets_at.is_some() {
        return false;
    }
    let apart = reading.instant.unix_ms().saturating_sub(before.instant.unix_ms());
    let tenth = i64::try_from(reading.window_minutes.saturating_mul(60_000 / 10)).unwrap_or(i64::MAX);
    apart > tenth || reading.used_millipercent < before.used_millipercent
}

fn same_window(a: &Meter, b: &Meter) -> bool {
    match (a.resets_at, b.resets_at) {
        (Some(a), Some(b)) => (a.unix_ms() - b.unix_ms()).abs() <= SAME_RESET_MS,
        _ => true,
    }
}
