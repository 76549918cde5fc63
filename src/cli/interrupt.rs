//! Ctrl-C and requests to end, while a file is written: they wait until it has its name.
//!
//! A signal ends the program wherever it is. Between the first byte of a temporary file and its renaming that would
//! leave the temporary behind, so for these milliseconds the first signal waits; a second one is obeyed at once, should
//! the disk hang. `kill -9`, a hang-up and a crash of the machine can still leave a `.plancost-*` file.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// Each signal that waits, and whether it ends the program at once; it becomes so when one comes.
static SIGNALS: [(i32, AtomicBool); 2] = [(SIGINT, AtomicBool::new(true)), (SIGTERM, AtomicBool::new(true))];

/// One file at a time.
static WRITING: Mutex<()> = Mutex::new(());

/// Does a piece of work that no first signal interrupts. One that came meanwhile ends the program after it, as if it
/// had just come.
pub(super) fn uninterrupted<T>(work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let held = Held::new();
    let done = work();
    drop(held);
    done
}

/// Signals wait as long as this lives.
struct Held {
    _one: MutexGuard<'static, ()>,
}

impl Held {
    fn new() -> Self {
        static HANDLERS: Once = Once::new();
        let one = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        HANDLERS.call_once(|| {
            for (signal, at_once) in &SIGNALS {
                // In this order: the first one only sets the flag that the next one obeys. Where the system refuses, a
                // signal does what it always did.
                let obeyed = flag::register_conditional_default(*signal, at_once);
                if obeyed.is_ok() {
                    let _ = flag::register(*signal, at_once);
                }
            }
        });
        SIGNALS.iter().for_each(|(_, at_once)| at_once.store(false, Ordering::SeqCst));
        Self { _one: one }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        for (signal, at_once) in &SIGNALS {
            if at_once.swap(true, Ordering::SeqCst) {
                // It does not return for a signal that ends programs.
                let _ = low_level::emulate_default_handler(*signal);
            }
        }
    }
}
