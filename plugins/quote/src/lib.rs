//! who said what: content, cue, source, speaker, nesting
#![forbid(unsafe_code)]

use onrecord_plugin::core::vocab;
use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Need, Options, Plugin};

/// who said what: content, cue, source, speaker, nesting
#[derive(Debug)]
pub struct Quotes;

impl Plugin for Quotes {
    const DESCRIPTOR: Descriptor = Descriptor {
        name: "quote",
        version: env!("CARGO_PKG_VERSION"),
        summary: "who said what: content, cue, source, speaker, nesting",
        requires: &[
            Need::layer("tokens"),
            Need::layer("sentences"),
            Need::layer("mentions"),
            Need::layer("entities"),
        ],
        provides: &["quotes"],
        options: &[],
    };

    fn open(_options: &Options) -> Result<Self, Failure> {
        Ok(Self)
    }
}

impl Analyzer for Quotes {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, _doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let _ = out.layer(vocab::QUOTES);
        Ok(())
    }
}

onrecord_plugin::export_analyzer!(Quotes);
