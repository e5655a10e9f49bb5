//! The inside of a worker process: loads what it is told to, then analyzes document after document.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use onrecord_core::{
    Additions, Analyzer as _, Descriptor, Doc, Interner, Layer, LayerView, MAX_WORDS, Symbols as _,
    check,
};
use onrecord_plugin::Entry;

use super::describe;
use super::frame::{FrameReader, FrameWriter, Kind};
use super::pack::{Bad, Pack as _, Unpack};
use super::words::Words;
use crate::analyzer::{Described, PluginAnalyzer};
use crate::call::HostRef;
use crate::config::{Isolation, Sandbox};
use crate::exit::{end_now, this_is_a_worker};
use crate::library::Checked;

/// The whole life of a worker process; `bundled` are the plugins that this program has linked in.
///
/// It never returns: it ends with its host, or with a plugin that ends it.
pub fn worker_main(bundled: &[Entry]) -> ! {
    this_is_a_worker();
    die_with_host();
    forget_inherited();
    let code = match Worker::begin().and_then(|worker| worker.run(bundled)) {
        Ok(()) => 0,
        Err(reason) => {
            eprintln!("worker: {reason}");
            1
        }
    };
    end_now(code)
}

/// The host may be killed without a chance to end its workers.
fn die_with_host() {
    let number = std::env::args_os().nth(2);
    let host = number.and_then(|number| number.to_str()?.parse::<i32>().ok());
    let gone = move || rustix::process::getppid().map(rustix::process::Pid::as_raw_pid) != host;
    #[cfg(target_os = "linux")]
    {
        let _ =
            rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
        if gone() {
            end_now(0);
        }
    }
    #[cfg(not(target_os = "linux"))]
    std::thread::spawn(move || {
        loop {
            if gone() {
                end_now(0);
            }
            std::thread::sleep(Duration::from_secs(1));
        }
    });
}

/// Closes what is open beside the three pipes: files that the host's own parent let it have are none
/// of a plugin's business.
fn forget_inherited() {
    #[cfg(target_os = "linux")]
    // SAFETY: nothing in this process has opened a descriptor yet, so nobody uses what is closed.
    unsafe {
        // Where the system is older than the call, they stay open.
        libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, 0_u32);
    }
}

struct Worker {
    requests: File,
    replies: File,
    reader: FrameReader,
    reply: FrameWriter,
    words: Words,
    symbols: Arc<Interner>,
}

impl Worker {
    /// Takes the pipes away from where a plugin that prints or reads would find them.
    fn begin() -> Result<Self, String> {
        let far = |pipe: &dyn AsFd| -> rustix::io::Result<OwnedFd> {
            // Far from the numbers that a careless plugin closes.
            rustix::io::fcntl_dupfd_cloexec(pipe.as_fd(), 300)
                .or_else(|_| rustix::io::fcntl_dupfd_cloexec(pipe.as_fd(), 3))
        };
        let pipes = (|| {
            let pipes = (far(&std::io::stdin())?, far(&std::io::stdout())?);
            rustix::stdio::dup2_stdout(std::io::stderr())?;
            rustix::stdio::dup2_stdin(&File::open("/dev/null")?)?;
            Ok::<_, std::io::Error>(pipes)
        })();
        let (requests, replies) = pipes.map_err(|error| error.to_string())?;
        Ok(Self {
            requests: requests.into(),
            replies: replies.into(),
            reader: FrameReader::default(),
            reply: FrameWriter::new(),
            words: Words::default(),
            symbols: Arc::default(),
        })
    }

    fn run(mut self, bundled: &[Entry]) -> Result<(), String> {
        let Some((Kind::Start, sequence)) = self.next()? else {
            return Err("expected to be told what to load".into());
        };
        let Some(analyzers) = self.open(bundled, sequence)? else { return Ok(()) };
        while let Some((kind, sequence)) = self.next()? {
            if kind != Kind::Document {
                return Err("expected a document".into());
            }
            self.analyze(&analyzers, sequence)?;
        }
        Ok(())
    }

    /// The next request; `None` when the host has gone.
    fn next(&mut self) -> Result<Option<(Kind, u32)>, String> {
        let next = self.reader.next(u64::MAX, |into| self.requests.read(into));
        let broken = |reason: Result<String, std::io::Error>| match reason {
            Ok(reason) => reason,
            Err(error) => error.to_string(),
        };
        Ok(next.map_err(broken)?.map(|head| (head.kind, head.sequence)))
    }

