//! Who and what a text names, and which words refer to the same.
//!
//! # What it finds
//! - `mentions`: proper names without their titles, nominals of those who may speak ("the harbour
//!   minister", "officials", "the government") and the pronouns "he" and "she" where one person
//!   alone comes into question.
//! - `entities`: mentions that refer to the same, with a type, the fullest name, and a Wikidata id
//!   where a list knows the name for certain.
//!
//! # What it needs
//! `tokens` and `sentences`; paragraphs and headlines as the sentences tell them.
//!
//! # How it goes
//! `words` looks at the writing of every word, `row` and `spot` find names, `headline` those
//! in headlines; `evidence` tells what they are, `chain` which are the same. `phrase` and
//! `nominal` add those who have no name, `pronoun` the pronouns. `lexicon` holds the lists.
//!
//! # Example
//! With the layers of some syntax analyzer, "Gov. Ada Quill met Bo Lund in Port Varen. Quill said she
//! would stay, and the governor smiled." has the person Ada Quill with the mentions "Ada Quill",
//! "Quill", "she" and "the governor", the person Bo Lund and the place Port Varen.
//!
//! # What it misses
//! - "I", "we", "they" and "it" are not resolved.
//! - A lone unknown name with nothing around it that tells ("Quayside fell") has a guessed type.
//! - Names in lower case, and names that are common words at the start of a sentence.
//! - Where several people hold one office, "the minister" is nobody's unless one was named far later.
//! - A country stays a place where it acts as its government.
#![forbid(unsafe_code)]

mod chain;
mod evidence;
mod headline;
mod lexicon;
mod nominal;
mod phrase;
mod pronoun;
mod row;
mod spot;
mod words;
mod write;

#[cfg(test)]
mod tests;

use onrecord_plugin::{
    Additions, Analyzer, Descriptor, Doc, Failure, Need, OptionDecl, OptionKind, Options, Plugin,
};

use lexicon::Lexicon;
use words::Words;

/// The analyzer of mentions and entities.
#[derive(Debug)]
pub struct Entities {
    lexicon: Lexicon,
    nominals: bool,
    pronouns: bool,
    margin: f32,
}

impl Plugin for Entities {
    const DESCRIPTOR: Descriptor = Descriptor {
        name: "entity",
        version: env!("CARGO_PKG_VERSION"),
        summary: "who and what a text names, and which words refer to the same",
        requires: &[Need::layer("tokens"), Need::layer("sentences")],
        provides: &["mentions", "entities"],
        options: &[
            OptionDecl {
                key: "nominals",
                kind: OptionKind::Bool,
                help: "whether to find those who may speak without a name: \"the official\"",
                default: "true",
            },
            OptionDecl {
                key: "pronouns",
                kind: OptionKind::Bool,
                help: "whether to resolve \"he\" and \"she\"",
                default: "true",
            },
            OptionDecl {
                key: "pronoun_margin",
                kind: OptionKind::Float,
                help: "by how much a pronoun's best antecedent must lead the next, from 0 to 5; \
                       more leaves more unresolved",
                default: "0.5",
            },
        ],
    };

    fn open(options: &Options) -> Result<Self, Failure> {
        Ok(Self {
            lexicon: Lexicon::load(),
            nominals: options.bool("nominals").unwrap_or(true),
            pronouns: options.bool("pronouns").unwrap_or(true),
            margin: options.float_in("pronoun_margin", 0.0..=5.0)?.unwrap_or(0.5) as f32,
        })
    }
}

impl Analyzer for Entities {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let words = Words::read(doc, &self.lexicon);
        let mut spots = spot::spots(&words);
        headline::surnames(&words, &mut spots);
        headline::headlines(&words, &mut spots);
        let (mut chains, mut mentions) = chain::chains(&words, &spots);
        if self.nominals {
            nominal::nominals(&words, &spots, &mut chains, &mut mentions);
        }
        if self.pronouns {
            pronoun::pronouns(&words, &mut chains, &mut mentions, self.margin);
        }
        write::write(&words, &chains, mentions, out);
        Ok(())
    }
}

onrecord_plugin::export_analyzer!(Entities);
