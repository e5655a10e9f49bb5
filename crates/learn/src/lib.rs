//! The small models that onrecord's analyzers share. For those who train or write an analyzer.
//!
//! A model is a file of named sections ([`ModelFile`]), small enough to ship inside a plugin, read
//! where it lies without being copied, refused with a reason when it is damaged or of another kind.
#![forbid(unsafe_code)]

mod file;
pub mod linear;
pub mod net;
pub mod trees;

pub use file::{Aligned, ModelError, ModelFile, ModelWriter};
