//! The plugin's side of the border: from C calls to [`Plugin`] and back.
//!
//! Everything `unsafe` that a plugin needs is here, so that its own crate can forbid it.

use std::any::Any;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Once, OnceLock};

use onrecord_core::layer::{Annotation, Attribute, Link, Value};
use onrecord_core::{
    Additions, Descriptor, Doc, Failure, Layer, LayerView, OptionKind, Scratch, Symbol, Symbols,
};

use crate::Plugin;
use crate::abi::{self, Array, RawCall, RawDoc, RawHost, RawLayer, RawPlugin, Str};
use crate::options::{Given, Options};

/// A plugin's entry point, for a host that has the plugin linked in.
#[derive(Clone, Copy, Debug)]
pub struct Entry(abi::EntryFn);

impl Entry {
    /// Wraps an entry point.
    ///
    /// # Safety
    /// It must keep the rules of [`abi`].
    pub const unsafe fn new(entry: abi::EntryFn) -> Self {
        Self(entry)
    }

    /// The entry point itself.
    pub fn function(self) -> abi::EntryFn {
        self.0
    }
}

/// The place where `export_analyzer!` keeps a plugin's table.
#[derive(Debug, Default)]
pub struct Table(OnceLock<Shared>);

#[derive(Debug)]
struct Shared(RawPlugin);
// SAFETY: the pointers lead to memory that is never changed nor freed.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Table {
    /// An empty place.
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// The table of `P`, or null where the host is too old.
    ///
    /// # Safety
    /// `host` must be null or point at a host's table that lives as long as the program.
    pub unsafe fn get<P: Plugin>(&'static self, host: *const RawHost) -> *const RawPlugin {
        // SAFETY: the caller promises that the pointer is null or good.
        let Some(host) = (unsafe { host.as_ref() }) else { return std::ptr::null() };
        if !abi::serves((host.abi_major, host.abi_minor), (abi::ABI_MAJOR, abi::ABI_MINOR)) {
            return std::ptr::null();
        }
        catch_panics();
        &raw const self.0.get_or_init(|| Shared(table::<P>(&P::DESCRIPTOR))).0
    }
}

fn table<P: Plugin>(descriptor: &'static Descriptor) -> RawPlugin {
    let layer = |name: &'static str, optional: bool| abi::RawLayerDecl {
        name: Str::new(name),
        flags: if optional { abi::LAYER_OPTIONAL } else { 0 },
        reserved: 0,
    };
    let requires = descriptor.requires.iter().map(|need| layer(need.layer, need.optional));
    let provides = descriptor.provides.iter().map(|name| layer(name, false));
    let options = descriptor.options.iter().map(|option| abi::RawOptionDecl {
        key: Str::new(option.key),
        help: Str::new(option.help),
        default: Str::new(option.default),
        kind: match option.kind {
            OptionKind::Bool => 1,
            OptionKind::Integer => 2,
            OptionKind::Float => 3,
            OptionKind::Text => 4,
            OptionKind::Texts => 5,
            OptionKind::Path => 6,
        },
        reserved: 0,
    });
    // Leaked on purpose, once a plugin: the host may read them as long as the program lives.
    RawPlugin {
        struct_size: size_of::<RawPlugin>() as u32,
        abi_major: abi::ABI_MAJOR,
        abi_minor: abi::ABI_MINOR,
        flags: 0,
        reserved: 0,
        name: Str::new(descriptor.name),
        version: Str::new(descriptor.version),
        summary: Str::new(descriptor.summary),
        requires: Array::new(Vec::leak(requires.collect())),
        provides: Array::new(Vec::leak(provides.collect())),
        options: Array::new(Vec::leak(options.collect())),
        open: Some(open::<P>),
        worker: Some(worker::<P>),
        analyze: Some(analyze::<P>),
        worker_free: Some(worker_free::<P>),
        close: Some(close::<P>),
        model: Some(model::<P>),
        extension: None,
    }
}

struct State<P> {
    plugin: P,
    symbols: HostSymbols,
    model: String,
}

