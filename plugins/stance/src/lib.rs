//! who stands where, toward whom or what, in which words
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
