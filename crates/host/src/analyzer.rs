//! [`PluginAnalyzer`]: a plugin behind the border, as an analyzer like any other.
//!
//! The host's side of `onrecord_plugin::abi`; with `library`, the only place of the host that is
//! `unsafe`.

use std::cell::RefCell;
use std::ffi::c_void;
use std::sync::{Arc, Mutex, PoisonError};

use onrecord_core::check::MAX_ANNOTATIONS;
use onrecord_core::layer::{Attribute, TAG_TEXT};
use onrecord_core::{
    Additions, Analyzer, Descriptor, Doc, Failure, Interner, Layer, LayerView, Need, OptionDecl,
    OptionKind, Span, Symbol, Symbols, Value,
};
use onrecord_plugin::abi::{
    self, ABI_MAJOR, ABI_MINOR, Array, EntryFn, RawCall, RawDoc, RawHost, RawLayer, RawPlugin, Str,
};
use onrecord_plugin::{Given, Options};

use crate::library::LoadError;

/// Where messages of plugins go: level (1 error to 4 detail), who, what.
pub(crate) type Log = fn(u32, &str, &str);

/// The host's table, with what its functions need behind it.
#[repr(C)]
struct HostTable {
    raw: RawHost,
    symbols: Arc<Interner>,
    log: Log,
}

/// A host's table that lives for ever, as the border promises.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostRef(*const RawHost);

// SAFETY: the table is never changed nor freed, and its functions may be called from any thread.
unsafe impl Send for HostRef {}
// SAFETY: as above.
unsafe impl Sync for HostRef {}

impl HostRef {
    pub(crate) fn new(symbols: Arc<Interner>, log: Log) -> Self {
        let raw = RawHost {
            struct_size: size_of::<RawHost>() as u32,
            abi_major: ABI_MAJOR,
            abi_minor: ABI_MINOR,
            max_log: 2,
            flags: 0,
            intern: host_intern,
            word: host_word,
            log: host_log,
            extension: host_extension,
        };
        // Leaked on purpose: a plugin may keep the pointer, also in threads of its own.
        let table: &'static HostTable = Box::leak(Box::new(HostTable { raw, symbols, log }));
        Self((&raw const *table).cast())
    }
}

unsafe extern "C" fn host_intern(host: *const RawHost, word: Str<'_>) -> Symbol {
    // SAFETY: `host` came from `HostRef::new`; the plugin keeps the rules of the border.
    let (table, word) = unsafe { (&*host.cast::<HostTable>(), word.get()) };
    word.map_or(Symbol::NONE, |word| table.symbols.intern(word))
}

unsafe extern "C" fn host_word(host: *const RawHost, symbol: Symbol) -> Str<'static> {
    // SAFETY: `host` came from `HostRef::new`, so the table and its words live for ever.
    let table: &'static HostTable = unsafe { &*host.cast::<HostTable>() };
    Str::new(table.symbols.word(symbol).unwrap_or_default())
}

unsafe extern "C" fn host_log(host: *const RawHost, level: u32, who: Str<'_>, what: Str<'_>) {
    // SAFETY: as for `host_intern`.
    let (table, who, what) = unsafe { (&*host.cast::<HostTable>(), who.get(), what.get()) };
    if level <= table.raw.max_log {
        (table.log)(level, who.unwrap_or("?"), what.unwrap_or("(no UTF-8)"));
    }
}

unsafe extern "C" fn host_extension(_: *const RawHost, _: Str<'_>) -> *const c_void {
    std::ptr::null()
}

/// One call into a plugin, with what its functions need behind it.
#[repr(C)]
struct Call<'c, 'w> {
    raw: RawCall,
    inner: RefCell<Inner<'c, 'w>>,
}

struct Inner<'c, 'w> {
    /// Where batches go; nowhere while a plugin opens.
    out: Option<&'c mut Additions<'w>>,
    /// How many annotations a layer may have.
    limit: usize,
    reason: Option<String>,
    /// Whether a batch was refused: what there is would be half of a result, whatever the plugin
    /// makes of it.
    refused: bool,
}

impl<'c, 'w> Call<'c, 'w> {
    fn new(out: Option<&'c mut Additions<'w>>, limit: usize) -> Self {
        let raw = RawCall {
            struct_size: size_of::<RawCall>() as u32,
            flags: 0,
            emit: call_emit,
            set_error: call_set_error,
            cancelled: call_cancelled,
        };
        Self { raw, inner: RefCell::new(Inner { out, limit, reason: None, refused: false }) }
    }

    fn pointer(&self) -> *const RawCall {
        (&raw const *self).cast()
    }

    /// What a status means.
    fn result(self, status: i32) -> Result<(), Failure> {
        let Inner { reason, refused, .. } = self.inner.into_inner();
        if status == abi::OK && !refused {
            return Ok(());
        }
        Err(Failure::new(reason.unwrap_or_else(|| format!("status {status} without a reason"))))
    }
}

