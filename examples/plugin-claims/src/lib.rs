//! What people say that could be checked: a plugin that builds on the quotes of another.
//!
//! Needs `tokens`, `sentences` and `quotes`; gives `claims`: each piece of a sentence inside a
//! quotation that holds a number, or a word that leaves no exception. A claim leads to its quote, and
//! names its speaker where the quote has one.
#![forbid(unsafe_code)]

use onrecord_plugin::core::{Span, TokenKind};
use onrecord_plugin::{
    Additions, Analyzer, Descriptor, Doc, Failure, Need, OptionDecl, OptionKind, Options, Plugin,
};

/// Words that leave no exception: one counterexample shows them false.
const ABSOLUTE: &[&str] = &["all", "always", "every", "everybody", "never", "nobody", "none", "only"];

/// Finds claims.
pub struct Claims {
    absolute: bool,
}

impl Plugin for Claims {
    const DESCRIPTOR: Descriptor = Descriptor {
        name: "claims",
        version: env!("CARGO_PKG_VERSION"),
        summary: "what is said in quotations that could be checked",
        requires: &[Need::layer("tokens"), Need::layer("sentences"), Need::layer("quotes")],
        provides: &["claims"],
        options: &[OptionDecl {
            key: "absolute",
            kind: OptionKind::Bool,
            help: "whether words such as \"never\" make a claim, as numbers do",
            default: "true",
        }],
    };

    fn open(options: &Options) -> Result<Self, Failure> {
        Ok(Self { absolute: options.bool("absolute").unwrap_or(true) })
    }
}

impl Claims {
    /// Why a piece of text is a claim, if it is one.
    fn label(&self, doc: &Doc<'_>, piece: Span) -> Option<&'static str> {
        let tokens = doc.tokens();
        let is_absolute = |word: &str| ABSOLUTE.contains(&word.to_lowercase().as_str());
        if tokens.over(piece).any(|token| token.class() == TokenKind::Number) {
            Some("number")
        } else if self.absolute && tokens.over(piece).any(|token| is_absolute(token.text())) {
            Some("absolute")
        } else {
            None
        }
    }
}

impl Analyzer for Claims {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        for quote in doc.quotes() {
            // A quotation may come in pieces, and a piece may hold several sentences.
            for content in quote.content() {
                for sentence in doc.sentences().iter() {
                    let Some(piece) = common(content, sentence.span()) else { continue };
                    let Some(label) = self.label(doc, piece) else { continue };
                    let claim = out.custom("claims", piece, label);
                    let claim = claim.link("quote", "quotes", quote.id().0);
                    if let Some(speaker) = quote.speaker() {
                        claim.text("speaker", speaker.name());
                    }
                }
            }
        }
        Ok(())
    }
}

/// What two spans have in common; nothing where that is empty.
fn common(one: Span, other: Span) -> Option<Span> {
    let range = one.start().max(other.start())..one.end().min(other.end());
    Span::of(range).filter(|span| !span.is_empty())
}

onrecord_plugin::export_analyzer!(Claims);

#[cfg(test)]
mod tests {
    use onrecord_testkit::{Marked, found, open, run};

    use super::*;

    #[test]
    fn numbers_and_absolutes_in_quotations() {
        let marked = Marked::parse(
            "{sentence:{source:{person:Ada Quill}} {cue:said}: {quote:{claim:“The wall cost 9 \
             million.}}} {sentence:{quote:Perhaps. }}{sentence:{quote:{claim:It never broke.”}}} \
             {sentence:She has 2 ferries.}",
        );
        let document = run(vec![marked.given(), open::<Claims>()], &marked.text).unwrap();
        assert_eq!(found(&document, "claims"), marked.texts("claim"));
        let doc = document.view();
        let first = doc.custom("claims").next().unwrap();
        assert_eq!(first.string("speaker"), Some("Ada Quill"));
    }
}
