//! The plugin border as C sees it: `include/onrecord.h` in Rust.
//!
//! Rules of the border, for both sides:
//! 1. Within major version 1 structs only grow, at their end. Whoever reads a struct looks at its
//!    `struct_size`, whoever reads an array uses its stride; neither assumes its own sizes.
//! 2. An incompatible border has another symbol (`onrecord_plugin_v2__…`).
//! 3. No memory changes owner. Every pointer is lent until the call returns, save those of the
//!    descriptor and the host's table, which live as long as the program.
//! 4. Strings are UTF-8 with a length, not closed by a zero.
//! 5. A function that can fail returns [`OK`], [`ERROR`] or [`PANIC`] and says why by `set_error`.
//! 6. `state` is shared by all threads; a worker belongs to one thread at a time and may move.
//!    `emit`, `set_error` and `cancelled` are called from the thread that was called.
//! 7. No unwinding crosses the border, in either direction.

use std::ffi::c_void;
use std::marker::PhantomData;

use onrecord_core::layer::{Annotation, Attribute, Link};
use onrecord_core::{FIRST_FREE, Symbol};

/// The border's major version: part of the symbol's name.
pub const ABI_MAJOR: u16 = 1;
/// The border's minor version: what was added within the major. The vocabulary counts too.
pub const ABI_MINOR: u16 = 0;

/// Whether a host of one version serves a plugin that needs another: the same major, and no lower
/// minor.
pub const fn serves(host: (u16, u16), needed: (u16, u16)) -> bool {
    host.0 == needed.0 && host.1 >= needed.1
}

/// The start of the symbol that a plugin exports; the crate's name follows.
pub const SYMBOL_PREFIX: &str = "onrecord_plugin_v1__";
/// The symbol that a plugin without a crate name may export instead.
pub const SYMBOL_PLAIN: &str = "onrecord_plugin_v1";

/// All went well.
pub const OK: i32 = 0;
/// The call failed; `set_error` said why.
pub const ERROR: i32 = 1;
/// The call panicked; `set_error` said where. The worker is not used again.
pub const PANIC: i32 = 2;

/// Flag of a layer in `requires`: the analyzer works without it.
pub const LAYER_OPTIONAL: u32 = 1;

/// A string that is lent.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Str<'a> {
    /// Its first byte; may be null where `len` is zero.
    pub ptr: *const u8,
    /// Its bytes.
    pub len: usize,
    lent: PhantomData<&'a str>,
}

impl<'a> Str<'a> {
    /// Lends a string.
    pub const fn new(text: &'a str) -> Self {
        Self { ptr: text.as_ptr(), len: text.len(), lent: PhantomData }
    }

    /// The string, or `None` where it is no UTF-8.
    ///
    /// # Safety
    /// `ptr` must be null with `len` zero, or point at `len` bytes that live for `'a`.
    pub unsafe fn get(self) -> Option<&'a str> {
        // SAFETY: the caller's promise is that of `bytes`.
        std::str::from_utf8(unsafe { bytes(self.ptr, self.len) }).ok()
    }
}

/// The bytes at a pointer; none where the length is zero.
///
/// # Safety
/// `ptr` must point at `len` bytes that live for `'a`, unless `len` is zero.
unsafe fn bytes<'a>(ptr: *const u8, len: usize) -> &'a [u8] {
    if len == 0 || ptr.is_null() {
        return &[];
    }
    // SAFETY: the caller promises that the bytes are there and live for `'a`.
    unsafe { std::slice::from_raw_parts(ptr, len) }
}

/// An array that is lent, whose elements may be larger than this side knows.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Array<'a, T> {
    /// Its first element; may be null where `len` is zero.
    pub ptr: *const c_void,
    /// Its elements.
    pub len: u32,
    /// The bytes from one element to the next.
    pub stride: u32,
    lent: PhantomData<&'a [T]>,
}

impl<'a, T: Copy> Array<'a, T> {
    /// Lends a slice. Elements past `u32::MAX` are left out; layers are checked to hold fewer.
    pub const fn new(slice: &'a [T]) -> Self {
        let len = if slice.len() > u32::MAX as usize { u32::MAX } else { slice.len() as u32 };
        Self { ptr: slice.as_ptr().cast(), len, stride: size_of::<T>() as u32, lent: PhantomData }
    }

