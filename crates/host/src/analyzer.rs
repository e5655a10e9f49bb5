//! [`PluginAnalyzer`]: a plugin behind the border, as an analyzer like any other.
//!
//! The host's side of `onrecord_plugin::abi`; with `library`, the only place of the host that is
//! `unsafe`.

use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use onrecord_core::check::MAX_ANNOTATIONS;
use onrecord_core::{
    Additions, Analyzer, Descriptor, Doc, Failure, Interner, Layer, LayerView, Need, OptionDecl,
    OptionKind, Span, Symbol, Symbols, Value,
};
use onrecord_plugin::abi::{
    self, ABI_MAJOR, ABI_MINOR, Array, EntryFn, RawCall, RawDoc, RawHost, RawLayer, RawPlugin, Str,
};
use onrecord_plugin::{Given, Options};

use crate::call::{Call, HostRef};
use crate::library::LoadError;
use crate::watch::{Current, watched};

/// A pointer that a plugin gave and only the plugin reads.
#[derive(Clone, Copy, Debug)]
struct Opaque(*mut c_void);

// SAFETY: the border says that a state is shared by threads and that a worker may move.
unsafe impl Send for Opaque {}
// SAFETY: as above; workers are used by one thread at a time, see `PluginAnalyzer::workers`.
unsafe impl Sync for Opaque {}

/// The functions of a plugin that must be there.
#[derive(Clone, Copy, Debug)]
struct Functions {
    open: unsafe extern "C" fn(
        *const RawHost,
        *const RawLayer<'_>,
        *const RawCall,
        *mut *mut c_void,
    ) -> i32,
    worker: unsafe extern "C" fn(*mut c_void, *const RawCall, *mut *mut c_void) -> i32,
    analyze: unsafe extern "C" fn(*mut c_void, *const RawDoc<'_>, *const RawCall) -> i32,
    worker_free: unsafe extern "C" fn(*mut c_void),
    close: unsafe extern "C" fn(*mut c_void),
}

/// A plugin that was asked what it is, but not opened yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Described {
    host: HostRef,
    table: &'static RawPlugin,
    functions: Functions,
    pub(crate) descriptor: Descriptor,
}

// SAFETY: the table holds pointers to memory that is never changed nor freed.
unsafe impl Send for Described {}
// SAFETY: as above.
unsafe impl Sync for Described {}

impl Described {
    /// Asks a plugin what it is.
    pub(crate) fn ask(entry: EntryFn, host: HostRef, origin: &str) -> Result<Self, LoadError> {
        let fail = |reason: String| LoadError::Descriptor { origin: origin.to_owned(), reason };
        // SAFETY: `entry` keeps the rules of the border; `host` lives for ever.
        let pointer = unsafe { entry(host.0) };
        if pointer.is_null() {
            return Err(fail(format!("it refuses a host of ABI {ABI_MAJOR}.{ABI_MINOR}")));
        }
        if !pointer.is_aligned() {
            return Err(fail("its descriptor is not aligned".into()));
        }
        // SAFETY: every version of the struct begins with its size and version; it lives for ever.
        let (size, major, minor) =
            unsafe { ((*pointer).struct_size, (*pointer).abi_major, (*pointer).abi_minor) };
        if !abi::serves((ABI_MAJOR, ABI_MINOR), (major, minor)) {
            return Err(fail(format!(
                "it needs a host of ABI {major}.{minor}; this one has {ABI_MAJOR}.{ABI_MINOR}"
            )));
        }
        if (size as usize) < size_of::<RawPlugin>() {
            let least = size_of::<RawPlugin>();
            return Err(fail(format!("its descriptor has {size} bytes; the least is {least}")));
        }
        // SAFETY: it is there in its whole size, by its own word, and lives for ever.
        let table: &'static RawPlugin = unsafe { &*pointer };
        let functions = (|| {
            Some(Functions {
                open: table.open?,
                worker: table.worker?,
                analyze: table.analyze?,
                worker_free: table.worker_free?,
                close: table.close?,
            })
        })();
        let functions = functions.ok_or_else(|| fail("one of its functions is null".into()))?;
        // SAFETY: the table's strings and arrays live for ever, by the rules of the border.
        let descriptor = unsafe { describe(table) }.map_err(|reason| fail(reason.to_owned()))?;
        Ok(Self { host, table, functions, descriptor })
    }

    /// Opens the plugin with its options, see [`write_options`].
    pub(crate) fn open(
        self,
        options: &LayerView<'_>,
        origin: &'static str,
        timeout: Option<Duration>,
    ) -> Result<PluginAnalyzer, LoadError> {
        let _current = Current::opens(self.descriptor.name);
        let call = Call::silent();
        let mut state = std::ptr::null_mut();
        // SAFETY: all four pointers are good for this call, the host's for ever.
        let status = unsafe {
            (self.functions.open)(self.host.0, &raw_layer(options), call.pointer(), &mut state)
        };
        call.result(status).map_err(|failure| {
            LoadError::Open(format!("`{}` does not open: {failure}", self.descriptor.name))
        })?;
        let state = Opaque(state);
        let model = self.table.model.and_then(|model| {
            // SAFETY: the state is open; the text is copied before it is closed.
            let text = unsafe { model(state.0).get() };
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        });
        let workers = Mutex::new(Vec::new());
        Ok(PluginAnalyzer { described: self, state, workers, model, origin, timeout })
    }
}

