//! What the host gives a plugin: its table of functions, and one call.

use std::cell::RefCell;
use std::ffi::c_void;
use std::sync::Arc;
use std::time::Instant;

use onrecord_core::layer::{Attribute, TAG_TEXT};
use onrecord_core::{Additions, Failure, Interner, Layer, LayerView, Symbol, Symbols};
use onrecord_plugin::abi::{self, ABI_MAJOR, ABI_MINOR, RawCall, RawHost, RawLayer, Str};

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
pub(crate) struct HostRef(pub(crate) *const RawHost);

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
pub(crate) struct Call<'c, 'w> {
    raw: RawCall,
    inner: RefCell<Inner<'c, 'w>>,
}

struct Inner<'c, 'w> {
    /// When the call is to stop.
    deadline: Option<Instant>,
    /// Whether the plugin was told to stop: what it gives may then be half of a result.
    told: bool,
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
    /// A call that cannot emit.
    pub(crate) fn silent() -> Self {
        Self::new(None, 0, None)
    }

    /// A call whose batches go to `out`, as many as `limit` annotations a layer, and which is told
    /// to stop at `deadline`.
    pub(crate) fn new(
        out: Option<&'c mut Additions<'w>>,
        limit: usize,
        deadline: Option<Instant>,
    ) -> Self {
        let raw = RawCall {
            struct_size: size_of::<RawCall>() as u32,
            flags: 0,
            emit: call_emit,
            set_error: call_set_error,
            cancelled: call_cancelled,
        };
        let inner = Inner { deadline, told: false, out, limit, reason: None, refused: false };
        Self { raw, inner: RefCell::new(inner) }
    }

    pub(crate) fn pointer(&self) -> *const RawCall {
        (&raw const *self).cast()
    }

    /// What a status means.
    pub(crate) fn result(self, status: i32) -> Result<(), Failure> {
        let Inner { reason, refused, told, .. } = self.inner.into_inner();
        if told {
            return Err(Failure::new("it took too long, and stopped when it was told"));
        }
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
    let Inner { out, limit, reason, refused, .. } = &mut *inner;
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
    let mut inner = call.inner.borrow_mut();
    let cancelled = inner.out.as_ref().is_some_and(|out| out.cancelled());
    let late = inner.deadline.is_some_and(|deadline| Instant::now() >= deadline);
    inner.told |= late || cancelled;
    u32::from(inner.told)
}