struct WorkerState<P> {
    state: *const State<P>,
    scratch: Scratch,
}

unsafe extern "C" fn open<P: Plugin>(
    host: *const RawHost,
    options: *const RawLayer<'_>,
    call: *const RawCall,
    out: *mut *mut c_void,
) -> i32 {
    // SAFETY: the host keeps the rules of `abi`: all four pointers are good for this call, and the
    // host's table for ever.
    unsafe {
        guard(call, || {
            let symbols = HostSymbols(host);
            let held = Held::new(options.as_ref())?;
            let options = read_options(&held, &symbols, &P::DESCRIPTOR);
            let plugin = P::open(&options)?;
            let model = plugin.model().unwrap_or_default();
            *out = Box::into_raw(Box::new(State { plugin, symbols, model })).cast();
            Ok(())
        })
    }
}

unsafe extern "C" fn worker<P: Plugin>(
    state: *mut c_void,
    call: *const RawCall,
    out: *mut *mut c_void,
) -> i32 {
    // SAFETY: `state` came from `open` and is not closed; `call` and `out` are good for this call.
    unsafe {
        guard(call, || {
            let worker = WorkerState::<P> { state: state.cast(), scratch: Scratch::default() };
            *out = Box::into_raw(Box::new(worker)).cast();
            Ok(())
        })
    }
}

unsafe extern "C" fn analyze<P: Plugin>(
    worker: *mut c_void,
    doc: *const RawDoc<'_>,
    call: *const RawCall,
) -> i32 {
    // SAFETY: `worker` came from `worker`, is not freed and belongs to this thread now; its state is
    // not closed; `doc` and `call` are good for this call.
    unsafe {
        guard(call, || {
            let worker = &mut *worker.cast::<WorkerState<P>>();
            let state = &*worker.state;
            let held = HeldDoc::new(&*doc)?;
            let cancelled = || ((*call).cancelled)(call) != 0;
            let mut out = Additions::new(&state.symbols)
                .with_scratch(std::mem::take(&mut worker.scratch))
                .with_cancellation(&cancelled);
            state.plugin.analyze(&held.doc(&state.symbols), &mut out)?;
            let (layers, scratch) = out.into_parts();
            worker.scratch = scratch;
            for layer in &layers {
                // The host has said why it refuses; its word stands.
                if emit(&*call, layer) != abi::OK {
                    return Err(Failed::Said);
                }
            }
            Ok(())
        })
    }
}

unsafe fn emit(call: &RawCall, layer: &Layer) -> i32 {
    let raw = RawLayer {
        name: layer.name,
        version: 1,
        annotations: Array::new(&layer.annotations),
        links: Array::new(&layer.links),
        attributes: Array::new(&layer.attributes),
        heap: Str::new(&layer.heap),
    };
    // SAFETY: everything lent lives through the call, as the caller's `call` does.
    unsafe { (call.emit)(call, &raw) }
}

unsafe extern "C" fn worker_free<P: Plugin>(worker: *mut c_void) {
    // SAFETY: `worker` came from `worker` and is freed once.
    let worker = unsafe { Box::from_raw(worker.cast::<WorkerState<P>>()) };
    quietly(|| drop(worker));
}

unsafe extern "C" fn close<P: Plugin>(state: *mut c_void) {
    // SAFETY: `state` came from `open` and is closed once, after its workers.
    let state = unsafe { Box::from_raw(state.cast::<State<P>>()) };
    quietly(|| drop(state));
}

unsafe extern "C" fn model<P: Plugin>(state: *mut c_void) -> Str<'static> {
    // SAFETY: `state` came from `open`; the host uses the text before it closes the state.
    unsafe { Str::new(&(*state.cast::<State<P>>()).model) }
}

/// Why a call fails.
enum Failed {
    /// For a reason that the host does not know yet.
    For(String),
    /// For a reason that the host gave itself.
    Said,
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Failed::For(failure.to_string())
    }
}

