//! A chain: neighbours in a pipeline that share a worker process for each thread.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::os::unix::ffi::OsStrExt as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use onrecord_core::{Additions, Analyzer, Descriptor, Doc, Failure, Interner, Layer, Loss};

use super::describe;
use super::frame::Kind;
use super::pack::{Bad, Pack as _, Unpack};
use super::process::{Lost, Process};
use super::words::Words;
use crate::config::{Isolation, Sandbox};
use crate::library::Checked;

/// How long a worker may take to load and open one plugin.
const OPENING: Duration = Duration::from_secs(60);
/// How much longer than its watchdog a worker may take, before its host does not believe in it.
const SLACK: Duration = Duration::from_secs(2);
/// The longest reply: so many bytes, and so many for each byte of text.
const REPLY: (u64, u64) = (256 << 20, 64);
/// The longest reply before there is a document.
const SMALL_REPLY: u64 = 16 << 20;
/// How many words a chain may bring into the table that all analyzers share.
const NEW_WORDS: usize = 1 << 13;

/// Where the code of an isolated plugin comes from.
#[derive(Clone, Debug)]
pub(crate) enum Program {
    /// It is linked into this program.
    Bundled(&'static str),
    /// The bytes of a shared library.
    File(Checked),
}

/// A plugin of a chain.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) program: Program,
    pub(crate) descriptor: Descriptor,
    /// Its options, in the words of the host.
    pub(crate) options: Layer,
    pub(crate) timeout: Duration,
    /// `bundled` or `file`.
    pub(crate) origin: &'static str,
}

#[derive(Debug)]
struct Chain {
    number: u64,
    members: Vec<Member>,
    limits: Isolation,
    symbols: Arc<Interner>,
    /// The model of each member, as the first worker told.
    models: Vec<Option<String>>,
    /// Workers at rest. Each document takes one out.
    resting: Mutex<Vec<Process>>,
    /// How many more words it may bring.
    room: AtomicUsize,
}

/// A worker in which all members are open, and their models.
type Started = (Process, Vec<Option<String>>);

/// What one analyzer made of a document.
pub(crate) type Outcome = Result<Vec<Layer>, Failure>;

/// A member of a chain, as an analyzer like any other.
#[derive(Debug)]
pub(crate) struct Isolated {
    chain: Arc<Chain>,
    place: usize,
}

/// Asks a plugin what it is, in a worker that ends then.
///
/// # Errors
/// What its worker says, or what became of it.
pub(crate) fn probe(program: &Program, limits: &Isolation) -> Result<Descriptor, String> {
    let name = match program {
        Program::Bundled(name) => (*name).to_owned(),
        Program::File(file) => file.path.display().to_string(),
    };
    let gone =
        |lost: Lost| format!("{name}: {} while it loaded the plugin{}", lost.reason, said(&lost));
    let mut process = Process::spawn()?;
    start(
        &mut process,
        limits,
        &Interner::new(),
        true,
        [(program, Duration::ZERO, &Layer::default())],
    );
    let end = Instant::now() + OPENING;
    process.send(Kind::Start, end).map_err(gone)?;
    let kind = process.receive(SMALL_REPLY, end).map_err(gone)?;
    let mut payload = Unpack::new(process.reader.payload());
    match kind {
        Kind::Described => describe::read(&mut payload).map_err(str::to_owned),
        Kind::Refused => Err(refusal(&mut payload).1),
        _ => Err("its worker answers what nobody asked".into()),
    }
}

fn said(lost: &Lost) -> String {
    match lost.last_words.as_str() {
        "" => String::new(),
        words => format!("; it said last: {words}"),
    }
}

fn refusal(payload: &mut Unpack<'_>) -> (usize, String) {
    let place = payload.number().unwrap_or_default() as usize;
    (place, payload.words().unwrap_or_default().chars().take(4096).collect())
}

