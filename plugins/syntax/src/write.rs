//! Writes tokens and sentences, with tags and lemmas where there is a model.

use std::ops::Range;

use onrecord_plugin::Additions;
use onrecord_plugin::core::{Span, Symbol, vocab};

use crate::tag::{Buffers, LemmaBuffers, Model, Raw};
use crate::token::Token;

/// A sentence, by its tokens in a block.
#[derive(Clone, Debug)]
pub(crate) struct Sentence {
    pub(crate) tokens: Range<usize>,
    pub(crate) starts_paragraph: bool,
    pub(crate) headline: bool,
}

/// Paragraphs that are tagged together: whole documents, unless they are very long.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) tokens: Vec<Token>,
    pub(crate) sentences: Vec<Sentence>,
    tags: Buffers,
    lemmas: LemmaBuffers,
}

/// From so many tokens on a block is full.
const FULL: usize = 1 << 16;
/// Longer sentences are tagged piece by piece.
const LONG: usize = 1 << 12;

impl Block {
    /// Forgets tokens and sentences.
    pub(crate) fn clear(&mut self) {
        self.tokens.clear();
        self.sentences.clear();
    }

    /// Whether it should be written before more is added.
    pub(crate) fn is_full(&self) -> bool {
        self.tokens.len() >= FULL
    }
}

/// Writes the blocks of one document.
pub(crate) struct Writer<'w> {
    text: &'w str,
    model: Option<&'w Model<'static>>,
    tags: Vec<Symbol>,
    parts: Vec<Symbol>,
}

impl<'w> Writer<'w> {
    /// A writer for a text; makes the layers.
    pub(crate) fn new(
        text: &'w str,
        model: Option<&'w Model<'static>>,
        out: &mut Additions<'_>,
    ) -> Self {
        out.layer(vocab::TOKENS);
        out.layer(vocab::SENTENCES);
        let intern = |words: &[&str]| words.iter().map(|word| out.intern(word)).collect();
        let (tags, parts) = model.map_or_else(Default::default, |model| {
            (intern(&model.tags.names), intern(&model.lemmas.parts))
        });
        Self { text, model, tags, parts }
    }

    /// Writes a block and empties it.
    pub(crate) fn write(&self, block: &mut Block, out: &mut Additions<'_>) {
        for sentence in &block.sentences {
            let at = |place: usize| block.tokens.get(place).map(|token| token.span);
            if let (Some(from), Some(to)) = (at(sentence.tokens.start), at(sentence.tokens.end - 1))
            {
                out.sentence(Span::hull(from, to), sentence.starts_paragraph, sentence.headline);
            }
        }
        match self.model {
            None => {
                for token in &block.tokens {
                    out.token(token.span, token.kind);
                }
            }
            Some(model) => self.tagged(model, block, out),
        }
        block.clear();
    }

    /// Writes tokens with tags, in stretches of sentences so that no text needs much memory.
    fn tagged(&self, model: &Model<'static>, block: &mut Block, out: &mut Additions<'_>) {
        let Block { tokens, sentences, tags, lemmas } = block;
        let mut pieces = Vec::new();
        for sentence in sentences.iter() {
            let Range { mut start, end } = sentence.tokens;
            while start < end {
                let stop = end.min(start + LONG);
                pieces.push(start..stop);
                start = stop;
            }
        }
        let mut rest = pieces.as_slice();
        while let Some(first) = rest.first() {
            let count = rest.partition_point(|piece| piece.end <= first.start + FULL).max(1);
            let (stretch, later) = rest.split_at(count.min(rest.len()));
            rest = later;
            let end = stretch.last().map_or(first.end, |piece| piece.end);
            let slice = tokens.get(first.start..end).unwrap_or_default();
            self.stretch(model, slice, first.start, stretch, tags, lemmas, out);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn stretch(
        &self,
        model: &Model<'static>,
        tokens: &[Token],
        base: usize,
        sentences: &[Range<usize>],
        tags: &mut Buffers,
        lemmas: &mut LemmaBuffers,
        out: &mut Additions<'_>,
    ) {
        let text = |place: usize| {
            tokens.get(place).and_then(|token| token.span.slice(self.text)).unwrap_or_default()
        };
        let raw = (0..tokens.len()).map(|place| {
            let before = place.checked_sub(1).and_then(|before| tokens.get(before));
            let glued = before.zip(tokens.get(place));
            let glued = glued.is_some_and(|(a, b)| a.span.end() == b.span.start());
            Raw { text: text(place), glued }
        });
        let mut starts = sentences.iter().map(|sentence| sentence.start - base).peekable();
        let starts_here = |place: usize| starts.next_if_eq(&place).is_some();
        model.tags.look_up(raw, starts_here, tags);
        tags.tags.clear();
        for sentence in sentences {
            model.tags.tag(sentence.start - base..sentence.end - base, tags);
        }
        for sentence in sentences {
            let end = sentence.end - base;
            for place in sentence.start - base..end {
                let found = model.look_up(place, end, text, tags, lemmas);
                let (Some(token), Some(&tag), Some((script, part))) =
                    (tokens.get(place), tags.tags.get(place), found)
                else {
                    return;
                };
                let symbol = |symbols: &[Symbol], number: u8| {
                    symbols.get(usize::from(number)).copied().unwrap_or_default()
                };
                let builder = out.token(token.span, token.kind);
                let builder = builder.tag(symbol(&self.tags, tag)).pos(symbol(&self.parts, part));
                if let Some(lemma) = model.lemmas.lemma(text(place), script, lemmas) {
                    builder.lemma(lemma);
                }
            }
        }
    }
}