impl From<&'static str> for Failed {
    fn from(reason: &'static str) -> Self {
        Failed::For(reason.to_owned())
    }
}

/// Runs a call's work so that neither an error nor a panic leaves it.
///
/// # Safety
/// `call` must be good for this call.
unsafe fn guard(call: *const RawCall, work: impl FnOnce() -> Result<(), Failed>) -> i32 {
    let (status, reason) = match watched(work) {
        Ok(Ok(())) => return abi::OK,
        Ok(Err(Failed::Said)) => return abi::ERROR,
        Ok(Err(Failed::For(reason))) => (abi::ERROR, reason),
        Err(panic) => (abi::PANIC, panic),
    };
    // SAFETY: as the caller promises; the reason lives through the call.
    unsafe { ((*call).set_error)(call, Str::new(&reason)) };
    status
}

/// Runs what has nobody to report to.
fn quietly(work: impl FnOnce()) {
    let _ = watched(work);
}

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs work and turns a panic into its message and place.
fn watched<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    let before = WATCHED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    WATCHED.set(before);
    result.map_err(|payload| {
        let told = PANIC.take().unwrap_or_else(|| "panicked".to_owned());
        forget_safely(payload);
        told
    })
}

/// Drops a panic's payload, which may panic in its turn.
fn forget_safely(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

/// Makes panics inside a call report themselves to [`watched`] instead of the terminal. Elsewhere,
/// the hook that was there goes on working: a bundled plugin shares it with its host.
fn catch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !WATCHED.get() {
                return before(info);
            }
            let what = info.payload_as_str().unwrap_or("(no message)");
            let place = info.location().map(|at| format!(" at {at}")).unwrap_or_default();
            PANIC.set(Some(format!("panicked{place}: {what}")));
        }));
    });
}

/// The host's table of words.
#[derive(Clone, Copy, Debug)]
struct HostSymbols(*const RawHost);

// SAFETY: the host's table lives as long as the program and may be called from any thread.
unsafe impl Send for HostSymbols {}
// SAFETY: as above.
unsafe impl Sync for HostSymbols {}

impl Symbols for HostSymbols {
    fn intern(&self, word: &str) -> Symbol {
        if let Some(known) = onrecord_core::vocab::symbol(word) {
            return known;
        }
        // SAFETY: see the type; the word lives through the call.
        unsafe { ((*self.0).intern)(self.0, Str::new(word)) }
    }

    fn word(&self, symbol: Symbol) -> Option<&str> {
        if let Some(known) = onrecord_core::vocab::word(symbol) {
            return Some(known);
        }
        // SAFETY: see the type; words live as long as the program.
        let word = unsafe { ((*self.0).word)(self.0, symbol).get() };
        word.filter(|word| !word.is_empty())
    }
}

/// The arrays of a lent layer, copied only where the host's elements are larger than ours.
struct Held<'a> {
    name: Symbol,
    annotations: Cow<'a, [Annotation]>,
    links: Cow<'a, [Link]>,
    attributes: Cow<'a, [Attribute]>,
    heap: &'a str,
}

impl<'a> Held<'a> {
    /// # Safety
    /// The arrays must be what they say for `'a`.
    unsafe fn new(raw: Option<&RawLayer<'a>>) -> Result<Self, &'static str> {
        let raw = raw.ok_or("a layer's pointer is null")?;
        // SAFETY: the caller's promise.
        unsafe {
            Ok(Self {
                name: raw.name,
                annotations: raw.annotations.get()?,
                links: raw.links.get()?,
                attributes: raw.attributes.get()?,
                heap: raw.heap.get().ok_or("a layer's text is no UTF-8")?,
            })
        }
    }

    fn view(&self) -> LayerView<'_> {
        LayerView {
            name: self.name,
            annotations: &self.annotations,
            links: &self.links,
            attributes: &self.attributes,
            heap: self.heap,
        }
    }
}

struct HeldDoc<'a> {
    id: &'a str,
    text: &'a str,
    meta: Held<'a>,
    layers: Vec<Held<'a>>,
}