    /// The elements, or what is wrong with the array. Borrowed where the other side's elements have
    /// this side's size, else copied without their unknown ends.
    ///
    /// # Errors
    /// Where the pointer is null or askew, or the stride too small.
    ///
    /// # Safety
    /// A pointer that is not null must point at `len` elements, `stride` bytes apart, that live
    /// for `'a` and begin with a valid `T`.
    pub unsafe fn get(self) -> Result<std::borrow::Cow<'a, [T]>, &'static str> {
        let (len, stride) = (self.len as usize, self.stride as usize);
        if len == 0 {
            return Ok((&[]).into());
        }
        if self.ptr.is_null() {
            return Err("an array's pointer is null");
        }
        if stride < size_of::<T>() {
            return Err("an array's stride is smaller than its elements");
        }
        if !(self.ptr as usize).is_multiple_of(align_of::<T>())
            || !stride.is_multiple_of(align_of::<T>())
        {
            return Err("an array is not aligned");
        }
        if stride == size_of::<T>() {
            // SAFETY: aligned and not null by the checks above; the caller promises the rest.
            return Ok(unsafe { std::slice::from_raw_parts(self.ptr.cast::<T>(), len) }.into());
        }
        let copied = (0..len).map(|place| {
            // SAFETY: element `place` is `stride` bytes after its neighbour and begins with a `T`,
            // as the caller promises; the alignment was checked.
            unsafe { *self.ptr.cast::<u8>().add(place * stride).cast::<T>() }
        });
        Ok(copied.collect::<Vec<T>>().into())
    }
}

/// A layer that is lent, or a batch of one that is emitted.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawLayer<'a> {
    /// Its name.
    pub name: Symbol,
    /// The version of its form; 1.
    pub version: u32,
    /// Its annotations.
    pub annotations: Array<'a, Annotation>,
    /// Their links.
    pub links: Array<'a, Link>,
    /// Their attributes.
    pub attributes: Array<'a, Attribute>,
    /// The text of their text attributes.
    pub heap: Str<'a>,
}

/// A document that is lent.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawDoc<'a> {
    /// The bytes of this struct on the writer's side.
    pub struct_size: u32,
    /// Reserved, zero.
    pub flags: u32,
    /// The text.
    pub text: Str<'a>,
    /// The identifier.
    pub id: Str<'a>,
    /// The layers.
    pub layers: Array<'a, RawLayer<'a>>,
    /// The metadata: a layer of one annotation.
    pub meta: *const RawLayer<'a>,
}

/// What the host offers a plugin; lives as long as the program. Callable from any thread.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawHost {
    /// The bytes of this struct on the host's side.
    pub struct_size: u32,
    /// [`ABI_MAJOR`] of the host.
    pub abi_major: u16,
    /// [`ABI_MINOR`] of the host.
    pub abi_minor: u16,
    /// The highest level that `log` wants: 1 error, 2 warning, 3 information, 4 detail.
    pub max_log: u32,
    /// Reserved, zero.
    pub flags: u32,
    /// The number of a word; zero where it cannot have one.
    pub intern: unsafe extern "C" fn(*const RawHost, Str<'_>) -> Symbol,
    /// The word of a number, which lives as long as the program; empty where there is none.
    pub word: unsafe extern "C" fn(*const RawHost, Symbol) -> Str<'static>,
    /// Tells the user something: level, who, what.
    pub log: unsafe extern "C" fn(*const RawHost, u32, Str<'_>, Str<'_>),
    /// A later ability by its name; null where the host has none of it.
    pub extension: unsafe extern "C" fn(*const RawHost, Str<'_>) -> *const c_void,
}

/// One call, as the plugin sees it. The host's own; valid until the call returns.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawCall {
    /// The bytes of this struct on the host's side.
    pub struct_size: u32,
    /// Reserved, zero.
    pub flags: u32,
    /// Adds a batch to a layer. Places of links and attributes count within the batch; the index of
    /// a link into the same layer counts from the layer's beginning. Copies before it returns.
    pub emit: unsafe extern "C" fn(*const RawCall, *const RawLayer<'_>) -> i32,
    /// Says why the call is about to fail. The last word holds.
    pub set_error: unsafe extern "C" fn(*const RawCall, Str<'_>),
    /// Whether nobody waits for the result any more: 1 or 0.
    pub cancelled: unsafe extern "C" fn(*const RawCall) -> u32,
}

/// A layer that a plugin reads or writes.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawLayerDecl<'a> {
    /// Its name.
    pub name: Str<'a>,
    /// [`LAYER_OPTIONAL`] or zero.
    pub flags: u32,
    /// Reserved, zero.
    pub reserved: u32,
}

/// An option that a plugin takes.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawOptionDecl<'a> {
    /// Its key.
    pub key: Str<'a>,
    /// What it does.
    pub help: Str<'a>,
    /// What holds where it is not given, as TOML.
    pub default: Str<'a>,
    /// 1 truth value, 2 integer, 3 float, 4 text, 5 list of texts, 6 path.
    pub kind: u32,
    /// Reserved, zero.
    pub reserved: u32,
}

