//! Stances: who stands where, toward whom or what, in which words.
//!
//! # What it finds
//! The layer `stances`. A stance has a holder (an entity, words, or neither: the article's author), a
//! target (an entity, or words that state a proposition), polarity and intensity (0.3 weak, 0.6
//! clear, 0.9 strong), dimension, speech act, modality, evidence, the quote it stands in, and the
//! rule that found it:
//! - `rule:cue` what the cue of a quote says of the speaker toward the content: "denied that …";
//! - `rule:act`, `rule:passive`, `rule:noun` attitudes of one actor toward another or toward a
//!   proposition: "accused Varen", "was praised by", "her criticism of", "refusal to pay";
//! - `rule:deed`, `rule:fate` what somebody's doing, or what befalls him, makes of him in the eyes of
//!   whoever tells it: "has ignored our demands", "was indicted";
//! - `rule:predicate`, `rule:phrase`, `rule:label`, `rule:epithet` opinions said of an actor: "is a
//!   disgrace", "has a point", "called him a liar", "the disgraced mayor";
//! - `rule:should`, `rule:open`, `rule:lack` what a speaker wants, offers and misses;
//! - `rule:near` opinion words beside an actor of whom no other rule spoke: weak, and said so by its
//!   confidence.
//!
//! What stands in a quote is its innermost speaker's; "I" and "we" are whoever speaks there.
//!
//! Toward targets that are given, by the options or by the layer `targets`, the text gets one stance
//! each, neutral included, from a model or from the rules: `text+model:…`, `text+rules`.
//!
//! # What it needs
//! `tokens`, `sentences`, `mentions`, `entities`, `quotes`. No parse: subjects and objects are read
//! from the order of words. Tags and lemmas serve the model, where there are any.
//!
//! # Example
//! "Ada Quill refused to support Otto Varen. “He has ignored our demands,” she said." gives
//! - Quill toward Varen, negative, position, act *support*, `rule:act`;
//! - Quill toward *He*, negative, sentiment, act *accuse*, in the quote, `rule:deed`.
//!
//! # How it thinks
//! `voice` knows who speaks where. `scene` reads a sentence as words and actors. `lexicon` and
//! `inflect` know what words say. `clause` finds subject, object and proposition; `context` negation,
//! reversal ("failed to") and modality. Each file of `rules` looks at one construction. `finding`
//! weighs what was found and writes it. `toward` answers for given targets: `given` finds where they
//! are named, `features` describes the words around, `model` judges.
//!
//! # What it misses
//! - Irony without quotation marks, understatement, praise by comparison.
//! - Stances that only knowledge of the world shows: a vote, a handshake, a tax return.
//! - Propositions referred to by "it" or "that"; targets beyond the sentence.
//! - Subjects and objects far from their verb or behind a relative clause.
#![forbid(unsafe_code)]

mod clause;
mod context;
mod finding;
mod inflect;
pub mod learning;
mod lexicon;
mod rules;
mod scene;
mod toward;
mod voice;

#[cfg(test)]
mod tests;

use onrecord_learn::net::Scratch;
use onrecord_plugin::core::{OptionDecl, OptionKind};
use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Need, Options, Plugin};

use finding::{Bar, Findings};
use lexicon::Lexicon;
use rules::Look;
use scene::{Named, Scene};
use toward::{Model, Toward, Words};
use voice::Voices;

static MODEL: &onrecord_learn::Aligned<[u8]> =
    &onrecord_learn::Aligned(*include_bytes!("../model/stance.model"));

/// The analyzer of stances.
#[derive(Debug)]
pub struct Stances {
    lexicon: Lexicon,
    bar: Bar,
    targets: Vec<String>,
    model: Option<Model>,
}

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
            Need::optional("targets"),
        ],
        provides: &["stances"],
        options: &[
            OptionDecl {
                key: "author",
                kind: OptionKind::Bool,
                help: "whether to find the stances of the article's author too",
                default: "true",
            },
            OptionDecl {
                key: "min_confidence",
                kind: OptionKind::Float,
                help: "leave out stances that are less sure, from 0 to 1",
                default: "0.3",
            },
            OptionDecl {
                key: "targets",
                kind: OptionKind::Texts,
                help: "toward whom or what the text is to be judged: names, Wikidata ids or phrases",
                default: "[]",
            },
            OptionDecl {
                key: "learned",
                kind: OptionKind::Bool,
                help: "whether a model judges given targets; else the sum of what the rules find",
                default: "true",
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
        let min_confidence = options.float_in("min_confidence", 0.0..=1.0)?.unwrap_or(0.3) as f32;
        let author = options.bool("author").unwrap_or(true);
        let targets = options.texts("targets").to_vec();
        let bar = Bar { min_confidence, author };
        let learned = options.bool("learned").unwrap_or(true);
        let model = learned.then(|| options.model(&MODEL.0, Model::read)).transpose()?;
        Ok(Self { lexicon: Lexicon::new(), bar, targets, model })
    }
}

onrecord_plugin::export_analyzer!(Stances);

impl Analyzer for Stances {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn model(&self) -> Option<String> {
        self.model.as_ref().map(|model| model.id.clone())
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let _ = out.layer(onrecord_plugin::core::vocab::STANCES);
        let voices = Voices::read(doc);
        let named = scene::mentions(doc);
        let Some(findings) = self.findings(doc, &voices, &named, &|| out.cancelled()) else {
            return Ok(());
        };
        findings.write(self.bar, out);
        let mut targets = toward::read_layer(doc);
        targets.extend(self.targets.iter().filter_map(|wanted| toward::find(doc, wanted)));
        if targets.is_empty() {
            return Ok(());
        }
        let words = self.words(doc, &voices, &named);
        let (findings, model) = (findings.all(), self.model.as_ref());
        let toward = Toward { doc, words: &words, voices: &voices, findings, model };
        let mut scratch: Scratch = out.scratch();
        for target in &targets {
            if out.cancelled() {
                break;
            }
            toward.write(target, &mut scratch, out);
        }
        out.keep(scratch);
        Ok(())
    }
}

impl Stances {
    /// What the rules find; nothing where the work was called off.
    fn findings(
        &self,
        doc: &Doc<'_>,
        voices: &Voices,
        named: &[Named],
        cancelled: &dyn Fn() -> bool,
    ) -> Option<Findings> {
        let mut findings = Findings::default();
        rules::quotes(doc, &self.lexicon, voices, &mut findings);
        let column = is_column(doc, voices);
        let mut scene = Scene::default();
        let mut next = 0;
        for sentence in doc.sentences().iter() {
            if cancelled() {
                return None;
            }
            let span = sentence.span();
            next += scene::before(&named[next..], span);
            scene.read(doc, span, &named[next..], &self.lexicon, voices);
            let look = Look { lexicon: &self.lexicon, voices, scene: &scene, column };
            rules::sentence(look, &mut findings);
        }
        findings.settle();
        Some(findings)
    }

    fn words(&self, doc: &Doc<'_>, voices: &Voices, named: &[Named]) -> Words {
        Words::read(doc, &self.lexicon, voices, named.iter().map(Named::whom))
    }
}

/// Whether the article speaks of itself in the first person, outside of all quotes.
fn is_column(doc: &Doc<'_>, voices: &Voices) -> bool {
    let mut said = 0;
    for token in doc.tokens().iter() {
        if token.text() == "I" && voices.at(token.span().start()).is_none() {
            said += 1;
            if said >= 2 {
                return true;
            }
        }
    }
    false
}
