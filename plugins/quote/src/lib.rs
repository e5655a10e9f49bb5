//! Quotes: who said, thinks or wants what, in which words, by whose account.
//!
//! # What it finds
//! The layer `quotes`: attributions in the wide sense. Speech and writing, but also belief, knowledge,
//! desire, intention, support, opposition, praise, blame, denial, and what a document shows. Each has
//! content in one or more pieces, a cue, a source where the text names one, the entity that speaks
//! where `entities` knows it, the quote that relays it, the rule or model that found it, and how likely
//! it is right.
//! - Content takes its quotation marks, the comma inside them, and a leading "that".
//! - A cue takes its auxiliaries and its negation.
//! - A source takes its appositions.
//!
//! # What it needs
//! `tokens` and `sentences`. Better with `mentions` and `entities` (for speakers) and `blockquotes`
//! (what the document sets off as quoted).
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
//! nouns and adjectives attribute, `clauses` where content ends, `source` who speaks. That makes a
//! `draft`. A network says of each word whether it belongs to a source, a cue or content
//! (`evidence`); `proposals` gathers what the rules and the network make of a cue, `judge` describes
//! each in numbers for the trees of the `model`, and `choose` takes the likeliest. `resolve` settles
//! overlaps of rules, lets quotations go on, and finds who relays whom. `block` adds the block quotes
//! of the document, `announce` says who speaks in them.
//!
//! # What it misses
//! - Single cues that nothing announces, and figures of speech ("her standing with voters").
//! - Attributions without any cue: free indirect speech, interviews set as question and answer.
//! - Relative constructions: "the plan that Quill said would fail".
//! - Speakers named only in the sentence before, where the attribution names none.
#![forbid(unsafe_code)]

mod announce;
mod block;
mod choose;
mod clauses;
mod closing;
mod complement;
mod cues;
mod draft;
mod evidence;
mod judge;
#[doc(hidden)]
pub mod learning;
mod marks;
mod model;
mod nominal;
mod proposals;
mod reasons;
mod resolve;
mod rules;
mod source;
mod verbs;
mod words;

#[cfg(test)]
mod tests;

use onrecord_plugin::core::{EntityId, QuoteId, QuoteKind, Span};
use onrecord_plugin::{
    Additions, Analyzer, Descriptor, Doc, Failure, Need, OptionDecl, OptionKind, Options, Plugin,
};

use cues::{Lexicon, Sense};
use draft::Draft;
use model::Model;
use onrecord_learn::net::Scratch;
use proposals::Origin;
use reasons::Weighed;
use resolve::{Attribution, Nested};
use words::{Classes, Words};

/// The analyzer of quotes.
#[derive(Debug)]
pub struct Quotes {
    lexicon: Lexicon,
    classes: Classes,
    model: Option<Model>,
    minimum: f32,
    attitudes: bool,
    nested: Nested,
    explain: bool,
}

/// How sure a quote must be, by the model or by the rules alone.
const MINIMUM: f64 = 0.35;
const MINIMUM_BY_RULES: f64 = 0.4;