    fn send(&mut self, kind: Kind, sequence: u32) -> Result<(), String> {
        let frame = self.reply.finish(kind, sequence);
        self.replies.write_all(frame).map_err(|error| error.to_string())
    }

    /// Does what the first request says; `None` where all that was asked was what a plugin is.
    fn open(
        &mut self,
        bundled: &[Entry],
        sequence: u32,
    ) -> Result<Option<Vec<PluginAnalyzer>>, String> {
        let reader = std::mem::take(&mut self.reader);
        let start = Start::read(reader.payload(), &mut self.words, &self.symbols)?;
        if let Err(reason) = start.limits.enforce() {
            return self.refuse(0, &reason, sequence);
        }
        let host = HostRef::new(Arc::clone(&self.symbols), |level, who, what| {
            let word = ["error", "warning", "note"][(level as usize).clamp(1, 3) - 1];
            eprintln!("{word}: {who}: {what}");
        });
        let mut analyzers = Vec::new();
        for (place, plugin) in start.plugins.iter().enumerate() {
            let described = match plugin.describe(bundled, host) {
                Ok(described) => described,
                Err(reason) => return self.refuse(place, &reason, sequence),
            };
            self.reply.clear();
            if start.probe {
                describe::write(&described.descriptor, &mut self.reply);
                self.send(Kind::Described, sequence)?;
                return Ok(None);
            }
            let options = self.words.translated(&plugin.options);
            match described.open(&options.view(), "", Some(plugin.timeout)) {
                Err(error) => return self.refuse(place, &error.to_string(), sequence),
                Ok(analyzer) => {
                    self.words.tell(&self.symbols, &mut self.reply);
                    self.reply.text(&analyzer.model().unwrap_or_default());
                    analyzers.push(analyzer);
                }
            }
            self.send(Kind::Opened, sequence)?;
        }
        Ok(Some(analyzers))
    }

    fn refuse<T>(
        &mut self,
        place: usize,
        reason: &str,
        sequence: u32,
    ) -> Result<Option<T>, String> {
        self.reply.clear();
        self.reply.number(place as u64);
        self.reply.text(reason);
        self.send(Kind::Refused, sequence).map(|()| None)
    }

    fn analyze(&mut self, analyzers: &[PluginAnalyzer], sequence: u32) -> Result<(), String> {
        // Lent for the document, so that frames can be written meanwhile.
        let reader = std::mem::take(&mut self.reader);
        let request = Request::read(reader.payload(), &mut self.words, &self.symbols)?;
        let (symbols, mut made) = (Arc::clone(&self.symbols), Vec::<Vec<Layer>>::new());
        let mut failure = None;
        for (place, analyzer) in analyzers.iter().enumerate() {
            let held = request.layers.iter().map(Given::view);
            let views = held.chain(made.iter().flatten().map(Layer::view)).collect();
            let doc = Doc::new(request.id, request.text, request.meta.view(), views, &*symbols);
            let mut out = Additions::new(&*symbols);
            let done = analyzer.analyze(&doc, &mut out);
            let layers = finish(out, analyzer.descriptor(), &symbols);
            // The next analyzer would see what the host is about to refuse.
            let stop = done.is_err() || request.step && check::layers(&doc, &layers).is_err();
            match done {
                Ok(()) => made.push(layers),
                Err(reason) => failure = Some(reason.to_string()),
            }
            let last = stop || place + 1 == analyzers.len();
            if request.step || last {
                let from = if request.step { place.min(made.len()) } else { 0 };
                self.results(&made[from..], failure.as_deref(), sequence)?;
            }
            if last {
                break;
            }
        }
        drop(request);
        self.reader = reader;
        Ok(())
    }

    fn results(
        &mut self,
        made: &[Vec<Layer>],
        failure: Option<&str>,
        sequence: u32,
    ) -> Result<(), String> {
        self.reply.clear();
        self.words.tell(&self.symbols, &mut self.reply);
        self.reply.number(made.len() as u64 + u64::from(failure.is_some()));
        for layers in made {
            self.reply.number(0);
            self.reply.number(layers.len() as u64);
            layers.iter().for_each(|layer| self.reply.layer(&layer.view()));
        }
        if let Some(reason) = failure {
            self.reply.number(1);
            self.reply.text(reason);
        }
        self.send(Kind::Results, sequence)
    }
}

