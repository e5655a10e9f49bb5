//! One worker process, as its host holds it: frames to it and from it, its last words, its end.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::WORKER_ARGUMENT;
use super::frame::{FrameReader, FrameWriter, Head, Kind};
use super::words::Words;
use crate::exit::HUNG;

/// How much of what a worker says is kept, and how much of it is passed on for one document.
const LAST_WORDS: usize = 4096;
const PASSED_ON: usize = 64 * 1024;

/// Why a worker is given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lost {
    pub(super) reason: String,
    pub(super) last_words: String,
}

/// A worker process and its pipes; killed when it is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    requests: OwnedFd,
    replies: OwnedFd,
    errors: OwnedFd,
    /// Holds the frame that was received last.
    pub(super) reader: FrameReader,
    said: Said,
    sequence: u32,
    /// The words that both sides know.
    pub(super) words: Words,
    /// The request that is written next.
    pub(super) request: FrameWriter,
}

impl Process {
    /// Starts a worker.
    ///
    /// # Errors
    /// Where the system starts none.
    pub(super) fn spawn() -> Result<Self, String> {
        let mut child = spawn().map_err(|error| format!("cannot start a process: {error}"))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(requests), Some(replies), Some(errors)) = pipes else {
            return Err("a process without pipes".into());
        };
        let (requests, replies, errors) = (requests.into(), replies.into(), errors.into());
        for pipe in [&requests, &replies, &errors] {
            let pipe: &OwnedFd = pipe;
            rustix::io::ioctl_fionbio(pipe, true).map_err(|error| error.to_string())?;
        }
        Ok(Self {
            child,
            requests,
            replies,
            errors,
            reader: FrameReader::default(),
            said: Said::default(),
            sequence: 0,
            words: Words::default(),
            request: FrameWriter::new(),
        })
    }

    /// Sends the request that was written.
    ///
    /// # Errors
    /// Where the worker does not take it in time.
    pub(super) fn send(&mut self, kind: Kind, end: Instant) -> Result<(), Lost> {
        self.sequence = self.sequence.wrapping_add(1);
        self.said = Said::default();
        let mut frame = std::mem::replace(&mut self.request, FrameWriter::new());
        let mut rest = frame.finish(kind, self.sequence);
        let sent = loop {
            if rest.is_empty() {
                break Ok(());
            }
            match rustix::io::write(&self.requests, rest) {
                Ok(count) => rest = &rest[count..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    if let Err(why) = self.wait(PollFlags::OUT, end) {
                        break Err(why);
                    }
                }
                Err(_) => break Err(Why::Closed),
            }
        };
        frame.clear();
        self.request = frame;
        sent.map_err(|why| self.lose(why))
    }

    /// Receives the next frame, whose payload is then that of [`Process::reader`].
    ///
    /// # Errors
    /// Where none comes in time, or what comes is no answer to the request.
    pub(super) fn receive(&mut self, limit: u64, end: Instant) -> Result<Kind, Lost> {
        let mut reader = std::mem::take(&mut self.reader);
        let next = reader.next(limit, |into| {
            loop {
                match rustix::io::read(&self.replies, &mut *into) {
                    Ok(0) => return Err(Why::Closed),
                    Ok(count) => return Ok(count),
                    Err(Errno::INTR) => {}
                    Err(Errno::AGAIN) => self.wait(PollFlags::IN, end)?,
                    Err(_) => return Err(Why::Closed),
                }
            }
        });
        self.reader = reader;
        match next {
            Ok(Some(Head { kind, sequence })) if sequence == self.sequence => Ok(kind),
            Ok(Some(_)) => Err(self.lose(Why::Garbage("a reply that nobody asked for".into()))),
            Ok(None) => Err(self.lose(Why::Closed)),
            Err(Ok(reason)) => Err(self.lose(Why::Garbage(reason))),
            Err(Err(why)) => Err(self.lose(why)),
        }
    }

    /// Gives the worker up because of what it sent.
    pub(super) fn refuse(&mut self, reason: &str) -> Lost {
        self.lose(Why::Garbage(reason.to_owned()))
    }

    /// Waits until a pipe is ready, and listens to what the worker says meanwhile.
    fn wait(&mut self, wanted: PollFlags, end: Instant) -> Result<(), Why> {
        let pipe = if wanted == PollFlags::OUT { &self.requests } else { &self.replies };
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let left = Timespec::try_from(left).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 });
            let mut fds = [PollFd::new(pipe, wanted), PollFd::new(&self.errors, PollFlags::IN)];
            // A worker that closed its standard error has nothing to say.
            let count = if self.said.closed { 1 } else { 2 };
            match poll(&mut fds[..count], Some(&left)) {
                Ok(0) => return Err(Why::Late),
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(Why::Garbage(format!("cannot wait for it: {error}"))),
            }
            let (ready, talks) = (!fds[0].revents().is_empty(), !fds[1].revents().is_empty());
            if talks && count == 2 {
                self.said.listen(&self.errors);
            }
            if ready {
                return Ok(());
            }
        }
    }

    /// Ends the worker and finds out what became of it.
    fn lose(&mut self, why: Why) -> Lost {
        let status = match why {
            // It may be about to end by itself, with a status that tells more.
            Why::Closed => self.ended(Duration::from_millis(500)),
            _ => self.ended(Duration::ZERO),
        };
        let reason = match (why, status) {
            (Why::Garbage(reason), _) => format!("its worker sent {reason}"),
            (_, Some(status)) if status.code() == Some(HUNG.into()) => {
                "it went on for twice its timeout".into()
            }
            (_, Some(status)) => format!("its worker {}", told(status)),
            (Why::Late, None) => "its worker went on for twice its timeout".into(),
            (Why::Closed, None) => "its worker closed its pipes".into(),
        };
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.said.listen(&self.errors);
        Lost { reason, last_words: self.said.last_words() }
    }

    /// How the worker ended, if it does within a time.
    fn ended(&mut self, within: Duration) -> Option<ExitStatus> {
        let end = Instant::now() + within;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(2)),
                _ => return None,
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // What it said of its last document, perhaps after the reply.
        self.said.listen(&self.errors);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

