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
//! # What it needs
//! `tokens`, `sentences`, `mentions`, `entities`, `quotes`. No tags and no parse: subjects and
//! objects are read from the order of words.
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
//! weighs what was found and writes it.
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
mod lexicon;
mod rules;
mod scene;
mod voice;

#[cfg(test)]
mod tests;

use onrecord_plugin::core::{OptionDecl, OptionKind};
use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Need, Options, Plugin};

use finding::{Bar, Findings};
use lexicon::Lexicon;
use rules::Look;
use scene::Scene;
use voice::Voices;

/// The analyzer of stances.
#[derive(Debug)]
pub struct Stances {
    lexicon: Lexicon,
    bar: Bar,
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
        ],
    };

    fn open(options: &Options) -> Result<Self, Failure> {
        let min_confidence = options.float_in("min_confidence", 0.0..=1.0)?.unwrap_or(0.3) as f32;
        let author = options.bool("author").unwrap_or(true);
        Ok(Self { lexicon: Lexicon::new(), bar: Bar { min_confidence, author } })
    }
}

onrecord_plugin::export_analyzer!(Stances);

impl Analyzer for Stances {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let _ = out.layer(onrecord_plugin::core::vocab::STANCES);
        let voices = Voices::read(doc);
        let named = scene::mentions(doc);
        let mut findings = Findings::default();
        rules::quotes(doc, &self.lexicon, &voices, &mut findings);
        let column = is_column(doc, &voices);
        let mut scene = Scene::default();
        let mut next = 0;
        for sentence in doc.sentences().iter() {
            if out.cancelled() {
                return Ok(());
            }
            let span = sentence.span();
            next += scene::before(&named[next..], span);
            scene.read(doc, span, &named[next..], &self.lexicon, &voices);
            let look = Look { lexicon: &self.lexicon, voices: &voices, scene: &scene, column };
            rules::sentence(look, &mut findings);
        }
        findings.write(self.bar, out);
        Ok(())
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