unsafe extern "C" fn call_emit(call: *const RawCall, batch: *const RawLayer<'_>) -> i32 {
    // SAFETY: `call` came from `Call::new` and is lent for the call that is going on, on this
    // thread; `batch` is good until this returns.
    let (call, batch) = unsafe { (&*call.cast::<Call<'_, '_>>(), batch.as_ref()) };
    let mut inner = call.inner.borrow_mut();
    let Inner { out, limit, reason, refused } = &mut *inner;
    let taken = match (out, batch) {
        (None, _) => Err("a plugin emits only while it analyzes".to_owned()),
        (_, None) => Err("the batch's pointer is null".to_owned()),
        // SAFETY: as above.
        (Some(out), Some(batch)) => unsafe { take(out, batch, *limit) },
    };
    match taken {
        Ok(()) => abi::OK,
        Err(why) => {
            *reason = Some(why);
            *refused = true;
            abi::ERROR
        }
    }
}

/// Copies a batch behind what its layer holds already. Whether it makes sense is checked when the
/// analyzer has finished, by the one place that decides: `onrecord_core::check`.
///
/// # Safety
/// The batch's arrays must be what they say.
unsafe fn take(out: &mut Additions<'_>, batch: &RawLayer<'_>, limit: usize) -> Result<(), String> {
    let name = batch.name;
    let counts = [
        ("annotations", batch.annotations.len as usize, limit),
        ("links", batch.links.len as usize, limit.saturating_mul(16)),
        ("attributes", batch.attributes.len as usize, limit.saturating_mul(16)),
        ("bytes of text", batch.heap.len, limit.saturating_mul(64)),
    ];
    let layer = out.layer(name);
    let held =
        [layer.annotations.len(), layer.links.len(), layer.attributes.len(), layer.heap.len()];
    for ((what, more, most), held) in counts.into_iter().zip(held) {
        let count = held.saturating_add(more);
        if count > most || count > u32::MAX as usize {
            return Err(format!("it emits {count} {what} to one layer; the limit is {most}"));
        }
    }
    // SAFETY: the caller's promise.
    let (annotations, links, attributes, heap) = unsafe {
        (
            batch.annotations.get()?,
            batch.links.get()?,
            batch.attributes.get()?,
            batch.heap.get().ok_or("a batch's text is no UTF-8")?,
        )
    };
    append(
        layer,
        LayerView { name, annotations: &annotations, links: &links, attributes: &attributes, heap },
    )
}

fn append(layer: &mut Layer, batch: LayerView<'_>) -> Result<(), String> {
    let (links, attributes) = (layer.links.len() as u32, layer.attributes.len() as u32);
    let heap = layer.heap.len() as u64;
    layer.annotations.reserve(batch.annotations.len());
    for annotation in batch.annotations {
        let shifted = |place: u32, by: u32| {
            place.checked_add(by).ok_or("an annotation's links or attributes lie out of reach")
        };
        let mut annotation = *annotation;
        annotation.links = shifted(annotation.links, links)?;
        annotation.attributes = shifted(annotation.attributes, attributes)?;
        layer.annotations.push(annotation);
    }
    layer.links.extend_from_slice(batch.links);
    layer.attributes.extend(batch.attributes.iter().map(|attribute| match attribute.tag {
        TAG_TEXT => Attribute { a: attribute.a.saturating_add(heap), ..*attribute },
        _ => *attribute,
    }));
    layer.heap.push_str(batch.heap);
    Ok(())
}

unsafe extern "C" fn call_set_error(call: *const RawCall, reason: Str<'_>) {
    // SAFETY: as for `call_emit`.
    let (call, reason) = unsafe { (&*call.cast::<Call<'_, '_>>(), reason.get()) };
    call.inner.borrow_mut().reason =
        Some(reason.unwrap_or("(a reason that is no UTF-8)").to_owned());
}

unsafe extern "C" fn call_cancelled(call: *const RawCall) -> u32 {
    // SAFETY: as for `call_emit`.
    let call = unsafe { &*call.cast::<Call<'_, '_>>() };
    u32::from(call.inner.borrow().out.as_ref().is_some_and(|out| out.cancelled()))
}

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

    /// Opens the plugin with its options.
    pub(crate) fn open(
        self,
        options: &Options,
        symbols: &Interner,
        origin: &'static str,
    ) -> Result<PluginAnalyzer, LoadError> {
        let layer = write_options(options, symbols);
        let call = Call::new(None, 0);
        let mut state = std::ptr::null_mut();
        // SAFETY: all four pointers are good for this call, the host's for ever.
        let status = unsafe {
            (self.functions.open)(
                self.host.0,
                &raw_layer(&layer.view()),
                call.pointer(),
                &mut state,
            )
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
        Ok(PluginAnalyzer { described: self, state, workers, model, origin })
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
fn write_options(options: &Options, symbols: &Interner) -> Layer {
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
}

impl PluginAnalyzer {
    fn take_worker(&self) -> Result<Opaque, Failure> {
        let resting = self.workers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(worker) = resting {
            return Ok(worker);
        }
        let call = Call::new(None, 0);
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
        let call = Call::new(Some(out), MAX_ANNOTATIONS + doc.text().len());
        // SAFETY: the worker is this call's alone; document and call live until it returns.
        let status = unsafe { (self.described.functions.analyze)(worker.0, &raw, call.pointer()) };
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