/// A plugin: what it is and how to call it. Lives as long as the program.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RawPlugin {
    /// The bytes of this struct on the plugin's side.
    pub struct_size: u32,
    /// [`ABI_MAJOR`] that it was built for.
    pub abi_major: u16,
    /// The lowest [`ABI_MINOR`] of a host that it works with.
    pub abi_minor: u16,
    /// Reserved, zero.
    pub flags: u32,
    /// Reserved, zero.
    pub reserved: u32,
    /// Its name.
    pub name: Str<'static>,
    /// Its version.
    pub version: Str<'static>,
    /// What it does, in a line.
    pub summary: Str<'static>,
    /// The layers it reads.
    pub requires: Array<'static, RawLayerDecl<'static>>,
    /// The layers it writes.
    pub provides: Array<'static, RawLayerDecl<'static>>,
    /// The options it takes.
    pub options: Array<'static, RawOptionDecl<'static>>,
    // Functions are optional in Rust alone, so that a null one can be seen and refused.
    /// Makes it ready, with its options as the attributes of one annotation (a list is its key
    /// again and again), and leaves its state at the pointer.
    pub open: Option<
        unsafe extern "C" fn(
            *const RawHost,
            *const RawLayer<'_>,
            *const RawCall,
            *mut *mut c_void,
        ) -> i32,
    >,
    /// Makes a worker of a state, for one thread at a time.
    pub worker: Option<unsafe extern "C" fn(*mut c_void, *const RawCall, *mut *mut c_void) -> i32>,
    /// Analyzes a document with a worker.
    pub analyze:
        Option<unsafe extern "C" fn(*mut c_void, *const RawDoc<'_>, *const RawCall) -> i32>,
    /// Ends a worker.
    pub worker_free: Option<unsafe extern "C" fn(*mut c_void)>,
    /// Ends a state, after all its workers.
    pub close: Option<unsafe extern "C" fn(*mut c_void)>,
    /// The model that a state uses, as text that lives until `close`; may be null.
    pub model: Option<unsafe extern "C" fn(*mut c_void) -> Str<'static>>,
    /// A later ability by its name; may be null.
    pub extension: Option<unsafe extern "C" fn(Str<'_>) -> *const c_void>,
}

/// The symbol that a plugin exports. Null means that it refuses this host.
pub type EntryFn = unsafe extern "C" fn(*const RawHost) -> *const RawPlugin;

// What the header states is stated here too; the test of the header compares every field.
const _: () = {
    assert!(size_of::<Annotation>() == 32 && size_of::<Link>() == 16);
    assert!(size_of::<Attribute>() == 24 && FIRST_FREE == 1024);
};
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<Str<'_>>() == 16 && size_of::<Array<'_, u8>>() == 16);
    assert!(size_of::<RawLayer<'_>>() == 72 && size_of::<RawDoc<'_>>() == 64);
    assert!(size_of::<RawHost>() == 48 && size_of::<RawCall>() == 32);
    assert!(size_of::<RawLayerDecl<'_>>() == 24 && size_of::<RawOptionDecl<'_>>() == 56);
    assert!(size_of::<RawPlugin>() == 168);
};
