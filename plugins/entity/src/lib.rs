//! who and what a text names, and which words refer to the same
#![forbid(unsafe_code)]

use onrecord_plugin::core::vocab;
use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Need, Options, Plugin};

/// who and what a text names, and which words refer to the same
#[derive(Debug)]
pub struct Entities;

impl Plugin for Entities {
    const DESCRIPTOR: Descriptor = Descriptor {
        name: "entity",
        version: env!("CARGO_PKG_VERSION"),
        summary: "who and what a text names, and which words refer to the same",
        requires: &[Need::layer("tokens"), Need::layer("sentences")],
        provides: &["mentions", "entities"],
        options: &[],
    };

    fn open(_options: &Options) -> Result<Self, Failure> {
        Ok(Self)
    }
}

impl Analyzer for Entities {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, _doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let _ = out.layer(vocab::MENTIONS);
        Ok(())
    }
}

onrecord_plugin::export_analyzer!(Entities);