/// Writes the request that starts a worker.
fn start<'p>(
    process: &mut Process,
    limits: &Isolation,
    symbols: &Interner,
    probe: bool,
    plugins: impl IntoIterator<Item = (&'p Program, Duration, &'p Layer), IntoIter: ExactSizeIterator>,
) {
    let request = &mut process.request;
    request.clear();
    request.number(match limits.sandbox {
        Sandbox::Auto => 0,
        Sandbox::Require => 1,
        Sandbox::Off => 2,
    });
    request.number(limits.memory);
    request.number(limits.read.len() as u64);
    limits.read.iter().for_each(|path| request.blob(path.as_os_str().as_bytes()));
    request.number(probe.into());
    process.words.tell(symbols, request);
    let plugins = plugins.into_iter();
    request.number(plugins.len() as u64);
    for (program, timeout, options) in plugins {
        match program {
            Program::Bundled(name) => {
                request.number(0);
                request.text(name);
            }
            Program::File(file) => {
                request.number(1);
                request.blob(file.path.as_os_str().as_bytes());
                request.number(file.symbols.len() as u64);
                file.symbols.iter().for_each(|symbol| request.text(symbol));
                request.blob(&file.bytes);
            }
        }
        request.number(timeout.as_millis() as u64);
        request.layer(&options.view());
    }
}

/// The analyzers of a chain, after a first worker has opened them all.
///
/// # Errors
/// The place of the member that does not open, and why.
pub(crate) fn open(
    members: Vec<Member>,
    limits: Isolation,
    symbols: Arc<Interner>,
) -> Result<Vec<Isolated>, (usize, String)> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let mut chain = Chain {
        number: NUMBER.fetch_add(1, Ordering::Relaxed),
        members,
        limits,
        symbols,
        models: Vec::new(),
        resting: Mutex::default(),
        room: AtomicUsize::new(NEW_WORDS),
    };
    let (process, models) = chain.start()?;
    chain.models = models;
    chain.rest(process);
    let chain = Arc::new(chain);
    let isolated = |place| Isolated { chain: Arc::clone(&chain), place };
    Ok((0..chain.members.len()).map(isolated).collect())
}

impl Chain {
    /// A fresh worker.
    fn start(&self) -> Result<Started, (usize, String)> {
        let mut process = Process::spawn().map_err(|reason| (0, reason))?;
        let plugins = self.members.iter().map(|m| (&m.program, m.timeout, &m.options));
        start(&mut process, &self.limits, &self.symbols, false, plugins);
        let mut models = Vec::new();
        let gone = |place: usize, lost: Lost| {
            (place, format!("{} while it opened{}", lost.reason, said(&lost)))
        };
        process.send(Kind::Start, Instant::now() + OPENING).map_err(|lost| gone(0, lost))?;
        for place in 0..self.members.len() {
            let kind = process
                .receive(SMALL_REPLY, Instant::now() + OPENING)
                .map_err(|lost| gone(place, lost))?;
            let mut payload = Unpack::new(process.reader.payload());
            match kind {
                Kind::Opened => {
                    let model = (|| {
                        process.words.learn(&self.symbols, &mut payload, &self.room)?;
                        let model = payload.text()?;
                        Ok(Some(model.to_owned()).filter(|model| !model.is_empty()))
                    })();
                    models.push(model.map_err(|reason: Bad| (place, reason.to_owned()))?);
                }
                Kind::Refused => {
                    let (at, reason) = refusal(&mut payload);
                    return Err((at.min(self.members.len() - 1), reason));
                }
                _ => return Err((place, "its worker answers what nobody asked".into())),
            }
        }
        Ok((process, models))
    }

