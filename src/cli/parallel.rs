//! Work in numbered blocks on several threads, and how far it has come.
//!
//! Each thread takes the next block that nobody has, and adds it to a result of its own; these are merged in the end.
//! So the order is left to chance, and results must be of a kind that does not mind, as tallies are.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Whether somebody watches: a terminal that was not told to be quiet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Shown,
    Hidden,
}

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Time between two looks at what is done.
const GLANCE: Duration = Duration::from_millis(100);

/// Does all blocks on so many threads, and merges what each thread has made of its own.
///
/// Nothing is shown before a second has passed, and the line is gone when the work is done. Ctrl-C ends the program as
/// it would at any other time.
pub(super) fn fold<T: Send>(
    blocks: u64,
    threads: NonZeroUsize,
    progress: Progress,
    empty: impl Fn() -> T + Sync,
    work: impl Fn(u64, &mut T) + Sync,
    mut merge: impl FnMut(&mut T, T),
) -> T {
    let next = AtomicU64::new(0);
    let (done, results) = mpsc::channel();
    thread::scope(|scope| {
        // More threads than blocks would find nothing to do.
        let threads = u64::try_from(threads.get()).map_or(blocks, |threads| threads.min(blocks));
        for _ in 0..threads {
            let (done, next, empty, work) = (done.clone(), &next, &empty, &work);
            scope.spawn(move || {
                let mut own = empty();
                loop {
                    let block = next.fetch_add(1, Ordering::Relaxed);
                    if block >= blocks {
                        break;
                    }
                    work(block, &mut own);
                }
                // Nobody listens any more if another thread has panicked, and then nobody needs it.
                let _ = done.send(own);
            });
        }
        drop(done);
        let bar = Bar::new(blocks, progress);
        let mut whole = empty();
        loop {
            match results.recv_timeout(GLANCE) {
                Ok(own) => merge(&mut whole, own),
                Err(RecvTimeoutError::Timeout) => bar.show(next.load(Ordering::Relaxed)),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        bar.clear();
        whole
    })
}

/// Does work that counts what it has done, of so much, and shows that to whoever watches.
///
/// The work has a thread of its own: the caller's holds the lock of standard error, and only it can draw there.
pub(super) fn watched<T: Send>(total: u64, progress: Progress, done: &AtomicU64, work: impl FnOnce() -> T + Send) -> T {
    if progress == Progress::Hidden {
        return work();
    }
    let (ended, end) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            // Nobody listens any more only if the caller has panicked.
            let _ = ended.send(work());
        });
        let bar = Bar::new(total, progress);
        let result = loop {
            match end.recv_timeout(GLANCE) {
                Ok(result) => break Some(result),
                Err(RecvTimeoutError::Timeout) => bar.show(done.load(Ordering::Relaxed)),
                Err(RecvTimeoutError::Disconnected) => break None,
            }
        };
        bar.clear();
        result.expect("work does not panic")
    })
}

/// A line on a terminal that says how much is done.
struct Bar {
    bar: ProgressBar,
    blocks: u64,
}

impl Bar {
    fn new(blocks: u64, progress: Progress) -> Self {
        let bar = match progress {
            Progress::Shown => ProgressBar::with_draw_target(Some(blocks), ProgressDrawTarget::stderr()),
            Progress::Hidden => ProgressBar::hidden(),
        };
        let style = ProgressStyle::with_template("{percent:>3}% [{bar:40}] {eta} left");
        bar.set_style(style.expect("the keys of this template are known").progress_chars("=> "));
        Self { bar, blocks }
    }

    fn show(&self, taken: u64) {
        if self.bar.elapsed() >= PATIENCE {
            self.bar.set_position(taken.min(self.blocks));
        }
    }

    fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::economics::{Economics, Terms};
    use crate::population::{Distribution, Level};
    use crate::simulation::{Earnings, Figures, Part, Simulation, Table, Tally};
    use crate::units::Ratio;
    use sha2::{Digest, Sha256};

    fn threads(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).expect("threads")
    }

    /// A book of two plans, a million subscribers and a bit.
    fn simulation() -> (Simulation, Earnings) {
        let economics = Economics {
            revenue: Terms::monthly(Ratio::from(200)).revenue(),
            fixed_cost_usd: Ratio::zero(),
            serving_share: Ratio::new(1, 4),
            max_api_usd: Some(Ratio::from(14_000)),
            overage: None,
        };
        let earnings = Earnings::of(&economics).expect("bounded");
        let lognormal = Distribution::lognormal(Level::Median(0.03), 1.2763).expect("a lognormal");
        let beta = Distribution::beta(0.55, 8.5).expect("a beta");
        let part = |subscribers: u64, distribution: &Distribution| {
            let utilization = Arc::new(Table::of(distribution).expect("finite quantiles"));
            Part { subscribers, utilization, earnings }
        };
        (Simulation::new(2026, vec![part(700_001, &lognormal), part(300_123, &beta)]).expect("a book"), earnings)
    }

    fn tallies(simulation: &Simulation, count: usize) -> Vec<Tally> {
        fold(
            simulation.blocks(),
            threads(count),
            Progress::Hidden,
            || simulation.tallies(),
            |block, tallies| simulation.add_block(block, tallies),
            |whole, own| whole.iter_mut().zip(&own).for_each(|(tally, more)| tally.merge(more)),
        )
    }

    #[test]
    fn every_block_is_done_once_and_every_result_is_merged() {
        for (blocks, count, progress) in
            [(0, 3, Progress::Hidden), (1, 4, Progress::Shown), (1000, 1, Progress::Hidden), (1000, 7, Progress::Shown)]
        {
            let gather = |block, own: &mut Vec<u64>| own.push(block);
            let mut all = fold(blocks, threads(count), progress, Vec::new, gather, |whole, own| whole.extend(own));
            all.sort_unstable();
            assert_eq!(all, (0..blocks).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_two_and_eight_threads_give_the_same_hash() {
        let (simulation, earnings) = simulation();
        let hash = |tallies: &[Tally]| {
            let figures: Vec<_> = tallies.iter().map(|tally| Figures::of(tally, &earnings)).collect();
            let boxes: Vec<_> = tallies.iter().flat_map(|tally| tally.histogram().classes()).collect();
            let digest = Sha256::digest(format!("{figures:?}{boxes:?}"));
            digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let alone = simulation.run();
        // The same in every release and on every machine.
        assert_eq!(hash(&alone), "8927a895daf8aecc");
        for count in [1, 2, 8] {
            let together = tallies(&simulation, count);
            assert!(together == alone, "{count} threads");
            assert_eq!(hash(&together), hash(&alone));
        }
    }

    /// The caller holds the lock of the terminal: drawn from elsewhere, the first line would wait for ever.
    #[test]
    fn the_bar_is_drawn_where_the_caller_is_and_the_work_done_elsewhere() {
        let (here, done) = (thread::current().id(), AtomicU64::new(0));
        let worked = watched(1, Progress::Shown, &done, || thread::current().id());
        assert_ne!(worked, here);
        assert_eq!(watched(1, Progress::Hidden, &done, || thread::current().id()), here);
    }
}