enum Why {
    /// Its pipes are closed.
    Closed,
    /// Its time is over.
    Late,
    /// It sent what it should not, in words that follow "it sent".
    Garbage(String),
}

fn told(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(signal)) => {
            let name = match signal {
                4 => " (SIGILL)",
                6 => " (SIGABRT)",
                7 => " (SIGBUS)",
                8 => " (SIGFPE)",
                9 => " (SIGKILL)",
                11 => " (SIGSEGV)",
                15 => " (SIGTERM)",
                _ => "",
            };
            format!("was killed by signal {signal}{name}")
        }
        (None, None) => "ended".into(),
    }
}

/// What a worker says on its standard error: passed on, and its end kept.
#[derive(Debug, Default)]
struct Said {
    tail: Vec<u8>,
    passed_on: usize,
    closed: bool,
}

impl Said {
    /// Takes what there is, without waiting, and no more than a pipe holds at a time.
    fn listen(&mut self, errors: impl AsFd) {
        let mut piece = [0; 4096];
        for _ in 0..16 {
            match rustix::io::read(&errors, &mut piece) {
                Ok(0) => self.closed = true,
                Ok(count) => {
                    self.hear(&piece[..count]);
                    continue;
                }
                Err(Errno::INTR) => continue,
                Err(_) => {}
            }
            return;
        }
    }

    fn hear(&mut self, piece: &[u8]) {
        let passed = piece.len().min(PASSED_ON.saturating_sub(self.passed_on));
        self.passed_on += passed;
        let _ = io::Write::write_all(&mut io::stderr(), &piece[..passed]);
        self.tail.extend_from_slice(piece);
        if self.tail.len() > 2 * LAST_WORDS {
            self.tail.drain(..self.tail.len() - LAST_WORDS);
        }
    }

    fn last_words(&self) -> String {
        let start = self.tail.len().saturating_sub(LAST_WORDS);
        String::from_utf8_lossy(&self.tail[start..]).trim().to_owned()
    }
}

/// Starts this program once more, from a thread that lives as long as the program: where a worker is
/// to die with the thread that started it, that thread must not end before its host.
fn spawn() -> io::Result<Child> {
    type Order = Sender<io::Result<Child>>;
    static NURSERY: OnceLock<Mutex<Sender<Order>>> = OnceLock::new();
    let nursery = NURSERY.get_or_init(|| {
        let (sender, orders) = channel::<Order>();
        let thread = std::thread::Builder::new().name("nursery".into());
        // Without the thread every order fails below.
        let _ = thread.spawn(move || {
            for order in orders {
                let _ = order.send(start());
            }
        });
        Mutex::new(sender)
    });
    let (sender, receiver) = channel();
    let gone = |_| io::Error::other("the thread that starts processes has ended");
    let lock = nursery.lock().unwrap_or_else(PoisonError::into_inner);
    lock.send(sender).map_err(|_| io::Error::other("no thread to start processes"))?;
    drop(lock);
    receiver.recv().map_err(gone)?
}

fn start() -> io::Result<Child> {
    // The file that runs, whatever has taken its name since.
    let program = match cfg!(target_os = "linux") {
        true => "/proc/self/exe".into(),
        false => std::env::current_exe()?,
    };
    Command::new(program)
        .arg(WORKER_ARGUMENT)
        .arg(std::process::id().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
}
