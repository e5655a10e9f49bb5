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
//! `words` looks at the writing of every word; by rules, `row` and `spot` find names, `headline` those
//! in headlines, `evidence` tells what they are, and `chain` which are the same. `names` is a
//! network that reads all this beside the words and says anew where names stand; `combine` makes
//! its names and the rules' one, `repeat` looks for what it missed, and `chain` goes once more over
//! the outcome. `phrase` and `nominal` add those who have no name, `pronoun` the pronouns. `lexicon`
//! holds the lists.
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
mod combine;
mod evidence;
mod headline;
mod lexicon;
pub mod names;
mod nominal;
mod phrase;
mod pronoun;
mod repeat;
mod row;
mod spot;
mod words;
mod write;

#[cfg(test)]
mod tests;

use onrecord_plugin::{
    Additions, Analyzer, Descriptor, Doc, Failure, Need, OptionDecl, OptionKind, Options, Plugin,
};

use chain::{Chain, Mention};
use lexicon::Lexicon;
use names::Names;
use spot::Spot;
use words::Words;

/// The analyzer of mentions and entities.
#[derive(Debug)]
pub struct Entities {
    lexicon: Lexicon,
    nominals: bool,
    pronouns: bool,
    margin: f32,
    names: Names,
}

/// The model inside.
const MODEL: &[u8] = include_bytes!("../model/entity.model");

/// Names by the rules alone, and which are the same.
fn rules(words: &Words<'_>) -> (Vec<Spot>, Vec<Chain>, Vec<Mention>) {
    let mut spots = spot::spots(words);
    headline::surnames(words, &mut spots);
    headline::headlines(words, &mut spots);
    let (chains, mentions) = chain::chains(words, &spots);
    (spots, chains, mentions)
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
            OptionDecl {
                key: "model",
                kind: OptionKind::Path,
                help: "a model file to use instead of the one inside",
                default: "",
            },
        ],
    };

    fn open(options: &Options) -> Result<Self, Failure> {
        Ok(Self {
            lexicon: Lexicon::load(),
            nominals: options.bool("nominals").unwrap_or(true),
            pronouns: options.bool("pronouns").unwrap_or(true),
            margin: options.float_in("pronoun_margin", 0.0..=5.0)?.unwrap_or(0.5) as f32,
            names: match options.text("model").filter(|path| !path.is_empty()) {
                None => Names::read(MODEL)
                    .map_err(|error| Failure::new(format!("the model inside: {error}")))?,
                Some(path) => {
                    let refuse =
                        |error: String| Failure::new(format!("option `model`: {path}: {error}"));
                    let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
                    // A model serves until the program ends, as the library that reads it does.
                    let bytes = Box::leak(bytes.into_boxed_slice());
                    Names::read(bytes).map_err(|error| refuse(error.to_string()))?
                }
            },
        })
    }
}

impl Analyzer for Entities {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let words = Words::read(doc, &self.lexicon);
        let (spots, chains, mentions) = rules(&words);
        let mut buffers: names::Buffers = out.scratch();
        let found = self.names.find(&words, &chains, &mentions, &mut buffers);
        out.keep(buffers);
        let mut spots = combine::combine(&words, &spots, &chains, &mentions, &found);
        repeat::repeated(&words, &mut spots);
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

    fn model(&self) -> Option<String> {
        Some(self.names.id().to_owned())
    }
}

onrecord_plugin::export_analyzer!(Entities);
