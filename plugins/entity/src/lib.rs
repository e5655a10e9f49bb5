//! Who and what a text names, and which words refer to the same.
#![forbid(unsafe_code)]

mod chain;
mod evidence;
mod lexicon;
mod nominal;
mod pronoun;
mod spot;
mod words;
mod write;

use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Need, Options, Plugin};

use lexicon::Lexicon;
use words::Words;

/// The analyzer of mentions and entities.
#[derive(Debug)]
pub struct Entities {
    lexicon: Lexicon,
}

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
        Ok(Self { lexicon: Lexicon::load() })
    }
}

impl Analyzer for Entities {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let words = Words::read(doc, &self.lexicon);
        let mut spots = spot::spots(&words);
        spot::headlines(&words, &mut spots);
        let (mut chains, mut mentions) = chain::chains(&words, &spots);
        nominal::nominals(&words, &spots, &mut chains, &mut mentions);
        pronoun::pronouns(&words, &mut chains, &mut mentions, 0.5);
        write::write(&words, &chains, mentions, out);
        Ok(())
    }
}

onrecord_plugin::export_analyzer!(Entities);