/// Copies what a plugin says of itself. Leaked once a plugin, like the library it comes from.
///
/// # Safety
/// The table's strings and arrays must be what they say and live for ever.
unsafe fn describe(table: &'static RawPlugin) -> Result<Descriptor, &'static str> {
    const NO_TEXT: &str = "one of its strings is no UTF-8";
    // SAFETY: the caller's promise.
    unsafe {
        let mut requires = Vec::new();
        for need in table.requires.get()?.iter() {
            let layer = need.name.get().ok_or(NO_TEXT)?;
            requires.push(Need { layer, optional: need.flags & abi::LAYER_OPTIONAL != 0 });
        }
        let mut provides = Vec::new();
        for layer in table.provides.get()?.iter() {
            provides.push(layer.name.get().ok_or(NO_TEXT)?);
        }
        let mut options = Vec::new();
        for option in table.options.get()?.iter() {
            options.push(OptionDecl {
                key: option.key.get().ok_or(NO_TEXT)?,
                help: option.help.get().ok_or(NO_TEXT)?,
                default: option.default.get().ok_or(NO_TEXT)?,
                kind: match option.kind {
                    1 => OptionKind::Bool,
                    2 => OptionKind::Integer,
                    3 => OptionKind::Float,
                    4 => OptionKind::Text,
                    5 => OptionKind::Texts,
                    6 => OptionKind::Path,
                    _ => return Err("one of its options has an unknown kind"),
                },
            });
        }
        Ok(Descriptor {
            name: table.name.get().ok_or(NO_TEXT)?,
            version: table.version.get().ok_or(NO_TEXT)?,
            summary: table.summary.get().ok_or(NO_TEXT)?,
            requires: requires.leak(),
            provides: provides.leak(),
            options: options.leak(),
        })
    }
}

/// Options cross as the attributes of one annotation; a list is its key again and again.
pub(crate) fn write_options(options: &Options, symbols: &Interner) -> Layer {
    let mut layer = Layer::new(symbols.intern("options"));
    layer.push(Span::default(), Symbol::NONE, 1.0);
    for (key, value) in options.iter() {
        let key = symbols.intern(key);
        match value {
            Given::Bool(value) => layer.attribute(key, Value::Bool(*value)),
            Given::Integer(value) => layer.attribute(key, Value::Integer(*value)),
            Given::Float(value) => layer.attribute(key, Value::Float(*value)),
            Given::Text(value) => layer.attribute(key, Value::Text(value)),
            Given::Texts(values) => {
                values.iter().for_each(|value| layer.attribute(key, Value::Text(value)));
            }
        }
    }
    layer
}

fn raw_layer<'a>(view: &LayerView<'a>) -> RawLayer<'a> {
    RawLayer {
        name: view.name,
        version: 1,
        annotations: Array::new(view.annotations),
        links: Array::new(view.links),
        attributes: Array::new(view.attributes),
        heap: Str::new(view.heap),
    }
}

/// A plugin, opened.
#[derive(Debug)]
pub struct PluginAnalyzer {
    described: Described,
    state: Opaque,
    /// Workers at rest. Each call takes one out, so that no two threads use the same.
    workers: Mutex<Vec<Opaque>>,
    model: Option<String>,
    origin: &'static str,
    timeout: Option<Duration>,
}

impl PluginAnalyzer {
    fn take_worker(&self) -> Result<Opaque, Failure> {
        let resting = self.workers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(worker) = resting {
            return Ok(worker);
        }
        let call = Call::silent();
        let mut worker = std::ptr::null_mut();
        // SAFETY: the state is open; both pointers are good for this call.
        let status =
            unsafe { (self.described.functions.worker)(self.state.0, call.pointer(), &mut worker) };
        call.result(status).map(|()| Opaque(worker))
    }

    fn free_worker(&self, worker: Opaque) {
        // SAFETY: it came from `worker`, nobody uses it, and it is freed once.
        unsafe { (self.described.functions.worker_free)(worker.0) };
    }
}

impl Analyzer for PluginAnalyzer {
    fn descriptor(&self) -> &Descriptor {
        &self.described.descriptor
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let _current = Current::analyzes(self.described.descriptor.name, doc.id());
        let worker = self.take_worker()?;
        let layers: Vec<_> = doc.layers().iter().map(raw_layer).collect();
        let meta = raw_layer(doc.meta_layer());
        let raw = RawDoc {
            struct_size: size_of::<RawDoc<'_>>() as u32,
            flags: 0,
            text: Str::new(doc.text()),
            id: Str::new(doc.id()),
            layers: Array::new(&layers),
            meta: &raw const meta,
        };
        let watch =
            self.timeout.map(|timeout| watched(self.described.descriptor.name, doc.id(), timeout));
        let deadline = watch.as_ref().map(|watch| watch.deadline);
        let call = Call::new(Some(out), MAX_ANNOTATIONS + doc.text().len(), deadline);
        // SAFETY: the worker is this call's alone; document and call live until it returns.
        let status = unsafe { (self.described.functions.analyze)(worker.0, &raw, call.pointer()) };
        drop(watch);
        if status == abi::OK || status == abi::ERROR {
            self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        } else {
            // Its buffers may be in any state.
            self.free_worker(worker);
        }
        call.result(status)
    }

    fn model(&self) -> Option<String> {
        self.model.clone()
    }

    fn origin(&self) -> Option<&str> {
        Some(self.origin)
    }
}

impl Drop for PluginAnalyzer {
    fn drop(&mut self) {
        let workers =
            std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        workers.into_iter().for_each(|worker| self.free_worker(worker));
        // SAFETY: its workers are freed and it is closed once.
        unsafe { (self.described.functions.close)(self.state.0) };
    }
}