impl<'a> HeldDoc<'a> {
    /// # Safety
    /// The document must be what it says for `'a`.
    unsafe fn new(raw: &RawDoc<'a>) -> Result<Self, &'static str> {
        // SAFETY: the caller's promise.
        unsafe {
            let layers = raw.layers.get()?;
            Ok(Self {
                id: raw.id.get().ok_or("the document's identifier is no UTF-8")?,
                text: raw.text.get().ok_or("the document's text is no UTF-8")?,
                meta: Held::new(raw.meta.as_ref())?,
                layers: layers
                    .iter()
                    .map(|layer| Held::new(Some(layer)))
                    .collect::<Result<_, _>>()?,
            })
        }
    }

    fn doc<'s>(&'s self, symbols: &'s HostSymbols) -> Doc<'s> {
        let layers = self.layers.iter().map(Held::view).collect();
        Doc::new(self.id, self.text, self.meta.view(), layers, symbols)
    }
}

/// Options come as the attributes of one annotation; a list is its key again and again.
fn read_options(held: &Held<'_>, symbols: &HostSymbols, descriptor: &Descriptor) -> Options {
    let view = held.view();
    let mut options = Options::default();
    for attribute in view.annotations.iter().flat_map(|found| view.attributes_of(found)) {
        let key = symbols.word(attribute.key).unwrap_or_default();
        let list = descriptor
            .options
            .iter()
            .any(|option| option.key == key && option.kind == OptionKind::Texts);
        let value = match view.value(attribute) {
            Some(Value::Text(text)) if list => {
                let mut texts = options.texts(key).to_vec();
                texts.push(text.to_owned());
                Given::Texts(texts)
            }
            Some(Value::Text(text)) => Given::Text(text.to_owned()),
            Some(Value::Bool(value)) => Given::Bool(value),
            Some(Value::Integer(value)) => Given::Integer(value),
            Some(Value::Float(value)) => Given::Float(value),
            Some(Value::Symbol(_)) | None => continue,
        };
        options = options.with(key, value);
    }
    options
}

/// Makes a [`Plugin`](crate::Plugin) loadable from a shared library and from a host that links it in.
///
/// Put it once at the root of a crate of type `["cdylib", "rlib"]`. It exports one symbol, unique to
/// the crate, and defines `ENTRY` for bundling.
///
/// ```
/// use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Options, Plugin};
///
/// struct Lengths;
///
/// impl Plugin for Lengths {
///     const DESCRIPTOR: Descriptor = Descriptor {
///         name: "lengths",
///         version: "0.1.0",
///         summary: "how long the text is",
///         provides: &["lengths"],
///         ..Descriptor::EMPTY
///     };
///     fn open(_options: &Options) -> Result<Self, Failure> {
///         Ok(Lengths)
///     }
/// }
///
/// impl Analyzer for Lengths {
///     fn descriptor(&self) -> &Descriptor {
///         &Self::DESCRIPTOR
///     }
///     fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
///         out.custom("lengths", Default::default(), "text").number("bytes", doc.text().len() as f64);
///         Ok(())
///     }
/// }
///
/// onrecord_plugin::export_analyzer!(Lengths);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_analyzer {
    ($plugin:ty) => {
        /// The plugin's entry point, for a host that links it in.
        // SAFETY: the entry point below keeps the rules of the border by construction.
        pub const ENTRY: $crate::Entry = unsafe { $crate::Entry::new(__onrecord_entry) };

        #[doc(hidden)]
        // SAFETY: the name is unique to this crate, so nothing else defines the symbol.
        #[unsafe(export_name = concat!("onrecord_plugin_v1__", env!("CARGO_CRATE_NAME")))]
        pub unsafe extern "C" fn __onrecord_entry(
            host: *const $crate::abi::RawHost,
        ) -> *const $crate::abi::RawPlugin {
            static TABLE: $crate::Table = $crate::Table::new();
            // SAFETY: the host promises a pointer that is null or good.
            unsafe { TABLE.get::<$plugin>(host) }
        }
    };
}
