//! How long an article's sentences are: a whole plugin in Rust.
//!
//! Needs `tokens` and `sentences`; gives `readability`: each sentence that is longer than
//! `long_words` words, and the mean over the article on the span of the whole.
#![forbid(unsafe_code)]

use onrecord_plugin::core::{Span, TokenKind};
use onrecord_plugin::{
    Additions, Analyzer, Descriptor, Doc, Failure, Need, OptionDecl, OptionKind, Options, Plugin,
};

/// Measures sentences.
pub struct Readability {
    long_words: usize,
}

impl Plugin for Readability {
    const DESCRIPTOR: Descriptor = Descriptor {
        name: "readability",
        version: env!("CARGO_PKG_VERSION"),
        summary: "how long the sentences are",
        requires: &[Need::layer("tokens"), Need::layer("sentences")],
        provides: &["readability"],
        options: &[OptionDecl {
            key: "long_words",
            kind: OptionKind::Integer,
            help: "how many words make a sentence long; 1 or more",
            default: "30",
        }],
    };

    fn open(options: &Options) -> Result<Self, Failure> {
        let long_words = options.integer("long_words").unwrap_or(30);
        match usize::try_from(long_words) {
            Ok(long_words) if long_words > 0 => Ok(Self { long_words }),
            _ => Err(Failure::new(format!(
                "option `long_words`: expected 1 or more, found {long_words}"
            ))),
        }
    }
}

impl Analyzer for Readability {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let (tokens, sentences) = (doc.tokens(), doc.sentences());
        let words = |span| tokens.over(span).filter(|t| t.class() == TokenKind::Word).count();
        let counts: Vec<_> = sentences.iter().map(|s| (s.span(), words(s.span()))).collect();
        let Some(whole) = counts.iter().map(|(span, _)| *span).reduce(Span::hull) else {
            return Ok(()); // an empty text has no mean
        };
        let total: usize = counts.iter().map(|(_, words)| words).sum();
        let mean = total as f64 / counts.len() as f64;
        out.custom("readability", whole, "article").number("mean_words", mean);
        for (span, words) in counts.into_iter().filter(|(_, words)| *words >= self.long_words) {
            out.custom("readability", span, "long").number("words", words as f64);
        }
        Ok(())
    }
}

onrecord_plugin::export_analyzer!(Readability);

#[cfg(test)]
mod tests {
    use onrecord_testkit::{Marked, found, open, run};

    use super::*;

    #[test]
    fn the_whole_article_is_measured() {
        let marked = Marked::parse("{sentence:Ada Quill left.} {sentence:Who stays in Port Varen?}");
        let document = run(vec![marked.given(), open::<Readability>()], &marked.text).unwrap();
        assert_eq!(found(&document, "readability"), [marked.text.as_str()]);
        let doc = document.view();
        let article = doc.custom("readability").next().unwrap();
        assert_eq!(article.number("mean_words"), Some(4.0));
    }
}
