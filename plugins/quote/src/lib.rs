//! Quotes: who said, thinks or wants what, in which words, by whose account.
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
                if let Some(speaker) = speakers.of(span) {
                    quote = quote.speaker(speaker);
                }
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

    fn of(&self, source: Span) -> Option<EntityId> {
        let from = self.0.partition_point(|(span, _)| span.start() < source.start());
        let inside = self.0.get(from..).unwrap_or_default().iter();
        let first = inside.take_while(|(span, _)| span.start() < source.end()).next();
        first.map(|(_, entity)| *entity)
    }
}