/// The layers that an analyzer wrote, and those that it declared and left empty.
fn finish(mut out: Additions<'_>, descriptor: &Descriptor, symbols: &Interner) -> Vec<Layer> {
    for layer in descriptor.provides {
        out.layer(symbols.intern(layer));
    }
    out.into_layers()
}

/// The first request.
struct Start<'a> {
    limits: Isolation,
    probe: bool,
    plugins: Vec<Plugin<'a>>,
}

struct Plugin<'a> {
    program: Program<'a>,
    timeout: Duration,
    options: LayerView<'a>,
}

enum Program<'a> {
    Bundled(&'a str),
    File { path: &'a Path, symbols: Vec<String>, bytes: &'a [u8] },
}

impl<'a> Start<'a> {
    fn read(payload: &'a [u8], words: &mut Words, symbols: &Interner) -> Result<Self, Bad> {
        let mut payload = Unpack::new(payload);
        let sandbox = match payload.number()? {
            0 => Sandbox::Auto,
            1 => Sandbox::Require,
            _ => Sandbox::Off,
        };
        let (memory, mut read) = (payload.number()?, Vec::new());
        for _ in 0..payload.count()? {
            read.push(OsStr::from_bytes(payload.blob()?).into());
        }
        let limits = Isolation { sandbox, read, memory };
        let probe = payload.number()? != 0;
        words.learn(symbols, &mut payload, &AtomicUsize::new(MAX_WORDS))?;
        let mut plugins = Vec::new();
        for _ in 0..payload.count()? {
            let program = match payload.number()? {
                0 => Program::Bundled(payload.text()?),
                _ => {
                    let path = Path::new(OsStr::from_bytes(payload.blob()?));
                    let mut symbols = Vec::new();
                    for _ in 0..payload.count()? {
                        symbols.push(payload.text()?.to_owned());
                    }
                    Program::File { path, symbols, bytes: payload.blob()? }
                }
            };
            let timeout = Duration::from_millis(payload.number()?);
            plugins.push(Plugin { program, timeout, options: payload.layer()? });
        }
        payload.end()?;
        Ok(Self { limits, probe, plugins })
    }
}

impl Plugin<'_> {
    fn describe(&self, bundled: &[Entry], host: HostRef) -> Result<Described, String> {
        let described = match &self.program {
            Program::File { path, symbols, bytes } => {
                let file = Checked::received(path, bytes, symbols.clone());
                let library = file.load().map_err(|error| error.to_string())?;
                Described::ask(library.entry, host, &path.display().to_string())
            }
            Program::Bundled(name) => bundled
                .iter()
                .map(|entry| Described::ask(entry.function(), host, "this program itself"))
                .find(|found| found.as_ref().is_ok_and(|found| found.descriptor.name == *name))
                .ok_or_else(|| format!("`{name}` is not linked into the worker's program"))?,
        };
        described.map_err(|error| error.to_string())
    }
}

/// A document that came in.
struct Request<'a> {
    step: bool,
    id: &'a str,
    text: &'a str,
    meta: Given<'a>,
    layers: Vec<Given<'a>>,
}

/// A layer that came in: lent where it lies, copied where its words have other numbers here.
enum Given<'a> {
    Lent(LayerView<'a>),
    Copied(Layer),
}

impl<'a> Given<'a> {
    fn new(view: LayerView<'a>, words: &Words) -> Self {
        if words.same() { Self::Lent(view) } else { Self::Copied(words.translated(&view)) }
    }

    fn view(&self) -> LayerView<'_> {
        match self {
            Self::Lent(view) => *view,
            Self::Copied(layer) => layer.view(),
        }
    }
}

impl<'a> Request<'a> {
    fn read(payload: &'a [u8], words: &mut Words, symbols: &Interner) -> Result<Self, Bad> {
        let mut payload = Unpack::new(payload);
        words.learn(symbols, &mut payload, &AtomicUsize::new(MAX_WORDS))?;
        let (step, id, text) = (payload.number()? != 0, payload.text()?, payload.text()?);
        let meta = Given::new(payload.layer()?, words);
        let mut layers = Vec::new();
        for _ in 0..payload.count()? {
            layers.push(Given::new(payload.layer()?, words));
        }
        payload.end()?;
        Ok(Self { step, id, text, meta, layers })
    }
}
