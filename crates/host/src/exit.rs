//! The end of a run that a plugin forces: never silent, never with the code of success.

use std::ffi::c_int;
use std::io::Write as _;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::watch::current;

/// The exit code of a program that a plugin ended: it called `exit`, or hung in the host's process.
pub const ENDED_BY_PLUGIN: u8 = 4;

/// The status with which a worker ends itself when a plugin went on for twice its timeout.
pub(crate) const HUNG: u8 = 104;

// Both are the C library's, which the standard library links.
unsafe extern "C" {
    fn atexit(hook: extern "C" fn()) -> c_int;
    fn _exit(code: c_int) -> !;
}

static ARMED: AtomicBool = AtomicBool::new(false);

/// While it lives, an `exit(0)` in a plugin does not make the program look finished: it ends with
/// [`ENDED_BY_PLUGIN`] and says which plugin it was.
///
/// `_exit` escapes it, as it escapes everything; whoever writes results writes them under a
/// provisional name until they are complete.
#[derive(Debug)]
pub struct ExitGuard(());

impl ExitGuard {
    /// Begins to guard. One guard a program.
    pub fn arm() -> Self {
        static ONCE: Once = Once::new();
        // SAFETY: the hook lives as long as the program and does not unwind.
        ONCE.call_once(|| unsafe {
            atexit(hook);
        });
        ARMED.store(true, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for ExitGuard {
    fn drop(&mut self) {
        ARMED.store(false, Ordering::SeqCst);
    }
}

extern "C" fn hook() {
    if ARMED.load(Ordering::SeqCst) {
        end_the_run(&format!("{} has ended the program by calling `exit`", current()));
    }
}

static WORKER: AtomicBool = AtomicBool::new(false);

/// Notes that this program is a worker, whose host finds out and tells what became of it.
pub(crate) fn this_is_a_worker() {
    WORKER.store(true, Ordering::SeqCst);
}

/// Ends the run because of a plugin, without waiting for anybody.
pub(crate) fn end_the_run(reason: &str) -> ! {
    if WORKER.load(Ordering::SeqCst) {
        end_now(HUNG);
    }
    let _ = writeln!(
        std::io::stderr(),
        "error: {reason}\nerror: the run is not finished; an output file keeps its name `.partial`"
    );
    end_now(ENDED_BY_PLUGIN)
}

/// Ends the program at once.
pub(crate) fn end_now(code: u8) -> ! {
    // SAFETY: it takes a number and does not return.
    unsafe { _exit(code.into()) }
}
