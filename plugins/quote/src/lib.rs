//! Quotes: who said, thinks or wants what, in which words, by whose account.
//!
//! # What it finds
//! The layer `quotes`: attributions in the wide sense. Speech and writing, but also belief, knowledge,
//! desire, intention, support, opposition, praise, blame, denial, and what a document shows. Each has
//! content in one or more pieces, a cue, a source where the text names one, the entity that speaks
//! where `entities` knows it, the quote that relays it, and the rule that found it with its share of
//! right answers as confidence.
//! - Content takes its quotation marks, the comma inside them, and a leading "that".
//! - A cue takes its auxiliaries and its negation.
//! - A source takes its appositions.
//!
//! # What it needs
//! `tokens` and `sentences`. Better with `mentions` and `entities` (for speakers) and with Penn tags.
//!
//! # Example
//! "“We will stay,” said Ada Quill, a port officer. “The sea is ours.” The council, she added, wants
//! to sell." gives two quotes:
//! - direct, *“We will stay,”* and *“The sea is ours.”*, cue *said*, source *Ada Quill, a port
//!   officer*;
//! - indirect, *The council* and *wants to sell*, cue *added*, source *she*.
//!
//! # How it thinks
//! `marks` pairs quotation marks. `words` says what each word is. `cues` holds the lexicon, with how
//! often each cue attributes in each construction. `rules` goes from cue to cue: `verbs` reads the
//! verb group, `complement` what follows it, `closing` what it closes or interrupts, `nominal` what
//! nouns and adjectives attribute, `clauses` where content ends, `source` who speaks. `resolve`
//! settles overlaps, lets quotations go on, and finds who relays whom.
//!
//! # What it misses
//! - Cues beyond the lexicon, and figures of speech ("her standing with voters").
//! - Attributions without any cue: free indirect speech, interviews set as question and answer.
//! - Relative constructions: "the plan that Quill said would fail".
//! - Speakers named only in the sentence before, where the attribution names none.
#![forbid(unsafe_code)]

mod clauses;
mod closing;
mod complement;
mod cues;
mod marks;
mod nominal;
mod resolve;
mod rules;
mod source;
mod verbs;
mod words;

#[cfg(test)]
mod tests;

use onrecord_plugin::core::{EntityId, QuoteId, Span};
use onrecord_plugin::{
    Additions, Analyzer, Descriptor, Doc, Failure, Need, OptionDecl, OptionKind, Options, Plugin,
};

use cues::{Lexicon, Sense};
use resolve::Nested;
use words::{Classes, Words};

/// The analyzer of quotes.
#[derive(Debug)]
pub struct Quotes {
    lexicon: Lexicon,
    classes: Classes,
    minimum: f32,
    attitudes: bool,
    nested: Nested,
}

const MINIMUM: f64 = 0.4;

impl Plugin for Quotes {
    const DESCRIPTOR: Descriptor = Descriptor {
        name: "quote",
        version: env!("CARGO_PKG_VERSION"),
        summary: "who said what: content, cue, source, speaker, nesting",
        requires: &[
            Need::layer("tokens"),
            Need::layer("sentences"),
            Need::optional("mentions"),
            Need::optional("entities"),
        ],
        provides: &["quotes"],
        options: &[
            OptionDecl {
                key: "min_confidence",
                kind: OptionKind::Float,
                help: "quotes less sure than this are left out; 0 to 1",
                default: "0.4",
            },
            OptionDecl {
                key: "attitudes",
                kind: OptionKind::Bool,
                help: "whether belief, desire, intention, support and opposition count besides speech",
                default: "true",
            },
            OptionDecl {
                key: "nested",
                kind: OptionKind::Text,
                help: "quotes inside quotes: `none`, `relayed` (what a source is said to have said) or `all`",
                default: "\"relayed\"",
            },
        ],
    };

