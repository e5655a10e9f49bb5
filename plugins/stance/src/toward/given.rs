//! Which places of a text a given target is named at.

use onrecord_plugin::Doc;
use onrecord_plugin::core::{EntityId, MentionKind, Span, vocab};

/// A target, with all places that name it, in order and apart.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) entity: Option<EntityId>,
    pub(crate) spans: Vec<Span>,
    /// The words that were given, where it was by words.
    pub(crate) given: Option<Span>,
}

/// Finds what a name, a Wikidata id or a phrase stands for; none where the text does not name it.
pub(crate) fn find(doc: &Doc<'_>, wanted: &str) -> Option<Target> {
    let wanted = wanted.trim();
    let entity = doc.entities().find(|entity| match entity.wikidata() {
        Some(id) if id == wanted => true,
        _ => {
            same(entity.name(), wanted)
                || entity.mentions().any(|mention| {
                    mention.reference() != MentionKind::Pronoun && same(mention.text(), wanted)
                })
        }
    });
    match entity {
        Some(entity) => of_entity(doc, entity.id()),
        None => {
            let spans = occurrences(doc, wanted);
            (!spans.is_empty()).then_some(Target { entity: None, spans, given: None })
        }
    }
}

/// The targets of the layer `targets`, each with the entity that its span names, if it names one.
pub(crate) fn read_layer(doc: &Doc<'_>) -> Vec<Target> {
    let mut given = doc.items(vocab::TARGETS).map(|item| item.span()).peekable();
    match given.peek() {
        Some(_) => of_spans(doc, given),
        None => Vec::new(),
    }
}

/// The targets that spans of the text name.
pub(crate) fn of_spans(doc: &Doc<'_>, given: impl Iterator<Item = Span>) -> Vec<Target> {
    let owners = doc.entities_by_mention();
    let mut mentions: Vec<(Span, Option<EntityId>)> =
        doc.mentions().map(|mention| mention.span()).zip(owners).collect();
    mentions.sort_by_key(|(span, _)| (span.start(), span.end()));
    let targets = given.filter(|span| !span.is_empty()).map(|span| {
        let from =
            mentions.partition_point(|(mention, _)| mention.start() + LONGEST < span.start());
        let near = mentions[from..].iter().take_while(|(mention, _)| mention.start() < span.end());
        // The mention that is most nearly the same words.
        let shared = |mention: Span| {
            let common =
                mention.end().min(span.end()).saturating_sub(mention.start().max(span.start()));
            2 * common * 100 / (mention.len() + span.len()).max(1)
        };
        let named = near.filter(|(mention, _)| shared(*mention) >= 60);
        let entity =
            named.max_by_key(|(mention, _)| shared(*mention)).and_then(|(_, owner)| *owner);
        let found = entity.and_then(|entity| of_entity(doc, entity));
        let none = Target { entity: None, spans: Vec::new(), given: None };
        let mut target = found.unwrap_or(none);
        target.spans.retain(|other| !other.overlaps(span));
        target.spans.push(span);
        target.spans.sort_by_key(|span| span.start());
        Target { given: Some(span), ..target }
    });
    targets.collect()
}

/// The longest mention that counts, in bytes.
const LONGEST: usize = 200;

fn of_entity(doc: &Doc<'_>, id: EntityId) -> Option<Target> {
    let entity = doc.entity(id)?;
    let mut spans: Vec<Span> =
        entity.mentions().map(|mention| mention.span()).filter(|span| !span.is_empty()).collect();
    spans.sort_by_key(|span| (span.start(), std::cmp::Reverse(span.end())));
    let mut end = 0;
    spans.retain(|span| {
        let apart = span.start() >= end;
        end = end.max(span.end());
        apart
    });
    (!spans.is_empty()).then_some(Target { entity: Some(id), spans, given: None })
}

fn same(one: &str, other: &str) -> bool {
    let bare = |name: &str| -> String {
        let lower = name.trim().to_lowercase();
        lower.strip_prefix("the ").map(str::to_owned).unwrap_or(lower)
    };
    one.len() <= other.len() + 8 && other.len() <= one.len() + 8 && bare(one) == bare(other)
}

/// Where a phrase stands word for word, in any case.
fn occurrences(doc: &Doc<'_>, phrase: &str) -> Vec<Span> {
    let text = doc.text();
    let mut spans: Vec<Span> = Vec::new();
    if phrase.is_empty() {
        return spans;
    }
    for token in doc.tokens().iter() {
        let start = token.span().start();
        if spans.last().is_some_and(|last| last.end() > start) {
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        let Some(length) = begins(rest, phrase) else { continue };
        let ended = !rest.get(length..).unwrap_or_default().starts_with(char::is_alphanumeric);
        if ended && let Some(span) = Span::of(start..start + length) {
            spans.push(span);
        }
    }
    spans
}

/// How long the beginning of a text is that is the phrase, in any case; any white space is alike.
fn begins(text: &str, phrase: &str) -> Option<usize> {
    let mut rest = text.char_indices().peekable();
    let mut phrase = phrase.chars().peekable();
    while let Some(wanted) = phrase.next() {
        let (_, found) = rest.next()?;
        if wanted.is_whitespace() {
            if !found.is_whitespace() {
                return None;
            }
            while phrase.next_if(|c| c.is_whitespace()).is_some() {}
            while rest.next_if(|(_, c)| c.is_whitespace()).is_some() {}
        } else if wanted != found && !wanted.to_lowercase().eq(found.to_lowercase()) {
            return None;
        }
    }
    Some(rest.peek().map_or(text.len(), |(at, _)| *at))
}