    fn rest(&self, process: Process) {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).push(process);
    }

    /// What each member makes of a document, up to the first that fails.
    fn run(&self, doc: &Doc<'_>) -> VecDeque<Outcome> {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut tries = 0;
        let mut process = resting.map_or_else(|| self.start().map(|(process, _)| process), Ok);
        loop {
            tries += 1;
            let mut outcomes = VecDeque::new();
            let lost = match &mut process {
                Ok(process) => self.ask(process, doc, tries > 1, &mut outcomes),
                Err((_, reason)) => {
                    let reason = std::mem::take(reason);
                    Err(Lost { reason, last_words: String::new() })
                }
            };
            match (lost, process) {
                (Ok(()), Ok(process)) => {
                    self.rest(process);
                    return outcomes;
                }
                (Err(lost), _) if tries > 1 => {
                    let loss = Loss { tries, last_words: lost.last_words };
                    let reason = format!("{}; tried twice", lost.reason);
                    outcomes.push_back(Err(Failure::lost(reason, loss)));
                    return outcomes;
                }
                _ => process = self.start().map(|(process, _)| process),
            }
        }
    }

    /// Has a worker analyze a document: in one go, or one analyzer at a time.
    fn ask(
        &self,
        process: &mut Process,
        doc: &Doc<'_>,
        step: bool,
        outcomes: &mut VecDeque<Outcome>,
    ) -> Result<(), Lost> {
        let request = &mut process.request;
        request.clear();
        process.words.tell(&self.symbols, request);
        request.number(step.into());
        request.text(doc.id());
        request.text(doc.text());
        request.layer(doc.meta_layer());
        request.number(doc.layers().len() as u64);
        doc.layers().iter().for_each(|layer| request.layer(layer));
        let timeouts = |members: &[Member]| members.iter().map(|m| m.timeout * 2).sum::<Duration>();
        process.send(Kind::Document, Instant::now() + timeouts(&self.members) + SLACK)?;
        let limit = REPLY.0 + REPLY.1 * doc.text().len() as u64;
        loop {
            let left = &self.members[outcomes.len()..];
            let next = if step { &left[..1] } else { left };
            let kind = process.receive(limit, Instant::now() + timeouts(next) + SLACK)?;
            if kind != Kind::Results {
                return Err(process.refuse("what nobody asked for"));
            }
            let mut payload = Unpack::new(process.reader.payload());
            let taken = process
                .words
                .learn(&self.symbols, &mut payload, &self.room)
                .and_then(|()| take(&mut payload, &process.words, left.len(), outcomes));
            match taken {
                Err(reason) => return Err(process.refuse(reason)),
                Ok(()) if outcomes.len() == self.members.len() => return Ok(()),
                Ok(()) if outcomes.back().is_some_and(Result::is_err) => return Ok(()),
                Ok(()) if step => {}
                Ok(()) => return Err(process.refuse("fewer results than there are analyzers")),
            }
        }
    }
}

/// Takes results out of a reply: at least one, at most `left`, none after a failure.
pub(crate) fn take(
    payload: &mut Unpack<'_>,
    words: &Words,
    left: usize,
    outcomes: &mut VecDeque<Outcome>,
) -> Result<(), Bad> {
    let count = payload.count()?;
    if count == 0 || count > left {
        return Err("another number of results than there are analyzers");
    }
    for place in 0..count {
        if payload.number()? == 0 {
            let mut layers = Vec::new();
            for _ in 0..payload.count()? {
                layers.push(words.translated(&payload.layer()?));
            }
            outcomes.push_back(Ok(layers));
        } else {
            let reason: String = payload.words()?.chars().take(4096).collect();
            outcomes.push_back(Err(Failure::new(reason)));
            if place + 1 < count {
                return Err("results after a failure");
            }
        }
    }
    payload.end()
}

/// The outcomes of a chain that wait, on this thread, for its later members to be called.
struct Waiting {
    chain: u64,
    /// Where the document's text lies, and how long it is.
    text: (usize, usize),
    place: usize,
    outcomes: VecDeque<Outcome>,
}

thread_local! {
    static WAITING: RefCell<Option<Waiting>> = const { RefCell::new(None) };
}

impl Analyzer for Isolated {
    fn descriptor(&self) -> &Descriptor {
        &self.chain.members[self.place].descriptor
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let text = (doc.text().as_ptr().addr(), doc.text().len());
        let mut waiting = match self.place {
            0 => {
                let outcomes = self.chain.run(doc);
                Waiting { chain: self.chain.number, text, place: 0, outcomes }
            }
            _ => WAITING
                .take()
                .filter(|w| (w.chain, w.text, w.place) == (self.chain.number, text, self.place))
                .ok_or_else(|| Failure::new("called without its neighbour before it"))?,
        };
        let outcome = waiting.outcomes.pop_front();
        let layers = outcome.unwrap_or_else(|| Err(Failure::new("its worker gave no result")))?;
        for layer in layers {
            let place = out.layer(layer.name);
            *place = layer;
        }
        waiting.place += 1;
        if waiting.place < self.chain.members.len() {
            WAITING.set(Some(waiting));
        }
        Ok(())
    }

    fn model(&self) -> Option<String> {
        self.chain.models.get(self.place).cloned().flatten()
    }

    fn origin(&self) -> Option<&str> {
        Some(self.chain.members[self.place].origin)
    }
}