    fn open(options: &Options) -> Result<Self, Failure> {
        let nested = match options.text("nested") {
            None | Some("relayed") => Nested::Relayed,
            Some("none") => Nested::None,
            Some("all") => Nested::All,
            Some(other) => {
                return Err(Failure::new(format!(
                    "option `nested`: expected none, relayed or all, found {other}"
                )));
            }
        };
        Ok(Self {
            lexicon: Lexicon::new(),
            classes: Classes::new(),
            minimum: options.float_in("min_confidence", 0.0..=1.0)?.unwrap_or(MINIMUM) as f32,
            attitudes: options.bool("attitudes").unwrap_or(true),
            nested,
        })
    }
}

onrecord_plugin::export_analyzer!(Quotes);

impl Analyzer for Quotes {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let words = Words::read(doc, &self.classes, &self.lexicon, marks::regions(doc.text()));
        let mut candidates = rules::candidates(&words, &self.lexicon);
        if !self.attitudes {
            candidates.retain(|candidate| candidate.sense == Sense::Speech);
        }
        let speakers = Speakers::new(doc);
        let mut written: Vec<Option<QuoteId>> = Vec::new();
        for found in resolve::resolve(&words, candidates, self.minimum, self.nested) {
            let candidate = &found.candidate;
            let content: Vec<Span> =
                candidate.content.iter().filter_map(|&(from, to)| words.span(from, to)).collect();
            if content.is_empty() {
                written.push(None);
                continue;
            }
            let spans = |from: usize, to: usize| -> Vec<Span> {
                let range = words.list.get(from..to).unwrap_or_default();
                let plain = |word: &&words::Word| word.class & words::PUNCTUATION == 0;
                range.iter().filter(plain).map(|word| word.span).collect()
            };
            let inside: Vec<Span> =
                candidate.content.iter().flat_map(|&(from, to)| spans(from, to)).collect();
            let anchor = spans(candidate.cue.0, candidate.cue.1);
            let kind = marks::kind(&words.regions, &inside, &anchor);
            let source = candidate.source.and_then(|(from, to)| words.span(from, to));
            let mut quote = out
                .quote(kind)
                .confidence(candidate.confidence)
                .by(&format!("rule:{}-{}", candidate.mode, candidate.frame));
            for span in content {
                quote = quote.content(span);
            }
            if let Some(span) = words.span(candidate.cue.0, candidate.cue.1) {
                quote = quote.cue(span);
            }
            if let Some(span) = source {
                quote = quote.source(span);
            }
            if let Some(speaker) = candidate.source.and_then(|range| speakers.of(&words, range)) {
                quote = quote.speaker(speaker);
            }
            if let Some(outer) =
                found.within.and_then(|place| written.get(place).copied().flatten())
            {
                quote = quote.within(outer);
            }
            written.push(Some(quote.push()));
        }
        Ok(())
    }
}

/// The mentions of entities, to find a source's.
struct Speakers(Vec<(Span, EntityId)>);

impl Speakers {
    fn new(doc: &Doc<'_>) -> Self {
        let owners = doc.entities_by_mention();
        let owner = |index: u32| owners.get(index as usize).copied().flatten();
        let mut all: Vec<_> = doc
            .mentions()
            .filter_map(|mention| Some((mention.span(), owner(mention.index())?)))
            .collect();
        all.sort_unstable();
        Self(all)
    }

    /// The entity of the longest mention that holds the head of a source.
    fn of(&self, words: &Words<'_>, source: (usize, usize)) -> Option<EntityId> {
        let head = words.list.get(source::head(words, source))?.span;
        let end = self.0.partition_point(|(span, _)| span.start() < head.end());
        let near = self.0.get(end.saturating_sub(NEAR)..end).unwrap_or_default();
        let over = near.iter().filter(|(span, _)| span.overlaps(head));
        over.max_by_key(|(span, _)| span.len()).map(|(_, entity)| *entity)
    }
}

/// How many mentions before a word are looked at: mentions nest, but not deep.
const NEAR: usize = 12;
