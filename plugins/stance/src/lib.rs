//! who stands where, toward whom or what, in which words
#![forbid(unsafe_code)]

use onrecord_plugin::core::vocab;
use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Need, Options, Plugin};

/// who stands where, toward whom or what, in which words
#[derive(Debug)]
pub struct Stances;

impl Plugin for Stances {
    const DESCRIPTOR: Descriptor = Descriptor {
        name: "stance",
        version: env!("CARGO_PKG_VERSION"),
        summary: "who stands where, toward whom or what, in which words",
        requires: &[
            Need::layer("tokens"),
            Need::layer("sentences"),
            Need::layer("mentions"),
            Need::layer("entities"),
            Need::layer("quotes"),
        ],
        provides: &["stances"],
        options: &[],
    };

    fn open(_options: &Options) -> Result<Self, Failure> {
        Ok(Self)
    }
}

impl Analyzer for Stances {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, _doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let _ = out.layer(vocab::STANCES);
        Ok(())
    }
}

onrecord_plugin::export_analyzer!(Stances);
