//! Tokens, sentences, tags and lemmas of raw news text.
//!
//! # What it finds
//! - `tokens`: words, numbers and marks by the habits of the Penn Treebank and of Universal
//!   Dependencies for English. Clitics are tokens (`do` `n't`, `Varen` `'s`), abbreviations keep
//!   their full stop (`Gen.`, `a.m.`), compounds are taken apart at their hyphens (`long` `-`
//!   `term`) unless their first part is a prefix (`non-union`), addresses stay whole.
//! - `sentences`: each covers its tokens without the space around them; the first of a paragraph is
//!   flagged, headlines have a kind of their own.
//!
//! - on each token a Penn tag, a universal part of speech and a lemma, by a [model](tag) inside the
//!   plugin. A lemma that equals the token's text is not written; [`Token::lemma`] knows.
//!
//! [`Token::lemma`]: onrecord_plugin::core::view::Token::lemma
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
pub mod tag;
mod token;
mod word;
mod write;

onrecord_plugin::export_analyzer!(Syntax);

#[cfg(test)]
mod tests;

use onrecord_plugin::core::TokenKind;
use onrecord_plugin::{
    Additions, Analyzer, Descriptor, Doc, Failure, OptionDecl, OptionKind, Options, Plugin,
};

use lexicon::Lexicon;
use sentence::Paragraph;
use tag::Model;
use token::Scanner;
use write::{Block, Writer};

/// The analyzer of tokens, sentences, tags and lemmas.
#[derive(Debug)]
pub struct Syntax {
    lexicon: Lexicon,
    model: Option<Model<'static>>,
}

static MODEL: &onrecord_learn::Aligned<[u8]> =
    &onrecord_learn::Aligned(*include_bytes!("../model/syntax.model"));

impl Syntax {
    /// The model, unless it was switched off.
    pub fn tagger(&self) -> Option<&Model<'static>> {
        self.model.as_ref()
    }
}

impl Plugin for Syntax {
    const DESCRIPTOR: Descriptor = Descriptor {
        name: "syntax",
        version: env!("CARGO_PKG_VERSION"),
        summary: "tokens, sentences, tags and lemmas",
        requires: &[],
        provides: &["tokens", "sentences"],
        options: &[
            OptionDecl {
                key: "tags",
                kind: OptionKind::Bool,
                help: "whether tokens get tags, parts of speech and lemmas",
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
        let lexicon = Lexicon::new();
        if options.bool("tags") == Some(false) {
            return Ok(Self { lexicon, model: None });
        }
        let model = options.model(&MODEL.0, Model::read)?;
        Ok(Self { lexicon, model: Some(model) })
    }
}

/// The most tokens that a headline has.
const HEADLINE: usize = 30;

impl Analyzer for Syntax {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn model(&self) -> Option<String> {
        self.model.as_ref().map(|model| model.id.clone())
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let text = doc.text();
        let lexicon = &self.lexicon;
        let mut block: Block = out.scratch();
        block.clear();
        let writer = Writer::new(text, self.model.as_ref(), out);
        let mut paragraphs = paragraph::paragraphs(text).peekable();
        let mut first = true;
        while let Some(range) = paragraphs.next() {
            if out.cancelled() {
                break;
            }
            let begin = block.tokens.len();
            Scanner { text, lexicon, tokens: &mut block.tokens, end: range.end }.run(range.start);
            let tokens = block.tokens.get(begin..).unwrap_or_default();
            let paragraph = Paragraph { text, tokens, lexicon };
            let headline = paragraphs.peek().is_some() && is_headline(&paragraph, first);
            first = false;
            let sentences = &mut block.sentences;
            paragraph.sentences(|start, after| {
                sentences.push(write::Sentence {
                    tokens: begin + start..begin + after,
                    starts_paragraph: start == 0,
                    headline,
                });
            });
            if block.is_full() {
                writer.write(&mut block, out);
            }
        }
        writer.write(&mut block, out);
        out.keep(block);
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
