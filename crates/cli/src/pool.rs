//! Threads that analyze articles for whoever waits for them: a batch of `pipe`, a request to `serve`.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use onrecord_core::{Pipeline, Worker};

/// The stack of a thread in bytes, as large as a main thread's.
const STACK: usize = 8 << 20;

/// What is done with a pipeline on one of the threads.
pub(crate) type Task = Box<dyn FnOnce(&mut Worker<'_>) + Send>;

/// Threads that share a pipeline, and a queue of bounded length before them.
#[derive(Debug)]
pub(crate) struct Pool {
    queue: Option<SyncSender<Task>>,
    threads: Vec<JoinHandle<()>>,
}

impl Pool {
    /// Starts threads, at least one; `waiting` tasks may stand in the queue.
    ///
    /// # Errors
    /// Where the system starts no thread.
    pub(crate) fn start(
        pipeline: &Arc<Pipeline>,
        threads: usize,
        waiting: usize,
    ) -> io::Result<Self> {
        let (queue, tasks) = sync_channel(waiting);
        let tasks = Arc::new(Mutex::new(tasks));
        let start = |number| {
            let (pipeline, tasks) = (Arc::clone(pipeline), Arc::clone(&tasks));
            let builder = std::thread::Builder::new().name(format!("worker-{number}"));
            builder.stack_size(STACK).spawn(move || work(&pipeline, &tasks))
        };
        let threads = (0..threads.max(1)).map(start).collect::<io::Result<_>>()?;
        Ok(Self { queue: Some(queue), threads })
    }

    /// Has a task done, when the queue has room for it.
    pub(crate) fn run(&self, task: Task) {
        // The threads outlive the queue, which `drop` alone closes.
        let _ = self.queue.as_ref().map(|queue| queue.send(task));
    }
}

impl Drop for Pool {
    /// Waits until what was begun is done.
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn work(pipeline: &Pipeline, tasks: &Mutex<Receiver<Task>>) {
    let mut worker = pipeline.worker();
    loop {
        let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = task else { return };
        // Who waits for a task that panics finds its channel closed.
        if catch_unwind(AssertUnwindSafe(|| task(&mut worker))).is_err() {
            worker = pipeline.worker();
        }
    }
}

/// As many threads as there are processors.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
