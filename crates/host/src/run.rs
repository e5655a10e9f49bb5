//! Work over many inputs on several threads, with the results in input order.

use std::collections::BTreeMap;
use std::sync::mpsc::sync_channel;
use std::sync::{Condvar, Mutex, PoisonError};

/// How many inputs a thread may be ahead of the slowest; bounds memory whatever the inputs.
const AHEAD: usize = 16;

/// The stack of a worker thread in bytes, as large as a main thread's.
const STACK: usize = 8 << 20;

/// Tells [`ordered`] to begin nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop;

/// Runs `work` on every input and hands the results to `sink` in input order.
///
/// `jobs` threads (at least one) each make a worker by `prepare` and take inputs as they come.
/// Inputs are drawn one by one, and only a bounded number is under way, so memory does not grow with
/// their count. When `sink` says [`Stop`], no further input is begun and the results under way are
/// dropped.
///
/// ```
/// use onrecord_host::ordered;
/// let mut squares = Vec::new();
/// ordered(1..=4, 3, || (), |(), n| n * n, |square| { squares.push(square); Ok(()) });
/// assert_eq!(squares, [1, 4, 9, 16]);
/// ```
pub fn ordered<T, R, W>(
    inputs: impl IntoIterator<Item = T, IntoIter: Send>,
    jobs: usize,
    prepare: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, T) -> R + Sync,
    mut sink: impl FnMut(R) -> Result<(), Stop>,
) where
    T: Send,
    R: Send,
{
    let jobs = jobs.max(1);
    let queue =
        Mutex::new(Queue { inputs: inputs.into_iter().enumerate(), written: 0, stopped: false });
    let moved = Condvar::new();
    let lock = || queue.lock().unwrap_or_else(PoisonError::into_inner);
    let (sender, receiver) = sync_channel(jobs);
    std::thread::scope(|scope| {
        for number in 0..jobs {
            let sender = sender.clone();
            let (prepare, work, queue, moved, lock) = (&prepare, &work, &queue, &moved, &lock);
            let body = move || {
                let _guard = Guard { queue, moved };
                let mut worker = prepare();
                let mut next = 0;
                loop {
                    let mut queue = lock();
                    // The queue hands out inputs in order, so none is further ahead than the next.
                    while !queue.stopped && next > queue.written + jobs * AHEAD {
                        queue = moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
                    }
                    if queue.stopped {
                        break;
                    }
                    let Some((place, input)) = queue.inputs.next() else { break };
                    drop(queue);
                    next = place + 1;
                    if sender.send((place, work(&mut worker, input))).is_err() {
                        break;
                    }
                }
            };
            let builder = std::thread::Builder::new().name(format!("worker-{number}"));
            if let Err(error) = builder.stack_size(STACK).spawn_scoped(scope, body) {
                // The first thread must be there; fewer than asked for only take longer.
                assert!(number > 0, "cannot start a thread: {error}");
                break;
            }
        }
        drop(sender);
        let _guard = Guard { queue: &queue, moved: &moved };
        let mut early = BTreeMap::new();
        let mut written = 0;
        for (place, result) in &receiver {
            early.insert(place, result);
            while let Some(result) = early.remove(&written) {
                let stop = sink(result).is_err();
                written += 1;
                let mut queue = lock();
                queue.written = written;
                queue.stopped |= stop;
                drop(queue);
                moved.notify_all();
                if stop {
                    // Workers that wait to hand over a result are let go.
                    drop(receiver);
                    return;
                }
            }
        }
    });
}

/// Lets the other threads go when one panics, the sink's included, so that the panic comes to light.
struct Guard<'q, I> {
    queue: &'q Mutex<Queue<I>>,
    moved: &'q Condvar,
}

impl<I> Drop for Guard<'_, I> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.queue.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
            self.moved.notify_all();
        }
    }
}

struct Queue<I> {
    inputs: I,
    written: usize,
    stopped: bool,
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn order_holds_whatever_the_speed() {
        for jobs in [1, 2, 7] {
            let mut seen = Vec::new();
            let work = |(): &mut (), n: u64| {
                if n.is_multiple_of(5) {
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
                n
            };
            ordered(
                0..500,
                jobs,
                || (),
                work,
                |n| {
                    seen.push(n);
                    Ok(())
                },
            );
            assert_eq!(seen, (0..500).collect::<Vec<_>>());
        }
    }

    #[test]
    fn one_slow_input_does_not_let_the_rest_pile_up() {
        let begun = AtomicUsize::new(0);
        let most = AtomicUsize::new(0);
        let written = AtomicUsize::new(0);
        let work = |(): &mut (), n: usize| {
            let ahead =
                begun.fetch_add(1, Ordering::SeqCst) - written.load(Ordering::SeqCst).min(n);
            most.fetch_max(ahead, Ordering::SeqCst);
            if n == 0 {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
        };
        ordered(
            0..10_000,
            2,
            || (),
            work,
            |()| {
                written.fetch_add(1, Ordering::SeqCst);
                Ok(())
            },
        );
        assert!(most.into_inner() <= 3 * 2 * AHEAD);
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn a_panic_comes_to_light() {
        let work = |(): &mut (), n: u64| assert_ne!(n, 50, "on purpose");
        ordered(0..100_000, 3, || (), work, |()| Ok(()));
    }

    #[test]
    fn a_panic_of_the_sink_lets_the_threads_go() {
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let work = |(): &mut (), n: u64| {
                if n == 0 {
                    // Long enough for the other thread to be as far ahead as it may.
                    std::thread::sleep(std::time::Duration::from_millis(200));
                }
            };
            let run = || ordered(0.., 2, || (), work, |()| panic!("on purpose"));
            let _ = sender.send(std::panic::catch_unwind(run).is_err());
        });
        let ended = receiver.recv_timeout(std::time::Duration::from_secs(20));
        assert_eq!(ended, Ok(true), "it hangs");
    }

    #[test]
    fn a_stop_ends_it() {
        let mut seen = 0;
        ordered(
            0..,
            3,
            || (),
            |(), n: u64| n,
            |_| {
                seen += 1;
                if seen == 10 { Err(Stop) } else { Ok(()) }
            },
        );
        assert_eq!(seen, 10);
    }
}
