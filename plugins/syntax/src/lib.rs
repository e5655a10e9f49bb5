//! tokens and sentences
#![forbid(unsafe_code)]

use onrecord_plugin::core::vocab;
use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Options, Plugin};

/// tokens and sentences
#[derive(Debug)]
pub struct Syntax;

impl Plugin for Syntax {
    const DESCRIPTOR: Descriptor = Descriptor {
        name: "syntax",
        version: env!("CARGO_PKG_VERSION"),
        summary: "tokens and sentences",
        requires: &[],
        provides: &["tokens", "sentences"],
        options: &[],
    };

    fn open(_options: &Options) -> Result<Self, Failure> {
        Ok(Self)
    }
}

impl Analyzer for Syntax {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, _doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let _ = out.layer(vocab::TOKENS);
        Ok(())
    }
}

onrecord_plugin::export_analyzer!(Syntax);
