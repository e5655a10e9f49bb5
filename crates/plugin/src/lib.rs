//! What a plugin author needs.
mod options;
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
