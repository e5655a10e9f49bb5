//! How far a run is, for whoever waits: documents, rate, time left.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressStyle};

use crate::resume::Counts;

/// How much of the inputs is read.
#[derive(Clone, Default)]
pub(crate) struct Meter {
    read: Arc<AtomicU64>,
    /// The size of all inputs in bytes, where it is known.
    total: Option<u64>,
}

impl Meter {
    /// The meter of inputs of this size in bytes, where it is known.
    pub(crate) fn of(total: Option<u64>) -> Self {
        Self { total, ..Self::default() }
    }

    /// What readers add the bytes to that they read.
    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

/// Progress on standard error: a line that moves where a person looks at it, else a line now and then.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// How often to tell; `None`: never.
    every: Option<Duration>,
    told: Instant,
    meter: Meter,
    began: Instant,
    /// What was done and read when this run began.
    before: (u64, u64),
}

impl Progress {
    /// `to_file` says that records do not go to the terminal.
    pub(crate) fn new(quiet: bool, to_file: bool, meter: Meter) -> Self {
        let mut bar = ProgressBar::hidden();
        let every = match (io::stderr().is_terminal(), to_file || !io::stdout().is_terminal()) {
            _ if quiet => None,
            (false, _) => Some(Duration::from_secs(30)),
            (true, false) => None,
            (true, true) => {
                bar = ProgressBar::new_spinner();
                if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                    bar.set_style(style);
                }
                bar.enable_steady_tick(Duration::from_millis(200));
                Some(Duration::from_millis(200))
            }
        };
        let now = Instant::now();
        Self { bar, every, told: now, meter, began: now, before: (0, 0) }
    }

    /// Begins to count after documents of an earlier run.
    pub(crate) fn begin(&mut self, done: Counts) {
        self.began = Instant::now();
        self.before = (done.all(), self.meter.read());
    }

    pub(crate) fn step(&mut self, done: Counts) {
        if self.every.is_some_and(|every| self.told.elapsed() >= every) {
            self.told = Instant::now();
            let line = self.line(done, self.began.elapsed());
            if self.bar.is_hidden() { eprintln!("{line}") } else { self.bar.set_message(line) }
        }
    }

    /// `12,345 documents, 3 failed, 2,345/s, 45 %, about 3 minutes left`.
    fn line(&self, done: Counts, elapsed: Duration) -> String {
        let seconds = elapsed.as_secs_f64().max(0.001);
        let mut line = format!("{} documents", HumanCount(done.all()));
        if done.failed > 0 {
            line += &format!(", {} failed", HumanCount(done.failed));
        }
        let rate = (done.all() - self.before.0) as f64 / seconds;
        line += &format!(", {}/s", HumanCount(rate as u64));
        let (read, rate) = (self.meter.read(), self.meter.read() - self.before.1);
        if let Some(total) = self.meter.total.filter(|&total| total > 0 && rate > 0) {
            let left = total.saturating_sub(read) as f64 / (rate as f64 / seconds);
            let left = HumanDuration(Duration::try_from_secs_f64(left).unwrap_or_default());
            let share = (read.min(total) as f64 / total as f64 * 100.0) as u64;
            line += &format!(", {share} %, about {left} left");
        }
        line
    }

    /// Says something beside.
    pub(crate) fn say(&self, message: &str) {
        self.bar.suspend(|| eprintln!("{message}"));
    }

    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_progress() {
        let meter = Meter::of(Some(4000));
        meter.counter().fetch_add(1000, Ordering::Relaxed);
        let mut progress = Progress::new(true, true, meter.clone());
        let done = |records, failed| Counts { records, failed, ..Counts::default() };
        let ten = Duration::from_secs(10);
        assert_eq!(
            progress.line(done(11_998, 2), ten),
            "12,000 documents, 2 failed, 1,200/s, 25 %, about 30 seconds left"
        );
        // What an earlier run did counts as done, not as speed.
        progress.begin(done(11_998, 2));
        meter.counter().fetch_add(500, Ordering::Relaxed);
        assert_eq!(
            progress.line(done(12_999, 2), ten),
            "13,001 documents, 2 failed, 100/s, 37 %, about 50 seconds left"
        );
    }
}
