//! Whose voice is heard where: the innermost quote at every place of the text.

use std::collections::{BinaryHeap, HashMap};

use onrecord_plugin::core::{Doc, EntityId, QuoteId, QuoteKind, Span};

/// Who holds a stance; neither an entity nor words: the article's author.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) entity: Option<EntityId>,
    pub(crate) span: Option<Span>,
}

impl Holder {
    /// The article's author.
    pub(crate) const AUTHOR: Holder = Holder { entity: None, span: None };

    /// Whether it is the article's author.
    pub(crate) fn is_author(self) -> bool {
        self == Self::AUTHOR
    }
}

/// A quote, as this analyzer reads it.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) id: QuoteId,
    pub(crate) speaker: Holder,
    /// Whether it is known who speaks; "I" outside of all quotes is the author.
    pub(crate) heard: bool,
    /// Whether its words are the speaker's own, so that "he" is somebody else.
    pub(crate) direct: bool,
    /// How sure it is that this is a quote and whose.
    pub(crate) confidence: f32,
    pub(crate) content: Vec<Span>,
    pub(crate) cue: Vec<Span>,
}

/// All quotes, and the innermost at every place.
#[derive(Debug, Default)]
pub(crate) struct Voices {
    pub(crate) quotes: Vec<Said>,
    /// Where another voice begins, and which: a place in `quotes`.
    turns: Vec<(usize, Option<usize>)>,
}

impl Voices {
    /// Reads the quotes of a document.
    pub(crate) fn read(doc: &Doc<'_>) -> Self {
        let mut quotes: Vec<Said> = Vec::new();
        let mut places: HashMap<QuoteId, usize> = HashMap::new();
        let named = antecedents(doc);
        for quote in doc.quotes() {
            let mut source = quote.source().next();
            let mut entity = quote.speaker().map(|speaker| speaker.id());
            // "Quill, who had warned": whoever is named just before.
            if let Some(who) = source.filter(|span| is_relative(doc.slice(*span)))
                && let Some((span, owner)) = before(&named, doc.text(), who)
            {
                (source, entity) = (Some(span), entity.or(owner));
            }
            let own = source.is_some_and(|span| is_first_person(doc.slice(span)));
            // "I" is whoever speaks around the quote.
            let around = quote.within().and_then(|outer| quotes.get(*places.get(&outer.id())?));
            let (speaker, heard) = match (own && entity.is_none(), around) {
                (true, Some(outer)) => (outer.speaker, outer.heard),
                (true, None) => (Holder::AUTHOR, true),
                _ => (Holder { entity, span: source }, entity.is_some() || source.is_some()),
            };
            places.insert(quote.id(), quotes.len());
            quotes.push(Said {
                id: quote.id(),
                speaker,
                heard,
                direct: quote.quote_kind() == QuoteKind::Direct,
                confidence: quote.confidence(),
                content: quote.content().filter(|span| !span.is_empty()).collect(),
                cue: quote.cue().collect(),
            });
        }
        let turns = turns(&quotes);
        Self { quotes, turns }
    }

    /// The innermost quote over a place of the text.
    pub(crate) fn at(&self, offset: usize) -> Option<usize> {
        let turn = self.turns.partition_point(|(start, _)| *start <= offset).checked_sub(1)?;
        self.turns.get(turn)?.1
    }

    /// Who speaks in a quote; outside of quotes, the author.
    pub(crate) fn holder(&self, quote: Option<usize>) -> Holder {
        quote.and_then(|place| self.quotes.get(place)).map_or(Holder::AUTHOR, |said| said.speaker)
    }
}

fn is_relative(words: &str) -> bool {
    ["who", "which", "that"].iter().any(|relative| words.eq_ignore_ascii_case(relative))
}

/// All mentions by where they end, the longer first, with whose they are.
fn antecedents(doc: &Doc<'_>) -> Vec<(Span, Option<EntityId>)> {
    let owners = doc.entities_by_mention();
    let mut named: Vec<_> = doc.mentions().map(|mention| mention.span()).zip(owners).collect();
    named.sort_by_key(|(span, _)| (span.end(), span.start()));
    named
}

/// The mention that ends just before a place, perhaps before a comma.
fn before(
    named: &[(Span, Option<EntityId>)],
    text: &str,
    place: Span,
) -> Option<(Span, Option<EntityId>)> {
    let end = named.partition_point(|(span, _)| span.end() <= place.start());
    let &(last, _) = named.get(end.checked_sub(1)?)?;
    let between = text.get(last.end()..place.start())?;
    let first = named[..end].partition_point(|(span, _)| span.end() < last.end());
    named.get(first).copied().filter(|_| matches!(between.trim(), "" | ","))
}

fn is_first_person(words: &str) -> bool {
    ["i", "we", "myself", "ourselves"].iter().any(|first| words.eq_ignore_ascii_case(first))
}

/// Sweeps over the contents: of those open at a place, the one that began last is the innermost.
fn turns(quotes: &[Said]) -> Vec<(usize, Option<usize>)> {
    let mut pieces: Vec<(Span, usize)> = Vec::new();
    for (place, said) in quotes.iter().enumerate() {
        pieces.extend(said.content.iter().map(|&span| (span, place)));
    }
    pieces.sort_by_key(|(span, place)| (span.start(), std::cmp::Reverse(span.end()), *place));
    let mut bounds: Vec<usize> =
        pieces.iter().flat_map(|(span, _)| [span.start(), span.end()]).collect();
    bounds.sort_unstable();
    bounds.dedup();
    let mut open: BinaryHeap<(usize, usize, usize)> = BinaryHeap::new();
    let mut next = pieces.iter().enumerate().peekable();
    let mut turns: Vec<(usize, Option<usize>)> = Vec::new();
    for bound in bounds {
        while let Some((order, (span, place))) = next.next_if(|(_, (s, _))| s.start() <= bound) {
            open.push((order, span.end(), *place));
        }
        while open.peek().is_some_and(|&(_, end, _)| end <= bound) {
            open.pop();
        }
        let voice = open.peek().map(|&(_, _, place)| place);
        if turns.last().is_none_or(|&(_, last)| last != voice) {
            turns.push((bound, voice));
        }
    }
    turns
}
