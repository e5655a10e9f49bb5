//! Calls into plugins while they go on: who is being called, and for how long already.
//!
//! A plugin in the host's own process cannot be stopped from outside. It is told to stop, and where
//! it does not, the whole run ends, with its name, rather than hang for a night.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::exit::end_the_run;

/// A call with a time limit; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Watched {
    /// When the plugin is told to stop.
    pub(crate) deadline: Instant,
    number: u64,
}

impl Drop for Watched {
    fn drop(&mut self) {
        let watchdog = watchdog();
        let mut calls = watchdog.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.under_way.remove(&self.number);
    }
}

/// Begins to watch a call. When it goes on for twice its timeout, the run ends.
pub(crate) fn watched(analyzer: &'static str, document: &str, timeout: Duration) -> Watched {
    let now = Instant::now();
    let end = now + timeout * 2;
    let watchdog = watchdog();
    let mut calls = watchdog.calls.lock().unwrap_or_else(PoisonError::into_inner);
    calls.number += 1;
    let number = calls.number;
    calls.under_way.insert(number, UnderWay { end, timeout, analyzer, document: document.into() });
    if calls.wakes.is_none_or(|wakes| wakes > end) {
        watchdog.changed.notify_one();
    }
    Watched { deadline: now + timeout, number }
}

struct UnderWay {
    end: Instant,
    timeout: Duration,
    analyzer: &'static str,
    document: Box<str>,
}

#[derive(Default)]
struct Calls {
    under_way: BTreeMap<u64, UnderWay>,
    number: u64,
    /// When the watchdog looks next; `None` while it waits for a first call.
    wakes: Option<Instant>,
}

#[derive(Default)]
struct Watchdog {
    calls: Mutex<Calls>,
    changed: Condvar,
}

/// The watchdog of this program, whose thread starts with the first call that is watched.
fn watchdog() -> &'static Watchdog {
    static WATCHDOG: OnceLock<Watchdog> = OnceLock::new();
    static THREAD: OnceLock<()> = OnceLock::new();
    let watchdog = WATCHDOG.get_or_init(Watchdog::default);
    THREAD.get_or_init(|| {
        let thread = std::thread::Builder::new().name("watchdog".into());
        if let Err(error) = thread.spawn(|| watchdog.watch()) {
            eprintln!("warning: timeouts are not enforced: cannot start a thread: {error}");
        }
    });
    watchdog
}

impl Watchdog {
    fn watch(&self) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let now = Instant::now();
            if let Some(hung) = calls.under_way.values().find(|call| call.end <= now) {
                end_the_run(&format!(
                    "analyzer `{}` has not ended document `{}` in {} ms, twice its timeout; in this \
                     process it cannot be stopped, with `isolation = \"process\"` it would cost the \
                     one document",
                    hung.analyzer,
                    hung.document,
                    (hung.timeout * 2).as_millis()
                ));
            }
            calls.wakes = calls.under_way.values().map(|call| call.end).min();
            calls = match calls.wakes {
                None => self.changed.wait(calls).unwrap_or_else(PoisonError::into_inner),
                Some(wakes) => {
                    let pause = wakes.saturating_duration_since(now);
                    let waited = self.changed.wait_timeout(calls, pause);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

/// What a thread is doing in a plugin; kept so that it can be told when the plugin ends the program.
#[derive(Clone, Copy)]
struct Doing {
    analyzer: &'static str,
    /// The document's identifier, lent by the caller for as long as the call goes on.
    document: Option<*const str>,
}

thread_local! {
    // Without a destructor, since it is read when the thread is being taken down.
    static DOING: Cell<Option<Doing>> = const { Cell::new(None) };
}

/// Notes on this thread that a plugin is being called, until it is dropped.
pub(crate) struct Current<'d>(std::marker::PhantomData<&'d str>);

impl<'d> Current<'d> {
    /// It is being opened.
    pub(crate) fn opens(analyzer: &'static str) -> Self {
        DOING.set(Some(Doing { analyzer, document: None }));
        Self(std::marker::PhantomData)
    }

    /// It analyzes a document.
    pub(crate) fn analyzes(analyzer: &'static str, document: &'d str) -> Self {
        DOING.set(Some(Doing { analyzer, document: Some(document) }));
        Self(std::marker::PhantomData)
    }
}

impl Drop for Current<'_> {
    fn drop(&mut self) {
        DOING.set(None);
    }
}

/// Whom this thread is calling, in words.
pub(crate) fn current() -> String {
    match DOING.try_with(Cell::get).ok().flatten() {
        None => "a plugin".into(),
        Some(Doing { analyzer, document: None }) => format!("plugin `{analyzer}`, being opened,"),
        Some(Doing { analyzer, document: Some(document) }) => {
            // SAFETY: the call that lent it goes on, else `Current` would have been dropped.
            let document = unsafe { &*document };
            format!("plugin `{analyzer}`, analyzing `{document}`,")
        }
    }
}
