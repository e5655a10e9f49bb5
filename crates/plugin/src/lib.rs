//! What an author of a plugin needs, in Rust or in C.
//!
//! In Rust: implement [`Analyzer`] and [`Plugin`], then [`export_analyzer!`]; the crate itself can
//! forbid unsafe code. In any language that can export a C function: `include/onrecord.h`, which is
//! [`abi`] in C. Not for those who run plugins: that is `onrecord-host`.
//!
//! The document model is `onrecord-core`, re-exported as [`core`].
#![doc = include_str!("../README.md")]
#![allow(unsafe_code)]

pub mod abi;
mod border;
mod options;

pub use border::{Entry, Table};
pub use onrecord_core as core;
pub use onrecord_core::{
    Additions, Analyzer, Descriptor, Doc, Failure, Need, OptionDecl, OptionKind,
};
pub use options::{Given, Options};

/// An analyzer that a host can open.
///
/// [`export_analyzer!`](crate::export_analyzer) makes one loadable.
pub trait Plugin: Analyzer + Sized + 'static {
    /// What it is called, needs and gives.
    const DESCRIPTOR: Descriptor;

    /// Makes the analyzer ready: reads its options, maps its model. Called once a run; all threads
    /// share what it returns.
    ///
    /// # Errors
    /// Where the options make no sense or a file cannot be used. The run does not begin.
    fn open(options: &Options) -> Result<Self, Failure>;
}