static MODEL: &onrecord_learn::Aligned<[u8]> =
    &onrecord_learn::Aligned(*include_bytes!("../model/quote.model"));

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
            Need::optional(block::LAYER),
        ],
        provides: &["quotes", reasons::LAYER],
        options: &[
            OptionDecl {
                key: "min_confidence",
                kind: OptionKind::Float,
                help: "quotes less sure than this are left out; 0 to 1",
                default: "0.35",
            },
            OptionDecl {
                key: "learned",
                kind: OptionKind::Bool,
                help: "whether a model judges what the rules and it see; else the rules alone",
                default: "true",
            },
            OptionDecl {
                key: "model",
                kind: OptionKind::Path,
                help: "a model file to use instead of the one inside",
                default: "",
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
            OptionDecl {
                key: "explain",
                kind: OptionKind::Bool,
                help: "whether the layer `quote_reasons` tells what was weighed for each quote",
                default: "false",
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
        let learned = options.bool("learned").unwrap_or(true);
        let model = learned.then(|| options.model(&MODEL.0, Model::read)).transpose()?;
        let minimum = if learned { MINIMUM } else { MINIMUM_BY_RULES };
        Ok(Self {
            lexicon: Lexicon::new(),
            classes: Classes::new(),
            model,
            minimum: options.float_in("min_confidence", 0.0..=1.0)?.unwrap_or(minimum) as f32,
            attitudes: options.bool("attitudes").unwrap_or(true),
            nested,
            explain: options.bool("explain").unwrap_or(false),
        })
    }
}

onrecord_plugin::export_analyzer!(Quotes);

impl Analyzer for Quotes {
    fn descriptor(&self) -> &Descriptor {
        &Self::DESCRIPTOR
    }

    fn model(&self) -> Option<String> {
        self.model.as_ref().map(|model| model.id.clone())
    }

    fn analyze(&self, doc: &Doc<'_>, out: &mut Additions<'_>) -> Result<(), Failure> {
        let mut draft = Draft::new(&self.lexicon, &self.classes, doc);
        let weighed;
        let found = match &self.model {
            Some(model) => {
                let mut scratch: Scratch = out.scratch();
                let (judged, rows) = model.judged(&draft, &self.lexicon, &mut scratch);
                out.keep(scratch);
                weighed = self.explain.then(|| Weighed::Model {
                    judged: judged.clone(),
                    rows,
                    trees: &model.trees,
                });
                let mut chosen = choose::likeliest(judged, self.minimum);
                if !self.attitudes {
                    chosen.retain(|judged| judged.proposal.candidate.sense == Sense::Speech);
                    draft.candidates.retain(|candidate| candidate.sense == Sense::Speech);
                }
                choose::with_relayed(&draft.words, chosen, &draft.candidates, self.nested)
            }
            None => {
                weighed = self.explain.then(|| Weighed::Rules(draft.candidates.clone()));
                let mut stands = draft.candidates;
                stands.retain(|c| {
                    c.confidence >= self.minimum && (self.attitudes || c.sense == Sense::Speech)
                });
                let found = resolve::resolve(&draft.words, &stands, self.nested, stands.len());
                draft.candidates = stands;
                found
            }
        };
        let found =
            block::with_quoted(doc, &draft, &self.lexicon, found, self.nested, self.minimum);
        let written = self.write(doc, &draft.words, &found, out);
        if let Some(weighed) = weighed {
            reasons::write(&draft.words, &weighed, found.iter().zip(written), self.minimum, out);
        }
        Ok(())
    }
}

impl Quotes {
    fn write(
        &self,
        doc: &Doc<'_>,
        words: &Words<'_>,
        found: &[Attribution],
        out: &mut Additions<'_>,
    ) -> Vec<Option<QuoteId>> {
        let speakers = Speakers::new(doc);
        let mut written: Vec<Option<QuoteId>> = Vec::with_capacity(found.len());
        for found in found {
            let candidate = &found.candidate;
            let pieces = candidate.content.iter().flat_map(|&piece| paragraphs(words, piece));
            let content: Vec<Span> = pieces.filter_map(|(from, to)| words.span(from, to)).collect();
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
                found.outside_block().flat_map(|(from, to)| spans(from, to)).collect();
            let anchor = spans(candidate.cue.0, candidate.cue.1);
            let kind = match (marks::kind(&words.regions, &inside, &anchor), found.block) {
                (_, Some(_)) if inside.is_empty() => QuoteKind::Direct,
                (QuoteKind::Indirect, Some(_)) => QuoteKind::Mixed,
                (kind, _) => kind,
            };
            let source = candidate.source.map(|source| without_relative(words, source));
            let source = source.and_then(|(from, to)| words.span(from, to));
            let rule = format!("rule:{}", candidate.rule());
            let by = match (found.origin, &self.model) {
                (Origin::Rule | Origin::Block, _) | (_, None) => rule,
                (Origin::Fitted, Some(model)) => format!("{rule}+model:{}", model.short()),
                (_, Some(model)) => format!("model:{}", model.short()),
            };
            let mut quote = out.quote(kind).confidence(candidate.confidence).by(&by);
            for span in content {
                quote = quote.content(span);
            }
            if let Some(span) = words.span(candidate.cue.0, candidate.cue.1) {
                quote = quote.cue(span);
            }
            if let Some(span) = source {
                quote = quote.source(span);
            }
            if let Some(speaker) = candidate.source.and_then(|range| speakers.of(words, range)) {
                quote = quote.speaker(speaker);
            }
            let outer = found.within.and_then(|place| written.get(place).copied().flatten());
            if let Some(outer) = outer {
                quote = quote.within(outer);
            }
            written.push(Some(quote.push()));
        }
        written
    }
}

/// A piece of content in parts: a quotation that goes on opens again with each paragraph.
fn paragraphs(words: &Words<'_>, (from, to): (usize, usize)) -> Vec<(usize, usize)> {
    let opens = |at: &usize| words.starts_paragraph(*at) && words.opens(*at);
    let mut starts = vec![from];
    starts.extend((from + 1..to).filter(opens));
    let ends = starts.iter().skip(1).copied().chain([to]);
    starts.iter().copied().zip(ends).collect()
}

/// A source without the pronoun of a clause that goes on to describe it: "an officer, who".
fn without_relative(words: &Words<'_>, (from, to): (usize, usize)) -> (usize, usize) {
    let last = to.saturating_sub(1);
    if last <= from || !words.any(last, &["who", "which"]) {
        return (from, to);
    }
    let inner = |at: &usize| !words.is(*at, words::PUNCTUATION);
    (from, (from..last).rev().find(inner).map_or(to, |at| at + 1))
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
