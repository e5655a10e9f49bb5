//! Tokens and sentences of raw news text.
//!
//! # What it finds
//! - `tokens`: words, numbers and marks by the habits of the Penn Treebank and of Universal
//!   Dependencies for English. Clitics are tokens (`do` `n't`, `Varen` `'s`), abbreviations keep
//!   their full stop (`Gen.`, `a.m.`), compounds are taken apart at their hyphens (`long` `-`
//!   `term`) unless their first part is a prefix (`non-union`), addresses stay whole.
//! - `sentences`: each covers its tokens without the space around them; the first of a paragraph is
//!   flagged, headlines have a kind of their own.
//!
//! # What it needs
//! Nothing but the text.
//!
//! # Example
//! ```
//! use onrecord_syntax::Syntax;
//! use onrecord_plugin::{Options, Plugin, core::Pipeline};
//! let pipeline = Pipeline::new(vec![Box::new(Syntax::open(&Options::default()).unwrap())]).unwrap();
//! let mut document = pipeline.document("d", "Gen. Quill won't resign. “Why?” she asked.").unwrap();
//! pipeline.analyze(&mut document).unwrap();
//! let doc = document.view();
//! let sentences: Vec<_> = doc.sentences().iter().map(|sentence| sentence.text()).collect();
//! assert_eq!(sentences, ["Gen. Quill won't resign.", "“Why?” she asked."]);
//! let first: Vec<_> = doc.tokens().iter().take(6).map(|token| token.text()).collect();
//! assert_eq!(first, ["Gen.", "Quill", "wo", "n't", "resign", "."]);
//! ```
//!
//! # What it misses
//! - A sentence that begins with a name after an abbreviation (`in the U.S. Quill left`) is not
//!   parted from the one before.
//! - Headings that no line break sets apart belong to the sentence after them.
//! - Given names with hyphens are taken apart as compounds are; a byline may pass for a headline.
#![forbid(unsafe_code)]

mod address;
mod chars;
mod lexicon;
mod paragraph;
mod sentence;
mod token;
mod word;

onrecord_plugin::export_analyzer!(Syntax);

#[cfg(test)]
mod tests;

use onrecord_plugin::core::{Span, TokenKind, vocab};
use onrecord_plugin::{Additions, Analyzer, Descriptor, Doc, Failure, Options, Plugin};

use lexicon::Lexicon;
use sentence::Paragraph;
use token::{Scanner, Token};

/// The analyzer of tokens and sentences.
#[derive(Debug)]
pub struct Syntax {
    lexicon: Lexicon,
}

impl Plugin for Syntax {
    const DESCRIPTOR: Descriptor = Descriptor {
        name: "syntax",
        version: env!("CARGO_PKG_VERSION"),
        summary: "tokens and sentences",
        requires: &[],
        provides: &["tokens", "sentences"],
        options: &[],
    };

    fn open(_options: &Options) -> Result<Self, Failure> {
        Ok(Self { lexicon: Lexicon::new() })
    }
}

/// The most tokens that a headline has.
const HEADLINE: usize = 30;

impl Analyzer for Syntax {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let text = doc.text();
        let lexicon = &self.lexicon;
        let mut tokens: Vec<Token> = out.scratch();
        let mut paragraphs = paragraph::paragraphs(text).peekable();
        let mut first = true;
        out.layer(vocab::TOKENS);
        out.layer(vocab::SENTENCES);
        while let Some(range) = paragraphs.next() {
            if out.cancelled() {
                break;
            }
            tokens.clear();
            Scanner { text, lexicon, tokens: &mut tokens, end: range.end }.run(range.start);
            for token in &tokens {
                out.token(token.span, token.kind);
            }
            let paragraph = Paragraph { text, tokens: &tokens, lexicon };
            let headline = paragraphs.peek().is_some() && is_headline(&paragraph, first);
            first = false;
            paragraph.sentences(|start, after| {
                if let (Some(from), Some(to)) = (tokens.get(start), tokens.get(after - 1)) {
                    out.sentence(Span::hull(from.span, to.span), start == 0, headline);
                }
            });
        }
        out.keep(tokens);
        Ok(())
    }
}

/// Whether a paragraph that another follows is a title line: short, of one sentence and with a word
/// in it, without a stop at its end, and no item of a list. The first of a text may end with a
/// question mark.
fn is_headline(paragraph: &Paragraph<'_>, first: bool) -> bool {
    let count = paragraph.tokens.len();
    let asks = first && matches!(paragraph.word(count.saturating_sub(1)), "?" | "!");
    let begins = paragraph
        .first(0)
        .is_some_and(|c| c.is_uppercase() || c.is_numeric() || chars::is_quote(c));
    let listed = matches!(paragraph.word(1), "." | ")") || paragraph.word(0) == "By";
    if count > HEADLINE || !begins || listed || (!asks && paragraph.ends_with_stop()) {
        return false;
    }
    let words = paragraph.tokens.iter().any(|token| token.kind == TokenKind::Word);
    let mut sentences = 0;
    paragraph.sentences(|_, _| sentences += 1);
    words && sentences == 1
}
